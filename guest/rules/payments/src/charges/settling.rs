//! The end of a charge: what is noted of every one that is final, and dropping one that moved nothing (R6).

use crate::dunning;
use coinbox_credit::charging::count_in_caps;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_credit::watch::recharge;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::queue;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::charges::{Charge, ChargeKind, save};

/// Ends a charge that moved nothing.
pub(super) fn drop_charge(turn: &mut Turn<'_>, account: AuthId, mut charge: Charge, cause: &str) -> Result<(), Fault> {
    charge.drop(turn.now(), cause);
    settle(turn, account, &charge)?;
    count_in_caps(turn, account, &charge, charge.amount().negated()?)?;
    feed::event(account, "recharge-dropped", "CRD-7").facts(charge.facts()).fact("cause", cause).tell(turn);
    match charge.kind() {
        ChargeKind::Automatic => recharge::dropped(turn, account)?,
        ChargeKind::Invoice => dunning::dropped(turn, account, &charge, cause)?,
        ChargeKind::Manual | ChargeKind::Settlement => {}
    }
    judge(turn, account, Occasion::Settings)
}

/// Notes that a charge is final, and stops asking about it.
pub(super) fn settle(turn: &mut Turn<'_>, account: AuthId, charge: &Charge) -> Result<(), Fault> {
    save(turn, account, charge);
    turn.cancel(&charge.job(account));
    match charge.kind() {
        ChargeKind::Automatic => {}
        ChargeKind::Manual => Numbers::count_open_manual(turn, account, false)?,
        ChargeKind::Settlement | ChargeKind::Invoice => Numbers::end_debt_charge(turn, account, charge.number())?,
    }
    if let Some(sent) = charge.queued() {
        turn.remove(&queue::charge_key(sent, account, charge.number()));
    }
    Ok(())
}
