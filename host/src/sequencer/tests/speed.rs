//! Figures, for reading: how near the lane comes to SQLite alone. Run with `--ignored --nocapture`.

use super::*;
use crate::storage::GroupChanges;
use crate::storage::tests::create;
use std::time::Instant;

const WALLETS: u64 = 10_000;

/// Numbers that look random and are the same in each run.
fn mix(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB) >> 16
}

/// What a batch of usage reads: a dedupe key for each event (in time order), and the wallets that it touches.
fn keys(from: u64, events: u64) -> (Vec<String>, Vec<String>) {
    let dedupe = (from..from + events).map(|event| format!("d/{:013}/{:016x}", 1_700_000_000_000 + event, mix(event)));
    let mut wallets: Vec<String> =
        (from..from + events).map(|event| format!("wallet/{:08}", mix(event) % WALLETS)).collect();
    wallets.sort();
    wallets.dedup();
    (dedupe.collect(), wallets)
}

/// And what it writes: the dedupe keys, one block of 200 bytes an event, the wallets with 120 bytes that change.
fn written(dedupe: Vec<String>, wallets: Vec<String>) -> Changes {
    let number = dedupe[0].clone();
    let mut puts: Vec<(String, Arc<str>)> =
        vec![(format!("block/{number}"), "b".repeat(200 * dedupe.len()).as_str().into())];
    puts.extend(dedupe.into_iter().map(|key| (key, "{}".into())));
    puts.extend(wallets.into_iter().map(|key| (key, format!("{number:0>120}").as_str().into())));
    Changes { puts, ..Changes::default() }
}

fn prepared(store: &dyn Durable) {
    let mut position = 1;
    let mut group = GroupChanges::default();
    for wallet in 0..WALLETS {
        group.add(puts(&[(&format!("wallet/{wallet:08}"), &"w".repeat(120))]), 1, &mut position);
    }
    store.commit(&Arc::new(group)).expect("commits");
}

/// Reads and commits batch by batch, with nothing between.
fn floor(store: &dyn Durable, batches: u64, events: u64) -> f64 {
    prepared(store);
    let base = store.newest().expect("reads");
    let begun = Instant::now();
    let mut position = 1;
    for batch in 0..batches {
        let (dedupe, wallets) = keys(batch * events, events);
        let asked: Vec<&str> = dedupe.iter().chain(&wallets).map(String::as_str).collect();
        base.get(&asked, &mut |_, _| {}).expect("reads");
        let mut group = GroupChanges::default();
        group.add(written(dedupe, wallets), 1, &mut position);
        store.commit(&Arc::new(group)).expect("commits");
    }
    (batches * events) as f64 / begun.elapsed().as_secs_f64()
}

fn lane(store: Arc<dyn Durable>, clients: u64, batches: u64, events: u64) -> (f64, f64) {
    prepared(&*store);
    let sequencer = start(store);
    let begun = Instant::now();
    std::thread::scope(|scope| {
        for client in 0..clients {
            let sequencer = &sequencer;
            scope.spawn(move || {
                for batch in (client..batches).step_by(clients as usize) {
                    let answer = sequencer.submit(move |view, _| {
                        let (dedupe, wallets) = keys(batch * events, events);
                        let asked =
                            |keys: &[String]| view.get_many(&keys.iter().map(String::as_str).collect::<Vec<_>>());
                        let found = asked(&dedupe).expect("reads");
                        assert!(found.iter().all(Option::is_none));
                        assert_eq!(asked(&wallets).expect("reads").len(), wallets.len());
                        ((), Decision::keep(written(dedupe, wallets), 1))
                    });
                    answer.wait().expect("an answer");
                }
            });
        }
    });
    let rate = (batches * events) as f64 / begun.elapsed().as_secs_f64();
    let begun = Instant::now();
    let looks = 100_000;
    for index in 0..looks {
        drop(sequencer.submit(move |_, _| (index, Decision::Discard)));
        if index % 5000 == 0 {
            drain(&sequencer);
        }
    }
    drain(&sequencer);
    (rate, f64::from(looks) / begun.elapsed().as_secs_f64())
}

#[test]
#[ignore = "figures for reading"]
fn figures() {
    for (clients, batches, events) in [(64, 40_000, 1), (8, 2_000, 100), (8, 400, 1000)] {
        let directories = [(); 2].map(|()| tempfile::tempdir().expect("a directory"));
        let raw = floor(&create(directories[0].path()), (batches / 4).max(20), events);
        let (sqlite, _) = lane(Arc::new(create(directories[1].path())), clients, batches, events);
        let (memory, idle) = lane(memory(), clients, batches, events);
        println!(
            "batches of {events:>4}, {clients:>2} clients: raw {raw:>8.0}/s one by one, lane over sqlite {sqlite:>8.0}/s, over memory {memory:>8.0}/s, empty commands {idle:.0}/s"
        );
    }
}
