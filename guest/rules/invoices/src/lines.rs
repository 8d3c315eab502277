//! Lines of an invoice: one for each section, product and price (R85), with what was billed, so that a reader can check it.

use crate::document::{DocumentLine, LinePrice};
use coinbox_ground::calendar::{self, Month};
use coinbox_ground::ids::AuthId;
use coinbox_ground::product::{Heading, Product, SurchargeCode};
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::charge_code::{ChargeCode, PARTS_OF_MONTH};
use coinbox_ledger::totals::{self, Adjustment, PriceKey, PricedSum, PricedTotals};
use coinbox_pricing::Catalogue;
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
        let catalogue = coinbox_pricing::catalogue(turn)?;
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
                    lines.push(listed(&catalogue, section, &key, &mut sum, &adjustment)?);
                }
                if sum.count > 0 {
                    lines.push(line(&catalogue, section, &key, sum));
                }
            }
        }
        let further = ("", "Further sub-accounts");
        lines.extend(beyond.into_iter().map(|(key, sum)| line(&catalogue, further, &key, sum)));
        Ok(lines)
    }
}

/// One adjustment, taken out of the sum of all of its kind.
fn listed(
    catalogue: &Catalogue,
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
    let mut line = line(catalogue, section, key, one);
    line.description = format!("{}: {}", calendar::day_name(adjustment.at), adjustment.reason);
    Ok(line)
}

/// What a product with a heading, or a charge beyond usage, is called, what it is counted in, and the unit of its price with the parts of it
/// that are billed.
struct Sold {
    product: String,
    words: String,
    unit: String,
    price_unit: String,
    per_unit: u64,
}

impl Sold {
    fn of(catalogue: &Catalogue, code: Option<ChargeCode>, letters: &str) -> Sold {
        let (product, words, unit, price_unit) = match code {
            Some(ChargeCode::Usage(product, heading)) => return Sold::used(catalogue, product, heading),
            Some(ChargeCode::Surcharge(code, of)) => return Sold::ridden(catalogue, code, of),
            Some(ChargeCode::Recurring(product, heading)) => return Sold::recurring(catalogue, product, heading),
            Some(ChargeCode::Volume(product, _)) => return Sold::settled(catalogue, product),
            Some(ChargeCode::Rent) => ("number-rent", "Monthly rent of numbers", "numbers", "months"),
            Some(ChargeCode::Setup) => ("number-setup", "Set-up of numbers", "numbers", "numbers"),
            Some(ChargeCode::Seats) => ("seats", "Seats", "seats", "seats"),
            Some(ChargeCode::Adjustment) => ("adjustment", "Further adjustments", "", ""),
            Some(ChargeCode::Correction) => ("correction", "Further corrections", "", ""),
            None => (letters, letters, "", ""),
        };
        let [product, words, unit, price_unit] = [product, words, unit, price_unit].map(str::to_owned);
        Sold { product, words, unit, price_unit, per_unit: code.map_or(1, |code| u64::from(code.billed_per_unit())) }
    }

    /// What is paid of a month is billed in parts of it.
    fn recurring(catalogue: &Catalogue, product: Product, heading: Heading) -> Sold {
        let sold = Sold::used(catalogue, product, heading);
        Sold { per_unit: sold.per_unit * u64::from(PARTS_OF_MONTH), ..sold }
    }

    /// What volume tiers settle (USE-9): the line has no price, and says heading and prefix behind these words.
    fn settled(catalogue: &Catalogue, product: Product) -> Sold {
        let told = catalogue.product(product).map_or(product.name(), |row| row.words.as_str());
        let [unit, price_unit] = [String::new(), String::new()];
        Sold {
            product: format!("volume-tiers-{product}"),
            words: format!("Volume tiers: {told}"),
            unit,
            price_unit,
            per_unit: 1,
        }
    }

    fn used(catalogue: &Catalogue, product: Product, heading: Heading) -> Sold {
        let code = format!("{product}-{heading}");
        let Some(row) = catalogue.product(product) else {
            // No product is ever taken out of the catalogue.
            let per_unit = u64::from(ChargeCode::Usage(product, heading).billed_per_unit());
            return Sold {
                words: code.clone(),
                product: code,
                unit: String::new(),
                price_unit: String::new(),
                per_unit,
            };
        };
        let told = row.heading(heading).map_or(heading.name(), |heading| heading.words.as_str());
        Sold {
            product: code,
            words: if told.is_empty() { row.words.clone() } else { format!("{}, {told}", row.words) },
            unit: row.unit.words().to_owned(),
            price_unit: row.price_unit.clone(),
            per_unit: u64::from(row.unit_size),
        }
    }

    /// A surcharge counts events, or what is billed of a product.
    fn ridden(catalogue: &Catalogue, code: SurchargeCode, of: Option<Product>) -> Sold {
        let (product, words) = (format!("surcharge-{code}"), code.to_string());
        let Some(row) = of.and_then(|product| catalogue.product(product)) else {
            let [unit, price_unit] = ["events", "events"].map(str::to_owned);
            return Sold { product, words, unit, price_unit, per_unit: 1 };
        };
        let (unit, price_unit) = (row.unit.words().to_owned(), row.price_unit.clone());
        Sold { product, words, unit, price_unit, per_unit: u64::from(row.unit_size) }
    }

    /// What was billed in the unit of the price.
    fn price(&self, billed: u64, price: &str) -> LinePrice {
        let billed = Decimal::from(billed) / Decimal::from(self.per_unit);
        let billed = billed.round_dp_with_strategy(5, rust_decimal::RoundingStrategy::MidpointAwayFromZero).normalize();
        LinePrice { billed: billed.to_string(), unit: self.price_unit.clone(), unit_price: price.to_owned() }
    }
}

fn line(catalogue: &Catalogue, (section, section_name): (&str, &str), key: &LineKey, sum: PricedSum) -> DocumentLine {
    let (letters, detail) = key.code.split_once(' ').unwrap_or((&key.code, ""));
    let code = ChargeCode::parse(letters);
    let sold = Sold::of(catalogue, code, letters);
    let price = key.order.and(code).map(|_| sold.price(sum.billed, &key.price));
    let mut description = match code {
        _ if detail.is_empty() => sold.words,
        // The words that it was charged with.
        Some(ChargeCode::Surcharge(..)) => detail.to_owned(),
        _ => format!("{}, {detail}", sold.words),
    };
    if key.price == "*" {
        description.push_str(", at further prices");
    }
    DocumentLine {
        section: section.to_owned(),
        section_name: section_name.to_owned(),
        product: sold.product,
        description,
        quantity: sum.quantity,
        unit: sold.unit,
        count: sum.count,
        price,
        used_from: sum.first,
        used_to: sum.last,
        amount: sum.amount.micros(),
    }
}
