//! Low-balance alerts, or of what is left of a credit limit (R29): one mail a dip, armed again when the balance is back (CRD-8, R21), and the out-of-credit mail (R13).

use crate::access::credentials;
use crate::ground::call::{Call, Record};
use crate::ground::events::{EventDraft, emit};
use crate::ground::ids::AuthId;
use crate::ground::interfaces::Error;
use crate::ground::money::Money;
use crate::ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Micros, int_text, optional_int_text};
use crate::ledger::wallet::{self, Wallet};
use crate::profiles::mail;
use crate::profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// Most thresholds of the customer's own.
const CUSTOM_MAX: usize = 3;
/// Most billing addresses besides the registered one.
const RECIPIENTS_MAX: usize = 20;

/// What is armed for one account, at `al/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Alerts {
    v: u32,
    /// The customer's own thresholds.
    custom: Vec<Money>,
    recipients: Vec<String>,
    /// Thresholds that the balance has been at or above since they last fired.
    armed: Vec<Money>,
    /// Whether the balance has been above zero since the last out-of-credit mail.
    armed_for_zero: bool,
}

impl Record for Alerts {
    const KIND: &'static str = "alert settings";
}

/// One threshold as it is shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AlertThreshold {
    /// Fires strictly below this.
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// Set by the customer.
    pub custom: bool,
    /// Whether the next dip sends a mail.
    pub armed: bool,
}

/// Alert settings as they are shown.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AlertSettings {
    /// Highest first; equal ones are one (R21).
    pub thresholds: Vec<AlertThreshold>,
    /// Besides the registered email.
    pub recipients: Vec<String>,
    /// A custom threshold that suggests itself: what the account spends a day (CRD-9).
    #[serde(default, with = "optional_int_text")]
    pub suggested: Option<Micros>,
}

fn key(account: AuthId) -> String {
    format!("al/{account}")
}

fn load(call: &Call<'_>, account: AuthId) -> Result<Alerts, Fault> {
    Ok(call.get(&key(account))?.unwrap_or(Alerts {
        v: 1,
        custom: Vec::new(),
        recipients: Vec::new(),
        armed: Vec::new(),
        armed_for_zero: false,
    }))
}

/// Whether a threshold counts: one that is not below a credit limit would say that the limit is nearly used when it is hardly touched.
fn counts(threshold: Money, limit: Option<Money>) -> bool {
    limit.is_none_or(|limit| threshold < limit)
}

/// Thresholds of policy and customer together, highest first, equal ones once.
fn thresholds(policy: &Policy, alerts: &Alerts) -> Vec<Money> {
    let mut all: Vec<Money> = policy.alert_thresholds().chain(alerts.custom.iter().copied()).collect();
    all.sort_unstable_by(|one, other| other.cmp(one));
    all.dedup();
    all
}

/// Billing addresses besides the registered one.
pub(crate) fn recipients(call: &Call<'_>, account: AuthId) -> Result<Vec<String>, Fault> {
    Ok(load(call, account)?.recipients)
}

/// Fires what the balance, or what is left of the limit, has fallen below, arms what it has reached. Answers the amount below which the next
/// one fires.
pub(crate) fn judge(call: &mut Call<'_>, account: AuthId, wallet: &Wallet) -> Result<Option<Money>, Fault> {
    let before = load(call, account)?;
    let mut alerts = before.clone();
    let policy = Policy::load(call)?;
    let mut all = thresholds(&policy, &alerts);
    all.retain(|threshold| counts(*threshold, wallet.credit_limit()));
    let balance = wallet.left()?;
    let fired: Vec<Money> =
        all.iter().copied().filter(|threshold| alerts.armed.contains(threshold) && balance < *threshold).collect();
    alerts.armed = all.iter().copied().filter(|threshold| balance >= *threshold).collect();
    let dry = balance <= Money::ZERO;
    let out_of_credit = dry && alerts.armed_for_zero;
    let restored = !dry && !alerts.armed_for_zero;
    alerts.armed_for_zero = !dry;
    if alerts != before {
        call.put(&key(account), &alerts);
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
        mail::send(call, account, low, facts.clone())?;
        facts.extend(fired.iter().map(|threshold| Fact::new("passed", threshold)));
        emit(call, draft(account, low, "CRD-8", facts));
    }
    if out_of_credit {
        mail::send(call, account, none, standing.clone())?;
        emit(call, draft(account, none, "CRD-10", standing));
    } else if restored {
        emit(call, draft(account, again, "CRD-10", standing));
    }
    let highest_armed = alerts.armed.first().copied();
    let zero = (!dry).then_some(Money::from_micros(1));
    Ok(highest_armed.max(zero))
}

fn draft<'a>(account: AuthId, kind: &'a str, rule: &'a str, facts: Vec<Fact>) -> EventDraft<'a> {
    EventDraft { account: Some(account), kind, rule, facts, transactions: Vec::new() }
}

fn shown(call: &Call<'_>, account: AuthId) -> Result<AlertSettings, Fault> {
    let alerts = load(call, account)?;
    let policy = Policy::load(call)?;
    Ok(AlertSettings {
        thresholds: thresholds(&policy, &alerts)
            .into_iter()
            .map(|amount| AlertThreshold {
                amount: amount.micros(),
                custom: alerts.custom.contains(&amount),
                armed: alerts.armed.contains(&amount),
            })
            .collect(),
        recipients: alerts.recipients,
        suggested: crate::ledger::totals::spending::average_daily_spend(call, account)?.map(Money::micros),
    })
}

/// Replaces the customer's thresholds or billing addresses, whichever is named (CRD-8, R88).
pub fn set_alerts(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    amounts: Option<Vec<Micros>>,
    recipients: Option<Vec<String>>,
) -> Result<AlertSettings, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.set-alerts", &auth_id)?;
    let args = (&auth_id, &amounts, &recipients);
    crate::ground::idempotency::once(call, caller, &auth_id, "credits.set-alerts", &args, |call| {
        wallet::need(call, account)?;
        if amounts.is_none() && recipients.is_none() {
            return Ok(shown(call, account)?);
        }
        let mut checks = Checks::new();
        let named = amounts.as_deref().unwrap_or_default();
        checks.require(named.len() <= CUSTOM_MAX, "thresholds", FieldRule::TooMany, CUSTOM_MAX);
        for (index, amount) in named.iter().take(CUSTOM_MAX).enumerate() {
            let field = format!("thresholds[{index}]");
            checks.require(*amount >= 0, &field, FieldRule::TooSmall, "0");
            checks.require(Money::from_micros(*amount).is_whole_cents(), &field, FieldRule::WrongForm, "whole cents");
        }
        check_recipients(&mut checks, recipients.as_deref().unwrap_or_default(), "recipients");
        checks.done()?;
        let mut alerts = load(call, account)?;
        if let Some(amounts) = &amounts {
            alerts.custom = amounts.iter().copied().map(Money::from_micros).collect();
            alerts.custom.sort_unstable();
            alerts.custom.dedup();
        }
        if let Some(recipients) = &recipients {
            alerts.recipients.clone_from(recipients);
            alerts.recipients.sort_unstable();
            alerts.recipients.dedup();
        }
        call.put(&key(account), &alerts);
        mail::addresses_set(call, account)?;
        crate::credit::judge::judge(call, account, crate::credit::judge::Occasion::Settings)?;
        Ok(shown(call, account)?)
    })
}

/// Thresholds with their state, and billing addresses.
pub fn get_alerts(call: &Call<'_>, caller: &Caller, auth_id: String) -> Result<AlertSettings, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.get-alerts", &auth_id)?;
    Ok(shown(call, account)?)
}

/// At most 20 email addresses.
pub(crate) fn check_recipients(checks: &mut Checks, recipients: &[String], field: &str) {
    checks.require(recipients.len() <= RECIPIENTS_MAX, field, FieldRule::TooMany, RECIPIENTS_MAX);
    for (index, address) in recipients.iter().take(RECIPIENTS_MAX).enumerate() {
        checks.email(address, &format!("{field}[{index}]"));
    }
}

/// Replaces the billing addresses, which were checked. Answers whether they are others than before.
pub(crate) fn set_recipients(call: &mut Call<'_>, account: AuthId, recipients: &[String]) -> Result<bool, Fault> {
    let before = load(call, account)?;
    let mut alerts = before.clone();
    alerts.recipients = recipients.to_vec();
    alerts.recipients.sort_unstable();
    alerts.recipients.dedup();
    let differs = alerts != before;
    if differs {
        call.put(&key(account), &alerts);
        mail::addresses_set(call, account)?;
    }
    Ok(differs)
}
