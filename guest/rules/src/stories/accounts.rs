//! Stories of `accounts`. The life of an account.

mod closing;
mod destinations;
mod foretold;
mod life;
mod listing;
