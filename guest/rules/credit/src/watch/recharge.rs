//! Automatic recharge: series, ladder, caps (CRD-5, CRD-6, CRD-16).
//!
//! One charge at a time: each result is posted, then available is read again (R6). A failure waits for the next level of the
//! ladder; what resets it is listed in R10.

use crate::charging::{self, Purpose};
use crate::records::{cards, held, reconciliation};
use crate::watch::occasion::Occasion;
use coinbox_ground::calendar::{self, Period};
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::JobKind;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fact, Fault, Instant, Micros, int_text, optional_int_text};
use coinbox_ledger::charges::Charge;
use coinbox_ledger::wallet::Wallet;
use coinbox_profiles::mail;
use coinbox_profiles::policy::{self, Policy};
use coinbox_profiles::profile::{self, AccountType, Standing};
use serde::{Deserialize, Serialize};

/// Jobs that end a cap when its period has ended.
pub(crate) const UNCAP: JobKind<AuthId> = JobKind::new("uncap");

/// Caps on automatic charges, as the contract has them.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Caps {
    /// A UTC day.
    #[serde(with = "optional_int_text", default)]
    pub day: Option<Micros>,
    /// A week from Monday.
    #[serde(with = "optional_int_text", default)]
    pub week: Option<Micros>,
    /// A calendar month.
    #[serde(with = "optional_int_text", default)]
    pub month: Option<Micros>,
}

impl Caps {
    /// The cap of a period.
    pub fn of(&self, period: Period) -> Option<Money> {
        match period {
            Period::Day => self.day,
            Period::Week => self.week,
            Period::Month => self.month,
        }
        .map(Money::from_micros)
    }
}

/// When and how much an account is recharged automatically (CRD-5), and the most that is charged in a period (CRD-16).
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RechargeSettings {
    /// The switch.
    pub enabled: bool,
    /// B in the requirements: a charge is made when available credit is below this.
    #[serde(with = "int_text")]
    pub balance_amount: Micros,
    /// R in the requirements: the amount of one charge.
    #[serde(with = "int_text")]
    pub recharge_amount: Micros,
    /// The most that is charged automatically in a day, a week and a month.
    pub caps: Caps,
}

/// What stands in the way of the next charge.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nothing stands in the way.
    Ready,
    /// This charge is due or open.
    Charging(u32),
    /// A charge failed: at this much available or less the next one is tried.
    Waiting(Money),
    /// No try is left until a reset.
    Exhausted,
    /// A cap refused a charge: at this moment the state before comes back (R22).
    Capped(Instant, Box<State>),
}

/// The record at `ar/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Recharge {
    /// Version of the record.
    pub v: u32,
    /// What the customer has set.
    pub settings: RechargeSettings,
    /// How it stands.
    pub state: State,
    /// Declined attempts of the series under way.
    pub failures: u32,
    /// The lowest level of this episode that has been tried: none above it is tried again (CRD-6).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tried: Option<Money>,
    /// Counts the series, so that a charge of an earlier one changes nothing.
    pub series: u32,
    /// Periods whose cap has been mailed about: one mail each (R22).
    pub(crate) cap_mailed: Vec<(Period, Instant)>,
}

impl Record for Recharge {
    const KIND: &'static str = "automatic recharge";
}

/// Where the record lies.
pub fn key(account: AuthId) -> String {
    format!("ar/{account}")
}

/// The record, if automatic recharge was ever set.
pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Option<Recharge>, Fault> {
    turn.get(&key(account))
}

impl Recharge {
    /// The switch.
    pub fn enabled(&self) -> bool {
        self.settings.enabled
    }

    /// B: a charge is wanted below it.
    pub fn balance_amount(&self) -> Money {
        Money::from_micros(self.settings.balance_amount)
    }

    /// R: what a charge takes.
    pub fn recharge_amount(&self) -> Money {
        Money::from_micros(self.settings.recharge_amount)
    }

    /// Begins anew: no failure, no level, no cap; a charge that is open stays the one that is open (R10).
    pub fn reset(&mut self) {
        self.failures = 0;
        self.tried = None;
        if !matches!(self.state, State::Charging(_)) {
            self.state = State::Ready;
        }
    }
}

/// Whether an automatic charge is due or open: then running calls have a grace (R12).
pub(crate) fn is_charging(turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(load(turn, account)?.is_some_and(|recharge| matches!(recharge.state, State::Charging(_))))
}

/// Whether this is the automatic charge that the account waits for.
pub fn waits_for(turn: &Turn<'_>, account: AuthId, number: u32) -> Result<bool, Fault> {
    Ok(load(turn, account)?.is_some_and(|recharge| recharge.state == State::Charging(number)))
}

/// A reconciliation has found an automatic charge that the gateway has under way: no other one starts before it is final (R11).
pub fn wait_for(turn: &mut Turn<'_>, account: AuthId, number: u32) -> Result<(), Fault> {
    update(turn, account, |recharge| {
        if !matches!(recharge.state, State::Charging(_)) {
            recharge.state = State::Charging(number);
        }
    })
}

/// Whether this account may be charged automatically now (R29, R31, R32; not before a restored store is reconciled, not while a refund of its lost
/// history waits for a person, nor before the seller is complete, R89: that is no failure of the customer's, so it waits).
fn may_charge(turn: &Turn<'_>, account: AuthId, wallet: &Wallet) -> Result<bool, Fault> {
    if wallet.credit_limit().is_some() {
        return Ok(false);
    }
    let profile = profile::profile(turn, account)?;
    Ok(profile.account_type == AccountType::Standard
        && profile.standing() == Standing::Active
        && coinbox_profiles::seller::missing_for_charges(turn)?.is_empty()
        && !reconciliation::is_open(turn)?
        && !held::is_held(turn, account)?)
}

/// Whether the series must go on: the switch, the account, and available strictly below B (R5).
pub fn is_wanted(turn: &Turn<'_>, account: AuthId, wallet: &Wallet) -> Result<bool, Fault> {
    let Some(recharge) = load(turn, account)? else { return Ok(false) };
    Ok(recharge.enabled() && wallet.available()? < recharge.balance_amount() && may_charge(turn, account, wallet)?)
}

/// Starts what the amount of available asks for. Answers the amount below which it must look again.
pub fn judge(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &Wallet,
    occasion: Occasion,
) -> Result<Option<Money>, Fault> {
    let Some(before) = load(turn, account)? else { return Ok(None) };
    let mut recharge = before.clone();
    let available = wallet.available()?;
    let target = recharge.balance_amount();
    if occasion == Occasion::Credit && available >= target {
        recharge.reset();
    }
    if recharge.state == State::Ready && (available >= target || !recharge.enabled()) {
        recharge.series = 0;
    }
    if !recharge.enabled() || !may_charge(turn, account, wallet)? {
        if recharge != before {
            turn.put(&key(account), &recharge);
        }
        return Ok(None);
    }
    let due = match recharge.state {
        State::Ready => available < target,
        State::Waiting(level) => available <= level,
        State::Charging(_) | State::Exhausted | State::Capped(..) => false,
    };
    // A manual charge without a final answer may still bring the credit that is missing (R11).
    if due && !Numbers::load(turn, account)?.has_open_manual() {
        if let State::Waiting(level) = recharge.state {
            recharge.tried = Some(lowest_reached(turn, &recharge, level, available)?);
        }
        start(turn, account, available, &mut recharge)?;
    }
    let trip = match recharge.state {
        State::Ready => Some(target),
        State::Waiting(level) => Some(level.plus(Money::from_micros(1))?),
        State::Charging(_) | State::Exhausted | State::Capped(..) => None,
    };
    if recharge != before {
        turn.put(&key(account), &recharge);
    }
    Ok(trip)
}

/// A jump over several levels makes one try (R9): it uses up all of them.
fn lowest_reached(turn: &Turn<'_>, recharge: &Recharge, level: Money, available: Money) -> Result<Money, Fault> {
    let mut lowest = level;
    for percent in &Policy::load(turn)?.ladder_levels {
        let candidate = recharge.balance_amount().percent(*percent)?;
        if candidate >= available {
            lowest = lowest.min(candidate);
        }
    }
    Ok(lowest)
}

fn start(turn: &mut Turn<'_>, account: AuthId, available: Money, recharge: &mut Recharge) -> Result<(), Fault> {
    let policy = Policy::load(turn)?;
    let amount = recharge.recharge_amount();
    if recharge.series >= policy.series_limit {
        return fail(turn, account, available, recharge, "series-limit", None);
    }
    let minimum = policy.minimum_recharge(coinbox_ledger::wallet::currency(turn, account)?);
    if amount < minimum || amount > policy::maximum_recharge(turn, account)? {
        return fail(turn, account, available, recharge, "recharge-limits", None);
    }
    let card = match cards::usable_default(turn, account)? {
        Ok(card) => card,
        Err(reason) => return fail(turn, account, available, recharge, reason.word(), None),
    };
    if let Some(refused) = refusing_cap(turn, account, recharge)? {
        return cap(turn, account, available, recharge, refused);
    }
    let charge = charging::create(turn, account, Purpose::Automatic, amount, &card, None)?;
    feed::event(account, "recharge-started", "CRD-5")
        .fact("charge", charge.number())
        .fact("amount", amount)
        .fact("available", available)
        .fact("balance-amount", recharge.balance_amount())
        .fact("step", recharge.series + 1)
        .fact("key", charge.key())
        .tell(turn);
    recharge.state = State::Charging(charge.number());
    Ok(())
}

struct RefusingCap {
    period: Period,
    limit: Money,
    charged: Money,
    first: Instant,
    until: Instant,
}

/// The cap that refuses the next charge; of several the one that lasts longest.
fn refusing_cap(turn: &Turn<'_>, account: AuthId, recharge: &Recharge) -> Result<Option<RefusingCap>, Fault> {
    let numbers = Numbers::load(turn, account)?;
    let mut refusing: Option<RefusingCap> = None;
    for period in [Period::Day, Period::Week, Period::Month] {
        let Some(limit) = recharge.settings.caps.of(period) else { continue };
        let charged = numbers.charged_in(period, turn.now());
        let (first, until) = calendar::bounds(period, turn.now());
        let over = charged.plus(recharge.recharge_amount())? > limit;
        if over && refusing.as_ref().is_none_or(|longest| until > longest.until) {
            refusing = Some(RefusingCap { period, limit, charged, first, until });
        }
    }
    Ok(refusing)
}

/// A capped charge is no decline and uses up no level (R22).
fn cap(
    turn: &mut Turn<'_>,
    account: AuthId,
    available: Money,
    recharge: &mut Recharge,
    refused: RefusingCap,
) -> Result<(), Fault> {
    let period = match refused.period {
        Period::Day => "day",
        Period::Week => "week",
        Period::Month => "month",
    };
    let facts = vec![
        Fact::new("amount", recharge.recharge_amount()),
        Fact::new("cap", refused.limit),
        Fact::new("period", period),
        Fact::new("resumes", calendar::day_name(refused.until)),
    ];
    recharge.cap_mailed.retain(|(_, first)| calendar::bounds(Period::Month, *first).1 >= refused.first);
    if !recharge.cap_mailed.contains(&(refused.period, refused.first)) {
        recharge.cap_mailed.push((refused.period, refused.first));
        mail::send(turn, account, "recharge-capped", facts.clone())?;
    }
    feed::event(account, "recharge-capped", "CRD-16")
        .facts(facts)
        .fact("charged", refused.charged)
        .fact("available", available)
        .tell(turn);
    let before = std::mem::replace(&mut recharge.state, State::Ready);
    recharge.state = State::Capped(refused.until, Box::new(before));
    turn.timer(&UNCAP.of(account), Lane::Normal, refused.until);
    Ok(())
}

/// Notes a failed attempt: the next level strictly below available, or the end of the ladder (R8, R9). `charge` was tried, if any.
fn fail(
    turn: &mut Turn<'_>,
    account: AuthId,
    available: Money,
    recharge: &mut Recharge,
    reason: &str,
    charge: Option<(&Charge, &str)>,
) -> Result<(), Fault> {
    let policy = Policy::load(turn)?;
    recharge.failures += 1;
    recharge.series = 0;
    let mut level = None;
    if recharge.failures < policy.failure_limit && available > Money::ZERO {
        for percent in &policy.ladder_levels {
            let candidate = recharge.balance_amount().percent(*percent)?;
            let untried = recharge.tried.is_none_or(|tried| candidate < tried);
            if untried && candidate < available && level.is_none_or(|highest| candidate > highest) {
                level = Some(candidate);
            }
        }
    }
    recharge.state = level.map_or(State::Exhausted, State::Waiting);
    let amount = charge.map_or(recharge.recharge_amount(), |(charge, _)| charge.amount());
    let next_step = level.map_or_else(|| "none".to_owned(), |level| level.to_string());
    let card = charge.map_or_else(|| "none".to_owned(), |(charge, _)| charge.card_label().to_owned());
    mail::send(
        turn,
        account,
        "recharge-failed",
        vec![
            Fact::new("amount", amount),
            Fact::new("reason", reason),
            Fact::new("card", card),
            Fact::new("kind", "automatic"),
            Fact::new("next-step", &next_step),
            Fact::new("receipt", charge.map_or("none", |(_, receipt)| receipt)),
        ],
    )?;
    let mut failed = feed::event(account, "recharge-failed", "CRD-6")
        .fact("kind", "automatic")
        .fact("amount", amount)
        .fact("reason", reason)
        .fact("available", available)
        .fact("failures", recharge.failures)
        .fact("next-level", &next_step);
    if let Some((charge, receipt)) = charge {
        failed = failed.fact("charge", charge.number()).fact("key", charge.key()).fact("receipt", receipt);
    }
    failed.tell(turn);
    Ok(())
}

/// Books that the open automatic charge was declined.
pub fn declined(
    turn: &mut Turn<'_>,
    account: AuthId,
    wallet: &Wallet,
    charge: &Charge,
    reason: &str,
    receipt: &str,
) -> Result<(), Fault> {
    let Some(mut recharge) = load(turn, account)? else {
        charging::tell_unawaited(turn, account, charge, reason, receipt);
        return Ok(());
    };
    fail(turn, account, wallet.available()?, &mut recharge, reason, Some((charge, receipt)))?;
    turn.put(&key(account), &recharge);
    Ok(())
}

/// Books that the open automatic charge was paid: the ladder is reset, the series goes on (R10).
pub fn paid(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    update(turn, account, |recharge| {
        recharge.state = State::Ready;
        recharge.failures = 0;
        recharge.tried = None;
        recharge.series += 1;
    })
}

/// Books that the open automatic charge moved nothing and is gone: neither success nor failure.
pub fn dropped(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    update(turn, account, |recharge| recharge.state = State::Ready)
}

/// Switches automatic recharge off: of a postpaid account, or at the end of an account (R29, R32). A charge that is open completes.
pub fn switch_off(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    if !load(turn, account)?.is_some_and(|recharge| recharge.enabled()) {
        return Ok(());
    }
    update(turn, account, |recharge| {
        recharge.settings.enabled = false;
        recharge.reset();
    })?;
    turn.cancel(&UNCAP.of(account));
    if let Some(recharge) = load(turn, account)? {
        tell_set(turn, account, &recharge.settings);
    }
    Ok(())
}

/// A paid manual recharge or a new default card (R10).
pub fn reset(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    update(turn, account, Recharge::reset)
}

/// Changes the record, if automatic recharge was ever set.
pub fn update(turn: &mut Turn<'_>, account: AuthId, change: impl FnOnce(&mut Recharge)) -> Result<(), Fault> {
    if let Some(mut recharge) = load(turn, account)? {
        change(&mut recharge);
        turn.put(&key(account), &recharge);
    }
    Ok(())
}

/// Tells that settings have changed.
pub(crate) fn tell_set(turn: &mut Turn<'_>, account: AuthId, settings: &RechargeSettings) {
    let caps = [(Period::Day, "day-cap"), (Period::Week, "week-cap"), (Period::Month, "month-cap")];
    feed::event(account, "auto-recharge-set", "CRD-5")
        .fact("enabled", settings.enabled)
        .fact("balance-amount", Money::from_micros(settings.balance_amount))
        .fact("recharge-amount", Money::from_micros(settings.recharge_amount))
        .facts(caps.into_iter().filter_map(|(period, name)| Some(Fact::new(name, settings.caps.of(period)?))))
        .tell(turn);
}
