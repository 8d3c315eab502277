//! What callers say and are answered about reservations.

use coinbox_ground::product::{Heading, Product};
use coinbox_ground::vocabulary::{
    Instant, Micros, Refusal, int_text, interface_error, optional_int_text, optional_uint_text, uint_text,
};
use serde::{Deserialize, Serialize};

interface_error! {
    /// Errors of `reservations`.
    Error {}
}

/// What a reservation is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Goes on until it is settled, released, or ended.
    Call,
    /// Is over at once.
    Message,
}

/// What will be used.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Measure {
    /// What.
    pub product: Product,
    /// Which way.
    pub heading: Heading,
    /// Digits only, 3 to 15.
    pub number: String,
    /// Seconds or parts from its beginning, 0 to 1 000 000.
    pub quantity: u32,
}

/// How much it may cost in all.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Price {
    /// From the price book, now.
    Rated(Measure),
    /// This amount, 0 or more. Digests of arguments are taken in the form of version 0.1, so that a repeat under its key is known (R42).
    #[serde(rename(serialize = "amount", deserialize = "fixed"))]
    Fixed(
        #[serde(
            serialize_with = "int_text::serialize",
            deserialize_with = "coinbox_ground::one_field::amount::deserialize"
        )]
        Micros,
    ),
}

/// One reservation to make.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Hold {
    /// Main account or sub-account.
    pub auth_id: String,
    /// 1 to 255 printable ASCII characters without space.
    pub name: String,
    /// What for.
    pub kind: Kind,
    /// How much.
    pub price: Price,
    /// The reserved time from now on, 0 to 7 days.
    #[serde(with = "int_text")]
    pub lasts_ms: Instant,
    /// The least that will do, in units of the price: seconds, parts, or micros of an amount; 1 to all that is asked for. Then as much is
    /// granted as available covers (USE-10). None: all or nothing.
    #[serde(default, with = "optional_uint_text", skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
    /// The switch, gateway or adapter that asks, 1 to 64 printable ASCII characters without space: its reservations are found by it (USE-10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// A reservation as it stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Shown {
    /// Main account or sub-account.
    pub auth_id: String,
    /// The platform's name.
    pub name: String,
    /// What for.
    pub kind: Kind,
    /// What it holds.
    #[serde(with = "int_text")]
    pub amount: Micros,
    /// When it was made.
    #[serde(with = "int_text")]
    pub begun: Instant,
    /// When its reserved time is used.
    #[serde(with = "int_text")]
    pub until: Instant,
    /// When it is released unless it is extended or settled before.
    #[serde(with = "int_text")]
    pub expires: Instant,
    /// When the call is ended, because an extension was refused.
    #[serde(default, with = "optional_int_text")]
    pub ends: Option<Instant>,
}

/// What was granted of a request that named the least that will do (USE-10).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Grant {
    /// As it stands.
    pub reservation: Shown,
    /// In all, from the beginning: seconds, parts, or micros of an amount.
    #[serde(with = "uint_text")]
    pub granted: u64,
    /// Whether nothing more could be granted after it.
    pub last: bool,
}

/// What became of a hold.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReserveAnswer {
    /// It stands.
    Reserved(Shown),
    /// It stands for as much as available covers.
    Granted(Grant),
    /// Nothing is held.
    Refused(Refusal),
    /// An open reservation has this name and other content.
    Conflicting,
    /// The name is used up.
    Over,
}

/// One reservation to extend.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Extension {
    /// Main account or sub-account.
    pub auth_id: String,
    /// The platform's name.
    pub name: String,
    /// In all, from the beginning.
    pub price: Price,
    /// In all, from the beginning, 0 to 7 days.
    #[serde(with = "int_text")]
    pub lasts_ms: Instant,
    /// The least that will do in all, in units of the price: seconds, parts, or micros of an amount; 1 to all that is asked for. Then as much is
    /// granted as available covers, if it is more than before (USE-10). None: all or nothing.
    #[serde(default, with = "optional_uint_text", skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u64>,
}

/// Why an extension was refused, and when the call ends for it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Ending {
    /// Why.
    pub why: Refusal,
    /// When its reserved time is used, or now if it is.
    #[serde(with = "int_text")]
    pub ends: Instant,
}

/// What became of an extension.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExtendAnswer {
    /// All of it.
    Reserved(Shown),
    /// As much as available covers.
    Granted(Grant),
    /// Refused.
    Ending(Ending),
    /// No reservation has this name.
    Unknown,
    /// Settled, released or expired.
    Over,
}

/// One reservation, by name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Named {
    /// Main account or sub-account.
    pub auth_id: String,
    /// The platform's name.
    pub name: String,
}

/// What became of a release.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReleaseAnswer {
    /// This much is no longer held.
    Released(#[serde(with = "int_text")] Micros),
    /// No reservation has this name.
    Unknown,
    /// Settled, released or expired.
    Over,
}

/// Open reservations by name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// At most as many as asked for.
    pub reservations: Vec<Shown>,
    /// What all open reservations of the account hold together.
    #[serde(with = "int_text")]
    pub reserved: Micros,
    /// For the next page.
    #[serde(default)]
    pub next: Option<String>,
}

/// An open reservation of any account (USE-10).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OpenReservation {
    /// Main account.
    pub account: String,
    /// What the hold named.
    #[serde(default)]
    pub source: Option<String>,
    /// Seconds or parts that are granted, where a price was quoted.
    #[serde(default, with = "optional_uint_text")]
    pub granted: Option<u64>,
    /// As it stands.
    pub reservation: Shown,
}

/// Open reservations of all accounts, by account, then by name.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OpenPage {
    /// At most as many as asked for.
    pub reservations: Vec<OpenReservation>,
    /// For the next page.
    #[serde(default)]
    pub next: Option<String>,
}
