//! The table that authorisation, host dispatch and the test of every role read: one row a function of the contract.

use Class::{Command, Effect, Query};
use serde::{Deserialize, Serialize};

/// What a call may do.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Reads.
    Query,
    /// Reads, decides, hands over one set of changes.
    Command,
    /// Acts on the outside world and touches no storage.
    Effect,
}

/// Which API tokens may call a function, once the account matches (R35).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tokens {
    /// None: operators only.
    No,
    /// The main account's, for itself and its own sub-accounts.
    Main,
    /// The main account's, for itself and its own sub-accounts, and a sub-account's for itself.
    Own,
}

/// What the auth ID among a function's arguments may name.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On {
    /// It has no such argument.
    Nothing,
    /// A main account.
    Main,
    /// A sub-account.
    Sub,
    /// Either.
    Either,
}

/// One row of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Function {
    /// `interface.function`.
    pub name: &'static str,
    /// What it may do.
    pub class: Class,
    /// Permission that an operator needs. None: the function takes no caller, or checks the caller itself.
    pub permission: Option<&'static str>,
    /// Which API tokens may call it.
    pub tokens: Tokens,
    /// What it is about.
    pub on: On,
    /// Whether it may be used for a suspended account: reading, settings, paying (ACC-8). Its API tokens are refused even
    /// these (R39).
    pub open_when_suspended: bool,
    /// Whether it may be used for a closed account: reading, and ending what is still open (ACC-12).
    pub open_when_closed: bool,
    /// Whether it may be used while an account is being closed: reading, paying what is owed.
    pub open_when_closing: bool,
}

/// A function without caller.
const fn free(name: &'static str, class: Class) -> Function {
    Function {
        name,
        class,
        permission: None,
        tokens: Tokens::No,
        on: On::Nothing,
        open_when_suspended: true,
        open_when_closed: true,
        open_when_closing: true,
    }
}

/// A function that is permitted by its own name.
const fn row(name: &'static str, class: Class, tokens: Tokens, on: On) -> Function {
    Function {
        name,
        class,
        permission: Some(name),
        tokens,
        on,
        open_when_suspended: true,
        open_when_closed: matches!(class, Query),
        open_when_closing: matches!(class, Query),
    }
}

impl Function {
    /// Uses the platform: not for suspended accounts.
    const fn unless_suspended(mut self) -> Function {
        self.open_when_suspended = false;
        self
    }

    /// Ends what is still open.
    const fn also_when_closed(mut self) -> Function {
        self.open_when_closed = true;
        self.also_when_closing()
    }

    /// Helps an account to its end.
    const fn also_when_closing(mut self) -> Function {
        self.open_when_closing = true;
        self
    }
}

static FUNCTIONS: &[Function] = &[
    free("about.describe", Query),
    row("accounts.create", Command, Tokens::No, On::Nothing),
    row("accounts.get", Query, Tokens::Main, On::Main),
    row("accounts.update", Command, Tokens::Main, On::Main),
    row("accounts.list", Query, Tokens::No, On::Nothing),
    row("accounts.set-standing", Command, Tokens::No, On::Main).also_when_closing(),
    row("accounts.close", Command, Tokens::No, On::Main).also_when_closing(),
    row("accounts.get-closing", Query, Tokens::No, On::Main),
    row("accounts.reveal-token", Query, Tokens::No, On::Either),
    free("accounts.authenticate", Query),
    row("credits.get-balance", Query, Tokens::Main, On::Main),
    row("credits.list-lots", Query, Tokens::No, On::Main),
    row("credits.get-statement", Query, Tokens::No, On::Main),
    row("credits.recharge", Command, Tokens::No, On::Main),
    row("credits.list-charges", Query, Tokens::No, On::Main),
    row("credits.give-up", Command, Tokens::No, On::Main).also_when_closed(),
    row("credits.set-auto-recharge", Command, Tokens::No, On::Main),
    row("credits.get-auto-recharge", Query, Tokens::No, On::Main),
    row("credits.add-card", Command, Tokens::No, On::Main).also_when_closing(),
    row("credits.set-default-card", Command, Tokens::No, On::Main).also_when_closing(),
    row("credits.remove-card", Command, Tokens::No, On::Main).also_when_closing(),
    row("credits.list-cards", Query, Tokens::No, On::Main),
    row("credits.set-alerts", Command, Tokens::No, On::Main).also_when_closing(),
    row("credits.get-alerts", Query, Tokens::No, On::Main),
    row("credits.adjust", Command, Tokens::No, On::Main).also_when_closing(),
    row("credits.settle", Command, Tokens::No, On::Main).also_when_closing(),
    row("credits.record-chargeback", Command, Tokens::No, On::Main).also_when_closed(),
    row("credits.record-payment-chargeback", Command, Tokens::No, On::Main).also_when_closed(),
    row("credits.record-dispute-won", Command, Tokens::No, On::Main).also_when_closed(),
    row("credits.write-off", Command, Tokens::No, On::Main).also_when_closing(),
    row("coupons.create", Command, Tokens::No, On::Nothing),
    row("coupons.get", Query, Tokens::No, On::Nothing),
    row("coupons.list", Query, Tokens::No, On::Nothing),
    row("coupons.withdraw", Command, Tokens::No, On::Nothing),
    row("coupons.redeem", Command, Tokens::No, On::Main),
    row("coupons.list-redemptions", Query, Tokens::No, On::Main),
    row("events.read", Query, Tokens::Main, On::Main),
    row("invoices.list-documents", Query, Tokens::No, On::Main),
    row("invoices.list-issued", Query, Tokens::No, On::Nothing),
    row("invoices.read-document", Query, Tokens::No, On::Main),
    row("invoices.read-standing", Query, Tokens::No, On::Main),
    row("invoices.get-overview", Query, Tokens::No, On::Main),
    row("invoices.get-billing", Query, Tokens::No, On::Main),
    row("invoices.set-billing", Command, Tokens::No, On::Main),
    row("invoices.set-cycle", Command, Tokens::No, On::Main),
    row("invoices.issue-credit-note", Command, Tokens::No, On::Main),
    row("invoices.get-seats", Query, Tokens::No, On::Main),
    row("invoices.set-seats", Command, Tokens::No, On::Main),
    free("jobs.begin", Command),
    free("jobs.perform", Effect),
    free("jobs.finish", Command),
    free("jobs.payment-notice", Command),
    free("jobs.look", Query),
    free("jobs.store-opened", Command),
    free("numbers.offers", Effect),
    row("numbers.price-offers", Query, Tokens::Own, On::Either),
    row("numbers.buy", Command, Tokens::Own, On::Either).unless_suspended(),
    row("numbers.list", Query, Tokens::Own, On::Either),
    row("numbers.get", Query, Tokens::Own, On::Either),
    row("numbers.update", Command, Tokens::Own, On::Either),
    row("numbers.release", Command, Tokens::Own, On::Either),
    row("operator.get-policy", Query, Tokens::No, On::Nothing),
    row("operator.set-policy", Command, Tokens::No, On::Nothing),
    row("operator.set-limits", Command, Tokens::No, On::Main),
    row("operator.set-billing", Command, Tokens::No, On::Main),
    row("operator.get-billing", Query, Tokens::No, On::Main),
    row("operator.read-ledger", Query, Tokens::No, On::Nothing),
    row("operator.read-transaction", Query, Tokens::No, On::Nothing),
    row("operator.compare", Query, Tokens::No, On::Nothing),
    row("operator.read-charges", Query, Tokens::No, On::Nothing),
    row("operator.compare-totals", Query, Tokens::No, On::Nothing),
    row("operator.compare-derived", Query, Tokens::No, On::Nothing),
    row("operator.compare-events", Query, Tokens::No, On::Nothing),
    row("operator.compare-indexes", Query, Tokens::No, On::Nothing),
    row("operator.list-queue", Query, Tokens::No, On::Nothing),
    row("operator.resolve-payment", Command, Tokens::No, On::Nothing),
    row("operator.get-limits", Query, Tokens::No, On::Main),
    row("pricing.create-version", Command, Tokens::No, On::Nothing),
    row("pricing.begin-import", Command, Tokens::No, On::Nothing),
    row("pricing.finish-import", Command, Tokens::No, On::Nothing),
    row("pricing.add-rows", Command, Tokens::No, On::Nothing),
    row("pricing.set-number-prices", Command, Tokens::No, On::Nothing),
    row("pricing.get-number-prices", Query, Tokens::No, On::Nothing),
    row("pricing.publish-version", Command, Tokens::No, On::Nothing),
    row("pricing.withdraw-version", Command, Tokens::No, On::Nothing),
    row("pricing.remove-draft", Command, Tokens::No, On::Nothing),
    row("pricing.list-versions", Query, Tokens::No, On::Nothing),
    row("pricing.list-rows", Query, Tokens::No, On::Nothing),
    row("pricing.set-overrides", Command, Tokens::No, On::Main),
    row("pricing.withdraw-overrides", Command, Tokens::No, On::Main),
    row("pricing.list-overrides", Query, Tokens::No, On::Main),
    row("pricing.get-overrides", Query, Tokens::No, On::Main),
    row("pricing.get-number-overrides", Query, Tokens::No, On::Main),
    row("pricing.by-country", Query, Tokens::Own, On::Either),
    row("refunds.list", Query, Tokens::No, On::Main),
    row("refunds.retry", Command, Tokens::No, On::Main).also_when_closed(),
    row("refunds.settle", Command, Tokens::No, On::Main).also_when_closed(),
    row("reservations.reserve", Command, Tokens::Own, On::Nothing),
    row("reservations.extend", Command, Tokens::Own, On::Nothing),
    row("reservations.settle", Command, Tokens::No, On::Nothing),
    row("reservations.release", Command, Tokens::No, On::Nothing),
    row("reservations.list", Query, Tokens::Main, On::Main),
    row("subaccounts.create", Command, Tokens::Main, On::Main),
    row("subaccounts.get", Query, Tokens::Own, On::Sub),
    row("subaccounts.list", Query, Tokens::Main, On::Main),
    row("subaccounts.update", Command, Tokens::Main, On::Sub),
    row("subaccounts.delete", Command, Tokens::Main, On::Sub),
    row("usage.record-events", Command, Tokens::No, On::Nothing),
    row("usage.quote-event", Query, Tokens::Own, On::Either),
    row("usage.admit", Query, Tokens::Own, On::Either).unless_suspended(),
    row("usage.calls-started", Command, Tokens::No, On::Nothing),
    row("usage.calls-ended", Command, Tokens::No, On::Either).also_when_closed(),
    row("usage.list-calls", Query, Tokens::No, On::Main),
    row("usage.summary", Query, Tokens::Own, On::Either),
    row("usage.list-lines", Query, Tokens::Own, On::Either),
    row("usage.get-daily-summary", Query, Tokens::Main, On::Main),
    row("usage.set-daily-summary", Command, Tokens::Main, On::Main),
    row("usage.list-rejected", Query, Tokens::No, On::Nothing),
    row("usage.resubmit", Command, Tokens::No, On::Nothing),
    row("usage.discard", Command, Tokens::No, On::Nothing),
];

/// Every function of the contract, by interface.
pub fn functions() -> &'static [Function] {
    FUNCTIONS
}

/// The row of a function.
pub fn function(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().find(|function| function.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    /// Functions of the contract with their documentation, by `interface.function`.
    fn contract() -> BTreeMap<String, String> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../wit");
        let world = std::fs::read_to_string(format!("{folder}/world.wit")).expect("world.wit");
        let mut found = BTreeMap::new();
        for export in world.lines().filter_map(|line| line.trim().strip_prefix("export ")) {
            let interface = export.trim_end_matches(';');
            let text = std::fs::read_to_string(format!("{folder}/{interface}.wit")).expect("the interface's file");
            let mut documentation = String::new();
            for line in text.lines().map(str::trim) {
                if let Some(comment) = line.strip_prefix("///") {
                    documentation.push_str(comment);
                } else if let Some((name, _)) = line.split_once(": func(") {
                    let name = name.trim_start_matches('%');
                    found.insert(format!("{interface}.{name}"), std::mem::take(&mut documentation));
                } else {
                    documentation.clear();
                }
            }
        }
        found
    }

    #[test]
    fn the_table_is_the_contract() {
        let contract = contract();
        let names: Vec<&str> = contract.keys().map(String::as_str).collect();
        let mut table: Vec<&str> = FUNCTIONS.iter().map(|function| function.name).collect();
        table.sort_unstable();
        assert_eq!(table, names);
        for function in FUNCTIONS {
            let documentation = &contract[function.name];
            let class = match function.class {
                Query => " Class: query.",
                Command => " Class: command.",
                Effect => " Class: effect.",
            };
            assert!(documentation.starts_with(class), "{}: {documentation}", function.name);
            let permission = documentation.contains(&format!("`{}`", function.name));
            assert_eq!(permission, function.permission.is_some(), "{}: {documentation}", function.name);
            let tokens = documentation.contains("own token") || documentation.contains("account's token");
            assert_eq!(tokens, function.tokens != Tokens::No, "{}: {documentation}", function.name);
        }
    }

    #[test]
    fn tokens_never_pay() {
        for name in [
            "credits.recharge",
            "credits.add-card",
            "credits.set-auto-recharge",
            "credits.adjust",
            "invoices.set-billing",
            "accounts.close",
            "credits.settle",
        ] {
            assert_eq!(function(name).map(|function| function.tokens), Some(Tokens::No), "{name}");
        }
        assert_eq!(function("credits.refund"), None);
    }
}
