//! Functions about people that need more than one area: what the area of members asks of the others is filled in here.

use crate::access::people::attempts::Judged;
use crate::access::people::links::Link;
use crate::ground::ids::AuthId;
use crate::ground::outside::Channel;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, Fault, Principal, Refusal};
use crate::lists::{self, KnownList};
use crate::members::profile::{Confirmed, Error as ProfileError, FactorList};
use crate::members::words::{CodePurpose, CodeSent};
use crate::members::{self, Known, links, login, passwords};
use crate::profiles::profile::{self, Profile, Standing};
use crate::{destinations, review, signup};

/// What the area of members asks of the others.
const KNOWN: Known = Known {
    common: |turn, base| match lists::common_words(turn, &[base.to_owned()])?.is_empty() {
        true if !lists::is_in_force(turn, KnownList::CommonPasswords)? => (Known::BUILT_IN.common)(turn, base),
        none => Ok(!none),
    },
    breached: lists::breached,
    number_refused: |turn, number| match lists::prefix(turn, number)? {
        None if !lists::is_in_force(turn, KnownList::Prefixes)? => (Known::BUILT_IN.number_refused)(turn, number),
        found => Ok(found.is_some()),
    },
    address_refused: signup::address_refused,
    address_moved: |turn, id, _, now| review::address_moved(turn, id, now),
    phone_confirmed: |turn, id, _, number| review::phone_confirmed(turn, id, number),
};

/// Whose password is set at a door that is not one of members: that of a sign-up.
fn others(_: &Turn<'_>, judged: &Judged<'_>) -> Result<(String, Vec<String>), Fault> {
    Ok(signup::password_about(judged.subject))
}

/// Whose address a link is of that is not one of members; none: it is not good.
fn other_links(turn: &Turn<'_>, link: &Link) -> Result<Option<String>, Fault> {
    signup::link_address(turn, link)
}

/// Whether the caller's session is of an account whose phone is not verified yet: then its network is looked at (ACC-2).
fn is_unverified(turn: &Turn<'_>, caller: &Caller) -> Result<bool, Fault> {
    let Principal::Session(token) = &caller.who else { return Ok(false) };
    let Some(account) = token.get(4..24).and_then(AuthId::parse) else { return Ok(false) };
    let profile = turn.get::<Profile>(&profile::key(account))?;
    Ok(profile.is_some_and(|profile| profile.standing() == Standing::Unverified))
}

/// Refuses the network of a caller whose account is unverified. Asked once the session has proved itself.
fn check_network(turn: &Turn<'_>, caller: &Caller, unverified: bool) -> Result<(), Fault> {
    match signup::network::refused(turn, caller)? {
        Some(_) if unverified => Err(Refusal::AddressNotAllowed.into()),
        _ => Ok(()),
    }
}

/// `passwords.weigh`.
pub fn weigh(
    turn: &Turn<'_>,
    ticket: String,
    old: Option<String>,
    new: Option<String>,
) -> Result<String, passwords::Error> {
    passwords::weigh(turn, &KNOWN, others, &ticket, old.as_deref(), new.as_deref())
}

/// `links.look`.
pub fn look_at_link(turn: &Turn<'_>, caller: &Caller, link: String) -> Result<links::LinkInfo, links::Error> {
    links::look(turn, other_links, caller, &link)
}

/// `login.send-code`.
pub fn send_login_code(turn: &mut Turn<'_>, caller: &Caller, channel: Channel) -> Result<CodeSent, login::Error> {
    login::send_code(turn, &KNOWN, caller, channel)
}

/// `profile.send-code`.
pub fn send_code(
    turn: &mut Turn<'_>,
    caller: &Caller,
    purpose: CodePurpose,
    number: Option<String>,
    channel: Channel,
) -> Result<CodeSent, ProfileError> {
    let unverified = is_unverified(turn, caller)?;
    let sent = members::profile::send_code(turn, &KNOWN, caller, purpose, number, channel)?;
    check_network(turn, caller, unverified)?;
    Ok(sent)
}

/// `profile.start-phone-change`.
pub fn start_phone_change(turn: &mut Turn<'_>, caller: &Caller, number: String) -> Result<FactorList, ProfileError> {
    members::profile::start_phone_change(turn, &KNOWN, caller, number)
}

/// `profile.confirm-phone`.
pub fn confirm_phone(turn: &mut Turn<'_>, caller: &Caller, code: String) -> Result<Confirmed, ProfileError> {
    let unverified = is_unverified(turn, caller)?;
    let confirmed = members::profile::confirm_phone(turn, &KNOWN, caller, code)?;
    check_network(turn, caller, unverified)?;
    Ok(confirmed)
}

/// `destinations.begin`.
pub fn begin_destination(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: String,
    channel: Channel,
) -> Result<CodeSent, destinations::Error> {
    destinations::begin(turn, &KNOWN, caller, auth_id, number, channel)
}

/// `profile.request-email`.
pub fn request_email(turn: &mut Turn<'_>, caller: &Caller, email: String) -> Result<(), ProfileError> {
    members::profile::request_email(turn, &KNOWN, caller, email)
}

/// `profile.confirm-email`.
pub fn confirm_email(turn: &mut Turn<'_>, caller: &Caller, link: String) -> Result<(), ProfileError> {
    members::profile::confirm_email(turn, &KNOWN, caller, link)
}

/// `profile.undo-email`.
pub fn undo_email(turn: &mut Turn<'_>, caller: &Caller, link: String) -> Result<(), ProfileError> {
    members::profile::undo_email(turn, &KNOWN, caller, link)
}
