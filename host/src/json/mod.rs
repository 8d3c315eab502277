//! The JSON form of WIT values: what conformance cases hold and what the operator's route speaks.
//!
//! | WIT | JSON |
//! |---|---|
//! | `bool`, `string` | true or false, text |
//! | `u8` `s8` `u16` `s16` `u32` `s32` | number |
//! | `u64` `s64` | decimal text, in both directions: `"-25000000"`. A JSON number loses digits above 2^53 in many languages |
//! | `char` | text of one character |
//! | `record` | object with the names of the WIT, hyphens included |
//! | `option` | `null` or the value itself; an option field may be left out. An option of an option has no form |
//! | `list`, `tuple` | array |
//! | `enum` | text: the name of the case |
//! | `variant` | text of the case name for a case without payload, otherwise an object with that one key |
//! | `flags` | array of text |
//! | `result` | `{"ok": x}` or `{"err": x}`, with `null` where there is no payload |
//!
//! The arguments of a function are one object, keyed by parameter name. Reading is strict: an unknown key, a missing one, a number that
//! does not fit are errors that name the path (`events[3].quantity`) and what was expected there. Floats, resources and
//! streams have no form: the contract has none.
//!
//! [`read_arguments`] and [`write()`] serve calls whose types are known at run time only. [`to_value`] and [`from_value`] do the
//! same for the Rust types of [`crate::contract`].

mod form;
pub mod strict;
mod typed;

pub use form::{JsonError, read, read_arguments, write};
pub use typed::{from_value, to_value};
