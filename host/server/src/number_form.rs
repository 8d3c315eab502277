//! Offered and rented numbers as the published clients know them (rest-wire §4.3), with every documented key (T13).

use super::answer::Failure;
use super::asked::Asked;
use coinbox_host::countries;
use coinbox_host::text;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// What the use of a number costs, by country: prices of calls and messages that come in to it.
pub struct Rates(BTreeMap<String, Value>);

impl Rates {
    /// The prices of some countries; each is asked for once. A country without prices has none.
    pub async fn load<'a>(asked: &Asked, of: impl IntoIterator<Item = &'a str>) -> Result<Rates, Failure> {
        let mut known = BTreeMap::new();
        for country in of {
            if known.contains_key(country) {
                continue;
            }
            let arguments = json!({"auth-id": asked.account(), "country": country});
            let prices = match asked.call_other("pricing.by-country", arguments, str::to_owned).await {
                Ok(prices) => prices["standard"].clone(),
                Err(failure) if failure.code == "not_found" => Value::Null,
                Err(failure) => return Err(failure),
            };
            known.insert(country.to_owned(), prices);
        }
        Ok(Rates(known))
    }

    /// The price of what comes in over a number of this kind: its own, or that of any number.
    fn of(&self, number: &Value, product: &str) -> Value {
        if number[product] != true {
            return Value::Null;
        }
        let rows = self.0.get(number["country"].as_str().unwrap_or_default()).and_then(Value::as_array);
        let find = |heading: &str| {
            let mut rows = rows.into_iter().flatten();
            rows.find(|row| row["product"] == product && row["heading"] == heading)
        };
        let own = match number["kind"].as_str() {
            Some("mobile") => find("inbound-mobile"),
            Some("toll-free") => find("inbound-toll-free"),
            _ => None,
        };
        own.or_else(|| find("inbound")).map_or(Value::Null, |row| super::pricing::rate(&row["rate"]))
    }
}

/// The word of the wire for a kind.
fn kind_word(number: &Value) -> &str {
    match number["kind"].as_str() {
        Some("toll-free") => "tollfree",
        Some(other) => other,
        None => "",
    }
}

fn amount(micros: &Value) -> Value {
    micros
        .as_str()
        .and_then(|micros| micros.parse().ok())
        .map_or(Value::Null, |micros| Value::from(text::amount_on_wire(micros)))
}

fn country(number: &Value) -> &str {
    countries::name_of(number["country"].as_str().unwrap_or_default())
}

/// Text that may be missing: null instead of empty.
fn filled(value: &Value) -> Value {
    if value == "" { Value::Null } else { value.clone() }
}

/// PhoneNumber: a number in stock with what it costs this account.
pub fn offered(priced: &Value, account: &str, rates: &Rates) -> Value {
    let (offer, price) = (&priced["offer"], &priced["price"]);
    let number = offer["number"].as_str().unwrap_or_default();
    let national = number.strip_prefix(offer["calling-code"].as_str().unwrap_or_default()).unwrap_or(number);
    let group = match offer["kind"].as_str() {
        Some("local" | "national") => "fixed",
        _ => kind_word(offer),
    };
    json!({
        "city": filled(&offer["city"]),
        "compliance_requirement": null,
        "country": country(offer),
        "lata": null,
        "mms_enabled": offer["mms"],
        "mms_rate": rates.of(offer, "mms"),
        "monthly_rental_rate": amount(&price["monthly"]),
        "number": number,
        "prefix": national.get(..3).unwrap_or(national),
        "prerequisites": null,
        "rate_center": null,
        "region": offer["region"],
        "resource_uri": format!("/v1/Account/{account}/PhoneNumber/{number}/"),
        "restriction": null,
        "restriction_text": null,
        "setup_rate": amount(&price["setup"]),
        "sms_enabled": offer["sms"],
        "sms_rate": rates.of(offer, "sms"),
        "sub_type": kind_word(offer),
        "type": group,
        "voice_enabled": offer["voice"],
        "voice_rate": rates.of(offer, "voice"),
    })
}

/// The offer that a rented number once was, in the form of the contract.
pub fn offer_of(rented: &Value) -> Value {
    let fields = ["number", "country", "calling-code", "kind", "region", "city", "voice", "sms", "mms"];
    fields.into_iter().map(|name| (name.to_owned(), rented[name].clone())).collect::<serde_json::Map<_, _>>().into()
}

/// The day on which rent is due next.
pub fn renewal_date(number: &Value) -> String {
    day(&number["renewal"])
}

fn day(moment: &Value) -> String {
    text::day(moment.as_str().and_then(|moment| moment.parse().ok()).unwrap_or_default())
}

/// Number: a number that is rented.
pub fn rented(number: &Value, account: &str, names: &BTreeMap<String, Value>, rates: &Rates) -> Value {
    let digits = number["number"].as_str().unwrap_or_default();
    let holder = number["holder"].as_str().filter(|holder| Some(*holder) != number["account"].as_str());
    let application = number["app-id"].as_str().map(|app| format!("/v1/Account/{account}/Application/{app}/"));
    json!({
        "active": true,
        "added_on": day(&number["since"]),
        "alias": number["alias"],
        "application": application,
        "carrier": "Plivo",
        "city": filled(&number["city"]),
        "cnam_lookup": null,
        "compliance_application_id": null,
        "compliance_status": null,
        "country": country(number),
        "mms_enabled": number["mms"],
        "mms_rate": rates.of(number, "mms"),
        "monthly_rental_rate": amount(&number["monthly"]),
        "number": digits,
        "number_type": kind_word(number),
        "region": number["region"],
        "renewal_date": renewal_date(number),
        "resource_uri": format!("/v1/Account/{account}/Number/{digits}/"),
        "sms_enabled": number["sms"],
        "sms_rate": rates.of(number, "sms"),
        "sub_account": holder,
        "sub_account_name": holder.and_then(|holder| names.get(holder)),
        "tendlc_campaign_id": null,
        "tendlc_registration_status": null,
        "toll_free_sms_verification": null,
        "voice_enabled": number["voice"],
        "voice_rate": rates.of(number, "voice"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates() -> Rates {
        let row =
            |product: &str, heading: &str, rate: &str| json!({"product": product, "heading": heading, "rate": rate});
        let rows = json!([
            row("voice", "outbound", "0.0085"),
            row("voice", "inbound", "0.0055"),
            row("voice", "inbound-toll-free", "0.018"),
            row("sms", "inbound", "0.0045"),
        ]);
        Rates(BTreeMap::from([("US".to_owned(), rows)]))
    }

    #[test]
    fn an_offer_has_every_documented_key() {
        let offer = json!({"number": "18005550100", "country": "US", "calling-code": "1", "kind": "toll-free", "region": "",
            "city": "", "voice": true, "sms": false, "mms": false});
        let price = json!({"setup": "1000000", "monthly": "2000000", "first-rent": "0"});
        let expected = json!({
            "city": null, "compliance_requirement": null, "country": "United States", "lata": null, "mms_enabled": false,
            "mms_rate": null, "monthly_rental_rate": "2.00000", "number": "18005550100", "prefix": "800",
            "prerequisites": null, "rate_center": null, "region": "",
            "resource_uri": "/v1/Account/MA1/PhoneNumber/18005550100/", "restriction": null, "restriction_text": null,
            "setup_rate": "1.00000", "sms_enabled": false, "sms_rate": null, "sub_type": "tollfree", "type": "tollfree",
            "voice_enabled": true, "voice_rate": "0.01800",
        });
        assert_eq!(offered(&json!({"offer": offer, "price": price}), "MA1", &rates()), expected);
        let unpriced = offered(&json!({"offer": offer, "price": null}), "MA1", &rates());
        assert_eq!((&unpriced["setup_rate"], &unpriced["monthly_rental_rate"]), (&Value::Null, &Value::Null));
    }

    #[test]
    fn a_rented_number_has_every_documented_key() {
        let number = json!({"number": "14155550100", "account": "MA1", "holder": "SA1", "country": "US", "calling-code": "1",
            "kind": "local", "region": "California", "city": "San Francisco", "voice": true, "sms": true, "mms": true,
            "alias": "desk", "app-id": "77", "monthly": "800000", "since": "1772452800000", "renewal": "1775001600000",
            "release-at": null});
        let names = BTreeMap::from([("SA1".to_owned(), json!("sales"))]);
        let expected = json!({
            "active": true, "added_on": "2026-03-02", "alias": "desk", "application": "/v1/Account/MA1/Application/77/",
            "carrier": "Plivo", "city": "San Francisco", "cnam_lookup": null, "compliance_application_id": null,
            "compliance_status": null, "country": "United States", "mms_enabled": true, "mms_rate": null,
            "monthly_rental_rate": "0.80000", "number": "14155550100", "number_type": "local", "region": "California",
            "renewal_date": "2026-04-01", "resource_uri": "/v1/Account/MA1/Number/14155550100/", "sms_enabled": true,
            "sms_rate": "0.00450", "sub_account": "SA1", "sub_account_name": "sales", "tendlc_campaign_id": null,
            "tendlc_registration_status": null, "toll_free_sms_verification": null, "voice_enabled": true,
            "voice_rate": "0.00550",
        });
        assert_eq!(rented(&number, "MA1", &names, &rates()), expected);
    }
}
