//! The contract as Rust types, generated from `wit/`. Read `wit/` for what each item means.
#![allow(missing_docs, clippy::all)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "rules",
    // A host function may end the call: what a component may not do is a trap, never a value that it could go on with.
    imports: { default: trappable },
    // `crate::json` writes these types in the published JSON form.
    additional_derives: [PartialEq, Clone, serde::Serialize, serde::Deserialize],
});

/// Version of the contract that this host is made for: that of `wit/`.
pub const VERSION: &str = "0.2.0";

pub use coinbox::billing::{
    credit_types, diagnostics, email, email_types, inventory, inventory_types, outside_types, payment, payment_types,
    storage, telephony, telephony_types, types, usage_types, vault,
};
pub use exports::coinbox::billing as exported;

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_that_of_the_contract() {
        let first = include_str!("../../wit/world.wit").lines().next();
        assert_eq!(first, Some(format!("package coinbox:billing@{};", super::VERSION).as_str()));
    }
}
