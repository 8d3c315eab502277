//! Months of a postpaid account with a gateway that answers at random: never more is taken than is owed, and in the end all of it.

use crate::accounts::Standing;
use crate::accounts::postpaid::{self, Billing};
use crate::credit::records::dunning::{self, Dunning};
use crate::ground::ids::AuthId;
use crate::ground::testing::Dice;
use crate::ground::vocabulary::{DAY_MS, Suspension};
use crate::payments::charges::{self, ChargeKind, ChargeState};
use crate::stories::scenario::{Answer, Story, operator};

fn postpaid() -> Story {
    let mut story = Story::new();
    story.command(|turn, _| crate::jobs::store_opened(turn, crate::jobs::Beginning::Created));
    story.command(|turn, auth| postpaid::set_billing(turn, &operator(), auth, Billing::Postpaid(10_000_000_000)));
    story
}

fn charges(story: &Story) -> Vec<charges::ShownCharge> {
    let (account, now) = (story.account.clone(), story.now);
    story.fake.query(now, |turn| charges::list_charges(turn, &operator(), account, None, 100)).expect("a page").charges
}

fn standing(story: &Story) -> Standing {
    let account = AuthId::parse(&story.account).expect("an auth ID");
    story.fake.query(story.now, |turn| crate::profiles::profile::profile(turn, account)).expect("a profile").standing()
}

#[test]
fn never_more_than_is_owed_is_taken_and_in_the_end_all_of_it() {
    let (mut suspensions, mut paid_at_once, mut retried) = (0, 0, 0);
    for seed in 0..60 {
        let mut dice = Dice(seed);
        let mut story = postpaid();
        let mut used = 0;
        for day in 0..130 {
            if dice.throw(3) == 0 {
                let units = i64::try_from(1 + dice.throw(30)).expect("small");
                story.debit(units);
                used += units * 1_000_000;
            }
            let answers = [Answer::Approve, Answer::Decline, Answer::Decline, Answer::LostAfter, Answer::LostBefore];
            let next: Vec<Answer> = (0..4).map(|_| answers[usize::try_from(dice.throw(5)).expect("small")]).collect();
            story.script(&next);
            story.advance(DAY_MS);
            let charges = charges(&story);
            let under_way =
                |charge: &&charges::ShownCharge| matches!(charge.state, ChargeState::Due | ChargeState::Open);
            assert!(charges.iter().filter(under_way).count() <= 1, "seed {seed}, day {day}: {charges:?}");
            let taken: i64 =
                charges.iter().filter(|charge| charge.state == ChargeState::Paid).map(|charge| charge.amount).sum();
            assert!(charges.iter().all(|charge| charge.kind == ChargeKind::Invoice && charge.invoice.is_some()));
            assert_eq!(story.balance().balance, taken - used, "seed {seed}, day {day}");
            assert!(taken <= used, "seed {seed}, day {day}: more was taken than was used");
        }
        for charge in charges(&story) {
            match charge.state {
                ChargeState::Paid => paid_at_once += 1,
                ChargeState::Declined(_) => retried += 1,
                ChargeState::Due | ChargeState::Open | ChargeState::Void(_) => {}
            }
        }
        // From here on the card is good: what is owed on invoices is paid, by the next attempt or, suspended, by hand.
        story.script(&[]);
        if matches!(standing(&story), Standing::Suspended(Suspension::PaymentFailure)) {
            suspensions += 1;
            story.command(|turn, auth| charges::settle_debt(turn, &operator(), auth, None));
            assert_eq!(standing(&story), Standing::Active, "seed {seed}: everything due is paid");
        }
        story.advance(45 * DAY_MS);
        assert_eq!((story.balance().balance, standing(&story)), (0, Standing::Active), "seed {seed}");
        let account = AuthId::parse(&story.account).expect("an auth ID");
        let left = story.fake.query(story.now, |turn| turn.get::<Dunning>(&dunning::key(account))).expect("readable");
        assert_eq!(left, None, "seed {seed}");
    }
    assert!(suspensions > 5 && paid_at_once > 50 && retried > 50, "{suspensions} {paid_at_once} {retried}");
}

#[test]
fn attempts_are_made_on_the_days_of_the_policy_and_no_other() {
    let mut story = postpaid();
    story.debit(10);
    story.script(&[Answer::Decline; 20]);
    let issued = crate::ground::calendar::Month::of(story.now).end();
    story.advance(issued - story.now + 30 * DAY_MS);
    let days: Vec<i64> = charges(&story).iter().rev().map(|charge| (charge.created - issued) / DAY_MS).collect();
    assert_eq!(days, [0, 1, 3, 5, 7]);
    assert_eq!(story.mails("invoice-unpaid"), 5);
    assert_eq!(standing(&story), Standing::Suspended(Suspension::PaymentFailure));
}
