//! Billing information: what is printed on documents, and how long a cycle is (INV-6, INV-1, R44).

use super::records::Bill;
use super::tax::is_country;
use super::{Error, Party, tax_id};
use crate::accounts::{self, Profile};
use crate::alerts;
use crate::calendar::Month;
use crate::call::{Call, Record};
use crate::credentials;
use crate::events::{EventDraft, emit};
use crate::idempotency;
use crate::ids::AuthId;
use crate::policy::Policy;
use crate::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Instant};
use serde::{Deserialize, Serialize};

/// Billing information as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Billing {
    pub legal_name: String,
    pub address: String,
    pub city: String,
    pub state: String,
    pub country: String,
    pub tax_id: String,
    pub notification_addresses: Vec<String>,
    pub cycle_months: u32,
    pub complete: bool,
}

/// What changes; `None` leaves a field as it is.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct BillingChange {
    pub legal_name: Option<String>,
    pub address: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub country: Option<String>,
    pub tax_id: Option<String>,
    pub notification_addresses: Option<Vec<String>>,
}

/// What the account's own record does not have, at `bi/<account>`.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
struct StoredBilling {
    v: u32,
    legal_name: String,
    country: String,
    tax_id: String,
}

impl Record for StoredBilling {
    const KIND: &'static str = "billing information";
}

fn key(account: AuthId) -> String {
    format!("bi/{account}")
}

fn load(call: &Call<'_>, account: AuthId) -> Result<StoredBilling, Fault> {
    Ok(call.get(&key(account))?.unwrap_or(StoredBilling { v: 1, ..StoredBilling::default() }))
}

/// Who buys, as documents of now name it. Without a legal name it is the account's name.
pub(super) fn customer(call: &Call<'_>, account: AuthId, profile: &Profile) -> Result<Party, Fault> {
    let stored = load(call, account)?;
    let town = [profile.city.as_str(), profile.state.as_str()];
    let town = town.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(", ");
    Ok(Party {
        legal_name: if stored.legal_name.is_empty() { profile.name.clone() } else { stored.legal_name },
        address_lines: [profile.address.clone(), town].into_iter().filter(|line| !line.is_empty()).collect(),
        country: stored.country,
        tax_id: stored.tax_id,
        email: profile.email.clone(),
        auth_id: account.to_string(),
        ..Party::default()
    })
}

/// Who sells, as documents of now name it. Without a legal name it is the brand.
pub(super) fn seller(policy: &Policy) -> Party {
    let seller = policy.seller.clone();
    Party {
        legal_name: if seller.legal_name.is_empty() { policy.brand.clone() } else { seller.legal_name },
        address_lines: seller.address_lines,
        country: seller.country,
        tax_id: seller.tax_id,
        email: seller.email,
        auth_id: String::new(),
        registration_number: seller.registration_number,
        phone: seller.phone,
    }
}

/// What billing information lacks before anything may be charged: where the policy asks for it, legal name, address and country (R44, R89).
pub(crate) fn missing_for_charges(call: &Call<'_>, account: AuthId) -> Result<Vec<&'static str>, Fault> {
    if !Policy::load(call)?.require_billing_address {
        return Ok(Vec::new());
    }
    Ok(missing(&load(call, account)?, &accounts::profile(call, account)?))
}

/// What is not there of legal name, address and country.
fn missing(stored: &StoredBilling, profile: &Profile) -> Vec<&'static str> {
    let needed = [("legal-name", &stored.legal_name), ("address", &profile.address), ("country", &stored.country)];
    needed.into_iter().filter_map(|(name, text)| text.is_empty().then_some(name)).collect()
}

fn shown(call: &Call<'_>, account: AuthId) -> Result<Billing, Fault> {
    let (stored, profile) = (load(call, account)?, accounts::profile(call, account)?);
    let complete = missing(&stored, &profile).is_empty();
    Ok(Billing {
        legal_name: stored.legal_name,
        address: profile.address,
        city: profile.city,
        state: profile.state,
        country: stored.country,
        tax_id: stored.tax_id,
        notification_addresses: alerts::recipients(call, account)?,
        cycle_months: Bill::load(call, account)?.months,
        complete,
    })
}

/// Billing information of an account.
pub fn get_billing(call: &Call<'_>, caller: &Caller, auth_id: String) -> Result<Billing, Error> {
    let (_, account) = credentials::permit_on(call, caller, "invoices.get-billing", &auth_id)?;
    Ok(shown(call, account)?)
}

/// Changes billing information; documents that were issued keep what they say.
pub fn set_billing(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    change: BillingChange,
) -> Result<Billing, Error> {
    let (who, account) = credentials::permit_on(call, caller, "invoices.set-billing", &auth_id)?;
    idempotency::once(call, caller, &auth_id, "invoices.set-billing", &change, |call| {
        let before = load(call, account)?;
        check(&change, &before)?;
        let mut stored = before.clone();
        let mut changed = accounts::change_address(
            call,
            account,
            [("address", &change.address), ("city", &change.city), ("state", &change.state)],
        )?;
        for (field, given, held) in [
            ("legal-name", &change.legal_name, &mut stored.legal_name),
            ("country", &change.country, &mut stored.country),
            ("tax-id", &change.tax_id, &mut stored.tax_id),
        ] {
            if let Some(text) = given.as_ref().filter(|text| *text != held) {
                held.clone_from(text);
                changed.push(field);
            }
        }
        if stored != before {
            call.put(&key(account), &stored);
        }
        if let Some(addresses) = &change.notification_addresses
            && alerts::set_recipients(call, account, addresses)?
        {
            changed.push("notification-addresses");
        }
        if !changed.is_empty() {
            let facts = vec![Fact::new("fields", changed.join(" ")), Fact::new("by", who.name())];
            say(call, account, facts);
        }
        Ok(shown(call, account)?)
    })
}

fn say(call: &mut Call<'_>, account: AuthId, facts: Vec<Fact>) {
    let transactions = Vec::new();
    emit(call, EventDraft { account: Some(account), kind: "billing-changed", rule: "INV-6", facts, transactions });
}

fn check(change: &BillingChange, before: &StoredBilling) -> Result<(), Fault> {
    let mut checks = Checks::new();
    for (value, field, longest) in [
        (&change.legal_name, "change.legal-name", 200),
        (&change.address, "change.address", 200),
        (&change.city, "change.city", 100),
        (&change.state, "change.state", 100),
    ] {
        if let Some(text) = value {
            checks.text(text, field, 0, longest);
        }
    }
    if let Some(country) = change.country.as_ref().filter(|country| !country.is_empty()) {
        checks.require(is_country(country), "change.country", FieldRule::WrongForm, "two upper-case letters");
    }
    let country = change.country.as_ref().unwrap_or(&before.country);
    let number = change.tax_id.as_ref().unwrap_or(&before.tax_id);
    if !number.is_empty() && (change.tax_id.is_some() || change.country.is_some()) {
        let fits = tax_id::has_form_of(number, country);
        checks.require(fits, "change.tax-id", FieldRule::WrongForm, "a tax ID of the country");
    }
    if let Some(addresses) = &change.notification_addresses {
        alerts::check_recipients(&mut checks, addresses, "change.notification-addresses");
    }
    checks.done()
}

/// Sets the length of the billing cycle (INV-1).
pub fn set_cycle(call: &mut Call<'_>, caller: &Caller, auth_id: String, months: u32) -> Result<Billing, Error> {
    let (who, account) = credentials::permit_on(call, caller, "invoices.set-cycle", &auth_id)?;
    idempotency::once(call, caller, &auth_id, "invoices.set-cycle", &months, |call| {
        let mut checks = Checks::new();
        checks.require(matches!(months, 1 | 3), "months", FieldRule::UnknownValue, "1 or 3");
        checks.done()?;
        let mut bill = Bill::load(call, account)?;
        if bill.months != months {
            bill.months = months;
            bill.save(call, account);
            let cycle = format!("cycle-months {months}");
            say(call, account, vec![Fact::new("fields", cycle), Fact::new("by", who.name())]);
        }
        Ok(shown(call, account)?)
    })
}

/// When the billing cycle that an account is in ends.
pub(crate) fn end_of_cycle(call: &Call<'_>, account: AuthId) -> Result<Instant, Fault> {
    let quarterly = Bill::load(call, account)?.months > 1;
    let mut month = Month::of(call.now());
    while quarterly && month.next().first_day().month() % 3 != 1 {
        month = month.next();
    }
    Ok(month.end())
}
