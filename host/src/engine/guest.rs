//! An instance during a call.

use super::state::CallState;
use crate::contract::Rules;
use wasmtime::Store;

/// An instance during a call of `Engine::run`.
pub struct Guest<'a> {
    pub(super) store: &'a mut Store<CallState>,
    pub(super) rules: &'a Rules,
    pub(super) instance: &'a wasmtime::component::Instance,
}

/// What one call of the guest says about its changes.
pub struct Verdict<T> {
    /// What is handed back.
    pub answer: T,
    /// False: the function answered `err`, so nothing that it staged is kept.
    pub keep: bool,
}
