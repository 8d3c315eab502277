//! From a configuration to a running host.

use super::{ClockMode, Config, Email};
use crate::capability::{Capabilities, Clock, Mailer};
use crate::clock::{RealClock, SimulatedClock};
use crate::coinbox::{Coinbox, Drive, Options, StoreChoice};
use crate::documents::Documents;
use crate::email::{Composer, MaildirMailer, SmtpMailer, SmtpSettings, Wording};
use crate::engine::{self, Engine};
use crate::inventory::FileInventory;
use crate::metrics::{MeteredGateway, Metrics};
use crate::payment::sandbox::{Sandbox, SandboxSettings};
use crate::random::SystemRandom;
use crate::sequencer::{OnFailure, SequencerOptions};
use crate::storage::sqlite::Sqlite;
use crate::telephony::TelephonyLog;
use crate::vault::{KeyRing, KeyVault};
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

/// Longest wait for any one answer of a mail server.
const SMTP_TIMEOUT: Duration = Duration::from_secs(20);
/// File of the operator token in the data directory.
const TOKEN_FILE: &str = "operator-token";
/// File of a simulated clock's moment in the data directory.
const CLOCK_FILE: &str = "simulated-clock";

/// Why a host cannot be opened; the text says what to do.
pub type OpenError = anyhow::Error;

/// A host as the program runs it.
#[derive(Clone)]
pub struct Host {
    /// The host.
    pub coinbox: Coinbox,
    /// What is counted.
    pub metrics: Arc<Metrics>,
    /// Issued documents as PDF.
    pub documents: Documents,
    clock_file: Option<PathBuf>,
}

impl Host {
    /// Around a host that is open already, with a real clock or one that nobody keeps. It prints no documents: see [`Host::documents`].
    pub fn new(coinbox: Coinbox, metrics: Arc<Metrics>) -> Host {
        Host { coinbox, metrics, documents: Documents::none(), clock_file: None }
    }

    /// Whether the clock is moved by hand.
    pub fn is_simulated(&self) -> bool {
        self.clock_file.is_some()
    }

    /// Moves a simulated clock from due moment to due moment and remembers where it stands.
    pub fn advance_to(&self, moment: i64) -> anyhow::Result<u64> {
        let driven = self.coinbox.advance_to(moment)?;
        self.keep_clock()?;
        Ok(driven)
    }

    fn keep_clock(&self) -> anyhow::Result<()> {
        if let Some(file) = &self.clock_file {
            let new = file.with_extension("new");
            fs::write(&new, format!("{}\n", self.coinbox.now())).and_then(|()| fs::rename(&new, file)).map_err(
                |error| anyhow::anyhow!("the simulated moment cannot be kept in {}: {error}", file.display()),
            )?;
        }
        Ok(())
    }
}

/// Opens or makes the store of a configuration, with everything around it. `must_exist`: a directory without a store is an error.
pub fn open(config: &Config, drive: Drive, must_exist: bool, on_failure: Option<OnFailure>) -> Result<Host, OpenError> {
    let data = &config.data;
    if must_exist && !Sqlite::exists(data) {
        anyhow::bail!(
            "{} holds no store. Check --data, or make one with `coinbox serve` or `coinbox restore`",
            data.display()
        );
    }
    make_private(data).map_err(|error| anyhow::anyhow!("data directory {} cannot be made: {error}", data.display()))?;
    let keys = vault_keys(config)?;
    let engine = load_engine(config)?;
    let metrics = Arc::new(Metrics::new());
    let random = Arc::new(SystemRandom);
    let clock_file = matches!(config.clock, ClockMode::Simulated(_)).then(|| data.join(CLOCK_FILE));
    let (clock, simulated_clock): (Arc<dyn Clock>, _) = match config.clock {
        ClockMode::Real => (Arc::new(RealClock::new()), None),
        ClockMode::Simulated(start) => {
            let clock = Arc::new(SimulatedClock::new(simulated_start(&data.join(CLOCK_FILE), start)?));
            (clock.clone(), Some(clock))
        }
    };
    // The store is opened before the files around it: whoever does not get the lock touches nothing.
    let store = Sqlite::open_or_create(data, &*random, Default::default())?;
    let sandbox = Sandbox::open(&config.payment_sandbox, clock.clone(), SandboxSettings::default())
        .map_err(|error| anyhow::anyhow!("{}: {error}", config.payment_sandbox.display()))?;
    let telephony = TelephonyLog::open(&config.telephony_log, clock.clone())
        .map_err(|error| anyhow::anyhow!("telephony log {}: {error}", config.telephony_log.display()))?;
    let (stock, must_exist) = &config.inventory_stock;
    if *must_exist && !stock.is_file() {
        anyhow::bail!("setting `inventory.stock`: {} is no file", stock.display());
    }
    let inventory = FileInventory::open(stock, &config.inventory_orders, clock.clone())?;
    let capabilities = Capabilities {
        vault: Arc::new(KeyVault::new(keys, random.clone())),
        payment: Arc::new(MeteredGateway::new(sandbox, metrics.clone())),
        email: mailer(config, &clock)?,
        telephony: Arc::new(telephony),
        inventory: Arc::new(inventory),
        random,
        clock,
    };
    let coinbox = Coinbox::open(Options {
        runtime: Arc::new(engine),
        store: StoreChoice::Own(Arc::new(store)),
        capabilities,
        simulated_clock,
        drive,
        sequencer: SequencerOptions { on_failure, ..SequencerOptions::default() },
    })?;
    let host = Host { coinbox, metrics, documents: Documents::of(&config.documents), clock_file };
    host.keep_clock()?;
    Ok(host)
}

/// Makes a directory that only its owner may look into; one that is there stays as it is.
fn make_private(directory: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
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
pub fn load_engine_only(config: &Config) -> anyhow::Result<Engine> {
    compile(config, config.cache.parent().filter(|data| data.is_dir()).map(|_| config.cache.clone()))
}

fn compile(config: &Config, cache: Option<PathBuf>) -> anyhow::Result<Engine> {
    let path = component_path(config)?;
    let wasm = fs::read(&path).map_err(|error| anyhow::anyhow!("component {}: {error}", path.display()))?;
    let options = engine::Options { cache, ..engine::Options::default() };
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

fn mailer(config: &Config, clock: &Arc<dyn Clock>) -> anyhow::Result<Arc<dyn Mailer>> {
    let wording = match &config.templates {
        Some(folder) => Wording::with_folder(folder)?,
        None => Wording::built_in()?,
    };
    let composer = Composer::new(wording, &config.email_from, clock.clone())?;
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
            let kept = text.trim().parse::<i64>().ok().filter(|moment| (0..=crate::clock::LATEST).contains(moment));
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
pub fn operator_token(config: &Config) -> anyhow::Result<String> {
    if let Some(token) = read_operator_token(config)? {
        return Ok(token);
    }
    let path = config.data.join(TOKEN_FILE);
    let mut bytes = [0; 32];
    crate::capability::Random::fill(&SystemRandom, &mut bytes);
    let token: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(&path)
        .and_then(|mut file| {
            file.write_all(format!("{token}\n").as_bytes())?;
            file.sync_all()
        })
        .map_err(|error| anyhow::anyhow!("operator token {}: {error}", path.display()))?;
    Ok(token)
}

/// [`operator_token`], where there is one already.
pub fn read_operator_token(config: &Config) -> anyhow::Result<Option<String>> {
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
