//! The customers of the three years, and what happens to them on which day.

/// Days of the three years 2026 to 2028.
pub const DAYS: u32 = 365 + 365 + 366;

/// What a customer is and does.
pub(super) struct Customer {
    pub(super) name: &'static str,
    pub(super) trial: bool,
    pub(super) card: Option<&'static str>,
    /// The credit limit of a postpaid one, in dollars.
    pub(super) postpaid: Option<i64>,
    /// B, R and the cap of a month, in dollars.
    pub(super) automatic: Option<(i64, i64, Option<i64>)>,
    pub(super) subaccounts: usize,
    /// Events of a day and how much one is: minutes of voice, parts of SMS.
    pub(super) voice: (u64, u32),
    pub(super) sms: (u64, u32),
    /// The last day of use.
    pub(super) until: u32,
}

const CUSTOMER: Customer = Customer {
    name: "",
    trial: false,
    card: None,
    postpaid: None,
    automatic: None,
    subaccounts: 0,
    voice: (0, 0),
    sms: (0, 0),
    until: DAYS,
};

pub(super) const CUSTOMERS: [Customer; 15] = [
    Customer { name: "steady", card: Some("tok_approve"), automatic: Some((20, 50, None)), voice: (3, 5), ..CUSTOMER },
    Customer {
        name: "failing card",
        card: Some("tok_decline_after:10"),
        automatic: Some((50, 25, None)),
        sms: (4, 5),
        ..CUSTOMER
    },
    Customer {
        name: "capped",
        card: Some("tok_approve"),
        automatic: Some((100, 50, Some(200))),
        voice: (1, 2),
        ..CUSTOMER
    },
    Customer { name: "pays by hand", card: Some("tok_approve"), sms: (2, 6), ..CUSTOMER },
    Customer { name: "trial", trial: true, sms: (1, 1), until: 250, ..CUSTOMER },
    Customer {
        name: "chargeback",
        card: Some("tok_approve"),
        automatic: Some((20, 25, None)),
        sms: (3, 3),
        ..CUSTOMER
    },
    Customer {
        name: "bank debit",
        card: Some("tok_debit:172800000"),
        automatic: Some((50, 100, None)),
        voice: (2, 4),
        ..CUSTOMER
    },
    Customer {
        name: "lost answers",
        card: Some("tok_script:approve,timeout_after,timeout_before,late:5000,unknown_then_paid"),
        automatic: Some((40, 30, None)),
        voice: (2, 3),
        ..CUSTOMER
    },
    Customer {
        name: "busy",
        card: Some("tok_approve"),
        automatic: Some((500, 100, None)),
        voice: (12, 6),
        sms: (6, 4),
        ..CUSTOMER
    },
    Customer { name: "gifts", sms: (1, 1), until: 400, ..CUSTOMER },
    Customer {
        name: "group",
        card: Some("tok_approve"),
        automatic: Some((60, 60, None)),
        subaccounts: 3,
        sms: (6, 2),
        voice: (1, 2),
        ..CUSTOMER
    },
    Customer {
        name: "dormant",
        card: Some("tok_approve"),
        automatic: Some((30, 30, None)),
        sms: (2, 2),
        until: 60,
        ..CUSTOMER
    },
    Customer { name: "by invoice", card: Some("tok_approve"), postpaid: Some(500), voice: (2, 4), ..CUSTOMER },
    Customer {
        name: "leaves",
        card: Some("tok_approve"),
        automatic: Some((40, 50, None)),
        voice: (1, 3),
        until: LEAVES,
        ..CUSTOMER
    },
    Customer { name: "rents and owes", sms: (1, 1), until: 100, ..CUSTOMER },
];

/// The day on which one customer closes the account.
const LEAVES: u32 = 600;

/// What happens to a customer on a day besides its use.
pub(super) enum Happening {
    Card(&'static str),
    Pays(i64),
    Gift(i64, i64),
    Correction(i64),
    /// Of the charge with this number.
    Chargeback(u32),
    Reinstated,
    Coupon,
    Seats(u32),
    Taxed(&'static str),
    Off,
    /// A number, its type, and whether the first sub-account is to have it.
    Buys(&'static str, &'static str, bool),
    GivesBack(&'static str),
    Settles,
    Closes,
}

/// Day, customer, happening. Days are counted from 0.
pub(super) const HAPPENINGS: [(u32, &str, Happening); 31] = [
    (3, "steady", Happening::Taxed("US")),
    (3, "busy", Happening::Taxed("US")),
    (3, "group", Happening::Taxed("DE")),
    (20, "group", Happening::Seats(4)),
    (420, "group", Happening::Seats(2)),
    (20, "capped", Happening::Seats(1)),
    (60, "gifts", Happening::Coupon),
    (350, "capped", Happening::Coupon),
    (351, "steady", Happening::Coupon),
    (40, "trial", Happening::Card("tok_approve")),
    (41, "trial", Happening::Pays(25)),
    (300, "trial", Happening::Pays(40)),
    (120, "failing card", Happening::Card("tok_decline_insufficient")),
    (200, "failing card", Happening::Card("tok_approve")),
    (210, "chargeback", Happening::Chargeback(1)),
    (240, "chargeback", Happening::Pays(100)),
    (241, "chargeback", Happening::Reinstated),
    (500, "steady", Happening::Correction(3)),
    (700, "busy", Happening::Gift(250, 45)),
    (900, "dormant", Happening::Off),
    (12, "steady", Happening::Buys("12025550100", "local", false)),
    (30, "group", Happening::Buys("12025550101", "local", true)),
    (45, "group", Happening::Buys("18005550100", "toll-free", false)),
    (800, "group", Happening::GivesBack("12025550101")),
    (10, "leaves", Happening::Buys("12025550102", "local", false)),
    (LEAVES, "leaves", Happening::Closes),
    (1, "rents and owes", Happening::Gift(10, 90)),
    (2, "rents and owes", Happening::Buys("18005550101", "toll-free", false)),
    // The invoice of December is not paid, and the account suspended in January.
    (340, "by invoice", Happening::Card("tok_decline_insufficient")),
    (380, "by invoice", Happening::Card("tok_approve-new")),
    (381, "by invoice", Happening::Settles),
];
