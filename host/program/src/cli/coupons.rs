//! `coinbox coupons …`.

use super::arguments::Coupons;
use super::credits::follow;
use super::show::{Rows, Text};
use super::work::{Work, micros_of, moment_of};
use coinbox_host::text;
use coinbox_operations::words::{amount, field, moment};
use serde_json::{Value, json};

/// Most items of one page of the contract.
const PAGE: usize = 100;

/// Runs `coupons …`.
pub(crate) fn coupons(work: &Work, command: Coupons) -> anyhow::Result<()> {
    let coupon = match command {
        Coupons::Create { amount, redeem_by, code, lasting, until, uses, uses_per_account, note } => {
            let validity = match (lasting, until) {
                (Some(lasting), _) => {
                    let length = text::duration_ms(&lasting).map_err(|error| anyhow::anyhow!("--lasting: {error}"))?;
                    json!({"lasting": length.to_string()})
                }
                (None, Some(until)) => json!({"until": moment_of("--until", &until)?}),
                (None, None) => json!("unlimited"),
            };
            let coupon = json!({"code": code, "amount": micros_of("AMOUNT", &amount)?,
                "redeem-by": moment_of("--redeem-by", &redeem_by)?, "validity": validity, "uses": uses,
                "uses-per-account": uses_per_account, "note": note});
            work.link.call("coupons.create", json!({"coupon": coupon}))?
        }
        Coupons::Show { code } => work.link.call("coupons.get", json!({"code": code}))?,
        Coupons::Withdraw { number } => work.link.call("coupons.withdraw", json!({"number": number}))?,
        Coupons::List { limit } => return list(work, limit),
        Coupons::Redeem { account, code } => return redeem(work, &account, &code),
        Coupons::Redemptions { account, limit } => return redemptions(work, &account, limit),
    };
    work.output.answer(&coupon, |coupon| {
        Text::Table(Rows::of_fields(vec![
            ("number", field(coupon, "number")),
            ("code", shown_code(coupon)),
            ("amount", amount(&coupon["amount"])),
            ("redeem by", moment(&coupon["redeem-by"])),
            ("credit lasts", validity(&coupon["validity"])),
            ("redeemed", format!("{} of {}", field(coupon, "redeemed"), field(coupon, "uses"))),
            ("per account", field(coupon, "uses-per-account")),
            ("note", field(coupon, "note")),
            ("made", format!("{} by {}", moment(&coupon["created"]), field(coupon, "created-by"))),
            ("withdrawn", moment(&coupon["withdrawn"])),
        ]))
    })
}

fn shown_code(coupon: &Value) -> String {
    match field(coupon, "code") {
        code if code.is_empty() => "(shown the first time only; see `coinbox coupons list`)".to_owned(),
        code => code,
    }
}

fn validity(validity: &Value) -> String {
    match (&validity["lasting"], &validity["until"]) {
        (Value::Null, Value::Null) => "for ever".to_owned(),
        (Value::Null, until) => format!("until {}", moment(until)),
        (length, _) => format!("{} from the redemption", text::duration(coinbox_operations::words::wide(length))),
    }
}

fn list(work: &Work, limit: usize) -> anyhow::Result<()> {
    let coupons = pages(work, "coupons.list", "coupons", &json!({}), limit)?;
    work.output.answer(&Value::Array(coupons), |coupons| {
        let mut rows = Rows::new(&[
            ">number",
            "code",
            ">amount",
            "redeem by",
            "credit lasts",
            ">redeemed",
            ">of",
            "withdrawn",
            "note",
        ]);
        for coupon in coupons.as_array().into_iter().flatten() {
            rows.add(vec![
                field(coupon, "number"),
                field(coupon, "code"),
                amount(&coupon["amount"]),
                moment(&coupon["redeem-by"]),
                validity(&coupon["validity"]),
                field(coupon, "redeemed"),
                field(coupon, "uses"),
                moment(&coupon["withdrawn"]),
                field(coupon, "note"),
            ]);
        }
        Text::Table(rows)
    })
}

/// A declined code is this command's failure; the try is counted all the same.
fn redeem(work: &Work, account: &str, code: &str) -> anyhow::Result<()> {
    let outcome = work.link.call("coupons.redeem", json!({"auth-id": account, "code": code}))?;
    if outcome["started"].is_object() {
        return follow(work, &outcome["started"], "the redemption");
    }
    if let Some(why) = outcome["declined"].as_str() {
        anyhow::bail!("the coupon was declined: {}", why.replace('-', " "));
    }
    work.output.answer(&outcome["redeemed"], |redemption| {
        Text::Table(Rows::of_fields(vec![
            ("amount", amount(&redemption["amount"])),
            ("paid what was owed", amount(&redemption["paid-owed"])),
            ("expires", moment(&redemption["expires"])),
            ("coupon", format!("{} ({})", field(redemption, "coupon"), field(redemption, "label"))),
            ("transaction", field(redemption, "transaction")),
        ]))
    })
}

fn redemptions(work: &Work, account: &str, limit: usize) -> anyhow::Result<()> {
    let given = json!({"auth-id": account});
    let redemptions = pages(work, "coupons.list-redemptions", "redemptions", &given, limit)?;
    work.output.answer(&Value::Array(redemptions), |redemptions| {
        let mut rows = Rows::new(&[">number", ">coupon", "code", ">amount", "at", "expires", ">lot", "transaction"]);
        for redemption in redemptions.as_array().into_iter().flatten() {
            rows.add(vec![
                field(redemption, "number"),
                field(redemption, "coupon"),
                field(redemption, "label"),
                amount(&redemption["amount"]),
                moment(&redemption["at"]),
                moment(&redemption["expires"]),
                field(redemption, "lot"),
                field(redemption, "transaction"),
            ]);
        }
        Text::Table(rows)
    })
}

/// Items of pages that are told apart by a number.
pub(super) fn pages(
    work: &Work,
    function: &str,
    items: &str,
    given: &Value,
    limit: usize,
) -> anyhow::Result<Vec<Value>> {
    anyhow::ensure!(limit >= 1, "--limit: must be at least 1");
    let (mut all, mut after) = (Vec::new(), Value::Null);
    loop {
        let mut arguments = given.clone();
        arguments["after"] = after;
        arguments["limit"] = (limit - all.len()).min(PAGE).into();
        let mut page = work.link.call(function, arguments)?;
        if let Value::Array(listed) = page[items].take() {
            all.extend(listed);
        }
        after = page["next"].take();
        if after.is_null() || all.len() >= limit {
            return Ok(all);
        }
    }
}
