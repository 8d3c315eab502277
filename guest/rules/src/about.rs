//! Facts about the rules themselves: version, record version, and the table of every function of the contract.

mod limits;

pub use crate::access::columns::{Beside, RateClass, Standings};
pub use crate::access::functions::{Class, Function, On, Tokens, Way, functions};
pub use crate::access::people::Role;
pub use limits::Limit;

use crate::profiles::{policy, profile, subaccount};
use crate::{lists, pricing};
use serde::{Deserialize, Serialize};

/// The format of a store that these rules write: they read every lower one, move it up when it is opened, and refuse a higher one.
pub const RECORD_VERSION: u32 = 2;

/// Version of the contract that these rules are made for: that of `wit/`.
pub const CONTRACT: &str = "0.2.0";

/// Where a call belongs when accounts are spread over several stores.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Route {
    /// How the store is found.
    pub way: Way,
    /// The list whose items are carried out each by itself.
    pub items: Option<String>,
    /// The account or name that decides.
    pub id: Option<String>,
}

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
    /// Which members of the account may use it.
    pub roles: Vec<Role>,
    /// Which API tokens may.
    pub tokens: Tokens,
    /// In which standings of its account it is open besides `active`.
    pub standings: Vec<Beside>,
    /// Whether a session needs a fresh proof.
    pub fresh: bool,
    /// Whether the audit log tells what it changed.
    pub audited: bool,
    /// What a call of an account is counted as.
    pub rate: Option<RateClass>,
    /// Whether it hashes a password.
    pub slow: bool,
    /// Where a call belongs when accounts are spread over several stores.
    pub route: Route,
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
    /// The format of a store that these rules write.
    pub record_version: u32,
    /// Every function of the contract.
    pub functions: Vec<FunctionFacts>,
    /// Every limit of the contract, by name.
    pub limits: Vec<Limit>,
    /// Beginnings of keys whose rest is a name that outsiders know.
    pub names: Vec<String>,
    /// Keys and beginnings of keys that all stores of an installation hold alike.
    pub shared: Vec<String>,
}

/// Beginnings of keys whose rest is a name that outsiders know.
const NAMES: [&str; 2] = [profile::PREFIX, subaccount::PREFIX];

/// Keys and beginnings of keys that all stores of an installation hold alike.
const SHARED: [&str; 3] = [lists::PREFIX, pricing::PREFIX, policy::KEY];

/// Version, time zone data and the table of functions.
pub fn describe() -> Facts {
    let functions = functions()
        .iter()
        .map(|function| FunctionFacts {
            name: function.name.to_owned(),
            class: function.class,
            permission: function.permission.map(str::to_owned),
            roles: function.roles.to_vec(),
            tokens: function.tokens,
            standings: function.standings.iter().collect(),
            fresh: function.fresh,
            audited: function.audited,
            rate: function.rate,
            slow: function.slow,
            route: Route {
                way: function.route.way,
                items: function.route.items.map(str::to_owned),
                id: function.route.id.map(str::to_owned),
            },
        })
        .collect();
    Facts {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        contract: CONTRACT.to_owned(),
        time_zones: crate::ground::timezone::release().to_owned(),
        record_version: RECORD_VERSION,
        functions,
        limits: limits::limits(),
        names: NAMES.map(str::to_owned).to_vec(),
        shared: SHARED.map(str::to_owned).to_vec(),
    }
}
