//! Purchases of numbers that are repeated under their key.

use super::*;

/// A sub-account that was deleted. It had bought the number.
const SUB: &str = "SAAAAAAAAAAAAAAAAAAA";
const NUMBER: &str = "14155550100";

/// Rules that know the purchase under the key `then`. The number is the main account's now, and out of stock.
pub(super) fn answer(function: &str, arguments: &Value) -> Value {
    let gone = json!({"err": {"refused": {"not-found": "sub-account"}}});
    let (account, key) = (&arguments["auth-id"], &arguments["caller"]["idempotency-key"]);
    match function {
        "numbers.price-offers" if account == ACCOUNT => json!({"ok": []}),
        "numbers.get" if account == ACCOUNT => json!({"ok": {"number": NUMBER, "account": ACCOUNT, "holder": ACCOUNT,
            "country": "US", "calling-code": "1", "kind": "local", "region": "California", "city": "", "voice": true,
            "sms": true, "mms": false, "alias": null, "app-id": null, "monthly": "800000", "since": "0", "renewal": "0",
            "release-at": null}}),
        "numbers.buy" if account == SUB && key == "then" => json!({"ok": {"job": "MA1/order/1", "name": NUMBER}}),
        _ => gone,
    }
}

/// R42: the rules answer the repeat of a purchase, also when its sub-account is gone by then.
#[tokio::test]
async fn a_purchase_is_answered_again_after_its_sub_account_was_deleted() {
    let server = usual();
    let path = format!("/v1/Account/{SUB}/PhoneNumber/{NUMBER}/");
    let own = basic(ACCOUNT, TOKEN);
    let under = |key: &'static str| [("authorization", own.clone()), ("idempotency-key", key.to_owned())];
    let ask = async |headers: &[(&str, String)]| {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        server.ask("POST", &path, &headers, r#"{"app_id": "77"}"#).await
    };
    let again = ask(&under("then")).await;
    assert_eq!((again.status, &again.body["message"]), (201, &json!("created")), "{}", again.text);
    assert_eq!(again.body["numbers"][0]["number"], NUMBER);
    let bought = {
        let asked = server.rules.asked.lock().expect("lock");
        asked.iter().find(|(function, _)| function == "numbers.buy").expect("the command").1.clone()
    };
    let offer = json!({"number": NUMBER, "country": "US", "calling-code": "1", "kind": "local", "region": "California",
        "city": "", "voice": true, "sms": true, "mms": false});
    assert_eq!(bought["purchase"], json!({"offer": offer, "alias": null, "app-id": "77"}), "as it was asked for then");

    // What the rules do not know is refused by them, and without a key nothing is asked of the stock.
    let other = ask(&under("now")).await;
    assert_eq!((other.status, &other.body["error"]), (404, &json!("sub-account not found")));
    let before = server.rules.asked.lock().expect("lock").len();
    let without = ask(&under("now")[..1]).await;
    assert_eq!((without.status, &without.body["error"]), (404, &json!("sub-account not found")));
    let asked = server.rules.asked.lock().expect("lock");
    let functions: Vec<&str> = asked[before..].iter().map(|(function, _)| function.as_str()).collect();
    assert_eq!(
        functions,
        ["accounts.authenticate", "numbers.price-offers"],
        "a purchase is proved before its body is read"
    );
}
