//! The last documents of an account that closes (R23, R83): one with everything that was charged, and one that ends at 0.00. Where nothing is owed these are
//! one, made in the call that fixes the refunds. Where something is owed, the first is an invoice with an amount due, and the last follows once that is
//! paid or written off: it has no lines.

use crate::close::{self, Draft, movement};
use crate::gather;
use crate::records::{Bill, NUMBER};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use coinbox_ledger::totals;
use coinbox_ledger::wallet;
use coinbox_profiles::profile;

/// How far the last document of a closing account is.
pub enum FinalStep {
    /// The totals have not caught up with the ledger: call again, a page further.
    NotYet,
    /// Lines or balance are not what the ledger says: nothing was written but that the operator's queue says so. Ask again later.
    Differs,
    /// Rounding and tax of what was charged are posted: what is left can be fixed, then [`end_final`] keeps the document.
    Ready(Box<Draft>),
}

/// Begins the last document of an account that closes: everything posted until now that no document has. Each call that answers [`FinalStep::NotYet`] has made
/// some progress: end the transaction and call again.
///
/// What the same call has posted before is not in the totals yet and would answer `NotYet` for ever: nothing may be posted in front of it.
pub fn begin_final(turn: &mut Turn<'_>, account: AuthId) -> Result<FinalStep, Fault> {
    if !totals::are_complete_before(turn, Instant::MAX)? {
        totals::fold_next(turn)?;
        if !totals::are_complete_before(turn, Instant::MAX)? {
            return Ok(FinalStep::NotYet);
        }
    }
    let bill = Bill::load(turn, account)?;
    let profile = profile::profile(turn, account)?;
    let end = turn.now().saturating_add(1);
    let span = close::span_of(turn, account, &bill, profile.created, Month::of(turn.now()).next(), end);
    let gathered = match gather::gather(turn, account, &span) {
        Err(Fault::Other(problem)) if problem.code == gather::DIFFERS => {
            close::report(turn, account, bill, span.first, problem)?;
            return Ok(FinalStep::Differs);
        }
        gathered => gathered?,
    };
    let held = wallet::need(turn, account)?.balance;
    let found = bill.closing.plus(gathered.moved)?.plus(gathered.rounded)?.minus(gathered.charged)?;
    if held != found {
        let facts = [("auth-id", account.to_string()), ("documents", found.to_string()), ("balance", held.to_string())];
        let facts = facts.into_iter().map(|(name, value)| Fact::new(name, value)).collect();
        let Fault::Other(problem) = Fault::problem(gather::DIFFERS, facts) else { return Ok(FinalStep::Differs) };
        close::report(turn, account, bill, span.first.min(span.last), problem)?;
        return Ok(FinalStep::Differs);
    }
    Ok(FinalStep::Ready(Box::new(Draft::make(turn, account, &bill, &profile, span, gathered)?)))
}

/// What fixing what is left has taken off a closing account, each zero or more, and how much owed was too little to be paid.
pub struct Fixed {
    /// Given back.
    pub refunded: Money,
    /// Kept by the seller: trial and promotional credit, and payments that are too old.
    pub forfeited: Money,
    /// What whole cents leave over.
    pub rounding: Money,
    /// Owed, but less than could be paid.
    pub unpayable: Money,
}

/// Keeps the document that was begun. With what was fixed it is the last one of the account and closes at 0.00, made if there is anything on it; without, something
/// is owed: it is made if anything was charged or is owed that only an invoice asks for, and the last one follows.
pub fn end_final(turn: &mut Turn<'_>, account: AuthId, mut draft: Draft, fixed: Option<&Fixed>) -> Result<(), Fault> {
    let mut bill = Bill::load(turn, account)?;
    if let Some(fixed) = fixed {
        bill.closed = true;
        let mut closing = Money::from_micros(draft.document.closing_balance);
        for (label, amount) in [
            ("Refund of what is left", fixed.refunded.negated()?),
            ("Credit that is forfeited at closing", fixed.forfeited.negated()?),
            (gather::rounding_words(wallet::currency(turn, account)?), fixed.unpayable.minus(fixed.rounding)?),
        ] {
            if amount != Money::ZERO {
                draft.document.movements.push(movement(label, turn.now(), amount));
                closing = closing.plus(amount)?;
            }
        }
        assert!(closing == Money::ZERO, "what is left of a closed account is nothing");
        draft.document.closing_balance = closing.micros();
        draft.document.amount_due = 0;
        "paid".clone_into(&mut draft.document.status);
        let note = &mut draft.document.note;
        if !note.is_empty() {
            note.push(' ');
        }
        note.push_str("Final invoice: the account is closed.");
    }
    let made = !draft.document.lines.is_empty()
        || if fixed.is_some() { !draft.document.movements.is_empty() } else { draft.asks_for_more() };
    if !made {
        bill.save(turn, account);
        return Ok(());
    }
    let until = Month::of(turn.now()).next();
    let after = totals::folded_last(turn)?;
    draft.keep(turn, bill, until, Some(after))?;
    turn.timer(&NUMBER.key(), Lane::Normal, turn.now());
    Ok(())
}
