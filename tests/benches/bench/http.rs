//! GET of an account over HTTP, against a bare axum route that answers constants. Server and clients are processes of their own, on
//! the same machine.

use crate::figures::{Rounds, resident_mb};
use crate::host::read_sources;
use crate::world;
use anyhow::{Context, Result, ensure};
use axum::http::header::CONTENT_TYPE;
use base64::Engine as _;
use coinbox_host::coinbox::StoreChoice;
use coinbox_host::engine::{Engine, Options};
use coinbox_operations::metrics::Metrics;
use coinbox_operations::running::Running;
use coinbox_server::{Rest, RestLimits, TrustedProxies};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;
use tokio::net::TcpListener;

/// Connections at once, each sends one request after another.
const CLIENTS: usize = 16;

/// As long as a real answer.
const CONSTANT: &str = r#"{"account_type":"standard","address":"","api_id":"01234567-89ab-cdef-0123-456789abcdef","auth_id":"MA0123456789ABCDEFGH","auto_recharge":false,"billing_mode":"prepaid","cash_credits":"1000000.00000","city":"","name":"Bench","resource_uri":"/v1/Account/MA0123456789ABCDEFGH/","state":"","timezone":"UTC"}"#;

/// The other process: the REST interface on one port, constants on another.
pub(crate) fn serve(directory: &Path, wasm: &[u8]) -> Result<()> {
    let engine = Arc::new(Engine::load(wasm, &Options::default())?);
    let coinbox = world::open(engine, StoreChoice::Sqlite(directory.to_owned()))?;
    let host = Running::new(coinbox.clone(), Arc::new(Metrics::new()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let local: SocketAddr = ([127, 0, 0, 1], 0).into();
        let (real, bare) = (TcpListener::bind(local).await?, TcpListener::bind(local).await?);
        println!("{} {}", real.local_addr()?.port(), bare.local_addr()?.port());
        let rest = Arc::new(Rest::new(host, "bench", RestLimits::default(), TrustedProxies::default()));
        let router = coinbox_server::router(rest.clone());
        tokio::spawn(coinbox_server::serve::run(rest, router, real, std::future::pending()));
        let constant = || async { ([(CONTENT_TYPE, "application/json")], CONSTANT) };
        let router = axum::Router::new().route("/v1/Account/{auth_id}/", axum::routing::get(constant));
        tokio::spawn(async move { axum::serve(bare, router).await });
        // The parent closes our input when it has seen enough.
        tokio::task::spawn_blocking(|| std::io::stdin().lines().count()).await?;
        anyhow::Ok(())
    })?;
    runtime.shutdown_background();
    coinbox.stop()?;
    Ok(())
}

/// Compares both, round by round.
pub(crate) fn run(directory: &Path, requests: usize, rounds: u32) -> Result<()> {
    let sources = read_sources(directory)?;
    let mut child = Command::new(std::env::current_exe()?)
        .arg("--host-http")
        .arg(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut ports = String::new();
    BufReader::new(child.stdout.take().context("a pipe")?).read_line(&mut ports)?;
    let (real, bare) = ports.trim().split_once(' ').context("two ports")?;
    let (real, bare): (u16, u16) = (real.parse()?, bare.parse()?);
    let asked: Vec<Vec<u8>> = sources
        .spread
        .iter()
        .zip(&sources.tokens)
        .map(|(auth_id, token)| {
            let basic = base64::engine::general_purpose::STANDARD.encode(format!("{auth_id}:{token}"));
            format!("GET /v1/Account/{auth_id}/ HTTP/1.1\r\nhost: localhost\r\nauthorization: Basic {basic}\r\n\r\n")
                .into_bytes()
        })
        .collect();
    let (mut accounts, mut constants) = (Rounds::default(), Rounds::default());
    for round in 0..rounds as usize {
        // Each round asks for other accounts: an account may be asked for 20 times a second.
        constants.add(load(bare, &asked, requests, round)?);
        accounts.add(load(real, &asked, requests, round)?);
    }
    println!("\nGET of an account over HTTP, {CLIENTS} connections, 10 000 accounts in turn, requests a second");
    println!("  {:<34}{constants:>24}", "bare axum route with constants");
    println!("  {:<34}{accounts:>24}  ratio {}", "the account, checked and read", accounts.over(&constants));
    println!("  most resident memory of the server: {:.0} MB", resident_mb(&child.id().to_string()));
    drop(child.stdin.take());
    ensure!(child.wait()?.success(), "the server failed");
    Ok(())
}

fn load(port: u16, asked: &[Vec<u8>], requests: usize, round: usize) -> Result<f64> {
    let each = requests / CLIENTS;
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let client = |client: usize| {
            scope.spawn(move || {
                let mut stream = TcpStream::connect(("127.0.0.1", port))?;
                stream.set_nodelay(true)?;
                let mut buffer = Vec::new();
                for turn in 0..each {
                    let place = (round * requests + client * each + turn) % asked.len();
                    stream.write_all(&asked[place])?;
                    answer(&mut stream, &mut buffer)?;
                }
                anyhow::Ok(())
            })
        };
        let clients: Vec<_> = (0..CLIENTS).map(client).collect();
        for client in clients {
            client.join().map_err(|_| anyhow::anyhow!("a client panicked"))??;
        }
        anyhow::Ok(())
    })?;
    Ok((each * CLIENTS) as f64 / begun.elapsed().as_secs_f64())
}

/// Reads one answer and checks that it is a good one.
fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<()> {
    buffer.clear();
    let mut part = [0; 4096];
    loop {
        let read = stream.read(&mut part)?;
        ensure!(read > 0, "the server has hung up");
        buffer.extend_from_slice(&part[..read]);
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head])?;
        ensure!(text.starts_with("HTTP/1.1 200 "), "an account was not answered: {text}");
        let length = text
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
            .context("a length")?;
        if buffer.len() >= head + 4 + length.parse::<usize>()? {
            return Ok(());
        }
    }
}
