//! `coinbox invoices …`, `receipts …`, `billing …`, `seats …`.

use super::arguments::{Billing, Invoices, Listed, Receipts, Seats};
use super::show::{Rows, Text, lines};
use super::work::{Work, micros_of, moment_of, settings_of, text_setting};
use coinbox_operations::words::{amount, field, moment};
use serde_json::{Value, json};

/// Most documents of one page of the contract.
const PAGE: usize = 100;

/// Runs `invoices …`.
pub(crate) fn invoices(work: &Work, command: Invoices) -> anyhow::Result<()> {
    match command {
        Invoices::List(listed) => list(work, "invoice", listed),
        Invoices::CreditNotes(listed) => list(work, "credit-note", listed),
        Invoices::Show { account, number } => show(work, &account, &number),
        Invoices::Pdf(of) => super::pdf::issued(work, &of, &["invoice", "credit-note"]),
        Invoices::CreditNote { account, invoice, amount, reason } => {
            let amount = amount.as_deref().map(|text| micros_of("--amount", text)).transpose()?;
            let arguments = json!({"auth-id": account, "invoice": invoice, "amount": amount, "reason": reason});
            let note = work.link.call("invoices.issue-credit-note", arguments)?;
            work.output.answer(&note, document)
        }
        Invoices::Cycle { account, months } => {
            let arguments = json!({"auth-id": account, "months": months});
            work.output.answer(&work.link.call("invoices.set-cycle", arguments)?, shown_billing)
        }
    }
}

/// Runs `receipts …`.
pub(crate) fn receipts(work: &Work, command: Receipts) -> anyhow::Result<()> {
    match command {
        Receipts::List(listed) => list(work, "receipt", listed),
        Receipts::Show { account, number } => show(work, &account, &number),
        Receipts::Pdf(of) => super::pdf::issued(work, &of, &["receipt"]),
    }
}

/// Runs `billing …`.
pub(crate) fn billing(work: &Work, command: Billing) -> anyhow::Result<()> {
    match command {
        Billing::Show { account } => {
            let billing = work.link.call("invoices.get-billing", json!({"auth-id": account}))?;
            work.output.answer(&billing, shown_billing)
        }
        Billing::Overview { account } => {
            let overview = work.link.call("invoices.get-overview", json!({"auth-id": account}))?;
            work.output.answer(&overview, |overview| {
                let cards = overview["cards"].as_array().into_iter().flatten();
                let cards = cards.map(|card| {
                    let chosen = if card["is-default"] == true { ", default" } else { "" };
                    let (brand, last) = (field(card, "brand"), field(card, "last-four"));
                    format!("{} {brand} {last} ({}{chosen})", field(card, "name"), field(card, "state"))
                });
                let receipts = overview["receipts"].as_array().into_iter().flatten();
                Text::Table(Rows::of_fields(vec![
                    ("balance", amount(&overview["balance"])),
                    ("owed now", owed(overview)),
                    ("last invoice", brief(&overview["last-invoice"])),
                    ("cards", lines(cards)),
                    ("receipts", lines(receipts.map(brief))),
                ]))
            })
        }
        Billing::Set { account, legal_name, address, city, state, country, tax_id, notify } => {
            let texts = [legal_name, address, city, state, country, tax_id].map(text_setting);
            let [legal_name, address, city, state, country, tax_id] = texts;
            let change = json!({"legal-name": legal_name, "address": address, "city": city, "state": state,
                "country": country, "tax-id": tax_id, "notification-addresses": settings_of("--notify", notify)?});
            let billing = work.link.call("invoices.set-billing", json!({"auth-id": account, "change": change}))?;
            work.output.answer(&billing, shown_billing)
        }
    }
}

/// Runs `seats …`.
pub(crate) fn seats(work: &Work, command: Seats) -> anyhow::Result<()> {
    let seats = match command {
        Seats::Show { account } => work.link.call("invoices.get-seats", json!({"auth-id": account}))?,
        Seats::Set { account, seats } => {
            work.link.call("invoices.set-seats", json!({"auth-id": account, "paid": seats}))?
        }
    };
    work.output.answer(&seats, |seats| {
        Text::Table(Rows::of_fields(vec![
            ("paid", field(seats, "paid")),
            ("in use", field(seats, "in-use")),
            ("charged for", field(seats, "charged")),
            ("next charge", moment(&seats["next-charge"])),
        ]))
    })
}

fn list(work: &Work, kind: &str, listed: Listed) -> anyhow::Result<()> {
    anyhow::ensure!(listed.limit >= 1, "--limit: must be at least 1");
    let at = |flag: &str, text: &Option<String>| text.as_deref().map(|text| moment_of(flag, text)).transpose();
    let filter = json!({"status": listed.status, "number": listed.number, "issued-from": at("--from", &listed.from)?,
        "issued-before": at("--before", &listed.before)?, "oldest-first": listed.oldest_first});
    let (mut documents, mut after) = (Vec::new(), None::<String>);
    loop {
        let size = (listed.limit - documents.len()).min(PAGE);
        let arguments =
            json!({"auth-id": listed.account, "kind": kind, "filter": filter, "after": after, "limit": size});
        let mut page = work.link.call("invoices.list-documents", arguments)?;
        if let Value::Array(found) = page["documents"].take() {
            documents.extend(found);
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() || documents.len() >= listed.limit {
            break;
        }
    }
    work.output.answer(&Value::Array(documents), |documents| {
        let mut rows =
            Rows::new(&["number", "issued", ">total", ">open", "status", "method", "refers to", ">credited"]);
        for document in documents.as_array().into_iter().flatten() {
            rows.add(vec![
                field(document, "number"),
                moment(&document["issued"]),
                amount(&document["total"]),
                amount(&document["open-amount"]),
                field(document, "status"),
                field(document, "method"),
                field(document, "refers-to"),
                amount(&document["credited"]),
            ]);
        }
        Text::Table(rows)
    })
}

fn show(work: &Work, account: &str, number: &str) -> anyhow::Result<()> {
    let arguments = json!({"auth-id": account, "number": number});
    let mut found = work.link.call("invoices.read-document", arguments.clone())?;
    found["present"] = work.link.call("invoices.read-standing", arguments)?;
    work.output.answer(&found, document)
}

/// A document from top to bottom, one row a line of it.
fn document(document: &Value) -> Text {
    let mut rows = Rows::new(&["", "", ">quantity", ">amount"]);
    let mut add = |name: &str, what: String, quantity: String, amount: String| {
        rows.add(vec![name.to_owned(), what, quantity, amount]);
    };
    let items = |name: &str| document[name].as_array().cloned().unwrap_or_default();
    add("number", field(document, "number"), String::new(), String::new());
    add("issued", moment(&document["issued"]), String::new(), String::new());
    if !document["period-start"].is_null() {
        let period = format!("{} to before {}", moment(&document["period-start"]), moment(&document["period-end"]));
        add("period", period, String::new(), String::new());
    }
    let customer = &document["customer"];
    add("customer", field(customer, "legal-name"), String::new(), String::new());
    for line in items("lines") {
        add(&field(&line, "section-name"), described(&line), billed(&line), amount(&line["amount"]));
    }
    if document["discount"] != "0" {
        add("discount", String::new(), String::new(), format!("-{}", amount(&document["discount"])));
    }
    if document["rounding"] != "0" {
        add("rounding", String::new(), String::new(), amount(&document["rounding"]));
    }
    add("net", String::new(), String::new(), amount(&document["net"]));
    for tax in items("taxes") {
        let reverse = if tax["reverse-charge"] == true { ", reverse charge" } else { "" };
        let what = format!("{} {} %{reverse}", field(&tax, "name"), field(&tax, "percent"));
        add("tax", what, String::new(), amount(&tax["amount"]));
    }
    add("total", String::new(), String::new(), amount(&document["total"]));
    if document["kind"] == "invoice" {
        add("opening balance", String::new(), String::new(), amount(&document["opening-balance"]));
        for movement in items("movements") {
            let when = moment(&movement["at"]);
            add(
                if movement["earlier"] == true { "earlier movement" } else { "movement" },
                format!("{when} {}", field(&movement, "label")),
                String::new(),
                amount(&movement["amount"]),
            );
        }
        add("closing balance", String::new(), String::new(), amount(&document["closing-balance"]));
        add("amount due", String::new(), String::new(), amount(&document["amount-due"]));
    }
    let status = format!("{} ({})", field(document, "status"), field(document, "method"));
    add("status at issue", status, String::new(), String::new());
    let present = &document["present"];
    if !present.is_null() {
        let open = if document["kind"] == "invoice" { amount(&present["open-amount"]) } else { String::new() };
        add("status now", field(present, "status"), String::new(), open);
    }
    for (name, key) in [("refers to", "refers-to"), ("note", "note")] {
        let text = field(document, key);
        if !text.is_empty() {
            add(name, text, String::new(), String::new());
        }
    }
    Text::Table(rows)
}

/// What a line charges for, how often, and when it was used if that was not in the period.
fn described(line: &Value) -> String {
    let mut text = field(line, "description");
    if !line["price"].is_null() {
        let used = [field(line, "quantity"), field(line, "unit")].join(" ");
        text.push_str(&format!("; {} in all, {}", field(line, "count"), used.trim()));
    }
    if !line["used-from"].is_null() {
        let (from, to) = (moment(&line["used-from"]), moment(&line["used-to"]));
        text.push_str(&format!("; used from {from} to {to}"));
    }
    text
}

/// `56 minutes x 0.0085`; without a single price how much was used.
fn billed(line: &Value) -> String {
    let price = &line["price"];
    if price.is_null() {
        return [field(line, "quantity"), field(line, "unit")].join(" ").trim().to_owned();
    }
    format!("{} {} x {}", field(price, "billed"), field(price, "unit"), field(price, "unit-price"))
}

/// What the account owes altogether: its last invoice may be paid although earlier ones are not.
fn owed(overview: &Value) -> String {
    match field(overview, "balance").strip_prefix('-') {
        Some(owed) => amount(&Value::from(owed)),
        None => "nothing".to_owned(),
    }
}

fn brief(document: &Value) -> String {
    if document.is_null() {
        return "none".to_owned();
    }
    let (number, mut status) = (field(document, "number"), field(document, "status"));
    let open = &document["open-amount"];
    if open != "0" && !open.is_null() {
        status = format!("{status}, {} open", amount(open));
    }
    format!("{number} of {}: {} ({status})", moment(&document["issued"]), amount(&document["total"]))
}

fn shown_billing(billing: &Value) -> Text {
    let to = billing["notification-addresses"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Text::Table(Rows::of_fields(vec![
        ("legal name", field(billing, "legal-name")),
        ("address", field(billing, "address")),
        ("city", field(billing, "city")),
        ("state", field(billing, "state")),
        ("country", field(billing, "country")),
        ("tax id", field(billing, "tax-id")),
        ("mails also to", lines(to.map(str::to_owned))),
        ("months of a cycle", field(billing, "cycle-months")),
        ("complete", field(billing, "complete")),
    ]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_01_the_overview_says_what_is_owed_altogether() {
        assert_eq!(owed(&json!({"balance": "-47210000"})), "47.21");
        assert_eq!(owed(&json!({"balance": "0"})), "nothing");
        assert_eq!(owed(&json!({"balance": "12340000"})), "nothing");
    }
}
