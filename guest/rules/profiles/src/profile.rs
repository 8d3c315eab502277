//! The cold record of a main account: who it is, how it pays, whether it may be used.

use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fact, Fault, Instant, Suspension};
use serde::{Deserialize, Serialize};

/// Beginning of every key.
pub const PREFIX: &str = "acct/";

/// ACC-4, ACC-7.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountType {
    /// Has paid at least once.
    Standard,
    /// A trial.
    Developer,
}

/// How the account pays.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BillingMode {
    /// From credits.
    Prepaid,
    /// By monthly invoice.
    Postpaid,
}

/// Whether the account may be used (ACC-8, ACC-12).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// It may.
    Active,
    /// Signed up, and the phone number is not verified yet (ACC-3).
    Unverified,
    /// Verified, and a person decides (ACC-5).
    Held,
    /// Locked down (ACC-15).
    Locked,
    /// Usage, purchases and automatic charges are refused with this reason.
    Suspended(Suspension),
    /// Being closed: nothing new may be used, what is owed can be paid.
    Closing,
    /// For good: only the operator reads it.
    Closed,
}

/// Record of a main account, at `acct/<auth ID>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Profile {
    /// Version of the record.
    pub v: u32,
    /// Trial or not.
    pub account_type: AccountType,
    /// 1 to 100 characters.
    pub name: String,
    /// The registered email address.
    pub email: String,
    /// Billing address, 0 to 200 characters (R44).
    pub address: String,
    /// 0 to 100 characters.
    pub city: String,
    /// 0 to 100 characters.
    pub state: String,
    /// IANA name.
    pub timezone: String,
    /// How it pays.
    pub billing_mode: BillingMode,
    /// Whether it may be used.
    standing: Standing,
    /// What the operator said about the standing, 0 to 500 characters.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    details: String,
    /// When it was made.
    pub created: Instant,
    /// Of every amount of the account and its sub-accounts, for ever (CRD-17). The wallet has it too.
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub currency: Currency,
    /// Sessions and links of a lower one are void: it grows with a lockdown and with the closing (ACC-12, ACC-15).
    #[serde(default, skip_serializing_if = "is_zero")]
    pub epoch: u32,
}

/// What an account is from its first moment on.
pub struct NewProfile {
    /// Trial or not.
    pub account_type: AccountType,
    /// 1 to 100 characters.
    pub name: String,
    /// The registered email address.
    pub email: String,
    /// Billing address, city and state.
    pub address: [String; 3],
    /// IANA name.
    pub timezone: String,
    /// Of every amount, for ever.
    pub currency: Currency,
}

impl Profile {
    /// A new account, which pays from credits.
    pub fn open(new: NewProfile, standing: Standing, now: Instant) -> Profile {
        let [address, city, state] = new.address;
        Profile {
            v: 1,
            account_type: new.account_type,
            name: new.name,
            email: new.email,
            address,
            city,
            state,
            timezone: new.timezone,
            billing_mode: BillingMode::Prepaid,
            standing,
            details: String::new(),
            created: now,
            currency: new.currency,
            epoch: 0,
        }
    }

    /// Whether it may be used.
    pub fn standing(&self) -> Standing {
        self.standing
    }

    /// What was said about the standing.
    pub fn details(&self) -> &str {
        &self.details
    }

    /// Puts it into a standing, and says why. What follows from that is the caller's: `stand` of credit control for suspensions.
    pub fn stand(&mut self, standing: Standing, details: &str) {
        self.standing = standing;
        details.clone_into(&mut self.details);
    }

    /// A person decides about it from now on (ACC-5). What was said about it stays.
    pub fn hold(&mut self) {
        self.standing = Standing::Held;
    }

    /// It is closed for good (ACC-12). What was said about it stays.
    pub fn close(&mut self) {
        self.standing = Standing::Closed;
    }
}

// serde hands over a reference.
#[allow(clippy::trivially_copy_pass_by_ref)]
fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Record for Profile {
    const KIND: &'static str = "account";
}

/// Key of an account's record.
pub fn key(account: AuthId) -> String {
    format!("{PREFIX}{account}")
}

/// The record of an account, or a refusal that it does not exist.
pub fn profile(turn: &Turn<'_>, account: AuthId) -> Result<Profile, Fault> {
    turn.get(&key(account))?.ok_or_else(|| Fault::not_found("account"))
}

/// Whether an account is closed or being closed: its members have no access any more, and no new credit is given to it (ACC-12).
pub fn is_leaving(turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(matches!(profile(turn, account)?.standing, Standing::Closing | Standing::Closed))
}

/// Changes the billing address, which was checked (R44). Answers the names of the fields that are others than before.
pub fn change_address<'a>(
    turn: &mut Turn<'_>,
    account: AuthId,
    fields: [(&'a str, &Option<String>); 3],
) -> Result<Vec<&'a str>, Fault> {
    let mut profile = profile(turn, account)?;
    let mut changed = Vec::new();
    for ((name, given), held) in fields.into_iter().zip([&mut profile.address, &mut profile.city, &mut profile.state]) {
        if let Some(text) = given.as_ref().filter(|text| *text != held) {
            held.clone_from(text);
            changed.push(name);
        }
    }
    if !changed.is_empty() {
        turn.put(&key(account), &profile);
    }
    Ok(changed)
}

/// Writes the record of an account.
pub fn save(turn: &mut Turn<'_>, account: AuthId, profile: &Profile) {
    turn.put(&key(account), profile);
}

/// Whether the account is closed for good.
pub fn is_closed(turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(profile(turn, account)?.standing == Standing::Closed)
}

/// Turns a trial into a standard account (ACC-7). Does nothing to one that is no trial.
pub fn upgrade(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let mut profile = profile(turn, account)?;
    if profile.account_type == AccountType::Developer {
        profile.account_type = AccountType::Standard;
        turn.put(&key(account), &profile);
        feed::event(account, "account-upgraded", "ACC-7").fact("account-type", "standard").tell(turn);
    }
    Ok(())
}

/// The word of the contract for a reason.
pub fn reason_name(reason: Suspension) -> &'static str {
    match reason {
        Suspension::ContentViolation => "content-violation",
        Suspension::PaymentFailure => "payment-failure",
        Suspension::ComplianceIssue => "compliance-issue",
        Suspension::SuspiciousActivity => "suspicious-activity",
    }
}

/// How often a free auth ID is looked for. Two equal ones among 36^18 are a fault of the random source.
const DRAWS_MAX: usize = 8;

/// An auth ID that no account or sub-account has or had: their records are never removed.
pub fn draw_free(turn: &Turn<'_>, prefix: &[u8; 2]) -> Result<AuthId, Fault> {
    for _ in 0..DRAWS_MAX {
        let auth = AuthId::draw(turn, prefix);
        let taken = if auth.is_main() { key(auth) } else { crate::subaccount::key(auth) };
        if turn.text(&taken).is_none() {
            return Ok(auth);
        }
    }
    Err(Fault::problem("no-free-auth-id", vec![Fact::new("draws", DRAWS_MAX)]))
}
