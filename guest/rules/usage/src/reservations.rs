//! Reservations: an amount held before a call or message, extended while it lasts, settled with its true cost (USE-3, R16).
//!
//! A reservation holds an amount of available, not lots: `wallet.reserved` is the sum of all open ones, and available is the balance
//! less that sum (R1), so nothing is promised twice. Its **reserved time** ends at `until`; it is released by itself a
//! policy's time later (`expires`), so that a settlement that is on its way still finds what it was promised. All expiries
//! share one job over an index in order of time; extending only moves the moment in the record, and the index follows when it is read.
//!
//! A request may name the least that will do: then it is granted in whole billing increments as far as available covers them, and the
//! answer says whether anything more could follow (USE-10).
//!
//! A price that was quoted stays the price of that call or message: extensions and the settlement are rated by it (R87).
//!
//! A reserved call is put on the list of running calls, so hosts name it once: it is ended with the others when the credit is gone
//! (R48), and alone when its extension was refused and its reserved time is used. Settling, releasing and expiring take it off.

mod asked;
pub mod checks;
mod desk;
pub mod ending;
mod expiry;
pub mod forms;
pub mod holding;
mod listing;
mod of_0_1;
pub mod records;
mod settle;

pub use desk::give_back;
pub(crate) use expiry::run;
pub use forms::{
    Ending, Error, ExtendAnswer, Extension, Grant, Hold, Kind, Measure, Named, OpenPage, OpenReservation, Page, Price,
    ReleaseAnswer, ReserveAnswer, Shown,
};
pub use holding::{extend, list, release, reserve};
pub use listing::list_open;
pub use of_0_1::note_granted;
pub use settle::{Former, SettleAnswer, SettleBatch, Settled, Settlement, settle};
