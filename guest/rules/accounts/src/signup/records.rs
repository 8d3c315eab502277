//! A sign-up that waits for its mailbox.

use coinbox_access::people::{secrets, since};
use coinbox_ground::ids::time_key;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{DAY_MS, Fault, Instant};
use serde::{Deserialize, Serialize};

/// Beginning of every key.
pub(crate) const PREFIX: &str = "su/";
/// How long a sign-up waits.
pub(crate) const WAITS_MS: Instant = 7 * DAY_MS;
/// Binds holder secrets to their use.
const HOLDER: &str = "sign-up-holder";
/// Letters of a name after its moment, and of a secret.
const NAME_LETTERS: usize = 16;
/// Read where there is no sign-up: no key is ever so.
const NO_KEY: &str = "su/-";

/// A sign-up, at `su/<ms>/<random>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Pending {
    pub(crate) v: u32,
    /// In lower case.
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) company: String,
    pub(crate) language: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) country: Option<String>,
    pub(crate) timezone: String,
    /// Argon2id, as a PHC string.
    pub(crate) hash: String,
    /// Of the holder secret.
    pub(crate) holder: String,
    /// Where it came from.
    pub(crate) address: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
    /// Links that were mailed: only the last one is good.
    pub(crate) links: u32,
}

impl Record for Pending {
    const KIND: &'static str = "sign-up";
}

/// Key of a sign-up by its name.
fn key(name: &str) -> Option<String> {
    let fits = name.len() == 13 + NAME_LETTERS && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (moment, random) = fits.then(|| name.split_at(13))?;
    Some(format!("{PREFIX}{moment}/{random}"))
}

/// Draws the name of a sign-up and its holder secret: `su_<name>_<secret>`.
pub(crate) fn draw(turn: &Turn<'_>) -> (String, String, String) {
    let name = format!("{}{}", time_key(turn.now()), secrets::draw(turn, NAME_LETTERS));
    let secret = secrets::draw(turn, secrets::LETTERS);
    let mark = secrets::mark(turn, HOLDER, &[&name, &secret]);
    let holder = format!("su_{name}_{secret}");
    (name, holder, mark)
}

/// Writes a sign-up.
pub(crate) fn save(turn: &mut Turn<'_>, name: &str, pending: &Pending) {
    if let Some(key) = key(name) {
        turn.put(&key, pending);
    }
}

/// Takes a sign-up away.
pub(crate) fn remove(turn: &mut Turn<'_>, name: &str) {
    if let Some(key) = key(name) {
        turn.remove(&key);
    }
}

/// The sign-up of this name, unless it has waited too long. What is not there is read too.
pub(crate) fn find(turn: &Turn<'_>, name: &str) -> Result<Option<Pending>, Fault> {
    let known = key(name);
    let pending = turn.get::<Pending>(known.as_deref().unwrap_or(NO_KEY))?;
    let begun: Instant = name.get(..13).and_then(|moment| moment.parse().ok()).unwrap_or(0);
    // One of before a restore is void (R80).
    let alive = turn.now() < begun + WAITS_MS && since::is_believed(turn, begun)?;
    Ok(pending.filter(|_| known.is_some() && alive))
}

/// The sign-up whose holder this is.
pub(crate) fn by_holder(turn: &Turn<'_>, holder: &str) -> Result<Option<(String, Pending)>, Fault> {
    let (name, secret) = holder.strip_prefix("su_").and_then(|rest| rest.split_once('_')).unwrap_or(("", ""));
    let pending = find(turn, name)?;
    // A long text need not be marked: no secret is of another length.
    let secret = if secret.len() == secrets::LETTERS { secret } else { "" };
    let mark = pending.as_ref().map(|pending| pending.holder.as_str());
    let fits = secrets::fits(turn, HOLDER, &[name, secret], mark);
    Ok(pending.filter(|_| fits).map(|pending| (name.to_owned(), pending)))
}
