//! Documents of all accounts by the moment of issue: an entry for each, derived from the document (INV-9).
//!
//! | key | what |
//! |---|---|
//! | `iss/<kind>/<moment>/<number>` | whose document this is, and which of its kind |

use crate::document::Document;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::Instant;
use coinbox_profiles::document_kind::DocumentKind;
use serde::{Deserialize, Serialize};

/// Beginning of every key.
pub const PREFIX: &str = "iss/";

/// Where a document lies.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Entry {
    v: u32,
    pub account: AuthId,
    pub n: u32,
}

impl Record for Entry {
    const KIND: &'static str = "document by moment of issue";
}

impl Entry {
    /// The entry of an account's `n`th document of its kind.
    pub(crate) fn new(account: AuthId, n: u32) -> Entry {
        Entry { v: 1, account, n }
    }
}

/// Beginning of the keys of a kind.
pub(crate) fn prefix(kind: DocumentKind) -> String {
    format!("{PREFIX}{}/", kind.letter())
}

/// Key of the entry of a document.
pub(crate) fn key(kind: DocumentKind, issued: Instant, number: &str) -> String {
    format!("{}{}/{number}", prefix(kind), time_key(issued))
}

/// Kind, moment and number in a key.
pub(crate) fn parse(key: &str) -> Option<(DocumentKind, Instant, &str)> {
    let mut parts = key.strip_prefix(PREFIX)?.splitn(3, '/');
    let kind = DocumentKind::of_letter(parts.next()?)?;
    let moment = parts.next()?;
    let number = parts.next()?;
    let whole = moment.len() == 13 && moment.bytes().all(|byte| byte.is_ascii_digit());
    whole.then_some((kind, moment.parse().ok()?, number))
}

/// Notes a document that has got its number.
pub(crate) fn put(turn: &mut Turn<'_>, account: AuthId, n: u32, document: &Document) {
    turn.put(&key(document.kind, document.issued, &document.number), &Entry::new(account, n));
}
