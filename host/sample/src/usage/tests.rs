use super::*;
use std::collections::{BTreeMap, BTreeSet};

const NOW_MS: i64 = 1_800_000_000_000;

fn sources() -> Vec<SampleSource> {
    (1..=10).map(|number| SampleSource { auth_id: format!("MA{number:018}"), weight: 1_000 / number }).collect()
}

fn file(rows: u32, seed: u64) -> (Expected, String) {
    let mut bytes = Vec::new();
    let expected = write_usage(&mut bytes, &sources(), rows, NOW_MS, seed).expect("memory takes it");
    (expected, String::from_utf8(bytes).expect("text"))
}

/// Reads a file as the importer and the rules would, as far as classes of rows go, without knowing how it was made.
fn classify(text: &str) -> Expected {
    let known: BTreeSet<String> = sources().into_iter().map(|source| source.auth_id).collect();
    let prefixes: BTreeSet<&str> = COUNTRIES.iter().flat_map(|country| country.prefixes.iter().copied()).collect();
    let mut seen = BTreeMap::new();
    let mut found = Expected::default();
    for line in text.lines().skip(1) {
        let columns: Vec<_> = line.split(',').collect();
        let [id, auth_id, product, heading, number, quantity, at] = columns[..] else {
            found.unreadable += 1;
            continue;
        };
        let (Ok(quantity), Ok(at)) = (quantity.parse::<u32>(), at.parse::<Timestamp>()) else {
            found.unreadable += 1;
            continue;
        };
        let age_ms = NOW_MS - at.as_millisecond();
        assert!(age_ms > 0, "{line} is in the future");
        let all_digits = number.bytes().all(|byte| byte.is_ascii_digit());
        if !["voice", "sms", "mms"].contains(&product) || !["outbound", "inbound"].contains(&heading) {
            found.unreadable += 1;
        } else if !(1..=64).contains(&id.len())
            || !(3..=15).contains(&number.len())
            || !all_digits
            || quantity > 1_000_000
        {
            found.malformed += 1;
        } else if !known.contains(auth_id) {
            found.unknown_account += 1;
        } else if age_ms > 35 * DAY_MS {
            found.too_old += 1;
        } else if !(1..=number.len()).any(|length| prefixes.contains(&number[..length])) {
            found.no_price += 1;
        } else if let Some(first) = seen.insert((auth_id, id, at), line) {
            assert_eq!(first, line, "a repeat is exact");
            found.duplicate += 1;
        } else {
            found.rated += 1;
            found.late += u32::from(age_ms > 3 * DAY_MS);
        }
    }
    found
}

#[test]
fn same_seed_same_bytes() {
    assert_eq!(file(5_000, 7), file(5_000, 7));
    assert_ne!(file(5_000, 7).1, file(5_000, 8).1);
}

#[test]
fn expected_counts_are_those_of_the_file() {
    for seed in 0..5 {
        let (expected, text) = file(20_000, seed);
        assert_eq!(text.lines().count(), 20_001, "seed {seed}");
        assert_eq!(classify(&text), expected, "seed {seed}");
    }
    let shares = Expected {
        rated: 98_100,
        late: 500,
        duplicate: 1_000,
        malformed: 150,
        too_old: 300,
        no_price: 200,
        unknown_account: 100,
        unreadable: 150,
    };
    assert_eq!(file(100_000, 7).0, shares);
    assert_eq!(shares.rejected(), 750);
}

#[test]
fn small_files_too() {
    for rows in [0, 1, 2, 99, 100, 101] {
        let (expected, text) = file(rows, 3);
        assert_eq!(classify(&text), expected, "{rows} rows");
        assert_eq!(expected.duplicate, rows / 100);
    }
}

#[test]
fn rows_are_in_order_of_time_and_carry_milliseconds() {
    let (_, text) = file(2_000, 7);
    let first = text.lines().nth(1).and_then(|line| line.rsplit(',').next()).expect("a row");
    assert_eq!(first.len(), "2027-01-12T08:00:00.000Z".len(), "{first}");
    let mut seen = BTreeSet::new();
    let mut latest = String::new();
    for line in text.lines().skip(1).filter(|line| line.split(',').count() == 7) {
        let at = line.rsplit(',').next().expect("seven columns");
        let recent = at.parse::<Timestamp>().is_ok_and(|at| NOW_MS - at.as_millisecond() <= WINDOW_MS);
        if recent && seen.insert(line) {
            assert!(*at >= *latest, "{line} comes after {latest}");
            latest = at.to_owned();
        }
    }
}

#[test]
fn heavy_sources_use_more_and_calls_have_realistic_lengths() {
    let (_, text) = file(20_000, 7);
    let count = |number: u32| text.lines().filter(|line| line.contains(&format!("MA{number:018}"))).count();
    assert!(count(1) > 3 * count(5), "{} and {}", count(1), count(5));
    let mut seconds: Vec<u32> = text
        .lines()
        .filter(|line| line.contains(",voice,"))
        .filter_map(|line| line.split(',').nth(5)?.parse().ok())
        .filter(|seconds| *seconds <= 5_400)
        .collect();
    seconds.sort_unstable();
    let percentile = |percent: usize| seconds[seconds.len() * percent / 100];
    assert!((40..=50).contains(&percentile(50)), "median {}", percentile(50));
    assert!((380..=460).contains(&percentile(95)), "95 % {}", percentile(95));
}

#[test]
fn without_sources_or_a_moment_there_is_no_file() {
    let none = write_usage(&mut Vec::new(), &[], 1, NOW_MS, 1).expect_err("no source");
    assert_eq!(none.to_string(), "a usage file needs a source with a weight above 0");
    let never = write_usage(&mut Vec::new(), &sources(), 1, i64::MAX, 1).expect_err("no moment");
    assert_eq!(never.to_string(), "now_ms = 9223372036854775807 is no moment");
}
