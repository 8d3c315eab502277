//! A link on a store that no server holds.

use crate::answers::{Advance, ShownClock, StoreCheck};
use crate::direct::{Direct, failed};
use crate::forecast::{self, Forecast};
use crate::link::{Fate, Link, LinkError};
use crate::running::Running;
use coinbox_host::contract::exported::usage::UsageEvent;
use coinbox_host::text;
use serde_json::Value;
use std::fmt::Display;
use std::path::Path;

/// On a store that no server holds.
pub struct Local {
    host: Running,
    direct: Direct,
}

impl Local {
    /// Around an opened host.
    pub fn new(host: Running, operator: String, key: Option<String>) -> Local {
        Local { direct: Direct::new(host.coinbox.clone(), operator, key), host }
    }
}

fn told(error: impl Display) -> LinkError {
    LinkError::Failed(error.to_string())
}

impl Link for Local {
    fn call(&self, function: &str, arguments: Value) -> Result<Value, LinkError> {
        self.direct.call(function, arguments)
    }

    fn has_key(&self) -> bool {
        self.direct.keys().are_given()
    }

    fn record(&self, number: u32, events: &[UsageEvent]) -> Result<Vec<Fate>, LinkError> {
        self.direct.record(number, events)
    }

    fn whole(&self, digest: &str) {
        self.direct.keys().is_whole(digest);
    }

    fn drive(&self, job: &str) -> Result<Value, LinkError> {
        self.direct.drive(job)
    }

    fn clock(&self) -> Result<ShownClock, LinkError> {
        Ok(self.host.shown_clock())
    }

    fn advance(&self, advance: &Advance) -> Result<ShownClock, LinkError> {
        if !self.host.is_simulated() {
            return Err(told("the clock of this store is real and cannot be moved; set clock.mode=simulated"));
        }
        let to = match (&advance.to, &advance.by) {
            (Some(to), _) => text::moment_ms(to),
            (None, by) => text::duration_ms(by.as_deref().unwrap_or_default())
                .map(|by| self.host.coinbox.now().saturating_add(by)),
        };
        let jobs = self.host.advance_to(to.map_err(told)?).map_err(told)?;
        Ok(ShownClock { jobs: Some(jobs), ..self.host.shown_clock() })
    }

    fn confirm_clock(&self, seen: &str) -> Result<ShownClock, LinkError> {
        let seen = text::moment_ms(seen).map_err(told)?;
        self.host.confirm_clock(seen).map_err(|error| told(format!("{error:#}")))?;
        Ok(self.host.shown_clock())
    }

    fn backup(&self, to: &str) -> Result<(), LinkError> {
        self.host.coinbox.backup(Path::new(to)).map_err(told)
    }

    fn check(&self) -> Result<StoreCheck, LinkError> {
        Ok(self.host.coinbox.check_store().map_err(told)?.into())
    }

    fn forecast(&self, account: &str, months: u32) -> Result<Forecast, LinkError> {
        forecast::forecast(&self.host.coinbox, account, months).map_err(|error| told(format!("{error:#}")))
    }

    fn print(&self, _: &str, document: &Value) -> Result<Vec<u8>, LinkError> {
        self.host.documents.issued(document).map_err(told)
    }

    fn finish(&self) -> Result<(), LinkError> {
        self.direct.drain()?;
        self.host.stop().map_err(|error| failed(&error))
    }
}
