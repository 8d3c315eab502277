//! `coinbox products …`: what can have prices, be used and be invoiced (USE-7).

use super::arguments::{NewProduct, ProductChange, Products, word};
use super::show::{Rows, Text};
use super::work::Work;
use coinbox_host::text;
use coinbox_operations::words::field;
use serde_json::{Value, json};

/// Words of what an event says of the other side.
const OTHER_SIDES: [&str; 3] = ["number-required", "optional", "none"];

/// Runs `products …`.
pub(super) fn products(work: &Work, command: Products) -> anyhow::Result<()> {
    let product = match command {
        Products::List => {
            let products = work.link.call("pricing.list-products", json!({}))?;
            return work.output.answer(&products, |products| Text::Table(table(products)));
        }
        Products::Show { code } => find(work, &code)?,
        Products::Add(product) => {
            let product = new(&product)?;
            work.link.call("pricing.add-product", json!({"product": product}))?
        }
        Products::Update(change) => {
            let product = changed(find(work, &change.code)?, &change)?;
            work.link.call("pricing.update-product", json!({"product": product}))?
        }
    };
    work.output.answer(&product, |product| {
        Text::Table(Rows::of_fields(vec![
            ("code", field(product, "code")),
            ("words", field(product, "words")),
            ("unit", field(product, "unit")),
            ("rating", field(product, "rating")),
            ("price for", price_for(product)),
            ("tax code", field(product, "tax-code")),
            ("headings", headings(product)),
        ]))
    })
}

fn find(work: &Work, code: &str) -> anyhow::Result<Value> {
    let products = work.link.call("pricing.list-products", json!({}))?;
    let found = products.as_array().into_iter().flatten().find(|product| product["code"] == code);
    found.cloned().ok_or_else(|| {
        anyhow::anyhow!("there is no product `{}`; `coinbox products list` shows all", text::shortened(code))
    })
}

fn new(given: &NewProduct) -> anyhow::Result<Value> {
    let headings = given.headings.iter().map(|text| heading(text)).collect::<anyhow::Result<Vec<Value>>>()?;
    Ok(json!({"code": given.code, "unit": word(Some(given.unit)), "rating": word(Some(given.rating)),
        "unit-size": given.unit_size, "price-unit": given.price_unit, "headings": headings,
        "tax-code": given.tax_code, "words": given.words}))
}

fn changed(mut product: Value, change: &ProductChange) -> anyhow::Result<Value> {
    for (name, given) in [("words", &change.words), ("price-unit", &change.price_unit), ("tax-code", &change.tax_code)]
    {
        if let Some(given) = given {
            product[name] = given.as_str().into();
        }
    }
    let mut headings = product["headings"].as_array().cloned().unwrap_or_default();
    for text in &change.headings {
        let heading = heading(text)?;
        match headings.iter_mut().find(|known| known["code"] == heading["code"]) {
            Some(known) => *known = heading,
            None => headings.push(heading),
        }
    }
    product["headings"] = headings.into();
    Ok(product)
}

/// `CODE:OTHER-SIDE` or `CODE:OTHER-SIDE:WORDS`.
fn heading(text: &str) -> anyhow::Result<Value> {
    let mut parts = text.splitn(3, ':');
    let (code, side, words) = (parts.next().unwrap_or_default(), parts.next(), parts.next().unwrap_or_default());
    let side = side.filter(|side| OTHER_SIDES.contains(side)).ok_or_else(|| {
        anyhow::anyhow!("--heading: `{}` is not CODE:OTHER-SIDE with {}", text::shortened(text), OTHER_SIDES.join(", "))
    })?;
    Ok(json!({"code": code, "words": words, "other-side": side}))
}

fn table(products: &Value) -> Rows {
    let mut rows = Rows::new(&["code", "words", "unit", "rating", "price for", "tax code", "headings"]);
    for product in products.as_array().into_iter().flatten() {
        rows.add(vec![
            field(product, "code"),
            field(product, "words"),
            field(product, "unit"),
            field(product, "rating"),
            price_for(product),
            field(product, "tax-code"),
            headings(product),
        ]);
    }
    rows
}

/// How many units a price is for, and what these are called.
fn price_for(product: &Value) -> String {
    format!("{} ({})", field(product, "unit-size"), field(product, "price-unit"))
}

fn headings(product: &Value) -> String {
    let codes = product["headings"].as_array().into_iter().flatten().map(|heading| field(heading, "code"));
    codes.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heading_is_code_other_side_and_words() {
        assert_eq!(
            heading("request:number-required").expect("a heading"),
            json!({"code": "request", "words": "", "other-side": "number-required"})
        );
        assert_eq!(heading("wifi:none:Wi-Fi: abroad").expect("a heading")["words"], "Wi-Fi: abroad");
        for wrong in ["request", "request:", "request:somebody"] {
            assert!(heading(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_change_keeps_what_it_does_not_name() {
        let product = json!({"code": "data", "unit": "byte", "rating": "per-started-unit", "unit-size": 1000,
            "price-unit": "kB", "tax-code": "", "words": "Data",
            "headings": [{"code": "mobile", "words": "", "other-side": "none"}]});
        let change = ProductChange {
            code: "data".to_owned(),
            words: Some("Data abroad".to_owned()),
            price_unit: None,
            tax_code: None,
            headings: vec!["wifi:none:Wi-Fi".to_owned(), "mobile:none:mobile".to_owned()],
        };
        let mut expected = product.clone();
        expected["words"] = "Data abroad".into();
        expected["headings"] = json!([{"code": "mobile", "words": "mobile", "other-side": "none"},
            {"code": "wifi", "words": "Wi-Fi", "other-side": "none"}]);
        assert_eq!(changed(product, &change).expect("a product"), expected);
    }
}
