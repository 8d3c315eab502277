//! Whom an account's mails go to besides the registered address, and what is armed of its low-balance alerts (CRD-8, R88).

use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule};
use serde::{Deserialize, Serialize};

/// Most billing addresses besides the registered one.
const RECIPIENTS_MAX: usize = 20;

/// What is armed for one account, at `al/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Notices {
    /// Version.
    pub v: u32,
    /// The customer's own thresholds.
    pub custom: Vec<Money>,
    /// Billing addresses besides the registered one.
    pub recipients: Vec<String>,
    /// Thresholds that the balance has been at or above since they last fired.
    pub armed: Vec<Money>,
    /// Whether the balance has been above zero since the last out-of-credit mail.
    pub armed_for_zero: bool,
}

impl Record for Notices {
    const KIND: &'static str = "alert settings";
}

/// Key of the record.
pub fn key(account: AuthId) -> String {
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
