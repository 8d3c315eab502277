//! What the operator decides about a payment that no charge explains, and about what a restore could not place.

use super::resolved::{Claim, Resolution, Resolved};
use crate::reconcile::crediting::credit_payment;
use crate::reconcile::kept::let_go;
use crate::reconcile::pages::note_looked;
use crate::refunds::making::give_back;
use coinbox_access::{
    self as access,
    credentials::{self, Who},
    functions,
};
use coinbox_credit::records::held;
use coinbox_credit::records::reconciliation::{
    NOT_LISTED_ORDERS, NOT_LISTED_PAYMENTS, Outside, note_resolved, once_outside,
};
use coinbox_credit::records::refunds::{Cause, NewRefund};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::feed;
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::operator::Error;
use coinbox_ground::money::Money;
use coinbox_ground::queue::{PREFIX, Payment, QueueEntry};
use coinbox_ground::text::is_name;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Refusal};
use coinbox_ledger::wallet::{self, Split};
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::policy::AMOUNT_MAX;

/// Credits, gives back or dismisses a payment that waits in the queue.
pub fn resolve_payment(
    turn: &mut Turn<'_>,
    caller: &Caller,
    item: String,
    resolution: Resolution,
    reason: String,
) -> Result<Resolved, Error> {
    let command = access::command(turn, caller, functions::OPERATOR_RESOLVE_PAYMENT)?;
    let args = (&item, &resolution, &reason);
    let outside = matches!(resolution, Resolution::Refund(_));
    let decide = |turn: &mut Turn<'_>, who: &Who, asked: Option<Asked>| {
        let mut checks = Checks::new();
        checks.require(is_name(&item, 300), "item", FieldRule::WrongForm, "the `id` of an item");
        checks.text(&reason, "reason", 1, 200);
        checks.done()?;
        let key = format!("{PREFIX}{item}");
        let entry = turn
            .get::<QueueEntry>(&key)?
            .filter(|entry| entry.charge.is_none() && entry.refund.is_none())
            .ok_or_else(|| Fault::not_found("queue item"))?;
        let payment = entry.payment.clone();
        let resolved = match (&resolution, &payment) {
            (Resolution::Dismiss, _) if is_decided_here(&entry) => Resolved { transaction: None, refund: None },
            (Resolution::Credit(claim), Some(payment)) => credit(turn, claim, payment)?,
            (Resolution::Refund(claim), Some(payment)) => refund(turn, claim, payment, asked)?,
            (Resolution::Debit(claim), None) if entry.given_back.is_some() => {
                debit(turn, claim, entry.given_back.as_ref().expect("it was looked at"))?
            }
            // What the gateway says of a refund, and items of an older version, say too little of a payment.
            (_, None) if entry.given_back.is_some() => {
                return Err(Fault::invalid("resolution", FieldRule::UnknownValue, Some("debit or dismiss")).into());
            }
            (Resolution::Debit(_), Some(_)) => {
                let others = "credit, refund or dismiss";
                return Err(Fault::invalid("resolution", FieldRule::UnknownValue, Some(others)).into());
            }
            (_, None) if is_decided_here(&entry) => {
                return Err(Fault::invalid("resolution", FieldRule::UnknownValue, Some("dismiss")).into());
            }
            _ => return Err(Fault::not_found("queue item").into()),
        };
        if let Some(payment) = &payment {
            note_resolved(turn, &payment.key)?;
        }
        turn.remove(&key);
        if let (Some(account), Some(held)) = (entry.account, &entry.holds) {
            let_go(turn, account, held)?;
        }
        note_looked(turn, &entry.kind);
        if let (Some(account), coinbox_profiles::mail::GIVEN_UP) = (entry.account, entry.kind.as_str()) {
            coinbox_profiles::mail::looked(turn, account);
        }
        tell(turn, who, &entry, &resolution, &resolved, &reason);
        Ok(resolved)
    };
    if outside {
        let run = |turn: &mut Turn<'_>, who: &Who, (), asked| decide(turn, who, asked);
        return once_outside(command, turn, Outside::Payments, &args, run);
    }
    command.once(turn, &args, |turn, who, ()| decide(turn, who, None))
}

/// Whether a person takes it off by deciding about it here, and not by what becomes of a charge, a refund or an order.
fn is_decided_here(entry: &QueueEntry) -> bool {
    matches!(
        entry.kind.as_str(),
        held::PAYMENT
            | held::REFUND
            | held::UNKEYED
            | held::NUMBER
            | NOT_LISTED_PAYMENTS
            | NOT_LISTED_ORDERS
            | coinbox_profiles::mail::GIVEN_UP
            | coinbox_ground::queue::UNUSUAL_SPEND
    )
}

fn tell(
    turn: &mut Turn<'_>,
    who: &Who,
    entry: &QueueEntry,
    resolution: &Resolution,
    resolved: &Resolved,
    reason: &str,
) {
    let (word, account) = match resolution {
        Resolution::Credit(claim) => ("credited", AuthId::parse(&claim.auth_id)),
        Resolution::Refund(claim) => ("refunded", AuthId::parse(&claim.auth_id)),
        Resolution::Debit(claim) => ("debited", AuthId::parse(&claim.auth_id)),
        Resolution::Dismiss => ("dismissed", entry.account),
    };
    let (name, about) = match entry.payment.as_ref().or(entry.given_back.as_ref()) {
        Some(payment) => ("payment", &payment.key),
        None => ("note", &entry.note),
    };
    feed::event(account, "payment-resolved", "CRD-7")
        .fact("resolution", word)
        .fact("reason", reason)
        .fact("by", who.name())
        .fact(name, about)
        .facts(resolved.refund.map(|refund| Fact::new("refund", refund)))
        .transactions(resolved.transaction.clone())
        .tell(turn);
}

/// The account and the amount of a claim.
fn read(turn: &Turn<'_>, claim: &Claim, payment: &Payment) -> Result<(AuthId, Money), Error> {
    let account = credentials::main_account(&claim.auth_id)?;
    let currency = wallet::currency(turn, account)?;
    let named = claim.amount.map(Money::from_micros);
    let mut checks = Checks::new();
    const FIELD: &str = "resolution.amount";
    let of_account = payment.amount.is_none() || payment.currency == currency;
    checks.require(
        of_account,
        "resolution.auth-id",
        FieldRule::NotAllowedTogether,
        format_args!("an account in {}", payment.currency),
    );
    match (named, payment.amount) {
        (None, None) => checks.require(false, FIELD, FieldRule::Missing, "what the gateway has taken"),
        (Some(named), Some(known)) => checks.require(named == known, FIELD, FieldRule::NotAllowedTogether, known),
        _ => {}
    }
    let amount = named.or(payment.amount).unwrap_or_default();
    if named.is_some() {
        checks.require(amount > Money::ZERO, FIELD, FieldRule::TooSmall, currency.smallest());
        checks.require(amount <= AMOUNT_MAX, FIELD, FieldRule::TooLarge, AMOUNT_MAX.in_currency(currency));
        checks.require(amount.is_whole(currency), FIELD, FieldRule::WrongForm, currency.whole());
    }
    checks.done()?;
    Ok((account, amount))
}

fn credit(turn: &mut Turn<'_>, claim: &Claim, payment: &Payment) -> Result<Resolved, Error> {
    let (account, amount) = read(turn, claim, payment)?;
    if coinbox_profiles::profile::is_closed(turn, account)? {
        return Err(Refusal::Closed.into());
    }
    let recovered = credit_payment(turn, account, &payment.key, amount, payment.at)?;
    coinbox_profiles::profile::upgrade(turn, account)?;
    coinbox_credit::watch::recharge::reset(turn, account)?;
    judge(turn, account, Occasion::Credit)?;
    Ok(Resolved { transaction: Some(recovered.transaction), refund: None })
}

/// Takes what the gateway has given back off the account, in spending order, below zero if it is spent. A closed account has nothing to
/// take it from: it is a loss.
fn debit(turn: &mut Turn<'_>, claim: &Claim, given_back: &Payment) -> Result<Resolved, Error> {
    let (account, amount) = read(turn, claim, given_back)?;
    let gone = Posting(LedgerAccount::PaymentClearing, None, amount.negated().map_err(Fault::from)?);
    let closed = coinbox_profiles::profile::is_closed(turn, account)?;
    let postings = if closed {
        vec![Posting(LedgerAccount::WriteOffs, None, amount), gone]
    } else {
        coinbox_credit::movements::expiry::expire_due(turn, account)?;
        let mut wallet = wallet::need(turn, account)?;
        let mut split = Split::default();
        wallet::debit(turn, account, &mut wallet, amount, &mut split)?;
        wallet::save(turn, account, &wallet);
        let mut postings = split.postings(account).to_vec();
        postings.push(gone);
        postings
    };
    let id = ledger::next_id(turn)?;
    ledger::post(turn, (&id, account), "refund-assigned", &given_back.key, postings, Vec::new())?;
    if !closed {
        judge(turn, account, Occasion::Debit)?;
    }
    Ok(Resolved { transaction: Some(id), refund: None })
}

fn refund(turn: &mut Turn<'_>, claim: &Claim, payment: &Payment, asked: Option<Asked>) -> Result<Resolved, Error> {
    let (account, amount) = read(turn, claim, payment)?;
    let new =
        NewRefund { cause: Cause::UnexplainedPayment, amount, charge_key: &payment.key, charge: None, card: "", asked };
    let (refund, transaction) = give_back(turn, account, &new)?;
    Ok(Resolved { transaction: Some(transaction), refund: Some(refund.number()) })
}
