//! How an account stands (ACC-8, ACC-9, ACC-12).

/// The reason of a suspension that can end by itself.
pub(crate) const PAYMENT_FAILURE: &str = "payment-failure";

/// Whether an account may be used (ACC-8, ACC-12).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Standing {
    /// It may.
    #[default]
    Active,
    /// It may not, for this reason.
    Suspended(&'static str),
    /// It is being closed.
    Closing,
    /// It is closed for good.
    Closed,
}
