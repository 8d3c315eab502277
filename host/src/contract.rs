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
    admission, admission_types, coupon_types, credit_types, diagnostics, email, email_types, inventory,
    inventory_types, outside_types, payment, payment_types, people_types, storage, telephony, telephony_types, types,
    usage_types, vault,
};
pub use exports::coinbox::billing as exported;

impl From<String> for types::UnknownOutcome {
    fn from(cause: String) -> types::UnknownOutcome {
        types::UnknownOutcome { cause }
    }
}

impl From<&str> for types::UnknownOutcome {
    fn from(cause: &str) -> types::UnknownOutcome {
        types::UnknownOutcome { cause: cause.to_owned() }
    }
}

impl From<String> for email_types::RefusedMail {
    fn from(cause: String) -> email_types::RefusedMail {
        email_types::RefusedMail { cause }
    }
}

impl From<&str> for email_types::RefusedMail {
    fn from(cause: &str) -> email_types::RefusedMail {
        email_types::RefusedMail { cause: cause.to_owned() }
    }
}

impl From<String> for coupon_types::RefusedClaim {
    fn from(cause: String) -> coupon_types::RefusedClaim {
        coupon_types::RefusedClaim { cause }
    }
}

impl From<&str> for telephony_types::RefusedCode {
    fn from(cause: &str) -> telephony_types::RefusedCode {
        telephony_types::RefusedCode { cause: cause.to_owned() }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_is_that_of_the_contract() {
        let first = include_str!("../../wit/world.wit").lines().next();
        assert_eq!(first, Some(format!("package coinbox:billing@{};", super::VERSION).as_str()));
    }
}
