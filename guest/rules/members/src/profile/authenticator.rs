//! Adding an authenticator app (SEC-4): a code to the phone first, then the secret, then the app's first code.

use super::shared::{Begun, Confirmed, Error, NewAuthenticator, changed};
use crate::entering::{self, Inside};
use crate::factors;
use crate::proofs::{self, Proof};
use crate::totp;
use crate::words::{CodePurpose, FactorKind};
use coinbox_access::{functions, requests};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault, FieldRule, Instant, MINUTE_MS};
use coinbox_profiles::policy::Policy;

/// How long a secret waits for its first code.
const PENDING_MS: Instant = 15 * MINUTE_MS;

/// Shows a new secret, once.
pub fn begin_authenticator(turn: &mut Turn<'_>, caller: &Caller, code: Option<String>) -> Result<Begun, Error> {
    let permitted = requests::command_own(turn, caller, functions::PROFILE_BEGIN_AUTHENTICATOR)?;
    let kept = |answer: &Begun| match answer {
        Begun::Begun(new) => {
            let until = new.until;
            serde_json::to_value(Begun::Begun(NewAuthenticator { uri: String::new(), secret: String::new(), until }))
        }
        other => serde_json::to_value(other),
    };
    permitted.once_secret(turn, &(), kept, |turn, who, id| {
        let Inside { member, .. } = entering::inside(turn, who)?;
        let held = factors::load(turn, id)?;
        // With what is there already: a code to the phone, or, without one, of the authenticator.
        let kind = if held.phone.is_some() { FactorKind::Phone } else { FactorKind::Authenticator };
        match (held.is_bare(), &code) {
            (true, None) => {}
            (true, Some(_)) => return Err(Fault::invalid("code", FieldRule::NotAllowedTogether, None).into()),
            (false, None) => return Err(Fault::invalid("code", FieldRule::Missing, None).into()),
            (false, Some(code)) => {
                let purpose = CodePurpose::NewAuthenticator;
                match proofs::prove(turn, caller, (id, &member), kind, purpose, code)? {
                    Proof::Right(_) => {}
                    Proof::Wrong(left) => return Ok(Begun::Wrong(left)),
                    Proof::Locked(until) => return Ok(Begun::Locked(until)),
                }
            }
        }
        let mut factors = factors::load(turn, id)?;
        let until = turn.now() + PENDING_MS;
        let secret = factors.begin_authenticator(turn, until);
        factors::save(turn, id, &factors);
        let uri = totp::uri(&Policy::load(turn)?.brand, &member.email, &secret);
        Ok(Begun::Begun(NewAuthenticator { uri, secret, until }))
    })
}

/// Hands in the first code of the new authenticator.
pub fn confirm_authenticator(turn: &mut Turn<'_>, caller: &Caller, code: String) -> Result<Confirmed, Error> {
    let permitted = requests::command_own(turn, caller, functions::PROFILE_CONFIRM_AUTHENTICATOR)?;
    let kept = |answer: &Confirmed| serde_json::to_value(answer.without_secrets());
    permitted.once_secret(turn, &(), kept, |turn, who, id| {
        let inside = entering::inside(turn, who)?;
        let waits = factors::load(turn, id)?.pending.is_some_and(|pending| turn.now() < pending.until);
        if !waits {
            return Err(Error::NothingPending);
        }
        let proof = proofs::judged(turn, caller, (id, &inside.member), |turn, factors| {
            Ok(factors.confirm_authenticator(turn, &code)?.and_then(|right| right.then_some(None)))
        })?;
        match proof {
            Proof::Wrong(left) => Ok(Confirmed::Wrong(left)),
            Proof::Locked(until) => Ok(Confirmed::Locked(until)),
            Proof::Right(_) => {
                let factors = factors::load(turn, id)?;
                let added = changed(turn, caller, inside, factors, (FactorKind::Authenticator, "added"))?;
                Ok(Confirmed::Confirmed(added))
            }
        }
    })
}
