//! Statements of a month: their sums, their pages, their refusals.

use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::credit::movements::posting::{self, Debit};
use crate::ground::calendar::Month;
use crate::ground::ids::AuthId;
use crate::ground::money::Money;
use crate::ground::testing::START;
use crate::ground::vocabulary::{DAY_MS, MINUTE_MS};
use crate::ledger::LedgerAccount;
use crate::ledger::statement::{Statement, get_statement};
use crate::stories::ledger::totals::{sms, with_prices};
use crate::stories::scenario::{Story, operator};
use crate::usage;

fn of(story: &Story, month: &str) -> Statement {
    let account = story.account.clone();
    story
        .fake
        .query(story.now, |turn| get_statement(turn, &operator(), account, month.to_owned(), None))
        .expect("a statement")
}

#[test]
fn months_add_up_and_join() {
    let mut story = with_prices();
    let account = story.account.clone();
    let goodwill = Goodwill { amount: 7_000_000, expires: Some(START + 33 * DAY_MS) };
    story.command(|turn, auth| {
        adjustments::adjust(turn, &operator(), auth, Adjustment::Goodwill(goodwill), "welcome".to_owned())
    });
    story.recharge(30);
    let batch = vec![sms("1", &account, 1_000, START)];
    story.command(|turn, _| usage::record_events(turn, &operator(), batch));
    story.advance(31 * DAY_MS);
    // Tax of March, posted on the first of April.
    let tax = Debit {
        kind: "tax",
        cause: "2026-03",
        cycle: Month::parse("2026-03"),
        lines: Vec::new(),
        others: vec![(LedgerAccount::Tax, Money::from_micros(850_000))],
    };
    let owner = AuthId::parse(&account).expect("an auth ID");
    story.command(|turn, _| posting::debit(turn, owner, tax));
    story.debit(50);
    story.advance(5 * DAY_MS);

    let march = of(&story, "2026-03");
    // 0 + 37.00 - 8.51 - 0.85 = 27.64.
    assert_eq!(
        (march.opening, march.moved, march.charged, march.closing_postings, march.closing),
        (0, 37_000_000, 8_510_000, 850_000, 27_640_000)
    );
    let movements: Vec<(&str, i64)> =
        march.movements.iter().map(|movement| (movement.kind.as_str(), movement.amount)).collect();
    assert_eq!(movements, [("goodwill", 7_000_000), ("recharge", 30_000_000)]);
    let charges: Vec<(&str, u64, i64)> =
        march.charges.iter().map(|charge| (charge.product.as_str(), charge.quantity, charge.amount)).collect();
    assert_eq!(charges, [("sms", 1_000, 8_510_000)]);
    // The goodwill of 7.00 was used up by usage, so nothing of it expires in April; the debit goes below zero.
    let april = of(&story, "2026-04");
    assert_eq!(
        (april.opening, april.moved, april.charged, april.closing_postings, april.closing),
        (27_640_000, 0, 50_000_000, 0, -22_360_000)
    );
    assert_eq!(april.closing, story.balance().balance);
    assert_eq!(april.charges[0].product, "adjustment");
    // Before the account was made, and after today.
    assert_eq!((of(&story, "2026-02").opening, of(&story, "2026-02").closing), (0, 0));
    assert_eq!((of(&story, "2030-01").opening, of(&story, "2030-01").closing), (-22_360_000, -22_360_000));
}

#[test]
fn what_expires_is_a_movement_with_its_kind_of_credit() {
    let mut story = Story::new();
    let goodwill = Goodwill { amount: 7_000_000, expires: Some(START + DAY_MS) };
    story.command(|turn, auth| {
        adjustments::adjust(turn, &operator(), auth, Adjustment::Goodwill(goodwill), "welcome".to_owned())
    });
    story.advance(2 * DAY_MS);
    let month = of(&story, "2026-03");
    let told: Vec<(&str, i64, i64)> =
        month.movements.iter().map(|one| (one.kind.as_str(), one.amount, one.promotional)).collect();
    assert_eq!(told, [("goodwill", 7_000_000, 7_000_000), ("credit-expired", -7_000_000, -7_000_000)]);
    assert_eq!((month.moved, month.closing), (0, 0));
}

#[test]
fn movements_are_paged_and_a_page_knows_all_sums() {
    let mut story = Story::new();
    for _ in 0..501 {
        let account = story.account.clone();
        let goodwill = Adjustment::Goodwill(Goodwill { amount: 10_000, expires: None });
        story
            .fake
            .command(story.now, |turn| adjustments::adjust(turn, &operator(), account, goodwill, "gift".to_owned()))
            .expect("goodwill");
    }
    story.advance(2 * MINUTE_MS);
    let first = of(&story, "2026-03");
    assert_eq!((first.movements.len(), first.moved, first.closing), (500, 5_010_000, 5_010_000));
    let account = story.account.clone();
    let second = story
        .fake
        .query(story.now, |turn| get_statement(turn, &operator(), account, "2026-03".to_owned(), first.next))
        .expect("a page");
    assert_eq!((second.movements.len(), second.moved, second.next), (1, 5_010_000, None));
}
