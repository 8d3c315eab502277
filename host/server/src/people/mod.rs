//! What people do: log in, set passwords, look after themselves (`/v1/Login/`, `/v1/Password/`, `/v1/Me/`).

mod flow;
pub mod login;
pub mod me;
pub mod password;
mod shown;
