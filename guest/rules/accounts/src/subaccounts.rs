//! Sub-accounts: sources of usage that spend the main account's credits (SUB-1, SUB-2).

use coinbox_access::{
    self as access,
    credentials::{self, Who},
    functions,
};
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::turn::{Turn, end_of_prefix};
use coinbox_ground::vocabulary::{
    Caller, Checks, Fault, FieldRule, Instant, int_text, interface_error, optional_int_text,
};
use coinbox_invoices::recurring;
use coinbox_numbers as numbers;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::AccountType;
use coinbox_profiles::subaccount::{Line, Sub, count, index, key, need};
use coinbox_profiles::{profile, subaccount};
use serde::{Deserialize, Serialize};

/// A new sub-account's credentials.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Created {
    /// `SA` and 18 upper-case letters and digits.
    pub auth_id: String,
    /// 40 characters. Empty when the answer is given again.
    pub auth_token: String,
}

/// A sub-account as its holder sees it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Subaccount {
    /// SUB-1.
    pub auth_id: String,
    /// The main account.
    pub parent: String,
    /// 1 to 100 characters.
    pub name: String,
    /// A disabled one cannot be used.
    pub enabled: bool,
    /// When it was made.
    #[serde(with = "int_text")]
    pub created: Instant,
    /// `None` until the first change.
    #[serde(default, with = "optional_int_text")]
    pub modified: Option<Instant>,
}

/// What changes; `None` leaves a field as it is.
#[derive(Clone, PartialEq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Change {
    /// 1 to 100 characters.
    pub name: Option<String>,
    /// Whether it may be used.
    pub enabled: Option<bool>,
}

/// Sub-accounts, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Page {
    /// At most as many as asked for.
    pub subaccounts: Vec<Subaccount>,
    /// How many there are in all.
    pub total: u32,
}

interface_error! {
    /// Errors of `subaccounts`.
    Error {
        /// The payload is the limit of the policy (ACC-6).
        TooManySubaccounts(#[serde(with = "coinbox_ground::one_field::limit")] u32),
        /// It still has so many numbers (SUB-4).
        HasNumbers(#[serde(with = "coinbox_ground::one_field::count")] u32),
    }
}

/// Makes a sub-account with a token of its own.
pub fn create(
    turn: &mut Turn<'_>,
    caller: &Caller,
    parent: String,
    name: String,
    enabled: bool,
) -> Result<Created, Error> {
    let command = access::command_on(turn, caller, functions::SUBACCOUNTS_CREATE, &parent)?;
    let kept = |created: &Created| serde_json::to_value(Created { auth_token: String::new(), ..created.clone() });
    let args = (&name, enabled);
    command.once_secret(turn, &args, kept, |turn, who, main| {
        let mut checks = Checks::new();
        checks.text(&name, "name", 1, 100);
        checks.done()?;
        let policy = Policy::load(turn)?;
        let limit = match profile::profile(turn, main)?.account_type {
            AccountType::Developer => policy.trial_subaccounts,
            AccountType::Standard => policy.standard_subaccounts,
        };
        let before = count(turn, main)?;
        if before >= limit {
            return Err(Error::TooManySubaccounts(limit));
        }
        let sub = profile::draw_free(turn, b"SA")?;
        let token = credentials::issue(turn, sub);
        let now = turn.now();
        let record =
            Sub { v: 1, parent: main, name: name.clone(), enabled, created: now, modified: None, deleted: None };
        turn.put(&key(sub), &record);
        turn.put(&index(main, now, sub), &Line { v: 1 });
        subaccount::set_count(turn, main, before + 1);
        feed::event(main, "subaccount-created", "SUB-1")
            .fact("sub-account", sub)
            .fact("enabled", enabled)
            .fact("by", who.name())
            .tell(turn);
        Ok(Created { auth_id: sub.to_string(), auth_token: token })
    })
}

/// A sub-account as its holder sees it.
pub fn get(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Subaccount, Error> {
    let (_, sub) = access::query_on(turn, caller, functions::SUBACCOUNTS_GET, &auth_id)?;
    Ok(show(sub, need(turn, sub)?))
}

/// The sub-accounts of a main account, newest first, 1 to 100 a page. An offset past the end answers none.
pub fn list(turn: &Turn<'_>, caller: &Caller, parent: String, offset: u32, limit: u32) -> Result<Page, Error> {
    let (_, main) = access::query_on(turn, caller, functions::SUBACCOUNTS_LIST, &parent)?;
    let mut checks = Checks::new();
    checks.require(limit >= 1, "limit", FieldRule::TooSmall, 1);
    checks.require(limit <= 100, "limit", FieldRule::TooLarge, 100);
    checks.done()?;
    let total = count(turn, main)?;
    if offset >= total {
        return Ok(Page { subaccounts: Vec::new(), total });
    }
    let prefix = subaccount::lines(main);
    let wanted = (offset.min(total) + limit) as usize;
    let (lines, _) = turn.span_text(&prefix, &end_of_prefix(&prefix), wanted);
    let subs: Vec<AuthId> = lines
        .iter()
        .skip(offset as usize)
        .map(|(line, _)| {
            let id = line.rsplit('/').next().and_then(AuthId::parse);
            id.expect("keys of the index are made from auth IDs")
        })
        .collect();
    turn.prefetch(subs.iter().map(|sub| key(*sub)));
    let subaccounts: Result<Vec<Subaccount>, Fault> =
        subs.into_iter().map(|sub| Ok(show(sub, turn.need::<Sub>(&key(sub))?))).collect();
    Ok(Page { subaccounts: subaccounts?, total })
}

/// Renames, enables or disables; nothing given changes nothing.
pub fn update(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, change: Change) -> Result<Subaccount, Error> {
    let command = access::command_on(turn, caller, functions::SUBACCOUNTS_UPDATE, &auth_id)?;
    command.once(turn, &change, |turn, who, sub| {
        let mut checks = Checks::new();
        if let Some(name) = &change.name {
            checks.text(name, "change.name", 1, 100);
        }
        checks.done()?;
        let before = need(turn, sub)?;
        let mut after = before.clone();
        if let Some(name) = &change.name {
            after.name.clone_from(name);
        }
        after.enabled = change.enabled.unwrap_or(before.enabled);
        if after != before {
            after.modified = Some(turn.now());
            turn.put(&key(sub), &after);
            feed::event(after.parent, "subaccount-changed", "SUB-1")
                .fact("sub-account", sub)
                .fact("enabled", after.enabled)
                .fact("by", who.name())
                .tell(turn);
        }
        Ok(show(sub, after))
    })
}

/// What becomes of the numbers of a sub-account that is deleted (SUB-4, R37).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Disposal {
    /// It is not deleted while it has any.
    Refuse,
    /// They go to the main account.
    Move,
    /// They are released.
    Cascade,
}

/// Deletes a sub-account: its token fails from now on, its history stays with the main account.
pub fn delete(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, disposal: Disposal) -> Result<(), Error> {
    let command = access::command_on(turn, caller, functions::SUBACCOUNTS_DELETE, &auth_id)?;
    command.once(turn, &disposal, |turn, who, sub| remove(turn, who, sub, disposal))
}

fn remove(turn: &mut Turn<'_>, who: &Who, sub: AuthId, disposal: Disposal) -> Result<(), Error> {
    let before = need(turn, sub)?;
    let numbers = numbers::numbers_of(turn, before.parent, sub)?;
    if disposal == Disposal::Refuse && numbers > 0 {
        return Err(Error::HasNumbers(numbers));
    }
    let main = before.parent;
    numbers::disband(turn, main, sub, disposal == Disposal::Cascade)?;
    recurring::end_all(turn, main, Some(sub), "sub-account-deleted")?;
    turn.remove(&index(main, before.created, sub));
    let count = count(turn, main)?.saturating_sub(1);
    subaccount::set_count(turn, main, count);
    let now = turn.now();
    turn.put(&key(sub), &Sub { enabled: false, modified: Some(now), deleted: Some(now), ..before });
    credentials::withdraw(turn, sub);
    feed::event(main, "subaccount-deleted", "SUB-4")
        .fact("sub-account", sub)
        .fact("numbers", numbers)
        .fact("disposal", disposal.word())
        .fact("by", who.name())
        .tell(turn);
    Ok(())
}

impl Disposal {
    fn word(self) -> &'static str {
        match self {
            Disposal::Refuse => "refuse",
            Disposal::Move => "move",
            Disposal::Cascade => "cascade",
        }
    }
}

/// Disables the next sub-accounts of an account that is closed. Answers the index line of the last one, and whether there are more.
pub(crate) fn disable_page(
    turn: &mut Turn<'_>,
    main: AuthId,
    after: Option<&str>,
    limit: usize,
) -> Result<(Option<String>, bool), Fault> {
    let prefix = subaccount::lines(main);
    let first = after.map_or_else(|| prefix.clone(), coinbox_ground::turn::successor);
    let (lines, more) = turn.span_text(&first, &end_of_prefix(&prefix), limit);
    let last = lines.last().map(|(line, _)| line.clone());
    let subs: Vec<AuthId> =
        lines.iter().filter_map(|(line, _)| line.rsplit('/').next().and_then(AuthId::parse)).collect();
    turn.prefetch(subs.iter().map(|sub| key(*sub)));
    for sub in subs {
        let mut record = need(turn, sub)?;
        if record.enabled {
            record.enabled = false;
            record.modified = Some(turn.now());
            turn.put(&key(sub), &record);
            feed::event(main, "subaccount-changed", "SUB-1")
                .fact("sub-account", sub)
                .fact("enabled", false)
                .fact("by", "closing")
                .tell(turn);
        }
    }
    Ok((last, more))
}

fn show(auth: AuthId, sub: Sub) -> Subaccount {
    Subaccount {
        auth_id: auth.to_string(),
        parent: sub.parent.to_string(),
        name: sub.name,
        enabled: sub.enabled,
        created: sub.created,
        modified: sub.modified,
    }
}
