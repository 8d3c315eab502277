//! `POST /v1/Usage/Reserve/`, `…/Extend/`, `…/Settle/`, `…/Release/`: reservations of many accounts, by the operator (USE-3, R16).
//!
//! The body is `{"items": […]}`, at most 1000. An item has `auth_id`, `name`, and to reserve or extend `amount` (decimal text) or
//! `product`, `heading`, `number`, `quantity`, then `lasts_ms`, and to reserve `kind` (`call`, which is also what is meant without it, or
//! `message`). With `at_least` less than all will do, down to this: seconds or parts, decimal text where `amount` is; then the answer has
//! `granted` in the same unit and `last`; `source` names the switch or gateway that reserves (USE-10). To settle it has the fields of a usage event besides its name. Answers come in the order
//! of the items.

use super::answer::Failure;
use super::asked::Asked;
use super::route::{Answers, Handler, Method, Route};
use super::takes::{Takes, Who};
use coinbox_host::json as wit;
use coinbox_host::text;
use coinbox_operations::usage_words;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// Most items of one request.
const ITEMS_MAX: usize = 1000;

/// Names of an item that is reserved, extended or released.
const KEYS: [&str; 11] =
    ["auth_id", "name", "kind", "amount", "product", "heading", "number", "quantity", "lasts_ms", "at_least", "source"];

/// What one of these routes does with its items.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Act {
    Reserve,
    Extend,
    Settle,
    Release,
}

impl Act {
    const ALL: [Act; 4] = [Act::Reserve, Act::Extend, Act::Settle, Act::Release];

    /// What the contract calls the items.
    fn batch(self) -> &'static str {
        match self {
            Act::Reserve => "holds",
            Act::Extend => "extensions",
            Act::Settle => "settlements",
            Act::Release => "reservations",
        }
    }
}

const fn row(path: &'static str, function: &'static str, what: &'static str, handler: Handler<Value>) -> Route {
    Route {
        method: Method::Post,
        path,
        name: "reservations",
        who: Who::Operator,
        function: Some(function),
        takes: Takes::Object(&["items"]),
        answers: Answers::Object(handler),
        what,
    }
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    row(
        "/v1/Usage/Reserve/",
        "reservations.reserve",
        "Reserve credit for calls and messages: `items`. With `at_least` less than all will do; the answer has `granted` and `last`. `source` names the switch or gateway that asks",
        |asked| Box::pin(act(asked, Act::Reserve)),
    ),
    row("/v1/Usage/Extend/", "reservations.extend", "Reserve more, all of it or `at_least` so much in all", |asked| {
        Box::pin(act(asked, Act::Extend))
    }),
    row("/v1/Usage/Settle/", "reservations.settle", "Charge what was used", |asked| Box::pin(act(asked, Act::Settle))),
    row("/v1/Usage/Release/", "reservations.release", "Give back", |asked| Box::pin(act(asked, Act::Release))),
];

/// Translates a batch, and its answers back.
async fn act(mut asked: Asked, act: Act) -> Result<Value, Failure> {
    let items = match asked.take("items") {
        Some(Value::Array(items)) => items,
        Some(_) => return Err(Failure::field("items", "wrong-form", "must be a list")),
        None => return Err(Failure::field("items", "missing", "is missing: {\"items\": [...]}")),
    };
    if items.len() > ITEMS_MAX {
        return Err(Failure::field("items", "too-many", "at most 1000 a request"));
    }
    let mut read = Vec::with_capacity(items.len());
    for (place, item) in items.iter().enumerate() {
        let item = read_item(act, item).map_err(|(field, limit)| {
            let dot = if field.is_empty() { "" } else { "." };
            Failure::field(&format!("items[{place}]{dot}{field}"), "wrong-form", limit)
        })?;
        read.push(item);
    }
    let mut arguments = Map::new();
    arguments.insert(act.batch().to_owned(), Value::Array(read));
    let ok = asked.call(Value::Object(arguments), field_name).await?;
    let (answers, transactions) = match &ok {
        Value::Array(answers) => (answers.as_slice(), None),
        other => (other["answers"].as_array().map_or(&[][..], Vec::as_slice), other.get("transactions")),
    };
    let answers: Vec<Value> =
        answers.iter().zip(&items).map(|(answer, item)| show(answer, names_amount(item))).collect();
    let mut shown = json!({"api_id": asked.api_id, "answers": answers});
    if let Some(transactions) = transactions {
        shown["transactions"] = transactions.clone();
    }
    Ok(shown)
}

/// What the client called an argument: `holds[0].price.rated.number` is `items[0].number`.
fn field_name(field: &str) -> String {
    if field == "caller.idempotency-key" {
        return "Idempotency-Key".to_owned();
    }
    let batch = Act::ALL.into_iter().find_map(|act| field.strip_prefix(act.batch()));
    let Some(rest) = batch.filter(|rest| rest.is_empty() || rest.starts_with('[')) else {
        return field.replace('-', "_");
    };
    match rest.split_once('.') {
        None => format!("items{rest}"),
        // What an item has in layers there lies side by side here.
        Some((place, inner)) => {
            format!("items{place}.{}", inner.rsplit('.').next().unwrap_or_default().replace('-', "_"))
        }
    }
}

type Wrong = (Cow<'static, str>, &'static str);

/// One item in the JSON form of the contract, or the field that is wrong and what it must be.
fn read_item(act: Act, item: &Value) -> Result<Value, Wrong> {
    let object = item.as_object().ok_or((Cow::from(""), "must be an object"))?;
    if act == Act::Settle {
        let event = usage_words::read(item).map_err(|wrong| (wrong.field, wrong.limit))?;
        let event = wit::to_value(&event).map_err(|_| (Cow::from(""), "must be a usage event"))?;
        return Ok(json!({"name": text_of(object, "name")?, "event": event}));
    }
    usage_words::check_names(object, &KEYS).map_err(|wrong| (wrong.field, wrong.limit))?;
    let mut read = json!({"auth-id": text_of(object, "auth_id")?, "name": text_of(object, "name")?});
    if act == Act::Release {
        return Ok(read);
    }
    read["price"] = price(object)?;
    let lasts = match object.get("lasts_ms") {
        None | Some(Value::Null) => 0,
        Some(value) => value.as_i64().ok_or((Cow::from("lasts_ms"), "must be a whole number of milliseconds"))?,
    };
    read["lasts-ms"] = lasts.to_string().into();
    if let Some(least) = at_least(object)? {
        read["at-least"] = least.into();
    }
    if act == Act::Reserve {
        let kind = match object.get("kind") {
            None | Some(Value::Null) => "call",
            Some(Value::String(kind)) if kind == "call" || kind == "message" => kind,
            Some(_) => return Err((Cow::from("kind"), "must be call or message")),
        };
        read["kind"] = kind.into();
        match object.get("source") {
            None | Some(Value::Null) => {}
            Some(Value::String(source)) => read["source"] = source.as_str().into(),
            Some(_) => return Err((Cow::from("source"), "must be text")),
        }
    }
    Ok(read)
}

fn price(object: &Map<String, Value>) -> Result<Value, Wrong> {
    match object.get("amount") {
        Some(Value::String(amount)) => {
            let micros =
                text::micros(amount).map_err(|_| (Cow::from("amount"), "must be an amount such as \"0.60\""))?;
            return Ok(json!({"fixed": {"amount": micros.to_string()}}));
        }
        None | Some(Value::Null) => {}
        Some(_) => return Err((Cow::from("amount"), "must be text such as \"0.60\"")),
    }
    let product = text_of(object, "product")?;
    let heading = text_of(object, "heading")?;
    let quantity = object.get("quantity").and_then(Value::as_u64).and_then(|quantity| u32::try_from(quantity).ok());
    let quantity = quantity.ok_or((Cow::from("quantity"), usage_words::QUANTITY))?;
    Ok(
        json!({"rated": {"product": product, "heading": heading, "number": text_of(object, "number")?, "quantity": quantity}}),
    )
}

/// Whether an item names an amount, no measure.
fn names_amount(item: &Value) -> bool {
    item.get("amount").is_some_and(|amount| !amount.is_null())
}

/// The least that will do, in the unit of the price.
fn at_least(object: &Map<String, Value>) -> Result<Option<String>, Wrong> {
    let in_amounts = object.get("amount").is_some_and(|amount| !amount.is_null());
    match object.get("at_least") {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(least)) if in_amounts => match text::micros(least) {
            Ok(micros) if micros >= 0 => Ok(Some(micros.to_string())),
            _ => Err((Cow::from("at_least"), "must be an amount such as \"0.60\"")),
        },
        Some(_) if in_amounts => Err((Cow::from("at_least"), "must be text such as \"0.60\"")),
        Some(least) => match least.as_u64() {
            Some(least) => Ok(Some(least.to_string())),
            None => Err((Cow::from("at_least"), "must be a whole number in the unit of the product")),
        },
    }
}

fn text_of(object: &Map<String, Value>, field: &'static str) -> Result<String, Wrong> {
    match object.get(field) {
        Some(Value::String(text)) => Ok(text.clone()),
        None | Some(Value::Null) => Err((field.into(), "is missing")),
        Some(_) => Err((field.into(), "must be text")),
    }
}

/// One answer on the wire: its case is the `status`, amounts are decimal text, moments RFC 3339. `in_amounts`: the item names an amount, no
/// measure.
fn show(answer: &Value, in_amounts: bool) -> Value {
    let (status, payload) = match answer {
        Value::String(word) => (word.as_str(), &Value::Null),
        Value::Object(case) => {
            case.iter().next().map_or(("", &Value::Null), |(name, payload)| (name.as_str(), payload))
        }
        _ => ("", &Value::Null),
    };
    let mut shown = Map::new();
    shown.insert("status".to_owned(), status.into());
    match (status, payload) {
        ("reserved" | "settled", Value::Object(fields)) => {
            for (name, value) in fields {
                shown.insert(name.replace('-', "_"), show_field(name, value));
            }
        }
        ("granted", Value::Object(fields)) => {
            for (name, value) in fields["reservation"].as_object().into_iter().flatten() {
                shown.insert(name.replace('-', "_"), show_field(name, value));
            }
            let granted = &fields["granted"];
            let units = granted.as_str().and_then(|units| units.parse::<u64>().ok());
            let granted = if in_amounts { show_field("amount", granted) } else { units.into() };
            shown.insert("granted".to_owned(), granted);
            shown.insert("last".to_owned(), fields["last"].clone());
        }
        ("ending", payload) => {
            shown.extend(reason(&payload["why"]));
            shown.insert("ends".to_owned(), show_field("ends", &payload["ends"]));
        }
        ("refused", payload) => shown.extend(reason(payload)),
        ("released", payload) => {
            shown.insert("amount".to_owned(), show_field("amount", payload));
        }
        ("rejected", payload) => {
            shown.insert("reason".to_owned(), payload.clone());
        }
        _ => {}
    }
    Value::Object(shown)
}

fn show_field(name: &str, value: &Value) -> Value {
    let Some(number) = value.as_str().and_then(|text| text.parse::<i64>().ok()) else { return value.clone() };
    match name {
        "amount" | "released" => text::amount_on_wire(number).into(),
        "begun" | "until" | "expires" | "ends" => text::moment(number).into(),
        _ => value.clone(),
    }
}

/// Why something was refused: the word, and what is missing or wrong.
fn reason(refusal: &Value) -> Map<String, Value> {
    let mut shown = Map::new();
    let (word, payload) = match refusal {
        Value::Object(case) => {
            case.iter().next().map_or(("", &Value::Null), |(name, payload)| (name.as_str(), payload))
        }
        other => (other.as_str().unwrap_or_default(), &Value::Null),
    };
    shown.insert("reason".to_owned(), word.into());
    match (word, payload) {
        ("out-of-credit", payload) => {
            shown.insert("missing".to_owned(), show_field("amount", payload));
        }
        (_, Value::Null) => {}
        ("invalid", Value::Array(problems)) => {
            let renamed = problems.iter().map(|problem| {
                let mut renamed = problem.clone();
                renamed["field"] = field_name(problem["field"].as_str().unwrap_or_default()).into();
                renamed
            });
            shown.insert("detail".to_owned(), Value::Array(renamed.collect()));
        }
        (_, payload) => {
            shown.insert("detail".to_owned(), payload.clone());
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_take_the_form_of_the_contract() {
        let item = json!({"auth_id": "MA1", "name": "c-1", "amount": "0.60", "lasts_ms": 60000});
        let read = read_item(Act::Reserve, &item).expect("readable");
        assert_eq!(
            read,
            json!({"auth-id": "MA1", "name": "c-1", "kind": "call", "price": {"fixed": {"amount": "600000"}}, "lasts-ms": "60000"})
        );
        let item = json!({"auth_id": "MA1", "name": "c-1", "product": "voice", "heading": "outbound", "number": "1555", "quantity": 60});
        let read = read_item(Act::Extend, &item).expect("readable");
        let measure = json!({"product": "voice", "heading": "outbound", "number": "1555", "quantity": 60});
        assert_eq!(read, json!({"auth-id": "MA1", "name": "c-1", "price": {"rated": measure}, "lasts-ms": "0"}));
        let item = json!({"auth_id": "MA1", "name": "c-1", "amount": "0.60", "source": "sip-1"});
        assert_eq!(read_item(Act::Reserve, &item).expect("readable")["source"], "sip-1");
        let item = json!({"auth_id": "MA1", "name": "c-1", "amount": "0.60", "at_least": "0.01"});
        assert_eq!(read_item(Act::Extend, &item).expect("readable")["at-least"], "10000");
        let item = json!({"auth_id": "MA1", "name": "c-1", "product": "voice", "heading": "outbound", "number": "1555", "quantity": 60,
            "at_least": 1});
        assert_eq!(read_item(Act::Reserve, &item).expect("readable")["at-least"], "1");
        let item = json!({"auth_id": "MA1", "name": "c-1", "id": "e", "product": "sms", "heading": "inbound", "number": "1555",
            "quantity": 1, "at": 5});
        let read = read_item(Act::Settle, &item).expect("readable");
        assert_eq!(read["name"], "c-1");
        assert_eq!(read["event"]["at"], "5");
    }

    #[test]
    fn the_wrong_field_is_named() {
        for (item, field) in [
            (json!(1), ""),
            (json!({"name": "c-1"}), "auth_id"),
            (json!({"auth_id": "MA1", "name": 1}), "name"),
            (json!({"auth_id": "MA1", "name": "c", "amount": 1}), "amount"),
            (json!({"auth_id": "MA1", "name": "c", "amount": "1,5"}), "amount"),
            (json!({"auth_id": "MA1", "name": "c", "product": 7}), "product"),
            (json!({"auth_id": "MA1", "name": "c", "amount": "1", "lasts_ms": "60"}), "lasts_ms"),
            (json!({"auth_id": "MA1", "name": "c", "amount": "1", "kind": "fax"}), "kind"),
            (json!({"auth_id": "MA1", "name": "c", "amount": "1", "source": 1}), "source"),
            (json!({"auth_id": "MA1", "name": "c", "amount": "1", "at_least": 1}), "at_least"),
            (json!({"auth_id": "MA1", "name": "c", "amount": "1", "at_least": "-1"}), "at_least"),
            (
                json!({"auth_id": "MA1", "name": "c", "product": "voice", "heading": "outbound", "number": "1555", "quantity": 60,
                    "at_least": "1"}),
                "at_least",
            ),
        ] {
            assert_eq!(read_item(Act::Reserve, &item).expect_err("wrong").0, field, "{item}");
        }
    }

    #[test]
    fn fields_have_the_names_that_the_client_sent() {
        for (field, sent) in [
            ("holds", "items"),
            ("holds[0].name", "items[0].name"),
            ("holds[12].price.fixed.amount", "items[12].amount"),
            ("extensions[0].price.rated.number", "items[0].number"),
            ("extensions[1].lasts-ms", "items[1].lasts_ms"),
            ("holds[1].at-least", "items[1].at_least"),
            ("settlements[3].event.auth-id", "items[3].auth_id"),
            ("reservations[0].name", "items[0].name"),
            ("caller.idempotency-key", "Idempotency-Key"),
        ] {
            assert_eq!(field_name(field), sent);
        }
        let refused = json!({"refused": {"invalid": [{"field": "holds[0].price.rated.number", "rule": "unknown-value", "limit": "x"}]}});
        assert_eq!(
            show(&refused, false)["detail"],
            json!([{"field": "items[0].number", "rule": "unknown-value", "limit": "x"}])
        );
    }

    #[test]
    fn answers_are_told_in_the_way_of_the_wire() {
        let ending = json!({"ending": {"why": {"out-of-credit": "500000"}, "ends": "0"}});
        let told = json!({"status": "ending", "reason": "out-of-credit", "missing": "0.50000", "ends": "1970-01-01T00:00:00Z"});
        assert_eq!(show(&ending, false), told);
        assert_eq!(show(&json!("unknown"), false), json!({"status": "unknown"}));
        assert_eq!(show(&json!({"refused": "disabled"}), false), json!({"status": "refused", "reason": "disabled"}));
        let settled = json!({"settled": {"amount": "600000", "released": "0", "was": "expired"}});
        let told = json!({"status": "settled", "amount": "0.60000", "released": "0.00000", "was": "expired"});
        assert_eq!(show(&settled, false), told);
        let reservation = json!({"auth-id": "MA1", "name": "c", "kind": "call", "amount": "2000000", "begun": "0", "until": "2000",
            "expires": "3602000", "ends": null});
        let granted = json!({"granted": {"reservation": reservation, "granted": "2", "last": true}});
        let told = json!({"status": "granted", "auth_id": "MA1", "name": "c", "kind": "call", "amount": "2.00000",
            "begun": "1970-01-01T00:00:00Z", "until": "1970-01-01T00:00:02Z", "expires": "1970-01-01T01:00:02Z", "ends": null,
            "granted": 2, "last": true});
        assert_eq!(show(&granted, false), told);
        let granted = json!({"granted": {"reservation": {}, "granted": "2500000", "last": false}});
        assert_eq!(show(&granted, true), json!({"status": "granted", "granted": "2.50000", "last": false}));
    }
}
