//! Forms of values that enter Coinbox: one type a form, as strict as the strictest reader that the value has later.
//!
//! The rules check with it what they are handed, and a host what it reads from files of its own, so that no door is laxer than
//! the one behind it. Nothing here reads, writes or remembers: the same text gives the same answer for ever, and the tables name
//! their source and its date.
//!
//! | module | form | read later by |
//! |---|---|---|
//! | [`ascii`] | digits and printable ASCII, judged by words | keys, the ledger |
//! | [`code`] | codes of products and headings | keys, price files, names of ledger accounts |
//! | [`country`], [`subdivision`] | ISO 3166-1 and 3166-2, with the code that is meant by the usual wrong ones | the tax table, price books, documents |
//! | [`currency`] | ISO 4217, with the digits of the smallest unit | amounts at the payment gateway, documents, terminals |
//! | [`email`] | mail addresses | the mailer |
//! | [`letters`] | text that can be printed | documents, mails, terminals |
//! | [`network`] | addresses and networks of IPv4 and IPv6, one way to write each | proxies that are believed, networks of operators |
//! | [`tax_id`] | VAT numbers of the European Union with their check digits, the look of others | reverse charge, documents |
//! | [`phone`] | numbers that can be rented, and the other side of calls and messages | price books, networks |

#![forbid(unsafe_code)]

pub mod ascii;
pub mod code;
pub mod country;
pub mod currency;
pub mod email;
pub mod letters;
pub mod network;
pub mod phone;
pub mod subdivision;
pub mod tax_id;

/// Why a text has not the form.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Problem {
    /// Whether the text has the shape but is none of the known values; otherwise the shape itself is wrong.
    pub unknown: bool,
    /// What is wanted, in words that follow "must be"; the value that is meant comes first where it is clear.
    pub limit: String,
}

impl Problem {
    fn shape(limit: impl Into<String>) -> Problem {
        Problem { unknown: false, limit: limit.into() }
    }

    fn value(limit: impl Into<String>) -> Problem {
        Problem { unknown: true, limit: limit.into() }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.limit)
    }
}
