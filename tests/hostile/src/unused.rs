//! Every export that no test is about: it traps.

use crate::Hostile;
use crate::bindings::exports::coinbox::billing::{
    accounts, coupons, credits, events, invoices, numbers, operator, pricing, refunds, reservations, subaccounts, usage,
};

pub(crate) fn unused() -> ! {
    panic!("this export is not part of any test")
}

impl usage::Guest for Hostile {
    fn record_events(_: usage::Caller, _: Vec<usage::Event>) -> Result<usage::BatchAnswer, usage::Error> {
        unused()
    }
    fn quote_event(_: usage::Caller, _: usage::Event) -> Result<usage::Quote, usage::Error> {
        unused()
    }
    fn admit(_: usage::Caller, _: usage::Event) -> Result<usage::Quote, usage::Error> {
        unused()
    }
    fn calls_started(_: usage::Caller, _: Vec<usage::RunningCall>) -> Result<(), usage::Error> {
        unused()
    }
    fn calls_ended(_: usage::Caller, _: String, _: Vec<String>) -> Result<(), usage::Error> {
        unused()
    }
    fn list_calls(_: usage::Caller, _: String) -> Result<Vec<usage::RunningCall>, usage::Error> {
        unused()
    }
    fn list_running(
        _: usage::Caller,
        _: Option<String>,
        _: Option<String>,
        _: u32,
    ) -> Result<usage::CarriedPage, usage::Error> {
        unused()
    }
    fn summary(
        _: usage::Caller,
        _: String,
        _: String,
        _: String,
        _: Vec<usage::Grouping>,
        _: Option<String>,
        _: Option<usage::ChargeFilter>,
    ) -> Result<usage::SummaryPage, usage::Error> {
        unused()
    }
    fn list_lines(
        _: usage::Caller,
        _: String,
        _: usage::Instant,
        _: usage::Instant,
        _: Option<String>,
        _: Option<usage::ChargeFilter>,
    ) -> Result<usage::LinePage, usage::Error> {
        unused()
    }
    fn get_daily_summary(_: usage::Caller, _: String) -> Result<usage::DailySummary, usage::Error> {
        unused()
    }
    fn set_daily_summary(
        _: usage::Caller,
        _: String,
        _: usage::DailyChoice,
    ) -> Result<usage::DailySummary, usage::Error> {
        unused()
    }
    fn list_rejected(
        _: usage::Caller,
        _: Option<String>,
        _: Option<usage::Rejection>,
        _: Option<String>,
        _: u32,
    ) -> Result<usage::RejectPage, usage::Error> {
        unused()
    }
    fn resubmit(_: usage::Caller, _: Vec<usage::Resubmission>) -> Result<usage::BatchAnswer, usage::Error> {
        unused()
    }
    fn discard(_: usage::Caller, _: Vec<String>) -> Result<(), usage::Error> {
        unused()
    }
}

impl reservations::Guest for Hostile {
    fn reserve(
        _: reservations::Caller,
        _: Vec<reservations::Hold>,
    ) -> Result<Vec<reservations::ReserveAnswer>, reservations::Error> {
        unused()
    }
    fn extend(
        _: reservations::Caller,
        _: Vec<reservations::Extension>,
    ) -> Result<Vec<reservations::ExtendAnswer>, reservations::Error> {
        unused()
    }
    fn settle(
        _: reservations::Caller,
        _: Vec<reservations::Settlement>,
    ) -> Result<reservations::SettleBatch, reservations::Error> {
        unused()
    }
    fn release(
        _: reservations::Caller,
        _: Vec<reservations::Named>,
    ) -> Result<Vec<reservations::ReleaseAnswer>, reservations::Error> {
        unused()
    }
    fn list(
        _: reservations::Caller,
        _: String,
        _: Option<String>,
        _: u32,
    ) -> Result<reservations::Page, reservations::Error> {
        unused()
    }
    fn list_open(
        _: reservations::Caller,
        _: Option<String>,
        _: Option<String>,
        _: u32,
    ) -> Result<reservations::OpenPage, reservations::Error> {
        unused()
    }
}

impl pricing::Guest for Hostile {
    fn create_version(_: pricing::Caller) -> Result<pricing::Version, pricing::Error> {
        unused()
    }
    fn add_rows(_: pricing::Caller, _: u32, _: Vec<pricing::PriceRow>) -> Result<pricing::Version, pricing::Error> {
        unused()
    }
    fn set_number_prices(
        _: pricing::Caller,
        _: u32,
        _: pricing::NumberPrices,
    ) -> Result<pricing::Version, pricing::Error> {
        unused()
    }
    fn get_number_prices(_: pricing::Caller, _: u32) -> Result<pricing::NumberPrices, pricing::Error> {
        unused()
    }
    fn publish_version(_: pricing::Caller, _: u32, _: pricing::Instant) -> Result<pricing::Version, pricing::Error> {
        unused()
    }
    fn begin_import(_: pricing::Caller) -> Result<pricing::Version, pricing::Error> {
        unused()
    }
    fn finish_import(_: pricing::Caller, _: u32) -> Result<pricing::Version, pricing::Error> {
        unused()
    }
    fn withdraw_version(_: pricing::Caller, _: u32) -> Result<pricing::Version, pricing::Error> {
        unused()
    }
    fn remove_draft(_: pricing::Caller, _: u32) -> Result<(), pricing::Error> {
        unused()
    }
    fn withdraw_overrides(_: pricing::Caller, _: String, _: pricing::Instant) -> Result<(), pricing::Error> {
        unused()
    }
    fn list_overrides(_: pricing::Caller, _: String) -> Result<Vec<pricing::OverrideSet>, pricing::Error> {
        unused()
    }
    fn list_versions(_: pricing::Caller) -> Result<Vec<pricing::Version>, pricing::Error> {
        unused()
    }
    fn list_rows(_: pricing::Caller, _: u32, _: Option<String>) -> Result<pricing::RowPage, pricing::Error> {
        unused()
    }
    fn set_overrides(
        _: pricing::Caller,
        _: String,
        _: pricing::Instant,
        _: Vec<pricing::PriceRow>,
        _: Option<pricing::NumberPrices>,
    ) -> Result<(), pricing::Error> {
        unused()
    }
    fn get_overrides(
        _: pricing::Caller,
        _: String,
        _: pricing::Instant,
    ) -> Result<Vec<pricing::PriceRow>, pricing::Error> {
        unused()
    }
    fn get_number_overrides(
        _: pricing::Caller,
        _: String,
        _: pricing::Instant,
    ) -> Result<pricing::NumberPrices, pricing::Error> {
        unused()
    }
    fn by_country(_: pricing::Caller, _: String, _: String) -> Result<pricing::CountryPrices, pricing::Error> {
        unused()
    }
}

impl credits::Guest for Hostile {
    fn get_balance(_: credits::Caller, _: String) -> Result<credits::Balance, credits::Error> {
        unused()
    }
    fn list_lots(_: credits::Caller, _: String) -> Result<Vec<credits::Lot>, credits::Error> {
        unused()
    }
    fn get_statement(
        _: credits::Caller,
        _: String,
        _: String,
        _: Option<String>,
    ) -> Result<credits::Statement, credits::Error> {
        unused()
    }
    fn recharge(
        _: credits::Caller,
        _: String,
        _: credits::Micros,
        _: Option<String>,
    ) -> Result<credits::Started, credits::Error> {
        unused()
    }
    fn list_charges(
        _: credits::Caller,
        _: String,
        _: Option<String>,
        _: u32,
    ) -> Result<credits::ChargePage, credits::Error> {
        unused()
    }
    fn give_up(_: credits::Caller, _: String, _: u32) -> Result<credits::Started, credits::Error> {
        unused()
    }
    fn set_auto_recharge(
        _: credits::Caller,
        _: String,
        _: credits::RechargeChange,
    ) -> Result<credits::RechargeStatus, credits::Error> {
        unused()
    }
    fn get_auto_recharge(_: credits::Caller, _: String) -> Result<credits::RechargeStatus, credits::Error> {
        unused()
    }
    fn add_card(_: credits::Caller, _: String, _: String, _: bool) -> Result<credits::Started, credits::Error> {
        unused()
    }
    fn set_default_card(_: credits::Caller, _: String, _: String) -> Result<(), credits::Error> {
        unused()
    }
    fn remove_card(_: credits::Caller, _: String, _: String) -> Result<(), credits::Error> {
        unused()
    }
    fn list_cards(_: credits::Caller, _: String) -> Result<Vec<credits::Card>, credits::Error> {
        unused()
    }
    fn set_alerts(
        _: credits::Caller,
        _: String,
        _: Option<Vec<credits::Micros>>,
        _: Option<Vec<String>>,
    ) -> Result<credits::AlertSettings, credits::Error> {
        unused()
    }
    fn get_alerts(_: credits::Caller, _: String) -> Result<credits::AlertSettings, credits::Error> {
        unused()
    }
    fn settle(_: credits::Caller, _: String, _: Option<String>) -> Result<credits::Started, credits::Error> {
        unused()
    }
    fn record_chargeback(
        _: credits::Caller,
        _: String,
        _: u32,
        _: Option<i64>,
        _: String,
    ) -> Result<credits::Adjusted, credits::Error> {
        unused()
    }
    fn record_payment_chargeback(
        _: credits::Caller,
        _: String,
        _: String,
        _: Option<i64>,
        _: String,
    ) -> Result<credits::Adjusted, credits::Error> {
        unused()
    }
    fn record_dispute_won(
        _: credits::Caller,
        _: String,
        _: u32,
        _: String,
    ) -> Result<credits::Adjusted, credits::Error> {
        unused()
    }
    fn write_off(_: credits::Caller, _: String, _: String) -> Result<credits::Adjusted, credits::Error> {
        unused()
    }
    fn adjust(
        _: credits::Caller,
        _: String,
        _: credits::Adjustment,
        _: String,
    ) -> Result<credits::Adjusted, credits::Error> {
        unused()
    }
}

impl coupons::Guest for Hostile {
    fn create(_: coupons::Caller, _: coupons::NewCoupon) -> Result<coupons::Coupon, coupons::Error> {
        unused()
    }
    fn get(_: coupons::Caller, _: String) -> Result<coupons::Coupon, coupons::Error> {
        unused()
    }
    fn list(_: coupons::Caller, _: Option<u32>, _: u32) -> Result<coupons::Page, coupons::Error> {
        unused()
    }
    fn withdraw(_: coupons::Caller, _: u32) -> Result<coupons::Coupon, coupons::Error> {
        unused()
    }
    fn redeem(_: coupons::Caller, _: String, _: String) -> Result<coupons::Outcome, coupons::Error> {
        unused()
    }
    fn list_redemptions(
        _: coupons::Caller,
        _: String,
        _: Option<u32>,
        _: u32,
    ) -> Result<coupons::RedemptionPage, coupons::Error> {
        unused()
    }
}

impl accounts::Guest for Hostile {
    fn create(_: accounts::Caller, _: accounts::NewAccount) -> Result<accounts::Created, accounts::Error> {
        unused()
    }
    fn get(_: accounts::Caller, _: String) -> Result<accounts::Account, accounts::Error> {
        unused()
    }
    fn update(_: accounts::Caller, _: String, _: accounts::Change) -> Result<accounts::Account, accounts::Error> {
        unused()
    }
    fn list(
        _: accounts::Caller,
        _: Option<accounts::AccountFilter>,
        _: Option<String>,
        _: u32,
    ) -> Result<accounts::Page, accounts::Error> {
        unused()
    }
    fn set_standing(
        _: accounts::Caller,
        _: String,
        _: accounts::Standing,
        _: String,
    ) -> Result<accounts::Account, accounts::Error> {
        unused()
    }
    fn close(_: accounts::Caller, _: String, _: String) -> Result<accounts::ClosingStatus, accounts::Error> {
        unused()
    }
    fn get_closing(_: accounts::Caller, _: String) -> Result<accounts::ClosingStatus, accounts::Error> {
        unused()
    }
    fn reveal_token(_: accounts::Caller, _: String) -> Result<String, accounts::Error> {
        unused()
    }
    fn authenticate(_: accounts::Caller) -> Result<accounts::RateLimits, accounts::Error> {
        unused()
    }
}

impl invoices::Guest for Hostile {
    fn list_documents(
        _: invoices::Caller,
        _: String,
        _: invoices::DocumentKind,
        _: invoices::DocumentFilter,
        _: Option<String>,
        _: u32,
    ) -> Result<invoices::DocumentPage, invoices::Error> {
        unused()
    }
    fn list_issued(
        _: invoices::Caller,
        _: Option<invoices::IssuedFilter>,
        _: Option<String>,
        _: u32,
    ) -> Result<invoices::IssuedPage, invoices::Error> {
        unused()
    }
    fn read_document(_: invoices::Caller, _: String, _: String) -> Result<invoices::Document, invoices::Error> {
        unused()
    }
    fn read_standing(_: invoices::Caller, _: String, _: String) -> Result<invoices::DocumentSummary, invoices::Error> {
        unused()
    }
    fn get_overview(_: invoices::Caller, _: String) -> Result<invoices::Overview, invoices::Error> {
        unused()
    }
    fn get_billing(_: invoices::Caller, _: String) -> Result<invoices::Billing, invoices::Error> {
        unused()
    }
    fn set_billing(
        _: invoices::Caller,
        _: String,
        _: invoices::BillingChange,
    ) -> Result<invoices::Billing, invoices::Error> {
        unused()
    }
    fn set_cycle(_: invoices::Caller, _: String, _: u32) -> Result<invoices::Billing, invoices::Error> {
        unused()
    }
    fn get_seats(_: invoices::Caller, _: String) -> Result<invoices::Seats, invoices::Error> {
        unused()
    }
    fn set_seats(_: invoices::Caller, _: String, _: u32) -> Result<invoices::Seats, invoices::Error> {
        unused()
    }
    fn issue_credit_note(
        _: invoices::Caller,
        _: String,
        _: String,
        _: Option<invoices::Micros>,
        _: String,
    ) -> Result<invoices::Document, invoices::Error> {
        unused()
    }
}

impl refunds::Guest for Hostile {
    fn list(_: refunds::Caller, _: String, _: Option<u32>, _: u32) -> Result<refunds::Page, refunds::Error> {
        unused()
    }
    fn retry(_: refunds::Caller, _: String, _: u32) -> Result<refunds::Started, refunds::Error> {
        unused()
    }
    fn settle(_: refunds::Caller, _: String, _: u32, _: String) -> Result<refunds::Refund, refunds::Error> {
        unused()
    }
}

impl subaccounts::Guest for Hostile {
    fn create(
        _: subaccounts::Caller,
        _: String,
        _: String,
        _: bool,
    ) -> Result<subaccounts::Created, subaccounts::Error> {
        unused()
    }
    fn get(_: subaccounts::Caller, _: String) -> Result<subaccounts::Subaccount, subaccounts::Error> {
        unused()
    }
    fn list(_: subaccounts::Caller, _: String, _: u32, _: u32) -> Result<subaccounts::Page, subaccounts::Error> {
        unused()
    }
    fn update(
        _: subaccounts::Caller,
        _: String,
        _: subaccounts::Change,
    ) -> Result<subaccounts::Subaccount, subaccounts::Error> {
        unused()
    }
    fn delete(_: subaccounts::Caller, _: String, _: subaccounts::Disposal) -> Result<(), subaccounts::Error> {
        unused()
    }
}

impl numbers::Guest for Hostile {
    fn offers(_: numbers::OfferFilter) -> Option<numbers::OfferPage> {
        unused()
    }
    fn price_offers(
        _: numbers::Caller,
        _: String,
        _: Vec<numbers::OfferedNumber>,
    ) -> Result<Vec<numbers::PricedOffer>, numbers::Error> {
        unused()
    }
    fn buy(_: numbers::Caller, _: String, _: numbers::Purchase) -> Result<numbers::Started, numbers::Error> {
        unused()
    }
    fn list(
        _: numbers::Caller,
        _: String,
        _: numbers::NumberFilter,
        _: u32,
        _: u32,
    ) -> Result<numbers::NumberPage, numbers::Error> {
        unused()
    }
    fn get(_: numbers::Caller, _: String, _: String) -> Result<numbers::RentedNumber, numbers::Error> {
        unused()
    }
    fn update(
        _: numbers::Caller,
        _: String,
        _: String,
        _: numbers::NumberChange,
    ) -> Result<numbers::RentedNumber, numbers::Error> {
        unused()
    }
    fn release(_: numbers::Caller, _: String, _: String) -> Result<numbers::Started, numbers::Error> {
        unused()
    }
}

impl events::Guest for Hostile {
    fn read(_: events::Caller, _: Option<String>, _: u64, _: u32) -> Result<Vec<events::Event>, events::Error> {
        unused()
    }
}

impl operator::Guest for Hostile {
    fn get_policy(_: operator::Caller) -> Result<operator::Policy, operator::Error> {
        unused()
    }
    fn set_policy(_: operator::Caller, _: operator::Policy) -> Result<operator::Policy, operator::Error> {
        unused()
    }
    fn set_limits(
        _: operator::Caller,
        _: String,
        _: operator::LimitsChange,
    ) -> Result<operator::Limits, operator::Error> {
        unused()
    }
    fn set_billing(_: operator::Caller, _: String, _: operator::Billing) -> Result<operator::Billing, operator::Error> {
        unused()
    }
    fn get_billing(_: operator::Caller, _: String) -> Result<operator::Billing, operator::Error> {
        unused()
    }
    fn read_ledger(_: operator::Caller, _: Option<String>, _: u32) -> Result<operator::LedgerPage, operator::Error> {
        unused()
    }
    fn read_transaction(_: operator::Caller, _: String) -> Result<Vec<operator::RatedEvent>, operator::Error> {
        unused()
    }
    fn compare(_: operator::Caller, _: Vec<operator::Folded>) -> Result<Vec<operator::Difference>, operator::Error> {
        unused()
    }
    fn get_limits(_: operator::Caller, _: String) -> Result<operator::Limits, operator::Error> {
        unused()
    }
    fn read_charges(_: operator::Caller, _: Option<String>, _: u32) -> Result<operator::ChargedPage, operator::Error> {
        unused()
    }
    fn compare_totals(
        _: operator::Caller,
        _: String,
        _: Vec<operator::FoldedMonth>,
    ) -> Result<operator::TotalsComparison, operator::Error> {
        unused()
    }
    fn compare_derived(_: operator::Caller, _: Vec<String>) -> Result<operator::DerivedComparison, operator::Error> {
        unused()
    }
    fn compare_events(
        _: operator::Caller,
        _: Option<String>,
        _: u32,
    ) -> Result<operator::EventsComparison, operator::Error> {
        unused()
    }
    fn compare_indexes(
        _: operator::Caller,
        _: Option<String>,
        _: u32,
    ) -> Result<operator::IndexesComparison, operator::Error> {
        unused()
    }
    fn resolve_payment(
        _: operator::Caller,
        _: String,
        _: operator::Resolution,
        _: String,
    ) -> Result<operator::Resolved, operator::Error> {
        unused()
    }
    fn list_queue(_: operator::Caller, _: Option<String>, _: u32) -> Result<operator::QueuePage, operator::Error> {
        unused()
    }
}
