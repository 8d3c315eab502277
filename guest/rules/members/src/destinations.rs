//! Codes to numbers that a trial wants to reach (ACC-6): they are sent, counted and bounded as codes to members' phones are.

use crate::checks;
pub use crate::codes::Taken;
use crate::codes::{self, Unsent, Use};
use crate::known::Known;
use crate::words::CodeSent;
use coinbox_access::credentials::Who;
use coinbox_access::people::members;
use coinbox_access::people::throttles::{self, Bucket};
use coinbox_ground::ids::AuthId;
use coinbox_ground::outside::Channel;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, HOUR_MS, Instant};
use coinbox_profiles::policy::Policy;

/// Language of codes that nobody in a session has asked for.
const LANGUAGE: &str = "en";

/// The digits of a number with or without plus.
pub fn digits(number: &str) -> Result<String, Fault> {
    let mut checks = Checks::new();
    let digits = checks::number(&mut checks, number, "number");
    checks.done()?;
    Ok(digits)
}

/// Sends a code to a number, given as digits. None: no code goes to such a number.
pub fn send(
    turn: &mut Turn<'_>,
    known: &Known,
    (caller, who): (&Caller, &Who),
    account: AuthId,
    (number, channel): (&str, Channel),
) -> Result<Option<CodeSent>, Fault> {
    let language = match who {
        Who::Member { id, .. } => members::find(turn, *id)?.map(|member| member.language),
        _ => None,
    };
    codes::forget_ended(turn, account)?;
    let to = (number, channel, language.as_deref().unwrap_or(LANGUAGE));
    match codes::send(turn, caller, known, &Use::of_destination(account, number), to) {
        Ok(sent) => Ok(Some(sent)),
        Err(Unsent::NumberRefused) => Ok(None),
        Err(Unsent::Fault(fault)) => Err(fault),
    }
}

/// Takes a code, once. Wrong ones are counted over all numbers of the account.
pub fn take(turn: &mut Turn<'_>, account: AuthId, number: &str, code: &str) -> Result<Taken, Fault> {
    let burst = Policy::load(turn)?.people.code_wrong_an_hour;
    let wrong = Bucket { door: "dst", dimension: "k", burst, one_per: HOUR_MS / Instant::from(burst.max(1)) };
    throttles::check(turn, &wrong, account.as_str())?;
    let taken = codes::take(turn, &Use::of_destination(account, number), code)?;
    if matches!(taken, Taken::Wrong(_)) {
        throttles::take(turn, &wrong, account.as_str())?;
    }
    Ok(taken)
}

/// The account is closed: no code of it is good any more.
pub fn forget(turn: &mut Turn<'_>, account: AuthId) {
    codes::forget_destinations(turn, account);
}
