//! Sign-up, review and members over HTTP: who holds a sign-up, which files are read, who sees the people of an account.

use super::*;
use axum::http::HeaderValue;
use sha2::Digest;

const HOLDER: &str = "su_1a2b_0123456789abcdef";
const SESSION: &str = "cbs_MAAAAAAAAAAAAAAAAAAA_1_qrstuvwxyzabcdef_0123456789";
const HALF: &str = "cbs_MAAAAAAAAAAAAAAAAAAA_1_half567890123456_0123456789";
const PAGES: &str = "https://console.example.com";
const COOKIE: &str = "__Host-coinbox-signup";
/// A picture of one point.
const PNG: &[u8] =
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0\x1f\x15\xc4\x89\0\0\0\0IEND\xaeB`\x82";

pub(super) const FUNCTIONS: [(&str, Class); 18] = [
    ("signup.start", Class::Command),
    ("signup.finish", Class::Command),
    ("signup.resend", Class::Command),
    ("signup.confirm", Class::Command),
    ("signup.start-confirm", Class::Command),
    ("signup.finish-confirm", Class::Command),
    ("review.outstanding", Class::Query),
    ("review.list-documents", Class::Query),
    ("review.hand-in", Class::Command),
    ("review.read-document", Class::Query),
    ("members.list", Class::Query),
    ("members.invite-owner", Class::Command),
    ("members.issue-temporary", Class::Command),
    ("members.allow-new-factors", Class::Command),
    ("destinations.begin", Class::Command),
    ("destinations.check", Class::Command),
    ("destinations.list", Class::Query),
    ("destinations.remove", Class::Command),
];

/// Rules that know one sign-up and one session.
pub(super) fn answer(function: &str, arguments: &Value) -> Value {
    let who = &arguments["caller"]["who"];
    let known = who["session"]["token"] == SESSION || who["operator"].is_object();
    let confirmed = json!({"account": ACCOUNT, "half": {"token": HALF, "until": "600000", "factors": []}});
    match function {
        "signup.start" if arguments["sign-up"]["email"] == "a@gmail.com" => {
            json!({"err": {"personal-mail": {"domain": "gmail.com"}}})
        }
        "signup.start" if arguments["sign-up"]["email"] == "a@vpn.example" => json!({"err": {"network": "vpn"}}),
        "signup.start" | "signup.start-confirm" => json!({"ok": function}),
        "signup.finish" => json!({"ok": {"holder": HOLDER, "until": "86400000"}}),
        "signup.resend" | "signup.confirm" if arguments["holder"] != HOLDER => json!({"err": "gone"}),
        "signup.resend" => json!({"ok": {"holder": HOLDER, "until": "86400000"}}),
        "signup.confirm" => json!({"ok": confirmed}),
        "signup.finish-confirm" if arguments["ticket"] == "weighed signup.start-confirm true" => {
            json!({"ok": {"confirmed": confirmed}})
        }
        "signup.finish-confirm" => json!({"ok": "wrong"}),
        _ if !known => json!({"err": {"refused": "unauthenticated"}}),
        "review.outstanding" => json!({"ok": [{"step": "documents", "done": false, "asked": "please",
            "documents": ["proof-of-address"], "due": "86400000"}]}),
        "review.hand-in" => json!({"ok": document(&arguments["document"])}),
        "review.list-documents" => json!({"ok": [document(&blob())]}),
        "review.read-document" => json!({"ok": document(&blob())}),
        "members.list" => json!({"ok": {"members": [{"number": 1, "last-login": "0"}], "next": 2}}),
        "members.issue-temporary" => json!({"ok": {"password": "kq7", "until": "86400000"}}),
        "destinations.list" => json!({"ok": [{"number": "+14155550100", "since": "0"}]}),
        "destinations.begin" if arguments["number"] == "14155550106" => {
            json!({"err": {"too-many-destinations": {"limit": 5}}})
        }
        "destinations.begin" => json!({"ok": {"job": "code/1", "to": "•••• 0100", "channel": arguments["channel"],
            "until": "600000", "again": "30000"}}),
        "destinations.check" if arguments["code"] == "123456" => {
            json!({"ok": {"verified": {"number": "+14155550100", "since": "0"}}})
        }
        "destinations.check" => json!({"ok": {"wrong": {"left": 4}}}),
        _ => json!({"ok": null}),
    }
}

fn blob() -> Value {
    let digest = sha2::Sha256::digest(PNG);
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    json!({"digest": digest, "size": PNG.len().to_string(), "media-type": "image/png", "name": "passport.png"})
}

fn document(blob: &Value) -> Value {
    json!({"number": 1, "kind": "identity", "document": blob, "at": "0", "by": "MA/1"})
}

impl Server {
    async fn file(&self, path: &str, headers: &[(&str, &str)], bytes: &[u8]) -> (u16, Value) {
        let mut request = Request::builder().method("POST").uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(bytes.to_vec())).expect("a request");
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let status = response.status().as_u16();
        let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.expect("a body");
        (status, serde_json::from_slice(&body).unwrap_or_default())
    }

    fn asked_for(&self, function: &str) -> bool {
        self.rules.asked.lock().expect("lock").iter().any(|(asked, _)| asked == function)
    }
}

const SIGN_UP: &str =
    r#"{"email": "a@b.example", "name": "Ada", "company": "Engines", "timezone": null, "new_password": "good"}"#;

#[tokio::test]
async fn a_program_holds_its_sign_up_itself() {
    let server = usual();
    let seen = server.ask("POST", "/v1/SignUp/", &[], SIGN_UP).await;
    assert_eq!((seen.status, &seen.body["holder"]), (200, &json!(HOLDER)), "{}", seen.text);
    assert_eq!(seen.body["until"], "1970-01-02T00:00:00Z");
    assert_eq!(
        (seen.headers.get("set-cookie"), &seen.headers["cache-control"]),
        (None, &HeaderValue::from_static("no-store"))
    );
    let asked = server.rules.asked.lock().expect("lock").clone();
    let start = &asked.iter().find(|(function, _)| function == "signup.start").expect("asked").1;
    let expected = json!({"email": "a@b.example", "name": "Ada", "company": "Engines", "language": "en", "country": null, "timezone": null});
    assert_eq!((&start["sign-up"], &start["caller"]["who"]), (&expected, &json!("nobody")));
    let held = format!(r#"{{"link": "lk_1_2", "holder": "{HOLDER}"}}"#);
    let seen = server.ask("POST", "/v1/SignUp/Confirm/", &[], &held).await;
    assert_eq!((seen.status, &seen.body["step"], &seen.body["session"]), (200, &json!("enrol"), &json!(HALF)));
    assert_eq!(seen.body["account"], ACCOUNT);
    let seen = server.ask("POST", "/v1/SignUp/Resend/", &[], r#"{"holder": "su_other"}"#).await;
    assert_eq!((seen.status, &seen.body["code"]), (410, &json!("gone")));
}

/// Attack 32: the link alone is nothing. Attack 49: a cookie counts only from the pages.
#[tokio::test]
async fn a_browser_holds_its_sign_up_in_a_cookie_of_the_pages() {
    let server = usual();
    let json = ("content-type", "application/json");
    let seen = server.ask("POST", "/v1/SignUp/", &[("origin", PAGES), json], SIGN_UP).await;
    let given = seen.headers["set-cookie"].to_str().expect("text").to_owned();
    assert!(given.starts_with(&format!("{COOKIE}={HOLDER}; Path=/; Secure; HttpOnly; SameSite=Strict")), "{given}");
    assert_eq!(seen.body.get("holder"), None);
    let cookie = format!("{COOKIE}={HOLDER}");
    let link = r#"{"link": "lk_1_2"}"#;
    let confirm = |headers: Vec<(&'static str, String)>| {
        let server = &server;
        async move {
            let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
            server.ask("POST", "/v1/SignUp/Confirm/", &headers, link).await
        }
    };
    let (json, origin) = (("content-type", json.1.to_owned()), |site: &str| ("origin", site.to_owned()));
    let seen = confirm(vec![("cookie", cookie.clone()), origin(PAGES), json.clone()]).await;
    assert_eq!((seen.status, seen.body.get("session")), (200, None), "{}", seen.text);
    assert!(seen.headers["set-cookie"].to_str().expect("text").starts_with("__Host-coinbox=cbs_"));
    for headers in [
        vec![("cookie", cookie.clone()), origin("https://evil.example"), json.clone()],
        vec![("cookie", cookie.clone()), json.clone()],
    ] {
        let seen = confirm(headers).await;
        assert_eq!((seen.status, &seen.body["code"]), (403, &json!("other_site")));
    }
    let seen = confirm(vec![json]).await;
    assert_eq!((seen.status, &seen.body["fields"][0]["field"]), (400, &json!("password")));
}

#[tokio::test]
async fn elsewhere_a_link_takes_the_password_of_the_sign_up() {
    let server = usual();
    let confirm = |password: &str| format!(r#"{{"link": "lk_1_2", "password": "{password}"}}"#);
    let seen = server.ask("POST", "/v1/SignUp/Confirm/", &[], &confirm("right")).await;
    assert_eq!((seen.status, &seen.body["step"]), (200, &json!("enrol")), "{}", seen.text);
    let seen = server.ask("POST", "/v1/SignUp/Confirm/", &[], &confirm("other")).await;
    assert_eq!((seen.status, &seen.body["code"], seen.body.get("session")), (401, &json!("wrong"), None));
}

#[tokio::test]
async fn mailboxes_networks_and_passwords_that_are_not_taken_are_told() {
    let server = usual();
    let of = |email: &str, password: &str| {
        format!(r#"{{"email": "{email}", "name": "A", "company": "B", "new_password": "{password}"}}"#)
    };
    for (body, status, code, part) in [
        (of("a@gmail.com", "good"), 400, "personal_mail", "gmail.com"),
        (of("a@vpn.example", "good"), 403, "network", "vpn"),
        (of("a@b.example", "weak"), 400, "weak_password", "no digit"),
    ] {
        let seen = server.ask("POST", "/v1/SignUp/", &[], &body).await;
        let told = seen.body["error"].as_str().unwrap_or_default();
        assert_eq!((seen.status, &seen.body["code"]), (status, &json!(code)), "{}", seen.text);
        assert!(told.contains(part), "{told}");
    }
    assert!(!server.asked_for("signup.finish"));
}

/// Attack 88, and that the bytes of strangers are not even read.
#[tokio::test]
async fn documents_are_taken_of_who_may_hand_them_in_and_as_what_they_are() {
    let server = usual();
    let bearer = format!("Bearer {SESSION}");
    let person = [("authorization", bearer.as_str()), ("content-type", "application/octet-stream")];
    let path = format!("/v1/Account/{ACCOUNT}/Review/Document/?kind=proof_of_address&name=passport.png");
    let (status, body) = server.file(&path, &person, PNG).await;
    assert_eq!((status, &body["name"], &body["size"]), (201, &json!("passport.png"), &json!(PNG.len())), "{body}");
    let (function, arguments) = server.last();
    assert_eq!((function.as_str(), &arguments["kind"]), ("review.hand-in", &json!("proof-of-address")));
    assert_eq!(arguments["document"], blob());
    for (name, bytes, status, field) in [
        ("passport.pdf", PNG, 400, json!("name")),
        ("passport.svg", b"<svg onload=x>".as_slice(), 400, json!("name")),
        ("passport.png", b"".as_slice(), 400, json!("body")),
        ("../../x", PNG, 400, json!("name")),
    ] {
        let path = format!("/v1/Account/{ACCOUNT}/Review/Document/?kind=identity&name={name}");
        let (seen, body) = server.file(&path, &person, bytes).await;
        assert_eq!((seen, &body["fields"][0]["field"]), (status, &field), "{name}: {body}");
    }
    let large = vec![0; (10 << 20) + 1];
    assert_eq!(server.file(&path, &person, &large).await.0, 413);
    let stranger = [("authorization", "Bearer cbs_MA_1_x_y"), person[1]];
    assert_eq!(server.file(&path, &stranger, &large).await.0, 401);
    assert_eq!(server.file(&path, &[], PNG).await.0, 401);
}

#[tokio::test]
async fn a_document_is_read_by_operators_as_a_download() {
    let server = usual();
    let bearer = format!("Bearer {SESSION}");
    let question = format!("/v1/Account/{ACCOUNT}/Review/Document/?kind=identity&name=passport.png");
    assert_eq!(server.file(&question, &[("authorization", &bearer)], PNG).await.0, 201);
    let path = format!("/v1/Account/{ACCOUNT}/Review/Document/1/");
    let seen = server.operator("GET", &path, "").await;
    assert_eq!(seen.status, 200, "{}", seen.text);
    assert_eq!(
        seen.headers["content-disposition"],
        "attachment; filename=\"passport.png\"; filename*=UTF-8''passport.png"
    );
    assert_eq!(seen.headers["x-content-type-options"], "nosniff");
    let person = server.ask("GET", &path, &[("authorization", &bearer)], "").await;
    assert_eq!(person.status, 401, "{}", person.text);
    assert_eq!(server.operator("GET", &path.replace("/1/", "/x/"), "").await.status, 400);
}

#[tokio::test]
async fn members_are_listed_for_people_and_operators() {
    let server = usual();
    let path = format!("/v1/Account/{ACCOUNT}/Member/?limit=5");
    for authorization in [format!("Bearer {SESSION}"), format!("Bearer {OPERATOR}")] {
        let seen = server.ask("GET", &path, &[("authorization", &authorization)], "").await;
        assert_eq!((seen.status, &seen.body["next"]), (200, &json!(2)), "{}", seen.text);
        assert_eq!(seen.body["members"][0]["last_login"], "1970-01-01T00:00:00Z");
        assert_eq!(server.last().1["limit"], json!(5));
    }
    let account = server.customer("GET", &path, "").await;
    assert_eq!((account.status, &account.headers["cache-control"]), (401, &HeaderValue::from_static("no-store")));
    let of = |number: &str| format!("/v1/Account/{ACCOUNT}/Member/{number}/TemporaryPassword/");
    let seen = server.operator("POST", &of("1"), r#"{"reason": "lost"}"#).await;
    assert_eq!((seen.status, &seen.body["password"]), (200, &json!("kq7")), "{}", seen.text);
    assert_eq!(server.operator("POST", &of("one"), "{}").await.body["fields"][0]["field"], "number");
}

/// ACC-6.
#[tokio::test]
async fn destinations_are_verified_and_taken_away() {
    let server = usual();
    let bearer = format!("Bearer {SESSION}");
    let all = format!("/v1/Account/{ACCOUNT}/Destination/");
    let one = format!("{all}14155550100/");
    let headers = [("authorization", bearer.as_str())];
    let ask = |method, path, body| server.ask(method, path, &headers, body);
    let seen = ask("GET", all.as_str(), "").await;
    let listed = json!([{"number": "+14155550100", "since": "1970-01-01T00:00:00Z"}]);
    assert_eq!((seen.status, &seen.body["destinations"]), (200, &listed), "{}", seen.text);
    let seen = ask("POST", all.as_str(), r#"{"number": "+14155550100"}"#).await;
    assert_eq!((seen.status, &seen.body["again"]), (200, &json!("1970-01-01T00:00:30Z")), "{}", seen.text);
    let (function, arguments) = server.last();
    assert_eq!((function.as_str(), &arguments["number"]), ("destinations.begin", &json!("+14155550100")));
    assert_eq!((&arguments["channel"], &arguments["auth-id"]), (&json!("sms"), &json!(ACCOUNT)));
    let seen = ask("POST", all.as_str(), r#"{"number": "14155550106"}"#).await;
    assert_eq!((seen.status, &seen.body["code"]), (409, &json!("too_many_destinations")), "{}", seen.text);
    assert_eq!(seen.body["error"], "too many destinations (limit: 5)");
    let seen = ask("POST", one.as_str(), r#"{"code": "1"}"#).await;
    assert_eq!((seen.status, &seen.body["tries_left"]), (403, &json!(4)), "{}", seen.text);
    let seen = ask("POST", one.as_str(), r#"{"code": "123456"}"#).await;
    assert_eq!((seen.status, &seen.body["step"]), (200, &json!("verified")), "{}", seen.text);
    assert_eq!(server.last().1["number"], json!("14155550100"));
    assert_eq!(ask("DELETE", one.as_str(), "").await.status, 204);
    assert_eq!(server.last().0, "destinations.remove");
    assert_eq!(server.ask("GET", &all, &[], "").await.status, 401);
}
