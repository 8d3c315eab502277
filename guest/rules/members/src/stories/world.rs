//! A store with one account, and people who come to it.

use crate::known::Known;
use crate::words::{Checked, CodePurpose, Entered, FactorKind, HalfSession, Step, Weakness};
use crate::{asks, login, members as team, password, passwords, profile, totp};
use coinbox_access::people::attempts::Judged;
use coinbox_ground::currency::Currency;
use coinbox_ground::ids::AuthId;
use coinbox_ground::outside::Channel;
use coinbox_ground::testing::{Fake, START, caller, main_id, operator_with};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault, Instant, Principal};
use coinbox_profiles::profile::{AccountType, NewProfile, Profile, Standing, save};
use serde_json::Value;
use std::cell::Cell;

pub(super) const PASSWORD: &str = "Tr7-plovex-quin";
pub(super) const OTHER: &str = "Wq4-snarpel-dop";
pub(super) const EMAIL: &str = "ada@acme.example";
pub(super) const PHONE: &str = "14155550100";

/// One store, its clock, and what a host does between calls.
pub(super) struct World {
    pub(super) fake: Fake,
    pub(super) account: AuthId,
    now: Cell<Instant>,
}

/// From a mail: its template, its address, and its link if it has one.
pub(super) struct Mail {
    pub(super) template: String,
    pub(super) to: String,
    pub(super) link: Option<String>,
}

pub(super) fn nobody() -> Caller {
    from("192.0.2.1")
}

pub(super) fn from(address: &str) -> Caller {
    Caller { address: Some(address.to_owned()), ..caller(Principal::Nobody) }
}

pub(super) fn session(token: &str) -> Caller {
    Caller { address: Some("192.0.2.1".to_owned()), ..caller(Principal::Session(token.to_owned())) }
}

pub(super) fn operator() -> Caller {
    operator_with(&["members.invite-owner", "members.issue-temporary", "members.allow-new-factors", "members.list"])
}

fn others(_: &Turn<'_>, _: &Judged<'_>) -> Result<(String, Vec<String>), Fault> {
    Ok((String::new(), Vec::new()))
}

impl World {
    /// An account that the operator has made.
    pub(super) fn new() -> World {
        let world = World { fake: Fake::new(), account: main_id("1"), now: Cell::new(START) };
        world.stand(Standing::Active);
        world
    }

    /// Puts the account into a standing.
    pub(super) fn stand(&self, standing: Standing) {
        let new = NewProfile {
            account_type: AccountType::Standard,
            name: "Acme Telecom".to_owned(),
            email: EMAIL.to_owned(),
            address: Default::default(),
            timezone: "UTC".to_owned(),
            currency: Currency::USD,
        };
        let profile = Profile::open(new, standing, START);
        self.change(|turn| {
            save(turn, self.account, &profile);
            Ok::<(), Fault>(())
        })
        .expect("saved");
    }

    pub(super) fn change<T, E>(&self, run: impl FnOnce(&mut Turn<'_>) -> Result<T, E>) -> Result<T, E> {
        self.fake.command(self.now.get(), run)
    }

    pub(super) fn ask<T>(&self, run: impl FnOnce(&Turn<'_>) -> T) -> T {
        self.fake.query(self.now.get(), run)
    }

    pub(super) fn now(&self) -> Instant {
        self.now.get()
    }

    pub(super) fn pass(&self, time: Instant) {
        self.now.set(self.now.get() + time);
    }

    /// Does what was asked for without proof.
    pub(super) fn settle(&self) {
        self.change(asks::run).expect("done");
    }

    /// Mails so far, oldest first.
    pub(super) fn mails(&self) -> Vec<Mail> {
        self.settle();
        let of = |text: String| {
            let mail: Value = serde_json::from_str(&text).expect("JSON");
            let secret = mail["secrets"][0]["value"].as_str();
            let link = secret.and_then(|sealed| sealed.strip_prefix("sealed:mail-secret-fact:"));
            Mail {
                template: mail["template"].as_str().expect("a template").to_owned(),
                to: mail["address"].as_str().expect("an address").to_owned(),
                link: link.map(|turned| turned.chars().rev().collect()),
            }
        };
        self.fake.dump().into_iter().filter(|(key, _)| key.starts_with("pm/")).map(|(_, text)| of(text)).collect()
    }

    /// The link of the newest mail of this template: mails of one moment have no order, so time passes between them.
    pub(super) fn link(&self, template: &str) -> String {
        let mails = self.mails();
        let mail = mails.iter().rev().find(|mail| mail.template == template);
        mail.and_then(|mail| mail.link.clone()).unwrap_or_else(|| panic!("no {template}"))
    }

    pub(super) fn count(&self, template: &str) -> usize {
        self.mails().iter().filter(|mail| mail.template == template).count()
    }

    /// The code that was sent last.
    pub(super) fn code(&self) -> String {
        let sent: Vec<String> =
            self.fake.dump().into_iter().filter(|(key, _)| key.starts_with("code/")).map(|(_, text)| text).collect();
        let sent: Value = serde_json::from_str(sent.last().expect("a code")).expect("JSON");
        let sealed = sent["sealed"].as_str().expect("sealed");
        sealed.strip_prefix("sealed:one-time-code:").expect("for codes").chars().rev().collect()
    }

    pub(super) fn weigh(&self, ticket: &str, old: Option<&str>, new: Option<&str>) -> Result<String, passwords::Error> {
        self.ask(|turn| passwords::weigh(turn, &Known::BUILT_IN, others, ticket, old, new))
    }

    pub(super) fn weak(&self, ticket: &str, new: &str) -> Vec<Weakness> {
        match self.weigh(ticket, None, Some(new)) {
            Err(passwords::Error::Weak(weaknesses)) => weaknesses,
            other => panic!("{other:?}"),
        }
    }

    /// An account with an owner who has accepted and enrolled a phone.
    pub(super) fn with_owner() -> (World, Entered) {
        let world = World::new();
        world.invite();
        let half = world.accept(&world.link("invitation"), PASSWORD).expect("accepted");
        let entered = world.enrol_phone(&half.token);
        (world, entered)
    }

    pub(super) fn invite(&self) {
        let account = self.account.to_string();
        self.change(|turn| team::invite_owner(turn, &operator(), account, "Ada".to_owned())).expect("invited");
    }

    pub(super) fn accept(&self, link: &str, password: &str) -> Result<HalfSession, team::Error> {
        let ticket = self.change(|turn| team::start_accept(turn, &nobody(), link.to_owned()))?;
        let ticket = self.weigh(&ticket, None, Some(password)).expect("weighed");
        self.change(|turn| team::finish_accept(turn, &nobody(), ticket, None))
    }

    pub(super) fn send(&self, token: &str, purpose: CodePurpose, number: Option<&str>) -> Result<(), profile::Error> {
        let (known, number) = (Known::BUILT_IN, number.map(str::to_owned));
        let caller = session(token);
        self.change(|turn| profile::send_code(turn, &known, &caller, purpose, number, Channel::Sms)).map(drop)
    }

    pub(super) fn confirm_phone(&self, token: &str, code: &str) -> Result<profile::Confirmed, profile::Error> {
        self.change(|turn| profile::confirm_phone(turn, &Known::BUILT_IN, &session(token), code.to_owned()))
    }

    pub(super) fn enrol_phone(&self, half: &str) -> Entered {
        self.send(half, CodePurpose::FirstPhone, Some(PHONE)).expect("sent");
        let confirmed = self.confirm_phone(half, &self.code()).expect("looked at");
        match confirmed {
            profile::Confirmed::Confirmed(factor) => factor.entered,
            other => panic!("{other:?}"),
        }
    }

    /// A try to log in.
    pub(super) fn try_from(
        &self,
        caller: &Caller,
        email: &str,
        old: &str,
        device: Option<&str>,
    ) -> Result<Step, login::Error> {
        let device = device.map(str::to_owned);
        let ticket = self.change(|turn| login::start(turn, caller, email.to_owned(), old.to_owned(), device))?;
        let ticket = self.weigh(&ticket, Some(old), None).expect("weighed");
        self.change(|turn| login::finish(turn, caller, ticket))
    }

    pub(super) fn attempt(&self, email: &str, old: &str) -> Result<Step, login::Error> {
        self.try_from(&nobody(), email, old, None)
    }

    pub(super) fn half(&self, old: &str) -> HalfSession {
        match self.attempt(EMAIL, old).expect("looked at") {
            Step::SecondFactor(half) => half,
            other => panic!("{other:?}"),
        }
    }

    pub(super) fn send_login_code(&self, token: &str) -> Result<(), login::Error> {
        self.change(|turn| login::send_code(turn, &Known::BUILT_IN, &session(token), Channel::Sms)).map(drop)
    }

    pub(super) fn check(&self, token: &str, kind: FactorKind, code: &str) -> Result<Checked, login::Error> {
        self.change(|turn| login::check(turn, &session(token), kind, code.to_owned()))
    }

    /// A whole login with a code to the phone.
    pub(super) fn log_in(&self) -> Entered {
        self.pass(60_000);
        let half = self.half(PASSWORD);
        self.send_login_code(&half.token).expect("sent");
        match self.check(&half.token, FactorKind::Phone, &self.code()).expect("looked at") {
            Checked::Entered(entered) => entered,
            other => panic!("{other:?}"),
        }
    }

    /// Whether a token opens what every whole session opens.
    pub(super) fn opens(&self, token: &str) -> bool {
        self.ask(|turn| profile::get(turn, &session(token))).is_ok()
    }

    /// Adds an authenticator; answers its secret and the session that goes on, and the recovery codes that were shown.
    pub(super) fn add_authenticator(&self, token: &str) -> (Vec<u8>, Entered) {
        self.pass(60_000);
        self.send(token, CodePurpose::NewAuthenticator, None).expect("sent");
        let code = Some(self.code());
        let begun = self.change(|turn| profile::begin_authenticator(turn, &session(token), code)).expect("begun");
        let profile::Begun::Begun(new) = begun else { panic!("{begun:?}") };
        let secret = totp::from_base32(&new.secret).expect("Base32");
        let code = self.app(&secret, 0);
        let confirmed =
            self.change(|turn| profile::confirm_authenticator(turn, &session(token), code)).expect("looked at");
        let profile::Confirmed::Confirmed(factor) = confirmed else { panic!("{confirmed:?}") };
        (secret, factor.entered)
    }

    /// What the app shows, this many steps from now.
    pub(super) fn app(&self, secret: &[u8], steps: i64) -> String {
        totp::shown_at(secret, self.now() + steps * 30_000)
    }

    pub(super) fn request_reset(&self, email: &str) -> Result<(), password::Error> {
        self.change(|turn| password::request_reset(turn, &nobody(), email.to_owned()))
    }

    pub(super) fn reset(&self, link: &str, new: &str) -> Result<String, password::Error> {
        let ticket = self.change(|turn| password::start_reset(turn, &nobody(), link.to_owned()))?;
        let ticket = self.weigh(&ticket, None, Some(new)).expect("weighed");
        self.change(|turn| password::finish_reset(turn, &nobody(), ticket))
    }
}
