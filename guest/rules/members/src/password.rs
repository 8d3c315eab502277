//! `password`: forgotten, changed and temporary ones (ACC-11, SEC-8, SEC-11).

use crate::asks::{self, What};
use crate::checks;
use crate::entering::{self, Inside};
use crate::given::{self, Good};
use crate::login;
use crate::logins;
use crate::told;
use crate::tried;
use crate::words::{Checked, Entered};
use coinbox_access::credentials::Who;
use coinbox_access::people::attempts::{self, Start, check_typed};
use coinbox_access::people::members::{self, Member, State};
use coinbox_access::people::{Half, MemberId, passwords};
use coinbox_access::{functions, requests};
use coinbox_ground::interface_error;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Refusal};
use coinbox_profiles::profile;

interface_error! {
    /// Why a call of this interface was refused.
    Error {
        /// The link was used, it is over, it is void, or it never was.
        Gone,
    }
}

const RESET: &str = "reset";
const CHANGE: &str = "change";
const CHOOSE: &str = "choose";
/// Binds a link to the ticket that uses it.
const LINK: &str = "link-of-ticket";
/// Longest text that is looked at as a link or ticket.
const LINK_MAX: usize = 200;

/// Asks for a link to choose a new password. Nothing of the address is looked at before the answer.
pub fn request_reset(turn: &mut Turn<'_>, caller: &Caller, email: String) -> Result<(), Error> {
    requests::public(turn, caller, functions::PASSWORD_REQUEST_RESET)?;
    let mut checks = Checks::new();
    let email = checks::email(&mut checks, &email, "email");
    checks.done()?;
    tried::reset(turn, caller, &email)?;
    asks::add(turn, caller, &email, What::Reset);
    Ok(())
}

/// Begins to use a link up, for a new password.
pub(crate) fn begin_with_link(
    turn: &mut Turn<'_>,
    door: &'static str,
    (id, link): (MemberId, &str),
) -> Result<String, Fault> {
    let subject = seal_link(turn, link);
    attempts::start(turn, Start { door, subject, member: Some(id), old: None })
}

/// A link as a ticket keeps it.
pub(crate) fn seal_link(turn: &Turn<'_>, link: &str) -> String {
    turn.vault().seal(LINK, link)
}

/// The link that an attempt began with.
pub(crate) fn link_of(turn: &Turn<'_>, subject: &str) -> Result<String, Fault> {
    turn.vault().unseal(LINK, subject).map_err(|_| Refusal::Unauthenticated.into())
}

/// Refuses what is too long to be a link.
pub(crate) fn check_link(link: &str) -> Result<(), Fault> {
    let mut checks = Checks::new();
    checks.require(link.len() <= LINK_MAX, "link", FieldRule::TooLong, LINK_MAX);
    checks.done()
}

/// Whether a link opens anything: its member may sign in.
fn is_open(turn: &Turn<'_>, good: &Good) -> Result<bool, Fault> {
    Ok(good.member.state == State::Active && !profile::is_closed(turn, good.id.account)?)
}

/// Begins to set a new password by a link.
pub fn start_reset(turn: &mut Turn<'_>, caller: &Caller, link: String) -> Result<String, Error> {
    requests::public(turn, caller, functions::PASSWORD_START_RESET)?;
    check_link(&link)?;
    let good = given::look_at(turn, &link, given::RESET)?.ok_or(Error::Gone)?;
    if !is_open(turn, &good)? {
        return Err(Error::Gone);
    }
    Ok(begin_with_link(turn, RESET, (good.id, &link))?)
}

/// Sets it. It opens no session; the device is known from now on, so that strangers' failures do not keep its owner out.
pub fn finish_reset(turn: &mut Turn<'_>, caller: &Caller, ticket: String) -> Result<String, Error> {
    requests::public(turn, caller, functions::PASSWORD_FINISH_RESET)?;
    let finished = attempts::finish(turn, RESET, &ticket)?;
    let link = link_of(turn, &finished.subject)?;
    let good = given::take(turn, &link, given::RESET)?.ok_or(Error::Gone)?;
    let hash = finished.new_hash.ok_or(Fault::from(Refusal::Unauthenticated))?;
    if finished.changed || finished.member != Some(good.id) || !is_open(turn, &good)? {
        return Err(Error::Gone);
    }
    let Good { id, mut member, .. } = good;
    replace(turn, caller, (id, &mut member), &hash, "reset")?;
    tried::forget_address(turn, &member.email);
    Ok(logins::device_token(turn, id, &member))
}

/// Puts a new password in force: all sessions and links end, and the member is told.
fn replace(
    turn: &mut Turn<'_>,
    caller: &Caller,
    (id, member): (MemberId, &mut Member),
    hash: &str,
    how: &str,
) -> Result<(), Fault> {
    passwords::set(turn, id, hash)?;
    login::has_chosen(turn, id);
    members::end_sessions(turn, id, member)?;
    told::event(turn, id, "password-changed", "ACC-11", &id.to_string(), vec![Fact::new("how", how)]);
    let facts = told::from(turn, caller);
    told::mail(turn, id, member, "password-changed", facts, Vec::new())
}

/// Begins to change a password in a session.
pub fn start_change(turn: &mut Turn<'_>, caller: &Caller, old: String) -> Result<String, Error> {
    requests::no_key(caller)?;
    let permitted = requests::command_own(turn, caller, functions::PASSWORD_START_CHANGE)?;
    let mut checks = Checks::new();
    check_typed(&mut checks, &old, "old");
    checks.done()?;
    permitted.once(turn, &(), |turn, _, id| login::begin_in_session(turn, CHANGE, id, &old))
}

/// Changes it.
pub fn finish_change(turn: &mut Turn<'_>, caller: &Caller, ticket: String) -> Result<Checked, Error> {
    requests::no_key(caller)?;
    let permitted = requests::command_own(turn, caller, functions::PASSWORD_FINISH_CHANGE)?;
    permitted.once(turn, &(), |turn, who, id| {
        let finished = attempts::finish(turn, CHANGE, &ticket)?;
        if let Some(checked) = login::settle_in_session(turn, id, &finished)? {
            return Ok(checked);
        }
        let hash = finished.new_hash.ok_or(Fault::from(Refusal::Unauthenticated))?;
        let Inside { mut member, session, .. } = entering::inside(turn, who)?;
        Ok(Checked::Entered(go_on(turn, caller, (id, &mut member), &session, &hash)?))
    })
}

/// A new password, and the session in which it was set goes on under a new secret.
fn go_on(
    turn: &mut Turn<'_>,
    caller: &Caller,
    (id, member): (MemberId, &mut Member),
    session: &str,
    hash: &str,
) -> Result<Entered, Fault> {
    let before = entering::keep(turn, id, session)?;
    replace(turn, caller, (id, &mut *member), hash, "changed")?;
    Ok(entering::go_on(turn, id, member, before))
}

/// Refuses a whole session: it changes a password with the one in force.
fn check_chooses(turn: &Turn<'_>, who: &Who) -> Result<(), Fault> {
    let Inside { half, .. } = entering::inside(turn, who)?;
    if half == Some(Half::ChoosePassword) {
        return Ok(());
    }
    Err(Refusal::Forbidden(functions::PASSWORD_CHOOSE.row().name.to_owned()).into())
}

/// Begins to choose a password after a temporary one.
pub fn start_choose(turn: &mut Turn<'_>, caller: &Caller) -> Result<String, Error> {
    requests::no_key(caller)?;
    let permitted = requests::command_own(turn, caller, functions::PASSWORD_START_CHOOSE)?;
    permitted.once(turn, &(), |turn, who, id| {
        check_chooses(turn, who)?;
        let start = Start { door: CHOOSE, subject: id.to_string(), member: Some(id), old: None };
        Ok(attempts::start(turn, start)?)
    })
}

/// Chooses it: the half session becomes a whole one.
pub fn choose(turn: &mut Turn<'_>, caller: &Caller, ticket: String) -> Result<Entered, Error> {
    requests::no_key(caller)?;
    let permitted = requests::command_own(turn, caller, functions::PASSWORD_CHOOSE)?;
    permitted.once(turn, &(), |turn, who, id| {
        check_chooses(turn, who)?;
        let finished = attempts::finish(turn, CHOOSE, &ticket)?;
        let hash = finished.new_hash.ok_or(Fault::from(Refusal::Unauthenticated))?;
        if finished.changed || finished.member != Some(id) {
            return Err(Fault::from(Refusal::Unauthenticated).into());
        }
        let Inside { mut member, session, .. } = entering::inside(turn, who)?;
        let before = entering::keep(turn, id, &session)?;
        replace(turn, caller, (id, &mut member), &hash, "chosen")?;
        Ok(entering::enter_as(turn, caller, id, &mut member, before)?)
    })
}
