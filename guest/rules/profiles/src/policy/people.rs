//! Numbers of logging in, codes, passwords and links (SEC-3, SEC-8, SEC-9, ACC-10, ACC-11).

use coinbox_ground::vocabulary::{DAY_MS, HOUR_MS, Instant, MINUTE_MS, int_text, list_int_text};
use serde::{Deserialize, Serialize};

/// What people of accounts may do how often. What is not said takes its default.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct People {
    /// SEC-9. Wrong passwords for one address, or from one known device, before it has to wait.
    pub login_tries: u32,
    /// SEC-9. How long it waits after each further one, 1 to 20 of them; the last repeats.
    #[serde(with = "list_int_text")]
    pub login_waits_ms: Vec<Instant>,
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
            login_tries: 5,
            login_waits_ms: vec![30_000, MINUTE_MS, 2 * MINUTE_MS, 4 * MINUTE_MS, 8 * MINUTE_MS, 15 * MINUTE_MS],
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
    /// Whether nothing was changed: then nothing is stored.
    pub(super) fn is_default(&self) -> bool {
        *self == People::default()
    }
}
