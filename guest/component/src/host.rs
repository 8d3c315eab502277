//! What the rules see of the host: its imports, behind the traits that the rules ask for.

use crate::bindings::wasi::clocks::wall_clock;
use crate::bindings::wasi::random::random;
use crate::contract::{admission, diagnostics, email, inventory, payment, storage, telephony, types, vault};
use crate::mapping::Translate;
use coinbox_rules::ground::kept::Kept;
use coinbox_rules::ground::texts::{Given, Texts};
use coinbox_rules::outside::{self, Effects};
use coinbox_rules::port::{self, Changes};
use coinbox_rules::turn::{Lent, Turn};
use std::sync::Once;

/// The host that this component runs in.
struct Host;

impl port::Storage for Host {
    fn store_name(&self) -> String {
        storage::store_name()
    }

    fn mark(&self) -> String {
        storage::mark()
    }

    fn get_many(&self, keys: &Texts) -> Texts {
        received(storage::get_many(&types::Texts { text: keys.text().to_owned(), lengths: keys.lengths().to_vec() }))
    }

    fn scan(&self, first: &str, end: &str, direction: port::Direction, limit: u32) -> (Vec<(String, String)>, bool) {
        let direction = match direction {
            port::Direction::Ascending => storage::Direction::Ascending,
            port::Direction::Descending => storage::Direction::Descending,
        };
        let span = storage::Span { first: first.to_owned(), end: end.to_owned() };
        let page = storage::scan(&span, direction, limit);
        let entries = received(page.entries);
        (entries.pairs().map(|(key, value)| (key.to_owned(), value.to_owned())).collect(), page.more)
    }

    fn read_feed(&self, topic: Option<&str>, after: u64, limit: u32) -> Vec<port::FeedLine> {
        storage::read_feed(topic, after, limit)
            .into_iter()
            .map(|line| port::FeedLine { position: line.position, topic: line.topic, body: line.body })
            .collect()
    }
}

impl port::Vault for Host {
    fn seal(&self, purpose: &str, secret: &str) -> String {
        vault::seal(purpose, secret)
    }

    fn unseal(&self, purpose: &str, sealed: &str) -> Result<String, port::UnsealError> {
        vault::unseal(purpose, sealed).map_err(|error| match error {
            vault::UnsealError::NotOurs => port::UnsealError::NotOurs,
            vault::UnsealError::KeyDestroyed => port::UnsealError::KeyDestroyed,
        })
    }

    fn digest(&self, purpose: &str, input: &str) -> String {
        vault::digest(purpose, input)
    }

    fn mark(&self, purpose: &str, input: &str) -> String {
        vault::mark(purpose, input)
    }

    fn check(&self, purpose: &str, input: &str, mark: &str) -> port::Marked {
        match vault::check(purpose, input, mark) {
            vault::MarkVerdict::Same => port::Marked::Same,
            vault::MarkVerdict::SameOutdated => port::Marked::SameOutdated,
            vault::MarkVerdict::Differs => port::Marked::Differs,
        }
    }

    fn hash_password(&self, password: &str) -> String {
        vault::hash_password(password)
    }

    fn verify_password(&self, password: &str, hash: &str) -> port::Weighed {
        match vault::verify_password(password, hash) {
            vault::PasswordVerdict::Matches => port::Weighed::Matches,
            vault::PasswordVerdict::MatchesOutdated => port::Weighed::MatchesOutdated,
            vault::PasswordVerdict::Differs => port::Weighed::Differs,
        }
    }
}

impl port::Admission for Host {
    fn admit(&self, request: &port::AdmissionRequest) -> Option<i64> {
        admission::admit(&request.clone().translate())
    }
}

impl port::Random for Host {
    fn next(&self) -> u64 {
        random::get_random_u64()
    }
}

impl Effects for Host {
    fn vault(&self) -> &dyn port::Vault {
        self
    }

    fn charge(&self, request: &outside::ChargeRequest) -> outside::PaymentOutcome {
        payment::charge(&request.clone().translate()).translate()
    }

    fn refund(&self, request: &outside::RefundRequest) -> outside::PaymentOutcome {
        payment::refund(&request.clone().translate()).translate()
    }

    fn find(&self, key: &str) -> outside::Finding {
        payment::find(key).translate()
    }

    fn close(&self, key: &str) -> outside::Finding {
        payment::close(key).translate()
    }

    fn movements_since(&self, since: i64, cursor: Option<&str>) -> Option<outside::MovementPage> {
        payment::movements_since(since, cursor).map(Translate::translate)
    }

    fn describe_method(&self, token: &str) -> outside::MethodAnswer {
        payment::describe_method(token).translate()
    }

    fn forget_method(&self, token: &str) -> bool {
        payment::forget_method(token)
    }

    fn send_mail(&self, message: &outside::Message) -> outside::MailOutcome {
        email::send(&message.clone().translate()).translate()
    }

    fn send_code(&self, message: &outside::CodeMessage) -> outside::TelephonyOutcome {
        telephony::send_code(&message.clone().translate()).translate()
    }

    fn hang_up(&self, request: &outside::HangUpRequest) -> Vec<String> {
        telephony::hang_up(&request.clone().translate())
    }

    fn offer(&self, filter: &outside::OfferFilter) -> Option<outside::OfferPage> {
        inventory::offer(&filter.clone().translate()).map(Translate::translate)
    }

    fn order(&self, request: &outside::OrderRequest) -> outside::StockOutcome {
        inventory::order(&request.clone().translate()).translate()
    }

    fn release(&self, request: &outside::ReleaseRequest) -> outside::StockOutcome {
        inventory::release(&request.clone().translate()).translate()
    }

    fn find_order(&self, key: &str) -> Option<outside::StockOutcome> {
        inventory::find(key).map(Translate::translate)
    }

    fn warn(&self, text: &str) {
        let text: String = text.chars().take(1000).collect();
        diagnostics::report(diagnostics::Level::Warning, &text);
    }

    fn orders_since(&self, since: i64, cursor: Option<&str>) -> Option<outside::StockPage> {
        inventory::orders_since(since, cursor).map(Translate::translate)
    }
}

thread_local! {
    // The only thing that outlives a turn: parsed records that never change under their key.
    static KEPT: Kept = Kept::default();
}

fn with_call<T>(run: impl FnOnce(Turn<'_>) -> T) -> T {
    report_panics();
    let moment = wall_clock::now();
    let now = i64::try_from(moment.seconds)
        .ok()
        .and_then(|seconds| seconds.checked_mul(1000))
        .map_or(i64::MAX / 2, |ms| ms.saturating_add(i64::from(moment.nanoseconds / 1_000_000)));
    KEPT.with(|kept| run(Turn::new(Lent { storage: &Host, vault: &Host, random: &Host, admission: &Host, now, kept })))
}

/// Runs a query: it reads.
pub(crate) fn query<T>(run: impl FnOnce(&Turn<'_>) -> T) -> T {
    with_call(|turn| run(&turn))
}

/// Runs a command: what it changes is handed over at the end, and only if it succeeded.
pub(crate) fn command<T, E>(run: impl FnOnce(&mut Turn<'_>) -> Result<T, E>) -> Result<T, E> {
    with_call(|mut turn| {
        let answer = run(&mut turn)?;
        let changes = turn.into_changes();
        if !changes.is_empty() {
            storage::stage(&staged(changes));
        }
        Ok(answer)
    })
}

/// Runs an effect: it acts and sees no storage.
pub(crate) fn effect<T>(run: impl FnOnce(&dyn Effects) -> T) -> T {
    report_panics();
    run(&Host)
}

/// Runs an effect that asks nothing of the outside itself: it only opens secrets.
pub(crate) fn request<T>(run: impl FnOnce(&dyn port::Vault) -> T) -> T {
    report_panics();
    run(&Host)
}

fn staged(changes: Changes) -> storage::Changes {
    let lane = |lane| match lane {
        port::Lane::Urgent => storage::Lane::Urgent,
        port::Lane::Normal => storage::Lane::Normal,
        port::Lane::Bulk => storage::Lane::Bulk,
    };
    storage::Changes {
        puts: handed_over(changes.puts),
        removes: changes.removes,
        clears: changes.clears.into_iter().map(|(first, end)| storage::Span { first, end }).collect(),
        lines: changes.lines.into_iter().map(|(topic, body)| storage::NewLine { topic, body }).collect(),
        timers: changes
            .timers
            .into_iter()
            .map(|(key, wanted, due)| storage::Timer { key, lane: lane(wanted), due })
            .collect(),
        cancels: changes.cancels,
    }
}

fn received(texts: types::Texts) -> Texts {
    Texts::of(Given { text: texts.text, lengths: texts.lengths })
        .expect("a host answers with lengths that fit their text")
}

fn handed_over(texts: Texts) -> types::Texts {
    let Given { text, lengths } = texts.given();
    types::Texts { text, lengths }
}

/// Tells the host why the component is about to trap: without this it would only see that it did.
fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let text: String = panic.to_string().chars().take(1000).collect();
            diagnostics::report(diagnostics::Level::Defect, &text);
        }));
    });
}
