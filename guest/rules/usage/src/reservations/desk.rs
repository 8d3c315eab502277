//! Everything that a batch of reservations is judged by, read in few crossings, and the wallets that it changes.

use super::records::{DUE_KEY, Open, closed_key, open_key};
use crate::events;
use coinbox_access::credentials::Who;
use coinbox_credit::movements::expiry;
use coinbox_credit::records::running_calls;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Refusal};
use coinbox_ledger::wallet::{self, Wallet};
use coinbox_pricing::rating::Payer;
use coinbox_profiles::destinations;
use coinbox_profiles::profile;
use coinbox_profiles::subaccount;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// A main account whose available credit the batch changes.
struct Party {
    wallet: Wallet,
    before: Wallet,
}

/// Sources, main accounts and wallets of a batch.
pub(super) struct Desk {
    /// By source: its main account. Only those that exist and that the caller may name.
    mains: BTreeMap<AuthId, AuthId>,
    parties: BTreeMap<AuthId, Party>,
    /// By source: what stands in the way of spending.
    hindrances: BTreeMap<AuthId, Option<Refusal>>,
    /// Main accounts that reach verified numbers only (ACC-6), of the sources above.
    limited: BTreeSet<AuthId>,
    /// A sub-account with its own token reaches only its own reservations.
    only: Option<AuthId>,
}

impl Desk {
    /// Reads what a batch about these sources and names needs.
    pub(super) fn open<'a>(
        turn: &mut Turn<'_>,
        who: &Who,
        items: impl Iterator<Item = (&'a str, &'a str)> + Clone,
    ) -> Result<Desk, Fault> {
        let mut sources: Vec<AuthId> = items.clone().filter_map(|(auth_id, _)| AuthId::parse(auth_id)).collect();
        sources.sort_unstable();
        sources.dedup();
        let subs = sources.iter().filter(|source| !source.is_main()).map(|sub| subaccount::key(*sub));
        let mains = sources.iter().filter(|source| source.is_main()).map(|main| profile::key(*main));
        turn.prefetch(subs.chain(mains).chain(coinbox_pricing::rating::first_keys()).chain([DUE_KEY.to_owned()]));
        let only = if let Who::Sub { sub, .. } = who { Some(*sub) } else { None };
        let mut desk = Desk {
            mains: BTreeMap::new(),
            parties: BTreeMap::new(),
            hindrances: BTreeMap::new(),
            limited: BTreeSet::new(),
            only,
        };
        for source in sources {
            if let Some(main) =
                coinbox_access::credentials::main_of(turn, source)?.filter(|main| is_own(who, source, *main))
            {
                desk.mains.insert(source, main);
            }
        }
        let named = items.filter_map(|(auth_id, name)| Some((desk.main(auth_id)?, name)));
        let about = named.flat_map(|(main, name)| {
            [open_key(main, name), closed_key(main, name), running_calls::index_key(main, name)]
        });
        let of_accounts = desk.mains.values().flat_map(|main| [wallet::key(*main), profile::key(*main)]);
        turn.prefetch(about.chain(of_accounts));
        let mains: Vec<AuthId> = desk.mains.values().copied().collect();
        for main in mains {
            if let Entry::Vacant(party) = desk.parties.entry(main) {
                let mut wallet = wallet::need(turn, main)?;
                if wallet.may_hold_late(turn.now()) {
                    expiry::expire_due(turn, main)?;
                    wallet = wallet::need(turn, main)?;
                }
                party.insert(Party { before: wallet.clone(), wallet });
            }
        }
        Ok(desk)
    }

    /// The main account behind an auth ID, if the caller may name it.
    pub(super) fn main(&self, auth_id: &str) -> Option<AuthId> {
        self.mains.get(&AuthId::parse(auth_id)?).copied()
    }

    /// The open reservation of this name, if the caller may reach it.
    pub(super) fn find(&self, turn: &Turn<'_>, main: AuthId, name: &str) -> Result<Option<Open>, Fault> {
        Ok(turn.get::<Open>(&open_key(main, name))?.filter(|open| self.only.is_none_or(|own| open.source == own)))
    }

    /// Whose prices an account is rated by. None: there is no such account.
    pub(super) fn payer(&self, main: AuthId) -> Option<Payer> {
        self.parties.get(&main).map(|party| Payer::of(main, &party.wallet))
    }

    /// Whether an account does not reach a number (ACC-6). [`Desk::hindrance`] was asked before.
    pub(super) fn out_of_reach(
        &self,
        turn: &Turn<'_>,
        main: AuthId,
        number: Option<&str>,
    ) -> Result<Option<Refusal>, Fault> {
        match number {
            Some(number) if self.limited.contains(&main) => events::out_of_reach(turn, main, number),
            _ => Ok(None),
        }
    }

    /// What stands in the way of spending, credit and destination apart.
    pub(super) fn hindrance(
        &mut self,
        turn: &Turn<'_>,
        main: AuthId,
        source: AuthId,
    ) -> Result<Option<Refusal>, Fault> {
        if let Some(known) = self.hindrances.get(&source) {
            return Ok(known.clone());
        }
        let profile = profile::profile(turn, main)?;
        let found = events::hindrance(turn, &profile, source)?;
        if destinations::are_limited(turn, &profile)? {
            self.limited.insert(main);
        }
        self.hindrances.insert(source, found.clone());
        Ok(found)
    }

    /// The wallet as the batch has left it so far.
    pub(super) fn wallet(&mut self, main: AuthId) -> &mut Wallet {
        &mut self.parties.get_mut(&main).expect("every main account of the desk has a wallet").wallet
    }

    /// Writes the wallets that have changed, and judges where an amount was passed that something could begin or end at (R5).
    pub(super) fn close(self, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let mut to_judge = Vec::new();
        for (main, party) in self.parties {
            if party.wallet != party.before {
                wallet::save(turn, main, &party.wallet);
                if passes_trip(&party.before, &party.wallet)? {
                    to_judge.push(main);
                }
            }
        }
        for main in to_judge {
            judge(turn, main, Occasion::Reservation)?;
        }
        Ok(())
    }
}

/// Whether available is below the trip, or was.
pub(super) fn passes_trip(before: &Wallet, after: &Wallet) -> Result<bool, Fault> {
    Ok(after.available()? < after.trip || before.available()? < before.trip)
}

/// Takes an amount off what is held. What is held can never be less than one reservation of it.
pub fn give_back(wallet: &mut Wallet, amount: Money) -> Result<(), Fault> {
    wallet.reserved = wallet.reserved.minus(amount)?;
    Ok(())
}

/// Whether the caller may name this source. An operator may name any.
fn is_own(who: &Who, source: AuthId, main: AuthId) -> bool {
    match who {
        Who::Main(own) => *own == main,
        Who::Sub { sub, .. } => *sub == source,
        Who::Member { id, .. } => id.account == main,
        Who::Operator(_) | Who::Host => true,
        Who::Nobody => false,
    }
}
