//! A usage file with the accidents of real ones, and what has to come of each row.

use anyhow::{Context, Result};
use coinbox_host::countries::{COUNTRIES, Country, ZONES};
use jiff::Timestamp;
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::io::Write;

/// First line of a usage file.
pub const USAGE_HEADER: &str = "id,auth_id,product,heading,number,quantity,at";

/// Who uses something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SampleSource {
    /// Main account or sub-account, as the server named it.
    pub auth_id: String,
    /// Share of the usage, relative to the other sources.
    pub weight: u32,
}

/// How many rows of a file must end in which way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Expected {
    /// Answer `rated`, late ones included.
    pub rated: u32,
    /// Of the rated ones: between 4 and 34 days old.
    pub late: u32,
    /// Answer `duplicate`.
    pub duplicate: u32,
    /// Answer `rejected(malformed)`.
    pub malformed: u32,
    /// Answer `rejected(too-old)`.
    pub too_old: u32,
    /// Answer `rejected(no-price)`.
    pub no_price: u32,
    /// Answer `rejected(unknown-account)`.
    pub unknown_account: u32,
    /// Never an event: the importer cannot read the row.
    pub unreadable: u32,
}

impl Expected {
    /// Events that the rules reject and keep.
    pub fn rejected(&self) -> u32 {
        self.malformed + self.too_old + self.no_price + self.unknown_account
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Good,
    Duplicate,
    Late,
    TooOld,
    Malformed,
    Unreadable,
    NoPrice,
    UnknownAccount,
}

/// Rows of ten thousand that meet each accident.
const ACCIDENTS: [(Fate, u64); 7] = [
    (Fate::Duplicate, 100),
    (Fate::Late, 50),
    (Fate::TooOld, 30),
    (Fate::Malformed, 15),
    (Fate::Unreadable, 15),
    (Fate::NoPrice, 20),
    (Fate::UnknownAccount, 10),
];

/// How likely a country of each zone is called.
const ZONE_WEIGHTS: [u32; ZONES] = [1_200, 120, 48, 8, 2, 1];

/// Seconds of a call at hundredths of all calls, straight lines between: most are short, a few very long.
const CALL_LENGTHS: [(u32, u32); 10] =
    [(0, 1), (5, 3), (10, 6), (25, 18), (50, 45), (75, 110), (90, 240), (95, 420), (99, 1_500), (100, 5_400)];

/// Starts of numbers that no country has.
const UNASSIGNED: [&str; 6] = ["210", "259", "281", "801", "978", "999"];

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
/// Rows lie in the last days before `now_ms`.
const WINDOW_MS: i64 = 3 * DAY_MS;
/// A duplicate repeats one of so many good rows before it: the same batch, or one soon after.
const REPEATABLE_ROWS: usize = 4_000;

/// Writes a usage file as CSV, header first, in order of time but for late rows and repeats. The same arguments give the same
/// bytes. Import it within the hour: late rows are up to 34 days old at `now_ms` (milliseconds since 1970), and the rules take 35.
pub fn write_usage(
    out: &mut impl Write,
    auth_ids: &[SampleSource],
    rows: u32,
    now_ms: i64,
    seed: u64,
) -> Result<Expected> {
    let mut writer = Writer::new(auth_ids, now_ms, seed)?;
    let fates = writer.fates(rows);
    let mut expected = Expected::default();
    let mut repeatable: VecDeque<String> = VecDeque::new();
    let step_ms = (WINDOW_MS - MINUTE_MS) / i64::from(rows.max(1));
    writeln!(out, "{USAGE_HEADER}")?;
    for (number, fate) in (0_u32..).zip(fates) {
        let jitter_ms = writer.random.random_range(0..step_ms.max(1));
        let at_ms = now_ms - WINDOW_MS + i64::from(number) * step_ms + jitter_ms;
        let line = match fate {
            Fate::Duplicate => {
                expected.duplicate += 1;
                let chosen = writer.random.random_range(0..repeatable.len());
                repeatable[chosen].clone()
            }
            Fate::Malformed => {
                expected.malformed += 1;
                writer.malformed(number, at_ms, expected.malformed)?
            }
            Fate::Unreadable => {
                expected.unreadable += 1;
                writer.unreadable(number, at_ms, expected.unreadable)?
            }
            Fate::Good | Fate::Late | Fate::TooOld | Fate::NoPrice | Fate::UnknownAccount => {
                writer.readable(number, at_ms, fate, &mut expected)?
            }
        };
        writeln!(out, "{line}")?;
        if matches!(fate, Fate::Good | Fate::Late) {
            if repeatable.len() == REPEATABLE_ROWS {
                repeatable.pop_front();
            }
            repeatable.push_back(line);
        }
    }
    out.flush()?;
    Ok(expected)
}

struct Row {
    id: String,
    auth_id: String,
    product: &'static str,
    heading: &'static str,
    number: String,
    quantity: String,
    at: String,
}

impl Row {
    fn line(&self) -> String {
        let Row { id, auth_id, product, heading, number, quantity, at } = self;
        format!("{id},{auth_id},{product},{heading},{number},{quantity},{at}")
    }
}

struct Writer<'a> {
    random: ChaCha8Rng,
    seed: u64,
    now_ms: i64,
    sources: &'a [SampleSource],
    source_shares: Shares,
    country_shares: Shares,
}

/// Running sums of weights: a draw below the last falls to the first sum above it.
struct Shares(Vec<u64>);

impl Shares {
    /// Nothing when no weight is above 0.
    fn new(weights: impl Iterator<Item = u32>) -> Option<Shares> {
        let mut total = 0;
        let sums = weights.map(|weight| {
            total += u64::from(weight);
            total
        });
        Some(Shares(sums.collect())).filter(|shares| shares.total() > 0)
    }

    fn total(&self) -> u64 {
        self.0.last().copied().unwrap_or(0)
    }

    fn draw(&self, random: &mut ChaCha8Rng) -> usize {
        let drawn = random.random_range(0..self.total());
        self.0.partition_point(|sum| *sum <= drawn)
    }
}

impl<'a> Writer<'a> {
    fn new(sources: &'a [SampleSource], now_ms: i64, seed: u64) -> Result<Writer<'a>> {
        let source_shares = Shares::new(sources.iter().map(|source| source.weight))
            .context("a usage file needs a source with a weight above 0")?;
        for moment in [now_ms.checked_sub(90 * DAY_MS).context("now_ms is too small")?, now_ms] {
            Timestamp::from_millisecond(moment).with_context(|| format!("now_ms = {now_ms} is no moment"))?;
        }
        let country_shares = Shares::new(COUNTRIES.iter().map(|country| ZONE_WEIGHTS[country.zone - 1]))
            .context("the table of countries is not empty")?;
        Ok(Writer { random: ChaCha8Rng::seed_from_u64(seed), seed, now_ms, sources, source_shares, country_shares })
    }

    /// What becomes of each row, in the order of the file. A repeat never comes before there is something to repeat.
    fn fates(&mut self, rows: u32) -> Vec<Fate> {
        let mut fates = Vec::with_capacity(rows as usize);
        for (fate, share) in ACCIDENTS {
            let count = u64::from(rows) * share / 10_000;
            fates.extend((0..count).map(|_| fate));
        }
        fates.resize(rows as usize, Fate::Good);
        fates.shuffle(&mut self.random);
        if let Some(first_good) = fates.iter().position(|fate| *fate == Fate::Good) {
            fates.swap(0, first_good);
        }
        fates
    }

    fn readable(&mut self, number: u32, at_ms: i64, fate: Fate, expected: &mut Expected) -> Result<String> {
        let mut row = self.row(number, at_ms)?;
        match fate {
            Fate::Late => {
                let age_ms = self.random.random_range(4 * DAY_MS..34 * DAY_MS);
                row.at = moment(self.now_ms - age_ms)?;
                expected.late += 1;
                expected.rated += 1;
            }
            Fate::TooOld => {
                let age_ms = self.random.random_range(36 * DAY_MS..60 * DAY_MS);
                row.at = moment(self.now_ms - age_ms)?;
                expected.too_old += 1;
            }
            Fate::NoPrice => {
                let start = UNASSIGNED[self.random.random_range(0..UNASSIGNED.len())];
                row.number = self.digits(start, 11);
                expected.no_price += 1;
            }
            Fate::UnknownAccount => {
                row.auth_id = self.stranger();
                expected.unknown_account += 1;
            }
            _ => expected.rated += 1,
        }
        Ok(row.line())
    }

    /// A row that is an event with an argument that breaks a rule.
    fn malformed(&mut self, number: u32, at_ms: i64, kind: u32) -> Result<String> {
        let mut row = self.row(number, at_ms)?;
        match kind % 6 {
            0 => row.id = String::new(),
            // Of what comes in, the other side may be anything.
            1..=3 => {
                row.heading = "outbound";
                row.number = match kind % 6 {
                    1 => format!("{}x{}", &row.number[..4], &row.number[5..]),
                    2 => "12".to_owned(),
                    _ => self.digits(&row.number, 16),
                };
            }
            4 => row.quantity = "1000001".to_owned(),
            _ => row.id = format!("{}{}", row.id, "0".repeat(255)),
        }
        Ok(row.line())
    }

    /// A row that is no event at all.
    fn unreadable(&mut self, number: u32, at_ms: i64, kind: u32) -> Result<String> {
        let mut row = self.row(number, at_ms)?;
        match kind % 7 {
            0 => row.quantity = "1.5".to_owned(),
            1 => row.at = String::new(),
            2 => row.quantity = "-30".to_owned(),
            3 => row.quantity = "ten".to_owned(),
            4 => row.at = "yesterday".to_owned(),
            5 => return Ok(format!("{},{}", row.id, row.auth_id)),
            _ => return Ok(format!("{},surplus,columns", row.line())),
        }
        Ok(row.line())
    }

    fn row(&mut self, number: u32, at_ms: i64) -> Result<Row> {
        let source = self.source_shares.draw(&mut self.random);
        let country = &COUNTRIES[self.country_shares.draw(&mut self.random)];
        // Pictures are for those who have them: North America here.
        let product = match self.random.random_range(0..100) {
            0..60 => "voice",
            60..64 if country.zone == 1 => "mms",
            _ => "sms",
        };
        let heading = if self.random.random_range(0..10) < 7 { "outbound" } else { "inbound" };
        let quantity = if product == "voice" { self.call_seconds() } else { self.message_parts() };
        Ok(Row {
            id: format!("{:08x}-{number:08}", self.seed & 0xffff_ffff),
            auth_id: self.sources[source].auth_id.clone(),
            product,
            heading,
            number: self.number_in(country),
            quantity: quantity.to_string(),
            at: moment(at_ms)?,
        })
    }

    fn number_in(&mut self, country: &Country) -> String {
        let kind = self.random.random_range(0..1_000);
        let starts = match kind {
            0..2 if !country.premium.is_empty() => &country.premium,
            2..650 if !country.mobile.is_empty() => &country.mobile,
            _ => &country.prefixes,
        };
        let start = starts[self.random.random_range(0..starts.len())];
        let length = if start.starts_with('1') { 11 } else { 11 + start.len() % 2 };
        self.digits(start, length)
    }

    /// `start` and random digits up to `length`.
    fn digits(&mut self, start: &str, length: usize) -> String {
        let mut number = start.to_owned();
        while number.len() < length {
            number.push(char::from(b'0' + self.random.random_range(0..10_u8)));
        }
        number
    }

    /// An auth ID of the right form; that it exists is one chance in 10^28.
    fn stranger(&mut self) -> String {
        const LETTERS: &[u8; 36] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
        let mut auth_id = "MA".to_owned();
        auth_id.extend((0..18).map(|_| char::from(LETTERS[self.random.random_range(0..LETTERS.len())])));
        auth_id
    }

    fn call_seconds(&mut self) -> u32 {
        let drawn = self.random.random_range(0..100_000_u32);
        let upper =
            CALL_LENGTHS.partition_point(|(percent, _)| percent * 1_000 <= drawn).clamp(1, CALL_LENGTHS.len() - 1);
        let ((from, shortest), (upto, longest)) = (CALL_LENGTHS[upper - 1], CALL_LENGTHS[upper]);
        shortest + (longest - shortest) * (drawn - from * 1_000) / ((upto - from) * 1_000)
    }

    fn message_parts(&mut self) -> u32 {
        match self.random.random_range(0..100) {
            0..80 => 1,
            80..93 => 2,
            93..98 => 3,
            98 => 4,
            _ => 6,
        }
    }
}

/// RFC 3339 with milliseconds.
fn moment(at_ms: i64) -> Result<String> {
    Ok(format!("{:.3}", Timestamp::from_millisecond(at_ms)?))
}

#[cfg(test)]
mod tests;
