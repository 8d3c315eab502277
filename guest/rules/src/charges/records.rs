//! The record of a charge, its key, and the form of the contract.

use crate::call::{Call, Record};
use crate::cards;
use crate::ids::AuthId;
use crate::jobs::JobKey;
use crate::lots::Place;
use crate::money::Money;
use crate::outside::DeclineReason;
use crate::vocabulary::{Fact, Fault, Instant, Micros, int_text, optional_int_text};
use serde::{Deserialize, Serialize};

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
    pub(super) fn word(self) -> &'static str {
        match self {
            ChargeKind::Automatic => "automatic",
            ChargeKind::Manual => "manual",
            ChargeKind::Settlement => "settlement",
            ChargeKind::Invoice => "invoice",
        }
    }

    /// The rule behind it.
    pub(super) fn rule(self) -> &'static str {
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
    pub(super) v: u32,
    /// Counted per account from 1.
    pub number: u32,
    pub(super) kind: ChargeKind,
    pub(super) amount: Money,
    pub(super) card: u32,
    /// Brand and last digits, for people.
    pub card_label: String,
    /// The key that the gateway knows it by.
    pub key: String,
    pub(super) state: ChargeState,
    pub(super) attempt: u32,
    /// The last attempt whose outcome was booked: a second finish of it changes nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub(super) answered: u32,
    pub(super) created: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) sent: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) settled: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) lot: Option<(u32, Place)>,
    /// How often it was asked about.
    pub(super) asked: u32,
    /// Whether the operator's queue and the customer know that it is open for too long.
    pub(super) overdue: bool,
    /// Whether the operator has given it up: the gateway is asked to make it final.
    pub(super) given_up: bool,
    /// Number of the invoice that it pays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) invoice: Option<String>,
    /// Number of its receipt. None: it is not final, or a version that did not note it made the receipt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) receipt: Option<String>,
    /// What its card holder has taken back.
    #[serde(default, skip_serializing_if = "no_money")]
    pub(super) charged_back: Money,
    /// References of its chargebacks: each is booked once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) chargebacks: Vec<String>,
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

pub(super) fn place(account: AuthId, number: u32) -> String {
    format!("ch/{account}/{:010}", u32::MAX - number)
}

/// The key of a charge at the gateway. Never reused: the store name is drawn new whenever a history could repeat.
pub(super) fn gateway_key(store: &str, account: AuthId, number: u32) -> String {
    format!("cb-{store}-{account}-charge-{number}")
}

/// Account and number in a key of [`gateway_key`], whichever store made it.
pub(crate) fn parse_gateway_key(key: &str) -> Option<(AuthId, u32)> {
    let mut parts = key.strip_prefix("cb-")?.split('-');
    let (store, account, word, number) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // The key becomes part of stored keys: only what this function's counterpart could have written is one of ours.
    let plain = (1..=32).contains(&store.len()) && store.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (account, number) = (AuthId::parse(account)?, number.parse().ok()?);
    (word == "charge" && plain && gateway_key(store, account, number) == key).then_some((account, number))
}

/// The charge with this number.
pub(crate) fn load(call: &Call<'_>, account: AuthId, number: u32) -> Result<Option<Charge>, Fault> {
    call.get(&place(account, number))
}

pub(super) fn save(call: &mut Call<'_>, account: AuthId, charge: &Charge) {
    call.put(&place(account, charge.number), charge);
}

/// Notes the number of a charge's receipt.
pub(crate) fn note_receipt(call: &mut Call<'_>, account: AuthId, number: u32, receipt: &str) -> Result<(), Fault> {
    if let Some(mut charge) = load(call, account, number)? {
        charge.receipt = Some(receipt.to_owned());
        save(call, account, &charge);
    }
    Ok(())
}

impl Charge {
    pub(super) fn is_settled(&self) -> bool {
        !matches!(self.state, ChargeState::Due | ChargeState::Open)
    }

    pub(super) fn job(&self, account: AuthId) -> JobKey {
        JobKey::Charge(account, self.number)
    }

    /// What it takes.
    pub(crate) fn amount(&self) -> Money {
        self.amount
    }

    /// Number of the invoice that it pays.
    pub(crate) fn invoice(&self) -> Option<&str> {
        self.invoice.as_deref()
    }

    /// Whether it has moved its amount.
    pub(crate) fn is_paid(&self) -> bool {
        self.state == ChargeState::Paid
    }

    /// The lot that it paid for, once paid.
    pub(crate) fn lot(&self) -> Option<&(u32, Place)> {
        self.lot.as_ref()
    }

    /// The form of the contract.
    pub(crate) fn shown(&self, account: AuthId) -> ShownCharge {
        ShownCharge {
            number: self.number,
            kind: self.kind,
            amount: self.amount.micros(),
            card: cards::name(self.card),
            state: self.state.clone(),
            key: self.key.clone(),
            created: self.created,
            settled: self.settled,
            reference: self.reference.clone(),
            invoice: self.invoice.clone(),
            charged_back: self.charged_back.micros(),
            job: self.job(account).to_string(),
            attempts: self.attempt,
        }
    }

    /// What events say of it.
    pub(crate) fn facts(&self) -> Vec<Fact> {
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
