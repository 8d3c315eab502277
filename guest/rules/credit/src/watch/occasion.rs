//! What has just happened to an account that is to be looked at.

/// What has just happened to the account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Occasion {
    /// A debit was posted.
    Debit,
    /// What is reserved has changed: giving it back never resets the ladder (R10).
    Reservation,
    /// Credit came in: if it lifts available to B or more, the ladder is reset (R10).
    Credit,
    /// Settings, cards, limits or the policy changed.
    Settings,
    /// The account was suspended, reinstated, upgraded or closed.
    Standing,
}
