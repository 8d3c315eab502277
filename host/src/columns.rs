//! Events as columns and answers from columns: how a batch crosses to the component in one piece.
//!
//! [`crate::coinbox::Coinbox::record_events`] does this by itself. Hosts that have columns already call
//! [`crate::coinbox::Coinbox::record_columns`].

use crate::contract::exported::usage::{
    AnswerColumns, BatchAnswer, EventAnswer, EventColumns, Fate, ProductUse, Rejection, UsageEvent,
};
use crate::contract::types::Texts;
use std::collections::BTreeMap;

/// The columns of these events. `None`: more pairs of product and heading occur than a column can name.
pub fn of(events: &[UsageEvent]) -> Option<EventColumns> {
    let names = |event: &UsageEvent| [event.id.len(), event.auth_id.len(), event.number.len()];
    let mut columns = EventColumns {
        names: Texts {
            text: String::with_capacity(events.iter().flat_map(names).sum()),
            lengths: Vec::with_capacity(3 * events.len()),
        },
        uses: Vec::new(),
        used: Vec::with_capacity(events.len()),
        quantities: events.iter().map(|event| event.quantity).collect(),
        moments: events.iter().map(|event| event.at).collect(),
    };
    let mut places: BTreeMap<(&str, &str), u16> = BTreeMap::new();
    for event in events {
        for name in [&event.id, &event.auth_id, &event.number] {
            columns.names.text.push_str(name);
            columns.names.lengths.push(u32::try_from(name.len()).ok()?);
        }
        let next = u16::try_from(columns.uses.len());
        let place = match places.entry((&event.product, &event.heading)) {
            std::collections::btree_map::Entry::Occupied(known) => *known.get(),
            std::collections::btree_map::Entry::Vacant(new) => {
                columns.uses.push(ProductUse { product: event.product.clone(), heading: event.heading.clone() });
                *new.insert(next.ok()?)
            }
        };
        columns.used.push(place);
    }
    Some(columns)
}

/// The answers of these columns, one an event.
pub fn answers(columns: AnswerColumns) -> BatchAnswer {
    let answer = |(fate, amount): (Fate, i64)| match fate {
        Fate::Rated => EventAnswer::Rated(amount),
        Fate::Duplicate => EventAnswer::Duplicate,
        Fate::Conflicting => EventAnswer::Conflicting,
        Fate::Malformed => EventAnswer::Rejected(Rejection::Malformed),
        Fate::UnknownAccount => EventAnswer::Rejected(Rejection::UnknownAccount),
        Fate::AccountClosed => EventAnswer::Rejected(Rejection::AccountClosed),
        Fate::TooOld => EventAnswer::Rejected(Rejection::TooOld),
        Fate::InFuture => EventAnswer::Rejected(Rejection::InFuture),
        Fate::UnknownProduct => EventAnswer::Rejected(Rejection::UnknownProduct),
        Fate::NoPrice => EventAnswer::Rejected(Rejection::NoPrice),
    };
    BatchAnswer {
        answers: columns.fates.into_iter().zip(columns.amounts).map(answer).collect(),
        transactions: columns.transactions,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: &str, product: &str, heading: &str) -> UsageEvent {
        UsageEvent {
            id: id.to_owned(),
            auth_id: "MA0".to_owned(),
            product: product.to_owned(),
            heading: heading.to_owned(),
            number: "\u{e4}1".to_owned(),
            quantity: 7,
            at: -5,
        }
    }

    #[test]
    fn each_pair_is_named_once_and_lengths_are_bytes() {
        let events = [event("a", "voice", "outbound"), event("", "sms", "outbound"), event("bc", "voice", "outbound")];
        let columns = of(&events).expect("two pairs");
        assert_eq!(columns.names.text, "aMA0\u{e4}1MA0\u{e4}1bcMA0\u{e4}1");
        assert_eq!(columns.names.lengths, [1, 3, 3, 0, 3, 3, 2, 3, 3]);
        let named: Vec<&str> = columns.uses.iter().map(|of| of.product.as_str()).collect();
        assert_eq!((named, columns.used), (vec!["voice", "sms"], vec![0, 1, 0]));
        assert_eq!((columns.quantities, columns.moments), (vec![7, 7, 7], vec![-5, -5, -5]));
    }

    #[test]
    fn more_pairs_than_a_column_names_are_no_columns() {
        let events: Vec<UsageEvent> = (0..=65_536).map(|number| event("a", &format!("p{number}"), "x")).collect();
        assert!(of(&events).is_none());
        assert!(of(&events[1..]).is_some());
    }
}
