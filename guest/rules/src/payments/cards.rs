//! Payment cards: the gateway's tokens, never card numbers (CRD-11).

use crate::access::credentials;
use crate::credit::judge::{Occasion, judge};
use crate::credit::recharge;
use crate::ground::calendar;
use crate::ground::call::{Call, Record};
use crate::ground::events::{EventDraft, emit};
use crate::ground::ids::AuthId;
use crate::ground::interfaces::{Error, Started};
use crate::ground::job::{JobKey, JobState, Next, Task, Work};
use crate::ground::outside::MethodAnswer;
use crate::ground::port::Lane;
use crate::ground::text::is_name;
use crate::ground::vocabulary::{Caller, Checks, DAY_MS, Fact, Fault, FieldRule, HOUR_MS, Instant, MINUTE_MS};
use crate::invoices;
use crate::ledger::wallet;
use crate::profiles::mail;
use coinbox_forms::letters;
use serde::{Deserialize, Serialize};

/// Most cards of an account.
const CARDS_MAX: usize = 10;
/// Most tokens of an account that the gateway still has to forget.
const FORGETTING_MAX: usize = 100;
/// Longest gateway token.
const TOKEN_BYTES_MAX: usize = 200;
/// How long before a card expires its owner is told.
const EXPIRING_NOTICE_MS: Instant = 30 * DAY_MS;
/// How long an attempt to describe or forget a card may take.
const LEASE_MS: Instant = 2 * MINUTE_MS;
/// Attempts before a description is given up.
const DESCRIBE_ATTEMPTS_MAX: u32 = 50;

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
    token: String,
    brand: String,
    last_four: String,
    year: u16,
    month: u8,
    state: CardState,
    make_default: bool,
    attempt: u32,
}

impl Card {
    /// What a person reads: brand and last four digits.
    pub fn label(&self) -> String {
        format!("{} {}", self.brand, self.last_four).trim().to_owned()
    }

    fn expires(&self) -> Option<Instant> {
        calendar::card_expires(self.year, self.month)
    }
}

/// The cards of an account, at `cards/<account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Wallet {
    v: u32,
    last: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    default: Option<u32>,
    cards: Vec<Card>,
    /// Tokens that the gateway still has to forget.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    forgetting: Vec<(u32, String, u32)>,
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

fn key(account: AuthId) -> String {
    format!("cards/{account}")
}

fn load(call: &Call<'_>, account: AuthId) -> Result<Wallet, Fault> {
    Ok(call.get(&key(account))?.unwrap_or(Wallet {
        v: 1,
        last: 0,
        default: None,
        cards: Vec::new(),
        forgetting: Vec::new(),
    }))
}

/// The name of a card in the contract.
pub(crate) fn name(number: u32) -> String {
    format!("card-{number}")
}

fn parse_name(name: &str) -> Option<u32> {
    name.strip_prefix("card-")?.parse().ok().filter(|number: &u32| self::name(*number) == name)
}

impl Wallet {
    fn find(&self, number: u32) -> Option<&Card> {
        self.cards.iter().find(|card| card.number == number)
    }

    fn find_mut(&mut self, number: u32) -> Option<&mut Card> {
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
            let seller = invoices::seller::missing_for_charges(call)?;
            let customer = invoices::missing_for_charges(call, account)?;
            match (seller.is_empty(), customer.is_empty()) {
                (false, _) => Err(Unusable::SellerIncomplete(seller)),
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

/// Stores a gateway token and asks the gateway what it stands for.
pub fn add_card(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    token: String,
    make_default: bool,
) -> Result<Started, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.add-card", &auth_id)?;
    let args = (&auth_id, &token, make_default);
    crate::ground::idempotency::once(call, caller, &auth_id, "credits.add-card", &args, |call| {
        wallet::need(call, account)?;
        let digits = token.bytes().filter(u8::is_ascii_digit).count();
        let only_digits = token.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        let mut checks = Checks::new();
        checks.require(
            is_name(&token, TOKEN_BYTES_MAX),
            "token",
            FieldRule::WrongForm,
            "1 to 200 printable ASCII characters",
        );
        checks.require(
            !(only_digits && (13..=19).contains(&digits)),
            "token",
            FieldRule::WrongForm,
            "a gateway token, never a card number",
        );
        let mut wallet = load(call, account)?;
        let known = wallet.cards.iter().any(|card| card.token == token);
        checks.require(!known, "token", FieldRule::NotAllowedTogether, "each token once");
        checks.done()?;
        // Tokens that wait to be forgotten count too, with room of their own: the record must not grow for ever.
        if wallet.cards.len() >= CARDS_MAX || wallet.forgetting.len() >= FORGETTING_MAX {
            return Err(Error::TooManyCards);
        }
        // A card that comes back must not be forgotten.
        for (number, ..) in wallet.forgetting.extract_if(.., |entry| entry.1 == token) {
            call.cancel(&JobKey::Forget(account, number).to_string());
        }
        wallet.last += 1;
        let number = wallet.last;
        wallet.cards.push(Card {
            number,
            token: token.clone(),
            brand: String::new(),
            last_four: String::new(),
            year: 0,
            month: 0,
            state: CardState::Checking,
            make_default,
            attempt: 0,
        });
        call.put(&key(account), &wallet);
        let job = JobKey::Card(account, number).to_string();
        call.timer(&job, Lane::Urgent, call.now());
        Ok(Started { job, name: name(number) })
    })
}

/// Makes a card the default: the ladder is reset if that changes anything (CRD-6, R10).
pub fn set_default_card(call: &mut Call<'_>, caller: &Caller, auth_id: String, card: String) -> Result<(), Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.set-default-card", &auth_id)?;
    let args = (&auth_id, &card);
    crate::ground::idempotency::once(call, caller, &auth_id, "credits.set-default-card", &args, |call| {
        let number = parse_name(&card).ok_or_else(|| Fault::not_found("card"))?;
        let wallet = load(call, account)?;
        let state = wallet.find(number).ok_or_else(|| Fault::not_found("card"))?.state;
        if state == CardState::UnknownToGateway {
            return Err(Error::NoUsableCard(Unusable::UnknownToGateway.word().to_owned()));
        }
        if wallet.default != Some(number) {
            make_default(call, account, wallet, number)?;
        }
        Ok(())
    })
}

fn make_default(call: &mut Call<'_>, account: AuthId, mut wallet: Wallet, number: u32) -> Result<(), Fault> {
    wallet.default = Some(number);
    let label = wallet.find(number).map(Card::label).unwrap_or_default();
    call.put(&key(account), &wallet);
    emit(
        call,
        EventDraft {
            account: Some(account),
            kind: "default-card-changed",
            rule: "CRD-11",
            facts: vec![Fact::new("card", name(number)), Fact::new("label", label)],
            transactions: Vec::new(),
        },
    );
    recharge::reset(call, account)?;
    judge(call, account, Occasion::Settings)
}

/// Removes a card and asks the gateway to forget it.
pub fn remove_card(call: &mut Call<'_>, caller: &Caller, auth_id: String, card: String) -> Result<(), Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.remove-card", &auth_id)?;
    let args = (&auth_id, &card);
    crate::ground::idempotency::once(call, caller, &auth_id, "credits.remove-card", &args, |call| {
        let number = parse_name(&card).ok_or_else(|| Fault::not_found("card"))?;
        let mut wallet = load(call, account)?;
        let place = wallet.cards.iter().position(|card| card.number == number);
        let removed = wallet.cards.remove(place.ok_or_else(|| Fault::not_found("card"))?);
        if wallet.default == Some(number) {
            wallet.default = None;
        }
        let facts = vec![Fact::new("card", name(number)), Fact::new("label", removed.label())];
        wallet.forgetting.push((number, removed.token, 0));
        call.put(&key(account), &wallet);
        call.cancel(&JobKey::Card(account, number).to_string());
        call.cancel(&JobKey::Expiring(account, number).to_string());
        call.timer(&JobKey::Forget(account, number).to_string(), Lane::Normal, call.now());
        emit(
            call,
            EventDraft {
                account: Some(account),
                kind: "card-removed",
                rule: "CRD-11",
                facts,
                transactions: Vec::new(),
            },
        );
        Ok(())
    })
}

/// The stored cards.
pub fn list_cards(call: &Call<'_>, caller: &Caller, auth_id: String) -> Result<Vec<ShownCard>, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.list-cards", &auth_id)?;
    wallet::need(call, account)?;
    Ok(shown(call, account)?)
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

/// Starts asking the gateway what a token stands for.
pub(crate) fn begin_describe(call: &mut Call<'_>, account: AuthId, number: u32) -> Result<Option<Next>, Fault> {
    let mut wallet = load(call, account)?;
    let Some(card) = wallet.find_mut(number).filter(|card| card.state == CardState::Checking) else { return Ok(None) };
    card.attempt += 1;
    let task = Task {
        job: JobKey::Card(account, number).to_string(),
        attempt: card.attempt,
        work: Work::DescribeMethod(card.token.clone()),
    };
    call.put(&key(account), &wallet);
    call.timer(&task.job, Lane::Urgent, call.now() + LEASE_MS);
    Ok(Some(Next::Perform(task)))
}

/// The current attempt to describe a card, if it is still being checked.
pub(crate) fn describe_attempt(call: &Call<'_>, account: AuthId, number: u32) -> Result<Option<u32>, Fault> {
    let wallet = load(call, account)?;
    Ok(wallet.find(number).filter(|card| card.state == CardState::Checking).map(|card| card.attempt))
}

/// Books what a token stands for. `Err`: the answer was lost.
pub(crate) fn finish_describe(
    call: &mut Call<'_>,
    account: AuthId,
    number: u32,
    answer: Result<MethodAnswer, String>,
) -> Result<Next, Fault> {
    let mut wallet = load(call, account)?;
    let Some(card) = wallet.find_mut(number) else { return Ok(Next::Rest) };
    let job = JobKey::Card(account, number).to_string();
    let again = match answer {
        Ok(MethodAnswer::Described(method)) => {
            card.brand = letters::cleaned(&method.brand, 40);
            card.last_four = letters::cleaned(&method.last_four, 4);
            // A bank debit has no expiry.
            card.year = method.expires_year.unwrap_or(9998);
            card.month = method.expires_month.unwrap_or(12);
            card.state = CardState::Ready;
            None
        }
        Ok(MethodAnswer::NoSuchMethod) => {
            card.state = CardState::UnknownToGateway;
            None
        }
        Ok(MethodAnswer::NotAsked(not_sent)) => Some(not_sent.ask_again),
        Err(_) => Some(call.now() + MINUTE_MS),
    };
    match again {
        Some(moment) if card.attempt < DESCRIBE_ATTEMPTS_MAX => {
            call.timer(&job, Lane::Normal, moment.clamp(call.now() + 1_000, call.now() + HOUR_MS));
            return Ok(Next::Rest);
        }
        Some(_) => card.state = CardState::UnknownToGateway,
        None => {}
    }
    let card = card.clone();
    call.put(&key(account), &wallet);
    call.cancel(&job);
    let ready = card.state == CardState::Ready;
    emit(
        call,
        EventDraft {
            account: Some(account),
            kind: if ready { "card-added" } else { "card-unknown" },
            rule: "CRD-11",
            facts: vec![Fact::new("card", name(number)), Fact::new("label", card.label())],
            transactions: Vec::new(),
        },
    );
    if ready {
        if let Some(expires) = card.expires() {
            let notice = (expires - EXPIRING_NOTICE_MS).max(call.now());
            if expires > call.now() {
                call.timer(&JobKey::Expiring(account, number).to_string(), Lane::Bulk, notice);
            }
        }
        if wallet.default == Some(number) {
            // It was made the default before it could be charged: only now is there a usable one (R10).
            recharge::reset(call, account)?;
            judge(call, account, Occasion::Settings)?;
        } else if card.make_default || wallet.default.is_none() {
            make_default(call, account, wallet, number)?;
        }
    }
    Ok(Next::Rest)
}

/// How a card that was added stands, for someone who waits.
pub(crate) fn look(call: &Call<'_>, account: AuthId, number: u32) -> Result<Option<JobState>, Fault> {
    Ok(load(call, account)?.find(number).map(|card| match card.state {
        CardState::Checking => JobState::Working,
        CardState::Ready => JobState::Succeeded,
        CardState::UnknownToGateway => JobState::Failed("unknown-to-gateway".to_owned()),
    }))
}

/// Tells the owner that a card expires soon.
pub(crate) fn mail_expiring(call: &mut Call<'_>, account: AuthId, number: u32) -> Result<Option<Next>, Fault> {
    let wallet = load(call, account)?;
    let Some(card) = wallet.find(number) else { return Ok(None) };
    if crate::accounts::is_closed(call, account)? {
        return Ok(None);
    }
    let expires = format!("{:04}-{:02}", card.year, card.month);
    let facts = vec![Fact::new("card", card.label()), Fact::new("expires", expires)];
    mail::send(call, account, "card-expiring", facts.clone())?;
    emit(
        call,
        EventDraft { account: Some(account), kind: "card-expiring", rule: "CRD-11", facts, transactions: Vec::new() },
    );
    call.cancel(&JobKey::Expiring(account, number).to_string());
    Ok(Some(Next::Rest))
}

/// Starts asking the gateway to forget a token.
pub(crate) fn begin_forget(call: &mut Call<'_>, account: AuthId, number: u32) -> Result<Option<Next>, Fault> {
    let mut wallet = load(call, account)?;
    let Some(entry) = wallet.forgetting.iter_mut().find(|entry| entry.0 == number) else { return Ok(None) };
    entry.2 += 1;
    let task = Task {
        job: JobKey::Forget(account, number).to_string(),
        attempt: entry.2,
        work: Work::ForgetMethod(entry.1.clone()),
    };
    call.put(&key(account), &wallet);
    call.timer(&task.job, Lane::Normal, call.now() + LEASE_MS);
    Ok(Some(Next::Perform(task)))
}

/// The current attempt to forget a token, if it still has to be.
pub(crate) fn forget_attempt(call: &Call<'_>, account: AuthId, number: u32) -> Result<Option<u32>, Fault> {
    Ok(load(call, account)?.forgetting.iter().find(|entry| entry.0 == number).map(|entry| entry.2))
}

/// Books whether a token was forgotten; asks again hourly, at most [`DESCRIBE_ATTEMPTS_MAX`] times.
pub(crate) fn finish_forget(call: &mut Call<'_>, account: AuthId, number: u32, forgotten: bool) -> Result<Next, Fault> {
    let mut wallet = load(call, account)?;
    let job = JobKey::Forget(account, number).to_string();
    let attempts = wallet.forgetting.iter().find(|entry| entry.0 == number).map_or(0, |entry| entry.2);
    if forgotten || attempts >= DESCRIBE_ATTEMPTS_MAX {
        wallet.forgetting.retain(|entry| entry.0 != number);
        call.put(&key(account), &wallet);
        call.cancel(&job);
    } else {
        call.timer(&job, Lane::Normal, call.now() + HOUR_MS);
    }
    Ok(Next::Rest)
}
