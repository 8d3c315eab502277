use super::*;
use crate::link::{Fate, Link, LinkError};
use coinbox_host::contract::exported::usage::UsageEvent;
use serde_json::{Value, json};

/// Two pages of a ledger.
struct Pages;

const ACCOUNT: &str = "MAAAAAAAAAAAAAAAAAAA";
const YEN: &str = "MAJAAAAAAAAAAAAAAAAA";

impl Link for Pages {
    fn call(&self, function: &str, arguments: Value) -> Result<Value, LinkError> {
        assert_eq!(function, "operator.read-ledger");
        let posting = |account: &str, owner: Option<&str>, amount: i64| json!({"ledger-account": account, "owner": owner, "amount": amount.to_string()});
        Ok(match arguments["after"].as_str() {
            None => {
                json!({"transactions": [{"id": "t1", "at": "1767225600000", "kind": "recharge", "cause": "key; \"one\"\n|x\\", "currency": "USD",
                "events": 0, "postings": [
                    posting("assets:payment-clearing", None, 25_000_000),
                    posting("liabilities:credits:cash", Some(ACCOUNT), -25_000_000)]}], "next": "t1"})
            }
            Some("t1") => {
                json!({"transactions": [{"id": "t2", "at": "1767312000000", "kind": "usage", "cause": "r-1", "currency": "USD",
                "events": 3, "postings": [
                    posting("liabilities:credits:cash", Some(ACCOUNT), 12_345),
                    posting("income:usage:voice", None, -12_345)]}], "next": "t2"})
            }
            Some("t2") => {
                json!({"transactions": [{"id": "t3", "at": "1767312000001", "kind": "usage", "cause": "r-2", "currency": "JPY",
                "events": 1, "postings": [
                    posting("liabilities:credits:cash", Some(YEN), 2_500_000),
                    posting("income:usage:voice", None, -2_500_000)]}], "next": null})
            }
            Some(other) => panic!("no page after {other}"),
        })
    }

    fn record(&self, _: u32, _: &[UsageEvent]) -> Result<Vec<Fate>, LinkError> {
        Ok(Vec::new())
    }

    fn drive(&self, _: &str) -> Result<Value, LinkError> {
        Ok(Value::Null)
    }
}

fn exported(format: Format) -> String {
    let mut out = Vec::new();
    assert_eq!(export(&Pages, format, &mut out).expect("exported"), 3);
    String::from_utf8(out).expect("text")
}

#[test]
fn hledger() {
    let expected = "\
; Ledger of Coinbox. Debits are positive.
commodity 1000.000000 USD

account assets:payment-clearing
account liabilities:credits:cash:MAAAAAAAAAAAAAAAAAAA
2026-01-01 recharge key  \"one\"  x\\
    ; id:t1, at:2026-01-01T00:00:00Z, events:0
    assets:payment-clearing  25.000000 USD
    liabilities:credits:cash:MAAAAAAAAAAAAAAAAAAA  -25.000000 USD

account income:usage:voice
2026-01-02 usage r-1
    ; id:t2, at:2026-01-02T00:00:00Z, events:3
    liabilities:credits:cash:MAAAAAAAAAAAAAAAAAAA  0.012345 USD
    income:usage:voice  -0.012345 USD

commodity 1000.000000 JPY
account liabilities:credits:cash:MAJAAAAAAAAAAAAAAAAA
2026-01-02 usage r-2
    ; id:t3, at:2026-01-02T00:00:00.001Z, events:1
    liabilities:credits:cash:MAJAAAAAAAAAAAAAAAAA  2.500000 JPY
    income:usage:voice  -2.500000 JPY

";
    assert_eq!(exported(Format::Hledger), expected);
}

#[test]
fn beancount() {
    let expected = r#"; Ledger of Coinbox. Debits are positive.
option "title" "Coinbox"
option "operating_currency" "USD"

2026-01-01 open Assets:Payment-clearing USD
2026-01-01 open Liabilities:Credits:Cash:MAAAAAAAAAAAAAAAAAAA USD
2026-01-01 * "recharge" "key; \"one\" |x\\"
  id: "t1"
  at: "2026-01-01T00:00:00Z"
  events: 0
  Assets:Payment-clearing  25.000000 USD
  Liabilities:Credits:Cash:MAAAAAAAAAAAAAAAAAAA  -25.000000 USD

2026-01-02 open Income:Usage:Voice USD
2026-01-02 * "usage" "r-1"
  id: "t2"
  at: "2026-01-02T00:00:00Z"
  events: 3
  Liabilities:Credits:Cash:MAAAAAAAAAAAAAAAAAAA  0.012345 USD
  Income:Usage:Voice  -0.012345 USD

2026-01-02 open Liabilities:Credits:Cash:MAJAAAAAAAAAAAAAAAAA JPY
2026-01-02 open Income:Usage:Voice:JPY JPY
2026-01-02 * "usage" "r-2"
  id: "t3"
  at: "2026-01-02T00:00:00.001Z"
  events: 1
  Liabilities:Credits:Cash:MAJAAAAAAAAAAAAAAAAA  2.500000 JPY
  Income:Usage:Voice:JPY  -2.500000 JPY

"#;
    assert_eq!(exported(Format::Beancount), expected);
}

#[test]
fn csv() {
    let expected = "\
transaction,at,kind,cause,events,ledger_account,owner,amount,currency
t1,2026-01-01T00:00:00Z,recharge,\"key; \"\"one\"\" |x\\\",0,assets:payment-clearing,,25.000000,USD
t1,2026-01-01T00:00:00Z,recharge,\"key; \"\"one\"\" |x\\\",0,liabilities:credits:cash,MAAAAAAAAAAAAAAAAAAA,-25.000000,USD
t2,2026-01-02T00:00:00Z,usage,r-1,3,liabilities:credits:cash,MAAAAAAAAAAAAAAAAAAA,0.012345,USD
t2,2026-01-02T00:00:00Z,usage,r-1,3,income:usage:voice,,-0.012345,USD
t3,2026-01-02T00:00:00.001Z,usage,r-2,1,liabilities:credits:cash,MAJAAAAAAAAAAAAAAAAA,2.500000,JPY
t3,2026-01-02T00:00:00.001Z,usage,r-2,1,income:usage:voice,,-2.500000,JPY
";
    assert_eq!(exported(Format::Csv), expected);
}
