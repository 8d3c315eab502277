//! Numbers that a trial may call and write to: its customer verifies each by a code that is sent to it (ACC-6).

use coinbox_access::{self as access, functions};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::outside::Channel;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, int_text, interface_error};
use coinbox_members::Known;
use coinbox_members::destinations::{self as codes, Taken};
use coinbox_members::words::CodeSent;
use coinbox_profiles::destinations;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;
use serde::{Deserialize, Serialize};

/// Longest code that is looked at.
const CODE_MAX: usize = 32;

/// A verified number.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Destination {
    /// With leading plus.
    pub number: String,
    /// When it was verified.
    #[serde(with = "int_text")]
    pub since: Instant,
}

/// What became of a code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Answer {
    /// It is wrong, too old, or there is none. So many tries are left for the one that was sent.
    Wrong(#[serde(with = "coinbox_ground::one_field::left")] u32),
    /// The number is verified.
    Verified(Destination),
}

interface_error! {
    /// Errors of `destinations`.
    Error {
        /// The account reaches every number.
        NotNeeded,
        /// No code is sent to such numbers.
        NumberRefused,
        /// The payload is the limit of the policy.
        TooManyDestinations(#[serde(with = "coinbox_ground::one_field::limit")] u32),
    }
}

fn shown(number: &str, since: Instant) -> Destination {
    Destination { number: format!("+{number}"), since }
}

/// Whether a number may still become a destination: the account needs it and has room for it, or has it already.
fn check_room(turn: &Turn<'_>, account: AuthId, number: &str) -> Result<(), Error> {
    if !destinations::are_limited(turn, &profile::profile(turn, account)?)? {
        return Err(Error::NotNeeded);
    }
    let limit = Policy::load(turn)?.sign_ups.destinations;
    let verified = destinations::all(turn, account)?;
    let is_known = verified.iter().any(|(known, _)| known == number);
    if is_known || u32::try_from(verified.len()).is_ok_and(|verified| verified < limit) {
        return Ok(());
    }
    Err(Error::TooManyDestinations(limit))
}

/// Sends a code to a number.
pub fn begin(
    turn: &mut Turn<'_>,
    known: &Known,
    caller: &Caller,
    auth_id: String,
    number: String,
    channel: Channel,
) -> Result<CodeSent, Error> {
    let command = access::command_on(turn, caller, functions::DESTINATIONS_BEGIN, &auth_id)?;
    command.once(turn, &(&auth_id, &number, channel), |turn, who, account| {
        let number = codes::digits(&number)?;
        check_room(turn, account, &number)?;
        let sent = codes::send(turn, known, (caller, who), account, (&number, channel))?;
        sent.ok_or(Error::NumberRefused)
    })
}

/// Takes the code that was sent to a number. A wrong one is counted.
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
        checks.require(code.len() <= CODE_MAX, "code", FieldRule::TooLong, CODE_MAX);
        checks.done()?;
        let number = codes::digits(&number)?;
        check_room(turn, account, &number)?;
        match codes::take(turn, account, &number, &code)? {
            Taken::Wrong(left) => Ok(Answer::Wrong(left)),
            Taken::Right(number) => {
                let since = destinations::put(turn, account, &number)?;
                feed::event(account, "destination-verified", "ACC-6").fact("by", who.name()).tell(turn);
                Ok(Answer::Verified(shown(&number, since)))
            }
        }
    })
}

/// Verified numbers of an account, in order of number.
pub fn list(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Vec<Destination>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::DESTINATIONS_LIST, &auth_id)?;
    Ok(destinations::all(turn, account)?.into_iter().map(|(number, since)| shown(&number, since)).collect())
}

/// Takes one away.
pub fn remove(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, number: String) -> Result<(), Error> {
    let command = access::command_on(turn, caller, functions::DESTINATIONS_REMOVE, &auth_id)?;
    command.once(turn, &(&auth_id, &number), |turn, who, account| {
        let number = codes::digits(&number)?;
        if !destinations::remove(turn, account, &number)? {
            return Err(Fault::not_found("destination").into());
        }
        feed::event(account, "destination-removed", "ACC-6").fact("by", who.name()).tell(turn);
        Ok(())
    })
}
