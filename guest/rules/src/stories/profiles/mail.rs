//! Case 01-one-bad-recipient-stops-all-mail, from behind: an address that is refused after all.

use crate::credit::settings::alerts;
use crate::payments::queue::{QueueItem, Resolution, list_queue, resolve_payment};
use crate::stories::scenario::{Story, operator};

fn queue(story: &Story) -> Vec<QueueItem> {
    story.fake.query(story.now, |turn| list_queue(turn, &operator(), None, 100)).expect("a page").items
}

fn to(story: &Story, template: &str) -> Vec<Vec<String>> {
    let mails = story.gateway.mails.borrow();
    let of = mails.iter().filter(|mail| mail.template == template);
    of.map(|mail| mail.to.iter().map(|mailbox| mailbox.address.clone()).collect()).collect()
}

fn events(story: &Story, kind: &str) -> usize {
    let word = format!("\"{kind}\"");
    story.fake.lines().iter().filter(|line| line.body.contains(&word)).count()
}

fn alert(story: &mut Story, recipients: &[&str]) {
    let recipients: Vec<String> = recipients.iter().map(|address| (*address).to_owned()).collect();
    story.command(|turn, auth| alerts::set_alerts(turn, &operator(), auth, Some(Vec::new()), Some(recipients)));
}

#[test]
fn the_others_get_their_mail_and_the_queue_names_the_address_once() {
    let mut story = Story::new();
    alert(&mut story, &["gone@recip.example", "good@recip.example"]);
    *story.gateway.bad_addresses.borrow_mut() = vec!["gone@recip.example".to_owned()];
    story.recharge(50);
    assert_eq!(to(&story, "recharge-paid"), [["owner@acme.example", "good@recip.example"]]);
    let items = queue(&story);
    assert_eq!(items.len(), 1);
    assert_eq!(
        (items[0].kind.as_str(), items[0].note.as_str(), items[0].auth_id.as_str()),
        ("mail-address-refused", "gone@recip.example: 550 no such user", story.account.as_str())
    );
    assert_eq!((events(&story, "mail-address-refused"), events(&story, "mail-failed")), (1, 0));
    story.recharge(50);
    assert_eq!(to(&story, "recharge-paid").len(), 2);
    assert_eq!(queue(&story), items, "one item, however many mails");
    // Taken away: nobody has to look any more.
    alert(&mut story, &["good@recip.example"]);
    assert_eq!(queue(&story), []);
    // Or it works again.
    alert(&mut story, &["gone@recip.example"]);
    story.recharge(50);
    assert_eq!(queue(&story).len(), 1);
    story.gateway.bad_addresses.borrow_mut().clear();
    story.recharge(50);
    assert_eq!(queue(&story), []);
}

#[test]
fn an_address_of_an_older_version_keeps_no_mail_from_anybody() {
    let mut story = Story::new();
    let account = crate::ground::ids::AuthId::parse(&story.account).expect("an auth ID");
    let stored = story.fake.dump()[&crate::profiles::profile::key(account)]
        .replace("owner@acme.example", "bad..one@acme.example");
    story.fake.plant(&crate::profiles::profile::key(account), &stored);
    story.recharge(50);
    assert!(to(&story, "recharge-paid").is_empty(), "there is nobody else");
    assert_eq!(queue(&story)[0].note, "bad..one@acme.example: no mail address");
    alert(&mut story, &["good@recip.example"]);
    story.recharge(50);
    assert_eq!(to(&story, "recharge-paid"), [["good@recip.example"]]);
    assert_eq!(queue(&story).len(), 1, "the registered address is still refused");
}

fn failed(story: &Story) -> Vec<QueueItem> {
    queue(story).into_iter().filter(|item| item.kind == "mail-failed").collect()
}

/// Case 01-one-bad-recipient-stops-all-mail: one that fails for now is tried again, alone; who has it does not get it again.
#[test]
fn case_01_one_full_mailbox_keeps_no_mail_from_anybody_and_nobody_gets_it_twice() {
    let mut story = Story::new();
    alert(&mut story, &["full@recip.example", "good@recip.example", "gone@recip.example"]);
    *story.gateway.full_addresses.borrow_mut() = vec!["full@recip.example".to_owned()];
    *story.gateway.bad_addresses.borrow_mut() = vec!["gone@recip.example".to_owned()];
    story.recharge(50);
    assert_eq!(to(&story, "recharge-paid"), [["owner@acme.example", "good@recip.example"]], "at once");
    let of_kind = |story: &Story| queue(story).into_iter().map(|item| (item.kind, item.note)).collect::<Vec<_>>();
    let gone = ("mail-address-refused".to_owned(), "gone@recip.example: 550 no such user".to_owned());
    assert_eq!(of_kind(&story), std::slice::from_ref(&gone), "a refused one is told at once");
    // There is room again an hour later.
    story.advance(crate::ground::vocabulary::MINUTE_MS);
    story.gateway.full_addresses.borrow_mut().clear();
    story.advance(crate::ground::vocabulary::HOUR_MS);
    let mut expected = vec![vec!["owner@acme.example", "good@recip.example"], vec!["full@recip.example"]];
    assert_eq!(to(&story, "recharge-paid"), expected);
    story.advance(10 * crate::ground::vocabulary::DAY_MS);
    assert_eq!(to(&story, "recharge-paid"), expected, "never again");
    assert_eq!((events(&story, "mail-address-refused"), events(&story, "mail-failed")), (1, 0));
    assert_eq!(of_kind(&story), std::slice::from_ref(&gone));
    // Full for good: given up, and named in the queue, the others untouched.
    *story.gateway.full_addresses.borrow_mut() = vec!["full@recip.example".to_owned()];
    story.recharge(50);
    expected.push(vec!["owner@acme.example", "good@recip.example"]);
    story.advance(10 * crate::ground::vocabulary::DAY_MS);
    assert_eq!(to(&story, "recharge-paid"), expected);
    let note =
        "1 mail was given up, the last: recharge-paid to full@recip.example: full@recip.example: 452 mailbox full";
    assert_eq!(of_kind(&story), [gone, ("mail-failed".to_owned(), note.to_owned())]);
    assert_eq!(events(&story, "mail-failed"), 1);
}

/// Case 01-one-bad-recipient-stops-all-mail: that nobody takes our mails is no refusal of an address, and is not silent either.
#[test]
fn case_01_a_mail_that_is_given_up_waits_in_the_queue_until_a_person_has_looked() {
    let mut story = Story::new();
    alert(&mut story, &["good@recip.example"]);
    let sender = "mail server: does not take mails from us: 550 5.7.1 sender not allowed";
    *story.gateway.takes_no_mail.borrow_mut() = Some(sender.to_owned());
    story.recharge(50);
    story.advance(crate::ground::vocabulary::HOUR_MS);
    assert_eq!(queue(&story), [], "it is still tried");
    story.advance(10 * crate::ground::vocabulary::DAY_MS);
    let items = queue(&story);
    let note =
        format!("1 mail was given up, the last: recharge-paid to owner@acme.example, good@recip.example: {sender}");
    assert_eq!(
        items.iter().map(|item| (item.kind.as_str(), item.note.as_str())).collect::<Vec<_>>(),
        [("mail-failed", note.as_str())]
    );
    assert_eq!((events(&story, "mail-failed"), events(&story, "mail-address-refused")), (1, 0));
    // The next one too: one item an account, with all that a person has to look at.
    story.recharge(60);
    story.advance(10 * crate::ground::vocabulary::DAY_MS);
    let next = failed(&story);
    assert_eq!((next.len(), &next[0].id), (1, &items[0].id));
    assert!(next[0].note.starts_with("2 mails were given up, the last: recharge-paid to owner@"), "{}", next[0].note);
    // Mails that arrive now do not bring back those that were lost: only a person takes the item off.
    *story.gateway.takes_no_mail.borrow_mut() = None;
    story.recharge(70);
    assert_eq!(to(&story, "recharge-paid").len(), 1);
    assert_eq!(failed(&story).len(), 1);
    let (item, reason) = (items[0].id.clone(), "sent by hand".to_owned());
    story.command(|turn, _| resolve_payment(turn, &operator(), item, Resolution::Dismiss, reason));
    assert_eq!(queue(&story), []);
    assert!(!story.fake.dump().keys().any(|key| key.starts_with("mgu/")), "nothing is left of it");
    // And a later one is counted from the beginning.
    *story.gateway.takes_no_mail.borrow_mut() = Some(sender.to_owned());
    story.recharge(80);
    story.advance(10 * crate::ground::vocabulary::DAY_MS);
    assert!(failed(&story)[0].note.starts_with("1 mail was given up"), "{:?}", failed(&story));
}

/// Case 01: a mail that an older version has written down has no lists of recipients; it goes to everybody.
#[test]
fn case_01_a_mail_of_an_older_version_goes_to_everybody() {
    let mut story = Story::new();
    *story.gateway.takes_no_mail.borrow_mut() = Some("away".to_owned());
    story.recharge(50);
    let (key, stored) = story.fake.dump().into_iter().find(|(key, _)| key.starts_with("mail/")).expect("a mail");
    let asked = ",\"asked\":[\"owner@acme.example\"]";
    assert!(stored.contains(asked), "{stored}");
    story.fake.plant(&key, &stored.replace(asked, ""));
    *story.gateway.takes_no_mail.borrow_mut() = None;
    story.advance(crate::ground::vocabulary::HOUR_MS);
    assert_eq!(to(&story, "recharge-paid"), [["owner@acme.example"]]);
}
