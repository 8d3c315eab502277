//! Codes of coupons: how they are written, kept and found.

use crate::coupons::records::{Found, Stored};
use coinbox_ground::ids::{draw_code, highest_first};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault};

/// Binds sealed codes and their digests to their use.
pub(super) const PURPOSE: &str = "coupon-code";

/// How often a free code is looked for. Two equal ones among 31^12 are a fault of the random source.
const DRAWS_MAX: usize = 8;

/// Beginning of the keys of coupons.
pub(super) const COUPONS: &str = "coup/n/";

pub(super) fn coupon_key(number: u32) -> String {
    format!("{COUPONS}{}", highest_first(number))
}

pub(super) fn found_key(turn: &Turn<'_>, code: &str) -> String {
    format!("coup/d/{}", turn.vault().digest(PURPOSE, code))
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
pub(super) fn digest(turn: &Turn<'_>, code: &str) -> String {
    turn.vault().digest(PURPOSE, &normal(code).unwrap_or_default())
}

/// The coupon with this code, if there is one.
pub(super) fn find(turn: &Turn<'_>, code: &str) -> Result<Option<Stored>, Fault> {
    let Some(code) = normal(code) else { return Ok(None) };
    let Some(found) = turn.get::<Found>(&found_key(turn, &code))? else { return Ok(None) };
    turn.need(&coupon_key(found.number)).map(Some)
}

/// A new code that no coupon has.
pub(super) fn draw_free(turn: &Turn<'_>) -> Result<String, Fault> {
    for _ in 0..DRAWS_MAX {
        let code = draw_code(turn);
        if turn.text(&found_key(turn, &code)).is_none() {
            return Ok(code);
        }
    }
    Err(Fault::problem("no-free-code", vec![Fact::new("draws", DRAWS_MAX)]))
}
