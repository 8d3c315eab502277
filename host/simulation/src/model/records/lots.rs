//! Credit of an account, each payment and each gift by itself (R2, R17).

use std::collections::BTreeMap;

/// Kinds of credit in spending order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LotKind {
    /// Given with a trial.
    Trial,
    /// Given.
    Promotional,
    /// Paid for.
    Cash,
}

impl LotKind {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            LotKind::Trial => "trial",
            LotKind::Promotional => "promotional",
            LotKind::Cash => "cash",
        }
    }
}

/// Credit of one origin, used up or not.
#[derive(Clone, Debug)]
pub(crate) struct Lot {
    pub(crate) kind: LotKind,
    /// Expiry of what was given, moment of everything else.
    pub(crate) moment: i64,
    pub(crate) number: u32,
    pub(crate) rest: i64,
    /// Of a payment: what of it has paid debts at once, by the beginnings of their months.
    pub(crate) debts: BTreeMap<i64, i64>,
}
