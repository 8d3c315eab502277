//! The list of members.

use super::shared::{Error, MemberPage, shown};
use coinbox_access::people::members;
use coinbox_access::{functions, requests};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks};

const PAGE_MAX: u32 = 100;

/// Members by number.
pub fn list(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<u32>,
    limit: u32,
) -> Result<MemberPage, Error> {
    let (_, account) = requests::query_on(turn, caller, functions::MEMBERS_LIST, &auth_id)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, PAGE_MAX);
    checks.done()?;
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    let (page, more) = members::page(turn, account, after.unwrap_or(0), limit)?;
    let next = page.last().map(|(id, _)| id.number).filter(|_| more);
    let mut members = Vec::with_capacity(page.len());
    for (id, member) in page {
        members.push(shown(turn, id, member)?);
    }
    Ok(MemberPage { members, next })
}
