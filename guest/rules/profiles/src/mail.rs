//! Mails: written down with the change that causes them, sent by jobs, tried again for about three days.

use crate::document_kind::DocumentKind;
use crate::notices;
use crate::policy::Policy;
use crate::profile::profile;
use coinbox_forms::{email, letters};
use coinbox_ground::counters::Numbers;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{Attempt, JobKind, Next, Numbered, Task, Work};
use coinbox_ground::money::Money;
use coinbox_ground::outside::{AttachedDocument, Attachment, LEASE_MS, MailOutcome, Mailbox, Message, Partly};
use coinbox_ground::port::Lane;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fact, Fault, HOUR_MS, Instant, MINUTE_MS};
use serde::{Deserialize, Serialize};

/// Jobs that hand a mail over. Mails are counted per account.
pub(crate) const JOB: JobKind<Numbered> = JobKind::new("mail");

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
    /// Whom the present attempt goes to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asked: Vec<String>,
    /// Who has it, or is refused for good: no attempt goes to them again.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    settled: Vec<String>,
    /// Who of them was refused, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refused: Vec<(String, String)>,
    /// Who did not get it, in the order of the next attempt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open: Vec<String>,
    /// Under which the mail system knows it, in a store that was restored too. None: an older version has written it down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<String>,
}

impl Record for Pending {
    const KIND: &'static str = "mail";
}

impl Pending {
    /// Notes what an attempt has settled, and answers who was refused. Where nobody is open whom the attempt went to, everybody is who was not refused.
    fn note(&mut self, partly: &Partly) -> Vec<(String, String)> {
        let refused: Vec<(String, String)> = self.of_asked(partly.refused.iter().map(|one| (&one.address, &one.cause)));
        let is_refused = |address: &String| refused.iter().any(|(refused, _)| refused == address);
        let named = partly.open.iter().map(|one| &one.address);
        let open: Vec<String> =
            named.filter(|address| self.asked.contains(address) && !is_refused(address)).cloned().collect();
        self.open = if open.is_empty() {
            self.asked.iter().filter(|address| !is_refused(address)).cloned().collect()
        } else {
            open
        };
        let settled = self.asked.iter().filter(|address| !self.open.contains(address));
        self.settled.extend(settled.cloned());
        self.refused.extend(refused.iter().cloned());
        refused
    }

    /// Addresses with causes, of those whom the attempt went to.
    fn of_asked<'a>(&self, named: impl Iterator<Item = (&'a String, &'a String)>) -> Vec<(String, String)> {
        named
            .filter(|(address, _)| self.asked.contains(address))
            .map(|(address, cause)| (address.clone(), letters::cleaned(cause, CAUSE_CHARS_MAX)))
            .collect()
    }
}

/// Kind of the queue's item about mails that were given up.
pub const GIVEN_UP: &str = "mail-failed";

/// Waiting times between tries; after the last the mail is given up, said so in the feed, and put into the operator's queue.
const TRY_AGAIN_MS: [Instant; 8] =
    [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, 24 * HOUR_MS, 24 * HOUR_MS];

/// Longest cause of a refused address.
const CAUSE_CHARS_MAX: usize = 200;
/// Mails that the queue's item about those given up names.
const GIVEN_UP_MAX: usize = 5;
/// Longest note of an item of the operator's queue.
const NOTE_CHARS_MAX: usize = 1000;
/// Most addresses that are remembered as refused: more than an account has.
const ADDRESSES_MAX: usize = 30;

fn key(account: AuthId, number: u32) -> String {
    format!("mail/{account}/{number:08}")
}

/// What the mail system knows a mail by: one that is handed over twice is sent once.
fn outside_key(turn: &Turn<'_>, account: AuthId, number: u32) -> String {
    ids::outside_key(&turn.store_name(), account, "mail", number)
}

/// Puts a mail on its way to the registered address and all billing addresses. Account name, auth ID, currency and brand are added.
pub fn send(turn: &mut Turn<'_>, account: AuthId, template: &str, facts: Vec<Fact>) -> Result<(), Fault> {
    put(turn, account, template, facts, None)
}

/// The same with an issued document.
pub fn send_with(
    turn: &mut Turn<'_>,
    account: AuthId,
    template: &str,
    facts: Vec<Fact>,
    (kind, number): (DocumentKind, &str),
) -> Result<(), Fault> {
    put(turn, account, template, facts, Some((kind.word().to_owned(), number.to_owned())))
}

/// Facts of mails that are amounts of the account.
const AMOUNTS: [&str; 14] = [
    "amount",
    "amount-due",
    "balance",
    "cap",
    "credit-limit",
    "due",
    "forfeited",
    "left",
    "next-step",
    "owed",
    "refunded",
    "tax",
    "threshold",
    "total",
];

/// Writes amounts as people of the currency do (CRD-17). What is no amount, such as `none`, stays.
fn show_amounts(facts: &mut [Fact], currency: Currency) {
    for fact in facts.iter_mut().filter(|fact| AMOUNTS.contains(&fact.name.as_str())) {
        if let Some(amount) = Money::parse(&fact.value) {
            fact.value = amount.in_currency(currency).to_string();
        }
    }
}

fn put(
    turn: &mut Turn<'_>,
    account: AuthId,
    template: &str,
    mut facts: Vec<Fact>,
    document: Option<(String, String)>,
) -> Result<(), Fault> {
    let profile = profile(turn, account)?;
    facts.push(Fact::new("account-name", &profile.name));
    facts.push(Fact::new("auth-id", account));
    show_amounts(&mut facts, profile.currency);
    facts.push(Fact::new("currency", profile.currency));
    facts.push(Fact::new("brand", &Policy::load(turn)?.brand));
    let number = Numbers::next_mail(turn, account)?;
    let pending = Pending {
        v: 1,
        template: template.to_owned(),
        facts,
        attempt: 0,
        document,
        asked: Vec::new(),
        settled: Vec::new(),
        refused: Vec::new(),
        open: Vec::new(),
        key: Some(outside_key(turn, account, number)),
    };
    turn.put(&key(account, number), &pending);
    turn.timer(&JOB.of((account, number)), Lane::Normal, turn.now());
    Ok(())
}

/// Starts the next attempt.
pub(crate) fn begin(turn: &mut Turn<'_>, (account, number): Numbered) -> Result<Option<Next>, Fault> {
    let Some(mut pending) = turn.get::<Pending>(&key(account, number))? else { return Ok(None) };
    pending.attempt += 1;
    let mut to: Vec<Mailbox> = mailboxes(turn, account)?
        .into_iter()
        .filter(|mailbox| email::is_sendable(&mailbox.address) && !pending.settled.contains(&mailbox.address))
        .collect();
    // Whoever was not reached the last time comes before whoever did not take it.
    to.sort_by_key(|mailbox| pending.open.iter().position(|address| *address == mailbox.address));
    pending.asked = to.iter().map(|mailbox| mailbox.address.clone()).collect();
    turn.put(&key(account, number), &pending);
    let job = JOB.of((account, number));
    turn.timer(&job, Lane::Normal, turn.now() + LEASE_MS);
    if to.is_empty() {
        // Nothing to hand over: everybody is settled, and the operator is told who is refused.
        return Ok(Some(finish(turn, (account, number), Ok(MailOutcome::Sent))?));
    }
    let mut facts = pending.facts;
    let of_a_charge = matches!(pending.template.as_str(), "chargeback" | "recharge-paid" | "recharge-failed");
    // A mail that a version without receipts has written down.
    if of_a_charge && !facts.iter().any(|fact| fact.name == "receipt") {
        facts.push(Fact::new("receipt", "none"));
    }
    // One that a version has written down that did not say the currency.
    if !facts.iter().any(|fact| fact.name == "currency") {
        facts.push(Fact::new("currency", Currency::USD));
    }
    let attached =
        pending.document.map(|(kind, number)| AttachedDocument { auth_id: account.to_string(), kind, number });
    let message = Message {
        key: pending.key.unwrap_or_else(|| outside_key(turn, account, number)),
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
fn mailboxes(turn: &Turn<'_>, account: AuthId) -> Result<Vec<Mailbox>, Fault> {
    let profile = profile(turn, account)?;
    let mut to = vec![Mailbox { address: profile.email.clone(), name: Some(profile.name) }];
    to.extend(
        notices::recipients(turn, account)?
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
fn note_refused(turn: &mut Turn<'_>, account: AuthId, addresses: Vec<(String, String)>) -> Result<(), Fault> {
    let before: Option<Refused> = turn.get(&refused_key(account))?;
    if before.as_ref().map_or(&[][..], |before| &before.addresses) == addresses {
        return Ok(());
    }
    let since = before.map_or(turn.now(), |before| before.since);
    if addresses.is_empty() {
        turn.remove(&refused_key(account));
        turn.remove(&refused_queue_key(since, account));
        return Ok(());
    }
    let named: Vec<String> = addresses.iter().map(|(address, cause)| format!("{address}: {cause}")).collect();
    let note: String = named.join("; ").chars().take(NOTE_CHARS_MAX).collect();
    turn.put(&refused_queue_key(since, account), &QueueEntry::new(Some(account), "mail-address-refused", since, note));
    turn.put(&refused_key(account), &Refused { v: 1, since, addresses });
    Ok(())
}

/// Addresses were set: those that mails no longer go to are nobody's business any more.
pub fn addresses_set(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let Some(before) = turn.get::<Refused>(&refused_key(account))? else { return Ok(()) };
    let to = mailboxes(turn, account)?;
    let kept = before.addresses.into_iter().filter(|(address, _)| to.iter().any(|mailbox| mailbox.address == *address));
    let kept = kept.collect();
    note_refused(turn, account, kept)
}

/// Tells which addresses a mail has not gone to.
fn tell_refused(turn: &mut Turn<'_>, account: AuthId, template: &str, addresses: &[(String, String)]) {
    for (address, cause) in addresses {
        feed::event(account, "mail-address-refused", "EVT-2")
            .fact("template", template)
            .fact("address", address)
            .fact("cause", cause)
            .tell(turn);
    }
}

/// Notes which addresses mails cannot go to as this one has shown: those that no mailer takes, those that it was refused for, and, of those
/// who are still open, the ones that were refused before.
fn book_refused(turn: &mut Turn<'_>, account: AuthId, pending: &Pending) -> Result<(), Fault> {
    let before = turn.get::<Refused>(&refused_key(account))?.map_or_else(Vec::new, |before| before.addresses);
    let mut addresses = unsendable(turn, account)?;
    let still_open = before.into_iter().filter(|(address, _)| pending.open.contains(address));
    for (address, cause) in pending.refused.iter().cloned().chain(still_open) {
        if addresses.len() < ADDRESSES_MAX && !addresses.iter().any(|(known, _)| *known == address) {
            addresses.push((address, cause));
        }
    }
    note_refused(turn, account, addresses)
}

/// Addresses of an account that no mailer takes, which an older version has stored.
fn unsendable(turn: &Turn<'_>, account: AuthId) -> Result<Vec<(String, String)>, Fault> {
    Ok(mailboxes(turn, account)?
        .into_iter()
        .filter(|mailbox| !email::is_sendable(&mailbox.address))
        .map(|mailbox| (mailbox.address, "no mail address".to_owned()))
        .collect())
}

/// Mails of an account that were given up, at `mgu/<account>`, until a person has looked.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct GivenUp {
    v: u32,
    /// Since when the operator's queue has them.
    since: Instant,
    /// How many.
    count: u32,
    /// The last ones: template, addresses, cause.
    last: Vec<String>,
}

impl Record for GivenUp {
    const KIND: &'static str = "mails given up";
}

fn given_up_key(account: AuthId) -> String {
    format!("mgu/{account}")
}

/// Ends a mail that not everybody could get. The operator's queue has one item an account until a person takes it off.
fn give_up(turn: &mut Turn<'_>, account: AuthId, number: u32, mut pending: Pending, cause: &str) -> Result<(), Fault> {
    turn.remove(&key(account, number));
    turn.cancel(&JOB.of((account, number)));
    pending.open = pending.asked.iter().filter(|address| !pending.settled.contains(address)).cloned().collect();
    let addresses = letters::cleaned(&pending.open.join(", "), NOTE_CHARS_MAX);
    let cause = letters::cleaned(cause, CAUSE_CHARS_MAX);
    book_refused(turn, account, &pending)?;
    feed::event(account, GIVEN_UP, "EVT-2")
        .fact("template", &pending.template)
        .fact("attempts", pending.attempt)
        .fact("cause", &cause)
        .fact("addresses", &addresses)
        .tell(turn);
    let new = GivenUp { v: 1, since: turn.now(), count: 0, last: Vec::new() };
    let mut given_up: GivenUp = turn.get(&given_up_key(account))?.unwrap_or(new);
    given_up.count = given_up.count.saturating_add(1);
    given_up.last.insert(0, format!("{} to {addresses}: {cause}", pending.template));
    given_up.last.truncate(GIVEN_UP_MAX);
    let mails = if given_up.count == 1 { "mail was" } else { "mails were" };
    let note = format!("{} {mails} given up, the last: {}", given_up.count, given_up.last.join("; "));
    let note = note.chars().take(NOTE_CHARS_MAX).collect();
    let entry = QueueEntry::new(Some(account), GIVEN_UP, given_up.since, note);
    turn.put(&queue::single_key(given_up.since, &format!("{account}/{GIVEN_UP}")), &entry);
    turn.put(&given_up_key(account), &given_up);
    Ok(())
}

/// A person has looked at the mails that were given up.
pub fn looked(turn: &mut Turn<'_>, account: AuthId) {
    turn.remove(&given_up_key(account));
}

/// The current attempt, if the mail is still on its way.
pub(crate) fn attempt(turn: &Turn<'_>, (account, number): Numbered) -> Result<Option<Attempt>, Fault> {
    Ok(turn.get::<Pending>(&key(account, number))?.map(|pending| Attempt::open(pending.attempt)))
}

/// Books what became of an attempt. `Err` of the outcome: it was lost.
pub(crate) fn finish(
    turn: &mut Turn<'_>,
    (account, number): Numbered,
    outcome: Result<MailOutcome, String>,
) -> Result<Next, Fault> {
    let Some(mut pending) = turn.get::<Pending>(&key(account, number))? else { return Ok(Next::Rest) };
    let (cause, again) = match outcome {
        Ok(MailOutcome::Sent) => {
            settle(turn, account, number, pending)?;
            return Ok(Next::Rest);
        }
        Ok(MailOutcome::SentExcept(refused)) => {
            let refused = pending.of_asked(refused.iter().map(|one| (&one.address, &one.cause)));
            tell_refused(turn, account, &pending.template, &refused);
            pending.refused.extend(refused);
            settle(turn, account, number, pending)?;
            return Ok(Next::Rest);
        }
        Ok(MailOutcome::SentPartly(partly)) => {
            let refused = pending.note(&partly);
            tell_refused(turn, account, &pending.template, &refused);
            book_refused(turn, account, &pending)?;
            let causes = partly.open.iter().map(|one| format!("{}: {}", one.address, one.cause));
            (causes.collect::<Vec<_>>().join("; "), Some(partly.ask_again))
        }
        Ok(MailOutcome::Refused(cause)) => (cause, None),
        Ok(MailOutcome::NotSent(not_sent)) => (not_sent.cause, Some(not_sent.ask_again)),
        Err(cause) => (cause, Some(turn.now())),
    };
    let tried = usize::try_from(pending.attempt).unwrap_or(usize::MAX).saturating_sub(1);
    match (again, TRY_AGAIN_MS.get(tried)) {
        (Some(asked), Some(wait)) => {
            turn.put(&key(account, number), &pending);
            let soonest = turn.now() + wait;
            let job = JOB.of((account, number));
            turn.timer(&job, Lane::Normal, asked.clamp(soonest, soonest + 24 * HOUR_MS));
        }
        _ => give_up(turn, account, number, pending, &cause)?,
    }
    Ok(Next::Rest)
}

/// Ends a mail that everybody has who can have it.
fn settle(turn: &mut Turn<'_>, account: AuthId, number: u32, mut pending: Pending) -> Result<(), Fault> {
    turn.remove(&key(account, number));
    turn.cancel(&JOB.of((account, number)));
    pending.open.clear();
    let unsendable = unsendable(turn, account)?;
    tell_refused(turn, account, &pending.template, &unsendable);
    book_refused(turn, account, &pending)
}
