//! Lists that sign-ups, passwords and codes are judged by (ACC-1, ACC-2, ACC-3, SEC-8): the snapshots that a new store begins with, and the files that others publish.
//!
//! What is read: one entry a line, with its note behind a blank where its list has notes; lists of texts in JSON, as packages have them; of networks also the
//! published files of clouds, whatever their JSON looks like, and tables of ranges with their autonomous systems.

use crate::link::LinkError;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv6Addr};

/// Entries of one call of the contract.
const ENTRIES: usize = 5_000;

/// What a new store begins with: `host/lists/README.md`.
const SNAPSHOTS: &str = include_str!("../../lists/lists.json");
const FILES: [(&str, &str); 6] = [
    ("personal-mail.txt", include_str!("../../lists/personal-mail.txt")),
    ("disposable-mail.txt", include_str!("../../lists/disposable-mail.txt")),
    ("networks.txt", include_str!("../../lists/networks.txt")),
    ("common-passwords.txt", include_str!("../../lists/common-passwords.txt")),
    ("prefixes.txt", include_str!("../../lists/prefixes.txt")),
    ("calling-codes.txt", include_str!("../../lists/calling-codes.txt")),
];

/// An entry with its note.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Row {
    /// In the form of its list.
    pub entry: String,
    /// Empty where its list has none.
    pub note: String,
}

/// Why a file cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unread {
    /// A line has not the form of the list.
    #[error("line {line}: `{text}` is no {wanted}")]
    Line {
        /// From 1.
        line: usize,
        /// Its beginning.
        text: String,
        /// What is wanted.
        wanted: &'static str,
    },
    /// The file as a whole.
    #[error("{0}")]
    File(String),
}

/// How a file of networks is read.
#[derive(Clone, Default, Debug)]
pub struct Networks {
    /// Kind of networks whose line names none: `vpn`, `hosting` or `proxy`.
    pub kind: String,
    /// Kinds by autonomous system: of a table of ranges only these are taken.
    pub systems: BTreeMap<u32, String>,
}

/// Reads the autonomous systems that are taken of a table: number, kind, and a name that nobody reads.
pub fn systems(text: &str) -> Result<BTreeMap<u32, String>, Unread> {
    let mut systems = BTreeMap::new();
    for (line, words) in lines(text) {
        let mut parts = words.split_whitespace();
        let system = parts.next().and_then(|number| number.trim_start_matches("AS").parse().ok()).zip(parts.next());
        let (number, kind) = system.ok_or_else(|| unread(line, words, "number of a system with a kind"))?;
        systems.insert(number, kind.to_owned());
    }
    Ok(systems)
}

/// Reads a file for a list.
pub fn read(list: &str, text: &str, networks: &Networks) -> Result<Vec<Row>, Unread> {
    match list {
        "networks" => read_networks(text, networks),
        "common-passwords" => Ok(texts(text)?.unwrap_or_else(|| {
            let lines = text.lines().map(|line| line.trim_end_matches('\r')).filter(|line| !line.is_empty());
            lines.map(plain).collect()
        })),
        "breached-passwords" => {
            Ok(lines(text).map(|(_, line)| plain(line.split_once(':').map_or(line, |(digest, _)| digest))).collect())
        }
        "prefixes" | "calling-codes" => lines(text)
            .map(|(line, words)| {
                let (entry, note) = words.split_once(' ').ok_or_else(|| unread(line, words, "number with a note"))?;
                Ok(Row { entry: entry.to_owned(), note: note.trim().to_owned() })
            })
            .collect(),
        _ => Ok(texts(text)?.unwrap_or_else(|| lines(text).map(|(_, line)| plain(line)).collect())),
    }
}

fn plain(entry: &str) -> Row {
    Row { entry: entry.to_owned(), note: String::new() }
}

fn unread(line: usize, text: &str, wanted: &'static str) -> Unread {
    Unread::Line { line, text: text.chars().take(60).collect(), wanted }
}

/// Lines with something on them that is no comment, by number.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    (1..).zip(text.lines().map(str::trim)).filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// The texts of a list in JSON; none: it is no JSON.
fn texts(text: &str) -> Result<Option<Vec<Row>>, Unread> {
    if !text.trim_start().starts_with('[') {
        return Ok(None);
    }
    let values: Vec<String> =
        serde_json::from_str(text).map_err(|error| Unread::File(format!("no list of texts in JSON: {error}")))?;
    Ok(Some(values.iter().map(|value| plain(value)).collect()))
}

/// Rows of several files as one: networks in order and without overlaps.
pub fn together(list: &str, rows: Vec<Row>) -> Vec<Row> {
    if list != "networks" {
        return rows;
    }
    let range = |row: &Row| {
        let (first, last) = row.entry.split_once('-').unwrap_or((&row.entry, &row.entry));
        Some((number(first)?, number(last)?, row.note.clone()))
    };
    let all = joined(rows.iter().filter_map(range).collect());
    all.into_iter().map(|(first, last, note)| Row { entry: shown(first, last), note }).collect()
}

/// Both ends of a range, and its kind.
type Range = (u128, u128, String);

fn read_networks(text: &str, how: &Networks) -> Result<Vec<Row>, Unread> {
    let mut ranges: Vec<Range> = Vec::new();
    if text.trim_start().starts_with(['{', '[']) {
        let value: Value = serde_json::from_str(text).map_err(|error| Unread::File(format!("no JSON: {error}")))?;
        collect(&value, &how.kind, &mut ranges);
    } else {
        for (line, words) in lines(text) {
            let found = if words.matches(',').count() >= 2 { of_table(words, how) } else { of_line(words, how) };
            match found {
                Some(Some(range)) => ranges.push(range),
                Some(None) => {}
                None => return Err(unread(line, words, "network or range of addresses")),
            }
        }
    }
    let kinds = ["vpn", "hosting", "proxy"];
    if let Some((.., kind)) = ranges.iter().find(|(.., kind)| !kinds.contains(&kind.as_str())) {
        return Err(Unread::File(format!("`{kind}` is none of vpn, hosting, proxy: name the kind with --kind")));
    }
    Ok(joined(ranges).into_iter().map(|(first, last, note)| Row { entry: shown(first, last), note }).collect())
}

/// Every network among the texts of a JSON value.
fn collect(value: &Value, kind: &str, ranges: &mut Vec<Range>) {
    match value {
        Value::String(text) if text.contains('/') => {
            ranges.extend(network(text).map(|(first, last)| (first, last, kind.to_owned())));
        }
        Value::Array(values) => values.iter().for_each(|value| collect(value, kind, ranges)),
        Value::Object(fields) => fields.values().for_each(|value| collect(value, kind, ranges)),
        _ => {}
    }
}

/// `192.0.2.0/24 vpn`, or a range, with or without kind.
fn of_line(words: &str, how: &Networks) -> Option<Option<Range>> {
    let (range, kind) = words.split_once(char::is_whitespace).unwrap_or((words, &how.kind));
    let (first, last) = match range.split_once('-') {
        Some((first, last)) => (number(first)?, number(last)?),
        None => network(range)?,
    };
    (first <= last).then(|| Some((first, last, kind.trim().to_owned())))
}

/// First and last address, number of the system, its name. Of a system that is not taken nothing.
fn of_table(words: &str, how: &Networks) -> Option<Option<Range>> {
    let mut cells = words.split(',');
    let (first, last) = (number(cells.next()?)?, number(cells.next()?)?);
    let system: u32 = cells.next()?.trim().trim_start_matches("AS").parse().ok()?;
    (first <= last).then(|| how.systems.get(&system).map(|kind| (first, last, kind.clone())))
}

/// IPv4 as IPv6 has it.
fn number(text: &str) -> Option<u128> {
    Some(match text.trim().parse::<IpAddr>().ok()? {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    })
}

/// Both ends of a network. Host bits are taken off: publishers leave them in.
fn network(text: &str) -> Option<(u128, u128)> {
    let (address, bits) = text.split_once('/').unwrap_or((text, ""));
    let first = number(address)?;
    let before = if address.contains(':') { 0 } else { 96 };
    let fixed = if bits.is_empty() { 128 } else { bits.parse::<u32>().ok()?.checked_add(before)? };
    let free = 128_u32.checked_sub(fixed)?;
    let mask = if free == 128 { u128::MAX } else { (1 << free) - 1 };
    Some((first & !mask, first | mask))
}

/// In order, without overlaps, neighbours of one kind as one. Where two overlap, the one that begins first has the common part.
fn joined(mut ranges: Vec<Range>) -> Vec<Range> {
    ranges.sort();
    let mut all: Vec<Range> = Vec::with_capacity(ranges.len());
    for (first, last, kind) in ranges {
        let reached = all.last().map(|(_, last, _)| *last);
        let first = match reached {
            Some(reached) if last <= reached => continue,
            Some(reached) => first.max(reached + 1),
            None => first,
        };
        match all.last_mut() {
            Some(before) if before.2 == kind && before.1.checked_add(1) == Some(first) => before.1 = last,
            _ => all.push((first, last, kind)),
        }
    }
    all
}

fn shown(first: u128, last: u128) -> String {
    let text = |number: u128| {
        let address = Ipv6Addr::from_bits(number);
        address.to_ipv4_mapped().map_or_else(|| address.to_string(), |address| address.to_string())
    };
    if first == last { text(first) } else { format!("{}-{}", text(first), text(last)) }
}

/// Writes a version of a list and publishes it. Answers the version.
pub fn publish(
    call: &dyn Fn(&str, Value) -> Result<Value, LinkError>,
    list: &str,
    about: &Value,
    rows: &[Row],
) -> Result<Value, LinkError> {
    let version = call("lists.begin", json!({"name": list, "about": about}))?["version"].take();
    for part in rows.chunks(ENTRIES) {
        let entries: Vec<Value> = part.iter().map(|row| json!({"entry": row.entry, "note": row.note})).collect();
        call("lists.add", json!({"name": list, "version": version, "entries": entries}))?;
    }
    call("lists.publish", json!({"name": list, "version": version}))
}

/// Publishes the snapshot of every list of which nothing is in force. Answers their names.
pub fn begin(now: i64, call: &dyn Fn(&str, Value) -> Result<Value, LinkError>) -> Result<Vec<String>, LinkError> {
    let status = call("lists.status", json!({}))?;
    let is_empty = |name: &str| {
        let mut lists = status.as_array().into_iter().flatten();
        lists.any(|list| list["name"] == name && list["current"].is_null())
    };
    let snapshots: Vec<Value> = serde_json::from_str(SNAPSHOTS).expect("host/lists/lists.json is a list");
    let mut begun = Vec::new();
    for snapshot in snapshots {
        let text = |field: &str| snapshot[field].as_str().unwrap_or_default();
        let name = text("name");
        if !is_empty(name) {
            continue;
        }
        let file = FILES.iter().find(|(file, _)| *file == text("file")).map_or("", |(_, content)| content);
        let rows = read(name, file, &Networks::default()).map_err(|error| LinkError::Failed(error.to_string()))?;
        let about = |dated: &str| json!({"source": text("source"), "edition": text("edition"), "dated": dated, "licence": text("licence")});
        // A clock that is behind the snapshot begins with it all the same.
        let dated = text("dated").parse::<i64>().unwrap_or(0).min(now);
        publish(call, name, &about(&dated.to_string()), &rows)?;
        begun.push(name.to_owned());
    }
    Ok(begun)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(list: &str, text: &str) -> Vec<(String, String)> {
        let how = Networks { kind: "hosting".to_owned(), systems: BTreeMap::from([(64_500, "vpn".to_owned())]) };
        read(list, text, &how).expect("readable").into_iter().map(|row| (row.entry, row.note)).collect()
    }

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter().map(|(entry, note)| ((*entry).to_owned(), (*note).to_owned())).collect()
    }

    #[test]
    fn packages_are_read_as_they_are() {
        assert_eq!(
            rows("personal-mail", "# free\n\ngmail.com\n web.de \n"),
            pairs(&[("gmail.com", ""), ("web.de", "")])
        );
        assert_eq!(rows("personal-mail", "[\"gmail.com\", \"web.de\"]"), pairs(&[("gmail.com", ""), ("web.de", "")]));
        assert_eq!(rows("common-passwords", "#1dad\r\n\npass word\n"), pairs(&[("#1dad", ""), ("pass word", "")]));
        assert_eq!(rows("breached-passwords", "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8:3730471\n")[0].0.len(), 40);
        assert_eq!(rows("prefixes", "881 satellite\n"), pairs(&[("881", "satellite")]));
        assert_eq!(rows("calling-codes", "1 US CA\n"), pairs(&[("1", "US CA")]));
        assert!(read("prefixes", "881\n", &Networks::default()).is_err());
    }

    #[test]
    fn networks_are_put_in_order_and_do_not_overlap() {
        let text = "198.51.100.0/24 vpn\n192.0.2.0/25\n192.0.2.128/25\n192.0.2.200/29 proxy\n2001:db8::/32 proxy\n";
        let expected = [
            ("192.0.2.0-192.0.2.255", "hosting"),
            ("198.51.100.0-198.51.100.255", "vpn"),
            ("2001:db8::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "proxy"),
        ];
        assert_eq!(rows("networks", text), pairs(&expected));
        assert_eq!(rows("networks", "192.0.2.7\n"), pairs(&[("192.0.2.7", "hosting")]));
        let table = "192.0.2.0,192.0.2.9,64500,\"A, B\"\n198.51.100.0,198.51.100.9,64501,Access\n";
        assert_eq!(rows("networks", table), pairs(&[("192.0.2.0-192.0.2.9", "vpn")]));
        assert!(read("networks", "192.0.2.0/24\n", &Networks::default()).is_err(), "of no kind");
        assert!(
            read("networks", "example.com\n", &Networks { kind: "vpn".to_owned(), ..Networks::default() }).is_err()
        );
    }

    #[test]
    fn published_files_of_clouds_are_read() {
        let amazon = r#"{"syncToken":"1","prefixes":[{"ip_prefix":"192.0.2.0/24","region":"x"}],"ipv6_prefixes":[{"ipv6_prefix":"2001:db8::/32"}]}"#;
        let google = r#"{"prefixes":[{"ipv4Prefix":"192.0.2.0/24"},{"ipv6Prefix":"2001:db8::/32"}]}"#;
        let azure = r#"{"values":[{"properties":{"addressPrefixes":["192.0.2.0/24","2001:db8::/32"]}}]}"#;
        let oracle = r#"{"regions":[{"cidrs":[{"cidr":"192.0.2.0/24"},{"cidr":"2001:db8::/32"}]}]}"#;
        for text in [amazon, google, azure, oracle] {
            assert_eq!(rows("networks", text).len(), 2, "{text}");
        }
    }

    #[test]
    fn snapshots_are_readable_and_whole() {
        let snapshots: Vec<Value> = serde_json::from_str(SNAPSHOTS).expect("JSON");
        assert_eq!(snapshots.len(), FILES.len());
        for snapshot in snapshots {
            let (name, file) = (snapshot["name"].as_str().expect("a name"), snapshot["file"].as_str().expect("a file"));
            let text = FILES.iter().find(|(known, _)| *known == file).expect("compiled in").1;
            let rows = read(name, text, &Networks::default()).expect(name);
            assert!(rows.len() >= 190, "{name} has {}", rows.len());
        }
    }
}
