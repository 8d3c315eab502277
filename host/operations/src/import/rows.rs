//! Usage events from lines of CSV or JSON: what can be read, and what is wrong with the rest.

use super::error::{ImportError, wrong, wrong_line};
use crate::usage_words::{self, MOMENT, QUANTITY, Unreadable};
use coinbox_host::contract::exported::usage::UsageEvent;
use coinbox_host::json::strict;
use coinbox_host::lines::{self, Columns, Lines, Others};
use coinbox_host::text;
use serde_json::{Value, json};
use std::path::Path;

/// Columns of a usage file, in the order of the rejected file.
pub const COLUMNS: [&str; 7] = usage_words::KEYS;

/// What else a file may have means nothing here: events come from many systems. What would mean something is refused, in every form by
/// the same rule. `key` is that of a mended event.
const KNOWN: Columns = Columns { needed: &COLUMNS, optional: &["key"], others: Others::Harmless(usage_words::beside) };

/// One row of a file.
#[derive(Clone, PartialEq, Debug)]
pub struct Row {
    /// Counted from 1, the header counted.
    pub line: u64,
    /// Its texts by [`COLUMNS`], as they came.
    pub texts: Vec<String>,
    /// Text of the column `key`, where there is one (mended events).
    pub key: Option<String>,
    /// The event, or why it is none.
    pub event: Result<UsageEvent, Unreadable>,
}

enum Form {
    /// Place of each of [`COLUMNS`], of `key`, and how many there are.
    Csv {
        places: [usize; COLUMNS.len()],
        key: Option<usize>,
        columns: usize,
    },
    Json,
}

/// Rows of a file, one after another.
pub struct Rows {
    lines: Lines,
    form: Form,
    /// The first line of a JSON file, which was read to tell the form.
    first: Option<(u64, String)>,
}

impl Rows {
    /// Opens a file and tells its form by its first line: an object is JSON lines, anything else is the header of a CSV file.
    pub fn open(path: &Path) -> Result<Rows, ImportError> {
        let mut lines = Lines::open(path)?;
        let Some((number, first)) = lines.next_filled()? else { return Err(wrong(path, "it is empty")) };
        if first.trim_start().starts_with(['{', '[']) {
            check_json_lines(path, number, &first)?;
            return Ok(Rows { lines, form: Form::Json, first: Some((number, first)) });
        }
        let names = KNOWN.read(path, number, &first)?;
        let place = |column: &str| names.iter().position(|name| name == column);
        let places = COLUMNS.map(|column| place(column).expect("none is missing"));
        Ok(Rows { lines, form: Form::Csv { places, key: place("key"), columns: names.len() }, first: None })
    }

    /// The next row that is not empty, or none at the end.
    pub fn next_row(&mut self) -> Result<Option<Row>, ImportError> {
        loop {
            let next = match self.first.take() {
                Some(first) => Some(first),
                None => self.lines.next_line()?,
            };
            let Some((line, text)) = next else { return Ok(None) };
            if !text.trim().is_empty() {
                return Ok(Some(self.row(line, &text)));
            }
        }
    }

    fn row(&self, line: u64, text: &str) -> Row {
        match &self.form {
            Form::Json => json_row(line, text),
            Form::Csv { places, key, columns } => {
                let unreadable =
                    |texts: Vec<String>, limit| Row { line, texts, key: None, event: Err(Unreadable::of("", limit)) };
                let fields = match lines::fields(text) {
                    Ok(fields) => fields,
                    Err(_) => return unreadable(vec![text.to_owned()], "must be comma-separated text"),
                };
                if fields.len() != *columns {
                    return unreadable(fields, "must have as many columns as the header");
                }
                let texts: Vec<String> = places.iter().map(|place| fields[*place].clone()).collect();
                let event = event(&texts);
                Row { line, texts, key: key.map(|place| fields[place].clone()), event }
            }
        }
    }
}

/// Refuses a file of JSON that is not one object a line, by its first line.
fn check_json_lines(path: &Path, number: u64, first: &str) -> Result<(), ImportError> {
    const FORM: &str = "usage as JSON is one object a line";
    let refuse = |problem: String| Err(wrong_line(path, number, problem));
    if first.trim_start().starts_with('[') {
        return refuse(format!("{FORM}, and this is a list"));
    }
    if first.contains('\r') {
        return refuse("lines must end with LF or CRLF; save it as JSON lines".to_owned());
    }
    // A first line that is merely damaged spoils nobody else: it is the next one that tells.
    let goes_on = serde_json::from_str::<serde::de::IgnoredAny>(first).is_err_and(|error| error.is_eof());
    let mut lines = Lines::open(path)?;
    let next = loop {
        match lines.next_filled()? {
            Some((line, _)) if line <= number => {}
            other => break other,
        }
    };
    let is_object = |text: &str| text.trim_start().starts_with('{');
    if goes_on && next.is_some_and(|(_, text)| !is_object(&text)) {
        return refuse(format!("{FORM}, and this one goes over several lines"));
    }
    Ok(())
}

fn json_row(line: u64, text: &str) -> Row {
    let (value, repeated) = match strict::read(text.as_bytes()) {
        Ok(read) => read,
        Err(_) => {
            let event = Err(Unreadable::of("", "must be a JSON object"));
            return Row { line, texts: vec![text.to_owned()], key: None, event };
        }
    };
    let shown = |column: &str| match &value[column] {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let texts = COLUMNS.iter().map(|column| shown(column)).collect();
    let event = match repeated.first() {
        Some(repeated) => Err(usage_words::repeated(repeated)),
        None => usage_words::read(&value),
    };
    Row { line, texts, key: value["key"].as_str().map(str::to_owned), event }
}

/// The event of texts by [`COLUMNS`].
fn event(texts: &[String]) -> Result<UsageEvent, Unreadable> {
    let [id, auth_id, product, heading, number, quantity, at] = texts else {
        return Err(Unreadable::of("", "must have seven columns"));
    };
    let wrong = Unreadable::of;
    let digits = quantity.bytes().all(|byte| byte.is_ascii_digit());
    let at_ms = text::moment_ms(at).map_err(|_| wrong("at", MOMENT))?;
    Ok(UsageEvent {
        id: id.clone(),
        auth_id: auth_id.clone(),
        product: usage_words::code("product", product.clone())?,
        heading: usage_words::code("heading", heading.clone())?,
        number: number.clone(),
        quantity: quantity.parse().ok().filter(|_| digits).ok_or(wrong("quantity", QUANTITY))?,
        at: at_ms,
    })
}

/// An event in the JSON form of the contract, for calls by name.
pub fn for_contract(event: &UsageEvent) -> Value {
    json!({"id": event.id, "auth-id": event.auth_id, "product": event.product,
        "heading": event.heading, "number": event.number, "quantity": event.quantity,
        "at": event.at.to_string()})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Result<Vec<Row>, String> {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("f");
        std::fs::write(&path, text).expect("file");
        let shown = |error: ImportError| error.to_string().replace(&path.display().to_string(), "FILE");
        let mut rows = Rows::open(&path).map_err(shown)?;
        let mut all = Vec::new();
        while let Some(row) = rows.next_row().map_err(shown)? {
            all.push(row);
        }
        Ok(all)
    }

    const HEADER: &str = "id,auth_id,product,heading,number,quantity,at\n";

    #[test]
    fn both_forms_give_the_same_events() {
        let csv = rows(&format!("{HEADER}e-1,MA1,voice,outbound,4930123,61,2026-01-01T00:00:00Z\n")).expect("csv");
        let json = rows("{\"id\":\"e-1\",\"auth_id\":\"MA1\",\"product\":\"voice\",\"heading\":\"outbound\",\"number\":\"4930123\",\"quantity\":61,\"at\":1767225600000}\n")
            .expect("json");
        assert_eq!(csv[0].event, json[0].event);
        assert_eq!((csv[0].line, json[0].line), (2, 1));
        assert_eq!(csv[0].event.as_ref().expect("good").quantity, 61);
    }

    #[test]
    fn columns_may_stand_in_any_order_and_empty_lines_mean_nothing() {
        let all = rows("At,QUANTITY,number,heading,product,auth-id,id,note,key\n\n0,1,49,inbound,sms,MA1,e,x,k-1\n")
            .expect("csv");
        assert_eq!(all.len(), 1);
        let event = all[0].event.as_ref().expect("good");
        assert_eq!((all[0].line, event.id.as_str(), event.quantity, all[0].key.as_deref()), (3, "e", 1, Some("k-1")));
    }

    #[test]
    fn what_is_wrong_with_a_row_is_told_by_field() {
        for (row, field) in [
            ("e,MA1,Fax,outbound,49,1,0", "product"),
            ("e,MA1,voice,Up,49,1,0", "heading"),
            ("e,MA1,voice,outbound,49,-1,0", "quantity"),
            ("e,MA1,voice,outbound,49,+1,0", "quantity"),
            ("e,MA1,voice,outbound,49,1.5,0", "quantity"),
            ("e,MA1,voice,outbound,49,,0", "quantity"),
            ("e,MA1,voice,outbound,49,1,noon", "at"),
            ("e,MA1,voice,outbound,49,1", ""),
            ("e,MA1,voice,outbound,49,1,0,0", ""),
        ] {
            let all = rows(&format!("{HEADER}{row}\ne,MA1,voice,outbound,49,1,0\n")).expect("readable");
            assert_eq!(all[0].event.as_ref().expect_err(row).field, field, "{row}");
            assert!(all[1].event.is_ok(), "its neighbour is not spoilt");
        }
        let json = rows("{\"id\": 5}\n{broken\n").expect("readable");
        assert!(json.iter().all(|row| row.event.is_err()));
        assert_eq!(json[1].texts, ["{broken"]);
    }

    #[test]
    fn a_file_of_the_wrong_kind_is_refused_as_a_whole() {
        assert_eq!(rows(""), Err("FILE: it is empty".to_owned()));
        assert_eq!(
            rows("id,when\n1,2\n"),
            Err("FILE, line 1: the header lacks auth_id, product, heading, number, quantity, at; \
                 it must name id, auth_id, product, heading, number, quantity, at, and may name key"
                .to_owned())
        );
        let semicolons = HEADER.replace(',', ";");
        assert_eq!(rows(&semicolons), Err("FILE, line 1: separated by semicolons; save it with commas".to_owned()));
        let tabs = HEADER.replace(',', "\t");
        assert_eq!(rows(&tabs), Err("FILE, line 1: separated by tabs; save it with commas".to_owned()));
        let twice = HEADER.replace("number", "number,quantity");
        assert_eq!(
            rows(&twice),
            Err("FILE, line 1: `quantity` stands there twice, in columns 6 and 7".to_owned()),
            "08-the-same-column-twice"
        );
        let cr = rows(&format!("{}\re,MA1,sms,outbound,49301,1,0\r", HEADER.trim_end())).expect_err("CR");
        assert!(cr.starts_with("FILE, line 1: lines must end with LF or CRLF"), "{cr}");
    }

    const EVENT: &str =
        r#"{"id":"e","auth_id":"MA1","product":"sms","heading":"outbound","number":"49301","quantity":1,"at":0}"#;

    #[test]
    fn json_that_is_not_one_object_a_line_is_named_14_files_of_the_wrong_form() {
        let list = "FILE, line 1: usage as JSON is one object a line, and this is a list";
        for text in [format!("[{EVENT},{EVENT}]"), format!("[\n{EVENT},\n{EVENT}\n]\n"), "[".to_owned()] {
            assert_eq!(rows(&text), Err(list.to_owned()), "{text}");
        }
        let pretty = EVENT.replace(',', ",\n  ").replace('{', "{\n  ").replace('}', "\n}");
        let several = "usage as JSON is one object a line, and this one goes over several lines";
        assert_eq!(rows(&pretty), Err(format!("FILE, line 1: {several}")));
        assert_eq!(rows(&format!("\n{pretty}\n{pretty}\n")), Err(format!("FILE, line 2: {several}")));
        assert_eq!(rows(&EVENT.replace("\"at\"", "\n\"at\"")), Err(format!("FILE, line 1: {several}")));
        let cr = rows(&format!("{EVENT}\r{EVENT}\r")).expect_err("CR");
        assert!(cr.starts_with("FILE, line 1: lines must end with LF or CRLF"), "{cr}");
        // One damaged line is one bad row, also the first.
        let cut_off = rows(&format!("{}\n{EVENT}\n", &EVENT[..40])).expect("one bad row");
        assert_eq!(cut_off.iter().map(|row| row.event.is_ok()).collect::<Vec<_>>(), [false, true]);
        assert_eq!(rows(&format!("\n\n{EVENT}\r\n{EVENT}")).expect("blank lines first").len(), 2);
    }

    /// 07-columns-that-mean-nothing: CSV and JSON refuse the same names, and leave the same ones alone.
    #[test]
    fn names_that_would_change_the_quantity_are_refused_in_every_form() {
        for name in
            ["unit", "currency", "billed_seconds", "billedSeconds", "quantity_2", "Price per minute", "callduration"]
        {
            let refused = rows(&HEADER.replace("at\n", &format!("at,{name}\n"))).expect_err(name);
            assert!(refused.starts_with(&format!("FILE, line 1: column `{name}` is not read, ")), "{refused}");
            let row = rows(&EVENT.replace("\"at\":0", &format!("\"at\":0,\"{name}\":1"))).expect("readable").remove(0);
            assert_eq!(row.event.expect_err(name).field, name);
        }
        for name in ["note", "sip_call_id", "carrier", "line", "reason", "detail", "received", "key", "trunk-2", "from"]
        {
            let csv = format!("{}e,MA1,sms,outbound,49301,1,0,x\n", HEADER.replace("at\n", &format!("at,{name}\n")));
            let json = EVENT.replace("\"at\":0", &format!("\"at\":0,\"{name}\":1"));
            let read = |text: &str| rows(text).expect("readable").remove(0).event.expect(name);
            assert_eq!(read(&csv), read(&json), "{name}");
        }
        // The letters of a header's names may be large or small; beside the one that is read another one is refused.
        let both = rows(&HEADER.replace("at\n", "at,Quantity\n")).expect_err("twice");
        assert!(both.contains("`quantity` stands there twice"), "{both}");
        for (name, row) in
            [("Quantity", "{\"Quantity\":900,"), ("auth-id", "{\"auth-id\":\"MA2\","), ("At", "{\"At\":0,")]
        {
            let row = rows(&EVENT.replacen('{', row, 1)).expect("readable").remove(0);
            assert_eq!(row.event.expect_err(name).field, name);
        }
    }

    #[test]
    fn a_key_that_stands_twice_is_one_bad_row_08_the_same_column_twice() {
        let twice = EVENT.replace("\"quantity\":1", "\"quantity\":1,\"quantity\":900");
        let note = EVENT.replace("\"at\":0", "\"at\":0,\"note\":1,\"note\":2");
        let all = rows(&format!("{EVENT}\n{twice}\n{note}\n{EVENT}\n")).expect("readable");
        assert!(all[0].event.is_ok() && all[3].event.is_ok());
        assert_eq!(all[1].event, Err(Unreadable::of("quantity", "stands there twice")));
        assert_eq!(all[2].event, Err(Unreadable::of("", "must name each key once")));
    }
}
