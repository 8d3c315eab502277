//! Links of members: only the newest one of a door is good, and only while password, sessions and address are as they were.
//!
//! How many were given out is at `lks/<account>/<number:04>/<door>`.

use crate::words::in_key;
use coinbox_access::people::links::{self, Link};
use coinbox_access::people::members::{self, Member};
use coinbox_access::people::MemberId;
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
}

impl Record for Count {
    const KIND: &'static str = "count of links";
}

fn count_key(id: MemberId, door: &str) -> String {
    format!("lks/{}/{door}", in_key(id))
}

fn count(turn: &Turn<'_>, id: MemberId, door: &str) -> Result<u32, Fault> {
    Ok(turn.get::<Count>(&count_key(id, door))?.map_or(0, |count| count.count))
}

/// What a link is about: the member, and more where its door needs more.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Subject {
    member: MemberId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    about: String,
}

fn bind(turn: &Turn<'_>, id: MemberId, member: &Member, door: &str) -> Result<String, Fault> {
    Ok(format!("{}.{}", links::bind_of(turn, id, member)?, count(turn, id, door)?))
}

/// Gives a link out: those of this door before it are void.
pub(crate) fn give(
    turn: &mut Turn<'_>,
    id: MemberId,
    member: &Member,
    door: &'static str,
    about: &str,
    lives: Instant,
) -> Result<String, Fault> {
    void(turn, id, door)?;
    let subject = Subject { member: id, about: about.to_owned() };
    let subject = serde_json::to_string(&subject).expect("text keys and finite numbers");
    let bind = bind(turn, id, member, door)?;
    Ok(links::give(turn, door, &subject, lives, &bind))
}

/// Voids all links of this door.
pub(crate) fn void(turn: &mut Turn<'_>, id: MemberId, door: &str) -> Result<(), Fault> {
    let count = count(turn, id, door)?.saturating_add(1);
    turn.put(&count_key(id, door), &Count { v: 1, count });
    Ok(())
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
    let is_good = member.state != members::State::Removed && bind(turn, id, &member, &link.door)? == link.bind;
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
    judge(turn, link)
}

/// A member has left.
pub(crate) fn forget(turn: &mut Turn<'_>, id: MemberId) {
    DOORS.iter().for_each(|door| turn.remove(&count_key(id, door)));
}
