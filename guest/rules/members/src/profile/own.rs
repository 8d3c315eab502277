//! Reading, name and language.

use super::shared::{Error, FactorList, OwnProfile, ProfileChange, shown};
use crate::checks;
use crate::entering::{self, Inside};
use crate::factors as kept;
use crate::profile::email;
use coinbox_access::people::MemberId;
use coinbox_access::people::members::{self, Member};
use coinbox_access::{functions, requests};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault};
use coinbox_profiles::policy::Policy;

fn own(turn: &Turn<'_>, id: MemberId, member: Member) -> Result<OwnProfile, Fault> {
    let factors = kept::load(turn, id)?.hints(Policy::load(turn)?.as_ref());
    Ok(OwnProfile {
        account: id.account.to_string(),
        number: id.number,
        name: member.name,
        email: member.email,
        language: member.language,
        role: member.role,
        since: member.since,
        factors,
        new_email: email::pending(turn, id)?,
    })
}

/// The member who asks.
pub fn get(turn: &Turn<'_>, caller: &Caller) -> Result<OwnProfile, Error> {
    let (who, id) = requests::query_own(turn, caller, functions::PROFILE_GET)?;
    let Inside { member, .. } = entering::inside(turn, &who)?;
    Ok(own(turn, id, member)?)
}

/// Changes name and language.
pub fn change(turn: &mut Turn<'_>, caller: &Caller, change: ProfileChange) -> Result<OwnProfile, Error> {
    let permitted = requests::command_own(turn, caller, functions::PROFILE_CHANGE)?;
    let mut checks = Checks::new();
    change.name.iter().for_each(|name| checks::name(&mut checks, name, "change.name"));
    change.language.iter().for_each(|tag| checks::language(&mut checks, tag, "change.language"));
    checks.done()?;
    permitted.once(turn, &change, |turn, who, id| {
        let Inside { mut member, .. } = entering::inside(turn, who)?;
        let ProfileChange { name, language } = &change;
        name.iter().for_each(|name| member.name.clone_from(name));
        language.iter().for_each(|language| member.language.clone_from(language));
        members::save(turn, id, &member);
        Ok(own(turn, id, member)?)
    })
}

/// The second factors of the member who asks.
pub fn factors(turn: &Turn<'_>, caller: &Caller) -> Result<FactorList, Error> {
    let (_, id) = requests::query_own(turn, caller, functions::PROFILE_FACTORS)?;
    Ok(shown(&kept::load(turn, id)?))
}
