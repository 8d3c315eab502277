//! Orders and releases of a history that was lost: the stock has carried them out, and a reconciliation writes them down again (CRD-7, NUM-5).

use super::{buying, releasing};
pub(crate) use crate::stock::Recovered;
use coinbox_forms::phone::is_digits;
use coinbox_ground::metadata::Metadata;
use coinbox_ground::outside::StockMovement;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::wallet;

/// Writes an order or release down that the stock lists.
pub(crate) fn recover(
    turn: &mut Turn<'_>,
    movement: &StockMovement,
    metadata: Option<&Metadata>,
) -> Result<Recovered, Fault> {
    let parse = if movement.release { releasing::parse_stock_key } else { buying::parse_stock_key };
    let Some((account, count)) = parse(&movement.key) else { return Ok(Recovered::Foreign) };
    let good = is_digits(&movement.number, 5, 15) && !movement.number.starts_with('0');
    if !good {
        return Ok(Recovered::Unplaced(account, "the stock names no number"));
    }
    if wallet::load(turn, account)?.is_none() {
        if movement.release {
            return Ok(Recovered::Foreign);
        }
        return Ok(Recovered::Unplaced(account, "ordered by an account that is not there"));
    }
    if movement.release {
        return releasing::recover(turn, account, count, movement, metadata);
    }
    buying::recover(turn, account, count, movement, metadata)
}
