//! The wallet of an account, what is owed beside it, and what has made an end of that.

mod credit;
mod ended;
mod form;
pub mod payer;
pub mod receivables;
mod record;
mod stored;

pub use credit::{Credited, NewCredit, Split, credit, debit, expire, open};
pub use credit::{Refill, debit_noting, empty, forgive, late, late_rest, refill, rest_of, take_from};
pub use ended::{gifts_between, note_gifts, take_ended, take_gifts, written_off_between};
pub use payer::{Claim, Payer};
pub use receivables::{
    Claimed, EndedClaim, claim, debtors, end_claim, forgive_between, owe_as_other, owe_as_rent, owe_since,
    owed_between, owed_by_day, owed_whole_between, pay_between, pay_claim, pay_unpaid_rent, to_pay_until,
};
pub use receivables::{Receivable, receivables};
pub use record::Wallet;
pub use stored::{PREFIX, currency, key, load, mark_overrides, need, parse, save, save_last};
