//! Mails: written down with the change that causes them, sent by jobs, tried again for about three days.

use crate::accounts;
use crate::alerts;
use crate::call::{Call, Record};
use crate::events::{EventDraft, emit};
use crate::ids::AuthId;
use crate::invoices::{CURRENCY, DocumentKind};
use crate::jobs::{JobKey, Next, Task, Work};
use crate::numbers::Numbers;
use crate::outside::{AttachedDocument, Attachment, MailOutcome, Mailbox, Message};
use crate::policy::Policy;
use crate::port::Lane;
use crate::vocabulary::{Fact, Fault, HOUR_MS, Instant, MINUTE_MS};
use serde::{Deserialize, Serialize};

/// A mail that has not been handed over yet.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Pending {
    v: u32,
    template: String,
    facts: Vec<Fact>,
    attempt: u32,
    /// Kind and number of the document that goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    document: Option<(String, String)>,
}

impl Record for Pending {
    const KIND: &'static str = "mail";
}

/// Waiting times between tries; after the last the mail is given up and said so in the feed.
const TRY_AGAIN_MS: [Instant; 8] =
    [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS, 24 * HOUR_MS];

/// How long one try may take before the next may begin.
const LEASE_MS: Instant = 2 * MINUTE_MS;

fn key(account: AuthId, number: u32) -> String {
    format!("mail/{account}/{number:08}")
}

/// Puts a mail on its way to the registered address and all billing addresses. Account name, auth ID, currency and brand are added.
pub fn send(call: &mut Call<'_>, account: AuthId, template: &str, facts: Vec<Fact>) -> Result<(), Fault> {
    put(call, account, template, facts, None)
}

/// The same with an issued document.
pub(crate) fn send_with(
    call: &mut Call<'_>,
    account: AuthId,
    template: &str,
    facts: Vec<Fact>,
    (kind, number): (DocumentKind, &str),
) -> Result<(), Fault> {
    put(call, account, template, facts, Some((kind.word().to_owned(), number.to_owned())))
}

fn put(
    call: &mut Call<'_>,
    account: AuthId,
    template: &str,
    mut facts: Vec<Fact>,
    document: Option<(String, String)>,
) -> Result<(), Fault> {
    let profile = accounts::profile(call, account)?;
    facts.push(Fact::new("account-name", &profile.name));
    facts.push(Fact::new("auth-id", account));
    facts.push(Fact::new("currency", CURRENCY));
    facts.push(Fact::new("brand", &Policy::load(call)?.brand));
    let number = Numbers::next_mail(call, account)?;
    call.put(&key(account, number), &Pending { v: 1, template: template.to_owned(), facts, attempt: 0, document });
    call.timer(&JobKey::Mail(account, number).to_string(), Lane::Normal, call.now());
    Ok(())
}

/// Starts the next attempt.
pub(crate) fn begin(call: &mut Call<'_>, account: AuthId, number: u32) -> Result<Option<Next>, Fault> {
    let Some(mut pending) = call.get::<Pending>(&key(account, number))? else { return Ok(None) };
    pending.attempt += 1;
    call.put(&key(account, number), &pending);
    let job = JobKey::Mail(account, number).to_string();
    call.timer(&job, Lane::Normal, call.now() + LEASE_MS);
    let profile = accounts::profile(call, account)?;
    let mut to = vec![Mailbox { address: profile.email.clone(), name: Some(profile.name.clone()) }];
    to.extend(
        alerts::recipients(call, account)?
            .into_iter()
            .filter(|address| *address != profile.email)
            .map(|address| Mailbox { address, name: None }),
    );
    let mut facts = pending.facts;
    let of_a_charge = matches!(pending.template.as_str(), "recharge-paid" | "recharge-failed");
    // A mail that a version without receipts has written down.
    if of_a_charge && !facts.iter().any(|fact| fact.name == "receipt") {
        facts.push(Fact::new("receipt", "none"));
    }
    // One that a version has written down that did not say the currency.
    if !facts.iter().any(|fact| fact.name == "currency") {
        facts.push(Fact::new("currency", CURRENCY));
    }
    let attached =
        pending.document.map(|(kind, number)| AttachedDocument { auth_id: account.to_string(), kind, number });
    let message = Message {
        key: format!("cb-{}-{account}-mail-{number}", call.store_name()),
        to,
        template: pending.template,
        language: "en".to_owned(),
        facts,
        secret_facts: Vec::new(),
        attachments: attached.map(Attachment::Document).into_iter().collect(),
    };
    Ok(Some(Next::Perform(Task { job, attempt: pending.attempt, work: Work::SendMail(message) })))
}

/// The current attempt, if the mail is still on its way.
pub(crate) fn attempt(call: &Call<'_>, account: AuthId, number: u32) -> Result<Option<u32>, Fault> {
    Ok(call.get::<Pending>(&key(account, number))?.map(|pending| pending.attempt))
}

/// Books what became of an attempt. `Err` of the outcome: it was lost.
pub(crate) fn finish(
    call: &mut Call<'_>,
    account: AuthId,
    number: u32,
    outcome: Result<MailOutcome, String>,
) -> Result<Next, Fault> {
    let Some(pending) = call.get::<Pending>(&key(account, number))? else { return Ok(Next::Rest) };
    let job = JobKey::Mail(account, number).to_string();
    let (cause, again) = match outcome {
        Ok(MailOutcome::Sent) => {
            call.remove(&key(account, number));
            call.cancel(&job);
            return Ok(Next::Rest);
        }
        Ok(MailOutcome::Refused(cause)) => (cause, None),
        Ok(MailOutcome::NotSent(not_sent)) => (not_sent.cause, Some(not_sent.ask_again)),
        Err(cause) => (cause, Some(call.now())),
    };
    let tried = usize::try_from(pending.attempt).unwrap_or(usize::MAX).saturating_sub(1);
    match (again, TRY_AGAIN_MS.get(tried)) {
        (Some(asked), Some(wait)) => {
            let soonest = call.now() + wait;
            call.timer(&job, Lane::Normal, asked.clamp(soonest, soonest + 24 * HOUR_MS));
        }
        _ => {
            call.remove(&key(account, number));
            call.cancel(&job);
            emit(
                call,
                EventDraft {
                    account: Some(account),
                    kind: "mail-failed",
                    rule: "EVT-2",
                    facts: vec![
                        Fact::new("template", &pending.template),
                        Fact::new("attempts", pending.attempt),
                        Fact::new("cause", cause.chars().take(200).collect::<String>()),
                    ],
                    transactions: Vec::new(),
                },
            );
        }
    }
    Ok(Next::Rest)
}
