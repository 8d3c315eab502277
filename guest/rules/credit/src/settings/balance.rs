//! The balance and what it is made of (CRD-1, CRD-2).

use coinbox_access::{self as access, functions};
use coinbox_ground::interfaces::credits::Error;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Instant, Micros, int_text, optional_int_text};
use coinbox_ledger::lots::LotKind;
use coinbox_ledger::open_lots::{exact_lots, first_lots};
use coinbox_ledger::wallet;
use serde::{Deserialize, Serialize};

/// The balance and what it is made of.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Balance {
    #[serde(with = "int_text")]
    pub balance: Micros,
    #[serde(with = "int_text")]
    pub available: Micros,
    #[serde(with = "int_text")]
    pub trial: Micros,
    #[serde(with = "int_text")]
    pub promotional: Micros,
    #[serde(with = "int_text")]
    pub cash: Micros,
    #[serde(with = "int_text")]
    pub owed: Micros,
    pub out_of_credit: bool,
}

/// A lot as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownLot {
    pub number: u32,
    pub kind: LotKind,
    #[serde(with = "int_text")]
    pub amount: Micros,
    #[serde(with = "int_text")]
    pub rest: Micros,
    #[serde(with = "int_text")]
    pub since: Instant,
    #[serde(with = "optional_int_text", default)]
    pub expires: Option<Instant>,
    pub origin: String,
}

/// Most lots in one answer.
pub(crate) const LOTS_MAX: usize = 1000;

/// Balance, available, and what is left of each kind of credit.
pub fn get_balance(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Balance, Error> {
    let (_, account) = access::query_on(turn, caller, functions::CREDITS_GET_BALANCE, &auth_id)?;
    let wallet = wallet::need(turn, account)?;
    let mut sums = [Money::ZERO; 3];
    for lot in exact_lots(turn, account)? {
        let sum = &mut sums[lot.kind as usize];
        *sum = sum.plus(lot.rest)?;
    }
    let [trial, promotional, cash] = sums.map(Money::micros);
    let owed = if wallet.balance < Money::ZERO { wallet.balance.negated()? } else { Money::ZERO };
    Ok(Balance {
        balance: wallet.balance.micros(),
        available: wallet.available()?.micros(),
        trial,
        promotional,
        cash,
        owed: owed.micros(),
        out_of_credit: wallet.left()? <= Money::ZERO,
    })
}

/// Open lots in spending order.
pub fn list_lots(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Vec<ShownLot>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::CREDITS_LIST_LOTS, &auth_id)?;
    Ok(first_lots(turn, account, LOTS_MAX)?
        .into_iter()
        .map(|lot| ShownLot {
            number: lot.number,
            kind: lot.kind,
            amount: lot.amount.micros(),
            rest: lot.rest.micros(),
            since: lot.since,
            expires: lot.expires,
            origin: lot.origin,
        })
        .collect())
}
