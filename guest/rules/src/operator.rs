//! What only the operator does: the ledger, the proof that balances follow from it, and what waits for a person.

pub mod account_settings;
pub mod settings;

use crate::access::{self, functions};
use crate::ground::ids::AuthId;
pub use crate::ground::interfaces::operator::{Difference, Error};
use crate::ground::money::Money;
use crate::ground::text::is_name;
use crate::ground::turn::{Turn, end_of_prefix, successor};
use crate::ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, Micros, int_text};
use crate::ledger::charge_code::ChargeCode;
use crate::ledger::lots::LotKind;
use crate::ledger::open_lots::exact_lots;
use crate::ledger::wallet;
use crate::ledger::{self, Line, Transaction};
use crate::profiles::profile::{self, BillingMode};
use serde::{Deserialize, Serialize};

/// One side of a transaction.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownPosting {
    pub ledger_account: String,
    #[serde(default)]
    pub owner: Option<String>,
    #[serde(with = "int_text")]
    pub amount: Micros,
}

/// A transaction without its rated events.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LedgerTransaction {
    pub id: String,
    #[serde(with = "int_text")]
    pub at: Instant,
    pub kind: String,
    pub cause: String,
    pub currency: String,
    pub postings: Vec<ShownPosting>,
    pub events: u32,
}

/// A page of the ledger.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct LedgerPage {
    pub transactions: Vec<LedgerTransaction>,
    #[serde(default)]
    pub next: Option<String>,
}

/// One rated event as the ledger holds it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct RatedEvent {
    pub auth_id: String,
    pub id: String,
    pub product: String,
    pub heading: String,
    pub number: String,
    pub quantity: u32,
    #[serde(with = "int_text")]
    pub at: Instant,
    pub prefix: String,
    pub rate: String,
    #[serde(with = "int_text")]
    pub amount: Micros,
}

/// Sums of an account's postings: debits positive, credits negative.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Folded {
    pub auth_id: String,
    #[serde(with = "int_text")]
    pub trial: Micros,
    #[serde(with = "int_text")]
    pub promotional: Micros,
    #[serde(with = "int_text")]
    pub cash: Micros,
    #[serde(with = "int_text")]
    pub receivable: Micros,
}

/// Stored bytes of transactions that one page may read: usage transactions are large.
const TRANSACTIONS_MAX: u32 = 500;
/// Accounts compared in one call.
const COMPARED_MAX: usize = 500;

/// Transactions in posting order.
pub fn read_ledger(turn: &Turn<'_>, caller: &Caller, after: Option<String>, limit: u32) -> Result<LedgerPage, Error> {
    access::query(turn, caller, functions::OPERATOR_READ_LEDGER)?;
    let mut checks = Checks::new();
    checks.page_limit(limit, TRANSACTIONS_MAX);
    checks.page_after(after.as_deref().is_none_or(|after| is_name(after, 64)));
    checks.done()?;
    let first =
        after.map_or_else(|| ledger::PREFIX.to_owned(), |after| successor(&format!("{}{after}", ledger::PREFIX)));
    let end = end_of_prefix(ledger::PREFIX);
    let (page, more) = turn.span_page::<Transaction>(&first, &end, limit)?;
    let transactions: Vec<LedgerTransaction> = page
        .into_iter()
        .map(|(key, transaction)| LedgerTransaction {
            id: key.trim_start_matches(ledger::PREFIX).to_owned(),
            at: transaction.at,
            events: events(&transaction),
            kind: transaction.kind,
            cause: transaction.cause,
            currency: transaction.currency.to_string(),
            postings: transaction
                .postings
                .iter()
                .map(|posting| ShownPosting {
                    ledger_account: posting.0.name().into_owned(),
                    owner: posting.1.map(|owner| owner.to_string()),
                    amount: posting.2.micros(),
                })
                .collect(),
        })
        .collect();
    let next = if more { transactions.last().map(|last| last.id.clone()) } else { None };
    Ok(LedgerPage { transactions, next })
}

/// How many lines a transaction has, without those that ride on events or settle them, and each event that is split at tiers once.
fn events(transaction: &Transaction) -> u32 {
    let follows = |code: ChargeCode| code.is_surcharge() || matches!(code, ChargeCode::Volume(..));
    let rides = |line: &&Line| ChargeCode::parse(&line.p).is_some_and(follows);
    let ridden = transaction.lines.iter().filter(rides).count();
    // No event is counted twice, so two lines of one event are two parts of it.
    let is_part = |pair: &&[Line]| {
        let of = |line: &Line| (line.a, line.t);
        transaction.kind == "usage" && of(&pair[0]) == of(&pair[1]) && pair[0].i == pair[1].i && pair[0].p == pair[1].p
    };
    let parts = transaction.lines.windows(2).filter(is_part).count();
    u32::try_from(transaction.lines.len() - ridden - parts).unwrap_or(u32::MAX)
}

/// The rated events of one usage transaction, each with its surcharges behind it.
pub fn read_transaction(turn: &Turn<'_>, caller: &Caller, id: String) -> Result<Vec<RatedEvent>, Error> {
    access::query(turn, caller, functions::OPERATOR_READ_TRANSACTION)?;
    if !is_name(&id, 64) {
        return Err(Fault::not_found("transaction").into());
    }
    let transaction: Transaction =
        turn.get(&format!("{}{id}", ledger::PREFIX))?.ok_or_else(|| Fault::not_found("transaction"))?;
    Ok(transaction
        .lines
        .into_iter()
        .map(|line| {
            let code = ChargeCode::parse(&line.p);
            let (product, heading) = code.as_ref().map_or(("", ""), ChargeCode::words);
            RatedEvent {
                auth_id: line.a.to_string(),
                id: line.i,
                product: product.to_owned(),
                heading: heading.to_owned(),
                number: line.n,
                quantity: line.q,
                at: line.t,
                prefix: line.x,
                rate: line.r,
                amount: line.m.micros(),
            }
        })
        .collect())
}

/// Rebuilds wallets and lots from folded postings, open orders and open reservations, and compares (CRD-1).
pub fn compare(turn: &Turn<'_>, caller: &Caller, accounts: Vec<Folded>) -> Result<Vec<Difference>, Error> {
    access::query(turn, caller, functions::OPERATOR_COMPARE)?;
    let mut checks = Checks::new();
    checks.require(!accounts.is_empty(), "accounts", FieldRule::Missing, "1");
    checks.require(accounts.len() <= COMPARED_MAX, "accounts", FieldRule::TooMany, COMPARED_MAX);
    for (index, folded) in accounts.iter().take(COMPARED_MAX).enumerate() {
        let good = AuthId::parse(&folded.auth_id).is_some_and(|account| account.is_main());
        checks.require(
            good,
            &format!("accounts[{index}].auth-id"),
            FieldRule::WrongForm,
            "MA and 18 letters or digits",
        );
    }
    checks.done()?;
    let mut differences = Vec::new();
    for folded in &accounts {
        if let Some(account) = AuthId::parse(&folded.auth_id) {
            compare_one(turn, account, folded, &mut differences)?;
        }
    }
    Ok(differences)
}

fn compare_one(
    turn: &Turn<'_>,
    account: AuthId,
    folded: &Folded,
    differences: &mut Vec<Difference>,
) -> Result<(), Fault> {
    let mut differs = |what: &str, stored: String, rebuilt: String| {
        if stored != rebuilt {
            differences.push(Difference { auth_id: account.to_string(), what: what.to_owned(), stored, rebuilt });
        }
    };
    let Some(stored_text) = turn.text(&wallet::key(account)) else {
        differs("missing-account", String::new(), "a wallet".to_owned());
        return Ok(());
    };
    let wallet = wallet::need(turn, account)?;
    let credits = |kind: LotKind| match kind {
        LotKind::Trial => folded.trial,
        LotKind::Promotional => folded.promotional,
        LotKind::Cash => folded.cash,
    };
    let kinds =
        [(LotKind::Trial, "lots:trial"), (LotKind::Promotional, "lots:promotional"), (LotKind::Cash, "lots:cash")];
    let lots = exact_lots(turn, account)?;
    let mut balance = Money::from_micros(folded.receivable).negated()?;
    let mut current_rest = None;
    for (kind, name) in kinds {
        let owed_to_customer = Money::from_micros(credits(kind)).negated()?;
        balance = balance.plus(owed_to_customer)?;
        let mut sum = Money::ZERO;
        let mut others = Money::ZERO;
        for (index, lot) in lots.iter().enumerate().filter(|(_, lot)| lot.kind == kind) {
            sum = sum.plus(lot.rest)?;
            if index > 0 {
                others = others.plus(lot.rest)?;
            }
        }
        if lots.first().is_some_and(|lot| lot.kind == kind) {
            current_rest = Some(owed_to_customer.minus(others)?);
        }
        differs(name, sum.to_string(), owed_to_customer.to_string());
    }
    let mode = |postpaid: bool| if postpaid { "postpaid" } else { "prepaid" }.to_owned();
    let postpaid = profile::profile(turn, account)?.billing_mode == BillingMode::Postpaid;
    differs("billing-mode", mode(wallet.credit_limit().is_some()), mode(postpaid));
    let place = lots.first().map(crate::ledger::lots::Lot::place);
    let held = crate::usage::reservations::records::sum(turn, account)?;
    if held.is_none() {
        differs("reservations", "more than can be compared".to_owned(), "at most 1000000".to_owned());
    }
    let reserved = match held {
        Some(held) => held
            .plus(crate::numbers::reserved(turn, account)?)?
            .plus(crate::credit::records::held::held_amount(turn, account)?)?,
        None => wallet.reserved,
    };
    let rebuilt = wallet.rebuilt(balance, reserved, current_rest.unwrap_or(Money::ZERO), place);
    let rebuilt_text = serde_json::to_string(&rebuilt).expect("text and numbers only");
    differs("wallet", stored_text.to_string(), rebuilt_text);
    let mut owed = Money::ZERO;
    let (receivables, more) = wallet::receivables(turn, account)?;
    for (_, receivable) in receivables {
        owed = owed.plus(receivable.amount)?;
    }
    if more {
        differs("receivables", "more than can be compared".to_owned(), "at most 1000 days".to_owned());
        return Ok(());
    }
    differs("receivables", owed.to_string(), Money::from_micros(folded.receivable).to_string());
    Ok(())
}
