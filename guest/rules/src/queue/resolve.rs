//! What the operator decides about a payment that no charge explains.

use super::{PREFIX, Payment, QueueEntry};
use crate::call::Call;
use crate::credentials::{self, Who};
use crate::events::{EventDraft, emit};
use crate::idempotency;
use crate::ids::AuthId;
use crate::judge::{Occasion, judge};
use crate::money::Money;
use crate::operator::Error;
use crate::policy::AMOUNT_MAX;
use crate::reconcile;
use crate::refunds::{self, Cause, NewRefund};
use crate::text::is_name;
use crate::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Micros, Refusal, optional_int_text};
use crate::wallet;
use serde::{Deserialize, Serialize};

/// Whose payment it is.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Claim {
    /// Main account.
    pub auth_id: String,
    /// Whole cents. Needed where the item does not know it; otherwise the same or nothing.
    #[serde(default, with = "optional_int_text")]
    pub amount: Option<Micros>,
}

/// What becomes of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resolution {
    /// A cash lot of this account.
    Credit(Claim),
    /// Given back, and noted with this account.
    Refund(Claim),
    /// Nothing: it was dealt with elsewhere.
    Dismiss,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Resolved {
    /// The ledger transaction, unless it was dismissed.
    #[serde(default)]
    pub transaction: Option<String>,
    /// Number of the refund.
    #[serde(default)]
    pub refund: Option<u32>,
}

/// Credits, gives back or dismisses a payment that waits in the queue.
pub fn resolve_payment(
    call: &mut Call<'_>,
    caller: &Caller,
    item: String,
    resolution: Resolution,
    reason: String,
) -> Result<Resolved, Error> {
    let who = credentials::permit(call, caller, "operator.resolve-payment", None)?;
    let args = (&item, &resolution, &reason);
    idempotency::once(call, caller, &who.scope(), "operator.resolve-payment", &args, |call| {
        let mut checks = Checks::new();
        checks.require(is_name(&item, 300), "item", FieldRule::WrongForm, "the `id` of an item");
        checks.text(&reason, "reason", 1, 200);
        checks.done()?;
        let key = format!("{PREFIX}{item}");
        let entry = call
            .get::<QueueEntry>(&key)?
            .filter(|entry| entry.charge.is_none() && entry.refund.is_none())
            .ok_or_else(|| Fault::not_found("queue item"))?;
        let payment = entry.payment.clone();
        let resolved = match (&resolution, &payment) {
            (Resolution::Dismiss, _) if entry.is_about_money() || entry.kind == crate::unusual::KIND => {
                Resolved { transaction: None, refund: None }
            }
            (Resolution::Credit(claim), Some(payment)) => credit(call, claim, payment)?,
            (Resolution::Refund(claim), Some(payment)) => refund(call, claim, payment)?,
            // What the gateway says of a refund, and items of an older version, say too little of a payment.
            (_, None) if entry.is_about_money() || entry.kind == crate::unusual::KIND => {
                return Err(Fault::invalid("resolution", FieldRule::UnknownValue, Some("dismiss")).into());
            }
            _ => return Err(Fault::not_found("queue item").into()),
        };
        if let Some(payment) = &payment {
            reconcile::note_resolved(call, &payment.key)?;
        }
        call.remove(&key);
        tell(call, &who, &entry, &resolution, &resolved, &reason);
        Ok(resolved)
    })
}

impl QueueEntry {
    fn is_about_money(&self) -> bool {
        matches!(self.kind.as_str(), "payment-without-charge" | "refund-without-record")
    }
}

fn tell(
    call: &mut Call<'_>,
    who: &Who,
    entry: &QueueEntry,
    resolution: &Resolution,
    resolved: &Resolved,
    reason: &str,
) {
    let (word, account) = match resolution {
        Resolution::Credit(claim) => ("credited", AuthId::parse(&claim.auth_id)),
        Resolution::Refund(claim) => ("refunded", AuthId::parse(&claim.auth_id)),
        Resolution::Dismiss => ("dismissed", entry.account),
    };
    let mut facts = vec![Fact::new("resolution", word), Fact::new("reason", reason), Fact::new("by", who.name())];
    match &entry.payment {
        Some(payment) => facts.push(Fact::new("payment", &payment.key)),
        None => facts.push(Fact::new("note", &entry.note)),
    }
    if let Some(refund) = resolved.refund {
        facts.push(Fact::new("refund", refund));
    }
    let transactions = resolved.transaction.iter().cloned().collect();
    emit(call, EventDraft { account, kind: "payment-resolved", rule: "CRD-7", facts, transactions });
}

/// The account and the amount of a claim.
fn read(call: &Call<'_>, claim: &Claim, payment: &Payment) -> Result<(AuthId, Money), Error> {
    let account = credentials::main_account(&claim.auth_id)?;
    wallet::need(call, account)?;
    let named = claim.amount.map(Money::from_micros);
    let mut checks = Checks::new();
    const FIELD: &str = "resolution.amount";
    match (named, payment.amount) {
        (None, None) => checks.require(false, FIELD, FieldRule::Missing, "what the gateway has taken"),
        (Some(named), Some(known)) => checks.require(named == known, FIELD, FieldRule::NotAllowedTogether, known),
        _ => {}
    }
    let amount = named.or(payment.amount).unwrap_or_default();
    if named.is_some() {
        checks.require(amount > Money::ZERO, FIELD, FieldRule::TooSmall, "0.01");
        checks.require(amount <= AMOUNT_MAX, FIELD, FieldRule::TooLarge, AMOUNT_MAX);
        checks.require(amount.is_whole_cents(), FIELD, FieldRule::WrongForm, "whole cents");
    }
    checks.done()?;
    Ok((account, amount))
}

fn credit(call: &mut Call<'_>, claim: &Claim, payment: &Payment) -> Result<Resolved, Error> {
    let (account, amount) = read(call, claim, payment)?;
    if crate::accounts::is_closed(call, account)? {
        return Err(Refusal::Closed.into());
    }
    let recovered = reconcile::credit_payment(call, account, &payment.key, amount, payment.at)?;
    crate::accounts::upgrade(call, account)?;
    crate::recharge::reset(call, account)?;
    judge(call, account, Occasion::Credit)?;
    Ok(Resolved { transaction: Some(recovered.transaction), refund: None })
}

fn refund(call: &mut Call<'_>, claim: &Claim, payment: &Payment) -> Result<Resolved, Error> {
    let (account, amount) = read(call, claim, payment)?;
    let new = NewRefund { cause: Cause::UnexplainedPayment, amount, charge_key: &payment.key, charge: None, card: "" };
    let (refund, transaction) = refunds::give_back(call, account, &new)?;
    Ok(Resolved { transaction: Some(transaction), refund: Some(refund.number) })
}
