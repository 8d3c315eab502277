//! Documents of all accounts, filtered (INV-9).
//!
//! A question walks one of four ways: one number, one account, the invoices that are owed, or all documents by the moment of issue. A call looks at a
//! bounded part of its way; a page that the filter has thinned out may be short and say where to go on.

mod filter;
mod ways;

pub(super) use filter::KINDS;
pub use filter::{IssuedFilter, ReceiptKind};

use super::lists::{DocumentSummary, summary};
use super::records::{State, Stored, document_key};
use super::{DocumentKind, Error};
use crate::access::credentials;
use crate::accounts;
use crate::ground::call::Call;
use crate::ground::ids::AuthId;
use crate::ground::vocabulary::{Caller, Checks, Fault, FieldRule};
use crate::ledger::wallet;
use filter::Wanted;
use serde::{Deserialize, Serialize};
use ways::{Cursor, Part};

/// What one call looks at.
#[derive(Clone, Copy)]
struct Bounds {
    /// Documents, where a filter may still leave some out.
    documents: usize,
    /// Accounts that owe.
    debtors: usize,
    /// Days of receivables that are read to find these.
    days: u32,
}

const BOUNDS: Bounds = Bounds { documents: 1_000, debtors: 200, days: 2_000 };
/// Documents that are read at a time.
const READ_AT_ONCE: usize = 200;
/// Most documents of a page.
const PAGE_MAX: u32 = 100;

/// A document in a list over all accounts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IssuedDocument {
    /// Whose it is.
    pub auth_id: String,
    /// The account's name now.
    pub name: String,
    /// What it is about, of receipts.
    #[serde(default)]
    pub receipt: Option<ReceiptKind>,
    /// How it stands now.
    pub document: DocumentSummary,
}

/// A page of documents of all accounts.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct IssuedPage {
    pub documents: Vec<IssuedDocument>,
    #[serde(default)]
    pub next: Option<String>,
}

/// A document on the way, not yet looked at.
struct Candidate {
    account: AuthId,
    kind: DocumentKind,
    n: u32,
    number: String,
    /// Where the way goes on behind it.
    cursor: String,
    /// Itself, where the way has read it.
    stored: Option<Stored>,
}

/// Documents of all accounts that the filter leaves, 1 to 100 a page.
pub fn list_issued(
    call: &Call<'_>,
    caller: &Caller,
    filter: Option<IssuedFilter>,
    after: Option<String>,
    limit: u32,
) -> Result<IssuedPage, Error> {
    credentials::permit(call, caller, "invoices.list-issued", None)?;
    let mut checks = Checks::new();
    let wanted = Wanted::read(filter, &mut checks);
    checks.require((1..=PAGE_MAX).contains(&limit), "limit", FieldRule::WrongForm, "1 to 100");
    let cursor = after.as_deref().map(|after| ways::parse(&wanted, after));
    checks.require(cursor != Some(None), "after", FieldRule::WrongForm, "the `next` of a page with this filter");
    checks.done()?;
    if let Some(account) = wanted.account {
        wallet::need(call, account)?;
    }
    Ok(page(call, &wanted, cursor.flatten(), limit as usize, BOUNDS)?)
}

fn page(
    call: &Call<'_>,
    wanted: &Wanted,
    cursor: Option<Cursor>,
    limit: usize,
    bounds: Bounds,
) -> Result<IssuedPage, Fault> {
    let room = if wanted.looks_inside() { bounds.documents } else { limit };
    let Part { mut candidates, reached } = ways::part(call, wanted, cursor, Bounds { documents: room, ..bounds })?;
    let mut documents = Vec::new();
    let count = candidates.len();
    let mut seen = 0;
    for batch in candidates.chunks_mut(READ_AT_ONCE) {
        prefetch(call, batch);
        for candidate in batch {
            seen += 1;
            let row = row(call, candidate)?;
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
fn prefetch(call: &Call<'_>, batch: &[Candidate]) {
    call.prefetch(batch.iter().flat_map(|one| {
        let document = one.stored.is_none().then(|| document_key(one.account, one.kind, one.n));
        // An invoice covers the days since the one before it.
        let before = (one.kind == DocumentKind::Invoice && one.n > 1)
            .then(|| document_key(one.account, DocumentKind::Invoice, one.n - 1));
        let others = [State::key(one.account, &one.number), wallet::key(one.account), accounts::key(one.account)];
        document.into_iter().chain(before).chain(others)
    }));
}

fn row(call: &Call<'_>, candidate: &mut Candidate) -> Result<IssuedDocument, Fault> {
    let Candidate { account, kind, n, .. } = *candidate;
    let stored = match candidate.stored.take() {
        Some(stored) => stored,
        None => call.need(&document_key(account, kind, n))?,
    };
    let receipt = ReceiptKind::of(&stored.document);
    Ok(IssuedDocument {
        auth_id: account.to_string(),
        name: accounts::profile(call, account)?.name,
        receipt,
        document: summary(call, account, n, stored)?,
    })
}

#[cfg(test)]
mod tests;
