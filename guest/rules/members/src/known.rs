//! What this area asks of areas that it does not know: lists of the operator's, and what else follows from a phone or an address.
//!
//! The top crate fills it; [`Known::BUILT_IN`] is what holds without it.

use crate::words::CodePurpose;
use coinbox_access::people::MemberId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Problem};

/// See the module.
#[derive(Clone, Copy)]
pub struct Known {
    /// Whether a base form (lower case, without what people put around it) is one of the usual passwords.
    pub common: fn(&Turn<'_>, &str) -> Result<bool, Fault>,
    /// Whether a password, as it is, was found in a breach.
    pub breached: fn(&Turn<'_>, &str) -> Result<bool, Fault>,
    /// Whether no code may go to a number: digits without plus.
    pub number_refused: fn(&Turn<'_>, &str) -> Result<bool, Fault>,
    /// Why an address cannot be a member's; none: it can.
    pub address_refused: fn(&Turn<'_>, &str) -> Result<Option<Problem>, Fault>,
    /// A member has another address: the one before, and this one.
    pub address_moved: fn(&mut Turn<'_>, MemberId, &str, &str) -> Result<(), Fault>,
    /// A member has shown that a phone is his.
    pub phone_confirmed: fn(&mut Turn<'_>, MemberId, CodePurpose, &str) -> Result<(), Fault>,
}

/// Base forms of usual passwords, one a line: `strength.rs` says how a password is brought into this form.
static COMMON: &str = include_str!("common.txt");

/// Prefixes that no code goes to: satellite, premium and shared-cost numbers of no country (ITU-T E.164, list of assigned codes).
const PREFIXES: [&str; 9] = ["808", "870", "878", "881", "882", "883", "888", "979", "991"];

impl Known {
    /// What holds where no list is kept.
    pub const BUILT_IN: Known = Known {
        common: |_, base| Ok(COMMON.lines().any(|line| line == base)),
        breached: |_, _| Ok(false),
        number_refused: |_, number| Ok(PREFIXES.iter().any(|prefix| number.starts_with(prefix))),
        address_refused: |_, _| Ok(None),
        address_moved: |_, _, _, _| Ok(()),
        phone_confirmed: |_, _, _, _| Ok(()),
    };
}
