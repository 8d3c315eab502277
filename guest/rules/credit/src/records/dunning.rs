//! What is stored of the collection of invoices: which are unpaid, what waits for a person, whether a suspension ends by itself (CRD-15, ACC-9, R84).
//!
//! How an attempt is made is in `payments::dunning`.
//!
//! | key | what |
//! |---|---|
//! | `dun/<account>` | the invoices that are collected, whether a suspension ends by itself, what waits for the operator |

use coinbox_ground::ids::AuthId;
use coinbox_ground::job::JobKind;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant, Suspension};
use coinbox_ledger::wallet;
use coinbox_profiles::profile::Standing;
use serde::{Deserialize, Serialize};

/// Jobs that charge an unpaid invoice again.
pub const JOB: JobKind<AuthId> = JobKind::new("dun");

/// An issued invoice of which something is owed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Unpaid {
    /// Number of the invoice.
    pub number: String,
    /// First and last day of its cycle.
    pub from: Instant,
    /// The end of what it covers.
    pub to: Instant,
    /// When it was issued.
    pub issued: Instant,
    /// Failed attempts.
    pub failed: u32,
    /// The charge under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<u32>,
    /// When the next attempt is made; none: no attempt is left, or one is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Instant>,
}

impl Unpaid {
    /// Whether something is still owed of it: less than half a cent is nothing that could be collected (R4).
    pub fn is_open(&self, turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
        Ok(wallet::owed_whole_between(turn, account, self.from, self.to)? > Money::ZERO)
    }

    /// What an attempt takes: all that is owed up to the end of its cycle, because earlier debts and unpaid rent are paid first (R2, R81).
    pub fn amount(&self, turn: &Turn<'_>, account: AuthId) -> Result<Money, Fault> {
        Ok(wallet::to_pay_until(turn, account, self.to)?.to_whole_half_up(wallet::currency(turn, account)?)?)
    }

    /// Whether no attempt is left and none is under way.
    pub fn is_exhausted(&self) -> bool {
        self.charge.is_none() && self.next.is_none()
    }
}

/// What is owed and only a person can ask for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Waiting {
    /// Since when it is in the operator's queue.
    pub since: Instant,
    /// It is what is owed of the days up to this moment.
    pub to: Instant,
}

/// Kind of the entry in the operator's queue.
pub const NOT_COLLECTED: &str = "debt-not-collected";

/// Where the entry in the operator's queue lies.
pub fn queue_key(account: AuthId, since: Instant) -> String {
    queue::single_key(since, &format!("{account}/debt"))
}

/// The record of an account; gone when it would be empty.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Dunning {
    /// Version of the record.
    pub v: u32,
    /// Oldest first.
    pub unpaid: Vec<Unpaid>,
    /// Whether a suspension for payment failure is in force that ends once everything due is paid.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) lifts: bool,
    /// When a payment was last taken back: what is owed up to then is due.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charged_back: Option<Instant>,
    /// How many chargebacks that were not won hold the account suspended.
    #[serde(default, skip_serializing_if = "is_none")]
    pub disputes: u32,
    /// What waits in the operator's queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waits: Option<Waiting>,
}

fn is_none(count: &u32) -> bool {
    *count == 0
}

impl Record for Dunning {
    const KIND: &'static str = "dunning";
}

/// Where the record lies.
pub fn key(account: AuthId) -> String {
    format!("dun/{account}")
}

impl Dunning {
    /// The record; an empty one, if there is none.
    pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Dunning, Fault> {
        let empty = Dunning { v: 1, unpaid: Vec::new(), lifts: false, charged_back: None, disputes: 0, waits: None };
        Ok(turn.get(&key(account))?.unwrap_or(empty))
    }

    /// Writes it, and sets the job to the next attempt; a charge under way says itself when it is over.
    pub fn save(&self, turn: &mut Turn<'_>, account: AuthId) {
        let job = JOB.of(account);
        let under_way = self.unpaid.iter().any(|one| one.charge.is_some());
        match self.unpaid.iter().filter_map(|one| one.next).min().filter(|_| !under_way) {
            Some(next) => turn.timer(&job, Lane::Normal, next),
            None => turn.cancel(&job),
        }
        let empty = self.unpaid.is_empty() && !self.lifts && self.charged_back.is_none() && self.disputes == 0;
        if empty && self.waits.is_none() {
            turn.remove(&key(account));
        } else {
            turn.put(&key(account), self);
        }
    }

    /// Whether attempts are made of an account that stands so. A suspension for a chargeback that only a payment ends does not hold back the
    /// attempts that its invoice is owed (R84); any other does (R32).
    pub fn is_collected(&self, standing: Standing) -> bool {
        match standing {
            Standing::Active => true,
            Standing::Suspended(Suspension::PaymentFailure) => self.lifts && self.charged_back.is_some(),
            _ => false,
        }
    }

    /// The invoice that this charge pays.
    pub fn of_charge(&mut self, number: u32) -> Option<&mut Unpaid> {
        self.unpaid.iter_mut().find(|one| one.charge == Some(number))
    }

    /// Puts what is owed of the days up to a moment into the operator's queue, if it is something that can be paid (R4).
    pub fn wait(&mut self, turn: &mut Turn<'_>, account: AuthId, to: Instant) -> Result<(), Fault> {
        let before = self.waits.take();
        let is_queued = before.is_some();
        let since = before.as_ref().map_or(turn.now(), |waits| waits.since);
        let to = before.map_or(to, |waits| waits.to.max(to));
        if wallet::owed_whole_between(turn, account, 0, to)? > Money::ZERO {
            let note =
                "nothing asks for it by itself: it is to be paid (credits.settle) or written off (credits.write-off)";
            let entry = QueueEntry::new(Some(account), NOT_COLLECTED, since, note.to_owned());
            turn.put(&queue_key(account, since), &entry);
            self.waits = Some(Waiting { since, to });
        } else if is_queued {
            turn.remove(&queue_key(account, since));
        }
        Ok(())
    }

    /// Lets go of invoices of which nothing is owed any more.
    pub fn drop_paid(&mut self, turn: &Turn<'_>, account: AuthId) -> Result<(), Fault> {
        let mut kept = Vec::with_capacity(self.unpaid.len());
        for one in std::mem::take(&mut self.unpaid) {
            if one.charge.is_some() || one.is_open(turn, account)? {
                kept.push(one);
            }
        }
        self.unpaid = kept;
        Ok(())
    }

    /// Whether something is owed that should have been paid by now: all of a negative balance, or of a postpaid account what is on
    /// invoices and what was owed when a payment was taken back. Less than half a cent cannot be paid and is not due (R4).
    pub fn is_due(&self, turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
        let wallet = wallet::need(turn, account)?;
        if wallet.credit_limit().is_none() {
            return Ok(wallet.owed_whole()? > Money::ZERO);
        }
        for one in &self.unpaid {
            if one.is_open(turn, account)? {
                return Ok(true);
            }
        }
        match self.charged_back {
            Some(moment) => Ok(wallet::owed_whole_between(turn, account, 0, moment)? > Money::ZERO),
            None => Ok(false),
        }
    }
}

/// Starts to collect an invoice that has just been issued, or that is open when its account becomes postpaid: the first attempt is made now.
pub fn start(turn: &mut Turn<'_>, account: AuthId, number: &str, (from, to): (Instant, Instant)) -> Result<(), Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    let issued = turn.now();
    let number = number.to_owned();
    // One that was paid and is open again, after a time in which the account did not pay by invoice, begins anew.
    dunning.unpaid.retain(|one| one.number != number);
    dunning.unpaid.push(Unpaid { number, from, to, issued, failed: 0, charge: None, next: Some(issued) });
    dunning.save(turn, account);
    Ok(())
}

/// What is owed of the days up to a moment, and that no invoice and no attempt asks for, waits in the operator's queue.
pub fn wait(turn: &mut Turn<'_>, account: AuthId, to: Instant) -> Result<(), Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    dunning.wait(turn, account, to)?;
    dunning.save(turn, account);
    Ok(())
}

/// What is owed now of what waits in the operator's queue.
pub fn waiting(turn: &Turn<'_>, account: AuthId) -> Result<Money, Fault> {
    match Dunning::load(turn, account)?.waits {
        Some(waits) => wallet::owed_whole_between(turn, account, 0, waits.to),
        None => Ok(Money::ZERO),
    }
}

/// The account is closed: nothing waits any more.
pub fn closed(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    if let Some(waits) = dunning.waits.take() {
        turn.remove(&queue_key(account, waits.since));
        dunning.save(turn, account);
    }
    Ok(())
}

/// The account's standing has changed, by whomever: a suspension for payment failure ends by itself if something is due to be paid now.
/// Where nothing is, an operator decides. Reinstated, attempts that were due meanwhile are made.
pub fn stood(turn: &mut Turn<'_>, account: AuthId, standing: Standing) -> Result<(), Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    dunning.lifts = standing == Standing::Suspended(Suspension::PaymentFailure) && dunning.is_due(turn, account)?;
    if !dunning.lifts {
        // A payment that was taken back matters only to a suspension that its debt ends.
        dunning.charged_back = None;
    }
    if standing != Standing::Suspended(Suspension::PaymentFailure) {
        dunning.disputes = 0;
    }
    if standing == Standing::Active {
        // Whoever reinstates an account knows what is owed: what has no attempt left is not held against it again, but waits in the operator's queue.
        let given_up: Vec<Instant> = dunning.unpaid.iter().filter(|one| one.is_exhausted()).map(|one| one.to).collect();
        dunning.unpaid.retain(|one| !one.is_exhausted());
        if let Some(to) = given_up.into_iter().max() {
            dunning.wait(turn, account, to)?;
        }
    }
    dunning.save(turn, account);
    Ok(())
}
