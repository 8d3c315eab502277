//! Mails to one person: a member, or somebody who is about to become one. What is secret in them is sealed until just before they are sent.
//!
//! A mail is at `pm/<ms>/<random>` until it is settled. It is tried for a day: what it carries is hardly good for longer.

use crate::policy::Policy;
use coinbox_forms::letters;
use coinbox_ground::feed;
use coinbox_ground::ids::{AuthId, draw_letters_and_digits, time_key};
use coinbox_ground::job::{Attempt, JobKind, Named, Next, SECRET_FACT, Task, Work};
use coinbox_ground::outside::{LEASE_MS, MailOutcome, Mailbox, Message};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fact, Fault, HOUR_MS, Instant, MINUTE_MS};
use serde::{Deserialize, Serialize};

/// Jobs that hand such a mail over.
pub(crate) const JOB: JobKind<Named> = JobKind::new("person-mail");

/// Beginning of every key.
pub const PREFIX: &str = "pm/";

/// Waiting times between tries; after the last the mail is given up.
const TRY_AGAIN_MS: [Instant; 6] = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS];
/// Longest cause that is told.
const CAUSE_CHARS_MAX: usize = 200;

/// A mail that is not settled.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Pending {
    v: u32,
    /// Whose member it goes to; none: to nobody's yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    account: Option<AuthId>,
    address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    language: String,
    template: String,
    facts: Vec<Fact>,
    /// With sealed values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    secrets: Vec<Fact>,
    attempt: u32,
    /// Under which the mail system knows it.
    key: String,
}

impl Record for Pending {
    const KIND: &'static str = "mail to a person";
}

/// What a mail to a person says.
pub struct Letter<'a> {
    /// Whose member it goes to; none: to nobody's yet.
    pub account: Option<AuthId>,
    /// Whom it goes to.
    pub to: Mailbox,
    /// BCP 47 tag.
    pub language: &'a str,
    /// Name of the template.
    pub template: &'a str,
    /// What is not secret.
    pub facts: Vec<Fact>,
    /// What is: links, codes, passwords.
    pub secrets: Vec<Fact>,
}

fn key(name: &str) -> String {
    let (moment, random) = name.split_at_checked(13).unwrap_or((name, ""));
    format!("{PREFIX}{moment}/{random}")
}

/// Puts a mail on its way. The brand is added to its facts.
pub fn send(turn: &mut Turn<'_>, letter: Letter<'_>) -> Result<(), Fault> {
    let name = format!("{}{}", time_key(turn.now()), draw_letters_and_digits(turn, 8));
    let mut facts = letter.facts;
    facts.push(Fact::new("brand", &Policy::load(turn)?.brand));
    let vault = turn.vault();
    let secrets =
        letter.secrets.iter().map(|fact| Fact::new(&fact.name, vault.seal(SECRET_FACT, &fact.value))).collect();
    let pending = Pending {
        v: 1,
        account: letter.account,
        address: letter.to.address,
        name: letter.to.name,
        language: letter.language.to_owned(),
        template: letter.template.to_owned(),
        facts,
        secrets,
        attempt: 0,
        key: format!("cb-{}-person-mail-{name}", turn.store_name()),
    };
    turn.put(&key(&name), &pending);
    turn.timer(&JOB.of(Named(name)), Lane::Normal, turn.now());
    Ok(())
}

/// Starts the next attempt.
pub(crate) fn begin(turn: &mut Turn<'_>, mail: Named) -> Result<Option<Next>, Fault> {
    let Some(mut pending) = turn.get::<Pending>(&key(&mail.0))? else { return Ok(None) };
    pending.attempt += 1;
    turn.put(&key(&mail.0), &pending);
    let job = JOB.of(mail);
    turn.timer(&job, Lane::Normal, turn.now() + LEASE_MS);
    let message = Message {
        key: pending.key,
        to: vec![Mailbox { address: pending.address, name: pending.name }],
        template: pending.template,
        language: pending.language,
        facts: pending.facts,
        secret_facts: pending.secrets,
        attachments: Vec::new(),
    };
    Ok(Some(Next::Perform(Task { job, attempt: pending.attempt, work: Work::SendMail(message) })))
}

/// The current attempt, if the mail is still on its way.
pub(crate) fn attempt(turn: &Turn<'_>, mail: Named) -> Result<Option<Attempt>, Fault> {
    Ok(turn.get::<Pending>(&key(&mail.0))?.map(|pending| Attempt::open(pending.attempt)))
}

/// Books what became of an attempt. `Err` of the outcome: it was lost.
pub(crate) fn finish(turn: &mut Turn<'_>, mail: Named, outcome: Result<MailOutcome, String>) -> Result<Next, Fault> {
    let Some(pending) = turn.get::<Pending>(&key(&mail.0))? else { return Ok(Next::Rest) };
    let (cause, again) = match outcome {
        Ok(MailOutcome::Sent) => {
            settle(turn, mail);
            return Ok(Next::Rest);
        }
        // There is one recipient: whatever is said of some is said of it.
        Ok(MailOutcome::SentExcept(refused)) => (causes(refused.into_iter().map(|one| one.cause)), None),
        Ok(MailOutcome::SentPartly(partly)) if partly.open.is_empty() => {
            (causes(partly.refused.into_iter().map(|one| one.cause)), None)
        }
        Ok(MailOutcome::SentPartly(partly)) => {
            (causes(partly.open.into_iter().map(|one| one.cause)), Some(partly.ask_again))
        }
        Ok(MailOutcome::Refused(cause)) => (cause, None),
        Ok(MailOutcome::NotSent(not_sent)) => (not_sent.cause, Some(not_sent.ask_again)),
        Err(cause) => (cause, Some(turn.now())),
    };
    let tried = usize::try_from(pending.attempt).unwrap_or(usize::MAX).saturating_sub(1);
    match (again, TRY_AGAIN_MS.get(tried)) {
        (Some(asked), Some(wait)) => {
            let soonest = turn.now() + wait;
            let job = JOB.of(mail);
            turn.timer(&job, Lane::Normal, asked.clamp(soonest, soonest + 12 * HOUR_MS));
        }
        _ => {
            give_up(turn, &pending, &cause);
            settle(turn, mail);
        }
    }
    Ok(Next::Rest)
}

fn causes(causes: impl Iterator<Item = String>) -> String {
    causes.collect::<Vec<_>>().join("; ")
}

/// Tells that a mail was given up: without the address, which is a person's (R74).
fn give_up(turn: &mut Turn<'_>, pending: &Pending, cause: &str) {
    let event = match pending.account {
        Some(account) => feed::event(account, "person-mail-failed", "EVT-2"),
        None => feed::operator_event("person-mail-failed", "EVT-2"),
    };
    event
        .fact("template", &pending.template)
        .fact("attempts", pending.attempt)
        .fact("cause", letters::cleaned(cause, CAUSE_CHARS_MAX))
        .tell(turn);
}

fn settle(turn: &mut Turn<'_>, mail: Named) {
    turn.remove(&key(&mail.0));
    turn.cancel(&JOB.of(mail));
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::outside::NotSent;
    use coinbox_ground::testing::{Fake, START, main_id};

    fn sent(fake: &Fake) -> Named {
        fake.command(START, |turn| {
            let to = Mailbox { address: "ada@example.com".to_owned(), name: None };
            let secrets = vec![Fact::new("link", "https://example.com/lk_1")];
            let facts = vec![Fact::new("hours", 24)];
            let account = Some(main_id("1"));
            send(turn, Letter { account, to, language: "en", template: "sign-up-confirm", facts, secrets })
        })
        .expect("on its way");
        let (keys, _) = fake.query(START, |turn| turn.span_text(PREFIX, "pm0", 2));
        Named(keys[0].0[PREFIX.len()..].replace('/', ""))
    }

    fn begun(fake: &Fake, at: Instant, mail: &Named) -> Option<Message> {
        let next = fake.command(at, |turn| begin(turn, mail.clone())).expect("begun")?;
        match next {
            Next::Perform(Task { work: Work::SendMail(message), .. }) => Some(message),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mail_keeps_its_key_and_its_secret_sealed_and_goes_when_it_is_sent() {
        let fake = Fake::new();
        let mail = sent(&fake);
        let first = begun(&fake, START, &mail).expect("to be sent");
        assert_eq!(
            first.secret_facts[0].value,
            fake.query(START, |turn| { turn.vault().seal(SECRET_FACT, "https://example.com/lk_1") })
        );
        assert!(first.facts.contains(&Fact::new("brand", "Coinbox")));
        let away = MailOutcome::NotSent(NotSent { ask_again: START, cause: "away".to_owned() });
        fake.command(START, |turn| finish(turn, mail.clone(), Ok(away))).expect("booked");
        let second = begun(&fake, START + MINUTE_MS, &mail).expect("to be sent again");
        assert_eq!((&second.key, &second.to), (&first.key, &first.to));
        fake.command(START, |turn| finish(turn, mail.clone(), Ok(MailOutcome::Sent))).expect("booked");
        assert_eq!(begun(&fake, START, &mail), None);
    }

    #[test]
    fn a_mail_that_is_refused_or_tried_for_a_day_is_given_up_without_naming_anybody() {
        for outcomes in [
            vec![MailOutcome::Refused("no such template".to_owned())],
            vec![MailOutcome::NotSent(NotSent { ask_again: START, cause: "away".to_owned() }); 7],
        ] {
            let fake = Fake::new();
            let mail = sent(&fake);
            let count = outcomes.len();
            for (place, outcome) in outcomes.into_iter().enumerate() {
                assert!(begun(&fake, START, &mail).is_some(), "attempt {}", place + 1);
                fake.command(START, |turn| finish(turn, mail.clone(), Ok(outcome))).expect("booked");
            }
            assert_eq!(begun(&fake, START, &mail), None);
            let lines = fake.query(START, |turn| turn.feed(None, 0, 10));
            assert_eq!(lines.len(), 1);
            assert!(lines[0].body.contains("person-mail-failed"), "{}", lines[0].body);
            assert!(lines[0].body.contains(&format!("\"{count}\"")), "{}", lines[0].body);
            assert!(!lines[0].body.contains("ada@"), "{}", lines[0].body);
        }
    }
}
