//! Imports that every class of call may use, and storage.

use super::error::{CallError, Misuse};
use super::state::CallState;
use crate::contract::wasi::clocks::wall_clock;
use crate::contract::wasi::random::random;
use crate::contract::{
    admission, admission_types, coupon_types, credit_types, diagnostics, email_types, inventory_types, outside_types,
    payment_types, people_types, storage, telephony_types, types, usage_types, vault,
};
use crate::storage::{self as store, LimitError, StoreError, limits};

/// Most random bytes of one import.
const RANDOM_BYTES_MAX: u64 = 4096;
/// Longest line of a report; the rest is cut off.
const REPORT_BYTES_MAX: usize = 4096;
/// Reports of one call; more are dropped.
const REPORTS_MAX: u32 = 100;
/// Longest secret that is sealed, and longest password.
const SECRET_BYTES_MAX: usize = 16 * 1024;
/// Longest input of a keyed digest.
const DIGEST_BYTES_MAX: usize = 256 * 1024;
/// Longest name in a request to be counted.
const NAME_BYTES_MAX: usize = 128;
/// Longest purpose.
const PURPOSE_BYTES_MAX: usize = 64;
/// Longest password hash or sealed value that is looked at: three times what the host makes.
const OWN_BYTES_MAX: usize = 64 * 1024;

impl CallState {
    fn checked<T>(&mut self, check: Result<T, LimitError>) -> wasmtime::Result<T> {
        check.map_err(|error| self.fail(Misuse::Argument(error.to_string())))
    }

    fn read<C, T>(
        &mut self,
        import: &'static str,
        check: impl FnOnce() -> Result<C, LimitError>,
        read: impl FnOnce(&dyn store::View, C) -> Result<T, StoreError>,
    ) -> wasmtime::Result<T> {
        let view = self.view(import)?;
        self.timed(|state| {
            let asked = state.checked(check())?;
            read(&*view, asked).map_err(|error| state.fail(CallError::Store(error)))
        })
    }

    /// An argument that is too long ends the call.
    pub(super) fn at_most(&mut self, field: &str, found: usize, most: usize) -> wasmtime::Result<()> {
        if found <= most {
            return Ok(());
        }
        Err(self.fail(Misuse::Argument(format!("{field} has {found} bytes, at most {most} are allowed"))))
    }

    fn purpose(&mut self, purpose: &str) -> wasmtime::Result<()> {
        self.at_most("vault: purpose", purpose.len(), PURPOSE_BYTES_MAX)
    }
}

impl types::Host for CallState {}
impl admission_types::Host for CallState {}
impl coupon_types::Host for CallState {}
impl credit_types::Host for CallState {}
impl email_types::Host for CallState {}
impl inventory_types::Host for CallState {}
impl outside_types::Host for CallState {}
impl payment_types::Host for CallState {}
impl people_types::Host for CallState {}
impl telephony_types::Host for CallState {}
impl usage_types::Host for CallState {}

impl storage::Host for CallState {
    fn store_name(&mut self) -> wasmtime::Result<String> {
        self.read("storage.store-name", || Ok(()), |view, ()| Ok(view.store_name()))
    }

    fn mark(&mut self) -> wasmtime::Result<String> {
        self.read("storage.mark", || Ok(()), |view, ()| Ok(view.mark()))
    }

    fn get_many(&mut self, keys: types::Texts) -> wasmtime::Result<types::Texts> {
        let check = || limits::keys_of(&keys.text, &keys.lengths);
        self.read("storage.get-many", check, |view, keys| {
            let values = view.get_many(&keys)?;
            if values.len() != keys.len() {
                return Err(StoreError(format!("{} values for {} keys", values.len(), keys.len())));
            }
            Ok(joined(values.len(), values.iter().map(|value| value.as_deref().unwrap_or_default())))
        })
    }

    fn scan(
        &mut self,
        within: storage::Span,
        direction: storage::Direction,
        limit: u32,
    ) -> wasmtime::Result<storage::ScanPage> {
        let direction = match direction {
            storage::Direction::Ascending => store::Direction::Ascending,
            storage::Direction::Descending => store::Direction::Descending,
        };
        let check = || limits::check_scan(&within.first, &within.end, limit);
        let page = self.read("storage.scan", check, |view, ()| {
            // A span that ends before it begins is empty. Stores need not know: ordered maps panic there.
            if within.first >= within.end {
                return Ok(store::Page::default());
            }
            view.scan(&within.first, &within.end, direction, limit)
        })?;
        let entries = page.entries.iter().flat_map(|(key, value)| [key.as_str(), value]);
        Ok(storage::ScanPage { entries: joined(2 * page.entries.len(), entries), more: page.more })
    }

    fn read_feed(&mut self, topic: Option<String>, after: u64, limit: u32) -> wasmtime::Result<Vec<storage::Line>> {
        let topic = topic.as_deref();
        let check = || limits::check_feed(topic, limit);
        let lines = self.read("storage.read-feed", check, |view, ()| view.read_feed(topic, after, limit))?;
        let line = |line: store::FeedLine| storage::Line {
            position: line.position,
            topic: line.topic.as_ref().to_owned(),
            body: line.body.as_ref().to_owned(),
        };
        Ok(lines.into_iter().map(line).collect())
    }

    fn stage(&mut self, changes: storage::Changes) -> wasmtime::Result<()> {
        self.may_stage()?;
        self.timed(|state| {
            let changes = state.checked(changes_of(changes))?;
            state.checked(changes.check())?;
            state.stage(changes);
            Ok(())
        })
    }
}

/// Many texts as one.
fn joined<'a>(count: usize, texts: impl Iterator<Item = &'a str> + Clone) -> types::Texts {
    let mut joined = types::Texts {
        text: String::with_capacity(texts.clone().map(str::len).sum()),
        lengths: Vec::with_capacity(count),
    };
    for text in texts {
        joined.text.push_str(text);
        // A text of 4 GiB fits into no guest.
        joined.lengths.push(u32::try_from(text.len()).unwrap_or(u32::MAX));
    }
    joined
}

fn changes_of(changes: storage::Changes) -> Result<store::Changes, LimitError> {
    let lane = |lane| match lane {
        storage::Lane::Urgent => store::TimerLane::Urgent,
        storage::Lane::Normal => store::TimerLane::Normal,
        storage::Lane::Bulk => store::TimerLane::Bulk,
    };
    let timer = |timer: storage::Timer| store::Timer { key: timer.key, lane: lane(timer.lane), due: timer.due };
    Ok(store::Changes {
        puts: limits::puts_of(&changes.puts.text, &changes.puts.lengths)?,
        removes: changes.removes,
        clears: changes.clears.into_iter().map(|span| (span.first, span.end)).collect(),
        lines: changes.lines.into_iter().map(|line| (line.topic, line.body)).collect(),
        timers: changes.timers.into_iter().map(timer).collect(),
        cancels: changes.cancels,
    })
}

impl admission::Host for CallState {
    fn admit(&mut self, request: admission_types::AdmissionRequest) -> wasmtime::Result<Option<i64>> {
        self.may_count()?;
        let names = [&request.main, &request.holder, &request.credential, &request.request];
        self.at_most("admission: request", names.iter().map(|name| name.len()).max().unwrap_or(0), NAME_BYTES_MAX)?;
        let now = self.now();
        Ok(self.timed(|state| state.capabilities().admission.admit(now, &request)))
    }
}

impl diagnostics::Host for CallState {
    // Too much is cut off and dropped, not refused: these may be a component's last words.
    fn report(&mut self, level: diagnostics::Level, text: String) -> wasmtime::Result<()> {
        if !self.may_report(REPORTS_MAX) {
            return Ok(());
        }
        let text = &text[..text.floor_char_boundary(REPORT_BYTES_MAX)];
        self.timed(|state| match level {
            diagnostics::Level::Debug => tracing::debug!(target: "coinbox::rules", "{text}"),
            diagnostics::Level::Warning => tracing::warn!(target: "coinbox::rules", "{text}"),
            diagnostics::Level::Defect => {
                tracing::error!(target: "coinbox::rules", "{text}");
                state.set_last_words(text);
            }
        });
        Ok(())
    }
}

impl wall_clock::Host for CallState {
    fn now(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        let now = self.now();
        // The contract's clock counts from 1970; a simulated clock may not be set before.
        let now = u64::try_from(now).unwrap_or(0);
        Ok(wall_clock::Datetime { seconds: now / 1000, nanoseconds: (now % 1000) as u32 * 1_000_000 })
    }

    fn resolution(&mut self) -> wasmtime::Result<wall_clock::Datetime> {
        Ok(wall_clock::Datetime { seconds: 0, nanoseconds: 1_000_000 })
    }
}

impl random::Host for CallState {
    fn get_random_bytes(&mut self, len: u64) -> wasmtime::Result<Vec<u8>> {
        if len > RANDOM_BYTES_MAX {
            let problem = format!("random: len is {len}, at most {RANDOM_BYTES_MAX} bytes are given at once");
            return Err(self.fail(Misuse::Argument(problem)));
        }
        let mut bytes = vec![0; len as usize];
        self.timed(|state| state.capabilities().random.fill(&mut bytes));
        Ok(bytes)
    }

    fn get_random_u64(&mut self) -> wasmtime::Result<u64> {
        let mut bytes = [0; 8];
        self.timed(|state| state.capabilities().random.fill(&mut bytes));
        Ok(u64::from_le_bytes(bytes))
    }
}

impl vault::Host for CallState {
    fn seal(&mut self, purpose: String, secret: String) -> wasmtime::Result<String> {
        self.purpose(&purpose)?;
        self.at_most("vault: secret", secret.len(), SECRET_BYTES_MAX)?;
        Ok(self.timed(|state| state.capabilities().vault.seal(&purpose, &secret)))
    }

    fn unseal(&mut self, purpose: String, sealed: String) -> wasmtime::Result<Result<String, vault::UnsealError>> {
        self.purpose(&purpose)?;
        if sealed.len() > OWN_BYTES_MAX {
            return Ok(Err(vault::UnsealError::NotOurs));
        }
        Ok(self.timed(|state| state.capabilities().vault.unseal(&purpose, &sealed)))
    }

    fn digest(&mut self, purpose: String, input: String) -> wasmtime::Result<String> {
        self.purpose(&purpose)?;
        self.at_most("vault: input", input.len(), DIGEST_BYTES_MAX)?;
        Ok(self.timed(|state| state.capabilities().vault.digest(&purpose, &input)))
    }

    fn mark(&mut self, purpose: String, input: String) -> wasmtime::Result<String> {
        self.purpose(&purpose)?;
        self.at_most("vault: input", input.len(), DIGEST_BYTES_MAX)?;
        Ok(self.timed(|state| state.capabilities().vault.mark(&purpose, &input)))
    }

    fn check(&mut self, purpose: String, input: String, mark: String) -> wasmtime::Result<vault::MarkVerdict> {
        self.purpose(&purpose)?;
        self.at_most("vault: input", input.len(), DIGEST_BYTES_MAX)?;
        self.at_most("vault: mark", mark.len(), OWN_BYTES_MAX)?;
        Ok(self.timed(|state| state.capabilities().vault.check(&purpose, &input, &mark)))
    }

    fn hash_password(&mut self, password: String) -> wasmtime::Result<String> {
        self.may_take_long("vault.hash-password")?;
        self.at_most("vault: password", password.len(), SECRET_BYTES_MAX)?;
        Ok(self.timed(|state| state.capabilities().vault.hash_password(&password)))
    }

    fn verify_password(&mut self, password: String, hash: String) -> wasmtime::Result<vault::PasswordVerdict> {
        self.may_take_long("vault.verify-password")?;
        self.at_most("vault: password", password.len(), SECRET_BYTES_MAX)?;
        if hash.len() > OWN_BYTES_MAX {
            return Ok(vault::PasswordVerdict::Differs);
        }
        Ok(self.timed(|state| state.capabilities().vault.verify_password(&password, &hash)))
    }
}
