//! Automatic recharge of the model: series, ladder, caps (CRD-3 to CRD-6, CRD-16, R5 to R11, R22).

use super::account::Account;
use super::{Occasion, Policy, Told};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use std::collections::{BTreeMap, BTreeSet};

/// CRD-5, CRD-16.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The switch.
    pub enabled: bool,
    /// B.
    pub below: i64,
    /// R.
    pub amount: i64,
    /// A day, a week, a month.
    pub caps: [Option<i64>; 3],
}

/// Where the ladder stands.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum Ladder {
    /// Nothing stands in the way.
    #[default]
    Ready,
    /// This charge has no final answer.
    Charging(u32),
    /// Tried again at this level.
    Waiting(i64),
    /// Only a reset goes on.
    Exhausted,
    /// A cap refused until then; what was before.
    Capped(i64, Box<Ladder>),
}

/// How a charge stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChargeState {
    /// No final answer.
    Open,
    /// Moved.
    Paid,
    /// Not moved.
    Declined,
    /// Never moved and never will.
    Void,
}

/// Who wants a charge, and what for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ChargeKind {
    /// The rules, a recharge (CRD-5).
    Automatic,
    /// A person, a recharge (CRD-4).
    Manual,
    /// A person, exactly what is owed (R24).
    Settlement,
    /// The rules, for an invoice of a postpaid account (CRD-15).
    Invoice,
}

impl ChargeKind {
    /// Its name in the contract.
    pub fn word(self) -> &'static str {
        match self {
            ChargeKind::Automatic => "automatic",
            ChargeKind::Manual => "manual",
            ChargeKind::Settlement => "settlement",
            ChargeKind::Invoice => "invoice",
        }
    }
}

/// One charge.
#[derive(Clone, Debug)]
pub struct Charge {
    /// Who wants it.
    pub kind: ChargeKind,
    /// How much.
    pub amount: i64,
    /// Number of the card.
    pub card: u32,
    /// Its token: the card may be removed long before the payment is given back.
    pub token: String,
    /// How it stands.
    pub state: ChargeState,
    /// When it was made.
    pub created: i64,
    /// The lot that it paid for.
    pub lot: Option<u32>,
    /// The operator has given it up.
    pub given_up: bool,
    /// What its card holder has taken back.
    pub charged_back: i64,
    /// In these parts.
    pub chargebacks: Vec<i64>,
    /// The number of the invoice that it pays.
    pub invoice: Option<String>,
}

/// Automatic recharge and all charges of an account.
#[derive(Clone, Debug, Default)]
pub struct Recharge {
    /// As saved.
    pub settings: Option<Settings>,
    /// By number, from 1.
    pub charges: BTreeMap<u32, Charge>,
    /// Numbers of those that a restore has brought back.
    pub recovered: BTreeSet<u32>,
    pub(super) ladder: Ladder,
    /// Failed attempts of the episode (R8).
    failures: u32,
    /// Paid charges of the series (R7).
    pub(super) series: u32,
    /// The lowest level that was tried in this episode.
    tried: Option<i64>,
    capped: BTreeSet<(usize, i64)>,
}

impl Recharge {
    /// R10.
    pub(super) fn reset(&mut self) {
        self.failures = 0;
        self.tried = None;
        if !matches!(self.ladder, Ladder::Charging(_)) {
            self.ladder = Ladder::Ready;
        }
    }

    /// An automatic charge was paid: the episode is over, the series goes on.
    pub(super) fn paid(&mut self) {
        self.ladder = Ladder::Ready;
        self.failures = 0;
        self.tried = None;
        self.series += 1;
    }

    /// Paid, pending and unknown recharges, automatic and by hand, of a period (R22). What pays a debt is no recharge.
    fn charged(&self, (first, end): (i64, i64)) -> i64 {
        let counts = |charge: &&Charge| {
            matches!(charge.kind, ChargeKind::Automatic | ChargeKind::Manual)
                && matches!(charge.state, ChargeState::Open | ChargeState::Paid)
                && (first..end).contains(&charge.created)
        };
        self.charges.values().filter(counts).map(|charge| charge.amount).sum()
    }

    fn open_by_hand(&self) -> bool {
        self.is_open(ChargeKind::Manual)
    }

    /// Whether a charge of this kind has no final answer.
    pub(super) fn is_open(&self, kind: ChargeKind) -> bool {
        self.charges.values().any(|charge| charge.kind == kind && charge.state == ChargeState::Open)
    }

    /// Writes a charge down; answers its number.
    pub(super) fn charge(&mut self, kind: ChargeKind, amount: i64, (card, token): (u32, String), now: i64) -> u32 {
        // One of a history that was lost keeps its number, and those before it are not given again.
        let number = self.charges.last_key_value().map_or(0, |(last, _)| *last) + 1;
        let state = ChargeState::Open;
        let charge = Charge {
            kind,
            amount,
            card,
            token,
            state,
            created: now,
            lot: None,
            given_up: false,
            charged_back: 0,
            chargebacks: Vec::new(),
            invoice: None,
        };
        self.charges.insert(number, charge);
        number
    }

    /// Numbers of charges in a state.
    pub fn in_state(&self, state: ChargeState) -> Vec<u32> {
        self.charges.iter().filter(|(_, charge)| charge.state == state).map(|(number, _)| *number).collect()
    }

    /// Ends automatic recharge; a charge that is open completes (R32).
    pub(super) fn switch_off(&mut self) {
        if let Some(settings) = self.settings.as_mut().filter(|settings| settings.enabled) {
            settings.enabled = false;
            self.reset();
        }
    }

    /// Whether something must happen by itself before available can rest below B.
    pub fn is_at_rest(&self) -> bool {
        self.ladder == Ladder::Ready
    }
}

const PERIODS: [&str; 3] = ["day", "week", "month"];

/// First moment and end of the UTC day, Monday week or month that holds a moment (R22, R25).
fn bounds(period: usize, at: i64) -> (i64, i64) {
    let date = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let (first, end) = match period {
        0 => (date, date.saturating_add(1.day())),
        1 => {
            let monday = date.saturating_sub(i64::from(date.weekday().since(Weekday::Monday)).days());
            (monday, monday.saturating_add(1.week()))
        }
        _ => (date.first_of_month(), date.first_of_month().saturating_add(1.month())),
    };
    let moment = |date: jiff::civil::Date| {
        date.to_zoned(TimeZone::UTC).map_or(i64::MAX, |zoned| zoned.timestamp().as_millisecond())
    };
    (moment(first), moment(end))
}

impl Account {
    /// Whether these settings may be saved (CRD-3, CRD-5, R7).
    pub fn may_save(&self, settings: &Settings, policy: &Policy) -> bool {
        settings.below > 0
            && settings.below <= settings.amount * i64::from(policy.series_limit)
            && self.may_be_charged(settings.amount, policy)
            && (!settings.enabled || (self.default.is_some() && self.limit.is_none()))
    }

    /// CRD-3.
    pub fn may_be_charged(&self, amount: i64, policy: &Policy) -> bool {
        amount >= policy.minimum && amount <= self.maximum.unwrap_or(policy.maximum)
    }

    /// Saves settings (R10).
    pub fn save(&mut self, settings: Settings, now: i64, policy: &Policy) {
        self.recharge.settings = Some(settings);
        self.recharge.reset();
        self.judge(now, policy, Occasion::Other);
    }

    /// A charge by hand (CRD-4). Answers its number.
    pub fn charge_by_hand(&mut self, amount: i64, card: u32, now: i64) -> u32 {
        self.charge_for_a_person(ChargeKind::Manual, amount, card, now)
    }

    /// A charge that a person has asked for. Answers its number.
    pub(super) fn charge_for_a_person(&mut self, kind: ChargeKind, amount: i64, card: u32, now: i64) -> u32 {
        let number = self.recharge.charge(kind, amount, (card, self.token(card)), now);
        let words = vec![("charge", number.to_string()), ("kind", kind.word().to_owned())];
        self.expect(Told { kind: "recharge-started", amounts: vec![("amount", amount)], words });
        number
    }

    /// Whether a charge by hand has no final answer: it holds back automatic ones.
    pub fn waits_by_hand(&self) -> bool {
        self.recharge.open_by_hand()
    }

    /// Whether a charge is wanted: switched on, allowed, and available strictly below B (R5, R31, R32).
    pub fn is_wanted(&self) -> bool {
        let settings = self.recharge.settings.as_ref();
        !self.trial
            && !self.is_barred()
            && settings.is_some_and(|settings| settings.enabled && self.available() < settings.below)
    }

    pub(super) fn judge_recharge(&mut self, now: i64, policy: &Policy, occasion: Occasion) {
        let Some(Settings { enabled, below, .. }) = self.recharge.settings.clone() else { return };
        let available = self.available();
        if occasion == Occasion::Credit && available >= below {
            self.recharge.reset();
        }
        if self.recharge.ladder == Ladder::Ready && (available >= below || !enabled) {
            self.recharge.series = 0;
        }
        if !enabled || self.trial || self.is_barred() || self.gone.reconciling {
            return;
        }
        let due = match self.recharge.ladder {
            Ladder::Ready => available < below,
            Ladder::Waiting(level) => available <= level,
            _ => false,
        };
        if due && !self.recharge.open_by_hand() {
            self.attempt(now, policy);
        }
    }

    fn levels(&self, policy: &Policy) -> Vec<i64> {
        let below = self.recharge.settings.as_ref().map_or(0, |settings| settings.below);
        policy.levels.iter().map(|percent| below / 100 * i64::from(*percent)).collect()
    }

    fn attempt(&mut self, now: i64, policy: &Policy) {
        let Some(settings) = self.recharge.settings.clone() else { return };
        let available = self.available();
        let reached = match self.recharge.ladder {
            Ladder::Waiting(level) => {
                let passed = self.levels(policy).into_iter().filter(|level| *level >= available).min();
                Some(passed.map_or(level, |passed| passed.min(level)))
            }
            _ => None,
        };
        let failure = if self.recharge.series >= policy.series_limit {
            Some("series-limit")
        } else if !self.may_be_charged(settings.amount, policy) {
            Some("recharge-limits")
        } else {
            self.unusable(None)
        };
        if failure.is_none() && self.refused_by_cap(now, &settings) {
            return;
        }
        self.recharge.tried = reached.or(self.recharge.tried);
        if let Some(reason) = failure {
            let told = self.fail(reason, settings.amount, policy);
            self.expect(told);
            return;
        }
        let card = self.default.unwrap_or(0);
        let number = self.recharge.charge(ChargeKind::Automatic, settings.amount, (card, self.token(card)), now);
        self.recharge.ladder = Ladder::Charging(number);
        let amounts = vec![("amount", settings.amount), ("available", available), ("balance-amount", settings.below)];
        let words = vec![("charge", number.to_string()), ("step", (self.recharge.series + 1).to_string())];
        self.expect(Told { kind: "recharge-started", amounts, words });
    }

    /// CRD-16, R22: no decline, uses up no level, one mail a cap and period.
    fn refused_by_cap(&mut self, now: i64, settings: &Settings) -> bool {
        let mut refusing: Option<(usize, i64, i64, (i64, i64))> = None;
        for (period, cap) in settings.caps.iter().enumerate() {
            let Some(cap) = cap else { continue };
            let bounds = bounds(period, now);
            let charged = self.recharge.charged(bounds);
            if charged + settings.amount > *cap && refusing.is_none_or(|(.., longest)| bounds.1 > longest.1) {
                refusing = Some((period, *cap, charged, bounds));
            }
        }
        let Some((period, cap, charged, (first, until))) = refusing else { return false };
        let amounts =
            vec![("amount", settings.amount), ("cap", cap), ("charged", charged), ("available", self.available())];
        let words = vec![("period", PERIODS[period].to_owned()), ("resumes", coinbox_host::text::day(until))];
        self.expect(Told { kind: "recharge-capped", amounts, words });
        if self.recharge.capped.insert((period, first)) {
            self.mail("recharge-capped");
        }
        let before = std::mem::take(&mut self.recharge.ladder);
        self.recharge.ladder = Ladder::Capped(until, Box::new(before));
        true
    }

    /// A failed attempt: the next level is the highest untried one strictly below available (R8, R9). What the feed must tell.
    pub(super) fn fail(&mut self, reason: &str, amount: i64, policy: &Policy) -> Told {
        let available = self.available();
        let levels = self.levels(policy);
        let recharge = &mut self.recharge;
        recharge.failures += 1;
        recharge.series = 0;
        let tried = recharge.tried.unwrap_or(i64::MAX);
        let next = if recharge.failures < policy.failure_limit && available > 0 {
            levels.into_iter().filter(|level| *level < available && *level < tried).max()
        } else {
            None
        };
        recharge.ladder = next.map_or(Ladder::Exhausted, Ladder::Waiting);
        let failures = recharge.failures.to_string();
        self.mail("recharge-failed");
        let next = next.map_or_else(|| "none".to_owned(), coinbox_host::text::amount);
        Told {
            kind: "recharge-failed",
            amounts: vec![("amount", amount), ("available", available)],
            words: vec![("reason", reason.to_owned()), ("failures", failures), ("next-level", next)],
        }
    }

    /// Lets time pass: a month may end, and the period of a cap (R22).
    pub fn pass_time(&mut self, to: i64, policy: &Policy) {
        self.pass_month_ends(to, policy);
        while let Ladder::Capped(until, before) = self.recharge.ladder.clone() {
            if until > to {
                return;
            }
            self.recharge.ladder = *before;
            self.judge(until, policy, Occasion::Other);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_utc_days_monday_weeks_and_months() {
        // 2026-03-04T05:06:07Z, a Wednesday.
        let at = 1_772_600_767_000;
        let shown = |period| {
            let (first, end) = bounds(period, at);
            (coinbox_host::text::moment(first), coinbox_host::text::moment(end))
        };
        let of = |first: &str, end: &str| (format!("{first}T00:00:00Z"), format!("{end}T00:00:00Z"));
        assert_eq!(shown(0), of("2026-03-04", "2026-03-05"));
        assert_eq!(shown(1), of("2026-03-02", "2026-03-09"));
        assert_eq!(shown(2), of("2026-03-01", "2026-04-01"));
    }
}
