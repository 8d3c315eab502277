//! From a configuration to a running host: the one place that puts everything together.

mod mailed;
mod parts;

use crate::config::{ClockMode, Config, Email};
use coinbox_host::admission::Buckets;
use coinbox_host::blobs::Blobs;
use coinbox_host::capability::{Capabilities, Clock, Mailer};
use coinbox_host::clock::{ClockMark, GuardedClock, Machine, RealClock, SimulatedClock};
use coinbox_host::coinbox::{Coinbox, Drive, EffectDoor, Options, StoreChoice};
use coinbox_host::engine::{self, Engine};
use coinbox_host::hold::HoldError;
use coinbox_host::inventory::FileInventory;
use coinbox_host::payment::sandbox::{Sandbox, SandboxSettings};
use coinbox_host::private;
use coinbox_host::random::SystemRandom;
use coinbox_host::sequencer::{OnFailure, SequencerOptions};
use coinbox_host::storage::sqlite::{self, Sqlite};
use coinbox_host::storage::{Durable, Progress};
use coinbox_host::telephony::TelephonyLog;
use coinbox_host::vault::{KeyRing, KeyVault};
use coinbox_mail::{Composer, MaildirMailer, SmtpMailer, SmtpSettings, Wording};
use coinbox_operations::metrics::{MeteredGateway, Metrics};
use coinbox_operations::printing::Documents;
use coinbox_operations::running::{Beside, Running};
use mailed::Mailed;
use parts::{AGE_FILE, CLOCK_FILE, Found, MARK_FILE, Older, Part, Seen, TOKEN_FILE};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

/// Longest wait for any one answer of a mail server.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);

/// Why a host cannot be opened; the text says what to do.
pub(crate) type OpenError = anyhow::Error;

/// A host that was opened, and how.
pub(crate) struct Opened {
    /// The host.
    pub(crate) running: Running,
    /// Its store was made by this start.
    pub(crate) new: bool,
    /// Moment of the store's last command before, 0 where there is none.
    pub(crate) last: i64,
}

/// How far the store has come, and where the data directory keeps it.
#[derive(Clone)]
struct Age {
    progress: Progress,
    file: PathBuf,
    store: Arc<Sqlite>,
    /// How many entries each part has by now.
    entries: [(Part, Arc<AtomicI64>); 2],
}

impl Age {
    /// Keeps at an orderly end what the parts have, so that one that has less is known the next time.
    fn keep_entries(&self) {
        let keep = || {
            let mut home = self.store.home()?;
            for (part, entries) in &self.entries {
                parts::set_entries(&mut home.parts, *part, entries.load(Ordering::SeqCst));
            }
            self.store.set_home(&home)
        };
        if let Err(error) = keep() {
            tracing::warn!(%error, "what the parts of this store have cannot be kept");
        }
    }

    /// Keeps it for the next start. Without it, only what lies elsewhere tells an older store from the newest.
    fn keep(&self) {
        if let Err(error) = replace(&self.file, &serde_json::json!(self.progress.mark()).to_string()) {
            tracing::warn!(file = %self.file.display(), %error, "how far the store has come cannot be kept");
        }
    }
}

/// A real clock that is not believed at once, and where it is kept what was believed.
#[derive(Clone)]
struct Guard {
    clock: Arc<GuardedClock>,
    mark_file: PathBuf,
    store: Arc<Sqlite>,
}

impl Guard {
    /// Keeps what the machine's clocks show, for the next start. Without it that start only has the store's last moment to go by.
    fn keep(&self) {
        let Some(mark) = self.clock.mark() else { return };
        if let Err(error) = keep_mark(&self.mark_file, &self.store, &mark) {
            tracing::warn!(file = %self.mark_file.display(), %error, "what the clocks show cannot be kept");
        }
    }
}

/// In the file and in the store: a clean-up that takes the file for a left-over must not make a wrong clock believed.
fn keep_mark(file: &Path, store: &Sqlite, mark: &ClockMark) -> anyhow::Result<()> {
    let text = serde_json::json!(mark).to_string();
    let home = store.home()?;
    store.set_home(&coinbox_host::storage::sqlite::Home { clock_mark: text.clone(), ..home })?;
    Ok(replace(file, &text)?)
}

/// Writes a whole file or none.
fn replace(file: &Path, text: &str) -> std::io::Result<()> {
    let new = file.with_extension("new");
    private::write(&new, format!("{text}\n").as_bytes())?;
    fs::rename(&new, file)
}

/// What is kept in the data directory beside the store.
struct Kept {
    clock_file: Option<PathBuf>,
    guard: Option<Guard>,
    age: Age,
}

impl Beside for Kept {
    fn is_simulated(&self) -> bool {
        self.clock_file.is_some()
    }

    fn keep_clock(&self, now: i64) -> anyhow::Result<()> {
        if let Some(file) = &self.clock_file {
            replace(file, &now.to_string()).map_err(|error| {
                anyhow::anyhow!("the simulated moment cannot be kept in {}: {error}", file.display())
            })?;
        }
        Ok(())
    }

    fn confirm_clock(&self, seen: i64) -> anyhow::Result<()> {
        let Some(guard) = &self.guard else {
            anyhow::bail!("the clock of this host is moved by hand: there is nothing to confirm");
        };
        guard.clock.confirm(seen)?;
        guard.keep();
        Ok(())
    }

    fn stopped(&self, soundly: bool) {
        if let Some(guard) = &self.guard {
            guard.keep();
        }
        // After a failure the store is left as it is.
        if soundly {
            self.age.keep_entries();
        }
        self.age.keep();
    }
}

/// Opens or makes the store of a configuration, with everything around it. `must_exist`: a directory without a store is an error.
pub(crate) fn open(
    config: &Config,
    drive: Drive,
    must_exist: bool,
    mut on_failure: Option<OnFailure>,
) -> Result<Opened, OpenError> {
    let accepted = config.accept.older_store;
    if accepted && Sqlite::exists(&config.data) && sqlite::holds_backup(&config.data)? {
        reinstate(config, "it is a backup that was put in place as a file")?;
    }
    match open_once(config, drive, must_exist, &mut on_failure) {
        Err(error) if accepted && error.is::<Older>() => {
            reinstate(config, &error.to_string())?;
            open_once(config, drive, must_exist, &mut on_failure)
        }
        opened => opened,
    }
}

/// A person has said that the store is an older state and is meant.
fn reinstate(config: &Config, why: &str) -> anyhow::Result<()> {
    tracing::warn!(
        why,
        "the store goes on as one that was restored: the gateway and the stock are asked what has happened since"
    );
    Ok(sqlite::reinstate(&config.data, &SystemRandom, RealClock::new().now())?)
}

fn needs_a_store(data: &Path) -> anyhow::Result<()> {
    if Sqlite::exists(data) {
        return Ok(());
    }
    let place = data.display();
    anyhow::bail!("{place} holds no store. Check --data, or make one with `coinbox serve` or `coinbox restore`")
}

fn open_once(
    config: &Config,
    drive: Drive,
    must_exist: bool,
    on_failure: &mut Option<OnFailure>,
) -> Result<Opened, OpenError> {
    let data = &config.data;
    if must_exist {
        needs_a_store(data)?;
    }
    parts::check_before(config)?;
    let new = !Sqlite::exists(data);
    let config = &parts::for_this_start(config, new);
    private::directory(data)
        .map_err(|error| anyhow::anyhow!("data directory {} cannot be made: {error}", data.display()))?;
    let random = Arc::new(SystemRandom);
    let vault = KeyVault::new(vault_keys(config)?, random.clone());
    let engine = load_engine(config)?;
    let metrics = Arc::new(Metrics::new());
    // The store is opened before the files around it: whoever does not get the lock touches nothing.
    let store = Arc::new(Sqlite::open_or_create(data, &*random, Default::default())?);
    parts::close_to_others(config);
    let mut checked = parts::check(config, &store, &vault)?;
    let last = store.moment()?;
    let Clocks { clock, simulated_clock, clock_file, guard } = clocks(config, &store, checked.clock)?;
    let sandbox = Sandbox::open(&config.payment_sandbox, clock.clone(), SandboxSettings::default())
        .map_err(|error| anyhow::anyhow!("{}: {error}", parts::place(config, Part::Gateway)))?;
    let found = Found { family: sandbox.family()?, entries: sandbox.entries().load(Ordering::SeqCst) };
    if checked.check_part(config, Part::Gateway, &found)? {
        sandbox.set_family(checked.family())?;
    }
    let telephony = TelephonyLog::open(&config.telephony_log, clock.clone())
        .map_err(|error| anyhow::anyhow!("telephony log {}: {error}", config.telephony_log.display()))?;
    let inventory = inventory(config, &clock)?;
    let found = Found { family: inventory.family(), entries: inventory.entries().load(Ordering::SeqCst) };
    if checked.check_part(config, Part::NumberOrders, &found)? {
        inventory.set_family(checked.family())?;
    }
    let (progress, name) = (store.progress(), store.store_name());
    let outside = [
        Seen { by: parts::place(config, Part::Gateway), commits: sandbox.seen(&name)? },
        Seen { by: parts::place(config, Part::NumberOrders), commits: inventory.seen(&name) },
        parts::seen_here(config, &name),
    ];
    parts::check_age(config, &progress.mark(), outside)?;
    sandbox.follow(progress.clone())?;
    inventory.follow(progress.clone());
    checked.remember(&store)?;
    let documents = Documents::of(&config.documents);
    let mailed = Arc::new(Mailed::new(documents.clone()));
    let entries = [(Part::Gateway, sandbox.entries()), (Part::NumberOrders, inventory.entries())];
    let capabilities = Capabilities {
        vault: Arc::new(vault),
        admission: Arc::new(Buckets::default()),
        payment: Arc::new(MeteredGateway::new(sandbox, metrics.clone())),
        email: mailer(config, &clock, mailed.clone())?,
        telephony: Arc::new(telephony),
        inventory: Arc::new(inventory),
        random,
        clock,
    };
    let coinbox = Coinbox::open(Options {
        runtime: Arc::new(engine),
        store: StoreChoice::Own(store.clone()),
        capabilities,
        simulated_clock,
        drive,
        effects: EffectDoor::default(),
        claims: None,
        sequencer: SequencerOptions { on_failure: on_failure.take(), ..SequencerOptions::default() },
    })?;
    mailed.connect(&coinbox);
    let age = Age { progress, file: data.join(AGE_FILE), store, entries };
    age.keep();
    let kept = Kept { clock_file, guard, age };
    kept.keep_clock(coinbox.now())?;
    kept.guard.iter().for_each(Guard::keep);
    let running = Running::new(coinbox, metrics).with(Arc::new(kept)).keeping(documents, Blobs::beside_store(data));
    Ok(Opened { running, new, last })
}

/// The stock of numbers and the journal of their orders.
fn inventory(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<FileInventory> {
    let (stock, must_exist) = &config.inventory_stock;
    if *must_exist && !stock.is_file() {
        anyhow::bail!("setting `inventory.stock`: {} is no file", stock.display());
    }
    FileInventory::open(stock, &config.inventory_orders, clock.clone()).map_err(|error| match error.is::<HoldError>() {
        true => anyhow::anyhow!("{}: {error}", parts::place(config, Part::NumberOrders)),
        false => error,
    })
}

/// The clock of a host, and what is kept of it.
struct Clocks {
    clock: Arc<dyn Clock>,
    simulated_clock: Option<Arc<SimulatedClock>>,
    clock_file: Option<PathBuf>,
    guard: Option<Guard>,
}

fn clocks(config: &Config, store: &Arc<Sqlite>, mode: ClockMode) -> anyhow::Result<Clocks> {
    let data = &config.data;
    if let ClockMode::Simulated(start) = mode {
        let file = data.join(CLOCK_FILE);
        let clock = Arc::new(SimulatedClock::new(simulated_start(&file, start)?));
        return Ok(Clocks { clock: clock.clone(), simulated_clock: Some(clock), clock_file: Some(file), guard: None });
    }
    let mark_file = data.join(MARK_FILE);
    let (last, machine) = (store.moment()?, Arc::new(Machine));
    // Where the rules have not been told yet how the store came to be, a person has made it just now.
    let clock = Arc::new(if store.beginning()?.is_some() {
        GuardedClock::fresh(last, machine, config.clock_guard)
    } else {
        GuardedClock::after(last, read_mark(&mark_file, store)?.as_ref(), machine, config.clock_guard)
    });
    let guard = Guard { clock: clock.clone(), mark_file, store: store.clone() };
    Ok(Clocks { clock, simulated_clock: None, clock_file: None, guard: Some(guard) })
}

/// What was believed before: by the file, and where it is gone or cannot be read, by the store. Where neither says it, the store's last moment is what
/// there is to go by.
fn read_mark(file: &Path, store: &Sqlite) -> anyhow::Result<Option<ClockMark>> {
    let parse = |text: &str| {
        serde_json::from_str(text)
            .map_err(
                |error| tracing::warn!(file = %file.display(), %error, "what the clocks have shown cannot be read"),
            )
            .ok()
    };
    if let Some(mark) = fs::read_to_string(file).ok().and_then(|text| parse(&text)) {
        return Ok(Some(mark));
    }
    let kept = store.home()?.clock_mark;
    Ok(if kept.is_empty() { None } else { parse(&kept) })
}

/// The keys of a store that exists must be there: with new ones nothing that was sealed could be read again.
fn vault_keys(config: &Config) -> anyhow::Result<KeyRing> {
    let path = &config.vault_keys;
    if Sqlite::exists(&config.data) && !path.exists() {
        anyhow::bail!(
            "the store in {} exists, but the key file {} does not. Put back the key file that belongs to this store (after a restore: that of the old one)",
            config.data.display(),
            path.display()
        );
    }
    Ok(KeyRing::open_or_create(path, &SystemRandom)?)
}

fn load_engine(config: &Config) -> anyhow::Result<Engine> {
    compile(config, Some(config.cache.clone()))
}

/// The configured component for a host that keeps nothing: where there is no data directory, none is made for compiled code.
pub(crate) fn load_engine_only(config: &Config) -> anyhow::Result<Engine> {
    compile(config, config.cache.parent().filter(|data| data.is_dir()).map(|_| config.cache.clone()))
}

fn compile(config: &Config, cache: Option<PathBuf>) -> anyhow::Result<Engine> {
    let path = component_path(config)?;
    let wasm = fs::read(&path).map_err(|error| anyhow::anyhow!("component {}: {error}", path.display()))?;
    let symbols = Some(path.with_extension("symbols"));
    let options = engine::Options { cache, symbols, ..engine::Options::default() };
    Engine::load(&wasm, &options).map_err(|error| anyhow::anyhow!("component {}: {error}", path.display()))
}

/// Where the component is.
fn component_path(config: &Config) -> anyhow::Result<PathBuf> {
    if let Some(path) = &config.component {
        return Ok(path.clone());
    }
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent);
    let beside = folder.map(|folder| folder.join("coinbox.wasm"));
    let built = folder.and_then(Path::parent).map(|target| target.join("component/coinbox.wasm"));
    let here = Some(PathBuf::from("target/component/coinbox.wasm"));
    let candidates: Vec<PathBuf> = [beside, built, here].into_iter().flatten().collect();
    candidates.iter().find(|path| path.is_file()).cloned().ok_or_else(|| {
        let tried: Vec<String> = candidates.iter().map(|path| path.display().to_string()).collect();
        anyhow::anyhow!(
            "no component found at {}. Build it with `make component`, or set `component`",
            tried.join(", ")
        )
    })
}

fn mailer(config: &Config, clock: &Arc<dyn Clock>, mailed: Arc<Mailed>) -> anyhow::Result<Arc<dyn Mailer>> {
    let wording = match &config.templates {
        Some(folder) => Wording::with_folder(folder)?,
        None => Wording::built_in()?,
    };
    let composer = Composer::new(wording, &config.email_from, clock.clone())?.with_console(config.console_url.clone());
    let composer = if config.email_documents { composer.with_attachments(mailed) } else { composer };
    Ok(match &config.email {
        Email::Maildir(folder) => Arc::new(
            MaildirMailer::open(folder, composer)
                .map_err(|error| anyhow::anyhow!("mail folder {}: {error}", folder.display()))?,
        ),
        Email::Smtp { host, port, security, login } => {
            let settings = SmtpSettings {
                host: host.clone(),
                port: *port,
                security: *security,
                login: login.clone(),
                timeout: SMTP_TIMEOUT,
            };
            Arc::new(SmtpMailer::new(settings, composer)?)
        }
    })
}

/// The moment that a simulated clock goes on from: what was kept, or the start, whichever is later.
fn simulated_start(file: &Path, start: Option<i64>) -> anyhow::Result<i64> {
    let kept = match fs::read_to_string(file) {
        Ok(text) => {
            let kept =
                text.trim().parse::<i64>().ok().filter(|moment| (0..=coinbox_host::clock::LATEST).contains(moment));
            Some(kept.ok_or_else(|| {
                anyhow::anyhow!("{} does not hold milliseconds since 1970: mend or remove it", file.display())
            })?)
        }
        Err(error) if error.kind() == ErrorKind::NotFound => None,
        Err(error) => anyhow::bail!("{}: {error}", file.display()),
    };
    Ok(match (kept, start) {
        (Some(kept), Some(start)) => kept.max(start),
        (Some(moment), None) | (None, Some(moment)) => moment,
        (None, None) => RealClock::new().now(),
    })
}

/// The token of the operator's routes: the configured one, or that of the data directory, which is made at the first start.
pub(crate) fn operator_token(config: &Config) -> anyhow::Result<String> {
    if let Some(token) = read_operator_token(config)? {
        return Ok(token);
    }
    let path = config.data.join(TOKEN_FILE);
    let mut bytes = [0; 32];
    coinbox_host::capability::Random::fill(&SystemRandom, &mut bytes);
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    private::create_new(&path)
        .and_then(|mut file| {
            file.write_all(format!("{token}\n").as_bytes())?;
            file.sync_all()
        })
        .map_err(|error| anyhow::anyhow!("operator token {}: {error}", path.display()))?;
    Ok(token)
}

/// The file in which [`operator_token`] looks, as an absolute path.
pub(crate) fn operator_token_file(config: &Config) -> PathBuf {
    let path = config.data.join(TOKEN_FILE);
    std::path::absolute(&path).unwrap_or(path)
}

/// [`operator_token`], where there is one already.
pub(crate) fn read_operator_token(config: &Config) -> anyhow::Result<Option<String>> {
    if let Some(token) = &config.operator_token {
        return Ok(Some(token.clone()));
    }
    let path = config.data.join(TOKEN_FILE);
    match fs::read_to_string(&path) {
        Ok(text) if text.trim().len() >= 16 => Ok(Some(text.trim().to_owned())),
        Ok(_) => {
            anyhow::bail!("operator token {} is shorter than 16 characters: remove it to get a new one", path.display())
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => anyhow::bail!("operator token {}: {error}", path.display()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// sec-03: the file may be removed, and a clock that was wrong is not believed for it.
    #[test]
    fn sec_03_what_the_clocks_showed_is_known_without_its_file() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join(MARK_FILE);
        let open = || Sqlite::open_or_create(folder.path(), &SystemRandom, Default::default()).expect("opens");
        let store = open();
        assert_eq!(read_mark(&file, &store).expect("reads"), None);
        let mark = |calendar| ClockMark { start: "one".to_owned(), passed_ms: 7, calendar };
        keep_mark(&file, &store, &mark(9)).expect("kept");
        assert_eq!(read_mark(&file, &store).expect("reads"), Some(mark(9)));
        drop(store);
        let store = open();
        fs::remove_file(&file).expect("removed");
        assert_eq!(read_mark(&file, &store).expect("reads"), Some(mark(9)), "removed");
        private::write(&file, b"{").expect("written");
        assert_eq!(read_mark(&file, &store).expect("reads"), Some(mark(9)), "cannot be read");
        keep_mark(&file, &store, &mark(11)).expect("kept");
        fs::remove_file(&file).expect("removed");
        assert_eq!(read_mark(&file, &store).expect("reads"), Some(mark(11)));
        // A store of an older version has no such column.
        drop(store);
        let old = rusqlite::Connection::open(folder.path().join("store.sqlite")).expect("opens");
        old.execute_batch("ALTER TABLE home DROP COLUMN clock_mark").expect("altered");
        old.close().expect("closes");
        assert_eq!(read_mark(&file, &open()).expect("reads"), None);
    }

    #[test]
    fn the_operator_token_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("folder");
        let flags = [("data".to_owned(), folder.path().display().to_string())];
        let config = Config::load(None, [], &flags).expect("valid");
        assert_eq!(read_operator_token(&config).expect("readable"), None);
        let token = operator_token(&config).expect("made");
        assert_eq!(token.len(), 64);
        assert_eq!(operator_token(&config).expect("kept"), token);
        assert_eq!(read_operator_token(&config).expect("readable"), Some(token));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(folder.path().join("operator-token")).expect("file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(folder.path().join("operator-token"), "x\n").expect("file");
        assert!(operator_token(&config).expect_err("too short").to_string().contains("shorter than 16 characters"));
    }
}
