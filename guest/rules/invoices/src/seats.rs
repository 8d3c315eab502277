//! Paid seats: how many, and their price on the first of a month (INV-8, R45).

use crate::error::Error;
use coinbox_access::{self as access, functions};
use coinbox_credit::movements::posting::{self, Debit};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::Month;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Progress;
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Instant, optional_int_text};
use coinbox_ledger::Line;
use coinbox_ledger::charge_code::ChargeCode;
use coinbox_pricing as pricing;
use coinbox_profiles::profile::is_leaving;
use serde::{Deserialize, Serialize};

/// Most seats of one account.
const SEATS_MAX: u32 = 10_000;
/// Accounts charged in one call.
const ACCOUNTS_PER_CALL: usize = 100;

/// Seats as the contract shows them.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Seats {
    pub paid: u32,
    pub in_use: u32,
    #[serde(default)]
    pub charged: Option<String>,
    #[serde(default, with = "optional_int_text")]
    pub next_charge: Option<Instant>,
}

/// Paid seats of an account, at `seat/<account>`. There is none until seats are bought.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct StoredSeats {
    v: u32,
    paid: u32,
    /// The month that was charged last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charged: Option<Month>,
    /// The month of the last change and the seats at its first moment: a late run charges what was in force then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at_first: Option<(Month, u32)>,
}

impl Record for StoredSeats {
    const KIND: &'static str = "paid seats";
}

const PREFIX: &str = "seat/";

fn key(account: AuthId) -> String {
    format!("{PREFIX}{account}")
}

/// Members of an account. The owner counts, and is the only one so far.
fn in_use() -> u32 {
    1
}

fn shown(turn: &Turn<'_>, account: AuthId) -> Result<Seats, Fault> {
    let stored = turn.get::<StoredSeats>(&key(account))?;
    let closed = is_leaving(turn, account)?;
    Ok(Seats {
        paid: stored.as_ref().map_or(0, |stored| stored.paid),
        in_use: in_use(),
        charged: stored.as_ref().and_then(|stored| stored.charged).map(|month| month.to_string()),
        next_charge: (stored.is_some() && !closed).then(|| Month::of(turn.now()).end()),
    })
}

/// Paid seats, seats in use, and when they are charged next.
pub fn get_seats(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Seats, Error> {
    let (_, account) = access::query_on(turn, caller, functions::INVOICES_GET_SEATS, &auth_id)?;
    Ok(shown(turn, account)?)
}

/// Sets the number of paid seats, now; they are charged from the next first of a month.
pub fn set_seats(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, paid: u32) -> Result<Seats, Error> {
    let command = access::command_on(turn, caller, functions::INVOICES_SET_SEATS, &auth_id)?;
    command.once(turn, &paid, |turn, who, account| {
        let mut checks = Checks::new();
        checks.require(paid >= in_use(), "paid", FieldRule::TooSmall, in_use());
        checks.require(paid <= SEATS_MAX, "paid", FieldRule::TooLarge, SEATS_MAX);
        checks.done()?;
        let before = turn.get::<StoredSeats>(&key(account))?;
        let charged = before.as_ref().and_then(|before| before.charged);
        let kept = before.as_ref().and_then(|before| before.at_first);
        let had = before.map_or(0, |before| before.paid);
        if had != paid {
            let month = Month::of(turn.now());
            let at_first = kept.filter(|(of, _)| *of == month).or(Some((month, had)));
            turn.put(&key(account), &StoredSeats { v: 1, paid, charged, at_first });
            feed::event(account, "seats-set", "INV-8")
                .fact("seats", paid)
                .fact("before", had)
                .fact("by", who.name())
                .tell(turn);
        }
        Ok(shown(turn, account)?)
    })
}

/// Charges the seats in force of some accounts for the month that begins.
pub fn charge_page(turn: &mut Turn<'_>, month: Month, after: Option<&str>) -> Result<Progress, Fault> {
    let first = after.map_or_else(|| PREFIX.to_owned(), successor);
    let (page, more) = turn.span::<StoredSeats>(&first, &end_of_prefix(PREFIX), ACCOUNTS_PER_CALL)?;
    let mut last = None;
    for (key, stored) in page {
        let account =
            AuthId::parse(&key[PREFIX.len()..]).ok_or_else(|| Fault::unreadable(vec![Fact::new("key", &key)]))?;
        charge(turn, account, &key, stored, month)?;
        last = Some(key);
    }
    Ok(match last {
        Some(last) if more => Progress::After(last),
        _ => Progress::Done,
    })
}

fn charge(turn: &mut Turn<'_>, account: AuthId, key: &str, stored: StoredSeats, month: Month) -> Result<(), Fault> {
    let charged = stored.charged.is_some_and(|charged| charged >= month);
    if charged || is_leaving(turn, account)? {
        return Ok(());
    }
    let seats = stored.at_first.filter(|(of, _)| *of >= month).map_or(stored.paid, |(_, seats)| seats);
    if seats == 0 {
        return Ok(());
    }
    // Without a price seats are free.
    let Some(price) = pricing::seat_price(turn, account, month.first())? else { return Ok(()) };
    let amount = price.times(i64::from(seats))?;
    let line = Line {
        a: account,
        i: month.to_string(),
        p: ChargeCode::Seats.code(),
        n: String::new(),
        q: seats,
        b: None,
        t: month.first(),
        x: String::new(),
        r: price.to_string(),
        m: amount,
    };
    let cause = month.to_string();
    let debit = Debit { kind: "seats", cause: &cause, cycle: None, lines: vec![line], others: Vec::new() };
    let posted = posting::debit(turn, account, debit)?;
    turn.put(key, &StoredSeats { charged: Some(month), ..stored.clone() });
    feed::event(account, "seats-charged", "INV-8")
        .fact("month", month)
        .fact("seats", seats)
        .fact("amount", amount)
        .fact("owed", posted.split.owed)
        .fact("balance", posted.balance)
        .transaction(posted.transaction)
        .tell(turn);
    judge(turn, account, Occasion::Debit)
}
