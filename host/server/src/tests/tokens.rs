//! What proves who asks, and what does not: forms and places of tokens, schemes, named operators.

use super::*;
use coinbox_host::contract::types::Principal;

/// Attack 45: other case, space, NUL, 41 letters, in the question or the path.
#[tokio::test]
async fn a_token_in_another_form_or_place_is_401_and_nowhere_told() {
    let server = usual();
    let path = format!("/v1/Account/{ACCOUNT}/");
    assert_eq!(server.customer("GET", &path, "").await.status, 200);
    let letters = "abcdefghijabcdefghijabcdefghijabcdefghij";
    for token in [
        &TOKEN[..39],
        &format!("{TOKEN}0"),
        &format!(" {TOKEN}"),
        &format!("{TOKEN} "),
        &format!("{TOKEN}\0"),
        &TOKEN.replace('0', "O"),
        &letters.to_uppercase(),
        "",
    ] {
        let seen = server.ask("GET", &path, &[("authorization", &basic(ACCOUNT, token))], "").await;
        assert_eq!(seen.status, 401, "{token:?}");
        assert!(token.is_empty() || !seen.text.contains(token), "{}", seen.text);
    }
    for place in [
        format!("{path}?auth_token={TOKEN}"),
        format!("{path}?authorization=Basic%20{TOKEN}"),
        format!("{path}{TOKEN}/"),
    ] {
        let seen = server.ask("GET", &place, &[], "").await;
        assert!(matches!(seen.status, 401 | 404), "{place}: {}", seen.status);
        assert!(!seen.text.contains(TOKEN), "{}", seen.text);
    }
    let metrics = server.ask("GET", "/metrics", &[], "").await.text;
    assert!(!metrics.contains(TOKEN) && !metrics.contains(ACCOUNT));
}

/// Attack 49, as far as there are routes for it: a form post, a session's token as an operator's, Basic where Bearer is asked and the other way round.
#[tokio::test]
async fn what_proves_one_thing_proves_no_other() {
    let server = usual();
    let path = format!("/v1/Account/{ACCOUNT}/");
    let form = [("authorization", &*basic(ACCOUNT, TOKEN)), ("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(server.ask("POST", &path, &form, "name=x").await.status, 415);
    let session = format!("Bearer cbs_{ACCOUNT}_1_{}_{}", "a".repeat(16), "b".repeat(43));
    for (path, authorization) in [
        ("/v1/Operator/clock", session.as_str()),
        ("/v1/Operator/clock", &basic(ACCOUNT, TOKEN)),
        ("/v1/Operator/clock", &basic("operator", OPERATOR)),
        ("/v1/Operator/clock", &format!("Bearer  {OPERATOR}x")),
        ("/v1/Operator/clock", &format!("Basic {OPERATOR}")),
        (path.as_str(), &format!("Bearer {OPERATOR}")),
        (path.as_str(), &format!("Bearer {TOKEN}")),
        (path.as_str(), session.as_str()),
    ] {
        let seen = server.ask("GET", path, &[("authorization", authorization)], "").await;
        assert_eq!(seen.status, 401, "{path} {authorization}");
    }
}

/// A server whose operators stand in a file.
fn with_operators(lines: &str) -> (Server, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("operators");
    std::fs::write(&file, lines).expect("written");
    (server_of(1000, RestLimits::default(), Some(&file)), folder)
}

fn line(name: &str, token: &str, permissions: &[&str], networks: &[&str]) -> String {
    let digest: String = crate::operators::digest_of(token).iter().map(|byte| format!("{byte:02x}")).collect();
    json!({"name": name, "digest": digest, "permissions": permissions, "networks": networks}).to_string()
}

/// Attack 74 and R77: what a line says, and nothing else; the shared token is over.
#[tokio::test]
async fn a_named_operator_may_what_its_line_says() {
    let lines = [
        line("olga", "cbo_olga", &["operator.get-settings", "host.check"], &[]),
        line("otto", "cbo_otto", &["operator.get-settings"], &["192.0.2.0/24"]),
    ];
    let (server, _folder) = with_operators(&lines.join("\n"));
    let ask = async |method: &str, path: &str, token: &str| {
        let headers = [("authorization", &*format!("Bearer {token}")), ("x-operator-name", "alice")];
        server.ask(method, path, &headers, "").await
    };
    let settings = "/v1/Operator/call/operator.get-settings";
    assert_eq!(ask("POST", settings, "cbo_olga").await.status, 200);
    let Principal::Operator(operator) = wit_caller(&server).who else { panic!("an operator") };
    assert_eq!((operator.name.as_str(), operator.permissions), ("olga", vec!["operator.get-settings".to_owned()]));
    // The rules refuse what the line does not name; the host, what only it does.
    ask("POST", "/v1/Operator/call/credits.recharge", "cbo_olga").await;
    let Principal::Operator(operator) = wit_caller(&server).who else { panic!("an operator") };
    assert_eq!(operator.permissions, [] as [String; 0]);
    for (method, path, permission) in [
        ("POST", "/v1/Operator/backup", "host.backup"),
        ("POST", "/v1/Operator/drive/x", "host.drive"),
        ("POST", "/v1/Operator/forecast", "host.forecast"),
        ("POST", "/v1/Operator/clock", "host.clock"),
        ("POST", "/v1/Operator/clock/confirm", "host.clock"),
    ] {
        let seen = ask(method, path, "cbo_olga").await;
        assert_eq!((seen.status, &seen.body["code"]), (403, &json!("forbidden")), "{path}: {}", seen.text);
        assert!(seen.text.contains(permission), "{}", seen.text);
    }
    assert_eq!(ask("POST", "/v1/Operator/check", "cbo_olga").await.status, 200);
    assert_eq!(ask("GET", "/v1/Operator/clock", "cbo_olga").await.status, 200);
    // From elsewhere than its networks a token is good for nothing, and an address that nobody knows is in none.
    let seen = ask("POST", settings, "cbo_otto").await;
    assert_eq!((seen.status, &seen.body["code"]), (403, &json!("address_not_allowed")));
    for token in [OPERATOR, "cbo_", "cbo_OLGA", ""] {
        assert_eq!(ask("POST", settings, token).await.status, 401, "{token}");
    }
}

/// The caller of the last call.
fn wit_caller(server: &Server) -> coinbox_host::contract::types::Caller {
    coinbox_host::json::from_value(&server.last().1["caller"]).expect("a caller")
}

/// A request that reads is one call of the rules, whoever asks; what is wrong with it is told after the proof.
#[tokio::test]
async fn a_request_that_reads_is_one_call() {
    let server = usual();
    let calls = async |path: &str, token: &str| {
        let before = server.rules.asked.lock().expect("lock").len();
        let seen = server.ask("GET", path, &[("authorization", &basic(ACCOUNT, token))], "").await;
        let asked = server.rules.asked.lock().expect("lock");
        (seen.status, asked[before..].iter().map(|(function, _)| function.clone()).collect::<Vec<_>>())
    };
    let account = format!("/v1/Account/{ACCOUNT}/");
    let number = format!("{account}Number/14155550100/");
    assert_eq!(calls(&account, TOKEN).await, (200, vec!["accounts.get".to_owned()]));
    assert_eq!(calls(&account, "").await, (401, vec!["accounts.get".to_owned()]));
    assert_eq!(calls(&number, TOKEN).await.1.first().map(String::as_str), Some("numbers.get"));
    assert_eq!(calls(&number, "").await, (401, vec!["numbers.get".to_owned()]));
    // What is wrong with the question is told to whoever may ask.
    let lines = format!("{account}UsageLine/?colour=red");
    assert_eq!(calls(&lines, TOKEN).await, (400, vec!["accounts.authenticate".to_owned()]));
    assert_eq!(calls(&lines, "").await, (401, vec!["accounts.authenticate".to_owned()]));
    // The stock is asked for nobody.
    let (status, asked) = calls(&format!("{account}PhoneNumber/?country_iso=US"), "").await;
    assert_eq!(status, 401);
    assert!(!asked.contains(&"numbers.offers".to_owned()), "{asked:?}");
}
