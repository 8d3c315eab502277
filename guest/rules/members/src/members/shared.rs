//! Types of the interface.

use crate::factors;
use crate::words::FactorKind;
use coinbox_access::people::members::{self, Member, State};
use coinbox_access::people::{MemberId, Role};
use coinbox_ground::ids::AuthId;
use coinbox_ground::interface_error;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Fault, Instant, int_text, optional_int_text};
use serde::{Deserialize, Serialize};

interface_error! {
    /// Why a call of this interface was refused.
    Error {
        /// The link was used, it is over, it is void, or it never was.
        Gone,
        /// The account has an owner, or it is about the owner.
        Owner,
    }
}

/// A member, as the others of the account see him.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownMember {
    pub number: u32,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub state: State,
    #[serde(with = "int_text")]
    pub since: Instant,
    #[serde(with = "optional_int_text")]
    pub last_login: Option<Instant>,
    pub factors: Vec<FactorKind>,
    pub invited_by: Option<u32>,
}

/// A page of them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MemberPage {
    /// In order of number.
    pub members: Vec<ShownMember>,
    /// The `after` of the next page.
    pub next: Option<u32>,
}

/// A password that is good once.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct TemporaryPassword {
    /// Empty where an answer is given again.
    pub password: String,
    /// Good before this moment.
    #[serde(with = "int_text")]
    pub until: Instant,
}

/// When new factors can be enrolled.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct NewFactors {
    /// The link goes out now.
    #[serde(with = "int_text")]
    pub from: Instant,
    /// It is good before this moment.
    #[serde(with = "int_text")]
    pub until: Instant,
}

/// What is shown of a member.
pub(super) fn shown(turn: &Turn<'_>, id: MemberId, member: Member) -> Result<ShownMember, Fault> {
    Ok(ShownMember {
        number: id.number,
        factors: factors::load(turn, id)?.kinds(),
        name: member.name,
        email: member.email,
        role: member.role,
        state: member.state,
        since: member.since,
        last_login: member.last_login,
        invited_by: member.inviter,
    })
}

/// A member of an account by number, who has not left.
pub(super) fn need(turn: &Turn<'_>, account: AuthId, number: u32) -> Result<(MemberId, Member), Fault> {
    let id = MemberId { account, number };
    let member = members::find(turn, id)?.filter(|member| member.state != State::Removed);
    member.map(|member| (id, member)).ok_or_else(|| Fault::not_found("member"))
}
