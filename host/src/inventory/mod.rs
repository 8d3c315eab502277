//! The stock of phone numbers of a host that has none of its own (NUM-5).

mod file;
mod memory;
mod offers;
mod shelf;
mod stock;

pub use file::FileInventory;
pub use memory::{Fault, MemoryInventory, Request};
pub use offers::page;
pub use stock::{LeftOut, Stock, read as read_stock};
