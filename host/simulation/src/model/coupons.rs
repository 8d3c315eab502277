//! Coupons of the model (CRD-13, R30): how often each was redeemed, by whom, and who has tried too often.

use std::collections::BTreeMap;

/// Declined tries of one account within an hour before it is refused: the default of the requirements.
const TRIES: usize = 10;
const HOUR: i64 = 3_600_000;

/// One coupon.
#[derive(Clone, Debug)]
pub struct Coupon {
    /// Its code.
    pub code: String,
    /// What one redemption gives.
    pub amount: i64,
    /// It is good before this moment.
    pub redeem_by: i64,
    /// How long its credit lasts.
    pub lasts: Option<i64>,
    /// How many redemptions are left, of all accounts and of one.
    pub uses: u32,
    /// Redemptions of one account.
    pub uses_of_one: u32,
}

/// All coupons and redemptions.
#[derive(Clone, Debug, Default)]
pub struct Coupons {
    /// In order of their making.
    pub all: Vec<Coupon>,
    by_account: BTreeMap<(usize, usize), u32>,
    declined: BTreeMap<usize, Vec<i64>>,
}

/// What a try comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Try {
    /// So much credit, until then.
    Redeemed(i64, Option<i64>),
    /// The word of the answer.
    Declined(&'static str),
    /// Refused, and no try.
    TooOften,
}

impl Coupons {
    /// Account `place` tries the coupon of this number, or a code that there is not.
    pub fn redeem(&mut self, place: usize, coupon: Option<usize>, now: i64) -> Try {
        let tries = self.declined.entry(place).or_default();
        if tries.iter().filter(|at| **at > now - HOUR).count() >= TRIES {
            return Try::TooOften;
        }
        let known = coupon.and_then(|number| Some((number, self.all.get_mut(number)?)));
        let Some((number, coupon)) = known else {
            tries.push(now);
            return Try::Declined("unknown");
        };
        let redeemed = self.by_account.entry((place, number)).or_default();
        let declined = if *redeemed >= coupon.uses_of_one {
            "already-redeemed"
        } else if now >= coupon.redeem_by {
            "expired"
        } else if coupon.uses == 0 {
            "used-up"
        } else {
            coupon.uses -= 1;
            *redeemed += 1;
            return Try::Redeemed(coupon.amount, coupon.lasts.map(|lasts| now + lasts));
        };
        tries.push(now);
        Try::Declined(declined)
    }
}
