//! `/healthz`, `/readyz` and `/metrics`: whether the server lives and can serve, and what it counts. Answered even when everything is busy.

use super::answer::Failure;
use super::asked::Asked;
use super::forms::Text;
use super::route::{Answers, Handler, Method, Route};
use super::takes::{Takes, Who};
use axum::http::StatusCode;

const fn row(path: &'static str, name: &'static str, what: &'static str, handler: Handler<Text>) -> Route {
    Route {
        method: Method::Get,
        path,
        name,
        who: Who::Anybody,
        function: None,
        takes: Takes::Nothing,
        answers: Answers::Text(handler),
        what,
    }
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    row("/healthz", "healthz", "The process is alive", |asked| Box::pin(alive(asked))),
    row("/readyz", "readyz", "It can serve", |asked| Box::pin(ready(asked))),
    row("/metrics", "metrics", "Prometheus text", |asked| Box::pin(metrics(asked))),
];

async fn alive(_: Asked) -> Result<Text, Failure> {
    Ok(Text::plain("alive\n"))
}

async fn ready(asked: Asked) -> Result<Text, Failure> {
    let (places, coinbox) = (&asked.rest.places, &asked.rest.host.coinbox);
    let full = || places.full().map_or(Ok(()), Err);
    if let Err(why) = coinbox.readiness().and_then(|()| full()) {
        return Ok(Text { status: StatusCode::SERVICE_UNAVAILABLE, ..Text::plain(format!("not ready: {why}\n")) });
    }
    let doubt = coinbox.clock_doubt().map(|doubt| doubt.to_string());
    let left_out = Some(coinbox.numbers_left_out()).filter(|rows| *rows > 0).map(|rows| {
        format!("rows of the stock of numbers that are left out because they cannot be used: {rows} (see the log)")
    });
    let told: String = doubt.into_iter().chain(left_out).map(|note| format!("; {note}")).collect();
    Ok(Text::plain(format!("ready{told}\n")))
}

async fn metrics(asked: Asked) -> Result<Text, Failure> {
    let host = &asked.rest.host;
    Ok(Text { kind: "text/plain; version=0.0.4", ..Text::plain(host.metrics.text(&host.coinbox)) })
}
