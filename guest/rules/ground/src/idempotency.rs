//! What a client has asked for under an idempotency key, in digests (R42).
//!
//! A restore takes the store's record of a command away while what the command has done outside stays. So these digests travel with every charge,
//! refund, order and release, and come back with the reconciliation. What is done once is in `access`.

use crate::text::hex;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What a client has asked for, in digests: what the outside keeps of it, so that it outlives the store's own record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// The function.
    #[serde(rename = "f")]
    pub function: String,
    /// SHA-256 of scope, function and the client's key.
    #[serde(rename = "k")]
    pub key: String,
    /// SHA-256 of the arguments' JSON text.
    #[serde(rename = "a")]
    pub args: String,
}

impl Asked {
    /// What a client has asked for: whose key it is, the function, the key, and the digest of the arguments.
    pub fn of(scope: &str, function: &str, key: &str, args: String) -> Asked {
        // Neither scopes nor names of functions hold a line feed.
        let key = digest(format!("{scope}\n{function}\n{key}").as_bytes());
        Asked { function: function.to_owned(), key, args }
    }
}

/// SHA-256 in hexadecimal.
pub fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}
