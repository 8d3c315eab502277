//! Invitations (TEAM-2, R53): the owner of an account that the operator has made.

use super::shared::{Error, ShownMember, shown};
use crate::checks;
use crate::entering;
use crate::given::{self, Good};
use crate::password::{begin_with_link, check_link, link_of};
use crate::told;
use crate::words::HalfSession;
use coinbox_access::people::attempts;
use coinbox_access::people::members::{self, Member, New, State};
use coinbox_access::people::sessions::Way;
use coinbox_access::people::{Half, MemberId, Role, passwords};
use coinbox_access::{functions, requests};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, Refusal};
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing};

const ACCEPT: &str = "accept";
/// Of mails to somebody who has not said which one he reads.
const LANGUAGE: &str = "en";

/// The owner of an account.
pub(crate) fn owner(turn: &Turn<'_>, account: AuthId) -> Result<Option<(MemberId, Member)>, Fault> {
    let mut after = 0;
    loop {
        let (page, more) = members::page(turn, account, after, 100)?;
        after = page.last().map_or(0, |(id, _)| id.number);
        let is_owner = |member: &Member| member.role == Role::Owner && member.state != State::Removed;
        if let Some(found) = page.into_iter().find(|(_, member)| is_owner(member)) {
            return Ok(Some(found));
        }
        if !more {
            return Ok(None);
        }
    }
}

/// Invites the registered address to be the owner; a second time sends another link.
pub fn invite_owner(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, name: String) -> Result<ShownMember, Error> {
    let permitted = requests::command_on(turn, caller, functions::MEMBERS_INVITE_OWNER, &auth_id)?;
    let mut checks = Checks::new();
    checks::name(&mut checks, &name, "name");
    checks.done()?;
    permitted.once(turn, &(&auth_id, &name), |turn, who, account| {
        let (id, mut member) = match owner(turn, account)? {
            Some((_, member)) if member.state == State::Active => return Err(Error::Owner),
            Some(invited) => invited,
            None => {
                let email = profile::profile(turn, account)?.email.to_ascii_lowercase();
                let new = New {
                    name: &name,
                    email: &email,
                    language: LANGUAGE,
                    role: Role::Owner,
                    state: State::Invited,
                    inviter: None,
                };
                let taken = || Fault::problem("address-taken", vec![Fact::new("email", &email)]);
                members::add(turn, account, &new)?.ok_or_else(taken)?
            }
        };
        member.name.clone_from(&name);
        members::save(turn, id, &member);
        send(turn, id, &member, who.name())?;
        Ok(shown(turn, id, member)?)
    })
}

/// Sends the link of an invitation: those before it are void.
fn send(turn: &mut Turn<'_>, id: MemberId, member: &Member, by: &str) -> Result<(), Fault> {
    let lives = Policy::load(turn)?.people.invitation_ms;
    let link = given::give(turn, id, member, given::INVITATION, "", lives)?;
    told::event(turn, id, "member-invited", "TEAM-2", by, vec![Fact::new("role", member.role.word())]);
    let facts = vec![
        Fact::new("account-name", profile::profile(turn, id.account)?.name),
        Fact::new("role", member.role.word()),
        Fact::new("until", turn.now() + lives),
    ];
    told::mail(turn, id, member, "invitation", facts, vec![Fact::new("link", link)])
}

/// Whether somebody can join the account now.
fn check_open(turn: &Turn<'_>, account: AuthId) -> Result<(), Fault> {
    match profile::profile(turn, account)?.standing() {
        Standing::Active => Ok(()),
        Standing::Suspended(reason) => Err(Refusal::Suspended(reason).into()),
        Standing::Unverified | Standing::Held => Err(Refusal::NotYetActive.into()),
        Standing::Locked => Err(Refusal::Locked.into()),
        Standing::Closing | Standing::Closed => Err(Refusal::Closed.into()),
    }
}

/// Begins to accept an invitation.
pub fn start_accept(turn: &mut Turn<'_>, caller: &Caller, link: String) -> Result<String, Error> {
    requests::public(turn, caller, functions::MEMBERS_START_ACCEPT)?;
    check_link(&link)?;
    let good = given::look_at(turn, &link, given::INVITATION)?;
    let Good { id, .. } = good.filter(|good| good.member.state == State::Invited).ok_or(Error::Gone)?;
    check_open(turn, id.account)?;
    Ok(begin_with_link(turn, ACCEPT, (id, &link))?)
}

/// Accepts it: what is left is to enrol a factor (R58).
pub fn finish_accept(
    turn: &mut Turn<'_>,
    caller: &Caller,
    ticket: String,
    name: Option<String>,
) -> Result<HalfSession, Error> {
    requests::public(turn, caller, functions::MEMBERS_FINISH_ACCEPT)?;
    let mut checks = Checks::new();
    name.iter().for_each(|name| checks::name(&mut checks, name, "name"));
    checks.done()?;
    let finished = attempts::finish(turn, ACCEPT, &ticket)?;
    let link = link_of(turn, &finished.subject)?;
    let good = given::take(turn, &link, given::INVITATION)?;
    let good = good.filter(|good| good.member.state == State::Invited && finished.member == Some(good.id));
    let Good { id, mut member, .. } = good.filter(|_| !finished.changed).ok_or(Error::Gone)?;
    check_open(turn, id.account)?;
    let hash = finished.new_hash.ok_or(Fault::from(Refusal::Unauthenticated))?;
    name.iter().for_each(|name| member.name.clone_from(name));
    member.since = turn.now();
    members::activate(turn, id, &mut member)?;
    passwords::set(turn, id, &hash)?;
    members::end_sessions(turn, id, &mut member)?;
    told::event(turn, id, "member-joined", "TEAM-2", &id.to_string(), vec![Fact::new("role", member.role.word())]);
    Ok(entering::half(turn, caller, (id, &member), Half::Enrol, Way::Invitation)?)
}
