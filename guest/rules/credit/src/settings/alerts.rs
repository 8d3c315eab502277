//! Thresholds of alerts and billing addresses, as customers read and set them (CRD-8, R88).

use crate::watch::alerts::thresholds;
use coinbox_access::{self as access, functions};
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::Error;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Micros, int_text, optional_int_text};
use coinbox_ledger::wallet;
use coinbox_profiles::mail;
use coinbox_profiles::notices::{check_recipients, load, save};
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// Most thresholds of the customer's own.
const CUSTOM_MAX: usize = 3;

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

fn shown(turn: &Turn<'_>, account: AuthId) -> Result<AlertSettings, Fault> {
    let alerts = load(turn, account)?;
    let policy = Policy::load(turn)?;
    Ok(AlertSettings {
        thresholds: thresholds(&policy, wallet::currency(turn, account)?, &alerts)
            .into_iter()
            .map(|amount| AlertThreshold {
                amount: amount.micros(),
                custom: alerts.custom().contains(&amount),
                armed: alerts.armed().contains(&amount),
            })
            .collect(),
        recipients: alerts.into_recipients(),
        suggested: coinbox_ledger::totals::spending::average_daily_spend(turn, account)?.map(Money::micros),
    })
}

/// Replaces the customer's thresholds or billing addresses, whichever is named (CRD-8, R88).
pub fn set_alerts(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    amounts: Option<Vec<Micros>>,
    recipients: Option<Vec<String>>,
) -> Result<AlertSettings, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_SET_ALERTS, &auth_id)?;
    let args = (&auth_id, &amounts, &recipients);
    command.once(turn, &args, |turn, _, account| {
        let currency = wallet::currency(turn, account)?;
        if amounts.is_none() && recipients.is_none() {
            return Ok(shown(turn, account)?);
        }
        let mut checks = Checks::new();
        let named = amounts.as_deref().unwrap_or_default();
        checks.require(named.len() <= CUSTOM_MAX, "thresholds", FieldRule::TooMany, CUSTOM_MAX);
        for (index, amount) in named.iter().take(CUSTOM_MAX).enumerate() {
            let field = format!("thresholds[{index}]");
            checks.require(*amount >= 0, &field, FieldRule::TooSmall, "0");
            let whole = Money::from_micros(*amount).is_whole(currency);
            checks.require(whole, &field, FieldRule::WrongForm, currency.whole());
        }
        check_recipients(&mut checks, recipients.as_deref().unwrap_or_default(), "recipients");
        checks.done()?;
        let mut alerts = load(turn, account)?;
        if let Some(amounts) = &amounts {
            alerts.set_custom(amounts.iter().copied().map(Money::from_micros).collect());
        }
        if let Some(recipients) = &recipients {
            alerts.set_recipients(recipients.clone());
        }
        save(turn, account, &alerts);
        mail::addresses_set(turn, account)?;
        crate::watch::judge::judge(turn, account, crate::watch::occasion::Occasion::Settings)?;
        Ok(shown(turn, account)?)
    })
}

/// Thresholds with their state, and billing addresses.
pub fn get_alerts(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<AlertSettings, Error> {
    let (_, account) = access::query_on(turn, caller, functions::CREDITS_GET_ALERTS, &auth_id)?;
    Ok(shown(turn, account)?)
}

/// Replaces the billing addresses, which were checked. Answers whether they are others than before.
pub fn set_recipients(turn: &mut Turn<'_>, account: AuthId, recipients: &[String]) -> Result<bool, Fault> {
    let before = load(turn, account)?;
    let mut alerts = before.clone();
    alerts.set_recipients(recipients.to_vec());
    let differs = alerts != before;
    if differs {
        save(turn, account, &alerts);
        mail::addresses_set(turn, account)?;
    }
    Ok(differs)
}
