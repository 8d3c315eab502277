//! Work that the clock or an earlier decision has made due: begin, perform, finish.

use crate::access::people::since;
use crate::credit::watch::judge::REJUDGE;
use crate::effect;
pub use crate::effect::{Answer, OutsideKey, Request, Step, StoredMethod};
pub use crate::ground::interfaces::jobs::Error;
use crate::ground::job::JobKey;
pub use crate::ground::job::{Done, JobState, MovementsRequest, Next, Task, Work};
use crate::ground::job_row::{Job, Row};
use crate::ground::outside::{Effects, PaymentOutcome};
use crate::ground::port::Vault;
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{FieldProblem, Instant, int_text};
use crate::ledger::months;
use crate::payments::{charges, reconcile, refunds};
use crate::profiles::policy;
use crate::{
    accounts, credit, formats, housekeeping, indexes, invoices, ledger, members, month_end, numbers, payments,
    profiles, usage,
};
use serde::{Deserialize, Serialize};

/// How a store came to be.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Beginning {
    /// Empty.
    Created,
    /// From a backup of this moment.
    Restored(#[serde(with = "int_text")] Instant),
    /// A copy for trying things out.
    Copied,
    /// It has been opened before.
    Again,
}

/// What is done for each kind of job: the rows of the areas, and those of what needs them all.
const ROWS: [&[&dyn Job]; 10] = [
    profiles::JOBS,
    members::JOBS,
    ledger::JOBS,
    credit::JOBS,
    invoices::JOBS,
    payments::JOBS,
    numbers::JOBS,
    usage::JOBS,
    accounts::JOBS,
    &[
        &Row::inside(REJUDGE, |turn, _| housekeeping::rejudge(turn)),
        &Row::inside(housekeeping::JOB, |turn, _| housekeeping::clean(turn)),
        &Row::inside(months::JOB, |turn, _| month_end::run(turn)),
        &Row::inside(indexes::JOB, |turn, _| indexes::run(turn)),
        &Row::inside(formats::JOB, |turn, _| formats::run(turn)),
    ],
];

/// The row that a timer's key belongs to, and the key in its parts.
fn find(job: &str) -> Result<(&'static dyn Job, JobKey<'_>), Error> {
    let key = JobKey::parse(job).ok_or(Error::NoSuchJob)?;
    let row = ROWS.iter().copied().flatten().find(|row| row.word() == key.kind).ok_or(Error::NoSuchJob)?;
    Ok((*row, key))
}

/// Decides what a due job does now, and writes down that an attempt starts.
pub fn begin(turn: &mut Turn<'_>, job: String) -> Result<Next, Error> {
    let (row, key) = find(&job)?;
    let next = row.begin(turn, &key)?;
    // A job that neither goes on nor waits is over: its timer must not fire again.
    if !turn.has_set_timer(&job) {
        turn.cancel(&job);
    }
    Ok(next.unwrap_or(Next::Rest))
}

/// Acts on the outside through lent capabilities, until it is known what came of the task.
pub fn perform(effects: &dyn Effects, task: Task) -> Done {
    effect::perform(effects, task)
}

/// What a host that carries out requests itself does next for a task, after these answers.
pub fn next_request(vault: &dyn Vault, task: Task, answers: Vec<Answer>) -> Result<Step, FieldProblem> {
    effect::next_request(vault, &task, &answers)
}

/// Books what came of an attempt.
pub fn finish(turn: &mut Turn<'_>, job: String, attempt: u32, done: Done) -> Result<Next, Error> {
    let (row, key) = find(&job)?;
    row.finish(turn, &key, attempt, done)
}

/// Books a payment that the gateway reports by itself (R42: each notice acts once).
pub fn payment_notice(turn: &mut Turn<'_>, key: String, outcome: PaymentOutcome) -> Result<Next, Error> {
    if let Some((account, charge)) = ledger::charges::by_key(turn, &key)? {
        return Ok(charges::book(turn, account, charge.number(), outcome)?);
    }
    if let Some((account, refund)) = credit::records::refunds::by_key(turn, &key)? {
        return Ok(refunds::book(turn, account, refund.number(), outcome)?);
    }
    reconcile::keep_notice(turn, &key, &outcome)?;
    Ok(Next::Rest)
}

/// How a job stands that a customer waits for.
pub fn look(turn: &Turn<'_>, job: String) -> Option<JobState> {
    let (row, key) = find(&job).ok()?;
    row.look(turn, &key)
}

/// Prepares a store: one whose name has just been drawn, and one that older rules have written. Refuses one that newer rules have written.
pub fn store_opened(turn: &mut Turn<'_>, beginning: Beginning) -> Result<(), Error> {
    formats::prepare(turn, beginning == Beginning::Created)?;
    indexes::prepare(turn)?;
    match beginning {
        Beginning::Again => return Ok(()),
        Beginning::Created => {
            policy::begin(turn);
            crate::invoices::seller::tell(turn)?;
        }
        Beginning::Copied => since::begin(turn),
        Beginning::Restored(backup) => {
            since::begin(turn);
            reconcile::open(turn, backup)?;
        }
    }
    housekeeping::schedule(turn);
    Ok(())
}

/// Sets what follows from shared records that the host has copied from the home cell: the policy and the price book.
pub fn shared_changed(turn: &mut Turn<'_>) -> Result<(), Error> {
    crate::invoices::seller::look_again(turn)?;
    housekeeping::start_rejudge(turn);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credit::records;
    use crate::credit::watch::zero_stop::Stop;
    use crate::ground::ids::AuthId;
    use crate::ground::testing::{Fake, START};
    use std::collections::BTreeSet;

    const ACCOUNT: &str = "MA0123456789ABCDEFGH";

    /// Keys that rules have written: their text is stored, it never changes.
    const KEYS: [&str; 35] = [
        "MA0123456789ABCDEFGH/charge/7",
        "MA0123456789ABCDEFGH/refund/9",
        "MA0123456789ABCDEFGH/mail/1",
        "MA0123456789ABCDEFGH/card/2",
        "MA0123456789ABCDEFGH/forget/3",
        "MA0123456789ABCDEFGH/expiring/4",
        "MA0123456789ABCDEFGH/hang-up",
        "MA0123456789ABCDEFGH/end-calls",
        "MA0123456789ABCDEFGH/dun",
        "MA0123456789ABCDEFGH/uncap",
        "MA0123456789ABCDEFGH/close",
        "MA0123456789ABCDEFGH/daily",
        "MA0123456789ABCDEFGH/unusual",
        "MA0123456789ABCDEFGH/expire/5/1/1772323200000/000005",
        "MA0123456789ABCDEFGH/order/6",
        "MA0123456789ABCDEFGH/release/7",
        "MA0123456789ABCDEFGH/claim/8",
        "MA0123456789ABCDEFGH/rent-owed",
        "SA0123456789ABCDEFGH/disband",
        "store/reservations",
        "store/reconcile",
        "store/reconcile-stock",
        "store/rejudge",
        "store/housekeeping",
        "store/totals",
        "store/month-end",
        "store/number",
        "store/indexes",
        "store/upgrade",
        "store/person-mail/1772323200000aBcDeF12",
        "MA0123456789ABCDEFGH/code/9",
        "MA0123456789ABCDEFGH/new-factors/1",
        "store/asks",
        "MA0123456789ABCDEFGH/unverified",
        "MA0123456789ABCDEFGH/review-due",
    ];

    fn begin_one(job: &str) -> Result<Next, Error> {
        Fake::new().command(START, |turn| begin(turn, job.to_owned()))
    }

    #[test]
    fn each_kind_has_one_row_and_each_row_a_kind() {
        let kind = |key: &str| JobKey::parse(key).map(|parsed| parsed.kind.to_owned());
        let rows: Vec<&str> = ROWS.iter().copied().flatten().map(|row| row.word()).collect();
        let of_keys: BTreeSet<String> = KEYS.iter().filter_map(|key| kind(key)).collect();
        assert_eq!(rows.len(), KEYS.len());
        assert_eq!(rows.iter().map(ToString::to_string).collect::<BTreeSet<_>>(), of_keys);
        for key in KEYS {
            // In an empty store there is nothing to be done, or a record is missed: but there is such a kind.
            assert_ne!(begin_one(key), Err(Error::NoSuchJob), "{key}");
        }
    }

    #[test]
    fn keys_are_written_as_they_are_stored() {
        let account = AuthId::parse(ACCOUNT).expect("an auth ID");
        let place = ledger::lots::Place::of(ledger::lots::LotKind::Promotional, 0, Some(START), 5);
        let lot = ledger::lots::Expiring { account, number: 5, place };
        let written = [
            (ledger::charges::JOB.of((account, 7)), KEYS[0]),
            (records::refunds::JOB.of((account, 9)), KEYS[1]),
            (Stop::All.job(account), KEYS[6]),
            (Stop::Refused.job(account), KEYS[7]),
            (records::dunning::JOB.of(account), KEYS[8]),
            (records::closing::JOB.of(account), KEYS[10]),
            (ledger::totals::daily::JOB.of(account), KEYS[11]),
            (ledger::totals::habit::JOB.of(account), KEYS[12]),
            (ledger::lots::EXPIRY.of(lot), KEYS[13]),
            (records::reconciliation::Outside::Payments.job(), KEYS[20]),
            (records::reconciliation::Outside::Stock.job(), KEYS[21]),
            (REJUDGE.key(), KEYS[22]),
            (housekeeping::JOB.key(), KEYS[23]),
            (months::JOB.key(), KEYS[25]),
            (indexes::JOB.key(), KEYS[27]),
            (formats::JOB.key(), KEYS[28]),
        ];
        for (key, stored) in written {
            assert_eq!(key, stored);
        }
    }

    /// Text that no rule has written is no job: nothing is begun, booked or shown.
    #[test]
    fn other_keys_are_no_jobs() {
        let others = [
            "",
            "store",
            "store/",
            "store/other",
            "store/totals/1",
            "store/charge",
            "store/hang-up",
            "MA0123456789ABCDEFGH",
            "MA0123456789ABCDEFGH/",
            "MA0123456789ABCDEFGH/other",
            "MA0123456789ABCDEFGH/totals",
            "MA0123456789ABCDEFGH/charge",
            "MA0123456789ABCDEFGH/charge/",
            "MA0123456789ABCDEFGH/charge/x",
            "MA0123456789ABCDEFGH/charge/-1",
            "MA0123456789ABCDEFGH/charge/1/2",
            "MA0123456789ABCDEFGH/charge/4294967296",
            "MA0123456789ABCDEFGH/expire/5",
            "MA0123456789ABCDEFGH/expire/5/",
            "MA0123456789ABCDEFGH/expire/5/any/place",
            "MA0123456789ABCDEFGH/expire/x/1/1772323200000/000005",
            "x/charge/1",
        ];
        for job in others {
            assert_eq!(begin_one(job), Err(Error::NoSuchJob), "{job:?}");
            let done = || Done::Lost("gone".to_owned());
            let finished = Fake::new().command(START, |turn| finish(turn, job.to_owned(), 1, done()));
            assert_eq!(finished, Err(Error::NoSuchJob), "{job:?}");
            assert_eq!(Fake::new().query(START, |turn| look(turn, job.to_owned())), None, "{job:?}");
        }
    }
}
