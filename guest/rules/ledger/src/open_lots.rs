//! Open lots with their true rests: the rest of the current one is in the wallet.

use crate::lots;
use crate::wallet;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault};

/// Open lots that are added up; more of them is a fault, never a short sum.
pub(crate) const LOTS_SUMMED_MAX: usize = 10_000;

/// All open lots with their true rests.
pub fn exact_lots(turn: &Turn<'_>, account: AuthId) -> Result<Vec<lots::Lot>, Fault> {
    let lots = first_lots(turn, account, LOTS_SUMMED_MAX + 1)?;
    if lots.len() > LOTS_SUMMED_MAX {
        let facts = vec![Fact::new("auth-id", account), Fact::new("limit", LOTS_SUMMED_MAX)];
        return Err(Fault::problem("too-many-lots", facts));
    }
    Ok(lots)
}

/// Open lots of an account from which on no credit is given and no recharge begun: it can still be added up, spent and closed then, whatever
/// charges under way bring.
pub(crate) const LOTS_GIVEN_MAX: usize = 5_000;

/// Whether an account may have one more open lot.
pub fn check_lots(turn: &Turn<'_>, account: AuthId) -> Result<(), Fault> {
    if lots::open(turn, account, LOTS_GIVEN_MAX)?.len() < LOTS_GIVEN_MAX {
        return Ok(());
    }
    Err(Fault::problem("too-many-lots", vec![Fact::new("auth-id", account), Fact::new("limit", LOTS_GIVEN_MAX)]))
}

/// The first open lots with their true rests.
pub fn first_lots(turn: &Turn<'_>, account: AuthId, limit: usize) -> Result<Vec<lots::Lot>, Fault> {
    let wallet = wallet::need(turn, account)?;
    let mut open = lots::open(turn, account, limit)?;
    if let (Some(first), Some((_, rest))) = (open.first_mut(), wallet.current()) {
        first.rest = rest;
    }
    Ok(open)
}
