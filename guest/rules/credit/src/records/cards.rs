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

/// One stored card. Its fields change by functions of [`Cards`] only.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Card {
    /// Counted per account from 1.
    number: u32,
    /// The gateway's token.
    token: String,
    /// Brand, for people.
    brand: String,
    /// Last digits, for people.
    last_four: String,
    /// Year in which it expires.
    year: u16,
    /// Month in which it expires.
    month: u8,
    /// Whether it can be charged.
    state: CardState,
    /// Whether it becomes the default once it can be charged.
    make_default: bool,
    /// The attempt under way or done last; 0: none.
    attempt: u32,
}

impl Card {
    /// Counted per account from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Whether it can be charged.
    pub fn state(&self) -> CardState {
        self.state
    }

    /// The attempt to describe it that is under way or done last; 0: none.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whether it becomes the default once it can be charged.
    pub fn becomes_default(&self) -> bool {
        self.make_default
    }

    /// Year and month in which it expires.
    pub fn expiry(&self) -> (u16, u8) {
        (self.year, self.month)
    }

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
    v: u32,
    /// Number of the card that was added last.
    last: u32,
    /// Number of the card that is charged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<u32>,
    /// In the order in which they were added.
    cards: Vec<Card>,
    /// Tokens that the gateway still has to forget.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    forgetting: Vec<(u32, String, u32)>,
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
fn key(account: AuthId) -> String {
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

/// Writes it.
pub fn save(turn: &mut Turn<'_>, account: AuthId, cards: &Cards) {
    turn.put(&key(account), cards);
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

    fn find_mut(&mut self, number: u32) -> Option<&mut Card> {
        self.cards.iter_mut().find(|card| card.number == number)
    }

    /// Number of the card that is charged.
    pub fn default(&self) -> Option<u32> {
        self.default
    }

    /// How many are stored.
    pub fn count(&self) -> usize {
        self.cards.len()
    }

    /// How many tokens the gateway still has to forget.
    pub fn count_forgetting(&self) -> usize {
        self.forgetting.len()
    }

    /// Whether a card with this token is stored.
    pub fn has_token(&self, token: &str) -> bool {
        self.cards.iter().any(|card| card.token == token)
    }

    /// A token comes back: it must not be forgotten. Answers the numbers of the cards that it had.
    pub fn readmit(&mut self, token: &str) -> Vec<u32> {
        self.forgetting.extract_if(.., |entry| entry.1 == token).map(|(number, ..)| number).collect()
    }

    /// Adds a card that the gateway has to describe. Answers its number.
    pub fn add(&mut self, token: &str, make_default: bool) -> u32 {
        self.last += 1;
        self.cards.push(Card {
            number: self.last,
            token: token.to_owned(),
            brand: String::new(),
            last_four: String::new(),
            year: 0,
            month: 0,
            state: CardState::Checking,
            make_default,
            attempt: 0,
        });
        self.last
    }

    /// From now on this card is charged.
    pub fn make_default(&mut self, number: u32) {
        self.default = Some(number);
    }

    /// Removes a card; the gateway has to forget its token. Answers what a person reads of it.
    pub fn remove(&mut self, number: u32) -> Option<String> {
        let place = self.cards.iter().position(|card| card.number == number)?;
        let removed = self.cards.remove(place);
        self.default = self.default.filter(|default| *default != number);
        let label = removed.label();
        self.forgetting.push((number, removed.token, 0));
        Some(label)
    }

    /// Starts the next attempt to describe a card that is still being checked. Answers the attempt and the token.
    pub fn start_describing(&mut self, number: u32) -> Option<(u32, String)> {
        let card = self.find_mut(number).filter(|card| card.state == CardState::Checking)?;
        card.attempt += 1;
        Some((card.attempt, card.token.clone()))
    }

    /// The gateway has described a card: it can be charged.
    pub fn describe(&mut self, number: u32, (brand, last_four): (String, String), (year, month): (u16, u8)) {
        let Some(card) = self.find_mut(number) else { return };
        (card.brand, card.last_four) = (brand, last_four);
        (card.year, card.month) = (year, month);
        card.state = CardState::Ready;
    }

    /// The gateway does not know a card.
    pub fn disown(&mut self, number: u32) {
        if let Some(card) = self.find_mut(number) {
            card.state = CardState::UnknownToGateway;
        }
    }

    /// Starts the next attempt to have a token forgotten. Answers the attempt and the token.
    pub fn start_forgetting(&mut self, number: u32) -> Option<(u32, String)> {
        let (_, token, attempt) = self.forgetting.iter_mut().find(|entry| entry.0 == number)?;
        *attempt += 1;
        Some((*attempt, token.clone()))
    }

    /// The attempt to have the token of a card forgotten, if it still has to be.
    pub fn forgetting(&self, number: u32) -> Option<u32> {
        self.forgetting.iter().find(|entry| entry.0 == number).map(|entry| entry.2)
    }

    /// The gateway has forgotten a token, or nobody asks it any more.
    pub fn forget(&mut self, number: u32) {
        self.forgetting.retain(|entry| entry.0 != number);
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

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::{Fake, START, main_id};

    fn none() -> Cards {
        Fake::new().query(START, |turn| load(turn, main_id("1"))).expect("cards")
    }

    #[test]
    fn cards_are_stored_as_before_and_described_once() {
        let mut cards = none();
        assert_eq!(cards.add("tok_1", true), 1);
        let text = r#"{"v":1,"last":1,"cards":[{"number":1,"token":"tok_1","brand":"","last_four":"","year":0,"month":0,"state":"checking","make_default":true,"attempt":0}]}"#;
        let kept = Fake::new().command(START, |turn| {
            save(turn, main_id("1"), &cards);
            Ok::<_, Fault>(turn.text(&key(main_id("1"))))
        });
        assert_eq!(kept.expect("saved").as_deref(), Some(text));
        assert_eq!(cards.start_describing(1), Some((1, "tok_1".to_owned())));
        cards.describe(1, ("Visa".to_owned(), "4242".to_owned()), (2030, 4));
        assert_eq!(cards.start_describing(1), None);
        let card = cards.find(1).expect("stored");
        assert_eq!((card.label(), card.state(), card.expiry()), ("Visa 4242".to_owned(), CardState::Ready, (2030, 4)));
        assert!(card.becomes_default() && cards.default().is_none());
    }

    #[test]
    fn a_removed_card_is_no_default_and_its_token_is_forgotten_unless_it_comes_back() {
        let mut cards = none();
        let (first, second) = (cards.add("tok_1", false), cards.add("tok_2", false));
        cards.make_default(first);
        assert_eq!(cards.remove(first).as_deref(), Some(""));
        assert_eq!((cards.default(), cards.count(), cards.count_forgetting()), (None, 1, 1));
        assert_eq!(cards.start_forgetting(first), Some((1, "tok_1".to_owned())));
        assert_eq!((cards.forgetting(first), cards.forgetting(second)), (Some(1), None));
        assert_eq!(cards.readmit("tok_1"), [first]);
        assert_eq!(cards.remove(second).as_deref(), Some(""));
        cards.forget(second);
        assert_eq!((cards.count(), cards.count_forgetting(), cards.remove(second)), (0, 0, None));
    }
}
