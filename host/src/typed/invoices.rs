//! Invoices, credit notes and receipts, and what is printed on them: billing information, tax, seats (INV-1, INV-3 to INV-8).
//!
//! A document is frozen when it is issued. The host renders it, and the same number gives the same document for ever. A correction is a credit
//! note.
//!
//! Generated from `wit/invoices.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(no_inline)]
pub use crate::contract::credit_types::{Card, CardState};

#[doc(inline)]
pub use crate::contract::exported::invoices::{
    BillingChange, BillingDetails, BillingOverview, CreditableAmount, Document, DocumentFilter, DocumentKind,
    DocumentLine, DocumentMovement, DocumentPage, DocumentReference, DocumentSummary, InvoiceError, IssuedDocument,
    IssuedFilter, IssuedPage, LinePrice, Party, ReceiptKind, Seats, TaxLine,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Currency, Decimal, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal,
    Problem, Refusal, RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::invoices`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Invoices, credit notes and receipts, and what is printed on them: billing information, tax, seats (INV-1, INV-3 to INV-8).
    pub fn invoices(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. Permission: operator `invoices.list-documents`. Documents of one kind, 1 to 100 a page.
    pub fn list_documents(
        &self,
        caller: &Caller,
        auth_id: &str,
        kind: DocumentKind,
        filter: DocumentFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<DocumentPage, InvoiceError> {
        let request = ListDocumentsRequest {
            caller: self.host.caller_for(ListDocumentsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            kind,
            filter,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_documents`] for asynchronous programs.
    pub async fn list_documents_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        kind: DocumentKind,
        filter: DocumentFilter,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<DocumentPage, InvoiceError> {
        let request = ListDocumentsRequest {
            caller: self.host.caller_for(ListDocumentsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            kind,
            filter,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `invoices.list-issued`. Documents of all accounts, 1 to 100 a page (INV-9). Without a filter it lists all
    /// documents, newest first.
    ///
    /// * *Order.* Documents are in order of issue. Of one moment, invoices come before credit notes and credit notes before receipts, each by
    ///   number. One case is different: only invoices of which something is owed fit the filter (`open-from`, or a status `open` or, with kind
    ///   `invoice`, `failed`), and no account is named. These are found by what is owed, so they are in order of auth ID, and of each account in
    ///   order of issue.
    /// * *Bound.* One call looks at 1 000 documents at most, or at 200 accounts that owe. Then it answers what it has found so far, with a `next`.
    /// * *Errors.* `refused(invalid)` names the fields, such as `filter.month`. `refused(not-found)`: there is no such account.
    ///   `other(lists-being-prepared)`: the store is of an older version, and its documents are still being put in order of issue. Meanwhile one
    ///   number, one account and what is owed can be asked for.
    pub fn list_issued(
        &self,
        caller: &Caller,
        filter: Option<IssuedFilter>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<IssuedPage, InvoiceError> {
        let request = ListIssuedRequest {
            caller: self.host.caller_for(ListIssuedRequest::FUNCTION, caller),
            filter,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_issued`] for asynchronous programs.
    pub async fn list_issued_async(
        &self,
        caller: &Caller,
        filter: Option<IssuedFilter>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<IssuedPage, InvoiceError> {
        let request = ListIssuedRequest {
            caller: self.host.caller_for(ListIssuedRequest::FUNCTION, caller),
            filter,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `invoices.read-document`. One issued document of an account by its number.
    pub fn read_document(&self, caller: &Caller, auth_id: &str, number: &str) -> Reply<Document, InvoiceError> {
        let request = ReadDocumentRequest {
            caller: self.host.caller_for(ReadDocumentRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::read_document`] for asynchronous programs.
    pub async fn read_document_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: &str,
    ) -> Reply<Document, InvoiceError> {
        let request = ReadDocumentRequest {
            caller: self.host.caller_for(ReadDocumentRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `invoices.read-standing`. The present status of one issued document of an account (R84).
    pub fn read_standing(&self, caller: &Caller, auth_id: &str, number: &str) -> Reply<DocumentSummary, InvoiceError> {
        let request = ReadStandingRequest {
            caller: self.host.caller_for(ReadStandingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::read_standing`] for asynchronous programs.
    pub async fn read_standing_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: &str,
    ) -> Reply<DocumentSummary, InvoiceError> {
        let request = ReadStandingRequest {
            caller: self.host.caller_for(ReadStandingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `invoices.get-overview`.
    pub fn get_overview(&self, caller: &Caller, auth_id: &str) -> Reply<BillingOverview, InvoiceError> {
        let request = GetOverviewRequest {
            caller: self.host.caller_for(GetOverviewRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_overview`] for asynchronous programs.
    pub async fn get_overview_async(&self, caller: &Caller, auth_id: &str) -> Reply<BillingOverview, InvoiceError> {
        let request = GetOverviewRequest {
            caller: self.host.caller_for(GetOverviewRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `invoices.get-billing`.
    pub fn get_billing(&self, caller: &Caller, auth_id: &str) -> Reply<BillingDetails, InvoiceError> {
        let request = GetBillingRequest {
            caller: self.host.caller_for(GetBillingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_billing`] for asynchronous programs.
    pub async fn get_billing_async(&self, caller: &Caller, auth_id: &str) -> Reply<BillingDetails, InvoiceError> {
        let request = GetBillingRequest {
            caller: self.host.caller_for(GetBillingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `invoices.set-billing`.
    pub fn set_billing(
        &self,
        caller: &Caller,
        auth_id: &str,
        change: BillingChange,
    ) -> Reply<BillingDetails, InvoiceError> {
        let request = SetBillingRequest {
            caller: self.host.caller_for(SetBillingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            change,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_billing`] for asynchronous programs.
    pub async fn set_billing_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        change: BillingChange,
    ) -> Reply<BillingDetails, InvoiceError> {
        let request = SetBillingRequest {
            caller: self.host.caller_for(SetBillingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            change,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `invoices.set-cycle`. 1: an invoice a month. 3: an invoice a calendar quarter. Takes effect with the next
    /// invoice.
    pub fn set_cycle(&self, caller: &Caller, auth_id: &str, months: u32) -> Reply<BillingDetails, InvoiceError> {
        let request = SetCycleRequest {
            caller: self.host.caller_for(SetCycleRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            months,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_cycle`] for asynchronous programs.
    pub async fn set_cycle_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        months: u32,
    ) -> Reply<BillingDetails, InvoiceError> {
        let request = SetCycleRequest {
            caller: self.host.caller_for(SetCycleRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            months,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `invoices.issue-credit-note`. Gives back all that is left of an issued invoice (`none`) or a part of it, in
    /// whole cents, tax included. The amount goes in this order: it pays unpaid rent, then what is owed of the invoice, then what else is owed. Then
    /// it goes back to the recharges that have paid the invoice or were spent last, and to the gifts that have paid it after its cycle. If none of
    /// these lacks anything, the rest is promotional credit. What was written off is not given back (`more-than-invoice`). `reason` is 1 to 200
    /// characters. Answers the credit note (INV-5, R27).
    pub fn issue_credit_note(
        &self,
        caller: &Caller,
        auth_id: &str,
        invoice: &str,
        amount: Option<Micros>,
        reason: &str,
    ) -> Reply<Document, InvoiceError> {
        let request = IssueCreditNoteRequest {
            caller: self.host.caller_for(IssueCreditNoteRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            invoice: invoice.to_owned(),
            amount,
            reason: reason.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::issue_credit_note`] for asynchronous programs.
    pub async fn issue_credit_note_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        invoice: &str,
        amount: Option<Micros>,
        reason: &str,
    ) -> Reply<Document, InvoiceError> {
        let request = IssueCreditNoteRequest {
            caller: self.host.caller_for(IssueCreditNoteRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            invoice: invoice.to_owned(),
            amount,
            reason: reason.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `invoices.get-seats`.
    pub fn get_seats(&self, caller: &Caller, auth_id: &str) -> Reply<Seats, InvoiceError> {
        let request = GetSeatsRequest {
            caller: self.host.caller_for(GetSeatsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_seats`] for asynchronous programs.
    pub async fn get_seats_async(&self, caller: &Caller, auth_id: &str) -> Reply<Seats, InvoiceError> {
        let request = GetSeatsRequest {
            caller: self.host.caller_for(GetSeatsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `invoices.set-seats`. `paid`: from the members in use up to 10 000. Takes effect now. The seats in force on
    /// the 1st of a month are charged for that month (R45).
    pub fn set_seats(&self, caller: &Caller, auth_id: &str, paid: u32) -> Reply<Seats, InvoiceError> {
        let request = SetSeatsRequest {
            caller: self.host.caller_for(SetSeatsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            paid,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_seats`] for asynchronous programs.
    pub async fn set_seats_async(&self, caller: &Caller, auth_id: &str, paid: u32) -> Reply<Seats, InvoiceError> {
        let request = SetSeatsRequest {
            caller: self.host.caller_for(SetSeatsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            paid,
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct ListDocumentsRequest {
    caller: Caller,
    auth_id: String,
    kind: DocumentKind,
    filter: DocumentFilter,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListDocumentsRequest {
    const FUNCTION: &'static str = "invoices.list-documents";
    type Answer = Result<DocumentPage, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_list_documents(
            store,
            &self.caller,
            &self.auth_id,
            self.kind,
            &self.filter,
            self.after.as_deref(),
            self.limit,
        )
    }
}

#[derive(Serialize)]
struct ListIssuedRequest {
    caller: Caller,
    filter: Option<IssuedFilter>,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListIssuedRequest {
    const FUNCTION: &'static str = "invoices.list-issued";
    type Answer = Result<IssuedPage, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_list_issued(store, &self.caller, self.filter.as_ref(), self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct ReadDocumentRequest {
    caller: Caller,
    auth_id: String,
    number: String,
}

impl TypedRequest for ReadDocumentRequest {
    const FUNCTION: &'static str = "invoices.read-document";
    type Answer = Result<Document, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_read_document(store, &self.caller, &self.auth_id, &self.number)
    }
}

#[derive(Serialize)]
struct ReadStandingRequest {
    caller: Caller,
    auth_id: String,
    number: String,
}

impl TypedRequest for ReadStandingRequest {
    const FUNCTION: &'static str = "invoices.read-standing";
    type Answer = Result<DocumentSummary, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_read_standing(store, &self.caller, &self.auth_id, &self.number)
    }
}

#[derive(Serialize)]
struct GetOverviewRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetOverviewRequest {
    const FUNCTION: &'static str = "invoices.get-overview";
    type Answer = Result<BillingOverview, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_get_overview(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct GetBillingRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetBillingRequest {
    const FUNCTION: &'static str = "invoices.get-billing";
    type Answer = Result<BillingDetails, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_get_billing(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct SetBillingRequest {
    caller: Caller,
    auth_id: String,
    change: BillingChange,
}

impl TypedRequest for SetBillingRequest {
    const FUNCTION: &'static str = "invoices.set-billing";
    type Answer = Result<BillingDetails, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_set_billing(store, &self.caller, &self.auth_id, &self.change)
    }
}

#[derive(Serialize)]
struct SetCycleRequest {
    caller: Caller,
    auth_id: String,
    months: u32,
}

impl TypedRequest for SetCycleRequest {
    const FUNCTION: &'static str = "invoices.set-cycle";
    type Answer = Result<BillingDetails, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_set_cycle(store, &self.caller, &self.auth_id, self.months)
    }
}

#[derive(Serialize)]
struct IssueCreditNoteRequest {
    caller: Caller,
    auth_id: String,
    invoice: String,
    amount: Option<Micros>,
    reason: String,
}

impl TypedRequest for IssueCreditNoteRequest {
    const FUNCTION: &'static str = "invoices.issue-credit-note";
    type Answer = Result<Document, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_issue_credit_note(store, &self.caller, &self.auth_id, &self.invoice, self.amount, &self.reason)
    }
}

#[derive(Serialize)]
struct GetSeatsRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetSeatsRequest {
    const FUNCTION: &'static str = "invoices.get-seats";
    type Answer = Result<Seats, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_get_seats(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct SetSeatsRequest {
    caller: Caller,
    auth_id: String,
    paid: u32,
}

impl TypedRequest for SetSeatsRequest {
    const FUNCTION: &'static str = "invoices.set-seats";
    type Answer = Result<Seats, InvoiceError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_invoices();
        rules.call_set_seats(store, &self.caller, &self.auth_id, self.paid)
    }
}
