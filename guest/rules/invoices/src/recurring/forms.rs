//! Recurring charges as the contract shows them.

use coinbox_ground::product::{Heading, Product};
use coinbox_ground::vocabulary::{Instant, Micros, int_text, interface_error, optional_int_text};
use coinbox_profiles::policy::FirstMonth;
use serde::{Deserialize, Serialize};

interface_error! {
    /// Errors of `recurring`.
    Error {
        /// There is no price for it now.
        NoPrice,
        /// A charge of the account has the reference, or had it and ended in this month.
        ReferenceTaken,
        /// The account has as many as it may have; how many.
        TooManyCharges(#[serde(with = "coinbox_ground::one_field::limit")] u32),
        /// It has ended.
        HasEnded,
    }
}

/// A recurring charge that begins.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewRecurringCharge {
    /// The operator's own name for it.
    pub reference: String,
    /// A product that is counted in items.
    pub product: Product,
    /// A heading of it that names no other side.
    pub heading: Heading,
    /// How many.
    pub quantity: u32,
    /// What is paid for the month that has begun; none: as the policy says for numbers.
    #[serde(default)]
    pub first_month: Option<FirstMonth>,
}

/// A recurring charge.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RecurringCharge {
    /// The operator's own name for it.
    pub reference: String,
    /// Main account that pays.
    pub account: String,
    /// Main account or sub-account that it is for.
    pub holder: String,
    /// Code of the product.
    pub product: Product,
    /// Code of the heading.
    pub heading: Heading,
    /// What the next month is charged with.
    pub quantity: u32,
    /// The price that was taken last.
    pub rate: String,
    /// What a full month costs at it.
    #[serde(with = "int_text")]
    pub monthly: Micros,
    /// When it began.
    #[serde(with = "int_text")]
    pub started: Instant,
    /// The last month that was taken.
    pub charged_through: String,
    /// When it is charged next.
    #[serde(default, with = "optional_int_text")]
    pub next_charge: Option<Instant>,
    /// The last month that it is charged for, if that was set.
    #[serde(default)]
    pub last_month: Option<String>,
    /// Since when it has been over.
    #[serde(default, with = "optional_int_text")]
    pub ended: Option<Instant>,
}

/// A page of them, in order of reference.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RecurringPage {
    /// At most as many as asked for.
    pub charges: Vec<RecurringCharge>,
    /// `after` of the next page.
    #[serde(default)]
    pub next: Option<String>,
}
