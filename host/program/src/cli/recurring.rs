//! `coinbox recurring …`: a product that an account pays by the month (USE-7).

use super::arguments::{NewRecurring, Recurring, word};
use super::coupons::pages;
use super::show::{Rows, Text};
use super::work::Work;
use coinbox_operations::words::{amount, field, moment};
use serde_json::{Value, json};

/// Runs `recurring …`.
pub(super) fn recurring(work: &Work, command: Recurring) -> anyhow::Result<()> {
    let charge = match command {
        Recurring::List { account, limit } => {
            let charges = pages(work, "recurring.list", "charges", &json!({"auth-id": account}), limit)?;
            return work.output.answer(&Value::Array(charges), |charges| Text::Table(table(charges)));
        }
        Recurring::Add(new) => add(work, &new)?,
        Recurring::Show { account, reference } => {
            work.link.call("recurring.get", json!({"auth-id": account, "reference": reference}))?
        }
        Recurring::Change { account, reference, quantity } => {
            let arguments = json!({"auth-id": account, "reference": reference, "quantity": quantity});
            work.link.call("recurring.change", arguments)?
        }
        Recurring::End { account, reference, last_month } => {
            let arguments = json!({"auth-id": account, "reference": reference, "last-month": last_month});
            work.link.call("recurring.end", arguments)?
        }
    };
    work.output.answer(&charge, |charge| {
        Text::Table(Rows::of_fields(vec![
            ("reference", field(charge, "reference")),
            ("for", field(charge, "holder")),
            ("product", field(charge, "product")),
            ("heading", field(charge, "heading")),
            ("quantity", field(charge, "quantity")),
            ("rate", field(charge, "rate")),
            ("a month", amount(&charge["monthly"])),
            ("started", moment(&charge["started"])),
            ("charged through", field(charge, "charged-through")),
            ("next charge", moment(&charge["next-charge"])),
            ("last month", field(charge, "last-month")),
            ("ended", moment(&charge["ended"])),
        ]))
    })
}

fn add(work: &Work, new: &NewRecurring) -> anyhow::Result<Value> {
    let charge = json!({"reference": new.reference, "product": new.product, "heading": new.heading,
        "quantity": new.quantity, "first-month": word(new.first_month)});
    Ok(work.link.call("recurring.start", json!({"auth-id": new.account, "charge": charge}))?)
}

fn table(charges: &Value) -> Rows {
    let mut rows = Rows::new(&[
        "reference",
        "for",
        "product",
        "heading",
        ">quantity",
        ">rate",
        ">a month",
        "charged through",
        "next charge",
        "ended",
    ]);
    for charge in charges.as_array().into_iter().flatten() {
        rows.add(vec![
            field(charge, "reference"),
            field(charge, "holder"),
            field(charge, "product"),
            field(charge, "heading"),
            field(charge, "quantity"),
            field(charge, "rate"),
            amount(&charge["monthly"]),
            field(charge, "charged-through"),
            moment(&charge["next-charge"]),
            moment(&charge["ended"]),
        ]);
    }
    rows
}
