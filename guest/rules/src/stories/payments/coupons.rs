//! Codes: how they are kept, found, redeemed and guessed.

use crate::ground::ids::AuthId;
use crate::ground::testing::{START, keyed};
use crate::ground::vocabulary::{DAY_MS, HOUR_MS, Micros, Refusal};
use crate::payments::coupons::{
    Coupon, Decline, Error, NewCoupon, Outcome, ShownRedemption, Validity, create, get, label, normal, redeem,
    redemptions, withdraw,
};
use crate::stories::scenario::{Story, operator};

fn coupon(code: &str, amount: Micros) -> NewCoupon {
    NewCoupon {
        currency: None,
        code: Some(code.to_owned()),
        amount,
        redeem_by: START + DAY_MS,
        validity: Validity::Unlimited,
        uses: 2,
        uses_per_account: 1,
        note: "spring".to_owned(),
    }
}

fn redeemed(story: &mut Story, code: &str) -> Result<ShownRedemption, Decline> {
    match story.command(|turn, auth| redeem(turn, &operator(), auth, code.to_owned())) {
        Outcome::Redeemed(redemption) => Ok(redemption),
        Outcome::Declined(decline) => Err(decline),
        Outcome::Started(started) => panic!("{started:?}: the store stands alone"),
    }
}

#[test]
fn crd_13_a_code_is_found_in_either_case_and_kept_only_sealed() {
    let mut story = Story::new();
    let made = story.command(|turn, _| create(turn, &operator(), coupon("Spring-2026", 5_000_000)));
    assert_eq!((made.number, made.code.as_str()), (1, "SPRING-2026"));
    let stored: String = story.fake.dump().values().map(String::as_str).collect();
    assert!(!stored.contains("SPRING-2026"), "the code is sealed");
    let redemption = redeemed(&mut story, "sPRING-2026").expect("a good code");
    assert_eq!((redemption.label.as_str(), redemption.lot, redemption.amount), ("****2026", 1, 5_000_000));
    assert_eq!(redeemed(&mut story, "SPRING-2026"), Err(Decline::AlreadyRedeemed));
    assert_eq!(redeemed(&mut story, "SPRING-2027"), Err(Decline::Unknown));
    assert_eq!(redeemed(&mut story, "no"), Err(Decline::Unknown));
    let page =
        story.fake.query(story.now, |turn| redemptions(turn, AuthId::parse(&story.account).expect("ID"), None, 10));
    assert_eq!(page.expect("a page").0.len(), 1);
    assert_eq!(story.mails("coupon-redeemed"), 1);
}

#[test]
fn crd_13_ends_at_its_moment() {
    let mut story = Story::new();
    story.command(|turn, _| create(turn, &operator(), coupon("LAST-DAY", 5_000_000)));
    story.command(|turn, _| {
        create(turn, &operator(), NewCoupon { redeem_by: START + 2 * DAY_MS, ..coupon("LATER", 1_000_000) })
    });
    story.advance(DAY_MS - 1);
    assert!(redeemed(&mut story, "LAST-DAY").is_ok());
    story.advance(1);
    assert_eq!(redeemed(&mut story, "LAST-DAY"), Err(Decline::AlreadyRedeemed));
    story.command(|turn, _| withdraw(turn, &operator(), 2));
    assert_eq!(redeemed(&mut story, "LATER"), Err(Decline::Withdrawn));
}

#[test]
fn a_drawn_code_can_be_redeemed_and_a_repeat_of_create_keeps_it_back() {
    let mut story = Story::new();
    let new = NewCoupon { code: None, ..coupon("", 5_000_000) };
    let made = story.command(|turn, _| create(turn, &keyed(operator(), "k"), new.clone()));
    assert_eq!(made.code.len(), 14);
    let again = story.command(|turn, _| create(turn, &keyed(operator(), "k"), new.clone()));
    assert_eq!(again, Coupon { code: String::new(), ..made.clone() });
    assert!(redeemed(&mut story, &made.code.to_lowercase()).is_ok());
    let found =
        story.fake.query(story.now, |turn| get(turn, &operator(), made.code.clone())).expect("found by its code");
    assert_eq!((found.redeemed, found.code), (1, made.code));
}

#[test]
fn who_guesses_has_to_wait_until_the_oldest_try_is_an_hour_old() {
    let mut story = Story::new();
    story.command(|turn, _| create(turn, &operator(), coupon("GOOD-CODE", 5_000_000)));
    for _ in 0..10 {
        assert_eq!(redeemed(&mut story, "GUESS"), Err(Decline::Unknown));
        story.advance(1_000);
    }
    let account = story.account.clone();
    let refused = |story: &Story| {
        story.fake.command(story.now, |turn| redeem(turn, &operator(), account.clone(), "GOOD-CODE".to_owned()))
    };
    assert_eq!(refused(&story), Err(Error::Refused(Refusal::TooOften(START + HOUR_MS))));
    story.advance(HOUR_MS - 10_001);
    assert_eq!(refused(&story), Err(Error::Refused(Refusal::TooOften(START + HOUR_MS))));
    story.advance(1);
    assert!(redeemed(&mut story, "GOOD-CODE").is_ok());
}

#[test]
fn labels_keep_most_of_the_code_back() {
    for (code, shown) in [("ABCD", "****CD"), ("ABCDEFG", "****FG"), ("ABCDEFGH", "****EFGH")] {
        assert_eq!(label(code), shown);
    }
    for bad in ["ABC", &"A".repeat(33), "AB CD", "CÖDE", ""] {
        assert_eq!(normal(bad), None, "{bad}");
    }
    assert_eq!(normal(&"a".repeat(32)), Some("A".repeat(32)));
}
