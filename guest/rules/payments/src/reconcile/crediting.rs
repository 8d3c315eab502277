//! Making credit of a payment that no charge explains.

use coinbox_credit::records::reconciliation::{Moved, marker};
use coinbox_ground::counters::Numbers;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::lots::LotKind;
use coinbox_ledger::wallet::{self, NewCredit};
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};

/// A payment that became credit.
pub(crate) struct Recovered {
    /// The ledger transaction that books it.
    pub(crate) transaction: String,
    /// What the account has after it.
    pub(crate) balance: Money,
}

/// Credits a payment that no charge explains as a cash lot, under its own key at the gateway, and notes that this was done. What is
/// set off by it, and what is told, is the caller's.
pub(crate) fn credit_payment(
    turn: &mut Turn<'_>,
    account: AuthId,
    key: &str,
    amount: Money,
    paid_at: Instant,
) -> Result<Recovered, Fault> {
    let id = ledger::next_id(turn)?;
    let since = paid_at.clamp(0, turn.now());
    let mut wallet = wallet::need(turn, account)?;
    let new = NewCredit { kind: LotKind::Cash, amount, since, expires: None, origin: key };
    let credited = wallet::credit(turn, account, &mut wallet, &new)?;
    wallet::save(turn, account, &wallet);
    let lot = Some((account, credited.lot.number, credited.lot.place()));
    turn.put(&marker(key), &Moved { v: 1, at: turn.now(), lot });
    Numbers::add_charged(turn, account, since, amount)?;
    ledger::post(
        turn,
        (&id, account),
        "recharge",
        key,
        vec![
            Posting(LedgerAccount::PaymentClearing, None, amount),
            Posting(LedgerAccount::CreditsCash, Some(account), credited.kept.negated()?),
            Posting(LedgerAccount::Receivables, Some(account), credited.paid.negated()?),
        ],
        Vec::new(),
    )?;
    Ok(Recovered { transaction: id, balance: wallet.balance })
}
