//! Rent: a month in advance for every number that is held at 00:00 UTC on its first day (NUM-3, R19, R20).
//!
//! The price is the one in force at that moment, whenever the rent is posted; a number whose price has gone from the price book keeps the one
//! it paid last. A number that is to be released by that moment, because older rent is unpaid, is held for no instant of the month: releases come
//! before rent, and the run of the month makes those that are due itself (R82). `through` of a number says which month was taken last, so no month is taken twice. Whoever changes
//! what an account rents catches up first: a number that was held at 00:00 owes even if the run of the month is late.

use super::records::{self, Rented};
use crate::owing;
use coinbox_credit::movements::posting::{self, Debit};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::{self, Month};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::outside::OfferedNumber;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant};
use coinbox_ledger::charge_code::ChargeCode;
use coinbox_ledger::months;
use coinbox_ledger::wallet;
use coinbox_ledger::{Line, rent_owed};
use coinbox_pricing as pricing;
use coinbox_profiles::policy::{FirstMonth, Policy};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// Lines of one transaction.
const LINES_PER_TRANSACTION: usize = 500;
/// Lines that one catch-up posts; the run of the month does the rest.
pub(super) const CATCH_UP_LINES_MAX: usize = 2_000;

/// What a number pays at purchase for the month that has begun (R20): `prorated` counts the day of purchase and the last day, over
/// the month's real days, rounded once at 5 decimals.
pub fn first_rent(treatment: FirstMonth, monthly: Money, at: Instant) -> Result<Money, Fault> {
    let month = Month::of(at);
    Ok(match treatment {
        FirstMonth::None => Money::ZERO,
        FirstMonth::Full => monthly,
        FirstMonth::Prorated => part_of_month(month, monthly, month.days_left(at))?,
    })
}

/// Rent of so many days of a month, rounded once at 5 decimals.
fn part_of_month(month: Month, monthly: Money, days: i64) -> Result<Money, Fault> {
    Ok(Money::posted(monthly.to_decimal() * Decimal::from(days) / Decimal::from(month.days()))?)
}

/// Which part of a month an amount pays, in hundred-thousandths; none: all of it.
fn billed(month: Month, monthly: Money, amount: Money) -> Result<Option<u32>, Fault> {
    let mut days = 1;
    while amount != monthly && days < month.days() {
        if part_of_month(month, monthly, days)? == amount {
            let part = (days * 200_000 + month.days()) / (2 * month.days());
            return Ok(u32::try_from(part).ok());
        }
        days += 1;
    }
    Ok(None)
}

/// Country and type, as lines name them.
pub(super) fn place(offer: &OfferedNumber) -> String {
    format!("{} {}", offer.country, offer.kind.name())
}

/// A line of rent or set-up fee.
pub(super) fn line(
    code: ChargeCode,
    holder: AuthId,
    offer: &OfferedNumber,
    month: Month,
    at: Instant,
    price: Money,
    amount: Money,
) -> Result<Line, Fault> {
    let billed = if code == ChargeCode::Rent { billed(month, price, amount)? } else { None };
    Ok(Line {
        a: holder,
        i: month.to_string(),
        p: code.code(),
        n: offer.number.clone(),
        q: 1,
        b: billed.map(u64::from),
        t: at,
        x: place(offer),
        r: price.to_string(),
        m: amount,
    })
}

/// One month of one number.
struct Due {
    month: Month,
    /// Place among the numbers.
    number: usize,
    price: Money,
}

/// Posts the rent of these numbers of one account, for every month up to this one that was not taken yet: month by month, numbers in
/// the order given. Writes them back. Answers whether anything was posted. Whoever calls judges the account.
pub(super) fn post(
    turn: &mut Turn<'_>,
    account: AuthId,
    numbers: &mut [(String, Rented)],
    through: Month,
) -> Result<bool, Fault> {
    let mut due = Vec::new();
    let mut unpriced: BTreeMap<String, Month> = BTreeMap::new();
    let paid = rent_owed::paid(turn, account)?;
    let policy = Policy::load(turn)?;
    for (number, (_, rented)) in numbers.iter_mut().enumerate() {
        let before = rented.through;
        let released = owing::release_at(rented, paid, &policy);
        let last = released.map_or(through, |moment| through.min(last_month_until(moment)));
        while rented.through < last {
            rented.through = rented.through.next();
            let month = rented.through;
            let offer = &rented.offer;
            match pricing::number_price(turn, account, &offer.country, offer.kind, month.first())? {
                Some(price) => rented.monthly = price.monthly,
                None => {
                    unpriced.entry(place(offer)).or_insert(month);
                }
            }
            due.push(Due { month, number, price: rented.monthly });
        }
        if rented.through != before {
            rented.debts.retain(|debt| debt.to > paid);
        }
    }
    due.sort_by_key(|due| due.month);
    for (place, month) in unpriced {
        feed::operator_event("rent-unpriced", "NUM-3")
            .fact("account", account)
            .fact("price", place)
            .fact("month", month)
            .tell(turn);
    }
    let charged: Vec<&Due> = due.iter().filter(|due| due.price > Money::ZERO).collect();
    let mut told: BTreeMap<Month, Told> = BTreeMap::new();
    for some in charged.chunks(LINES_PER_TRANSACTION) {
        post_some(turn, account, numbers, some, &mut told)?;
    }
    let posted = !charged.is_empty();
    drop(charged);
    let touched: std::collections::BTreeSet<usize> = due.iter().map(|due| due.number).collect();
    for number in touched {
        let (key, rented) = &numbers[number];
        turn.put(key, rented);
    }
    if posted {
        tell(turn, account, told)?;
    }
    Ok(posted)
}

/// The last month of which a number is held that goes at this moment (R82).
pub(super) fn last_month_until(moment: Instant) -> Month {
    Month::of(moment - 1)
}

/// What an event says of a month.
#[derive(Default)]
struct Told {
    numbers: usize,
    amount: Money,
    owed: Money,
    transactions: Vec<String>,
}

fn post_some(
    turn: &mut Turn<'_>,
    account: AuthId,
    numbers: &mut [(String, Rented)],
    some: &[&Due],
    told: &mut BTreeMap<Month, Told>,
) -> Result<(), Fault> {
    let now = turn.now();
    let lines = some
        .iter()
        .map(|due| {
            let rented = &numbers[due.number].1;
            line(ChargeCode::Rent, rented.holder, &rented.offer, due.month, now, due.price, due.price)
        })
        .collect::<Result<_, Fault>>()?;
    let cause = some.first().map(|due| format!("rent {}", due.month)).unwrap_or_default();
    let debit = Debit { kind: "rent", cause: &cause, cycle: None, lines, others: Vec::new() };
    let posted = posting::debit(turn, account, debit)?;
    // Lots have paid the first lines; what they could not cover is owed for the last ones.
    let amounts: Vec<Money> = some.iter().map(|due| due.price).collect();
    let owed = owing::tail(&amounts, posted.split.owed)?;
    for (debt, due) in owing::owe(turn, account, &owed)?.into_iter().zip(some) {
        numbers[due.number].1.debts.extend(debt);
    }
    for (due, owed) in some.iter().zip(owed) {
        let told = told.entry(due.month).or_default();
        told.numbers += 1;
        told.amount = told.amount.plus(due.price)?;
        told.owed = told.owed.plus(owed)?;
        if told.transactions.last() != Some(&posted.transaction) {
            told.transactions.push(posted.transaction.clone());
        }
    }
    Ok(())
}

fn tell(turn: &mut Turn<'_>, account: AuthId, told: BTreeMap<Month, Told>) -> Result<(), Fault> {
    let wallet = wallet::need(turn, account)?;
    let balance = wallet.balance;
    // Any credit pays unpaid rent first; of a postpaid account it is not unpaid before the invoice that asks for it (R81).
    let paid_by = if wallet.credit_limit().is_some() { "invoice" } else { "credit" };
    let unpaid_from = calendar::day_name(owing::unpaid_since(turn, account)?);
    for (month, told) in told {
        let mut event = feed::event(account, "rent-posted", "NUM-3")
            .fact("month", month)
            .fact("numbers", told.numbers)
            .fact("amount", told.amount)
            .fact("owed", told.owed)
            .fact("balance", balance)
            .transactions(told.transactions);
        if told.owed > Money::ZERO {
            event = event.fact("paid-by", paid_by).fact("unpaid-from", &unpaid_from);
        }
        event.tell(turn);
    }
    Ok(())
}

/// Posts what this one number owes up to now, and judges the account.
pub(super) fn catch_up(turn: &mut Turn<'_>, account: AuthId, key: String, rented: Rented) -> Result<Rented, Fault> {
    let through = Month::of(turn.now());
    let mut numbers = [(key, rented)];
    if post(turn, account, &mut numbers, through)? {
        judge(turn, account, Occasion::Debit)?;
    }
    let [(_, rented)] = numbers;
    Ok(rented)
}

/// Posts what all numbers of the account owe up to now. `false`: there are too many for one call; nothing was posted.
pub fn catch_up_all(turn: &mut Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    let through = Month::of(turn.now());
    if months::is_over(turn, through)? {
        return Ok(true);
    }
    let mut numbers = records::all(turn, account)?;
    numbers.retain(|(_, rented)| rented.through < through);
    if numbers.len() > CATCH_UP_LINES_MAX {
        return Ok(false);
    }
    if post(turn, account, &mut numbers, through)? {
        judge(turn, account, Occasion::Debit)?;
    }
    Ok(true)
}
