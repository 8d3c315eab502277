//! Invoices and receipts of a simulated world: gapless numbers, sums that add up, balances and charges that are the model's.

use super::model::{Account, Model};
use super::world::World;
use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Checks every document of every account (INV-1, INV-3, R26, R49).
pub(super) fn all(world: &mut World, model: &Model) -> Result<()> {
    let mut numbers = BTreeMap::<String, BTreeSet<u64>>::new();
    for account in &model.accounts {
        for kind in ["invoice", "receipt"] {
            for number in listed(world, account, kind)? {
                let (series, count) = number.rsplit_once('-').with_context(|| format!("{number} is no number"))?;
                let new = numbers.entry(format!("{kind} {series}")).or_default().insert(count.parse()?);
                ensure!(new, "{kind} {number} was given twice");
                if kind == "invoice" {
                    invoice(world, account, &number).with_context(|| format!("invoice {number} of {}", account.id))?;
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

fn invoice(world: &mut World, account: &Account, number: &str) -> Result<()> {
    let document = world.ok("invoices.read-document", None, json!({"auth-id": account.id, "number": number}))?;
    let of = |name: &str| wide(&document[name]).with_context(|| name.to_owned());
    let lines = sum(&document["lines"])?;
    ensure!(
        of("net")? == lines - of("discount")?,
        "lines of {lines} less the discount are not the net amount: {document}"
    );
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
    Ok(())
}

/// Whoever was charged anything in a month that is over has an invoice of it.
fn invoiced(world: &mut World, account: &Account) -> Result<()> {
    let invoices = listed(world, account, "invoice")?.len();
    let now = world.now();
    let months = account.charged.iter().filter(|(end, charged)| **end <= now && **charged > 0).count();
    ensure!(invoices >= months, "{}: {invoices} invoices for {months} months with charges", account.id);
    Ok(())
}
