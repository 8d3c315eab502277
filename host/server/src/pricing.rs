//! `/v1/Account/{auth_id}/Pricing/`: the prices of one country as the account has them (USE-5, rest-wire §4.4).

use super::answer::Failure;
use super::asked::Asked;
use super::route::{Answers, Method, Route};
use super::takes::{Takes, Who};
use coinbox_host::countries;
use serde_json::{Map, Value, json};

/// Types of numbers: the word of the wire and that of the contract.
const NUMBER_TYPES: [(&str, &str); 4] =
    [("local", "local"), ("national", "national"), ("mobile", "mobile"), ("tollfree", "toll-free")];

/// Products of calls and messages, which have keys of their own.
const BUILT_IN: [&str; 3] = ["voice", "sms", "mms"];

pub(crate) const ROUTES: &[Route] = &[Route {
    method: Method::Get,
    path: "/v1/Account/{auth_id}/Pricing/",
    name: "pricing",
    who: Who::AccountOrSub,
    function: Some("pricing.by-country"),
    takes: Takes::Parameters(&["country_iso"]),
    answers: Answers::Object(|asked| Box::pin(get(asked))),
    what: "Prices of one country: `country_iso`",
}];

/// All prices of `country_iso`.
async fn get(asked: Asked) -> Result<Value, Failure> {
    let country = asked
        .filled("country_iso")?
        .ok_or_else(|| Failure::field("country_iso", "missing", "is missing: a country such as US"))?;
    let prices = asked.call(json!({"auth-id": asked.account(), "country": country}), field_name).await?;
    Ok(object(&prices, &asked.api_id))
}

fn field_name(field: &str) -> String {
    if field == "country" { "country_iso".to_owned() } else { field.replace('-', "_") }
}

/// The Pricing object with every documented key, null where there is no price (T13), and `products` where the country has prices of the operator's
/// own products.
fn object(prices: &Value, api_id: &str) -> Value {
    let mut object = documented(prices, api_id);
    let products = own_products(prices);
    if !products.is_empty() {
        object["products"] = products.into();
    }
    object
}

/// The operator's own products with each of their headings: the rate of the shortest prefix, and all rates with their prefixes.
fn own_products(prices: &Value) -> Vec<Value> {
    let standard = prices["standard"].as_array().into_iter().flatten();
    standard
        .filter(|row| !BUILT_IN.iter().any(|product| row["product"] == *product))
        .map(|row| {
            let (product, heading) = (&row["product"], &row["heading"]);
            let rates = rates(prices, product.as_str().unwrap_or_default(), heading.as_str().unwrap_or_default());
            let rates: Vec<Value> =
                rates.into_iter().map(|(rate, prefixes)| json!({"prefix": prefixes, "rate": rate})).collect();
            json!({"product": product, "heading": heading, "rate": rate(&row["rate"]), "rates": rates})
        })
        .collect()
}

fn documented(prices: &Value, api_id: &str) -> Value {
    let country = prices["country"].as_str().unwrap_or_default();
    let standard = |product: &str, heading: &str| {
        let rows = prices["standard"].as_array().into_iter().flatten();
        let row = rows.into_iter().find(|row| row["product"] == product && row["heading"] == heading);
        json!({"rate": row.map_or(Value::Null, |row| rate(&row["rate"]))})
    };
    let numbers: Map<String, Value> =
        NUMBER_TYPES.iter().map(|(wire, kind)| ((*wire).to_owned(), number_prices(prices, kind))).collect();
    json!({
        "api_id": api_id,
        "country": countries::name_of(country),
        "country_code": prices["calling-code"],
        "country_iso": country,
        "message": {
            "inbound": standard("sms", "inbound"),
            "outbound": standard("sms", "outbound"),
            "outbound_networks_list": networks(prices),
        },
        "mms": {"inbound": standard("mms", "inbound"), "outbound": standard("mms", "outbound")},
        "surcharges": surcharges(prices),
        "tiers": tiers(prices),
        "phone_numbers": numbers,
        "voice": {
            "inbound": {
                "ip": standard("voice", "inbound-ip"),
                "local": standard("voice", "inbound"),
                "tollfree": standard("voice", "inbound-toll-free"),
            },
            "outbound": {
                "ip": standard("voice", "outbound-ip"),
                "local": standard("voice", "outbound"),
                "tollfree": standard("voice", "outbound-toll-free"),
                "rates": voice_rates(prices),
            },
        },
    })
}

fn rows<'a>(prices: &'a Value, product: &'a str, heading: &'a str) -> impl Iterator<Item = &'a Value> {
    let rows = prices["rows"].as_array().into_iter().flatten();
    rows.filter(move |row| row["product"] == product && row["heading"] == heading)
}

/// What may ride on use of the country (USE-8), the account's own first.
fn surcharges(prices: &Value) -> Vec<Value> {
    let rows = prices["surcharges"].as_array().into_iter().flatten();
    rows.map(|row| {
        json!({"code": row["code"], "words": row["words"], "product": row["product"], "heading": row["heading"],
            "country_iso": row["country"], "prefix": row["prefix"], "group_name": row["group"], "per": row["basis"],
            "rate": rate(&row["rate"])})
    })
    .collect()
}

/// From which quantity of a calendar month on which rate holds (USE-9).
fn tiers(prices: &Value) -> Vec<Value> {
    let tables = prices["tiers"].as_array().into_iter().flatten();
    tables
        .map(|table| {
            let steps = table["steps"].as_array().into_iter().flatten();
            let steps: Vec<Value> =
                steps.map(|step| json!({"above": step["above"], "rate": rate(&step["rate"])})).collect();
            json!({"product": table["product"], "heading": table["heading"], "prefix": table["prefix"], "mode": table["mode"],
                "steps": steps})
        })
        .collect()
}

/// Networks that messages go to, each name and rate once, in the order of their prefixes. Rows without a name are the rest.
fn networks(prices: &Value) -> Vec<Value> {
    let mut listed: Vec<Value> = Vec::new();
    for row in rows(prices, "sms", "outbound") {
        let name = row["group"].as_str().unwrap_or("Default");
        let network = json!({"group_name": name, "rate": rate(&row["rate"])});
        if !listed.contains(&network) {
            listed.push(network);
        }
    }
    listed
}

/// Prefixes by rate, in the order of the first prefix of each: each rate once.
fn rates(prices: &Value, product: &str, heading: &str) -> Vec<(Value, Vec<Value>)> {
    let mut listed: Vec<(Value, Vec<Value>)> = Vec::new();
    for row in rows(prices, product, heading) {
        let rate = rate(&row["rate"]);
        match listed.iter_mut().find(|(known, _)| *known == rate) {
            Some((_, prefixes)) => prefixes.push(row["prefix"].clone()),
            None => listed.push((rate, vec![row["prefix"].clone()])),
        }
    }
    listed
}

/// Prefixes of calls by rate.
fn voice_rates(prices: &Value) -> Vec<Value> {
    rates(prices, "voice", "outbound")
        .into_iter()
        .map(|(rate, prefixes)| json!({"prefix": prefixes, "origination_prefix": [""], "rate": rate}))
        .collect()
}

/// Rent and set-up fee of a type of numbers, with what numbers of the country have prices for.
fn number_prices(prices: &Value, kind: &str) -> Value {
    let numbers = prices["numbers"].as_array().into_iter().flatten();
    let Some(price) = numbers.into_iter().find(|number| number["kind"] == kind) else {
        return json!({"rate": null, "rates": []});
    };
    let can =
        |product: &&str| prices["standard"].as_array().into_iter().flatten().any(|row| row["product"] == **product);
    let capabilities: Vec<&str> = BUILT_IN.into_iter().filter(can).collect();
    let monthly = rate(&price["monthly"]);
    json!({
        "rate": monthly,
        "rates": [{"capabilities": capabilities, "rental_rate": monthly, "setup_rate": rate(&price["setup"])}],
    })
}

/// A rate with at least five decimals: the wire's form, and never rounded.
pub(super) fn rate(text: &Value) -> Value {
    let text = text.as_str().unwrap_or_default();
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    Value::from(format!("{whole}.{fraction:0<5}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(product: &str, heading: &str, prefix: &str, rate: &str, group: Option<&str>) -> Value {
        json!({"product": product, "heading": heading, "country": "US", "prefix": prefix, "rate": rate,
            "first-increment": 0, "next-increment": 0, "group": group})
    }

    #[test]
    fn rates_have_five_decimals_or_more() {
        for (text, expected) in
            [("0", "0.00000"), ("0.0085", "0.00850"), ("12.5", "12.50000"), ("0.0000001", "0.0000001")]
        {
            assert_eq!(rate(&json!(text)), expected);
        }
    }

    #[test]
    fn the_object_has_every_documented_key() {
        let standard = [row("voice", "outbound", "1", "0.0085", None), row("sms", "outbound", "1", "0.0055", None)];
        let prices = json!({
            "country": "US", "calling-code": 1, "standard": standard, "more": false, "seat": null,
            "rows": [
                row("voice", "outbound", "1", "0.0085", None),
                row("voice", "outbound", "1900", "2.5", Some("Premium")),
                row("voice", "outbound", "1976", "2.5", Some("Premium")),
                row("sms", "outbound", "1", "0.0055", None),
                row("sms", "outbound", "1201", "0.006", Some("North")),
                row("sms", "outbound", "1202", "0.006", Some("North")),
            ],
            "numbers": [{"country": "US", "kind": "local", "setup": "0.00", "monthly": "0.80"}],
            "surcharges": [{"code": "carrier-fee", "words": "Carrier fee", "product": "sms", "heading": null, "country": "US",
                "prefix": null, "group": "North", "basis": "unit", "rate": "0.003"}],
            "tiers": [{"product": "sms", "heading": "outbound", "prefix": "1", "mode": "volume",
                "steps": [{"above": "1000", "rate": "0.005"}]}],
        });
        let none = json!({"rate": null});
        let expected = json!({
            "api_id": "x", "country": "United States", "country_code": 1, "country_iso": "US",
            "message": {
                "inbound": none, "outbound": {"rate": "0.00550"},
                "outbound_networks_list": [
                    {"group_name": "Default", "rate": "0.00550"}, {"group_name": "North", "rate": "0.00600"},
                ],
            },
            "mms": {"inbound": none, "outbound": none},
            "surcharges": [{"code": "carrier-fee", "words": "Carrier fee", "product": "sms", "heading": null,
                "country_iso": "US", "prefix": null, "group_name": "North", "per": "unit", "rate": "0.00300"}],
            "tiers": [{"product": "sms", "heading": "outbound", "prefix": "1", "mode": "volume",
                "steps": [{"above": "1000", "rate": "0.00500"}]}],
            "phone_numbers": {
                "local": {"rate": "0.80000", "rates": [
                    {"capabilities": ["voice", "sms"], "rental_rate": "0.80000", "setup_rate": "0.00000"},
                ]},
                "national": {"rate": null, "rates": []}, "mobile": {"rate": null, "rates": []},
                "tollfree": {"rate": null, "rates": []},
            },
            "voice": {
                "inbound": {"ip": none, "local": none, "tollfree": none},
                "outbound": {
                    "ip": none, "local": {"rate": "0.00850"}, "tollfree": none,
                    "rates": [
                        {"prefix": ["1"], "origination_prefix": [""], "rate": "0.00850"},
                        {"prefix": ["1900", "1976"], "origination_prefix": [""], "rate": "2.50000"},
                    ],
                },
            },
        });
        assert_eq!(object(&prices, "x"), expected);
    }

    #[test]
    fn products_of_the_operators_own_are_listed_with_their_rates() {
        let prices = json!({
            "country": "US", "calling-code": 1, "more": false, "seat": null, "numbers": [],
            "standard": [row("sms", "outbound", "1", "0.0055", None), row("lookup", "request", "1", "0.004", None)],
            "rows": [
                row("sms", "outbound", "1", "0.0055", None),
                row("lookup", "request", "1", "0.004", None),
                row("lookup", "request", "1201", "0.006", None),
                row("lookup", "request", "1202", "0.006", None),
            ],
        });
        let expected = json!([{"product": "lookup", "heading": "request", "rate": "0.00400", "rates": [
            {"prefix": ["1"], "rate": "0.00400"}, {"prefix": ["1201", "1202"], "rate": "0.00600"},
        ]}]);
        assert_eq!(object(&prices, "x")["products"], expected);
    }
}
