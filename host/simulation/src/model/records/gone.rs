//! What a restore has lost: of everybody, and what an account had done that its backup does not know.

use super::charges::Charge;
use std::collections::BTreeMap;
use std::ops::Range;

/// Which mails and requests belong to histories that were lost.
#[derive(Clone, Debug, Default)]
pub struct Lost {
    /// Places in the book of the mailer.
    pub mails: Vec<Range<usize>>,
    /// Places in the book of the gateway.
    pub requests: Vec<Range<usize>>,
}

/// What an account had done that its backup does not know.
#[derive(Clone, Debug, Default)]
pub(crate) struct Gone {
    pub(crate) charges: BTreeMap<u32, Charge>,
    /// When the stock has carried its orders out.
    pub(crate) orders: BTreeMap<String, i64>,
    /// Refunds by number: charge and amount.
    pub(crate) refunds: BTreeMap<usize, (u32, i64)>,
    /// Nothing is charged automatically before everything has come back.
    pub(crate) reconciling: bool,
    /// Something has come back by which the account is not judged yet.
    pub(crate) touched: bool,
    /// A refund that came back just now, about which nobody is mailed again.
    pub(crate) quiet: Option<usize>,
}

impl Gone {
    /// Whether nobody is mailed about this refund that is paid: the history that was lost has done so.
    pub(crate) fn is_quiet(&mut self, number: usize) -> bool {
        self.quiet.take() == Some(number)
    }
}
