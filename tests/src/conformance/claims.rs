//! The home cell of a case: it answers claims on coupons as it was told.

use coinbox_host::capability::CouponClaims;
use coinbox_host::contract::coupon_types::{ClaimOutcome, CouponClaim};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

/// A home cell without coupons of its own.
#[derive(Default)]
pub(super) struct ToldClaims {
    next: Mutex<VecDeque<ClaimOutcome>>,
    asked: Mutex<Vec<Value>>,
}

impl ToldClaims {
    /// What it answers to the next claim that has no answer yet.
    pub(super) fn answer_next(&self, outcome: ClaimOutcome) {
        self.next.lock().unwrap_or_else(PoisonError::into_inner).push_back(outcome);
    }

    /// All claims, with the case of each answer.
    pub(super) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl CouponClaims for ToldClaims {
    fn claim(&self, claim: &CouponClaim) -> ClaimOutcome {
        let next = self.next.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let outcome = next.unwrap_or_else(|| ClaimOutcome::Unknown("no answer".into()));
        let case = match &outcome {
            ClaimOutcome::Claimed(_) => "claimed",
            ClaimOutcome::Declined(_) => "declined",
            ClaimOutcome::Refused(_) => "refused",
            ClaimOutcome::Unknown(_) => "unknown",
            ClaimOutcome::NotSent(_) => "not-sent",
        };
        let CouponClaim { key, code, auth_id, currency, asked } = claim;
        let asked = asked.to_string();
        let seen =
            json!({"key": key, "code": code, "account": auth_id, "currency": currency, "asked": asked, "answer": case});
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        outcome
    }
}
