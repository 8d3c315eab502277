//! The mailbox is confirmed: the account is made, with its owner (ACC-3, R54).
//!
//! A link alone opens nothing: it works in the browser that signed up, or with the password of that sign-up. So whoever signs up with somebody else's
//! address gets nothing when that person follows the link (attack 32).

use super::asking::{DOOR, check_network};
use super::counting::{self, Of};
use super::forms::{Confirmation, Confirmed, Error, domain_of};
use super::network;
use super::records::{self, Pending};
use super::upkeep::UNVERIFIED;
use crate::review::records::{Origin, Review};
use coinbox_access as access;
use coinbox_access::credentials;
use coinbox_access::functions;
use coinbox_access::people::attempts::{self, Start, Verdict};
use coinbox_access::people::links::{self, Link};
use coinbox_access::people::members::{self, New, State};
use coinbox_access::people::sessions::{self, Way};
use coinbox_access::people::throttles::{self, Bucket};
use coinbox_access::people::{Half, Role, passwords};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, HOUR_MS, MINUTE_MS, Refusal};
use coinbox_ledger::wallet;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, AccountType, NewProfile, Profile, Standing, draw_free};
use coinbox_profiles::{billing, by_mail, currencies};

/// The door of the ticket that weighs the password of a sign-up.
const WITH_PASSWORD: &str = "sign-up-password";
/// Passwords that are tried at one sign-up.
const OF_SIGN_UP: Bucket = Bucket { door: "su", dimension: "p", burst: 5, one_per: HOUR_MS };
/// Passwords that are tried at sign-ups from one network.
const TRIES_OF_NETWORK: Bucket = Bucket { door: "su", dimension: "q", burst: 30, one_per: MINUTE_MS };

/// The address that a link of a sign-up was mailed to; none: the link is not one of a sign-up, or is not good any more.
pub fn link_address(turn: &Turn<'_>, link: &Link) -> Result<Option<String>, Fault> {
    if link.door != DOOR {
        return Ok(None);
    }
    let pending = records::find(turn, &link.subject)?;
    Ok(pending.filter(|pending| link.bind == pending.links.to_string()).map(|pending| pending.email))
}

/// The sign-up that a link names, if the link is the last one that was mailed. The same work is done for any link.
fn named(turn: &Turn<'_>, link: &str) -> Result<Option<(String, Pending)>, Fault> {
    let found = links::look(turn, link)?.filter(|found| found.door == DOOR);
    let name = found.as_ref().map_or("", |found| found.subject.as_str());
    let pending = records::find(turn, name)?;
    Ok(found
        .zip(pending)
        .and_then(|(found, pending)| (found.bind == pending.links.to_string()).then_some((found.subject, pending))))
}

/// Confirms in the browser that signed up.
pub fn confirm(turn: &mut Turn<'_>, caller: &Caller, link: String, holder: String) -> Result<Confirmed, Error> {
    access::public(turn, caller, functions::SIGNUP_CONFIRM)?;
    check_network(turn, caller)?;
    let named = named(turn, &link)?;
    let held = records::by_holder(turn, &holder)?;
    match (named, held) {
        (Some((name, pending)), Some((of_holder, _))) if name == of_holder => {
            links::take(turn, &link, DOOR)?;
            open(turn, caller, &name, pending)
        }
        _ => Err(Error::Gone),
    }
}

/// Begins to confirm elsewhere: the password is counted. Answers a ticket whether or not the link is good.
pub fn start_confirm(turn: &mut Turn<'_>, caller: &Caller, link: String, old: String) -> Result<String, Error> {
    access::public(turn, caller, functions::SIGNUP_START_CONFIRM)?;
    let mut checks = Checks::new();
    attempts::check_typed(&mut checks, &old, "old");
    checks.require(link.len() <= 256, "link", FieldRule::TooLong, 256);
    checks.done()?;
    check_network(turn, caller)?;
    throttles::take(turn, &TRIES_OF_NETWORK, &throttles::network(caller.address.as_deref()))?;
    let named = named(turn, &link)?;
    throttles::take(turn, &OF_SIGN_UP, named.as_ref().map_or(&link, |(name, _)| name))?;
    let hash = named.map_or_else(String::new, |(_, pending)| pending.hash);
    let start = Start { door: WITH_PASSWORD, subject: link, member: None, old: Some(&old) };
    Ok(attempts::start_against(turn, start, &hash)?)
}

/// Confirms elsewhere, if the password was that of the sign-up. A wrong one leaves the link good.
pub fn finish_confirm(turn: &mut Turn<'_>, caller: &Caller, ticket: String) -> Result<Confirmation, Error> {
    access::public(turn, caller, functions::SIGNUP_FINISH_CONFIRM)?;
    let finished = attempts::finish(turn, WITH_PASSWORD, &ticket)?;
    check_network(turn, caller)?;
    match finished.verdict {
        Some(Verdict::Right) => {}
        Some(Verdict::Wrong) => return Ok(Confirmation::Wrong),
        Some(Verdict::RightOnce) | None => return Err(Refusal::Unauthenticated.into()),
    }
    let (name, pending) = named(turn, &finished.subject)?.ok_or(Error::Gone)?;
    links::take(turn, &finished.subject, DOOR)?;
    Ok(Confirmation::Confirmed(open(turn, caller, &name, pending)?))
}

/// Makes the account of a sign-up: no API, no credits, an owner who enrols a second factor (ACC-3, ACC-4).
fn open(turn: &mut Turn<'_>, caller: &Caller, name: &str, pending: Pending) -> Result<Confirmed, Error> {
    let account = draw_free(turn, b"MA")?;
    let owner = New {
        name: &pending.name,
        email: &pending.email,
        language: &pending.language,
        role: Role::Owner,
        state: State::Active,
        inviter: None,
    };
    // Of several sign-ups of one address the first confirmed wins (R54).
    let (id, member) = members::add(turn, account, &owner)?.ok_or(Error::Gone)?;
    passwords::set(turn, id, &pending.hash)?;
    let currency = Policy::load(turn)?.currency;
    currencies::note(turn, currency)?;
    let new = NewProfile {
        account_type: AccountType::Developer,
        name: pending.company.clone(),
        email: pending.email.clone(),
        address: Default::default(),
        timezone: pending.timezone.clone(),
        currency,
    };
    let profile = Profile::open(new, Standing::Unverified, turn.now());
    profile::save(turn, account, &profile);
    by_mail::put(turn, &profile.email, account);
    credentials::issue(turn, account);
    wallet::open(turn, account, currency);
    if let Some(country) = &pending.country {
        let mut stored = billing::load(turn, account)?;
        stored.country.clone_from(country);
        turn.put(&billing::key(account), &stored);
    }
    note_origin(turn, caller, account, &pending)?;
    records::remove(turn, name);
    turn.timer(&UNVERIFIED.of(account), Lane::Bulk, turn.now() + Policy::load(turn)?.sign_ups.unverified_ms);
    feed::event(account, "account-created", "ACC-3").fact("account-type", "developer").fact("by", "sign-up").tell(turn);
    let opened = sessions::open(turn, caller, id, &member, Some(Half::Enrol), Way::SignUp)?;
    Ok(Confirmed::new(account, opened))
}

/// Keeps what the review is told of the sign-up, and counts it.
fn note_origin(turn: &mut Turn<'_>, caller: &Caller, account: AuthId, pending: &Pending) -> Result<(), Fault> {
    let domain = domain_of(&pending.email).to_owned();
    counting::count(turn, Of::Domain, &domain)?;
    let confirmed_from = caller.address.clone().unwrap_or_default();
    let network = network::neighbourhood(&pending.address);
    if let Some(network) = &network {
        counting::count(turn, Of::Network, network)?;
    }
    let origin = Origin {
        address: pending.address.clone(),
        confirmed_from,
        domain,
        network,
        country: pending.country.clone(),
        at: turn.now(),
    };
    Review::begin(turn, account, origin);
    Ok(())
}
