//! Every route with its handler, and what is around all of them.

use super::answer::Failure;
use super::connections::Connection;
use super::documents::{self, Kind};
use super::keys::RouteName;
use super::request::{self, Names, Peer};
use super::state::Rest;
use super::{account, lists, numbers, operator, pdf, places, pricing, rejected, reservations, summary, usage};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{MethodRouter, delete, get, post};
use axum::{Extension, Router};
use http_body_util::BodyExt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

/// Patterns by the name that metrics have for them.
pub(super) const ROUTES: &[(&str, &str)] = &[
    ("/v1/Account/{auth_id}", "account"),
    ("/v1/Account/{auth_id}/", "account"),
    ("/v1/Account/{auth_id}//", "account"),
    ("/v1/Account/{auth_id}/Invoice", "invoices"),
    ("/v1/Account/{auth_id}/Invoice/", "invoices"),
    ("/v1/Account/{auth_id}/Invoice/{number}", "invoice"),
    ("/v1/Account/{auth_id}/Invoice/{number}/", "invoice"),
    ("/v1/Account/{auth_id}/CreditNote", "credit-notes"),
    ("/v1/Account/{auth_id}/CreditNote/", "credit-notes"),
    ("/v1/Account/{auth_id}/CreditNote/{number}", "credit-note"),
    ("/v1/Account/{auth_id}/CreditNote/{number}/", "credit-note"),
    ("/v1/Account/{auth_id}/Receipt", "receipts"),
    ("/v1/Account/{auth_id}/Receipt/", "receipts"),
    ("/v1/Account/{auth_id}/Receipt/{number}", "receipt"),
    ("/v1/Account/{auth_id}/Receipt/{number}/", "receipt"),
    ("/v1/Account/{auth_id}/Billing", "billing"),
    ("/v1/Account/{auth_id}/Billing/", "billing"),
    ("/v1/Account/{auth_id}/Billing/Overview", "billing-overview"),
    ("/v1/Account/{auth_id}/Billing/Overview/", "billing-overview"),
    ("/v1/Account/{auth_id}/Seats", "seats"),
    ("/v1/Account/{auth_id}/Seats/", "seats"),
    ("/v1/Account/{auth_id}/Number", "numbers"),
    ("/v1/Account/{auth_id}/Number/", "numbers"),
    ("/v1/Account/{auth_id}/Number/{number}", "number"),
    ("/v1/Account/{auth_id}/Number/{number}/", "number"),
    ("/v1/Account/{auth_id}/PhoneNumber", "phone-numbers"),
    ("/v1/Account/{auth_id}/PhoneNumber/", "phone-numbers"),
    ("/v1/Account/{auth_id}/PhoneNumber/{number}", "phone-number"),
    ("/v1/Account/{auth_id}/PhoneNumber/{number}/", "phone-number"),
    ("/v1/Account/{auth_id}/Pricing", "pricing"),
    ("/v1/Account/{auth_id}/Pricing/", "pricing"),
    ("/v1/Account/{auth_id}/Invoice/{number}/pdf", "invoice-pdf"),
    ("/v1/Account/{auth_id}/Invoice/{number}/pdf/", "invoice-pdf"),
    ("/v1/Account/{auth_id}/CreditNote/{number}/pdf", "credit-note-pdf"),
    ("/v1/Account/{auth_id}/CreditNote/{number}/pdf/", "credit-note-pdf"),
    ("/v1/Account/{auth_id}/Receipt/{number}/pdf", "receipt-pdf"),
    ("/v1/Account/{auth_id}/Receipt/{number}/pdf/", "receipt-pdf"),
    ("/v1/Account/{auth_id}/Subaccount/{subaccount}", "subaccount"),
    ("/v1/Account/{auth_id}/Subaccount/{subaccount}/", "subaccount"),
    ("/v1/Account/{auth_id}/UsageSummary", "usage-summary"),
    ("/v1/Account/{auth_id}/UsageSummary/", "usage-summary"),
    ("/v1/Account/{auth_id}/UsageLine", "usage-line"),
    ("/v1/Account/{auth_id}/UsageLine/", "usage-line"),
    ("/v1/Usage/Rejected", "usage-rejected"),
    ("/v1/Usage/Rejected/", "usage-rejected"),
    ("/v1/Usage", "usage"),
    ("/v1/Usage/", "usage"),
    ("/v1/Usage/Reserve", "reservations"),
    ("/v1/Usage/Reserve/", "reservations"),
    ("/v1/Usage/Extend", "reservations"),
    ("/v1/Usage/Extend/", "reservations"),
    ("/v1/Usage/Settle", "reservations"),
    ("/v1/Usage/Settle/", "reservations"),
    ("/v1/Usage/Release", "reservations"),
    ("/v1/Usage/Release/", "reservations"),
    ("/v1/Operator/call/{function}", "operator-call"),
    ("/v1/Operator/call/{function}/", "operator-call"),
    ("/v1/Operator/drive/{*job}", "operator-drive"),
    ("/v1/Operator/backup", "operator-backup"),
    ("/v1/Operator/check", "operator-check"),
    ("/v1/Operator/forecast", "operator-forecast"),
    ("/v1/Operator/accounts", "operator-accounts"),
    ("/v1/Operator/accounts/", "operator-accounts"),
    ("/v1/Operator/documents", "operator-documents"),
    ("/v1/Operator/documents/", "operator-documents"),
    ("/v1/Operator/clock", "operator-clock"),
    ("/v1/Operator/clock/confirm", "operator-clock-confirm"),
    ("/healthz", "healthz"),
    ("/readyz", "readyz"),
    ("/metrics", "metrics"),
];

/// All routes.
pub fn router(rest: Arc<Rest>) -> Router {
    let handler = |name: &str| -> MethodRouter<Arc<Rest>> {
        match name {
            "account" => get(account::get).post(account::update),
            "invoices" => get(|state, incoming| documents::list(state, incoming, Kind::Invoice)),
            "invoice" => get(|state, incoming| documents::show(state, incoming, Kind::Invoice)),
            "credit-notes" => get(|state, incoming| documents::list(state, incoming, Kind::CreditNote)),
            "credit-note" => get(|state, incoming| documents::show(state, incoming, Kind::CreditNote)),
            "receipts" => get(|state, incoming| documents::list(state, incoming, Kind::Receipt)),
            "receipt" => get(|state, incoming| documents::show(state, incoming, Kind::Receipt)),
            "billing" => get(documents::billing).post(documents::set_billing),
            "billing-overview" => get(documents::overview),
            "seats" => get(documents::seats).post(documents::set_seats),
            "number" => get(numbers::get).post(numbers::update).delete(numbers::release),
            "numbers" => get(numbers::list),
            "phone-number" => post(numbers::buy),
            "phone-numbers" => get(numbers::search),
            "pricing" => get(pricing::get),
            "invoice-pdf" => get(|state, incoming| pdf::show(state, incoming, Kind::Invoice)),
            "credit-note-pdf" => get(|state, incoming| pdf::show(state, incoming, Kind::CreditNote)),
            "receipt-pdf" => get(|state, incoming| pdf::show(state, incoming, Kind::Receipt)),
            "subaccount" => delete(numbers::delete_subaccount),
            "usage-summary" => get(summary::summary),
            "usage-line" => get(summary::lines),
            "usage-rejected" => get(rejected::list).post(rejected::resubmit).delete(rejected::discard),
            "usage" => post(usage::record),
            "reservations" => post(reservations::act),
            "operator-call" => post(operator::call),
            "operator-drive" => post(operator::drive),
            "operator-backup" => post(operator::backup),
            "operator-check" => post(operator::check),
            "operator-forecast" => post(operator::forecast),
            "operator-accounts" => get(lists::accounts),
            "operator-documents" => get(lists::documents),
            "operator-clock" => get(operator::clock).post(operator::advance),
            "operator-clock-confirm" => post(operator::confirm_clock),
            "healthz" => get(|| async { "alive\n" }),
            "readyz" => get(ready),
            "metrics" => get(metrics),
            other => unreachable!("route {other} has no handler"),
        }
    };
    let mut router = Router::new();
    for (pattern, name) in ROUTES {
        router = router.route(pattern, handler(name));
    }
    router
        .fallback(no_route)
        .method_not_allowed_fallback(wrong_method)
        .layer(from_fn_with_state(rest.clone(), around))
        .with_state(rest)
}

async fn no_route(Extension(names): Extension<Names>) -> Response {
    Failure::no_route().respond(&names.api_id)
}

async fn wrong_method(Extension(names): Extension<Names>) -> Response {
    Failure::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "method not allowed").respond(&names.api_id)
}

async fn ready(State(rest): State<Arc<Rest>>) -> Response {
    let full = || rest.places.full().map_or(Ok(()), Err);
    match rest.host.coinbox.readiness().map_err(|why| why.to_string()).and_then(|()| full()) {
        Ok(()) => {
            let doubt = rest.host.coinbox.clock_doubt().map(|doubt| doubt.to_string());
            let left_out = Some(rest.host.coinbox.numbers_left_out()).filter(|rows| *rows > 0);
            let rows = |rows| {
                format!(
                    "rows of the stock of numbers that are left out because they cannot be used: {rows} (see the log)"
                )
            };
            let notes = doubt.into_iter().chain(left_out.map(rows));
            let told: String = notes.map(|note| format!("; {note}")).collect();
            format!("ready{told}\n").into_response()
        }
        Err(why) => (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")).into_response(),
    }
}

async fn metrics(State(rest): State<Arc<Rest>>) -> Response {
    let text = rest.host.metrics.text(&rest.host.coinbox);
    ([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; version=0.0.4"))], text).into_response()
}

/// Around every request: its names, a place among the concurrent ones, a log line, and what is counted.
async fn around(State(rest): State<Arc<Rest>>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let mut names = Names::new(request.headers());
    names.repeated = request.uri().query().and_then(request::repeated_in);
    let connection = request.extensions().get::<Arc<Connection>>().cloned();
    let sender = sender(&rest, &request);
    if let Some(connection) = &connection {
        connection.works(sender);
    }
    let matched = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let route =
        ROUTES.iter().find(|(pattern, _)| Some(*pattern) == matched.as_deref()).map_or("none", |(_, name)| *name);
    let method = request.method().clone();
    request.extensions_mut().insert(RouteName(route));
    // Health is answered even when everything is busy.
    let watching = matches!(route, "healthz" | "readyz" | "metrics");
    let entered = if watching { Ok(places::Ticket::default()) } else { enter(&rest, &request, sender) };
    let mut response = match entered {
        Ok(ticket) => {
            names.ticket = ticket;
            request.extensions_mut().insert(names.clone());
            next.run(request).await
        }
        Err(failure) => failure.respond(&names.api_id),
    };
    names.ticket.leave_place();
    if let Some(connection) = connection {
        connection.answers(names.ticket.clone());
    }
    let took = started.elapsed();
    let status = response.status().as_u16();
    rest.host.metrics.requested(route, status, took);
    // Never the path or headers: they hold account names and secrets.
    let took_us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    if watching {
        tracing::debug!(%method, route, status, took_us, request = names.request, "request");
    } else {
        tracing::info!(%method, route, status, took_us, request = names.request, "request");
    }
    if let Ok(value) = HeaderValue::from_str(&names.request) {
        response.headers_mut().insert(HeaderName::from_static("x-request-id"), value);
    }
    // The sender is counted until the answer is sent.
    let ticket = names.ticket;
    response.map(|body| {
        Body::new(body.map_err(move |error| {
            let _held = &ticket;
            error
        }))
    })
}

/// A place for a request, and who it is counted against.
fn enter(rest: &Rest, request: &Request, sender: Option<IpAddr>) -> Result<places::Ticket, Failure> {
    let operator = request::check_operator(rest, request.headers()).is_ok();
    rest.places.enter(operator, sender)
}

/// The address of whoever sent a request: the peer's, or what trusted proxies say.
fn sender(rest: &Rest, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    request::customer_address(peer, request.headers(), &rest.trusted_proxies)?.parse().ok()
}
