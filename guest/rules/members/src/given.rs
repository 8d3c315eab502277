//! Links of members: only the newest one of a door is good, and only while password, sessions and address are as they were.
//!
//! Links that take a change of address back are another matter: whoever has changed the address must not be able to void them. They are good whatever changes
//! since, and one that is used voids those that were given out after it, none before.
//!
//! How many were given out is at `lks/<account>/<number:04>/<door>`.

use crate::words::in_key;
use coinbox_access::people::MemberId;
use coinbox_access::people::links::{self, Link};
use coinbox_access::people::members::{self, Member};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// To choose a new password.
pub(crate) const RESET: &str = "password-reset";
/// To accept an invitation.
pub(crate) const INVITATION: &str = "invitation";
/// To enrol new factors.
pub(crate) const NEW_FACTORS: &str = "new-factors";
/// To confirm a new address.
pub(crate) const EMAIL_CHANGE: &str = "email-change";
/// To take a change of address back.
pub(crate) const EMAIL_UNDO: &str = "email-undo";

const DOORS: [&str; 5] = [RESET, INVITATION, NEW_FACTORS, EMAIL_CHANGE, EMAIL_UNDO];

/// How many links of a door a member was given.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Count {
    v: u32,
    count: u32,
    /// Of those that take a change of address back: numbers of those that are good, with their ends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    open: Vec<(u32, Instant)>,
}

impl Record for Count {
    const KIND: &'static str = "count of links";
}

fn count_key(id: MemberId, door: &str) -> String {
    format!("lks/{}/{door}", in_key(id))
}

fn count(turn: &Turn<'_>, id: MemberId, door: &str) -> Result<Count, Fault> {
    Ok(turn.get(&count_key(id, door))?.unwrap_or(Count { v: 1, count: 0, open: Vec::new() }))
}

/// What a link is about: the member, and more where its door needs more.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Subject {
    member: MemberId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    about: String,
}

fn bind(turn: &Turn<'_>, id: MemberId, member: &Member, door: &str) -> Result<String, Fault> {
    Ok(format!("{}.{}", links::bind_of(turn, id, member)?, count(turn, id, door)?.count))
}

/// Gives a link out: those of this door before it are void, unless they take a change of address back.
pub(crate) fn give(
    turn: &mut Turn<'_>,
    id: MemberId,
    member: &Member,
    door: &'static str,
    about: &str,
    lives: Instant,
) -> Result<String, Fault> {
    let (now, mut count) = (turn.now(), count(turn, id, door)?);
    count.count = count.count.saturating_add(1);
    let undoes = door == EMAIL_UNDO;
    if undoes {
        count.open.retain(|(_, until)| now < *until);
        count.open.push((count.count, now + lives));
    }
    turn.put(&count_key(id, door), &count);
    let subject = Subject { member: id, about: about.to_owned() };
    let subject = serde_json::to_string(&subject).expect("text keys and finite numbers");
    let bind = if undoes { count.count.to_string() } else { bind(turn, id, member, door)? };
    Ok(links::give(turn, door, &subject, lives, &bind))
}

/// A link that is good, and whose it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Good {
    pub(crate) id: MemberId,
    pub(crate) member: Member,
    pub(crate) about: String,
    pub(crate) link: Link,
}

fn judge(turn: &Turn<'_>, link: Option<Link>) -> Result<Option<Good>, Fault> {
    let Some(link) = link.filter(|link| DOORS.contains(&link.door.as_str())) else { return Ok(None) };
    let Ok(Subject { member: id, about }) = serde_json::from_str(&link.subject) else { return Ok(None) };
    let Some(member) = members::find(turn, id)? else { return Ok(None) };
    let is_bound = if link.door == EMAIL_UNDO {
        count(turn, id, &link.door)?.open.iter().any(|(number, _)| number.to_string() == link.bind)
    } else {
        bind(turn, id, &member, &link.door)? == link.bind
    };
    let is_good = member.state != members::State::Removed && is_bound;
    Ok(is_good.then_some(Good { id, member, about, link }))
}

/// A link that is good at whatever door. Nothing is used up.
pub(crate) fn look(turn: &Turn<'_>, token: &str) -> Result<Option<Good>, Fault> {
    judge(turn, links::look(turn, token)?)
}

/// A link that is good at this door. Nothing is used up.
pub(crate) fn look_at(turn: &Turn<'_>, token: &str, door: &'static str) -> Result<Option<Good>, Fault> {
    Ok(look(turn, token)?.filter(|good| good.link.door == door))
}

/// Uses a link up.
pub(crate) fn take(turn: &mut Turn<'_>, token: &str, door: &'static str) -> Result<Option<Good>, Fault> {
    let link = links::take(turn, token, door)?;
    let good = judge(turn, link)?;
    if let Some(Good { id, link, .. }) = good.as_ref().filter(|good| good.link.door == EMAIL_UNDO) {
        let mut count = count(turn, *id, door)?;
        let used: u32 = link.bind.parse().unwrap_or(0);
        count.open.retain(|(number, _)| *number < used);
        turn.put(&count_key(*id, door), &count);
    }
    Ok(good)
}

/// Voids the links of a door that are still about.
pub(crate) fn void(turn: &mut Turn<'_>, id: MemberId, door: &str) -> Result<(), Fault> {
    let mut count = count(turn, id, door)?;
    if count.count > 0 {
        count.count = count.count.saturating_add(1);
        turn.put(&count_key(id, door), &count);
    }
    Ok(())
}

/// A member has left.
pub(crate) fn forget(turn: &mut Turn<'_>, id: MemberId) {
    DOORS.iter().for_each(|door| turn.remove(&count_key(id, door)));
}
