//! The policy as a list of settings: described, written as text, changed by name (R88).

use super::forms::Form;
use super::limits::Limits;
use super::record::Policy;
use super::table::{Own, ROWS, Row};
use coinbox_ground::currency::Currency;
use coinbox_ground::vocabulary::{Checks, Fact, Fault, FieldRule};
use serde::{Deserialize, Serialize};

/// Most settings that one change names.
pub const CHANGES_MAX: usize = 100;

/// Longest name, in bytes.
const NAME_MAX: usize = 64;

/// What there is to know of a setting.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SettingFacts {
    /// Names it.
    pub name: String,
    /// A word for the form of its value.
    pub form: String,
    /// Value of new stores.
    pub default: String,
    /// What is counted.
    pub unit: Option<String>,
    /// What bounds the value, by name.
    pub bounds: Vec<Fact>,
    /// The values that there are, if they are few.
    pub choices: Vec<String>,
    /// Requirement IDs.
    pub requirements: Vec<String>,
    /// Whether an account can have its own.
    pub per_account: bool,
    /// One sentence or two.
    pub help: String,
}

/// A setting with its value.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Setting {
    /// Names it.
    pub name: String,
    /// In its form.
    pub value: String,
    /// Of the policy: whether it differs from the default. Of an account: whether it is the account's own.
    pub chosen: bool,
}

/// Settings in force.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Settings {
    /// Counts changes.
    pub version: u32,
    /// All of them, in the order of the description.
    pub settings: Vec<Setting>,
}

/// What becomes of one setting.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SettingChange {
    /// Names it.
    pub name: String,
    /// None: the default again, or of an account the policy's.
    #[serde(default)]
    pub value: Option<String>,
}

/// A setting before and after a change. None: of an account, as the policy says.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChangedSetting {
    /// Names it.
    pub name: String,
    /// Value before.
    pub before: Option<String>,
    /// Value after.
    pub after: Option<String>,
}

/// Describes every setting.
pub fn describe() -> Vec<SettingFacts> {
    let mut default = Policy::of_new_stores();
    ROWS.iter()
        .map(|row| SettingFacts {
            name: row.name.to_owned(),
            form: row.form.word().to_owned(),
            default: row.form.written(&mut default),
            unit: Some(row.unit).filter(|unit| !unit.is_empty()).map(str::to_owned),
            bounds: row.form.bounds(),
            choices: row.form.choices(),
            requirements: row.requirements.iter().map(|id| (*id).to_owned()).collect(),
            per_account: row.own.is_some(),
            help: row.help.to_owned(),
        })
        .collect()
}

/// The policy's settings.
pub fn of_policy(policy: &Policy) -> Settings {
    let (mut policy, mut default) = (policy.clone(), Policy::of_new_stores());
    let settings = ROWS
        .iter()
        .map(|row| {
            let value = row.form.written(&mut policy);
            let chosen = value != default_text(row, &mut default, policy.currency);
            Setting { name: row.name.to_owned(), value, chosen }
        })
        .collect();
    Settings { version: policy.version, settings }
}

/// Settings of an account that it can have of its own, by the policy [as it sees it](Policy::for_account): its own values, and the policy's where it has none.
pub fn of_account(policy: &Policy, limits: &Limits) -> Vec<Setting> {
    let rows = ROWS.iter().filter_map(|row| row.own.as_ref().map(|own| (row, own)));
    rows.map(|(row, own)| {
        let mut laid = policy.clone();
        let chosen = (own.lay)(limits, &mut laid);
        Setting { name: row.name.to_owned(), value: row.form.written(&mut laid), chosen }
    })
    .collect()
}

/// The policy with what changes of it. Everything that is wrong is named at once.
pub fn change_policy(before: &Policy, changes: &[SettingChange]) -> Result<Policy, Fault> {
    let (mut after, mut default) = (before.clone(), Policy::of_new_stores());
    let mut checks = Checks::new();
    let mut named = named(changes, &mut checks);
    // Amounts that name no currency are in this one.
    named.sort_by_key(|(_, row, _)| !matches!(row.form, Form::Currency { .. }));
    for (field, row, change) in named {
        let text = change.value.clone().unwrap_or_else(|| default_text(row, &mut default, after.currency));
        match row.form.read(&mut after, &text) {
            Ok(()) => row.form.check(&mut after, &field, &mut checks),
            Err((rule, limit)) => checks.require(false, &field, rule, limit),
        }
    }
    after.check_default(&mut checks);
    after.check_together(before, &mut checks);
    checks.done()?;
    Ok(after)
}

/// An account's own settings with what changes of them, by the policy [as it sees it](Policy::for_account). Everything that is wrong is named at once.
pub fn change_account(policy: &Policy, before: &Limits, changes: &[SettingChange]) -> Result<Limits, Fault> {
    let mut after = before.clone();
    let mut checks = Checks::new();
    for (field, row, change) in named(changes, &mut checks) {
        let Some(own) = &row.own else {
            checks.require(false, &field, FieldRule::UnknownValue, "a setting that an account can have of its own");
            continue;
        };
        // A value is read and bounded as the policy's is, beside a copy of the policy.
        let mut read = policy.clone();
        match change.value.as_ref().map(|text| row.form.read(&mut read, text)) {
            None => (own.clear)(&mut after),
            // What bounds an amount of another currency is of no interest.
            Some(Ok(())) if read != read.for_account(policy.currency) => {
                let limit = format_args!("an amount in {}", policy.currency);
                checks.require(false, &field, FieldRule::UnknownValue, limit);
            }
            Some(Ok(())) => {
                row.form.check(&mut read, &field, &mut checks);
                read.check_together(policy, &mut checks);
                (own.take)(&read, &mut after);
            }
            Some(Err((rule, limit))) => checks.require(false, &field, rule, limit),
        }
    }
    checks.done()?;
    Ok(after)
}

/// The settings in which two policies differ.
pub fn differences(before: &Policy, after: &Policy) -> Vec<ChangedSetting> {
    let (was, is) = (before.currency, after.currency);
    let (mut before, mut after) = (before.clone(), after.clone());
    changed(|row| {
        // Both texts name no currency for the same one: else amounts of two would look alike.
        before.currency = if matches!(row.form, Form::Currency { .. }) { was } else { is };
        Some((Some(row.form.written(&mut before)), Some(row.form.written(&mut after))))
    })
}

/// The settings of an account's own that differ.
pub fn own_differences(policy: &Policy, before: &Limits, after: &Limits) -> Vec<ChangedSetting> {
    changed(|row| {
        let own = row.own.as_ref()?;
        Some((own_value(row, own, policy, before), own_value(row, own, policy, after)))
    })
}

fn changed(mut values: impl FnMut(&Row) -> Option<(Option<String>, Option<String>)>) -> Vec<ChangedSetting> {
    let rows = ROWS.iter().filter_map(|row| values(row).map(|(before, after)| (row, before, after)));
    rows.filter(|(_, before, after)| before != after)
        .map(|(row, before, after)| ChangedSetting { name: row.name.to_owned(), before, after })
        .collect()
}

/// The rows that changes name, with the paths by which problems name them. Notes what names none, and what is named twice.
fn named<'a>(changes: &'a [SettingChange], checks: &mut Checks) -> Vec<(String, &'static Row, &'a SettingChange)> {
    checks.require(changes.len() <= CHANGES_MAX, "settings", FieldRule::TooMany, CHANGES_MAX);
    let mut rows: Vec<(String, &'static Row, &SettingChange)> = Vec::new();
    for (place, change) in changes.iter().take(CHANGES_MAX).enumerate() {
        let printable = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.');
        if change.name.is_empty() || change.name.len() > NAME_MAX || !change.name.bytes().all(printable) {
            let field = format!("settings[{place}].name");
            checks.require(false, &field, FieldRule::WrongForm, "1 to 64 of a-z, 0-9, - and .");
            continue;
        }
        let field = format!("settings.{}", change.name);
        let twice = changes[..place].iter().any(|other| other.name == change.name);
        checks.require(!twice, &field, FieldRule::NotAllowedTogether, "named once");
        match ROWS.iter().find(|row| row.name == change.name) {
            Some(row) if !twice => rows.push((field, row, change)),
            Some(_) => {}
            None => checks.require(false, &field, FieldRule::UnknownValue, "a name that describe-settings answers"),
        }
    }
    rows
}

/// The default as a policy of this currency writes it.
fn default_text(row: &Row, default: &mut Policy, currency: Currency) -> String {
    default.currency = if matches!(row.form, Form::Currency { .. }) { Currency::USD } else { currency };
    row.form.written(default)
}

/// An account's own value. None: as the policy says.
fn own_value(row: &Row, own: &Own, policy: &Policy, limits: &Limits) -> Option<String> {
    let mut laid = policy.clone();
    (own.lay)(limits, &mut laid).then(|| row.form.written(&mut laid))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::load;
    use crate::tax_rates::{SCHEMA, TaxRate};
    use coinbox_ground::testing::{Fake, START};
    use coinbox_ground::vocabulary::Refusal;
    use std::collections::BTreeSet;

    fn change(name: &str, value: &str) -> SettingChange {
        SettingChange { name: name.to_owned(), value: Some(value.to_owned()) }
    }

    fn away(name: &str) -> SettingChange {
        SettingChange { name: name.to_owned(), value: None }
    }

    /// Settings about people that differ from their defaults.
    const OF_PEOPLE: [(&str, &str); 35] = [
        ("trial-destinations", "3"),
        ("trial-verified-destinations", "false"),
        ("review.everybody", "true"),
        ("review.due", "12h"),
        ("review.documents", "identity\nuse-case"),
        ("sign-ups.same-a-day", "9"),
        ("sign-ups.unverified", "14d"),
        ("session-idle", "1h"),
        ("session-length", "8h"),
        ("half-session", "5m"),
        ("fresh-proof", "10m"),
        ("login.network-tries", "31"),
        ("login.network-every", "21s"),
        ("reset.tries", "4"),
        ("reset.every", "21m"),
        ("reset.network-tries", "21"),
        ("reset.network-every", "4m"),
        ("reset.link", "31m"),
        ("codes.lasts", "11m"),
        ("codes.tries", "6"),
        ("codes.wrong-an-hour", "6"),
        ("codes.gap", "31s"),
        ("codes.a-number", "6"),
        ("codes.a-network", "11"),
        ("codes.an-account", "21"),
        ("codes.a-calling-code", "201"),
        ("codes.beside-authenticator", "false"),
        ("codes.prefixes", "1\n44"),
        ("passwords.shortest", "13"),
        ("passwords.unmixed", "21"),
        ("passwords.temporary", "2d"),
        ("members.invitation", "6d"),
        ("members.email-link", "2d"),
        ("members.email-undo", "4d"),
        ("members.new-factors-wait", "2d"),
    ];

    /// A policy in which every setting differs from its default.
    fn other() -> Vec<SettingChange> {
        let table = r#"[{"country":"US","state":"CA","name":"Tax, \"x\"","percent":"7.25"},{"country":"DE","state":"","name":"VAT","percent":"19","reverse-charge":true,"legal-basis":"Article 196"}]"#;
        [
            ("brand", "Acme 5"),
            ("seller.legal-name", "Acme, \"Ltd\""),
            ("seller.address-lines", "1 Main Road, left\n Wellington | 6011"),
            ("seller.country", "NZ"),
            ("seller.tax-id", "NZ 1"),
            ("seller.email", "billing@example.com"),
            ("seller.registration-number", "HRB 1"),
            ("seller.phone", "+64 4"),
            ("require-billing-address", "false"),
            // Amounts are in it from here on, and in no other currency.
            ("currency", "EUR"),
            ("minimum-recharge", "20.00"),
            ("maximum-recharge", "20.01"),
            ("alert-thresholds", ""),
            ("ladder-levels", "80"),
            ("series-limit", "1"),
            ("failure-limit", "100"),
            ("ask-again", "1500ms, 90m"),
            ("hang-up-grace", "0ms"),
            ("dunning-days", ""),
            ("lift-payment-suspension", "false"),
            ("reservation-ttl", "1m"),
            ("usage-window", "90d"),
            ("usage-ahead", "1d"),
            ("daily-summary-hour", "0"),
            ("daily-summaries", "true"),
            ("unusual-spend.factor", "0"),
            ("unusual-spend.floor", "6.00"),
            ("unusual-spend.without-history", "6.00"),
            ("trial-credits", "0.00"),
            ("close-settle", "0ms"),
            ("refund-window", "3650d"),
            ("refund-business-days", "250"),
            ("holidays", "2026-12-25, 2027-01-01"),
            ("coupon-tries", "1"),
            ("trial-subaccounts", "0"),
            ("standard-subaccounts", "100000"),
            ("trial-numbers", "0"),
            ("standard-numbers", "9999"),
            ("first-month", "none"),
            ("rent-grace", "1d"),
            ("rent-warning-days", "364, 1"),
            ("standard-rate", "100000"),
            ("lookup-rate", "1"),
            ("message-rate", "21"),
            ("tax-rates", table),
            ("payment-days", "365"),
            ("payment-terms", " Net, 30 days "),
            ("ways-to-pay", "IBAN 1"),
            ("invoice-prefix", "I-"),
            ("credit-note-prefix", ""),
            ("receipt-prefix", "R"),
        ]
        .into_iter()
        .chain(OF_PEOPLE)
        .map(|(name, value)| change(name, value))
        .collect()
    }

    fn all(settings: &Settings) -> Vec<SettingChange> {
        settings.settings.iter().map(|setting| change(&setting.name, &setting.value)).collect()
    }

    #[test]
    fn every_setting_can_be_written_and_read_back() {
        let before = Policy::of_new_stores();
        assert!(of_policy(&before).settings.iter().all(|setting| !setting.chosen));
        assert_eq!(change_policy(&before, &all(&of_policy(&before))), Ok(before.clone()));
        let after = change_policy(&before, &other()).expect("within bounds");
        let shown = of_policy(&after);
        let unchanged: Vec<&Setting> = shown.settings.iter().filter(|setting| !setting.chosen).collect();
        assert_eq!(unchanged, Vec::<&Setting>::new());
        assert_eq!(shown.settings.len(), other().len(), "a setting has no other value in this test");
        assert_eq!(change_policy(&before, &all(&shown)), Ok(after.clone()));
        // Every field of the record is a setting, but for the version.
        assert_eq!(after.version, before.version);
        let back: Vec<SettingChange> = shown.settings.iter().map(|setting| away(&setting.name)).collect();
        let reset = change_policy(&after, &back[8..]).expect("within bounds");
        assert_eq!(of_policy(&reset).settings[8..], of_policy(&before).settings[8..], "all but those of the seller");
    }

    #[test]
    fn every_field_of_the_record_is_a_setting() {
        let written = |policy: &Policy| match serde_json::to_value(policy) {
            Ok(serde_json::Value::Object(fields)) => fields,
            other => panic!("{other:?}"),
        };
        let before = Policy::of_new_stores();
        let after = written(&change_policy(&before, &other()).expect("within bounds"));
        let same: Vec<String> = written(&before)
            .into_iter()
            .filter(|(name, value)| after.get(name) == Some(value))
            .map(|(name, _)| name)
            .collect();
        assert_eq!(same, ["version"]);
    }

    #[test]
    fn the_default_is_what_a_new_store_has() {
        let fake = Fake::new();
        fake.command(START, |turn| {
            load::begin(turn);
            Ok::<_, Fault>(())
        })
        .expect("a new store");
        let policy = fake.query(START, Policy::load).expect("readable");
        assert_eq!(*policy, Policy::of_new_stores());
        let defaults: Vec<(String, String)> = describe().into_iter().map(|row| (row.name, row.default)).collect();
        let values: Vec<(String, String)> =
            of_policy(&policy).settings.into_iter().map(|setting| (setting.name, setting.value)).collect();
        assert_eq!(defaults, values);
    }

    #[test]
    fn names_are_of_their_form_and_stand_once() {
        let names: BTreeSet<&str> = ROWS.iter().map(|row| row.name).collect();
        assert_eq!(names.len(), ROWS.len());
        let good = |name: &&str| name.bytes().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'-' | b'.'));
        assert!(names.iter().all(good) && names.iter().all(|name| name.len() <= NAME_MAX));
        assert!(ROWS.len() <= CHANGES_MAX);
        for row in ROWS {
            assert!(row.help.ends_with('.') && !row.requirements.is_empty(), "{}", row.name);
        }
    }

    #[test]
    fn the_schema_of_the_tax_table_has_the_fields_of_its_rows() {
        let schema: serde_json::Value = serde_json::from_str(SCHEMA).expect("JSON");
        let row: TaxRate =
            serde_json::from_str(r#"{"country":"DE","name":"VAT","percent":"19"}"#).expect("the required ones");
        let row = serde_json::to_value(row).expect("a row");
        let names = |value: &serde_json::Value| -> BTreeSet<String> {
            value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&schema["items"]["properties"]), names(&row));
        assert_eq!(schema["maxItems"], crate::tax_rates::RATES_MAX);
    }

    /// Every problem: field, rule, limit.
    fn problems(result: Result<Policy, Fault>) -> Vec<(String, FieldRule, String)> {
        match result {
            Err(Fault::Refused(Refusal::Invalid(problems))) => problems
                .into_iter()
                .map(|problem| (problem.field, problem.rule, problem.limit.unwrap_or_default()))
                .collect(),
            other => panic!("{other:?}"),
        }
    }

    /// Other settings than those of a new store, with amounts in the default currency of one.
    fn in_usd() -> Policy {
        let changes: Vec<SettingChange> = other().into_iter().filter(|change| change.name != "currency").collect();
        change_policy(&Policy::of_new_stores(), &changes).expect("within bounds")
    }

    #[test]
    fn everything_that_is_wrong_is_named_at_once() {
        use FieldRule::{Missing, NotAllowedTogether, TooLarge, TooLong, TooMany, TooSmall, UnknownValue, WrongForm};
        let before = in_usd();
        for (name, value, rule, limit, entry) in [
            ("minimum-recharge", "lots", WrongForm, "an amount such as 25.00", ""),
            ("minimum-recharge", "20.00, 20.00", WrongForm, "an amount such as 25.00", ""),
            ("minimum-recharge", "20.00 QQQ", WrongForm, "an amount such as 25.00", ""),
            ("minimum-recharge", "20.00, 5.0005 KWD", WrongForm, "a multiple of 0.001 KWD", "[KWD]"),
            ("alert-thresholds", "5, 500 JPY, 20.5 JPY", WrongForm, "a multiple of 1 JPY", "[JPY][1]"),
            ("currency", "EURO", WrongForm, "EUR, the code of ISO 4217: three upper-case letters", ""),
            (
                "currency",
                "GBP",
                NotAllowedTogether,
                "a currency for which every amount is said; GBP lacks minimum-recharge, maximum-recharge, trial-credits, unusual-spend.floor, unusual-spend.without-history",
                "",
            ),
            ("minimum-recharge", "0.00", TooSmall, "0.01", ""),
            ("minimum-recharge", "10.005", WrongForm, "whole cents", ""),
            ("maximum-recharge", "10000000.01", TooLarge, "10000000.00", ""),
            ("maximum-recharge", "19.99", TooSmall, "20.00", ""),
            ("alert-thresholds", "1,2,3,4,5,6,7,8,9,10,11", TooMany, "10", ""),
            ("alert-thresholds", "5, -0.01", TooSmall, "0.00", "[1]"),
            ("ladder-levels", "", Missing, "1", ""),
            ("ladder-levels", "75, 75", WrongForm, "below the entry before", "[1]"),
            ("ladder-levels", "101", TooLarge, "100", "[0]"),
            ("ladder-levels", "75 %", WrongForm, "whole numbers such as 75, 50, 25, 0", ""),
            ("series-limit", "0", TooSmall, "1", ""),
            ("series-limit", "99999999999", TooLarge, "1000", ""),
            ("series-limit", "-5", WrongForm, "a whole number", ""),
            ("ask-again", "1m, 999ms", TooSmall, "1s", "[1]"),
            ("ask-again", "31d", TooLarge, "30d", "[0]"),
            ("hang-up-grace", "11m", TooLarge, "10m", ""),
            ("hang-up-grace", "600000", WrongForm, "a duration such as 10s, 5m, 1h or 30d", ""),
            ("dunning-days", "1, 91", TooLarge, "90", "[1]"),
            ("dunning-days", "7, 5", WrongForm, "above the entry before", "[1]"),
            ("daily-summaries", "yes", WrongForm, "true or false", ""),
            ("unusual-spend.factor", "1", TooSmall, "2", ""),
            ("unusual-spend.without-history", "5.99", TooSmall, "6.00", ""),
            ("holidays", "2027-02-29", WrongForm, "dates such as 2026-12-25, 2027-01-01", ""),
            ("holidays", "2026-12-25, 2026-12-25", WrongForm, "above the entry before", "[1]"),
            ("first-month", "half", UnknownValue, "none, full, prorated", ""),
            ("brand", "Münze", WrongForm, "printable ASCII", ""),
            ("seller.legal-name", "", Missing, "1", ""),
            ("seller.country", "QQ", UnknownValue, "two upper-case letters of ISO 3166-1", ""),
            ("seller.address-lines", "1 Main Road\n", FieldRule::TooShort, "1", "[1]"),
            (
                "tax-rates",
                r#"[{"country":"DE","name":"VAT","percent":"101"}]"#,
                WrongForm,
                "0 to 100, 6 decimals",
                "[0].percent",
            ),
            ("invoice-prefix", "ABCDEFGHIJK", TooLong, "10", ""),
            ("invoice-prefix", "a", WrongForm, "A-Z, 0-9 and -", ""),
            ("receipt-prefix", "I-", NotAllowedTogether, "differs from the other prefixes", ""),
            ("tiral-credits", "5", UnknownValue, "a name that describe-settings answers", ""),
        ] {
            let found = problems(change_policy(&before, &[change(name, value)]));
            assert_eq!(
                found[0],
                (format!("settings.{name}{entry}"), rule, limit.to_owned()),
                "{name} {value}: {found:?}"
            );
            assert_eq!(found.len(), 1, "{name} {value}: {found:?}");
        }
    }

    #[test]
    fn several_wrong_changes_are_told_together() {
        let before = in_usd();
        let several = [change("brand", ""), change("series-limit", "x"), away("brand"), change("Brand\n", "x")];
        let fields: Vec<String> =
            problems(change_policy(&before, &several)).into_iter().map(|(field, ..)| field).collect();
        assert_eq!(fields, ["settings.brand", "settings[3].name", "settings.brand", "settings.series-limit"]);
        let many = vec![away("brand"); CHANGES_MAX + 1];
        let told = ("settings".to_owned(), FieldRule::TooMany, "100".to_owned());
        assert_eq!(problems(change_policy(&before, &many))[0], told);
    }

    #[test]
    fn the_tax_table_is_read_strictly() {
        let before = Policy::of_new_stores();
        for (text, told) in [
            ("x", "expected value"),
            (r#"[{"country":"DE","name":"VAT"}]"#, "missing field `percent`"),
            (r#"[{"country":"DE","name":"VAT","percent":"1","percent":"2"}]"#, "duplicate field `percent`"),
            (r#"[{"country":"DE","name":"VAT","percent":"1","x":1}]"#, "unknown field `x`"),
        ] {
            let found = problems(change_policy(&before, &[change("tax-rates", text)]));
            assert!(found[0].2.starts_with("rows in JSON: ") && found[0].2.contains(told), "{found:?}");
        }
    }

    #[test]
    fn an_account_has_its_own_value_or_the_policys() {
        let policy = change_policy(&Policy::of_new_stores(), &[change("message-rate", "30")]).expect("within bounds");
        let none = Limits::default();
        let limits = change_account(&policy, &none, &[change("maximum-recharge", "20000"), change("lookup-rate", "5")])
            .expect("within bounds");
        let expected = Limits { maximum_recharge: Some(20_000_000_000), lookup_rate: Some(5), ..none.clone() };
        assert_eq!(limits, expected);
        let shown: Vec<(String, String, bool)> = of_account(&policy, &limits)
            .into_iter()
            .map(|setting| (setting.name, setting.value, setting.chosen))
            .collect();
        let expected = [
            ("maximum-recharge", "20000.00", true),
            ("standard-rate", "20", false),
            ("lookup-rate", "5", true),
            ("message-rate", "30", false),
        ];
        assert_eq!(shown, expected.map(|(name, value, own)| (name.to_owned(), value.to_owned(), own)));
        let back = change_account(&policy, &limits, &[away("maximum-recharge")]).expect("within bounds");
        assert_eq!(back, Limits { maximum_recharge: None, ..limits.clone() });
        let text = |value: &str| Some(value.to_owned());
        let name = "maximum-recharge".to_owned();
        assert_eq!(
            own_differences(&policy, &limits, &back),
            [ChangedSetting { name, before: text("20000.00"), after: None }]
        );
        for (name, value, limit) in [
            ("maximum-recharge", "24.99", "25.00"),
            ("maximum-recharge", "-1", "0.01"),
            ("maximum-recharge", "500.00 EUR", "an amount in USD"),
            ("standard-rate", "0", "1"),
            ("brand", "x", "a setting that an account can have of its own"),
        ] {
            let found = problems(change_account(&policy, &none, &[change(name, value)]).map(|_| policy.clone()));
            assert_eq!((found.len(), found[0].2.as_str()), (1, limit), "{name}: {found:?}");
        }
    }
}
