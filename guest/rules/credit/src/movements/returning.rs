//! What is given back of charges that were too dear: it goes to where the last of it came from, as if the lower price had held from the beginning
//! (USE-9, R18).

use crate::movements::putting::{Back, Putting};
use crate::movements::refilling;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::lots::{FromLot, LotKind};
use coinbox_ledger::wallet::{self, Payer, Refill, Wallet};

/// What is given back, by what has paid it.
#[derive(Default)]
pub struct Returned {
    /// Cash, or it is owed.
    pub cash: Money,
    /// Gifts, by their lots.
    pub gifts: Vec<FromLot>,
}

/// Gives back to one account. Cash pays unpaid rent first, then what is owed since the days of these charges. The rest goes to the cash lots that were spent
/// last, which pay what else is owed, and what no recharge lacks becomes promotional credit, as with a credit note. A gift goes back to its lot. If its time is over,
/// it comes back with its end, and expires at once: the ledger then shows both.
pub fn give_back(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &mut Wallet,
    returned: &Returned,
    days: (Instant, Instant),
    origin: &str,
) -> Result<Back, Fault> {
    let mut back = Back::default();
    let mut putting = Putting { account, charge: None, origin, wallet, back: &mut back };
    if returned.cash > Money::ZERO {
        give_back_cash(turn, &mut putting, returned.cash, days)?;
    }
    for FromLot { place, amount } in &returned.gifts {
        if place.expires().is_some_and(|expires| expires <= turn.now()) {
            putting.new_lot(turn, place.kind(), place.expires(), *amount)?;
        } else {
            putting.put(turn, place, *amount)?;
        }
    }
    Ok(back)
}

fn give_back_cash(
    turn: &mut Turn<'_>,
    putting: &mut Putting<'_>,
    amount: Money,
    days: (Instant, Instant),
) -> Result<(), Fault> {
    let account = putting.account;
    let (of_rent, _) = wallet::pay_unpaid_rent(turn, account, putting.wallet, amount)?;
    let rest = amount.minus(of_rent)?;
    let of_days = wallet::pay_between(turn, account, putting.wallet, days, rest, &Payer::Corrected)?;
    putting.back.owed = putting.back.owed.plus(of_rent)?.plus(of_days)?;
    let rest = rest.minus(of_days)?;
    let done = refilling::refill_last_spent(turn, account, putting.wallet, rest)?;
    let paid = Refill { paid: done.paid, ..Refill::default() };
    putting.back.add(LotKind::Cash, rest.minus(done.left)?, &paid)?;
    if done.left > Money::ZERO {
        putting.new_lot(turn, LotKind::Promotional, None, done.left)?;
    }
    Ok(())
}
