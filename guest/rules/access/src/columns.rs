//! Columns of the table of functions that hold more than a yes or no: in which standings of an account, and how often.

pub use coinbox_ground::port::RateClass;

use coinbox_profiles::profile::Standing;
use serde::{Deserialize, Serialize};

/// A standing of an account besides `active`, in which everything is open.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beside {
    /// Signed up, and not yet verified.
    Unverified,
    /// Waits for a decision of the operator.
    Held,
    /// Suspended, whatever the reason.
    Suspended,
    /// Locked, because somebody else may have its credentials.
    Locked,
    /// Being closed.
    Closing,
    /// Closed for good.
    Closed,
}

impl Beside {
    const ALL: [Beside; 6] =
        [Beside::Unverified, Beside::Held, Beside::Suspended, Beside::Locked, Beside::Closing, Beside::Closed];
}

/// Standings in which a function is open besides `active` (R65).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Standings(u8);

impl Standings {
    /// None: it is open to active accounts only.
    pub const ACTIVE_ONLY: Standings = Standings(0);
    /// Suspended ones too: what ends or settles something, and what puts it right.
    pub const SUSPENDED: Standings = Standings::of(&[Beside::Suspended]);
    /// What pays a debt: of those that are being closed too.
    pub const OWING: Standings = Standings::of(&[Beside::Suspended, Beside::Closing]);
    /// Not while it is being closed, and not afterwards.
    pub const STAYING: Standings =
        Standings::of(&[Beside::Unverified, Beside::Held, Beside::Suspended, Beside::Locked]);
    /// All that are not closed for good.
    pub const OPEN: Standings =
        Standings::of(&[Beside::Unverified, Beside::Held, Beside::Suspended, Beside::Locked, Beside::Closing]);
    /// All of them. The members and tokens of a closed account prove nothing any more, so this is for operators.
    pub const ANY: Standings = Standings::of(&Beside::ALL);

    /// These.
    pub const fn of(standings: &[Beside]) -> Standings {
        let (mut set, mut place) = (0, 0);
        while place < standings.len() {
            set |= 1 << standings[place] as u8;
            place += 1;
        }
        Standings(set)
    }

    /// Whether this one is among them.
    pub const fn holds(self, standing: Beside) -> bool {
        self.0 & (1 << standing as u8) != 0
    }

    /// Whether a function is open to an account of this standing.
    pub fn admits(self, standing: Standing) -> bool {
        match standing {
            Standing::Active => true,
            Standing::Unverified => self.holds(Beside::Unverified),
            Standing::Held => self.holds(Beside::Held),
            Standing::Suspended(_) => self.holds(Beside::Suspended),
            Standing::Locked => self.holds(Beside::Locked),
            Standing::Closing => self.holds(Beside::Closing),
            Standing::Closed => self.holds(Beside::Closed),
        }
    }

    /// Each of them, in the order of an account's life.
    pub fn iter(self) -> impl Iterator<Item = Beside> {
        Beside::ALL.into_iter().filter(move |standing| self.holds(*standing))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::vocabulary::Suspension;

    #[test]
    fn a_set_holds_what_it_was_made_of() {
        let owing: Vec<Beside> = Standings::OWING.iter().collect();
        assert_eq!(owing, [Beside::Suspended, Beside::Closing]);
        assert_eq!(Standings::ANY.iter().collect::<Vec<_>>(), Beside::ALL);
        assert_eq!(Standings::ACTIVE_ONLY.iter().count(), 0);
        assert!(Standings::OPEN.iter().eq(Standings::ANY.iter().filter(|one| *one != Beside::Closed)));
    }

    #[test]
    fn active_accounts_are_open_to_everything() {
        let suspended = Standing::Suspended(Suspension::PaymentFailure);
        for (set, standing, open) in [
            (Standings::ACTIVE_ONLY, Standing::Active, true),
            (Standings::ACTIVE_ONLY, suspended, false),
            (Standings::SUSPENDED, suspended, true),
            (Standings::SUSPENDED, Standing::Held, false),
            (Standings::OWING, Standing::Closing, true),
            (Standings::OWING, Standing::Closed, false),
            (Standings::STAYING, Standing::Unverified, true),
            (Standings::STAYING, Standing::Locked, true),
            (Standings::STAYING, Standing::Closing, false),
            (Standings::ANY, Standing::Closed, true),
        ] {
            assert_eq!(set.admits(standing), open, "{set:?} {standing:?}");
        }
    }
}
