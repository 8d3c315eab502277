//! What people do: log in, set passwords, look after themselves (`/v1/Login/`, `/v1/Password/`, `/v1/Me/`), sign up (`/v1/SignUp/`); and what an
//! account has of people (`…/Review/`, `…/Member/`, `…/Destination/`).

pub mod destinations;
mod flow;
pub mod login;
pub mod me;
pub mod members;
pub mod password;
pub mod review;
mod shown;
pub mod signup;
