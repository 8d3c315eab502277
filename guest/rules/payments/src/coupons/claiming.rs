//! The first half of a redemption: one use of the coupon is taken, where the coupon is kept.

use crate::coupons::codes::{coupon_key, digest, find};
use crate::coupons::records::{Answered, Decline, Redeemed};
use coinbox_ground::calendar::LAST_MOMENT;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::outside::{CLAIM_KEY_BYTES_MAX, ClaimOutcome, ClaimedCoupon, CouponClaim};
use coinbox_ground::text::is_name;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule, Instant, Refusal};

fn redeemed_key(account: AuthId, coupon: u32) -> String {
    format!("redn/{account}/{coupon:08}")
}

/// Takes one use of the coupon with this code, or says why not. The account may be one of another store, and its customer may have asked a while
/// ago: a coupon that has expired since is still good. What the operator took back is not, and a use that is gone is gone.
pub(super) fn claim(
    turn: &mut Turn<'_>,
    account: AuthId,
    currency: Currency,
    code: &str,
    asked: Instant,
) -> Result<Result<ClaimedCoupon, Decline>, Fault> {
    let Some(mut stored) = find(turn, code)? else { return Ok(Err(Decline::Unknown)) };
    let count_key = redeemed_key(account, stored.number);
    let by_account = turn.get::<Redeemed>(&count_key)?.map_or(0, |redeemed| redeemed.count);
    let decline = if stored.currency != currency {
        Some(Decline::OtherCurrency)
    } else if by_account >= stored.uses_per_account {
        Some(Decline::AlreadyRedeemed)
    } else if stored.withdrawn.is_some() {
        Some(Decline::Withdrawn)
    } else if turn.now().min(asked) >= stored.redeem_by {
        Some(Decline::Expired)
    } else if stored.redeemed >= stored.uses {
        Some(Decline::UsedUp)
    } else {
        None
    };
    if let Some(decline) = decline {
        return Ok(Err(decline));
    }
    stored.redeemed += 1;
    turn.put(&coupon_key(stored.number), &stored);
    turn.put(&count_key, &Redeemed { v: 1, count: by_account + 1 });
    Ok(Ok(stored.claimed()))
}

/// [`claim`] for an account of another store, once a key. The answer is kept, a decline too: an attempt that arrives late must not take a use that
/// nobody gives credit for.
pub(super) fn claim_once(turn: &mut Turn<'_>, asked: &CouponClaim) -> Result<ClaimOutcome, Fault> {
    let (account, currency) = check(asked)?;
    let (key, code) = (format!("coup/c/{}", asked.key), digest(turn, &asked.code));
    if let Some(before) = turn.get::<Answered>(&key)? {
        let is_same =
            (&before.code, before.account, before.currency, before.asked) == (&code, account, currency, asked.asked);
        return if is_same { Ok(before.outcome) } else { Err(Refusal::KeyReused.into()) };
    }
    let outcome = match claim(turn, account, currency, &asked.code, asked.asked)? {
        Ok(claimed) => {
            feed::operator_event("coupon-claimed", "CRD-13")
                .fact("coupon", claimed.coupon)
                .fact("label", &claimed.label)
                .fact("amount", Money::from_micros(claimed.amount))
                .fact("account", account)
                .in_currency(currency)
                .tell(turn);
            ClaimOutcome::Claimed(claimed)
        }
        Err(decline) => ClaimOutcome::Declined(decline),
    };
    turn.put(
        &key,
        &Answered { v: 1, code, account, currency, asked: asked.asked, at: turn.now(), outcome: outcome.clone() },
    );
    Ok(outcome)
}

/// Account and currency of a claim.
fn check(asked: &CouponClaim) -> Result<(AuthId, Currency), Fault> {
    let mut checks = Checks::new();
    let limit = format!("1 to {CLAIM_KEY_BYTES_MAX} printable ASCII characters");
    checks.require(is_name(&asked.key, CLAIM_KEY_BYTES_MAX), "claim.key", FieldRule::WrongForm, limit);
    let account = AuthId::parse(&asked.auth_id).filter(|auth| auth.is_main());
    checks.require(account.is_some(), "claim.auth-id", FieldRule::WrongForm, "a main account's auth ID");
    let currency = Currency::parse(&asked.currency);
    checks.require(currency.is_some(), "claim.currency", FieldRule::UnknownValue, "a code of ISO 4217");
    checks.require(asked.asked >= 0, "claim.asked", FieldRule::TooSmall, 0);
    checks.require(asked.asked <= LAST_MOMENT, "claim.asked", FieldRule::TooLarge, LAST_MOMENT);
    checks.done()?;
    Ok(account.zip(currency).expect("both were required"))
}
