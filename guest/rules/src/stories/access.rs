//! Stories of `access`. Credentials and permissions.

mod credentials;
mod groups;
mod sequence;
mod table;
