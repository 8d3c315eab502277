//! Recovery codes, and taking factors away (SEC-3).

use super::shared::{Error, changed};
use crate::entering::{self, Inside};
use crate::factors;
use crate::told;
use crate::words::{Entered, FactorKind};
use coinbox_access::{functions, requests};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fact, Fault};

/// Makes ten new recovery codes in place of the old ones, and shows them once.
pub fn new_recovery_codes(turn: &mut Turn<'_>, caller: &Caller) -> Result<Vec<String>, Error> {
    let permitted = requests::command_own(turn, caller, functions::PROFILE_NEW_RECOVERY_CODES)?;
    let kept = |_: &Vec<String>| serde_json::to_value(Vec::<String>::new());
    permitted.once_secret(turn, &(), kept, |turn, who, id| {
        let Inside { member, .. } = entering::inside(turn, who)?;
        let mut factors = factors::load(turn, id)?;
        let codes = factors.draw_recovery(turn, id);
        factors::save(turn, id, &factors);
        let change = vec![Fact::new("kind", FactorKind::Recovery.word()), Fact::new("change", "changed")];
        told::event(turn, id, "factor-changed", "SEC-3", who.name(), change.clone());
        let facts = [change, told::from(turn, caller)].concat();
        told::mail(turn, id, &member, "factor-changed", facts, Vec::new())?;
        Ok(codes)
    })
}

/// Takes a factor away, never the last phone or authenticator.
pub fn remove_factor(turn: &mut Turn<'_>, caller: &Caller, kind: FactorKind) -> Result<Entered, Error> {
    let permitted = requests::command_own(turn, caller, functions::PROFILE_REMOVE_FACTOR)?;
    let kept = |answer: &Entered| serde_json::to_value(answer.without_secrets());
    permitted.once_secret(turn, &kind, kept, |turn, who, id| {
        let inside = entering::inside(turn, who)?;
        let mut factors = factors::load(turn, id)?;
        if !factors.kinds().contains(&kind) {
            return Err(Fault::not_found("factor").into());
        }
        match kind {
            FactorKind::Phone => factors.phone = None,
            FactorKind::Authenticator => factors.authenticator = None,
            FactorKind::Recovery => factors.recovery.clear(),
        }
        if factors.is_bare() {
            return Err(Error::LastFactor);
        }
        Ok(changed(turn, caller, inside, factors, (kind, "removed"))?.entered)
    })
}
