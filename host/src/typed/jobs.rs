//! Work that the clock or an earlier decision has made due. The host drives it and decides nothing:
//!
//! 1. A timer is due. `begin` (command) decides what to do now, writes down that attempt n has started, and sets the timer again
//!    for the case that nobody comes back.
//! 2. The work is done, by one of two doors. Both ask the same of the outside, in the same order, and come to the same
//!    outcome; only a claim of a coupon that another store keeps needs the second door.
//! 3. `finish` (command) books the outcome and says what comes next.
//!
//! The first door is `perform` (effect). It does all the work in one call, in any instance, on any thread, as long as it takes. It asks
//! the outside through the imports payment, email, telephony and inventory.
//!
//! The second door is `next-request` (effect). It is for a host that cannot wait inside a call, or does not want an instance to wait
//! while a bank thinks. It uses no import but `vault`. The host calls it with the task and no answers, and gets a request. The host
//! carries the request out itself, adds the answer to its list, and calls again with the same task and all answers so far, until it
//! gets `done`. Each call may go to another instance. A host that uses this door only may lend capabilities that trap, all but
//! `inventory.offer`, which `numbers.offers` asks.
//!
//! A host may change the door from task to task. An attempt that began at one door does not go on at the other: its outcome is
//! `lost`, and the next attempt asks what became of it.
//!
//! Of the timers that are due, a host takes the one with the earliest moment in its lane, and of equal moments the one whose key comes first
//! by byte. Between lanes it keeps shares (`storage.lane`). Under a simulated clock the order is total: moment, then lane (`urgent`,
//! `normal`, `bulk`), then key. A timer that is being driven belongs to one driver. It stays where it is until it is moved or taken back;
//! what moves it meanwhile counts when driving ends. After `no-such-job` the host forgets it.
//!
//! A host that dies between any two steps, or between two requests, gets the timer again. Then `begin` hands out attempt n + 1, and
//! attempt n + 1 asks before it acts. Only `finish` may be repeated freely: a second finish of the same attempt changes nothing. Two
//! hosts may not hold one timer at once.
//!
//! Generated from `wit/jobs.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::{Coinbox, HostError};
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(no_inline)]
pub use crate::contract::coupon_types::{
    ClaimOutcome, ClaimedCoupon, CouponClaim, CouponDecline, CouponValidity, RefusedClaim,
};

#[doc(no_inline)]
pub use crate::contract::email_types::{
    AttachedDocument, Attachment, MailMessage, MailOutcome, Mailbox, OpenRecipient, Partly, RefusedMail,
    RefusedRecipient,
};

#[doc(inline)]
pub use crate::contract::exported::jobs::{
    CurrentAttempt, EffectStep, JobError, JobStanding, JobTask, NextStep, StoreBeginning, TaskOutcome, TaskWork,
};

#[doc(no_inline)]
pub use crate::contract::inventory_types::{
    NumberKind, OrderRequest, ReleaseRequest, StockMovement, StockOutcome, StockPage,
};

#[doc(no_inline)]
pub use crate::contract::outside_types::{MovementsRequest, OutsideAnswer, OutsideKey, OutsideRequest, StoredMethod};

#[doc(no_inline)]
pub use crate::contract::payment_types::{
    ChargeRequest, DeclineReason, Declined, Finding, MethodAnswer, MethodDescription, MethodKind, MovementPage, Paid,
    PaymentMovement, PaymentOutcome, RefundRequest,
};

#[doc(no_inline)]
pub use crate::contract::telephony_types::{
    CodeChannel, CodeMessage, CodeOutcome, HangUpCause, HangUpRequest, RefusedCode,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Blob, Currency, Duration, Fact, FieldProblem, FieldRule, Instant, Micros, NotSent, Pending, Problem, UnknownOutcome,
};

/// The functions of this interface with Rust types. [`Coinbox::jobs`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Work that the clock or an earlier decision has made due. The host drives it and decides nothing:
    pub fn jobs(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Begins the next attempt of a job. It may also decide and book many small things of one kind by itself (rent of
    /// up to 500 accounts) and answer `again`.
    pub fn begin(&self, job: &str) -> Reply<NextStep, JobError> {
        let request = BeginRequest { job: job.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::begin`] for asynchronous programs.
    pub async fn begin_async(&self, job: &str) -> Reply<NextStep, JobError> {
        let request = BeginRequest { job: job.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: command. Books what came of an attempt.
    pub fn finish(&self, job: &str, attempt: u32, done: TaskOutcome) -> Reply<NextStep, JobError> {
        let request = FinishRequest { job: job.to_owned(), attempt, done };
        self.host.ask(request)
    }

    /// [`Functions::finish`] for asynchronous programs.
    pub async fn finish_async(&self, job: &str, attempt: u32, done: TaskOutcome) -> Reply<NextStep, JobError> {
        let request = FinishRequest { job: job.to_owned(), attempt, done };
        self.host.ask_async(request).await
    }

    /// Class: command. The gateway has told the host, unasked, how a payment stands. The host has checked that the message is genuine.
    /// A key that the rules do not know is not refused: it is kept for reconciliation.
    pub fn payment_notice(&self, key: &str, outcome: PaymentOutcome) -> Reply<NextStep, JobError> {
        let request = PaymentNoticeRequest { key: key.to_owned(), outcome };
        self.host.ask(request)
    }

    /// [`Functions::payment_notice`] for asynchronous programs.
    pub async fn payment_notice_async(&self, key: &str, outcome: PaymentOutcome) -> Reply<NextStep, JobError> {
        let request = PaymentNoticeRequest { key: key.to_owned(), outcome };
        self.host.ask_async(request).await
    }

    /// Class: query. How a job stands. `none`: there is no such job, or no customer waits for jobs of this kind.
    pub fn look(&self, job: &str) -> Result<Option<JobStanding>, HostError> {
        let request = LookRequest { job: job.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::look`] for asynchronous programs.
    pub async fn look_async(&self, job: &str) -> Result<Option<JobStanding>, HostError> {
        let request = LookRequest { job: job.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: command. The host calls it before anything else: once on a store whose name it has just drawn, and with `again` each time
    /// it opens a store later. If a host leaves out `again`, what it would prepare is there a day later.
    pub fn store_opened(&self, beginning: StoreBeginning) -> Reply<(), JobError> {
        let request = StoreOpenedRequest { beginning };
        self.host.ask(request)
    }

    /// [`Functions::store_opened`] for asynchronous programs.
    pub async fn store_opened_async(&self, beginning: StoreBeginning) -> Reply<(), JobError> {
        let request = StoreOpenedRequest { beginning };
        self.host.ask_async(request).await
    }

    /// Class: command. The host of several stores has written shared records to this one (`about.describe`, `shared`), because a command of the home
    /// cell has changed them. What follows from them for the accounts of this store becomes due.
    /// @since 0.2.0
    pub fn shared_changed(&self) -> Reply<(), JobError> {
        let request = SharedChangedRequest {};
        self.host.ask(request)
    }

    /// [`Functions::shared_changed`] for asynchronous programs.
    pub async fn shared_changed_async(&self) -> Reply<(), JobError> {
        let request = SharedChangedRequest {};
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct BeginRequest {
    job: String,
}

impl TypedRequest for BeginRequest {
    const FUNCTION: &'static str = "jobs.begin";
    type Answer = Result<NextStep, JobError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_jobs();
        rules.call_begin(store, &self.job)
    }
}

#[derive(Serialize)]
struct FinishRequest {
    job: String,
    attempt: u32,
    done: TaskOutcome,
}

impl TypedRequest for FinishRequest {
    const FUNCTION: &'static str = "jobs.finish";
    type Answer = Result<NextStep, JobError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_jobs();
        rules.call_finish(store, &self.job, self.attempt, &self.done)
    }
}

#[derive(Serialize)]
struct PaymentNoticeRequest {
    key: String,
    outcome: PaymentOutcome,
}

impl TypedRequest for PaymentNoticeRequest {
    const FUNCTION: &'static str = "jobs.payment-notice";
    type Answer = Result<NextStep, JobError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_jobs();
        rules.call_payment_notice(store, &self.key, &self.outcome)
    }
}

#[derive(Serialize)]
struct LookRequest {
    job: String,
}

impl TypedRequest for LookRequest {
    const FUNCTION: &'static str = "jobs.look";
    type Answer = Option<JobStanding>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_jobs();
        rules.call_look(store, &self.job)
    }
}

#[derive(Serialize)]
struct StoreOpenedRequest {
    beginning: StoreBeginning,
}

impl TypedRequest for StoreOpenedRequest {
    const FUNCTION: &'static str = "jobs.store-opened";
    type Answer = Result<(), JobError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_jobs();
        rules.call_store_opened(store, self.beginning)
    }
}

#[derive(Serialize)]
struct SharedChangedRequest {}

impl TypedRequest for SharedChangedRequest {
    const FUNCTION: &'static str = "jobs.shared-changed";
    type Answer = Result<(), JobError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_jobs();
        rules.call_shared_changed(store)
    }
}
