//! What the stock has given and taken since the backup (NUM-5): accounts hold and pay what they have ordered, and hold no more what they have
//! released.

use super::{Moved, kept, marker};
use crate::call::Call;
use crate::ids::AuthId;
use crate::metadata::Metadata;
use crate::outside::StockMovement;
use crate::phone_numbers::{self, Recovered};
use crate::vocabulary::Fault;

/// Books one order or release that the store may lack. Answers the account if something was booked.
pub(super) fn book(call: &mut Call<'_>, movement: &StockMovement) -> Result<Option<AuthId>, Fault> {
    let marker = marker(&movement.key);
    if call.text(&marker).is_some() {
        return Ok(None);
    }
    let metadata = Metadata::read(&movement.metadata);
    match phone_numbers::recover(call, movement, metadata.as_ref())? {
        Recovered::Foreign | Recovered::Known => Ok(None),
        Recovered::Booked(account) => {
            call.put(&marker, &Moved::new(call.now()));
            Ok(Some(account))
        }
        Recovered::Unplaced(account, why) => {
            kept::keep_number(call, account, &movement.key, &format!("{}: {why}", movement.number))?;
            Ok(None)
        }
    }
}
