//! The ledger: double entry, append-only, every transaction sums to zero (CRD-1).
//!
//! A transaction is one record under `t/<moment>/<count>`; rated usage of one call is one transaction with a line an event.
//! Balances are folds of postings: nothing else moves money.

use crate::charge_code::ChargeCode;
use crate::ledger_account::LedgerAccount;
use crate::wallet;
use coinbox_ground::calendar::Month;
use coinbox_ground::currency::Currency;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::money::Money;
use coinbox_ground::port::Lane;
use coinbox_ground::product::{self, EventView};
use coinbox_ground::rate::Rate;
use coinbox_ground::text::{push_number, push_padded, push_quoted, push_text};
use coinbox_ground::turn::{Record, Turn, successor};
use coinbox_ground::vocabulary::MINUTE_MS;
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use serde::{Deserialize, Serialize};

/// One side of a transaction: ledger account, customer account (or none for the operator's own), amount.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Posting(pub LedgerAccount, pub Option<AuthId>, pub Money);

/// One thing that a customer is charged for: a rated event, a month of rent or of a recurring charge, a seat. What it is, is its [`ChargeCode`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Line {
    /// Main account or sub-account.
    pub a: AuthId,
    /// Event ID; of what is no event, a reference: the month of rent and of recurring charges, the reason of an adjustment.
    pub i: String,
    /// Charge code: `vo`, `si`, `lookup:request`, `nr`, …
    pub p: String,
    /// Number of the other side, or the rented number.
    pub n: String,
    /// Quantity.
    pub q: u32,
    /// What was billed, in parts of the price's unit, where that is not the quantity: increments of calls, parts of a month. Of products beyond calls
    /// and messages it is always there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub b: Option<u64>,
    /// Moment of the event.
    pub t: Instant,
    /// Matched prefix; of numbers country and type, such as `US local`; of surcharges their words; of recurring charges the reference.
    pub x: String,
    /// Rate as the price row has it; of numbers and recurring charges the price of a full month.
    pub r: String,
    /// Posted amount.
    pub m: Money,
}

impl Line {
    /// The line of an adjustment; what is given back is below zero (R27).
    pub fn adjustment(account: AuthId, code: ChargeCode, reason: &str, at: Instant, amount: Money) -> Line {
        Line {
            a: account,
            i: reason.to_owned(),
            p: code.code(),
            n: String::new(),
            q: 1,
            b: None,
            t: at,
            x: String::new(),
            r: String::new(),
            m: amount,
        }
    }

    /// Appends a line as it is stored: what serialising it gives, without making one. `price` appends the prefix, and is the rate; `billed` is in the unit of
    /// the product.
    pub fn write(
        text: &mut String,
        source: AuthId,
        event: &EventView<'_>,
        price: (impl FnOnce(&mut String), Rate),
        billed: u64,
        amount: Money,
    ) {
        let is_built_in = event.product.is_built_in() && event.heading.is_built_in();
        let billed = Some(billed).filter(|billed| *billed != u64::from(event.quantity) || !is_built_in);
        Line::write_priced(text, source, event, price, (event.quantity, billed), amount);
    }

    /// The same for what lies in one tier of an event that is split at tiers (USE-9): what is billed is always there, because the amount is what the
    /// rounded sum of the event grows by.
    pub fn write_part(
        text: &mut String,
        source: AuthId,
        event: &EventView<'_>,
        price: (impl FnOnce(&mut String), Rate),
        (quantity, billed): (u32, u64),
        amount: Money,
    ) {
        Line::write_priced(text, source, event, price, (quantity, Some(billed)), amount);
    }

    fn write_priced(
        text: &mut String,
        source: AuthId,
        event: &EventView<'_>,
        (write_prefix, rate): (impl FnOnce(&mut String), Rate),
        (quantity, billed): (u32, Option<u64>),
        amount: Money,
    ) {
        Line::begin(text, source, event);
        product::push_pair(text, event.product, event.heading);
        Line::go_on(text, event, quantity, billed);
        text.push('"');
        write_prefix(text);
        text.push('"');
        Line::end(text, rate, amount);
    }

    /// The same for what rides on an event (USE-8): with its charge code, words and rate, and how much of what it counts is used and billed.
    pub fn write_ridden(
        text: &mut String,
        source: AuthId,
        event: &EventView<'_>,
        (code, words, rate): (&str, &str, Rate),
        (quantity, billed): (u32, u64),
        amount: Money,
    ) {
        Line::begin(text, source, event);
        text.push_str(code);
        Line::go_on(text, event, quantity, Some(billed));
        push_text(text, words);
        Line::end(text, rate, amount);
    }

    /// Up to the charge code.
    fn begin(text: &mut String, source: AuthId, event: &EventView<'_>) {
        text.push_str(r#"{"a":""#);
        text.push_str(source.as_str());
        text.push_str(r#"","i":"#);
        push_quoted(text, event.id);
        text.push_str(r#","p":""#);
    }

    /// From behind the charge code up to `x`.
    fn go_on(text: &mut String, event: &EventView<'_>, quantity: u32, billed: Option<u64>) {
        text.push_str(r#"","n":"#);
        push_text(text, event.number);
        text.push_str(r#","q":"#);
        push_number(text, i64::from(quantity));
        if let Some(billed) = billed {
            text.push_str(r#","b":"#);
            push_padded(text, billed, 1);
        }
        text.push_str(r#","t":"#);
        push_number(text, event.at);
        text.push_str(r#","x":"#);
    }

    /// From behind `x`.
    fn end(text: &mut String, rate: Rate, amount: Money) {
        text.push_str(r#","r":""#);
        rate.append_to(text);
        text.push_str(r#"","m":"#);
        push_number(text, amount.micros());
        text.push('}');
    }
}

/// A ledger transaction.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Transaction {
    v: u32,
    /// What it is.
    pub kind: String,
    /// When it was posted.
    pub at: Instant,
    /// What is behind it.
    pub cause: String,
    /// The billing cycle that it belongs to, where that is not the month of its ID: closing postings (R26).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cycle: Option<Month>,
    /// Of every amount in it: accounts of two currencies are never in one transaction (CRD-17).
    #[serde(default, skip_serializing_if = "Currency::is_usd")]
    pub currency: Currency,
    /// Postings; they sum to zero.
    pub postings: Vec<Posting>,
    /// What trial or promotional credit pays, or rounding forgives, here of charges that are owed, by the month in which they were posted (R85, R86).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pays: Vec<(Month, Money)>,
    /// What was charged for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<Line>,
}

impl Record for Transaction {
    const KIND: &'static str = "ledger transaction";
}

impl Transaction {
    fn of(turn: &Turn<'_>, currency: Currency, kind: &str, cause: &str, mut postings: Vec<Posting>) -> Transaction {
        postings.retain(|posting| posting.2 != Money::ZERO);
        Transaction {
            v: 1,
            kind: kind.to_owned(),
            at: turn.now(),
            cause: cause.to_owned(),
            cycle: None,
            currency,
            postings,
            pays: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// The transaction with the line that version 0.1.0 did not write of debits and corrections by the operator: they are lines of invoices (R27).
    pub fn completed(mut self) -> Result<Transaction, Fault> {
        let code = match self.kind.as_str() {
            "debit" => ChargeCode::Adjustment,
            "correction" => ChargeCode::Correction,
            _ => return Ok(self),
        };
        let mut amount = Money::ZERO;
        for posting in self.postings.iter().filter(|posting| posting.1.is_some()) {
            amount = amount.plus(posting.2)?;
        }
        if let (true, Some(owner)) = (self.lines.is_empty(), self.postings.iter().find_map(|posting| posting.1)) {
            self.lines.push(Line::adjustment(owner, code, &self.cause, self.at, amount));
        }
        Ok(self)
    }

    /// Whether its postings sum to zero.
    pub fn is_balanced(&self) -> bool {
        self.postings.iter().map(|posting| i128::from(posting.2.micros())).sum::<i128>() == 0
    }
}

/// The newest transaction, at [`LAST_KEY`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Last {
    v: u32,
    at: Instant,
    n: u32,
}

impl Record for Last {
    const KIND: &'static str = "newest ledger transaction";
}

/// Where the newest transaction is remembered: to be read together with other keys.
pub const LAST_KEY: &str = "ledger/last";

/// The ID of a new transaction: the moment, and a count within it. IDs grow in posting order, so that whoever reads the
/// ledger from a cursor misses nothing: commands are serialisable, and none is told an earlier moment than one before it.
pub fn next_id(turn: &mut Turn<'_>) -> Result<String, Fault> {
    let now = turn.now();
    let before = turn.get::<Last>(LAST_KEY)?;
    let (at, n) = match before {
        // A host whose clock steps back still gets IDs that grow.
        Some(last) if last.at >= now => (last.at, last.n + 1),
        _ => (now, 1),
    };
    turn.put(LAST_KEY, &Last { v: 1, at, n });
    Ok(format!("{}/{n:06}", time_key(at)))
}

/// Prefix of all transaction records.
pub const PREFIX: &str = "t/";

/// The moment in a transaction's ID. Moments of IDs never fall, so all transactions of a month lie together.
pub fn moment_of(id: &str) -> Instant {
    id.get(..13).and_then(|moment| moment.parse().ok()).unwrap_or(0)
}

/// Whether any transaction lies after `after` (a transaction's ID, or nothing for the beginning) and before a moment.
pub fn has_any_between(turn: &Turn<'_>, after: &str, moment: Instant) -> bool {
    let first = if after.is_empty() { PREFIX.to_owned() } else { successor(&format!("{PREFIX}{after}")) };
    let (found, _) = turn.span_text(&first, &format!("{PREFIX}{}", time_key(moment)), 1);
    !found.is_empty()
}

/// Posts a transaction of one account, in its currency, under an ID of [`next_id`]. Postings of zero are left out.
pub fn post(
    turn: &mut Turn<'_>,
    (id, account): (&str, AuthId),
    kind: &str,
    cause: &str,
    postings: Vec<Posting>,
    lines: Vec<Line>,
) -> Result<(), Fault> {
    post_in_cycle(turn, (id, account), kind, cause, None, postings, lines)
}

/// Posts credit that nobody paid for, with what it pays of charges that are owed (R85, R86).
pub fn post_gift(
    turn: &mut Turn<'_>,
    (id, account): (&str, AuthId),
    (kind, cause): (&str, &str),
    postings: Vec<Posting>,
    pays: Vec<(Month, Money)>,
) -> Result<(), Fault> {
    let currency = wallet::currency(turn, account)?;
    put(turn, (id, account), Transaction { pays, ..Transaction::of(turn, currency, kind, cause, postings) })
}

/// Posts a transaction that belongs to a cycle which is over (R26): tax and rounding of its invoice.
pub fn post_in_cycle(
    turn: &mut Turn<'_>,
    (id, account): (&str, AuthId),
    kind: &str,
    cause: &str,
    cycle: Option<Month>,
    postings: Vec<Posting>,
    lines: Vec<Line>,
) -> Result<(), Fault> {
    let currency = wallet::currency(turn, account)?;
    put(turn, (id, account), Transaction { cycle, lines, ..Transaction::of(turn, currency, kind, cause, postings) })
}

fn put(turn: &mut Turn<'_>, (id, account): (&str, AuthId), transaction: Transaction) -> Result<(), Fault> {
    check_balance(&transaction, id)?;
    if transaction.postings.iter().any(|posting| posting.1.is_some_and(|owner| owner != account)) {
        return Err(Fault::problem("ledger-of-two-accounts", vec![Fact::new("transaction", id)]));
    }
    turn.put(&format!("{PREFIX}{id}"), &transaction);
    follow(turn);
    Ok(())
}

/// Posts rated events of accounts of one currency: `lines` is what [`Line::write`] has appended, joined by commas. The same bytes as [`post`] with these
/// lines.
pub fn post_usage(
    turn: &mut Turn<'_>,
    (id, currency): (&str, Currency),
    events: usize,
    postings: Vec<Posting>,
    lines: &str,
) -> Result<(), Fault> {
    let transaction = Transaction::of(turn, currency, "usage", &format!("{events} events"), postings);
    check_balance(&transaction, id)?;
    let head = serde_json::to_string(&transaction).expect("records have text keys and finite numbers only");
    turn.append_written(&format!("{PREFIX}{id}"), |text| {
        text.push_str(head.strip_suffix('}').expect("a record is an object"));
        text.push_str(r#","lines":["#);
        text.push_str(lines);
        text.push_str("]}");
    });
    follow(turn);
    Ok(())
}

fn check_balance(transaction: &Transaction, id: &str) -> Result<(), Fault> {
    if transaction.is_balanced() {
        return Ok(());
    }
    Err(Fault::problem("ledger-unbalanced", vec![Fact::new("transaction", id), Fact::new("kind", &transaction.kind)]))
}

/// Sets the job's timer: at the next full minute, so that postings of the same minute set the same one.
pub fn follow(turn: &mut Turn<'_>) {
    let due = turn.now() - turn.now().rem_euclid(MINUTE_MS) + MINUTE_MS;
    turn.timer("store/totals", Lane::Bulk, due);
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::product::{Event, Heading, Product};
    use coinbox_ground::testing::{Fake, START};

    #[test]
    fn usage_is_stored_as_its_lines_would_serialise() {
        let account = AuthId::parse("MA0123456789ABCDEFGH").expect("an auth ID");
        let sub = AuthId::parse("SA0123456789ABCDEFGH").expect("an auth ID");
        let every: String = ('!'..='~').take(64).collect();
        let ids = ["plain", r#"quote"and\backslash"#, &every];
        let amounts = [0, -1, 130_000].map(Money::from_micros);
        let postings = || {
            vec![
                Posting(LedgerAccount::CreditsCash, Some(account), Money::from_micros(129_999)),
                Posting(LedgerAccount::CreditsTrial, Some(account), Money::ZERO),
                Posting(LedgerAccount::Usage(Product::SMS), None, Money::from_micros(-129_999)),
            ]
        };
        let (fake, mut lines, mut text) = (Fake::new(), Vec::new(), String::new());
        for (id, amount) in ids.into_iter().zip(amounts) {
            let event = Event {
                id: id.to_owned(),
                auth_id: sub.to_string(),
                product: Product::SMS,
                heading: Heading::INBOUND,
                number: "15551234567".to_owned(),
                quantity: 7,
                at: START - 5,
            };
            if !text.is_empty() {
                text.push(',');
            }
            let billed = if amount > Money::ZERO { 60 } else { 7 };
            let rate = Rate::parse("0.0085").expect("a rate");
            let price = (|text: &mut String| text.push_str("1555"), rate);
            Line::write(&mut text, sub, &event.view(), price, billed, amount);
            lines.push(Line {
                a: sub,
                i: event.id,
                p: "si".to_owned(),
                n: event.number,
                q: 7,
                b: (billed != 7).then_some(billed),
                t: START - 5,
                x: "1555".to_owned(),
                r: "0.0085".to_owned(),
                m: amount,
            });
        }
        let posted: Result<(), Fault> = fake.command(START, |turn| {
            wallet::open(turn, account, Currency::USD);
            post(turn, ("one", account), "usage", "3 events", postings(), lines)?;
            post_usage(turn, ("two", Currency::USD), 3, postings(), &text)
        });
        assert_eq!(posted, Ok(()));
        assert_eq!(fake.dump()["t/one"], fake.dump()["t/two"]);
    }

    #[test]
    fn what_does_not_sum_to_zero_is_not_posted() {
        let (fake, account) = (Fake::new(), AuthId::parse("MA0123456789ABCDEFGH").expect("an auth ID"));
        let opened: Result<(), Fault> = fake.command(START, |turn| {
            wallet::open(turn, account, Currency::USD);
            Ok(())
        });
        assert_eq!(opened, Ok(()));
        let before = fake.dump();
        let lonely = || vec![Posting(LedgerAccount::Usage(Product::SMS), None, Money::from_micros(1))];
        let one: Result<(), Fault> =
            fake.command(START, |turn| post(turn, ("one", account), "debit", "", lonely(), Vec::new()));
        let two: Result<(), Fault> =
            fake.command(START, |turn| post_usage(turn, ("two", Currency::USD), 0, lonely(), ""));
        for refused in [one, two] {
            assert!(matches!(refused, Err(Fault::Other(problem)) if problem.code == "ledger-unbalanced"));
        }
        assert_eq!(fake.dump(), before);
    }

    #[test]
    fn a_transaction_is_of_one_account_and_its_currency() {
        let (fake, account) = (Fake::new(), AuthId::parse("MA0123456789ABCDEFGH").expect("an auth ID"));
        let other = AuthId::parse("MA0123456789ABCDEFGJ").expect("an auth ID");
        let yen = Currency::parse("JPY").expect("a currency");
        let of = |owner| {
            let amount = Money::from_units(500);
            let income = Posting(LedgerAccount::Adjustments, None, Money::from_units(-500));
            vec![Posting(LedgerAccount::CreditsCash, Some(owner), amount), income]
        };
        let posted: Result<(), Fault> = fake.command(START, |turn| {
            wallet::open(turn, account, yen);
            post(turn, ("one", account), "debit", "", of(account), Vec::new())
        });
        assert_eq!(posted, Ok(()));
        let (wallet, transaction) = (&fake.dump()[&format!("w/{account}")], &fake.dump()["t/one"]);
        assert!(wallet.ends_with(r#","m":"JPY"}"#), "{wallet}");
        assert!(transaction.contains(r#""currency":"JPY""#), "{transaction}");
        let mixed: Result<(), Fault> =
            fake.command(START, |turn| post(turn, ("two", account), "debit", "", of(other), Vec::new()));
        assert!(matches!(mixed, Err(Fault::Other(problem)) if problem.code == "ledger-of-two-accounts"));
    }
}
