//! Low-balance alerts, or of what is left of a credit limit (R29): one mail a dip, armed again when the balance is back (CRD-8, R21), and the out-of-credit mail (R13).

use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault};
use coinbox_ledger::wallet::Wallet;
use coinbox_profiles::mail;
use coinbox_profiles::notices::{Notices, load, save};
use coinbox_profiles::policy::Policy;

/// Whether a threshold counts: one that is not below a credit limit would say that the limit is nearly used when it is hardly touched.
pub fn counts(threshold: Money, limit: Option<Money>) -> bool {
    limit.is_none_or(|limit| threshold < limit)
}

/// Thresholds of policy and customer together, highest first, equal ones once.
pub fn thresholds(policy: &Policy, currency: Currency, alerts: &Notices) -> Vec<Money> {
    let mut all: Vec<Money> = policy.alert_thresholds(currency).chain(alerts.custom().iter().copied()).collect();
    all.sort_unstable_by(|one, other| other.cmp(one));
    all.dedup();
    all
}

/// Fires what the balance, or what is left of the limit, has fallen below, arms what it has reached. Answers the amount below which the next
/// one fires.
pub fn judge(turn: &mut Turn<'_>, account: AuthId, wallet: &Wallet) -> Result<Option<Money>, Fault> {
    let before = load(turn, account)?;
    let mut alerts = before.clone();
    let policy = Policy::load(turn)?;
    let mut all = thresholds(&policy, wallet.currency(), &alerts);
    all.retain(|threshold| counts(*threshold, wallet.credit_limit()));
    let balance = wallet.left()?;
    let fired: Vec<Money> =
        all.iter().copied().filter(|threshold| alerts.armed().contains(threshold) && balance < *threshold).collect();
    let dry = balance <= Money::ZERO;
    let out_of_credit = dry && alerts.is_armed_for_zero();
    let restored = !dry && !alerts.is_armed_for_zero();
    alerts.arm(all.iter().copied().filter(|threshold| balance >= *threshold).collect(), !dry);
    if alerts != before {
        save(turn, account, &alerts);
    }
    let ([low, none, again], standing) = match wallet.credit_limit() {
        None => (["balance-low", "out-of-credit", "credit-available"], vec![Fact::new("balance", balance)]),
        Some(limit) => (
            ["limit-low", "limit-reached", "limit-available"],
            vec![Fact::new("left", balance), Fact::new("credit-limit", limit)],
        ),
    };
    if let Some(lowest) = fired.last() {
        let mut facts = standing.clone();
        facts.push(Fact::new("threshold", lowest));
        mail::send(turn, account, low, facts.clone())?;
        let passed = fired.iter().map(|threshold| Fact::new("passed", threshold));
        feed::event(account, low, "CRD-8").facts(facts).facts(passed).tell(turn);
    }
    if out_of_credit {
        mail::send(turn, account, none, standing.clone())?;
        feed::event(account, none, "CRD-10").facts(standing).tell(turn);
    } else if restored {
        feed::event(account, again, "CRD-10").facts(standing).tell(turn);
    }
    let highest_armed = alerts.armed().first().copied();
    let zero = (!dry).then_some(Money::from_micros(1));
    Ok(highest_armed.max(zero))
}
