//! What the program counts, and its text form for Prometheus.
//!
//! Names and labels come from fixed lists (functions of the contract, outcomes), never from callers, so the number of series is bounded.

use coinbox_host::capability::{Instant, PaymentGateway};
use coinbox_host::coinbox::Coinbox;
use coinbox_host::contract::payment_types::{
    ChargeRequest, Finding, MethodAnswer, MovementPage, PaymentOutcome, RefundRequest,
};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Upper bounds of latency buckets in microseconds.
const BUCKETS_US: [u64; 12] =
    [100, 500, 1_000, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 4_000_000];

/// How often, how long altogether, and in which buckets.
#[derive(Clone, Default)]
struct Latency {
    buckets: [u64; BUCKETS_US.len()],
    count: u64,
    sum_us: u128,
}

impl Latency {
    fn add(&mut self, took: Duration) {
        let micros = took.as_micros();
        if let Some(place) = BUCKETS_US.iter().position(|bound| micros <= u128::from(*bound)) {
            self.buckets[place] += 1;
        }
        self.count += 1;
        self.sum_us += micros;
    }
}

/// Words of one series' labels: (function, class, outcome) or the like.
type Labels = [&'static str; 2];

#[derive(Default)]
struct Counted {
    calls: BTreeMap<(String, Labels), u64>,
    call_latency: BTreeMap<String, Latency>,
    requests: BTreeMap<(&'static str, u16), u64>,
    request_latency: BTreeMap<&'static str, Latency>,
    events: BTreeMap<&'static str, u64>,
    gateway: BTreeMap<Labels, u64>,
}

/// Counters of one program.
#[derive(Default)]
pub struct Metrics {
    counted: Mutex<Counted>,
}

impl Metrics {
    /// Nothing counted yet.
    pub fn new() -> Metrics {
        Metrics::default()
    }

    fn lock(&self) -> MutexGuard<'_, Counted> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One call of the rules. `function` must exist in the contract.
    pub fn called(&self, function: &str, class: &'static str, outcome: &'static str, took: Duration) {
        let mut counted = self.lock();
        *counted.calls.entry((function.to_owned(), [class, outcome])).or_default() += 1;
        counted.call_latency.entry(function.to_owned()).or_default().add(took);
    }

    /// One HTTP request. `route` is the pattern, never the path.
    pub fn requested(&self, route: &'static str, status: u16, took: Duration) {
        let mut counted = self.lock();
        *counted.requests.entry((route, status)).or_default() += 1;
        counted.request_latency.entry(route).or_default().add(took);
    }

    /// Usage events by what became of them.
    pub fn events(&self, outcome: &'static str, count: u64) {
        *self.lock().events.entry(outcome).or_default() += count;
    }

    fn gateway(&self, request: &'static str, outcome: &'static str) {
        *self.lock().gateway.entry([request, outcome]).or_default() += 1;
    }

    /// Everything in the text format of Prometheus.
    pub fn text(&self, coinbox: &Coinbox) -> String {
        let mut page = Page::default();
        {
            let counted = self.lock();
            page.head("coinbox_calls_total", "counter", "Calls of the rules.");
            for ((function, [class, outcome]), count) in &counted.calls {
                page.line(
                    "coinbox_calls_total",
                    &[("function", function), ("class", class), ("outcome", outcome)],
                    count,
                );
            }
            page.head("coinbox_call_seconds", "histogram", "Time of calls of the rules, waiting included.");
            for (function, latency) in &counted.call_latency {
                page.histogram("coinbox_call_seconds", ("function", function), latency);
            }
            page.head("coinbox_http_requests_total", "counter", "HTTP requests.");
            for ((route, status), count) in &counted.requests {
                page.line("coinbox_http_requests_total", &[("route", route), ("status", &status.to_string())], count);
            }
            page.head("coinbox_http_request_seconds", "histogram", "Time of HTTP requests.");
            for (route, latency) in &counted.request_latency {
                page.histogram("coinbox_http_request_seconds", ("route", route), latency);
            }
            page.head("coinbox_usage_events_total", "counter", "Usage events by what became of them.");
            for (outcome, count) in &counted.events {
                page.line("coinbox_usage_events_total", &[("outcome", outcome)], count);
            }
            page.head("coinbox_gateway_requests_total", "counter", "Requests to the payment gateway.");
            for ([request, outcome], count) in &counted.gateway {
                page.line("coinbox_gateway_requests_total", &[("request", request), ("outcome", outcome)], count);
            }
        }
        self.host(&mut page, coinbox);
        page.0
    }

    fn host(&self, page: &mut Page, coinbox: &Coinbox) {
        let (sequencer, driven) = (coinbox.sequencer(), coinbox.driven());
        let timers = sequencer.timers();
        page.head("coinbox_jobs_total", "counter", "Jobs driven by the workers, by step.");
        for (step, count) in [
            ("taken", driven.jobs),
            ("performed", driven.performed),
            ("lost", driven.lost),
            ("put-off", driven.put_off),
        ] {
            page.line("coinbox_jobs_total", &[("step", step)], count);
        }
        let doubt = coinbox.clock_doubt();
        let apart = |ahead: bool| {
            let doubt = doubt.as_ref().filter(|doubt| doubt.is_ahead() == ahead);
            seconds(u128::from(doubt.map_or(0, |doubt| doubt.machine.abs_diff(doubt.now))) * 1_000)
        };
        let overdue = timers.earliest_due().map_or(0, |due| coinbox.now().saturating_sub(due).max(0));
        for (name, help, value) in [
            ("coinbox_commands_waiting", "Commands that wait for the lane.", sequencer.waiting().to_string()),
            ("coinbox_timers", "Timers set.", timers.len().to_string()),
            ("coinbox_timers_taken", "Timers that are being driven.", timers.taken().to_string()),
            (
                "coinbox_timer_overdue_seconds",
                "How late the earliest timer is.",
                seconds(u128::from(overdue.unsigned_abs()) * 1_000),
            ),
            ("coinbox_ready", "1: calls are served.", u8::from(coinbox.readiness().is_ok()).to_string()),
            (
                "coinbox_stock_rows_left_out",
                "Rows of the stock of numbers that cannot be used; the log names them.",
                coinbox.numbers_left_out().to_string(),
            ),
            (
                "coinbox_clock_seconds",
                "The moment that the rules are told.",
                seconds(u128::from(coinbox.now().unsigned_abs()) * 1_000),
            ),
            (
                "coinbox_clock_in_doubt",
                "1: the machine's clock has jumped ahead, no job is driven until somebody confirms it.",
                u8::from(doubt.as_ref().is_some_and(coinbox_host::capability::Doubt::is_ahead)).to_string(),
            ),
            (
                "coinbox_clock_machine_ahead_seconds",
                "How far the machine's clock has jumped ahead of the moment that the rules are told.",
                apart(true),
            ),
            (
                "coinbox_clock_machine_behind_seconds",
                "How far the machine's clock is behind the moment that the rules are told.",
                apart(false),
            ),
        ] {
            page.head(name, "gauge", help);
            page.line(name, &[], value);
        }
    }
}

/// Decimal text of microseconds as seconds.
fn seconds(micros: u128) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[derive(Default)]
struct Page(String);

impl Page {
    fn head(&mut self, name: &str, of: &str, help: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {of}");
    }

    fn line(&mut self, name: &str, labels: &[(&str, &str)], value: impl std::fmt::Display) {
        let labels: Vec<String> = labels.iter().map(|(name, text)| format!("{name}=\"{}\"", escaped(text))).collect();
        let labels = if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        let _ = writeln!(self.0, "{name}{labels} {value}");
    }

    fn histogram(&mut self, name: &str, label: (&str, &str), latency: &Latency) {
        let mut below = 0;
        for (bound, count) in BUCKETS_US.iter().zip(latency.buckets) {
            below += count;
            self.line(&format!("{name}_bucket"), &[label, ("le", &seconds(u128::from(*bound)))], below);
        }
        self.line(&format!("{name}_bucket"), &[label, ("le", "+Inf")], latency.count);
        self.line(&format!("{name}_sum"), &[label], seconds(latency.sum_us));
        self.line(&format!("{name}_count"), &[label], latency.count);
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// A gateway whose answers are counted.
pub struct MeteredGateway<G> {
    gateway: G,
    metrics: std::sync::Arc<Metrics>,
}

impl<G: PaymentGateway> MeteredGateway<G> {
    /// Around a gateway.
    pub fn new(gateway: G, metrics: std::sync::Arc<Metrics>) -> MeteredGateway<G> {
        MeteredGateway { gateway, metrics }
    }

    fn finding(&self, request: &'static str, finding: Finding) -> Finding {
        let word = match &finding {
            Finding::Found(outcome) => outcome_word(outcome),
            Finding::NotFound => "not-found",
            Finding::Closed => "closed",
            Finding::NotAsked(_) => "not-asked",
        };
        self.metrics.gateway(request, word);
        finding
    }
}

fn outcome_word(outcome: &PaymentOutcome) -> &'static str {
    match outcome {
        PaymentOutcome::Paid(_) => "paid",
        PaymentOutcome::Declined(_) => "declined",
        PaymentOutcome::Pending(_) => "pending",
        PaymentOutcome::Unknown(_) => "unknown",
        PaymentOutcome::NotSent(_) => "not-sent",
    }
}

impl<G: PaymentGateway> PaymentGateway for MeteredGateway<G> {
    fn charge(&self, request: ChargeRequest) -> PaymentOutcome {
        let outcome = self.gateway.charge(request);
        self.metrics.gateway("charge", outcome_word(&outcome));
        outcome
    }

    fn refund(&self, request: RefundRequest) -> PaymentOutcome {
        let outcome = self.gateway.refund(request);
        self.metrics.gateway("refund", outcome_word(&outcome));
        outcome
    }

    fn find(&self, key: &str) -> Finding {
        self.finding("find", self.gateway.find(key))
    }

    fn close(&self, key: &str) -> Finding {
        self.finding("close", self.gateway.close(key))
    }

    fn movements_since(&self, since: Instant, cursor: Option<&str>) -> Option<MovementPage> {
        let page = self.gateway.movements_since(since, cursor);
        self.metrics.gateway("movements-since", if page.is_some() { "answered" } else { "not-asked" });
        page
    }

    fn describe_method(&self, token: &str) -> MethodAnswer {
        let answer = self.gateway.describe_method(token);
        let word = match &answer {
            MethodAnswer::Described(_) => "described",
            MethodAnswer::NoSuchMethod => "no-such-method",
            MethodAnswer::NotAsked(_) => "not-asked",
        };
        self.metrics.gateway("describe-method", word);
        answer
    }

    fn forget_method(&self, token: &str) -> bool {
        let forgotten = self.gateway.forget_method(token);
        self.metrics.gateway("forget-method", if forgotten { "forgotten" } else { "not-asked" });
        forgotten
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn histograms_are_cumulative() {
        let mut latency = Latency::default();
        for micros in [90, 100, 101, 9_000_000] {
            latency.add(Duration::from_micros(micros));
        }
        let mut page = Page::default();
        page.histogram("x", ("f", "a\"b"), &latency);
        let lines: Vec<&str> = page.0.lines().collect();
        assert_eq!(lines[0], "x_bucket{f=\"a\\\"b\",le=\"0.000100\"} 2");
        assert_eq!(lines[1], "x_bucket{f=\"a\\\"b\",le=\"0.000500\"} 3");
        assert_eq!(lines[11], "x_bucket{f=\"a\\\"b\",le=\"4.000000\"} 3");
        assert_eq!(lines[12], "x_bucket{f=\"a\\\"b\",le=\"+Inf\"} 4");
        assert_eq!(lines[13], "x_sum{f=\"a\\\"b\"} 9.000291");
        assert_eq!(lines[14], "x_count{f=\"a\\\"b\"} 4");
    }

    #[test]
    fn lines_without_labels_have_no_braces() {
        let mut page = Page::default();
        page.head("up", "gauge", "Whether.");
        page.line("up", &[], 1);
        assert_eq!(page.0, "# HELP up Whether.\n# TYPE up gauge\nup 1\n");
    }
}
