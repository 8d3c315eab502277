//! What the contract says of a charge.

use coinbox_ground::job::{JobKind, Numbered};
use coinbox_ground::outside::DeclineReason;
use coinbox_ground::vocabulary::{Instant, Micros, int_text, optional_int_text};
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

/// The name of a card in the contract.
pub fn card_name(number: u32) -> String {
    format!("card-{number}")
}
