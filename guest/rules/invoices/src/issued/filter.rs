//! What a question for documents of all accounts wants.

use crate::issued::rows::{IssuedDocument, ReceiptKind};
use crate::lists::{DocumentSummary, statuses};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::text::is_name;
use coinbox_ground::vocabulary::{Checks, FieldRule, Instant, Micros, optional_int_text};
use coinbox_profiles::document_kind::DocumentKind;
use serde::{Deserialize, Serialize};

/// Which documents; what is `None` does not filter.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct IssuedFilter {
    /// Of this kind.
    #[serde(default)]
    pub kind: Option<DocumentKind>,
    /// Receipts about this.
    #[serde(default)]
    pub receipt: Option<ReceiptKind>,
    /// That stand so now.
    #[serde(default)]
    pub status: Option<String>,
    /// With this number.
    #[serde(default)]
    pub number: Option<String>,
    /// Issued in this month, such as `2026-11`.
    #[serde(default)]
    pub month: Option<String>,
    /// Issued at or after.
    #[serde(default, with = "optional_int_text")]
    pub issued_from: Option<Instant>,
    /// Issued before.
    #[serde(default, with = "optional_int_text")]
    pub issued_before: Option<Instant>,
    /// Invoices of which at least this much is owed now.
    #[serde(default, with = "optional_int_text")]
    pub open_from: Option<Micros>,
    /// In this currency.
    #[serde(default)]
    pub currency: Option<String>,
    /// Of this main account.
    #[serde(default)]
    pub account: Option<String>,
    /// Oldest first.
    pub oldest_first: bool,
}

/// A filter that was checked.
pub struct Wanted {
    /// Kinds that can fit, in the order of [`DocumentKind::ALL`].
    pub kinds: Vec<DocumentKind>,
    receipt: Option<ReceiptKind>,
    status: Option<String>,
    /// Only the document of this number.
    pub number: Option<String>,
    /// Issued from the first of these moments and before the second.
    pub window: (Instant, Instant),
    open_from: Option<Micros>,
    currency: Option<String>,
    /// The account.
    pub account: Option<AuthId>,
    /// Whether the oldest comes first.
    pub oldest_first: bool,
}

impl Wanted {
    /// Reads a filter, and notes what is wrong with it.
    pub fn read(filter: Option<IssuedFilter>, checks: &mut Checks) -> Wanted {
        let filter = filter.unwrap_or_default();
        let kind = filter.kind.or(filter.receipt.map(|_| DocumentKind::Receipt));
        let about_receipts = filter.receipt.is_none() || kind == Some(DocumentKind::Receipt);
        checks.require(about_receipts, "filter.receipt", FieldRule::NotAllowedTogether, "only with kind receipt");
        if let Some(status) = &filter.status {
            let mut known: Vec<&str> = Vec::new();
            for one in
                DocumentKind::ALL.into_iter().filter(|one| kind.is_none_or(|kind| kind == *one)).flat_map(statuses)
            {
                if !known.contains(one) {
                    known.push(one);
                }
            }
            let good = known.contains(&status.as_str());
            checks.require(good, "filter.status", FieldRule::UnknownValue, known.join(", "));
        }
        if let Some(number) = &filter.number {
            checks.require(is_name(number, 40), "filter.number", FieldRule::WrongForm, "1 to 40 printable ASCII");
        }
        let mut window = (filter.issued_from.unwrap_or(Instant::MIN), filter.issued_before.unwrap_or(Instant::MAX));
        if let Some(text) = &filter.month {
            match Month::parse(text) {
                Some(month) => window = (window.0.max(month.first()), window.1.min(month.end())),
                None => checks.require(false, "filter.month", FieldRule::WrongForm, "a month such as 2026-11"),
            }
        }
        if let Some(open) = filter.open_from {
            let least = Money::from_micros(1);
            checks.require(open >= least.micros(), "filter.open-from", FieldRule::TooSmall, least);
            let of_invoices = kind.is_none_or(|kind| kind == DocumentKind::Invoice);
            checks.require(of_invoices, "filter.open-from", FieldRule::NotAllowedTogether, "only with kind invoice");
        }
        if let Some(currency) = &filter.currency {
            checks.currency(currency, "filter.currency");
        }
        let account = filter.account.as_deref().map(|text| AuthId::parse(text).filter(AuthId::is_main));
        checks.require(account != Some(None), "filter.account", FieldRule::WrongForm, "MA and 18 letters or digits");
        let can_fit = |one: &DocumentKind| {
            kind.is_none_or(|kind| kind == *one)
                && filter.status.as_ref().is_none_or(|status| statuses(*one).contains(&status.as_str()))
                && (filter.open_from.is_none() || *one == DocumentKind::Invoice)
        };
        Wanted {
            kinds: DocumentKind::ALL.into_iter().filter(can_fit).collect(),
            receipt: filter.receipt,
            status: filter.status,
            number: filter.number,
            window,
            open_from: filter.open_from,
            currency: filter.currency,
            account: account.flatten(),
            oldest_first: filter.oldest_first,
        }
    }

    /// Whether only invoices fit of which something is owed now.
    pub(crate) fn is_owed(&self) -> bool {
        let unpaid = self.status.as_ref().is_some_and(|status| status == "open" || status == "failed");
        self.kinds == [DocumentKind::Invoice] && (self.open_from.is_some() || unpaid)
    }

    /// Whether documents that the way finds may still not fit.
    pub(crate) fn looks_inside(&self) -> bool {
        let windowed = self.account.is_some() && self.window != (Instant::MIN, Instant::MAX);
        let more =
            self.receipt.is_some() || self.status.is_some() || self.open_from.is_some() || self.currency.is_some();
        windowed || more || self.number.is_some()
    }

    /// Whether a document is one of those that are wanted.
    pub fn fits(&self, row: &IssuedDocument) -> bool {
        let DocumentSummary { kind, number, issued, status, open_amount, currency, .. } = &row.document;
        self.kinds.contains(kind)
            && (self.window.0..self.window.1).contains(issued)
            && self.receipt.is_none_or(|wanted| row.receipt == Some(wanted))
            && self.status.as_ref().is_none_or(|wanted| wanted == status)
            && self.number.as_ref().is_none_or(|wanted| wanted == number)
            && self.open_from.is_none_or(|from| *open_amount >= from)
            && self.currency.as_ref().is_none_or(|wanted| wanted == currency)
            && self.account.is_none_or(|account| row.auth_id == account.as_str())
    }
}
