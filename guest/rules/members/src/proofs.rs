//! Handing a code in, in whatever session: counted over all sessions of the member (SEC-3).

use crate::codes::{self, Taken, Use};
use crate::factors::{self, Factors};
use crate::told;
use crate::words::{CodePurpose, FactorKind};
use coinbox_access::people::MemberId;
use coinbox_access::people::members::Member;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fact, Fault, Instant};
use coinbox_profiles::policy::Policy;

/// What became of a code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Proof {
    /// It is right. What it was: the number that it was sent to, if it was sent to a phone.
    Right(Option<String>),
    /// So many tries are left.
    Wrong(u32),
    /// Nothing is looked at before this moment.
    Locked(Instant),
}

/// Longest code that is looked at.
const CODE_MAX: usize = 32;

/// A code of a kind, for a purpose where it was sent to a phone.
pub(crate) fn prove(
    turn: &mut Turn<'_>,
    caller: &Caller,
    (id, member): (MemberId, &Member),
    kind: FactorKind,
    purpose: CodePurpose,
    code: &str,
) -> Result<Proof, Fault> {
    judged(turn, caller, (id, member), |turn, factors| {
        let code = if code.len() > CODE_MAX { "" } else { code };
        let policy = Policy::load(turn)?;
        Ok(match kind {
            FactorKind::Phone if factors.takes_codes(&policy) || purpose != CodePurpose::Login => {
                match codes::take(turn, &Use::of_member(id, purpose), code)? {
                    Taken::Right(number) => Some(Some(number)),
                    Taken::Wrong(_) => None,
                }
            }
            FactorKind::Authenticator => factors.take_step(turn, code)?.then_some(None),
            FactorKind::Recovery => factors.take_recovery(turn, id, code).then_some(None),
            FactorKind::Phone => None,
        })
    })
}

/// Counts what `look` finds wrong. `Some`: the code is right.
pub(crate) fn judged(
    turn: &mut Turn<'_>,
    caller: &Caller,
    (id, member): (MemberId, &Member),
    look: impl FnOnce(&mut Turn<'_>, &mut Factors) -> Result<Option<Option<String>>, Fault>,
) -> Result<Proof, Fault> {
    let mut factors = factors::load(turn, id)?;
    if let Some(until) = factors.locked(turn)? {
        return Ok(Proof::Locked(until));
    }
    let had = factors.recovery.len();
    if let Some(right) = look(turn, &mut factors)? {
        factors::save(turn, id, &factors);
        if factors.recovery.len() < had {
            recovery_used(turn, id, member, factors.recovery.len())?;
        }
        return Ok(Proof::Right(right));
    }
    let (left, locked) = factors.count_wrong(turn)?;
    factors::save(turn, id, &factors);
    let Some(until) = locked else { return Ok(Proof::Wrong(left)) };
    told::event(turn, id, "factors-locked", "SEC-3", &id.to_string(), vec![Fact::new("until", until)]);
    let mut facts = told::from(turn, caller);
    facts.push(Fact::new("until", until));
    told::mail(turn, id, member, "someone-has-your-password", facts, Vec::new())?;
    Ok(Proof::Locked(until))
}

/// From so few codes on the member is told that they run out.
const FEW: usize = 3;

fn recovery_used(turn: &mut Turn<'_>, id: MemberId, member: &Member, left: usize) -> Result<(), Fault> {
    told::event(turn, id, "recovery-code-used", "SEC-3", &id.to_string(), vec![Fact::new("left", left)]);
    if left >= FEW {
        return Ok(());
    }
    told::mail(turn, id, member, "recovery-codes-low", vec![Fact::new("left", left)], Vec::new())
}
