//! What is stored of coupons and redemptions, and how the contract shows them.

use coinbox_ground::currency::Currency;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Record;
use coinbox_ground::vocabulary::{Instant, Micros, int_text, optional_int_text};
use serde::{Deserialize, Serialize};

/// How long the credit of a redemption lasts (R30).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validity {
    /// Until it is spent.
    Unlimited,
    /// From the redemption, in milliseconds.
    Lasting(#[serde(with = "int_text")] Instant),
    /// Until this moment.
    Until(#[serde(with = "int_text")] Instant),
}

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
    #[serde(default = "usd")]
    pub currency: String,
}

/// Of answers that were kept before coupons had a currency.
fn usd() -> String {
    Currency::USD.to_string()
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

/// Moments of declined tries, at `redt/<account>`. Never more than the policy allows within an hour.
#[derive(Serialize, Deserialize)]
pub(super) struct Tries {
    pub(super) v: u32,
    pub(super) at: Vec<Instant>,
}

impl Record for Tries {
    const KIND: &'static str = "declined tries of coupons";
}

/// Why a code gives nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decline {
    /// There is no such code.
    Unknown,
    /// Its `redeem-by` has come.
    Expired,
    /// The operator took it back.
    Withdrawn,
    /// All uses are taken.
    UsedUp,
    /// This account has redeemed it as often as one account may.
    AlreadyRedeemed,
    /// It is of another currency than the account.
    OtherCurrency,
}

impl Decline {
    /// Its word in events.
    pub(super) fn word(self) -> &'static str {
        match self {
            Decline::Unknown => "unknown",
            Decline::Expired => "expired",
            Decline::Withdrawn => "withdrawn",
            Decline::UsedUp => "used-up",
            Decline::AlreadyRedeemed => "already-redeemed",
            Decline::OtherCurrency => "other-currency",
        }
    }
}

/// What became of a try.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The credit was given.
    Redeemed(ShownRedemption),
    /// Nothing was given.
    Declined(Decline),
}
