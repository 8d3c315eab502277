//! Chargebacks: a card holder has taken a payment back through the bank (R33).

use super::records::{Charge, load, save};
use crate::accounts::{self, Standing};
use crate::call::Call;
use crate::credentials;
use crate::credits::{self, Adjusted, Error};
use crate::dunning;
use crate::events::{EventDraft, emit};
use crate::ids::AuthId;
use crate::judge::{Occasion, judge};
use crate::ledger::{self, LedgerAccount, Posting};
use crate::mail;
use crate::money::Money;
use crate::refunds;
use crate::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Micros};
use crate::wallet::{self, Split};

/// Chargebacks of one charge.
const CHARGEBACKS_MAX: usize = 20;

/// Books a chargeback: the payment is taken off the account again, below zero if it is spent, and the account is suspended for
/// payment failure. What is left of the recharge itself goes first, so that it is never refunded as well.
pub fn record_chargeback(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    number: u32,
    amount: Option<Micros>,
    reference: String,
) -> Result<Adjusted, Error> {
    let (who, account) = credentials::permit_on(call, caller, "credits.record-chargeback", &auth_id)?;
    let args = (&auth_id, number, amount, &reference);
    crate::idempotency::once(call, caller, &auth_id, "credits.record-chargeback", &args, |call| {
        let mut charge = load(call, account, number)?.ok_or_else(|| Fault::not_found("charge"))?;
        if !charge.is_paid() {
            return Err(Fault::problem("charge-not-paid", vec![Fact::new("charge", number)]).into());
        }
        if charge.chargebacks.contains(&reference) {
            let facts = vec![Fact::new("charge", number), Fact::new("reference", &reference)];
            return Err(Fault::problem("chargeback-recorded", facts).into());
        }
        let left =
            charge.amount().minus(charge.charged_back)?.minus(refunds::of_charge(call, account, &charge.key)?)?;
        let amount = amount.map_or(left, Money::from_micros);
        let mut checks = Checks::new();
        checks.text(&reference, "reference", 1, 200);
        checks.require(amount > Money::ZERO, "amount", FieldRule::TooSmall, "0.01");
        checks.require(amount <= left, "amount", FieldRule::TooLarge, left);
        checks.require(amount.is_whole_cents(), "amount", FieldRule::WrongForm, "whole cents");
        checks.done()?;
        if charge.chargebacks.len() >= CHARGEBACKS_MAX {
            let facts = vec![Fact::new("charge", number), Fact::new("limit", CHARGEBACKS_MAX)];
            return Err(Fault::problem("too-many-chargebacks", facts).into());
        }
        charge.chargebacks.push(reference.clone());
        charge.charged_back = charge.charged_back.plus(amount)?;
        save(call, account, &charge);
        let transaction = post(call, account, &charge, amount)?;
        let balance = wallet::need(call, account)?.balance;
        let mut facts = charge.facts();
        facts.retain(|fact| fact.name != "amount");
        facts.push(Fact::new("amount", amount));
        facts.push(Fact::new("balance", balance));
        facts.push(Fact::new("reference", &reference));
        facts.push(Fact::new("by", who.name()));
        emit(
            call,
            EventDraft {
                account: Some(account),
                kind: "chargeback",
                rule: "ACC-8",
                facts,
                transactions: vec![transaction.clone()],
            },
        );
        if accounts::profile(call, account)?.standing != Standing::Closed {
            dunning::charged_back(call, account, &charge)?;
            mail::send(
                call,
                account,
                "chargeback",
                vec![
                    Fact::new("amount", amount),
                    Fact::new("balance", balance),
                    Fact::new("card", &charge.card_label),
                    Fact::new("number", number),
                ],
            )?;
            judge(call, account, Occasion::Debit)?;
        }
        Ok(Adjusted { transaction, balance: balance.micros() })
    })
}

/// Takes the amount off the account. A closed account has nothing to take it from: it is a loss.
fn post(call: &mut Call<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<String, Fault> {
    let gone = Posting(LedgerAccount::PaymentClearing, None, amount.negated()?);
    let postings = if accounts::is_closed(call, account)? {
        vec![Posting(LedgerAccount::WriteOffs, None, amount), gone]
    } else {
        credits::expire_due(call, account)?;
        let mut wallet = wallet::need(call, account)?;
        let mut split = Split::default();
        let taken = match charge.lot() {
            Some((lot, place)) => wallet::take_from(call, account, &mut wallet, *lot, place, amount)?,
            None => Money::ZERO,
        };
        split.cash = taken;
        wallet::debit(call, account, &mut wallet, amount.minus(taken)?, &mut split)?;
        wallet::save(call, account, &wallet);
        wallet::owe_as_other(call, account, split.owed)?;
        let mut postings = split.postings(account).to_vec();
        postings.push(gone);
        postings
    };
    let id = ledger::next_id(call)?;
    ledger::post(call, &id, "chargeback", &charge.key, postings, Vec::new())?;
    Ok(id)
}
