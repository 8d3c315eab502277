//! Coupons: codes that the operator makes and that give promotional credit (CRD-13, R30).
//!
//! Generated from `wit/coupons.wit`: see [`crate::typed`].

use super::Reply;
use crate::coinbox::Coinbox;
use crate::contract::Rules;
use crate::engine::TypedRequest;
use serde::Serialize;
use wasmtime::AsContextMut;

#[doc(no_inline)]
pub use crate::contract::coupon_types::{
    ClaimOutcome, ClaimedCoupon, CouponClaim, CouponDecline, CouponValidity, RefusedClaim,
};

#[doc(inline)]
pub use crate::contract::exported::coupons::{
    Coupon, CouponError, CouponPage, NewCoupon, RedeemAnswer, Redemption, RedemptionPage,
};

#[doc(no_inline)]
pub use crate::contract::types::{
    Caller, Credential, Currency, Duration, Fact, FieldProblem, FieldRule, Instant, Micros, NotSent, Operator,
    Principal, Problem, Refusal, RequestPart, Session, StartedJob, Suspension, UnknownOutcome,
};

/// The functions of this interface with Rust types. [`Coinbox::coupons`] lends them.
#[derive(Clone, Copy)]
pub struct Functions<'a> {
    host: &'a Coinbox,
}

impl Coinbox {
    /// Coupons: codes that the operator makes and that give promotional credit (CRD-13, R30).
    pub fn coupons(&self) -> Functions<'_> {
        Functions { host: self }
    }
}

impl Functions<'_> {
    /// Class: command. Permission: operator `coupons.create`.
    pub fn create(&self, caller: &Caller, coupon: NewCoupon) -> Reply<Coupon, CouponError> {
        let request = CreateRequest { caller: self.host.caller_for(CreateRequest::FUNCTION, caller), coupon };
        self.host.ask(request)
    }

    /// [`Functions::create`] for asynchronous programs.
    pub async fn create_async(&self, caller: &Caller, coupon: NewCoupon) -> Reply<Coupon, CouponError> {
        let request = CreateRequest { caller: self.host.caller_for(CreateRequest::FUNCTION, caller), coupon };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `coupons.get`. By its code.
    pub fn get(&self, caller: &Caller, code: &str) -> Reply<Coupon, CouponError> {
        let request = GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller), code: code.to_owned() };
        self.host.ask(request)
    }

    /// [`Functions::get`] for asynchronous programs.
    pub async fn get_async(&self, caller: &Caller, code: &str) -> Reply<Coupon, CouponError> {
        let request = GetRequest { caller: self.host.caller_for(GetRequest::FUNCTION, caller), code: code.to_owned() };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `coupons.list`. Newest first, those with a number below `after`, 1 to 100 a page.
    pub fn list(&self, caller: &Caller, after: Option<u32>, limit: u32) -> Reply<CouponPage, CouponError> {
        let request = ListRequest { caller: self.host.caller_for(ListRequest::FUNCTION, caller), after, limit };
        self.host.ask(request)
    }

    /// [`Functions::list`] for asynchronous programs.
    pub async fn list_async(&self, caller: &Caller, after: Option<u32>, limit: u32) -> Reply<CouponPage, CouponError> {
        let request = ListRequest { caller: self.host.caller_for(ListRequest::FUNCTION, caller), after, limit };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `coupons.withdraw`. The coupon cannot be redeemed any more; what was redeemed stays. A second call
    /// changes nothing.
    pub fn withdraw(&self, caller: &Caller, number: u32) -> Reply<Coupon, CouponError> {
        let request = WithdrawRequest { caller: self.host.caller_for(WithdrawRequest::FUNCTION, caller), number };
        self.host.ask(request)
    }

    /// [`Functions::withdraw`] for asynchronous programs.
    pub async fn withdraw_async(&self, caller: &Caller, number: u32) -> Reply<Coupon, CouponError> {
        let request = WithdrawRequest { caller: self.host.caller_for(WithdrawRequest::FUNCTION, caller), number };
        self.host.ask_async(request).await
    }

    /// Class: command. Permission: operator `coupons.redeem` (R35). Gives the credit as a promotional lot. A redemption is no recharge, upgrades
    /// no trial and counts in no cap; trials and suspended accounts may redeem (R30). A declined try is an `ok` answer, so that it is counted:
    /// after the policy's `coupon-tries` failed tries within an hour the account is refused with `too-often`.
    ///
    /// A store that stands alone (`storage.mark` is empty), or that has the coupon, answers at once. Any other store answers `started`.
    pub fn redeem(&self, caller: &Caller, auth_id: &str, code: &str) -> Reply<RedeemAnswer, CouponError> {
        let request = RedeemRequest {
            caller: self.host.caller_for(RedeemRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            code: code.to_owned(),
        };
        self.host.ask(request)
    }

    /// [`Functions::redeem`] for asynchronous programs.
    pub async fn redeem_async(&self, caller: &Caller, auth_id: &str, code: &str) -> Reply<RedeemAnswer, CouponError> {
        let request = RedeemRequest {
            caller: self.host.caller_for(RedeemRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            code: code.to_owned(),
        };
        self.host.ask_async(request).await
    }

    /// Class: command. Only the host calls it, in the home cell: a job of another cell asks for it (`outside-request`, `claim-coupon`). Takes one
    /// use of the coupon for the key, once. The same claim under the same key is answered as the first time, whatever became of the coupon
    /// since; another claim under that key is refused with `key-reused`. The answer is `claimed` or `declined`. Whether the coupon has expired is
    /// judged at `asked`, or now if that is earlier; everything else is judged now.
    /// @since 0.2.0
    pub fn claim(&self, claim: CouponClaim) -> Reply<ClaimOutcome, CouponError> {
        let request = ClaimRequest { claim };
        self.host.ask(request)
    }

    /// [`Functions::claim`] for asynchronous programs.
    pub async fn claim_async(&self, claim: CouponClaim) -> Reply<ClaimOutcome, CouponError> {
        let request = ClaimRequest { claim };
        self.host.ask_async(request).await
    }

    /// Class: query. Permission: operator `coupons.list-redemptions`. Newest first, those with a number below `after`, 1 to 100 a page.
    pub fn list_redemptions(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<u32>,
        limit: u32,
    ) -> Reply<RedemptionPage, CouponError> {
        let request = ListRedemptionsRequest {
            caller: self.host.caller_for(ListRedemptionsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after,
            limit,
        };
        self.host.ask(request)
    }

    /// [`Functions::list_redemptions`] for asynchronous programs.
    pub async fn list_redemptions_async(
        &self,
        caller: &Caller,
        auth_id: &str,
        after: Option<u32>,
        limit: u32,
    ) -> Reply<RedemptionPage, CouponError> {
        let request = ListRedemptionsRequest {
            caller: self.host.caller_for(ListRedemptionsRequest::FUNCTION, caller),
            auth_id: auth_id.to_owned(),
            after,
            limit,
        };
        self.host.ask_async(request).await
    }
}

#[derive(Serialize)]
struct CreateRequest {
    caller: Caller,
    coupon: NewCoupon,
}

impl TypedRequest for CreateRequest {
    const FUNCTION: &'static str = "coupons.create";
    type Answer = Result<Coupon, CouponError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_coupons();
        rules.call_create(store, &self.caller, &self.coupon)
    }
}

#[derive(Serialize)]
struct GetRequest {
    caller: Caller,
    code: String,
}

impl TypedRequest for GetRequest {
    const FUNCTION: &'static str = "coupons.get";
    type Answer = Result<Coupon, CouponError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_coupons();
        rules.call_get(store, &self.caller, &self.code)
    }
}

#[derive(Serialize)]
struct ListRequest {
    caller: Caller,
    after: Option<u32>,
    limit: u32,
}

impl TypedRequest for ListRequest {
    const FUNCTION: &'static str = "coupons.list";
    type Answer = Result<CouponPage, CouponError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_coupons();
        rules.call_list(store, &self.caller, self.after, self.limit)
    }
}

#[derive(Serialize)]
struct WithdrawRequest {
    caller: Caller,
    number: u32,
}

impl TypedRequest for WithdrawRequest {
    const FUNCTION: &'static str = "coupons.withdraw";
    type Answer = Result<Coupon, CouponError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_coupons();
        rules.call_withdraw(store, &self.caller, self.number)
    }
}

#[derive(Serialize)]
struct RedeemRequest {
    caller: Caller,
    auth_id: String,
    code: String,
}

impl TypedRequest for RedeemRequest {
    const FUNCTION: &'static str = "coupons.redeem";
    type Answer = Result<RedeemAnswer, CouponError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_coupons();
        rules.call_redeem(store, &self.caller, &self.auth_id, &self.code)
    }
}

#[derive(Serialize)]
struct ClaimRequest {
    claim: CouponClaim,
}

impl TypedRequest for ClaimRequest {
    const FUNCTION: &'static str = "coupons.claim";
    type Answer = Result<ClaimOutcome, CouponError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_coupons();
        rules.call_claim(store, &self.claim)
    }
}

#[derive(Serialize)]
struct ListRedemptionsRequest {
    caller: Caller,
    auth_id: String,
    after: Option<u32>,
    limit: u32,
}

impl TypedRequest for ListRedemptionsRequest {
    const FUNCTION: &'static str = "coupons.list-redemptions";
    type Answer = Result<RedemptionPage, CouponError>;

    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {
        let rules = rules.coinbox_billing_coupons();
        rules.call_list_redemptions(store, &self.caller, &self.auth_id, self.after, self.limit)
    }
}
