//! What an account's cycle holds: charges by section and product, and what moved the balance besides (INV-1, R26).

use super::{DocumentLine, DocumentMovement};
use crate::accounts;
use crate::calendar::Month;
use crate::call::{Call, end_of_prefix, successor};
use crate::charge_code::ChargeCode;
use crate::ids::{AuthId, time_key};
use crate::ledger;
use crate::money::Money;
use crate::subaccounts;
use crate::totals::{self, Adjustment, CycleTotals, Flow, Movement, SourceTotals, Sum};
use crate::vocabulary::{Fact, Fault, Instant};
use std::collections::BTreeMap;

/// Code of the problem that lines and ledger disagree.
pub(super) const DIFFERS: &str = "invoice-differs-from-ledger";
/// Lines of one invoice by section; what is beyond is one line a product.
const LINES_MAX: usize = 5_000;
/// Movements of one invoice; what is beyond is one movement a kind.
const MOVEMENTS_MAX: usize = 1_000;
/// Adjustments of one month that are listed one by one.
const ADJUSTMENTS_MAX: usize = 500;
/// Records of one scan.
const PAGE: usize = 1_000;

/// What a cycle holds.
pub(super) struct Gathered {
    pub(super) lines: Vec<DocumentLine>,
    /// Sum of all lines.
    pub(super) charged: Money,
    /// What trial and promotional lots have paid of it (R28).
    pub(super) discount: Money,
    pub(super) movements: Vec<DocumentMovement>,
    /// What all of it took off the balance.
    pub(super) taken: Money,
    /// Records that were read.
    pub(super) read: usize,
}

/// Gathers the months from `first` to `last`, with the movements from `since` on (not later than `first`) and before `end`.
pub(super) fn gather(
    call: &Call<'_>,
    account: AuthId,
    (first, last): (Month, Month),
    since: Month,
    end: Instant,
) -> Result<Gathered, Fault> {
    let mut flow = Flow::default();
    let mut sources: BTreeMap<AuthId, SourceTotals> = BTreeMap::new();
    let mut adjustments: BTreeMap<AuthId, Vec<Adjustment>> = BTreeMap::new();
    let mut read = 1;
    let mut month = first;
    while month <= last {
        if let Some(totals) = call.get::<CycleTotals>(&totals::cycle_key(month, account))? {
            for part in totals.flows.values() {
                flow.add(*part)?;
            }
        }
        read += add_sources(call, account, month, &mut sources)?;
        let prefix = totals::adjustments_prefix(account, month);
        let (found, _) = call.list::<Adjustment>(&prefix, ADJUSTMENTS_MAX)?;
        read += found.len();
        for (_, adjustment) in found {
            adjustments.entry(adjustment.source).or_default().push(adjustment);
        }
        month = month.next();
    }
    let mut charges = flow;
    let movements = movements(call, account, since, first, end, &mut charges)?;
    let lines = lines(call, account, sources, adjustments)?;
    let mut charged = Money::ZERO;
    for line in &lines {
        charged = charged.plus(Money::from_micros(line.amount))?;
    }
    if charges.taken()? != charged {
        let facts = vec![
            Fact::new("auth-id", account),
            Fact::new("month", last),
            Fact::new("lines", charged),
            Fact::new("ledger", charges.taken()?),
        ];
        return Err(Fault::problem(DIFFERS, facts));
    }
    let mut moved = Money::ZERO;
    for movement in &movements {
        moved = moved.plus(Money::from_micros(movement.amount))?;
    }
    read += movements.len();
    Ok(Gathered {
        lines,
        charged,
        discount: charges.trial.plus(charges.promotional)?,
        taken: charged.minus(moved)?,
        movements,
        read,
    })
}

/// What everything in the months from `from` to the one before `until` took off the balance.
pub(super) fn taken_before(call: &Call<'_>, account: AuthId, from: Month, until: Month) -> Result<Money, Fault> {
    let mut taken = Money::ZERO;
    let mut month = from;
    while month < until {
        if let Some(totals) = call.get::<CycleTotals>(&totals::cycle_key(month, account))? {
            for part in totals.flows.values() {
                taken = taken.plus(part.taken()?)?;
            }
        }
        month = month.next();
    }
    Ok(taken)
}

fn add_sources(
    call: &Call<'_>,
    account: AuthId,
    month: Month,
    sources: &mut BTreeMap<AuthId, SourceTotals>,
) -> Result<usize, Fault> {
    let prefix = format!("{}/", totals::cycle_key(month, account));
    let mut from = prefix.clone();
    let mut read = 0;
    loop {
        let (page, more) = call.span::<SourceTotals>(&from, &end_of_prefix(&prefix), PAGE)?;
        read += page.len();
        if let Some((key, _)) = page.last() {
            from = successor(key);
        }
        for (key, totals) in page {
            let source = AuthId::parse(&key[prefix.len()..]).ok_or_else(|| Fault::not_found("account"))?;
            sources.entry(source).or_default().add(&totals)?;
        }
        if !more {
            return Ok(read);
        }
    }
}

/// Lines by section: the main account first, then sub-accounts by auth ID.
fn lines(
    call: &Call<'_>,
    account: AuthId,
    sources: BTreeMap<AuthId, SourceTotals>,
    mut adjustments: BTreeMap<AuthId, Vec<Adjustment>>,
) -> Result<Vec<DocumentLine>, Fault> {
    let mut lines = Vec::new();
    let mut beyond: BTreeMap<String, Sum> = BTreeMap::new();
    for (source, totals) in sources {
        if lines.len() + totals.by.len() + ADJUSTMENTS_MAX > LINES_MAX {
            for (code, sum) in &totals.by {
                beyond.entry(code.clone()).or_default().add(*sum)?;
            }
            continue;
        }
        let name =
            if source == account { accounts::profile(call, account)?.name } else { subaccounts::name(call, source)? };
        for (code, mut sum) in totals.by {
            if ChargeCode::parse(&code) == Some(ChargeCode::Adjustment) {
                for adjustment in adjustments.remove(&source).unwrap_or_default() {
                    let one = Sum { count: 1, quantity: adjustment.quantity, amount: adjustment.amount };
                    sum.count = sum.count.saturating_sub(1);
                    sum.quantity = sum.quantity.saturating_sub(one.quantity);
                    sum.amount = sum.amount.minus(one.amount)?;
                    let day = crate::calendar::day_name(adjustment.at);
                    let mut line = line(source.as_str(), &name, &code, one);
                    line.description = format!("{day}: {}", adjustment.reason);
                    lines.push(line);
                }
                if sum.count == 0 {
                    continue;
                }
            }
            lines.push(line(source.as_str(), &name, &code, sum));
        }
    }
    lines.extend(beyond.into_iter().map(|(code, sum)| line("", "Further sub-accounts", &code, sum)));
    Ok(lines)
}

fn line(section: &str, section_name: &str, code: &str, sum: Sum) -> DocumentLine {
    let (letters, detail) = code.split_once(' ').unwrap_or((code, ""));
    let charge_code = ChargeCode::parse(letters);
    let (product, unit, words) = match charge_code {
        Some(ChargeCode::Usage(product, heading)) => {
            let unit = if product == crate::product::Product::Voice { "seconds" } else { "parts" };
            let name = match product.name() {
                "voice" => "Voice calls",
                "sms" => "SMS",
                _ => "MMS",
            };
            (format!("{}-{}", product.name(), heading.name()), unit, format!("{name}, {}", heading.name()))
        }
        Some(ChargeCode::Rent) => ("number-rent".to_owned(), "numbers", "Monthly rent of numbers".to_owned()),
        Some(ChargeCode::Setup) => ("number-setup".to_owned(), "numbers", "Set-up of numbers".to_owned()),
        Some(ChargeCode::Seats) => ("seats".to_owned(), "seats", "Seats".to_owned()),
        Some(ChargeCode::Adjustment) => ("adjustment".to_owned(), "", "Further adjustments".to_owned()),
        None => (letters.to_owned(), "", letters.to_owned()),
    };
    let description = if detail.is_empty() { words } else { format!("{words}, {detail}") };
    DocumentLine {
        section: section.to_owned(),
        section_name: section_name.to_owned(),
        product,
        description,
        quantity: sum.quantity,
        unit: unit.to_owned(),
        amount: sum.amount.micros(),
    }
}

/// Movements in order; what they took in the months from `first` on is taken out of `charges`, which then holds charges only.
fn movements(
    call: &Call<'_>,
    account: AuthId,
    since: Month,
    first: Month,
    end: Instant,
    charges: &mut Flow,
) -> Result<Vec<DocumentMovement>, Fault> {
    let prefix = totals::movements_prefix(account);
    let mut from = format!("{prefix}{}", time_key(since.first()));
    let upto = format!("{prefix}{}", time_key(end));
    let mut listed = Vec::new();
    let mut beyond: BTreeMap<&'static str, (u64, Instant, Money)> = BTreeMap::new();
    loop {
        let (page, more) = call.span::<Movement>(&from, &upto, PAGE)?;
        if let Some((key, _)) = page.last() {
            from = successor(key);
        }
        for (key, movement) in page {
            let credit = movement.flow.taken()?.negated()?;
            if ledger::moment_of(&key[prefix.len()..]) >= first.first() {
                charges.trial = charges.trial.minus(movement.flow.trial)?;
                charges.promotional = charges.promotional.minus(movement.flow.promotional)?;
                charges.cash = charges.cash.minus(movement.flow.cash)?;
                charges.receivable = charges.receivable.minus(movement.flow.receivable)?;
            }
            if listed.len() < MOVEMENTS_MAX {
                let label = label(&movement);
                listed.push(DocumentMovement { label, at: movement.at, amount: credit.micros() });
            } else {
                let sum = beyond.entry(words(&movement.kind)).or_insert((0, 0, Money::ZERO));
                *sum = (sum.0 + 1, movement.at, sum.2.plus(credit)?);
            }
        }
        if !more {
            break;
        }
    }
    listed.extend(beyond.into_iter().map(|(words, (count, at, sum))| DocumentMovement {
        label: format!("{words}, {count} more"),
        at,
        amount: sum.micros(),
    }));
    Ok(listed)
}

/// What people call a kind of movement.
fn words(kind: &str) -> &'static str {
    match kind {
        "recharge" => "Payment",
        "invoice-payment" => "Payment of an invoice",
        "trial-credits" => "Trial credits",
        "goodwill" => "Goodwill",
        "correction" => "Correction",
        "coupon-redeemed" => "Coupon",
        "credit-expired" => "Credit that has expired",
        "credit-note" => "Credit note",
        "refund" | "refund-recovered" | "refund-assigned" => "Refund",
        "chargeback" => "Chargeback",
        "write-off" => "Write-off",
        "rounding" => "Rounding to whole cents",
        _ => "Other movements",
    }
}

fn label(movement: &Movement) -> String {
    let words = words(&movement.kind);
    match movement.kind.as_str() {
        "goodwill" | "correction" | "coupon-redeemed" | "credit-note" | "write-off" if !movement.cause.is_empty() => {
            format!("{words}: {}", movement.cause)
        }
        _ if words == "Other movements" => movement.kind.replace('-', " "),
        _ => words.to_owned(),
    }
}
