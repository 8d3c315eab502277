//! Codes to numbers that a trial wants to reach (ACC-6): they count on the limits of codes to members' phones.
//!
//! | key | holds |
//! |---|---|
//! | `otp/<account>/d/<number>` | the code that proves a destination, as a mark |

use crate::codes::{self, DIGITS, Unsent};
use crate::known::Known;
use coinbox_access::people::secrets;
use coinbox_ground::ids::AuthId;
use coinbox_ground::outside::Channel;
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Caller, Fault, Instant};
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// Binds marks of codes to their use.
const MARK: &str = "destination-code";

/// A code that may be handed in.
#[derive(Serialize, Deserialize)]
struct Otp {
    v: u32,
    mark: String,
    expires: Instant,
    /// Wrong ones so far. A newer code in the place of this one keeps them.
    tries: u32,
}

impl Record for Otp {
    const KIND: &'static str = "code of a destination";
}

fn prefix(account: AuthId) -> String {
    format!("otp/{account}/d/")
}

fn key(account: AuthId, number: &str) -> String {
    format!("{}{number}", prefix(account))
}

/// A code is on its way.
pub struct Sent {
    /// Good before this moment.
    pub until: Instant,
    /// When another one may be asked for.
    pub again: Instant,
}

/// Sends a code. `number`: digits. None: no code goes to such a number.
pub fn send(
    turn: &mut Turn<'_>,
    caller: &Caller,
    known: &Known,
    account: AuthId,
    (number, channel): (&str, Channel),
) -> Result<Option<Sent>, Fault> {
    match put(turn, caller, known, account, (number, channel)) {
        Ok(sent) => Ok(Some(sent)),
        Err(Unsent::NumberRefused) => Ok(None),
        Err(Unsent::Fault(fault)) => Err(fault),
    }
}

fn put(
    turn: &mut Turn<'_>,
    caller: &Caller,
    known: &Known,
    account: AuthId,
    (number, channel): (&str, Channel),
) -> Result<Sent, Unsent> {
    if !codes::is_served(turn, known, number)? {
        return Err(Unsent::NumberRefused);
    }
    let policy = Policy::load(turn)?;
    codes::count(turn, caller, &policy.people, (account, format!("{account}/d")), number)?;
    codes::count_country(turn, number)?;
    let now = turn.now();
    let until = now + policy.people.code_lasts_ms;
    let code = secrets::draw_digits(turn, DIGITS);
    let before = turn.get::<Otp>(&key(account, number))?.filter(|before| now < before.expires);
    let mark = secrets::mark(turn, MARK, &[account.as_str(), number, &code]);
    let otp = Otp { v: 1, mark, expires: until, tries: before.map_or(0, |before| before.tries) };
    turn.put(&key(account, number), &otp);
    codes::hand_over(turn, account, (number, channel, "en"), &code, until)?;
    Ok(Sent { until, again: now + policy.people.code_gap_ms })
}

/// What became of a code.
pub enum Taken {
    /// It is right, and used up.
    Right,
    /// It is wrong, too old, or there is none. So many tries are left.
    Wrong(u32),
}

/// Takes a code, once.
pub fn take(turn: &mut Turn<'_>, account: AuthId, number: &str, code: &str) -> Result<Taken, Fault> {
    let most = Policy::load(turn)?.people.code_tries;
    let otp = turn.get::<Otp>(&key(account, number))?;
    let mark = otp.as_ref().map(|otp| otp.mark.as_str());
    let fits = secrets::fits(turn, MARK, &[account.as_str(), number, code], mark);
    let Some(mut otp) = otp.filter(|otp| turn.now() < otp.expires) else { return Ok(Taken::Wrong(0)) };
    if fits && otp.tries < most {
        turn.remove(&key(account, number));
        codes::used(turn, number)?;
        return Ok(Taken::Right);
    }
    otp.tries = otp.tries.saturating_add(1).min(most);
    turn.put(&key(account, number), &otp);
    Ok(Taken::Wrong(most - otp.tries))
}

/// The account is closed: no code of it is good any more.
pub fn forget(turn: &mut Turn<'_>, account: AuthId) {
    let prefix = prefix(account);
    let end = end_of_prefix(&prefix);
    turn.clear(prefix, end);
}
