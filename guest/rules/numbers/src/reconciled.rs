//! What the stock has given and taken since the backup (NUM-5): accounts hold and pay what they have ordered, and hold no more what they have
//! released.

use super::recovered::recover;
use super::stock::Recovered;
use coinbox_credit::records::reconciliation::{Moved, Outside, marker};
use coinbox_ground::call::Call;
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Next;
use coinbox_ground::metadata::Metadata;
use coinbox_ground::outside::{StockMovement, StockPage};
use coinbox_ground::vocabulary::Fault;
use coinbox_payments::reconcile::{Page, finish_page, keep_number};

/// Books a page of orders and releases; none: the stock could not be asked.
pub(crate) fn finish_stock(call: &mut Call<'_>, page: Option<StockPage>) -> Result<Next, Fault> {
    let page =
        page.map(|page| Page { next: page.next, complete_since: page.complete_since, movements: page.movements });
    finish_page(call, Outside::Stock, page, book)
}

/// Books one order or release that the store may lack. Answers the account if something was booked.
fn book(call: &mut Call<'_>, movement: &StockMovement) -> Result<Option<AuthId>, Fault> {
    let marker = marker(&movement.key);
    if call.text(&marker).is_some() {
        return Ok(None);
    }
    let metadata = Metadata::read(&movement.metadata);
    match recover(call, movement, metadata.as_ref())? {
        Recovered::Foreign | Recovered::Known => Ok(None),
        Recovered::Booked(account) => {
            call.put(&marker, &Moved::new(call.now()));
            Ok(Some(account))
        }
        Recovered::Unplaced(account, why) => {
            keep_number(call, account, &movement.key, &format!("{}: {why}", movement.number))?;
            Ok(None)
        }
    }
}
