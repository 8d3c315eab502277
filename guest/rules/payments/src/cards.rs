//! Payment cards: the gateway's tokens, never card numbers (CRD-11).

use coinbox_access::{self as access, functions};
use coinbox_credit::records::cards::{Card, Cards, Unusable, load, parse_name, save, shown};
pub use coinbox_credit::records::cards::{CardState, ShownCard};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_credit::watch::recharge;
use coinbox_forms::letters;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::credits::{Error, Started};
use coinbox_ground::job::{Attempt, JobKind, JobState, Next, Numbered, Task, Work};
use coinbox_ground::outside::{LEASE_MS, MethodAnswer};
use coinbox_ground::port::Lane;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, DAY_MS, Fact, Fault, FieldRule, HOUR_MS, Instant, MINUTE_MS};
use coinbox_ledger::charges::card_name;
use coinbox_ledger::wallet;
use coinbox_profiles::mail;

/// Jobs that ask the gateway what a card's token stands for.
pub(crate) const DESCRIBE: JobKind<Numbered> = JobKind::new("card");

/// Jobs that have the gateway forget a card.
pub(crate) const FORGET: JobKind<Numbered> = JobKind::new("forget");

/// Jobs that tell the owner of a card before it expires.
pub(crate) const EXPIRING: JobKind<Numbered> = JobKind::new("expiring");

/// Most cards of an account.
const CARDS_MAX: usize = 10;

/// Most tokens of an account that the gateway still has to forget.
const FORGETTING_MAX: usize = 100;

/// Longest gateway token.
const TOKEN_BYTES_MAX: usize = 200;

/// How long before a card expires its owner is told.
const EXPIRING_NOTICE_MS: Instant = 30 * DAY_MS;

/// Attempts before a description is given up.
const DESCRIBE_ATTEMPTS_MAX: u32 = 50;

/// Stores a gateway token and asks the gateway what it stands for.
pub fn add_card(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    token: String,
    make_default: bool,
) -> Result<Started, Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_ADD_CARD, &auth_id)?;
    let args = (&auth_id, &token, make_default);
    command.once(turn, &args, |turn, _, account| {
        wallet::need(turn, account)?;
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
        let mut stored = load(turn, account)?;
        let known = stored.has_token(&token);
        checks.require(!known, "token", FieldRule::NotAllowedTogether, "each token once");
        checks.done()?;
        // Tokens that wait to be forgotten count too, with room of their own: the record must not grow for ever.
        if stored.count() >= CARDS_MAX || stored.count_forgetting() >= FORGETTING_MAX {
            return Err(Error::TooManyCards);
        }
        for number in stored.readmit(&token) {
            turn.cancel(&FORGET.of((account, number)));
        }
        let number = stored.add(&token, make_default);
        save(turn, account, &stored);
        let job = DESCRIBE.of((account, number));
        turn.timer(&job, Lane::Urgent, turn.now());
        Ok(Started { job, name: card_name(number) })
    })
}

/// Makes a card the default: the ladder is reset if that changes anything (CRD-6, R10).
pub fn set_default_card(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, card: String) -> Result<(), Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_SET_DEFAULT_CARD, &auth_id)?;
    let args = (&auth_id, &card);
    command.once(turn, &args, |turn, _, account| {
        let number = parse_name(&card).ok_or_else(|| Fault::not_found("card"))?;
        let stored = load(turn, account)?;
        let state = stored.find(number).ok_or_else(|| Fault::not_found("card"))?.state();
        if state == CardState::UnknownToGateway {
            return Err(Error::NoUsableCard(Unusable::UnknownToGateway.word().to_owned()));
        }
        if stored.default() != Some(number) {
            make_default(turn, account, stored, number)?;
        }
        Ok(())
    })
}

fn make_default(turn: &mut Turn<'_>, account: AuthId, mut stored: Cards, number: u32) -> Result<(), Fault> {
    stored.make_default(number);
    let label = stored.find(number).map(Card::label).unwrap_or_default();
    save(turn, account, &stored);
    feed::event(account, "default-card-changed", "CRD-11")
        .fact("card", card_name(number))
        .fact("label", label)
        .tell(turn);
    recharge::reset(turn, account)?;
    judge(turn, account, Occasion::Settings)
}

/// Removes a card and asks the gateway to forget it.
pub fn remove_card(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, card: String) -> Result<(), Error> {
    let command = access::command_on(turn, caller, functions::CREDITS_REMOVE_CARD, &auth_id)?;
    let args = (&auth_id, &card);
    command.once(turn, &args, |turn, _, account| {
        let number = parse_name(&card).ok_or_else(|| Fault::not_found("card"))?;
        let mut stored = load(turn, account)?;
        let label = stored.remove(number).ok_or_else(|| Fault::not_found("card"))?;
        save(turn, account, &stored);
        turn.cancel(&DESCRIBE.of((account, number)));
        turn.cancel(&EXPIRING.of((account, number)));
        turn.timer(&FORGET.of((account, number)), Lane::Normal, turn.now());
        feed::event(account, "card-removed", "CRD-11").fact("card", card_name(number)).fact("label", label).tell(turn);
        Ok(())
    })
}

/// The stored cards.
pub fn list_cards(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Vec<ShownCard>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::CREDITS_LIST_CARDS, &auth_id)?;
    wallet::need(turn, account)?;
    Ok(shown(turn, account)?)
}

/// Starts asking the gateway what a token stands for.
pub(crate) fn begin_describe(turn: &mut Turn<'_>, (account, number): Numbered) -> Result<Option<Next>, Fault> {
    let mut stored = load(turn, account)?;
    let Some((attempt, token)) = stored.start_describing(number) else { return Ok(None) };
    let task = Task { job: DESCRIBE.of((account, number)), attempt, work: Work::DescribeMethod(token) };
    save(turn, account, &stored);
    turn.timer(&task.job, Lane::Urgent, turn.now() + LEASE_MS);
    Ok(Some(Next::Perform(task)))
}

/// The current attempt to describe a card, if it is still being checked.
pub(crate) fn describe_attempt(turn: &Turn<'_>, (account, number): Numbered) -> Result<Option<Attempt>, Fault> {
    let stored = load(turn, account)?;
    Ok(stored.find(number).filter(|card| card.state() == CardState::Checking).map(|card| Attempt::open(card.attempt())))
}

/// Books what a token stands for. `Err`: the answer was lost.
pub(crate) fn finish_describe(
    turn: &mut Turn<'_>,
    (account, number): Numbered,
    answer: Result<MethodAnswer, String>,
) -> Result<Next, Fault> {
    let mut stored = load(turn, account)?;
    let Some(attempt) = stored.find(number).map(Card::attempt) else { return Ok(Next::Rest) };
    let job = DESCRIBE.of((account, number));
    let again = match answer {
        Ok(MethodAnswer::Described(method)) => {
            let name = (letters::cleaned(&method.brand, 40), letters::cleaned(&method.last_four, 4));
            // A bank debit has no expiry.
            let expiry = (method.expires_year.unwrap_or(9998), method.expires_month.unwrap_or(12));
            stored.describe(number, name, expiry);
            None
        }
        Ok(MethodAnswer::NoSuchMethod) => {
            stored.disown(number);
            None
        }
        Ok(MethodAnswer::NotAsked(not_sent)) => Some(not_sent.ask_again),
        Err(_) => Some(turn.now() + MINUTE_MS),
    };
    match again {
        Some(moment) if attempt < DESCRIBE_ATTEMPTS_MAX => {
            turn.timer(&job, Lane::Normal, moment.clamp(turn.now() + 1_000, turn.now() + HOUR_MS));
            return Ok(Next::Rest);
        }
        Some(_) => stored.disown(number),
        None => {}
    }
    let Some(card) = stored.find(number).cloned() else { return Ok(Next::Rest) };
    save(turn, account, &stored);
    turn.cancel(&job);
    let ready = card.state() == CardState::Ready;
    feed::event(account, if ready { "card-added" } else { "card-unknown" }, "CRD-11")
        .fact("card", card_name(number))
        .fact("label", card.label())
        .tell(turn);
    if ready {
        if let Some(expires) = card.expires() {
            let notice = (expires - EXPIRING_NOTICE_MS).max(turn.now());
            if expires > turn.now() {
                turn.timer(&EXPIRING.of((account, number)), Lane::Bulk, notice);
            }
        }
        if stored.default() == Some(number) {
            // It was made the default before it could be charged: only now is there a usable one (R10).
            recharge::reset(turn, account)?;
            judge(turn, account, Occasion::Settings)?;
        } else if card.becomes_default() || stored.default().is_none() {
            make_default(turn, account, stored, number)?;
        }
    }
    Ok(Next::Rest)
}

/// How a card that was added stands, for someone who waits.
pub(crate) fn look(turn: &Turn<'_>, (account, number): Numbered) -> Result<Option<JobState>, Fault> {
    Ok(load(turn, account)?.find(number).map(|card| match card.state() {
        CardState::Checking => JobState::Working,
        CardState::Ready => JobState::Succeeded,
        CardState::UnknownToGateway => JobState::Failed("unknown-to-gateway".to_owned()),
    }))
}

/// Tells the owner that a card expires soon.
pub(crate) fn mail_expiring(turn: &mut Turn<'_>, (account, number): Numbered) -> Result<Option<Next>, Fault> {
    let stored = load(turn, account)?;
    let Some(card) = stored.find(number) else { return Ok(None) };
    if coinbox_profiles::profile::is_closed(turn, account)? {
        return Ok(None);
    }
    let (year, month) = card.expiry();
    let expires = format!("{year:04}-{month:02}");
    let facts = vec![Fact::new("card", card.label()), Fact::new("expires", expires)];
    mail::send(turn, account, "card-expiring", facts.clone())?;
    feed::event(account, "card-expiring", "CRD-11").facts(facts).tell(turn);
    turn.cancel(&EXPIRING.of((account, number)));
    Ok(Some(Next::Rest))
}

/// Starts asking the gateway to forget a token.
pub(crate) fn begin_forget(turn: &mut Turn<'_>, (account, number): Numbered) -> Result<Option<Next>, Fault> {
    let mut stored = load(turn, account)?;
    let Some((attempt, token)) = stored.start_forgetting(number) else { return Ok(None) };
    let task = Task { job: FORGET.of((account, number)), attempt, work: Work::ForgetMethod(token) };
    save(turn, account, &stored);
    turn.timer(&task.job, Lane::Normal, turn.now() + LEASE_MS);
    Ok(Some(Next::Perform(task)))
}

/// The current attempt to forget a token, if it still has to be.
pub(crate) fn forget_attempt(turn: &Turn<'_>, (account, number): Numbered) -> Result<Option<Attempt>, Fault> {
    Ok(load(turn, account)?.forgetting(number).map(Attempt::open))
}

/// Books whether a token was forgotten; asks again hourly, at most `DESCRIBE_ATTEMPTS_MAX` times.
pub(crate) fn finish_forget(turn: &mut Turn<'_>, (account, number): Numbered, forgotten: bool) -> Result<Next, Fault> {
    let mut stored = load(turn, account)?;
    let job = FORGET.of((account, number));
    let attempts = stored.forgetting(number).unwrap_or(0);
    if forgotten || attempts >= DESCRIBE_ATTEMPTS_MAX {
        stored.forget(number);
        save(turn, account, &stored);
        turn.cancel(&job);
    } else {
        turn.timer(&job, Lane::Normal, turn.now() + HOUR_MS);
    }
    Ok(Next::Rest)
}
