//! Usage events on the wire: from JSON to the contract's, one by one, and back to answers (USE-1, USE-6).

use coinbox_forms::code::is_code;
use coinbox_host::contract::exported::usage::{EventAnswer, Rejection, UsageEvent};
use coinbox_host::json::strict::Repeated;
use coinbox_host::text;
use serde_json::{Map, Value, json};
use std::borrow::Cow;

/// An event that has no form in the contract: what is wrong with which field. It cannot be kept, so its sender is told exactly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Unreadable {
    /// Field, such as `quantity`; empty: the event as a whole.
    pub field: Cow<'static, str>,
    /// What was expected.
    pub limit: &'static str,
}

impl Unreadable {
    /// What is wrong with a field of the contract's.
    pub const fn of(field: &'static str, limit: &'static str) -> Unreadable {
        Unreadable { field: Cow::Borrowed(field), limit }
    }
}

const TEXT: &str = "must be text";
/// What product and heading must be.
const CODE: &str = "must be 2 to 30 lower-case letters, digits and hyphens, a letter first";
/// What a quantity must be.
pub const QUANTITY: &str = "must be a whole number from 0 to 1000000 (of bytes to 4294967295)";
/// What a moment must be.
pub const MOMENT: &str = "must be RFC 3339 such as 2026-01-31T12:00:00Z, or milliseconds since 1970";

/// A code of a product or heading. Which codes there are, the rules know.
pub fn code(field: &'static str, text: String) -> Result<String, Unreadable> {
    if is_code(&text) { Ok(text) } else { Err(Unreadable::of(field, CODE)) }
}

/// The event of one JSON value: `{id, auth_id, product, heading, number, quantity, at}`. Keys beyond these mean nothing, and those that
/// would mean something are refused ([`beside`]).
pub fn read(value: &Value) -> Result<UsageEvent, Unreadable> {
    let Some(object) = value.as_object() else { return Err(Unreadable::of("", "must be an object")) };
    check_names(object, &KEYS)?;
    let wrong = Unreadable::of;
    let text = |field: &'static str| match object.get(field) {
        Some(Value::String(text)) => Ok(text.clone()),
        None | Some(Value::Null) => Err(wrong(field, "is missing")),
        Some(_) => Err(wrong(field, TEXT)),
    };
    let quantity = match object.get("quantity") {
        None | Some(Value::Null) => return Err(wrong("quantity", "is missing")),
        Some(value) => {
            value.as_u64().and_then(|number| u32::try_from(number).ok()).ok_or(wrong("quantity", QUANTITY))?
        }
    };
    let at = match object.get("at") {
        None | Some(Value::Null) => return Err(wrong("at", "is missing")),
        Some(Value::Number(number)) => number.as_i64().ok_or(wrong("at", MOMENT))?,
        Some(Value::String(text)) => text::moment_ms(text).map_err(|_| wrong("at", MOMENT))?,
        Some(_) => return Err(wrong("at", MOMENT)),
    };
    Ok(UsageEvent {
        id: text("id")?,
        auth_id: text("auth_id")?,
        product: code("product", text("product")?)?,
        heading: code("heading", text("heading")?)?,
        number: text("number")?,
        quantity,
        at,
    })
}

/// Keys of an event.
pub const KEYS: [&str; 7] = ["id", "auth_id", "product", "heading", "number", "quantity", "at"];

/// An event in which a key stands twice: which of the two is meant is not known.
pub fn repeated(repeated: &Repeated) -> Unreadable {
    match KEYS.into_iter().find(|key| *key == repeated.key) {
        Some(field) => Unreadable::of(field, "stands there twice"),
        None => Unreadable::of("", "must name each key once"),
    }
}

/// What is said of a name that looks like one that is read.
const LOOKS_KNOWN: &str = "is not read, but looks like a name that is: write it as that, or leave it out";
/// What is said of a name that says how a quantity is meant.
const CHANGES_MEANING: &str = "is not read, and would change what was used: quantities are in the unit of the product, and what they cost is in the price book";

/// Words of a name that say how much was used, in what, or what it costs.
const MEANING: [&str; 39] = [
    "amount",
    "billable",
    "billed",
    "charge",
    "charged",
    "cost",
    "count",
    "currency",
    "duration",
    "eur",
    "fee",
    "gbp",
    "hour",
    "hours",
    "increment",
    "increments",
    "length",
    "min",
    "mins",
    "minute",
    "minutes",
    "ms",
    "part",
    "parts",
    "pulse",
    "qty",
    "quantity",
    "rate",
    "sec",
    "second",
    "seconds",
    "secs",
    "segment",
    "segments",
    "tax",
    "timezone",
    "unit",
    "units",
    "usd",
];
/// The same where words are written as one, such as `billsec` or `callduration`.
const STEMS: [&str; 10] =
    ["amount", "billsec", "currenc", "duration", "millis", "minute", "price", "quantit", "seconds", "timezone"];

/// Why a name beside the known ones is refused; none: it means nothing, as what other systems write down of an event.
///
/// One rule for events in REST, in JSON and in CSV: refused is what could be one of the known names, in other letters or counted
/// (`Quantity`, `authId`, `quantity_2`), and what says how a quantity is meant or what it costs (`unit`, `currency`, `billed_seconds`).
pub fn beside(name: &str, known: &[&str]) -> Option<&'static str> {
    let bare = |text: &str| text.chars().filter(|one| one.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    let bared: String = bare(name);
    let uncounted = bared.trim_end_matches(char::is_numeric);
    if known.iter().any(|known| bare(known) == uncounted) {
        return Some(LOOKS_KNOWN);
    }
    let means = |word: &str| MEANING.contains(&word);
    (words(name).iter().any(|word| means(word)) || STEMS.iter().any(|stem| bared.contains(stem)))
        .then_some(CHANGES_MEANING)
}

/// The words of a name in small letters: `billedSeconds`, `billed_seconds` and `Billed Seconds` have the same.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut small_before = false;
    for letter in name.chars() {
        if !letter.is_alphabetic() || (letter.is_uppercase() && small_before) {
            words.push(String::new());
        }
        small_before = letter.is_lowercase();
        if letter.is_alphabetic()
            && let Some(last) = words.last_mut()
        {
            last.extend(letter.to_lowercase());
        }
    }
    words
}

/// Refuses names beside the known ones that would mean something.
pub fn check_names(object: &Map<String, Value>, known: &[&'static str]) -> Result<(), Unreadable> {
    for name in object.keys() {
        if !known.contains(&name.as_str())
            && let Some(limit) = beside(name, known)
        {
            return Err(Unreadable { field: text::shortened(name).into(), limit });
        }
    }
    Ok(())
}

/// The word of a rejection.
pub fn rejection_word(rejection: Rejection) -> &'static str {
    match rejection {
        Rejection::Malformed => "malformed",
        Rejection::UnknownAccount => "unknown-account",
        Rejection::AccountClosed => "account-closed",
        Rejection::TooOld => "too-old",
        Rejection::InFuture => "in-future",
        Rejection::UnknownProduct => "unknown-product",
        Rejection::NoPrice => "no-price",
        Rejection::Conflict => "conflict",
    }
}

/// One event as JSON, in the form that [`read`] takes.
pub fn write(event: &UsageEvent) -> Value {
    json!({
        "id": event.id,
        "auth_id": event.auth_id,
        "product": event.product,
        "heading": event.heading,
        "number": event.number,
        "quantity": event.quantity,
        "at": event.at,
    })
}

/// What became of one event.
pub fn answer(id: Option<&str>, answer: &Result<EventAnswer, Unreadable>) -> Value {
    let mut shown = match answer {
        Ok(EventAnswer::Rated(amount)) => json!({"status": "rated", "amount": text::amount_on_wire(*amount)}),
        Ok(EventAnswer::Duplicate) => json!({"status": "duplicate"}),
        Ok(EventAnswer::Conflicting) => json!({"status": "conflicting"}),
        Ok(EventAnswer::Rejected(reason)) => json!({"status": "rejected", "reason": rejection_word(*reason)}),
        Err(wrong) => json!({"status": "unreadable", "field": *wrong.field, "limit": wrong.limit}),
    };
    if let Some(id) = id {
        shown["id"] = Value::from(id);
    }
    shown
}

/// How many events met which fate, and what the rated ones cost.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Counts {
    /// Rated and debited.
    pub rated: u64,
    /// Counted before.
    pub duplicate: u64,
    /// Counted before with other content.
    pub conflicting: u64,
    /// Kept on the list of rejected events.
    pub rejected: u64,
    /// Not even that.
    pub unreadable: u64,
    /// Micros of the rated ones.
    pub amount: i64,
}

impl Counts {
    /// Counts one more.
    pub fn add(&mut self, answer: &Result<EventAnswer, Unreadable>) {
        match answer {
            Ok(EventAnswer::Rated(amount)) => {
                self.rated += 1;
                self.amount = self.amount.saturating_add(*amount);
            }
            Ok(EventAnswer::Duplicate) => self.duplicate += 1,
            Ok(EventAnswer::Conflicting) => self.conflicting += 1,
            Ok(EventAnswer::Rejected(_)) => self.rejected += 1,
            Err(_) => self.unreadable += 1,
        }
    }

    /// By name, without the amount.
    pub fn by_name(&self) -> [(&'static str, u64); 5] {
        [
            ("rated", self.rated),
            ("duplicate", self.duplicate),
            ("conflicting", self.conflicting),
            ("rejected", self.rejected),
            ("unreadable", self.unreadable),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Value {
        json!({"id": "e-1", "auth_id": "MA1", "product": "voice", "heading": "outbound", "number": "4930123",
            "quantity": 61, "at": 1_767_225_600_000_i64})
    }

    #[test]
    fn events_are_read_in_both_forms_of_their_moment() {
        let event = read(&good()).expect("good");
        assert_eq!((event.quantity, event.at, event.product.as_str()), (61, 1_767_225_600_000, "voice"));
        let mut other = good();
        other["at"] = json!("2026-01-01T00:00:00Z");
        assert_eq!(read(&other), Ok(event.clone()));
        other["at"] = json!("1767225600000");
        other["more"] = json!([1]);
        assert_eq!(read(&other), Ok(event.clone()));
        assert_eq!(write(&event), good());
    }

    #[test]
    fn what_has_no_form_is_told_by_field_and_limit() {
        for (field, value, limit) in [
            ("quantity", json!(-1), QUANTITY),
            ("quantity", json!(1.5), QUANTITY),
            ("quantity", json!("61"), QUANTITY),
            ("quantity", json!(4_294_967_296_u64), QUANTITY),
            ("number", json!(4930123), TEXT),
            ("number", json!(null), "is missing"),
            ("id", json!(7), TEXT),
            ("product", json!(7), TEXT),
            ("product", json!("No such product"), CODE),
            ("heading", json!("Out"), CODE),
            ("heading", json!(null), "is missing"),
            ("at", json!("yesterday"), MOMENT),
            ("at", json!(1.5), MOMENT),
            ("at", json!(true), MOMENT),
        ] {
            let mut event = good();
            event[field] = value.clone();
            assert_eq!(read(&event), Err(Unreadable::of(field, limit)), "{field} {value}");
        }
        assert_eq!(read(&json!("e-1")), Err(Unreadable::of("", "must be an object")));
        // What the contract can express is left to the rules, which keep what they reject.
        let mut event = good();
        event["number"] = json!("no digits");
        event["product"] = json!("no-such-product");
        event["quantity"] = json!(4_000_000_000_u32);
        assert!(read(&event).is_ok());
    }

    #[test]
    fn answers_count() {
        let mut counts = Counts::default();
        let wrong = Unreadable::of("at", MOMENT);
        for answer in [
            Ok(EventAnswer::Rated(12_340)),
            Ok(EventAnswer::Rated(10)),
            Ok(EventAnswer::Duplicate),
            Ok(EventAnswer::Conflicting),
            Ok(EventAnswer::Rejected(Rejection::NoPrice)),
            Err(wrong.clone()),
        ] {
            counts.add(&answer);
        }
        let expected = Counts { rated: 2, duplicate: 1, conflicting: 1, rejected: 1, unreadable: 1, amount: 12_350 };
        assert_eq!(counts, expected);
        assert_eq!(
            answer(Some("e"), &Ok(EventAnswer::Rated(12_340))),
            json!({"status": "rated", "amount": "0.01234", "id": "e"})
        );
        assert_eq!(answer(None, &Err(wrong)), json!({"status": "unreadable", "field": "at", "limit": MOMENT}));
    }
}
