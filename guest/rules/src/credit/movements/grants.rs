//! Credit that is given, not paid for.

use crate::credit::movements::telling::told;
use crate::credit::watch::judge::judge;
use crate::credit::watch::occasion::Occasion;
use crate::ground::call::Call;
use crate::ground::ids::AuthId;
use crate::ground::job::JobKey;
use crate::ground::money::Money;
use crate::ground::port::Lane;
use crate::ground::vocabulary::{Fault, Instant};
use crate::ledger::lots::LotKind;
use crate::ledger::open_lots::check_lots;
use crate::ledger::wallet::{self, NewCredit};
use crate::ledger::{self, LedgerAccount, Posting};

/// Credit that is given, not paid for.
pub(crate) struct Grant<'a> {
    /// Trial or promotional.
    pub(crate) kind: LotKind,
    pub(crate) amount: Money,
    pub(crate) expires: Option<Instant>,
    /// The expense behind it.
    pub(crate) contra: LedgerAccount,
    /// Kind of the ledger transaction and of the event.
    pub(crate) entry: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) reason: &'a str,
}

/// What a gift became.
pub(crate) struct Granted {
    /// Its ledger transaction.
    pub(crate) transaction: String,
    /// How much of it paid what was owed (R2).
    pub(crate) paid_owed: Money,
    /// Number of the lot.
    pub(crate) lot: u32,
}

/// Gives credit as a lot, posts it, and judges the account.
pub(crate) fn grant(call: &mut Call<'_>, account: AuthId, grant: &Grant<'_>) -> Result<Granted, Fault> {
    check_lots(call, account)?;
    let id = ledger::next_id(call)?;
    let mut wallet = wallet::need(call, account)?;
    let new =
        NewCredit { kind: grant.kind, amount: grant.amount, since: call.now(), expires: grant.expires, origin: &id };
    let credited = wallet::credit(call, account, &mut wallet, &new)?;
    wallet::save(call, account, &wallet);
    if let (Some(expires), true) = (grant.expires, credited.kept > Money::ZERO) {
        let job = JobKey::Expire(account, credited.lot.number, credited.lot.place().to_string());
        call.timer(&job.to_string(), Lane::Normal, expires);
    }
    let postings = vec![
        Posting(grant.contra, None, grant.amount),
        Posting(LedgerAccount::of_lot(grant.kind), Some(account), credited.kept.negated()?),
        Posting(LedgerAccount::Receivables, Some(account), credited.paid.negated()?),
    ];
    ledger::post_gift(call, &id, (grant.entry, grant.reason), postings, credited.charges)?;
    told(call, account, grant.entry, grant.rule, grant.amount, wallet.balance, grant.reason, &id);
    judge(call, account, Occasion::Credit)?;
    Ok(Granted { transaction: id, paid_owed: credited.paid, lot: credited.lot.number })
}
