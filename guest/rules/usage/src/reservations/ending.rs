//! Calls whose extension was refused: each ends when its reserved time is used (R16, R48).

use crate::reservations::records::{Open, ending_prefix, open_key, parse_ending, set_ends};
use coinbox_credit::records::running_calls;
use coinbox_credit::watch::zero_stop::{Order, Stop};
use coinbox_ground::feed;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Fault, Instant, Refusal};

/// Tells that an extension was refused, and sees to it that the call is ended then.
pub(super) fn order(
    turn: &mut Turn<'_>,
    account: AuthId,
    name: &str,
    why: &Refusal,
    available: Money,
    ends: Instant,
) -> Result<(), Fault> {
    let mut told = feed::event(account, "extension-refused", "USE-3")
        .fact("call", name)
        .fact("reason", word(why))
        .fact("available", available);
    if let Refusal::OutOfCredit(missing) = why {
        told = told.fact("missing", Money::from_micros(*missing));
    }
    told.fact("ends", ends).tell(turn);
    schedule_refused(turn, account)
}

fn word(why: &Refusal) -> &'static str {
    match why {
        Refusal::OutOfCredit(_) => "out-of-credit",
        Refusal::Suspended(_) => "suspended",
        Refusal::Disabled => "disabled",
        Refusal::Closed => "closed",
        Refusal::NotYetActive => "not-yet-active",
        Refusal::DestinationNotVerified => "destination-not-verified",
        Refusal::Invalid(_) => "no-price",
        _ => "refused",
    }
}

/// When the next call of the account ends.
pub fn next(turn: &Turn<'_>, account: AuthId) -> Result<Option<Instant>, Fault> {
    let prefix = ending_prefix(account);
    let (entries, _) = turn.span_text(&prefix, &end_of_prefix(&prefix), 1);
    Ok(entries.first().and_then(|(key, _)| parse_ending(&prefix, key)).map(|(moment, _)| moment))
}

/// The calls whose moment has come, in its order, at most a page. Those that are over already are forgotten.
pub fn due(turn: &mut Turn<'_>, account: AuthId, page: usize) -> Result<Vec<String>, Fault> {
    let prefix = ending_prefix(account);
    let end = format!("{prefix}{}", time_key(turn.now().saturating_add(1)));
    let (entries, _) = turn.span_text(&prefix, &end, page);
    let mut names = Vec::with_capacity(entries.len());
    for (key, _) in entries {
        let Some((_, name)) = parse_ending(&prefix, &key) else { continue };
        if running_calls::is_running(turn, account, name)? {
            names.push(name.to_owned());
        } else {
            turn.remove(&key);
            if let Some(mut open) = turn.get::<Open>(&open_key(account, name))? {
                set_ends(turn, account, name, &mut open, None);
                turn.put(&open_key(account, name), &open);
            }
        }
    }
    Ok(names)
}

/// Sets the moment at which the next call ends whose extension was refused. An order under way sets it when it is done.
pub(crate) fn schedule_refused(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    if turn.get::<Order>(&Stop::Refused.order_key(account))?.is_none()
        && let Some(moment) = next(turn, account)?
    {
        turn.timer(&Stop::Refused.job(account), Lane::Urgent, moment);
    }
    Ok(())
}
