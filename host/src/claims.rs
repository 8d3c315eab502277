//! Claims on coupons, carried out by a store of this program: its own one where it stands alone, or the home cell that another host is told of.

use crate::capability::CouponClaims;
use crate::contract::coupon_types::{ClaimOutcome, CouponClaim};
use crate::inner::{HostError, Inner};
use crate::json;
use serde_json::{Value, json};
use std::sync::Weak;

/// A store that keeps the coupons itself: it only has to be asked.
pub(crate) struct Here(pub(crate) Weak<Inner>);

impl CouponClaims for Here {
    fn claim(&self, claim: &CouponClaim) -> ClaimOutcome {
        let Some(inner) = self.0.upgrade() else { return ClaimOutcome::Unknown("the host is stopping".into()) };
        claim_in(&inner, claim)
    }
}

/// `coupons.claim` in this store.
pub(crate) fn claim_in(inner: &Inner, claim: &CouponClaim) -> ClaimOutcome {
    answer(inner, claim).unwrap_or_else(|error| ClaimOutcome::Unknown(error.to_string().into()))
}

fn answer(inner: &Inner, claim: &CouponClaim) -> anyhow::Result<ClaimOutcome> {
    let arguments = json!({"claim": json::to_value(claim)?});
    let submitted = inner.submit_call("coupons.claim".to_owned(), arguments).wait();
    let answer: Value = submitted.map_err(HostError::from)?.map_err(HostError::from)?;
    if let Some(refusal) = answer["err"].get("refused") {
        return Ok(ClaimOutcome::Refused(refusal.to_string().into()));
    }
    match answer.get("ok") {
        Some(outcome) => Ok(json::from_value(outcome)?),
        None => anyhow::bail!("`coupons.claim` answered {}", answer["err"]),
    }
}
