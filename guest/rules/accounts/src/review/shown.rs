//! Reviews as the contract shows them.

use coinbox_ground::vocabulary::{Fact, Instant, int_text, interface_error, optional_int_text, uint_text};
use serde::{Deserialize, Serialize};

/// What is between a sign-up and an account that may be used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum StepKind {
    Email,
    Phone,
    Documents,
    Decision,
}

/// One step.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Outstanding {
    /// Which.
    pub step: StepKind,
    /// Whether it is done.
    pub done: bool,
    /// What the operator has asked for.
    pub asked: Option<String>,
    /// Which documents are asked for and not there yet.
    pub documents: Vec<Evidence>,
    /// By when a decision is due.
    #[serde(with = "optional_int_text")]
    pub due: Option<Instant>,
}

/// Kinds of documents.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Evidence {
    Identity,
    Registration,
    ProofOfAddress,
    TaxRegistration,
    UseCase,
    Other,
}

impl Evidence {
    /// All of them.
    pub const ALL: [Evidence; 6] = [
        Evidence::Identity,
        Evidence::Registration,
        Evidence::ProofOfAddress,
        Evidence::TaxRegistration,
        Evidence::UseCase,
        Evidence::Other,
    ];

    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Evidence::Identity => "identity",
            Evidence::Registration => "registration",
            Evidence::ProofOfAddress => "proof-of-address",
            Evidence::TaxRegistration => "tax-registration",
            Evidence::UseCase => "use-case",
            Evidence::Other => "other",
        }
    }
}

/// Bytes that the host keeps.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Blob {
    /// SHA-256, lower-case hexadecimal.
    pub digest: String,
    /// In bytes.
    #[serde(with = "uint_text")]
    pub size: u64,
    /// As the host has found it.
    pub media_type: String,
    /// As the customer calls it.
    pub name: String,
}

/// A document that was handed in.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HandedIn {
    /// Counted from 1 per account.
    pub number: u32,
    /// Of which kind.
    pub kind: Evidence,
    /// What the host finds the bytes by.
    pub document: Blob,
    /// When.
    #[serde(with = "int_text")]
    pub at: Instant,
    /// Who has handed it in.
    pub by: String,
}

/// Why a rule wants a person to look.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Flag {
    SeenBefore,
    SharedPhone,
    CallingCode,
    Network,
    ManyOfDomain,
    ManyOfNetwork,
    WatchedName,
    DocumentsMissing,
}

impl Flag {
    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Flag::SeenBefore => "seen-before",
            Flag::SharedPhone => "shared-phone",
            Flag::CallingCode => "calling-code",
            Flag::Network => "network",
            Flag::ManyOfDomain => "many-of-domain",
            Flag::ManyOfNetwork => "many-of-network",
            Flag::WatchedName => "watched-name",
            Flag::DocumentsMissing => "documents-missing",
        }
    }
}

/// A flag with what the rule has seen.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Raised {
    /// Why.
    pub flag: Flag,
    /// What the rule has seen.
    pub facts: Vec<Fact>,
}

/// How a review stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum State {
    Open,
    Approved,
    Rejected,
}

/// What happened in a review.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Act {
    Held,
    Noted,
    Asked,
    HandedIn,
    Approved,
    Rejected,
    Reinstated,
}

/// One thing that happened.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Entry {
    /// When.
    #[serde(with = "int_text")]
    pub at: Instant,
    /// What.
    pub act: Act,
    /// Who.
    pub by: String,
    /// In words.
    pub text: String,
    /// Documents by name or number.
    pub documents: Vec<String>,
}

/// The review of an account, as the operator sees it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct File {
    /// The account.
    pub account: String,
    /// How it stands.
    pub state: State,
    /// Since when.
    #[serde(with = "int_text")]
    pub since: Instant,
    /// By when a decision is due.
    #[serde(with = "int_text")]
    pub due: Instant,
    /// The decision is late.
    pub overdue: bool,
    /// What rules have found.
    pub flags: Vec<Raised>,
    /// What was asked for and is not there yet.
    pub asked: Vec<Evidence>,
    /// Oldest first.
    pub history: Vec<Entry>,
}

/// One page of open reviews.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// The most urgent first.
    pub reviews: Vec<File>,
    /// Of the next page.
    pub next: Option<String>,
}

/// The decision.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// The account may be used.
    Approve,
    /// The account is closed.
    Reject,
}

interface_error! {
    /// Errors of `review`.
    Error {
        /// There is nothing to decide.
        NotOpen,
        /// No more documents are taken.
        TooManyDocuments,
    }
}
