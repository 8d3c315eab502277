//! `coinbox account …` and `coinbox subaccount …`.

use super::arguments::{Account, AccountKind, Disposal, Reason, Subaccount};
use super::show::{Rows, Text};
use super::work::{Setting, Work, micros_of, setting, text_setting};
use coinbox_host::text;
use coinbox_operations::link::LinkError;
use coinbox_operations::words::{amount, field, moment, plain, wide};
use serde_json::{Value, json};

/// Most sub-accounts of one page of the contract.
const SUBACCOUNT_PAGE: u64 = 100;

/// Runs `account …`.
pub(crate) fn account(work: &Work, command: Account) -> anyhow::Result<()> {
    let answer = match command {
        Account::Create { name, email, kind, address, city, state, timezone, currency } => {
            let kind = match kind {
                AccountKind::Standard => "standard",
                AccountKind::Developer => "developer",
            };
            let account = json!({"account-type": kind, "name": name, "email": email, "address": address, "city": city,
                "state": state, "timezone": timezone, "currency": currency});
            let created = work.link.call("accounts.create", json!({"account": account}))?;
            return work.output.answer(&created, shown_credential);
        }
        Account::List(asked) => return super::lists::accounts(work, &asked),
        Account::Show { account } => work.link.call("accounts.get", json!({"auth-id": account}))?,
        Account::Update { account, name, email, address, city, state, timezone } => {
            let change = json!({"name": name, "email": email, "address": text_setting(address), "city": text_setting(city),
                "state": text_setting(state), "timezone": timezone});
            work.link.call("accounts.update", json!({"auth-id": account, "change": change}))?
        }
        Account::Statement(asked) => return super::summaries::statement(work, &asked),
        Account::Suspend { account, reason, details } => {
            let reason = match reason {
                Reason::ContentViolation => "content-violation",
                Reason::PaymentFailure => "payment-failure",
                Reason::ComplianceIssue => "compliance-issue",
                Reason::SuspiciousActivity => "suspicious-activity",
            };
            set_standing(work, &account, json!({"suspended": reason}), &details)?
        }
        Account::Pays { account, prepaid, postpaid } => {
            let limit = postpaid.as_deref().map(|text| micros_of("--postpaid", text)).transpose()?;
            let billing = match limit {
                Some(limit) => Some(json!({"postpaid": limit})),
                None => prepaid.then(|| json!("prepaid")),
            };
            let answer = match billing {
                Some(billing) => {
                    work.link.call("operator.set-billing", json!({"auth-id": account, "billing": billing}))?
                }
                None => work.link.call("operator.get-billing", json!({"auth-id": account}))?,
            };
            return work.output.answer(&answer, |billing| {
                let mut fields = vec![("pays", "from credit".to_owned())];
                if let Some(limit) = billing.get("postpaid") {
                    fields = vec![("pays", "by invoice".to_owned()), ("credit limit", amount(limit))];
                }
                Text::Table(Rows::of_fields(fields))
            });
        }
        Account::Reinstate { account, details } => set_standing(work, &account, json!("active"), &details)?,
        Account::Close { account, details, at_once, yes } => {
            anyhow::ensure!(yes, "closing {account} cannot be undone: say --yes as well");
            if at_once {
                close_at_once(work, &account, &details)?;
                return closing(work, &work.link.call("accounts.get-closing", json!({"auth-id": account}))?);
            }
            let arguments = json!({"auth-id": account, "reason": details});
            return closing(work, &work.link.call("accounts.close", arguments)?);
        }
        Account::Closing { account } => {
            return closing(work, &work.link.call("accounts.get-closing", json!({"auth-id": account}))?);
        }
        Account::Token { account } => {
            let token = work.link.call("accounts.reveal-token", json!({"auth-id": account}))?;
            return work.output.answer(&token, |token| Text::Line(plain(token)));
        }
        Account::Limits { account, maximum_recharge, standard_rate, lookup_rate, message_rate, show: _ } => {
            let given = [
                ("maximum-recharge", maximum_recharge),
                ("standard-rate", standard_rate),
                ("lookup-rate", lookup_rate),
                ("message-rate", message_rate),
            ];
            let change = |(name, given): (&str, Option<String>)| {
                let value = match setting(given)? {
                    Setting::To(text) => Value::from(text),
                    Setting::None => Value::Null,
                };
                Some(json!({"name": name, "value": value}))
            };
            let changes: Vec<Value> = given.into_iter().filter_map(change).collect();
            // Looking changes nothing.
            let settings = if changes.is_empty() {
                work.link.call("operator.get-account-settings", json!({"auth-id": account}))?
            } else {
                let arguments = json!({"auth-id": account, "version": null, "settings": changes});
                work.link.call("operator.change-account-settings", arguments)?
            };
            return show_limits(work, &settings);
        }
    };
    work.output.answer(&answer, shown_account)
}

/// The settings in force that an account can have of its own.
fn show_limits(work: &Work, settings: &Value) -> anyhow::Result<()> {
    work.output.answer(settings, |settings| {
        let all = settings["settings"].as_array().into_iter().flatten();
        let fields = all.map(|setting| {
            let policys = if setting["chosen"] == true { "" } else { " (as the policy says)" };
            (setting["name"].as_str().unwrap_or_default(), format!("{}{policys}", field(setting, "value")))
        });
        Text::Table(Rows::of_fields(fields.collect()))
    })
}

fn closing(work: &Work, status: &Value) -> anyhow::Result<()> {
    work.output.answer(status, |status| {
        Text::Table(Rows::of_fields(vec![
            ("step", field(status, "step")),
            ("begun", format!("{} by {}", moment(&status["begun"]), field(status, "by"))),
            ("closes at", moment(&status["closes-at"])),
            ("closed", moment(&status["closed"])),
            ("owed", amount(&status["owed"])),
            ("given back", given_back(status)),
            ("forfeited", amount(&status["forfeited"])),
            ("rounding", amount(&status["rounding"])),
            ("why", field(status, "reason")),
        ]))
    })?;
    if status["refunds"].as_array().is_some_and(|refunds| !refunds.is_empty()) {
        work.output.note("Its refunds: coinbox refunds list");
    }
    Ok(())
}

/// `28.32`; of what has not arrived yet, or failed, it says so: `20.00, 5.00 under way, 3.32 failed`.
fn given_back(status: &Value) -> String {
    let refunds = || status["refunds"].as_array().into_iter().flatten().filter(|refund| refund["cause"] == "closing");
    let state = |refund: &Value| plain(&refund["state"]).split(':').next().unwrap_or_default().to_owned();
    let sum = |states: &[&str]| {
        let of = refunds().filter(|refund| states.contains(&state(refund).as_str()));
        of.fold(0_i64, |sum, refund| sum.saturating_add(wide(&refund["amount"])))
    };
    let (under_way, failed) = (sum(&["due", "open"]), sum(&["failed"]));
    let arrived = wide(&status["refunded"]).saturating_sub(under_way).saturating_sub(failed);
    let mut words = vec![text::amount(arrived)];
    for (amount, what) in [(under_way, "under way"), (failed, "failed")] {
        if amount != 0 {
            words.push(format!("{} {what}", text::amount(amount)));
        }
    }
    words.join(", ")
}

fn set_standing(work: &Work, account: &str, standing: Value, details: &str) -> anyhow::Result<Value> {
    let arguments = json!({"auth-id": account, "standing": standing, "details": details});
    Ok(work.link.call("accounts.set-standing", arguments)?)
}

/// Closes without waiting. What only the last invoice asks for, such as its tax, cannot be settled before: the way there is told.
fn close_at_once(work: &Work, account: &str, details: &str) -> anyhow::Result<()> {
    let arguments = json!({"auth-id": account, "standing": "closed", "details": details});
    match work.link.call("accounts.set-standing", arguments) {
        Err(LinkError::Refused { error, .. }) if error.get("owes").is_some() => Err(anyhow::anyhow!(
            "owes: {}. Pay it with `coinbox credit settle {account}`. Where that says `nothing owed`, it is its last invoice that asks for it: \
             close it without --at-once, and settle once it has that invoice",
            amount(&error["owes"]["amount"])
        )),
        done => Ok(done.map(|_| ())?),
    }
}

fn shown_account(account: &Value) -> Text {
    Text::Table(Rows::of_fields(vec![
        ("auth ID", field(account, "auth-id")),
        ("name", field(account, "name")),
        ("type", field(account, "account-type")),
        ("standing", field(account, "standing")),
        ("currency", field(account, "currency")),
        ("balance", amount(&account["cash-credits"])),
        ("available", amount(&account["available"])),
        ("automatic recharge", field(account, "auto-recharge")),
        ("billing", field(account, "billing-mode")),
        ("email", field(account, "email")),
        ("address", field(account, "address")),
        ("city", field(account, "city")),
        ("state", field(account, "state")),
        ("time zone", field(account, "timezone")),
        ("created", moment(&account["created"])),
    ]))
}

fn shown_credential(created: &Value) -> Text {
    let token = match field(created, "auth-token") {
        token if token.is_empty() => "(shown the first time only; see `coinbox account token`)".to_owned(),
        token => token,
    };
    Text::Table(Rows::of_fields(vec![("auth ID", field(created, "auth-id")), ("auth token", token)]))
}

/// Runs `subaccount …`.
pub(crate) fn subaccount(work: &Work, command: Subaccount) -> anyhow::Result<()> {
    match command {
        Subaccount::Create { account, name, disabled } => {
            let arguments = json!({"parent": account, "name": name, "enabled": !disabled});
            work.output.answer(&work.link.call("subaccounts.create", arguments)?, shown_credential)
        }
        Subaccount::List { account } => {
            let mut all: Vec<Value> = Vec::new();
            loop {
                let arguments = json!({"parent": account, "offset": all.len(), "limit": SUBACCOUNT_PAGE});
                let mut page = work.link.call("subaccounts.list", arguments)?;
                let Value::Array(listed) = page["subaccounts"].take() else { break };
                if listed.is_empty() {
                    break;
                }
                all.extend(listed);
                if page["total"].as_u64().is_some_and(|total| all.len() as u64 >= total) {
                    break;
                }
            }
            work.output.answer(&Value::Array(all), |all| {
                let mut rows = Rows::new(&["auth ID", "name", "enabled", "created", "modified"]);
                for sub in all.as_array().into_iter().flatten() {
                    let modified = moment(&sub["modified"]);
                    let created = text::moment(coinbox_operations::words::wide(&sub["created"]));
                    rows.add(vec![field(sub, "auth-id"), field(sub, "name"), field(sub, "enabled"), created, modified]);
                }
                Text::Table(rows)
            })
        }
        Subaccount::Update { subaccount, name, enabled } => {
            let arguments = json!({"auth-id": subaccount, "change": {"name": name, "enabled": enabled}});
            let changed = work.link.call("subaccounts.update", arguments)?;
            work.output.answer(&changed, |sub| {
                let fields = ["auth-id", "name", "enabled"].map(|name| (name, field(sub, name)));
                Text::Table(Rows::of_fields(fields.to_vec()))
            })
        }
        Subaccount::Delete { subaccount, numbers, yes } => {
            anyhow::ensure!(yes, "deleting {subaccount} cannot be undone: say --yes as well");
            let disposal = match numbers {
                Disposal::Refuse => "refuse",
                Disposal::Move => "move",
                Disposal::Cascade => "cascade",
            };
            let arguments = json!({"auth-id": subaccount, "disposal": disposal});
            let deleted = work.link.call("subaccounts.delete", arguments)?;
            work.output.answer(&deleted, |_| Text::Line(format!("{subaccount} is deleted")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_not_arrived_is_not_given_back() {
        let refund = |amount: &str, state: Value| json!({"cause": "closing", "amount": amount, "state": state});
        let told = |refunds: Vec<Value>| given_back(&json!({"refunded": "28320000", "refunds": refunds}));
        assert_eq!(told(vec![]), "28.32");
        assert_eq!(told(vec![refund("28320000", json!("paid"))]), "28.32");
        assert_eq!(told(vec![refund("28320000", json!({"failed": "method-removed"}))]), "0.00, 28.32 failed");
        let three = vec![
            refund("20000000", json!("settled-otherwise")),
            refund("5000000", json!("open")),
            refund("3320000", json!({"failed": "declined"})),
        ];
        assert_eq!(told(three), "20.00, 5.00 under way, 3.32 failed");
    }
}
