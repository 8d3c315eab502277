//! Phones that accounts have verified, and addresses and phones of accounts that are closed. Only keyed digests are kept of them (ACC-5, R67).

use coinbox_access::people::members;
use coinbox_access::people::{MemberId, Role};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::Fault;
use coinbox_profiles::profile;
use coinbox_profiles::{by_mail, mail};
use serde::{Deserialize, Serialize};

use super::records::Review;

/// Binds digests to their use.
const SEEN: &str = "seen-before";
const PHONE: &str = "verified-phone";
/// Members whose addresses a closing remembers.
const MEMBERS_REMEMBERED: usize = 1000;

/// The account that has verified a phone, at `ph/<digest>`.
#[derive(Serialize, Deserialize)]
struct Phone {
    v: u32,
    account: AuthId,
}

impl Record for Phone {
    const KIND: &'static str = "verified phone";
}

/// That a closed account had this address or phone, at `seen/<digest>`.
#[derive(Serialize, Deserialize)]
struct Seen {
    v: u32,
}

impl Record for Seen {
    const KIND: &'static str = "seen before";
}

fn phone_key(turn: &Turn<'_>, number: &str) -> String {
    format!("ph/{}", turn.vault().digest(PHONE, number))
}

fn seen_key(turn: &Turn<'_>, value: &str) -> String {
    format!("seen/{}", turn.vault().digest(SEEN, value))
}

/// The account that has verified a phone.
pub(crate) fn phone_of(turn: &Turn<'_>, number: &str) -> Result<Option<AuthId>, Fault> {
    Ok(turn.get::<Phone>(&phone_key(turn, number))?.map(|phone| phone.account))
}

/// Notes that an account has verified a phone. The first one stays.
pub(crate) fn take_phone(turn: &mut Turn<'_>, account: AuthId, number: &str) -> Result<(), Fault> {
    if phone_of(turn, number)?.is_none() {
        let key = phone_key(turn, number);
        turn.put(&key, &Phone { v: 1, account });
    }
    Ok(())
}

/// Whether a closed account had this address or phone.
pub(crate) fn is_seen(turn: &Turn<'_>, value: &str) -> Result<bool, Fault> {
    Ok(turn.get::<Seen>(&seen_key(turn, value))?.is_some())
}

/// An account is closed: its addresses and its phone are remembered, and the phone is free. Its people leave page by page.
pub(crate) fn closed(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let email = profile::profile(turn, account)?.email.to_ascii_lowercase();
    remember(turn, &email);
    let (page, _) = members::page(turn, account, 0, MEMBERS_REMEMBERED)?;
    for (_, member) in page {
        if member.state != members::State::Removed {
            remember(turn, &member.email);
        }
    }
    coinbox_members::destinations::forget(turn, account);
    coinbox_profiles::destinations::forget(turn, account);
    if let Some(phone) = Review::load(turn, account)?.phone {
        remember(turn, &phone);
        if phone_of(turn, &phone)? == Some(account) {
            let key = phone_key(turn, &phone);
            turn.remove(&key);
        }
    }
    Ok(())
}

fn remember(turn: &mut Turn<'_>, value: &str) {
    let key = seen_key(turn, value);
    turn.put(&key, &Seen { v: 1 });
}

/// A member has another address: the owner's is the account's registered address (ACC-10).
pub fn address_moved(turn: &mut Turn<'_>, id: MemberId, now: &str) -> Result<(), Fault> {
    let is_owner = members::find(turn, id)?.is_some_and(|member| member.role == Role::Owner);
    if !is_owner {
        return Ok(());
    }
    let mut profile = profile::profile(turn, id.account)?;
    let registered = std::mem::replace(&mut profile.email, now.to_owned());
    profile::save(turn, id.account, &profile);
    by_mail::moved(turn, (&registered, now), id.account);
    mail::addresses_set(turn, id.account)?;
    feed::event(id.account, "account-changed", "ACC-10").fact("fields", "email").fact("by", id).tell(turn);
    Ok(())
}
