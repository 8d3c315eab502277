//! What one price of a product comes to in a month: the lines of invoices (INV-1, R85).

use super::records::code_of;
use crate::Line;
use crate::charge_code::ChargeCode;
use coinbox_ground::calendar::Month;
use coinbox_ground::money::Money;
use coinbox_ground::rate::Rate;
use coinbox_ground::turn::Record;
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Prices of one source in one month that are kept apart; what is charged at further ones is one sum a product.
pub(super) const PRICES_MAX: usize = 300;

/// What an invoice tells apart: product, price, and use of another month than that of its posting.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct PriceKey {
    /// Charge code, of numbers with country and type, of recurring charges with the reference.
    pub code: String,
    /// The month of the use, where it is not that of the posting.
    pub used_in: Option<Month>,
    /// As the line has it; empty: there is none; `*`: one of more than are kept apart.
    pub price: String,
}

/// Stands for prices beyond those that are kept apart.
pub(super) const FURTHER: &str = "*";

impl PriceKey {
    /// The key of a line that was posted in a month, and what is billed of it in parts of the price's unit.
    pub(super) fn of(line: &Line, posted: Month) -> (PriceKey, u64) {
        let code = code_of(line);
        let used_in = Some(month_of_use(line)).filter(|month| *month != posted);
        match billed(line) {
            Some(billed) => (PriceKey { code, used_in, price: line.r.clone() }, billed),
            None => (PriceKey { code, used_in, price: String::new() }, 0),
        }
    }

    /// The same at any price. Recurring charges are not told apart by their references any more: there may be hundreds of them in a month.
    pub(super) fn at_further_prices(&self) -> PriceKey {
        let letters = self.code.split(' ').next().unwrap_or_default();
        let is_recurring = ChargeCode::parse(letters).is_some_and(ChargeCode::is_recurring);
        let code = if is_recurring { letters } else { self.code.as_str() };
        PriceKey { code: code.to_owned(), used_in: self.used_in, price: FURTHER.to_owned() }
    }

    /// As records and the contract name it: `vo//0.0085`, `nr/US local/0.80`, `vo@2026-10//0.0085`.
    pub(super) fn name(&self) -> String {
        let (letters, detail) = self.code.split_once(' ').unwrap_or((&self.code, ""));
        let used_in = self.used_in.map(|month| format!("@{month}")).unwrap_or_default();
        [&format!("{letters}{used_in}"), detail, &self.price].join("/")
    }

    /// Reads back what `PriceKey::name` gives.
    pub fn parse(name: &str) -> Option<PriceKey> {
        let mut parts = name.split('/');
        let (first, detail, price) = (parts.next()?, parts.next()?, parts.next()?);
        if parts.next().is_some() {
            return None;
        }
        let (letters, used_in) = match first.split_once('@') {
            Some((letters, month)) => (letters, Some(Month::parse(month)?)),
            None => (first, None),
        };
        let code = if detail.is_empty() { letters.to_owned() } else { format!("{letters} {detail}") };
        Some(PriceKey { code, used_in, price: price.to_owned() })
    }
}

/// The month for which a line charges.
fn month_of_use(line: &Line) -> Month {
    let named = if line.p == ChargeCode::Rent.code() { Month::parse(&line.i) } else { None };
    named.unwrap_or_else(|| Month::of(line.t))
}

/// What is billed of a line, in parts of the price's unit. None: it cannot be told, or there is no price. Lines of version 0.1.0 do not say how many seconds
/// were billed: then it is what their amount comes to at their price.
fn billed(line: &Line) -> Option<u64> {
    let code = ChargeCode::parse(&line.p)?;
    if line.r.is_empty() {
        return None;
    }
    let quantity = u64::from(line.q);
    if let Some(billed) = line.b {
        return Some(billed);
    }
    let per_unit = u64::from(code.billed_per_unit());
    match code {
        ChargeCode::Usage(..) => {
            let rate = Rate::parse(&line.r)?;
            let as_used = rate.posted(quantity, per_unit) == Ok(line.m);
            if as_used { Some(quantity) } else { rate.count_of(line.m, per_unit) }
        }
        _ => quantity.checked_mul(per_unit),
    }
}

/// What one key comes to.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct PricedSum {
    /// Lines.
    #[serde(rename = "c")]
    pub count: u64,
    /// Seconds, message parts, numbers, seats.
    #[serde(rename = "q")]
    pub quantity: u64,
    /// In parts of the price's unit; zero where there is no single price.
    #[serde(rename = "b", default)]
    pub billed: u64,
    /// Charged, to the last digit.
    #[serde(rename = "m")]
    pub amount: Money,
    /// When the first was used; only of another month than that of the posting.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Instant>,
    /// When the last was.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Instant>,
}

impl PricedSum {
    fn of(line: &Line, billed: u64, late: bool) -> PricedSum {
        let month = if line.p == ChargeCode::Rent.code() { Month::parse(&line.i) } else { None };
        let at = late.then(|| month.map_or(line.t, Month::first));
        PricedSum { count: 1, quantity: u64::from(line.q), billed, amount: line.m, first: at, last: at }
    }

    /// Adds another sum.
    pub fn add(&mut self, other: PricedSum) -> Result<(), Fault> {
        self.count = self.count.saturating_add(other.count);
        self.quantity = self.quantity.saturating_add(other.quantity);
        self.billed = self.billed.saturating_add(other.billed);
        self.amount = self.amount.plus(other.amount)?;
        self.first = self.first.into_iter().chain(other.first).min();
        self.last = self.last.into_iter().chain(other.last).max();
        Ok(())
    }

    /// The same without what was billed: of several prices.
    pub fn unpriced(self) -> PricedSum {
        PricedSum { billed: 0, ..self }
    }
}

/// Charges of an account or sub-account in a month by price, at `cyc/<month>/<account>/<source>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct PricedTotals {
    v: u32,
    /// By the name of the key.
    pub by: BTreeMap<String, PricedSum>,
}

impl Record for PricedTotals {
    const KIND: &'static str = "totals of a source by price";
}

impl PricedTotals {
    /// Adds one line of those that are on their way into the totals.
    pub(super) fn add(&mut self, line: &Line, posted: Month) -> Result<(), Fault> {
        let (name, sum) = named(line, posted);
        self.by.entry(name).or_default().add(sum)
    }

    /// Adds the charges of further lines, in the order of their keys. Prices beyond those that are kept apart go to one sum a product.
    pub(super) fn add_all(&mut self, more: &PricedTotals) -> Result<(), Fault> {
        self.v = 1;
        for (name, sum) in &more.by {
            let key = PriceKey::parse(name).ok_or_else(|| unreadable(name))?;
            self.add_sum(&key, *sum)?;
        }
        Ok(())
    }

    fn add_sum(&mut self, key: &PriceKey, sum: PricedSum) -> Result<(), Fault> {
        let name = key.name();
        if self.by.contains_key(&name) || self.by.len() < PRICES_MAX {
            return self.by.entry(name).or_default().add(sum);
        }
        self.by.entry(key.at_further_prices().name()).or_default().add(sum.unpriced())
    }

    /// Whether some of its prices were not kept apart.
    pub(super) fn is_bounded(&self) -> bool {
        self.by.keys().any(|name| name.ends_with("/*"))
    }

    /// The same with all prices together, as far as that can be compared whatever the order of lines was.
    pub(super) fn without_prices(&self) -> Result<PricedTotals, Fault> {
        let mut all = PricedTotals { v: 1, by: BTreeMap::new() };
        for (name, sum) in &self.by {
            let key = PriceKey::parse(name).ok_or_else(|| unreadable(name))?;
            all.by.entry(key.at_further_prices().name()).or_default().add(sum.unpriced())?;
        }
        Ok(all)
    }
}

/// The name of a line's key, and the line as a sum.
pub(super) fn named(line: &Line, posted: Month) -> (String, PricedSum) {
    let (key, billed) = PriceKey::of(line, posted);
    let sum = PricedSum::of(line, billed, key.used_in.is_some());
    (key.name(), sum)
}

fn unreadable(name: &str) -> Fault {
    Fault::unreadable(vec![coinbox_ground::vocabulary::Fact::new("price", name)])
}
