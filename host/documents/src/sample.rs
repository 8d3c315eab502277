//! Made-up documents: what templates are tried with at start, and what `coinbox document sample` prints.

use crate::document::{Document, Edition, Kind, Line, LinePrice, Movement, Party, Reference, Tax};

/// 1 December 2026, 00:00 UTC.
const ISSUED: i64 = 1_796_083_200_000;
/// 1 November 2026, 00:00 UTC.
const PERIOD_START: i64 = 1_793_491_200_000;
const HOUR: i64 = 3_600_000;
const ACCOUNT: &str = "MASAMPLE000000000001";
const SUBACCOUNT: &str = "SASAMPLE000000000002";

/// A kind's name, and what makes its sample.
pub type Sample = (&'static str, fn() -> Document);

/// All of them by name.
pub const ALL: [Sample; 8] = [
    ("invoice", invoice),
    ("reverse-charge", reverse_charge),
    ("credit-note", credit_note),
    ("receipt", receipt),
    ("refund", refund),
    ("failed-payment", failed_payment),
    ("chargeback", chargeback),
    ("chargeback-reversal", chargeback_reversal),
];

/// Every one of them.
pub fn of_each_kind() -> impl Iterator<Item = Document> {
    ALL.iter().map(|(_, make)| make())
}

/// One of a kind, or of another name of [`ALL`].
pub fn named(name: &str) -> Option<Document> {
    ALL.iter().find(|(its, _)| *its == name).map(|(_, make)| make())
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
        registration_number: "Delaware file 7654321".to_owned(),
        phone: "+1 415 555 0100".to_owned(),
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
        ..Party::default()
    }
}

fn tax(name: &str, percent: &str, base: i64, amount: i64) -> Tax {
    Tax {
        name: name.to_owned(),
        percent: percent.to_owned(),
        base,
        amount,
        reverse_charge: false,
        legal_basis: String::new(),
    }
}

fn about(document: &Document) -> Option<Reference> {
    Some(Reference { kind: document.kind, number: document.number.clone(), issued: document.issued })
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
            tax("VAT", "19", 424_920_000, 80_730_000),
            tax("Communications levy", "0.25", 424_920_000, 1_060_000),
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
        about: None,
        due: None,
        payment_terms: "Charges are taken from the prepaid balance; what it lacks is due at once.".to_owned(),
        ways_to_pay: texts(["Card: in your account settings", "Bank transfer: Example Bank, account 000123456789"]),
        card: String::new(),
        payment_reference: String::new(),
        payment_at: None,
        edition: Edition::PRESENT,
    }
}

/// The same month of a customer who owes the tax himself, and some of the invoice.
pub fn reverse_charge() -> Document {
    let vat = Tax {
        reverse_charge: true,
        legal_basis: "Article 196 of Directive 2006/112/EC".to_owned(),
        ..tax("VAT", "19", 424_920_000, 0)
    };
    Document {
        number: "2026-000124".to_owned(),
        taxes: vec![vat],
        total: 424_920_000,
        opening_balance: -70_000_000,
        closing_balance: -34_920_000,
        amount_due: 34_920_000,
        due: Some(ISSUED + 14 * 24 * HOUR),
        payment_terms: "14 days net.".to_owned(),
        status: "open".to_owned(),
        method: "invoice".to_owned(),
        ..invoice()
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
        lines: vec![line((ACCOUNT, ""), "credit-note", "Credit for invoice 2026-000123", (1, ""), 20_000_000)],
        discount: 0,
        rounding: 0,
        net: 20_000_000,
        taxes: vec![tax("VAT", "19", 20_000_000, 3_800_000)],
        total: 23_800_000,
        opening_balance: 0,
        closing_balance: 0,
        movements: Vec::new(),
        amount_due: 0,
        status: "credited".to_owned(),
        method: "credits".to_owned(),
        refers_to: Some("2026-000123".to_owned()),
        note: "Calls of 17 November were billed twice".to_owned(),
        about: about(&invoice()),
        payment_terms: String::new(),
        ways_to_pay: Vec::new(),
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
        lines: vec![line((ACCOUNT, ""), "recharge", "Recharge, manual", (1, ""), 200_000_000)],
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
        card: "visa 4242".to_owned(),
        payment_reference: "ch_3PqX2eKfT81".to_owned(),
        payment_terms: String::new(),
        ways_to_pay: Vec::new(),
        ..invoice()
    }
}

/// A part of that payment, given back.
pub fn refund() -> Document {
    let amount = 51_680_000;
    Document {
        number: "R-2026-000997".to_owned(),
        issued: ISSUED + 200 * HOUR,
        lines: vec![line((ACCOUNT, ""), "refund", "Refund 1", (1, ""), amount)],
        net: amount,
        total: amount,
        status: "refunded".to_owned(),
        about: about(&receipt()),
        payment_reference: "re_3PqX2eKfT81".to_owned(),
        ..receipt()
    }
}

/// An attempt that was declined.
pub fn failed_payment() -> Document {
    Document {
        number: "R-2026-000980".to_owned(),
        issued: ISSUED + 32 * HOUR,
        lines: vec![line((ACCOUNT, ""), "recharge", "Recharge, automatic", (1, ""), 200_000_000)],
        status: "failed".to_owned(),
        note: "insufficient-funds".to_owned(),
        refers_to: Some("charge-6".to_owned()),
        payment_reference: String::new(),
        ..receipt()
    }
}

/// What the card holder's bank took back of that payment.
pub fn chargeback() -> Document {
    Document {
        number: "R-2026-001004".to_owned(),
        issued: ISSUED + 700 * HOUR,
        lines: vec![line((ACCOUNT, ""), "chargeback", "Chargeback, recharge", (1, ""), 200_000_000)],
        status: "charged-back".to_owned(),
        about: about(&receipt()),
        payment_reference: "dp_1PqX9eKfT02".to_owned(),
        ..receipt()
    }
}

/// The dispute about it was won.
pub fn chargeback_reversal() -> Document {
    Document {
        number: "R-2026-001019".to_owned(),
        issued: ISSUED + 740 * HOUR,
        lines: vec![line((ACCOUNT, ""), "dispute-won", "Dispute won, recharge", (1, ""), 200_000_000)],
        about: about(&chargeback()),
        payment_reference: "dp_1PqX9eKfT02".to_owned(),
        ..receipt()
    }
}
