//! `coinbox serve`.

use super::seller;
use crate::config::{Config, LogFormat};
use crate::open::{self, Opened};
use coinbox_host::blobs::Blobs;
use coinbox_host::coinbox::Drive;
use coinbox_host::contract::types::{Caller, Operator, Principal};
use coinbox_host::json as wit;
use coinbox_host::text;
use coinbox_operations::link::LinkError;
use coinbox_operations::running::Running;
use coinbox_operations::{lists, printing};
use coinbox_server::Rest;
use coinbox_server::operators::Operators;
use coinbox_server::serve as server;
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

/// How often files that no record names are removed.
const SWEPT_EVERY: Duration = Duration::from_secs(3600);

/// Starts logging to standard error in the configured form.
pub(crate) fn log(config: &Config) {
    let filter = EnvFilter::try_new(&config.log_level).unwrap_or_else(|_| EnvFilter::new("info"));
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second subscriber (a program that embeds this one) is no error: the first one stays.
    let _ = match config.log_format {
        LogFormat::Text => builder.with_ansi(false).try_init(),
        LogFormat::Json => builder.json().flatten_event(true).try_init(),
    };
}

/// Serves until a signal, or until the store fails, which is an error.
pub(crate) fn run(config: &Config) -> anyhow::Result<()> {
    log(config);
    for name in &config.unknown_environment {
        tracing::warn!(name, "this environment variable means nothing to Coinbox");
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(config))
}

/// One line that says which store it is: an empty one where there should be customers is seen at once.
fn tell_store(opened: &Opened) {
    let accounts = match opened.running.count_accounts() {
        Ok(Some(count)) => count.to_string(),
        Ok(None) => "more than are counted at start".to_owned(),
        Err(error) => format!("not counted: {error:#}"),
    };
    let last = match opened.last {
        0 => "none".to_owned(),
        last => text::moment(last),
    };
    let store = opened.running.coinbox.sequencer().store_name();
    if opened.new {
        tracing::info!(store, accounts, "a new, empty store was made");
    } else {
        tracing::info!(store, accounts, last_command = last, "the store was opened");
    }
}

/// A caller for what is done at every start, with these permissions.
fn at_start(permissions: &[&str]) -> Caller {
    let permissions = permissions.iter().map(|name| (*name).to_owned()).collect();
    Caller {
        who: Principal::Operator(Operator { name: "start".to_owned(), permissions }),
        address: None,
        device: None,
        request: "start".to_owned(),
        idempotency_key: None,
        part: None,
    }
}

/// Publishes the snapshots of lists that sign-ups and passwords are judged by, where nothing is in force: `coinbox lists update` brings newer ones.
fn begin_lists(host: &Running) -> anyhow::Result<()> {
    let caller = wit::to_value(&at_start(&["lists.status", "lists.begin", "lists.add", "lists.publish"]))?;
    let call = |function: &str, mut arguments: serde_json::Value| {
        arguments["caller"] = caller.clone();
        let mut answer =
            host.coinbox.call(function, &arguments).map_err(|error| LinkError::Failed(error.to_string()))?;
        match answer.get("ok") {
            Some(_) => Ok(answer["ok"].take()),
            None => Err(LinkError::Failed(format!("{function} answered {answer}"))),
        }
    };
    match lists::begin(host.coinbox.now(), &call) {
        Ok(begun) => begun.iter().for_each(|list| tracing::info!(list, "the snapshot of this list is in force")),
        // A store works without them.
        Err(problem) => tracing::warn!(%problem, "the snapshots of the lists could not be loaded"),
    }
    Ok(())
}

/// Says at every start what has to be set before anything can be charged or issued (R89).
fn warn_of_seller(host: &Running) -> anyhow::Result<()> {
    let caller = at_start(&["operator.get-settings"]);
    let answer = host.coinbox.call("operator.get-settings", &json!({"caller": wit::to_value(&caller)?}))?;
    let missing = seller::lacks(&answer["ok"]);
    if !missing.is_empty() {
        let missing = missing.join(", ");
        tracing::warn!(
            missing,
            "the seller is not complete: no document is issued, and a new store charges nothing, until `coinbox seller set` has named it"
        );
    }
    Ok(())
}

/// Removes, every hour, files that no record names.
async fn sweep(blobs: Arc<Blobs>) {
    loop {
        tokio::time::sleep(SWEPT_EVERY).await;
        let blobs = blobs.clone();
        match tokio::task::spawn_blocking(move || blobs.sweep()).await {
            Ok(Ok(0)) => {}
            Ok(Ok(removed)) => tracing::info!(removed, "files that no record names were removed"),
            Ok(Err(error)) => tracing::warn!(%error, "files that no record names could not be removed"),
            Err(panic) => tracing::error!(%panic, "removing files panicked"),
        }
    }
}

async fn serve(config: &Config) -> anyhow::Result<()> {
    // A port in use is found before anything is written.
    let listener = server::bind(config.listen).await?;
    let address = listener.local_addr()?;
    let (failed, mut failure) = tokio::sync::mpsc::channel::<String>(1);
    let on_failure: Box<dyn FnOnce(&str) + Send> = Box::new(move |cause| {
        // Nobody listens any more: the server is stopping already.
        let _ = failed.try_send(cause.to_owned());
    });
    let settings = config.clone();
    let opened = tokio::task::spawn_blocking(move || {
        // A mistake in a template is found before anything is written.
        printing::check(&settings.documents)?;
        let opened = open::open(&settings, Drive::Workers(settings.workers), false, Some(on_failure))?;
        let token = open::operator_token(&settings)?;
        let operators = Operators::shared(&token, coinbox_server::permissions(&opened.running));
        let file = settings.operators.display();
        let operators = operators
            .with_file(&settings.operators)
            .map_err(|problem| anyhow::anyhow!("operators {file}: {problem}"))?;
        warn_of_seller(&opened.running)?;
        begin_lists(&opened.running)?;
        Ok::<_, anyhow::Error>((opened, operators))
    });
    let (opened, operators) = opened.await??;
    let host = opened.running.clone();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let rest = Rest::with(host.clone(), operators, config.limits.clone(), config.trusted_proxies.clone())
        .with_console(config.console_url.clone());
    let rest = Arc::new(rest);
    tokio::task::spawn_blocking(move || tell_store(&opened)).await?;
    tracing::info!(%address, data = %config.data.display(), simulated = host.is_simulated(), "serving");

    let sweeping = tokio::spawn(sweep(host.blobs.clone()));
    let mut cause = None;
    let stop = async {
        tokio::select! {
            _ = terminate.recv() => tracing::info!("stopping: terminated"),
            _ = interrupt.recv() => tracing::info!("stopping: interrupted"),
            failed = failure.recv() => cause = failed,
        }
    };
    server::run(rest.clone(), coinbox_server::router(rest), listener, stop).await;
    sweeping.abort();
    let stopped = tokio::task::spawn_blocking(move || host.stop()).await?;
    if let Some(cause) = cause {
        anyhow::bail!(
            "the store failed and the server stopped: {cause}. Everything that was answered is safe; mend the cause and start again"
        );
    }
    stopped?;
    tracing::info!("stopped; everything is safe");
    Ok(())
}
