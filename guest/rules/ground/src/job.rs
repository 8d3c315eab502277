//! Jobs, in form: what a timer is for, what is to be done outside, and what came of it. What each job does is decided by the area that sets it.

use super::ids::AuthId;
use super::outside::{
    ChargeRequest, CodeMessage, Finding, HangUpRequest, MailOutcome, Message, MethodAnswer, MovementPage, OrderRequest,
    PaymentOutcome, RefundRequest, ReleaseRequest, StockOutcome, StockPage, TelephonyOutcome,
};
use super::vocabulary::{Instant, int_text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a timer is for. Its text is the timer's key; it begins with the account, so that one account's timers can be found.
#[derive(Clone, PartialEq, Debug)]
pub enum JobKey {
    /// A charge.
    Charge(AuthId, u32),
    /// A refund.
    Refund(AuthId, u32),
    /// A mail.
    Mail(AuthId, u32),
    /// What does this card's token stand for?
    Card(AuthId, u32),
    /// The gateway shall forget a card.
    Forget(AuthId, u32),
    /// A card expires soon.
    Expiring(AuthId, u32),
    /// Running calls must end.
    HangUp(AuthId),
    /// Calls must end whose extension was refused.
    EndCalls(AuthId),
    /// An unpaid invoice is charged again.
    Dun(AuthId),
    /// A cap's period has ended.
    Uncap(AuthId),
    /// An account is closed.
    Close(AuthId),
    /// A daily summary is due.
    Daily(AuthId),
    /// Much was used on a day.
    Unusual(AuthId),
    /// A lot expires: its number, and its place as the ledger writes it.
    Expire(AuthId, u32, String),
    /// A number is ordered.
    Order(AuthId, u32),
    /// The stock is told of a release.
    Release(AuthId, u32),
    /// Rent is owed: warnings, releases.
    RentOwed(AuthId),
    /// The numbers of an account or sub-account that goes.
    Disband(AuthId),
    /// Reservations expire, and names of old ones are forgotten.
    Reservations,
    /// After a restore: the gateway is asked.
    Reconcile,
    /// After a restore: the stock is asked.
    ReconcileStock,
    /// The policy has changed: every account is looked at.
    Rejudge,
    /// Expired dedupe keys and rejected events.
    Housekeeping,
    /// Totals follow the ledger.
    Totals,
    /// What happens on the first of a month.
    MonthEnd,
    /// Drafts of invoices get their numbers.
    Number,
    /// Records of before get the entries by which lists find them.
    Indexes,
}

impl fmt::Display for JobKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            JobKey::Charge(account, number) => write!(formatter, "{account}/charge/{number}"),
            JobKey::Refund(account, number) => write!(formatter, "{account}/refund/{number}"),
            JobKey::Mail(account, number) => write!(formatter, "{account}/mail/{number}"),
            JobKey::Card(account, number) => write!(formatter, "{account}/card/{number}"),
            JobKey::Forget(account, number) => write!(formatter, "{account}/forget/{number}"),
            JobKey::Expiring(account, number) => write!(formatter, "{account}/expiring/{number}"),
            JobKey::HangUp(account) => write!(formatter, "{account}/hang-up"),
            JobKey::EndCalls(account) => write!(formatter, "{account}/end-calls"),
            JobKey::Dun(account) => write!(formatter, "{account}/dun"),
            JobKey::Uncap(account) => write!(formatter, "{account}/uncap"),
            JobKey::Close(account) => write!(formatter, "{account}/close"),
            JobKey::Daily(account) => write!(formatter, "{account}/daily"),
            JobKey::Unusual(account) => write!(formatter, "{account}/unusual"),
            JobKey::Expire(account, number, place) => write!(formatter, "{account}/expire/{number}/{place}"),
            JobKey::Order(account, count) => write!(formatter, "{account}/order/{count}"),
            JobKey::Release(account, count) => write!(formatter, "{account}/release/{count}"),
            JobKey::RentOwed(account) => write!(formatter, "{account}/rent-owed"),
            JobKey::Disband(holder) => write!(formatter, "{holder}/disband"),
            JobKey::Reservations => formatter.write_str("store/reservations"),
            JobKey::Reconcile => formatter.write_str("store/reconcile"),
            JobKey::ReconcileStock => formatter.write_str("store/reconcile-stock"),
            JobKey::Rejudge => formatter.write_str("store/rejudge"),
            JobKey::Housekeeping => formatter.write_str("store/housekeeping"),
            JobKey::Totals => formatter.write_str("store/totals"),
            JobKey::MonthEnd => formatter.write_str("store/month-end"),
            JobKey::Number => formatter.write_str("store/number"),
            JobKey::Indexes => formatter.write_str("store/indexes"),
        }
    }
}

impl JobKey {
    /// Reads a key back; `None` for text that no rule has written.
    pub fn parse(text: &str) -> Option<JobKey> {
        let (owner, rest) = text.split_once('/')?;
        if owner == "store" {
            return match rest {
                "reservations" => Some(JobKey::Reservations),
                "reconcile" => Some(JobKey::Reconcile),
                "reconcile-stock" => Some(JobKey::ReconcileStock),
                "rejudge" => Some(JobKey::Rejudge),
                "housekeeping" => Some(JobKey::Housekeeping),
                "totals" => Some(JobKey::Totals),
                "month-end" => Some(JobKey::MonthEnd),
                "number" => Some(JobKey::Number),
                "indexes" => Some(JobKey::Indexes),
                _ => None,
            };
        }
        let account = AuthId::parse(owner)?;
        let (kind, detail) = rest.split_once('/').unwrap_or((rest, ""));
        let number = || detail.parse::<u32>().ok();
        match kind {
            "charge" => Some(JobKey::Charge(account, number()?)),
            "refund" => Some(JobKey::Refund(account, number()?)),
            "mail" => Some(JobKey::Mail(account, number()?)),
            "card" => Some(JobKey::Card(account, number()?)),
            "forget" => Some(JobKey::Forget(account, number()?)),
            "expiring" => Some(JobKey::Expiring(account, number()?)),
            "hang-up" => Some(JobKey::HangUp(account)),
            "end-calls" => Some(JobKey::EndCalls(account)),
            "dun" => Some(JobKey::Dun(account)),
            "uncap" => Some(JobKey::Uncap(account)),
            "order" => Some(JobKey::Order(account, number()?)),
            "release" => Some(JobKey::Release(account, number()?)),
            "rent-owed" => Some(JobKey::RentOwed(account)),
            "disband" => Some(JobKey::Disband(account)),
            "close" => Some(JobKey::Close(account)),
            "daily" => Some(JobKey::Daily(account)),
            "unusual" => Some(JobKey::Unusual(account)),
            "expire" => {
                let (number, place) = detail.split_once('/')?;
                Some(JobKey::Expire(account, number.parse().ok()?, place.to_owned()))
            }
            _ => None,
        }
    }
}

/// Something to do outside.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Task {
    /// The timer's key.
    pub job: String,
    /// From 1. Above 1 an earlier attempt may have done it already.
    pub attempt: u32,
    /// What.
    pub work: Work,
}

/// What to do outside.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Work {
    Charge(ChargeRequest),
    Refund(RefundRequest),
    ClosePayment(String),
    FindPayment(String),
    DescribeMethod(String),
    ForgetMethod(String),
    SendMail(Message),
    SendCode(CodeMessage),
    HangUp(HangUpRequest),
    OrderNumber(OrderRequest),
    ReleaseNumber(ReleaseRequest),
    Reconcile(MovementsRequest),
    ReconcileStock(MovementsRequest),
}

/// What the gateway has moved, or the stock has given and taken, since a moment.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MovementsRequest {
    /// The backup's moment, less an overlap.
    #[serde(with = "int_text")]
    pub since: Instant,
    /// Of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// What came of it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Done {
    Payment(PaymentOutcome),
    PaymentClosed(Finding),
    Method(MethodAnswer),
    MethodForgotten(bool),
    Mail(MailOutcome),
    Code(TelephonyOutcome),
    HangUp(Vec<String>),
    Number(StockOutcome),
    Movements(Option<MovementPage>),
    StockMovements(Option<StockPage>),
    Lost(String),
}

/// What the host does next.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Next {
    /// Do this now.
    Perform(Task),
    /// Call `begin` again at once.
    Again,
    /// Nothing more now.
    Rest,
}

/// How something stands that a customer waits for.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// Not yet known.
    Working,
    /// Done.
    Succeeded,
    /// Failed, with the reason's word.
    Failed(String),
}

/// How far work that goes page by page has come with one page.
pub enum Progress {
    /// There is more after this key.
    After(String),
    /// All of it is done.
    Done,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_back() {
        let account = AuthId::parse("MA0123456789ABCDEFGH").expect("an auth ID");
        for key in [
            JobKey::Charge(account, 7),
            JobKey::Refund(account, 9),
            JobKey::Close(account),
            JobKey::Mail(account, 1),
            JobKey::Card(account, 2),
            JobKey::Forget(account, 3),
            JobKey::Expiring(account, 4),
            JobKey::HangUp(account),
            JobKey::EndCalls(account),
            JobKey::Reservations,
            JobKey::Uncap(account),
            JobKey::Dun(account),
            JobKey::Daily(account),
            JobKey::Unusual(account),
            JobKey::Expire(account, 5, "any/place".to_owned()),
            JobKey::Order(account, 6),
            JobKey::Release(account, 7),
            JobKey::RentOwed(account),
            JobKey::Disband(account),
            JobKey::Reconcile,
            JobKey::ReconcileStock,
            JobKey::Rejudge,
            JobKey::Housekeeping,
            JobKey::Totals,
            JobKey::MonthEnd,
            JobKey::Number,
            JobKey::Indexes,
        ] {
            assert_eq!(JobKey::parse(&key.to_string()), Some(key));
        }
        for bad in ["", "store", "store/other", "MA0123456789ABCDEFGH", "MA0123456789ABCDEFGH/charge/x", "x/charge/1"] {
            assert_eq!(JobKey::parse(bad), None, "{bad:?}");
        }
    }
}
