//! The one way to charge an account something that is no batch of usage: rent, set-up fees, seats, tax, debits.

use crate::credit::movements::expiry;
use crate::ground::calendar::Month;
use crate::ground::call::Call;
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::vocabulary::{Fact, Fault, Instant};
use crate::ledger::charge_code::ChargeCode;
use crate::ledger::lots::{FromLot, LotKind};
use crate::ledger::wallet::{self, Split};
use crate::ledger::{self, LedgerAccount, Line, Posting};
use std::collections::BTreeMap;

/// What is charged, and to which income.
pub(crate) struct Debit<'a> {
    /// Kind of the ledger transaction.
    pub(crate) kind: &'a str,
    /// What is behind it.
    pub(crate) cause: &'a str,
    /// The cycle, of closing postings.
    pub(crate) cycle: Option<Month>,
    /// At most 500. Each goes to the income of its charge code.
    pub(crate) lines: Vec<Line>,
    /// What has no line, such as tax. All amounts zero or more.
    pub(crate) others: Vec<(LedgerAccount, Money)>,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Posted {
    /// The ledger transaction.
    pub(crate) transaction: String,
    /// Sum of all lines and others.
    pub(crate) amount: Money,
    /// Which credit paid.
    pub(crate) split: Split,
    /// Which lots of it were given, not paid for.
    pub(crate) gifts: Vec<FromLot>,
    /// Afterwards.
    pub(crate) balance: Money,
}

/// Takes the sum from the account in spending order, below zero if need be (R2), and posts it. What is set off by the new
/// balance, and what is told, is the caller's: [`crate::credit::watch::judge::judge`], [`crate::ground::events::emit`].
pub(crate) fn debit(call: &mut Call<'_>, account: AuthId, debit: Debit<'_>) -> Result<Posted, Fault> {
    expiry::expire_due(call, account)?;
    let mut income: BTreeMap<LedgerAccount, Money> = BTreeMap::new();
    let mut amount = Money::ZERO;
    let mut add = |ledger_account, part: Money| -> Result<(), Fault> {
        assert!(part >= Money::ZERO, "charges are zero or more");
        amount = amount.plus(part)?;
        let sum = income.entry(ledger_account).or_default();
        *sum = sum.plus(part)?;
        Ok(())
    };
    for line in &debit.lines {
        let code = ChargeCode::parse(&line.p)
            .ok_or_else(|| Fault::problem("unknown-charge-code", vec![Fact::new("code", &line.p)]))?;
        add(code.income(), line.m)?;
    }
    for (ledger_account, part) in debit.others {
        add(ledger_account, part)?;
    }
    let mut wallet = wallet::need(call, account)?;
    let mut split = Split::default();
    let mut gifts = Vec::new();
    wallet::debit_noting(call, account, &mut wallet, amount, &mut split, &mut |place, amount| {
        if place.kind() != LotKind::Cash && amount > Money::ZERO {
            gifts.push(FromLot { place: place.clone(), amount });
        }
    })?;
    wallet::save(call, account, &wallet);
    let transaction = ledger::next_id(call)?;
    let mut postings = split.postings(account).to_vec();
    for (ledger_account, sum) in income {
        postings.push(Posting(ledger_account, None, sum.negated()?));
    }
    ledger::post_in_cycle(call, &transaction, debit.kind, debit.cause, debit.cycle, postings, debit.lines)?;
    Ok(Posted { transaction, amount, split, gifts, balance: wallet.balance })
}

/// Makes an end of what is owed since the days up to a moment if it is less than half a cent: the gateway cannot move it (R4). What it is of charges of the
/// running cycle, the cycle's own rounding takes the place of (R85).
pub(crate) fn round_off(call: &mut Call<'_>, account: AuthId, until: Instant, cause: &str) -> Result<(), Fault> {
    let owed = wallet::owed_between(call, account, 0, until)?;
    if owed == Money::ZERO || owed.to_cents_half_up()? > Money::ZERO {
        return Ok(());
    }
    let charges = wallet::forgive_between(call, account, 0, until, owed)?;
    let id = ledger::next_id(call)?;
    let postings = vec![
        Posting(LedgerAccount::Rounding, None, owed),
        Posting(LedgerAccount::Receivables, Some(account), owed.negated()?),
    ];
    ledger::post_gift(call, &id, ("rounding", cause), postings, charges)
}
