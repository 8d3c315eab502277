//! Weighing passwords (SEC-8). Hashing one takes tens of milliseconds and tens of megabytes, so it is a query's work: it runs beside the queue of
//! commands, and no command sees a password but to count it.
//!
//! Whatever takes a password is three calls of the host within one request of the customer:
//!
//! 1. `X.start-…` (command) counts the attempt and answers a ticket. A password that is in force is handed to it too, so that the ticket is bound to
//!    this one guess.
//! 2. `passwords.weigh` (query) takes the ticket and the password or passwords, and answers another ticket.
//! 3. `X.finish-…` (command) takes that ticket, once, and acts.
//!
//! Tickets are sealed, live two minutes, and never leave the host. A host that leaves out the third call has used up an attempt and learnt nothing.
//! Callers of such functions take no idempotency key.
//!
//! Generated from `wit/passwords.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::passwords::PasswordError;

#[doc(no_inline)]
pub use crate::contract::people_types::Weakness;

#[doc(no_inline)]
pub use crate::contract::types::{Fact, FieldProblem, FieldRule, Instant, Micros, Problem, Refusal, Suspension};

/// The functions of this interface with Rust types. [`Coinbox::passwords`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Weighing passwords (SEC-8). Hashing one takes tens of milliseconds and tens of megabytes, so it is a query's work: it runs beside the queue of
    /// commands, and no command sees a password but to count it.
    pub fn passwords(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. It takes no caller: the ticket says what is weighed. `old`: the password that is in force, as `start-…` was given it; `none` where it
    /// was given none. `new`: the one that is to be, where there is one: 12 to 256 characters and at most 1024 bytes, with an upper-case letter, a
    /// lower-case letter, a digit and a symbol, or 20 characters and more of any kind (R56); not one of the usual ones, and not made of the address, the name
    /// of the account and runs of letters. One call takes the time of one hash for each password, whether or not the address has a member.
    pub fn weigh(&self, ticket: &str, old: Option<&str>, new: Option<&str>) -> Reply<String, PasswordError> {
        let request =
            WeighRequest { ticket: ticket.to_owned(), old: old.map(str::to_owned), new: new.map(str::to_owned) };
        self.host.ask(request)
    }

    /// [`Functions::weigh`] for asynchronous programs.
    pub async fn weigh_async(
        &self,
        ticket: &str,
        old: Option<&str>,
        new: Option<&str>,
    ) -> Reply<String, PasswordError> {
        let request =
            WeighRequest { ticket: ticket.to_owned(), old: old.map(str::to_owned), new: new.map(str::to_owned) };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct WeighRequest {
    ticket: String,
    old: Option<String>,
    new: Option<String>,
}

impl TypedRequest for WeighRequest {
    const FUNCTION: &'static str = "passwords.weigh";
    type Answer = Result<String, PasswordError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_passwords();
        rules.call_weigh(store, &self.ticket, self.old.as_deref(), self.new.as_deref())
    }
}
