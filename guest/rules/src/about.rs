//! Facts about the rules themselves: version, record version, and the table of every function of the contract.

mod limits;

pub use crate::access::functions::{Class, Function, On, Tokens, functions};
pub use limits::Limit;

use serde::{Deserialize, Serialize};

/// Highest record version that these rules write; they read all lower ones.
pub const RECORD_VERSION: u32 = 1;

/// Version of the contract that these rules are made for: that of `wit/`.
pub const CONTRACT: &str = "0.2.0";

/// One function of the contract, as [`describe`] answers it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FunctionFacts {
    /// `interface.function` without version.
    pub name: String,
    /// What it may do.
    pub class: Class,
    /// Permission that an operator needs; `None`: everybody or nobody in particular.
    pub permission: Option<String>,
    /// Whether a suspended account may still use it.
    pub open_when_suspended: bool,
}

/// What [`describe`] answers.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Facts {
    /// Semantic version of the rules.
    pub version: String,
    /// Version of the contract.
    pub contract: String,
    /// Release of the tz database that time zone names are checked against.
    pub time_zones: String,
    /// Highest record version that is written.
    pub record_version: u32,
    /// Every function of the contract.
    pub functions: Vec<FunctionFacts>,
    /// Every limit of the contract, by name.
    pub limits: Vec<Limit>,
}

/// Version, time zone data and the table of functions.
pub fn describe() -> Facts {
    let functions = functions()
        .iter()
        .map(|function| FunctionFacts {
            name: function.name.to_owned(),
            class: function.class,
            permission: function.permission.map(str::to_owned),
            open_when_suspended: function.open_when_suspended,
        })
        .collect();
    Facts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        contract: CONTRACT.to_owned(),
        time_zones: crate::ground::timezone::release().to_owned(),
        record_version: RECORD_VERSION,
        functions,
        limits: limits::limits(),
    }
}
