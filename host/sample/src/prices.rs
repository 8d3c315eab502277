//! A price book for every country of the table.

use anyhow::Result;
use coinbox_host::countries::{COUNTRIES, Country, ZONES};
use std::io::Write;

/// First line of a price book file.
pub const PRICE_BOOK_HEADER: &str =
    "product,heading,country,prefix,rate,first_increment,next_increment,group,number_type,setup";

/// Prices of a zone in hundred-thousandths of a dollar, before each country's own factor.
struct Tariff {
    landline: u64,
    mobile: u64,
    premium: u64,
    voice_inbound: u64,
    sms: [u64; 2],
    mms: [u64; 2],
    /// First and next increment in seconds.
    increments: (u32, u32),
    /// A month of a local, national, mobile and toll-free number; 0: there are none.
    numbers: [u64; 4],
    /// Set-up fee of a mobile and toll-free number.
    setup: u64,
}

#[rustfmt::skip]
const TARIFFS: [Tariff; ZONES] = [
    Tariff { landline:   1_000, mobile:   1_000, premium: 250_000, voice_inbound:   500, sms: [   700,   550], mms: [ 1_600, 1_600], increments: (60, 60), numbers: [80_000, 100_000, 100_000, 200_000], setup: 0 },
    Tariff { landline:   1_500, mobile:   5_500, premium:  95_000, voice_inbound:   600, sms: [ 6_500,   750], mms: [12_000, 2_000], increments: (1, 1), numbers: [100_000, 120_000, 150_000, 250_000], setup: 50_000 },
    Tariff { landline:   4_500, mobile:   9_000, premium: 120_000, voice_inbound:   800, sms: [ 5_500,   750], mms: [15_000, 3_000], increments: (60, 60), numbers: [200_000, 250_000, 300_000, 500_000], setup: 100_000 },
    Tariff { landline:  16_000, mobile:  24_000, premium: 150_000, voice_inbound: 1_500, sms: [ 9_000, 1_000], mms: [20_000, 4_000], increments: (30, 6), numbers: [400_000, 450_000, 600_000, 0], setup: 150_000 },
    Tariff { landline:  38_000, mobile:  46_000, premium: 180_000, voice_inbound: 3_000, sms: [11_000, 1_200], mms: [24_000, 5_000], increments: (60, 60), numbers: [600_000, 0, 900_000, 0], setup: 200_000 },
    Tariff { landline: 115_000, mobile: 130_000, premium: 400_000, voice_inbound: 6_000, sms: [14_000, 1_500], mms: [30_000, 6_000], increments: (60, 60), numbers: [950_000, 0, 0, 0], setup: 0 },
];

/// Parts of a country that cost more than the rest of it: prefix and price per minute.
const DEARER: [(&str, &str, u64); 3] = [("US", "1808", 2_200), ("US", "1907", 4_500), ("CA", "1867", 9_500)];

/// Increments of mobile calls in zones that count landline calls by the second.
const MOBILE_INCREMENTS: (u32, u32) = (30, 6);
/// Increments of premium calls.
const PREMIUM_INCREMENTS: (u32, u32) = (60, 60);

/// Types of numbers, in the order of the tariffs.
const NUMBER_TYPES: [&str; 4] = ["local", "national", "mobile", "toll-free"];
/// What a month of a seat costs, in hundred-thousandths of a dollar.
const SEAT: u64 = 2_000_000;
/// Calls to and from equipment of the customer's own over IP, anywhere.
const IP_CALLS: u64 = 300;

/// Writes a price book as CSV, header first: voice, SMS and MMS in both directions for every country, with longer prefixes for
/// mobile and premium numbers and for area codes that differ; calls to toll-free numbers and over IP; numbers; a seat. Always the same bytes. Answers the number of price rows.
pub fn write_price_book(out: &mut impl Write) -> Result<u32> {
    writeln!(out, "{PRICE_BOOK_HEADER}")?;
    let mut rows = 0;
    for country in COUNTRIES.iter() {
        for row in country_rows(country) {
            writeln!(out, "{row}")?;
            rows += 1;
        }
    }
    writeln!(out, "seat,,,,{},,,,,", dollars(SEAT))?;
    rows += 1;
    out.flush()?;
    Ok(rows)
}

fn country_rows(country: &Country) -> Vec<String> {
    let tariff = &TARIFFS[country.zone - 1];
    let code = country.code;
    let factor = factor_percent(code);
    let named = |heading: &str, prefix: &str, price: u64, increments: (u32, u32), group: &str| {
        format!("voice,{heading},{code},{prefix},{},{},{},{group},,", dollars(price), increments.0, increments.1)
    };
    let voice =
        |heading: &str, prefix: &str, price: u64, increments: (u32, u32)| named(heading, prefix, price, increments, "");
    let mut rows = Vec::new();
    for prefix in &country.prefixes {
        rows.push(voice("outbound", prefix, percent(tariff.landline, factor), tariff.increments));
    }
    let mobile_increments = if tariff.increments == (1, 1) { MOBILE_INCREMENTS } else { tariff.increments };
    for prefix in &country.mobile {
        rows.push(named("outbound", prefix, percent(tariff.mobile, factor), mobile_increments, "Mobile"));
    }
    for prefix in &country.premium {
        rows.push(named("outbound", prefix, tariff.premium, PREMIUM_INCREMENTS, "Premium"));
    }
    for (_, prefix, price) in DEARER.iter().filter(|(dearer, ..)| *dearer == code) {
        // Some of them are calling codes of the country already.
        rows.retain(|row| !row.starts_with(&format!("voice,outbound,{code},{prefix},")));
        rows.push(voice("outbound", prefix, *price, tariff.increments));
    }
    for prefix in &country.prefixes {
        rows.push(voice("inbound", prefix, tariff.voice_inbound, tariff.increments));
        rows.push(voice("inbound-toll-free", prefix, 3 * tariff.voice_inbound, tariff.increments));
        rows.push(voice("inbound-ip", prefix, IP_CALLS, tariff.increments));
        rows.push(voice("outbound-ip", prefix, IP_CALLS, tariff.increments));
        for (product, prices) in [("sms", tariff.sms), ("mms", tariff.mms)] {
            for (heading, price) in ["outbound", "inbound"].into_iter().zip(prices) {
                rows.push(format!("{product},{heading},{code},{prefix},{},0,0,,,", dollars(percent(price, factor))));
            }
        }
    }
    for (kind, monthly) in NUMBER_TYPES.into_iter().zip(tariff.numbers) {
        if monthly > 0 {
            let setup = if matches!(kind, "mobile" | "toll-free") { tariff.setup } else { 0 };
            rows.push(format!("number,,{code},,{},,,,{kind},{}", dollars(monthly), dollars(setup)));
        }
    }
    rows
}

/// Types of numbers that countries of a zone have.
pub(super) fn rented_types(zone: usize) -> impl Iterator<Item = &'static str> {
    let types = NUMBER_TYPES.into_iter().zip(TARIFFS[zone - 1].numbers);
    types.filter(|(_, monthly)| *monthly > 0).map(|(kind, _)| kind)
}

/// 80 to 120, so that neighbours differ.
fn factor_percent(code: &str) -> u64 {
    80 + code.bytes().fold(0, |sum: u64, byte| sum * 31 + u64::from(byte)) % 41
}

fn percent(price: u64, factor: u64) -> u64 {
    price * factor / 100
}

fn dollars(hundred_thousandths: u64) -> String {
    format!("{}.{:05}", hundred_thousandths / 100_000, hundred_thousandths % 100_000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn book() -> (u32, String) {
        let mut bytes = Vec::new();
        let rows = write_price_book(&mut bytes).expect("memory takes it");
        (rows, String::from_utf8(bytes).expect("text"))
    }

    #[test]
    fn rows_are_counted_and_each_prefix_has_one_price() {
        let (rows, text) = book();
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(PRICE_BOOK_HEADER));
        let mut seen = BTreeSet::new();
        for line in lines {
            let columns: Vec<_> = line.split(',').collect();
            assert_eq!(columns.len(), 10, "{line}");
            let country = if columns[0] == "number" { columns[2] } else { "" };
            assert!(seen.insert((columns[0], columns[1], columns[3], country, columns[8])), "{line} stands twice");
            let rate: f64 = columns[4].parse().expect("a number");
            assert!(rate > 0.0 && rate < if columns[0] == "seat" { 25.0 } else { 10.0 }, "{line}");
            if matches!(columns[0], "number" | "seat") {
                continue;
            }
            let increments: [u32; 2] = [5, 6].map(|column| columns[column].parse().expect("a number"));
            assert_eq!(columns[0] == "voice", increments.iter().all(|seconds| *seconds > 0), "{line}");
        }
        // 240 countries with 304 codes: 8 rows each besides outbound voice (1389 prefixes, two dearer area codes more), 700
        // prices of numbers, one of a seat.
        assert_eq!((rows, seen.len()), (4_524, 4_524));
    }

    #[test]
    fn every_country_has_every_product_both_ways() {
        let (_, text) = book();
        for country in COUNTRIES.iter() {
            for kind in ["voice", "sms", "mms"] {
                for heading in ["outbound", "inbound"] {
                    let start = format!("{kind},{heading},{},{},", country.code, country.prefixes[0]);
                    assert_eq!(text.lines().filter(|line| line.starts_with(&start)).count(), 1, "{start}");
                }
            }
        }
    }

    #[test]
    fn known_rows() {
        let (_, text) = book();
        for row in [
            "voice,outbound,US,1900,2.50000,60,60,Premium,,",
            "voice,outbound,US,1907,0.04500,60,60,,,",
            "voice,outbound,CA,1867,0.09500,60,60,,,",
            "voice,inbound,DE,49,0.00600,1,1,,,",
            "number,,US,,0.80000,,,,local,0.00000",
            "number,,DE,,2.50000,,,,toll-free,0.50000",
            "seat,,,,20.00000,,,,,",
        ] {
            assert_eq!(text.lines().filter(|line| *line == row).count(), 1, "{row}");
        }
    }
}
