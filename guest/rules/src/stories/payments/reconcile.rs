//! Restores: what a client that repeats sees, and what becomes of what the outside has done since the backup (sec-02, sec-13).

use crate::accounts::{self, closing};
use crate::credit::watch::recharge::Caps;
use crate::ground::ids::AuthId;
use crate::ground::interfaces::{self, credits::Started};
use crate::ground::job::JobState;
use crate::ground::outside::{Movement, OfferedNumber, Paid, PaymentOutcome, StockMovement};
use crate::ground::port::Lane;
use crate::ground::product::NumberKind;
use crate::ground::testing::{START, keyed};
use crate::ground::vocabulary::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, Micros, Refusal, Suspension};
use crate::jobs::{self, Beginning};
use crate::ledger::{self, LedgerAccount, Posting};
use crate::numbers::{self, NumberFilter, Purchase};
use crate::operator as ledger_operator;
use crate::payments::queue::{self, Claim, QueueItem, Resolution};
use crate::payments::{cards, charges, refunds};
use crate::pricing::{self, NumberPrices, NumberRow};
use crate::stories::scenario::{Answer, Story, operator};
use std::collections::BTreeMap;

struct Backup {
    at: Instant,
    entries: BTreeMap<String, String>,
    timers: BTreeMap<String, (Lane, Instant)>,
}

impl Story {
    fn backup(&self) -> Backup {
        Backup { at: self.now, entries: self.fake.dump(), timers: self.fake.timers() }
    }

    /// Puts the backup in the place of the store, which gets a new name; the outside goes on as it is. Nothing is asked yet.
    fn install(&mut self, backup: &Backup, name: &str) {
        self.fake.restore(&backup.entries, &backup.timers, name);
        self.fake
            .command(self.now, |turn| jobs::store_opened(turn, Beginning::Restored(backup.at)))
            .expect("a restored store");
    }

    fn restored(&mut self, backup: &Backup) {
        self.install(backup, "restoredstore000");
        self.drain();
    }

    fn asked(&mut self, key: &str, micros: Micros) -> Result<Started, interfaces::credits::Error> {
        let caller = keyed(operator(), key);
        let account = self.account.clone();
        let started = self.fake.command(self.now, |turn| charges::recharge(turn, &caller, account, micros, None));
        self.drain();
        started
    }

    fn waiting(&self) -> Vec<QueueItem> {
        self.fake.query(self.now, |turn| queue::list_queue(turn, &operator(), None, 100)).expect("a page").items
    }

    fn kinds(&self) -> Vec<String> {
        self.waiting().into_iter().map(|item| item.kind).collect()
    }

    fn decide(&mut self, resolution: Resolution) {
        let item = self.waiting().remove(0).id;
        self.command(|turn, _| {
            queue::resolve_payment(turn, &operator(), item, resolution, "looked at the gateway".to_owned())
        });
    }

    fn closed(&mut self) {
        self.command(|turn, auth| closing::close(turn, &operator(), auth, "wished".to_owned()));
        self.advance(HOUR_MS);
    }

    /// Wallet and lots are what the ledger says.
    fn is_sound(&self) {
        let mut folded =
            ledger_operator::Folded { auth_id: self.account.clone(), trial: 0, promotional: 0, cash: 0, receivable: 0 };
        let account = AuthId::parse(&self.account);
        for (key, text) in self.fake.dump().iter().filter(|(key, _)| key.starts_with("t/")) {
            let transaction: ledger::Transaction = serde_json::from_str(text).expect("a transaction");
            assert!(transaction.is_balanced(), "{key}");
            for Posting(place, owner, amount) in transaction.postings {
                if owner != account {
                    continue;
                }
                match place {
                    LedgerAccount::CreditsTrial => folded.trial += amount.micros(),
                    LedgerAccount::CreditsPromotional => folded.promotional += amount.micros(),
                    LedgerAccount::CreditsCash => folded.cash += amount.micros(),
                    LedgerAccount::Receivables => folded.receivable += amount.micros(),
                    _ => {}
                }
            }
        }
        let differences = self
            .fake
            .query(self.now, |turn| ledger_operator::compare(turn, &operator(), vec![folded]))
            .expect("a look");
        assert_eq!(differences, []);
    }
}

fn unknown(kind: &str) -> Result<Started, interfaces::credits::Error> {
    Err(Refusal::UnknownSinceRestore(kind.to_owned()).into())
}

#[test]
fn sec_02_a_repeat_after_a_restore_gets_its_first_answer_and_charges_nothing() {
    let mut story = Story::new();
    let backup = story.backup();
    let first = story.asked("order-4711", 50_000_000).expect("a good recharge");
    story.restored(&backup);
    assert_eq!((story.units(), story.charges_paid()), ("50.00".to_owned(), 1));
    assert_eq!(story.asked("order-4711", 50_000_000), Ok(first.clone()));
    assert_eq!(story.asked("order-4711", 60_000_000), Err(Refusal::KeyReused.into()), "another body");
    assert_eq!((story.units(), story.charges_paid()), ("50.00".to_owned(), 1));
    let standing = story.fake.query(story.now, |turn| jobs::look(turn, first.job));
    assert_eq!(standing, Some(JobState::Succeeded), "the job of the first answer is there");
    // A key whose request never left the lost host, and one that is new, are carried out.
    story.asked("order-4712", 25_000_000).expect("a new key");
    assert_eq!((story.units(), story.charges_paid()), ("75.00".to_owned(), 2));
    story.is_sound();
}

/// Numbers of documents, in order.
fn numbers(story: &Story) -> Vec<String> {
    let keys = story.fake.dump();
    keys.keys().filter_map(|key| key.strip_prefix("docno/r/")).map(str::to_owned).collect()
}

/// sec-02: what the lost history has numbered and mailed does not stand on another document too.
#[test]
fn sec_02_numbers_of_documents_of_the_lost_history_are_not_given_again() {
    let mut story = Story::new();
    story.recharge(25);
    assert_eq!(numbers(&story), ["R-2026-000001"]);
    let backup = story.backup();
    story.recharge(30);
    let lost = numbers(&story);
    assert_eq!(lost, ["R-2026-000001", "R-2026-000002"]);
    let mut given = lost.clone();
    // Twice the same backup, and a backup of a restored store whose name begins alike.
    for name in ["k3f9000000000000", "zzzz000000000000"] {
        story.install(&backup, name);
        story.drain();
        story.recharge(25);
        let range = name[..4].to_ascii_uppercase();
        // Later years, other kinds: each range is gapless in itself.
        let new: Vec<String> = numbers(&story).into_iter().filter(|number| number != "R-2026-000001").collect();
        assert!(new.len() >= 2, "the payment that was recovered and a new one: {new:?}");
        let counted: Vec<String> = (1..=new.len()).map(|number| format!("R-2026-{range}-{number:06}")).collect();
        assert_eq!(new, counted);
        assert!(new.iter().all(|number| !given.contains(number)), "{new:?}");
        given.extend(new);
    }
    let again = story.backup();
    story.install(&again, "zzzz111111111111");
    story.drain();
    story.recharge(25);
    let last = numbers(&story).into_iter().filter(|number| number.contains("ZZZZ1")).collect::<Vec<_>>();
    assert_eq!(last, ["R-2026-ZZZZ1-000001"], "four letters that name a range already are not enough");
    story.is_sound();
}

#[test]
fn a_mail_that_the_backup_had_not_sent_goes_out_under_the_key_that_it_had() {
    let mut story = Story::new();
    let account = story.account.clone();
    let suspended = accounts::Standing::Suspended(Suspension::SuspiciousActivity);
    story
        .fake
        .command(story.now, |turn| accounts::set_standing(turn, &operator(), account, suspended, String::new()))
        .expect("an account");
    let backup = story.backup();
    story.drain();
    story.restored(&backup);
    let mails = story.gateway.mails.borrow();
    let keys: Vec<&str> =
        mails.iter().filter(|mail| mail.template == "account-suspended").map(|mail| mail.key.as_str()).collect();
    assert_eq!(keys.len(), 2, "the mail system tells by the key that it is the same one");
    assert_eq!(keys[0], keys[1]);
}

#[test]
fn sec_02_before_the_reconciliation_is_over_a_key_is_told_to_come_again() {
    let mut story = Story::new();
    let backup = story.backup();
    let first = story.asked("order-4711", 50_000_000).expect("a good recharge");
    story.gateway.lists_nothing.set(true);
    story.restored(&backup);
    for _ in 0..3 {
        let refused = Err(Refusal::Reconciling(story.now + 5_000).into());
        assert_eq!(story.asked("order-4711", 50_000_000), refused);
        assert_eq!(story.asked("never-used", 50_000_000), refused, "nobody can tell it from the other");
        story.advance(20 * MINUTE_MS);
    }
    assert_eq!(
        (story.kinds(), story.charges_paid()),
        (vec!["reconciliation-stuck".to_owned(), "orders-stuck".to_owned()], 1)
    );
    story.gateway.lists_nothing.set(false);
    story.advance(2 * MINUTE_MS);
    assert_eq!(story.asked("order-4711", 50_000_000), Ok(first));
    assert_eq!((story.units(), story.charges_paid(), story.waiting().len()), ("50.00".to_owned(), 1, 0));
}

#[test]
fn sec_02_a_key_of_the_backup_is_answered_at_once() {
    let mut story = Story::new();
    let first = story.asked("order-4711", 50_000_000).expect("a good recharge");
    let backup = story.backup();
    story.gateway.lists_nothing.set(true);
    story.restored(&backup);
    assert_eq!(story.asked("order-4711", 50_000_000), Ok(first));
    assert_eq!(story.asked("order-4711", 51_000_000), Err(Refusal::KeyReused.into()));
}

#[test]
fn sec_02_a_gateway_that_keeps_no_metadata_makes_a_person_look_before_keys_are_free() {
    let mut story = Story::new();
    let backup = story.backup();
    story.asked("order-4711", 50_000_000).expect("a good recharge");
    story.gateway.metadata.borrow_mut().clear();
    story.restored(&backup);
    assert_eq!((story.units(), story.kinds()), ("50.00".to_owned(), vec!["payment-without-reference".to_owned()]));
    assert_eq!(story.asked("order-4711", 50_000_000), unknown("payment-without-reference"));
    story.recharge(25);
    assert_eq!(story.units(), "75.00", "without a key nothing is promised, and nothing refused");
    story.decide(Resolution::Dismiss);
    story.asked("order-4712", 25_000_000).expect("a person has looked");
    assert_eq!(story.units(), "100.00");
    story.is_sound();
}

#[test]
fn sec_02_a_list_that_does_not_reach_the_backup_makes_a_person_look_before_keys_are_free() {
    let mut story = Story::new();
    let backup = story.backup();
    story.advance(DAY_MS);
    story.gateway.complete_since.set(Some(story.now));
    story.restored(&backup);
    let kinds = vec!["movements-not-listed".to_owned(), "orders-not-listed".to_owned()];
    assert_eq!(story.kinds(), kinds);
    assert_eq!(story.asked("order-4711", 50_000_000), unknown("movements-not-listed"));
    // It stays so over another restore.
    let again = story.backup();
    story.gateway.complete_since.set(None);
    story.install(&again, "restoredtwice000");
    story.drain();
    assert_eq!(story.kinds(), kinds);
    assert_eq!(story.asked("order-4711", 50_000_000), unknown("movements-not-listed"));
    story.decide(Resolution::Dismiss);
    assert_eq!(story.kinds(), vec!["orders-not-listed".to_owned()]);
    story.asked("order-4711", 50_000_000).expect("a person has looked");
    assert_eq!(story.charges_paid(), 1);
}

#[test]
fn sec_02_what_the_gateway_has_under_way_is_asked_about_and_never_sent_again() {
    let mut story = Story::new();
    let backup = story.backup();
    story.script(&[Answer::LostBefore; 9]);
    let first = story.asked("order-4711", 50_000_000).expect("a good recharge");
    let key = format!("cb-teststoreabcdef0-{}-charge-1", story.account);
    let metadata = story.gateway.metadata.borrow()[&key].clone();
    let under_way = Movement {
        key: key.clone(),
        refund: false,
        charge_key: None,
        amount: 50_000_000,
        currency: "USD".to_owned(),
        received: story.now,
        paid: None,
        metadata,
    };
    story.gateway.others.borrow_mut().push(under_way);
    story.restored(&backup);
    story.script(&[]);
    assert_eq!((story.units(), story.charges_paid()), ("0.00".to_owned(), 0));
    assert_eq!(story.asked("order-4711", 50_000_000), Ok(first.clone()));
    story.advance(DAY_MS);
    assert_eq!(story.charges_paid(), 0, "asked about, not sent");
    assert_eq!(story.kinds(), ["charge-open-too-long"]);
    let paid = Paid { reference: "late".to_owned(), at: story.now };
    story.command(|turn, _| jobs::payment_notice(turn, key, PaymentOutcome::Paid(paid)));
    assert_eq!((story.units(), story.charges_paid(), story.waiting().len()), ("50.00".to_owned(), 0, 0));
    assert_eq!(story.mails("recharge-paid"), 1, "nobody has told the customer before");
    story.is_sound();
}

#[test]
fn sec_02_a_settlement_and_a_number_taken_meanwhile_keep_one_key_one_charge() {
    let mut story = Story::new();
    story.debit(30);
    let backup = story.backup();
    let caller = keyed(operator(), "settle-1");
    let first = story.command(|turn, auth| charges::settle_debt(turn, &caller, auth, None));
    assert_eq!(story.units(), "0.00");
    story.install(&backup, "restoredstore000");
    // Before the gateway has been asked somebody recharges without a key, under the number of the lost settlement.
    let account = story.account.clone();
    story
        .fake
        .command(story.now, |turn| charges::recharge(turn, &operator(), account, 25_000_000, None))
        .expect("a good recharge");
    story.drain();
    story.advance(MINUTE_MS);
    assert_eq!((story.units(), story.charges_paid()), ("25.00".to_owned(), 2));
    let again = story.command(|turn, auth| charges::settle_debt(turn, &caller, auth, None));
    assert_eq!((first.name.as_str(), again.name.as_str()), ("1", "2"), "its number was taken, so it has the next one");
    let standing = story.fake.query(story.now, |turn| jobs::look(turn, again.job));
    assert_eq!(standing, Some(JobState::Succeeded));
    assert_eq!((story.units(), story.charges_paid()), ("25.00".to_owned(), 2));
    // The gateway may say it again, and it is restored again.
    let key = format!("cb-teststoreabcdef0-{}-charge-1", story.account);
    let paid = Paid { reference: "again".to_owned(), at: START };
    story.command(|turn, _| jobs::payment_notice(turn, key, PaymentOutcome::Paid(paid)));
    let backup = story.backup();
    story.install(&backup, "restoredtwice000");
    story.drain();
    assert_eq!((story.units(), story.waiting().len()), ("25.00".to_owned(), 0));
    story.is_sound();
}

#[test]
fn sec_02_one_key_one_charge_over_two_restores_from_one_backup() {
    let mut story = Story::new();
    let backup = story.backup();
    let first = story.asked("order-4711", 50_000_000).expect("a good recharge");
    story.install(&backup, "restoredonce0000");
    story.drain();
    assert_eq!(story.asked("order-4711", 50_000_000), Ok(first.clone()));
    let second = story.asked("order-4712", 25_000_000).expect("a new key");
    story.install(&backup, "restoredtwice000");
    story.drain();
    assert_eq!((story.units(), story.charges_paid()), ("75.00".to_owned(), 2));
    assert_eq!(story.asked("order-4711", 50_000_000), Ok(first));
    assert_eq!(story.asked("order-4712", 25_000_000), Ok(second));
    assert_eq!((story.units(), story.charges_paid()), ("75.00".to_owned(), 2));
    story.is_sound();
}

#[test]
fn sec_02_a_backup_of_a_store_that_was_reconciling_goes_back_as_far_as_that() {
    let mut story = Story::new();
    let first = story.backup();
    story.asked("order-4711", 50_000_000).expect("a good recharge");
    story.advance(10 * DAY_MS);
    story.gateway.lists_nothing.set(true);
    story.restored(&first);
    let second = story.backup();
    let since = |story: &Story| {
        let text = story.fake.dump()["store/reconcile"].clone();
        serde_json::from_str::<serde_json::Value>(&text).expect("a record")["since"].as_i64().expect("a moment")
    };
    story.advance(MINUTE_MS);
    story.install(&second, "restoredtwice000");
    assert_eq!(since(&story), START - DAY_MS, "not only back to the second backup");
    story.gateway.lists_nothing.set(false);
    story.drain();
    assert_eq!((story.units(), story.charges_paid()), ("50.00".to_owned(), 1));
}

/// A charge of 100.00 of which 60.00 are spent, a backup, and a closing that gives 40.00 back.
fn closed_after_the_backup() -> (Story, Backup) {
    let mut story = Story::new();
    story.recharge(100);
    story.debit(60);
    let backup = story.backup();
    story.closed();
    assert_eq!(story.gateway.refunded.borrow().len(), 1);
    (story, backup)
}

#[test]
fn sec_13_a_refund_of_the_lost_history_is_taken_off_its_lot_and_not_paid_again() {
    let (mut story, backup) = closed_after_the_backup();
    let mails = story.mails("refund-paid");
    story.restored(&backup);
    assert_eq!((story.units(), story.balance().cash, story.waiting().len()), ("0.00".to_owned(), 0, 0));
    assert_eq!(story.mails("refund-paid"), mails, "the customer knows");
    story.is_sound();
    story.closed();
    assert_eq!(
        *story.gateway.refunded.borrow(),
        [(format!("cb-teststoreabcdef0-{}-charge-1", story.account), 40_000_000)]
    );
    assert_eq!(story.shown().standing, accounts::Standing::Closed);
    story.is_sound();
}

#[test]
fn sec_13_a_closing_that_is_due_at_the_restore_waits_for_the_gateway() {
    let mut story = Story::new();
    story.recharge(100);
    story.command(|turn, auth| closing::close(turn, &operator(), auth, "wished".to_owned()));
    let backup = story.backup();
    story.advance(HOUR_MS);
    assert_eq!(story.gateway.refunded.borrow().len(), 1);
    story.gateway.lists_nothing.set(true);
    story.restored(&backup);
    story.advance(2 * HOUR_MS);
    assert_eq!(story.shown().standing, accounts::Standing::Closing);
    story.gateway.lists_nothing.set(false);
    story.advance(HOUR_MS);
    assert_eq!(story.shown().standing, accounts::Standing::Closed);
    assert_eq!(story.gateway.refunded.borrow().len(), 1, "given back once");
    story.is_sound();
}

#[test]
fn sec_13_what_its_lot_does_not_cover_holds_the_account_until_a_person_has_decided() {
    for resolution in ["debit", "dismiss"] {
        let (mut story, backup) = closed_after_the_backup();
        story.gateway.lists_nothing.set(true);
        story.restored(&backup);
        story.debit(15);
        story.automatic(50, 25, Caps::default());
        story.gateway.lists_nothing.set(false);
        story.advance(2 * MINUTE_MS);
        // 25.00 were left of the lot; 15.00 of what was given back are not covered.
        let balance = story.balance();
        assert_eq!((balance.balance, balance.available), (0, -15_000_000));
        assert_eq!(story.kinds(), ["refund-without-record"]);
        assert_eq!(story.charges_paid(), 1, "nothing is charged automatically");
        story.recharge(50);
        assert_eq!(story.balance().available, 35_000_000);
        story.is_sound();
        story.closed();
        story.advance(DAY_MS);
        assert_eq!(story.shown().standing, accounts::Standing::Closing, "no refund before the decision");
        let claim = Claim { auth_id: story.account.clone(), amount: None };
        story.decide(if resolution == "debit" { Resolution::Debit(claim) } else { Resolution::Dismiss });
        assert_eq!(story.shown().standing, accounts::Standing::Closed);
        let back: i64 = story.gateway.refunded.borrow().iter().map(|(_, amount)| amount).sum();
        assert_eq!(back, if resolution == "debit" { 40_000_000 + 35_000_000 } else { 40_000_000 + 50_000_000 });
        story.is_sound();
    }
}

#[test]
fn sec_13_a_refund_of_a_charge_that_nobody_knows_holds_its_amount() {
    let mut story = Story::new();
    story.recharge(100);
    let backup = story.backup();
    let refund = Movement {
        key: format!("cb-loststore0000000-{}-refund-7-1", story.account),
        refund: true,
        charge_key: Some(format!("cb-loststore0000000-{}-charge-9", story.account)),
        amount: 30_000_000,
        currency: "USD".to_owned(),
        received: START,
        paid: Some(Paid { reference: "r".to_owned(), at: START }),
        metadata: Vec::new(),
    };
    story.gateway.others.borrow_mut().push(refund);
    story.restored(&backup);
    assert_eq!((story.balance().balance, story.balance().available), (100_000_000, 70_000_000));
    assert_eq!(story.kinds(), ["refund-without-record"]);
    assert_eq!(story.asked("any", 25_000_000), unknown("refund-without-record"));
    story.is_sound();
    // Restored once more it is held once.
    let again = story.backup();
    story.install(&again, "restoredtwice000");
    story.drain();
    assert_eq!((story.balance().available, story.waiting().len()), (70_000_000, 1));
    let other = Claim { auth_id: story.account.clone(), amount: Some(31_000_000) };
    let item = story.waiting().remove(0).id;
    let refused = story.fake.command(story.now, |turn| {
        queue::resolve_payment(turn, &operator(), item, Resolution::Debit(other), "looked".to_owned())
    });
    assert!(refused.is_err(), "not another amount");
    story.decide(Resolution::Debit(Claim { auth_id: story.account.clone(), amount: None }));
    assert_eq!((story.balance().balance, story.balance().available), (70_000_000, 70_000_000));
    let again = story.backup();
    story.install(&again, "restoredthrice00");
    story.drain();
    assert_eq!((story.balance().available, story.waiting().len()), (70_000_000, 0), "decided for good");
    story.is_sound();
}

#[test]
fn sec_13_a_refund_of_an_account_that_the_backup_does_not_know_is_not_lost() {
    let mut story = Story::new();
    let backup = story.backup();
    let refund = Movement {
        key: "cb-loststore0000000-MA000000000000000000-refund-1-1".to_owned(),
        refund: true,
        charge_key: None,
        amount: 30_000_000,
        currency: "USD".to_owned(),
        received: START,
        paid: Some(Paid { reference: "r".to_owned(), at: START }),
        metadata: Vec::new(),
    };
    story.gateway.others.borrow_mut().push(refund);
    story.restored(&backup);
    let waiting = story.waiting();
    assert_eq!((waiting.len(), waiting[0].auth_id.as_str()), (1, "MA000000000000000000"));
}

#[test]
fn sec_13_a_refund_that_was_sent_again_after_the_backup_is_the_same_refund() {
    let mut story = Story::new();
    story.recharge(100);
    *story.gateway.refund_script.borrow_mut() = vec![Answer::Decline];
    story.closed();
    assert_eq!(story.kinds(), ["refund-failed"]);
    let backup = story.backup();
    let caller = keyed(operator(), "again-1");
    let retry = |turn: &mut crate::ground::turn::Turn<'_>, auth: String| refunds::retry(turn, &caller, auth, 1);
    let first = story.command(retry);
    assert_eq!(story.gateway.refunded.borrow().len(), 1);
    story.restored(&backup);
    assert_eq!(story.waiting(), [], "it is paid");
    assert_eq!(story.command(retry), first);
    assert_eq!(story.gateway.refunded.borrow().len(), 1);
    story.is_sound();
}

#[test]
fn sec_13_automatic_recharge_is_off_where_the_lost_history_has_closed_the_account() {
    let mut story = Story::new();
    story.recharge(100);
    story.automatic(50, 25, Caps::default());
    let backup = story.backup();
    story.closed();
    story.restored(&backup);
    assert_eq!(
        (story.units(), story.charges_paid()),
        ("0.00".to_owned(), 1),
        "the card of who has left is not charged"
    );
    assert!(story.status().settings.is_some_and(|settings| !settings.enabled));
}

#[test]
fn sec_02_a_payment_given_back_by_a_person_is_given_back_once() {
    let mut story = Story::new();
    let paid = Paid { reference: "ref-x".to_owned(), at: START };
    let payment = "of-another-system".to_owned();
    story.command(|turn, _| jobs::payment_notice(turn, payment.clone(), PaymentOutcome::Paid(paid)));
    let item = story.waiting().remove(0).id;
    let backup = story.backup();
    let caller = keyed(operator(), "back-1");
    let claim = Claim { auth_id: story.account.clone(), amount: Some(7_000_000) };
    let resolve = |turn: &mut crate::ground::turn::Turn<'_>, _: String| {
        queue::resolve_payment(turn, &caller, item.clone(), Resolution::Refund(claim.clone()), "theirs".to_owned())
    };
    let first = story.command(resolve);
    assert_eq!(story.gateway.refunded.borrow().len(), 1);
    story.restored(&backup);
    assert_eq!(story.waiting(), [], "it is decided");
    assert_eq!(story.command(resolve).refund, first.refund);
    assert_eq!((story.gateway.refunded.borrow().len(), story.units()), (1, "0.00".to_owned()));
    story.is_sound();
}

#[test]
fn sec_02_a_removed_card_and_a_new_one_change_nothing_about_what_was_paid() {
    let mut story = Story::new();
    let backup = story.backup();
    story.command(|turn, auth| cards::remove_card(turn, &operator(), auth, "card-1".to_owned()));
    story.command(|turn, auth| cards::add_card(turn, &operator(), auth, "tok_2".to_owned(), true));
    let first = story.asked("order-4711", 50_000_000).expect("a good recharge");
    story.restored(&backup);
    assert_eq!(story.asked("order-4711", 50_000_000), Ok(first));
    assert_eq!((story.units(), story.charges_paid()), ("50.00".to_owned(), 1));
}

fn offer(number: &str) -> OfferedNumber {
    OfferedNumber {
        number: number.to_owned(),
        country: "US".to_owned(),
        calling_code: "1".to_owned(),
        kind: NumberKind::Local,
        region: "California".to_owned(),
        city: "San Jos\u{e9}".to_owned(),
        voice: true,
        sms: false,
        mms: true,
    }
}

fn renting() -> Story {
    let mut story = Story::new();
    let row = NumberRow {
        country: "US".to_owned(),
        kind: NumberKind::Local,
        setup: "0.50".to_owned(),
        monthly: "0.80".to_owned(),
    };
    let prices = NumberPrices { rows: vec![row], seat: None };
    story.command(|turn, _| jobs::store_opened(turn, Beginning::Created));
    story.command(|turn, _| {
        let version = pricing::create_version(turn, &operator(), None)?.number;
        pricing::set_number_prices(turn, &operator(), version, prices)?;
        pricing::publish_version(turn, &operator(), version, START)
    });
    story.recharge(50);
    story
}

impl Story {
    fn bought(&mut self, key: &str, number: &str) -> Result<Started, numbers::Error> {
        let caller = keyed(operator(), key);
        let account = self.account.clone();
        let purchase = Purchase { offer: offer(number), alias: None, app_id: None };
        let started = self.fake.command(self.now, |turn| numbers::buy(turn, &caller, account, purchase));
        self.drain();
        started
    }

    fn given_back(&mut self, key: &str, number: &str) -> Result<Started, numbers::Error> {
        let caller = keyed(operator(), key);
        let (account, number) = (self.account.clone(), number.to_owned());
        let started = self.fake.command(self.now, |turn| numbers::release(turn, &caller, account, number));
        self.drain();
        started
    }

    fn rented(&self) -> Vec<numbers::RentedNumber> {
        let filter = NumberFilter::default();
        self.fake
            .query(self.now, |turn| numbers::list(turn, &operator(), self.account.clone(), filter, 0, 100))
            .expect("a page")
            .numbers
    }

    fn orders(&self, what: &str) -> usize {
        self.gateway.delivered.borrow().iter().filter(|(done, _)| *done == what).count()
    }
}

#[test]
fn sec_02_a_number_ordered_since_the_backup_is_held_and_paid_and_not_ordered_again() {
    let mut story = renting();
    let backup = story.backup();
    let first = story.bought("number-1", "14155550100").expect("a good order");
    let (units, before) = (story.units(), story.rented());
    story.restored(&backup);
    assert_eq!((story.units(), story.rented()), (units, before));
    assert_eq!(story.bought("number-1", "14155550100"), Ok(first.clone()));
    assert_eq!(story.bought("number-1", "14155550101"), Err(Refusal::KeyReused.into()));
    assert_eq!(story.orders("order"), 1);
    let standing = story.fake.query(story.now, |turn| jobs::look(turn, first.job));
    assert_eq!(standing, Some(JobState::Succeeded));
    story.is_sound();
}

#[test]
fn sec_02_a_number_ordered_in_a_month_that_is_over_pays_for_every_month_since() {
    let mut story = renting();
    let backup = story.backup();
    story.bought("number-1", "14155550100").expect("a good order");
    story.advance(40 * DAY_MS);
    assert_eq!(story.units(), "47.90", "set-up, March and April");
    story.restored(&backup);
    story.advance(MINUTE_MS);
    assert_eq!(story.units(), "47.90");
    story.is_sound();
}

#[test]
fn sec_02_a_number_released_since_the_backup_is_not_held_and_pays_no_month_after_that() {
    let mut story = renting();
    story.bought("number-1", "14155550100").expect("a good order");
    let units = story.units();
    let backup = story.backup();
    story.advance(DAY_MS);
    story.gateway.stock_at.set(Some(story.now));
    let first = story.given_back("release-1", "14155550100").expect("a number");
    // The first of the next month has passed when the backup is installed: its rent waits for the stock.
    story.advance(40 * DAY_MS);
    story.restored(&backup);
    story.advance(MINUTE_MS);
    assert_eq!((story.rented(), story.units()), (Vec::new(), units));
    assert_eq!(story.given_back("release-1", "14155550100"), Ok(first));
    assert_eq!(story.orders("release"), 1);
    story.is_sound();
}

#[test]
fn sec_02_orders_wait_for_the_stock_and_keys_are_told_to_come_again() {
    let mut story = renting();
    let backup = story.backup();
    story.gateway.lists_nothing.set(true);
    story.restored(&backup);
    assert_eq!(story.bought("number-1", "14155550100"), Err(Refusal::Reconciling(story.now + 5_000).into()));
    let purchase = Purchase { offer: offer("14155550100"), alias: None, app_id: None };
    story.command(|turn, auth| numbers::buy(turn, &operator(), auth, purchase));
    story.advance(HOUR_MS);
    assert_eq!(story.orders("order"), 0);
    story.gateway.lists_nothing.set(false);
    story.advance(2 * MINUTE_MS);
    assert_eq!((story.orders("order"), story.rented().len()), (1, 1));
    story.is_sound();
}

#[test]
fn sec_02_a_number_that_cannot_be_placed_waits_for_a_person() {
    let mut story = renting();
    let backup = story.backup();
    story.bought("number-1", "14155550100").expect("a good order");
    story.gateway.stock_list.borrow_mut()[0].metadata.clear();
    let stranger = StockMovement {
        key: "cb-loststore0000000-MA000000000000000000-order-1".to_owned(),
        release: false,
        number: "14155550109".to_owned(),
        auth_id: "MA000000000000000000".to_owned(),
        at: START,
        done: true,
        metadata: Vec::new(),
    };
    story.gateway.stock_list.borrow_mut().push(stranger);
    story.restored(&backup);
    assert_eq!(story.kinds(), ["number-without-record"; 2]);
    let refused = Err(Refusal::UnknownSinceRestore("number-without-record".to_owned()).into());
    assert_eq!(story.bought("number-1", "14155550100"), refused);
    let of_account = |item: &QueueItem| item.auth_id == story.account;
    let item = story.waiting().into_iter().find(of_account).expect("an item").id;
    story.command(|turn, _| {
        queue::resolve_payment(turn, &operator(), item, Resolution::Dismiss, "it was given back by hand".to_owned())
    });
    story.bought("number-2", "14155550101").expect("a person has looked");
    assert_eq!(story.rented().len(), 1);
    story.is_sound();
}
