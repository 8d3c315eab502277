//! The rules as native code, over the same state and with the same types at both ends as the component has.

use coinbox_host::capability::Capabilities;
use coinbox_host::contract::exported::usage as exported;
use coinbox_host::contract::types;
use coinbox_host::contract::usage_types as contract;
use coinbox_host::contract::vault::{MarkVerdict, PasswordVerdict};
use coinbox_host::storage::{self as store, View};
use coinbox_rules::ground::kept::Kept;
use coinbox_rules::ground::texts::{Given, Texts};
use coinbox_rules::port::{self, Changes, FeedLine, UnsealError};
use coinbox_rules::product::{Event, Heading, Product};
use coinbox_rules::turn::{Lent, Turn};
use coinbox_rules::usage::{self, AnswerColumns, BatchAnswer, EventColumns, ProductUse};
use coinbox_rules::vocabulary::{Caller, Operator, Principal};
use serde::Deserialize;
use serde_json::Value;
use std::sync::Arc;

/// The rules with a cache that lives as long as a warm instance's.
#[derive(Default)]
pub(crate) struct Native {
    kept: Kept,
}

struct Host<'a> {
    view: &'a dyn View,
    capabilities: &'a Capabilities,
}

impl port::Storage for Host<'_> {
    fn store_name(&self) -> String {
        self.view.store_name()
    }

    fn mark(&self) -> String {
        self.view.mark()
    }

    fn get_many(&self, keys: &Texts) -> Texts {
        let keys: Vec<&str> = keys.iter().collect();
        let values = self.view.get_many(&keys).expect("the store answers");
        values.iter().map(|value| value.as_deref().unwrap_or_default()).collect()
    }

    fn scan(&self, first: &str, end: &str, direction: port::Direction, limit: u32) -> (Vec<(String, String)>, bool) {
        let direction = match direction {
            port::Direction::Ascending => store::Direction::Ascending,
            port::Direction::Descending => store::Direction::Descending,
        };
        let page = self.view.scan(first, end, direction, limit).expect("the store answers");
        (page.entries.into_iter().map(|(key, value)| (key, value.as_ref().to_owned())).collect(), page.more)
    }

    fn read_feed(&self, _: Option<&str>, _: u64, _: u32) -> Vec<FeedLine> {
        Vec::new()
    }
}

impl port::Vault for Host<'_> {
    fn seal(&self, purpose: &str, secret: &str) -> String {
        self.capabilities.vault.seal(purpose, secret)
    }

    fn unseal(&self, _: &str, _: &str) -> Result<String, UnsealError> {
        Err(UnsealError::NotOurs)
    }

    fn digest(&self, purpose: &str, input: &str) -> String {
        self.capabilities.vault.digest(purpose, input)
    }

    fn mark(&self, purpose: &str, input: &str) -> String {
        self.capabilities.vault.mark(purpose, input)
    }

    fn check(&self, purpose: &str, input: &str, mark: &str) -> port::Marked {
        match self.capabilities.vault.check(purpose, input, mark) {
            MarkVerdict::Same => port::Marked::Same,
            MarkVerdict::SameOutdated => port::Marked::SameOutdated,
            MarkVerdict::Differs => port::Marked::Differs,
        }
    }

    fn hash_password(&self, password: &str) -> String {
        self.capabilities.vault.hash_password(password)
    }

    fn verify_password(&self, password: &str, hash: &str) -> port::Weighed {
        match self.capabilities.vault.verify_password(password, hash) {
            PasswordVerdict::Matches => port::Weighed::Matches,
            PasswordVerdict::MatchesOutdated => port::Weighed::MatchesOutdated,
            PasswordVerdict::Differs => port::Weighed::Differs,
        }
    }
}

impl port::Admission for Host<'_> {
    /// Only operators call here, and their calls are not counted.
    fn admit(&self, _: &port::AdmissionRequest) -> Option<i64> {
        None
    }
}

impl port::Random for Host<'_> {
    fn next(&self) -> u64 {
        let mut bytes = [0; 8];
        self.capabilities.random.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

fn caller(caller: &types::Caller) -> Caller {
    let who = match &caller.who {
        types::Principal::Operator(operator) => {
            Principal::Operator(Operator { name: operator.name.clone(), permissions: operator.permissions.clone() })
        }
        _ => Principal::Nobody,
    };
    Caller {
        who,
        address: caller.address.clone(),
        device: caller.device.clone(),
        request: caller.request.clone(),
        idempotency_key: caller.idempotency_key.clone(),
        part: None,
    }
}

fn event(event: &contract::UsageEvent) -> Event {
    Event {
        id: event.id.clone(),
        auth_id: event.auth_id.clone(),
        product: Product::read(&event.product),
        heading: Heading::read(&event.heading),
        number: event.number.clone(),
        quantity: event.quantity,
        at: event.at,
    }
}

fn staged(changes: Changes) -> store::Changes {
    store::Changes {
        puts: changes.puts.pairs().map(|(key, value)| (key.to_owned(), Arc::from(value))).collect(),
        removes: changes.removes,
        clears: changes.clears,
        lines: changes.lines,
        timers: Vec::new(),
        cancels: changes.cancels,
    }
}

impl Native {
    fn call<T>(&self, view: &dyn View, capabilities: &Capabilities, run: impl FnOnce(Turn<'_>) -> T) -> T {
        let host = Host { view, capabilities };
        let now = capabilities.clock.now();
        run(Turn::new(Lent { storage: &host, vault: &host, random: &host, admission: &host, now, kept: &self.kept }))
    }

    /// `usage.record-events`.
    pub(crate) fn record_events(
        &self,
        view: &dyn View,
        capabilities: &Capabilities,
        who: &types::Caller,
        events: &[contract::UsageEvent],
    ) -> (BatchAnswer, store::Changes) {
        self.call(view, capabilities, |mut call| {
            let answer = usage::record_events(&mut call, &caller(who), events.iter().map(event).collect());
            (answer.expect("the rules accept the batch"), staged(call.into_changes()))
        })
    }

    /// `usage.record-columns`.
    pub(crate) fn record_columns(
        &self,
        view: &dyn View,
        capabilities: &Capabilities,
        who: &types::Caller,
        columns: &exported::EventColumns,
    ) -> (AnswerColumns, store::Changes) {
        let pair = |of: &exported::ProductUse| ProductUse {
            product: Product::read(&of.product),
            heading: Heading::read(&of.heading),
        };
        self.call(view, capabilities, |mut call| {
            let columns = EventColumns {
                names: Given { text: columns.names.text.clone(), lengths: columns.names.lengths.clone() },
                uses: columns.uses.iter().map(pair).collect(),
                used: columns.used.clone(),
                quantities: columns.quantities.clone(),
                moments: columns.moments.clone(),
            };
            let answer = usage::record_columns(&mut call, &caller(who), columns);
            (answer.expect("the rules accept the batch"), staged(call.into_changes()))
        })
    }

    /// `usage.quote-event`, arguments and answer in JSON form as the component's host has them.
    pub(crate) fn quote_event(
        &self,
        view: &dyn View,
        capabilities: &Capabilities,
        who: &types::Caller,
        wanted: &Value,
    ) -> Value {
        let wanted: Event = Event::deserialize(wanted).expect("an event in JSON form");
        self.call(view, capabilities, |call| {
            let quote = usage::quote_event(&call, &caller(who), wanted).expect("the rules have a price");
            serde_json::to_value(quote).expect("a quote has a JSON form")
        })
    }
}
