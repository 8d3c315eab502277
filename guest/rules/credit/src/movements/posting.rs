//! The one way to charge an account something that is no batch of usage: rent, set-up fees, seats, tax, debits.

use crate::movements::expiry;
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use coinbox_ledger::charge_code::ChargeCode;
use coinbox_ledger::lots::{FromLot, LotKind};
use coinbox_ledger::wallet::{self, Split};
use coinbox_ledger::{self as ledger, LedgerAccount, Line, Posting};
use std::collections::BTreeMap;

/// What is charged, and to which income.
pub struct Debit<'a> {
    /// Kind of the ledger transaction.
    pub kind: &'a str,
    /// What is behind it.
    pub cause: &'a str,
    /// The cycle, of closing postings.
    pub cycle: Option<Month>,
    /// At most 500. Each goes to the income of its charge code.
    pub lines: Vec<Line>,
    /// What has no line, such as tax. All amounts zero or more.
    pub others: Vec<(LedgerAccount, Money)>,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug)]
pub struct Posted {
    /// The ledger transaction.
    pub transaction: String,
    /// Sum of all lines and others.
    pub amount: Money,
    /// Which credit paid.
    pub split: Split,
    /// Which lots of it were given, not paid for.
    pub gifts: Vec<FromLot>,
    /// Afterwards.
    pub balance: Money,
}

/// Takes the sum from the account in spending order, below zero if need be (R2), and posts it. What is set off by the new
/// balance, and what is told, is the caller's: [`crate::watch::judge::judge`], [`coinbox_ground::feed::event`].
pub fn debit(turn: &mut Turn<'_>, account: AuthId, debit: Debit<'_>) -> Result<Posted, Fault> {
    expiry::expire_due(turn, account)?;
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
    let mut wallet = wallet::need(turn, account)?;
    let mut split = Split::default();
    let mut gifts = Vec::new();
    wallet::debit_noting(turn, account, &mut wallet, amount, &mut split, &mut |place, amount| {
        if place.kind() != LotKind::Cash && amount > Money::ZERO {
            gifts.push(FromLot { place: place.clone(), amount });
        }
    })?;
    wallet::save(turn, account, &wallet);
    let transaction = ledger::next_id(turn)?;
    let mut postings = split.postings(account).to_vec();
    for (ledger_account, sum) in income {
        postings.push(Posting(ledger_account, None, sum.negated()?));
    }
    ledger::post_in_cycle(turn, (&transaction, account), debit.kind, debit.cause, debit.cycle, postings, debit.lines)?;
    Ok(Posted { transaction, amount, split, gifts, balance: wallet.balance })
}

/// Makes an end of what is owed since the days up to a moment if it is less than half the smallest unit: the gateway cannot move it (R4). What it is of charges of the
/// running cycle, the cycle's own rounding takes the place of (R85).
pub fn round_off(turn: &mut Turn<'_>, account: AuthId, until: Instant, cause: &str) -> Result<(), Fault> {
    let owed = wallet::owed_between(turn, account, 0, until)?;
    if owed == Money::ZERO || owed.to_whole_half_up(wallet::currency(turn, account)?)? > Money::ZERO {
        return Ok(());
    }
    let charges = wallet::forgive_between(turn, account, 0, until, owed)?;
    let id = ledger::next_id(turn)?;
    let postings = vec![
        Posting(LedgerAccount::Rounding, None, owed),
        Posting(LedgerAccount::Receivables, Some(account), owed.negated()?),
    ];
    ledger::post_gift(turn, (&id, account), ("rounding", cause), postings, charges)
}
