//! Sign-ups that came to nothing: those that were never confirmed, and accounts whose phone was never verified (ACC-3).

use super::counting;
use super::records;
use crate::closing::requests::close_at_once;
use coinbox_access::credentials::Who;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::interfaces::accounts::Error;
use coinbox_ground::job::{JobKind, Next};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fact, Fault, Instant};
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing};

/// The job that closes an account whose phone was never verified.
pub(crate) const UNVERIFIED: JobKind<AuthId> = JobKind::new("unverified");

/// Longer than any setting lets an account wait: counts are kept so long if the settings cannot be read.
const LONGEST_WAIT_MS: Instant = 366 * DAY_MS;

/// Clears what waits too long, as spans. The daily clean-up asks.
pub fn clean(turn: &mut Turn<'_>) {
    let oldest = turn.now() - records::WAITS_MS;
    turn.clear(records::PREFIX.to_owned(), format!("{}{}", records::PREFIX, time_key(oldest)));
    // The counts of the day of a sign-up are asked for when its phone is verified.
    let waits = Policy::load(turn).map_or(LONGEST_WAIT_MS, |policy| policy.sign_ups.unverified_ms);
    turn.clear(counting::PREFIX.to_owned(), counting::first_of(turn.now() - 2 * DAY_MS - waits));
}

/// Closes an account that is still unverified.
pub(crate) fn run(turn: &mut Turn<'_>, account: AuthId) -> Result<Option<Next>, Fault> {
    if profile::profile(turn, account)?.standing() != Standing::Unverified {
        return Ok(None);
    }
    match close_at_once(turn, account, &Who::Host, "The phone number was not verified in time.") {
        Ok(()) => Ok(None),
        Err(Error::Refused(refusal)) => Err(Fault::Refused(refusal)),
        Err(Error::Other(problem)) => Err(Fault::Other(problem)),
        Err(Error::Owes(owed)) => Err(Fault::problem("account-owes", vec![Fact::new("owed", owed)])),
    }
}
