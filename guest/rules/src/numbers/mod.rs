//! Phone numbers: offers with prices, purchase, rent, release (NUM-1 to NUM-6, SUB-5).
//!
//! What is in stock is the platform's business; an account, a price and a month of rent are ours. A main account pays for its own
//! numbers and for those of its sub-accounts. See `buying` for the order, `rent` for the month, `debts` for what is owed.

mod buying;
mod debts;
mod family;
pub(crate) mod records;
mod recovered;
mod releasing;
pub(crate) mod rent;
mod stock;

pub use buying::buy;
pub(crate) use buying::{attempt as order_attempt, begin as begin_order, book as book_order, look as look_order};
pub(crate) use debts::{look_again, watch as watch_debts};
pub(crate) use family::{disband, disband_all, numbers_of, release_all};
pub(crate) use records::reserved;
pub(crate) use recovered::{Recovered, recover};
pub(crate) use releasing::{
    attempt as release_attempt, begin as begin_release, book as book_release, look as look_release,
};
pub(crate) use rent::run as run_rent;
pub(crate) use stock::send;

use crate::access::credentials;
use crate::ground::calendar::Month;
use crate::ground::call::Call;
use crate::ground::events::{EventDraft, emit};
use crate::ground::idempotency;
use crate::ground::ids::AuthId;
use crate::ground::interfaces::Started;
use crate::ground::outside::{Effects, OfferFilter, OfferPage, OfferedNumber};
use crate::ground::product::NumberKind;
use crate::ground::text::is_name;
use crate::ground::vocabulary::{
    Caller, Checks, Fact, Fault, FieldRule, Instant, Micros, Refusal, int_text, interface_error, optional_int_text,
};
use crate::payments::reconcile::{self, Outside};
use crate::pricing;
use crate::profiles::policy::Policy;
use crate::profiles::subaccount;
use coinbox_forms::country;
use coinbox_forms::phone::{self, is_digits};
use records::Rented;
use serde::{Deserialize, Serialize};

/// Numbers of the stock that are named when they are refused.
const REFUSED_TOLD_MAX: usize = 10;
/// Numbers of one page of offers or of a list.
const PAGE_MAX: usize = 100;

interface_error! {
    /// Errors of `numbers`.
    Error {
        /// The payload is the limit of the policy (ACC-6).
        TooManyNumbers(u32),
        /// It is rented already.
        NotAvailable,
        /// The price book does not know this country and type.
        NoPrice,
        /// Too many rents fell due a moment ago.
        RentIsBeingPosted,
    }
}

/// Both fees, and what the first month takes if it is bought now.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberPrice {
    /// Once.
    #[serde(with = "int_text")]
    pub setup: Micros,
    /// A full month.
    #[serde(with = "int_text")]
    pub monthly: Micros,
    /// At purchase.
    #[serde(with = "int_text")]
    pub first_rent: Micros,
}

/// An offer with its price.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PricedOffer {
    /// As the stock gave it.
    pub offer: OfferedNumber,
    /// None: it cannot be bought.
    #[serde(default)]
    pub price: Option<NumberPrice>,
}

/// What is bought.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Purchase {
    /// As the stock offers it.
    pub offer: OfferedNumber,
    /// 1 to 100 characters.
    #[serde(default)]
    pub alias: Option<String>,
    /// 1 to 100 printable characters.
    #[serde(default)]
    pub app_id: Option<String>,
}

/// A number that is rented, as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RentedNumber {
    pub number: String,
    pub account: String,
    pub holder: String,
    pub country: String,
    pub calling_code: String,
    pub kind: NumberKind,
    pub region: String,
    pub city: String,
    pub voice: bool,
    pub sms: bool,
    pub mms: bool,
    #[serde(default)]
    pub alias: Option<String>,
    #[serde(default)]
    pub app_id: Option<String>,
    #[serde(with = "int_text")]
    pub monthly: Micros,
    #[serde(with = "int_text")]
    pub since: Instant,
    #[serde(with = "int_text")]
    pub renewal: Instant,
    #[serde(default, with = "optional_int_text")]
    pub release_at: Option<Instant>,
}

/// Which numbers to list.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct NumberFilter {
    #[serde(default)]
    pub kind: Option<NumberKind>,
    #[serde(default)]
    pub starts_with: Option<String>,
    #[serde(default)]
    pub holder: Option<String>,
    #[serde(default)]
    pub alias: Option<String>,
    pub voice: bool,
    pub sms: bool,
    pub mms: bool,
}

/// A page of a list, oldest rental first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberPage {
    /// At most as many as asked for.
    pub numbers: Vec<RentedNumber>,
    /// How many fit in all.
    pub total: u32,
}

/// What changes; `None` leaves a field as it is.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NumberChange {
    /// Empty takes it away.
    #[serde(default)]
    pub alias: Option<String>,
    /// Empty takes it away.
    #[serde(default)]
    pub app_id: Option<String>,
    /// Main account or one of its sub-accounts (SUB-5).
    #[serde(default)]
    pub holder: Option<String>,
}

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
fn check_offer(checks: &mut Checks, field: &str, offer: &OfferedNumber) {
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
    call: &Call<'_>,
    caller: &Caller,
    auth_id: String,
    offers: Vec<OfferedNumber>,
) -> Result<Vec<PricedOffer>, Error> {
    let (_, holder) = credentials::permit_on(call, caller, "numbers.price-offers", &auth_id)?;
    let account = credentials::main_of(call, holder)?.ok_or_else(|| Fault::not_found("account"))?;
    let mut checks = Checks::new();
    checks.require(offers.len() <= PAGE_MAX, "offers", FieldRule::TooMany, PAGE_MAX);
    for (place, offer) in offers.iter().take(PAGE_MAX).enumerate() {
        check_offer(&mut checks, &format!("offers[{place}]"), offer);
    }
    checks.done()?;
    let treatment = Policy::load(call)?.first_month;
    let price = |offer: &OfferedNumber| -> Result<Option<NumberPrice>, Fault> {
        let found = pricing::number_price(call, account, &offer.country, offer.kind, call.now())?;
        let Some(price) = found else { return Ok(None) };
        let first_rent = rent::first_rent(treatment, price.monthly, call.now())?;
        Ok(Some(NumberPrice {
            setup: price.setup.micros(),
            monthly: price.monthly.micros(),
            first_rent: first_rent.micros(),
        }))
    };
    let priced = |offer: OfferedNumber| Ok(PricedOffer { price: price(&offer)?, offer });
    offers.into_iter().map(priced).collect()
}

/// Numbers of an account and its sub-accounts, or of one sub-account.
pub fn list(
    call: &Call<'_>,
    caller: &Caller,
    auth_id: String,
    filter: NumberFilter,
    offset: u32,
    limit: u32,
) -> Result<NumberPage, Error> {
    let (_, asking) = credentials::permit_on(call, caller, "numbers.list", &auth_id)?;
    let account = credentials::main_of(call, asking)?.ok_or_else(|| Fault::not_found("account"))?;
    let mut checks = Checks::new();
    checks.require((1..=100).contains(&limit), "limit", FieldRule::WrongForm, "1 to 100");
    if let Some(starts) = &filter.starts_with {
        checks.require(is_digits(starts, 1, 15), "filter.starts-with", FieldRule::WrongForm, "1 to 15 digits");
    }
    checks.done()?;
    // A holder that is nobody of this family has no numbers.
    let wanted = filter.holder.as_deref().map(AuthId::parse);
    let fits = |rented: &Rented| {
        let offer = &rented.offer;
        (asking == account || rented.holder == asking)
            && wanted.is_none_or(|wanted| wanted == Some(rented.holder))
            && filter.kind.is_none_or(|kind| kind == offer.kind)
            && filter.starts_with.as_ref().is_none_or(|starts| offer.number.starts_with(starts))
            && filter.alias.as_ref().is_none_or(|alias| rented.alias.as_ref() == Some(alias))
            && (!filter.voice || offer.voice)
            && (!filter.sms || offer.sms)
            && (!filter.mms || offer.mms)
    };
    let mut fitting: Vec<Rented> = records::all(call, account)?.into_iter().map(|(_, rented)| rented).collect();
    fitting.retain(fits);
    let total = u32::try_from(fitting.len()).unwrap_or(u32::MAX);
    let page = fitting.into_iter().skip(offset as usize).take(limit as usize);
    let numbers: Result<Vec<_>, Fault> = page.map(|rented| show(call, account, rented)).collect();
    Ok(NumberPage { numbers: numbers?, total })
}

/// One number.
pub fn get(call: &Call<'_>, caller: &Caller, auth_id: String, number: String) -> Result<RentedNumber, Error> {
    let (_, asking) = credentials::permit_on(call, caller, "numbers.get", &auth_id)?;
    let (account, _, rented) = need(call, asking, &number)?;
    Ok(show(call, account, rented)?)
}

/// The number if it is the caller's: any of the family for a main account, its own for a sub-account.
fn need(call: &Call<'_>, asking: AuthId, number: &str) -> Result<(AuthId, String, Rented), Fault> {
    let found = if is_digits(number, 5, 15) { records::find(call, number)? } else { None };
    found
        .filter(|(account, _, rented)| *account == asking || rented.holder == asking)
        .ok_or_else(|| Fault::not_found("number"))
}

fn show(call: &Call<'_>, account: AuthId, rented: Rented) -> Result<RentedNumber, Fault> {
    let now = call.now();
    let price = pricing::number_price(call, account, &rented.offer.country, rented.offer.kind, now)?;
    let monthly = price.map_or(rented.monthly, |price| price.monthly);
    let release_at =
        debts::release_at(&rented, crate::ledger::rent_owed::paid(call, account)?, Policy::load(call)?.as_ref());
    Ok(RentedNumber {
        number: rented.offer.number,
        account: account.to_string(),
        holder: rented.holder.to_string(),
        country: rented.offer.country,
        calling_code: rented.offer.calling_code,
        kind: rented.offer.kind,
        region: rented.offer.region,
        city: rented.offer.city,
        voice: rented.offer.voice,
        sms: rented.offer.sms,
        mms: rented.offer.mms,
        alias: rented.alias,
        app_id: rented.app,
        monthly: monthly.micros(),
        since: rented.since,
        renewal: Month::of(now).end(),
        release_at,
    })
}

/// Changes alias, application or holder; nothing given changes nothing.
pub fn update(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    number: String,
    change: NumberChange,
) -> Result<RentedNumber, Error> {
    let (who, asking, presence) = credentials::permit_again(call, caller, "numbers.update", &auth_id)?;
    idempotency::once(call, caller, &auth_id, "numbers.update", &(&number, &change), |call| {
        presence.need()?;
        let (account, key, before) = need(call, asking, &number)?;
        let holder = check_change(call, asking, &change)?.unwrap_or(before.holder);
        let mut rented = before.clone();
        if holder != before.holder {
            // What it owes so far is the old holder's.
            rented = rent::catch_up(call, account, key.clone(), rented)?;
            rented.holder = holder;
        }
        let given = |field: &Option<String>, old: Option<String>| match field {
            None => old,
            Some(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        };
        rented.alias = given(&change.alias, rented.alias);
        rented.app = given(&change.app_id, rented.app);
        let mut facts = vec![Fact::new("number", &number)];
        if rented.holder != before.holder {
            facts.push(Fact::new("from", before.holder));
            facts.push(Fact::new("to", rented.holder));
        }
        if rented.alias != before.alias {
            facts.push(Fact::new("alias", rented.alias.as_deref().unwrap_or_default()));
        }
        if rented.app != before.app {
            facts.push(Fact::new("app-id", rented.app.as_deref().unwrap_or_default()));
        }
        if facts.len() > 1 {
            facts.push(Fact::new("by", who.name()));
            call.put(&key, &rented);
            emit(
                call,
                EventDraft {
                    account: Some(account),
                    kind: "number-changed",
                    rule: "NUM-6",
                    facts,
                    transactions: Vec::new(),
                },
            );
        }
        Ok(show(call, account, rented)?)
    })
}

/// Checks a change; answers the new holder, if there is one.
fn check_change(call: &Call<'_>, asking: AuthId, change: &NumberChange) -> Result<Option<AuthId>, Fault> {
    let mut checks = Checks::new();
    if let Some(alias) = &change.alias {
        checks.text(alias, "change.alias", 0, 100);
    }
    if let Some(app) = &change.app_id {
        let good = app.is_empty() || is_name(app, 100);
        checks.require(good, "change.app-id", FieldRule::WrongForm, "at most 100 printable ASCII characters");
    }
    if change.holder.is_some() {
        let rule = FieldRule::NotAllowedTogether;
        checks.require(asking.is_main(), "change.holder", rule, "a sub-account's auth ID");
    }
    checks.done()?;
    let Some(holder) = change.holder.as_deref() else { return Ok(None) };
    let holder = AuthId::parse(holder).ok_or_else(|| Fault::not_found("sub-account"))?;
    let family = holder == asking || subaccount::load(call, holder)?.is_some_and(|sub| sub.parent == asking);
    if family { Ok(Some(holder)) } else { Err(Fault::not_found("sub-account")) }
}

/// Gives a number back.
pub fn release(call: &mut Call<'_>, caller: &Caller, auth_id: String, number: String) -> Result<Started, Error> {
    let (_, asking, presence) = credentials::permit_again(call, caller, "numbers.release", &auth_id)?;
    let (about, function) =
        ((auth_id.as_str(), credentials::main_of(call, asking)?), ("numbers.release", Outside::Stock));
    reconcile::once_outside(call, caller, about, function, &number, |call, asked| {
        presence.need()?;
        let (account, key, rented) = need(call, asking, &number)?;
        let jobs = releasing::release(call, account, vec![(key, rented)], "customer", asked.as_ref())?;
        let job = jobs.first().map(ToString::to_string).unwrap_or_default();
        Ok(Started { job, name: number.clone() })
    })
}
