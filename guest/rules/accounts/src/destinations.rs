//! Numbers that a trial may call and write to: verified by a code each (ACC-6).

use coinbox_access::{self as access, functions};
use coinbox_ground::feed;
use coinbox_ground::outside::Channel;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, int_text, interface_error};
use coinbox_lists as lists;
use coinbox_members::Known;
use coinbox_members::destinations::{self as codes, Taken};
use coinbox_profiles::destinations;
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// What of a number the area of members is told.
const KNOWN: Known = Known {
    number_refused: |turn, number| match lists::prefix(turn, number)? {
        None if !lists::is_in_force(turn, lists::KnownList::Prefixes)? => {
            (Known::BUILT_IN.number_refused)(turn, number)
        }
        found => Ok(found.is_some()),
    },
    ..Known::BUILT_IN
};

/// A code that is on its way.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CodeSent {
    /// With leading plus.
    pub number: String,
    /// When the code ends.
    #[serde(with = "int_text")]
    pub until: Instant,
    /// When another one may be sent.
    #[serde(with = "int_text")]
    pub again: Instant,
}

/// A verified number.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Destination {
    /// With leading plus.
    pub number: String,
    /// When it was verified.
    #[serde(with = "int_text")]
    pub since: Instant,
}

/// Tries that are left for a code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Tries {
    /// How many.
    pub left: u32,
}

/// What became of a code.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is not the one that was sent.
    Wrong(Tries),
    /// The number is verified.
    Verified(Destination),
}

interface_error! {
    /// Errors of `destinations`.
    Error {
        /// No code is sent to such numbers.
        NumberRefused,
        /// The account has as many as it may have.
        TooMany,
    }
}

/// Digits of a number with or without plus.
fn digits(number: &str) -> Result<String, Fault> {
    let digits = number.strip_prefix('+').unwrap_or(number);
    let plain = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    let mut checks = Checks::new();
    checks.require(
        plain && !digits.starts_with('0'),
        "number",
        FieldRule::WrongForm,
        "5 to 15 digits with country code",
    );
    checks.done()?;
    Ok(digits.to_owned())
}

fn shown(number: &str, since: Instant) -> Destination {
    Destination { number: format!("+{number}"), since }
}

/// Sends a code.
pub fn begin(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: String,
    channel: Channel,
) -> Result<CodeSent, Error> {
    let command = access::command_on(turn, caller, functions::DESTINATIONS_BEGIN, &auth_id)?;
    command.once(turn, &(&auth_id, &number, channel), |turn, _, account| {
        let number = digits(&number)?;
        let there = destinations::all(turn, account)?;
        let most = usize::try_from(Policy::load(turn)?.sign_ups.destinations).unwrap_or(usize::MAX);
        if there.len() >= most && !there.iter().any(|(known, _)| *known == number) {
            return Err(Error::TooMany);
        }
        let sent = codes::send(turn, caller, &KNOWN, account, (&number, channel))?.ok_or(Error::NumberRefused)?;
        Ok(CodeSent { number: format!("+{number}"), until: sent.until, again: sent.again })
    })
}

/// Takes the code. A wrong one is counted.
pub fn check(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: String,
    code: String,
) -> Result<Answer, Error> {
    let command = access::command_on(turn, caller, functions::DESTINATIONS_CHECK, &auth_id)?;
    command.once(turn, &(&auth_id, &number, &code), |turn, who, account| {
        let mut checks = Checks::new();
        checks.require(code.len() <= 20, "code", FieldRule::TooLong, 20);
        checks.done()?;
        let number = digits(&number)?;
        let most = usize::try_from(Policy::load(turn)?.sign_ups.destinations).unwrap_or(usize::MAX);
        if destinations::find(turn, account, &number)?.is_none() && destinations::all(turn, account)?.len() >= most {
            return Err(Error::TooMany);
        }
        match codes::take(turn, account, &number, &code)? {
            Taken::Wrong(left) => Ok(Answer::Wrong(Tries { left })),
            Taken::Right => {
                let kept = destinations::put(turn, account, &number)?;
                feed::event(account, "destination-verified", "ACC-6").fact("by", who.name()).tell(turn);
                Ok(Answer::Verified(shown(&number, kept.since)))
            }
        }
    })
}

/// All of an account, in order of number.
pub fn list(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Vec<Destination>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::DESTINATIONS_LIST, &auth_id)?;
    Ok(destinations::all(turn, account)?.into_iter().map(|(number, kept)| shown(&number, kept.since)).collect())
}

/// Takes one away.
pub fn remove(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, number: String) -> Result<(), Error> {
    let command = access::command_on(turn, caller, functions::DESTINATIONS_REMOVE, &auth_id)?;
    command.once(turn, &(&auth_id, &number), |turn, who, account| {
        let number = digits(&number)?;
        if !destinations::remove(turn, account, &number)? {
            return Err(Fault::not_found("destination").into());
        }
        feed::event(account, "destination-removed", "ACC-6").fact("by", who.name()).tell(turn);
        Ok(())
    })
}
