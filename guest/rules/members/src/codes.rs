//! Codes to phones: how often, for what, and the job that hands them over (SEC-3).
//!
//! | key | what |
//! |---|---|
//! | `otp/<account>/<number:04>/<purpose>` | the code that a member may hand in for a purpose, as a mark |
//! | `otp/<account>/d/<phone number>` | the code that proves a destination of a trial (ACC-6) |
//! | `code/<account>/<number:08>` | a code on its way, sealed |
//! | `codes/<calling code>` | what was sent to a country within the hour, and what of it was used |

use crate::checks::{calling_code, masked_number};
use crate::known::Known;
use crate::words::{CodePurpose, CodeSent, in_key};
use coinbox_access::people::throttles::{self, Bucket};
use coinbox_access::people::{MemberId, secrets, since};
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::ids::{self, AuthId};
use coinbox_ground::job::{Attempt, CODE, Done, JobKind, JobState, Next, Numbered, Task, Work};
use coinbox_ground::outside::{Channel, CodeMessage, LEASE_MS, TelephonyOutcome};
use coinbox_ground::port::Lane;
use coinbox_ground::turn::{Record, Turn, end_of_prefix};
use coinbox_ground::vocabulary::{Caller, DAY_MS, Fact, Fault, HOUR_MS, Instant, Refusal};
use coinbox_profiles::policy::{People, Policy};
use serde::{Deserialize, Serialize};

/// Jobs that hand a code over. They are counted per account.
pub(crate) const JOB: JobKind<Numbered> = JobKind::new("code");

/// Digits of a code.
const DIGITS: usize = 6;
/// Binds marks of codes to their use.
const MARK: &str = "phone-code";
/// The least time between two attempts to hand a code over.
const TRY_AGAIN_MS: Instant = 5_000;
/// Below so many codes within an hour a country is not judged.
const JUDGED_FROM: u32 = 30;
/// So many codes to destinations are looked at when another one is sent, and taken away if they have ended.
const KEPT: usize = 1000;
/// One of so many codes has to be used.
const USED_ONE_OF: u32 = 5;

/// What a code is for: it is kept in one place, and a newer one takes that of an older one.
pub(crate) struct Use {
    account: AuthId,
    /// Where it stands.
    key: String,
    /// What its mark is bound to.
    purpose: &'static str,
    /// Who it proves something for. Between two codes to the same there is a gap.
    whom: String,
}

impl Use {
    /// A code to a member's phone.
    pub(crate) fn of_member(id: MemberId, purpose: CodePurpose) -> Use {
        let key = format!("otp/{}/{}", in_key(id), purpose.word());
        Use { account: id.account, key, purpose: purpose.word(), whom: id.to_string() }
    }

    /// A code to a number that a trial wants to reach.
    pub(crate) fn of_destination(account: AuthId, number: &str) -> Use {
        let key = format!("{}{number}", destinations(account));
        Use { account, key, purpose: "destination", whom: account.to_string() }
    }
}

/// Beginning of the keys of codes to destinations.
fn destinations(account: AuthId) -> String {
    format!("otp/{account}/d/")
}

/// A code that may be handed in.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Otp {
    v: u32,
    mark: String,
    /// Digits without plus.
    number: String,
    sent: Instant,
    expires: Instant,
    /// Wrong ones so far. A newer code in the place of this one keeps them.
    tries: u32,
}

impl Record for Otp {
    const KIND: &'static str = "one-time code";
}

/// A code on its way.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct OnItsWay {
    v: u32,
    to: String,
    channel: Channel,
    /// Empty once it is handed over or given up.
    sealed: String,
    language: String,
    until: Instant,
    attempt: u32,
    /// Under which the outside knows it.
    key: String,
    /// None: not known yet. Empty: handed over. Otherwise why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
}

impl Record for OnItsWay {
    const KIND: &'static str = "code on its way";
}

fn way_key((account, number): Numbered) -> String {
    format!("code/{account}/{number:08}")
}

/// What was sent to a country within an hour.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Country {
    v: u32,
    since: Instant,
    sent: u32,
    used: u32,
    /// Nothing is sent there before this moment.
    rests: Instant,
}

impl Record for Country {
    const KIND: &'static str = "codes to a country";
}

fn country_key(number: &str) -> String {
    format!("codes/{}", calling_code(number))
}

/// Why a code is not sent.
pub(crate) enum Unsent {
    Fault(Fault),
    /// No code goes to such a number.
    NumberRefused,
}

impl From<Fault> for Unsent {
    fn from(fault: Fault) -> Unsent {
        Unsent::Fault(fault)
    }
}

/// Whether codes may go to a number at all.
pub(crate) fn is_served(turn: &Turn<'_>, known: &Known, number: &str) -> Result<bool, Fault> {
    let policy = Policy::load(turn)?;
    let prefixes = &policy.people.code_prefixes;
    let allowed = prefixes.is_empty() || prefixes.iter().any(|prefix| number.starts_with(prefix.as_str()));
    Ok(allowed && !(known.number_refused)(turn, number)?)
}

/// Counts a code on each of its limits: whom it is for, the number, the network, the account, the country.
fn count(turn: &mut Turn<'_>, caller: &Caller, people: &People, of: &Use, number: &str) -> Result<(), Fault> {
    let bucket = |dimension, burst: u32, within: Instant| Bucket {
        door: "sms",
        dimension,
        burst,
        one_per: within / Instant::from(burst.max(1)),
    };
    let network = throttles::network(caller.address.as_deref());
    let counted = [
        (bucket("m", 1, people.code_gap_ms), of.whom.clone()),
        (bucket("n", people.codes_a_number, DAY_MS), number.to_owned()),
        (bucket("a", people.codes_a_network, DAY_MS), network),
        (bucket("k", people.codes_an_account, DAY_MS), of.account.to_string()),
        (bucket("cc", people.codes_a_calling_code, HOUR_MS), calling_code(number).to_owned()),
    ];
    counted.iter().try_for_each(|(bucket, value)| throttles::take(turn, bucket, value))
}

/// Counts a code to a country. One in which hardly any code is used is being called for money: it rests for an hour.
fn count_country(turn: &mut Turn<'_>, number: &str) -> Result<(), Fault> {
    let (key, now) = (country_key(number), turn.now());
    let new = Country { v: 1, since: now, sent: 0, used: 0, rests: 0 };
    let mut country =
        turn.get::<Country>(&key)?.filter(|known| now < known.since + HOUR_MS || now < known.rests).unwrap_or(new);
    if now < country.rests {
        return Err(Refusal::TooOften(country.rests).into());
    }
    if now >= country.since + HOUR_MS {
        country = Country { v: 1, since: now, sent: 0, used: 0, rests: 0 };
    }
    country.sent += 1;
    if country.sent >= JUDGED_FROM && country.used * USED_ONE_OF < country.sent {
        country.rests = now + HOUR_MS;
        feed::operator_event("codes-unused", "SEC-3")
            .fact("calling-code", calling_code(number))
            .fact("sent", country.sent)
            .fact("used", country.used)
            .fact("until", country.rests)
            .tell(turn);
    }
    turn.put(&key, &country);
    Ok(())
}

/// Puts a code on its way. It takes the place of an older one for the same; wrong tries of that one stay.
pub(crate) fn send(
    turn: &mut Turn<'_>,
    caller: &Caller,
    known: &Known,
    of: &Use,
    (number, channel, language): (&str, Channel, &str),
) -> Result<CodeSent, Unsent> {
    if !is_served(turn, known, number)? {
        return Err(Unsent::NumberRefused);
    }
    let policy = Policy::load(turn)?;
    count(turn, caller, &policy.people, of, number)?;
    count_country(turn, number)?;
    let now = turn.now();
    let until = now + policy.people.code_lasts_ms;
    let code = secrets::draw_digits(turn, DIGITS);
    let before = turn.get::<Otp>(&of.key)?.filter(|before| now < before.expires);
    let otp = Otp {
        v: 1,
        mark: secrets::mark(turn, MARK, &[of.purpose, &of.whom, number, &code]),
        number: number.to_owned(),
        sent: now,
        expires: until,
        tries: before.map_or(0, |before| before.tries),
    };
    turn.put(&of.key, &otp);
    let place = (of.account, Numbers::next_code(turn, of.account)?);
    let on_its_way = OnItsWay {
        v: 1,
        to: format!("+{number}"),
        channel,
        sealed: turn.vault().seal(CODE, &code),
        language: language.to_owned(),
        until,
        attempt: 0,
        key: ids::outside_key(&turn.store_name(), of.account, "code", place.1),
        outcome: None,
    };
    turn.put(&way_key(place), &on_its_way);
    let job = JOB.of(place);
    turn.timer(&job, Lane::Urgent, now);
    Ok(CodeSent { job, to: masked_number(number), channel, until, again: now + policy.people.code_gap_ms })
}

/// What became of a code that was handed in.
pub enum Taken {
    /// It is right, and used up. The number that it was sent to.
    Right(String),
    /// It is wrong, of another purpose, too old, or there is none. So many tries are left for the one that was sent.
    Wrong(u32),
}

/// Takes a code, once. It is void after some wrong tries.
pub(crate) fn take(turn: &mut Turn<'_>, of: &Use, code: &str) -> Result<Taken, Fault> {
    let otp = turn.get::<Otp>(&of.key)?;
    let (number, mark) = otp.as_ref().map_or(("", None), |otp| (otp.number.as_str(), Some(otp.mark.as_str())));
    let fits = secrets::fits(turn, MARK, &[of.purpose, &of.whom, number, code], mark);
    let Some(mut otp) = otp else { return Ok(Taken::Wrong(0)) };
    let most = Policy::load(turn)?.people.code_tries;
    let good = turn.now() < otp.expires && since::is_believed(turn, otp.sent)?;
    if fits && good && otp.tries < most {
        turn.remove(&of.key);
        used(turn, &otp.number)?;
        return Ok(Taken::Right(otp.number));
    }
    otp.tries = otp.tries.saturating_add(1);
    let left = if good { most.saturating_sub(otp.tries) } else { 0 };
    if otp.tries >= most {
        // The record stays until its end, so that a newer code has no tries either.
        otp.mark = String::new();
    }
    turn.put(&of.key, &otp);
    Ok(Taken::Wrong(left))
}

/// A code to this number was used.
fn used(turn: &mut Turn<'_>, number: &str) -> Result<(), Fault> {
    let key = country_key(number);
    if let Some(mut country) = turn.get::<Country>(&key)? {
        country.used = country.used.saturating_add(1);
        turn.put(&key, &country);
    }
    Ok(())
}

/// A member has left.
pub(crate) fn forget(turn: &mut Turn<'_>, id: MemberId) {
    CodePurpose::ALL.iter().for_each(|purpose| turn.remove(&Use::of_member(id, *purpose).key));
}

/// Takes codes to destinations away that have ended.
pub(crate) fn forget_ended(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let (kept, _) = turn.list::<Otp>(&destinations(account), KEPT)?;
    for (key, otp) in kept {
        if turn.now() >= otp.expires {
            turn.remove(&key);
        }
    }
    Ok(())
}

/// The account is closed: no code to a destination is good any more.
pub(crate) fn forget_destinations(turn: &mut Turn<'_>, account: AuthId) {
    let prefix = destinations(account);
    let end = end_of_prefix(&prefix);
    turn.clear(prefix, end);
}

/// Starts the next attempt to hand a code over. One that is too old is taken away.
pub(crate) fn begin(turn: &mut Turn<'_>, place: Numbered) -> Result<Option<Next>, Fault> {
    let Some(mut way) = turn.get::<OnItsWay>(&way_key(place))? else { return Ok(None) };
    if turn.now() >= way.until {
        turn.remove(&way_key(place));
        return Ok(None);
    }
    let job = JOB.of(place);
    if way.outcome.is_some() {
        turn.timer(&job, Lane::Bulk, way.until);
        return Ok(Some(Next::Rest));
    }
    way.attempt += 1;
    turn.put(&way_key(place), &way);
    turn.timer(&job, Lane::Urgent, turn.now() + LEASE_MS);
    let message = CodeMessage {
        key: way.key,
        to: way.to,
        channel: way.channel,
        code: way.sealed,
        language: way.language,
        brand: Policy::load(turn)?.brand.clone(),
    };
    Ok(Some(Next::Perform(Task { job, attempt: way.attempt, work: Work::SendCode(message) })))
}

/// The current attempt.
pub(crate) fn attempt(turn: &Turn<'_>, place: Numbered) -> Result<Option<Attempt>, Fault> {
    let way = turn.get::<OnItsWay>(&way_key(place))?;
    Ok(way.map(|way| Attempt { number: way.attempt, is_booked: way.outcome.is_some() }))
}

/// Books what became of an attempt.
pub(crate) fn finish(turn: &mut Turn<'_>, place: Numbered, done: Done) -> Result<Next, Fault> {
    let Some(mut way) = turn.get::<OnItsWay>(&way_key(place))? else { return Ok(Next::Rest) };
    let job = JOB.of(place);
    let soonest = turn.now() + TRY_AGAIN_MS;
    let again = match done {
        Done::Code(TelephonyOutcome::Accepted) => None,
        Done::Code(TelephonyOutcome::Refused(cause)) => {
            way.outcome = Some(cause);
            None
        }
        Done::Code(TelephonyOutcome::NotSent(not_sent)) => Some(not_sent.ask_again.max(soonest)),
        Done::Lost(_) => Some(soonest),
        other => {
            way.outcome = Some(other.lost());
            None
        }
    };
    if let Some(at) = again.filter(|at| *at < way.until) {
        turn.timer(&job, Lane::Urgent, at);
        turn.put(&way_key(place), &way);
        return Ok(Next::Rest);
    }
    if again.is_some() {
        way.outcome = Some("no answer".to_owned());
    }
    match &way.outcome {
        None => way.outcome = Some(String::new()),
        Some(cause) => {
            let cause = coinbox_forms::letters::cleaned(cause, 200);
            let facts = vec![Fact::new("channel", channel_word(way.channel)), Fact::new("cause", cause)];
            feed::event(place.0, "code-not-sent", "SEC-3").facts(facts).tell(turn);
        }
    }
    way.sealed = String::new();
    turn.put(&way_key(place), &way);
    turn.timer(&job, Lane::Bulk, way.until);
    Ok(Next::Rest)
}

fn channel_word(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "sms",
        Channel::Voice => "voice",
    }
}

/// How a code stands for somebody who waits for it.
pub(crate) fn look(turn: &Turn<'_>, place: Numbered) -> Result<Option<JobState>, Fault> {
    Ok(turn.get::<OnItsWay>(&way_key(place))?.map(|way| match way.outcome.as_deref() {
        None => JobState::Working,
        Some("") => JobState::Succeeded,
        Some(_) => JobState::Failed("not-sent".to_owned()),
    }))
}
