//! Lines of an invoice: one for each section, product and price (R85), with what was billed, so that a reader can check it.

use crate::document::{DocumentLine, LinePrice};
use coinbox_ground::calendar::{self, Month};
use coinbox_ground::ids::AuthId;
use coinbox_ground::product::Product;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::charge_code::ChargeCode;
use coinbox_ledger::totals::{self, Adjustment, PriceKey, PricedSum, PricedTotals};
use coinbox_profiles::profile;
use coinbox_profiles::subaccount;
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Lines of one invoice by section; what is beyond is one line a product.
const LINES_MAX: usize = 5_000;
/// Adjustments of one month that are listed one by one.
pub(crate) const ADJUSTMENTS_MAX: usize = 500;
/// Records of one scan.
const PAGE: usize = 1_000;

/// What one line stands for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct LineKey {
    code: String,
    /// It was used outside of the cycle.
    outside: bool,
    /// What sorts the price: its steps of 8 decimals.
    order: Option<Decimal>,
    /// Empty: none; `*`: several.
    price: String,
}

/// What the months of a cycle charge, by source.
#[derive(Default)]
pub(crate) struct Charged {
    sources: BTreeMap<AuthId, BTreeMap<LineKey, PricedSum>>,
    adjustments: BTreeMap<(AuthId, String), Vec<Adjustment>>,
}

impl Charged {
    /// Adds a month of the cycle from `first` to `last`. Answers how many records were read.
    pub(crate) fn add(
        &mut self,
        turn: &Turn<'_>,
        account: AuthId,
        month: Month,
        (first, last): (Month, Month),
    ) -> Result<usize, Fault> {
        let mut read = self.add_sources(turn, account, month, (first, last))?;
        let (found, _) = turn.list::<Adjustment>(&totals::adjustments_prefix(account, month), ADJUSTMENTS_MAX)?;
        read += found.len();
        for (_, adjustment) in found {
            let of = (adjustment.source, adjustment.code.clone());
            self.adjustments.entry(of).or_default().push(adjustment);
        }
        Ok(read)
    }

    fn add_sources(
        &mut self,
        turn: &Turn<'_>,
        account: AuthId,
        month: Month,
        (first, last): (Month, Month),
    ) -> Result<usize, Fault> {
        let prefix = format!("{}/", totals::cycle_key(month, account));
        let mut from = prefix.clone();
        let mut read = 0;
        loop {
            let (page, more) = turn.span::<PricedTotals>(&from, &end_of_prefix(&prefix), PAGE)?;
            read += page.len();
            if let Some((key, _)) = page.last() {
                from = successor(key);
            }
            for (key, totals) in page {
                let source = AuthId::parse(&key[prefix.len()..]).ok_or_else(|| Fault::not_found("account"))?;
                let lines = self.sources.entry(source).or_default();
                for (name, mut sum) in totals.by {
                    let PriceKey { code, used_in, price } =
                        PriceKey::parse(&name).ok_or_else(|| Fault::not_found("price"))?;
                    // What was used in another month of the same cycle needs no dates of its own.
                    let outside = used_in.is_some_and(|used_in| used_in < first || used_in > last);
                    if !outside {
                        (sum.first, sum.last) = (None, None);
                    }
                    let order = price.parse().ok();
                    lines.entry(LineKey { code, outside, order, price }).or_default().add(sum)?;
                }
            }
            if !more {
                return Ok(read);
            }
        }
    }

    /// Lines by section: the main account first, then sub-accounts by auth ID.
    pub(crate) fn lines(mut self, turn: &Turn<'_>, account: AuthId) -> Result<Vec<DocumentLine>, Fault> {
        let mut lines = Vec::new();
        let mut beyond: BTreeMap<LineKey, PricedSum> = BTreeMap::new();
        for (source, by) in self.sources {
            if lines.len() + by.len() + ADJUSTMENTS_MAX > LINES_MAX {
                for (key, sum) in by {
                    let letters = key.code.split(' ').next().unwrap_or_default().to_owned();
                    let key = LineKey { code: letters, order: None, price: "*".to_owned(), ..key };
                    beyond.entry(key).or_default().add(sum.unpriced())?;
                }
                continue;
            }
            let name =
                if source == account { profile::profile(turn, account)?.name } else { subaccount::name(turn, source)? };
            let section = (source.as_str(), name.as_str());
            for (key, mut sum) in by {
                for adjustment in self.adjustments.remove(&(source, key.code.clone())).unwrap_or_default() {
                    lines.push(listed(section, &key, &mut sum, &adjustment)?);
                }
                if sum.count > 0 {
                    lines.push(line(section, &key, sum));
                }
            }
        }
        lines.extend(beyond.into_iter().map(|(key, sum)| line(("", "Further sub-accounts"), &key, sum)));
        Ok(lines)
    }
}

/// One adjustment, taken out of the sum of all of its kind.
fn listed(
    section: (&str, &str),
    key: &LineKey,
    sum: &mut PricedSum,
    adjustment: &Adjustment,
) -> Result<DocumentLine, Fault> {
    let (quantity, amount) = (adjustment.quantity, adjustment.amount);
    let one = PricedSum { count: 1, quantity, amount, ..PricedSum::default() };
    sum.count = sum.count.saturating_sub(1);
    sum.quantity = sum.quantity.saturating_sub(quantity);
    sum.amount = sum.amount.minus(amount)?;
    let mut line = line(section, key, one);
    line.description = format!("{}: {}", calendar::day_name(adjustment.at), adjustment.reason);
    Ok(line)
}

fn line((section, section_name): (&str, &str), key: &LineKey, sum: PricedSum) -> DocumentLine {
    let (letters, detail) = key.code.split_once(' ').unwrap_or((&key.code, ""));
    let code = ChargeCode::parse(letters);
    let (product, unit, words) = match code {
        Some(ChargeCode::Usage(product, heading)) => {
            let unit = if product == Product::Voice { "seconds" } else { "parts" };
            let name = match product {
                Product::Voice => "Voice calls",
                Product::Sms => "SMS",
                Product::Mms => "MMS",
            };
            (format!("{}-{}", product.name(), heading.name()), unit, format!("{name}, {}", heading.name()))
        }
        Some(ChargeCode::Rent) => ("number-rent".to_owned(), "numbers", "Monthly rent of numbers".to_owned()),
        Some(ChargeCode::Setup) => ("number-setup".to_owned(), "numbers", "Set-up of numbers".to_owned()),
        Some(ChargeCode::Seats) => ("seats".to_owned(), "seats", "Seats".to_owned()),
        Some(ChargeCode::Adjustment) => ("adjustment".to_owned(), "", "Further adjustments".to_owned()),
        Some(ChargeCode::Correction) => ("correction".to_owned(), "", "Further corrections".to_owned()),
        None => (letters.to_owned(), "", letters.to_owned()),
    };
    let mut description = if detail.is_empty() { words } else { format!("{words}, {detail}") };
    if key.price == "*" {
        description.push_str(", at further prices");
    }
    DocumentLine {
        section: section.to_owned(),
        section_name: section_name.to_owned(),
        product,
        description,
        quantity: sum.quantity,
        unit: unit.to_owned(),
        count: sum.count,
        price: key.order.and(code).map(|code| price(code, sum.billed, &key.price)),
        used_from: sum.first,
        used_to: sum.last,
        amount: sum.amount.micros(),
    }
}

/// What was billed in the unit of the price.
fn price(code: ChargeCode, billed: u64, price: &str) -> LinePrice {
    let unit = match code {
        ChargeCode::Usage(Product::Voice, _) => "minutes",
        ChargeCode::Usage(..) => "parts",
        ChargeCode::Rent => "months",
        ChargeCode::Setup => "numbers",
        ChargeCode::Seats => "seats",
        ChargeCode::Adjustment | ChargeCode::Correction => "",
    };
    let billed = Decimal::from(billed) / Decimal::from(code.billed_per_unit());
    let billed = billed.round_dp_with_strategy(5, rust_decimal::RoundingStrategy::MidpointAwayFromZero).normalize();
    LinePrice { billed: billed.to_string(), unit: unit.to_owned(), unit_price: price.to_owned() }
}
