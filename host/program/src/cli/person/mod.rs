//! `coinbox signup …`, `coinbox login` and `coinbox me …`: what a person does with an account of his own, over HTTP and without the operator token.

mod destinations;
mod kept;
mod login;
mod me;
mod own;
mod routes;
mod signup;
mod typed;

pub(super) use login::login;
pub(super) use me::me;
pub(super) use own::Person;
pub(super) use signup::signup;
