//! What becomes of the numbers of a sub-account or account that goes (SUB-4, ACC-12, R37).

use super::records::{self, Rented};
use super::{releasing, rent};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::Month;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::{JobKind, Next};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::Fault;
use serde::{Deserialize, Serialize};

/// Jobs that go on with the numbers of an account or sub-account that goes.
pub(crate) const JOB: JobKind<AuthId> = JobKind::new("disband");

/// Numbers moved or released in one call.
const NUMBERS_PER_CALL: usize = 500;

/// Numbers that have to go, at `disband/<account or sub-account>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Disband {
    v: u32,
    /// Released; otherwise they go to the main account.
    release: bool,
    cause: String,
}

impl Record for Disband {
    const KIND: &'static str = "numbers that go";
}

fn key(holder: AuthId) -> String {
    format!("disband/{holder}")
}

/// How many numbers a sub-account has.
pub fn numbers_of(turn: &Turn<'_>, account: AuthId, sub: AuthId) -> Result<u32, Fault> {
    let count = records::all(turn, account)?.iter().filter(|(_, rented)| rented.holder == sub).count();
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Moves the numbers of a sub-account to its main account, or releases them: 500 at once, the rest by a job.
pub fn disband(turn: &mut Turn<'_>, account: AuthId, sub: AuthId, release: bool) -> Result<(), Fault> {
    turn.put(&key(sub), &Disband { v: 1, release, cause: "sub-account-deleted".to_owned() });
    go_on(turn, account, sub)?;
    Ok(())
}

/// Goes on with the numbers of an account or sub-account that have to go.
pub(crate) fn disband_all(turn: &mut Turn<'_>, holder: AuthId) -> Result<Option<Next>, Fault> {
    let Some(account) = coinbox_access::credentials::main_of(turn, holder)? else { return Ok(None) };
    let more = go_on(turn, account, holder)?;
    Ok(Some(if more { Next::Again } else { Next::Rest }))
}

fn go_on(turn: &mut Turn<'_>, account: AuthId, holder: AuthId) -> Result<bool, Fault> {
    let Some(order) = turn.get::<Disband>(&key(holder))? else { return Ok(false) };
    let is_one = |rented: &Rented| holder == account || rented.holder == holder;
    let mut numbers = records::all(turn, account)?;
    numbers.retain(|(_, rented)| is_one(rented));
    let more = numbers.len() > NUMBERS_PER_CALL;
    numbers.truncate(NUMBERS_PER_CALL);
    if order.release {
        releasing::release(turn, account, numbers, &order.cause, None)?;
    } else {
        hand_over(turn, account, numbers)?;
    }
    let job = JOB.of(holder);
    if more {
        turn.timer(&job, Lane::Bulk, turn.now());
    } else {
        turn.remove(&key(holder));
        turn.cancel(&job);
    }
    Ok(more)
}

fn hand_over(turn: &mut Turn<'_>, account: AuthId, mut numbers: Vec<(String, Rented)>) -> Result<(), Fault> {
    // What they owe so far is the sub-account's.
    if rent::post(turn, account, &mut numbers, Month::of(turn.now()))? {
        judge(turn, account, Occasion::Debit)?;
    }
    for (key, mut rented) in numbers {
        let from = std::mem::replace(&mut rented.holder, account);
        turn.put(&key, &rented);
        feed::event(account, "number-changed", "SUB-4")
            .fact("number", rented.number())
            .fact("from", from)
            .fact("to", account)
            .fact("by", "sub-account-deleted")
            .tell(turn);
    }
    Ok(())
}

/// Releases every number of a main account: it is closed (ACC-12).
pub fn release_all(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    if records::count(turn, account)?.held == 0 {
        return Ok(());
    }
    turn.put(&key(account), &Disband { v: 1, release: true, cause: "account-closed".to_owned() });
    go_on(turn, account, account)?;
    Ok(())
}
