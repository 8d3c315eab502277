//! Disputes that are won leave everything as if the bank had never asked (R84), whatever happened before.

use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::credit::settings::balance;
use crate::ground::ids::AuthId;
use crate::ground::interfaces;
use crate::ground::money::Money;
use crate::ground::vocabulary::{DAY_MS, Instant};
use crate::ledger::lots::LotKind;
use crate::ledger::{LedgerAccount, Transaction, wallet};
use crate::operator::{Folded, compare};
use crate::payments::charges::{record_chargeback, record_dispute_won};
use crate::stories::scenario::{Story, operator};
use proptest::prelude::*;
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
enum Happening {
    /// Units.
    Recharge(i64),
    Debit(i64),
    /// Perhaps for a while.
    Gift(i64, Option<i64>),
    WriteOff,
    Wait(i64),
}

fn happening() -> impl Strategy<Value = Happening> {
    prop_oneof![
        3 => (25_i64..80).prop_map(Happening::Recharge),
        4 => (1_i64..6_000_000).prop_map(|tens| Happening::Debit(tens * 10)),
        2 => (1_i64..3_000_000, prop::option::of(DAY_MS..60 * DAY_MS)).prop_map(|(tens, lasting)| Happening::Gift(tens * 10, lasting)),
        1 => Just(Happening::WriteOff),
        2 => (1..40 * DAY_MS).prop_map(Happening::Wait),
    ]
}

/// A chargeback: of which of the charges, how many thousandths of it, and when it is won among the others.
fn dispute() -> impl Strategy<Value = (usize, i64, u32)> {
    (any::<prop::sample::Index>(), 1_i64..=1_000, any::<u32>())
        .prop_map(|(charge, part, when)| (charge.index(64), part, when))
}

struct Told {
    story: Story,
    /// Amounts of the charges, in cents.
    charges: Vec<i64>,
}

/// A lot as a customer sees it.
type Lot = (LotKind, i64, Instant, Option<Instant>, String);

impl Told {
    fn new() -> Told {
        let mut story = Story::new();
        story.command(|turn, _| -> Result<(), interfaces::credits::Error> {
            crate::ledger::months::schedule(turn);
            Ok(())
        });
        Told { story, charges: Vec::new() }
    }

    fn happens(&mut self, happening: &Happening) {
        let story = &mut self.story;
        match happening {
            Happening::Recharge(units) => {
                story.gateway.paid_at.set(Some(story.now));
                story.recharge(*units);
                self.charges.push(units * 100);
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
        }
    }

    fn taken_back(&mut self, nth: usize, thousandths: i64, reference: &str) -> bool {
        let Some(place) = (!self.charges.is_empty()).then(|| nth % self.charges.len()) else { return false };
        let cents = (self.charges[place] * thousandths / 1_000).max(1);
        let (number, amount) = (u32::try_from(place + 1).expect("few charges"), Some(cents * 10_000));
        let account = self.story.account.clone();
        let booked = self.story.fake.command(self.story.now, |turn| {
            record_chargeback(turn, &operator(), account, number, amount, reference.to_owned())
        });
        self.story.drain();
        booked.is_ok()
    }

    fn won(&mut self, nth: usize, reference: &str) {
        let number = u32::try_from(nth % self.charges.len() + 1).expect("few charges");
        self.story.command(|turn, auth| record_dispute_won(turn, &operator(), auth, number, reference.to_owned()));
    }

    fn lots(&self) -> Vec<Lot> {
        let account = self.story.account.clone();
        let lots = self.story.fake.query(self.story.now, |turn| balance::list_lots(turn, &operator(), account));
        let mut lots: Vec<Lot> = lots
            .expect("a known account")
            .into_iter()
            .filter(|lot| lot.rest > 0)
            .map(|lot| (lot.kind, lot.rest, lot.since, lot.expires, lot.origin))
            .collect();
        lots.sort_by(|one, other| format!("{one:?}").cmp(&format!("{other:?}")));
        lots
    }

    fn owed(&self) -> BTreeMap<String, Money> {
        let account = AuthId::parse(&self.story.account).expect("an auth ID");
        self.story.fake.query(self.story.now, |turn| wallet::owed_by_day(turn, account)).expect("readable days")
    }

    /// Every transaction sums to zero, and what the ledger says of the account is what is stored.
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
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    /// Chargebacks of any parts of any payments, won in any order: every lot has its credit, its age, its expiry and its kind again, and what is owed is owed
    /// since the same days.
    #[test]
    fn r_84_disputes_that_are_won_leave_nothing(
        history in prop::collection::vec(happening(), 1..12),
        disputes in prop::collection::vec(dispute(), 1..5),
    ) {
        let mut told = Told::new();
        for happening in &history {
            told.happens(happening);
        }
        let before = (told.story.balance().balance, told.lots(), told.owed());
        let mut open = Vec::new();
        for (place, (charge, part, when)) in disputes.iter().enumerate() {
            let reference = format!("case {place}");
            if told.taken_back(*charge, *part, &reference) {
                open.push((*when, *charge, reference));
            }
            told.agrees();
        }
        open.sort();
        for (_, charge, reference) in &open {
            told.won(*charge, reference);
            told.agrees();
        }
        prop_assert_eq!((told.story.balance().balance, told.lots(), told.owed()), before);
    }

    /// The same with more use, payments and gifts between: all of it together comes to what it would have been without the bank.
    #[test]
    fn r_84_what_happens_meanwhile_is_neither_lost_nor_counted_twice(
        history in prop::collection::vec(happening(), 1..10),
        disputes in prop::collection::vec(dispute(), 1..4),
        meanwhile in prop::collection::vec(happening(), 0..6),
    ) {
        let meanwhile: Vec<Happening> =
            meanwhile.into_iter().filter(|happening| !matches!(happening, Happening::Wait(_) | Happening::WriteOff)).collect();
        let (mut told, mut without) = (Told::new(), Told::new());
        for happening in &history {
            told.happens(happening);
            without.happens(happening);
        }
        let mut open = Vec::new();
        for (place, (charge, part, when)) in disputes.iter().enumerate() {
            let reference = format!("case {place}");
            if told.taken_back(*charge, *part, &reference) {
                open.push((*when, charge % told.charges.len(), reference));
            }
        }
        for happening in &meanwhile {
            told.happens(happening);
            without.happens(happening);
        }
        open.sort();
        for (_, charge, reference) in &open {
            told.won(*charge, reference);
            told.agrees();
        }
        prop_assert_eq!(told.story.balance().balance, without.story.balance().balance);
    }
}
