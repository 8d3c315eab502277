//! Rented numbers and seats of the model: what an order holds, first rent, rent of the first of a month, what is released because rent
//! is owed (NUM-2 to NUM-4, INV-8, R19, R20, R45).

use super::account::Account;
use super::{Event, Occasion, Policy};
use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// How long rent may stay unpaid: the default of the requirements.
const GRACE: i64 = 30 * 86_400_000;
/// Mails before a number is released: at once, and 14, 7 and 1 days before.
const WARNINGS: usize = 4;
/// A month of a seat.
const SEAT: i64 = 12_500_000;

/// Numbers that the stock has at first: number, type.
pub const STOCK: [(&str, &str); 8] = [
    ("12025550100", "local"),
    ("12025550101", "local"),
    ("12025550102", "local"),
    ("12025550103", "local"),
    ("18005550100", "toll-free"),
    ("18005550101", "toll-free"),
    ("18005550102", "toll-free"),
    ("12025550199", "mobile"),
];

/// Fee and rent of a type; mobile numbers have no price.
fn fees(kind: &str) -> Option<(i64, i64)> {
    match kind {
        "local" => Some((1_000_000, 2_500_000)),
        "toll-free" => Some((0, 7_777_770)),
        _ => None,
    }
}

/// The prices behind [`fees`] and [`SEAT`], in the form of the contract.
pub fn number_prices() -> Value {
    let row = |kind: &str, setup: &str, monthly: &str| json!({"country": "US", "kind": kind, "setup": setup, "monthly": monthly});
    json!({"rows": [row("local", "1", "2.5"), row("toll-free", "0", "7.77777")], "seat": "12.5"})
}

/// An offer of the stock in the form of the contract.
pub fn offer((number, kind): (&str, &str)) -> Value {
    json!({"number": number, "country": "US", "calling-code": "1", "kind": kind, "region": "", "city": "", "voice": true, "sms": true,
        "mms": false})
}

/// Days of a moment's month that are left, that of the moment included, and all of them.
fn days_left(at: i64) -> (i64, i64) {
    let date = Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(TimeZone::UTC).date();
    let days = i64::from(date.days_in_month());
    (days - i64::from(date.day()) + 1, days)
}

fn month(at: i64) -> String {
    coinbox_host::text::day(at)[..7].to_owned()
}

/// R20, RW §9: by days, rounded once at 5 decimals, half up.
fn first_rent(monthly: i64, at: i64) -> i64 {
    let (left, days) = days_left(at);
    // In units of the fifth decimal, doubled to round at the half.
    let units = (2 * monthly * left / 10 + days) / (2 * days);
    units * 10
}

#[derive(Clone, Debug)]
struct Order {
    holder: String,
    setup: i64,
    monthly: i64,
    first: i64,
    at: i64,
    /// When the stock has carried it out, if that was before a restore.
    delivered: Option<i64>,
}

/// Numbers of an account, ordered and rented, its seats, and what falls due at a month's beginning.
#[derive(Clone, Debug, Default)]
pub struct Rents {
    orders: BTreeMap<String, Order>,
    /// Numbers that a restore has brought back.
    pub recovered: BTreeSet<String>,
    /// By moment of delivery and number: the rent of a month, and who has it.
    rented: BTreeMap<(i64, String), (i64, String)>,
    seats: u32,
    /// Rent that the feed must tell: month, numbers in order of their rental.
    due: Vec<(String, Vec<String>)>,
    /// Seats that the feed must tell: month, how many.
    seats_due: Vec<(String, u32)>,
    /// Moments of warnings.
    warned: Vec<i64>,
    released_at: Option<i64>,
}

impl Rents {
    /// What open orders hold.
    pub fn held(&self) -> i64 {
        self.orders.values().map(|order| order.setup + order.first).sum()
    }

    /// Numbers that are rented, oldest rental first.
    pub fn numbers(&self) -> Vec<String> {
        self.rented.keys().map(|(_, number)| number.clone()).collect()
    }

    /// Whether an order of this number has no final answer.
    pub fn is_ordered(&self, number: &str) -> bool {
        self.orders.contains_key(number)
    }

    /// Numbers that are rented or ordered, and were not by this account then.
    pub(super) fn orders_since(&self, then: &Account) -> Vec<String> {
        let now = self.numbers().into_iter().chain(self.orders.keys().cloned());
        now.filter(|number| !then.rents.is_ordered(number) && !then.rents.numbers().contains(number)).collect()
    }

    /// Whether nothing is ordered or rented.
    pub(super) fn is_idle(&self) -> bool {
        self.count() == 0
    }

    /// An order of a history that was lost has come back.
    pub(super) fn recover(&mut self, number: &str, holder: String, delivered: i64) -> Result<()> {
        let kind = STOCK.iter().find(|(known, _)| *known == number).map_or("", |(_, kind)| kind);
        let (setup, monthly) = fees(kind).context("it has no price")?;
        let (first, at) = (first_rent(monthly, delivered), delivered);
        let order = Order { holder, setup, monthly, first, at, delivered: Some(delivered) };
        ensure!(self.orders.insert(number.to_owned(), order).is_none(), "it is ordered already");
        self.recovered.insert(number.to_owned());
        Ok(())
    }

    /// How many are rented or ordered.
    fn count(&self) -> usize {
        self.rented.len() + self.orders.len()
    }

    /// A month begins: what is held now owes it, seats not of an account that is over.
    pub(super) fn fall_due(&mut self, first: i64, over: bool) {
        let held: Vec<String> =
            self.rented.keys().filter(|(since, _)| *since < first).map(|(_, number)| number.clone()).collect();
        if !held.is_empty() {
            self.due.push((month(first), held));
        }
        if self.seats > 0 && !over {
            self.seats_due.push((month(first), self.seats));
        }
    }

    /// A number that goes at a moment owes no month that begins then or later.
    fn owes_no_more_from(&mut self, moment: i64, number: &str) {
        let last = month(moment - 1);
        for (_, held) in self.due.iter_mut().filter(|(month, _)| *month > last) {
            held.retain(|held| held != number);
        }
        self.due.retain(|(_, held)| !held.is_empty());
    }

    /// What has fallen due and was never told.
    pub fn untold(&self) -> Option<String> {
        let rent = self.due.first().map(|due| format!("rent of {due:?}"));
        rent.or(self.seats_due.first().map(|due| format!("seats of {due:?}")))
    }

    fn rent_of(&self, number: &str) -> i64 {
        self.rented.iter().find(|((_, rented), _)| rented == number).map_or(0, |(_, (rent, _))| *rent)
    }
}

impl Account {
    /// Whether this number may be bought by this account; nobody else has it.
    pub fn may_buy(&self, kind: &str, now: i64, policy: &Policy) -> bool {
        let Some((setup, monthly)) = fees(kind) else { return false };
        !self.is_barred()
            && (!self.trial || self.rents.count() < policy.trial_numbers)
            && super::holds::out_of_credit(self.available(), setup + first_rent(monthly, now)).is_none()
    }

    /// Orders a number: fee and first rent are held.
    pub fn order(&mut self, holder: &str, number: &str, kind: &str, now: i64, policy: &Policy) {
        let (setup, monthly) = fees(kind).unwrap_or_default();
        let order = Order {
            holder: holder.to_owned(),
            setup,
            monthly,
            first: first_rent(monthly, now),
            at: now,
            delivered: None,
        };
        self.rents.orders.insert(number.to_owned(), order);
        self.judge(now, policy, Occasion::Other);
    }

    /// Sets paid seats (INV-8).
    pub fn set_seats(&mut self, seats: u32) {
        self.rents.seats = seats;
    }

    /// Gives a number back (NUM-6): nothing is given back for it.
    pub fn give_back(&mut self, number: &str) {
        self.rents.rented.retain(|(_, rented), _| rented != number);
        // What is owed for it stays rent, but releases nothing any more.
        for debt in self.debts.iter_mut().filter(|debt| debt.rent_of.as_deref() == Some(number)) {
            debt.rent_of = Some(String::new());
        }
    }

    /// Numbers of a sub-account.
    pub fn numbers_of(&self, sub: &str) -> Vec<String> {
        let of = self.rents.rented.iter().filter(|(_, (_, holder))| holder == sub);
        of.map(|((_, number), _)| number.clone()).collect()
    }

    /// A sub-account is deleted (SUB-4): its numbers go to the account, or are given back.
    pub fn delete(&mut self, sub: &str, gives_back: bool) {
        self.subaccounts -= 1;
        self.deleted.insert(sub.to_owned());
        for number in self.numbers_of(sub) {
            if gives_back {
                self.give_back(&number);
            }
        }
        for (_, holder) in self.rents.rented.values_mut().filter(|(_, holder)| holder == sub) {
            holder.clone_from(&self.id);
        }
    }

    /// Who has which number.
    pub fn holders(&self) -> Vec<(String, String)> {
        self.rents.rented.iter().map(|((_, number), (_, holder))| (number.clone(), holder.clone())).collect()
    }

    /// When a number is released because rent is owed (R19).
    fn release_at(&self, number: &str) -> Option<i64> {
        let of = |debt: &&super::account::Debt| debt.rent_of.as_deref() == Some(number);
        self.debts.iter().filter(of).map(|debt| debt.unpaid + GRACE).min()
    }

    /// No number is lost over rent of which less than half a cent is owed: when it would be, that is rounded away (R4).
    pub(super) fn round_off_rent(&mut self, to: i64) {
        let deadline = self.debts.iter().filter(|debt| debt.rent_of.is_some()).map(|debt| debt.unpaid + GRACE).min();
        if let Some(deadline) = deadline.filter(|deadline| self.due() == 0 && *deadline <= to) {
            self.round_off(to, deadline);
        }
    }

    /// A number whose time is over and that is still rented.
    pub fn overdue_number(&self, now: i64) -> Option<String> {
        self.rents.numbers().into_iter().find(|number| self.release_at(number).is_some_and(|moment| moment <= now))
    }

    /// The feed tells of numbers and seats.
    pub(super) fn follow_number(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
        let at = event.at();
        let number = event.word("number").unwrap_or_default().to_owned();
        match event.kind() {
            "number-ordered" => {
                let order = self.rents.orders.get(&number).context("nobody has ordered this")?;
                let held = order.setup + order.first;
                ensure!(event.amount("held") == Some(held), "the order holds {held}");
            }
            "number-order-failed" => {
                self.take_order(&number)?;
                self.judge(at, policy, Occasion::Other);
            }
            "number-rented" => {
                ensure!(!self.is_leaving(), "it is for nobody");
                let order = self.take_order(&number)?;
                let first = if month(order.at) == month(at) { order.first } else { first_rent(order.monthly, at) };
                let told = (event.amount("setup"), event.amount("monthly"), event.amount("first-rent"));
                let expected = (Some(order.setup), Some(order.monthly), Some(first));
                ensure!(told == expected, "the model takes {expected:?}");
                self.charge(order.setup, at, None);
                self.charge(first, at, Some(&number));
                // A sub-account that is gone has left it to the account.
                let gone = self.deleted.contains(&order.holder);
                let holder = if gone { self.id.clone() } else { order.holder };
                self.rents.rented.insert((order.delivered.unwrap_or(at), number), (order.monthly, holder));
                ensure!(event.amount("balance") == Some(self.balance()), "the balance is {}", self.balance());
                self.judge(at, policy, Occasion::Other);
            }
            "number-released" if event.word("cause") == Some("rent-unpaid") => {
                let moment = self.release_at(&number).context("nothing is owed for it")?;
                ensure!(moment <= at, "it is released at {moment} at the earliest");
                let since = moment - GRACE;
                // Who had been mailed about older rent already was not mailed at once about this one too.
                let at_once = usize::from(self.rents.warned.iter().any(|warned| *warned < since));
                let warnings = self.rents.warned.iter().filter(|warned| (since..at).contains(*warned)).count();
                ensure!(warnings + at_once >= WARNINGS, "{warnings} mails have warned");
                self.give_back(&number);
                // It is held for no instant of a month that begins then (R82).
                self.rents.owes_no_more_from(moment, &number);
                // One mail names all that are released in the same moment.
                if self.rents.released_at.replace(at) != Some(at) {
                    self.mail("number-released");
                }
            }
            "number-released" if event.word("cause") == Some("released-before-the-restore") => {
                self.give_back(&number);
                self.rents.recovered.remove(&number);
            }
            "rent-posted" => self.follow_rent(event, policy)?,
            "rent-owed" => {
                // Rent that only the next invoice asks for is no part of it.
                let owed: i64 =
                    self.debts.iter().filter(|debt| self.is_unpaid_rent(debt)).map(|debt| debt.amount).sum();
                ensure!(owed > 0 && event.amount("amount") == Some(owed), "{owed} of rent is owed");
                self.rents.warned.push(at);
                self.mail("rent-owed");
            }
            "seats-charged" => {
                ensure!(!self.rents.seats_due.is_empty(), "no seats are due");
                let (month, seats) = self.rents.seats_due.remove(0);
                let amount = i64::from(seats) * SEAT;
                let told = (event.word("month"), event.number("seats"), event.amount("amount"));
                let expected = (Some(month.as_str()), Some(seats), Some(amount));
                ensure!(told == expected, "the model charges {expected:?}");
                let owed = self.charge(amount, at, None);
                let told = (event.amount("owed"), event.amount("balance"));
                ensure!(
                    told == (Some(owed), Some(self.balance())),
                    "{owed} is owed of a balance of {}",
                    self.balance()
                );
                self.judge(at, policy, Occasion::Other);
            }
            _ => {}
        }
        Ok(())
    }

    fn take_order(&mut self, number: &str) -> Result<Order> {
        self.rents.orders.remove(number).context("nobody has ordered this")
    }

    /// Rent of all numbers that were held at 00:00, once, after those are gone that were to be released by then (R82).
    fn follow_rent(&mut self, event: Event<'_>, policy: &Policy) -> Result<()> {
        let at = event.at();
        ensure!(!self.rents.due.is_empty(), "no rent is due");
        let (month, now) = self.rents.due.remove(0);
        ensure!(event.word("month") == Some(&month), "rent of {month} is due");
        let over = now.iter().find(|number| self.release_at(number).is_some_and(|moment| moment <= at));
        ensure!(over.is_none(), "{over:?} is to be released first");
        let told = event.number("numbers").and_then(|count| usize::try_from(count).ok());
        ensure!(told == Some(now.len()), "rent of {now:?} is due");
        let (mut amount, mut owed) = (0, 0);
        for number in &now {
            let rent = self.rents.rent_of(number);
            amount += rent;
            owed += self.charge(rent, at, Some(number));
        }
        let told = (event.amount("amount"), event.amount("owed"), event.amount("balance"));
        let expected = (Some(amount), Some(owed), Some(self.balance()));
        ensure!(told == expected, "the model takes {expected:?}");
        self.judge(at, policy, Occasion::Other);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_month_is_paid_by_days() {
        // 2026-11-18: 13 of 30 days of 1.00000, as the requirements work it out.
        assert_eq!(first_rent(1_000_000, 1_795_003_200_000), 433_330);
        // 2026-03-31T23:59:59Z: one of 31 days of 7.77777 is 0.2508958…
        assert_eq!(first_rent(7_777_770, 1_775_001_599_000), 250_900);
        // 2026-04-01: all of it.
        assert_eq!(first_rent(7_777_770, 1_775_001_600_000), 7_777_770);
    }
}
