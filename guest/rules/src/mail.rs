//! Mails: written down with the change that causes them, sent by jobs, tried again for about three days.

use crate::accounts;
use crate::alerts;
use crate::call::{Call, Record};
use crate::events::{EventDraft, emit};
use crate::ids::AuthId;
use crate::invoices::{CURRENCY, DocumentKind};
use crate::jobs::{JobKey, Next, Task, Work};
use crate::numbers::Numbers;
use crate::outside::{AttachedDocument, Attachment, MailOutcome, Mailbox, Message, RefusedRecipient};
use crate::policy::Policy;
use crate::port::Lane;
use crate::queue::{self, QueueEntry};
use crate::vocabulary::{Fact, Fault, HOUR_MS, Instant, MINUTE_MS};
use coinbox_forms::{email, letters};
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

/// Longest cause of a refused address.
const CAUSE_CHARS_MAX: usize = 200;
/// Longest note of an item of the operator's queue.
const NOTE_CHARS_MAX: usize = 1000;
/// Most addresses that are remembered as refused: more than an account has.
const ADDRESSES_MAX: usize = 30;

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
    let to: Vec<Mailbox> =
        mailboxes(call, account)?.into_iter().filter(|mailbox| email::is_sendable(&mailbox.address)).collect();
    if to.is_empty() {
        // Nothing to hand over: every address is refused, and the operator is told which.
        return Ok(Some(finish(call, account, number, Ok(MailOutcome::SentExcept(Vec::new())))?));
    }
    let mut facts = pending.facts;
    let of_a_charge = matches!(pending.template.as_str(), "chargeback" | "recharge-paid" | "recharge-failed");
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

/// Everybody whom mails of an account go to: the registered address first, then the billing addresses.
fn mailboxes(call: &Call<'_>, account: AuthId) -> Result<Vec<Mailbox>, Fault> {
    let profile = accounts::profile(call, account)?;
    let mut to = vec![Mailbox { address: profile.email.clone(), name: Some(profile.name) }];
    to.extend(
        alerts::recipients(call, account)?
            .into_iter()
            .filter(|address| *address != profile.email)
            .map(|address| Mailbox { address, name: None }),
    );
    Ok(to)
}

/// The addresses of an account that its last mail could not go to, at `mref/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Refused {
    v: u32,
    /// Since when the operator's queue names them.
    since: Instant,
    /// Addresses with causes.
    addresses: Vec<(String, String)>,
}

impl Record for Refused {
    const KIND: &'static str = "refused mail addresses";
}

fn refused_key(account: AuthId) -> String {
    format!("mref/{account}")
}

fn refused_queue_key(since: Instant, account: AuthId) -> String {
    queue::single_key(since, &format!("{account}/mail"))
}

/// Notes which addresses of an account no mail can go to. The operator's queue has one item an account, which names them, until a mail goes
/// to all or they are taken away.
fn note_refused(call: &mut Call<'_>, account: AuthId, addresses: Vec<(String, String)>) -> Result<(), Fault> {
    let before: Option<Refused> = call.get(&refused_key(account))?;
    if before.as_ref().map_or(&[][..], |before| &before.addresses) == addresses {
        return Ok(());
    }
    let since = before.map_or(call.now(), |before| before.since);
    if addresses.is_empty() {
        call.remove(&refused_key(account));
        call.remove(&refused_queue_key(since, account));
        return Ok(());
    }
    let named: Vec<String> = addresses.iter().map(|(address, cause)| format!("{address}: {cause}")).collect();
    let note: String = named.join("; ").chars().take(NOTE_CHARS_MAX).collect();
    call.put(&refused_queue_key(since, account), &QueueEntry::new(Some(account), "mail-address-refused", since, note));
    call.put(&refused_key(account), &Refused { v: 1, since, addresses });
    Ok(())
}

/// Addresses were set: those that mails no longer go to are nobody's business any more.
pub(crate) fn addresses_set(call: &mut Call<'_>, account: AuthId) -> Result<(), Fault> {
    let Some(before) = call.get::<Refused>(&refused_key(account))? else { return Ok(()) };
    let to = mailboxes(call, account)?;
    let kept = before.addresses.into_iter().filter(|(address, _)| to.iter().any(|mailbox| mailbox.address == *address));
    let kept = kept.collect();
    note_refused(call, account, kept)
}

/// Books which addresses a mail has not gone to: those that no mailer takes, and those that this one has refused.
fn book_refused(
    call: &mut Call<'_>,
    account: AuthId,
    template: &str,
    refused: Vec<RefusedRecipient>,
) -> Result<(), Fault> {
    let short = |text: &str| letters::cleaned(text, CAUSE_CHARS_MAX);
    let mut addresses: Vec<(String, String)> = mailboxes(call, account)?
        .into_iter()
        .filter(|mailbox| !email::is_sendable(&mailbox.address))
        .map(|mailbox| (mailbox.address, "no mail address".to_owned()))
        .collect();
    for RefusedRecipient { address, cause } in refused {
        if addresses.len() < ADDRESSES_MAX && !addresses.iter().any(|(known, _)| *known == address) {
            addresses.push((address, short(&cause)));
        }
    }
    for (address, cause) in &addresses {
        let facts = vec![Fact::new("template", template), Fact::new("address", address), Fact::new("cause", cause)];
        let account = Some(account);
        emit(call, EventDraft { account, kind: "mail-address-refused", rule: "EVT-2", facts, transactions: vec![] });
    }
    note_refused(call, account, addresses)
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
    let (cause, again) = match &outcome {
        Ok(MailOutcome::Sent | MailOutcome::SentExcept(_)) => {
            call.remove(&key(account, number));
            call.cancel(&job);
            let refused = match outcome {
                Ok(MailOutcome::SentExcept(refused)) => refused,
                _ => Vec::new(),
            };
            book_refused(call, account, &pending.template, refused)?;
            return Ok(Next::Rest);
        }
        Ok(MailOutcome::Refused(cause)) => (cause, None),
        Ok(MailOutcome::NotSent(not_sent)) => (&not_sent.cause, Some(not_sent.ask_again)),
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
                        Fact::new("cause", letters::cleaned(cause, 200)),
                    ],
                    transactions: Vec::new(),
                },
            );
        }
    }
    Ok(Next::Rest)
}

#[cfg(test)]
mod tests;
