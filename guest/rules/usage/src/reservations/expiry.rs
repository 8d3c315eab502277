//! Reservations that nobody has settled in time are released (USE-3), and names that are used up are forgotten.
//!
//! One job for the whole store, due at the first entry of an index in order of time, a bounded page a call.

use super::desk::passes_trip;
use super::give_back;
use super::records::{
    Closed, End, INDEX, Open, close, closed_key, index, look_at, look_no_more, open_key, parse_index, unindex,
};
use crate::reservations::records::forget_at;
use coinbox_credit::records::running_calls;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::feed;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::job::Next;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Turn, end_of_prefix};
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::wallet::{self, Wallet};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Entries of the index that one call works off.
const PAGE: usize = 500;

/// What one account gets back.
struct Freed {
    before: Wallet,
    wallet: Wallet,
    count: u32,
    amount: Money,
}

/// Works off the entries whose moment has come.
pub(crate) fn run(turn: &mut Turn<'_>) -> Result<Option<Next>, Fault> {
    let end = format!("{INDEX}{}", time_key(turn.now().saturating_add(1)));
    let (entries, more) = turn.span_text(INDEX, &end, PAGE);
    let forget = forget_at(turn)?;
    let mut freed: BTreeMap<AuthId, Freed> = BTreeMap::new();
    for (key, _) in entries {
        let Some((moment, account, name)) = parse_index(&key) else {
            turn.remove(&key);
            continue;
        };
        let open_key = open_key(account, name);
        if let Some(mut open) = turn.get::<Open>(&open_key)?.filter(|open| open.indexed == moment) {
            if open.expires > turn.now() {
                // It was extended meanwhile: its entry follows it.
                unindex(turn, moment, account, name);
                open.indexed = open.expires;
                index(turn, open.indexed, account, name);
                turn.put(&open_key, &open);
                continue;
            }
            let freed = match freed.entry(account) {
                Entry::Occupied(freed) => freed.into_mut(),
                Entry::Vacant(freed) => {
                    let wallet = wallet::need(turn, account)?;
                    freed.insert(Freed { before: wallet.clone(), wallet, count: 0, amount: Money::ZERO })
                }
            };
            give_back(&mut freed.wallet, open.amount)?;
            freed.count += 1;
            freed.amount = freed.amount.plus(open.amount)?;
            running_calls::forget(turn, account, name)?;
            close(turn, account, name, open, End::Expired, forget);
            continue;
        }
        let closed_key = closed_key(account, name);
        if turn.get::<Closed>(&closed_key)?.is_some_and(|closed| closed.indexed == moment) {
            turn.remove(&closed_key);
        }
        turn.remove(&key);
    }
    for (account, freed) in freed {
        wallet::save(turn, account, &freed.wallet);
        feed::event(account, "reservations-expired", "USE-3")
            .fact("count", freed.count)
            .fact("amount", freed.amount)
            .fact("available", freed.wallet.available()?)
            .tell(turn);
        if passes_trip(&freed.before, &freed.wallet)? {
            judge(turn, account, Occasion::Reservation)?;
        }
    }
    if more {
        look_at(turn, turn.now());
        return Ok(Some(Next::Again));
    }
    let (first, _) = turn.span_text(INDEX, &end_of_prefix(INDEX), 1);
    match first.first().and_then(|(key, _)| parse_index(key)) {
        Some((moment, ..)) => look_at(turn, moment),
        None => look_no_more(turn),
    }
    Ok(Some(Next::Rest))
}
