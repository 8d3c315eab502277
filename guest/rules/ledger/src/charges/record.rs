//! The record of a charge, and each step of its life.

use super::dispute::{Dispute, NewDispute};
use super::forms::{ChargeKind, ChargeState, JOB, ShownCharge, card_name};
use crate::lots::Place;
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::AuthId;
use coinbox_ground::metadata;
use coinbox_ground::money::Money;
use coinbox_ground::outside::DeclineReason;
use coinbox_ground::turn::Record;
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use serde::{Deserialize, Serialize};

/// The record of a charge, at `ch/<account>/<number, newest first>`. Its fields change by its functions only.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Charge {
    /// Version of the record.
    v: u32,
    /// Counted per account from 1.
    number: u32,
    /// What it is for.
    kind: ChargeKind,
    /// How much.
    amount: Money,
    /// Number of the card that it is asked of.
    card: u32,
    /// Brand and last digits, for people.
    card_label: String,
    /// The key that the gateway knows it by.
    key: String,
    /// How it stands.
    state: ChargeState,
    /// The attempt under way or done last; 0: none.
    attempt: u32,
    /// The last attempt whose outcome was booked: a second finish of it changes nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    answered: u32,
    /// When it was written down.
    created: Instant,
    /// When it was sent last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<Instant>,
    /// When it became final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<Instant>,
    /// The gateway's name for what it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// Number and place of the lot that it has credited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lot: Option<(u32, Place)>,
    /// How often it was asked about.
    asked: u32,
    /// Whether the operator's queue and the customer know that it is open for too long.
    overdue: bool,
    /// Whether the operator has given it up: the gateway is asked to make it final.
    given_up: bool,
    /// Number of the invoice that it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    invoice: Option<String>,
    /// Number of its receipt. None: it is not final, or a version that did not note it made the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receipt: Option<String>,
    /// What its card holder has taken back.
    #[serde(default, skip_serializing_if = "no_money")]
    charged_back: Money,
    /// References of its chargebacks: each is booked once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    chargebacks: Vec<String>,
    /// For which client's key, in digests: the gateway keeps it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_for: Option<Asked>,
    /// Whether a reconciliation has found it at the gateway: a history that was lost has sent it, this one only asks about it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    recovered: bool,
    /// What is known of each of them; an older version has kept the references only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    disputes: Vec<Dispute>,
}

fn is_zero(answered: &u32) -> bool {
    *answered == 0
}

fn no_money(amount: &Money) -> bool {
    *amount == Money::ZERO
}

impl Record for Charge {
    const KIND: &'static str = "charge";
}

/// What a charge is from its first moment on.
pub struct NewCharge {
    /// Counted per account from 1.
    pub number: u32,
    /// What it is for.
    pub kind: ChargeKind,
    /// How much.
    pub amount: Money,
    /// Number of the card that it is asked of; 0: not known.
    pub card: u32,
    /// Brand and last digits, for people.
    pub card_label: String,
    /// The key that the gateway knows it by.
    pub key: String,
    /// Number of the invoice that it pays.
    pub invoice: Option<String>,
    /// For which client's key.
    pub asked_for: Option<Asked>,
}

/// How a charge begins.
impl Charge {
    /// Writes one down that is to be sent.
    pub fn open(new: NewCharge, now: Instant) -> Charge {
        Charge {
            v: 1,
            number: new.number,
            kind: new.kind,
            amount: new.amount,
            card: new.card,
            card_label: new.card_label,
            key: new.key,
            state: ChargeState::Due,
            attempt: 0,
            answered: 0,
            created: now,
            sent: None,
            settled: None,
            reference: None,
            lot: None,
            asked: 0,
            overdue: false,
            given_up: false,
            invoice: new.invoice,
            receipt: None,
            charged_back: Money::ZERO,
            chargebacks: Vec::new(),
            asked_for: new.asked_for,
            recovered: false,
            disputes: Vec::new(),
        }
    }

    /// One that a history which was lost has sent: it is only asked about.
    pub fn found(new: NewCharge, received: Instant) -> Charge {
        Charge {
            state: ChargeState::Open,
            attempt: 1,
            answered: 1,
            sent: Some(received),
            recovered: true,
            ..Charge::open(new, received)
        }
    }

    /// One of a payment that was credited without a charge: it has been paid at `booked`, for this lot.
    pub fn adopted(new: NewCharge, since: Instant, booked: Instant, lot: (u32, Place)) -> Charge {
        Charge { state: ChargeState::Paid, settled: Some(booked), lot: Some(lot), ..Charge::open(new, since) }
    }
}

/// What happens to a charge until it is final.
impl Charge {
    /// It goes to the gateway. `elsewhere`: its key is of a history that was lost, where it may have been sent.
    pub fn send(&mut self, now: Instant, elsewhere: bool) {
        self.attempt = self.attempt.max(u32::from(elsewhere));
        self.state = ChargeState::Open;
        self.sent = Some(now);
    }

    /// Starts the next attempt. Answers its number.
    pub fn start(&mut self) -> u32 {
        self.attempt += 1;
        self.attempt
    }

    /// Notes that the outcome of the current attempt is booked.
    pub fn answered(&mut self) {
        self.answered = self.attempt;
    }

    /// Notes that it is asked about once more.
    pub fn ask(&mut self) {
        self.asked = self.asked.saturating_add(1);
    }

    /// Notes that it is open for too long, and that this was told.
    pub fn become_overdue(&mut self) {
        self.overdue = true;
    }

    /// From now on the gateway is asked to make it final.
    pub fn give_up(&mut self) {
        self.given_up = true;
    }

    /// Final: the gateway has moved it, under this name.
    pub fn pay(&mut self, now: Instant, reference: &str) {
        self.settle(ChargeState::Paid, now);
        self.reference = Some(reference.to_owned());
    }

    /// What was paid has become this lot.
    pub fn credit(&mut self, lot: u32, place: Place) {
        self.lot = Some((lot, place));
    }

    /// Final: the gateway has not moved it.
    pub fn decline(&mut self, now: Instant, reason: DeclineReason) {
        self.settle(ChargeState::Declined(reason), now);
    }

    /// Final: it moved nothing and never will.
    pub fn drop(&mut self, now: Instant, cause: &str) {
        self.settle(ChargeState::Void(cause.to_owned()), now);
    }

    fn settle(&mut self, state: ChargeState, now: Instant) {
        self.state = state;
        self.settled = Some(now);
    }

    /// Notes the number of its receipt.
    pub fn note_receipt(&mut self, receipt: &str) {
        self.receipt = Some(receipt.to_owned());
    }
}

/// What happens to a charge that was paid.
impl Charge {
    /// The card holder has taken so much of it back.
    pub fn charge_back(&mut self, new: NewDispute, now: Instant) -> Result<(), Fault> {
        self.charged_back = self.charged_back.plus(new.amount)?;
        self.chargebacks.push(new.reference.clone());
        self.disputes.push(Dispute::record(new, now));
        Ok(())
    }

    /// A chargeback of it was won: the payment stands again. Answers which one it was, counted from 0.
    pub fn win(&mut self, dispute: &Dispute, now: Instant) -> Result<u32, Fault> {
        self.charged_back = self.charged_back.minus(dispute.amount())?;
        self.disputes.retain(|known| known.reference() != dispute.reference());
        self.disputes.push(dispute.won_at(now));
        Ok(nth(&self.chargebacks, dispute))
    }

    /// Notes the number of the document of a chargeback. Answers whether it was won meanwhile; none: nothing more is known of it.
    pub fn note_chargeback_receipt(&mut self, reference: &str, receipt: &str) -> Option<bool> {
        let dispute = self.disputes.iter_mut().find(|dispute| dispute.reference() == reference)?;
        dispute.number(receipt);
        Some(dispute.is_won())
    }

    /// The chargeback that is the nth, counted from 0, if more than its reference is known.
    pub fn nth_dispute(&mut self, nth: u32) -> Option<&mut Dispute> {
        let reference = self.chargebacks.get(nth as usize)?;
        self.disputes.iter_mut().find(|dispute| dispute.reference() == reference)
    }

    /// The chargebacks that stand, neither won nor a loss, the last first, each with its place, counted from 0.
    pub fn standing_disputes(&mut self) -> impl Iterator<Item = (u32, &mut Dispute)> {
        let references = &self.chargebacks;
        let stand = self.disputes.iter_mut().rev().filter(|dispute| !dispute.is_won() && !dispute.is_lost());
        stand.map(|dispute| (nth(references, dispute), dispute))
    }
}

/// The place of a chargeback among the references of its charge.
fn nth(references: &[String], dispute: &Dispute) -> u32 {
    let place = references.iter().position(|known| known == dispute.reference()).unwrap_or_default();
    u32::try_from(place).unwrap_or(u32::MAX)
}

/// What is known of a charge.
impl Charge {
    /// Counted per account from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// What it is for.
    pub fn kind(&self) -> ChargeKind {
        self.kind
    }

    /// What it takes.
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// Number of the card that it is asked of; 0: not known.
    pub fn card(&self) -> u32 {
        self.card
    }

    /// Brand and last digits of the card, for people.
    pub fn card_label(&self) -> &str {
        &self.card_label
    }

    /// The key that the gateway knows it by.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// How it stands.
    pub fn state(&self) -> &ChargeState {
        &self.state
    }

    /// The attempt under way or done last; 0: none.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whether the outcome of the current attempt is booked.
    pub fn is_answered(&self) -> bool {
        self.attempt == self.answered
    }

    /// When it was written down.
    pub fn created(&self) -> Instant {
        self.created
    }

    /// When it was sent last; before that: when it was written down.
    pub fn sent(&self) -> Instant {
        self.sent.unwrap_or(self.created)
    }

    /// How often it was asked about.
    pub fn asked(&self) -> u32 {
        self.asked
    }

    /// Whether it was told that it is open for too long.
    pub fn is_overdue(&self) -> bool {
        self.overdue
    }

    /// The moment in the key of its entry in the operator's queue, if it has one.
    pub fn queued(&self) -> Option<Instant> {
        self.sent.filter(|_| self.overdue)
    }

    /// Whether the gateway is asked to make it final.
    pub fn is_given_up(&self) -> bool {
        self.given_up
    }

    /// Whether it is final.
    pub fn is_settled(&self) -> bool {
        !matches!(self.state, ChargeState::Due | ChargeState::Open)
    }

    /// Whether it has moved its amount.
    pub fn is_paid(&self) -> bool {
        self.state == ChargeState::Paid
    }

    /// When its outcome was booked.
    pub fn settled(&self) -> Option<Instant> {
        self.settled
    }

    /// The gateway's name for what it moved.
    pub fn reference(&self) -> Option<&str> {
        self.reference.as_deref()
    }

    /// The lot that it paid for, once paid.
    pub fn lot(&self) -> Option<&(u32, Place)> {
        self.lot.as_ref()
    }

    /// Number of the invoice that it pays.
    pub fn invoice(&self) -> Option<&str> {
        self.invoice.as_deref()
    }

    /// Number of its receipt. None: it is not final, or a version that did not note it made the receipt.
    pub fn receipt(&self) -> Option<&str> {
        self.receipt.as_deref()
    }

    /// What its card holder has taken back.
    pub fn charged_back(&self) -> Money {
        self.charged_back
    }

    /// References of its chargebacks, in order.
    pub fn chargebacks(&self) -> &[String] {
        &self.chargebacks
    }

    /// What is known of its chargebacks.
    pub fn disputes(&self) -> &[Dispute] {
        &self.disputes
    }

    /// For which client's key.
    pub fn asked_for(&self) -> Option<&Asked> {
        self.asked_for.as_ref()
    }

    /// Whether a reconciliation has found it at the gateway.
    pub fn is_recovered(&self) -> bool {
        self.recovered
    }

    /// The key of its job.
    pub fn job(&self, account: AuthId) -> String {
        JOB.of((account, self.number))
    }

    /// What the gateway keeps with it.
    pub fn metadata(&self) -> Vec<Fact> {
        let mut facts = metadata::of(self.kind.word(), self.asked_for.as_ref());
        facts.extend(self.invoice.as_ref().map(|number| Fact::new("invoice", number)));
        facts
    }

    /// The number of the receipt of a chargeback; empty: an older version made none, or it waits for it.
    pub fn chargeback_receipt(&self, reference: &str) -> Option<String> {
        self.dispute(reference).map(|dispute| dispute.receipt().to_owned())
    }

    /// The chargeback of this reference. Of one that an older version has booked the amount is known if it was the only one.
    pub fn dispute(&self, reference: &str) -> Option<Dispute> {
        let known = self.disputes.iter().find(|dispute| dispute.reference() == reference).cloned();
        known.or_else(|| match self.chargebacks.as_slice() {
            [only] if only == reference => {
                let (reference, receipt) = (reference.to_owned(), String::new());
                let (unpaid, taken, lost) = (Vec::new(), Vec::new(), false);
                let new = NewDispute { reference, amount: self.charged_back, unpaid, taken, receipt, lost };
                Some(Dispute::record(new, self.settled.unwrap_or(self.created)))
            }
            _ => None,
        })
    }

    /// The form of the contract.
    pub fn shown(&self, account: AuthId) -> ShownCharge {
        ShownCharge {
            number: self.number,
            kind: self.kind,
            amount: self.amount.micros(),
            card: if self.card == 0 { "none".to_owned() } else { card_name(self.card) },
            state: self.state.clone(),
            key: self.key.clone(),
            created: self.created,
            settled: self.settled,
            reference: self.reference.clone(),
            invoice: self.invoice.clone(),
            charged_back: self.charged_back.micros(),
            job: self.job(account),
            attempts: self.attempt,
        }
    }

    /// What events say of it.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![
            Fact::new("charge", self.number),
            Fact::new("kind", self.kind.word()),
            Fact::new("amount", self.amount),
            Fact::new("card", &self.card_label),
            Fact::new("key", &self.key),
        ];
        facts.extend(self.invoice.as_ref().map(|number| Fact::new("invoice", number)));
        facts
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lots::{FromLot, LotKind, OfMonth};
    use crate::wallet::payer::Payer;
    use coinbox_ground::calendar::Month;

    const DAY: Instant = 86_400_000;

    fn new() -> NewCharge {
        NewCharge {
            number: 7,
            kind: ChargeKind::Manual,
            amount: Money::from_micros(30_000_000),
            card: 1,
            card_label: "Visa 4242".to_owned(),
            key: "key-7".to_owned(),
            invoice: None,
            asked_for: None,
        }
    }

    fn stored(charge: &Charge) -> serde_json::Value {
        serde_json::to_value(charge).expect("JSON")
    }

    fn place() -> Place {
        crate::lots::Lot::new(3, LotKind::Cash, Money::from_micros(30_000_000), DAY, None, "key-7").place()
    }

    fn dispute(reference: &str, amount: i64) -> NewDispute {
        NewDispute {
            reference: reference.to_owned(),
            amount: Money::from_micros(amount),
            unpaid: vec![OfMonth { month: Month::of(DAY), amount: Money::from_micros(2_000_000) }],
            taken: vec![FromLot { place: place(), amount: Money::from_micros(4_000_000) }],
            receipt: String::new(),
            lost: false,
        }
    }

    #[test]
    fn a_charge_is_stored_as_before_in_each_step_of_its_life() {
        let mut charge = Charge::open(new(), DAY);
        let due = r#"{"v":1,"number":7,"kind":"manual","amount":30000000,"card":1,"card_label":"Visa 4242","key":"key-7","state":"due","attempt":0,"created":86400000,"asked":0,"overdue":false,"given_up":false}"#;
        assert_eq!(serde_json::to_string(&charge).expect("JSON"), due);
        charge.send(2 * DAY, false);
        assert_eq!((charge.start(), charge.is_answered()), (1, false));
        charge.answered();
        charge.ask();
        charge.become_overdue();
        assert_eq!((charge.is_answered(), charge.asked(), charge.queued()), (true, 1, Some(2 * DAY)));
        charge.pay(3 * DAY, "tx_1");
        charge.credit(3, place());
        assert!(charge.is_paid() && charge.is_settled());
        let paid = stored(&charge);
        assert_eq!(
            (&paid["state"], &paid["settled"], &paid["reference"]),
            (&"paid".into(), &(3 * DAY).into(), &"tx_1".into())
        );
        assert_eq!(charge.lot(), Some(&(3, place())));
    }

    #[test]
    fn a_key_of_a_lost_history_counts_an_attempt() {
        let mut charge = Charge::open(new(), DAY);
        charge.send(DAY, true);
        assert_eq!(charge.start(), 2);
        let found = Charge::found(new(), DAY);
        assert!(found.is_answered() && found.is_recovered() && *found.state() == ChargeState::Open);
        assert_eq!((found.attempt(), found.sent(), found.created()), (1, DAY, DAY));
    }

    #[test]
    fn what_ends_without_money_says_why() {
        let mut charge = Charge::open(new(), DAY);
        charge.decline(2 * DAY, DeclineReason::NotAccepted);
        assert_eq!(
            (charge.state(), charge.settled()),
            (&ChargeState::Declined(DeclineReason::NotAccepted), Some(2 * DAY))
        );
        let mut charge = Charge::open(new(), DAY);
        charge.drop(2 * DAY, "not-needed");
        assert_eq!(*charge.state(), ChargeState::Void("not-needed".to_owned()));
        assert!(charge.is_settled() && !charge.is_paid() && charge.queued().is_none());
    }

    #[test]
    fn chargebacks_are_told_apart_and_one_that_is_won_gives_everything_back() {
        let mut charge = Charge::adopted(new(), DAY, 2 * DAY, (3, place()));
        charge.charge_back(dispute("case 1", 10_000_000), 3 * DAY).expect("no overflow");
        charge.charge_back(dispute("case 2", 5_000_000), 4 * DAY).expect("no overflow");
        assert_eq!(charge.charged_back(), Money::from_micros(15_000_000));
        assert_eq!(
            charge.standing_disputes().map(|(nth, dispute)| (nth, dispute.at())).collect::<Vec<_>>(),
            [(1, 4 * DAY), (0, 3 * DAY)]
        );
        let first = charge.dispute("case 1").expect("known");
        assert_eq!(charge.win(&first, 5 * DAY).expect("no underflow"), 0);
        assert_eq!(charge.charged_back(), Money::from_micros(5_000_000));
        let won = charge.dispute("case 1").expect("known");
        assert!(won.is_won() && won.taken().is_empty() && won.unpaid().is_empty());
        assert_eq!(charge.standing_disputes().map(|(nth, _)| nth).collect::<Vec<_>>(), [1]);
        assert_eq!(charge.note_chargeback_receipt("case 1", "R-1"), Some(true));
        assert_eq!(charge.note_chargeback_receipt("case 3", "R-2"), None);
        assert_eq!(charge.chargeback_receipt("case 1").as_deref(), Some("R-1"));
    }

    #[test]
    fn what_a_chargeback_took_is_released_from_the_last_on() {
        let mut charge = Charge::adopted(new(), DAY, 2 * DAY, (3, place()));
        charge.charge_back(dispute("case 1", 10_000_000), 3 * DAY).expect("no overflow");
        let dispute = charge.nth_dispute(0).expect("known");
        for (payer, amount) in
            [(Payer::WrittenOff, 3_000_000), (Payer::Corrected, 1_000_000), (Payer::Rounded, 2_000_000)]
        {
            dispute.settle(&payer, 4 * DAY, Money::from_micros(amount)).expect("no overflow");
        }
        let mut left = Money::from_micros(4_000_000);
        let released =
            dispute.release_settled(&mut left, |settled| settled.payer != Payer::Corrected).expect("no overflow");
        let released: Vec<_> = released.into_iter().map(|settled| (settled.payer, settled.amount.micros())).collect();
        assert_eq!(released, [(Payer::Rounded, 2_000_000), (Payer::WrittenOff, 2_000_000)]);
        assert_eq!(left, Money::ZERO);
        let settled: Vec<_> =
            dispute.settled().iter().map(|settled| (&settled.payer, settled.amount.micros())).collect();
        assert_eq!(settled, [(&Payer::WrittenOff, 1_000_000), (&Payer::Corrected, 1_000_000)]);
        let mut left = Money::from_micros(9_000_000);
        assert_eq!(dispute.release_taken(&mut left, |_| true).expect("no overflow").len(), 1);
        assert_eq!((left.micros(), dispute.taken().len()), (5_000_000, 0));
        let paid = dispute.limit_unpaid(Money::from_micros(500_000)).expect("no overflow");
        assert_eq!((paid[0].amount.micros(), dispute.unpaid()[0].amount.micros()), (1_500_000, 500_000));
    }
}
