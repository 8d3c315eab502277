//! Credit that is given, not paid for.

use crate::watch::judge::judge;
use crate::watch::occasion::Occasion;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::lots::LotKind;
use coinbox_ledger::open_lots::check_lots;
use coinbox_ledger::wallet::{self, NewCredit};
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};

/// Credit that is given, not paid for.
pub struct Grant<'a> {
    /// Trial or promotional.
    pub kind: LotKind,
    /// How much.
    pub amount: Money,
    /// When it expires; none: never.
    pub expires: Option<Instant>,
    /// The expense behind it.
    pub contra: LedgerAccount,
    /// Kind of the ledger transaction and of the event.
    pub entry: &'a str,
    /// The requirement that it follows from.
    pub rule: &'a str,
    /// Why, as a word for the feed.
    pub reason: &'a str,
}

/// What a gift became.
pub struct Granted {
    /// Its ledger transaction.
    pub transaction: String,
    /// How much of it paid what was owed (R2).
    pub paid_owed: Money,
    /// Number of the lot.
    pub lot: u32,
}

/// Gives credit as a lot, posts it, and judges the account.
pub fn grant(turn: &mut Turn<'_>, account: AuthId, grant: &Grant<'_>) -> Result<Granted, Fault> {
    check_lots(turn, account)?;
    let id = ledger::next_id(turn)?;
    let mut wallet = wallet::need(turn, account)?;
    let new =
        NewCredit { kind: grant.kind, amount: grant.amount, since: turn.now(), expires: grant.expires, origin: &id };
    let credited = wallet::credit(turn, account, &mut wallet, &new)?;
    wallet::save(turn, account, &wallet);
    if let (Some(expires), true) = (grant.expires, credited.kept > Money::ZERO) {
        turn.timer(&credited.lot.expiry(account), Lane::Normal, expires);
    }
    let postings = vec![
        Posting(grant.contra, None, grant.amount),
        Posting(LedgerAccount::of_lot(grant.kind), Some(account), credited.kept.negated()?),
        Posting(LedgerAccount::Receivables, Some(account), credited.paid.negated()?),
    ];
    ledger::post_gift(turn, (&id, account), (grant.entry, grant.reason), postings, credited.charges)?;
    feed::event(account, grant.entry, grant.rule)
        .fact("amount", grant.amount)
        .fact("balance", wallet.balance)
        .fact("reason", grant.reason)
        .transaction(&id)
        .tell(turn);
    judge(turn, account, Occasion::Credit)?;
    Ok(Granted { transaction: id, paid_owed: credited.paid, lot: credited.lot.number })
}
