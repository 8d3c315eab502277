//! Attempts of a charge: what the gateway is asked next, and how the charge stands.

use super::booking::{book, book_closed};
use super::settling::drop_charge;
use crate::dunning;
use coinbox_credit::records::cards;
use coinbox_credit::records::reconciliation::{LOOK_SOON_MS, is_open};
use coinbox_credit::watch::recharge;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{Attempt, Done, JobState, Next, Numbered, Task, Work};
use coinbox_ground::outside::{ChargeRequest, LEASE_MS, PaymentOutcome};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::charges::{Charge, ChargeKind, ChargeState, card_name, gateway_key, load, save};
use coinbox_ledger::wallet;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing};

/// Starts the next attempt, or drops a charge that nobody wants any more before it is sent (R6).
pub(crate) fn begin(turn: &mut Turn<'_>, (account, number): Numbered) -> Result<Option<Next>, Fault> {
    let Some(mut charge) = load(turn, account, number)? else { return Ok(None) };
    if charge.is_settled() {
        return Ok(None);
    }
    let job = charge.job(account);
    let token = cards::token(turn, account, charge.card())?;
    if *charge.state() == ChargeState::Due {
        if is_open(turn)? {
            turn.timer(&job, Lane::Urgent, turn.now() + LOOK_SOON_MS);
            return Ok(Some(Next::Rest));
        }
        // A charge from before a restore may have been sent in the history that was lost: it is asked about, and if nobody wants
        // it any more it is made final at the gateway, never just dropped.
        let elsewhere = charge.key() != gateway_key(&turn.store_name(), account, number);
        if let Some(cause) = obstacle(turn, account, &charge)? {
            if !elsewhere {
                drop_charge(turn, account, charge, cause)?;
                return Ok(Some(Next::Rest));
            }
            charge.give_up();
        }
        charge.send(turn.now(), elsewhere);
    }
    let attempt = charge.start();
    save(turn, account, &charge);
    turn.timer(&job, Lane::Urgent, turn.now() + LEASE_MS);
    let policy = Policy::load(turn)?;
    let work = match (charge.is_given_up(), token) {
        (false, _) if charge.is_recovered() => Work::FindPayment(charge.key().to_owned()),
        (false, Some(token)) => Work::Charge(ChargeRequest {
            key: charge.key().to_owned(),
            auth_id: account.to_string(),
            amount: charge.amount().micros(),
            currency: wallet::currency(turn, account)?.to_string(),
            method: token,
            customer_present: matches!(charge.kind(), ChargeKind::Manual | ChargeKind::Settlement),
            statement: policy.brand.chars().filter(char::is_ascii).take(22).collect(),
            metadata: charge.metadata(),
        }),
        // The card is gone, the charge may have gone out with it before: make the key final.
        (true, _) | (false, None) => Work::ClosePayment(charge.key().to_owned()),
    };
    Ok(Some(Next::Perform(Task { job, attempt, work })))
}

/// Why a charge that was never sent should not be.
fn obstacle(turn: &Turn<'_>, account: AuthId, charge: &Charge) -> Result<Option<&'static str>, Fault> {
    let wallet = wallet::need(turn, account)?;
    match profile::profile(turn, account)?.standing() {
        Standing::Closed => return Ok(Some("account-closed")),
        Standing::Closing if charge.kind() != ChargeKind::Settlement => return Ok(Some("account-closed")),
        _ => {}
    }
    // Paid or written off meanwhile: another payment would only have to be given back.
    if charge.kind() == ChargeKind::Settlement && wallet.owed_whole()? < charge.amount() {
        return Ok(Some("not-needed"));
    }
    if charge.kind() == ChargeKind::Invoice && !dunning::is_wanted(turn, account, charge)? {
        return Ok(Some("not-needed"));
    }
    if let Err(reason) = cards::usable(turn, account, Some(&card_name(charge.card())))? {
        return Ok(Some(reason.word()));
    }
    if charge.kind() == ChargeKind::Automatic && !recharge::is_wanted(turn, account, &wallet)? {
        return Ok(Some("not-needed"));
    }
    Ok(None)
}

/// The current attempt.
pub(crate) fn attempt(turn: &Turn<'_>, (account, number): Numbered) -> Result<Option<Attempt>, Fault> {
    let charge = load(turn, account, number)?;
    Ok(charge
        .map(|charge| Attempt { number: charge.attempt(), is_booked: charge.is_settled() || charge.is_answered() }))
}

/// Books what came of the current attempt, and notes that it is booked.
pub(crate) fn finish(turn: &mut Turn<'_>, (account, number): Numbered, done: Done) -> Result<Next, Fault> {
    if let Some(mut charge) = load(turn, account, number)? {
        charge.answered();
        save(turn, account, &charge);
    }
    match done {
        Done::Payment(outcome) => book(turn, account, number, outcome),
        Done::PaymentClosed(finding) => book_closed(turn, account, number, finding),
        other => book(turn, account, number, PaymentOutcome::Unknown(other.lost())),
    }
}

/// How it stands, for someone who waits.
pub(crate) fn look(turn: &Turn<'_>, (account, number): Numbered) -> Result<Option<JobState>, Fault> {
    Ok(load(turn, account, number)?.map(|charge| match charge.state() {
        ChargeState::Due | ChargeState::Open => JobState::Working,
        ChargeState::Paid => JobState::Succeeded,
        ChargeState::Declined(reason) => JobState::Failed(reason.word().to_owned()),
        ChargeState::Void(cause) => JobState::Failed(cause.clone()),
    }))
}
