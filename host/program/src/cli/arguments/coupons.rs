//! `coupons`.

use clap::Subcommand;

/// `coupons`.
#[derive(Subcommand, Debug)]
pub(crate) enum Coupons {
    /// Make a code that gives promotional credit; prints it
    Create {
        /// What one redemption gives, such as 25.00
        amount: String,
        /// It can be redeemed before this moment
        #[arg(long, value_name = "MOMENT")]
        redeem_by: String,
        /// 4 to 32 letters, digits and hyphens [default: drawn at random]
        #[arg(long)]
        code: Option<String>,
        /// How long the credit lasts after the redemption, such as 90d [default: for ever]
        #[arg(long, value_name = "DURATION", conflicts_with = "until")]
        lasting: Option<String>,
        /// Until when the credit lasts
        #[arg(long, value_name = "MOMENT")]
        until: Option<String>,
        /// Redemptions of all accounts together
        #[arg(long, default_value_t = 1)]
        uses: u32,
        /// Redemptions of one account
        #[arg(long, default_value_t = 1)]
        uses_per_account: u32,
        /// What it is for
        #[arg(long, default_value = "")]
        note: String,
    },
    /// List them, newest first
    List {
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Show one by its code
    Show {
        /// Its code
        code: String,
    },
    /// Take one back: it cannot be redeemed any more
    Withdraw {
        /// Its number
        number: u32,
    },
    /// Redeem a code for an account
    Redeem {
        /// Main account
        account: String,
        /// The code
        code: String,
    },
    /// What an account has redeemed, newest first
    Redemptions {
        /// Main account
        account: String,
        /// At most so many
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
}
