//! What ends with a member, and with all members of an account that is closed (ACC-12, TEAM-3).

use crate::codes;
use crate::factors;
use crate::given;
use crate::login;
use crate::logins;
use crate::members::lost;
use crate::profile::email;
use coinbox_access::people::MemberId;
use coinbox_access::people::members::{self, Member, State};
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;

/// Members that one call takes away.
const PER_CALL: usize = 20;

/// Takes a member away, with everything that is kept of him but his record.
pub fn remove(turn: &mut Turn<'_>, id: MemberId, member: &mut Member) -> Result<(), Fault> {
    members::remove(turn, id, member)?;
    factors::forget(turn, id);
    codes::forget(turn, id);
    given::forget(turn, id);
    login::has_chosen(turn, id);
    lost::forget(turn, id);
    email::forget(turn, id);
    logins::forget(turn, id)
}

/// Takes the next members of an account away. Whether there are more.
pub fn remove_all(turn: &mut Turn<'_>, account: AuthId) -> Result<bool, Fault> {
    let mut after = 0;
    let mut removed = 0;
    loop {
        let (page, more) = members::page(turn, account, after, 100)?;
        for (id, mut member) in page {
            after = id.number;
            if member.state == State::Removed {
                continue;
            }
            if removed == PER_CALL {
                return Ok(true);
            }
            removed += 1;
            remove(turn, id, &mut member)?;
        }
        if !more {
            return Ok(false);
        }
    }
}
