//! Whom an account's mails go to besides the registered address, and what is armed of its low-balance alerts (CRD-8, R88).

use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule};
use serde::{Deserialize, Serialize};

/// Most billing addresses besides the registered one.
const RECIPIENTS_MAX: usize = 20;

/// What is armed for one account, at `al/<account>`. Its fields change by its functions only.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Notices {
    /// Version.
    v: u32,
    /// The customer's own thresholds.
    custom: Vec<Money>,
    /// Billing addresses besides the registered one.
    recipients: Vec<String>,
    /// Thresholds that the balance has been at or above since they last fired.
    armed: Vec<Money>,
    /// Whether the balance has been above zero since the last out-of-credit mail.
    armed_for_zero: bool,
}

impl Record for Notices {
    const KIND: &'static str = "alert settings";
}

impl Notices {
    /// Replaces the customer's own thresholds.
    pub fn set_custom(&mut self, mut thresholds: Vec<Money>) {
        thresholds.sort_unstable();
        thresholds.dedup();
        self.custom = thresholds;
    }

    /// Replaces the billing addresses besides the registered one.
    pub fn set_recipients(&mut self, mut addresses: Vec<String>) {
        addresses.sort_unstable();
        addresses.dedup();
        self.recipients = addresses;
    }

    /// Arms these thresholds, highest first, and no others, and the out-of-credit mail if the balance is above zero.
    pub fn arm(&mut self, thresholds: Vec<Money>, above_zero: bool) {
        self.armed = thresholds;
        self.armed_for_zero = above_zero;
    }

    /// The customer's own thresholds.
    pub fn custom(&self) -> &[Money] {
        &self.custom
    }

    /// Thresholds that the balance has been at or above since they last fired.
    pub fn armed(&self) -> &[Money] {
        &self.armed
    }

    /// Whether the balance has been above zero since the last out-of-credit mail.
    pub fn is_armed_for_zero(&self) -> bool {
        self.armed_for_zero
    }

    /// Billing addresses besides the registered one.
    pub fn into_recipients(self) -> Vec<String> {
        self.recipients
    }
}

/// Key of the record.
fn key(account: AuthId) -> String {
    format!("al/{account}")
}

/// The record; of an account without one, with nothing armed.
pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Notices, Fault> {
    Ok(turn.get(&key(account))?.unwrap_or(Notices {
        v: 1,
        custom: Vec::new(),
        recipients: Vec::new(),
        armed: Vec::new(),
        armed_for_zero: false,
    }))
}

/// Writes it.
pub fn save(turn: &mut Turn<'_>, account: AuthId, notices: &Notices) {
    turn.put(&key(account), notices);
}

/// Billing addresses besides the registered one.
pub fn recipients(turn: &Turn<'_>, account: AuthId) -> Result<Vec<String>, Fault> {
    Ok(load(turn, account)?.recipients)
}

/// At most 20 email addresses.
pub fn check_recipients(checks: &mut Checks, recipients: &[String], field: &str) {
    checks.require(recipients.len() <= RECIPIENTS_MAX, field, FieldRule::TooMany, RECIPIENTS_MAX);
    for (index, address) in recipients.iter().take(RECIPIENTS_MAX).enumerate() {
        checks.email(address, &format!("{field}[{index}]"));
    }
}
