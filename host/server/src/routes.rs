//! All routes, the router that is made from them, and what is around all of them.

use super::answer::Failure;
use super::connections::Connection;
use super::request::{self, Names, Peer};
use super::route::Route;
use super::state::Rest;
use super::takes::Who;
use super::{
    account, billing, documents, lists, numbers, operator, pdf, people, places, pricing, rejected, reservations,
};
use super::{subaccounts, summary, usage, watch};
use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;
use axum::{Extension, Router};
use http_body_util::BodyExt;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

/// The rows of each file, in the order of the page of routes.
const TABLES: [&[Route]; 21] = [
    account::ROUTES,
    subaccounts::ROUTES,
    numbers::ROUTES,
    pricing::ROUTES,
    summary::ROUTES,
    documents::ROUTES,
    pdf::ROUTES,
    billing::ROUTES,
    usage::ROUTES,
    rejected::ROUTES,
    reservations::ROUTES,
    operator::ROUTES,
    lists::ROUTES,
    people::login::ROUTES,
    people::password::ROUTES,
    people::me::ROUTES,
    people::signup::ROUTES,
    people::review::ROUTES,
    people::members::ROUTES,
    people::destinations::ROUTES,
    watch::ROUTES,
];

/// Clients write this one with two slashes at its end, too (T2).
const TWO_SLASHES: &str = "/v1/Account/{auth_id}/";

/// All routes. Those of one path stand side by side.
pub(super) fn all() -> impl Iterator<Item = &'static Route> {
    TABLES.into_iter().flatten()
}

/// The routes of each path, in the order of the rows.
pub(super) fn by_path() -> Vec<Vec<&'static Route>> {
    let mut paths: Vec<Vec<&'static Route>> = Vec::new();
    for route in all() {
        match paths.iter_mut().find(|routes| routes[0].path == route.path) {
            Some(routes) => routes.push(route),
            None => paths.push(vec![route]),
        }
    }
    paths
}

/// The ways in which clients may write a path: one that ends with a slash also without it (T1).
pub(super) fn patterns(path: &str) -> Vec<String> {
    let mut patterns = vec![bare(path).to_owned()];
    if path.ends_with('/') {
        patterns.push(path.to_owned());
    }
    if path == TWO_SLASHES {
        patterns.push(format!("{path}/"));
    }
    patterns
}

fn bare(path: &str) -> &str {
    path.trim_end_matches('/')
}

/// All routes.
pub fn router(rest: Arc<Rest>) -> Router {
    let mut router = Router::new();
    for routes in by_path() {
        let path = routes[0].path;
        let handlers = routes.into_iter().fold(MethodRouter::new(), |handlers, route| {
            let serve = move |State(rest): State<Arc<Rest>>, request: Request| route.serve(rest, request);
            handlers.on(route.method.filter(), serve)
        });
        for pattern in patterns(path) {
            router = router.route(&pattern, handlers.clone());
        }
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
    let row = matched.and_then(|pattern| all().find(|row| bare(row.path) == bare(&pattern)));
    let route = row.map_or("none", |row| row.name);
    let method = request.method().clone();
    // Health is answered even when everything is busy.
    let watching = row.is_some_and(|row| row.who == Who::Anybody);
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
        tracing::debug!(%method, route, status, took_us, request = names.api_id, client = names.client, "request");
    } else {
        tracing::info!(%method, route, status, took_us, request = names.api_id, client = names.client, "request");
    }
    if let Ok(value) = HeaderValue::from_str(names.client.as_ref().unwrap_or(&names.api_id)) {
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
    let operator = request::known_operator(rest, request.headers()).is_some();
    rest.places.enter(operator, sender)
}

/// The address that the place of a request is counted against: that of whoever sent it, or of its peer where a proxy names nobody that can be read.
fn sender(rest: &Rest, request: &Request) -> Option<IpAddr> {
    let peer = request.extensions().get::<Peer>().map(|peer| peer.0.ip());
    request::customer_address(peer, request.headers(), &rest.trusted_proxies).or(peer)
}
