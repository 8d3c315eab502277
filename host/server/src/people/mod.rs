//! What people do: log in, set passwords, look after themselves (`/v1/Login/`, `/v1/Password/`, `/v1/Me/`), sign up (`/v1/SignUp/`); and what an
//! account has of people (`…/Review/`, `…/Member/`, `…/Destination/`).

pub(crate) mod destinations;
mod flow;
pub(crate) mod login;
pub(crate) mod me;
pub(crate) mod members;
pub(crate) mod password;
pub(crate) mod review;
mod shown;
pub(crate) mod signup;
