//! People of accounts who log in: owners for some accounts of the store, made by the real flow.

use crate::world::{self, ok};
use anyhow::{Context, Result};
use coinbox_host::coinbox::Coinbox;
use coinbox_host::contract::types::{Caller, Principal, Session};
use coinbox_host::telephony::RecordingTelephony;
use coinbox_mail::RecordingMailer;
use serde_json::{Value, json};
use std::sync::Arc;

/// So many log in at once.
pub(crate) const PEOPLE: usize = 200;
/// What all of them have chosen.
pub(crate) const PASSWORD: &str = "Three small harbours, 7 boats";

/// The owner of an account.
#[derive(Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Person {
    pub(crate) auth_id: String,
    pub(crate) email: String,
    /// Of a session with a second factor.
    pub(crate) session: String,
}

/// Where what is sent to people can be read.
pub(crate) struct Letterboxes {
    pub(crate) mailer: Arc<RecordingMailer>,
    pub(crate) telephony: Arc<RecordingTelephony>,
}

/// Whoever this is, from an address of his own.
fn caller(who: Principal, number: usize) -> Result<Value> {
    let address = Some(address(number));
    let caller = Caller { who, address, device: None, request: "bench".to_owned(), idempotency_key: None, part: None };
    Ok(coinbox_host::json::to_value(&caller)?)
}

/// The address of somebody: one of many, as all have limits.
pub(crate) fn address(number: usize) -> String {
    format!("100.{}.{}.{}", 64 + (number >> 16) % 64, (number >> 8) % 256, number % 256)
}

/// Makes the owners: invited, accepted, with a phone. Their accounts may be asked as often as one can.
pub(crate) fn make(host: &Coinbox, boxes: &Letterboxes, accounts: &[String]) -> Result<Vec<Person>> {
    let operator = |permission| coinbox_host::json::to_value(&world::operator_for(permission));
    let (inviting, setting) = (operator("members.invite-owner")?, operator("operator.change-account-settings")?);
    let mut people = Vec::new();
    for (number, auth_id) in accounts.iter().take(PEOPLE).enumerate() {
        let often = json!([{"name": "standard-rate", "value": "10000"}]);
        let change = json!({"caller": setting, "auth-id": auth_id, "settings": often});
        ok(host.call("operator.change-account-settings", &change)?)?;
        people.push(owner(host, boxes, &inviting, number, auth_id)?);
    }
    Ok(people)
}

fn owner(host: &Coinbox, boxes: &Letterboxes, inviting: &Value, number: usize, auth_id: &str) -> Result<Person> {
    let text = |value: &Value| value.as_str().map(str::to_owned).with_context(|| format!("a text, not {value}"));
    let invitation = json!({"caller": inviting, "auth-id": auth_id, "name": format!("Owner {number}")});
    let invited = ok(host.call("members.invite-owner", &invitation)?)?;
    host.drain()?;
    let mails = boxes.mailer.messages();
    let link = mails.last().and_then(|mail| mail.secret_facts.first()).context("a link")?.value.clone();
    let nobody = caller(Principal::Nobody, number)?;
    let started = ok(host.call("members.start-accept", &json!({"caller": nobody, "link": link}))?)?;
    let weigh = json!({"ticket": started, "old": null, "new": PASSWORD});
    let weighed = ok(host.call("passwords.weigh", &weigh)?)?;
    let accept = json!({"caller": nobody, "ticket": weighed, "name": null});
    let half = ok(host.call("members.finish-accept", &accept)?)?;
    let half = caller(Principal::Session(Session { token: text(&half["token"])? }), number)?;
    let phone = format!("1415555{number:04}");
    let ask = json!({"caller": half, "purpose": "first-phone", "number": phone, "channel": "sms"});
    ok(host.call("profile.send-code", &ask)?)?;
    host.drain()?;
    let code = boxes.telephony.codes().last().context("a code")?.code.clone();
    let confirmed = ok(host.call("profile.confirm-phone", &json!({"caller": half, "code": code}))?)?;
    let session = text(&confirmed["confirmed"]["entered"]["token"])?;
    Ok(Person { auth_id: auth_id.to_owned(), email: text(&invited["email"])?, session })
}
