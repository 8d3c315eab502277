//! Credit notes give back what was paid, as what it was paid with, whatever happened before (INV-5, R18, R24, CRD-12).

use crate::accounts::postpaid::Billing;
use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::credit::settings::balance::Balance;
use crate::ground::ids::AuthId;
use crate::ground::interfaces;
use crate::ground::money::Money;
use crate::ground::vocabulary::{DAY_MS, Instant};
use crate::invoices::records::{Place, State};
use crate::invoices::{DocumentFilter, DocumentKind, DocumentSummary, issue_credit_note, list_documents, standing};
use crate::ledger::{LedgerAccount, Transaction, wallet};
use crate::operator::{Folded, compare};
use crate::payments::charges::{ChargeState, list_charges, record_chargeback, record_dispute_won};
use crate::stories::scenario::{Story, operator};
use proptest::prelude::*;
use proptest::sample::Index;

/// Micro-units in one cent.
const MICROS_PER_CENT: i64 = 10_000;

#[derive(Clone, Debug)]
enum Happening {
    /// Units.
    Recharge(i64),
    Debit(i64),
    /// Perhaps for a while.
    Gift(i64, Option<i64>),
    WriteOff,
    Wait(i64),
    /// Which charge, and thousandths of it.
    TakenBack(Index, i64),
    Won(Index),
    /// Which invoice, and thousandths of what can be given back.
    CreditNote(Index, i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => (25_i64..80).prop_map(Happening::Recharge),
        4 => (1_i64..6_000_000).prop_map(|tens| Happening::Debit(tens * 10)),
        2 => gift(),
        1 => Just(Happening::WriteOff),
        3 => (1..40 * DAY_MS).prop_map(Happening::Wait),
        2 => taken_back(),
        1 => any::<Index>().prop_map(Happening::Won),
        4 => credit_note(),
    ]
}

fn gift() -> impl Strategy<Value = Happening> {
    (1_i64..3_000_000, prop::option::of(DAY_MS..60 * DAY_MS))
        .prop_map(|(tens, lasting)| Happening::Gift(tens * 10, lasting))
}

fn taken_back() -> impl Strategy<Value = Happening> {
    (any::<Index>(), prop_oneof![Just(1_000_i64), 1_i64..=1_000])
        .prop_map(|(charge, part)| Happening::TakenBack(charge, part))
}

fn credit_note() -> impl Strategy<Value = Happening> {
    (any::<Index>(), prop_oneof![Just(1_000_i64), 1_i64..=1_000])
        .prop_map(|(invoice, part)| Happening::CreditNote(invoice, part))
}

struct Told {
    story: Story,
    /// Charges and references of chargebacks that are not won.
    open: Vec<(u32, String)>,
    /// When there were chargebacks.
    taken_back_at: Vec<Instant>,
}

impl Told {
    fn new(postpaid: bool) -> Told {
        let mut story = Story::new();
        story.command(|turn, auth| -> Result<(), interfaces::credits::Error> {
            crate::ledger::months::schedule(turn);
            if postpaid {
                let billing = Billing::Postpaid(of_units(1_000));
                crate::accounts::postpaid::set_billing(turn, &operator(), auth, billing).expect("good billing");
            }
            Ok(())
        });
        Told { story, open: Vec::new(), taken_back_at: Vec::new() }
    }

    fn account(&self) -> AuthId {
        AuthId::parse(&self.story.account).expect("an auth ID")
    }

    fn happens(&mut self, happening: &Happening) {
        let story = &mut self.story;
        match happening {
            Happening::Recharge(units) => {
                story.gateway.paid_at.set(Some(story.now));
                story.recharge(*units);
            }
            Happening::Debit(micros) => {
                let debit = Adjustment::Debit(*micros);
                story.command(|turn, auth| adjustments::adjust(turn, &operator(), auth, debit, "spent".to_owned()));
            }
            Happening::Gift(amount, lasting) => {
                let expires = lasting.map(|lasting| story.now + lasting);
                let gift = Adjustment::Goodwill(Goodwill { amount: *amount, expires });
                story.command(|turn, auth| adjustments::adjust(turn, &operator(), auth, gift, "gift".to_owned()));
            }
            Happening::WriteOff => {
                if story.balance().balance < 0 {
                    story.command(|turn, auth| adjustments::write_off(turn, &operator(), auth, "gone".to_owned()));
                }
            }
            Happening::Wait(by) => story.advance(*by),
            Happening::TakenBack(charge, part) => self.taken_back(charge, *part),
            Happening::Won(which) => self.won(which),
            Happening::CreditNote(invoice, part) => {
                self.credit_note(invoice, *part);
            }
        }
    }

    /// Numbers of paid charges, and how much of each the bank has not taken back.
    fn charges(&self) -> Vec<(u32, i64)> {
        let account = self.story.account.clone();
        let page = self.story.fake.query(self.story.now, |turn| list_charges(turn, &operator(), account, None, 100));
        let paid =
            page.expect("a known account").charges.into_iter().filter(|charge| charge.state == ChargeState::Paid);
        paid.map(|charge| (charge.number, charge.amount - charge.charged_back)).collect()
    }

    fn taken_back(&mut self, charge: &Index, thousandths: i64) {
        let charges = self.charges();
        if charges.is_empty() {
            return;
        }
        let (number, left) = charges[charge.index(charges.len())];
        let cents = left / MICROS_PER_CENT * thousandths / 1_000;
        // One charge has 20 at most.
        if cents > 0 && self.taken_back_at.len() < 20 {
            self.taken_back_at.push(self.story.now);
            let reference = format!("case {}", self.taken_back_at.len());
            let (amount, named) = (Some(cents * MICROS_PER_CENT), reference.clone());
            self.story.command(|turn, auth| record_chargeback(turn, &operator(), auth, number, amount, named));
            self.open.push((number, reference));
        }
    }

    fn won(&mut self, which: &Index) {
        if !self.open.is_empty() {
            let (number, reference) = self.open.remove(which.index(self.open.len()));
            self.story.command(|turn, auth| record_dispute_won(turn, &operator(), auth, number, reference));
        }
    }

    fn invoices(&self) -> Vec<DocumentSummary> {
        let filter = DocumentFilter { oldest_first: true, ..DocumentFilter::default() };
        let (account, kind) = (self.story.account.clone(), DocumentKind::Invoice);
        let page = self
            .story
            .fake
            .query(self.story.now, |turn| list_documents(turn, &operator(), account, kind, filter, None, 100));
        page.expect("a known account").documents
    }

    /// What can still be given back of an invoice, and what is owed of it, unless chargebacks have left debts of their own on its days.
    fn limit(&self, number: &str) -> (Money, Money) {
        let account = self.account();
        self.story.fake.query(self.story.now, |turn| {
            let (n, stored) = Place::find_place(turn, account, &[DocumentKind::Invoice], number)
                .expect("readable")
                .expect("an issued invoice");
            let days = standing::days(turn, account, n, &stored).expect("readable");
            let state = State::load(turn, account, number).expect("readable");
            let left = standing::not_given_back(turn, account, days, &stored.document, &state).expect("readable");
            if self.taken_back_at.iter().any(|at| (days.0..=days.1).contains(at)) {
                return (left, Money::ZERO);
            }
            (left, wallet::owed_between(turn, account, days.0, days.1).expect("readable"))
        })
    }

    /// What gifts have paid of an invoice in its cycle.
    fn discount(&self, number: &str) -> i64 {
        let account = self.account();
        let found = self.story.fake.query(self.story.now, |turn| {
            Place::find(turn, account, &[DocumentKind::Invoice], number).expect("readable")
        });
        found.expect("an issued invoice").document.discount
    }

    /// Gives a part of an invoice back. Answers which and how much.
    fn credit_note(&mut self, invoice: &Index, thousandths: i64) -> Option<(String, i64)> {
        let invoices = self.invoices();
        let number = invoices.get(invoice.index(invoices.len().max(1)))?.number.clone();
        let cents = self.limit(&number).0.micros() / MICROS_PER_CENT * thousandths / 1_000;
        if cents <= 0 {
            return None;
        }
        self.give_back(&number, cents * MICROS_PER_CENT);
        Some((number, cents * MICROS_PER_CENT))
    }

    fn give_back(&mut self, number: &str, amount: i64) {
        let before = self.story.balance();
        let (limit, named) = (self.limit(number).0.micros(), number.to_owned());
        self.story
            .command(|turn, auth| issue_credit_note(turn, &operator(), auth, named, Some(amount), "x".to_owned()));
        let after = self.story.balance();
        assert_eq!(self.limit(number).0.micros(), limit - amount, "all of it counts, and nothing else of it");
        let (key, text) = self
            .story
            .fake
            .dump()
            .into_iter()
            .rfind(|(_, text)| text.contains("\"credit-note\""))
            .expect("a transaction");
        let posted: Transaction = serde_json::from_str(&text).expect("a transaction");
        let of = |account: LedgerAccount| -> i64 {
            posted.postings.iter().filter(|posting| posting.0 == account).map(|posting| posting.2.micros()).sum()
        };
        let (expired, recovered) = (of(LedgerAccount::ExpiredCredits), of(LedgerAccount::WriteOffs));
        assert_eq!(after.balance, before.balance + amount + expired + recovered, "{key}: nothing is lost");
        assert!(recovered == 0 || !self.taken_back_at.is_empty(), "only what a chargeback has left is recovered");
    }

    fn give_back_whole(&mut self) {
        for invoice in self.invoices() {
            let left = self.limit(&invoice.number).0.micros();
            if left > 0 {
                self.give_back(&invoice.number, left);
            }
        }
    }

    /// What must be true at any time.
    fn agrees(&self) {
        let mut folded =
            Folded { auth_id: self.story.account.clone(), trial: 0, promotional: 0, cash: 0, receivable: 0 };
        for (key, text) in self.story.fake.dump().iter().filter(|(key, _)| key.starts_with("t/")) {
            let transaction: Transaction = serde_json::from_str(text).expect("a transaction");
            assert!(transaction.is_balanced(), "{key}");
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
        let found = self.story.fake.query(self.story.now, |turn| compare(turn, &operator(), vec![folded]));
        assert_eq!(found.expect("an answer"), []);
        let paid: i64 = self.charges().iter().map(|(_, stands)| stands).sum();
        let balance = self.story.balance();
        assert!(balance.cash <= paid, "{} of cash, {paid} was paid", balance.cash);
        for invoice in self.invoices() {
            let (left, owed) = self.limit(&invoice.number);
            // A write-off may be exact where the invoice is in cents (R85).
            assert!(left.micros() >= -MICROS_PER_CENT, "{left} can be given back of {invoice:?}");
            assert!(owed.micros() <= left.micros().max(0) + MICROS_PER_CENT, "{owed} is open of {invoice:?}");
        }
    }

    fn covered(&mut self) {
        let balance = self.story.balance().balance;
        if balance < 0 {
            self.happens(&Happening::Recharge((-balance / 1_000_000 + 1).max(25)));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    /// Any history: no credit note gives back more than was asked for and paid, or loses any of it.
    #[test]
    fn inv_5_credit_notes_give_back_what_was_paid(
        postpaid in any::<bool>(),
        history in prop::collection::vec(happening(), 1..24),
    ) {
        let mut told = Told::new(postpaid);
        for happening in &history {
            told.happens(happening);
            told.agrees();
        }
    }

    /// Once every invoice is given back whole, payments are cash and gifts are gifts again, but for what was a discount.
    #[test]
    fn inv_5_what_is_given_back_whole_is_what_it_was(
        postpaid in any::<bool>(),
        history in prop::collection::vec(happening(), 1..16),
        notes in prop::collection::vec(credit_note(), 0..8),
    ) {
        let mut told = Told::new(postpaid);
        let mut given = 0;
        for happening in &history {
            let happening = match happening {
                Happening::TakenBack(..) | Happening::Won(_) | Happening::WriteOff => continue,
                Happening::Gift(amount, _) => Happening::Gift(in_cents(*amount), None),
                Happening::Debit(amount) => Happening::Debit(in_cents(*amount)),
                known => known.clone(),
            };
            if let Happening::Gift(amount, _) = happening {
                given += amount;
            }
            told.happens(&happening);
        }
        told.covered();
        told.happens(&Happening::Wait(32 * DAY_MS));
        told.covered();
        for note in &notes {
            told.happens(note);
            told.agrees();
        }
        told.give_back_whole();
        for invoice in told.invoices() {
            given -= told.discount(&invoice.number);
        }
        told.agrees();
        let paid: i64 = told.charges().iter().map(|(_, paid)| paid).sum();
        let balance = told.story.balance();
        prop_assert_eq!((balance.cash, balance.promotional, balance.owed), (paid, given, 0));
    }

    /// Credit notes while disputes are open, which are won later, come to what they would have come to without the bank.
    #[test]
    fn inv_5_credit_notes_during_disputes_come_to_the_same_once_they_are_won(
        history in prop::collection::vec(happening(), 1..10),
        disputes in prop::collection::vec(taken_back(), 1..4),
        meanwhile in prop::collection::vec(prop_oneof![
            2 => Just(Happening::WriteOff),
            1 => (25_i64..80).prop_map(Happening::Recharge),
            1 => (1_i64..3_000).prop_map(|cents| Happening::Gift(cents * MICROS_PER_CENT, None)),
            4 => credit_note(),
        ], 1..8),
    ) {
        let (mut told, mut without) = (Told::new(false), Told::new(false));
        for happening in &history {
            let happening = match happening {
                Happening::TakenBack(..) | Happening::Won(_) => continue,
                // In whole cents: of less than one, what is given back whole leaves a rest.
                Happening::Gift(amount, _) => &Happening::Gift(in_cents(*amount), None),
                Happening::Debit(amount) => &Happening::Debit(in_cents(*amount)),
                known => known,
            };
            told.happens(happening);
            without.happens(happening);
        }
        for told in [&mut told, &mut without] {
            told.covered();
            told.happens(&Happening::Wait(32 * DAY_MS));
            told.covered();
        }
        for dispute in &disputes {
            told.happens(dispute);
        }
        for happening in &meanwhile {
            match happening {
                Happening::CreditNote(invoice, part) => {
                    if let Some((number, amount)) = told.credit_note(invoice, *part) {
                        without.give_back(&number, amount);
                    }
                }
                known => {
                    told.happens(known);
                    without.happens(known);
                }
            }
            told.agrees();
        }
        while let Some((number, reference)) = told.open.pop() {
            told.story.command(|turn, auth| record_dispute_won(turn, &operator(), auth, number, reference));
            told.agrees();
        }
        prop_assert_eq!(told.story.balance().balance, without.story.balance().balance);
        // Of what is written off for now, gifts may come before cash: all of it is the same.
        told.give_back_whole();
        without.give_back_whole();
        told.agrees();
        let (told, without) = (told.story.balance(), without.story.balance());
        let of = |balance: &Balance| (balance.balance, balance.cash, balance.promotional);
        prop_assert_eq!(of(&told), of(&without));
    }
}

/// Cash, promotional credit and what can still be given back of the first invoice, in units.
fn standing_of(told: &Told, invoice: &str) -> (String, String, String) {
    let balance = told.story.balance();
    let text = |micros| Money::from_micros(micros).to_string();
    told.agrees();
    (text(balance.cash), text(balance.promotional), told.limit(invoice).0.to_string())
}

fn in_cents(micros: i64) -> i64 {
    (micros / MICROS_PER_CENT + 1) * MICROS_PER_CENT
}

fn of_units(units: i64) -> i64 {
    Money::from_units(units).micros()
}

fn back(number: u32) -> impl Fn(&mut Told) {
    move |told| {
        let reference = format!("case {number}");
        told.taken_back_at.push(told.story.now);
        told.open.push((number, reference.clone()));
        told.story.command(|turn, auth| record_chargeback(turn, &operator(), auth, number, None, reference));
    }
}

/// The second month was paid by what the bank has taken back and was written off; the first one was paid by a payment that stands.
#[test]
fn inv_5_a_credit_note_recovers_no_write_off_of_what_was_paid_after_its_cycle() {
    let mut told = Told::new(false);
    for _ in 0..2 {
        told.happens(&Happening::Recharge(50));
        told.happens(&Happening::Debit(of_units(50)));
        told.happens(&Happening::Wait(31 * DAY_MS));
    }
    back(2)(&mut told);
    told.happens(&Happening::WriteOff);
    told.give_back("2026-000001", of_units(50));
    let as_text = |cash: &str, gifts: &str, left: &str| (cash.to_owned(), gifts.to_owned(), left.to_owned());
    assert_eq!(standing_of(&told, "2026-000001"), as_text("50.00", "0.00", "0.00"));
    told.give_back("2026-000002", of_units(50));
    assert_eq!(standing_of(&told, "2026-000002"), as_text("50.00", "0.00", "0.00"), "nobody has paid it");
}

/// One of two payments of an invoice was taken back, for which the chargeback has taken a gift at once.
#[test]
fn inv_5_what_a_payment_that_stands_has_paid_comes_before_a_gift_in_the_place_of_another() {
    let mut told = Told::new(false);
    told.happens(&Happening::Debit(of_units(100)));
    told.happens(&Happening::Wait(31 * DAY_MS));
    told.happens(&Happening::Recharge(40));
    told.happens(&Happening::Recharge(60));
    told.happens(&Happening::Gift(of_units(60), None));
    back(2)(&mut told);
    let as_text = |cash: &str, gifts: &str, left: &str| (cash.to_owned(), gifts.to_owned(), left.to_owned());
    assert_eq!(standing_of(&told, "2026-000001"), as_text("0.00", "0.00", "100.00"));
    told.give_back("2026-000001", of_units(40));
    assert_eq!(standing_of(&told, "2026-000001"), as_text("40.00", "0.00", "60.00"));
    told.give_back("2026-000001", of_units(60));
    assert_eq!(standing_of(&told, "2026-000001"), as_text("40.00", "60.00", "0.00"));
    told.story.command(|turn, auth| record_dispute_won(turn, &operator(), auth, 2, "case 2".to_owned()));
    assert_eq!(standing_of(&told, "2026-000001"), as_text("100.00", "60.00", "0.00"));
}

/// The payment was taken back, and what it was spent on is still owed: the credit note pays that, and is credit of the payment once it is back.
#[test]
fn inv_5_a_credit_note_pays_what_a_chargeback_of_its_payment_has_left_owed() {
    let mut told = Told::new(false);
    told.happens(&Happening::Recharge(25));
    told.happens(&Happening::Debit(of_units(10)));
    told.happens(&Happening::Wait(31 * DAY_MS));
    back(1)(&mut told);
    assert_eq!(told.story.balance().owed, of_units(10));
    told.give_back("2026-000001", of_units(10));
    let as_text = |cash: &str, gifts: &str, left: &str| (cash.to_owned(), gifts.to_owned(), left.to_owned());
    assert_eq!(standing_of(&told, "2026-000001"), as_text("0.00", "0.00", "0.00"));
    told.story.command(|turn, auth| record_dispute_won(turn, &operator(), auth, 1, "case 1".to_owned()));
    assert_eq!(standing_of(&told, "2026-000001"), as_text("25.00", "0.00", "0.00"));
}

/// Of an invoice of 100.00 one payment of 40.00 stands; the other was taken back, and what it left was written off, or paid by a gift.
#[test]
fn inv_5_what_a_reopened_invoice_was_written_off_by_is_not_given_back_before_what_was_paid() {
    let as_text = |cash: &str, gifts: &str, left: &str| (cash.to_owned(), gifts.to_owned(), left.to_owned());
    for gift in [false, true] {
        let mut told = Told::new(false);
        told.happens(&Happening::Debit(of_units(100)));
        told.happens(&Happening::Wait(31 * DAY_MS));
        told.happens(&Happening::Recharge(40));
        told.happens(&Happening::Recharge(60));
        back(2)(&mut told);
        told.happens(&if gift { Happening::Gift(of_units(60), None) } else { Happening::WriteOff });
        told.give_back("2026-000001", of_units(40));
        let left = if gift { "60.00" } else { "0.00" };
        assert_eq!(standing_of(&told, "2026-000001"), as_text("40.00", "0.00", left));
        if gift {
            told.give_back("2026-000001", of_units(60));
            assert_eq!(standing_of(&told, "2026-000001"), as_text("40.00", "60.00", "0.00"));
        }
        told.story.command(|turn, auth| record_dispute_won(turn, &operator(), auth, 2, "case 2".to_owned()));
        let (cash, gifts, left) = if gift { ("100.00", "60.00", "0.00") } else { ("40.00", "0.00", "60.00") };
        assert_eq!(standing_of(&told, "2026-000001"), as_text(cash, gifts, left));
    }
}
