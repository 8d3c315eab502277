//! Logging in (SEC-3, SEC-9).

use super::world::{EMAIL, OTHER, PASSWORD, World, from, nobody, session};
use crate::words::{Checked, FactorKind, Step};
use crate::{login, profile};
use coinbox_ground::testing::keyed;
use coinbox_ground::vocabulary::{DAY_MS, Fault, HOUR_MS, MINUTE_MS, Refusal};
use coinbox_profiles::profile::Standing;

fn too_often(answer: Result<Step, login::Error>) -> i64 {
    match answer {
        Err(login::Error::Refused(Refusal::TooOften(at))) => at,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_login_has_two_steps_and_tells_its_owner() {
    let (world, _) = World::with_owner();
    let notices = world.count("login-notice");
    let half = world.half(PASSWORD);
    assert_eq!(half.factors.len(), 2, "{:?}", half.factors);
    assert_eq!(half.factors[0].hint, "•••• 0100");
    assert!(!world.opens(&half.token), "attack 40: a half session opens nothing else");
    let logout = world.ask(|turn| profile::get(turn, &session(&half.token)));
    assert_eq!(logout, Err(Refusal::SecondFactorRequired.into()));
    world.pass(MINUTE_MS);
    world.send_login_code(&half.token).expect("sent");
    let entered = match world.check(&half.token, FactorKind::Phone, &world.code()) {
        Ok(Checked::Entered(entered)) => entered,
        other => panic!("{other:?}"),
    };
    assert_ne!(entered.token, half.token, "attack 39: the secret before is not the secret after");
    assert!(world.opens(&entered.token) && !world.opens(&half.token));
    assert_eq!(world.count("login-notice"), notices + 1);
    let logins = world.ask(|turn| login::list_logins(turn, &session(&entered.token))).expect("listed");
    assert!(logins[0].entered && logins[0].how == "password", "{logins:?}");
    let sessions = world.ask(|turn| login::list_sessions(turn, &session(&entered.token))).expect("listed");
    assert_eq!((sessions.len(), sessions[0].this_one), (2, true));
    assert_eq!(world.change(|turn| login::end_others(turn, &session(&entered.token))), Ok(1));
    world.change(|turn| login::logout(turn, &session(&entered.token))).expect("out");
    assert!(!world.opens(&entered.token));
}

/// Attacks 1 and 99: wrong, unknown, invited, closed: one answer, and the same keys are written.
#[test]
fn nobody_learns_who_is_a_member() {
    let invited = World::new();
    invited.invite();
    let (owned, _) = World::with_owner();
    let (closed, _) = World::with_owner();
    closed.stand(Standing::Closed);
    let networks = std::cell::Cell::new(0);
    let kinds = |world: &World, email: &str, old: &str| {
        networks.set(networks.get() + 1);
        let before = world.fake.dump();
        let answer = world.try_from(&from(&format!("198.51.100.{}", networks.get())), email, old, None);
        assert_eq!(answer, Ok(Step::Wrong));
        let kind = |key: String| key.split('/').next().map(str::to_owned);
        let new = world.fake.dump().into_keys().filter(|key| !before.contains_key(key));
        new.filter_map(kind).collect::<Vec<_>>()
    };
    let written = kinds(&owned, EMAIL, OTHER);
    assert_eq!(written, ["ask", "thr", "thr"]);
    assert_eq!(kinds(&owned, "nobody@acme.example", OTHER), written);
    assert_eq!(kinds(&invited, EMAIL, PASSWORD), written);
    assert_eq!(kinds(&closed, EMAIL, PASSWORD), written);
}

/// Attack 1, by what is asked of the host: as many crossings for a known address as for an unknown one.
#[test]
fn the_work_is_the_same_for_nobody() {
    let (world, _) = World::with_owner();
    let crossings = |email: &str| {
        let before = world.fake.crossings();
        assert_eq!(world.try_from(&from("192.0.2.77"), email, OTHER, None), Ok(Step::Wrong));
        world.fake.crossings() - before
    };
    for time in 1..=2 {
        assert_eq!(crossings(EMAIL), crossings("nobody@acme.example"), "time {time}");
    }
}

/// Attack 3 and 22: the form is looked at before the address, and nothing is counted.
#[test]
fn passwords_that_cannot_be_are_refused_before_anything() {
    let (world, _) = World::with_owner();
    let before = world.fake.dump();
    for email in [EMAIL, "nobody@acme.example"] {
        for old in ["", &"x".repeat(1_048_576)] {
            let refused = world.change(|turn| login::start(turn, &nobody(), email.to_owned(), old.to_owned(), None));
            assert!(matches!(&refused, Err(login::Error::Refused(Refusal::Invalid(found))) if found[0].field == "old"));
        }
    }
    assert_eq!(world.fake.dump(), before);
}

/// Attacks 13 and 15: waits grow whoever tries, a try during a wait prolongs nothing, and the member is told once.
#[test]
fn strangers_wait_longer_and_longer() {
    let (world, _) = World::with_owner();
    let stranger = |place: usize| from(&format!("198.51.100.{place}"));
    for place in 0..4 {
        assert_eq!(world.try_from(&stranger(place), EMAIL, OTHER, None), Ok(Step::Wrong));
    }
    let first = world.now() + 30_000;
    assert_eq!(world.try_from(&stranger(5), EMAIL, OTHER, None), Ok(Step::Locked(first)));
    assert_eq!(too_often(world.try_from(&stranger(6), EMAIL, PASSWORD, None)), first);
    world.pass(29_999);
    assert_eq!(too_often(world.try_from(&stranger(6), EMAIL, PASSWORD, None)), first);
    world.pass(1);
    assert_eq!(world.try_from(&stranger(7), EMAIL, OTHER, None), Ok(Step::Locked(world.now() + MINUTE_MS)));
    assert_eq!(world.count("login-locked"), 1);
    world.pass(MINUTE_MS);
    assert!(matches!(world.attempt(EMAIL, PASSWORD), Ok(Step::SecondFactor(_))));
    assert_eq!(world.attempt(EMAIL, OTHER), Ok(Step::Wrong), "a success ends the count");
}

/// Attack 14: strangers fail for a week; the owner's known device gets in at once. Attack 56: a device token skips nothing, and is the member's own.
#[test]
fn a_known_device_is_counted_apart() {
    let (world, entered) = World::with_owner();
    let device = entered.device_token.expect("a device");
    for _ in 0..7 {
        for _ in 0..6 {
            let _ = world.try_from(&from("198.51.100.9"), EMAIL, OTHER, None);
        }
        world.pass(DAY_MS - HOUR_MS);
    }
    let _ = world.try_from(&from("198.51.100.9"), EMAIL, OTHER, None);
    assert!(world.attempt(EMAIL, PASSWORD).is_err(), "without the device the address waits");
    let answer = world.try_from(&nobody(), EMAIL, PASSWORD, Some(&device));
    assert!(matches!(answer, Ok(Step::SecondFactor(_))), "{answer:?}");
    for forged in ["", "rubbish", &device[1..], &format!("{device}x")] {
        assert!(world.try_from(&nobody(), EMAIL, PASSWORD, Some(forged)).is_err(), "{forged}");
    }
    // Of an epoch before: all sessions have ended since.
    world.request_reset(EMAIL).expect("asked");
    let newer = world.reset(&world.link("password-reset"), OTHER).expect("reset");
    for _ in 0..6 {
        let _ = world.try_from(&from("198.51.100.9"), EMAIL, PASSWORD, None);
    }
    assert!(world.try_from(&nobody(), EMAIL, OTHER, Some(&device)).is_err());
    assert!(matches!(world.try_from(&nobody(), EMAIL, OTHER, Some(&newer)), Ok(Step::SecondFactor(_))));
}

/// Attack 24: one password over many addresses from one network.
#[test]
fn a_network_has_a_limit_of_its_own() {
    let (world, _) = World::with_owner();
    for place in 0..30 {
        assert_eq!(world.attempt(&format!("u{place}@acme.example"), OTHER), Ok(Step::Wrong));
    }
    assert_eq!(too_often(world.attempt("u31@acme.example", OTHER)), world.now() + 20_000);
    assert_eq!(world.try_from(&from("192.0.2.2"), "u31@acme.example", OTHER, None), Ok(Step::Wrong));
    world.pass(20_000);
    assert_eq!(world.attempt("u32@acme.example", OTHER), Ok(Step::Wrong));
}

/// Attacks 37 and 38: a ticket once, at its door, within two minutes, for the one guess; no key beside a password.
#[test]
fn tickets_are_good_once() {
    let (world, entered) = World::with_owner();
    let start = || world.change(|turn| login::start(turn, &nobody(), EMAIL.to_owned(), PASSWORD.to_owned(), None));
    let finish = |ticket: &str| world.change(|turn| login::finish(turn, &nobody(), ticket.to_owned()));
    let gone = Err(login::Error::from(Fault::from(Refusal::Unauthenticated)));
    let ticket = start().expect("counted");
    assert_eq!(finish(&ticket), gone, "not weighed");
    assert!(world.weigh(&ticket, Some(OTHER), None).is_err(), "another guess");
    let weighed = world.weigh(&ticket, Some(PASSWORD), None).expect("weighed");
    let other_door = world.change(|turn| login::finish_proof(turn, &session(&entered.token), weighed.clone()));
    assert_eq!(other_door, Err(login::Error::from(Fault::from(Refusal::Unauthenticated))));
    assert!(finish(&weighed).is_ok());
    assert_eq!(finish(&weighed), gone, "a second time");
    let late = world.weigh(&start().expect("counted"), Some(PASSWORD), None).expect("weighed");
    world.pass(2 * MINUTE_MS);
    assert_eq!(finish(&late), gone);
    let keyed = keyed(nobody(), "K");
    let refused = world.change(|turn| login::start(turn, &keyed, EMAIL.to_owned(), PASSWORD.to_owned(), None));
    assert!(
        matches!(refused, Err(login::Error::Refused(Refusal::Invalid(found))) if found[0].field == "caller.idempotency-key")
    );
}

/// Attacks 16 to 18: codes are counted apart from passwords, and over all half sessions together.
#[test]
fn five_wrong_codes_an_hour_whatever_one_opens() {
    let (world, _) = World::with_owner();
    let halves: Vec<String> = (0..6).map(|_| world.half(PASSWORD).token).collect();
    world.pass(MINUTE_MS);
    world.send_login_code(&halves[0]).expect("sent");
    let wrong = if world.code() == "000000" { "111111" } else { "000000" };
    for (place, half) in halves.iter().take(4).enumerate() {
        let left = 4 - u32::try_from(place).expect("small");
        assert_eq!(world.check(half, FactorKind::Phone, wrong), Ok(Checked::Wrong(left)));
    }
    let until = world.now() + HOUR_MS;
    assert_eq!(world.check(&halves[4], FactorKind::Phone, wrong), Ok(Checked::Locked(until)));
    assert_eq!(
        world.check(&halves[5], FactorKind::Phone, &world.code()),
        Ok(Checked::Locked(until)),
        "the right one too"
    );
    assert_eq!(world.count("someone-has-your-password"), 1);
    let fresh = world.half(PASSWORD);
    assert_eq!(world.check(&fresh.token, FactorKind::Recovery, "aaaaa-aaaaa"), Ok(Checked::Locked(until)));
    world.pass(HOUR_MS);
    let half = world.half(PASSWORD);
    world.send_login_code(&half.token).expect("sent");
    assert!(matches!(world.check(&half.token, FactorKind::Phone, &world.code()), Ok(Checked::Entered(_))));
}

/// Attack 43: idle and end to the millisecond; `touch` never goes beyond the end.
#[test]
fn sessions_end_when_they_say() {
    let (world, entered) = World::with_owner();
    world.pass(30 * MINUTE_MS - 1);
    assert!(world.opens(&entered.token));
    world.change(|turn| login::touch(turn, &session(&entered.token))).expect("touched");
    world.pass(30 * MINUTE_MS - 1);
    assert!(world.opens(&entered.token));
    world.pass(1);
    assert!(!world.opens(&entered.token), "idle");
    let entered = world.log_in();
    while world.now() + 20 * MINUTE_MS < entered.ends {
        world.pass(20 * MINUTE_MS);
        world.change(|turn| login::touch(turn, &session(&entered.token))).expect("touched");
    }
    world.pass(entered.ends - 1 - world.now());
    assert!(world.opens(&entered.token));
    world.pass(1);
    assert!(!world.opens(&entered.token), "over");
}
