//! Coinbox.
pub mod components;
pub mod conformance;
pub use coinbox_simulation::fuse as crash;
pub mod crash_model;
pub mod crash_world;
pub mod layers;
pub mod native;
pub mod typed_door;

/// The part of the contract that the component's own mapping of types speaks of.
mod contract {
    pub(crate) use coinbox_host::contract::{
        coupon_types, email_types, inventory_types, payment_types, telephony_types, types,
    };
}
#[path = "../../guest/component/src/mapping.rs"]
mod mapping;
#[path = "../../guest/component/src/outside.rs"]
mod outside;
