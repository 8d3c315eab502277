//! The named accounts of the ledger.

use crate::lots::LotKind;
use coinbox_ground::product::{Product, SurchargeCode};
use coinbox_ground::text::read_text;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::borrow::Cow;

/// Named ledger accounts. Debits are positive: assets and expenses grow by debits, liabilities and income by credits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LedgerAccount {
    /// What we owe customers in paid credit.
    CreditsCash,
    /// What we owe customers in goodwill and coupons.
    CreditsPromotional,
    /// What we owe customers in trial credit.
    CreditsTrial,
    /// What customers owe us.
    Receivables,
    /// Money that the gateway has taken and will pay out.
    PaymentClearing,
    /// Usage revenue of a product.
    Usage(Product),
    /// Revenue of a surcharge (USE-8).
    Surcharge(SurchargeCode),
    /// Monthly rent of numbers (NUM-3).
    Rental,
    /// Set-up fees of numbers (NUM-2).
    Setup,
    /// Paid seats (INV-8).
    Seats,
    /// Tax that is passed on (INV-7).
    Tax,
    /// Refunds that are fixed and not yet paid out (CRD-12).
    Refunds,
    /// What whole cents at the gateway leave over (R4).
    Rounding,
    /// Debits by the operator (CRD-14).
    Adjustments,
    /// Credit that nobody used in time (R17).
    ExpiredCredits,
    /// Trial credit given away (ACC-4).
    TrialGrants,
    /// Goodwill given away (CRD-14).
    Goodwill,
    /// Cash corrections (CRD-14, R18).
    Corrections,
    /// Coupons (CRD-13).
    Coupons,
    /// Debts that nobody will pay (R24).
    WriteOffs,
}

/// All but those of usage and surcharges: what records call each, and its name in exports.
const NAMED: [(LedgerAccount, &str, &str); 18] = [
    (LedgerAccount::CreditsCash, "cc", "liabilities:credits:cash"),
    (LedgerAccount::CreditsPromotional, "cp", "liabilities:credits:promotional"),
    (LedgerAccount::CreditsTrial, "ct", "liabilities:credits:trial"),
    (LedgerAccount::Receivables, "ar", "assets:receivables"),
    (LedgerAccount::PaymentClearing, "pc", "assets:payment-clearing"),
    (LedgerAccount::Rental, "rn", "income:rental"),
    (LedgerAccount::Setup, "rs", "income:setup"),
    (LedgerAccount::Seats, "st", "income:seats"),
    (LedgerAccount::Tax, "tx", "liabilities:tax"),
    (LedgerAccount::Refunds, "rf", "liabilities:refunds"),
    (LedgerAccount::Rounding, "ro", "income:rounding"),
    (LedgerAccount::Adjustments, "ad", "income:adjustments"),
    (LedgerAccount::ExpiredCredits, "ex", "income:expired-credits"),
    (LedgerAccount::TrialGrants, "et", "expenses:trial-credits"),
    (LedgerAccount::Goodwill, "eg", "expenses:goodwill"),
    (LedgerAccount::Corrections, "ec", "expenses:corrections"),
    (LedgerAccount::Coupons, "eu", "expenses:coupons"),
    (LedgerAccount::WriteOffs, "ew", "expenses:write-offs"),
];

/// What records call the usage revenue of built-in products.
const USAGE: [(Product, &str); 3] = [(Product::VOICE, "uv"), (Product::SMS, "us"), (Product::MMS, "um")];

/// Beginning of what records call the usage revenue of any other product.
const OF_PRODUCT: &str = "u:";

/// Beginning of what records call the revenue of a surcharge.
const OF_SURCHARGE: &str = "s:";

impl LedgerAccount {
    /// The name in exports.
    pub fn name(self) -> Cow<'static, str> {
        if let LedgerAccount::Usage(product) = self {
            return Cow::Owned(format!("income:usage:{product}"));
        }
        if let LedgerAccount::Surcharge(code) = self {
            return Cow::Owned(format!("income:surcharge:{code}"));
        }
        Cow::Borrowed(
            NAMED
                .iter()
                .find(|(account, ..)| *account == self)
                .map(|(.., name)| *name)
                .expect("every account has a row"),
        )
    }

    /// What records call it.
    fn code(self) -> Cow<'static, str> {
        if let LedgerAccount::Usage(product) = self {
            let short = USAGE.iter().find(|(known, _)| *known == product).map(|(_, code)| Cow::Borrowed(*code));
            return short.unwrap_or_else(|| Cow::Owned(format!("{OF_PRODUCT}{product}")));
        }
        if let LedgerAccount::Surcharge(code) = self {
            return Cow::Owned(format!("{OF_SURCHARGE}{code}"));
        }
        Cow::Borrowed(
            NAMED
                .iter()
                .find(|(account, ..)| *account == self)
                .map(|(_, code, _)| *code)
                .expect("every account has a row"),
        )
    }

    fn parse(code: &str) -> Option<LedgerAccount> {
        if let Some(product) = code.strip_prefix(OF_PRODUCT) {
            let product = Product::read(product);
            return (product.is_formed() && !product.is_built_in()).then_some(LedgerAccount::Usage(product));
        }
        if let Some(code) = code.strip_prefix(OF_SURCHARGE) {
            let code = SurchargeCode::read(code);
            return code.is_formed().then_some(LedgerAccount::Surcharge(code));
        }
        let short = USAGE.iter().find(|(_, known)| *known == code).map(|(product, _)| LedgerAccount::Usage(*product));
        short.or_else(|| NAMED.iter().find(|(_, known, _)| *known == code).map(|(account, ..)| *account))
    }

    /// Where lots of a kind are owed.
    pub fn of_lot(kind: LotKind) -> LedgerAccount {
        match kind {
            LotKind::Trial => LedgerAccount::CreditsTrial,
            LotKind::Promotional => LedgerAccount::CreditsPromotional,
            LotKind::Cash => LedgerAccount::CreditsCash,
        }
    }
}

impl Serialize for LedgerAccount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.code())
    }
}

impl<'de> Deserialize<'de> for LedgerAccount {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<LedgerAccount, D::Error> {
        read_text(deserializer, "a ledger account", LedgerAccount::parse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_read_back_and_products_have_one_each() {
        let usage = ["voice", "sms", "mms", "lookup"].map(|code| LedgerAccount::Usage(Product::read(code)));
        assert_eq!(usage.map(|account| account.code().into_owned()), ["uv", "us", "um", "u:lookup"]);
        assert_eq!(usage[3].name(), "income:usage:lookup");
        assert_eq!(usage[0].name(), "income:usage:voice");
        let mut seen = std::collections::BTreeSet::new();
        let fee = LedgerAccount::Surcharge(SurchargeCode::read("carrier-fee"));
        assert_eq!(fee.name(), "income:surcharge:carrier-fee");
        for account in usage.into_iter().chain([fee]).chain(NAMED.map(|(account, ..)| account)) {
            assert_eq!(LedgerAccount::parse(&account.code()), Some(account));
            assert!(seen.insert((account.code(), account.name())));
        }
        for bad in ["", "u:", "u:voice", "u:No", "s:", "s:Fee", "zz"] {
            assert_eq!(LedgerAccount::parse(bad), None, "{bad}");
        }
    }
}
