//! The form of a case file. Unknown keys are errors: a misspelt expectation must not pass for one that is met.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// Why a file is no case.
#[derive(Debug)]
pub struct CaseError(pub String);

impl std::fmt::Display for CaseError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for CaseError {}

/// One case.
#[derive(Debug)]
pub struct Case {
    /// One sentence: what must hold.
    pub title: String,
    /// Requirement IDs and rulings that it shows.
    pub requirements: Vec<String>,
    pub(super) given: Given,
    pub(super) steps: Vec<Step>,
    pub(super) then: Option<Expectation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    title: String,
    requirements: Vec<String>,
    #[serde(default)]
    given: Given,
    steps: Vec<Value>,
    #[serde(default)]
    then: Option<Expectation>,
}

/// What is there before the first step.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Given {
    #[serde(default, deserialize_with = "wide")]
    pub clock: Option<i64>,
    /// What tells the store from the others of an installation. Left out: it stands alone.
    #[serde(default)]
    pub mark: String,
    /// `null`: the policy names no seller. Otherwise a complete one is filled in.
    #[serde(default, deserialize_with = "given_even_if_null")]
    pub seller: Option<Value>,
    /// Settings that differ from the defaults, by name.
    #[serde(default)]
    pub policy: Map<String, Value>,
    /// Products of the operator's own.
    #[serde(default)]
    pub products: Vec<Value>,
    /// Rows of version 1 of the price book, published from 1970 on.
    #[serde(default)]
    pub prices: Vec<Value>,
    /// Numbers in stock.
    #[serde(default)]
    pub stock: Vec<Value>,
    /// All number prices of version 1 of the price book.
    #[serde(default)]
    pub number_prices: Vec<Value>,
    /// All surcharges of version 1 of the price book.
    #[serde(default)]
    pub surcharges: Vec<Value>,
    /// All tiers of version 1 of the price book.
    #[serde(default)]
    pub tiers: Vec<Value>,
    /// Entries of version 1 of each list that is named, published.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<GivenEntry>>,
    /// Made in order of name.
    #[serde(default)]
    pub accounts: BTreeMap<String, GivenAccount>,
}

/// An entry of a list: as text, or with its note.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum GivenEntry {
    Plain(String),
    Noted([String; 2]),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GivenAccount {
    #[serde(rename = "type")]
    pub account_type: String,
    /// Left out: the policy's default currency.
    #[serde(default)]
    pub currency: Option<String>,
    /// `null`: it has no billing information. Otherwise legal name, address and country are filled in.
    #[serde(default, deserialize_with = "given_even_if_null")]
    pub billing: Option<Value>,
    #[serde(default)]
    pub subaccounts: Vec<String>,
    #[serde(default)]
    pub cards: Vec<String>,
    #[serde(default)]
    pub credit: Option<String>,
    #[serde(default)]
    pub auto_recharge: Option<Value>,
    /// Role of each member, by name.
    #[serde(default)]
    pub members: BTreeMap<String, String>,
}

/// One step.
#[derive(Debug)]
pub(super) enum Step {
    Call(CallStep),
    Password(PasswordStep),
    Totp(TotpStep),
    Advance(i64),
    Clock(i64),
    Gateway(GatewayStep),
    Mail(Vec<String>),
    Telephony(Vec<String>),
    Inventory(InventoryStep),
    Claims(Vec<Value>),
    Expect(Expectation),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CallStep {
    #[serde(default)]
    #[allow(dead_code)]
    note: Option<String>,
    pub call: String,
    #[serde(default, rename = "as")]
    pub caller: Option<Value>,
    /// The network address that the caller comes from.
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub key: Option<String>,
    #[serde(default)]
    pub args: Map<String, Value>,
    #[serde(default, deserialize_with = "given_even_if_null")]
    pub answer: Option<Value>,
    #[serde(default = "yes")]
    pub drain: bool,
}

/// A password that is counted, weighed and settled: three calls, of which the first that answers an error is the last.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct PasswordStep {
    /// The function that counts. The one that settles is called the same with `finish` for `start`, or `settle` names it.
    pub start: String,
    #[serde(default)]
    pub settle: Option<String>,
    /// The network address that the caller comes from.
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default, rename = "as")]
    pub caller: Option<Value>,
    /// Of the first call, without the password in force.
    #[serde(default)]
    pub args: Map<String, Value>,
    /// Of the last call, without the ticket.
    #[serde(default)]
    pub settle_args: Map<String, Value>,
    #[serde(default)]
    pub old: Option<String>,
    #[serde(default)]
    pub new: Option<String>,
    #[serde(default, deserialize_with = "given_even_if_null")]
    pub answer: Option<Value>,
}

/// What an authenticator app shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct TotpStep {
    /// Base32.
    pub secret: String,
    /// The variable that takes the code.
    pub name: String,
    /// Steps of 30 seconds from now.
    #[serde(default)]
    pub ahead: i64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct GatewayStep {
    #[serde(default)]
    pub next: Vec<String>,
    #[serde(default)]
    pub look_ups: Vec<String>,
    #[serde(default)]
    pub down: Option<bool>,
    #[serde(default)]
    pub charge: Option<ForeignCharge>,
    #[serde(default)]
    pub refund: Option<ForeignRefund>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct InventoryStep {
    #[serde(default)]
    pub next: Vec<String>,
    #[serde(default)]
    pub look_ups: Vec<String>,
    #[serde(default)]
    pub down: Option<bool>,
    /// Numbers that somebody else takes.
    #[serde(default)]
    pub take: Vec<String>,
    /// Numbers that come into stock.
    #[serde(default)]
    pub add: Vec<Value>,
    #[serde(default)]
    pub order: Option<ForeignOrder>,
    #[serde(default)]
    pub release: Option<ForeignOrder>,
}

/// A charge that another history of the store, or somebody else, has made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ForeignCharge {
    pub key: String,
    pub account: String,
    pub amount: String,
    pub method: String,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// A refund that another history of the store, or somebody else, has made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct ForeignRefund {
    pub key: String,
    pub account: String,
    pub charge_key: String,
    pub amount: String,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// An order or a release that another history of the store, or somebody else, has made.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ForeignOrder {
    pub key: String,
    pub account: String,
    pub number: String,
    #[serde(default)]
    pub metadata: BTreeMap<String, String>,
}

/// What the world must have seen.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct Expectation {
    /// Charges that were asked of the gateway, in order.
    #[serde(default)]
    pub charges: Option<Vec<Value>>,
    /// All requests to the gateway, in order.
    #[serde(default)]
    pub requests: Option<Vec<Value>>,
    /// Orders, releases and questions that reached the stock of numbers, in order.
    #[serde(default)]
    pub inventory: Option<Vec<Value>>,
    /// What the gateway has moved, in order.
    #[serde(default)]
    pub movements: Option<Vec<Value>>,
    /// All mails, in any order.
    #[serde(default)]
    pub mails: Option<Vec<Value>>,
    /// How many mails of each template; of no other one.
    #[serde(default)]
    pub mails_of: Option<BTreeMap<String, usize>>,
    /// Codes that were sent to phones, in order.
    #[serde(default)]
    pub codes: Option<Vec<Value>>,
    /// Events in this order, others may lie between.
    #[serde(default)]
    pub events: Option<Vec<Value>>,
    /// Kinds of which there is no event.
    #[serde(default)]
    pub no_events: Option<Vec<String>>,
    /// Claims on coupons that the home cell was asked for, in order.
    #[serde(default)]
    pub claims: Option<Vec<Value>>,
    /// Orders to end calls, in order.
    #[serde(default)]
    pub hang_ups: Option<Vec<Value>>,
    /// Orders to end calls that are due at one moment: which is first depends on drawn IDs.
    #[serde(default)]
    pub hang_ups_in_any_order: Option<Vec<Value>>,
    /// Balance of each account: an amount, or fields of `credits.get-balance`.
    #[serde(default)]
    pub balances: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Noted<T> {
    #[serde(default)]
    #[allow(dead_code)]
    note: Option<String>,
    #[serde(
        alias = "password",
        alias = "totp",
        alias = "advance",
        alias = "clock",
        alias = "gateway",
        alias = "mail",
        alias = "telephony",
        alias = "inventory",
        alias = "claims",
        alias = "expect"
    )]
    what: T,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MailStep {
    next: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClaimsStep {
    next: Vec<Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TelephonyStep {
    stubborn: Vec<String>,
}

fn yes() -> bool {
    true
}

fn given_even_if_null<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

fn wide<'de, D: Deserializer<'de>, T: std::str::FromStr>(deserializer: D) -> Result<Option<T>, D::Error> {
    let text = String::deserialize(deserializer)?;
    text.parse().map(Some).map_err(|_| serde::de::Error::custom(format!("`{text}` is no 64-bit number")))
}

fn number(text: &str) -> Result<i64, CaseError> {
    text.parse().map_err(|_| CaseError(format!("`{text}` is no 64-bit number")))
}

fn of<T: DeserializeOwned>(value: &Value) -> Result<T, CaseError> {
    serde_json::from_value::<T>(value.clone()).map_err(|error| CaseError(error.to_string()))
}

fn noted<T: DeserializeOwned>(value: &Value) -> Result<T, CaseError> {
    Ok(of::<Noted<T>>(value)?.what)
}

impl Step {
    fn read(value: &Value) -> Result<Step, CaseError> {
        let kinds = [
            "call",
            "password",
            "totp",
            "advance",
            "clock",
            "gateway",
            "mail",
            "telephony",
            "inventory",
            "claims",
            "expect",
        ];
        let mut named = kinds.iter().filter(|kind| value.get(**kind).is_some());
        let (Some(kind), None) = (named.next(), named.next()) else {
            return Err(CaseError(format!("a step has exactly one of {}", kinds.join(", "))));
        };
        Ok(match *kind {
            "call" => Step::Call(of(value)?),
            "password" => Step::Password(noted(value)?),
            "totp" => Step::Totp(noted(value)?),
            "advance" => Step::Advance(number(&noted::<String>(value)?)?),
            "clock" => Step::Clock(number(&noted::<String>(value)?)?),
            "gateway" => Step::Gateway(noted(value)?),
            "mail" => Step::Mail(noted::<MailStep>(value)?.next),
            "inventory" => Step::Inventory(noted(value)?),
            "claims" => Step::Claims(noted::<ClaimsStep>(value)?.next),
            "telephony" => Step::Telephony(noted::<TelephonyStep>(value)?.stubborn),
            _ => Step::Expect(noted(value)?),
        })
    }
}

impl Case {
    /// Whether it claims coupons of another store: no import does that, so it has one door only.
    pub(super) fn claims_coupons(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Claims(_)))
    }

    /// Reads one file.
    pub fn read(path: &Path) -> Result<Case, CaseError> {
        let text = std::fs::read_to_string(path).map_err(|error| CaseError(format!("{}: {error}", path.display())))?;
        Case::parse(&text)
    }

    /// Reads the text of a file.
    pub fn parse(text: &str) -> Result<Case, CaseError> {
        let File { title, requirements, given, steps, then } =
            serde_json::from_str(text).map_err(|error| CaseError(error.to_string()))?;
        if requirements.is_empty() || title.is_empty() {
            return Err(CaseError("a case has a title and at least one requirement".to_owned()));
        }
        let read = |(place, step): (usize, &Value)| {
            Step::read(step).map_err(|error| CaseError(format!("step {}: {error}", place + 1)))
        };
        let steps = steps.iter().enumerate().map(read).collect::<Result<_, _>>()?;
        Ok(Case { title, requirements, given, steps, then })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        Case::parse(text).expect_err("no case").to_string()
    }

    #[test]
    fn unknown_keys_are_errors_everywhere() {
        let with = |steps: &str| problem(&format!(r#"{{"title":"t","requirements":["CRD-1"],"steps":[{steps}]}}"#));
        assert!(problem(r#"{"title":"t","requirements":["CRD-1"],"steps":[],"step":[]}"#).contains("`step`"));
        assert!(
            problem(r#"{"title":"t","requirements":["CRD-1"],"given":{"acounts":{}},"steps":[]}"#).contains("acounts")
        );
        assert!(with(r#"{"call":"x","arg":{}}"#).contains("step 1: unknown field `arg`"));
        assert!(with(r#"{"expect":{"charge":[]}}"#).contains("unknown field `charge`"));
        assert!(with(r#"{"gateway":{"nxt":[]}}"#).contains("unknown field `nxt`"));
        assert!(with(r#"{"advance":"1","clock":"2"}"#).contains("exactly one"));
        assert!(with(r#"{"advance":"1 s"}"#).contains("`1 s` is no 64-bit number"));
        assert!(with("{}").contains("exactly one"));
    }

    #[test]
    fn an_answer_of_null_is_not_a_missing_answer() {
        let case = |answer: &str| {
            let text = format!(r#"{{"title":"t","requirements":["CRD-1"],"steps":[{{"call":"jobs.look"{answer}}}]}}"#);
            match Case::parse(&text).expect("a case").steps.remove(0) {
                Step::Call(step) => step.answer,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(case(r#","answer":null"#), Some(Value::Null));
        assert_eq!(case(""), None);
    }
}
