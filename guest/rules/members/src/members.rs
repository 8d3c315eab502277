//! `members`: the people of an account (TEAM-1 to TEAM-3, R53).

pub mod invitation;
pub mod listing;
pub mod lost;
mod shared;
pub mod temporary;

pub use invitation::{finish_accept, invite_owner, start_accept};
pub use listing::list;
pub use lost::{allow_new_factors, finish_enrol, start_enrol};
pub use shared::{Error, MemberPage, NewFactors, ShownMember, TemporaryPassword};
pub use temporary::issue_temporary;
