//! Records of rented numbers.
//!
//! | key | what |
//! |---|---|
//! | `nb/<account>/<since>/<number>` | a rented number: an account's come oldest rental first, the order in which rent is taken (R19) |
//! | `nbi/<number>` | who rents it and since when: a number is rented once |
//! | `nbn/<account>` | how many an account rents, and how many it has ordered |

use coinbox_ground::calendar::Month;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::money::Money;
use coinbox_ground::outside::OfferedNumber;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Fact, Fault, Instant};
use coinbox_profiles::policy::NUMBERS_MAX;
use serde::{Deserialize, Serialize};

/// Rent of a number that no lot could cover. It is paid once the account has paid so much of its rent in all: rent is paid in
/// the order in which it was posted (R2).
#[derive(Clone, Copy, PartialEq, Debug, Serialize, Deserialize)]
pub struct Debt {
    /// When it was posted.
    pub(super) since: Instant,
    /// Sum of all rent of the account that was ever owed, up to this one.
    pub(super) to: Money,
}

/// A number that an account rents.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Rented {
    pub(super) v: u32,
    /// As it was ordered.
    pub(super) offer: OfferedNumber,
    /// Main account or sub-account.
    pub(super) holder: AuthId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) app: Option<String>,
    /// When it was bought.
    pub(super) since: Instant,
    /// The monthly price that was charged last; of one that was just bought, the price of that moment.
    pub(super) monthly: Money,
    /// The last month whose rent was taken, or that the first month's treatment has left free.
    pub(super) through: Month,
    /// Oldest first. Those that are paid meanwhile are dropped when the record is written next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) debts: Vec<Debt>,
}

impl Record for Rented {
    const KIND: &'static str = "rented number";
}

impl Rented {
    /// The digits.
    pub(super) fn number(&self) -> &str {
        &self.offer.number
    }

    /// Whether the rent of a month that was held is not taken yet.
    pub(super) fn is_behind(&self, month: Month) -> bool {
        self.through < month
    }

    /// The oldest debt that is not covered by what the account has paid of its rent.
    pub fn unpaid(&self, paid: Money) -> Option<&Debt> {
        self.debts.iter().find(|debt| debt.to > paid)
    }
}

/// Who rents a number.
#[derive(Serialize, Deserialize)]
struct Index {
    v: u32,
    account: AuthId,
    since: Instant,
}

impl Record for Index {
    const KIND: &'static str = "index of rented numbers";
}

/// How many numbers an account has, and what is held for those that it has ordered.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Count {
    v: u32,
    /// Rented.
    pub(super) held: u32,
    /// Ordered, without a final answer.
    #[serde(default)]
    pub(super) ordered: u32,
    /// What those orders hold of available.
    #[serde(default)]
    pub(super) reserved: Money,
}

impl Record for Count {
    const KIND: &'static str = "count of rented numbers";
}

/// Prefix of all rented numbers, by account.
pub(super) const PREFIX: &str = "nb/";

/// Prefix of an account's numbers.
pub(super) fn prefix(account: AuthId) -> String {
    format!("{PREFIX}{account}/")
}

/// Key of a rented number.
pub(super) fn key(account: AuthId, since: Instant, number: &str) -> String {
    format!("{PREFIX}{account}/{}/{number}", time_key(since))
}

/// The account in a key of [`key`].
pub(super) fn account_of(key: &str) -> Option<AuthId> {
    AuthId::after(PREFIX, key)
}

/// Which sub-account holds a number of the account, as events name it; none: the account itself does.
pub(super) fn held_by(account: AuthId, holder: AuthId) -> Option<Fact> {
    (holder != account).then(|| Fact::new("sub-account", holder))
}

fn index_key(number: &str) -> String {
    format!("nbi/{number}")
}

fn count_key(account: AuthId) -> String {
    format!("nbn/{account}")
}

/// Whether anybody rents this number.
pub(super) fn is_rented(turn: &Turn<'_>, number: &str) -> bool {
    turn.text(&index_key(number)).is_some()
}

/// The account that rents a number, and its record.
pub(super) fn find(turn: &Turn<'_>, number: &str) -> Result<Option<(AuthId, String, Rented)>, Fault> {
    let Some(index) = turn.get::<Index>(&index_key(number))? else { return Ok(None) };
    let key = key(index.account, index.since, number);
    let rented = turn.need(&key)?;
    Ok(Some((index.account, key, rented)))
}

/// All numbers of an account, oldest rental first.
pub fn all(turn: &Turn<'_>, account: AuthId) -> Result<Vec<(String, Rented)>, Fault> {
    Ok(turn.list(&prefix(account), NUMBERS_MAX as usize)?.0)
}

/// How many numbers an account has.
pub(super) fn count(turn: &Turn<'_>, account: AuthId) -> Result<Count, Fault> {
    Ok(turn.get(&count_key(account))?.unwrap_or_default())
}

/// What open orders hold of an account's available: together with open reservations all that its wallet calls reserved.
pub fn reserved(turn: &Turn<'_>, account: AuthId) -> Result<Money, Fault> {
    Ok(count(turn, account)?.reserved)
}

/// Changes the count.
pub(super) fn recount(turn: &mut Turn<'_>, account: AuthId, change: impl FnOnce(&mut Count)) -> Result<(), Fault> {
    let mut counted = count(turn, account)?;
    counted.v = 1;
    change(&mut counted);
    turn.put(&count_key(account), &counted);
    Ok(())
}

/// Adds a number that was bought at this moment.
pub fn insert(turn: &mut Turn<'_>, account: AuthId, rented: &Rented) -> Result<(), Fault> {
    turn.put(&key(account, rented.since, rented.number()), rented);
    turn.put(&index_key(rented.number()), &Index { v: 1, account, since: rented.since });
    recount(turn, account, |count| count.held = count.held.saturating_add(1))
}

/// Takes a number off the account.
pub(super) fn remove(turn: &mut Turn<'_>, account: AuthId, rented: &Rented) -> Result<(), Fault> {
    turn.remove(&key(account, rented.since, rented.number()));
    turn.remove(&index_key(rented.number()));
    recount(turn, account, |count| count.held = count.held.saturating_sub(1))
}
