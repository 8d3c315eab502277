//! The host inside another program: an account gets credit, pays for a message, and is refused the next.

use coinbox_host::in_memory;
use coinbox_host::typed::accounts::{AccountType, NewAccount};
use coinbox_host::typed::credits::{Adjustment, Goodwill};
use coinbox_host::typed::pricing::PriceRow;
use coinbox_host::typed::types::{Caller, Refusal};
use coinbox_host::typed::usage::{EventAnswer, UsageError, UsageEvent};

fn main() -> anyhow::Result<()> {
    let host = in_memory::open(&std::fs::read("target/component/coinbox.wasm")?)?;
    let caller = Caller::operator("example", host.permissions(), "request-1");

    // What a message costs: 0.0075 to the United States.
    let price = PriceRow {
        product: "sms".to_owned(),
        heading: "outbound".to_owned(),
        country: "US".into(),
        prefix: "1".into(),
        rate: "0.0075".into(),
        first_increment: 0,
        next_increment: 0,
        group: None,
    };
    let version = host.pricing().create_version(&caller, None)??.number;
    host.pricing().add_rows(&caller, version, vec![price])??;
    host.pricing().publish_version(&caller, version, 0)??;

    // An account with a cent.
    let account = NewAccount {
        account_type: AccountType::Standard,
        name: "Acme".into(),
        email: "owner@acme.example".into(),
        address: String::new(),
        city: String::new(),
        state: String::new(),
        timezone: "UTC".into(),
        currency: None,
    };
    let auth_id = host.accounts().create(&caller, account)??.auth_id;
    let gift = Adjustment::Goodwill(Goodwill { amount: 10_000, expires: None });
    host.credits().adjust(&caller, &auth_id, gift, "welcome")??;

    for id in ["message-1", "message-2"] {
        let event = UsageEvent {
            id: id.into(),
            auth_id: auth_id.clone(),
            product: "sms".to_owned(),
            heading: "outbound".to_owned(),
            number: "14155550100".into(),
            quantity: 1,
            at: host.now(),
        };
        // May it be sent? If so the platform sends it, and then it is charged.
        match host.usage().admit(&caller, event.clone())? {
            Ok(_) => match host.usage().record_events(&caller, vec![event])??.answers[..] {
                [EventAnswer::Rated(amount)] => println!("{id}: sent, {amount} micro-dollars charged"),
                ref other => anyhow::bail!("{id}: sent, and not charged: {other:?}"),
            },
            Err(UsageError::Refused(Refusal::OutOfCredit(missing))) => {
                println!("{id}: not sent, {missing} micro-dollars are missing");
            }
            Err(other) => return Err(other.into()),
        }
    }
    let balance = host.credits().get_balance(&caller, &auth_id)??.balance;
    println!("{auth_id} has {balance} micro-dollars left");
    Ok(host.stop()?)
}
