//! For tests that ask every function of the table in turn.

use crate::credentials::Who;
use crate::functions::Function;
use crate::gate::{Target, decide};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault};

/// What [`crate::requests`] asks first: may the caller use this function on this auth ID, or on nothing in particular?
pub fn permit(turn: &Turn<'_>, caller: &Caller, function: &Function, auth_id: Option<&str>) -> Result<Who, Fault> {
    Ok(decide(turn, caller, function, auth_id.map_or(Target::None, Target::of))?.0)
}
