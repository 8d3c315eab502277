//! What the interfaces for people share: the types of `wit/people-types.wit`.

use coinbox_access::people::{MemberId, Role};
use coinbox_ground::outside::Channel;
use coinbox_ground::vocabulary::{Instant, int_text};
use serde::{Deserialize, Serialize};

/// A kind of second factor (SEC-3).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum FactorKind {
    Phone,
    Authenticator,
    Recovery,
}

impl FactorKind {
    /// Its word in events and mails.
    pub fn word(self) -> &'static str {
        match self {
            FactorKind::Authenticator => "authenticator",
            FactorKind::Phone => "phone",
            FactorKind::Recovery => "recovery",
        }
    }
}

/// A second factor, as it is shown before it is used.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FactorHint {
    /// Which.
    pub kind: FactorKind,
    /// `•••• 0100` of a phone, how many recovery codes are left, empty for an authenticator.
    pub hint: String,
}

/// A half session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HalfSession {
    /// Its token. Empty where an answer is given again.
    pub token: String,
    /// When it ends.
    #[serde(with = "int_text")]
    pub until: Instant,
    /// What it can be made whole with; none: something is to be enrolled first.
    pub factors: Vec<FactorHint>,
}

/// A whole session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entered {
    /// Its token. Empty where an answer is given again.
    pub token: String,
    /// When it ends, however much it is used.
    #[serde(with = "int_text")]
    pub ends: Instant,
    /// For the next login on this device.
    pub device_token: Option<String>,
    /// The main account.
    pub account: String,
    /// Of the member.
    pub member: u32,
    /// Of the member.
    pub role: Role,
}

impl Entered {
    /// As it is kept under an idempotency key.
    pub(crate) fn without_secrets(&self) -> Entered {
        Entered { token: String::new(), device_token: None, ..self.clone() }
    }
}

/// How a login goes on after the password.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Step {
    /// Address and password do not belong together, or the member may not sign in.
    Wrong,
    /// The same, and nothing is looked at before this moment.
    Locked(#[serde(with = "coinbox_ground::one_field::until")] Instant),
    /// A second factor follows.
    SecondFactor(HalfSession),
    /// A password of one's own follows.
    ChoosePassword(HalfSession),
    /// A first factor follows.
    Enrol(HalfSession),
    /// A session.
    Entered(Entered),
}

/// What became of a proof.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Checked {
    /// So many tries are left.
    Wrong(#[serde(with = "coinbox_ground::one_field::left")] u32),
    /// Nothing is looked at before this moment.
    Locked(#[serde(with = "coinbox_ground::one_field::until")] Instant),
    /// A temporary password was used: one of one's own follows.
    ChoosePassword(HalfSession),
    /// A session.
    Entered(Entered),
}

impl Checked {
    /// As it is kept under an idempotency key.
    pub(crate) fn without_secrets(&self) -> Checked {
        match self {
            Checked::ChoosePassword(half) => {
                Checked::ChoosePassword(HalfSession { token: String::new(), ..half.clone() })
            }
            Checked::Entered(entered) => Checked::Entered(entered.without_secrets()),
            other => other.clone(),
        }
    }
}

/// What is wrong with a new password (SEC-8).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Weakness {
    TooShort,
    TooLong,
    NoUpper,
    NoLower,
    NoDigit,
    NoSymbol,
    Common,
    Breached,
    SameAsBefore,
}

/// What a code to a phone is for: it fits nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CodePurpose {
    /// The second factor of a login, or a fresh proof.
    Login,
    /// The first phone of somebody new.
    FirstPhone,
    /// Another phone in place of the present one.
    NewPhone,
    /// Before an authenticator is added.
    NewAuthenticator,
}

impl CodePurpose {
    /// All of them.
    pub(crate) const ALL: [CodePurpose; 4] =
        [CodePurpose::Login, CodePurpose::FirstPhone, CodePurpose::NewPhone, CodePurpose::NewAuthenticator];

    /// Its word in keys and marks.
    pub(crate) fn word(self) -> &'static str {
        match self {
            CodePurpose::Login => "login",
            CodePurpose::FirstPhone => "first-phone",
            CodePurpose::NewPhone => "new-phone",
            CodePurpose::NewAuthenticator => "new-authenticator",
        }
    }
}

/// A code is on its way.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CodeSent {
    /// For `jobs.look`.
    pub job: String,
    /// Masked.
    pub to: String,
    /// How.
    pub channel: Channel,
    /// Until when it is good.
    #[serde(with = "int_text")]
    pub until: Instant,
    /// When another one may be asked for.
    #[serde(with = "int_text")]
    pub again: Instant,
}

/// `MA…/0001`, as keys have a member.
pub(crate) fn in_key(id: MemberId) -> String {
    format!("{}/{:04}", id.account, id.number)
}
