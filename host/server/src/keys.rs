//! Which keys a query may have. A key that a route does not know changes nothing (R38). Lists of money are the exception: a list that ignores
//! a filter gives a wrong sum. The routes of these lists name all their keys here, and refuse any other key by its name.

use super::answer::Failure;
use axum::http::{Method, StatusCode};

/// The name of the route of a request, as metrics have it; put in by the outermost layer.
#[derive(Clone, Copy, Debug)]
pub struct RouteName(pub &'static str);

/// Lists of documents.
const DOCUMENTS: &[&str] = &["limit", "after", "status", "number", "issued_from", "issued_before", "order"];

/// Routes that answer lists or sums of money, with the keys of their questions.
pub const STRICT: &[(&str, &[&str])] = &[
    ("invoices", DOCUMENTS),
    ("credit-notes", DOCUMENTS),
    ("receipts", DOCUMENTS),
    ("usage-summary", &["from", "to", "group", "product", "subaccount", "format", "limit", "offset"]),
    ("usage-line", &["from", "to", "product", "subaccount", "format", "cursor", "limit"]),
    (
        "operator-accounts",
        &[
            "name",
            "email",
            "email_part",
            "account_type",
            "billing_mode",
            "standing",
            "owing",
            "balance_below",
            "balance_from",
            "limit",
            "after",
            "format",
        ],
    ),
    (
        "operator-documents",
        &[
            "kind",
            "receipt",
            "status",
            "number",
            "month",
            "issued_from",
            "issued_before",
            "open_from",
            "account",
            "order",
            "limit",
            "after",
            "format",
        ],
    ),
    ("usage-rejected", &["auth_id", "reason", "format", "cursor", "limit"]),
];

/// Refuses keys that this question cannot have. Those that it has twice are refused everywhere, before.
pub fn check<'a>(route: RouteName, method: &Method, given: impl Iterator<Item = &'a str>) -> Result<(), Failure> {
    let strict = STRICT.iter().find(|(name, _)| *name == route.0).filter(|_| method == Method::GET);
    let Some((_, known)) = strict else { return Ok(()) };
    for key in given {
        if !known.contains(&key) {
            let problem = format!("means nothing here, and would change the answer; known are {}", known.join(", "));
            return Err(named(key, "unknown-value", &problem));
        }
    }
    Ok(())
}

fn named(key: &str, rule: &str, problem: &str) -> Failure {
    let key = coinbox_host::text::shortened(key);
    let mut failure = Failure::field(&key, rule, problem);
    failure.status = StatusCode::BAD_REQUEST;
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(route: &'static str, method: &Method, given: &[&str]) -> Option<String> {
        check(RouteName(route), method, given.iter().copied()).err().map(|failure| failure.message)
    }

    /// money-07-usage-filters-ignored
    #[test]
    fn a_filter_that_is_none_is_refused_by_its_name() {
        assert_eq!(told("usage-summary", &Method::GET, &["from", "product", "subaccount", "format"]), None);
        assert_eq!(
            told("usage-line", &Method::GET, &["from", "country"]).expect("refused"),
            "country: means nothing here, and would change the answer; known are from, to, product, subaccount, format, cursor, limit"
        );
        assert_eq!(told("usage-rejected", &Method::POST, &["events"]), None);
        assert_eq!(told("account", &Method::GET, &["colour"]), None);
    }
}
