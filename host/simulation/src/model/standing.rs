//! Suspension, and its end when nothing is due any more (ACC-8, ACC-9, R33).

use super::account::Account;
use super::records::standing::{PAYMENT_FAILURE, Standing};
use super::told::Told;

impl Account {
    /// The standing changes. A suspension for payment failure ends by itself if something is due when it begins.
    pub(super) fn enter(&mut self, standing: Standing) {
        self.standing = standing;
        self.lifts = standing == Standing::Suspended(PAYMENT_FAILURE) && self.is_due();
        if !self.lifts {
            self.dunning.charged_back = None;
        }
        if standing == Standing::Active {
            self.forgive_attempts();
        }
        let (kind, words) = match standing {
            Standing::Suspended(reason) => ("account-suspended", vec![("reason", reason.to_owned())]),
            _ => ("account-reinstated", Vec::new()),
        };
        self.expect(Told { kind, amounts: Vec::new(), words });
        self.mail(kind);
    }

    /// Credit came in: what was suspended for a debt is open again once nothing is due (ACC-9).
    pub(super) fn lift_if_paid(&mut self) {
        if self.lifts && self.standing == Standing::Suspended(PAYMENT_FAILURE) && !self.is_due() {
            self.lifted += 1;
            self.drop_paid();
            self.enter(Standing::Active);
        }
    }
}
