//! What is used and priced: products, their direction, one usage event, what it would cost (USE-1, USE-2).

use crate::vocabulary::{Instant, Micros, int_text};
use coinbox_forms::phone::{self, OtherSide};
use serde::{Deserialize, Serialize};

/// What a customer uses.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Product {
    /// Calls, counted in seconds.
    Voice,
    /// Text messages, counted in parts.
    Sms,
    /// Multimedia messages, counted in parts.
    Mms,
}

/// What stands for the other side of a use. None: it breaks its form.
pub fn other_side(heading: Heading, text: &str) -> Option<OtherSide<'_>> {
    if heading.needs_number() { phone::called(text) } else { phone::other_side(text) }
}

/// What the other side must be, in words.
pub const fn other_side_limit(heading: Heading) -> &'static str {
    if heading.needs_number() { phone::CALLED_LIMIT } else { phone::OTHER_SIDE_LIMIT }
}

impl Product {
    /// Every product, in the order of price lists.
    pub const ALL: [Product; 3] = [Product::Voice, Product::Sms, Product::Mms];

    /// The word of the contract, also in ledger accounts such as `income:usage:voice`.
    pub const fn name(self) -> &'static str {
        match self {
            Product::Voice => "voice",
            Product::Sms => "sms",
            Product::Mms => "mms",
        }
    }

    /// One letter for keys.
    pub const fn letter(self) -> char {
        match self {
            Product::Voice => 'v',
            Product::Sms => 's',
            Product::Mms => 'm',
        }
    }

    /// The product of a letter.
    pub fn of_letter(letter: char) -> Option<Product> {
        Product::ALL.into_iter().find(|product| product.letter() == letter)
    }
}

/// Which way it went, as the customer sees it, and over what line of the customer's, where that has a price of its own.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Heading {
    /// From the customer to the other side.
    Outbound,
    /// From the other side to the customer.
    Inbound,
    /// From a mobile number of the customer.
    OutboundMobile,
    /// From a toll-free number of the customer.
    OutboundTollFree,
    /// From a short code of the customer.
    OutboundShortCode,
    /// To the customer's own equipment over IP: no number is called.
    OutboundIp,
    /// To a mobile number of the customer.
    InboundMobile,
    /// To a toll-free number of the customer.
    InboundTollFree,
    /// To a short code of the customer.
    InboundShortCode,
    /// From the customer's own equipment over IP.
    InboundIp,
}

impl Heading {
    /// All of them, in the order of price lists.
    pub const ALL: [Heading; 10] = [
        Heading::Outbound,
        Heading::Inbound,
        Heading::OutboundMobile,
        Heading::OutboundTollFree,
        Heading::OutboundShortCode,
        Heading::OutboundIp,
        Heading::InboundMobile,
        Heading::InboundTollFree,
        Heading::InboundShortCode,
        Heading::InboundIp,
    ];

    /// The word of the contract.
    pub const fn name(self) -> &'static str {
        match self {
            Heading::Outbound => "outbound",
            Heading::Inbound => "inbound",
            Heading::OutboundMobile => "outbound-mobile",
            Heading::OutboundTollFree => "outbound-toll-free",
            Heading::OutboundShortCode => "outbound-short-code",
            Heading::OutboundIp => "outbound-ip",
            Heading::InboundMobile => "inbound-mobile",
            Heading::InboundTollFree => "inbound-toll-free",
            Heading::InboundShortCode => "inbound-short-code",
            Heading::InboundIp => "inbound-ip",
        }
    }

    /// One letter for keys.
    pub const fn letter(self) -> char {
        match self {
            Heading::Outbound => 'o',
            Heading::Inbound => 'i',
            Heading::OutboundMobile => 'a',
            Heading::OutboundTollFree => 'b',
            Heading::OutboundShortCode => 'c',
            Heading::OutboundIp => 'd',
            Heading::InboundMobile => 'e',
            Heading::InboundTollFree => 'f',
            Heading::InboundShortCode => 'g',
            Heading::InboundIp => 'h',
        }
    }

    /// Whether the other side is always a number: it was called or sent to over a phone network. What comes in costs by the customer's own
    /// number, and equipment over IP has none.
    pub const fn needs_number(self) -> bool {
        matches!(
            self,
            Heading::Outbound | Heading::OutboundMobile | Heading::OutboundTollFree | Heading::OutboundShortCode
        )
    }

    /// The heading of a letter.
    pub fn of_letter(letter: char) -> Option<Heading> {
        Heading::ALL.into_iter().find(|heading| heading.letter() == letter)
    }
}

/// What kind of phone number is rented (NUM-1).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NumberKind {
    /// Of a city or area.
    Local,
    /// Of a whole country.
    National,
    /// Of a mobile network.
    Mobile,
    /// Free for who calls it.
    TollFree,
}

impl NumberKind {
    /// All of them, in the order of price lists.
    pub const ALL: [NumberKind; 4] =
        [NumberKind::Local, NumberKind::National, NumberKind::Mobile, NumberKind::TollFree];

    /// The word of the contract.
    pub const fn name(self) -> &'static str {
        match self {
            NumberKind::Local => "local",
            NumberKind::National => "national",
            NumberKind::Mobile => "mobile",
            NumberKind::TollFree => "toll-free",
        }
    }

    /// The kind of a word.
    pub fn of_name(name: &str) -> Option<NumberKind> {
        NumberKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// One thing that was used. Identity: account, id and time (R47).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Event {
    /// 1 to 255 printable ASCII characters without space.
    pub id: String,
    /// Main account or sub-account.
    pub auth_id: String,
    /// What was used.
    pub product: Product,
    /// Which way.
    pub heading: Heading,
    /// Number of the other side, digits only, 3 to 15. Where the heading needs no number, also what the network gave in its place: nothing,
    /// `anonymous`, the name of a sender, a URI of SIP.
    pub number: String,
    /// Seconds (voice) or message parts, 0 to 1 000 000.
    pub quantity: u32,
    /// When it ended.
    #[serde(with = "int_text")]
    pub at: Instant,
}

/// Why an event was not counted (USE-6).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Rejection {
    /// A field breaks its form or bound.
    Malformed,
    /// No account has this auth ID.
    UnknownAccount,
    /// Closed accounts take no usage (R14, R23).
    AccountClosed,
    /// Older than the policy's window (R15).
    TooOld,
    /// Farther ahead than the policy tolerates (R15).
    InFuture,
    /// No price row matches at the event's own time.
    NoPrice,
    /// Counted before with other content.
    Conflict,
}

/// What an event would cost.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Quote {
    /// Per minute or per part, decimal text.
    pub rate: String,
    /// The prefix that matched.
    pub prefix: String,
    /// Rounded once, as it would be posted (R3).
    #[serde(with = "int_text")]
    pub amount: Micros,
}

/// Longest ID of an event and of a call: Call-IDs of SIP are longer than most.
pub const ID_MAX: usize = 255;
