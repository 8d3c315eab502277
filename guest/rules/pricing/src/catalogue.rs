//! The catalogue of products, ready to be searched (USE-7).
//!
//! | key | what |
//! |---|---|
//! | `pb/products` | digest of all rows that an operator has written; no such record: there are none |
//! | `pb/product/<code>` | such a row: a product of the operator's own, or a built-in one with other words or further headings |

use crate::built_in;
use crate::product_row::{ProductRow, Terms};
use crate::versions::digest;
use coinbox_ground::product::{Heading, Product};
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::Fault;
use serde::{Deserialize, Serialize};

/// Most products of an operator's own.
pub(crate) const PRODUCTS_MAX: usize = 200;
/// Most headings of one product.
pub(crate) const HEADINGS_MAX: usize = 20;

/// Key of what says which rows there are.
pub(crate) const PRODUCTS_KEY: &str = "pb/products";
/// Beginning of the keys of rows.
const ROWS: &str = "pb/product/";

/// Which rows an operator has written.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
struct State {
    v: u32,
    /// A function of all rows that were ever written, in order: what is kept under it is always right.
    digest: String,
}

impl Record for State {
    const KIND: &'static str = "catalogue of products";
}

/// A row that an operator has written.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct StoredRow {
    v: u32,
    row: ProductRow,
}

impl Record for StoredRow {
    const KIND: &'static str = "product";
}

/// A product with one of its headings.
struct Pair {
    product: Product,
    heading: Heading,
    terms: Terms,
}

/// All products: the built-in ones first, then all others by code.
pub struct Catalogue {
    rows: Vec<ProductRow>,
    pairs: Vec<Pair>,
    /// Numbers of the pairs by the words of product and heading, sorted.
    index: Vec<([u64; 4], [u64; 4], u16)>,
    /// Numbers of the pairs of a built-in product and a built-in heading, by their ranks.
    built_in: [[Option<u16>; Heading::BUILT_IN.len()]; Product::BUILT_IN.len()],
}

/// The built-in products alone.
impl Default for Catalogue {
    fn default() -> Catalogue {
        Catalogue::new(Vec::new())
    }
}

impl Catalogue {
    /// From the built-in rows and those that an operator has written: of two for one product the latter holds.
    pub(crate) fn new(written: Vec<ProductRow>) -> Catalogue {
        let mut rows = built_in::rows();
        for row in written {
            match rows.iter_mut().find(|known| known.code == row.code) {
                Some(known) => *known = row,
                None => rows.push(row),
            }
        }
        rows.sort_by_key(|row| row.code);
        let mut pairs = Vec::new();
        for row in &rows {
            let ProductRow { unit, rating, unit_size, .. } = *row;
            for heading in &row.headings {
                // At most PRODUCTS_MAX and the built-in ones, each with at most HEADINGS_MAX.
                let pair = u16::try_from(pairs.len()).unwrap_or(u16::MAX);
                let terms = Terms { pair, unit, rating, unit_size, side: heading.other_side };
                pairs.push(Pair { product: row.code, heading: heading.code, terms });
            }
        }
        let mut index: Vec<_> =
            pairs.iter().map(|pair| (pair.product.words(), pair.heading.words(), pair.terms.pair)).collect();
        index.sort_unstable();
        let mut built_in = [[None; Heading::BUILT_IN.len()]; Product::BUILT_IN.len()];
        for pair in &pairs {
            if let (Some(product), Some(heading)) = (pair.product.rank(), pair.heading.rank()) {
                built_in[product][heading] = Some(pair.terms.pair);
            }
        }
        Catalogue { rows, pairs, index, built_in }
    }

    /// How a use of this product and heading is rated. None: there is no such product, or it has no such heading.
    pub fn find(&self, product: Product, heading: Heading) -> Option<Terms> {
        let number = if let (Some(product), Some(heading)) = (product.rank(), heading.rank()) {
            self.built_in[product][heading]?
        } else {
            let wanted = (product.words(), heading.words());
            let place = self.index.binary_search_by_key(&wanted, |(product, heading, _)| (*product, *heading)).ok()?;
            self.index[place].2
        };
        Some(self.pairs[usize::from(number)].terms)
    }

    /// Product and heading of a number.
    pub(crate) fn pair(&self, number: u16) -> (Product, Heading) {
        let pair = &self.pairs[usize::from(number)];
        (pair.product, pair.heading)
    }

    /// A product.
    pub fn product(&self, code: Product) -> Option<&ProductRow> {
        self.rows.iter().find(|row| row.code == code)
    }

    /// All products in order.
    pub fn rows(&self) -> &[ProductRow] {
        &self.rows
    }
}

/// Digest of what an operator has written; empty: nothing.
pub(crate) fn written_digest(turn: &Turn<'_>) -> Result<String, Fault> {
    Ok(turn.get::<State>(PRODUCTS_KEY)?.map_or_else(String::new, |state| state.digest))
}

/// The catalogue with what an operator has written.
pub(crate) fn read(turn: &Turn<'_>) -> Result<Catalogue, Fault> {
    let most = PRODUCTS_MAX + Product::BUILT_IN.len();
    let (rows, _) = turn.span::<StoredRow>(ROWS, &end_of_prefix(ROWS), most)?;
    Ok(Catalogue::new(rows.into_iter().map(|(_, stored)| stored.row).collect()))
}

/// Writes a row.
pub(crate) fn write(turn: &mut Turn<'_>, row: ProductRow) -> Result<(), Fault> {
    let before = turn.get::<State>(PRODUCTS_KEY)?.unwrap_or_default();
    turn.put(PRODUCTS_KEY, &State { v: 1, digest: digest(&before.digest, &row) });
    turn.put(&format!("{ROWS}{}", row.code), &StoredRow { v: 1, row });
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::product_row::{HeadingRow, Rating, Unit};
    use coinbox_ground::product::SideRule;

    fn data(words: &str) -> ProductRow {
        ProductRow {
            code: Product::read("data"),
            unit: Unit::Byte,
            rating: Rating::PerStartedUnit,
            unit_size: 1_000_000,
            price_unit: "MB".to_owned(),
            headings: vec![HeadingRow {
                code: Heading::read("mobile"),
                words: String::new(),
                other_side: SideRule::None,
            }],
            tax_code: String::new(),
            words: words.to_owned(),
        }
    }

    #[test]
    fn calls_and_messages_are_rows_like_all_others() {
        let catalogue = Catalogue::new(vec![data("Data")]);
        let codes: Vec<&str> = catalogue.rows().iter().map(|row| row.code.name()).collect();
        assert_eq!(codes, ["voice", "sms", "mms", "data"]);
        let told = |product: Product, heading: Heading| {
            catalogue.find(product, heading).map(|terms| (terms.unit, terms.rating, terms.unit_size, terms.side))
        };
        let call = |side| Some((Unit::Second, Rating::Increments, 60, side));
        assert_eq!(told(Product::VOICE, Heading::OUTBOUND), call(SideRule::NumberRequired));
        assert_eq!(told(Product::VOICE, Heading::INBOUND_IP), call(SideRule::Optional));
        let part = Some((Unit::Part, Rating::PerUnit, 1, SideRule::NumberRequired));
        assert_eq!(told(Product::SMS, Heading::OUTBOUND_SHORT_CODE), part);
        let mobile = Heading::read("mobile");
        let megabyte = Some((Unit::Byte, Rating::PerStartedUnit, 1_000_000, SideRule::None));
        assert_eq!(told(Product::read("data"), mobile), megabyte);
        for (product, heading) in [("data", "outbound"), ("voice", "mobile"), ("fax", "outbound"), ("Data", "mobile")] {
            assert_eq!(told(Product::read(product), Heading::read(heading)), None, "{product} {heading}");
        }
    }

    #[test]
    fn each_pair_has_a_number_of_its_own_and_what_is_written_replaces_what_is_built_in() {
        let mut voice = built_in::rows().swap_remove(0);
        voice.words = "Calls".to_owned();
        let headings =
            vec![HeadingRow { code: Heading::read("conference"), words: String::new(), other_side: SideRule::None }];
        voice.headings.extend(headings);
        let catalogue = Catalogue::new(vec![data("Data"), voice]);
        assert_eq!(catalogue.product(Product::VOICE).map(|row| row.words.as_str()), Some("Calls"));
        let mut seen = 0;
        for row in catalogue.rows() {
            for heading in &row.headings {
                let terms = catalogue.find(row.code, heading.code).expect("a pair");
                assert_eq!(catalogue.pair(terms.pair), (row.code, heading.code));
                seen += 1;
            }
        }
        assert_eq!(seen, 11 + 10 + 10 + 1);
    }
}
