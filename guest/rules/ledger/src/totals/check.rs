//! The proof that totals follow from the ledger: whoever checks adds up its transactions, and what is stored must be the same (CRD-1, INV-1).

use super::{
    CycleTotals, Flow, PriceKey, PricedSum, PricedTotals, Sum, cursor, cycle_key, flows_of, mains_of, month_of,
};
use crate::Transaction;
use coinbox_access::{self as access, functions};
use coinbox_ground::calendar::Month;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::operator::{Difference, Error};
use coinbox_ground::money::Money;
use coinbox_ground::text::is_name;
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{
    Caller, Checks, Fault, FieldRule, Instant, Micros, int_text, optional_int_text, uint_text,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Accounts and months of one comparison.
const COMPARED_MAX: usize = 100;
/// Sums of charges in one comparison.
const CHARGES_MAX: usize = 100_000;

/// Sums of an account's postings of one kind.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct KindFlow {
    pub auth_id: String,
    pub kind: String,
    #[serde(with = "int_text")]
    pub trial: Micros,
    #[serde(with = "int_text")]
    pub promotional: Micros,
    #[serde(with = "int_text")]
    pub cash: Micros,
    #[serde(with = "int_text")]
    pub receivable: Micros,
}

/// Sum of an account's or sub-account's charges of one code at one price.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct SourceSum {
    /// Main account that pays.
    pub auth_id: String,
    /// Main account or sub-account that used.
    pub source: String,
    /// Charge code, with the month of use where it is not that of the posting; of numbers country and type; price: `vo//0.0085`,
    /// `nr/US local/0.80`, `vo@2026-10//0.0085`.
    pub code: String,
    /// Lines.
    #[serde(with = "uint_text")]
    pub count: u64,
    /// In the unit of the code.
    #[serde(with = "uint_text")]
    pub quantity: u64,
    /// Billed, in parts of the price's unit: seconds, hundred-thousandths of a month, others as a whole.
    #[serde(with = "uint_text")]
    pub billed: u64,
    /// Charged.
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// When the first was used, if in another month than that of the posting.
    #[serde(default, with = "optional_int_text")]
    pub first: Option<Instant>,
    /// When the last was.
    #[serde(default, with = "optional_int_text")]
    pub last: Option<Instant>,
}

/// One transaction, added up.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChargedTransaction {
    /// Its ID.
    pub id: String,
    /// The month that it belongs to.
    pub month: String,
    /// One for each account that it moves.
    pub flows: Vec<KindFlow>,
    /// Its lines by source and code.
    pub charges: Vec<SourceSum>,
}

/// Transactions in posting order, as far as totals hold them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ChargedPage {
    /// At most as many as asked for.
    pub transactions: Vec<ChargedTransaction>,
    /// `after` of the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// What an account's month comes to, added up by whoever checks.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FoldedMonth {
    /// Main account.
    pub auth_id: String,
    /// `2026-11`.
    pub month: String,
    /// By kind.
    pub flows: Vec<KindFlow>,
    /// By source and code.
    pub charges: Vec<SourceSum>,
}

/// What a comparison found.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TotalsComparison {
    /// Whether totals hold transactions behind the one that was named: then months still running may differ.
    pub moved_on: bool,
    /// What does not follow from the ledger.
    pub differences: Vec<Difference>,
}

/// Transactions in posting order with the sums of their postings and lines; ends where the totals end.
pub fn read_charges(turn: &Turn<'_>, caller: &Caller, after: Option<String>, limit: u32) -> Result<ChargedPage, Error> {
    access::query(turn, caller, functions::OPERATOR_READ_CHARGES)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, 500);
    let good = after.as_deref().is_none_or(|after| is_name(after, 64));
    checks.page_after(good);
    checks.done()?;
    let held = cursor(turn)?.after;
    let first = after.map_or_else(|| crate::PREFIX.to_owned(), |id| successor(&format!("{}{id}", crate::PREFIX)));
    let end = successor(&format!("{}{held}", crate::PREFIX));
    if held.is_empty() || first >= end {
        return Ok(ChargedPage { transactions: Vec::new(), next: None });
    }
    let (page, more) = turn.span_page::<Transaction>(&first, &end, limit)?;
    let page = page
        .into_iter()
        .map(|(key, transaction)| Ok((key, transaction.completed()?)))
        .collect::<Result<Vec<_>, Fault>>()?;
    let mains = mains_of(turn, page.iter().flat_map(|(_, transaction)| &transaction.lines))?;
    let mut transactions = Vec::with_capacity(page.len());
    for (key, transaction) in page {
        let id = key[crate::PREFIX.len()..].to_owned();
        let month = month_of(&id, &transaction);
        let mut charges: BTreeMap<(AuthId, AuthId, String), PricedSum> = BTreeMap::new();
        for line in &transaction.lines {
            let main = *mains.get(&line.a).ok_or_else(|| super::orphan(line, &id))?;
            let (name, sum) = super::priced::named(line, month);
            charges.entry((main, line.a, name)).or_default().add(sum)?;
        }
        transactions.push(ChargedTransaction {
            month: month.to_string(),
            flows: flows_of(&transaction)?
                .into_iter()
                .map(|(account, flow)| shown(account, &transaction.kind, flow))
                .collect(),
            charges: charges
                .into_iter()
                .map(|((main, source, code), sum)| shown_sum(main, source, code, sum))
                .collect(),
            id,
        });
    }
    let next = if more { transactions.last().map(|last| last.id.clone()) } else { None };
    Ok(ChargedPage { transactions, next })
}

fn shown(account: AuthId, kind: &str, flow: Flow) -> KindFlow {
    KindFlow {
        auth_id: account.to_string(),
        kind: kind.to_owned(),
        trial: flow.trial.micros(),
        promotional: flow.promotional.micros(),
        cash: flow.cash.micros(),
        receivable: flow.receivable.micros(),
    }
}

fn shown_sum(main: AuthId, source: AuthId, code: String, sum: PricedSum) -> SourceSum {
    SourceSum {
        auth_id: main.to_string(),
        source: source.to_string(),
        code,
        count: sum.count,
        quantity: sum.quantity,
        billed: sum.billed,
        amount: sum.amount.micros(),
        first: sum.first,
        last: sum.last,
    }
}

/// Compares stored totals with what the ledger was added up to, up to and with one transaction.
pub fn compare_totals(
    turn: &Turn<'_>,
    caller: &Caller,
    until: String,
    months: Vec<FoldedMonth>,
) -> Result<TotalsComparison, Error> {
    access::query(turn, caller, functions::OPERATOR_COMPARE_TOTALS)?;
    let mut checks = Checks::new();
    checks.require(is_name(&until, 64), "until", FieldRule::WrongForm, "the ID of a transaction");
    checks.require(!months.is_empty(), "months", FieldRule::Missing, "1");
    checks.require(months.len() <= COMPARED_MAX, "months", FieldRule::TooMany, COMPARED_MAX);
    let charges: usize = months.iter().map(|month| month.charges.len()).sum();
    checks.require(charges <= CHARGES_MAX, "months.charges", FieldRule::TooMany, CHARGES_MAX);
    let mut parsed = Vec::new();
    for (index, folded) in months.iter().take(COMPARED_MAX).enumerate() {
        let account = AuthId::parse(&folded.auth_id).filter(AuthId::is_main);
        let month = Month::parse(&folded.month);
        let field = |name: &str| format!("months[{index}].{name}");
        checks.require(account.is_some(), &field("auth-id"), FieldRule::WrongForm, "MA and 18 letters or digits");
        checks.require(month.is_some(), &field("month"), FieldRule::WrongForm, "a month such as 2026-11");
        if let (Some(account), Some(month)) = (account, month) {
            parsed.push((account, month, folded));
        }
    }
    checks.done()?;
    let mut differences = Vec::new();
    for (account, month, folded) in parsed {
        compare_month(turn, account, month, folded, &mut differences)?;
    }
    Ok(TotalsComparison { moved_on: cursor(turn)?.after != until, differences })
}

fn compare_month(
    turn: &Turn<'_>,
    account: AuthId,
    month: Month,
    folded: &FoldedMonth,
    differences: &mut Vec<Difference>,
) -> Result<(), Fault> {
    let mut differs = |what: String, stored: String, rebuilt: String| {
        if stored != rebuilt {
            differences.push(Difference { auth_id: account.to_string(), what, stored, rebuilt });
        }
    };
    let cycle = turn.get::<CycleTotals>(&cycle_key(month, account))?.unwrap_or_default();
    let mut flows: BTreeMap<&str, Flow> = BTreeMap::new();
    for flow in &folded.flows {
        flows.entry(&flow.kind).or_default().add(Flow {
            trial: Money::from_micros(flow.trial),
            promotional: Money::from_micros(flow.promotional),
            cash: Money::from_micros(flow.cash),
            receivable: Money::from_micros(flow.receivable),
        })?;
    }
    let stored: BTreeMap<&str, Flow> = cycle.flows.iter().map(|(kind, flow)| (kind.as_str(), *flow)).collect();
    for kind in keys(&stored, &flows) {
        let text = |flow: Option<&Flow>| flow.map_or_else(|| "nothing".to_owned(), told);
        differs(format!("totals:{month}:{kind}"), text(stored.get(kind)), text(flows.get(kind)));
    }
    let mut sources: BTreeMap<String, PricedTotals> = BTreeMap::new();
    let mut all: BTreeMap<String, Sum> = BTreeMap::new();
    for charge in &folded.charges {
        let (count, quantity, amount) = (charge.count, charge.quantity, Money::from_micros(charge.amount));
        let (billed, first, last) = (charge.billed, charge.first, charge.last);
        let sum = PricedSum { count, quantity, billed, amount, first, last };
        sources.entry(charge.source.clone()).or_default().by.entry(charge.code.clone()).or_default().add(sum)?;
        // Names that are none are told below.
        let code = PriceKey::parse(&charge.code).map_or_else(|| charge.code.clone(), |key| key.code);
        all.entry(code).or_default().add(Sum { count, quantity, amount })?;
    }
    let json = |by: &BTreeMap<String, Sum>| serde_json::to_string(by).expect("text and numbers only");
    differs(format!("totals:{month}:charges"), json(&cycle.by), json(&all));
    let prefix = format!("{}/", cycle_key(month, account));
    let (records, _) = turn.span::<PricedTotals>(&prefix, &end_of_prefix(&prefix), 10_000)?;
    let mut held: BTreeMap<String, PricedTotals> =
        records.into_iter().map(|(key, totals)| (key[prefix.len()..].to_owned(), totals)).collect();
    for source in sources.keys() {
        // Behind the first ten thousand.
        if !held.contains_key(source)
            && let Some(totals) = turn.get::<PricedTotals>(&format!("{prefix}{source}"))?
        {
            held.insert(source.clone(), totals);
        }
    }
    for source in keys(&held, &sources) {
        let (mut stored, mut rebuilt) = (held.get(source).cloned(), sources.get(source).cloned());
        if stored.as_ref().is_some_and(PricedTotals::is_bounded) {
            // Which prices are beyond the bound depends on the order of lines, which nobody but the ledger knows any more.
            stored = stored.map(|totals| totals.without_prices()).transpose()?;
            rebuilt = rebuilt.map(|totals| totals.without_prices()).transpose()?;
        }
        let text = |totals: Option<PricedTotals>| match totals {
            Some(totals) => serde_json::to_string(&totals.by).expect("text and numbers only"),
            None => "nothing".to_owned(),
        };
        differs(format!("totals:{month}:{source}"), text(stored), text(rebuilt));
    }
    Ok(())
}

/// The keys of both, each once.
fn keys<'a, K: Ord, A, B>(one: &'a BTreeMap<K, A>, other: &'a BTreeMap<K, B>) -> std::collections::BTreeSet<&'a K> {
    one.keys().chain(other.keys()).collect()
}

fn told(flow: &Flow) -> String {
    format!(
        "trial {}, promotional {}, cash {}, receivable {}",
        flow.trial, flow.promotional, flow.cash, flow.receivable
    )
}
