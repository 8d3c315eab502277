//! Who somebody is among the members of an account, and what a half session is for.

use coinbox_ground::ids::AuthId;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Most members that an account ever has, those who have left among them.
pub const MEMBERS_MAX: u32 = 9_999;

/// What a member may do (TEAM-1): each function's row says which roles may use it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Everything. An account has one owner, who always stays.
    Owner,
    /// Everything but what is the owner's alone.
    Admin,
    /// Numbers, usage and tokens, no money.
    Developer,
    /// Reads what a customer may ask about, no money.
    Support,
    /// Money, no usage lines.
    Finance,
}

impl Role {
    /// All of them.
    pub const ALL: &[Role] = &[Role::Owner, Role::Admin, Role::Developer, Role::Support, Role::Finance];

    /// The word of the contract.
    pub fn word(self) -> &'static str {
        match self {
            Role::Owner => "owner",
            Role::Admin => "admin",
            Role::Developer => "developer",
            Role::Support => "support",
            Role::Finance => "finance",
        }
    }
}

/// What a half session is for: it opens the functions of this purpose and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Half {
    /// The password was right, and a second factor follows (SEC-3).
    SecondFactor,
    /// A temporary password was used, and a password of one's own follows (SEC-11).
    ChoosePassword,
    /// Somebody new enrols a first factor (R58).
    Enrol,
}

impl Half {
    /// All of them.
    pub const ALL: &[Half] = &[Half::SecondFactor, Half::ChoosePassword, Half::Enrol];
}

/// A member: the account, and a number in it that is never given to anybody else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct MemberId {
    /// The main account.
    pub account: AuthId,
    /// From 1.
    pub number: u32,
}

impl MemberId {
    /// Reads `MA…/1`.
    pub fn parse(text: &str) -> Option<MemberId> {
        let (account, number) = text.split_once('/')?;
        let account = AuthId::parse(account).filter(AuthId::is_main)?;
        let plain = !number.starts_with('0') && number.bytes().all(|byte| byte.is_ascii_digit());
        let number = number.parse().ok().filter(|number| plain && (1..=MEMBERS_MAX).contains(number))?;
        Some(MemberId { account, number })
    }

    /// As keys have it: `MA…/0001`.
    pub(super) fn in_key(self) -> String {
        format!("{}/{:04}", self.account, self.number)
    }
}

impl fmt::Display for MemberId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.account, self.number)
    }
}

impl Serialize for MemberId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for MemberId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<MemberId, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        MemberId::parse(&text).ok_or_else(|| serde::de::Error::custom("not a member"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_read_as_written_and_in_no_other_form() {
        let account = AuthId::parse("MA000000000000000001").expect("an auth ID");
        let member = MemberId { account, number: 12 };
        assert_eq!(MemberId::parse(&member.to_string()), Some(member));
        for text in [
            "MA000000000000000001/012",
            "MA000000000000000001/+1",
            "MA000000000000000001/0",
            "MA000000000000000001/10000",
            "SA000000000000000001/1",
            "MA000000000000000001",
            "MA000000000000000001/",
            "/1",
            "",
        ] {
            assert_eq!(MemberId::parse(text), None, "{text}");
        }
    }
}
