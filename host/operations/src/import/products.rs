//! Products in price files (USE-7): a row with the product `product` for each, and below it one with the product `heading` for each of its headings.

use super::error::{ImportError, wrong_line};
use super::price_row::{BUILT_IN, PriceRow};
use crate::link::{Link, LinkError, field_problems};
use crate::words::rule_word;
use serde_json::{Map, Value, json};
use std::path::Path;

/// Columns of these rows. `code` is the code of the product in both; a heading has its own in `heading`.
pub(super) const COLUMNS: [&str; 8] =
    ["code", "unit", "rating", "unit_size", "price_unit", "words", "tax_code", "other_side"];
/// What the column `unit` may say.
const UNITS: [&str; 5] = ["second", "part", "request", "byte", "item"];
/// What the column `rating` may say.
const RATINGS: [&str; 3] = ["increments", "per-unit", "per-started-unit"];
/// What the column `other_side` may say.
const OTHER_SIDES: [&str; 3] = ["number-required", "optional", "none"];
/// Products of one file: those of an operator's own and the built-in ones.
const PRODUCTS_MAX: usize = 203;

/// Columns that a kind of row must have, and those that it may have. None: it is neither a product nor a heading.
pub(super) fn columns_of(kind: &str) -> Option<(&'static [&'static str], &'static [&'static str])> {
    match kind {
        "product" => Some((&["code", "unit", "rating", "price_unit", "words"], &["unit_size", "tax_code"])),
        "heading" => Some((&["code", "heading", "other_side"], &["words"])),
        _ => None,
    }
}

/// Takes a row whose columns are those of its kind.
pub(super) fn push(
    path: &Path,
    products: &mut Vec<PriceRow>,
    line: u64,
    row: &Map<String, Value>,
) -> Result<(), ImportError> {
    let text = |name: &str| row.get(name).and_then(Value::as_str).unwrap_or_default();
    let one_of = |name: &str, words: &[&str]| match words.contains(&text(name)) {
        true => Ok(text(name).to_owned()),
        false => Err(wrong_line(path, line, format!("{name}: must be {}", words.join(", ")))),
    };
    let before = products.iter().position(|product| product.row["code"] == text("code"));
    if text("product") == "heading" {
        let Some(product) = before.map(|place| &mut products[place].row) else {
            return Err(wrong_line(path, line, "code: no row of the product `product` above has it"));
        };
        let heading = json!({"code": text("heading"), "words": text("words"),
            "other-side": one_of("other_side", &OTHER_SIDES)?});
        if let Some(headings) = product["headings"].as_array_mut() {
            headings.push(heading);
        }
        return Ok(());
    }
    if let Some(before) = before {
        let first = products[before].line;
        return Err(wrong_line(path, line, format!("product {} stands in line {first} too", text("code"))));
    }
    if products.len() == PRODUCTS_MAX {
        return Err(wrong_line(path, line, format!("a price file has at most {PRODUCTS_MAX} products")));
    }
    let size = match row.get("unit_size") {
        None => 1,
        Some(size) => size
            .as_u64()
            .filter(|size| u32::try_from(*size).is_ok())
            .ok_or_else(|| wrong_line(path, line, "unit_size: must be a whole number"))?,
    };
    let row = json!({"code": text("code"), "unit": one_of("unit", &UNITS)?, "rating": one_of("rating", &RATINGS)?,
        "unit-size": size, "price-unit": text("price_unit"), "headings": [], "tax-code": text("tax_code"),
        "words": text("words")});
    products.push(PriceRow { line, row });
    Ok(())
}

/// Adds the products of a file, or changes those that are there and differ. They stay, whatever becomes of the prices.
pub(super) fn put(link: &dyn Link, path: &Path, products: &[PriceRow]) -> Result<(), ImportError> {
    if products.is_empty() {
        return Ok(());
    }
    let known = link.call("pricing.list-products", json!({}))?;
    for product in products {
        let before = known.as_array().into_iter().flatten().find(|known| known["code"] == product.row["code"]);
        let function = match before {
            None => "pricing.add-product",
            Some(same) if *same == product.row => continue,
            Some(_) => "pricing.update-product",
        };
        link.call(function, json!({"product": product.row})).map_err(|error| explain(path, product.line, error))?;
    }
    Ok(())
}

/// An error about a product, by the line of the file.
fn explain(path: &Path, line: u64, error: LinkError) -> ImportError {
    let LinkError::Refused { error: told, message } = &error else { return error.into() };
    let words: Vec<String> = field_problems(told)
        .into_iter()
        .map(|problem| {
            let limit = problem.limit.map(|limit| format!(" (limit: {limit})")).unwrap_or_default();
            let name = problem.field.strip_prefix("product.").unwrap_or(&problem.field).replace('-', "_");
            format!("line {line}, {name}: {}{limit}", rule_word(problem.rule).replace('-', " "))
        })
        .collect();
    let told = if words.is_empty() { format!("line {line}: {message}") } else { words.join("; ") };
    ImportError::Refused(format!("{}: {told}", path.display()))
}

/// The rows of products as a price file has them: nothing where an operator has no product of its own.
pub(super) fn rows(link: &dyn Link) -> anyhow::Result<Vec<Map<String, Value>>> {
    let products = link.call("pricing.list-products", json!({}))?;
    let products = products.as_array().map_or(&[][..], Vec::as_slice);
    let is_own = |product: &Value| !BUILT_IN.iter().any(|code| product["code"] == *code);
    if !products.iter().any(is_own) {
        return Ok(Vec::new());
    }
    let mut rows = Vec::new();
    for product in products {
        let filled = |names: &[(&str, Value)]| {
            let there = names.iter().filter(|(_, value)| value.as_str() != Some(""));
            there.map(|(name, value)| ((*name).to_owned(), value.clone())).collect::<Map<String, Value>>()
        };
        let of = |name: &str| product[name].clone();
        rows.push(filled(&[
            ("product", "product".into()),
            ("code", of("code")),
            ("unit", of("unit")),
            ("rating", of("rating")),
            ("unit_size", of("unit-size")),
            ("price_unit", of("price-unit")),
            ("words", of("words")),
            ("tax_code", of("tax-code")),
        ]));
        for heading in product["headings"].as_array().into_iter().flatten() {
            rows.push(filled(&[
                ("product", "heading".into()),
                ("code", of("code")),
                ("heading", heading["code"].clone()),
                ("words", heading["words"].clone()),
                ("other_side", heading["other-side"].clone()),
            ]));
        }
    }
    Ok(rows)
}
