//! The frozen document as the contract's JSON form has it: names with hyphens, 64-bit numbers as decimal text.
//!
//! A document that an earlier version issued lacks the fields of later versions. These fields are read as empty, and empty fields are not written. So
//! the document keeps its fingerprint, and its kept PDF is found.

use serde::{Deserialize, Serialize};

/// Most lines of one document.
pub const LINES_MAX: usize = 10_000;
/// Most movements of one document.
pub const MOVEMENTS_MAX: usize = 2_000;
/// Most tax lines of one document.
pub const TAXES_MAX: usize = 100;
/// Most lines of one address.
pub const ADDRESS_LINES_MAX: usize = 20;
/// Longest text of one field.
pub const TEXT_BYTES_MAX: usize = 2_000;
/// Longest note.
pub const NOTE_BYTES_MAX: usize = 8_000;

/// A document that cannot be printed as it is.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum DocumentError {
    /// Not the form of the contract.
    #[error("the document cannot be read: {0}")]
    Form(String),
    /// Longer than is ever set in type.
    #[error("document {number}: {field} has {found}, at most {limit} can be printed")]
    TooLong {
        /// Which document.
        number: String,
        /// Which of its fields.
        field: String,
        /// How long it is.
        found: usize,
        /// How long it may be.
        limit: usize,
    },
    /// The figures contradict each other.
    #[error("document {number} does not add up: {what}")]
    NotInBalance {
        /// Which document.
        number: String,
        /// What was expected and found.
        what: String,
    },
    /// Issued by a later version.
    #[error("document {number} has edition {found}: this program prints editions 1 to {}", Edition::PRESENT.0)]
    Edition {
        /// Which document.
        number: String,
        /// Its edition.
        found: u32,
    },
    /// A moment outside the years 1970 to 9998.
    #[error("document {number}: {field} {at_ms} is not in the years 1970 to 9998")]
    Moment {
        /// Which document.
        number: String,
        /// Which of its fields.
        field: &'static str,
        /// Milliseconds since 1970.
        at_ms: i64,
    },
}

/// What kind of paper it is.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// What was used and what is owed (INV-1).
    Invoice,
    /// A correction of an issued invoice (INV-5, R27).
    CreditNote,
    /// A payment, or an attempt at one (INV-3).
    Receipt,
}

impl Kind {
    /// Its name in the contract; also the name of its template.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Invoice => "invoice",
            Kind::CreditNote => "credit-note",
            Kind::Receipt => "receipt",
        }
    }
}

/// Seller or customer (INV-6).
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Party {
    /// Name in law.
    pub legal_name: String,
    /// Address, as many lines as there are.
    pub address_lines: Vec<String>,
    /// Country.
    pub country: String,
    /// Tax ID, or empty.
    pub tax_id: String,
    /// Address for mail, or empty.
    pub email: String,
    /// Auth ID of a customer, or empty.
    pub auth_id: String,
    /// In the register of companies; of the seller, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub registration_number: String,
    /// Of the seller, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub phone: String,
}

/// What was billed of a charge, and at which price (R85).
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LinePrice {
    /// Decimal text.
    pub billed: String,
    /// Of what, as a code or word.
    pub unit: String,
    /// Decimal text, as the price list has it.
    pub unit_price: String,
}

/// One charge.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Line {
    /// Auth ID of the sub-account or the main account.
    pub section: String,
    /// Its name at issue.
    pub section_name: String,
    /// Product, as a code.
    pub product: String,
    /// What it was.
    pub description: String,
    /// How much of it.
    #[serde(with = "wide")]
    pub quantity: u64,
    /// Of what, as a code or word.
    pub unit: String,
    /// How many calls, messages, …; zero: the document does not say.
    #[serde(default, with = "wide", skip_serializing_if = "is_zero")]
    pub count: u64,
    /// None: there is no price, or several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<LinePrice>,
    /// When the first of them was used, if outside of the period.
    #[serde(default, with = "wide_option", skip_serializing_if = "Option::is_none")]
    pub used_from: Option<i64>,
    /// When the last of them was.
    #[serde(default, with = "wide_option", skip_serializing_if = "Option::is_none")]
    pub used_to: Option<i64>,
    /// Micro-units; corrections are below zero.
    #[serde(with = "wide")]
    pub amount: i64,
}

fn is_zero<T: Default + PartialEq>(number: &T) -> bool {
    *number == T::default()
}

fn is_false(flag: &bool) -> bool {
    !*flag
}

/// One rate of tax (INV-7, R28).
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tax {
    /// What it is called.
    pub name: String,
    /// Decimal text, such as `19`.
    pub percent: String,
    /// What it is computed on, micro-units.
    #[serde(with = "wide")]
    pub base: i64,
    /// Micro-units.
    #[serde(with = "wide")]
    pub amount: i64,
    /// The customer owes it to the state.
    pub reverse_charge: bool,
    /// Why no tax is charged, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub legal_basis: String,
}

/// The document that another one is about.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Reference {
    /// What it is.
    pub kind: Kind,
    /// Its number.
    pub number: String,
    /// When it was issued.
    #[serde(with = "wide")]
    pub issued: i64,
}

/// Which fields and words a document was issued with; each edition has templates of its own, so that what was issued earlier keeps its look.
#[derive(Serialize, Deserialize, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
#[serde(transparent)]
pub struct Edition(u32);

impl Edition {
    /// Of version 0.1, whose documents do not name it.
    pub const FIRST: Edition = Edition(1);
    /// Of now.
    pub const PRESENT: Edition = Edition(2);

    fn first() -> Edition {
        Edition::FIRST
    }

    fn is_first(&self) -> bool {
        *self == Edition::FIRST
    }
}

/// One movement of the balance between opening and closing.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Movement {
    /// What it was.
    pub label: String,
    /// When.
    #[serde(with = "wide")]
    pub at: i64,
    /// Micro-units, a credit is positive (R26).
    #[serde(with = "wide")]
    pub amount: i64,
    /// It came before the period, after that of the document before (R83).
    #[serde(default, skip_serializing_if = "is_false")]
    pub earlier: bool,
}

/// An issued document. Amounts are micro-units, moments milliseconds since 1970, both in 64 bits.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Document {
    /// What it is.
    pub kind: Kind,
    /// Its number in its series.
    pub number: String,
    /// When it was issued; the date inside the PDF.
    #[serde(with = "wide")]
    pub issued: i64,
    /// First moment of the period.
    #[serde(default, with = "wide_option")]
    pub period_start: Option<i64>,
    /// First moment after the period.
    #[serde(default, with = "wide_option")]
    pub period_end: Option<i64>,
    /// Who sells.
    pub seller: Party,
    /// Who buys.
    pub customer: Party,
    /// Such as `USD`.
    pub currency: String,
    /// Charges, those of a section side by side.
    pub lines: Vec<Line>,
    /// What trial and promotional credits paid (R28), zero or positive.
    #[serde(with = "wide")]
    pub discount: i64,
    /// Makes net whole smallest units of the currency, at most half a unit either way (R85).
    #[serde(default, with = "wide", skip_serializing_if = "is_zero")]
    pub rounding: i64,
    /// Lines less discount, and rounding.
    #[serde(with = "wide")]
    pub net: i64,
    /// Tax by rate.
    pub taxes: Vec<Tax>,
    /// Net and tax.
    #[serde(with = "wide")]
    pub total: i64,
    /// Balance before, a credit is positive (R26).
    #[serde(with = "wide")]
    pub opening_balance: i64,
    /// Balance after.
    #[serde(with = "wide")]
    pub closing_balance: i64,
    /// What lies between the two.
    pub movements: Vec<Movement>,
    /// Positive: the customer owes it (R26).
    #[serde(with = "wide")]
    pub amount_due: i64,
    /// Such as `paid`, `open`, `failed`.
    pub status: String,
    /// How it is or was paid, such as `card`, `coupon`; or empty.
    pub method: String,
    /// Number of the document that this one is about.
    #[serde(default)]
    pub refers_to: Option<String>,
    /// Further text for the customer; may have several lines. Of a credit note: the reason.
    pub note: String,
    /// The document that this one is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<Reference>,
    /// By when it is to be paid.
    #[serde(default, with = "wide_option", skip_serializing_if = "Option::is_none")]
    pub due: Option<i64>,
    /// Terms of payment, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub payment_terms: String,
    /// How it can be paid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ways_to_pay: Vec<String>,
    /// Brand and last digits of a card, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub card: String,
    /// The gateway's own name for a payment, or empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub payment_reference: String,
    /// When it was paid, declined or given back; none: at issue.
    #[serde(default, with = "wide_option", skip_serializing_if = "Option::is_none")]
    pub payment_at: Option<i64>,
    /// Which fields and words it has.
    #[serde(default = "Edition::first", skip_serializing_if = "Edition::is_first")]
    pub edition: Edition,
}

impl Document {
    /// Reads the contract's JSON form and checks it.
    pub fn read(value: &serde_json::Value) -> Result<Document, DocumentError> {
        let document = Document::deserialize(value).map_err(|error| DocumentError::Form(error.to_string()))?;
        document.check()?;
        Ok(document)
    }

    /// Holds its limits, and that its figures add up.
    pub fn check(&self) -> Result<(), DocumentError> {
        self.check_lengths()?;
        if self.edition < Edition::FIRST || self.edition > Edition::PRESENT {
            return Err(DocumentError::Edition { number: self.number.clone(), found: self.edition.0 });
        }
        self.check_moments()?;
        self.check_figures()
    }

    fn too_long(&self, field: &str, found: usize, limit: usize) -> Result<(), DocumentError> {
        if found <= limit {
            return Ok(());
        }
        let number = self.number.chars().take(60).collect();
        Err(DocumentError::TooLong { number, field: field.to_owned(), found, limit })
    }

    fn check_lengths(&self) -> Result<(), DocumentError> {
        self.too_long("lines", self.lines.len(), LINES_MAX)?;
        self.too_long("movements", self.movements.len(), MOVEMENTS_MAX)?;
        self.too_long("taxes", self.taxes.len(), TAXES_MAX)?;
        self.too_long("note", self.note.len(), NOTE_BYTES_MAX)?;
        let text = |field: &str, text: &str| self.too_long(field, text.len(), TEXT_BYTES_MAX);
        for (who, party) in [("seller", &self.seller), ("customer", &self.customer)] {
            self.too_long(&format!("{who}.address-lines"), party.address_lines.len(), ADDRESS_LINES_MAX)?;
            let Party { legal_name, country, tax_id, email, auth_id, registration_number, phone, .. } = party;
            for part in [legal_name, country, tax_id, email, auth_id, registration_number, phone] {
                text(who, part)?;
            }
            for line in &party.address_lines {
                text(who, line)?;
            }
        }
        for part in [&self.number, &self.currency, &self.status, &self.method] {
            text("number, currency, status or method", part)?;
        }
        text("refers-to", self.refers_to.as_deref().unwrap_or_default())?;
        text("about", self.about.as_ref().map_or("", |about| &about.number))?;
        text("payment-terms", &self.payment_terms)?;
        text("card", &self.card)?;
        text("payment-reference", &self.payment_reference)?;
        self.too_long("ways-to-pay", self.ways_to_pay.len(), ADDRESS_LINES_MAX)?;
        self.ways_to_pay.iter().try_for_each(|line| text("ways-to-pay", line))?;
        for line in &self.lines {
            for part in [&line.section, &line.section_name, &line.product, &line.description, &line.unit] {
                text("lines", part)?;
            }
            for part in line.price.iter().flat_map(|price| [&price.billed, &price.unit, &price.unit_price]) {
                text("lines", part)?;
            }
        }
        for tax in &self.taxes {
            text("taxes", &tax.name)?;
            text("taxes", &tax.percent)?;
            text("taxes", &tax.legal_basis)?;
        }
        self.movements.iter().try_for_each(|movement| text("movements", &movement.label))
    }

    fn check_moments(&self) -> Result<(), DocumentError> {
        let moment = |field, at_ms: i64| {
            if (0..=LATEST_MS).contains(&at_ms) {
                return Ok(());
            }
            Err(DocumentError::Moment { number: self.number.clone(), field, at_ms })
        };
        moment("issued", self.issued)?;
        moment("period-start", self.period_start.unwrap_or_default())?;
        moment("period-end", self.period_end.unwrap_or_default())?;
        moment("due", self.due.unwrap_or_default())?;
        moment("payment-at", self.payment_at.unwrap_or_default())?;
        moment("about", self.about.as_ref().map_or(0, |about| about.issued))?;
        for line in &self.lines {
            moment("lines", line.used_from.unwrap_or_default())?;
            moment("lines", line.used_to.unwrap_or_default())?;
        }
        self.movements.iter().try_for_each(|movement| moment("movements", movement.at))
    }

    /// Sum of all lines.
    pub fn gross(&self) -> i128 {
        self.lines.iter().map(|line| i128::from(line.amount)).sum()
    }

    fn check_figures(&self) -> Result<(), DocumentError> {
        let equal = |what: &str, expected: i128, found: i64| {
            if expected == i128::from(found) {
                return Ok(());
            }
            let what = format!("{what} give {expected} micro-units, the document says {found}");
            Err(DocumentError::NotInBalance { number: self.number.clone(), what })
        };
        let net = self.gross() - i128::from(self.discount) + i128::from(self.rounding);
        equal("lines less discount, and rounding", net, self.net)?;
        let taxes: i128 = self.taxes.iter().map(|tax| i128::from(tax.amount)).sum();
        equal("net and taxes", i128::from(self.net) + taxes, self.total)?;
        if self.kind != Kind::Invoice {
            return Ok(());
        }
        let movements: i128 = self.movements.iter().map(|movement| i128::from(movement.amount)).sum();
        let closing = i128::from(self.opening_balance) + movements - i128::from(self.total);
        equal("opening balance and movements less total", closing, self.closing_balance)
    }
}

/// Last millisecond of the year 9998: of 9999 not every moment has a date in the library.
const LATEST_MS: i64 = 253_370_764_799_999;

/// 64-bit numbers as decimal text.
mod wide {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};
    use std::fmt::Display;
    use std::str::FromStr;

    pub(super) fn serialize<T: Display, S: Serializer>(number: &T, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(number)
    }

    pub(super) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(|_| D::Error::custom("expected a 64-bit whole number as text"))
    }
}

/// The same, or null.
mod wide_option {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(number: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match number {
            Some(number) => serializer.collect_str(number),
            None => serializer.serialize_none(),
        }
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        let text = Option::<std::borrow::Cow<str>>::deserialize(deserializer)?;
        text.map(|text| text.parse().map_err(|_| D::Error::custom("expected a 64-bit whole number as text")))
            .transpose()
    }
}
