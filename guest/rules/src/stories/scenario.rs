//! Whole stories in unit tests: accounts with cards, a scripted gateway, and jobs driven in order of moment, lane and key.

use crate::access::functions;
use crate::accounts::{self, AccountType, NewAccount};
use crate::credit::movements::adjustments::{self, Adjustment};
use crate::credit::settings::auto_recharge::{self, RechargeStanding, RechargeStatus};
use crate::credit::settings::balance::{self, Balance};
use crate::credit::watch::recharge::{Caps, RechargeSettings};
use crate::ground::interfaces;
use crate::ground::job::Next;
use crate::ground::money::Money;
use crate::ground::outside::{
    ChargeRequest, CodeMessage, DeclineReason, Declined, Effects, Finding, HangUpRequest, MailOutcome, Message,
    MethodAnswer, MethodDescription, MethodKind, Movement, MovementPage, NotSent, OfferFilter, OfferPage,
    OpenRecipient, OrderRequest, Paid, Partly, PaymentOutcome, RefundRequest, RefusedRecipient, ReleaseRequest,
    StockMovement, StockOutcome, StockPage, TelephonyOutcome,
};
use crate::ground::port::Vault;
use crate::ground::testing::{Fake, OpenVault, START, operator_with};
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Caller, DAY_MS, Fact, HOUR_MS, Instant, MINUTE_MS};
use crate::jobs;
use crate::payments::cards;
use crate::payments::charges;
use crate::policy::{self, Policy, SettingChange, Settings};
use crate::profiles::policy::settings::differences;
use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// An operator who holds every permission.
pub(crate) fn operator() -> Caller {
    let every: Vec<&str> = functions::functions().iter().filter_map(|function| function.permission).collect();
    operator_with(&every)
}

/// Changes of settings by name.
pub(crate) fn changes(named: &[(&str, &str)]) -> Vec<SettingChange> {
    named
        .iter()
        .map(|(name, value)| SettingChange { name: (*name).to_owned(), value: Some((*value).to_owned()) })
        .collect()
}

/// Changes the settings in which the changed policy differs.
pub(crate) fn change_policy(
    turn: &mut Turn<'_>,
    change: impl FnOnce(&mut Policy),
) -> Result<Settings, interfaces::operator::Error> {
    let before = Policy::load(turn)?;
    let mut after = before.as_ref().clone();
    change(&mut after);
    let changed = differences(&before, &after).into_iter();
    let changes = changed.map(|one| SettingChange { name: one.name, value: one.after }).collect();
    policy::change_settings(turn, &operator(), Some(before.version), changes)
}

/// What the gateway answers to the next charge that it does not know yet.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Answer {
    Approve,
    Decline,
    /// Charged, and the answer was lost.
    LostAfter,
    /// Nothing arrived.
    LostBefore,
}

/// A gateway that remembers every key.
#[derive(Default)]
pub(crate) struct Gateway {
    script: RefCell<Vec<Answer>>,
    known: RefCell<BTreeMap<String, PaymentOutcome>>,
    pub(crate) paid: RefCell<Vec<(String, i64)>>,
    /// Charge keys and amounts of what was given back.
    pub(crate) refunded: RefCell<Vec<(String, i64)>>,
    /// What came with charges and refunds, by key.
    pub(crate) metadata: RefCell<BTreeMap<String, Vec<Fact>>>,
    /// What the gateway lists besides the charges of this story.
    pub(crate) others: RefCell<Vec<Movement>>,
    /// From when on its list and that of the stock are complete; otherwise from when they are asked for.
    pub(crate) complete_since: Cell<Option<Instant>>,
    /// Whether neither the gateway nor the stock can be asked.
    pub(crate) lists_nothing: Cell<bool>,
    /// When the stock carries things out; otherwise at the beginning.
    pub(crate) stock_at: Cell<Option<Instant>>,
    /// What the stock lists.
    pub(crate) stock_list: RefCell<Vec<StockMovement>>,
    /// The answers to the next refunds.
    pub(crate) refund_script: RefCell<Vec<Answer>>,
    /// When charges are paid; otherwise at the beginning.
    pub(crate) paid_at: Cell<Option<Instant>>,
    pub(crate) mails: RefCell<Vec<Message>>,
    /// Addresses that the mail system refuses.
    pub(crate) bad_addresses: RefCell<Vec<String>>,
    /// Addresses that it takes nothing for now.
    pub(crate) full_addresses: RefCell<Vec<String>>,
    /// Why it takes nothing for anybody.
    pub(crate) takes_no_mail: RefCell<Option<String>>,
    /// What the stock offers.
    pub(crate) offers: RefCell<Option<OfferPage>>,
    pub(crate) warnings: RefCell<Vec<String>>,
    pub(crate) hang_ups: RefCell<Vec<HangUpRequest>>,
    /// What the stock answers to the next orders and releases that it does not know yet.
    pub(crate) stock_script: RefCell<Vec<StockOutcome>>,
    /// Final answers of the stock by key.
    pub(crate) stock: RefCell<BTreeMap<String, StockOutcome>>,
    /// Orders and releases that were carried out.
    pub(crate) delivered: RefCell<Vec<(&'static str, String)>>,
}

impl Gateway {
    /// What was carried out under this key is listed from now on.
    fn stock_lists(&self, release: bool, key: &str, number: &str, auth_id: &str, metadata: &[Fact]) {
        let carried_out = self.stock.borrow().get(key) == Some(&StockOutcome::Done);
        let mut list = self.stock_list.borrow_mut();
        if carried_out && list.iter().all(|listed| listed.key != key) {
            list.push(StockMovement {
                key: key.to_owned(),
                release,
                number: number.to_owned(),
                auth_id: auth_id.to_owned(),
                at: self.stock_at.get().unwrap_or(START),
                done: true,
                metadata: metadata.to_vec(),
            });
        }
    }

    fn stock_acts(&self, what: &'static str, key: &str, number: &str) -> StockOutcome {
        if let Some(known) = self.stock.borrow().get(key) {
            return known.clone();
        }
        let mut script = self.stock_script.borrow_mut();
        let outcome = if script.is_empty() { StockOutcome::Done } else { script.remove(0) };
        if matches!(outcome, StockOutcome::Done | StockOutcome::NotAvailable) {
            self.stock.borrow_mut().insert(key.to_owned(), outcome.clone());
        }
        if outcome == StockOutcome::Done {
            self.delivered.borrow_mut().push((what, number.to_owned()));
        }
        outcome
    }
}

impl Effects for Gateway {
    fn vault(&self) -> &dyn Vault {
        &OpenVault
    }

    fn charge(&self, request: &ChargeRequest) -> PaymentOutcome {
        if let Some(known) = self.known.borrow().get(&request.key) {
            return known.clone();
        }
        self.metadata.borrow_mut().insert(request.key.clone(), request.metadata.clone());
        let mut script = self.script.borrow_mut();
        let answer = if script.is_empty() { Answer::Approve } else { script.remove(0) };
        let at = self.paid_at.get().unwrap_or(START);
        let paid = PaymentOutcome::Paid(Paid { reference: format!("ref-{}", request.key), at });
        let declined =
            PaymentOutcome::Declined(Declined { reason: DeclineReason::InsufficientFunds, code: "51".to_owned() });
        let (kept, told) = match answer {
            Answer::Approve => (Some(paid.clone()), paid),
            Answer::Decline => (Some(declined.clone()), declined),
            Answer::LostAfter => (Some(paid), PaymentOutcome::Unknown("time-out".to_owned())),
            Answer::LostBefore => (None, PaymentOutcome::Unknown("time-out".to_owned())),
        };
        if let Some(kept) = kept {
            if matches!(kept, PaymentOutcome::Paid(_)) {
                self.paid.borrow_mut().push((request.key.clone(), request.amount));
            }
            self.known.borrow_mut().insert(request.key.clone(), kept);
        }
        told
    }

    fn refund(&self, request: &RefundRequest) -> PaymentOutcome {
        if let Some(known) = self.known.borrow().get(&request.key) {
            return known.clone();
        }
        let mut script = self.refund_script.borrow_mut();
        let answer = if script.is_empty() { Answer::Approve } else { script.remove(0) };
        let paid = PaymentOutcome::Paid(Paid { reference: format!("ref-{}", request.key), at: START });
        let declined =
            PaymentOutcome::Declined(Declined { reason: DeclineReason::MethodRemoved, code: "46".to_owned() });
        let lost = PaymentOutcome::Unknown("time-out".to_owned());
        let (kept, told) = match answer {
            Answer::Approve => (paid.clone(), paid),
            Answer::Decline => (declined.clone(), declined),
            Answer::LostAfter => (paid, lost),
            Answer::LostBefore => return lost,
        };
        if let PaymentOutcome::Paid(paid) = &kept {
            self.refunded.borrow_mut().push((request.charge_key.clone(), request.amount));
            self.others.borrow_mut().push(Movement {
                key: request.key.clone(),
                refund: true,
                charge_key: Some(request.charge_key.clone()),
                amount: request.amount,
                currency: request.currency.clone(),
                received: START,
                paid: Some(paid.clone()),
                metadata: request.metadata.clone(),
            });
        }
        self.known.borrow_mut().insert(request.key.clone(), kept);
        told
    }

    fn find(&self, key: &str) -> Finding {
        self.known.borrow().get(key).cloned().map_or(Finding::NotFound, Finding::Found)
    }

    fn close(&self, key: &str) -> Finding {
        self.known.borrow().get(key).cloned().map_or(Finding::Closed, Finding::Found)
    }

    fn movements_since(&self, since: Instant, _: Option<&str>) -> Option<MovementPage> {
        if self.lists_nothing.get() {
            return None;
        }
        let movement = |(key, amount): &(String, i64)| Movement {
            key: key.clone(),
            refund: false,
            charge_key: None,
            amount: *amount,
            currency: "USD".to_owned(),
            received: START,
            paid: Some(Paid { reference: format!("ref-{key}"), at: START }),
            metadata: self.metadata.borrow().get(key).cloned().unwrap_or_default(),
        };
        let mut movements: Vec<Movement> = self.paid.borrow().iter().map(movement).collect();
        movements.extend(self.others.borrow().iter().cloned());
        Some(MovementPage { movements, next: None, complete_since: self.complete_since.get().unwrap_or(since) })
    }

    fn describe_method(&self, _: &str) -> MethodAnswer {
        MethodAnswer::Described(MethodDescription {
            kind: MethodKind::Card,
            brand: "Visa".to_owned(),
            last_four: "4242".to_owned(),
            expires_year: Some(2030),
            expires_month: Some(12),
        })
    }

    fn forget_method(&self, _: &str) -> bool {
        true
    }

    fn send_mail(&self, message: &Message) -> MailOutcome {
        let ask_again = START;
        if let Some(cause) = self.takes_no_mail.borrow().clone() {
            return MailOutcome::NotSent(NotSent { ask_again, cause });
        }
        let bad = self.bad_addresses.borrow();
        let (refused, to): (Vec<_>, Vec<_>) =
            message.to.iter().cloned().partition(|mailbox| bad.contains(&mailbox.address));
        let refused: Vec<RefusedRecipient> = refused
            .into_iter()
            .map(|mailbox| RefusedRecipient { address: mailbox.address, cause: "550 no such user".to_owned() })
            .collect();
        let full = self.full_addresses.borrow();
        let (open, to): (Vec<_>, Vec<_>) = to.into_iter().partition(|mailbox| full.contains(&mailbox.address));
        if !to.is_empty() {
            self.mails.borrow_mut().push(Message { to, ..message.clone() });
        }
        if !open.is_empty() {
            let cause = || "452 mailbox full".to_owned();
            let open = open.into_iter().map(|mailbox| OpenRecipient { address: mailbox.address, cause: cause() });
            return MailOutcome::SentPartly(Partly { refused, open: open.collect(), ask_again });
        }
        if refused.is_empty() { MailOutcome::Sent } else { MailOutcome::SentExcept(refused) }
    }

    fn send_code(&self, _: &CodeMessage) -> TelephonyOutcome {
        TelephonyOutcome::Accepted
    }

    fn hang_up(&self, request: &HangUpRequest) -> Vec<String> {
        self.hang_ups.borrow_mut().push(request.clone());
        Vec::new()
    }

    fn offer(&self, _: &OfferFilter) -> Option<OfferPage> {
        self.offers.borrow().clone()
    }

    fn order(&self, request: &OrderRequest) -> StockOutcome {
        let outcome = self.stock_acts("order", &request.key, &request.number);
        self.stock_lists(false, &request.key, &request.number, &request.auth_id, &request.metadata);
        outcome
    }

    fn release(&self, request: &ReleaseRequest) -> StockOutcome {
        let outcome = self.stock_acts("release", &request.key, &request.number);
        self.stock_lists(true, &request.key, &request.number, &request.auth_id, &request.metadata);
        outcome
    }

    fn find_order(&self, key: &str) -> Option<StockOutcome> {
        self.stock.borrow().get(key).cloned()
    }

    fn warn(&self, text: &str) {
        self.warnings.borrow_mut().push(text.to_owned());
    }

    fn orders_since(&self, since: Instant, _: Option<&str>) -> Option<StockPage> {
        if self.lists_nothing.get() {
            return None;
        }
        let complete_since = self.complete_since.get().unwrap_or(since);
        Some(StockPage { movements: self.stock_list.borrow().clone(), next: None, complete_since })
    }
}

/// One account in one store, with a gateway.
pub(crate) struct Story {
    pub(crate) fake: Fake,
    pub(crate) gateway: Gateway,
    pub(crate) now: Instant,
    pub(crate) account: String,
}

impl Story {
    /// A standard account with a card that is approved unless the script says otherwise.
    pub(crate) fn new() -> Story {
        let story = Story::without_seller();
        // As an operator sets it before anything else: documents need it.
        story.fake.plant(
            policy::KEY,
            r#"{"v":1,"policy":{"seller":{"legal-name":"Seller Inc.","address-lines":["1 Road"],"country":"NZ","tax-id":"","email":""}}}"#,
        );
        story
    }

    /// With a policy that was never set.
    pub(crate) fn without_seller() -> Story {
        let fake = Fake::new();
        let created = fake
            .command(START, |turn| {
                accounts::create(
                    turn,
                    &operator(),
                    NewAccount {
                        currency: None,
                        account_type: AccountType::Standard,
                        name: "Acme".to_owned(),
                        email: "owner@acme.example".to_owned(),
                        address: String::new(),
                        city: String::new(),
                        state: String::new(),
                        timezone: "UTC".to_owned(),
                    },
                )
            })
            .expect("a good account");
        let mut story = Story { fake, gateway: Gateway::default(), now: START, account: created.auth_id };
        story.command(|turn, auth| cards::add_card(turn, &operator(), auth, "tok_1".to_owned(), false));
        story
    }

    /// The answers to the next charges.
    pub(crate) fn script(&self, answers: &[Answer]) {
        *self.gateway.script.borrow_mut() = answers.to_vec();
    }

    /// Runs a command that must succeed, and everything that it makes due.
    pub(crate) fn command<T, E: std::fmt::Debug>(
        &mut self,
        run: impl FnOnce(&mut crate::ground::turn::Turn<'_>, String) -> Result<T, E>,
    ) -> T {
        let account = self.account.clone();
        let answer = self.fake.command(self.now, |turn| run(turn, account)).expect("a good command");
        self.drain();
        answer
    }

    /// Drives what is due now.
    pub(crate) fn drain(&mut self) {
        for _ in 0..10_000 {
            let due = self
                .fake
                .timers()
                .into_iter()
                .filter(|(_, (_, due))| *due <= self.now)
                .min_by_key(|(key, (lane, due))| (*due, *lane, key.clone()));
            let Some((job, _)) = due else { return };
            self.drive(&job);
        }
        panic!("jobs become due for ever: {:?}", self.fake.timers());
    }

    fn drive(&mut self, job: &str) {
        let mut next = self.fake.command(self.now, |turn| jobs::begin(turn, job.to_owned())).expect("a known job");
        while let Next::Perform(task) = next {
            let attempt = task.attempt;
            let done = jobs::perform(&self.gateway, task);
            next = self
                .fake
                .command(self.now, |turn| jobs::finish(turn, job.to_owned(), attempt, done))
                .expect("the current attempt");
        }
    }

    /// Moves the clock from due moment to due moment.
    pub(crate) fn advance(&mut self, by: Instant) {
        let end = self.now + by;
        while let Some(due) = self.fake.timers().values().map(|(_, due)| *due).filter(|due| *due <= end).min() {
            self.now = due.max(self.now);
            self.drain();
        }
        self.now = end;
    }

    pub(crate) fn debit(&mut self, units: i64) {
        let amount = Money::from_units(units).micros();
        self.command(|turn, auth| {
            adjustments::adjust(turn, &operator(), auth, Adjustment::Debit(amount), "spent".to_owned())
        });
    }

    pub(crate) fn recharge(&mut self, units: i64) {
        let amount = Money::from_units(units).micros();
        self.command(|turn, auth| charges::recharge(turn, &operator(), auth, amount, None));
    }

    pub(crate) fn automatic(&mut self, target: i64, amount: i64, caps: Caps) -> RechargeStatus {
        let settings = RechargeSettings {
            enabled: true,
            balance_amount: Money::from_units(target).micros(),
            recharge_amount: Money::from_units(amount).micros(),
            caps,
        };
        self.command(|turn, auth| auto_recharge::set_auto_recharge(turn, &operator(), auth, settings.into()))
    }

    fn automatic_off_and_on_at(&mut self, units: i64) {
        self.recharge(units);
        self.automatic(units, 25, Caps::default());
    }

    pub(crate) fn minimum(&mut self, units: i64) {
        self.command(|turn, _| {
            change_policy(turn, |policy| policy.minimum_recharge = Money::from_units(units).micros().into())
        });
    }

    pub(crate) fn status(&self) -> RechargeStatus {
        self.fake
            .query(self.now, |turn| auto_recharge::get_auto_recharge(turn, &operator(), self.account.clone()))
            .expect("a known account")
    }

    pub(crate) fn balance(&self) -> Balance {
        self.fake
            .query(self.now, |turn| balance::get_balance(turn, &operator(), self.account.clone()))
            .expect("a known account")
    }

    pub(crate) fn units(&self) -> String {
        Money::from_micros(self.balance().balance).to_string()
    }

    pub(crate) fn mails(&self, template: &str) -> usize {
        self.gateway.mails.borrow().iter().filter(|mail| mail.template == template).count()
    }

    pub(crate) fn charges_paid(&self) -> usize {
        self.gateway.paid.borrow().len()
    }
}

#[test]
fn crd_5_charges_as_often_as_it_takes_to_reach_the_balance_amount() {
    let mut story = Story::new();
    story.minimum(20);
    story.recharge(100);
    story.automatic(100, 20, Caps::default());
    assert_eq!((story.charges_paid(), story.units()), (1, "100.00".to_owned()), "exactly at B nothing starts");
    story.debit(90);
    assert_eq!((story.charges_paid(), story.units()), (6, "110.00".to_owned()));
    assert_eq!(story.status().standing, RechargeStanding::Idle);
    assert_eq!(story.mails("recharge-paid"), 6);
}

#[test]
fn crd_6_tries_each_level_of_the_ladder_once_and_then_no_more() {
    let mut story = Story::new();
    story.recharge(100);
    story.automatic(100, 25, Caps::default());
    story.script(&[Answer::Decline; 6]);
    let mut waited = Vec::new();
    for _ in 0..5 {
        story.debit(1);
        waited.push(story.status().standing);
        let balance = Money::from_micros(story.balance().balance).micros() / 1_000_000;
        let down_to = match story.status().standing {
            RechargeStanding::WaitingForLevel(level) => level / 1_000_000,
            _ => break,
        };
        // One above the level nothing is tried, whatever is spent.
        story.debit(balance - down_to - 1);
        assert_eq!(story.status().standing, *waited.last().expect("just pushed"));
    }
    let level = |units: i64| RechargeStanding::WaitingForLevel(Money::from_units(units).micros());
    assert_eq!(waited, [level(75), level(50), level(25), level(0), RechargeStanding::Exhausted]);
    assert_eq!(story.status().failures, 5);
    assert_eq!(story.mails("recharge-failed"), 5);
    story.debit(50);
    assert_eq!(story.mails("recharge-failed"), 5, "no try is left");
    story.script(&[]);
    story.recharge(25);
    assert_eq!(
        story.status().standing,
        RechargeStanding::Idle,
        "a manual recharge resets the ladder, and the series runs"
    );
    assert_eq!(story.units(), "100.00");
}

#[test]
fn crd_7_a_lost_answer_is_asked_about_and_never_charged_twice() {
    for answer in [Answer::LostAfter, Answer::LostBefore] {
        let mut story = Story::new();
        story.script(&[answer]);
        story.recharge(50);
        assert_eq!(story.units(), "0.00", "an unknown charge is no credit");
        story.advance(MINUTE_MS);
        assert_eq!((story.charges_paid(), story.units()), (1, "50.00".to_owned()));
        story.advance(DAY_MS);
        assert_eq!((story.charges_paid(), story.units()), (1, "50.00".to_owned()));
    }
}

#[test]
fn crd_16_a_cap_stops_the_series_until_the_period_ends_with_one_mail() {
    let mut story = Story::new();
    story.recharge(100);
    story.automatic(100, 25, Caps { day: Some(Money::from_units(150).micros()), ..Caps::default() });
    story.debit(100);
    // 100 by hand count towards the cap of 150: two automatic charges of 25 fit.
    assert_eq!((story.charges_paid(), story.units()), (3, "50.00".to_owned()));
    assert_eq!(story.status().standing, RechargeStanding::Capped(START + DAY_MS));
    story.debit(10);
    assert_eq!(story.mails("recharge-capped"), 1);
    story.advance(DAY_MS - 1);
    assert_eq!(story.units(), "40.00");
    story.advance(1);
    assert_eq!((story.units(), story.status().failures), ("115.00".to_owned(), 0));
}

#[test]
fn crd_8_one_mail_a_dip_naming_the_lowest_threshold() {
    let mut story = Story::new();
    story.recharge(300);
    story.debit(250);
    let named: Vec<String> = story
        .gateway
        .mails
        .borrow()
        .iter()
        .filter(|mail| mail.template == "balance-low")
        .map(|mail| mail.facts.iter().find(|fact| fact.name == "threshold").expect("a threshold").value.clone())
        .collect();
    assert_eq!(named, ["100.00"]);
    story.debit(1);
    assert_eq!(story.mails("balance-low"), 1, "once a dip");
    story.recharge(60);
    story.debit(60);
    assert_eq!(story.mails("balance-low"), 2, "armed again at 109, fires below 100");
}

#[test]
fn crd_10_calls_end_at_zero_and_wait_for_a_charge_that_is_open() {
    let mut story = Story::new();
    story.recharge(50);
    let call = |name: &str, started| crate::usage::running_calls::RunningCall {
        call: name.to_owned(),
        auth_id: story.account.clone(),
        started,
        source: None,
    };
    let calls = vec![call("older", START), call("newer", START + 1)];
    story.command(|turn, _| crate::usage::running_calls::calls_started(turn, &operator(), calls));
    story.automatic(20, 25, Caps::default());
    story.script(&[Answer::LostBefore, Answer::Decline]);
    story.debit(50);
    assert!(story.gateway.hang_ups.borrow().is_empty(), "a charge is open: ten seconds of grace");
    story.advance(9_999);
    assert!(story.gateway.hang_ups.borrow().is_empty());
    story.advance(1);
    let ended: Vec<String> = story.gateway.hang_ups.borrow().iter().flat_map(|order| order.calls.clone()).collect();
    assert_eq!(ended, ["newer", "older"]);
    assert_eq!(story.mails("out-of-credit"), 1);
    story.advance(2 * HOUR_MS);
    assert_eq!(story.status().standing, RechargeStanding::Exhausted, "failed at zero: no level is left");
}

#[test]
fn what_is_owed_is_paid_before_a_lot_is_made() {
    let mut story = Story::new();
    story.recharge(25);
    story.debit(40);
    assert_eq!((story.units(), story.balance().owed), ("-15.00".to_owned(), Money::from_units(15).micros()));
    story.recharge(25);
    let balance = story.balance();
    assert_eq!((balance.owed, balance.cash), (0, Money::from_units(10).micros()));
}

#[test]
fn r_11_an_open_manual_charge_blocks_automatic_ones_until_it_is_final() {
    let mut story = Story::new();
    story.automatic_off_and_on_at(100);
    story.script(&[Answer::LostAfter]);
    story.recharge(30);
    story.debit(80);
    assert_eq!(story.charges_paid(), 2, "the first recharge, and the one whose answer was lost");
    story.advance(MINUTE_MS);
    // 100 - 80 + 30 = 50, then 25 by 25 up to 100.
    assert_eq!((story.units(), story.charges_paid()), ("100.00".to_owned(), 4));
}

#[test]
fn r_5_switching_on_needs_a_default_card() {
    let mut story = Story::new();
    story.command(|turn, auth| cards::remove_card(turn, &operator(), auth, "card-1".to_owned()));
    let settings = RechargeSettings {
        enabled: true,
        balance_amount: Money::from_units(50).micros(),
        recharge_amount: Money::from_units(25).micros(),
        caps: Caps::default(),
    };
    let account = story.account.clone();
    let refused = story
        .fake
        .command(story.now, |turn| auto_recharge::set_auto_recharge(turn, &operator(), account, settings.into()));
    assert_eq!(refused, Err(interfaces::credits::Error::NoUsableCard("none".to_owned())));
}
