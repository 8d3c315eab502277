//! Price books as files: CSV with a header, or a JSON list of objects, both ways.

use super::error::{ImportError, wrong, wrong_line};
use super::price_row::BUILT_IN;
pub use super::price_row::PriceRow;
use super::{products, tiers};
use crate::link::{Link, LinkError, field_problems};
use crate::words::rule_word;
use coinbox_forms::code::{CODE_LIMIT, is_code};
use coinbox_host::json::strict::{self, StrictError};
use coinbox_host::lines::{self, Columns, Lines, Others, Reading};
use coinbox_host::marks::marked;
use serde_json::{Map, Value, json};
use std::collections::HashMap;
use std::io::Write;
use std::path::Path;

/// Columns that every price file has, named as in the contract but for hyphens.
pub const COLUMNS: [&str; 7] = ["product", "heading", "country", "prefix", "rate", "first_increment", "next_increment"];
/// Columns that may follow: the name of a group of numbers, and what prices of numbers have. A row with the product `number` has
/// country, `number_type`, `setup` and its monthly price as `rate`; one with the product `seat` has `rate` only.
pub const MORE_COLUMNS: [&str; 3] = ["group", "number_type", "setup"];
/// A row with a code as `surcharge` is one that rides on the product: it has `words` and `rate`, `per`, and may have heading, country,
/// prefix and group.
const RIDING: [&str; 2] = ["surcharge", "per"];
/// How many columns may follow.
const MOST: usize = MORE_COLUMNS.len() + RIDING.len() + products::COLUMNS.len() + 2;
/// Columns beyond those that every price file has: also those of surcharges, and of products, which have the product `product`, and their
/// headings, and those of tiers.
const OPTIONAL: [&str; MOST] = {
    let mut all = [""; MOST];
    let parts: [&[&str]; 4] = [&MORE_COLUMNS, &RIDING, &products::COLUMNS, &[tiers::COLUMN, tiers::MODE]];
    let (mut part, mut place, mut filled) = (0, 0, 0);
    while filled < MOST {
        if place < parts[part].len() {
            all[filled] = parts[part][place];
            filled += 1;
            place += 1;
        } else {
            part += 1;
            place = 0;
        }
    }
    all
};
/// All of them: every other one is refused, in both forms.
const KNOWN: Columns = Columns { needed: &COLUMNS, optional: &OPTIONAL, others: Others::Refused };
/// What the column `product` may say.
const PRODUCTS: &str = "must be the code of a product such as voice, or number, seat, product or heading";
/// What the column `number_type` may say.
const NUMBER_TYPES: [&str; 4] = ["local", "national", "mobile", "toll-free"];
/// Rows of one call.
const CALL_ROWS: usize = 1000;
/// Rows of usage of one version.
const ROWS_MAX: usize = 100_000;
/// Prices of one file: a version has these rows, and at most 20 000 steps of tiers, 1100 prices of numbers and 500 surcharges. So whatever is exported
/// can be imported.
const PRICES_MAX: usize = 150_000;
/// Largest JSON file.
const JSON_BYTES_MAX: u64 = 64 << 20;

/// All prices of a file, at most 150 000 with at most 100 000 rows of usage, and the products that it brings.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct PriceFile {
    /// Of usage.
    pub rows: Vec<PriceRow>,
    /// Of numbers.
    pub numbers: Vec<PriceRow>,
    /// Of a seat; its row is the price.
    pub seat: Option<PriceRow>,
    /// Products with their headings.
    pub products: Vec<PriceRow>,
    /// What rides on usage.
    pub surcharges: Vec<PriceRow>,
    /// Steps of tiers.
    pub tiers: Vec<PriceRow>,
}

impl PriceFile {
    /// How many prices.
    pub fn count(&self) -> usize {
        let further = self.surcharges.len() + self.tiers.len();
        self.rows.len() + self.numbers.len() + usize::from(self.seat.is_some()) + further
    }

    /// Tiers as the contract takes them; none: there are none.
    pub fn tiers(&self) -> Option<Vec<Value>> {
        (!self.tiers.is_empty()).then(|| tiers::tables(&self.tiers))
    }

    /// Surcharges as the contract takes them; none: there are none.
    pub fn surcharges(&self) -> Option<Vec<&Value>> {
        let rows: Vec<&Value> = self.surcharges.iter().map(|surcharge| &surcharge.row).collect();
        (!rows.is_empty()).then_some(rows)
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
        if let Some(rest) = field.strip_prefix("tiers[") {
            return tiers::place(&self.tiers, rest);
        }
        let (rows, rest) = if let Some(rest) = field.strip_prefix("prices.rows[") {
            (&self.numbers[..], rest)
        } else if let Some(rest) = field.strip_prefix("surcharges[") {
            (&self.surcharges[..], rest)
        } else {
            (part, field.strip_prefix("rows[")?)
        };
        let (place, name) = rest.split_once(']')?;
        let row = rows.get(place.parse::<usize>().ok()?)?;
        let name = match name.trim_start_matches('.') {
            "monthly" => "rate".to_owned(),
            "code" => "surcharge".to_owned(),
            "basis" => "per".to_owned(),
            name => name.to_owned(),
        };
        Some((row.line, name))
    }
}

/// All prices of a file.
pub fn read(path: &Path) -> Result<PriceFile, ImportError> {
    let checked = lines::check(path, Reading::LinesOrJson)?;
    let prices = if matches!(lines::first_letter(path)?, Some('[' | '{')) {
        if checked.bytes > JSON_BYTES_MAX {
            return Err(wrong(path, format!("{} bytes are too many, at most {JSON_BYTES_MAX}", checked.bytes)));
        }
        read_json(path)?
    } else {
        read_csv(path)?
    };
    if prices.count() == 0 {
        return Err(wrong(path, "it holds no price row"));
    }
    Ok(prices)
}

fn read_csv(path: &Path) -> Result<PriceFile, ImportError> {
    let mut lines = Lines::open(path)?;
    let Some((line, header)) = lines.next_filled()? else { return Err(wrong(path, "it is empty")) };
    let names = KNOWN.read(path, line, &header)?;
    let mut prices = Reader::new(path);
    while let Some((line, text)) = lines.next_line()? {
        if text.trim().is_empty() {
            continue;
        }
        let fields = lines::fields(&text).map_err(|problem| wrong_line(path, line, problem))?;
        if fields.len() != names.len() {
            let problem = format!("{} columns, the header has {}", fields.len(), names.len());
            return Err(wrong_line(path, line, problem));
        }
        // An empty field is none.
        let mut object = Map::new();
        for column in KNOWN.known() {
            let place = names.iter().position(|name| name == column);
            let Some(text) = place.map(|place| fields[place].as_str()).filter(|text| !text.is_empty()) else {
                continue;
            };
            let value = match column {
                "first_increment" | "next_increment" | "unit_size" => {
                    let number: Option<u32> =
                        text.parse().ok().filter(|_| text.bytes().all(|byte| byte.is_ascii_digit()));
                    number.map(Value::from).ok_or_else(|| {
                        let shown = coinbox_host::text::shortened(text);
                        wrong_line(path, line, format!("{column}: `{shown}` is not a whole number"))
                    })?
                }
                _ => Value::from(text),
            };
            object.insert(column.to_owned(), value);
        }
        prices.push(line, object)?;
    }
    Ok(prices.read)
}

fn read_json(path: &Path) -> Result<PriceFile, ImportError> {
    const FORM: &str = "a JSON price book is a list of rows, or an object with the list `rows`";
    let text = std::fs::read_to_string(path).map_err(|error| wrong(path, error))?;
    let text = text.trim_start_matches('\u{feff}');
    let value = strict::from_slice(text.as_bytes()).map_err(|error| match error {
        StrictError::Syntax(_) if is_one_object_a_line(text) => wrong(path, format!("one object a line; {FORM}")),
        StrictError::Syntax(error) => wrong_line(path, error.line() as u64, format!("not JSON: {error}")),
        StrictError::Repeated(_) => wrong(path, error),
    })?;
    let list = match value {
        Value::Array(list) => list,
        Value::Object(mut object) => {
            let list = object.remove("rows");
            match (list, object.keys().next()) {
                (Some(Value::Array(_)), Some(other)) => {
                    let other = coinbox_host::text::shortened(other);
                    return Err(wrong(path, format!("unknown key `{other}` beside `rows`; {FORM}")));
                }
                (Some(Value::Array(list)), None) => list,
                _ => return Err(wrong(path, FORM)),
            }
        }
        _ => return Err(wrong(path, FORM)),
    };
    let mut prices = Reader::new(path);
    for (place, row) in list.into_iter().enumerate() {
        let line = place as u64 + 1;
        let Value::Object(object) = row else {
            return Err(wrong(path, format!("row {line}: must be an object with {}", COLUMNS.join(", "))));
        };
        // A key that is there without a value is none; one that nobody knows is refused all the same.
        let mut named = Map::new();
        for (key, value) in object {
            let name = key.replace('-', "_");
            if !KNOWN.known().any(|known| known == name) {
                return Err(wrong_line(path, line, KNOWN.unknown(&key)));
            }
            if named.insert(name, value).is_some() {
                return Err(wrong_line(path, line, format!("`{key}` stands there twice")));
            }
        }
        prices.push(line, named.into_iter().filter(|(_, value)| !value.is_null()).collect())?;
    }
    Ok(prices.read)
}

/// Whether a text has a JSON object in each of its first two lines.
fn is_one_object_a_line(text: &str) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty()).take(2);
    let is_object = |line: &str| matches!(serde_json::from_str::<Value>(line), Ok(Value::Object(_)));
    lines.next().is_some_and(is_object) && lines.next().is_some_and(is_object)
}

/// Sorts rows into their kinds, and knows where each price stands.
struct Reader<'a> {
    path: &'a Path,
    read: PriceFile,
    /// Lines by what they are the price of.
    lines: HashMap<String, u64>,
}

impl Reader<'_> {
    fn new(path: &Path) -> Reader<'_> {
        Reader { path, read: PriceFile::default(), lines: HashMap::new() }
    }

    fn push(&mut self, line: u64, row: Map<String, Value>) -> Result<(), ImportError> {
        let word = |name: &str| row.get(name).and_then(Value::as_str);
        let what = match word("product") {
            Some(product) if row.contains_key("surcharge") => {
                let named =
                    ["surcharge", "heading", "country", "prefix", "group"].map(|name| word(name).unwrap_or("-"));
                Some(format!("surcharge {} of {product} {}", named[0], named[1..].join(" ")))
            }
            Some(product) if row.contains_key(tiers::COLUMN) => {
                let above = row[tiers::COLUMN].as_str().map_or_else(|| row[tiers::COLUMN].to_string(), str::to_owned);
                let named = ["heading", "prefix"].map(|name| word(name).unwrap_or_default());
                Some(format!("tier {above} of {product} {}", named.join(" ")))
            }
            Some("number") => {
                word("country").zip(word("number_type")).map(|(country, kind)| format!("number {country} {kind}"))
            }
            Some("seat" | "product" | "heading") | None => None,
            Some(product) => {
                word("heading").zip(word("prefix")).map(|(heading, prefix)| format!("{product} {heading} {prefix}"))
            }
        };
        push(self.path, &mut self.read, line, row)?;
        if let Some(what) = what {
            if let Some(first) = self.lines.get(&what) {
                return Err(wrong_line(self.path, line, format!("{what} stands in line {first} too")));
            }
            self.lines.insert(what, line);
        }
        Ok(())
    }
}

/// Sorts one row into its kind. Its columns are those that are not empty.
fn push(path: &Path, prices: &mut PriceFile, line: u64, mut row: Map<String, Value>) -> Result<(), ImportError> {
    if prices.count() == PRICES_MAX {
        return Err(wrong_line(path, line, format!("a price file has at most {PRICES_MAX} prices")));
    }
    if row.contains_key("surcharge") {
        prices.surcharges.push(PriceRow { line, row: surcharge(path, line, row)? });
        return Ok(());
    }
    if row.contains_key(tiers::COLUMN) {
        prices.tiers.push(PriceRow { line, row: tiers::step(path, line, &row)? });
        return Ok(());
    }
    let product_word = row.get("product").and_then(Value::as_str).unwrap_or_default().to_owned();
    let (needed, allowed): (&[&str], &[&str]) = match product_word.as_str() {
        "number" => (&["country", "number_type", "rate"], &["setup"]),
        "seat" => (&["rate"], &[]),
        word if products::columns_of(word).is_some() => products::columns_of(word).unwrap_or_default(),
        word if is_code(word) => (&COLUMNS[1..], &["group"]),
        _ => return Err(wrong_line(path, line, format!("product: {PRODUCTS}"))),
    };
    let known =
        |name: &&String| *name == "product" || needed.contains(&name.as_str()) || allowed.contains(&name.as_str());
    if let Some(other) = row.keys().find(|name| !known(name)) {
        return Err(wrong_line(path, line, format!("{other}: must be empty for the product {product_word}")));
    }
    if !matches!(product_word.as_str(), "number" | "seat" | "product" | "heading") {
        fill_in(&mut row, BUILT_IN.contains(&product_word.as_str()));
    }
    if let Some(missing) = needed.iter().find(|name| !row.contains_key(**name)) {
        return Err(wrong_line(path, line, format!("{missing}: is missing")));
    }
    match product_word.as_str() {
        "product" | "heading" => products::push(path, &mut prices.products, line, &row)?,
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
            if let Some(seat) = &prices.seat {
                let first = seat.line;
                return Err(wrong_line(
                    path,
                    line,
                    format!("product: there is a price of a seat already, in line {first}"),
                ));
            }
            prices.seat = Some(PriceRow { line, row: row["rate"].clone() });
        }
        _ => {
            if !row["heading"].as_str().is_some_and(is_code) {
                return Err(wrong_line(path, line, format!("heading: must be {CODE_LIMIT}")));
            }
            if prices.rows.len() == ROWS_MAX {
                return Err(wrong_line(path, line, format!("a price book has at most {ROWS_MAX} rows of usage")));
            }
            let named = row.into_iter().map(|(name, value)| (name.replace('_', "-"), value)).collect();
            prices.rows.push(PriceRow { line, row: Value::Object(named) });
        }
    }
    Ok(())
}

/// Columns that may be empty for what is sold: a price for the other side that has no number needs no prefix and no country, and a product that is
/// not rated in increments none of these. What an operator's own products need, the rules say. Of calls and messages an empty column is a mistake.
fn fill_in(row: &mut Map<String, Value>, built_in: bool) {
    let needs_no_number =
        |heading: &str| heading == "inbound" || heading.starts_with("inbound-") || heading.ends_with("-ip");
    let heading = row.get("heading").and_then(Value::as_str);
    if !row.contains_key("prefix") && (!built_in || heading.is_some_and(needs_no_number)) {
        for name in ["prefix", "country"] {
            row.entry(name).or_insert_with(|| Value::from(""));
        }
    }
    if !built_in {
        for name in ["first_increment", "next_increment"] {
            row.entry(name).or_insert_with(|| Value::from(0));
        }
    }
}

/// A surcharge as the contract takes it.
fn surcharge(path: &Path, line: u64, row: Map<String, Value>) -> Result<Value, ImportError> {
    const NEEDED: [&str; 4] = ["product", "surcharge", "words", "rate"];
    const ALLOWED: [&str; 5] = ["heading", "country", "prefix", "group", "per"];
    if let Some(other) = row.keys().find(|name| !NEEDED.into_iter().chain(ALLOWED).any(|known| known == *name)) {
        return Err(wrong_line(path, line, format!("{other}: must be empty for a surcharge")));
    }
    if let Some(missing) = NEEDED.iter().find(|name| !row.contains_key(**name)) {
        return Err(wrong_line(path, line, format!("{missing}: is missing")));
    }
    let basis = row.get("per").cloned().unwrap_or_else(|| Value::from("unit"));
    if !matches!(basis.as_str(), Some("event" | "unit")) {
        return Err(wrong_line(path, line, "per: must be event or unit"));
    }
    let of = |name: &str| row.get(name).cloned().unwrap_or(Value::Null);
    Ok(json!({"code": of("surcharge"), "words": of("words"), "product": of("product"), "heading": of("heading"),
        "country": of("country"), "prefix": of("prefix"), "group": of("group"), "basis": basis, "rate": of("rate")}))
}

/// Makes a version of a file in a currency (none: the policy's default), whole or not at all: `then` publishes it, or makes it a draft.
/// Whatever goes wrong, nothing is left but the
/// products of the file, which come first; if this program is killed, the rules remove what it has left.
pub fn import(
    link: &dyn Link,
    path: &Path,
    (prices, currency): (&PriceFile, Option<&str>),
    on_progress: impl FnMut(usize),
    then: impl FnOnce(&Value) -> anyhow::Result<Value>,
) -> anyhow::Result<Value> {
    products::put(link, path, &prices.products).map_err(ImportError::into_any)?;
    let begun = link.call("pricing.begin-import", json!({"currency": currency}))?;
    let number = &begun["number"];
    let done = fill(link, path, prices, number, on_progress).map_err(ImportError::into_any).and_then(|()| then(number));
    if done.is_err() {
        // Of no use any more. Should this fail too, the version goes by itself.
        let _ = link.call("pricing.remove-draft", json!({"version": number}));
    }
    done
}

fn fill(
    link: &dyn Link,
    path: &Path,
    prices: &PriceFile,
    number: &Value,
    mut on_progress: impl FnMut(usize),
) -> Result<(), ImportError> {
    for part in prices.rows.chunks(CALL_ROWS) {
        let sent: Vec<&Value> = part.iter().map(|row| &row.row).collect();
        link.call("pricing.add-rows", json!({"version": number, "rows": sent}))
            .map_err(|error| explain(path, prices, part, error))?;
        on_progress(part.len());
    }
    if let Some(sent) = prices.number_prices() {
        link.call("pricing.set-number-prices", json!({"version": number, "prices": sent}))
            .map_err(|error| explain(path, prices, &[], error))?;
    }
    if let Some(sent) = prices.surcharges() {
        link.call("pricing.set-surcharges", json!({"version": number, "surcharges": sent}))
            .map_err(|error| explain(path, prices, &[], error))?;
    }
    if let Some(sent) = prices.tiers() {
        link.call("pricing.set-tiers", json!({"version": number, "tiers": sent}))
            .map_err(|error| explain(path, prices, &[], error))?;
    }
    on_progress(prices.count() - prices.rows.len());
    Ok(())
}

/// An error about rows of a call, by the lines of the file.
pub fn explain(path: &Path, prices: &PriceFile, part: &[PriceRow], error: LinkError) -> ImportError {
    let LinkError::Refused { error: told, message } = &error else { return error.into() };
    let mut words = Vec::new();
    for problem in field_problems(told) {
        // Not about a row: whoever asked knows what the argument is called.
        let Some((line, name)) = prices.place(part, &problem.field) else { return error.into() };
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

/// Writes all prices of a version as CSV or as a JSON list: products, where there are any of the operator's own, usage, numbers, seats, surcharges, tiers. What was written so is read back to the same
/// version, which is written to the same bytes.
pub fn write(link: &dyn Link, version: &Value, json_form: bool, out: &mut dyn Write) -> anyhow::Result<u64> {
    let of_products = products::rows(link)?;
    let surcharges = link.call("pricing.get-surcharges", json!({"version": version}))?;
    let tiers = link.call("pricing.get-tiers", json!({"version": version}))?;
    let is_empty = |list: &Value| list.as_array().is_none_or(Vec::is_empty);
    let plain = of_products.is_empty() && is_empty(&surcharges) && is_empty(&tiers);
    let more = if plain { &MORE_COLUMNS[..] } else { &OPTIONAL[..] };
    let mut writer = Writer { out, json_form, more, written: 0 };
    writer.begin()?;
    for row in of_products {
        writer.row(row)?;
    }
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
    for row in surcharges.as_array().into_iter().flatten() {
        let named = row.as_object().into_iter().flatten().map(|(name, value)| {
            let column = match name.as_str() {
                "code" => "surcharge",
                "basis" => "per",
                name => name,
            };
            (column.to_owned(), value.clone())
        });
        writer.row(named.collect())?;
    }
    for row in tiers::rows(&tiers) {
        writer.row(row)?;
    }
    writer.end()
}

/// A field that holds a comma or a quote stands in quotes: words of products may.
fn quoted(text: String) -> String {
    if text.contains([',', '"']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// Writes rows by their columns, in either form.
struct Writer<'a> {
    out: &'a mut dyn Write,
    json_form: bool,
    /// Columns beyond those that every price file has.
    more: &'static [&'static str],
    written: u64,
}

impl Writer<'_> {
    fn columns(&self) -> impl Iterator<Item = &'static str> + use<> {
        COLUMNS.into_iter().chain(self.more.iter().copied())
    }

    fn begin(&mut self) -> anyhow::Result<()> {
        if self.json_form {
            write!(self.out, "[")?;
        } else {
            let columns = self.columns().collect::<Vec<_>>().join(",");
            writeln!(self.out, "{columns}")?;
        }
        Ok(())
    }

    fn row(&mut self, row: Map<String, Value>) -> anyhow::Result<()> {
        let present = |column: &&str| row.get(*column).is_some_and(|value| !value.is_null());
        if self.json_form {
            let named: Map<String, Value> =
                self.columns().filter(present).map(|column| (column.to_owned(), row[column].clone())).collect();
            write!(self.out, "{}\n{}", if self.written == 0 { "" } else { "," }, Value::Object(named))?;
        } else {
            let text = |column: &str| match row.get(column) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => quoted(marked(text).into_owned()),
                Some(other) => other.to_string(),
            };
            let fields = self.columns().map(text).collect::<Vec<_>>().join(",");
            writeln!(self.out, "{fields}")?;
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
            ("seat,,,,20,,,,,\nseat,,,,21,,,,,", "line 3: product: there is a price of a seat already, in line 2"),
        ] {
            let error = of(&format!("{header},group,number_type,setup\n{row}\n")).expect_err("wrong");
            assert!(error.ends_with(problem), "{error}");
        }
    }

    const OF_PRODUCTS: &str = "product,heading,country,prefix,rate,first_increment,next_increment,code,unit,rating,unit_size,price_unit,words,tax_code,other_side";

    #[test]
    fn products_stand_above_their_prices_in_both_forms() {
        let csv = of(&format!(
            "{OF_PRODUCTS}\n\
             product,,,,,,,data,byte,per-started-unit,1000000,MB,\"Data, abroad\",42,\n\
             heading,mobile,,,,,,data,,,,,,,none\n\
             product,,,,,,,lookup,request,per-unit,,requests,Lookup,,\n\
             heading,request,,,,,,lookup,,,,,asked,,number-required\n\
             data,mobile,,,0.05,,,,,,,,,,\n"
        ))
        .expect("csv");
        let heading = |code: &str, words: &str, side: &str| json!({"code": code, "words": words, "other-side": side});
        let products = [
            json!({"code": "data", "unit": "byte", "rating": "per-started-unit", "unit-size": 1_000_000,
                "price-unit": "MB", "headings": [heading("mobile", "", "none")], "tax-code": "42", "words": "Data, abroad"}),
            json!({"code": "lookup", "unit": "request", "rating": "per-unit", "unit-size": 1, "price-unit": "requests",
                "headings": [heading("request", "asked", "number-required")], "tax-code": "", "words": "Lookup"}),
        ];
        assert_eq!(csv.products.iter().map(|product| product.row.clone()).collect::<Vec<_>>(), products);
        assert_eq!(
            csv.rows[0].row,
            json!({"product": "data", "heading": "mobile", "country": "", "prefix": "", "rate": "0.05",
                "first-increment": 0, "next-increment": 0})
        );
        let json = of(r#"[{"product":"product","code":"data","unit":"byte","rating":"per-started-unit","unit-size":1000000,"price-unit":"MB","words":"Data, abroad","tax_code":"42"},
            {"product":"heading","code":"data","heading":"mobile","other_side":"none"},
            {"product":"data","heading":"mobile","rate":"0.05"}]"#)
        .expect("json");
        assert_eq!((&json.products[0].row, &json.rows[0].row), (&csv.products[0].row, &csv.rows[0].row));
        let product = "product,,,,,,,data,byte,per-unit,1000,kB,Data,,";
        for (rows, problem) in [
            (
                "product,,,,,,,data,litre,per-unit,1000,kB,Data,,",
                "line 2: unit: must be second, part, request, byte, item",
            ),
            (
                "product,,,,,,,data,byte,by-weight,1000,kB,Data,,",
                "line 2: rating: must be increments, per-unit, per-started-unit",
            ),
            ("product,,,,,,,data,byte,per-unit,big,kB,Data,,", "line 2: unit_size: `big` is not a whole number"),
            ("product,,,,,,,data,byte,per-unit,1000,,Data,,", "line 2: price_unit: is missing"),
            (
                "product,mobile,,,,,,data,byte,per-unit,1000,kB,Data,,",
                "line 2: heading: must be empty for the product product",
            ),
            ("heading,mobile,,,,,,data,,,,,,,none", "line 2: code: no row of the product `product` above has it"),
            (format!("{product}\n{product}").as_str(), "line 3: product data stands in line 2 too"),
            (
                format!("{product}\nheading,mobile,,,,,,data,,,,,,,some").as_str(),
                "line 3: other_side: must be number-required, optional, none",
            ),
            (product, "it holds no price row"),
        ] {
            let error = of(&format!("{OF_PRODUCTS}\n{rows}\n")).expect_err(rows);
            assert!(error.ends_with(problem), "{error}");
        }
    }

    #[test]
    fn surcharges_stand_in_the_same_file() {
        let header = format!("{},group,surcharge,words,per", HEADER.trim_end());
        let text = format!(
            "{header}\nsms,outbound,US,,0.003,,,Alpha,fee,Carrier fee,\nsms,,,1415,0.01,,,,set-up,Set-up,event\nsms,outbound,US,1,0.01,0,0,,,,\n"
        );
        let csv = of(&text).expect("csv");
        let expected = [
            json!({"code": "fee", "words": "Carrier fee", "product": "sms", "heading": "outbound", "country": "US",
                "prefix": null, "group": "Alpha", "basis": "unit", "rate": "0.003"}),
            json!({"code": "set-up", "words": "Set-up", "product": "sms", "heading": null, "country": null,
                "prefix": "1415", "group": null, "basis": "event", "rate": "0.01"}),
        ];
        assert_eq!(csv.surcharges(), Some(expected.iter().collect()));
        assert_eq!((csv.count(), csv.rows.len(), csv.surcharges[1].line), (3, 1, 3));
        let json = of(r#"[{"product":"sms","heading":"outbound","country":"US","group":"Alpha","surcharge":"fee","words":"Carrier fee","rate":"0.003"},
            {"product":"sms","prefix":"1415","surcharge":"set-up","words":"Set-up","per":"event","rate":"0.01"}]"#)
        .expect("json");
        assert_eq!(json.surcharges(), csv.surcharges());
        for (row, problem) in [
            ("sms,,,,0.003,,,,fee,,", "words: is missing"),
            ("sms,,,,,,,,fee,Fee,", "rate: is missing"),
            ("sms,,,,0.003,60,,,fee,Fee,", "first_increment: must be empty for a surcharge"),
            ("sms,,,,0.003,,,,fee,Fee,minute", "per: must be event or unit"),
            ("sms,outbound,US,1,0.01,0,0,,,Fee,", "words: must be empty for the product sms"),
            ("sms,,,,1,,,,fee,Fee,\nsms,,,,2,,,,fee,Fee,", "surcharge fee of sms - - - - stands in line 2 too"),
        ] {
            let error = of(&format!("{header}\n{row}\n")).expect_err("wrong");
            assert!(error.ends_with(problem), "{error}");
        }
    }

    #[test]
    fn tiers_stand_in_the_same_file() {
        let header = format!("{},tier_above", HEADER.trim_end());
        let row = "sms,outbound,US,1,0.01,0,0,";
        let csv =
            of(&format!("{header}\n{row}\nsms,outbound,,1,0.008,,,1000\nsms,outbound,,1,0.005,,,5000\n")).expect("csv");
        let step = |above: &str, rate: &str| json!({"above": above, "rate": rate});
        let table = json!({"product": "sms", "heading": "outbound", "prefix": "1", "mode": "graduated",
            "steps": [step("1000", "0.008"), step("5000", "0.005")]});
        assert_eq!(csv.tiers(), Some(vec![table]));
        assert_eq!((csv.count(), csv.rows.len(), csv.tiers[1].line), (3, 1, 4));
        let json = of(r#"[{"product":"sms","heading":"outbound","prefix":"1","rate":"0.008","tier_above":1000},
            {"product":"sms","heading":"outbound","prefix":"1","rate":"0.005","tier-above":"5000"}]"#)
        .expect("json");
        assert_eq!(json.tiers(), csv.tiers());
        for (rows, problem) in [
            ("sms,outbound,,1,,,,1000", "rate: is missing"),
            ("sms,outbound,US,1,0.01,,,1000", "country: must be empty for a tier"),
            ("sms,outbound,,1,0.01,,,-1", "tier_above: must be a whole number"),
            ("sms,outbound,,1,1,,,9\nsms,outbound,,1,2,,,9", "tier 9 of sms outbound 1 stands in line 2 too"),
        ] {
            let error = of(&format!("{header}\n{rows}\n")).expect_err("wrong");
            assert!(error.ends_with(problem), "{error}");
        }
    }

    /// What a full version is exported as: its rows, and what comes with them.
    #[test]
    fn steps_and_numbers_do_not_count_as_rows_of_usage() {
        let mut text = format!("{},number_type,tier_above\n", HEADER.trim_end());
        for row in 0..ROWS_MAX {
            text.push_str(&format!("sms,outbound,US,1{row},0.01,0,0,,\n"));
        }
        let more = "sms,outbound,,10,0.008,,,,1000\nnumber,,US,,1,,,local,\n";
        let full = of(&format!("{text}{more}")).expect("a full version");
        assert_eq!((full.rows.len(), full.count()), (ROWS_MAX, ROWS_MAX + 2));
        let error = of(&format!("{text}sms,outbound,US,2,0.01,0,0,,\n")).expect_err("one row too many");
        assert_eq!(error, "FILE, line 100002: a price book has at most 100000 rows of usage");
        for step in 0..=PRICES_MAX - ROWS_MAX {
            text.push_str(&format!("sms,outbound,,1,0.01,,,,{}\n", step + 1));
        }
        let error = of(&text).expect_err("one step too many");
        assert_eq!(error, "FILE, line 150002: a price file has at most 150000 prices");
    }

    #[test]
    fn a_step_says_which_units_it_is_for() {
        let header = format!("{},tier_above,tier_mode", HEADER.trim_end());
        let row = "sms,outbound,US,1,0.01,0,0,,";
        let csv = of(&format!("{header}\n{row}\nsms,outbound,,1,0.008,,,1000,volume\n")).expect("csv");
        let table = json!({"product": "sms", "heading": "outbound", "prefix": "1", "mode": "volume",
            "steps": [{"above": "1000", "rate": "0.008"}]});
        assert_eq!(csv.tiers(), Some(vec![table]));
        for (rows, problem) in [
            ("sms,outbound,,1,1,,,9,some", "line 2: tier_mode: must be graduated or volume"),
            ("sms,outbound,US,1,1,0,0,,volume", "line 2: tier_mode: must be empty for the product sms"),
        ] {
            let error = of(&format!("{header}\n{rows}\n")).expect_err("wrong");
            assert!(error.ends_with(problem), "{error}");
        }
    }

    #[test]
    fn wrong_rows_are_told_by_line() {
        for (text, problem) in [
            (format!("{HEADER}voice,outbound,DE,49,0.1,60\n"), "FILE, line 2: 6 columns, the header has 7"),
            (
                format!("{HEADER}\nvoice,outbound,DE,49,0.1,a,60\n"),
                "FILE, line 3: first_increment: `a` is not a whole number",
            ),
            (
                format!("{HEADER}Fax,outbound,DE,49,0.1,60,60\n"),
                "FILE, line 2: product: must be the code of a product such as voice, or number, seat, product or heading",
            ),
            (HEADER.to_owned(), "FILE: it holds no price row"),
            (
                "product,rate\n".to_owned(),
                "FILE, line 1: the header lacks heading, country, prefix, first_increment, next_increment; it must name product, heading, country, prefix, rate, first_increment, next_increment, and may name group, number_type, setup, surcharge, per, code, unit, rating, unit_size, price_unit, words, tax_code, other_side, tier_above, tier_mode",
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
    fn columns_that_are_not_known_are_refused_in_both_forms_07_columns_that_mean_nothing() {
        let known = "known are product, heading, country, prefix, rate, first_increment, next_increment, group, number_type, setup, \
                     surcharge, per, code, unit, rating, unit_size, price_unit, words, tax_code, other_side, tier_above, tier_mode";
        let header = HEADER.trim_end();
        for (column, row) in [("set-up", "5.00"), ("currency", "EUR"), ("effective_date", "2027-01-01"), ("rate ", "1")]
        {
            let error = of(&format!("{header},{column}\nvoice,outbound,GB,44,0.0123,60,60,{row}\n")).expect_err(column);
            if column == "rate " {
                assert_eq!(error, "FILE, line 1: `rate` stands there twice, in columns 5 and 8");
                continue;
            }
            assert_eq!(error, format!("FILE, line 1: unknown column `{column}`; {known}"));
            // Empty, too: who has written it has meant something.
            assert!(of(&format!("{header},{column}\nvoice,outbound,GB,44,0.0123,60,60,\n")).is_err());
            for value in [format!("\"{row}\""), "null".to_owned()] {
                let json = format!(
                    "[{{\"product\":\"seat\",\"rate\":\"1\"}},{{\"product\":\"seat\",\"rate\":\"1\",\"{column}\":{value}}}]"
                );
                assert_eq!(of(&json), Err(format!("FILE, line 2: unknown column `{column}`; {known}")));
            }
        }
        let beside = of("{\"currency\":\"EUR\",\"rows\":[]}").expect_err("unknown");
        assert!(beside.starts_with("FILE: unknown key `currency` beside `rows`; "), "{beside}");
    }

    #[test]
    fn names_that_stand_twice_are_refused_in_both_forms_08_the_same_column_twice() {
        let twice = "product,heading,country,prefix,rate,rate,first_increment,next_increment\nvoice,outbound,GB,44,0.0123,0.9999,60,60\n";
        assert_eq!(of(twice), Err("FILE, line 1: `rate` stands there twice, in columns 5 and 6".to_owned()));
        assert_eq!(
            of(r#"[{"product":"seat","rate":"1"},{"product":"seat","rate":"1","rate":"2"}]"#),
            Err("FILE: `[1].rate` stands there twice".to_owned())
        );
        assert_eq!(
            of(r#"[{"product":"number","country":"US","rate":"1","number_type":"local","number-type":"mobile"}]"#),
            Err("FILE, line 1: `number-type` stands there twice".to_owned())
        );
        assert_eq!(of(r#"{"rows":[],"rows":[]}"#), Err("FILE: `rows` stands there twice".to_owned()));
    }

    #[test]
    fn a_price_that_stands_twice_is_told_with_both_lines_14_files_of_the_wrong_form() {
        let row = "voice,outbound,GB,44,0.01,60,60";
        let twice = format!(
            "{HEADER}{row}\nvoice,inbound,GB,44,0.01,60,60\n\nsms,outbound,GB,44,0.01,0,0\nvoice,outbound,IE,44,1,1,1\n"
        );
        assert_eq!(of(&twice), Err("FILE, line 6: voice outbound 44 stands in line 2 too".to_owned()));
        let header = format!("{},number_type", HEADER.trim_end());
        let numbers = format!("{header}\nnumber,,US,,1,,,local\nnumber,,US,,1,,,mobile\nnumber,,US,,2,,,local\n");
        assert_eq!(of(&numbers), Err("FILE, line 4: number US local stands in line 2 too".to_owned()));
        let json = r#"{"product":"sms","heading":"outbound","country":"GB","prefix":"44","rate":"1","first-increment":0,"next-increment":0}"#;
        assert_eq!(
            of(&format!("[{json},{json}]")),
            Err("FILE, line 2: sms outbound 44 stands in line 1 too".to_owned())
        );
    }

    #[test]
    fn files_of_other_forms_are_named_14_files_of_the_wrong_form() {
        let semicolons = HEADER.replace(',', ";");
        assert_eq!(of(&semicolons), Err("FILE, line 1: separated by semicolons; save it with commas".to_owned()));
        let row = "voice,outbound,GB,44,0.01,60,60";
        let cr = of(&format!("{}\r{row}\r", HEADER.trim_end())).expect_err("CR");
        assert!(cr.starts_with("FILE, line 1: lines must end with LF or CRLF"), "{cr}");
        let json = r#"{"product":"seat","rate":"20"}"#;
        let lines = of(&format!("{json}\n{json}\n")).expect_err("a row a line");
        assert!(lines.starts_with("FILE: one object a line; a JSON price book is a list of rows"), "{lines}");
        assert_eq!(of(&format!("\u{feff}\n{HEADER}{row}\n")).expect("a mark and an empty line").rows[0].line, 3);
        let wide = format!("[{}]", (0..2000).map(|prefix| {
            format!(r#"{{"product":"sms","heading":"outbound","country":"GB","prefix":"{}","rate":"1","first-increment":0,"next-increment":0}}"#, 440_000 + prefix)
        }).collect::<Vec<_>>().join(","));
        assert_eq!(of(&wide).expect("a list in one long line").rows.len(), 2000);
    }

    #[test]
    fn what_the_rules_refuse_is_told_by_line() {
        let row = |line| PriceRow { line, row: json!({}) };
        let prices = PriceFile {
            rows: vec![row(7), row(9)],
            numbers: vec![row(11)],
            seat: Some(row(12)),
            products: Vec::new(),
            surcharges: vec![row(13), row(14)],
            tiers: Vec::new(),
        };
        let of = |field: &str| {
            let told = json!({"refused": {"invalid": [{"field": field, "rule": "too-large", "limit": "1000"}]}});
            explain(Path::new("p.csv"), &prices, &prices.rows, crate::link::refused(&told)).to_string()
        };
        assert_eq!(of("rows[1].rate"), "p.csv: line 9, rate: too large (limit: 1000)");
        assert_eq!(of("prices.rows[0].monthly"), "p.csv: line 11, rate: too large (limit: 1000)");
        assert_eq!(of("prices.seat"), "p.csv: line 12, rate: too large (limit: 1000)");
        assert_eq!(of("surcharges[1].rate"), "p.csv: line 14, rate: too large (limit: 1000)");
        assert_eq!(of("surcharges[0].code"), "p.csv: line 13, surcharge: too large (limit: 1000)");
    }
}
