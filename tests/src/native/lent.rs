//! What native rules are lent: the host's own capabilities behind the traits that the rules ask for.

use crate::mapping::Translate;
use coinbox_host::capability::{self, Capabilities};
use coinbox_host::contract::admission_types::{AdmissionRequest, RateClass};
use coinbox_host::contract::vault::{MarkVerdict, PasswordVerdict, UnsealError};
use coinbox_host::storage::{self, View};
use coinbox_rules::ground::texts::Texts;
use coinbox_rules::outside::{
    ChargeRequest, CodeMessage, Effects, Finding, HangUpRequest, MailOutcome, Message, MethodAnswer, MovementPage,
    OfferFilter, OfferPage, OrderRequest, PaymentOutcome, RefundRequest, ReleaseRequest, StockOutcome, StockPage,
    TelephonyOutcome,
};
use coinbox_rules::port;

/// The one state. A store that breaks ends the test.
pub(super) struct LentStorage<'a>(pub &'a dyn View);

impl port::Storage for LentStorage<'_> {
    fn store_name(&self) -> String {
        self.0.store_name()
    }

    fn mark(&self) -> String {
        self.0.mark()
    }

    fn get_many(&self, keys: &Texts) -> Texts {
        let keys: Vec<&str> = keys.iter().collect();
        storage::limits::check_get(&keys).expect("the rules keep the contract's limits");
        let values = self.0.get_many(&keys).expect("the store answers");
        values.iter().map(|value| value.as_deref().unwrap_or_default()).collect()
    }

    fn scan(&self, first: &str, end: &str, direction: port::Direction, limit: u32) -> (Vec<(String, String)>, bool) {
        storage::limits::check_scan(first, end, limit).expect("the rules keep the contract's limits");
        let direction = match direction {
            port::Direction::Ascending => storage::Direction::Ascending,
            port::Direction::Descending => storage::Direction::Descending,
        };
        if first >= end {
            return (Vec::new(), false);
        }
        let page = self.0.scan(first, end, direction, limit).expect("the store answers");
        (page.entries.into_iter().map(|(key, value)| (key, value.as_ref().to_owned())).collect(), page.more)
    }

    fn read_feed(&self, topic: Option<&str>, after: u64, limit: u32) -> Vec<port::FeedLine> {
        storage::limits::check_feed(topic, limit).expect("the rules keep the contract's limits");
        let lines = self.0.read_feed(topic, after, limit).expect("the store answers");
        let line = |line: storage::FeedLine| port::FeedLine {
            position: line.position,
            topic: line.topic.as_ref().to_owned(),
            body: line.body.as_ref().to_owned(),
        };
        lines.into_iter().map(line).collect()
    }
}

/// The host's keys.
pub(super) struct LentVault<'a>(pub &'a dyn capability::Vault);

impl port::Vault for LentVault<'_> {
    fn seal(&self, purpose: &str, secret: &str) -> String {
        self.0.seal(purpose, secret)
    }

    fn unseal(&self, purpose: &str, sealed: &str) -> Result<String, port::UnsealError> {
        self.0.unseal(purpose, sealed).map_err(|error| match error {
            UnsealError::NotOurs => port::UnsealError::NotOurs,
            UnsealError::KeyDestroyed => port::UnsealError::KeyDestroyed,
        })
    }

    fn digest(&self, purpose: &str, input: &str) -> String {
        self.0.digest(purpose, input)
    }

    fn mark(&self, purpose: &str, input: &str) -> String {
        self.0.mark(purpose, input)
    }

    fn check(&self, purpose: &str, input: &str, mark: &str) -> port::Marked {
        match self.0.check(purpose, input, mark) {
            MarkVerdict::Same => port::Marked::Same,
            MarkVerdict::SameOutdated => port::Marked::SameOutdated,
            MarkVerdict::Differs => port::Marked::Differs,
        }
    }

    fn hash_password(&self, password: &str) -> String {
        self.0.hash_password(password)
    }

    fn verify_password(&self, password: &str, hash: &str) -> port::Weighed {
        match self.0.verify_password(password, hash) {
            PasswordVerdict::Matches => port::Weighed::Matches,
            PasswordVerdict::MatchesOutdated => port::Weighed::MatchesOutdated,
            PasswordVerdict::Differs => port::Weighed::Differs,
        }
    }
}

/// The host's count of calls, by the moment of the call.
pub(super) struct LentAdmission<'a> {
    pub admission: &'a dyn capability::Admission,
    pub now: i64,
}

impl port::Admission for LentAdmission<'_> {
    fn admit(&self, request: &port::AdmissionRequest) -> Option<i64> {
        let class = match request.class {
            port::RateClass::Standard => RateClass::Standard,
            port::RateClass::Lookup => RateClass::Lookup,
            port::RateClass::Message => RateClass::Message,
            port::RateClass::Session => RateClass::Session,
        };
        let port::AdmissionRequest { main, holder, credential, class: _, per_second, request } = request.clone();
        self.admission.admit(self.now, &AdmissionRequest { main, holder, credential, class, per_second, request })
    }
}

/// The host's random bytes, in the portions that the component takes them in.
pub(super) struct LentRandom<'a>(pub &'a dyn capability::Random);

impl port::Random for LentRandom<'_> {
    fn next(&self) -> u64 {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

/// The outside.
pub(super) struct LentEffects<'a> {
    capabilities: &'a Capabilities,
    vault: LentVault<'a>,
}

impl LentEffects<'_> {
    pub(super) fn of(capabilities: &Capabilities) -> LentEffects<'_> {
        LentEffects { capabilities, vault: LentVault(&*capabilities.vault) }
    }
}

impl Effects for LentEffects<'_> {
    fn vault(&self) -> &dyn port::Vault {
        &self.vault
    }

    fn charge(&self, request: &ChargeRequest) -> PaymentOutcome {
        self.capabilities.payment.charge(request.clone().translate()).translate()
    }

    fn refund(&self, request: &RefundRequest) -> PaymentOutcome {
        self.capabilities.payment.refund(request.clone().translate()).translate()
    }

    fn find(&self, key: &str) -> Finding {
        self.capabilities.payment.find(key).translate()
    }

    fn close(&self, key: &str) -> Finding {
        self.capabilities.payment.close(key).translate()
    }

    fn movements_since(&self, since: i64, cursor: Option<&str>) -> Option<MovementPage> {
        self.capabilities.payment.movements_since(since, cursor).map(Translate::translate)
    }

    fn describe_method(&self, token: &str) -> MethodAnswer {
        self.capabilities.payment.describe_method(token).translate()
    }

    fn forget_method(&self, token: &str) -> bool {
        self.capabilities.payment.forget_method(token)
    }

    fn send_mail(&self, message: &Message) -> MailOutcome {
        self.capabilities.email.send(&message.clone().translate()).translate()
    }

    fn send_code(&self, message: &CodeMessage) -> TelephonyOutcome {
        self.capabilities.telephony.send_code(&message.clone().translate()).translate()
    }

    fn hang_up(&self, request: &HangUpRequest) -> Vec<String> {
        self.capabilities.telephony.hang_up(&request.clone().translate())
    }

    fn offer(&self, filter: &OfferFilter) -> Option<OfferPage> {
        self.capabilities.inventory.offer(&filter.clone().translate()).map(Translate::translate)
    }

    fn order(&self, request: &OrderRequest) -> StockOutcome {
        self.capabilities.inventory.order(&request.clone().translate()).translate()
    }

    fn release(&self, request: &ReleaseRequest) -> StockOutcome {
        self.capabilities.inventory.release(&request.clone().translate()).translate()
    }

    fn find_order(&self, key: &str) -> Option<StockOutcome> {
        self.capabilities.inventory.find(key).map(Translate::translate)
    }

    fn warn(&self, text: &str) {
        eprintln!("warning of the rules: {text}");
    }

    fn orders_since(&self, since: i64, cursor: Option<&str>) -> Option<StockPage> {
        self.capabilities.inventory.orders_since(since, cursor).map(Translate::translate)
    }
}
