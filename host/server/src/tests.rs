//! The router against rules that are made up for the test: what comes in as HTTP and goes out again.

use super::*;
use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use base64::Engine;
use coinbox_host::admission::Buckets;
use coinbox_host::capability::Capabilities;
use coinbox_host::clock::SimulatedClock;
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use coinbox_host::contract::admission_types::{AdmissionRequest, RateClass};
use coinbox_host::contract::exported::about::{Class, Facts, FunctionFacts, Route, RouteWay, TokenKind};
use coinbox_host::engine::{CallContext, CallError, CallOutcome, RulesRuntime, RulesSlot};
use coinbox_host::inventory::MemoryInventory;
use coinbox_host::mails::MailList;
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_host::random::SeededRandom;
use coinbox_host::sequencer::SequencerOptions;
use coinbox_host::telephony::RecordingTelephony;
use coinbox_host::vault::{KeyRing, KeyVault};
use coinbox_operations::metrics::Metrics;
use coinbox_operations::printing::{DocumentSettings, Documents, Paper};
use coinbox_operations::running::Running;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tower::ServiceExt;

mod doors;
mod numbers;
mod people;
mod printing;
mod rows;
mod sign_up;
mod tokens;

const ACCOUNT: &str = "MAAAAAAAAAAAAAAAAAAA";
const TOKEN: &str = "0123456789012345678901234567890123456789";
const OPERATOR: &str = "operator-token-of-the-test";

/// Rules with one account, which note what they were asked.
struct Made {
    facts: Facts,
    asked: Mutex<Vec<(String, Value)>>,
    rate: u32,
}

impl Made {
    fn answer(&self, function: &str, arguments: &Value) -> Value {
        let refused = |refusal: Value| json!({"err": {"refused": refusal}});
        let token = &arguments["caller"]["who"]["token"];
        let known = token["auth-id"] == ACCOUNT && token["token"] == TOKEN;
        let mine = known && arguments["auth-id"] == ACCOUNT;
        let account = json!({"auth-id": ACCOUNT, "account-type": "standard", "name": "Fox", "email": "f@example.com",
            "address": "", "city": "", "state": "", "timezone": "UTC", "billing-mode": "prepaid", "auto-recharge": false,
            "cash-credits": "25000000", "available": "25000000", "standing": "active", "created": "0", "currency": "USD"});
        match function {
            "jobs.store-opened" => json!({"ok": null}),
            "jobs.look" => json!("working"),
            "accounts.authenticate" if known => {
                json!({"ok": {"main-auth-id": ACCOUNT, "standard": self.rate, "lookup": 20, "message": 20}})
            }
            "accounts.get" if mine => json!({"ok": account}),
            "accounts.update" if mine && arguments["change"]["timezone"] == "Mars/Olympus" => {
                refused(json!({"invalid":
                [{"field": "change.timezone", "rule": "unknown-value", "limit": "IANA time zone name"}]}))
            }
            "accounts.update" if mine && arguments["change"]["name"] == "suspended" => {
                refused(json!({"suspended": "payment-failure"}))
            }
            "accounts.update" if mine && arguments["change"]["email"] == "thief@elsewhere.example" => {
                refused(json!({"forbidden": "accounts.update"}))
            }
            "accounts.update" if mine => json!({"ok": account}),
            "invoices.read-document" if known || arguments["caller"]["who"]["operator"].is_object() => {
                printing::document(arguments)
            }
            "numbers.offers" => json!({"numbers": [], "total": 0}),
            _ if function.starts_with("numbers.") && known => numbers::answer(function, arguments),
            "usage.record-columns" if ids(arguments).contains(&"busy".to_owned()) => {
                refused(json!({"reconciling": "0"}))
            }
            "usage.record-columns" => {
                let fate = |id: &String| match id.as_str() {
                    "again" => ("duplicate", "0"),
                    "bad" => ("malformed", "0"),
                    _ => ("rated", "12340"),
                };
                let (fates, amounts): (Vec<&str>, Vec<&str>) = ids(arguments).iter().map(fate).unzip();
                json!({"ok": {"fates": fates, "amounts": amounts, "transactions": ["t-1"]}})
            }
            "usage.summary" if mine => json!({"ok": {"timezone": "UTC", "complete-until": "0", "next": null, "rows": [
                {"day": "2026-10-24", "auth-id": null, "product": null, "heading": null, "detail": null,
                    "count": "1", "quantity": "17", "amount": "102000"},
                {"day": "2026-10-25", "auth-id": null, "product": null, "heading": null, "detail": null,
                    "count": "1", "quantity": "3", "amount": "-5000"}]}}),
            "usage.list-lines" if mine => json!({"ok": {"complete-until": "0", "next": null, "lines": [
                {"transaction": "t-1", "posted": "0", "auth-id": "MA1", "id": "=HYPERLINK(\"http://evil\")",
                    "product": "adjustment", "heading": "", "number": "@SUM(1)", "quantity": 1, "at": "0", "prefix": "",
                    "rate": "0", "amount": "-5000000"}]}}),
            "credits.recharge" => json!({"err": {"no-usable-card": {"reason": "expired"}}}),
            name if sign_up::FUNCTIONS.iter().any(|(function, _)| *function == name) => {
                sign_up::answer(name, arguments)
            }
            name if people::FUNCTIONS.iter().any(|(function, _)| *function == name) => people::answer(name, arguments),
            "operator.get-settings" => {
                json!({"ok": {"permissions": arguments["caller"]["who"]["operator"]["permissions"]}})
            }
            _ => refused(json!("unauthenticated")),
        }
    }
}

impl Made {
    /// When the account may ask again, where it is over its limit.
    fn counted(&self, context: &CallContext<'_>, arguments: &Value) -> Option<i64> {
        let token = &arguments["caller"]["who"]["token"];
        if token["auth-id"] != ACCOUNT || token["token"] != TOKEN {
            return None;
        }
        let asked = AdmissionRequest {
            main: ACCOUNT.to_owned(),
            holder: ACCOUNT.to_owned(),
            credential: ACCOUNT.to_owned(),
            class: RateClass::Standard,
            per_second: self.rate,
            request: arguments["caller"]["request"].as_str().expect("a name").to_owned(),
        };
        context.capabilities.admission.admit(context.now, &asked)
    }
}

/// The IDs of events that came as columns.
fn ids(arguments: &Value) -> Vec<String> {
    let names = &arguments["columns"]["names"];
    let mut text = names["text"].as_str().expect("a text");
    let lengths = names["lengths"].as_array().expect("lengths").iter().map(|length| length.as_u64().expect("a number"));
    let names = lengths.map(|length| {
        let (name, rest) = text.split_at(usize::try_from(length).expect("a length"));
        text = rest;
        name.to_owned()
    });
    names.step_by(3).collect()
}

impl RulesRuntime for Made {
    fn facts(&self) -> &Facts {
        &self.facts
    }

    fn call(
        &self,
        _: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &Value,
    ) -> CallOutcome {
        if function == "operator.list-queue" {
            return CallOutcome { answer: Err(CallError::Deadline { limit_ms: 1 }), changes: None };
        }
        self.asked.lock().expect("lock").push((function.to_owned(), arguments.clone()));
        if let Some(again) = self.counted(&context, arguments) {
            let refused = json!({"err": {"refused": {"too-often": again.to_string()}}});
            return CallOutcome { answer: Ok(refused), changes: None };
        }
        CallOutcome { answer: Ok(self.answer(function, arguments)), changes: None }
    }
}

struct Server {
    router: Router,
    rules: Arc<Made>,
    _documents: tempfile::TempDir,
}

/// What the rules of these tests say of themselves.
fn facts() -> Facts {
    let function = |name: &str, class: Class| FunctionFacts {
        name: name.to_owned(),
        class,
        permission: (!name.starts_with("jobs.")).then(|| name.to_owned()),
        roles: Vec::new(),
        tokens: TokenKind::None,
        standings: Vec::new(),
        fresh: false,
        audited: false,
        rate: None,
        slow: false,
        route: Route { way: RouteWay::Anywhere, items: None, id: None },
    };
    let functions = vec![
        function("accounts.authenticate", Class::Query),
        function("accounts.get", Class::Query),
        function("accounts.update", Class::Command),
        function("invoices.read-document", Class::Query),
        function("coupons.claim", Class::Command),
        function("credits.recharge", Class::Command),
        function("jobs.begin", Class::Command),
        function("jobs.look", Class::Query),
        function("jobs.perform", Class::Effect),
        function("jobs.store-opened", Class::Command),
        function("numbers.buy", Class::Command),
        function("numbers.get", Class::Query),
        function("numbers.offers", Class::Effect),
        function("numbers.price-offers", Class::Query),
        function("operator.get-settings", Class::Query),
        function("operator.list-queue", Class::Query),
        function("usage.list-lines", Class::Query),
        function("usage.record-columns", Class::Command),
        function("usage.record-events", Class::Command),
        function("usage.summary", Class::Query),
    ];
    let functions = functions.into_iter().chain(people::FUNCTIONS.map(|(name, class)| function(name, class)));
    let functions = functions.chain(sign_up::FUNCTIONS.map(|(name, class)| function(name, class))).collect();
    Facts {
        version: "0".to_owned(),
        contract: coinbox_host::contract::VERSION.to_owned(),
        time_zones: String::new(),
        record_version: 1,
        functions,
        limits: Vec::new(),
        names: Vec::new(),
        shared: Vec::new(),
    }
}

fn server(rate: u32, limits: RestLimits) -> Server {
    server_of(rate, limits, None)
}

fn server_of(rate: u32, limits: RestLimits, operators: Option<&std::path::Path>) -> Server {
    let rules = Arc::new(Made { facts: facts(), asked: Mutex::default(), rate });
    let random = Arc::new(SeededRandom::new(1));
    let clock = Arc::new(SimulatedClock::new(1_000_000));
    let keys = KeyRing::from_text(&format!("k:{}", "A".repeat(43))).expect("a key");
    let capabilities = Capabilities {
        vault: Arc::new(KeyVault::new(keys, random.clone())),
        admission: Arc::new(Buckets::default()),
        payment: Arc::new(Sandbox::in_memory(clock.clone(), SandboxSettings::default()).expect("sandbox")),
        email: Arc::new(MailList::default()),
        telephony: Arc::new(RecordingTelephony::new()),
        inventory: Arc::new(MemoryInventory::new(clock.clone())),
        random,
        clock: clock.clone(),
    };
    let options = Options {
        runtime: rules.clone(),
        store: StoreChoice::Memory,
        capabilities,
        simulated_clock: Some(clock),
        drive: Drive::ByHand,
        effects: EffectDoor::default(),
        claims: None,
        sequencer: SequencerOptions::default(),
    };
    // Opening waits for its first command, which a thread of the asynchronous runtime must not.
    let opened = std::thread::spawn(|| Coinbox::open(options)).join();
    let coinbox = opened.expect("no panic").expect("a host");
    let mut host = Running::new(coinbox, Arc::new(Metrics::new()));
    let documents = tempfile::tempdir().expect("folder");
    host.documents = Documents::of(&DocumentSettings {
        directory: documents.path().to_owned(),
        templates: None,
        language: "en".to_owned(),
        paper: Paper::A4,
        fonts: Vec::new(),
        keep_bytes: 1 << 30,
        at_once: 2,
        seconds: 30,
    });
    let rest = match operators {
        None => Rest::new(host, OPERATOR, limits, TrustedProxies::default()),
        Some(file) => {
            let operators = operators::Operators::shared(OPERATOR, permissions(&host)).with_file(file);
            Rest::with(host, operators.expect("a good file"), limits, TrustedProxies::default())
        }
    };
    let rest = Arc::new(rest.with_console(Some("https://console.example.com".parse().expect("an address"))));
    Server { router: router(rest), rules, _documents: documents }
}

fn usual() -> Server {
    server(1000, RestLimits::default())
}

struct Seen {
    status: u16,
    headers: axum::http::HeaderMap,
    body: Value,
    text: String,
}

impl Server {
    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Seen {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = axum::body::to_bytes(body, 1 << 24).await.expect("a body");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Seen { status: parts.status.as_u16(), headers: parts.headers, body, text }
    }

    async fn customer(&self, method: &str, path: &str, body: &str) -> Seen {
        self.ask(method, path, &[("authorization", &basic(ACCOUNT, TOKEN))], body).await
    }

    async fn operator(&self, method: &str, path: &str, body: &str) -> Seen {
        self.ask(method, path, &[("authorization", &format!("Bearer {OPERATOR}"))], body).await
    }

    fn last(&self) -> (String, Value) {
        self.rules.asked.lock().expect("lock").last().cloned().expect("a call")
    }
}

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{user}:{password}")))
}

#[tokio::test]
async fn the_account_is_found_with_no_one_and_two_slashes() {
    let server = usual();
    for path in ["", "/", "//"] {
        // Node sends the text "" as body of a GET (T3).
        let seen = server.customer("GET", &format!("/v1/Account/{ACCOUNT}{path}"), "\"\"").await;
        assert_eq!((seen.status, &seen.body["cash_credits"]), (200, &json!("25.00000")), "{path}");
        assert_eq!(seen.body["resource_uri"], json!(format!("/v1/Account/{ACCOUNT}/")));
        assert!(seen.body.get("error").is_none());
        let api_id = seen.body["api_id"].as_str().expect("text");
        assert_eq!(uuid::Uuid::parse_str(api_id).expect("uuid").get_version_num(), 4);
    }
}

#[tokio::test]
async fn wrong_credentials_are_all_answered_alike() {
    let server = usual();
    let own = format!("/v1/Account/{ACCOUNT}/");
    let mut bodies = Vec::new();
    for (path, authorization) in [
        (own.as_str(), String::new()),
        (own.as_str(), basic(ACCOUNT, "wrong")),
        (own.as_str(), basic("MABBBBBBBBBBBBBBBBBB", TOKEN)),
        (own.as_str(), "Basic !".to_owned()),
        ("/v1/Account/MABBBBBBBBBBBBBBBBBB/", basic(ACCOUNT, TOKEN)),
        ("/v1/Account/nonsense/", basic(ACCOUNT, TOKEN)),
    ] {
        for method in ["GET", "POST"] {
            let mut seen = server.ask(method, path, &[("authorization", &authorization)], "{\"name\": 5}").await;
            assert_eq!(seen.status, 401, "{method} {path} {authorization}");
            assert_eq!(seen.headers["www-authenticate"], "Basic realm=\"coinbox\", charset=\"UTF-8\"");
            seen.body["api_id"] = json!("");
            bodies.push(seen.body);
        }
    }
    bodies.dedup();
    assert_eq!(bodies.len(), 1);
    // Which credentials the route takes is said to everybody in the same words: the operator's token is none of them.
    let told = "authentication credentials are missing or wrong: this route takes HTTP Basic with an auth ID and its API token";
    assert_eq!(bodies[0]["error"], told);
    assert_eq!(server.operator("GET", &own, "").await.body["error"], told);
}

#[tokio::test]
async fn updates_hand_on_what_is_given_and_answer_changed() {
    let server = usual();
    let path = format!("/v1/Account/{ACCOUNT}/");
    let sent = r#"{"name": "Lucius Fox", "city": null, "colour": 1, "auth_id": "MAAAAAAAAAAAAAAAAAAA"}"#;
    let headers = [("authorization", &*basic(ACCOUNT, TOKEN)), ("idempotency-key", "k-1"), ("x-request-id", "r-1")];
    let seen = server.ask("POST", &path, &headers, sent).await;
    assert_eq!((seen.status, &seen.body["message"]), (202, &json!("changed")));
    assert_eq!(seen.headers["x-request-id"], "r-1");
    let (function, arguments) = server.last();
    assert_eq!(function, "accounts.update");
    assert_eq!(
        arguments["change"],
        json!({"name": "Lucius Fox", "email": null, "address": null, "city": null, "state": null, "timezone": null})
    );
    assert_eq!(
        (&arguments["caller"]["idempotency-key"], &arguments["caller"]["request"]),
        (&json!("k-1"), &seen.body["api_id"]),
        "R79: the name of the request is the server's own"
    );

    for nothing in ["", "{}", "\"\"", "{\"name\": null}"] {
        let seen = server.customer("POST", &path, nothing).await;
        assert_eq!((seen.status, &seen.body["message"]), (202, &json!("changed")), "{nothing}");
        assert_eq!(server.last().0, "accounts.get", "nothing to change is no command");
    }
}

/// Case 01-one-bad-recipient-stops-all-mail: an address is changed or refused, never taken without a change.
#[tokio::test]
async fn case_01_another_mail_address_is_asked_of_the_rules() {
    let server = usual();
    let path = format!("/v1/Account/{ACCOUNT}/");
    let seen = server.customer("POST", &path, "{\"email\": \"thief@elsewhere.example\"}").await;
    assert_eq!(seen.status, 403, "{}", seen.body);
    let (function, arguments) = server.last();
    assert_eq!(
        (function.as_str(), &arguments["change"]["email"]),
        ("accounts.update", &json!("thief@elsewhere.example"))
    );
    let seen = server.customer("POST", &path, "{\"email\": 5}").await;
    assert_eq!((seen.status, server.last().0.as_str()), (400, "accounts.get"));
}

#[tokio::test]
async fn bad_updates_are_4xx_and_name_the_field() {
    let server = usual();
    let path = format!("/v1/Account/{ACCOUNT}/");
    for (sent, status, error) in [
        ("{\"name\": ", 400, "the body is not JSON: EOF while parsing a value at line 1 column 9"),
        ("[1]", 400, "the body must be a JSON object"),
        ("{\"city\": 5}", 400, "city: must be text"),
        (
            "{\"cash_credits\": \"1.00000\"}",
            400,
            "cash_credits: cannot be changed; leave it out or send its present value",
        ),
        ("{\"timezone\": \"Mars/Olympus\"}", 400, "timezone: unknown value (limit: IANA time zone name)"),
        ("{\"name\": \"suspended\"}", 403, "the account is suspended: payment-failure"),
    ] {
        let seen = server.customer("POST", &path, sent).await;
        assert_eq!((seen.status, seen.body["error"].as_str()), (status, Some(error)), "{sent}");
    }
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(70_000));
    let seen = server.customer("POST", &path, &long).await;
    assert_eq!((seen.status, seen.body["error"].as_str()), (413, Some("the body is longer than 65536 bytes")));
    let headers = [("authorization", &*basic(ACCOUNT, TOKEN)), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(server.ask("POST", &path, &headers, "name=x").await.status, 415);
}

#[tokio::test]
async fn what_is_no_route_is_404_and_what_is_no_method_405() {
    let server = usual();
    for path in ["/", "/v1/Account/", "/v1/account/MA/", "/v1/Account/MA/Nothing/", "/v1/Operator/", "/v2/Account/MA/"]
    {
        let seen = server.customer("GET", path, "").await;
        assert_eq!((seen.status, seen.body["error"].as_str()), (404, Some("not found")), "{path}");
    }
    let seen = server.customer("GET", "/v1/Account/%ff/", "").await;
    assert_eq!((seen.status, seen.body["error"].as_str()), (400, Some("path: must be UTF-8 text")));
    let seen = server.customer("PUT", &format!("/v1/Account/{ACCOUNT}/"), "").await;
    assert_eq!((seen.status, seen.headers["allow"].to_str().ok()), (405, Some("GET,HEAD,POST")));
    assert_eq!(seen.body["error"], json!("method not allowed"));
}

#[tokio::test]
async fn a_burst_over_the_limit_is_429() {
    let server = server(3, RestLimits::default());
    let path = format!("/v1/Account/{ACCOUNT}/");
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(server.customer("GET", &path, "").await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 429]);
    let seen = server.customer("POST", &path, "{}").await;
    assert_eq!((seen.status, seen.body["error"].as_str()), (429, Some("rate_limit_exceeded")));
    assert_eq!(seen.headers["retry-after"], "1");
}

#[tokio::test]
async fn usage_is_answered_event_by_event() {
    let server = usual();
    let event = |id: &str| {
        json!({"id": id, "auth_id": ACCOUNT, "product": "sms", "heading": "outbound", "number": "49301",
        "quantity": 1, "at": "2026-01-01T00:00:00Z"})
    };
    let mut negative = event("negative");
    negative["quantity"] = json!(-1);
    let sent = json!({"events": [event("new"), negative, event("again"), 7, event("bad")]}).to_string();
    let seen = server.operator("POST", "/v1/Usage/", &sent).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let expected = json!([
        {"status": "rated", "amount": "0.01234", "id": "new"},
        {"status": "unreadable", "field": "quantity", "limit": "must be a whole number from 0 to 1000000 (of bytes to 4294967295)", "id": "negative"},
        {"status": "duplicate", "id": "again"},
        {"status": "unreadable", "field": "", "limit": "must be an object"},
        {"status": "rejected", "reason": "malformed", "id": "bad"},
    ]);
    assert_eq!(seen.body["answers"], expected);
    assert_eq!(seen.body["amount"], json!("0.01234"));
    let counts = json!({"rated": 1, "duplicate": 1, "conflicting": 0, "rejected": 1, "unreadable": 2});
    assert_eq!(seen.body["counts"], counts);

    let many: Vec<Value> = (0..2500).map(|number| event(&number.to_string())).collect();
    let before = server.rules.asked.lock().expect("lock").len();
    let seen = server.operator("POST", "/v1/Usage", &json!({"events": many}).to_string()).await;
    assert_eq!((seen.status, &seen.body["counts"]["rated"]), (200, &json!(2500)));
    let asked = server.rules.asked.lock().expect("lock");
    let sizes: Vec<usize> = asked[before..].iter().map(|(_, arguments)| ids(arguments).len()).collect();
    assert_eq!(sizes, [1000, 1000, 500]);
}

#[tokio::test]
async fn names_that_would_change_an_event_are_refused_by_name_07_columns_that_mean_nothing() {
    let server = usual();
    let mut told = Vec::new();
    for name in ["unit", "currency", "Quantity", "quantity_2", "auth-id", "billed_seconds", "note", "sip_call_id"] {
        let mut event = json!({"id": "e", "auth_id": ACCOUNT, "product": "sms", "heading": "outbound", "number": "49301",
            "quantity": 1, "at": 0});
        event[name] = json!("EUR");
        let batch = json!({"events": [event]}).to_string();
        let answer = server.operator("POST", "/v1/Usage/", &batch).await.body["answers"][0].clone();
        match answer["status"].as_str() {
            Some("rated") => {}
            status => {
                assert_eq!((status, answer["field"].as_str()), (Some("unreadable"), Some(name)));
                told.push(name);
            }
        }
        // The same at the other doors of events.
        let mended = batch.replace("\"events\":[{", "\"events\":[{\"key\":\"k\",");
        let seen = server.operator("POST", "/v1/Usage/Rejected/", &mended).await;
        let refused = seen.body["fields"][0]["field"] == format!("events[0].{name}");
        assert_eq!(refused, told.last() == Some(&name), "{}", seen.text);
        let settled = batch.replace("\"events\":[{", "\"items\":[{\"name\":\"n\",");
        let seen = server.operator("POST", "/v1/Usage/Settle/", &settled).await;
        let refused = seen.body["fields"][0]["field"] == format!("items[0].{name}");
        assert_eq!(refused, told.last() == Some(&name), "{}", seen.text);
    }
    assert_eq!(told, ["unit", "currency", "Quantity", "quantity_2", "auth-id", "billed_seconds"]);
}

#[tokio::test]
async fn an_event_in_which_a_key_stands_twice_spoils_no_other_08_the_same_column_twice() {
    let server = usual();
    let event = |id: &str, more: &str| {
        format!(
            r#"{{"id":"{id}","auth_id":"{ACCOUNT}","product":"sms","heading":"outbound","number":"49301","quantity":1,"at":0{more}}}"#
        )
    };
    let events =
        [event("a", ""), event("b", r#","quantity":900"#), event("c", r#","note":1,"note":2"#), event("d", "")];
    let seen = server.operator("POST", "/v1/Usage/", &format!("{{\"events\":[{}]}}", events.join(","))).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    let expected = json!([
        {"status": "rated", "amount": "0.01234", "id": "a"},
        {"status": "unreadable", "field": "quantity", "limit": "stands there twice", "id": "b"},
        {"status": "unreadable", "field": "", "limit": "must name each key once", "id": "c"},
        {"status": "rated", "amount": "0.01234", "id": "d"},
    ]);
    assert_eq!(seen.body["answers"], expected);
    let seen = server.operator("POST", "/v1/Usage/", r#"{"events":[],"events":[1]}"#).await;
    assert_eq!((seen.status, &seen.body["error"]), (400, &json!("events: stands there twice")));
    let seen = server.operator("POST", "/v1/Operator/call/operator.get-settings", r#"{"a":{"b":1,"b":2}}"#).await;
    assert_eq!((seen.status, &seen.body["error"]), (400, &json!("a.b: stands there twice")));
}

/// 08-the-same-column-twice: whatever the route and the method, and however the key is written.
#[tokio::test]
async fn a_key_twice_in_a_question_or_a_header_twice_is_refused_by_name() {
    let server = usual();
    let account = format!("/v1/Account/{ACCOUNT}/");
    for (method, path, key) in [
        ("POST", "Seats/?paid=1&paid=9", "paid"),
        ("POST", "Billing/?country=DE&%63ountry=GB", "country"),
        ("POST", "?name=a&name=a", "name"),
        ("GET", "?colour=1&colour=2", "colour"),
        ("GET", "Pricing/?country_iso=US&country_iso=GB", "country_iso"),
        ("GET", "Invoice/?order=a&order=b", "order"),
        ("DELETE", "Number/14155550100/?a=1&a=", "a"),
        ("POST", "PhoneNumber/14155550100/?a=1&b=1&a=2", "a"),
    ] {
        let calls = server.rules.asked.lock().expect("lock").len();
        let seen = server.customer(method, &format!("{account}{path}"), "").await;
        assert_eq!((seen.status, &seen.body["error"]), (400, &json!(format!("{key}: is given twice"))), "{path}");
        assert!(
            server.rules.asked.lock().expect("lock")[calls..]
                .iter()
                .all(|(function, _)| function == "accounts.authenticate")
        );
        // Strangers learn nothing.
        assert_eq!(server.ask(method, &format!("{account}{path}"), &[], "").await.status, 401, "{path}");
    }
    for (method, path) in [
        ("POST", "/v1/Usage/"),
        ("GET", "/v1/Usage/Rejected/"),
        ("POST", "/v1/Usage/Reserve/"),
        ("POST", "/v1/Operator/call/operator.get-settings"),
        ("GET", "/v1/Operator/clock"),
        ("POST", "/v1/Operator/clock"),
    ] {
        let seen = server.operator(method, &format!("{path}?x=1&x=1"), "{}").await;
        assert_eq!((seen.status, &seen.body["error"]), (400, &json!("x: is given twice")), "{path}");
        assert_eq!(server.ask(method, &format!("{path}?x=1&x=1"), &[], "{}").await.status, 401, "{path}");
    }
    let bearer = format!("Bearer {OPERATOR}");
    let once = ("authorization", bearer.as_str());
    for (name, headers) in [
        ("Authorization", vec![once, once]),
        ("Idempotency-Key", vec![once, ("idempotency-key", "a"), ("idempotency-key", "a")]),
        ("Idempotency-Part", vec![once, ("idempotency-part", "a/1"), ("idempotency-part", "a/2")]),
    ] {
        let seen = server.ask("POST", "/v1/Operator/call/operator.get-settings", &headers, "{}").await;
        assert_eq!((seen.status, &seen.body["error"]), (400, &json!(format!("{name}: stands there twice"))));
    }
    // The body may repeat what the question says, and not contradict it.
    let update = format!("{account}Number/14155550100/?alias=Fox");
    let seen = server.customer("POST", &update, r#"{"alias":"Fox"}"#).await;
    assert!(!seen.text.contains("different values"), "{}", seen.text);
    let seen = server.customer("POST", &update, r#"{"alias":"Wolf"}"#).await;
    let both = "alias: stands in the question and in the body, with different values";
    assert_eq!((seen.status, &seen.body["error"]), (400, &json!(both)));
}

/// sec-05, sec-03: a batch that is carried out in several calls says exactly which part was, whatever stopped the rest.
#[tokio::test]
async fn sec_05_a_batch_that_breaks_off_says_what_was_carried_out() {
    let server = usual();
    let event = |id: &str| json!({"id": id, "auth_id": ACCOUNT, "product": "voice", "heading": "outbound", "number": "4930", "quantity": 60, "at": 0});
    let batch = |first: &str, last: &str| {
        let events = (0..1005).map(|number| match number {
            0 => event(first),
            1004 => event(last),
            _ => event("new"),
        });
        json!({"events": events.collect::<Vec<_>>()}).to_string()
    };
    let Seen { status, body, .. } = server.operator("POST", "/v1/Usage/", &batch("again", "busy")).await;
    assert_eq!((status, &body["code"], &body["message"]), (503, &json!("reconciling"), &json!("recorded in part")));
    assert_eq!(body["answers"].as_array().map(Vec::len), Some(1000));
    assert_eq!((&body["counts"]["rated"], &body["counts"]["duplicate"]), (&json!(999), &json!(1)));
    assert_eq!((&body["amount"], &body["transactions"]), (&json!("12.32766"), &json!(["t-1"])));
    let error = body["error"].as_str().expect("error");
    assert!(
        error.starts_with(
            "events[0] to events[999] of 1005 are carried out, as answers says; of those from events[1000] on: "
        ),
        "{error}"
    );
    // Nothing of it was carried out: nothing is told of a part.
    let Seen { status, body, .. } = server.operator("POST", "/v1/Usage/", &batch("busy", "new")).await;
    assert_eq!((status, &body["code"], body.get("answers")), (503, &json!("reconciling"), None));
    assert!(!body["error"].as_str().expect("error").contains("carried out"), "{body}");
}

/// sec-05-one-key-for-two-usage-batches: what a client sends in parts of its own is handed on as such.
#[tokio::test]
async fn sec_05_a_part_of_a_larger_request_says_so_to_the_rules() {
    let server = usual();
    let event = json!({"id": "e", "auth_id": ACCOUNT, "product": "voice", "heading": "outbound", "number": "4930", "quantity": 60, "at": 0});
    let whole = "a".repeat(64);
    let bearer = format!("Bearer {OPERATOR}");
    let part = format!("{whole}/1002");
    let headers = [("authorization", bearer.as_str()), ("idempotency-key", "K"), ("idempotency-part", part.as_str())];
    let Seen { status, .. } = server.ask("POST", "/v1/Usage/", &headers, &json!({"events": [event]}).to_string()).await;
    assert_eq!((status, &server.last().1["caller"]["part"]), (200, &json!({"whole": whole, "number": 1002})));
    let many = json!({"events": vec![event; 1001]}).to_string();
    let Seen { status, body, .. } = server.ask("POST", "/v1/Usage/", &headers, &many).await;
    assert_eq!((status, &body["fields"][0]["field"]), (400, &json!("Idempotency-Part")));
}

#[tokio::test]
async fn usage_needs_the_operator_and_a_list_of_bounded_length() {
    let server = usual();
    let seen = server.customer("POST", "/v1/Usage/", "{\"events\": []}").await;
    assert_eq!(
        (seen.status, seen.headers["www-authenticate"].to_str().ok()),
        (401, Some("Bearer realm=\"coinbox operator\""))
    );
    let wrong = server.ask("POST", "/v1/Usage/", &[("authorization", "Bearer operator-token-of-the-tesT")], "{}").await;
    let told = "authentication credentials are missing or wrong: this route takes Authorization: Bearer with the operator token";
    assert_eq!((wrong.status, &wrong.body["error"], &seen.body["error"]), (401, &json!(told), &json!(told)));
    for (sent, error) in
        [("{}", "events: is missing: {\"events\": [...]}"), ("{\"events\": 5}", "events: must be a list of events")]
    {
        let seen = server.operator("POST", "/v1/Usage/", sent).await;
        assert_eq!((seen.status, seen.body["error"].as_str()), (400, Some(error)), "{sent}");
    }
    let seen = server.operator("POST", "/v1/Usage/", &json!({"events": vec![0; 10_001]}).to_string()).await;
    assert_eq!(seen.body["error"], json!("events: 10001 events are too many, at most 10000 a request"));
    assert_eq!(server.operator("POST", "/v1/Usage/", "{\"events\": []}").await.status, 200);
}

#[tokio::test]
async fn operators_call_functions_by_name() {
    let server = usual();
    // Nobody chooses how he is called.
    let headers = [("authorization", &*format!("Bearer {OPERATOR}")), ("x-operator-name", "alice")];
    let seen = server.ask("POST", "/v1/Operator/call/operator.get-settings", &headers, "").await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert_eq!(seen.body["ok"]["permissions"], json!(["operator.get-settings"]), "the one that the function asks for");
    assert_eq!(server.last().1["caller"]["who"]["operator"]["name"], json!("operator"));

    let refused = server.operator("POST", "/v1/Operator/call/credits.recharge", "{}").await;
    assert_eq!((refused.status, &refused.body), (409, &json!({"err": {"no-usable-card": {"reason": "expired"}}})));
    let looked = server.operator("POST", "/v1/Operator/call/jobs.look", "{\"job\": \"x\"}").await;
    assert_eq!((looked.status, &looked.body), (200, &json!({"ok": "working"})));
    assert_eq!(server.last().1, json!({"job": "x"}), "this interface has no caller");
    for function in ["coupons.claim", "jobs.begin", "jobs.perform", "jobs.store-opened", "nothing.at-all", "jobs"] {
        let seen = server.operator("POST", &format!("/v1/Operator/call/{function}"), "{}").await;
        assert_eq!((seen.status, &seen.body["code"]), (404, &json!("no_such_function")), "{function}");
    }
    let own = server.operator("POST", "/v1/Operator/call/operator.get-settings", "{\"caller\": 1}").await;
    assert_eq!((own.status, own.body["error"].as_str()), (400, Some("caller: is filled by the server; leave it out")));
    let broken = server.operator("POST", "/v1/Operator/call/operator.list-queue", "{}").await;
    assert_eq!((broken.status, &broken.body["code"]), (500, &json!("internal")));
    assert!(!broken.text.contains("longer than"), "details stay in the log");
    assert_eq!(server.ask("POST", "/v1/Operator/call/operator.get-settings", &[], "").await.status, 401);
}

#[tokio::test]
async fn the_clock_is_moved_only_where_the_program_keeps_it() {
    let server = usual();
    let seen = server.operator("GET", "/v1/Operator/clock", "").await;
    assert_eq!(seen.body["ok"], json!({"now": "1000000", "shown": "1970-01-01T00:16:40Z", "simulated": false}));
    let seen = server.operator("POST", "/v1/Operator/clock", "{\"by\": \"1d\"}").await;
    assert_eq!((seen.status, &seen.body["code"]), (409, &json!("real_clock")));
    let seen = server.operator("POST", "/v1/Operator/backup", "{\"to\": \"relative\"}").await;
    assert_eq!((seen.status, seen.body["fields"][0]["field"].as_str()), (400, Some("to")));
    let seen = server.operator("POST", "/v1/Operator/drive/MA1/charge/1", "").await;
    assert_eq!((seen.status, &seen.body), (200, &json!({"ok": "working"})));
}

#[tokio::test]
async fn the_server_can_be_watched() {
    let server = usual();
    assert_eq!(server.ask("GET", "/healthz", &[], "").await.text, "alive\n");
    assert_eq!(server.ask("GET", "/readyz", &[], "").await.text, "ready\n");
    server.customer("GET", &format!("/v1/Account/{ACCOUNT}/"), "").await;
    let seen = server.ask("GET", "/metrics", &[], "").await;
    assert!(
        seen.text.contains("coinbox_calls_total{function=\"accounts.get\",class=\"query\",outcome=\"ok\"} 1\n"),
        "{}",
        seen.text
    );
    assert!(seen.text.contains("coinbox_http_requests_total{route=\"account\",status=\"200\"} 1\n"), "{}", seen.text);
    assert!(!seen.text.contains(ACCOUNT), "no account in labels");
}

#[tokio::test]
async fn sec_01_bodies_that_never_come_hold_nobody_else_up() {
    let server = server(1000, RestLimits { concurrent_requests: 3, account_requests: 2, ..RestLimits::default() });
    let path = format!("/v1/Account/{ACCOUNT}/");
    let mut held = Vec::new();
    for number in 1..=3 {
        let (sender, receiver) = tokio::sync::mpsc::channel(1);
        let request = Request::builder().method("POST").uri(&path).header("authorization", basic(ACCOUNT, TOKEN));
        let request = request.body(Body::new(Waiting(receiver))).expect("a request");
        let answer = tokio::spawn(server.router.clone().oneshot(request));
        if number == 3 {
            // The third of one account is told, at once.
            let refused = answer.await.expect("task").expect("answer");
            assert_eq!((refused.status().as_u16(), refused.headers()["retry-after"].to_str().ok()), (429, Some("1")));
            break;
        }
        // It waits for its body when the rules have said who it is.
        let known =
            || server.rules.asked.lock().expect("lock").iter().filter(|(name, _)| name == "accounts.get").count();
        for _ in 0..100_000 {
            if known() >= number {
                break;
            }
            tokio::task::yield_now().await;
        }
        assert_eq!(known(), number);
        held.push((sender, answer));
    }
    assert_eq!(server.operator("POST", "/v1/Usage/", "{\"events\": []}").await.status, 200);
    assert_eq!(server.ask("GET", "/readyz", &[], "").await.text, "ready\n");
    for (sender, answer) in held {
        drop(sender);
        assert_eq!(answer.await.expect("task").expect("answer").status().as_u16(), 202);
    }
    assert_eq!(server.customer("GET", &path, "").await.status, 200);
}

/// A body that comes when it comes.
struct Waiting(tokio::sync::mpsc::Receiver<axum::body::Bytes>);

impl hyper::body::Body for Waiting {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Result<hyper::body::Frame<Self::Data>, Self::Error>>> {
        self.0.poll_recv(context).map(|bytes| bytes.map(|bytes| Ok(hyper::body::Frame::data(bytes))))
    }
}
