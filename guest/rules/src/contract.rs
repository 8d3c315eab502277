//! The table of the contract: every function with its arguments and the rule behind it.
//!
//! What a function may do and who may use it is in its row of [`functions`]. A program without WebAssembly carries functions out by their names
//! with [`run`], as a host does with the component.

use crate::access::functions;
use crate::ground::outside::Effects;
use crate::ground::port::Vault;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::Caller;
use crate::{
    about, accounts, alerts, cards, charges, closing, coupons, credits, daily, derived, destinations, events, indexes,
    invoices, jobs, lists, login, member_profile, members, operator, password, people, phone_numbers, policy, postpaid,
    pricing, queue, recharge, recurring, refunds, reservations, review, signup, statement, subaccounts, summary,
    totals, usage, zero_stop,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::str::FromStr;

/// What carries a function out: it reads the arguments, lends a call, and writes the answer down. Names of arguments are written as in Rust.
pub trait Runner {
    /// A function that was carried out.
    type Ran;
    /// Why the arguments cannot be read.
    type Error;

    /// An argument in the form of its type.
    fn plain<T: DeserializeOwned>(&mut self, name: &str) -> Result<T, Self::Error>;
    /// A 64-bit number, which JSON has as text.
    fn wide<T: FromStr + ToString>(&mut self, name: &str) -> Result<T, Self::Error>;
    /// A 64-bit number that may be left out.
    fn optional_wide(&mut self, name: &str) -> Result<Option<i64>, Self::Error>;
    /// A list of 64-bit numbers that may be left out.
    fn optional_wides(&mut self, name: &str) -> Result<Option<Vec<i64>>, Self::Error>;
    /// All arguments are read: is there none left?
    fn end(&mut self) -> Result<(), Self::Error>;

    /// Carries out a query.
    fn query<T: Serialize, E: Serialize>(self, run: impl FnOnce(&Turn<'_>) -> Result<T, E>) -> Self::Ran;
    /// Carries out a command.
    fn command<T: Serialize, E: Serialize>(self, run: impl FnOnce(&mut Turn<'_>) -> Result<T, E>) -> Self::Ran;
    /// Carries out an effect.
    fn effect<T: Serialize>(self, run: impl FnOnce(&dyn Effects) -> T) -> Self::Ran;
    /// Carries out an effect that acts on nothing itself: it only opens secrets.
    fn request<T: Serialize, E: Serialize>(self, run: impl FnOnce(&dyn Vault) -> Result<T, E>) -> Self::Ran;
    /// Carries out a query that cannot fail.
    fn look<T: Serialize>(self, run: impl FnOnce(&Turn<'_>) -> T) -> Self::Ran;
    /// Carries out a query that does not even read.
    fn fact<T: Serialize>(self, run: impl FnOnce() -> T) -> Self::Ran;
}

/// Reads one argument: the caller, or one of the form that its row names.
macro_rules! given {
    ($runner:ident caller) => {
        &$runner.plain::<Caller>("caller")?
    };
    ($runner:ident $argument:ident $form:ident) => {
        $runner.$form(stringify!($argument))?
    };
}

/// Carries out one rule.
macro_rules! carried_out {
    ($runner:ident fact $rule:path;) => {
        $runner.fact($rule)
    };
    ($runner:ident $class:ident $rule:path; $($argument:ident),*) => {
        $runner.$class(|lent| $rule(lent, $($argument),*))
    };
}

/// Makes [`run`] from rows: constant of [`functions`], how it is carried out, rule, arguments with their form.
macro_rules! contract {
    ($($function:ident $class:ident $rule:path { $($argument:ident $(: $form:ident)?),* })*) => {
        /// Carries out the function of this name. `None`: there is no such function.
        pub fn run<R: Runner>(function: &str, mut runner: R) -> Result<Option<R::Ran>, R::Error> {
            $(
                if function == functions::$function.row().name {
                    $(let $argument = given!(runner $argument $($form)?);)*
                    runner.end()?;
                    return Ok(Some(carried_out!(runner $class $rule; $($argument),*)));
                }
            )*
            Ok(None)
        }

        /// Every row as text: function, how it is carried out, its arguments, and the form of each.
        #[cfg(test)]
        static ROWS: &[(&functions::Function, &str, &[(&str, &[&str])])] = &[$((
            functions::$function.row(),
            stringify!($class),
            &[$((stringify!($argument), &[$(stringify!($form))?])),*],
        )),*];
    };
}

contract! {
    ABOUT_DESCRIBE fact about::describe {}

    ACCOUNTS_CREATE command accounts::create { caller, account: plain }
    ACCOUNTS_GET query accounts::get { caller, auth_id: plain }
    ACCOUNTS_UPDATE command accounts::update { caller, auth_id: plain, change: plain }
    ACCOUNTS_LIST query accounts::list { caller, filter: plain, after: plain, limit: plain }
    ACCOUNTS_SET_STANDING command accounts::set_standing { caller, auth_id: plain, standing: plain, details: plain }
    ACCOUNTS_CLOSE command closing::close { caller, auth_id: plain, reason: plain }
    ACCOUNTS_GET_CLOSING query closing::get_closing { caller, auth_id: plain }
    ACCOUNTS_REVEAL_TOKEN query accounts::reveal_token { caller, auth_id: plain }
    ACCOUNTS_AUTHENTICATE query accounts::authenticate { caller }

    CREDITS_GET_BALANCE query credits::get_balance { caller, auth_id: plain }
    CREDITS_LIST_LOTS query credits::list_lots { caller, auth_id: plain }
    CREDITS_GET_STATEMENT query statement::get_statement { caller, auth_id: plain, month: plain, after: plain }
    CREDITS_RECHARGE command charges::recharge { caller, auth_id: plain, amount: wide, card: plain }
    CREDITS_LIST_CHARGES query charges::list_charges { caller, auth_id: plain, after: plain, limit: plain }
    CREDITS_GIVE_UP command charges::give_up { caller, auth_id: plain, charge: plain }
    CREDITS_SET_AUTO_RECHARGE command recharge::set_auto_recharge { caller, auth_id: plain, settings: plain }
    CREDITS_GET_AUTO_RECHARGE query recharge::get_auto_recharge { caller, auth_id: plain }
    CREDITS_ADD_CARD command cards::add_card { caller, auth_id: plain, token: plain, make_default: plain }
    CREDITS_SET_DEFAULT_CARD command cards::set_default_card { caller, auth_id: plain, card: plain }
    CREDITS_REMOVE_CARD command cards::remove_card { caller, auth_id: plain, card: plain }
    CREDITS_LIST_CARDS query cards::list_cards { caller, auth_id: plain }
    CREDITS_SET_ALERTS command alerts::set_alerts { caller, auth_id: plain, thresholds: optional_wides, recipients: plain }
    CREDITS_GET_ALERTS query alerts::get_alerts { caller, auth_id: plain }
    CREDITS_ADJUST command credits::adjust { caller, auth_id: plain, adjustment: plain, reason: plain }
    CREDITS_SETTLE command charges::settle_debt { caller, auth_id: plain, card: plain }
    CREDITS_RECORD_CHARGEBACK command charges::record_chargeback { caller, auth_id: plain, charge: plain, amount: optional_wide, reference: plain }
    CREDITS_RECORD_PAYMENT_CHARGEBACK command charges::record_payment_chargeback { caller, auth_id: plain, payment: plain, amount: optional_wide, reference: plain }
    CREDITS_RECORD_DISPUTE_WON command charges::record_dispute_won { caller, auth_id: plain, charge: plain, reference: plain }
    CREDITS_WRITE_OFF command credits::write_off { caller, auth_id: plain, reason: plain }

    COUPONS_CREATE command coupons::create { caller, coupon: plain }
    COUPONS_GET query coupons::get { caller, code: plain }
    COUPONS_LIST query coupons::list { caller, after: plain, limit: plain }
    COUPONS_WITHDRAW command coupons::withdraw { caller, number: plain }
    COUPONS_REDEEM command coupons::redeem { caller, auth_id: plain, code: plain }
    COUPONS_CLAIM command coupons::claim { claim: plain }
    COUPONS_LIST_REDEMPTIONS query coupons::list_redemptions { caller, auth_id: plain, after: plain, limit: plain }

    DESTINATIONS_BEGIN command people::begin_destination { caller, auth_id: plain, number: plain, channel: plain }
    DESTINATIONS_CHECK command destinations::check { caller, auth_id: plain, number: plain, code: plain }
    DESTINATIONS_LIST query destinations::list { caller, auth_id: plain }
    DESTINATIONS_REMOVE command destinations::remove { caller, auth_id: plain, number: plain }

    EVENTS_READ query events::read { caller, account: plain, after: wide, limit: plain }

    INVOICES_LIST_DOCUMENTS query invoices::list_documents { caller, auth_id: plain, kind: plain, filter: plain, after: plain, limit: plain }
    INVOICES_LIST_ISSUED query invoices::list_issued { caller, filter: plain, after: plain, limit: plain }
    INVOICES_READ_DOCUMENT query invoices::read_document { caller, auth_id: plain, number: plain }
    INVOICES_READ_STANDING query invoices::read_standing { caller, auth_id: plain, number: plain }
    INVOICES_GET_OVERVIEW query invoices::get_overview { caller, auth_id: plain }
    INVOICES_GET_BILLING query invoices::get_billing { caller, auth_id: plain }
    INVOICES_SET_BILLING command invoices::set_billing { caller, auth_id: plain, change: plain }
    INVOICES_SET_CYCLE command invoices::set_cycle { caller, auth_id: plain, months: plain }
    INVOICES_ISSUE_CREDIT_NOTE command invoices::issue_credit_note { caller, auth_id: plain, invoice: plain, amount: optional_wide, reason: plain }
    INVOICES_GET_SEATS query invoices::get_seats { caller, auth_id: plain }
    INVOICES_SET_SEATS command invoices::set_seats { caller, auth_id: plain, paid: plain }

    JOBS_BEGIN command jobs::begin { job: plain }
    JOBS_PERFORM effect jobs::perform { task: plain }
    JOBS_NEXT_REQUEST request jobs::next_request { task: plain, answers: plain }
    JOBS_FINISH command jobs::finish { job: plain, attempt: plain, done: plain }
    JOBS_PAYMENT_NOTICE command jobs::payment_notice { key: plain, outcome: plain }
    JOBS_LOOK look jobs::look { job: plain }
    JOBS_STORE_OPENED command jobs::store_opened { beginning: plain }
    JOBS_SHARED_CHANGED command jobs::shared_changed {}

    LINKS_LOOK query people::look_at_link { caller, link: plain }

    LOGIN_START command login::start { caller, email: plain, old: plain, device_token: plain }
    LOGIN_FINISH command login::finish { caller, ticket: plain }
    LOGIN_START_PROOF command login::start_proof { caller, old: plain }
    LOGIN_FINISH_PROOF command login::finish_proof { caller, ticket: plain }
    LOGIN_SEND_CODE command people::send_login_code { caller, channel: plain }
    LOGIN_CHECK command login::check { caller, method: plain, code: plain }
    LOGIN_TOUCH command login::touch { caller }
    LOGIN_LIST_SESSIONS query login::list_sessions { caller }
    LOGIN_END_SESSION command login::end_session { caller, name: plain }
    LOGIN_END_OTHERS command login::end_others { caller }
    LOGIN_LOGOUT command login::logout { caller }
    LOGIN_LIST_LOGINS query login::list_logins { caller }

    MEMBERS_LIST query members::members::list { caller, auth_id: plain, after: plain, limit: plain }
    MEMBERS_INVITE_OWNER command members::members::invite_owner { caller, auth_id: plain, name: plain }
    MEMBERS_START_ACCEPT command members::members::start_accept { caller, link: plain }
    MEMBERS_FINISH_ACCEPT command members::members::finish_accept { caller, ticket: plain, name: plain }
    MEMBERS_ISSUE_TEMPORARY command members::members::issue_temporary { caller, auth_id: plain, number: plain, reason: plain }
    MEMBERS_ALLOW_NEW_FACTORS command members::members::allow_new_factors { caller, auth_id: plain, number: plain, reason: plain }
    MEMBERS_START_ENROL command members::members::start_enrol { caller, link: plain, old: plain }
    MEMBERS_FINISH_ENROL command members::members::finish_enrol { caller, ticket: plain }

    PASSWORD_REQUEST_RESET command password::request_reset { caller, email: plain }
    PASSWORD_START_RESET command password::start_reset { caller, link: plain }
    PASSWORD_FINISH_RESET command password::finish_reset { caller, ticket: plain }
    PASSWORD_START_CHANGE command password::start_change { caller, old: plain }
    PASSWORD_FINISH_CHANGE command password::finish_change { caller, ticket: plain }
    PASSWORD_START_CHOOSE command password::start_choose { caller }
    PASSWORD_CHOOSE command password::choose { caller, ticket: plain }

    PASSWORDS_WEIGH query people::weigh { ticket: plain, old: plain, new: plain }

    PROFILE_GET query member_profile::get { caller }
    PROFILE_CHANGE command member_profile::change { caller, change: plain }
    PROFILE_REQUEST_EMAIL command people::request_email { caller, email: plain }
    PROFILE_CONFIRM_EMAIL command people::confirm_email { caller, link: plain }
    PROFILE_UNDO_EMAIL command people::undo_email { caller, link: plain }
    PROFILE_SEND_CODE command people::send_code { caller, purpose: plain, number: plain, channel: plain }
    PROFILE_FACTORS query member_profile::factors { caller }
    PROFILE_BEGIN_AUTHENTICATOR command member_profile::begin_authenticator { caller, code: plain }
    PROFILE_CONFIRM_AUTHENTICATOR command member_profile::confirm_authenticator { caller, code: plain }
    PROFILE_START_PHONE_CHANGE command people::start_phone_change { caller, number: plain }
    PROFILE_CONFIRM_PHONE command people::confirm_phone { caller, code: plain }
    PROFILE_NEW_RECOVERY_CODES command member_profile::new_recovery_codes { caller }
    PROFILE_REMOVE_FACTOR command member_profile::remove_factor { caller, kind: plain }

    LISTS_BEGIN command lists::begin { caller, name: plain, about: plain }
    LISTS_ADD command lists::add { caller, name: plain, version: plain, entries: plain }
    LISTS_PUBLISH command lists::publish { caller, name: plain, version: plain }
    LISTS_STATUS query lists::status { caller }
    LISTS_LOOK_UP query lists::look_up { caller, name: plain, value: plain }
    LISTS_SET_OWN command lists::set_own { caller, name: plain, entries: plain }
    LISTS_LIST_OWN query lists::list_own { caller, name: plain, after: plain, limit: plain }

    NUMBERS_OFFERS effect phone_numbers::offers { filter: plain }
    NUMBERS_PRICE_OFFERS query phone_numbers::price_offers { caller, auth_id: plain, offers: plain }
    NUMBERS_BUY command phone_numbers::buy { caller, auth_id: plain, purchase: plain }
    NUMBERS_LIST query phone_numbers::list { caller, auth_id: plain, filter: plain, offset: plain, limit: plain }
    NUMBERS_GET query phone_numbers::get { caller, auth_id: plain, number: plain }
    NUMBERS_UPDATE command phone_numbers::update { caller, auth_id: plain, number: plain, change: plain }
    NUMBERS_RELEASE command phone_numbers::release { caller, auth_id: plain, number: plain }

    OPERATOR_DESCRIBE_SETTINGS query policy::describe_settings { caller }
    OPERATOR_GET_SETTINGS query policy::get_settings { caller }
    OPERATOR_CHANGE_SETTINGS command policy::change_settings { caller, version: plain, settings: plain }
    OPERATOR_LIST_SETTING_CHANGES query policy::list_setting_changes { caller, after: plain, limit: plain }
    OPERATOR_GET_ACCOUNT_SETTINGS query policy::get_account_settings { caller, auth_id: plain }
    OPERATOR_CHANGE_ACCOUNT_SETTINGS command policy::change_account_settings { caller, auth_id: plain, version: plain, settings: plain }
    OPERATOR_LIST_ACCOUNT_SETTING_CHANGES query policy::list_account_setting_changes { caller, auth_id: plain, after: plain, limit: plain }
    OPERATOR_SET_BILLING command postpaid::set_billing { caller, auth_id: plain, billing: plain }
    OPERATOR_GET_BILLING query postpaid::get_billing { caller, auth_id: plain }
    OPERATOR_READ_LEDGER query operator::read_ledger { caller, after: plain, limit: plain }
    OPERATOR_READ_TRANSACTION query operator::read_transaction { caller, id: plain }
    OPERATOR_COMPARE query operator::compare { caller, accounts: plain }
    OPERATOR_READ_CHARGES query totals::check::read_charges { caller, after: plain, limit: plain }
    OPERATOR_COMPARE_TOTALS query totals::check::compare_totals { caller, until: plain, months: plain }
    OPERATOR_COMPARE_DERIVED query derived::compare_derived { caller, accounts: plain }
    OPERATOR_COMPARE_EVENTS query derived::compare_events { caller, after: plain, limit: plain }
    OPERATOR_COMPARE_INDEXES query indexes::compare_indexes { caller, after: plain, limit: plain }
    OPERATOR_LIST_QUEUE query queue::list_queue { caller, after: plain, limit: plain }
    OPERATOR_RESOLVE_PAYMENT command queue::resolve_payment { caller, item: plain, resolution: plain, reason: plain }

    PRICING_ADD_PRODUCT command pricing::add_product { caller, product: plain }
    PRICING_UPDATE_PRODUCT command pricing::update_product { caller, product: plain }
    PRICING_LIST_PRODUCTS query pricing::list_products { caller }
    PRICING_CREATE_VERSION command pricing::create_version { caller, currency: plain }
    PRICING_BEGIN_IMPORT command pricing::begin_import { caller, currency: plain }
    PRICING_FINISH_IMPORT command pricing::finish_import { caller, version: plain }
    PRICING_ADD_ROWS command pricing::add_rows { caller, version: plain, rows: plain }
    PRICING_SET_NUMBER_PRICES command pricing::set_number_prices { caller, version: plain, prices: plain }
    PRICING_GET_NUMBER_PRICES query pricing::get_number_prices { caller, version: plain }
    PRICING_SET_SURCHARGES command pricing::set_surcharges { caller, version: plain, surcharges: plain }
    PRICING_GET_SURCHARGES query pricing::get_surcharges { caller, version: plain }
    PRICING_SET_TIERS command pricing::set_tiers { caller, version: plain, tiers: plain }
    PRICING_GET_TIERS query pricing::get_tiers { caller, version: plain }
    PRICING_PUBLISH_VERSION command pricing::publish_version { caller, version: plain, starts_at: wide }
    PRICING_WITHDRAW_VERSION command pricing::withdraw_version { caller, version: plain }
    PRICING_REMOVE_DRAFT command pricing::remove_draft { caller, version: plain }
    PRICING_LIST_VERSIONS query pricing::list_versions { caller }
    PRICING_LIST_ROWS query pricing::list_rows { caller, version: plain, after: plain }
    PRICING_SET_OVERRIDES command pricing::set_overrides { caller, auth_id: plain, starts_at: wide, rows: plain, prices: plain, surcharges: plain, tiers: plain }
    PRICING_WITHDRAW_OVERRIDES command pricing::withdraw_overrides { caller, auth_id: plain, starts_at: wide }
    PRICING_LIST_OVERRIDES query pricing::list_overrides { caller, auth_id: plain }
    PRICING_GET_OVERRIDES query pricing::get_overrides { caller, auth_id: plain, at: wide }
    PRICING_GET_NUMBER_OVERRIDES query pricing::get_number_overrides { caller, auth_id: plain, at: wide }
    PRICING_GET_SURCHARGE_OVERRIDES query pricing::get_surcharge_overrides { caller, auth_id: plain, at: wide }
    PRICING_GET_TIER_OVERRIDES query pricing::get_tier_overrides { caller, auth_id: plain, at: wide }
    PRICING_BY_COUNTRY query pricing::by_country { caller, auth_id: plain, country: plain }

    RECURRING_START command recurring::start { caller, auth_id: plain, charge: plain }
    RECURRING_CHANGE command recurring::change { caller, auth_id: plain, reference: plain, quantity: plain }
    RECURRING_END command recurring::end { caller, auth_id: plain, reference: plain, last_month: plain }
    RECURRING_LIST query recurring::list { caller, auth_id: plain, after: plain, limit: plain }
    RECURRING_GET query recurring::get { caller, auth_id: plain, reference: plain }

    REFUNDS_LIST query refunds::list { caller, auth_id: plain, after: plain, limit: plain }
    REFUNDS_RETRY command refunds::retry { caller, auth_id: plain, number: plain }
    REFUNDS_SETTLE command refunds::settle { caller, auth_id: plain, number: plain, reference: plain }

    RESERVATIONS_RESERVE command reservations::reserve { caller, holds: plain }
    RESERVATIONS_EXTEND command reservations::extend { caller, extensions: plain }
    RESERVATIONS_SETTLE command reservations::settle { caller, settlements: plain }
    RESERVATIONS_RELEASE command reservations::release { caller, reservations: plain }
    RESERVATIONS_LIST query reservations::list { caller, auth_id: plain, after: plain, limit: plain }
    RESERVATIONS_LIST_OPEN query reservations::list_open { caller, source: plain, after: plain, limit: plain }

    REVIEW_OUTSTANDING query review::outstanding { caller, auth_id: plain }
    REVIEW_HAND_IN command review::hand_in { caller, auth_id: plain, kind: plain, document: plain }
    REVIEW_LIST_DOCUMENTS query review::list_documents { caller, auth_id: plain }
    REVIEW_QUEUE query review::queue { caller, after: plain, limit: plain }
    REVIEW_GET query review::get { caller, auth_id: plain }
    REVIEW_READ_DOCUMENT query review::read_document { caller, auth_id: plain, number: plain }
    REVIEW_NOTE command review::note { caller, auth_id: plain, text: plain }
    REVIEW_ASK command review::ask { caller, auth_id: plain, kinds: plain, text: plain }
    REVIEW_DECIDE command review::decide { caller, auth_id: plain, decision: plain, text: plain }
    REVIEW_REINSTATE command review::reinstate { caller, auth_id: plain, documents: plain, text: plain }

    SIGNUP_START command signup::start { caller, sign_up: plain }
    SIGNUP_FINISH command signup::finish { caller, ticket: plain }
    SIGNUP_RESEND command signup::resend { caller, holder: plain }
    SIGNUP_CONFIRM command signup::confirm { caller, link: plain, holder: plain }
    SIGNUP_START_CONFIRM command signup::start_confirm { caller, link: plain, old: plain }
    SIGNUP_FINISH_CONFIRM command signup::finish_confirm { caller, ticket: plain }

    SUBACCOUNTS_CREATE command subaccounts::create { caller, parent: plain, name: plain, enabled: plain }
    SUBACCOUNTS_GET query subaccounts::get { caller, auth_id: plain }
    SUBACCOUNTS_LIST query subaccounts::list { caller, parent: plain, offset: plain, limit: plain }
    SUBACCOUNTS_UPDATE command subaccounts::update { caller, auth_id: plain, change: plain }
    SUBACCOUNTS_DELETE command subaccounts::delete { caller, auth_id: plain, disposal: plain }

    USAGE_RECORD_EVENTS command usage::record_events { caller, events: plain }
    USAGE_RECORD_COLUMNS command usage::record_columns { caller, columns: plain }
    USAGE_QUOTE_EVENT query usage::quote_event { caller, event: plain }
    USAGE_ADMIT query usage::admit { caller, event: plain }
    USAGE_CALLS_STARTED command zero_stop::calls_started { caller, calls: plain }
    USAGE_CALLS_ENDED command zero_stop::calls_ended { caller, auth_id: plain, calls: plain }
    USAGE_LIST_CALLS query zero_stop::list_calls { caller, auth_id: plain }
    USAGE_LIST_RUNNING query zero_stop::list_running { caller, source: plain, after: plain, limit: plain }
    USAGE_SUMMARY query summary::summary { caller, auth_id: plain, from_day: plain, to_day: plain, group: plain, after: plain, filter: plain }
    USAGE_LIST_LINES query summary::list_lines { caller, auth_id: plain, posted_from: wide, posted_before: wide, after: plain, filter: plain }
    USAGE_GET_DAILY_SUMMARY query daily::get_daily_summary { caller, auth_id: plain }
    USAGE_SET_DAILY_SUMMARY command daily::set_daily_summary { caller, auth_id: plain, choice: plain }
    USAGE_LIST_REJECTED query usage::list_rejected { caller, auth_id: plain, reason: plain, after: plain, limit: plain }
    USAGE_RESUBMIT command usage::resubmit { caller, events: plain }
    USAGE_DISCARD command usage::discard { caller, keys: plain }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::functions::Class;

    /// A function of `wit/`: its parameters with their types, and its answer.
    struct Written {
        parameters: Vec<(String, String)>,
        answer: String,
    }

    /// Reads `name: func(name: type, …) -> answer;` of the interface.
    fn written(function: &str) -> Written {
        let (interface, name) = function.split_once('.').expect("an interface and a name");
        let path = format!("{}/../../wit/{interface}.wit", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(path).expect("the interface's file");
        let declared = text.lines().find_map(|line| {
            let (found, rest) = line.trim().trim_start_matches('%').split_once(": func(")?;
            (found == name).then(|| rest.trim_end_matches(';').split_once(") -> ").expect("it answers"))
        });
        let (parameters, answer) = declared.expect("declared on one line");
        let parameter = |text: &str| {
            let (name, kind) = text.split_once(": ").expect("a name and a type");
            (name.trim_start_matches('%').to_owned(), kind.to_owned())
        };
        let parameters = parameters.split(", ").filter(|text| !text.is_empty()).map(parameter).collect();
        Written { parameters, answer: answer.to_owned() }
    }

    /// How JSON has a type of `wit/`.
    fn form(kind: &str) -> &'static [&'static str] {
        let is_wide = |kind: &str| matches!(kind, "micros" | "instant" | "duration" | "s64" | "u64");
        let within = |outer: &str, kind: &str| {
            kind.strip_prefix(outer).and_then(|kind| kind.strip_suffix('>')).map(str::to_owned)
        };
        let option = within("option<", kind);
        let list = option.as_deref().and_then(|kind| within("list<", kind));
        match (kind, option, list) {
            ("caller", ..) => &[],
            (kind, ..) if is_wide(kind) => &["wide"],
            (_, Some(kind), _) if is_wide(&kind) => &["optional_wide"],
            (_, _, Some(kind)) if is_wide(&kind) => &["optional_wides"],
            _ => &["plain"],
        }
    }

    #[test]
    fn every_function_has_its_row_once() {
        let rows: Vec<&str> = ROWS.iter().map(|(function, ..)| function.name).collect();
        let functions: Vec<&str> = functions::functions().iter().map(|function| function.name).collect();
        assert_eq!(rows, functions);
    }

    #[test]
    fn arguments_and_answers_are_those_of_the_contract() {
        for (function, class, arguments) in ROWS {
            let written = written(function.name);
            let expected: Vec<(String, &[&str])> =
                written.parameters.iter().map(|(name, kind)| (name.replace('-', "_"), form(kind))).collect();
            let arguments: Vec<(String, &[&str])> =
                arguments.iter().map(|(name, form)| ((*name).to_owned(), *form)).collect();
            assert_eq!(arguments, expected, "{}", function.name);
            let expected = match (function.class, written.answer.starts_with("result<")) {
                (Class::Query, true) => "query",
                (Class::Query, false) if written.parameters.is_empty() => "fact",
                (Class::Query, false) => "look",
                (Class::Command, true) => "command",
                (Class::Effect, false) => "effect",
                (Class::Effect, true) => "request",
                (class, _) => panic!("{}: a {class:?} that answers {}", function.name, written.answer),
            };
            assert_eq!(*class, expected, "{}", function.name);
        }
    }

    #[test]
    fn a_type_has_one_form() {
        for (kind, expected) in [
            ("caller", None),
            ("string", Some("plain")),
            ("u32", Some("plain")),
            ("micros", Some("wide")),
            ("option<instant>", Some("optional_wide")),
            ("option<list<micros>>", Some("optional_wides")),
            ("option<list<string>>", Some("plain")),
            ("list<folded>", Some("plain")),
        ] {
            assert_eq!(form(kind).first().copied(), expected, "{kind}");
        }
    }
}
