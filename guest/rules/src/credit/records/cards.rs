//! What is stored of payment cards, and whether one can be charged now (CRD-11).

use crate::ground::calendar;
use crate::ground::call::{Call, Record};
use crate::ground::ids::AuthId;
use crate::ground::interfaces::credits::Error;
use crate::ground::vocabulary::{Fault, Instant};
pub(crate) use crate::ledger::charges::card_name as name;
use crate::profiles::billing;
use crate::profiles::seller;
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
    pub(crate) token: String,
    pub(crate) brand: String,
    pub(crate) last_four: String,
    pub(crate) year: u16,
    pub(crate) month: u8,
    pub(crate) state: CardState,
    pub(crate) make_default: bool,
    pub(crate) attempt: u32,
}

impl Card {
    /// What a person reads: brand and last four digits.
    pub fn label(&self) -> String {
        format!("{} {}", self.brand, self.last_four).trim().to_owned()
    }

    /// The moment from which on it cannot be charged.
    pub(crate) fn expires(&self) -> Option<Instant> {
        calendar::card_expires(self.year, self.month)
    }
}

/// The cards of an account, at `cards/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub(crate) struct Wallet {
    pub(crate) v: u32,
    pub(crate) last: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) default: Option<u32>,
    pub(crate) cards: Vec<Card>,
    /// Tokens that the gateway still has to forget.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) forgetting: Vec<(u32, String, u32)>,
}

impl Record for Wallet {
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
pub(crate) enum Unusable {
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
    pub(crate) fn word(&self) -> &'static str {
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
pub(crate) fn key(account: AuthId) -> String {
    format!("cards/{account}")
}

/// The record; an empty one, if no card was ever stored.
pub(crate) fn load(call: &Call<'_>, account: AuthId) -> Result<Wallet, Fault> {
    Ok(call.get(&key(account))?.unwrap_or(Wallet {
        v: 1,
        last: 0,
        default: None,
        cards: Vec::new(),
        forgetting: Vec::new(),
    }))
}

/// The number in the name of a card.
pub(crate) fn parse_name(name: &str) -> Option<u32> {
    name.strip_prefix("card-")?.parse().ok().filter(|number: &u32| self::name(*number) == name)
}

impl Wallet {
    /// The card of this number.
    pub(crate) fn find(&self, number: u32) -> Option<&Card> {
        self.cards.iter().find(|card| card.number == number)
    }

    /// The card of this number, to be changed.
    pub(crate) fn find_mut(&mut self, number: u32) -> Option<&mut Card> {
        self.cards.iter_mut().find(|card| card.number == number)
    }
}

/// The card of this name, or the default, if it can be charged now; unknown names are refused.
pub(crate) fn usable(call: &Call<'_>, account: AuthId, wanted: Option<&str>) -> Result<Result<Card, Unusable>, Fault> {
    let wallet = load(call, account)?;
    let number = match wanted {
        Some(wanted) => Some(parse_name(wanted).ok_or_else(|| Fault::not_found("card"))?),
        None => wallet.default,
    };
    let Some(card) = number.and_then(|number| wallet.find(number)) else { return Ok(Err(Unusable::None)) };
    Ok(match card.state {
        CardState::Checking => Err(Unusable::Checking),
        CardState::UnknownToGateway => Err(Unusable::UnknownToGateway),
        CardState::Ready if card.expires().is_some_and(|expires| call.now() >= expires) => Err(Unusable::Expired),
        CardState::Ready => {
            let lacking = seller::missing_for_charges(call)?;
            let customer = billing::missing_for_charges(call, account)?;
            match (lacking.is_empty(), customer.is_empty()) {
                (false, _) => Err(Unusable::SellerIncomplete(lacking)),
                (true, false) => Err(Unusable::NoBillingAddress(customer)),
                (true, true) => Ok(card.clone()),
            }
        }
    })
}

/// The default card, if it can be charged now.
pub(crate) fn usable_default(call: &Call<'_>, account: AuthId) -> Result<Result<Card, Unusable>, Fault> {
    usable(call, account, None)
}

/// Whether a default card is stored, whatever its state: automatic recharge needs one (R5).
pub(crate) fn has_default(call: &Call<'_>, account: AuthId) -> Result<bool, Fault> {
    Ok(load(call, account)?.default.is_some())
}

/// The gateway's token of a card that is still stored.
pub(crate) fn token(call: &Call<'_>, account: AuthId, number: u32) -> Result<Option<String>, Fault> {
    Ok(load(call, account)?.find(number).map(|card| card.token.clone()))
}

/// Cards as the contract shows them.
pub(crate) fn shown(call: &Call<'_>, account: AuthId) -> Result<Vec<ShownCard>, Fault> {
    let wallet = load(call, account)?;
    Ok(wallet
        .cards
        .iter()
        .map(|card| ShownCard {
            name: name(card.number),
            brand: card.brand.clone(),
            last_four: card.last_four.clone(),
            expires_year: card.year,
            expires_month: card.month,
            is_default: wallet.default == Some(card.number),
            state: card.state,
        })
        .collect())
}
