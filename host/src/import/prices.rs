//! Price books as files: CSV with a header, or a JSON list of objects, both ways.

use super::file::{self, ImportError, Lines, wrong, wrong_line};
use crate::cli::link::{Link, LinkError, field_problems};
use crate::rest::answer::rule_word;
use crate::rest::events::{HEADING, PRODUCT, heading, product};
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;

/// Columns of a price file, named as in the contract but for hyphens.
pub const COLUMNS: [&str; 7] = ["product", "heading", "country", "prefix", "rate", "first_increment", "next_increment"];
/// Rows of one call.
const CALL_ROWS: usize = 1000;
/// Rows of one version.
const ROWS_MAX: usize = 100_000;
/// Largest JSON file.
const JSON_BYTES_MAX: u64 = 64 << 20;

/// One row with the line (CSV) or place in the list (JSON) that it came from.
#[derive(Clone, PartialEq, Debug)]
pub struct PriceRow {
    /// Counted from 1.
    pub line: u64,
    /// In the JSON form of the contract.
    pub row: Value,
}

/// All rows of a file, at most 100 000.
pub fn read(path: &Path) -> Result<Vec<PriceRow>, ImportError> {
    let checked = file::check(path)?;
    let mut lines = Lines::open(path)?;
    let Some((_, first)) = lines.next_line()? else { return Err(wrong(path, "it is empty")) };
    let rows = if first.trim_start().starts_with(['[', '{']) {
        if checked.bytes > JSON_BYTES_MAX {
            return Err(wrong(path, format!("{} bytes are too many, at most {JSON_BYTES_MAX}", checked.bytes)));
        }
        read_json(path)?
    } else {
        read_csv(path, &first, lines)?
    };
    if rows.is_empty() {
        return Err(wrong(path, "it holds no price row"));
    }
    Ok(rows)
}

fn read_csv(path: &Path, header: &str, mut lines: Lines) -> Result<Vec<PriceRow>, ImportError> {
    let header = file::fields(header).map_err(|problem| wrong_line(path, 1, problem))?;
    let names: Vec<String> = header.iter().map(|name| name.to_ascii_lowercase().replace('-', "_")).collect();
    let missing: Vec<&str> = COLUMNS.into_iter().filter(|column| !names.iter().any(|name| name == column)).collect();
    if !missing.is_empty() {
        let problem = format!("the header lacks {}; it must name {}", missing.join(", "), COLUMNS.join(", "));
        return Err(wrong_line(path, 1, problem));
    }
    let mut rows = Vec::new();
    while let Some((line, text)) = lines.next_line()? {
        if text.trim().is_empty() {
            continue;
        }
        let fields = file::fields(&text).map_err(|problem| wrong_line(path, line, problem))?;
        if fields.len() != names.len() {
            let problem = format!("{} columns, the header has {}", fields.len(), names.len());
            return Err(wrong_line(path, line, problem));
        }
        let field = |column: &str| {
            let place = names.iter().position(|name| name == column).expect("none is missing");
            fields[place].as_str()
        };
        let number = |column: &str| -> Result<Value, ImportError> {
            let text = field(column);
            let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
            let number: Option<u32> = text.parse().ok().filter(|_| digits);
            number.map(Value::from).ok_or_else(|| {
                wrong_line(
                    path,
                    line,
                    format!("{column}: `{}` is not a whole number of seconds", crate::text::shortened(text)),
                )
            })
        };
        let row = json!({
            "product": field("product"), "heading": field("heading"), "country": field("country"),
            "prefix": field("prefix"), "rate": field("rate"),
            "first-increment": number("first_increment")?, "next-increment": number("next_increment")?,
        });
        push(path, &mut rows, line, row)?;
    }
    Ok(rows)
}

fn read_json(path: &Path) -> Result<Vec<PriceRow>, ImportError> {
    let text = std::fs::read_to_string(path).map_err(|error| wrong(path, error))?;
    let value: Value = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| wrong_line(path, error.line() as u64, format!("not JSON: {error}")))?;
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("rows") {
            Some(Value::Array(list)) => list,
            _ => return Err(wrong(path, "a JSON price book is a list of rows, or an object with the list `rows`")),
        },
        _ => return Err(wrong(path, "a JSON price book is a list of rows, or an object with the list `rows`")),
    };
    let mut rows = Vec::with_capacity(list.len());
    for (place, row) in list.into_iter().enumerate() {
        let line = place as u64 + 1;
        let Value::Object(object) = row else {
            return Err(wrong(path, format!("row {line}: must be an object with {}", COLUMNS.join(", "))));
        };
        let named = object.into_iter().map(|(name, value)| (name.replace('_', "-"), value)).collect();
        push(path, &mut rows, line, Value::Object(named))?;
    }
    Ok(rows)
}

fn push(path: &Path, rows: &mut Vec<PriceRow>, line: u64, row: Value) -> Result<(), ImportError> {
    for (name, known, limit) in [
        ("product", row["product"].as_str().is_some_and(|word| product(word).is_some()), PRODUCT),
        ("heading", row["heading"].as_str().is_some_and(|word| heading(word).is_some()), HEADING),
    ] {
        if !known {
            return Err(wrong_line(path, line, format!("{name}: {limit}")));
        }
    }
    if rows.len() == ROWS_MAX {
        return Err(wrong_line(path, line, format!("a price book has at most {ROWS_MAX} rows")));
    }
    rows.push(PriceRow { line, row });
    Ok(())
}

/// Makes a version of rows. Answers it as a draft.
pub fn create(
    link: &dyn Link,
    path: &Path,
    rows: &[PriceRow],
    mut on_progress: impl FnMut(usize),
) -> Result<Value, ImportError> {
    let mut version = link.call("pricing.create-version", json!({}))?;
    let number = version["number"].clone();
    for part in rows.chunks(CALL_ROWS) {
        let sent: Vec<&Value> = part.iter().map(|row| &row.row).collect();
        version = link
            .call("pricing.add-rows", json!({"version": number, "rows": sent}))
            .map_err(|error| explain(path, part, error))?;
        on_progress(part.len());
    }
    Ok(version)
}

/// An error about rows of a call, by the lines of the file.
pub fn explain(path: &Path, part: &[PriceRow], error: LinkError) -> ImportError {
    let LinkError::Refused { error: told, message } = &error else { return error.into() };
    let mut words = Vec::new();
    for problem in field_problems(told) {
        let place = problem.field.strip_prefix("rows[").and_then(|rest| rest.split_once(']'));
        let row = place.and_then(|(place, _)| part.get(place.parse::<usize>().ok()?));
        let Some((row, (_, name))) = row.zip(place) else { return ImportError::Refused(message.clone()) };
        let limit = problem.limit.map(|limit| format!(" (limit: {limit})")).unwrap_or_default();
        let rule = rule_word(problem.rule).replace('-', " ");
        words.push(format!("line {}, {}: {rule}{limit}", row.line, name.trim_start_matches('.')));
    }
    if words.is_empty() {
        return ImportError::Refused(format!("{}: {message}", path.display()));
    }
    let more = if words.len() > 20 { format!("; and {} more", words.len() - 20) } else { String::new() };
    words.truncate(20);
    ImportError::Refused(format!("{}: {}{more}", path.display(), words.join("; ")))
}

/// Writes all rows of a version as CSV or as a JSON list.
pub fn write(link: &dyn Link, version: &Value, json_form: bool, out: &mut dyn Write) -> anyhow::Result<u64> {
    let (mut after, mut written) = (None::<String>, 0_u64);
    if json_form {
        write!(out, "[")?;
    } else {
        writeln!(out, "{}", COLUMNS.join(","))?;
    }
    loop {
        let page = link.call("pricing.list-rows", json!({"version": version, "after": after}))?;
        for row in page["rows"].as_array().into_iter().flatten() {
            if json_form {
                let named: serde_json::Map<String, Value> = COLUMNS
                    .iter()
                    .map(|column| ((*column).to_owned(), row[column.replace('_', "-")].clone()))
                    .collect();
                write!(out, "{}\n{}", if written == 0 { "" } else { "," }, Value::Object(named))?;
            } else {
                let text = |column: &&str| match &row[column.replace('_', "-")] {
                    Value::String(text) => text.clone(),
                    other => other.to_string(),
                };
                // No field can hold a comma or a quote: words, digits, letters.
                writeln!(out, "{}", COLUMNS.iter().map(text).collect::<Vec<_>>().join(","))?;
            }
            written += 1;
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    if json_form {
        writeln!(out, "\n]")?;
    }
    out.flush()?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Vec<PriceRow>, String> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("prices");
        std::fs::write(&path, text).expect("file");
        read(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))
    }

    const HEADER: &str = "product,heading,country,prefix,rate,first_increment,next_increment\n";

    #[test]
    fn csv_and_json_give_the_same_rows() {
        let csv = of(&format!("{HEADER}voice,outbound,DE,49,0.0123,60,60\n")).expect("csv");
        let json = of(r#"[{"product":"voice","heading":"outbound","country":"DE","prefix":"49","rate":"0.0123","first_increment":60,"next_increment":60}]"#)
            .expect("json");
        assert_eq!(csv[0].row, json[0].row);
        assert_eq!((csv[0].line, json[0].line), (2, 1));
    }

    #[test]
    fn wrong_rows_are_told_by_line() {
        for (text, problem) in [
            (format!("{HEADER}voice,outbound,DE,49,0.1,60\n"), "FILE, line 2: 6 columns, the header has 7"),
            (
                format!("{HEADER}\nvoice,outbound,DE,49,0.1,a,60\n"),
                "FILE, line 3: first_increment: `a` is not a whole number of seconds",
            ),
            (format!("{HEADER}fax,outbound,DE,49,0.1,60,60\n"), "FILE, line 2: product: must be voice, sms or mms"),
            (HEADER.to_owned(), "FILE: it holds no price row"),
            (
                "product,rate\n".to_owned(),
                "FILE, line 1: the header lacks heading, country, prefix, first_increment, next_increment; it must name product, heading, country, prefix, rate, first_increment, next_increment",
            ),
            (
                "{\"rows\": 5}".to_owned(),
                "FILE: a JSON price book is a list of rows, or an object with the list `rows`",
            ),
            (
                "[5]".to_owned(),
                "FILE: row 1: must be an object with product, heading, country, prefix, rate, first_increment, next_increment",
            ),
        ] {
            assert_eq!(of(&text), Err(problem.to_owned()));
        }
        assert!(of("[\n{").expect_err("broken").starts_with("FILE, line 2: not JSON: "));
    }

    #[test]
    fn what_the_rules_refuse_is_told_by_line() {
        let part = [PriceRow { line: 7, row: json!({}) }, PriceRow { line: 9, row: json!({}) }];
        let told = json!({"refused": {"invalid": [{"field": "rows[1].rate", "rule": "too-large", "limit": "1000"}]}});
        let error = explain(Path::new("p.csv"), &part, crate::cli::link::refused(&told));
        assert_eq!(error.to_string(), "p.csv: line 9, rate: too large (limit: 1000)");
    }
}
