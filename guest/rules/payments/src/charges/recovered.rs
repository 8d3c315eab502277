//! Charges of a history that was lost: the gateway has them, and a reconciliation writes them down again (CRD-7).
//!
//! What the gateway has moved is booked as if its answer had just come; what it has under way is asked about from now on, and blocks what
//! an open charge blocks. Nothing of it is ever sent again.

use super::booking::{Told, book_paid};
use coinbox_access::once;
use coinbox_credit::charging::count_in_caps;
use coinbox_credit::watch::recharge;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::Started;
use coinbox_ground::metadata::Metadata;
use coinbox_ground::money::Money;
use coinbox_ground::outside::Movement;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_invoices as invoices;
use coinbox_ledger::charges::{Charge, ChargeKind, NewCharge, load, renumber, save};

fn kind_of(purpose: &str) -> Option<ChargeKind> {
    [ChargeKind::Automatic, ChargeKind::Manual, ChargeKind::Settlement, ChargeKind::Invoice]
        .into_iter()
        .find(|kind| kind.word() == purpose)
}

/// Writes a charge down that the gateway lists and no record explains, under the number in its key if that is free, and books it if it is
/// paid. Its amount is in the currency of its account and above zero, its account is there. `false`: its metadata is of no charge.
pub(crate) fn recover(
    turn: &mut Turn<'_>,
    account: AuthId,
    number: u32,
    movement: &Movement,
    metadata: &Metadata,
) -> Result<bool, Fault> {
    let Some(kind) = kind_of(metadata.purpose()) else { return Ok(false) };
    let free = load(turn, account, number)?.is_none() && Numbers::reach_charge(turn, account, number)?;
    let kept = if free { number } else { Numbers::next_charge(turn, account)? };
    if kept != number {
        renumber(turn, &movement.key, kept);
    }
    // An invoice that was issued after the backup is not there; another one may have its number now.
    let invoice = match metadata.get("invoice") {
        Some(invoice) if kind == ChargeKind::Invoice && invoices::is_invoice_of(turn, account, invoice)? => {
            Some(invoice.to_owned())
        }
        _ => None,
    };
    let new = NewCharge {
        number: kept,
        kind,
        amount: Money::from_micros(movement.amount),
        card: 0,
        card_label: String::new(),
        key: movement.key.clone(),
        invoice,
        asked_for: metadata.asked(),
    };
    let charge = Charge::found(new, movement.received.clamp(0, turn.now()));
    save(turn, account, &charge);
    count_in_caps(turn, account, &charge, charge.amount())?;
    if kind == ChargeKind::Manual {
        Numbers::count_open_manual(turn, account, true)?;
    }
    if let Some(asked) = charge.asked_for() {
        let job = charge.job(account);
        once::remember(turn, asked, &Started { job, name: kept.to_string() });
    }
    if let Some(paid) = &movement.paid {
        book_paid(turn, account, charge, paid, Told::Before)?;
        return Ok(true);
    }
    match kind {
        ChargeKind::Automatic => recharge::wait_for(turn, account, kept)?,
        ChargeKind::Manual => {}
        ChargeKind::Settlement | ChargeKind::Invoice => {
            if Numbers::load(turn, account)?.debt_charge().is_none() {
                Numbers::set_debt_charge(turn, account, kept)?;
            }
        }
    }
    turn.timer(&charge.job(account), Lane::Urgent, turn.now());
    feed::event(account, "recharge-found-open", "CRD-7").facts(charge.facts()).tell(turn);
    Ok(true)
}
