//! Where the contract of 0.2.0 has another form than that of 0.1.0: how what 0.1.0 was asked is asked today, and what today's answer would have
//! been there. Every difference stands here by name; all else must be equal.

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// A call to 0.1.0 with its answer.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Told {
    pub call: String,
    pub args: Value,
    pub answer: Value,
}

/// The call and its arguments in today's form.
pub(crate) fn asked(call: &str, args: &Value) -> (String, Value) {
    let mut args = args.clone();
    let renamed = match call {
        "operator.get-policy" => "operator.get-settings",
        "operator.get-limits" => "operator.get-account-settings",
        "usage.list-lines" => {
            rename(&mut args, "from", "posted-from");
            rename(&mut args, "to", "posted-before");
            call
        }
        _ => call,
    };
    if let Some(amount) = args.pointer("/adjustment/debit").filter(|debit| debit.is_string()).cloned() {
        args["adjustment"]["debit"] = json!({ "amount": amount });
    }
    for list in ["holds", "extensions"] {
        for hold in args.get_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(amount) = hold["price"].get("amount").cloned() {
                hold["price"] = json!({"fixed": {"amount": amount}});
            }
        }
    }
    (renamed.to_owned(), args)
}

fn rename(value: &mut Value, from: &str, to: &str) {
    let fields = value.as_object_mut().expect("an object");
    let field = fields.remove(from).expect("the field of 0.1.0");
    fields.insert(to.to_owned(), field);
}

/// Tells each difference between what 0.1.0 has answered and what is answered today.
pub(crate) fn compare(call: &str, old: &Value, new: &Value, differs: &mut dyn FnMut(String)) {
    match call {
        "operator.get-policy" => settings(&of_policy(&old["ok"]), &new["ok"], differs),
        "operator.get-limits" => limits(&old["ok"], &new["ok"], differs),
        _ => {
            let mut new = new.clone();
            back(call, &mut new);
            different("", old, &new, differs);
        }
    }
}

/// Where two values differ, by path.
fn different(path: &str, old: &Value, new: &Value, differs: &mut dyn FnMut(String)) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                different(&format!("{path}/{name}"), value, new.get(name).unwrap_or(&json!("(nothing)")), differs);
            }
            let is_new =
                |(name, value): &(&String, &Value)| !old.contains_key(*name) && meant(name).as_ref() != Some(*value);
            for (name, value) in new.iter().filter(is_new) {
                differs(format!("{path}/{name} is new: {value}"));
            }
        }
        (Value::Array(olds), Value::Array(news)) if olds.len() == news.len() => {
            for (place, (old, new)) in olds.iter().zip(news).enumerate() {
                different(&format!("{path}/{place}"), old, new, differs);
            }
        }
        _ if old == new => {}
        // Where nothing waits to be added up, statements and lines are complete up to now, and no longer up to the last posting only.
        (Value::String(old), Value::String(new)) if path == "/ok/complete-until" && moment(old) < moment(new) => {}
        _ => differs(format!("{path}: {old} was answered, now {new}")),
    }
}

fn moment(text: &str) -> i64 {
    text.parse().expect("a moment")
}

/// Fields that answers have got since, each with the value that says what 0.1.0 has meant: all money is US dollars, nothing has a surcharge or tiers, no call
/// names its switch.
fn meant(field: &str) -> Option<Value> {
    Some(match field {
        "currency" => json!("USD"),
        "surcharges" | "tiers" => json!([]),
        "source" => Value::Null,
        _ => return None,
    })
}

/// Gives an answer the names of 0.1.0.
fn back(call: &str, answer: &mut Value) {
    if call == "usage.summary" && answer.get("ok").is_some() {
        rename(&mut answer["ok"], "begins", "from");
        rename(&mut answer["ok"], "ends", "to");
    }
    if let Some(reason) = answer.pointer("/err/no-usable-card/reason").cloned() {
        answer["err"]["no-usable-card"] = reason;
    }
}

/// A policy of 0.1.0 as settings.
fn of_policy(policy: &Value) -> Map<String, Value> {
    let mut settings = Map::new();
    settings.insert("currency".to_owned(), json!("USD"));
    let spend = match &policy["unusual-spend"] {
        Value::Null => json!({"factor": 5, "floor": "5000000", "without-history": "1000000000"}),
        chosen => chosen.clone(),
    };
    for (group, fields) in [("seller", &policy["seller"]), ("unusual-spend", &spend)] {
        for (name, value) in fields.as_object().expect("a record") {
            settings.insert(format!("{group}.{name}"), written(name, value));
        }
    }
    let groups = ["version", "seller", "unusual-spend"];
    for (name, value) in
        policy.as_object().expect("a record").iter().filter(|(name, _)| !groups.contains(&name.as_str()))
    {
        let name = name.strip_suffix("-ms").map_or_else(|| name.clone(), str::to_owned);
        settings.insert(name.clone(), written(&name, value));
    }
    settings.insert("version".to_owned(), policy["version"].clone());
    settings
}

/// Settings that are amounts, and lists of them.
const AMOUNTS: [&str; 6] =
    ["minimum-recharge", "maximum-recharge", "alert-thresholds", "trial-credits", "floor", "without-history"];

/// Settings that are lengths of time, and lists of them.
const DURATIONS: [&str; 8] = [
    "ask-again",
    "hang-up-grace",
    "reservation-ttl",
    "usage-window",
    "usage-ahead",
    "close-settle",
    "refund-window",
    "rent-grace",
];

/// A value of the policy of 0.1.0 as text of a setting.
fn written(name: &str, value: &Value) -> Value {
    let one = |value: &Value| match value {
        Value::String(micros) if AMOUNTS.contains(&name) => dollars(micros),
        Value::String(ms) if DURATIONS.contains(&name) => duration(ms.parse().expect("milliseconds")),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    Value::String(match value {
        Value::Array(rows) if name == "tax-rates" => return Value::Array(rows.clone()),
        Value::Array(entries) => {
            let between = if ["address-lines", "ways-to-pay"].contains(&name) { "\n" } else { ", " };
            entries.iter().map(one).collect::<Vec<_>>().join(between)
        }
        value => one(value),
    })
}

/// Whole cents.
fn dollars(micros: &str) -> String {
    let cents = micros.parse::<i64>().expect("micros") / 10_000;
    format!("{}.{:02}", cents / 100, cents % 100)
}

/// In the largest unit that is exact.
fn duration(ms: i64) -> String {
    let units = [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000)];
    match units.into_iter().find(|(_, length)| ms != 0 && ms % length == 0) {
        Some((unit, length)) => format!("{}{unit}", ms / length),
        None => format!("{ms}ms"),
    }
}

/// Compares the list of settings with the policy: the same names, the same values, the same version.
fn settings(old: &Map<String, Value>, new: &Value, differs: &mut dyn FnMut(String)) {
    let mut found = Map::new();
    found.insert("version".to_owned(), new["version"].clone());
    for setting in new["settings"].as_array().expect("settings") {
        let name = setting["name"].as_str().expect("a name");
        let value = match name {
            "tax-rates" => serde_json::from_str(setting["value"].as_str().expect("text")).expect("rows"),
            _ => setting["value"].clone(),
        };
        if old.contains_key(name) || !OF_PEOPLE.iter().any(|group| name.starts_with(group)) {
            found.insert(name.to_owned(), value);
        }
    }
    different("", &Value::Object(old.clone()), &Value::Object(found), differs);
}

/// How settings begin that say something of people who sign up and log in: 0.1.0 knew none.
const OF_PEOPLE: [&str; 13] = [
    "session-idle",
    "session-length",
    "half-session",
    "fresh-proof",
    "review.",
    "sign-ups.",
    "login.",
    "reset.",
    "codes.",
    "passwords.",
    "members.",
    "trial-destinations",
    "trial-verified-destinations",
];

/// Compares an account's settings with its limits: what is its own has the value, the rest is the policy's.
fn limits(old: &Value, new: &Value, differs: &mut dyn FnMut(String)) {
    let mut found = Map::new();
    for setting in new["settings"].as_array().expect("settings") {
        let name = setting["name"].as_str().expect("a name");
        let own = if setting["chosen"] == true { setting["value"].clone() } else { Value::Null };
        found.insert(name.to_owned(), own);
    }
    let old = old.as_object().expect("limits").iter();
    let old = old.map(|(name, value)| (name.clone(), if value.is_null() { Value::Null } else { written(name, value) }));
    different("", &Value::Object(old.collect()), &Value::Object(found), differs);
}
