//! Usage events, rated and debited at once (USE-1, USE-6), summaries and exports of them (USE-4), and the zero-stop of chargeable requests and calls (CRD-10).
//!
//! Generated from `wit/usage.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::usage::{
    AnswerColumns, BatchAnswer, CarriedCall, CarriedPage, ChargeFilter, DailyChoice, DailySummary, EventAnswer,
    EventColumns, EventCount, Fate, Grouping, LinePage, PostedLine, ProductUse, Quote, QuotedSurcharge, RejectKey,
    RejectPage, RejectedEvent, Resubmission, RunningCall, SummaryPage, SummaryRow, UsageError,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Decimal, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, Suspension, Texts,
};

#[doc(no_inline)]
pub use crate::contract::usage_types::{Heading, Product, Rejection, UsageEvent};

/// The functions of this interface with Rust types. [`Coinbox::usage`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Usage events, rated and debited at once (USE-1, USE-6), summaries and exports of them (USE-4), and the zero-stop of chargeable requests and calls (CRD-10).
    pub fn usage(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Permission: operator `usage.record-events` (R40). Rates and debits the events in the order given. A bad event never
    /// spoils its neighbours. Of all states of an account only `closed` rejects an event (R14).
    pub fn record_events(&self, caller: &Caller, events: Vec<UsageEvent>) -> Reply<BatchAnswer, UsageError> {
        self.host.record_events(caller.clone(), events)
    }

    /// [`Functions::record_events`] for asynchronous programs.
    pub async fn record_events_async(
        &self,
        caller: &Caller,
        events: Vec<UsageEvent>,
    ) -> Reply<BatchAnswer, UsageError> {
        self.host.record_events_async(caller.clone(), events).await
    }

    /// Class: command. Permission: operator `usage.record-events`. The same as `record-events` in another form, for hosts that record much:
    /// the same events leave the same entries and get the same answers, and a key that was used with one form is used for the other.
    /// Columns that do not fit each other are `refused(invalid(…))`: nothing is recorded.
    pub fn record_columns(&self, caller: &Caller, columns: EventColumns) -> Reply<AnswerColumns, UsageError> {
        self.host.record_columns(caller.clone(), columns)
    }

    /// [`Functions::record_columns`] for asynchronous programs.
    pub async fn record_columns_async(
        &self,
        caller: &Caller,
        columns: EventColumns,
    ) -> Reply<AnswerColumns, UsageError> {
        self.host.record_columns_async(caller.clone(), columns).await
    }

    /// Class: query. The account's own token or an operator with `usage.quote-event`. What an event would cost at its own time.
    pub fn quote_event(&self, caller: &Caller, event: UsageEvent) -> Reply<Quote, UsageError> {
        let request = QuoteEventRequest { caller: self.host.caller_for(QuoteEventRequest::FUNCTION, caller), event };
        self.host.ask(request)
    }

    /// [`Functions::quote_event`] for asynchronous programs.
    pub async fn quote_event_async(&self, caller: &Caller, event: UsageEvent) -> Reply<Quote, UsageError> {
        let request = QuoteEventRequest { caller: self.host.caller_for(QuoteEventRequest::FUNCTION, caller), event };
        self.host.ask_async(request).await
    }

    /// Class: query. The account's or sub-account's own token, or an operator with `usage.admit`. May a chargeable request of this
    /// size begin now? Available must be above zero and cover the price, also when the price is zero (R12); otherwise the answer is
    /// `refused(out-of-credit(missing))`. A disabled sub-account and a suspended account are refused with the reason,
    /// a trial with `destination-not-verified` where a number is called or written to that it has not verified (ACC-6).
    pub fn admit(&self, caller: &Caller, event: UsageEvent) -> Reply<Quote, UsageError> {
        let request = AdmitRequest { caller: self.host.caller_for(AdmitRequest::FUNCTION, caller), event };
        self.host.ask(request)
    }

    /// [`Functions::admit`] for asynchronous programs.
    pub async fn admit_async(&self, caller: &Caller, event: UsageEvent) -> Reply<Quote, UsageError> {
        let request = AdmitRequest { caller: self.host.caller_for(AdmitRequest::FUNCTION, caller), event };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `usage.calls-started`. Names 1 to 1000 running calls, so that they can be ended when the
    /// credit is gone (CRD-10, R48). A call that is named again changes nothing. Calls that are named at a balance of zero or below are
    /// ended at once.
    pub fn calls_started(&self, caller: &Caller, calls: Vec<RunningCall>) -> Reply<(), UsageError> {
        let request =
            CallsStartedRequest { caller: self.host.caller_for(CallsStartedRequest::FUNCTION, caller), calls };
        self.host.ask(request)
    }

    /// [`Functions::calls_started`] for asynchronous programs.
    pub async fn calls_started_async(&self, caller: &Caller, calls: Vec<RunningCall>) -> Reply<(), UsageError> {
        let request =
            CallsStartedRequest { caller: self.host.caller_for(CallsStartedRequest::FUNCTION, caller), calls };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `usage.calls-ended`. Takes 1 to 1000 calls off the list of running calls. Unknown names are
    /// ignored.
    pub fn calls_ended(&self, caller: &Caller, auth_id: &str, calls: Vec<String>) -> Reply<(), UsageError> {
        let request = CallsEndedRequest {
            caller: self.host.caller_for(CallsEndedRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            calls,
        };
        self.host.ask(request)
    }

    /// [`Functions::calls_ended`] for asynchronous programs.
    pub async fn calls_ended_async(&self, caller: &Caller, auth_id: &str, calls: Vec<String>) -> Reply<(), UsageError> {
        let request = CallsEndedRequest {
            caller: self.host.caller_for(CallsEndedRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            calls,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The account's own token or an operator with `usage.list-calls`. Running calls of a main account and its
    /// sub-accounts, newest first, at most 1000.
    pub fn list_calls(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<RunningCall>, UsageError> {
        let request = ListCallsRequest {
            caller: self.host.caller_for(ListCallsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::list_calls`] for asynchronous programs.
    pub async fn list_calls_async(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<RunningCall>, UsageError> {
        let request = ListCallsRequest {
            caller: self.host.caller_for(ListCallsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `usage.list-running`. Running calls of all accounts, 1 to 500 a page (USE-10). With `source`, only
    /// those that it carries; such a page looks at 2 000 calls at most.
    pub fn list_running(
        &self,
        caller: &Caller,
        source: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<CarriedPage, UsageError> {
        let request = ListRunningRequest {
            caller: self.host.caller_for(ListRunningRequest::FUNCTION, caller),
            source: source.map(str::to_owned),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_running`] for asynchronous programs.
    pub async fn list_running_async(
        &self,
        caller: &Caller,
        source: Option<&str>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<CarriedPage, UsageError> {
        let request = ListRunningRequest {
            caller: self.host.caller_for(ListRunningRequest::FUNCTION, caller),
            source: source.map(str::to_owned),
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The account's or sub-account's own token, or an operator with `usage.summary` (USE-4). What was charged on at most
    /// 400 local days, such as `2026-11-01` to `2026-11-30`, both included. A late event counts on the day it happened. Days are those
    /// of the time zone that the account had when the event was added up. The summary of a main account includes its sub-accounts; the
    /// summary of a sub-account has only itself (SUB-3). Only a summary by sub-account of more than 5 000 days and accounts has a next
    /// page.
    pub fn summary(
        &self,
        caller: &Caller,
        auth_id: &str,
        from_day: &str,
        to_day: &str,
        group: Vec<Grouping>,
        after: Option<&str>,
        filter: Option<ChargeFilter>,
    ) -> Reply<SummaryPage, UsageError> {
        let request = SummaryRequest {
            caller: self.host.caller_for(SummaryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            from_day: from_day.to_owned(),
            to_day: to_day.to_owned(),
            group,
            after: after.map(str::to_owned),
            filter,
        };
        self.host.ask(request)
    }

    /// [`Functions::summary`] for asynchronous programs.
    pub async fn summary_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        from_day: &str,
        to_day: &str,
        group: Vec<Grouping>,
        after: Option<&str>,
        filter: Option<ChargeFilter>,
    ) -> Reply<SummaryPage, UsageError> {
        let request = SummaryRequest {
            caller: self.host.caller_for(SummaryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            from_day: from_day.to_owned(),
            to_day: to_day.to_owned(),
            group,
            after: after.map(str::to_owned),
            filter,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The account's or sub-account's own token, or an operator with `usage.list-lines`. Lists charges one by one, for
    /// export: those that were posted at or after `posted-from` and before `posted-before`.
    pub fn list_lines(
        &self,
        caller: &Caller,
        auth_id: &str,
        posted_from: Instant,
        posted_before: Instant,
        after: Option<&str>,
        filter: Option<ChargeFilter>,
    ) -> Reply<LinePage, UsageError> {
        let request = ListLinesRequest {
            caller: self.host.caller_for(ListLinesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            posted_from,
            posted_before,
            after: after.map(str::to_owned),
            filter,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_lines`] for asynchronous programs.
    pub async fn list_lines_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        posted_from: Instant,
        posted_before: Instant,
        after: Option<&str>,
        filter: Option<ChargeFilter>,
    ) -> Reply<LinePage, UsageError> {
        let request = ListLinesRequest {
            caller: self.host.caller_for(ListLinesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            posted_from,
            posted_before,
            after: after.map(str::to_owned),
            filter,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The account's own token or an operator with `usage.get-daily-summary`.
    pub fn get_daily_summary(&self, caller: &Caller, auth_id: &str) -> Reply<DailySummary, UsageError> {
        let request = GetDailySummaryRequest {
            caller: self.host.caller_for(GetDailySummaryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get_daily_summary`] for asynchronous programs.
    pub async fn get_daily_summary_async(&self, caller: &Caller, auth_id: &str) -> Reply<DailySummary, UsageError> {
        let request = GetDailySummaryRequest {
            caller: self.host.caller_for(GetDailySummaryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. The account's own token or an operator with `usage.set-daily-summary`. Switches the daily mail on or off, or
    /// leaves it to the policy. There is one mail for each local day with charges. It is sent on the next day, at the policy's hour.
    pub fn set_daily_summary(
        &self,
        caller: &Caller,
        auth_id: &str,
        choice: DailyChoice,
    ) -> Reply<DailySummary, UsageError> {
        let request = SetDailySummaryRequest {
            caller: self.host.caller_for(SetDailySummaryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            choice,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_daily_summary`] for asynchronous programs.
    pub async fn set_daily_summary_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        choice: DailyChoice,
    ) -> Reply<DailySummary, UsageError> {
        let request = SetDailySummaryRequest {
            caller: self.host.caller_for(SetDailySummaryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            choice,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `usage.list-rejected`. Rejected events in order of their own time, 1 to 500 a page. If an account
    /// or a reason is given, only the events of this account (of a main account with its sub-accounts) or this reason. Such a page looks
    /// at 2 000 events at most, so it may be short, or empty, and still have a next page.
    pub fn list_rejected(
        &self,
        caller: &Caller,
        auth_id: Option<&str>,
        reason: Option<Rejection>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<RejectPage, UsageError> {
        let request = ListRejectedRequest {
            caller: self.host.caller_for(ListRejectedRequest::FUNCTION, caller),
            auth_id: auth_id.map(str::to_owned),
            reason,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_rejected`] for asynchronous programs.
    pub async fn list_rejected_async(
        &self,
        caller: &Caller,
        auth_id: Option<&str>,
        reason: Option<Rejection>,
        after: Option<&str>,
        limit: u32,
    ) -> Reply<RejectPage, UsageError> {
        let request = ListRejectedRequest {
            caller: self.host.caller_for(ListRejectedRequest::FUNCTION, caller),
            auth_id: auth_id.map(str::to_owned),
            reason,
            after: after.map(str::to_owned),
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `usage.resubmit`. Rates 1 to 1000 mended events. Events that were rated, or had been counted
    /// before, leave the list; the others stay with their new reason.
    pub fn resubmit(&self, caller: &Caller, events: Vec<Resubmission>) -> Reply<BatchAnswer, UsageError> {
        let request = ResubmitRequest { caller: self.host.caller_for(ResubmitRequest::FUNCTION, caller), events };
        self.host.ask(request)
    }

    /// [`Functions::resubmit`] for asynchronous programs.
    pub async fn resubmit_async(&self, caller: &Caller, events: Vec<Resubmission>) -> Reply<BatchAnswer, UsageError> {
        let request = ResubmitRequest { caller: self.host.caller_for(ResubmitRequest::FUNCTION, caller), events };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `usage.discard`. Takes 1 to 1000 events off the list for good.
    pub fn discard(&self, caller: &Caller, keys: Vec<String>) -> Reply<(), UsageError> {
        let request = DiscardRequest { caller: self.host.caller_for(DiscardRequest::FUNCTION, caller), keys };
        self.host.ask(request)
    }

    /// [`Functions::discard`] for asynchronous programs.
    pub async fn discard_async(&self, caller: &Caller, keys: Vec<String>) -> Reply<(), UsageError> {
        let request = DiscardRequest { caller: self.host.caller_for(DiscardRequest::FUNCTION, caller), keys };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct QuoteEventRequest {
    caller: Caller,
    event: UsageEvent,
}

impl TypedRequest for QuoteEventRequest {
    const FUNCTION: &'static str = "usage.quote-event";
    type Answer = Result<Quote, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_quote_event(store, &self.caller, &self.event)
    }
}

#[derive(Serialize)]
struct AdmitRequest {
    caller: Caller,
    event: UsageEvent,
}

impl TypedRequest for AdmitRequest {
    const FUNCTION: &'static str = "usage.admit";
    type Answer = Result<Quote, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_admit(store, &self.caller, &self.event)
    }
}

#[derive(Serialize)]
struct CallsStartedRequest {
    caller: Caller,
    calls: Vec<RunningCall>,
}

impl TypedRequest for CallsStartedRequest {
    const FUNCTION: &'static str = "usage.calls-started";
    type Answer = Result<(), UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_calls_started(store, &self.caller, &self.calls)
    }
}

#[derive(Serialize)]
struct CallsEndedRequest {
    caller: Caller,
    auth_id: String,
    calls: Vec<String>,
}

impl TypedRequest for CallsEndedRequest {
    const FUNCTION: &'static str = "usage.calls-ended";
    type Answer = Result<(), UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_calls_ended(store, &self.caller, &self.auth_id, &self.calls)
    }
}

#[derive(Serialize)]
struct ListCallsRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for ListCallsRequest {
    const FUNCTION: &'static str = "usage.list-calls";
    type Answer = Result<Vec<RunningCall>, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_list_calls(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct ListRunningRequest {
    caller: Caller,
    source: Option<String>,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListRunningRequest {
    const FUNCTION: &'static str = "usage.list-running";
    type Answer = Result<CarriedPage, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_list_running(store, &self.caller, self.source.as_deref(), self.after.as_deref(), self.limit)
    }
}

#[derive(Serialize)]
struct SummaryRequest {
    caller: Caller,
    auth_id: String,
    from_day: String,
    to_day: String,
    group: Vec<Grouping>,
    after: Option<String>,
    filter: Option<ChargeFilter>,
}

impl TypedRequest for SummaryRequest {
    const FUNCTION: &'static str = "usage.summary";
    type Answer = Result<SummaryPage, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_summary(
            store,
            &self.caller,
            &self.auth_id,
            &self.from_day,
            &self.to_day,
            &self.group,
            self.after.as_deref(),
            self.filter.as_ref(),
        )
    }
}

#[derive(Serialize)]
struct ListLinesRequest {
    caller: Caller,
    auth_id: String,
    posted_from: Instant,
    posted_before: Instant,
    after: Option<String>,
    filter: Option<ChargeFilter>,
}

impl TypedRequest for ListLinesRequest {
    const FUNCTION: &'static str = "usage.list-lines";
    type Answer = Result<LinePage, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_list_lines(
            store,
            &self.caller,
            &self.auth_id,
            self.posted_from,
            self.posted_before,
            self.after.as_deref(),
            self.filter.as_ref(),
        )
    }
}

#[derive(Serialize)]
struct GetDailySummaryRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for GetDailySummaryRequest {
    const FUNCTION: &'static str = "usage.get-daily-summary";
    type Answer = Result<DailySummary, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_get_daily_summary(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct SetDailySummaryRequest {
    caller: Caller,
    auth_id: String,
    choice: DailyChoice,
}

impl TypedRequest for SetDailySummaryRequest {
    const FUNCTION: &'static str = "usage.set-daily-summary";
    type Answer = Result<DailySummary, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_set_daily_summary(store, &self.caller, &self.auth_id, self.choice)
    }
}

#[derive(Serialize)]
struct ListRejectedRequest {
    caller: Caller,
    auth_id: Option<String>,
    reason: Option<Rejection>,
    after: Option<String>,
    limit: u32,
}

impl TypedRequest for ListRejectedRequest {
    const FUNCTION: &'static str = "usage.list-rejected";
    type Answer = Result<RejectPage, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_list_rejected(
            store,
            &self.caller,
            self.auth_id.as_deref(),
            self.reason,
            self.after.as_deref(),
            self.limit,
        )
    }
}

#[derive(Serialize)]
struct ResubmitRequest {
    caller: Caller,
    events: Vec<Resubmission>,
}

impl TypedRequest for ResubmitRequest {
    const FUNCTION: &'static str = "usage.resubmit";
    type Answer = Result<BatchAnswer, UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_resubmit(store, &self.caller, &self.events)
    }
}

#[derive(Serialize)]
struct DiscardRequest {
    caller: Caller,
    keys: Vec<String>,
}

impl TypedRequest for DiscardRequest {
    const FUNCTION: &'static str = "usage.discard";
    type Answer = Result<(), UsageError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_usage();
        rules.call_discard(store, &self.caller, &self.keys)
    }
}
