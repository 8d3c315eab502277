//! `coinbox account list` and `coinbox documents list`: lists over all accounts (INV-9).

use super::arguments::{Accounts, Issued, word};
use super::show::{Rows, Text};
use super::work::{Work, from_of, micros_of};
use coinbox_host::text;
use coinbox_operations::export::table::Table;
use coinbox_operations::tables::{ACCOUNTS_CSV, Csv, DOCUMENTS_CSV, OPEN};
use coinbox_operations::words::{amount, counted, field, moment, wide};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Most accounts of one page of the contract.
const ACCOUNTS: usize = 500;
/// Most documents of one page of the contract.
const DOCUMENTS: usize = 100;

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
        "balance-below": below, "balance-from": micros("--balance-from", &asked.balance_from)?,
        "currency": asked.currency});
    let page = (asked.after.clone(), asked.limit, ACCOUNTS);
    let listed = pages(work, ("accounts.list", "accounts"), &filter, page)?;
    let owed = if asked.owing { owed(&listed.0) } else { Vec::new() };
    print(work, "accounts", listed, asked.csv.then_some(ACCOUNTS_CSV), |accounts| {
        let mut rows = Rows::new(&["auth ID", "name", "email", "type", "pays", "standing", ">balance", "currency"]);
        for account in accounts {
            let mut row: Vec<String> = ["auth-id", "name", "email", "account-type", "billing-mode", "standing"]
                .iter()
                .map(|name| field(account, name))
                .collect();
            row.push(amount(&account["balance"]));
            row.push(field(account, "currency"));
            rows.add(row);
        }
        rows
    })?;
    for owed in owed {
        work.output.note(&owed);
    }
    Ok(())
}

/// What the accounts of a list owe together, by currency: as much as their balances are below zero.
fn owed(accounts: &[Value]) -> Vec<String> {
    let mut sums: BTreeMap<String, (u64, Option<i64>)> = BTreeMap::new();
    for account in accounts {
        let (count, sum) = sums.entry(field(account, "currency")).or_insert((0, Some(0)));
        *count += 1;
        *sum = sum.and_then(|sum| sum.checked_sub(wide(&account["balance"]).min(0)));
    }
    let owed = sums.into_iter().filter_map(|(currency, (count, sum))| {
        let sum = sum.filter(|sum| *sum > 0)?;
        let (sum, accounts) = (text::amount_in(sum, &currency), counted(count, "account"));
        Some(format!("{sum} is owed by {accounts}: a balance below zero is owed"))
    });
    owed.collect()
}

/// Runs `documents list`.
pub(super) fn documents(work: &Work, asked: &Issued) -> anyhow::Result<()> {
    // Before a day is before its first moment.
    let at = |flag: &str, typed: &Option<String>| {
        typed.as_deref().map(|typed| anyhow::Ok(from_of(flag, typed)?.to_string())).transpose()
    };
    let open = match (asked.open, &asked.open_from) {
        (true, _) => Some("1".to_owned()),
        (false, typed) => typed.as_deref().map(|typed| micros_of("--open-from", typed)).transpose()?,
    };
    let filter = json!({"kind": word(asked.kind), "receipt": word(asked.receipt), "status": asked.status,
        "number": asked.number, "month": asked.month, "issued-from": at("--from", &asked.from)?,
        "issued-before": at("--before", &asked.before)?, "open-from": open, "currency": asked.currency, "account": asked.account,
        "oldest-first": asked.oldest_first});
    let page = (asked.after.clone(), asked.limit, DOCUMENTS);
    let listed = pages(work, ("invoices.list-issued", "documents"), &filter, page)?;
    print(work, "documents", listed, asked.csv.then_some(DOCUMENTS_CSV), |documents| {
        let header = ["auth ID", "name", "kind", "number", "issued", ">total", ">open", "currency", "status"];
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
                field(document, "currency"),
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
    fn what_a_list_owes_is_added_up_by_currency() {
        let of = |balances: &[(&str, &str)]| {
            let account = |(balance, currency): &(&str, &str)| json!({"balance": balance, "currency": currency});
            owed(&balances.iter().map(account).collect::<Vec<_>>())
        };
        assert_eq!(of(&[]), Vec::<String>::new());
        assert_eq!(of(&[("-500000", "USD")]), ["0.50 USD is owed by 1 account: a balance below zero is owed"]);
        assert_eq!(
            of(&[("-47210000", "USD"), ("-1500000000", "JPY"), ("-2790000", "USD")]),
            [
                "1500 JPY is owed by 1 account: a balance below zero is owed",
                "50.00 USD is owed by 2 accounts: a balance below zero is owed"
            ]
        );
    }
}
