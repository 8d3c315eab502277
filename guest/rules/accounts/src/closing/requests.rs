//! What people ask about the closing of an account, and its beginning: use stops.

use super::fixing::run;
use coinbox_access::{self as access, credentials::Who, functions};
use coinbox_credit::movements::expiry;
use coinbox_credit::records::closing::{Closing, ClosingStatus, JOB, key, load};
use coinbox_credit::records::{dunning, refunds};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_credit::watch::recharge;
use coinbox_ground::call::Call;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::accounts::Error;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, Instant};
use coinbox_ledger::wallet::{self, owed_in_cents};
use coinbox_numbers as numbers;
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing};

/// Refunds of one answer.
const REFUNDS_SHOWN: usize = 100;

/// Begins to close an account (ACC-12). Asked again, it answers how that stands.
pub fn close(call: &mut Call<'_>, caller: &Caller, auth_id: String, reason: String) -> Result<ClosingStatus, Error> {
    let command = access::command_on(call, caller, functions::ACCOUNTS_CLOSE, &auth_id)?;
    command.once(call, &(&auth_id, &reason), |call, who, account| {
        let wait = Policy::load(call)?.close_settle_ms;
        begin(call, account, who, &reason, wait)?;
        status(call, account)
    })
}

/// How the closing of an account stands.
pub fn get_closing(call: &Call<'_>, caller: &Caller, auth_id: String) -> Result<ClosingStatus, Error> {
    let (_, account) = access::query_on(call, caller, functions::ACCOUNTS_GET_CLOSING, &auth_id)?;
    status(call, account)
}

/// Stops use and sets the moment at which the account is closed. Nothing is changed if something is owed.
pub(crate) fn begin(call: &mut Call<'_>, account: AuthId, who: &Who, reason: &str, wait: Instant) -> Result<(), Error> {
    let mut checks = Checks::new();
    checks.text(reason, "reason", 0, 500);
    checks.done()?;
    let mut profile = profile::profile(call, account)?;
    if profile.standing == Standing::Closing {
        return Ok(());
    }
    expiry::expire_due(call, account)?;
    let owed = owed_in_cents(wallet::need(call, account)?.balance)?;
    if owed > Money::ZERO {
        return Err(Error::Owes(owed.micros()));
    }
    profile.standing = Standing::Closing;
    reason.clone_into(&mut profile.details);
    profile::save(call, account, &profile);
    dunning::stood(call, account, Standing::Closing)?;
    let closing = Closing::new(call.now(), call.now() + wait, who.name(), reason);
    call.put(&key(account), &closing);
    call.timer(&JOB.of(account), Lane::Normal, closing.closes_at);
    recharge::switch_off(call, account)?;
    // Rent that is still due for this month is posted with it, before the final invoice.
    numbers::release_all(call, account)?;
    if wait > 0 {
        let closes = coinbox_ground::calendar::moment_name(closing.closes_at);
        feed::event(account, "account-closing", "ACC-12")
            .fact("reason", reason)
            .fact("closes-at", closing.closes_at)
            .fact("by", who.name())
            .tell(call);
        mail::send(call, account, "account-closing", vec![Fact::new("closes", closes), Fact::new("details", reason)])?;
    }
    Ok(judge(call, account, Occasion::Standing)?)
}

/// Closes without waiting for usage of before: what is reported later is rejected.
pub(crate) fn close_at_once(call: &mut Call<'_>, account: AuthId, who: &Who, reason: &str) -> Result<(), Error> {
    begin(call, account, who, reason, 0)?;
    // One that was to be closed later is closed now.
    if let Some(mut closing) = load(call, account)? {
        closing.closes_at = closing.closes_at.min(call.now());
        call.put(&key(account), &closing);
    }
    // What cannot be done in this call is done by the job, which is due now.
    run(call, account)?;
    let owed = owed_in_cents(wallet::need(call, account)?.balance)?;
    if owed > Money::ZERO { Err(Error::Owes(owed.micros())) } else { Ok(()) }
}

fn status(call: &Call<'_>, account: AuthId) -> Result<ClosingStatus, Error> {
    let closing = load(call, account)?.ok_or_else(|| Fault::not_found("closing"))?;
    let (page, _) = refunds::refunds(call, account, None, REFUNDS_SHOWN)?;
    let owed = owed_in_cents(wallet::need(call, account)?.balance)?;
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
