//! What only the operator does: policy, limits per account, the ledger, the proof that balances follow from the ledger, and the queue of what
//! waits for a person.
//!
//! Generated from `wit/operator.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(no_inline)]
pub use crate::contract::credit_types::{Charge, ChargeKind, ChargeState, Refund, RefundCause, RefundState};

#[doc(inline)]
pub use crate::contract::exported::operator::{
    BillingTerms, ChargedPage, ChargedTransaction, Claim, DerivedComparison, Difference, EventsComparison, FirstMonth,
    Folded, FoldedMonth, IndexesComparison, KindFlow, LedgerPage, LedgerTransaction, LimitName, Limits, LimitsChange,
    OperatorError, Policy, PolicyVersion, Posting, QueueItem, QueuePage, RatedEvent, Resolution, Resolved, Seller,
    SourceSum, TaxRate, TotalsComparison, UnusualSpend,
};

#[doc(no_inline)]
pub use crate::contract::payment_types::DeclineReason;

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Currency, Decimal, Duration, Fact, FieldProblem, FieldRule, Instant, Micros, Operator,
    Principal, Problem, Refusal, RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::operator`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// What only the operator does: policy, limits per account, the ledger, the proof that balances follow from the ledger, and the queue of what
    /// waits for a person.
    pub fn operator(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. Permission: operator `operator.get-policy`.
    pub fn get_policy(&self, caller: &Caller) -> Reply<Policy, OperatorError> {
        let request = GetPolicyRequest { caller: self.host.caller_for(GetPolicyRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::get_policy`] for asynchronous programs.
    pub async fn get_policy_async(&self, caller: &Caller) -> Reply<Policy, OperatorError> {
        let request = GetPolicyRequest { caller: self.host.caller_for(GetPolicyRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `operator.set-policy`. `version` is the version that was read. The answer has a version one higher.
    pub fn set_policy(&self, caller: &Caller, policy: Policy) -> Reply<Policy, OperatorError> {
        let request = SetPolicyRequest { caller: self.host.caller_for(SetPolicyRequest::FUNCTION, caller), policy };
        self.host.ask(request)
    }

    /// [`Functions::set_policy`] for asynchronous programs.
    pub async fn set_policy_async(&self, caller: &Caller, policy: Policy) -> Reply<Policy, OperatorError> {
        let request = SetPolicyRequest { caller: self.host.caller_for(SetPolicyRequest::FUNCTION, caller), policy };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `operator.set-limits`. Changes the limits that are named, and answers all limits (R88).
    pub fn set_limits(&self, caller: &Caller, auth_id: &str, limits: LimitsChange) -> Reply<Limits, OperatorError> {
        let request = SetLimitsRequest {
            caller: self.host.caller_for(SetLimitsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            limits,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_limits`] for asynchronous programs.
    pub async fn set_limits_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        limits: LimitsChange,
    ) -> Reply<Limits, OperatorError> {
        let request = SetLimitsRequest {
            caller: self.host.caller_for(SetLimitsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            limits,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.get-limits`. As they were set.
    pub fn get_limits(&self, caller: &Caller, auth_id: &str) -> Reply<Limits, OperatorError> {
        let request = GetLimitsRequest {
            caller: self.host.caller_for(GetLimitsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_limits`] for asynchronous programs.
    pub async fn get_limits_async(&self, caller: &Caller, auth_id: &str) -> Reply<Limits, OperatorError> {
        let request = GetLimitsRequest {
            caller: self.host.caller_for(GetLimitsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `operator.set-billing`. Switches between prepaid and postpaid, or changes the limit. The change to
    /// postpaid switches automatic recharge off. `other(amount-owed)`: the change to prepaid is possible only when nothing is owed.
    /// `other(trial-account)`: a trial is always prepaid.
    pub fn set_billing(
        &self,
        caller: &Caller,
        auth_id: &str,
        billing: BillingTerms,
    ) -> Reply<BillingTerms, OperatorError> {
        let request = SetBillingRequest {
            caller: self.host.caller_for(SetBillingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            billing,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_billing`] for asynchronous programs.
    pub async fn set_billing_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        billing: BillingTerms,
    ) -> Reply<BillingTerms, OperatorError> {
        let request = SetBillingRequest {
            caller: self.host.caller_for(SetBillingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            billing,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.get-billing`.
    pub fn get_billing(&self, caller: &Caller, auth_id: &str) -> Reply<BillingTerms, OperatorError> {
        let request = GetBillingRequest {
            caller: self.host.caller_for(GetBillingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_billing`] for asynchronous programs.
    pub async fn get_billing_async(&self, caller: &Caller, auth_id: &str) -> Reply<BillingTerms, OperatorError> {
        let request = GetBillingRequest {
            caller: self.host.caller_for(GetBillingRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.read-ledger`. Transactions in posting order from a cursor, 1 to 500.
    pub fn read_ledger(&self, caller: &Caller, after: Option<&str>, limit: u32) -> Reply<LedgerPage, OperatorError> {
        let request = ReadLedgerRequest {
            caller: self.host.caller_for(ReadLedgerRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::read_ledger`] for asynchronous programs.
    pub async fn read_ledger_async(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<LedgerPage, OperatorError> {
        let request = ReadLedgerRequest {
            caller: self.host.caller_for(ReadLedgerRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.read-transaction`. The rated events of one usage transaction, at most 1000.
    pub fn read_transaction(&self, caller: &Caller, id: &str) -> Reply<Vec<RatedEvent>, OperatorError> {
        let request = ReadTransactionRequest {
            caller: self.host.caller_for(ReadTransactionRequest::FUNCTION, caller),
            id: id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::read_transaction`] for asynchronous programs.
    pub async fn read_transaction_async(&self, caller: &Caller, id: &str) -> Reply<Vec<RatedEvent>, OperatorError> {
        let request = ReadTransactionRequest {
            caller: self.host.caller_for(ReadTransactionRequest::FUNCTION, caller),
            id: id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.compare`. Rebuilds wallet and lots of 1 to 500 accounts from folded postings and open
    /// reservations. Compares them with what is stored, byte for byte where the rebuilt value is complete.
    pub fn compare(&self, caller: &Caller, accounts: Vec<Folded>) -> Reply<Vec<Difference>, OperatorError> {
        let request = CompareRequest { caller: self.host.caller_for(CompareRequest::FUNCTION, caller), accounts };
        self.host.ask(request)
    }

    /// [`Functions::compare`] for asynchronous programs.
    pub async fn compare_async(&self, caller: &Caller, accounts: Vec<Folded>) -> Reply<Vec<Difference>, OperatorError> {
        let request = CompareRequest { caller: self.host.caller_for(CompareRequest::FUNCTION, caller), accounts };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.read-charges`. Transactions in posting order, added up by account and charge, 1 to 500 a page.
    /// The list ends where the running totals end.
    pub fn read_charges(&self, caller: &Caller, after: Option<&str>, limit: u32) -> Reply<ChargedPage, OperatorError> {
        let request = ReadChargesRequest {
            caller: self.host.caller_for(ReadChargesRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::read_charges`] for asynchronous programs.
    pub async fn read_charges_async(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<ChargedPage, OperatorError> {
        let request = ReadChargesRequest {
            caller: self.host.caller_for(ReadChargesRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.compare-totals`. Invoices and statements are made of the running totals of accounts and months.
    /// This compares these totals with what the ledger comes to, up to and with the transaction `until`. 1 to 100 months, with 100 000 charges at
    /// most.
    pub fn compare_totals(
        &self,
        caller: &Caller,
        until: &str,
        months: Vec<FoldedMonth>,
    ) -> Reply<TotalsComparison, OperatorError> {
        let request = CompareTotalsRequest {
            caller: self.host.caller_for(CompareTotalsRequest::FUNCTION, caller),
            until: until.to_owned(),
            months,
        };
        self.host.ask(request)
    }

    /// [`Functions::compare_totals`] for asynchronous programs.
    pub async fn compare_totals_async(
        &self,
        caller: &Caller,
        until: &str,
        months: Vec<FoldedMonth>,
    ) -> Reply<TotalsComparison, OperatorError> {
        let request = CompareTotalsRequest {
            caller: self.host.caller_for(CompareTotalsRequest::FUNCTION, caller),
            until: until.to_owned(),
            months,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.compare-derived`. Compares records of 1 to 20 accounts that follow from others: totals of days and
    /// pages of charges with the totals of months, movements with the movements of months, paid charges with the payments of the ledger, the account
    /// and its documents with the entries by which lists find them.
    pub fn compare_derived(&self, caller: &Caller, accounts: Vec<String>) -> Reply<DerivedComparison, OperatorError> {
        let request =
            CompareDerivedRequest { caller: self.host.caller_for(CompareDerivedRequest::FUNCTION, caller), accounts };
        self.host.ask(request)
    }

    /// [`Functions::compare_derived`] for asynchronous programs.
    pub async fn compare_derived_async(
        &self,
        caller: &Caller,
        accounts: Vec<String>,
    ) -> Reply<DerivedComparison, OperatorError> {
        let request =
            CompareDerivedRequest { caller: self.host.caller_for(CompareDerivedRequest::FUNCTION, caller), accounts };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.compare-events`. Compares the lines of usage with the entries of counted events, as far back as an
    /// event could be sent again. By these entries an event that is sent again is known. 1 to 100 transactions a page.
    pub fn compare_events(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<EventsComparison, OperatorError> {
        let request = CompareEventsRequest {
            caller: self.host.caller_for(CompareEventsRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::compare_events`] for asynchronous programs.
    pub async fn compare_events_async(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<EventsComparison, OperatorError> {
        let request = CompareEventsRequest {
            caller: self.host.caller_for(CompareEventsRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.compare-indexes`. Compares index entries with the records that they name (INV-9). Accounts are found by
    /// their address, documents by their number and by their moment of issue. 1 to 500 entries a page.
    pub fn compare_indexes(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<IndexesComparison, OperatorError> {
        let request = CompareIndexesRequest {
            caller: self.host.caller_for(CompareIndexesRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::compare_indexes`] for asynchronous programs.
    pub async fn compare_indexes_async(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<IndexesComparison, OperatorError> {
        let request = CompareIndexesRequest {
            caller: self.host.caller_for(CompareIndexesRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.list-queue`. What waits for a person, oldest first, 1 to 100 a page.
    pub fn list_queue(&self, caller: &Caller, after: Option<&str>, limit: u32) -> Reply<QueuePage, OperatorError> {
        let request = ListQueueRequest {
            caller: self.host.caller_for(ListQueueRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_queue`] for asynchronous programs.
    pub async fn list_queue_async(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<QueuePage, OperatorError> {
        let request = ListQueueRequest {
            caller: self.host.caller_for(ListQueueRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `operator.resolve-payment`. Decides about one item and takes it off the queue. An item
    /// `payment-without-charge` can be credited, refunded or dismissed. An item `refund-without-record` can be debited or dismissed. An item that only
    /// stands after a restore, `unusual-spend` and `mail-failed` can be dismissed. While `refund-without-record` stands, its amount cannot be spent,
    /// and its account gets no refund and no automatic charge. `reason`: 1 to 200 characters.
    pub fn resolve_payment(
        &self,
        caller: &Caller,
        item: &str,
        resolution: Resolution,
        reason: &str,
    ) -> Reply<Resolved, OperatorError> {
        let request = ResolvePaymentRequest {
            caller: self.host.caller_for(ResolvePaymentRequest::FUNCTION, caller),
            item: item.to_owned(),
            resolution,
            reason: reason.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::resolve_payment`] for asynchronous programs.
    pub async fn resolve_payment_async(
        &self,
        caller: &Caller,
        item: &str,
        resolution: Resolution,
        reason: &str,
    ) -> Reply<Resolved, OperatorError> {
        let request = ResolvePaymentRequest {
            caller: self.host.caller_for(ResolvePaymentRequest::FUNCTION, caller),
            item: item.to_owned(),
            resolution,
            reason: reason.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct GetPolicyRequest {
    caller: Caller,
}

impl TypedRequest for GetPolicyRequest {
    const FUNCTION: &'static str = "operator.get-policy";
    type Answer = Result<Policy, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_get_policy(store, &self.caller)
    }
}

#[derive(Serialize)]
struct SetPolicyRequest {
    caller: Caller,
    policy: Policy,
}

impl TypedRequest for SetPolicyRequest {
    const FUNCTION: &'static str = "operator.set-policy";
    type Answer = Result<Policy, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_set_policy(store, &self.caller, &self.policy)
    }
}

#[derive(Serialize)]
struct SetLimitsRequest {
    caller: Caller,
    auth_id: String,
    limits: LimitsChange,
}

impl TypedRequest for SetLimitsRequest {
    const FUNCTION: &'static str = "operator.set-limits";
    type Answer = Result<Limits, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_set_limits(store, &self.caller, &self.auth_id, &self.limits)
    }
}

#[derive(Serialize)]
struct GetLimitsRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetLimitsRequest {
    const FUNCTION: &'static str = "operator.get-limits";
    type Answer = Result<Limits, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_get_limits(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct SetBillingRequest {
    caller: Caller,
    auth_id: String,
    billing: BillingTerms,
}

impl TypedRequest for SetBillingRequest {
    const FUNCTION: &'static str = "operator.set-billing";
    type Answer = Result<BillingTerms, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_set_billing(store, &self.caller, &self.auth_id, self.billing)
    }
}

#[derive(Serialize)]
struct GetBillingRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetBillingRequest {
    const FUNCTION: &'static str = "operator.get-billing";
    type Answer = Result<BillingTerms, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_get_billing(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct ReadLedgerRequest {
    caller: Caller,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ReadLedgerRequest {
    const FUNCTION: &'static str = "operator.read-ledger";
    type Answer = Result<LedgerPage, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_read_ledger(store, &self.caller, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct ReadTransactionRequest {
    caller: Caller,
    id: String,
}

impl TypedRequest for ReadTransactionRequest {
    const FUNCTION: &'static str = "operator.read-transaction";
    type Answer = Result<Vec<RatedEvent>, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_read_transaction(store, &self.caller, &self.id)
    }
}

#[derive(Serialize)]
struct CompareRequest {
    caller: Caller,
    accounts: Vec<Folded>,
}

impl TypedRequest for CompareRequest {
    const FUNCTION: &'static str = "operator.compare";
    type Answer = Result<Vec<Difference>, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_compare(store, &self.caller, &self.accounts)
    }
}

#[derive(Serialize)]
struct ReadChargesRequest {
    caller: Caller,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ReadChargesRequest {
    const FUNCTION: &'static str = "operator.read-charges";
    type Answer = Result<ChargedPage, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_read_charges(store, &self.caller, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct CompareTotalsRequest {
    caller: Caller,
    until: String,
    months: Vec<FoldedMonth>,
}

impl TypedRequest for CompareTotalsRequest {
    const FUNCTION: &'static str = "operator.compare-totals";
    type Answer = Result<TotalsComparison, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_compare_totals(store, &self.caller, &self.until, &self.months)
    }
}

#[derive(Serialize)]
struct CompareDerivedRequest {
    caller: Caller,
    accounts: Vec<String>,
}

impl TypedRequest for CompareDerivedRequest {
    const FUNCTION: &'static str = "operator.compare-derived";
    type Answer = Result<DerivedComparison, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_compare_derived(store, &self.caller, &self.accounts)
    }
}

#[derive(Serialize)]
struct CompareEventsRequest {
    caller: Caller,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for CompareEventsRequest {
    const FUNCTION: &'static str = "operator.compare-events";
    type Answer = Result<EventsComparison, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_compare_events(store, &self.caller, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct CompareIndexesRequest {
    caller: Caller,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for CompareIndexesRequest {
    const FUNCTION: &'static str = "operator.compare-indexes";
    type Answer = Result<IndexesComparison, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_compare_indexes(store, &self.caller, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct ListQueueRequest {
    caller: Caller,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListQueueRequest {
    const FUNCTION: &'static str = "operator.list-queue";
    type Answer = Result<QueuePage, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_list_queue(store, &self.caller, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct ResolvePaymentRequest {
    caller: Caller,
    item: String,
    resolution: Resolution,
    reason: String,
}

impl TypedRequest for ResolvePaymentRequest {
    const FUNCTION: &'static str = "operator.resolve-payment";
    type Answer = Result<Resolved, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_resolve_payment(store, &self.caller, &self.item, &self.resolution, &self.reason)
    }
}
