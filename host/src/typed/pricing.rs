//! The price book: complete versions with a start time, and price overrides per account (USE-2). Prices that are in force, or were,
//! never change. Prices that have not begun have priced nothing, and can be taken back or replaced.
//!
//! Generated from `wit/pricing.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::pricing::{
    Begun, CountryPrices, HeadingRow, NumberPrices, NumberRow, OtherSide, OverrideSet, PriceRow, PriceVersion,
    PricingError, ProductRow, Rating, RepeatedRow, RowPage, Surcharge, SurchargeBasis, TierMode, TierStep, TierTable,
    Unit, VersionState,
};

#[doc(no_inline)]
pub use crate::contract::inventory_types::NumberKind;

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Currency, Decimal, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal,
    Problem, Refusal, RequestPart, Session, Suspension,
};

#[doc(no_inline)]
pub use crate::contract::usage_types::{Heading, Product};

/// The functions of this interface with Rust types. [`Coinbox::pricing`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// The price book: complete versions with a start time, and price overrides per account (USE-2). Prices that are in force, or were,
    /// never change. Prices that have not begun have priced nothing, and can be taken back or replaced.
    pub fn pricing(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Permission: operator `pricing.add-product`. Adds a product to the catalogue (USE-7), at most 200 besides `voice`, `sms`
    /// and `mms`. It is never taken away. Reserved codes are `number`, `seat`, `product`, `heading`, `number-rent`, `number-setup`, `seats`,
    /// `adjustment`, `correction`, `surcharge`, `volume-tiers`.
    pub fn add_product(&self, caller: &Caller, product: ProductRow) -> Reply<ProductRow, PricingError> {
        let request = AddProductRequest { caller: self.host.caller_for(AddProductRequest::FUNCTION, caller), product };
        self.host.ask(request)
    }

    /// [`Functions::add_product`] for asynchronous programs.
    pub async fn add_product_async(&self, caller: &Caller, product: ProductRow) -> Reply<ProductRow, PricingError> {
        let request = AddProductRequest { caller: self.host.caller_for(AddProductRequest::FUNCTION, caller), product };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.update-product`. Replaces a product, also a built-in one. Words, the tax code and the words
    /// of the unit may change, and headings may be added. Unit, rating, unit size, and what a heading says of the other side stay as they
    /// were made. No heading is taken away.
    pub fn update_product(&self, caller: &Caller, product: ProductRow) -> Reply<ProductRow, PricingError> {
        let request =
            UpdateProductRequest { caller: self.host.caller_for(UpdateProductRequest::FUNCTION, caller), product };
        self.host.ask(request)
    }

    /// [`Functions::update_product`] for asynchronous programs.
    pub async fn update_product_async(&self, caller: &Caller, product: ProductRow) -> Reply<ProductRow, PricingError> {
        let request =
            UpdateProductRequest { caller: self.host.caller_for(UpdateProductRequest::FUNCTION, caller), product };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.list-products`. All products: `voice`, `sms`, `mms`, then by code.
    pub fn list_products(&self, caller: &Caller) -> Reply<Vec<ProductRow>, PricingError> {
        let request = ListProductsRequest { caller: self.host.caller_for(ListProductsRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::list_products`] for asynchronous programs.
    pub async fn list_products_async(&self, caller: &Caller) -> Reply<Vec<ProductRow>, PricingError> {
        let request = ListProductsRequest { caller: self.host.caller_for(ListProductsRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.create-version`. Begins a draft. The draft stays until it is published or removed. There
    /// are at most 1000 versions; versions that are over make room, the oldest first. `currency`: see `price-version`; `none`: the policy's default.
    pub fn create_version(&self, caller: &Caller, currency: Option<&str>) -> Reply<PriceVersion, PricingError> {
        let request = CreateVersionRequest {
            caller: self.host.caller_for(CreateVersionRequest::FUNCTION, caller),
            currency: currency.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::create_version`] for asynchronous programs.
    pub async fn create_version_async(
        &self,
        caller: &Caller,
        currency: Option<&str>,
    ) -> Reply<PriceVersion, PricingError> {
        let request = CreateVersionRequest {
            caller: self.host.caller_for(CreateVersionRequest::FUNCTION, caller),
            currency: currency.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.begin-import`. Begins a version that counts only once it is published or finished. An
    /// import that is cut off before leaves nothing. There are at most 20 at once; the one that has had no new rows for longest makes
    /// room. `currency`: as in `create-version`.
    pub fn begin_import(&self, caller: &Caller, currency: Option<&str>) -> Reply<PriceVersion, PricingError> {
        let request = BeginImportRequest {
            caller: self.host.caller_for(BeginImportRequest::FUNCTION, caller),
            currency: currency.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::begin_import`] for asynchronous programs.
    pub async fn begin_import_async(
        &self,
        caller: &Caller,
        currency: Option<&str>,
    ) -> Reply<PriceVersion, PricingError> {
        let request = BeginImportRequest {
            caller: self.host.caller_for(BeginImportRequest::FUNCTION, caller),
            currency: currency.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.finish-import`. Makes an incomplete version a draft. The draft stays.
    pub fn finish_import(&self, caller: &Caller, version: u32) -> Reply<PriceVersion, PricingError> {
        let request =
            FinishImportRequest { caller: self.host.caller_for(FinishImportRequest::FUNCTION, caller), version };
        self.host.ask(request)
    }

    /// [`Functions::finish_import`] for asynchronous programs.
    pub async fn finish_import_async(&self, caller: &Caller, version: u32) -> Reply<PriceVersion, PricingError> {
        let request =
            FinishImportRequest { caller: self.host.caller_for(FinishImportRequest::FUNCTION, caller), version };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.add-rows`. 1 to 1000 rows, at most 100 000 a version, and 5000
    /// a product, heading and calling code (calling codes 1 and 7: and the three digits after it).
    pub fn add_rows(&self, caller: &Caller, version: u32, rows: Vec<PriceRow>) -> Reply<PriceVersion, PricingError> {
        let request = AddRowsRequest { caller: self.host.caller_for(AddRowsRequest::FUNCTION, caller), version, rows };
        self.host.ask(request)
    }

    /// [`Functions::add_rows`] for asynchronous programs.
    pub async fn add_rows_async(
        &self,
        caller: &Caller,
        version: u32,
        rows: Vec<PriceRow>,
    ) -> Reply<PriceVersion, PricingError> {
        let request = AddRowsRequest { caller: self.host.caller_for(AddRowsRequest::FUNCTION, caller), version, rows };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.set-number-prices`. Replaces all number prices of a draft and its price of a seat.
    pub fn set_number_prices(
        &self,
        caller: &Caller,
        version: u32,
        prices: NumberPrices,
    ) -> Reply<PriceVersion, PricingError> {
        let request = SetNumberPricesRequest {
            caller: self.host.caller_for(SetNumberPricesRequest::FUNCTION, caller),
            version,
            prices,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_number_prices`] for asynchronous programs.
    pub async fn set_number_prices_async(
        &self,
        caller: &Caller,
        version: u32,
        prices: NumberPrices,
    ) -> Reply<PriceVersion, PricingError> {
        let request = SetNumberPricesRequest {
            caller: self.host.caller_for(SetNumberPricesRequest::FUNCTION, caller),
            version,
            prices,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.get-number-prices`.
    pub fn get_number_prices(&self, caller: &Caller, version: u32) -> Reply<NumberPrices, PricingError> {
        let request =
            GetNumberPricesRequest { caller: self.host.caller_for(GetNumberPricesRequest::FUNCTION, caller), version };
        self.host.ask(request)
    }

    /// [`Functions::get_number_prices`] for asynchronous programs.
    pub async fn get_number_prices_async(&self, caller: &Caller, version: u32) -> Reply<NumberPrices, PricingError> {
        let request =
            GetNumberPricesRequest { caller: self.host.caller_for(GetNumberPricesRequest::FUNCTION, caller), version };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.set-surcharges`. Replaces all surcharges of a draft. At most 500, and at most 4 codes for
    /// one product.
    pub fn set_surcharges(
        &self,
        caller: &Caller,
        version: u32,
        surcharges: Vec<Surcharge>,
    ) -> Reply<PriceVersion, PricingError> {
        let request = SetSurchargesRequest {
            caller: self.host.caller_for(SetSurchargesRequest::FUNCTION, caller),
            version,
            surcharges,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_surcharges`] for asynchronous programs.
    pub async fn set_surcharges_async(
        &self,
        caller: &Caller,
        version: u32,
        surcharges: Vec<Surcharge>,
    ) -> Reply<PriceVersion, PricingError> {
        let request = SetSurchargesRequest {
            caller: self.host.caller_for(SetSurchargesRequest::FUNCTION, caller),
            version,
            surcharges,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.get-surcharges`. The surcharges of a version, in order of code.
    pub fn get_surcharges(&self, caller: &Caller, version: u32) -> Reply<Vec<Surcharge>, PricingError> {
        let request =
            GetSurchargesRequest { caller: self.host.caller_for(GetSurchargesRequest::FUNCTION, caller), version };
        self.host.ask(request)
    }

    /// [`Functions::get_surcharges`] for asynchronous programs.
    pub async fn get_surcharges_async(&self, caller: &Caller, version: u32) -> Reply<Vec<Surcharge>, PricingError> {
        let request =
            GetSurchargesRequest { caller: self.host.caller_for(GetSurchargesRequest::FUNCTION, caller), version };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.set-tiers`. Replaces all tiers of a draft. Each table names a row that the draft has
    /// already, so rows are added first. At most 1000 tables, and 250 000 bytes of them together as they are stored.
    pub fn set_tiers(&self, caller: &Caller, version: u32, tiers: Vec<TierTable>) -> Reply<PriceVersion, PricingError> {
        let request =
            SetTiersRequest { caller: self.host.caller_for(SetTiersRequest::FUNCTION, caller), version, tiers };
        self.host.ask(request)
    }

    /// [`Functions::set_tiers`] for asynchronous programs.
    pub async fn set_tiers_async(
        &self,
        caller: &Caller,
        version: u32,
        tiers: Vec<TierTable>,
    ) -> Reply<PriceVersion, PricingError> {
        let request =
            SetTiersRequest { caller: self.host.caller_for(SetTiersRequest::FUNCTION, caller), version, tiers };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.get-tiers`. The tiers of a version, in order of product, heading and prefix.
    pub fn get_tiers(&self, caller: &Caller, version: u32) -> Reply<Vec<TierTable>, PricingError> {
        let request = GetTiersRequest { caller: self.host.caller_for(GetTiersRequest::FUNCTION, caller), version };
        self.host.ask(request)
    }

    /// [`Functions::get_tiers`] for asynchronous programs.
    pub async fn get_tiers_async(&self, caller: &Caller, version: u32) -> Reply<Vec<TierTable>, PricingError> {
        let request = GetTiersRequest { caller: self.host.caller_for(GetTiersRequest::FUNCTION, caller), version };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.publish-version`. From `starts-at` on, its prices replace those of the version before.
    /// The version needs at least one price. It starts now or later. It may also start before the first version, because nothing was
    /// priced while nothing was in force. A version that was to begin at the same moment is replaced, unless it has begun.
    pub fn publish_version(
        &self,
        caller: &Caller,
        version: u32,
        starts_at: Instant,
    ) -> Reply<PriceVersion, PricingError> {
        let request = PublishVersionRequest {
            caller: self.host.caller_for(PublishVersionRequest::FUNCTION, caller),
            version,
            starts_at,
        };
        self.host.ask(request)
    }

    /// [`Functions::publish_version`] for asynchronous programs.
    pub async fn publish_version_async(
        &self,
        caller: &Caller,
        version: u32,
        starts_at: Instant,
    ) -> Reply<PriceVersion, PricingError> {
        let request = PublishVersionRequest {
            caller: self.host.caller_for(PublishVersionRequest::FUNCTION, caller),
            version,
            starts_at,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.withdraw-version`. Takes a published version back before it begins. The version before
    /// it stays in force.
    pub fn withdraw_version(&self, caller: &Caller, version: u32) -> Reply<PriceVersion, PricingError> {
        let request =
            WithdrawVersionRequest { caller: self.host.caller_for(WithdrawVersionRequest::FUNCTION, caller), version };
        self.host.ask(request)
    }

    /// [`Functions::withdraw_version`] for asynchronous programs.
    pub async fn withdraw_version_async(&self, caller: &Caller, version: u32) -> Reply<PriceVersion, PricingError> {
        let request =
            WithdrawVersionRequest { caller: self.host.caller_for(WithdrawVersionRequest::FUNCTION, caller), version };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.remove-draft`. Removes a version that has priced nothing, with its rows. Its state is
    /// `draft`, `incomplete`, `withdrawn` or `replaced`.
    pub fn remove_draft(&self, caller: &Caller, version: u32) -> Reply<(), PricingError> {
        let request =
            RemoveDraftRequest { caller: self.host.caller_for(RemoveDraftRequest::FUNCTION, caller), version };
        self.host.ask(request)
    }

    /// [`Functions::remove_draft`] for asynchronous programs.
    pub async fn remove_draft_async(&self, caller: &Caller, version: u32) -> Reply<(), PricingError> {
        let request =
            RemoveDraftRequest { caller: self.host.caller_for(RemoveDraftRequest::FUNCTION, caller), version };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.list-versions`. All versions, by number. Of the versions that are over, the newest 100
    /// are kept.
    pub fn list_versions(&self, caller: &Caller) -> Reply<Vec<PriceVersion>, PricingError> {
        let request = ListVersionsRequest { caller: self.host.caller_for(ListVersionsRequest::FUNCTION, caller) };
        self.host.ask(request)
    }

    /// [`Functions::list_versions`] for asynchronous programs.
    pub async fn list_versions_async(&self, caller: &Caller) -> Reply<Vec<PriceVersion>, PricingError> {
        let request = ListVersionsRequest { caller: self.host.caller_for(ListVersionsRequest::FUNCTION, caller) };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.list-rows`. In order of product, heading and prefix, from a cursor, 1000 a page.
    pub fn list_rows(&self, caller: &Caller, version: u32, after: Option<&str>) -> Reply<RowPage, PricingError> {
        let request = ListRowsRequest {
            caller: self.host.caller_for(ListRowsRequest::FUNCTION, caller),
            version,
            after: after.map(str::to_owned),
        };
        self.host.ask(request)
    }

    /// [`Functions::list_rows`] for asynchronous programs.
    pub async fn list_rows_async(
        &self,
        caller: &Caller,
        version: u32,
        after: Option<&str>,
    ) -> Reply<RowPage, PricingError> {
        let request = ListRowsRequest {
            caller: self.host.caller_for(ListRowsRequest::FUNCTION, caller),
            version,
            after: after.map(str::to_owned),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.set-overrides`. From `starts-at` on, replaces all price overrides of a main account. Sets
    /// that were to begin later are replaced too (event `overrides-replaced`). A later set that has priced usage ahead of the clock is
    /// not replaced: `already-begun`. `starts-at` is now or later; any moment does while neither the price book nor the account
    /// has had a price in force.
    ///
    /// A set has 0 to 500 rows. Among the rows that match a number the longest prefix wins; of two equally long prefixes the override wins.
    /// Numbers and seats cost what `prices` says. What `prices` does not name costs what the price book says. `surcharges` has at most 100, and
    /// at most 4 codes for one product. `tiers` has at most 100 tables, of rows of this set, and 30 000 bytes of them together. A row of the
    /// set without tiers has one rate, whatever tiers the price book has for its prefix. An account has at most 20 sets in force or to come,
    /// and at most 100 with earlier ones; earlier sets make room once they can price nothing any more.
    pub fn set_overrides(
        &self,
        caller: &Caller,
        auth_id: &str,
        starts_at: Instant,
        rows: Vec<PriceRow>,
        prices: Option<NumberPrices>,
        surcharges: Option<Vec<Surcharge>>,
        tiers: Option<Vec<TierTable>>,
    ) -> Reply<(), PricingError> {
        let request = SetOverridesRequest {
            caller: self.host.caller_for(SetOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            starts_at,
            rows,
            prices,
            surcharges,
            tiers,
        };
        self.host.ask(request)
    }

    /// [`Functions::set_overrides`] for asynchronous programs.
    pub async fn set_overrides_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        starts_at: Instant,
        rows: Vec<PriceRow>,
        prices: Option<NumberPrices>,
        surcharges: Option<Vec<Surcharge>>,
        tiers: Option<Vec<TierTable>>,
    ) -> Reply<(), PricingError> {
        let request = SetOverridesRequest {
            caller: self.host.caller_for(SetOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            starts_at,
            rows,
            prices,
            surcharges,
            tiers,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `pricing.withdraw-overrides`. Takes back the set that starts at this moment, before it begins. The
    /// set before it stays in force.
    pub fn withdraw_overrides(&self, caller: &Caller, auth_id: &str, starts_at: Instant) -> Reply<(), PricingError> {
        let request = WithdrawOverridesRequest {
            caller: self.host.caller_for(WithdrawOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            starts_at,
        };
        self.host.ask(request)
    }

    /// [`Functions::withdraw_overrides`] for asynchronous programs.
    pub async fn withdraw_overrides_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        starts_at: Instant,
    ) -> Reply<(), PricingError> {
        let request = WithdrawOverridesRequest {
            caller: self.host.caller_for(WithdrawOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            starts_at,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.list-overrides`. The sets of a main account in order of their start.
    pub fn list_overrides(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<OverrideSet>, PricingError> {
        let request = ListOverridesRequest {
            caller: self.host.caller_for(ListOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::list_overrides`] for asynchronous programs.
    pub async fn list_overrides_async(&self, caller: &Caller, auth_id: &str) -> Reply<Vec<OverrideSet>, PricingError> {
        let request = ListOverridesRequest {
            caller: self.host.caller_for(ListOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.get-overrides`. The override rows in force at a moment.
    pub fn get_overrides(&self, caller: &Caller, auth_id: &str, at: Instant) -> Reply<Vec<PriceRow>, PricingError> {
        let request = GetOverridesRequest {
            caller: self.host.caller_for(GetOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            at,
        };
        self.host.ask(request)
    }

    /// [`Functions::get_overrides`] for asynchronous programs.
    pub async fn get_overrides_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        at: Instant,
    ) -> Reply<Vec<PriceRow>, PricingError> {
        let request = GetOverridesRequest {
            caller: self.host.caller_for(GetOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            at,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.get-number-overrides`. The override prices of numbers and seats in force at a moment.
    pub fn get_number_overrides(
        &self,
        caller: &Caller,
        auth_id: &str,
        at: Instant,
    ) -> Reply<NumberPrices, PricingError> {
        let request = GetNumberOverridesRequest {
            caller: self.host.caller_for(GetNumberOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            at,
        };
        self.host.ask(request)
    }

    /// [`Functions::get_number_overrides`] for asynchronous programs.
    pub async fn get_number_overrides_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        at: Instant,
    ) -> Reply<NumberPrices, PricingError> {
        let request = GetNumberOverridesRequest {
            caller: self.host.caller_for(GetNumberOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            at,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.get-surcharge-overrides`. The override surcharges in force at a moment.
    pub fn get_surcharge_overrides(
        &self,
        caller: &Caller,
        auth_id: &str,
        at: Instant,
    ) -> Reply<Vec<Surcharge>, PricingError> {
        let request = GetSurchargeOverridesRequest {
            caller: self.host.caller_for(GetSurchargeOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            at,
        };
        self.host.ask(request)
    }

    /// [`Functions::get_surcharge_overrides`] for asynchronous programs.
    pub async fn get_surcharge_overrides_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        at: Instant,
    ) -> Reply<Vec<Surcharge>, PricingError> {
        let request = GetSurchargeOverridesRequest {
            caller: self.host.caller_for(GetSurchargeOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            at,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `pricing.get-tier-overrides`. The override tiers in force at a moment, as `get-tiers` has them.
    pub fn get_tier_overrides(
        &self,
        caller: &Caller,
        auth_id: &str,
        at: Instant,
    ) -> Reply<Vec<TierTable>, PricingError> {
        let request = GetTierOverridesRequest {
            caller: self.host.caller_for(GetTierOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            at,
        };
        self.host.ask(request)
    }

    /// [`Functions::get_tier_overrides`] for asynchronous programs.
    pub async fn get_tier_overrides_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        at: Instant,
    ) -> Reply<Vec<TierTable>, PricingError> {
        let request = GetTierOverridesRequest {
            caller: self.host.caller_for(GetTierOverridesRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            at,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The account's or sub-account's own token, or an operator with `pricing.by-country`. The prices that the account has
    /// now for a country. A country without any price is not found.
    pub fn by_country(&self, caller: &Caller, auth_id: &str, country: &str) -> Reply<CountryPrices, PricingError> {
        let request = ByCountryRequest {
            caller: self.host.caller_for(ByCountryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            country: country.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::by_country`] for asynchronous programs.
    pub async fn by_country_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        country: &str,
    ) -> Reply<CountryPrices, PricingError> {
        let request = ByCountryRequest {
            caller: self.host.caller_for(ByCountryRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            country: country.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct AddProductRequest {
    caller: Caller,
    product: ProductRow,
}

impl TypedRequest for AddProductRequest {
    const FUNCTION: &'static str = "pricing.add-product";
    type Answer = Result<ProductRow, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_add_product(store, &self.caller, &self.product)
    }
}

#[derive(Serialize)]
struct UpdateProductRequest {
    caller: Caller,
    product: ProductRow,
}

impl TypedRequest for UpdateProductRequest {
    const FUNCTION: &'static str = "pricing.update-product";
    type Answer = Result<ProductRow, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_update_product(store, &self.caller, &self.product)
    }
}

#[derive(Serialize)]
struct ListProductsRequest {
    caller: Caller,
}

impl TypedRequest for ListProductsRequest {
    const FUNCTION: &'static str = "pricing.list-products";
    type Answer = Result<Vec<ProductRow>, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_list_products(store, &self.caller)
    }
}

#[derive(Serialize)]
struct CreateVersionRequest {
    caller: Caller,
    currency: Option<String>,
}

impl TypedRequest for CreateVersionRequest {
    const FUNCTION: &'static str = "pricing.create-version";
    type Answer = Result<PriceVersion, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_create_version(store, &self.caller, self.currency.as_deref())
    }
}

#[derive(Serialize)]
struct BeginImportRequest {
    caller: Caller,
    currency: Option<String>,
}

impl TypedRequest for BeginImportRequest {
    const FUNCTION: &'static str = "pricing.begin-import";
    type Answer = Result<PriceVersion, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_begin_import(store, &self.caller, self.currency.as_deref())
    }
}

#[derive(Serialize)]
struct FinishImportRequest {
    caller: Caller,
    version: u32,
}

impl TypedRequest for FinishImportRequest {
    const FUNCTION: &'static str = "pricing.finish-import";
    type Answer = Result<PriceVersion, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_finish_import(store, &self.caller, self.version)
    }
}

#[derive(Serialize)]
struct AddRowsRequest {
    caller: Caller,
    version: u32,
    rows: Vec<PriceRow>,
}

impl TypedRequest for AddRowsRequest {
    const FUNCTION: &'static str = "pricing.add-rows";
    type Answer = Result<PriceVersion, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_add_rows(store, &self.caller, self.version, &self.rows)
    }
}

#[derive(Serialize)]
struct SetNumberPricesRequest {
    caller: Caller,
    version: u32,
    prices: NumberPrices,
}

impl TypedRequest for SetNumberPricesRequest {
    const FUNCTION: &'static str = "pricing.set-number-prices";
    type Answer = Result<PriceVersion, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_set_number_prices(store, &self.caller, self.version, &self.prices)
    }
}

#[derive(Serialize)]
struct GetNumberPricesRequest {
    caller: Caller,
    version: u32,
}

impl TypedRequest for GetNumberPricesRequest {
    const FUNCTION: &'static str = "pricing.get-number-prices";
    type Answer = Result<NumberPrices, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_get_number_prices(store, &self.caller, self.version)
    }
}

#[derive(Serialize)]
struct SetSurchargesRequest {
    caller: Caller,
    version: u32,
    surcharges: Vec<Surcharge>,
}

impl TypedRequest for SetSurchargesRequest {
    const FUNCTION: &'static str = "pricing.set-surcharges";
    type Answer = Result<PriceVersion, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_set_surcharges(store, &self.caller, self.version, &self.surcharges)
    }
}

#[derive(Serialize)]
struct GetSurchargesRequest {
    caller: Caller,
    version: u32,
}

impl TypedRequest for GetSurchargesRequest {
    const FUNCTION: &'static str = "pricing.get-surcharges";
    type Answer = Result<Vec<Surcharge>, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_get_surcharges(store, &self.caller, self.version)
    }
}

#[derive(Serialize)]
struct SetTiersRequest {
    caller: Caller,
    version: u32,
    tiers: Vec<TierTable>,
}

impl TypedRequest for SetTiersRequest {
    const FUNCTION: &'static str = "pricing.set-tiers";
    type Answer = Result<PriceVersion, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_set_tiers(store, &self.caller, self.version, &self.tiers)
    }
}

#[derive(Serialize)]
struct GetTiersRequest {
    caller: Caller,
    version: u32,
}

impl TypedRequest for GetTiersRequest {
    const FUNCTION: &'static str = "pricing.get-tiers";
    type Answer = Result<Vec<TierTable>, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_get_tiers(store, &self.caller, self.version)
    }
}

#[derive(Serialize)]
struct PublishVersionRequest {
    caller: Caller,
    version: u32,
    starts_at: Instant,
}

impl TypedRequest for PublishVersionRequest {
    const FUNCTION: &'static str = "pricing.publish-version";
    type Answer = Result<PriceVersion, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_publish_version(store, &self.caller, self.version, self.starts_at)
    }
}

#[derive(Serialize)]
struct WithdrawVersionRequest {
    caller: Caller,
    version: u32,
}

impl TypedRequest for WithdrawVersionRequest {
    const FUNCTION: &'static str = "pricing.withdraw-version";
    type Answer = Result<PriceVersion, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_withdraw_version(store, &self.caller, self.version)
    }
}

#[derive(Serialize)]
struct RemoveDraftRequest {
    caller: Caller,
    version: u32,
}

impl TypedRequest for RemoveDraftRequest {
    const FUNCTION: &'static str = "pricing.remove-draft";
    type Answer = Result<(), PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_remove_draft(store, &self.caller, self.version)
    }
}

#[derive(Serialize)]
struct ListVersionsRequest {
    caller: Caller,
}

impl TypedRequest for ListVersionsRequest {
    const FUNCTION: &'static str = "pricing.list-versions";
    type Answer = Result<Vec<PriceVersion>, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_list_versions(store, &self.caller)
    }
}

#[derive(Serialize)]
struct ListRowsRequest {
    caller: Caller,
    version: u32,
    after: Option<String>,
}

impl TypedRequest for ListRowsRequest {
    const FUNCTION: &'static str = "pricing.list-rows";
    type Answer = Result<RowPage, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_list_rows(store, &self.caller, self.version, self.after.as_deref())
    }
}

#[derive(Serialize)]
struct SetOverridesRequest {
    caller: Caller,
    auth_id: String,
    starts_at: Instant,
    rows: Vec<PriceRow>,
    prices: Option<NumberPrices>,
    surcharges: Option<Vec<Surcharge>>,
    tiers: Option<Vec<TierTable>>,
}

impl TypedRequest for SetOverridesRequest {
    const FUNCTION: &'static str = "pricing.set-overrides";
    type Answer = Result<(), PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_set_overrides(
            store,
            &self.caller,
            &self.auth_id,
            self.starts_at,
            &self.rows,
            self.prices.as_ref(),
            self.surcharges.as_deref(),
            self.tiers.as_deref(),
        )
    }
}

#[derive(Serialize)]
struct WithdrawOverridesRequest {
    caller: Caller,
    auth_id: String,
    starts_at: Instant,
}

impl TypedRequest for WithdrawOverridesRequest {
    const FUNCTION: &'static str = "pricing.withdraw-overrides";
    type Answer = Result<(), PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_withdraw_overrides(store, &self.caller, &self.auth_id, self.starts_at)
    }
}

#[derive(Serialize)]
struct ListOverridesRequest {
    caller: Caller,
    auth_id: String,
}

impl TypedRequest for ListOverridesRequest {
    const FUNCTION: &'static str = "pricing.list-overrides";
    type Answer = Result<Vec<OverrideSet>, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_list_overrides(store, &self.caller, &self.auth_id)
    }
}

#[derive(Serialize)]
struct GetOverridesRequest {
    caller: Caller,
    auth_id: String,
    at: Instant,
}

impl TypedRequest for GetOverridesRequest {
    const FUNCTION: &'static str = "pricing.get-overrides";
    type Answer = Result<Vec<PriceRow>, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_get_overrides(store, &self.caller, &self.auth_id, self.at)
    }
}

#[derive(Serialize)]
struct GetNumberOverridesRequest {
    caller: Caller,
    auth_id: String,
    at: Instant,
}

impl TypedRequest for GetNumberOverridesRequest {
    const FUNCTION: &'static str = "pricing.get-number-overrides";
    type Answer = Result<NumberPrices, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_get_number_overrides(store, &self.caller, &self.auth_id, self.at)
    }
}

#[derive(Serialize)]
struct GetSurchargeOverridesRequest {
    caller: Caller,
    auth_id: String,
    at: Instant,
}

impl TypedRequest for GetSurchargeOverridesRequest {
    const FUNCTION: &'static str = "pricing.get-surcharge-overrides";
    type Answer = Result<Vec<Surcharge>, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_get_surcharge_overrides(store, &self.caller, &self.auth_id, self.at)
    }
}

#[derive(Serialize)]
struct GetTierOverridesRequest {
    caller: Caller,
    auth_id: String,
    at: Instant,
}

impl TypedRequest for GetTierOverridesRequest {
    const FUNCTION: &'static str = "pricing.get-tier-overrides";
    type Answer = Result<Vec<TierTable>, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_get_tier_overrides(store, &self.caller, &self.auth_id, self.at)
    }
}

#[derive(Serialize)]
struct ByCountryRequest {
    caller: Caller,
    auth_id: String,
    country: String,
}

impl TypedRequest for ByCountryRequest {
    const FUNCTION: &'static str = "pricing.by-country";
    type Answer = Result<CountryPrices, PricingError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_pricing();
        rules.call_by_country(store, &self.caller, &self.auth_id, &self.country)
    }
}
