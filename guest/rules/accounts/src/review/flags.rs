//! Why a person should look at a new account: one rule each, with what it has seen (ACC-5).

use super::records::{Document, Review, documents_prefix};
use super::seen;
use super::shown::{Evidence, Flag, Raised};
use crate::signup::counting::{self, Of};
use crate::signup::network;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault};
use coinbox_lists as lists;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::Profile;
use std::collections::BTreeSet;

/// Most documents of an account.
pub(crate) const DOCUMENTS_MAX: u32 = 50;

/// All flags of an account whose phone was just verified, in the order of the contract.
pub(crate) fn raised(
    turn: &Turn<'_>,
    account: AuthId,
    profile: &Profile,
    review: &Review,
) -> Result<Vec<Raised>, Fault> {
    let mut flags = Vec::new();
    let mut raise = |flag: Flag, facts: Vec<Fact>| flags.push(Raised { flag, facts });
    let phone = review.phone.as_deref().unwrap_or_default();
    for (what, value) in [("email", profile.email.to_ascii_lowercase().as_str()), ("phone", phone)] {
        if seen::is_seen(turn, value)? {
            raise(Flag::SeenBefore, vec![Fact::new("what", what)]);
        }
    }
    if let Some(other) = seen::phone_of(turn, phone)?.filter(|other| *other != account) {
        raise(Flag::SharedPhone, vec![Fact::new("account", other)]);
    }
    if let Some(facts) = foreign_code(turn, review, phone)? {
        raise(Flag::CallingCode, facts);
    }
    if let Some(facts) = flagged_network(turn, review)? {
        raise(Flag::Network, facts);
    }
    for (flag, facts) in crowds(turn, review)? {
        raise(flag, facts);
    }
    if let Some(entry) = lists::watched_name(turn, &profile.name)? {
        raise(Flag::WatchedName, vec![Fact::new("entry", entry)]);
    }
    let missing = missing_documents(turn, account)?;
    if !missing.is_empty() {
        let kinds: Vec<&str> = missing.iter().map(|kind| kind.word()).collect();
        raise(Flag::DocumentsMissing, vec![Fact::new("kinds", kinds.join(" "))]);
    }
    Ok(flags)
}

/// The calling code belongs to other countries than the one that was named.
fn foreign_code(turn: &Turn<'_>, review: &Review, phone: &str) -> Result<Option<Vec<Fact>>, Fault> {
    let country = review.origin.as_ref().and_then(|origin| origin.country.as_deref());
    let (Some(country), Some((code, countries))) = (country, lists::calling_code(turn, phone)?) else {
        return Ok(None);
    };
    let fits = countries.split(' ').any(|one| one == country);
    let facts =
        || vec![Fact::new("calling-code", &code), Fact::new("countries", &countries), Fact::new("country", country)];
    Ok((!fits).then(facts))
}

/// A network of the sign-up is on the list by now.
fn flagged_network(turn: &Turn<'_>, review: &Review) -> Result<Option<Vec<Fact>>, Fault> {
    let Some(origin) = &review.origin else { return Ok(None) };
    for address in [&origin.address, &origin.confirmed_from] {
        if let Some(kind) = network::listed(turn, address)? {
            return Ok(Some(vec![Fact::new("kind", kind.word())]));
        }
    }
    Ok(None)
}

/// Many accounts of one mail domain, or from one network, were made on the same day.
fn crowds(turn: &Turn<'_>, review: &Review) -> Result<Vec<(Flag, Vec<Fact>)>, Fault> {
    let Some(origin) = &review.origin else { return Ok(Vec::new()) };
    let policy = Policy::load(turn)?;
    let most = policy.sign_ups.same_a_day;
    let mut found = Vec::new();
    let domain = counting::of_day(turn, origin.at, Of::Domain, &origin.domain)?;
    if domain > most {
        found.push((Flag::ManyOfDomain, vec![Fact::new("domain", &origin.domain), Fact::new("count", domain)]));
    }
    if let Some(network) = &origin.network {
        let count = counting::of_day(turn, origin.at, Of::Network, network)?;
        if count > most {
            found.push((Flag::ManyOfNetwork, vec![Fact::new("network", network), Fact::new("count", count)]));
        }
    }
    Ok(found)
}

/// Documents that the operator requires of everybody and that are not there.
pub(crate) fn missing_documents(turn: &Turn<'_>, account: AuthId) -> Result<Vec<Evidence>, Fault> {
    let policy = Policy::load(turn)?;
    let required = &policy.sign_ups.documents;
    if required.is_empty() {
        return Ok(Vec::new());
    }
    let (there, _) = turn.list::<Document>(&documents_prefix(account), DOCUMENTS_MAX as usize)?;
    let there: BTreeSet<Evidence> = there.into_iter().map(|(_, document)| document.shown.kind).collect();
    let wanted = Evidence::ALL.into_iter().filter(|kind| required.iter().any(|word| word == kind.word()));
    Ok(wanted.filter(|kind| !there.contains(kind)).collect())
}
