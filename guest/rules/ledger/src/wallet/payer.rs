//! Who has made an end of what was owed, and what chargebacks have left owed (R84).

use crate::lots::Place;
use coinbox_ground::calendar;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{end_of_prefix, successor};
use coinbox_ground::vocabulary::Instant;
use serde::{Deserialize, Serialize};

/// A part of what is owed that a chargeback has left.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Claim {
    /// Number of the charge that was taken back.
    #[serde(rename = "c")]
    pub charge: u32,
    /// Which of its chargebacks, from 0.
    #[serde(rename = "n")]
    pub nth: u32,
    /// Above zero.
    #[serde(rename = "a")]
    pub amount: Money,
    /// Whether it is a debt of an invoice that the payment had paid.
    #[serde(rename = "i", default, skip_serializing_if = "std::ops::Not::not")]
    pub of_invoice: bool,
}

/// What has made an end of what was owed.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Payer {
    /// Credit that came in as this lot, or was given back to it.
    Lot(Place),
    /// The operator has given it up (R24).
    WrittenOff,
    /// It was too little to be paid (R4, R85).
    Rounded,
    /// A credit note of the invoice that it was owed of (INV-5), or what volume tiers give back of charges of its days (USE-9).
    Corrected,
}

impl Payer {
    /// Whether what it has paid is of the same kind.
    pub(crate) fn is_like(&self, other: &Payer) -> bool {
        match (self, other) {
            (Payer::Lot(one), Payer::Lot(other)) => one.kind() == other.kind(),
            _ => self == other,
        }
    }
}

/// The keys of records of some days, both included, or of all.
pub(crate) fn span_of_days(kind: &str, account: AuthId, days: Option<(Instant, Instant)>) -> (String, String) {
    let prefix = format!("{kind}/{account}/");
    match days {
        Some((from, to)) => {
            let day = |moment| format!("{prefix}{}", calendar::day_name(moment));
            (day(from), successor(&day(to)))
        }
        None => {
            let end = end_of_prefix(&prefix);
            (prefix, end)
        }
    }
}
