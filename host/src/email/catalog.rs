//! The mails there are: their facts, the words that facts may be, the built-in files.

/// Every mail with its facts.
pub const TEMPLATES: &[(&str, &[&str])] = &[
    ("account-closed", &["account-name", "auth-id", "refunded", "forfeited", "due", "details", "brand"]),
    ("account-closing", &["account-name", "auth-id", "closes", "details", "brand"]),
    ("account-reinstated", &["account-name", "auth-id", "brand"]),
    ("account-suspended", &["account-name", "auth-id", "reason", "details", "brand"]),
    ("account-welcome", &["account-name", "auth-id", "brand"]),
    ("balance-low", &["account-name", "auth-id", "balance", "threshold", "brand"]),
    ("card-expiring", &["account-name", "auth-id", "card", "expires", "brand"]),
    ("coupon-redeemed", &["account-name", "auth-id", "amount", "balance", "label", "expires", "receipt", "brand"]),
    ("daily-summary", &["account-name", "auth-id", "day", "timezone", "amount", "balance", "details", "brand"]),
    (
        "credit-note-issued",
        &["account-name", "auth-id", "number", "invoice", "amount", "tax", "balance", "reason", "brand"],
    ),
    (
        "invoice-issued",
        &["account-name", "auth-id", "number", "period-start", "period-end", "total", "amount-due", "status", "brand"],
    ),
    ("limit-low", &["account-name", "auth-id", "left", "credit-limit", "threshold", "brand"]),
    ("limit-reached", &["account-name", "auth-id", "left", "credit-limit", "brand"]),
    ("number-released", &["account-name", "auth-id", "count", "numbers", "amount", "brand"]),
    ("out-of-credit", &["account-name", "auth-id", "balance", "brand"]),
    ("recharge-capped", &["account-name", "auth-id", "amount", "cap", "period", "resumes", "brand"]),
    (
        "recharge-failed",
        &["account-name", "auth-id", "amount", "reason", "card", "kind", "next-step", "receipt", "brand"],
    ),
    ("recharge-paid", &["account-name", "auth-id", "amount", "balance", "card", "kind", "number", "receipt", "brand"]),
    ("recharge-unknown", &["account-name", "auth-id", "amount", "card", "brand"]),
    ("refund-failed", &["account-name", "auth-id", "amount", "card", "due", "number", "brand"]),
    ("refund-paid", &["account-name", "auth-id", "amount", "card", "how", "reference", "number", "brand"]),
    ("rent-owed", &["account-name", "auth-id", "numbers", "amount", "days", "release-on", "brand"]),
];

/// Words that a fact of a mail may be: mail, fact, words. Facts that are not here are free text.
pub const WORDS: &[(&str, &str, &[&str])] = &[
    ("account-closed", "forfeited", &["0.00", "12.50"]),
    ("account-closed", "due", &["none", "2026-12-24"]),
    ("account-closed", "details", &["", "Some text."]),
    ("account-closing", "details", &["", "Some text."]),
    (
        "account-suspended",
        "reason",
        &["content-violation", "payment-failure", "compliance-issue", "suspicious-activity"],
    ),
    ("account-suspended", "details", &["", "Some text."]),
    ("coupon-redeemed", "expires", &["never", "2026-12-31"]),
    ("invoice-issued", "status", &["paid", "open"]),
    ("recharge-capped", "period", &["day", "week", "month"]),
    (
        "recharge-failed",
        "reason",
        &[
            "insufficient-funds",
            "limit-exceeded",
            "expired",
            "method-removed",
            "lost-or-stolen",
            "suspected-fraud",
            "confirmation-required",
            "not-accepted",
            "unspecified",
            "none",
            "checking",
            "unknown-to-gateway",
            "series-limit",
            "recharge-limits",
            "no-billing-address",
            "a-word-of-a-later-version",
        ],
    ),
    ("recharge-failed", "card", &["none", "visa 4242"]),
    ("recharge-failed", "kind", &["automatic", "manual", "settlement"]),
    ("recharge-failed", "receipt", &["none", "R-2026-000001"]),
    ("recharge-failed", "next-step", &["none", "manual", "75.00"]),
    ("recharge-paid", "kind", &["automatic", "manual", "settlement"]),
    ("recharge-paid", "receipt", &["none", "R-2026-000001"]),
    ("refund-failed", "card", &["", "visa 4242"]),
    ("refund-paid", "card", &["", "visa 4242"]),
    ("refund-paid", "how", &["card", "otherwise"]),
];

/// Facts that may have several lines.
pub(super) const LINES: &[&str] = &["details"];
/// Files that are no mail of their own.
pub(super) const SHARED: &[&str] = &["layout.txt", "layout.html", "words.txt"];

macro_rules! built_in {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("templates/", $name)))),*] };
}

/// The files of the default language.
pub(super) const BUILT_IN: &[(&str, &str)] = built_in![
    "account-closed.html",
    "account-closed.txt",
    "account-closing.html",
    "account-closing.txt",
    "account-reinstated.html",
    "account-reinstated.txt",
    "account-suspended.html",
    "account-suspended.txt",
    "account-welcome.html",
    "account-welcome.txt",
    "balance-low.html",
    "balance-low.txt",
    "card-expiring.html",
    "card-expiring.txt",
    "coupon-redeemed.html",
    "coupon-redeemed.txt",
    "daily-summary.html",
    "daily-summary.txt",
    "credit-note-issued.html",
    "credit-note-issued.txt",
    "invoice-issued.html",
    "invoice-issued.txt",
    "layout.html",
    "layout.txt",
    "limit-low.html",
    "limit-low.txt",
    "limit-reached.html",
    "limit-reached.txt",
    "number-released.html",
    "number-released.txt",
    "out-of-credit.html",
    "out-of-credit.txt",
    "recharge-capped.html",
    "recharge-capped.txt",
    "recharge-failed.html",
    "recharge-failed.txt",
    "recharge-paid.html",
    "recharge-paid.txt",
    "recharge-unknown.html",
    "recharge-unknown.txt",
    "refund-failed.html",
    "refund-failed.txt",
    "refund-paid.html",
    "refund-paid.txt",
    "rent-owed.html",
    "rent-owed.txt",
    "words.txt",
];
