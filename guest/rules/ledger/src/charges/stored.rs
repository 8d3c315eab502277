//! Where charges lie, and how they are found.

use super::record::Charge;
use crate::wallet::payer::{Claim, Payer};
use coinbox_ground::ids::{AuthId, highest_first, outside_key, parse_outside_key};
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Beginning of the places of an account's charges, newest first.
pub fn prefix(account: AuthId) -> String {
    format!("ch/{account}/")
}

/// Where a charge lies.
pub fn place(account: AuthId, number: u32) -> String {
    prefix(account) + &highest_first(number)
}

/// The key of a charge at the gateway.
pub fn gateway_key(store: &str, account: AuthId, number: u32) -> String {
    outside_key(store, account, "charge", number)
}

/// Account and number in a key of [`gateway_key`], whichever store made it.
pub fn parse_gateway_key(key: &str) -> Option<(AuthId, u32)> {
    parse_outside_key(key, "charge")
}

/// The charges of an account, newest first, and whether there are more.
pub fn list_all(turn: &Turn<'_>, account: AuthId, limit: usize) -> Result<(Vec<Charge>, bool), Fault> {
    let (charges, more) = turn.list::<Charge>(&prefix(account), limit)?;
    Ok((charges.into_iter().map(|(_, charge)| charge).collect(), more))
}

/// Number of a charge that could not keep the one in its key, at `chk/<key>`.
#[derive(Serialize, Deserialize)]
struct Renumbered {
    v: u32,
    number: u32,
}

impl Record for Renumbered {
    const KIND: &'static str = "number of a recovered charge";
}

/// Notes under which number a charge is kept whose key has another one.
pub fn renumber(turn: &mut Turn<'_>, key: &str, number: u32) {
    turn.put(&format!("chk/{key}"), &Renumbered { v: 1, number });
}

/// The charge that the gateway knows by this key, and its account.
pub fn by_key(turn: &Turn<'_>, key: &str) -> Result<Option<(AuthId, Charge)>, Fault> {
    let Some((account, number)) = parse_gateway_key(key) else { return Ok(None) };
    let found = match load(turn, account, number)?.filter(|charge| charge.key() == key) {
        Some(charge) => Some(charge),
        None => match turn.get::<Renumbered>(&format!("chk/{key}"))? {
            Some(renumbered) => load(turn, account, renumbered.number)?.filter(|charge| charge.key() == key),
            None => None,
        },
    };
    Ok(found.map(|charge| (account, charge)))
}

/// The charge with this number.
pub fn load(turn: &Turn<'_>, account: AuthId, number: u32) -> Result<Option<Charge>, Fault> {
    turn.get(&place(account, number))
}

/// Writes it.
pub fn save(turn: &mut Turn<'_>, account: AuthId, charge: &Charge) {
    turn.put(&place(account, charge.number()), charge);
}

/// Charges that are looked at in one step.
const PAGE: usize = 1_000;

/// The charge that explains a payment.
pub fn of_payment(turn: &Turn<'_>, account: AuthId, key: &str) -> Result<Option<Charge>, Fault> {
    let prefix = prefix(account);
    let mut from = prefix.clone();
    loop {
        let (page, more) = turn.span::<Charge>(&from, &end_of_prefix(&prefix), PAGE)?;
        if let Some((last, _)) = page.last() {
            from = successor(last);
        }
        let found = page.into_iter().map(|(_, charge)| charge).find(|charge| charge.key() == key);
        if found.is_some() || !more {
            return Ok(found);
        }
    }
}

/// Notes what has made an end of claims that chargebacks had left, so that it goes back there when they are won.
pub(crate) fn note_payer(
    turn: &mut Turn<'_>,
    account: AuthId,
    payer: &Payer,
    claims: Vec<(Claim, Instant)>,
) -> Result<(), Fault> {
    for (claim, since) in claims {
        let Some(mut charge) = load(turn, account, claim.charge)? else { continue };
        if let Some(dispute) = charge.nth_dispute(claim.nth) {
            dispute.settle(payer, since, claim.amount)?;
            save(turn, account, &charge);
        }
    }
    Ok(())
}
