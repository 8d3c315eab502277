//! `coinbox credit …`, `recharge …`, `card …`, `alerts …`.

use super::arguments::{Alerts, Card, Credit, Recharge, Switch};
use super::show::{Rows, Text};
use super::work::{Setting, Work, micros_of, moment_of, setting, settings_of};
use coinbox_host::text;
use coinbox_operations::link::LinkError;
use coinbox_operations::words::{amount, field, moment, plain, wide};
use serde_json::{Value, json};

/// Most charges of one page of the contract.
const PAGE: usize = 100;

/// Runs `credit …`.
pub(crate) fn credit(work: &Work, command: Credit) -> anyhow::Result<()> {
    let (account, adjustment, reason) = match command {
        Credit::Show { account } => {
            let balance = work.link.call("credits.get-balance", json!({"auth-id": account}))?;
            return work.output.answer(&balance, |balance| {
                let names = ["balance", "available", "trial", "promotional", "cash", "owed"];
                let mut fields: Vec<(&str, String)> =
                    names.into_iter().map(|name| (name, amount(&balance[name]))).collect();
                fields.push(("out of credit", field(balance, "out-of-credit")));
                Text::Table(Rows::of_fields(fields))
            });
        }
        Credit::Lots { account } => {
            let lots = work.link.call("credits.list-lots", json!({"auth-id": account}))?;
            return work.output.answer(&lots, lots_table);
        }
        Credit::Goodwill { account, amount, reason, expires } => {
            let expires = expires.as_deref().map(|text| moment_of("--expires", text)).transpose()?;
            (account, json!({"goodwill": {"amount": micros_of("AMOUNT", &amount)?, "expires": expires}}), reason)
        }
        Credit::Debit { account, amount, reason } => {
            (account, json!({"debit": {"amount": micros_of("AMOUNT", &amount)?}}), reason)
        }
        Credit::Correct { account, amount, charge, payment, reason } => {
            let amount = micros_of("AMOUNT", &amount)?;
            (account, json!({"correction": {"amount": amount, "charge": charge, "payment": payment}}), reason)
        }
        Credit::Settle { account, card } => {
            let started = work.link.call("credits.settle", json!({"auth-id": account, "card": card}));
            let started = started.map_err(|error| about_card(error, card.as_deref()))?;
            return follow(work, &started, &format!("charge {}", field(&started, "name")));
        }
        Credit::Chargeback { account, charge, payment, amount, reference } => {
            let amount = amount.as_deref().map(|text| micros_of("--amount", text)).transpose()?;
            let mut arguments = json!({"auth-id": account, "amount": amount, "reference": reference});
            let function = match payment {
                Some(payment) => {
                    arguments["payment"] = payment.into();
                    "credits.record-payment-chargeback"
                }
                None => {
                    arguments["charge"] = charge.into();
                    "credits.record-chargeback"
                }
            };
            return work.output.answer(&work.link.call(function, arguments)?, shown_adjusted);
        }
        Credit::DisputeWon { account, charge, reference } => {
            let arguments = json!({"auth-id": account, "charge": charge, "reference": reference});
            let adjusted = work.link.call("credits.record-dispute-won", arguments)?;
            return work.output.answer(&adjusted, shown_adjusted);
        }
        Credit::WriteOff { account, reason } => {
            let adjusted = work.link.call("credits.write-off", json!({"auth-id": account, "reason": reason}))?;
            return work.output.answer(&adjusted, shown_adjusted);
        }
    };
    let arguments = json!({"auth-id": account, "adjustment": adjustment, "reason": reason});
    let adjusted = work.link.call("credits.adjust", arguments)?;
    work.output.answer(&adjusted, shown_adjusted)
}

fn lots_table(lots: &Value) -> Text {
    let mut rows = Rows::new(&[">number", "kind", ">rest", ">of", "since", "expires", "origin"]);
    for lot in lots.as_array().into_iter().flatten() {
        rows.add(vec![
            field(lot, "number"),
            field(lot, "kind"),
            amount(&lot["rest"]),
            amount(&lot["amount"]),
            moment(&lot["since"]),
            moment(&lot["expires"]),
            field(lot, "origin"),
        ]);
    }
    Text::Table(rows)
}

/// Why nothing was charged, where that is because of the card that was named.
fn about_card(error: LinkError, card: Option<&str>) -> anyhow::Error {
    let (Some(card), LinkError::Refused { error: told, message }) = (card, &error) else { return error.into() };
    let card = text::shortened(card);
    if told["refused"]["not-found"] == "card" || told["no-usable-card"]["reason"] == "none" {
        return anyhow::anyhow!("--card: the account has no card `{card}`");
    }
    if told.get("no-usable-card").is_some() {
        return anyhow::anyhow!("--card: {card}: {message}");
    }
    error.into()
}

/// Why a card was not added, with a token that the sandbox knows: it is the gateway of this program.
fn about_token(error: anyhow::Error) -> anyhow::Error {
    let told = error.to_string();
    match told.ends_with(": unknown-to-gateway") {
        true => anyhow::anyhow!("{told}; the sandbox takes `tok_approve`, a card that pays every charge"),
        false => error,
    }
}

fn shown_adjusted(adjusted: &Value) -> Text {
    let fields = vec![("transaction", field(adjusted, "transaction")), ("balance", amount(&adjusted["balance"]))];
    Text::Table(Rows::of_fields(fields))
}

/// Drives what a command has started and says how it ended. A failure is this command's failure.
pub(super) fn follow(work: &Work, started: &Value, what: &str) -> anyhow::Result<()> {
    let job = field(started, "job");
    let standing = work.link.drive(&job)?;
    if let Some(reason) = standing.get("failed") {
        if work.output.is_json() {
            work.output.answer(&json!({"started": started, "standing": standing}), |_| Text::Line(String::new()))?;
        }
        anyhow::bail!("{what} failed: {}", plain(reason));
    }
    work.output.answer(&json!({"started": started, "standing": standing}), |_| {
        Text::Line(match standing.as_str() {
            Some("succeeded") => format!("{what} succeeded"),
            Some("working") => format!("{what} is still under way (job {job}); look again later"),
            _ => format!("{what} has no job {job} any more"),
        })
    })
}

/// Runs `recharge …`.
pub(crate) fn recharge(work: &Work, command: Recharge) -> anyhow::Result<()> {
    match command {
        Recharge::Now { account, amount, card } => {
            let arguments = json!({"auth-id": account, "amount": micros_of("AMOUNT", &amount)?, "card": card});
            let started = work.link.call("credits.recharge", arguments);
            let started = started.map_err(|error| about_card(error, card.as_deref()))?;
            follow(work, &started, &format!("charge {} of {amount}", field(&started, "name")))
        }
        Recharge::GiveUp { account, charge } => {
            let started = work.link.call("credits.give-up", json!({"auth-id": account, "charge": charge}))?;
            let standing = work.link.drive(&field(&started, "job"))?;
            work.output.answer(&json!({"started": started, "standing": standing}), |answer| {
                Text::Line(format!("charge {charge}: {}", plain(&answer["standing"])))
            })
        }
        Recharge::Auto { account, switch, below, amount, day_cap, week_cap, month_cap } => {
            let given =
                |name: &str, text: &Option<String>| text.as_deref().map(|text| micros_of(name, text)).transpose();
            let (mut caps, mut removed) = (json!({}), Vec::new());
            for (period, flag, cap) in
                [("day", "--day-cap", day_cap), ("week", "--week-cap", week_cap), ("month", "--month-cap", month_cap)]
            {
                match setting(cap) {
                    Some(Setting::To(cap)) => caps[period] = micros_of(flag, &cap)?.into(),
                    Some(Setting::None) => removed.push(period),
                    None => {}
                }
            }
            if !removed.is_empty() {
                caps["removed"] = removed.into();
            }
            let settings = json!({"enabled": switch.map(|switch| switch == Switch::On),
                "balance-amount": given("--below", &below)?, "recharge-amount": given("--amount", &amount)?, "caps": caps});
            let nothing = switch.is_none() && below.is_none() && amount.is_none() && settings["caps"] == json!({});
            let status = if nothing {
                work.link.call("credits.get-auto-recharge", json!({"auth-id": account}))?
            } else {
                work.link.call("credits.set-auto-recharge", json!({"auth-id": account, "settings": settings}))?
            };
            work.output.answer(&status, shown_status)
        }
        Recharge::Status { account } => {
            work.output.answer(&work.link.call("credits.get-auto-recharge", json!({"auth-id": account}))?, shown_status)
        }
        Recharge::List { account, limit } => {
            anyhow::ensure!(limit >= 1, "--limit: must be at least 1");
            let (mut charges, mut after) = (Vec::new(), None::<String>);
            loop {
                let size = (limit - charges.len()).min(PAGE);
                let arguments = json!({"auth-id": account, "after": after, "limit": size});
                let mut page = work.link.call("credits.list-charges", arguments)?;
                if let Value::Array(listed) = page["charges"].take() {
                    charges.extend(listed);
                }
                after = page["next"].as_str().map(str::to_owned);
                if after.is_none() || charges.len() >= limit {
                    break;
                }
            }
            work.output.answer(&Value::Array(charges), |charges| {
                let mut rows = Rows::new(&[
                    ">number",
                    "kind",
                    ">amount",
                    "card",
                    "state",
                    "created",
                    "settled",
                    ">attempts",
                    ">charged back",
                    "reference",
                ]);
                for charge in charges.as_array().into_iter().flatten() {
                    let (state, charged_back) = standing_of(charge);
                    rows.add(vec![
                        field(charge, "number"),
                        field(charge, "kind"),
                        amount(&charge["amount"]),
                        field(charge, "card"),
                        state,
                        moment(&charge["created"]),
                        moment(&charge["settled"]),
                        field(charge, "attempts"),
                        charged_back,
                        field(charge, "reference"),
                    ]);
                }
                Text::Table(rows)
            })
        }
    }
}

/// The state of a charge, and what its card holder has taken back of it; empty: nothing. One that was taken back whole is paid no more.
fn standing_of(charge: &Value) -> (String, String) {
    match (wide(&charge["charged-back"]), wide(&charge["amount"])) {
        (0, _) => (field(charge, "state"), String::new()),
        (back, whole) if back >= whole => ("charged-back".to_owned(), amount(&charge["charged-back"])),
        _ => (field(charge, "state"), amount(&charge["charged-back"])),
    }
}

fn shown_status(status: &Value) -> Text {
    let settings = &status["settings"];
    let caps = ["day", "week", "month"]
        .into_iter()
        .filter(|period| !settings["caps"][*period].is_null())
        .map(|period| format!("{} a {period}", amount(&settings["caps"][period])))
        .collect::<Vec<_>>();
    let standing = match &status["standing"] {
        Value::Object(object) => match object.iter().next() {
            Some((name, level)) if name == "waiting-for-level" => {
                format!("waiting until available is {} or less", amount(level))
            }
            Some((name, until)) if name == "capped" => format!("capped until {}", moment(until)),
            Some((name, number)) => format!("{name}: {}", plain(number)),
            None => String::new(),
        },
        word => plain(word),
    };
    Text::Table(Rows::of_fields(vec![
        ("enabled", if settings.is_null() { "never set".to_owned() } else { field(settings, "enabled") }),
        ("below", amount(&settings["balance-amount"])),
        ("amount", amount(&settings["recharge-amount"])),
        ("caps", if caps.is_empty() { "none".to_owned() } else { caps.join(", ") }),
        ("standing", standing),
        ("failures", field(status, "failures")),
        ("series", field(status, "series")),
    ]))
}

/// Runs `card …`.
pub(crate) fn card(work: &Work, command: Card) -> anyhow::Result<()> {
    match command {
        Card::Add { account, card_token, default } => {
            let arguments = json!({"auth-id": account, "token": card_token, "make-default": default});
            let started = work.link.call("credits.add-card", arguments)?;
            follow(work, &started, &format!("adding {}", field(&started, "name"))).map_err(about_token)
        }
        Card::List { account } => {
            let cards = work.link.call("credits.list-cards", json!({"auth-id": account}))?;
            work.output.answer(&cards, |cards| {
                let mut rows = Rows::new(&["name", "brand", "last four", "expires", "default", "state"]);
                for card in cards.as_array().into_iter().flatten() {
                    let year = card["expires-year"].as_u64().unwrap_or_default();
                    let month = card["expires-month"].as_u64().unwrap_or_default();
                    rows.add(vec![
                        field(card, "name"),
                        field(card, "brand"),
                        field(card, "last-four"),
                        format!("{year:04}-{month:02}"),
                        field(card, "is-default"),
                        field(card, "state"),
                    ]);
                }
                Text::Table(rows)
            })
        }
        Card::Default { account, card } => {
            let answer = work.link.call("credits.set-default-card", json!({"auth-id": account, "card": card}))?;
            work.output.answer(&answer, |_| Text::Line(format!("{card} is the default")))
        }
        Card::Remove { account, card } => {
            let answer = work.link.call("credits.remove-card", json!({"auth-id": account, "card": card}))?;
            work.output.answer(&answer, |_| Text::Line(format!("{card} is removed")))
        }
    }
}

/// Runs `alerts …`.
pub(crate) fn alerts(work: &Work, command: Alerts) -> anyhow::Result<()> {
    let settings = match command {
        Alerts::Show { account } => work.link.call("credits.get-alerts", json!({"auth-id": account}))?,
        Alerts::Set { account, thresholds, recipients } => {
            let (thresholds, recipients) = (settings_of("--below", thresholds)?, settings_of("--to", recipients)?);
            let micros = |texts: Vec<String>| -> anyhow::Result<Vec<String>> {
                texts.iter().map(|text| micros_of("--below", text)).collect()
            };
            let thresholds = thresholds.map(micros).transpose()?;
            if thresholds.is_none() && recipients.is_none() {
                work.link.call("credits.get-alerts", json!({"auth-id": account}))?
            } else {
                let arguments = json!({"auth-id": account, "thresholds": thresholds, "recipients": recipients});
                work.link.call("credits.set-alerts", arguments)?
            }
        }
    };
    work.output.answer(&settings, |settings| {
        let mut rows = Rows::new(&[">below", "set by", "next dip sends a mail"]);
        for threshold in settings["thresholds"].as_array().into_iter().flatten() {
            let by = if threshold["custom"] == true { "customer" } else { "policy" };
            rows.add(vec![amount(&threshold["amount"]), by.to_owned(), field(threshold, "armed")]);
        }
        let to: Vec<&str> = settings["recipients"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        rows.add(vec![
            String::new(),
            String::new(),
            format!("to the registered address {}", text::shortened(&to.join(" "))),
        ]);
        Text::Table(rows)
    })?;
    if !settings["suggested"].is_null() {
        let spent = amount(&settings["suggested"]);
        work.output.note(&format!("{spent} is spent a day on average: a threshold that tells a day ahead"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 11-paid-stays-paid-after-a-chargeback
    #[test]
    fn a_charge_that_was_taken_back_is_not_shown_as_paid() {
        let of = |back: &str| standing_of(&json!({"state": "paid", "amount": "50000000", "charged-back": back}));
        let shown = |state: &str, back: &str| (state.to_owned(), back.to_owned());
        assert_eq!(of("0"), shown("paid", ""));
        assert_eq!(of("20000000"), shown("paid", "20.00"));
        assert_eq!(of("50000000"), shown("charged-back", "50.00"));
    }

    #[test]
    fn a_token_that_the_gateway_does_not_know_is_told_with_one_that_it_knows() {
        let told = about_token(anyhow::anyhow!("adding card-1 failed: unknown-to-gateway")).to_string();
        let expected =
            "adding card-1 failed: unknown-to-gateway; the sandbox takes `tok_approve`, a card that pays every charge";
        assert_eq!(told, expected);
        assert_eq!(about_token(anyhow::anyhow!("adding card-1 failed: x")).to_string(), "adding card-1 failed: x");
    }
}
