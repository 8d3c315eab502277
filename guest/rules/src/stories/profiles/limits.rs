//! Settings of one account: what is named changes, the rest stays.

use crate::ground::testing::keyed;
use crate::policy::{
    Setting, SettingChange, Settings, change_account_settings, get_account_settings, list_account_setting_changes,
};
use crate::stories::scenario::{Story, changes, operator};

/// The account's own values.
fn own(settings: &Settings) -> Vec<(&str, &str)> {
    let own = settings.settings.iter().filter(|setting| setting.chosen);
    own.map(|Setting { name, value, .. }| (name.as_str(), value.as_str())).collect()
}

/// money-12-settings-that-are-not-named-are-reset
#[test]
fn a_setting_that_is_not_named_stays() {
    let mut story = Story::new();
    let mut set = |named: Vec<SettingChange>| {
        story.command(|turn, auth| change_account_settings(turn, &operator(), auth, None, named))
    };
    set(changes(&[("maximum-recharge", "20000")]));
    let both = set(changes(&[("standard-rate", "50")]));
    assert_eq!((both.version, own(&both)), (2, vec![("maximum-recharge", "20000.00"), ("standard-rate", "50")]));
    assert_eq!(set(Vec::new()), both, "looking changes nothing");
    let rest = set(vec![SettingChange { name: "maximum-recharge".to_owned(), value: None }]);
    assert_eq!((rest.version, own(&rest)), (3, vec![("standard-rate", "50")]));
    let seen = story.fake.query(story.now, |turn| get_account_settings(turn, &operator(), story.account.clone()));
    assert_eq!(seen, Ok(rest));
    let account = story.account.clone();
    let page = story.fake.query(story.now, |turn| list_account_setting_changes(turn, &operator(), account, None, 1));
    let page = page.expect("a page");
    let told = &page.entries[0].changed[0];
    assert_eq!(
        (told.before.as_deref(), told.after.as_deref(), page.next.as_deref()),
        (Some("20000.00"), None, Some("3"))
    );
}

#[test]
fn a_repeat_is_answered_as_the_first_time() {
    let mut story = Story::new();
    let mut set = |key: &str, value: &str| {
        let named = changes(&[("standard-rate", value)]);
        story.command(|turn, auth| change_account_settings(turn, &keyed(operator(), key), auth, None, named))
    };
    let first = set("k", "9");
    assert_eq!(own(&set("l", "10")), [("standard-rate", "10")]);
    assert_eq!(set("k", "9"), first);
}
