//! The built rules component in the engine: it describes all that it exports, and each way of calling it gives one answer.

#[path = "hostile_support/mod.rs"]
#[allow(dead_code)]
mod support;

use coinbox_host::contract::exported::{about, accounts};
use coinbox_host::contract::types::{Caller, Credential, Principal, Refusal};
use coinbox_host::engine::{CallAs, CallContext, Class, RulesRuntime};
use coinbox_host::json;
use coinbox_host::storage::{Direction, FeedLine, Page, StoreError, View};
use coinbox_tests::components;
use serde::Serialize;
use std::sync::Arc;
use std::time::Duration;

struct Empty;

impl View for Empty {
    fn store_name(&self) -> String {
        "0123456789abcdef".to_owned()
    }
    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Arc<str>>>, StoreError> {
        Ok(vec![None; keys.len()])
    }
    fn scan(&self, _: &str, _: &str, _: Direction, _: u32) -> Result<Page, StoreError> {
        Ok(Page::default())
    }
    fn read_feed(&self, _: Option<&str>, _: u64, _: u32) -> Result<Vec<FeedLine>, StoreError> {
        Ok(Vec::new())
    }
}

#[test]
fn every_export_is_described() {
    let functions = components::warm_rules().functions();
    assert_eq!(functions.undescribed(), [] as [&str; 0]);
    assert_eq!(functions.iter().count(), functions.facts().functions.len());
    assert_eq!(components::warm_rules().class("jobs.perform"), Some(Class::Effect));
}

#[test]
fn describing_gives_the_same_facts_in_every_instance() {
    let lent = support::capabilities(Duration::ZERO);
    for engine in [components::warm_rules(), components::fresh_rules()] {
        let context = CallContext { class: Class::Query, view: None, capabilities: &lent, now: support::NOW };
        let answer = engine.call(None, context, "about.describe", &serde_json::json!({})).answer.expect("an answer");
        let facts: about::Facts = json::from_value(&answer).expect("facts");
        assert_eq!(&facts, engine.functions().facts());
    }
}

#[test]
fn typed_calls_and_calls_as_json_answer_alike() {
    #[derive(Serialize)]
    struct Arguments<'a> {
        caller: &'a Caller,
    }
    let credential = Credential { auth_id: "MA000000000000000001".to_owned(), token: "x".repeat(40) };
    let caller = Caller {
        who: Principal::Token(credential),
        address: None,
        device: None,
        request: "r-1".to_owned(),
        idempotency_key: None,
        part: None,
    };
    let lent = support::capabilities(Duration::ZERO);
    let engine = components::warm_rules();
    let context =
        || CallContext { class: Class::Query, view: Some(Arc::new(Empty)), capabilities: &lent, now: support::NOW };
    let refused = Ok(Err(accounts::AccountError::Refused(Refusal::Unauthenticated)));
    let typed = engine.authenticate(None, context(), &caller);
    assert_eq!(typed.answer, refused);
    let through_json = engine.call_as(None, context(), "accounts.authenticate", &Arguments { caller: &caller });
    assert_eq!(through_json.answer, refused);
}
