//! Arguments of `coinbox numbers …`.

use clap::{Subcommand, ValueEnum};

/// Type of a number.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum NumberType {
    /// Of a city or area
    Local,
    /// Of a whole country
    National,
    /// Of a mobile network
    Mobile,
    /// Free for who calls it
    TollFree,
}

/// `numbers`.
#[derive(Subcommand, Debug)]
pub(crate) enum Numbers {
    /// Numbers that could be rented now, with their prices for this account
    Search {
        /// Main account or sub-account that would rent
        account: String,
        /// ISO 3166-1 alpha-2, such as US
        country: String,
        /// Type
        #[arg(long = "type", value_enum)]
        number_type: Option<NumberType>,
        /// Digits after the country calling code
        #[arg(long)]
        pattern: Option<String>,
        /// Region
        #[arg(long)]
        region: Option<String>,
        /// City
        #[arg(long)]
        city: Option<String>,
        /// Services that it must have, with commas
        #[arg(long, value_delimiter = ',', value_parser = ["voice", "sms", "mms"])]
        services: Vec<String>,
        /// At most so many, 1 to 100
        #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=100))]
        limit: u32,
        /// Leave out so many
        #[arg(long, default_value_t = 0)]
        offset: u32,
    },
    /// Rent a number: takes the set-up fee and the first rent
    Buy {
        /// Main account or sub-account that will use the number. The main account pays
        account: String,
        /// The number
        number: String,
        /// A name for it
        #[arg(long)]
        alias: Option<String>,
        /// What answers its calls and messages
        #[arg(long)]
        app: Option<String>,
    },
    /// Rented numbers, oldest first
    List {
        /// Main account, with its sub-accounts, or one sub-account
        account: String,
        /// Type
        #[arg(long = "type", value_enum)]
        number_type: Option<NumberType>,
        /// Digits that it begins with
        #[arg(long)]
        starts_with: Option<String>,
        /// Only those of this sub-account, or of the main account itself
        #[arg(long)]
        holder: Option<String>,
        /// Exactly this alias
        #[arg(long)]
        alias: Option<String>,
        /// Services that it must have, with commas
        #[arg(long, value_delimiter = ',', value_parser = ["voice", "sms", "mms"])]
        services: Vec<String>,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: u32,
    },
    /// One rented number
    Show {
        /// Main account or sub-account
        account: String,
        /// The number
        number: String,
    },
    /// Change a rented number
    Update {
        /// Main account or sub-account
        account: String,
        /// The number
        number: String,
        /// A name for it; none takes it away
        #[arg(long)]
        alias: Option<String>,
        /// What answers its calls and messages; none takes it away
        #[arg(long)]
        app: Option<String>,
        /// Main account or sub-account that uses it from now on
        #[arg(long)]
        holder: Option<String>,
    },
    /// Give a rented number back; nothing is refunded
    Release {
        /// Main account or sub-account
        account: String,
        /// The number
        number: String,
    },
}
