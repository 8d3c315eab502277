//! What each test token does. The table for readers is in the documentation of [`super`].

use crate::contract::payment_types::{DeclineReason, MethodDescription, MethodKind};
use sha2::{Digest, Sha256};

/// Longest token.
pub(super) const TOKEN_BYTES_MAX: usize = 512;
const SCRIPT_STEPS_MAX: usize = 64;
/// No answer is held back longer, whatever a token asks for.
pub(super) const SLOW_MS_MAX: u64 = 60_000;
const LATE_MS_MAX: i64 = 366 * 24 * 3_600_000;
const COUNT_MAX: u32 = 1_000_000;

/// Gateway codes with their meaning in the contract and, where there is one, the word in test tokens.
pub(super) const DECLINES: &[(&str, DeclineReason, Option<&str>)] = &[
    ("insufficient_funds", DeclineReason::InsufficientFunds, Some("decline_insufficient")),
    ("card_limit_exceeded", DeclineReason::LimitExceeded, Some("decline_limit")),
    ("expired_card", DeclineReason::Expired, Some("decline_expired")),
    ("lost_card", DeclineReason::LostOrStolen, Some("decline_lost")),
    ("suspected_fraud", DeclineReason::SuspectedFraud, Some("decline_fraud")),
    ("generic_decline", DeclineReason::Unspecified, Some("decline_unspecified")),
    ("confirmation_required", DeclineReason::ConfirmationRequired, None),
    ("method_removed", DeclineReason::MethodRemoved, None),
    ("no_such_method", DeclineReason::MethodRemoved, None),
    ("key_reused", DeclineReason::NotAccepted, None),
    ("key_closed", DeclineReason::NotAccepted, None),
    ("bad_key", DeclineReason::NotAccepted, None),
    ("bad_amount", DeclineReason::NotAccepted, None),
    ("bad_currency", DeclineReason::NotAccepted, None),
    ("bad_statement", DeclineReason::NotAccepted, None),
    ("no_such_charge", DeclineReason::NotAccepted, None),
    ("refund_above_charge", DeclineReason::NotAccepted, None),
    ("refund_declined", DeclineReason::MethodRemoved, None),
];

/// The contract's reason for a gateway code.
pub(super) fn reason_of(code: &str) -> DeclineReason {
    DECLINES.iter().find(|(known, ..)| *known == code).map_or(DeclineReason::Unspecified, |(_, reason, _)| *reason)
}

/// What one charge meets.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Step {
    Approve,
    Decline(&'static str),
    /// Declined unless the customer is present.
    Confirm,
    /// The first answer is lost and nothing was charged.
    TimeoutBefore,
    /// Charged, and the first answer is lost.
    TimeoutAfter,
    /// Pending until so many milliseconds (the sandbox's setting if none), then paid or declined.
    Late {
        after_ms: Option<i64>,
        declined: bool,
    },
    /// Pending, paid at this find.
    LateFinds(u32),
    /// The answer is lost; unknown to two finds; then paid.
    UnknownThenPaid,
    /// The answer is lost, nothing is ever charged.
    UnknownThenNever,
    /// Approved, the answer held back so many real milliseconds (the sandbox's setting if none).
    Slow(Option<u64>),
    /// The gateway takes nothing on at the first so many tries.
    NotSent(u32),
}

/// What a token's charges meet, one after another.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Plan {
    Always(Step),
    /// Over and over.
    Script(Vec<Step>),
    /// Approved so many times, then declined for want of money.
    DeclineAfter(u32),
    /// Declined once the sum would pass this many micros.
    Limit(i64),
}

/// One stored test card or bank debit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Card {
    pub plan: Plan,
    pub kind: MethodKind,
    /// Last month in which it is good.
    pub expires: (u16, u8),
    /// How many refunds of each charge are declined first.
    pub declined_refunds: u32,
}

impl Card {
    /// What the token stands for; `none` if it is none of ours.
    pub(super) fn parse(token: &str) -> Option<Card> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let words = token.strip_prefix("tok_")?;
        // A suffix tells cards apart that behave alike. A month has a hyphen too, so the whole comes first.
        parse_card(words).or_else(|| {
            let (words, suffix) = words.rsplit_once('-')?;
            let good = (1..=16).contains(&suffix.len()) && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
            good.then(|| parse_card(words)).flatten()
        })
    }

    /// What the gateway shows of it.
    pub(super) fn describe(&self, token: &str) -> MethodDescription {
        let digest = Sha256::digest(token.as_bytes());
        let last_four = format!("{:04}", u16::from_be_bytes([digest[0], digest[1]]) % 10_000);
        let card = self.kind == MethodKind::Card;
        MethodDescription {
            kind: self.kind,
            brand: if card { "visa" } else { "bank debit" }.to_owned(),
            last_four,
            expires_year: card.then_some(self.expires.0),
            expires_month: card.then_some(self.expires.1),
        }
    }
}

fn parse_card(words: &str) -> Option<Card> {
    let (name, parameter) = match words.split_once(':') {
        Some((name, parameter)) => (name, Some(parameter)),
        None => (words, None),
    };
    let mut card =
        Card { plan: Plan::Always(Step::Approve), kind: MethodKind::Card, expires: (2049, 12), declined_refunds: 0 };
    match (name, parameter) {
        ("expired_card", None) => card.expires = (2020, 1),
        ("expiring", Some(month)) => card.expires = parse_month(month)?,
        ("debit", after) => {
            card.kind = MethodKind::BankDebit;
            card.plan = Plan::Always(parse_step("late", after)?);
        }
        ("refund_declined", None) => card.declined_refunds = u32::MAX,
        ("refund_declined", Some(count)) => card.declined_refunds = parse_count(count)?,
        ("script", Some(steps)) => {
            let steps: Option<Vec<Step>> = steps.split(',').map(parse_words).collect();
            card.plan = Plan::Script(steps.filter(|steps| steps.len() <= SCRIPT_STEPS_MAX)?);
        }
        ("decline_after", Some(count)) => card.plan = Plan::DeclineAfter(parse_count(count)?),
        ("limit", Some(amount)) => card.plan = Plan::Limit(parse_amount(amount)?),
        _ => card.plan = Plan::Always(parse_step(name, parameter)?),
    }
    Some(card)
}

fn parse_words(words: &str) -> Option<Step> {
    match words.split_once(':') {
        Some((name, parameter)) => parse_step(name, Some(parameter)),
        None => parse_step(words, None),
    }
}

fn parse_step(name: &str, parameter: Option<&str>) -> Option<Step> {
    let late = |declined: bool| {
        let after_ms = parameter.map(|text| parse_number(text).filter(|ms| *ms <= LATE_MS_MAX));
        match after_ms {
            None => Some(Step::Late { after_ms: None, declined }),
            Some(after_ms) => after_ms.map(|ms| Step::Late { after_ms: Some(ms), declined }),
        }
    };
    Some(match (name, parameter) {
        ("approve", None) => Step::Approve,
        ("decline_confirm", None) => Step::Confirm,
        ("timeout_before", None) => Step::TimeoutBefore,
        ("timeout_after", None) => Step::TimeoutAfter,
        ("late", _) => late(false)?,
        ("late_decline", _) => late(true)?,
        ("late_finds", Some(count)) => Step::LateFinds(parse_count(count).filter(|count| *count > 0)?),
        ("unknown_then_paid", None) => Step::UnknownThenPaid,
        ("unknown_then_never", None) => Step::UnknownThenNever,
        ("slow", None) => Step::Slow(None),
        ("slow", Some(text)) => {
            Step::Slow(Some(u64::try_from(parse_number(text)?).ok().filter(|ms| *ms <= SLOW_MS_MAX)?))
        }
        ("not_sent", None) => Step::NotSent(2),
        ("not_sent", Some(count)) => Step::NotSent(parse_count(count)?),
        (name, None) => Step::Decline(DECLINES.iter().find(|(_, _, word)| *word == Some(name))?.0),
        _ => return None,
    })
}

fn parse_number(text: &str) -> Option<i64> {
    let digits = !text.is_empty() && text.len() <= 18 && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn parse_count(text: &str) -> Option<u32> {
    u32::try_from(parse_number(text)?).ok().filter(|count| *count <= COUNT_MAX)
}

/// Whole units with at most two decimals, in micros.
fn parse_amount(text: &str) -> Option<i64> {
    let (whole, cents) = text.split_once('.').unwrap_or((text, "00"));
    let cents = (cents.len() == 2).then(|| parse_number(cents)).flatten()?;
    parse_number(whole)?.checked_mul(1_000_000)?.checked_add(cents * 10_000)
}

fn parse_month(text: &str) -> Option<(u16, u8)> {
    let (year, month) = text.split_once('-')?;
    let year = u16::try_from((year.len() == 4).then(|| parse_number(year)).flatten()?).ok()?;
    let month = u8::try_from((month.len() == 2).then(|| parse_number(month)).flatten()?).ok()?;
    (1..=12).contains(&month).then_some((year, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan(token: &str) -> Option<Plan> {
        Card::parse(token).map(|card| card.plan)
    }

    #[test]
    fn tokens_of_the_table_are_read() {
        let always = |step| Some(Plan::Always(step));
        assert_eq!(plan("tok_approve"), always(Step::Approve));
        assert_eq!(plan("tok_approve-2"), always(Step::Approve));
        assert_eq!(plan("tok_decline_insufficient"), always(Step::Decline("insufficient_funds")));
        assert_eq!(plan("tok_decline_unspecified-visa7"), always(Step::Decline("generic_decline")));
        assert_eq!(plan("tok_late"), always(Step::Late { after_ms: None, declined: false }));
        assert_eq!(plan("tok_late:30000"), always(Step::Late { after_ms: Some(30_000), declined: false }));
        assert_eq!(plan("tok_late_decline:5"), always(Step::Late { after_ms: Some(5), declined: true }));
        assert_eq!(plan("tok_late_finds:3"), always(Step::LateFinds(3)));
        assert_eq!(plan("tok_slow:40"), always(Step::Slow(Some(40))));
        assert_eq!(plan("tok_not_sent:3-b"), always(Step::NotSent(3)));
        assert_eq!(plan("tok_decline_after:3"), Some(Plan::DeclineAfter(3)));
        assert_eq!(plan("tok_limit:500.00"), Some(Plan::Limit(500_000_000)));
        assert_eq!(
            plan("tok_script:approve,decline_limit,late:7-x"),
            Some(Plan::Script(vec![
                Step::Approve,
                Step::Decline("card_limit_exceeded"),
                Step::Late { after_ms: Some(7), declined: false }
            ]))
        );
        assert_eq!(Card::parse("tok_expiring:2027-01").map(|card| card.expires), Some((2027, 1)));
        assert_eq!(Card::parse("tok_expiring:2027-01-2").map(|card| card.expires), Some((2027, 1)));
        assert_eq!(Card::parse("tok_expired_card").map(|card| card.expires), Some((2020, 1)));
    }

    #[test]
    fn other_tokens_are_no_cards() {
        let long = format!("tok_script:{}", vec!["approve"; 65].join(","));
        for token in [
            "",
            "tok_",
            "approve",
            "4242424242424242",
            "tok_nothing",
            "tok_approve:1",
            "tok_approve-",
            "tok_approve-a-b",
            "tok_limit",
            "tok_limit:",
            "tok_limit:1.5",
            "tok_limit:-1",
            "tok_limit:99999999999999999",
            "tok_expiring:2027",
            "tok_expiring:2027-13",
            "tok_script:",
            "tok_script:approve,",
            "tok_script:script:approve",
            "tok_late:-1",
            "tok_slow:60001",
            "tok_late_finds:0",
            "tok_not_sent:x",
            "tok_decline_none",
            "tok_decline_after:",
            &long,
            &"tok_approve".repeat(60),
        ] {
            assert_eq!(Card::parse(token), None, "{token}");
        }
    }

    #[test]
    fn descriptions_tell_cards_apart_and_debits_from_cards() {
        let show = |token: &str| Card::parse(token).expect("card").describe(token);
        assert_eq!(show("tok_approve"), show("tok_approve"));
        assert_ne!(show("tok_approve").last_four, show("tok_approve-2").last_four);
        let expired = show("tok_expired_card");
        assert_eq!(
            (expired.kind, expired.expires_year, expired.expires_month),
            (MethodKind::Card, Some(2020), Some(1))
        );
        let debit = show("tok_debit");
        assert_eq!((debit.kind, debit.expires_year, debit.brand.as_str()), (MethodKind::BankDebit, None, "bank debit"));
    }
}
