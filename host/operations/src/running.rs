//! A host as a program runs it: with what is counted, documents that are printed, and what is kept beside its store.

use crate::answers::ShownClock;
use crate::metrics::Metrics;
use crate::printing::Documents;
use coinbox_host::blobs::Blobs;
use coinbox_host::coinbox::{Coinbox, HostError};
use coinbox_host::contract::types::{Caller, Operator, Principal};
use coinbox_host::text;
use std::sync::Arc;

/// Main accounts are counted up to this many at start.
const COUNT_MAX: usize = 10_000;
const COUNT_PAGE: u32 = 500;

/// What is kept beside a store, where something is: where its clock stands, and how far it has come.
pub trait Beside: Send + Sync {
    /// Whether the clock is moved by hand.
    fn is_simulated(&self) -> bool;

    /// A simulated clock stands at this moment now, in milliseconds since 1970.
    fn keep_clock(&self, now: i64) -> anyhow::Result<()>;

    /// A person says that the machine's clock is right, which has shown this moment a short while ago.
    fn confirm_clock(&self, seen: i64) -> anyhow::Result<()>;

    /// The host has ended, `soundly` where everything is safe.
    fn stopped(&self, soundly: bool);
}

/// Nothing is kept.
struct Nothing;

impl Beside for Nothing {
    fn is_simulated(&self) -> bool {
        false
    }

    fn keep_clock(&self, _: i64) -> anyhow::Result<()> {
        Ok(())
    }

    fn confirm_clock(&self, _: i64) -> anyhow::Result<()> {
        anyhow::bail!("the clock of this host is moved by hand: there is nothing to confirm")
    }

    fn stopped(&self, _: bool) {}
}

/// A host as a program runs it.
#[derive(Clone)]
pub struct Running {
    /// The host.
    pub coinbox: Coinbox,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Issued documents as PDF.
    pub documents: Documents,
    /// Bytes of documents that people have handed in.
    pub blobs: Arc<Blobs>,
    beside: Arc<dyn Beside>,
}

impl Running {
    /// Around a host that is open already, with a real clock or one that nobody keeps. It prints no documents: see [`Running::documents`]. What is handed
    /// in stays in memory: see [`Running::keeping`].
    pub fn new(coinbox: Coinbox, metrics: Arc<Metrics>) -> Running {
        let blobs = Arc::new(Blobs::in_memory());
        Running { coinbox, metrics, documents: Documents::none(), blobs, beside: Arc::new(Nothing) }
    }

    /// The same, with something that is kept beside its store.
    pub fn with(self, beside: Arc<dyn Beside>) -> Running {
        Running { beside, ..self }
    }

    /// The same, with documents that it prints, and a place for those that people hand in.
    pub fn keeping(self, documents: Documents, blobs: Blobs) -> Running {
        Running { documents, blobs: Arc::new(blobs), ..self }
    }

    /// Whether the clock is moved by hand.
    pub fn is_simulated(&self) -> bool {
        self.beside.is_simulated()
    }

    /// Moves a simulated clock from due moment to due moment and remembers where it stands.
    pub fn advance_to(&self, moment: i64) -> anyhow::Result<u64> {
        let driven = self.coinbox.advance_to(moment)?;
        self.beside.keep_clock(self.coinbox.now())?;
        Ok(driven)
    }

    /// The moment that the rules are told; where the machine's clock is in doubt, what it shows, and why it is not believed.
    pub fn shown_clock(&self) -> ShownClock {
        let now = self.coinbox.now();
        let doubt = self.coinbox.clock_doubt();
        ShownClock {
            now,
            shown: text::moment(now),
            simulated: self.is_simulated(),
            machine: doubt.as_ref().map(|doubt| text::moment(doubt.machine)),
            doubt: doubt.map(|doubt| doubt.to_string()),
            jobs: None,
        }
    }

    /// A person says that the machine's clock is right, which has shown this moment a short while ago.
    pub fn confirm_clock(&self, seen: i64) -> anyhow::Result<()> {
        self.beside.confirm_clock(seen)
    }

    /// Stops the host and keeps what its clock shows.
    pub fn stop(&self) -> Result<(), HostError> {
        let stopped = self.coinbox.stop();
        self.beside.stopped(stopped.is_ok());
        stopped
    }

    /// How many main accounts the store has, counted up to a bound; `None` beyond it.
    pub fn count_accounts(&self) -> anyhow::Result<Option<usize>> {
        let permissions = vec!["accounts.list".to_owned()];
        let caller = coinbox_host::json::to_value(&Caller {
            who: Principal::Operator(Operator { name: "coinbox".to_owned(), permissions }),
            address: None,
            device: None,
            request: "start".to_owned(),
            idempotency_key: None,
            part: None,
        })?;
        let (mut count, mut after) = (0, serde_json::Value::Null);
        while count < COUNT_MAX {
            let arguments = serde_json::json!({"caller": caller, "after": after, "limit": COUNT_PAGE});
            let answer = self.coinbox.call("accounts.list", &arguments)?;
            let page = answer.get("ok").ok_or_else(|| anyhow::anyhow!("accounts cannot be counted: {answer}"))?;
            count += page["accounts"].as_array().map_or(0, Vec::len);
            after = page["next"].clone();
            if after.is_null() {
                return Ok(Some(count));
            }
        }
        Ok(None)
    }
}
