//! The forms of settings: how a value is read from text, written as text, and bounded.

use super::amounts::PerCurrency;
use super::check::of;
use super::record::{AMOUNT_MAX, FirstMonth, Policy};
use crate::tax_rates::{self, RATES_MAX, TaxRate, check_rates};
use coinbox_forms::{Problem, country, currency};
use coinbox_ground::business_days;
use coinbox_ground::currency::Currency;
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::{Checks, Fact, FieldRule, Instant, Micros};
use coinbox_ground::written::{self, Amount};
use std::collections::BTreeMap;

/// Where a value is in the record.
pub(super) type At<T> = fn(&mut Policy) -> &mut T;

/// Longest text of a value, in bytes: the largest tables stay below it.
const TEXT_MAX: usize = 500_000;

/// What follows what in a list.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Falling,
    Rising,
}

/// What a text is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Letters {
    Printable,
    Ascii,
    Country,
    MailAddress,
    Prefix,
}

/// The form of a value, with its bounds and its place in the record. What lists name as `entries` is how many they have, at least and at most.
pub(super) enum Form {
    /// ISO 4217.
    Currency {
        at: At<Currency>,
    },
    /// For each currency whole smallest units, at most [`AMOUNT_MAX`]. Where `least` is above zero, it is the smallest unit.
    Amount {
        at: At<PerCurrency<Micros>>,
        least: Money,
    },
    Amounts {
        at: At<PerCurrency<Vec<Micros>>>,
        entries: (usize, usize),
    },
    Count {
        at: At<u32>,
        least: u32,
        most: u32,
    },
    Percents {
        at: At<Vec<u32>>,
        entries: (usize, usize),
        order: Order,
    },
    Days {
        at: At<Vec<u32>>,
        entries: (usize, usize),
        most: u32,
        order: Order,
    },
    Duration {
        at: At<Instant>,
        least: Instant,
        most: Instant,
    },
    Durations {
        at: At<Vec<Instant>>,
        entries: (usize, usize),
        least: Instant,
        most: Instant,
    },
    Flag {
        at: At<bool>,
    },
    Text {
        at: At<String>,
        characters: (usize, usize),
        letters: Letters,
    },
    Lines {
        at: At<Vec<String>>,
        entries: (usize, usize),
        characters: usize,
    },
    /// Each later than the one before.
    Dates {
        at: At<Vec<String>>,
        entries: (usize, usize),
    },
    Choice {
        at: At<FirstMonth>,
    },
    TaxRates {
        at: At<Vec<TaxRate>>,
    },
}

/// Why a text is no value of a form: the rule and its limit.
pub(super) type Wrong = (FieldRule, String);

impl Form {
    /// The word for it in the contract.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Form::Currency { .. } => "currency",
            Form::Amount { .. } => "amount",
            Form::Amounts { .. } => "amounts",
            Form::Count { .. } => "count",
            Form::Percents { .. } => "percents",
            Form::Days { .. } => "days",
            Form::Duration { .. } => "duration",
            Form::Durations { .. } => "durations",
            Form::Flag { .. } => "flag",
            Form::Text { .. } => "text",
            Form::Lines { .. } => "lines",
            Form::Dates { .. } => "dates",
            Form::Choice { .. } => "choice",
            Form::TaxRates { .. } => "table",
        }
    }

    /// A value of this form, for whoever wrote something else.
    fn such(&self) -> String {
        match self {
            Form::Currency { .. } => "a currency such as EUR".to_owned(),
            Form::Amount { .. } => "an amount such as 25.00".to_owned(),
            Form::Amounts { .. } => "amounts such as 500.00, 250.00".to_owned(),
            Form::Count { .. } => "a whole number".to_owned(),
            Form::Percents { .. } => "whole numbers such as 75, 50, 25, 0".to_owned(),
            Form::Days { .. } => "whole numbers such as 1, 3, 5".to_owned(),
            Form::Duration { .. } => "a duration such as 10s, 5m, 1h or 30d".to_owned(),
            Form::Durations { .. } => "durations such as 1m, 5m, 1h".to_owned(),
            Form::Flag { .. } => "true or false".to_owned(),
            Form::Text { .. } => "text".to_owned(),
            Form::Lines { .. } => "lines of text".to_owned(),
            Form::Dates { .. } => "dates such as 2026-12-25, 2027-01-01".to_owned(),
            Form::Choice { .. } => FirstMonth::WORDS.map(|(word, _)| word).join(", "),
            Form::TaxRates { .. } => "rows in JSON".to_owned(),
        }
    }

    /// Reads a value into the record.
    pub(super) fn read(&self, policy: &mut Policy, text: &str) -> Result<(), Wrong> {
        if text.len() > TEXT_MAX {
            return Err((FieldRule::TooLong, TEXT_MAX.to_string()));
        }
        let wrong = || (FieldRule::WrongForm, self.such());
        match self {
            Form::Currency { at } => {
                let told = |problem: Problem| {
                    (if problem.unknown { FieldRule::UnknownValue } else { FieldRule::WrongForm }, problem.limit)
                };
                currency::check(text).map_err(told)?;
                *at(policy) = Currency::parse(text).ok_or_else(wrong)?;
            }
            Form::Amount { at, .. } => {
                let mut each = BTreeMap::new();
                for amount in written::parse_amounts(text, policy.currency).ok_or_else(wrong)? {
                    if each.insert(amount.currency, amount.value.micros()).is_some() {
                        return Err(wrong());
                    }
                }
                *at(policy) = if each.is_empty() { return Err(wrong()) } else { PerCurrency(each) };
            }
            Form::Amounts { at, .. } => {
                let mut each: BTreeMap<Currency, Vec<Micros>> = BTreeMap::new();
                for amount in written::parse_amounts(text, policy.currency).ok_or_else(wrong)? {
                    each.entry(amount.currency).or_default().push(amount.value.micros());
                }
                if each.is_empty() {
                    each.insert(policy.currency, Vec::new());
                }
                *at(policy) = PerCurrency(each);
            }
            Form::Count { at, .. } => *at(policy) = number(text).ok_or_else(wrong)?,
            Form::Percents { at, .. } | Form::Days { at, .. } => {
                *at(policy) = written::parse_list(text, number).ok_or_else(wrong)?;
            }
            Form::Duration { at, .. } => *at(policy) = written::parse_duration(text).ok_or_else(wrong)?,
            Form::Durations { at, .. } => {
                *at(policy) = written::parse_list(text, written::parse_duration).ok_or_else(wrong)?;
            }
            Form::Flag { at } => *at(policy) = text.parse().map_err(|_| wrong())?,
            Form::Text { at, .. } => *at(policy) = text.to_owned(),
            Form::Lines { at, .. } => *at(policy) = lines(text),
            Form::Dates { at, .. } => {
                let date = |entry: &str| business_days::parse(entry).map(|_| entry.to_owned());
                *at(policy) = written::parse_list(text, date).ok_or_else(wrong)?;
            }
            Form::Choice { at } => {
                let chosen = FirstMonth::WORDS.into_iter().find(|(word, _)| *word == text);
                *at(policy) = chosen.ok_or_else(|| (FieldRule::UnknownValue, self.such()))?.1;
            }
            Form::TaxRates { at } => {
                let told = |error| (FieldRule::WrongForm, format!("{}: {error}", self.such()));
                *at(policy) = serde_json::from_str(text).map_err(told)?;
            }
        }
        Ok(())
    }

    /// Writes the value of the record: what [`Form::read`] reads as the same value.
    pub(super) fn written(&self, policy: &mut Policy) -> String {
        match self {
            Form::Currency { at } => at(policy).to_string(),
            Form::Amount { at, .. } => {
                let plain = policy.currency;
                amounts(at(policy).0.iter().map(|(currency, micros)| (*currency, *micros)), plain)
            }
            Form::Amounts { at, .. } => {
                let plain = policy.currency;
                let each = at(policy).0.iter();
                amounts(each.flat_map(|(currency, list)| list.iter().map(move |micros| (*currency, *micros))), plain)
            }
            Form::Count { at, .. } => at(policy).to_string(),
            Form::Percents { at, .. } | Form::Days { at, .. } => written::list(at(policy), u32::to_string),
            Form::Duration { at, .. } => written::duration(*at(policy)),
            Form::Durations { at, .. } => written::list(at(policy), |ms| written::duration(*ms)),
            Form::Flag { at } => at(policy).to_string(),
            Form::Text { at, .. } => at(policy).clone(),
            Form::Lines { at, .. } => at(policy).join("\n"),
            Form::Dates { at, .. } => at(policy).join(", "),
            Form::Choice { at } => at(policy).word().to_owned(),
            Form::TaxRates { at } => serde_json::to_string(at(policy)).expect("rows have text keys only"),
        }
    }

    /// What bounds it, by name.
    pub(super) fn bounds(&self) -> Vec<Fact> {
        let span = |least: String, most: String| vec![Fact::new("least", least), Fact::new("most", most)];
        let entries =
            |(least, most): &(usize, usize)| vec![Fact::new("least-entries", least), Fact::new("most-entries", most)];
        let characters =
            |least: usize, most: usize| vec![Fact::new("least-characters", least), Fact::new("most-characters", most)];
        match self {
            Form::Amount { least, .. } => span(least.to_string(), AMOUNT_MAX.to_string()),
            Form::Amounts { entries: count, .. } => {
                [entries(count), span(Money::ZERO.to_string(), AMOUNT_MAX.to_string())].concat()
            }
            Form::Count { least, most, .. } => span(least.to_string(), most.to_string()),
            Form::Percents { entries: count, order, .. } => {
                [entries(count), span("0".to_owned(), "100".to_owned()), order.bound()].concat()
            }
            Form::Days { entries: count, most, order, .. } => {
                [entries(count), span("1".to_owned(), most.to_string()), order.bound()].concat()
            }
            Form::Duration { least, most, .. } => span(written::duration(*least), written::duration(*most)),
            Form::Durations { entries: count, least, most, .. } => {
                [entries(count), span(written::duration(*least), written::duration(*most))].concat()
            }
            Form::Currency { .. } => vec![Fact::new("letters", "ISO 4217")],
            Form::Flag { .. } | Form::Choice { .. } => Vec::new(),
            Form::Text { characters: (least, most), letters, .. } => {
                [characters(*least, *most), letters.bound()].concat()
            }
            Form::Lines { entries: count, characters: most, .. } => [entries(count), characters(1, *most)].concat(),
            Form::Dates { entries: count, .. } => [entries(count), Order::Rising.bound()].concat(),
            Form::TaxRates { .. } => [entries(&(0, RATES_MAX)), vec![Fact::new("schema", tax_rates::SCHEMA)]].concat(),
        }
    }

    /// The words that a choice is between.
    pub(super) fn choices(&self) -> Vec<String> {
        match self {
            Form::Choice { .. } => FirstMonth::WORDS.map(|(word, _)| word.to_owned()).to_vec(),
            _ => Vec::new(),
        }
    }

    /// Notes every broken bound.
    pub(super) fn check(&self, policy: &mut Policy, field: &str, checks: &mut Checks) {
        match self {
            Form::Amount { at, least } => {
                for (currency, micros) in &at(policy).0 {
                    let least = if *least > Money::ZERO { Money::smallest(*currency) } else { Money::ZERO };
                    amount(checks, &of(field, *currency), (Money::from_micros(*micros), *currency), least);
                }
            }
            Form::Amounts { at, entries } => {
                for (currency, list) in &at(policy).0 {
                    each(checks, &of(field, *currency), *entries, list, |checks, field, micros, _| {
                        amount(checks, field, (Money::from_micros(*micros), *currency), Money::ZERO);
                    });
                }
            }
            Form::Count { at, least, most } => range(checks, field, *at(policy), *least, *most, u32::to_string),
            Form::Percents { at, entries, order } => {
                each(checks, field, *entries, at(policy), |checks, field, percent, before| {
                    range(checks, field, *percent, 0, 100, u32::to_string);
                    order.check(checks, field, percent, before);
                });
            }
            Form::Days { at, entries, most, order } => {
                each(checks, field, *entries, at(policy), |checks, field, days, before| {
                    range(checks, field, *days, 1, *most, u32::to_string);
                    order.check(checks, field, days, before);
                });
            }
            Form::Duration { at, least, most } => range(checks, field, *at(policy), *least, *most, in_words),
            Form::Durations { at, entries, least, most } => {
                each(checks, field, *entries, at(policy), |checks, field, ms, _| {
                    range(checks, field, *ms, *least, *most, in_words);
                });
            }
            Form::Flag { .. } | Form::Choice { .. } | Form::Currency { .. } => {}
            Form::Text { at, characters, letters } => letters.check(checks, field, at(policy), *characters),
            Form::Lines { at, entries, characters } => {
                each(checks, field, *entries, at(policy), |checks, field, line, _| {
                    checks.text(line, field, 1, *characters);
                });
            }
            Form::Dates { at, entries } => each(checks, field, *entries, at(policy), |checks, field, date, before| {
                Order::Rising.check(checks, field, date, before);
            }),
            Form::TaxRates { at } => check_rates(checks, field, at(policy)),
        }
    }
}

impl Order {
    fn bound(self) -> Vec<Fact> {
        match self {
            Order::Falling => vec![Fact::new("order", "falling")],
            Order::Rising => vec![Fact::new("order", "rising")],
        }
    }

    fn check<T: PartialOrd>(self, checks: &mut Checks, field: &str, entry: &T, before: Option<&T>) {
        let (holds, limit) = match self {
            Order::Falling => (before.is_none_or(|before| entry < before), "below the entry before"),
            Order::Rising => (before.is_none_or(|before| entry > before), "above the entry before"),
        };
        checks.require(holds, field, FieldRule::WrongForm, limit);
    }
}

impl Letters {
    const PREFIX: &'static str = "A-Z, 0-9 and -";

    fn bound(self) -> Vec<Fact> {
        let letters = match self {
            Letters::Printable => return Vec::new(),
            Letters::Ascii => "printable ASCII",
            Letters::Country => "ISO 3166-1 alpha-2, or empty",
            Letters::MailAddress => "a mail address, or empty",
            Letters::Prefix => Letters::PREFIX,
        };
        vec![Fact::new("letters", letters)]
    }

    fn check(self, checks: &mut Checks, field: &str, text: &str, (least, most): (usize, usize)) {
        match self {
            Letters::Country if text.is_empty() => {}
            Letters::Country => checks.form(country::check(text), field),
            Letters::MailAddress if text.is_empty() => {}
            Letters::MailAddress => checks.email(text, field),
            Letters::Printable => checks.text(text, field, least, most),
            Letters::Ascii => {
                checks.text(text, field, least, most);
                checks.require(text.is_ascii(), field, FieldRule::WrongForm, "printable ASCII");
            }
            Letters::Prefix => {
                let good = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
                checks.require(text.len() <= most, field, FieldRule::TooLong, most);
                checks.require(text.bytes().all(good), field, FieldRule::WrongForm, Letters::PREFIX);
            }
        }
    }
}

fn amounts(each: impl Iterator<Item = (Currency, Micros)>, plain: Currency) -> String {
    let amounts = each.map(|(currency, micros)| Amount { currency, value: Money::from_micros(micros) });
    written::amounts(&amounts.collect::<Vec<_>>(), plain)
}

/// A number of 0 or more. What is larger than any bound is the largest number.
fn number(text: &str) -> Option<u32> {
    let number = written::parse_number(text).filter(|number| *number >= 0)?;
    Some(u32::try_from(number).unwrap_or(u32::MAX))
}

/// Lines of a text; no text has none.
fn lines(text: &str) -> Vec<String> {
    if text.is_empty() { Vec::new() } else { text.split('\n').map(str::to_owned).collect() }
}

fn in_words(ms: &Instant) -> String {
    written::duration(*ms)
}

/// Checks how many entries there are, and each of them beside the one before.
fn each<T>(
    checks: &mut Checks,
    field: &str,
    (least, most): (usize, usize),
    entries: &[T],
    check: impl Fn(&mut Checks, &str, &T, Option<&T>),
) {
    checks.require(entries.len() >= least, field, FieldRule::Missing, least);
    checks.require(entries.len() <= most, field, FieldRule::TooMany, most);
    for (place, entry) in entries.iter().take(most).enumerate() {
        let before = place.checked_sub(1).map(|before| &entries[before]);
        check(checks, &format!("{field}[{place}]"), entry, before);
    }
}

/// An amount of whole smallest units from `least` to [`AMOUNT_MAX`].
fn amount(checks: &mut Checks, field: &str, (amount, currency): (Money, Currency), least: Money) {
    checks.require(amount >= least, field, FieldRule::TooSmall, least.in_currency(currency));
    checks.require(amount <= AMOUNT_MAX, field, FieldRule::TooLarge, AMOUNT_MAX.in_currency(currency));
    checks.require(amount.is_whole(currency), field, FieldRule::WrongForm, currency.whole());
}

/// A value within its bounds, which are told in the form of the value.
fn range<N: PartialOrd>(checks: &mut Checks, field: &str, value: N, least: N, most: N, told: fn(&N) -> String) {
    checks.require(value >= least, field, FieldRule::TooSmall, told(&least));
    checks.require(value <= most, field, FieldRule::TooLarge, told(&most));
}
