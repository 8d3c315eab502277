//! Credit notes of the model: how much of which invoice is given back, of net amount and taxes, and where it goes (INV-5, R18, R27, R84, R85).

use super::account::Account;
use super::cents::CENT;
use super::policy::Policy;
use super::records::invoices::{CreditNote, Made};
use super::told::{Occasion, Told};

/// Splits whole cents over parts in proportion to what is left of each, by largest remainder; of equal ones the first gets the cent.
fn split(amount: i64, left: &[i64]) -> Vec<i64> {
    let all: i128 = left.iter().map(|part| i128::from(*part)).sum();
    let cents = i128::from(amount / CENT);
    let mut parts: Vec<i64> = Vec::new();
    let mut remainders: Vec<(i128, usize)> = Vec::new();
    for (place, part) in left.iter().enumerate() {
        let exact = cents * i128::from(*part);
        parts.push(i64::try_from(exact / all).unwrap_or(0) * CENT);
        remainders.push((-(exact % all), place));
    }
    remainders.sort_unstable();
    let missing = usize::try_from((amount - parts.iter().sum::<i64>()) / CENT).unwrap_or(0);
    remainders.iter().take(missing).for_each(|(_, place)| parts[*place] += CENT);
    parts
}

impl Account {
    /// Numbers of issued invoices, and what can be given back of each.
    pub fn creditable(&self) -> Vec<(String, i64)> {
        let of = |made: &Made| {
            let left = made.left.iter().sum::<i64>() - self.written_off_of(made.end);
            Some((made.number.clone()?, left - left.rem_euclid(CENT)))
        };
        self.made.iter().filter_map(of).collect()
    }

    /// What was given back of an invoice.
    pub fn credited(&self, number: &str) -> i64 {
        let of = self.made.iter().find(|made| made.number.as_deref() == Some(number));
        of.map_or(0, |made| made.credited)
    }

    /// Gives back so much of an invoice: first what is owed of it, then what else is owed and what was spent last.
    pub fn credit_note(&mut self, number: &str, amount: i64, now: i64, policy: &Policy) {
        let Some(made) = self.made.iter_mut().find(|made| made.number.as_deref() == Some(number)) else { return };
        let parts = split(amount, &made.left);
        made.left.iter_mut().zip(&parts).for_each(|(left, part)| *left -= part);
        made.credited += amount;
        let (end, whole) = (made.end, made.left.iter().sum::<i64>() + amount);
        let (from, to) = self.covered(end);
        let gifts: i64 = self.gifts_of(end).iter().map(|(_, part)| part).sum();
        let cash = whole - self.written_off_of(end) - self.owed_between(from, to - 1) - gifts;
        let left = self.pay_debts_of_invoice(end, amount);
        self.credit_back(number, end, left, cash.max(0));
        self.expect_too_late();
        let tax = parts[1..].iter().sum();
        self.credit_notes.push(CreditNote { invoice: number.to_owned(), amount, parts });
        let amounts = vec![("amount", amount), ("tax", tax), ("balance", self.balance())];
        self.expect(Told { kind: "credit-note-issued", amounts, words: vec![("invoice", number.to_owned())] });
        self.mail("credit-note-issued");
        self.judge(now, policy, Occasion::Credit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_split_in_cents_and_the_last_one_takes_what_is_left() {
        let whole = [1_000_000, 72_500 / CENT * CENT, 10_000];
        assert_eq!(split(10_000, &whole), [10_000, 0, 0]);
        assert_eq!(split(500_000, &whole), [460_000, 30_000, 10_000], "half of 1.08: 0.4630, 0.0324, 0.0046");
        assert_eq!(split(1_080_000, &whole), whole);
        assert_eq!(split(10_000, &[0, 10_000]), [0, 10_000]);
    }
}
