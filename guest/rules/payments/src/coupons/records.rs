//! What is stored of coupons and redemptions, and how the contract shows them.

use coinbox_ground::currency::Currency;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::Started;
use coinbox_ground::money::Money;
use coinbox_ground::outside::{ClaimOutcome, ClaimedCoupon};
pub use coinbox_ground::outside::{CouponDecline as Decline, CouponValidity as Validity};
use coinbox_ground::turn::Record;
use coinbox_ground::vocabulary::{DAY_MS, Instant, Micros, int_text, optional_int_text};
use serde::{Deserialize, Serialize};

/// Longest life of the credit of a redemption.
pub(super) const LASTING_MAX: Instant = 3_650 * DAY_MS;

/// What the operator says when making a coupon.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewCoupon {
    /// `None`: drawn at random.
    #[serde(default)]
    pub code: Option<String>,
    /// Whole cents above zero.
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// It can be redeemed before this moment.
    #[serde(with = "int_text")]
    pub redeem_by: Instant,
    /// Of the credit.
    pub validity: Validity,
    /// Of all accounts together.
    pub uses: u32,
    /// Of one account.
    pub uses_per_account: u32,
    /// For the operator.
    pub note: String,
    /// ISO 4217. None: the default currency (CRD-17).
    // Left out where it is not named: digests of arguments stay those of earlier versions.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<String>,
}

/// A coupon as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Coupon {
    pub number: u32,
    pub code: String,
    #[serde(with = "int_text")]
    pub amount: Micros,
    #[serde(with = "int_text")]
    pub redeem_by: Instant,
    pub validity: Validity,
    pub uses: u32,
    pub uses_per_account: u32,
    pub note: String,
    pub redeemed: u32,
    #[serde(with = "int_text")]
    pub created: Instant,
    pub created_by: String,
    #[serde(default, with = "optional_int_text")]
    pub withdrawn: Option<Instant>,
    #[serde(default = "Currency::usd_code")]
    pub currency: String,
}

/// A page of coupons, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CouponPage {
    /// At most as many as asked for.
    pub coupons: Vec<Coupon>,
    /// For the next page.
    #[serde(default)]
    pub next: Option<u32>,
}

/// A coupon, at `coup/n/<number, newest first>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(super) struct Stored {
    pub(super) v: u32,
    pub(super) number: u32,
    /// The code, sealed by the host's vault.
    pub(super) sealed: String,
    /// The code, masked.
    pub(super) label: String,
    pub(super) amount: Money,
    pub(super) redeem_by: Instant,
    pub(super) validity: Validity,
    pub(super) uses: u32,
    pub(super) uses_per_account: u32,
    pub(super) note: String,
    pub(super) redeemed: u32,
    pub(super) created: Instant,
    pub(super) created_by: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) withdrawn: Option<Instant>,
    /// Of the amount: only accounts of this currency can redeem it (CRD-17).
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub(super) currency: Currency,
}

impl Record for Stored {
    const KIND: &'static str = "coupon";
}

impl Stored {
    pub(super) fn shown(&self, code: String) -> Coupon {
        Coupon {
            number: self.number,
            code,
            amount: self.amount.micros(),
            redeem_by: self.redeem_by,
            validity: self.validity.clone(),
            uses: self.uses,
            uses_per_account: self.uses_per_account,
            note: self.note.clone(),
            redeemed: self.redeemed,
            created: self.created,
            created_by: self.created_by.clone(),
            withdrawn: self.withdrawn,
            currency: self.currency.to_string(),
        }
    }

    /// All that is needed to give the credit of one use.
    pub(super) fn claimed(&self) -> ClaimedCoupon {
        ClaimedCoupon {
            coupon: self.number,
            label: self.label.clone(),
            amount: self.amount.micros(),
            currency: self.currency.to_string(),
            validity: self.validity.clone(),
        }
    }
}

/// Which coupon has a code, at `coup/d/<digest of the code>`.
#[derive(Serialize, Deserialize)]
pub(super) struct Found {
    pub(super) v: u32,
    pub(super) number: u32,
}

impl Record for Found {
    const KIND: &'static str = "code of a coupon";
}

/// The newest coupon's number, at `coup/last`.
#[derive(Serialize, Deserialize)]
pub(super) struct Last {
    pub(super) v: u32,
    pub(super) number: u32,
}

impl Record for Last {
    const KIND: &'static str = "newest coupon";
}

/// One redemption, at `red/<account>/<number, newest first>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Redemption {
    pub(super) v: u32,
    /// Counted per account from 1.
    pub number: u32,
    /// Number of the coupon.
    pub coupon: u32,
    /// The code, masked.
    pub label: String,
    /// What it gave.
    pub amount: Money,
    /// How much of it paid what was owed.
    pub paid_owed: Money,
    /// When.
    pub at: Instant,
    /// When what is left is removed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Instant>,
    /// The lot that it became.
    pub lot: u32,
    /// Its ledger transaction.
    pub transaction: String,
    /// Who redeemed it.
    pub by: String,
}

impl Record for Redemption {
    const KIND: &'static str = "redemption";
}

impl Redemption {
    pub(super) fn shown(&self) -> ShownRedemption {
        ShownRedemption {
            number: self.number,
            coupon: self.coupon,
            label: self.label.clone(),
            amount: self.amount.micros(),
            paid_owed: self.paid_owed.micros(),
            at: self.at,
            expires: self.expires,
            lot: self.lot,
            transaction: self.transaction.clone(),
        }
    }
}

/// A redemption as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownRedemption {
    pub number: u32,
    pub coupon: u32,
    pub label: String,
    #[serde(with = "int_text")]
    pub amount: Micros,
    #[serde(with = "int_text")]
    pub paid_owed: Micros,
    #[serde(with = "int_text")]
    pub at: Instant,
    #[serde(default, with = "optional_int_text")]
    pub expires: Option<Instant>,
    pub lot: u32,
    pub transaction: String,
}

/// A page of redemptions, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RedemptionPage {
    /// At most as many as asked for.
    pub redemptions: Vec<ShownRedemption>,
    /// For the next page.
    #[serde(default)]
    pub next: Option<u32>,
}

/// How often an account has redeemed a coupon, at `redn/<account>/<coupon>`.
#[derive(Serialize, Deserialize)]
pub(super) struct Redeemed {
    pub(super) v: u32,
    pub(super) count: u32,
}

impl Record for Redeemed {
    const KIND: &'static str = "count of redemptions";
}

/// Tries of an account that count, at `redt/<account>`. Never more than the policy allows within an hour.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Tries {
    pub(super) v: u32,
    /// Moments of declined ones.
    pub(super) at: Vec<Instant>,
    /// Claims on coupons of another store that have no answer yet, by number and beginning.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) open: Vec<(u32, Instant)>,
}

impl Record for Tries {
    const KIND: &'static str = "tries of coupons";
}

/// A claim that another store has made here, at `coup/c/<its key>`.
#[derive(Serialize, Deserialize)]
pub(super) struct Answered {
    pub(super) v: u32,
    /// Digest of the code.
    pub(super) code: String,
    pub(super) account: AuthId,
    pub(super) currency: Currency,
    /// When the customer asked.
    pub(super) asked: Instant,
    pub(super) at: Instant,
    /// `claimed` or `declined`.
    pub(super) outcome: ClaimOutcome,
}

impl Record for Answered {
    const KIND: &'static str = "claim of another store";
}

/// A claim on a coupon of another store, at `redc/<account>/<number>`.
#[derive(Serialize, Deserialize)]
pub(super) struct Claiming {
    pub(super) v: u32,
    /// The same for every attempt, also after a restore.
    pub(super) key: String,
    /// The code, sealed for the task. Empty once there is an answer.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(super) sealed: String,
    /// Of the account.
    pub(super) currency: Currency,
    /// Who redeems it.
    pub(super) by: String,
    pub(super) since: Instant,
    /// The current attempt.
    pub(super) attempt: u32,
    /// The attempt whose outcome is booked.
    pub(super) booked: u32,
    /// Since when an item of the operator's queue says that there is no answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) queued: Option<Instant>,
    pub(super) state: ClaimState,
}

impl Record for Claiming {
    const KIND: &'static str = "claim on a coupon";
}

/// How a claim stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum ClaimState {
    /// There is no answer yet.
    Working,
    /// The credit was given by the redemption of this number.
    Redeemed(u32),
    /// Nothing was given, for the reason of this word.
    Failed(String),
}

/// What became of a try.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The credit was given.
    Redeemed(ShownRedemption),
    /// Nothing was given.
    Declined(Decline),
    /// Another store has the coupons: a job claims it there.
    Started(Started),
}
