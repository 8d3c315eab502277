//! What a person decides about payments that nobody can place.

use crate::credit::movements::adjustments::{self, Adjustment, Correction};
use crate::ground::outside::{Paid, PaymentOutcome};
use crate::ground::testing::START;
use crate::ground::vocabulary::{Fault, Refusal};
use crate::jobs::{self, Beginning};
use crate::operator::Error;
use crate::payments::queue::{Claim, QueueItem, Resolution, Resolved, list_queue, resolve_payment};
use crate::stories::scenario::{Story, operator};

fn queue(story: &Story) -> Vec<QueueItem> {
    story.fake.query(story.now, |turn| list_queue(turn, &operator(), None, 100)).expect("a page").items
}

fn notice(story: &mut Story, key: &str) -> String {
    let paid = Paid { reference: "ref-x".to_owned(), at: START };
    story.command(|turn, _| jobs::payment_notice(turn, key.to_owned(), PaymentOutcome::Paid(paid)));
    queue(story).pop().expect("an item").id
}

fn resolve(story: &Story, item: &str, resolution: Resolution) -> Result<Resolved, Error> {
    story.fake.command(story.now, |turn| {
        resolve_payment(turn, &operator(), item.to_owned(), resolution, "checked with the bank".to_owned())
    })
}

#[test]
fn a_payment_of_unknown_amount_is_credited_with_what_the_operator_names_once() {
    let mut story = Story::new();
    let key = format!("cb-otherstore000000-{}-charge-9", story.account);
    let item = notice(&mut story, &key);
    let claim = |amount| Resolution::Credit(Claim { auth_id: story.account.clone(), amount });
    assert!(matches!(resolve(&story, &item, claim(None)), Err(Error::Refused(Refusal::Invalid(_)))));
    assert!(matches!(resolve(&story, &item, claim(Some(12_345_000))), Err(Error::Refused(Refusal::Invalid(_)))));
    let resolved = resolve(&story, &item, claim(Some(30_000_000))).expect("a good claim");
    assert!(resolved.transaction.is_some() && resolved.refund.is_none());
    assert_eq!((story.units(), queue(&story).len()), ("30.00".to_owned(), 0));
    assert_eq!(resolve(&story, &item, Resolution::Dismiss), Err(Fault::not_found("queue item").into()));
    // A correction may name it, and neither the gateway's notice nor a restore books it again.
    story.debit(10);
    let correction = Correction { amount: 4_000_000, charge: None, payment: Some(key.clone()) };
    story.command(|turn, auth| {
        adjustments::adjust(turn, &operator(), auth, Adjustment::Correction(correction), "restored".to_owned())
    });
    assert_eq!((story.units(), story.balance().cash), ("24.00".to_owned(), 24_000_000));
    story.gateway.paid.borrow_mut().push((key.clone(), 30_000_000));
    let paid = PaymentOutcome::Paid(Paid { reference: "ref-x".to_owned(), at: START });
    story.command(|turn, _| jobs::payment_notice(turn, key, paid));
    story.command(|turn, _| jobs::store_opened(turn, Beginning::Restored(START)));
    assert_eq!((story.units(), queue(&story).len()), ("24.00".to_owned(), 0));
}

#[test]
fn a_payment_may_be_given_back_or_dismissed() {
    let mut story = Story::new();
    let item = notice(&mut story, "of-another-system");
    let claim = Claim { auth_id: story.account.clone(), amount: Some(7_000_000) };
    let resolved = resolve(&story, &item, Resolution::Refund(claim)).expect("a good claim");
    story.drain();
    assert_eq!(resolved.refund, Some(1));
    assert_eq!(*story.gateway.refunded.borrow(), [("of-another-system".to_owned(), 7_000_000)]);
    assert_eq!(story.units(), "0.00");
    let item = notice(&mut story, "of-a-third");
    let resolved = resolve(&story, &item, Resolution::Dismiss).expect("an item");
    assert_eq!((resolved.transaction, queue(&story).len()), (None, 0));
}

#[test]
fn a_payment_of_an_account_that_is_not_there_is_refused_and_stays() {
    let mut story = Story::new();
    let item = notice(&mut story, "of-nobody");
    for auth_id in ["MAZZZZZZZZZZZZZZZZZZ", "nonsense"] {
        let claim = Claim { auth_id: auth_id.to_owned(), amount: Some(7_000_000) };
        assert_eq!(resolve(&story, &item, Resolution::Credit(claim)), Err(Fault::not_found("account").into()));
    }
    assert_eq!(queue(&story).len(), 1);
}
