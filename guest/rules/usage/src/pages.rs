//! Pages over all accounts of what a switch or gateway carries, all of it or what one source has named (USE-10).

use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule};

/// Most entries of a page.
pub const PAGE_MAX: u32 = 500;

/// Entries that one call looks at for a source.
const LOOKED_AT_MAX: usize = 2_000;

/// Most characters of the name of a source.
pub const SOURCE_MAX: usize = 64;

/// The name that a switch, gateway or adapter gives itself.
pub(crate) fn check_source(checks: &mut Checks, field: &str, source: Option<&str>) {
    let good = source.is_none_or(|source| is_name(source, SOURCE_MAX));
    checks.require(good, field, FieldRule::WrongForm, "1 to 64 printable ASCII characters without space");
}

/// What a page is asked by.
pub(crate) struct Asked<'a> {
    /// Only what this source has named.
    pub(crate) source: Option<&'a str>,
    /// The `next` of the page before.
    pub(crate) after: Option<&'a str>,
    /// 1 to [`PAGE_MAX`].
    pub(crate) limit: u32,
}

impl Asked<'_> {
    /// Refuses what breaks its form. `is_place`: whether a text can be the `next` of a page.
    pub(crate) fn check(&self, is_place: impl Fn(&str) -> bool) -> Result<(), Fault> {
        let mut checks = Checks::new();
        check_source(&mut checks, "source", self.source);
        checks.require((1..=PAGE_MAX).contains(&self.limit), "limit", FieldRule::WrongForm, "1 to 500");
        checks.require(self.after.is_none_or(is_place), "after", FieldRule::WrongForm, "the `next` of a page");
        checks.done()
    }
}

/// Records with their places, and the `next` of the page.
type Found<R> = (Vec<(String, R)>, Option<String>);

/// A page of the records below a prefix in order of their keys, by the part of the key behind the prefix, and the `next` of the page. It
/// looks at a bounded part, so that it may be short, or empty, and still have a next one. `source`: what a record is named by.
pub(crate) fn page<R: Record>(
    turn: &Turn<'_>,
    prefix: &str,
    asked: &Asked<'_>,
    source: impl Fn(&R) -> Option<&str>,
) -> Result<Found<R>, Fault> {
    let limit = usize::try_from(asked.limit).unwrap_or(LOOKED_AT_MAX);
    let looked_at = if asked.source.is_none() { limit } else { LOOKED_AT_MAX };
    let first = asked.after.map_or_else(|| prefix.to_owned(), |after| successor(&format!("{prefix}{after}")));
    let (records, mut more) = turn.span::<R>(&first, &end_of_prefix(prefix), looked_at)?;
    let (mut found, mut reached) = (Vec::new(), None);
    for (key, record) in records {
        if found.len() == limit {
            more = true;
            break;
        }
        let place = key[prefix.len()..].to_owned();
        reached = Some(place.clone());
        if asked.source.is_none() || asked.source == source(&record) {
            found.push((place, record));
        }
    }
    Ok((found, reached.filter(|_| more)))
}
