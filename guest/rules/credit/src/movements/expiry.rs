//! Credit whose time is over is removed (R17).

use crate::watch::judge::judge;
use crate::watch::occasion::Occasion;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::lots::Place;
use coinbox_ledger::wallet;
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};

/// Tells that credit whose time is over was removed (R17).
pub fn tell_expired(turn: &mut Turn<'_>, account: AuthId, lot: u32, amount: Money, balance: Money, id: &str) {
    feed::event(account, "credit-expired", "CRD-2")
        .fact("amount", amount)
        .fact("balance", balance)
        .fact("reason", format_args!("lot {lot}"))
        .transaction(id)
        .tell(turn);
}

/// Removes what is left of all lots whose time is over, also behind a trial lot: their jobs may be late, and what is spent now
/// must not come from them (R17).
pub fn expire_due(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    while let Some(place) = wallet::late(turn, account)? {
        expire_lot(turn, account, place.number(), &place)?;
    }
    Ok(())
}

/// Removes what is left of a lot whose time is over (R17).
pub(crate) fn expire_lot(turn: &mut Turn<'_>, account: AuthId, number: u32, place: &Place) -> Result<(), Fault> {
    let mut wallet = wallet::need(turn, account)?;
    let rest = wallet::expire(turn, account, &mut wallet, number, place)?;
    if rest == Money::ZERO {
        return Ok(());
    }
    wallet::save(turn, account, &wallet);
    let id = ledger::next_id(turn)?;
    ledger::post(
        turn,
        (&id, account),
        "credit-expired",
        &format!("lot {number}"),
        vec![
            Posting(LedgerAccount::of_lot(place.kind()), Some(account), rest),
            Posting(LedgerAccount::ExpiredCredits, None, rest.negated()?),
        ],
        Vec::new(),
    )?;
    tell_expired(turn, account, number, rest, wallet.balance, &id);
    judge(turn, account, Occasion::Debit)
}
