//! One account of the model: all that it has, and what is read off it at once (R1, R12, R29, R32).

use super::cents::in_cents;
use super::records::cards::{Card, CardState};
use super::records::charges::Recharge;
use super::records::closing::{Closing, Refund};
use super::records::cycles::Cycles;
use super::records::debts::{Debt, Dispute, Ended};
use super::records::dunning::Dunning;
use super::records::gone::Gone;
use super::records::holds::Holds;
use super::records::invoices::{CreditNote, Made};
use super::records::lots::Lot;
use super::records::rents::Rents;
use super::records::standing::Standing;
use super::told::{Event, Told};
use anyhow::{Result, bail};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// One account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Auth ID.
    pub id: String,
    /// How many sub-accounts.
    pub subaccounts: usize,
    /// Auth IDs of those that were deleted.
    pub deleted: BTreeSet<String>,
    /// Still a trial.
    pub trial: bool,
    /// Whether it may be used.
    pub standing: Standing,
    /// Largest recharge of its own.
    pub maximum: Option<i64>,
    /// Cards that are stored.
    pub cards: Vec<Card>,
    /// Number of the newest card.
    pub last_card: u32,
    /// The default card.
    pub default: Option<u32>,
    /// Automatic recharge and all charges.
    pub recharge: Recharge,
    /// What is held of the credit.
    pub holds: Holds,
    /// Rented numbers and seats.
    pub rents: Rents,
    /// The credit limit of a postpaid account.
    pub limit: Option<i64>,
    /// What is collected of its invoices.
    pub dunning: Dunning,
    /// What goes back to cards, by number from 1.
    pub refunds: Vec<Refund>,
    pub(super) closing: Option<Closing>,
    /// What was lost and may come back.
    pub(super) gone: Gone,
    pub(super) lots: Vec<Lot>,
    /// The suspension ends once nothing is owed.
    pub(super) lifts: bool,
    /// How often one has.
    pub lifted: u64,
    /// How often what was owed was given up.
    pub(super) written_off: u64,
    /// What gifts and write-offs have ended of what was owed.
    pub(super) ended: Vec<Ended>,
    /// Chargebacks of an account that was open.
    pub(super) disputes: Vec<Dispute>,
    /// What is owed, in the order in which it is paid.
    pub(super) debts: Vec<Debt>,
    pub(super) custom: BTreeSet<i64>,
    pub(super) armed: BTreeSet<i64>,
    pub(super) armed_for_zero: bool,
    /// What the feed must tell next: of alerts, of recharges, of everything else.
    pub(super) expected: [VecDeque<Told>; 3],
    /// Up to when time has passed.
    pub(super) seen: i64,
    /// What has just gone back to gifts whose time is over, by the numbers of their lots.
    pub(super) too_late: Vec<(u32, i64)>,
    /// The end of a month that is not closed yet: what else happens at this very moment may come before (R26).
    pub(super) closes: Option<i64>,
    /// Balance at the ends of months, by the moment after them.
    pub month_ends: BTreeMap<i64, i64>,
    /// What was charged, and what its invoices must come to.
    pub cycles: Cycles,
    /// Ends of the cycles that have an invoice.
    pub(super) issued: BTreeSet<i64>,
    /// Amounts of coupons that were redeemed.
    pub coupons: Vec<i64>,
    /// Invoices in their order.
    pub(super) made: Vec<Made>,
    /// Credit notes in their order.
    pub credit_notes: Vec<CreditNote>,
    /// Where it is billed, and whether it has a tax ID.
    pub(super) address: (&'static str, bool),
    /// The taxes of its invoices that are something, by their ends (INV-7, R28).
    pub taxes: BTreeMap<i64, Vec<i64>>,
    /// Mails by template that must have gone out.
    pub mails: BTreeMap<String, u64>,
    /// Mails by template that were given up after many tries.
    pub mails_given_up: BTreeMap<String, u64>,
    /// Up to where the feed has been followed.
    pub position: u64,
}

impl Account {
    /// R1: what is left of all lots, less what is owed.
    pub fn balance(&self) -> i64 {
        self.lots.iter().map(|lot| lot.rest).sum::<i64>() - self.owed()
    }

    fn owed(&self) -> i64 {
        self.debts.iter().map(|debt| debt.amount).sum()
    }

    /// What is left: of all credit, or of the credit limit (R29). Alerts and the stop of calls look at it.
    pub fn left(&self) -> i64 {
        self.limit.unwrap_or(0) + self.balance()
    }

    /// R1, R29: balance, or what is left of the limit, less open reservations, those of ordered numbers included.
    pub fn available(&self) -> i64 {
        self.left() - self.holds.held() - self.rents.held()
    }

    /// What a payment of exactly what is owed takes: whole cents, half up (R4). Zero: there is nothing to pay.
    pub fn due(&self) -> i64 {
        in_cents((-self.balance()).max(0))
    }

    /// Whether nothing that is for sale may be used or bought (R32).
    pub fn is_barred(&self) -> bool {
        self.standing != Standing::Active
    }

    /// Whether it is being closed or is closed.
    pub fn is_leaving(&self) -> bool {
        matches!(self.standing, Standing::Closing | Standing::Closed)
    }

    /// Whether nothing is debited or judged any more.
    pub fn is_over(&self, now: i64) -> bool {
        self.closing.as_ref().is_some_and(|closing| closing.ends <= now)
    }

    /// Whether the month that ends at this moment is still to be closed.
    pub(super) fn closes_at(&self, at: i64) -> bool {
        self.closes == Some(at)
    }

    /// What stands in the way of use by the account or a sub-account of it, as the contract refuses it.
    pub(super) fn hindrance(&self, source: &str) -> Option<Value> {
        match self.standing {
            Standing::Active => self.deleted.contains(source).then(|| json!("disabled")),
            Standing::Suspended(reason) => Some(json!({"suspended": reason})),
            Standing::Closing | Standing::Closed => Some(json!("closed")),
        }
    }

    /// Why the default or a named card cannot be charged, if it cannot.
    pub fn unusable(&self, card: Option<u32>) -> Option<&'static str> {
        let card = card.or(self.default).and_then(|number| self.cards.iter().find(|card| card.number == number));
        match card.map(|card| card.state) {
            None => Some("none"),
            Some(CardState::Checking) => Some("checking"),
            Some(CardState::Unknown) => Some("unknown-to-gateway"),
            Some(CardState::Ready) => None,
        }
    }

    /// The token of a card that is stored.
    pub(super) fn token(&self, number: u32) -> String {
        let card = self.cards.iter().find(|card| card.number == number);
        card.map(|card| card.token.clone()).unwrap_or_default()
    }

    pub(super) fn mail(&mut self, template: &str) {
        *self.mails.entry(template.to_owned()).or_default() += 1;
    }

    pub(super) fn moved(&mut self, kind: &'static str, amount: i64) {
        let amounts = vec![("amount", amount), ("balance", self.balance())];
        self.expect(Told { kind, amounts, words: Vec::new() });
    }

    pub(super) fn expect(&mut self, told: Told) {
        let place = match told.kind {
            "balance-low" | "out-of-credit" | "credit-available" => 0,
            "limit-low" | "limit-reached" | "limit-available" => 0,
            "recharge-started" | "recharge-failed" | "recharge-capped" => 1,
            _ => 2,
        };
        self.expected[place].push_back(told);
    }

    pub(super) fn foretold(&mut self, place: usize, event: Event<'_>) -> Result<()> {
        let expected = self.expected[place].pop_front();
        match expected {
            Some(told) if told.is(&event) => Ok(()),
            other => bail!("the model expects {other:?}"),
        }
    }
}
