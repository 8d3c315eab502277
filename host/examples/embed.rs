//! The host inside another program: an account gets credit, pays for a message, and is refused the next.

use coinbox_host::in_memory;
use serde_json::json;

fn main() -> anyhow::Result<()> {
    let host = in_memory::open(&std::fs::read("target/component/coinbox.wasm")?)?;
    let caller = in_memory::operator(&host, "example");
    let account = json!({"account-type": "developer", "name": "Acme", "email": "owner@acme.example", "address": "", "city": "", "state": "", "timezone": "UTC"});
    let created = host.call("accounts.create", &json!({"caller": caller, "account": account}))?;
    let auth_id = &created["ok"]["auth-id"];
    let balance = host.call("credits.get-balance", &json!({"caller": caller, "auth-id": auth_id}))?;
    println!("{auth_id} has {} micro-dollars of trial credit", balance["ok"]["trial"]);
    Ok(host.stop()?)
}
