//! Random cards, random faults of the gateway, hosts that die again and again, and a door of effects drawn anew for each of them: no charge is made
//! twice, and none is sent a second time before the gateway has said that it does not know the key (CRD-7, R11).
//!
//! The seed of a failing run is printed: `COINBOX_SEED=17 cargo test --release -p coinbox-tests --test charged_once` runs it again.

use coinbox_host::coinbox::EffectDoor;
use coinbox_host::payment::sandbox::{Fault, RequestLine};
use coinbox_tests::crash::Fuse;
use coinbox_tests::crash_world::{DAY, Host, USD, World, list};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};

const SEEDS: u64 = 120;
/// Recharges of one run, and hosts that die in it.
const RECHARGES: i64 = 3;
const DEATHS: u64 = 4;

/// Cards that leave open for a while, or for ever, what has become of a charge, and some that do not.
const TOKENS: [&str; 9] = [
    "tok_approve",
    "tok_decline_insufficient",
    "tok_timeout_before",
    "tok_timeout_after",
    "tok_late:90000",
    "tok_late_finds:3",
    "tok_unknown_then_paid",
    "tok_not_sent:2",
    "tok_script:approve,late:5000,timeout_after",
];

/// SplitMix64.
struct Dice(u64);

impl Dice {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (mixed ^ (mixed >> 31)) % end
    }

    fn door(&mut self) -> EffectDoor {
        if self.below(2) == 0 { EffectDoor::InsideCall } else { EffectDoor::default() }
    }
}

/// A client asks for its recharges under its own keys; what it has no answer to, it asks again after the next start.
fn recharge(host: &Host, account: &str) {
    for number in 0..RECHARGES {
        let arguments = json!({"auth-id": account, "amount": ((30 + number) * USD).to_string(), "card": null});
        let _ = host.ask("credits.recharge", Some(&format!("the customer's key {number}")), arguments);
        let _ = host.coinbox.drain();
    }
}

/// A charge is sent again only behind a look-up that has found nothing. Answers how many were sent again.
fn sent_again(requests: &[RequestLine]) -> usize {
    let mut again = 0;
    let mut last: BTreeMap<&str, (&str, &str)> = BTreeMap::new();
    for request in requests {
        let before = last.insert(&request.subject, (&request.call, &request.answer));
        if request.call == "charge"
            && let Some(before) = before
        {
            assert_eq!(before, ("find", "not-found"), "{} was charged again behind it", request.subject);
            again += 1;
        }
    }
    again
}

/// One run. Answers how many charges were sent again, and how many hosts have died.
fn run(seed: u64) -> (usize, usize) {
    let dice = &mut Dice(seed);
    let mut world = World::new(seed);
    let host = world.open("store");
    let account = host.account();
    host.card(&account, TOKENS[dice.below(TOKENS.len() as u64) as usize]);
    host.coinbox.stop().expect("stops");
    drop(host);
    let mut deaths = 0;
    for _ in 0..DEATHS {
        world.effects = dice.door();
        match dice.below(6) {
            0 => world.gateway.disturb_money(Fault::LostBefore),
            1 => world.gateway.disturb_money(Fault::LostAfter),
            2 => world.gateway.disturb_money(Fault::NotSent),
            3 => world.gateway.disturb_look_up(Fault::LostBefore),
            _ => {}
        }
        let fuse = Fuse::at(1 + dice.below(150));
        if let Some(host) = world.open_fused("store", &fuse) {
            recharge(&host, &account);
            let later = host.coinbox.now() + dice.below(3_600_000).cast_signed();
            let _ = host.coinbox.advance_to(later);
        }
        deaths += usize::from(fuse.is_blown());
    }
    world.effects = dice.door();
    let host = world.open("store");
    recharge(&host, &account);
    host.advance(5 * DAY);
    host.verify();
    assert_eq!(world.taken(), host.recharges(), "the gateway and the ledger");
    let charges = host.ok("credits.list-charges", json!({"auth-id": account, "after": null, "limit": 100}));
    let keys: BTreeSet<&str> = list(&charges["charges"]).iter().filter_map(|charge| charge["key"].as_str()).collect();
    assert_eq!((list(&charges["charges"]).len() as i64, keys.len() as i64), (RECHARGES, RECHARGES), "{charges}");
    (sent_again(&world.gateway.requests().expect("the gateway's log")), deaths)
}

#[test]
fn no_charge_is_made_twice() {
    let chosen = std::env::var("COINBOX_SEED").ok().map(|seed| seed.parse().expect("a number"));
    let seeds: Vec<u64> = chosen.map_or_else(|| (1..=SEEDS).collect(), |seed| vec![seed]);
    let (mut again, mut deaths) = (0, 0);
    for seed in &seeds {
        let (sent, died) = std::panic::catch_unwind(|| run(*seed)).unwrap_or_else(|panic| {
            eprintln!("seed {seed}");
            std::panic::resume_unwind(panic);
        });
        again += sent;
        deaths += died;
    }
    println!("{} runs: {deaths} hosts have died, {again} charges were sent again", seeds.len());
    assert!(seeds.len() == 1 || (again > 20 && deaths > 100), "{again} charges were sent again, {deaths} deaths");
}
