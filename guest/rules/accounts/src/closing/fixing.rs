//! The end of a closing: what is left is fixed as refunds, in one transaction.

use crate::subaccounts;
use coinbox_credit::movements::expiry;
use coinbox_credit::records::closing::{Closing, JOB, Step, key, load};
use coinbox_credit::records::dunning;
use coinbox_credit::records::held::is_held;
use coinbox_credit::records::reconciliation::{LOOK_LATER_MS, is_open};
use coinbox_credit::records::refunds::Cause;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Next;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fact, Fault, HOUR_MS, Instant};
use coinbox_invoices::{self as invoices, FinalStep};
use coinbox_ledger::charges::{self, Charge};
use coinbox_ledger::lots::{Lot, LotKind};
use coinbox_ledger::open_lots;
use coinbox_ledger::wallet;
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_members::leaving;
use coinbox_payments::refunds::{self, NewRefund};
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;

/// Sub-accounts disabled in one transaction.
const SUBACCOUNTS_PER_CALL: usize = 500;

/// After this it is tried again to make a final invoice whose lines were not what the ledger says.
const DIFFERS_MS: Instant = DAY_MS;

/// How soon a closing looks again whether a person has decided about a refund that waits.
const HELD_MS: Instant = HOUR_MS;

/// The next step of a closing that is due.
pub(crate) fn run(turn: &mut Turn<'_>, account: AuthId) -> Result<Option<Next>, Fault> {
    let Some(mut closing) = load(turn, account)? else { return Ok(None) };
    let job = JOB.of(account);
    match closing.step {
        Step::Settling | Step::Owing if turn.now() < closing.closes_at => {
            turn.timer(&job, Lane::Normal, closing.closes_at);
        }
        // What a history that was lost has given back is taken off first: it must not be refunded again.
        Step::Settling | Step::Owing if is_open(turn)? => {
            turn.timer(&job, Lane::Normal, turn.now() + LOOK_LATER_MS);
        }
        Step::Settling | Step::Owing if is_held(turn, account)? => {
            turn.timer(&job, Lane::Normal, turn.now() + HELD_MS);
        }
        Step::Settling | Step::Owing => {
            let draft = match finish_use(turn, account)? {
                FinalStep::NotYet => {
                    turn.put(&key(account), &closing);
                    turn.timer(&job, Lane::Normal, turn.now());
                    return Ok(Some(Next::Again));
                }
                // It closes by itself once the operator has found the cause.
                FinalStep::Differs => {
                    turn.put(&key(account), &closing);
                    turn.timer(&job, Lane::Normal, turn.now() + DIFFERS_MS);
                    return Ok(Some(Next::Rest));
                }
                FinalStep::Ready(draft) => *draft,
            };
            let owed = wallet::need(turn, account)?.owed_whole()?;
            if owed > Money::ZERO {
                invoices::end_final(turn, account, draft, None)?;
                wait_for_payment(turn, account, &mut closing, owed);
            } else {
                let fixed = fix(turn, account, &mut closing)?;
                invoices::end_final(turn, account, draft, Some(&fixed))?;
                closing.step = Step::Releasing;
                turn.timer(&job, Lane::Bulk, turn.now());
            }
            turn.put(&key(account), &closing);
        }
        // Its people first: with their addresses they can be members elsewhere from now on (R67).
        Step::Releasing if leaving::remove_all(turn, account)? => {
            turn.timer(&job, Lane::Bulk, turn.now());
            return Ok(Some(Next::Again));
        }
        Step::Releasing => {
            let (after, more) =
                subaccounts::disable_page(turn, account, closing.after.as_deref(), SUBACCOUNTS_PER_CALL)?;
            closing.after = after.or(closing.after);
            if more {
                turn.timer(&job, Lane::Bulk, turn.now());
            } else {
                closing.step = Step::Done;
            }
            turn.put(&key(account), &closing);
            return Ok(Some(if more { Next::Again } else { Next::Rest }));
        }
        Step::Done => {}
    }
    Ok(Some(Next::Rest))
}

/// Nothing more is debited from here on: late lots end, usage is rejected, and the last document is begun with the rounding and tax of what was charged,
/// before the refund is fixed (R23, R26).
fn finish_use(turn: &mut Turn<'_>, account: AuthId) -> Result<FinalStep, Fault> {
    expiry::expire_due(turn, account)?;
    let mut wallet = wallet::need(turn, account)?;
    if !wallet.is_closed() {
        wallet.close();
        wallet::save(turn, account, &wallet);
    }
    invoices::begin_final(turn, account)
}

fn wait_for_payment(turn: &mut Turn<'_>, account: AuthId, closing: &mut Closing, owed: Money) {
    let first = closing.step != Step::Owing;
    closing.step = Step::Owing;
    let since = *closing.queued.get_or_insert(turn.now());
    let note = format!("{owed} is owed: it is to be paid (credits.settle) or written off (credits.write-off)");
    let entry = QueueEntry::new(Some(account), "closing-owes", since, note);
    turn.put(&queue::single_key(since, &format!("{account}/closing")), &entry);
    if first {
        feed::event(account, "account-closing-owes", "ACC-12").fact("owed", owed).tell(turn);
    }
}

/// What the lots of an account become.
#[derive(Default)]
struct Fixed {
    cash: Money,
    promotional: Money,
    trial: Money,
    refunded: Money,
    rounding: Money,
    forfeited: Money,
    refunds: Vec<(Lot, Money)>,
}

impl Fixed {
    /// Only what is left of recharges of the window is given back, each rounded down to the smallest unit (CRD-12, R4).
    fn of(lots: Vec<Lot>, window_begins: Instant, currency: Currency) -> Result<Fixed, Fault> {
        let mut fixed = Fixed::default();
        for lot in lots {
            let kind = match lot.kind {
                LotKind::Cash => &mut fixed.cash,
                LotKind::Promotional => &mut fixed.promotional,
                LotKind::Trial => &mut fixed.trial,
            };
            *kind = kind.plus(lot.rest)?;
            if lot.kind == LotKind::Cash && lot.since >= window_begins {
                let refund = lot.rest.to_whole_down(currency);
                let rounding = lot.rest.minus(refund)?;
                fixed.refunded = fixed.refunded.plus(refund)?;
                fixed.rounding = fixed.rounding.plus(rounding)?;
                fixed.refunds.push((lot, refund));
            } else {
                fixed.forfeited = fixed.forfeited.plus(lot.rest)?;
            }
        }
        Ok(fixed)
    }
}

fn close(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let mut profile = profile::profile(turn, account)?;
    profile.close();
    profile::save(turn, account, &profile);
    Ok(())
}

/// Takes all credit off the account, in one transaction, and closes it for good.
fn fix(turn: &mut Turn<'_>, account: AuthId, closing: &mut Closing) -> Result<invoices::Fixed, Fault> {
    let window = Policy::load(turn)?.refund_window_ms;
    let mut wallet = wallet::need(turn, account)?;
    let begins = closing.begun.saturating_sub(window);
    let fixed = Fixed::of(open_lots::exact_lots(turn, account)?, begins, wallet.currency())?;
    // Less than the gateway can move: rounded away (R4).
    let unpayable = if wallet.balance < Money::ZERO { wallet.balance.negated()? } else { Money::ZERO };
    wallet::empty(turn, account, &mut wallet)?;
    wallet::save(turn, account, &wallet);
    let id = ledger::next_id(turn)?;
    ledger::post(
        turn,
        (&id, account),
        "closing",
        &format!("closed by {}", closing.by),
        vec![
            Posting(LedgerAccount::CreditsTrial, Some(account), fixed.trial),
            Posting(LedgerAccount::CreditsPromotional, Some(account), fixed.promotional),
            Posting(LedgerAccount::CreditsCash, Some(account), fixed.cash),
            Posting(LedgerAccount::Receivables, Some(account), unpayable.negated()?),
            Posting(LedgerAccount::Refunds, None, fixed.refunded.negated()?),
            Posting(LedgerAccount::Rounding, None, unpayable.minus(fixed.rounding)?),
            Posting(LedgerAccount::ExpiredCredits, None, fixed.forfeited.negated()?),
        ],
        Vec::new(),
    )?;
    let mut due = "none".to_owned();
    let mut count = 0;
    for (lot, amount) in fixed.refunds.iter().filter(|(_, amount)| *amount > Money::ZERO) {
        let charge =
            charges::by_key(turn, &lot.origin)?.filter(|(owner, _)| *owner == account).map(|(_, charge)| charge);
        let new = NewRefund {
            cause: Cause::Closing,
            amount: *amount,
            charge_key: &lot.origin,
            charge: charge.as_ref().map(Charge::number),
            card: charge.as_ref().map_or("", Charge::card_label),
            asked: None,
        };
        due = refunds::create(turn, account, &new)?.due().to_owned();
        count += 1;
    }
    close(turn, account)?;
    if let Some(since) = closing.queued.take() {
        turn.remove(&queue::single_key(since, &format!("{account}/closing")));
    }
    dunning::closed(turn, account)?;
    crate::review::leaving::closed(turn, account)?;
    closing.closed = Some(turn.now());
    closing.refunded = fixed.refunded;
    closing.forfeited = fixed.forfeited;
    closing.rounding = fixed.rounding.minus(unpayable)?;
    let amounts = [
        Fact::new("refunded", fixed.refunded),
        Fact::new("forfeited", fixed.forfeited),
        Fact::new("due", &due),
        Fact::new("details", &closing.reason),
    ];
    feed::event(account, "account-closed", "ACC-12")
        .facts(amounts.clone())
        .fact("rounding", closing.rounding)
        .fact("refunds", count)
        .fact("by", &closing.by)
        .transaction(id)
        .tell(turn);
    mail::send(turn, account, "account-closed", amounts.to_vec())?;
    let Fixed { refunded, forfeited, rounding, .. } = fixed;
    Ok(invoices::Fixed { refunded, forfeited, rounding, unpayable })
}
