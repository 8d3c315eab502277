//! Runs the rules component: its compilation, its instances, its limits, and the imports that the host lends it.
//!
//! The engine knows the contract and nothing of billing. It runs one call at a time on the caller's thread. It hands back the answer and,
//! if a command succeeded, the changes. [`crate::sequencer`] orders commands and makes their changes durable.
//!
//! ```no_run
//! # fn main() -> anyhow::Result<()> {
//! # let capabilities: coinbox_host::capability::Capabilities = unimplemented!();
//! # let view: std::sync::Arc<dyn coinbox_host::storage::View> = unimplemented!();
//! use coinbox_host::engine::{CallContext, Class, Engine, Options, RulesRuntime};
//!
//! let engine = Engine::load(&std::fs::read("coinbox.wasm")?, &Options::default())?;
//! let call = CallContext { class: Class::Query, view: Some(view), capabilities: &capabilities, now: 1_700_000_000_000 };
//! let caller = serde_json::json!({"who": "host", "request": "r-1"});
//! let outcome = engine.call(None, call, "pricing.list-versions", &serde_json::json!({"caller": caller}));
//! println!("{}", outcome.answer?);
//! # Ok(())
//! # }
//! ```
//!
//! What a component may not do ends its call with an own [`CallError`]: nothing is written, the instance is thrown away, the next call is served.

mod cache;
mod component;
mod context;
mod error;
mod functions;
mod guest;
mod imports;
mod instances;
mod limits;
mod nothing;
mod outside;
mod request;
mod rules;
mod runtime;
mod slot;
mod state;
mod symbols;
mod ticker;

pub use crate::contract::exported::about::Class;
pub use component::{Engine, Options};
pub use context::CallContext;
pub use error::{CallError, LoadError, Misuse, class_name};
pub use functions::{Function, Functions};
pub use guest::{Guest, Verdict};
pub use limits::{InstancePolicy, Limits};
pub use request::{Answer, AnyAnswer, Request, TypedRequest};
pub use rules::{CallAs, CallOutcome, RulesRuntime};
pub use slot::RulesSlot;
