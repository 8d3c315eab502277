//! How reviews stand, for customers and for operators (ACC-5).

use super::records::{Phase, QUEUE, Queued, Review};
use super::shown::{Error, File, Outstanding, Page, StepKind};
use coinbox_access::{self as access, functions};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Caller, Checks};
use coinbox_profiles::profile::{self, Standing};

/// Most reviews of a page.
pub(crate) const PAGE_MAX: u32 = 100;

/// What is between an account and its use, for its customer.
pub fn outstanding(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Vec<Outstanding>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::REVIEW_OUTSTANDING, &auth_id)?;
    let standing = profile::profile(turn, account)?.standing();
    let review = Review::load(turn, account)?;
    let step = |step, done| Outstanding { step, done, asked: None, documents: Vec::new(), due: None };
    let is_open = review.phase == Phase::Open;
    let asked = Some(review.asked_text.clone()).filter(|text| is_open && !text.is_empty());
    let decided = !matches!(standing, Standing::Unverified | Standing::Held);
    Ok(vec![
        step(StepKind::Email, true),
        step(StepKind::Phone, standing != Standing::Unverified),
        Outstanding { asked, documents: review.asked.clone(), ..step(StepKind::Documents, review.asked.is_empty()) },
        Outstanding { due: is_open.then_some(review.due), ..step(StepKind::Decision, decided) },
    ])
}

/// Open reviews, the most urgent first.
pub fn queue(turn: &Turn<'_>, caller: &Caller, after: Option<String>, limit: u32) -> Result<Page, Error> {
    access::query(turn, caller, functions::REVIEW_QUEUE)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, PAGE_MAX);
    checks.page_after(after.as_deref().is_none_or(|after| account_of(after).is_some()));
    checks.done()?;
    let first = after.map_or_else(|| QUEUE.to_owned(), |after| successor(&format!("{QUEUE}{after}")));
    let (page, more) = turn.span_page::<Queued>(&first, &end_of_prefix(QUEUE), limit)?;
    let next = page.last().filter(|_| more).map(|(key, _)| key[QUEUE.len()..].to_owned());
    let mut reviews = Vec::with_capacity(page.len());
    for (key, _) in page {
        if let Some(account) = account_of(&key[QUEUE.len()..]) {
            reviews.push(Review::load(turn, account)?.show(account, turn.now()));
        }
    }
    Ok(Page { reviews, next })
}

/// The account of a place in the queue.
fn account_of(place: &str) -> Option<AuthId> {
    let (due, account) = place.split_once('/')?;
    let digits = due.len() == 13 && due.bytes().all(|byte| byte.is_ascii_digit());
    AuthId::parse(account).filter(|_| digits)
}

/// The review of an account.
pub fn get(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<File, Error> {
    let (_, account) = access::query_on(turn, caller, functions::REVIEW_GET, &auth_id)?;
    Ok(Review::load(turn, account)?.show(account, turn.now()))
}
