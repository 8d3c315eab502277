//! Destinations of trials (ACC-6): what a trial reaches, and codes to numbers.

use crate::access::people::since;
use crate::accounts::{self, AccountType, NewAccount};
use crate::closing;
use crate::destinations::{Answer, Destination, Error, check, list, remove};
use crate::ground::ids::AuthId;
use crate::ground::outside::Channel;
use crate::ground::port::Vault;
use crate::ground::product::{Event, Heading, Product, Quote};
use crate::ground::testing::{Dice, OpenVault};
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{Fault, HOUR_MS, Instant, MINUTE_MS, Refusal};
use crate::members::words::CodeSent;
use crate::people::begin_destination;
use crate::pricing::{self, PriceRow};
use crate::profiles::policy::{People, SignUps};
use crate::profiles::profile::upgrade;
use crate::stories::scenario::{Story, change_policy, operator};
use crate::usage;
use std::collections::BTreeMap;

const NUMBER: &str = "14155550100";

/// A store with a price for calls, and a trial.
struct Trial {
    story: Story,
}

impl Trial {
    fn new() -> Trial {
        let mut story = Story::new();
        story.command(|turn, _| pricing::create_version(turn, &operator(), None));
        let row = PriceRow {
            product: Product::VOICE,
            heading: Heading::OUTBOUND,
            country: "US".to_owned(),
            prefix: "1".to_owned(),
            rate: "0.006".to_owned(),
            first_increment: 60,
            next_increment: 60,
            group: None,
        };
        story.command(|turn, _| pricing::add_rows(turn, &operator(), 1, vec![row]));
        story.command(|turn, _| pricing::publish_version(turn, &operator(), 1, 0));
        let mut trial = Trial { story };
        trial.story.account = trial.another();
        trial
    }

    /// One more trial.
    fn another(&mut self) -> String {
        let new = NewAccount {
            currency: None,
            account_type: AccountType::Developer,
            name: "Trial".to_owned(),
            email: "trial@acme.example".to_owned(),
            address: String::new(),
            city: String::new(),
            state: String::new(),
            timezone: "UTC".to_owned(),
        };
        self.story.command(|turn, _| accounts::create(turn, &operator(), new)).auth_id
    }

    fn set(&mut self, change: impl FnOnce(&mut People, &mut SignUps)) {
        let set = |turn: &mut Turn<'_>, _| {
            change_policy(turn, |policy| {
                let crate::policy::Policy { people, sign_ups, .. } = policy;
                change(people, sign_ups);
            })
        };
        self.story.command(set);
    }

    fn begin(&self, number: &str) -> Result<CodeSent, Error> {
        let (auth, number) = (self.story.account.clone(), number.to_owned());
        let begun = |turn: &mut Turn<'_>| begin_destination(turn, &operator(), auth, number, Channel::Sms);
        self.story.fake.command(self.story.now, begun)
    }

    /// The code that was sent last.
    fn code(&self) -> String {
        let prefix = format!("code/{}/", self.story.account);
        let sent = self.story.fake.dump().into_iter().rfind(|(key, _)| key.starts_with(&prefix));
        let sent: serde_json::Value = serde_json::from_str(&sent.expect("a code").1).expect("JSON");
        OpenVault.unseal("one-time-code", sent["sealed"].as_str().expect("sealed")).expect("for codes")
    }

    fn check(&self, number: &str, code: &str) -> Result<Answer, Error> {
        let (auth, number, code) = (self.story.account.clone(), number.to_owned(), code.to_owned());
        self.story.fake.command(self.story.now, |turn| check(turn, &operator(), auth, number, code))
    }

    fn verified(&self) -> Vec<Destination> {
        self.story
            .fake
            .query(self.story.now, |turn| list(turn, &operator(), self.story.account.clone()))
            .expect("an account")
    }

    fn remove(&self, number: &str) -> Result<(), Error> {
        let (auth, number) = (self.story.account.clone(), number.to_owned());
        self.story.fake.command(self.story.now, |turn| remove(turn, &operator(), auth, number))
    }

    fn admit(&self, auth_id: &str, number: &str) -> Result<Quote, usage::Error> {
        let event = Event {
            id: "e".to_owned(),
            auth_id: auth_id.to_owned(),
            product: Product::VOICE,
            heading: Heading::OUTBOUND,
            number: number.to_owned(),
            quantity: 60,
            at: self.story.now,
        };
        self.story.fake.query(self.story.now, |turn| usage::admit(turn, &operator(), event))
    }

    fn reaches(&self, number: &str) -> bool {
        match self.admit(&self.story.account, number) {
            Ok(_) => true,
            Err(usage::Error::Refused(Refusal::DestinationNotVerified)) => false,
            other => panic!("{other:?}"),
        }
    }

    fn keys(&self, prefix: &str) -> usize {
        let prefix = format!("{prefix}{}/", self.story.account);
        self.story.fake.dump().keys().filter(|key| key.starts_with(&prefix)).count()
    }

    fn pass(&mut self, time: Instant) {
        self.story.now += time;
    }
}

/// R80: a code of before a restore proves nothing after it. What was verified stays: it opens nothing to a stranger.
#[test]
fn a_restore_voids_codes_to_destinations() {
    let mut trial = Trial::new();
    trial.begin(NUMBER).expect("sent");
    assert!(matches!(trial.check(NUMBER, &trial.code()), Ok(Answer::Verified(_))));
    trial.pass(MINUTE_MS);
    trial.begin("14155550101").expect("sent");
    let code = trial.code();
    trial.pass(1);
    let restored = |turn: &mut Turn<'_>| {
        since::begin(turn);
        Ok::<_, Fault>(())
    };
    trial.story.fake.command(trial.story.now, restored).expect("restored");
    assert_eq!(trial.check("14155550101", &code), Ok(Answer::Wrong(0)));
    assert_eq!(trial.verified().len(), 1);
    trial.pass(MINUTE_MS);
    trial.begin("14155550101").expect("sent");
    assert!(matches!(trial.check("14155550101", &trial.code()), Ok(Answer::Verified(_))), "a newer one is good");
}

/// Attack 20: the limits of codes hold for destinations too, each alone, over all numbers that they are sent to.
#[test]
fn each_limit_of_codes_to_destinations_is_enough_alone() {
    type Limit = fn(&mut People) -> &mut u32;
    let limits: [Limit; 4] = [
        |people| &mut people.codes_a_number,
        |people| &mut people.codes_a_network,
        |people| &mut people.codes_an_account,
        |people| &mut people.codes_a_calling_code,
    ];
    let sent_with = |strict: Option<Limit>| {
        let mut trial = Trial::new();
        trial.set(|people, _| {
            limits.iter().for_each(|limit| *limit(people) = 1000);
            strict.into_iter().for_each(|limit| *limit(people) = 3);
        });
        let mut sends = |_: &usize| {
            trial.pass(MINUTE_MS);
            trial.begin(NUMBER).is_ok()
        };
        (0..6).take_while(|sent| sends(sent)).count()
    };
    assert_eq!(sent_with(None), 6);
    for limit in limits {
        assert_eq!(sent_with(Some(limit)), 3);
    }
}

/// A code to each of many numbers leaves a record each: what has ended goes when the next one is sent.
#[test]
fn codes_that_have_ended_leave_nothing() {
    let mut trial = Trial::new();
    for number in 0..4 {
        trial.begin(&format!("1415555010{number}")).expect("sent");
        trial.pass(MINUTE_MS);
    }
    assert_eq!(trial.keys("otp/"), 4);
    trial.pass(7 * MINUTE_MS);
    trial.begin("14155550109").expect("sent");
    assert_eq!(trial.keys("otp/"), 3, "two of them have ended");
    trial.pass(HOUR_MS);
    trial.begin("14155550108").expect("sent");
    assert_eq!(trial.keys("otp/"), 1);
}

/// ACC-12: nothing of them is left of a closed account.
#[test]
fn a_closed_account_has_no_destinations() {
    let mut trial = Trial::new();
    trial.begin(NUMBER).expect("sent");
    trial.check(NUMBER, &trial.code()).expect("looked at");
    trial.pass(MINUTE_MS);
    trial.begin("14155550101").expect("sent");
    assert_eq!((trial.keys("dst/"), trial.keys("otp/")), (1, 1));
    trial.story.command(|turn, auth| closing::close(turn, &operator(), auth, "test".to_owned()));
    trial.story.advance(2 * HOUR_MS);
    assert_eq!((trial.keys("dst/"), trial.keys("otp/")), (0, 0));
}

/// The hot path: the rule costs a trial one reading of an entry, and nobody else anything.
#[test]
fn only_trials_read_their_destinations() {
    let mut trial = Trial::new();
    trial.begin(NUMBER).expect("sent");
    trial.check(NUMBER, &trial.code()).expect("looked at");
    let crossings = |trial: &Trial| {
        // The first one reads what is kept from call to call.
        trial.admit(&trial.story.account, NUMBER).expect("admitted");
        let before = trial.story.fake.crossings();
        trial.admit(&trial.story.account, NUMBER).expect("admitted");
        trial.story.fake.crossings() - before
    };
    let limited = crossings(&trial);
    trial.set(|_, sign_ups| sign_ups.verified_destinations = false);
    let open = crossings(&trial);
    assert_eq!(limited, open + 1);
    trial.story.command(|turn, auth| upgrade(turn, AuthId::parse(&auth).expect("an auth ID")));
    let standard = crossings(&trial);
    assert!(standard <= open);
    trial.set(|_, sign_ups| sign_ups.verified_destinations = true);
    assert_eq!(crossings(&trial), standard);
}

/// Whatever happens in whatever order: a trial reaches what it has verified by a code of its own and not removed, which is never more than the limit.
#[test]
fn a_trial_reaches_exactly_what_it_has_verified() {
    for seed in 0..40 {
        let (mut trial, mut dice) = (Trial::new(), Dice(seed));
        trial.set(|people, sign_ups| {
            sign_ups.destinations = 2;
            people.codes_a_number = 1000;
            people.codes_a_network = 1000;
            people.codes_an_account = 1000;
            people.code_wrong_an_hour = 100;
        });
        let mut verified: BTreeMap<String, Instant> = BTreeMap::new();
        // Code and end of what was sent last to each number, and how many wrong ones were handed in.
        let mut sent: BTreeMap<String, (String, Instant, u32)> = BTreeMap::new();
        for _ in 0..60 {
            trial.pass(MINUTE_MS * Instant::try_from(dice.throw(4)).expect("small") + 31_000);
            let number = format!("1415555010{}", dice.throw(4));
            let room = verified.len() < 2 || verified.contains_key(&number);
            match dice.throw(5) {
                0 | 1 => {
                    assert_eq!(trial.begin(&number).is_ok(), room);
                    if room {
                        let wrong = sent.get(&number).filter(|sent| trial.story.now < sent.1).map_or(0, |sent| sent.2);
                        sent.insert(number, (trial.code(), trial.story.now + 10 * MINUTE_MS, wrong));
                    }
                }
                2 => {
                    let answer = trial.check(&number, "wrong");
                    assert_eq!(answer.is_ok(), room);
                    sent.entry(number).and_modify(|sent| sent.2 += u32::from(room));
                }
                3 => {
                    let (code, end, wrong) = sent.get(&number).cloned().unwrap_or_default();
                    let good = room && trial.story.now < end && wrong < 5;
                    let answer = trial.check(&number, &code);
                    assert_eq!(matches!(answer, Ok(Answer::Verified(_))), good, "{answer:?}");
                    if good {
                        sent.remove(&number);
                        verified.entry(number).or_insert(trial.story.now);
                    } else if room {
                        sent.entry(number).and_modify(|sent| sent.2 += 1);
                    }
                }
                _ => assert_eq!(trial.remove(&number).is_ok(), verified.remove(&number).is_some()),
            }
            let expected =
                verified.iter().map(|(number, since)| Destination { number: format!("+{number}"), since: *since });
            assert_eq!(trial.verified(), expected.collect::<Vec<_>>());
            for number in 0..4 {
                let number = format!("1415555010{number}");
                assert_eq!(trial.reaches(&number), verified.contains_key(&number), "seed {seed}");
            }
        }
    }
}
