//! Every exported function: translated, handed to the rules, translated back.

use crate::bindings::exports::coinbox::billing as exported;
use crate::contract::types::{Caller, FieldProblem, StartedJob};
use crate::contract::{inventory_types, payment_types, people_types, telephony_types};
use crate::host::{command, effect, query, request};
use crate::mapping::Translate;
use coinbox_rules as rules;

/// The component.
pub(crate) struct Component;

/// Functions with a caller, and the error of their interface: `class name(argument: type, …) -> answer = rules function;`
macro_rules! functions {
    ($interface:ident $error:ident { $($class:ident $name:ident($($argument:ident: $kind:ty),*) -> $answer:ty = $rule:path;)* } $($plain:item)*) => {
        impl exported::$interface::Guest for Component {
            $($plain)*
            $(
                fn $name(caller: Caller, $($argument: $kind),*) -> Result<$answer, exported::$interface::$error> {
                    let caller = caller.translate();
                    $class(|turn| $rule(turn, &caller, $($argument.translate()),*)).translate()
                }
            )*
        }
    };
}

impl exported::about::Guest for Component {
    fn describe() -> exported::about::Facts {
        rules::about::describe().translate()
    }
}

impl exported::jobs::Guest for Component {
    fn begin(job: String) -> Result<exported::jobs::NextStep, exported::jobs::JobError> {
        command(|turn| rules::jobs::begin(turn, job)).translate()
    }

    fn perform(task: exported::jobs::JobTask) -> exported::jobs::TaskOutcome {
        effect(|effects| rules::jobs::perform(effects, task.translate())).translate()
    }

    fn next_request(
        task: exported::jobs::JobTask,
        answers: Vec<exported::jobs::OutsideAnswer>,
    ) -> Result<exported::jobs::EffectStep, FieldProblem> {
        request(|vault| rules::jobs::next_request(vault, task.translate(), answers.translate())).translate()
    }

    fn finish(
        job: String,
        attempt: u32,
        done: exported::jobs::TaskOutcome,
    ) -> Result<exported::jobs::NextStep, exported::jobs::JobError> {
        command(|turn| rules::jobs::finish(turn, job, attempt, done.translate())).translate()
    }

    fn payment_notice(
        key: String,
        outcome: payment_types::PaymentOutcome,
    ) -> Result<exported::jobs::NextStep, exported::jobs::JobError> {
        command(|turn| rules::jobs::payment_notice(turn, key, outcome.translate())).translate()
    }

    fn look(job: String) -> Option<exported::jobs::JobStanding> {
        query(|turn| rules::jobs::look(turn, job)).map(Translate::translate)
    }

    fn store_opened(beginning: exported::jobs::StoreBeginning) -> Result<(), exported::jobs::JobError> {
        command(|turn| rules::jobs::store_opened(turn, beginning.translate())).translate()
    }

    fn shared_changed() -> Result<(), exported::jobs::JobError> {
        command(rules::jobs::shared_changed).translate()
    }
}

functions! { usage UsageError {
    command record_events(events: Vec<exported::usage::UsageEvent>) -> exported::usage::BatchAnswer = rules::usage::record_events;
    query quote_event(event: exported::usage::UsageEvent) -> exported::usage::Quote = rules::usage::quote_event;
    query admit(event: exported::usage::UsageEvent) -> exported::usage::Quote = rules::usage::admit;
    command calls_started(calls: Vec<exported::usage::RunningCall>) -> () = rules::zero_stop::calls_started;
    command calls_ended(auth_id: String, calls: Vec<String>) -> () = rules::zero_stop::calls_ended;
    query list_calls(auth_id: String) -> Vec<exported::usage::RunningCall> = rules::zero_stop::list_calls;
    query list_running(source: Option<String>, after: Option<String>, limit: u32) -> exported::usage::CarriedPage = rules::zero_stop::list_running;
    query summary(auth_id: String, from_day: String, to_day: String, group: Vec<exported::usage::Grouping>, after: Option<String>, filter: Option<exported::usage::ChargeFilter>) -> exported::usage::SummaryPage = rules::summary::summary;
    query list_lines(auth_id: String, posted_from: i64, posted_before: i64, after: Option<String>, filter: Option<exported::usage::ChargeFilter>) -> exported::usage::LinePage = rules::summary::list_lines;
    query get_daily_summary(auth_id: String) -> exported::usage::DailySummary = rules::daily::get_daily_summary;
    command set_daily_summary(auth_id: String, choice: exported::usage::DailyChoice) -> exported::usage::DailySummary = rules::daily::set_daily_summary;
    query list_rejected(auth_id: Option<String>, reason: Option<exported::usage::Rejection>, after: Option<String>, limit: u32) -> exported::usage::RejectPage = rules::usage::list_rejected;
    command resubmit(events: Vec<exported::usage::Resubmission>) -> exported::usage::BatchAnswer = rules::usage::resubmit;
    command discard(keys: Vec<String>) -> () = rules::usage::discard;
}
    // By hand: columns of numbers are the same on both sides, and pass through as they are.
    fn record_columns(
        caller: Caller,
        columns: exported::usage::EventColumns,
    ) -> Result<exported::usage::AnswerColumns, exported::usage::UsageError> {
        let caller = caller.translate();
        let exported::usage::EventColumns { names, uses, used, quantities, moments } = columns;
        let names = rules::ground::texts::Given { text: names.text, lengths: names.lengths };
        let columns = rules::usage::EventColumns { names, uses: uses.translate(), used, quantities, moments };
        let answer = command(|turn| rules::usage::record_columns(turn, &caller, columns));
        let rules::usage::AnswerColumns { fates, amounts, transactions } = answer.map_err(Translate::translate)?;
        Ok(exported::usage::AnswerColumns { fates: fates.translate(), amounts, transactions })
    }
 }

functions! { reservations ReservationError {
    command reserve(holds: Vec<exported::reservations::Hold>) -> Vec<exported::reservations::ReserveAnswer> = rules::reservations::reserve;
    command extend(extensions: Vec<exported::reservations::Extension>) -> Vec<exported::reservations::ExtendAnswer> = rules::reservations::extend;
    command settle(settlements: Vec<exported::reservations::Settlement>) -> exported::reservations::SettleBatch = rules::reservations::settle;
    command release(reservations: Vec<exported::reservations::ReservationName>) -> Vec<exported::reservations::ReleaseAnswer> = rules::reservations::release;
    query list(auth_id: String, after: Option<String>, limit: u32) -> exported::reservations::ReservationPage = rules::reservations::list;
    query list_open(source: Option<String>, after: Option<String>, limit: u32) -> exported::reservations::OpenPage = rules::reservations::list_open;
} }

functions! { pricing PricingError {
    command add_product(product: exported::pricing::ProductRow) -> exported::pricing::ProductRow = rules::pricing::add_product;
    command update_product(product: exported::pricing::ProductRow) -> exported::pricing::ProductRow = rules::pricing::update_product;
    query list_products() -> Vec<exported::pricing::ProductRow> = rules::pricing::list_products;
    command create_version(currency: Option<String>) -> exported::pricing::PriceVersion = rules::pricing::create_version;
    command begin_import(currency: Option<String>) -> exported::pricing::PriceVersion = rules::pricing::begin_import;
    command finish_import(version: u32) -> exported::pricing::PriceVersion = rules::pricing::finish_import;
    command add_rows(version: u32, rows: Vec<exported::pricing::PriceRow>) -> exported::pricing::PriceVersion = rules::pricing::add_rows;
    command set_number_prices(version: u32, prices: exported::pricing::NumberPrices) -> exported::pricing::PriceVersion = rules::pricing::set_number_prices;
    query get_number_prices(version: u32) -> exported::pricing::NumberPrices = rules::pricing::get_number_prices;
    command set_surcharges(version: u32, surcharges: Vec<exported::pricing::Surcharge>) -> exported::pricing::PriceVersion = rules::pricing::set_surcharges;
    query get_surcharges(version: u32) -> Vec<exported::pricing::Surcharge> = rules::pricing::get_surcharges;
    command set_tiers(version: u32, tiers: Vec<exported::pricing::TierTable>) -> exported::pricing::PriceVersion = rules::pricing::set_tiers;
    query get_tiers(version: u32) -> Vec<exported::pricing::TierTable> = rules::pricing::get_tiers;
    command publish_version(version: u32, starts_at: i64) -> exported::pricing::PriceVersion = rules::pricing::publish_version;
    command withdraw_version(version: u32) -> exported::pricing::PriceVersion = rules::pricing::withdraw_version;
    command remove_draft(version: u32) -> () = rules::pricing::remove_draft;
    query list_versions() -> Vec<exported::pricing::PriceVersion> = rules::pricing::list_versions;
    query list_rows(version: u32, after: Option<String>) -> exported::pricing::RowPage = rules::pricing::list_rows;
    command set_overrides(auth_id: String, starts_at: i64, rows: Vec<exported::pricing::PriceRow>, prices: Option<exported::pricing::NumberPrices>, surcharges: Option<Vec<exported::pricing::Surcharge>>, tiers: Option<Vec<exported::pricing::TierTable>>) -> () = rules::pricing::set_overrides;
    command withdraw_overrides(auth_id: String, starts_at: i64) -> () = rules::pricing::withdraw_overrides;
    query list_overrides(auth_id: String) -> Vec<exported::pricing::OverrideSet> = rules::pricing::list_overrides;
    query get_overrides(auth_id: String, at: i64) -> Vec<exported::pricing::PriceRow> = rules::pricing::get_overrides;
    query get_number_overrides(auth_id: String, at: i64) -> exported::pricing::NumberPrices = rules::pricing::get_number_overrides;
    query get_surcharge_overrides(auth_id: String, at: i64) -> Vec<exported::pricing::Surcharge> = rules::pricing::get_surcharge_overrides;
    query get_tier_overrides(auth_id: String, at: i64) -> Vec<exported::pricing::TierTable> = rules::pricing::get_tier_overrides;
    query by_country(auth_id: String, country: String) -> exported::pricing::CountryPrices = rules::pricing::by_country;
} }

functions! { credits CreditError {
    query get_balance(auth_id: String) -> exported::credits::Balance = rules::credits::get_balance;
    query list_lots(auth_id: String) -> Vec<exported::credits::Lot> = rules::credits::list_lots;
    query get_statement(auth_id: String, month: String, after: Option<String>) -> exported::credits::Statement = rules::statement::get_statement;
    command recharge(auth_id: String, amount: i64, card: Option<String>) -> StartedJob = rules::charges::recharge;
    query list_charges(auth_id: String, after: Option<String>, limit: u32) -> exported::credits::ChargePage = rules::charges::list_charges;
    command give_up(auth_id: String, charge: u32) -> StartedJob = rules::charges::give_up;
    command set_auto_recharge(auth_id: String, settings: exported::credits::RechargeChange) -> exported::credits::RechargeStatus = rules::recharge::set_auto_recharge;
    query get_auto_recharge(auth_id: String) -> exported::credits::RechargeStatus = rules::recharge::get_auto_recharge;
    command add_card(auth_id: String, token: String, make_default: bool) -> StartedJob = rules::cards::add_card;
    command set_default_card(auth_id: String, card: String) -> () = rules::cards::set_default_card;
    command remove_card(auth_id: String, card: String) -> () = rules::cards::remove_card;
    query list_cards(auth_id: String) -> Vec<exported::credits::Card> = rules::cards::list_cards;
    command set_alerts(auth_id: String, thresholds: Option<Vec<i64>>, recipients: Option<Vec<String>>) -> exported::credits::AlertSettings = rules::alerts::set_alerts;
    query get_alerts(auth_id: String) -> exported::credits::AlertSettings = rules::alerts::get_alerts;
    command adjust(auth_id: String, adjustment: exported::credits::Adjustment, reason: String) -> exported::credits::Adjusted = rules::credits::adjust;
    command settle(auth_id: String, card: Option<String>) -> StartedJob = rules::charges::settle_debt;
    command record_chargeback(auth_id: String, charge: u32, amount: Option<i64>, reference: String) -> exported::credits::Adjusted = rules::charges::record_chargeback;
    command record_payment_chargeback(auth_id: String, payment: String, amount: Option<i64>, reference: String) -> exported::credits::Adjusted = rules::charges::record_payment_chargeback;
    command record_dispute_won(auth_id: String, charge: u32, reference: String) -> exported::credits::Adjusted = rules::charges::record_dispute_won;
    command write_off(auth_id: String, reason: String) -> exported::credits::Adjusted = rules::credits::write_off;
} }

functions! { coupons CouponError {
    command create(coupon: exported::coupons::NewCoupon) -> exported::coupons::Coupon = rules::coupons::create;
    query get(code: String) -> exported::coupons::Coupon = rules::coupons::get;
    query list(after: Option<u32>, limit: u32) -> exported::coupons::CouponPage = rules::coupons::list;
    command withdraw(number: u32) -> exported::coupons::Coupon = rules::coupons::withdraw;
    command redeem(auth_id: String, code: String) -> exported::coupons::RedeemAnswer = rules::coupons::redeem;
    query list_redemptions(auth_id: String, after: Option<u32>, limit: u32) -> exported::coupons::RedemptionPage = rules::coupons::list_redemptions;
}
    fn claim(
        claim: exported::coupons::CouponClaim,
    ) -> Result<exported::coupons::ClaimOutcome, exported::coupons::CouponError> {
        command(|turn| rules::coupons::claim(turn, claim.translate())).translate()
    }
}

functions! { invoices InvoiceError {
    query list_documents(auth_id: String, kind: exported::invoices::DocumentKind, filter: exported::invoices::DocumentFilter, after: Option<String>, limit: u32) -> exported::invoices::DocumentPage = rules::invoices::list_documents;
    query list_issued(filter: Option<exported::invoices::IssuedFilter>, after: Option<String>, limit: u32) -> exported::invoices::IssuedPage = rules::invoices::list_issued;
    query read_document(auth_id: String, number: String) -> exported::invoices::Document = rules::invoices::read_document;
    query read_standing(auth_id: String, number: String) -> exported::invoices::DocumentSummary = rules::invoices::read_standing;
    query get_overview(auth_id: String) -> exported::invoices::BillingOverview = rules::invoices::get_overview;
    query get_billing(auth_id: String) -> exported::invoices::BillingDetails = rules::invoices::get_billing;
    command set_billing(auth_id: String, change: exported::invoices::BillingChange) -> exported::invoices::BillingDetails = rules::invoices::set_billing;
    command set_cycle(auth_id: String, months: u32) -> exported::invoices::BillingDetails = rules::invoices::set_cycle;
    command issue_credit_note(auth_id: String, invoice: String, amount: Option<i64>, reason: String) -> exported::invoices::Document = rules::invoices::issue_credit_note;
    query get_seats(auth_id: String) -> exported::invoices::Seats = rules::invoices::get_seats;
    command set_seats(auth_id: String, paid: u32) -> exported::invoices::Seats = rules::invoices::set_seats;
} }

functions! { recurring RecurringError {
    command start(auth_id: String, charge: exported::recurring::NewRecurringCharge) -> exported::recurring::RecurringCharge = rules::recurring::start;
    command change(auth_id: String, reference: String, quantity: u32) -> exported::recurring::RecurringCharge = rules::recurring::change;
    command end(auth_id: String, reference: String, last_month: Option<String>) -> exported::recurring::RecurringCharge = rules::recurring::end;
    query list(auth_id: String, after: Option<String>, limit: u32) -> exported::recurring::RecurringPage = rules::recurring::list;
    query get(auth_id: String, reference: String) -> exported::recurring::RecurringCharge = rules::recurring::get;
} }

functions! { refunds RefundError {
    query list(auth_id: String, after: Option<u32>, limit: u32) -> exported::refunds::RefundPage = rules::refunds::list;
    command retry(auth_id: String, number: u32) -> StartedJob = rules::refunds::retry;
    command settle(auth_id: String, number: u32, reference: String) -> exported::refunds::Refund = rules::refunds::settle;
} }

functions! { accounts AccountError {
    command create(account: exported::accounts::NewAccount) -> exported::accounts::CreatedAccount = rules::accounts::create;
    query get(auth_id: String) -> exported::accounts::Account = rules::accounts::get;
    command update(auth_id: String, change: exported::accounts::AccountChange) -> exported::accounts::Account = rules::accounts::update;
    query list(filter: Option<exported::accounts::AccountFilter>, after: Option<String>, limit: u32) -> exported::accounts::AccountPage = rules::accounts::list;
    command set_standing(auth_id: String, standing: exported::accounts::AccountStanding, details: String) -> exported::accounts::Account = rules::accounts::set_standing;
    command close(auth_id: String, reason: String) -> exported::accounts::ClosingStatus = rules::closing::close;
    query get_closing(auth_id: String) -> exported::accounts::ClosingStatus = rules::closing::get_closing;
    query reveal_token(auth_id: String) -> String = rules::accounts::reveal_token;
    query authenticate() -> exported::accounts::RateLimits = rules::accounts::authenticate;
} }

functions! { subaccounts SubaccountError {
    command create(parent: String, name: String, enabled: bool) -> exported::subaccounts::CreatedSubaccount = rules::subaccounts::create;
    query get(auth_id: String) -> exported::subaccounts::Subaccount = rules::subaccounts::get;
    query list(parent: String, offset: u32, limit: u32) -> exported::subaccounts::SubaccountPage = rules::subaccounts::list;
    command update(auth_id: String, change: exported::subaccounts::SubaccountChange) -> exported::subaccounts::Subaccount = rules::subaccounts::update;
    command delete(auth_id: String, disposal: exported::subaccounts::NumberDisposal) -> () = rules::subaccounts::delete;
} }

functions! { lists ListError {
    command begin(name: exported::lists::KnownList, about: exported::lists::ListSource) -> exported::lists::ListVersion = rules::lists::begin;
    command add(name: exported::lists::KnownList, version: u32, entries: Vec<exported::lists::ListEntry>) -> exported::lists::ListVersion = rules::lists::add;
    command publish(name: exported::lists::KnownList, version: u32) -> exported::lists::ListVersion = rules::lists::publish;
    query status() -> Vec<exported::lists::ListStatus> = rules::lists::status;
    query look_up(name: exported::lists::KnownList, value: String) -> exported::lists::LookUpAnswer = rules::lists::look_up;
    command set_own(name: exported::lists::KnownList, entries: Vec<exported::lists::OwnEntry>) -> exported::lists::ListStatus = rules::lists::set_own;
    query list_own(name: exported::lists::KnownList, after: Option<String>, limit: u32) -> exported::lists::OwnPage = rules::lists::list_own;
} }

functions! { destinations DestinationError {
    command begin(auth_id: String, number: String, channel: telephony_types::CodeChannel) -> people_types::CodeSent = rules::people::begin_destination;
    command check(auth_id: String, number: String, code: String) -> exported::destinations::DestinationAnswer = rules::destinations::check;
    query list(auth_id: String) -> Vec<exported::destinations::Destination> = rules::destinations::list;
    command remove(auth_id: String, number: String) -> () = rules::destinations::remove;
} }

functions! { review ReviewError {
    query outstanding(auth_id: String) -> Vec<exported::review::OutstandingStep> = rules::review::outstanding;
    command hand_in(auth_id: String, kind: exported::review::EvidenceKind, document: exported::review::Blob) -> exported::review::HandedIn = rules::review::hand_in;
    query list_documents(auth_id: String) -> Vec<exported::review::HandedIn> = rules::review::list_documents;
    query queue(after: Option<String>, limit: u32) -> exported::review::ReviewPage = rules::review::queue;
    query get(auth_id: String) -> exported::review::ReviewFile = rules::review::get;
    query read_document(auth_id: String, number: u32) -> exported::review::HandedIn = rules::review::read_document;
    command note(auth_id: String, text: String) -> exported::review::ReviewFile = rules::review::note;
    command ask(auth_id: String, kinds: Vec<exported::review::EvidenceKind>, text: String) -> exported::review::ReviewFile = rules::review::ask;
    command decide(auth_id: String, decision: exported::review::ReviewDecision, text: String) -> exported::review::ReviewFile = rules::review::decide;
    command reinstate(auth_id: String, documents: Vec<String>, text: String) -> exported::review::ReviewFile = rules::review::reinstate;
} }

functions! { signup SignupError {
    command start(sign_up: exported::signup::NewSignUp) -> String = rules::signup::start;
    command finish(ticket: String) -> exported::signup::PendingSignUp = rules::signup::finish;
    command resend(holder: String) -> exported::signup::PendingSignUp = rules::signup::resend;
    command confirm(link: String, holder: String) -> exported::signup::ConfirmedSignUp = rules::signup::confirm;
    command start_confirm(link: String, old: String) -> String = rules::signup::start_confirm;
    command finish_confirm(ticket: String) -> exported::signup::ConfirmAnswer = rules::signup::finish_confirm;
} }

functions! { numbers NumberError {
    query price_offers(auth_id: String, offers: Vec<inventory_types::OfferedNumber>) -> Vec<exported::numbers::PricedOffer> = rules::phone_numbers::price_offers;
    command buy(auth_id: String, purchase: exported::numbers::NumberPurchase) -> StartedJob = rules::phone_numbers::buy;
    query list(auth_id: String, filter: exported::numbers::NumberFilter, offset: u32, limit: u32) -> exported::numbers::NumberPage = rules::phone_numbers::list;
    query get(auth_id: String, number: String) -> exported::numbers::RentedNumber = rules::phone_numbers::get;
    command update(auth_id: String, number: String, change: exported::numbers::NumberChange) -> exported::numbers::RentedNumber = rules::phone_numbers::update;
    command release(auth_id: String, number: String) -> StartedJob = rules::phone_numbers::release;
}
    fn offers(filter: inventory_types::OfferFilter) -> Option<inventory_types::OfferPage> {
        effect(|effects| rules::phone_numbers::offers(effects, filter.translate())).map(Translate::translate)
    }
}

functions! { events EventError {
    query read(account: Option<String>, after: u64, limit: u32) -> Vec<exported::events::FeedEvent> = rules::events::read;
} }

functions! { operator OperatorError {
    query describe_settings() -> Vec<exported::operator::SettingFacts> = rules::policy::describe_settings;
    query get_settings() -> exported::operator::Settings = rules::policy::get_settings;
    command change_settings(version: Option<u32>, settings: Vec<exported::operator::SettingChange>) -> exported::operator::Settings = rules::policy::change_settings;
    query list_setting_changes(after: Option<String>, limit: u32) -> exported::operator::HistoryPage = rules::policy::list_setting_changes;
    query get_account_settings(auth_id: String) -> exported::operator::Settings = rules::policy::get_account_settings;
    command change_account_settings(auth_id: String, version: Option<u32>, settings: Vec<exported::operator::SettingChange>) -> exported::operator::Settings = rules::policy::change_account_settings;
    query list_account_setting_changes(auth_id: String, after: Option<String>, limit: u32) -> exported::operator::HistoryPage = rules::policy::list_account_setting_changes;
    command set_billing(auth_id: String, billing: exported::operator::BillingTerms) -> exported::operator::BillingTerms = rules::postpaid::set_billing;
    query get_billing(auth_id: String) -> exported::operator::BillingTerms = rules::postpaid::get_billing;
    query read_ledger(after: Option<String>, limit: u32) -> exported::operator::LedgerPage = rules::operator::read_ledger;
    query read_transaction(id: String) -> Vec<exported::operator::RatedEvent> = rules::operator::read_transaction;
    query compare(accounts: Vec<exported::operator::Folded>) -> Vec<exported::operator::Difference> = rules::operator::compare;
    query read_charges(after: Option<String>, limit: u32) -> exported::operator::ChargedPage = rules::totals::check::read_charges;
    query compare_totals(until: String, months: Vec<exported::operator::FoldedMonth>) -> exported::operator::TotalsComparison = rules::totals::check::compare_totals;
    query compare_derived(accounts: Vec<String>) -> exported::operator::DerivedComparison = rules::derived::compare_derived;
    query compare_events(after: Option<String>, limit: u32) -> exported::operator::EventsComparison = rules::derived::compare_events;
    query compare_indexes(after: Option<String>, limit: u32) -> exported::operator::IndexesComparison = rules::indexes::compare_indexes;
    query list_queue(after: Option<String>, limit: u32) -> exported::operator::QueuePage = rules::queue::list_queue;
    command resolve_payment(item: String, resolution: exported::operator::Resolution, reason: String) -> exported::operator::Resolved = rules::queue::resolve_payment;
} }

impl exported::passwords::Guest for Component {
    fn weigh(
        ticket: String,
        old: Option<String>,
        new: Option<String>,
    ) -> Result<String, exported::passwords::PasswordError> {
        query(|turn| rules::people::weigh(turn, ticket, old, new)).translate()
    }
}

functions! { links LinkError {
    query look(link: String) -> exported::links::LinkInfo = rules::people::look_at_link;
} }

functions! { login LoginError {
    command start(email: String, old: String, device_token: Option<String>) -> String = rules::login::start;
    command finish(ticket: String) -> people_types::Step = rules::login::finish;
    command start_proof(old: String) -> String = rules::login::start_proof;
    command finish_proof(ticket: String) -> people_types::Checked = rules::login::finish_proof;
    command send_code(channel: telephony_types::CodeChannel) -> people_types::CodeSent = rules::people::send_login_code;
    command check(method: people_types::FactorKind, code: String) -> people_types::Checked = rules::login::check;
    command touch() -> exported::login::SessionInfo = rules::login::touch;
    query list_sessions() -> Vec<exported::login::SessionInfo> = rules::login::list_sessions;
    command end_session(name: String) -> () = rules::login::end_session;
    command end_others() -> u32 = rules::login::end_others;
    command logout() -> () = rules::login::logout;
    query list_logins() -> Vec<exported::login::LoginInfo> = rules::login::list_logins;
} }

functions! { password PasswordChangeError {
    command request_reset(email: String) -> () = rules::password::request_reset;
    command start_reset(link: String) -> String = rules::password::start_reset;
    command finish_reset(ticket: String) -> String = rules::password::finish_reset;
    command start_change(old: String) -> String = rules::password::start_change;
    command finish_change(ticket: String) -> people_types::Checked = rules::password::finish_change;
    command start_choose() -> String = rules::password::start_choose;
    command choose(ticket: String) -> people_types::Entered = rules::password::choose;
} }

functions! { profile ProfileError {
    query get() -> exported::profile::OwnProfile = rules::member_profile::get;
    command change(change: exported::profile::ProfileChange) -> exported::profile::OwnProfile = rules::member_profile::change;
    command request_email(email: String) -> () = rules::people::request_email;
    command confirm_email(link: String) -> () = rules::people::confirm_email;
    command undo_email(link: String) -> () = rules::people::undo_email;
    command send_code(purpose: people_types::CodePurpose, number: Option<String>, channel: telephony_types::CodeChannel) -> people_types::CodeSent = rules::people::send_code;
    query factors() -> exported::profile::FactorList = rules::member_profile::factors;
    command begin_authenticator(code: Option<String>) -> exported::profile::AuthenticatorBegun = rules::member_profile::begin_authenticator;
    command confirm_authenticator(code: String) -> exported::profile::Confirmed = rules::member_profile::confirm_authenticator;
    command start_phone_change(number: String) -> exported::profile::FactorList = rules::people::start_phone_change;
    command confirm_phone(code: String) -> exported::profile::Confirmed = rules::people::confirm_phone;
    command new_recovery_codes() -> Vec<String> = rules::member_profile::new_recovery_codes;
    command remove_factor(kind: people_types::FactorKind) -> people_types::Entered = rules::member_profile::remove_factor;
} }

functions! { members MemberError {
    query list(auth_id: String, after: Option<u32>, limit: u32) -> exported::members::MemberPage = rules::members::members::list;
    command invite_owner(auth_id: String, name: String) -> exported::members::Member = rules::members::members::invite_owner;
    command start_accept(link: String) -> String = rules::members::members::start_accept;
    command finish_accept(ticket: String, name: Option<String>) -> people_types::HalfSession = rules::members::members::finish_accept;
    command issue_temporary(auth_id: String, number: u32, reason: String) -> exported::members::TemporaryPassword = rules::members::members::issue_temporary;
    command allow_new_factors(auth_id: String, number: u32, reason: String) -> exported::members::NewFactors = rules::members::members::allow_new_factors;
    command start_enrol(link: String, old: String) -> String = rules::members::members::start_enrol;
    command finish_enrol(ticket: String) -> people_types::Step = rules::members::members::finish_enrol;
} }
