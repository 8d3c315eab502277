use super::*;
use crate::link::{Fate, Link, LinkError};
use coinbox_host::contract::exported::usage::UsageEvent;
use serde_json::{Value, json};

/// Two pages of a ledger.
struct Pages;

const ACCOUNT: &str = "MAAAAAAAAAAAAAAAAAAA";

impl Link for Pages {
    fn call(&self, function: &str, arguments: Value) -> Result<Value, LinkError> {
        assert_eq!(function, "operator.read-ledger");
        let posting = |account: &str, owner: Option<&str>, amount: i64| json!({"ledger-account": account, "owner": owner, "amount": amount.to_string()});
        Ok(match arguments["after"].as_str() {
            None => {
                json!({"transactions": [{"id": "t1", "at": "1767225600000", "kind": "recharge", "cause": "key; \"one\"\n|x\\",
                "events": 0, "postings": [
                    posting("assets:payment-clearing", None, 25_000_000),
                    posting("liabilities:credits:cash", Some(ACCOUNT), -25_000_000)]}], "next": "t1"})
            }
            Some("t1") => json!({"transactions": [{"id": "t2", "at": "1767312000000", "kind": "usage", "cause": "r-1",
                "events": 3, "postings": [
                    posting("liabilities:credits:cash", Some(ACCOUNT), 12_345),
                    posting("income:usage:voice", None, -12_345)]}], "next": null}),
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
    assert_eq!(export(&Pages, format, &mut out).expect("exported"), 2);
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

"#;
    assert_eq!(exported(Format::Beancount), expected);
}

#[test]
fn csv() {
    let expected = "\
transaction,at,kind,cause,events,ledger_account,owner,amount
t1,2026-01-01T00:00:00Z,recharge,\"key; \"\"one\"\" |x\\\",0,assets:payment-clearing,,25.000000
t1,2026-01-01T00:00:00Z,recharge,\"key; \"\"one\"\" |x\\\",0,liabilities:credits:cash,MAAAAAAAAAAAAAAAAAAA,-25.000000
t2,2026-01-02T00:00:00Z,usage,r-1,3,liabilities:credits:cash,MAAAAAAAAAAAAAAAAAAA,0.012345
t2,2026-01-02T00:00:00Z,usage,r-1,3,income:usage:voice,,-0.012345
";
    assert_eq!(exported(Format::Csv), expected);
}
