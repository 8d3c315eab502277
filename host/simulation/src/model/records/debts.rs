//! What an account owes, and what has ended parts of it without a payment (INV-5, CRD-12, R24, R84, R86).

use std::collections::BTreeMap;

/// Number of a charge, and which of its chargebacks.
pub(crate) type Claim = (u32, usize);

/// Something that no lot covered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Debt {
    pub(crate) at: i64,
    /// Since when it counts as unpaid, if it is rent: of a postpaid account a day after its invoice.
    pub(crate) unpaid: i64,
    /// The number whose rent it is.
    pub(crate) rent_of: Option<String>,
    /// It is for something that was charged: not for what the end of a month has posted, nor for a payment that was taken back.
    pub(crate) charge: bool,
    /// The chargeback that has left it: number of the charge, and which of its chargebacks.
    pub(crate) claim: Option<Claim>,
    /// Of what a chargeback has left: it is a debt of an invoice that the payment had paid.
    pub(crate) of_invoice: bool,
    pub(crate) amount: i64,
}

/// What a credit has paid of debts, by the beginnings of their months.
#[derive(Default)]
pub(crate) struct Paid {
    pub(crate) months: BTreeMap<i64, i64>,
    /// What of it was charged.
    pub(crate) charges: BTreeMap<i64, i64>,
}

impl Paid {
    pub(crate) fn amount(&self) -> i64 {
        self.months.values().sum()
    }
}

/// Who has ended a debt without a payment.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum By {
    /// The lot of this number.
    Gift(u32),
    /// The operator.
    WrittenOff,
}

/// A debt, or a part of one, that was ended so.
#[derive(Clone, Debug)]
pub(crate) struct Ended {
    pub(crate) by: By,
    pub(crate) when: i64,
    pub(crate) debt: Debt,
}

impl Ended {
    /// What of it a credit note of an invoice gives back, whose cycle ended then: what gifts have paid of its charges before is its discount.
    pub(crate) fn beyond_discount(&self, end: i64) -> i64 {
        if self.debt.charge && self.when < end { 0 } else { self.debt.amount }
    }
}

/// A chargeback.
#[derive(Clone, Default, Debug)]
pub(crate) struct Dispute {
    pub(crate) claim: Claim,
    /// Gifts that it has taken, by the numbers of their lots.
    pub(crate) gifts: Vec<(u32, i64)>,
    /// Beginnings of the months of which the payment had paid debts.
    pub(crate) unpaid: Vec<i64>,
}
