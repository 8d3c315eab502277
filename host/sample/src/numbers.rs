//! A stock of numbers for every country of the table, of the types that the sample's price book has prices for.

use super::prices::rented_types;
use anyhow::Result;
use coinbox_host::countries::{COUNTRIES, Country};
use std::io::Write;

/// First line of a stock file.
pub const STOCK_HEADER: &str = "number,country,calling_code,type,region,city,voice,sms,mms";

/// Numbers of each type and country.
const OF_EACH_TYPE: u32 = 5;
/// Local numbers of the country with the most.
const LOCAL_IN_US: u32 = 60;

/// Area codes, regions and cities for local numbers of the United States.
const US_AREAS: [(&str, &str, &str); 6] = [
    ("415", "California", "San Francisco"),
    ("212", "New York", "New York"),
    ("312", "Illinois", "Chicago"),
    ("512", "Texas", "Austin"),
    ("206", "Washington", "Seattle"),
    ("305", "Florida", "Miami"),
];

/// Writes a stock as CSV, header first. No number is one that could be reached: all hold 555 where they have subscribers' digits.
/// Always the same bytes. Answers how many numbers.
pub fn write_stock(out: &mut impl Write) -> Result<u32> {
    writeln!(out, "{STOCK_HEADER}")?;
    let mut count = 0;
    for country in COUNTRIES.iter() {
        for row in country_numbers(country) {
            writeln!(out, "{row}")?;
            count += 1;
        }
    }
    out.flush()?;
    Ok(count)
}

fn country_numbers(country: &Country) -> Vec<String> {
    let (code, prefix) = (country.code, country.prefixes[0]);
    let calling_code = calling_code(prefix);
    let messages = country.zone <= 2;
    let row = |number: String, kind: &str, region: &str, city: &str, sms: bool| {
        format!("{number},{code},{calling_code},{kind},{region},{city},true,{sms},{}", sms && country.zone == 1)
    };
    let mut rows = Vec::new();
    for kind in rented_types(country.zone) {
        match (kind, code) {
            ("local", "US") => {
                for place in 0..LOCAL_IN_US {
                    let (area, region, city) = US_AREAS[place as usize % US_AREAS.len()];
                    rows.push(row(format!("1{area}555{:04}", 100 + place), kind, region, city, true));
                }
            }
            _ => {
                let (front, sms) = match kind {
                    "local" => (format!("{prefix}55501"), messages),
                    "national" => (format!("{prefix}55502"), messages),
                    "mobile" => {
                        let mobile = country.mobile.first().copied().unwrap_or(prefix);
                        (format!("{mobile}55503"), true)
                    }
                    _ => (format!("{calling_code}8005550"), false),
                };
                // Countries that share a calling code share its toll-free range.
                let shared = if kind == "toll-free" { country_place(country) } else { String::new() };
                rows.extend(
                    (0..OF_EACH_TYPE).map(|place| row(format!("{front}{shared}{place:02}"), kind, "", "", sms)),
                );
            }
        }
    }
    rows
}

/// Three digits of a country's own.
fn country_place(country: &Country) -> String {
    let place = COUNTRIES.iter().position(|other| other.code == country.code).unwrap_or_default();
    format!("{place:03}")
}

/// The country calling code that a prefix of the table begins with: small places stand with their area codes.
fn calling_code(prefix: &str) -> &str {
    if prefix.starts_with(['1', '7']) {
        return &prefix[..1];
    }
    let codes = COUNTRIES.iter().flat_map(|country| country.prefixes.iter()).filter(|code| code.len() <= 3);
    codes.filter(|code| prefix.starts_with(**code)).max_by_key(|code| code.len()).map_or(prefix, |code| code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stock_is_a_good_one_for_every_country() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("numbers.csv");
        let mut file = std::fs::File::create(&path).expect("file");
        let count = write_stock(&mut file).expect("written");
        let (stock, left_out) = coinbox_host::inventory::read_stock(&path).expect("a stock");
        assert_eq!(left_out, coinbox_host::inventory::LeftOut::default(), "every line is a number of its own");
        assert_eq!(stock.len(), count as usize);
        for country in COUNTRIES.iter() {
            assert!(stock.values().any(|offer| offer.country == country.code), "{}", country.code);
        }
        // 700 prices of types, five numbers each, but for the local ones of the United States.
        assert_eq!(count, 5 * 700 - 5 + 60);
        assert_eq!(stock["14155550100"].city, "San Francisco");
        assert_eq!(
            stock
                .values()
                .filter(|offer| offer.country == "JM")
                .map(|offer| &offer.calling_code)
                .next()
                .map(String::as_str),
            Some("1")
        );
    }
}
