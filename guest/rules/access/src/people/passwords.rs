//! What is kept of a password: its hash, at `pw/<account>/<number:04>`, which queries make and compare.

use super::secrets;
use super::since;
use super::words::MemberId;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// A password.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Password {
    v: u32,
    /// Argon2id, as a PHC string. Empty: there is none.
    pub hash: String,
    /// Grows with each password: links that were given out before are void.
    pub version: u32,
    /// When it was set.
    pub set: Instant,
    /// A one-time password that an operator has given out (SEC-11, R69), and until when it is good. The password itself stays until it is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temporary: Option<Temporary>,
}

/// A one-time password.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Temporary {
    /// Mark of the password: it is drawn, so nobody can guess it, and a command can keep it without hashing.
    pub mark: String,
    /// When it was given out.
    given: Instant,
    /// Good before this moment.
    pub until: Instant,
}

impl Record for Password {
    const KIND: &'static str = "password";
}

/// How a one-time password begins.
pub const ONCE_PREFIX: &str = "once-";
/// Letters and digits after it.
pub const ONCE_LETTERS: usize = 20;
/// Binds its mark to its use.
const ONCE: &str = "one-time-password";

impl Password {
    /// Whether what is typed is the one-time password.
    pub(super) fn is_once(&self, turn: &Turn<'_>, id: MemberId, typed: &str) -> Result<bool, Fault> {
        let has_its_form = typed
            .strip_prefix(ONCE_PREFIX)
            .is_some_and(|rest| rest.len() == ONCE_LETTERS && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        match self.temporary.as_ref().filter(|temporary| has_its_form && turn.now() < temporary.until) {
            Some(temporary) => Ok(secrets::fits(turn, ONCE, &[&id.to_string(), typed], Some(&temporary.mark))
                && since::is_believed(turn, temporary.given)?),
            None => Ok(false),
        }
    }
}

/// Gives a member a one-time password beside the one in force (R69): the only copy of it. One that was given out before is void.
pub fn give_once(turn: &mut Turn<'_>, id: MemberId, until: Instant) -> Result<String, Fault> {
    let password = format!("{ONCE_PREFIX}{}", secrets::draw(turn, ONCE_LETTERS));
    let mark = secrets::mark(turn, ONCE, &[&id.to_string(), &password]);
    let mut kept = find(turn, id)?.unwrap_or_else(|| none_yet(turn));
    kept.temporary = Some(Temporary { mark, given: turn.now(), until });
    save(turn, id, &kept);
    Ok(password)
}

/// Key of a member's password.
pub fn key(id: MemberId) -> String {
    format!("pw/{}", id.in_key())
}

/// A member's password. None: it never had one.
pub fn find(turn: &Turn<'_>, id: MemberId) -> Result<Option<Password>, Fault> {
    turn.get(&key(id))
}

/// Version of a member's password; 0 without one.
pub fn version(turn: &Turn<'_>, id: MemberId) -> Result<u32, Fault> {
    Ok(find(turn, id)?.map_or(0, |password| password.version))
}

/// Sets a password: a temporary one is void.
pub fn set(turn: &mut Turn<'_>, id: MemberId, hash: &str) -> Result<(), Fault> {
    let version = version(turn, id)? + 1;
    let password = Password { v: 1, hash: hash.to_owned(), version, set: turn.now(), temporary: None };
    turn.put(&key(id), &password);
    Ok(())
}

/// The same password with another hash, of today's cost.
pub fn hash_again(turn: &mut Turn<'_>, id: MemberId, hash: &str) -> Result<(), Fault> {
    let Some(mut password) = find(turn, id)? else { return Ok(()) };
    hash.clone_into(&mut password.hash);
    turn.put(&key(id), &password);
    Ok(())
}

/// Writes a record that was changed.
pub fn save(turn: &mut Turn<'_>, id: MemberId, password: &Password) {
    turn.put(&key(id), password);
}

/// A record for a member that never had a password.
fn none_yet(turn: &Turn<'_>) -> Password {
    Password { v: 1, hash: String::new(), version: 0, set: turn.now(), temporary: None }
}

/// A member has left.
pub fn forget(turn: &mut Turn<'_>, id: MemberId) {
    turn.remove(&key(id));
}
