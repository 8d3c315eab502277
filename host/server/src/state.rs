//! What all handlers share: the host, bounds, places and proofs.

use super::answer::Failure;
use super::operators::Operators;
use super::places::{Numbers, Places};
use super::settings::{RestLimits, TrustedProxies};
use super::weighing::Weighers;
use axum::http::StatusCode;
use coinbox_host::console::ConsoleUrl;
use coinbox_host::contract::exported::about::Class;
use coinbox_host::engine::class_name;
use coinbox_operations::running::Running;
use serde_json::Value;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What all handlers share.
pub struct Rest {
    /// The host.
    pub host: Running,
    pub(super) limits: RestLimits,
    pub(super) trusted_proxies: TrustedProxies,
    pub(super) operators: Operators,
    pub(super) places: Arc<Places>,
    pub(super) console: Option<ConsoleUrl>,
    pub(super) weighers: Weighers,
}

impl Rest {
    /// Around a host. Whoever has the token is the operator.
    pub fn new(host: Running, operator_token: &str, limits: RestLimits, trusted_proxies: TrustedProxies) -> Rest {
        let operators = Operators::shared(operator_token, permissions(&host));
        Rest::with(host, operators, limits, trusted_proxies)
    }

    /// Around a host, with its operators.
    pub fn with(host: Running, operators: Operators, limits: RestLimits, trusted_proxies: TrustedProxies) -> Rest {
        Rest {
            places: Places::new(Numbers {
                common: limits.concurrent_requests,
                operators: limits.operator_requests,
                account: limits.account_requests,
                address: limits.address_requests,
                // The body is here: a moment's wait is better than sending it all again.
                patience: Duration::from_secs(2),
            }),
            operators,
            host,
            limits,
            trusted_proxies,
            console: None,
            weighers: Weighers::default(),
        }
    }

    /// The same, whose browsers come from these pages: only then are cookies taken and given.
    #[must_use]
    pub fn with_console(self, console: Option<ConsoleUrl>) -> Rest {
        Rest { console, ..self }
    }

    pub(super) fn class(&self, function: &str) -> Option<Class> {
        self.host.coinbox.facts().functions.iter().find(|facts| facts.name == function).map(|facts| facts.class)
    }

    /// One call by name, counted.
    pub(super) async fn call(&self, function: &str, arguments: Value) -> Result<Value, Failure> {
        let started = Instant::now();
        let answer = self.host.coinbox.call_async(function, arguments).await;
        self.measured(function, started, answer.as_ref().map(|answer| answer.get("err").is_none()).ok());
        Ok(answer?)
    }

    /// Counts a call of an existing function: answered `ok` or not, or not answered at all.
    pub(super) fn measured(&self, function: &str, started: Instant, ok: Option<bool>) {
        if let Some(class) = self.class(function) {
            let outcome = match ok {
                Some(true) => "ok",
                Some(false) => "refused",
                None => "failed",
            };
            self.host.metrics.called(function, class_name(class), outcome, started.elapsed());
        }
    }

    /// Runs what blocks on a thread for that.
    pub(super) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        run: impl FnOnce(&Rest) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let rest = self.clone();
        match tokio::task::spawn_blocking(move || run(&rest)).await {
            Ok(answer) => answer,
            Err(panic) => {
                tracing::error!(%panic, "a handler panicked");
                Err(Failure::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "this request failed inside the server",
                ))
            }
        }
    }
}

/// Every permission that the rules of a host know.
pub fn permissions(host: &Running) -> Vec<String> {
    host.coinbox.facts().functions.iter().filter_map(|function| function.permission.clone()).collect()
}
