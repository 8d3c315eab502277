//! Links in mails: good once, for a time, for one door, and only while what they are bound to is as it was.
//!
//! A link's text is `lk_<name>_<secret>`. Its record is at `lnk/<ms>/<random>`, and the name is both: expired ones are cleared as one span.

use super::members::Member;
use super::passwords;
use super::secrets;
use super::since;
use super::words::MemberId;
use coinbox_ground::ids::time_key;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant};
use serde::{Deserialize, Serialize};

/// Beginning of every key.
pub const PREFIX: &str = "lnk/";
/// No link lives longer.
pub const LIVES_MAX: Instant = 7 * coinbox_ground::vocabulary::DAY_MS;

const PURPOSE: &str = "link";
const NAME_LETTERS: usize = 8;
const SECRET_LETTERS: usize = 32;
/// Read where there is no link: no name begins so.
const NO_KEY: &str = "lnk/-";

/// A link.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Link {
    v: u32,
    /// What it opens.
    pub door: String,
    /// Whom or what it is about, in the form of its door.
    pub subject: String,
    mark: String,
    /// Good before this moment.
    pub expires: Instant,
    /// What must be as it was: [`bind_of`], or what its door knows.
    pub bind: String,
}

impl Record for Link {
    const KIND: &'static str = "link";
}

/// Gives a link out. What is answered is the only copy of its secret.
pub fn give(turn: &mut Turn<'_>, door: &'static str, subject: &str, lives: Instant, bind: &str) -> String {
    let (moment, random) = (time_key(turn.now()), secrets::draw(turn, NAME_LETTERS));
    let secret = secrets::draw(turn, SECRET_LETTERS);
    let name = format!("{moment}{random}");
    let link = Link {
        v: 1,
        door: door.to_owned(),
        subject: subject.to_owned(),
        mark: secrets::mark(turn, PURPOSE, &[&name, &secret]),
        expires: turn.now() + lives.min(LIVES_MAX),
        bind: bind.to_owned(),
    };
    turn.put(&format!("{PREFIX}{moment}/{random}"), &link);
    format!("lk_{name}_{secret}")
}

/// Name, key and secret of a link's text.
fn parse(token: &str) -> Option<(&str, String, &str)> {
    let (name, secret) = token.strip_prefix("lk_")?.split_once('_')?;
    let letters = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let fits = name.len() == 13 + NAME_LETTERS && secret.len() == SECRET_LETTERS && letters(name) && letters(secret);
    let (moment, random) = fits.then(|| name.split_at(13))?;
    Some((name, format!("{PREFIX}{moment}/{random}"), secret))
}

fn found(turn: &Turn<'_>, token: &str) -> Result<Option<(String, Link)>, Fault> {
    let (name, key, secret) = parse(token).unwrap_or(("", NO_KEY.to_owned(), ""));
    let link = turn.get::<Link>(&key)?;
    let fits = secrets::fits(turn, PURPOSE, &[name, secret], link.as_ref().map(|link| link.mark.as_str()));
    // The name begins with the moment at which the link was given out.
    let given = name.get(..13).and_then(|moment| moment.parse().ok()).unwrap_or(0);
    let believed = since::is_believed(turn, given)?;
    Ok(link.filter(|link| fits && believed && link.expires > turn.now()).map(|link| (key, link)))
}

/// A link that is still there. None: it was used, it is over, or it never was.
pub fn look(turn: &Turn<'_>, token: &str) -> Result<Option<Link>, Fault> {
    Ok(found(turn, token)?.map(|(_, link)| link))
}

/// Uses a link up. None: as [`look`], or it is of another door.
pub fn take(turn: &mut Turn<'_>, token: &str, door: &'static str) -> Result<Option<Link>, Fault> {
    let Some((key, link)) = found(turn, token)?.filter(|(_, link)| link.door == door) else { return Ok(None) };
    turn.remove(&key);
    Ok(Some(link))
}

/// What a link of a member is bound to: whatever changes password, sessions or address voids it.
pub fn bind_of(turn: &Turn<'_>, id: MemberId, member: &Member) -> Result<String, Fault> {
    Ok(format!("{}.{}.{}", passwords::version(turn, id)?, member.epoch, member.email))
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::{Fake, START};
    use coinbox_ground::vocabulary::HOUR_MS;

    #[test]
    fn a_link_is_good_once_at_its_door_before_its_end() {
        let fake = Fake::new();
        let given = |door| {
            fake.command(START, |turn| Ok::<_, Fault>(give(turn, door, "about", HOUR_MS, "1.1.a"))).expect("given")
        };
        let used = |at, token: &str, door| {
            fake.command(at, |turn| take(turn, token, door)).expect("asked").map(|link| link.subject)
        };
        let token = given("reset");
        let looked = fake.query(START, |turn| look(turn, &token)).expect("looked").expect("there");
        assert_eq!((looked.door.as_str(), looked.bind.as_str()), ("reset", "1.1.a"));
        assert_eq!(used(START, &token, "invitation"), None);
        for position in 0..token.len() {
            let mut altered = token.clone().into_bytes();
            altered[position] = if altered[position] == b'A' { b'B' } else { b'A' };
            let altered = String::from_utf8(altered).expect("ASCII");
            assert_eq!(used(START, &altered, "reset"), None, "letter {position}");
        }
        assert_eq!(used(START + HOUR_MS, &token, "reset"), None, "one millisecond late");
        assert_eq!(used(START + HOUR_MS - 1, &token, "reset"), Some("about".to_owned()));
        assert_eq!(used(START + HOUR_MS - 1, &token, "reset"), None, "used up");
        let (one, other) = (given("reset"), given("reset"));
        let crossed = format!("{}_{}", &one[..24], &other[25..]);
        assert_eq!(used(START, &crossed, "reset"), None, "another link's secret");
    }
}
