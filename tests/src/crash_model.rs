//! A small model of an account, written without the rules: lots in spending order, what is owed, which alerts are armed, what months are rounded by
//! (CRD-2, CRD-8, R2, R17, R18, R21, R85, R86). Property tests hold the host against it.

use crate::crash_world::{DAY, MINUTE, START, USD, list, number, text};
use coinbox_host::months::next_month;
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

/// Something that no lot covered, on a UTC day.
#[derive(Clone, Copy, Debug)]
struct Debt {
    day: i64,
    /// It was charged: it is no rounding.
    charge: bool,
    amount: i64,
}

/// Micros of a cent.
const CENT: i64 = 10_000;

/// The day of a moment.
fn day(at: i64) -> i64 {
    at.div_euclid(DAY)
}

/// One account.
#[derive(Clone, Debug)]
pub struct Model {
    /// Up to when time has passed.
    now: i64,
    /// The first moments of the month that runs and of the next one.
    month: (i64, i64),
    lots: Vec<Lot>,
    /// Oldest day first, of a day its charges first.
    debts: Vec<Debt>,
    /// What was charged in the month that runs, and what of it gifts have paid.
    charged: i64,
    discount: i64,
    /// How many months were rounded, down and up.
    pub rounded: [usize; 2],
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

impl Default for Model {
    fn default() -> Model {
        Model {
            now: START,
            month: (START - DAY, next_month(START)),
            lots: Vec::new(),
            debts: Vec::new(),
            charged: 0,
            discount: 0,
            rounded: [0; 2],
            custom: BTreeSet::new(),
            armed: BTreeSet::new(),
            armed_for_zero: false,
            expected: VecDeque::new(),
            lots_of_charges: BTreeMap::new(),
            position: 0,
        }
    }
}

impl Model {
    /// What is left of all lots, less what is owed.
    pub fn balance(&self) -> i64 {
        self.lots.iter().map(|lot| lot.rest).sum::<i64>() - self.debts.iter().map(|debt| debt.amount).sum::<i64>()
    }

    /// Adds credit: what is owed is paid first. What a gift pays of charges of the month that runs is a discount of it (R86).
    pub fn credit(&mut self, kind: Kind, amount: i64, moment: i64) {
        let (rest, of_month) = self.pay_debts(amount);
        self.discount += if kind == Kind::Cash { 0 } else { of_month };
        self.add(kind, amount, rest, moment);
        self.look();
    }

    fn add(&mut self, kind: Kind, amount: i64, rest: i64, moment: i64) {
        let number = self.lots.len() as i64 + 1;
        self.lots.push(Lot { kind, moment, number, amount, rest });
    }

    /// Pays what is owed. Answers what is left of the amount, and what of charges of the month that runs was paid.
    fn pay_debts(&mut self, amount: i64) -> (i64, i64) {
        let first = self.month.0;
        let (mut left, mut of_month) = (amount, 0);
        for debt in &mut self.debts {
            let paid = left.min(debt.amount);
            debt.amount -= paid;
            left -= paid;
            of_month += if debt.charge && debt.day >= day(first) { paid } else { 0 };
        }
        self.debts.retain(|debt| debt.amount > 0);
        (left, of_month)
    }

    /// Takes an amount in spending order without looking at alerts; what no lot covers is owed.
    pub fn debit(&mut self, amount: i64) {
        self.charged += amount;
        self.discount += self.take(amount, Debt { day: day(self.now), charge: true, amount: 0 });
    }

    /// Answers what gifts have paid of it.
    fn take(&mut self, amount: i64, debt: Debt) -> i64 {
        let mut order: Vec<&mut Lot> = self.lots.iter_mut().filter(|lot| lot.rest > 0).collect();
        order.sort_by_key(|lot| (lot.kind, lot.moment, lot.number));
        let (mut left, mut gifts) = (amount, 0);
        for lot in order {
            let taken = left.min(lot.rest);
            lot.rest -= taken;
            left -= taken;
            gifts += if lot.kind == Kind::Cash { 0 } else { taken };
        }
        if left > 0 {
            self.debts.push(Debt { amount: left, ..debt });
            self.debts.sort_by_key(|debt| (debt.day, !debt.charge));
        }
        gifts
    }

    /// Lets time pass: what a month that ends has charged, less its discount, is made whole cents (R85).
    fn pass(&mut self, to: i64) {
        while self.month.1 <= to {
            self.close_month();
        }
        self.now = self.now.max(to);
    }

    fn close_month(&mut self) {
        let (first, end) = self.month;
        let exact = std::mem::take(&mut self.charged) - std::mem::take(&mut self.discount);
        let whole = exact.signum() * ((exact.abs() + CENT / 2) / CENT * CENT);
        if whole > exact {
            self.take(whole - exact, Debt { day: day(end - 1), charge: false, amount: 0 });
            self.rounded[1] += 1;
        } else if whole < exact {
            self.give_back(exact - whole, (day(first), day(end - 1)));
            self.rounded[0] += 1;
        }
        (self.now, self.month) = (end, (end, next_month(end)));
        if whole != exact {
            self.look();
        }
    }

    /// What is owed of these days is less, the newest first; then it is as if so much of the newest payments had not been spent.
    fn give_back(&mut self, amount: i64, (first, last): (i64, i64)) {
        let mut back = amount;
        for debt in self.debts.iter_mut().rev().filter(|debt| (first..=last).contains(&debt.day)) {
            let less = back.min(debt.amount);
            debt.amount -= less;
            back -= less;
        }
        self.debts.retain(|debt| debt.amount > 0);
        // Charges are numbered as they were asked for, and a late answer makes a younger lot of an older one.
        let mut payments: Vec<(i64, usize)> =
            self.lots_of_charges.iter().map(|(key, lot)| (charge_number(key), *lot)).collect();
        payments.sort_unstable();
        for (_, place) in payments.into_iter().rev() {
            while back > 0 {
                let part = back.min(self.lots[place].amount - self.lots[place].rest);
                if part == 0 {
                    break;
                }
                self.lots[place].rest += self.pay_debts(part).0;
                back -= part;
            }
        }
        if back > 0 {
            let (rest, _) = self.pay_debts(back);
            self.add(Kind::Promotional, back, rest, i64::MAX);
        }
    }

    /// Gives back to the lot of a paid charge. Answers whether that much has been spent of it.
    pub fn correct(&mut self, key: &str, amount: i64) -> bool {
        let place = self.lots_of_charges[key];
        if self.lots[place].rest + amount > self.lots[place].amount {
            return false;
        }
        // A charge below zero (R27).
        self.charged -= amount;
        self.lots[place].rest += self.pay_debts(amount).0;
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

    /// Follows what the feed says has happened up to now: payments and expiries move the model, alerts must be those it expects, in its
    /// order. `paid_at`: when the gateway says that a key was paid.
    pub fn follow(&mut self, events: &[Value], paid_at: &BTreeMap<String, i64>, now: i64) {
        for event in events {
            let at = number(&event["at"]);
            // What happens in the very moment in which a month ends comes before its end or behind it.
            self.pass(at - 1);
            let before = self.clone();
            let mut followed = self.follow_one(event, paid_at);
            if followed.is_err() && before.month.1 <= at {
                *self = before;
                self.pass(at);
                followed = self.follow_one(event, paid_at);
            }
            followed.unwrap_or_else(|problem| panic!("{problem}: {event}"));
        }
        self.pass(now);
        assert!(self.expected.is_empty(), "the feed does not tell of {:?}", self.expected);
    }

    fn follow_one(&mut self, event: &Value, paid_at: &BTreeMap<String, i64>) -> Result<(), String> {
        self.position = number(&event["position"]).unsigned_abs();
        let facts = |name: &str| -> Vec<String> {
            list(&event["facts"]).iter().filter(|fact| fact["name"] == name).map(|fact| text(&fact["value"])).collect()
        };
        let money = |name: &str| facts(name).iter().map(|text| micros(text)).collect::<Vec<i64>>();
        match text(&event["kind"]).as_str() {
            "recharge-paid" => {
                let key = facts("key").remove(0);
                let at = *paid_at.get(&key).ok_or("it was booked and never paid")?;
                let lot = self.lots.len();
                agree(self.lots_of_charges.insert(key, lot), None)?;
                self.credit(Kind::Cash, money("amount")[0], at);
                agree(money("balance"), vec![self.balance()])
            }
            "credit-expired" => {
                let lot: i64 = facts("reason")[0].trim_start_matches("lot ").parse().expect("a lot's number");
                let lot = self.lots.iter_mut().find(|known| known.number == lot).ok_or("there is no such lot")?;
                agree(money("amount"), vec![lot.rest])?;
                lot.rest = 0;
                self.look();
                Ok(())
            }
            kind @ ("balance-low" | "out-of-credit") => {
                let told = [money("balance"), money("threshold"), money("passed")].concat();
                agree(Some((kind.to_owned(), told)), self.expected.pop_front())
            }
            _ => Ok(()),
        }
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

fn agree<T: PartialEq + std::fmt::Debug>(told: T, expected: T) -> Result<(), String> {
    if told == expected { Ok(()) } else { Err(format!("the model expects {expected:?}")) }
}

/// The number of a charge in its gateway key.
fn charge_number(key: &str) -> i64 {
    key.rsplit('-').next().and_then(|number| number.parse().ok()).expect("a key ends with a number")
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
