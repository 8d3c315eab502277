//! Changing settings: what is named changes, and what was changed is told.

use crate::ground::currency::Currency;
use crate::ground::money::Money;
use crate::ground::testing::{Fake, START};
use crate::ground::vocabulary::Refusal;
use crate::operator::Error;
use crate::policy::{ChangedSetting, Policy, Setting, Settings, change_settings, get_settings, list_setting_changes};
use crate::stories::scenario::{changes, operator};

fn set(fake: &Fake, version: Option<u32>, named: &[(&str, &str)]) -> Result<Settings, Error> {
    fake.command(START, |turn| change_settings(turn, &operator(), version, changes(named)))
}

/// The settings that differ from their defaults.
fn own(settings: &Settings) -> Vec<(&str, &str)> {
    let own = settings.settings.iter().filter(|setting| setting.chosen);
    own.map(|Setting { name, value, .. }| (name.as_str(), value.as_str())).collect()
}

#[test]
fn what_is_named_changes_under_the_version_that_was_read() {
    let fake = Fake::new();
    let first = fake.query(START, |turn| get_settings(turn, &operator())).expect("defaults");
    // A store of 0.1 that was never changed.
    assert_eq!((first.version, own(&first)), (0, vec![("require-billing-address", "false")]));
    let changed = set(&fake, Some(0), &[("minimum-recharge", "20")]).expect("changed");
    assert_eq!(changed.version, 1);
    assert_eq!(own(&changed), [("require-billing-address", "false"), ("minimum-recharge", "20.00")]);
    assert_eq!(set(&fake, Some(0), &[("minimum-recharge", "21")]), Err(Error::PolicyChanged(1)));
    let now = fake.query(START, Policy::load).expect("readable");
    assert_eq!((now.version, now.minimum_recharge(Currency::USD)), (1, Money::from_units(20)));
    let line = &fake.lines()[0];
    assert_eq!(line.topic, "operator");
    assert!(line.body.contains(r#"["minimum-recharge","20000000"]"#), "{}", line.body);
    assert!(!line.body.contains("maximum-recharge"), "{}", line.body);
}

#[test]
fn what_changes_nothing_is_no_change() {
    let fake = Fake::new();
    for named in [&[][..], &[("minimum-recharge", "25")]] {
        assert_eq!(set(&fake, None, named).map(|settings| settings.version), Ok(0));
    }
    assert!(fake.dump().is_empty() && fake.lines().is_empty());
    let Err(Error::Refused(Refusal::Invalid(problems))) = set(&fake, None, &[("brand", ""), ("colour", "red")]) else {
        panic!("refused");
    };
    assert_eq!(problems.len(), 2);
    assert!(fake.dump().is_empty() && fake.lines().is_empty());
}

#[test]
fn the_history_tells_who_changed_what() {
    let fake = Fake::new();
    set(&fake, None, &[("series-limit", "5"), ("brand", "Acme")]).expect("changed");
    set(&fake, None, &[("series-limit", "40")]).expect("changed");
    let page = fake.query(START, |turn| list_setting_changes(turn, &operator(), None, 100)).expect("a page");
    let changed = |name: &str, before: &str, after: &str| ChangedSetting {
        name: name.to_owned(),
        before: Some(before.to_owned()),
        after: Some(after.to_owned()),
    };
    let told: Vec<(u32, Vec<ChangedSetting>)> =
        page.entries.iter().map(|entry| (entry.version, entry.changed.clone())).collect();
    let first = vec![changed("brand", "Coinbox", "Acme"), changed("series-limit", "40", "5")];
    assert_eq!(told, [(2, vec![changed("series-limit", "5", "40")]), (1, first)]);
    assert!(page.entries.iter().all(|entry| entry.at == START && entry.by == "olga"), "{page:?}");
    assert_eq!(page.next, None);
}
