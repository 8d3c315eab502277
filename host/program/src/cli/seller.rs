//! `coinbox seller …`: the settings that say who sells.

use super::arguments::{Seller, SellerChange};
use super::show::{Rows, Text, lines};
use super::work::Work;
use serde_json::{Value, json};

/// Group of these settings.
const GROUP: &str = "seller.";

/// What a document needs (R89), for people: the rules hold to it.
const NEEDED: [&str; 3] = ["legal-name", "address-lines", "country"];

/// Runs `seller …`.
pub(crate) fn seller(work: &Work, command: Seller) -> anyhow::Result<()> {
    let settings = match command {
        Seller::Show => work.link.call("operator.get-settings", json!({}))?,
        Seller::Set(change) => {
            let changes = json!({"version": null, "settings": changes(change)});
            work.link.call("operator.change-settings", changes)?
        }
    };
    let missing = lacks(&settings);
    work.output.answer(&of(&settings), |seller| Text::Table(shown(seller, &missing)))
}

/// The settings that are given.
fn changes(change: SellerChange) -> Vec<Value> {
    let SellerChange { legal_name, address, country, tax_id, email, registration_number, phone } = change;
    let address = Some(address).filter(|lines| !lines.is_empty()).map(|lines| lines.join("\n"));
    [
        ("legal-name", legal_name),
        ("address-lines", address),
        ("country", country),
        ("tax-id", tax_id),
        ("email", email),
        ("registration-number", registration_number),
        ("phone", phone),
    ]
    .into_iter()
    .filter_map(|(name, value)| value.map(|value| json!({"name": format!("{GROUP}{name}"), "value": value})))
    .collect()
}

/// The seller's settings by their names within the group.
fn of(settings: &Value) -> Value {
    let all = settings["settings"].as_array().into_iter().flatten();
    let name = |setting: &Value| setting["name"].as_str().and_then(|name| name.strip_prefix(GROUP)).map(str::to_owned);
    Value::Object(all.filter_map(|setting| Some((name(setting)?, setting["value"].clone()))).collect())
}

/// What the seller lacks before a document is issued (R89).
pub(crate) fn lacks(settings: &Value) -> Vec<&'static str> {
    let seller = of(settings);
    NEEDED.into_iter().filter(|name| seller[name].as_str().is_none_or(str::is_empty)).collect()
}

fn shown(seller: &Value, missing: &[&str]) -> Rows {
    let value = |value: &Value| lines(value.as_str().unwrap_or_default().split('\n').map(str::to_owned));
    let all = seller.as_object().into_iter().flatten();
    let mut fields: Vec<(&str, String)> = all.map(|(name, text)| (name.as_str(), value(text))).collect();
    fields.push(("missing", if missing.is_empty() { "nothing".to_owned() } else { missing.join(", ") }));
    Rows::of_fields(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_of_two_lines_is_shown_on_two_lines() {
        let settings = json!({"version": 1, "settings": [
            {"name": "brand", "value": "x"}, {"name": "seller.address-lines", "value": "1 Example Road\nWellington 6011"},
            {"name": "seller.country", "value": ""}]});
        assert_eq!(lacks(&settings), ["legal-name", "country"]);
        let table = shown(&of(&settings), &["country"]).render();
        let shown: Vec<&str> = table.lines().map(str::trim).collect();
        assert!(shown[0].starts_with("address-lines") && shown[0].ends_with("1 Example Road"), "{table}");
        assert_eq!(shown[1], "Wellington 6011", "{table}");
        assert!(!table.contains('\u{fffd}') && !table.contains("brand"), "{table}");
    }

    #[test]
    fn what_is_not_given_stays() {
        let change = SellerChange {
            legal_name: None,
            address: vec!["1 Road".to_owned(), "City".to_owned()],
            country: Some(String::new()),
            tax_id: None,
            email: None,
            registration_number: None,
            phone: None,
        };
        let expected =
            json!([{"name": "seller.address-lines", "value": "1 Road\nCity"}, {"name": "seller.country", "value": ""}]);
        assert_eq!(Value::from(changes(change)), expected);
    }
}
