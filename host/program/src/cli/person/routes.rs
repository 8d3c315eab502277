//! The routes that a person's own commands use.

pub(super) const SIGN_UP: &str = "/v1/SignUp/";
pub(super) const SIGN_UP_RESEND: &str = "/v1/SignUp/Resend/";
pub(super) const SIGN_UP_CONFIRM: &str = "/v1/SignUp/Confirm/";
pub(super) const LOGIN: &str = "/v1/Login/";
pub(super) const LOGIN_CODE: &str = "/v1/Login/Code/";
pub(super) const LOGIN_CHECK: &str = "/v1/Login/Check/";
pub(super) const LOGIN_PROOF: &str = "/v1/Login/Proof/";
pub(super) const LOGOUT: &str = "/v1/Login/Logout/";
pub(super) const LOGINS: &str = "/v1/Login/History/";
pub(super) const SESSIONS: &str = "/v1/Login/Session/";
pub(super) const CHOOSE: &str = "/v1/Password/Choose/";
pub(super) const CHANGE: &str = "/v1/Password/Change/";
pub(super) const ME: &str = "/v1/Me/";
pub(super) const EMAIL: &str = "/v1/Me/Email/";
pub(super) const CODE: &str = "/v1/Me/Code/";
pub(super) const FACTORS: &str = "/v1/Me/Factor/";
pub(super) const AUTHENTICATOR: &str = "/v1/Me/Authenticator/";
pub(super) const AUTHENTICATOR_CONFIRM: &str = "/v1/Me/Authenticator/Confirm/";
pub(super) const PHONE: &str = "/v1/Me/Phone/";
pub(super) const PHONE_CONFIRM: &str = "/v1/Me/Phone/Confirm/";
pub(super) const RECOVERY_CODES: &str = "/v1/Me/RecoveryCodes/";

/// The destinations of an account that is a trial.
pub(super) fn destinations(account: &str) -> String {
    format!("/v1/Account/{account}/Destination/")
}

/// One of them, by the digits of its number.
pub(super) fn destination(account: &str, digits: &str) -> String {
    format!("/v1/Account/{account}/Destination/{digits}/")
}

/// The review of an account.
pub(super) fn review(account: &str) -> String {
    format!("/v1/Account/{account}/Review/")
}

/// Where a document of it is handed in. The server finds out of what kind the bytes are, and cleans the name.
pub(super) fn document(account: &str, kind: &str, name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    let one = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    let name: String = name.bytes().map(one).collect();
    format!("/v1/Account/{account}/Review/Document/?kind={kind}&name={name}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn names_of_files_are_parts_of_a_question() {
        let route = super::document("MA1", "use-case", "Zweck & Ziel\u{e9}.pdf");
        assert_eq!(route, "/v1/Account/MA1/Review/Document/?kind=use-case&name=Zweck%20%26%20Ziel%C3%A9.pdf");
    }
}
