//! A host around the hostile component: one fixed state, and an outside that answers when it is told to.

use coinbox_host::admission::Buckets;
use coinbox_host::capability::{
    Capabilities, Clock, Instant, Inventory, Mailer, PaymentGateway, Random, Telephony, Vault,
};
use coinbox_host::contract::{email_types, inventory_types, payment_types, telephony_types, vault};
use coinbox_host::engine::{CallContext, CallOutcome, Class, Engine, RulesRuntime, RulesSlot};
use coinbox_host::storage::{Direction, FeedLine, Page, StoreError, View};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;

/// The moment of every call.
pub(crate) const NOW: Instant = 1_700_000_000_123;

/// A store with one entry. Reading `slow` takes time, reading `broken` fails.
pub(crate) struct FixedView;

impl View for FixedView {
    fn store_name(&self) -> String {
        "0123456789abcdef".to_owned()
    }
    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Arc<str>>>, StoreError> {
        let value = |key: &&str| match *key {
            "good" => Ok(Some("\"kept\"".into())),
            "broken" => Err(StoreError("disk on fire".to_owned())),
            "slow" => {
                std::thread::sleep(Duration::from_millis(150));
                Ok(None)
            }
            _ => Ok(None),
        };
        keys.iter().map(value).collect()
    }
    fn scan(&self, first: &str, end: &str, _: Direction, _: u32) -> Result<Page, StoreError> {
        assert!(first < end, "the engine asks for no empty span");
        Ok(Page::default())
    }
    fn read_feed(&self, _: Option<&str>, _: u64, _: u32) -> Result<Vec<FeedLine>, StoreError> {
        Ok(Vec::new())
    }
}

/// Everything that is lent; charges take as long as it says.
#[derive(Clone, Copy)]
pub(crate) struct Outside {
    pub charge_takes: Duration,
}

impl Clock for Outside {
    fn now(&self) -> Instant {
        panic!("the moment of a call is given with the call")
    }
}

impl Random for Outside {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

impl Vault for Outside {
    fn seal(&self, _: &str, secret: &str) -> String {
        secret.to_owned()
    }
    fn unseal(&self, _: &str, _: &str) -> Result<String, vault::UnsealError> {
        Err(vault::UnsealError::NotOurs)
    }
    fn digest(&self, _: &str, _: &str) -> String {
        "digest".to_owned()
    }
    fn mark(&self, _: &str, _: &str) -> String {
        "mark".to_owned()
    }
    fn check(&self, _: &str, _: &str, _: &str) -> vault::MarkVerdict {
        vault::MarkVerdict::Differs
    }
    fn hash_password(&self, _: &str) -> String {
        "hash".to_owned()
    }
    fn verify_password(&self, _: &str, _: &str) -> vault::PasswordVerdict {
        vault::PasswordVerdict::Differs
    }
}

impl PaymentGateway for Outside {
    fn charge(&self, request: payment_types::ChargeRequest) -> payment_types::PaymentOutcome {
        assert_eq!(request.amount, 25_000_000, "no other charge reaches the gateway");
        std::thread::sleep(self.charge_takes);
        payment_types::PaymentOutcome::Paid(payment_types::Paid { reference: "gateway-1".to_owned(), at: NOW })
    }
    fn refund(&self, _: payment_types::RefundRequest) -> payment_types::PaymentOutcome {
        unreachable!()
    }
    fn find(&self, _: &str) -> payment_types::Finding {
        std::thread::sleep(self.charge_takes);
        payment_types::Finding::NotFound
    }
    fn close(&self, _: &str) -> payment_types::Finding {
        unreachable!()
    }
    fn movements_since(&self, _: Instant, _: Option<&str>) -> Option<payment_types::MovementPage> {
        unreachable!()
    }
    fn describe_method(&self, _: &str) -> payment_types::MethodAnswer {
        unreachable!()
    }
    fn forget_method(&self, _: &str) -> bool {
        unreachable!()
    }
}

impl Mailer for Outside {
    fn send(&self, _: &email_types::MailMessage) -> email_types::MailOutcome {
        unreachable!()
    }
}

impl Telephony for Outside {
    fn send_code(&self, _: &telephony_types::CodeMessage) -> telephony_types::CodeOutcome {
        unreachable!()
    }
    fn hang_up(&self, _: &telephony_types::HangUpRequest) -> Vec<String> {
        unreachable!()
    }
}

impl Inventory for Outside {
    fn offer(&self, _: &inventory_types::OfferFilter) -> Option<inventory_types::OfferPage> {
        unreachable!()
    }
    fn order(&self, _: &inventory_types::OrderRequest) -> inventory_types::StockOutcome {
        unreachable!()
    }
    fn release(&self, _: &inventory_types::ReleaseRequest) -> inventory_types::StockOutcome {
        unreachable!()
    }
    fn orders_since(&self, _: Instant, _: Option<&str>) -> Option<inventory_types::StockPage> {
        unreachable!()
    }
    fn find(&self, _: &str) -> Option<inventory_types::StockOutcome> {
        unreachable!()
    }
}

/// What is lent.
pub(crate) fn capabilities(charge_takes: Duration) -> Capabilities {
    let outside = Arc::new(Outside { charge_takes });
    Capabilities {
        clock: outside.clone(),
        random: outside.clone(),
        vault: outside.clone(),
        admission: Arc::new(Buckets::default()),
        payment: outside.clone(),
        email: outside.clone(),
        telephony: outside.clone(),
        inventory: outside,
    }
}

/// One call of the hostile component, of the class that its export has.
pub(crate) fn call(engine: &Engine, slot: Option<&mut RulesSlot>, function: &str, behaviour: &str) -> CallOutcome {
    call_with(engine, slot, function, behaviour, &capabilities(Duration::ZERO))
}

pub(crate) fn call_with(
    engine: &Engine,
    slot: Option<&mut RulesSlot>,
    function: &str,
    behaviour: &str,
    capabilities: &Capabilities,
) -> CallOutcome {
    let class = engine.class(function).expect("described");
    let view: Option<Arc<dyn View>> = (class != Class::Effect).then(|| Arc::new(FixedView) as _);
    let context = CallContext { class, view, capabilities, now: NOW };
    let arguments = match function {
        "jobs.perform" => json!({"task": {"job": behaviour, "attempt": 1, "work": {"close-payment": {"key": "key"}}}}),
        _ => json!({"job": behaviour}),
    };
    engine.call(slot, context, function, &arguments)
}

/// A command that does all it should: the sign that a host serves on.
pub(crate) fn assert_serves(engine: &Engine, slot: Option<&mut RulesSlot>) {
    let outcome = call(engine, slot, "jobs.begin", "good");
    assert_eq!(outcome.answer, Ok(json!({"ok": "rest"})));
    let changes = outcome.changes.expect("a command that succeeds keeps its changes");
    assert_eq!(changes.puts, [("good".to_owned(), Arc::from("1"))]);
    assert_eq!((changes.lines.len(), changes.timers[0].due), (1, NOW));
}

/// The answer of a call that must give one.
pub(crate) fn answer(outcome: CallOutcome) -> Value {
    outcome.answer.unwrap_or_else(|error| panic!("{error}"))
}
