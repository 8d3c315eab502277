//! Count, weigh, settle: how a password is looked at (SEC-8, SEC-9).
//!
//! A command counts a try and hands out a ticket. A query weighs the password and hands out the next ticket, with a verdict. A command takes that
//! ticket, once, and acts. So nothing about a password is learned before it was counted, no command hashes one, and no password is kept.
//!
//! Tickets are sealed and stay in the host. The record of an attempt is at `try/<ms>/<random>`; taking it away is what makes a ticket good once.

use super::members;
use super::passwords::{self, Password};
use super::secrets;
use super::since;
use super::words::MemberId;
use coinbox_ground::ids::time_key;
use coinbox_ground::port::Weighed as Compared;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Checks, Fault, FieldRule, Instant, MINUTE_MS, Refusal};
use serde::{Deserialize, Serialize};

/// Beginning of every key.
pub const PREFIX: &str = "try/";
/// How long a ticket is good.
pub const LIVES_MS: Instant = 2 * MINUTE_MS;
/// Longest password that is looked at, in bytes. Whatever is longer is refused before it is counted or hashed.
pub const PASSWORD_BYTES_MAX: usize = 1024;
/// Longest password in characters (SEC-8).
pub const PASSWORD_CHARACTERS_MAX: usize = 256;

const TICKET: &str = "ticket";
const COMMITMENT: &str = "attempt";
/// Tickets are filled up to this length, so that nobody sees from it what is inside.
const TICKET_BYTES: usize = 2048;

/// What begins.
pub struct Start<'a> {
    /// Short word for the flow.
    pub door: &'static str,
    /// What the door wants to know again when it settles.
    pub subject: String,
    /// Whose password is weighed. None: nobody's, which takes as long.
    pub member: Option<MemberId>,
    /// The password that will be weighed: one count weighs one guess.
    pub old: Option<&'a str>,
}

/// An attempt that is not settled.
#[derive(Serialize, Deserialize)]
struct Attempt {
    v: u32,
    door: String,
    member: Option<MemberId>,
    /// Of the password.
    version: u32,
    /// Of the member.
    epoch: u32,
}

impl Record for Attempt {
    const KIND: &'static str = "attempt";
}

/// What weighing an old password has found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// It is the member's password.
    Right,
    /// It is the one-time password that an operator has given out.
    RightOnce,
    /// It is not.
    Wrong,
}

/// What a ticket holds.
#[derive(Serialize, Deserialize)]
struct Ticket {
    door: String,
    name: String,
    issued: Instant,
    subject: String,
    member: Option<MemberId>,
    commitment: Option<String>,
    /// What the old password is compared with where it is nobody's yet: the hash of a sign-up.
    #[serde(default)]
    against: Option<String>,
    verdict: Option<Verdict>,
    new_hash: Option<String>,
    rehashed: Option<String>,
    filling: String,
}

/// What a new password is judged by.
pub struct Judged<'a> {
    /// Whose password it becomes.
    pub member: Option<MemberId>,
    /// The flow.
    pub door: &'a str,
    /// What the door wanted to know again.
    pub subject: &'a str,
    /// The new password.
    pub new: &'a str,
    /// The old password, if it was given and is right.
    pub old: Option<&'a str>,
}

/// An attempt that is settled: its ticket is used up.
#[derive(Debug)]
pub struct Finished {
    /// What the door wanted to know again.
    pub subject: String,
    /// Whose password was weighed.
    pub member: Option<MemberId>,
    /// Of the old password, if there was one.
    pub verdict: Option<Verdict>,
    /// Of the new password, if there was one.
    pub new_hash: Option<String>,
    /// The old password with today's cost, if its hash is of a lower one.
    pub rehashed: Option<String>,
    /// Whether the member's password or epoch is another one than when the attempt began: what was weighed says nothing any more.
    pub changed: bool,
}

/// Checks what is typed as a password before it is counted: nobody has a longer one.
pub fn check_typed(checks: &mut Checks, password: &str, field: &str) {
    checks.require(!password.is_empty(), field, FieldRule::TooShort, 1);
    checks.require(
        password.len() <= PASSWORD_BYTES_MAX,
        field,
        FieldRule::TooLong,
        format_args!("{PASSWORD_BYTES_MAX} bytes"),
    );
}

fn key(name: &str) -> String {
    let (moment, random) = name.split_at(13);
    format!("{PREFIX}{moment}/{random}")
}

fn commitment(turn: &Turn<'_>, name: &str, old: &str) -> String {
    secrets::mark(turn, COMMITMENT, &[name, old])
}

fn seal(turn: &Turn<'_>, mut ticket: Ticket) -> String {
    ticket.filling = String::new();
    let text = |ticket: &Ticket| serde_json::to_string(ticket).expect("text keys and finite numbers");
    let bare = text(&ticket).len();
    ticket.filling = " ".repeat(bare.next_multiple_of(TICKET_BYTES) - bare);
    turn.vault().seal(TICKET, &text(&ticket))
}

fn open(turn: &Turn<'_>, sealed: &str) -> Result<Ticket, Fault> {
    let unauthenticated = || Fault::from(Refusal::Unauthenticated);
    let text = turn.vault().unseal(TICKET, sealed).map_err(|_| unauthenticated())?;
    let ticket: Ticket = serde_json::from_str(&text).map_err(|_| unauthenticated())?;
    let now = turn.now();
    let alive = (ticket.issued..ticket.issued + LIVES_MS).contains(&now) && since::is_believed(turn, ticket.issued)?;
    if alive { Ok(ticket) } else { Err(unauthenticated()) }
}

/// Begins an attempt, which the door has counted. Answers its ticket.
pub fn start(turn: &mut Turn<'_>, start: Start<'_>) -> Result<String, Fault> {
    begin(turn, start, None)
}

/// [`start`] of an attempt whose old password is nobody's yet: it is compared with this hash. An empty one fits nothing.
pub fn start_against(turn: &mut Turn<'_>, start: Start<'_>, hash: &str) -> Result<String, Fault> {
    begin(turn, start, Some(hash.to_owned()))
}

fn begin(turn: &mut Turn<'_>, start: Start<'_>, against: Option<String>) -> Result<String, Fault> {
    let name = format!("{}{}", time_key(turn.now()), secrets::draw(turn, 8));
    // Read for nobody too: the same crossings whoever is asked for.
    let (version, epoch) = match start.member {
        Some(id) => {
            turn.prefetch([passwords::key(id), members::key(id)]);
            (passwords::version(turn, id)?, members::need(turn, id)?.epoch)
        }
        None => {
            turn.prefetch(["pw/-".to_owned(), "mem/-".to_owned()]);
            (0, 0)
        }
    };
    turn.put(&key(&name), &Attempt { v: 1, door: start.door.to_owned(), member: start.member, version, epoch });
    let commitment = start.old.map(|old| commitment(turn, &name, old));
    let ticket = Ticket {
        door: start.door.to_owned(),
        name,
        issued: turn.now(),
        subject: start.subject,
        member: start.member,
        commitment,
        against,
        verdict: None,
        new_hash: None,
        rehashed: None,
        filling: String::new(),
    };
    Ok(seal(turn, ticket))
}

/// Why nothing was weighed.
#[derive(Debug)]
pub enum WeighFault<W> {
    /// See [`Fault`].
    Fault(Fault),
    /// The new password is too weak.
    Weak(W),
}

impl<W> From<Fault> for WeighFault<W> {
    fn from(fault: Fault) -> WeighFault<W> {
        WeighFault::Fault(fault)
    }
}

/// Weighs an old password, and hashes a new one that `judge` lets pass: it answers what is weak about it, nothing if it is strong. A query. An old
/// password other than the one that was counted is refused. Weighing twice gives the same verdict.
pub fn weigh<W>(
    turn: &Turn<'_>,
    ticket: &str,
    old: Option<&str>,
    new: Option<&str>,
    judge: impl FnOnce(&Judged<'_>) -> Result<Option<W>, Fault>,
) -> Result<String, WeighFault<W>> {
    let mut checks = Checks::new();
    old.into_iter().for_each(|old| check_typed(&mut checks, old, "old"));
    new.into_iter().for_each(|new| check_typed(&mut checks, new, "new"));
    checks.require(old.is_some() || new.is_some(), "new", FieldRule::Missing, "");
    checks.done()?;
    let mut ticket = open(turn, ticket)?;
    let counted = match (old, &ticket.commitment) {
        (Some(old), Some(mark)) => secrets::fits(turn, COMMITMENT, &[&ticket.name, old], Some(mark)),
        (None, None) => true,
        _ => false,
    };
    if !counted {
        return Err(Fault::from(Refusal::Unauthenticated).into());
    }
    if let Some(old) = old {
        (ticket.verdict, ticket.rehashed) = match &ticket.against {
            Some(hash) => (Some(compared(turn, hash, old)), None),
            None => compare(turn, ticket.member, old)?,
        };
    }
    let is_right = ticket.verdict.is_none_or(|verdict| verdict != Verdict::Wrong);
    if let Some(new) = new.filter(|_| is_right) {
        let judged = Judged { member: ticket.member, door: &ticket.door, subject: &ticket.subject, new, old };
        if let Some(weak) = judge(&judged)? {
            return Err(WeighFault::Weak(weak));
        }
        ticket.new_hash = Some(turn.vault().hash_password(new));
    }
    Ok(seal(turn, ticket))
}

/// Compares with a hash that is no member's.
fn compared(turn: &Turn<'_>, hash: &str, old: &str) -> Verdict {
    turn.prefetch(["pw/-".to_owned()]);
    match turn.vault().verify_password(old, hash) {
        Compared::Differs => Verdict::Wrong,
        Compared::Matches | Compared::MatchesOutdated => Verdict::Right,
    }
}

fn compare(turn: &Turn<'_>, member: Option<MemberId>, old: &str) -> Result<(Option<Verdict>, Option<String>), Fault> {
    let password = match member {
        Some(id) => passwords::find(turn, id)?,
        None => turn.get::<Password>("pw/-")?,
    };
    let hash = password.as_ref().map_or("", |password| password.hash.as_str());
    // Hashed whatever was typed: it takes as long.
    let found = turn.vault().verify_password(old, hash);
    let once = match password.zip(member) {
        Some((password, id)) => password.is_once(turn, id, old)?,
        None => false,
    };
    let verdict = match found {
        Compared::Differs if once => Verdict::RightOnce,
        Compared::Differs => Verdict::Wrong,
        Compared::Matches | Compared::MatchesOutdated => Verdict::Right,
    };
    let rehashed = (found == Compared::MatchesOutdated).then(|| turn.vault().hash_password(old));
    Ok((Some(verdict), rehashed))
}

/// Settles an attempt at its door: the ticket is used up. Refused as `unauthenticated` if it is of another door or store, over, used already, or was
/// never weighed.
pub fn finish(turn: &mut Turn<'_>, door: &'static str, ticket: &str) -> Result<Finished, Fault> {
    let ticket = open(turn, ticket)?;
    let weighed = ticket.verdict.is_some() || ticket.new_hash.is_some();
    let key = key(&ticket.name);
    let attempt = turn.get::<Attempt>(&key)?.filter(|attempt| attempt.door == door && ticket.door == door && weighed);
    let Some(attempt) = attempt else { return Err(Refusal::Unauthenticated.into()) };
    turn.remove(&key);
    let changed = match attempt.member {
        Some(id) => {
            turn.prefetch([passwords::key(id), members::key(id)]);
            let epoch = members::find(turn, id)?.map_or(0, |member| member.epoch);
            (passwords::version(turn, id)?, epoch) != (attempt.version, attempt.epoch)
        }
        None => {
            turn.prefetch(["pw/-".to_owned(), "mem/-".to_owned()]);
            false
        }
    };
    Ok(Finished {
        subject: ticket.subject,
        member: attempt.member,
        verdict: ticket.verdict,
        new_hash: ticket.new_hash,
        rehashed: ticket.rehashed,
        changed,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::members::{New, State, add};
    use crate::people::words::Role;
    use coinbox_ground::testing::{Fake, START, main_id};

    const OLD: &str = "correct horse battery";

    /// A store with one member whose password is [`OLD`].
    fn store() -> (Fake, MemberId) {
        let fake = Fake::new();
        let id = fake
            .command(START, |turn| {
                let new = New {
                    name: "Ada",
                    email: "ada@example.com",
                    language: "en",
                    role: Role::Owner,
                    state: State::Active,
                    inviter: None,
                };
                let (id, _) = add(turn, main_id("1"), &new)?.expect("free");
                passwords::set(turn, id, &format!("hash:{OLD}"))?;
                Ok::<_, Fault>(id)
            })
            .expect("made");
        (fake, id)
    }

    fn begun(fake: &Fake, member: Option<MemberId>, old: Option<&str>) -> String {
        let begun =
            |turn: &mut Turn<'_>| start(turn, Start { door: "login", subject: "about".to_owned(), member, old });
        fake.command(START, begun).expect("begun")
    }

    fn weighed(fake: &Fake, ticket: &str, old: Option<&str>, new: Option<&str>) -> Result<String, WeighFault<()>> {
        fake.query(START, |turn| weigh(turn, ticket, old, new, |judged| Ok((judged.new == "weak").then_some(()))))
    }

    fn settled(fake: &Fake, at: Instant, door: &'static str, ticket: &str) -> Result<Finished, Fault> {
        fake.command(at, |turn| finish(turn, door, ticket))
    }

    #[test]
    fn a_right_and_a_wrong_password_are_told_apart_only_at_the_end_and_once() {
        let (fake, id) = store();
        for (typed, verdict) in [(OLD, Verdict::Right), ("wrong", Verdict::Wrong)] {
            let ticket = begun(&fake, Some(id), Some(typed));
            let ticket = weighed(&fake, &ticket, Some(typed), None).expect("weighed");
            let finished = settled(&fake, START, "login", &ticket).expect("settled");
            assert_eq!((finished.verdict, finished.member, finished.changed), (Some(verdict), Some(id), false));
            assert_eq!(finished.subject, "about");
            assert_eq!(settled(&fake, START, "login", &ticket).unwrap_err(), Refusal::Unauthenticated.into());
        }
    }

    #[test]
    fn nobody_has_a_password_and_the_ticket_is_as_long() {
        let (fake, id) = store();
        let (known, unknown) = (begun(&fake, Some(id), Some(OLD)), begun(&fake, None, Some(OLD)));
        assert_eq!(known.len(), unknown.len());
        let ticket = weighed(&fake, &unknown, Some(OLD), None).expect("weighed");
        assert_eq!(settled(&fake, START, "login", &ticket).expect("settled").verdict, Some(Verdict::Wrong));
    }

    #[test]
    fn what_is_nobodys_yet_is_compared_with_its_own_hash() {
        let (fake, _) = store();
        for (hash, typed, verdict) in [
            (format!("hash:{OLD}"), OLD, Verdict::Right),
            (format!("hash:{OLD}"), "another", Verdict::Wrong),
            (String::new(), OLD, Verdict::Wrong),
        ] {
            let begun = |turn: &mut Turn<'_>| {
                let start = Start { door: "sign-up", subject: String::new(), member: None, old: Some(typed) };
                start_against(turn, start, &hash)
            };
            let ticket = fake.command(START, begun).expect("begun");
            assert_eq!(ticket.len(), begun_length(&fake));
            let ticket = weighed(&fake, &ticket, Some(typed), None).expect("weighed");
            assert_eq!(settled(&fake, START, "sign-up", &ticket).expect("settled").verdict, Some(verdict));
        }
    }

    /// Length of any ticket.
    fn begun_length(fake: &Fake) -> usize {
        begun(fake, None, None).len()
    }

    #[test]
    fn one_count_weighs_one_guess() {
        let (fake, id) = store();
        let ticket = begun(&fake, Some(id), Some("first guess"));
        for (old, new) in [(Some(OLD), None), (None, Some("another one"))] {
            let refused = weighed(&fake, &ticket, old, new);
            assert!(
                matches!(&refused, Err(WeighFault::Fault(Fault::Refused(Refusal::Unauthenticated)))),
                "{refused:?}"
            );
        }
        assert_eq!(
            settled(&fake, START, "login", &ticket).unwrap_err(),
            Refusal::Unauthenticated.into(),
            "never weighed"
        );
    }

    #[test]
    fn a_ticket_is_of_its_door_and_lives_two_minutes() {
        let (fake, id) = store();
        let ticket = begun(&fake, Some(id), Some(OLD));
        let ticket = weighed(&fake, &ticket, Some(OLD), None).expect("weighed");
        assert_eq!(settled(&fake, START, "reset", &ticket).unwrap_err(), Refusal::Unauthenticated.into());
        assert_eq!(settled(&fake, START + LIVES_MS, "login", &ticket).unwrap_err(), Refusal::Unauthenticated.into());
        assert!(settled(&fake, START + LIVES_MS - 1, "login", &ticket).is_ok());
    }

    #[test]
    fn a_password_that_changes_meanwhile_is_told() {
        let (fake, id) = store();
        let ticket = begun(&fake, Some(id), Some(OLD));
        let ticket = weighed(&fake, &ticket, Some(OLD), None).expect("weighed");
        fake.command(START, |turn| passwords::set(turn, id, "hash:other")).expect("set");
        assert!(settled(&fake, START, "login", &ticket).expect("settled").changed);
    }

    #[test]
    fn a_weak_password_is_not_hashed_and_a_strong_one_is() {
        let (fake, id) = store();
        let ticket = begun(&fake, Some(id), None);
        assert!(matches!(weighed(&fake, &ticket, None, Some("weak")), Err(WeighFault::Weak(()))));
        let ticket = weighed(&fake, &ticket, None, Some("strong")).expect("weighed");
        let finished = settled(&fake, START, "login", &ticket).expect("settled");
        assert_eq!((finished.new_hash.as_deref(), finished.verdict), (Some("hash:strong"), None));
    }

    #[test]
    fn a_hash_of_a_lower_cost_is_made_again() {
        let (fake, id) = store();
        fake.command(START, |turn| passwords::set(turn, id, &format!("old-hash:{OLD}"))).expect("set");
        let ticket = begun(&fake, Some(id), Some(OLD));
        let ticket = weighed(&fake, &ticket, Some(OLD), None).expect("weighed");
        let finished = settled(&fake, START, "login", &ticket).expect("settled");
        assert_eq!(finished.rehashed, Some(format!("hash:{OLD}")));
    }
}
