//! `coinbox policy …`: settings by name, as `operator.describe-settings` describes them. No setting is known here.

use super::arguments::{Policy, PolicySet};
use super::show::{Rows, Text, printable};
use super::work::Work;
use anyhow::Context;
use coinbox_operations::words::{field, moment};
use serde_json::{Value, json};
use std::io::Read;
use std::path::Path;

/// Runs `policy …`.
pub(crate) fn policy(work: &Work, command: Policy) -> anyhow::Result<()> {
    match command {
        Policy::Show { names } => {
            let settings = work.link.call("operator.get-settings", json!({}))?;
            show(work, &settings, &names)
        }
        Policy::Set(PolicySet { words, file }) => {
            let changes = match file {
                Some(file) => of_lines(&read(&file)?)?,
                None => of_words(&words, |name| form_of(work, name))?,
            };
            let changes: Vec<(String, Option<String>)> =
                changes.into_iter().map(|(name, value)| (name, Some(value))).collect();
            change(work, &changes)
        }
        Policy::Reset { names } => {
            let changes: Vec<(String, Option<String>)> = names.into_iter().map(|name| (name, None)).collect();
            change(work, &changes)
        }
        Policy::Describe { names } => describe(work, &names),
        Policy::History { account, after, limit } => {
            let mut arguments = json!({"after": after, "limit": limit});
            let function = match account {
                Some(account) => {
                    arguments["auth-id"] = account.into();
                    "operator.list-account-setting-changes"
                }
                None => "operator.list-setting-changes",
            };
            let page = work.link.call(function, arguments)?;
            work.output.answer(&page, |page| Text::Table(history(page)))?;
            if let Some(next) = page["next"].as_str() {
                work.output.note(&format!("There are older changes: --after {next}"));
            }
            Ok(())
        }
    }
}

/// Changes what is named and shows it as it is then.
fn change(work: &Work, changes: &[(String, Option<String>)]) -> anyhow::Result<()> {
    let named = changes.iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>();
    let settings = work.link.call("operator.change-settings", json!({"version": null, "settings": named}))?;
    let names: Vec<String> = changes.iter().map(|(name, _)| name.clone()).collect();
    show(work, &settings, &names)
}

/// Shows the settings of these names, or all. What people see are lines that `policy set --file` takes.
fn show(work: &Work, settings: &Value, names: &[String]) -> anyhow::Result<()> {
    let all = settings["settings"].as_array().map_or(&[][..], Vec::as_slice);
    let named = chosen(all, names)?;
    work.output.answer(settings, |_| {
        let line = |setting: &&Value| line(&field(setting, "name"), setting["value"].as_str().unwrap_or_default());
        Text::Line(named.iter().map(line).collect::<Vec<_>>().join("\n"))
    })
}

/// Those of these names, in the order of the names; without names all.
fn chosen<'a>(all: &'a [Value], names: &[String]) -> anyhow::Result<Vec<&'a Value>> {
    if names.is_empty() {
        return Ok(all.iter().collect());
    }
    let find = |name: &String| {
        all.iter()
            .find(|one| one["name"] == name.as_str())
            .with_context(|| format!("there is no setting `{}`: `coinbox policy describe` lists them", printable(name)))
    };
    names.iter().map(find).collect()
}

/// A setting as one line.
fn line(name: &str, value: &str) -> String {
    format!("{name} {}", quoted(value))
}

/// A value as it stands in a line: what is not plain is in quotes, as JSON has it.
fn quoted(value: &str) -> String {
    let plain = !value.is_empty()
        && value.trim() == value
        && !value.starts_with('"')
        && !value.chars().any(coinbox_host::text::is_acting);
    if plain { value.to_owned() } else { Value::from(value).to_string() }
}

/// Settings of lines such as [`line`] writes. Empty lines and those that begin with `#` mean nothing.
fn of_lines(text: &str) -> anyhow::Result<Vec<(String, String)>> {
    let is_setting = |(_, line): &(usize, &str)| !line.is_empty() && !line.starts_with('#');
    text.lines()
        .map(str::trim)
        .enumerate()
        .filter(is_setting)
        .map(|(place, line)| {
            let (name, value) =
                line.split_once(char::is_whitespace).with_context(|| format!("line {}: NAME VALUE", place + 1))?;
            let value = value.trim_start();
            let value = match value.starts_with('"') {
                true => serde_json::from_str(value)
                    .with_context(|| format!("line {}: what begins with a quote is JSON text", place + 1))?,
                false => value.to_owned(),
            };
            Ok((name.to_owned(), value))
        })
        .collect()
}

/// Settings of a command line: `NAME VALUE…` or `NAME=VALUE…`. `form` tells the form of a setting; it is asked only where a value is in several words.
fn of_words(
    words: &[String],
    form: impl FnOnce(&str) -> anyhow::Result<String>,
) -> anyhow::Result<Vec<(String, String)>> {
    let (first, rest) = words.split_first().context("NAME VALUE… or NAME=VALUE…")?;
    if first.contains('=') {
        let pair = |word: &String| {
            let (name, value) = word
                .split_once('=')
                .with_context(|| format!("`{}` is not NAME=VALUE", coinbox_host::text::shortened(word)))?;
            Ok((name.to_owned(), value.to_owned()))
        };
        return words.iter().map(pair).collect();
    }
    let value = match rest {
        [] => anyhow::bail!("{}: a value is missing; `coinbox policy reset` puts the default back", printable(first)),
        [value] => value.clone(),
        several => match form(first)?.as_str() {
            "lines" => several.join("\n"),
            // Words of one list that was typed with its commas.
            _ if several.iter().any(|word| word.ends_with(',')) => several.join(" "),
            "amount" | "text" | "choice" => several.join(" "),
            _ => several.join(", "),
        },
    };
    Ok(vec![(first.clone(), value)])
}

fn form_of(work: &Work, name: &str) -> anyhow::Result<String> {
    let all = work.link.call("operator.describe-settings", json!({}))?;
    let all = all.as_array().map_or(&[][..], Vec::as_slice);
    Ok(field(chosen(all, &[name.to_owned()])?[0], "form"))
}

fn read(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(file).with_context(|| file.display().to_string())
}

fn describe(work: &Work, names: &[String]) -> anyhow::Result<()> {
    let all = work.link.call("operator.describe-settings", json!({}))?;
    let all = all.as_array().map_or(&[][..], Vec::as_slice);
    let named = chosen(all, names)?;
    let answer = Value::from_iter(named.iter().map(|one| (*one).clone()));
    work.output.answer(&answer, |_| match names {
        [] => {
            let mut rows = Rows::new(&["name", "form", "default", "of an account"]);
            for one in &named {
                let own = if one["per-account"] == true { "yes" } else { "" };
                rows.add(vec![field(one, "name"), field(one, "form"), field(one, "default"), own.to_owned()]);
            }
            Text::Table(rows)
        }
        _ => Text::Line(named.iter().map(|one| described(one)).collect::<Vec<_>>().join("\n\n")),
    })
}

/// What is known of one setting: name and sentence, then a line a fact.
fn described(one: &Value) -> String {
    let texts = |name: &str| -> Vec<String> {
        let items = one[name].as_array().into_iter().flatten();
        items.filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let unit = one["unit"].as_str().map(|unit| format!(", {unit}")).unwrap_or_default();
    let mut lines =
        vec![field(one, "name"), format!("  {}", field(one, "help")), format!("  form: {}{unit}", field(one, "form"))];
    let choices = texts("choices");
    if !choices.is_empty() {
        lines.push(format!("  choices: {}", choices.join(", ")));
    }
    for bound in one["bounds"].as_array().into_iter().flatten() {
        lines.push(format!("  {}: {}", field(bound, "name").replace('-', " "), field(bound, "value")));
    }
    lines.push(format!("  default: {}", quoted(&field(one, "default"))));
    lines.push(format!("  requirements: {}", texts("requirements").join(", ")));
    if one["per-account"] == true {
        lines.push("  An account can have its own: `coinbox account limits`.".to_owned());
    }
    lines.join("\n")
}

/// A row a setting that was changed.
fn history(page: &Value) -> Rows {
    let mut rows = Rows::new(&[">version", "at", "by", "setting", "before", "after"]);
    for entry in page["entries"].as_array().into_iter().flatten() {
        for one in entry["changed"].as_array().into_iter().flatten() {
            let value = |name: &str| match &one[name] {
                Value::Null => "as the policy says".to_owned(),
                value => value.as_str().unwrap_or_default().replace('\n', " / "),
            };
            rows.add(vec![
                entry["version"].to_string(),
                moment(&entry["at"]),
                field(entry, "by"),
                field(one, "name"),
                value("before"),
                value("after"),
            ]);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str], form: &str) -> Result<Vec<(String, String)>, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        of_words(&words, |_| Ok(form.to_owned())).map_err(|error| error.to_string())
    }

    fn one(name: &str, value: &str) -> Result<Vec<(String, String)>, String> {
        Ok(vec![(name.to_owned(), value.to_owned())])
    }

    #[test]
    fn a_line_that_is_shown_can_be_given_back() {
        let told = [
            ("brand", "Acme 5", "brand Acme 5"),
            ("payment-terms", "", "payment-terms \"\""),
            ("payment-terms", " net ", "payment-terms \" net \""),
            ("seller.address-lines", "1 Road\nCity", "seller.address-lines \"1 Road\\nCity\""),
            ("seller.legal-name", "\"A\" Ltd", "seller.legal-name \"\\\"A\\\" Ltd\""),
            ("tax-rates", r#"[{"country":"DE"}]"#, r#"tax-rates [{"country":"DE"}]"#),
        ];
        for (name, value, shown) in told {
            assert_eq!(line(name, value), shown);
            assert_eq!(of_lines(shown).map_err(|error| error.to_string()), one(name, value));
        }
        let file = "# settings\n\nbrand  Acme\n  series-limit 5\n";
        let read = of_lines(file).expect("settings");
        assert_eq!(read, [("brand", "Acme"), ("series-limit", "5")].map(|(a, b)| (a.to_owned(), b.to_owned())));
        assert_eq!(of_lines("brand Acme\nbrand").expect_err("no value").to_string(), "line 2: NAME VALUE");
        assert!(of_lines("brand \"Acme").expect_err("no JSON").to_string().starts_with("line 1: "));
    }

    #[test]
    fn a_command_line_names_one_setting_or_several() {
        assert_eq!(words(&["brand", ""], ""), one("brand", ""));
        assert_eq!(words(&["brand", "Acme", "5"], "text"), one("brand", "Acme 5"));
        assert_eq!(words(&["ladder-levels", "75", "50"], "percents"), one("ladder-levels", "75, 50"));
        assert_eq!(words(&["ladder-levels", "75,", "50"], "percents"), one("ladder-levels", "75, 50"));
        assert_eq!(words(&["minimum-recharge", "25.00", "USD"], "amount"), one("minimum-recharge", "25.00 USD"));
        assert_eq!(words(&["seller.address-lines", "1 Road, left", "City"], "lines"), {
            one("seller.address-lines", "1 Road, left\nCity")
        });
        let two = [("brand", "A=B"), ("series-limit", "5")].map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(words(&["brand=A=B", "series-limit=5"], ""), Ok(two.to_vec()));
        assert_eq!(words(&["brand=A", "5"], ""), Err("`5` is not NAME=VALUE".to_owned()));
        assert!(words(&["brand"], "").expect_err("no value").starts_with("brand: a value is missing"));
    }

    #[test]
    fn a_setting_is_described_with_its_bounds() {
        let one = json!({"name": "series-limit", "form": "count", "default": "40", "unit": "charges", "choices": [], "requirements": ["R7"],
            "bounds": [{"name": "least", "value": "1"}, {"name": "most", "value": "1000"}], "per-account": false, "help": "Most charges."});
        let told = "series-limit\n  Most charges.\n  form: count, charges\n  least: 1\n  most: 1000\n  default: 40\n  requirements: R7";
        assert_eq!(described(&one), told);
    }

    #[test]
    fn the_history_has_a_row_a_setting() {
        let page = json!({"entries": [{"version": 2, "at": "1772452800000", "by": "alice", "changed": [
            {"name": "brand", "before": "A", "after": "B"}, {"name": "lookup-rate", "before": null, "after": "5"}]}]});
        let table = history(&page).render();
        let rows: Vec<&str> = table.lines().skip(2).map(str::trim).collect();
        assert_eq!(rows.len(), 2, "{table}");
        assert!(rows[0].contains("2026-03-02T12:00:00Z") && rows[0].contains("alice") && rows[0].ends_with('B'));
        assert!(rows[1].contains("as the policy says"), "{table}");
    }
}
