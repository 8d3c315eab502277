//! GET of an account over HTTP, with a token and with a session, against a bare axum route that answers constants; a wrong token beside a right one;
//! logins beside usage. Server and clients are processes of their own, on the same machine.

use crate::figures::{Rounds, percentile, resident_mb};
use crate::host::read_sources;
use crate::people::{self, Letterboxes, PASSWORD, Person};
use crate::world::{self, Dice};
use anyhow::{Context, Result, ensure};
use axum::http::header::CONTENT_TYPE;
use base64::Engine as _;
use coinbox_forms::network::Network;
use coinbox_host::capability::Capabilities;
use coinbox_host::coinbox::StoreChoice;
use coinbox_host::engine::{Engine, Options};
use coinbox_host::telephony::RecordingTelephony;
use coinbox_mail::RecordingMailer;
use coinbox_operations::metrics::Metrics;
use coinbox_operations::running::Running;
use coinbox_server::{Rest, RestLimits, TrustedProxies};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;

/// The operator's token of the server that is measured.
const OPERATOR: &str = "bench-bench-bench-bench-bench-bench";

/// Connections at once, each sends one request after another.
const CLIENTS: usize = 16;

/// As long as a real answer.
const CONSTANT: &str = r#"{"account_type":"standard","address":"","api_id":"01234567-89ab-cdef-0123-456789abcdef","auth_id":"MA0123456789ABCDEFGH","auto_recharge":false,"billing_mode":"prepaid","cash_credits":"1000000.00000","city":"","name":"Bench","resource_uri":"/v1/Account/MA0123456789ABCDEFGH/","state":"","timezone":"UTC"}"#;

/// The other process: the REST interface on one port, constants on another.
pub(crate) fn serve(directory: &Path, wasm: &[u8]) -> Result<()> {
    let engine = Arc::new(Engine::load(wasm, &Options::default())?);
    let boxes =
        Letterboxes { mailer: Arc::new(RecordingMailer::new()?), telephony: Arc::new(RecordingTelephony::new()) };
    let lent = world::capabilities()?;
    let vault = lent.vault.clone();
    let lent = Capabilities { email: boxes.mailer.clone(), telephony: boxes.telephony.clone(), ..lent };
    let coinbox = world::open_with(engine, StoreChoice::Sqlite(directory.to_owned()), lent)?;
    let people = people::make(&coinbox, &boxes, &read_sources(directory)?.spread)?;
    let hashes: Vec<f64> = (0..20).map(|_| seconds(|| vault.hash_password(PASSWORD))).collect();
    let host = Running::new(coinbox.clone(), Arc::new(Metrics::new()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(async {
        let local: SocketAddr = ([127, 0, 0, 1], 0).into();
        let (real, bare) = (TcpListener::bind(local).await?, TcpListener::bind(local).await?);
        println!("{} {}", real.local_addr()?.port(), bare.local_addr()?.port());
        println!("{}", serde_json::to_string(&(people, percentile(&hashes, 50)))?);
        // All clients have one address, so each says another: addresses have limits.
        let here = Network::parse("127.0.0.1/32").map_err(|problem| anyhow::anyhow!("{problem}"))?;
        let rest = Arc::new(Rest::new(host, OPERATOR, RestLimits::default(), TrustedProxies::new(vec![here])));
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

fn seconds<T>(work: impl FnOnce() -> T) -> f64 {
    let begun = Instant::now();
    work();
    begun.elapsed().as_secs_f64()
}

/// The other process as the clients see it.
struct Served {
    child: Child,
    told: BufReader<ChildStdout>,
    real: u16,
    bare: u16,
    people: Vec<Person>,
    /// Seconds that one hash takes there.
    hash: f64,
}

impl Served {
    fn start(directory: &Path) -> Result<Served> {
        let mut command = Command::new(std::env::current_exe()?);
        let pipes = command.arg("--host-http").arg(directory).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = pipes.spawn()?;
        let mut told = BufReader::new(child.stdout.take().context("a pipe")?);
        let (mut ports, mut people) = (String::new(), String::new());
        told.read_line(&mut ports)?;
        told.read_line(&mut people)?;
        let (real, bare) = ports.trim().split_once(' ').context("two ports")?;
        let (people, hash) = serde_json::from_str(&people).context("people")?;
        Ok(Served { child, told, real: real.parse()?, bare: bare.parse()?, people, hash })
    }

    fn end(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        ensure!(self.child.wait()?.success(), "the server failed");
        drop(self.told);
        Ok(())
    }
}

fn get(auth_id: &str, authorization: &str, from: usize) -> Vec<u8> {
    let from = people::address(from);
    format!("GET /v1/Account/{auth_id}/ HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {from}\r\nauthorization: {authorization}\r\n\r\n").into_bytes()
}

fn basic(auth_id: &str, token: &str) -> String {
    format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("{auth_id}:{token}")))
}

fn post(path: &str, authorization: Option<&str>, from: usize, body: &str) -> Vec<u8> {
    let (from, length) = (people::address(from), body.len());
    let authorization = authorization.map(|text| format!("authorization: {text}\r\n")).unwrap_or_default();
    format!("POST {path} HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {from}\r\n{authorization}content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").into_bytes()
}

/// Compares all of it, round by round.
pub(crate) fn run(directory: &Path, requests: usize, rounds: u32) -> Result<()> {
    let sources = read_sources(directory)?;
    let served = Served::start(directory)?;
    let tokens: Vec<(&String, &String)> = sources.spread.iter().zip(&sources.tokens).collect();
    let asked: Vec<Vec<u8>> = (tokens.iter().enumerate())
        .map(|(number, (auth_id, token))| get(auth_id, &basic(auth_id, token), number))
        .collect();
    let by_people: Vec<Vec<u8>> = (served.people.iter().enumerate())
        .map(|(number, person)| get(&person.auth_id, &format!("Bearer {}", person.session), number))
        .collect();
    let their_tokens = &asked[..by_people.len()];
    let [mut constants, mut spread, mut few, mut sessions] = [const { Rounds::new() }; 4];
    for round in 0..rounds as usize {
        // Each round asks for other accounts: an account may be asked for 20 times a second.
        constants.add(load(served.bare, &asked, requests, round)?);
        spread.add(load(served.real, &asked, requests, round)?);
        few.add(load(served.real, their_tokens, requests, round)?);
        sessions.add(load(served.real, &by_people, requests, round)?);
    }
    println!(
        "\nGET of an account over HTTP, {CLIENTS} connections, requests a second; {} accounts have people",
        by_people.len()
    );
    let line = |what: &str, rounds: &Rounds| println!("  {what:<44}{rounds:>24}  ratio {}", rounds.over(&constants));
    println!("  {:<44}{constants:>24}", "bare axum route with constants");
    line("with its token, 10 000 accounts in turn", &spread);
    line("with its token, accounts with people", &few);
    line("with a person's session, the same accounts", &sessions);
    wrong_tokens(&served, &tokens, requests / 10, rounds)?;
    logins(&served, &sources.spread, rounds)?;
    println!("  most resident memory of the server: {:.0} MB", resident_mb(&served.child.id().to_string()));
    served.end()
}

/// One client asks with a right and with a wrong token in turn. Each request is from another address, as wrong tokens have limits.
fn wrong_tokens(served: &Served, tokens: &[(&String, &String)], requests: usize, rounds: u32) -> Result<()> {
    let mut stream = connect(served.real)?;
    let (mut buffer, mut ratios, mut from) = (Vec::new(), Rounds::new(), 100_000);
    let (mut right_ms, mut wrong_ms) = (Rounds::new(), Rounds::new());
    for _ in 0..rounds {
        let (mut right, mut wrong) = (Vec::new(), Vec::new());
        for _ in 0..requests {
            from += 1;
            let (auth_id, token) = tokens[from % tokens.len()];
            let other = tokens[(from + 1) % tokens.len()].1;
            let right_one = get(auth_id, &basic(auth_id, token), from);
            right.push(timed(&mut stream, &right_one, &mut buffer, 200)?);
            let wrong_one = get(auth_id, &basic(auth_id, other), from);
            wrong.push(timed(&mut stream, &wrong_one, &mut buffer, 401)?);
        }
        ratios.add(percentile(&wrong, 50) / percentile(&right, 50));
        right_ms.add(percentile(&right, 50) * 1e3);
        wrong_ms.add(percentile(&wrong, 50) * 1e3);
    }
    println!("\nOne client, one request after another, median of each round in ms");
    println!("  {:<44}{right_ms:>24}", "a right token");
    println!("  {:<44}{wrong_ms:>24}  ratio {ratios}", "a wrong token of the right form");
    Ok(())
}

fn timed(stream: &mut TcpStream, request: &[u8], buffer: &mut Vec<u8>, expected: u16) -> Result<f64> {
    let begun = Instant::now();
    stream.write_all(request)?;
    let status = answer(stream, buffer)?;
    ensure!(status == expected, "answered {status}: {}", String::from_utf8_lossy(buffer));
    Ok(begun.elapsed().as_secs_f64())
}

/// Usage batches by themselves, and the same while everybody logs in at once.
fn logins(served: &Served, sources: &[String], rounds: u32) -> Result<()> {
    let mut alone = Vec::new();
    // One after another first: what a login takes where nothing else is done.
    for (number, person) in served.people.iter().take(20).enumerate() {
        let begun = Instant::now();
        let status = log_in(served.real, person, 200_000 + number)?;
        ensure!(status == 200, "a login is answered {status}");
        alone.push(begun.elapsed().as_secs_f64());
    }
    let (mut quiet, mut beside, mut ratios) = (Rounds::new(), Rounds::new(), Rounds::new());
    let (mut entered, mut busy, mut took) = (0, 0, Rounds::new());
    for round in 0..rounds as usize {
        let (before, ()) = usage_while(served.real, sources, 3 * round as u64, || {
            std::thread::sleep(Duration::from_secs(8));
            Ok(())
        })?;
        let (during, (good, refused, seconds)) =
            usage_while(served.real, sources, 3 * round as u64 + 1, || all_log_in(served, round))?;
        quiet.add(percentile(&before, 99) * 1e3);
        beside.add(percentile(&during, 99) * 1e3);
        ratios.add(percentile(&during, 99) / percentile(&before, 99));
        entered += good;
        busy += refused;
        took.add(seconds);
    }
    println!(
        "\n{} logins at once beside usage, two clients with batches of 100 events: p99 of a batch in ms",
        served.people.len()
    );
    println!("  {:<44}{quiet:>24}", "usage alone");
    println!("  {:<44}{beside:>24}  ratio {ratios}", "usage while they log in");
    println!(
        "  all rounds: {entered} were let in, after {busy} answers that the server is busy (503); seconds until all were: {took}"
    );
    println!(
        "  one login by itself: {:.0} ms; one Argon2id hash: {:.0} ms",
        percentile(&alone, 50) * 1e3,
        served.hash * 1e3
    );
    Ok(())
}

/// Everybody at once, each again when the server says that it is busy: so many entered, so many refusals, and how long it took.
fn all_log_in(served: &Served, round: usize) -> Result<(usize, usize, f64)> {
    let begun = Instant::now();
    let refused = std::thread::scope(|scope| {
        let clients = served.people.iter().enumerate().map(|(number, person)| {
            scope.spawn(move || {
                let from = 300_000 + round * served.people.len() + number;
                let mut refused = 0;
                loop {
                    match log_in(served.real, person, from)? {
                        200 => return anyhow::Ok(refused),
                        503 => {
                            refused += 1;
                            std::thread::sleep(Duration::from_secs(2));
                        }
                        status => anyhow::bail!("a login is answered {status}"),
                    }
                }
            })
        });
        let clients: Vec<_> = clients.collect();
        let each = clients.into_iter().map(|client| client.join().map_err(|_| anyhow::anyhow!("a client panicked"))?);
        each.sum::<Result<usize>>()
    })?;
    Ok((served.people.len(), refused, begun.elapsed().as_secs_f64()))
}

fn log_in(port: u16, person: &Person, from: usize) -> Result<u16> {
    let body = serde_json::json!({"email": person.email, "password": PASSWORD}).to_string();
    let mut stream = connect(port)?;
    stream.write_all(&post("/v1/Login/", None, from, &body))?;
    answer(&mut stream, &mut Vec::new())
}

/// Two clients send batches for as long as something else is done: how long each batch took, and what the other thing answered.
fn usage_while<T>(port: u16, sources: &[String], seed: u64, work: impl FnOnce() -> Result<T>) -> Result<(Vec<f64>, T)> {
    let over = AtomicBool::new(false);
    let send = |client: u64| -> Result<Vec<f64>> {
        let mut dice = Dice::new(0x5EED + seed * 2 + client);
        let (mut stream, mut buffer, mut took) = (connect(port)?, Vec::new(), Vec::new());
        while !over.load(Ordering::Relaxed) {
            let now = world::now_ms();
            let events: Vec<_> = (0..100).map(|_| world::event(&mut dice, sources, now)).collect();
            let events: Vec<_> = events
                .iter()
                .map(|event| {
                    serde_json::json!({"id": event.id, "auth_id": event.auth_id,
                "product": event.product, "heading": event.heading, "number": event.number,
                "quantity": event.quantity, "at": event.at})
                })
                .collect();
            let body = serde_json::json!({"events": events}).to_string();
            let request = post("/v1/Usage/", Some(&format!("Bearer {OPERATOR}")), 0, &body);
            took.push(timed(&mut stream, &request, &mut buffer, 200)?);
        }
        Ok(took)
    };
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..2).map(|client| scope.spawn(move || send(client))).collect();
        let worked = work();
        over.store(true, Ordering::Relaxed);
        let mut took = Vec::new();
        for client in clients {
            took.extend(client.join().map_err(|_| anyhow::anyhow!("a client panicked"))??);
        }
        Ok((took, worked?))
    })
}

fn connect(port: u16) -> Result<TcpStream> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

fn load(port: u16, asked: &[Vec<u8>], requests: usize, round: usize) -> Result<f64> {
    let each = requests / CLIENTS;
    let begun = Instant::now();
    std::thread::scope(|scope| {
        let client = |client: usize| {
            scope.spawn(move || {
                let mut stream = connect(port)?;
                let mut buffer = Vec::new();
                for turn in 0..each {
                    let place = (round * requests + client * each + turn) % asked.len();
                    timed(&mut stream, &asked[place], &mut buffer, 200)?;
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

/// Reads one answer; its status.
fn answer(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<u16> {
    buffer.clear();
    let mut part = [0; 16_384];
    loop {
        let read = stream.read(&mut part)?;
        ensure!(read > 0, "the server has hung up");
        buffer.extend_from_slice(&part[..read]);
        let Some(head) = buffer.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head])?;
        let status = text.split(' ').nth(1).and_then(|status| status.parse().ok()).context("a status")?;
        let length = text
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ").map(str::to_owned))
            .context("a length")?;
        if buffer.len() >= head + 4 + length.parse::<usize>()? {
            return Ok(status);
        }
    }
}
