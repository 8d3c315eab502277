//! Every export that no test is about: it traps.

use crate::Hostile;
use crate::bindings::exports::coinbox::billing::{
    accounts, coupons, credits, destinations, events, invoices, links, lists, login, members, numbers, operator,
    password, passwords, pricing, profile, recurring, refunds, reservations, review, signup, subaccounts, usage,
};

pub(crate) fn unused() -> ! {
    panic!("this export is not part of any test")
}

impl usage::Guest for Hostile {
    fn record_events(_: usage::Caller, _: Vec<usage::UsageEvent>) -> Result<usage::BatchAnswer, usage::UsageError> {
        unused()
    }
    fn record_columns(_: usage::Caller, _: usage::EventColumns) -> Result<usage::AnswerColumns, usage::UsageError> {
        unused()
    }
    fn quote_event(_: usage::Caller, _: usage::UsageEvent) -> Result<usage::Quote, usage::UsageError> {
        unused()
    }
    fn admit(_: usage::Caller, _: usage::UsageEvent) -> Result<usage::Quote, usage::UsageError> {
        unused()
    }
    fn calls_started(_: usage::Caller, _: Vec<usage::RunningCall>) -> Result<(), usage::UsageError> {
        unused()
    }
    fn calls_ended(_: usage::Caller, _: String, _: Vec<String>) -> Result<(), usage::UsageError> {
        unused()
    }
    fn list_calls(_: usage::Caller, _: String) -> Result<Vec<usage::RunningCall>, usage::UsageError> {
        unused()
    }
    fn list_running(
        _: usage::Caller,
        _: Option<String>,
        _: Option<String>,
        _: u32,
    ) -> Result<usage::CarriedPage, usage::UsageError> {
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
    ) -> Result<usage::SummaryPage, usage::UsageError> {
        unused()
    }
    fn list_lines(
        _: usage::Caller,
        _: String,
        _: usage::Instant,
        _: usage::Instant,
        _: Option<String>,
        _: Option<usage::ChargeFilter>,
    ) -> Result<usage::LinePage, usage::UsageError> {
        unused()
    }
    fn get_daily_summary(_: usage::Caller, _: String) -> Result<usage::DailySummary, usage::UsageError> {
        unused()
    }
    fn set_daily_summary(
        _: usage::Caller,
        _: String,
        _: usage::DailyChoice,
    ) -> Result<usage::DailySummary, usage::UsageError> {
        unused()
    }
    fn list_rejected(
        _: usage::Caller,
        _: Option<String>,
        _: Option<usage::Rejection>,
        _: Option<String>,
        _: u32,
    ) -> Result<usage::RejectPage, usage::UsageError> {
        unused()
    }
    fn resubmit(_: usage::Caller, _: Vec<usage::Resubmission>) -> Result<usage::BatchAnswer, usage::UsageError> {
        unused()
    }
    fn discard(_: usage::Caller, _: Vec<String>) -> Result<(), usage::UsageError> {
        unused()
    }
}

impl reservations::Guest for Hostile {
    fn reserve(
        _: reservations::Caller,
        _: Vec<reservations::Hold>,
    ) -> Result<Vec<reservations::ReserveAnswer>, reservations::ReservationError> {
        unused()
    }
    fn extend(
        _: reservations::Caller,
        _: Vec<reservations::Extension>,
    ) -> Result<Vec<reservations::ExtendAnswer>, reservations::ReservationError> {
        unused()
    }
    fn settle(
        _: reservations::Caller,
        _: Vec<reservations::Settlement>,
    ) -> Result<reservations::SettleBatch, reservations::ReservationError> {
        unused()
    }
    fn release(
        _: reservations::Caller,
        _: Vec<reservations::ReservationName>,
    ) -> Result<Vec<reservations::ReleaseAnswer>, reservations::ReservationError> {
        unused()
    }
    fn list(
        _: reservations::Caller,
        _: String,
        _: Option<String>,
        _: u32,
    ) -> Result<reservations::ReservationPage, reservations::ReservationError> {
        unused()
    }
    fn list_open(
        _: reservations::Caller,
        _: Option<String>,
        _: Option<String>,
        _: u32,
    ) -> Result<reservations::OpenPage, reservations::ReservationError> {
        unused()
    }
}

impl pricing::Guest for Hostile {
    fn create_version(_: pricing::Caller, _: Option<String>) -> Result<pricing::PriceVersion, pricing::PricingError> {
        unused()
    }
    fn add_rows(
        _: pricing::Caller,
        _: u32,
        _: Vec<pricing::PriceRow>,
    ) -> Result<pricing::PriceVersion, pricing::PricingError> {
        unused()
    }
    fn set_number_prices(
        _: pricing::Caller,
        _: u32,
        _: pricing::NumberPrices,
    ) -> Result<pricing::PriceVersion, pricing::PricingError> {
        unused()
    }
    fn get_number_prices(_: pricing::Caller, _: u32) -> Result<pricing::NumberPrices, pricing::PricingError> {
        unused()
    }
    fn publish_version(
        _: pricing::Caller,
        _: u32,
        _: pricing::Instant,
    ) -> Result<pricing::PriceVersion, pricing::PricingError> {
        unused()
    }
    fn set_surcharges(
        _: pricing::Caller,
        _: u32,
        _: Vec<pricing::Surcharge>,
    ) -> Result<pricing::PriceVersion, pricing::PricingError> {
        unused()
    }
    fn get_surcharges(_: pricing::Caller, _: u32) -> Result<Vec<pricing::Surcharge>, pricing::PricingError> {
        unused()
    }
    fn set_tiers(
        _: pricing::Caller,
        _: u32,
        _: Vec<pricing::TierTable>,
    ) -> Result<pricing::PriceVersion, pricing::PricingError> {
        unused()
    }
    fn get_tiers(_: pricing::Caller, _: u32) -> Result<Vec<pricing::TierTable>, pricing::PricingError> {
        unused()
    }
    fn get_tier_overrides(
        _: pricing::Caller,
        _: String,
        _: pricing::Instant,
    ) -> Result<Vec<pricing::TierTable>, pricing::PricingError> {
        unused()
    }
    fn get_surcharge_overrides(
        _: pricing::Caller,
        _: String,
        _: pricing::Instant,
    ) -> Result<Vec<pricing::Surcharge>, pricing::PricingError> {
        unused()
    }
    fn add_product(_: pricing::Caller, _: pricing::ProductRow) -> Result<pricing::ProductRow, pricing::PricingError> {
        unused()
    }
    fn update_product(
        _: pricing::Caller,
        _: pricing::ProductRow,
    ) -> Result<pricing::ProductRow, pricing::PricingError> {
        unused()
    }
    fn list_products(_: pricing::Caller) -> Result<Vec<pricing::ProductRow>, pricing::PricingError> {
        unused()
    }
    fn begin_import(_: pricing::Caller, _: Option<String>) -> Result<pricing::PriceVersion, pricing::PricingError> {
        unused()
    }
    fn finish_import(_: pricing::Caller, _: u32) -> Result<pricing::PriceVersion, pricing::PricingError> {
        unused()
    }
    fn withdraw_version(_: pricing::Caller, _: u32) -> Result<pricing::PriceVersion, pricing::PricingError> {
        unused()
    }
    fn remove_draft(_: pricing::Caller, _: u32) -> Result<(), pricing::PricingError> {
        unused()
    }
    fn withdraw_overrides(_: pricing::Caller, _: String, _: pricing::Instant) -> Result<(), pricing::PricingError> {
        unused()
    }
    fn list_overrides(_: pricing::Caller, _: String) -> Result<Vec<pricing::OverrideSet>, pricing::PricingError> {
        unused()
    }
    fn list_versions(_: pricing::Caller) -> Result<Vec<pricing::PriceVersion>, pricing::PricingError> {
        unused()
    }
    fn list_rows(_: pricing::Caller, _: u32, _: Option<String>) -> Result<pricing::RowPage, pricing::PricingError> {
        unused()
    }
    fn set_overrides(
        _: pricing::Caller,
        _: String,
        _: pricing::Instant,
        _: Vec<pricing::PriceRow>,
        _: Option<pricing::NumberPrices>,
        _: Option<Vec<pricing::Surcharge>>,
        _: Option<Vec<pricing::TierTable>>,
    ) -> Result<(), pricing::PricingError> {
        unused()
    }
    fn get_overrides(
        _: pricing::Caller,
        _: String,
        _: pricing::Instant,
    ) -> Result<Vec<pricing::PriceRow>, pricing::PricingError> {
        unused()
    }
    fn get_number_overrides(
        _: pricing::Caller,
        _: String,
        _: pricing::Instant,
    ) -> Result<pricing::NumberPrices, pricing::PricingError> {
        unused()
    }
    fn by_country(_: pricing::Caller, _: String, _: String) -> Result<pricing::CountryPrices, pricing::PricingError> {
        unused()
    }
}

impl credits::Guest for Hostile {
    fn get_balance(_: credits::Caller, _: String) -> Result<credits::Balance, credits::CreditError> {
        unused()
    }
    fn list_lots(_: credits::Caller, _: String) -> Result<Vec<credits::Lot>, credits::CreditError> {
        unused()
    }
    fn get_statement(
        _: credits::Caller,
        _: String,
        _: String,
        _: Option<String>,
    ) -> Result<credits::Statement, credits::CreditError> {
        unused()
    }
    fn recharge(
        _: credits::Caller,
        _: String,
        _: credits::Micros,
        _: Option<String>,
    ) -> Result<credits::StartedJob, credits::CreditError> {
        unused()
    }
    fn list_charges(
        _: credits::Caller,
        _: String,
        _: Option<String>,
        _: u32,
    ) -> Result<credits::ChargePage, credits::CreditError> {
        unused()
    }
    fn give_up(_: credits::Caller, _: String, _: u32) -> Result<credits::StartedJob, credits::CreditError> {
        unused()
    }
    fn set_auto_recharge(
        _: credits::Caller,
        _: String,
        _: credits::RechargeChange,
    ) -> Result<credits::RechargeStatus, credits::CreditError> {
        unused()
    }
    fn get_auto_recharge(_: credits::Caller, _: String) -> Result<credits::RechargeStatus, credits::CreditError> {
        unused()
    }
    fn add_card(
        _: credits::Caller,
        _: String,
        _: String,
        _: bool,
    ) -> Result<credits::StartedJob, credits::CreditError> {
        unused()
    }
    fn set_default_card(_: credits::Caller, _: String, _: String) -> Result<(), credits::CreditError> {
        unused()
    }
    fn remove_card(_: credits::Caller, _: String, _: String) -> Result<(), credits::CreditError> {
        unused()
    }
    fn list_cards(_: credits::Caller, _: String) -> Result<Vec<credits::Card>, credits::CreditError> {
        unused()
    }
    fn set_alerts(
        _: credits::Caller,
        _: String,
        _: Option<Vec<credits::Micros>>,
        _: Option<Vec<String>>,
    ) -> Result<credits::AlertSettings, credits::CreditError> {
        unused()
    }
    fn get_alerts(_: credits::Caller, _: String) -> Result<credits::AlertSettings, credits::CreditError> {
        unused()
    }
    fn settle(_: credits::Caller, _: String, _: Option<String>) -> Result<credits::StartedJob, credits::CreditError> {
        unused()
    }
    fn record_chargeback(
        _: credits::Caller,
        _: String,
        _: u32,
        _: Option<i64>,
        _: String,
    ) -> Result<credits::Adjusted, credits::CreditError> {
        unused()
    }
    fn record_payment_chargeback(
        _: credits::Caller,
        _: String,
        _: String,
        _: Option<i64>,
        _: String,
    ) -> Result<credits::Adjusted, credits::CreditError> {
        unused()
    }
    fn record_dispute_won(
        _: credits::Caller,
        _: String,
        _: u32,
        _: String,
    ) -> Result<credits::Adjusted, credits::CreditError> {
        unused()
    }
    fn write_off(_: credits::Caller, _: String, _: String) -> Result<credits::Adjusted, credits::CreditError> {
        unused()
    }
    fn adjust(
        _: credits::Caller,
        _: String,
        _: credits::Adjustment,
        _: String,
    ) -> Result<credits::Adjusted, credits::CreditError> {
        unused()
    }
}

impl review::Guest for Hostile {
    fn outstanding(_: review::Caller, _: String) -> Result<Vec<review::OutstandingStep>, review::ReviewError> {
        unused()
    }
    fn hand_in(
        _: review::Caller,
        _: String,
        _: review::EvidenceKind,
        _: review::Blob,
    ) -> Result<review::HandedIn, review::ReviewError> {
        unused()
    }
    fn list_documents(_: review::Caller, _: String) -> Result<Vec<review::HandedIn>, review::ReviewError> {
        unused()
    }
    fn queue(_: review::Caller, _: Option<String>, _: u32) -> Result<review::ReviewPage, review::ReviewError> {
        unused()
    }
    fn get(_: review::Caller, _: String) -> Result<review::ReviewFile, review::ReviewError> {
        unused()
    }
    fn read_document(_: review::Caller, _: String, _: u32) -> Result<review::HandedIn, review::ReviewError> {
        unused()
    }
    fn note(_: review::Caller, _: String, _: String) -> Result<review::ReviewFile, review::ReviewError> {
        unused()
    }
    fn ask(
        _: review::Caller,
        _: String,
        _: Vec<review::EvidenceKind>,
        _: String,
    ) -> Result<review::ReviewFile, review::ReviewError> {
        unused()
    }
    fn decide(
        _: review::Caller,
        _: String,
        _: review::ReviewDecision,
        _: String,
    ) -> Result<review::ReviewFile, review::ReviewError> {
        unused()
    }
    fn reinstate(
        _: review::Caller,
        _: String,
        _: Vec<String>,
        _: String,
    ) -> Result<review::ReviewFile, review::ReviewError> {
        unused()
    }
}

impl signup::Guest for Hostile {
    fn start(_: signup::Caller, _: signup::NewSignUp) -> Result<String, signup::SignupError> {
        unused()
    }
    fn finish(_: signup::Caller, _: String) -> Result<signup::PendingSignUp, signup::SignupError> {
        unused()
    }
    fn resend(_: signup::Caller, _: String) -> Result<signup::PendingSignUp, signup::SignupError> {
        unused()
    }
    fn confirm(_: signup::Caller, _: String, _: String) -> Result<signup::ConfirmedSignUp, signup::SignupError> {
        unused()
    }
    fn start_confirm(_: signup::Caller, _: String, _: String) -> Result<String, signup::SignupError> {
        unused()
    }
    fn finish_confirm(_: signup::Caller, _: String) -> Result<signup::ConfirmAnswer, signup::SignupError> {
        unused()
    }
}

impl destinations::Guest for Hostile {
    fn begin(
        _: destinations::Caller,
        _: String,
        _: String,
        _: destinations::CodeChannel,
    ) -> Result<destinations::CodeSent, destinations::DestinationError> {
        unused()
    }
    fn check(
        _: destinations::Caller,
        _: String,
        _: String,
        _: String,
    ) -> Result<destinations::DestinationAnswer, destinations::DestinationError> {
        unused()
    }
    fn list(
        _: destinations::Caller,
        _: String,
    ) -> Result<Vec<destinations::Destination>, destinations::DestinationError> {
        unused()
    }
    fn remove(_: destinations::Caller, _: String, _: String) -> Result<(), destinations::DestinationError> {
        unused()
    }
}

impl lists::Guest for Hostile {
    fn begin(
        _: lists::Caller,
        _: lists::KnownList,
        _: lists::ListSource,
    ) -> Result<lists::ListVersion, lists::ListError> {
        unused()
    }
    fn add(
        _: lists::Caller,
        _: lists::KnownList,
        _: u32,
        _: Vec<lists::ListEntry>,
    ) -> Result<lists::ListVersion, lists::ListError> {
        unused()
    }
    fn publish(_: lists::Caller, _: lists::KnownList, _: u32) -> Result<lists::ListVersion, lists::ListError> {
        unused()
    }
    fn status(_: lists::Caller) -> Result<Vec<lists::ListStatus>, lists::ListError> {
        unused()
    }
    fn look_up(_: lists::Caller, _: lists::KnownList, _: String) -> Result<lists::LookUpAnswer, lists::ListError> {
        unused()
    }
    fn set_own(
        _: lists::Caller,
        _: lists::KnownList,
        _: Vec<lists::OwnEntry>,
    ) -> Result<lists::ListStatus, lists::ListError> {
        unused()
    }
    fn list_own(
        _: lists::Caller,
        _: lists::KnownList,
        _: Option<String>,
        _: u32,
    ) -> Result<lists::OwnPage, lists::ListError> {
        unused()
    }
}

impl coupons::Guest for Hostile {
    fn create(_: coupons::Caller, _: coupons::NewCoupon) -> Result<coupons::Coupon, coupons::CouponError> {
        unused()
    }
    fn get(_: coupons::Caller, _: String) -> Result<coupons::Coupon, coupons::CouponError> {
        unused()
    }
    fn list(_: coupons::Caller, _: Option<u32>, _: u32) -> Result<coupons::CouponPage, coupons::CouponError> {
        unused()
    }
    fn withdraw(_: coupons::Caller, _: u32) -> Result<coupons::Coupon, coupons::CouponError> {
        unused()
    }
    fn redeem(_: coupons::Caller, _: String, _: String) -> Result<coupons::RedeemAnswer, coupons::CouponError> {
        unused()
    }
    fn claim(_: coupons::CouponClaim) -> Result<coupons::ClaimOutcome, coupons::CouponError> {
        unused()
    }
    fn list_redemptions(
        _: coupons::Caller,
        _: String,
        _: Option<u32>,
        _: u32,
    ) -> Result<coupons::RedemptionPage, coupons::CouponError> {
        unused()
    }
}

impl recurring::Guest for Hostile {
    fn start(
        _: recurring::Caller,
        _: String,
        _: recurring::NewRecurringCharge,
    ) -> Result<recurring::RecurringCharge, recurring::RecurringError> {
        unused()
    }
    fn change(
        _: recurring::Caller,
        _: String,
        _: String,
        _: u32,
    ) -> Result<recurring::RecurringCharge, recurring::RecurringError> {
        unused()
    }
    fn end(
        _: recurring::Caller,
        _: String,
        _: String,
        _: Option<String>,
    ) -> Result<recurring::RecurringCharge, recurring::RecurringError> {
        unused()
    }
    fn list(
        _: recurring::Caller,
        _: String,
        _: Option<String>,
        _: u32,
    ) -> Result<recurring::RecurringPage, recurring::RecurringError> {
        unused()
    }
    fn get(
        _: recurring::Caller,
        _: String,
        _: String,
    ) -> Result<recurring::RecurringCharge, recurring::RecurringError> {
        unused()
    }
}

impl accounts::Guest for Hostile {
    fn create(
        _: accounts::Caller,
        _: accounts::NewAccount,
    ) -> Result<accounts::CreatedAccount, accounts::AccountError> {
        unused()
    }
    fn get(_: accounts::Caller, _: String) -> Result<accounts::Account, accounts::AccountError> {
        unused()
    }
    fn update(
        _: accounts::Caller,
        _: String,
        _: accounts::AccountChange,
    ) -> Result<accounts::Account, accounts::AccountError> {
        unused()
    }
    fn list(
        _: accounts::Caller,
        _: Option<accounts::AccountFilter>,
        _: Option<String>,
        _: u32,
    ) -> Result<accounts::AccountPage, accounts::AccountError> {
        unused()
    }
    fn set_standing(
        _: accounts::Caller,
        _: String,
        _: accounts::AccountStanding,
        _: String,
    ) -> Result<accounts::Account, accounts::AccountError> {
        unused()
    }
    fn close(_: accounts::Caller, _: String, _: String) -> Result<accounts::ClosingStatus, accounts::AccountError> {
        unused()
    }
    fn get_closing(_: accounts::Caller, _: String) -> Result<accounts::ClosingStatus, accounts::AccountError> {
        unused()
    }
    fn reveal_token(_: accounts::Caller, _: String) -> Result<String, accounts::AccountError> {
        unused()
    }
    fn authenticate(_: accounts::Caller) -> Result<accounts::RateLimits, accounts::AccountError> {
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
    ) -> Result<invoices::DocumentPage, invoices::InvoiceError> {
        unused()
    }
    fn list_issued(
        _: invoices::Caller,
        _: Option<invoices::IssuedFilter>,
        _: Option<String>,
        _: u32,
    ) -> Result<invoices::IssuedPage, invoices::InvoiceError> {
        unused()
    }
    fn read_document(_: invoices::Caller, _: String, _: String) -> Result<invoices::Document, invoices::InvoiceError> {
        unused()
    }
    fn read_standing(
        _: invoices::Caller,
        _: String,
        _: String,
    ) -> Result<invoices::DocumentSummary, invoices::InvoiceError> {
        unused()
    }
    fn get_overview(_: invoices::Caller, _: String) -> Result<invoices::BillingOverview, invoices::InvoiceError> {
        unused()
    }
    fn get_billing(_: invoices::Caller, _: String) -> Result<invoices::BillingDetails, invoices::InvoiceError> {
        unused()
    }
    fn set_billing(
        _: invoices::Caller,
        _: String,
        _: invoices::BillingChange,
    ) -> Result<invoices::BillingDetails, invoices::InvoiceError> {
        unused()
    }
    fn set_cycle(_: invoices::Caller, _: String, _: u32) -> Result<invoices::BillingDetails, invoices::InvoiceError> {
        unused()
    }
    fn get_seats(_: invoices::Caller, _: String) -> Result<invoices::Seats, invoices::InvoiceError> {
        unused()
    }
    fn set_seats(_: invoices::Caller, _: String, _: u32) -> Result<invoices::Seats, invoices::InvoiceError> {
        unused()
    }
    fn issue_credit_note(
        _: invoices::Caller,
        _: String,
        _: String,
        _: Option<invoices::Micros>,
        _: String,
    ) -> Result<invoices::Document, invoices::InvoiceError> {
        unused()
    }
}

impl refunds::Guest for Hostile {
    fn list(
        _: refunds::Caller,
        _: String,
        _: Option<u32>,
        _: u32,
    ) -> Result<refunds::RefundPage, refunds::RefundError> {
        unused()
    }
    fn retry(_: refunds::Caller, _: String, _: u32) -> Result<refunds::StartedJob, refunds::RefundError> {
        unused()
    }
    fn settle(_: refunds::Caller, _: String, _: u32, _: String) -> Result<refunds::Refund, refunds::RefundError> {
        unused()
    }
}

impl subaccounts::Guest for Hostile {
    fn create(
        _: subaccounts::Caller,
        _: String,
        _: String,
        _: bool,
    ) -> Result<subaccounts::CreatedSubaccount, subaccounts::SubaccountError> {
        unused()
    }
    fn get(_: subaccounts::Caller, _: String) -> Result<subaccounts::Subaccount, subaccounts::SubaccountError> {
        unused()
    }
    fn list(
        _: subaccounts::Caller,
        _: String,
        _: u32,
        _: u32,
    ) -> Result<subaccounts::SubaccountPage, subaccounts::SubaccountError> {
        unused()
    }
    fn update(
        _: subaccounts::Caller,
        _: String,
        _: subaccounts::SubaccountChange,
    ) -> Result<subaccounts::Subaccount, subaccounts::SubaccountError> {
        unused()
    }
    fn delete(
        _: subaccounts::Caller,
        _: String,
        _: subaccounts::NumberDisposal,
    ) -> Result<(), subaccounts::SubaccountError> {
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
    ) -> Result<Vec<numbers::PricedOffer>, numbers::NumberError> {
        unused()
    }
    fn buy(
        _: numbers::Caller,
        _: String,
        _: numbers::NumberPurchase,
    ) -> Result<numbers::StartedJob, numbers::NumberError> {
        unused()
    }
    fn list(
        _: numbers::Caller,
        _: String,
        _: numbers::NumberFilter,
        _: u32,
        _: u32,
    ) -> Result<numbers::NumberPage, numbers::NumberError> {
        unused()
    }
    fn get(_: numbers::Caller, _: String, _: String) -> Result<numbers::RentedNumber, numbers::NumberError> {
        unused()
    }
    fn update(
        _: numbers::Caller,
        _: String,
        _: String,
        _: numbers::NumberChange,
    ) -> Result<numbers::RentedNumber, numbers::NumberError> {
        unused()
    }
    fn release(_: numbers::Caller, _: String, _: String) -> Result<numbers::StartedJob, numbers::NumberError> {
        unused()
    }
}

impl events::Guest for Hostile {
    fn read(
        _: events::Caller,
        _: Option<String>,
        _: u64,
        _: u32,
    ) -> Result<Vec<events::FeedEvent>, events::EventError> {
        unused()
    }
}

impl operator::Guest for Hostile {
    fn describe_settings(_: operator::Caller) -> Result<Vec<operator::SettingFacts>, operator::OperatorError> {
        unused()
    }
    fn get_settings(_: operator::Caller) -> Result<operator::Settings, operator::OperatorError> {
        unused()
    }
    fn change_settings(
        _: operator::Caller,
        _: Option<u32>,
        _: Vec<operator::SettingChange>,
    ) -> Result<operator::Settings, operator::OperatorError> {
        unused()
    }
    fn list_setting_changes(
        _: operator::Caller,
        _: Option<String>,
        _: u32,
    ) -> Result<operator::HistoryPage, operator::OperatorError> {
        unused()
    }
    fn get_account_settings(_: operator::Caller, _: String) -> Result<operator::Settings, operator::OperatorError> {
        unused()
    }
    fn change_account_settings(
        _: operator::Caller,
        _: String,
        _: Option<u32>,
        _: Vec<operator::SettingChange>,
    ) -> Result<operator::Settings, operator::OperatorError> {
        unused()
    }
    fn list_account_setting_changes(
        _: operator::Caller,
        _: String,
        _: Option<String>,
        _: u32,
    ) -> Result<operator::HistoryPage, operator::OperatorError> {
        unused()
    }
    fn set_billing(
        _: operator::Caller,
        _: String,
        _: operator::BillingTerms,
    ) -> Result<operator::BillingTerms, operator::OperatorError> {
        unused()
    }
    fn get_billing(_: operator::Caller, _: String) -> Result<operator::BillingTerms, operator::OperatorError> {
        unused()
    }
    fn read_ledger(
        _: operator::Caller,
        _: Option<String>,
        _: u32,
    ) -> Result<operator::LedgerPage, operator::OperatorError> {
        unused()
    }
    fn read_transaction(_: operator::Caller, _: String) -> Result<Vec<operator::RatedEvent>, operator::OperatorError> {
        unused()
    }
    fn compare(
        _: operator::Caller,
        _: Vec<operator::Folded>,
    ) -> Result<Vec<operator::Difference>, operator::OperatorError> {
        unused()
    }
    fn read_charges(
        _: operator::Caller,
        _: Option<String>,
        _: u32,
    ) -> Result<operator::ChargedPage, operator::OperatorError> {
        unused()
    }
    fn compare_totals(
        _: operator::Caller,
        _: String,
        _: Vec<operator::FoldedMonth>,
    ) -> Result<operator::TotalsComparison, operator::OperatorError> {
        unused()
    }
    fn compare_derived(
        _: operator::Caller,
        _: Vec<String>,
    ) -> Result<operator::DerivedComparison, operator::OperatorError> {
        unused()
    }
    fn compare_events(
        _: operator::Caller,
        _: Option<String>,
        _: u32,
    ) -> Result<operator::EventsComparison, operator::OperatorError> {
        unused()
    }
    fn compare_indexes(
        _: operator::Caller,
        _: Option<String>,
        _: u32,
    ) -> Result<operator::IndexesComparison, operator::OperatorError> {
        unused()
    }
    fn resolve_payment(
        _: operator::Caller,
        _: String,
        _: operator::Resolution,
        _: String,
    ) -> Result<operator::Resolved, operator::OperatorError> {
        unused()
    }
    fn list_queue(
        _: operator::Caller,
        _: Option<String>,
        _: u32,
    ) -> Result<operator::QueuePage, operator::OperatorError> {
        unused()
    }
}

impl passwords::Guest for Hostile {
    fn weigh(_: String, _: Option<String>, _: Option<String>) -> Result<String, passwords::PasswordError> {
        unused()
    }
}

impl links::Guest for Hostile {
    fn look(_: links::Caller, _: String) -> Result<links::LinkInfo, links::LinkError> {
        unused()
    }
}

impl login::Guest for Hostile {
    fn start(_: login::Caller, _: String, _: String, _: Option<String>) -> Result<String, login::LoginError> {
        unused()
    }
    fn finish(_: login::Caller, _: String) -> Result<login::Step, login::LoginError> {
        unused()
    }
    fn start_proof(_: login::Caller, _: String) -> Result<String, login::LoginError> {
        unused()
    }
    fn finish_proof(_: login::Caller, _: String) -> Result<login::Checked, login::LoginError> {
        unused()
    }
    fn send_code(_: login::Caller, _: login::CodeChannel) -> Result<login::CodeSent, login::LoginError> {
        unused()
    }
    fn check(_: login::Caller, _: login::FactorKind, _: String) -> Result<login::Checked, login::LoginError> {
        unused()
    }
    fn touch(_: login::Caller) -> Result<login::SessionInfo, login::LoginError> {
        unused()
    }
    fn list_sessions(_: login::Caller) -> Result<Vec<login::SessionInfo>, login::LoginError> {
        unused()
    }
    fn end_session(_: login::Caller, _: String) -> Result<(), login::LoginError> {
        unused()
    }
    fn end_others(_: login::Caller) -> Result<u32, login::LoginError> {
        unused()
    }
    fn logout(_: login::Caller) -> Result<(), login::LoginError> {
        unused()
    }
    fn list_logins(_: login::Caller) -> Result<Vec<login::LoginInfo>, login::LoginError> {
        unused()
    }
}

impl password::Guest for Hostile {
    fn request_reset(_: password::Caller, _: String) -> Result<(), password::PasswordChangeError> {
        unused()
    }
    fn start_reset(_: password::Caller, _: String) -> Result<String, password::PasswordChangeError> {
        unused()
    }
    fn finish_reset(_: password::Caller, _: String) -> Result<String, password::PasswordChangeError> {
        unused()
    }
    fn start_change(_: password::Caller, _: String) -> Result<String, password::PasswordChangeError> {
        unused()
    }
    fn finish_change(_: password::Caller, _: String) -> Result<password::Checked, password::PasswordChangeError> {
        unused()
    }
    fn start_choose(_: password::Caller) -> Result<String, password::PasswordChangeError> {
        unused()
    }
    fn choose(_: password::Caller, _: String) -> Result<password::Entered, password::PasswordChangeError> {
        unused()
    }
}

impl profile::Guest for Hostile {
    fn get(_: profile::Caller) -> Result<profile::OwnProfile, profile::ProfileError> {
        unused()
    }
    fn change(_: profile::Caller, _: profile::ProfileChange) -> Result<profile::OwnProfile, profile::ProfileError> {
        unused()
    }
    fn request_email(_: profile::Caller, _: String) -> Result<(), profile::ProfileError> {
        unused()
    }
    fn confirm_email(_: profile::Caller, _: String) -> Result<(), profile::ProfileError> {
        unused()
    }
    fn undo_email(_: profile::Caller, _: String) -> Result<(), profile::ProfileError> {
        unused()
    }
    fn send_code(
        _: profile::Caller,
        _: profile::CodePurpose,
        _: Option<String>,
        _: profile::CodeChannel,
    ) -> Result<profile::CodeSent, profile::ProfileError> {
        unused()
    }
    fn factors(_: profile::Caller) -> Result<profile::FactorList, profile::ProfileError> {
        unused()
    }
    fn begin_authenticator(
        _: profile::Caller,
        _: Option<String>,
    ) -> Result<profile::AuthenticatorBegun, profile::ProfileError> {
        unused()
    }
    fn confirm_authenticator(_: profile::Caller, _: String) -> Result<profile::Confirmed, profile::ProfileError> {
        unused()
    }
    fn start_phone_change(_: profile::Caller, _: String) -> Result<profile::FactorList, profile::ProfileError> {
        unused()
    }
    fn confirm_phone(_: profile::Caller, _: String) -> Result<profile::Confirmed, profile::ProfileError> {
        unused()
    }
    fn new_recovery_codes(_: profile::Caller) -> Result<Vec<String>, profile::ProfileError> {
        unused()
    }
    fn remove_factor(_: profile::Caller, _: profile::FactorKind) -> Result<profile::Entered, profile::ProfileError> {
        unused()
    }
}

impl members::Guest for Hostile {
    fn list(
        _: members::Caller,
        _: String,
        _: Option<u32>,
        _: u32,
    ) -> Result<members::MemberPage, members::MemberError> {
        unused()
    }
    fn invite_owner(_: members::Caller, _: String, _: String) -> Result<members::Member, members::MemberError> {
        unused()
    }
    fn start_accept(_: members::Caller, _: String) -> Result<String, members::MemberError> {
        unused()
    }
    fn finish_accept(
        _: members::Caller,
        _: String,
        _: Option<String>,
    ) -> Result<members::HalfSession, members::MemberError> {
        unused()
    }
    fn issue_temporary(
        _: members::Caller,
        _: String,
        _: u32,
        _: String,
    ) -> Result<members::TemporaryPassword, members::MemberError> {
        unused()
    }
    fn allow_new_factors(
        _: members::Caller,
        _: String,
        _: u32,
        _: String,
    ) -> Result<members::NewFactors, members::MemberError> {
        unused()
    }
    fn start_enrol(_: members::Caller, _: String, _: String) -> Result<String, members::MemberError> {
        unused()
    }
    fn finish_enrol(_: members::Caller, _: String) -> Result<members::Step, members::MemberError> {
        unused()
    }
}
