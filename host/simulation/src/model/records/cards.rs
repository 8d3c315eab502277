//! Cards of an account (CRD-6).

/// Whether a card can be charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardState {
    /// Not described yet.
    Checking,
    /// Usable.
    Ready,
    /// The gateway does not know it.
    Unknown,
}

/// One card.
#[derive(Clone, Debug)]
pub struct Card {
    /// From 1.
    pub number: u32,
    /// Its token.
    pub token: String,
    /// Usable or not.
    pub state: CardState,
    /// It is to become the default.
    pub wanted: bool,
    /// When it was added.
    pub added: i64,
    /// The gateway has forgotten it: it was removed in a history that was lost.
    pub forgotten: bool,
}
