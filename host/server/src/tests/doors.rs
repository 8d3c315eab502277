//! What doors promise: keys that mean something or are refused, keys of whole requests.

use super::super::routes::{all, patterns};
use super::rows::sample;
use super::*;
use crate::takes::Who;
use std::collections::BTreeSet;

/// money-07-usage-filters-ignored: every list of money refuses a filter that it does not have, by name, and only after the credential.
#[tokio::test]
async fn every_list_of_money_refuses_what_it_does_not_know() {
    let server = usual();
    let mut refused = BTreeSet::new();
    for route in all().filter(|route| route.takes.is_strict()) {
        for pattern in patterns(route.path) {
            let ask = |query: &str| format!("{}?{query}", sample(&pattern));
            // Usage is for the customer's own credential, the other lists are for the operator's.
            let of_customer = route.who == Who::AccountOrSub;
            let own = if of_customer { basic(ACCOUNT, TOKEN) } else { format!("Bearer {OPERATOR}") };
            let own = [("authorization", own.as_str())];
            let seen = server.ask("GET", &ask("colour=red"), &own, "").await;
            let told = seen.body["error"].as_str().unwrap_or_default();
            assert_eq!(seen.status, 400, "{pattern}: {}", seen.text);
            assert!(told.starts_with("colour: means nothing here"), "{pattern}: {told}");
            assert_eq!(seen.body["fields"][0]["field"], "colour", "{pattern}");
            let known = route.takes.keys()[0];
            let twice = server.ask("GET", &ask(&format!("{known}=a&{known}=b")), &own, "").await;
            let expected = format!("{known}: is given twice");
            assert_eq!((twice.status, twice.body["error"].as_str()), (400, Some(expected.as_str())), "{pattern}");
            let stranger = server.ask("GET", &ask("colour=red"), &[], "").await;
            assert_eq!(stranger.status, 401, "{pattern}");
            refused.insert(route.name);
        }
    }
    let lists = ["credit-notes", "invoices", "receipts", "usage-line", "usage-rejected", "usage-summary"];
    let of_all = ["operator-accounts", "operator-calls", "operator-documents", "operator-reservations"];
    assert_eq!(refused, lists.into_iter().chain(of_all).collect());
    // Elsewhere what is unknown changes nothing (R38).
    let path = format!("/v1/Account/{ACCOUNT}/?colour=red");
    assert_eq!(server.customer("GET", &path, "").await.status, 200);
}

/// money-07: what is known is handed on, also from a body, and in the form that was asked for.
#[tokio::test]
async fn filters_of_a_summary_reach_the_rules() {
    let server = usual();
    let path = format!(
        "/v1/Account/{ACCOUNT}/UsageSummary/?from=2026-10-24&to=2026-10-26&group=day&product=voice&subaccount=SA1"
    );
    let seen = server.customer("GET", &path, "").await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let (function, arguments) = server.last();
    assert_eq!(function, "usage.summary");
    assert_eq!(arguments["filter"], json!({"product": "voice", "source": "SA1"}));
    assert_eq!(seen.body["objects"][0]["amount"], "0.10200");
    let csv = server.customer("GET", &format!("{path}&format=csv"), "").await;
    assert_eq!(csv.headers["content-type"], "text/csv; charset=utf-8");
    assert_eq!(
        csv.text,
        "day,auth_id,product,heading,detail,count,quantity,amount\n2026-10-24,,,,,1,17,0.10200\n2026-10-25,,,,,1,3,-0.00500\n"
    );
    let page = server.customer("GET", &format!("{path}&format=csv&limit=1"), "").await;
    let link = page.headers["link"].to_str().expect("text");
    assert!(link.contains("offset=1") && link.contains("product=voice") && link.ends_with("rel=\"next\""), "{link}");
    // Which products there are, the rules know.
    server.customer("GET", &path.replace("voice", "lookup"), "").await;
    assert_eq!(server.last().1["filter"]["product"], "lookup");
    let form = server.customer("GET", &format!("{path}&format=xml"), "").await;
    assert_eq!((form.status, form.body["error"].as_str()), (400, Some("format: must be one of json, csv")));
    let lines = format!("/v1/Account/{ACCOUNT}/UsageLine/?product=sms&format=csv");
    let lines = server.customer("GET", &lines, "").await;
    assert_eq!(server.last().1["filter"], json!({"product": "sms", "source": null}));
    // sec-07-formulas-in-exported-tables: text stays text, numbers stay numbers.
    let rows: Vec<&str> = lines.text.lines().collect();
    assert_eq!(
        rows[1],
        "t-1,1970-01-01T00:00:00Z,MA1,\"'=HYPERLINK(\"\"http://evil\"\")\",adjustment,,'@SUM(1),1,1970-01-01T00:00:00Z,,0,-5.00000"
    );
}

/// sec-05-one-key-for-two-usage-batches: all calls of one request have its key, and say what it is the key of.
#[tokio::test]
async fn one_request_in_several_calls_has_one_key() {
    let server = usual();
    let event = |id: usize| {
        json!({"id": id.to_string(), "auth_id": ACCOUNT, "product": "sms", "heading": "outbound", "number": "49301",
            "quantity": 1, "at": "2026-01-01T00:00:00Z"})
    };
    let many: Vec<Value> = (0..1500).map(event).collect();
    let key = "k".repeat(255);
    let headers = [("authorization", &*format!("Bearer {OPERATOR}")), ("idempotency-key", &*key)];
    let parts = async |events: &[Value]| -> Vec<(Value, Value)> {
        let before = server.rules.asked.lock().expect("lock").len();
        let seen = server.ask("POST", "/v1/Usage/", &headers, &json!({"events": events}).to_string()).await;
        assert_eq!(seen.status, 200, "{}", seen.text);
        let asked = server.rules.asked.lock().expect("lock");
        let caller =
            |arguments: &Value| (arguments["caller"]["idempotency-key"].clone(), arguments["caller"]["part"].clone());
        asked[before..].iter().map(|(_, arguments)| caller(arguments)).collect()
    };
    let whole = parts(&many).await;
    assert_eq!(whole.len(), 2);
    assert!(whole.iter().all(|(given, _)| *given == json!(key)), "the key itself, at its full length");
    assert_eq!((&whole[0].1["number"], &whole[1].1["number"]), (&json!(0), &json!(1)));
    assert_eq!(whole[0].1["whole"], whole[1].1["whole"]);
    assert_eq!(parts(&many).await, whole, "the same body is the same request");
    let mut other = many.clone();
    other[1499]["quantity"] = json!(2);
    assert_ne!(
        parts(&other).await[0].1["whole"],
        whole[0].1["whole"],
        "a difference in the last part is one of the whole"
    );
    // A small one that one call sees all of needs no part; one with an event that cannot be read does.
    assert_eq!(parts(&many[..1000]).await, [(json!(key), Value::Null)]);
    let unread = parts(&[event(1), json!(7)]).await;
    assert_ne!(unread[0].1, Value::Null);
    assert_ne!(parts(&[event(1), json!(8)]).await[0].1["whole"], unread[0].1["whole"]);
    // Even if nothing in it can be read.
    assert_eq!(parts(&[json!(7)]).await.len(), 1);
    assert_eq!(parts(&[]).await, [(json!(key), Value::Null)]);
}
