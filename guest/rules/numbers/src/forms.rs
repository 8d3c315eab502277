//! What customers say and are answered about numbers.

use coinbox_ground::outside::OfferedNumber;
use coinbox_ground::product::NumberKind;
use coinbox_ground::vocabulary::{Instant, Micros, int_text, interface_error, optional_int_text};
use serde::{Deserialize, Serialize};

interface_error! {
    /// Errors of `numbers`.
    Error {
        /// The payload is the limit of the policy (ACC-6).
        TooManyNumbers(#[serde(with = "coinbox_ground::one_field::limit")] u32),
        /// It is rented already.
        NotAvailable,
        /// The price book does not know this country and type.
        NoPrice,
        /// Too many rents fell due a moment ago.
        RentIsBeingPosted,
    }
}

/// Both fees, and what the first month takes if it is bought now.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberPrice {
    /// Once.
    #[serde(with = "int_text")]
    pub setup: Micros,
    /// A full month.
    #[serde(with = "int_text")]
    pub monthly: Micros,
    /// At purchase.
    #[serde(with = "int_text")]
    pub first_rent: Micros,
}

/// An offer with its price.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PricedOffer {
    /// As the stock gave it.
    pub offer: OfferedNumber,
    /// None: it cannot be bought.
    #[serde(default)]
    pub price: Option<NumberPrice>,
}

/// What is bought.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Purchase {
    /// As the stock offers it.
    pub offer: OfferedNumber,
    /// 1 to 100 characters.
    #[serde(default)]
    pub alias: Option<String>,
    /// 1 to 100 printable characters.
    #[serde(default)]
    pub app_id: Option<String>,
}

/// A number that is rented, as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RentedNumber {
    pub number: String,
    pub account: String,
    pub holder: String,
    pub country: String,
    pub calling_code: String,
    pub kind: NumberKind,
    pub region: String,
    pub city: String,
    pub voice: bool,
    pub sms: bool,
    pub mms: bool,
    #[serde(default)]
    pub alias: Option<String>,
    #[serde(default)]
    pub app_id: Option<String>,
    #[serde(with = "int_text")]
    pub monthly: Micros,
    #[serde(with = "int_text")]
    pub since: Instant,
    #[serde(with = "int_text")]
    pub renewal: Instant,
    #[serde(default, with = "optional_int_text")]
    pub release_at: Option<Instant>,
}

/// Which numbers to list.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NumberFilter {
    #[serde(default)]
    pub kind: Option<NumberKind>,
    #[serde(default)]
    pub starts_with: Option<String>,
    #[serde(default)]
    pub holder: Option<String>,
    #[serde(default)]
    pub alias: Option<String>,
    pub voice: bool,
    pub sms: bool,
    pub mms: bool,
}

/// A page of a list, oldest rental first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberPage {
    /// At most as many as asked for.
    pub numbers: Vec<RentedNumber>,
    /// How many fit in all.
    pub total: u32,
}

/// What changes; `None` leaves a field as it is.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberChange {
    /// Empty takes it away.
    #[serde(default)]
    pub alias: Option<String>,
    /// Empty takes it away.
    #[serde(default)]
    pub app_id: Option<String>,
    /// Main account or one of its sub-accounts (SUB-5).
    #[serde(default)]
    pub holder: Option<String>,
}

/// Numbers of one page of offers or of a list.
pub const PAGE_MAX: usize = 100;
