//! Documents of all accounts, a page a call (INV-9).

use crate::error::Error;
use crate::issued::filter::{IssuedFilter, Wanted};
use crate::issued::rows::{BOUNDS, Bounds, Candidate, IssuedDocument, ReceiptKind};
use crate::issued::ways::{self, Cursor, Part};
use crate::lists::summary;
use crate::records::{State, document_key};
use coinbox_access::{self as access, functions};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule};
use coinbox_ledger::wallet;
use coinbox_profiles::document_kind::DocumentKind;
use coinbox_profiles::profile;
use serde::{Deserialize, Serialize};

/// Documents that are read at a time.
pub(crate) const READ_AT_ONCE: usize = 200;

/// Most documents of a page.
pub const PAGE_MAX: u32 = 100;

/// A page of documents of all accounts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct IssuedPage {
    pub documents: Vec<IssuedDocument>,
    #[serde(default)]
    pub next: Option<String>,
}

/// Documents of all accounts that the filter leaves, 1 to 100 a page.
pub fn list_issued(
    turn: &Turn<'_>,
    caller: &Caller,
    filter: Option<IssuedFilter>,
    after: Option<String>,
    limit: u32,
) -> Result<IssuedPage, Error> {
    access::query(turn, caller, functions::INVOICES_LIST_ISSUED)?;
    let mut checks = Checks::new();
    let wanted = Wanted::read(filter, &mut checks);
    checks.page_limit(limit, PAGE_MAX);
    let cursor = after.as_deref().map(|after| ways::parse(&wanted, after));
    checks.require(cursor != Some(None), "after", FieldRule::WrongForm, "the `next` of a page with this filter");
    checks.done()?;
    if let Some(account) = wanted.account {
        wallet::need(turn, account)?;
    }
    Ok(page(turn, &wanted, cursor.flatten(), limit as usize, BOUNDS)?)
}

/// A page of documents from a cursor on.
pub fn page(
    turn: &Turn<'_>,
    wanted: &Wanted,
    cursor: Option<Cursor>,
    limit: usize,
    bounds: Bounds,
) -> Result<IssuedPage, Fault> {
    let room = if wanted.looks_inside() { bounds.documents } else { limit };
    let Part { mut candidates, reached } = ways::part(turn, wanted, cursor, Bounds { documents: room, ..bounds })?;
    let mut documents = Vec::new();
    let count = candidates.len();
    let mut seen = 0;
    for batch in candidates.chunks_mut(READ_AT_ONCE) {
        prefetch(turn, batch);
        for candidate in batch {
            seen += 1;
            let row = row(turn, candidate)?;
            if !wanted.fits(&row) {
                continue;
            }
            documents.push(row);
            if documents.len() == limit {
                let next = (seen < count || reached.is_some()).then(|| candidate.cursor.clone());
                return Ok(IssuedPage { documents, next });
            }
        }
    }
    Ok(IssuedPage { documents, next: reached })
}

/// Reads what rows are made of in two crossings.
pub(crate) fn prefetch(turn: &Turn<'_>, batch: &[Candidate]) {
    turn.prefetch(batch.iter().flat_map(|one| {
        let document = one.stored.is_none().then(|| document_key(one.account, one.kind, one.n));
        // An invoice covers the days since the one before it.
        let before = (one.kind == DocumentKind::Invoice && one.n > 1)
            .then(|| document_key(one.account, DocumentKind::Invoice, one.n - 1));
        let others = [State::key(one.account, &one.number), wallet::key(one.account), profile::key(one.account)];
        document.into_iter().chain(before).chain(others)
    }));
}

/// A document as the list shows it.
pub(crate) fn row(turn: &Turn<'_>, candidate: &mut Candidate) -> Result<IssuedDocument, Fault> {
    let Candidate { account, kind, n, .. } = *candidate;
    let stored = match candidate.stored.take() {
        Some(stored) => stored,
        None => turn.need(&document_key(account, kind, n))?,
    };
    let receipt = ReceiptKind::of(&stored.document);
    Ok(IssuedDocument {
        auth_id: account.to_string(),
        name: profile::profile(turn, account)?.name,
        receipt,
        document: summary(turn, account, n, stored)?,
    })
}
