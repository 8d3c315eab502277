//! Open reservations of all accounts: how a switch or gateway that was away finds out what it missed (USE-10).

use crate::pages::{self, Asked};
use crate::reservations::forms::{Error, OpenPage, OpenReservation};
use crate::reservations::records::{OPEN, Open};
use coinbox_access::{self as access, functions};
use coinbox_ground::ids::AuthId;
use coinbox_ground::product::ID_MAX;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Caller;

/// Open reservations of all accounts by main account, then by name; those of one source if it is given.
pub fn list_open(
    turn: &Turn<'_>,
    caller: &Caller,
    source: Option<String>,
    after: Option<String>,
    limit: u32,
) -> Result<OpenPage, Error> {
    access::query(turn, caller, functions::RESERVATIONS_LIST_OPEN)?;
    let asked = Asked { source: source.as_deref(), after: after.as_deref(), limit };
    asked.check(|after| parse(after).is_some())?;
    let (found, next) = pages::page(turn, OPEN, &asked, |open: &Open| open.asked_by.as_deref())?;
    let reservations = found.into_iter().filter_map(|(place, open)| {
        let (account, name) = parse(&place)?;
        let reservation = open.shown(name);
        Some(OpenReservation {
            account: account.to_string(),
            source: open.asked_by,
            granted: open.granted,
            reservation,
        })
    });
    Ok(OpenPage { reservations: reservations.collect(), next })
}

/// Account and name of a key behind [`OPEN`].
fn parse(place: &str) -> Option<(AuthId, &str)> {
    let (account, name) = place.split_once('/')?;
    Some((AuthId::parse(account)?, name)).filter(|(_, name)| is_name(name, ID_MAX))
}
