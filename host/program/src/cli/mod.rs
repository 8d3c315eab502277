//! The command line of the `coinbox` program.
//!
//! `serve` runs the server. All other commands work on a running server through REST, or with `--data DIR` on the store of a
//! stopped server. Any error ends with exit code 1 and a message that names the field and its limit. Exit code 2 is a mistake on the command line
//! itself. Exit code 3 says that all rows of a usage file were read, and some of them were not counted.

mod accounts;
pub(crate) mod arguments;
mod coupons;
mod credits;
mod documents;
mod explain;
mod feed;
mod files;
mod flags;
mod forecast;
mod known_lists;
mod lists;
mod numbers;
mod operation;
mod operators;
mod pdf;
mod people;
mod person;
mod policy;
mod products;
mod queue;
mod recurring;
mod rejected;
mod reservations;
mod seller;
mod serve;
mod show;
mod simulate;
mod summaries;
mod three_years;
mod verify;
mod work;

use crate::config::{Accept, Config};
use crate::open;
use arguments::{Accepted, Arguments, Command, Common, Documents, MyOwn, Own, Usage};
use clap::{CommandFactory, FromArgMatches};
use coinbox_host::coinbox::Drive;
use coinbox_host::text;
use coinbox_operations::link::Link;
use coinbox_operations::local::Local;
use coinbox_operations::remote::Remote;
use person::Person;
use show::Output;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use work::{NotAll, Work};

/// Configuration file that is taken when none is named.
const CONFIG_FILE: &str = "coinbox.toml";

/// Exit code of [`NotAll`].
const NOT_ALL: u8 = 3;

/// Runs the program.
pub(crate) fn main() -> ExitCode {
    let matches = Arguments::command().get_matches();
    let arguments =
        Arguments::from_arg_matches(&matches).unwrap_or_else(|error| error.format(&mut Arguments::command()).exit());
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever read the output has closed it, as `head` does.
        Err(error) if is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "coinbox: {}", show::printable(&flags::words(&error, &matches)));
            if error.is::<NotAll>() { ExitCode::from(NOT_ALL) } else { ExitCode::FAILURE }
        }
    }
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    let broken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(broken))
}

fn run(arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { common, command } = arguments;
    anyhow::ensure!(
        common.idempotency_key.is_none() || takes_key(&command),
        "--idempotency-key: this command asks for nothing that is done once under a key; leave it out"
    );
    let config = configuration(&common, &command)?;
    let output = Output::new(common.json);
    match command {
        Command::Serve(_) => return serve::run(&config),
        Command::Config => {
            if output.is_json() {
                return output.line(&serde_json::to_string_pretty(&config.print_json())?);
            }
            for name in &config.unknown_environment {
                output.note(&format!("warning: the environment variable {name} means nothing to Coinbox"));
            }
            return output.line(config.print().trim_end());
        }
        Command::Document(ref document) => return pdf::preview(&config, &output, document),
        Command::Restore { from, copy } => return operation::restore(&config, &output, &from, copy),
        Command::Simulate(arguments) => return simulate::run(&config, &output, &arguments),
        Command::Operator(command) => return operators::operators(&config, &output, command),
        Command::Signup(_) | Command::Login(_) | Command::Me(_) => return own(&common, &config, &output, command),
        _ => {}
    }
    let work = Work { link: connect(&common, &config, &command)?, output };
    let done = match command {
        Command::Account(command) => accounts::account(&work, command),
        Command::Subaccount(command) => accounts::subaccount(&work, command),
        Command::Review(command) => people::review(&work, command),
        Command::Member(command) => people::member(&work, command),
        Command::Credit(command) => credits::credit(&work, command),
        Command::Coupons(command) => coupons::coupons(&work, command),
        Command::Recharge(command) => credits::recharge(&work, command),
        Command::Card(command) => credits::card(&work, command),
        Command::Alerts(command) => credits::alerts(&work, command),
        Command::Invoices(command) => documents::invoices(&work, command),
        Command::Receipts(command) => documents::receipts(&work, command),
        Command::Billing(command) => documents::billing(&work, command),
        Command::Seats(command) => documents::seats(&work, command),
        Command::Recurring(command) => recurring::recurring(&work, command),
        Command::Documents(Documents::List(asked)) => lists::documents(&work, &asked),
        Command::Document(_) => Ok(()),
        Command::Lists(command) => known_lists::known_lists(&work, command),
        Command::Numbers(command) => numbers::numbers(&work, command),
        Command::Pricebook(command) => files::pricebook(&work, command),
        Command::Products(command) => products::products(&work, command),
        Command::Usage(command) => files::usage(&work, command),
        Command::Ledger(command) => files::ledger(&work, command),
        Command::Events(arguments) => feed::events(&work, arguments),
        Command::Explain { account, after } => feed::explain(&work, &account, after),
        Command::Verify => verify::run(&work),
        Command::Policy(command) => policy::policy(&work, command),
        Command::Seller(command) => seller::seller(&work, command),
        Command::Queue { command } => queue::queue(&work, command),
        Command::Refunds(command) => queue::refunds(&work, command),
        Command::Forecast { account, months } => forecast::run(&work, &account, months),
        Command::Clock(command) => operation::clock(&work, command),
        Command::Backup { to } => operation::backup(&work, &to),
        Command::Serve(_) | Command::Restore { .. } | Command::Config | Command::Operator(_) | Command::Simulate(_) => {
            Ok(())
        }
        Command::Signup(_) | Command::Login(_) | Command::Me(_) => Ok(()),
    };
    // What a command has made due is driven even if the command's own end was a failure.
    let finished = work.link.finish();
    done?;
    Ok(finished?)
}

/// Whether a command calls functions of the rules that are done once under a key. A key that is dropped would be trusted.
fn takes_key(command: &Command) -> bool {
    !matches!(
        command,
        Command::Serve(_)
            | Command::Config
            | Command::Operator(_)
            | Command::Document(_)
            | Command::Restore { .. }
            | Command::Simulate(_)
            | Command::Clock(_)
            | Command::Backup { .. }
            | Command::Forecast { .. }
            | Command::Verify
            | Command::Signup(_)
            | Command::Login(_)
            | Command::Me(_)
    )
}

/// The configuration as the flags change it.
fn configuration(common: &Common, command: &Command) -> anyhow::Result<Config> {
    let mut flags = Vec::new();
    for setting in &common.settings {
        let (key, value) = setting
            .split_once('=')
            .ok_or_else(|| anyhow::anyhow!("--set: `{}` is not KEY=VALUE", text::shortened(setting)))?;
        flags.push((key.to_owned(), value.to_owned()));
    }
    if let Some(data) = &common.data {
        flags.push(("data".to_owned(), utf8("--data", data)?));
    }
    if let Command::Serve(serve) = command {
        let given = [
            ("listen", serve.listen.clone()),
            ("component", serve.component.as_deref().map(|path| utf8("--component", path)).transpose()?),
            ("log.format", serve.log_format.clone()),
            ("clock.mode", serve.clock.clone()),
        ];
        flags.extend(given.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    }
    let found = Path::new(CONFIG_FILE).is_file().then(|| PathBuf::from(CONFIG_FILE));
    let file = common.config.clone().or(found);
    let environment =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let mut config = Config::load(file.as_deref(), environment, &flags)?;
    if let Command::Serve(serve) = command {
        let has = |what| serve.accept.contains(&what);
        config.accept = Accept {
            new_store: has(Accepted::NewStore),
            clock_mode: has(Accepted::ClockMode),
            gateway: has(Accepted::Gateway),
            number_orders: has(Accepted::NumberOrders),
            older_store: has(Accepted::OlderStore),
        };
    }
    Ok(config)
}

fn utf8(flag: &str, path: &Path) -> anyhow::Result<String> {
    path.to_str().map(str::to_owned).ok_or_else(|| anyhow::anyhow!("{flag}: {} is not UTF-8", path.display()))
}

fn connect(common: &Common, config: &Config, command: &Command) -> anyhow::Result<Box<dyn Link>> {
    let (operator, key) = (common.operator.clone(), common.idempotency_key.clone());
    if common.data.is_some() {
        // Recharges come while an import goes on, as on a server; everything else is driven at its end.
        let importing = matches!(command, Command::Usage(Usage::Import { .. }));
        let drive = if importing { Drive::Workers(config.workers) } else { Drive::ByHand };
        let host = open::open(config, drive, true, None)?.running;
        if let Some(doubt) = host.coinbox.clock_doubt() {
            let _ = writeln!(std::io::stderr(), "warning: {}", show::printable(&doubt.to_string()));
        }
        return Ok(Box::new(Local::new(host, operator, key)));
    }
    let token = match &common.token {
        Some(token) => token.clone(),
        None => open::read_operator_token(config)?.ok_or_else(|| {
            anyhow::anyhow!(
                "no operator token: there is no file {}. Run this in the folder of the server, give it with --token or COINBOX_TOKEN, start the server with `coinbox serve`, or work on a stopped server's store with --data DIR",
                open::operator_token_file(config).display()
            )
        })?,
    };
    Ok(Box::new(Remote::new(&server_of(common, config), token, key)?))
}

/// The server that was named, or the configured one on this machine.
fn server_of(common: &Common, config: &Config) -> String {
    // Not a variable of the flag: one in the environment must not contradict `--data`.
    let server = common.server.clone().or_else(|| std::env::var("COINBOX_SERVER").ok());
    server.unwrap_or_else(|| server_url(config))
}

/// A person's own commands: they go through the door that everybody uses.
fn own(common: &Common, config: &Config, output: &Output, command: Command) -> anyhow::Result<()> {
    anyhow::ensure!(common.data.is_none(), "--data: this command needs a running server; name it with --server");
    let person = |own: &Own| Person::new(&server_of(common, config), own, output);
    match command {
        Command::Signup(asked) => person::signup(&mut person(&asked.own)?, asked.command),
        Command::Login(asked) => person::login(&mut person(&asked.own)?, asked),
        Command::Me(asked) => person::me(&mut person(&asked.own)?, asked.command.unwrap_or(MyOwn::Show)),
        _ => Ok(()),
    }
}

/// The configured address, as it is reached on this machine.
fn server_url(config: &Config) -> String {
    let mut address = config.listen;
    if address.ip().is_unspecified() {
        address.set_ip(if address.is_ipv4() { [127, 0, 0, 1].into() } else { std::net::Ipv6Addr::LOCALHOST.into() });
    }
    format!("http://{address}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[test]
    fn a_server_on_all_addresses_is_reached_on_this_machine() {
        let of = |listen: &str| {
            let flags = [("listen".to_owned(), listen.to_owned())];
            server_url(&Config::load(None, [], &flags).expect("valid"))
        };
        assert_eq!(of("0.0.0.0:80"), "http://127.0.0.1:80");
        assert_eq!(of("[::]:80"), "http://[::1]:80");
        assert_eq!(of("192.0.2.1:80"), "http://192.0.2.1:80");
    }

    /// What an error says to do next can be done.
    #[test]
    fn commands_that_errors_name_are_there() {
        let told = coinbox_operations::words::FINDERS.map(|(_, sentence)| sentence);
        let named = told.iter().flat_map(|sentence| sentence.split('`').skip(1).step_by(2));
        let others =
            ["coinbox card add ACCOUNT TOKEN", "coinbox serve --clock simulated --data DIR", "coinbox usage rejected"];
        for command in named.chain(others) {
            Arguments::try_parse_from(command.split(' ')).expect(command);
        }
    }

    #[test]
    fn the_file_of_the_token_that_is_missing_is_named_whole() {
        let folder = tempfile::tempdir().expect("folder");
        let flags = [("data".to_owned(), folder.path().display().to_string())];
        let config = Config::load(None, [], &flags).expect("valid");
        assert_eq!(open::operator_token_file(&config), folder.path().join("operator-token"));
        let here = Config::load(None, [], &[]).expect("valid");
        let file = open::operator_token_file(&here);
        assert!(file.is_absolute() && file.ends_with("data/operator-token"), "{}", file.display());
    }

    /// sec-05-one-key-for-two-usage-batches
    #[test]
    fn sec_05_a_key_is_refused_where_nothing_would_be_bound_to_it() {
        let run = |line: &str| {
            let line = format!("coinbox --idempotency-key K {line}");
            run(Arguments::try_parse_from(line.split(' ')).expect(&line)).map_err(|error| error.to_string())
        };
        for line in ["clock advance 1d", "clock show", "backup /nowhere/b", "config", "verify", "serve"] {
            let told = run(line).expect_err(line);
            assert!(told.starts_with("--idempotency-key: "), "{line}: {told}");
        }
        let command = Arguments::try_parse_from("coinbox usage import f.csv".split(' ')).expect("a command").command;
        assert!(takes_key(&command));
    }
}
