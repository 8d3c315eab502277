//! What a person of the operator does with a review (ACC-5, ACC-9).

use super::judging::approve;
use super::leaving::leave_queue;
use super::records::{Phase, Review};
use super::shown::{Act, Decision, Error, Evidence, File};
use crate::closing::requests::close_at_once;
use coinbox_access::credentials::Who;
use coinbox_access::{self as access, functions};
use coinbox_credit::watch::judge::stand;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::accounts;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule};
use coinbox_profiles::mail;
use coinbox_profiles::profile::{self, Standing};

/// Most documents that a reinstatement names.
const SUPPLIED_MAX: usize = 20;

/// Adds a note that only operators see.
pub fn note(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, text: String) -> Result<File, Error> {
    let command = access::command_on(turn, caller, functions::REVIEW_NOTE, &auth_id)?;
    command.once(turn, &(&auth_id, &text), |turn, who, account| {
        let mut checks = Checks::new();
        checks.text(&text, "text", 1, 2000);
        checks.done()?;
        let mut review = Review::load(turn, account)?;
        review.note(turn.now(), Act::Noted, who.name(), &text, Vec::new());
        review.save(turn, account);
        Ok(review.show(account, turn.now()))
    })
}

/// Asks the customer for documents.
pub fn ask(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    kinds: Vec<Evidence>,
    text: String,
) -> Result<File, Error> {
    let command = access::command_on(turn, caller, functions::REVIEW_ASK, &auth_id)?;
    command.once(turn, &(&auth_id, &kinds, &text), |turn, who, account| {
        let mut checks = Checks::new();
        checks.require(!kinds.is_empty(), "kinds", FieldRule::Missing, 1);
        checks.require(kinds.len() <= Evidence::ALL.len(), "kinds", FieldRule::TooMany, Evidence::ALL.len());
        checks.text(&text, "text", 0, 1000);
        checks.done()?;
        let mut review = open(turn, account)?;
        let wanted: Vec<Evidence> =
            Evidence::ALL.into_iter().filter(|kind| kinds.contains(kind) || review.asked.contains(kind)).collect();
        review.asked = wanted;
        review.asked_text.clone_from(&text);
        let words: Vec<String> = kinds.iter().map(|kind| kind.word().to_owned()).collect();
        review.note(turn.now(), Act::Asked, who.name(), &text, words.clone());
        review.save(turn, account);
        feed::event(account, "review-documents-asked", "ACC-5")
            .fact("kinds", words.join(" "))
            .fact("by", who.name())
            .tell(turn);
        let facts = vec![Fact::new("documents", words.join(", ")), Fact::new("text", &text)];
        mail::send(turn, account, "review-asked", facts)?;
        Ok(review.show(account, turn.now()))
    })
}

/// Approves the account, or rejects it, which closes it.
pub fn decide(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    decision: Decision,
    text: String,
) -> Result<File, Error> {
    let command = access::command_on(turn, caller, functions::REVIEW_DECIDE, &auth_id)?;
    command.once(turn, &(&auth_id, decision, &text), |turn, who, account| {
        let mut checks = Checks::new();
        checks.text(&text, "text", 0, 500);
        checks.done()?;
        let mut review = open(turn, account)?;
        match decision {
            Decision::Approve => approve(turn, account, &mut review, who.name(), &text)?,
            Decision::Reject => reject(turn, account, &mut review, who, &text)?,
        }
        Ok(review.show(account, turn.now()))
    })
}

/// The review of an account that is held.
fn open(turn: &Turn<'_>, account: AuthId) -> Result<Review, Error> {
    let review = Review::load(turn, account)?;
    let is_held = profile::profile(turn, account)?.standing() == Standing::Held;
    if review.phase == Phase::Open && is_held { Ok(review) } else { Err(Error::NotOpen) }
}

fn reject(turn: &mut Turn<'_>, account: AuthId, review: &mut Review, who: &Who, text: &str) -> Result<(), Error> {
    leave_queue(turn, account, review);
    review.phase = Phase::Rejected;
    review.asked.clear();
    review.note(turn.now(), Act::Rejected, who.name(), text, Vec::new());
    review.save(turn, account);
    feed::event(account, "account-rejected", "ACC-5").fact("by", who.name()).tell(turn);
    mail::send(turn, account, "review-rejected", vec![Fact::new("text", text)])?;
    close_at_once(turn, account, who, text).map_err(|error| match error {
        accounts::Error::Refused(refusal) => Error::Refused(refusal),
        accounts::Error::Other(problem) => Error::Other(problem),
        accounts::Error::Owes(owed) => Fault::problem("account-owes", vec![Fact::new("owed", owed)]).into(),
    })
}

/// Lifts a suspension, and records which documents were supplied (ACC-9).
pub fn reinstate(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    documents: Vec<String>,
    text: String,
) -> Result<File, Error> {
    let command = access::command_on(turn, caller, functions::REVIEW_REINSTATE, &auth_id)?;
    command.once(turn, &(&auth_id, &documents, &text), |turn, who, account| {
        let mut checks = Checks::new();
        checks.require(documents.len() <= SUPPLIED_MAX, "documents", FieldRule::TooMany, SUPPLIED_MAX);
        for (place, name) in documents.iter().take(SUPPLIED_MAX).enumerate() {
            checks.text(name, &format!("documents[{place}]"), 1, 100);
        }
        checks.text(&text, "text", 0, 500);
        checks.done()?;
        if !matches!(profile::profile(turn, account)?.standing(), Standing::Suspended(_)) {
            return Err(Error::NotOpen);
        }
        let mut review = Review::load(turn, account)?;
        review.note(turn.now(), Act::Reinstated, who.name(), &text, documents.clone());
        review.save(turn, account);
        feed::event(account, "documents-supplied", "ACC-9")
            .fact("documents", documents.join("; "))
            .fact("by", who.name())
            .tell(turn);
        stand(turn, account, Standing::Active, &text, who.name())?;
        Ok(review.show(account, turn.now()))
    })
}
