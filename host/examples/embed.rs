//! The host inside another program: an account gets credit, pays for a message, and is refused the next.

use coinbox_host::in_memory;
use serde_json::{Value, json};

fn main() -> anyhow::Result<()> {
    let host = in_memory::open(&std::fs::read("target/component/coinbox.wasm")?)?;
    let caller = in_memory::operator(&host, "example");
    let call = |function: &str, mut arguments: Value| -> anyhow::Result<Value> {
        arguments["caller"] = caller.clone();
        Ok(host.call(function, &arguments)?)
    };

    // What a message costs: 0.0075 to the United States.
    let price = json!({"product": "sms", "heading": "outbound", "country": "US", "prefix": "1", "rate": "0.0075", "first-increment": 0, "next-increment": 0});
    let version = call("pricing.create-version", json!({}))?["ok"]["number"].clone();
    call("pricing.add-rows", json!({"version": version, "rows": [price]}))?;
    call("pricing.publish-version", json!({"version": version, "starts-at": "0"}))?;

    // An account with a cent.
    let account = json!({"account-type": "standard", "name": "Acme", "email": "owner@acme.example", "address": "", "city": "", "state": "", "timezone": "UTC"});
    let auth_id = call("accounts.create", json!({"account": account}))?["ok"]["auth-id"].clone();
    let gift = json!({"goodwill": {"amount": "10000"}});
    call("credits.adjust", json!({"auth-id": auth_id, "adjustment": gift, "reason": "welcome"}))?;

    for id in ["message-1", "message-2"] {
        let event = json!({"id": id, "auth-id": auth_id, "product": "sms", "heading": "outbound", "number": "14155550100", "quantity": 1, "at": host.now().to_string()});
        // May it be sent? If so the platform sends it, and then it is charged.
        match call("usage.admit", json!({"event": event}))? {
            Value::Object(answer) if answer.contains_key("ok") => {
                let charged = call("usage.record-events", json!({"events": [event]}))?;
                println!("{id}: sent, {} micro-dollars charged", charged["ok"]["answers"][0]["rated"]);
            }
            refused => println!("{id}: not sent, {}", refused["err"]["refused"]),
        }
    }
    let balance = call("credits.get-balance", json!({"auth-id": auth_id}))?;
    println!("{auth_id} has {} micro-dollars left", balance["ok"]["balance"]);
    Ok(host.stop()?)
}
