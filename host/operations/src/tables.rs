//! The tables that are written as CSV, the same through REST and on the command line.

use crate::export::table::{Cell, Table};
use crate::words::{field, moment, plain, wide};
use coinbox_host::text;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;

/// A list as CSV.
pub struct Csv {
    /// The names of the columns, in order.
    pub columns: &'static [&'static str],
    /// The cells of one row, in the same order.
    pub cells: fn(&Value) -> Vec<Cell<'static>>,
}

/// Accounts as CSV.
pub const ACCOUNTS_CSV: Csv = Csv { columns: &ACCOUNT_COLUMNS, cells: account_cells };
/// Documents as CSV.
pub const DOCUMENTS_CSV: Csv = Csv { columns: &DOCUMENT_COLUMNS, cells: document_cells };

/// Columns of accounts as CSV.
const ACCOUNT_COLUMNS: [&str; 9] =
    ["auth_id", "name", "email", "account_type", "billing_mode", "standing", "balance", "created", "currency"];
/// Columns of documents as CSV.
const DOCUMENT_COLUMNS: [&str; 16] = [
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
    "currency",
];

/// What is owed of a document now.
pub const OPEN: &str = "open-amount";

fn money(value: &Value) -> Cell<'static> {
    Cell::Number(text::amount_on_wire(wide(value)))
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

/// Columns of a summary as CSV. Those by which it is not divided are empty.
pub const SUMMARY_COLUMNS: [&str; 8] =
    ["day", "auth_id", "product", "heading", "detail", "count", "quantity", "amount"];
/// Columns of an export as CSV.
pub const LINE_COLUMNS: [&str; 12] = [
    "transaction",
    "posted",
    "auth_id",
    "id",
    "product",
    "heading",
    "number",
    "quantity",
    "at",
    "prefix",
    "rate",
    "amount",
];
/// Rows of a summary: by what it is divided by, how many, how much, for how much.
pub type Sums = BTreeMap<[String; 5], (u64, u64, i64)>;

/// Adds a page's rows to those of the pages before.
pub fn add_page(sums: &mut Sums, page: &Value) -> anyhow::Result<()> {
    for row in page["rows"].as_array().into_iter().flatten() {
        let key = ["day", "auth-id", "product", "heading", "detail"].map(|name| field(row, name));
        let number = |name: &str| field(row, name).parse::<u64>().unwrap_or_default();
        let sum = sums.entry(key).or_default();
        sum.0 = sum.0.saturating_add(number("count"));
        sum.1 = sum.1.saturating_add(number("quantity"));
        let added = sum.2.checked_add(wide(&row["amount"]));
        sum.2 = added.ok_or_else(|| anyhow::anyhow!("the sum of a row is out of range"))?;
    }
    Ok(())
}

/// A summary as CSV.
pub fn write_summary(sums: &Sums, out: impl Write) -> anyhow::Result<()> {
    let mut table = Table::begin(out, &SUMMARY_COLUMNS)?;
    for (key, (count, quantity, amount)) in sums {
        let texts = key.iter().map(|text| Cell::from(text.as_str()));
        let numbers = [count.to_string(), quantity.to_string(), text::amount_on_wire(*amount)].map(Cell::Number);
        table.row(texts.chain(numbers))?;
    }
    Ok(table.flush()?)
}

/// A column of a posted line.
pub fn line_text(line: &Value, column: &str) -> String {
    match column {
        "posted" | "at" => moment(&line[column]),
        "amount" => text::amount_on_wire(wide(&line["amount"])),
        other => field(line, &other.replace('_', "-")),
    }
}

/// A posted line, as the contract shows it, by [`LINE_COLUMNS`].
pub fn line_cells(line: &Value) -> [Cell<'static>; 12] {
    LINE_COLUMNS.map(|column| match column {
        "amount" | "quantity" | "rate" => Cell::Number(line_text(line, column)),
        _ => line_text(line, column).into(),
    })
}

/// Columns of the list as CSV: what `usage resubmit` reads, and why.
pub const REJECTED_COLUMNS: [&str; 10] =
    ["key", "id", "auth_id", "product", "heading", "number", "quantity", "at", "reason", "received"];

/// A rejected event, as the contract shows it, by [`REJECTED_COLUMNS`].
pub fn rejected_cells(one: &Value) -> [Cell<'static>; 10] {
    REJECTED_COLUMNS.map(|column| match column {
        "key" | "reason" => field(one, column).into(),
        "received" => moment(&one["received"]).into(),
        "at" => moment(&one["event"]["at"]).into(),
        "quantity" => Cell::Number(field(&one["event"], column)),
        other => field(&one["event"], &other.replace('_', "-")).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn parts_of_a_row_on_several_pages_are_added() {
        let page = |amount: &str| {
            json!({"rows": [{"day": null, "auth-id": "SA1", "product": "sms", "heading": "outbound", "detail": "",
                "count": "2", "quantity": "3", "amount": amount}]})
        };
        let mut sums = Sums::new();
        add_page(&mut sums, &page("5")).expect("in range");
        add_page(&mut sums, &page("-7")).expect("in range");
        let key = ["", "SA1", "sms", "outbound", ""].map(str::to_owned);
        assert_eq!(sums, Sums::from([(key, (4, 6, -2))]));
        assert!(add_page(&mut sums, &page(&i64::MIN.to_string())).is_err());
    }

    #[test]
    fn columns_of_a_spreadsheet_hold_what_they_are_named_for() {
        let account = json!({"auth-id": "MA1", "name": "=1", "email": "a@b.example", "account-type": "standard",
            "billing-mode": "prepaid", "standing": {"suspended": "payment-failure"}, "balance": "-10", "created": "0", "currency": "EUR"});
        let text = |text: &str| Cell::from(text.to_owned());
        let cells = ["MA1", "=1", "a@b.example", "standard", "prepaid", "suspended: payment-failure"].map(text);
        let mut wanted = cells.to_vec();
        wanted.extend([Cell::Number("-0.00001".to_owned()), text("1970-01-01T00:00:00Z"), text("EUR")]);
        assert_eq!(account_cells(&account), wanted);
        let mut document = json!({"kind": "invoice", "number": "2026-000001", "issued": "0", "period-start": "0",
            "period-end": null, "total": "2630000", "credited": "0", "charged-back": "0", "status": "open",
            "method": "invoice", "refers-to": null, "currency": "JPY"});
        document[OPEN] = "630000".into();
        let one = json!({"auth-id": "MA1", "name": "Acme", "receipt": null, "document": document});
        let numbers = ["2.63000", "0.63000", "0.00000", "0.00000"].map(|number| Cell::Number(number.to_owned()));
        let begun = "1970-01-01T00:00:00Z";
        let mut wanted = ["MA1", "Acme", "invoice", "", "2026-000001", begun, begun, ""].map(text).to_vec();
        wanted.extend(numbers);
        wanted.extend(["open", "invoice", "", "JPY"].map(text));
        assert_eq!(document_cells(&one), wanted);
    }
}
