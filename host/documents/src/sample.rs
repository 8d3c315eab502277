//! Made-up documents: what templates are tried with at start, and what `coinbox documents sample` prints.

use crate::document::{Document, Kind, Line, LinePrice, Movement, Party, Tax};

/// 1 December 2026, 00:00 UTC.
const ISSUED: i64 = 1_796_083_200_000;
/// 1 November 2026, 00:00 UTC.
const PERIOD_START: i64 = 1_793_491_200_000;
const HOUR: i64 = 3_600_000;
const ACCOUNT: &str = "MASAMPLE000000000001";
const SUBACCOUNT: &str = "SASAMPLE000000000002";

/// One of each kind.
pub fn of_each_kind() -> [Document; 3] {
    [invoice(), credit_note(), receipt()]
}

/// One of a kind.
pub fn of_kind(kind: Kind) -> Document {
    match kind {
        Kind::Invoice => invoice(),
        Kind::CreditNote => credit_note(),
        Kind::Receipt => receipt(),
    }
}

fn texts<const N: usize>(lines: [&str; N]) -> Vec<String> {
    lines.map(str::to_owned).to_vec()
}

fn seller() -> Party {
    Party {
        legal_name: "Example Communications Inc.".to_owned(),
        address_lines: texts(["201 Example Street, Suite 400", "San Francisco, CA 94105"]),
        country: "US".to_owned(),
        tax_id: "12-3456789".to_owned(),
        email: "billing@example.com".to_owned(),
        auth_id: String::new(),
    }
}

fn customer() -> Party {
    Party {
        legal_name: "Müller & Søn Telecom GmbH".to_owned(),
        address_lines: texts(["Königstraße 12", "70173 Stuttgart"]),
        country: "DE".to_owned(),
        tax_id: "DE136695976".to_owned(),
        email: "accounts@customer.example".to_owned(),
        auth_id: ACCOUNT.to_owned(),
    }
}

fn line(section: (&str, &str), product: &str, description: &str, quantity: (u64, &str), amount: i64) -> Line {
    Line {
        section: section.0.to_owned(),
        section_name: section.1.to_owned(),
        product: product.to_owned(),
        description: description.to_owned(),
        quantity: quantity.0,
        unit: quantity.1.to_owned(),
        count: 1,
        price: None,
        used_from: None,
        used_to: None,
        amount,
    }
}

/// A line that says what was billed, at which price, and how often.
fn priced(line: Line, count: u64, billed: &str, unit: &str, unit_price: &str) -> Line {
    let (billed, unit, unit_price) = (billed.to_owned(), unit.to_owned(), unit_price.to_owned());
    Line { count, price: Some(LinePrice { billed, unit, unit_price }), ..line }
}

fn movement(label: &str, days: i64, amount: i64) -> Movement {
    Movement { label: label.to_owned(), at: PERIOD_START + days * 24 * HOUR + 9 * HOUR, amount, earlier: days < 0 }
}

/// A month with two sections, a discount, two taxes, payments.
pub fn invoice() -> Document {
    let main = (ACCOUNT, "Müller & Søn Telecom GmbH");
    let sub = (SUBACCOUNT, "Support desk");
    Document {
        kind: Kind::Invoice,
        number: "2026-000123".to_owned(),
        issued: ISSUED,
        period_start: Some(PERIOD_START),
        period_end: Some(ISSUED),
        seller: seller(),
        customer: customer(),
        currency: "USD".to_owned(),
        lines: vec![
            priced(
                line(main, "voice-outbound", "Voice calls, outbound", (1_204_560, "seconds"), 240_912_000),
                5_120,
                "20076",
                "minutes",
                "0.012",
            ),
            Line {
                used_from: Some(PERIOD_START - 31 * HOUR),
                used_to: Some(PERIOD_START - HOUR),
                ..priced(
                    line(main, "voice-outbound", "Voice calls, outbound", (3_411, "seconds"), 720_000),
                    12,
                    "60",
                    "minutes",
                    "0.012",
                )
            },
            priced(
                line(main, "voice-inbound", "Voice calls, inbound", (86_400, "seconds"), 7_920_000),
                310,
                "1440",
                "minutes",
                "0.0055",
            ),
            priced(
                line(main, "sms-outbound", "SMS, outbound", (12_045, "parts"), 66_247_500),
                11_800,
                "12045",
                "parts",
                "0.0055",
            ),
            priced(
                line(main, "number-rent", "Monthly rent of numbers, US local", (14, "numbers"), 11_200_000),
                14,
                "14",
                "months",
                "0.80",
            ),
            line(main, "adjustment", "2026-11-17: Debit for a lost handset", (1, ""), 25_000_000),
            line(main, "correction", "2026-11-20: Wrong rate", (1, ""), -720_000),
            priced(
                line(sub, "voice-outbound", "Voice calls, outbound", (7_205, "seconds"), 1_441_230),
                44,
                "120.10250",
                "minutes",
                "0.012",
            ),
            priced(line(sub, "mms-outbound", "MMS, outbound", (310, "parts"), 6_200_000), 310, "310", "parts", "0.02"),
            priced(
                line(sub, "number-setup", "Set-up of numbers, US local", (1, "numbers"), 1_000_000),
                1,
                "1",
                "numbers",
                "1.00",
            ),
            priced(line(sub, "seats", "Seats", (5, "seats"), 75_000_000), 1, "5", "seats", "15"),
        ],
        discount: 10_000_000,
        rounding: -730,
        net: 424_920_000,
        taxes: vec![
            Tax {
                name: "VAT".to_owned(),
                percent: "19".to_owned(),
                base: 424_920_000,
                amount: 80_730_000,
                reverse_charge: false,
            },
            Tax {
                name: "Communications levy".to_owned(),
                percent: "0.25".to_owned(),
                base: 424_920_000,
                amount: 1_060_000,
                reverse_charge: false,
            },
        ],
        total: 506_710_000,
        opening_balance: 98_400_010,
        closing_balance: 51_690_010,
        movements: vec![
            movement("Payment", -20, 20_000_000),
            movement("Payment", 2, 200_000_000),
            movement("Goodwill: outage of 9 November", 11, 50_000_000),
            movement("Payment", 20, 200_000_000),
            movement("Trial and promotional credits used", 29, -10_000_000),
        ],
        amount_due: 0,
        status: "paid".to_owned(),
        method: "credits".to_owned(),
        refers_to: None,
        note: String::new(),
    }
}

/// A correction of that invoice.
pub fn credit_note() -> Document {
    Document {
        kind: Kind::CreditNote,
        number: "CN-2026-000004".to_owned(),
        issued: ISSUED + 80 * HOUR,
        period_start: None,
        period_end: None,
        lines: vec![line((ACCOUNT, ""), "credit-note", "Calls of 17 November were billed twice", (1, ""), 20_000_000)],
        discount: 0,
        rounding: 0,
        net: 20_000_000,
        taxes: vec![Tax {
            name: "VAT".to_owned(),
            percent: "19".to_owned(),
            base: 20_000_000,
            amount: 3_800_000,
            reverse_charge: false,
        }],
        total: 23_800_000,
        opening_balance: 0,
        closing_balance: 0,
        movements: Vec::new(),
        amount_due: 0,
        status: "credited".to_owned(),
        method: "credits".to_owned(),
        refers_to: Some("2026-000123".to_owned()),
        ..invoice()
    }
}

/// A card payment.
pub fn receipt() -> Document {
    Document {
        kind: Kind::Receipt,
        number: "R-2026-000981".to_owned(),
        issued: ISSUED + 33 * HOUR + 754_000,
        period_start: None,
        period_end: None,
        lines: vec![line((ACCOUNT, ""), "recharge", "Recharge by card, Visa ending 4242", (1, ""), 200_000_000)],
        discount: 0,
        rounding: 0,
        net: 200_000_000,
        taxes: Vec::new(),
        total: 200_000_000,
        opening_balance: 0,
        closing_balance: 0,
        movements: Vec::new(),
        amount_due: 0,
        status: "successful".to_owned(),
        method: "card".to_owned(),
        refers_to: Some("charge-7".to_owned()),
        ..invoice()
    }
}
