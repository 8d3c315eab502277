//! Two hundred thousand reservations open at once (USE-3): they hold the credit to the last cent, never more, and all of them expire.

use coinbox_tests::crash_world::{MINUTE, USD, World, list};
use serde_json::{Value, json};

/// Each holds one cent.
const PER_ACCOUNT: usize = 50_000;
const BATCH: usize = 1_000;
const CENT: i64 = USD / 100;

fn hold(account: &str, name: usize) -> Value {
    let price = json!({"fixed": {"amount": CENT.to_string()}});
    let minute = MINUTE.to_string();
    json!({"auth-id": account, "name": format!("c-{name}"), "kind": "call", "price": price, "lasts-ms": minute})
}

#[test]
fn use_3_hundreds_of_thousands_are_open_at_once_and_hold_exactly_the_credit() {
    let world = World::new(3);
    let host = world.open("store");
    host.prices();
    let credit = PER_ACCOUNT as i64 * CENT;
    let accounts: Vec<String> = (0..4).map(|_| host.account()).collect();
    for account in &accounts {
        host.goodwill(account, credit);
    }
    let available = |account: &str| host.ok("credits.get-balance", json!({"auth-id": account}))["available"].clone();
    for first in (0..PER_ACCOUNT).step_by(BATCH) {
        for account in &accounts {
            let holds: Vec<Value> = (first..first + BATCH).map(|name| hold(account, name)).collect();
            let answers = host.ok("reservations.reserve", json!({"holds": holds}));
            let held = list(&answers).iter().filter(|answer| answer.get("reserved").is_some()).count();
            assert_eq!(held, BATCH, "of {account} from {first}");
        }
    }
    for account in &accounts {
        assert_eq!(available(account), "0");
        let one_more = host.ok("reservations.reserve", json!({"holds": [hold(account, PER_ACCOUNT)]}));
        assert!(one_more[0].get("reserved").is_none(), "not one cent is promised twice: {one_more}");
    }
    // Whoever reserved them is gone: a minute of each, and an hour in which it could have been settled.
    host.coinbox.advance_to(host.coinbox.now() + 62 * MINUTE).expect("jobs are driven");
    for account in &accounts {
        assert_eq!((available(account), host.balance(account)), (json!(credit.to_string()), credit));
    }
    host.verify();
}
