//! Attempts of a refund and what comes of them.

use crate::reconcile::kept::keep_refund;
use coinbox_credit::records::held::is_held;
use coinbox_credit::records::reconciliation::{LOOK_LATER_MS, is_open};
use coinbox_credit::records::refunds::{Refund, RefundState, gateway_key, load, save};
use coinbox_forms::letters;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{Attempt, Done, JobState, Next, Numbered, Task, Work};
use coinbox_ground::money::Money;
use coinbox_ground::outside::{DeclineReason, Finding, LEASE_MS, Paid, PaymentOutcome, RefundRequest};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fact, Fault, HOUR_MS, Instant};
use coinbox_invoices::receipts::{self, Outcome, Receipt};
use coinbox_ledger::{self as ledger, LedgerAccount, Posting, wallet};
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;

/// How soon a refund looks again whether a person has decided about another one.
const HELD_MS: Instant = HOUR_MS;
/// After this long without an answer it is the operator's business (R11).
const OPEN_TOO_LONG_MS: Instant = DAY_MS;

/// Starts the next attempt; of one that has failed it only tells when it becomes overdue.
pub(crate) fn begin(turn: &mut Turn<'_>, (account, number): Numbered) -> Result<Option<Next>, Fault> {
    let Some(mut refund) = load(turn, account, number)? else { return Ok(None) };
    if refund.is_settled() {
        return Ok(None);
    }
    let job = refund.job(account);
    if let RefundState::Failed(reason) = *refund.state() {
        if !note_overdue(turn, account, &mut refund, reason.word()) {
            turn.timer(&job, Lane::Bulk, refund.overdue_at());
        }
        save(turn, account, &refund);
        return Ok(Some(Next::Rest));
    }
    if *refund.state() == RefundState::Due {
        if is_held(turn, account)? {
            // A refund of the history that was lost waits for a person: it may be this one.
            turn.timer(&job, Lane::Normal, turn.now() + HELD_MS);
            return Ok(Some(Next::Rest));
        }
        if is_open(turn)? {
            turn.timer(&job, Lane::Normal, turn.now() + LOOK_LATER_MS);
            return Ok(Some(Next::Rest));
        }
        // One from before a restore may have been sent in the history that was lost: it is asked about first.
        let elsewhere = refund.key() != gateway_key(&turn.store_name(), account, number, refund.tries());
        refund.send(turn.now(), elsewhere);
    }
    let attempt = refund.start();
    save(turn, account, &refund);
    turn.timer(&job, Lane::Normal, turn.now() + LEASE_MS);
    let work = if refund.is_recovered() {
        Work::FindPayment(refund.key().to_owned())
    } else {
        Work::Refund(RefundRequest {
            metadata: refund.metadata(),
            key: refund.key().to_owned(),
            auth_id: account.to_string(),
            charge_key: refund.charge_key().to_owned(),
            amount: refund.amount().micros(),
            currency: wallet::currency(turn, account)?.to_string(),
        })
    };
    Ok(Some(Next::Perform(Task { job, attempt, work })))
}

/// The current attempt.
pub(crate) fn attempt(turn: &Turn<'_>, (account, number): Numbered) -> Result<Option<Attempt>, Fault> {
    let refund = load(turn, account, number)?;
    Ok(refund.map(|refund| Attempt {
        number: refund.attempt(),
        is_booked: *refund.state() != RefundState::Open || refund.is_answered(),
    }))
}

/// Books what came of the current attempt, and notes that it is booked.
pub(crate) fn finish(turn: &mut Turn<'_>, (account, number): Numbered, done: Done) -> Result<Next, Fault> {
    if let Some(mut refund) = load(turn, account, number)? {
        refund.answered();
        save(turn, account, &refund);
    }
    match done {
        Done::Payment(outcome) => book(turn, account, number, outcome),
        Done::PaymentClosed(finding) => book_closed(turn, account, number, finding),
        other => book(turn, account, number, PaymentOutcome::Unknown(other.lost())),
    }
}

/// How it stands, for someone who waits.
pub(crate) fn look(turn: &Turn<'_>, (account, number): Numbered) -> Result<Option<JobState>, Fault> {
    Ok(load(turn, account, number)?.map(|refund| match refund.state() {
        RefundState::Due | RefundState::Open => JobState::Working,
        RefundState::Paid | RefundState::SettledOtherwise => JobState::Succeeded,
        RefundState::Failed(reason) => JobState::Failed(reason.word().to_owned()),
    }))
}

/// Books what the gateway answered. An outcome that is already booked changes nothing.
pub fn book(turn: &mut Turn<'_>, account: AuthId, number: u32, outcome: PaymentOutcome) -> Result<Next, Fault> {
    let mut refund = load(turn, account, number)?.ok_or_else(|| Fault::not_found("refund"))?;
    let open = matches!(refund.state(), RefundState::Due | RefundState::Open);
    match outcome {
        PaymentOutcome::Paid(paid) if refund.is_settled() => twice(turn, account, &refund, &paid)?,
        // Also one that was declined before: the gateway's last word is that the money is gone.
        PaymentOutcome::Paid(paid) => {
            let receipt = pay(turn, account, &mut refund, &paid.kept_reference(), None)?;
            mail_paid(turn, account, &refund, receipt)?;
        }
        _ if !open => {}
        PaymentOutcome::Declined(declined) => fail(turn, account, refund, declined.reason, &declined.code)?,
        PaymentOutcome::Pending(pending) => ask_again(turn, account, refund, Some(pending.ask_again), "pending")?,
        PaymentOutcome::Unknown(cause) => ask_again(turn, account, refund, None, &cause)?,
        PaymentOutcome::NotSent(not_sent) => {
            ask_again(turn, account, refund, Some(not_sent.ask_again), &not_sent.cause)?;
        }
    }
    Ok(Next::Rest)
}

/// Books that the gateway will never carry a key out.
pub fn book_closed(turn: &mut Turn<'_>, account: AuthId, number: u32, finding: Finding) -> Result<Next, Fault> {
    let outcome = match finding {
        Finding::Found(outcome) => outcome,
        Finding::NotFound => PaymentOutcome::Unknown("not-found".to_owned()),
        Finding::NotAsked(not_sent) => PaymentOutcome::NotSent(not_sent),
        Finding::Closed => PaymentOutcome::Declined(coinbox_ground::outside::Declined {
            reason: DeclineReason::NotAccepted,
            code: "closed-by-gateway".to_owned(),
        }),
    };
    book(turn, account, number, outcome)
}

/// The money went back by the gateway although the operator has settled it in another way: a person looks at it.
fn twice(turn: &mut Turn<'_>, account: AuthId, refund: &Refund, paid: &Paid) -> Result<(), Fault> {
    if *refund.state() != RefundState::SettledOtherwise {
        return Ok(());
    }
    let amount = (Some(refund.amount()), wallet::currency(turn, account)?);
    keep_refund(turn, account, refund.key(), amount, paid, ("refund-paid-twice", false))
}

/// Books a refund that a history which was lost has paid, and has told the customer of: only the receipt says it again.
pub(super) fn pay_quietly(turn: &mut Turn<'_>, account: AuthId, mut refund: Refund, paid: &Paid) -> Result<(), Fault> {
    refund.answered();
    pay(turn, account, &mut refund, &paid.kept_reference(), None)?;
    Ok(())
}

/// Posts that the money has gone back, by the gateway or `by` the operator, and ends the refund. The caller mails it.
pub(super) fn pay(
    turn: &mut Turn<'_>,
    account: AuthId,
    refund: &mut Refund,
    reference: &str,
    by: Option<&str>,
) -> Result<String, Fault> {
    let posted = refund.amount().minus(refund.uncovered())?;
    let mut transactions = Vec::new();
    if posted > Money::ZERO {
        let id = ledger::next_id(turn)?;
        let postings = vec![
            Posting(LedgerAccount::Refunds, None, posted),
            Posting(LedgerAccount::PaymentClearing, None, posted.negated()?),
        ];
        ledger::post(turn, (&id, account), "refund-paid", refund.key(), postings, Vec::new())?;
        transactions.push(id);
    }
    let by_card = by.is_none();
    refund.settle(turn, account, !by_card, reference);
    save(turn, account, refund);
    let description = format!("Refund {}", refund.number());
    let receipt = Receipt {
        amount: refund.amount(),
        outcome: Outcome::Refunded,
        method: if by_card { "card" } else { "other" },
        product: "refund",
        description: &description,
        card: if by_card { refund.card() } else { "" },
        reference,
        charge: refund.charge(),
        refers_to: refund.charge().map(receipts::charge_name),
        note: "",
        transactions: transactions.clone(),
    };
    let receipt = receipts::issue(turn, account, receipt)?;
    feed::event(account, "refund-paid", "CRD-12")
        .facts(refund.facts())
        .fact("reference", reference)
        .fact("receipt", &receipt)
        .facts(by.map(|by| Fact::new("by", by)))
        .transactions(transactions)
        .tell(turn);
    Ok(receipt)
}

/// Mails that the money has gone back.
pub(super) fn mail_paid(turn: &mut Turn<'_>, account: AuthId, refund: &Refund, receipt: String) -> Result<(), Fault> {
    let how = if *refund.state() == RefundState::Paid { "card" } else { "otherwise" };
    mail::send(
        turn,
        account,
        "refund-paid",
        vec![
            Fact::new("amount", refund.amount()),
            Fact::new("card", refund.card()),
            Fact::new("how", how),
            Fact::new("reference", refund.reference()),
            Fact::new("number", refund.number()),
            Fact::new("receipt", receipt),
        ],
    )
}

fn fail(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut refund: Refund,
    reason: DeclineReason,
    code: &str,
) -> Result<(), Fault> {
    refund.fail(reason);
    feed::event(account, "refund-failed", "CRD-12")
        .facts(refund.facts())
        .fact("reason", reason.word())
        .fact("code", letters::cleaned(code, 100))
        .fact("try", refund.tries())
        .tell(turn);
    let job = refund.job(account);
    if refund.is_overdue() {
        refund.enqueue(turn, account, "refund-overdue", reason.word());
        turn.cancel(&job);
    } else {
        refund.enqueue(turn, account, "refund-failed", reason.word());
        // Only to tell that it is overdue: it is tried again when a person says so.
        turn.timer(&job, Lane::Bulk, refund.overdue_at().max(turn.now()));
    }
    save(turn, account, &refund);
    let facts = vec![
        Fact::new("amount", refund.amount()),
        Fact::new("card", refund.card()),
        Fact::new("due", refund.due()),
        Fact::new("number", refund.number()),
    ];
    mail::send(turn, account, "refund-failed", facts)
}

/// Tells once that the due day is over. Answers whether that has been told now or before.
fn note_overdue(turn: &mut Turn<'_>, account: AuthId, refund: &mut Refund, why: &str) -> bool {
    if refund.become_overdue(turn.now()) {
        refund.enqueue(turn, account, "refund-overdue", why);
        feed::event(account, "refund-overdue", "CRD-12").facts(refund.facts()).fact("reason", why).tell(turn);
    }
    refund.is_overdue()
}

/// Keeps a refund open: asks again at the gateway's moment or by the policy's schedule (R11).
fn ask_again(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut refund: Refund,
    asked_for: Option<Instant>,
    cause: &str,
) -> Result<(), Fault> {
    let too_long = refund.sent() + OPEN_TOO_LONG_MS;
    let looks = [too_long, refund.overdue_at()];
    let due = Policy::load(turn)?.ask_again(turn.now(), refund.asked(), asked_for, looks);
    let cause: String = letters::cleaned(cause, 200);
    if refund.asked() == 0 {
        feed::event(account, "refund-open", "CRD-12")
            .facts(refund.facts())
            .fact("reason", &cause)
            .fact("ask-again", due)
            .tell(turn);
    }
    refund.ask();
    if !note_overdue(turn, account, &mut refund, &cause) && turn.now() >= too_long {
        refund.enqueue(turn, account, "refund-open-too-long", &cause);
    }
    save(turn, account, &refund);
    turn.timer(&refund.job(account), Lane::Normal, due);
    Ok(())
}
