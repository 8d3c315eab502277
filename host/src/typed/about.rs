//! Facts about the component itself. One build always gives the same facts.
//!
//! Generated from `wit/about.wit`: see [`crate::typed`].

use crate::coinbox::{Coinbox, HostError};
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(no_inline)]
pub use crate::contract::admission_types::RateClass;

#[doc(inline)]
pub use crate::contract::exported::about::{Class, Facts, FunctionFacts, Limit, Route, RouteWay, Standing, TokenKind};

#[doc(no_inline)]
pub use crate::contract::people_types::Role;

/// The functions of this interface with Rust types. [`Coinbox::about`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Facts about the component itself. One build always gives the same facts.
    pub fn about(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. Describes this build. Uses no import.
    pub fn describe(&self) -> Result<Facts, HostError> {
        let request = DescribeRequest {};
        self.host.ask(request)
    }

    /// [`Functions::describe`] for asynchronous programs.
    pub async fn describe_async(&self) -> Result<Facts, HostError> {
        let request = DescribeRequest {};
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct DescribeRequest {}

impl TypedRequest for DescribeRequest {
    const FUNCTION: &'static str = "about.describe";
    type Answer = Facts;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_about();
        rules.call_describe(store)
    }
}
