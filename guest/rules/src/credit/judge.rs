//! After every movement of an account: what does the new balance set off? (CRD-5, CRD-6, CRD-8, CRD-10)
//!
//! The order is fixed: alerts look at the balance, automatic recharge at available, the zero-stop at both, and then
//! the wallet learns below which amount the next of them could begin.

use crate::credit::alerts;
use crate::credit::recharge;
use crate::credit::records::closing;
use crate::credit::zero_stop;
use crate::ground::call::Call;
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::vocabulary::Fault;
use crate::ledger::wallet;
use crate::payments::dunning;

/// What has just happened to the account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occasion {
    /// A debit was posted.
    Debit,
    /// What is reserved has changed: giving it back never resets the ladder (R10).
    Reservation,
    /// Credit came in: if it lifts available to B or more, the ladder is reset (R10).
    Credit,
    /// Settings, cards, limits or the policy changed.
    Settings,
    /// The account was suspended, reinstated, upgraded or closed.
    Standing,
}

/// Looks at an account once, and sets its trip.
pub fn judge(call: &mut Call<'_>, account: AuthId, occasion: Occasion) -> Result<(), Fault> {
    if occasion == Occasion::Credit {
        // Before anything is judged by the standing: what was suspended for a debt is open again once it is paid (ACC-9).
        dunning::credited(call, account)?;
    }
    let mut wallet = wallet::need(call, account)?;
    // An account that is closed to use may wait for what it owes: less since a payment, more since a chargeback.
    if occasion == Occasion::Credit || wallet.is_closed() {
        closing::moved(call, account)?;
    }
    if wallet.is_closed() {
        // Nobody is warned of, or charged for, an account that cannot be used any more.
        return zero_stop::judge(call, account, &wallet);
    }
    let alert = alerts::judge(call, account, &wallet)?;
    let recharge = recharge::judge(call, account, &wallet, occasion)?;
    zero_stop::judge(call, account, &wallet)?;
    let trip = alert.max(recharge).unwrap_or(Money::from_micros(i64::MIN));
    if trip != wallet.trip {
        wallet.trip = trip;
        wallet::save(call, account, &wallet);
    }
    Ok(())
}
