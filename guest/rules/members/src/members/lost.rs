//! A member who has lost all factors: the operator allows new ones, after a day in which he and the owner can object (SEC-3).

use super::invitation::owner;
use super::shared::{Error, NewFactors, need};
use crate::checks;
use crate::entering;
use crate::factors;
use crate::given::{self, Good};
use crate::password::{check_link, link_of, seal_link};
use crate::told;
use crate::tried::{self, Tried};
use crate::words::{Step, in_key};
use coinbox_access::people::attempts::{self, Start, Verdict, check_typed};
use coinbox_access::people::members::{self, State};
use coinbox_access::people::sessions::Way;
use coinbox_access::people::{Half, MemberId};
use coinbox_access::{functions, requests};
use coinbox_ground::job::{JobKind, Next, Numbered};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Caller, Checks, DAY_MS, Fact, Fault, Instant, Refusal};
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;
use serde::{Deserialize, Serialize};

/// Jobs that send the link when its time has come.
pub(crate) const JOB: JobKind<Numbered> = JobKind::new("new-factors");

/// How long the link is good.
const LINK_MS: Instant = DAY_MS;
const ENROL: &str = "enrol";

/// Permission to enrol new factors, at `nfa/<account>/<number:04>`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Allowed {
    v: u32,
    due: Instant,
    /// Of the member, when it was given: a login or a change since then shows that he has not lost anything.
    epoch: u32,
    last_login: Option<Instant>,
}

impl Record for Allowed {
    const KIND: &'static str = "permission to enrol new factors";
}

fn key(id: MemberId) -> String {
    format!("nfa/{}", in_key(id))
}

/// A member has left.
pub(crate) fn forget(turn: &mut Turn<'_>, id: MemberId) {
    turn.remove(&key(id));
    turn.cancel(&JOB.of((id.account, id.number)));
}

/// Allows new factors from a later moment on.
pub fn allow_new_factors(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: u32,
    reason: String,
) -> Result<NewFactors, Error> {
    let permitted = requests::command_on(turn, caller, functions::MEMBERS_ALLOW_NEW_FACTORS, &auth_id)?;
    let mut checks = Checks::new();
    checks::reason(&mut checks, &reason);
    checks.done()?;
    permitted.once(turn, &(number, &reason), |turn, who, account| {
        let (id, member) = need(turn, account, number)?;
        if member.state != State::Active {
            return Err(Fault::not_found("member").into());
        }
        let due = turn.now() + Policy::load(turn)?.people.new_factors_wait_ms;
        turn.put(&key(id), &Allowed { v: 1, due, epoch: member.epoch, last_login: member.last_login });
        turn.timer(&JOB.of((account, number)), Lane::Normal, due);
        let facts = vec![Fact::new("from", due), Fact::new("reason", &reason)];
        told::event(turn, id, "new-factors-allowed", "SEC-3", who.name(), facts);
        told::mail(turn, id, &member, "factors-allowed", vec![Fact::new("from", due)], Vec::new())?;
        if let Some((owner_id, owner)) = owner(turn, account)?.filter(|(owner_id, _)| *owner_id != id) {
            let facts = vec![
                Fact::new("account-name", profile::profile(turn, account)?.name),
                Fact::new("member", &member.name),
                Fact::new("from", due),
            ];
            told::mail(turn, owner_id, &owner, "factors-allowed-owner", facts, Vec::new())?;
        }
        Ok(NewFactors { from: due, until: due + LINK_MS })
    })
}

/// The time has come: the link goes out, unless the member has logged in meanwhile.
pub(crate) fn run(turn: &mut Turn<'_>, (account, number): Numbered) -> Result<Option<Next>, Fault> {
    let id = MemberId { account, number };
    let Some(allowed) = turn.get::<Allowed>(&key(id))? else { return Ok(None) };
    turn.remove(&key(id));
    let Some(member) = members::find(turn, id)? else { return Ok(None) };
    let as_it_was = member.epoch == allowed.epoch && member.last_login == allowed.last_login;
    if member.state != State::Active || !as_it_was || profile::is_closed(turn, account)? {
        return Ok(None);
    }
    let link = given::give(turn, id, &member, given::NEW_FACTORS, "", LINK_MS)?;
    let facts = vec![Fact::new("until", turn.now() + LINK_MS)];
    told::mail(turn, id, &member, "factors-enrol", facts, vec![Fact::new("link", link)])?;
    Ok(None)
}

fn good(link: Option<Good>) -> Result<Good, Error> {
    link.filter(|good| good.member.state == State::Active).ok_or(Error::Gone)
}

/// What the end wants to know again.
#[derive(Serialize, Deserialize)]
struct Subject {
    link: String,
    tried: Tried,
}

/// Begins to enrol new factors with the link and the password.
pub fn start_enrol(turn: &mut Turn<'_>, caller: &Caller, link: String, old: String) -> Result<String, Error> {
    requests::public(turn, caller, functions::MEMBERS_START_ENROL)?;
    check_link(&link)?;
    let mut checks = Checks::new();
    check_typed(&mut checks, &old, "old");
    checks.done()?;
    let Good { id, .. } = good(given::look_at(turn, &link, given::NEW_FACTORS)?)?;
    let tried = tried::in_session(turn, id)?;
    let subject = Subject { link: seal_link(turn, &link), tried };
    let subject = serde_json::to_string(&subject).expect("text keys and finite numbers");
    Ok(attempts::start(turn, Start { door: ENROL, subject, member: Some(id), old: Some(&old) })?)
}

/// The old factors are void, and new ones can be enrolled.
pub fn finish_enrol(turn: &mut Turn<'_>, caller: &Caller, ticket: String) -> Result<Step, Error> {
    requests::public(turn, caller, functions::MEMBERS_FINISH_ENROL)?;
    let finished = attempts::finish(turn, ENROL, &ticket)?;
    let unauthenticated = || Fault::from(Refusal::Unauthenticated);
    let Subject { link, tried } = serde_json::from_str(&finished.subject).map_err(|_| unauthenticated())?;
    let link = link_of(turn, &link)?;
    // Whoever comes second with one link is told so, and not that the password was wrong.
    good(given::look_at(turn, &link, given::NEW_FACTORS)?)?;
    if finished.changed || finished.verdict != Some(Verdict::Right) {
        return Ok(tried.waits().map_or(Step::Wrong, Step::Locked));
    }
    let found = good(given::take(turn, &link, given::NEW_FACTORS)?)?;
    let Good { id, mut member, .. } = Some(found).filter(|good| finished.member == Some(good.id)).ok_or(Error::Gone)?;
    tried.forget(turn);
    let kinds = factors::load(turn, id)?.kinds();
    factors::forget(turn, id);
    members::end_sessions(turn, id, &mut member)?;
    for kind in kinds {
        let change = vec![Fact::new("kind", kind.word()), Fact::new("change", "removed")];
        told::event(turn, id, "factor-changed", "SEC-3", &id.to_string(), change.clone());
        let facts = [change, told::from(turn, caller)].concat();
        told::mail(turn, id, &member, "factor-changed", facts, Vec::new())?;
    }
    Ok(Step::Enrol(entering::half(turn, caller, (id, &member), Half::Enrol, Way::Password)?))
}
