//! Types of the interface, and what its functions share.

use crate::checks::masked_number;
use crate::codes::Unsent;
use crate::entering::{self, Inside};
use crate::factors::{self, Factors};
use crate::told;
use crate::words::{Entered, FactorHint, FactorKind};
use coinbox_access::people::Role;
use coinbox_ground::interface_error;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fact, Fault, Instant, int_text, optional_int_text};
use serde::{Deserialize, Serialize};

interface_error! {
    /// Why a call of this interface was refused.
    Error {
        /// The link was used, it is over, it is void, or it never was.
        Gone,
        /// Nothing waits for this code.
        NothingPending,
        /// Neither a phone nor an authenticator would be left.
        LastFactor,
        /// There is no phone that a code could go to.
        NoPhone,
        /// No code goes to such a number.
        NumberRefused,
    }
}

impl From<Unsent> for Error {
    fn from(unsent: Unsent) -> Error {
        match unsent {
            Unsent::Fault(fault) => fault.into(),
            Unsent::NumberRefused => Error::NumberRefused,
        }
    }
}

/// A member, as he sees himself.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct OwnProfile {
    pub account: String,
    pub number: u32,
    pub name: String,
    pub email: String,
    pub language: String,
    pub role: Role,
    #[serde(with = "int_text")]
    pub since: Instant,
    pub factors: Vec<FactorHint>,
    /// An address that waits for its confirmation.
    pub new_email: Option<String>,
}

/// What changes; none leaves a field as it is.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ProfileChange {
    #[serde(default)]
    pub name: Option<String>,
    #[serde(default)]
    pub language: Option<String>,
}

/// The second factors of a member.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FactorList {
    /// Masked.
    pub phone: Option<FactorHint>,
    /// Since when there is one.
    #[serde(with = "optional_int_text")]
    pub authenticator: Option<Instant>,
    /// That are left.
    pub recovery_codes: u32,
    /// Until when one waits for its first code.
    #[serde(with = "optional_int_text")]
    pub pending_authenticator: Option<Instant>,
    /// Masked.
    pub pending_phone: Option<FactorHint>,
}

/// A secret that an authenticator app takes, shown once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewAuthenticator {
    /// For a QR code.
    pub uri: String,
    /// For typing.
    pub secret: String,
    /// When its first code is due.
    #[serde(with = "int_text")]
    pub until: Instant,
}

/// What became of the beginning.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Begun {
    /// So many tries are left.
    Wrong(#[serde(with = "coinbox_ground::one_field::left")] u32),
    /// Nothing is looked at before this moment.
    Locked(#[serde(with = "coinbox_ground::one_field::until")] Instant),
    /// The secret.
    Begun(NewAuthenticator),
}

/// What a confirmed factor gives.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ConfirmedFactor {
    /// If there were none, shown once.
    pub recovery_codes: Vec<String>,
    /// The session, under a new secret.
    pub entered: Entered,
}

/// What became of a code.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confirmed {
    /// So many tries are left.
    Wrong(#[serde(with = "coinbox_ground::one_field::left")] u32),
    /// Nothing is looked at before this moment.
    Locked(#[serde(with = "coinbox_ground::one_field::until")] Instant),
    /// It is a factor.
    Confirmed(ConfirmedFactor),
}

impl Confirmed {
    /// As it is kept under an idempotency key.
    pub(super) fn without_secrets(&self) -> Confirmed {
        match self {
            Confirmed::Confirmed(ConfirmedFactor { entered, .. }) => {
                Confirmed::Confirmed(ConfirmedFactor { recovery_codes: Vec::new(), entered: entered.without_secrets() })
            }
            other => other.clone(),
        }
    }
}

/// What is shown of factors.
pub(super) fn shown(factors: &Factors) -> FactorList {
    let hint = |number: &String| FactorHint { kind: FactorKind::Phone, hint: masked_number(number) };
    FactorList {
        phone: factors.phone.as_ref().map(|phone| hint(&phone.number)),
        authenticator: factors.authenticator.as_ref().map(|authenticator| authenticator.since),
        recovery_codes: u32::try_from(factors.recovery.len()).unwrap_or(u32::MAX),
        pending_authenticator: factors.pending.as_ref().map(|pending| pending.until),
        pending_phone: factors.new_phone.as_ref().map(|phone| hint(&phone.number)),
    }
}

/// A factor was added or taken away: the member is told, all other sessions end, and recovery codes are there from now on.
pub(super) fn changed(
    turn: &mut Turn<'_>,
    caller: &Caller,
    inside: Inside,
    mut factors: Factors,
    (kind, what): (FactorKind, &str),
) -> Result<ConfirmedFactor, Fault> {
    let Inside { id, mut member, session, .. } = inside;
    let without_codes = factors.recovery.is_empty() && kind != FactorKind::Recovery;
    let recovery_codes = if without_codes { factors.draw_recovery(turn, id) } else { Vec::new() };
    factors::save(turn, id, &factors);
    let entered = entering::start_anew(turn, caller, id, &mut member, &session)?;
    let change = vec![Fact::new("kind", kind.word()), Fact::new("change", what)];
    told::event(turn, id, "factor-changed", "SEC-4", &id.to_string(), change.clone());
    let facts = [change, told::from(turn, caller)].concat();
    told::mail(turn, id, &member, "factor-changed", facts, Vec::new())?;
    Ok(ConfirmedFactor { recovery_codes, entered })
}
