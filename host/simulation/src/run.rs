//! One simulation: operations done with a real host, each foretold by the model, and compared after every one.

use super::backup::Backup;
use super::check;
use super::documents;
use super::model::{
    Account, ChargeState, Coupon, Event, Model, Refund, RefundState, STOCK, Standing, number_prices, offer, price_rows,
    surcharges,
};
use super::operation::{DAY, MINUTE, NEWEST, Operation};
use super::world::{Keeping, World};
use anyhow::{Context, Result, ensure};
use coinbox_host::contract::{email_types, types};
use coinbox_host::engine::RulesRuntime;
use serde_json::{Value, json};
use std::sync::Arc;

/// The moment that simulations begin at: 2026-03-02T00:00:00Z, a Monday.
pub const START: i64 = 1_772_409_600_000;
/// Events of the feed that are read at once.
const FEED_PAGE: usize = 1000;

/// What a simulation has seen, so that one in which nothing happened is noticed.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Seen {
    /// Operations done.
    pub operations: u64,
    /// Charges paid.
    pub paid: u64,
    /// Charges declined.
    pub declined: u64,
    /// Events rated.
    pub rated: u64,
    /// Mails sent.
    pub mails: u64,
    /// Debts paid by a settlement or written off.
    pub debts: u64,
    /// Accounts closed.
    pub closed: u64,
    /// Refunds that have gone back.
    pub refunds: u64,
    /// Suspensions for payment failure that a payment has ended.
    pub lifted: u64,
    /// Charges for invoices.
    pub invoiced: u64,
    /// Deaths of the host.
    pub crashes: u64,
    /// Commands that met a conflict.
    pub conflicts: u64,
    /// Restores.
    pub restored: u64,
}

impl Seen {
    /// Adds what another simulation has seen.
    pub fn add(&mut self, other: Seen) {
        self.operations += other.operations;
        self.paid += other.paid;
        self.declined += other.declined;
        self.rated += other.rated;
        self.mails += other.mails;
        self.debts += other.debts;
        self.closed += other.closed;
        self.refunds += other.refunds;
        self.lifted += other.lifted;
        self.invoiced += other.invoiced;
        self.crashes += other.crashes;
        self.conflicts += other.conflicts;
        self.restored += other.restored;
    }
}

/// A command that was answered `ok`.
pub(super) struct Done {
    pub(super) function: &'static str,
    pub(super) key: String,
    pub(super) arguments: Value,
    pub(super) answer: Value,
}

/// A simulation under way.
pub struct Simulation {
    /// The world with its host.
    pub world: World,
    /// The model.
    pub model: Model,
    pub(super) done: Vec<Done>,
    pub(super) backup: Option<Backup>,
    /// The gateway is down.
    pub(super) down: bool,
    pub(super) step: usize,
    pub(super) seen: Seen,
}

impl Simulation {
    /// A world with prices and nobody in it.
    pub fn begin(runtime: Arc<dyn RulesRuntime>, keeping: Keeping, seed: u64) -> Result<Simulation> {
        let mut world = World::new(runtime, keeping, seed, START)?;
        world.ok("pricing.create-version", None, json!({}))?;
        world.ok("pricing.add-rows", None, json!({"version": 1, "rows": price_rows(100)}))?;
        world.ok("pricing.set-number-prices", None, json!({"version": 1, "prices": number_prices()}))?;
        world.ok("pricing.set-surcharges", None, json!({"version": 1, "surcharges": surcharges(100)}))?;
        world.ok("pricing.publish-version", None, json!({"version": 1, "starts-at": "0"}))?;
        for number in STOCK {
            world.stock.add(coinbox_host::json::from_value(&offer(number)).context("an offer")?);
        }
        // The model's trials reach any number.
        let reach = [("trial-verified-destinations", "false".to_owned())];
        let settings = [&super::world::seller()[..], &reach].concat();
        world.ok("operator.change-settings", None, super::values::changes(&settings))?;
        world.drain()?;
        Ok(Simulation {
            world,
            model: Model::default(),
            done: Vec::new(),
            backup: None,
            down: false,
            step: 0,
            seen: Seen::default(),
        })
    }

    /// Does one operation and everything that it makes due, and compares. `step` names it: it is part of its keys.
    pub fn step(&mut self, step: usize, operation: &Operation) -> Result<()> {
        self.step = step;
        self.seen.operations += 1;
        self.apply(operation)?;
        self.world.drain()?;
        self.follow()?;
        match operation {
            Operation::NextMonth { .. } => {
                check::ledger(&mut self.world, &self.model)?;
                documents::standing(&mut self.world, &self.model)
            }
            Operation::Delete { .. } => check::numbers(&mut self.world, &self.model),
            Operation::CreditNote { .. } | Operation::Chargeback { .. } | Operation::WriteOff { .. } => {
                documents::standing(&mut self.world, &self.model)
            }
            _ => Ok(()),
        }
    }

    /// Lets everything come to rest, and compares everything.
    pub fn end(&mut self) -> Result<Seen> {
        self.world.gateway.set_down(false);
        self.world.call_off_crash();
        for _ in 0..10 {
            self.world.advance_to(self.world.now() + DAY)?;
            self.follow()?;
        }
        check::everything(&mut self.world, &self.model)?;
        self.seen.paid = self.charges(ChargeState::Paid);
        self.seen.declined = self.charges(ChargeState::Declined);
        self.seen.rated = self.model.usage.counted() as u64;
        self.seen.mails = self.world.mailer.messages().len() as u64;
        for account in &self.model.accounts {
            self.seen.debts += account.debts_ended();
            self.seen.lifted += account.lifted;
            self.seen.invoiced += account.dunning.attempts;
            self.seen.closed += u64::from(account.standing == Standing::Closed);
            let back = |refund: &&Refund| matches!(refund.state, RefundState::Paid | RefundState::SettledOtherwise);
            self.seen.refunds += account.refunds.iter().filter(back).count() as u64;
        }
        self.seen.crashes = self.world.crashes.len() as u64;
        self.seen.conflicts = self.world.conflicts.met();
        Ok(self.seen)
    }

    fn charges(&self, state: ChargeState) -> u64 {
        self.model.accounts.iter().map(|account| account.recharge.in_state(state).len() as u64).sum()
    }

    /// Lets the model follow what has happened, and compares balances.
    pub(super) fn follow(&mut self) -> Result<()> {
        let taken = check::taken(&self.world)?;
        let now = self.world.now();
        for place in 0..self.model.accounts.len() {
            let id = self.model.accounts[place].id.clone();
            loop {
                let after = self.model.accounts[place].position;
                let arguments = json!({"account": id, "after": after.to_string(), "limit": FEED_PAGE});
                let page = self.world.ok("events.read", None, arguments)?;
                let page = page.as_array().context("events are a list")?;
                let account = &mut self.model.accounts[place];
                if page.len() == FEED_PAGE {
                    let last = page.last().map_or(now, |event| Event(event).at());
                    account.follow(page, last, &self.model.policy, &taken, true)?;
                    continue;
                }
                account.follow(page, now, &self.model.policy, &taken, false)?;
                break;
            }
            self.compare(place)?;
        }
        Ok(())
    }

    fn compare(&mut self, place: usize) -> Result<()> {
        let account = &self.model.accounts[place];
        let (balance, available, id) = (account.balance(), account.available(), account.id.clone());
        let shown = self.world.ok("credits.get-balance", None, json!({"auth-id": id}))?;
        ensure!(
            shown["balance"] == json!(balance.to_string()) && shown["available"] == json!(available.to_string()),
            "account {id}: the model has a balance of {balance} and {available} available, the store {shown}"
        );
        Ok(())
    }

    /// A command. `expected`: whether the model would accept it. The answer inside `ok`.
    pub(super) fn command(
        &mut self,
        function: &'static str,
        arguments: Value,
        expected: bool,
    ) -> Result<Option<Value>> {
        let key = format!("step-{}-{function}", self.step);
        let expected = expected && self.is_open_to(function, &arguments);
        let answer = self.world.ask(function, Some(&key), arguments.clone())?;
        let accepted = answer.get("ok").is_some();
        ensure!(
            accepted == expected,
            "{function} {arguments}: the model {} it, the answer is {answer}",
            if expected { "accepts" } else { "refuses" }
        );
        if accepted {
            self.done.push(Done { function, key, arguments, answer: answer.clone() });
        }
        Ok(answer.get("ok").cloned())
    }

    pub(super) fn account(&self, nth: usize) -> Option<usize> {
        let count = self.model.accounts.len();
        match nth {
            NEWEST => count.checked_sub(1),
            nth => (count > 0).then(|| nth % count),
        }
    }

    fn apply(&mut self, operation: &Operation) -> Result<()> {
        let now = self.world.now();
        match operation {
            Operation::Account { trial } => return self.open_account(*trial),
            Operation::Usage { events } => return self.report(events),
            Operation::Resubmit { count } => return self.resubmit(*count),
            Operation::Policy(choice) => {
                let changes = super::values::changes(&[super::values::setting(choice)]);
                self.command("operator.change-settings", changes, true)?.context("a setting was changed")?;
                self.model.policy.choose(choice);
                let policy = self.model.policy.clone();
                self.model.accounts.iter_mut().for_each(|account| account.judge_anew(now, &policy));
                return Ok(());
            }
            Operation::Coupon { amount, uses, uses_of_one, good_for, lasts } => {
                let coupon = Coupon {
                    code: format!("SIM-{}", self.step),
                    amount: *amount,
                    redeem_by: now + good_for,
                    lasts: *lasts,
                    uses: *uses,
                    uses_of_one: *uses_of_one,
                };
                return self.make_coupon(coupon);
            }
            Operation::Redeem { account, nth, wrong } => return self.redeem(*account, *nth, *wrong),
            Operation::Repeat { nth } => return self.repeat(*nth),
            Operation::Notice { nth } => return self.notice(*nth),
            Operation::Publish { percent, ahead } => return self.publish(*percent, *ahead),
            Operation::TakeBack => return self.take_back(),
            Operation::OwnPrices { account, percent, ahead } => return self.price_account(*account, *percent, *ahead),
            Operation::Reserve { .. } | Operation::Extend { .. } => return self.hold(operation),
            Operation::Settle { nth, quantity, age, again } => return self.settle(*nth, *quantity, *age, *again),
            Operation::Release { nth } => return self.release(*nth),
            Operation::Buy { source, nth } => return self.buy(*source, *nth),
            Operation::Backup => return self.back_up(),
            Operation::Restore { crash } => return self.restore(*crash),
            Operation::Delete { nth, numbers } => return self.delete(*nth, numbers),
            Operation::GiveBack { nth } => return self.give_back(*nth),
            Operation::Close { account, at_once } => return self.close(*account, *at_once),
            Operation::Refund { nth, otherwise } => return self.decide_refund(*nth, *otherwise),
            Operation::Stock(fault) => self.world.stock.disturb(*fault),
            Operation::Money(fault) => self.world.gateway.disturb_money(*fault),
            Operation::LookUp(fault) => self.world.gateway.disturb_look_up(*fault),
            Operation::Gateway { down } => {
                self.down = *down;
                self.world.gateway.set_down(*down);
            }
            Operation::Mail { failures } => {
                let not_sent = || types::NotSent { ask_again: now + 60_000, cause: "simulated".to_owned() };
                (0..*failures)
                    .for_each(|_| self.world.mailer.answer_next(email_types::MailOutcome::NotSent(not_sent())));
            }
            Operation::Conflicts { commands } => self.world.order_conflicts(*commands)?,
            Operation::Crash { moments } => self.world.order_crash(*moments),
            Operation::WrongClock { by } => return self.wrong_clock(*by),
            Operation::Wait { ms } => self.wait_until(now + ms)?,
            Operation::NextMonth { offset } => {
                self.wait_until((coinbox_host::months::next_month(now) + offset).max(now))?
            }
            of_account => return self.apply_to_account(of_account),
        }
        Ok(())
    }

    /// Lets a little time pass, and everything happen that is due then.
    pub(super) fn pass(&mut self, ms: i64) -> Result<()> {
        self.wait_until(self.world.now() + ms)?;
        self.world.drain()?;
        self.follow()
    }

    /// Lets time pass. A gateway that is down is asked again every minute: that is learned in an hour.
    fn wait_until(&mut self, moment: i64) -> Result<()> {
        let (now, patience) = (self.world.now(), 60 * MINUTE);
        if self.down && moment > now + patience {
            self.world.advance_to(now + patience)?;
            self.down = false;
            self.world.gateway.set_down(false);
        }
        self.world.advance_to(moment)
    }

    fn open_account(&mut self, trial: bool) -> Result<()> {
        let account = json!({
            "account-type": if trial { "developer" } else { "standard" }, "name": "Model", "email": "model@example.com",
            "address": "", "city": "", "state": "", "timezone": "UTC",
        });
        let created = self.command("accounts.create", json!({"account": account}), true)?.unwrap_or_default();
        let id = super::values::text(&created["auth-id"])?;
        let change = json!({"legal-name": "Model Ltd", "address": "1 Main Street", "country": "NZ"});
        self.command("invoices.set-billing", json!({"auth-id": id, "change": change}), true)?;
        self.model.usage.sources.push((id.clone(), self.model.accounts.len()));
        self.model.accounts.push(Account::open(id, trial, self.world.now(), &self.model.policy));
        Ok(())
    }

    /// The machine's clock is wrong for a moment (sec-03): nothing is driven on its word, nothing is rejected for good, and nothing stays of it.
    fn wrong_clock(&mut self, by: i64) -> Result<()> {
        let (before, now) = (self.world.bytes()?, self.world.now());
        self.world.machine.set_ahead(by);
        let host = self.world.host()?;
        let (told, ready) = (host.now(), host.readiness());
        ensure!(told == now, "with a clock {by} ms ahead the rules are told {told} at {now}");
        ensure!(ready.is_err(), "a clock {by} ms ahead is not told");
        self.world.drain()?;
        let open = self.model.accounts.iter().find(|account| account.standing == Standing::Active);
        if let Some(id) = open.map(|account| account.id.clone()) {
            let event = json!({
                "id": format!("wrong-{}", self.step), "auth-id": id, "product": "sms", "heading": "outbound",
                "number": "14155550123", "quantity": 1, "at": (now + by).to_string(),
            });
            let answer = self.world.ask("usage.record-events", None, json!({"events": [event]}));
            let held_back = answer.as_ref().is_err_and(|error| format!("{error:#}").contains("the time is in doubt"));
            ensure!(held_back, "an event {by} ms ahead, as the machine's clock is, was not held back: {answer:?}");
        }
        let after = self.world.bytes()?;
        self.world.machine.set_ahead(0);
        ensure!(before == after, "a clock {by} ms ahead for a moment has changed something");
        ensure!(self.world.host()?.readiness() == Ok(()), "the clock is right again, and the host is not ready");
        Ok(())
    }

    /// R42: the same key with the same arguments is the same call, which changes nothing any more.
    fn repeat(&mut self, nth: usize) -> Result<()> {
        let Some(done) = (!self.done.is_empty()).then(|| &self.done[nth % self.done.len()]) else { return Ok(()) };
        let (function, key, arguments) = (done.function, done.key.clone(), done.arguments.clone());
        let mut first = done.answer.clone();
        let before = super::world::stored_lines(&*self.world.store()?.snapshot()?)?;
        let mut again = self.world.ask(function, Some(&key), arguments.clone())?;
        for answer in [&mut first, &mut again] {
            if let Some(created) = answer["ok"].as_object_mut() {
                // Secrets are shown once.
                created.remove("auth-token");
                created.remove("code");
            }
        }
        // Whether somebody may buy is asked before what he has bought, and who leaves is told nothing else.
        let refused = &again["err"]["refused"];
        let closed = refused == "closed" && self.is_of_a_leaver(&arguments);
        let barred = closed
            || function == "subaccounts.delete"
            || (["numbers.buy", "subaccounts.create"].contains(&function) && refused.get("suspended").is_some());
        ensure!(first == again || barred, "{function} {arguments}: first answered {first}, then {again}");
        let after = super::world::stored_lines(&*self.world.store()?.snapshot()?)?;
        ensure!(before == after, "{function} {arguments}: its repeat has changed the store");
        if function == "credits.recharge" && !closed {
            let mut other = arguments.clone();
            other["amount"] = json!("1");
            let refused = self.world.ask(function, Some(&key), other)?;
            ensure!(
                refused["err"]["refused"] == "key-reused",
                "{function}: another body under its key answers {refused}"
            );
        }
        Ok(())
    }

    /// The gateway tells of a payment by itself: an open charge is booked by it, any other stays as it is (R42).
    fn notice(&mut self, nth: usize) -> Result<()> {
        let movements = self.world.gateway.movements()?;
        let Some(moved) = super::values::nth(&movements, nth) else { return Ok(()) };
        let paid = moved.paid.as_ref().context("what was moved was paid")?;
        let paid = json!({"paid": {"reference": paid.reference, "at": paid.at.to_string()}});
        self.world.ok("jobs.payment-notice", None, json!({"key": moved.key, "outcome": paid}))?;
        Ok(())
    }
}
