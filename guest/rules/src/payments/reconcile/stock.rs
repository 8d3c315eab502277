//! What the stock has given and taken since the backup (NUM-5): accounts hold and pay what they have ordered, and hold no more what they have
//! released.

use super::{Moved, kept, marker};
use crate::ground::call::Call;
use crate::ground::ids::AuthId;
use crate::ground::metadata::Metadata;
use crate::ground::outside::StockMovement;
use crate::ground::vocabulary::Fault;
use crate::numbers;
use crate::numbers::stock::Recovered;

/// Books one order or release that the store may lack. Answers the account if something was booked.
pub(super) fn book(call: &mut Call<'_>, movement: &StockMovement) -> Result<Option<AuthId>, Fault> {
    let marker = marker(&movement.key);
    if call.text(&marker).is_some() {
        return Ok(None);
    }
    let metadata = Metadata::read(&movement.metadata);
    match numbers::recover(call, movement, metadata.as_ref())? {
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
