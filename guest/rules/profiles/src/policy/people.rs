//! Settings about people: how long sessions last, how often one may try, codes, passwords and links (SEC-3, SEC-8, SEC-9, ACC-10, ACC-11).

use coinbox_ground::vocabulary::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, int_text};
use serde::{Deserialize, Serialize};

/// Settings about people. A store that never set one has none of them in its record.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct People {
    /// How long a session lives without being used, 1 minute to 12 hours.
    #[serde(with = "int_text")]
    pub session_idle_ms: Instant,
    /// How long a session lives at all, 5 minutes to 7 days.
    #[serde(with = "int_text")]
    pub session_ms: Instant,
    /// How long a login waits for its second factor, 1 minute to 1 hour.
    #[serde(with = "int_text")]
    pub half_session_ms: Instant,
    /// How long a proof counts as fresh, 1 minute to 1 hour.
    #[serde(with = "int_text")]
    pub fresh_proof_ms: Instant,
    /// SEC-9. Tries to log in from one network, at once.
    pub login_network_tries: u32,
    /// SEC-9. In what time one more is allowed.
    #[serde(with = "int_text")]
    pub login_network_every_ms: Instant,
    /// ACC-11. Links to reset a password for one address, at once.
    pub reset_tries: u32,
    /// ACC-11. In what time one more is allowed.
    #[serde(with = "int_text")]
    pub reset_every_ms: Instant,
    /// ACC-11. The same from one network.
    pub reset_network_tries: u32,
    /// ACC-11. The same from one network.
    #[serde(with = "int_text")]
    pub reset_network_every_ms: Instant,
    /// SEC-3. How long a code is good.
    #[serde(with = "int_text")]
    pub code_lasts_ms: Instant,
    /// SEC-3. Tries of one code.
    pub code_tries: u32,
    /// SEC-3. Wrong codes of one member within an hour, over all sessions.
    pub code_wrong_an_hour: u32,
    /// SEC-3. Between two codes of one member.
    #[serde(with = "int_text")]
    pub code_gap_ms: Instant,
    /// SEC-3. Codes to one number a day.
    pub codes_a_number: u32,
    /// SEC-3. Codes that are asked for from one network a day.
    pub codes_a_network: u32,
    /// SEC-3. Codes of one account a day.
    pub codes_an_account: u32,
    /// SEC-3. Codes to one country calling code an hour.
    pub codes_a_calling_code: u32,
    /// SEC-3. Whether codes still go to the phone of a member who has an authenticator.
    pub codes_beside_authenticator: bool,
    /// SEC-3. Beginnings of numbers that codes may go to; none: all.
    pub code_prefixes: Vec<String>,
    /// SEC-8. Shortest password.
    pub password_shortest: u32,
    /// SEC-8, R56. From this length on a password need not mix kinds of characters.
    pub password_unmixed: u32,
    /// ACC-11.
    #[serde(with = "int_text")]
    pub reset_link_ms: Instant,
    /// TEAM-2.
    #[serde(with = "int_text")]
    pub invitation_ms: Instant,
    /// ACC-10.
    #[serde(with = "int_text")]
    pub email_link_ms: Instant,
    /// ACC-10.
    #[serde(with = "int_text")]
    pub email_undo_ms: Instant,
    /// SEC-11.
    #[serde(with = "int_text")]
    pub temporary_password_ms: Instant,
    /// How long lost factors stay in force after the operator has allowed new ones.
    #[serde(with = "int_text")]
    pub new_factors_wait_ms: Instant,
}

impl Default for People {
    fn default() -> People {
        People {
            session_idle_ms: 30 * MINUTE_MS,
            session_ms: 12 * HOUR_MS,
            half_session_ms: 10 * MINUTE_MS,
            fresh_proof_ms: 5 * MINUTE_MS,
            login_network_tries: 30,
            login_network_every_ms: 20_000,
            reset_tries: 3,
            reset_every_ms: 20 * MINUTE_MS,
            reset_network_tries: 20,
            reset_network_every_ms: 3 * MINUTE_MS,
            code_lasts_ms: 10 * MINUTE_MS,
            code_tries: 5,
            code_wrong_an_hour: 5,
            code_gap_ms: 30_000,
            codes_a_number: 5,
            codes_a_network: 10,
            codes_an_account: 20,
            codes_a_calling_code: 200,
            codes_beside_authenticator: true,
            code_prefixes: Vec::new(),
            password_shortest: 12,
            password_unmixed: 20,
            reset_link_ms: 30 * MINUTE_MS,
            invitation_ms: 7 * DAY_MS,
            email_link_ms: DAY_MS,
            email_undo_ms: 72 * HOUR_MS,
            temporary_password_ms: DAY_MS,
            new_factors_wait_ms: DAY_MS,
        }
    }
}

impl People {
    pub(super) fn is_default(&self) -> bool {
        *self == People::default()
    }
}
