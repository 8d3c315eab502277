//! Rented phone numbers: search, purchase, list, change, release (NUM-1 to NUM-6, SUB-5).
//!
//! To show offers, a host calls `offers` (effect: what is in stock) and hands the page to `price-offers` (query: what each number costs
//! this account). To buy a number, the host hands the offer of the stock to `buy`. The order names country and type again, so the
//! number that is delivered is the one that was priced.
//!
//! Generated from `wit/numbers.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::{Coinbox, HostError};
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(inline)]
pub use crate::contract::exported::numbers::{
    NumberChange, NumberError, NumberFilter, NumberLimit, NumberPage, NumberPrice, NumberPurchase, PricedOffer,
    RentedNumber,
};

#[doc(no_inline)]
pub use crate::contract::inventory_types::{NumberKind, OfferFilter, OfferPage, OfferedNumber};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Fact, FieldProblem, FieldRule, Instant, Micros, Operator, Principal, Problem, Refusal,
    RequestPart, Session, StartedJob, Suspension,
};

/// The functions of this interface with Rust types. [`Coinbox::numbers`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Rented phone numbers: search, purchase, list, change, release (NUM-1 to NUM-6, SUB-5).
    pub fn numbers(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: effect. What is in stock now. It takes no caller, because it says nothing about any account. A host that shows offers calls
    /// `price-offers` before or right after, and `price-offers` checks the caller. `none`: the stock could not be asked, or the filter breaks
    /// one of its bounds.
    pub fn offers(&self, filter: OfferFilter) -> Result<Option<OfferPage>, HostError> {
        let request = OffersRequest { filter };
        self.host.ask(request)
    }

    /// [`Functions::offers`] for asynchronous programs.
    pub async fn offers_async(&self, filter: OfferFilter) -> Result<Option<OfferPage>, HostError> {
        let request = OffersRequest { filter };
        self.host.ask_async(request).await
    }

    /// Class: query. The main account's or the sub-account's own token, or an operator with `numbers.price-offers`. At most 100 offers.
    pub fn price_offers(
        &self,
        caller: &Caller,
        auth_id: &str,
        offers: Vec<OfferedNumber>,
    ) -> Reply<Vec<PricedOffer>, NumberError> {
        let request = PriceOffersRequest {
            caller: self.host.caller_for(PriceOffersRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            offers,
        };
        self.host.ask(request)
    }

    /// [`Functions::price_offers`] for asynchronous programs.
    pub async fn price_offers_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        offers: Vec<OfferedNumber>,
    ) -> Reply<Vec<PricedOffer>, NumberError> {
        let request = PriceOffersRequest {
            caller: self.host.caller_for(PriceOffersRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            offers,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. The main account's or the sub-account's own token, or an operator with `numbers.buy`. A suspended account cannot buy.
    /// Available credit must be above zero and cover set-up fee and first rent (R12, R20). Both fees are held until the order is answered, and
    /// posted with the answer. A number that turns out not to be available costs nothing. Answers the job of the order. The job succeeds, or
    /// fails with `not-available`, `account-closed` or `suspended`. `name` is the number.
    pub fn buy(&self, caller: &Caller, auth_id: &str, purchase: NumberPurchase) -> Reply<StartedJob, NumberError> {
        let request = BuyRequest {
            caller: self.host.caller_for(BuyRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            purchase,
        };
        self.host.ask(request)
    }

    /// [`Functions::buy`] for asynchronous programs.
    pub async fn buy_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        purchase: NumberPurchase,
    ) -> Reply<StartedJob, NumberError> {
        let request = BuyRequest {
            caller: self.host.caller_for(BuyRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            purchase,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The main account's or the sub-account's own token, or an operator with `numbers.list`. A main account sees
    /// its sub-accounts' numbers too. `limit` 1 to 100.
    pub fn list(
        &self,
        caller: &Caller,
        auth_id: &str,
        filter: NumberFilter,
        offset: u32,
        limit: u32,
    ) -> Reply<NumberPage, NumberError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            filter,
            offset,
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list`] for asynchronous programs.
    pub async fn list_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        filter: NumberFilter,
        offset: u32,
        limit: u32,
    ) -> Reply<NumberPage, NumberError> {
        let request = ListRequest {
            caller: self.host.caller_for(ListRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            filter,
            offset,
            limit,
        };
        self.host.ask_async(request).await
    }

    /// Class: query. The main account's or the sub-account's own token, or an operator with `numbers.get`.
    pub fn get(&self, caller: &Caller, auth_id: &str, number: &str) -> Reply<RentedNumber, NumberError> {
        let request = GetRequest {
            caller: self.host.caller_for(GetRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::get`] for asynchronous programs.
    pub async fn get_async(&self, caller: &Caller, auth_id: &str, number: &str) -> Reply<RentedNumber, NumberError> {
        let request = GetRequest {
            caller: self.host.caller_for(GetRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. The main account's or the sub-account's own token, or an operator with `numbers.update`.
    pub fn update(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: &str,
        change: NumberChange,
    ) -> Reply<RentedNumber, NumberError> {
        let request = UpdateRequest {
            caller: self.host.caller_for(UpdateRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
            change,
        };
        self.host.ask(request)
    }

    /// [`Functions::update`] for asynchronous programs.
    pub async fn update_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        number: &str,
        change: NumberChange,
    ) -> Reply<RentedNumber, NumberError> {
        let request = UpdateRequest {
            caller: self.host.caller_for(UpdateRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
            change,
        };
        self.host.ask_async(request).await
    }

    /// Class: command. The main account's or the sub-account's own token, or an operator with `numbers.release`. No rent is given back
    /// (R20), and rent that fell due on a past first of a month is still owed. Answers the job that tells the stock.
    pub fn release(&self, caller: &Caller, auth_id: &str, number: &str) -> Reply<StartedJob, NumberError> {
        let request = ReleaseRequest {
            caller: self.host.caller_for(ReleaseRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::release`] for asynchronous programs.
    pub async fn release_async(&self, caller: &Caller, auth_id: &str, number: &str) -> Reply<StartedJob, NumberError> {
        let request = ReleaseRequest {
            caller: self.host.caller_for(ReleaseRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            number: number.to_owned(),
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct OffersRequest {
    filter: OfferFilter,
}

impl TypedRequest for OffersRequest {
    const FUNCTION: &'static str = "numbers.offers";
    type Answer = Option<OfferPage>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_numbers();
        rules.call_offers(store, &self.filter)
    }
}

#[derive(Serialize)]
struct PriceOffersRequest {
    caller: Caller,
    auth_id: String,
    offers: Vec<OfferedNumber>,
}

impl TypedRequest for PriceOffersRequest {
    const FUNCTION: &'static str = "numbers.price-offers";
    type Answer = Result<Vec<PricedOffer>, NumberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_numbers();
        rules.call_price_offers(store, &self.caller, &self.auth_id, &self.offers)
    }
}

#[derive(Serialize)]
struct BuyRequest {
    caller: Caller,
    auth_id: String,
    purchase: NumberPurchase,
}

impl TypedRequest for BuyRequest {
    const FUNCTION: &'static str = "numbers.buy";
    type Answer = Result<StartedJob, NumberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_numbers();
        rules.call_buy(store, &self.caller, &self.auth_id, &self.purchase)
    }
}

#[derive(Serialize)]
struct ListRequest {
    caller: Caller,
    auth_id: String,
    filter: NumberFilter,
    offset: u32,
    limit: u32,
}

impl TypedRequest for ListRequest {
    const FUNCTION: &'static str = "numbers.list";
    type Answer = Result<NumberPage, NumberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_numbers();
        rules.call_list(store, &self.caller, &self.auth_id, &self.filter, self.offset, self.limit)
    }
}

#[derive(Serialize)]
struct GetRequest {
    caller: Caller,
    auth_id: String,
    number: String,
}

impl TypedRequest for GetRequest {
    const FUNCTION: &'static str = "numbers.get";
    type Answer = Result<RentedNumber, NumberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_numbers();
        rules.call_get(store, &self.caller, &self.auth_id, &self.number)
    }
}

#[derive(Serialize)]
struct UpdateRequest {
    caller: Caller,
    auth_id: String,
    number: String,
    change: NumberChange,
}

impl TypedRequest for UpdateRequest {
    const FUNCTION: &'static str = "numbers.update";
    type Answer = Result<RentedNumber, NumberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_numbers();
        rules.call_update(store, &self.caller, &self.auth_id, &self.number, &self.change)
    }
}

#[derive(Serialize)]
struct ReleaseRequest {
    caller: Caller,
    auth_id: String,
    number: String,
}

impl TypedRequest for ReleaseRequest {
    const FUNCTION: &'static str = "numbers.release";
    type Answer = Result<StartedJob, NumberError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_numbers();
        rules.call_release(store, &self.caller, &self.auth_id, &self.number)
    }
}
