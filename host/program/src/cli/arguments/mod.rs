//! The command line: every command with its arguments.

mod billing;
mod coupons;
mod documents;
mod known_lists;
mod lists;
mod numbers;
mod operators;
mod pdf;
mod people;
mod person;
mod products;
mod recurring;
mod refunds;
mod usage;

pub(crate) use billing::{Alerts, Card, Credit, Recharge, Switch};
pub(crate) use coupons::Coupons;
pub(crate) use documents::{Billing, Invoices, Listed, Receipts, Seats};
pub(crate) use known_lists::{KnownLists, ListName, ListUpdate};
pub(crate) use lists::{AccountKind, Accounts, Documents, Issued, word};
pub(crate) use numbers::{NumberType, Numbers};
pub(crate) use operators::{NewOperator, Operators, PermissionSet};
pub(crate) use pdf::{Document, Pdf, SampleKind};
pub(crate) use people::{Decision, Member, Review};
pub(crate) use person::{Channel, Factor, Login, Me, MyOwn, Own, SignUp, SignUpStep};
pub(crate) use products::{NewProduct, ProductChange, Products};
pub(crate) use recurring::{NewRecurring, Recurring};
pub(crate) use refunds::{Queue, Refunds};
pub(crate) use usage::{
    Daily, Discard, Export, Group, Rejected, RejectedFilter, Reserved, Resubmit, Statement, Summary, Usage, Used,
};

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Prepaid accounts and billing for communication platforms.
#[derive(Parser, Debug)]
#[command(
    name = "coinbox",
    version,
    about,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Arguments {
    /// What every command takes.
    #[command(flatten)]
    pub(crate) common: Common,
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Where help shows what every command takes: behind what the command itself takes, and not at all in the short one.
const HEADING: &str = "Options of every command";

/// What every command takes.
#[derive(Args, Clone, Debug)]
pub(crate) struct Common {
    /// Configuration file [default: ./coinbox.toml, if it is there]
    #[arg(long, global = true, hide_short_help = true, help_heading = HEADING, value_name = "FILE", env = "COINBOX_CONFIG")]
    pub(crate) config: Option<PathBuf>,
    /// Data directory. For all commands but serve, restore and config: work on the store of a stopped server, without one
    #[arg(long, global = true, hide_short_help = true, help_heading = HEADING, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Address of a running server [default: COINBOX_SERVER, or the configured one on this machine]
    #[arg(long, global = true, hide_short_help = true, help_heading = HEADING, value_name = "URL", conflicts_with = "data")]
    pub(crate) server: Option<String>,
    /// Operator token [default: the token of the configuration or the data directory]
    #[arg(long, global = true, hide_short_help = true, help_heading = HEADING, value_name = "TOKEN", env = "COINBOX_TOKEN", hide_env_values = true)]
    pub(crate) token: Option<String>,
    /// Your name in the audit trail where you work on the store of a stopped server; a running one knows it by the token
    #[arg(long, global = true, hide_short_help = true, help_heading = HEADING, value_name = "NAME", env = "COINBOX_OPERATOR_NAME", default_value = "operator")]
    pub(crate) operator: String,
    /// Do it once: a repeat with the same key gets the first answer again
    #[arg(long, global = true, hide_short_help = true, help_heading = HEADING, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Print JSON for programs
    #[arg(long, global = true, hide_short_help = true, help_heading = HEADING)]
    pub(crate) json: bool,
    /// Any setting of the configuration
    #[arg(long = "set", global = true, hide_short_help = true, help_heading = HEADING, value_name = "KEY=VALUE")]
    pub(crate) settings: Vec<String>,
}

/// All commands.
#[derive(Subcommand, Debug)]
pub(crate) enum Command {
    /// Run the server
    Serve(Serve),
    /// Accounts
    #[command(subcommand)]
    Account(Account),
    /// Sub-accounts
    #[command(subcommand)]
    Subaccount(Subaccount),
    /// Sign-ups that wait for a decision, and suspensions that are lifted
    #[command(subcommand)]
    Review(Review),
    /// The people of an account
    #[command(subcommand)]
    Member(Member),
    /// Balance, lots, adjustments
    #[command(subcommand)]
    Credit(Credit),
    /// Codes that give promotional credit
    #[command(subcommand)]
    Coupons(Coupons),
    /// What goes back to cards
    #[command(subcommand)]
    Refunds(Refunds),
    /// Charges by hand and automatic
    #[command(subcommand)]
    Recharge(Recharge),
    /// Payment cards
    #[command(subcommand)]
    Card(Card),
    /// Balance alerts
    #[command(subcommand)]
    Alerts(Alerts),
    /// Invoices and credit notes
    #[command(subcommand)]
    Invoices(Invoices),
    /// Receipts of charges, refunds and coupons
    #[command(subcommand)]
    Receipts(Receipts),
    /// Documents of all accounts
    #[command(subcommand)]
    Documents(Documents),
    /// What is printed on documents
    #[command(subcommand)]
    Billing(Billing),
    /// The seller that documents name. Nothing is charged and no document is issued before it is set
    #[command(subcommand)]
    Seller(Seller),
    /// Paid seats
    #[command(subcommand)]
    Seats(Seats),
    /// What accounts pay by the month: a product with a quantity
    #[command(subcommand)]
    Recurring(Recurring),
    /// How documents look with the configured templates, without store or server
    #[command(subcommand)]
    Document(Document),
    /// What sign-ups, passwords and codes are judged by: mail domains, networks, common passwords, prefixes
    #[command(subcommand)]
    Lists(KnownLists),
    /// Phone numbers
    #[command(subcommand)]
    Numbers(Numbers),
    /// Price book
    #[command(subcommand, visible_alias = "prices")]
    Pricebook(Pricebook),
    /// What can have prices, be used and be invoiced
    #[command(subcommand)]
    Products(Products),
    /// Usage events
    #[command(subcommand)]
    Usage(Usage),
    /// What happened
    Events(Events),
    /// What happened to an account and why, in sentences
    Explain {
        /// Main account
        account: String,
        /// Only what came after this position
        #[arg(long, default_value_t = 0)]
        after: u64,
    },
    /// What would happen to an account if its last 30 days went on: recharges, balances. Runs on a copy of the store
    Forecast {
        /// Main account
        account: String,
        /// Ends of months to look at, the present one included, 1 to 24
        #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=24))]
        months: u32,
    },
    /// Ledger
    #[command(subcommand)]
    Ledger(Ledger),
    /// Rebuild every balance from the ledger and compare
    Verify,
    /// Business choices
    #[command(subcommand)]
    Policy(Policy),
    /// What waits for a person, and what is decided about it
    Queue {
        /// What to do [default: list]
        #[command(subcommand)]
        command: Option<Queue>,
    },
    /// The clock of the rules
    #[command(subcommand)]
    Clock(Clock),
    /// Copy the store to a new file while it is in use
    Backup {
        /// New file, on the server's machine
        to: PathBuf,
    },
    /// Make a store of a backup, in a data directory that holds none
    Restore {
        /// The backup
        from: PathBuf,
        /// For trying things out: it never charges under a name that the original could use
        #[arg(long)]
        copy: bool,
    },
    /// Who acts for the operating company: names, tokens and permissions, in the file of the server on this machine
    #[command(subcommand)]
    Operator(Operators),
    /// Print the effective configuration, secrets masked
    Config,
    /// Sign up for an account of your own, step by step
    Signup(SignUp),
    /// Log in to your account. Asks for the password without showing it
    Login(Login),
    /// Your profile, second factors, sessions and password
    Me(Me),
    /// Run random histories of the rules, with faults, against an independent model
    Simulate(Simulate),
}

/// `simulate`.
#[derive(Args, Debug)]
pub(crate) struct Simulate {
    /// The first seed, or the only one without --seeds and --for [default: drawn at random and printed]
    #[arg(long)]
    pub(crate) seed: Option<u64>,
    /// How many seeds [default: as many as the duration allows; without it 1 where --seed is given, otherwise 100]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) seeds: Option<u64>,
    /// Operations of a seed, 1 to 100 000
    #[arg(long, default_value_t = coinbox_simulation::OPERATIONS, value_name = "COUNT", value_parser = operations)]
    pub(crate) operations: usize,
    /// Go on for so long, such as 10m
    #[arg(long = "for", value_name = "DURATION")]
    pub(crate) duration: Option<String>,
    /// Seeds at once [default: one a processor]
    #[arg(long, value_parser = threads)]
    pub(crate) threads: Option<usize>,
    /// Only these operations of the seed, by the places that a failure names
    #[arg(long, value_name = "PLACES", value_delimiter = ',', requires = "seed", conflicts_with_all = ["seeds", "duration"])]
    pub(crate) only: Vec<usize>,
    /// Write one line for each seed into this file, in order: digests of store, feed and requests to the outside
    #[arg(long, value_name = "FILE", conflicts_with = "only")]
    pub(crate) digests: Option<PathBuf>,
    /// Run three years of a handful of customers instead, verified at every month's end
    #[arg(long, conflicts_with_all = ["seeds", "duration", "only", "digests"])]
    pub(crate) three_years: bool,
    /// Write the ledger of the three years into this folder, for hledger and beancount
    #[arg(long, value_name = "DIR", requires = "three_years")]
    pub(crate) ledger: Option<PathBuf>,
}

fn threads(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|count| (1..=256).contains(count)).ok_or_else(|| "a number from 1 to 256".to_owned())
}

fn operations(text: &str) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| (1..=100_000).contains(count))
        .ok_or_else(|| "a number from 1 to 100000".to_owned())
}

/// `serve`.
#[derive(Args, Debug)]
pub(crate) struct Serve {
    /// Address and port
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<String>,
    /// The rules
    #[arg(long, value_name = "FILE")]
    pub(crate) component: Option<PathBuf>,
    /// text or json
    #[arg(long, value_name = "FORMAT")]
    pub(crate) log_format: Option<String>,
    /// real or simulated
    #[arg(long, value_name = "MODE")]
    pub(crate) clock: Option<String>,
    /// Accept what the server refuses, for this start only. May be given several times
    #[arg(long, value_name = "WHAT")]
    pub(crate) accept: Vec<Accepted>,
}

/// What the server refuses at start unless it is meant.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Accepted {
    /// An empty store in a directory that has had another one
    NewStore,
    /// Another kind of clock than the store has run with
    ClockMode,
    /// A payment sandbox that belongs to another store, or is empty although the store has used one
    Gateway,
    /// The same for the journal of number orders
    NumberOrders,
    /// A backup that was put in place as a file, or another older state of the store. It becomes a restored store, and finds out what has happened since
    OlderStore,
}

/// Why an account is suspended.
#[derive(ValueEnum, Clone, Copy, Debug)]
pub(crate) enum Reason {
    /// Content
    ContentViolation,
    /// Money
    PaymentFailure,
    /// Documents or law
    ComplianceIssue,
    /// Risk
    SuspiciousActivity,
}

/// `account`.
#[derive(Subcommand, Debug)]
pub(crate) enum Account {
    /// Make an account; prints its auth ID and token
    Create {
        /// 1 to 100 characters
        #[arg(long)]
        name: String,
        /// Registered address
        #[arg(long)]
        email: String,
        /// Kind
        #[arg(long = "type", value_enum, default_value = "standard")]
        kind: AccountKind,
        /// Billing address
        #[arg(long, default_value = "")]
        address: String,
        /// City
        #[arg(long, default_value = "")]
        city: String,
        /// State
        #[arg(long, default_value = "")]
        state: String,
        /// IANA time zone
        #[arg(long, default_value = "UTC")]
        timezone: String,
        /// Currency of all its amounts for ever, such as EUR; without it the policy's default
        #[arg(long)]
        currency: Option<String>,
    },
    /// Show one
    Show {
        /// Main account
        account: String,
    },
    /// List them by auth ID, all or those that all given options fit
    List(Accounts),
    /// Change what is given. `none` removes a text that may be empty
    Update {
        /// Main account
        account: String,
        /// 1 to 100 characters
        #[arg(long)]
        name: Option<String>,
        /// Registered mail address. From now on all mails go to it, those on their way too
        #[arg(long)]
        email: Option<String>,
        /// Billing address
        #[arg(long)]
        address: Option<String>,
        /// City
        #[arg(long)]
        city: Option<String>,
        /// State
        #[arg(long)]
        state: Option<String>,
        /// IANA time zone
        #[arg(long)]
        timezone: Option<String>,
    },
    /// What a month began with, what moved and was charged, what is left
    Statement(Statement),
    /// Suspend
    Suspend {
        /// Main account
        account: String,
        /// Reason
        #[arg(long, value_enum)]
        reason: Reason,
        /// What the customer is told besides
        #[arg(long, default_value = "")]
        details: String,
    },
    /// Show or set how the account pays: from credit, or by invoice within a credit limit
    Pays {
        /// Main account
        account: String,
        /// From credit that it has; nothing may be owed
        #[arg(long, conflicts_with = "postpaid")]
        prepaid: bool,
        /// By invoice, within this credit limit, such as 500.00
        #[arg(long, value_name = "LIMIT")]
        postpaid: Option<String>,
    },
    /// Lift a suspension
    Reinstate {
        /// Main account
        account: String,
        /// What was decided
        #[arg(long, default_value = "")]
        details: String,
    },
    /// Close for good and pay back what is left of recent recharges
    Close {
        /// Main account
        account: String,
        /// Why
        #[arg(long, default_value = "")]
        details: String,
        /// Without the time in which usage of before is still posted
        #[arg(long)]
        at_once: bool,
        /// It cannot be undone
        #[arg(long)]
        yes: bool,
    },
    /// How the closing of an account stands
    Closing {
        /// Main account
        account: String,
    },
    /// Show the API token of an account or sub-account
    Token {
        /// Main account or sub-account
        account: String,
    },
    /// Change limits of one account. What is not given stays; without any change the command shows them
    Limits {
        /// Main account
        account: String,
        /// Largest recharge; none: as the policy says
        #[arg(long, value_name = "AMOUNT|none")]
        maximum_recharge: Option<String>,
        /// API requests a second; none: as the policy says
        #[arg(long, value_name = "NUMBER|none")]
        standard_rate: Option<String>,
        /// Lookups a second; none: as the policy says
        #[arg(long, value_name = "NUMBER|none")]
        lookup_rate: Option<String>,
        /// Messages a second; none: as the policy says
        #[arg(long, value_name = "NUMBER|none")]
        message_rate: Option<String>,
        /// Show those in force, as without any option
        #[arg(long, conflicts_with_all = ["maximum_recharge", "standard_rate", "lookup_rate", "message_rate"])]
        show: bool,
    },
}

/// `subaccount`.
#[derive(Subcommand, Debug)]
pub(crate) enum Subaccount {
    /// Make one; prints its auth ID and token
    Create {
        /// Main account
        account: String,
        /// 1 to 100 characters
        #[arg(long)]
        name: String,
        /// Make it unusable at first
        #[arg(long)]
        disabled: bool,
    },
    /// List an account's, newest first
    List {
        /// Main account
        account: String,
    },
    /// Change what is given
    Update {
        /// Sub-account
        subaccount: String,
        /// 1 to 100 characters
        #[arg(long)]
        name: Option<String>,
        /// Whether its credentials and usage are taken
        #[arg(long, value_name = "true|false")]
        enabled: Option<bool>,
    },
    /// Delete one; its usage stays on invoices
    Delete {
        /// Sub-account
        subaccount: String,
        /// What becomes of its numbers
        #[arg(long, value_enum, default_value = "refuse")]
        numbers: Disposal,
        /// Do it
        #[arg(long)]
        yes: bool,
    },
}

/// What becomes of the numbers of a sub-account that is deleted.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Disposal {
    /// While it has any, it is not deleted
    Refuse,
    /// They go to the main account
    Move,
    /// They are released; nothing is given back
    Cascade,
}

/// Form of a price book file.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PriceFormat {
    /// Comma-separated, with a header
    Csv,
    /// A list of objects
    Json,
}

/// `pricebook`.
#[derive(Subcommand, Debug)]
pub(crate) enum Pricebook {
    /// Make a new version from a CSV or JSON file and publish it. A file that is refused leaves nothing behind
    Import {
        /// The file
        file: PathBuf,
        /// Start of the version. It may be before the first version: usage from then on can be rated [default: now]
        #[arg(long, value_name = "MOMENT")]
        starts_at: Option<String>,
        /// Leave it a draft
        #[arg(long, conflicts_with = "starts_at")]
        draft: bool,
        /// Currency of all its prices, such as EUR; without it the policy's default
        #[arg(long)]
        currency: Option<String>,
    },
    /// Write a version
    Export {
        /// Its number [default: the newest published]
        #[arg(long)]
        version: Option<u32>,
        /// Form
        #[arg(long, value_enum, default_value = "csv")]
        format: PriceFormat,
        /// File [default: standard output]
        #[arg(long)]
        output: Option<PathBuf>,
    },
    /// The prices of one country as an account has them now
    Country {
        /// Main account or sub-account
        account: String,
        /// ISO 3166-1 alpha-2, such as US
        country: String,
    },
    /// All versions
    Versions,
    /// Put a draft in force, or a version that was withdrawn or replaced
    Publish {
        /// Its number
        version: u32,
        /// Start of the version. It may be before the first version [default: now]
        #[arg(long, value_name = "MOMENT")]
        starts_at: Option<String>,
    },
    /// Take a published version back before it begins. The version before it stays in force
    Withdraw {
        /// Its number
        version: u32,
    },
    /// Remove a draft, or a version that was withdrawn or replaced, with its rows
    Remove {
        /// Its number
        version: u32,
    },
    /// Replace an account's price overrides by those of a file
    Override {
        /// Main account
        account: String,
        /// CSV or JSON file, at most 500 rows; none with --show, --list and --withdraw
        #[arg(required_unless_present_any = ["show", "list", "withdraw"])]
        file: Option<PathBuf>,
        /// From when [default: now]
        #[arg(long, value_name = "MOMENT")]
        starts_at: Option<String>,
        /// Show those in force instead
        #[arg(long)]
        show: bool,
        /// List all sets, those to come and those of before
        #[arg(long, conflicts_with_all = ["show", "file", "starts_at"])]
        list: bool,
        /// Take the set that starts at this moment back before it begins
        #[arg(long, value_name = "MOMENT", conflicts_with_all = ["show", "list", "file", "starts_at"])]
        withdraw: Option<String>,
    },
}

/// `events`.
#[derive(Args, Debug)]
pub(crate) struct Events {
    /// Main account [default: all]
    pub(crate) account: Option<String>,
    /// Only what came after this position
    #[arg(long, default_value_t = 0)]
    pub(crate) after: u64,
    /// At most so many
    #[arg(long)]
    pub(crate) limit: Option<usize>,
    /// Wait for more
    #[arg(long)]
    pub(crate) follow: bool,
}

/// Form of a ledger export.
#[derive(ValueEnum, Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum LedgerFormat {
    /// A journal for hledger
    Hledger,
    /// A file for beancount
    Beancount,
    /// A line a posting
    Csv,
}

/// `ledger`.
#[derive(Subcommand, Debug)]
pub(crate) enum Ledger {
    /// Write the whole ledger
    Export {
        /// Form
        #[arg(long, value_enum, default_value = "hledger")]
        format: LedgerFormat,
        /// File [default: standard output]
        #[arg(long)]
        output: Option<PathBuf>,
    },
}

/// `policy`.
#[derive(Subcommand, Debug)]
pub(crate) enum Policy {
    /// Settings in force, as lines that `policy set --file` takes
    Show {
        /// These only
        names: Vec<String>,
    },
    /// Change settings; what is not named stays. `policy describe NAME` tells form, bounds, default and requirements of a setting
    Set(PolicySet),
    /// Put the defaults of settings back
    Reset {
        /// Their names
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// What settings there are; of those that are named: form, bounds, default, requirements
    Describe {
        /// Their names
        names: Vec<String>,
    },
    /// Who changed what, when, from which value to which, newest first
    History {
        /// Of this account's own settings
        #[arg(long)]
        account: Option<String>,
        /// Older than this version
        #[arg(long)]
        after: Option<String>,
        /// At most so many changes
        #[arg(long, default_value_t = 20)]
        limit: u32,
    },
}

/// What `policy set` changes.
#[derive(Args, Debug)]
pub(crate) struct PolicySet {
    /// One setting as NAME VALUE…, or several as NAME=VALUE…: amounts as 25.00, durations as 10s, entries of a list with commas or as words
    #[arg(
        value_name = "NAME VALUE",
        allow_negative_numbers = true,
        required_unless_present = "file",
        conflicts_with = "file"
    )]
    pub(crate) words: Vec<String>,
    /// A file of lines NAME VALUE, such as `policy show` prints; - is standard input
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
}

/// `seller`.
#[derive(Subcommand, Debug)]
pub(crate) enum Seller {
    /// Who sells, and what is missing
    Show,
    /// Change what is given
    Set(SellerChange),
}

/// What `seller set` changes. An empty text removes a field. Legal name, address and country can be changed, but not removed.
#[derive(Args, Debug)]
pub(crate) struct SellerChange {
    /// Legal name
    #[arg(long)]
    pub(crate) legal_name: Option<String>,
    /// A line of the address; all of them are replaced
    #[arg(long = "address", value_name = "LINE")]
    pub(crate) address: Vec<String>,
    /// Two letters, such as DE
    #[arg(long)]
    pub(crate) country: Option<String>,
    /// Tax ID
    #[arg(long)]
    pub(crate) tax_id: Option<String>,
    /// Address for mail
    #[arg(long)]
    pub(crate) email: Option<String>,
    /// Number in the register of companies
    #[arg(long)]
    pub(crate) registration_number: Option<String>,
    /// Phone
    #[arg(long)]
    pub(crate) phone: Option<String>,
}

/// `clock`.
#[derive(Subcommand, Debug)]
pub(crate) enum Clock {
    /// The moment that the rules are told
    Show,
    /// Move a simulated clock, driving all that becomes due on the way
    Advance {
        /// A duration such as 30d
        #[arg(required_unless_present = "to", conflicts_with = "to")]
        by: Option<String>,
        /// A moment
        #[arg(long)]
        to: Option<String>,
    },
    /// Say that the machine's clock is right although it has jumped ahead. `clock show` prints what it shows
    Confirm {
        /// The moment that the machine's clock showed when you looked, at most a few minutes ago
        to: String,
    },
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn common_flags_may_stand_anywhere() {
        let parsed =
            Arguments::try_parse_from(["coinbox", "credit", "goodwill", "MA1", "5.00", "--reason", "x", "--json"]);
        assert!(parsed.expect("valid").common.json);
        assert!(Arguments::try_parse_from(["coinbox", "--data", "a", "--server", "b", "verify"]).is_err());
        for switch in [&["on"][..], &["off"], &[], &["--day-cap", "none"]] {
            let line = ["coinbox", "recharge", "auto", "MA1"].iter().chain(switch);
            assert!(Arguments::try_parse_from(line).is_ok(), "{switch:?}");
        }
        assert!(Arguments::try_parse_from(["coinbox", "usage", "import", "f", "--parallel", "17"]).is_err());
        let good = |line: &str| Arguments::try_parse_from(line.split(' ')).is_ok();
        assert!(good("coinbox usage summary MA1 --from 2026-10-01 --to 2026-10-31 --by day,product --csv"));
        assert!(good("coinbox usage resubmit --reason no-price") && good("coinbox usage resubmit f"));
        assert!(!good("coinbox usage resubmit") && !good("coinbox usage resubmit f --reason no-price"));
        assert!(good("coinbox usage discard a b") && !good("coinbox usage discard a --account MA1"));
    }
}
