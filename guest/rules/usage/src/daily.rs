//! Daily summary mails (USE-4): at the policy's hour of the account's own time zone, about the local day that has ended.
//!
//! Nobody is mailed every day without being asked: an account switches it on for itself, or the operator for all that have not
//! chosen (policy `daily-summaries`). The totals job arms a timer when it folds usage of a day, so an idle account has none and gets no
//! mail. A day is mailed once: `mailed` only grows, whatever happens to the time zone, the policy or a host that dies. A day whose
//! first usage is reported after its hour is mailed as soon as that is folded, or with the next mail if it is one day older; what is
//! reported later still is in the summaries only.

use coinbox_access::{self as access, functions};
use coinbox_ground::calendar;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::interfaces::usage::Error;
use coinbox_ground::job::Next;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Fact, Fault, Instant, MINUTE_MS, optional_int_text};
use coinbox_ledger::charge_code;
use coinbox_ledger::totals::daily::{Daily, hour, key};
use coinbox_ledger::totals::{self, SourceTotals, Sum};
use coinbox_ledger::wallet;
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How long a mail waits for totals that are behind, each time.
const WAIT_MS: Instant = 5 * MINUTE_MS;
/// Kinds of charges that a mail tells one by one; the rest is one line.
const ROWS_MAX: usize = 30;

/// How daily mails stand for an account.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct DailySummary {
    /// Whether mails are sent.
    pub enabled: bool,
    /// Whether the account has chosen that itself; otherwise it is as the policy says.
    pub chosen: bool,
    /// Hour of the account's time zone.
    pub hour: u32,
    /// When the next mail is due. None: nothing has been used since the last.
    #[serde(default, with = "optional_int_text")]
    pub due: Option<Instant>,
    /// The last local day that a mail was sent about, or before which none will be.
    #[serde(default)]
    pub told_until: Option<String>,
}

/// What an account chooses.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DailyChoice {
    /// Mails are sent.
    On,
    /// None are.
    Off,
    /// As the policy says.
    AsPolicy,
}

/// Switches an account's daily mail on or off, or leaves it to the policy.
pub fn set_daily_summary(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    choice: DailyChoice,
) -> Result<DailySummary, Error> {
    let enabled = match choice {
        DailyChoice::On => Some(true),
        DailyChoice::Off => Some(false),
        DailyChoice::AsPolicy => None,
    };
    let command = access::command_on(turn, caller, functions::USAGE_SET_DAILY_SUMMARY, &auth_id)?;
    command.once(turn, &enabled, |turn, who, account| {
        let policy = Policy::load(turn)?;
        let mut daily = Daily::load(turn, account)?;
        let was_on = daily.enabled.unwrap_or(policy.daily_summaries);
        let is_on = enabled.unwrap_or(policy.daily_summaries);
        if daily.enabled != enabled {
            daily.enabled = enabled;
            let word = enabled.map_or_else(|| "as-the-policy-says".to_owned(), |enabled| enabled.to_string());
            feed::event(account, "daily-summary-set", "USE-4").fact("enabled", word).fact("by", who.name()).tell(turn);
        }
        if is_on && !was_on {
            // Days that ended before are not told; today is, even if all of it has been used already.
            let zone = calendar::zone(&profile::profile(turn, account)?.timezone);
            let today = calendar::local_day(&zone, turn.now());
            let yesterday = calendar::days_before(today, 1);
            daily.mailed = Some(daily.mailed().map_or(yesterday, |mailed| mailed.max(yesterday)).to_string());
            if daily.due.is_none() && turn.text(&totals::day_key(account, today)).is_some() {
                let due = calendar::moment_of(&zone, calendar::day_after(today), hour(&policy));
                daily.arm(turn, account, due);
            }
        }
        turn.put(&key(account), &daily);
        Ok(shown(&daily, &policy))
    })
}

/// How daily mails stand for an account.
pub fn get_daily_summary(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<DailySummary, Error> {
    let (_, account) = access::query_on(turn, caller, functions::USAGE_GET_DAILY_SUMMARY, &auth_id)?;
    Ok(shown(&Daily::load(turn, account)?, Policy::load(turn)?.as_ref()))
}

fn shown(daily: &Daily, policy: &Policy) -> DailySummary {
    let enabled = daily.enabled.unwrap_or(policy.daily_summaries);
    DailySummary {
        enabled,
        chosen: daily.enabled.is_some(),
        hour: policy.daily_summary_hour,
        due: daily.due.filter(|_| enabled),
        told_until: daily.mailed.clone(),
    }
}

/// Sends what has become due, and arms the next.
pub(crate) fn run(turn: &mut Turn<'_>, account: AuthId) -> Result<Option<Next>, Fault> {
    let policy = Policy::load(turn)?;
    let mut daily = Daily::load(turn, account)?;
    daily.due = None;
    let profile = profile::profile(turn, account)?;
    let wanted = daily.enabled.unwrap_or(policy.daily_summaries) && profile.standing() != profile::Standing::Closed;
    if !wanted {
        turn.put(&key(account), &daily);
        return Ok(None);
    }
    let zone = calendar::zone(&profile.timezone);
    let today = calendar::local_day(&zone, turn.now());
    let come = calendar::moment_of(&zone, today, hour(&policy)) <= turn.now();
    let day = calendar::days_before(today, if come { 1 } else { 2 });
    let ended = calendar::moment_of(&zone, calendar::day_after(day), 0).min(turn.now());
    if !totals::are_complete_before(turn, ended)? {
        let due = turn.now() + WAIT_MS;
        daily.arm(turn, account, due);
        return Ok(Some(Next::Rest));
    }
    for told in [calendar::days_before(day, 1), day] {
        // The day before belongs to this mail only where mails were sent before: its usage came too late for its own.
        let untold = daily.mailed().map_or(told == day, |mailed| told > mailed);
        if let (true, Some(totals)) = (untold, turn.get::<SourceTotals>(&totals::day_key(account, told))?) {
            send(turn, account, told, &profile.timezone, &totals)?;
            daily.mailed = Some(told.to_string());
        }
    }
    // Days after that one which have been used already: today, or two after a move of the time zone.
    let mut next = calendar::day_after(day);
    let last = calendar::day_after(today);
    while next <= last {
        if turn.text(&totals::day_key(account, next)).is_some() {
            let due = calendar::moment_of(&zone, calendar::day_after(next), hour(&policy)).max(turn.now());
            daily.arm(turn, account, due);
            break;
        }
        next = calendar::day_after(next);
    }
    turn.put(&key(account), &daily);
    Ok(Some(Next::Rest))
}

fn send(turn: &mut Turn<'_>, account: AuthId, day: Date, timezone: &str, totals: &SourceTotals) -> Result<(), Fault> {
    let wallet = wallet::need(turn, account)?;
    let mut all = Sum::default();
    let mut rows = Vec::new();
    let mut others = Sum::default();
    for (code, sum) in &totals.by {
        all.add(*sum)?;
        if rows.len() < ROWS_MAX {
            let (product, heading, detail) = charge_code::words(code);
            let name = [product, heading, detail].join(" ").trim().to_owned();
            rows.push(row(&name, *sum, wallet.currency()));
        } else {
            others.add(*sum)?;
        }
    }
    if others.count > 0 {
        rows.push(row("others", others, wallet.currency()));
    }
    let facts = vec![
        Fact::new("day", day),
        Fact::new("timezone", timezone),
        Fact::new("amount", all.amount),
        Fact::new("balance", wallet.balance),
        Fact::new("details", rows.join("\n")),
    ];
    mail::send(turn, account, "daily-summary", facts)
}

/// `voice outbound: 12 (720 in all) 1.20 USD`.
fn row(name: &str, sum: Sum, currency: Currency) -> String {
    let amount = sum.amount.in_currency(currency);
    format!("{name}: {} ({} in all) {amount} {currency}", sum.count, sum.quantity)
}
