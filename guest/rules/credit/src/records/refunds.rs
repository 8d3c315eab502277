//! What is stored of a refund, and how the contract shows it.
//!
//! | key | what |
//! |---|---|
//! | `rfd/<account>/<number, newest first>` | a refund |
//! | `rfk/<key>` | the number of a refund that a reconciliation could not give the number in its key |

use coinbox_ground::business_days;
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::{AuthId, highest_first, outside_key, parse_outside_key};
use coinbox_ground::job::{JobKind, Numbered};
use coinbox_ground::metadata;
use coinbox_ground::money::Money;
use coinbox_ground::outside::DeclineReason;
use coinbox_ground::queue;
use coinbox_ground::turn::{Record, Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fact, Fault, Instant, Micros, int_text, optional_int_text};
use coinbox_profiles::policy::Policy;
use serde::{Deserialize, Serialize};

/// Jobs that carry a refund out.
pub const JOB: JobKind<Numbered> = JobKind::new("refund");

/// Why something is given back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// What was left when the account was closed (CRD-12).
    Closing,
    /// It was paid after the account had been closed (R24).
    PaidAfterClosing,
    /// The operator gave back a payment that no charge explains.
    UnexplainedPayment,
}

impl Cause {
    /// The cause with this word.
    pub fn of_word(word: &str) -> Option<Cause> {
        [Cause::Closing, Cause::PaidAfterClosing, Cause::UnexplainedPayment]
            .into_iter()
            .find(|cause| cause.word() == word)
    }

    /// Its word in events, and the kind of the ledger transaction that recognises the payment.
    pub fn word(self) -> &'static str {
        match self {
            Cause::Closing => "closing",
            Cause::PaidAfterClosing => "paid-after-closing",
            Cause::UnexplainedPayment => "unexplained-payment",
        }
    }
}

/// How a refund stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefundState {
    /// Written down, not sent.
    Due,
    /// With the gateway.
    Open,
    /// Final: given back.
    Paid,
    /// Declined: still due, the operator decides.
    Failed(DeclineReason),
    /// Final: the operator paid it in another way.
    SettledOtherwise,
}

/// A refund, at `rfd/<account>/<number, newest first>`. Its fields change by its functions only.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Refund {
    /// Version of the record.
    v: u32,
    /// Counted per account from 1.
    number: u32,
    /// Why.
    cause: Cause,
    /// Whole cents.
    amount: Money,
    /// The key that the gateway knows the payment by.
    charge_key: String,
    /// Number of the charge, if the payment has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    charge: Option<u32>,
    /// Brand and last digits, for people; empty where it is not known.
    card: String,
    /// How it stands.
    state: RefundState,
    /// Keys used so far: a declined one is never used again.
    tries: u32,
    /// The key of the present try.
    key: String,
    /// The attempt under way or done last; 0: none.
    attempt: u32,
    /// The last attempt whose outcome was booked: a second finish of it changes nothing.
    answered: u32,
    /// How often the present try was asked about.
    asked: u32,
    /// When it was fixed.
    created: Instant,
    /// The business day on which it is due, UTC.
    due: String,
    /// The moment after that day.
    overdue_at: Instant,
    /// Whether that has been told.
    overdue: bool,
    /// Since when it is in the operator's queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    queued: Option<Instant>,
    /// When it was sent last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<Instant>,
    /// When it was over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<Instant>,
    /// The gateway's own name for it, or what the operator noted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    /// For which client's key, in digests: the gateway keeps it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_for: Option<Asked>,
    /// Whether a reconciliation has found it at the gateway: a history that was lost has sent it, this one only asks about it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    recovered: bool,
    /// What no lot covered when it was found: no posting has it until a person has decided.
    #[serde(default, skip_serializing_if = "no_money")]
    uncovered: Money,
}

fn no_money(amount: &Money) -> bool {
    *amount == Money::ZERO
}

impl Record for Refund {
    const KIND: &'static str = "refund";
}

/// What is to be given back of which payment.
pub struct NewRefund<'a> {
    /// Why it is given back.
    pub cause: Cause,
    /// Whole cents above zero, and posted to `liabilities:refunds` already.
    pub amount: Money,
    /// The key that the gateway knows the payment by.
    pub charge_key: &'a str,
    /// Number of the charge, if the payment has one.
    pub charge: Option<u32>,
    /// Brand and last digits of the card, for people; empty where it is not known.
    pub card: &'a str,
    /// For which client's key.
    pub asked: Option<Asked>,
}

/// How a refund begins.
impl Refund {
    /// Writes one down that is to be sent under this key, and by when: so many business days after it was fixed.
    pub fn open(new: &NewRefund<'_>, number: u32, key: String, created: Instant, policy: &Policy) -> Refund {
        let due = business_days::after(created, policy.refund_business_days, &policy.holidays);
        Refund {
            v: 1,
            number,
            cause: new.cause,
            amount: new.amount,
            charge_key: new.charge_key.to_owned(),
            charge: new.charge,
            card: new.card.to_owned(),
            state: RefundState::Due,
            tries: 1,
            key,
            attempt: 0,
            answered: 0,
            asked: 0,
            created,
            due: due.to_string(),
            overdue_at: business_days::end_of(due),
            overdue: false,
            queued: None,
            sent: None,
            settled: None,
            reference: None,
            asked_for: new.asked.clone(),
            recovered: false,
            uncovered: Money::ZERO,
        }
    }

    /// One that a history which was lost has sent. `uncovered`: what no lot covers of it.
    pub fn found(self, uncovered: Money) -> Refund {
        Refund { recovered: true, uncovered, ..self }
    }
}

/// What happens to a refund.
impl Refund {
    /// It goes to the gateway. `elsewhere`: its key is of a history that was lost, where it may have been sent.
    pub fn send(&mut self, now: Instant, elsewhere: bool) {
        self.attempt = self.attempt.max(u32::from(elsewhere));
        self.state = RefundState::Open;
        self.sent = Some(now);
    }

    /// Starts the next attempt. Answers its number.
    pub fn start(&mut self) -> u32 {
        self.attempt += 1;
        self.attempt
    }

    /// Notes that the outcome of the current attempt is booked.
    pub fn answered(&mut self) {
        self.answered = self.attempt;
    }

    /// Notes that it is asked about once more.
    pub fn ask(&mut self) {
        self.asked = self.asked.saturating_add(1);
    }

    /// Notes once that its due day is over. Answers whether that is so since now.
    pub fn become_overdue(&mut self, now: Instant) -> bool {
        let since_now = !self.overdue && now >= self.overdue_at;
        self.overdue |= since_now;
        since_now
    }

    /// The gateway has declined it: a person decides.
    pub fn fail(&mut self, reason: DeclineReason) {
        self.state = RefundState::Failed(reason);
    }

    /// It is due again, under a new key.
    pub fn retry(&mut self, store: &str, account: AuthId, asked: Option<Asked>) {
        self.tries += 1;
        self.key = gateway_key(store, account, self.number, self.tries);
        self.state = RefundState::Due;
        (self.asked_for, self.recovered) = (asked, false);
        (self.attempt, self.answered, self.asked, self.sent) = (0, 0, 0, None);
    }

    /// Final: it is given back, by the gateway or, `otherwise`, by the operator.
    pub fn settle(&mut self, turn: &mut Turn<'_>, account: AuthId, otherwise: bool, reference: &str) {
        self.state = if otherwise { RefundState::SettledOtherwise } else { RefundState::Paid };
        self.settled = Some(turn.now());
        self.reference = Some(reference.to_owned());
        self.unqueue(turn, account);
        turn.cancel(&self.job(account));
    }

    /// The gateway knows it by this key, of a history that was lost: its own was never sent.
    pub fn is_known_as(&mut self, key: &str) {
        key.clone_into(&mut self.key);
    }

    /// A further try of it has this key, and was asked for so.
    pub fn take_over(&mut self, key: &str, asked: Option<Asked>) {
        self.is_known_as(key);
        self.tries += 1;
        self.asked_for = asked;
    }

    /// The gateway has it since then: it is only asked about.
    pub fn hand_over(&mut self, sent: Instant) {
        self.state = RefundState::Open;
        self.recovered = true;
        self.sent = Some(sent);
        (self.attempt, self.answered, self.asked) = (1, 1, 0);
    }

    /// Takes it out of the operator's queue.
    fn unqueue(&mut self, turn: &mut Turn<'_>, account: AuthId) {
        if let Some(since) = self.queued.take() {
            turn.remove(&queue::refund_key(since, account, self.number));
        }
    }

    /// Puts it into the operator's queue, or says anew there why it waits.
    pub fn enqueue(&mut self, turn: &mut Turn<'_>, account: AuthId, kind: &str, note: &str) {
        let since = *self.queued.get_or_insert(turn.now());
        let note: String = format!("due on {}: {note}", self.due).chars().take(300).collect();
        let mut entry = queue::QueueEntry::new(Some(account), kind, since, note);
        entry.refund = Some(self.number);
        turn.put(&queue::refund_key(since, account, self.number), &entry);
    }
}

/// What is known of a refund.
impl Refund {
    /// Counted per account from 1.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Whole cents.
    pub fn amount(&self) -> Money {
        self.amount
    }

    /// What no lot covered when it was found: no posting has it.
    pub fn uncovered(&self) -> Money {
        self.uncovered
    }

    /// The key that the gateway knows the payment by.
    pub fn charge_key(&self) -> &str {
        &self.charge_key
    }

    /// Number of the charge, if the payment has one.
    pub fn charge(&self) -> Option<u32> {
        self.charge
    }

    /// Brand and last digits of the card, for people; empty where it is not known.
    pub fn card(&self) -> &str {
        &self.card
    }

    /// How it stands.
    pub fn state(&self) -> &RefundState {
        &self.state
    }

    /// Keys used so far.
    pub fn tries(&self) -> u32 {
        self.tries
    }

    /// The key of the present try.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// The attempt under way or done last; 0: none.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// Whether the outcome of the current attempt is booked.
    pub fn is_answered(&self) -> bool {
        self.attempt == self.answered
    }

    /// How often the present try was asked about.
    pub fn asked(&self) -> u32 {
        self.asked
    }

    /// When it was sent last; before that: when it was fixed.
    pub fn sent(&self) -> Instant {
        self.sent.unwrap_or(self.created)
    }

    /// The business day on which it is due, UTC.
    pub fn due(&self) -> &str {
        &self.due
    }

    /// The moment after that day.
    pub fn overdue_at(&self) -> Instant {
        self.overdue_at
    }

    /// Whether it was told that this day is over.
    pub fn is_overdue(&self) -> bool {
        self.overdue
    }

    /// The gateway's own name for it, or what the operator noted; empty before.
    pub fn reference(&self) -> &str {
        self.reference.as_deref().unwrap_or_default()
    }

    /// For which client's key.
    pub fn asked_for(&self) -> Option<&Asked> {
        self.asked_for.as_ref()
    }

    /// Whether a reconciliation has found it at the gateway.
    pub fn is_recovered(&self) -> bool {
        self.recovered
    }

    /// Its job.
    pub fn job(&self, account: AuthId) -> String {
        JOB.of((account, self.number))
    }

    /// Whether it is over.
    pub fn is_settled(&self) -> bool {
        matches!(self.state, RefundState::Paid | RefundState::SettledOtherwise)
    }

    /// What the gateway keeps with it.
    pub fn metadata(&self) -> Vec<Fact> {
        metadata::of(self.cause.word(), self.asked_for.as_ref())
    }

    /// What events say of it.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = vec![
            Fact::new("refund", self.number),
            Fact::new("amount", self.amount),
            Fact::new("cause", self.cause.word()),
            Fact::new("payment", &self.charge_key),
            Fact::new("due", &self.due),
        ];
        if let Some(charge) = self.charge {
            facts.push(Fact::new("charge", charge));
        }
        facts
    }

    /// The form of the contract.
    pub fn shown(&self, account: AuthId) -> ShownRefund {
        ShownRefund {
            auth_id: account.to_string(),
            number: self.number,
            cause: self.cause,
            amount: self.amount.micros(),
            payment: self.charge_key.clone(),
            charge: self.charge,
            card: self.card.clone(),
            state: self.state.clone(),
            due: self.due.clone(),
            key: self.key.clone(),
            created: self.created,
            settled: self.settled,
            reference: self.reference.clone(),
            job: self.job(account),
            attempts: self.attempt,
        }
    }
}

/// A refund as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownRefund {
    pub auth_id: String,
    pub number: u32,
    pub cause: Cause,
    #[serde(with = "int_text")]
    pub amount: Micros,
    pub payment: String,
    #[serde(default)]
    pub charge: Option<u32>,
    pub card: String,
    pub state: RefundState,
    pub due: String,
    pub key: String,
    #[serde(with = "int_text")]
    pub created: Instant,
    #[serde(default, with = "optional_int_text")]
    pub settled: Option<Instant>,
    #[serde(default)]
    pub reference: Option<String>,
    pub job: String,
    pub attempts: u32,
}

/// A page of refunds, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct RefundPage {
    /// At most as many as asked for.
    pub refunds: Vec<ShownRefund>,
    /// For the next page.
    #[serde(default)]
    pub next: Option<u32>,
}

fn prefix(account: AuthId) -> String {
    format!("rfd/{account}/")
}

/// Where a refund lies.
pub fn place(account: AuthId, number: u32) -> String {
    prefix(account) + &highest_first(number)
}

/// The key of one try of a refund at the gateway.
pub fn gateway_key(store: &str, account: AuthId, number: u32, tries: u32) -> String {
    format!("{}-{tries}", outside_key(store, account, "refund", number))
}

/// Number of a refund that could not keep the one in its key, at `rfk/<key>`.
#[derive(Serialize, Deserialize)]
struct Renumbered {
    v: u32,
    number: u32,
}

impl Record for Renumbered {
    const KIND: &'static str = "number of a recovered refund";
}

/// Notes under which number a refund is kept whose key has another one.
pub fn renumber(turn: &mut Turn<'_>, key: &str, number: u32) {
    turn.put(&renumbered_key(key), &Renumbered { v: 1, number });
}

fn renumbered_key(key: &str) -> String {
    format!("rfk/{key}")
}

/// The refund that the gateway knows by this key, and its account.
pub fn by_key(turn: &Turn<'_>, key: &str) -> Result<Option<(AuthId, Refund)>, Fault> {
    let Some((account, number)) = parse_gateway_key(key) else { return Ok(None) };
    let found = match load(turn, account, number)?.filter(|refund| refund.key == key) {
        Some(refund) => Some(refund),
        None => match turn.get::<Renumbered>(&renumbered_key(key))? {
            Some(renumbered) => load(turn, account, renumbered.number)?.filter(|refund| refund.key == key),
            None => None,
        },
    };
    Ok(found.map(|refund| (account, refund)))
}

/// Account and number in a key of [`gateway_key`], whichever store made it.
pub fn parse_gateway_key(key: &str) -> Option<(AuthId, u32)> {
    let (refund, tries) = key.rsplit_once('-')?;
    // As it was written: without zeros before it, for example.
    let tries_written = tries.parse().is_ok_and(|number: u32| number.to_string() == tries);
    parse_outside_key(refund, "refund").filter(|_| tries_written)
}

/// The refund with this number.
pub fn load(turn: &Turn<'_>, account: AuthId, number: u32) -> Result<Option<Refund>, Fault> {
    turn.get(&place(account, number))
}

/// Writes it.
pub fn save(turn: &mut Turn<'_>, account: AuthId, refund: &Refund) {
    turn.put(&place(account, refund.number), refund);
}

/// Refunds that are looked at in one step.
const PAGE: usize = 100;

/// The first refunds of an account, newest first, those with a number below `after`. The flag: there are more.
pub fn refunds(
    turn: &Turn<'_>,
    account: AuthId,
    after: Option<u32>,
    limit: usize,
) -> Result<(Vec<Refund>, bool), Fault> {
    let prefix = prefix(account);
    let first = after.map_or_else(|| prefix.clone(), |number| successor(&place(account, number)));
    let (page, more) = turn.span::<Refund>(&first, &end_of_prefix(&prefix), limit)?;
    Ok((page.into_iter().map(|(_, refund)| refund).collect(), more))
}

/// What of a payment was given back or still is to be, whether the gateway has done it yet or not.
pub fn of_charge(turn: &Turn<'_>, account: AuthId, charge_key: &str) -> Result<Money, Fault> {
    let (mut sum, mut after) = (Money::ZERO, None);
    loop {
        let (page, more) = refunds(turn, account, after, PAGE)?;
        for refund in page.iter().filter(|refund| refund.charge_key == charge_key) {
            sum = sum.plus(refund.amount)?;
        }
        after = page.last().map(|refund| refund.number);
        if !more {
            return Ok(sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use coinbox_ground::testing::{Fake, START, main_id};

    fn new() -> NewRefund<'static> {
        NewRefund {
            cause: Cause::Closing,
            amount: Money::from_micros(5_000_000),
            charge_key: "key-7",
            charge: Some(7),
            card: "Visa 4242",
            asked: None,
        }
    }

    fn open() -> Refund {
        let policy = Fake::new().query(START, Policy::load).expect("a policy");
        Refund::open(&new(), 1, "first".to_owned(), START, &policy)
    }

    #[test]
    fn a_refund_is_stored_as_before_and_counts_attempts_and_tries() {
        let mut refund = open();
        let kept = Fake::new().command(START, |turn| {
            save(turn, main_id("1"), &refund);
            Ok::<_, Fault>(turn.text(&place(main_id("1"), 1)))
        });
        let text = kept.expect("saved").expect("text");
        let begins = r#"{"v":1,"number":1,"cause":"closing","amount":5000000,"charge_key":"key-7","charge":7,"card":"Visa 4242","state":"due","tries":1,"key":"first","attempt":0,"answered":0,"asked":0,"created":"#;
        assert!(text.starts_with(begins) && text.ends_with(r#","overdue":false}"#), "{text}");
        refund.send(START + 1, true);
        assert_eq!((refund.start(), refund.is_answered(), refund.sent()), (2, false, START + 1));
        refund.answered();
        refund.ask();
        assert_eq!((refund.is_answered(), refund.asked()), (true, 1));
        refund.fail(DeclineReason::NotAccepted);
        refund.retry("store", main_id("1"), None);
        assert_eq!((refund.tries(), refund.attempt(), refund.asked()), (2, 0, 0));
        assert_eq!(refund.key(), gateway_key("store", main_id("1"), 1, 2));
        assert_eq!((refund.state(), refund.sent()), (&RefundState::Due, START));
    }

    #[test]
    fn a_refund_becomes_overdue_once() {
        let mut refund = open();
        assert!(!refund.become_overdue(refund.overdue_at() - 1) && !refund.is_overdue());
        assert!(refund.become_overdue(refund.overdue_at()));
        assert!(!refund.become_overdue(refund.overdue_at() + 1) && refund.is_overdue());
    }

    #[test]
    fn one_of_a_lost_history_is_only_asked_about_and_ends_once_it_is_paid() {
        let (fake, account) = (Fake::new(), main_id("1"));
        let found = open().found(Money::from_micros(1_000_000));
        assert_eq!((found.is_recovered(), found.uncovered()), (true, Money::from_micros(1_000_000)));
        let mut refund = open();
        refund.take_over("theirs-2", None);
        refund.hand_over(START + 5);
        assert_eq!((refund.key(), refund.tries(), refund.sent()), ("theirs-2", 2, START + 5));
        assert!(refund.is_answered() && refund.is_recovered() && *refund.state() == RefundState::Open);
        fake.command(START, |turn| {
            refund.enqueue(turn, account, "refund-failed", "why");
            refund.settle(turn, account, true, "transfer 1");
            Ok::<(), Fault>(())
        })
        .expect("settled");
        assert_eq!((refund.state(), refund.reference()), (&RefundState::SettledOtherwise, "transfer 1"));
        assert!(refund.is_settled() && refund.queued.is_none());
    }
}
