//! Redemptions where another store keeps the coupons: the whole way over two stores, with a death before and after every step.

use crate::accounts;
use crate::ground::job::{Done, JobState, Next, Task};
use crate::ground::testing::{OpenVault, START};
use crate::ground::vocabulary::{DAY_MS, Instant, MINUTE_MS, Refusal};
use crate::jobs::{self, Answer, Request, Step};
use crate::outside::{ClaimOutcome, ClaimedCoupon, CouponClaim, CouponDecline, CouponValidity};
use crate::payments::coupons::{self, Coupon, Error, NewCoupon, Outcome};
use crate::stories::scenario::{Story, operator};

const CODE: &str = "SPRING-26";
const GIVEN: i64 = 5_000_000;

/// The store that keeps the coupons, and the one of the account.
struct Two {
    home: Story,
    cell: Story,
    job: String,
}

/// How far an attempt comes before everything that is not stored is lost.
const STEPS: usize = 5;

impl Two {
    /// The account has redeemed a code. Nothing of it is done yet.
    fn redeeming(code: &str) -> Two {
        let (mut home, cell) = (Story::new(), Story::new());
        home.fake.set_mark("A1");
        cell.fake.set_mark("B2");
        let coupon = NewCoupon {
            currency: None,
            code: Some(CODE.to_owned()),
            amount: GIVEN,
            redeem_by: START + DAY_MS,
            validity: CouponValidity::Unlimited,
            uses: 10,
            uses_per_account: 1,
            note: String::new(),
        };
        home.command(|turn, _| coupons::create(turn, &operator(), coupon));
        let account = cell.account.clone();
        let redeemed = cell.fake.command(START, |turn| coupons::redeem(turn, &operator(), account, code.to_owned()));
        let Ok(Outcome::Started(started)) = redeemed else { panic!("{redeemed:?}") };
        assert_eq!(started.name, "1");
        Two { home, cell, job: started.job }
    }

    fn begin(&self) -> Option<Task> {
        match self.cell.fake.command(self.cell.now, |turn| jobs::begin(turn, self.job.clone())) {
            Ok(Next::Perform(task)) => Some(task),
            Ok(Next::Rest) => None,
            other => panic!("{other:?}"),
        }
    }

    fn finish(&self, attempt: u32, done: Done) -> Result<Next, jobs::Error> {
        self.cell.fake.command(self.cell.now, |turn| jobs::finish(turn, self.job.clone(), attempt, done))
    }

    fn claim(&self, claim: CouponClaim) -> ClaimOutcome {
        self.home.fake.command(self.home.now, |turn| coupons::claim(turn, claim)).expect("a good claim")
    }

    /// One attempt of a host that dies behind so many steps.
    fn attempt(&self, steps: usize) {
        let Some(task) = self.begin() else { return };
        if steps == 1 {
            return;
        }
        let asked = jobs::next_request(&OpenVault, task.clone(), Vec::new());
        let Ok(Step::Ask(Request::ClaimCoupon(claim))) = asked else { panic!("{asked:?}") };
        if steps == 2 {
            return;
        }
        let answers = vec![Answer::CouponClaim(self.claim(claim))];
        if steps == 3 {
            return;
        }
        let done = jobs::next_request(&OpenVault, task.clone(), answers);
        let Ok(Step::Done(done)) = done else { panic!("{done:?}") };
        if steps == 4 {
            return;
        }
        assert_eq!(self.finish(task.attempt, done), Ok(Next::Rest));
    }

    fn standing(&self) -> Option<JobState> {
        self.cell.fake.query(self.cell.now, |turn| jobs::look(turn, self.job.clone()))
    }

    fn coupon(&self) -> Coupon {
        let shown = self.home.fake.query(self.home.now, |turn| coupons::get(turn, &operator(), CODE.to_owned()));
        shown.expect("the coupon")
    }

    /// Uses of the coupon that are taken, and credit that is given.
    fn taken_and_given(&self) -> (u32, i64) {
        (self.coupon().redeemed, self.cell.balance().promotional)
    }

    fn told(&self, kind: &str) -> usize {
        let kind = format!("\"kind\":\"{kind}\"");
        self.cell.fake.lines().iter().filter(|line| line.body.contains(&kind)).count()
    }
}

/// Items of the operator's queue, by kind.
fn waiting(story: &Story) -> Vec<String> {
    let page = story.fake.query(story.now, |turn| crate::payments::queue::list_queue(turn, &operator(), None, 100));
    page.expect("a page").items.into_iter().map(|item| item.kind).collect()
}

/// The moment of the request counts: the home cell was away when the coupon ended. What was withdrawn meanwhile gives nothing.
#[test]
fn a_coupon_that_ends_while_a_claim_waits_is_still_good() {
    for withdrawn in [false, true] {
        let mut two = Two::redeeming(CODE);
        two.cell.now += 3 * DAY_MS;
        two.home.now += 3 * DAY_MS;
        if withdrawn {
            let taken = two.home.fake.command(two.home.now, |turn| coupons::withdraw(turn, &operator(), 1));
            taken.expect("a good command");
        }
        two.attempt(STEPS);
        let expected = if withdrawn { (failed("withdrawn"), (0, 0)) } else { (Some(JobState::Succeeded), (1, GIVEN)) };
        assert_eq!((two.standing(), two.taken_and_given()), expected);
    }
    // A clock that is ahead at the account's cell takes nothing from a customer; one that asks too late by both clocks is too late.
    for (ahead, home, expected) in [(DAY_MS, 0, Some(JobState::Succeeded)), (DAY_MS, DAY_MS, failed("expired"))] {
        let mut two = Two::redeeming("NO-SUCH-CODE");
        two.cell.now += ahead;
        two.home.now += home;
        let account = two.cell.account.clone();
        let asked =
            two.cell.fake.command(two.cell.now, |turn| coupons::redeem(turn, &operator(), account, CODE.to_owned()));
        let Ok(Outcome::Started(started)) = asked else { panic!("{asked:?}") };
        two.job = started.job;
        two.attempt(STEPS);
        assert_eq!(two.standing(), expected);
    }
}

/// After a day without an answer a person is told; the answer takes the item away.
#[test]
fn a_claim_that_stays_open_for_a_day_waits_in_the_queue() {
    let mut two = Two::redeeming(CODE);
    two.cell.now += DAY_MS - 1;
    two.attempt(1);
    assert_eq!(waiting(&two.cell), Vec::<String>::new());
    for _ in 0..3 {
        two.cell.now += MINUTE_MS;
        two.attempt(1);
        assert_eq!(waiting(&two.cell), ["coupon-claim-open"]);
    }
    two.attempt(STEPS);
    assert_eq!((two.standing(), waiting(&two.cell)), (Some(JobState::Succeeded), Vec::new()));
}

fn failed(reason: &str) -> Option<JobState> {
    Some(JobState::Failed(reason.to_owned()))
}

#[test]
fn crd_13_whatever_dies_between_two_steps_one_use_is_taken_and_its_credit_is_given_once() {
    for first in 1..=STEPS {
        for second in 1..=STEPS {
            let mut two = Two::redeeming(CODE);
            assert_eq!((two.standing(), two.taken_and_given()), (Some(JobState::Working), (0, 0)));
            for steps in [first, second, STEPS] {
                two.attempt(steps);
                two.cell.now += 2 * MINUTE_MS;
            }
            assert_eq!(two.standing(), Some(JobState::Succeeded), "{first} {second}");
            assert_eq!(two.taken_and_given(), (1, GIVEN), "{first} {second}");
            assert_eq!((two.told("coupon-redeemed"), two.told("coupon-declined")), (1, 0));
            // Every step that comes once more changes nothing.
            let before = (two.home.fake.dump(), two.cell.fake.dump());
            two.attempt(STEPS);
            assert_eq!((two.home.fake.dump(), two.cell.fake.dump()), before);
            assert!(!two.cell.fake.timers().contains_key(&two.job));
        }
    }
}

#[test]
fn a_repeated_claim_and_a_repeated_finish_change_nothing() {
    let two = Two::redeeming(CODE);
    let task = two.begin().expect("a task");
    assert!(!format!("{task:?}").contains(CODE), "the code is sealed");
    let Ok(Step::Ask(Request::ClaimCoupon(claim))) = jobs::next_request(&OpenVault, task.clone(), Vec::new()) else {
        panic!("nothing is asked")
    };
    let outcome = two.claim(claim.clone());
    let home = two.home.fake.dump();
    for _ in 0..3 {
        assert_eq!(two.claim(claim.clone()), outcome);
    }
    assert_eq!(two.home.fake.dump(), home);
    let other = CouponClaim { currency: "EUR".to_owned(), ..claim.clone() };
    let later = CouponClaim { asked: claim.asked + 1, ..claim };
    for other in [other, later] {
        let refused = two.home.fake.command(START, |turn| coupons::claim(turn, other));
        assert_eq!(refused, Err(Error::Refused(Refusal::KeyReused)));
    }
    for _ in 0..3 {
        assert_eq!(two.finish(1, Done::CouponClaim(outcome.clone())), Ok(Next::Rest));
        assert_eq!(two.finish(1, Done::Lost("late".to_owned())), Ok(Next::Rest));
        assert_eq!(two.taken_and_given(), (1, GIVEN));
    }
    let stored: String = two.cell.fake.dump().values().map(String::as_str).collect();
    assert!(!stored.contains("sealed:coupon-claim"), "not even sealed is the code kept any longer");
}

/// What was taken at home stays taken for the account, whichever cell asks and under which key.
#[test]
fn an_account_redeems_a_coupon_of_another_store_as_often_as_one_account_may() {
    let mut two = Two::redeeming(CODE);
    two.attempt(STEPS);
    let account = two.cell.account.clone();
    let again = two.cell.fake.command(START, |turn| coupons::redeem(turn, &operator(), account, CODE.to_owned()));
    let Ok(Outcome::Started(started)) = again else { panic!("{again:?}") };
    two.job = started.job;
    two.attempt(STEPS);
    assert_eq!((two.standing(), two.taken_and_given()), (failed("already-redeemed"), (1, GIVEN)));
    assert_eq!(two.told("coupon-declined"), 1);
}

#[test]
fn an_unknown_code_is_declined_at_home_and_counted_here() {
    let two = Two::redeeming("NO-SUCH-CODE");
    two.attempt(STEPS);
    assert_eq!((two.standing(), two.taken_and_given()), (failed("unknown"), (0, 0)));
    assert_eq!(two.told("coupon-declined"), 1);
}

/// Inside one call nothing can be claimed. A host that has only that door loses nothing: the next attempt asks again.
#[test]
fn at_the_first_door_an_attempt_is_lost_and_the_next_one_asks_again() {
    let mut two = Two::redeeming(CODE);
    two.cell.drain();
    assert_eq!((two.standing(), two.taken_and_given()), (Some(JobState::Working), (0, 0)));
    assert_eq!(two.told("coupon-claim-waits"), 1);
    two.cell.advance(10 * MINUTE_MS);
    assert_eq!(two.told("coupon-claim-waits"), 1, "it is told once");
    two.attempt(STEPS);
    assert_eq!((two.standing(), two.taken_and_given()), (Some(JobState::Succeeded), (1, GIVEN)));
}

/// No credit is given to an account that is gone, and nobody is asked for it any more.
#[test]
fn an_account_that_is_closed_meanwhile_gets_nothing() {
    for steps in [0, 3] {
        let mut two = Two::redeeming(CODE);
        if steps > 0 {
            two.attempt(steps);
        }
        let account = two.cell.account.clone();
        let closed = accounts::Standing::Closed;
        let closing = two
            .cell
            .fake
            .command(START, |turn| accounts::set_standing(turn, &operator(), account, closed, "wished".to_owned()));
        closing.expect("a good command");
        two.attempt(STEPS);
        assert_eq!(two.standing(), failed("account-closed"));
        assert_eq!(two.taken_and_given(), (u32::from(steps > 0), 0));
        assert_eq!(two.told("coupon-claim-failed"), 1);
        two.cell.advance(DAY_MS);
        assert_eq!(two.told("coupon-claim-failed"), 1);
    }
    // Between the task and its answer.
    let two = Two::redeeming(CODE);
    let task = two.begin().expect("a task");
    let account = two.cell.account.clone();
    let closed = accounts::Standing::Closed;
    let closing = two
        .cell
        .fake
        .command(START, |turn| accounts::set_standing(turn, &operator(), account, closed, "wished".to_owned()));
    closing.expect("a good command");
    assert_eq!(two.finish(task.attempt, Done::CouponClaim(ClaimOutcome::Claimed(claimed()))), Ok(Next::Rest));
    assert_eq!((two.standing(), two.taken_and_given()), (failed("account-closed"), (0, 0)));
}

fn claimed() -> ClaimedCoupon {
    ClaimedCoupon {
        coupon: 7,
        label: "****G-26".to_owned(),
        amount: GIVEN,
        currency: "USD".to_owned(),
        validity: CouponValidity::Unlimited,
    }
}

/// What another store answers is looked at before it becomes money.
#[test]
fn an_answer_that_cannot_be_right_gives_nothing() {
    let wrong: [fn(&mut ClaimedCoupon); 9] = [
        |claimed| claimed.coupon = 0,
        |claimed| claimed.label = String::new(),
        |claimed| claimed.label = "not masked".to_owned(),
        |claimed| claimed.amount = 0,
        |claimed| claimed.amount = GIVEN + 1,
        |claimed| claimed.amount = i64::MAX,
        |claimed| claimed.currency = "EUR".to_owned(),
        |claimed| claimed.validity = CouponValidity::Lasting(0),
        |claimed| claimed.validity = CouponValidity::Until(i64::MAX),
    ];
    for change in wrong {
        let two = Two::redeeming(CODE);
        let task = two.begin().expect("a task");
        let mut answer = claimed();
        change(&mut answer);
        let text = format!("{answer:?}");
        assert_eq!(two.finish(task.attempt, Done::CouponClaim(ClaimOutcome::Claimed(answer))), Ok(Next::Rest));
        assert_eq!((two.standing(), two.taken_and_given()), (Some(JobState::Working), (0, 0)), "{text}");
        two.attempt(STEPS);
        assert_eq!((two.standing(), two.taken_and_given()), (Some(JobState::Succeeded), (1, GIVEN)), "{text}");
    }
}

/// The home cell was away until the credit is over: it is given, and ends at once.
#[test]
fn credit_that_has_ended_before_it_is_given_is_worth_nothing() {
    let mut two = Two::redeeming(CODE);
    let task = two.begin().expect("a task");
    two.cell.now += 40 * DAY_MS;
    let answer = ClaimedCoupon { validity: CouponValidity::Until(START + DAY_MS), ..claimed() };
    assert_eq!(two.finish(task.attempt, Done::CouponClaim(ClaimOutcome::Claimed(answer))), Ok(Next::Rest));
    assert_eq!(two.standing(), Some(JobState::Succeeded));
    two.cell.drain();
    assert_eq!(two.cell.balance().promotional, 0);
    assert_eq!((two.told("coupon-redeemed"), two.told("credit-expired")), (1, 1));
}

/// When the next attempt comes: a minute later for each attempt, at most an hour; not before the other side wants to be asked, within the same bounds.
#[test]
fn attempts_come_less_and_less_often() {
    let due = |two: &Two| two.cell.fake.timers()[&two.job].1 - two.cell.now;
    let mut two = Two::redeeming(CODE);
    let mut pauses: Vec<Instant> = Vec::new();
    for _ in 0..70 {
        let task = two.begin().expect("a task");
        let unknown = ClaimOutcome::Unknown("time-out".to_owned());
        assert_eq!(two.finish(task.attempt, Done::CouponClaim(unknown)), Ok(Next::Rest));
        pauses.push(due(&two));
        two.cell.now += due(&two);
    }
    let expected: Vec<Instant> = (1..=70).map(|attempt: i64| attempt.min(60) * MINUTE_MS).collect();
    assert_eq!(pauses, expected);
    for (asked, pause) in [(-DAY_MS, 1_000), (5 * MINUTE_MS, 5 * MINUTE_MS), (DAY_MS, 60 * MINUTE_MS)] {
        let task = two.begin().expect("a task");
        let ask_again = two.cell.now + asked;
        let not_sent = ClaimOutcome::NotSent(crate::outside::NotSent { ask_again, cause: "away".to_owned() });
        assert_eq!(two.finish(task.attempt, Done::CouponClaim(not_sent)), Ok(Next::Rest));
        assert_eq!(due(&two), pause);
    }
    let task = two.begin().expect("a task");
    let declined = ClaimOutcome::Declined(CouponDecline::Expired);
    assert_eq!(two.finish(task.attempt, Done::CouponClaim(declined)), Ok(Next::Rest));
    assert_eq!(two.standing(), failed("expired"));
}

/// After a restore of the account's store the claim that it still has is asked under its old key: the use that is taken belongs to it.
#[test]
fn a_restored_store_asks_under_the_key_that_it_has() {
    let mut two = Two::redeeming(CODE);
    let backup = (two.cell.fake.dump(), two.cell.fake.timers());
    two.attempt(STEPS);
    two.cell.fake.restore(&backup.0, &backup.1, "restoredonce0000");
    assert_eq!(two.standing(), Some(JobState::Working));
    two.cell.now += MINUTE_MS;
    two.attempt(STEPS);
    assert_eq!((two.standing(), two.taken_and_given()), (Some(JobState::Succeeded), (1, GIVEN)));
}
