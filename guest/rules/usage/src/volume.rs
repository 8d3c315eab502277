//! Settling what earlier units of a month were charged too much or too little, once its volume has reached another step (USE-9).
//!
//! It is a movement of its own, in the same call as the events that reach the step and behind them: one ledger transaction an account and month,
//! with a line for each row. So there is nothing that waits for a job, for the end of the month or for an account's closing, and a call that comes
//! again settles nothing again.

use crate::month_use::{Counts, Due};
use coinbox_credit::movements::returning::{self, Returned};
use coinbox_ground::calendar::Month;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault};
use coinbox_ledger::charge_code::ChargeCode;
use coinbox_ledger::wallet::{Split, Wallet};
use coinbox_ledger::{self as ledger, LedgerAccount, Line, Posting};
use std::collections::BTreeMap;

/// Kind of the transaction.
const KIND: &str = "volume-tiers";
/// Lines of one transaction.
const LINES_MAX: usize = 500;

/// Settles what is due of one account and month. Answers whether anything was given back.
pub(crate) fn settle(
    turn: &mut Turn<'_>,
    (account, month): (AuthId, Month),
    wallet: &mut Wallet,
    counts: &mut Counts,
    all: &[Due],
) -> Result<bool, Fault> {
    for due in all.chunks(LINES_MAX) {
        post(turn, (account, month), wallet, counts, due)?;
    }
    Ok(all.iter().any(|due| due.amount < Money::ZERO))
}

fn post(
    turn: &mut Turn<'_>,
    (account, month): (AuthId, Month),
    wallet: &mut Wallet,
    counts: &mut Counts,
    all: &[Due],
) -> Result<(), Fault> {
    let id = ledger::next_id(turn)?;
    let (mut returned, mut split) = (Returned::default(), Split::default());
    let mut income: BTreeMap<LedgerAccount, Money> = BTreeMap::new();
    let mut lines = Vec::with_capacity(all.len());
    for due in all {
        let line = line(due);
        let sum = income.entry(ChargeCode::Volume(due.row.product, due.row.heading).income()).or_default();
        *sum = sum.plus(due.amount)?;
        returned.cash = returned.cash.plus(due.cash)?;
        returned.gifts.extend(due.gifts.iter().cloned());
        lines.push(line);
    }
    let back =
        returning::give_back(turn, account, wallet, &returned, (month.first().min(turn.now()), turn.now()), &id)?;
    for due in all.iter().filter(|due| due.amount > Money::ZERO) {
        counts.debit_due(turn, wallet, due, &mut split)?;
    }
    let mut postings = split.postings(account).to_vec();
    postings.extend(back.postings(account)?);
    for (ledger_account, amount) in income {
        postings.push(Posting(ledger_account, None, amount.negated()?));
    }
    ledger::post(turn, (&id, account), KIND, &month.to_string(), postings, lines)?;
    for due in all {
        tell(turn, due, wallet.balance, &id)?;
    }
    Ok(())
}

fn tell(turn: &mut Turn<'_>, due: &Due, balance: Money, id: &str) -> Result<(), Fault> {
    let row = &due.row;
    let prefix = Some(row.prefix.to_string()).filter(|prefix| !prefix.is_empty());
    let (word, amount) =
        if due.amount < Money::ZERO { ("given-back", due.amount.negated()?) } else { ("charged", due.amount) };
    feed::event(row.account, "volume-tiers-settled", "USE-9")
        .fact("month", row.month)
        .fact("product", row.product)
        .fact("heading", row.heading)
        .facts(prefix.map(|prefix| Fact::new("prefix", prefix)))
        .fact("units", due.billed)
        .fact(word, amount)
        .fact("balance", balance)
        .transaction(id)
        .tell(turn);
    Ok(())
}

/// The line of a row: it has no price of its own, because it is what two prices differ by.
fn line(due: &Due) -> Line {
    let row = &due.row;
    Line {
        a: row.account,
        i: row.month.to_string(),
        p: ChargeCode::Volume(row.product, row.heading).code(),
        n: String::new(),
        q: 1,
        b: None,
        t: row.at,
        x: format!("{} {}", row.heading, row.prefix).trim_end().to_owned(),
        r: String::new(),
        m: due.amount,
    }
}
