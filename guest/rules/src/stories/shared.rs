//! A store of an installation of several: it has a mark, and what all stores share is written to it by its host.

use crate::credit::settings::alerts::get_alerts;
use crate::jobs;
use crate::policy;
use crate::stories::scenario::{Story, change_policy, operator};

fn armed(story: &Story) -> Vec<(i64, bool)> {
    let account = story.account.clone();
    let settings = story.fake.query(story.now, |turn| get_alerts(turn, &operator(), account)).expect("settings");
    settings.thresholds.iter().map(|threshold| (threshold.amount, threshold.armed)).collect()
}

/// The home cell changes the policy, and its host copies the record to another cell: there the same follows from it as in the home cell.
#[test]
fn what_follows_from_a_shared_record_that_the_host_has_copied_is_set() {
    let (mut home, mut cell) = (Story::new(), Story::new());
    for story in [&mut home, &mut cell] {
        story.recharge(100);
    }
    home.command(|turn, _| change_policy(turn, |policy| policy.alert_thresholds = vec![60_000_000].into()));
    cell.fake.plant(policy::KEY, &home.fake.dump()[policy::KEY]);
    assert_eq!(armed(&cell), [(60_000_000, false)]);
    cell.command(|turn, _| jobs::shared_changed(turn));
    assert_eq!(armed(&cell), [(60_000_000, true)]);
    assert_eq!(armed(&cell), armed(&home));
    assert!(!cell.fake.lines().iter().any(|line| line.body.contains("policy-changed")), "one cell says it, once");
}

#[test]
fn a_mark_is_a_part_of_every_document_number() {
    let mut story = Story::new();
    story.fake.set_mark("B2");
    story.recharge(50);
    let keys: Vec<String> = story.fake.dump().into_keys().filter(|key| key.starts_with("docno/")).collect();
    assert_eq!(keys, ["docno/r/R-B2-2026-000001"]);
}
