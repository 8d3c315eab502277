//! After every movement of an account: what does the new balance set off? (CRD-5, CRD-6, CRD-8, CRD-10)
//!
//! The order is fixed: alerts look at the balance, automatic recharge at available, the zero-stop at both, and then
//! the wallet learns below which amount the next of them could begin.
//!
//! Here lies the only recursion of the rules. Credit may end a suspension, a suspension that ends changes the standing, and a changed standing is
//! looked at anew.

use crate::records::closing;
use crate::records::dunning::{self, Dunning};
use crate::watch::occasion::Occasion;
use crate::watch::{alerts, recharge, zero_stop};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{JobKind, Store};
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault, Suspension};
use coinbox_ledger::wallet;
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing, reason_name};

/// The job that judges every account: after a change of the policy, and after a restore. The areas from here on set its timer, but only the top crate
/// can do it, because rent is looked at too.
pub const REJUDGE: JobKind<Store> = JobKind::new("rejudge");

/// Looks at an account once, and sets its trip.
pub fn judge(turn: &mut Turn<'_>, account: AuthId, occasion: Occasion) -> Result<(), Fault> {
    if occasion == Occasion::Credit {
        // Before anything is judged by the standing: what was suspended for a debt is open again once it is paid (ACC-9).
        lift_if_paid(turn, account)?;
    }
    let mut wallet = wallet::need(turn, account)?;
    // An account that is closed to use may wait for what it owes: less since a payment, more since a chargeback.
    if occasion == Occasion::Credit || wallet.is_closed() {
        closing::moved(turn, account)?;
    }
    if wallet.is_closed() {
        // Nobody is warned of, or charged for, an account that cannot be used any more.
        return zero_stop::judge(turn, account, &wallet);
    }
    let alert = alerts::judge(turn, account, &wallet)?;
    let recharge = recharge::judge(turn, account, &wallet, occasion)?;
    zero_stop::judge(turn, account, &wallet)?;
    let trip = alert.max(recharge).unwrap_or(Money::from_micros(i64::MIN));
    if trip != wallet.trip {
        wallet.trip = trip;
        wallet::save(turn, account, &wallet);
    }
    Ok(())
}

/// Suspends or reinstates, tells and mails it, and looks at the account anew (ACC-8, ACC-9, R32).
pub fn stand(turn: &mut Turn<'_>, auth: AuthId, standing: Standing, details: &str, by: &str) -> Result<(), Fault> {
    let mut profile = profile::profile(turn, auth)?;
    profile.stand(standing, details);
    profile::save(turn, auth, &profile);
    let mut facts = vec![Fact::new("details", details)];
    let (kind, rule) = match standing {
        Standing::Suspended(reason) => {
            facts.insert(0, Fact::new("reason", reason_name(reason)));
            ("account-suspended", "ACC-8")
        }
        Standing::Unverified => ("account-unverified", "ACC-3"),
        Standing::Held => ("account-held", "ACC-5"),
        Standing::Locked => ("account-locked", "ACC-15"),
        Standing::Active | Standing::Closing | Standing::Closed => ("account-reinstated", "ACC-9"),
    };
    feed::event(auth, kind, rule).facts(facts.clone()).fact("by", by).tell(turn);
    dunning::stood(turn, auth, standing)?;
    judge(turn, auth, Occasion::Standing)?;
    if kind == "account-reinstated" {
        // What is owed is to be paid all the same.
        facts.push(Fact::new("owed", wallet::need(turn, auth)?.owed_whole()?));
    }
    // What else becomes of an account is told by what decides it.
    if matches!(standing, Standing::Unverified | Standing::Held | Standing::Locked) {
        return Ok(());
    }
    mail::send(turn, auth, kind, facts)
}

/// Credit came in, or a debt was written off: what is paid does not wait for a person any more, and a suspension for payment failure ends once everything
/// due is paid, if the policy says so (ACC-9).
fn lift_if_paid(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let Some(mut dunning) = turn.get::<Dunning>(&dunning::key(account))? else { return Ok(()) };
    if let Some(to) = dunning.waits.as_ref().map(|waits| waits.to) {
        dunning.wait(turn, account, to)?;
        dunning.save(turn, account);
    }
    if !dunning.lifts {
        return Ok(());
    }
    let standing = profile::profile(turn, account)?.standing();
    let suspended = standing == Standing::Suspended(Suspension::PaymentFailure);
    if !suspended || dunning.is_due(turn, account)? || !Policy::load(turn)?.lift_payment_suspension {
        return Ok(());
    }
    dunning.drop_paid(turn, account)?;
    dunning.save(turn, account);
    stand(turn, account, Standing::Active, "everything due is paid", "coinbox")
}
