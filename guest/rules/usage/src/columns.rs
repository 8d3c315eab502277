//! Events and answers as columns: one crossing of the contract for a whole batch, and no text of its own for an ID.
//!
//! Columns mean what the list of their events means. They are checked once, then each event is lent out of them.

use crate::events::{Answer, BatchAnswer, EVENTS_MAX};
use coinbox_ground::product::{EventView, Heading, Product, Rejection};
use coinbox_ground::texts::{Given, Misfit, Texts};
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule, Instant, Micros, list_int_text};
use serde::{Deserialize, Serialize};

/// Texts of one event: its ID, its auth ID, its number.
const NAMES: usize = 3;

/// A product with a heading.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProductUse {
    /// What was used.
    pub product: Product,
    /// Which way.
    pub heading: Heading,
}

/// Events as columns, as they came.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct EventColumns {
    /// Three texts an event: its ID, its auth ID, its number.
    pub names: Given,
    /// Every product with a heading that occurs.
    pub uses: Vec<ProductUse>,
    /// By event: place in `uses`.
    pub used: Vec<u16>,
    /// By event.
    pub quantities: Vec<u32>,
    /// By event.
    #[serde(with = "list_int_text")]
    pub moments: Vec<Instant>,
}

/// Columns that fit each other.
pub(crate) struct Columns {
    names: Texts,
    uses: Vec<ProductUse>,
    used: Vec<u16>,
    quantities: Vec<u32>,
    moments: Vec<Instant>,
}

impl EventColumns {
    /// How many events they are.
    pub(crate) fn count(&self) -> usize {
        self.used.len()
    }

    /// Checks that the columns fit each other.
    pub(crate) fn checked(self) -> Result<Columns, Fault> {
        let EventColumns { names, uses, used, quantities, moments } = self;
        let (count, mut checks) = (used.len(), Checks::new());
        let texts = NAMES * count;
        let limit = format!("{texts}: three an event");
        checks.require(names.lengths.len() == texts, "columns.names.lengths", FieldRule::WrongForm, limit);
        let bytes = names.text.len();
        let names = match Texts::of(names) {
            Ok(names) => names,
            Err(misfit) => {
                let (field, limit) = match misfit {
                    Misfit::Sum => ("columns.names.lengths".to_owned(), format!("{bytes} bytes together")),
                    Misfit::InsideCharacter(place) => {
                        (format!("columns.names.lengths[{place}]"), "an end between two characters".to_owned())
                    }
                };
                checks.require(false, &field, FieldRule::WrongForm, limit);
                Texts::default()
            }
        };
        checks.require(uses.len() <= EVENTS_MAX, "columns.uses", FieldRule::TooMany, EVENTS_MAX);
        for (place, used) in used.iter().enumerate().filter(|(_, used)| usize::from(**used) >= uses.len()) {
            let limit = format!("{} of uses, counted from 0; not {used}", uses.len());
            checks.require(false, &format!("columns.used[{place}]"), FieldRule::UnknownValue, limit);
        }
        let limit = format!("{count}: one an event");
        checks.require(quantities.len() == count, "columns.quantities", FieldRule::WrongForm, &limit);
        checks.require(moments.len() == count, "columns.moments", FieldRule::WrongForm, &limit);
        checks.done()?;
        Ok(Columns { names, uses, used, quantities, moments })
    }
}

impl Columns {
    /// Each event, lent.
    pub(crate) fn events(&self) -> Vec<EventView<'_>> {
        let mut names = self.names.iter();
        let mut name = || names.next().unwrap_or_default();
        let rest = self.used.iter().zip(&self.quantities).zip(&self.moments);
        rest.map(|((used, quantity), at)| {
            let ProductUse { product, heading } = self.uses[usize::from(*used)];
            let (id, auth_id, number) = (name(), name(), name());
            EventView { id, auth_id, product, heading, number, quantity: *quantity, at: *at }
        })
        .collect()
    }
}

/// What became of an event, in one word.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Fate {
    Rated,
    Duplicate,
    Conflicting,
    Malformed,
    UnknownAccount,
    AccountClosed,
    TooOld,
    InFuture,
    UnknownProduct,
    NoPrice,
}

/// Answers as columns.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AnswerColumns {
    /// By event.
    pub fates: Vec<Fate>,
    /// By event: zero unless it was rated.
    #[serde(with = "list_int_text")]
    pub amounts: Vec<Micros>,
    /// Ledger transactions.
    pub transactions: Vec<String>,
}

impl From<BatchAnswer> for AnswerColumns {
    fn from(batch: BatchAnswer) -> AnswerColumns {
        let fate = |answer: &Answer| match answer {
            Answer::Rated(_) => Fate::Rated,
            Answer::Duplicate => Fate::Duplicate,
            // Only on the list of rejected events is a conflict a rejection.
            Answer::Conflicting | Answer::Rejected(Rejection::Conflict) => Fate::Conflicting,
            Answer::Rejected(Rejection::Malformed) => Fate::Malformed,
            Answer::Rejected(Rejection::UnknownAccount) => Fate::UnknownAccount,
            Answer::Rejected(Rejection::AccountClosed) => Fate::AccountClosed,
            Answer::Rejected(Rejection::TooOld) => Fate::TooOld,
            Answer::Rejected(Rejection::InFuture) => Fate::InFuture,
            Answer::Rejected(Rejection::UnknownProduct) => Fate::UnknownProduct,
            Answer::Rejected(Rejection::NoPrice) => Fate::NoPrice,
        };
        let amount = |answer: &Answer| if let Answer::Rated(amount) = answer { *amount } else { 0 };
        AnswerColumns {
            fates: batch.answers.iter().map(fate).collect(),
            amounts: batch.answers.iter().map(amount).collect(),
            transactions: batch.transactions,
        }
    }
}
