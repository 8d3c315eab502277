//! Whatever moves money and then asks the judge.

pub mod adjustments;
pub(crate) mod claims;
pub(crate) mod correcting;
pub(crate) mod expiry;
pub(crate) mod grants;
pub(crate) mod posting;
pub(crate) mod putting;
pub(crate) mod refilling;
pub(crate) mod telling;
