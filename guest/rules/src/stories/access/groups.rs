//! Who may use which function, written by hand after the table of roles of the design (TEAM-1, R65, R66), and never read from the table of functions.
//!
//! Letters: `O` owner, `A` admin, `D` developer, `S` support, `F` finance, `T` the main account's token, `t` a sub-account's for itself.

/// Functions of one kind.
pub(super) struct Group {
    /// Who of an account.
    pub(super) who: &'static str,
    /// In which standings besides active.
    pub(super) standings: &'static [&'static str],
    /// Whether a session needs a fresh proof.
    pub(super) fresh: bool,
    /// Whether the audit log tells of it.
    pub(super) audited: bool,
    /// How its calls are counted.
    pub(super) counted: &'static str,
    /// Which.
    pub(super) functions: &'static [&'static str],
}

const NONE: &[&str] = &[];
const SUSPENDED: &[&str] = &["suspended"];
const OWING: &[&str] = &["suspended", "closing"];
const STAYING: &[&str] = &["unverified", "held", "suspended", "locked"];
const OPEN: &[&str] = &["unverified", "held", "suspended", "locked", "closing"];
const ANY: &[&str] = &["unverified", "held", "suspended", "locked", "closing", "closed"];

const fn read(who: &'static str, functions: &'static [&'static str]) -> Group {
    Group { who, standings: ANY, fresh: false, audited: false, counted: "standard", functions }
}

const fn change(who: &'static str, standings: &'static [&'static str], functions: &'static [&'static str]) -> Group {
    Group { who, standings, fresh: false, audited: true, counted: "standard", functions }
}

/// What the ledger proves.
const fn used(who: &'static str, standings: &'static [&'static str], functions: &'static [&'static str]) -> Group {
    Group { audited: false, ..change(who, standings, functions) }
}

/// Every function that asks for a permission.
pub(super) const GROUPS: &[Group] = &[
    // The account object, and what of it is the customer's to say.
    read("OADSFT", &["accounts.get"]),
    change("OAFT", STAYING, &["accounts.update"]),
    // The people of the account. What the operator does for them is below with all that is his.
    read("OADSF", &["members.list"]),
    change("", STAYING, &["members.allow-new-factors", "members.invite-owner", "members.issue-temporary"]),
    // Balance, statement, lots, charges, cards, invoices, receipts, alerts, coupons, seats: the token reads the balance.
    read("OAFT", &["credits.get-balance"]),
    read(
        "OAF",
        &[
            "coupons.list-redemptions",
            "credits.get-alerts",
            "credits.get-auto-recharge",
            "credits.get-statement",
            "credits.list-cards",
            "credits.list-charges",
            "credits.list-lots",
            "invoices.get-billing",
            "invoices.get-overview",
            "invoices.get-seats",
            "invoices.list-documents",
            "invoices.read-document",
            "invoices.read-standing",
            "refunds.list",
        ],
    ),
    // What the platform charges by the month: a token has always read it.
    read("OAFTt", &["recurring.get", "recurring.list"]),
    // Pay, recharge, cards, automatic recharge, alerts, redeem, billing information, seats.
    change(
        "OAF",
        SUSPENDED,
        &[
            "coupons.redeem",
            "credits.recharge",
            "credits.set-auto-recharge",
            "invoices.set-billing",
            "invoices.set-seats",
        ],
    ),
    // Whoever closes an account that owes something settles it, with another card if the old one is refused.
    change(
        "OAF",
        OWING,
        &[
            "credits.add-card",
            "credits.remove-card",
            "credits.set-alerts",
            "credits.set-default-card",
            "credits.settle",
        ],
    ),
    // Usage: sums for everybody, lines for those who build and help.
    read("OADSFTt", &["usage.summary"]),
    read("OADSFT", &["usage.get-daily-summary"]),
    change("OAFT", SUSPENDED, &["usage.set-daily-summary"]),
    read("OADSTt", &["usage.list-lines"]),
    read("OADST", &["events.read", "reservations.list", "usage.list-calls"]),
    // Prices.
    read("OADSFTt", &["numbers.price-offers", "pricing.by-country"]),
    // Numbers and sub-accounts.
    read("OADSTt", &["numbers.get", "numbers.list", "subaccounts.get"]),
    read("OADST", &["subaccounts.list"]),
    change("OADTt", SUSPENDED, &["numbers.release", "numbers.update"]),
    change("OADT", SUSPENDED, &["subaccounts.delete", "subaccounts.update"]),
    change("OADTt", NONE, &["numbers.buy"]),
    change("OADT", NONE, &["subaccounts.create"]),
    // Reserve, extend, admit, quote.
    Group { counted: "message", ..used("Tt", NONE, &["reservations.extend", "reservations.reserve"]) },
    Group { counted: "message", standings: NONE, ..read("Tt", &["usage.admit"]) },
    read("Tt", &["usage.quote-event"]),
    // Sign-up and review: what is outstanding, and documents of one's own.
    read("OADSF", &["review.list-documents", "review.outstanding"]),
    change("OADSF", OPEN, &["review.hand-in"]),
    // Destinations of a trial.
    read("OADST", &["destinations.list"]),
    change("OADT", NONE, &["destinations.begin", "destinations.check"]),
    change("OADT", SUSPENDED, &["destinations.remove"]),
    // Close.
    Group { fresh: true, ..change("O", OWING, &["accounts.close"]) },
    read("O", &["accounts.get-closing"]),
    // The operator's alone, about an account.
    change("", OPEN, &["accounts.set-standing", "credits.adjust", "credits.write-off"]),
    change(
        "",
        ANY,
        &[
            "credits.give-up",
            "credits.record-chargeback",
            "credits.record-dispute-won",
            "credits.record-payment-chargeback",
            "refunds.retry",
            "refunds.settle",
        ],
    ),
    change(
        "",
        STAYING,
        &[
            "invoices.issue-credit-note",
            "invoices.set-cycle",
            "operator.change-account-settings",
            "operator.set-billing",
            "pricing.set-overrides",
            "pricing.withdraw-overrides",
            "recurring.change",
            "recurring.end",
            "recurring.start",
            "review.ask",
            "review.decide",
            "review.note",
            "review.reinstate",
        ],
    ),
    read(
        "",
        &[
            "accounts.reveal-token",
            "operator.get-account-settings",
            "operator.get-billing",
            "operator.list-account-setting-changes",
            "pricing.get-number-overrides",
            "pricing.get-overrides",
            "pricing.get-surcharge-overrides",
            "pricing.get-tier-overrides",
            "pricing.list-overrides",
            "review.get",
            "review.read-document",
        ],
    ),
    // The operator's alone, about no account in particular.
    change(
        "",
        STAYING,
        &[
            "accounts.create",
            "coupons.create",
            "coupons.withdraw",
            "lists.add",
            "lists.begin",
            "lists.publish",
            "lists.set-own",
            "operator.change-settings",
            "operator.resolve-payment",
            "pricing.add-product",
            "pricing.add-rows",
            "pricing.begin-import",
            "pricing.create-version",
            "pricing.finish-import",
            "pricing.publish-version",
            "pricing.remove-draft",
            "pricing.set-number-prices",
            "pricing.set-surcharges",
            "pricing.set-tiers",
            "pricing.update-product",
            "pricing.withdraw-version",
            "usage.discard",
            "usage.resubmit",
        ],
    ),
    read(
        "",
        &[
            "accounts.list",
            "coupons.get",
            "coupons.list",
            "invoices.list-issued",
            "lists.list-own",
            "lists.look-up",
            "lists.status",
            "operator.compare",
            "operator.compare-derived",
            "operator.compare-events",
            "operator.compare-indexes",
            "operator.compare-totals",
            "operator.describe-settings",
            "operator.get-settings",
            "operator.list-queue",
            "operator.list-setting-changes",
            "operator.read-charges",
            "operator.read-ledger",
            "operator.read-transaction",
            "pricing.get-number-prices",
            "pricing.get-surcharges",
            "pricing.get-tiers",
            "pricing.list-products",
            "pricing.list-rows",
            "pricing.list-versions",
            "reservations.list-open",
            "review.queue",
            "usage.list-rejected",
            "usage.list-running",
        ],
    ),
    // The platform's programs: what was used, and what goes on.
    used(
        "",
        STAYING,
        &[
            "reservations.release",
            "reservations.settle",
            "usage.calls-started",
            "usage.record-columns",
            "usage.record-events",
        ],
    ),
    used("", ANY, &["usage.calls-ended"]),
];

/// Functions about the member who asks: for every role, in every standing but closed, and for nobody else.
pub(super) struct Own {
    /// Which half sessions open them too: `second-factor`, `choose-password`, `enrol`.
    pub(super) halves: &'static [&'static str],
    /// Whether a whole session needs a fresh proof.
    pub(super) fresh: bool,
    /// Whether the audit log tells of them.
    pub(super) audited: bool,
    /// Which.
    pub(super) functions: &'static [&'static str],
}

const ENROL: &[&str] = &["enrol"];

const fn own(halves: &'static [&'static str], functions: &'static [&'static str]) -> Own {
    Own { halves, fresh: false, audited: true, functions }
}

const fn fresh(halves: &'static [&'static str], functions: &'static [&'static str]) -> Own {
    Own { fresh: true, ..own(halves, functions) }
}

const fn looked_at(halves: &'static [&'static str], functions: &'static [&'static str]) -> Own {
    Own { audited: false, ..own(halves, functions) }
}

/// Every function about the member who asks.
pub(super) const OWN: &[Own] = &[
    // Profile, password, factors, sessions, logins.
    looked_at(NONE, &["login.list-logins", "login.list-sessions", "profile.get"]),
    looked_at(ENROL, &["profile.factors"]),
    // It says that a session is used, and changes nothing that anybody would ask about.
    looked_at(NONE, &["login.touch"]),
    own(
        NONE,
        &[
            "login.end-others",
            "login.end-session",
            "login.finish-proof",
            "login.start-proof",
            "password.finish-change",
            "password.start-change",
            "profile.change",
        ],
    ),
    own(&["second-factor"], &["login.check", "login.send-code"]),
    own(&["second-factor", "choose-password", "enrol"], &["login.logout"]),
    own(&["choose-password"], &["password.choose", "password.start-choose"]),
    own(ENROL, &["profile.confirm-authenticator", "profile.confirm-phone", "profile.send-code"]),
    fresh(ENROL, &["profile.begin-authenticator"]),
    fresh(
        NONE,
        &["profile.new-recovery-codes", "profile.remove-factor", "profile.request-email", "profile.start-phone-change"],
    ),
];

/// Functions for whoever comes: what they open is a secret among their arguments.
pub(super) const PUBLIC: &[&str] = &[
    "links.look",
    "login.finish",
    "login.start",
    "members.finish-accept",
    "members.finish-enrol",
    "members.start-accept",
    "members.start-enrol",
    "password.finish-reset",
    "password.request-reset",
    "password.start-reset",
    "profile.confirm-email",
    "profile.undo-email",
    "signup.confirm",
    "signup.finish",
    "signup.finish-confirm",
    "signup.resend",
    "signup.start",
    "signup.start-confirm",
];

/// Functions that take no caller, or check what they are handed by themselves.
pub(super) const FREE: &[&str] = &[
    "about.describe",
    "accounts.authenticate",
    "coupons.claim",
    "jobs.begin",
    "jobs.finish",
    "jobs.look",
    "jobs.next-request",
    "jobs.payment-notice",
    "jobs.perform",
    "jobs.shared-changed",
    "jobs.store-opened",
    "numbers.offers",
    "passwords.weigh",
];

/// The group of a function.
pub(super) fn group_of(function: &str) -> &'static Group {
    let mut groups = GROUPS.iter().filter(|group| group.functions.contains(&function));
    let group = groups.next().unwrap_or_else(|| panic!("nobody has said who may use {function}"));
    assert!(groups.next().is_none(), "{function} is in two groups");
    group
}
