//! The Coinbox rules as a WebAssembly component: translates between the contract and the rules, and decides nothing.
//!
//! `exports` hands each exported function to the rules and stages what they changed; `host` is what the rules see of the host;
//! `mapping`, `outside` and `inside` pair the types.

mod exports;
mod host;
mod inside;
mod mapping;
mod outside;

/// The contract, generated from `wit/`.
#[allow(missing_docs, clippy::all)]
mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        world: "rules",
        additional_derives: [PartialEq, Clone],
        generate_all,
    });
}

use bindings::coinbox::billing as contract;

use exports::Component;

bindings::export!(Component with_types_in bindings);
