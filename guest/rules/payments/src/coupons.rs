//! Coupons: codes that the operator makes and that give promotional credit (CRD-13, R30).
//!
//! A code is worth money to whoever knows it, so it is kept like a credential (SEC-1): sealed, to be shown to the operator
//! again, and found by a keyed digest. Who guesses is stopped per account: a declined try is written down, and after the
//! policy's number of them within an hour the account has to wait.
//!
//! | key | what |
//! |---|---|
//! | `coup/n/<number, newest first>` | a coupon |
//! | `coup/d/<digest of its code>` | its number |
//! | `coup/last` | the newest number |
//! | `red/<account>/<number, newest first>` | a redemption: what a receipt with method `coupon` is made of |
//! | `redn/<account>/<coupon>` | how often an account has redeemed a coupon, where the coupon is kept |
//! | `redt/<account>` | its tries that count: declined within the last hour, or without an answer yet |
//! | `coup/c/<key>` | a claim of another store, and its answer |
//! | `redc/<account>/<number>` | a claim on a coupon of another store |
//!
//! A redemption has two halves: a use of the coupon is taken (`claiming`), and its credit is given (`giving`). Where one store has both,
//! they are one call. Where the coupons are in another store, a job (`elsewhere`) has the first half done there.

mod claiming;
mod codes;
pub(crate) mod elsewhere;
mod giving;
mod records;
mod tries;

pub use codes::{label, normal};
pub use coinbox_ground::outside::{ClaimOutcome, ClaimedCoupon, CouponClaim};
pub use records::{
    Coupon, CouponPage, Decline, NewCoupon, Outcome, Redemption, RedemptionPage, ShownRedemption, Validity,
};

use codes::{COUPONS, PURPOSE, coupon_key, digest, draw_free, find, found_key};
use coinbox_access::{self as access, functions};
use coinbox_ground::calendar::LAST_MOMENT;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, interface_error};
use coinbox_ledger::wallet;
use coinbox_profiles::policy::{AMOUNT_MAX, Policy};
use giving::{redemption_key, redemptions_prefix};
use records::{Found, LASTING_MAX, Last, Stored};

interface_error! {
    /// Errors of `coupons`.
    Error {
        /// Another coupon has this code.
        CodeTaken,
    }
}

const USES_MAX: u32 = 1_000_000;
const USES_PER_ACCOUNT_MAX: u32 = 1_000;
const PAGE_MAX: u32 = 100;
const LAST_KEY: &str = "coup/last";

fn load(turn: &Turn<'_>, number: u32) -> Result<Stored, Fault> {
    turn.get(&coupon_key(number))?.ok_or_else(|| Fault::not_found("coupon"))
}

fn show(turn: &Turn<'_>, stored: &Stored) -> Result<Coupon, Fault> {
    let code = turn.vault().unseal(PURPOSE, &stored.sealed).map_err(|_| {
        Fault::problem("secret-unreadable", vec![Fact::new("kind", "coupon"), Fact::new("number", stored.number)])
    })?;
    Ok(stored.shown(code))
}

/// Makes a coupon.
pub fn create(turn: &mut Turn<'_>, caller: &Caller, coupon: NewCoupon) -> Result<Coupon, Error> {
    let command = access::command(turn, caller, functions::COUPONS_CREATE)?;
    // Not even a digest of the code is kept that could be tried out without the host's key.
    let code_digest = coupon.code.as_deref().map(|code| digest(turn, code));
    let args = (NewCoupon { code: None, ..coupon.clone() }, code_digest);
    let kept = |made: &Coupon| serde_json::to_value(Coupon { code: String::new(), ..made.clone() });
    command.once_secret(turn, &args, kept, |turn, who, ()| {
        let currency = check_new(turn, &coupon)?;
        let code = match coupon.code.as_deref().and_then(normal) {
            Some(code) => code,
            None => draw_free(turn)?,
        };
        let found = found_key(turn, &code);
        if turn.text(&found).is_some() {
            return Err(Error::CodeTaken);
        }
        let last = turn.get::<Last>(LAST_KEY)?.map_or(0, |last| last.number);
        let number = last.checked_add(1).ok_or_else(|| Fault::problem("counter-exhausted", Vec::new()))?;
        let stored = Stored {
            v: 1,
            number,
            sealed: turn.vault().seal(PURPOSE, &code),
            label: label(&code),
            amount: Money::from_micros(coupon.amount),
            redeem_by: coupon.redeem_by,
            validity: coupon.validity.clone(),
            uses: coupon.uses,
            uses_per_account: coupon.uses_per_account,
            note: coupon.note.clone(),
            redeemed: 0,
            created: turn.now(),
            created_by: who.name().to_owned(),
            withdrawn: None,
            currency,
        };
        turn.put(LAST_KEY, &Last { v: 1, number });
        turn.put(&found, &Found { v: 1, number });
        turn.put(&coupon_key(number), &stored);
        feed::operator_event("coupon-created", "CRD-13")
            .fact("coupon", number)
            .fact("label", &stored.label)
            .fact("amount", stored.amount)
            .fact("uses", stored.uses)
            .fact("redeem-by", stored.redeem_by)
            .fact("by", who.name())
            .in_currency(stored.currency)
            .tell(turn);
        Ok(stored.shown(code))
    })
}

/// Checks a new coupon. Answers its currency.
fn check_new(turn: &Turn<'_>, coupon: &NewCoupon) -> Result<Currency, Fault> {
    let mut checks = Checks::new();
    let currency = Policy::load(turn)?.offered(coupon.currency.as_deref(), &mut checks, "coupon.currency");
    if let Some(code) = &coupon.code {
        let form = "4 to 32 letters, digits and hyphens";
        checks.require(normal(code).is_some(), "coupon.code", FieldRule::WrongForm, form);
    }
    let amount = Money::from_micros(coupon.amount);
    checks.require(amount > Money::ZERO, "coupon.amount", FieldRule::TooSmall, currency.smallest());
    checks.require(amount <= AMOUNT_MAX, "coupon.amount", FieldRule::TooLarge, AMOUNT_MAX.in_currency(currency));
    checks.require(amount.is_whole(currency), "coupon.amount", FieldRule::WrongForm, currency.whole());
    checks.require(coupon.redeem_by > turn.now(), "coupon.redeem-by", FieldRule::TooSmall, turn.now());
    checks.require(coupon.redeem_by <= LAST_MOMENT, "coupon.redeem-by", FieldRule::TooLarge, LAST_MOMENT);
    match coupon.validity {
        Validity::Unlimited => {}
        Validity::Lasting(length) => {
            checks.require(length >= 1, "coupon.validity.lasting", FieldRule::TooSmall, 1);
            checks.require(length <= LASTING_MAX, "coupon.validity.lasting", FieldRule::TooLarge, LASTING_MAX);
        }
        Validity::Until(end) => {
            checks.require(end >= coupon.redeem_by, "coupon.validity.until", FieldRule::TooSmall, coupon.redeem_by);
            checks.require(end <= LAST_MOMENT, "coupon.validity.until", FieldRule::TooLarge, LAST_MOMENT);
        }
    }
    checks.require(coupon.uses >= 1, "coupon.uses", FieldRule::TooSmall, 1);
    checks.require(coupon.uses <= USES_MAX, "coupon.uses", FieldRule::TooLarge, USES_MAX);
    checks.require(coupon.uses_per_account >= 1, "coupon.uses-per-account", FieldRule::TooSmall, 1);
    let most = USES_PER_ACCOUNT_MAX;
    checks.require(coupon.uses_per_account <= most, "coupon.uses-per-account", FieldRule::TooLarge, most);
    checks.text(&coupon.note, "coupon.note", 0, 200);
    checks.done()?;
    Ok(currency)
}

/// The coupon with this code.
pub fn get(turn: &Turn<'_>, caller: &Caller, code: String) -> Result<Coupon, Error> {
    access::query(turn, caller, functions::COUPONS_GET)?;
    let stored = find(turn, &code)?.ok_or_else(|| Fault::not_found("coupon"))?;
    Ok(show(turn, &stored)?)
}

/// The first key of a page and how many are wanted: records are ordered newest first.
fn page_of(
    prefix: &str,
    after: Option<u32>,
    limit: u32,
    key: impl FnOnce(u32) -> String,
) -> Result<(String, usize), Fault> {
    let mut checks = Checks::new();
    checks.page_limit(limit, PAGE_MAX);
    checks.done()?;
    let first = after.map_or_else(|| prefix.to_owned(), |number| successor(&key(number)));
    Ok((first, limit as usize))
}

/// Coupons, newest first.
pub fn list(turn: &Turn<'_>, caller: &Caller, after: Option<u32>, limit: u32) -> Result<CouponPage, Error> {
    access::query(turn, caller, functions::COUPONS_LIST)?;
    let (first, limit) = page_of(COUPONS, after, limit, coupon_key)?;
    let (page, more) = turn.span::<Stored>(&first, &end_of_prefix(COUPONS), limit)?;
    let next = page.last().filter(|_| more).map(|(_, last)| last.number);
    let coupons: Result<Vec<Coupon>, Fault> = page.iter().map(|(_, stored)| show(turn, stored)).collect();
    Ok(CouponPage { coupons: coupons?, next })
}

/// Takes a coupon back: it cannot be redeemed any more.
pub fn withdraw(turn: &mut Turn<'_>, caller: &Caller, number: u32) -> Result<Coupon, Error> {
    let command = access::command(turn, caller, functions::COUPONS_WITHDRAW)?;
    let kept = |made: &Coupon| serde_json::to_value(Coupon { code: String::new(), ..made.clone() });
    command.once_secret(turn, &number, kept, |turn, who, ()| {
        let mut stored = load(turn, number)?;
        if stored.withdrawn.is_none() {
            stored.withdrawn = Some(turn.now());
            turn.put(&coupon_key(number), &stored);
            feed::operator_event("coupon-withdrawn", "CRD-13")
                .fact("coupon", number)
                .fact("label", &stored.label)
                .fact("redeemed", stored.redeemed)
                .fact("by", who.name())
                .tell(turn);
        }
        Ok(show(turn, &stored)?)
    })
}

/// Gives the credit of a coupon, or says why not. Each declined try counts towards the limit of an hour. In a store of several that does not have
/// the code, a job asks the one that keeps the coupons.
pub fn redeem(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, code: String) -> Result<Outcome, Error> {
    let command = access::command_on(turn, caller, functions::COUPONS_REDEEM, &auth_id)?;
    let args = (&auth_id, digest(turn, &code));
    command.once(turn, &args, |turn, who, account| {
        let currency = wallet::currency(turn, account)?;
        tries::check(turn, account)?;
        if let Some(code) = normal(&code)
            && find(turn, &code)?.is_none()
            && !turn.mark().is_empty()
        {
            return Ok(Outcome::Started(elsewhere::start(turn, account, &code, who.name())?));
        }
        match claiming::claim(turn, account, currency, &code, turn.now())? {
            Ok(claimed) => Ok(Outcome::Redeemed(giving::give(turn, account, &claimed, who.name())?)),
            Err(decline) => {
                tries::fail(turn, account, decline)?;
                Ok(Outcome::Declined(decline))
            }
        }
    })
}

/// Takes one use of a coupon for an account of another store, once a key. Only the host asks for it.
pub fn claim(turn: &mut Turn<'_>, claim: CouponClaim) -> Result<ClaimOutcome, Error> {
    Ok(claiming::claim_once(turn, &claim)?)
}

/// Redemptions of an account, newest first, those with a number below `after`: for receipts with method `coupon` (INV-3).
pub fn redemptions(
    turn: &Turn<'_>,
    account: AuthId,
    after: Option<u32>,
    limit: u32,
) -> Result<(Vec<Redemption>, bool), Fault> {
    let prefix = redemptions_prefix(account);
    let (first, limit) = page_of(&prefix, after, limit, |number| redemption_key(account, number))?;
    let (page, more) = turn.span::<Redemption>(&first, &end_of_prefix(&prefix), limit)?;
    Ok((page.into_iter().map(|(_, redemption)| redemption).collect(), more))
}

/// Redemptions of an account as the contract shows them.
pub fn list_redemptions(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<u32>,
    limit: u32,
) -> Result<RedemptionPage, Error> {
    let (_, account) = access::query_on(turn, caller, functions::COUPONS_LIST_REDEMPTIONS, &auth_id)?;
    let (page, more) = redemptions(turn, account, after, limit)?;
    let next = page.last().filter(|_| more).map(|last| last.number);
    Ok(RedemptionPage { redemptions: page.iter().map(Redemption::shown).collect(), next })
}
