//! Sessions of people, at `sess/<account>/<number:04>/<name>` (SEC-3).
//!
//! A session's token is `cbs_<account>_<number>_<name>_<secret>`. Its record keeps a mark of the secret. Whatever makes a session worth more (the
//! second factor, a fresh proof) hands out a new one in its place; whatever ends sessions raises the epoch of the member or of the account.

use super::members::{self, Member, State};
use super::secrets;
use super::session_keys::{key, prefix};
use super::since;
use super::words::{Half, MemberId};
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Caller, Fault, Instant, MINUTE_MS};
use coinbox_profiles::policy::{self, Policy, limits};
use coinbox_profiles::profile::{self, Profile};
use serde::{Deserialize, Serialize};

/// Most sessions of a member: the oldest goes when one more is opened.
pub const SESSIONS_MAX: usize = 50;

/// Most half sessions of a member.
const HALVES_MAX: usize = 10;

const PURPOSE: &str = "session";
const NAME_LETTERS: usize = 16;
/// Read where there is no session: no account is called so.
const NO_KEY: &str = "sess/-";

/// How somebody came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// With a password.
    Password,
    /// By single sign-on.
    Sso,
    /// By accepting an invitation.
    Invitation,
    /// By signing up.
    SignUp,
}

/// A session.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Session {
    v: u32,
    mark: String,
    /// None: a whole session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub half: Option<Half>,
    /// When it was opened.
    pub created: Instant,
    /// When it was last used.
    pub seen: Instant,
    /// When its holder last proved who he is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proved: Option<Instant>,
    /// Good before this moment, however much it is used.
    pub ends: Instant,
    /// How its holder came in.
    pub how: Way,
    epoch: u32,
    account_epoch: u32,
    /// From where it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<String>,
    /// From where it was opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
}

impl Record for Session {
    const KIND: &'static str = "session";
}

/// A session that was opened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Opened {
    /// The only copy of its secret.
    pub token: String,
    /// Good before this moment.
    pub ends: Instant,
    /// By which it is listed.
    pub name: String,
}

/// A session that proves who somebody is.
#[derive(Clone, Debug)]
pub struct Proved {
    /// Whose it is.
    pub id: MemberId,
    /// The member as it is now.
    pub member: Member,
    /// The account as it is now.
    pub profile: Profile,
    /// Name of the session.
    pub name: String,
    /// The session.
    pub session: Session,
}

/// Whose a token is, the name of the session and its secret.
fn parse(token: &str) -> Option<(MemberId, &str, &str)> {
    let mut parts = token.strip_prefix("cbs_")?.split('_');
    let (account, number, name, secret) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let letters =
        |text: &str, count: usize| text.len() == count && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let fits = parts.next().is_none() && letters(name, NAME_LETTERS) && letters(secret, secrets::LETTERS);
    if !fits || number.len() > 4 {
        return None;
    }
    Some((MemberId::parse(&format!("{account}/{number}"))?, name, secret))
}

/// The session that a token proves. None: it is wrong, it has ended, or its holder has left. The same is read and compared in each case.
pub fn prove(turn: &Turn<'_>, token: &str) -> Result<Option<Proved>, Fault> {
    let parsed = parse(token);
    let session_key = parsed.map_or_else(|| NO_KEY.to_owned(), |(id, name, _)| key(id, name));
    let keys = match parsed {
        Some((id, _, _)) => [members::key(id), profile::key(id.account), limits::key(id.account)],
        None => ["member", "account", "limits"].map(|what| format!("{NO_KEY}/{what}")),
    };
    turn.prefetch([session_key.clone(), policy::KEY.to_owned(), since::KEY.to_owned()].into_iter().chain(keys));
    let session = turn.get::<Session>(&session_key)?;
    let (whose, name, secret) =
        parsed.map_or((String::new(), "", ""), |(id, name, secret)| (id.to_string(), name, secret));
    let parts = [whose.as_str(), name, secret];
    let fits = secrets::fits(turn, PURPOSE, &parts, session.as_ref().map(|session| session.mark.as_str()));
    let (Some((id, name, _)), Some(session)) = (parsed, session) else { return Ok(None) };
    if !fits {
        return Ok(None);
    }
    let (member, profile) = (members::need(turn, id)?, profile::profile(turn, id.account)?);
    let idle = Policy::load(turn)?.people.session_idle_ms;
    let now = turn.now();
    let good = now < session.ends
        && now < session.seen.saturating_add(idle)
        && session.epoch == member.epoch
        && session.account_epoch == profile.epoch
        && member.state == State::Active
        && profile.standing() != profile::Standing::Closed
        && since::is_believed(turn, session.created)?;
    Ok(good.then(|| Proved { id, member, profile, name: name.to_owned(), session }))
}

fn write(turn: &mut Turn<'_>, id: MemberId, session: &mut Session) -> Opened {
    let (name, secret) = (secrets::draw(turn, NAME_LETTERS), secrets::draw(turn, secrets::LETTERS));
    session.mark = secrets::mark(turn, PURPOSE, &[&id.to_string(), &name, &secret]);
    turn.put(&key(id, &name), session);
    let token = format!("cbs_{}_{}_{name}_{secret}", id.account, id.number);
    Opened { token, ends: session.ends, name }
}

/// Opens a session, half or whole.
pub fn open(
    turn: &mut Turn<'_>,
    caller: &Caller,
    id: MemberId,
    member: &Member,
    half: Option<Half>,
    how: Way,
) -> Result<Opened, Fault> {
    make_room(turn, id, half.is_some())?;
    let people = &Policy::load(turn)?.people;
    let lives = if half.is_some() { people.half_session_ms } else { people.session_ms };
    let now = turn.now();
    let mut session = Session {
        v: 1,
        mark: String::new(),
        half,
        created: now,
        seen: now,
        proved: half.is_none().then_some(now),
        ends: now + lives,
        how,
        epoch: member.epoch,
        account_epoch: profile::profile(turn, id.account)?.epoch,
        device: caller.device.clone(),
        address: caller.address.clone(),
    };
    Ok(write(turn, id, &mut session))
}

/// Takes the sessions away that are over, and the oldest one if there is no room. Half sessions take no whole one's place: whoever knows no more than
/// the password ends nothing.
fn make_room(turn: &mut Turn<'_>, id: MemberId, half: bool) -> Result<(), Fault> {
    let most = if half { HALVES_MAX } else { SESSIONS_MAX };
    let mut held = all(turn, id)?;
    held.retain(|(_, session)| session.half.is_some() == half);
    let now = turn.now();
    held.sort_by(|(one_name, one), (other_name, other)| (other.created, other_name).cmp(&(one.created, one_name)));
    for (place, (name, session)) in held.iter().enumerate() {
        if session.ends <= now || place + 1 >= most {
            end(turn, id, name);
        }
    }
    Ok(())
}

/// A whole session in place of this one, under a new name and with a new secret: its holder has just proved who he is. A half session becomes whole;
/// a whole one keeps its end.
pub fn rise(turn: &mut Turn<'_>, id: MemberId, member: &Member, name: &str) -> Result<Opened, Fault> {
    let before = turn.need::<Session>(&key(id, name))?;
    end(turn, id, name);
    let now = turn.now();
    let ends = if before.half.is_some() { now + Policy::load(turn)?.people.session_ms } else { before.ends };
    let account_epoch = profile::profile(turn, id.account)?.epoch;
    let mut session =
        Session { half: None, seen: now, proved: Some(now), ends, epoch: member.epoch, account_epoch, ..before };
    Ok(write(turn, id, &mut session))
}

/// A new session in place of all others of its member, which have ended with a change of the member: with what the old one was worth.
pub fn renew(turn: &mut Turn<'_>, id: MemberId, member: &Member, before: Session) -> Opened {
    let seen = turn.now();
    let mut session = Session { seen, epoch: member.epoch, ..before };
    write(turn, id, &mut session)
}

/// Notes that a session is used by one of its commands, if that was not noted within the last minute.
pub fn used(turn: &mut Turn<'_>, id: MemberId, name: &str) -> Result<(), Fault> {
    match find(turn, id, name)? {
        Some(session) if turn.now() - session.seen >= MINUTE_MS => touch(turn, id, name),
        _ => Ok(()),
    }
}

/// Notes that a session is used. It never lives beyond its end.
pub fn touch(turn: &mut Turn<'_>, id: MemberId, name: &str) -> Result<(), Fault> {
    if let Some(mut session) = find(turn, id, name)? {
        session.seen = turn.now();
        turn.put(&key(id, name), &session);
    }
    Ok(())
}

/// A session by name.
pub fn find(turn: &Turn<'_>, id: MemberId, name: &str) -> Result<Option<Session>, Fault> {
    let fits = name.len() == NAME_LETTERS && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if fits { turn.get(&key(id, name)) } else { Ok(None) }
}

/// All sessions of a member by name, those that are over among them.
pub fn all(turn: &Turn<'_>, id: MemberId) -> Result<Vec<(String, Session)>, Fault> {
    let prefix = prefix(id);
    let (found, _) = turn.span::<Session>(&prefix, &end_of_prefix(&prefix), SESSIONS_MAX + HALVES_MAX + 2)?;
    Ok(found.into_iter().map(|(key, session)| (key[prefix.len()..].to_owned(), session)).collect())
}

/// Whether a session is good, apart from its secret.
pub fn is_alive(turn: &Turn<'_>, member: &Member, session: &Session) -> Result<bool, Fault> {
    let idle = Policy::load(turn)?.people.session_idle_ms;
    let now = turn.now();
    Ok(session.epoch == member.epoch && now < session.ends && now < session.seen.saturating_add(idle))
}

/// Ends a session.
pub fn end(turn: &mut Turn<'_>, id: MemberId, name: &str) {
    turn.remove(&key(id, name));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people::members::{New, add};
    use crate::people::words::Role;
    use coinbox_ground::testing::{Fake, START, main_id, nobody};
    use coinbox_ground::vocabulary::HOUR_MS;
    use coinbox_profiles::profile::{AccountType, NewProfile, Standing};

    fn store() -> (Fake, MemberId) {
        let fake = Fake::new();
        let account = main_id("1");
        let id = fake.command(START, |turn| {
            let new = NewProfile {
                account_type: AccountType::Developer,
                name: "Ada Ltd".to_owned(),
                email: "ada@example.com".to_owned(),
                address: Default::default(),
                timezone: "UTC".to_owned(),
                currency: coinbox_ground::currency::Currency::USD,
            };
            let profile = Profile::open(new, Standing::Active, START);
            profile::save(turn, account, &profile);
            let new = New {
                name: "Ada",
                email: "ada@example.com",
                language: "en",
                role: Role::Owner,
                state: State::Active,
                inviter: None,
            };
            Ok::<_, Fault>(add(turn, account, &new)?.expect("free").0)
        });
        (fake, id.expect("made"))
    }

    fn opened(fake: &Fake, at: Instant, id: MemberId, half: Option<Half>) -> Opened {
        fake.command(at, |turn| {
            let member = members::need(turn, id)?;
            open(turn, &nobody(), id, &member, half, Way::Password)
        })
        .expect("opened")
    }

    fn is_good(fake: &Fake, at: Instant, token: &str) -> bool {
        fake.query(at, |turn| prove(turn, token)).expect("asked").is_some()
    }

    #[test]
    fn a_session_lives_while_it_is_used_and_never_beyond_its_end() {
        let (fake, id) = store();
        let session = opened(&fake, START, id, None);
        assert_eq!(session.ends, START + 12 * HOUR_MS);
        assert!(is_good(&fake, START + 30 * MINUTE_MS - 1, &session.token));
        assert!(!is_good(&fake, START + 30 * MINUTE_MS, &session.token), "idle to the millisecond");
        for touches in 1..24 {
            let at = START + touches * 30 * MINUTE_MS - 1;
            fake.command(at, |turn| touch(turn, id, &session.name)).expect("touched");
            assert!(is_good(&fake, at, &session.token));
        }
        let end = START + 12 * HOUR_MS;
        fake.command(end - 1, |turn| touch(turn, id, &session.name)).expect("touched");
        assert!(is_good(&fake, end - 1, &session.token));
        assert!(!is_good(&fake, end, &session.token));
    }

    #[test]
    fn no_other_text_is_the_token() {
        let (fake, id) = store();
        let token = opened(&fake, START, id, None).token;
        assert!(is_good(&fake, START, &token));
        for position in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[position] = if altered[position] == b'B' { b'C' } else { b'B' };
            assert!(!is_good(&fake, START, &String::from_utf8(altered).expect("ASCII")), "letter {position}");
        }
        let padded = token.replacen("_1_", "_01_", 1);
        for other in ["", "cbs_", &format!("{token}_"), &format!("{token} "), &token.to_lowercase(), &padded] {
            assert!(!is_good(&fake, START, other), "{other}");
        }
    }

    #[test]
    fn a_session_rises_under_a_new_secret_and_the_old_one_is_dead() {
        let (fake, id) = store();
        let half = opened(&fake, START, id, Some(Half::SecondFactor));
        assert_eq!(half.ends, START + 10 * MINUTE_MS);
        let at = START + MINUTE_MS;
        let whole = fake
            .command(at, |turn| {
                let member = members::need(turn, id)?;
                rise(turn, id, &member, &half.name)
            })
            .expect("risen");
        assert!(!is_good(&fake, at, &half.token));
        let proved = fake.query(at, |turn| prove(turn, &whole.token)).expect("asked").expect("good");
        assert_eq!((proved.session.half, proved.session.proved), (None, Some(at)));
        assert_eq!(whole.ends, at + 12 * HOUR_MS);
        let again = fake
            .command(at + MINUTE_MS, |turn| {
                let member = members::need(turn, id)?;
                rise(turn, id, &member, &whole.name)
            })
            .expect("risen");
        assert_eq!(again.ends, whole.ends, "a fresh proof does not lengthen a session");
        assert!(!is_good(&fake, at + MINUTE_MS, &whole.token));
    }

    #[test]
    fn sessions_end_with_the_epoch_of_the_member_or_of_the_account_and_with_the_member() {
        for end in 0..4 {
            let (fake, id) = store();
            let tokens = [opened(&fake, START, id, None).token, opened(&fake, START, id, None).token];
            fake.command(START, |turn| {
                let mut member = members::need(turn, id)?;
                let mut account = profile::profile(turn, id.account)?;
                match end {
                    0 => members::end_sessions(turn, id, &mut member)?,
                    1 => members::remove(turn, id, &mut member)?,
                    2 => account.epoch += 1,
                    _ => account.close(),
                }
                profile::save(turn, id.account, &account);
                Ok::<(), Fault>(())
            })
            .expect("ended");
            assert!(tokens.iter().all(|token| !is_good(&fake, START, token)), "way {end}");
        }
    }

    /// R80.
    #[test]
    fn a_restore_ends_what_was_handed_out_before_it() {
        let (fake, id) = store();
        let before = opened(&fake, START, id, None).token;
        let link =
            fake.command(START, |turn| Ok::<_, Fault>(super::super::links::give(turn, "reset", "about", HOUR_MS, "")));
        let link = link.expect("given");
        fake.command(START + 1, |turn| {
            since::begin(turn);
            Ok::<(), Fault>(())
        })
        .expect("begun");
        let after = opened(&fake, START + 1, id, None).token;
        assert!(!is_good(&fake, START + 1, &before));
        assert!(is_good(&fake, START + 1, &after));
        let looked = fake.query(START + 1, |turn| super::super::links::look(turn, &link)).expect("looked");
        assert_eq!(looked, None);
    }

    #[test]
    fn a_member_has_fifty_sessions_and_the_oldest_goes() {
        let (fake, id) = store();
        let moments = 0..=Instant::try_from(SESSIONS_MAX).expect("small");
        let tokens: Vec<String> = moments.map(|at| opened(&fake, START + at, id, None).token).collect();
        let at = START + 60;
        assert!(!is_good(&fake, at, &tokens[0]));
        assert!(tokens[1..].iter().all(|token| is_good(&fake, at, token)));
        assert_eq!(fake.query(at, |turn| all(turn, id)).expect("listed").len(), SESSIONS_MAX);
    }

    #[test]
    fn half_sessions_take_no_whole_ones_place() {
        let (fake, id) = store();
        let whole = opened(&fake, START, id, None).token;
        let halves: Vec<String> = (1..=Instant::try_from(SESSIONS_MAX + 5).expect("small"))
            .map(|at| opened(&fake, START + at, id, Some(Half::SecondFactor)).token)
            .collect();
        let at = START + 60;
        assert!(is_good(&fake, at, &whole));
        assert_eq!(halves.iter().filter(|token| is_good(&fake, at, token)).count(), HALVES_MAX);
        assert!(is_good(&fake, at, halves.last().expect("some")));
    }

    #[test]
    fn whatever_is_wrong_with_a_token_costs_one_crossing() {
        let (fake, id) = store();
        let token = opened(&fake, START, id, None).token;
        let wrong = format!("{}{}", &token[..token.len() - 1], if token.ends_with('x') { 'y' } else { 'x' });
        let crossings = |token: &str| {
            let before = fake.crossings();
            fake.query(START, |turn| prove(turn, token)).expect("asked");
            fake.crossings() - before
        };
        let counts = [token.as_str(), &wrong, "cbs_rubbish", ""].map(crossings);
        assert_eq!(counts, [1; 4]);
    }
}
