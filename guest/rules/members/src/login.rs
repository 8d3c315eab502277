//! `login`: from an address and a password to a session, and fresh proof in one (SEC-3, SEC-9).

use crate::asks::{self, What};
use crate::checks;
use crate::codes::{self, Unsent, Use};
use crate::entering::{self, Inside};
use crate::factors;
use crate::known::Known;
use crate::logins;
use crate::proofs::{self, Proof};
use crate::told;
use crate::tried::{self, Tried};
use crate::words::{Checked, CodePurpose, CodeSent, FactorKind, Step};
use coinbox_access::people::attempts::{self, Finished, Start, Verdict, check_typed};
use coinbox_access::people::members::{self, Member, State};
use coinbox_access::people::sessions::{self, Session, Way};
use coinbox_access::people::{Half, MemberId, passwords};
use coinbox_access::{functions, requests};
use coinbox_ground::interface_error;
use coinbox_ground::outside::Channel;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Instant, Refusal, int_text};
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;
use serde::{Deserialize, Serialize};

interface_error! {
    /// Why a call of this interface was refused.
    Error {
        /// There is no phone that a code could go to.
        NoPhone,
        /// No code goes to such a number.
        NumberRefused,
    }
}

impl From<Unsent> for Error {
    fn from(unsent: Unsent) -> Error {
        match unsent {
            Unsent::Fault(fault) => fault.into(),
            Unsent::NumberRefused => Error::NumberRefused,
        }
    }
}

/// A session, as its owner sees it.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SessionInfo {
    /// No secret.
    pub name: String,
    /// When it was opened.
    #[serde(with = "int_text")]
    pub since: Instant,
    /// When it was last used.
    #[serde(with = "int_text")]
    pub seen: Instant,
    /// When it ends, however much it is used.
    #[serde(with = "int_text")]
    pub ends: Instant,
    /// How its holder came in.
    pub how: Way,
    /// From where.
    pub address: Option<String>,
    /// From where.
    pub device: Option<String>,
    /// Whether it is the one that asks.
    pub this_one: bool,
}

/// A try to log in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LoginInfo {
    /// When.
    #[serde(with = "int_text")]
    pub at: Instant,
    /// Whether it ended with a session.
    pub entered: bool,
    /// A word for the way.
    pub how: String,
    /// From where.
    pub address: Option<String>,
    /// From where.
    pub device: Option<String>,
}

const LOGIN: &str = "login";
const PROOF: &str = "proof";
/// Longest device token.
const DEVICE_TOKEN_MAX: usize = 1024;

/// What the end of a login wants to know again.
#[derive(Serialize, Deserialize)]
struct Subject {
    email: String,
    tried: Tried,
}

fn kept<T: Serialize>(subject: &T) -> String {
    serde_json::to_string(subject).expect("text keys and finite numbers")
}

fn read<T: serde::de::DeserializeOwned>(subject: &str) -> Result<T, Fault> {
    serde_json::from_str(subject).map_err(|_| Refusal::Unauthenticated.into())
}

/// Who has this address and may sign in. What is read is the same for nobody.
fn who_may(turn: &Turn<'_>, email: &str) -> Result<Option<(MemberId, Member)>, Fault> {
    let id = members::by_email(turn, email)?;
    let keys = match id {
        Some(id) => [members::key(id), passwords::key(id), profile::key(id.account)],
        None => ["mem/-".to_owned(), "pw/-".to_owned(), "acct/-".to_owned()],
    };
    turn.prefetch(keys);
    let Some(id) = id else { return Ok(None) };
    let member = members::need(turn, id)?;
    let may = member.state == State::Active && !profile::is_closed(turn, id.account)?;
    Ok(may.then_some((id, member)))
}

/// Counts a try.
pub fn start(
    turn: &mut Turn<'_>,
    caller: &Caller,
    email: String,
    old: String,
    device_token: Option<String>,
) -> Result<String, Error> {
    requests::public(turn, caller, functions::LOGIN_START)?;
    let mut checks = Checks::new();
    let email = checks::email(&mut checks, &email, "email");
    check_typed(&mut checks, &old, "old");
    let token_fits = device_token.as_ref().is_none_or(|token| token.len() <= DEVICE_TOKEN_MAX);
    checks.require(token_fits, "device-token", FieldRule::TooLong, DEVICE_TOKEN_MAX);
    checks.done()?;
    let found = who_may(turn, &email)?;
    let of = found.as_ref().map(|(id, member)| (*id, member));
    let tried = tried::login(turn, caller, &email, device_token.as_deref(), of)?;
    let member = found.as_ref().map(|(id, _)| *id);
    let subject = kept(&Subject { email, tried });
    Ok(attempts::start(turn, Start { door: LOGIN, subject, member, old: Some(&old) })?)
}

/// Ends a try.
pub fn finish(turn: &mut Turn<'_>, caller: &Caller, ticket: String) -> Result<Step, Error> {
    requests::public(turn, caller, functions::LOGIN_FINISH)?;
    let finished = attempts::finish(turn, LOGIN, &ticket)?;
    let Subject { email, tried } = read(&finished.subject)?;
    let found = who_may(turn, &email)?.filter(|(id, _)| is_right(&finished) && finished.member == Some(*id));
    let Some((id, mut member)) = found else {
        asks::add(turn, caller, &email, What::Failed { waits: tried.first_wait() });
        return Ok(tried.waits().map_or(Step::Wrong, Step::Locked));
    };
    tried.forget(turn);
    if let Some(hash) = &finished.rehashed {
        passwords::hash_again(turn, id, hash)?;
    }
    if finished.verdict == Some(Verdict::RightOnce) {
        use_once(turn, id, &mut member)?;
    }
    let enrols = factors::load(turn, id)?.is_bare();
    let half = if enrols { Half::Enrol } else { Half::SecondFactor };
    let session = entering::half(turn, caller, (id, &member), half, Way::Password)?;
    Ok(if enrols { Step::Enrol(session) } else { Step::SecondFactor(session) })
}

/// Whether the password was right, and nothing has changed since it was weighed.
fn is_right(finished: &Finished) -> bool {
    !finished.changed && matches!(finished.verdict, Some(Verdict::Right | Verdict::RightOnce))
}

/// A temporary password is used up: the one before it is void, and all sessions end (R69).
fn use_once(turn: &mut Turn<'_>, id: MemberId, member: &mut Member) -> Result<(), Fault> {
    passwords::set(turn, id, "")?;
    members::end_sessions(turn, id, member)?;
    turn.put(&chooses_key(id), &Chooses { v: 1, since: turn.now() });
    told::event(turn, id, "temporary-password-used", "SEC-11", &id.to_string(), Vec::new());
    Ok(())
}

/// Written while a member has used a temporary password and not chosen one of his own, at `pwc/<account>/<number:04>`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Chooses {
    v: u32,
    since: Instant,
}

impl Record for Chooses {
    const KIND: &'static str = "password to choose";
}

fn chooses_key(id: MemberId) -> String {
    format!("pwc/{}", crate::words::in_key(id))
}

/// Whether a member has to choose a password before anything else.
fn chooses(turn: &Turn<'_>, id: MemberId) -> bool {
    turn.text(&chooses_key(id)).is_some()
}

/// A member has a password of his own again, or has left.
pub(crate) fn has_chosen(turn: &mut Turn<'_>, id: MemberId) {
    turn.remove(&chooses_key(id));
}

/// Counts a try to prove by the password that the owner of a session is there.
pub fn start_proof(turn: &mut Turn<'_>, caller: &Caller, old: String) -> Result<String, Error> {
    requests::no_key(caller)?;
    let permitted = requests::command_own(turn, caller, functions::LOGIN_START_PROOF)?;
    let mut checks = Checks::new();
    check_typed(&mut checks, &old, "old");
    checks.done()?;
    permitted.once(turn, &(), |turn, _, id| begin_in_session(turn, PROOF, id, &old))
}

/// Begins an attempt of a member in a session.
pub(crate) fn begin_in_session<E: From<Fault>>(
    turn: &mut Turn<'_>,
    door: &'static str,
    id: MemberId,
    old: &str,
) -> Result<String, E> {
    let subject = kept(&tried::in_session(turn, id)?);
    Ok(attempts::start(turn, Start { door, subject, member: Some(id), old: Some(old) })?)
}

/// What became of a password in a session: none if it was right.
pub(crate) fn settle_in_session(
    turn: &mut Turn<'_>,
    id: MemberId,
    finished: &Finished,
) -> Result<Option<Checked>, Fault> {
    let tried: Tried = read(&finished.subject)?;
    if finished.member != Some(id) {
        return Err(Refusal::Unauthenticated.into());
    }
    if finished.changed || finished.verdict != Some(Verdict::Right) {
        return Ok(Some(tried.waits().map_or(Checked::Wrong(tried.left), Checked::Locked)));
    }
    tried.forget(turn);
    Ok(None)
}

/// Ends it.
pub fn finish_proof(turn: &mut Turn<'_>, caller: &Caller, ticket: String) -> Result<Checked, Error> {
    requests::no_key(caller)?;
    let permitted = requests::command_own(turn, caller, functions::LOGIN_FINISH_PROOF)?;
    permitted.once(turn, &(), |turn, who, id| {
        let finished = attempts::finish(turn, PROOF, &ticket)?;
        if let Some(checked) = settle_in_session(turn, id, &finished)? {
            return Ok(checked);
        }
        if let Some(hash) = &finished.rehashed {
            passwords::hash_again(turn, id, hash)?;
        }
        let Inside { member, session, .. } = entering::inside(turn, who)?;
        let opened = sessions::rise(turn, id, &member, &session)?;
        logins::acted(turn, id.account)?;
        Ok(Checked::Entered(entering::shown(turn, (id, &member), opened, false)))
    })
}

/// Sends a code to the member's phone.
pub fn send_code(turn: &mut Turn<'_>, known: &Known, caller: &Caller, channel: Channel) -> Result<CodeSent, Error> {
    let permitted = requests::command_own(turn, caller, functions::LOGIN_SEND_CODE)?;
    permitted.once(turn, &channel, |turn, who, id| {
        let Inside { member, .. } = entering::inside(turn, who)?;
        let factors = factors::load(turn, id)?;
        let policy = Policy::load(turn)?;
        let open = factors.takes_codes(&policy);
        let phone = factors.phone.filter(|_| open).ok_or(Error::NoPhone)?;
        let of = Use::of_member(id, CodePurpose::Login);
        Ok(codes::send(turn, caller, known, &of, (&phone.number, channel, &member.language))?)
    })
}

/// Hands a code in.
pub fn check(turn: &mut Turn<'_>, caller: &Caller, method: FactorKind, code: String) -> Result<Checked, Error> {
    let permitted = requests::command_own(turn, caller, functions::LOGIN_CHECK)?;
    let kept = |answer: &Checked| serde_json::to_value(answer.without_secrets());
    permitted.once_secret(turn, &method, kept, |turn, who, id| {
        let Inside { mut member, session, half, .. } = entering::inside(turn, who)?;
        match proofs::prove(turn, caller, (id, &member), method, CodePurpose::Login, &code)? {
            Proof::Wrong(left) => Ok(Checked::Wrong(left)),
            Proof::Locked(until) => Ok(Checked::Locked(until)),
            Proof::Right(_) if half.is_none() => {
                let opened = sessions::rise(turn, id, &member, &session)?;
                logins::acted(turn, id.account)?;
                Ok(Checked::Entered(entering::shown(turn, (id, &member), opened, false)))
            }
            Proof::Right(_) if chooses(turn, id) => {
                sessions::end(turn, id, &session);
                let half = entering::half(turn, caller, (id, &member), Half::ChoosePassword, Way::Password)?;
                Ok(Checked::ChoosePassword(half))
            }
            Proof::Right(_) => Ok(Checked::Entered(entering::enter(turn, caller, id, &mut member, &session)?)),
        }
    })
}

/// Notes that the owner of a session has acted.
pub fn touch(turn: &mut Turn<'_>, caller: &Caller) -> Result<SessionInfo, Error> {
    let permitted = requests::command_own(turn, caller, functions::LOGIN_TOUCH)?;
    permitted.once(turn, &(), |turn, who, id| {
        let Inside { session: name, .. } = entering::inside(turn, who)?;
        sessions::touch(turn, id, &name)?;
        let session = sessions::find(turn, id, &name)?.ok_or_else(|| Fault::not_found("session"))?;
        Ok(shown(name, session, true))
    })
}

fn shown(name: String, session: Session, this_one: bool) -> SessionInfo {
    let Session { created, seen, ends, how, address, device, .. } = session;
    SessionInfo { name, since: created, seen, ends, how, address, device, this_one }
}

/// The sessions of the member who asks, newest first.
pub fn list_sessions(turn: &Turn<'_>, caller: &Caller) -> Result<Vec<SessionInfo>, Error> {
    let (who, id) = requests::query_own(turn, caller, functions::LOGIN_LIST_SESSIONS)?;
    let Inside { member, session: this, .. } = entering::inside(turn, &who)?;
    let mut found = Vec::new();
    for (name, session) in sessions::all(turn, id)? {
        if session.half.is_none() && sessions::is_alive(turn, &member, &session)? {
            let this_one = name == this;
            found.push(shown(name, session, this_one));
        }
    }
    found.sort_by(|one, other| (other.since, &other.name).cmp(&(one.since, &one.name)));
    Ok(found)
}

/// Ends a session of the member who asks.
pub fn end_session(turn: &mut Turn<'_>, caller: &Caller, name: String) -> Result<(), Error> {
    let permitted = requests::command_own(turn, caller, functions::LOGIN_END_SESSION)?;
    permitted.once(turn, &name, |turn, _, id| {
        if sessions::find(turn, id, &name)?.is_none() {
            return Err(Fault::not_found("session").into());
        }
        sessions::end(turn, id, &name);
        Ok(())
    })
}

/// Ends all sessions of the member who asks but this one.
pub fn end_others(turn: &mut Turn<'_>, caller: &Caller) -> Result<u32, Error> {
    let permitted = requests::command_own(turn, caller, functions::LOGIN_END_OTHERS)?;
    permitted.once(turn, &(), |turn, who, id| {
        let Inside { session: this, .. } = entering::inside(turn, who)?;
        let others: Vec<String> =
            sessions::all(turn, id)?.into_iter().map(|(name, _)| name).filter(|name| *name != this).collect();
        others.iter().for_each(|name| sessions::end(turn, id, name));
        let count = u32::try_from(others.len()).unwrap_or(u32::MAX);
        told::event(turn, id, "sessions-ended", "SEC-3", who.name(), vec![Fact::new("count", count)]);
        Ok(count)
    })
}

/// Ends this session.
pub fn logout(turn: &mut Turn<'_>, caller: &Caller) -> Result<(), Error> {
    let permitted = requests::command_own(turn, caller, functions::LOGIN_LOGOUT)?;
    permitted.once(turn, &(), |turn, who, id| {
        let Inside { session, .. } = entering::inside(turn, who)?;
        sessions::end(turn, id, &session);
        Ok(())
    })
}

/// The last tries to log in as the member who asks, newest first.
pub fn list_logins(turn: &Turn<'_>, caller: &Caller) -> Result<Vec<LoginInfo>, Error> {
    let (_, id) = requests::query_own(turn, caller, functions::LOGIN_LIST_LOGINS)?;
    let shown = |login: logins::Login| {
        let logins::Login { at, entered, how, address, device, .. } = login;
        LoginInfo { at, entered, how, address, device }
    };
    Ok(logins::list(turn, id)?.into_iter().map(shown).collect())
}
