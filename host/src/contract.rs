//! The contract as Rust types, generated from `wit/`. Read `wit/` for what each item means.
#![allow(missing_docs, clippy::all)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "rules",
    additional_derives: [PartialEq, Clone],
});

pub use coinbox::billing::{diagnostics, email, payment, storage, telephony, types, vault};
pub use exports::coinbox::billing as exported;
