//! Telephony for a host without a switch: what would have been done, as JSON lines in a file; and a recorder for tests.
//!
//! The log takes the place of the phone: a one-time code arrives nowhere else, so the log has the code in clear text. It is as private as a
//! phone; only the owner of the file can read it.

use crate::capability::{Clock, Instant, Telephony};
use crate::contract::telephony_types::{CodeChannel, CodeMessage, CodeOutcome, HangUpCause, HangUpRequest};
use crate::contract::types::NotSent;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Within this time a repeated key sends no second code.
const REPEAT_MS: i64 = 60_000;
const REMEMBERED_MAX: usize = 10_000;
const ASK_AGAIN_MS: i64 = 60_000;
/// Most calls of one hang-up.
pub const CALLS_MAX: usize = 1000;
const CALL_CHARS_MAX: usize = 128;
const KEY_BYTES_MAX: usize = 255;

/// Writes codes and hang-ups to a file, one JSON object a line.
pub struct TelephonyLog {
    file: Mutex<File>,
    clock: Arc<dyn Clock>,
    sent: Mutex<BTreeMap<String, Instant>>,
    stubborn: Mutex<BTreeSet<String>>,
}

impl TelephonyLog {
    /// Appends to a file, which is made where there is none.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> io::Result<TelephonyLog> {
        let file = Mutex::new(crate::private::options().create(true).append(true).open(path)?);
        Ok(TelephonyLog { file, clock, sent: Mutex::default(), stubborn: Mutex::default() })
    }

    /// For tests: these calls go on whatever is asked, until the set is changed again.
    pub fn set_stubborn(&self, calls: impl IntoIterator<Item = String>) {
        *lock(&self.stubborn) = calls.into_iter().collect();
    }

    fn append(&self, line: &Value) -> io::Result<()> {
        // One write for one line: a crash leaves no half line before a whole one.
        lock(&self.file).write_all(format!("{line}\n").as_bytes())
    }

    fn moment(&self) -> (Instant, String) {
        let now = self.clock.now();
        (now, jiff::Timestamp::from_millisecond(now).unwrap_or_default().to_string())
    }
}

impl Telephony for TelephonyLog {
    fn send_code(&self, message: &CodeMessage) -> CodeOutcome {
        if let Some(problem) = problem_of(message) {
            return CodeOutcome::Refused(problem.into());
        }
        let (now, at) = self.moment();
        let mut sent = lock(&self.sent);
        sent.retain(|_, moment| now.saturating_sub(*moment) < REPEAT_MS);
        if sent.contains_key(&message.key) {
            return CodeOutcome::Accepted;
        }
        let not_sent =
            |cause: String| CodeOutcome::NotSent(NotSent { ask_again: now.saturating_add(ASK_AGAIN_MS), cause });
        if sent.len() >= REMEMBERED_MAX {
            return not_sent(format!("more than {REMEMBERED_MAX} codes in a minute"));
        }
        let line = json!({
            "at": at,
            "act": "send-code",
            "key": message.key,
            "to": message.to,
            "channel": match message.channel { CodeChannel::Sms => "sms", CodeChannel::Voice => "voice" },
            "code": message.code,
            "language": message.language,
            "brand": message.brand,
        });
        match self.append(&line) {
            Ok(()) => {
                sent.insert(message.key.clone(), now);
                CodeOutcome::Accepted
            }
            Err(error) => not_sent(format!("telephony log: {error}")),
        }
    }

    fn hang_up(&self, request: &HangUpRequest) -> Vec<String> {
        let (_, at) = self.moment();
        let stubborn = lock(&self.stubborn);
        let can_end = |place: usize, call: &String| {
            place < CALLS_MAX && call.chars().count() <= CALL_CHARS_MAX && !stubborn.contains(call)
        };
        let (mut ended, mut going_on) = (Vec::new(), Vec::new());
        for (place, call) in request.calls.iter().enumerate() {
            if can_end(place, call) { ended.push(call.clone()) } else { going_on.push(call.clone()) }
        }
        let line = json!({
            "at": at,
            "act": "hang-up",
            "key": request.key.chars().take(KEY_BYTES_MAX).collect::<String>(),
            "auth-id": request.auth_id.chars().take(64).collect::<String>(),
            "cause": cause_word(request.cause),
            "ended": ended,
            "going-on": going_on.len(),
        });
        match self.append(&line) {
            Ok(()) => going_on,
            Err(error) => {
                tracing::warn!(%error, "telephony log cannot be written, no call is ended");
                request.calls.clone()
            }
        }
    }
}

/// Why a code message can never be sent.
fn problem_of(message: &CodeMessage) -> Option<&'static str> {
    let digits = message.to.strip_prefix('+').unwrap_or_default();
    let number = (7..=15).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && !digits.starts_with('0');
    let short = |text: &str, longest: usize| text.len() <= longest && !text.chars().any(char::is_control);
    if !number {
        Some("the number is not a plus and 7 to 15 digits (E.164)")
    } else if message.key.is_empty() || !short(&message.key, KEY_BYTES_MAX) {
        Some("the key has 1 to 255 bytes without control characters")
    } else if message.code.is_empty() || !short(&message.code, 16) {
        Some("the code has 1 to 16 bytes without control characters")
    } else if !short(&message.language, 35) || !short(&message.brand, 100) {
        Some("the language has at most 35 bytes and the brand 100, without control characters")
    } else {
        None
    }
}

fn cause_word(cause: HangUpCause) -> &'static str {
    match cause {
        HangUpCause::OutOfCredit => "out-of-credit",
        HangUpCause::ReservationRefused => "reservation-refused",
        HangUpCause::Suspended => "suspended",
        HangUpCause::AccountClosed => "account-closed",
    }
}

/// Keeps what it is asked, for tests.
#[derive(Default)]
pub struct RecordingTelephony {
    codes: Mutex<Vec<CodeMessage>>,
    hang_ups: Mutex<Vec<HangUpRequest>>,
    stubborn: Mutex<BTreeSet<String>>,
}

impl RecordingTelephony {
    /// Nothing asked yet, every call ends.
    pub fn new() -> RecordingTelephony {
        RecordingTelephony::default()
    }

    /// Every code, repeats included.
    pub fn codes(&self) -> Vec<CodeMessage> {
        lock(&self.codes).clone()
    }

    /// Every hang-up, repeats included.
    pub fn hang_ups(&self) -> Vec<HangUpRequest> {
        lock(&self.hang_ups).clone()
    }

    /// These calls go on whatever is asked, until the set is changed again.
    pub fn set_stubborn(&self, calls: impl IntoIterator<Item = String>) {
        *lock(&self.stubborn) = calls.into_iter().collect();
    }
}

impl Telephony for RecordingTelephony {
    fn send_code(&self, message: &CodeMessage) -> CodeOutcome {
        lock(&self.codes).push(message.clone());
        CodeOutcome::Accepted
    }

    fn hang_up(&self, request: &HangUpRequest) -> Vec<String> {
        lock(&self.hang_ups).push(request.clone());
        let stubborn = lock(&self.stubborn);
        request.calls.iter().filter(|call| stubborn.contains(*call)).cloned().collect()
    }
}

fn lock<Held>(mutex: &Mutex<Held>) -> MutexGuard<'_, Held> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SimulatedClock;

    /// 2026-03-01T00:00:00Z.
    const START: Instant = 1_772_323_200_000;

    fn code(key: &str, to: &str) -> CodeMessage {
        CodeMessage {
            key: key.to_owned(),
            to: to.to_owned(),
            channel: CodeChannel::Sms,
            code: "123456".to_owned(),
            language: "en".to_owned(),
            brand: "Coinbox".to_owned(),
        }
    }

    fn hang_up(calls: &[&str]) -> HangUpRequest {
        HangUpRequest {
            key: "k".to_owned(),
            auth_id: "MA0".to_owned(),
            calls: calls.iter().map(|call| (*call).to_owned()).collect(),
            cause: HangUpCause::OutOfCredit,
        }
    }

    struct Bench {
        folder: tempfile::TempDir,
        clock: Arc<SimulatedClock>,
        log: TelephonyLog,
    }

    fn bench() -> Bench {
        let folder = tempfile::tempdir().expect("folder");
        let clock = Arc::new(SimulatedClock::new(START));
        let log = TelephonyLog::open(&folder.path().join("telephony.jsonl"), clock.clone()).expect("log");
        Bench { folder, clock, log }
    }

    impl Bench {
        fn lines(&self) -> Vec<String> {
            let text = std::fs::read_to_string(self.folder.path().join("telephony.jsonl")).expect("log");
            text.lines().map(str::to_owned).collect()
        }
    }

    #[test]
    fn a_code_is_logged_once_a_minute_per_key() {
        let bench = bench();
        for _ in 0..3 {
            assert_eq!(bench.log.send_code(&code("k", "+14155550100")), CodeOutcome::Accepted);
        }
        assert_eq!(
            bench.lines(),
            [concat!(
                r#"{"at":"2026-03-01T00:00:00Z","act":"send-code","key":"k","to":"+14155550100","channel":"sms","#,
                r#""code":"123456","language":"en","brand":"Coinbox"}"#
            )]
        );
        bench.clock.advance(59_999).expect("forward");
        bench.log.send_code(&code("k", "+14155550100"));
        assert_eq!(bench.lines().len(), 1);
        bench.clock.advance(1).expect("forward");
        bench.log.send_code(&code("k", "+14155550100"));
        assert_eq!(bench.lines().len(), 2);
        bench.log.send_code(&code("other", "+14155550100"));
        assert_eq!(bench.lines().len(), 3);
    }

    #[test]
    fn impossible_codes_are_refused_and_not_logged() {
        let bench = bench();
        for number in
            ["", "+", "14155550100", "+0415555010", "+12345", "+1234567890123456", "+1415555010a", "+1 415 555"]
        {
            assert!(matches!(bench.log.send_code(&code("k", number)), CodeOutcome::Refused(_)), "{number}");
        }
        let good = code("k", "+14155550100");
        for bad in [
            CodeMessage { key: String::new(), ..good.clone() },
            CodeMessage { key: "k".repeat(256), ..good.clone() },
            CodeMessage { code: "1".repeat(17), ..good.clone() },
            CodeMessage { code: "1\n2".to_owned(), ..good.clone() },
            CodeMessage { brand: "b".repeat(101), ..good.clone() },
            CodeMessage { language: "l".repeat(36), ..good },
        ] {
            assert!(matches!(bench.log.send_code(&bad), CodeOutcome::Refused(_)));
        }
        assert_eq!(bench.lines(), Vec::<String>::new());
    }

    #[test]
    fn hang_ups_are_logged_and_stubborn_calls_go_on() {
        let bench = bench();
        assert_eq!(bench.log.hang_up(&hang_up(&["a", "b"])), Vec::<String>::new());
        bench.log.set_stubborn(["b".to_owned()]);
        assert_eq!(bench.log.hang_up(&hang_up(&["a", "b"])), ["b"]);
        bench.log.set_stubborn([]);
        assert_eq!(bench.log.hang_up(&hang_up(&["b"])), Vec::<String>::new());
        let lines = bench.lines();
        assert_eq!(lines.len(), 3);
        assert_eq!(
            lines[1],
            concat!(
                r#"{"at":"2026-03-01T00:00:00Z","act":"hang-up","key":"k","auth-id":"MA0","cause":"out-of-credit","#,
                r#""ended":["a"],"going-on":1}"#
            )
        );
    }

    #[test]
    fn calls_beyond_the_bounds_go_on() {
        let bench = bench();
        let names: Vec<String> = (0..1001).map(|number| format!("call-{number}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(bench.log.hang_up(&hang_up(&names)), ["call-1000"]);
        let long = "c".repeat(129);
        assert_eq!(bench.log.hang_up(&hang_up(&["a", &long])), std::slice::from_ref(&long));
    }

    #[cfg(unix)]
    #[test]
    fn a_log_that_cannot_be_written_ends_and_sends_nothing() {
        let clock = Arc::new(SimulatedClock::new(START));
        let log = TelephonyLog::open(Path::new("/dev/full"), clock).expect("device");
        assert_eq!(log.hang_up(&hang_up(&["a"])), ["a"]);
        let CodeOutcome::NotSent(not_sent) = log.send_code(&code("k", "+14155550100")) else { panic!("not sent") };
        assert_eq!(not_sent.ask_again, START + 60_000);
        // What was not sent is not remembered as sent.
        assert!(matches!(log.send_code(&code("k", "+14155550100")), CodeOutcome::NotSent(_)));
    }

    #[test]
    fn the_recorder_keeps_everything() {
        let recorder = RecordingTelephony::new();
        recorder.set_stubborn(["b".to_owned()]);
        assert_eq!(recorder.hang_up(&hang_up(&["a", "b"])), ["b"]);
        assert_eq!(recorder.send_code(&code("k", "+14155550100")), CodeOutcome::Accepted);
        assert_eq!(recorder.codes(), [code("k", "+14155550100")]);
        assert_eq!(recorder.hang_ups(), [hang_up(&["a", "b"])]);
    }
}
