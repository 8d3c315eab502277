//! Reading documents: lists, one document, the overview (INV-4, INV-5).

use crate::document::Document;
use crate::error::Error;
use crate::records::{Place, State, Stored, documents_prefix};
use crate::standing;
use coinbox_access::{self as access, functions};
use coinbox_credit::records::cards::{self, ShownCard};
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, Micros, int_text, optional_int_text};
use coinbox_ledger::wallet;
use coinbox_profiles::document_kind::DocumentKind;
use serde::{Deserialize, Serialize};

/// Documents that one call looks at for a filter.
const LOOKED_AT_MAX: u32 = 1_000;
/// Receipts of the overview.
const RECENT: u32 = 5;

/// One document in a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DocumentSummary {
    pub kind: DocumentKind,
    pub number: String,
    #[serde(with = "int_text")]
    pub issued: Instant,
    #[serde(with = "optional_int_text", default)]
    pub period_start: Option<Instant>,
    #[serde(with = "optional_int_text", default)]
    pub period_end: Option<Instant>,
    #[serde(with = "int_text")]
    pub total: Micros,
    #[serde(with = "int_text")]
    pub amount_due: Micros,
    pub status: String,
    pub method: String,
    #[serde(default)]
    pub refers_to: Option<String>,
    #[serde(with = "int_text")]
    pub credited: Micros,
    #[serde(with = "int_text")]
    pub open_amount: Micros,
    #[serde(with = "int_text")]
    pub charged_back: Micros,
    pub currency: String,
}

/// A page of documents.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DocumentPage {
    pub documents: Vec<DocumentSummary>,
    #[serde(default)]
    pub next: Option<String>,
}

/// Which documents.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct DocumentFilter {
    #[serde(default)]
    pub status: Option<String>,
    #[serde(default)]
    pub number: Option<String>,
    #[serde(default, with = "optional_int_text")]
    pub issued_from: Option<Instant>,
    #[serde(default, with = "optional_int_text")]
    pub issued_before: Option<Instant>,
    pub oldest_first: bool,
}

/// What a customer looks at first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Overview {
    #[serde(with = "int_text")]
    pub balance: Micros,
    #[serde(default)]
    pub last_invoice: Option<DocumentSummary>,
    pub cards: Vec<ShownCard>,
    pub receipts: Vec<DocumentSummary>,
}

/// How documents of a kind can stand.
pub(crate) fn statuses(kind: DocumentKind) -> &'static [&'static str] {
    match kind {
        DocumentKind::Invoice => &["paid", "open", "failed"],
        DocumentKind::CreditNote => &["credited"],
        DocumentKind::Receipt => &["successful", "failed", "refunded", "charged-back", "reversed"],
    }
}

/// Documents of one kind.
pub fn list_documents(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    kind: DocumentKind,
    filter: DocumentFilter,
    after: Option<String>,
    limit: u32,
) -> Result<DocumentPage, Error> {
    let (_, account) = access::query_on(turn, caller, functions::INVOICES_LIST_DOCUMENTS, &auth_id)?;
    let mut checks = Checks::new();
    let statuses = statuses(kind);
    if let Some(status) = &filter.status {
        let known = statuses.contains(&status.as_str());
        checks.require(known, "filter.status", FieldRule::UnknownValue, statuses.join(", "));
    }
    if let Some(number) = &filter.number {
        checks.require(is_name(number, 40), "filter.number", FieldRule::WrongForm, "1 to 40 printable ASCII");
    }
    let place = after.as_deref().map(|after| after.parse::<u32>().ok().filter(|_| after.len() <= 10));
    checks.page_after(place != Some(None));
    checks.page_limit(limit, 100);
    checks.done()?;
    wallet::need(turn, account)?;
    let (mut documents, mut next) = (Vec::new(), None);
    let (page, more) = page(turn, account, kind, filter.oldest_first, place.flatten(), LOOKED_AT_MAX.min(limit * 10))?;
    let count = page.len();
    for (index, (n, stored)) in page.into_iter().enumerate() {
        let summary = summary(turn, account, n, stored)?;
        if !fits(&summary, &filter) {
            continue;
        }
        documents.push(summary);
        if documents.len() == limit as usize {
            next = (more || index + 1 < count).then(|| n.to_string());
            return Ok(DocumentPage { documents, next });
        }
        next = Some(n.to_string());
    }
    if !more {
        next = None;
    }
    Ok(DocumentPage { documents, next })
}

fn fits(document: &DocumentSummary, filter: &DocumentFilter) -> bool {
    filter.status.as_ref().is_none_or(|status| document.status == *status)
        && filter.number.as_ref().is_none_or(|number| document.number.starts_with(number.as_str()))
        && filter.issued_from.is_none_or(|from| document.issued >= from)
        && filter.issued_before.is_none_or(|before| document.issued < before)
}

/// Documents in order with their place.
pub(crate) fn page(
    turn: &Turn<'_>,
    account: AuthId,
    kind: DocumentKind,
    oldest_first: bool,
    after: Option<u32>,
    limit: u32,
) -> Result<(Vec<(u32, Stored)>, bool), Fault> {
    let prefix = documents_prefix(account, kind);
    let end = end_of_prefix(&prefix);
    let at = after.map(|after| format!("{prefix}{after:010}"));
    let (page, more) = if oldest_first {
        let first = at.map_or(prefix.clone(), |at| successor(&at));
        turn.span_page::<Stored>(&first, &end, limit)?
    } else {
        turn.span_page_back::<Stored>(&prefix, &at.unwrap_or(end), limit)?
    };
    let place = |key: &str| key[prefix.len()..].parse().unwrap_or(0);
    Ok((page.into_iter().map(|(key, stored)| (place(&key), stored)).collect(), more))
}

/// Whether this is the number of an invoice of the account.
pub fn is_invoice_of(turn: &Turn<'_>, account: AuthId, number: &str) -> Result<bool, Fault> {
    Ok(Place::find(turn, account, &[DocumentKind::Invoice], number)?.is_some())
}

/// A document as it stands now (R84): an invoice is open while anything of the days that it covers is owed, a payment is
/// charged back while the bank has something of it, and a chargeback is reversed once its dispute is won.
pub(crate) fn summary(turn: &Turn<'_>, account: AuthId, n: u32, stored: Stored) -> Result<DocumentSummary, Fault> {
    let state = State::load(turn, account, &stored.document.number)?;
    let kind = stored.document.kind;
    let due = match kind {
        DocumentKind::Invoice if wallet::need(turn, account)?.balance < Money::ZERO => {
            standing::owed(turn, account, n, &stored)?
        }
        _ => Money::ZERO,
    };
    let document = stored.document;
    let status = match kind {
        DocumentKind::Invoice if due == Money::ZERO => "paid",
        DocumentKind::Invoice if state.failed => "failed",
        DocumentKind::Invoice => "open",
        DocumentKind::Receipt if state.charged_back > Money::ZERO => "charged-back",
        DocumentKind::Receipt if state.reversed => "reversed",
        _ => document.status.as_str(),
    }
    .to_owned();
    Ok(DocumentSummary {
        kind,
        number: document.number,
        issued: document.issued,
        period_start: document.period_start,
        period_end: document.period_end,
        total: document.total,
        amount_due: document.amount_due,
        status,
        method: document.method,
        refers_to: document.refers_to,
        credited: state.credited()?.micros(),
        open_amount: due.micros(),
        charged_back: state.charged_back.micros(),
        currency: document.currency,
    })
}

/// How one issued document stands now.
pub fn read_standing(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: String,
) -> Result<DocumentSummary, Error> {
    let (_, account) = access::query_on(turn, caller, functions::INVOICES_READ_STANDING, &auth_id)?;
    let (n, stored) =
        Place::find_place(turn, account, &DocumentKind::ALL, &number)?.ok_or_else(|| Fault::not_found("document"))?;
    Ok(summary(turn, account, n, stored)?)
}

/// One issued document.
pub fn read_document(turn: &Turn<'_>, caller: &Caller, auth_id: String, number: String) -> Result<Document, Error> {
    let (_, account) = access::query_on(turn, caller, functions::INVOICES_READ_DOCUMENT, &auth_id)?;
    let stored =
        Place::find(turn, account, &DocumentKind::ALL, &number)?.ok_or_else(|| Fault::not_found("document"))?;
    Ok(stored.read(turn, account)?)
}

/// Balance, last invoice, cards and recent receipts (INV-4).
pub fn get_overview(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Overview, Error> {
    let (_, account) = access::query_on(turn, caller, functions::INVOICES_GET_OVERVIEW, &auth_id)?;
    let balance = wallet::need(turn, account)?.balance.micros();
    let newest = |kind, limit| -> Result<Vec<DocumentSummary>, Fault> {
        let (page, _) = page(turn, account, kind, false, None, limit)?;
        page.into_iter().map(|(n, stored)| summary(turn, account, n, stored)).collect()
    };
    Ok(Overview {
        balance,
        last_invoice: newest(DocumentKind::Invoice, 1)?.pop(),
        cards: cards::shown(turn, account)?,
        receipts: newest(DocumentKind::Receipt, RECENT)?,
    })
}
