//! When running calls must end: when credit is gone all of them, newest first, in pages (CRD-10, R12, R48); before that, one whose
//! reservation could not be extended, when its reserved time is used (R16).
//!
//! The order that is given here is carried out in `usage::hang_ups`.

use crate::records::running_calls::calls;
use crate::watch::recharge;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::JobKind;
use coinbox_ground::money::Money;
use coinbox_ground::outside::HangUpCause;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::wallet::Wallet;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing};
use serde::{Deserialize, Serialize};

/// Jobs that end all running calls of an account.
pub const HANG_UP: JobKind<AuthId> = JobKind::new("hang-up");

/// Jobs that end calls whose extension was refused.
pub const END_CALLS: JobKind<AuthId> = JobKind::new("end-calls");

/// Which calls an order ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// All running ones.
    All,
    /// Those whose extension was refused and whose reserved time is used.
    Refused,
}

impl Stop {
    /// The key of the job that carries it out.
    pub fn job(self, account: AuthId) -> String {
        match self {
            Stop::All => HANG_UP.of(account),
            Stop::Refused => END_CALLS.of(account),
        }
    }

    /// Where its order lies.
    pub fn order_key(self, account: AuthId) -> String {
        match self {
            Stop::All => format!("hu/{account}"),
            Stop::Refused => format!("hu/{account}/refused"),
        }
    }
}

/// A hang-up order under way, at `hu/<account>` (all calls) or `hu/<account>/refused`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Order {
    /// Version of the record.
    pub v: u32,
    /// Number of the first attempt, for the request's key; 0: not begun.
    pub number: u32,
    /// Counted over all orders of the account, so that an answer to an earlier order is never taken for one to this; 0: not begun.
    pub attempt: u32,
    /// The calls of the attempt under way: what is named meanwhile was not asked to end and must not be taken for ended.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<String>,
}

impl Default for Order {
    /// An order that is not begun.
    fn default() -> Order {
        Order { v: 1, number: 0, attempt: 0, calls: Vec::new() }
    }
}

impl Record for Order {
    const KIND: &'static str = "hang-up order";
}

/// Why running calls must end now, if they must.
pub fn cause(turn: &Turn<'_>, account: AuthId, wallet: &Wallet) -> Result<Option<HangUpCause>, Fault> {
    Ok(match profile::profile(turn, account)?.standing() {
        Standing::Closing | Standing::Closed => Some(HangUpCause::AccountClosed),
        Standing::Suspended(_) | Standing::Locked | Standing::Unverified | Standing::Held => {
            Some(HangUpCause::Suspended)
        }
        Standing::Active if wallet.left()? <= Money::ZERO => Some(HangUpCause::OutOfCredit),
        Standing::Active => None,
    })
}

/// Orders the end of running calls, or takes the order back. With an automatic charge due or open, calls have the policy's grace.
pub fn judge(turn: &mut Turn<'_>, account: AuthId, wallet: &Wallet) -> Result<(), Fault> {
    let (job, order_key) = (Stop::All.job(account), Stop::All.order_key(account));
    let Some(why) = cause(turn, account, wallet)? else {
        if turn.get::<Order>(&order_key)?.is_some() {
            turn.remove(&order_key);
            turn.cancel(&job);
        }
        return Ok(());
    };
    if calls(turn, account)?.0.is_empty() {
        return Ok(());
    }
    let ordered = turn.get::<Order>(&order_key)?;
    let waits = why == HangUpCause::OutOfCredit && recharge::is_charging(turn, account)?;
    if ordered.is_none() {
        turn.put(&order_key, &Order::default());
        let grace = if waits { Policy::load(turn)?.hang_up_grace_ms } else { 0 };
        turn.timer(&job, Lane::Urgent, turn.now() + grace);
    } else if !waits && ordered.is_some_and(|order| order.calls.is_empty()) {
        // The charge that the calls were waiting for has failed, or a call was named while others could not be ended yet.
        turn.timer(&job, Lane::Urgent, turn.now());
    }
    Ok(())
}
