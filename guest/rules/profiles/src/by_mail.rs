//! Accounts by their registered address: an entry for each, derived from the account's record (INV-9).
//!
//! | key | what |
//! |---|---|
//! | `acctm/<digest of the address>/<account>` | the account with this address, whose letter case means nothing |

use coinbox_ground::ids::AuthId;
use coinbox_ground::text::hex;
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::Fault;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Beginning of every key.
pub const PREFIX: &str = "acctm/";

/// That the account has this address.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    v: u32,
}

impl Record for Entry {
    const KIND: &'static str = "account by address";
}

fn prefix(email: &str) -> String {
    format!("{PREFIX}{}/", hex(&Sha256::digest(email.to_ascii_lowercase())))
}

/// Key of the entry of an account with this address.
pub fn key(email: &str, account: AuthId) -> String {
    format!("{}{account}", prefix(email))
}

/// The account that a key of an entry names.
pub fn account_of(key: &str) -> Option<AuthId> {
    key.get(key.len().checked_sub(20)?..).and_then(AuthId::parse)
}

/// Notes the address of an account.
pub fn put(turn: &mut Turn<'_>, email: &str, account: AuthId) {
    turn.put(&key(email, account), &Entry { v: 1 });
}

/// The account has another address now.
pub fn moved(turn: &mut Turn<'_>, (before, now): (&str, &str), account: AuthId) {
    turn.remove(&key(before, account));
    put(turn, now, account);
}

/// Accounts with this address behind one, in order of auth ID. The flag: there are more.
pub fn page(turn: &Turn<'_>, email: &str, after: Option<AuthId>, limit: u32) -> Result<(Vec<AuthId>, bool), Fault> {
    let prefix = prefix(email);
    let first = after.map_or_else(|| prefix.clone(), |after| successor(&key(email, after)));
    let (entries, more) = turn.span_page::<Entry>(&first, &end_of_prefix(&prefix), limit)?;
    Ok((entries.iter().filter_map(|(key, _)| account_of(key)).collect(), more))
}
