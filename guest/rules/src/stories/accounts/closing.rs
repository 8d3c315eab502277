//! The end of an account: what is given back, paid, written off and billed last.

use crate::accounts::closing::{ClosingStatus, Step, close, get_closing};
use crate::accounts::{self, Error, Standing};
use crate::credit::movements::adjustments::{Adjustment, Goodwill};
use crate::credit::settings::balance::ShownLot;
use crate::credits;
use crate::ground::calendar;
use crate::ground::money::Money;
use crate::ground::testing::START;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{DAY_MS, HOUR_MS, Instant, MINUTE_MS};
use crate::ledger::{LedgerAccount, Transaction};
use crate::operator::{Folded, compare};
use crate::payments::refunds::{self, RefundState, ShownRefund};
use crate::payments::{charges, queue};
use crate::stories::accounts::foretold::Foretold;
use crate::stories::scenario::{Answer, Story, change_policy, operator};
use proptest::prelude::*;
use std::collections::BTreeMap;

impl Story {
    fn closing(&self) -> ClosingStatus {
        self.fake
            .query(self.now, |turn| get_closing(turn, &operator(), self.account.clone()))
            .expect("an account that is being closed")
    }

    fn close(&mut self) -> ClosingStatus {
        self.command(|turn, auth| close(turn, &operator(), auth, "wished".to_owned()))
    }

    fn paying(&mut self, units: i64) {
        self.gateway.paid_at.set(Some(self.now));
        self.recharge(units);
    }

    fn lots(&self) -> Vec<ShownLot> {
        self.fake
            .query(self.now, |turn| credits::list_lots(turn, &operator(), self.account.clone()))
            .expect("a known account")
    }

    fn kinds_in_queue(&self) -> Vec<String> {
        let page = self.fake.query(self.now, |turn| queue::list_queue(turn, &operator(), None, 100)).expect("a page");
        page.items.into_iter().map(|item| item.kind).collect()
    }

    fn debited(&mut self, micros: i64) {
        self.command(|turn, auth| {
            credits::adjust(turn, &operator(), auth, Adjustment::Debit(micros), "spent".to_owned())
        });
    }

    fn written_off(&mut self) {
        self.command(|turn, auth| credits::write_off(turn, &operator(), auth, "gone".to_owned()));
    }

    /// Sums of all postings, by ledger account. Every transaction must sum to zero.
    fn ledger(&self) -> BTreeMap<LedgerAccount, i64> {
        let mut sums = BTreeMap::new();
        for (key, text) in self.fake.dump().iter().filter(|(key, _)| key.starts_with("t/")) {
            let transaction: Transaction = serde_json::from_str(text).expect("a transaction");
            assert!(transaction.is_balanced(), "{key}");
            for posting in transaction.postings {
                *sums.entry(posting.0).or_default() += posting.2.micros();
            }
        }
        sums
    }

    /// What the ledger says of the account must be what is stored.
    fn agrees(&self) {
        let mut folded = Folded { auth_id: self.account.clone(), trial: 0, promotional: 0, cash: 0, receivable: 0 };
        for (_, text) in self.fake.dump().iter().filter(|(key, _)| key.starts_with("t/")) {
            let transaction: Transaction = serde_json::from_str(text).expect("a transaction");
            for posting in transaction.postings.iter().filter(|posting| posting.1.is_some()) {
                let sum = match posting.0 {
                    LedgerAccount::CreditsTrial => &mut folded.trial,
                    LedgerAccount::CreditsPromotional => &mut folded.promotional,
                    LedgerAccount::CreditsCash => &mut folded.cash,
                    _ => &mut folded.receivable,
                };
                *sum += posting.2.micros();
            }
        }
        let differences =
            self.fake.query(self.now, |turn| compare(turn, &operator(), vec![folded])).expect("an answer");
        assert_eq!(differences, []);
    }
}

#[test]
fn crd_12_gives_back_what_is_left_of_each_recharge_rounded_down() {
    let mut story = Story::new();
    story.paying(25);
    story.advance(1);
    story.paying(30);
    story.debited(10_123_450);
    let status = story.close();
    assert_eq!((status.step, status.refunded, status.closes_at), (Step::Settling, 0, START + 1 + HOUR_MS));
    assert_eq!(story.units(), "44.87655", "nothing is taken before the account is closed");
    story.debited(1_000_000);
    story.advance(HOUR_MS);
    let status = story.closing();
    // 11.12345 are 11.12 on the final invoice (R85): 25 - 11.12 = 13.88; the other recharge whole.
    assert_eq!((status.step, status.refunded, status.rounding, status.forfeited), (Step::Done, 43_880_000, 0, 0));
    assert_eq!(status.closed, Some(START + 1 + HOUR_MS));
    let key = |number: u32| format!("cb-teststoreabcdef0-{}-charge-{number}", story.account);
    assert_eq!(*story.gateway.refunded.borrow(), [(key(1), 13_880_000), (key(2), 30_000_000)]);
    assert_eq!((story.units(), story.mails("account-closed"), story.mails("refund-paid")), ("0.00".to_owned(), 1, 2));
    assert_eq!((story.mails("balance-low"), story.mails("out-of-credit")), (0, 0), "nobody is warned of the end");
    story.agrees();
}

#[test]
fn crd_12_the_window_begins_at_its_moment() {
    for (age, given_back) in [(90 * DAY_MS, 25_000_000), (90 * DAY_MS + 1, 0)] {
        let mut story = Story::new();
        story.paying(25);
        story.advance(age);
        story.close();
        story.advance(HOUR_MS);
        let status = story.closing();
        assert_eq!((status.refunded, status.forfeited), (given_back, 25_000_000 - given_back), "{age}");
    }
}

#[test]
fn r_24_what_is_owed_is_paid_to_the_cent_or_written_off() {
    for (owed, charged, written_off) in [
        (12_345_670, Some(12_350_000), false),
        (12_344_990, Some(12_340_000), false),
        (4_990, None, false),
        (5_000, Some(10_000), false),
        (12_345_670, None, true),
    ] {
        let mut story = Story::new();
        story.debited(owed);
        if let Some(charged) = charged {
            let refused =
                story.fake.command(story.now, |turn| close(turn, &operator(), story.account.clone(), String::new()));
            assert_eq!(refused, Err(Error::Owes(charged)));
            story.command(|turn, auth| charges::settle_debt(turn, &operator(), auth, None));
            assert_eq!(story.gateway.paid.borrow()[0].1, charged);
            assert_eq!(story.balance().balance, (charged - owed).max(0), "what is left of {owed} is rounded away");
        }
        if written_off {
            story.command(|turn, auth| credits::write_off(turn, &operator(), auth, "gone".to_owned()));
        }
        story.close();
        story.advance(HOUR_MS);
        let status = story.closing();
        // The final invoice is whole cents: what a payment brought beyond the debt is on it. Of a debt that was given up it lacks as much.
        let rounding = if written_off { -4_330 } else { 0 };
        assert_eq!((status.step, status.refunded, status.rounding), (Step::Done, 0, rounding), "{owed}");
        assert_eq!(story.units(), "0.00");
        story.agrees();
    }
}

#[test]
fn an_account_that_owes_when_it_is_to_be_closed_waits_for_it() {
    let mut story = Story::new();
    story.paying(25);
    story.close();
    story.debited(40_000_000);
    story.advance(HOUR_MS);
    assert_eq!((story.closing().step, story.closing().owed), (Step::Owing, 15_000_000));
    assert_eq!(story.kinds_in_queue(), ["closing-owes"]);
    story.advance(DAY_MS);
    story.command(|turn, auth| charges::settle_debt(turn, &operator(), auth, None));
    assert_eq!((story.closing().step, story.kinds_in_queue().len()), (Step::Done, 0));
    assert_eq!(story.closing().refunded, 0);
    story.agrees();
}

/// 11-paid-stays-paid-after-a-chargeback: what the queue asks for is what is owed now.
#[test]
fn a_chargeback_while_a_closing_waits_for_payment_is_asked_for_too() {
    let mut story = Story::new();
    story.paying(25);
    story.close();
    story.debited(40_000_000);
    story.advance(HOUR_MS);
    let note = |story: &Story| {
        let page = story.fake.query(story.now, |turn| queue::list_queue(turn, &operator(), None, 100)).expect("a page");
        page.items.iter().map(|item| item.note.clone()).collect::<Vec<_>>()
    };
    let asked = |owed: &str| {
        vec![format!("{owed} is owed: it is to be paid (credits.settle) or written off (credits.write-off)")]
    };
    assert_eq!(note(&story), asked("15.00"));
    story.command(|turn, auth| {
        charges::record_chargeback(turn, &operator(), auth, 1, Some(10_000_000), "case 1".to_owned())
    });
    story.advance(MINUTE_MS);
    assert_eq!((note(&story), story.closing().owed), (asked("25.00"), 25_000_000));
    story.command(|turn, auth| charges::settle_debt(turn, &operator(), auth, None));
    assert_eq!((story.closing().step, story.kinds_in_queue().len()), (Step::Done, 0));
    story.agrees();
}

fn refunds_of(story: &Story) -> Vec<ShownRefund> {
    story.closing().refunds
}

#[test]
fn a_declined_refund_waits_in_the_queue_and_is_tried_again_under_a_new_key() {
    let mut story = Story::new();
    story.paying(25);
    story.gateway.refund_script.replace(vec![Answer::Decline, Answer::LostBefore]);
    story.close();
    story.advance(HOUR_MS);
    let first = refunds_of(&story).remove(0);
    assert!(matches!(first.state, RefundState::Failed(_)), "{first:?}");
    // 2026-03-01 is a Sunday: 20 business days end on Friday the 27th.
    assert_eq!((first.due.as_str(), story.kinds_in_queue()), ("2026-03-27", vec!["refund-failed".to_owned()]));
    story.advance(calendar::start_of(jiff::civil::date(2026, 3, 28)) - 1 - story.now);
    assert_eq!(story.kinds_in_queue(), ["refund-failed"]);
    story.advance(1);
    assert_eq!(story.kinds_in_queue(), ["refund-overdue"]);
    story.command(|turn, auth| refunds::retry(turn, &operator(), auth, 1));
    assert_eq!(refunds_of(&story)[0].state, RefundState::Open);
    story.advance(MINUTE_MS);
    let paid = refunds_of(&story).remove(0);
    assert_eq!((paid.state.clone(), story.kinds_in_queue().len()), (RefundState::Paid, 0));
    assert_ne!(paid.key, first.key);
    assert_eq!(story.gateway.refunded.borrow().len(), 1);
    assert_eq!(story.ledger()[&LedgerAccount::Refunds], 0);
}

#[test]
fn a_failed_refund_may_be_paid_in_another_way_once() {
    let mut story = Story::new();
    story.paying(25);
    story.gateway.refund_script.replace(vec![Answer::Decline]);
    story.close();
    story.advance(HOUR_MS);
    let settle = |turn: &mut Turn<'_>, auth| refunds::settle(turn, &operator(), auth, 1, "SEPA 7".to_owned());
    let settled = story.command(settle);
    assert_eq!((settled.state, settled.reference.as_deref()), (RefundState::SettledOtherwise, Some("SEPA 7")));
    assert_eq!((story.ledger()[&LedgerAccount::Refunds], story.kinds_in_queue().len()), (0, 0));
    let account = story.account.clone();
    assert_eq!(story.fake.command(story.now, |turn| settle(turn, account)), Err(refunds::Error::NotFailed));
}

#[test]
fn sub_accounts_end_with_their_account() {
    let mut story = Story::new();
    for number in 0..3 {
        story.command(|turn, auth| {
            crate::accounts::subaccounts::create(turn, &operator(), auth, format!("sub {number}"), number != 1)
        });
    }
    story.command(|turn, auth| accounts::set_standing(turn, &operator(), auth, Standing::Closed, "fraud".to_owned()));
    let page = story
        .fake
        .query(story.now, |turn| crate::accounts::subaccounts::list(turn, &operator(), story.account.clone(), 0, 100))
        .expect("a list");
    assert_eq!(page.subaccounts.iter().filter(|sub| sub.enabled).count(), 0);
    assert_eq!(story.closing().step, Step::Done);
}

/// One step of a random history.
#[derive(Clone, Debug)]
enum Happening {
    Recharge(i64),
    Debit(i64),
    Goodwill(i64, Option<Instant>),
    Wait(Instant),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        (25_i64..200).prop_map(Happening::Recharge),
        (1_i64..4_000_000).prop_map(|steps| Happening::Debit(steps * 10)),
        (1_i64..3_000_000, prop::option::of(1..60 * DAY_MS))
            .prop_map(|(steps, lasting)| Happening::Goodwill(steps * 10, lasting)),
        (1..45 * DAY_MS).prop_map(Happening::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Whatever happened: what was there is given back, rounded away, forfeited or was owed, to the last digit, as it was foretold.
    #[test]
    fn closing_adds_up(history in prop::collection::vec(happening(), 0..25), settle in 0..=HOUR_MS, last in 0_i64..2_000_000) {
        let mut story = Story::new();
        let mut foretold = Foretold::new(story.now);
        story.command(|turn, _| {
            crate::ledger::months::schedule(turn);
            change_policy(turn, |policy| policy.close_settle_ms = settle)
        });
        for happening in history {
            match happening {
                Happening::Recharge(units) => {
                    story.paying(units);
                    foretold.paid(Money::from_units(units).micros());
                }
                Happening::Debit(micros) => {
                    story.debited(micros);
                    foretold.charged(micros);
                }
                Happening::Goodwill(amount, lasting) => {
                    let expires = lasting.map(|lasting| story.now + lasting);
                    let goodwill = Adjustment::Goodwill(Goodwill { amount, expires });
                    story.command(|turn, auth| credits::adjust(turn, &operator(), auth, goodwill, "gift".to_owned()));
                    foretold.given(amount, expires);
                }
                Happening::Wait(by) => {
                    story.advance(by);
                    foretold.pass(by);
                }
            }
            prop_assert_eq!(story.balance().balance, foretold.balance());
        }
        if foretold.owed_in_cents() > 0 {
            story.written_off();
            foretold.written_off();
        }
        if foretold.month_ends_within(settle) {
            // An account that closes over the first has a document of its month as well: the case `closing/over-the-first` looks at that.
            story.advance(settle);
            foretold.pass(settle);
        }
        let begun = story.now;
        story.close();
        // Used before, reported while it is settled; nothing if there is no time for that.
        if settle > 0 {
            if last > 0 {
                story.debited(last * 10);
                foretold.charged(last * 10);
            }
            story.advance(settle - 1);
            foretold.pass(settle - 1);
            if story.balance().balance < 0 {
                story.written_off();
                foretold.written_off();
            }
            prop_assert_eq!(story.lots().iter().map(|lot| lot.rest).collect::<Vec<_>>(), foretold.rests());
            story.advance(1);
            foretold.pass(1);
        }
        let end = match foretold.end(begun) {
            Some(end) => end,
            None => {
                // The final invoice has rounded up what was not there.
                let owing = story.closing();
                prop_assert_eq!((owing.step, owing.owed), (Step::Owing, foretold.owed_in_cents()));
                story.written_off();
                foretold.written_off();
                foretold.end(begun).expect("nothing is owed")
            }
        };
        let status = story.closing();
        prop_assert_eq!(status.step, Step::Done);
        let refunded: i64 = end.refunds.iter().map(|(_, amount)| amount).sum();
        prop_assert_eq!((status.refunded, status.forfeited, status.rounding), (refunded, end.forfeited, end.rounding));
        let mut given_back: Vec<(usize, i64)> = story.gateway.refunded.borrow().iter().map(|(key, amount)| {
            let place = story.gateway.paid.borrow().iter().position(|(paid, _)| paid == key);
            (place.expect("a payment"), *amount)
        }).collect();
        // Refunds of one moment are sent in no order that matters.
        given_back.sort_unstable();
        let mut refunds = end.refunds;
        refunds.sort_unstable();
        prop_assert_eq!(given_back, refunds);
        let ledger = story.ledger();
        let sum = |account| ledger.get(&account).copied().unwrap_or_default();
        for account in [
            LedgerAccount::CreditsCash,
            LedgerAccount::CreditsPromotional,
            LedgerAccount::CreditsTrial,
            LedgerAccount::Receivables,
            LedgerAccount::Refunds,
        ] {
            prop_assert_eq!(sum(account), 0, "{:?}", account);
        }
        prop_assert_eq!(ledger.values().sum::<i64>(), 0);
        prop_assert_eq!(-sum(LedgerAccount::Rounding), foretold.rounded + end.rounding);
        prop_assert_eq!(-sum(LedgerAccount::ExpiredCredits), foretold.expired + end.forfeited);
        story.agrees();
    }
}

#[test]
fn a_final_invoice_rounds_the_one_payment_that_was_spent_last() {
    // 25.00 less 0.00333 are 24.99667; the invoice is 0.00, so the payment is whole again. 0.00667 are 0.01: a cent less.
    for (spent, given_back) in [(3_330, 25_000_000), (6_670, 24_990_000), (5_000, 24_990_000), (4_990, 25_000_000)] {
        let mut story = Story::new();
        story.paying(25);
        story.debited(spent);
        story.close();
        story.advance(HOUR_MS);
        let status = story.closing();
        assert_eq!((status.refunded, status.rounding, status.forfeited), (given_back, 0, 0), "{spent}");
    }
}
