//! `links.look`: what a link from a mail is for. It uses nothing up.

use crate::checks::masked_email;
use crate::given;
use coinbox_access::functions;
use coinbox_access::people::links;
use coinbox_access::requests;
use coinbox_ground::interface_error;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fault, Instant, int_text};
use serde::{Deserialize, Serialize};

interface_error! {
    /// Why a link cannot be shown.
    Error {
        /// It was used, it is over, it is void, or it never was.
        Gone,
    }
}

/// What a link is for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LinkInfo {
    /// A word for it.
    pub door: String,
    /// Whose it is, masked.
    pub subject: String,
    /// Good before this moment.
    #[serde(with = "int_text")]
    pub until: Instant,
}

/// Shows a link. `others` knows links of other areas: whether one is good, and whose address it is of.
pub fn look(
    turn: &Turn<'_>,
    others: fn(&Turn<'_>, &links::Link) -> Result<Option<String>, Fault>,
    caller: &Caller,
    link: &str,
) -> Result<LinkInfo, Error> {
    requests::public(turn, caller, functions::LINKS_LOOK)?;
    let of_a_member = given::look(turn, link)?.map(|good| (good.member.email, good.link));
    let found = match of_a_member {
        Some(found) => Some(found),
        None => match links::look(turn, link)? {
            Some(link) => others(turn, &link)?.map(|email| (email, link)),
            None => None,
        },
    };
    let (email, link) = found.ok_or(Error::Gone)?;
    Ok(LinkInfo { door: link.door, subject: masked_email(&email), until: link.expires })
}
