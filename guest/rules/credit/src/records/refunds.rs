//! What is stored of a refund, and how the contract shows it.
//!
//! | key | what |
//! |---|---|
//! | `rfd/<account>/<number, newest first>` | a refund |
//! | `rfk/<key>` | the number of a refund that a reconciliation could not give the number in its key |

use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::{AuthId, highest_first, outside_key, parse_outside_key};
use coinbox_ground::job::{JobKind, Numbered};
use coinbox_ground::metadata;
use coinbox_ground::money::Money;
use coinbox_ground::outside::DeclineReason;
use coinbox_ground::queue;
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fact, Fault, Instant, Micros, int_text, optional_int_text};
use serde::{Deserialize, Serialize};

/// Jobs that carry a refund out.
pub const JOB: JobKind<Numbered> = JobKind::new("refund");

/// Why something is given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// What was left when the account was closed (CRD-12).
    Closing,
    /// It was paid after the account had been closed (R24).
    PaidAfterClosing,
    /// The operator gave back a payment that no charge explains.
    UnexplainedPayment,
}

impl Cause {
    /// The cause with this word.
    pub fn of_word(word: &str) -> Option<Cause> {
        [Cause::Closing, Cause::PaidAfterClosing, Cause::UnexplainedPayment]
            .into_iter()
            .find(|cause| cause.word() == word)
    }

    /// Its word in events, and the kind of the ledger transaction that recognises the payment.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Closing => "closing",
            Cause::PaidAfterClosing => "paid-after-closing",
            Cause::UnexplainedPayment => "unexplained-payment",
        }
    }
}

/// How a refund stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefundState {
    /// Written down, not sent.
    Due,
    /// With the gateway.
    Open,
    /// Final: given back.
    Paid,
    /// Declined: still due, the operator decides.
    Failed(DeclineReason),
    /// Final: the operator paid it in another way.
    SettledOtherwise,
}

/// A refund, at `rfd/<account>/<number, newest first>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// Version of the record.
    pub v: u32,
    /// Counted per account from 1.
    pub number: u32,
    /// Why.
    pub cause: Cause,
    /// Whole cents.
    pub amount: Money,
    /// The key that the gateway knows the payment by.
    pub charge_key: String,
    /// Number of the charge, if the payment has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub charge: Option<u32>,
    /// Brand and last digits, for people; empty where it is not known.
    pub card: String,
    /// How it stands.
    pub state: RefundState,
    /// Keys used so far: a declined one is never used again.
    pub tries: u32,
    /// The key of the present try.
    pub key: String,
    /// The attempt under way or done last; 0: none.
    pub attempt: u32,
    /// The last attempt whose outcome was booked: a second finish of it changes nothing.
    pub answered: u32,
    /// How often the present try was asked about.
    pub asked: u32,
    /// When it was fixed.
    pub created: Instant,
    /// The business day on which it is due, UTC.
    pub due: String,
    /// The moment after that day.
    pub overdue_at: Instant,
    /// Whether that has been told.
    pub overdue: bool,
    /// Since when it is in the operator's queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<Instant>,
    /// When it was sent last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Instant>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Instant>,
    /// The gateway's own name for it, or what the operator noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// For which client's key, in digests: the gateway keeps it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<Asked>,
    /// Whether a reconciliation has found it at the gateway: a history that was lost has sent it, this one only asks about it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recovered: bool,
    /// What no lot covered when it was found: no posting has it until a person has decided.
    #[serde(default, skip_serializing_if = "no_money")]
    pub uncovered: Money,
}

fn no_money(amount: &Money) -> bool {
    *amount == Money::ZERO
}

impl Record for Refund {
    const KIND: &'static str = "refund";
}

impl Refund {
    /// What the gateway keeps with it.
    pub fn metadata(&self) -> Vec<Fact> {
        metadata::of(self.cause.word(), self.asked_for.as_ref())
    }

    /// What events say of it.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![
            Fact::new("refund", self.number),
            Fact::new("amount", self.amount),
            Fact::new("cause", self.cause.word()),
            Fact::new("payment", &self.charge_key),
            Fact::new("due", &self.due),
        ];
        if let Some(charge) = self.charge {
            facts.push(Fact::new("charge", charge));
        }
        facts
    }

    /// The form of the contract.
    pub fn shown(&self, account: AuthId) -> ShownRefund {
        ShownRefund {
            auth_id: account.to_string(),
            number: self.number,
            cause: self.cause,
            amount: self.amount.micros(),
            payment: self.charge_key.clone(),
            charge: self.charge,
            card: self.card.clone(),
            state: self.state.clone(),
            due: self.due.clone(),
            key: self.key.clone(),
            created: self.created,
            settled: self.settled,
            reference: self.reference.clone(),
            job: self.job(account),
            attempts: self.attempt,
        }
    }
}

/// A refund as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownRefund {
    pub auth_id: String,
    pub number: u32,
    pub cause: Cause,
    #[serde(with = "int_text")]
    pub amount: Micros,
    pub payment: String,
    #[serde(default)]
    pub charge: Option<u32>,
    pub card: String,
    pub state: RefundState,
    pub due: String,
    pub key: String,
    #[serde(with = "int_text")]
    pub created: Instant,
    #[serde(default, with = "optional_int_text")]
    pub settled: Option<Instant>,
    #[serde(default)]
    pub reference: Option<String>,
    pub job: String,
    pub attempts: u32,
}

/// A page of refunds, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RefundPage {
    /// At most as many as asked for.
    pub refunds: Vec<ShownRefund>,
    /// For the next page.
    #[serde(default)]
    pub next: Option<u32>,
}

fn prefix(account: AuthId) -> String {
    format!("rfd/{account}/")
}

/// Where a refund lies.
pub fn place(account: AuthId, number: u32) -> String {
    prefix(account) + &highest_first(number)
}

/// The key of one try of a refund at the gateway.
pub fn gateway_key(store: &str, account: AuthId, number: u32, tries: u32) -> String {
    format!("{}-{tries}", outside_key(store, account, "refund", number))
}

/// Number of a refund that could not keep the one in its key, at `rfk/<key>`.
#[derive(Serialize, Deserialize)]
struct Renumbered {
    v: u32,
    number: u32,
}

impl Record for Renumbered {
    const KIND: &'static str = "number of a recovered refund";
}

/// Notes under which number a refund is kept whose key has another one.
pub fn renumber(turn: &mut Turn<'_>, key: &str, number: u32) {
    turn.put(&renumbered_key(key), &Renumbered { v: 1, number });
}

fn renumbered_key(key: &str) -> String {
    format!("rfk/{key}")
}

/// The refund that the gateway knows by this key, and its account.
pub fn by_key(turn: &Turn<'_>, key: &str) -> Result<Option<(AuthId, Refund)>, Fault> {
    let Some((account, number)) = parse_gateway_key(key) else { return Ok(None) };
    let found = match load(turn, account, number)?.filter(|refund| refund.key == key) {
        Some(refund) => Some(refund),
        None => match turn.get::<Renumbered>(&renumbered_key(key))? {
            Some(renumbered) => load(turn, account, renumbered.number)?.filter(|refund| refund.key == key),
            None => None,
        },
    };
    Ok(found.map(|refund| (account, refund)))
}

/// Account and number in a key of [`gateway_key`], whichever store made it.
pub fn parse_gateway_key(key: &str) -> Option<(AuthId, u32)> {
    let (refund, tries) = key.rsplit_once('-')?;
    // As it was written: without zeros before it, for example.
    let tries_written = tries.parse().is_ok_and(|number: u32| number.to_string() == tries);
    parse_outside_key(refund, "refund").filter(|_| tries_written)
}

/// The refund with this number.
pub fn load(turn: &Turn<'_>, account: AuthId, number: u32) -> Result<Option<Refund>, Fault> {
    turn.get(&place(account, number))
}

/// Writes it.
pub fn save(turn: &mut Turn<'_>, account: AuthId, refund: &Refund) {
    turn.put(&place(account, refund.number), refund);
}

/// Refunds that are looked at in one step.
const PAGE: usize = 100;

/// The first refunds of an account, newest first, those with a number below `after`. The flag: there are more.
pub fn refunds(
    turn: &Turn<'_>,
    account: AuthId,
    after: Option<u32>,
    limit: usize,
) -> Result<(Vec<Refund>, bool), Fault> {
    let prefix = prefix(account);
    let first = after.map_or_else(|| prefix.clone(), |number| successor(&place(account, number)));
    let (page, more) = turn.span::<Refund>(&first, &end_of_prefix(&prefix), limit)?;
    Ok((page.into_iter().map(|(_, refund)| refund).collect(), more))
}

/// What of a payment was given back or still is to be, whether the gateway has done it yet or not.
pub fn of_charge(turn: &Turn<'_>, account: AuthId, charge_key: &str) -> Result<Money, Fault> {
    let (mut sum, mut after) = (Money::ZERO, None);
    loop {
        let (page, more) = refunds(turn, account, after, PAGE)?;
        for refund in page.iter().filter(|refund| refund.charge_key == charge_key) {
            sum = sum.plus(refund.amount)?;
        }
        after = page.last().map(|refund| refund.number);
        if !more {
            return Ok(sum);
        }
    }
}

impl Refund {
    /// Its job.
    pub fn job(&self, account: AuthId) -> String {
        JOB.of((account, self.number))
    }

    /// Whether it is over.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, RefundState::Paid | RefundState::SettledOtherwise)
    }

    /// Takes it out of the operator's queue.
    pub fn unqueue(&mut self, turn: &mut Turn<'_>, account: AuthId) {
        if let Some(since) = self.queued.take() {
            turn.remove(&queue::refund_key(since, account, self.number));
        }
    }

    /// Puts it into the operator's queue, or says anew there why it waits.
    pub fn enqueue(&mut self, turn: &mut Turn<'_>, account: AuthId, kind: &str, note: &str) {
        let since = *self.queued.get_or_insert(turn.now());
        let note: String = format!("due on {}: {note}", self.due).chars().take(300).collect();
        let mut entry = queue::QueueEntry::new(Some(account), kind, since, note);
        entry.refund = Some(self.number);
        turn.put(&queue::refund_key(since, account, self.number), &entry);
    }
}
