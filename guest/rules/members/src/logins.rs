//! Tries to log in, devices that are known, and who has been active (SEC-9, ACC-14).
//!
//! | key | what |
//! |---|---|
//! | `lgn/<account>/<number:04>/<falling moment>` | one of the last 50 tries of a member |
//! | `act/<account>` | the day of the last act |

use crate::words::in_key;
use coinbox_access::people::MemberId;
use coinbox_access::people::members::Member;
use coinbox_access::people::secrets;
use coinbox_ground::calendar::day_name;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fault, Instant, MOMENT_MAX};
use serde::{Deserialize, Serialize};

/// Tries that are kept of a member.
pub(crate) const KEPT: usize = 50;
/// Binds device tokens to their use.
const DEVICE: &str = "device";
/// Letters of the name of a device.
const DEVICE_LETTERS: usize = 16;

/// A try to log in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) struct Login {
    v: u32,
    pub(crate) at: Instant,
    pub(crate) entered: bool,
    pub(crate) how: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) device: Option<String>,
}

impl Record for Login {
    const KIND: &'static str = "try to log in";
}

/// From where somebody comes.
#[derive(Clone, Copy)]
pub(crate) struct From<'a> {
    pub(crate) address: Option<&'a str>,
    pub(crate) device: Option<&'a str>,
}

fn prefix(id: MemberId) -> String {
    format!("lgn/{}/", in_key(id))
}

/// Notes a try. Of more than [`KEPT`] the oldest goes.
pub(crate) fn note(
    turn: &mut Turn<'_>,
    id: MemberId,
    at: Instant,
    entered: bool,
    how: &str,
    from: From<'_>,
) -> Result<(), Fault> {
    // Of one moment, the later one comes first too.
    let place = |count: u32| format!("{}{}-{:03}", prefix(id), time_key(MOMENT_MAX - at), 999 - count.min(999));
    let mut count = 0;
    while count < 999 && turn.text(&place(count)).is_some() {
        count += 1;
    }
    let key = place(count);
    let text = |text: Option<&str>| text.map(str::to_owned);
    let login =
        Login { v: 1, at, entered, how: how.to_owned(), address: text(from.address), device: text(from.device) };
    turn.put(&key, &login);
    let (all, _) = turn.list::<Login>(&prefix(id), 2 * KEPT)?;
    all.iter().skip(KEPT).for_each(|(key, _)| turn.remove(key));
    Ok(())
}

/// The last tries, newest first.
pub(crate) fn list(turn: &Turn<'_>, id: MemberId) -> Result<Vec<Login>, Fault> {
    Ok(turn.list::<Login>(&prefix(id), KEPT)?.0.into_iter().map(|(_, login)| login).collect())
}

/// Takes all of them away.
pub(crate) fn forget(turn: &mut Turn<'_>, id: MemberId) -> Result<(), Fault> {
    let (all, _) = turn.list::<Login>(&prefix(id), 2 * KEPT)?;
    all.iter().for_each(|(key, _)| turn.remove(key));
    Ok(())
}

/// The day of the last act of an account's people, at `act/<account>` (ACC-14, R70).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Acted {
    v: u32,
    day: String,
}

impl Record for Acted {
    const KIND: &'static str = "last act";
}

/// Notes that somebody of the account has acted today.
pub(crate) fn acted(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let (key, day) = (format!("act/{account}"), day_name(turn.now()));
    if turn.get::<Acted>(&key)?.is_none_or(|acted| acted.day != day) {
        turn.put(&key, &Acted { v: 1, day });
    }
    Ok(())
}

/// A device on which a member has logged in before.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Device {
    id: MemberId,
    epoch: u32,
    /// What its tries are counted by.
    pub(crate) name: String,
}

/// A token for a device: tries that come with it are counted apart from those of strangers. It proves nothing else.
pub(crate) fn device_token(turn: &Turn<'_>, id: MemberId, member: &Member) -> String {
    let name = secrets::draw(turn, DEVICE_LETTERS);
    turn.vault().seal(DEVICE, &format!("{id} {} {name}", member.epoch))
}

/// The device of a token, if it is this member's and nothing has ended his sessions since.
pub(crate) fn device(turn: &Turn<'_>, token: Option<&str>, of: Option<(MemberId, &Member)>) -> Option<Device> {
    // Opened whoever is asked for, and whether or not there is one: the same work.
    let text = turn.vault().unseal(DEVICE, token.unwrap_or_default()).ok()?;
    let mut parts = text.split(' ');
    let (id, epoch, name) = (parts.next()?, parts.next()?, parts.next()?);
    let device = Device { id: MemberId::parse(id)?, epoch: epoch.parse().ok()?, name: name.to_owned() };
    of.filter(|(id, member)| device.id == *id && device.epoch == member.epoch).map(|_| device)
}
