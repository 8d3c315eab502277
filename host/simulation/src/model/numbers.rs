//! What an order of a number holds, first rent, rent of the first of a month, and what is released because rent is owed (NUM-2 to NUM-4, INV-8, R19,
//! R20, R45).

use super::account::Account;
use super::policy::Policy;
use super::records::debts::Debt;
use super::records::holds::out_of_credit;
use super::records::rents::{Order, SEAT, fees, first_rent, month};
use super::told::{Event, Occasion};
use anyhow::{Context, Result, ensure};

/// How long rent may stay unpaid: the default of the requirements.
const GRACE: i64 = 30 * 86_400_000;
/// Mails before a number is released: at once, and 14, 7 and 1 days before.
const WARNINGS: usize = 4;

impl Account {
    /// Whether this number may be bought by this account; nobody else has it.
    pub fn may_buy(&self, kind: &str, now: i64, policy: &Policy) -> bool {
        let Some((setup, monthly)) = fees(kind) else { return false };
        !self.is_barred()
            && (!self.trial || self.rents.count() < policy.trial_numbers)
            && out_of_credit(self.available(), setup + first_rent(monthly, now)).is_none()
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
        let of = |debt: &&Debt| debt.rent_of.as_deref() == Some(number);
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
            "number-released" if event.word("cause") == Some("rent-unpaid") => self.follow_release(event, &number)?,
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

    /// A number is released because its rent was owed for too long, after enough mails have warned.
    fn follow_release(&mut self, event: Event<'_>, number: &str) -> Result<()> {
        let at = event.at();
        let moment = self.release_at(number).context("nothing is owed for it")?;
        ensure!(moment <= at, "it is released at {moment} at the earliest");
        let since = moment - GRACE;
        // Who had been mailed about older rent already was not mailed at once about this one too.
        let at_once = usize::from(self.rents.warned.iter().any(|warned| *warned < since));
        let warnings = self.rents.warned.iter().filter(|warned| (since..at).contains(*warned)).count();
        ensure!(warnings + at_once >= WARNINGS, "{warnings} mails have warned");
        self.give_back(number);
        // It is held for no instant of a month that begins then (R82).
        self.rents.owes_no_more_from(moment, number);
        // One mail names all that are released in the same moment.
        if self.rents.released_at.replace(at) != Some(at) {
            self.mail("number-released");
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
