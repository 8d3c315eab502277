//! Changing the policy: which version it takes, and what is wrong with it.

use crate::ground::money::Money;
use crate::ground::testing::{Fake, START};
use crate::ground::vocabulary::{DAY_MS, HOUR_MS, MINUTE_MS, Refusal};
use crate::operator::Error;
use crate::policy::{FirstMonth, Policy, Seller, UnusualSpend, get_policy, set_policy};
use crate::profiles::tax_rates::TaxRate;
use crate::stories::scenario::operator;

fn fields(error: Error) -> Vec<String> {
    match error {
        Error::Refused(Refusal::Invalid(problems)) => problems.into_iter().map(|problem| problem.field).collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn changing_needs_the_version_that_was_read() {
    let fake = Fake::new();
    let first = fake.query(START, |turn| get_policy(turn, &operator())).expect("defaults");
    assert_eq!(first, Policy::default());
    let asked = Policy { minimum_recharge: 20_000_000, ..first.clone() };
    let set = |policy: &Policy| fake.command(START, |turn| set_policy(turn, &operator(), policy.clone()));
    assert_eq!(set(&asked), Ok(Policy { version: 1, ..asked.clone() }));
    assert_eq!(set(&asked), Err(Error::PolicyChanged(1)));
    let now = fake.query(START, Policy::load).expect("readable");
    assert_eq!((now.version, now.minimum_recharge()), (1, Money::from_units(20)));
    let line = &fake.lines()[0];
    assert_eq!(line.topic, "operator");
    assert!(line.body.contains(r#"["minimum-recharge","20000000"]"#), "{}", line.body);
    assert!(!line.body.contains("maximum-recharge"), "{}", line.body);
}

#[test]
fn all_broken_bounds_are_named_at_once() {
    let fake = Fake::new();
    let bad = Policy {
        version: 0,
        minimum_recharge: 25_000_001,
        maximum_recharge: 1_000_000,
        alert_thresholds: vec![-10_000; 11],
        ladder_levels: vec![50, 50, 101],
        series_limit: 0,
        failure_limit: 101,
        ask_again_ms: vec![],
        hang_up_grace_ms: -1,
        dunning_days: vec![0, 5, 5],
        lift_payment_suspension: true,
        reservation_ttl_ms: MINUTE_MS - 1,
        usage_window_ms: 1,
        usage_ahead_ms: DAY_MS + 1,
        daily_summary_hour: 24,
        daily_summaries: true,
        trial_credits: -1,
        close_settle_ms: HOUR_MS + 1,
        refund_window_ms: -1,
        refund_business_days: 251,
        holidays: vec!["2026-12-25".to_owned(), "2026-12-25".to_owned(), "2027-02-29".to_owned()],
        coupon_tries: 1001,
        trial_subaccounts: 100_001,
        standard_subaccounts: 100_001,
        trial_numbers: 10_001,
        standard_numbers: 10_001,
        first_month: FirstMonth::Full,
        rent_grace_ms: DAY_MS - 1,
        rent_warning_days: vec![7, 7, 0],
        standard_rate: 0,
        lookup_rate: 100_001,
        message_rate: 0,
        brand: "Münze".to_owned(),
        seller: Seller {
            legal_name: "x".repeat(201),
            address_lines: vec![String::new()],
            country: "us".to_owned(),
            tax_id: "1".repeat(31),
            email: "e".repeat(255),
            registration_number: "H".repeat(101),
            phone: "0".repeat(41),
        },
        tax_rates: vec![TaxRate {
            country: String::new(),
            state: String::new(),
            name: String::new(),
            percent: "100.1".to_owned(),
            reverse_charge: true,
            legal_basis: "x".repeat(201),
        }],
        payment_days: 366,
        payment_terms: "t".repeat(501),
        ways_to_pay: vec![String::new(); 11],
        invoice_prefix: "A".repeat(11),
        credit_note_prefix: "cn".to_owned(),
        receipt_prefix: "A".repeat(11),
        require_billing_address: true,
        unusual_spend: Some(UnusualSpend { factor: 1, floor: -10_000, without_history: 1 }),
    };
    let error = fake.command(START, |turn| set_policy(turn, &operator(), bad)).expect_err("bounds");
    let mut expected = vec!["minimum-recharge", "maximum-recharge", "alert-thresholds"];
    let thresholds: Vec<String> = (0..10).map(|place| format!("alert-thresholds[{place}]")).collect();
    expected.extend(thresholds.iter().map(String::as_str));
    expected.extend(["ladder-levels[1]", "ladder-levels[2]", "ladder-levels[2]", "series-limit", "failure-limit"]);
    expected.extend([
        "ask-again-ms",
        "hang-up-grace-ms",
        "dunning-days[0]",
        "dunning-days[2]",
        "unusual-spend.factor",
        "unusual-spend.floor",
        "unusual-spend.without-history",
        "reservation-ttl-ms",
        "usage-window-ms",
    ]);
    expected.extend(["usage-ahead-ms", "daily-summary-hour", "trial-credits", "trial-credits", "close-settle-ms"]);
    expected.extend(["refund-window-ms", "refund-business-days", "holidays[1]", "holidays[2]"]);
    expected.extend(["coupon-tries", "trial-subaccounts", "standard-subaccounts"]);
    expected.extend(["trial-numbers", "standard-numbers", "rent-grace-ms", "rent-warning-days[1]"]);
    expected.extend(["rent-warning-days[2]", "standard-rate"]);
    expected.extend(["lookup-rate", "message-rate", "brand"]);
    expected.extend(["seller.legal-name", "seller.address-lines[0]", "seller.country", "seller.tax-id"]);
    expected.extend(["seller.email", "seller.registration-number", "seller.phone"]);
    expected.extend(["tax-rates[0].country", "tax-rates[0].name", "tax-rates[0].percent"]);
    expected.extend(["tax-rates[0].legal-basis", "payment-days", "payment-terms", "ways-to-pay"]);
    let ways: Vec<String> = (0..10).map(|place| format!("ways-to-pay[{place}]")).collect();
    expected.extend(ways.iter().map(String::as_str));
    expected.extend(["invoice-prefix", "credit-note-prefix", "receipt-prefix", "receipt-prefix"]);
    let expected: Vec<String> = expected.into_iter().map(|field| format!("policy.{field}")).collect();
    assert_eq!(fields(error), expected);
    assert!(fake.dump().is_empty());
}
