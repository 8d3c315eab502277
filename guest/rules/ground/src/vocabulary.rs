//! Words that every area shares: who asks, why a request is refused, moments.
//!
//! These are the `types` of the contract. Their JSON form is the one that conformance cases use: names with
//! hyphens, 64-bit numbers as text, a variant as an object with its case as the only key (or as text without payload).

use crate::money::MoneyOverflow;
use coinbox_forms::{email, letters};
use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01T00:00:00Z.
pub type Instant = i64;

/// Money at the contract's border: micro-units. Inside the rules it is [`crate::money::Money`].
pub type Micros = i64;

/// The latest moment that keys of 13 digits order: in the year 2286.
pub const MOMENT_MAX: Instant = 9_999_999_999_999;

/// One minute in milliseconds.
pub const MINUTE_MS: Instant = 60_000;
/// One hour in milliseconds.
pub const HOUR_MS: Instant = 60 * MINUTE_MS;
/// One day in milliseconds.
pub const DAY_MS: Instant = 24 * HOUR_MS;

/// One named value: explanations and template values, never decisions.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Fact {
    /// Lower-case words joined by hyphens.
    pub name: String,
    /// Text in the form that the documentation of the fact gives.
    pub value: String,
}

impl Fact {
    /// A fact from anything that can be printed.
    pub fn new(name: &str, value: impl ToString) -> Fact {
        Fact { name: name.to_owned(), value: value.to_string() }
    }
}

/// Who asks, from where, and under which keys.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Caller {
    /// The proof.
    pub who: Principal,
    /// Network address of the customer.
    pub address: Option<String>,
    /// What the customer's program calls itself.
    pub device: Option<String>,
    /// The host's name for the request.
    pub request: String,
    /// The caller's own key for a command that must happen once.
    pub idempotency_key: Option<String>,
    /// Of a request that is carried out as several calls: which of them this is.
    #[serde(default)]
    pub part: Option<RequestPart>,
}

/// One call of several that carry out one request under one idempotency key.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RequestPart {
    /// SHA-256 of the whole request, lower-case hexadecimal.
    pub whole: String,
    /// Which call of this function it is.
    pub number: u32,
}

/// The proof that a caller brings.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Principal {
    /// Nobody yet.
    Nobody,
    /// An API credential.
    Token(Credential),
    /// A session.
    Session(#[serde(with = "crate::one_field::token")] String),
    /// A person or program of the operating company, authenticated by the host.
    Operator(Operator),
    /// The host itself.
    Host,
}

/// An API credential of a main account or a sub-account.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Credential {
    /// `MA` or `SA` and 18 upper-case letters and digits.
    pub auth_id: String,
    /// 40 characters.
    pub token: String,
}

/// An operator with the permissions that the host grants.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Operator {
    /// Stable name, for the audit log.
    pub name: String,
    /// Permissions by their names in `access::functions`.
    pub permissions: Vec<String>,
}

/// Reasons that any function that takes a caller may answer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refusal {
    /// The proof is missing, wrong, revoked or expired, or the account does not exist.
    Unauthenticated,
    /// The session needs its second factor first.
    SecondFactorRequired,
    /// The caller lacks this permission.
    Forbidden(String),
    /// The account's address list does not hold the caller's address.
    AddressNotAllowed,
    /// The account is suspended.
    Suspended(Suspension),
    /// The sub-account is disabled.
    Disabled,
    /// The account is held for review or not yet verified.
    NotYetActive,
    /// A trial has not verified this number (ACC-6).
    DestinationNotVerified,
    /// The account is closed.
    Closed,
    /// The session's holder proves again who he is, and asks again.
    Reauthenticate,
    /// The account is locked down.
    Locked,
    /// Try again at this moment.
    TooOften(#[serde(with = "int_text")] Instant),
    /// What the argument names does not exist, or is not this caller's.
    NotFound(String),
    /// Arguments that break a rule, in argument order.
    Invalid(Vec<FieldProblem>),
    /// The idempotency key was used with other arguments.
    KeyReused,
    /// What is missing.
    OutOfCredit(#[serde(with = "int_text")] Micros),
    /// A restored store does not know yet what happened since its backup: try again at this moment.
    Reconciling(#[serde(with = "int_text")] Instant),
    /// A restored store cannot know whether this key was used: a person looks at the queue's item of this kind.
    UnknownSinceRestore(String),
}

/// Why an account is suspended (ACC-8).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Suspension {
    /// Content.
    ContentViolation,
    /// Money.
    PaymentFailure,
    /// Documents or law.
    ComplianceIssue,
    /// Risk.
    SuspiciousActivity,
}

/// One broken rule about one argument.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FieldProblem {
    /// Path of the argument, such as `events[3].quantity`.
    pub field: String,
    /// The rule.
    pub rule: FieldRule,
    /// The limit that was broken.
    pub limit: Option<String>,
}

/// Rules about arguments.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum FieldRule {
    Missing,
    TooShort,
    TooLong,
    TooSmall,
    TooLarge,
    TooMany,
    WrongForm,
    UnknownValue,
    NotAllowedTogether,
}

/// A refusal that the contract has no case for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Problem {
    /// Stable and documented.
    pub code: String,
    /// What a person should know.
    pub facts: Vec<Fact>,
}

/// Why a function of any interface ends without its answer; every interface's error is made from it.
#[derive(Clone, PartialEq, Debug)]
pub enum Fault {
    /// See [`Refusal`].
    Refused(Refusal),
    /// See [`Problem`].
    Other(Problem),
}

impl Fault {
    /// One broken rule about one argument.
    pub fn invalid(field: &str, rule: FieldRule, limit: Option<&str>) -> Fault {
        Fault::Refused(Refusal::Invalid(vec![FieldProblem {
            field: field.to_owned(),
            rule,
            limit: limit.map(str::to_owned),
        }]))
    }

    /// What an argument names does not exist, or is not this caller's.
    pub fn not_found(kind: &str) -> Fault {
        Fault::Refused(Refusal::NotFound(kind.to_owned()))
    }

    /// A stored record or its key is not what these rules write. The facts say which one.
    pub fn unreadable(facts: Vec<Fact>) -> Fault {
        Fault::problem("stored-record-unreadable", facts)
    }

    /// A documented code with facts.
    pub fn problem(code: &str, facts: Vec<Fact>) -> Fault {
        Fault::Other(Problem { code: code.to_owned(), facts })
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Fault {
        Fault::Refused(refusal)
    }
}

impl From<MoneyOverflow> for Fault {
    fn from(_: MoneyOverflow) -> Fault {
        Fault::problem("amount-out-of-range", vec![Fact::new("limit", "9223372036854.775807")])
    }
}

/// Collects broken argument rules, so that all of them are answered at once, in argument order.
#[derive(Default)]
pub struct Checks(Vec<FieldProblem>);

impl Checks {
    /// No broken rule yet.
    pub fn new() -> Checks {
        Checks::default()
    }

    /// Notes a broken rule unless `holds`.
    pub fn require(&mut self, holds: bool, field: &str, rule: FieldRule, limit: impl ToString) {
        if !holds {
            let limit = limit.to_string();
            self.0.push(FieldProblem {
                field: field.to_owned(),
                rule,
                limit: if limit.is_empty() { None } else { Some(limit) },
            });
        }
    }

    /// A text of `shortest` to `longest` characters that can be printed. One that must be there has something to see.
    pub fn text(&mut self, text: &str, field: &str, shortest: usize, longest: usize) {
        let length = text.chars().count();
        self.require(length >= shortest, field, FieldRule::TooShort, shortest);
        self.require(length <= longest, field, FieldRule::TooLong, longest);
        match letters::check(text) {
            Err(limit) => self.require(false, field, FieldRule::WrongForm, limit),
            Ok(()) => {
                let visible = shortest == 0 || text.is_empty() || letters::is_visible(text);
                self.require(visible, field, FieldRule::WrongForm, "something to see");
            }
        }
    }

    /// A value whose form is one of [`coinbox_forms`].
    pub fn form(&mut self, found: Result<(), coinbox_forms::Problem>, field: &str) {
        if let Err(problem) = found {
            let rule = if problem.unknown { FieldRule::UnknownValue } else { FieldRule::WrongForm };
            self.require(false, field, rule, problem.limit);
        }
    }

    /// A currency that people pay with, ISO 4217.
    pub fn currency(&mut self, code: &str, field: &str) {
        self.form(coinbox_forms::currency::check(code), field);
    }

    /// How many a page is to have: 1 to `most`.
    pub fn page_limit(&mut self, limit: u32, most: u32) {
        self.require((1..=most).contains(&limit), "limit", FieldRule::WrongForm, format_args!("1 to {most}"));
    }

    /// What a page begins after was answered as the `next` of another one.
    pub fn page_after(&mut self, holds: bool) {
        self.require(holds, "after", FieldRule::WrongForm, "the `next` of a page");
    }

    /// An address that mails can be sent to.
    pub fn email(&mut self, address: &str, field: &str) {
        self.require(email::is_address(address), field, FieldRule::WrongForm, email::LIMIT);
    }

    /// Ends the checks: a refusal with everything that was noted.
    pub fn done(self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Refusal::Invalid(self.0).into()) }
    }
}

/// 64-bit numbers as text in the JSON form of the contract: JSON numbers lose digits above 2^53.
pub mod int_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes decimal text.
    pub fn serialize<S: Serializer>(value: &i64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    /// Reads decimal text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// [`int_text`] for `u64`.
pub mod uint_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes decimal text.
    pub fn serialize<S: Serializer>(value: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    /// Reads decimal text.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u64, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// [`int_text`] for optional numbers.
pub mod optional_int_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes decimal text or null.
    pub fn serialize<S: Serializer>(value: &Option<i64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    /// Reads decimal text or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<i64>, D::Error> {
        Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

/// [`uint_text`] for optional numbers.
pub mod optional_uint_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes decimal text or null.
    pub fn serialize<S: Serializer>(value: &Option<u64>, serializer: S) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.collect_str(value),
            None => serializer.serialize_none(),
        }
    }

    /// Reads decimal text or null.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
        Option::<String>::deserialize(deserializer)?.map(|text| text.parse().map_err(D::Error::custom)).transpose()
    }
}

/// [`int_text`] for lists of numbers.
pub mod list_int_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes a list of decimal texts.
    pub fn serialize<S: Serializer>(values: &[i64], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(values.iter().map(i64::to_string))
    }

    /// Reads a list of decimal texts.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<i64>, D::Error> {
        Vec::<String>::deserialize(deserializer)?.iter().map(|text| text.parse().map_err(D::Error::custom)).collect()
    }
}

/// Declares the error of an interface: `Refused` first, its own cases, `Other` last.
#[macro_export]
macro_rules! interface_error {
    ($(#[$meta:meta])* $name:ident { $($(#[$case_meta:meta])* $case:ident $(($(#[$payload_meta:meta])* $payload:ty))?),* $(,)? }) => {
        $(#[$meta])*
        #[derive(Clone, PartialEq, Debug, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum $name {
            /// Reasons that every interface shares.
            Refused($crate::vocabulary::Refusal),
            $($(#[$case_meta])* $case $(($(#[$payload_meta])* $payload))?,)*
            /// Anything else, by its code.
            Other($crate::vocabulary::Problem),
        }

        impl From<$crate::vocabulary::Fault> for $name {
            fn from(fault: $crate::vocabulary::Fault) -> $name {
                match fault {
                    $crate::vocabulary::Fault::Refused(refusal) => $name::Refused(refusal),
                    $crate::vocabulary::Fault::Other(problem) => $name::Other(problem),
                }
            }
        }

        impl From<$crate::vocabulary::Refusal> for $name {
            fn from(refusal: $crate::vocabulary::Refusal) -> $name {
                $name::Refused(refusal)
            }
        }

        impl From<$crate::money::MoneyOverflow> for $name {
            fn from(overflow: $crate::money::MoneyOverflow) -> $name {
                $crate::vocabulary::Fault::from(overflow).into()
            }
        }
    };
}
pub use interface_error;
