//! People over HTTP: three calls in one request, sessions as tokens and as cookies, what stops somebody on the way in.

use super::*;
use crate::request::Peer;
use crate::session::COOKIE;

const SESSION: &str = "cbs_MAAAAAAAAAAAAAAAAAAA_1_abcdefghijklmnop_0123456789abcdefghij";
const NEW: &str = "cbs_MAAAAAAAAAAAAAAAAAAA_1_ponmlkjihgfedcba_jihgfedcba9876543210";
const PAGES: &str = "https://console.example.com";
const JSON: (&str, &str) = ("content-type", "application/json");

pub(super) const FUNCTIONS: [(&str, Class); 27] = [
    ("links.look", Class::Query),
    ("login.start", Class::Command),
    ("login.finish", Class::Command),
    ("login.start-proof", Class::Command),
    ("login.finish-proof", Class::Command),
    ("login.send-code", Class::Command),
    ("login.check", Class::Command),
    ("login.touch", Class::Command),
    ("login.list-sessions", Class::Query),
    ("login.end-session", Class::Command),
    ("login.end-others", Class::Command),
    ("login.logout", Class::Command),
    ("login.list-logins", Class::Query),
    ("members.start-accept", Class::Command),
    ("members.finish-accept", Class::Command),
    ("password.request-reset", Class::Command),
    ("password.start-reset", Class::Command),
    ("password.finish-reset", Class::Command),
    ("password.start-change", Class::Command),
    ("password.finish-change", Class::Command),
    ("passwords.weigh", Class::Query),
    ("profile.get", Class::Query),
    ("profile.factors", Class::Query),
    ("profile.begin-authenticator", Class::Command),
    ("profile.confirm-phone", Class::Command),
    ("profile.new-recovery-codes", Class::Command),
    ("profile.remove-factor", Class::Command),
];

/// Rules that know one password, one link and one session.
pub(super) fn answer(function: &str, arguments: &Value) -> Value {
    let who = &arguments["caller"]["who"];
    let is_nobody = who == "nobody";
    let in_session = who["session"]["token"] == SESSION;
    let entered = json!({"token": NEW, "ends": "61000000", "device-token": null, "account": ACCOUNT, "member": 1,
        "role": "owner"});
    let half = json!({"token": NEW, "until": "1600000", "factors": [{"kind": "phone", "hint": "•••• 0100"}]});
    match function {
        "passwords.weigh" if arguments["new"] == "weak" => json!({"err": {"weak": ["too-short", "no-digit"]}}),
        "passwords.weigh" => {
            let right = arguments["old"].is_null() || arguments["old"] == "right";
            json!({"ok": format!("weighed {} {right}", arguments["ticket"].as_str().expect("a ticket"))})
        }
        "login.start" | "members.start-accept" if is_nobody => json!({"ok": function}),
        "password.start-reset" if arguments["link"] == "lk_good" => json!({"ok": function}),
        "password.start-reset" | "links.look" => json!({"err": "gone"}),
        "login.start-proof" | "password.start-change" if in_session => json!({"ok": function}),
        "login.finish" if arguments["ticket"] == "weighed login.start true" => json!({"ok": {"second-factor": half}}),
        "login.finish" => json!({"ok": "wrong"}),
        "members.finish-accept" => json!({"ok": half}),
        "password.finish-reset" => json!({"ok": "device-1"}),
        "login.finish-proof" | "password.finish-change"
            if arguments["ticket"].as_str().is_some_and(|ticket| ticket.ends_with("true")) =>
        {
            json!({"ok": {"entered": entered}})
        }
        "login.finish-proof" | "password.finish-change" => json!({"ok": {"wrong": {"left": 3}}}),
        "password.request-reset" if is_nobody => json!({"ok": null}),
        _ if !in_session => json!({"err": {"refused": "unauthenticated"}}),
        "login.check" if arguments["code"] == "000000" => json!({"ok": {"locked": {"until": "1060500"}}}),
        "login.check" => json!({"ok": {"entered": entered}}),
        "login.logout" | "login.end-session" => json!({"ok": null}),
        "login.list-sessions" => {
            json!({"ok": [{"name": "abcdefghijklmnop", "since": "0", "seen": "1000", "ends": "2000",
            "how": "password", "address": null, "device": null, "this-one": true}]})
        }
        "profile.get" => json!({"ok": {"account": ACCOUNT, "number": 1, "name": "Ada", "email": "a@b.example",
            "language": "en", "role": "owner", "since": "0", "factors": [], "new-email": null}}),
        "profile.begin-authenticator" => json!({"ok": {"begun": {"uri": "otpauth://totp/Coinbox:a?secret=JBSWY3DP",
            "secret": "JBSWY3DP", "until": "1900000"}}}),
        "profile.confirm-phone" => {
            json!({"ok": {"confirmed": {"recovery-codes": ["AAAAA-BBBBB"], "entered": entered}}})
        }
        "profile.new-recovery-codes" => json!({"err": {"refused": "reauthenticate"}}),
        "profile.remove-factor" => json!({"err": "last-factor"}),
        _ => json!({"ok": null}),
    }
}

impl Server {
    async fn person(&self, method: &str, path: &str, body: &str) -> Seen {
        self.ask(method, path, &[("authorization", &format!("Bearer {SESSION}"))], body).await
    }

    fn functions(&self) -> Vec<String> {
        let asked = self.rules.asked.lock().expect("lock");
        asked.iter().map(|(function, _)| function.clone()).filter(|name| !name.starts_with("jobs.")).collect()
    }
}

fn header<'a>(seen: &'a Seen, name: &str) -> Option<&'a str> {
    seen.headers.get(name).map(|value| value.to_str().expect("text"))
}

#[tokio::test]
async fn a_login_is_three_calls_whose_tickets_stay_here() {
    let server = usual();
    let body = r#"{"email": "a@b.example", "password": "right", "device_token": "d"}"#;
    let seen = server.ask("POST", "/v1/Login/", &[], body).await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert_eq!(server.functions(), ["login.start", "passwords.weigh", "login.finish"]);
    let asked = server.rules.asked.lock().expect("lock").clone();
    let of = |name: &str| asked.iter().find(|(function, _)| function == name).expect("asked").1.clone();
    let start = of("login.start");
    assert_eq!(
        (&start["email"], &start["old"], &start["device-token"]),
        (&json!("a@b.example"), &json!("right"), &json!("d"))
    );
    assert_eq!(start["caller"]["who"], json!("nobody"));
    assert_eq!(of("passwords.weigh"), json!({"ticket": "login.start", "old": "right", "new": null}));
    assert_eq!(of("login.finish")["ticket"], json!("weighed login.start true"));
    assert!(of("login.finish").get("old").is_none());
    let expected = json!({"api_id": seen.body["api_id"], "step": "second_factor", "session": NEW,
        "until": "1970-01-01T00:26:40Z", "factors": [{"kind": "phone", "hint": "•••• 0100"}]});
    assert_eq!(seen.body, expected);
    assert_eq!(
        (header(&seen, "cache-control"), header(&seen, "referrer-policy")),
        (Some("no-store"), Some("no-referrer"))
    );
    assert_eq!(header(&seen, "set-cookie"), None);
}

#[tokio::test]
async fn what_is_wrong_or_locked_is_refused_by_status() {
    let server = usual();
    let seen = server.ask("POST", "/v1/Login/", &[], r#"{"email": "a@b.example", "password": "no"}"#).await;
    assert_eq!((seen.status, &seen.body["code"]), (401, &json!("wrong")));
    assert_eq!((header(&seen, "www-authenticate"), header(&seen, "cache-control")), (None, Some("no-store")));
    assert_eq!(seen.body["error"], json!("the address or the password is wrong"));
    // What stands in the question is in logs, so it is not read.
    server.ask("POST", "/v1/Login/?email=a@b.example&password=right", &[], "{}").await;
    assert_eq!(server.last().1["ticket"], json!("weighed login.start false"));

    let seen = server.person("POST", "/v1/Login/Proof/", r#"{"password": "no"}"#).await;
    assert_eq!((seen.status, &seen.body["code"], &seen.body["tries_left"]), (403, &json!("wrong"), &json!(3)));
    let seen = server.person("POST", "/v1/Login/Check/", r#"{"method": "phone", "code": "000000"}"#).await;
    assert_eq!((seen.status, &seen.body["code"], header(&seen, "retry-after")), (429, &json!("locked"), Some("61")));
    let seen = server.person("POST", "/v1/Me/RecoveryCodes/", "").await;
    assert_eq!((seen.status, &seen.body["code"]), (403, &json!("reauthenticate")));
    let seen = server.person("DELETE", "/v1/Me/Factor/phone/", "").await;
    assert_eq!((seen.status, &seen.body["code"]), (409, &json!("last_factor")));
    for (path, body) in
        [("/v1/Password/Reset/", r#"{"link": "lk_bad", "new_password": "x"}"#), ("/v1/Login/Link/", r#"{"link": "x"}"#)]
    {
        let seen = server.ask("POST", path, &[], body).await;
        assert_eq!((seen.status, &seen.body["code"]), (410, &json!("gone")), "{path}");
    }
}

#[tokio::test]
async fn a_weak_password_is_told_why_and_settles_nothing() {
    let server = usual();
    let seen = server.ask("POST", "/v1/Password/Reset/", &[], r#"{"link": "lk_good", "new_password": "weak"}"#).await;
    assert_eq!((seen.status, &seen.body["code"]), (400, &json!("weak_password")));
    let rules: Vec<&Value> =
        seen.body["fields"].as_array().expect("fields").iter().map(|field| &field["rule"]).collect();
    assert_eq!(rules, [&json!("too-short"), &json!("no-digit")]);
    assert_eq!(server.functions(), ["password.start-reset", "passwords.weigh"]);
    let seen = server.ask("POST", "/v1/Password/Reset/", &[], r#"{"link": "lk_good", "new_password": "good"}"#).await;
    assert_eq!((seen.status, &seen.body["device_token"], seen.body.get("session")), (200, &json!("device-1"), None));
}

/// Attack 49: cookies of other sites, forms, Basic on session routes, sessions as operators. Attack 82: two proofs.
#[tokio::test]
async fn a_session_is_believed_where_it_belongs() {
    let server = usual();
    let bearer = format!("Bearer {SESSION}");
    let cookie = format!("{COOKIE}={SESSION}");
    let basic = basic(ACCOUNT, TOKEN);
    let operator = format!("Bearer {OPERATOR}");
    let logout = |headers: Vec<(&'static str, String)>| {
        let server = &server;
        async move {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            server.ask("POST", "/v1/Login/Logout/", &headers, "{}").await
        }
    };
    let json = ("content-type", JSON.1.to_owned());
    let origin = |origin: &str| ("origin", origin.to_owned());
    for (headers, status, code) in [
        (vec![("authorization", bearer.clone())], 200, Value::Null),
        (vec![("cookie", cookie.clone()), origin(PAGES), json.clone()], 200, Value::Null),
        (vec![("cookie", cookie.clone()), json.clone()], 403, json!("other_site")),
        (vec![("cookie", cookie.clone()), origin("https://evil.example"), json.clone()], 403, json!("other_site")),
        (
            vec![
                ("cookie", cookie.clone()),
                origin(PAGES),
                ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ],
            403,
            json!("other_site"),
        ),
        (vec![], 401, json!("authentication_failed")),
        (vec![("authorization", basic.clone())], 401, json!("authentication_failed")),
        (vec![("authorization", operator.clone())], 401, json!("authentication_failed")),
        // What the request says itself goes first, so a wrong one is not mended by a cookie.
        (
            vec![("authorization", basic.clone()), ("cookie", cookie.clone()), origin(PAGES)],
            401,
            json!("authentication_failed"),
        ),
        (vec![("authorization", bearer.clone()), ("authorization", bearer.clone())], 400, json!("invalid")),
        (vec![("authorization", bearer.clone()), ("authorization", basic.clone())], 400, json!("invalid")),
    ] {
        let told = format!("{headers:?}");
        let seen = logout(headers).await;
        let found = seen.body.get("code").cloned().unwrap_or_default();
        assert_eq!((seen.status, found), (status, code), "{told}");
        assert_eq!(header(&seen, "cache-control"), Some("no-store"), "{told}");
        if status == 401 {
            assert_eq!(header(&seen, "www-authenticate"), Some("Bearer realm=\"coinbox session\""), "{told}");
        }
    }
    // A session is no operator and no account.
    for path in ["/v1/Operator/clock", &format!("/v1/Account/{ACCOUNT}/")] {
        for headers in [[("authorization", bearer.as_str())], [("cookie", cookie.as_str())]] {
            assert_eq!(server.ask("GET", path, &headers, "").await.status, 401, "{path} {headers:?}");
        }
    }
    // Nor does it change what needs no proof.
    let seen =
        server.ask("POST", "/v1/Login/", &[("cookie", &cookie), JSON], r#"{"email": "a", "password": "right"}"#).await;
    assert_eq!((seen.status, header(&seen, "set-cookie")), (200, None));
}

#[tokio::test]
async fn browsers_get_cookies_and_programs_tokens() {
    let server = usual();
    let body = r#"{"email": "a@b.example", "password": "right"}"#;
    let seen = server.ask("POST", "/v1/Login/", &[("origin", PAGES), JSON], body).await;
    let expected = format!("{COOKIE}={NEW}; Path=/; Secure; HttpOnly; SameSite=Strict");
    assert_eq!((header(&seen, "set-cookie"), seen.body.get("session")), (Some(expected.as_str()), None));
    assert!(!seen.text.contains(NEW));
    // A page of another site that logs somebody in gets no cookie into the browser.
    let seen = server.ask("POST", "/v1/Login/", &[("origin", "https://evil.example"), JSON], body).await;
    assert_eq!(header(&seen, "set-cookie"), None);
    let cookie = format!("{COOKIE}={SESSION}");
    let headers = [("cookie", cookie.as_str()), ("origin", PAGES), JSON];
    let seen = server.ask("POST", "/v1/Login/Check/", &headers, r#"{"method": "phone", "code": "123456"}"#).await;
    assert_eq!((seen.status, &seen.body["step"], &seen.body["role"]), (200, &json!("entered"), &json!("owner")));
    assert!(header(&seen, "set-cookie").is_some_and(|given| given.contains(NEW)) && !seen.text.contains(NEW));
    let seen = server.ask("POST", "/v1/Login/Logout/", &headers, "{}").await;
    assert!(header(&seen, "set-cookie").is_some_and(|taken| taken.ends_with("Max-Age=0")));
    // Reading needs no origin.
    let seen = server.ask("GET", "/v1/Login/Session/", &[("cookie", &cookie)], "").await;
    assert_eq!((seen.status, &seen.body["sessions"][0]["this_one"]), (200, &json!(true)));
    assert_eq!(seen.body["sessions"][0]["seen"], json!("1970-01-01T00:00:01Z"));
}

#[tokio::test]
async fn the_rules_are_told_who_asks_from_where() {
    let server = usual();
    let request = Request::builder()
        .method("GET")
        .uri("/v1/Me/")
        .header("authorization", format!("Bearer {SESSION}"))
        .header("user-agent", "Browser/1.0")
        .header("x-request-id", "chosen-by-the-client")
        .header("x-forwarded-for", "198.51.100.7")
        .extension(Peer("[::ffff:203.0.113.9]:4711".parse().expect("an address")))
        .body(Body::empty())
        .expect("a request");
    let response = server.router.clone().oneshot(request).await.expect("an answer");
    assert_eq!(response.status().as_u16(), 200);
    let (function, arguments) = server.last();
    let caller = &arguments["caller"];
    assert_eq!(function, "profile.get");
    assert_eq!(caller["who"], json!({"session": {"token": SESSION}}));
    assert_eq!((&caller["address"], &caller["device"]), (&json!("203.0.113.9"), &json!("Browser/1.0")));
    let drawn = caller["request"].as_str().expect("text");
    assert_eq!(uuid::Uuid::parse_str(drawn).expect("uuid").get_version_num(), 4);
}

#[tokio::test]
async fn an_authenticator_is_shown_with_its_picture_and_codes_beside_the_session() {
    let server = usual();
    let seen = server.person("POST", "/v1/Me/Authenticator/", r#"{"code": "123456"}"#).await;
    assert_eq!((seen.status, &seen.body["step"], &seen.body["secret"]), (200, &json!("begun"), &json!("JBSWY3DP")));
    assert!(seen.body["qr_svg"].as_str().is_some_and(|picture| picture.contains("<svg ")));
    let seen = server.person("POST", "/v1/Me/Phone/Confirm/", r#"{"code": "123456"}"#).await;
    assert_eq!((&seen.body["step"], &seen.body["recovery_codes"]), (&json!("confirmed"), &json!(["AAAAA-BBBBB"])));
    assert_eq!(seen.body["session"], json!(NEW));
    let seen =
        server.ask("POST", "/v1/Login/Accept/", &[], r#"{"link": "l", "new_password": "p", "name": "Ada"}"#).await;
    assert_eq!((&seen.body["step"], &seen.body["session"]), (&json!("enrol"), &json!(NEW)));
    assert_eq!(server.last().1["name"], json!("Ada"));
    let seen = server.ask("POST", "/v1/Password/RequestReset/", &[], r#"{"email": "a@b.example"}"#).await;
    assert_eq!(
        (seen.status, &seen.body["message"]),
        (200, &json!("if this address has a login, a mail is on its way"))
    );
}
