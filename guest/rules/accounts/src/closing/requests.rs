//! What people ask about the closing of an account, and its beginning: use stops.

use super::fixing::run;
use coinbox_access::{self as access, credentials::Who, functions};
use coinbox_credit::movements::expiry;
use coinbox_credit::records::closing::{Closing, ClosingStatus, JOB, key, load};
use coinbox_credit::records::{dunning, refunds};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_credit::watch::recharge;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::accounts::Error;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, Instant};
use coinbox_invoices::recurring;
use coinbox_ledger::wallet;
use coinbox_numbers as numbers;
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing};

/// Refunds of one answer.
const REFUNDS_SHOWN: usize = 100;

/// Begins to close an account (ACC-12). Asked again, it answers how that stands.
pub fn close(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, reason: String) -> Result<ClosingStatus, Error> {
    let command = access::command_on(turn, caller, functions::ACCOUNTS_CLOSE, &auth_id)?;
    command.once(turn, &(&auth_id, &reason), |turn, who, account| {
        let wait = Policy::load(turn)?.close_settle_ms;
        begin(turn, account, who, &reason, wait)?;
        status(turn, account)
    })
}

/// How the closing of an account stands.
pub fn get_closing(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<ClosingStatus, Error> {
    let (_, account) = access::query_on(turn, caller, functions::ACCOUNTS_GET_CLOSING, &auth_id)?;
    status(turn, account)
}

/// Stops use and sets the moment at which the account is closed. Nothing is changed if something is owed.
pub(crate) fn begin(turn: &mut Turn<'_>, account: AuthId, who: &Who, reason: &str, wait: Instant) -> Result<(), Error> {
    let mut checks = Checks::new();
    checks.text(reason, "reason", 0, 500);
    checks.done()?;
    let mut profile = profile::profile(turn, account)?;
    if profile.standing() == Standing::Closing {
        return Ok(());
    }
    expiry::expire_due(turn, account)?;
    let owed = wallet::need(turn, account)?.owed_whole()?;
    if owed > Money::ZERO {
        return Err(Error::Owes(owed.micros()));
    }
    profile.stand(Standing::Closing, reason);
    profile::save(turn, account, &profile);
    dunning::stood(turn, account, Standing::Closing)?;
    let closing = Closing::new(turn.now(), turn.now() + wait, who.name(), reason);
    turn.put(&key(account), &closing);
    turn.timer(&JOB.of(account), Lane::Normal, closing.closes_at);
    recharge::switch_off(turn, account)?;
    // Rent that is still due for this month is posted with it, before the final invoice.
    numbers::release_all(turn, account)?;
    recurring::end_all(turn, account, None, "account-closed")?;
    if wait > 0 {
        let closes = coinbox_ground::calendar::moment_name(closing.closes_at);
        feed::event(account, "account-closing", "ACC-12")
            .fact("reason", reason)
            .fact("closes-at", closing.closes_at)
            .fact("by", who.name())
            .tell(turn);
        mail::send(turn, account, "account-closing", vec![Fact::new("closes", closes), Fact::new("details", reason)])?;
    }
    Ok(judge(turn, account, Occasion::Standing)?)
}

/// Closes without waiting for usage of before: what is reported later is rejected.
pub(crate) fn close_at_once(turn: &mut Turn<'_>, account: AuthId, who: &Who, reason: &str) -> Result<(), Error> {
    begin(turn, account, who, reason, 0)?;
    // One that was to be closed later is closed now.
    if let Some(mut closing) = load(turn, account)? {
        closing.closes_at = closing.closes_at.min(turn.now());
        turn.put(&key(account), &closing);
    }
    // What cannot be done in this call is done by the job, which is due now.
    run(turn, account)?;
    let owed = wallet::need(turn, account)?.owed_whole()?;
    if owed > Money::ZERO { Err(Error::Owes(owed.micros())) } else { Ok(()) }
}

fn status(turn: &Turn<'_>, account: AuthId) -> Result<ClosingStatus, Error> {
    let closing = load(turn, account)?.ok_or_else(|| Fault::not_found("closing"))?;
    let (page, _) = refunds::refunds(turn, account, None, REFUNDS_SHOWN)?;
    let owed = wallet::need(turn, account)?.owed_whole()?;
    Ok(ClosingStatus {
        begun: closing.begun,
        closes_at: closing.closes_at,
        closed: closing.closed,
        by: closing.by,
        reason: closing.reason,
        owed: owed.micros(),
        refunded: closing.refunded.micros(),
        rounding: closing.rounding.micros(),
        forfeited: closing.forfeited.micros(),
        refunds: page.iter().map(|refund| refund.shown(account)).collect(),
        step: closing.step,
    })
}
