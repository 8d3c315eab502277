//! What an account's cycle holds: its charges, and what moved the balance besides (INV-1, R26, R83).

use crate::document::{DocumentLine, DocumentMovement};
use crate::lines::Charged;
use coinbox_ground::calendar::Month;
use coinbox_ground::currency::Currency;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::money::Money;
use coinbox_ground::turn::{Turn, successor};
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use coinbox_ledger as ledger;
use coinbox_ledger::totals::{self, CycleTotals, Flow, Movement};
use coinbox_ledger::wallet;
use std::collections::BTreeMap;

/// Code of the problem that lines and ledger disagree.
pub(crate) const DIFFERS: &str = "invoice-differs-from-ledger";
/// Movements of one invoice; what is beyond is one movement a kind.
const MOVEMENTS_MAX: usize = 1_000;
/// Records of one scan.
const PAGE: usize = 1_000;

/// What a document is to hold.
#[derive(Clone)]
pub(crate) struct Span {
    /// The months whose charges it has, both included; none, where the first is behind the last.
    pub first: Month,
    pub last: Month,
    /// Where movements begin that are on it, in the order of transaction IDs: they were on no document before.
    pub since: String,
    /// First moment of its period; movements before it are earlier ones.
    pub start: Instant,
    /// The moment after its last.
    pub end: Instant,
}

/// What a cycle holds.
pub(crate) struct Gathered {
    pub lines: Vec<DocumentLine>,
    /// Sum of all lines.
    pub charged: Money,
    /// What trial and promotional credit has paid of it: before the charge, or as what was owed afterwards (R28, R86).
    pub discount: Money,
    /// What of it was too little to be paid and was rounded away in the cycle: the rounding of the whole takes its place (R85).
    pub rounded: Money,
    pub movements: Vec<DocumentMovement>,
    /// Sum of all movements.
    pub moved: Money,
    /// Records that were read.
    pub read: usize,
}

/// Gathers what a document is to hold.
pub(crate) fn gather(turn: &Turn<'_>, account: AuthId, span: &Span) -> Result<Gathered, Fault> {
    let mut charges = Flow::default();
    let mut charged = Charged::default();
    let mut read = 1;
    let mut month = span.first;
    while month <= span.last {
        if let Some(totals) = turn.get::<CycleTotals>(&totals::cycle_key(month, account))? {
            for part in totals.flows.values() {
                charges.add(*part)?;
            }
        }
        read += charged.add(turn, account, month, (span.first, span.last))?;
        month = month.next();
    }
    let mut forgiven = Forgiven::default();
    let movements = movements(turn, account, span, &mut charges, &mut forgiven)?;
    let lines = charged.lines(turn, account)?;
    let mut charged = Money::ZERO;
    for line in &lines {
        charged = charged.plus(Money::from_micros(line.amount))?;
    }
    if charges.taken()? != charged {
        let facts = vec![
            Fact::new("auth-id", account),
            Fact::new("month", span.last),
            Fact::new("lines", charged),
            Fact::new("ledger", charges.taken()?),
        ];
        return Err(Fault::problem(DIFFERS, facts));
    }
    let mut moved = Money::ZERO;
    for movement in &movements {
        moved = moved.plus(Money::from_micros(movement.amount))?;
    }
    read += movements.len();
    let discount = charges.trial.plus(charges.promotional)?.plus(forgiven.gifts)?;
    Ok(Gathered { lines, charged, discount, rounded: forgiven.rounded, moved, movements, read })
}

/// What movements of the cycle have taken off what was owed of its charges, besides payments.
#[derive(Default)]
struct Forgiven {
    /// By trial and promotional credit (R86).
    gifts: Money,
    /// By rounding what was too little to be paid.
    rounded: Money,
}

/// Movements in order; what they took in the months of the span is taken out of `charges`, which then holds charges only. Adds up what they have
/// forgiven of charges of these months; rounding that has is no movement.
fn movements(
    turn: &Turn<'_>,
    account: AuthId,
    span: &Span,
    charges: &mut Flow,
    forgiven: &mut Forgiven,
) -> Result<Vec<DocumentMovement>, Fault> {
    let currency = wallet::currency(turn, account)?;
    let prefix = totals::movements_prefix(account);
    let mut from = format!("{prefix}{}", span.since);
    let upto = format!("{prefix}{}", time_key(span.end));
    let mut listed = Vec::new();
    let mut beyond: BTreeMap<(bool, &'static str), (u64, Instant, Money)> = BTreeMap::new();
    loop {
        let (page, more) = turn.span::<Movement>(&from, &upto, PAGE)?;
        if let Some((key, _)) = page.last() {
            from = successor(key);
        }
        for (key, movement) in page {
            let mut credit = movement.flow.taken()?.negated()?;
            let posted = ledger::moment_of(&key[prefix.len()..]);
            let month = Month::of(posted);
            if span.first <= month && month <= span.last {
                charges.trial = charges.trial.minus(movement.flow.trial)?;
                charges.promotional = charges.promotional.minus(movement.flow.promotional)?;
                charges.cash = charges.cash.minus(movement.flow.cash)?;
                charges.receivable = charges.receivable.minus(movement.flow.receivable)?;
                for (_, paid) in movement.pays.iter().filter(|(of, _)| span.first <= *of && *of <= span.last) {
                    if movement.kind == "rounding" {
                        forgiven.rounded = forgiven.rounded.plus(*paid)?;
                        credit = credit.minus(*paid)?;
                    } else {
                        forgiven.gifts = forgiven.gifts.plus(*paid)?;
                    }
                }
                if movement.kind == "rounding" && credit == Money::ZERO {
                    continue;
                }
            }
            let earlier = posted < span.start;
            if listed.len() < MOVEMENTS_MAX {
                let label = label(&movement, currency);
                listed.push(DocumentMovement { label, at: movement.at, amount: credit.micros(), earlier });
            } else {
                let sum = beyond.entry((!earlier, words(&movement.kind, currency))).or_insert((0, 0, Money::ZERO));
                *sum = (sum.0 + 1, movement.at, sum.2.plus(credit)?);
            }
        }
        if !more {
            break;
        }
    }
    listed.extend(beyond.into_iter().map(|((within, words), (count, at, sum))| DocumentMovement {
        label: format!("{words}, {count} more"),
        at,
        amount: sum.micros(),
        earlier: !within,
    }));
    Ok(listed)
}

/// What people call the rounding of documents and payments.
pub(crate) fn rounding_words(currency: Currency) -> &'static str {
    if currency.is_usd() { "Rounding to whole cents" } else { "Rounding to the smallest unit" }
}

/// What people call a kind of movement.
fn words(kind: &str, currency: Currency) -> &'static str {
    match kind {
        "recharge" => "Payment",
        "invoice-payment" => "Payment of an invoice",
        "trial-credits" => "Trial credits",
        "goodwill" => "Goodwill",
        "correction" => "Correction",
        "coupon-redeemed" => "Coupon",
        "credit-expired" => "Credit that has expired",
        "credit-note" => "Credit note",
        "refund" | "refund-recovered" | "refund-assigned" => "Refund",
        "chargeback" => "Chargeback",
        "dispute-won" => "Dispute won",
        "write-off" => "Write-off",
        "rounding" => rounding_words(currency),
        _ => "Other movements",
    }
}

fn label(movement: &Movement, currency: Currency) -> String {
    let words = words(&movement.kind, currency);
    match movement.kind.as_str() {
        "goodwill" | "correction" | "coupon-redeemed" | "credit-note" | "write-off" if !movement.cause.is_empty() => {
            format!("{words}: {}", movement.cause)
        }
        _ if words == "Other movements" => movement.kind.replace('-', " "),
        _ => words.to_owned(),
    }
}
