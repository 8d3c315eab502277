//! What customers ask of the numbers that they rent: reading, changing, releasing them (NUM-5, NUM-6, SUB-5).

use crate::forms::{Error, NumberChange, NumberFilter, NumberPage, RentedNumber};
use crate::owing;
use crate::records::{self, Rented};
use crate::releasing;
use crate::rent;
use coinbox_access::{self as access, credentials, functions};
use coinbox_credit::records::reconciliation::{Outside, once_outside};
use coinbox_forms::phone::is_digits;
use coinbox_ground::calendar::Month;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::Started;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule};
use coinbox_ledger::rent_owed;
use coinbox_pricing as pricing;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::subaccount;

/// Numbers of an account and its sub-accounts, or of one sub-account.
pub fn list(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    filter: NumberFilter,
    offset: u32,
    limit: u32,
) -> Result<NumberPage, Error> {
    let (_, asking) = access::query_on(turn, caller, functions::NUMBERS_LIST, &auth_id)?;
    let account = credentials::main_of(turn, asking)?.ok_or_else(|| Fault::not_found("account"))?;
    let mut checks = Checks::new();
    checks.page_limit(limit, 100);
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
    let mut fitting: Vec<Rented> = records::all(turn, account)?.into_iter().map(|(_, rented)| rented).collect();
    fitting.retain(fits);
    let total = u32::try_from(fitting.len()).unwrap_or(u32::MAX);
    let page = fitting.into_iter().skip(offset as usize).take(limit as usize);
    let numbers: Result<Vec<_>, Fault> = page.map(|rented| show(turn, account, rented)).collect();
    Ok(NumberPage { numbers: numbers?, total })
}

/// One number.
pub fn get(turn: &Turn<'_>, caller: &Caller, auth_id: String, number: String) -> Result<RentedNumber, Error> {
    let (_, asking) = access::query_on(turn, caller, functions::NUMBERS_GET, &auth_id)?;
    let (account, _, rented) = need(turn, asking, &number)?;
    Ok(show(turn, account, rented)?)
}

/// The number if it is the caller's: any of the family for a main account, its own for a sub-account.
fn need(turn: &Turn<'_>, asking: AuthId, number: &str) -> Result<(AuthId, String, Rented), Fault> {
    let found = if is_digits(number, 5, 15) { records::find(turn, number)? } else { None };
    found
        .filter(|(account, _, rented)| *account == asking || rented.holder == asking)
        .ok_or_else(|| Fault::not_found("number"))
}

fn show(turn: &Turn<'_>, account: AuthId, rented: Rented) -> Result<RentedNumber, Fault> {
    let now = turn.now();
    let price = pricing::number_price(turn, account, &rented.offer.country, rented.offer.kind, now)?;
    let monthly = price.map_or(rented.monthly, |price| price.monthly);
    let release_at = owing::release_at(&rented, rent_owed::paid(turn, account)?, Policy::load(turn)?.as_ref());
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
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    number: String,
    change: NumberChange,
) -> Result<RentedNumber, Error> {
    let command = access::command_on(turn, caller, functions::NUMBERS_UPDATE, &auth_id)?;
    command.once(turn, &(&number, &change), |turn, who, asking| {
        let (account, key, before) = need(turn, asking, &number)?;
        let holder = check_change(turn, asking, &change)?.unwrap_or(before.holder);
        let mut rented = before.clone();
        if holder != before.holder {
            // What it owes so far is the old holder's.
            rented = rent::catch_up(turn, account, key.clone(), rented)?;
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
            turn.put(&key, &rented);
            feed::event(account, "number-changed", "NUM-6").facts(facts).fact("by", who.name()).tell(turn);
        }
        Ok(show(turn, account, rented)?)
    })
}

/// Checks a change; answers the new holder, if there is one.
fn check_change(turn: &Turn<'_>, asking: AuthId, change: &NumberChange) -> Result<Option<AuthId>, Fault> {
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
    let family = holder == asking || subaccount::load(turn, holder)?.is_some_and(|sub| sub.parent == asking);
    if family { Ok(Some(holder)) } else { Err(Fault::not_found("sub-account")) }
}

/// Gives a number back.
pub fn release(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, number: String) -> Result<Started, Error> {
    let command = access::command_on(turn, caller, functions::NUMBERS_RELEASE, &auth_id)?;
    once_outside(command, turn, Outside::Stock, &number, |turn, _, asking, asked| {
        let (account, key, rented) = need(turn, asking, &number)?;
        let jobs = releasing::release(turn, account, vec![(key, rented)], "customer", asked.as_ref())?;
        let job = jobs.into_iter().next().unwrap_or_default();
        Ok(Started { job, name: number.clone() })
    })
}
