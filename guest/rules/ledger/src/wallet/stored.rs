//! Where the wallets of accounts are stored, and how they are read and written.

use super::form;
use super::record::{OVERRIDES, Wallet};
use coinbox_ground::currency::Currency;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Turn, parse_record};
use coinbox_ground::vocabulary::Fault;

/// Bytes that the text of a wallet usually has room in.
const TEXT_BYTES: usize = 160;

/// Beginning of the key of every wallet; the account follows.
pub const PREFIX: &str = "w/";

/// Key of an account's wallet.
pub fn key(account: AuthId) -> String {
    // On the hottest path: not through the formatting machinery.
    [PREFIX, account.as_str()].concat()
}

/// The wallet, if the account exists.
pub fn load(turn: &Turn<'_>, account: AuthId) -> Result<Option<Wallet>, Fault> {
    turn.text(&key(account)).map(|text| parse(account, &text)).transpose()
}

/// The wallet of an account that must exist.
pub fn need(turn: &Turn<'_>, account: AuthId) -> Result<Wallet, Fault> {
    load(turn, account)?.ok_or_else(|| Fault::not_found("account"))
}

/// The currency of an account that must exist (CRD-17).
pub fn currency(turn: &Turn<'_>, account: AuthId) -> Result<Currency, Fault> {
    Ok(need(turn, account)?.currency())
}

/// The wallet in a text that was read.
pub fn parse(account: AuthId, text: &str) -> Result<Wallet, Fault> {
    match form::read(text) {
        Some(wallet) => Ok(wallet),
        None => parse_record(|| key(account), text),
    }
}

/// Writes the wallet.
pub fn save(turn: &mut Turn<'_>, account: AuthId, wallet: &Wallet) {
    let mut text = String::with_capacity(TEXT_BYTES);
    form::write(&mut text, wallet);
    turn.put_text(&key(account), text);
}

/// Writes the wallet under its key for the last time in this call, which does not read it any more.
pub fn save_last(turn: &mut Turn<'_>, account: AuthId, wallet: &Wallet) {
    turn.append_keyed(PREFIX, |key| key.push_str(account.as_str()), |text| form::write(text, wallet));
}

/// Notes that the account has price overrides.
pub fn mark_overrides(turn: &mut Turn<'_>, account: AuthId) -> Result<(), Fault> {
    let mut wallet = need(turn, account)?;
    wallet.flags |= OVERRIDES;
    save(turn, account, &wallet);
    Ok(())
}
