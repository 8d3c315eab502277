//! How an account pays: from credit that it has, or within a credit limit and by invoice (CRD-15, R29).
//!
//! The limit is a field of the hot wallet, so that available is known from one small record: limit, plus the balance, which is negative
//! by use, less reservations. Lots stay and are spent first; what they do not cover is a receivable until an invoice is paid.

use coinbox_access::{self as access, functions};
use coinbox_credit::movements::posting;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_credit::watch::recharge;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::operator::Error;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Micros, int_text};
use coinbox_invoices as invoices;
use coinbox_ledger::wallet;
use coinbox_profiles::policy::AMOUNT_MAX;
use coinbox_profiles::profile::{self, AccountType, BillingMode};
use serde::{Deserialize, Serialize};

/// How an account pays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Billing {
    /// From credit that it has.
    Prepaid,
    /// By invoice, within this credit limit: whole cents, 0.01 to 10 000 000.00.
    Postpaid(#[serde(with = "int_text")] Micros),
}

/// Switches an account between both ways, or changes its limit.
pub fn set_billing(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, billing: Billing) -> Result<Billing, Error> {
    let command = access::command_on(turn, caller, functions::OPERATOR_SET_BILLING, &auth_id)?;
    command.once(turn, &billing, |turn, who, account| {
        check(billing, wallet::currency(turn, account)?)?;
        if shown(turn, account)? == billing {
            return Ok(billing);
        }
        let mut wallet = wallet::need(turn, account)?;
        let mut profile = profile::profile(turn, account)?;
        let was_prepaid = profile.billing_mode == BillingMode::Prepaid;
        let mut told = feed::event(account, "billing-changed", "CRD-15").fact("by", who.name());
        match billing {
            Billing::Postpaid(limit) => {
                if profile.account_type == AccountType::Developer {
                    return Err(Fault::problem("trial-account", vec![Fact::new("account-type", "developer")]).into());
                }
                wallet.set_limit(Some(Money::from_micros(limit)));
                profile.billing_mode = BillingMode::Postpaid;
                told = told.fact("billing-mode", "postpaid").fact("credit-limit", Money::from_micros(limit));
            }
            Billing::Prepaid => {
                posting::round_off(turn, account, turn.now(), "billing")?;
                wallet = wallet::need(turn, account)?;
                if wallet.balance < Money::ZERO {
                    let owed = wallet.balance.negated()?;
                    return Err(Fault::problem("amount-owed", vec![Fact::new("owed", owed)]).into());
                }
                wallet.set_limit(None);
                profile.billing_mode = BillingMode::Prepaid;
                told = told.fact("billing-mode", "prepaid");
            }
        }
        wallet::save(turn, account, &wallet);
        turn.put(&profile::key(account), &profile);
        told.tell(turn);
        if profile.billing_mode == BillingMode::Postpaid {
            recharge::switch_off(turn, account)?;
            if was_prepaid {
                invoices::became_postpaid(turn, account)?;
            }
        }
        judge(turn, account, Occasion::Settings)?;
        Ok(billing)
    })
}

/// How an account pays.
pub fn get_billing(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Billing, Error> {
    let (_, account) = access::query_on(turn, caller, functions::OPERATOR_GET_BILLING, &auth_id)?;
    Ok(shown(turn, account)?)
}

fn shown(turn: &Turn<'_>, account: AuthId) -> Result<Billing, Fault> {
    Ok(match wallet::need(turn, account)?.credit_limit() {
        Some(limit) => Billing::Postpaid(limit.micros()),
        None => Billing::Prepaid,
    })
}

fn check(billing: Billing, currency: Currency) -> Result<(), Fault> {
    let Billing::Postpaid(limit) = billing else { return Ok(()) };
    let limit = Money::from_micros(limit);
    let mut checks = Checks::new();
    checks.require(limit > Money::ZERO, "billing.postpaid", FieldRule::TooSmall, currency.smallest());
    checks.require(limit <= AMOUNT_MAX, "billing.postpaid", FieldRule::TooLarge, AMOUNT_MAX.in_currency(currency));
    checks.require(limit.is_whole(currency), "billing.postpaid", FieldRule::WrongForm, currency.whole());
    checks.done()
}
