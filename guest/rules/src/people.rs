//! Functions about people that need more than one area: what the area of members asks of the others is filled in here.

use crate::access::people::attempts::Judged;
use crate::access::people::links::Link;
use crate::ground::outside::Channel;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, Fault};
use crate::members::profile::{Confirmed, Error as ProfileError, FactorList};
use crate::members::words::{CodePurpose, CodeSent};
use crate::members::{Known, links, login, passwords, profile};

/// What the area of members asks of the others.
const KNOWN: Known = Known::BUILT_IN;

/// Whose password is set at a door that is not one of members.
fn others(_: &Turn<'_>, _: &Judged<'_>) -> Result<(String, Vec<String>), Fault> {
    Ok((String::new(), Vec::new()))
}

/// Whose address a link is of that is not one of members; none: it is not good.
fn other_links(_: &Turn<'_>, _: &Link) -> Result<Option<String>, Fault> {
    Ok(None)
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
    profile::send_code(turn, &KNOWN, caller, purpose, number, channel)
}

/// `profile.start-phone-change`.
pub fn start_phone_change(turn: &mut Turn<'_>, caller: &Caller, number: String) -> Result<FactorList, ProfileError> {
    profile::start_phone_change(turn, &KNOWN, caller, number)
}

/// `profile.confirm-phone`.
pub fn confirm_phone(turn: &mut Turn<'_>, caller: &Caller, code: String) -> Result<Confirmed, ProfileError> {
    profile::confirm_phone(turn, &KNOWN, caller, code)
}

/// `profile.request-email`.
pub fn request_email(turn: &mut Turn<'_>, caller: &Caller, email: String) -> Result<(), ProfileError> {
    profile::request_email(turn, &KNOWN, caller, email)
}

/// `profile.confirm-email`.
pub fn confirm_email(turn: &mut Turn<'_>, caller: &Caller, link: String) -> Result<(), ProfileError> {
    profile::confirm_email(turn, &KNOWN, caller, link)
}

/// `profile.undo-email`.
pub fn undo_email(turn: &mut Turn<'_>, caller: &Caller, link: String) -> Result<(), ProfileError> {
    profile::undo_email(turn, &KNOWN, caller, link)
}
