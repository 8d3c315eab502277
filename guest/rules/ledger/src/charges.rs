//! The record of a charge, its key, and the form of the contract.
//!
//! | key | what |
//! |---|---|
//! | `ch/<account>/<number, newest first>` | a charge |
//! | `chk/<key>` | the number of a charge that a reconciliation could not give the number in its key |

use crate::lots::{FromLot, OfMonth, Place};
use crate::wallet::payer::{Claim, Payer};
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::{AuthId, highest_first, outside_key, parse_outside_key};
use coinbox_ground::job::{JobKind, Numbered};
use coinbox_ground::metadata;
use coinbox_ground::money::Money;
use coinbox_ground::outside::DeclineReason;
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fact, Fault, Instant, Micros, int_text, optional_int_text};
use serde::{Deserialize, Serialize};

/// Jobs that carry a charge out.
pub const JOB: JobKind<Numbered> = JobKind::new("charge");

/// Who asked for the charge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChargeKind {
    /// The rules (CRD-5).
    Automatic,
    /// A person (CRD-4).
    Manual,
    /// A person, for exactly what is owed (R24).
    Settlement,
    /// The rules, for an invoice of a postpaid account (CRD-15).
    Invoice,
}

impl ChargeKind {
    /// Its word in events and mails.
    pub fn word(self) -> &'static str {
        match self {
            ChargeKind::Automatic => "automatic",
            ChargeKind::Manual => "manual",
            ChargeKind::Settlement => "settlement",
            ChargeKind::Invoice => "invoice",
        }
    }

    /// The rule behind it.
    pub fn rule(self) -> &'static str {
        match self {
            ChargeKind::Automatic => "CRD-5",
            ChargeKind::Manual => "CRD-4",
            ChargeKind::Settlement => "ACC-12",
            ChargeKind::Invoice => "CRD-15",
        }
    }
}

/// How a charge stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChargeState {
    /// Written down, not sent.
    Due,
    /// With the gateway.
    Open,
    /// Final: moved.
    Paid,
    /// Final: not moved.
    Declined(DeclineReason),
    /// Moved nothing and never will.
    Void(String),
}

/// The record of a charge, at `ch/<account>/<number, newest first>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Charge {
    /// Version of the record.
    pub v: u32,
    /// Counted per account from 1.
    pub number: u32,
    /// What it is for.
    pub kind: ChargeKind,
    /// How much.
    pub amount: Money,
    /// Number of the card that it is asked of.
    pub card: u32,
    /// Brand and last digits, for people.
    pub card_label: String,
    /// The key that the gateway knows it by.
    pub key: String,
    /// How it stands.
    pub state: ChargeState,
    /// The attempt under way or done last; 0: none.
    pub attempt: u32,
    /// The last attempt whose outcome was booked: a second finish of it changes nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub answered: u32,
    /// When it was written down.
    pub created: Instant,
    /// When it was sent last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Instant>,
    /// When it became final.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled: Option<Instant>,
    /// The gateway's name for what it moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// Number and place of the lot that it has credited.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<(u32, Place)>,
    /// How often it was asked about.
    pub asked: u32,
    /// Whether the operator's queue and the customer know that it is open for too long.
    pub overdue: bool,
    /// Whether the operator has given it up: the gateway is asked to make it final.
    pub given_up: bool,
    /// Number of the invoice that it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub invoice: Option<String>,
    /// Number of its receipt. None: it is not final, or a version that did not note it made the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<String>,
    /// What its card holder has taken back.
    #[serde(default, skip_serializing_if = "no_money")]
    pub charged_back: Money,
    /// References of its chargebacks: each is booked once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chargebacks: Vec<String>,
    /// For which client's key, in digests: the gateway keeps it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_for: Option<Asked>,
    /// Whether a reconciliation has found it at the gateway: a history that was lost has sent it, this one only asks about it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub recovered: bool,
    /// What is known of each of them; an older version has kept the references only.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub disputes: Vec<Dispute>,
}

/// A chargeback and what became of it (R84).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Dispute {
    /// The gateway's name for what it moved.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// When it was recorded.
    pub at: Instant,
    /// What it has taken of debts that the payment had paid, by their months, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unpaid: Vec<OfMonth>,
    /// The lots that it was taken from, in that order. An older version has not written it down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub taken: Vec<FromLot>,
    /// What has made an end of what it had left owed. What of the amount is neither here nor taken is still owed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<SettledBy>,
    /// Number of its document.
    pub receipt: String,
    /// Whether the account was closed already, so that it was a loss.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
    /// When it was won.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub won: Option<Instant>,
}

/// An end of a part of what a chargeback had left owed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SettledBy {
    /// Who or what has paid.
    #[serde(rename = "p")]
    pub payer: Payer,
    /// Since when it was owed.
    #[serde(rename = "t")]
    pub since: Instant,
    /// How much.
    #[serde(rename = "a")]
    pub amount: Money,
}

/// Payers of one dispute that are told apart; a further one is counted with the last of its kind.
const SETTLED_MAX: usize = 1_000;

impl Dispute {
    /// Notes what has made an end of a part of what it had left owed.
    pub fn settle(&mut self, payer: &Payer, since: Instant, amount: Money) -> Result<(), Fault> {
        if amount == Money::ZERO {
            return Ok(());
        }
        let is_same = |known: &&mut SettledBy| known.payer == *payer && known.since == since;
        let full = self.settled.len() >= SETTLED_MAX;
        let mut known = self.settled.iter_mut().rev().find(is_same);
        if known.is_none() && full {
            known = self.settled.iter_mut().rev().find(|known| known.payer.is_like(payer));
        }
        match known {
            Some(known) => known.amount = known.amount.plus(amount)?,
            None => self.settled.push(SettledBy { payer: payer.clone(), since, amount }),
        }
        Ok(())
    }
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

/// A charge as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownCharge {
    pub number: u32,
    pub kind: ChargeKind,
    #[serde(with = "int_text")]
    pub amount: Micros,
    pub card: String,
    pub state: ChargeState,
    pub key: String,
    #[serde(with = "int_text")]
    pub created: Instant,
    #[serde(with = "optional_int_text", default)]
    pub settled: Option<Instant>,
    #[serde(default)]
    pub reference: Option<String>,
    #[serde(default)]
    pub invoice: Option<String>,
    #[serde(with = "int_text")]
    pub charged_back: Micros,
    pub job: String,
    pub attempts: u32,
}

/// A page of charges, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ChargePage {
    pub charges: Vec<ShownCharge>,
    #[serde(default)]
    pub next: Option<String>,
}

/// Beginning of the places of an account's charges, newest first.
pub fn prefix(account: AuthId) -> String {
    format!("ch/{account}/")
}

/// Where a charge lies.
pub fn place(account: AuthId, number: u32) -> String {
    prefix(account) + &highest_first(number)
}

/// The key of a charge at the gateway.
pub fn gateway_key(store: &str, account: AuthId, number: u32) -> String {
    outside_key(store, account, "charge", number)
}

/// Account and number in a key of [`gateway_key`], whichever store made it.
pub fn parse_gateway_key(key: &str) -> Option<(AuthId, u32)> {
    parse_outside_key(key, "charge")
}

/// The charges of an account, newest first, and whether there are more.
pub fn list_all(turn: &Turn<'_>, account: AuthId, limit: usize) -> Result<(Vec<Charge>, bool), Fault> {
    let (charges, more) = turn.list::<Charge>(&prefix(account), limit)?;
    Ok((charges.into_iter().map(|(_, charge)| charge).collect(), more))
}

/// Number of a charge that could not keep the one in its key, at `chk/<key>`.
#[derive(Serialize, Deserialize)]
struct Renumbered {
    v: u32,
    number: u32,
}

impl Record for Renumbered {
    const KIND: &'static str = "number of a recovered charge";
}

/// Notes under which number a charge is kept whose key has another one.
pub fn renumber(turn: &mut Turn<'_>, key: &str, number: u32) {
    turn.put(&format!("chk/{key}"), &Renumbered { v: 1, number });
}

/// The charge that the gateway knows by this key, and its account.
pub fn by_key(turn: &Turn<'_>, key: &str) -> Result<Option<(AuthId, Charge)>, Fault> {
    let Some((account, number)) = parse_gateway_key(key) else { return Ok(None) };
    let found = match load(turn, account, number)?.filter(|charge| charge.key == key) {
        Some(charge) => Some(charge),
        None => match turn.get::<Renumbered>(&format!("chk/{key}"))? {
            Some(renumbered) => load(turn, account, renumbered.number)?.filter(|charge| charge.key == key),
            None => None,
        },
    };
    Ok(found.map(|charge| (account, charge)))
}

/// The charge with this number.
pub fn load(turn: &Turn<'_>, account: AuthId, number: u32) -> Result<Option<Charge>, Fault> {
    turn.get(&place(account, number))
}

/// Writes it.
pub fn save(turn: &mut Turn<'_>, account: AuthId, charge: &Charge) {
    turn.put(&place(account, charge.number), charge);
}

impl Charge {
    /// Whether it is final.
    pub fn is_settled(&self) -> bool {
        !matches!(self.state, ChargeState::Due | ChargeState::Open)
    }

    /// When its outcome was booked.
    pub fn settled(&self) -> Option<Instant> {
        self.settled
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
        self.dispute(reference).map(|dispute| dispute.receipt)
    }

    /// The chargeback of this reference. Of one that an older version has booked the amount is known if it was the only one.
    pub fn dispute(&self, reference: &str) -> Option<Dispute> {
        let known = self.disputes.iter().find(|dispute| dispute.reference == reference).cloned();
        known.or_else(|| match self.chargebacks.as_slice() {
            [only] if only == reference => Some(Dispute {
                reference: reference.to_owned(),
                amount: self.charged_back,
                at: self.settled.unwrap_or(self.created),
                unpaid: Vec::new(),
                taken: Vec::new(),
                settled: Vec::new(),
                receipt: String::new(),
                lost: false,
                won: None,
            }),
            _ => None,
        })
    }

    /// What it takes.
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// Number of the invoice that it pays.
    pub fn invoice(&self) -> Option<&str> {
        self.invoice.as_deref()
    }

    /// Whether it has moved its amount.
    pub fn is_paid(&self) -> bool {
        self.state == ChargeState::Paid
    }

    /// The lot that it paid for, once paid.
    pub fn lot(&self) -> Option<&(u32, Place)> {
        self.lot.as_ref()
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

/// Charges that are looked at in one step.
const PAGE: usize = 1_000;

/// The charge that explains a payment.
pub fn of_payment(turn: &Turn<'_>, account: AuthId, key: &str) -> Result<Option<Charge>, Fault> {
    let prefix = prefix(account);
    let mut from = prefix.clone();
    loop {
        let (page, more) = turn.span::<Charge>(&from, &end_of_prefix(&prefix), PAGE)?;
        if let Some((last, _)) = page.last() {
            from = successor(last);
        }
        let found = page.into_iter().map(|(_, charge)| charge).find(|charge| charge.key == key);
        if found.is_some() || !more {
            return Ok(found);
        }
    }
}

/// Notes what has made an end of claims that chargebacks had left, so that it goes back there when they are won.
pub(crate) fn note_payer(
    turn: &mut Turn<'_>,
    account: AuthId,
    payer: &Payer,
    claims: Vec<(Claim, Instant)>,
) -> Result<(), Fault> {
    for (claim, since) in claims {
        let Some(mut charge) = load(turn, account, claim.charge)? else { continue };
        let Some(reference) = charge.chargebacks.get(claim.nth as usize).cloned() else { continue };
        if let Some(dispute) = charge.disputes.iter_mut().find(|dispute| dispute.reference == reference) {
            dispute.settle(payer, since, claim.amount)?;
            save(turn, account, &charge);
        }
    }
    Ok(())
}

/// The name of a card in the contract.
pub fn card_name(number: u32) -> String {
    format!("card-{number}")
}
