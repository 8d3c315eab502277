//! Invoices and receipts of a simulated world: gapless numbers, sums that add up, balances and charges that are the model's.

use super::model::{Account, Model};
use super::world::World;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Micros of a cent.
const CENT: i64 = 10_000;

/// Checks every document of every account (INV-1, INV-3, R26, R49).
pub(super) fn all(world: &mut World, model: &Model) -> Result<()> {
    let mut numbers = BTreeMap::<String, BTreeSet<u64>>::new();
    for account in &model.accounts {
        let mut opening = 0;
        for kind in ["invoice", "receipt"] {
            for number in listed(world, account, kind)? {
                let (series, count) = number.rsplit_once('-').with_context(|| format!("{number} is no number"))?;
                let new = numbers.entry(format!("{kind} {series}")).or_default().insert(count.parse()?);
                ensure!(new, "{kind} {number} was given twice");
                if kind == "invoice" {
                    let of = format!("invoice {number} of {}", account.id);
                    opening = invoice(world, account, &number, opening).context(of)?;
                }
            }
        }
        invoiced(world, account)?;
    }
    for (series, counts) in numbers {
        ensure!(counts.last().copied() == Some(counts.len() as u64), "{series} has gaps: {counts:?}");
    }
    Ok(())
}

/// Numbers of an account's documents, oldest first.
fn listed(world: &mut World, account: &Account, kind: &str) -> Result<Vec<String>> {
    let filter =
        json!({"status": null, "number": null, "issued-from": null, "issued-before": null, "oldest-first": true});
    let mut numbers = Vec::new();
    let mut after = Value::Null;
    loop {
        let arguments = json!({"auth-id": account.id, "kind": kind, "filter": filter, "after": after, "limit": 100});
        let page = world.ok("invoices.list-documents", None, arguments)?;
        for document in page["documents"].as_array().into_iter().flatten() {
            numbers.push(super::text(&document["number"])?);
        }
        after = page["next"].clone();
        if after.is_null() {
            return Ok(numbers);
        }
    }
}

fn wide(value: &Value) -> Result<i64> {
    Ok(super::text(value)?.parse()?)
}

fn sum(items: &Value) -> Result<i64> {
    items.as_array().into_iter().flatten().map(|item| wide(&item["amount"])).sum()
}

/// Checks an invoice that follows one which has closed with `opening`. Answers with what it closes.
fn invoice(world: &mut World, account: &Account, number: &str, opening: i64) -> Result<i64> {
    let document = world.ok("invoices.read-document", None, json!({"auth-id": account.id, "number": number}))?;
    let of = |name: &str| wide(&document[name]).with_context(|| name.to_owned());
    let lines = sum(&document["lines"])?;
    ensure!(
        of("net")? == lines - of("discount")? + of("rounding")?,
        "lines of {lines} less the discount and rounded are not the net amount: {document}"
    );
    ensure!(of("rounding")?.abs() <= CENT / 2, "more than half a cent is rounded away: {document}");
    for name in ["net", "total"] {
        ensure!(of(name)? % CENT == 0, "{name} is no whole cents: {document}");
    }
    ensure!(of("opening-balance")? == opening, "the invoice before closed with {opening}: {document}");
    ensure!(of("total")? == of("net")? + sum(&document["taxes"])?, "the total is not net and taxes: {document}");
    let moved = sum(&document["movements"])?;
    ensure!(
        of("closing-balance")? == of("opening-balance")? + moved - of("total")?,
        "balances do not add up: {document}"
    );
    let end = of("period-end")?;
    let balance = account.month_ends.get(&end).copied();
    ensure!(balance == Some(of("closing-balance")?), "the model ends the month with {balance:?}: {document}");
    let charged = account.charged.get(&end).copied().unwrap_or(0);
    ensure!(charged == lines, "the model charges {charged} in this month: {document}");
    let discount = account.discounts.get(&end).copied().unwrap_or(0);
    ensure!(of("discount")? == discount, "the model has a discount of {discount} in this month: {document}");
    of("closing-balance")
}

/// Whoever was charged anything in a month that is over has an invoice of it.
fn invoiced(world: &mut World, account: &Account) -> Result<()> {
    let invoices = listed(world, account, "invoice")?.len();
    let now = world.now();
    let months = account.charged.iter().filter(|(end, charged)| **end <= now && **charged > 0).count();
    ensure!(invoices >= months, "{}: {invoices} invoices for {months} months with charges", account.id);
    Ok(())
}
