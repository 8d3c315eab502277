//! The table of settings: one row each. What is described, read, written and checked is made from these rows.

use super::amounts::PerCurrency;
use super::forms::{Form, Letters, Order};
use super::limits::Limits;
use super::record::{NUMBERS_MAX, Policy, UnusualSpend};
use super::sign_ups::DESTINATIONS_MAX;
use coinbox_ground::money::Money;
use coinbox_ground::vocabulary::{DAY_MS, HOUR_MS, MINUTE_MS};

/// A setting.
pub(super) struct Row {
    /// Lower-case words joined by hyphens, in groups by points.
    pub(super) name: &'static str,
    pub(super) form: Form,
    /// What is counted. Empty: the form says it.
    pub(super) unit: &'static str,
    /// Requirement IDs.
    pub(super) requirements: &'static [&'static str],
    /// Its place among an account's own settings, if an account can have one.
    pub(super) own: Option<Own>,
    /// One sentence.
    pub(super) help: &'static str,
}

/// What is done with the value that an account has of its own.
pub(super) struct Own {
    /// Puts it in the place of the policy's. False: the account has none.
    pub(super) lay: fn(&Limits, &mut Policy) -> bool,
    /// Makes the policy's value the account's own.
    pub(super) take: fn(&Policy, &mut Limits),
    /// Takes it away.
    pub(super) clear: fn(&mut Limits),
}

/// A row that an account can have of its own, under the same name in both records.
macro_rules! own {
    ($field:ident, $row:expr $(,)?) => {
        Row {
            own: Some(Own {
                lay: |limits, policy| limits.$field.map(|value| policy.$field = value).is_some(),
                take: |policy, limits| limits.$field = Some(policy.$field),
                clear: |limits| limits.$field = None,
            }),
            ..$row
        }
    };
}

const CENT: Money = Money::from_micros(10_000);

/// A row of the policy alone.
const fn row(
    name: &'static str,
    form: Form,
    unit: &'static str,
    requirements: &'static [&'static str],
    help: &'static str,
) -> Row {
    Row { name, form, unit, requirements, own: None, help }
}

/// A text of a seller.
const fn seller(name: &'static str, form: Form, help: &'static str) -> Row {
    row(name, form, "", &["INV-1", "INV-6", "R89"], help)
}

/// All settings, in the order in which they are listed.
pub(super) static ROWS: &[Row] = &[
    row(
        "brand",
        Form::Text { at: |policy| &mut policy.brand, characters: (1, 22), letters: Letters::Ascii },
        "",
        &["INV-1"],
        "Name of the operator's product, in mails and on card statements.",
    ),
    seller(
        "seller.legal-name",
        Form::Text { at: |policy| &mut policy.seller.legal_name, characters: (0, 200), letters: Letters::Printable },
        "Legal name of the seller on documents. No document is issued without it.",
    ),
    seller(
        "seller.address-lines",
        Form::Lines { at: |policy| &mut policy.seller.address_lines, entries: (0, 10), characters: 200 },
        "Address of the seller on documents. No document is issued without it.",
    ),
    seller(
        "seller.country",
        Form::Text { at: |policy| &mut policy.seller.country, characters: (0, 2), letters: Letters::Country },
        "Country of the seller on documents. No document is issued without it.",
    ),
    seller(
        "seller.tax-id",
        Form::Text { at: |policy| &mut policy.seller.tax_id, characters: (0, 30), letters: Letters::Printable },
        "Tax ID of the seller on documents.",
    ),
    seller(
        "seller.email",
        Form::Text { at: |policy| &mut policy.seller.email, characters: (0, 254), letters: Letters::MailAddress },
        "Mail address of the seller on documents.",
    ),
    seller(
        "seller.registration-number",
        Form::Text {
            at: |policy| &mut policy.seller.registration_number,
            characters: (0, 100),
            letters: Letters::Printable,
        },
        "Entry of the seller in the register of companies, on documents.",
    ),
    seller(
        "seller.phone",
        Form::Text { at: |policy| &mut policy.seller.phone, characters: (0, 40), letters: Letters::Printable },
        "Phone number of the seller on documents.",
    ),
    row(
        "require-billing-address",
        Form::Flag { at: |policy| &mut policy.require_billing_address },
        "",
        &["R44", "R89"],
        "Whether legal name, address and country must be there before anything is charged: those of the customer and those of the seller. It can be switched on only if those of the seller are there. Stores of version 0.1 have it off until it is switched on.",
    ),
    row(
        "currency",
        Form::Currency { at: |policy| &mut policy.currency },
        "",
        &["CRD-17"],
        "Currency of accounts and coupons that are made without naming one, and of amounts of settings that name none. Accounts can be made in each currency in which minimum-recharge, maximum-recharge, trial-credits, unusual-spend.floor and unusual-spend.without-history name an amount.",
    ),
    row(
        "minimum-recharge",
        Form::Amount { at: |policy| &mut policy.minimum_recharge, least: CENT },
        "",
        &["CRD-3"],
        "The least that one recharge may be.",
    ),
    Row {
        own: Some(Own {
            lay: |limits, policy| {
                let of_account = |value| PerCurrency::of(policy.currency, value);
                limits.maximum_recharge.map(|value| policy.maximum_recharge = of_account(value)).is_some()
            },
            take: |policy, limits| limits.maximum_recharge = policy.maximum_recharge.get(policy.currency).copied(),
            clear: |limits| limits.maximum_recharge = None,
        }),
        ..row(
            "maximum-recharge",
            Form::Amount { at: |policy| &mut policy.maximum_recharge, least: CENT },
            "",
            &["CRD-3"],
            "The most that one recharge may be. It is not below minimum-recharge.",
        )
    },
    row(
        "alert-thresholds",
        Form::Amounts { at: |policy| &mut policy.alert_thresholds, entries: (0, 10) },
        "",
        &["CRD-8"],
        "Balances below which customers are warned by mail, unless they have chosen their own.",
    ),
    row(
        "ladder-levels",
        Form::Percents { at: |policy| &mut policy.ladder_levels, entries: (1, 8), order: Order::Falling },
        "% of B",
        &["CRD-6"],
        "Levels of available credit, in percent of the threshold of automatic recharge (B), at which a failed charge is tried again.",
    ),
    row(
        "series-limit",
        Form::Count { at: |policy| &mut policy.series_limit, least: 1, most: 1000 },
        "charges",
        &["R7"],
        "Most paid charges of one series of automatic recharges.",
    ),
    row(
        "failure-limit",
        Form::Count { at: |policy| &mut policy.failure_limit, least: 1, most: 100 },
        "attempts",
        &["CRD-16", "R8"],
        "Most failed attempts of one episode of automatic recharge.",
    ),
    row(
        "ask-again",
        Form::Durations { at: |policy| &mut policy.ask_again_ms, entries: (1, 10), least: 1000, most: 30 * DAY_MS },
        "",
        &["R11"],
        "When an open charge is asked about again, each counted from the answer before. The last one repeats.",
    ),
    row(
        "hang-up-grace",
        Form::Duration { at: |policy| &mut policy.hang_up_grace_ms, least: 0, most: 10 * MINUTE_MS },
        "",
        &["R12"],
        "How long running calls may go on at zero while an automatic charge is due or open.",
    ),
    row(
        "dunning-days",
        Form::Days { at: |policy| &mut policy.dunning_days, entries: (0, 10), most: 90, order: Order::Rising },
        "days after issue",
        &["CRD-15", "R29"],
        "Days after issue on which an unpaid invoice is charged again.",
    ),
    row(
        "lift-payment-suspension",
        Form::Flag { at: |policy| &mut policy.lift_payment_suspension },
        "",
        &["ACC-9"],
        "Whether a suspension for an unpaid invoice or a chargeback ends by itself once everything due is paid.",
    ),
    row(
        "reservation-ttl",
        Form::Duration { at: |policy| &mut policy.reservation_ttl_ms, least: MINUTE_MS, most: 7 * DAY_MS },
        "",
        &["USE-3"],
        "How long a reservation waits for its settlement once its reserved time is used.",
    ),
    row(
        "session-idle",
        Form::Duration { at: |policy| &mut policy.people.session_idle_ms, least: MINUTE_MS, most: 12 * HOUR_MS },
        "",
        &["SEC-3"],
        "How long a session of a person lives without being used.",
    ),
    row(
        "session-length",
        Form::Duration { at: |policy| &mut policy.people.session_ms, least: 5 * MINUTE_MS, most: 7 * DAY_MS },
        "",
        &["SEC-3"],
        "How long a session of a person lives, however much it is used.",
    ),
    row(
        "half-session",
        Form::Duration { at: |policy| &mut policy.people.half_session_ms, least: MINUTE_MS, most: HOUR_MS },
        "",
        &["SEC-3"],
        "How long a login waits for its second factor.",
    ),
    row(
        "fresh-proof",
        Form::Duration { at: |policy| &mut policy.people.fresh_proof_ms, least: MINUTE_MS, most: HOUR_MS },
        "",
        &["SEC-4", "SEC-5"],
        "How long after a person has proved who he is the functions are open that need it.",
    ),
    row(
        "usage-window",
        Form::Duration { at: |policy| &mut policy.usage_window_ms, least: HOUR_MS, most: 90 * DAY_MS },
        "",
        &["R15"],
        "Age of the oldest event that is accepted.",
    ),
    row(
        "usage-ahead",
        Form::Duration { at: |policy| &mut policy.usage_ahead_ms, least: 0, most: DAY_MS },
        "",
        &["R15"],
        "How far an event may be ahead of the clock.",
    ),
    row(
        "daily-summary-hour",
        Form::Count { at: |policy| &mut policy.daily_summary_hour, least: 0, most: 23 },
        "hour of the day",
        &["USE-4"],
        "Hour at which the daily summary is mailed, in the account's own time zone.",
    ),
    row(
        "daily-summaries",
        Form::Flag { at: |policy| &mut policy.daily_summaries },
        "",
        &["USE-4"],
        "Whether accounts that have not chosen get daily summaries.",
    ),
    row(
        "unusual-spend.factor",
        Form::Count { at: |policy| &mut unusual(policy).factor, least: 0, most: 1000 },
        "times the daily average",
        &["R33"],
        "A day is unusual above so many times the daily average of the 7 days before: 2 or more. 0 switches the rule off.",
    ),
    row(
        "unusual-spend.floor",
        Form::Amount { at: |policy| &mut unusual(policy).floor, least: Money::ZERO },
        "",
        &["R33"],
        "A day of no more than this is never unusual.",
    ),
    row(
        "unusual-spend.without-history",
        Form::Amount { at: |policy| &mut unusual(policy).without_history, least: Money::ZERO },
        "",
        &["R33"],
        "Takes the place of unusual-spend.floor for an account that is younger than 7 days or has used nothing in the 7 days before. It is not below that floor.",
    ),
    row(
        "trial-credits",
        Form::Amount { at: |policy| &mut policy.trial_credits, least: Money::ZERO },
        "",
        &["ACC-4"],
        "Credit of a new trial.",
    ),
    row(
        "close-settle",
        Form::Duration { at: |policy| &mut policy.close_settle_ms, least: 0, most: HOUR_MS },
        "",
        &["ACC-12", "R23"],
        "How long usage from before is still posted when an account is closed.",
    ),
    row(
        "refund-window",
        Form::Duration { at: |policy| &mut policy.refund_window_ms, least: 0, most: 3650 * DAY_MS },
        "",
        &["CRD-12"],
        "How far back recharges are given back at closing.",
    ),
    row(
        "refund-business-days",
        Form::Count { at: |policy| &mut policy.refund_business_days, least: 1, most: 250 },
        "business days",
        &["CRD-12", "R24"],
        "Business days until a refund is due, counted from the day after closing.",
    ),
    row(
        "holidays",
        Form::Dates { at: |policy| &mut policy.holidays, entries: (0, 400) },
        "",
        &["CRD-12"],
        "Dates (UTC) that are no business days, besides Saturdays and Sundays.",
    ),
    row(
        "coupon-tries",
        Form::Count { at: |policy| &mut policy.coupon_tries, least: 1, most: 1000 },
        "tries an hour",
        &["CRD-13"],
        "How many tries of coupon codes by one account may be declined within an hour.",
    ),
    row(
        "trial-subaccounts",
        Form::Count { at: |policy| &mut policy.trial_subaccounts, least: 0, most: 100_000 },
        "sub-accounts",
        &["ACC-6"],
        "Most sub-accounts of a trial.",
    ),
    row(
        "standard-subaccounts",
        Form::Count { at: |policy| &mut policy.standard_subaccounts, least: 0, most: 100_000 },
        "sub-accounts",
        &["ACC-6"],
        "Most sub-accounts of a standard account.",
    ),
    row(
        "trial-destinations",
        Form::Count { at: |policy| &mut policy.sign_ups.destinations, least: 0, most: DESTINATIONS_MAX },
        "numbers",
        &["ACC-6"],
        "Most numbers that a trial has verified, to call and write to them.",
    ),
    row(
        "trial-verified-destinations",
        Form::Flag { at: |policy| &mut policy.sign_ups.verified_destinations },
        "",
        &["ACC-6"],
        "Whether trials call and write to numbers only that they have verified.",
    ),
    row(
        "review.everybody",
        Form::Flag { at: |policy| &mut policy.sign_ups.review_everybody },
        "",
        &["ACC-5"],
        "Whether a person decides about every new account, and not only about those that a rule has flagged.",
    ),
    row(
        "review.due",
        Form::Duration { at: |policy| &mut policy.sign_ups.review_due_ms, least: HOUR_MS, most: 30 * DAY_MS },
        "",
        &["ACC-5"],
        "Within what time a person decides about a new account that is held.",
    ),
    row(
        "review.documents",
        Form::Lines { at: |policy| &mut policy.sign_ups.documents, entries: (0, 6), characters: 20 },
        "",
        &["ACC-5"],
        "Documents that every new account has to hand in, one a line: identity, registration, proof-of-address, tax-registration, use-case, other. An account without one of them is held.",
    ),
    row(
        "sign-ups.same-a-day",
        Form::Count { at: |policy| &mut policy.sign_ups.same_a_day, least: 1, most: 10_000 },
        "accounts",
        &["ACC-5"],
        "New accounts of one mail domain, or from one network (/24 of IPv4, /48 of IPv6), within a day. Those beyond are held.",
    ),
    row(
        "sign-ups.unverified",
        Form::Duration { at: |policy| &mut policy.sign_ups.unverified_ms, least: DAY_MS, most: 365 * DAY_MS },
        "",
        &["ACC-3"],
        "After what time an account is closed whose phone number was not verified.",
    ),
    row(
        "trial-numbers",
        Form::Count { at: |policy| &mut policy.trial_numbers, least: 0, most: NUMBERS_MAX },
        "numbers",
        &["ACC-6"],
        "Most rented numbers of a trial with its sub-accounts.",
    ),
    row(
        "standard-numbers",
        Form::Count { at: |policy| &mut policy.standard_numbers, least: 0, most: NUMBERS_MAX },
        "numbers",
        &["ACC-6"],
        "Most rented numbers of a standard account with its sub-accounts.",
    ),
    row(
        "first-month",
        Form::Choice { at: |policy| &mut policy.first_month },
        "",
        &["NUM-3", "R20", "USE-7"],
        "What a number, and a recurring charge that does not say it, pays for the month in which it begins: nothing, a whole month, or the rest of the month by days.",
    ),
    row(
        "rent-grace",
        Form::Duration { at: |policy| &mut policy.rent_grace_ms, least: DAY_MS, most: 365 * DAY_MS },
        "",
        &["NUM-4", "R19"],
        "How long rent may stay unpaid before its number is released.",
    ),
    row(
        "rent-warning-days",
        Form::Days { at: |policy| &mut policy.rent_warning_days, entries: (0, 10), most: 364, order: Order::Falling },
        "days before the release",
        &["R19"],
        "A mail warns of a release at once, and again so many days before it.",
    ),
    own!(
        standard_rate,
        row(
            "standard-rate",
            Form::Count { at: |policy| &mut policy.standard_rate, least: 1, most: 100_000 },
            "requests a second",
            &["SEC-10"],
            "Requests a second of one main account with its sub-accounts.",
        ),
    ),
    own!(
        lookup_rate,
        row(
            "lookup-rate",
            Form::Count { at: |policy| &mut policy.lookup_rate, least: 1, most: 100_000 },
            "requests a second",
            &["SEC-10"],
            "Look-ups a second of one main account with its sub-accounts.",
        ),
    ),
    own!(
        message_rate,
        row(
            "message-rate",
            Form::Count { at: |policy| &mut policy.message_rate, least: 1, most: 100_000 },
            "requests a second",
            &["SEC-10", "R41"],
            "Messages a second of one main account with its sub-accounts.",
        ),
    ),
    row(
        "tax-rates",
        Form::TaxRates { at: |policy| &mut policy.tax_rates },
        "",
        &["INV-7"],
        "The tax table. Without rows no tax is charged.",
    ),
    row(
        "payment-days",
        Form::Count { at: |policy| &mut policy.payment_days, least: 0, most: 365 },
        "days after issue",
        &["INV-2"],
        "Days after issue until an invoice is due.",
    ),
    row(
        "payment-terms",
        Form::Text { at: |policy| &mut policy.payment_terms, characters: (0, 500), letters: Letters::Printable },
        "",
        &["INV-2"],
        "Text that invoices print.",
    ),
    row(
        "ways-to-pay",
        Form::Lines { at: |policy| &mut policy.ways_to_pay, entries: (0, 10), characters: 200 },
        "",
        &["INV-2"],
        "How an invoice can be paid, such as a bank account.",
    ),
    row(
        "invoice-prefix",
        Form::Text { at: |policy| &mut policy.invoice_prefix, characters: (0, 10), letters: Letters::Prefix },
        "",
        &["INV-1"],
        "Comes before the year in numbers of invoices. The three prefixes differ.",
    ),
    row(
        "credit-note-prefix",
        Form::Text { at: |policy| &mut policy.credit_note_prefix, characters: (0, 10), letters: Letters::Prefix },
        "",
        &["INV-5"],
        "Comes before the year in numbers of credit notes. The three prefixes differ.",
    ),
    row(
        "receipt-prefix",
        Form::Text { at: |policy| &mut policy.receipt_prefix, characters: (0, 10), letters: Letters::Prefix },
        "",
        &["INV-3"],
        "Comes before the year in numbers of receipts. The three prefixes differ.",
    ),
    row(
        "login.network-tries",
        Form::Count { at: |policy| &mut policy.people.login_network_tries, least: 1, most: 10_000 },
        "",
        &["SEC-9"],
        "Tries to log in from one network (IPv4 address, or /64 of IPv6) at once.",
    ),
    row(
        "login.network-every",
        Form::Duration { at: |policy| &mut policy.people.login_network_every_ms, least: 100, most: HOUR_MS },
        "",
        &["SEC-9"],
        "In what time one more try from the same network is allowed.",
    ),
    row(
        "reset.tries",
        Form::Count { at: |policy| &mut policy.people.reset_tries, least: 1, most: 100 },
        "",
        &["ACC-11"],
        "Links to choose a new password that one address may ask for at once.",
    ),
    row(
        "reset.every",
        Form::Duration { at: |policy| &mut policy.people.reset_every_ms, least: 1000, most: 4 * HOUR_MS },
        "",
        &["ACC-11"],
        "In what time the same address may ask once more.",
    ),
    row(
        "reset.network-tries",
        Form::Count { at: |policy| &mut policy.people.reset_network_tries, least: 1, most: 10_000 },
        "",
        &["ACC-11"],
        "Links to choose a new password that one network may ask for at once.",
    ),
    row(
        "reset.network-every",
        Form::Duration { at: |policy| &mut policy.people.reset_network_every_ms, least: 100, most: HOUR_MS },
        "",
        &["ACC-11"],
        "In what time the same network may ask once more.",
    ),
    row(
        "reset.link",
        Form::Duration { at: |policy| &mut policy.people.reset_link_ms, least: MINUTE_MS, most: DAY_MS },
        "",
        &["ACC-11"],
        "How long a link to choose a new password is good.",
    ),
    row(
        "codes.lasts",
        Form::Duration { at: |policy| &mut policy.people.code_lasts_ms, least: MINUTE_MS, most: HOUR_MS },
        "",
        &["SEC-3"],
        "How long a code to a phone is good.",
    ),
    row(
        "codes.tries",
        Form::Count { at: |policy| &mut policy.people.code_tries, least: 1, most: 20 },
        "",
        &["SEC-3"],
        "Tries of one code.",
    ),
    row(
        "codes.wrong-an-hour",
        Form::Count { at: |policy| &mut policy.people.code_wrong_an_hour, least: 1, most: 100 },
        "",
        &["SEC-3"],
        "Wrong codes of one member within an hour, over all sessions, until none is looked at for the rest of the hour. For the destinations of one trial as many are looked at, and one more each time that a part of the hour has passed.",
    ),
    row(
        "codes.gap",
        Form::Duration { at: |policy| &mut policy.people.code_gap_ms, least: 1000, most: HOUR_MS },
        "",
        &["SEC-3"],
        "The least time between two codes to the phone of one member, and between two to destinations of one trial.",
    ),
    row(
        "codes.a-number",
        Form::Count { at: |policy| &mut policy.people.codes_a_number, least: 1, most: 1000 },
        "codes a day",
        &["SEC-3"],
        "Codes to one number.",
    ),
    row(
        "codes.a-network",
        Form::Count { at: |policy| &mut policy.people.codes_a_network, least: 1, most: 100_000 },
        "codes a day",
        &["SEC-3"],
        "Codes that are asked for from one network.",
    ),
    row(
        "codes.an-account",
        Form::Count { at: |policy| &mut policy.people.codes_an_account, least: 1, most: 100_000 },
        "codes a day",
        &["SEC-3"],
        "Codes for members of one account and to its destinations.",
    ),
    row(
        "codes.a-calling-code",
        Form::Count { at: |policy| &mut policy.people.codes_a_calling_code, least: 1, most: 1_000_000 },
        "codes an hour",
        &["SEC-3"],
        "Codes to numbers of one country calling code. Where 30 and more were sent within an hour and less than a fifth of them was used, that calling code rests for an hour.",
    ),
    row(
        "codes.beside-authenticator",
        Form::Flag { at: |policy| &mut policy.people.codes_beside_authenticator },
        "",
        &["SEC-3"],
        "Whether codes still go to the phone of a member who has an authenticator. If not, a stolen phone number opens nothing.",
    ),
    row(
        "codes.prefixes",
        Form::Lines { at: |policy| &mut policy.people.code_prefixes, entries: (0, 300), characters: 15 },
        "",
        &["SEC-3"],
        "Beginnings of the numbers that codes may go to, digits from the country code on, one a line. Without any, codes go everywhere but to satellite, premium and shared-cost numbers.",
    ),
    row(
        "passwords.shortest",
        Form::Count { at: |policy| &mut policy.people.password_shortest, least: 12, most: 64 },
        "characters",
        &["SEC-8"],
        "The least length of a new password.",
    ),
    row(
        "passwords.unmixed",
        Form::Count { at: |policy| &mut policy.people.password_unmixed, least: 16, most: 256 },
        "characters",
        &["R56"],
        "From this length on a new password need not mix upper case, lower case, digits and symbols.",
    ),
    row(
        "passwords.temporary",
        Form::Duration { at: |policy| &mut policy.people.temporary_password_ms, least: HOUR_MS, most: 7 * DAY_MS },
        "",
        &["SEC-11"],
        "How long a temporary password is good.",
    ),
    row(
        "members.invitation",
        Form::Duration { at: |policy| &mut policy.people.invitation_ms, least: HOUR_MS, most: 30 * DAY_MS },
        "",
        &["TEAM-2"],
        "How long an invitation is good.",
    ),
    row(
        "members.email-link",
        Form::Duration { at: |policy| &mut policy.people.email_link_ms, least: HOUR_MS, most: 7 * DAY_MS },
        "",
        &["ACC-10"],
        "How long the link that confirms a new address is good.",
    ),
    row(
        "members.email-undo",
        Form::Duration { at: |policy| &mut policy.people.email_undo_ms, least: HOUR_MS, most: 30 * DAY_MS },
        "",
        &["ACC-10"],
        "How long the link is good that takes a change of address back.",
    ),
    row(
        "members.new-factors-wait",
        Form::Duration { at: |policy| &mut policy.people.new_factors_wait_ms, least: HOUR_MS, most: 7 * DAY_MS },
        "",
        &["SEC-3"],
        "How long a member who has lost all second factors waits for the link to new ones, so that he and the owner can object.",
    ),
];

fn unusual(policy: &mut Policy) -> &mut UnusualSpend {
    policy.unusual_spend.get_or_insert_default()
}
