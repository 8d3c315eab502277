//! `passwords.weigh`: the query of everything that takes a password (SEC-8).

use crate::known::Known;
use crate::strength::{self, About};
use crate::words::Weakness;
use coinbox_access::people::attempts::{self, Judged, WeighFault};
use coinbox_access::people::members;
use coinbox_ground::interface_error;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_profiles::profile;

interface_error! {
    /// Why nothing was weighed.
    Error {
        /// The new password is too weak, for all of these reasons.
        Weak(Vec<Weakness>),
    }
}

impl From<WeighFault<Vec<Weakness>>> for Error {
    fn from(fault: WeighFault<Vec<Weakness>>) -> Error {
        match fault {
            WeighFault::Fault(fault) => fault.into(),
            WeighFault::Weak(weaknesses) => Error::Weak(weaknesses),
        }
    }
}

/// Whose password it becomes at a door of another area: address and names.
pub type Whose = fn(&Turn<'_>, &Judged<'_>) -> Result<(String, Vec<String>), Fault>;

/// Weighs the password that is in force, judges and hashes the one that is to be. `others` says whose password it becomes at doors of other areas: address
/// and names.
pub fn weigh(
    turn: &Turn<'_>,
    known: &Known,
    others: Whose,
    ticket: &str,
    old: Option<&str>,
    new: Option<&str>,
) -> Result<String, Error> {
    let judge = |judged: &Judged<'_>| {
        let (email, names) = match judged.member {
            Some(id) => {
                let member = members::need(turn, id)?;
                (member.email, vec![profile::profile(turn, id.account)?.name, member.name])
            }
            None => others(turn, judged)?,
        };
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let about = About { email: &email, names: &names };
        let found = strength::weaknesses(turn, known, &about, judged.old, judged.new)?;
        Ok((!found.is_empty()).then_some(found))
    };
    Ok(attempts::weigh(turn, ticket, old, new, judge)?)
}
