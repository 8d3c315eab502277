//! The accepting loop: bounded connections, time limits for slow clients in both directions, an orderly end.

use super::connections::{Connections, Patient};
use super::request::Peer;
use super::state::Rest;
use axum::Router;
use axum::http::Request;
use hyper::body::Incoming;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tower::ServiceExt;

/// Longest request head.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Takes the address, or says why that is not possible.
pub async fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    listening(address).map_err(|error| {
        anyhow::anyhow!(
            "cannot listen on {address}: {error}. Choose another address with --listen or in the configuration"
        )
    })
}

/// Bytes of answers that the system keeps for a client that does not read, a connection.
const UNREAD_BYTES_MAX: u32 = 256 << 10;
/// Connections that wait to be accepted.
const BACKLOG: u32 = 1024;

fn listening(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    // Accepted connections inherit it.
    socket.set_send_buffer_size(UNREAD_BYTES_MAX)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves until `stop` is done, then answers what is under way, within the configured time.
pub async fn run(rest: Arc<Rest>, router: Router, listener: TcpListener, stop: impl Future<Output = ()>) {
    let limits = rest.limits.clone();
    let connections = Connections::new(most_connections(limits.connections));
    let graceful = GracefulShutdown::new();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, or a client that is gone already: neither ends the server.
                tracing::warn!(%error, "a connection could not be accepted");
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        // Another connection may have to make room; where all are at work there is none, and this one is closed.
        let Some(opened) = connections.open(peer.ip()) else {
            tracing::warn!("all connections are at work: one more was closed");
            continue;
        };
        let connection = opened.connection.clone();
        // Small answers go out at once.
        let _ = stream.set_nodelay(true);
        let stream = Patient::new(stream, connection.clone(), Duration::from_secs(limits.request_seconds));
        let router = router.clone();
        let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            request.extensions_mut().insert(connection.clone());
            router.clone().oneshot(request.map(axum::body::Body::new))
        });
        let served = hyper::server::conn::http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(Duration::from_secs(limits.request_seconds))
            .max_buf_size(HEAD_BYTES_MAX)
            .serve_connection(TokioIo::new(stream), service);
        let served = graceful.watch(served);
        tokio::spawn(async move {
            tokio::select! {
                ended = served => if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended early");
                },
                () = opened.connection.closed() => tracing::debug!("a connection that waited made room for another"),
            }
        });
    }
    drop(listener);
    let patience = Duration::from_secs(limits.stop_seconds);
    if tokio::time::timeout(patience, graceful.shutdown()).await.is_err() {
        tracing::warn!(seconds = patience.as_secs(), "some requests were still under way and are cut off");
    }
}

/// Files that are open beside the connections: the store, journals, mails.
const OTHER_FILES: u64 = 256;

/// Sees to it that the system allows so many connections, or says how many it does.
fn most_connections(wanted: usize) -> usize {
    let needed = (wanted as u64).saturating_add(OTHER_FILES);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return wanted;
    }
    let raised = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
    let _ = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum });
    let allowed = getrlimit(Resource::Nofile).current.unwrap_or(needed);
    if allowed >= needed {
        return wanted;
    }
    let most = usize::try_from(allowed.saturating_sub(OTHER_FILES)).unwrap_or(wanted).clamp(1, wanted);
    tracing::warn!(
        wanted,
        most,
        "the system allows fewer open files than connections are configured: raise `ulimit -n`"
    );
    most
}
