//! Collecting what a postpaid invoice is short of: a charge at issue, again after days of the policy, then suspension (CRD-15, R29);
//! and the end of a suspension for payment failure once everything due is paid (ACC-9).
//!
//! What is owed of an invoice are the receivables of the days of its cycle, so whatever pays them (a charge, a recharge by hand, a
//! credit note) counts. Credit pays receivables oldest first (R2), so an attempt takes all that is owed up to the end of the cycle, which
//! is the amount due that the invoice shows less what was paid since. An account has at most one charge for a debt under way, or two of
//! them could take the same money.
//!
//! A payment that is taken back makes what it had paid of an invoice a receivable of that cycle again, and the attempts begin anew (R84).
//!
//! What is owed has a document that asks for it, an attempt, or a place in the operator's queue (`debt-not-collected`): there waits what no attempt is left
//! for when an account is reinstated, and what a prepaid account owes without a charge that makes an invoice, until it is paid or written off. An account that becomes postpaid has its open invoices collected.
//!
//! One job an account, `<account>/dun`, is due at its next attempt. Nothing is tried while the account is suspended (R32), unless it is for a
//! chargeback; attempts that were due meanwhile are made when it is reinstated.

use coinbox_credit::charging::{Purpose, create, tell_unawaited};
use coinbox_credit::records::cards::{self, Unusable};
use coinbox_credit::records::dunning::{Dunning, Unpaid, stood};
use coinbox_credit::watch::judge::stand;
use coinbox_ground::calendar;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Next;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fact, Fault, HOUR_MS, Instant, Suspension};
use coinbox_invoices::{self as invoices, Covering};
use coinbox_ledger::charges::Charge;
use coinbox_ledger::wallet;
use coinbox_profiles::document_kind::DocumentKind;
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing};

/// When an attempt is looked at again that waits for another payment of the debt.
const OTHER_PAYMENT_MS: Instant = HOUR_MS;

/// Makes the oldest attempt whose moment has come.
pub(crate) fn run(turn: &mut Turn<'_>, account: AuthId) -> Result<Option<Next>, Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    dunning.drop_paid(turn, account)?;
    match profile::profile(turn, account)?.standing() {
        // What is due stays due: it is tried when the account is reinstated.
        standing @ Standing::Suspended(_) if !dunning.is_collected(standing) => return Ok(None),
        Standing::Unverified | Standing::Held | Standing::Locked => return Ok(None),
        Standing::Active | Standing::Suspended(_) => {}
        // A person pays what is owed, or it is written off (R24).
        Standing::Closing | Standing::Closed => {
            dunning.unpaid.clear();
            dunning.save(turn, account);
            return Ok(None);
        }
    }
    let now = turn.now();
    let under_way = dunning.unpaid.iter().any(|one| one.charge.is_some());
    if let Some(one) = dunning.unpaid.iter_mut().find(|one| !under_way && one.next.is_some_and(|next| next <= now)) {
        if Numbers::load(turn, account)?.debt_charge().is_some() {
            one.next = Some(now + OTHER_PAYMENT_MS);
        } else {
            attempt(turn, account, one)?;
        }
    }
    dunning.save(turn, account);
    suspend_if_exhausted(turn, account, &dunning)?;
    Ok(Some(Next::Rest))
}

fn attempt(turn: &mut Turn<'_>, account: AuthId, one: &mut Unpaid) -> Result<(), Fault> {
    let amount = one.amount(turn, account)?;
    let card = match cards::usable_default(turn, account)? {
        Ok(card) => card,
        // Not the customer's fault: no attempt.
        Err(Unusable::SellerIncomplete(_)) => {
            one.next = Some(turn.now() + DAY_MS);
            return Ok(());
        }
        Err(reason) => return fail(turn, account, one, Failed::without_charge(amount, reason.word())),
    };
    let charge = create(turn, account, Purpose::Invoice(&one.number), amount, &card, None)?;
    one.charge = Some(charge.number());
    one.next = None;
    feed::event(account, "recharge-started", "CRD-15").facts(charge.facts()).fact("attempt", one.failed + 1).tell(turn);
    Ok(())
}

/// An attempt that failed.
struct Failed<'a> {
    amount: Money,
    reason: &'a str,
    card: &'a str,
    /// Number of its receipt, or `none`: there was no charge.
    receipt: &'a str,
    charge: Option<&'a Charge>,
    /// Whether attempts are made as the account stands.
    collected: bool,
}

impl<'a> Failed<'a> {
    fn without_charge(amount: Money, reason: &'a str) -> Failed<'a> {
        Failed { amount, reason, card: "none", receipt: "none", charge: None, collected: true }
    }
}

/// Notes a failed attempt, mails it, and sets the next one: so many days after issue.
fn fail(turn: &mut Turn<'_>, account: AuthId, one: &mut Unpaid, failed: Failed<'_>) -> Result<(), Fault> {
    let policy = Policy::load(turn)?;
    let step = usize::try_from(one.failed).unwrap_or(usize::MAX);
    let days = |step: usize| policy.dunning_days.get(step).map(|days| Instant::from(*days) * DAY_MS);
    one.failed += 1;
    one.charge = None;
    // An attempt that was late, because an answer was or the account was suspended, moves those after it: there is as much time between
    // them as ever.
    let before = step.checked_sub(1).and_then(days).unwrap_or(0);
    one.next = days(step).map(|days| (one.issued + days).max(turn.now() + days - before));
    invoices::mark_failed(turn, account, &one.number, true)?;
    // No day is named on which nothing will be tried (R32).
    let next = match (one.next, profile::profile(turn, account)?.standing()) {
        (Some(_), Standing::Closing | Standing::Closed) => "closing".to_owned(),
        (Some(_), Standing::Suspended(_)) if !failed.collected => "reinstated".to_owned(),
        (next, _) => next.map_or_else(|| "none".to_owned(), calendar::day_name),
    };
    let common = [
        Fact::new("reason", failed.reason),
        Fact::new("attempt", one.failed),
        Fact::new("next-attempt", next),
        Fact::new("receipt", failed.receipt),
    ];
    let mut mailed =
        vec![Fact::new("number", &one.number), Fact::new("amount", failed.amount), Fact::new("card", failed.card)];
    mailed.extend(common.clone());
    mail::send_with(turn, account, "invoice-unpaid", mailed, (DocumentKind::Invoice, &one.number))?;
    let about = match failed.charge {
        Some(charge) => charge.facts(),
        None => vec![
            Fact::new("kind", "invoice"),
            Fact::new("amount", failed.amount),
            Fact::new("card", failed.card),
            Fact::new("invoice", &one.number),
        ],
    };
    feed::event(account, "recharge-failed", "CRD-15").facts(about).facts(common).tell(turn);
    Ok(())
}

/// Whether a charge that was not sent yet should be: the account may be charged, and at least as much is still owed of the invoice.
pub fn is_wanted(turn: &Turn<'_>, account: AuthId, charge: &Charge) -> Result<bool, Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    if !dunning.is_collected(profile::profile(turn, account)?.standing()) {
        return Ok(false);
    }
    match dunning.of_charge(charge.number()) {
        Some(one) => Ok(one.is_open(turn, account)? && one.amount(turn, account)? >= charge.amount()),
        None => Ok(false),
    }
}

/// The last day of the cycle whose invoice a charge pays.
pub(crate) fn end_of_days(turn: &Turn<'_>, account: AuthId, charge: &Charge) -> Result<Option<Instant>, Fault> {
    Ok(Dunning::load(turn, account)?.of_charge(charge.number()).map(|one| one.to))
}

/// Books that an invoice's charge moved nothing and is gone. One that nobody needed any more is no failed attempt: what is still owed is
/// looked at anew.
pub fn dropped(turn: &mut Turn<'_>, account: AuthId, charge: &Charge, cause: &str) -> Result<(), Fault> {
    // One that was given up is a failed attempt only if it would still be made.
    if cause != "not-needed" && is_wanted(turn, account, charge)? {
        return declined(turn, account, charge, cause, "none");
    }
    let mut dunning = Dunning::load(turn, account)?;
    let now = turn.now();
    if let Some(one) = dunning.of_charge(charge.number()) {
        one.charge = None;
        one.next = Some(now);
    }
    dunning.save(turn, account);
    Ok(())
}

/// Books that an invoice's charge was not paid.
pub fn declined(
    turn: &mut Turn<'_>,
    account: AuthId,
    charge: &Charge,
    reason: &str,
    receipt: &str,
) -> Result<(), Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    let collected = dunning.is_collected(profile::profile(turn, account)?.standing());
    let Some(one) = dunning.of_charge(charge.number()) else {
        tell_unawaited(turn, account, charge, reason, receipt);
        return Ok(());
    };
    let (amount, card) = (charge.amount(), charge.card_label());
    let failed = Failed { amount, reason, card, receipt, charge: Some(charge), collected };
    fail(turn, account, one, failed)?;
    dunning.save(turn, account);
    suspend_if_exhausted(turn, account, &dunning)
}

/// Books that an invoice's charge was paid. What has become owed of its days since it was asked for is charged at once.
pub fn paid(turn: &mut Turn<'_>, account: AuthId, charge: &Charge) -> Result<(), Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    let now = turn.now();
    if let Some(one) = dunning.of_charge(charge.number()) {
        one.charge = None;
        one.next = Some(now);
        let number = one.number.clone();
        invoices::mark_failed(turn, account, &number, false)?;
    }
    dunning.drop_paid(turn, account)?;
    dunning.save(turn, account);
    Ok(())
}

/// Suspends the account when no attempt is left for an invoice that is still owed.
fn suspend_if_exhausted(turn: &mut Turn<'_>, account: AuthId, dunning: &Dunning) -> Result<(), Fault> {
    for one in dunning.unpaid.iter().filter(|one| one.is_exhausted()) {
        if one.is_open(turn, account)? {
            return suspend(turn, account, &format!("invoice {} is unpaid", one.number));
        }
    }
    Ok(())
}

fn suspend(turn: &mut Turn<'_>, account: AuthId, details: &str) -> Result<(), Fault> {
    if profile::profile(turn, account)?.standing() != Standing::Active {
        return Ok(());
    }
    stand(turn, account, Standing::Suspended(Suspension::PaymentFailure), details, "coinbox")
}

/// An invoice of which a payment was taken back is owed again: that is told and mailed, and if it is one that is charged, the attempts begin anew
/// (R84). The payment that was taken back counts as the one at issue: the card of a dispute is not charged in the same moment.
pub fn reopened(
    turn: &mut Turn<'_>,
    account: AuthId,
    invoice: &Covering,
    amount: Money,
    charge: u32,
) -> Result<(), Fault> {
    let number = &invoice.number;
    let mut promised = "none".to_owned();
    let due = wallet::owed_between(turn, account, invoice.days.0, invoice.days.1)?;
    let currency = wallet::currency(turn, account)?;
    let standing = profile::profile(turn, account)?.standing();
    let leaving = matches!(standing, Standing::Closing | Standing::Closed);
    if wallet::need(turn, account)?.credit_limit().is_some() && !leaving {
        let (from, to) = invoice.days;
        let issued = turn.now();
        let next = Policy::load(turn)?.dunning_days.first().map(|days| issued + Instant::from(*days) * DAY_MS);
        let mut dunning = Dunning::load(turn, account)?;
        let under_way = dunning.unpaid.iter().find(|one| one.number == *number).and_then(|one| one.charge);
        dunning.unpaid.retain(|one| one.number != *number);
        let begun = Unpaid { number: number.clone(), from, to, issued, failed: 1, charge: under_way, next };
        // One that is under way sets the next attempt when it is over.
        let begun = if under_way.is_some() { Unpaid { next: None, ..begun } } else { begun };
        promised = match (begun.next, standing) {
            // Nobody charges less than half a cent (R4).
            _ if due.to_whole_half_up(currency)? == Money::ZERO => promised,
            _ if under_way.is_some() => "under-way".to_owned(),
            // An active account is suspended for the chargeback next, which holds back no attempt; any other suspension does (R32).
            (Some(_), Standing::Suspended(reason)) if reason != Suspension::PaymentFailure => "reinstated".to_owned(),
            (next, _) => next.map_or(promised, calendar::day_name),
        };
        dunning.unpaid.push(begun);
        dunning.unpaid.sort_by_key(|one| one.from);
        dunning.save(turn, account);
    }
    invoices::mark_failed(turn, account, number, false)?;
    let facts = vec![
        Fact::new("number", number),
        Fact::new("amount", amount),
        Fact::new("due", due),
        Fact::new("charge", charge),
        Fact::new("next-attempt", promised),
    ];
    mail::send_with(turn, account, "invoice-reopened", facts.clone(), (DocumentKind::Invoice, number))?;
    feed::event(account, "invoice-reopened", "CRD-15").facts(facts).tell(turn);
    Ok(())
}

/// A dispute was won: a suspension for it that no payment ends is over if nothing else holds the account.
pub(crate) fn dispute_won(turn: &mut Turn<'_>, account: AuthId, charge: u32) -> Result<(), Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    dunning.drop_paid(turn, account)?;
    let held = dunning.disputes > 0;
    dunning.disputes = dunning.disputes.saturating_sub(1);
    if dunning.disputes == 0 {
        // Nothing is taken back any more: what else is owed up to that moment is due when its invoice is.
        dunning.charged_back = None;
    }
    dunning.save(turn, account);
    let suspended = profile::profile(turn, account)?.standing() == Standing::Suspended(Suspension::PaymentFailure);
    let over = held && dunning.disputes == 0 && suspended && !dunning.is_due(turn, account)?;
    if over && Policy::load(turn)?.lift_payment_suspension {
        let details = format!("the dispute of charge {charge} was won");
        stand(turn, account, Standing::Active, &details, "coinbox")?;
    }
    Ok(())
}

/// Suspends because a payment was taken back (R33). Suspended for another payment already, it is looked at anew what is due.
pub fn charged_back(turn: &mut Turn<'_>, account: AuthId, charge: &Charge) -> Result<(), Fault> {
    let mut dunning = Dunning::load(turn, account)?;
    let now = turn.now();
    dunning.charged_back = Some(now);
    let standing = profile::profile(turn, account)?.standing();
    if wallet::need(turn, account)?.credit_limit().is_none() && standing != Standing::Closing {
        // No attempt is made of a prepaid account, and without charges no invoice.
        dunning.wait(turn, account, now)?;
    }
    if standing == Standing::Active || dunning.disputes > 0 {
        dunning.disputes = dunning.disputes.saturating_add(1);
    }
    dunning.save(turn, account);
    match profile::profile(turn, account)?.standing() {
        Standing::Active => {
            suspend(turn, account, &format!("the payment of charge {} was taken back", charge.number()))
        }
        standing => stood(turn, account, standing),
    }
}
