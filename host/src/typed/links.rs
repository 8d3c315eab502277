//! Links that mails carry. A link is a secret (`lk_…`) that the host puts behind the address of its own pages. Looking at one uses nothing up:
//! mail programs and previews do so.
//!
//! Generated from `wit/links.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::links::{LinkError, LinkInfo};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::links`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Links that mails carry. A link is a secret (`lk_…`) that the host puts behind the address of its own pages. Looking at one uses nothing up:
    /// mail programs and previews do so.
    pub fn links(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. Anybody with the link. It changes nothing.
    pub fn look(&self, caller: &Caller, link: &str) -> Reply<LinkInfo, LinkError> {
        let request =
            LookRequest { caller: self.host.caller_for(LookRequest::FUNCTION, caller), link: link.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::look`] for asynchronous programs.
    pub async fn look_async(&self, caller: &Caller, link: &str) -> Reply<LinkInfo, LinkError> {
        let request =
            LookRequest { caller: self.host.caller_for(LookRequest::FUNCTION, caller), link: link.to_owned() };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct LookRequest {
    caller: Caller,
    link: String,
}

impl TypedRequest for LookRequest {
    const FUNCTION: &'static str = "links.look";
    type Answer = Result<LinkInfo, LinkError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_links();
        rules.call_look(store, &self.caller, &self.link)
    }
}
