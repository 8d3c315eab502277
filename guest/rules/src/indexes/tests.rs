use super::*;
use crate::accounts;
use crate::derived::compare_derived;
use crate::ground::indexes::KEY;
use crate::invoices::{IssuedFilter, list_issued};
use crate::jobs;
use crate::stories::invoices::world::WorldOfDocuments;
use crate::stories::scenario::operator;
use std::collections::BTreeMap;

/// What lists are found by.
fn entries(world: &WorldOfDocuments) -> BTreeMap<String, String> {
    let ours = |key: &str| key.starts_with(by_mail::PREFIX) || key.starts_with(invoices::BY_ISSUE) || key == KEY;
    world.dump().into_iter().filter(|(key, _)| ours(key)).collect()
}

/// The store as a version without these lists has left it.
fn of_before(world: &WorldOfDocuments) {
    let ours = entries(world);
    let rest = world.dump().into_iter().filter(|(key, _)| !ours.contains_key(key)).collect();
    world.story.fake.replace(&rest);
}

fn listed(world: &WorldOfDocuments, filter: IssuedFilter) -> Result<usize, crate::invoices::Error> {
    world.query(|turn| list_issued(turn, &operator(), Some(filter), None, 100)).map(|page| page.documents.len())
}

/// Differences of every account and of every entry, and how many entries were compared.
fn verified(world: &WorldOfDocuments) -> (Vec<String>, u32) {
    let mut found = Vec::new();
    for auth in &world.accounts {
        let compared = world.query(|turn| compare_derived(turn, &operator(), vec![auth.clone()])).expect("compared");
        assert_eq!(compared.not_compared, Vec::<String>::new());
        found.extend(
            compared.differences.into_iter().map(|one| format!("{}: {}, not {}", one.what, one.stored, one.rebuilt)),
        );
    }
    let (mut after, mut count) = (None, 0);
    loop {
        let page = world.query(|turn| compare_indexes(turn, &operator(), after, 7)).expect("a page");
        count += page.compared;
        found.extend(page.differences.into_iter().map(|one| format!("{}: {}", one.what, one.rebuilt)));
        after = page.next;
        if after.is_none() {
            return (found, count);
        }
    }
}

#[test]
fn inv_9_a_store_of_before_gets_its_entries_when_it_is_opened() {
    let mut world = WorldOfDocuments::new(2);
    let right = entries(&world);
    let count = listed(&world, IssuedFilter::default()).expect("a list");
    assert!(count > 50, "{count}");
    of_before(&world);
    // What needs them says so; what does not is answered.
    let refused = format!("{:?}", listed(&world, IssuedFilter::default()));
    assert!(refused.contains("lists-being-prepared"), "{refused}");
    let account = world.accounts[1].clone();
    assert!(listed(&world, IssuedFilter { account: Some(account), ..IssuedFilter::default() }).expect("a list") > 0);
    assert!(listed(&world, IssuedFilter { open_from: Some(1), ..IssuedFilter::default() }).expect("a list") > 0);
    let by_mail = |world: &WorldOfDocuments| {
        let filter = accounts::AccountFilter { email: Some("owner@acme.example".to_owned()), ..Default::default() };
        world.query(|turn| accounts::list(turn, &operator(), Some(filter), None, 100)).expect("a list").accounts.len()
    };
    assert_eq!(by_mail(&world), world.with_mail("owner@acme.example"));
    let now = world.story.now;
    world.story.fake.command(now, |turn| jobs::store_opened(turn, jobs::Beginning::Again)).expect("a good store");
    let page = world.query(|turn| compare_indexes(turn, &operator(), None, 500)).expect("a page");
    assert!(!page.complete);
    world.story.drain();
    assert_eq!(entries(&world), right);
    assert_eq!(listed(&world, IssuedFilter::default()).expect("a list"), count);
    assert_eq!(by_mail(&world), world.with_mail("owner@acme.example"));
    // Opened once more, nothing is done.
    let before = (world.dump(), world.story.fake.timers());
    world.story.fake.command(now, |turn| jobs::store_opened(turn, jobs::Beginning::Again)).expect("a good store");
    assert_eq!((world.dump(), world.story.fake.timers()), before);
}

#[test]
fn a_host_that_does_not_say_that_it_opens_a_store_gets_them_with_the_daily_clean_up() {
    let mut world = WorldOfDocuments::new(2);
    let right = entries(&world);
    of_before(&world);
    world.story.advance(crate::ground::vocabulary::DAY_MS);
    let kept = entries(&world);
    assert!(right.keys().all(|key| kept.contains_key(key)), "every document of before is found again");
    assert_eq!(kept[KEY], right[KEY]);
}

/// sec-10-verify-does-not-see
#[test]
fn an_entry_that_is_missing_or_names_another_record_is_found() {
    let world = WorldOfDocuments::new(2);
    let whole = world.dump();
    let (found, count) = verified(&world);
    assert_eq!(found, Vec::<String>::new());
    let of = |prefix: &str| whole.keys().filter(|key| key.starts_with(prefix)).count() as u32;
    assert_eq!(count, of("acctm/") + of("iss/") + of("docno/"));
    assert_eq!(of("iss/"), of("doc/"));
    let first = |prefix: &str| whole.keys().find(|key| key.starts_with(prefix)).expect("one").clone();
    for (prefix, what) in [
        ("acctm/", "account-by-address: no entry, not an entry"),
        ("iss/i/", "document-by-issue:2026-000001: no entry"),
        ("docno/i/", "document-by-number:2026-000001: no entry"),
    ] {
        let mut tampered = whole.clone();
        tampered.remove(&first(prefix));
        world.story.fake.replace(&tampered);
        let (found, _) = verified(&world);
        assert!(found.len() == 1 && found[0].starts_with(what), "{prefix}: {found:?}");
    }
    let account = &world.accounts[0];
    let nowhere = "0".repeat(64);
    for (key, value, rebuilt) in [
        (format!("acctm/{nowhere}/{account}"), r#"{"v":1}"#.to_owned(), "acctm/"),
        (
            "iss/r/1772323200000/R-2026-999999".to_owned(),
            format!(r#"{{"v":1,"account":"{account}","n":9999}}"#),
            "no document",
        ),
        ("docno/r/R-2026-999999".to_owned(), format!(r#"{{"v":1,"account":"{account}","n":9999}}"#), "no document"),
    ] {
        let mut tampered = whole.clone();
        tampered.insert(key.clone(), value);
        world.story.fake.replace(&tampered);
        let (found, _) = verified(&world);
        assert!(found.len() == 1 && found[0].starts_with(&format!("index:{key}: {rebuilt}")), "{found:?}");
    }
    // Another moment than that of the document.
    let mut tampered = whole.clone();
    let key = first("iss/i/");
    let value = tampered.remove(&key).expect("it is there");
    tampered.insert(key.replace("iss/i/1", "iss/i/2"), value);
    world.story.fake.replace(&tampered);
    let (found, _) = verified(&world);
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_cursor_that_no_page_has_given_is_refused() {
    let world = WorldOfDocuments::new(2);
    for after in ["", "x", "doc/", "ü"] {
        let answer = world.query(|turn| compare_indexes(turn, &operator(), Some(after.to_owned()), 7));
        assert!(format!("{answer:?}").contains("field: \"after\""), "{after}: {answer:?}");
    }
}
