//! What is stored of a closing, and how the contract shows it.

use crate::credit::records::refunds::ShownRefund;
use crate::ground::call::{Call, Record};
use crate::ground::ids::AuthId;
use crate::ground::job::JobKey;
use crate::ground::money::Money;
use crate::ground::port::Lane;
use crate::ground::vocabulary::{Fault, Instant, Micros, int_text, optional_int_text};
use crate::profiles::profile::{self, Standing};
use serde::{Deserialize, Serialize};

/// How far it has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Usage of before is still posted.
    Settling,
    /// It waits until what is owed is paid.
    Owing,
    /// Closed; sub-accounts are being disabled.
    Releasing,
    /// Nothing is left to do.
    Done,
}

/// The closing of an account, at `clos/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Closing {
    v: u32,
    pub(crate) begun: Instant,
    pub(crate) closes_at: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) closed: Option<Instant>,
    pub(crate) by: String,
    pub(crate) reason: String,
    pub(crate) step: Step,
    /// Since when the operator's queue says that something is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queued: Option<Instant>,
    /// The last sub-account that was disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) after: Option<String>,
    pub(crate) refunded: Money,
    pub(crate) rounding: Money,
    pub(crate) forfeited: Money,
}

impl Record for Closing {
    const KIND: &'static str = "closing of an account";
}

impl Closing {
    /// A closing that has just begun.
    pub(crate) fn new(begun: Instant, closes_at: Instant, by: &str, reason: &str) -> Closing {
        Closing {
            v: 1,
            begun,
            closes_at,
            closed: None,
            by: by.to_owned(),
            reason: reason.to_owned(),
            step: Step::Settling,
            queued: None,
            after: None,
            refunded: Money::ZERO,
            rounding: Money::ZERO,
            forfeited: Money::ZERO,
        }
    }
}

/// A closing as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ClosingStatus {
    pub step: Step,
    #[serde(with = "int_text")]
    pub begun: Instant,
    #[serde(with = "int_text")]
    pub closes_at: Instant,
    #[serde(default, with = "optional_int_text")]
    pub closed: Option<Instant>,
    pub by: String,
    pub reason: String,
    #[serde(with = "int_text")]
    pub owed: Micros,
    #[serde(with = "int_text")]
    pub refunded: Micros,
    #[serde(with = "int_text")]
    pub rounding: Micros,
    #[serde(with = "int_text")]
    pub forfeited: Micros,
    pub refunds: Vec<ShownRefund>,
}

/// Where it lies.
pub(crate) fn key(account: AuthId) -> String {
    format!("clos/{account}")
}

/// The closing of an account, if one has begun.
pub(crate) fn load(call: &Call<'_>, account: AuthId) -> Result<Option<Closing>, Fault> {
    call.get(&key(account))
}

/// The balance has moved: an account that waits for what it owes is looked at again, so that the queue says how much that is now.
pub(crate) fn moved(call: &mut Call<'_>, account: AuthId) -> Result<(), Fault> {
    if profile::profile(call, account)?.standing == Standing::Closing
        && load(call, account)?.is_some_and(|closing| closing.step == Step::Owing)
    {
        call.timer(&JobKey::Close(account).to_string(), Lane::Normal, call.now());
    }
    Ok(())
}

/// A person has decided about what a restore had held: a closing that waits for it goes on.
pub(crate) fn let_go(call: &mut Call<'_>, account: AuthId) -> Result<(), Fault> {
    if let Some(closing) = load(call, account)?.filter(|closing| matches!(closing.step, Step::Settling | Step::Owing)) {
        let due = closing.closes_at.max(call.now());
        call.timer(&JobKey::Close(account).to_string(), Lane::Normal, due);
    }
    Ok(())
}
