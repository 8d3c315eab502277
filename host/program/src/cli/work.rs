//! What a command works with, and how it reads what was typed.

use super::show::Output;
use coinbox_host::text;
use coinbox_operations::link::Link;

/// The command did all that it could, and some rows were rejected or could not be read.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct NotAll(pub(super) String);

/// What a command works with.
pub(super) struct Work {
    pub(super) link: Box<dyn Link>,
    pub(super) output: Output,
}

/// What takes a setting away.
pub(super) const NONE: &str = "none";

/// A setting that was given: a new value, or none any more (R88).
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Setting {
    To(String),
    None,
}

/// What was given for a setting; none: it stays.
pub(super) fn setting(given: Option<String>) -> Option<Setting> {
    Some(match given? {
        text if text == NONE => Setting::None,
        text => Setting::To(text),
    })
}

/// What was given for a setting that is a text: no text takes it away.
pub(super) fn text_setting(given: Option<String>) -> Option<String> {
    Some(match setting(given)? {
        Setting::To(text) => text,
        Setting::None => String::new(),
    })
}

/// What was given for a setting that is a list: all of it; none: it stays.
pub(super) fn settings_of(flag: &str, given: Vec<String>) -> anyhow::Result<Option<Vec<String>>> {
    if given.iter().any(|text| text == NONE) {
        anyhow::ensure!(given.len() == 1, "{flag}: `none` takes all away; give it alone");
        return Ok(Some(Vec::new()));
    }
    Ok((!given.is_empty()).then_some(given))
}

/// Micros of a typed amount, as the contract's JSON has them.
pub(super) fn micros_of(field: &str, typed: &str) -> anyhow::Result<String> {
    text::micros(typed).map(|micros| micros.to_string()).map_err(|error| anyhow::anyhow!("{field}: {error}"))
}

/// Milliseconds of a typed moment, as the contract's JSON has them.
pub(super) fn moment_of(field: &str, typed: &str) -> anyhow::Result<String> {
    text::moment_ms(typed).map(|moment| moment.to_string()).map_err(|error| anyhow::anyhow!("{field}: {error}"))
}

/// A day such as `2026-11-01`, as its first moment in UTC.
fn day_of(typed: &str) -> Option<i64> {
    let is_day = typed.len() == 10 && !typed.contains(['T', ':']) && typed.contains('-');
    is_day.then(|| text::moment_ms(&format!("{typed}T00:00:00Z")).ok()).flatten()
}

/// Milliseconds of the moment from which on something is asked for: a typed moment, or a day (UTC) with all of it.
pub(super) fn from_of(field: &str, typed: &str) -> anyhow::Result<i64> {
    match day_of(typed) {
        Some(first) => Ok(first),
        None => {
            text::moment_ms(typed).map_err(|error| anyhow::anyhow!("{field}: {error}, or a day such as 2026-11-01"))
        }
    }
}

/// Milliseconds of the moment before which something is asked for: a typed moment, or a day (UTC) with all of it.
pub(super) fn until_of(field: &str, typed: &str) -> anyhow::Result<i64> {
    const DAY_MS: i64 = 86_400_000;
    Ok(match day_of(typed) {
        Some(first) => first.saturating_add(DAY_MS),
        None => from_of(field, typed)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// money-12-settings-that-are-not-named-are-reset
    #[test]
    fn what_is_not_given_stays_and_none_takes_away() {
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(setting(None), None);
        assert_eq!(setting(text("none")), Some(Setting::None));
        assert_eq!(setting(text("5.00")), Some(Setting::To("5.00".to_owned())));
        assert_eq!((text_setting(None), text_setting(text("none"))), (None, text("")));
        let list = |given: &[&str]| settings_of("--to", given.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(list(&[]).expect("nothing"), None);
        assert_eq!(list(&["none"]).expect("none"), Some(vec![]));
        assert_eq!(list(&["a@b.c"]).expect("one"), Some(vec!["a@b.c".to_owned()]));
        let both = list(&["none", "a@b.c"]).expect_err("a contradiction").to_string();
        assert_eq!(both, "--to: `none` takes all away; give it alone");
    }

    #[test]
    fn a_day_is_all_of_it() {
        assert_eq!(from_of("--from", "2026-11-01").expect("a day"), 1_793_491_200_000);
        assert_eq!(until_of("--to", "2026-11-01").expect("a day"), 1_793_577_600_000);
        assert_eq!(from_of("--from", "2026-11-01T00:00:00Z").expect("a moment"), 1_793_491_200_000);
        assert_eq!(until_of("--to", "2026-11-01T00:00:00Z").expect("a moment"), 1_793_491_200_000);
        assert_eq!(until_of("--to", "1793491200000").expect("milliseconds"), 1_793_491_200_000);
        for bad in ["2026-11-31", "2026-11", "noon"] {
            let told = until_of("--to", bad).expect_err(bad).to_string();
            assert!(told.starts_with(&format!("--to: `{bad}` is not a moment")), "{told}");
            assert!(told.ends_with(", or a day such as 2026-11-01"), "{told}");
        }
    }

    #[test]
    fn typed_amounts_name_their_field() {
        assert_eq!(micros_of("AMOUNT", "25.00").expect("valid"), "25000000");
        assert!(
            micros_of("--below", "25,00")
                .expect_err("refused")
                .to_string()
                .starts_with("--below: `25,00` is not an amount")
        );
        assert!(
            moment_of("--to", "noon").expect_err("refused").to_string().starts_with("--to: `noon` is not a moment")
        );
    }
}
