//! The named accounts of the ledger.

use crate::lots::LotKind;
use coinbox_ground::product::Product;
use serde::{Deserialize, Serialize};

/// Named ledger accounts. Debits are positive: assets and expenses grow by debits, liabilities and income by credits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub enum LedgerAccount {
    /// What we owe customers in paid credit.
    #[serde(rename = "cc")]
    CreditsCash,
    /// What we owe customers in goodwill and coupons.
    #[serde(rename = "cp")]
    CreditsPromotional,
    /// What we owe customers in trial credit.
    #[serde(rename = "ct")]
    CreditsTrial,
    /// What customers owe us.
    #[serde(rename = "ar")]
    Receivables,
    /// Money that the gateway has taken and will pay out.
    #[serde(rename = "pc")]
    PaymentClearing,
    /// Usage revenue.
    #[serde(rename = "uv")]
    UsageVoice,
    /// Usage revenue.
    #[serde(rename = "us")]
    UsageSms,
    /// Usage revenue.
    #[serde(rename = "um")]
    UsageMms,
    /// Monthly rent of numbers (NUM-3).
    #[serde(rename = "rn")]
    Rental,
    /// Set-up fees of numbers (NUM-2).
    #[serde(rename = "rs")]
    Setup,
    /// Paid seats (INV-8).
    #[serde(rename = "st")]
    Seats,
    /// Tax that is passed on (INV-7).
    #[serde(rename = "tx")]
    Tax,
    /// Refunds that are fixed and not yet paid out (CRD-12).
    #[serde(rename = "rf")]
    Refunds,
    /// What whole cents at the gateway leave over (R4).
    #[serde(rename = "ro")]
    Rounding,
    /// Debits by the operator (CRD-14).
    #[serde(rename = "ad")]
    Adjustments,
    /// Credit that nobody used in time (R17).
    #[serde(rename = "ex")]
    ExpiredCredits,
    /// Trial credit given away (ACC-4).
    #[serde(rename = "et")]
    TrialGrants,
    /// Goodwill given away (CRD-14).
    #[serde(rename = "eg")]
    Goodwill,
    /// Cash corrections (CRD-14, R18).
    #[serde(rename = "ec")]
    Corrections,
    /// Coupons (CRD-13).
    #[serde(rename = "eu")]
    Coupons,
    /// Debts that nobody will pay (R24).
    #[serde(rename = "ew")]
    WriteOffs,
}

impl LedgerAccount {
    /// The name in exports.
    pub fn name(self) -> &'static str {
        match self {
            LedgerAccount::CreditsCash => "liabilities:credits:cash",
            LedgerAccount::CreditsPromotional => "liabilities:credits:promotional",
            LedgerAccount::CreditsTrial => "liabilities:credits:trial",
            LedgerAccount::Receivables => "assets:receivables",
            LedgerAccount::PaymentClearing => "assets:payment-clearing",
            LedgerAccount::UsageVoice => "income:usage:voice",
            LedgerAccount::UsageSms => "income:usage:sms",
            LedgerAccount::UsageMms => "income:usage:mms",
            LedgerAccount::Rental => "income:rental",
            LedgerAccount::Setup => "income:setup",
            LedgerAccount::Seats => "income:seats",
            LedgerAccount::Tax => "liabilities:tax",
            LedgerAccount::Refunds => "liabilities:refunds",
            LedgerAccount::Rounding => "income:rounding",
            LedgerAccount::Adjustments => "income:adjustments",
            LedgerAccount::ExpiredCredits => "income:expired-credits",
            LedgerAccount::TrialGrants => "expenses:trial-credits",
            LedgerAccount::Goodwill => "expenses:goodwill",
            LedgerAccount::Corrections => "expenses:corrections",
            LedgerAccount::Coupons => "expenses:coupons",
            LedgerAccount::WriteOffs => "expenses:write-offs",
        }
    }

    /// Where lots of a kind are owed.
    pub fn of_lot(kind: LotKind) -> LedgerAccount {
        match kind {
            LotKind::Trial => LedgerAccount::CreditsTrial,
            LotKind::Promotional => LedgerAccount::CreditsPromotional,
            LotKind::Cash => LedgerAccount::CreditsCash,
        }
    }

    /// Where a product's revenue goes.
    pub fn of_product(product: Product) -> LedgerAccount {
        match product {
            Product::Voice => LedgerAccount::UsageVoice,
            Product::Sms => LedgerAccount::UsageSms,
            Product::Mms => LedgerAccount::UsageMms,
        }
    }
}
