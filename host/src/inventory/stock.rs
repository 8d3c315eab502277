//! The file that says which numbers there are: CSV with a header, or a JSON list of objects with the same names.

use crate::contract::inventory_types::{NumberKind, OfferedNumber};
use crate::json::strict;
use crate::lines::{self, Columns, Lines, LinesError, Others, Reading};
use coinbox_forms::{country, letters, phone};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Columns of a stock file. `region`, `city` and the three services may be left out: empty, and no.
pub(super) const COLUMNS: [&str; 9] =
    ["number", "country", "calling_code", "type", "region", "city", "voice", "sms", "mms"];
/// All of them: what a number costs follows from some, so every other one is refused, in both forms.
const KNOWN: Columns = Columns {
    needed: &["number", "country", "calling_code", "type"],
    optional: &["region", "city", "voice", "sms", "mms"],
    others: Others::Refused,
};
/// Most numbers of a file.
const NUMBERS_MAX: usize = 1_000_000;
/// Largest JSON file.
const JSON_BYTES_MAX: u64 = 256 << 20;
/// Broken lines that are told at once.
const TOLD_MAX: usize = 20;
/// Longest name of a region or city.
const NAME_MAX: usize = 100;

/// Types of numbers by their words.
const KINDS: [(&str, NumberKind); 5] = [
    ("local", NumberKind::Local),
    ("national", NumberKind::National),
    ("mobile", NumberKind::Mobile),
    ("toll-free", NumberKind::TollFree),
    ("tollfree", NumberKind::TollFree),
];

/// Numbers by themselves, in ascending order.
pub type Stock = BTreeMap<String, OfferedNumber>;

/// Rows of a stock file that cannot be used: the others can.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct LeftOut {
    /// How many.
    pub rows: u64,
    /// The first twenty of them, with what is wrong.
    pub told: Vec<String>,
}

impl std::fmt::Display for LeftOut {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.told.join("; "))?;
        match self.rows.saturating_sub(self.told.len() as u64) {
            0 => Ok(()),
            more => write!(formatter, "; and {more} more lines"),
        }
    }
}

/// Reads a stock file. A row that cannot be used is left out, and keeps no other one from use; what cannot be read as a whole is an error.
pub fn read(path: &Path) -> anyhow::Result<(Stock, LeftOut)> {
    let checked = lines::check(path, Reading::LinesOrJson)?;
    let mut stock = Reader { path, stock: Stock::new(), lines: BTreeMap::new(), left_out: LeftOut::default() };
    match lines::first_letter(path)? {
        None => {}
        Some('{') => anyhow::bail!("{}: a stock as JSON is a list of objects", path.display()),
        Some('[') => {
            anyhow::ensure!(
                checked.bytes <= JSON_BYTES_MAX,
                "{}: {} bytes are too many, at most {JSON_BYTES_MAX}",
                path.display(),
                checked.bytes
            );
            stock.json()?;
        }
        Some(_) => stock.csv()?,
    }
    Ok((stock.stock, stock.left_out))
}

struct Reader<'a> {
    path: &'a Path,
    stock: Stock,
    /// Where each number stands.
    lines: BTreeMap<String, u64>,
    left_out: LeftOut,
}

impl Reader<'_> {
    fn csv(&mut self) -> anyhow::Result<()> {
        let mut lines = Lines::open(self.path)?;
        let Some((line, header)) = lines.next_filled()? else { return Ok(()) };
        let names = KNOWN.read(self.path, line, &header)?;
        let places = COLUMNS.map(|column| names.iter().position(|name| name == column));
        while let Some((line, text)) = lines.next_line()? {
            if text.trim().is_empty() {
                continue;
            }
            match lines::fields(&text) {
                Err(problem) => self.tell(line, &problem),
                Ok(fields) if fields.len() != names.len() => {
                    self.tell(line, &format!("{} columns, the header has {}", fields.len(), names.len()));
                }
                Ok(fields) => {
                    self.add(line, &places.map(|place| place.map_or_else(String::new, |place| fields[place].clone())))?;
                }
            }
        }
        Ok(())
    }

    fn json(&mut self) -> anyhow::Result<()> {
        let text = std::fs::read_to_string(self.path).map_err(|error| lines::wrong(self.path, error))?;
        let text = text.trim_start_matches('\u{feff}');
        let (list, repeated) = strict::read(text.as_bytes()).map_err(|error| {
            lines::wrong_line(self.path, error.line() as u64, format!("no list of objects: {error}"))
        })?;
        let Value::Array(rows) = list else { anyhow::bail!("{}: no list of objects", self.path.display()) };
        let row_of = |repeated: &strict::Repeated| {
            let path = repeated.path();
            let place =
                path.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(place, _)| place.parse::<u64>());
            (place.and_then(Result::ok).map_or(0, |place| place + 1), path)
        };
        let repeated: BTreeMap<u64, String> = repeated.iter().rev().map(row_of).collect();
        for (line, row) in (1..).zip(rows) {
            if let Some(path) = repeated.get(&line) {
                self.tell(line, &format!("`{path}` stands there twice"));
                continue;
            }
            let Value::Object(object) = row else {
                self.tell(line, "must be an object");
                continue;
            };
            let mut row = serde_json::Map::new();
            let mut wrong = None;
            for (key, value) in object {
                let name = key.replace('-', "_");
                if !COLUMNS.contains(&name.as_str()) {
                    wrong.get_or_insert_with(|| format!("{key}: unknown; known are {}", COLUMNS.join(", ")));
                } else if row.insert(name, value).is_some() {
                    wrong.get_or_insert_with(|| format!("{key}: stands there twice"));
                }
            }
            if let Some(wrong) = wrong {
                self.tell(line, &wrong);
                continue;
            }
            let text = |column: &str| match row.get(column) {
                None | Some(Value::Null) => String::new(),
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
            };
            self.add(line, &COLUMNS.map(text))?;
        }
        Ok(())
    }

    fn add(&mut self, line: u64, texts: &[String; COLUMNS.len()]) -> Result<(), LinesError> {
        let offer = match number(texts) {
            Err(problems) => {
                self.tell(line, &problems.join(", "));
                return Ok(());
            }
            Ok(offer) => offer,
        };
        if let Some(first) = self.lines.get(&offer.number).copied() {
            // Which of two different ones is meant nobody can know, and what a number costs follows from them.
            let same = self.stock.get(&offer.number) == Some(&offer);
            let which = if same { "one is left out" } else { "they differ, so both are left out" };
            if !same && self.stock.remove(&offer.number).is_some() {
                self.left_out.rows += 1;
            }
            self.tell(line, &format!("number: {} stands in line {first} too; {which}", offer.number));
            return Ok(());
        }
        self.lines.insert(offer.number.clone(), line);
        self.stock.insert(offer.number.clone(), offer);
        if self.stock.len() > NUMBERS_MAX {
            return Err(lines::wrong_line(self.path, line, format!("a stock has at most {NUMBERS_MAX} numbers")));
        }
        Ok(())
    }

    fn tell(&mut self, line: u64, problem: &str) {
        self.left_out.rows += 1;
        if self.left_out.told.len() < TOLD_MAX {
            self.left_out.told.push(format!("line {line}: {problem}"));
        }
    }
}

/// One number, or everything that is wrong with it.
fn number(texts: &[String; COLUMNS.len()]) -> Result<OfferedNumber, Vec<String>> {
    let [number, country, calling_code, kind, region, city, voice, sms, mms] = texts;
    let mut wrong = Vec::new();
    let mut require = |holds: bool, column: &str, limit: &str| {
        if !holds {
            wrong.push(format!("{column}: must be {limit}"));
        }
    };
    // The forms are those of the rules: what they refuse must not get into the stock.
    let number = number.strip_prefix('+').unwrap_or(number);
    let limit = format!("{}, country calling code first", phone::NUMBER_LIMIT);
    require(phone::is_number(number), "number", &limit);
    if let Err(problem) = country::check(country) {
        require(false, "country", &problem.limit);
    }
    require(phone::is_calling_code_of(calling_code, number), "calling_code", phone::CALLING_CODE_LIMIT);
    let known = KINDS.iter().find(|(word, _)| word == kind).map(|(_, kind)| *kind);
    require(known.is_some(), "type", "local, national, mobile or toll-free");
    for (column, name) in [("region", region), ("city", city)] {
        require(name.chars().count() <= NAME_MAX, column, "at most 100 characters");
        if let Err(limit) = letters::check(name) {
            require(false, column, &limit);
        }
    }
    let mut flag = |text: &str, column: &str| match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => true,
        "" | "false" | "no" | "0" => false,
        _ => {
            require(false, column, "true or false");
            false
        }
    };
    let (voice, sms, mms) = (flag(voice, "voice"), flag(sms, "sms"), flag(mms, "mms"));
    match known {
        Some(kind) if wrong.is_empty() => Ok(OfferedNumber {
            number: number.to_owned(),
            country: country.clone(),
            calling_code: calling_code.clone(),
            kind,
            region: region.clone(),
            city: city.clone(),
            voice,
            sms,
            mms,
        }),
        _ => Err(wrong),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<Stock, String> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("numbers");
        std::fs::write(&path, text).expect("file");
        let (stock, left_out) =
            read(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"))?;
        if left_out.rows == 0 { Ok(stock) } else { Err(format!("FILE, {left_out}")) }
    }

    /// The numbers that can be used, and what is said of the others.
    fn used(text: &str) -> (Vec<String>, LeftOut) {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("numbers");
        std::fs::write(&path, text).expect("file");
        let (stock, left_out) = read(&path).expect("a stock");
        (stock.into_keys().collect(), left_out)
    }

    /// Case 09-one-number-spoils-the-search: a bad row is left out, and told, and the others can be used.
    #[test]
    fn case_09_one_number_spoils_the_search_no_longer() {
        let header = "number,country,calling_code,type";
        let good = ["14155550100,US,1,local", "14155550102,US,1,local"];
        for bad in [
            "0014155550101,US,00,local",
            "447700900001,UK,44,mobile",
            "14155550101,US,1",
            "x",
            "14155550101,US,1,landline",
            "\"14155550101,US,1,local",
        ] {
            let (numbers, left_out) = used(&format!("{header}\n{}\n{bad}\n{}\n", good[0], good[1]));
            assert_eq!(numbers, ["14155550100", "14155550102"], "{bad}");
            assert_eq!((left_out.rows, left_out.told.len()), (1, 1), "{bad}");
            assert!(left_out.told[0].starts_with("line 3: "), "{}", left_out.told[0]);
        }
        // One that stands twice: the same again is one; two that differ are none, for nobody knows which is meant.
        let (numbers, left_out) = used(&format!("{header}\n{}\n{}\n{}\n", good[0], good[1], good[0]));
        assert_eq!((numbers.len(), left_out.rows), (2, 1));
        assert_eq!(left_out.told, ["line 4: number: 14155550100 stands in line 2 too; one is left out"]);
        let (numbers, left_out) = used(&format!("{header}\n{}\n{}\n14155550100,US,1,mobile\n", good[0], good[1]));
        assert_eq!((numbers, left_out.rows), (vec!["14155550102".to_owned()], 2));
        assert_eq!(
            left_out.told,
            ["line 4: number: 14155550100 stands in line 2 too; they differ, so both are left out"]
        );
        let row = |number: &str, more: &str| {
            format!("{{\"number\":\"{number}\",\"country\":\"US\",\"calling_code\":\"1\",\"type\":\"local\"{more}}}")
        };
        for bad in [
            "5".to_owned(),
            row("14155550101", ",\"type\":\"mobile\""),
            row("14155550101", ",\"price\":1"),
            row("x", ""),
        ] {
            let (numbers, left_out) = used(&format!("[{},{bad},{}]", row("14155550100", ""), row("14155550102", "")));
            assert_eq!((numbers.len(), left_out.rows), (2, 1), "{bad}");
            assert!(left_out.told[0].starts_with("line 2: "), "{}", left_out.told[0]);
        }
    }

    #[test]
    fn csv_and_json_give_the_same_stock() {
        let csv = of("number,country,calling_code,type,region,city,voice,sms,mms\n+14155550100,US,1,local,California,San Francisco,true,yes,0\n18005550100,US,1,toll-free,,,1,,\n").expect("csv");
        let json = of(r#"[{"number":"14155550100","country":"US","calling_code":"1","type":"local","region":"California","city":"San Francisco","voice":true,"sms":true},
            {"number":"18005550100","country":"US","calling-code":1,"type":"tollfree","voice":true,"mms":false}]"#)
        .expect("json");
        assert_eq!(csv, json);
        let first = &csv["14155550100"];
        assert_eq!((first.voice, first.sms, first.mms, first.city.as_str()), (true, true, false, "San Francisco"));
        assert_eq!(of("").expect("an empty stock"), Stock::new());
        let short = of("type,number,calling_code,country\nmobile,447700900001,44,GB\n").expect("needed columns only");
        assert!(!short["447700900001"].voice);
    }

    #[test]
    fn broken_lines_are_told_together_with_their_limits() {
        let header = "number,country,calling_code,type,voice";
        let error = of(&format!("{header}\n1415,us,44,landline,maybe\n14155550100,US,1,local,1\n14155550100,US,1,local,1\n14155550101,US,1,local\n"))
            .expect_err("broken");
        assert_eq!(
            error,
            "FILE, line 2: number: must be 5 to 15 digits, no leading zero, country calling code first, country: must be US, the code of ISO 3166-1: two upper-case letters, calling_code: must be 1 to 4 digits that the number begins with, type: must be local, national, mobile or toll-free, voice: must be true or false; line 4: number: 14155550100 stands in line 3 too; one is left out; line 5: 4 columns, the header has 5"
        );
        // Cases 09-one-number-spoils-the-search and 05-countries-that-do-not-exist.
        for (line, expected) in [
            ("0014155550100,US,00,local,true", "number: must be 5 to 15 digits, no leading zero"),
            ("14155550100,UK,1,local,true", "country: must be GB, the code of ISO 3166-1"),
            ("14155550100,QQ,1,local,true", "country: must be two upper-case letters of ISO 3166-1"),
            ("++14155550100,US,1,local,true", "number: must be 5 to 15 digits"),
        ] {
            let error = of(&format!("{header}\n{line}\n")).expect_err(line);
            assert!(error.contains(expected), "{error}");
        }
        let named = of(&format!("{header},city\n14155550100,US,1,local,true,Ac\u{e000}me\n")).expect_err("city");
        assert!(
            named.ends_with("city: must be letters that can be printed; character 3 is U+E000 (for private use)"),
            "{named}"
        );
        let many: String = (0..25).map(|_| "x,US,1,local,1\n").collect();
        assert!(of(&format!("{header}\n{many}")).expect_err("broken").ends_with("; and 5 more lines"));
        assert_eq!(
            of("number,country\n").expect_err("columns"),
            "FILE, line 1: the header lacks calling_code, type; it must name number, country, calling_code, type, and may name region, city, voice, sms, mms"
        );
        assert!(of("[{\"phone\": 1}]").expect_err("name").contains("line 1: phone: unknown"));
        assert!(of("[\n{").expect_err("JSON").contains("line 2"));
        assert!(of("[5]").expect_err("no object").ends_with("line 1: must be an object"));
        assert!(of("{}").expect_err("no list").ends_with("a stock as JSON is a list of objects"));
    }

    #[test]
    fn names_that_are_unknown_or_stand_twice_are_refused_in_both_forms_07_columns_that_mean_nothing_08_the_same_column_twice()
     {
        let header = "number,country,calling_code,type";
        assert_eq!(
            of(&format!("{header},price\n14155550100,US,1,local,5\n")),
            Err("FILE, line 1: unknown column `price`; known are number, country, calling_code, type, region, city, voice, sms, mms".to_owned())
        );
        assert_eq!(
            of(&format!("{header},Type\n14155550100,US,1,local,mobile\n")),
            Err("FILE, line 1: `type` stands there twice, in columns 4 and 5".to_owned())
        );
        let number = r#""number":"14155550100","country":"US","calling_code":"1""#;
        assert_eq!(
            of(&format!("[{{{number},\"type\":\"local\",\"type\":\"mobile\"}}]")),
            Err("FILE, line 1: `[0].type` stands there twice".to_owned())
        );
        let twice = of(&format!("[{{{number},\"type\":\"local\",\"calling-code\":\"1\"}}]")).expect_err("twice");
        assert!(twice.ends_with("line 1: calling-code: stands there twice"), "{twice}");
        assert!(of(&header.replace(',', ";")).expect_err("semicolons").contains("separated by semicolons"));
    }
}
