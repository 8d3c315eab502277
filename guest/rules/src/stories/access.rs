//! Stories of `access`. Credentials and permissions.

mod credentials;
