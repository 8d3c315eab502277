//! How a session comes about and what is told of it (SEC-3, SEC-9): what login, reset, invitation and factors share.

use crate::factors;
use crate::logins::{self, From};
use crate::told;
use crate::words::{Entered, HalfSession};
use coinbox_access::credentials::Who;
use coinbox_access::people::members::{self, Member};
use coinbox_access::people::sessions::{self, Opened, Session, Way};
use coinbox_access::people::{Half, MemberId};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault};
use coinbox_profiles::policy::Policy;

/// A member in a session, as the gate has let him in.
pub(crate) struct Inside {
    pub(crate) id: MemberId,
    pub(crate) member: Member,
    /// Name of the session.
    pub(crate) session: String,
    pub(crate) half: Option<Half>,
}

/// Who acts in a session.
pub(crate) fn inside(turn: &Turn<'_>, who: &Who) -> Result<Inside, Fault> {
    match who {
        Who::Member { id, session, half, .. } => {
            Ok(Inside { id: *id, member: members::need(turn, *id)?, session: session.clone(), half: *half })
        }
        _ => unreachable!("a member's own functions are permitted to members"),
    }
}

/// A half session, with what it can be made whole with.
pub(crate) fn half(
    turn: &mut Turn<'_>,
    caller: &Caller,
    (id, member): (MemberId, &Member),
    half: Half,
    how: Way,
) -> Result<HalfSession, Fault> {
    let factors = match half {
        Half::SecondFactor => factors::load(turn, id)?.hints(Policy::load(turn)?.as_ref()),
        Half::ChoosePassword | Half::Enrol => Vec::new(),
    };
    let Opened { token, ends, .. } = sessions::open(turn, caller, id, member, Some(half), how)?;
    Ok(HalfSession { token, until: ends, factors })
}

/// What is answered of an open session.
pub(crate) fn shown(turn: &Turn<'_>, (id, member): (MemberId, &Member), opened: Opened, with_device: bool) -> Entered {
    Entered {
        token: opened.token,
        ends: opened.ends,
        device_token: with_device.then(|| logins::device_token(turn, id, member)),
        account: id.account.to_string(),
        member: id.number,
        role: member.role,
    }
}

/// A half session becomes a whole one: somebody has logged in. He is told.
pub(crate) fn enter(
    turn: &mut Turn<'_>,
    caller: &Caller,
    id: MemberId,
    member: &mut Member,
    session: &str,
) -> Result<Entered, Fault> {
    let before = keep(turn, id, session)?;
    sessions::end(turn, id, session);
    enter_as(turn, caller, id, member, before)
}

/// The same for a half session that has ended with a change of the member.
pub(crate) fn enter_as(
    turn: &mut Turn<'_>,
    caller: &Caller,
    id: MemberId,
    member: &mut Member,
    before: Session,
) -> Result<Entered, Fault> {
    let how = way(before.how);
    let opened = sessions::open(turn, caller, id, member, None, before.how)?;
    member.last_login = Some(turn.now());
    members::save(turn, id, member);
    let from = From { address: caller.address.as_deref(), device: caller.device.as_deref() };
    logins::note(turn, id, turn.now(), true, how, from)?;
    logins::acted(turn, id.account)?;
    told::event(turn, id, "login", "SEC-9", &id.to_string(), Vec::new());
    let facts = told::from(turn, caller);
    told::mail(turn, id, member, "login-notice", facts, Vec::new())?;
    Ok(shown(turn, (id, member), opened, true))
}

/// Its word.
pub(crate) fn way(way: Way) -> &'static str {
    match way {
        Way::Password => "password",
        Way::Sso => "sso",
        Way::Invitation => "invitation",
        Way::SignUp => "sign-up",
    }
}

/// A session as it is before all sessions of its member end.
pub(crate) fn keep(turn: &Turn<'_>, id: MemberId, session: &str) -> Result<Session, Fault> {
    sessions::find(turn, id, session)?.ok_or_else(|| Fault::not_found("session"))
}

/// A session that was kept goes on under a new secret.
pub(crate) fn go_on(turn: &mut Turn<'_>, id: MemberId, member: &Member, before: Session) -> Entered {
    let opened = sessions::renew(turn, id, member, before);
    shown(turn, (id, member), opened, true)
}

/// Ends all sessions of a member because something of him has changed, and goes on with the one in which it was changed: a half session becomes a whole one.
pub(crate) fn start_anew(
    turn: &mut Turn<'_>,
    caller: &Caller,
    id: MemberId,
    member: &mut Member,
    session: &str,
) -> Result<Entered, Fault> {
    let before = keep(turn, id, session)?;
    members::end_sessions(turn, id, member)?;
    if before.half.is_some() { enter_as(turn, caller, id, member, before) } else { Ok(go_on(turn, id, member, before)) }
}
