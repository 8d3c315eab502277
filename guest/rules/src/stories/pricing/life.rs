//! What becomes of versions and override sets: 02-refused-price-sheets-use-up-the-price-book,
//! 03-a-published-price-cannot-be-taken-back, 04-usage-from-before-the-first-price.

use crate::ground::ids::AuthId;
use crate::ground::port::Lane;
use crate::ground::product::{NumberKind, Product, Rejection};
use crate::ground::testing::{Fake, START};
use crate::ground::vocabulary::{DAY_MS, Fault, FieldRule, Instant, Refusal};
use crate::pricing::{
    Error, NumberPrices, NumberRow, Version, VersionState, begin_import, clean, create_version, finish_import,
    list_overrides, list_versions, remove_draft, set_number_prices, upkeep, withdraw_overrides, withdraw_version,
};
use crate::stories::pricing::book::{account, add, book, draft, event, overrides, problems, publish, rate, sms, voice};
use crate::stories::scenario::operator;
use crate::usage;

fn states(fake: &Fake) -> Vec<(u32, VersionState, Option<Instant>)> {
    let listed = fake.query(START, |turn| list_versions(turn, &operator())).expect("versions");
    listed.into_iter().map(|version| (version.number, version.state, version.starts_at)).collect()
}

fn import(fake: &Fake, now: Instant) -> u32 {
    fake.command(now, |turn| begin_import(turn, &operator(), None)).expect("an import").number
}

fn withdraw(fake: &Fake, now: Instant, version: u32) -> Result<Version, Error> {
    fake.command(now, |turn| withdraw_version(turn, &operator(), version))
}

fn remove(fake: &Fake, version: u32) -> Result<(), Error> {
    fake.command(START, |turn| remove_draft(turn, &operator(), version))
}

fn withdraw_set(fake: &Fake, now: Instant, account: AuthId, starts_at: Instant) -> Result<(), Error> {
    fake.command(now, |turn| withdraw_overrides(turn, &operator(), account.to_string(), starts_at))
}

fn sets(fake: &Fake, account: AuthId) -> Vec<(Instant, u32)> {
    let listed = fake.query(START, |turn| list_overrides(turn, &operator(), account.to_string())).expect("sets");
    listed.into_iter().map(|set| (set.starts_at, set.rows)).collect()
}

/// A version with one row that is published for a moment.
fn planned(fake: &Fake, now: Instant, rate: &str, starts_at: Instant) -> u32 {
    let version = draft(fake);
    add(fake, version, vec![voice("44", rate)]).expect("a good row");
    publish(fake, now, version, starts_at).expect("published");
    version
}

fn price_at(fake: &Fake, at: Instant) -> Result<String, Rejection> {
    rate(fake, &event(Product::VOICE, "447700900123", 60, at), None).map(|rated| rated.rate.to_string())
}

/// What the daily clean-up does, once nothing of the month is left to be done.
fn clean_up(fake: &Fake, now: Instant) {
    fake.command(now, |turn| {
        usage::forget_counted(turn, turn.now() - 36 * DAY_MS)?;
        clean(turn)
    })
    .expect("cleaned");
}

fn keys_of(fake: &Fake, version: u32) -> usize {
    let prefix = format!("pb/{version:04}/");
    fake.dump().into_keys().filter(|key| key.starts_with(&prefix)).count()
}

fn record(fake: &Fake, now: Instant, auth_id: AuthId, at: Instant) {
    let event =
        crate::ground::product::Event { auth_id: auth_id.to_string(), ..event(Product::VOICE, "447700900123", 60, at) };
    let answer = fake.command(now, |turn| usage::record_events(turn, &operator(), vec![event])).expect("a batch");
    assert!(matches!(answer.answers[0], usage::Answer::Rated(_)), "{answer:?}");
}

#[test]
fn what_has_not_begun_is_withdrawn_and_the_one_before_stays_in_force_03_a_published_price_cannot_be_taken_back() {
    let fake = Fake::new();
    book(&fake, vec![voice("44", "0.01")]);
    let begins = START + DAY_MS;
    let wrong = planned(&fake, START, "80", begins);
    assert_eq!(price_at(&fake, begins), Ok("80".to_owned()));
    let shown = withdraw(&fake, begins - 1, wrong).expect("not begun");
    assert_eq!((shown.state, shown.starts_at), (VersionState::Withdrawn, Some(begins)));
    assert_eq!(price_at(&fake, begins), Ok("0.01".to_owned()));
    assert_eq!(withdraw(&fake, begins - 1, wrong), Err(Error::NotPublished));
    // Its rows are still those that were imported; it may be published after all, for another moment.
    assert_eq!(add(&fake, wrong, vec![voice("45", "1")]), Err(Error::AlreadyPublished));
    publish(&fake, begins - 1, wrong, begins + 5).expect("published again");
    assert_eq!(price_at(&fake, begins + 4), Ok("0.01".to_owned()));
    assert_eq!(price_at(&fake, begins + 5), Ok("80".to_owned()));
    // At the very moment at which it begins it has begun.
    assert_eq!(withdraw(&fake, begins + 5, wrong), Err(Error::AlreadyBegun(begins + 5)));
    assert_eq!(withdraw(&fake, START, 1), Err(Error::AlreadyBegun(0)));
    let never = draft(&fake);
    assert_eq!(withdraw(&fake, START, never), Err(Error::NotPublished));
    assert_eq!(withdraw(&fake, START, 99), Err(Error::Refused(Refusal::NotFound("version".to_owned()))));
}

#[test]
fn another_version_for_the_same_moment_replaces_the_first_03_a_published_price_cannot_be_taken_back() {
    let fake = Fake::new();
    book(&fake, vec![voice("44", "0.01")]);
    let begins = START + DAY_MS;
    let wrong = planned(&fake, START, "80", begins);
    let right = planned(&fake, START, "0.8", begins);
    assert_eq!(price_at(&fake, begins), Ok("0.8".to_owned()));
    let expected = [
        (1, VersionState::Published, Some(0)),
        (wrong, VersionState::Replaced, Some(begins)),
        (right, VersionState::Published, Some(begins)),
    ];
    assert_eq!(states(&fake), expected);
    // Back again: the second is replaced by the first.
    publish(&fake, START, wrong, begins).expect("published again");
    assert_eq!(
        states(&fake)[1..].iter().map(|(_, state, _)| *state).collect::<Vec<_>>(),
        [VersionState::Published, VersionState::Replaced]
    );
    // What has begun is not replaced.
    let late = draft(&fake);
    add(&fake, late, vec![voice("44", "1")]).expect("a good row");
    assert_eq!(
        problems(publish(&fake, begins, late, begins)),
        [("starts-at".to_owned(), FieldRule::NotAllowedTogether)]
    );
}

#[test]
fn a_version_that_has_priced_usage_ahead_of_the_clock_is_not_taken_back() {
    let fake = Fake::new();
    let account = account(&fake);
    book(&fake, vec![voice("44", "0.01")]);
    let soon = START + 60_000;
    let next = planned(&fake, START, "0.02", soon);
    record(&fake, START, account, soon - 1);
    assert_eq!(withdraw(&fake, START, next).map(|version| version.state), Ok(VersionState::Withdrawn));
    publish(&fake, START, next, soon).expect("published again");
    record(&fake, START, account, soon);
    assert_eq!(withdraw(&fake, START, next), Err(Error::AlreadyBegun(soon)));
    let other = draft(&fake);
    add(&fake, other, vec![voice("44", "1")]).expect("a good row");
    assert_eq!(problems(publish(&fake, START, other, soon)), [("starts-at".to_owned(), FieldRule::NotAllowedTogether)]);
}

#[test]
fn a_version_may_start_before_the_first_04_usage_from_before_the_first_price() {
    let fake = Fake::new();
    planned(&fake, START, "0.02", START);
    assert_eq!(price_at(&fake, START - 1), Err(Rejection::NoPrice));
    let before = planned(&fake, START + 7, "0.01", START - 20 * DAY_MS);
    assert_eq!(price_at(&fake, START - 20 * DAY_MS - 1), Err(Rejection::NoPrice));
    assert_eq!(price_at(&fake, START - 20 * DAY_MS), Ok("0.01".to_owned()));
    assert_eq!(price_at(&fake, START - 1), Ok("0.01".to_owned()));
    assert_eq!(price_at(&fake, START), Ok("0.02".to_owned()));
    // Where a price was in force, another one would change what was priced.
    let late = draft(&fake);
    add(&fake, late, vec![voice("44", "1")]).expect("a good row");
    for at in [START - 20 * DAY_MS, START - 20 * DAY_MS + 1, START - 1, START, START + 6] {
        let found = problems(publish(&fake, START + 7, late, at));
        assert!(found.contains(&("starts-at".to_owned(), FieldRule::TooSmall)), "{at}: {found:?}");
    }
    assert_eq!(problems(publish(&fake, START + 7, late, -1)), [("starts-at".to_owned(), FieldRule::TooSmall)]);
    publish(&fake, START + 7, late, START - 20 * DAY_MS - 1).expect("before the first");
    assert_eq!(withdraw(&fake, START + 7, before), Err(Error::AlreadyBegun(START - 20 * DAY_MS)));
}

#[test]
fn where_all_is_still_to_come_a_price_may_start_at_any_moment_before_it() {
    let fake = Fake::new();
    planned(&fake, START, "0.02", START + DAY_MS);
    planned(&fake, START, "0.01", START - DAY_MS);
    assert_eq!(price_at(&fake, START), Ok("0.01".to_owned()));
    assert_eq!(price_at(&fake, START + DAY_MS), Ok("0.02".to_owned()));
}

#[test]
fn drafts_are_removed_with_their_rows_and_numbers_are_never_given_twice_02_refused_price_sheets_use_up_the_price_book()
{
    let fake = Fake::new();
    let prices = NumberPrices {
        rows: vec![NumberRow {
            country: "US".to_owned(),
            kind: NumberKind::Local,
            setup: "0".to_owned(),
            monthly: "1".to_owned(),
        }],
        seat: None,
    };
    let first = draft(&fake);
    add(&fake, first, vec![voice("44", "0.01"), sms("1", "0.02")]).expect("good rows");
    fake.command(START, |turn| set_number_prices(turn, &operator(), first, prices)).expect("good prices");
    assert!(keys_of(&fake, first) >= 4);
    assert_eq!(remove(&fake, first), Ok(()));
    assert_eq!((keys_of(&fake, first), states(&fake)), (0, vec![]));
    assert_eq!(remove(&fake, first), Err(Error::Refused(Refusal::NotFound("version".to_owned()))));
    assert_eq!(draft(&fake), 2, "rows that are still on their way to version 1 find it gone");
    assert!(matches!(add(&fake, 1, vec![voice("44", "1")]), Err(Error::Refused(Refusal::NotFound(_)))));

    let published = book(&fake, vec![voice("44", "0.01")]);
    assert_eq!(remove(&fake, published), Err(Error::AlreadyPublished));
    let planned = planned(&fake, START, "1", START + 1);
    assert_eq!(remove(&fake, planned), Err(Error::AlreadyPublished));
    withdraw(&fake, START, planned).expect("not begun");
    assert_eq!(remove(&fake, planned), Ok(()));
    assert_eq!(keys_of(&fake, planned), 0);
}

#[test]
fn an_import_that_is_cut_off_leaves_nothing_02_refused_price_sheets_use_up_the_price_book() {
    let fake = Fake::new();
    let cut_off = import(&fake, START);
    add(&fake, cut_off, vec![voice("44", "0.01")]).expect("a good row");
    let kept = import(&fake, START);
    add(&fake, kept, vec![voice("44", "0.01")]).expect("a good row");
    let shown = fake.command(START, |turn| finish_import(turn, &operator(), kept)).expect("finished");
    assert_eq!((shown.state, shown.rows), (VersionState::Draft, 1));
    let whole = import(&fake, START);
    add(&fake, whole, vec![voice("44", "0.01")]).expect("a good row");
    publish(&fake, START, whole, START).expect("published without a step between");
    clean_up(&fake, START + DAY_MS - 1);
    assert_eq!(states(&fake).len(), 3);
    clean_up(&fake, START + DAY_MS);
    let expected = [(kept, VersionState::Draft, None), (whole, VersionState::Published, Some(START))];
    assert_eq!(states(&fake), expected);
    assert_eq!(keys_of(&fake, cut_off), 0);
    let published: Result<Version, Error> = fake.command(START, |turn| finish_import(turn, &operator(), whole));
    assert_eq!(published, Err(Error::AlreadyPublished));
}

#[test]
fn imports_that_are_cut_off_never_use_up_the_book_02_refused_price_sheets_use_up_the_price_book() {
    let fake = Fake::new();
    let kept = draft(&fake);
    for minute in 0..1200 {
        import(&fake, START + minute);
    }
    let listed = states(&fake);
    assert_eq!((listed.len(), listed[0].0, listed[1].0, listed[20].0), (21, kept, 1182, 1201));
}

#[test]
fn a_sheet_a_day_never_reaches_the_limit_02_refused_price_sheets_use_up_the_price_book() {
    let fake = Fake::new();
    for day in 0..1100_i64 {
        let now = START + day * DAY_MS;
        planned(&fake, now, &format!("0.{:04}", day + 1), now);
        clean_up(&fake, now);
    }
    let listed = states(&fake);
    let published = listed.iter().filter(|(_, state, _)| *state == VersionState::Published).count();
    let retired = listed.iter().filter(|(_, state, _)| *state == VersionState::Retired).count();
    // In force some time in the last 36 days: today's, one a day before it, and the one that ended within the first of these days.
    assert_eq!((published, retired, listed.len()), (37, 100, 137));
    assert_eq!((keys_of(&fake, 1), keys_of(&fake, 963)), (0, 0));
    assert!(keys_of(&fake, 964) > 0 && keys_of(&fake, 1100) > 0);
    // What is retired still tells what it was, and what is gone leaves no room for another price in the past.
    let late = draft(&fake);
    add(&fake, late, vec![voice("44", "1")]).expect("a good row");
    let now = START + 1100 * DAY_MS;
    assert_eq!(problems(publish(&fake, now, late, START)), [("starts-at".to_owned(), FieldRule::TooSmall)]);
    publish(&fake, now, late, START - 1).expect("before the first price of all");
}

#[test]
fn a_full_book_makes_room_of_what_is_over() {
    let fake = Fake::new();
    book(&fake, vec![voice("44", "0.01")]);
    let mut withdrawn = Vec::new();
    for number in 2..=upkeep::VERSIONS_MAX {
        let version = planned(&fake, START, "1", START + number as Instant);
        if number % 10 == 0 {
            withdraw(&fake, START, version).expect("not begun");
            withdrawn.push(version);
        }
    }
    assert_eq!((states(&fake).len(), withdrawn.len()), (1000, 100));
    assert_eq!(draft(&fake), 1001);
    assert_eq!((states(&fake).len(), keys_of(&fake, withdrawn[0])), (1000, 0));
    assert!(keys_of(&fake, withdrawn[1]) > 0);
    for _ in 1..100 {
        draft(&fake);
    }
    let full = fake.command(START, |turn| create_version(turn, &operator(), None));
    assert!(matches!(full, Err(Error::Other(problem)) if problem.code == "too-many-versions"));
    remove(&fake, 1001).expect("a draft");
    assert_eq!(draft(&fake), 1101);
}

#[test]
fn what_rent_of_a_month_may_still_need_is_not_retired() {
    let fake = Fake::new();
    planned(&fake, START, "0.01", START);
    planned(&fake, START, "0.02", START + DAY_MS);
    // The work of a month that the host has slept through is still to be done.
    fake.command::<(), Fault>(START, |turn| {
        crate::ledger::months::schedule(turn);
        turn.timer("store/housekeeping", Lane::Bulk, START);
        Ok(())
    })
    .expect("scheduled");
    let month = fake.query(START, crate::ledger::months::pending).expect("readable").expect("scheduled");
    clean_up(&fake, month.first() + 100 * DAY_MS);
    assert_eq!(states(&fake)[0].1, VersionState::Retired, "it ended before the month that is pending");
    planned(&fake, START, "0.03", month.first() + DAY_MS);
    clean_up(&fake, month.first() + 200 * DAY_MS);
    assert_eq!(states(&fake)[1].1, VersionState::Published, "it is the price of the first of that month");
}

#[test]
fn overrides_are_withdrawn_before_they_begin_03_a_published_price_cannot_be_taken_back() {
    let fake = Fake::new();
    let account = account(&fake);
    overrides(&fake, START, account, START, vec![voice("44", "0.01")]).expect("set");
    overrides(&fake, START, account, START + 10, vec![voice("44", "80"), voice("45", "1")]).expect("set");
    assert_eq!(sets(&fake, account), [(START, 1), (START + 10, 2)]);
    let missing = withdraw_set(&fake, START, account, START + 5);
    assert_eq!(missing, Err(Error::Refused(Refusal::NotFound("set of price overrides".to_owned()))));
    assert_eq!(withdraw_set(&fake, START + 10, account, START + 10), Err(Error::AlreadyBegun(START + 10)));
    assert_eq!(withdraw_set(&fake, START + 9, account, START + 10), Ok(()));
    assert_eq!(sets(&fake, account), [(START, 1)]);
    let event = event(Product::VOICE, "447700900123", 60, START + 10);
    assert_eq!(rate(&fake, &event, Some(account)).map(|rated| rated.rate.to_string()), Ok("0.01".to_owned()));
    assert_eq!(fake.dump().into_keys().filter(|key| key.starts_with("po/")).count(), 2);
    // The same moment again: set, as for the first time.
    overrides(&fake, START + 9, account, START + 10, vec![voice("44", "0.8")]).expect("set");
    assert_eq!(sets(&fake, account), [(START, 1), (START + 10, 1)]);
}

#[test]
fn overrides_may_start_in_the_past_while_nothing_was_in_force_04_usage_from_before_the_first_price() {
    let fake = Fake::new();
    let account = account(&fake);
    planned(&fake, START, "0.02", START + 10);
    overrides(&fake, START, account, START - DAY_MS, vec![voice("44", "0.01")]).expect("nothing was in force");
    let too_small = [("starts-at".to_owned(), FieldRule::TooSmall)];
    let again = |now: Instant, starts_at: Instant| overrides(&fake, now, account, starts_at, vec![voice("44", "1")]);
    assert_eq!(problems(again(START, START - 2 * DAY_MS)), too_small, "a set of its own is in force");
    let other = crate::stories::pricing::book::account(&fake);
    let past = overrides(&fake, START + 10, other, START - DAY_MS, vec![voice("44", "1")]);
    assert_eq!(problems(past), too_small, "the price book is in force");
    assert_eq!(problems(overrides(&fake, START, other, -1, vec![])), too_small);
}

#[test]
fn a_change_of_overrides_a_day_never_reaches_the_limit_02_refused_price_sheets_use_up_the_price_book() {
    let fake = Fake::new();
    let account = account(&fake);
    for day in 0..300 {
        let now = START + day * DAY_MS;
        overrides(&fake, now, account, now, vec![voice("44", "1")]).expect("set");
        clean_up(&fake, now);
    }
    assert_eq!(sets(&fake, account).len(), 100);
    let kept = fake.dump().into_keys().filter(|key| key.starts_with("po/")).count();
    assert_eq!(kept, 101);
}

#[test]
fn twenty_sets_are_in_force_or_to_come_and_what_is_withdrawn_makes_room() {
    let fake = Fake::new();
    let account = account(&fake);
    for day in 0..20 {
        overrides(&fake, START, account, START + day * DAY_MS, vec![voice("44", "1")]).expect("set");
    }
    let one_more = |now: Instant| overrides(&fake, now, account, START + 20 * DAY_MS, vec![voice("44", "1")]);
    assert_eq!(problems(one_more(START)), [("starts-at".to_owned(), FieldRule::TooMany)]);
    withdraw_set(&fake, START, account, START + 7 * DAY_MS).expect("not begun");
    assert_eq!(one_more(START), Ok(()));
    let next = overrides(&fake, START + DAY_MS, account, START + 21 * DAY_MS, vec![]);
    assert_eq!(next, Ok(()), "the first one is not in force any more");
}
