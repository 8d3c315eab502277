//! `/v1/Account/{auth_id}/PhoneNumber/` and `…/Number/`: search and buy, list, read, change, release (NUM-1 to NUM-6, rest-wire §4.3).

use super::answer::Failure;
use super::asked::Asked;
use super::forms::Listed;
use super::number_form::{self, Rates};
use super::route::{Answers, Method, Route};
use super::takes::{Takes, Who};
use axum::http::StatusCode;
use coinbox_forms::country;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::time::Duration;

/// How long a buyer waits for the answer of the stock (T11).
const PATIENCE: Duration = Duration::from_secs(4);

/// Types that a search may name, with the kinds that they stand for. `shortcode` numbers are not rented.
const TYPES: [(&str, &[Option<&str>]); 7] = [
    ("any", &[None]),
    ("fixed", &[Some("local"), Some("national")]),
    ("local", &[Some("local")]),
    ("national", &[Some("national")]),
    ("mobile", &[Some("mobile")]),
    ("tollfree", &[Some("toll-free")]),
    ("shortcode", &[]),
];

/// Services that a search may name.
const SERVICES: [&str; 3] = ["voice", "sms", "mms"];

/// Filters about what neither the stock nor the rental knows: nothing has it, so nothing is found.
const UNKNOWN_OF_OFFERS: [&str; 2] = ["lata", "rate_center"];
const UNKNOWN_OF_NUMBERS: [&str; 6] = [
    "cnam_lookup",
    "tendlc_campaign_id",
    "tendlc_registration_status",
    "toll_free_sms_verification",
    "compliance_application_id",
    "compliance_status",
];

/// What a search for numbers may say.
const SEARCH: &[&str] = &[
    "country_iso",
    "type",
    "pattern",
    "npanxx",
    "services",
    "region",
    "city",
    "lata",
    "rate_center",
    "limit",
    "offset",
];

/// What a list of rented numbers may say.
const RENTED: &[&str] = &[
    "type",
    "number_type",
    "number_startswith",
    "subaccount",
    "alias",
    "services",
    "renewal_date",
    "renewal_date__lt",
    "renewal_date__lte",
    "renewal_date__gt",
    "renewal_date__gte",
    "cnam_lookup",
    "tendlc_campaign_id",
    "tendlc_registration_status",
    "toll_free_sms_verification",
    "compliance_application_id",
    "compliance_status",
    "limit",
    "offset",
];

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/PhoneNumber/",
        name: "phone-numbers",
        who: Who::AccountOrSub,
        function: Some("numbers.offers"),
        takes: Takes::Parameters(SEARCH),
        answers: Answers::List(|asked| Box::pin(search(asked))),
        what: "Search numbers to rent: `country_iso`, `type`, `pattern`, `npanxx`, `services`, `region`, `city`, `limit`, `offset`",
    },
    Route {
        method: Method::Post,
        path: "/v1/Account/{auth_id}/PhoneNumber/{number}/",
        name: "phone-number",
        who: Who::AccountOrSub,
        function: Some("numbers.buy"),
        takes: Takes::Parameters(&["alias", "app_id"]),
        answers: Answers::Created(|asked| Box::pin(buy(asked))),
        what: "Rent one",
    },
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/Number/",
        name: "numbers",
        who: Who::AccountOrSub,
        function: Some("numbers.list"),
        takes: Takes::Parameters(RENTED),
        answers: Answers::List(|asked| Box::pin(list(asked))),
        what: "Rented numbers",
    },
    Route {
        method: Method::Get,
        path: "/v1/Account/{auth_id}/Number/{number}/",
        name: "number",
        who: Who::AccountOrSub,
        function: Some("numbers.get"),
        takes: Takes::Parameters(&[]),
        answers: Answers::Object(|asked| Box::pin(get(asked))),
        what: "One of them",
    },
    Route {
        method: Method::Post,
        path: "/v1/Account/{auth_id}/Number/{number}/",
        name: "number",
        who: Who::AccountOrSub,
        function: Some("numbers.update"),
        takes: Takes::Parameters(&["alias", "app_id", "subaccount"]),
        answers: Answers::Changed(|asked| Box::pin(update(asked))),
        what: "change `alias`, `app_id`, `subaccount`",
    },
    Route {
        method: Method::Delete,
        path: "/v1/Account/{auth_id}/Number/{number}/",
        name: "number",
        who: Who::AccountOrSub,
        function: Some("numbers.release"),
        takes: Takes::Parameters(&[]),
        answers: Answers::Nothing(|asked| Box::pin(release(asked))),
        what: "give it back",
    },
];

/// What could be rented now, with its prices for this account.
async fn search(asked: Asked) -> Result<Listed, Failure> {
    let country = asked
        .filled("country_iso")?
        .ok_or_else(|| Failure::field("country_iso", "missing", "is missing: a country such as US"))?;
    if let Err(problem) = country::check(&country) {
        let rule = if problem.unknown { "unknown-value" } else { "wrong-form" };
        return Err(Failure::field("country_iso", rule, &format!("must be {problem}")));
    }
    let (limit, offset) = asked.page()?;
    let kinds = kinds(&asked, "type")?;
    let mut filter = services(&asked)?;
    filter.insert("country".to_owned(), Value::from(country.as_str()));
    for (ours, theirs) in [("region", "region"), ("city", "city")] {
        filter.insert(ours.to_owned(), asked.filled(theirs)?.into());
    }
    let pattern = match (asked.filled("pattern")?, asked.filled("npanxx")?) {
        (Some(_), Some(_)) => {
            return Err(Failure::field("npanxx", "not-allowed-together", "cannot be given with pattern"));
        }
        (pattern, npanxx) => pattern.or(npanxx),
    };
    if let Some(pattern) = &pattern
        && (!(1..=14).contains(&pattern.len()) || !pattern.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(Failure::field("pattern", "wrong-form", "must be 1 to 14 digits"));
    }
    filter.insert("pattern".to_owned(), pattern.into());
    // Who may see prices is asked before the stock is.
    price(&asked, &Value::Array(Vec::new())).await?;
    let nothing = given_any(&asked, &UNKNOWN_OF_OFFERS)?;
    let mut page = Page::new(offset, limit);
    for kind in kinds.iter().filter(|_| !nothing) {
        filter.insert("kind".to_owned(), (*kind).into());
        let (offset, limit) = page.next();
        filter.insert("offset".to_owned(), offset.into());
        filter.insert("limit".to_owned(), limit.into());
        let found = offers(&asked, &filter).await?;
        page.add(&found);
    }
    let priced = price(&asked, &Value::Array(page.found)).await?;
    let rates = Rates::load(&asked, [country.as_str()]).await?;
    let objects = priced.as_array().into_iter().flatten();
    let objects = objects.map(|offer| number_form::offered(offer, asked.account(), &rates)).collect();
    Ok(asked.list(limit, offset, page.total, objects))
}

/// Rents a number.
async fn buy(asked: Asked) -> Result<Value, Failure> {
    let number = number(&asked)?;
    let offer = offer_to_buy(&asked, &number).await?;
    let purchase = json!({"offer": offer, "alias": asked.filled("alias")?, "app-id": asked.filled("app_id")?});
    let arguments = json!({"auth-id": asked.account(), "purchase": purchase});
    let started = asked.call(arguments, field_name).await.map_err(|failure| {
        // Somebody was faster: to whoever asks now, the number is not there.
        if failure.code == "not_available" { not_found() } else { failure }
    })?;
    let job = started["job"].as_str().unwrap_or_default().to_owned();
    let driven = asked.rest.clone();
    let standing =
        driven.blocking(move |rest| rest.host.coinbox.drive_in_front(&job, PATIENCE).map_err(Failure::from)).await?;
    let (status, item) = match standing["failed"].as_str() {
        Some("not-available") => return Err(not_found()),
        Some("suspended" | "account-closed") => {
            return Err(Failure::new(StatusCode::FORBIDDEN, "suspended", "the account cannot rent numbers now"));
        }
        Some(reason) => {
            return Err(Failure::new(StatusCode::CONFLICT, "order_failed", format!("the order failed: {reason}")));
        }
        None if standing == "succeeded" => ("fulfilled", "Success"),
        None => ("pending", "pending"),
    };
    Ok(json!({"api_id": asked.api_id, "message": "created", "status": status,
        "numbers": [{"number": number, "status": item}]}))
}

/// The offer of a number, for whoever may see what it costs. A purchase that is repeated under its key must name the offer of then, and may
/// come when the number is out of stock and its sub-account deleted: the rules decide what is answered (R42).
async fn offer_to_buy(asked: &Asked, number: &str) -> Result<Value, Failure> {
    let hidden = match price(asked, &Value::Array(Vec::new())).await {
        Ok(_) => None,
        Err(failure) if failure.status == StatusCode::NOT_FOUND && asked.has_key() => Some(failure),
        Err(failure) => return Err(failure),
    };
    let mut filter = Map::new();
    filter.insert("number".to_owned(), Value::from(number));
    let found = offers(asked, &with_services(filter, &[], 0, 1)).await?;
    if let Some(offer) = found["numbers"].get(0) {
        return Ok(offer.clone());
    }
    // What was bought then is what is rented now; the numbers of a deleted sub-account went to its main account.
    let own = asked.credential().filter(|own| *own != asked.account());
    for account in [Some(asked.account()), own].into_iter().flatten().filter(|_| asked.has_key()) {
        let arguments = json!({"auth-id": account, "number": number});
        if let Ok(rented) = asked.call_other("numbers.get", arguments, field_name).await {
            return Ok(number_form::offer_of(&rented));
        }
    }
    Err(hidden.unwrap_or_else(not_found))
}

/// What is rented, oldest first.
async fn list(asked: Asked) -> Result<Listed, Failure> {
    let (limit, offset) = asked.page()?;
    // Go and Java say `number_type`.
    let name = if asked.filled("type")?.is_none() { "number_type" } else { "type" };
    let kinds = kinds(&asked, name)?;
    let mut filter = services(&asked)?;
    for (ours, theirs) in [("starts-with", "number_startswith"), ("holder", "subaccount"), ("alias", "alias")] {
        filter.insert(ours.to_owned(), asked.filled(theirs)?.into());
    }
    if let Some(Value::String(digits)) = filter.get_mut("starts-with") {
        *digits = digits.trim_start_matches('+').to_owned();
    }
    let renewal = Renewal::read(&asked)?;
    let mut nothing = given_any(&asked, &UNKNOWN_OF_NUMBERS)?;
    let mut page = Page::new(offset, limit);
    for kind in &kinds {
        filter.insert("kind".to_owned(), (*kind).into());
        let (offset, limit) = page.next();
        let arguments = json!({"auth-id": asked.account(), "filter": filter, "offset": offset, "limit": limit});
        page.add(&asked.call(arguments, field_name).await?);
    }
    // All numbers are due on the same day: the next first of a month.
    nothing |= page.found.first().is_some_and(|number| !renewal.holds(&number_form::renewal_date(number)));
    if nothing {
        page = Page::new(offset, limit);
    }
    let objects = rented(&asked, &page.found).await?;
    Ok(asked.list(limit, offset, page.total, objects))
}

/// One rented number.
async fn get(asked: Asked) -> Result<Value, Failure> {
    let arguments = json!({"auth-id": asked.account(), "number": number(&asked)?});
    let found = asked.call(arguments, field_name).await?;
    let mut objects = rented(&asked, std::slice::from_ref(&found)).await?;
    let mut object = objects.pop().unwrap_or_default();
    object["api_id"] = Value::from(asked.api_id.as_str());
    Ok(object)
}

/// Changes what is given.
async fn update(asked: Asked) -> Result<(), Failure> {
    // Empty text takes the application or the sub-account away.
    let holder =
        asked.text("subaccount")?.map(|holder| if holder.is_empty() { asked.account().to_owned() } else { holder });
    let change = json!({"alias": asked.text("alias")?, "app-id": asked.text("app_id")?, "holder": holder});
    let arguments = json!({"auth-id": asked.account(), "number": number(&asked)?, "change": change});
    asked.call(arguments, field_name).await?;
    Ok(())
}

/// Gives a number back. The stock is told by a job.
async fn release(asked: Asked) -> Result<(), Failure> {
    let arguments = json!({"auth-id": asked.account(), "number": number(&asked)?});
    asked.call(arguments, field_name).await?;
    Ok(())
}

fn not_found() -> Failure {
    Failure::new(StatusCode::NOT_FOUND, "not_found", "not found")
}

/// What the client called an argument.
pub(crate) fn field_name(field: &str) -> String {
    match field {
        "caller.idempotency-key" => "Idempotency-Key".to_owned(),
        "filter.holder" | "change.holder" => "subaccount".to_owned(),
        "filter.starts-with" => "number_startswith".to_owned(),
        other => {
            let known = ["filter.", "change.", "purchase.offer.", "purchase."];
            let stripped = known.iter().find_map(|prefix| other.strip_prefix(prefix));
            stripped.unwrap_or(other).replace('-', "_")
        }
    }
}

/// The number of the path: digits, with or without a plus (T9).
fn number(asked: &Asked) -> Result<String, Failure> {
    let text = asked.segment(1);
    let digits = text.strip_prefix('+').unwrap_or(text);
    let good = (5..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
    if good { Ok(digits.to_owned()) } else { Err(not_found()) }
}

fn kinds(asked: &Asked, name: &str) -> Result<Vec<Option<&'static str>>, Failure> {
    Ok(asked.word(name, &TYPES)?.unwrap_or(&[None]).to_vec())
}

fn given_any(asked: &Asked, names: &[&str]) -> Result<bool, Failure> {
    names.iter().try_fold(false, |any, name| Ok(any | asked.filled(name)?.is_some()))
}

/// The part of a filter that says which services a number must have: `services=voice,sms` (T18).
fn services(asked: &Asked) -> Result<Map<String, Value>, Failure> {
    let text = asked.filled("services")?.unwrap_or_default();
    let wanted: Vec<&str> = text.split([',', '&', ' ']).filter(|word| !word.is_empty()).collect();
    if wanted.iter().any(|word| !SERVICES.contains(word)) {
        return Err(Failure::field("services", "unknown-value", "must be voice, sms and mms, separated by commas"));
    }
    Ok(SERVICES.iter().map(|service| ((*service).to_owned(), Value::from(wanted.contains(service)))).collect())
}

fn with_services(mut filter: Map<String, Value>, wanted: &[&str], offset: u32, limit: u32) -> Map<String, Value> {
    for service in SERVICES {
        filter.insert(service.to_owned(), Value::from(wanted.contains(&service)));
    }
    filter.insert("offset".to_owned(), offset.into());
    filter.insert("limit".to_owned(), limit.into());
    filter
}

/// What is in stock; 503 where the stock cannot be asked.
async fn offers(asked: &Asked, filter: &Map<String, Value>) -> Result<Value, Failure> {
    // The stock takes no caller.
    asked.prove().await?;
    let page = asked.rest.call("numbers.offers", json!({"filter": filter})).await?;
    if page.is_null() {
        return Err(Failure::unavailable("the stock of numbers cannot be asked, try again", 5));
    }
    Ok(page)
}

/// What offers cost the account of the path; refused to whoever may not see it.
pub(crate) async fn price(asked: &Asked, offers: &Value) -> Result<Value, Failure> {
    let arguments = json!({"auth-id": asked.account(), "offers": offers});
    asked.call_other("numbers.price-offers", arguments, field_name).await
}

/// Rented numbers in the form of the wire, with the names of their sub-accounts.
async fn rented(asked: &Asked, numbers: &[Value]) -> Result<Vec<Value>, Failure> {
    let mut names: BTreeMap<String, Value> = BTreeMap::new();
    for number in numbers {
        let Some(holder) = number["holder"].as_str().filter(|holder| Some(*holder) != number["account"].as_str())
        else {
            continue;
        };
        if !names.contains_key(holder) {
            let sub = asked.call_other("subaccounts.get", json!({"auth-id": holder}), field_name).await?;
            names.insert(holder.to_owned(), sub["name"].clone());
        }
    }
    let countries: Vec<&str> = numbers.iter().filter_map(|number| number["country"].as_str()).collect();
    let rates = Rates::load(asked, countries).await?;
    let form = |number: &Value| number_form::rented(number, asked.account(), &names, &rates);
    Ok(numbers.iter().map(form).collect())
}

/// One page over several lists, one behind the other.
struct Page {
    offset: u32,
    limit: u32,
    found: Vec<Value>,
    total: u64,
}

impl Page {
    fn new(offset: u32, limit: u32) -> Page {
        Page { offset, limit, found: Vec::new(), total: 0 }
    }

    /// Offset and limit within the next list. A full page still asks how many there are.
    fn next(&self) -> (u32, u32) {
        let before = u32::try_from(self.total).unwrap_or(u32::MAX);
        let left = self.limit - u32::try_from(self.found.len()).unwrap_or(self.limit);
        (self.offset.saturating_sub(before), left.max(1))
    }

    fn add(&mut self, page: &Value) {
        let left = self.limit as usize - self.found.len();
        self.found.extend(page["numbers"].as_array().into_iter().flatten().take(left).cloned());
        self.total += page["total"].as_u64().unwrap_or(0);
    }
}

/// Filters about the day on which rent is due next.
struct Renewal(Vec<(Holds, String)>);

/// Whether a day passes a filter, whose own day comes second.
type Holds = fn(&str, &str) -> bool;

impl Renewal {
    fn read(asked: &Asked) -> Result<Renewal, Failure> {
        let known: [(&str, Holds); 5] = [
            ("renewal_date", |day, given| day == given),
            ("renewal_date__lt", |day, given| day < given),
            ("renewal_date__lte", |day, given| day <= given),
            ("renewal_date__gt", |day, given| day > given),
            ("renewal_date__gte", |day, given| day >= given),
        ];
        let mut filters = Vec::new();
        for (name, holds) in known {
            let Some(text) = asked.filled(name)? else { continue };
            // A time behind the day says nothing more: rent is due at its beginning.
            let day = text.get(..10).unwrap_or(&text).to_owned();
            if coinbox_host::text::moment_ms(&format!("{day}T00:00:00Z")).is_err() {
                return Err(Failure::field(name, "wrong-form", "must be a day such as 2026-03-01"));
            }
            filters.push((holds, day));
        }
        Ok(Renewal(filters))
    }

    fn holds(&self, day: &str) -> bool {
        self.0.iter().all(|(holds, given)| holds(day, given))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(count: usize, total: u64) -> Value {
        json!({"numbers": vec![json!({}); count], "total": total})
    }

    #[test]
    fn a_page_goes_on_in_the_next_list() {
        let mut page = Page::new(3, 5);
        assert_eq!(page.next(), (3, 5));
        page.add(&listed(1, 4));
        assert_eq!(page.next(), (0, 4));
        page.add(&listed(4, 10));
        assert_eq!((page.found.len(), page.total), (5, 14));
        assert_eq!(page.next(), (0, 1), "only to count");
        page.add(&listed(1, 2));
        assert_eq!((page.found.len(), page.total), (5, 16));
        let mut far = Page::new(6, 2);
        far.add(&listed(0, 4));
        assert_eq!(far.next(), (2, 2));
    }

    #[test]
    fn fields_have_the_clients_names() {
        assert_eq!(field_name("purchase.app-id"), "app_id");
        assert_eq!(field_name("change.holder"), "subaccount");
        assert_eq!(field_name("filter.starts-with"), "number_startswith");
    }
}
