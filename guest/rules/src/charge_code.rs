//! What a customer is charged for: the code of a line in the ledger, its words, its income.

use crate::ledger::LedgerAccount;
use crate::product::{Heading, Product};

/// What one line of a ledger transaction charges for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum ChargeCode {
    /// A rated event.
    Usage(Product, Heading),
    /// Rent of a number (NUM-3).
    Rent,
    /// Set-up fee of a number (NUM-2).
    Setup,
    /// Paid seats (INV-8).
    Seats,
    /// A debit by the operator (CRD-14).
    Adjustment,
}

impl ChargeCode {
    /// The two letters of [`crate::ledger::Line`].
    pub fn code(self) -> String {
        match self {
            ChargeCode::Usage(product, heading) => [product.letter(), heading.letter()].iter().collect(),
            ChargeCode::Rent => "nr".to_owned(),
            ChargeCode::Setup => "ns".to_owned(),
            ChargeCode::Seats => "st".to_owned(),
            ChargeCode::Adjustment => "ad".to_owned(),
        }
    }

    /// Reads the two letters back.
    pub fn parse(code: &str) -> Option<ChargeCode> {
        match code {
            "nr" => return Some(ChargeCode::Rent),
            "ns" => return Some(ChargeCode::Setup),
            "st" => return Some(ChargeCode::Seats),
            "ad" => return Some(ChargeCode::Adjustment),
            _ => {}
        }
        let mut letters = code.chars();
        let product = letters.next().and_then(Product::of_letter)?;
        let heading = letters.next().and_then(Heading::of_letter)?;
        letters.next().is_none().then_some(ChargeCode::Usage(product, heading))
    }

    /// Product and heading in the words of the contract: `voice` `outbound`, `number-rent` and nothing.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            ChargeCode::Usage(product, heading) => (product.name(), heading.name()),
            ChargeCode::Rent => ("number-rent", ""),
            ChargeCode::Setup => ("number-setup", ""),
            ChargeCode::Seats => ("seats", ""),
            ChargeCode::Adjustment => ("adjustment", ""),
        }
    }

    /// Where the income goes.
    pub fn income(self) -> LedgerAccount {
        match self {
            ChargeCode::Usage(product, _) => LedgerAccount::of_product(product),
            ChargeCode::Rent => LedgerAccount::Rental,
            ChargeCode::Setup => LedgerAccount::Setup,
            ChargeCode::Seats => LedgerAccount::Seats,
            ChargeCode::Adjustment => LedgerAccount::Adjustments,
        }
    }

    /// Whether totals keep it apart by what the line names as `x`: country and type of numbers.
    pub fn is_told_apart(self) -> bool {
        matches!(self, ChargeCode::Rent | ChargeCode::Setup)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_read_back() {
        let usage = Product::ALL
            .into_iter()
            .flat_map(|product| Heading::ALL.into_iter().map(move |heading| ChargeCode::Usage(product, heading)));
        let others = [ChargeCode::Rent, ChargeCode::Setup, ChargeCode::Seats, ChargeCode::Adjustment];
        let mut seen = std::collections::BTreeSet::new();
        for code in usage.chain(others) {
            assert_eq!(ChargeCode::parse(&code.code()), Some(code));
            assert!(seen.insert(code.words()));
        }
        assert_eq!(seen.len(), 34);
        for bad in ["", "v", "vx", "voo", "NR"] {
            assert_eq!(ChargeCode::parse(bad), None, "{bad}");
        }
    }
}
