//! Stories of `pricing`. The price book.

pub(crate) mod book;
mod life;
