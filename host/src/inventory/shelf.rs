//! The numbers of a stock in an order that a search need not walk through.
//!
//! Numbers that differ in nothing but their digits are of one class, and a class has its free numbers in ascending order. A search looks at
//! classes, not at numbers: the bounds of a prefix in each class say how many numbers fit, and which are on a page. All searches share one
//! shelf. A purchase changes only the class of its number, and waits for no search.

use super::stock::Stock;
use crate::contract::inventory_types::{OfferFilter, OfferPage, OfferedNumber};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Most digits of a number.
const DIGITS_MAX: usize = 15;

/// A number such that the order of numbers is that of their text: its digits from the left, and how many there are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub(super) struct Key(u64);

impl Key {
    /// `None`: no number of a stock.
    pub(super) fn of(number: &str) -> Option<Key> {
        let is_number = (1..=DIGITS_MAX).contains(&number.len()) && number.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| Key::first(number))
    }

    /// The least number that begins so. The text is at most fifteen digits.
    fn first(prefix: &str) -> Key {
        let digits = prefix.bytes().map(|byte| u64::from(byte - b'0'));
        let left = digits.chain(std::iter::repeat(0)).take(DIGITS_MAX).fold(0, |sum, digit| sum * 10 + digit);
        Key(left << 4 | prefix.len() as u64)
    }

    /// The greatest number that begins so.
    fn last(prefix: &str) -> Key {
        let digits = prefix.bytes().map(|byte| u64::from(byte - b'0'));
        let left = digits.chain(std::iter::repeat(9)).take(DIGITS_MAX).fold(0, |sum, digit| sum * 10 + digit);
        Key(left << 4 | DIGITS_MAX as u64)
    }

    fn text(self) -> String {
        let digits = format!("{:015}", self.0 >> 4);
        digits[..(self.0 & 15) as usize].to_owned()
    }
}

/// What numbers of a class have in common.
struct Common {
    /// One of them, with an empty number.
    offer: OfferedNumber,
    /// As searches compare them.
    region: String,
    city: String,
}

#[derive(Clone)]
struct Class {
    common: Arc<Common>,
    /// Nobody holds these.
    free: Vec<Key>,
}

impl Class {
    fn offer(&self, key: Key) -> OfferedNumber {
        OfferedNumber { number: key.text(), ..self.common.offer.clone() }
    }
}

/// A stock and which of its numbers are free.
#[derive(Clone)]
pub(super) struct Shelf {
    classes: Vec<Arc<Class>>,
    /// Class by number, in order of numbers; of held ones too.
    places: Arc<Vec<(Key, u32)>>,
}

impl Shelf {
    /// All numbers, free.
    pub(super) fn new(stock: Stock) -> Shelf {
        let mut known: BTreeMap<_, u32> = BTreeMap::new();
        let mut classes: Vec<Class> = Vec::new();
        let mut places = Vec::with_capacity(stock.len());
        for (number, offer) in stock {
            let Some(key) = Key::of(&number) else { continue };
            let services = (offer.voice, offer.sms, offer.mms);
            let texts = (offer.country.clone(), offer.calling_code.clone(), offer.region.clone(), offer.city.clone());
            let place = *known.entry((texts, offer.kind as u8, services)).or_insert_with(|| {
                let (region, city) = (offer.region.to_lowercase(), offer.city.to_lowercase());
                let common = Common { offer: OfferedNumber { number: String::new(), ..offer }, region, city };
                classes.push(Class { common: Arc::new(common), free: Vec::new() });
                u32::try_from(classes.len() - 1).expect("a stock has at most a million numbers")
            });
            // In ascending order: that of the stock is that of the keys.
            classes[place as usize].free.push(key);
            places.push((key, place));
        }
        Shelf { classes: classes.into_iter().map(Arc::new).collect(), places: Arc::new(places) }
    }

    /// Takes those that somebody holds off.
    pub(super) fn without(mut self, held: &HashSet<Key>) -> Shelf {
        for class in &mut self.classes {
            if class.free.iter().any(|key| held.contains(key)) {
                Arc::make_mut(class).free.retain(|key| !held.contains(key));
            }
        }
        self
    }

    fn class_of(&self, key: Key) -> Option<usize> {
        let place = self.places.binary_search_by_key(&key, |(key, _)| *key).ok()?;
        Some(self.places[place].1 as usize)
    }

    /// The number as the stock has it, whoever holds it.
    pub(super) fn get(&self, number: &str) -> Option<OfferedNumber> {
        let key = Key::of(number)?;
        Some(self.classes[self.class_of(key)?].offer(key))
    }

    /// Somebody has it now.
    pub(super) fn take(&mut self, key: Key) {
        let Some(place) = self.class_of(key) else { return };
        if let Ok(at) = self.classes[place].free.binary_search(&key) {
            Arc::make_mut(&mut self.classes[place]).free.remove(at);
        }
    }

    /// Nobody has it any more.
    pub(super) fn put_back(&mut self, key: Key) {
        let Some(place) = self.class_of(key) else { return };
        if let Err(at) = self.classes[place].free.binary_search(&key) {
            Arc::make_mut(&mut self.classes[place]).free.insert(at, key);
        }
    }

    /// One page of the free numbers that fit, in ascending order.
    pub(super) fn page(&self, filter: &OfferFilter) -> OfferPage {
        let region = filter.region.as_deref().unwrap_or_default().to_lowercase();
        let city = filter.city.as_deref().unwrap_or_default().to_lowercase();
        let one = match filter.number.as_deref().map(Key::of) {
            // No number of a stock is written so.
            Some(None) => return OfferPage { numbers: Vec::new(), total: 0 },
            Some(Some(key)) => Some(key),
            None => None,
        };
        let only = one.map(|key| self.class_of(key));
        let classes: &[Arc<Class>] = match only {
            Some(None) => &[],
            Some(Some(place)) => &self.classes[place..=place],
            None => &self.classes,
        };
        let fits = |class: &&Arc<Class>| {
            let (common, offer) = (&class.common, &class.common.offer);
            filter.country.as_deref().is_none_or(|country| country == offer.country)
                && filter.kind.is_none_or(|kind| kind == offer.kind)
                && (region.is_empty() || region == common.region)
                && (city.is_empty() || city == common.city)
                && (!filter.voice || offer.voice)
                && (!filter.sms || offer.sms)
                && (!filter.mms || offer.mms)
        };
        let parts: Vec<(&Class, &[Key])> = classes
            .iter()
            .filter(fits)
            .map(|class| (&**class, span(class, filter.pattern.as_deref(), one)))
            .filter(|(_, keys)| !keys.is_empty())
            .collect();
        let total: usize = parts.iter().map(|(_, keys)| keys.len()).sum();
        let limit = (filter.limit as usize).min(total.saturating_sub(filter.offset as usize));
        let mut numbers = Vec::with_capacity(limit);
        if limit > 0 {
            let (first, last) = (filter.offset as usize, filter.offset as usize + limit - 1);
            let (first, last) = (nth(&parts, first), nth(&parts, last));
            let mut found: Vec<(Key, &Class)> = parts
                .iter()
                .flat_map(|(class, keys)| between(keys, first, last).iter().map(|key| (*key, *class)))
                .collect();
            found.sort_unstable_by_key(|(key, _)| *key);
            numbers.extend(found.into_iter().map(|(key, class)| class.offer(key)));
        }
        OfferPage { numbers, total: u32::try_from(total).unwrap_or(u32::MAX) }
    }
}

/// The free numbers of a class that begin with this after the calling code, or the one that is asked for.
fn span<'a>(class: &'a Class, pattern: Option<&str>, one: Option<Key>) -> &'a [Key] {
    let mut keys = class.free.as_slice();
    if let Some(pattern) = pattern {
        let prefix = format!("{}{pattern}", class.common.offer.calling_code);
        if prefix.len() > DIGITS_MAX || !prefix.bytes().all(|byte| byte.is_ascii_digit()) {
            return &[];
        }
        keys = between(keys, Key::first(&prefix), Key::last(&prefix));
    }
    match one {
        Some(key) => between(keys, key, key),
        None => keys,
    }
}

fn between(keys: &[Key], first: Key, last: Key) -> &[Key] {
    let begin = keys.partition_point(|key| *key < first);
    let end = keys.partition_point(|key| *key <= last);
    &keys[begin..end]
}

/// The number at this place of all of them; there are more than so many.
fn nth(parts: &[(&Class, &[Key])], place: usize) -> Key {
    let up_to = |bound: u64| parts.iter().map(|(_, keys)| keys.partition_point(|key| key.0 <= bound)).sum::<usize>();
    let (mut low, mut high) = (0_u64, u64::MAX);
    while low < high {
        let middle = low + (high - low) / 2;
        if up_to(middle) > place { high = middle } else { low = middle + 1 }
    }
    Key(low)
}

#[cfg(test)]
mod tests {
    use super::super::offers;
    use super::*;
    use crate::contract::inventory_types::NumberKind;
    use proptest::prelude::*;

    fn offer(number: &str, country: usize, kind: NumberKind, city: usize, sms: bool) -> OfferedNumber {
        let (country, calling_code) = [("US", "1"), ("GB", "44"), ("CA", "1")][country];
        OfferedNumber {
            number: format!("{calling_code}{number}"),
            country: country.to_owned(),
            calling_code: calling_code.to_owned(),
            kind,
            region: ["", "West"][city % 2].to_owned(),
            city: ["", "Oakland", "OAKLAND", "Zürich"][city].to_owned(),
            voice: true,
            sms,
            mms: false,
        }
    }

    fn kinds() -> impl Strategy<Value = NumberKind> {
        prop_oneof![Just(NumberKind::Local), Just(NumberKind::Mobile)]
    }

    proptest! {
        /// sec-01-slow-bodies-block-everybody, 09-one-number-spoils-the-search: a search by classes finds what a walk through all numbers finds.
        #[test]
        fn sec_01_a_shelf_finds_what_a_walk_finds(
            numbers in prop::collection::vec(("[0-3]{4,8}", 0..3_usize, kinds(), 0..4_usize, any::<bool>()), 0..60),
            held in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
            back in 0..3_usize,
            country in prop::option::of(prop_oneof![Just("US"), Just("GB"), Just("FR")]),
            kind in prop::option::of(kinds()),
            pattern in prop::option::of("[0-3]{0,3}"),
            city in prop::option::of(prop_oneof![Just(""), Just("oakland"), Just("ZÜRICH"), Just("nowhere")]),
            sms in any::<bool>(),
            (offset, limit) in (0..30_u32, 0..12_u32),
            asked in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let stock: Stock = numbers
                .iter()
                .map(|(number, country, kind, city, sms)| offer(number, *country, *kind, *city, *sms))
                .map(|offer| (offer.number.clone(), offer))
                .collect();
            let all: Vec<String> = stock.keys().cloned().collect();
            let held: Vec<String> = if all.is_empty() { Vec::new() } else { held.iter().map(|one| one.get(&all).clone()).collect() };
            let keys: HashSet<Key> = held.iter().skip(1).filter_map(|number| Key::of(number)).collect();
            let mut shelf = Shelf::new(stock.clone()).without(&keys);
            held.iter().take(1).filter_map(|number| Key::of(number)).for_each(|key| shelf.take(key));
            let returned: Vec<&String> = held.iter().take(back).collect();
            returned.iter().filter_map(|number| Key::of(number)).for_each(|key| shelf.put_back(key));
            let free = |number: &String| !held.contains(number) || returned.contains(&number);
            let filter = OfferFilter {
                number: asked.filter(|_| !all.is_empty()).map(|one| one.get(&all).clone()),
                country: country.map(str::to_owned),
                kind,
                pattern,
                region: None,
                city: city.map(str::to_owned),
                voice: true,
                sms,
                mms: false,
                offset,
                limit,
            };
            let walked = offers::page(stock.values().filter(|offer| free(&offer.number)), &filter);
            prop_assert_eq!(shelf.page(&filter), walked);
            for (number, offer) in &stock {
                let found = shelf.get(number);
                prop_assert_eq!(found.as_ref(), Some(offer));
            }
        }
    }

    #[test]
    fn keys_are_in_the_order_of_their_text() {
        let mut numbers =
            ["1", "10", "14155550100", "141555501000001", "18005550100", "447700900001", "999999999999999"];
        numbers.sort_unstable();
        let keys: Vec<Key> = numbers.iter().map(|number| Key::of(number).expect("a number")).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?}");
        assert_eq!(keys.iter().map(|key| key.text()).collect::<Vec<_>>(), numbers);
        for no_number in ["", "+1", "1234567890123456", "12a"] {
            assert_eq!(Key::of(no_number), None, "{no_number}");
        }
    }
}
