//! What somebody without proof has asked for, or tried, about an address: done behind the answer, so that the answer is the same, and takes the same work,
//! whether or not the address is a member's (principle 5). At `ask/<moment>/<letters>`.

use crate::given;
use crate::logins::{self, From};
use crate::told;
use coinbox_access::people::members::{self, Member, State};
use coinbox_access::people::{MemberId, secrets};
use coinbox_ground::ids::time_key;
use coinbox_ground::job::{JobKind, Next, Store};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Caller, Fact, Fault, Instant};
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;
use serde::{Deserialize, Serialize};

/// The job that does them.
pub(crate) const JOB: JobKind<Store> = JobKind::new("asks");

const PREFIX: &str = "ask/";
/// Done in one call.
const PER_CALL: usize = 50;

/// What is asked or was tried.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum What {
    /// A link to choose a new password (ACC-11).
    Reset,
    /// A wrong password; with it, from when on the address has to wait, if this try was the first to bring a wait (SEC-9).
    Failed { waits: Option<Instant> },
}

/// One of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Ask {
    v: u32,
    email: String,
    at: Instant,
    what: What,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    device: Option<String>,
}

impl Record for Ask {
    const KIND: &'static str = "request about an address";
}

/// Notes one. Nothing of the address is looked at.
pub(crate) fn add(turn: &mut Turn<'_>, caller: &Caller, email: &str, what: What) {
    let at = turn.now();
    let key = format!("{PREFIX}{}/{}", time_key(at), secrets::draw(turn, 8));
    let (address, device) = (caller.address.clone(), caller.device.clone());
    turn.put(&key, &Ask { v: 1, email: email.to_owned(), at, what, address, device });
    turn.timer(&JOB.key(), Lane::Normal, at);
}

/// Does the next ones.
pub(crate) fn run(turn: &mut Turn<'_>) -> Result<Option<Next>, Fault> {
    let (page, more) = turn.span::<Ask>(PREFIX, &end_of_prefix(PREFIX), PER_CALL)?;
    for (key, ask) in page {
        turn.remove(&key);
        if let Some((id, member)) = active(turn, &ask.email)? {
            carry_out(turn, id, &member, &ask)?;
        }
    }
    if !more {
        return Ok(None);
    }
    turn.timer(&JOB.key(), Lane::Normal, turn.now());
    Ok(Some(Next::Again))
}

/// The member with this address, if he may sign in.
fn active(turn: &Turn<'_>, email: &str) -> Result<Option<(MemberId, Member)>, Fault> {
    let Some(id) = members::by_email(turn, email)? else { return Ok(None) };
    let member = members::need(turn, id)?;
    let may = member.state == State::Active && !profile::is_closed(turn, id.account)?;
    Ok(may.then_some((id, member)))
}

fn carry_out(turn: &mut Turn<'_>, id: MemberId, member: &Member, ask: &Ask) -> Result<(), Fault> {
    let shown = |text: &Option<String>| text.clone().unwrap_or_else(|| "unknown".to_owned());
    let mut facts = vec![
        Fact::new("at", ask.at),
        Fact::new("address", shown(&ask.address)),
        Fact::new("device", shown(&ask.device)),
    ];
    match ask.what {
        What::Reset => {
            let lives = Policy::load(turn)?.people.reset_link_ms;
            let link = given::give(turn, id, member, given::RESET, "", lives)?;
            facts.push(Fact::new("until", turn.now() + lives));
            told::mail(turn, id, member, "password-reset", facts, vec![Fact::new("link", link)])
        }
        What::Failed { waits } => {
            let from = From { address: ask.address.as_deref(), device: ask.device.as_deref() };
            logins::note(turn, id, ask.at, false, "password", from)?;
            let Some(until) = waits else { return Ok(()) };
            told::event(turn, id, "login-locked", "SEC-9", "host", vec![Fact::new("until", until)]);
            facts.push(Fact::new("until", until));
            told::mail(turn, id, member, "login-locked", facts, Vec::new())
        }
    }
}
