//! Limits of one account: what is named changes, the rest stays.

use crate::ground::testing::keyed;
use crate::policy::{LimitName, Limits, LimitsChange, get_limits, set_limits};
use crate::stories::scenario::{Story, operator};

/// money-12-settings-that-are-not-named-are-reset
#[test]
fn a_limit_that_is_not_named_stays() {
    let mut story = Story::new();
    let mut set = |change: LimitsChange| story.command(|turn, auth| set_limits(turn, &operator(), auth, change));
    let maximum = Some(20_000_000_000);
    set(LimitsChange { maximum_recharge: maximum, ..Default::default() });
    let both = Limits { maximum_recharge: maximum, standard_rate: Some(50), ..Default::default() };
    assert_eq!(set(LimitsChange { standard_rate: Some(50), ..Default::default() }), both);
    assert_eq!(set(LimitsChange::default()), both, "looking changes nothing");
    let away = LimitsChange { as_policy: Some(vec![LimitName::MaximumRecharge]), ..Default::default() };
    let rest = Limits { standard_rate: Some(50), ..Default::default() };
    assert_eq!(set(away), rest);
    let seen = story.fake.query(story.now, |turn| get_limits(turn, &operator(), story.account.clone()));
    assert_eq!(seen, Ok(rest));
}

/// money-12: a repeat of a key that an earlier version answered with nothing.
#[test]
fn an_answer_of_before_is_given_again_as_the_limits_in_force() {
    let mut story = Story::new();
    let change = LimitsChange { standard_rate: Some(9), ..Default::default() };
    let told = story.command(|turn, auth| set_limits(turn, &keyed(operator(), "k"), auth, change.clone()));
    let dump = story.fake.dump();
    let (key, text) = dump.iter().find(|(key, _)| key.contains("/operator.set-limits/")).expect("kept");
    let mut kept: serde_json::Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(kept["args"].as_str().map(str::len), Some(64));
    kept["answer"] = serde_json::Value::Null;
    story.fake.plant(key, &kept.to_string());
    let again = story.command(|turn, auth| set_limits(turn, &keyed(operator(), "k"), auth, change));
    assert_eq!(again, told);
}
