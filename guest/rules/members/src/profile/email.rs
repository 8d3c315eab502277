//! Another address of a member (ACC-10): the new one confirms, the old one can take it back.

use super::shared::Error;
use crate::checks;
use crate::entering::{self, Inside};
use crate::given::{self, Good};
use crate::known::Known;
use crate::password::check_link;
use crate::told;
use crate::tried;
use crate::words::in_key;
use coinbox_access::people::members::{self, Member, State};
use coinbox_access::people::throttles::{self, Bucket};
use coinbox_access::people::{MemberId, passwords};
use coinbox_access::{functions, requests};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, HOUR_MS, Instant};
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;
use serde::{Deserialize, Serialize};

/// How often a member may ask for another address, and how often an address is asked: both get a mail each time.
const ASKED_BY_MEMBER: Bucket = Bucket { door: "em", dimension: "m", burst: 5, one_per: 4 * HOUR_MS };
const ASKED_OF_ADDRESS: Bucket = Bucket { door: "em", dimension: "e", burst: 3, one_per: 8 * HOUR_MS };

/// An address that waits for its confirmation, at `emc/<account>/<number:04>`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct NewAddress {
    v: u32,
    email: String,
    until: Instant,
}

impl Record for NewAddress {
    const KIND: &'static str = "new address of a member";
}

fn key(id: MemberId) -> String {
    format!("emc/{}", in_key(id))
}

/// The address that waits for its confirmation.
pub(crate) fn pending(turn: &Turn<'_>, id: MemberId) -> Result<Option<String>, Fault> {
    let waiting = turn.get::<NewAddress>(&key(id))?.filter(|waiting| turn.now() < waiting.until);
    Ok(waiting.map(|waiting| waiting.email))
}

/// A member has left.
pub(crate) fn forget(turn: &mut Turn<'_>, id: MemberId) {
    turn.remove(&key(id));
}

/// Asks the new address whether it is this member's. Whether it is another member's is not said.
pub fn request_email(turn: &mut Turn<'_>, known: &Known, caller: &Caller, email: String) -> Result<(), Error> {
    let permitted = requests::command_own(turn, caller, functions::PROFILE_REQUEST_EMAIL)?;
    let mut checks = Checks::new();
    let new = checks::email(&mut checks, &email, "email");
    checks.done()?;
    permitted.once(turn, &email, |turn, who, id| {
        if let Some(problem) = (known.address_refused)(turn, &new)? {
            return Err(Error::Other(problem));
        }
        throttles::take(turn, &ASKED_BY_MEMBER, &id.to_string())?;
        throttles::take(turn, &ASKED_OF_ADDRESS, &new)?;
        let Inside { member, .. } = entering::inside(turn, who)?;
        let lives = Policy::load(turn)?.people.email_link_ms;
        let until = turn.now() + lives;
        turn.put(&key(id), &NewAddress { v: 1, email: new.clone(), until });
        let link = given::give(turn, id, &member, given::EMAIL_CHANGE, &new, lives)?;
        let facts = [vec![Fact::new("until", until)], told::from(turn, caller)].concat();
        told::event(turn, id, "email-change-asked", "ACC-10", who.name(), Vec::new());
        told::mail_to(turn, id, &member, &new, "email-change-confirm", facts.clone(), vec![Fact::new("link", link)])?;
        let facts = [vec![Fact::new("new-email", &new)], facts].concat();
        told::mail(turn, id, &member, "email-change-notice", facts, Vec::new())?;
        Ok(())
    })
}

/// A link of an active member of an account that is not closed.
fn take(turn: &mut Turn<'_>, link: &str, door: &'static str) -> Result<Good, Error> {
    check_link(link)?;
    let good = given::take(turn, link, door)?.ok_or(Error::Gone)?;
    if good.member.state != State::Active || profile::is_closed(turn, good.id.account)? {
        return Err(Error::Gone);
    }
    Ok(good)
}

/// Gives a member another address, and tells whoever shows it too.
fn move_to(
    turn: &mut Turn<'_>,
    known: &Known,
    (id, member): (MemberId, &mut Member),
    email: &str,
) -> Result<String, Error> {
    let before = member.email.clone();
    if !members::move_address(turn, id, member, email)? {
        return Err(Error::Gone);
    }
    turn.remove(&key(id));
    (known.address_moved)(turn, id, &before, email)?;
    Ok(before)
}

/// The new address has confirmed. The old one can take it back.
pub fn confirm_email(turn: &mut Turn<'_>, known: &Known, caller: &Caller, link: String) -> Result<(), Error> {
    requests::public(turn, caller, functions::PROFILE_CONFIRM_EMAIL)?;
    let Good { id, mut member, about: new, .. } = take(turn, &link, given::EMAIL_CHANGE)?;
    let before = move_to(turn, known, (id, &mut member), &new)?;
    told::event(turn, id, "email-changed", "ACC-10", &id.to_string(), Vec::new());
    let lives = Policy::load(turn)?.people.email_undo_ms;
    let undo = given::give(turn, id, &member, given::EMAIL_UNDO, &before, lives)?;
    let facts = vec![Fact::new("new-email", &new), Fact::new("until", turn.now() + lives)];
    told::mail_to(turn, id, &member, &before, "email-changed", facts, vec![Fact::new("link", undo)])
        .map_err(Error::from)
}

/// The old address takes the change back: somebody else has made it. The password is void, and a link to choose another one goes to the old address.
pub fn undo_email(turn: &mut Turn<'_>, known: &Known, caller: &Caller, link: String) -> Result<(), Error> {
    requests::public(turn, caller, functions::PROFILE_UNDO_EMAIL)?;
    let Good { id, mut member, about: old, .. } = take(turn, &link, given::EMAIL_UNDO)?;
    move_to(turn, known, (id, &mut member), &old)?;
    passwords::set(turn, id, "")?;
    tried::forget_address(turn, &old);
    told::event(turn, id, "email-change-undone", "ACC-10", &id.to_string(), Vec::new());
    let lives = Policy::load(turn)?.people.reset_link_ms;
    let link = given::give(turn, id, &member, given::RESET, "", lives)?;
    let facts = [told::from(turn, caller), vec![Fact::new("until", turn.now() + lives)]].concat();
    told::mail(turn, id, &member, "password-reset", facts, vec![Fact::new("link", link)]).map_err(Error::from)
}
