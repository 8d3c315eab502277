//! Limits of the contract in the form in which people and programs type them.
//!
//! The rules answer a broken bound in the units of the contract: milliseconds for moments and durations. A person who typed `8d` or
//! `2026-09-01T00:00:00Z` gets the limit in that form. Amounts are amounts already.

use coinbox_host::contract::types::{FieldProblem, FieldRule};
use coinbox_host::text;

/// Names of moments: everything of the contract's type `instant`.
const MOMENTS: [&str; 31] = [
    "ask-again",
    "at",
    "begins",
    "begun",
    "capped",
    "closed",
    "closes-at",
    "complete-until",
    "created",
    "due",
    "ends",
    "expires",
    "issued",
    "issued-before",
    "issued-from",
    "modified",
    "next-charge",
    "period-end",
    "period-start",
    "posted",
    "posted-before",
    "posted-from",
    "received",
    "redeem-by",
    "release-at",
    "renewal",
    "restored",
    "settled",
    "since",
    "started",
    "starts-at",
];

/// The rest of them.
const MORE_MOMENTS: [&str; 21] = [
    "again",
    "asked",
    "authenticator",
    "complete-since",
    "dated",
    "ended",
    "first",
    "from",
    "last",
    "last-login",
    "moments",
    "payment-at",
    "pending-authenticator",
    "published",
    "reconciling",
    "seen",
    "too-often",
    "until",
    "used-from",
    "used-to",
    "withdrawn",
];

/// Names of the contract's type `duration` that do not end in `-ms`.
const DURATIONS: [&str; 1] = ["lasting"];

/// Who reads a limit.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// A person, who types moments and durations as text.
    Person,
    /// A program on the wire: moments as text, durations in milliseconds.
    Wire,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Form {
    Moment,
    Duration,
    Plain,
}

/// The last name of a field's path: `lasts-ms` of `holds[0].lasts-ms`.
fn last_name(field: &str) -> &str {
    let last = field.rsplit('.').next().unwrap_or_default();
    last.split('[').next().unwrap_or_default()
}

fn form(name: &str) -> Form {
    if name.ends_with("-ms") || DURATIONS.contains(&name) {
        Form::Duration
    } else if MOMENTS.contains(&name) || MORE_MOMENTS.contains(&name) {
        Form::Moment
    } else {
        Form::Plain
    }
}

/// The limit of a problem as its reader writes it; none: the rule has none.
pub fn limit(problem: &FieldProblem, reader: Reader) -> Option<String> {
    let limit = problem.limit.as_deref()?;
    // Limits of counts are counts, whatever is counted.
    let about_the_value = matches!(problem.rule, FieldRule::TooSmall | FieldRule::TooLarge | FieldRule::WrongForm);
    let write: fn(i64) -> String = match (form(last_name(&problem.field)), reader) {
        (Form::Moment, _) if about_the_value => text::moment,
        (Form::Duration, Reader::Person) if about_the_value => text::duration,
        _ => return Some(limit.to_owned()),
    };
    let words = limit.split(' ').map(|word| word.parse().map_or_else(|_| word.to_owned(), write));
    Some(words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    fn told(field: &str, rule: FieldRule, text: &str, reader: Reader) -> String {
        limit(&FieldProblem { field: field.to_owned(), rule, limit: Some(text.to_owned()) }, reader).expect("a limit")
    }

    /// 13-limits-in-milliseconds
    #[test]
    fn limits_come_back_in_the_form_that_was_typed() {
        for (field, rule, given, person, wire) in [
            ("starts-at", FieldRule::TooSmall, "1792486800000", "2026-10-20T09:00:00Z", "2026-10-20T09:00:00Z"),
            ("holds[0].lasts-ms", FieldRule::TooLarge, "604800000", "7d", "604800000"),
            ("settings.hang-up-grace", FieldRule::TooLarge, "10m", "10m", "10m"),
            ("settings.ask-again[3]", FieldRule::TooSmall, "1s", "1s", "1s"),
            ("settings.ask-again", FieldRule::TooMany, "10", "10", "10"),
            ("coupon.validity.lasting", FieldRule::TooSmall, "60000", "1m", "60000"),
            (
                "calls[0].started",
                FieldRule::WrongForm,
                "0 to 9999999999999",
                "1970-01-01T00:00:00Z to 2286-11-20T17:46:39.999Z",
                "1970-01-01T00:00:00Z to 2286-11-20T17:46:39.999Z",
            ),
            ("amount", FieldRule::TooSmall, "25.00", "25.00", "25.00"),
            ("quantity", FieldRule::TooLarge, "1000000", "1000000", "1000000"),
        ] {
            assert_eq!(told(field, rule, given, Reader::Person), person, "{field}");
            assert_eq!(told(field, rule, given, Reader::Wire), wire, "{field}");
        }
        let none = FieldProblem { field: "at".to_owned(), rule: FieldRule::TooSmall, limit: None };
        assert_eq!(limit(&none, Reader::Person), None);
    }

    /// Names with their types, of all files of the contract: `name: type` and `case(type)`.
    fn contract() -> BTreeMap<String, BTreeSet<String>> {
        let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../wit");
        for entry in std::fs::read_dir(folder).expect("the contract") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|extension| extension != "wit") {
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("readable");
            let code: String =
                text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n");
            let is_name = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
            for (place, _) in code.match_indices([':', '(']) {
                let name = code[..place].rsplit(|letter| !is_name(letter)).next().unwrap_or_default();
                let mut rest = code[place + 1..].trim_start();
                while let Some(inner) = rest.strip_prefix("option<").or_else(|| rest.strip_prefix("list<")) {
                    rest = inner;
                }
                let of = rest.split(|letter| !is_name(letter)).next().unwrap_or_default();
                if !name.is_empty() && !of.is_empty() {
                    found.entry(name.to_owned()).or_default().insert(of.to_owned());
                }
            }
        }
        found
    }

    /// 13-limits-in-milliseconds: no moment and no duration of the contract is forgotten here.
    #[test]
    fn every_moment_of_the_contract_is_known() {
        let contract = contract();
        let (mut instants, mut durations) = (0, 0);
        for (name, types) in &contract {
            let (is_instant, is_duration) = (types.contains("instant"), types.contains("duration"));
            instants += usize::from(is_instant);
            durations += usize::from(is_duration);
            let wanted = match (is_instant, is_duration) {
                (true, false) => Form::Moment,
                (false, true) => Form::Duration,
                (false, false) => Form::Plain,
                (true, true) => panic!("{name} is a moment in one place and a duration in another"),
            };
            assert_eq!(form(name), wanted, "{name}: {types:?}");
            let other =
                ["u8", "u16", "u32", "u64", "s64", "micros", "decimal"].into_iter().find(|of| types.contains(*of));
            assert!(
                !(is_instant || is_duration) || other.is_none(),
                "{name} is a time in one place and a number in another: {types:?}"
            );
        }
        assert!(instants >= 40 && durations >= 2, "{instants}, {durations}");
    }
}
