//! Fills a running server with a sample operator's customers, and writes price and usage files to import: `make run` uses it.
//!
//! Every step may be repeated: accounts are made under idempotency keys, files come out the same.

use anyhow::{Context, Result, bail, ensure};
use clap::{Parser, Subcommand};
use coinbox_sample::{
    SampleAccount, SampleAccountType, SampleRecharge, SampleSource, plan_accounts, write_price_book, write_stock,
    write_usage,
};
use indicatif::ProgressBar;
use serde_json::{Value, json};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A sample operator for Coinbox: prices, customers and usage, the same for the same seed.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// What to make
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write a price book for `coinbox pricebook import`
    Prices {
        /// CSV file to write
        file: PathBuf,
    },
    /// Write a stock of phone numbers, for the setting `inventory.stock`
    Numbers {
        /// CSV file to write
        file: PathBuf,
    },
    /// Make accounts with cards, settings and sub-accounts on a running server
    Accounts {
        /// Its address
        #[arg(long, value_name = "URL", env = "COINBOX_SERVER")]
        server: String,
        /// Operator token
        #[arg(long, value_name = "TOKEN", env = "COINBOX_TOKEN", hide_env_values = true)]
        token: String,
        /// How many, 1 to 10 000
        #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u32).range(1..=10_000))]
        count: u32,
        /// Another seed, other accounts
        #[arg(long, default_value_t = 7)]
        seed: u64,
        /// CSV file to write: who uses how much, for `usage`
        sources: PathBuf,
    },
    /// Write a usage file for `coinbox usage import`, and print what has to come of it as JSON
    Usage {
        /// How many rows
        #[arg(long, default_value_t = 100_000)]
        rows: u32,
        /// Another seed, other usage
        #[arg(long, default_value_t = 7)]
        seed: u64,
        /// The file that `accounts` wrote
        sources: PathBuf,
        /// CSV file to write
        file: PathBuf,
    },
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Prices { file } => {
            let rows = whole_file(&file, write_price_book)?;
            eprintln!("{rows} prices in {}", file.display());
        }
        Command::Numbers { file } => {
            let numbers = whole_file(&file, write_stock)?;
            eprintln!("{numbers} numbers in {}", file.display());
        }
        Command::Accounts { server, token, count, seed, sources } => {
            let server = Server::new(&server, token, seed);
            make_accounts(&server, &plan_accounts(seed, count), &sources)?;
        }
        Command::Usage { rows, seed, sources, file } => {
            let sources = read_sources(&sources)?;
            let now_ms = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_millis())?;
            let expected = whole_file(&file, |out| write_usage(out, &sources, rows, now_ms, seed))?;
            println!("{}", serde_json::to_string(&expected)?);
        }
    }
    Ok(())
}

/// Writes a file so that it is there whole or not at all.
fn whole_file<T>(file: &Path, write: impl FnOnce(&mut BufWriter<File>) -> Result<T>) -> Result<T> {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let unfinished = PathBuf::from(name);
    let mut out = BufWriter::new(File::create(&unfinished).with_context(|| unfinished.display().to_string())?);
    let answer = write(&mut out)?;
    out.into_inner()?.sync_all()?;
    fs::rename(&unfinished, file).with_context(|| file.display().to_string())?;
    Ok(answer)
}

fn read_sources(file: &Path) -> Result<Vec<SampleSource>> {
    let text = fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let source = |(number, line): (usize, &str)| {
        let parsed = line.split_once(',').and_then(|(auth_id, weight)| {
            Some(SampleSource { auth_id: auth_id.to_owned(), weight: weight.parse().ok()? })
        });
        parsed.with_context(|| format!("{}, line {}: not `auth_id,weight`", file.display(), number + 1))
    };
    text.lines().enumerate().skip(1).map(source).collect()
}

fn make_accounts(server: &Server, plan: &[SampleAccount], file: &Path) -> Result<()> {
    let bar = ProgressBar::new(plan.len() as u64);
    let mut sources = Vec::new();
    for (number, account) in plan.iter().enumerate() {
        let made = make_account(server, number, account).with_context(|| format!("account {}", account.name))?;
        sources.extend(made);
        bar.inc(1);
    }
    bar.finish_and_clear();
    whole_file(file, |out| {
        writeln!(out, "auth_id,weight")?;
        for SampleSource { auth_id, weight } in &sources {
            writeln!(out, "{auth_id},{weight}")?;
        }
        Ok(())
    })?;
    eprintln!("{} accounts and {} sub-accounts made", plan.len(), sources.len() - plan.len());
    Ok(())
}

/// Makes one account with all that belongs to it; answers it and its sub-accounts as sources of usage.
fn make_account(server: &Server, number: usize, account: &SampleAccount) -> Result<Vec<SampleSource>> {
    let call =
        |step: &str, function: &str, arguments: Value| server.call(&format!("{number}-{step}"), function, &arguments);
    let account_type = match account.account_type {
        SampleAccountType::Standard => "standard",
        SampleAccountType::Developer => "developer",
    };
    let created = call(
        "create",
        "accounts.create",
        json!({"account": {
            "account-type": account_type, "name": account.name, "email": account.email, "address": account.address,
            "city": account.city, "state": account.state, "timezone": account.timezone,
        }}),
    )?;
    let main = auth_id(&created)?;
    // What has to be there before the first charge (R89).
    let change = json!({"legal-name": account.name, "country": "US"});
    call("billing", "invoices.set-billing", json!({"auth-id": main, "change": change}))?;
    if account.opening_credits > 0 {
        let goodwill = json!({"goodwill": {"amount": account.opening_credits.to_string(), "expires": null}});
        let reason = "Opening credits of the sample";
        call("opening", "credits.adjust", json!({"auth-id": main, "adjustment": goodwill, "reason": reason}))?;
    }
    for (card, token) in account.cards.iter().enumerate() {
        let arguments = json!({"auth-id": main, "token": token, "make-default": card == 0});
        let started = call(&format!("card-{card}"), "credits.add-card", arguments)?;
        server.drive(started["job"].as_str().context("the answer names no job")?)?;
    }
    if !account.alert_thresholds.is_empty() || !account.alert_recipients.is_empty() {
        let thresholds: Vec<_> = account.alert_thresholds.iter().map(i64::to_string).collect();
        let arguments = json!({"auth-id": main, "thresholds": thresholds, "recipients": account.alert_recipients});
        call("alerts", "credits.set-alerts", arguments)?;
    }
    if let Some(recharge) = &account.auto_recharge {
        call("recharge", "credits.set-auto-recharge", json!({"auth-id": main, "settings": settings(recharge)}))?;
    }
    let mut auth_ids = vec![main.clone()];
    for sub_account in 1..=account.sub_accounts {
        let arguments = json!({"parent": main, "name": format!("Team {sub_account}"), "enabled": true});
        auth_ids.push(auth_id(&call(&format!("sub-{sub_account}"), "subaccounts.create", arguments)?)?);
    }
    let source = |(auth_id, weight)| SampleSource { auth_id, weight };
    Ok(auth_ids.into_iter().zip(account.source_weights()).map(source).collect())
}

fn settings(recharge: &SampleRecharge) -> Value {
    let text = |amount: Option<i64>| amount.map(|amount| amount.to_string());
    json!({
        "enabled": true,
        "balance-amount": recharge.balance_amount.to_string(),
        "recharge-amount": recharge.recharge_amount.to_string(),
        "caps": {"day": text(recharge.cap_day), "week": null, "month": text(recharge.cap_month)},
    })
}

fn auth_id(created: &Value) -> Result<String> {
    Ok(created["auth-id"].as_str().context("the answer names no auth ID")?.to_owned())
}

/// The operator's routes of a running server.
struct Server {
    agent: ureq::Agent,
    base: String,
    token: String,
    seed: u64,
}

impl Server {
    fn new(base: &str, token: String, seed: u64) -> Server {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Server { agent: config.into(), base: base.trim_end_matches('/').to_owned(), token, seed }
    }

    /// Calls a function of the contract once, however often it is asked for.
    fn call(&self, key: &str, function: &str, arguments: &Value) -> Result<Value> {
        let answer = self.post(&format!("call/{function}"), Some(key), arguments).context(function.to_owned())?;
        ensure!(!answer["ok"].is_null(), "{function}: the answer holds no result: {answer}");
        Ok(answer["ok"].clone())
    }

    /// Waits until a job is done, or has nothing to do for now.
    fn drive(&self, job: &str) -> Result<()> {
        self.post(&format!("drive/{job}"), None, &json!({})).map(drop)
    }

    fn post(&self, route: &str, key: Option<&str>, body: &Value) -> Result<Value> {
        let url = format!("{}/v1/Operator/{route}", self.base);
        let mut request = self
            .agent
            .post(&url)
            .header("authorization", &format!("Bearer {}", self.token))
            .header("content-type", "application/json");
        if let Some(key) = key {
            request = request.header("idempotency-key", &format!("sample-{}-{key}", self.seed));
        }
        let mut response = request.send(body.to_string()).with_context(|| format!("no answer from {}", self.base))?;
        let text = response.body_mut().read_to_string()?;
        if !response.status().is_success() {
            bail!("status {}: {text}", response.status().as_u16());
        }
        serde_json::from_str(&text).with_context(|| format!("{} did not answer JSON", self.base))
    }
}
