//! Case 01-one-bad-recipient-stops-all-mail, from behind: an address that is refused after all.

use crate::queue::{QueueItem, list_queue};
use crate::scenario::Story;
use crate::testing::operator;
use crate::{accounts, alerts};

fn queue(story: &Story) -> Vec<QueueItem> {
    story.fake.query(story.now, |call| list_queue(call, &operator(), None, 100)).expect("a page").items
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
    story.command(|call, auth| alerts::set_alerts(call, &operator(), auth, Some(Vec::new()), Some(recipients)));
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
    let account = crate::ids::AuthId::parse(&story.account).expect("an auth ID");
    let stored = story.fake.dump()[&accounts::key(account)].replace("owner@acme.example", "bad..one@acme.example");
    story.fake.plant(&accounts::key(account), &stored);
    story.recharge(50);
    assert!(to(&story, "recharge-paid").is_empty(), "there is nobody else");
    assert_eq!(queue(&story)[0].note, "bad..one@acme.example: no mail address");
    alert(&mut story, &["good@recip.example"]);
    story.recharge(50);
    assert_eq!(to(&story, "recharge-paid"), [["good@recip.example"]]);
    assert_eq!(queue(&story).len(), 1, "the registered address is still refused");
}
