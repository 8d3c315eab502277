//! Which functions of the contract whoever asks a host may call, and which of them take a caller.

use crate::contract::exported::about::Class;

/// Jobs are driven by the host; of their interface only these are for callers.
const JOBS: [&str; 2] = ["jobs.look", "jobs.payment-notice"];
/// Other functions that only the host calls: they take no caller.
const HOST_ONLY: [&str; 2] = ["coupons.claim", "passwords.weigh"];
/// Effects that only look at the outside. They say nothing about any account and take no caller.
const EFFECTS: [&str; 1] = ["numbers.offers"];

/// Whether a function of this class is for callers, and not only for the host.
pub fn is_for_callers(function: &str, class: Class) -> bool {
    let looks_outside = EFFECTS.contains(&function);
    let drives = function.starts_with("jobs.") && !JOBS.contains(&function);
    (class != Class::Effect || looks_outside) && !drives && !HOST_ONLY.contains(&function)
}

/// Whether the host fills in a caller: everywhere but for its own interface and for facts.
pub fn takes_caller(function: &str) -> bool {
    let of_the_host = function.starts_with("jobs.") || function.starts_with("about.") || HOST_ONLY.contains(&function);
    !of_the_host && !EFFECTS.contains(&function)
}
