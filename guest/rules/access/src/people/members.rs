//! Members of an account: who they are, what they may do, and by which address they are found (R55).
//!
//! | key | holds |
//! |---|---|
//! | `mem/<account>/<number:04>` | a member |
//! | `memn/<account>` | the next number, and the seats in use |
//! | `eml/<address>` | the one member with this address |

use super::passwords;
use super::session_keys;
use super::words::{MEMBERS_MAX, MemberId, Role};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use serde::{Deserialize, Serialize};

/// What has become of a member.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Invited, and has not accepted.
    Invited,
    /// May log in.
    Active,
    /// Has left. The number is not given to anybody else.
    Removed,
}

/// A member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Member {
    /// Version of the record.
    pub v: u32,
    /// Empty as long as an invitation is not accepted.
    pub name: String,
    /// In lower case.
    pub email: String,
    /// BCP 47 tag.
    pub language: String,
    /// What the member may do.
    pub role: Role,
    /// What has become of it.
    pub state: State,
    /// Sessions and links of a lower one are void: it grows with a new password, factor, role or address, and with the removal.
    pub epoch: u32,
    /// Since when it is a member, or invited.
    pub since: Instant,
    /// Number of the member who has invited it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inviter: Option<u32>,
    /// Of the last login with all factors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_login: Option<Instant>,
}

impl Record for Member {
    const KIND: &'static str = "member";
}

/// Seats of an account.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Counts {
    /// Version of the record.
    v: u32,
    /// Number of the next member.
    next: u32,
    /// Active members.
    pub in_use: u32,
    /// Invitations that are not accepted.
    pub pending: u32,
}

impl Record for Counts {
    const KIND: &'static str = "count of members";
}

/// Whose address it is.
#[derive(Serialize, Deserialize)]
struct Holder {
    v: u32,
    member: MemberId,
}

impl Record for Holder {
    const KIND: &'static str = "address of a member";
}

/// Who becomes a member.
#[derive(Clone, Debug)]
pub struct New<'a> {
    /// Empty for an invitation.
    pub name: &'a str,
    /// A checked address.
    pub email: &'a str,
    /// BCP 47 tag.
    pub language: &'a str,
    /// What it may do.
    pub role: Role,
    /// Invited or active.
    pub state: State,
    /// Who invites it.
    pub inviter: Option<u32>,
}

fn prefix(account: AuthId) -> String {
    format!("mem/{account}/")
}

/// Key of a member's record.
pub fn key(id: MemberId) -> String {
    format!("mem/{}", id.in_key())
}

fn counts_key(account: AuthId) -> String {
    format!("memn/{account}")
}

/// Key of an address. Addresses are equal without regard to the case of ASCII letters; nothing else is folded (R55).
pub fn address_key(email: &str) -> String {
    format!("eml/{}", email.to_ascii_lowercase())
}

/// A member, whatever has become of it.
pub fn find(turn: &Turn<'_>, id: MemberId) -> Result<Option<Member>, Fault> {
    turn.get(&key(id))
}

/// A member that another record names.
pub fn need(turn: &Turn<'_>, id: MemberId) -> Result<Member, Fault> {
    turn.need(&key(id))
}

/// The member with this address: invited or active.
pub fn by_email(turn: &Turn<'_>, email: &str) -> Result<Option<MemberId>, Fault> {
    Ok(turn.get::<Holder>(&address_key(email))?.map(|holder| holder.member))
}

/// Members of an account by number, after this one; the flag says whether there are more.
pub fn page(
    turn: &Turn<'_>,
    account: AuthId,
    after: u32,
    limit: usize,
) -> Result<(Vec<(MemberId, Member)>, bool), Fault> {
    let (first, end) = (key(MemberId { account, number: after.saturating_add(1) }), end_of_prefix(&prefix(account)));
    let (found, more) = turn.span::<Member>(&first, &end, limit)?;
    let members: Option<Vec<_>> = found
        .into_iter()
        .map(|(key, member)| {
            let number = key.rsplit_once('/').and_then(|(_, number)| number.parse().ok())?;
            Some((MemberId { account, number }, member))
        })
        .collect();
    let members = members.ok_or_else(|| Fault::unreadable(vec![Fact::new("key", prefix(account))]))?;
    Ok((members, more))
}

/// Seats of an account.
pub fn counts(turn: &Turn<'_>, account: AuthId) -> Result<Counts, Fault> {
    Ok(turn.get(&counts_key(account))?.unwrap_or(Counts { v: 1, next: 1, in_use: 0, pending: 0 }))
}

fn count(turn: &mut Turn<'_>, account: AuthId, from: Option<State>, to: State) -> Result<Counts, Fault> {
    let mut counts = counts(turn, account)?;
    match from {
        Some(State::Active) => counts.in_use = counts.in_use.saturating_sub(1),
        Some(State::Invited) => counts.pending = counts.pending.saturating_sub(1),
        Some(State::Removed) | None => {}
    }
    match to {
        State::Active => counts.in_use += 1,
        State::Invited => counts.pending += 1,
        State::Removed => {}
    }
    if from.is_none() {
        counts.next += 1;
    }
    turn.put(&counts_key(account), &counts);
    Ok(counts)
}

/// Makes a member. None: the address is a member's already, of whatever account.
pub fn add(turn: &mut Turn<'_>, account: AuthId, new: &New<'_>) -> Result<Option<(MemberId, Member)>, Fault> {
    if by_email(turn, new.email)?.is_some() {
        return Ok(None);
    }
    let number = counts(turn, account)?.next;
    if number > MEMBERS_MAX {
        return Err(Fault::problem("too-many-members", vec![Fact::new("limit", MEMBERS_MAX)]));
    }
    let id = MemberId { account, number };
    count(turn, account, None, new.state)?;
    let member = Member {
        v: 1,
        name: new.name.to_owned(),
        email: new.email.to_ascii_lowercase(),
        language: new.language.to_owned(),
        role: new.role,
        state: new.state,
        epoch: 1,
        since: turn.now(),
        inviter: new.inviter,
        last_login: None,
    };
    save(turn, id, &member);
    turn.put(&address_key(&member.email), &Holder { v: 1, member: id });
    Ok(Some((id, member)))
}

/// Writes a member whose address and state are as before.
pub fn save(turn: &mut Turn<'_>, id: MemberId, member: &Member) {
    turn.put(&key(id), member);
}

/// An invitation is accepted.
pub fn activate(turn: &mut Turn<'_>, id: MemberId, member: &mut Member) -> Result<(), Fault> {
    count(turn, id.account, Some(member.state), State::Active)?;
    member.state = State::Active;
    save(turn, id, member);
    Ok(())
}

/// Gives a member another address; sessions and links end. False: the address is a member's already.
pub fn move_address(turn: &mut Turn<'_>, id: MemberId, member: &mut Member, email: &str) -> Result<bool, Fault> {
    if by_email(turn, email)?.is_some_and(|holder| holder != id) {
        return Ok(false);
    }
    turn.remove(&address_key(&member.email));
    member.email = email.to_ascii_lowercase();
    turn.put(&address_key(&member.email), &Holder { v: 1, member: id });
    end_sessions(turn, id, member)?;
    Ok(true)
}

/// Ends all sessions of a member, and voids its links. The member is written.
pub fn end_sessions(turn: &mut Turn<'_>, id: MemberId, member: &mut Member) -> Result<(), Fault> {
    member.epoch += 1;
    save(turn, id, member);
    session_keys::end_all(turn, id);
    Ok(())
}

/// Takes a member away: its address is free, password, factors and sessions are gone. Whoever keeps more of a member removes it too.
pub fn remove(turn: &mut Turn<'_>, id: MemberId, member: &mut Member) -> Result<(), Fault> {
    if member.state == State::Removed {
        return Ok(());
    }
    count(turn, id.account, Some(member.state), State::Removed)?;
    member.state = State::Removed;
    turn.remove(&address_key(&member.email));
    passwords::forget(turn, id);
    end_sessions(turn, id, member)
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::{Fake, START, main_id};

    fn new<'a>(email: &'a str, state: State) -> New<'a> {
        New { name: "Ada", email, language: "en", role: Role::Owner, state, inviter: None }
    }

    #[test]
    fn an_address_is_one_members_in_whatever_case_until_it_is_removed() {
        let fake = Fake::new();
        let (one, other) = (main_id("1"), main_id("2"));
        fake.command(START, |turn| {
            let (id, mut member) = add(turn, one, &new("Ada@Example.com", State::Active))?.expect("free");
            assert_eq!((id.number, member.email.as_str()), (1, "ada@example.com"));
            assert!(add(turn, other, &new("aDA@example.com", State::Active))?.is_none());
            assert_eq!(by_email(turn, "ADA@example.com")?, Some(id));
            assert!(move_address(turn, id, &mut member, "lady@example.com")?);
            assert_eq!(by_email(turn, "ada@example.com")?, None);
            assert_eq!(member.epoch, 2);
            remove(turn, id, &mut member)?;
            assert_eq!((by_email(turn, "lady@example.com")?, member.epoch), (None, 3));
            let (second, _) = add(turn, one, &new("lady@example.com", State::Invited))?.expect("free again");
            assert_eq!(second.number, 2, "a number is never given out again");
            let counts = counts(turn, one)?;
            assert_eq!((counts.in_use, counts.pending), (0, 1));
            Ok::<(), Fault>(())
        })
        .expect("carried out");
    }
}
