//! A small model of an account, written without the rules: lots in spending order, what is owed, which alerts are armed
//! (CRD-2, CRD-8, R2, R17, R18, R21). Property tests hold the host against it.

use crate::crash_world::{MINUTE, USD, list, number, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Thresholds of the default policy.
const THRESHOLDS: [i64; 4] = [500 * USD, 250 * USD, 100 * USD, 10 * USD];

/// Kinds of credit in spending order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Given with a trial.
    Trial,
    /// Goodwill.
    Promotional,
    /// Paid for.
    Cash,
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Kind::Trial => "trial",
            Kind::Promotional => "promotional",
            Kind::Cash => "cash",
        }
    }
}

/// Credit of one origin, used up or not.
#[derive(Clone, Debug)]
struct Lot {
    kind: Kind,
    /// Expiry of goodwill, moment of everything else.
    moment: i64,
    number: i64,
    amount: i64,
    rest: i64,
}

/// One account.
#[derive(Clone, Debug, Default)]
pub struct Model {
    lots: Vec<Lot>,
    owed: i64,
    custom: BTreeSet<i64>,
    armed: BTreeSet<i64>,
    armed_for_zero: bool,
    /// What the feed must tell next about dips: kind and facts.
    expected: VecDeque<(String, Vec<i64>)>,
    /// Lot of each paid charge, by gateway key.
    lots_of_charges: BTreeMap<String, usize>,
    /// Up to where the feed has been followed.
    position: u64,
}

impl Model {
    /// What is left of all lots, less what is owed.
    pub fn balance(&self) -> i64 {
        self.lots.iter().map(|lot| lot.rest).sum::<i64>() - self.owed
    }

    /// Adds credit: what is owed is paid first.
    pub fn credit(&mut self, kind: Kind, amount: i64, moment: i64) {
        let paid = amount.min(self.owed);
        self.owed -= paid;
        let number = self.lots.len() as i64 + 1;
        self.lots.push(Lot { kind, moment, number, amount, rest: amount - paid });
        self.look();
    }

    /// Takes an amount in spending order without looking at alerts; what no lot covers is owed.
    pub fn debit(&mut self, amount: i64) {
        let mut order: Vec<&mut Lot> = self.lots.iter_mut().filter(|lot| lot.rest > 0).collect();
        order.sort_by_key(|lot| (lot.kind, lot.moment, lot.number));
        let mut left = amount;
        for lot in order {
            let taken = left.min(lot.rest);
            lot.rest -= taken;
            left -= taken;
        }
        self.owed += left;
    }

    /// Gives back to the lot of a paid charge. Answers whether that much has been spent of it.
    pub fn correct(&mut self, key: &str, amount: i64) -> bool {
        let lot = &mut self.lots[self.lots_of_charges[key]];
        if lot.rest + amount > lot.amount {
            return false;
        }
        let paid = amount.min(self.owed);
        self.owed -= paid;
        lot.rest += amount - paid;
        self.look();
        true
    }

    /// Keys of paid charges.
    pub fn paid(&self) -> Vec<String> {
        self.lots_of_charges.keys().cloned().collect()
    }

    /// Replaces the customer's thresholds.
    pub fn set_custom(&mut self, thresholds: &[i64]) {
        self.custom = thresholds.iter().copied().collect();
        self.look();
    }

    /// Fires and arms alerts by the balance of now.
    pub fn look(&mut self) {
        let balance = self.balance();
        let all: BTreeSet<i64> = THRESHOLDS.into_iter().chain(self.custom.iter().copied()).collect();
        let fired: Vec<i64> =
            all.iter().copied().filter(|threshold| self.armed.contains(threshold) && balance < *threshold).collect();
        if let Some(lowest) = fired.first() {
            let facts = [balance, *lowest].into_iter().chain(fired.iter().rev().copied()).collect();
            self.expected.push_back(("balance-low".to_owned(), facts));
        }
        if balance <= 0 && self.armed_for_zero {
            self.expected.push_back(("out-of-credit".to_owned(), vec![balance]));
        }
        self.armed = all.into_iter().filter(|threshold| balance >= *threshold).collect();
        self.armed_for_zero = balance > 0;
    }

    /// Follows what the feed says has happened since: payments and expiries move the model, alerts must be those it expects, in its
    /// order. `paid_at`: when the gateway says that a key was paid.
    pub fn follow(&mut self, events: &[Value], paid_at: &BTreeMap<String, i64>) {
        for event in events {
            self.position = number(&event["position"]).unsigned_abs();
            let facts = |name: &str| -> Vec<String> {
                list(&event["facts"])
                    .iter()
                    .filter(|fact| fact["name"] == name)
                    .map(|fact| text(&fact["value"]))
                    .collect()
            };
            let money = |name: &str| facts(name).iter().map(|text| micros(text)).collect::<Vec<i64>>();
            match text(&event["kind"]).as_str() {
                "recharge-paid" => {
                    let key = facts("key").remove(0);
                    let at = *paid_at.get(&key).unwrap_or_else(|| panic!("{key} was booked and never paid"));
                    let lot = self.lots.len();
                    assert_eq!(self.lots_of_charges.insert(key.clone(), lot), None, "{key} was booked twice");
                    self.credit(Kind::Cash, money("amount")[0], at);
                    assert_eq!(money("balance"), [self.balance()], "{event}");
                }
                "credit-expired" => {
                    let lot: i64 = facts("reason")[0].trim_start_matches("lot ").parse().expect("a lot's number");
                    let lot = self.lots.iter_mut().find(|known| known.number == lot).expect("a lot that exists");
                    assert_eq!(money("amount"), [lot.rest], "{event}");
                    lot.rest = 0;
                    self.look();
                }
                kind @ ("balance-low" | "out-of-credit") => {
                    let told = [money("balance"), money("threshold"), money("passed")].concat();
                    let expected = self.expected.pop_front();
                    assert_eq!(expected, Some((kind.to_owned(), told)), "{event}");
                }
                _ => {}
            }
        }
        assert!(self.expected.is_empty(), "the feed does not tell of {:?}", self.expected);
    }

    /// Where the feed has to be read on.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Open lots in spending order: number, kind, rest.
    pub fn lots(&self) -> Vec<(i64, String, i64)> {
        let mut open: Vec<&Lot> = self.lots.iter().filter(|lot| lot.rest > 0).collect();
        open.sort_by_key(|lot| (lot.kind, lot.moment, lot.number));
        open.into_iter().map(|lot| (lot.number, lot.kind.name().to_owned(), lot.rest)).collect()
    }
}

/// Decimal text in micro-units.
fn micros(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, fraction) = digits.split_once('.').expect("money has decimals");
    let fraction = format!("{fraction:0<6}");
    sign * (whole.parse::<i64>().expect("digits") * USD + fraction.parse::<i64>().expect("digits"))
}

/// What an event of [`crate::crash_world::Host::prices`] costs; none: it has no price.
pub fn price(product: &str, to: &str, quantity: i64) -> Option<i64> {
    match product {
        _ if !to.starts_with('1') => None,
        "voice" => Some((quantity * 1000 + MINUTE - 1) / MINUTE * 600_000),
        "sms" if to.starts_with("1900") => Some(quantity * 70_000),
        "sms" => Some(quantity * 50_000),
        _ => None,
    }
}
