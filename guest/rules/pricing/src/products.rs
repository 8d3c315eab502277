//! Products by rows: an operator adds them, and changes their words and headings (USE-7).
//!
//! What a product is counted in and how it is rated never changes once it is made, and no product or heading is ever taken away: whatever was
//! priced or posted by them can be read and checked for ever.

use crate::catalogue::{self, HEADINGS_MAX, PRODUCTS_MAX};
use crate::error::Error;
use crate::loaded;
use crate::product_row::{HeadingRow, ProductRow, Unit};
use coinbox_access::{self as access, functions};
use coinbox_forms::code::CODE_LIMIT;
use coinbox_ground::feed;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule};

/// Words that price files, summaries and invoices use beside codes of products.
const RESERVED: [&str; 11] = [
    "number",
    "seat",
    "product",
    "heading",
    "number-rent",
    "number-setup",
    "seats",
    "adjustment",
    "correction",
    "surcharge",
    "volume-tiers",
];
/// Most characters of words on invoices.
const WORDS_MAX: usize = 60;
/// Most characters of the words of a unit, and of a tax code.
const SHORT_WORDS_MAX: usize = 30;
/// Least bytes that a price is for: what the largest quantity costs at the highest rate stays within the bounds of money.
const BYTES_MIN: u32 = 1000;

/// Adds a product.
pub fn add_product(turn: &mut Turn<'_>, caller: &Caller, product: ProductRow) -> Result<ProductRow, Error> {
    let command = access::command(turn, caller, functions::PRICING_ADD_PRODUCT)?;
    command.once(turn, &product, |turn, who, ()| {
        let catalogue = loaded::catalogue(turn)?;
        let mut checks = Checks::new();
        let (code, name) = (product.code, product.code.name());
        checks.require(code.is_formed(), "product.code", FieldRule::WrongForm, CODE_LIMIT);
        let is_free = !code.is_built_in() && !RESERVED.contains(&name);
        checks.require(
            is_free,
            "product.code",
            FieldRule::UnknownValue,
            format!("a code that is not reserved, as {name} is"),
        );
        let is_new = code.is_built_in() || catalogue.product(code).is_none();
        checks.require(
            is_new,
            "product.code",
            FieldRule::NotAllowedTogether,
            format!("the product {name} that is there"),
        );
        check(&mut checks, &product);
        let own = catalogue.rows().iter().filter(|row| !row.code.is_built_in()).count();
        checks.require(own < PRODUCTS_MAX, "product", FieldRule::TooMany, PRODUCTS_MAX);
        checks.done()?;
        written(turn, &product, "product-added", who.name())
    })
}

/// Changes the words, the tax code or the unit's words of a product, or adds headings.
pub fn update_product(turn: &mut Turn<'_>, caller: &Caller, product: ProductRow) -> Result<ProductRow, Error> {
    let command = access::command(turn, caller, functions::PRICING_UPDATE_PRODUCT)?;
    command.once(turn, &product, |turn, who, ()| {
        let catalogue = loaded::catalogue(turn)?;
        let before = catalogue.product(product.code).ok_or_else(|| Fault::not_found("product"))?;
        let mut checks = Checks::new();
        check(&mut checks, &product);
        check_kept(&mut checks, before, &product);
        checks.done()?;
        written(turn, &product, "product-updated", who.name())
    })
}

/// Every product, the built-in ones first, then by code.
pub fn list_products(turn: &Turn<'_>, caller: &Caller) -> Result<Vec<ProductRow>, Error> {
    access::query(turn, caller, functions::PRICING_LIST_PRODUCTS)?;
    Ok(loaded::catalogue(turn)?.rows().to_vec())
}

fn written(turn: &mut Turn<'_>, product: &ProductRow, kind: &'static str, by: &str) -> Result<ProductRow, Error> {
    catalogue::write(turn, product.clone())?;
    feed::operator_event(kind, "USE-7")
        .fact("product", product.code)
        .fact("headings", product.headings.len())
        .fact("by", by)
        .tell(turn);
    Ok(product.clone())
}

/// What holds for every product.
fn check(checks: &mut Checks, product: &ProductRow) {
    let least = if product.unit == Unit::Byte { BYTES_MIN } else { 1 };
    checks.require(product.unit_size >= least, "product.unit-size", FieldRule::TooSmall, least);
    checks.text(&product.price_unit, "product.price-unit", 1, SHORT_WORDS_MAX);
    checks.require(!product.headings.is_empty(), "product.headings", FieldRule::Missing, 1);
    checks.require(product.headings.len() <= HEADINGS_MAX, "product.headings", FieldRule::TooMany, HEADINGS_MAX);
    for (place, heading) in product.headings.iter().take(HEADINGS_MAX).enumerate() {
        let field = |name: &str| format!("product.headings[{place}].{name}");
        checks.require(heading.code.is_formed(), &field("code"), FieldRule::WrongForm, CODE_LIMIT);
        let is_first = product.headings[..place].iter().all(|before| before.code != heading.code);
        checks.require(is_first, &field("code"), FieldRule::NotAllowedTogether, "each code once");
        checks.text(&heading.words, &field("words"), 0, WORDS_MAX);
    }
    let tax_code = product.tax_code.is_empty() || is_name(&product.tax_code, SHORT_WORDS_MAX);
    let limit = format!("at most {SHORT_WORDS_MAX} printable ASCII characters without space");
    checks.require(tax_code, "product.tax-code", FieldRule::WrongForm, limit);
    checks.text(&product.words, "product.words", 1, WORDS_MAX);
}

/// What a change leaves as it was made.
fn check_kept(checks: &mut Checks, before: &ProductRow, after: &ProductRow) {
    let mut keep = |holds: bool, field: &str, made: &str| {
        checks.require(holds, field, FieldRule::UnknownValue, format!("{made}: it never changes"));
    };
    keep(before.unit == after.unit, "product.unit", before.unit.name());
    keep(before.rating == after.rating, "product.rating", before.rating.name());
    keep(before.unit_size == after.unit_size, "product.unit-size", &before.unit_size.to_string());
    for HeadingRow { code, other_side, .. } in &before.headings {
        match after.headings.iter().position(|heading| heading.code == *code) {
            None => keep(false, "product.headings", code.name()),
            Some(place) => {
                let field = format!("product.headings[{place}].other-side");
                keep(after.headings[place].other_side == *other_side, &field, other_side.name());
            }
        }
    }
}
