//! How often a password may be tried (SEC-9): by address, by known device, by network; in a session by member.

use crate::logins;
use coinbox_access::people::MemberId;
use coinbox_access::people::members::Member;
use coinbox_access::people::throttles::waits::{self, Failures, Waits};
use coinbox_access::people::throttles::{self, Bucket};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault, Instant, int_text};
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

const BY_ADDRESS: Waits = Waits { door: "li", dimension: "e" };
const BY_DEVICE: Waits = Waits { door: "li", dimension: "d" };
const BY_MEMBER: Waits = Waits { door: "li", dimension: "m" };

/// What a try was counted by, so that it can be given back.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum By {
    Address(String),
    Device(String),
    Member(String),
}

/// A try that was counted.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Tried {
    by: By,
    /// From when on the next one is taken; at the moment of the try or before: at once.
    #[serde(with = "int_text")]
    until: Instant,
    /// How many are left before there is a wait.
    pub(crate) left: u32,
    /// Whether this one has brought the first wait.
    first_wait: bool,
    #[serde(with = "int_text")]
    at: Instant,
}

impl Tried {
    fn count(turn: &mut Turn<'_>, by: By) -> Result<Tried, Fault> {
        let (waits, value) = by.waits();
        let counted: Failures = waits::count(turn, waits, value)?;
        Ok(Tried {
            until: counted.until,
            left: waits::FREE.saturating_sub(counted.count),
            first_wait: counted.is_first_wait(),
            at: turn.now(),
            by,
        })
    }

    /// When the next try is taken, if it has to wait.
    pub(crate) fn waits(&self) -> Option<Instant> {
        (self.until > self.at).then_some(self.until)
    }

    /// The same, if this try was the first to bring a wait.
    pub(crate) fn first_wait(&self) -> Option<Instant> {
        self.waits().filter(|_| self.first_wait)
    }

    /// It was right: nothing is counted any more.
    pub(crate) fn forget(&self, turn: &mut Turn<'_>) {
        let (waits, value) = self.by.waits();
        waits::forget(turn, waits, value);
    }
}

impl By {
    fn waits(&self) -> (&'static Waits, &str) {
        match self {
            By::Address(value) => (&BY_ADDRESS, value),
            By::Device(value) => (&BY_DEVICE, value),
            By::Member(value) => (&BY_MEMBER, value),
        }
    }
}

/// Counts a try to log in, by the network and by the address, or by the device if it is one of the member's.
pub(crate) fn login(
    turn: &mut Turn<'_>,
    caller: &Caller,
    email: &str,
    device_token: Option<&str>,
    of: Option<(MemberId, &Member)>,
) -> Result<Tried, Fault> {
    let policy = Policy::load(turn)?;
    let networks = Bucket {
        door: "li",
        dimension: "a",
        burst: policy.people.login_network_tries,
        one_per: policy.people.login_network_every_ms,
    };
    throttles::take(turn, &networks, &throttles::network(caller.address.as_deref()))?;
    let by = match logins::device(turn, device_token, of)? {
        Some(device) => By::Device(device.name),
        None => By::Address(email.to_owned()),
    };
    Tried::count(turn, by)
}

/// Counts a try of a password in a session.
pub(crate) fn in_session(turn: &mut Turn<'_>, id: MemberId) -> Result<Tried, Fault> {
    Tried::count(turn, By::Member(id.to_string()))
}

/// Tries at an address are forgotten: its owner has shown that he is there.
pub(crate) fn forget_address(turn: &mut Turn<'_>, email: &str) {
    waits::forget(turn, &BY_ADDRESS, email);
}

/// Counts a request for a link to choose a new password.
pub(crate) fn reset(turn: &mut Turn<'_>, caller: &Caller, email: &str) -> Result<(), Fault> {
    let people = &Policy::load(turn)?.people;
    let bucket = |dimension, burst, one_per| Bucket { door: "rs", dimension, burst, one_per };
    let by_network = bucket("a", people.reset_network_tries, people.reset_network_every_ms);
    throttles::take(turn, &by_network, &throttles::network(caller.address.as_deref()))?;
    throttles::take(turn, &bucket("e", people.reset_tries, people.reset_every_ms), email)
}
