//! What a request meets: keys first, then the card.

use super::book::{Intention, Page, State};
use super::card::{Card, Plan, Step, reason_of};
use super::desk::Sandbox;
use super::records::{ASK_AGAIN_MS, Carried, SandboxError};
use crate::capability::Instant;
use crate::contract::payment_types::{Declined, PaymentOutcome};
use crate::contract::types::Pending;

/// Micros in a unit of a currency.
const UNIT: i64 = 1_000_000;
const KEY_BYTES_MAX: usize = 255;

/// Micros in the smallest unit of a currency, of which the gateway moves whole ones; hundredths where the currency is not known.
fn smallest_unit(currency: &str) -> i64 {
    UNIT / 10_i64.pow(coinbox_forms::currency::digits(currency).unwrap_or(2).into())
}

impl Sandbox {
    /// How an intention that the gateway has heard of stands.
    pub(super) fn outcome(&self, intention: &Intention, now: Instant) -> PaymentOutcome {
        match intention.state {
            State::Paid => PaymentOutcome::Paid(intention.paid()),
            State::Declined => declined(&intention.code),
            State::Closed => declined("key_closed"),
            State::Pending | State::PendingDecline => {
                PaymentOutcome::Pending(Pending { ask_again: intention.settles_at.unwrap_or(now + ASK_AGAIN_MS) })
            }
            State::NotTaken => PaymentOutcome::NotSent(self.not_sent("the gateway is down")),
            State::LostBefore | State::InTransit | State::Never => PaymentOutcome::Unknown("no answer".into()),
        }
    }

    /// The key's earlier intention, if the gateway still goes by it.
    fn earlier(&self, page: &Page<'_>, wanted: &Intention) -> Result<Option<Intention>, SandboxError> {
        Ok(page.latest(&wanted.key)?.filter(|known| {
            let age = wanted.received_at.saturating_sub(known.received_at);
            let never_begun = matches!(known.state, State::Closed | State::LostBefore | State::NotTaken);
            never_begun || age < self.settings.idempotency_memory_ms
        }))
    }

    /// A charge and, if it is slow, for how long.
    pub(super) fn charge_once(&self, page: &Page<'_>, mut wanted: Intention, present: bool) -> Carried {
        let now = wanted.received_at;
        if let Some(mut known) = self.earlier(page, &wanted)? {
            if known.state != State::Closed && !known.same_request(&wanted) {
                return Ok((declined("key_reused"), 0));
            }
            if matches!(known.state, State::LostBefore | State::NotTaken | State::InTransit) {
                come_nearer(&mut known, now);
                page.update(&known)?;
            }
            return Ok((self.outcome(&known, now), 0));
        }
        let Some(card) = Card::parse(&wanted.method) else { return Ok((declined("no_such_method"), 0)) };
        if page.is_forgotten(&wanted.method)? {
            return Ok((declined("method_removed"), 0));
        }
        let step = self.next_step(page, &card, &wanted)?;
        let mut first_answer = None;
        let mut slow_ms = 0;
        let unknown = || Some(PaymentOutcome::Unknown("no answer".into()));
        match step {
            Step::Approve => wanted.pay(now),
            Step::Decline(code) => wanted.decline(code),
            Step::Confirm if present => wanted.pay(now),
            Step::Confirm => wanted.decline("confirmation_required"),
            Step::TimeoutBefore => wanted.state = State::LostBefore,
            Step::TimeoutAfter => {
                wanted.pay(now);
                first_answer = unknown();
            }
            Step::Late { after_ms, declined } => {
                wanted.settles_at = Some(now.saturating_add(after_ms.unwrap_or(self.settings.late_ms)));
                wanted.state = if declined { State::PendingDecline } else { State::Pending };
                wanted.code = if declined { "insufficient_funds".to_owned() } else { String::new() };
            }
            Step::LateFinds(finds) => {
                wanted.state = State::Pending;
                wanted.remaining = finds - 1;
            }
            Step::UnknownThenPaid => {
                wanted.state = State::InTransit;
                wanted.remaining = 2;
            }
            Step::UnknownThenNever => {
                wanted.state = State::Never;
                wanted.settles_at = Some(now.saturating_add(self.settings.give_up_ms));
            }
            Step::Slow(ms) => {
                wanted.pay(now);
                slow_ms = ms.unwrap_or(self.settings.slow_ms);
            }
            Step::NotSent(0) => wanted.pay(now),
            Step::NotSent(tries) => {
                wanted.state = State::NotTaken;
                wanted.remaining = tries - 1;
            }
        }
        let added = page.add(wanted)?;
        Ok((first_answer.unwrap_or_else(|| self.outcome(&added, now)), slow_ms))
    }

    fn next_step(&self, page: &Page<'_>, card: &Card, wanted: &Intention) -> Result<Step, SandboxError> {
        let charges_before = page.count_charge(&wanted.method)?;
        if month_of(wanted.received_at) > card.expires {
            return Ok(Step::Decline("expired_card"));
        }
        Ok(match &card.plan {
            Plan::Always(step) => step.clone(),
            Plan::Script(steps) => {
                let turn = charges_before % steps.len() as u64;
                steps.get(usize::try_from(turn).unwrap_or(0)).cloned().unwrap_or(Step::Approve)
            }
            Plan::DeclineAfter(count) if charges_before >= u64::from(*count) => Step::Decline("insufficient_funds"),
            Plan::Limit(limit) if page.taken(&wanted.method)?.saturating_add(wanted.amount) > *limit => {
                Step::Decline("card_limit_exceeded")
            }
            Plan::DeclineAfter(_) | Plan::Limit(_) => Step::Approve,
        })
    }

    /// A refund.
    pub(super) fn refund_once(&self, page: &Page<'_>, mut wanted: Intention, charge_key: &str) -> Carried {
        let now = wanted.received_at;
        if let Some(known) = self.earlier(page, &wanted)? {
            if known.state != State::Closed && !known.same_request(&wanted) {
                return Ok((declined("key_reused"), 0));
            }
            return Ok((self.outcome(&known, now), 0));
        }
        let Some((charged, currency)) = page.charged(charge_key)? else { return Ok((declined("no_such_charge"), 0)) };
        if currency != wanted.currency {
            return Ok((declined("bad_currency"), 0));
        }
        if page.refunded(charge_key)?.saturating_add(wanted.amount) > charged {
            return Ok((declined("refund_above_charge"), 0));
        }
        let declines = page.method_of(charge_key)?.and_then(|method| Card::parse(&method));
        if declines
            .is_some_and(|card| page.declined_refunds(charge_key).is_ok_and(|count| count < card.declined_refunds))
        {
            wanted.decline("refund_declined");
        } else {
            wanted.pay(now);
        }
        let added = page.add(wanted)?;
        Ok((self.outcome(&added, now), 0))
    }
}

impl Intention {
    /// A request that nothing is known of yet.
    pub(super) fn wanted(key: &str, amount: i64, currency: &str, now: Instant) -> Intention {
        Intention {
            number: 0,
            key: key.to_owned(),
            charge_key: None,
            auth_id: String::new(),
            amount,
            currency: currency.to_owned(),
            method: String::new(),
            state: State::Closed,
            remaining: 0,
            settles_at: None,
            code: String::new(),
            paid_at: None,
            received_at: now,
            metadata: "[]".to_owned(),
        }
    }

    /// The code of the first broken rule about the request as such.
    pub(super) fn problem(&self) -> Option<&'static str> {
        let key_good = |key: &str| {
            !key.is_empty() && key.len() <= KEY_BYTES_MAX && key.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        };
        if !key_good(&self.key) || self.charge_key.as_deref().is_some_and(|key| !key_good(key)) {
            Some("bad_key")
        } else if self.amount <= 0 || self.amount % smallest_unit(&self.currency) != 0 {
            Some("bad_amount")
        } else if self.currency.len() != 3 || !self.currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            Some("bad_currency")
        } else {
            None
        }
    }

    fn pay(&mut self, now: Instant) {
        self.state = State::Paid;
        self.paid_at = Some(now);
        self.settles_at = None;
    }

    fn decline(&mut self, code: &str) {
        self.state = State::Declined;
        self.code = code.to_owned();
    }
}

/// One more try or find of an intention that waits for a number of them.
pub(super) fn come_nearer(intention: &mut Intention, now: Instant) {
    if intention.remaining > 0 { intention.remaining -= 1 } else { intention.pay(now) }
}

pub(super) fn declined(code: &str) -> PaymentOutcome {
    PaymentOutcome::Declined(Declined { reason: reason_of(code), code: code.to_owned() })
}

/// Year and month, UTC.
fn month_of(moment: Instant) -> (u16, u8) {
    let date = jiff::Timestamp::from_millisecond(moment).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date();
    (u16::try_from(date.year()).unwrap_or(0), u8::try_from(date.month()).unwrap_or(0))
}
