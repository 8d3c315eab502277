//! An account's statement of a month: what it began with, what came in and went out, what was charged, what is left (CRD-1).
//!
//! Everything is folded from the ledger by the totals job, by the month that a posting belongs to: closing postings of a month (tax,
//! rounding, R26) are in the statement of that month. So opening balance plus changes is the closing balance to the last
//! digit, and the closing balance is the next month's opening balance.

use crate::charge_code;
use crate::totals::{self, CycleTotals, Movement};
use coinbox_access::{self as access, functions};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::interfaces::credits::Error;
use coinbox_ground::money::Money;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Turn, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, Micros, int_text, uint_text};
use coinbox_profiles::profile;
use serde::{Deserialize, Serialize};

/// Movements of one page.
const MOVEMENTS_PER_PAGE: usize = 500;
/// Months that an opening balance is added up from: a hundred years.
const MONTHS_MAX: usize = 1_200;

/// One charge of a statement.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct StatementCharge {
    pub product: String,
    pub heading: String,
    pub detail: String,
    #[serde(with = "uint_text")]
    pub count: u64,
    #[serde(with = "uint_text")]
    pub quantity: u64,
    #[serde(with = "int_text")]
    pub amount: Micros,
}

/// One movement of a statement. Amounts are what it added to the balance; negative: what it took.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct StatementMovement {
    pub transaction: String,
    #[serde(with = "int_text")]
    pub at: Instant,
    pub kind: String,
    pub cause: String,
    #[serde(with = "int_text")]
    pub amount: Micros,
    #[serde(with = "int_text")]
    pub trial: Micros,
    #[serde(with = "int_text")]
    pub promotional: Micros,
    #[serde(with = "int_text")]
    pub cash: Micros,
    #[serde(with = "int_text")]
    pub receivable: Micros,
}

/// A statement, or a page of one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Statement {
    /// `2026-11`.
    pub month: String,
    /// Balance at its first moment.
    #[serde(with = "int_text")]
    pub opening: Micros,
    /// Sum of all movements of the month, on whatever page.
    #[serde(with = "int_text")]
    pub moved: Micros,
    /// Sum of all charges.
    #[serde(with = "int_text")]
    pub charged: Micros,
    /// What the closing of the month took besides: tax and rounding.
    #[serde(with = "int_text")]
    pub closing_postings: Micros,
    /// `opening + moved - charged - closing-postings`.
    #[serde(with = "int_text")]
    pub closing: Micros,
    /// By product, of main account and sub-accounts together.
    pub charges: Vec<StatementCharge>,
    /// In posting order, at most 500 a page.
    pub movements: Vec<StatementMovement>,
    /// Whatever was posted before is in.
    #[serde(with = "int_text")]
    pub complete_until: Instant,
    /// `after` of the next page of movements.
    #[serde(default)]
    pub next: Option<String>,
}

/// The statement of a month.
pub fn get_statement(
    turn: &Turn<'_>,
    caller: &Caller,
    auth_id: String,
    month: String,
    after: Option<String>,
) -> Result<Statement, Error> {
    let (_, account) = access::query_on(turn, caller, functions::CREDITS_GET_STATEMENT, &auth_id)?;
    let mut checks = Checks::new();
    let parsed = Month::parse(&month);
    checks.require(parsed.is_some(), "month", FieldRule::WrongForm, "a month such as 2026-11");
    let good = after.as_deref().is_none_or(|after| is_name(after, 40));
    checks.page_after(good);
    checks.done()?;
    let month_of = parsed.unwrap_or_else(|| Month::of(turn.now()));
    Ok(statement(turn, account, month_of, after)?)
}

fn statement(turn: &Turn<'_>, account: AuthId, month: Month, after: Option<String>) -> Result<Statement, Fault> {
    let opening = opening(turn, account, month)?;
    let (mut taken, mut charged) = (Money::ZERO, Money::ZERO);
    let cycle = turn.get::<CycleTotals>(&totals::cycle_key(month, account))?.unwrap_or_default();
    for flow in cycle.flows.values() {
        taken = taken.plus(flow.taken()?)?;
    }
    let mut charges = Vec::with_capacity(cycle.by.len());
    for (code, sum) in &cycle.by {
        charged = charged.plus(sum.amount)?;
        let (product, heading, detail) = charge_code::words(code);
        let (count, quantity, amount) = (sum.count, sum.quantity, sum.amount.micros());
        charges.push(StatementCharge { product, heading, detail, count, quantity, amount });
    }
    charges.sort_by(|one, other| {
        (&one.product, &one.heading, &one.detail).cmp(&(&other.product, &other.heading, &other.detail))
    });
    let moved = cycle.moved.taken()?.negated()?;
    // Postings without a line that are no movement: what the closing of the month has posted.
    let closing_postings = taken.plus(moved)?.minus(charged)?;
    let (movements, next) = movements(turn, account, month, after)?;
    Ok(Statement {
        month: month.to_string(),
        opening: opening.micros(),
        moved: moved.micros(),
        charged: charged.micros(),
        closing_postings: closing_postings.micros(),
        closing: opening.minus(taken)?.micros(),
        charges,
        movements,
        complete_until: totals::complete_until(turn)?,
        next,
    })
}

/// What all months before have left.
fn opening(turn: &Turn<'_>, account: AuthId, month: Month) -> Result<Money, Fault> {
    let first = Month::of(profile::profile(turn, account)?.created);
    let months: Vec<Month> = std::iter::successors(Some(first), |month| Some(month.next()))
        .take_while(|one| *one < month)
        .take(MONTHS_MAX)
        .collect();
    turn.prefetch(months.iter().map(|month| totals::cycle_key(*month, account)));
    let mut opening = Money::ZERO;
    for month in months {
        if let Some(cycle) = turn.get::<CycleTotals>(&totals::cycle_key(month, account))? {
            for flow in cycle.flows.values() {
                opening = opening.minus(flow.taken()?)?;
            }
        }
    }
    Ok(opening)
}

/// A page of the movements posted in a month.
fn movements(
    turn: &Turn<'_>,
    account: AuthId,
    month: Month,
    after: Option<String>,
) -> Result<(Vec<StatementMovement>, Option<String>), Fault> {
    let prefix = totals::movements_prefix(account);
    let first = match after {
        Some(after) => successor(&format!("{prefix}{after}")),
        None => format!("{prefix}{}", time_key(month.first())),
    };
    let end = format!("{prefix}{}", time_key(month.end()));
    let (records, more) = turn.span::<Movement>(&first, &end, MOVEMENTS_PER_PAGE)?;
    let mut shown = Vec::with_capacity(records.len());
    for (key, movement) in records {
        let flow = movement.flow;
        shown.push(StatementMovement {
            transaction: key[prefix.len()..].to_owned(),
            at: movement.at,
            kind: movement.kind,
            cause: movement.cause,
            amount: flow.taken()?.negated()?.micros(),
            trial: flow.trial.negated()?.micros(),
            promotional: flow.promotional.negated()?.micros(),
            cash: flow.cash.negated()?.micros(),
            receivable: flow.receivable.negated()?.micros(),
        });
    }
    let next = shown.last().filter(|_| more).map(|last| last.transaction.clone());
    Ok((shown, next))
}
