//! Arguments of `products`.

use clap::{Args, Subcommand, ValueEnum};

/// `products`.
#[derive(Subcommand, Debug)]
pub(crate) enum Products {
    /// All products: calls and messages, then your own by code
    List,
    /// One product with its headings
    Show {
        /// Its code
        code: String,
    },
    /// Add a product. Its unit and how it is rated never change
    Add(NewProduct),
    /// Change the words of a product or its tax code, or add headings
    Update(ProductChange),
}

/// What a product is counted in.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ProductUnit {
    /// Seconds of time
    Second,
    /// Parts of messages
    Part,
    /// Requests
    Request,
    /// Bytes of data
    Byte,
    /// Anything else that is counted
    Item,
}

/// How a product is rated.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ProductRating {
    /// By the increments of its price rows
    Increments,
    /// What was used, as it is
    PerUnit,
    /// Whole unit sizes that are begun
    PerStartedUnit,
}

/// `products add`.
#[derive(Args, Debug)]
pub(crate) struct NewProduct {
    /// 2 to 30 lower-case letters, digits and hyphens, a letter first
    pub(crate) code: String,
    /// What it is counted in
    #[arg(long, value_enum)]
    pub(crate) unit: ProductUnit,
    /// How it is rated
    #[arg(long, value_enum, default_value = "per-unit")]
    pub(crate) rating: ProductRating,
    /// How many units a price is for; of bytes at least 1000
    #[arg(long, default_value_t = 1)]
    pub(crate) unit_size: u32,
    /// As invoices print so many units, such as minutes or MB
    #[arg(long, value_name = "WORDS")]
    pub(crate) price_unit: String,
    /// As invoices print it
    #[arg(long)]
    pub(crate) words: String,
    /// What your accounting calls its tax class
    #[arg(long, default_value = "")]
    pub(crate) tax_code: String,
    /// CODE:OTHER-SIDE or CODE:OTHER-SIDE:WORDS, such as request:number-required. What an event says of the other side: number-required, optional or none. May be given several times
    #[arg(long = "heading", value_name = "HEADING", required = true)]
    pub(crate) headings: Vec<String>,
}

/// `products update`.
#[derive(Args, Debug)]
pub(crate) struct ProductChange {
    /// Its code
    pub(crate) code: String,
    /// As invoices print it
    #[arg(long)]
    pub(crate) words: Option<String>,
    /// As invoices print the unit of its price
    #[arg(long, value_name = "WORDS")]
    pub(crate) price_unit: Option<String>,
    /// What your accounting calls its tax class; empty: nothing
    #[arg(long)]
    pub(crate) tax_code: Option<String>,
    /// A further heading, or one with other words: CODE:OTHER-SIDE or CODE:OTHER-SIDE:WORDS. May be given several times
    #[arg(long = "heading", value_name = "HEADING")]
    pub(crate) headings: Vec<String>,
}
