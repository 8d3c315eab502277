//! Products in price files, from one system to another.

use super::price_row::PriceRow;
use super::prices;
use super::products::put;
use crate::link::{Fate, Link, LinkError, refused};
use coinbox_host::contract::exported::usage::UsageEvent;
use serde_json::{Value, json};
use std::path::Path;
use std::sync::Mutex;

/// A system with these products, and what is asked of it.
struct Catalogue {
    products: Vec<Value>,
    changed: Mutex<Vec<(String, Value)>>,
}

impl Link for Catalogue {
    fn call(&self, function: &str, arguments: Value) -> Result<Value, LinkError> {
        Ok(match function {
            "pricing.list-products" => self.products.clone().into(),
            "pricing.list-rows" => json!({"rows": [{"product": "data", "heading": "mobile", "country": "",
                "prefix": "", "rate": "0.05", "first-increment": 0, "next-increment": 0, "group": null}], "next": null}),
            "pricing.get-number-prices" => json!({"rows": [], "seat": null}),
            "pricing.get-surcharges" | "pricing.get-tiers" => json!([]),
            "pricing.add-product" if arguments["product"]["code"] == "seat" => {
                let problem = json!({"field": "product.code", "rule": "unknown-value", "limit": "another"});
                return Err(refused(&json!({"refused": {"invalid": [problem]}})));
            }
            _ => {
                let product = arguments["product"].clone();
                self.changed.lock().expect("lock").push((function.to_owned(), product.clone()));
                product
            }
        })
    }

    fn record(&self, _: u32, _: &[UsageEvent]) -> Result<Vec<Fate>, LinkError> {
        Ok(Vec::new())
    }

    fn drive(&self, _: &str) -> Result<Value, LinkError> {
        Ok(Value::Null)
    }
}

fn product(code: &str, words: &str) -> Value {
    json!({"code": code, "unit": "byte", "rating": "per-started-unit", "unit-size": 1_000_000, "price-unit": "MB",
        "headings": [{"code": "mobile", "words": "on the \"road\"", "other-side": "none"}], "tax-code": "7",
        "words": words})
}

fn with(products: &[Value]) -> Catalogue {
    Catalogue { products: products.to_vec(), changed: Mutex::new(Vec::new()) }
}

#[test]
fn a_price_file_carries_products_from_one_system_to_another() {
    let voice = product("voice", "Voice calls");
    let (from, other) = (with(&[voice.clone(), product("data", "Data, abroad")]), with(std::slice::from_ref(&voice)));
    for json_form in [false, true] {
        let mut written = Vec::new();
        prices::write(&from, &1.into(), json_form, &mut written).expect("written");
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("prices");
        std::fs::write(&path, &written).expect("file");
        let read = prices::read(&path).expect("read");
        put(&other, &path, &read.products).expect("put");
        let added = [("pricing.add-product".to_owned(), product("data", "Data, abroad"))];
        assert_eq!(std::mem::take(&mut *other.changed.lock().expect("lock")), added);
        put(&from, &path, &read.products).expect("put");
        assert_eq!(*from.changed.lock().expect("lock"), [], "nothing differs");
    }
    let changed = with(&[voice, product("data", "Bytes")]);
    let row = PriceRow { line: 2, row: product("data", "Data") };
    put(&changed, Path::new("FILE"), std::slice::from_ref(&row)).expect("put");
    assert_eq!(changed.changed.lock().expect("lock")[0].0, "pricing.update-product");
    let reserved = PriceRow { line: 9, row: product("seat", "Seats") };
    let error = put(&changed, Path::new("FILE"), &[reserved]).expect_err("reserved").to_string();
    assert_eq!(error, "FILE: line 9, code: unknown value (limit: another)");
}

#[test]
fn without_products_of_ones_own_a_price_file_is_as_ever() {
    let mut written = Vec::new();
    prices::write(&with(&[product("voice", "Voice calls")]), &1.into(), false, &mut written).expect("written");
    let text = String::from_utf8(written).expect("text");
    assert_eq!(
        text,
        "product,heading,country,prefix,rate,first_increment,next_increment,group,number_type,setup\n\
         data,mobile,,,0.05,0,0,,,\n"
    );
}
