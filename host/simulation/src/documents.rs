//! Invoices and receipts of a simulated world: gapless numbers, sums that add up, balances and charges that are the model's.

use super::model::{Account, ChargeState, CreditNote, Model, RefundState};
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
        for kind in ["invoice", "receipt", "credit-note"] {
            for listed in listed(world, account, kind)? {
                let number = super::values::text(&listed["number"])?;
                let (series, count) = number.rsplit_once('-').with_context(|| format!("{number} is no number"))?;
                let new = numbers.entry(format!("{kind} {series}")).or_default().insert(count.parse()?);
                ensure!(new, "{kind} {number} was given twice");
                if kind == "invoice" {
                    let of = format!("invoice {number} of {}", account.id);
                    opening = invoice(world, account, &number, opening).context(of.clone())?;
                    stands(account, &listed).context(of)?;
                }
            }
        }
        invoiced(world, account)?;
        receipts(world, account)?;
        credit_notes(world, account)?;
    }
    for (series, counts) in numbers {
        ensure!(counts.last().copied() == Some(counts.len() as u64), "{series} has gaps: {counts:?}");
    }
    Ok(())
}

/// An account's documents as the list has them, oldest first.
fn listed(world: &mut World, account: &Account, kind: &str) -> Result<Vec<Value>> {
    let filter =
        json!({"status": null, "number": null, "issued-from": null, "issued-before": null, "oldest-first": true});
    let mut documents = Vec::new();
    let mut after = Value::Null;
    loop {
        let arguments = json!({"auth-id": account.id, "kind": kind, "filter": filter, "after": after, "limit": 100});
        let page = world.ok("invoices.list-documents", None, arguments)?;
        documents.extend(page["documents"].as_array().into_iter().flatten().cloned());
        after = page["next"].clone();
        if after.is_null() {
            return Ok(documents);
        }
    }
}

/// R84: how every invoice stands now.
pub(super) fn standing(world: &mut World, model: &Model) -> Result<()> {
    for account in &model.accounts {
        for listed in listed(world, account, "invoice")? {
            stands(account, &listed).with_context(|| format!("invoice {} of {}", listed["number"], account.id))?;
        }
    }
    Ok(())
}

/// R84: a list says of an invoice what is owed of it now.
fn stands(account: &Account, listed: &Value) -> Result<()> {
    let end = wide(&listed["period-end"])?;
    let number = listed["number"].as_str().unwrap_or_default();
    let (status, due) = account.invoice_stands(end, number);
    let shown = (listed["status"].as_str(), wide(&listed["open-amount"])?, wide(&listed["credited"])?);
    let expected = (Some(status), due, account.credited(number));
    ensure!(shown == expected, "it stands as {shown:?}, by the model {expected:?}");
    Ok(())
}

/// INV-3, R84: every payment, failure, refund, coupon and chargeback has its receipt, and one whose payment was taken back says so. By what it refers to:
/// status, amount, and how much of it was taken back.
fn receipts(world: &mut World, account: &Account) -> Result<()> {
    let mut expected = Vec::new();
    let mut expect = |of: String, status: &str, amount: i64, back: i64| {
        expected.push((of, status.to_owned(), amount, back));
    };
    for (number, charge) in &account.recharge.charges {
        let of = charge.invoice.clone().unwrap_or_else(|| format!("charge-{number}"));
        match charge.state {
            ChargeState::Paid if charge.charged_back > 0 => {
                expect(of.clone(), "charged-back", charge.amount, charge.charged_back);
            }
            ChargeState::Paid => expect(of.clone(), "successful", charge.amount, 0),
            ChargeState::Declined => expect(of.clone(), "failed", charge.amount, 0),
            ChargeState::Open | ChargeState::Void => {}
        }
        charge.chargebacks.iter().for_each(|amount| expect(of.clone(), "charged-back", *amount, 0));
    }
    for refund in &account.refunds {
        if matches!(refund.state, RefundState::Paid | RefundState::SettledOtherwise) {
            expect(format!("charge-{}", refund.charge), "refunded", refund.amount, 0);
        }
    }
    for (place, amount) in account.coupons.iter().enumerate() {
        expect(format!("redemption-{}", place + 1), "successful", *amount, 0);
    }
    let mut found = Vec::new();
    for listed in listed(world, account, "receipt")? {
        let word = |name: &str| listed[name].as_str().unwrap_or_default().to_owned();
        found.push((word("refers-to"), word("status"), wide(&listed["total"])?, wide(&listed["charged-back"])?));
    }
    expected.sort_unstable();
    found.sort_unstable();
    ensure!(found == expected, "{}: receipts {found:?}, the model has {expected:?}", account.id);
    Ok(())
}

/// INV-5: what was given back of which invoice, of its net amount and of each of its taxes.
fn credit_notes(world: &mut World, account: &Account) -> Result<()> {
    let mut found = Vec::new();
    for listed in listed(world, account, "credit-note")? {
        let number = super::values::text(&listed["number"])?;
        let note = world.ok("invoices.read-document", None, json!({"auth-id": account.id, "number": number}))?;
        let (amount, net) = (wide(&note["total"])?, wide(&note["net"])?);
        let mut parts = vec![net];
        for tax in note["taxes"].as_array().into_iter().flatten() {
            parts.push(wide(&tax["amount"])?);
        }
        ensure!(sum(&note["lines"])? == net && parts.iter().sum::<i64>() == amount, "it does not add up: {note}");
        found.push(CreditNote { invoice: super::values::text(&note["refers-to"])?, amount, parts });
    }
    let expected = &account.credit_notes;
    ensure!(found == *expected, "{}: credit notes {found:?}, the model has {expected:?}", account.id);
    Ok(())
}

fn wide(value: &Value) -> Result<i64> {
    Ok(super::values::text(value)?.parse()?)
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
    let (charged, discount) = account.cycles.documents.get(&end).copied().unwrap_or_default();
    ensure!(charged == lines, "the model charges {charged} in this cycle: {document}");
    let taxes: Vec<i64> =
        document["taxes"].as_array().into_iter().flatten().map(|tax| wide(&tax["amount"])).collect::<Result<_>>()?;
    let taxes: Vec<i64> = taxes.into_iter().filter(|tax| *tax != 0).collect();
    let expected = account.taxes.get(&end).cloned().unwrap_or_default();
    ensure!(taxes == expected, "the model has taxes of {expected:?}: {document}");
    ensure!(of("discount")? == discount, "the model has a discount of {discount} in this cycle: {document}");
    of("closing-balance")
}

/// Whoever was charged anything in a cycle that is over has an invoice of it.
fn invoiced(world: &mut World, account: &Account) -> Result<()> {
    let invoices = listed(world, account, "invoice")?.len();
    let cycles = account.cycles.documents.values().filter(|(charged, _)| *charged > 0).count();
    ensure!(invoices >= cycles, "{}: {invoices} invoices for {cycles} cycles with charges", account.id);
    Ok(())
}
