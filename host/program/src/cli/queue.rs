//! `coinbox queue …` and `coinbox refunds …`: what waits for a person, and what goes back to cards.

use super::arguments::{Queue, Refunds};
use super::coupons::pages;
use super::credits;
use super::show::{Rows, Text};
use super::work::{Work, micros_of};
use coinbox_operations::words::{amount, field, moment};
use serde_json::{Value, json};

/// Runs `queue …`.
pub(crate) fn queue(work: &Work, command: Option<Queue>) -> anyhow::Result<()> {
    let (item, resolution, reason) = match command {
        None | Some(Queue::List) => return list(work),
        Some(Queue::Credit { item, account, amount, reason }) => (item, claim("credit", &account, amount)?, reason),
        Some(Queue::Refund { item, account, amount, reason }) => (item, claim("refund", &account, amount)?, reason),
        Some(Queue::Debit { item, account, amount, reason }) => (item, claim("debit", &account, amount)?, reason),
        Some(Queue::Dismiss { item, reason }) => (item, json!("dismiss"), reason),
    };
    let booked = if resolution.get("debit").is_some() { "debited" } else { "credited" };
    let arguments = json!({"item": item, "resolution": resolution, "reason": reason});
    let resolved = work.link.call("operator.resolve-payment", arguments)?;
    work.output.answer(&resolved, |resolved| match (field(resolved, "transaction"), field(resolved, "refund")) {
        (transaction, _) if transaction.is_empty() => Text::Line("dismissed".to_owned()),
        (transaction, refund) if refund.is_empty() => Text::Line(format!("{booked}, transaction {transaction}")),
        (transaction, refund) => Text::Line(format!("refund {refund} is on its way, transaction {transaction}")),
    })
}

fn claim(word: &str, account: &str, amount: Option<String>) -> anyhow::Result<Value> {
    let amount = amount.as_deref().map(|text| micros_of("--amount", text)).transpose()?;
    Ok(json!({word: {"auth-id": account, "amount": amount}}))
}

fn list(work: &Work) -> anyhow::Result<()> {
    let (mut items, mut after) = (Vec::new(), None::<String>);
    loop {
        let mut page = work.link.call("operator.list-queue", json!({"after": after, "limit": 100}))?;
        if let Value::Array(listed) = page["items"].take() {
            items.extend(listed);
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    work.output.answer(&Value::Array(items), |items| {
        let mut rows = Rows::new(&["account", "what", "since", ">charge", ">refund", "note", "item"]);
        for item in items.as_array().into_iter().flatten() {
            rows.add(vec![
                field(item, "auth-id"),
                field(item, "kind"),
                moment(&item["since"]),
                field(&item["charge"], "number"),
                field(&item["refund"], "number"),
                field(item, "note"),
                field(item, "id"),
            ]);
        }
        Text::Table(rows)
    })
}

/// Runs `refunds …`.
pub(crate) fn refunds(work: &Work, command: Refunds) -> anyhow::Result<()> {
    match command {
        Refunds::List { account, limit } => {
            let listed = pages(work, "refunds.list", "refunds", &json!({"auth-id": account}), limit)?;
            work.output.answer(&Value::Array(listed), |listed| Text::Table(refund_rows(listed)))
        }
        Refunds::Retry { account, number } => {
            let started = work.link.call("refunds.retry", json!({"auth-id": account, "number": number}))?;
            credits::follow(work, &started, &format!("refund {number}"))
        }
        Refunds::Settle { account, number, reference } => {
            let arguments = json!({"auth-id": account, "number": number, "reference": reference});
            let settled = work.link.call("refunds.settle", arguments)?;
            work.output.answer(&settled, |settled| Text::Table(refund_rows(&Value::Array(vec![settled.clone()]))))
        }
    }
}

/// A table of refunds.
pub(super) fn refund_rows(refunds: &Value) -> Rows {
    let mut rows =
        Rows::new(&[">number", "why", ">amount", "card", ">charge", "state", "due", "settled", "reference", "payment"]);
    for refund in refunds.as_array().into_iter().flatten() {
        rows.add(vec![
            field(refund, "number"),
            field(refund, "cause"),
            amount(&refund["amount"]),
            field(refund, "card"),
            field(refund, "charge"),
            field(refund, "state"),
            field(refund, "due"),
            moment(&refund["settled"]),
            field(refund, "reference"),
            field(refund, "payment"),
        ]);
    }
    rows
}
