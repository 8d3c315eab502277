//! W10: the rules read the clock once a call. A host of its own, with the standard clock of most runtimes: it moves at every read, also during a call.
//!
//! Runs the built component, as `make component` wrote it.

use coinbox_host::contract::exported::accounts::{AccountType, NewAccount};
use coinbox_host::contract::exported::credits::{Adjustment, Goodwill};
use coinbox_host::contract::exported::jobs::StoreBeginning;
use coinbox_host::contract::types::{Caller, Operator, Principal};
use coinbox_host::contract::wasi::clocks::wall_clock;
use coinbox_host::contract::wasi::random::random;
use coinbox_host::contract::{
    Rules, admission, admission_types, coupon_types, credit_types, diagnostics, email, email_types, inventory,
    inventory_types, outside_types, payment, payment_types, people_types, storage, telephony, telephony_types, types,
    usage_types, vault,
};
use coinbox_tests::components;
use std::collections::BTreeMap;
use wasmtime::component::{Component, HasSelf, Linker};
use wasmtime::{Engine, Result, Store, bail};

/// 2026-03-02T00:00:00Z in seconds.
const START: u64 = 1_772_409_600;

/// Many texts as the contract has them.
fn join<'a>(texts: impl Iterator<Item = &'a str>) -> types::Texts {
    let mut all = types::Texts { text: String::new(), lengths: Vec::new() };
    for text in texts {
        all.text.push_str(text);
        all.lengths.push(text.len() as u32);
    }
    all
}

fn split(texts: &types::Texts) -> Vec<&str> {
    let mut left = texts.text.as_str();
    let lengths = texts.lengths.iter();
    lengths
        .map(|length| {
            let (text, rest) = left.split_at(*length as usize);
            left = rest;
            text
        })
        .collect()
}

/// A host that gives the least: entries in a map, no timers, no outside.
#[derive(Default)]
struct Least {
    entries: BTreeMap<String, String>,
    staged: Option<storage::Changes>,
    /// What the clock shows, and how far it moves at every read.
    seconds: u64,
    moves: u64,
    reads: u32,
    drawn: u64,
}

impl wall_clock::Host for Least {
    fn now(&mut self) -> Result<wall_clock::Datetime> {
        let seconds = self.seconds;
        self.seconds += self.moves;
        self.reads += 1;
        Ok(wall_clock::Datetime { seconds, nanoseconds: 0 })
    }

    fn resolution(&mut self) -> Result<wall_clock::Datetime> {
        bail!("the rules do not ask how exact a clock is")
    }
}

impl random::Host for Least {
    fn get_random_bytes(&mut self, len: u64) -> Result<Vec<u8>> {
        (0..len).map(|_| Ok(self.get_random_u64()? as u8)).collect()
    }

    fn get_random_u64(&mut self) -> Result<u64> {
        self.drawn = self.drawn.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        Ok(self.drawn.rotate_left(29))
    }
}

impl storage::Host for Least {
    fn store_name(&mut self) -> Result<String> {
        Ok("leaststore000000".to_owned())
    }

    fn mark(&mut self) -> Result<String> {
        Ok(String::new())
    }

    fn get_many(&mut self, keys: types::Texts) -> Result<types::Texts> {
        Ok(join(split(&keys).iter().map(|key| self.entries.get(*key).map_or("", String::as_str))))
    }

    fn scan(&mut self, within: storage::Span, direction: storage::Direction, limit: u32) -> Result<storage::ScanPage> {
        if within.first >= within.end {
            return Ok(storage::ScanPage { entries: join(std::iter::empty()), more: false });
        }
        let found = self.entries.range(within.first..within.end);
        let mut entries: Vec<(&String, &String)> = match direction {
            storage::Direction::Ascending => found.collect(),
            storage::Direction::Descending => found.rev().collect(),
        };
        let more = entries.len() > limit as usize;
        entries.truncate(limit as usize);
        let entries = join(entries.into_iter().flat_map(|(key, value)| [key.as_str(), value]));
        Ok(storage::ScanPage { entries, more })
    }

    fn read_feed(&mut self, _: Option<String>, _: u64, _: u32) -> Result<Vec<storage::Line>> {
        Ok(Vec::new())
    }

    fn stage(&mut self, changes: storage::Changes) -> Result<()> {
        self.staged = Some(changes);
        Ok(())
    }
}

impl vault::Host for Least {
    fn seal(&mut self, purpose: String, secret: String) -> Result<String> {
        Ok(format!("{purpose}:{secret}"))
    }

    fn unseal(&mut self, _: String, _: String) -> Result<std::result::Result<String, vault::UnsealError>> {
        Ok(Err(vault::UnsealError::NotOurs))
    }

    fn digest(&mut self, purpose: String, input: String) -> Result<String> {
        Ok(format!("{purpose}:{input}"))
    }

    fn mark(&mut self, purpose: String, input: String) -> Result<String> {
        Ok(format!("{purpose}:{input}"))
    }

    fn check(&mut self, purpose: String, input: String, mark: String) -> Result<vault::MarkVerdict> {
        let same = mark == format!("{purpose}:{input}");
        Ok(if same { vault::MarkVerdict::Same } else { vault::MarkVerdict::Differs })
    }

    fn hash_password(&mut self, _: String) -> Result<String> {
        bail!("no password is asked for here")
    }

    fn verify_password(&mut self, _: String, _: String) -> Result<vault::PasswordVerdict> {
        bail!("no password is asked for here")
    }
}

impl admission::Host for Least {
    fn admit(&mut self, _: admission_types::AdmissionRequest) -> Result<Option<i64>> {
        Ok(None)
    }
}

impl diagnostics::Host for Least {
    fn report(&mut self, _: diagnostics::Level, text: String) -> Result<()> {
        println!("{text}");
        Ok(())
    }
}

/// Interfaces that hold types and no function.
macro_rules! types_only {
    ($($interface:ident),*) => {
        $(impl $interface::Host for Least {})*
    };
}

types_only!(
    types,
    admission_types,
    coupon_types,
    credit_types,
    email_types,
    inventory_types,
    outside_types,
    payment_types,
    people_types,
    telephony_types,
    usage_types
);

/// Imports that act on the outside: no call here is an effect.
macro_rules! not_lent {
    ($($interface:ident { $($function:ident($($argument:ty),*) -> $answer:ty;)* })*) => {
        $(
            impl $interface::Host for Least {
                $(
                    fn $function(&mut self, $(_: $argument),*) -> Result<$answer> {
                        bail!("`{}.{}` is not lent", stringify!($interface), stringify!($function))
                    }
                )*
            }
        )*
    };
}

not_lent! {
    payment {
        charge(payment_types::ChargeRequest) -> payment_types::PaymentOutcome;
        refund(payment_types::RefundRequest) -> payment_types::PaymentOutcome;
        find(String) -> payment_types::Finding;
        close(String) -> payment_types::Finding;
        movements_since(i64, Option<String>) -> Option<payment_types::MovementPage>;
        describe_method(String) -> payment_types::MethodAnswer;
        forget_method(String) -> bool;
    }
    email {
        send(email_types::MailMessage) -> email_types::MailOutcome;
    }
    telephony {
        send_code(telephony_types::CodeMessage) -> telephony_types::CodeOutcome;
        hang_up(telephony_types::HangUpRequest) -> Vec<String>;
    }
    inventory {
        offer(inventory_types::OfferFilter) -> Option<inventory_types::OfferPage>;
        order(inventory_types::OrderRequest) -> inventory_types::StockOutcome;
        release(inventory_types::ReleaseRequest) -> inventory_types::StockOutcome;
        find(String) -> Option<inventory_types::StockOutcome>;
        orders_since(i64, Option<String>) -> Option<inventory_types::StockPage>;
    }
}

/// One store, one instance, and a clock that moves by so many seconds at every read.
struct Run {
    store: Store<Least>,
    rules: Rules,
    caller: Caller,
    /// What each call has changed.
    changes: Vec<String>,
}

impl Run {
    fn begin(engine: &Engine, component: &Component, moves: u64) -> Result<Run> {
        let mut linker = Linker::new(engine);
        Rules::add_to_linker::<_, HasSelf<Least>>(&mut linker, |host| host)?;
        let mut store = Store::new(engine, Least { seconds: START, moves, ..Least::default() });
        let rules = Rules::instantiate(&mut store, component, &linker)?;
        let facts = rules.coinbox_billing_about().call_describe(&mut store)?;
        assert_eq!(store.data().reads, 0, "a build describes itself without a clock");
        let permissions = facts.functions.into_iter().filter_map(|function| function.permission).collect();
        let who = Principal::Operator(Operator { name: "tester".to_owned(), permissions });
        let caller = Caller {
            who,
            address: None,
            device: None,
            request: "test".to_owned(),
            idempotency_key: Some("key".to_owned()),
            part: None,
        };
        Ok(Run { store, rules, caller, changes: Vec::new() })
    }

    /// One call, a minute after the last one by the clock of all runs.
    fn call<T>(&mut self, call: impl FnOnce(&mut Store<Least>, &Rules, &Caller) -> Result<T>) -> Result<T> {
        let minutes = self.changes.len() as u64;
        let host = self.store.data_mut();
        (host.seconds, host.reads) = (START + 60 * minutes, 0);
        let answer = call(&mut self.store, &self.rules, &self.caller)?;
        let host = self.store.data_mut();
        assert_eq!(host.reads, 1, "call {minutes} has read the clock {} times", host.reads);
        let staged = host.staged.take();
        self.changes.push(format!("{staged:?}"));
        if let Some(staged) = staged {
            for span in &staged.clears {
                host.entries.retain(|key, _| *key < span.first || *key >= span.end);
            }
            staged.removes.iter().for_each(|key| {
                host.entries.remove(key);
            });
            let puts = split(&staged.puts);
            host.entries.extend(puts.chunks_exact(2).map(|put| (put[0].to_owned(), put[1].to_owned())));
        }
        Ok(answer)
    }
}

/// A store is opened, an account made and given credit, jobs begun, and read: what the calls have changed.
fn lived(engine: &Engine, component: &Component, moves: u64) -> Result<Vec<String>> {
    let mut run = Run::begin(engine, component, moves)?;
    run.call(|store, rules, _| rules.coinbox_billing_jobs().call_store_opened(store, StoreBeginning::Created))?
        .expect("the store is opened");
    let account = NewAccount {
        account_type: AccountType::Developer,
        name: "Acme".to_owned(),
        email: "owner@example.com".to_owned(),
        address: String::new(),
        city: String::new(),
        state: String::new(),
        timezone: "UTC".to_owned(),
        currency: None,
    };
    let created =
        run.call(|store, rules, caller| rules.coinbox_billing_accounts().call_create(store, caller, &account))?;
    let auth_id = created.expect("an account").auth_id;
    let gift = Adjustment::Goodwill(Goodwill { amount: 5_000_000, expires: None });
    run.call(|store, rules, caller| {
        rules.coinbox_billing_credits().call_adjust(store, caller, &auth_id, &gift, "test")
    })?
    .expect("credit is given");
    for job in ["store/housekeeping", "store/totals"] {
        run.call(|store, rules, _| rules.coinbox_billing_jobs().call_begin(store, job))?.expect("a job is begun");
    }
    let balance =
        run.call(|store, rules, caller| rules.coinbox_billing_credits().call_get_balance(store, caller, &auth_id))?;
    assert!(balance.is_ok(), "{balance:?}");
    Ok(run.changes)
}

#[test]
fn w10_a_clock_that_moves_during_a_call_changes_nothing() -> Result<()> {
    let engine = Engine::default();
    let component = Component::new(&engine, components::rules())?;
    let steady = lived(&engine, &component, 0)?;
    assert!(steady[..3].iter().all(|changes| changes != "None"), "each command has changed something");
    // A read too many would see the next day.
    assert_eq!(lived(&engine, &component, 86_400)?, steady);
    Ok(())
}
