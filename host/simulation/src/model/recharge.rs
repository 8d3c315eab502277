//! When an automatic recharge starts, at which level it is tried again, and which cap refuses it (CRD-3 to CRD-6, CRD-16, R5 to R11, R22).

use super::account::Account;
use super::policy::Policy;
use super::records::charges::{ChargeKind, Ladder, Settings};
use super::told::{Occasion, Told};
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

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
    /// CRD-3.
    pub fn may_be_charged(&self, amount: i64, policy: &Policy) -> bool {
        amount >= policy.minimum && amount <= self.maximum.unwrap_or(policy.maximum)
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
