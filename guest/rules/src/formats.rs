//! The format of a store, and the steps that lead from an older one to the one that these rules write.
//!
//! A store of an older format is moved up by one job, a bounded page in each call. The state of the job lies at `store/format` and is written in
//! the same change as the page, so a host may die between any two calls. The store is served meanwhile: every record that a step has not reached
//! yet is still read in its old form. A store of a newer format than these rules know is refused.
//!
//! A step is never changed once it was released. A new format adds rows at the end of `STEPS` and raises [`RECORD_VERSION`].

#[cfg(test)]
mod tests;

use crate::about::RECORD_VERSION;
use crate::ground::job::{JobKind, Next, Store};
use crate::ground::port::Lane;
use crate::ground::turn::{Record, Turn};
use crate::ground::vocabulary::{Fact, Fault};
use crate::usage::reservations;
use serde::{Deserialize, Serialize};

/// The job that takes the steps.
pub(crate) const JOB: JobKind<Store> = JobKind::new("upgrade");

/// Where the format lies. A store of version 0.1.0 has no such record.
pub(crate) const KEY: &str = "store/format";

/// The format of a store that has no record of it.
const FIRST: u32 = 1;

/// Moves up a page of records behind a key, so many of them. Answers the last key; `None`: there are no more.
type Page = fn(&mut Turn<'_>, Option<&str>, u32) -> Result<Option<String>, Fault>;

/// One step from a format to the next.
pub(crate) struct Step {
    /// The format that it leads from, to the next number.
    from: u32,
    /// Its name in the stored state.
    name: &'static str,
    /// What it does.
    #[cfg_attr(not(test), expect(dead_code, reason = "for readers of the table, and for its test"))]
    what: &'static str,
    /// The most records that one call looks at.
    bound: u32,
    /// Takes the records behind a key, or the first ones. Answers the last key, or `None` behind the last record.
    page: Page,
}

/// Every step, in order.
pub(crate) const STEPS: &[Step] = &[Step {
    from: 1,
    name: "reservations-granted",
    what: "An open reservation says how many seconds or parts it was granted at the price that was quoted",
    bound: 500,
    page: reservations::note_granted,
}];

/// The format of the store, at `KEY`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Stored {
    v: u32,
    /// The format that records are written in.
    format: u32,
    /// The step that is under way; none: every record is of this format.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    step: Option<UnderWay>,
}

/// A step that is under way.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct UnderWay {
    name: String,
    /// The last key that was looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<String>,
}

impl Record for Stored {
    const KIND: &'static str = "format of the store";
}

/// The first step from a format on.
fn first_from(format: u32) -> Option<UnderWay> {
    let step = STEPS.iter().find(|step| step.from >= format)?;
    Some(UnderWay { name: step.name.to_owned(), after: None })
}

/// Notes the format of a new store, and begins to move an older one up. Refuses a store of a newer format.
pub(crate) fn prepare(turn: &mut Turn<'_>, is_new: bool) -> Result<(), Fault> {
    let stored = turn.get::<Stored>(KEY)?;
    let format = match &stored {
        Some(stored) => stored.format,
        None if is_new => RECORD_VERSION,
        None => FIRST,
    };
    if format > RECORD_VERSION {
        let facts = vec![Fact::new("format", format), Fact::new("known", RECORD_VERSION)];
        return Err(Fault::problem("store-of-newer-format", facts));
    }
    if stored.is_some() && format == RECORD_VERSION {
        return Ok(());
    }
    // A step that newer rules find under way goes on where it stands; what follows it in the table comes after it.
    let step = stored.and_then(|stored| stored.step).or_else(|| first_from(format));
    let is_moving = step.is_some();
    turn.put(KEY, &Stored { v: 1, format: RECORD_VERSION, step });
    if is_moving {
        turn.timer(&JOB.key(), Lane::Normal, turn.now());
    }
    Ok(())
}

/// Takes the next page of the step that is under way.
pub(crate) fn run(turn: &mut Turn<'_>) -> Result<Option<Next>, Fault> {
    let Some(stored) = turn.get::<Stored>(KEY)? else { return Ok(None) };
    let Some(under_way) = stored.step else { return Ok(Some(Next::Rest)) };
    let place = STEPS.iter().position(|step| step.name == under_way.name);
    let place = place.ok_or_else(|| Fault::unreadable(vec![Fact::new("kind", Stored::KIND), Fact::new("key", KEY)]))?;
    let step = &STEPS[place];
    let after = (step.page)(turn, under_way.after.as_deref(), step.bound)?;
    let step = match (after, STEPS.get(place + 1)) {
        (Some(after), _) => Some(UnderWay { name: under_way.name, after: Some(after) }),
        (None, Some(next)) => Some(UnderWay { name: next.name.to_owned(), after: None }),
        (None, None) => None,
    };
    let is_moving = step.is_some();
    turn.put(KEY, &Stored { v: 1, format: RECORD_VERSION, step });
    if is_moving {
        turn.timer(&JOB.key(), Lane::Normal, turn.now());
    }
    Ok(Some(if is_moving { Next::Again } else { Next::Rest }))
}
