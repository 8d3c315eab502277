//! Offers: what is in stock, with its price (NUM-1).

use crate::forms::{Error, NumberPrice, PAGE_MAX, PricedOffer};
use crate::rent;
use coinbox_access::{self as access, credentials, functions};
use coinbox_forms::country;
use coinbox_forms::phone::{self, is_digits};
use coinbox_ground::outside::{Effects, OfferFilter, OfferPage, OfferedNumber};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Refusal};
use coinbox_pricing as pricing;
use coinbox_profiles::policy::Policy;

/// Numbers of the stock that are named when they are refused.
const REFUSED_TOLD_MAX: usize = 10;

/// What is in stock now. A filter that breaks a bound is answered as if nobody could be asked. What the rules refuse of a stock is left
/// out and told to whoever runs the host: it would make every search fail whose page holds it.
pub fn offers(effects: &dyn Effects, filter: OfferFilter) -> Option<OfferPage> {
    let fits = |text: &Option<String>, good: &dyn Fn(&str) -> bool| text.as_deref().is_none_or(good);
    let good = fits(&filter.number, &|number| is_digits(number, 5, 15))
        && fits(&filter.country, &country::is_country)
        && fits(&filter.pattern, &|pattern| is_digits(pattern, 1, 14))
        && fits(&filter.region, &|region| region.chars().count() <= 100)
        && fits(&filter.city, &|city| city.chars().count() <= 100)
        && (1..=100).contains(&filter.limit);
    let mut page = if good { effects.offer(&filter)? } else { return None };
    let (mut refused, mut told) = (0_usize, String::new());
    page.numbers.retain(|offer| {
        let mut checks = Checks::new();
        check_offer(&mut checks, "offer", offer);
        let Err(Fault::Refused(Refusal::Invalid(problems))) = checks.done() else { return true };
        if refused < REFUSED_TOLD_MAX {
            let problem = &problems[0];
            let limit = problem.limit.as_deref().unwrap_or_default();
            told.push_str(&format!("; {:?}: {} must be {limit}", short(&offer.number), problem.field));
        }
        refused += 1;
        false
    });
    if refused > 0 {
        effects.warn(&format!("{refused} numbers of the stock are left out of a page of offers{told}"));
    }
    Some(page)
}

/// Enough of a text to recognise it.
fn short(text: &str) -> String {
    text.chars().take(40).collect()
}

/// The bounds of an offer: it goes into keys, records and documents.
pub(crate) fn check_offer(checks: &mut Checks, field: &str, offer: &OfferedNumber) {
    let number = phone::is_number(&offer.number);
    checks.require(number, &format!("{field}.number"), FieldRule::WrongForm, phone::NUMBER_LIMIT);
    checks.form(country::check(&offer.country), &format!("{field}.country"));
    let code = phone::is_calling_code_of(&offer.calling_code, &offer.number);
    checks.require(code, &format!("{field}.calling-code"), FieldRule::WrongForm, phone::CALLING_CODE_LIMIT);
    checks.text(&offer.region, &format!("{field}.region"), 0, 100);
    checks.text(&offer.city, &format!("{field}.city"), 0, 100);
}

/// What these offers cost this account (NUM-1).
pub fn price_offers(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    offers: Vec<OfferedNumber>,
) -> Result<Vec<PricedOffer>, Error> {
    let (_, holder) = access::query_on(turn, caller, functions::NUMBERS_PRICE_OFFERS, &auth_id)?;
    let account = credentials::main_of(turn, holder)?.ok_or_else(|| Fault::not_found("account"))?;
    let mut checks = Checks::new();
    checks.require(offers.len() <= PAGE_MAX, "offers", FieldRule::TooMany, PAGE_MAX);
    for (place, offer) in offers.iter().take(PAGE_MAX).enumerate() {
        check_offer(&mut checks, &format!("offers[{place}]"), offer);
    }
    checks.done()?;
    let treatment = Policy::load(turn)?.first_month;
    let price = |offer: &OfferedNumber| -> Result<Option<NumberPrice>, Fault> {
        let found = pricing::number_price(turn, account, &offer.country, offer.kind, turn.now())?;
        let Some(price) = found else { return Ok(None) };
        let first_rent = rent::first_rent(treatment, price.monthly, turn.now())?;
        Ok(Some(NumberPrice {
            setup: price.setup.micros(),
            monthly: price.monthly.micros(),
            first_rent: first_rent.micros(),
        }))
    };
    let priced = |offer: OfferedNumber| Ok(PricedOffer { price: price(&offer)?, offer });
    offers.into_iter().map(priced).collect()
}
