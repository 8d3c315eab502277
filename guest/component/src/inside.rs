//! Types of the exported interfaces.

use crate::bindings::exports::coinbox::billing as exported;
use crate::contract::{admission_types, credit_types, outside_types, people_types, types, usage_types};
use crate::mapping::{one_field, records, variants};
use coinbox_rules::members::words as people;
use coinbox_rules::{
    about, access, accounts, alerts, cards, charges, closing, coupons, credits, daily, derived, destinations, events,
    indexes, invoices, jobs, lists, login, lots, member_profile, members, operator, password, phone_numbers, policy,
    port, postpaid, pricing, product, queue, recharge, recurring, refunds, reservations, review, signup, statement,
    subaccounts, summary, totals, usage, vocabulary, zero_stop,
};

/// Codes: text in the contract, small values in the rules.
macro_rules! codes {
    ($($rules:path),*) => {
        $(
            impl $crate::mapping::Translate<$rules> for String {
                fn translate(self) -> $rules {
                    <$rules>::read(&self)
                }
            }
            impl $crate::mapping::Translate<String> for $rules {
                fn translate(self) -> String {
                    self.name().to_owned()
                }
            }
        )*
    };
}

codes!(product::Product, product::Heading);

records! {
    types::RequestPart = vocabulary::RequestPart { whole, number }
    types::Caller = vocabulary::Caller { who, address, device, request, idempotency_key, part }
    types::Credential = vocabulary::Credential { auth_id, token }
    types::Operator = vocabulary::Operator { name, permissions }
    types::FieldProblem = vocabulary::FieldProblem { field, rule, limit }
    types::Problem = vocabulary::Problem { code, facts }

    exported::about::Route = about::Route { way, items, id }
    exported::about::FunctionFacts = about::FunctionFacts {
        name, class, permission, roles, tokens, standings, fresh, audited, rate, slow, route,
    }
    admission_types::AdmissionRequest = port::AdmissionRequest { main, holder, credential, class, per_second, request }
    exported::about::Limit = about::Limit { name, value }
    exported::about::Facts = about::Facts { version, contract, time_zones, record_version, functions, limits, names, shared }

    exported::jobs::JobTask = jobs::Task { job, attempt, work }
    outside_types::MovementsRequest = jobs::MovementsRequest { since, cursor }
    outside_types::OutsideKey = jobs::OutsideKey { key }
    outside_types::StoredMethod = jobs::StoredMethod { token }

    usage_types::UsageEvent = product::Event { id, auth_id, product, heading, number, quantity, at }
    exported::usage::QuotedSurcharge = product::QuotedSurcharge { code, words, rate, amount }
    exported::usage::Quote = product::Quote { rate, prefix, amount, surcharges }
    exported::usage::ProductUse = usage::ProductUse { product, heading }
    exported::usage::BatchAnswer = usage::BatchAnswer { answers, transactions }
    exported::usage::RunningCall = zero_stop::RunningCall { call, auth_id, started, source }
    exported::usage::CarriedCall = zero_stop::CarriedCall { account, call }
    exported::usage::CarriedPage = zero_stop::CarriedPage { calls, next }
    exported::usage::SummaryRow = summary::SummaryRow {
        day, auth_id, product, heading, detail, count, quantity, amount,
    }
    exported::usage::SummaryPage = summary::SummaryPage { timezone, begins, ends, rows, amount, complete_until, next }
    exported::usage::PostedLine = summary::PostedLine {
        transaction, posted, auth_id, id, product, heading, number, quantity, at, prefix, rate, amount,
    }
    exported::usage::LinePage = summary::LinePage { lines, complete_until, next }
    exported::usage::DailySummary = daily::DailySummary { enabled, chosen, hour, due, told_until }
    exported::usage::RejectedEvent = usage::RejectedEvent { key, event, reason, received }
    exported::usage::RejectPage = usage::RejectPage { rejected, next }
    exported::usage::Resubmission = usage::Resubmission { key, event }

    exported::reservations::Measure = reservations::Measure { product, heading, number, quantity }
    exported::reservations::Hold = reservations::Hold { auth_id, name, kind, price, lasts_ms, at_least, source }
    exported::reservations::Reservation = reservations::Shown {
        auth_id, name, kind, amount, begun, until, expires, ends,
    }
    exported::reservations::Extension = reservations::Extension { auth_id, name, price, lasts_ms, at_least }
    exported::reservations::Grant = reservations::Grant { reservation, granted, last }
    exported::reservations::Ending = reservations::Ending { why, ends }
    exported::reservations::Settlement = reservations::Settlement { name, event }
    exported::reservations::SettledReservation = reservations::Settled { amount, released, was }
    exported::reservations::SettleBatch = reservations::SettleBatch { answers, transactions }
    exported::reservations::ReservationName = reservations::Named { auth_id, name }
    exported::reservations::ReservationPage = reservations::Page { reservations, reserved, next }
    exported::reservations::OpenReservation = reservations::OpenReservation { account, source, granted, reservation }
    exported::reservations::OpenPage = reservations::OpenPage { reservations, next }

    exported::pricing::HeadingRow = pricing::HeadingRow { code, words, other_side }
    exported::pricing::ProductRow = pricing::ProductRow {
        code, unit, rating, unit_size, price_unit, headings, tax_code, words,
    }
    exported::pricing::PriceRow = pricing::PriceRow {
        product, heading, country, prefix, rate, first_increment, next_increment, group,
    }
    exported::pricing::NumberRow = pricing::NumberRow { country, kind, setup, monthly }
    exported::pricing::NumberPrices = pricing::NumberPrices { rows, seat }
    exported::pricing::CountryPrices = pricing::CountryPrices {
        country, calling_code, standard, rows, more, numbers, seat, surcharges, tiers,
    }
    exported::pricing::TierStep = pricing::TierStep { above, rate }
    exported::pricing::TierTable = pricing::RowTiers { product, heading, prefix, mode, steps }
    exported::pricing::Surcharge = pricing::Surcharge {
        code, words, product, heading, country, prefix, group, basis, rate,
    }
    exported::pricing::PriceVersion = pricing::Version { number, state, starts_at, rows, currency }
    exported::pricing::OverrideSet = pricing::OverrideSet { starts_at, rows }
    exported::pricing::RowPage = pricing::RowPage { rows, next }

    exported::credits::Balance = credits::Balance {
        balance, available, trial, promotional, cash, owed, out_of_credit,
    }
    exported::credits::Lot = credits::ShownLot { number, kind, amount, rest, since, expires, origin }
    credit_types::Charge = charges::ShownCharge {
        number, kind, amount, card, state, key, created, settled, reference, invoice, charged_back, job, attempts,
    }
    exported::credits::ChargePage = charges::ChargePage { charges, next }
    exported::credits::Caps = recharge::Caps { day, week, month }
    exported::usage::ChargeFilter = summary::ChargeFilter { product, source }
    exported::credits::CapsChange = recharge::CapsChange { day, week, month, removed }
    exported::credits::RechargeChange = recharge::RechargeChange { enabled, balance_amount, recharge_amount, caps }
    exported::credits::RechargeSettings = recharge::RechargeSettings { enabled, balance_amount, recharge_amount, caps }
    exported::credits::RechargeStatus = recharge::RechargeStatus { settings, standing, failures, series }
    credit_types::Card = cards::ShownCard {
        name, brand, last_four, expires_year, expires_month, is_default, state,
    }
    exported::credits::AlertThreshold = alerts::AlertThreshold { amount, custom, armed }
    exported::credits::AlertSettings = alerts::AlertSettings { thresholds, recipients, suggested }
    exported::credits::StatementCharge = statement::StatementCharge {
        product, heading, detail, count, quantity, amount,
    }
    exported::credits::StatementMovement = statement::StatementMovement {
        transaction, at, kind, cause, amount, trial, promotional, cash, receivable,
    }
    exported::credits::Statement = statement::Statement {
        month, opening, moved, charged, closing_postings, closing, charges, movements, complete_until, next,
    }
    exported::credits::Goodwill = credits::Goodwill { amount, expires }
    exported::credits::Correction = credits::Correction { amount, charge, payment }
    exported::credits::Adjusted = credits::Adjusted { transaction, balance }
    types::StartedJob = credits::Started { job, name }

    exported::coupons::NewCoupon = coupons::NewCoupon {
        code, amount, redeem_by, validity, uses, uses_per_account, note, currency,
    }
    exported::coupons::Coupon = coupons::Coupon {
        number, code, amount, redeem_by, validity, uses, uses_per_account, note, redeemed, created, created_by, withdrawn,
        currency,
    }
    exported::coupons::CouponPage = coupons::CouponPage { coupons, next }
    exported::coupons::Redemption = coupons::ShownRedemption {
        number, coupon, label, amount, paid_owed, at, expires, lot, transaction,
    }
    exported::coupons::RedemptionPage = coupons::RedemptionPage { redemptions, next }

    types::Blob = review::Blob { digest, size, media_type, name }
    exported::review::OutstandingStep = review::Outstanding { step, done, asked, documents, due }
    exported::review::HandedIn = review::HandedIn { number, kind, document, at, by }
    exported::review::RaisedFlag = review::Raised { flag, facts }
    exported::review::ReviewEntry = review::Entry { at, act, by, text, documents }
    exported::review::ReviewFile = review::File { account, state, since, due, overdue, flags, asked, history }
    exported::review::ReviewPage = review::Page { reviews, next }

    exported::signup::NewSignUp = signup::NewSignUp { email, name, company, language, country, timezone }
    exported::signup::PendingSignUp = signup::PendingSignUp { holder, until }
    exported::signup::ConfirmedSignUp = signup::Confirmed { account, half }
    exported::signup::RefusedDomain = signup::Domain { domain }

    exported::destinations::Destination = destinations::Destination { number, since }

    exported::lists::ListSource = lists::Source { source, edition, dated, licence }
    exported::lists::ListVersion = lists::Version { name, version, about, entries, begun, published }
    exported::lists::ListStatus = lists::Status { name, current, draft, own, old }
    exported::lists::ListEntry = lists::Entry { entry, note }
    exported::lists::OwnEntry = lists::Own { entry, note, choice }
    exported::lists::OwnPage = lists::OwnPage { entries, next }
    exported::lists::LookUpAnswer = lists::Answer { entry, listed, own }

    exported::invoices::Party = invoices::Party {
        legal_name, address_lines, country, tax_id, email, auth_id, registration_number, phone,
    }
    exported::invoices::DocumentLine = invoices::DocumentLine {
        section, section_name, product, description, quantity, unit, count, price, used_from, used_to, amount,
    }
    exported::invoices::LinePrice = invoices::LinePrice { billed, unit, unit_price }
    exported::invoices::TaxLine = invoices::TaxLine { name, percent, base, amount, reverse_charge, legal_basis }
    exported::invoices::DocumentMovement = invoices::DocumentMovement { label, at, amount, earlier }
    exported::invoices::DocumentReference = invoices::DocumentReference { kind, number, issued }
    exported::invoices::Document = invoices::Document {
        kind, number, issued, period_start, period_end, seller, customer, currency, lines, discount, rounding, net,
        taxes, total, opening_balance, closing_balance, movements, amount_due, status, method, refers_to, note, about,
        due, payment_terms, ways_to_pay, card, payment_reference, payment_at, edition,
    }
    exported::invoices::DocumentSummary = invoices::DocumentSummary {
        kind, number, issued, period_start, period_end, total, amount_due, status, method, refers_to, credited,
        open_amount, charged_back, currency,
    }
    exported::invoices::DocumentPage = invoices::DocumentPage { documents, next }
    exported::invoices::IssuedFilter = invoices::IssuedFilter {
        kind, receipt, status, number, month, issued_from, issued_before, open_from, currency, account, oldest_first,
    }
    exported::invoices::IssuedDocument = invoices::IssuedDocument { auth_id, name, receipt, document }
    exported::invoices::IssuedPage = invoices::IssuedPage { documents, next }
    exported::invoices::DocumentFilter = invoices::DocumentFilter {
        status, number, issued_from, issued_before, oldest_first,
    }
    exported::invoices::Seats = invoices::Seats { paid, in_use, charged, next_charge }
    exported::invoices::BillingOverview = invoices::Overview { balance, last_invoice, cards, receipts }
    exported::invoices::BillingDetails = invoices::Billing {
        legal_name, address, city, state, country, tax_id, notification_addresses, cycle_months, complete,
    }
    exported::invoices::BillingChange = invoices::BillingChange {
        legal_name, address, city, state, country, tax_id, notification_addresses,
    }

    exported::recurring::NewRecurringCharge = recurring::NewRecurringCharge {
        reference, product, heading, quantity, first_month,
    }
    exported::recurring::RecurringCharge = recurring::RecurringCharge {
        reference, account, holder, product, heading, quantity, rate, monthly, started, charged_through, next_charge,
        last_month, ended,
    }
    exported::recurring::RecurringPage = recurring::RecurringPage { charges, next }

    credit_types::Refund = refunds::ShownRefund {
        auth_id, number, cause, amount, payment, charge, card, state, due, key, created, settled, reference, job, attempts,
    }
    exported::refunds::RefundPage = refunds::RefundPage { refunds, next }

    exported::accounts::ClosingStatus = closing::ClosingStatus {
        step, begun, closes_at, closed, by, reason, owed, refunded, rounding, forfeited, refunds,
    }
    exported::accounts::NewAccount = accounts::NewAccount {
        account_type, name, email, address, city, state, timezone, currency,
    }
    exported::accounts::CreatedAccount = accounts::Created { auth_id, auth_token }
    exported::accounts::Account = accounts::Account {
        auth_id, account_type, name, email, address, city, state, timezone, billing_mode, auto_recharge, cash_credits,
        available, standing, created, currency,
    }
    exported::accounts::AccountChange = accounts::Change { name, email, address, city, state, timezone }
    exported::accounts::AccountFilter = accounts::AccountFilter {
        name, email, email_part, account_type, billing_mode, standing, balance_below, balance_from, currency,
    }
    exported::accounts::ListedAccount = accounts::Listed {
        auth_id, name, email, account_type, billing_mode, standing, balance, created, currency,
    }
    exported::accounts::AccountPage = accounts::Page { accounts, next }
    exported::accounts::RateLimits = accounts::RateLimits { main_auth_id, standard, lookup, message }

    exported::subaccounts::CreatedSubaccount = subaccounts::Created { auth_id, auth_token }
    exported::subaccounts::Subaccount = subaccounts::Subaccount { auth_id, parent, name, enabled, created, modified }
    exported::subaccounts::SubaccountChange = subaccounts::Change { name, enabled }
    exported::subaccounts::SubaccountPage = subaccounts::Page { subaccounts, total }

    exported::numbers::NumberPrice = phone_numbers::NumberPrice { setup, monthly, first_rent }
    exported::numbers::PricedOffer = phone_numbers::PricedOffer { offer, price }
    exported::numbers::NumberPurchase = phone_numbers::Purchase { offer, alias, app_id }
    exported::numbers::RentedNumber = phone_numbers::RentedNumber {
        number, account, holder, country, calling_code, kind, region, city, voice, sms, mms, alias, app_id, monthly, since,
        renewal, release_at,
    }
    exported::numbers::NumberFilter = phone_numbers::NumberFilter { kind, starts_with, holder, alias, voice, sms, mms }
    exported::numbers::NumberPage = phone_numbers::NumberPage { numbers, total }
    exported::numbers::NumberChange = phone_numbers::NumberChange { alias, app_id, holder }

    exported::events::FeedEvent = events::Event { position, account, at, kind, rule, facts, transactions }

    exported::operator::SettingFacts = policy::SettingFacts {
        name, form, default, unit, bounds, choices, requirements, per_account, help,
    }
    exported::operator::Setting = policy::Setting { name, value, chosen }
    exported::operator::Settings = policy::Settings { version, settings }
    exported::operator::SettingChange = policy::SettingChange { name, value }
    exported::operator::ChangedSetting = policy::ChangedSetting { name, before, after }
    exported::operator::HistoryEntry = policy::HistoryEntry { version, at, by, changed }
    exported::operator::HistoryPage = policy::HistoryPage { entries, next }
    exported::operator::Posting = operator::ShownPosting { ledger_account, owner, amount }
    exported::operator::LedgerTransaction = operator::LedgerTransaction { id, at, kind, cause, currency, postings, events }
    exported::operator::LedgerPage = operator::LedgerPage { transactions, next }
    exported::operator::RatedEvent = operator::RatedEvent {
        auth_id, id, product, heading, number, quantity, at, prefix, rate, amount,
    }
    exported::operator::Folded = operator::Folded { auth_id, trial, promotional, cash, receivable }
    exported::operator::Difference = operator::Difference { auth_id, what, stored, rebuilt }
    exported::operator::KindFlow = totals::check::KindFlow { auth_id, kind, trial, promotional, cash, receivable }
    exported::operator::SourceSum = totals::check::SourceSum {
        auth_id, source, code, count, quantity, billed, amount, first, last,
    }
    exported::operator::ChargedTransaction = totals::check::ChargedTransaction { id, month, flows, charges }
    exported::operator::ChargedPage = totals::check::ChargedPage { transactions, next }
    exported::operator::FoldedMonth = totals::check::FoldedMonth { auth_id, month, flows, charges }
    exported::operator::DerivedComparison = derived::DerivedComparison { differences, not_compared }
    exported::operator::EventsComparison = derived::EventsComparison { compared, differences, next }
    exported::operator::IndexesComparison = indexes::IndexesComparison { compared, complete, differences, next }
    exported::operator::TotalsComparison = totals::check::TotalsComparison { moved_on, differences }
    exported::operator::QueueItem = queue::QueueItem { id, auth_id, kind, since, charge, refund, note }
    exported::operator::QueuePage = queue::QueuePage { items, next }
    exported::operator::Claim = queue::Claim { auth_id, amount }
    exported::operator::Resolved = queue::Resolved { transaction, refund }
}

one_field! {
    types::Session { token: String }
    outside_types::OutsideKey { key: String }
    outside_types::StoredMethod { token: String }
    exported::jobs::CurrentAttempt { attempt: u32 }
    exported::usage::EventCount { count: u32 }
    exported::usage::RejectKey { key: String }
    exported::reservations::FixedPrice { amount: i64 }
    exported::pricing::Begun { at: i64 }
    exported::pricing::RepeatedRow { row: String }
    exported::credits::Debit { amount: i64 }
    exported::credits::UnusableCard { reason: String }
    exported::invoices::CreditableAmount { amount: i64 }
    exported::accounts::AmountOwed { amount: i64 }
    exported::subaccounts::SubaccountLimit { limit: u32 }
    exported::subaccounts::HeldNumbers { count: u32 }
    exported::numbers::NumberLimit { limit: u32 }
    exported::destinations::DestinationLimit { limit: u32 }
    exported::recurring::RecurringLimit { limit: u32 }
    exported::operator::PolicyVersion { version: u32 }
    people_types::TriesLeft { left: u32 }
    people_types::LockedUntil { until: i64 }
}

records! {
    people_types::FactorHint = people::FactorHint { kind, hint }
    people_types::HalfSession = people::HalfSession { token, until, factors }
    people_types::Entered = people::Entered { token, ends, device_token, account, member, role }
    people_types::CodeSent = people::CodeSent { job, to, channel, until, again }

    exported::links::LinkInfo = members::links::LinkInfo { door, subject, until }
    exported::login::SessionInfo = login::SessionInfo { name, since, seen, ends, how, address, device, this_one }
    exported::login::LoginInfo = login::LoginInfo { at, entered, how, address, device }
    exported::profile::OwnProfile = member_profile::OwnProfile {
        account, number, name, email, language, role, since, factors, new_email,
    }
    exported::profile::ProfileChange = member_profile::ProfileChange { name, language }
    exported::profile::FactorList = member_profile::FactorList {
        phone, authenticator, recovery_codes, pending_authenticator, pending_phone,
    }
    exported::profile::NewAuthenticator = member_profile::NewAuthenticator { uri, secret, until }
    exported::profile::ConfirmedFactor = member_profile::ConfirmedFactor { recovery_codes, entered }
    exported::members::Member = members::members::ShownMember {
        number, name, email, role, state, since, last_login, factors, invited_by,
    }
    exported::members::MemberPage = members::members::MemberPage { members, next }
    exported::members::TemporaryPassword = members::members::TemporaryPassword { password, until }
    exported::members::NewFactors = members::members::NewFactors { from, until }
}

variants! {
    people_types::Role = access::people::Role { Owner, Admin, Developer, Support, Finance | }
    people_types::FactorKind = people::FactorKind { Phone, Authenticator, Recovery | }
    people_types::CodePurpose = people::CodePurpose { Login, FirstPhone, NewPhone, NewAuthenticator | }
    people_types::Step = people::Step { Wrong | Locked, SecondFactor, ChoosePassword, Enrol, Entered }
    people_types::Checked = people::Checked { | Wrong, Locked, ChoosePassword, Entered }
    people_types::Weakness = people::Weakness {
        TooShort, TooLong, NoUpper, NoLower, NoDigit, NoSymbol, Common, Breached, SameAsBefore |
    }
    people_types::EntryWay = access::people::sessions::Way { Password, Sso, Invitation, SignUp | }

    exported::passwords::PasswordError = members::passwords::Error { | Refused, Weak, Other }
    exported::links::LinkError = members::links::Error { Gone | Refused, Other }
    exported::login::LoginError = login::Error { NoPhone, NumberRefused | Refused, Other }
    exported::password::PasswordChangeError = password::Error { Gone | Refused, Other }
    exported::profile::AuthenticatorBegun = member_profile::Begun { | Wrong, Locked, Begun }
    exported::profile::Confirmed = member_profile::Confirmed { | Wrong, Locked, Confirmed }
    exported::profile::ProfileError = member_profile::Error {
        Gone, NothingPending, LastFactor, NoPhone, NumberRefused | Refused, Other
    }
    exported::members::MemberState = access::people::members::State { Invited, Active, Removed | }
    exported::members::MemberError = members::members::Error { Gone, Owner | Refused, Other }
}

variants! {
    types::Principal = vocabulary::Principal { Nobody, Host | Token, Session, Operator }
    types::Refusal = vocabulary::Refusal {
        Unauthenticated, SecondFactorRequired, AddressNotAllowed, Disabled, NotYetActive, DestinationNotVerified, Closed, Reauthenticate, Locked, KeyReused |
        Forbidden, Suspended, TooOften, NotFound, Invalid, OutOfCredit, Reconciling, UnknownSinceRestore,
    }
    types::Suspension = vocabulary::Suspension { ContentViolation, PaymentFailure, ComplianceIssue, SuspiciousActivity | }
    types::FieldRule = vocabulary::FieldRule {
        Missing, TooShort, TooLong, TooSmall, TooLarge, TooMany, WrongForm, UnknownValue, NotAllowedTogether |
    }

    exported::about::Class = about::Class { Query, Command, Effect | }
    exported::about::TokenKind = about::Tokens { None, Main, Own | }
    exported::about::Standing = about::Beside { Unverified, Held, Suspended, Locked, Closing, Closed | }
    admission_types::RateClass = port::RateClass { Standard, Lookup, Message, Session | }
    exported::about::RouteWay = about::Way {
        Account, Each, Columns, Home, InTurn, Merged, Named, Job, Placed, Anywhere |
    }

    exported::jobs::TaskWork = jobs::Work {
        | Charge, Refund, ClosePayment, FindPayment, DescribeMethod, ForgetMethod, SendMail, SendCode, HangUp, OrderNumber, ReleaseNumber,
        Reconcile, ReconcileStock, ClaimCoupon
    }
    exported::jobs::TaskOutcome = jobs::Done {
        | Payment, PaymentClosed, Method, MethodForgotten, Mail, Code, HangUp, Number, Movements, StockMovements, CouponClaim,
        Lost
    }
    outside_types::OutsideRequest = jobs::Request {
        | Charge, Refund, FindPayment, ClosePayment, ListMovements, DescribeMethod, ForgetMethod, SendMail, SendCode, HangUp, OrderNumber,
        ReleaseNumber, FindOrder, ListOrders, ClaimCoupon
    }
    outside_types::OutsideAnswer = jobs::Answer {
        | Payment, Finding, Movements, Method, MethodForgotten, Mail, Code, StillRunning, Number, FoundOrder, StockMovements,
        CouponClaim
    }
    exported::jobs::EffectStep = jobs::Step { | Ask, Done }
    exported::jobs::NextStep = jobs::Next { Again, Rest | Perform }
    exported::jobs::JobError = jobs::Error { NoSuchJob | StaleAttempt, Other }
    exported::jobs::JobStanding = jobs::JobState { Working, Succeeded | Failed }
    exported::jobs::StoreBeginning = jobs::Beginning { Created, Copied, Again | Restored }

    exported::usage::Grouping = summary::Grouping { Day, Product, Subaccount | }
    exported::usage::DailyChoice = daily::DailyChoice { On, Off, AsPolicy | }
    exported::credits::CapPeriod = recharge::CapPeriod { Day, Week, Month | }
    exported::usage::Fate = usage::Fate {
        Rated, Duplicate, Conflicting, Malformed, UnknownAccount, AccountClosed, TooOld, InFuture, UnknownProduct, NoPrice |
    }
    exported::usage::EventAnswer = usage::Answer { Duplicate, Conflicting | Rated, Rejected }
    usage_types::Rejection = product::Rejection {
        Malformed, UnknownAccount, AccountClosed, TooOld, InFuture, UnknownProduct, NoPrice, Conflict |
    }
    exported::usage::UsageError = usage::Error { | Refused, TooManyEvents, NoSuchReject, Other }

    exported::reservations::ReservationKind = reservations::Kind { Call, Message | }
    exported::reservations::ReservationPrice = reservations::Price { | Rated, Fixed }
    exported::reservations::ReserveAnswer = reservations::ReserveAnswer { Conflicting, Over | Reserved, Granted, Refused }
    exported::reservations::ExtendAnswer = reservations::ExtendAnswer { Unknown, Over | Reserved, Granted, Ending }
    exported::reservations::FormerState = reservations::Former { Open, Expired, Released, Unknown | }
    exported::reservations::SettleAnswer = reservations::SettleAnswer { Duplicate, Conflicting | Settled, Rejected }
    exported::reservations::ReleaseAnswer = reservations::ReleaseAnswer { Unknown, Over | Released }
    exported::reservations::ReservationError = reservations::Error { | Refused, Other }

    exported::pricing::Unit = pricing::Unit { Second, Part, Request, Byte, Item | }
    exported::pricing::Rating = pricing::Rating { Increments, PerUnit, PerStartedUnit | }
    exported::pricing::OtherSide = product::SideRule { NumberRequired, Optional, None | }
    exported::pricing::SurchargeBasis = pricing::Basis { Event, Unit | }
    exported::pricing::TierMode = pricing::TierMode { Graduated, Volume | }
    exported::pricing::VersionState = pricing::VersionState {
        Incomplete, Draft, Published, Withdrawn, Replaced, Retired |
    }
    exported::pricing::PricingError = pricing::Error {
        AlreadyPublished, NotPublished | Refused, AlreadyBegun, RepeatedRow, Other
    }

    exported::credits::LotKind = lots::LotKind { Trial, Promotional, Cash | }
    credit_types::ChargeKind = charges::ChargeKind { Automatic, Manual, Settlement, Invoice | }
    credit_types::ChargeState = charges::ChargeState { Due, Open, Paid | Declined, Void }
    exported::credits::RechargeStanding = recharge::RechargeStanding {
        Idle, Exhausted, Held | Charging, WaitingForLevel, Capped
    }
    credit_types::CardState = cards::CardState { Checking, Ready, UnknownToGateway | }
    exported::credits::Adjustment = credits::Adjustment { | Goodwill, Correction, Debit }
    exported::credits::CreditError = credits::Error {
        TooManyCards, NotOpen, NothingOwed | Refused, NoUsableCard, BillingIncomplete, SellerIncomplete, Other
    }

    exported::coupons::RedeemAnswer = coupons::Outcome { | Redeemed, Declined, Started }
    exported::coupons::CouponError = coupons::Error { CodeTaken | Refused, Other }

    exported::review::ReviewStep = review::StepKind { Email, Phone, Documents, Decision | }
    exported::review::EvidenceKind = review::Evidence {
        Identity, Registration, ProofOfAddress, TaxRegistration, UseCase, Other |
    }
    exported::review::ReviewFlag = review::Flag {
        SeenBefore, SharedPhone, CallingCode, Network, ManyOfDomain, ManyOfNetwork, WatchedName, DocumentsMissing |
    }
    exported::review::ReviewState = review::State { Open, Approved, Rejected | }
    exported::review::ReviewAct = review::Act { Held, Noted, Asked, HandedIn, Approved, Rejected, Reinstated | }
    exported::review::ReviewDecision = review::Decision { Approve, Reject | }
    exported::review::ReviewError = review::Error { NotOpen, TooManyDocuments | Refused, Other }

    exported::signup::NetworkKind = signup::NetworkKind { Vpn, Hosting, Proxy, Unknown | }
    exported::signup::ConfirmAnswer = signup::Confirmation { Wrong | Confirmed }
    exported::signup::SignupError = signup::Error { Gone | Refused, PersonalMail, DisposableMail, Network, Other }

    exported::destinations::DestinationAnswer = destinations::Answer { | Wrong, Verified }
    exported::destinations::DestinationError = destinations::Error {
        NotNeeded, NumberRefused | Refused, TooManyDestinations, Other
    }

    exported::lists::KnownList = lists::KnownList {
        PersonalMail, DisposableMail, Networks, CommonPasswords, BreachedPasswords, Prefixes, CallingCodes, WatchNames |
    }
    exported::lists::OwnChoice = lists::OwnChoice { Listed, Excepted, AsPublished | }
    exported::lists::ListError = lists::Error { NoSuchDraft | Refused, Other }

    exported::invoices::ReceiptKind = invoices::ReceiptKind { Payment, Coupon, Refund, Chargeback, DisputeWon | }
    exported::invoices::DocumentKind = invoices::DocumentKind { Invoice, CreditNote, Receipt | }
    exported::invoices::InvoiceError = invoices::Error { | Refused, MoreThanInvoice, SellerIncomplete, Other }

    exported::accounts::AccountType = accounts::AccountType { Standard, Developer | }
    exported::accounts::BillingMode = accounts::BillingMode { Prepaid, Postpaid | }
    exported::accounts::StandingKind = accounts::StandingKind { Active, Unverified, Held, Locked, Suspended, Closing, Closed | }
    exported::accounts::AccountStanding = accounts::Standing { Active, Unverified, Held, Locked, Closing, Closed | Suspended }
    exported::accounts::ClosingStep = closing::Step { Settling, Owing, Releasing, Done | }
    exported::accounts::AccountError = accounts::Error { | Refused, Owes, Other }

    credit_types::RefundCause = refunds::Cause { Closing, PaidAfterClosing, UnexplainedPayment | }
    credit_types::RefundState = refunds::RefundState { Due, Open, Paid, SettledOtherwise | Failed }
    exported::refunds::RefundError = refunds::Error { NotFailed | Refused, Other }

    exported::subaccounts::SubaccountError = subaccounts::Error { | Refused, TooManySubaccounts, HasNumbers, Other }
    exported::subaccounts::NumberDisposal = subaccounts::Disposal { Refuse, Move, Cascade | }

    exported::numbers::NumberError = phone_numbers::Error {
        NotAvailable, NoPrice, RentIsBeingPosted | Refused, TooManyNumbers, Other
    }

    exported::recurring::FirstMonth = policy::FirstMonth { None, Full, Prorated | }
    exported::recurring::RecurringError = recurring::Error {
        NoPrice, ReferenceTaken, HasEnded | Refused, TooManyCharges, Other
    }

    exported::events::EventError = events::Error { | Refused, Other }

    exported::operator::BillingTerms = postpaid::Billing { Prepaid | Postpaid }
    exported::operator::Resolution = queue::Resolution { Dismiss | Credit, Refund, Debit }
    exported::operator::OperatorError = operator::Error { | Refused, PolicyChanged, Other }
}
