//! Second factors of a member, at `fa/<account>/<number:04>` (SEC-3).
//!
//! Wrong codes are counted here for all of a member's sessions together: a new login, a new code and a new session bring no new tries.

use crate::checks::masked_number;
use crate::totp;
use crate::words::{FactorHint, FactorKind, in_key};
use coinbox_access::people::{MemberId, secrets};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fact, Fault, HOUR_MS, Instant};
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// Recovery codes that are given out at once.
pub(crate) const RECOVERY_CODES: usize = 10;
/// Letters of a recovery code: 50 bits and more.
const RECOVERY_LETTERS: usize = 10;
/// Binds marks of recovery codes to their use.
const RECOVERY: &str = "recovery-code";
/// Binds sealed secrets of authenticators to their use.
const TOTP: &str = "totp-secret";

/// What a member has.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Factors {
    v: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) phone: Option<Phone>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) authenticator: Option<Authenticator>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pending: Option<Pending>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) new_phone: Option<NewPhone>,
    /// Marks of the codes that are left.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) recovery: Vec<String>,
    #[serde(default)]
    pub(crate) tries: Tries,
}

impl Record for Factors {
    const KIND: &'static str = "second factors";
}

/// A phone.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Phone {
    /// Digits without plus.
    pub(crate) number: String,
    pub(crate) since: Instant,
}

/// An authenticator app.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Authenticator {
    /// Base32, sealed.
    secret: String,
    pub(crate) since: Instant,
    /// The step of the last code: earlier ones are void.
    last_step: u64,
}

/// An authenticator that has not shown its first code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    secret: String,
    pub(crate) until: Instant,
}

/// A phone that has not shown its code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct NewPhone {
    pub(crate) number: String,
    pub(crate) until: Instant,
}

/// Wrong codes of the hour.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Tries {
    count: u32,
    since: Instant,
}

fn key(id: MemberId) -> String {
    format!("fa/{}", in_key(id))
}

/// The factors of a member: none at first.
pub(crate) fn load(turn: &Turn<'_>, id: MemberId) -> Result<Factors, Fault> {
    Ok(turn.get(&key(id))?.unwrap_or(Factors { v: 1, ..Factors::default() }))
}

/// Writes them.
pub(crate) fn save(turn: &mut Turn<'_>, id: MemberId, factors: &Factors) {
    turn.put(&key(id), factors);
}

/// A member has left.
pub(crate) fn forget(turn: &mut Turn<'_>, id: MemberId) {
    turn.remove(&key(id));
}

impl Factors {
    /// Whether nothing is there that a login could go on with.
    pub(crate) fn is_bare(&self) -> bool {
        self.phone.is_none() && self.authenticator.is_none()
    }

    /// Whether codes may go to the phone.
    pub(crate) fn takes_codes(&self, policy: &Policy) -> bool {
        self.phone.is_some() && (policy.people.codes_beside_authenticator || self.authenticator.is_none())
    }

    /// The kinds that there are.
    pub(crate) fn kinds(&self) -> Vec<FactorKind> {
        [
            (FactorKind::Authenticator, self.authenticator.is_some()),
            (FactorKind::Phone, self.phone.is_some()),
            (FactorKind::Recovery, !self.recovery.is_empty()),
        ]
        .into_iter()
        .filter_map(|(kind, there)| there.then_some(kind))
        .collect()
    }

    /// What a login may go on with, the authenticator first (R57).
    pub(crate) fn hints(&self, policy: &Policy) -> Vec<FactorHint> {
        let hint = |kind| {
            let hint = match kind {
                FactorKind::Phone => self.phone.as_ref().map_or_else(String::new, |phone| masked_number(&phone.number)),
                FactorKind::Recovery => self.recovery.len().to_string(),
                FactorKind::Authenticator => String::new(),
            };
            FactorHint { kind, hint }
        };
        let is_open = |kind: &FactorKind| *kind != FactorKind::Phone || self.takes_codes(policy);
        self.kinds().into_iter().filter(is_open).map(hint).collect()
    }

    /// Nothing is looked at before this moment; none: codes are looked at.
    pub(crate) fn locked(&self, turn: &Turn<'_>) -> Result<Option<Instant>, Fault> {
        let end = self.tries.since + HOUR_MS;
        let full = self.tries.count >= Policy::load(turn)?.people.code_wrong_an_hour;
        Ok((full && turn.now() < end).then_some(end))
    }

    /// Counts a wrong code; answers how many tries are left, and the end of the lock that this one has brought.
    pub(crate) fn count_wrong(&mut self, turn: &Turn<'_>) -> Result<(u32, Option<Instant>), Fault> {
        if turn.now() >= self.tries.since + HOUR_MS {
            self.tries = Tries { count: 0, since: turn.now() };
        }
        self.tries.count = self.tries.count.saturating_add(1);
        let left = Policy::load(turn)?.people.code_wrong_an_hour.saturating_sub(self.tries.count);
        Ok((left, (left == 0).then(|| self.tries.since + HOUR_MS)))
    }

    /// Takes a code of the authenticator, once.
    pub(crate) fn take_step(&mut self, turn: &Turn<'_>, code: &str) -> Result<bool, Fault> {
        let Some(authenticator) = &mut self.authenticator else { return Ok(false) };
        let secret = open(turn, &authenticator.secret)?;
        let step = totp::step_of(&secret, code, turn.now(), authenticator.last_step);
        if let Some(step) = step {
            authenticator.last_step = step;
        }
        Ok(step.is_some())
    }

    /// Takes a recovery code out of those that are left.
    pub(crate) fn take_recovery(&mut self, turn: &Turn<'_>, id: MemberId, code: &str) -> bool {
        let code = plain(code);
        let found = self.recovery.iter().fold((0, None), |(place, found), mark| {
            let fits = secrets::fits(turn, RECOVERY, &[&id.to_string(), &code], Some(mark));
            (place + 1, if fits { Some(place) } else { found })
        });
        if let Some(place) = found.1 {
            self.recovery.remove(place);
        }
        found.1.is_some()
    }

    /// Makes new recovery codes in place of the old ones. They are shown once.
    pub(crate) fn draw_recovery(&mut self, turn: &Turn<'_>, id: MemberId) -> Vec<String> {
        let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| draw_letters(turn)).collect();
        let mark = |code: &String| secrets::mark(turn, RECOVERY, &[&id.to_string(), code]);
        self.recovery = codes.iter().map(mark).collect();
        codes
            .iter()
            .map(|code| format!("{}-{}", &code[..RECOVERY_LETTERS / 2], &code[RECOVERY_LETTERS / 2..]))
            .collect()
    }

    /// Draws the secret of a new authenticator, which waits for its first code. Answers it in Base32.
    pub(crate) fn begin_authenticator(&mut self, turn: &Turn<'_>, until: Instant) -> String {
        let drawn: Vec<u8> = (0..3).flat_map(|_| turn.random().to_le_bytes()).take(20).collect();
        let secret = totp::base32(&drawn);
        self.pending = Some(Pending { secret: turn.vault().seal(TOTP, &secret), until });
        secret
    }

    /// The first code of the pending authenticator. `None`: nothing waits.
    pub(crate) fn confirm_authenticator(&mut self, turn: &Turn<'_>, code: &str) -> Result<Option<bool>, Fault> {
        let Some(pending) = self.pending.as_ref().filter(|pending| turn.now() < pending.until) else { return Ok(None) };
        let secret = open(turn, &pending.secret)?;
        let Some(step) = totp::step_of(&secret, code, turn.now(), 0) else { return Ok(Some(false)) };
        self.authenticator = Some(Authenticator { secret: pending.secret.clone(), since: turn.now(), last_step: step });
        self.pending = None;
        Ok(Some(true))
    }
}

/// The secret of an authenticator.
fn open(turn: &Turn<'_>, sealed: &str) -> Result<Vec<u8>, Fault> {
    let unreadable = || Fault::problem("secret-unreadable", vec![Fact::new("what", "authenticator")]);
    let text = turn.vault().unseal(TOTP, sealed).map_err(|_| unreadable())?;
    totp::from_base32(&text).ok_or_else(unreadable)
}

/// Ten letters that nobody takes for one another: 50 bits.
fn draw_letters(turn: &Turn<'_>) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
    let bytes = (0..2).flat_map(|_| turn.random().to_le_bytes());
    bytes.take(RECOVERY_LETTERS).map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect()
}

/// A recovery code as it was drawn, however it is written.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}
