//! Customers who leave in a simulation, and what operators do about their refunds.

use super::model::{RefundState, Standing};
use super::run::Simulation;
use anyhow::Result;
use serde_json::json;

/// Milliseconds by which a closing lies beside everything else: what is due an hour after something of the same moment would come in the
/// very moment in which an account is closed, and before or behind that is not the model's to know.
const BESIDE: [i64; 2] = [17, 13];

impl Simulation {
    /// The customer leaves, or the operator closes the account without the time to settle.
    pub(super) fn close(&mut self, account: usize, at_once: bool) -> Result<()> {
        let Some(place) = self.account(account) else { return Ok(()) };
        self.pass(BESIDE[0])?;
        let (now, policy) = (self.world.now(), self.model.policy.clone());
        let account = &self.model.accounts[place];
        let expected = account.may_close(at_once, now, &policy);
        let (function, arguments) = if at_once {
            let arguments = json!({"auth-id": account.id, "standing": "closed", "details": "simulation"});
            ("accounts.set-standing", arguments)
        } else {
            ("accounts.close", json!({"auth-id": account.id, "reason": "simulation"}))
        };
        if self.command(function, arguments, expected)?.is_some() {
            let ends = self.model.accounts[place].close(at_once, now, &policy);
            self.model.usage.ends.insert(place, ends);
        }
        self.pass(BESIDE[1])
    }

    /// A person decides about a refund; there is something to decide only if it has failed.
    pub(super) fn decide_refund(&mut self, nth: usize, otherwise: bool) -> Result<()> {
        let mut refunds = Vec::new();
        for (place, account) in self.model.accounts.iter().enumerate() {
            refunds.extend((1..=account.refunds.len()).map(|number| (place, number)));
        }
        let Some((place, number)) = super::values::nth(&refunds, nth) else { return Ok(()) };
        let account = &self.model.accounts[place];
        let expected = account.refunds[number - 1].state == RefundState::Failed;
        let (function, arguments) = if otherwise {
            ("refunds.settle", json!({"auth-id": account.id, "number": number, "reference": "transfer"}))
        } else {
            ("refunds.retry", json!({"auth-id": account.id, "number": number}))
        };
        if self.command(function, arguments, expected)?.is_some() {
            self.model.accounts[place].decide_refund(number, otherwise);
        }
        Ok(())
    }

    /// Whether the end of the account that a call is about stands in its way.
    pub(super) fn is_open_to(&self, function: &str, arguments: &serde_json::Value) -> bool {
        self.target(arguments).is_none_or(|place| self.model.accounts[place].is_open_to(function))
    }

    /// Whether a call is about an account that leaves.
    pub(super) fn is_of_a_leaver(&self, arguments: &serde_json::Value) -> bool {
        self.target(arguments).is_some_and(|place| self.model.accounts[place].is_leaving())
    }

    fn target(&self, arguments: &serde_json::Value) -> Option<usize> {
        let named = ["auth-id", "parent"].iter().find_map(|name| arguments[*name].as_str())?;
        self.model.usage.sources.iter().find(|(id, _)| id == named).map(|(_, place)| *place)
    }
}

impl Standing {
    /// In the form of the contract.
    pub fn json(&self) -> serde_json::Value {
        match self {
            Standing::Active => json!("active"),
            Standing::Suspended(reason) => json!({"suspended": reason}),
            Standing::Closing => json!("closing"),
            Standing::Closed => json!("closed"),
        }
    }
}
