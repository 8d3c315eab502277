//! Whatever moves money and then asks the judge.

pub mod adjustments;
pub mod claims;
pub mod correcting;
pub mod expiry;
pub mod grants;
pub mod posting;
pub mod putting;
pub mod refilling;
pub mod returning;
