//! Jobs, in form: the key of a timer, what is to be done outside, and what came of it. What each kind of job does is decided by the area that has it;
//! its row is in [`crate::job_row`].

use super::ids::AuthId;
use super::outside::{
    ChargeRequest, ClaimOutcome, CodeMessage, CouponClaim, Finding, HangUpRequest, MailOutcome, Message, MethodAnswer,
    MovementPage, OrderRequest, PaymentOutcome, RefundRequest, ReleaseRequest, StockOutcome, StockPage,
    TelephonyOutcome,
};
use super::vocabulary::{Instant, int_text};
use serde::{Deserialize, Serialize};
use std::marker::PhantomData;

/// Binds the sealed values of a mail's secret facts to their use.
pub const SECRET_FACT: &str = "mail-secret-fact";
/// Binds sealed one-time codes to their use.
pub const CODE: &str = "one-time-code";
/// Binds the sealed code of a coupon of another store to its use.
pub const COUPON_CLAIM: &str = "coupon-claim";

/// The owner in the keys of jobs that belong to no account.
const STORE: &str = "store";

/// A kind of job: its word in the timers' keys, and what such a key names.
///
/// An area declares it where the timer is set; the area that does the job, which may be a later one, has the row.
pub struct JobKind<S> {
    word: &'static str,
    subject: PhantomData<fn() -> S>,
}

impl<S: Subject> JobKind<S> {
    /// A kind with this word, which no other kind has.
    pub const fn new(word: &'static str) -> JobKind<S> {
        JobKind { word, subject: PhantomData }
    }

    /// The key of the timer of this subject's job.
    pub fn of(&self, subject: S) -> String {
        subject.key(self.word)
    }

    /// Its word.
    pub(crate) fn word(&self) -> &'static str {
        self.word
    }
}

impl JobKind<Store> {
    /// The key of the timer.
    pub fn key(&self) -> String {
        self.of(Store)
    }
}

/// What the key of a job names beside its kind. A key begins with the account, so that one account's timers can be found.
pub trait Subject: Clone + 'static {
    /// The key of a job of the kind with this word.
    fn key(&self, kind: &str) -> String;

    /// Reads back what [`Subject::key`] has written; `None` for text that no rule has written.
    fn read(key: &JobKey<'_>) -> Option<Self>;
}

/// The store: it has at most one job of a kind. The key is `store/<kind>`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Store;

impl Subject for Store {
    fn key(&self, kind: &str) -> String {
        format!("{STORE}/{kind}")
    }

    fn read(key: &JobKey<'_>) -> Option<Store> {
        (key.account.is_none() && key.rest.is_empty()).then_some(Store)
    }
}

/// Something of the store that has a name. The key is `store/<kind>/<name>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named(pub String);

impl Subject for Named {
    fn key(&self, kind: &str) -> String {
        format!("{STORE}/{kind}/{}", self.0)
    }

    fn read(key: &JobKey<'_>) -> Option<Named> {
        (key.account.is_none() && !key.rest.is_empty()).then(|| Named(key.rest.to_owned()))
    }
}

/// An account or sub-account that has at most one job of a kind. The key is `<account>/<kind>`.
impl Subject for AuthId {
    fn key(&self, kind: &str) -> String {
        format!("{self}/{kind}")
    }

    fn read(key: &JobKey<'_>) -> Option<AuthId> {
        key.account
    }
}

/// Something of an account that is counted. The key is `<account>/<kind>/<number>`.
pub type Numbered = (AuthId, u32);

impl Subject for Numbered {
    fn key(&self, kind: &str) -> String {
        let (account, number) = self;
        format!("{account}/{kind}/{number}")
    }

    fn read(key: &JobKey<'_>) -> Option<Numbered> {
        Some((key.account?, key.rest.parse().ok()?))
    }
}

/// The key of a timer, in its parts.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct JobKey<'a> {
    /// The whole key.
    pub text: &'a str,
    /// Whose job it is; none: the store's.
    pub account: Option<AuthId>,
    /// Word of the kind, if there is such a kind.
    pub kind: &'a str,
    /// What else it says, empty if nothing: the kind's [`Subject`] reads it.
    pub rest: &'a str,
}

impl JobKey<'_> {
    /// Takes a key apart; `None`: it names neither an account nor the store.
    pub fn parse(text: &str) -> Option<JobKey<'_>> {
        let (owner, rest) = text.split_once('/')?;
        let account = if owner == STORE { None } else { Some(AuthId::parse(owner)?) };
        let (kind, rest) = rest.split_once('/').unwrap_or((rest, ""));
        Some(JobKey { text, account, kind, rest })
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

/// What to do outside. The values of a mail's secret facts, one-time codes and codes of coupons are sealed, for [`SECRET_FACT`], [`CODE`] and
/// [`COUPON_CLAIM`].
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Work {
    Charge(ChargeRequest),
    Refund(RefundRequest),
    ClosePayment(#[serde(with = "crate::one_field::key")] String),
    FindPayment(#[serde(with = "crate::one_field::key")] String),
    DescribeMethod(#[serde(with = "crate::one_field::token")] String),
    ForgetMethod(#[serde(with = "crate::one_field::token")] String),
    SendMail(Message),
    SendCode(CodeMessage),
    HangUp(HangUpRequest),
    OrderNumber(OrderRequest),
    ReleaseNumber(ReleaseRequest),
    Reconcile(MovementsRequest),
    ReconcileStock(MovementsRequest),
    ClaimCoupon(CouponClaim),
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
    CouponClaim(ClaimOutcome),
    Lost(String),
}

impl Done {
    /// Why the answer is not the one that was asked for: it was lost, or it is of another kind.
    pub fn lost(self) -> String {
        match self {
            Done::Lost(cause) => cause,
            other => format!("an answer of the wrong kind: {other:?}").chars().take(200).collect(),
        }
    }
}

/// The current attempt of a job that acts outside.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Attempt {
    /// Counted from 1.
    pub number: u32,
    /// Whether its outcome is booked: a second one changes nothing.
    pub is_booked: bool,
}

impl Attempt {
    /// An attempt whose outcome is still to be booked.
    pub fn open(number: u32) -> Attempt {
        Attempt { number, is_booked: false }
    }
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
    fn what_a_key_names_is_read_back() {
        let account = AuthId::parse("MA0123456789ABCDEFGH").expect("an auth ID");
        let charge = JobKind::<Numbered>::new("charge").of((account, 7));
        assert_eq!(charge, "MA0123456789ABCDEFGH/charge/7");
        let key = JobKey::parse(&charge).expect("a key");
        assert_eq!((key.account, key.kind, key.rest), (Some(account), "charge", "7"));
        assert_eq!((Numbered::read(&key), Store::read(&key)), (Some((account, 7)), None));
        let close = JobKind::<AuthId>::new("close").of(account);
        assert_eq!(close, "MA0123456789ABCDEFGH/close");
        let key = JobKey::parse(&close).expect("a key");
        assert_eq!((AuthId::read(&key), Numbered::read(&key), Store::read(&key)), (Some(account), None, None));
        let totals = JobKind::<Store>::new("totals").key();
        assert_eq!(totals, "store/totals");
        let key = JobKey::parse(&totals).expect("a key");
        assert_eq!(key, JobKey { text: &totals, account: None, kind: "totals", rest: "" });
        assert_eq!((Store::read(&key), AuthId::read(&key), Numbered::read(&key)), (Some(Store), None, None));
    }

    #[test]
    fn the_stores_jobs_have_a_word_and_perhaps_a_name_and_owners_are_accounts() {
        let key = JobKey::parse("store/totals").expect("a key");
        assert_eq!((key.kind, key.rest, Store::read(&key), Named::read(&key)), ("totals", "", Some(Store), None));
        let key = JobKey::parse("store/person-mail/1/2").expect("a key");
        assert_eq!((key.kind, key.rest, Store::read(&key)), ("person-mail", "1/2", None));
        assert_eq!(Named::read(&key), Some(Named("1/2".to_owned())));
        assert_eq!(Named("1/2".to_owned()).key("person-mail"), key.text);
        for bad in ["", "store", "MA0123456789ABCDEFGH", "x/charge/1", "MA0123456789ABCDEFG/charge/1", "/charge/1"] {
            assert_eq!(JobKey::parse(bad), None, "{bad:?}");
        }
    }
}
