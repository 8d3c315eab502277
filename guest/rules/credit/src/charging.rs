//! A charge is written down here, as an intention; `payments::charges` carries it out (CRD-4, CRD-7, R11).

use crate::records::cards::Card;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::charges::{Charge, ChargeKind, NewCharge, gateway_key, save};

/// What a charge is for.
#[derive(Clone, Copy, Debug)]
pub enum Purpose<'a> {
    /// A recharge by the rules (CRD-5).
    Automatic,
    /// A recharge by a person (CRD-4).
    Manual,
    /// What is owed, by a person (R24).
    Settlement,
    /// The invoice of this number, by the rules (CRD-15).
    Invoice(&'a str),
}

/// Writes a charge down and makes it due now.
pub fn create(
    turn: &mut Turn<'_>,
    account: AuthId,
    purpose: Purpose<'_>,
    amount: Money,
    card: &Card,
    asked: Option<Asked>,
) -> Result<Charge, Fault> {
    let number = Numbers::next_charge(turn, account)?;
    let (kind, invoice) = match purpose {
        Purpose::Automatic => (ChargeKind::Automatic, None),
        Purpose::Manual => (ChargeKind::Manual, None),
        Purpose::Settlement => (ChargeKind::Settlement, None),
        Purpose::Invoice(number) => (ChargeKind::Invoice, Some(number.to_owned())),
    };
    let new = NewCharge {
        number,
        kind,
        amount,
        card: card.number(),
        card_label: card.label(),
        key: gateway_key(&turn.store_name(), account, number),
        invoice,
        asked_for: asked,
    };
    let charge = Charge::open(new, turn.now());
    count_in_caps(turn, account, &charge, amount)?;
    match kind {
        ChargeKind::Automatic => {}
        ChargeKind::Manual => Numbers::count_open_manual(turn, account, true)?,
        ChargeKind::Settlement | ChargeKind::Invoice => Numbers::set_debt_charge(turn, account, number)?,
    }
    save(turn, account, &charge);
    turn.timer(&charge.job(account), Lane::Urgent, turn.now());
    Ok(charge)
}

/// Recharges count in the caps on automatic ones; what pays a debt does not (R22).
pub fn count_in_caps(turn: &mut Turn<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<(), Fault> {
    match charge.kind() {
        ChargeKind::Automatic | ChargeKind::Manual => Numbers::add_charged(turn, account, charge.created(), amount),
        ChargeKind::Settlement | ChargeKind::Invoice => Ok(()),
    }
}

/// A charge of a history that was lost was declined, and nothing of this one waits for it: the feed tells how it ended (CRD-7, EVT-1).
pub fn tell_unawaited(turn: &mut Turn<'_>, account: AuthId, charge: &Charge, reason: &str, receipt: &str) {
    feed::event(account, "recharge-failed", charge.kind().rule())
        .facts(charge.facts())
        .fact("reason", reason)
        .fact("receipt", receipt)
        .tell(turn);
}
