//! Tiers in price files: a row with a quantity in `tier_above` is one step of the price row with its product, heading and prefix (USE-9). `tier_mode` says
//! which units it is for; empty, those above it.

use super::error::{ImportError, wrong_line};
use super::price_row::PriceRow;
use serde_json::{Map, Value, json};
use std::path::Path;

/// The column of a step: how much of the month comes before it, in the unit of the product.
pub(super) const COLUMN: &str = "tier_above";
/// The column that says which units a step is for.
pub(super) const MODE: &str = "tier_mode";
/// What it may say. Empty: the first.
const MODES: [&str; 2] = ["graduated", "volume"];

/// A step, with the row that it is of.
pub(super) fn step(path: &Path, line: u64, row: &Map<String, Value>) -> Result<Value, ImportError> {
    const NEEDED: [&str; 4] = ["product", "heading", "rate", COLUMN];
    let known = |name: &str| NEEDED.contains(&name) || ["prefix", MODE].contains(&name);
    if let Some(other) = row.keys().find(|name| !known(name)) {
        return Err(wrong_line(path, line, format!("{other}: must be empty for a tier")));
    }
    if let Some(missing) = NEEDED.iter().find(|name| !row.contains_key(**name)) {
        return Err(wrong_line(path, line, format!("{missing}: is missing")));
    }
    let above: Option<u64> = match &row[COLUMN] {
        Value::String(text) => text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit())),
        other => other.as_u64(),
    };
    let above = above.ok_or_else(|| wrong_line(path, line, format!("{COLUMN}: must be a whole number")))?;
    let mode = row.get(MODE).cloned().unwrap_or_else(|| Value::from(MODES[0]));
    if !mode.as_str().is_some_and(|mode| MODES.contains(&mode)) {
        return Err(wrong_line(path, line, format!("{MODE}: must be {}", MODES.join(" or "))));
    }
    let prefix = row.get("prefix").cloned().unwrap_or_else(|| Value::from(""));
    Ok(json!({"product": row["product"], "heading": row["heading"], "prefix": prefix, "mode": mode,
        "above": above.to_string(), "rate": row["rate"]}))
}

/// What names the table of a step. Steps of one row in two modes are two tables, which the rules refuse.
fn row_of(step: &PriceRow) -> [&Value; 4] {
    ["product", "heading", "prefix", "mode"].map(|name| &step.row[name])
}

/// The steps of each row, in the order of the file.
fn by_row(steps: &[PriceRow]) -> Vec<Vec<&PriceRow>> {
    let mut sorted: Vec<&PriceRow> = steps.iter().collect();
    let name = |step: &PriceRow| row_of(step).map(ToString::to_string);
    sorted.sort_by_cached_key(|step| name(step));
    let mut grouped: Vec<Vec<&PriceRow>> = Vec::new();
    for step in sorted {
        match grouped.last_mut().filter(|steps| row_of(steps[0]) == row_of(step)) {
            Some(steps) => steps.push(step),
            None => grouped.push(vec![step]),
        }
    }
    grouped.sort_by_key(|steps| steps[0].line);
    grouped
}

/// Tiers as the contract takes them.
pub(super) fn tables(steps: &[PriceRow]) -> Vec<Value> {
    let table = |steps: Vec<&PriceRow>| {
        let [product, heading, prefix, mode] = row_of(steps[0]);
        let shown = |step: &PriceRow| json!({"above": step.row["above"], "rate": step.row["rate"]});
        let shown: Vec<Value> = steps.iter().map(|step| shown(step)).collect();
        json!({"product": product, "heading": heading, "prefix": prefix, "mode": mode, "steps": shown})
    };
    by_row(steps).into_iter().map(table).collect()
}

/// Line and column of what an argument names: `0].steps[1].rate` of `tiers[0].steps[1].rate`.
pub(super) fn place(steps: &[PriceRow], field: &str) -> Option<(u64, String)> {
    let (table, rest) = field.split_once(']')?;
    let table = by_row(steps).into_iter().nth(table.parse().ok()?)?;
    let (step, name) = match rest.strip_prefix(".steps[").and_then(|rest| rest.split_once("].")) {
        Some((step, name)) => (*table.get(step.parse::<usize>().ok()?)?, name),
        None => (table[0], rest.trim_start_matches('.')),
    };
    let column = if matches!(name, "above" | "steps") { COLUMN } else { name };
    Some((step.line, column.to_owned()))
}

/// The rows of a file for tiers as the contract has them.
pub(super) fn rows(tables: &Value) -> impl Iterator<Item = Map<String, Value>> {
    tables.as_array().into_iter().flatten().flat_map(|table| {
        table["steps"].as_array().into_iter().flatten().map(|step| {
            let columns = [
                ("product", &table["product"]),
                ("heading", &table["heading"]),
                ("prefix", &table["prefix"]),
                ("rate", &step["rate"]),
                (COLUMN, &step["above"]),
                (MODE, &table["mode"]),
            ];
            columns.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps() -> Vec<PriceRow> {
        let step = |line, prefix: &str, above: &str| {
            let row = json!({"product": "sms", "heading": "outbound", "prefix": prefix, "mode": "volume", "above": above,
                "rate": "1"});
            PriceRow { line, row }
        };
        vec![step(2, "44", "5"), step(3, "1", "7"), step(4, "44", "9")]
    }

    #[test]
    fn steps_are_put_together_by_row() {
        let step = |above: &str| json!({"above": above, "rate": "1"});
        let table = |prefix: &str, steps: Vec<Value>| json!({"product": "sms", "heading": "outbound", "prefix": prefix, "mode": "volume", "steps": steps});
        let tables = tables(&steps());
        assert_eq!(tables, [table("44", vec![step("5"), step("9")]), table("1", vec![step("7")])]);
        let above: Vec<Value> = rows(&Value::from(tables)).map(|row| row[COLUMN].clone()).collect();
        assert_eq!(above, ["5", "9", "7"]);
        let mut two_modes = steps();
        two_modes[2].row["mode"] = Value::from("graduated");
        assert_eq!(super::tables(&two_modes).len(), 3, "the rules say that one row has two tables");
    }

    #[test]
    fn what_the_rules_refuse_is_told_by_line() {
        for (field, line, column) in [
            ("0].steps[1].above", 4, COLUMN),
            ("1].steps[0].rate", 3, "rate"),
            ("0].prefix", 2, "prefix"),
            ("1].steps", 3, COLUMN),
        ] {
            assert_eq!(place(&steps(), field), Some((line, column.to_owned())), "{field}");
        }
        assert_eq!(place(&steps(), "2].prefix"), None);
    }
}
