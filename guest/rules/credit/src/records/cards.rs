//! What is stored of payment cards, and whether one can be charged now (CRD-11).

use coinbox_ground::calendar;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::Error;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::charges::card_name;
use coinbox_profiles::billing;
use coinbox_profiles::seller;
use serde::{Deserialize, Serialize};

/// Whether a card can be charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CardState {
    /// The gateway has not described it yet.
    Checking,
    /// It can be charged until it expires.
    Ready,
    /// The gateway does not know the token.
    UnknownToGateway,
}

/// One stored card.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Card {
    /// Counted per account from 1.
    pub number: u32,
    /// The gateway's token.
    pub token: String,
    /// Brand, for people.
    pub brand: String,
    /// Last digits, for people.
    pub last_four: String,
    /// Year in which it expires.
    pub year: u16,
    /// Month in which it expires.
    pub month: u8,
    /// Whether it can be charged.
    pub state: CardState,
    /// Whether it becomes the default once it can be charged.
    pub make_default: bool,
    /// The attempt under way or done last; 0: none.
    pub attempt: u32,
}

impl Card {
    /// What a person reads: brand and last four digits.
    pub fn label(&self) -> String {
        format!("{} {}", self.brand, self.last_four).trim().to_owned()
    }

    /// The moment from which on it cannot be charged.
    pub fn expires(&self) -> Option<Instant> {
        calendar::card_expires(self.year, self.month)
    }
}

/// The cards of an account, at `cards/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Cards {
    /// Version of the record.
    pub v: u32,
    /// Number of the card that was added last.
    pub last: u32,
    /// Number of the card that is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<u32>,
    /// In the order in which they were added.
    pub cards: Vec<Card>,
    /// Tokens that the gateway still has to forget.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forgetting: Vec<(u32, String, u32)>,
}

impl Record for Cards {
    const KIND: &'static str = "payment cards";
}

/// A card as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownCard {
    pub name: String,
    pub brand: String,
    pub last_four: String,
    pub expires_year: u16,
    pub expires_month: u8,
    pub is_default: bool,
    pub state: CardState,
}

/// Why no card can be charged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Unusable {
    /// None is stored, or none is the default.
    None,
    /// Past its month.
    Expired,
    /// Not described yet.
    Checking,
    /// The gateway does not know it.
    UnknownToGateway,
    /// These of the customer's legal name, address and country are missing, and the policy asks for them (R44, R89).
    NoBillingAddress(Vec<&'static str>),
    /// These of the seller's are (R89).
    SellerIncomplete(Vec<&'static str>),
}

impl From<Unusable> for Error {
    fn from(unusable: Unusable) -> Error {
        let texts = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect();
        match unusable {
            Unusable::NoBillingAddress(missing) => Error::BillingIncomplete(texts(missing)),
            Unusable::SellerIncomplete(missing) => Error::SellerIncomplete(texts(missing)),
            other => Error::NoUsableCard(other.word().to_owned()),
        }
    }
}

impl Unusable {
    /// Its word in answers, events and mails.
    pub fn word(&self) -> &'static str {
        match self {
            Unusable::None => "none",
            Unusable::Expired => "expired",
            Unusable::Checking => "checking",
            Unusable::UnknownToGateway => "unknown-to-gateway",
            Unusable::NoBillingAddress(_) => "no-billing-address",
            Unusable::SellerIncomplete(_) => "seller-incomplete",
        }
    }
}

/// Where the record lies.
pub fn key(account: AuthId) -> String {
    format!("cards/{account}")
}

/// The record; an empty one, if no card was ever stored.
pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Cards, Fault> {
    Ok(turn.get(&key(account))?.unwrap_or(Cards {
        v: 1,
        last: 0,
        default: None,
        cards: Vec::new(),
        forgetting: Vec::new(),
    }))
}

/// The number in the name of a card.
pub fn parse_name(name: &str) -> Option<u32> {
    name.strip_prefix("card-")?.parse().ok().filter(|number: &u32| card_name(*number) == name)
}

impl Cards {
    /// The card of this number.
    pub fn find(&self, number: u32) -> Option<&Card> {
        self.cards.iter().find(|card| card.number == number)
    }

    /// The card of this number, to be changed.
    pub fn find_mut(&mut self, number: u32) -> Option<&mut Card> {
        self.cards.iter_mut().find(|card| card.number == number)
    }
}

/// The card of this name, or the default, if it can be charged now; unknown names are refused.
pub fn usable(turn: &Turn<'_>, account: AuthId, wanted: Option<&str>) -> Result<Result<Card, Unusable>, Fault> {
    let stored = load(turn, account)?;
    let number = match wanted {
        Some(wanted) => Some(parse_name(wanted).ok_or_else(|| Fault::not_found("card"))?),
        None => stored.default,
    };
    let Some(card) = number.and_then(|number| stored.find(number)) else { return Ok(Err(Unusable::None)) };
    Ok(match card.state {
        CardState::Checking => Err(Unusable::Checking),
        CardState::UnknownToGateway => Err(Unusable::UnknownToGateway),
        CardState::Ready if card.expires().is_some_and(|expires| turn.now() >= expires) => Err(Unusable::Expired),
        CardState::Ready => {
            let lacking = seller::missing_for_charges(turn)?;
            let customer = billing::missing_for_charges(turn, account)?;
            match (lacking.is_empty(), customer.is_empty()) {
                (false, _) => Err(Unusable::SellerIncomplete(lacking)),
                (true, false) => Err(Unusable::NoBillingAddress(customer)),
                (true, true) => Ok(card.clone()),
            }
        }
    })
}

/// The default card, if it can be charged now.
pub fn usable_default(turn: &Turn<'_>, account: AuthId) -> Result<Result<Card, Unusable>, Fault> {
    usable(turn, account, None)
}

/// Whether a default card is stored, whatever its state: automatic recharge needs one (R5).
pub(crate) fn has_default(turn: &Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(load(turn, account)?.default.is_some())
}

/// The gateway's token of a card that is still stored.
pub fn token(turn: &Turn<'_>, account: AuthId, number: u32) -> Result<Option<String>, Fault> {
    Ok(load(turn, account)?.find(number).map(|card| card.token.clone()))
}

/// Cards as the contract shows them.
pub fn shown(turn: &Turn<'_>, account: AuthId) -> Result<Vec<ShownCard>, Fault> {
    let stored = load(turn, account)?;
    Ok(stored
        .cards
        .iter()
        .map(|card| ShownCard {
            name: card_name(card.number),
            brand: card.brand.clone(),
            last_four: card.last_four.clone(),
            expires_year: card.year,
            expires_month: card.month,
            is_default: stored.default == Some(card.number),
            state: card.state,
        })
        .collect())
}
