//! `coinbox policy …`, `clock …`, `backup`, `restore`, `config`.

use super::arguments::{Clock, Policy, Seller, SellerChange};
use super::show::{Output, Rows, Text, lines};
use super::work::{Work, micros_of, moment_of};
use crate::config::Config;
use coinbox_host::capability::Clock as _;
use coinbox_host::clock::RealClock;
use coinbox_host::json::strict;
use coinbox_host::random::SystemRandom;
use coinbox_host::storage::sqlite::{Origin, install_at};
use coinbox_host::text;
use coinbox_operations::answers::Advance;
use coinbox_operations::words::{amount, field};
use serde_json::{Value, json};
use std::path::Path;

/// Fields of the policy that are amounts; those that end in `-ms` are durations.
const AMOUNTS: [&str; 4] = ["minimum-recharge", "maximum-recharge", "alert-thresholds", "trial-credits"];

/// Lists of text: an empty one does not show that.
const TEXTS: [&str; 2] = ["holidays", "ways-to-pay"];

/// Runs `policy …`.
pub fn policy(work: &Work, command: Policy) -> anyhow::Result<()> {
    let mut policy = work.link.call("operator.get-policy", json!({}))?;
    if let Policy::Set { field, value } = command {
        let read = match policy.get(&field) {
            Some(present) if field != "version" => read_field(&field, present, &value)?,
            _ => {
                let names = policy.as_object().into_iter().flatten().map(|(name, _)| name.as_str());
                let names: Vec<&str> = names.filter(|name| *name != "version").collect();
                anyhow::bail!("the policy has no field `{field}` to set; its fields are {}", names.join(", "));
            }
        };
        policy[field.as_str()] = read;
        policy = work.link.call("operator.set-policy", json!({"policy": policy}))?;
    }
    work.output.answer(&policy, |policy| {
        let fields = policy.as_object().into_iter().flatten().map(|(name, value)| (name.as_str(), shown(name, value)));
        Text::Table(Rows::of_fields(fields.collect()))
    })
}

/// Runs `seller …`: a part of the policy.
pub fn seller(work: &Work, command: Seller) -> anyhow::Result<()> {
    let mut policy = work.link.call("operator.get-policy", json!({}))?;
    if let Seller::Set(change) = command {
        let SellerChange { legal_name, address, country, tax_id, email, registration_number, phone } = change;
        let texts = [
            ("legal-name", legal_name),
            ("country", country),
            ("tax-id", tax_id),
            ("email", email),
            ("registration-number", registration_number),
            ("phone", phone),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                policy["seller"][field] = text.into();
            }
        }
        if !address.is_empty() {
            policy["seller"]["address-lines"] = address.into();
        }
        policy = work.link.call("operator.set-policy", json!({"policy": policy}))?;
    }
    work.output.answer(&policy["seller"].clone(), |seller| Text::Table(shown_seller(seller, &seller_lacks(&policy))))
}

fn shown_seller(seller: &Value, missing: &[&str]) -> Rows {
    let address = seller["address-lines"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Rows::of_fields(vec![
        ("legal name", field(seller, "legal-name")),
        ("address", lines(address.map(str::to_owned))),
        ("country", field(seller, "country")),
        ("tax id", field(seller, "tax-id")),
        ("email", field(seller, "email")),
        ("registration number", field(seller, "registration-number")),
        ("phone", field(seller, "phone")),
        ("missing", if missing.is_empty() { "nothing".to_owned() } else { missing.join(", ") }),
    ])
}

/// What the seller of a policy lacks before a document is issued (R89), for people: the rules hold to it.
pub fn seller_lacks(policy: &Value) -> Vec<&'static str> {
    let is_empty = |field: &str| match &policy["seller"][field] {
        Value::String(text) => text.is_empty(),
        Value::Array(lines) => lines.is_empty(),
        _ => true,
    };
    ["legal-name", "address-lines", "country"].into_iter().filter(|field| is_empty(field)).collect()
}

/// A field's new value, in the form of its present one.
fn read_field(field: &str, present: &Value, text: &str) -> anyhow::Result<Value> {
    let number = |text: &str| {
        text.parse::<u32>().map(Value::from).map_err(|_| anyhow::anyhow!("{field}: `{text}` is not a whole number"))
    };
    let one = |form: Option<&Value>, text: &str| -> anyhow::Result<Value> {
        if AMOUNTS.contains(&field) {
            Ok(micros_of(field, text)?.into())
        } else if field.ends_with("-ms") {
            let duration = text::duration_ms(text).map_err(|error| anyhow::anyhow!("{field}: {error}"))?;
            Ok(duration.to_string().into())
        } else if form.is_none_or(Value::is_number) && !TEXTS.contains(&field) {
            number(text)
        } else {
            Ok(text.into())
        }
    };
    match present {
        Value::Bool(_) => {
            text.parse::<bool>().map(Value::from).map_err(|_| anyhow::anyhow!("{field}: `{text}` is not true or false"))
        }
        // Records and lists of records are given as JSON. Of a record what is not named stays (R88).
        Value::Object(before) if text.starts_with('{') => {
            let named = strict::from_slice(text.as_bytes()).map_err(|error| anyhow::anyhow!("{field}: {error}"))?;
            let mut after = before.clone();
            after.extend(named.as_object().cloned().unwrap_or_default());
            Ok(Value::Object(after))
        }
        Value::Object(_) | Value::Array(_) if text.starts_with(['{', '[']) => {
            let read = strict::from_slice(text.as_bytes()).map_err(|error| anyhow::anyhow!("{field}: {error}"))?;
            match (AMOUNTS.contains(&field), field.ends_with("-ms")) {
                (false, false) => Ok(read),
                (amounts, _) => wide_list(field, amounts, read),
            }
        }
        Value::Array(items) => {
            let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
            parts.map(|part| one(items.first(), part)).collect::<anyhow::Result<Vec<_>>>().map(Value::Array)
        }
        present => one(Some(present), text),
    }
}

/// A list of 64-bit numbers that is given as JSON: in it they are as the contract has them. What else may be meant is told as it is typed.
fn wide_list(field: &str, amounts: bool, read: Value) -> anyhow::Result<Value> {
    let is_wide = |item: &Value| item.as_str().is_some_and(|text| text.parse::<i64>().is_ok());
    let items = read.as_array().map_or(&[][..], Vec::as_slice);
    let Some(wrong) = items.iter().chain((!read.is_array()).then_some(&read)).find(|item| !is_wide(item)) else {
        return Ok(read);
    };
    let wrong = text::shortened(&wrong.to_string());
    let (what, such) = if amounts { ("an amount", "100.00,10.50") } else { ("a duration", "1m,1d") };
    anyhow::bail!("{field}: `{wrong}` is not {what}; write the list such as {such}")
}

fn shown(name: &str, value: &Value) -> String {
    let one = |value: &Value| {
        if AMOUNTS.contains(&name) {
            amount(value)
        } else if name.ends_with("-ms") {
            text::duration(coinbox_operations::words::wide(value))
        } else {
            coinbox_operations::words::plain(value)
        }
    };
    match value {
        Value::Array(items) => items.iter().map(one).collect::<Vec<_>>().join(", "),
        value => one(value),
    }
}

/// Runs `clock …`.
pub fn clock(work: &Work, command: Clock) -> anyhow::Result<()> {
    let shown = match command {
        Clock::Show => work.link.clock()?,
        Clock::Advance { by, to } => {
            if let Some(by) = &by {
                text::duration_ms(by)?;
            }
            let to = to.as_deref().map(|to| moment_of("--to", to)).transpose()?;
            work.link.advance(&Advance { by, to })?
        }
        Clock::Confirm { to } => {
            let to = moment_of("TO", &to)?;
            work.link.confirm_clock(&to)?
        }
    };
    work.output.answer(&serde_json::to_value(&shown)?, |_| {
        let kind = if shown.simulated { "simulated" } else { "real" };
        let jobs = shown.jobs.map(|jobs| format!(", {jobs} jobs driven")).unwrap_or_default();
        let doubt = shown.doubt.as_ref().map(|doubt| format!("\n{doubt}")).unwrap_or_default();
        Text::Line(format!("{} ({kind}{jobs}){doubt}", shown.shown))
    })
}

/// Runs `backup`.
pub fn backup(work: &Work, to: &Path) -> anyhow::Result<()> {
    let to = std::path::absolute(to).map_err(|error| anyhow::anyhow!("{}: {error}", to.display()))?;
    let shown = to.to_str().ok_or_else(|| anyhow::anyhow!("{}: the path must be UTF-8", to.display()))?;
    anyhow::ensure!(!to.exists(), "{shown} exists already; name a new file");
    work.link.backup(shown)?;
    work.output.answer(&json!({"to": shown}), |_| Text::Line(format!("copied to {shown}")))?;
    work.output.note("Keep the file vault-keys.json of the data directory with it, in another place: without it secrets cannot be read.");
    Ok(())
}

/// Runs `restore`.
pub fn restore(config: &Config, output: &Output, from: &Path, copy: bool) -> anyhow::Result<()> {
    let origin = if copy { Origin::Copied } else { Origin::Restored };
    let last = install_at(from, &config.data, origin, &SystemRandom, RealClock::new().now())?;
    let data = config.data.display();
    // The last moment that the new store knows, beside what this machine believes to be now: a person sees whether both can be right.
    output.note(&format!(
        "last command of the backup: {}; this machine's clock: {}",
        text::moment(last),
        text::moment(RealClock::new().now())
    ));
    output.answer(&json!({"data": config.data, "copy": copy}), |_| {
        Text::Line(format!("{data} holds a store made of {}", from.display()))
    })?;
    if !config.vault_keys.exists() {
        output.note(&format!(
            "Now put the key file of the old store at {}, then start the server.",
            config.vault_keys.display()
        ));
    }
    if copy {
        output.note("Give the copy a payment sandbox of its own.");
    } else {
        output.note("Keep the payment gateway of the old store (setting `payment-sandbox`): it knows what was paid since the backup.");
        output.note(
            "Keep the journal of the old stock of numbers too (setting `inventory.orders`): it knows what was ordered since the backup.",
        );
        output.note(
            "The server first books what the gateway has moved since the backup; nothing new is charged before that.",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policy_fields_are_read_in_the_form_that_they_have() {
        let read = |field: &str, present: Value, text: &str| {
            read_field(field, &present, text).map_err(|error| error.to_string())
        };
        assert_eq!(read("minimum-recharge", json!("25000000"), "20.00"), Ok(json!("20000000")));
        assert_eq!(read("alert-thresholds", json!(["1"]), "100, 10.5"), Ok(json!(["100000000", "10500000"])));
        assert_eq!(read("alert-thresholds", json!(["1"]), ""), Ok(json!([])));
        assert_eq!(read("holidays", json!([]), "2026-12-25,2027-01-01"), Ok(json!(["2026-12-25", "2027-01-01"])));
        assert_eq!(read("ladder-levels", json!([75]), "80,40"), Ok(json!([80, 40])));
        assert_eq!(read("ask-again-ms", json!(["1"]), "1m,1d"), Ok(json!(["60000", "86400000"])));
        assert_eq!(read("hang-up-grace-ms", json!("1"), "10s"), Ok(json!("10000")));
        assert_eq!(read("series-limit", json!(40), "5"), Ok(json!(5)));
        assert_eq!(read("brand", json!("x"), "Acme 5"), Ok(json!("Acme 5")));
        assert_eq!(read("require-billing-address", json!(false), "true"), Ok(json!(true)));
        assert!(read("require-billing-address", json!(false), "yes").is_err());
        // 13-limits-in-milliseconds, 14-files-of-the-wrong-form: told in the form that is typed.
        for (field, typed, told) in [
            ("ask-again-ms", "[1]", "ask-again-ms: `1` is not a duration; write the list such as 1m,1d"),
            (
                "ask-again-ms",
                r#"["60000", "1m"]"#,
                "ask-again-ms: `\"1m\"` is not a duration; write the list such as 1m,1d",
            ),
            (
                "ask-again-ms",
                r#"{"a": "1"}"#,
                "ask-again-ms: `{\"a\":\"1\"}` is not a duration; write the list such as 1m,1d",
            ),
            (
                "alert-thresholds",
                "[null]",
                "alert-thresholds: `null` is not an amount; write the list such as 100.00,10.50",
            ),
        ] {
            assert_eq!(read(field, json!(["1"]), typed), Err(told.to_owned()));
        }
        assert_eq!(read("ask-again-ms", json!(["1"]), r#"["60000"]"#), Ok(json!(["60000"])));
        assert_eq!(read("ladder-levels", json!([75]), "[80]"), Ok(json!([80])));
        // 08-the-same-column-twice
        let twice = read("seller", json!({"tax-id": ""}), r#"{"tax-id": "A", "tax-id": "B"}"#);
        assert_eq!(twice, Err("seller: `tax-id` stands there twice".to_owned()));
        let rates = r#"[{"country": "DE", "state": "", "name": "VAT", "percent": "19", "reverse-charge": false, "legal-basis": ""}]"#;
        assert_eq!(read("tax-rates", json!([]), rates).map(|read| read[0]["percent"].clone()), Ok(json!("19")));
        // money-12: what is not named of a record stays.
        let seller = json!({"legal-name": "Acme", "tax-id": "DE1", "address-lines": ["A 1"]});
        assert_eq!(
            read("seller", seller, r#"{"tax-id": "DE2"}"#),
            Ok(json!({"legal-name": "Acme", "tax-id": "DE2", "address-lines": ["A 1"]}))
        );
        assert_eq!(read("daily-summaries", json!(false), "true"), Ok(json!(true)));
        assert!(read("daily-summaries", json!(false), "yes").is_err());
        assert_eq!(read("series-limit", json!(40), "-5"), Err("series-limit: `-5` is not a whole number".to_owned()));
        assert!(
            read("trial-credits", json!("1"), "ten")
                .expect_err("refused")
                .starts_with("trial-credits: `ten` is not an amount")
        );
    }

    #[test]
    fn an_address_of_two_lines_is_shown_on_two_lines() {
        let seller = json!({"legal-name": "Acme", "address-lines": ["1 Example Road", "Wellington 6011"]});
        let table = shown_seller(&seller, &["country"]).render();
        let shown: Vec<&str> = table.lines().map(str::trim).collect();
        assert!(shown[1].starts_with("address") && shown[1].ends_with("1 Example Road"), "{table}");
        assert_eq!(shown[2], "Wellington 6011", "{table}");
        assert!(!table.contains('\u{fffd}'), "{table}");
    }

    #[test]
    fn policy_fields_are_shown_as_they_are_typed() {
        assert_eq!(shown("ask-again-ms", &json!(["60000", "86400000", "1500"])), "1m, 1d, 1500ms");
        assert_eq!(shown("minimum-recharge", &json!("25000000")), "25.00");
        assert_eq!(shown("ladder-levels", &json!([75, 0])), "75, 0");
        assert_eq!(text::duration(0), "0ms");
    }
}
