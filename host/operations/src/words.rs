//! What values and refusals of the contract are called, to people and on the wire.

use crate::bounds::{self, Reader};
use coinbox_host::contract::types::{FieldProblem, FieldRule, Problem, Refusal, Suspension};
use coinbox_host::text;
use serde_json::Value;

/// Text of a field: `""` where it is absent or null, JSON where it is no text.
pub fn field(value: &Value, name: &str) -> String {
    plain(&value[name])
}

/// `1 charge`, `2 charges`: a word whose plural takes an s.
pub fn counted(count: u64, word: &str) -> String {
    format!("{count} {word}{}", if count == 1 { "" } else { "s" })
}

/// Cases of the contract whose payload is an amount.
const AMOUNT_CASES: [&str; 3] = ["more-than-invoice", "out-of-credit", "owes"];

/// What a payload says: where it is a record of one value, that value.
pub fn only(payload: &Value) -> &Value {
    let values = payload.as_object().filter(|record| record.len() == 1).and_then(|record| record.values().next());
    values.filter(|value| value.is_string() || value.is_number()).unwrap_or(payload)
}

/// The payload of a case as people write it.
pub fn payload(case: &str, payload: &Value) -> String {
    match payload {
        payload if case == "already-begun" => moment(payload),
        payload if is_amount_case(case) => amount(payload),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        payload => plain(payload),
    }
}

/// Whether a case of the contract has an amount with it.
pub fn is_amount_case(case: &str) -> bool {
    AMOUNT_CASES.contains(&case)
}

/// A value as people write it: an enum or a variant by its name, with its payload behind.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(object) if object.len() == 1 => {
            let (name, value) = object.iter().next().expect("one key");
            format!("{name}: {}", payload(name, value)).trim_end_matches(": ").to_owned()
        }
        other => other.to_string(),
    }
}

/// The number of a 64-bit field.
pub fn wide(value: &Value) -> i64 {
    value.as_str().and_then(|text| text.parse().ok()).unwrap_or_default()
}

/// Amount of a field for people; empty where there is none.
pub fn amount(value: &Value) -> String {
    if value.is_null() { String::new() } else { text::amount(wide(value)) }
}

/// Moment of a field for people; empty where there is none.
pub fn moment(value: &Value) -> String {
    if value.is_null() { String::new() } else { text::moment(wide(value)) }
}

/// A refusal in words. `field` renames arguments to what whoever reads it has called them.
pub fn refusal(refusal: &Refusal, field: impl Fn(&str) -> String) -> String {
    match refusal {
        Refusal::Unauthenticated => "authentication credentials are missing or wrong".to_owned(),
        Refusal::SecondFactorRequired => "the session needs its second factor first".to_owned(),
        Refusal::Forbidden(permission) => format!("this needs the permission {permission}"),
        Refusal::AddressNotAllowed => "the account's address list does not hold this address".to_owned(),
        Refusal::Suspended(reason) => format!("the account is suspended: {}", suspension_word(*reason)),
        Refusal::Disabled => "the sub-account is disabled".to_owned(),
        Refusal::NotYetActive => "the account is not active yet".to_owned(),
        Refusal::Closed => "the account is closed".to_owned(),
        Refusal::Reauthenticate => "this needs a fresh proof: the password or a code, once more".to_owned(),
        Refusal::DestinationNotVerified => "a trial calls and writes to numbers only that it has verified".to_owned(),
        Refusal::Locked => "the account is locked down".to_owned(),
        Refusal::TooOften(_) => "rate_limit_exceeded".to_owned(),
        Refusal::NotFound(kind) => format!("{kind} not found"),
        Refusal::Invalid(problems) => {
            let words = problems.iter().map(|problem| problem_text(&field(&problem.field), problem, Reader::Wire));
            words.collect::<Vec<_>>().join("; ")
        }
        Refusal::KeyReused => "Idempotency-Key: this key was used with other arguments before".to_owned(),
        Refusal::OutOfCredit(missing) => {
            format!("not enough credit: {} is missing", text::amount_on_wire(*missing))
        }
        Refusal::Reconciling(_) => {
            "the store was restored from a backup and is still learning what happened since: try again with the same key"
                .to_owned()
        }
        Refusal::UnknownSinceRestore(item) => format!(
            "after a restore it is not known whether this key was used before: a person has to look at {item} in the queue first"
        ),
    }
}

/// How whoever works with the program `coinbox` finds what a refusal says is not there, by its kind.
pub const FINDERS: [(&str, &str); 16] = [
    ("account", "name it by its auth ID, such as MA…, which `coinbox account list --name TEXT` finds"),
    ("account or sub-account", "`coinbox account list` and `coinbox subaccount list ACCOUNT` list them"),
    ("sub-account", "`coinbox subaccount list ACCOUNT` lists them"),
    ("card", "`coinbox card list ACCOUNT` lists them"),
    ("charge", "`coinbox recharge list ACCOUNT` lists them"),
    ("product", "`coinbox products list` lists them"),
    ("paid charge", "`coinbox recharge list ACCOUNT` lists them"),
    ("coupon", "`coinbox coupons list` lists them"),
    ("invoice", "`coinbox invoices list ACCOUNT` lists them"),
    ("document", "`coinbox documents list --account ACCOUNT` lists them"),
    ("destination", "`coinbox me destinations` lists them"),
    ("number", "`coinbox numbers list ACCOUNT` lists them"),
    ("queue item", "`coinbox queue` lists them"),
    ("recurring charge", "`coinbox recurring list ACCOUNT` lists them"),
    ("refund", "`coinbox refunds list ACCOUNT` lists them"),
    ("version", "`coinbox pricebook versions` lists them"),
];

/// The sentence of [`FINDERS`] for a kind.
pub fn finder(kind: &str) -> Option<&'static str> {
    FINDERS.iter().find(|(named, _)| *named == kind).map(|(_, sentence)| *sentence)
}

/// A refusal that this contract has no case for, in words.
pub fn problem(problem: &Problem) -> String {
    let facts: Vec<String> = problem.facts.iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect();
    if facts.is_empty() { problem.code.clone() } else { format!("{}: {}", problem.code, facts.join(", ")) }
}

/// `name: too long (limit: 100)`, with the limit in the form that its reader types.
pub fn problem_text(field: &str, problem: &FieldProblem, reader: Reader) -> String {
    let rule = rule_word(problem.rule).replace('-', " ");
    match bounds::limit(problem, reader) {
        Some(limit) => format!("{field}: {rule} (limit: {limit})"),
        None => format!("{field}: {rule}"),
    }
}

/// The word of a rule, as the contract has it.
pub fn rule_word(rule: FieldRule) -> &'static str {
    match rule {
        FieldRule::Missing => "missing",
        FieldRule::TooShort => "too-short",
        FieldRule::TooLong => "too-long",
        FieldRule::TooSmall => "too-small",
        FieldRule::TooLarge => "too-large",
        FieldRule::TooMany => "too-many",
        FieldRule::WrongForm => "wrong-form",
        FieldRule::UnknownValue => "unknown-value",
        FieldRule::NotAllowedTogether => "not-allowed-together",
    }
}

fn suspension_word(reason: Suspension) -> &'static str {
    match reason {
        Suspension::ContentViolation => "content-violation",
        Suspension::PaymentFailure => "payment-failure",
        Suspension::ComplianceIssue => "compliance-issue",
        Suspension::SuspiciousActivity => "suspicious-activity",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_shown_as_people_write_them() {
        assert_eq!(plain(&json!("active")), "active");
        assert_eq!(plain(&json!({"suspended": "payment-failure"})), "suspended: payment-failure");
        assert_eq!(plain(&json!({"refused": {"out-of-credit": "801017000"}})), "refused: out-of-credit: 801.017");
        assert_eq!(plain(&json!(null)), "");
        assert_eq!(plain(&json!(true)), "true");
        assert_eq!(amount(&json!("-12340")), "-0.01234");
        assert_eq!(amount(&json!(null)), "");
        assert_eq!(moment(&json!("0")), "1970-01-01T00:00:00Z");
    }
}
