//! Price books as files: CSV with a header, or a JSON list of objects, both ways.

use super::file::{self, ImportError, Lines, wrong, wrong_line};
use crate::cli::link::{Link, LinkError, field_problems};
use crate::export::table::marked;
use crate::rest::answer::rule_word;
use crate::rest::events::{HEADING, heading, product};
use serde_json::{Map, Value, json};
use std::io::Write;
use std::path::Path;

/// Columns that every price file has, named as in the contract but for hyphens.
pub const COLUMNS: [&str; 7] = ["product", "heading", "country", "prefix", "rate", "first_increment", "next_increment"];
/// Columns that may follow: the name of a group of numbers, and what prices of numbers have. A row with the product `number` has
/// country, `number_type`, `setup` and its monthly price as `rate`; one with the product `seat` has `rate` only.
pub const MORE_COLUMNS: [&str; 3] = ["group", "number_type", "setup"];
/// What the column `product` may say.
const PRODUCTS: &str = "must be voice, sms, mms, number or seat";
/// What the column `number_type` may say.
const NUMBER_TYPES: [&str; 4] = ["local", "national", "mobile", "toll-free"];
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

/// All prices of a file, at most 100 000.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PriceFile {
    /// Of usage.
    pub rows: Vec<PriceRow>,
    /// Of numbers.
    pub numbers: Vec<PriceRow>,
    /// Of a seat; its row is the price.
    pub seat: Option<PriceRow>,
}

impl PriceFile {
    /// How many prices.
    pub fn count(&self) -> usize {
        self.rows.len() + self.numbers.len() + usize::from(self.seat.is_some())
    }

    /// Prices of numbers and seats as the contract takes them; none: there are none.
    pub fn number_prices(&self) -> Option<Value> {
        let rows: Vec<&Value> = self.numbers.iter().map(|number| &number.row).collect();
        let seat = self.seat.as_ref().map(|seat| &seat.row);
        (!rows.is_empty() || seat.is_some()).then(|| json!({"rows": rows, "seat": seat}))
    }

    /// Line and column of an argument of a call that was given `part` of the rows.
    fn place(&self, part: &[PriceRow], field: &str) -> Option<(u64, String)> {
        if field == "prices.seat" {
            return Some((self.seat.as_ref()?.line, "rate".to_owned()));
        }
        let of_numbers = field.strip_prefix("prices.");
        let rows = if of_numbers.is_some() { &self.numbers[..] } else { part };
        let (place, name) = of_numbers.unwrap_or(field).strip_prefix("rows[")?.split_once(']')?;
        let row = rows.get(place.parse::<usize>().ok()?)?;
        let name = match name.trim_start_matches('.') {
            "monthly" => "rate".to_owned(),
            name => name.to_owned(),
        };
        Some((row.line, name))
    }
}

/// All prices of a file.
pub fn read(path: &Path) -> Result<PriceFile, ImportError> {
    let checked = file::check(path)?;
    let mut lines = Lines::open(path)?;
    let Some((_, first)) = lines.next_line()? else { return Err(wrong(path, "it is empty")) };
    let prices = if first.trim_start().starts_with(['[', '{']) {
        if checked.bytes > JSON_BYTES_MAX {
            return Err(wrong(path, format!("{} bytes are too many, at most {JSON_BYTES_MAX}", checked.bytes)));
        }
        read_json(path)?
    } else {
        read_csv(path, &first, lines)?
    };
    if prices.count() == 0 {
        return Err(wrong(path, "it holds no price row"));
    }
    Ok(prices)
}

fn read_csv(path: &Path, header: &str, mut lines: Lines) -> Result<PriceFile, ImportError> {
    let header = file::fields(header).map_err(|problem| wrong_line(path, 1, problem))?;
    let names: Vec<String> = header.iter().map(|name| name.to_ascii_lowercase().replace('-', "_")).collect();
    let missing: Vec<&str> = COLUMNS.into_iter().filter(|column| !names.iter().any(|name| name == column)).collect();
    if !missing.is_empty() {
        let problem = format!("the header lacks {}; it must name {}", missing.join(", "), COLUMNS.join(", "));
        return Err(wrong_line(path, 1, problem));
    }
    let mut prices = PriceFile::default();
    while let Some((line, text)) = lines.next_line()? {
        if text.trim().is_empty() {
            continue;
        }
        let fields = file::fields(&text).map_err(|problem| wrong_line(path, line, problem))?;
        if fields.len() != names.len() {
            let problem = format!("{} columns, the header has {}", fields.len(), names.len());
            return Err(wrong_line(path, line, problem));
        }
        // An empty field is none.
        let mut object = Map::new();
        for column in COLUMNS.into_iter().chain(MORE_COLUMNS) {
            let place = names.iter().position(|name| name == column);
            let Some(text) = place.map(|place| fields[place].as_str()).filter(|text| !text.is_empty()) else {
                continue;
            };
            let value = match column {
                "first_increment" | "next_increment" => {
                    let number: Option<u32> =
                        text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
                    number.map(Value::from).ok_or_else(|| {
                        let shown = crate::text::shortened(text);
                        wrong_line(path, line, format!("{column}: `{shown}` is not a whole number of seconds"))
                    })?
                }
                _ => Value::from(text),
            };
            object.insert(column.to_owned(), value);
        }
        push(path, &mut prices, line, object)?;
    }
    Ok(prices)
}

fn read_json(path: &Path) -> Result<PriceFile, ImportError> {
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
    let mut prices = PriceFile::default();
    for (place, row) in list.into_iter().enumerate() {
        let line = place as u64 + 1;
        let Value::Object(object) = row else {
            return Err(wrong(path, format!("row {line}: must be an object with {}", COLUMNS.join(", "))));
        };
        let named = object.into_iter().map(|(name, value)| (name.replace('-', "_"), value));
        push(path, &mut prices, line, named.filter(|(_, value)| !value.is_null()).collect())?;
    }
    Ok(prices)
}

/// Sorts one row into its kind. Its columns are those that are not empty.
fn push(path: &Path, prices: &mut PriceFile, line: u64, mut row: Map<String, Value>) -> Result<(), ImportError> {
    if prices.count() == ROWS_MAX {
        return Err(wrong_line(path, line, format!("a price book has at most {ROWS_MAX} rows")));
    }
    let product_word = row.get("product").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (needed, allowed): (&[&str], &[&str]) = match product_word.as_str() {
        "number" => (&["country", "number_type", "rate"], &["setup"]),
        "seat" => (&["rate"], &[]),
        word if product(word).is_some() => (&COLUMNS[1..], &["group"]),
        _ => return Err(wrong_line(path, line, format!("product: {PRODUCTS}"))),
    };
    let known =
        |name: &&String| *name == "product" || needed.contains(&name.as_str()) || allowed.contains(&name.as_str());
    if let Some(other) = row.keys().find(|name| !known(name)) {
        return Err(wrong_line(path, line, format!("{other}: must be empty for the product {product_word}")));
    }
    if let Some(missing) = needed.iter().find(|name| !row.contains_key(**name)) {
        return Err(wrong_line(path, line, format!("{missing}: is missing")));
    }
    match product_word.as_str() {
        "number" => {
            let kind = row.remove("number_type").unwrap_or_default();
            if !kind.as_str().is_some_and(|kind| NUMBER_TYPES.contains(&kind)) {
                return Err(wrong_line(path, line, format!("number_type: must be {}", NUMBER_TYPES.join(", "))));
            }
            let setup = row.remove("setup").unwrap_or_else(|| Value::from("0"));
            let row = json!({"country": row["country"], "kind": kind, "setup": setup, "monthly": row["rate"]});
            prices.numbers.push(PriceRow { line, row });
        }
        "seat" => {
            if prices.seat.is_some() {
                return Err(wrong_line(path, line, "product: there is a price of a seat already"));
            }
            prices.seat = Some(PriceRow { line, row: row["rate"].clone() });
        }
        _ => {
            if row["heading"].as_str().is_none_or(|word| heading(word).is_none()) {
                return Err(wrong_line(path, line, format!("heading: {HEADING}")));
            }
            let named = row.into_iter().map(|(name, value)| (name.replace('_', "-"), value)).collect();
            prices.rows.push(PriceRow { line, row: Value::Object(named) });
        }
    }
    Ok(())
}

/// Makes a version of a file. Answers it as a draft.
pub fn create(
    link: &dyn Link,
    path: &Path,
    prices: &PriceFile,
    mut on_progress: impl FnMut(usize),
) -> Result<Value, ImportError> {
    let mut version = link.call("pricing.create-version", json!({}))?;
    let number = version["number"].clone();
    for part in prices.rows.chunks(CALL_ROWS) {
        let sent: Vec<&Value> = part.iter().map(|row| &row.row).collect();
        version = link
            .call("pricing.add-rows", json!({"version": number, "rows": sent}))
            .map_err(|error| explain(path, prices, part, error))?;
        on_progress(part.len());
    }
    if let Some(sent) = prices.number_prices() {
        version = link
            .call("pricing.set-number-prices", json!({"version": number, "prices": sent}))
            .map_err(|error| explain(path, prices, &[], error))?;
        on_progress(prices.count() - prices.rows.len());
    }
    Ok(version)
}

/// An error about rows of a call, by the lines of the file.
pub fn explain(path: &Path, prices: &PriceFile, part: &[PriceRow], error: LinkError) -> ImportError {
    let LinkError::Refused { error: told, message } = &error else { return error.into() };
    let mut words = Vec::new();
    for problem in field_problems(told) {
        let Some((line, name)) = prices.place(part, &problem.field) else {
            return ImportError::Refused(message.clone());
        };
        let limit = problem.limit.map(|limit| format!(" (limit: {limit})")).unwrap_or_default();
        let rule = rule_word(problem.rule).replace('-', " ");
        words.push(format!("line {line}, {name}: {rule}{limit}"));
    }
    if words.is_empty() {
        return ImportError::Refused(format!("{}: {message}", path.display()));
    }
    let more = if words.len() > 20 { format!("; and {} more", words.len() - 20) } else { String::new() };
    words.truncate(20);
    ImportError::Refused(format!("{}: {}{more}", path.display(), words.join("; ")))
}

/// Writes all prices of a version as CSV or as a JSON list: usage, numbers, seats. What was written so is read back to the same
/// version, which is written to the same bytes.
pub fn write(link: &dyn Link, version: &Value, json_form: bool, out: &mut dyn Write) -> anyhow::Result<u64> {
    let mut writer = Writer { out, json_form, written: 0 };
    writer.begin()?;
    let mut after = None::<String>;
    loop {
        let page = link.call("pricing.list-rows", json!({"version": version, "after": after}))?;
        for row in page["rows"].as_array().into_iter().flatten() {
            let named = row.as_object().into_iter().flatten();
            writer.row(named.map(|(name, value)| (name.replace('-', "_"), value.clone())).collect())?;
        }
        after = page["next"].as_str().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    let numbers = link.call("pricing.get-number-prices", json!({"version": version}))?;
    for row in numbers["rows"].as_array().into_iter().flatten() {
        let columns = [
            ("product", Value::from("number")),
            ("country", row["country"].clone()),
            ("rate", row["monthly"].clone()),
            ("number_type", row["kind"].clone()),
            ("setup", row["setup"].clone()),
        ];
        writer.row(columns.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())?;
    }
    if let Value::String(seat) = &numbers["seat"] {
        let columns = [("product", "seat"), ("rate", seat.as_str())];
        writer.row(columns.into_iter().map(|(name, value)| (name.to_owned(), Value::from(value))).collect())?;
    }
    writer.end()
}

/// Writes rows by their columns, in either form.
struct Writer<'a> {
    out: &'a mut dyn Write,
    json_form: bool,
    written: u64,
}

impl Writer<'_> {
    fn columns() -> impl Iterator<Item = &'static str> {
        COLUMNS.into_iter().chain(MORE_COLUMNS)
    }

    fn begin(&mut self) -> anyhow::Result<()> {
        if self.json_form {
            write!(self.out, "[")?;
        } else {
            writeln!(self.out, "{}", Writer::columns().collect::<Vec<_>>().join(","))?;
        }
        Ok(())
    }

    fn row(&mut self, row: Map<String, Value>) -> anyhow::Result<()> {
        let present = |column: &&str| row.get(*column).is_some_and(|value| !value.is_null());
        if self.json_form {
            let named: Map<String, Value> =
                Writer::columns().filter(present).map(|column| (column.to_owned(), row[column].clone())).collect();
            write!(self.out, "{}\n{}", if self.written == 0 { "" } else { "," }, Value::Object(named))?;
        } else {
            let text = |column: &str| match row.get(column) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => marked(text).into_owned(),
                Some(other) => other.to_string(),
            };
            // No field can hold a comma or a quote: words, digits, letters, and names of groups without them.
            writeln!(self.out, "{}", Writer::columns().map(text).collect::<Vec<_>>().join(","))?;
        }
        self.written += 1;
        Ok(())
    }

    fn end(self) -> anyhow::Result<u64> {
        if self.json_form {
            writeln!(self.out, "\n]")?;
        }
        self.out.flush()?;
        Ok(self.written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<PriceFile, String> {
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
        assert_eq!(csv.rows[0].row, json.rows[0].row);
        assert_eq!((csv.rows[0].line, json.rows[0].line), (2, 1));
    }

    #[test]
    fn numbers_and_seats_stand_in_the_same_file() {
        let header = HEADER.trim_end();
        let text = format!(
            "{header},group,number_type,setup\nnumber,,US,,0.80,,,,local,0.5\nnumber,,US,,2,,,,toll-free,\nseat,,,,20,,,,,\nsms,outbound,GB,447,0.04,0,0,Mobile,,\n"
        );
        let csv = of(&text).expect("csv");
        assert_eq!(
            csv.number_prices(),
            Some(json!({"rows": [
                {"country": "US", "kind": "local", "setup": "0.5", "monthly": "0.80"},
                {"country": "US", "kind": "toll-free", "setup": "0", "monthly": "2"},
            ], "seat": "20"}))
        );
        assert_eq!(csv.rows[0].row["group"], "Mobile");
        let json = of(r#"[{"product":"number","country":"US","number_type":"local","rate":"0.80","setup":"0.5"},
            {"product":"number","country":"US","number-type":"toll-free","rate":"2"},{"product":"seat","rate":"20"}]"#)
        .expect("json");
        assert_eq!(json.number_prices(), csv.number_prices());
        for (row, problem) in [
            ("number,,US,,0.80,,,,landline,0.5", "number_type: must be local, national, mobile, toll-free"),
            ("number,,US,,0.80,,,,,0.5", "number_type: is missing"),
            ("number,outbound,US,,0.80,,,,local,0.5", "heading: must be empty for the product number"),
            ("seat,,US,,20,,,,,", "country: must be empty for the product seat"),
            ("voice,outbound,US,1,0.01,60,60,,local,", "number_type: must be empty for the product voice"),
            ("seat,,,,20,,,,,\nseat,,,,21,,,,,", "product: there is a price of a seat already"),
        ] {
            let error = of(&format!("{header},group,number_type,setup\n{row}\n")).expect_err("wrong");
            assert!(error.ends_with(problem), "{error}");
        }
    }

    #[test]
    fn wrong_rows_are_told_by_line() {
        for (text, problem) in [
            (format!("{HEADER}voice,outbound,DE,49,0.1,60\n"), "FILE, line 2: 6 columns, the header has 7"),
            (
                format!("{HEADER}\nvoice,outbound,DE,49,0.1,a,60\n"),
                "FILE, line 3: first_increment: `a` is not a whole number of seconds",
            ),
            (
                format!("{HEADER}fax,outbound,DE,49,0.1,60,60\n"),
                "FILE, line 2: product: must be voice, sms, mms, number or seat",
            ),
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
        let row = |line| PriceRow { line, row: json!({}) };
        let prices = PriceFile { rows: vec![row(7), row(9)], numbers: vec![row(11)], seat: Some(row(12)) };
        let of = |field: &str| {
            let told = json!({"refused": {"invalid": [{"field": field, "rule": "too-large", "limit": "1000"}]}});
            explain(Path::new("p.csv"), &prices, &prices.rows, crate::cli::link::refused(&told)).to_string()
        };
        assert_eq!(of("rows[1].rate"), "p.csv: line 9, rate: too large (limit: 1000)");
        assert_eq!(of("prices.rows[0].monthly"), "p.csv: line 11, rate: too large (limit: 1000)");
        assert_eq!(of("prices.seat"), "p.csv: line 12, rate: too large (limit: 1000)");
    }
}
