//! What is stored of a closing, and how the contract shows it.

use crate::records::refunds::ShownRefund;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::JobKind;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant, Micros, int_text, optional_int_text};
use coinbox_profiles::profile::{self, Standing};
use serde::{Deserialize, Serialize};

/// Jobs that close an account, step by step.
pub const JOB: JobKind<AuthId> = JobKind::new("close");

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
pub struct Closing {
    v: u32,
    /// When it was asked for.
    pub begun: Instant,
    /// When the account closes, if nothing holds it up.
    pub closes_at: Instant,
    /// When the account was closed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Instant>,
    /// Who asked for it.
    pub by: String,
    /// Why, in the words of whoever asked.
    pub reason: String,
    /// What is done next.
    pub step: Step,
    /// Since when the operator's queue says that something is owed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queued: Option<Instant>,
    /// The last sub-account that was disabled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Credit that went back to cards.
    pub refunded: Money,
    /// Fractions of a cent that could not.
    pub rounding: Money,
    /// Credit that nobody has paid for, which is lost.
    pub forfeited: Money,
}

impl Record for Closing {
    const KIND: &'static str = "closing of an account";
}

impl Closing {
    /// A closing that has just begun.
    pub fn new(begun: Instant, closes_at: Instant, by: &str, reason: &str) -> Closing {
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
pub fn key(account: AuthId) -> String {
    format!("clos/{account}")
}

/// The closing of an account, if one has begun.
pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Option<Closing>, Fault> {
    turn.get(&key(account))
}

/// The balance has moved: an account that waits for what it owes is looked at again, so that the queue says how much that is now.
pub fn moved(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    if profile::profile(turn, account)?.standing() == Standing::Closing
        && load(turn, account)?.is_some_and(|closing| closing.step == Step::Owing)
    {
        turn.timer(&JOB.of(account), Lane::Normal, turn.now());
    }
    Ok(())
}

/// A person has decided about what a restore had held: a closing that waits for it goes on.
pub fn let_go(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    if let Some(closing) = load(turn, account)?.filter(|closing| matches!(closing.step, Step::Settling | Step::Owing)) {
        let due = closing.closes_at.max(turn.now());
        turn.timer(&JOB.of(account), Lane::Normal, due);
    }
    Ok(())
}
