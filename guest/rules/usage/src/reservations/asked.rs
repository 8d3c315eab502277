//! What a price asks for, what a part of it costs, and how much of it an amount covers (USE-3, USE-10, R87).
//!
//! What is rated is counted in seconds or parts, an amount in micros. A part costs what an event of that quantity would cost, rounded as it
//! would be posted (R3), so the largest part that an amount covers ends where a billing increment ends: the next second costs more.

use crate::month_use;
use crate::reservations::checks::LASTS_MAX;
use crate::reservations::desk::Desk;
use crate::reservations::forms::{Grant, Kind, Measure, Price};
use crate::reservations::records::{Open, Quoted};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::{Money, MoneyOverflow};
use coinbox_ground::product::Event;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{DAY_MS, Fault, FieldProblem, FieldRule, Instant, Refusal};
use coinbox_pricing::rating::{self, Book, Payer};
use coinbox_pricing::{Terms, Unit};
use coinbox_profiles::policy::AMOUNT_MAX;

/// What a price asks for.
pub(super) struct Asked {
    /// Seconds, parts, or micros of an amount.
    pub(super) units: u64,
    by: By,
}

/// What it is reckoned by.
// A call makes a few and keeps none: a box would cost more than the room.
#[allow(clippy::large_enum_variant)]
enum By {
    /// What will be used, and the price of it.
    Price(Event, Terms, rating::Price),
    /// The platform's own amount.
    Amount,
}

/// The event that a measure is of a call or message that began at a moment.
fn event(auth_id: &str, measure: &Measure, begun: Instant) -> Event {
    Event {
        id: "reservation".to_owned(),
        auth_id: auth_id.to_owned(),
        product: measure.product,
        heading: measure.heading,
        number: measure.number.clone(),
        quantity: measure.quantity,
        at: begun,
    }
}

/// The price book with what these prices need.
pub(super) fn book<'a>(
    turn: &Turn<'_>,
    desk: &Desk,
    items: impl Iterator<Item = (&'a str, &'a Price)>,
) -> Result<Book, Fault> {
    let mut book = Book::open(turn)?;
    let rated: Vec<(Event, Terms, Payer)> = items
        .filter_map(|(auth_id, price)| match price {
            Price::Rated(measure) => {
                let terms = book.terms(measure.product, measure.heading)?;
                Some((event(auth_id, measure, turn.now()), terms, desk.payer(desk.main(auth_id)?)?))
            }
            Price::Fixed(_) => None,
        })
        .collect();
    book.prefetch(turn, rated.iter().map(|(event, terms, payer)| (event.view(), *terms, *payer)))?;
    if book.has_tiers() {
        let mut priced = Vec::with_capacity(rated.len());
        for (event, terms, payer) in &rated {
            let price = book.find(turn, (event.view(), *terms, *payer))?.ok();
            priced.extend(desk.main(&event.auth_id).zip(price).map(|(main, price)| (main, event.view(), price)));
        }
        month_use::prefetch(turn, priced.into_iter());
    }
    Ok(book)
}

impl Asked {
    /// What is asked for of a call or message that began at a moment. What was quoted before for the same kind and number holds. `Err`: the
    /// price book has no price. `asked`: whose, what, and when it began.
    pub(super) fn of(
        turn: &Turn<'_>,
        desk: &Desk,
        book: &mut Book,
        main: AuthId,
        asked: (&str, &Price, Instant),
        before: Option<&Quoted>,
        field: &str,
    ) -> Result<Result<Asked, Refusal>, Fault> {
        let (auth_id, price, begun) = asked;
        let measure = match price {
            Price::Fixed(amount) => return Ok(Ok(Asked { units: amount.unsigned_abs(), by: By::Amount })),
            Price::Rated(measure) => measure,
        };
        let event = event(auth_id, measure, begun);
        let Some(terms) = book.terms(event.product, event.heading) else {
            return Err(Fault::not_found("product"));
        };
        let found = match before.and_then(|quoted| quoted.price_of(&event)) {
            Some(price) => Ok(price),
            None => {
                let payer = desk.payer(main).ok_or_else(|| Fault::not_found("account"))?;
                match book.find(turn, (event.view(), terms, payer))? {
                    Ok(price) => {
                        // What is answered a while later may be of the month that follows, in which nothing is used yet.
                        let one_month = Month::of(begun) == Month::of(begun.saturating_add(DAY_MS));
                        let before = if one_month { month_use::before(turn, main, &event.view(), &price)? } else { 0 };
                        Ok(price.held(before))
                    }
                    Err(rejection) => Err(rejection),
                }
            }
        };
        match found {
            Ok(price) => Ok(Ok(Asked { units: u64::from(event.quantity), by: By::Price(event, terms, price) })),
            Err(_) => Ok(Err(Refusal::Invalid(vec![FieldProblem {
                field: format!("{field}.price.rated.number"),
                rule: FieldRule::UnknownValue,
                limit: Some("a number with a price".to_owned()),
            }]))),
        }
    }

    /// The number that is called or written to. None: nobody is, or it is the one that was quoted before.
    pub(super) fn destination(&self, before: Option<&Open>) -> Option<&str> {
        match &self.by {
            By::Price(event, terms, _) if terms.side.is_destination() => {
                let is_new = before.is_none_or(|open| !open.is_quoted_for(event));
                is_new.then_some(event.number.as_str())
            }
            _ => None,
        }
    }

    /// The price that it is quoted at. None: an amount was named.
    pub(super) fn quoted(&self) -> Option<Quoted> {
        match &self.by {
            By::Price(event, _, price) => Some(Quoted::new(event, price)),
            By::Amount => None,
        }
    }

    /// What so many units cost, from the beginning.
    pub(super) fn cost(&self, units: u64) -> Result<Money, MoneyOverflow> {
        match &self.by {
            By::Price(_, terms, price) => price.amount(terms, u32::try_from(units).map_err(|_| MoneyOverflow)?),
            By::Amount => i64::try_from(units).map(Money::from_micros).map_err(|_| MoneyOverflow),
        }
    }

    /// The most units of those that are asked for which an amount covers.
    pub(super) fn most(&self, budget: Money) -> Result<u64, MoneyOverflow> {
        if self.cost(self.units)? <= budget {
            return Ok(self.units);
        }
        // The cost never falls with the quantity. So many are covered, so many are not.
        let (mut covered, mut not_covered) = (0, self.units);
        while not_covered - covered > 1 {
            let middle = covered + (not_covered - covered) / 2;
            if self.cost(middle)? <= budget {
                covered = middle;
            } else {
                not_covered = middle;
            }
        }
        Ok(covered)
    }

    /// How many units a reservation holds already, from its beginning.
    pub(super) fn before(&self, open: &Open) -> Result<u64, MoneyOverflow> {
        match (&self.by, open.granted) {
            (By::Amount, _) => Ok(open.amount.micros().unsigned_abs()),
            (By::Price(event, ..), Some(granted)) if open.is_quoted_for(event) => Ok(granted),
            // Of what was held by other words only this is known: what its amount covers.
            (By::Price(..), _) => self.most(open.amount),
        }
    }

    /// Notes how many units are held now, where they are units of what was quoted.
    pub(super) fn note(&self, open: &mut Open, granted: u64) {
        if let By::Price(event, ..) = &self.by
            && open.is_quoted_for(event)
        {
            open.granted = Some(granted);
        }
    }

    /// The reserved time of a part: the seconds that were not granted are not reserved, and a call that holds a part of an amount lasts for
    /// that part of its time.
    pub(super) fn lasts(&self, kind: Kind, lasts_ms: Instant, granted: u64) -> Instant {
        let missing = i64::try_from(self.units.saturating_sub(granted)).unwrap_or(i64::MAX);
        match &self.by {
            By::Price(_, terms, _) if terms.unit == Unit::Second => {
                lasts_ms.saturating_sub(missing.saturating_mul(1000)).max(0)
            }
            By::Amount if kind == Kind::Call && missing > 0 => {
                let part = i128::from(lasts_ms) * i128::from(granted) / i128::from(self.units);
                i64::try_from(part).unwrap_or(lasts_ms)
            }
            _ => lasts_ms,
        }
    }

    /// A reservation with what it was granted, and whether an account with so much available could be granted nothing more for it.
    pub(super) fn grant(
        &self,
        open: &Open,
        name: &str,
        granted: u64,
        available: Money,
    ) -> Result<Grant, MoneyOverflow> {
        let bound = match &self.by {
            By::Price(_, terms, _) => u64::from(terms.quantity_max()),
            By::Amount => AMOUNT_MAX.micros().unsigned_abs(),
        };
        let budget = open.amount.plus(available.max(Money::ZERO))?;
        let last = granted >= bound || open.until - open.begun >= LASTS_MAX || self.cost(granted + 1)? > budget;
        Ok(Grant { reservation: open.shown(name), granted, last })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::product::{Heading, Product};
    use coinbox_ground::rate::Rate;
    use coinbox_ground::vocabulary::MINUTE_MS;
    use coinbox_pricing::{Catalogue, Prefix, Row};
    use proptest::prelude::*;

    /// A call or a message at a price: hundred-millionths a minute or part, first and next increment.
    fn asked(product: Product, steps: u64, first: u16, next: u16, quantity: u32) -> Asked {
        let rate = Rate::from_steps(steps);
        let prefix = Prefix::parse("1").expect("a prefix");
        let row = Row { prefix, country: *b"US", rate, first_increment: first, next_increment: next };
        let measure = Measure { product, heading: Heading::OUTBOUND, number: "15551234567".to_owned(), quantity };
        let terms = Catalogue::default().find(product, Heading::OUTBOUND).expect("a built-in product");
        let price = rating::Price { row, riders: Vec::new(), tiers: None };
        Asked { units: u64::from(quantity), by: By::Price(event("MA", &measure, 0), terms, price) }
    }

    fn amount(units: u64) -> Asked {
        Asked { units, by: By::Amount }
    }

    fn micros(micros: i64) -> Money {
        Money::from_micros(micros)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        /// What is granted can be paid; one unit more cannot, unless it was not asked for; and it ends where an increment ends.
        #[test]
        fn what_is_granted_is_covered_and_one_more_is_not(
            steps in prop_oneof![0..2_000_u64, 0..5_000_000_000_u64, 0..=100_000_000_000_u64],
            first in 1..=120_u16,
            next in 1..=120_u16,
            quantity in prop_oneof![0..200_u32, 0..=1_000_000_u32],
            budget in prop_oneof![-5..100_i64, 0..100_000_000_i64, 0..10_000_000_000_000_i64],
            voice in any::<bool>(),
        ) {
            let product = if voice { Product::VOICE } else { Product::SMS };
            let asked = asked(product, steps, first, next, quantity);
            let most = asked.most(micros(budget)).expect("within the bounds of money");
            prop_assert!(most <= u64::from(quantity));
            if most > 0 {
                prop_assert!(asked.cost(most).expect("a cost") <= micros(budget), "{most} is not covered");
            }
            if most < u64::from(quantity) {
                prop_assert!(asked.cost(most + 1).expect("a cost") > micros(budget), "{} is covered too", most + 1);
                if voice && most > 0 {
                    let beyond = most.checked_sub(u64::from(first));
                    prop_assert!(beyond.is_some_and(|beyond| beyond % u64::from(next) == 0), "{most} ends inside an increment");
                }
            }
        }
    }

    #[test]
    fn the_last_two_seconds_of_credit_are_two_seconds() {
        // 60.00 a minute by the second.
        let turn = asked(Product::VOICE, 6_000_000_000, 1, 1, 5);
        assert_eq!(turn.most(micros(2_000_000)), Ok(2));
        assert_eq!(turn.most(micros(2_999_999)), Ok(2));
        assert_eq!(turn.most(micros(999_999)), Ok(0));
        assert_eq!(turn.most(micros(5_000_000)), Ok(5));
    }

    #[test]
    fn a_first_increment_is_granted_whole_or_not_at_all() {
        let turn = asked(Product::VOICE, 60_000_000, 60, 6, 600);
        // 0.60 for the first minute, 0.06 for each six seconds more.
        assert_eq!(turn.most(micros(599_999)), Ok(0));
        assert_eq!(turn.most(micros(600_000)), Ok(60));
        assert_eq!(turn.most(micros(659_999)), Ok(60));
        assert_eq!(turn.most(micros(660_000)), Ok(66));
    }

    #[test]
    fn the_reserved_time_is_without_the_seconds_that_were_not_granted() {
        let turn = asked(Product::VOICE, 6_000_000_000, 1, 1, 60);
        assert_eq!(turn.lasts(Kind::Call, MINUTE_MS, 60), MINUTE_MS);
        assert_eq!(turn.lasts(Kind::Call, 90_000, 12), 42_000, "thirty seconds of ringing stay");
        assert_eq!(turn.lasts(Kind::Call, 10_000, 12), 0);
        let message = asked(Product::SMS, 1_000_000, 0, 0, 60);
        assert_eq!(message.lasts(Kind::Message, MINUTE_MS, 12), MINUTE_MS);
        assert_eq!(amount(3_000_000).lasts(Kind::Call, MINUTE_MS, 1_000_000), 20_000);
        assert_eq!(amount(3_000_000).lasts(Kind::Message, MINUTE_MS, 1_000_000), MINUTE_MS);
        assert_eq!(amount(0).lasts(Kind::Call, MINUTE_MS, 0), MINUTE_MS);
    }
}
