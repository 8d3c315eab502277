//! Signing up: what is asked before the mailbox is confirmed. Nothing here says whether an address is known (attack 4).

use super::forms::{Error, NewSignUp, PendingSignUp, check, check_domain, unlinked};
use super::network;
use super::records::{self, Pending};
use coinbox_access as access;
use coinbox_access::functions;
use coinbox_access::people::attempts::{self, Start};
use coinbox_access::people::throttles::{self, Bucket};
use coinbox_access::people::{links, members};
use coinbox_ground::calendar::moment_name;
use coinbox_ground::outside::Mailbox;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, DAY_MS, Fact, Fault, HOUR_MS, Instant, MINUTE_MS, Refusal};
use coinbox_profiles::person_mail::{self, Letter};
use serde::{Deserialize, Serialize};

/// The door of a sign-up's ticket and link.
pub(crate) const DOOR: &str = "sign-up";
/// How long the link is good.
const LINK_MS: Instant = DAY_MS;
/// Sign-ups of one address.
const OF_ADDRESS: Bucket = Bucket { door: "su", dimension: "e", burst: 3, one_per: 8 * HOUR_MS };
/// Sign-ups from one network.
const OF_NETWORK: Bucket = Bucket { door: "su", dimension: "a", burst: 5, one_per: 12 * MINUTE_MS };
/// Links of one sign-up.
const OF_LINKS: Bucket = Bucket { door: "su", dimension: "l", burst: 3, one_per: 8 * HOUR_MS };

/// What the ticket of a sign-up keeps. A new password is judged by address, name and company.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) struct Subject {
    email: String,
    names: [String; 2],
    language: String,
    country: Option<String>,
    timezone: Option<String>,
}

/// What a new password at the door of sign-ups is judged by: the address, and the names of person and company. `subject`: what the ticket keeps.
pub fn password_about(subject: &str) -> (String, Vec<String>) {
    let subject = serde_json::from_str::<Subject>(subject);
    subject.map_or_else(|_| (String::new(), Vec::new()), |subject| (subject.email, subject.names.to_vec()))
}

/// Refuses a caller from a network that sign-ups are not taken from.
pub(crate) fn check_network(turn: &Turn<'_>, caller: &Caller) -> Result<(), Error> {
    match network::refused(turn, caller)? {
        Some(kind) => Err(Error::Network(kind)),
        None => Ok(()),
    }
}

/// Begins: checks and counts. Answers a ticket.
pub fn start(turn: &mut Turn<'_>, caller: &Caller, sign_up: NewSignUp) -> Result<String, Error> {
    access::public(turn, caller, functions::SIGNUP_START)?;
    let email = check(&sign_up)?;
    check_network(turn, caller)?;
    check_domain(turn, &email)?;
    throttles::take(turn, &OF_NETWORK, &throttles::network(caller.address.as_deref()))?;
    let subject = Subject {
        email,
        names: [sign_up.name, sign_up.company],
        language: sign_up.language,
        country: sign_up.country,
        timezone: sign_up.timezone,
    };
    let subject = serde_json::to_string(&subject).expect("text only");
    Ok(attempts::start(turn, Start { door: DOOR, subject, member: None, old: None })?)
}

/// Keeps the sign-up with its weighed password, and mails the link.
pub fn finish(turn: &mut Turn<'_>, caller: &Caller, ticket: String) -> Result<PendingSignUp, Error> {
    access::public(turn, caller, functions::SIGNUP_FINISH)?;
    let finished = attempts::finish(turn, DOOR, &ticket)?;
    let unauthenticated = || Error::from(Refusal::Unauthenticated);
    let hash = finished.new_hash.ok_or_else(unauthenticated)?;
    let subject: Subject = serde_json::from_str(&finished.subject).map_err(|_| unauthenticated())?;
    check_network(turn, caller)?;
    // Counted where the mail goes out: whoever has to choose a better password has not used anything up.
    throttles::take(turn, &OF_ADDRESS, &subject.email)?;
    let [person, company] = subject.names;
    let (name, holder, mark) = records::draw(turn);
    let mut pending = Pending {
        v: 1,
        email: subject.email,
        name: person,
        company,
        language: subject.language,
        country: subject.country,
        timezone: subject.timezone.unwrap_or_else(|| "UTC".to_owned()),
        hash,
        holder: mark,
        address: caller.address.clone().unwrap_or_default(),
        device: caller.device.clone(),
        links: 0,
    };
    let until = mail_link(turn, &name, &mut pending)?;
    Ok(PendingSignUp { holder, until })
}

/// Mails a new link; the one before is void.
pub fn resend(turn: &mut Turn<'_>, caller: &Caller, holder: String) -> Result<PendingSignUp, Error> {
    access::public(turn, caller, functions::SIGNUP_RESEND)?;
    check_network(turn, caller)?;
    let (name, mut pending) = records::by_holder(turn, &holder)?.ok_or(Error::Gone)?;
    throttles::take(turn, &OF_LINKS, &name)?;
    let until = mail_link(turn, &name, &mut pending)?;
    Ok(PendingSignUp { holder, until })
}

/// Gives out a link and mails it. To an address that a member has, the same is written, and the mail says that there is an account.
fn mail_link(turn: &mut Turn<'_>, name: &str, pending: &mut Pending) -> Result<Instant, Fault> {
    pending.links += 1;
    let link = links::give(turn, DOOR, name, LINK_MS, &pending.links.to_string());
    let until = turn.now() + LINK_MS;
    records::save(turn, name, pending);
    let known = members::by_email(turn, &pending.email)?;
    let facts = vec![
        Fact::new("name", unlinked(&pending.name)),
        Fact::new("ends", moment_name(until)),
        Fact::new("address", &pending.address),
    ];
    let (template, secrets) = match known {
        None => ("sign-up-confirm", vec![Fact::new("link", link)]),
        Some(_) => ("sign-up-known", vec![Fact::new("link", "none")]),
    };
    let to = Mailbox { address: pending.email.clone(), name: None };
    person_mail::send(turn, Letter { account: None, to, language: &pending.language, template, facts, secrets })?;
    Ok(until)
}
