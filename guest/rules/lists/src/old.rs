//! Lists that nobody has renewed for long.

use crate::known::KnownList;
use crate::records::Now;
use coinbox_ground::feed;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::Fault;
use serde::{Deserialize, Serialize};

/// Of which version it was told that it is old, at `store/list-old/<list>`: of this store, while lists are of all stores of an installation.
#[derive(Serialize, Deserialize)]
struct Told {
    v: u32,
    version: u32,
}

impl Record for Told {
    const KIND: &'static str = "list that is old";
}

/// Tells the operator of each list in force that is older than 90 days, once a version. The daily clean-up asks.
pub fn tell_old(turn: &mut Turn<'_>) -> Result<(), Fault> {
    for list in KnownList::ALL {
        let Some(held) = Now::load(turn, list)?.current.filter(|held| held.is_old(turn.now())) else { continue };
        let key = format!("store/list-old/{}", list.word());
        if turn.get::<Told>(&key)?.is_some_and(|told| told.version == held.version) {
            continue;
        }
        feed::operator_event("list-old", "ACC-1")
            .fact("list", list.word())
            .fact("version", held.version)
            .fact("dated", held.about.dated)
            .tell(turn);
        turn.put(&key, &Told { v: 1, version: held.version });
    }
    Ok(())
}
