//! How often an account may ask: the limit and the refusal are here, the count is the host's (SEC-10, R75).

use coinbox_ground::ids::AuthId;
use coinbox_ground::port::{AdmissionRequest, RateClass};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault, Refusal};
use coinbox_profiles::policy;

/// Whose call it is, once the proof was right.
pub(crate) struct Counted<'a> {
    /// The main account whose limit it is.
    pub(crate) main: AuthId,
    /// Whose proof it is.
    pub(crate) holder: &'a str,
    /// Which of the holder's proofs.
    pub(crate) credential: &'a str,
}

/// Takes one call from the limit of an account. Asked once a call, after the proof was right and before anything else: a wrong token uses up
/// nothing, and whoever is over the limit learns nothing more.
pub(crate) fn admit(turn: &Turn<'_>, caller: &Caller, class: RateClass, counted: &Counted<'_>) -> Result<(), Fault> {
    let rates = policy::rates(turn, counted.main)?;
    let per_second = match class {
        // A person shares the limit with no program.
        RateClass::Standard | RateClass::Session => rates.standard,
        RateClass::Lookup => rates.lookup,
        RateClass::Message => rates.message,
    };
    let asked = AdmissionRequest {
        main: counted.main.to_string(),
        holder: counted.holder.to_owned(),
        credential: counted.credential.to_owned(),
        class,
        per_second,
        request: caller.request.clone(),
    };
    match turn.admission().admit(&asked) {
        None => Ok(()),
        Some(again) => Err(Refusal::TooOften(again).into()),
    }
}
