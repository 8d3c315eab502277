//! What the rows of routes promise: a router, a page and functions that are as they say.

use super::super::routes::{all, by_path, patterns};
use super::*;
use crate::route::Method;
use crate::takes::{Takes, Who};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The page of routes.
const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/rest.md");

/// A path that a pattern matches.
pub(super) fn sample(pattern: &str) -> String {
    let part = |part: &str| match part {
        "{auth_id}" => ACCOUNT.to_owned(),
        part if part.starts_with('{') => "x".to_owned(),
        part => part.to_owned(),
    };
    pattern.split('/').map(part).collect::<Vec<_>>().join("/")
}

/// `COINBOX_ROUTES=write` writes the table anew.
#[test]
fn the_page_of_routes_is_made_from_the_rows() {
    let page = std::fs::read_to_string(PAGE).expect("docs/rest.md");
    let begin = page.find("| methods |").expect("a table");
    let end = page[begin..].find("\n\n").map_or(page.len(), |length| begin + length + 1);
    if std::env::var("COINBOX_ROUTES").is_ok_and(|wanted| wanted == "write") {
        let written = format!("{}{}{}", &page[..begin], table_of_routes(), &page[end..]);
        return std::fs::write(PAGE, written).expect("docs/rest.md");
    }
    let (told, made) = (&page[begin..end], table_of_routes());
    let differs = made.lines().zip(told.lines()).find(|(made, told)| made != told);
    assert!(
        differs.is_none() && told == made,
        "docs/rest.md is not what the rows say, run this test with COINBOX_ROUTES=write: {differs:?}"
    );
}

#[test]
fn a_path_stands_once_and_means_one_thing() {
    let mut paths = BTreeSet::new();
    for routes in by_path() {
        let path = routes[0].path;
        assert!(paths.insert(path.trim_end_matches('/')), "{path}: its rows do not stand side by side");
        let methods: BTreeSet<&str> = routes.iter().map(|route| route.method.word()).collect();
        assert_eq!(methods.len(), routes.len(), "{path}: a method twice");
        for route in &routes {
            assert_eq!((route.name, route.who), (routes[0].name, routes[0].who), "{path}");
            for key in route.takes.keys().iter().filter(|_| route.takes.is_strict()) {
                assert!(route.what.contains(&format!("`{key}`")), "{path}: {key}");
            }
        }
    }
}

/// Every row names a function of the contract, or stands for what only the host does.
#[test]
fn the_functions_of_the_rows_are_in_the_contract() {
    let wit = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../wit");
    let mut without = BTreeSet::new();
    for route in all() {
        let Some(function) = route.function else {
            without.insert(route.name);
            continue;
        };
        let (interface, name) = function.split_once('.').expect("interface and function");
        let text = std::fs::read_to_string(wit.join(format!("{interface}.wit"))).expect("an interface");
        assert!(
            text.lines().any(|line| line.trim_start_matches([' ', '%']).starts_with(&format!("{name}: func("))),
            "{function}"
        );
    }
    assert!(
        without.iter().all(|name| name.starts_with("operator-") || ["healthz", "readyz", "metrics"].contains(name))
    );
}

#[tokio::test]
async fn every_row_is_reached_and_no_other_method() {
    let server = usual();
    for routes in by_path() {
        let expected: Vec<&str> = routes
            .iter()
            .flat_map(|route| match route.method {
                Method::Get => vec!["GET", "HEAD"],
                other => vec![other.word()],
            })
            .collect();
        for pattern in patterns(routes[0].path) {
            let seen = server.ask("PATCH", &sample(&pattern), &[], "").await;
            assert_eq!(seen.status, 405, "{pattern}");
            assert_eq!(seen.headers["allow"].to_str().expect("text"), expected.join(","), "{pattern}");
            for route in &routes {
                let stranger = server.ask(route.method.word(), &sample(&pattern), &[], "").await.status;
                match route.who {
                    Who::Anybody => assert_eq!(stranger, 200, "{pattern}"),
                    // What it is that is missing, the rules say.
                    Who::Stranger => assert!(stranger < 500 && stranger != 405, "{pattern}: {stranger}"),
                    _ => assert_eq!(stranger, 401, "{pattern}"),
                }
            }
        }
    }
    for path in ["/v1/Operator/backup/", "/v1/Operator/clock/", "/healthz/", "/v1/Usage//"] {
        assert_eq!(server.operator("GET", path, "").await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn requests_are_counted_by_the_name_of_their_row() {
    let server = usual();
    let mut asked: BTreeMap<&str, usize> = BTreeMap::new();
    for routes in by_path().iter().filter(|routes| routes[0].who != Who::Anybody) {
        for pattern in patterns(routes[0].path) {
            server.ask("PATCH", &sample(&pattern), &[], "").await;
            *asked.entry(routes[0].name).or_default() += 1;
        }
    }
    server.ask("GET", "/v1/nothing", &[], "").await;
    asked.insert("none", 1);
    let metrics = server.ask("GET", "/metrics", &[], "").await.text;
    for (name, count) in asked {
        let status = if name == "none" { 404 } else { 405 };
        let line = format!("coinbox_http_requests_total{{route=\"{name}\",status=\"{status}\"}} {count}\n");
        assert!(metrics.contains(&line), "{line}{metrics}");
    }
}

/// A key that a handler reads stands in its row: reading another one is refused in tests (`Asked::value`).
#[tokio::test]
async fn handlers_read_the_keys_of_their_rows() {
    let server = usual();
    let values = [
        ("country_iso", "US"),
        ("from", "2026-10-01"),
        ("to", "2026-10-02"),
        ("group", "day"),
        ("owing", "true"),
        ("issued_from", "2026-10-01T00:00:00Z"),
        ("limit", "5"),
        ("paid", "3"),
    ];
    let own = basic(ACCOUNT, TOKEN);
    let operator = format!("Bearer {OPERATOR}");
    for route in all().filter(|route| route.takes != Takes::Nothing) {
        let given = values.iter().filter(|(key, _)| route.takes.keys().contains(key));
        let query = given.map(|(key, value)| format!("{key}={value}")).collect::<Vec<_>>().join("&");
        let number = sample(&route.path.replace("{number}", "14155550100"));
        for authorization in [&own, &operator] {
            let headers = [("authorization", authorization.as_str())];
            let seen = server.ask(route.method.word(), &format!("{number}?{query}"), &headers, "").await;
            assert!(seen.status < 500 || seen.status == 503, "{}: {}", route.path, seen.text);
        }
    }
}
