//! What is used and priced: products, their headings, one usage event, what it would cost (USE-1, USE-2, USE-7).

use crate::code::{Code, codes};
use crate::vocabulary::{Instant, Micros, int_text};
use coinbox_forms::phone::{self, OtherSide};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

codes! {
    /// What a customer uses: a code of the price book (USE-7).
    Product {
        /// Calls, counted in seconds.
        VOICE = 0 "voice" 'v',
        /// Text messages, counted in parts.
        SMS = 1 "sms" 's',
        /// Multimedia messages, counted in parts.
        MMS = 2 "mms" 'm',
    }
}

codes! {
    /// Which way a product was used, as the customer sees it, and over what line of the customer's, where that has a price of its own.
    Heading {
        /// From the customer to the other side.
        OUTBOUND = 0 "outbound" 'o',
        /// From the other side to the customer.
        INBOUND = 1 "inbound" 'i',
        /// From a mobile number of the customer.
        OUTBOUND_MOBILE = 2 "outbound-mobile" 'a',
        /// From a toll-free number of the customer.
        OUTBOUND_TOLL_FREE = 3 "outbound-toll-free" 'b',
        /// From a short code of the customer.
        OUTBOUND_SHORT_CODE = 4 "outbound-short-code" 'c',
        /// To the customer's own equipment over IP: no number is called.
        OUTBOUND_IP = 5 "outbound-ip" 'd',
        /// To a mobile number of the customer.
        INBOUND_MOBILE = 6 "inbound-mobile" 'e',
        /// To a toll-free number of the customer.
        INBOUND_TOLL_FREE = 7 "inbound-toll-free" 'f',
        /// To a short code of the customer.
        INBOUND_SHORT_CODE = 8 "inbound-short-code" 'g',
        /// From the customer's own equipment over IP.
        INBOUND_IP = 9 "inbound-ip" 'h',
    }
}

/// What a surcharge is called (USE-8): a code like that of a product, without built-in ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SurchargeCode(Code);

impl SurchargeCode {
    /// The value of a text. A text that is no code has one too: see `is_formed`.
    pub fn read(text: &str) -> SurchargeCode {
        SurchargeCode(Code::read(text, std::iter::empty()))
    }

    /// The text.
    pub fn name(&self) -> &str {
        self.0.as_str()
    }

    /// Whether the text is a code.
    pub fn is_formed(self) -> bool {
        self.0.is_formed()
    }
}

impl fmt::Display for SurchargeCode {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl Serialize for SurchargeCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for SurchargeCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SurchargeCode, D::Error> {
        crate::text::read_text(deserializer, "a code", |text| Some(SurchargeCode::read(text)))
    }
}

/// Between the codes of a pair in keys and in the ledger.
const PAIR: char = ':';

/// Appends product and heading as keys and the ledger have them: two letters where both are built in (`vo`), otherwise both codes
/// (`lookup:request`).
pub fn push_pair(text: &mut String, product: Product, heading: Heading) {
    if let (Some(product), Some(heading)) = (product.letter(), heading.letter()) {
        text.push(product);
        text.push(heading);
    } else {
        text.push_str(product.name());
        text.push(PAIR);
        text.push_str(heading.name());
    }
}

/// Product and heading as keys and the ledger have them.
pub fn pair(product: Product, heading: Heading) -> String {
    let mut text = String::new();
    push_pair(&mut text, product, heading);
    text
}

/// Reads back what [`pair`] gives.
pub fn parse_pair(text: &str) -> Option<(Product, Heading)> {
    if let Some((product, heading)) = text.split_once(PAIR) {
        let (product, heading) = (Product::read(product), Heading::read(heading));
        let short = product.is_built_in() && heading.is_built_in();
        return (product.is_formed() && heading.is_formed() && !short).then_some((product, heading));
    }
    let mut letters = text.chars();
    let pair = (Product::of_letter(letters.next()?)?, Heading::of_letter(letters.next()?)?);
    letters.next().is_none().then_some(pair)
}

/// What a heading says of the other side.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SideRule {
    /// It is always a number: it was called, sent to, or asked about.
    NumberRequired,
    /// It may have no number.
    Optional,
    /// There is none.
    None,
}

impl SideRule {
    /// The word of the contract.
    pub const fn name(self) -> &'static str {
        match self {
            SideRule::NumberRequired => "number-required",
            SideRule::Optional => "optional",
            SideRule::None => "none",
        }
    }
}

impl SideRule {
    /// Whether a use of such a heading reaches a number. Then that number is a destination (ACC-6). Calls and messages that come in, and those to
    /// equipment of the customer's own over IP, reach none.
    pub fn is_destination(self) -> bool {
        self == SideRule::NumberRequired
    }
}

/// What stands for the other side of a use. None: it breaks its form.
pub fn other_side(rule: SideRule, text: &str) -> Option<OtherSide<'_>> {
    match rule {
        SideRule::NumberRequired => phone::called(text),
        SideRule::Optional => phone::other_side(text),
        SideRule::None => text.is_empty().then_some(OtherSide::NoNumber),
    }
}

/// What the other side must be, in words.
pub const fn other_side_limit(rule: SideRule) -> &'static str {
    match rule {
        SideRule::NumberRequired => phone::CALLED_LIMIT,
        SideRule::Optional => phone::OTHER_SIDE_LIMIT,
        SideRule::None => "empty: there is no other side",
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
    /// In the unit of the product: seconds of calls, parts of messages.
    pub quantity: u32,
    /// When it ended.
    #[serde(with = "int_text")]
    pub at: Instant,
}

/// An event whose texts are lent: of a list of events, or of columns. Its JSON form is that of an [`Event`].
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub struct EventView<'a> {
    pub id: &'a str,
    pub auth_id: &'a str,
    pub product: Product,
    pub heading: Heading,
    pub number: &'a str,
    pub quantity: u32,
    #[serde(with = "int_text")]
    pub at: Instant,
}

impl Event {
    /// The same, lent.
    pub fn view(&self) -> EventView<'_> {
        let Event { id, auth_id, product, heading, number, quantity, at } = self;
        EventView { id, auth_id, product: *product, heading: *heading, number, quantity: *quantity, at: *at }
    }
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
    /// The catalogue has no such product, or the product no such heading.
    UnknownProduct,
    /// No price row matches at the event's own time.
    NoPrice,
    /// Counted before with other content.
    Conflict,
}

/// A surcharge that rides on an event.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct QuotedSurcharge {
    /// Its code.
    pub code: String,
    /// As invoices print it.
    pub words: String,
    /// For the event, or per unit of the price.
    pub rate: String,
    /// Rounded once, as it would be posted.
    #[serde(with = "int_text")]
    pub amount: Micros,
}

/// What an event would cost.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Quote {
    /// Per unit of the price, such as a minute or a part; decimal text.
    pub rate: String,
    /// The prefix that matched.
    pub prefix: String,
    /// With all surcharges, each rounded once, as it would be posted (R3).
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// In order of code.
    pub surcharges: Vec<QuotedSurcharge>,
}

/// Longest ID of an event and of a call: Call-IDs of SIP are longer than most.
pub const ID_MAX: usize = 255;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_codes_are_in_the_order_of_price_lists_and_others_follow_by_text() {
        let mut products = ["zebra", "mms", "data", "voice", "No code", "sms", "a1"].map(Product::read);
        products.sort_unstable();
        assert_eq!(
            products.map(|product| product.to_string()),
            ["voice", "sms", "mms", "a1", "data", "zebra", "No code"]
        );
        assert!(Heading::BUILT_IN.is_sorted());
        assert_eq!(Product::read("voice"), Product::VOICE);
        assert_eq!(Heading::read("inbound-ip"), Heading::INBOUND_IP);
    }

    #[test]
    fn a_text_that_is_no_code_is_kept_as_far_as_it_has_room() {
        for text in ["", "Voice", "fax machine", "ääää", "x", "123456789012345678901234567890"] {
            let product = Product::read(text);
            assert!(!product.is_formed() && !product.is_built_in(), "{text}");
            assert_eq!(product.name(), text);
        }
        assert_eq!(Product::read(&"ä".repeat(16)).name(), "ä".repeat(15));
        assert_eq!(Product::read(&"x".repeat(31)).name(), "x".repeat(30));
        assert_ne!(Product::read(&"x".repeat(31)), Product::read(&"x".repeat(30)), "one of them is a code");
        let text = serde_json::to_string(&Product::read("a\"b")).expect("plain");
        assert_eq!(serde_json::from_str::<Product>(&text).expect("readable").name(), "a\"b");
    }

    #[test]
    fn pairs_read_back_and_built_in_ones_keep_their_letters() {
        let (lookup, request) = (Product::read("lookup"), Heading::read("request"));
        for (product, heading, text) in [
            (Product::VOICE, Heading::OUTBOUND, "vo"),
            (Product::MMS, Heading::INBOUND_IP, "mh"),
            (lookup, request, "lookup:request"),
            (lookup, Heading::OUTBOUND, "lookup:outbound"),
            (Product::VOICE, request, "voice:request"),
        ] {
            assert_eq!(pair(product, heading), text);
            assert_eq!(parse_pair(text), Some((product, heading)), "{text}");
        }
        for bad in ["", "v", "vx", "voo", "voice:outbound", "lookup", "lookup:", ":request", "Lookup:request"] {
            assert_eq!(parse_pair(bad), None, "{bad}");
        }
    }

    #[test]
    fn an_event_is_written_with_its_codes_as_text() {
        let text =
            r#"{"id":"e","auth-id":"MA1","product":"voice","heading":"lookup","number":"","quantity":7,"at":"5"}"#;
        let event: Event = serde_json::from_str(text).expect("an event");
        assert_eq!((event.product, event.heading), (Product::VOICE, Heading::read("lookup")));
        assert_eq!(serde_json::to_string(&event).expect("plain"), text);
    }
}
