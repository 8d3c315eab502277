//! Passwords, links and addresses (ACC-10, ACC-11, SEC-8, SEC-11).

use super::world::{EMAIL, OTHER, PASSWORD, World, nobody, operator, session};
use crate::known::Known;
use crate::words::{Checked, FactorKind, Step, Weakness};
use crate::{leaving, links, login, members as team, password, profile};
use coinbox_access::people::{members, since};
use coinbox_ground::vocabulary::{DAY_MS, Fault, HOUR_MS, MINUTE_MS, Refusal};

/// ACC-11 and attacks 5, 15, 28, 30, 31, 50.
#[test]
fn a_reset_ends_sessions_and_waits_and_opens_none() {
    let (world, entered) = World::with_owner();
    let asked = |email: &str| {
        let before = world.fake.dump();
        world.request_reset(email).expect("the same answer");
        world.fake.dump().len() - before.len()
    };
    asked("somebody@acme.example");
    assert_eq!(asked(EMAIL), asked("nobody@acme.example"), "the same is written");
    assert_eq!(world.count("password-reset"), 1);
    let first = world.link("password-reset");
    world.pass(1);
    world.request_reset(EMAIL).expect("asked");
    let link = world.link("password-reset");
    assert_eq!(world.reset(&first, OTHER), Err(password::Error::Gone), "an older link");
    let looked = world.ask(|turn| links::look(turn, |_, _| Ok(None), &nobody(), &link)).expect("good");
    assert_eq!((looked.door.as_str(), looked.subject.as_str()), ("password-reset", "a•••@acme.example"));
    for _ in 0..6 {
        let _ = world.attempt(EMAIL, OTHER);
    }
    let ticket = world.change(|turn| password::start_reset(turn, &nobody(), link.clone())).expect("begun");
    assert_eq!(world.weak(&ticket, "Password123!"), [Weakness::Common]);
    let twice = world.change(|turn| password::start_reset(turn, &nobody(), link.clone())).expect("begun");
    let twice = world.weigh(&twice, None, Some(OTHER)).expect("weighed");
    let ticket = world.weigh(&ticket, None, Some(OTHER)).expect("weighed");
    assert!(world.change(|turn| password::finish_reset(turn, &nobody(), ticket)).is_ok());
    assert_eq!(world.change(|turn| password::finish_reset(turn, &nobody(), twice)), Err(password::Error::Gone));
    assert_eq!(world.ask(|turn| links::look(turn, |_, _| Ok(None), &nobody(), &link)), Err(links::Error::Gone));
    assert!(!world.opens(&entered.token), "all sessions end");
    assert_eq!(world.attempt(EMAIL, PASSWORD), Ok(Step::Wrong), "the wait has ended, the old password is void");
    assert_eq!(world.half(OTHER).factors.len(), 2, "factors are as they were");
    assert_eq!(world.count("password-changed"), 1);
}

/// Attack 30: whoever has logged in has not forgotten the password.
#[test]
fn a_login_voids_a_link_to_reset() {
    let (world, _) = World::with_owner();
    world.request_reset(EMAIL).expect("asked");
    let link = world.link("password-reset");
    world.log_in();
    assert_eq!(world.reset(&link, OTHER), Err(password::Error::Gone));
}

/// R80: what was handed out before a restore is worth nothing after it.
#[test]
fn a_restore_voids_codes_and_one_time_passwords() {
    let (world, entered) = World::with_owner();
    let half = world.half(PASSWORD);
    world.pass(MINUTE_MS);
    world.send_login_code(&half.token).expect("sent");
    let code = world.code();
    let account = entered.account.clone();
    let issued = world
        .change(|turn| team::issue_temporary(turn, &operator(), account, 1, "ticket 81".to_owned()))
        .expect("issued");
    world.pass(1);
    world
        .change(|turn| {
            since::begin(turn);
            Ok::<_, Fault>(())
        })
        .expect("restored");
    assert_eq!(world.attempt(EMAIL, &issued.password), Ok(Step::Wrong));
    let half = world.half(PASSWORD);
    let checked = world.check(&half.token, FactorKind::Phone, &code).expect("looked at");
    assert!(matches!(checked, Checked::Wrong(_)), "{checked:?}");
}

/// Attack 31: one millisecond late.
#[test]
fn a_link_ends_when_it_says() {
    let (world, _) = World::with_owner();
    world.request_reset(EMAIL).expect("asked");
    let link = world.link("password-reset");
    world.pass(30 * MINUTE_MS - 1);
    assert!(world.change(|turn| password::start_reset(turn, &nobody(), link.clone())).is_ok());
    world.pass(1);
    assert_eq!(world.reset(&link, OTHER), Err(password::Error::Gone));
}

/// SEC-8, SEC-11 and attack 41: any member changes his password with the old one; all other sessions end.
#[test]
fn a_change_needs_the_old_one_and_ends_the_others() {
    let (world, first) = World::with_owner();
    let second = world.log_in();
    let change = |token: &str, old: &str, new: &str| {
        let ticket = world.change(|turn| password::start_change(turn, &session(token), old.to_owned()))?;
        let ticket = world.weigh(&ticket, Some(old), Some(new)).expect("weighed");
        world.change(|turn| password::finish_change(turn, &session(token), ticket))
    };
    assert_eq!(change(&second.token, OTHER, "Nm3-quarfel-tig"), Ok(Checked::Wrong(4)));
    let newer = match change(&second.token, PASSWORD, OTHER) {
        Ok(Checked::Entered(entered)) => entered,
        other => panic!("{other:?}"),
    };
    assert!(!world.opens(&first.token) && !world.opens(&second.token) && world.opens(&newer.token));
    assert_eq!(world.attempt(EMAIL, PASSWORD), Ok(Step::Wrong));
    for _ in 0..5 {
        let _ = change(&newer.token, PASSWORD, "Nm3-quarfel-tig");
    }
    assert!(matches!(
        change(&newer.token, OTHER, "Nm3-quarfel-tig"),
        Err(password::Error::Refused(Refusal::TooOften(_)))
    ));
}

/// SEC-11, R69: once, with the second factor, and then only a password of one's own.
#[test]
fn a_temporary_password_is_good_once() {
    let (world, entered) = World::with_owner();
    let issue = || {
        let account = world.account.to_string();
        world.change(|turn| team::issue_temporary(turn, &operator(), account, 1, "ticket 8".to_owned()))
    };
    let void = issue().expect("issued").password;
    let issued = issue().expect("issued");
    assert_eq!(issued.until, world.now() + DAY_MS);
    assert_eq!(world.attempt(EMAIL, &void), Ok(Step::Wrong), "an older one");
    assert!(world.opens(&entered.token));
    world.half(PASSWORD);
    world.pass(MINUTE_MS);
    let half = world.half(&issued.password);
    assert!(!world.opens(&entered.token), "used: sessions end");
    assert_eq!(world.attempt(EMAIL, PASSWORD), Ok(Step::Wrong), "the old one is void once this one is used");
    assert_eq!(world.attempt(EMAIL, &issued.password), Ok(Step::Wrong), "a second time");
    world.send_login_code(&half.token).expect("sent");
    let half = match world.check(&half.token, FactorKind::Phone, &world.code()) {
        Ok(Checked::ChoosePassword(half)) => half,
        other => panic!("{other:?}"),
    };
    assert!(!world.opens(&half.token));
    let ticket = world.change(|turn| password::start_choose(turn, &session(&half.token))).expect("begun");
    let ticket = world.weigh(&ticket, None, Some(OTHER)).expect("weighed");
    let entered = world.change(|turn| password::choose(turn, &session(&half.token), ticket)).expect("chosen");
    assert!(world.opens(&entered.token) && !world.opens(&half.token));
    assert!(
        world.change(|turn| password::start_choose(turn, &session(&entered.token))).is_err(),
        "not in a whole session"
    );
    world.half(OTHER);
    let issued = issue().expect("issued");
    world.pass(DAY_MS);
    assert_eq!(world.attempt(EMAIL, &issued.password), Ok(Step::Wrong), "too late");
}

fn request_email(world: &World, token: &str, email: &str) -> Result<(), profile::Error> {
    let email = email.to_owned();
    world.change(|turn| profile::request_email(turn, &Known::BUILT_IN, &session(token), email))
}

fn confirm(world: &World, link: &str) -> Result<(), profile::Error> {
    world.change(|turn| profile::confirm_email(turn, &Known::BUILT_IN, &nobody(), link.to_owned()))
}

fn undo(world: &World, link: &str) -> Result<(), profile::Error> {
    world.change(|turn| profile::undo_email(turn, &Known::BUILT_IN, &nobody(), link.to_owned()))
}

/// ACC-10 and attacks 33 and 34.
#[test]
fn another_address_is_confirmed_by_itself_and_taken_back_by_the_old_one() {
    let (world, entered) = World::with_owner();
    world.request_reset(EMAIL).expect("asked");
    let reset = world.link("password-reset");
    world.pass(1);
    request_email(&world, &entered.token, "eve@evil.example").expect("asked");
    assert_eq!(world.count("email-change-notice"), 1);
    assert!(world.opens(&entered.token), "the old one stays in force");
    assert_eq!(
        world.ask(|turn| profile::get(turn, &session(&entered.token))).expect("read").new_email.as_deref(),
        Some("eve@evil.example")
    );
    let link = world.link("email-change-confirm");
    assert!(world.mails().iter().any(|mail| mail.template == "email-change-confirm" && mail.to == "eve@evil.example"));
    confirm(&world, &link).expect("confirmed");
    assert_eq!(confirm(&world, &link), Err(profile::Error::Gone));
    assert!(!world.opens(&entered.token));
    assert_eq!(world.reset(&reset, OTHER), Err(password::Error::Gone), "asked for before");
    assert_eq!(world.attempt(EMAIL, PASSWORD), Ok(Step::Wrong));
    // Whoever has done it changes the address once more, and takes that back.
    let back = world.link("email-changed");
    world.pass(1);
    let Ok(Step::SecondFactor(half)) = world.attempt("eve@evil.example", PASSWORD) else { panic!("no login") };
    world.pass(MINUTE_MS);
    world.send_login_code(&half.token).expect("sent");
    let Ok(Checked::Entered(theirs)) = world.check(&half.token, FactorKind::Phone, &world.code()) else {
        panic!("no code")
    };
    request_email(&world, &theirs.token, "mallory@evil.example").expect("asked");
    confirm(&world, &world.link("email-change-confirm")).expect("confirmed");
    world.pass(1);
    let theirs = world.link("email-changed");
    world.pass(71 * HOUR_MS);
    undo(&world, &back).expect("taken back");
    assert_eq!(undo(&world, &theirs), Err(profile::Error::Gone), "what came after it is void");
    assert_eq!(world.attempt(EMAIL, PASSWORD), Ok(Step::Wrong), "the password is void");
    world.pass(1);
    world.reset(&world.link("password-reset"), OTHER).expect("a link has come with it");
    world.half(OTHER);
    assert_eq!(undo(&world, &back), Err(profile::Error::Gone));
}

/// R55: an address that is a member's already is not said to be one, and is not taken.
#[test]
fn an_address_of_another_member_is_not_taken() {
    let (world, entered) = World::with_owner();
    let new = members::New {
        name: "Bob",
        email: "bob@acme.example",
        language: "en",
        role: coinbox_access::people::Role::Finance,
        state: members::State::Active,
        inviter: Some(1),
    };
    world.change(|turn| members::add(turn, world.account, &new)).expect("made").expect("free");
    request_email(&world, &entered.token, "Bob@ACME.example").expect("the same answer");
    assert_eq!(confirm(&world, &world.link("email-change-confirm")), Err(profile::Error::Gone));
    assert!(world.opens(&entered.token));
}

/// TEAM-2 and attacks 28, 35, 36: one link, the newest one.
#[test]
fn an_invitation_is_accepted_once_and_the_newest_one() {
    let world = World::new();
    world.invite();
    let old = world.link("invitation");
    world.pass(1);
    world.invite();
    let link = world.link("invitation");
    assert_eq!(world.accept(&old, PASSWORD), Err(team::Error::Gone));
    world.stand(coinbox_profiles::profile::Standing::Held);
    assert_eq!(world.accept(&link, PASSWORD), Err(Fault::from(Refusal::NotYetActive).into()), "the link stays good");
    world.stand(coinbox_profiles::profile::Standing::Active);
    world.accept(&link, PASSWORD).expect("accepted");
    assert_eq!(world.accept(&link, PASSWORD), Err(team::Error::Gone));
    let account = world.account.to_string();
    let again = world.change(|turn| team::invite_owner(turn, &operator(), account, "Eve".to_owned()));
    assert_eq!(again, Err(team::Error::Owner));
}

/// Attack 99: nothing is left that opens anything.
#[test]
fn with_an_account_all_its_members_go() {
    let (world, entered) = World::with_owner();
    world.request_reset(EMAIL).expect("asked");
    let link = world.link("password-reset");
    let more = world.change(|turn| leaving::remove_all(turn, world.account)).expect("removed");
    assert!(!more && !world.opens(&entered.token));
    assert_eq!(world.attempt(EMAIL, PASSWORD), Ok(Step::Wrong));
    assert_eq!(world.reset(&link, OTHER), Err(password::Error::Gone));
    world.request_reset(EMAIL).expect("asked");
    let before = world.count("password-reset");
    assert_eq!(before, 1, "no mail any more");
    let left: Vec<String> = world
        .fake
        .dump()
        .into_keys()
        .filter(|key| {
            ["pw/", "fa/", "sess/", "eml/", "otp/", "lgn/", "lks/"].iter().any(|start| key.starts_with(start))
        })
        .collect();
    assert!(left.is_empty(), "{left:?}");
    let sessions = world.ask(|turn| login::list_sessions(turn, &session(&entered.token)));
    assert_eq!(sessions, Err(Fault::from(Refusal::Unauthenticated).into()));
}
