//! An account whose phone is verified is judged: approved at once, or held for a person (ACC-4, ACC-5).

use super::flags::{missing_documents, raised};
use super::leaving::{OVERDUE, leave_queue};
use super::records::{Phase, Queued, Review, queue_key};
use super::seen;
use super::shown::Act;
use coinbox_access::people::MemberId;
use coinbox_credit::movements::grants;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::moment_name;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Next;
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault};
use coinbox_ledger::LedgerAccount;
use coinbox_ledger::lots::LotKind;
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, Standing};

/// Somebody has shown that a phone is his. The phone of an unverified account's owner becomes the account's verified phone, and the account is
/// judged (R57). `number`: digits, with or without plus.
pub fn phone_confirmed(turn: &mut Turn<'_>, id: MemberId, number: &str) -> Result<(), Fault> {
    let account = id.account;
    let mut profile = profile::profile(turn, account)?;
    if profile.standing() != Standing::Unverified {
        return Ok(());
    }
    let number = format!("+{}", number.trim_start_matches('+'));
    let mut review = Review::load(turn, account)?;
    review.phone = Some(number.clone());
    turn.cancel(&crate::signup::upkeep::UNVERIFIED.of(account));
    feed::event(account, "account-verified", "ACC-3").tell(turn);
    review.flags = raised(turn, account, &profile, &review)?;
    seen::take_phone(turn, account, &number)?;
    let policy = Policy::load(turn)?;
    if review.flags.is_empty() && !policy.sign_ups.review_everybody {
        return approve(turn, account, &mut review, "host", "");
    }
    profile.hold();
    profile::save(turn, account, &profile);
    review.phase = Phase::Open;
    review.since = turn.now();
    review.due = turn.now() + policy.sign_ups.review_due_ms;
    review.asked = missing_documents(turn, account)?;
    review.note(turn.now(), Act::Held, "host", "", Vec::new());
    review.save(turn, account);
    turn.put(&queue_key(review.due, account), &Queued { v: 1 });
    turn.timer(&OVERDUE.of(account), Lane::Bulk, review.due + 1);
    let flags: Vec<&str> = review.flags.iter().map(|raised| raised.flag.word()).collect();
    let words = if flags.is_empty() { "none".to_owned() } else { flags.join(" ") };
    let mut told = feed::event(account, "account-held", "ACC-5").fact("flags", words).fact("due", review.due);
    for raised in &review.flags {
        let facts = raised.facts.iter();
        told = told.facts(facts.map(|fact| Fact::new(&format!("{}.{}", raised.flag.word(), fact.name), &fact.value)));
    }
    told.tell(turn);
    let asked: Vec<&str> = review.asked.iter().map(|kind| kind.word()).collect();
    let documents = if asked.is_empty() { "none".to_owned() } else { asked.join(", ") };
    let facts = vec![Fact::new("due", moment_name(review.due)), Fact::new("documents", documents)];
    mail::send(turn, account, "review-held", facts)
}

/// The account may be used, and gets the policy's trial credits, once (ACC-4).
pub(super) fn approve(
    turn: &mut Turn<'_>,
    account: AuthId,
    review: &mut Review,
    by: &str,
    text: &str,
) -> Result<(), Fault> {
    let mut profile = profile::profile(turn, account)?;
    profile.stand(Standing::Active, "");
    profile::save(turn, account, &profile);
    leave_queue(turn, account, review);
    review.phase = Phase::Approved;
    review.asked.clear();
    review.note(turn.now(), Act::Approved, by, text, Vec::new());
    let amount = Policy::load(turn)?.trial_credits(profile.currency);
    let grants_credit = !review.credited && amount > Money::ZERO;
    review.credited = true;
    review.save(turn, account);
    feed::event(account, "account-approved", "ACC-5").fact("by", by).tell(turn);
    if grants_credit {
        let grant = grants::Grant {
            kind: LotKind::Trial,
            amount,
            expires: None,
            contra: LedgerAccount::TrialGrants,
            entry: "trial-credits",
            rule: "ACC-4",
            reason: "trial",
        };
        grants::grant(turn, account, &grant)?;
    }
    judge(turn, account, Occasion::Standing)?;
    mail::send(turn, account, "review-approved", vec![Fact::new("text", text), Fact::new("amount", amount)])
}

/// A decision is late: the operator is told, once.
pub(crate) fn tell_overdue(turn: &mut Turn<'_>, account: AuthId) -> Result<Option<Next>, Fault> {
    let mut review = Review::load(turn, account)?;
    if review.phase != Phase::Open || review.told_overdue {
        return Ok(None);
    }
    if turn.now() <= review.due {
        turn.timer(&OVERDUE.of(account), Lane::Bulk, review.due + 1);
        return Ok(None);
    }
    review.told_overdue = true;
    review.save(turn, account);
    feed::operator_event("review-overdue", "ACC-5").fact("account", account).fact("due", review.due).tell(turn);
    Ok(None)
}
