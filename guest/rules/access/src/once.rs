//! Commands that happen once however often they are asked for (R42).
//!
//! A command with an idempotency key leaves a record: what was asked and what was answered. The same key and the same
//! arguments get the first answer again; the same key and other arguments are refused. Records are kept for ever.
//!
//! A restore takes such a record away while what the command has done outside stays. So digests of key and arguments travel with every
//! charge, refund, order and release (`Asked`), and come back with the reconciliation (`remember`).
//!
//! | key | what |
//! |---|---|
//! | `idem/<scope>/<function>/<digest>` | a command and its answer |
//! | `back/<digest>` | one that a reconciliation has found again: the digest is of scope, function and key |

use coinbox_ground::idempotency::{Asked, digest};
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Caller, Fact, Fault, FieldRule, Instant, Refusal, RequestPart};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest key in bytes.
const KEY_BYTES_MAX: usize = 255;

#[derive(Serialize, Deserialize)]
struct Done {
    v: u32,
    /// SHA-256 of the arguments' JSON text.
    args: String,
    /// Without secrets.
    answer: Value,
    at: Instant,
}

impl Record for Done {
    const KIND: &'static str = "idempotency key";
}

/// Runs a command once per key of the caller, function and `scope`: the account that it is about, or the operator.
///
/// Permissions are checked before, by the caller of this function: an answer is given again only to who may ask.
pub(crate) fn once<T, E>(
    turn: &mut Turn<'_>,
    caller: &Caller,
    scope: &str,
    function: &str,
    args: &impl Serialize,
    run: impl FnOnce(&mut Turn<'_>) -> Result<T, E>,
) -> Result<T, E>
where
    T: Serialize + DeserializeOwned,
    E: From<Fault>,
{
    once_secret(turn, caller, scope, function, args, |answer| serde_json::to_value(answer), run)
}

/// [`once`] for answers that hold a secret: `kept` writes the answer without it, and that is what a repeat gets.
pub(crate) fn once_secret<T, E>(
    turn: &mut Turn<'_>,
    caller: &Caller,
    scope: &str,
    function: &str,
    args: &impl Serialize,
    kept: impl FnOnce(&T) -> serde_json::Result<Value>,
    run: impl FnOnce(&mut Turn<'_>) -> Result<T, E>,
) -> Result<T, E>
where
    T: DeserializeOwned,
    E: From<Fault>,
{
    let Some(asked) = &caller.idempotency_key else { return run(turn) };
    check(asked)?;
    let mut key = format!("idem/{scope}/{function}/{}", &digest(asked.as_bytes())[..32]);
    let args = digest(&serde_json::to_vec(args).expect("arguments have text keys and finite numbers only"));
    if let Some(part) = &caller.part {
        bind_whole(turn, &key, part)?;
        key = format!("{key}/{:010}", part.number);
    }
    if let Some(done) = turn.get::<Done>(&key)? {
        if done.args != args {
            return Err(Fault::from(Refusal::KeyReused).into());
        }
        return serde_json::from_value(done.answer).map_err(|error| {
            let facts = vec![Fact::new("kind", Done::KIND), Fact::new("key", &key), Fact::new("cause", error)];
            Fault::unreadable(facts).into()
        });
    }
    let answer = run(turn)?;
    let kept = kept(&answer).expect("answers have text keys and finite numbers only");
    turn.put(&key, &Done { v: 1, args, answer: kept, at: turn.now() });
    Ok(answer)
}

/// Binds a key to the whole of a request that is carried out as several calls: whichever of them comes first writes that down under the
/// key itself, where a request in one call is written too. The parts are kept behind it, in names that no key of a caller has.
fn bind_whole(turn: &mut Turn<'_>, key: &str, part: &RequestPart) -> Result<(), Fault> {
    let is_digest = part.whole.len() == 64 && part.whole.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_digest {
        return Err(Fault::invalid("caller.part.whole", FieldRule::WrongForm, Some("64 hexadecimal digits")));
    }
    let args = digest(format!("whole {}", part.whole).as_bytes());
    match turn.get::<Done>(key)? {
        Some(done) if done.args != args => Err(Refusal::KeyReused.into()),
        Some(_) => Ok(()),
        None => {
            turn.put(key, &Done { v: 1, args, answer: Value::Null, at: turn.now() });
            Ok(())
        }
    }
}

fn back_key(asked: &Asked) -> String {
    format!("back/{}", asked.key)
}

/// [`once`] for commands whose effect is outside and outlives the store.
///
/// After a restore a key that this store does not know may have been used in the history that was lost. `unknown` says whether such a key is
/// refused.
pub(crate) fn once_outside<T, E>(
    turn: &mut Turn<'_>,
    caller: &Caller,
    (scope, function): (&str, &str),
    args: &impl Serialize,
    unknown: impl FnOnce(&Turn<'_>) -> Result<Option<Refusal>, Fault>,
    run: impl FnOnce(&mut Turn<'_>, Option<Asked>) -> Result<T, E>,
) -> Result<T, E>
where
    T: Serialize + DeserializeOwned,
    E: From<Fault>,
{
    let Some(key) = &caller.idempotency_key else { return run(turn, None) };
    check(key)?;
    let args_digest = digest(&serde_json::to_vec(args).expect("arguments have text keys and finite numbers only"));
    let asked = Asked::of(scope, function, key, args_digest);
    if let Some(done) = turn.get::<Done>(&back_key(&asked))? {
        if done.args != asked.args {
            return Err(Fault::from(Refusal::KeyReused).into());
        }
        return serde_json::from_value(done.answer).map_err(|error| {
            let facts =
                vec![Fact::new("kind", Done::KIND), Fact::new("key", back_key(&asked)), Fact::new("cause", error)];
            Fault::unreadable(facts).into()
        });
    }
    once(turn, caller, scope, function, args, |turn| {
        if let Some(refusal) = unknown(turn)? {
            return Err(Fault::from(refusal).into());
        }
        run(turn, Some(asked))
    })
}

/// Notes what a command of a history that was lost has answered, as far as that can still be said. The first one of a key counts.
pub fn remember(turn: &mut Turn<'_>, asked: &Asked, answer: &impl Serialize) {
    let key = back_key(asked);
    if turn.text(&key).is_none() {
        let answer = serde_json::to_value(answer).expect("answers have text keys and finite numbers only");
        let at = turn.now();
        turn.put(&key, &Done { v: 1, args: asked.args.clone(), answer, at });
    }
}

fn check(asked: &str) -> Result<(), Fault> {
    const FIELD: &str = "caller.idempotency-key";
    if asked.is_empty() {
        return Err(Fault::invalid(FIELD, FieldRule::TooShort, Some("1")));
    }
    if asked.len() > KEY_BYTES_MAX {
        return Err(Fault::invalid(FIELD, FieldRule::TooLong, Some("255")));
    }
    if !asked.bytes().all(|byte| (b' '..=b'~').contains(&byte)) {
        return Err(Fault::invalid(FIELD, FieldRule::WrongForm, Some("printable ASCII")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::{Fake, START, caller, keyed};
    use coinbox_ground::vocabulary::Principal;

    fn add(fake: &Fake, key: &str, scope: &str, amount: u32) -> Result<u32, Fault> {
        let caller = keyed(caller(Principal::Host), key);
        fake.command(START, |turn| {
            once(turn, &caller, scope, "test.add", &amount, |turn| {
                let sum = turn.text("sum").map_or(0, |text| text.parse().expect("number")) + amount;
                turn.put_text("sum", sum.to_string());
                Ok(sum)
            })
        })
    }

    #[test]
    fn a_key_acts_once_per_scope() {
        let fake = Fake::new();
        assert_eq!(add(&fake, "one", "A", 5), Ok(5));
        assert_eq!(add(&fake, "one", "A", 5), Ok(5));
        assert_eq!(fake.dump()["sum"], "5");
        assert_eq!(add(&fake, "one", "A", 6), Err(Refusal::KeyReused.into()));
        assert_eq!(add(&fake, "two", "A", 6), Ok(11));
        assert_eq!(add(&fake, "one", "B", 6), Ok(17));
        assert_eq!(fake.dump()["sum"], "17");
    }

    #[test]
    fn a_failed_command_leaves_its_key_free() {
        let fake = Fake::new();
        let caller = keyed(caller(Principal::Host), "one");
        let failed: Result<(), Fault> =
            fake.command(START, |turn| once(turn, &caller, "A", "test.add", &5, |_| Err(Fault::not_found("thing"))));
        assert_eq!(failed, Err(Fault::not_found("thing")));
        assert_eq!(add(&fake, "one", "A", 6), Ok(6));
    }

    fn add_part(fake: &Fake, key: &str, whole: &str, number: u32, amount: u32) -> Result<u32, Fault> {
        let whole = digest(whole.as_bytes());
        let caller = Caller { part: Some(RequestPart { whole, number }), ..keyed(caller(Principal::Host), key) };
        fake.command(START, |turn| {
            once(turn, &caller, "A", "test.add", &amount, |turn| {
                let sum = turn.text("sum").map_or(0, |text| text.parse().expect("number")) + amount;
                turn.put_text("sum", sum.to_string());
                Ok(sum)
            })
        })
    }

    /// sec-05-one-key-for-two-usage-batches
    #[test]
    fn a_key_is_bound_to_the_whole_of_a_request_in_several_calls() {
        let fake = Fake::new();
        let reused = |answer: Result<u32, Fault>| assert_eq!(answer, Err(Refusal::KeyReused.into()));
        assert_eq!(add_part(&fake, "K", "body", 0, 5), Ok(5));
        assert_eq!(add_part(&fake, "K", "body", 1, 6), Ok(11));
        assert_eq!(add_part(&fake, "K", "body", 0, 5), Ok(5), "the first answer again");
        assert_eq!(add_part(&fake, "K", "body", 1, 6), Ok(11));
        reused(add_part(&fake, "K", "other body", 0, 5));
        reused(add_part(&fake, "K", "other body", 2, 5));
        reused(add(&fake, "K", "A", 5));
        reused(add_part(&fake, "K", "body", 1, 7));
        // A request in one call first, then one in several.
        assert_eq!(add(&fake, "L", "A", 1), Ok(12));
        reused(add_part(&fake, "L", "body", 0, 1));
        // Neither does a part meet a key of a caller that looks like one.
        for looks_alike in ["K#0", "K#1", "K/0000000000", "K/0000000001"] {
            assert!(add(&fake, looks_alike, "A", 100).is_ok(), "{looks_alike}");
        }
        // What is allowed in one call is allowed in several.
        assert!(add_part(&fake, &"k".repeat(255), "body", u32::MAX, 1).is_ok());
        assert!(add_part(&fake, &"k".repeat(256), "body", 0, 1).is_err());
    }

    /// sec-05: a part that failed leaves the key bound to nothing.
    #[test]
    fn a_failed_part_leaves_its_key_free() {
        let fake = Fake::new();
        let part = Some(RequestPart { whole: digest(b"body"), number: 0 });
        let caller = Caller { part, ..keyed(caller(Principal::Host), "one") };
        let failed: Result<(), Fault> =
            fake.command(START, |turn| once(turn, &caller, "A", "test.add", &5, |_| Err(Fault::not_found("thing"))));
        assert_eq!(failed, Err(Fault::not_found("thing")));
        assert!(fake.dump().is_empty());
        let part = Some(RequestPart { whole: "X".to_owned(), number: 0 });
        let odd: Result<u32, Fault> =
            fake.command(START, |turn| once(turn, &Caller { part, ..caller.clone() }, "A", "test.add", &5, |_| Ok(1)));
        assert_eq!(odd, Err(Fault::invalid("caller.part.whole", FieldRule::WrongForm, Some("64 hexadecimal digits"))));
    }

    #[test]
    fn keys_have_a_form() {
        let fake = Fake::new();
        assert_eq!(add(&fake, &"k".repeat(255), "A", 1), Ok(1));
        assert_eq!(add(&fake, "with space ~", "A", 1), Ok(2));
        for (bad, rule) in [
            (String::new(), FieldRule::TooShort),
            ("k".repeat(256), FieldRule::TooLong),
            ("a\nb".to_owned(), FieldRule::WrongForm),
            ("schlüssel".to_owned(), FieldRule::WrongForm),
        ] {
            match add(&fake, &bad, "A", 1) {
                Err(Fault::Refused(Refusal::Invalid(problems))) => assert_eq!(problems[0].rule, rule, "{bad:?}"),
                other => panic!("{bad:?}: {other:?}"),
            }
        }
        assert_eq!(fake.dump()["sum"], "2");
    }
}
