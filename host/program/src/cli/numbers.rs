//! `coinbox numbers …`: search, buy, list, show, change and release phone numbers.

use super::arguments::{NumberType, Numbers};
use super::credits::follow;
use super::show::{Rows, Text};
use super::work::{Work, text_setting};
use coinbox_forms::{country, phone};
use coinbox_operations::words::{amount, field, moment, plain};
use coinbox_server::number_form::offer_of;
use serde_json::{Map, Value, json};

/// Most numbers of one page of the contract.
const PAGE: u32 = 100;

/// Runs `numbers …`.
pub(crate) fn numbers(work: &Work, command: Numbers) -> anyhow::Result<()> {
    match command {
        Numbers::Search { account, country, number_type, pattern, region, city, services, limit, offset } => {
            check_search(&country, [("--region", &region), ("--city", &city)], pattern.as_deref(), limit)?;
            let mut filter = services_of(&services);
            filter.insert("country".to_owned(), country.to_ascii_uppercase().into());
            filter.insert("kind".to_owned(), kind(number_type));
            for (name, value) in [("pattern", pattern), ("region", region), ("city", city)] {
                filter.insert(name.to_owned(), value.into());
            }
            let page = offers(work, filter, offset, limit)?;
            let arguments = json!({"auth-id": account, "offers": page["numbers"]});
            let priced = work.link.call("numbers.price-offers", arguments)?;
            work.output.note(&format!("{} of {}", priced.as_array().map_or(0, Vec::len), plain(&page["total"])));
            work.output.answer(&json!({"offers": priced, "total": page["total"]}), |answer| {
                Text::Table(offer_table(&answer["offers"]))
            })
        }
        Numbers::Buy { account, number, alias, app } => {
            let number = number_of(&number)?;
            let mut filter = services_of(&[]);
            filter.insert("number".to_owned(), number.clone().into());
            let page = offers(work, filter, 0, 1)?;
            let not_there = || anyhow::anyhow!("number {number} is not in stock");
            let (offer, in_stock) = match page["numbers"].get(0) {
                Some(offer) => (offer.clone(), true),
                // The repeat of a purchase under its key finds its number out of stock.
                None => {
                    let rented = work.link.call("numbers.get", json!({"auth-id": account, "number": number}));
                    (offer_of(&rented.map_err(|_| not_there())?), false)
                }
            };
            let purchase = json!({"offer": offer, "alias": alias, "app-id": app});
            let started = work.link.call("numbers.buy", json!({"auth-id": account, "purchase": purchase}));
            let started = started.map_err(|error| if in_stock { error.into() } else { not_there() })?;
            follow(work, &started, &format!("purchase of {number}"))
        }
        Numbers::List { account, number_type, starts_with, holder, alias, services, limit } => {
            anyhow::ensure!(limit >= 1, "--limit: must be at least 1");
            let mut filter = services_of(&services);
            filter.insert("kind".to_owned(), kind(number_type));
            for (name, value) in
                [("starts-with", starts_with.as_deref().map(digits)), ("holder", holder), ("alias", alias)]
            {
                filter.insert(name.to_owned(), value.into());
            }
            let mut listed: Vec<Value> = Vec::new();
            let total = loop {
                let offset = u32::try_from(listed.len())?;
                let size = (limit - offset).min(PAGE);
                let arguments = json!({"auth-id": account, "filter": filter, "offset": offset, "limit": size});
                let mut page = work.link.call("numbers.list", arguments)?;
                let total = page["total"].take();
                let Value::Array(part) = page["numbers"].take() else { break total };
                let done = part.len() < size as usize;
                listed.extend(part);
                if done || listed.len() >= limit as usize {
                    break total;
                }
            };
            work.output.note(&format!("{} of {}", listed.len(), plain(&total)));
            work.output.answer(&json!({"numbers": listed, "total": total}), |answer| {
                Text::Table(number_table(&answer["numbers"]))
            })
        }
        Numbers::Show { account, number } => {
            let found = work.link.call("numbers.get", json!({"auth-id": account, "number": number_of(&number)?}))?;
            work.output.answer(&found, |found| Text::Table(of_number(found)))
        }
        Numbers::Update { account, number, alias, app, holder } => {
            anyhow::ensure!(
                alias.is_some() || app.is_some() || holder.is_some(),
                "nothing to change: give --alias, --app or --holder"
            );
            let change = json!({"alias": text_setting(alias), "app-id": text_setting(app), "holder": holder});
            let arguments = json!({"auth-id": account, "number": number_of(&number)?, "change": change});
            let changed = work.link.call("numbers.update", arguments)?;
            work.output.answer(&changed, |changed| Text::Table(of_number(changed)))
        }
        Numbers::Release { account, number } => {
            let number = number_of(&number)?;
            let started = work.link.call("numbers.release", json!({"auth-id": account, "number": number}))?;
            follow(work, &started, &format!("release of {number}"))
        }
    }
}

/// A number as people write it, as the contract has it.
fn digits(number: &str) -> String {
    number.chars().filter(|letter| !matches!(letter, '+' | ' ' | '-' | '(' | ')')).collect()
}

/// A number that is named, as the contract has it, or what is wrong with it, as it was typed.
fn number_of(typed: &str) -> anyhow::Result<String> {
    let number = digits(typed);
    anyhow::ensure!(
        phone::is_number(&number),
        "number {}: must be {}; `+`, spaces, `-` and brackets may stand between",
        coinbox_host::text::shortened(typed),
        phone::NUMBER_LIMIT
    );
    Ok(number)
}

/// The bounds of a search, in the words of this command.
fn check_search(
    country: &str,
    names: [(&str, &Option<String>); 2],
    pattern: Option<&str>,
    limit: u32,
) -> anyhow::Result<()> {
    if let Err(problem) = country::check(&country.to_ascii_uppercase()) {
        anyhow::bail!("country {}: must be {}", coinbox_host::text::shortened(country), problem.limit);
    }
    if let Some(pattern) = pattern.filter(|pattern| !phone::is_digits(pattern, 1, 14)) {
        let pattern = coinbox_host::text::shortened(pattern);
        anyhow::bail!("--pattern {pattern}: must be 1 to 14 digits, those after the calling code");
    }
    for (option, name) in names {
        let long = name.as_deref().is_some_and(|name| name.chars().count() > 100);
        anyhow::ensure!(!long, "{option}: must be at most 100 characters");
    }
    anyhow::ensure!((1..=PAGE).contains(&limit), "--limit {limit}: must be 1 to {PAGE}");
    Ok(())
}

fn kind(number_type: Option<NumberType>) -> Value {
    let word = number_type.map(|number_type| match number_type {
        NumberType::Local => "local",
        NumberType::National => "national",
        NumberType::Mobile => "mobile",
        NumberType::TollFree => "toll-free",
    });
    word.into()
}

fn services_of(wanted: &[String]) -> Map<String, Value> {
    let service = |name: &str| (name.to_owned(), Value::from(wanted.iter().any(|wanted| wanted == name)));
    ["voice", "sms", "mms"].map(service).into_iter().collect()
}

fn offers(work: &Work, mut filter: Map<String, Value>, offset: u32, limit: u32) -> anyhow::Result<Value> {
    filter.insert("offset".to_owned(), offset.into());
    filter.insert("limit".to_owned(), limit.into());
    let page = work.link.call("numbers.offers", json!({"filter": filter}))?;
    anyhow::ensure!(!page.is_null(), "the stock of numbers cannot be asked at present; try again later");
    Ok(page)
}

fn services_word(number: &Value) -> String {
    let has = |name: &&str| number[*name] == true;
    ["voice", "sms", "mms"].into_iter().filter(has).collect::<Vec<_>>().join(" ")
}

fn offer_table(offers: &Value) -> Rows {
    let mut rows =
        Rows::new(&["number", "country", "type", "region", "city", "services", ">setup", ">monthly", ">first rent"]);
    for one in offers.as_array().into_iter().flatten() {
        let (offer, price) = (&one["offer"], &one["price"]);
        let mut row: Vec<String> =
            ["number", "country", "kind", "region", "city"].map(|name| field(offer, name)).into();
        row.push(services_word(offer));
        if price.is_null() {
            row.extend(["no price", "", ""].map(str::to_owned));
        } else {
            row.extend(["setup", "monthly", "first-rent"].map(|name| amount(&price[name])));
        }
        rows.add(row);
    }
    rows
}

fn number_table(numbers: &Value) -> Rows {
    let mut rows = Rows::new(&["number", "holder", "country", "type", "alias", ">monthly", "since", "released at"]);
    for number in numbers.as_array().into_iter().flatten() {
        let mut row: Vec<String> =
            ["number", "holder", "country", "kind", "alias"].map(|name| field(number, name)).into();
        row.extend([amount(&number["monthly"]), moment(&number["since"]), moment(&number["release-at"])]);
        rows.add(row);
    }
    rows
}

fn of_number(number: &Value) -> Rows {
    let mut fields: Vec<(&str, String)> =
        ["number", "account", "holder", "country", "kind", "region", "city", "alias", "app-id"]
            .map(|name| (name, field(number, name)))
            .into();
    fields.push(("services", services_word(number)));
    fields.push(("monthly", amount(&number["monthly"])));
    fields.push(("since", moment(&number["since"])));
    fields.push(("renewal", moment(&number["renewal"])));
    fields.push(("released at", moment(&number["release-at"])));
    Rows::of_fields(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_typed_as_people_write_them() {
        assert_eq!(digits("+1 (415) 555-0100"), "14155550100");
        assert_eq!(digits("14155550100"), "14155550100");
    }

    /// 14-files-of-the-wrong-form, 13-limits-in-milliseconds: what is refused is named as it was typed.
    #[test]
    fn case_14_files_of_the_wrong_form_a_number_is_named_as_it_was_typed() {
        assert_eq!(number_of("+1 (415) 555-0100").expect("a number"), "14155550100");
        let refused = |typed: &str| number_of(typed).expect_err(typed).to_string();
        let limit = "must be 5 to 15 digits, no leading zero; `+`, spaces, `-` and brackets may stand between";
        for typed in ["abc", "", "+1 415", "0014155550100", "1234567890123456", "1415555010O"] {
            assert_eq!(refused(typed), format!("number {typed}: {limit}"));
        }
        let search = |country: &str, pattern: Option<&str>, city: Option<String>, limit| {
            check_search(country, [("--region", &None), ("--city", &city)], pattern, limit)
                .map_err(|error| error.to_string())
        };
        assert_eq!(search("us", Some("415"), None, 100), Ok(()));
        assert_eq!(
            search("uk", None, None, 1).expect_err("UK"),
            "country uk: must be GB, the code of ISO 3166-1: two upper-case letters"
        );
        assert_eq!(
            search("US", Some("41x"), None, 1).expect_err("x"),
            "--pattern 41x: must be 1 to 14 digits, those after the calling code"
        );
        assert_eq!(
            search("US", None, Some("x".repeat(101)), 1).expect_err("long"),
            "--city: must be at most 100 characters"
        );
        assert_eq!(search("US", None, None, 0).expect_err("none"), "--limit 0: must be 1 to 100");
    }

    #[test]
    fn services_are_named() {
        assert_eq!(services_word(&json!({"voice": true, "sms": false, "mms": true})), "voice mms");
        assert_eq!(services_of(&["sms".to_owned()])["sms"], true);
        assert_eq!(services_of(&[])["voice"], false);
    }
}
