//! A host that can be made to die before or after any one thing that it asks of the world around it.
//!
//! A [`Fuse`] counts those moments. When it blows, whatever was asked *before* is not done, whatever was asked *after* is done and its
//! answer lost, and from then on nothing has any effect: no commit, no charge, no mail. Dropping that host and opening its store
//! again is what a new process does after a kill.

use coinbox_host::capability::{Capabilities, Instant, Inventory, Mailer, PaymentGateway, Random, Telephony, Vault};
use coinbox_host::contract::exported::about::Facts;
use coinbox_host::contract::exported::{accounts, usage};
use coinbox_host::contract::{email_types, inventory_types, payment_types, telephony_types, types, vault};
use coinbox_host::engine::{CallContext, CallError, CallOutcome, Class, RulesRuntime, RulesSlot};
use coinbox_host::storage::{
    Beginning, Checked, Direction, Durable, FeedLine, GroupChanges, Page, Source, StoreError, Timer, View,
};
use serde_json::Value;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Blows at one moment, counted from 1; never at 0.
pub struct Fuse {
    blows_at: AtomicU64,
    passed: AtomicU64,
    blown: AtomicBool,
    place: Mutex<String>,
}

impl Fuse {
    /// Blows at this moment.
    pub fn at(moment: u64) -> Arc<Fuse> {
        Arc::new(Fuse {
            blows_at: AtomicU64::new(moment),
            passed: AtomicU64::new(0),
            blown: AtomicBool::new(false),
            place: Mutex::default(),
        })
    }

    /// Never blows, but counts.
    pub fn never() -> Arc<Fuse> {
        Fuse::at(0)
    }

    /// Blows so many moments from now, at least one.
    pub fn arm(&self, moments: u64) {
        self.blows_at.store(self.passed().saturating_add(moments.max(1)), Ordering::SeqCst);
    }

    /// Moments that have passed.
    pub fn passed(&self) -> u64 {
        self.passed.load(Ordering::SeqCst)
    }

    /// Where it blew; empty: it has not.
    pub fn place(&self) -> String {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether the host is dead.
    pub fn is_blown(&self) -> bool {
        self.blown.load(Ordering::SeqCst)
    }

    /// One moment. Answers whether the host lives after it.
    fn pass(&self, when: &str, what: &str) -> bool {
        if self.is_blown() {
            return false;
        }
        if self.passed.fetch_add(1, Ordering::SeqCst) + 1 == self.blows_at.load(Ordering::SeqCst) {
            *self.place.lock().unwrap_or_else(PoisonError::into_inner) = format!("{when} {what}");
            self.blown.store(true, Ordering::SeqCst);
        }
        !self.is_blown()
    }

    /// Something that is asked: done or not, its answer given or lost.
    fn ask<T>(&self, what: &str, dead: impl Fn() -> T, work: impl FnOnce() -> T) -> T {
        if !self.pass("before", what) {
            return dead();
        }
        let answer = work();
        if self.pass("after", what) { answer } else { dead() }
    }
}

fn dead() -> StoreError {
    StoreError("the host was killed".to_owned())
}

/// Lent capabilities behind a fuse. The clock and the count of calls are not: they change nothing that is kept.
pub fn fused(capabilities: Capabilities, fuse: &Arc<Fuse>) -> Capabilities {
    let lent = Arc::new(Lent { inner: capabilities.clone(), fuse: fuse.clone() });
    Capabilities {
        clock: capabilities.clock,
        admission: capabilities.admission,
        random: lent.clone(),
        vault: lent.clone(),
        payment: lent.clone(),
        email: lent.clone(),
        telephony: lent.clone(),
        inventory: lent,
    }
}

struct Lent {
    inner: Capabilities,
    fuse: Arc<Fuse>,
}

impl Random for Lent {
    fn fill(&self, bytes: &mut [u8]) {
        // What a dead host draws does not matter: it is not kept.
        self.fuse.pass("before", "random");
        self.inner.random.fill(bytes);
    }
}

impl Vault for Lent {
    fn seal(&self, purpose: &str, secret: &str) -> String {
        self.fuse.pass("before", "vault.seal");
        self.inner.vault.seal(purpose, secret)
    }

    fn unseal(&self, purpose: &str, sealed: &str) -> Result<String, vault::UnsealError> {
        self.fuse.pass("before", "vault.unseal");
        self.inner.vault.unseal(purpose, sealed)
    }

    fn digest(&self, purpose: &str, input: &str) -> String {
        self.fuse.pass("before", "vault.digest");
        self.inner.vault.digest(purpose, input)
    }

    fn mark(&self, purpose: &str, input: &str) -> String {
        self.fuse.pass("before", "vault.mark");
        self.inner.vault.mark(purpose, input)
    }

    fn check(&self, purpose: &str, input: &str, mark: &str) -> vault::MarkVerdict {
        self.fuse.pass("before", "vault.check");
        self.inner.vault.check(purpose, input, mark)
    }

    fn hash_password(&self, password: &str) -> String {
        self.inner.vault.hash_password(password)
    }

    fn verify_password(&self, password: &str, hash: &str) -> vault::PasswordVerdict {
        self.inner.vault.verify_password(password, hash)
    }
}

fn unknown() -> payment_types::PaymentOutcome {
    payment_types::PaymentOutcome::Unknown("the host was killed".into())
}

impl PaymentGateway for Lent {
    fn charge(&self, request: payment_types::ChargeRequest) -> payment_types::PaymentOutcome {
        self.fuse.ask("payment.charge", unknown, || self.inner.payment.charge(request))
    }

    fn refund(&self, request: payment_types::RefundRequest) -> payment_types::PaymentOutcome {
        self.fuse.ask("payment.refund", unknown, || self.inner.payment.refund(request))
    }

    fn find(&self, key: &str) -> payment_types::Finding {
        self.fuse.ask("payment.find", || payment_types::Finding::NotFound, || self.inner.payment.find(key))
    }

    fn close(&self, key: &str) -> payment_types::Finding {
        self.fuse.ask("payment.close", || payment_types::Finding::NotFound, || self.inner.payment.close(key))
    }

    fn movements_since(&self, since: Instant, cursor: Option<&str>) -> Option<payment_types::MovementPage> {
        self.fuse.ask("payment.movements-since", || None, || self.inner.payment.movements_since(since, cursor))
    }

    fn describe_method(&self, token: &str) -> payment_types::MethodAnswer {
        let dead = || payment_types::MethodAnswer::NoSuchMethod;
        self.fuse.ask("payment.describe-method", dead, || self.inner.payment.describe_method(token))
    }

    fn forget_method(&self, token: &str) -> bool {
        self.fuse.ask("payment.forget-method", || false, || self.inner.payment.forget_method(token))
    }
}

impl Mailer for Lent {
    fn send(&self, message: &email_types::MailMessage) -> email_types::MailOutcome {
        let dead = || email_types::MailOutcome::Refused("the host was killed".into());
        self.fuse.ask("email.send", dead, || self.inner.email.send(message))
    }
}

impl Telephony for Lent {
    fn send_code(&self, message: &telephony_types::CodeMessage) -> telephony_types::CodeOutcome {
        let dead = || telephony_types::CodeOutcome::Refused("the host was killed".into());
        self.fuse.ask("telephony.send-code", dead, || self.inner.telephony.send_code(message))
    }

    fn hang_up(&self, request: &telephony_types::HangUpRequest) -> Vec<String> {
        self.fuse.ask("telephony.hang-up", Vec::new, || self.inner.telephony.hang_up(request))
    }
}

fn stock_unknown() -> inventory_types::StockOutcome {
    inventory_types::StockOutcome::Unknown("the host was killed".into())
}

impl Inventory for Lent {
    fn offer(&self, filter: &inventory_types::OfferFilter) -> Option<inventory_types::OfferPage> {
        self.fuse.ask("inventory.offer", || None, || self.inner.inventory.offer(filter))
    }

    fn order(&self, request: &inventory_types::OrderRequest) -> inventory_types::StockOutcome {
        self.fuse.ask("inventory.order", stock_unknown, || self.inner.inventory.order(request))
    }

    fn release(&self, request: &inventory_types::ReleaseRequest) -> inventory_types::StockOutcome {
        self.fuse.ask("inventory.release", stock_unknown, || self.inner.inventory.release(request))
    }

    fn find(&self, key: &str) -> Option<inventory_types::StockOutcome> {
        self.fuse.ask("inventory.find", || None, || self.inner.inventory.find(key))
    }

    fn orders_since(&self, since: Instant, cursor: Option<&str>) -> Option<inventory_types::StockPage> {
        self.fuse.ask("inventory.orders-since", || None, || self.inner.inventory.orders_since(since, cursor))
    }
}

/// A runtime whose calls read and stage through a fuse.
pub struct FusedRules<R> {
    rules: R,
    fuse: Arc<Fuse>,
}

impl<R> FusedRules<R> {
    /// In front of these rules: a reference or an [`Arc`] of a runtime.
    pub fn new(rules: R, fuse: &Arc<Fuse>) -> FusedRules<R> {
        FusedRules { rules, fuse: fuse.clone() }
    }

    fn run<T>(&self, context: CallContext<'_>, call: impl FnOnce(CallContext<'_>) -> CallOutcome<T>) -> CallOutcome<T> {
        let killed = || CallOutcome { answer: Err(CallError::Store(dead())), changes: None };
        if self.fuse.is_blown() {
            return killed();
        }
        let view = context.view.map(|view| -> Arc<dyn View> { Arc::new(FusedView { view, fuse: self.fuse.clone() }) });
        let outcome = call(CallContext { view, ..context });
        // Staging is the last thing that a command asks of its host.
        if outcome.changes.is_some()
            && !(self.fuse.pass("before", "storage.stage") && self.fuse.pass("after", "storage.stage"))
        {
            return killed();
        }
        if self.fuse.is_blown() { killed() } else { outcome }
    }
}

impl<R: Deref<Target: RulesRuntime> + Send + Sync> RulesRuntime for FusedRules<R> {
    fn facts(&self) -> &Facts {
        self.rules.facts()
    }

    fn class(&self, function: &str) -> Option<Class> {
        self.rules.class(function)
    }

    fn call(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        function: &str,
        arguments: &Value,
    ) -> CallOutcome {
        // What acts on the outside, or says what to ask of it, is a step of its own: a host may die before and after it.
        let is_effect = context.class == Class::Effect;
        if is_effect && !self.fuse.pass("before", function) {
            return CallOutcome { answer: Err(CallError::Store(dead())), changes: None };
        }
        let outcome = self.run(context, |context| self.rules.call(slot, context, function, arguments));
        if is_effect && !self.fuse.pass("after", function) {
            return CallOutcome { answer: Err(CallError::Store(dead())), changes: None };
        }
        outcome
    }

    fn record_events(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        events: &[usage::UsageEvent],
    ) -> CallOutcome<Result<usage::BatchAnswer, usage::UsageError>> {
        self.run(context, |context| self.rules.record_events(slot, context, caller, events))
    }

    fn record_columns(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        columns: &usage::EventColumns,
    ) -> CallOutcome<Result<usage::AnswerColumns, usage::UsageError>> {
        self.run(context, |context| self.rules.record_columns(slot, context, caller, columns))
    }

    fn get_account(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
        auth_id: &str,
    ) -> CallOutcome<Result<accounts::Account, accounts::AccountError>> {
        self.run(context, |context| self.rules.get_account(slot, context, caller, auth_id))
    }

    fn authenticate(
        &self,
        slot: Option<&mut RulesSlot>,
        context: CallContext<'_>,
        caller: &types::Caller,
    ) -> CallOutcome<Result<accounts::RateLimits, accounts::AccountError>> {
        self.run(context, |context| self.rules.authenticate(slot, context, caller))
    }
}

struct FusedView {
    view: Arc<dyn View>,
    fuse: Arc<Fuse>,
}

impl View for FusedView {
    fn store_name(&self) -> String {
        self.fuse.pass("before", "storage.store-name");
        self.view.store_name()
    }

    fn mark(&self) -> String {
        self.view.mark()
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Arc<str>>>, StoreError> {
        self.fuse.ask("storage.get-many", || Err(dead()), || self.view.get_many(keys))
    }

    fn scan(&self, first: &str, end: &str, direction: Direction, limit: u32) -> Result<Page, StoreError> {
        self.fuse.ask("storage.scan", || Err(dead()), || self.view.scan(first, end, direction, limit))
    }

    fn read_feed(&self, topic: Option<&str>, after: u64, limit: u32) -> Result<Vec<FeedLine>, StoreError> {
        self.fuse.ask("storage.read-feed", || Err(dead()), || self.view.read_feed(topic, after, limit))
    }
}

/// A store whose commits happen or do not.
pub struct FusedStore {
    store: Arc<dyn Durable>,
    fuse: Arc<Fuse>,
}

impl FusedStore {
    /// In front of this store.
    pub fn new(store: Arc<dyn Durable>, fuse: &Arc<Fuse>) -> FusedStore {
        FusedStore { store, fuse: fuse.clone() }
    }
}

impl Durable for FusedStore {
    fn store_name(&self) -> String {
        self.store.store_name()
    }

    fn mark(&self) -> String {
        self.store.mark()
    }

    fn beginning(&self) -> Result<Option<Beginning>, StoreError> {
        self.store.beginning()
    }

    fn moment(&self) -> Result<i64, StoreError> {
        self.store.moment()
    }

    fn last_position(&self) -> Result<u64, StoreError> {
        self.store.last_position()
    }

    fn timers(&self) -> Result<Vec<Timer>, StoreError> {
        self.store.timers()
    }

    fn commit(&self, group: &Arc<GroupChanges>) -> Result<(), StoreError> {
        self.fuse.ask("commit", || Err(dead()), || self.store.commit(group))
    }

    fn snapshot(&self) -> Result<Box<dyn View>, StoreError> {
        if self.fuse.is_blown() { Err(dead()) } else { self.store.snapshot() }
    }

    fn newest(&self) -> Result<Arc<dyn Source>, StoreError> {
        self.store.newest()
    }

    fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.store.backup(to)
    }

    fn record_version(&self) -> Result<u32, StoreError> {
        self.store.record_version()
    }

    fn note_record_version(&self, version: u32) -> Result<(), StoreError> {
        self.store.note_record_version(version)
    }

    fn keep_before_upgrade(&self) -> Result<Option<PathBuf>, StoreError> {
        self.store.keep_before_upgrade()
    }

    fn check(&self) -> Result<Checked, StoreError> {
        self.store.check()
    }
}
