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
//! | `redn/<account>/<coupon>` | how often an account has redeemed a coupon |
//! | `redt/<account>` | moments of its declined tries within the last hour |

mod records;

pub use records::{
    Coupon, CouponPage, Decline, NewCoupon, Outcome, Redemption, RedemptionPage, ShownRedemption, Validity,
};

use coinbox_access::{self as access, functions};
use coinbox_credit::movements::grants::{self, Grant};
use coinbox_ground::calendar::LAST_MOMENT;
use coinbox_ground::counters::Numbers;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::{AuthId, draw_code, highest_first};
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{
    Caller, Checks, DAY_MS, Fact, Fault, FieldRule, HOUR_MS, Instant, Refusal, interface_error,
};
use coinbox_invoices::receipts::{self, Receipt};
use coinbox_ledger::LedgerAccount;
use coinbox_ledger::lots::LotKind;
use coinbox_ledger::wallet;
use coinbox_profiles::mail;
use coinbox_profiles::policy::{AMOUNT_MAX, Policy};
use records::{Found, Last, Redeemed, Stored, Tries};

interface_error! {
    /// Errors of `coupons`.
    Error {
        /// Another coupon has this code.
        CodeTaken,
    }
}

/// Binds sealed codes and their digests to their use.
const PURPOSE: &str = "coupon-code";

const LASTING_MAX: Instant = 3_650 * DAY_MS;
const USES_MAX: u32 = 1_000_000;
const USES_PER_ACCOUNT_MAX: u32 = 1_000;
const PAGE_MAX: u32 = 100;
/// How often a free code is looked for. Two equal ones among 31^12 are a fault of the random source.
const DRAWS_MAX: usize = 8;
const LAST_KEY: &str = "coup/last";
const COUPONS: &str = "coup/n/";

fn coupon_key(number: u32) -> String {
    format!("{COUPONS}{}", highest_first(number))
}

fn found_key(turn: &Turn<'_>, code: &str) -> String {
    format!("coup/d/{}", turn.vault().digest(PURPOSE, code))
}

fn redemptions_prefix(account: AuthId) -> String {
    format!("red/{account}/")
}

fn redemption_key(account: AuthId, number: u32) -> String {
    redemptions_prefix(account) + &highest_first(number)
}

fn redeemed_key(account: AuthId, coupon: u32) -> String {
    format!("redn/{account}/{coupon:08}")
}

fn tries_key(account: AuthId) -> String {
    format!("redt/{account}")
}

/// The code as it is kept: in upper case. None: no code has this form.
pub fn normal(code: &str) -> Option<String> {
    let good = (4..=32).contains(&code.len()) && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    good.then(|| code.to_ascii_uppercase())
}

/// Masked but for the last characters: enough to know it again, too little to redeem it.
pub fn label(code: &str) -> String {
    let shown = if code.len() >= 8 { 4 } else { 2 };
    format!("****{}", &code[code.len() - shown..])
}

/// Stands for the code where it must not be read.
fn digest(turn: &Turn<'_>, code: &str) -> String {
    turn.vault().digest(PURPOSE, &normal(code).unwrap_or_default())
}

fn load(turn: &Turn<'_>, number: u32) -> Result<Stored, Fault> {
    turn.get(&coupon_key(number))?.ok_or_else(|| Fault::not_found("coupon"))
}

/// The coupon with this code, if there is one.
fn find(turn: &Turn<'_>, code: &str) -> Result<Option<Stored>, Fault> {
    let Some(code) = normal(code) else { return Ok(None) };
    let Some(found) = turn.get::<Found>(&found_key(turn, &code))? else { return Ok(None) };
    turn.need(&coupon_key(found.number)).map(Some)
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

fn draw_free(turn: &Turn<'_>) -> Result<String, Fault> {
    for _ in 0..DRAWS_MAX {
        let code = draw_code(turn);
        if turn.text(&found_key(turn, &code)).is_none() {
            return Ok(code);
        }
    }
    Err(Fault::problem("no-free-code", vec![Fact::new("draws", DRAWS_MAX)]))
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

/// Gives the credit of a coupon, or says why not. Each declined try counts towards the limit of an hour.
pub fn redeem(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, code: String) -> Result<Outcome, Error> {
    let command = access::command_on(turn, caller, functions::COUPONS_REDEEM, &auth_id)?;
    let args = (&auth_id, digest(turn, &code));
    command.once(turn, &args, |turn, who, account| {
        wallet::need(turn, account)?;
        let tries = tries_within_an_hour(turn, account)?;
        let most = usize::try_from(Policy::load(turn)?.coupon_tries).unwrap_or(usize::MAX);
        if let Some(place) = tries.len().checked_sub(most) {
            return Err(Refusal::TooOften(tries[place] + HOUR_MS).into());
        }
        match eligible(turn, account, &code)? {
            Ok(stored) => Ok(Outcome::Redeemed(give(turn, account, stored, who.name())?)),
            Err(decline) => {
                fail(turn, account, tries, decline);
                Ok(Outcome::Declined(decline))
            }
        }
    })
}

/// Moments of the declined tries that still count, oldest first.
fn tries_within_an_hour(turn: &Turn<'_>, account: AuthId) -> Result<Vec<Instant>, Fault> {
    let tries = turn.get::<Tries>(&tries_key(account))?.map_or_else(Vec::new, |tries| tries.at);
    Ok(tries.into_iter().filter(|at| at + HOUR_MS > turn.now()).collect())
}

fn fail(turn: &mut Turn<'_>, account: AuthId, mut tries: Vec<Instant>, decline: Decline) {
    tries.push(turn.now());
    let failed = tries.len();
    turn.put(&tries_key(account), &Tries { v: 1, at: tries });
    feed::event(account, "coupon-declined", "CRD-13")
        .fact("cause", decline.word())
        .fact("failed-tries", failed)
        .tell(turn);
}

fn eligible(turn: &Turn<'_>, account: AuthId, code: &str) -> Result<Result<Stored, Decline>, Fault> {
    let Some(stored) = find(turn, code)? else { return Ok(Err(Decline::Unknown)) };
    let by_account = turn.get::<Redeemed>(&redeemed_key(account, stored.number))?.map_or(0, |redeemed| redeemed.count);
    Ok(if stored.currency != wallet::currency(turn, account)? {
        Err(Decline::OtherCurrency)
    } else if by_account >= stored.uses_per_account {
        Err(Decline::AlreadyRedeemed)
    } else if stored.withdrawn.is_some() {
        Err(Decline::Withdrawn)
    } else if turn.now() >= stored.redeem_by {
        Err(Decline::Expired)
    } else if stored.redeemed >= stored.uses {
        Err(Decline::UsedUp)
    } else {
        Ok(stored)
    })
}

fn give(turn: &mut Turn<'_>, account: AuthId, mut stored: Stored, by: &str) -> Result<ShownRedemption, Fault> {
    let expires = match stored.validity {
        Validity::Unlimited => None,
        Validity::Lasting(length) => Some(turn.now().saturating_add(length).min(LAST_MOMENT)),
        Validity::Until(end) => Some(end),
    };
    stored.redeemed += 1;
    turn.put(&coupon_key(stored.number), &stored);
    let count_key = redeemed_key(account, stored.number);
    let count = turn.get::<Redeemed>(&count_key)?.map_or(0, |redeemed| redeemed.count) + 1;
    turn.put(&count_key, &Redeemed { v: 1, count });
    let reason = format!("coupon {} ({})", stored.number, stored.label);
    let granted = grants::grant(
        turn,
        account,
        &Grant {
            kind: LotKind::Promotional,
            amount: stored.amount,
            expires,
            contra: LedgerAccount::Coupons,
            entry: "coupon-redeemed",
            rule: "CRD-13",
            reason: &reason,
        },
    )?;
    let redemption = Redemption {
        v: 1,
        number: Numbers::next_redemption(turn, account)?,
        coupon: stored.number,
        label: stored.label,
        amount: stored.amount,
        paid_owed: granted.paid_owed,
        at: turn.now(),
        expires,
        lot: granted.lot,
        transaction: granted.transaction,
        by: by.to_owned(),
    };
    turn.put(&redemption_key(account, redemption.number), &redemption);
    let receipt = Receipt {
        amount: redemption.amount,
        outcome: receipts::Outcome::Successful,
        method: "coupon",
        product: "coupon",
        description: &format!("Coupon {}", redemption.label),
        card: "",
        reference: "",
        charge: None,
        refers_to: Some(format!("redemption-{}", redemption.number)),
        note: "",
        transactions: vec![redemption.transaction.clone()],
    };
    let receipt = receipts::issue(turn, account, receipt)?;
    mail::send(
        turn,
        account,
        "coupon-redeemed",
        vec![
            Fact::new("amount", redemption.amount),
            Fact::new("balance", wallet::need(turn, account)?.balance),
            Fact::new("label", &redemption.label),
            Fact::new("expires", expires.map_or_else(|| "never".to_owned(), coinbox_ground::calendar::day_name)),
            Fact::new("receipt", receipt),
        ],
    )?;
    Ok(redemption.shown())
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
