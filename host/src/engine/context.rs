//! What belongs to one call.

use crate::capability::{Capabilities, Instant};
use crate::contract::exported::about::Class;
use crate::storage::View;
use std::sync::Arc;

/// Everything that belongs to one call besides function and arguments.
pub struct CallContext<'a> {
    /// What the caller takes the function for. A function of another class is refused before it runs.
    pub class: Class,
    /// The state that the call sees; `None` for effects.
    pub view: Option<Arc<dyn View>>,
    /// What is lent.
    pub capabilities: &'a Capabilities,
    /// The one moment of the call.
    pub now: Instant,
}
