//! Which sets of price overrides an account has, and which is in force when.

use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// One set of an account.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct SetEntry {
    pub(super) number: u32,
    pub(super) starts_at: Instant,
    pub(super) digest: String,
}

/// The sets of an account by their start, at `po/<auth ID>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub(super) struct Sets {
    pub(super) v: u32,
    pub(super) next: u32,
    pub(super) sets: Vec<SetEntry>,
}

impl Record for Sets {
    const KIND: &'static str = "list of price overrides";
}

impl Sets {
    pub(super) fn key(account: AuthId) -> String {
        format!("po/{account}")
    }

    pub(super) fn load(turn: &Turn<'_>, account: AuthId) -> Result<Sets, Fault> {
        Ok(turn.get(&Sets::key(account))?.unwrap_or(Sets { v: 1, next: 1, sets: Vec::new() }))
    }

    /// How many are in force or to come.
    pub(super) fn live(&self, now: Instant) -> usize {
        let begun = self.sets.partition_point(|set| set.starts_at <= now);
        self.sets.len() - begun + usize::from(begun > 0)
    }

    /// The set in force at a moment.
    pub(super) fn in_force(&self, at: Instant) -> Option<&SetEntry> {
        self.sets.partition_point(|set| set.starts_at <= at).checked_sub(1).map(|place| &self.sets[place])
    }
}

impl SetEntry {
    pub(super) fn key(&self, account: AuthId) -> String {
        format!("{}/{:04}", Sets::key(account), self.number)
    }
}
