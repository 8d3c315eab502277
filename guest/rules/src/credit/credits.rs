//! Credits as customers and operators see them: balance, lots, adjustments (CRD-1, CRD-2, CRD-14).

use crate::access::credentials;
use crate::credit::judge::{Occasion, judge};
use crate::credit::posting::{self, Debit};
use crate::ground::call::Call;
use crate::ground::events::{EventDraft, emit};
use crate::ground::ids::AuthId;
use crate::ground::interfaces::{Adjusted, Error};
use crate::ground::job::JobKey;
use crate::ground::money::Money;
use crate::ground::port::Lane;
use crate::ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Instant, Micros, int_text, optional_int_text};
use crate::ledger::charge_code::ChargeCode;
use crate::ledger::lots::{self, LotKind, Place};
use crate::ledger::wallet::{self, NewCredit, Payer};
use crate::ledger::{self, LedgerAccount, Line, Posting};
use crate::payments::charges;
use serde::{Deserialize, Serialize};

/// The balance and what it is made of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Balance {
    #[serde(with = "int_text")]
    pub balance: Micros,
    #[serde(with = "int_text")]
    pub available: Micros,
    #[serde(with = "int_text")]
    pub trial: Micros,
    #[serde(with = "int_text")]
    pub promotional: Micros,
    #[serde(with = "int_text")]
    pub cash: Micros,
    #[serde(with = "int_text")]
    pub owed: Micros,
    pub out_of_credit: bool,
}

/// A lot as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownLot {
    pub number: u32,
    pub kind: LotKind,
    #[serde(with = "int_text")]
    pub amount: Micros,
    #[serde(with = "int_text")]
    pub rest: Micros,
    #[serde(with = "int_text")]
    pub since: Instant,
    #[serde(with = "optional_int_text", default)]
    pub expires: Option<Instant>,
    pub origin: String,
}

/// What the operator adds or takes (CRD-14).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Adjustment {
    /// A promotional lot.
    Goodwill(Goodwill),
    /// Back to the cash lot of a recharge.
    Correction(Correction),
    /// In spending order, below zero if need be.
    Debit(#[serde(with = "int_text")] Micros),
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

/// Most lots in one answer.
const LOTS_MAX: usize = 1000;

/// Balance, available, and what is left of each kind of credit.
pub fn get_balance(call: &Call<'_>, caller: &Caller, auth_id: String) -> Result<Balance, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.get-balance", &auth_id)?;
    let wallet = wallet::need(call, account)?;
    let mut sums = [Money::ZERO; 3];
    for lot in exact_lots(call, account)? {
        let sum = &mut sums[lot.kind as usize];
        *sum = sum.plus(lot.rest)?;
    }
    let [trial, promotional, cash] = sums.map(Money::micros);
    let owed = if wallet.balance < Money::ZERO { wallet.balance.negated()? } else { Money::ZERO };
    Ok(Balance {
        balance: wallet.balance.micros(),
        available: wallet.available()?.micros(),
        trial,
        promotional,
        cash,
        owed: owed.micros(),
        out_of_credit: wallet.left()? <= Money::ZERO,
    })
}

/// Open lots that are added up; more of them is a fault, never a short sum.
const LOTS_SUMMED_MAX: usize = 10_000;

/// All open lots with their true rests.
pub(crate) fn exact_lots(call: &Call<'_>, account: AuthId) -> Result<Vec<lots::Lot>, Fault> {
    let lots = first_lots(call, account, LOTS_SUMMED_MAX + 1)?;
    if lots.len() > LOTS_SUMMED_MAX {
        let facts = vec![Fact::new("auth-id", account), Fact::new("limit", LOTS_SUMMED_MAX)];
        return Err(Fault::problem("too-many-lots", facts));
    }
    Ok(lots)
}

/// Open lots of an account from which on no credit is given and no recharge begun: it can still be added up, spent and closed then, whatever
/// charges under way bring.
const LOTS_GIVEN_MAX: usize = 5_000;

/// Whether an account may have one more open lot.
pub(crate) fn check_lots(call: &Call<'_>, account: AuthId) -> Result<(), Fault> {
    if lots::open(call, account, LOTS_GIVEN_MAX)?.len() < LOTS_GIVEN_MAX {
        return Ok(());
    }
    Err(Fault::problem("too-many-lots", vec![Fact::new("auth-id", account), Fact::new("limit", LOTS_GIVEN_MAX)]))
}

/// The first open lots with their true rests.
fn first_lots(call: &Call<'_>, account: AuthId, limit: usize) -> Result<Vec<lots::Lot>, Fault> {
    let wallet = wallet::need(call, account)?;
    let mut open = lots::open(call, account, limit)?;
    if let (Some(first), Some((_, rest))) = (open.first_mut(), wallet.current()) {
        first.rest = rest;
    }
    Ok(open)
}

/// Open lots in spending order.
pub fn list_lots(call: &Call<'_>, caller: &Caller, auth_id: String) -> Result<Vec<ShownLot>, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.list-lots", &auth_id)?;
    Ok(first_lots(call, account, LOTS_MAX)?
        .into_iter()
        .map(|lot| ShownLot {
            number: lot.number,
            kind: lot.kind,
            amount: lot.amount.micros(),
            rest: lot.rest.micros(),
            since: lot.since,
            expires: lot.expires,
            origin: lot.origin,
        })
        .collect())
}

/// Credit that is given, not paid for.
pub(crate) struct Grant<'a> {
    /// Trial or promotional.
    pub(crate) kind: LotKind,
    pub(crate) amount: Money,
    pub(crate) expires: Option<Instant>,
    /// The expense behind it.
    pub(crate) contra: LedgerAccount,
    /// Kind of the ledger transaction and of the event.
    pub(crate) entry: &'a str,
    pub(crate) rule: &'a str,
    pub(crate) reason: &'a str,
}

/// What a gift became.
pub(crate) struct Granted {
    /// Its ledger transaction.
    pub(crate) transaction: String,
    /// How much of it paid what was owed (R2).
    pub(crate) paid_owed: Money,
    /// Number of the lot.
    pub(crate) lot: u32,
}

/// Gives credit as a lot, posts it, and judges the account.
pub(crate) fn grant(call: &mut Call<'_>, account: AuthId, grant: &Grant<'_>) -> Result<Granted, Fault> {
    check_lots(call, account)?;
    let id = ledger::next_id(call)?;
    let mut wallet = wallet::need(call, account)?;
    let new =
        NewCredit { kind: grant.kind, amount: grant.amount, since: call.now(), expires: grant.expires, origin: &id };
    let credited = wallet::credit(call, account, &mut wallet, &new)?;
    wallet::save(call, account, &wallet);
    if let (Some(expires), true) = (grant.expires, credited.kept > Money::ZERO) {
        let job = JobKey::Expire(account, credited.lot.number, credited.lot.place().to_string());
        call.timer(&job.to_string(), Lane::Normal, expires);
    }
    let postings = vec![
        Posting(grant.contra, None, grant.amount),
        Posting(LedgerAccount::of_lot(grant.kind), Some(account), credited.kept.negated()?),
        Posting(LedgerAccount::Receivables, Some(account), credited.paid.negated()?),
    ];
    ledger::post_gift(call, &id, (grant.entry, grant.reason), postings, credited.charges)?;
    told(call, account, grant.entry, grant.rule, grant.amount, wallet.balance, grant.reason, &id);
    judge(call, account, Occasion::Credit)?;
    Ok(Granted { transaction: id, paid_owed: credited.paid, lot: credited.lot.number })
}

/// Tells that credit whose time is over was removed as it came back (R17).
pub(crate) fn tell_expired(call: &mut Call<'_>, account: AuthId, lot: u32, amount: Money, balance: Money, id: &str) {
    told(call, account, "credit-expired", "CRD-2", amount, balance, &format!("lot {lot}"), id);
}

#[expect(clippy::too_many_arguments, reason = "the facts of one kind of event")]
fn told(
    call: &mut Call<'_>,
    account: AuthId,
    kind: &str,
    rule: &str,
    amount: Money,
    balance: Money,
    reason: &str,
    transaction: &str,
) {
    emit(
        call,
        EventDraft {
            account: Some(account),
            kind,
            rule,
            facts: vec![Fact::new("amount", amount), Fact::new("balance", balance), Fact::new("reason", reason)],
            transactions: vec![transaction.to_owned()],
        },
    );
}

/// Credits or debits an account with a reason (CRD-14, R18).
pub fn adjust(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    adjustment: Adjustment,
    reason: String,
) -> Result<Adjusted, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.adjust", &auth_id)?;
    let args = (&auth_id, &adjustment, &reason);
    crate::ground::idempotency::once(call, caller, &auth_id, "credits.adjust", &args, |call| {
        if crate::accounts::is_closed(call, account)? {
            return Err(crate::ground::vocabulary::Refusal::Closed.into());
        }
        let mut checks = Checks::new();
        checks.text(&reason, "reason", 1, 200);
        let (amount, field) = match &adjustment {
            Adjustment::Goodwill(goodwill) => (goodwill.amount, "adjustment.goodwill.amount"),
            Adjustment::Correction(correction) => (correction.amount, "adjustment.correction.amount"),
            Adjustment::Debit(amount) => (*amount, "adjustment.debit"),
        };
        let amount = Money::from_micros(amount);
        checks.require(amount > Money::ZERO, field, FieldRule::TooSmall, "0.00001");
        checks.require(
            amount.micros() % crate::ground::money::MICROS_PER_POSTED_STEP == 0,
            field,
            FieldRule::WrongForm,
            "5 decimals",
        );
        checks.require(amount <= Money::from_units(1_000_000_000), field, FieldRule::TooLarge, "1000000000.00");
        if let Adjustment::Goodwill(Goodwill { expires: Some(expires), .. }) = &adjustment {
            let field = "adjustment.goodwill.expires";
            checks.require(*expires > call.now(), field, FieldRule::TooSmall, call.now());
            checks.require(*expires <= 9_999_999_999_998, field, FieldRule::TooLarge, 9_999_999_999_998_i64);
        }
        checks.done()?;
        if !matches!(adjustment, Adjustment::Goodwill(_)) && wallet::need(call, account)?.is_closed() {
            // The invoice of its last charges is made: neither a debit nor a correction is a line any more (CRD-14, R23, R27).
            return Err(crate::ground::vocabulary::Refusal::Closed.into());
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
                grant(call, account, &goodwill)?.transaction
            }
            Adjustment::Correction(correction) => correct(call, account, amount, correction, &reason)?,
            Adjustment::Debit(_) => debit(call, account, amount, &reason)?,
        };
        let balance = wallet::need(call, account)?.balance.micros();
        Ok(Adjusted { transaction, balance })
    })
}

/// The lot that a correction restores.
fn lot_of(call: &Call<'_>, account: AuthId, correction: &Correction) -> Result<(u32, Place), Fault> {
    match (&correction.charge, &correction.payment) {
        (Some(number), None) => {
            let charge = charges::load(call, account, *number)?;
            charge.as_ref().and_then(charges::Charge::lot).cloned().ok_or_else(|| Fault::not_found("paid charge"))
        }
        (None, Some(key)) => {
            crate::payments::reconcile::lot_of(call, account, key)?.ok_or_else(|| Fault::not_found("credited payment"))
        }
        _ => Err(Fault::invalid("adjustment.correction", FieldRule::NotAllowedTogether, Some("charge or payment"))),
    }
}

fn correct(
    call: &mut Call<'_>,
    account: AuthId,
    amount: Money,
    correction: &Correction,
    reason: &str,
) -> Result<String, Fault> {
    let (lot, place) = lot_of(call, account, correction)?;
    let mut wallet = wallet::need(call, account)?;
    let too_large = || {
        Fault::invalid("adjustment.correction.amount", FieldRule::TooLarge, Some("what has been spent of the recharge"))
    };
    // What the bank has taken back was not spent, and must not be refunded as well.
    let charge = match (correction.charge, &correction.payment) {
        (Some(number), _) => charges::load(call, account, number)?,
        // It has a charge once it was taken back.
        (None, Some(key)) => charges::of_payment(call, account, key)?,
        (None, None) => None,
    };
    if let Some(charge) = charge
        && amount > charges::room(call, account, &wallet, &charge)?
    {
        return Err(too_large());
    }
    let paid = wallet::refill(call, account, &mut wallet, lot, &place, amount)?.ok_or_else(too_large)?.paid;
    wallet::save(call, account, &wallet);
    let line = Line::adjustment(account, ChargeCode::Correction, reason, call.now(), amount.negated()?);
    let id = ledger::next_id(call)?;
    ledger::post(
        call,
        &id,
        "correction",
        reason,
        vec![
            Posting(LedgerAccount::Corrections, None, amount),
            Posting(LedgerAccount::CreditsCash, Some(account), paid.minus(amount)?),
            Posting(LedgerAccount::Receivables, Some(account), paid.negated()?),
        ],
        vec![line],
    )?;
    told(call, account, "correction", "CRD-14", amount, wallet.balance, reason, &id);
    judge(call, account, Occasion::Credit)?;
    Ok(id)
}

/// Gives up what an account owes (R24): nobody pays it any more.
pub fn write_off(call: &mut Call<'_>, caller: &Caller, auth_id: String, reason: String) -> Result<Adjusted, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.write-off", &auth_id)?;
    crate::ground::idempotency::once(call, caller, &auth_id, "credits.write-off", &(&auth_id, &reason), |call| {
        let mut checks = Checks::new();
        checks.text(&reason, "reason", 1, 200);
        checks.done()?;
        expire_due(call, account)?;
        let mut wallet = wallet::need(call, account)?;
        let amount = wallet::forgive(call, account, &mut wallet, &Payer::WrittenOff)?;
        if amount == Money::ZERO {
            return Err(Error::NothingOwed);
        }
        wallet::save(call, account, &wallet);
        let id = ledger::next_id(call)?;
        let postings = vec![
            Posting(LedgerAccount::WriteOffs, None, amount),
            Posting(LedgerAccount::Receivables, Some(account), amount.negated()?),
        ];
        ledger::post(call, &id, "write-off", &reason, postings, Vec::new())?;
        told(call, account, "written-off", "ACC-12", amount, wallet.balance, &reason, &id);
        judge(call, account, Occasion::Credit)?;
        Ok(Adjusted { transaction: id, balance: wallet.balance.micros() })
    })
}

fn debit(call: &mut Call<'_>, account: AuthId, amount: Money, reason: &str) -> Result<String, Fault> {
    let line = Line::adjustment(account, ChargeCode::Adjustment, reason, call.now(), amount);
    let debit = Debit { kind: "debit", cause: reason, cycle: None, lines: vec![line], others: Vec::new() };
    let posted = posting::debit(call, account, debit)?;
    told(call, account, "debit", "CRD-14", amount, posted.balance, reason, &posted.transaction);
    judge(call, account, Occasion::Debit)?;
    Ok(posted.transaction)
}

/// Removes what is left of all lots whose time is over, also behind a trial lot: their jobs may be late, and what is spent now
/// must not come from them (R17).
pub(crate) fn expire_due(call: &mut Call<'_>, account: AuthId) -> Result<(), Fault> {
    while let Some(place) = wallet::late(call, account)? {
        expire_lot(call, account, place.number(), &place)?;
    }
    Ok(())
}

/// Removes what is left of a lot whose time is over (R17).
pub(crate) fn expire_lot(call: &mut Call<'_>, account: AuthId, number: u32, place: &Place) -> Result<(), Fault> {
    let mut wallet = wallet::need(call, account)?;
    let rest = wallet::expire(call, account, &mut wallet, number, place)?;
    if rest == Money::ZERO {
        return Ok(());
    }
    wallet::save(call, account, &wallet);
    let id = ledger::next_id(call)?;
    ledger::post(
        call,
        &id,
        "credit-expired",
        &format!("lot {number}"),
        vec![
            Posting(LedgerAccount::of_lot(place.kind()), Some(account), rest),
            Posting(LedgerAccount::ExpiredCredits, None, rest.negated()?),
        ],
        Vec::new(),
    )?;
    told(call, account, "credit-expired", "CRD-2", rest, wallet.balance, &format!("lot {number}"), &id);
    judge(call, account, Occasion::Debit)
}
