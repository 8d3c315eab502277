//! The first rows of the catalogue: calls and messages. They are rows like all others, and no store needs them written down.

use crate::product_row::{HeadingRow, ProductRow, Rating, Unit};
use coinbox_ground::product::{Heading, Product, SideRule};

/// What a call or message says of the other side by heading: what is called or sent to over a phone network is a number. What comes in
/// costs by the customer's own number, and equipment over IP has none.
const HEADINGS: [(Heading, SideRule); 10] = [
    (Heading::OUTBOUND, SideRule::NumberRequired),
    (Heading::INBOUND, SideRule::Optional),
    (Heading::OUTBOUND_MOBILE, SideRule::NumberRequired),
    (Heading::OUTBOUND_TOLL_FREE, SideRule::NumberRequired),
    (Heading::OUTBOUND_SHORT_CODE, SideRule::NumberRequired),
    (Heading::OUTBOUND_IP, SideRule::Optional),
    (Heading::INBOUND_MOBILE, SideRule::Optional),
    (Heading::INBOUND_TOLL_FREE, SideRule::Optional),
    (Heading::INBOUND_SHORT_CODE, SideRule::Optional),
    (Heading::INBOUND_IP, SideRule::Optional),
];

/// Product, unit, rating, units of its price, words of these, words of the product.
type BuiltIn = (Product, Unit, Rating, u32, &'static str, &'static str);

const PRODUCTS: [BuiltIn; 3] = [
    (Product::VOICE, Unit::Second, Rating::Increments, 60, "minutes", "Voice calls"),
    (Product::SMS, Unit::Part, Rating::PerUnit, 1, "parts", "SMS"),
    (Product::MMS, Unit::Part, Rating::PerUnit, 1, "parts", "MMS"),
];

/// The rows as they are until an operator changes their words.
pub(crate) fn rows() -> Vec<ProductRow> {
    let heading = |(code, other_side): &(Heading, SideRule)| HeadingRow {
        words: code.name().to_owned(),
        code: *code,
        other_side: *other_side,
    };
    PRODUCTS
        .into_iter()
        .map(|(code, unit, rating, unit_size, price_unit, words)| ProductRow {
            code,
            unit,
            rating,
            unit_size,
            price_unit: price_unit.to_owned(),
            headings: HEADINGS.iter().map(heading).collect(),
            tax_code: String::new(),
            words: words.to_owned(),
        })
        .collect()
}
