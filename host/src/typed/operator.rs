//! What only the operator does: settings, the ledger, the proof that balances follow from the ledger, and the queue of what
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
    BillingTerms, ChangedSetting, ChargedPage, ChargedTransaction, Claim, DerivedComparison, Difference,
    EventsComparison, Folded, FoldedMonth, HistoryEntry, HistoryPage, IndexesComparison, KindFlow, LedgerPage,
    LedgerTransaction, OperatorError, PolicyVersion, Posting, QueueItem, QueuePage, RatedEvent, Resolution, Resolved,
    Setting, SettingChange, SettingFacts, Settings, SourceSum, TotalsComparison,
};

#[doc(no_inline)]
pub use crate::contract::payment_types::DeclineReason;

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Currency, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem,
    Refusal, RequestPart, Session, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::operator`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// What only the operator does: settings, the ledger, the proof that balances follow from the ledger, and the queue of what
    /// waits for a person.
    pub fn operator(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: query. Permission: operator `operator.describe-settings`. Describes every setting.
    pub fn describe_settings(&self, caller: &Caller) -> Reply<Vec<SettingFacts>, OperatorError> {
        let request =
            DescribeSettingsRequest { caller: self.host.caller_for(DescribeSettingsRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::describe_settings`] for asynchronous programs.
    pub async fn describe_settings_async(&self, caller: &Caller) -> Reply<Vec<SettingFacts>, OperatorError> {
        let request =
            DescribeSettingsRequest { caller: self.host.caller_for(DescribeSettingsRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.get-settings`. The policy: every setting with its value.
    pub fn get_settings(&self, caller: &Caller) -> Reply<Settings, OperatorError> {
        let request = GetSettingsRequest { caller: self.host.caller_for(GetSettingsRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::get_settings`] for asynchronous programs.
    pub async fn get_settings_async(&self, caller: &Caller) -> Reply<Settings, OperatorError> {
        let request = GetSettingsRequest { caller: self.host.caller_for(GetSettingsRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `operator.change-settings`. Changes what is named, 0 to 100 settings, and answers all settings in force
    /// (R88). Problems are named by `settings.` and the name of the setting, all at once, with limits in the form of the value. `version`: the
    /// version that was read; `none` changes whatever is there. A change that changes nothing makes no new version.
    pub fn change_settings(
        &self,
        caller: &Caller,
        version: Option<u32>,
        settings: Vec<SettingChange>,
    ) -> Reply<Settings, OperatorError> {
        let request = ChangeSettingsRequest {
            caller: self.host.caller_for(ChangeSettingsRequest::FUNCTION, caller),
            version,
            settings,
        };
        self.host.ask(request)
    }

    /// [`Functions::change_settings`] for asynchronous programs.
    pub async fn change_settings_async(
        &self,
        caller: &Caller,
        version: Option<u32>,
        settings: Vec<SettingChange>,
    ) -> Reply<Settings, OperatorError> {
        let request = ChangeSettingsRequest {
            caller: self.host.caller_for(ChangeSettingsRequest::FUNCTION, caller),
            version,
            settings,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.list-setting-changes`. Who changed what and when, newest first, 1 to 100 a page. The last 1000
    /// changes are kept.
    pub fn list_setting_changes(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<HistoryPage, OperatorError> {
        let request = ListSettingChangesRequest {
            caller: self.host.caller_for(ListSettingChangesRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_setting_changes`] for asynchronous programs.
    pub async fn list_setting_changes_async(
        &self,
        caller: &Caller,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<HistoryPage, OperatorError> {
        let request = ListSettingChangesRequest {
            caller: self.host.caller_for(ListSettingChangesRequest::FUNCTION, caller),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.get-account-settings`. The settings that a main account can have of its own, as they are in force.
    pub fn get_account_settings(&self, caller: &Caller, auth_id: &str) -> Reply<Settings, OperatorError> {
        let request = GetAccountSettingsRequest {
            caller: self.host.caller_for(GetAccountSettingsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_account_settings`] for asynchronous programs.
    pub async fn get_account_settings_async(&self, caller: &Caller, auth_id: &str) -> Reply<Settings, OperatorError> {
        let request = GetAccountSettingsRequest {
            caller: self.host.caller_for(GetAccountSettingsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `operator.change-account-settings`. As `change-settings`, for one main account. `version` counts the changes
    /// of this account's settings.
    pub fn change_account_settings(
        &self,
        caller: &Caller,
        auth_id: &str,
        version: Option<u32>,
        settings: Vec<SettingChange>,
    ) -> Reply<Settings, OperatorError> {
        let request = ChangeAccountSettingsRequest {
            caller: self.host.caller_for(ChangeAccountSettingsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            version,
            settings,
        };
        self.host.ask(request)
    }

    /// [`Functions::change_account_settings`] for asynchronous programs.
    pub async fn change_account_settings_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        version: Option<u32>,
        settings: Vec<SettingChange>,
    ) -> Reply<Settings, OperatorError> {
        let request = ChangeAccountSettingsRequest {
            caller: self.host.caller_for(ChangeAccountSettingsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            version,
            settings,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `operator.list-account-setting-changes`. As `list-setting-changes`. The last 100 changes are kept.
    pub fn list_account_setting_changes(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<HistoryPage, OperatorError> {
        let request = ListAccountSettingChangesRequest {
            caller: self.host.caller_for(ListAccountSettingChangesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_account_setting_changes`] for asynchronous programs.
    pub async fn list_account_setting_changes_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<HistoryPage, OperatorError> {
        let request = ListAccountSettingChangesRequest {
            caller: self.host.caller_for(ListAccountSettingChangesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after: after.map(str::to_owned),
            limit,
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

    /// Class: query. Permission: operator `operator.read-transaction`. The lines of the rated events of one usage
    /// transaction. An event that is split at tiers has a line for each part, side by side, with the same `id`; surcharges follow it.
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
struct DescribeSettingsRequest {
    caller: Caller,
}

impl TypedRequest for DescribeSettingsRequest {
    const FUNCTION: &'static str = "operator.describe-settings";
    type Answer = Result<Vec<SettingFacts>, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_describe_settings(store, &self.caller)
    }
}

#[derive(Serialize)]
struct GetSettingsRequest {
    caller: Caller,
}

impl TypedRequest for GetSettingsRequest {
    const FUNCTION: &'static str = "operator.get-settings";
    type Answer = Result<Settings, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_get_settings(store, &self.caller)
    }
}

#[derive(Serialize)]
struct ChangeSettingsRequest {
    caller: Caller,
    version: Option<u32>,
    settings: Vec<SettingChange>,
}

impl TypedRequest for ChangeSettingsRequest {
    const FUNCTION: &'static str = "operator.change-settings";
    type Answer = Result<Settings, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_change_settings(store, &self.caller, self.version, &self.settings)
    }
}

#[derive(Serialize)]
struct ListSettingChangesRequest {
    caller: Caller,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListSettingChangesRequest {
    const FUNCTION: &'static str = "operator.list-setting-changes";
    type Answer = Result<HistoryPage, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_list_setting_changes(store, &self.caller, self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct GetAccountSettingsRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetAccountSettingsRequest {
    const FUNCTION: &'static str = "operator.get-account-settings";
    type Answer = Result<Settings, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_get_account_settings(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct ChangeAccountSettingsRequest {
    caller: Caller,
    auth_id: String,
    version: Option<u32>,
    settings: Vec<SettingChange>,
}

impl TypedRequest for ChangeAccountSettingsRequest {
    const FUNCTION: &'static str = "operator.change-account-settings";
    type Answer = Result<Settings, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_change_account_settings(store, &self.caller, &self.auth_id, self.version, &self.settings)
    }
}

#[derive(Serialize)]
struct ListAccountSettingChangesRequest {
    caller: Caller,
    auth_id: String,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListAccountSettingChangesRequest {
    const FUNCTION: &'static str = "operator.list-account-setting-changes";
    type Answer = Result<HistoryPage, OperatorError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_operator();
        rules.call_list_account_setting_changes(store, &self.caller, &self.auth_id, self.after.as_deref(), self.limit)
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
