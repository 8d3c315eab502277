//! Which numbers of a stock a filter wants.

use crate::contract::inventory_types::{OfferFilter, OfferPage, OfferedNumber};

/// One page of the offers that fit. `stock` comes in ascending order of numbers.
pub fn page<'a>(stock: impl Iterator<Item = &'a OfferedNumber>, filter: &OfferFilter) -> OfferPage {
    let mut page = OfferPage { numbers: Vec::new(), total: 0 };
    for offer in stock.filter(|offer| fits(offer, filter)) {
        if page.total >= filter.offset && page.numbers.len() < filter.limit as usize {
            page.numbers.push(offer.clone());
        }
        page.total = page.total.saturating_add(1);
    }
    page
}

fn fits(offer: &OfferedNumber, filter: &OfferFilter) -> bool {
    let is = |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|wanted| wanted == found);
    let reads = |wanted: &Option<String>, found: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted.is_empty() || wanted.to_lowercase() == found.to_lowercase())
    };
    let begins = |pattern: &str| {
        offer.number.strip_prefix(&offer.calling_code).is_some_and(|national| national.starts_with(pattern))
    };
    is(&filter.number, &offer.number)
        && is(&filter.country, &offer.country)
        && filter.kind.is_none_or(|kind| kind == offer.kind)
        && filter.pattern.as_deref().is_none_or(begins)
        && reads(&filter.region, &offer.region)
        && reads(&filter.city, &offer.city)
        && (!filter.voice || offer.voice)
        && (!filter.sms || offer.sms)
        && (!filter.mms || offer.mms)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::inventory_types::NumberKind;

    fn offer(number: &str, country: &str, calling_code: &str, kind: NumberKind, city: &str) -> OfferedNumber {
        OfferedNumber {
            number: number.to_owned(),
            country: country.to_owned(),
            calling_code: calling_code.to_owned(),
            kind,
            region: "West".to_owned(),
            city: city.to_owned(),
            voice: true,
            sms: kind == NumberKind::Mobile,
            mms: false,
        }
    }

    fn anything() -> OfferFilter {
        OfferFilter {
            number: None,
            country: None,
            kind: None,
            pattern: None,
            region: None,
            city: None,
            voice: false,
            sms: false,
            mms: false,
            offset: 0,
            limit: 100,
        }
    }

    #[test]
    fn filters_narrow_and_pages_count_everything_that_fits() {
        let stock = [
            offer("14155550100", "US", "1", NumberKind::Local, "San Francisco"),
            offer("14155550101", "US", "1", NumberKind::Local, "Oakland"),
            offer("18005550100", "US", "1", NumberKind::TollFree, ""),
            offer("447700900001", "GB", "44", NumberKind::Mobile, ""),
        ];
        let found = |filter: OfferFilter| {
            let page = page(stock.iter(), &filter);
            (page.numbers.into_iter().map(|offer| offer.number).collect::<Vec<_>>().join(" "), page.total)
        };
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(found(anything()).1, 4);
        assert_eq!(found(OfferFilter { country: text("GB"), ..anything() }), ("447700900001".to_owned(), 1));
        assert_eq!(found(OfferFilter { country: text("gb"), ..anything() }).1, 0, "countries are written in one way");
        assert_eq!(found(OfferFilter { pattern: text("415"), ..anything() }).1, 2);
        assert_eq!(found(OfferFilter { pattern: text("1415"), ..anything() }).1, 0, "after the calling code");
        assert_eq!(found(OfferFilter { pattern: text("77"), ..anything() }).1, 1);
        assert_eq!(found(OfferFilter { kind: Some(NumberKind::TollFree), ..anything() }).1, 1);
        assert_eq!(found(OfferFilter { sms: true, ..anything() }).1, 1);
        assert_eq!(found(OfferFilter { mms: true, ..anything() }).1, 0);
        assert_eq!(found(OfferFilter { city: text("oakland"), region: text("WEST"), ..anything() }).1, 1);
        assert_eq!(found(OfferFilter { number: text("18005550100"), ..anything() }), ("18005550100".to_owned(), 1));
        assert_eq!(found(OfferFilter { offset: 1, limit: 2, ..anything() }), ("14155550101 18005550100".to_owned(), 4));
        assert_eq!(found(OfferFilter { offset: 4, ..anything() }), (String::new(), 4));
    }
}
