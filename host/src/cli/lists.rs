//! `coinbox account list` and `coinbox documents list`: lists over all accounts (INV-9).

use super::arguments::{Accounts, Issued, word};
use super::show::{Rows, Text, amount, field, moment, plain};
use super::{Work, micros_of, moment_of};
use crate::export::table::{Cell, Table};
use crate::text;
use serde_json::{Value, json};

/// Most accounts of one page of the contract.
const ACCOUNTS: usize = 500;
/// Most documents of one page of the contract.
const DOCUMENTS: usize = 100;

/// A list as CSV.
pub(crate) struct Csv {
    /// The names of the columns, in order.
    pub(crate) columns: &'static [&'static str],
    /// The cells of one row, in the same order.
    pub(crate) cells: fn(&Value) -> Vec<Cell<'static>>,
}

/// Accounts as CSV.
pub(crate) const ACCOUNTS_CSV: Csv = Csv { columns: &ACCOUNT_COLUMNS, cells: account_cells };
/// Documents as CSV.
pub(crate) const DOCUMENTS_CSV: Csv = Csv { columns: &DOCUMENT_COLUMNS, cells: document_cells };

/// Columns of accounts as CSV.
const ACCOUNT_COLUMNS: [&str; 8] =
    ["auth_id", "name", "email", "account_type", "billing_mode", "standing", "balance", "created"];
/// Columns of documents as CSV.
const DOCUMENT_COLUMNS: [&str; 15] = [
    "auth_id",
    "name",
    "kind",
    "receipt",
    "number",
    "issued",
    "period_start",
    "period_end",
    "total",
    "open",
    "credited",
    "charged_back",
    "status",
    "method",
    "refers_to",
];

/// What is owed of a document now.
pub(crate) const OPEN: &str = "open-amount";

fn money(value: &Value) -> Cell<'static> {
    Cell::Number(text::amount_on_wire(super::wide(value)))
}

/// An account of a list, as the contract shows it, by [`ACCOUNT_COLUMNS`].
fn account_cells(one: &Value) -> Vec<Cell<'static>> {
    let cell = |column: &&str| match *column {
        "balance" => money(&one["balance"]),
        "created" => moment(&one["created"]).into(),
        "standing" => plain(&one["standing"]).into(),
        other => field(one, &other.replace('_', "-")).into(),
    };
    ACCOUNT_COLUMNS.iter().map(cell).collect()
}

/// A document of a list, as the contract shows it, by [`DOCUMENT_COLUMNS`].
fn document_cells(one: &Value) -> Vec<Cell<'static>> {
    let document = &one["document"];
    let cell = |column: &&str| match *column {
        "auth_id" | "name" | "receipt" => field(one, &column.replace('_', "-")).into(),
        "open" => money(&document[OPEN]),
        "total" | "credited" | "charged_back" => money(&document[column.replace('_', "-")]),
        "issued" | "period_start" | "period_end" => moment(&document[column.replace('_', "-")]).into(),
        other => field(document, &other.replace('_', "-")).into(),
    };
    DOCUMENT_COLUMNS.iter().map(cell).collect()
}

/// Pages through a list until there are as many rows as were asked for, or no more. Answers where it would go on.
fn pages(
    work: &Work,
    (function, rows): (&str, &str),
    filter: &Value,
    (after, limit, most): (Option<String>, usize, usize),
) -> anyhow::Result<(Vec<Value>, Option<String>)> {
    anyhow::ensure!(limit >= 1, "--limit: must be at least 1");
    let (mut all, mut after) = (Vec::new(), after);
    loop {
        let size = (limit - all.len()).min(most);
        let mut page = work.link.call(function, json!({"filter": filter, "after": after, "limit": size}))?;
        if let Value::Array(listed) = page[rows].take() {
            all.extend(listed);
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() || all.len() >= limit {
            return Ok((all, after));
        }
    }
}

/// Prints rows as a table, JSON or CSV, and says where they go on.
fn print(
    work: &Work,
    name: &str,
    (rows, next): (Vec<Value>, Option<String>),
    csv: Option<Csv>,
    table: impl FnOnce(&[Value]) -> Rows,
) -> anyhow::Result<()> {
    if let Some(csv) = csv {
        anyhow::ensure!(!work.output.is_json(), "--csv and --json exclude each other");
        let mut out = Table::begin(std::io::stdout().lock(), csv.columns)?;
        for one in &rows {
            out.row((csv.cells)(one))?;
        }
        out.flush()?;
    } else {
        let mut answer = json!({"next": next});
        answer[name] = Value::Array(rows);
        work.output.answer(&answer, |answer| Text::Table(table(answer[name].as_array().map_or(&[], Vec::as_slice))))?;
    }
    if let Some(next) = next {
        work.output.note(&format!("There are more: --after {next}"));
    }
    Ok(())
}

/// Runs `account list`.
pub(super) fn accounts(work: &Work, asked: &Accounts) -> anyhow::Result<()> {
    let micros = |flag: &str, typed: &Option<String>| typed.as_deref().map(|typed| micros_of(flag, typed)).transpose();
    let below = match asked.owing {
        true => Some("0".to_owned()),
        false => micros("--balance-below", &asked.balance_below)?,
    };
    let filter = json!({"name": asked.name, "email": asked.email, "email-part": asked.email_part,
        "account-type": word(asked.kind), "billing-mode": word(asked.billing_mode), "standing": word(asked.standing),
        "balance-below": below, "balance-from": micros("--balance-from", &asked.balance_from)?});
    let page = (asked.after.clone(), asked.limit, ACCOUNTS);
    let listed = pages(work, ("accounts.list", "accounts"), &filter, page)?;
    print(work, "accounts", listed, asked.csv.then_some(ACCOUNTS_CSV), |accounts| {
        let mut rows = Rows::new(&["auth ID", "name", "email", "type", "pays", "standing", ">balance"]);
        for account in accounts {
            let mut row: Vec<String> = ["auth-id", "name", "email", "account-type", "billing-mode", "standing"]
                .iter()
                .map(|name| field(account, name))
                .collect();
            row.push(amount(&account["balance"]));
            rows.add(row);
        }
        rows
    })
}

/// Runs `documents list`.
pub(super) fn documents(work: &Work, asked: &Issued) -> anyhow::Result<()> {
    let at = |flag: &str, typed: &Option<String>| typed.as_deref().map(|typed| moment_of(flag, typed)).transpose();
    let open = match (asked.open, &asked.open_from) {
        (true, _) => Some("1".to_owned()),
        (false, typed) => typed.as_deref().map(|typed| micros_of("--open-from", typed)).transpose()?,
    };
    let filter = json!({"kind": word(asked.kind), "receipt": word(asked.receipt), "status": asked.status,
        "number": asked.number, "month": asked.month, "issued-from": at("--from", &asked.from)?,
        "issued-before": at("--before", &asked.before)?, "open-from": open, "account": asked.account,
        "oldest-first": asked.oldest_first});
    let page = (asked.after.clone(), asked.limit, DOCUMENTS);
    let listed = pages(work, ("invoices.list-issued", "documents"), &filter, page)?;
    print(work, "documents", listed, asked.csv.then_some(DOCUMENTS_CSV), |documents| {
        let header = ["auth ID", "name", "kind", "number", "issued", ">total", ">open", "status"];
        let mut rows = Rows::new(&header);
        for one in documents {
            let document = &one["document"];
            let kind = match field(one, "receipt") {
                about if about.is_empty() => field(document, "kind"),
                about => format!("{}: {about}", field(document, "kind")),
            };
            rows.add(vec![
                field(one, "auth-id"),
                field(one, "name"),
                kind,
                field(document, "number"),
                moment(&document["issued"]),
                amount(&document["total"]),
                amount(&document[OPEN]),
                field(document, "status"),
            ]);
        }
        rows
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_of_a_spreadsheet_hold_what_they_are_named_for() {
        let account = json!({"auth-id": "MA1", "name": "=1", "email": "a@b.example", "account-type": "standard",
            "billing-mode": "prepaid", "standing": {"suspended": "payment-failure"}, "balance": "-10", "created": "0"});
        let text = |text: &str| Cell::from(text.to_owned());
        let cells = ["MA1", "=1", "a@b.example", "standard", "prepaid", "suspended: payment-failure"].map(text);
        let mut wanted = cells.to_vec();
        wanted.extend([Cell::Number("-0.00001".to_owned()), text("1970-01-01T00:00:00Z")]);
        assert_eq!(account_cells(&account), wanted);
        let mut document = json!({"kind": "invoice", "number": "2026-000001", "issued": "0", "period-start": "0",
            "period-end": null, "total": "2630000", "credited": "0", "charged-back": "0", "status": "open",
            "method": "invoice", "refers-to": null});
        document[OPEN] = "630000".into();
        let one = json!({"auth-id": "MA1", "name": "Acme", "receipt": null, "document": document});
        let numbers = ["2.63000", "0.63000", "0.00000", "0.00000"].map(|number| Cell::Number(number.to_owned()));
        let begun = "1970-01-01T00:00:00Z";
        let mut wanted = ["MA1", "Acme", "invoice", "", "2026-000001", begun, begun, ""].map(text).to_vec();
        wanted.extend(numbers);
        wanted.extend(["open", "invoice", ""].map(text));
        assert_eq!(document_cells(&one), wanted);
    }
}
