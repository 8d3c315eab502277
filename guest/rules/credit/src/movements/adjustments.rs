//! What operators add to an account, take off it, put right and write off (CRD-14, R18, R24).

use crate::movements::expiry::expire_due;
use crate::movements::grants::{Grant, grant};
use crate::movements::posting::{self, Debit};
use crate::movements::refilling::room;
use crate::records::reconciliation;
use crate::watch::judge::judge;
use crate::watch::occasion::Occasion;
use coinbox_access::{self as access, functions};
use coinbox_ground::calendar::LAST_MOMENT;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::{Adjusted, Error};
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, Micros, int_text, optional_int_text};
use coinbox_ledger::charge_code::ChargeCode;
use coinbox_ledger::charges::{self, Charge};
use coinbox_ledger::lots::{LotKind, Place};
use coinbox_ledger::wallet::{self, Payer};
use coinbox_ledger::{self as ledger, LedgerAccount, Line, Posting};
use coinbox_profiles::profile;
use serde::{Deserialize, Serialize};

/// What the operator adds or takes (CRD-14).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adjustment {
    /// A promotional lot.
    Goodwill(Goodwill),
    /// Back to the cash lot of a recharge.
    Correction(Correction),
    /// In spending order, below zero if need be. Digests of arguments are taken in the form of version 0.1, so that a repeat under its key is
    /// known (R42).
    Debit(
        #[serde(
            serialize_with = "int_text::serialize",
            deserialize_with = "coinbox_ground::one_field::amount::deserialize"
        )]
        Micros,
    ),
}

/// A promotional lot.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Goodwill {
    /// Above zero.
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// In the future.
    #[serde(with = "optional_int_text", default)]
    pub expires: Option<Instant>,
}

/// Back to the cash lot of a recharge.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Correction {
    /// Above zero, at most what has been spent of the lot.
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// Number of the paid charge; this or `payment`.
    #[serde(default)]
    pub charge: Option<u32>,
    /// Key of a payment that was credited without a charge: after a restore, or from the operator's queue.
    #[serde(default)]
    pub payment: Option<String>,
}

/// Credits or debits an account with a reason (CRD-14, R18).
pub fn adjust(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    adjustment: Adjustment,
    reason: String,
) -> Result<Adjusted, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_ADJUST, &auth_id)?;
    let args = (&auth_id, &adjustment, &reason);
    command.once(turn, &args, |turn, _, account| {
        if profile::is_closed(turn, account)? {
            return Err(coinbox_ground::vocabulary::Refusal::Closed.into());
        }
        let mut checks = Checks::new();
        checks.text(&reason, "reason", 1, 200);
        let (amount, field) = match &adjustment {
            Adjustment::Goodwill(goodwill) => (goodwill.amount, "adjustment.goodwill.amount"),
            Adjustment::Correction(correction) => (correction.amount, "adjustment.correction.amount"),
            Adjustment::Debit(amount) => (*amount, "adjustment.debit.amount"),
        };
        let amount = Money::from_micros(amount);
        checks.require(amount > Money::ZERO, field, FieldRule::TooSmall, "0.00001");
        checks.require(
            amount.micros() % coinbox_ground::money::MICROS_PER_POSTED_STEP == 0,
            field,
            FieldRule::WrongForm,
            "5 decimals",
        );
        checks.require(amount <= Money::from_units(1_000_000_000), field, FieldRule::TooLarge, "1000000000.00");
        if let Adjustment::Goodwill(Goodwill { expires: Some(expires), .. }) = &adjustment {
            let field = "adjustment.goodwill.expires";
            checks.require(*expires > turn.now(), field, FieldRule::TooSmall, turn.now());
            checks.require(*expires <= LAST_MOMENT, field, FieldRule::TooLarge, LAST_MOMENT);
        }
        checks.done()?;
        if !matches!(adjustment, Adjustment::Goodwill(_)) && wallet::need(turn, account)?.is_closed() {
            // The invoice of its last charges is made: neither a debit nor a correction is a line any more (CRD-14, R23, R27).
            return Err(coinbox_ground::vocabulary::Refusal::Closed.into());
        }
        let transaction = match &adjustment {
            Adjustment::Goodwill(goodwill) => {
                let goodwill = Grant {
                    kind: LotKind::Promotional,
                    amount,
                    expires: goodwill.expires,
                    contra: LedgerAccount::Goodwill,
                    entry: "goodwill",
                    rule: "CRD-14",
                    reason: &reason,
                };
                grant(turn, account, &goodwill)?.transaction
            }
            Adjustment::Correction(correction) => correct(turn, account, amount, correction, &reason)?,
            Adjustment::Debit(_) => debit(turn, account, amount, &reason)?,
        };
        let balance = wallet::need(turn, account)?.balance.micros();
        Ok(Adjusted { transaction, balance })
    })
}

/// The lot that a correction restores.
fn lot_of(turn: &Turn<'_>, account: AuthId, correction: &Correction) -> Result<(u32, Place), Fault> {
    match (&correction.charge, &correction.payment) {
        (Some(number), None) => {
            let charge = charges::load(turn, account, *number)?;
            charge.as_ref().and_then(Charge::lot).cloned().ok_or_else(|| Fault::not_found("paid charge"))
        }
        (None, Some(key)) => {
            reconciliation::lot_of(turn, account, key)?.ok_or_else(|| Fault::not_found("credited payment"))
        }
        _ => Err(Fault::invalid("adjustment.correction", FieldRule::NotAllowedTogether, Some("charge or payment"))),
    }
}

fn correct(
    turn: &mut Turn<'_>,
    account: AuthId,
    amount: Money,
    correction: &Correction,
    reason: &str,
) -> Result<String, Fault> {
    let (lot, place) = lot_of(turn, account, correction)?;
    let mut wallet = wallet::need(turn, account)?;
    let too_large = || {
        Fault::invalid("adjustment.correction.amount", FieldRule::TooLarge, Some("what has been spent of the recharge"))
    };
    // What the bank has taken back was not spent, and must not be refunded as well.
    let charge = match (correction.charge, &correction.payment) {
        (Some(number), _) => charges::load(turn, account, number)?,
        // It has a charge once it was taken back.
        (None, Some(key)) => charges::of_payment(turn, account, key)?,
        (None, None) => None,
    };
    if let Some(charge) = charge
        && amount > room(turn, account, &wallet, &charge)?
    {
        return Err(too_large());
    }
    let paid = wallet::refill(turn, account, &mut wallet, lot, &place, amount)?.ok_or_else(too_large)?.paid;
    wallet::save(turn, account, &wallet);
    let line = Line::adjustment(account, ChargeCode::Correction, reason, turn.now(), amount.negated()?);
    let id = ledger::next_id(turn)?;
    ledger::post(
        turn,
        (&id, account),
        "correction",
        reason,
        vec![
            Posting(LedgerAccount::Corrections, None, amount),
            Posting(LedgerAccount::CreditsCash, Some(account), paid.minus(amount)?),
            Posting(LedgerAccount::Receivables, Some(account), paid.negated()?),
        ],
        vec![line],
    )?;
    feed::event(account, "correction", "CRD-14")
        .fact("amount", amount)
        .fact("balance", wallet.balance)
        .fact("reason", reason)
        .transaction(&id)
        .tell(turn);
    judge(turn, account, Occasion::Credit)?;
    Ok(id)
}

/// Gives up what an account owes (R24): nobody pays it any more.
pub fn write_off(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, reason: String) -> Result<Adjusted, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_WRITE_OFF, &auth_id)?;
    command.once(turn, &(&auth_id, &reason), |turn, _, account| {
        let mut checks = Checks::new();
        checks.text(&reason, "reason", 1, 200);
        checks.done()?;
        expire_due(turn, account)?;
        let mut wallet = wallet::need(turn, account)?;
        let amount = wallet::forgive(turn, account, &mut wallet, &Payer::WrittenOff)?;
        if amount == Money::ZERO {
            return Err(Error::NothingOwed);
        }
        wallet::save(turn, account, &wallet);
        let id = ledger::next_id(turn)?;
        let postings = vec![
            Posting(LedgerAccount::WriteOffs, None, amount),
            Posting(LedgerAccount::Receivables, Some(account), amount.negated()?),
        ];
        ledger::post(turn, (&id, account), "write-off", &reason, postings, Vec::new())?;
        feed::event(account, "written-off", "ACC-12")
            .fact("amount", amount)
            .fact("balance", wallet.balance)
            .fact("reason", &reason)
            .transaction(&id)
            .tell(turn);
        judge(turn, account, Occasion::Credit)?;
        Ok(Adjusted { transaction: id, balance: wallet.balance.micros() })
    })
}

fn debit(turn: &mut Turn<'_>, account: AuthId, amount: Money, reason: &str) -> Result<String, Fault> {
    let line = Line::adjustment(account, ChargeCode::Adjustment, reason, turn.now(), amount);
    let debit = Debit { kind: "debit", cause: reason, cycle: None, lines: vec![line], others: Vec::new() };
    let posted = posting::debit(turn, account, debit)?;
    feed::event(account, "debit", "CRD-14")
        .fact("amount", amount)
        .fact("balance", posted.balance)
        .fact("reason", reason)
        .transaction(&posted.transaction)
        .tell(turn);
    judge(turn, account, Occasion::Debit)?;
    Ok(posted.transaction)
}
