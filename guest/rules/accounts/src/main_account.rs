//! Main accounts: making, reading and changing them (ACC-4, ACC-8, ACC-13, SEC-1).

use crate::closing::requests::close_at_once;
use coinbox_access::{
    self as access,
    credentials::{self, Who},
    functions,
    people::Role,
};
use coinbox_credit::movements::grants;
use coinbox_credit::watch::judge::stand;
use coinbox_credit::watch::recharge;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::accounts::Error;
use coinbox_ground::money::Money;
use coinbox_ground::timezone;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Instant, Micros, Refusal, int_text};
use coinbox_ledger::LedgerAccount;
use coinbox_ledger::lots::LotKind;
use coinbox_ledger::wallet;
use coinbox_profiles::by_mail;
use coinbox_profiles::currencies;
use coinbox_profiles::mail;
use coinbox_profiles::policy::{self, Policy};
use coinbox_profiles::profile::{AccountType, BillingMode, NewProfile, Profile, Standing, draw_free, key, profile};
use serde::{Deserialize, Serialize};

/// What the operator says when making an account.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAccount {
    /// Trial or not.
    pub account_type: AccountType,
    /// 1 to 100 characters.
    pub name: String,
    /// An address that mails can be sent to, at most 254 characters of ASCII.
    pub email: String,
    /// 0 to 200 characters.
    pub address: String,
    /// 0 to 100 characters.
    pub city: String,
    /// 0 to 100 characters.
    pub state: String,
    /// IANA name.
    pub timezone: String,
    /// ISO 4217. None: the default currency (CRD-17).
    // Left out where it is not named: digests of arguments stay those of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A new account's credentials.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Created {
    /// `MA` and 18 upper-case letters and digits.
    pub auth_id: String,
    /// 40 characters. Empty when the answer is given again.
    pub auth_token: String,
}

/// The account as its owner sees it (ACC-13).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Account {
    /// SEC-1.
    pub auth_id: String,
    /// Trial or not.
    pub account_type: AccountType,
    /// Free text.
    pub name: String,
    /// The registered email address.
    pub email: String,
    /// Billing address.
    pub address: String,
    /// City.
    pub city: String,
    /// State.
    pub state: String,
    /// IANA name.
    pub timezone: String,
    /// How it pays.
    pub billing_mode: BillingMode,
    /// Whether automatic recharge is switched on.
    pub auto_recharge: bool,
    /// The balance (R1, R52).
    #[serde(with = "int_text")]
    pub cash_credits: Micros,
    /// Balance less open reservations.
    #[serde(with = "int_text")]
    pub available: Micros,
    /// Whether it may be used.
    pub standing: Standing,
    /// When it was made.
    #[serde(with = "int_text")]
    pub created: Instant,
    /// ISO 4217 (CRD-17).
    // Answers that were kept before accounts had a currency do not say it.
    #[serde(default = "Currency::usd_code")]
    pub currency: String,
}

/// What changes; `None` leaves a field as it is.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Change {
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    pub address: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub timezone: Option<String>,
}

/// API requests a second of a main account and its sub-accounts together (SEC-10, R41).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RateLimits {
    /// The main account that the limit is counted on.
    pub main_auth_id: String,
    /// Requests of no class of their own.
    pub standard: u32,
    /// Number look-ups.
    pub lookup: u32,
    /// Messages.
    pub message: u32,
}

/// Makes an account. A trial gets the policy's trial credits (ACC-4).
pub fn create(turn: &mut Turn<'_>, caller: &Caller, account: NewAccount) -> Result<Created, Error> {
    let command = access::command(turn, caller, functions::ACCOUNTS_CREATE)?;
    let kept = |created: &Created| serde_json::to_value(Created { auth_token: String::new(), ..created.clone() });
    command.once_secret(turn, &account, kept, |turn, who, ()| {
        let currency = check_new(turn, &account)?;
        currencies::note(turn, currency)?;
        let auth = draw_free(turn, b"MA")?;
        let token = credentials::issue(turn, auth);
        let new = NewProfile {
            account_type: account.account_type,
            name: account.name.clone(),
            email: account.email.clone(),
            address: [account.address.clone(), account.city.clone(), account.state.clone()],
            timezone: account.timezone.clone(),
            currency,
        };
        let profile = Profile::open(new, Standing::Active, turn.now());
        turn.put(&key(auth), &profile);
        by_mail::put(turn, &profile.email, auth);
        let (rule, trial) = match account.account_type {
            AccountType::Developer => ("ACC-4", Some(Policy::load(turn)?.trial_credits(currency))),
            AccountType::Standard => ("SEC-1", None),
        };
        let kind = if trial.is_some() { "developer" } else { "standard" };
        feed::event(auth, "account-created", rule).fact("account-type", kind).fact("by", who.name()).tell(turn);
        wallet::open(turn, auth, profile.currency);
        if let Some(amount) = trial.filter(|amount| *amount > Money::ZERO) {
            grants::grant(
                turn,
                auth,
                &grants::Grant {
                    kind: LotKind::Trial,
                    amount,
                    expires: None,
                    contra: LedgerAccount::TrialGrants,
                    entry: "trial-credits",
                    rule: "ACC-4",
                    reason: "trial",
                },
            )?;
        }
        mail::send(turn, auth, "account-welcome", vec![Fact::new("account-type", kind)])?;
        Ok(Created { auth_id: auth.to_string(), auth_token: token })
    })
}

/// The account as its owner sees it.
pub fn get(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Account, Error> {
    let (_, auth) = access::query_on(turn, caller, functions::ACCOUNTS_GET, &auth_id)?;
    Ok(show(turn, auth)?)
}

/// Changes what the customer may change, and, for the operator, the registered address; nothing given changes nothing.
pub fn update(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, change: Change) -> Result<Account, Error> {
    let command = access::command_on(turn, caller, functions::ACCOUNTS_UPDATE, &auth_id)?;
    command.once(turn, &change, |turn, who, auth| {
        let mut checks = Checks::new();
        for (value, field, shortest, longest) in [
            (&change.name, "change.name", 1, 100),
            (&change.address, "change.address", 0, 200),
            (&change.city, "change.city", 0, 100),
            (&change.state, "change.state", 0, 100),
        ] {
            if let Some(text) = value {
                checks.text(text, field, shortest, longest);
            }
        }
        if let Some(name) = &change.timezone {
            check_timezone(&mut checks, name, "change.timezone");
        }
        if let Some(address) = &change.email {
            checks.email(address, "change.email");
        }
        checks.done()?;
        let mut profile = profile(turn, auth)?;
        let email_before = profile.email.clone();
        let other_email = change.email.as_ref().is_some_and(|address| *address != email_before);
        if !may_change(who, &change, &profile) {
            return Err(Refusal::Forbidden(functions::ACCOUNTS_UPDATE.row().name.to_owned()).into());
        }
        let mut changed = Vec::new();
        for (field, given, held) in [
            ("name", &change.name, &mut profile.name),
            ("email", &change.email, &mut profile.email),
            ("address", &change.address, &mut profile.address),
            ("city", &change.city, &mut profile.city),
            ("state", &change.state, &mut profile.state),
            ("timezone", &change.timezone, &mut profile.timezone),
        ] {
            if let Some(text) = given.as_ref().filter(|text| *text != held) {
                held.clone_from(text);
                changed.push(field);
            }
        }
        if !changed.is_empty() {
            if changed.contains(&"state") {
                let before = self::profile(turn, auth)?.state;
                coinbox_profiles::billing::keep_state(turn, auth, &before)?;
            }
            let lacking = coinbox_profiles::billing::lacks(turn, auth)?;
            turn.put(&key(auth), &profile);
            let mut told =
                feed::event(auth, "account-changed", "ACC-13").fact("fields", changed.join(" ")).fact("by", who.name());
            if other_email {
                by_mail::moved(turn, (&email_before, &profile.email), auth);
                told = told.fact("email-before", email_before).fact("email", &profile.email);
                mail::addresses_set(turn, auth)?;
            }
            told.tell(turn);
            coinbox_invoices::changed_from(turn, auth, lacking)?;
        }
        Ok(show(turn, auth)?)
    })
}

/// Whether all of a change is this caller's to make. What is as before is no change.
fn may_change(who: &Who, change: &Change, profile: &Profile) -> bool {
    let is_other = |given: &Option<String>, held: &str| given.as_ref().is_some_and(|text| text != held);
    let (email, named) = (
        is_other(&change.email, &profile.email),
        is_other(&change.name, &profile.name) || is_other(&change.timezone, &profile.timezone),
    );
    match who {
        Who::Operator(_) => true,
        // Who has an account's token does not have its mails: the owner's own change takes a link in a mail to the new address (ACC-10).
        Who::Member { role: Role::Finance, .. } => !email && !named,
        _ => !email,
    }
}

/// Suspends or reinstates (ACC-8, ACC-9), or closes at once, without the time in which usage of before is still posted: for
/// accounts that must not go on (ACC-12, [`crate::closing`]). The standing that it has already changes nothing.
pub fn set_standing(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    standing: Standing,
    details: String,
) -> Result<Account, Error> {
    let command = access::command_on(turn, caller, functions::ACCOUNTS_SET_STANDING, &auth_id)?;
    command.once(turn, &(standing, &details), |turn, who, auth| {
        let mut checks = Checks::new();
        checks.text(&details, "details", 0, 500);
        let limit = "active, suspended or closed; accounts.close begins a closing";
        let given = matches!(standing, Standing::Active | Standing::Suspended(_) | Standing::Closed);
        checks.require(given, "standing", FieldRule::UnknownValue, limit);
        checks.done()?;
        let profile = profile(turn, auth)?;
        if profile.standing() == standing {
            return Ok(show(turn, auth)?);
        }
        if profile.standing() == Standing::Closing && standing != Standing::Closed {
            // Its numbers are released and its final invoice is being made: there is no way back.
            return Err(Fault::problem("account-closing", vec![Fact::new("standing", "closing")]).into());
        }
        if matches!(profile.standing(), Standing::Unverified | Standing::Held) && standing != Standing::Closed {
            // Neither goes round the phone and the review (ACC-3, ACC-5).
            let word = if profile.standing() == Standing::Held { "held" } else { "unverified" };
            return Err(Fault::problem("account-not-decided", vec![Fact::new("standing", word)]).into());
        }
        if standing == Standing::Closed {
            close_at_once(turn, auth, who, &details)?;
            return Ok(show(turn, auth)?);
        }
        stand(turn, auth, standing, &details, who.name())?;
        Ok(show(turn, auth)?)
    })
}

/// The API token of a main account or a sub-account (SEC-1).
pub fn reveal_token(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<String, Error> {
    let (_, auth) = access::query_on(turn, caller, functions::ACCOUNTS_REVEAL_TOKEN, &auth_id)?;
    Ok(credentials::reveal(turn, auth)?)
}

/// Checks an API credential and answers the limits that the host enforces (R50). Suspended accounts and disabled
/// sub-accounts have valid credentials: what they ask for is refused by its own function, with the reason.
pub fn authenticate(turn: &Turn<'_>, caller: &Caller) -> Result<RateLimits, Error> {
    let main = match credentials::authenticate(turn, caller)? {
        Who::Main(main) | Who::Sub { parent: main, .. } => main,
        Who::Operator(_) | Who::Host | Who::Member { .. } | Who::Nobody => return Err(Refusal::Unauthenticated.into()),
    };
    let rates = policy::rates(turn, main)?;
    Ok(RateLimits {
        main_auth_id: main.to_string(),
        standard: rates.standard,
        lookup: rates.lookup,
        message: rates.message,
    })
}

fn show(turn: &Turn<'_>, auth: AuthId) -> Result<Account, Fault> {
    let (profile, wallet) = (profile(turn, auth)?, wallet::need(turn, auth)?);
    let auto_recharge = recharge::load(turn, auth)?.is_some_and(|recharge| recharge.enabled());
    Ok(Account {
        auth_id: auth.to_string(),
        standing: profile.standing(),
        account_type: profile.account_type,
        name: profile.name,
        email: profile.email,
        address: profile.address,
        city: profile.city,
        state: profile.state,
        timezone: profile.timezone,
        billing_mode: profile.billing_mode,
        auto_recharge,
        cash_credits: wallet.balance.micros(),
        available: wallet.available()?.micros(),
        created: profile.created,
        currency: profile.currency.to_string(),
    })
}

/// Checks a new account. Answers its currency.
fn check_new(turn: &Turn<'_>, account: &NewAccount) -> Result<Currency, Fault> {
    let mut checks = Checks::new();
    checks.text(&account.name, "account.name", 1, 100);
    checks.email(&account.email, "account.email");
    checks.text(&account.address, "account.address", 0, 200);
    checks.text(&account.city, "account.city", 0, 100);
    checks.text(&account.state, "account.state", 0, 100);
    check_timezone(&mut checks, &account.timezone, "account.timezone");
    let currency = Policy::load(turn)?.offered(account.currency.as_deref(), &mut checks, "account.currency");
    checks.done()?;
    Ok(currency)
}

fn check_timezone(checks: &mut Checks, name: &str, field: &str) {
    checks.require(timezone::is_known(name), field, FieldRule::UnknownValue, "IANA time zone name");
}
