//! The end of a charge: what is noted of every one that is final, and dropping one that moved nothing (R6).

use crate::dunning;
use coinbox_credit::charging::count_in_caps;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_credit::watch::recharge;
use coinbox_ground::call::Call;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::queue;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::charges::{Charge, ChargeKind, ChargeState, save};

/// Ends a charge that moved nothing.
pub(super) fn drop_charge(call: &mut Call<'_>, account: AuthId, mut charge: Charge, cause: &str) -> Result<(), Fault> {
    charge.state = ChargeState::Void(cause.to_owned());
    charge.settled = Some(call.now());
    settle(call, account, &charge)?;
    count_in_caps(call, account, &charge, charge.amount.negated()?)?;
    feed::event(account, "recharge-dropped", "CRD-7").facts(charge.facts()).fact("cause", cause).tell(call);
    match charge.kind {
        ChargeKind::Automatic => recharge::dropped(call, account)?,
        ChargeKind::Invoice => dunning::dropped(call, account, &charge, cause)?,
        ChargeKind::Manual | ChargeKind::Settlement => {}
    }
    judge(call, account, Occasion::Settings)
}

/// Notes that a charge is final, and stops asking about it.
pub(super) fn settle(call: &mut Call<'_>, account: AuthId, charge: &Charge) -> Result<(), Fault> {
    save(call, account, charge);
    call.cancel(&charge.job(account));
    match charge.kind {
        ChargeKind::Automatic => {}
        ChargeKind::Manual => Numbers::count_open_manual(call, account, false)?,
        ChargeKind::Settlement | ChargeKind::Invoice => Numbers::end_debt_charge(call, account, charge.number)?,
    }
    if let Some(sent) = charge.sent.filter(|_| charge.overdue) {
        call.remove(&queue::charge_key(sent, account, charge.number));
    }
    Ok(())
}
