//! Second factors (SEC-3 to SEC-5).

use super::world::{EMAIL, OTHER, PASSWORD, PHONE, World, nobody, operator, session};
use crate::known::Known;
use crate::words::{Checked, CodePurpose, FactorKind, Step};
use crate::{login, members as team, profile};
use coinbox_ground::vocabulary::{DAY_MS, Fault, FieldRule, HOUR_MS, MINUTE_MS, Refusal};
use coinbox_profiles::policy::{self, People, Policy};

fn begin(world: &World, token: &str, code: Option<&str>) -> Result<profile::Begun, profile::Error> {
    let code = code.map(str::to_owned);
    world.change(|turn| profile::begin_authenticator(turn, &session(token), code))
}

fn is_refused(answer: &Result<profile::Begun, profile::Error>, refusal: Refusal) -> bool {
    matches!(answer, Err(profile::Error::Refused(found)) if *found == refusal)
}

/// SEC-4, and attack 54: only a code that was sent for this adds an app.
#[test]
fn an_authenticator_is_added_with_a_code_of_the_phone_and_one_of_its_own() {
    let (world, entered) = World::with_owner();
    assert!(matches!(begin(&world, &entered.token, None), Err(profile::Error::Refused(Refusal::Invalid(_)))));
    world.pass(MINUTE_MS);
    world.send_login_code(&entered.token).expect("sent");
    assert_eq!(begin(&world, &entered.token, Some(&world.code())), Ok(profile::Begun::Wrong(4)), "a code for a proof");
    let (secret, newer) = world.add_authenticator(&entered.token);
    assert!(!world.opens(&entered.token) && world.opens(&newer.token), "attack 41: all other sessions end");
    let half = world.half(PASSWORD);
    assert_eq!(half.factors[0].kind, FactorKind::Authenticator, "offered first (R57)");
    // The code that confirmed it is used up (attack 26).
    assert_eq!(world.check(&half.token, FactorKind::Authenticator, &world.app(&secret, 0)), Ok(Checked::Wrong(3)));
    world.pass(30_000);
    let shown = world.app(&secret, 0);
    assert!(matches!(world.check(&half.token, FactorKind::Authenticator, &shown), Ok(Checked::Entered(_))));
    let other = world.half(PASSWORD);
    assert_eq!(world.check(&other.token, FactorKind::Authenticator, &shown), Ok(Checked::Wrong(2)));
}

/// Attack 25: a recovery code is good once, and fresh ones void the old ones.
#[test]
fn a_recovery_code_is_good_once() {
    let (world, entered) = World::with_owner();
    let codes = world.change(|turn| profile::new_recovery_codes(turn, &session(&entered.token))).expect("made");
    assert_eq!(codes.len(), 10);
    assert!(
        codes
            .iter()
            .all(|code| code.len() == 11 && !world.fake.dump().values().any(|text| text.contains(code.as_str())))
    );
    let (one, other) = (world.half(PASSWORD), world.half(PASSWORD));
    let typed = codes[3].to_uppercase().replace('-', " ");
    assert!(matches!(world.check(&one.token, FactorKind::Recovery, &typed), Ok(Checked::Entered(_))));
    assert_eq!(world.check(&other.token, FactorKind::Recovery, &codes[3]), Ok(Checked::Wrong(4)));
    let entered = world.log_in();
    world.change(|turn| profile::new_recovery_codes(turn, &session(&entered.token))).expect("made");
    let half = world.half(PASSWORD);
    assert_eq!(world.check(&half.token, FactorKind::Recovery, &codes[4]), Ok(Checked::Wrong(3)), "void");
}

/// Attack 27: a code once, for its purpose, of its member, within ten minutes.
#[test]
fn a_code_of_a_phone_is_good_once() {
    let (world, entered) = World::with_owner();
    world.pass(MINUTE_MS);
    let (one, other) = (world.half(PASSWORD), world.half(PASSWORD));
    world.send_login_code(&one.token).expect("sent");
    let code = world.code();
    let early = world.change(|turn| {
        login::send_code(turn, &Known::BUILT_IN, &session(&other.token), coinbox_ground::outside::Channel::Voice)
    });
    let Err(login::Error::Refused(Refusal::TooOften(again))) = early else { panic!("{early:?}") };
    assert_eq!(again, world.now() + 30_000);
    assert_eq!(begin(&world, &entered.token, Some(&code)), Ok(profile::Begun::Wrong(4)));
    assert!(matches!(world.check(&one.token, FactorKind::Phone, &code), Ok(Checked::Entered(_))));
    assert_eq!(world.check(&other.token, FactorKind::Phone, &code), Ok(Checked::Wrong(3)));
    world.pass(MINUTE_MS);
    world.send_login_code(&other.token).expect("sent");
    let code = world.code();
    world.pass(9 * MINUTE_MS - 1);
    let late = world.half(PASSWORD);
    world.pass(MINUTE_MS + 1);
    assert_eq!(world.check(&late.token, FactorKind::Phone, &code), Ok(Checked::Wrong(2)), "ten minutes are over");
}

/// Attack 19: a newer code takes the place of the older one, and keeps its tries.
#[test]
fn a_new_code_keeps_the_tries() {
    let (world, _) = World::with_owner();
    let half = world.half(PASSWORD);
    world.pass(MINUTE_MS);
    world.send_login_code(&half.token).expect("sent");
    let first = world.code();
    let wrong = if first == "000000" { "111111" } else { "000000" };
    for left in [4, 3] {
        assert_eq!(world.check(&half.token, FactorKind::Phone, wrong), Ok(Checked::Wrong(left)));
    }
    world.pass(MINUTE_MS);
    world.send_login_code(&half.token).expect("sent");
    assert_ne!(world.code(), first, "by the seed of the test");
    assert_eq!(world.check(&half.token, FactorKind::Phone, &first), Ok(Checked::Wrong(2)), "the older one");
    assert!(world.fake.dump().iter().any(|(key, text)| key.starts_with("otp/") && text.contains(r#""tries":3"#)));
    assert!(matches!(world.check(&half.token, FactorKind::Phone, &world.code()), Ok(Checked::Entered(_))));
}

/// Attack 21: a country to which codes go that nobody uses rests for an hour, and the operator is told.
#[test]
fn a_country_whose_codes_nobody_uses_rests() {
    let (world, entered) = World::with_owner();
    let start = world.now();
    let planted = format!(r#"{{"v":1,"since":{start},"sent":29,"used":5,"rests":0}}"#);
    world.fake.plant("codes/1", &planted);
    world.pass(MINUTE_MS);
    world.send_login_code(&entered.token).expect("the thirtieth goes out");
    world.pass(MINUTE_MS);
    let refused = world.send_login_code(&entered.token);
    let until = start + MINUTE_MS + HOUR_MS;
    assert_eq!(refused, Err(Fault::from(Refusal::TooOften(until)).into()));
    assert!(world.fake.lines().iter().any(|line| line.topic == "operator" && line.body.contains("codes-unused")));
}

/// Attack 20: the limits of codes, each alone.
#[test]
fn codes_have_limits() {
    let (world, entered) = World::with_owner();
    // The first one was the enrolment's.
    for _ in 0..4 {
        world.pass(MINUTE_MS);
        world.send_login_code(&entered.token).expect("sent");
    }
    world.pass(MINUTE_MS);
    let refused = world.send_login_code(&entered.token);
    let Err(login::Error::Refused(Refusal::TooOften(at))) = refused else { panic!("{refused:?}") };
    assert!(at > world.now() + 4 * HOUR_MS, "five a day and number");
    // No code goes to satellites or premium numbers (attack 21).
    let start = |number: &str| {
        let (number, token) = (number.to_owned(), entered.token.clone());
        world.change(|turn| profile::start_phone_change(turn, &Known::BUILT_IN, &session(&token), number))
    };
    for number in ["881612345678", "+87012345678", "97912345678"] {
        assert_eq!(start(number), Err(profile::Error::Refused(Refusal::Reauthenticate)), "{number}");
    }
    let entered = reproved(&world, &entered.token, PASSWORD);
    for number in ["881612345678", "+87012345678", "97912345678"] {
        let answer = world
            .change(|turn| profile::start_phone_change(turn, &Known::BUILT_IN, &session(&entered), number.to_owned()));
        assert_eq!(answer, Err(profile::Error::NumberRefused), "{number}");
    }
}

/// Attack 20: the codes to a number, from a network, of an account and to a country have a limit each, which alone is enough.
#[test]
fn each_limit_of_codes_is_enough_alone() {
    type Limit = fn(&mut People) -> &mut u32;
    let limits: [Limit; 4] = [
        |people| &mut people.codes_a_number,
        |people| &mut people.codes_a_network,
        |people| &mut people.codes_an_account,
        |people| &mut people.codes_a_calling_code,
    ];
    let sent_with = |strict: Option<Limit>| {
        let (world, entered) = World::with_owner();
        world
            .change(|turn| {
                let mut policy = Policy::load(turn)?.as_ref().clone();
                limits.iter().for_each(|limit| *limit(&mut policy.people) = 1000);
                strict.into_iter().for_each(|limit| *limit(&mut policy.people) = 3);
                policy::save(turn, &policy);
                Ok::<_, Fault>(())
            })
            .expect("set");
        let sends = |_: &usize| {
            world.pass(MINUTE_MS);
            world.send_login_code(&entered.token).is_ok()
        };
        (0..6).take_while(sends).count()
    };
    assert_eq!(sent_with(None), 6);
    for limit in limits {
        // The code of the enrolment is counted too.
        assert!((2..=3).contains(&sent_with(Some(limit))));
    }
}

/// Fresh proof by the password; answers the token that goes on.
fn reproved(world: &World, token: &str, old: &str) -> String {
    let ticket = world.change(|turn| login::start_proof(turn, &session(token), old.to_owned())).expect("counted");
    let ticket = world.weigh(&ticket, Some(old), None).expect("weighed");
    match world.change(|turn| login::finish_proof(turn, &session(token), ticket)).expect("looked at") {
        Checked::Entered(entered) => entered.token,
        other => panic!("{other:?}"),
    }
}

/// SEC-5 and attack 53: another phone needs fresh proof and its own code; the last factor stays.
#[test]
fn another_phone_takes_the_place_of_the_old_one() {
    let (world, entered) = World::with_owner();
    world.pass(MINUTE_MS);
    assert_eq!(
        world.change(|turn| profile::remove_factor(turn, &session(&entered.token), FactorKind::Phone)),
        Err(profile::Error::LastFactor)
    );
    let number = "14155550199".to_owned();
    world
        .change(|turn| profile::start_phone_change(turn, &Known::BUILT_IN, &session(&entered.token), number))
        .expect("noted");
    world.send(&entered.token, CodePurpose::NewPhone, None).expect("sent");
    let confirmed = world.confirm_phone(&entered.token, &world.code()).expect("looked at");
    let profile::Confirmed::Confirmed(factor) = confirmed else { panic!("{confirmed:?}") };
    assert!(factor.recovery_codes.is_empty(), "there are some already");
    assert!(!world.opens(&entered.token) && world.opens(&factor.entered.token));
    assert_eq!(world.half(PASSWORD).factors[0].hint, "•••• 0199");
    assert_eq!(world.confirm_phone(&factor.entered.token, "000000"), Err(profile::Error::NothingPending));
}

/// Attack 52: what a stolen session cannot do without proof.
#[test]
fn a_stolen_session_changes_nothing_that_matters() {
    let (world, entered) = World::with_owner();
    world.pass(5 * MINUTE_MS);
    let token = session(&entered.token);
    assert!(is_refused(&begin(&world, &entered.token, Some("000000")), Refusal::Reauthenticate));
    let reauthenticate = || profile::Error::Refused(Refusal::Reauthenticate);
    let number = "14155550199".to_owned();
    assert_eq!(
        world.change(|turn| profile::start_phone_change(turn, &Known::BUILT_IN, &token, number)),
        Err(reauthenticate())
    );
    assert_eq!(world.change(|turn| profile::new_recovery_codes(turn, &token)), Err(reauthenticate()));
    assert_eq!(
        world.change(|turn| profile::remove_factor(turn, &token, FactorKind::Recovery)).map(drop),
        Err(reauthenticate())
    );
    let email = "eve@evil.example".to_owned();
    assert_eq!(
        world.change(|turn| profile::request_email(turn, &Known::BUILT_IN, &token, email)),
        Err(reauthenticate())
    );
    // A first phone is for who has none.
    assert_eq!(world.send(&entered.token, CodePurpose::FirstPhone, Some("14155550199")), Err(reauthenticate()));
    let newer = reproved(&world, &entered.token, PASSWORD);
    assert!(!world.opens(&entered.token), "the proof goes on under a new secret");
    assert!(world.change(|turn| profile::new_recovery_codes(turn, &session(&newer))).is_ok());
}

/// A member who has lost everything: the operator allows new factors, after a day, and the password is needed all the same.
#[test]
fn lost_factors_are_replaced_after_a_day() {
    let (world, entered) = World::with_owner();
    let account = world.account.to_string();
    let allow = |reason: &str| {
        let (account, reason) = (account.clone(), reason.to_owned());
        world.change(|turn| team::allow_new_factors(turn, &operator(), account, 1, reason))
    };
    assert!(
        matches!(allow(""), Err(team::Error::Refused(Refusal::Invalid(found))) if found[0].rule == FieldRule::TooShort)
    );
    let allowed = allow("ticket 7").expect("allowed");
    assert_eq!(allowed.from, world.now() + DAY_MS);
    world.pass(DAY_MS);
    world.change(|turn| team::lost::run(turn, (world.account, 1))).expect("done");
    let link = world.link("factors-enrol");
    let begin = |old: &str| -> Result<String, team::Error> {
        let ticket = world.change(|turn| team::start_enrol(turn, &nobody(), link.clone(), old.to_owned()))?;
        Ok(world.weigh(&ticket, Some(old), None).expect("weighed"))
    };
    let enrol = |old: &str| {
        let ticket = begin(old)?;
        world.change(|turn| team::finish_enrol(turn, &nobody(), ticket))
    };
    assert_eq!(enrol(OTHER), Ok(Step::Wrong));
    let (second, wrong) = (begin(PASSWORD).expect("counted"), begin(OTHER).expect("counted"));
    let half = match enrol(PASSWORD) {
        Ok(Step::Enrol(half)) => half,
        other => panic!("{other:?}"),
    };
    assert!(!world.opens(&entered.token));
    assert_eq!(enrol(PASSWORD), Err(team::Error::Gone), "used up");
    for late in [second, wrong] {
        let answer = world.change(|turn| team::finish_enrol(turn, &nobody(), late));
        assert_eq!(answer, Err(team::Error::Gone), "begun while the link was good");
    }
    world.pass(MINUTE_MS);
    assert!(world.opens(&world.enrol_phone(&half.token).token));
}

/// A login in the meantime shows that nothing is lost: no link goes out.
#[test]
fn a_login_ends_the_permission_for_new_factors() {
    let (world, _) = World::with_owner();
    let account = world.account.to_string();
    world
        .change(|turn| team::allow_new_factors(turn, &operator(), account, 1, "ticket 7".to_owned()))
        .expect("allowed");
    world.log_in();
    world.pass(DAY_MS);
    world.change(|turn| team::lost::run(turn, (world.account, 1))).expect("done");
    assert_eq!(world.count("factors-enrol"), 0);
}

/// Attack 51: whoever has never enrolled has no way past the enrolment.
#[test]
fn no_session_without_a_factor() {
    let world = World::new();
    world.invite();
    let link = world.link("invitation");
    world.request_reset(EMAIL).expect("asked");
    assert_eq!(world.count("password-reset"), 0, "an invited member has no password to reset");
    let half = world.accept(&link, PASSWORD).expect("accepted");
    assert!(half.factors.is_empty() && !world.opens(&half.token));
    world.request_reset(EMAIL).expect("asked");
    world.pass(1);
    world.reset(&world.link("password-reset"), OTHER).expect("reset");
    assert!(!world.opens(&half.token));
    let half = match world.attempt(EMAIL, OTHER) {
        Ok(Step::Enrol(half)) => half,
        other => panic!("{other:?}"),
    };
    assert_eq!(
        world.check(&half.token, FactorKind::Phone, "000000"),
        Err(Fault::from(Refusal::SecondFactorRequired).into())
    );
    world.pass(MINUTE_MS);
    world.send(&half.token, CodePurpose::FirstPhone, Some(PHONE)).expect("sent");
    let confirmed = world.confirm_phone(&half.token, &world.code()).expect("looked at");
    let profile::Confirmed::Confirmed(factor) = confirmed else { panic!("{confirmed:?}") };
    assert_eq!(factor.recovery_codes.len(), 10);
    assert!(world.opens(&factor.entered.token));
}
