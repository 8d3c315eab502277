//! Customers of the sample operator.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Trial or paying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SampleAccountType {
    /// Pays.
    Standard,
    /// A trial.
    Developer,
}

/// Automatic recharge settings of a sample account; amounts in micro-units, whole cents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampleRecharge {
    /// Recharge when less than this is left.
    pub balance_amount: i64,
    /// What one charge takes.
    pub recharge_amount: i64,
    /// At most this much a day.
    pub cap_day: Option<i64>,
    /// At most this much a month.
    pub cap_month: Option<i64>,
}

/// What to make: one account with its cards, settings and sub-accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleAccount {
    /// The company, different for each account.
    pub name: String,
    /// Registered address, different for each account.
    pub email: String,
    /// Street.
    pub address: &'static str,
    /// City.
    pub city: &'static str,
    /// State or country.
    pub state: &'static str,
    /// IANA name.
    pub timezone: &'static str,
    /// Trial or paying.
    pub account_type: SampleAccountType,
    /// Credits to start with, in micro-units; 0 for a trial, which the rules give its own.
    pub opening_credits: i64,
    /// Tokens of the sandbox gateway's test cards, the default one first.
    pub cards: Vec<String>,
    /// `None`: off.
    pub auto_recharge: Option<SampleRecharge>,
    /// Alert thresholds of the customer's own, in micro-units.
    pub alert_thresholds: Vec<i64>,
    /// Addresses that receive alerts besides the registered one.
    pub alert_recipients: Vec<String>,
    /// How many sub-accounts to make.
    pub sub_accounts: u32,
    /// Share of all usage, relative to the other accounts.
    pub weight: u32,
}

impl SampleAccount {
    /// How the account's share of usage falls on itself (first) and its sub-accounts.
    pub fn source_weights(&self) -> Vec<u32> {
        let parts = self.sub_accounts + 1;
        (0..parts).map(|_| (self.weight / parts).max(1)).collect()
    }
}

const ADJECTIVES: [&str; 25] = [
    "Amber", "Blue", "Bright", "Cedar", "Clear", "Copper", "Coral", "Eastern", "First", "Golden", "Grand", "Green",
    "Harbor", "Iron", "Lunar", "Maple", "Metro", "Northern", "Open", "Polar", "Quick", "Silver", "Summit", "Union",
    "Western",
];
const NOUNS: [&str; 40] = [
    "Anchor", "Arch", "Beacon", "Bridge", "Brook", "Canyon", "Castle", "Cloud", "Compass", "Creek", "Crown", "Delta",
    "Dune", "Falcon", "Field", "Forge", "Fox", "Gate", "Grove", "Heron", "Hill", "Island", "Lake", "Lantern", "Leaf",
    "Mill", "Oak", "Orchard", "Peak", "Pine", "Port", "Ridge", "River", "Rock", "Sail", "Stone", "Tower", "Valley",
    "Wave", "Wolf",
];
const TRADES: [&str; 10] =
    ["Telecom", "Logistics", "Clinics", "Travel", "Insurance", "Retail", "Software", "Banking", "Media", "Couriers"];
const PLACES: [(&str, &str, &str, &str); 8] = [
    ("200 Market Street", "San Francisco", "CA", "America/Los_Angeles"),
    ("15 Broad Street", "New York", "NY", "America/New_York"),
    ("40 Finsbury Square", "London", "United Kingdom", "Europe/London"),
    ("Torstraße 12", "Berlin", "Germany", "Europe/Berlin"),
    ("8 Residency Road", "Bengaluru", "India", "Asia/Kolkata"),
    ("3-1 Marunouchi", "Tokyo", "Japan", "Asia/Tokyo"),
    ("Avenida Paulista 900", "São Paulo", "Brazil", "America/Sao_Paulo"),
    ("60 Castlereagh Street", "Sydney", "Australia", "Australia/Sydney"),
];

/// The first accounts use the most, and each meets a case that a reader of the results should see: card, B, R, daily cap.
const SHOWN: [(&str, i64, i64, Option<i64>); 9] = [
    ("tok_approve", 100, 50, None),
    ("tok_decline_after:1", 100, 25, None),
    ("tok_script:approve,decline_limit,approve,approve,decline_insufficient", 80, 40, None),
    ("tok_approve-capped", 100, 25, Some(50)),
    ("tok_decline_insufficient", 100, 25, None),
    ("tok_timeout_after", 50, 25, None),
    ("tok_timeout_before", 50, 25, None),
    ("tok_limit:100.00", 80, 50, None),
    ("tok_expired_card", 40, 25, None),
];
/// Position of the account that never recharges and runs out of credit.
const RUNS_DRY: usize = SHOWN.len();
/// Position of the first trial.
const TRIAL: usize = RUNS_DRY + 1;

const DOLLAR: i64 = 1_000_000;

/// Plans `count` accounts, the same for the same seed; the first ones of a longer plan are the shorter plan.
pub fn plan_accounts(seed: u64, count: u32) -> Vec<SampleAccount> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    (0..count as usize).map(|index| account(index, &mut random)).collect()
}

fn account(index: usize, random: &mut ChaCha8Rng) -> SampleAccount {
    let name = company(index);
    let domain = format!("{}.example", name.to_lowercase().replace(' ', "-"));
    let (address, city, state, timezone) = PLACES[random.random_range(0..PLACES.len())];
    let is_trial = index == TRIAL || (index > TRIAL && random.random_ratio(1, 12));
    let mut cards = Vec::new();
    let mut auto_recharge = None;
    let mut opening_credits = 0;
    // The same draws for every account, so that one account's case never moves its neighbours.
    let (opening, below, charge, kind) = (
        random.random_range(1..=12) * 25,
        random.random_range(1..=8) * 25,
        random.random_range(1..=4) * 25,
        random.random_range(0..100),
    );
    if let Some((token, balance_amount, recharge_amount, cap_day)) = SHOWN.get(index) {
        opening_credits = 120 * DOLLAR;
        cards.push((*token).to_owned());
        auto_recharge = Some(SampleRecharge {
            balance_amount: balance_amount * DOLLAR,
            recharge_amount: recharge_amount * DOLLAR,
            cap_day: cap_day.map(|cap| cap * DOLLAR),
            cap_month: None,
        });
    } else if index == RUNS_DRY {
        opening_credits = 75 * DOLLAR;
    } else if !is_trial {
        opening_credits = opening * DOLLAR;
        cards.push(card(kind, index));
        if kind % 3 == 0 {
            cards.push(format!("tok_approve-spare{index}"));
        }
        if kind >= 15 {
            auto_recharge = Some(SampleRecharge {
                balance_amount: below * DOLLAR,
                recharge_amount: charge * DOLLAR,
                cap_day: (kind % 10 == 7).then_some(4 * charge * DOLLAR),
                cap_month: (kind % 10 == 8).then_some(40 * charge * DOLLAR),
            });
        }
    }
    SampleAccount {
        email: format!("billing@{domain}"),
        name,
        address,
        city,
        state,
        timezone,
        account_type: if is_trial { SampleAccountType::Developer } else { SampleAccountType::Standard },
        opening_credits,
        cards,
        auto_recharge,
        alert_thresholds: if kind % 2 == 0 { vec![opening * DOLLAR / 2] } else { Vec::new() },
        alert_recipients: if kind % 4 == 0 { vec![format!("accounts@{domain}")] } else { Vec::new() },
        sub_accounts: if is_trial { kind % 2 } else { [0, 0, 1, 2, 3, 5][kind as usize % 6] },
        weight: u32::try_from(1_000_000 / (index + 3)).unwrap_or(1),
    }
}

fn company(index: usize) -> String {
    // 7 and 25 have no common factor, nor have 11 and 40: neighbours look different, and nobody comes twice in a round of 1000.
    let (block, place) = (index / ADJECTIVES.len(), index % ADJECTIVES.len());
    let adjective = ADJECTIVES[place * 7 % ADJECTIVES.len()];
    let noun = NOUNS[(block * 11 + place * 3) % NOUNS.len()];
    let trade = TRADES[index % TRADES.len()];
    let round = index / (ADJECTIVES.len() * NOUNS.len());
    if round == 0 { format!("{adjective} {noun} {trade}") } else { format!("{adjective} {noun} {trade} {}", round + 1) }
}

/// Most cards are good; some meet what cards meet.
fn card(kind: u32, index: usize) -> String {
    match kind {
        90..=92 => format!("tok_late:60000-{index}"),
        93..=94 => format!("tok_decline_lost-{index}"),
        95..=96 => format!("tok_decline_after:2-{index}"),
        97 => format!("tok_unknown_then_paid-{index}"),
        98 => format!("tok_not_sent:2-{index}"),
        99 => format!("tok_limit:150.00-{index}"),
        _ => format!("tok_approve-{index}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn same_seed_same_plan_and_a_longer_plan_begins_alike() {
        let plan = plan_accounts(7, 200);
        assert_eq!(plan, plan_accounts(7, 200));
        assert_eq!(plan[..50], plan_accounts(7, 50));
        assert_ne!(plan, plan_accounts(8, 200));
        assert_eq!(plan_accounts(7, 0), []);
    }

    #[test]
    fn nobody_comes_twice() {
        let plan = plan_accounts(1, 5_000);
        assert_eq!(plan.iter().map(|account| &account.name).collect::<BTreeSet<_>>().len(), 5_000);
        assert_eq!(plan.iter().map(|account| &account.email).collect::<BTreeSet<_>>().len(), 5_000);
    }

    #[test]
    fn the_rules_take_every_plan() {
        for seed in 0..20 {
            for account in plan_accounts(seed, 500) {
                assert!((3..=100).contains(&account.name.chars().count()), "seed {seed}: {}", account.name);
                assert!(account.cards.len() <= 10 && account.alert_thresholds.len() <= 3);
                assert!(account.weight >= 1 && account.source_weights().len() == account.sub_accounts as usize + 1);
                if let Some(recharge) = account.auto_recharge {
                    assert!(!account.cards.is_empty(), "seed {seed}: nothing to charge: {account:?}");
                    assert!(recharge.recharge_amount >= 25 * DOLLAR, "seed {seed}: {account:?}");
                    assert!(recharge.balance_amount <= 40 * recharge.recharge_amount, "seed {seed}: {account:?}");
                }
                if account.account_type == SampleAccountType::Developer {
                    assert!(account.sub_accounts <= 1 && account.opening_credits == 0 && account.cards.is_empty());
                }
            }
        }
    }

    #[test]
    fn the_first_accounts_show_each_case() {
        let plan = plan_accounts(7, 12);
        assert_eq!(plan[1].cards, ["tok_decline_after:1"]);
        assert_eq!(plan[3].auto_recharge.and_then(|recharge| recharge.cap_day), Some(50_000_000));
        assert_eq!((plan[RUNS_DRY].opening_credits, plan[RUNS_DRY].auto_recharge), (75_000_000, None));
        assert_eq!(plan[TRIAL].account_type, SampleAccountType::Developer);
    }
}
