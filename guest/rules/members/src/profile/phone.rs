//! The phone: codes to it, the first one and another one (SEC-3, SEC-5, R57).

use super::shared::{Confirmed, Error, FactorList, changed, shown};
use crate::checks;
use crate::codes::{self, Use};
use crate::entering::{self, Inside};
use crate::factors::{self, Factors, NewPhone, Phone};
use crate::known::Known;
use crate::proofs::{self, Proof};
use crate::words::{CodePurpose, CodeSent, FactorKind};
use coinbox_access::people::Half;
use coinbox_access::{functions, requests};
use coinbox_ground::outside::Channel;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule, Instant, MINUTE_MS, Refusal};

/// How long a new number waits for its code.
const PENDING_MS: Instant = 15 * MINUTE_MS;

/// The number that a code of this purpose goes to.
fn number_for(
    turn: &Turn<'_>,
    factors: &Factors,
    half: Option<Half>,
    purpose: CodePurpose,
    given: Option<&String>,
) -> Result<String, Error> {
    let mut checks = Checks::new();
    let takes_number = purpose == CodePurpose::FirstPhone;
    let rule = if takes_number { FieldRule::Missing } else { FieldRule::NotAllowedTogether };
    checks.require(given.is_some() == takes_number, "number", rule, "");
    let given = given.map(|number| checks::number(&mut checks, number, "number"));
    let open = purpose != CodePurpose::Login;
    checks.require(open, "purpose", FieldRule::UnknownValue, "first-phone, new-phone or new-authenticator");
    checks.done()?;
    let waiting = factors.new_phone.as_ref().filter(|phone| turn.now() < phone.until).map(|phone| phone.number.clone());
    match purpose {
        CodePurpose::FirstPhone if half == Some(Half::Enrol) && factors.is_bare() => given.ok_or(Error::NothingPending),
        CodePurpose::FirstPhone => Err(Fault::from(Refusal::Reauthenticate).into()),
        CodePurpose::NewPhone => waiting.ok_or(Error::NothingPending),
        CodePurpose::Login | CodePurpose::NewAuthenticator => {
            factors.phone.as_ref().map(|phone| phone.number.clone()).ok_or(Error::NoPhone)
        }
    }
}

/// Sends a code to a phone.
pub fn send_code(
    turn: &mut Turn<'_>,
    known: &Known,
    caller: &Caller,
    purpose: CodePurpose,
    number: Option<String>,
    channel: Channel,
) -> Result<CodeSent, Error> {
    let permitted = requests::command_own(turn, caller, functions::PROFILE_SEND_CODE)?;
    permitted.once(turn, &(purpose, &number, channel), |turn, who, id| {
        let Inside { member, half, .. } = entering::inside(turn, who)?;
        let mut factors = factors::load(turn, id)?;
        let to = number_for(turn, &factors, half, purpose, number.as_ref())?;
        let of = Use::of_member(id, purpose);
        let sent = codes::send(turn, caller, known, &of, (&to, channel, &member.language))?;
        if purpose == CodePurpose::FirstPhone {
            factors.new_phone = Some(NewPhone { number: to, until: sent.until });
            factors::save(turn, id, &factors);
        }
        Ok(sent)
    })
}

/// Notes the number that is to be the new phone.
pub fn start_phone_change(
    turn: &mut Turn<'_>,
    known: &Known,
    caller: &Caller,
    number: String,
) -> Result<FactorList, Error> {
    let permitted = requests::command_own(turn, caller, functions::PROFILE_START_PHONE_CHANGE)?;
    let mut checks = Checks::new();
    let digits = checks::number(&mut checks, &number, "number");
    checks.done()?;
    permitted.once(turn, &number, |turn, _, id| {
        if !codes::is_served(turn, known, &digits)? {
            return Err(Error::NumberRefused);
        }
        let mut factors = factors::load(turn, id)?;
        factors.new_phone = Some(NewPhone { number: digits, until: turn.now() + PENDING_MS });
        factors::save(turn, id, &factors);
        Ok(shown(&factors))
    })
}

/// Hands in the code of a first or another phone.
pub fn confirm_phone(turn: &mut Turn<'_>, known: &Known, caller: &Caller, code: String) -> Result<Confirmed, Error> {
    let permitted = requests::command_own(turn, caller, functions::PROFILE_CONFIRM_PHONE)?;
    let kept = |answer: &Confirmed| serde_json::to_value(answer.without_secrets());
    permitted.once_secret(turn, &(), kept, |turn, who, id| {
        let inside = entering::inside(turn, who)?;
        let held = factors::load(turn, id)?;
        let waiting = held.new_phone.filter(|phone| turn.now() < phone.until).ok_or(Error::NothingPending)?;
        let first = inside.half == Some(Half::Enrol);
        let purpose = if first { CodePurpose::FirstPhone } else { CodePurpose::NewPhone };
        match proofs::prove(turn, caller, (id, &inside.member), FactorKind::Phone, purpose, &code)? {
            Proof::Wrong(left) => Ok(Confirmed::Wrong(left)),
            Proof::Locked(until) => Ok(Confirmed::Locked(until)),
            Proof::Right(number) if number.as_ref() != Some(&waiting.number) => Err(Error::NothingPending),
            Proof::Right(_) => {
                let mut factors = factors::load(turn, id)?;
                factors.phone = Some(Phone { number: waiting.number.clone(), since: turn.now() });
                factors.new_phone = None;
                let what = if first { "added" } else { "changed" };
                let added = changed(turn, caller, inside, factors, (FactorKind::Phone, what))?;
                (known.phone_confirmed)(turn, id, purpose, &waiting.number)?;
                Ok(Confirmed::Confirmed(added))
            }
        }
    })
}
