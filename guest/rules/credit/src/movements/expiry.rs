//! Credit whose time is over is removed (R17).

use crate::watch::judge::judge;
use crate::watch::occasion::Occasion;
use coinbox_ground::call::Call;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::lots::Place;
use coinbox_ledger::wallet;
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};

/// Tells that credit whose time is over was removed (R17).
pub fn tell_expired(call: &mut Call<'_>, account: AuthId, lot: u32, amount: Money, balance: Money, id: &str) {
    feed::event(account, "credit-expired", "CRD-2")
        .fact("amount", amount)
        .fact("balance", balance)
        .fact("reason", format_args!("lot {lot}"))
        .transaction(id)
        .tell(call);
}

/// Removes what is left of all lots whose time is over, also behind a trial lot: their jobs may be late, and what is spent now
/// must not come from them (R17).
pub fn expire_due(call: &mut Call<'_>, account: AuthId) -> Result<(), Fault> {
    while let Some(place) = wallet::late(call, account)? {
        expire_lot(call, account, place.number(), &place)?;
    }
    Ok(())
}

/// Removes what is left of a lot whose time is over (R17).
pub(crate) fn expire_lot(call: &mut Call<'_>, account: AuthId, number: u32, place: &Place) -> Result<(), Fault> {
    let mut wallet = wallet::need(call, account)?;
    let rest = wallet::expire(call, account, &mut wallet, number, place)?;
    if rest == Money::ZERO {
        return Ok(());
    }
    wallet::save(call, account, &wallet);
    let id = ledger::next_id(call)?;
    ledger::post(
        call,
        &id,
        "credit-expired",
        &format!("lot {number}"),
        vec![
            Posting(LedgerAccount::of_lot(place.kind()), Some(account), rest),
            Posting(LedgerAccount::ExpiredCredits, None, rest.negated()?),
        ],
        Vec::new(),
    )?;
    tell_expired(call, account, number, rest, wallet.balance, &id);
    judge(call, account, Occasion::Debit)
}
