//! Lists that nobody has renewed for long.

use crate::known::KnownList;
use crate::records::Now;
use coinbox_ground::feed;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;

/// Tells the operator of each list in force that is older than 90 days, once a version. The daily clean-up asks.
pub fn tell_old(turn: &mut Turn<'_>) -> Result<(), Fault> {
    for list in KnownList::ALL {
        let mut now = Now::load(turn, list)?;
        let Some(held) = now.current.as_ref().filter(|held| held.is_old(turn.now())) else { continue };
        if now.told == Some(held.version) {
            continue;
        }
        feed::operator_event("list-old", "ACC-1")
            .fact("list", list.word())
            .fact("version", held.version)
            .fact("dated", held.about.dated)
            .tell(turn);
        now.told = Some(held.version);
        now.save(turn, list);
    }
    Ok(())
}
