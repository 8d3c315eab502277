//! Accounts in order of auth ID, filtered (INV-9).
//!
//! Every question walks one of three ways in the same order: all accounts, those of one address, or those that owe. A call looks at a bounded part
//! of its way; a page that the filter has thinned out may be short and say where to go on.

use coinbox_access::{self as access, functions};
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::accounts::Error;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{
    Caller, Checks, Fact, Fault, FieldRule, Instant, Micros, int_text, optional_int_text,
};
use coinbox_ledger::wallet;
use coinbox_profiles::by_mail;
use coinbox_profiles::profile::{AccountType, BillingMode, PREFIX, Profile, Standing, key, profile};
use serde::{Deserialize, Serialize};

/// Accounts that one call looks at for a filter.
const LOOKED_AT_MAX: u32 = 2_000;
/// Most accounts of a page.
const PAGE_MAX: u32 = 500;

/// The case of a standing, without its reason.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StandingKind {
    /// It may be used.
    Active,
    /// Signed up, not verified yet.
    Unverified,
    /// A person decides whether it may be used.
    Held,
    /// Locked down.
    Locked,
    /// It may not, for whatever reason.
    Suspended,
    /// Being closed.
    Closing,
    /// For good.
    Closed,
}

impl StandingKind {
    fn of(standing: Standing) -> StandingKind {
        match standing {
            Standing::Active => StandingKind::Active,
            Standing::Unverified => StandingKind::Unverified,
            Standing::Held => StandingKind::Held,
            Standing::Locked => StandingKind::Locked,
            Standing::Suspended(_) => StandingKind::Suspended,
            Standing::Closing => StandingKind::Closing,
            Standing::Closed => StandingKind::Closed,
        }
    }
}

/// Which accounts; what is `None` does not filter.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AccountFilter {
    /// Part of the name.
    #[serde(default)]
    pub name: Option<String>,
    /// The whole registered address.
    #[serde(default)]
    pub email: Option<String>,
    /// Part of it.
    #[serde(default)]
    pub email_part: Option<String>,
    /// Trial or not.
    #[serde(default)]
    pub account_type: Option<AccountType>,
    /// How it pays.
    #[serde(default)]
    pub billing_mode: Option<BillingMode>,
    /// Whether it may be used.
    #[serde(default)]
    pub standing: Option<StandingKind>,
    /// With a balance below this.
    #[serde(default, with = "optional_int_text")]
    pub balance_below: Option<Micros>,
    /// With a balance of this or more.
    #[serde(default, with = "optional_int_text")]
    pub balance_from: Option<Micros>,
    /// Of this currency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// One account in a list.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Listed {
    /// SEC-1.
    pub auth_id: String,
    /// Free text.
    pub name: String,
    /// The registered email address.
    pub email: String,
    /// Trial or not.
    pub account_type: AccountType,
    /// How it pays.
    pub billing_mode: BillingMode,
    /// Whether it may be used.
    pub standing: Standing,
    /// R1.
    #[serde(with = "int_text")]
    pub balance: Micros,
    /// When it was made.
    #[serde(with = "int_text")]
    pub created: Instant,
    /// Of the balance.
    pub currency: String,
}

/// Accounts in order of auth ID.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// At most as many as asked for.
    pub accounts: Vec<Listed>,
    /// `after` of the next page.
    pub next: Option<String>,
}

/// All accounts that the filter leaves, 1 to 500 a page.
pub fn list(
    turn: &Turn<'_>,
    caller: &Caller,
    filter: Option<AccountFilter>,
    after: Option<String>,
    limit: u32,
) -> Result<Page, Error> {
    access::query(turn, caller, functions::ACCOUNTS_LIST)?;
    let mut checks = Checks::new();
    let wanted = Wanted::read(filter.unwrap_or_default(), &mut checks);
    let after = match after.as_deref().map(AuthId::parse) {
        None => None,
        Some(Some(auth)) => Some(auth),
        Some(None) => {
            checks.require(false, "after", FieldRule::WrongForm, "an auth ID");
            None
        }
    };
    checks.require(limit >= 1, "limit", FieldRule::TooSmall, 1);
    checks.require(limit <= PAGE_MAX, "limit", FieldRule::TooLarge, PAGE_MAX);
    checks.done()?;
    Ok(wanted.page(turn, after, limit, LOOKED_AT_MAX)?)
}

/// Accounts of a way in order, and whether it goes on.
pub struct Part {
    /// Accounts in order of auth ID.
    pub accounts: Vec<(AuthId, Profile)>,
    /// The last account that was looked at, if there are more behind it.
    pub reached: Option<AuthId>,
}

/// A filter that was checked. Letters of its texts are small ones.
#[derive(Clone)]
pub struct Wanted {
    filter: AccountFilter,
}

impl Wanted {
    /// Checks a filter.
    pub fn read(mut filter: AccountFilter, checks: &mut Checks) -> Wanted {
        if let Some(name) = &mut filter.name {
            checks.text(name, "filter.name", 1, 100);
            *name = name.to_lowercase();
        }
        if let Some(email) = &mut filter.email {
            checks.email(email, "filter.email");
            email.make_ascii_lowercase();
        }
        if let Some(part) = &mut filter.email_part {
            let good = coinbox_ground::text::is_name(part, 254);
            checks.require(good, "filter.email-part", FieldRule::WrongForm, "1 to 254 printable ASCII");
            part.make_ascii_lowercase();
        }
        if let Some(currency) = &filter.currency {
            checks.currency(currency, "filter.currency");
        }
        Wanted { filter }
    }

    /// One page of the accounts that pass the filter.
    pub fn page(&self, turn: &Turn<'_>, after: Option<AuthId>, limit: u32, most: u32) -> Result<Page, Fault> {
        let looked_at = if self.filter == AccountFilter::default() { limit } else { most };
        let Part { accounts, reached } = self.part(turn, after, looked_at)?;
        let fitting: Vec<(AuthId, Profile)> =
            accounts.into_iter().filter(|(_, profile)| self.fits_profile(profile)).collect();
        let looked_at = if self.looks_at_balance() { fitting.len() } else { fitting.len().min(limit as usize) };
        turn.prefetch(fitting[..looked_at].iter().map(|(auth, _)| wallet::key(*auth)));
        let mut listed = Vec::new();
        let mut left = fitting.into_iter();
        for (auth, profile) in left.by_ref() {
            let balance = wallet::need(turn, auth)?.balance;
            if !self.fits_balance(balance) {
                continue;
            }
            listed.push(Listed {
                auth_id: auth.to_string(),
                standing: profile.standing(),
                name: profile.name,
                email: profile.email,
                account_type: profile.account_type,
                billing_mode: profile.billing_mode,
                balance: balance.micros(),
                created: profile.created,
                currency: profile.currency.to_string(),
            });
            if listed.len() == limit as usize {
                break;
            }
        }
        let next = match listed.last() {
            Some(last) if listed.len() == limit as usize => {
                (reached.is_some() || left.next().is_some()).then(|| last.auth_id.clone())
            }
            _ => reached.map(|reached| reached.to_string()),
        };
        Ok(Page { accounts: listed, next })
    }

    /// The next accounts, at most so many, of the shortest way that holds all that the filter leaves.
    pub fn part(&self, turn: &Turn<'_>, after: Option<AuthId>, looked_at: u32) -> Result<Part, Fault> {
        if let Some(email) = &self.filter.email
            && coinbox_ground::indexes::are_ready(turn)?
        {
            let (accounts, more) = by_mail::page(turn, email, after, looked_at)?;
            return Part::of(turn, accounts, more);
        }
        if self.filter.balance_below.is_some_and(|below| below <= 0) {
            return owing(turn, after, looked_at);
        }
        let first = after.map_or_else(|| PREFIX.to_owned(), |after| successor(&key(after)));
        let (records, more) = turn.span_page::<Profile>(&first, &end_of_prefix(PREFIX), looked_at)?;
        let accounts: Result<Vec<(AuthId, Profile)>, Fault> = records
            .into_iter()
            .map(|(key, profile)| match key.strip_prefix(PREFIX).and_then(AuthId::parse) {
                Some(auth) => Ok((auth, profile)),
                None => Err(Fault::unreadable(vec![Fact::new("key", &key)])),
            })
            .collect();
        let accounts = accounts?;
        let reached = accounts.last().map(|(auth, _)| *auth).filter(|_| more);
        Ok(Part { accounts, reached })
    }

    fn fits_profile(&self, profile: &Profile) -> bool {
        let filter = &self.filter;
        let email = || profile.email.to_ascii_lowercase();
        filter.account_type.is_none_or(|wanted| wanted == profile.account_type)
            && filter.billing_mode.is_none_or(|wanted| wanted == profile.billing_mode)
            && filter.standing.is_none_or(|wanted| wanted == StandingKind::of(profile.standing()))
            && filter.email.as_ref().is_none_or(|wanted| email() == *wanted)
            && filter.email_part.as_ref().is_none_or(|wanted| email().contains(wanted.as_str()))
            && filter.currency.as_ref().is_none_or(|wanted| *wanted == profile.currency.code())
            && filter.name.as_ref().is_none_or(|wanted| profile.name.to_lowercase().contains(wanted.as_str()))
    }

    fn looks_at_balance(&self) -> bool {
        self.filter.balance_below.is_some() || self.filter.balance_from.is_some()
    }

    fn fits_balance(&self, balance: Money) -> bool {
        self.filter.balance_below.is_none_or(|below| balance.micros() < below)
            && self.filter.balance_from.is_none_or(|from| balance.micros() >= from)
    }
}

impl Part {
    fn of(turn: &Turn<'_>, accounts: Vec<AuthId>, more: bool) -> Result<Part, Fault> {
        let reached = accounts.last().copied().filter(|_| more);
        turn.prefetch(accounts.iter().map(|auth| key(*auth)));
        let accounts: Result<Vec<(AuthId, Profile)>, Fault> =
            accounts.into_iter().map(|auth| Ok((auth, profile(turn, auth)?))).collect();
        Ok(Part { accounts: accounts?, reached })
    }
}

/// Accounts that owe: whoever has a balance below zero has a receivable of some day.
fn owing(turn: &Turn<'_>, after: Option<AuthId>, days: u32) -> Result<Part, Fault> {
    let (accounts, more) = wallet::debtors(turn, after, days)?;
    Part::of(turn, accounts, more)
}
