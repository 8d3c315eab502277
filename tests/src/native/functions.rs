//! Every function of the contract with the form of its arguments: `plain`, `wide` (64-bit numbers, which are text) or `optional_wides`.

use super::{Arguments, Ran, Running, written};
use coinbox_host::json::JsonError;
use coinbox_rules as rules;
use coinbox_rules::vocabulary::Caller;

macro_rules! functions {
    ($($name:literal $class:ident $rule:path { $($argument:ident: $form:ident),* })*) => {
        /// Functions that take a caller.
        fn run_with_caller(running: &Running<'_>, function: &str, mut given: Arguments) -> Result<Ran, JsonError> {
            let caller: Caller = given.plain("caller")?;
            match function {
                $($name => {
                    $(let $argument = given.$form(stringify!($argument))?;)*
                    given.end()?;
                    Ok(running.$class(|call| $rule(call, &caller, $($argument),*)))
                })*
                other => unreachable!("`{other}` is described and not listed here"),
            }
        }
    };
}

functions! {
    "accounts.create" command rules::accounts::create { account: plain }
    "accounts.get" query rules::accounts::get { auth_id: plain }
    "accounts.update" command rules::accounts::update { auth_id: plain, change: plain }
    "accounts.list" query rules::accounts::list { filter: plain, after: plain, limit: plain }
    "accounts.set-standing" command rules::accounts::set_standing { auth_id: plain, standing: plain, details: plain }
    "accounts.close" command rules::closing::close { auth_id: plain, reason: plain }
    "accounts.get-closing" query rules::closing::get_closing { auth_id: plain }
    "accounts.reveal-token" query rules::accounts::reveal_token { auth_id: plain }
    "accounts.authenticate" query rules::accounts::authenticate { }

    "coupons.create" command rules::coupons::create { coupon: plain }
    "coupons.get" query rules::coupons::get { code: plain }
    "coupons.list" query rules::coupons::list { after: plain, limit: plain }
    "coupons.withdraw" command rules::coupons::withdraw { number: plain }
    "coupons.redeem" command rules::coupons::redeem { auth_id: plain, code: plain }
    "coupons.list-redemptions" query rules::coupons::list_redemptions { auth_id: plain, after: plain, limit: plain }

    "credits.get-balance" query rules::credits::get_balance { auth_id: plain }
    "credits.list-lots" query rules::credits::list_lots { auth_id: plain }
    "credits.get-statement" query rules::statement::get_statement { auth_id: plain, month: plain, after: plain }
    "credits.recharge" command rules::charges::recharge { auth_id: plain, amount: wide, card: plain }
    "credits.list-charges" query rules::charges::list_charges { auth_id: plain, after: plain, limit: plain }
    "credits.give-up" command rules::charges::give_up { auth_id: plain, charge: plain }
    "credits.set-auto-recharge" command rules::recharge::set_auto_recharge { auth_id: plain, settings: plain }
    "credits.get-auto-recharge" query rules::recharge::get_auto_recharge { auth_id: plain }
    "credits.add-card" command rules::cards::add_card { auth_id: plain, token: plain, make_default: plain }
    "credits.set-default-card" command rules::cards::set_default_card { auth_id: plain, card: plain }
    "credits.remove-card" command rules::cards::remove_card { auth_id: plain, card: plain }
    "credits.list-cards" query rules::cards::list_cards { auth_id: plain }
    "credits.set-alerts" command rules::alerts::set_alerts { auth_id: plain, thresholds: optional_wides, recipients: plain }
    "credits.get-alerts" query rules::alerts::get_alerts { auth_id: plain }
    "credits.adjust" command rules::credits::adjust { auth_id: plain, adjustment: plain, reason: plain }

    "credits.settle" command rules::charges::settle_debt { auth_id: plain, card: plain }
    "credits.record-chargeback" command rules::charges::record_chargeback { auth_id: plain, charge: plain, amount: optional_wide, reference: plain }
    "credits.record-payment-chargeback" command rules::charges::record_payment_chargeback { auth_id: plain, payment: plain, amount: optional_wide, reference: plain }
    "credits.record-dispute-won" command rules::charges::record_dispute_won { auth_id: plain, charge: plain, reference: plain }
    "credits.write-off" command rules::credits::write_off { auth_id: plain, reason: plain }

    "events.read" query rules::events::read { account: plain, after: wide, limit: plain }

    "invoices.list-documents" query rules::invoices::list_documents { auth_id: plain, kind: plain, filter: plain, after: plain, limit: plain }
    "invoices.list-issued" query rules::invoices::list_issued { filter: plain, after: plain, limit: plain }
    "invoices.read-document" query rules::invoices::read_document { auth_id: plain, number: plain }
    "invoices.read-standing" query rules::invoices::read_standing { auth_id: plain, number: plain }
    "invoices.get-overview" query rules::invoices::get_overview { auth_id: plain }
    "invoices.get-billing" query rules::invoices::get_billing { auth_id: plain }
    "invoices.set-billing" command rules::invoices::set_billing { auth_id: plain, change: plain }
    "invoices.set-cycle" command rules::invoices::set_cycle { auth_id: plain, months: plain }
    "invoices.issue-credit-note" command rules::invoices::issue_credit_note { auth_id: plain, invoice: plain, amount: optional_wide, reason: plain }
    "invoices.get-seats" query rules::invoices::get_seats { auth_id: plain }
    "invoices.set-seats" command rules::invoices::set_seats { auth_id: plain, paid: plain }

    "numbers.price-offers" query rules::phone_numbers::price_offers { auth_id: plain, offers: plain }
    "numbers.buy" command rules::phone_numbers::buy { auth_id: plain, purchase: plain }
    "numbers.list" query rules::phone_numbers::list { auth_id: plain, filter: plain, offset: plain, limit: plain }
    "numbers.get" query rules::phone_numbers::get { auth_id: plain, number: plain }
    "numbers.update" command rules::phone_numbers::update { auth_id: plain, number: plain, change: plain }
    "numbers.release" command rules::phone_numbers::release { auth_id: plain, number: plain }

    "operator.get-policy" query rules::policy::get_policy { }
    "operator.set-policy" command rules::policy::set_policy { policy: plain }
    "operator.set-limits" command rules::policy::set_limits { auth_id: plain, limits: plain }
    "operator.set-billing" command rules::postpaid::set_billing { auth_id: plain, billing: plain }
    "operator.get-billing" query rules::postpaid::get_billing { auth_id: plain }
    "operator.read-ledger" query rules::operator::read_ledger { after: plain, limit: plain }
    "operator.read-transaction" query rules::operator::read_transaction { id: plain }
    "operator.compare" query rules::operator::compare { accounts: plain }
    "operator.read-charges" query rules::totals::check::read_charges { after: plain, limit: plain }
    "operator.compare-totals" query rules::totals::check::compare_totals { until: plain, months: plain }
    "operator.compare-derived" query rules::derived::compare_derived { accounts: plain }
    "operator.compare-events" query rules::derived::compare_events { after: plain, limit: plain }
    "operator.compare-indexes" query rules::indexes::compare_indexes { after: plain, limit: plain }
    "operator.list-queue" query rules::queue::list_queue { after: plain, limit: plain }
    "operator.resolve-payment" command rules::queue::resolve_payment { item: plain, resolution: plain, reason: plain }
    "operator.get-limits" query rules::policy::get_limits { auth_id: plain }

    "pricing.create-version" command rules::pricing::create_version { }
    "pricing.begin-import" command rules::pricing::begin_import { }
    "pricing.finish-import" command rules::pricing::finish_import { version: plain }
    "pricing.add-rows" command rules::pricing::add_rows { version: plain, rows: plain }
    "pricing.set-number-prices" command rules::pricing::set_number_prices { version: plain, prices: plain }
    "pricing.get-number-prices" query rules::pricing::get_number_prices { version: plain }
    "pricing.publish-version" command rules::pricing::publish_version { version: plain, starts_at: wide }
    "pricing.withdraw-version" command rules::pricing::withdraw_version { version: plain }
    "pricing.remove-draft" command rules::pricing::remove_draft { version: plain }
    "pricing.list-versions" query rules::pricing::list_versions { }
    "pricing.list-rows" query rules::pricing::list_rows { version: plain, after: plain }
    "pricing.set-overrides" command rules::pricing::set_overrides { auth_id: plain, starts_at: wide, rows: plain, prices: plain }
    "pricing.withdraw-overrides" command rules::pricing::withdraw_overrides { auth_id: plain, starts_at: wide }
    "pricing.list-overrides" query rules::pricing::list_overrides { auth_id: plain }
    "pricing.get-overrides" query rules::pricing::get_overrides { auth_id: plain, at: wide }
    "pricing.get-number-overrides" query rules::pricing::get_number_overrides { auth_id: plain, at: wide }
    "pricing.by-country" query rules::pricing::by_country { auth_id: plain, country: plain }

    "refunds.list" query rules::refunds::list { auth_id: plain, after: plain, limit: plain }
    "refunds.retry" command rules::refunds::retry { auth_id: plain, number: plain }
    "refunds.settle" command rules::refunds::settle { auth_id: plain, number: plain, reference: plain }
    "reservations.reserve" command rules::reservations::reserve { holds: plain }
    "reservations.extend" command rules::reservations::extend { extensions: plain }
    "reservations.settle" command rules::reservations::settle { settlements: plain }
    "reservations.release" command rules::reservations::release { reservations: plain }
    "reservations.list" query rules::reservations::list { auth_id: plain, after: plain, limit: plain }

    "subaccounts.create" command rules::subaccounts::create { parent: plain, name: plain, enabled: plain }
    "subaccounts.get" query rules::subaccounts::get { auth_id: plain }
    "subaccounts.list" query rules::subaccounts::list { parent: plain, offset: plain, limit: plain }
    "subaccounts.update" command rules::subaccounts::update { auth_id: plain, change: plain }
    "subaccounts.delete" command rules::subaccounts::delete { auth_id: plain, disposal: plain }

    "usage.record-events" command rules::usage::record_events { events: plain }
    "usage.quote-event" query rules::usage::quote_event { event: plain }
    "usage.admit" query rules::usage::admit { event: plain }
    "usage.calls-started" command rules::zero_stop::calls_started { calls: plain }
    "usage.calls-ended" command rules::zero_stop::calls_ended { auth_id: plain, calls: plain }
    "usage.list-calls" query rules::zero_stop::list_calls { auth_id: plain }
    "usage.summary" query rules::summary::summary { auth_id: plain, from_day: plain, to_day: plain, group: plain, after: plain, filter: plain }
    "usage.list-lines" query rules::summary::list_lines { auth_id: plain, from: wide, to: wide, after: plain, filter: plain }
    "usage.get-daily-summary" query rules::daily::get_daily_summary { auth_id: plain }
    "usage.set-daily-summary" command rules::daily::set_daily_summary { auth_id: plain, choice: plain }
    "usage.list-rejected" query rules::usage::list_rejected { auth_id: plain, reason: plain, after: plain, limit: plain }
    "usage.resubmit" command rules::usage::resubmit { events: plain }
    "usage.discard" command rules::usage::discard { keys: plain }
}

/// Reads the arguments, runs one function, writes its answer.
pub(super) fn run(running: &Running<'_>, function: &str, mut given: Arguments) -> Result<Ran, JsonError> {
    match function {
        "about.describe" => {
            given.end()?;
            Ok(Ran { answer: written(&rules::about::describe()), changes: None })
        }
        "numbers.offers" => {
            let filter = given.plain("filter")?;
            given.end()?;
            Ok(running.effect(|effects| rules::phone_numbers::offers(effects, filter)))
        }
        "jobs.begin" => {
            let job = given.plain("job")?;
            given.end()?;
            Ok(running.command(|call| rules::jobs::begin(call, job)))
        }
        "jobs.perform" => {
            let task = given.plain("task")?;
            given.end()?;
            Ok(running.effect(|effects| rules::jobs::perform(effects, task)))
        }
        "jobs.finish" => {
            let (job, attempt, done) = (given.plain("job")?, given.plain("attempt")?, given.plain("done")?);
            given.end()?;
            Ok(running.command(|call| rules::jobs::finish(call, job, attempt, done)))
        }
        "jobs.payment-notice" => {
            let (key, outcome) = (given.plain("key")?, given.plain("outcome")?);
            given.end()?;
            Ok(running.command(|call| rules::jobs::payment_notice(call, key, outcome)))
        }
        "jobs.look" => {
            let job = given.plain("job")?;
            given.end()?;
            // An option, no result.
            let answer = running.with_call(|call| rules::jobs::look(&call, job));
            Ok(Ran { answer: written(&answer), changes: None })
        }
        "jobs.store-opened" => {
            let beginning = given.plain("beginning")?;
            given.end()?;
            Ok(running.command(|call| rules::jobs::store_opened(call, beginning)))
        }
        _ => run_with_caller(running, function, given),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_is_the_one_of_the_rules() {
        let listed = include_str!("functions.rs");
        for function in coinbox_rules::about::functions() {
            assert!(listed.contains(&format!("\"{}\"", function.name)), "{} is missing", function.name);
        }
    }
}
