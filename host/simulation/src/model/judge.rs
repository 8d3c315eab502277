//! What balance and available set off: alerts, an automatic recharge, the end of a suspension (CRD-8, R13, R21).

use super::account::Account;
use super::policy::Policy;
use super::told::{Occasion, Told};
use std::collections::BTreeSet;

impl Account {
    /// What the balance and available of now set off.
    pub fn judge(&mut self, now: i64, policy: &Policy, occasion: Occasion) {
        if occasion == Occasion::Credit {
            self.lift_if_paid();
        }
        if self.is_over(now) {
            return;
        }
        self.look(policy);
        self.judge_recharge(now, policy, occasion);
    }

    /// [`Account::judge`] after usage or a change of choices.
    pub fn judge_anew(&mut self, now: i64, policy: &Policy) {
        self.judge(now, policy, Occasion::Other);
    }

    /// Fires and arms alerts (CRD-8, R13, R21).
    fn look(&mut self, policy: &Policy) {
        let balance = self.left();
        let ([low, none, again], standing) = match self.limit {
            None => (["balance-low", "out-of-credit", "credit-available"], vec![("balance", balance)]),
            Some(limit) => {
                (["limit-low", "limit-reached", "limit-available"], vec![("left", balance), ("credit-limit", limit)])
            }
        };
        let mut all: BTreeSet<i64> = policy.thresholds.iter().chain(&self.custom).copied().collect();
        // Of a credit limit only what is below it says that little is left.
        all.retain(|threshold| self.limit.is_none_or(|limit| *threshold < limit));
        let fired: Vec<i64> =
            all.iter().copied().filter(|threshold| self.armed.contains(threshold) && balance < *threshold).collect();
        if let Some(lowest) = fired.first() {
            let mut amounts = standing.clone();
            amounts.push(("threshold", *lowest));
            amounts.extend(fired.iter().rev().map(|threshold| ("passed", *threshold)));
            self.expect(Told { kind: low, amounts, words: Vec::new() });
            self.mail(low);
        }
        self.armed = all.into_iter().filter(|threshold| balance >= *threshold).collect();
        let dry = balance <= 0;
        if dry == self.armed_for_zero {
            self.expect(Told { kind: if dry { none } else { again }, amounts: standing, words: Vec::new() });
            if dry {
                self.mail(none);
            }
        }
        self.armed_for_zero = !dry;
    }
}
