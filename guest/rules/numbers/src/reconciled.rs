//! What the stock has given and taken since the backup (NUM-5): accounts hold and pay what they have ordered, and hold no more what they have
//! released.

use super::recovered::recover;
use super::stock::Recovered;
use coinbox_credit::records::reconciliation::{Moved, Outside, marker};
use coinbox_ground::ids::AuthId;
use coinbox_ground::job::Next;
use coinbox_ground::metadata::Metadata;
use coinbox_ground::outside::{StockMovement, StockPage};
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_payments::reconcile::{Page, finish_page, keep_number};

/// Books a page of orders and releases; none: the stock could not be asked.
pub(crate) fn finish_stock(turn: &mut Turn<'_>, page: Option<StockPage>) -> Result<Next, Fault> {
    let page =
        page.map(|page| Page { next: page.next, complete_since: page.complete_since, movements: page.movements });
    finish_page(turn, Outside::Stock, page, book)
}

/// Books one order or release that the store may lack. Answers the account if something was booked.
fn book(turn: &mut Turn<'_>, movement: &StockMovement) -> Result<Option<AuthId>, Fault> {
    let marker = marker(&movement.key);
    if turn.text(&marker).is_some() {
        return Ok(None);
    }
    let metadata = Metadata::read(&movement.metadata);
    match recover(turn, movement, metadata.as_ref())? {
        Recovered::Foreign | Recovered::Known => Ok(None),
        Recovered::Booked(account) => {
            turn.put(&marker, &Moved::new(turn.now()));
            Ok(Some(account))
        }
        Recovered::Unplaced(account, why) => {
            keep_number(turn, account, &movement.key, &format!("{}: {why}", movement.number))?;
            Ok(None)
        }
    }
}
