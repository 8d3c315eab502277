//! Billing information: what is printed on documents, and how long a cycle is (INV-6, INV-1, R44).

use crate::document::Party;
use crate::error::Error;
use crate::records::Bill;
use crate::tax;
use coinbox_access::{self as access, functions};
use coinbox_credit::settings::alerts;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_credit::watch::recharge;
use coinbox_forms::{country, subdivision, tax_id};
use coinbox_ground::calendar::Month;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant};
use coinbox_profiles::billing::{self as stored_billing, StoredBilling, key, lacks, load, missing};
use coinbox_profiles::notices::recipients;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Profile};
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

fn flag_key(account: AuthId, since: Instant) -> String {
    queue::single_key(since, &format!("{account}/tax"))
}

/// Tells the operator, until it is mended, that the tax of an invoice went by a state that the tax table does not know, or that a tax ID is none
/// (INV-7).
pub(crate) fn judge_place(turn: &mut Turn<'_>, account: AuthId, country: &str, state: &str) -> Result<(), Fault> {
    let policy = Policy::load(turn)?;
    let rates = &policy.tax_rates;
    let mut stored = load(turn, account)?;
    let (kind, found) = match tax::unknown_state(rates, country, state) {
        Some(why) => ("tax-state-unknown", Some(why)),
        None => ("tax-id-not-valid", tax::invalid_id(rates, country, &stored.tax_id)),
    };
    match (&found, stored.flagged) {
        (None, None) => return Ok(()),
        (None, Some(since)) => {
            turn.remove(&flag_key(account, since));
            stored.flagged = None;
            turn.put(&key(account), &stored);
        }
        (Some(why), before) => {
            let since = before.unwrap_or(turn.now());
            let entry = QueueEntry::new(Some(account), kind, since, why.clone());
            turn.put(&flag_key(account, since), &entry);
            stored.flagged = Some(since);
            turn.put(&key(account), &stored);
            feed::event(account, kind, "INV-7")
                .fact("country", country)
                .fact("state", state)
                .fact("why", why)
                .tell(turn);
        }
    }
    Ok(())
}

/// Who buys, as documents of now name it. Without a legal name it is the account's name.
pub(crate) fn customer(turn: &Turn<'_>, account: AuthId, profile: &Profile) -> Result<Party, Fault> {
    let stored = load(turn, account)?;
    let town = [profile.city.as_str(), stored.state(profile)];
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

/// Who sells, as documents of now name it.
pub(crate) fn seller(policy: &Policy) -> Party {
    let seller = policy.seller.clone();
    Party {
        legal_name: seller.legal_name,
        address_lines: seller.address_lines,
        country: seller.country,
        tax_id: seller.tax_id,
        email: seller.email,
        auth_id: String::new(),
        registration_number: seller.registration_number,
        phone: seller.phone,
    }
}

fn shown(turn: &Turn<'_>, account: AuthId) -> Result<Billing, Fault> {
    let (stored, profile) = (load(turn, account)?, profile::profile(turn, account)?);
    let complete = missing(&stored, &profile).is_empty();
    let state = stored.state(&profile).to_owned();
    Ok(Billing {
        legal_name: stored.legal_name,
        address: profile.address,
        city: profile.city,
        state,
        country: stored.country,
        tax_id: stored.tax_id,
        notification_addresses: recipients(turn, account)?,
        cycle_months: Bill::load(turn, account)?.months,
        complete,
    })
}

/// Billing information of an account.
pub fn get_billing(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Billing, Error> {
    let (_, account) = access::query_on(turn, caller, functions::INVOICES_GET_BILLING, &auth_id)?;
    Ok(shown(turn, account)?)
}

/// Changes billing information; documents that were issued keep what they say.
pub fn set_billing(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    change: BillingChange,
) -> Result<Billing, Error> {
    let command = access::command_on(turn, caller, functions::INVOICES_SET_BILLING, &auth_id)?;
    command.once(turn, &change, |turn, who, account| {
        let before = load(turn, account)?;
        let lacking = lacks(turn, account)?;
        let profile = profile::profile(turn, account)?;
        let state = check(turn, &change, &before, &profile)?;
        let mut stored = before.clone();
        let mut changed = profile::change_address(
            turn,
            account,
            [("address", &change.address), ("city", &change.city), ("state", &state)],
        )?;
        if let Some(state) = state {
            if state != before.state(&profile) && !changed.contains(&"state") {
                changed.push("state");
            }
            stored.state = Some(state);
        }
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
            turn.put(&key(account), &stored);
        }
        if let Some(addresses) = &change.notification_addresses
            && alerts::set_recipients(turn, account, addresses)?
        {
            changed.push("notification-addresses");
        }
        if before.flagged.is_some() && (change.state.is_some() || change.country.is_some()) {
            let state = stored_billing::state(turn, account, &profile::profile(turn, account)?)?;
            judge_place(turn, account, &stored.country, &state)?;
        }
        if !changed.is_empty() {
            feed::event(account, "billing-changed", "INV-6")
                .fact("fields", changed.join(" "))
                .fact("by", who.name())
                .tell(turn);
        }
        changed_from(turn, account, lacking)?;
        Ok(shown(turn, account)?)
    })
}

/// Billing information has changed. If what charges ask for was lacking and is there now, automatic recharge begins anew, as with a usable card (R10, R44).
pub fn changed_from(turn: &mut Turn<'_>, account: AuthId, lacking: bool) -> Result<(), Fault> {
    if !lacking || lacks(turn, account)? {
        return Ok(());
    }
    recharge::reset(turn, account)?;
    judge(turn, account, Occasion::Settings)
}

/// Checks a change. Answers the state as it will stand there: without blanks at its ends, and as its code where the tax goes by it.
fn check(
    turn: &Turn<'_>,
    change: &BillingChange,
    before: &StoredBilling,
    profile: &Profile,
) -> Result<Option<String>, Fault> {
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
        checks.form(country::check(country), "change.country");
    }
    let country = change.country.as_ref().unwrap_or(&before.country);
    let mut state = change.state.as_ref().map(|state| state.trim().to_owned());
    if change.state.is_some() || change.country.is_some() {
        let wanted = state.as_deref().unwrap_or(before.state(profile)).trim();
        if !wanted.is_empty() && tax::goes_by_state(&Policy::load(turn)?.tax_rates, country) {
            match subdivision::parse(country, wanted) {
                Ok(code) => state = Some(code.to_owned()),
                Err(problem) => checks.form(Err(problem), "change.state"),
            }
        }
    }
    let number = change.tax_id.as_ref().unwrap_or(&before.tax_id);
    if !number.is_empty() && (change.tax_id.is_some() || change.country.is_some()) {
        checks.form(tax_id::check(country, number), "change.tax-id");
    }
    if let Some(addresses) = &change.notification_addresses {
        coinbox_profiles::notices::check_recipients(&mut checks, addresses, "change.notification-addresses");
    }
    checks.done()?;
    Ok(state)
}

/// Sets the length of the billing cycle (INV-1).
pub fn set_cycle(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, months: u32) -> Result<Billing, Error> {
    let command = access::command_on(turn, caller, functions::INVOICES_SET_CYCLE, &auth_id)?;
    command.once(turn, &months, |turn, who, account| {
        let mut checks = Checks::new();
        checks.require(matches!(months, 1 | 3), "months", FieldRule::UnknownValue, "1 or 3");
        checks.done()?;
        let mut bill = Bill::load(turn, account)?;
        if bill.months != months {
            bill.months = months;
            bill.save(turn, account);
            feed::event(account, "billing-changed", "INV-6")
                .fact("fields", format_args!("cycle-months {months}"))
                .fact("by", who.name())
                .tell(turn);
        }
        Ok(shown(turn, account)?)
    })
}

/// When the billing cycle that an account is in ends.
pub fn end_of_cycle(turn: &Turn<'_>, account: AuthId) -> Result<Instant, Fault> {
    let quarterly = Bill::load(turn, account)?.months > 1;
    let mut month = Month::of(turn.now());
    while quarterly && month.next().first_day().month() % 3 != 1 {
        month = month.next();
    }
    Ok(month.end())
}
