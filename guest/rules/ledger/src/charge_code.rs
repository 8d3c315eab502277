//! What a customer is charged for: the code of a line in the ledger, its words, its income.

use crate::ledger_account::LedgerAccount;
use coinbox_ground::product::{self, Heading, Product, SurchargeCode};

/// Beginning of the codes of surcharges: it sorts behind all others, so that invoices have them last.
const SURCHARGE: char = '~';
/// Beginning of the codes of recurring charges: it sorts before all others, so that invoices have them first.
const RECURRING: char = '+';

/// Beginning of the codes of what volume tiers settle: it sorts behind usage, and before surcharges.
const VOLUME: char = '|';

/// In so many parts a month is billed: what is paid of a month that is not paid whole.
pub const PARTS_OF_MONTH: u32 = 100_000;

/// What one line of a ledger transaction charges for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChargeCode {
    /// A rated event.
    Usage(Product, Heading),
    /// What rides on a rated event (USE-8); charged per unit of a product, or for the event.
    Surcharge(SurchargeCode, Option<Product>),
    /// A month of a recurring charge (USE-7).
    Recurring(Product, Heading),
    /// What earlier units of a month were charged too much or too little once its volume has reached another step (USE-9); below zero it gives back.
    Volume(Product, Heading),
    /// Rent of a number (NUM-3).
    Rent,
    /// Set-up fee of a number (NUM-2).
    Setup,
    /// Paid seats (INV-8).
    Seats,
    /// A debit by the operator (CRD-14).
    Adjustment,
    /// A cash correction by the operator: below zero (CRD-14, R27).
    Correction,
}

impl ChargeCode {
    /// As [`crate::Line`] has it: two letters, or product and heading as [`product::pair`] writes them.
    pub fn code(self) -> String {
        match self {
            ChargeCode::Usage(product, heading) => product::pair(product, heading),
            ChargeCode::Surcharge(code, None) => format!("{SURCHARGE}{code}"),
            ChargeCode::Surcharge(code, Some(product)) => format!("{SURCHARGE}{code}:{product}"),
            ChargeCode::Recurring(product, heading) => format!("{RECURRING}{}", product::pair(product, heading)),
            ChargeCode::Volume(product, heading) => format!("{VOLUME}{}", product::pair(product, heading)),
            ChargeCode::Rent => "nr".to_owned(),
            ChargeCode::Setup => "ns".to_owned(),
            ChargeCode::Seats => "st".to_owned(),
            ChargeCode::Adjustment => "ad".to_owned(),
            ChargeCode::Correction => "ac".to_owned(),
        }
    }

    /// Reads the code back.
    pub fn parse(code: &str) -> Option<ChargeCode> {
        match code {
            "nr" => return Some(ChargeCode::Rent),
            "ns" => return Some(ChargeCode::Setup),
            "st" => return Some(ChargeCode::Seats),
            "ad" => return Some(ChargeCode::Adjustment),
            "ac" => return Some(ChargeCode::Correction),
            _ => {}
        }
        if let Some(code) = code.strip_prefix(SURCHARGE) {
            let (code, product) = match code.split_once(':') {
                Some((code, product)) => (code, Some(Product::read(product))),
                None => (code, None),
            };
            let code = SurchargeCode::read(code);
            let formed = code.is_formed() && product.is_none_or(Product::is_formed);
            return formed.then_some(ChargeCode::Surcharge(code, product));
        }
        if let Some(pair) = code.strip_prefix(RECURRING) {
            return product::parse_pair(pair).map(|(product, heading)| ChargeCode::Recurring(product, heading));
        }
        if let Some(pair) = code.strip_prefix(VOLUME) {
            return product::parse_pair(pair).map(|(product, heading)| ChargeCode::Volume(product, heading));
        }
        product::parse_pair(code).map(|(product, heading)| ChargeCode::Usage(product, heading))
    }

    /// Product and heading in the words of the contract: `voice` `outbound`, `number-rent` and nothing.
    pub fn words(&self) -> (&str, &str) {
        match self {
            ChargeCode::Usage(product, heading) | ChargeCode::Recurring(product, heading) => {
                (product.name(), heading.name())
            }
            ChargeCode::Surcharge(code, _) => ("surcharge", code.name()),
            ChargeCode::Volume(product, _) => ("volume-tiers", product.name()),
            ChargeCode::Rent => ("number-rent", ""),
            ChargeCode::Setup => ("number-setup", ""),
            ChargeCode::Seats => ("seats", ""),
            ChargeCode::Adjustment => ("adjustment", ""),
            ChargeCode::Correction => ("correction", ""),
        }
    }

    /// Where the income goes.
    pub fn income(self) -> LedgerAccount {
        match self {
            ChargeCode::Usage(product, _) | ChargeCode::Recurring(product, _) | ChargeCode::Volume(product, _) => {
                LedgerAccount::Usage(product)
            }
            ChargeCode::Surcharge(code, _) => LedgerAccount::Surcharge(code),
            ChargeCode::Rent => LedgerAccount::Rental,
            ChargeCode::Setup => LedgerAccount::Setup,
            ChargeCode::Seats => LedgerAccount::Seats,
            ChargeCode::Adjustment => LedgerAccount::Adjustments,
            ChargeCode::Correction => LedgerAccount::Corrections,
        }
    }

    /// What the operator has charged or given back: invoices list each with its reason (R27), averages of spending leave it out.
    pub fn is_adjustment(self) -> bool {
        matches!(self, ChargeCode::Adjustment | ChargeCode::Correction)
    }

    /// In how many parts a unit of the price is billed: hundred-thousandths of a month, others as a whole. Of usage and recurring charges the
    /// catalogue says how many items a price is for; this is what lines without the billed quantity are counted by.
    pub fn billed_per_unit(self) -> u32 {
        match self {
            ChargeCode::Usage(product, _) if product == Product::VOICE => 60,
            ChargeCode::Rent | ChargeCode::Recurring(..) => PARTS_OF_MONTH,
            _ => 1,
        }
    }

    /// Whether totals keep it apart by what the line names as `x`: country and type of numbers, words of surcharges, references of recurring
    /// charges, heading and prefix of volume tiers.
    pub fn is_told_apart(self) -> bool {
        match self {
            ChargeCode::Rent | ChargeCode::Setup => true,
            ChargeCode::Surcharge(..) | ChargeCode::Recurring(..) | ChargeCode::Volume(..) => true,
            ChargeCode::Usage(..) | ChargeCode::Seats | ChargeCode::Adjustment | ChargeCode::Correction => false,
        }
    }

    /// Whether it is a month of a recurring charge.
    pub fn is_recurring(self) -> bool {
        matches!(self, ChargeCode::Recurring(..))
    }

    /// Whether it rides on an event, which has a line of its own.
    pub fn is_surcharge(self) -> bool {
        matches!(self, ChargeCode::Surcharge(..))
    }
}

/// Product, heading, detail of a code of the totals.
pub fn words(code: &str) -> (String, String, String) {
    let (letters, detail) = code.split_once(' ').unwrap_or((code, ""));
    let code = ChargeCode::parse(letters);
    let (product, heading) = match &code {
        Some(code) => code.words(),
        None => (letters, ""),
    };
    (product.to_owned(), heading.to_owned(), detail.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_of_the_totals_is_told_in_words() {
        let told = |code: &str| {
            let (product, heading, detail) = words(code);
            [product, heading, detail].join("|")
        };
        assert_eq!(told("nr US local"), "number-rent||US local");
        assert_eq!(told(&ChargeCode::Usage(Product::VOICE, Heading::OUTBOUND).code()), "voice|outbound|");
        assert_eq!(told("zz"), "zz||", "a code that these rules do not know is told as it is");
    }

    #[test]
    fn surcharges_read_back_and_are_told_by_code_and_words() {
        let fee = SurchargeCode::read("carrier-fee");
        for (code, text) in [
            (ChargeCode::Surcharge(fee, None), "~carrier-fee"),
            (ChargeCode::Surcharge(fee, Some(Product::SMS)), "~carrier-fee:sms"),
        ] {
            assert_eq!(code.code(), text);
            assert_eq!(ChargeCode::parse(text), Some(code));
            let told = words(&format!("{text} Fee of the carrier"));
            assert_eq!(told, ("surcharge".to_owned(), "carrier-fee".to_owned(), "Fee of the carrier".to_owned()));
            assert_eq!(code.income().name(), "income:surcharge:carrier-fee");
            assert!(text > "zz:zz");
        }
        for bad in ["~", "~Fee", "~fee:", "~fee:Sms", "~:sms"] {
            assert_eq!(ChargeCode::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn recurring_charges_read_back_and_are_told_by_product_and_reference() {
        let (product, heading) = (Product::read("support"), Heading::read("gold"));
        let code = ChargeCode::Recurring(product, heading);
        assert_eq!((code.code().as_str(), ChargeCode::parse("+support:gold")), ("+support:gold", Some(code)));
        assert_eq!(words("+support:gold PLAN-7"), ("support".to_owned(), "gold".to_owned(), "PLAN-7".to_owned()));
        assert_eq!(code.income().name(), "income:usage:support");
        assert!(code.code().as_str() < "ac", "invoices have them first");
        for bad in ["+", "+support", "+Support:gold", "+support:"] {
            assert_eq!(ChargeCode::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_volume_tiers_settle_reads_back_behind_usage() {
        let code = ChargeCode::Volume(Product::SMS, Heading::OUTBOUND);
        assert_eq!((code.code().as_str(), ChargeCode::parse("|so")), ("|so", Some(code)));
        assert_eq!(words("|so outbound 1"), ("volume-tiers".to_owned(), "sms".to_owned(), "outbound 1".to_owned()));
        assert_eq!(code.income().name(), "income:usage:sms");
        assert!(code.code().as_str() > "zz:zz" && code.code().as_str() < "~a");
        for bad in ["|", "|zz", "|Sms:x"] {
            assert_eq!(ChargeCode::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn codes_read_back() {
        let usage = Product::BUILT_IN
            .into_iter()
            .flat_map(|product| Heading::BUILT_IN.into_iter().map(move |heading| ChargeCode::Usage(product, heading)));
        let others =
            [ChargeCode::Rent, ChargeCode::Setup, ChargeCode::Seats, ChargeCode::Adjustment, ChargeCode::Correction];
        let mut seen = std::collections::BTreeSet::new();
        for code in usage.chain(others) {
            assert_eq!(ChargeCode::parse(&code.code()), Some(code));
            let (product, heading) = code.words();
            assert!(seen.insert((product.to_owned(), heading.to_owned())));
        }
        assert_eq!(seen.len(), 35);
        for bad in ["", "v", "vx", "voo", "NR"] {
            assert_eq!(ChargeCode::parse(bad), None, "{bad}");
        }
    }
}
