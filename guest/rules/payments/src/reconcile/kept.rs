//! What the outside has done and nothing explains waits for a person (CRD-7).
//!
//! A refund that waits **holds** its account: its amount cannot be spent, nothing is given back, nothing is charged automatically. A
//! movement without reference does not hold money, but the account's clients may have used keys that nobody knows any more.
//!
//! | key | what |
//! |---|---|
//! | `moved/kept/<key>` | that a movement waits, or has waited, for a person |

use coinbox_credit::records::closing;
use coinbox_credit::records::held::{Held, Item, NUMBER, PAYMENT, REFUND, UNKEYED, held_key};
use coinbox_credit::records::reconciliation::{Moved, marker};
use coinbox_credit::records::refunds;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_forms::letters;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::outside::{Movement, Paid, PaymentOutcome};
use coinbox_ground::queue::{self, Payment, QueueEntry};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use coinbox_ledger::charges;
use coinbox_ledger::wallet::{self, Wallet};

fn hold(turn: &mut Turn<'_>, account: AuthId, key: &str, item: Item) -> Result<(), Fault> {
    let mut held = turn.get::<Held>(&held_key(account))?.unwrap_or_default();
    held.v = 1;
    let amount = item.amount;
    if held.items.insert(key.to_owned(), item).is_none() && amount > Money::ZERO {
        let mut wallet = wallet::need(turn, account)?;
        wallet.reserved = wallet.reserved.plus(amount)?;
        wallet::save(turn, account, &wallet);
    }
    turn.put(&held_key(account), &held);
    judge(turn, account, Occasion::Reservation)
}

/// A person has decided: lets go what was held for this movement.
pub(crate) fn let_go(turn: &mut Turn<'_>, account: AuthId, key: &str) -> Result<(), Fault> {
    let mut held = turn.get::<Held>(&held_key(account))?.unwrap_or_default();
    let Some(item) = held.items.remove(key) else { return Ok(()) };
    if held.items.is_empty() {
        turn.remove(&held_key(account));
    } else {
        turn.put(&held_key(account), &held);
    }
    if item.amount > Money::ZERO {
        let mut wallet = wallet::need(turn, account)?;
        wallet.reserved = wallet.reserved.minus(item.amount)?;
        wallet::save(turn, account, &wallet);
    }
    closing::let_go(turn, account)?;
    judge(turn, account, Occasion::Settings)
}

/// Where it is noted that a payment waits for a person.
pub(super) fn kept_marker(key: &str) -> String {
    format!("moved/kept/{key}")
}

/// Takes a payment that has been booked after all out of the operator's queue.
pub(super) fn unkeep(turn: &mut Turn<'_>, key: &str) -> Result<(), Fault> {
    if let Some(kept) = turn.get::<Moved>(&kept_marker(key))? {
        turn.remove(&queue::payment_key(kept.at, key));
        turn.remove(&kept_marker(key));
    }
    Ok(())
}

/// Takes an entry out of the queue that only a notice has made, which says nothing of the amount: the list of movements says more.
pub(super) fn unkeep_notice(turn: &mut Turn<'_>, account: AuthId, key: &str) -> Result<(), Fault> {
    let Some(kept) = turn.get::<Moved>(&kept_marker(key))? else { return Ok(()) };
    let place = queue::payment_key(kept.at, key);
    let of_notice = |entry: &QueueEntry| {
        entry.payment.as_ref().or(entry.given_back.as_ref()).is_some_and(|known| known.amount.is_none())
    };
    if turn.get::<QueueEntry>(&place)?.is_some_and(|entry| of_notice(&entry)) {
        turn.remove(&place);
        turn.remove(&kept_marker(key));
        let_go(turn, account, key)?;
    }
    Ok(())
}

/// The amount of a movement with its currency, which may be none that is known.
fn named(movement: &Movement) -> String {
    let amount = Money::from_micros(movement.amount);
    match Currency::parse(&movement.currency) {
        Some(currency) => format!("{} {currency}", amount.in_currency(currency)),
        None => format!("{amount} {}", movement.currency.chars().take(3).collect::<String>()),
    }
}

pub(super) fn keep_movement(
    turn: &mut Turn<'_>,
    account: AuthId,
    movement: &Movement,
    paid: &Paid,
    why: &str,
) -> Result<(), Fault> {
    let amount = Money::from_micros(movement.amount);
    let cause = format!("{why}: {}", named(movement));
    let wallet = wallet::load(turn, account)?;
    let currency = wallet.as_ref().map_or(Currency::USD, Wallet::currency);
    let kept = Kept {
        account: wallet.map(|_| account),
        kind: PAYMENT,
        key: &movement.key,
        payment: (movement.currency == currency.code() && amount > Money::ZERO).then_some(Some(amount)),
        currency,
        paid,
    };
    keep_for_person(turn, &kept, &cause, vec![Fact::new("key", &movement.key)])
}

/// Keeps a payment that no charge explains for a person (operator queue).
pub(crate) fn keep(
    turn: &mut Turn<'_>,
    account: AuthId,
    key: &str,
    (amount, currency): (Option<Money>, Currency),
    paid: &Paid,
    why: &str,
) -> Result<(), Fault> {
    let shown = amount.unwrap_or_default();
    let facts = vec![Fact::new("amount", shown), Fact::new("key", key)];
    let kept = Kept { account: Some(account), kind: PAYMENT, key, payment: Some(amount), currency, paid };
    keep_for_person(turn, &kept, &format!("{why}: {} {currency}", shown.in_currency(currency)), facts)
}

/// Keeps a refund that no record explains for a person (operator queue): until then its account may not spend the amount.
pub(crate) fn keep_refund(
    turn: &mut Turn<'_>,
    account: AuthId,
    key: &str,
    (amount, currency): (Option<Money>, Currency),
    paid: &Paid,
    (why, unkeyed): (&str, bool),
) -> Result<(), Fault> {
    if turn.text(&kept_marker(key)).is_some() {
        return Ok(());
    }
    let shown = amount.unwrap_or_default();
    let facts = vec![Fact::new("amount", shown), Fact::new("key", key)];
    let kept = Kept { account: Some(account), kind: REFUND, key, payment: Some(amount), currency, paid };
    keep_for_person(turn, &kept, &format!("{why}: {} {currency}", shown.in_currency(currency)), facts)?;
    if wallet::load(turn, account)?.is_none() {
        return Ok(());
    }
    hold(turn, account, key, Item { kind: REFUND.to_owned(), amount: shown, unkeyed })
}

/// Payments of this account were booked of which nobody knows for which clients' keys they were: one entry, however many they are.
pub(super) fn keep_reference(turn: &mut Turn<'_>, account: AuthId, key: &str) -> Result<(), Fault> {
    let note = "the gateway has kept no metadata with what it lists, so a client that repeats a request might be charged again; the first key";
    wait(turn, account, "payments", UNKEYED, format!("{note} is {key}"))
}

/// A number was given to an account, and it cannot be made its holder.
pub fn keep_number(turn: &mut Turn<'_>, account: AuthId, key: &str, why: &str) -> Result<(), Fault> {
    // However often the stock says it, it waits for a person once.
    let marker = kept_marker(key);
    if turn.text(&marker).is_some() {
        return Ok(());
    }
    turn.put(&marker, &Moved::new(turn.now()));
    wait(turn, account, key, NUMBER, format!("{why}, key {key}"))
}

/// Puts an entry into the queue that holds no money, but the keys of an account's clients.
fn wait(turn: &mut Turn<'_>, account: AuthId, what: &str, kind: &str, note: String) -> Result<(), Fault> {
    if turn.get::<Held>(&held_key(account))?.is_some_and(|held| held.items.contains_key(what)) {
        return Ok(());
    }
    let mut entry = QueueEntry::new(Some(account), kind, turn.now(), note.clone());
    entry.holds = Some(what.to_owned());
    turn.put(&queue::single_key(turn.now(), &format!("{account}/{kind}/{what}")), &entry);
    let known = wallet::load(turn, account)?.is_some();
    feed::event(known.then_some(account), "restore-unclear", "CRD-7").fact("what", kind).fact("note", note).tell(turn);
    if known {
        hold(turn, account, what, Item { kind: kind.to_owned(), amount: Money::ZERO, unkeyed: true })?;
    }
    Ok(())
}

/// A payment that waits in the queue: when it was put there, and its entry.
pub(super) fn waiting_payment(turn: &Turn<'_>, key: &str) -> Result<Option<(Instant, Payment)>, Fault> {
    let Some(kept) = turn.get::<Moved>(&kept_marker(key))? else { return Ok(None) };
    let entry = turn.get::<QueueEntry>(&queue::payment_key(kept.at, key))?;
    Ok(entry.and_then(|entry| entry.payment).map(|payment| (kept.at, payment)))
}

/// A movement that waits for a person.
struct Kept<'a> {
    account: Option<AuthId>,
    kind: &'a str,
    key: &'a str,
    /// None: nothing can be credited or given back. Some of none: a payment of an amount that is not known.
    payment: Option<Option<Money>>,
    currency: Currency,
    paid: &'a Paid,
}

fn keep_for_person(turn: &mut Turn<'_>, kept: &Kept<'_>, cause: &str, facts: Vec<Fact>) -> Result<(), Fault> {
    let key = kept.key;
    // However often the gateway says it, it waits for a person once (R42).
    if turn.text(&kept_marker(key)).is_some() {
        return Ok(());
    }
    turn.put(&kept_marker(key), &Moved::new(turn.now()));
    let reference: String = letters::cleaned(&kept.paid.reference, 100);
    let note = format!("{cause}, key {key}, reference {reference}");
    let mut entry = QueueEntry::new(kept.account, kept.kind, turn.now(), note);
    let what =
        kept.payment.map(|amount| Payment { key: key.to_owned(), amount, currency: kept.currency, at: kept.paid.at });
    if kept.kind == REFUND {
        (entry.given_back, entry.holds) = (what, Some(key.to_owned()));
    } else {
        entry.payment = what;
    }
    turn.put(&queue::payment_key(turn.now(), key), &entry);
    let kind = if kept.kind == PAYMENT { "payment-unexplained" } else { "refund-unexplained" };
    feed::event(kept.account, kind, "CRD-7").facts(facts).fact("reference", reference).fact("cause", cause).tell(turn);
    Ok(())
}

/// Keeps a gateway notice whose key no charge has (CRD-7): a payment waits for a person, anything else is only told.
pub fn keep_notice(turn: &mut Turn<'_>, key: &str, outcome: &PaymentOutcome) -> Result<(), Fault> {
    let shown: String = key.chars().filter(char::is_ascii_graphic).take(200).collect();
    let word = match outcome {
        // A payment of the history before a restore that the reconciliation has booked.
        PaymentOutcome::Paid(_) if turn.text(&marker(&shown)).is_some() => return Ok(()),
        PaymentOutcome::Paid(paid) => {
            if let Some((account, _)) = refunds::parse_gateway_key(key) {
                let currency = wallet::load(turn, account)?.map_or(Currency::USD, |wallet| wallet.currency());
                let why = ("a notice of a refund that no record has", true);
                return keep_refund(turn, account, key, (None, currency), paid, why);
            }
            let wallet = match charges::parse_gateway_key(key) {
                Some((account, _)) => wallet::load(turn, account)?.map(|wallet| (account, wallet.currency())),
                None => None,
            };
            let facts = vec![Fact::new("key", &shown)];
            let (account, currency) = (wallet.map(|(account, _)| account), wallet.map_or(Currency::USD, |(_, of)| of));
            let kept = Kept { account, kind: PAYMENT, key: &shown, payment: Some(None), currency, paid };
            return keep_for_person(turn, &kept, "a notice of a payment that no charge has asked for", facts);
        }
        PaymentOutcome::Declined(_) => "declined",
        PaymentOutcome::Pending(_) => "pending",
        PaymentOutcome::Unknown(_) => "unknown",
        PaymentOutcome::NotSent(_) => "not-sent",
    };
    feed::operator_event("payment-notice-unknown", "CRD-7").fact("key", shown).fact("outcome", word).tell(turn);
    Ok(())
}
