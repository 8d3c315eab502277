//! Open reservations that version 0.1.0 has made: they name the price that was quoted, and not how much of it was granted.

use crate::reservations::records::{OPEN, Open, Quoted};
use coinbox_ground::money::{Money, MoneyOverflow};
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::Fault;
use coinbox_pricing::Terms;
use coinbox_pricing::rating::Book;

/// Notes how much was granted of the open reservations behind a key, `limit` of them. Answers the last key; `None`: there are no more.
pub fn note_granted(turn: &mut Turn<'_>, after: Option<&str>, limit: u32) -> Result<Option<String>, Fault> {
    let first = after.map_or_else(|| OPEN.to_owned(), successor);
    let (page, more) = turn.span_page::<Open>(&first, &end_of_prefix(OPEN), limit)?;
    let last = page.last().map(|(key, _)| key.clone());
    let book = Book::open(turn)?;
    for (key, mut open) in page {
        if open.granted.is_some() {
            continue;
        }
        let Some(quoted) = &open.quoted else { continue };
        let Some(terms) = book.terms(quoted.product(), quoted.heading()) else { continue };
        open.granted = covered(quoted, &terms, open.amount)?;
        if open.granted.is_some() {
            turn.put(&key, &open);
        }
    }
    Ok(last.filter(|_| more))
}

/// The most units that an amount covers: what was asked for, up to the end of its billing increment. None: it covers any number of them, so
/// the amount does not say how many were asked for.
fn covered(quoted: &Quoted, terms: &Terms, amount: Money) -> Result<Option<u64>, MoneyOverflow> {
    let (mut covered, mut not_covered) = (0, terms.quantity_max());
    if quoted.cost(terms, not_covered)? <= amount {
        return Ok(None);
    }
    while not_covered - covered > 1 {
        let middle = covered + (not_covered - covered) / 2;
        if quoted.cost(terms, middle)? <= amount {
            covered = middle;
        } else {
            not_covered = middle;
        }
    }
    Ok(Some(u64::from(covered)))
}
