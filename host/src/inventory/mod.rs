//! The stock of phone numbers of a host that has none of its own (NUM-5).

mod memory;
mod offers;

pub use memory::{Fault, MemoryInventory, Request};
pub use offers::page;
