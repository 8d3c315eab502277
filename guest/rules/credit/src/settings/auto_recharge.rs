//! What customers read and set of automatic recharge: balance amount, recharge amount, the switch, caps (CRD-5, CRD-16, R88).

use crate::records::cards;
use crate::watch::judge::judge as judge_account;
use crate::watch::occasion::Occasion;
pub use crate::watch::recharge::{Caps, RechargeSettings};
use crate::watch::recharge::{Recharge, State, UNCAP, key, load, tell_set, update};
use coinbox_access::{self as access, functions};
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::Error;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, Micros, int_text, optional_int_text};
use coinbox_profiles::policy::{self, Policy};
use serde::{Deserialize, Serialize};

/// A period that a cap is for, as the contract has it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CapPeriod {
    /// A UTC day.
    Day,
    /// A week from Monday.
    Week,
    /// A calendar month.
    Month,
}

/// What changes of the caps: what is not named stays (R88).
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CapsChange {
    /// A UTC day.
    #[serde(with = "optional_int_text", default)]
    pub day: Option<Micros>,
    /// A week from Monday.
    #[serde(with = "optional_int_text", default)]
    pub week: Option<Micros>,
    /// A calendar month.
    #[serde(with = "optional_int_text", default)]
    pub month: Option<Micros>,
    /// Caps that are taken away.
    // Left out where there are none: digests of arguments stay those of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed: Option<Vec<CapPeriod>>,
}

/// What changes of B, R, the switch and the caps: what is not named stays (R88).
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RechargeChange {
    /// The switch.
    #[serde(default)]
    pub enabled: Option<bool>,
    /// B.
    #[serde(with = "optional_int_text", default)]
    pub balance_amount: Option<Micros>,
    /// R.
    #[serde(with = "optional_int_text", default)]
    pub recharge_amount: Option<Micros>,
    /// Caps.
    #[serde(default)]
    pub caps: Option<CapsChange>,
}

impl CapsChange {
    fn named(&self) -> [(CapPeriod, Option<Micros>, &'static str); 3] {
        [
            (CapPeriod::Day, self.day, "settings.caps.day"),
            (CapPeriod::Week, self.week, "settings.caps.week"),
            (CapPeriod::Month, self.month, "settings.caps.month"),
        ]
    }

    fn removed(&self) -> &[CapPeriod] {
        self.removed.as_deref().unwrap_or_default()
    }

    fn changes_nothing(&self) -> bool {
        self.removed().is_empty() && self.named().iter().all(|(_, cap, _)| cap.is_none())
    }

    fn over(&self, before: Caps) -> Caps {
        let cap = |period: CapPeriod, named: Option<Micros>, kept: Option<Micros>| {
            if self.removed().contains(&period) { None } else { named.or(kept) }
        };
        Caps {
            day: cap(CapPeriod::Day, self.day, before.day),
            week: cap(CapPeriod::Week, self.week, before.week),
            month: cap(CapPeriod::Month, self.month, before.month),
        }
    }
}

impl RechargeChange {
    fn changes_nothing(&self) -> bool {
        self.enabled.is_none()
            && self.balance_amount.is_none()
            && self.recharge_amount.is_none()
            && self.caps.as_ref().is_none_or(CapsChange::changes_nothing)
    }

    /// The settings after this change. Without settings before, both amounts have to be named.
    fn over(&self, before: Option<RechargeSettings>) -> Result<RechargeSettings, Fault> {
        let balance_amount = self.balance_amount.or(before.map(|before| before.balance_amount));
        let recharge_amount = self.recharge_amount.or(before.map(|before| before.recharge_amount));
        let (Some(balance_amount), Some(recharge_amount)) = (balance_amount, recharge_amount) else {
            let mut checks = Checks::new();
            checks.require(balance_amount.is_some(), "settings.balance-amount", FieldRule::Missing, "");
            checks.require(recharge_amount.is_some(), "settings.recharge-amount", FieldRule::Missing, "");
            return Err(checks.done().expect_err("one of them is missing"));
        };
        let caps = before.map(|before| before.caps).unwrap_or_default();
        Ok(RechargeSettings {
            enabled: self.enabled.unwrap_or(before.is_some_and(|before| before.enabled)),
            balance_amount,
            recharge_amount,
            caps: self.caps.as_ref().map_or(caps, |change| change.over(caps)),
        })
    }
}

impl From<RechargeSettings> for RechargeChange {
    /// Names everything: a cap that is not there is taken away.
    fn from(settings: RechargeSettings) -> RechargeChange {
        let Caps { day, week, month } = settings.caps;
        let absent = [(CapPeriod::Day, day), (CapPeriod::Week, week), (CapPeriod::Month, month)];
        let removed = absent.into_iter().filter(|(_, cap)| cap.is_none()).map(|(period, _)| period).collect();
        RechargeChange {
            enabled: Some(settings.enabled),
            balance_amount: Some(settings.balance_amount),
            recharge_amount: Some(settings.recharge_amount),
            caps: Some(CapsChange { day, week, month, removed: Some(removed) }),
        }
    }
}

/// Where the automatic recharge stands, as the contract has it.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RechargeStanding {
    /// Off, or at or above B.
    Idle,
    /// This charge is due or open.
    Charging(u32),
    /// Waits for this level (R9).
    WaitingForLevel(#[serde(with = "int_text")] Micros),
    /// No try is left.
    Exhausted,
    /// A cap refused the next charge until then.
    Capped(#[serde(with = "int_text")] Instant),
    /// Below B, but may not charge now.
    Held,
}

/// Settings and standing together.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RechargeStatus {
    /// None: never set.
    #[serde(default)]
    pub settings: Option<RechargeSettings>,
    /// Where it stands.
    pub standing: RechargeStanding,
    /// Failed attempts of the present episode (R8).
    pub failures: u32,
    /// Paid charges of the present series (R7).
    pub series: u32,
}

/// The period of a cap has ended: the state before comes back (R22).
pub(crate) fn uncap(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let now = turn.now();
    update(turn, account, |recharge| {
        if let State::Capped(until, before) = &recharge.state
            && *until <= now
        {
            recharge.state = (**before).clone();
        }
    })?;
    judge_account(turn, account, Occasion::Settings)
}

/// Changes B, R, the switch and caps as far as they are named, resets the ladder and judges at once (R5, R7, R10, R88).
pub fn set_auto_recharge(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    change: RechargeChange,
) -> Result<RechargeStatus, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_SET_AUTO_RECHARGE, &auth_id)?;
    let args = (&auth_id, &change);
    command.once(turn, &args, |turn, _, account| {
        coinbox_ledger::wallet::need(turn, account)?;
        let before = load(turn, account)?;
        // Switching off what was never on changes nothing either.
        let never_on = before.is_none() && change == RechargeChange { enabled: Some(false), ..Default::default() };
        if change.changes_nothing() || never_on {
            return Ok(status(turn, account)?);
        }
        let settings = change.over(before.as_ref().map(|before| before.settings))?;
        check_change(turn, account, &change, &settings)?;
        if settings.enabled && !cards::has_default(turn, account)? {
            return Err(Error::NoUsableCard(cards::Unusable::None.word().to_owned()));
        }
        let mut recharge = before.unwrap_or(Recharge {
            v: 1,
            settings,
            state: State::Ready,
            failures: 0,
            tried: None,
            series: 0,
            cap_mailed: Vec::new(),
        });
        recharge.settings = settings;
        recharge.reset();
        turn.put(&key(account), &recharge);
        turn.cancel(&UNCAP.of(account));
        tell_set(turn, account, &settings);
        judge_account(turn, account, Occasion::Settings)?;
        Ok(status(turn, account)?)
    })
}

/// Checks what is named, and all of it where automatic recharge is switched on by name: what was allowed once may be kept, and can
/// always be switched off.
pub fn check_change(
    turn: &Turn<'_>,
    account: AuthId,
    change: &RechargeChange,
    settings: &RechargeSettings,
) -> Result<(), Fault> {
    let policy = Policy::load(turn)?;
    let (target, amount) = (Money::from_micros(settings.balance_amount), Money::from_micros(settings.recharge_amount));
    let maximum = policy::maximum_recharge(turn, account)?;
    let switched_on = change.enabled == Some(true);
    let wallet = coinbox_ledger::wallet::need(turn, account)?;
    let currency = wallet.currency();
    let prepaid = !settings.enabled || wallet.credit_limit().is_none();
    let mut checks = Checks::new();
    checks.require(prepaid, "settings.enabled", FieldRule::NotAllowedTogether, "a prepaid account");
    if switched_on || change.balance_amount.is_some() {
        checks.require(target > Money::ZERO, "settings.balance-amount", FieldRule::TooSmall, currency.smallest());
        checks.require(target.is_whole(currency), "settings.balance-amount", FieldRule::WrongForm, currency.whole());
    }
    let amounts = switched_on || change.balance_amount.is_some() || change.recharge_amount.is_some();
    if amounts && amount >= Money::ZERO {
        let most = amount.times(i64::from(policy.series_limit)).unwrap_or(Money::from_micros(i64::MAX));
        checks.require(target <= most, "settings.balance-amount", FieldRule::TooLarge, most);
    }
    if switched_on || change.recharge_amount.is_some() {
        checks.require(
            amount >= policy.minimum_recharge(currency),
            "settings.recharge-amount",
            FieldRule::TooSmall,
            policy.minimum_recharge(currency).in_currency(currency),
        );
        checks.require(
            amount <= maximum,
            "settings.recharge-amount",
            FieldRule::TooLarge,
            maximum.in_currency(currency),
        );
        checks.require(amount.is_whole(currency), "settings.recharge-amount", FieldRule::WrongForm, currency.whole());
    }
    if let Some(caps) = &change.caps {
        for (period, cap, field) in caps.named() {
            if let Some(cap) = cap.map(Money::from_micros) {
                checks.require(cap >= Money::ZERO, field, FieldRule::TooSmall, "0");
                checks.require(cap.is_whole(currency), field, FieldRule::WrongForm, currency.whole());
                let both = caps.removed().contains(&period);
                checks.require(!both, field, FieldRule::NotAllowedTogether, "settings.caps.removed");
            }
        }
        checks.require(caps.removed().len() <= 3, "settings.caps.removed", FieldRule::TooMany, 3);
    }
    checks.done()
}

/// Settings, and how the series stands.
pub fn status(turn: &Turn<'_>, account: AuthId) -> Result<RechargeStatus, Fault> {
    let wallet = coinbox_ledger::wallet::need(turn, account)?;
    let Some(recharge) = load(turn, account)? else {
        return Ok(RechargeStatus { settings: None, standing: RechargeStanding::Idle, failures: 0, series: 0 });
    };
    let below = recharge.enabled() && wallet.available()? < recharge.balance_amount();
    let standing = match &recharge.state {
        State::Charging(number) => RechargeStanding::Charging(*number),
        _ if !recharge.enabled() => RechargeStanding::Idle,
        State::Waiting(level) => RechargeStanding::WaitingForLevel(level.micros()),
        State::Exhausted => RechargeStanding::Exhausted,
        State::Capped(until, _) => RechargeStanding::Capped(*until),
        State::Ready if below => RechargeStanding::Held,
        State::Ready => RechargeStanding::Idle,
    };
    Ok(RechargeStatus {
        settings: Some(recharge.settings),
        standing,
        failures: recharge.failures,
        series: recharge.series,
    })
}

/// Settings and standing.
pub fn get_auto_recharge(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<RechargeStatus, Error> {
    let (_, account) = access::query_on(turn, caller, functions::CREDITS_GET_AUTO_RECHARGE, &auth_id)?;
    Ok(status(turn, account)?)
}
