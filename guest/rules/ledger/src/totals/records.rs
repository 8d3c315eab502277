//! Records of the totals and their keys.

use crate::charge_code::ChargeCode;
use crate::{LedgerAccount, Line, Transaction};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Record;
use coinbox_ground::vocabulary::{Fault, Instant};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What totals of charges are kept by: the charge code, of numbers with country and type, of recurring charges with the reference.
pub fn code_of(line: &Line) -> String {
    match ChargeCode::parse(&line.p) {
        Some(code) if code.is_told_apart() => format!("{} {}", line.p, line.x),
        _ => line.p.clone(),
    }
}

/// How many, how much of the unit, for how much money.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Sum {
    /// Lines.
    #[serde(rename = "c")]
    pub count: u64,
    /// Seconds, message parts, numbers, seats.
    #[serde(rename = "q")]
    pub quantity: u64,
    /// Charged, to the last digit.
    #[serde(rename = "m")]
    pub amount: Money,
}

impl Sum {
    /// Adds another sum.
    pub fn add(&mut self, other: Sum) -> Result<(), Fault> {
        self.count = self.count.saturating_add(other.count);
        self.quantity = self.quantity.saturating_add(other.quantity);
        self.amount = self.amount.plus(other.amount)?;
        Ok(())
    }
}

/// Charges by charge code: `vo`, `nr US local`, ….
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct SourceTotals {
    pub(super) v: u32,
    /// By code.
    pub by: BTreeMap<String, Sum>,
}

impl Record for SourceTotals {
    const KIND: &'static str = "totals of a source";
}

impl SourceTotals {
    /// Adds further charges.
    pub fn add(&mut self, other: &SourceTotals) -> Result<(), Fault> {
        self.v = 1;
        for (code, sum) in &other.by {
            self.by.entry(code.clone()).or_default().add(*sum)?;
        }
        Ok(())
    }
}

/// Sums of an account's postings: debits positive, credits negative.
#[derive(Clone, Copy, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct Flow {
    /// Trial credits.
    #[serde(rename = "t", default)]
    pub trial: Money,
    /// Promotional credits.
    #[serde(rename = "p", default)]
    pub promotional: Money,
    /// Cash credits.
    #[serde(rename = "c", default)]
    pub cash: Money,
    /// Receivables.
    #[serde(rename = "r", default)]
    pub receivable: Money,
}

impl Flow {
    /// What it took off the balance; negative: what it added.
    pub fn taken(&self) -> Result<Money, Fault> {
        Ok(self.trial.plus(self.promotional)?.plus(self.cash)?.plus(self.receivable)?)
    }

    /// Adds another flow.
    pub fn add(&mut self, other: Flow) -> Result<(), Fault> {
        self.trial = self.trial.plus(other.trial)?;
        self.promotional = self.promotional.plus(other.promotional)?;
        self.cash = self.cash.plus(other.cash)?;
        self.receivable = self.receivable.plus(other.receivable)?;
        Ok(())
    }

    /// Adds an amount to a ledger account.
    pub fn post(&mut self, ledger_account: LedgerAccount, amount: Money) -> Result<(), Fault> {
        let part = match ledger_account {
            LedgerAccount::CreditsTrial => &mut self.trial,
            LedgerAccount::CreditsPromotional => &mut self.promotional,
            LedgerAccount::CreditsCash => &mut self.cash,
            _ => &mut self.receivable,
        };
        *part = part.plus(amount)?;
        Ok(())
    }
}

/// What happened to an account in a month.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
pub struct CycleTotals {
    pub(super) v: u32,
    /// By kind of transaction: `usage`, `recharge`, `goodwill`, ….
    pub flows: BTreeMap<String, Flow>,
    /// What the movements among them come to: transactions that charge nothing.
    #[serde(default)]
    pub moved: Flow,
    /// Charges by charge code, of the main account and its sub-accounts together.
    #[serde(default)]
    pub by: BTreeMap<String, Sum>,
}

impl CycleTotals {
    pub(super) fn add(&mut self, other: &CycleTotals) -> Result<(), Fault> {
        self.v = 1;
        for (kind, flow) in &other.flows {
            self.flows.entry(kind.clone()).or_default().add(*flow)?;
        }
        self.moved.add(other.moved)?;
        for (code, sum) in &other.by {
            self.by.entry(code.clone()).or_default().add(*sum)?;
        }
        Ok(())
    }
}

impl Record for CycleTotals {
    const KIND: &'static str = "totals of a cycle";
}

/// A transaction of an account that charges nothing: what an account statement lists one by one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Movement {
    pub(super) v: u32,
    /// Kind of transaction: `recharge`, `goodwill`, `credit-expired`, ….
    pub kind: String,
    /// When it was posted.
    pub at: Instant,
    /// What is behind it.
    pub cause: String,
    /// Its sides on the account.
    pub flow: Flow,
    /// What it pays or forgives, being trial or promotional credit or rounding, of charges that are owed, by the month in which they were posted (R85, R86).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pays: Vec<(Month, Money)>,
}

impl Movement {
    pub(super) fn of(transaction: &Transaction, flow: Flow) -> Movement {
        let (kind, cause) = (transaction.kind.clone(), transaction.cause.clone());
        Movement { v: 1, kind, at: transaction.at, cause, flow, pays: transaction.pays.clone() }
    }
}

impl Record for Movement {
    const KIND: &'static str = "movement of an account";
}

/// An adjustment that charges or, below zero, gives back: invoices list each with its reason and date (CRD-14, R27).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Adjustment {
    v: u32,
    /// Main account or sub-account.
    pub source: AuthId,
    /// When it was posted.
    pub at: Instant,
    /// What the operator said.
    pub reason: String,
    /// Of the line.
    pub quantity: u64,
    /// What it charges.
    pub amount: Money,
    /// Charge code: debit or correction.
    #[serde(default = "debit_code")]
    pub code: String,
}

fn debit_code() -> String {
    crate::charge_code::ChargeCode::Adjustment.code()
}

impl Adjustment {
    pub(super) fn of(line: &Line) -> Adjustment {
        let (source, quantity, code) = (line.a, u64::from(line.q), line.p.clone());
        Adjustment { v: 1, source, at: line.t, reason: line.i.clone(), quantity, amount: line.m, code }
    }
}

impl Record for Adjustment {
    const KIND: &'static str = "adjustment of an account";
}

/// Lines of one account in posting order, all posted in one UTC month.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Page {
    pub(super) v: u32,
    /// The transactions that the lines are of, with how many lines each has here, in order.
    pub of: Vec<(String, u32)>,
    /// At most 500.
    pub lines: Vec<Line>,
}

impl Page {
    pub(super) fn starting_with(transaction: &str) -> Page {
        Page { v: 1, of: vec![(transaction.to_owned(), 0)], lines: Vec::new() }
    }

    pub(super) fn push(&mut self, transaction: &str, line: Line) {
        match self.of.last_mut() {
            Some((last, count)) if last == transaction => *count += 1,
            _ => self.of.push((transaction.to_owned(), 1)),
        }
        self.lines.push(line);
    }

    /// The lines, each with its transaction.
    pub fn posted(self) -> impl Iterator<Item = (String, Line)> {
        let origins = self.of.into_iter().flat_map(|(id, count)| std::iter::repeat_n(id, count as usize));
        origins.zip(self.lines)
    }
}

impl Record for Page {
    const KIND: &'static str = "page of charges";
}

/// Sums of an account's postings in a month.
pub fn cycle_key(month: Month, account: AuthId) -> String {
    format!("cyc/{month}/{account}")
}

/// Prefix of all totals of a month; accounts in order, each before its sources.
pub fn cycle_prefix(month: Month) -> String {
    format!("cyc/{month}/")
}

/// Charges of an account or sub-account in a month.
pub fn source_key(month: Month, account: AuthId, source: AuthId) -> String {
    format!("cyc/{month}/{account}/{source}")
}

/// Prefix of an account's totals by local day.
pub fn day_prefix(account: AuthId) -> String {
    format!("day/{account}/")
}

/// All charges of an account and its sub-accounts on a local day.
pub fn day_key(account: AuthId, day: Date) -> String {
    format!("day/{account}/{day}")
}

/// Charges of an account or sub-account on a local day.
pub fn day_source_key(account: AuthId, day: Date, source: AuthId) -> String {
    format!("use/{account}/{day}/{source}")
}

/// Prefix of an account's totals by local day and source.
pub fn days_prefix(account: AuthId) -> String {
    format!("use/{account}/")
}

/// Prefix of an account's movements.
pub fn movements_prefix(account: AuthId) -> String {
    format!("mov/{account}/")
}

/// Prefix of an account's adjustments of a month, in posting order.
pub fn adjustments_prefix(account: AuthId, month: Month) -> String {
    format!("adj/{account}/{month}/")
}

/// Prefix of an account's pages of lines.
pub fn pages_prefix(account: AuthId) -> String {
    format!("page/{account}/")
}
