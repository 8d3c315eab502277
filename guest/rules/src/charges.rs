//! Charges: one intention each, written down before the gateway is called, final once (CRD-4, CRD-7, R11).
//!
//! A charge is a job: `begin` writes down that an attempt starts, the effect acts (and from the second attempt on asks first),
//! `finish` books. Pending and unknown are neither paid nor declined: the charge stays open and is asked about until the gateway
//! answers. Its key is derived from store, account and number, and never used for anything else.

use crate::accounts::{self, AccountType, Standing};
use crate::call::{Call, Record};
use crate::cards::{self, Card};
use crate::credentials;
use crate::credits::{Error, Started};
use crate::events::{EventDraft, emit};
use crate::ids::AuthId;
use crate::invoices::receipts::{self, Outcome, Receipt};
use crate::jobs::{JobKey, Next, Task, Work};
use crate::judge::{Occasion, judge};
use crate::ledger::{self, LedgerAccount, Posting};
use crate::lots::{LotKind, Place};
use crate::mail;
use crate::money::Money;
use crate::numbers::Numbers;
use crate::outside::{ChargeRequest, DeclineReason, Finding, Paid, PaymentOutcome};
use crate::policy::{self, Policy};
use crate::port::Lane;
use crate::queue::{self, QueueEntry};
use crate::recharge;
use crate::refunds::{self, Cause, NewRefund};
use crate::vocabulary::{
    Caller, Checks, DAY_MS, Fact, Fault, FieldRule, Instant, MINUTE_MS, Micros, int_text, optional_int_text,
};
use crate::wallet::{self, NewCredit};
use serde::{Deserialize, Serialize};

/// Who asked for the charge.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChargeKind {
    /// The rules (CRD-5).
    Automatic,
    /// A person (CRD-4).
    Manual,
    /// A person, for exactly what is owed (R24).
    Settlement,
}

impl ChargeKind {
    fn word(self) -> &'static str {
        match self {
            ChargeKind::Automatic => "automatic",
            ChargeKind::Manual => "manual",
            ChargeKind::Settlement => "settlement",
        }
    }

    /// The rule behind it.
    fn rule(self) -> &'static str {
        match self {
            ChargeKind::Automatic => "CRD-5",
            ChargeKind::Manual => "CRD-4",
            ChargeKind::Settlement => "ACC-12",
        }
    }
}

/// How a charge stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChargeState {
    /// Written down, not sent.
    Due,
    /// With the gateway.
    Open,
    /// Final: moved.
    Paid,
    /// Final: not moved.
    Declined(DeclineReason),
    /// Moved nothing and never will.
    Void(String),
}

/// The record of a charge, at `ch/<account>/<number, newest first>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Charge {
    v: u32,
    /// Counted per account from 1.
    pub number: u32,
    kind: ChargeKind,
    amount: Money,
    card: u32,
    /// Brand and last digits, for people.
    pub card_label: String,
    /// The key that the gateway knows it by.
    pub key: String,
    state: ChargeState,
    attempt: u32,
    /// The last attempt whose outcome was booked: a second finish of it changes nothing.
    #[serde(default, skip_serializing_if = "is_zero")]
    answered: u32,
    created: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<Instant>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    lot: Option<(u32, Place)>,
    /// How often it was asked about.
    asked: u32,
    /// Whether the operator's queue and the customer know that it is open for too long.
    overdue: bool,
    /// Whether the operator has given it up: the gateway is asked to make it final.
    given_up: bool,
}

fn is_zero(answered: &u32) -> bool {
    *answered == 0
}

impl Record for Charge {
    const KIND: &'static str = "charge";
}

/// A charge as the contract shows it.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ShownCharge {
    pub number: u32,
    pub kind: ChargeKind,
    #[serde(with = "int_text")]
    pub amount: Micros,
    pub card: String,
    pub state: ChargeState,
    pub key: String,
    #[serde(with = "int_text")]
    pub created: Instant,
    #[serde(with = "optional_int_text", default)]
    pub settled: Option<Instant>,
    #[serde(default)]
    pub reference: Option<String>,
    pub job: String,
    pub attempts: u32,
}

/// A page of charges, newest first.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ChargePage {
    pub charges: Vec<ShownCharge>,
    #[serde(default)]
    pub next: Option<String>,
}

/// How much of the gateway's own name of a payment is kept.
const REFERENCE_CHARS_MAX: usize = 200;
/// How long an attempt may take before the next one asks what became of it.
const LEASE_MS: Instant = 2 * MINUTE_MS;
/// How soon a charge looks again whether a restored store is reconciled: its customer may be waiting.
const RECONCILING_MS: Instant = 500;
/// After this long, an open charge is the operator's and the customer's business (R11).
const OVERDUE_MS: Instant = DAY_MS;

fn place(account: AuthId, number: u32) -> String {
    format!("ch/{account}/{:010}", u32::MAX - number)
}

/// The key of a charge at the gateway. Never reused: the store name is drawn new whenever a history could repeat.
fn gateway_key(store: &str, account: AuthId, number: u32) -> String {
    format!("cb-{store}-{account}-charge-{number}")
}

/// Account and number in a key of [`gateway_key`], whichever store made it.
pub(crate) fn parse_gateway_key(key: &str) -> Option<(AuthId, u32)> {
    let mut parts = key.strip_prefix("cb-")?.split('-');
    let (store, account, word, number) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    // The key becomes part of stored keys: only what this function's counterpart could have written is one of ours.
    let plain = (1..=32).contains(&store.len()) && store.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let (account, number) = (AuthId::parse(account)?, number.parse().ok()?);
    (word == "charge" && plain && gateway_key(store, account, number) == key).then_some((account, number))
}

/// The charge with this number.
pub(crate) fn load(call: &Call<'_>, account: AuthId, number: u32) -> Result<Option<Charge>, Fault> {
    call.get(&place(account, number))
}

fn save(call: &mut Call<'_>, account: AuthId, charge: &Charge) {
    call.put(&place(account, charge.number), charge);
}

impl Charge {
    fn is_settled(&self) -> bool {
        !matches!(self.state, ChargeState::Due | ChargeState::Open)
    }

    fn job(&self, account: AuthId) -> JobKey {
        JobKey::Charge(account, self.number)
    }

    /// What it takes.
    pub(crate) fn amount(&self) -> Money {
        self.amount
    }

    /// Whether it has moved its amount.
    pub(crate) fn is_paid(&self) -> bool {
        self.state == ChargeState::Paid
    }

    /// The lot that it paid for, once paid.
    pub(crate) fn lot(&self) -> Option<&(u32, Place)> {
        self.lot.as_ref()
    }

    /// The form of the contract.
    pub(crate) fn shown(&self, account: AuthId) -> ShownCharge {
        ShownCharge {
            number: self.number,
            kind: self.kind,
            amount: self.amount.micros(),
            card: cards::name(self.card),
            state: self.state.clone(),
            key: self.key.clone(),
            created: self.created,
            settled: self.settled,
            reference: self.reference.clone(),
            job: self.job(account).to_string(),
            attempts: self.attempt,
        }
    }

    fn facts(&self) -> Vec<Fact> {
        vec![
            Fact::new("charge", self.number),
            Fact::new("kind", self.kind.word()),
            Fact::new("amount", self.amount),
            Fact::new("card", &self.card_label),
            Fact::new("key", &self.key),
        ]
    }
}

/// Writes a charge down and makes it due now.
pub(crate) fn create(
    call: &mut Call<'_>,
    account: AuthId,
    kind: ChargeKind,
    amount: Money,
    card: &Card,
) -> Result<Charge, Fault> {
    let number = Numbers::next_charge(call, account)?;
    let charge = Charge {
        v: 1,
        number,
        kind,
        amount,
        card: card.number,
        card_label: card.label(),
        key: gateway_key(&call.store_name(), account, number),
        state: ChargeState::Due,
        attempt: 0,
        answered: 0,
        created: call.now(),
        sent: None,
        settled: None,
        reference: None,
        lot: None,
        asked: 0,
        overdue: false,
        given_up: false,
    };
    count_in_caps(call, account, &charge, amount)?;
    if kind == ChargeKind::Manual {
        Numbers::count_open_manual(call, account, true)?;
    }
    save(call, account, &charge);
    call.timer(&charge.job(account).to_string(), Lane::Urgent, call.now());
    Ok(charge)
}

/// Recharges count in the caps on automatic ones; what pays a debt does not (R22).
fn count_in_caps(call: &mut Call<'_>, account: AuthId, charge: &Charge, amount: Money) -> Result<(), Fault> {
    match charge.kind {
        ChargeKind::Automatic | ChargeKind::Manual => Numbers::add_charged(call, account, charge.created, amount),
        ChargeKind::Settlement => Ok(()),
    }
}

/// Charges that are looked through for a settlement under way.
const RECENT: usize = 100;

/// Starts a charge of exactly what is owed, rounded half-up to the cent: no minimum, no maximum, in no cap (R4, R24).
pub fn settle_debt(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    card: Option<String>,
) -> Result<Started, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.settle", &auth_id)?;
    crate::idempotency::once(call, caller, &auth_id, "credits.settle", &(&auth_id, &card), |call| {
        let amount = crate::closing::owed_in_cents(wallet::need(call, account)?.balance)?;
        if amount == Money::ZERO {
            return Err(Error::NothingOwed);
        }
        // A second one while the first may still be paid would take the money twice.
        let (recent, _) = call.list::<Charge>(&format!("ch/{account}/"), RECENT)?;
        if let Some((_, open)) =
            recent.iter().find(|(_, charge)| charge.kind == ChargeKind::Settlement && !charge.is_settled())
        {
            return Err(Fault::problem("settlement-under-way", vec![Fact::new("charge", open.number)]).into());
        }
        let card = match cards::usable(call, account, card.as_deref())? {
            Ok(card) => card,
            Err(reason) => return Err(Error::NoUsableCard(reason.word().to_owned())),
        };
        let charge = create(call, account, ChargeKind::Settlement, amount, &card)?;
        emit(
            call,
            EventDraft {
                account: Some(account),
                kind: "recharge-started",
                rule: charge.kind.rule(),
                facts: charge.facts(),
                transactions: Vec::new(),
            },
        );
        Ok(Started { job: charge.job(account).to_string(), name: charge.number.to_string() })
    })
}

/// Starts a manual recharge (CRD-3, CRD-4).
pub fn recharge(
    call: &mut Call<'_>,
    caller: &Caller,
    auth_id: String,
    amount: Micros,
    card: Option<String>,
) -> Result<Started, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.recharge", &auth_id)?;
    let args = (&auth_id, amount, &card);
    crate::idempotency::once(call, caller, &auth_id, "credits.recharge", &args, |call| {
        wallet::need(call, account)?;
        let amount = Money::from_micros(amount);
        let (minimum, maximum) = (Policy::load(call)?.minimum_recharge(), policy::maximum_recharge(call, account)?);
        let mut checks = Checks::new();
        checks.require(amount >= minimum, "amount", FieldRule::TooSmall, minimum);
        checks.require(amount <= maximum, "amount", FieldRule::TooLarge, maximum);
        checks.require(amount.is_whole_cents(), "amount", FieldRule::WrongForm, "whole cents");
        checks.done()?;
        let card = match cards::usable(call, account, card.as_deref())? {
            Ok(card) => card,
            Err(reason) => return Err(Error::NoUsableCard(reason.word().to_owned())),
        };
        let charge = create(call, account, ChargeKind::Manual, amount, &card)?;
        emit(
            call,
            EventDraft {
                account: Some(account),
                kind: "recharge-started",
                rule: "CRD-4",
                facts: charge.facts(),
                transactions: Vec::new(),
            },
        );
        Ok(Started { job: charge.job(account).to_string(), name: charge.number.to_string() })
    })
}

/// Charges of an account, newest first.
pub fn list_charges(
    call: &Call<'_>,
    caller: &Caller,
    auth_id: String,
    after: Option<String>,
    limit: u32,
) -> Result<ChargePage, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.list-charges", &auth_id)?;
    let mut checks = Checks::new();
    checks.require((1..=100).contains(&limit), "limit", FieldRule::WrongForm, "1 to 100");
    let after_number = match after.as_deref().map(str::parse::<u32>) {
        None => None,
        Some(Ok(number)) => Some(number),
        Some(Err(_)) => {
            checks.require(false, "after", FieldRule::WrongForm, "the `next` of a page");
            None
        }
    };
    checks.done()?;
    wallet::need(call, account)?;
    let prefix = format!("ch/{account}/");
    let first = after_number.map_or_else(|| prefix.clone(), |number| crate::call::successor(&place(account, number)));
    let (charges, more) =
        call.span::<Charge>(&first, &crate::call::end_of_prefix(&prefix), usize::try_from(limit).unwrap_or(100))?;
    let next = if more { charges.last().map(|(_, charge)| charge.number.to_string()) } else { None };
    Ok(ChargePage { charges: charges.into_iter().map(|(_, charge)| charge.shown(account)).collect(), next })
}

/// Asks the gateway to make an open charge final (R11): the only way to stop asking.
pub fn give_up(call: &mut Call<'_>, caller: &Caller, auth_id: String, number: u32) -> Result<Started, Error> {
    let (_, account) = credentials::permit_on(call, caller, "credits.give-up", &auth_id)?;
    crate::idempotency::once(call, caller, &auth_id, "credits.give-up", &(&auth_id, number), |call| {
        let mut charge = load(call, account, number)?.ok_or_else(|| Fault::not_found("charge"))?;
        if charge.state != ChargeState::Open {
            return Err(Error::NotOpen);
        }
        charge.given_up = true;
        save(call, account, &charge);
        let job = charge.job(account).to_string();
        call.timer(&job, Lane::Urgent, call.now());
        Ok(Started { job, name: number.to_string() })
    })
}

/// Starts the next attempt, or drops a charge that nobody wants any more before it is sent (R6).
pub(crate) fn begin(call: &mut Call<'_>, account: AuthId, number: u32) -> Result<Option<Next>, Fault> {
    let Some(mut charge) = load(call, account, number)? else { return Ok(None) };
    if charge.is_settled() {
        return Ok(None);
    }
    let job = charge.job(account).to_string();
    let token = cards::token(call, account, charge.card)?;
    if charge.state == ChargeState::Due {
        if crate::reconcile::is_open(call)? {
            call.timer(&job, Lane::Urgent, call.now() + RECONCILING_MS);
            return Ok(Some(Next::Rest));
        }
        // A charge from before a restore may have been sent in the history that was lost: it is asked about, and if nobody wants
        // it any more it is made final at the gateway, never just dropped.
        let elsewhere = charge.key != gateway_key(&call.store_name(), account, number);
        if let Some(cause) = obstacle(call, account, &charge)? {
            if !elsewhere {
                drop_charge(call, account, charge, cause)?;
                return Ok(Some(Next::Rest));
            }
            charge.given_up = true;
        }
        charge.attempt = charge.attempt.max(u32::from(elsewhere));
        charge.state = ChargeState::Open;
        charge.sent = Some(call.now());
    }
    charge.attempt += 1;
    save(call, account, &charge);
    call.timer(&job, Lane::Urgent, call.now() + LEASE_MS);
    let policy = Policy::load(call)?;
    let work = match (charge.given_up, token) {
        (false, Some(token)) => Work::Charge(ChargeRequest {
            key: charge.key.clone(),
            auth_id: account.to_string(),
            amount: charge.amount.micros(),
            currency: "USD".to_owned(),
            method: token,
            customer_present: charge.kind != ChargeKind::Automatic,
            statement: policy.brand.chars().filter(char::is_ascii).take(22).collect(),
        }),
        // The card is gone, the charge may have gone out with it before: make the key final.
        (true, _) | (false, None) => Work::ClosePayment(charge.key.clone()),
    };
    Ok(Some(Next::Perform(Task { job, attempt: charge.attempt, work })))
}

/// Why a charge that was never sent should not be.
fn obstacle(call: &Call<'_>, account: AuthId, charge: &Charge) -> Result<Option<&'static str>, Fault> {
    let wallet = wallet::need(call, account)?;
    match accounts::profile(call, account)?.standing {
        Standing::Closed => return Ok(Some("account-closed")),
        Standing::Closing if charge.kind != ChargeKind::Settlement => return Ok(Some("account-closed")),
        _ => {}
    }
    // Paid or written off meanwhile: another payment would only have to be given back.
    if charge.kind == ChargeKind::Settlement && crate::closing::owed_in_cents(wallet.balance)? < charge.amount {
        return Ok(Some("not-needed"));
    }
    if let Err(reason) = cards::usable(call, account, Some(&cards::name(charge.card)))? {
        return Ok(Some(reason.word()));
    }
    if charge.kind == ChargeKind::Automatic && !recharge::is_wanted(call, account, &wallet)? {
        return Ok(Some("not-needed"));
    }
    Ok(None)
}

fn drop_charge(call: &mut Call<'_>, account: AuthId, mut charge: Charge, cause: &str) -> Result<(), Fault> {
    charge.state = ChargeState::Void(cause.to_owned());
    charge.settled = Some(call.now());
    settle(call, account, &charge)?;
    count_in_caps(call, account, &charge, charge.amount.negated()?)?;
    let mut facts = charge.facts();
    facts.push(Fact::new("cause", cause));
    emit(
        call,
        EventDraft { account: Some(account), kind: "recharge-dropped", rule: "CRD-7", facts, transactions: Vec::new() },
    );
    if charge.kind == ChargeKind::Automatic {
        recharge::dropped(call, account)?;
    }
    judge(call, account, Occasion::Settings)
}

fn settle(call: &mut Call<'_>, account: AuthId, charge: &Charge) -> Result<(), Fault> {
    save(call, account, charge);
    call.cancel(&charge.job(account).to_string());
    if charge.kind == ChargeKind::Manual {
        Numbers::count_open_manual(call, account, false)?;
    }
    if let Some(sent) = charge.sent.filter(|_| charge.overdue) {
        call.remove(&queue::charge_key(sent, account, charge.number));
    }
    Ok(())
}

/// The current attempt, and whether its outcome is booked already.
pub(crate) fn attempt(call: &Call<'_>, account: AuthId, number: u32) -> Result<Option<(u32, bool)>, Fault> {
    let charge = load(call, account, number)?;
    Ok(charge.map(|charge| (charge.attempt, charge.is_settled() || charge.attempt == charge.answered)))
}

/// Notes that the outcome of the current attempt is booked.
pub(crate) fn answered(call: &mut Call<'_>, account: AuthId, number: u32) -> Result<(), Fault> {
    if let Some(mut charge) = load(call, account, number)? {
        charge.answered = charge.attempt;
        save(call, account, &charge);
    }
    Ok(())
}

/// How it stands, for someone who waits.
pub(crate) fn look(call: &Call<'_>, account: AuthId, number: u32) -> Result<Option<crate::jobs::Standing>, Fault> {
    use crate::jobs::Standing;
    Ok(load(call, account, number)?.map(|charge| match charge.state {
        ChargeState::Due | ChargeState::Open => Standing::Working,
        ChargeState::Paid => Standing::Succeeded,
        ChargeState::Declined(reason) => Standing::Failed(reason.word().to_owned()),
        ChargeState::Void(cause) => Standing::Failed(cause),
    }))
}

/// Books what the gateway answered. An outcome that is already booked changes nothing.
pub(crate) fn book(call: &mut Call<'_>, account: AuthId, number: u32, outcome: PaymentOutcome) -> Result<Next, Fault> {
    let mut charge = load(call, account, number)?.ok_or_else(|| Fault::not_found("charge"))?;
    if charge.is_settled() {
        if let (PaymentOutcome::Paid(paid), false) = (&outcome, charge.state == ChargeState::Paid) {
            crate::reconcile::keep(call, account, &charge.key, Some(charge.amount), paid, "paid-after-final-answer")?;
        }
        return Ok(Next::Rest);
    }
    match outcome {
        PaymentOutcome::Paid(paid) => book_paid(call, account, charge, &paid)?,
        PaymentOutcome::Declined(declined) => {
            charge.state = ChargeState::Declined(declined.reason);
            charge.settled = Some(call.now());
            book_declined(call, account, charge, declined.reason, &declined.code)?;
        }
        PaymentOutcome::Pending(pending) => ask_again(call, account, charge, Some(pending.ask_again), "pending")?,
        PaymentOutcome::Unknown(cause) => ask_again(call, account, charge, None, &cause)?,
        PaymentOutcome::NotSent(not_sent) => {
            ask_again(call, account, charge, Some(not_sent.ask_again), &not_sent.cause)?;
        }
    }
    Ok(Next::Rest)
}

/// Books what the gateway answered when it was asked to make a key final.
pub(crate) fn book_closed(call: &mut Call<'_>, account: AuthId, number: u32, finding: Finding) -> Result<Next, Fault> {
    let Some(charge) = load(call, account, number)? else { return Ok(Next::Rest) };
    match finding {
        Finding::Found(outcome) => book(call, account, number, outcome),
        _ if charge.is_settled() => Ok(Next::Rest),
        Finding::Closed => {
            drop_charge(call, account, charge, "closed-by-gateway")?;
            Ok(Next::Rest)
        }
        Finding::NotFound => {
            ask_again(call, account, charge, None, "not-found")?;
            Ok(Next::Rest)
        }
        Finding::NotAsked(not_sent) => {
            ask_again(call, account, charge, Some(not_sent.ask_again), &not_sent.cause)?;
            Ok(Next::Rest)
        }
    }
}

/// Tells that a payment came after its account was closed, and is given back in full (R24).
pub(crate) fn tell_paid_after_closing(
    call: &mut Call<'_>,
    account: AuthId,
    key: &str,
    amount: Money,
    reference: &str,
    transaction: String,
) {
    let facts = vec![Fact::new("amount", amount), Fact::new("key", key), Fact::new("reference", reference)];
    let draft = EventDraft {
        account: Some(account),
        kind: "paid-after-closing",
        rule: "ACC-12",
        facts,
        transactions: vec![transaction],
    };
    emit(call, draft);
}

/// Books a payment that came after the account was closed: it becomes no credit, it is given back in full (R24).
fn book_paid_after_closing(call: &mut Call<'_>, account: AuthId, mut charge: Charge, paid: &Paid) -> Result<(), Fault> {
    charge.state = ChargeState::Paid;
    charge.settled = Some(call.now());
    let reference: String = paid.reference.chars().take(REFERENCE_CHARS_MAX).collect();
    charge.reference = Some(reference.clone());
    settle(call, account, &charge)?;
    let new = NewRefund {
        cause: Cause::PaidAfterClosing,
        amount: charge.amount,
        charge_key: &charge.key,
        charge: Some(charge.number),
        card: &charge.card_label,
    };
    let (_, transaction) = refunds::give_back(call, account, &new)?;
    receipt(call, account, &charge, Outcome::Successful, vec![transaction.clone()])?;
    tell_paid_after_closing(call, account, &charge.key, charge.amount, &reference, transaction);
    Ok(())
}

fn book_paid(call: &mut Call<'_>, account: AuthId, mut charge: Charge, paid: &Paid) -> Result<(), Fault> {
    if accounts::is_closed(call, account)? {
        return book_paid_after_closing(call, account, charge, paid);
    }
    let mut wallet = wallet::need(call, account)?;
    let id = ledger::next_id(call)?;
    let since = paid.at.clamp(0, call.now());
    let new = NewCredit { kind: LotKind::Cash, amount: charge.amount, since, expires: None, origin: &charge.key };
    let credited = wallet::credit(call, account, &mut wallet, &new)?;
    wallet::save(call, account, &wallet);
    ledger::post(
        call,
        &id,
        "recharge",
        &charge.key,
        vec![
            Posting(LedgerAccount::PaymentClearing, None, charge.amount),
            Posting(LedgerAccount::CreditsCash, Some(account), credited.kept.negated()?),
            Posting(LedgerAccount::Receivables, Some(account), credited.paid.negated()?),
        ],
        Vec::new(),
    )?;
    charge.state = ChargeState::Paid;
    charge.settled = Some(call.now());
    let reference: String = paid.reference.chars().take(REFERENCE_CHARS_MAX).collect();
    charge.reference = Some(reference.clone());
    charge.lot = Some((credited.lot.number, credited.lot.place()));
    settle(call, account, &charge)?;
    let receipt = receipt(call, account, &charge, Outcome::Successful, vec![id.clone()])?;
    let mut facts = charge.facts();
    facts.push(Fact::new("balance", wallet.balance));
    facts.push(Fact::new("paid-owed", credited.paid));
    facts.push(Fact::new("reference", &reference));
    facts.push(Fact::new("receipt", &receipt));
    emit(
        call,
        EventDraft {
            account: Some(account),
            kind: "recharge-paid",
            rule: charge.kind.rule(),
            facts,
            transactions: vec![id],
        },
    );
    mail::send(
        call,
        account,
        "recharge-paid",
        vec![
            Fact::new("amount", charge.amount),
            Fact::new("balance", wallet.balance),
            Fact::new("card", &charge.card_label),
            Fact::new("kind", charge.kind.word()),
            Fact::new("number", charge.number),
            Fact::new("receipt", &receipt),
        ],
    )?;
    match charge.kind {
        ChargeKind::Automatic => recharge::paid(call, account)?,
        ChargeKind::Manual => recharge::reset(call, account)?,
        // It pays a debt and is no recharge: neither an upgrade nor a reset of the ladder.
        ChargeKind::Settlement => return judge(call, account, Occasion::Credit),
    }
    if accounts::profile(call, account)?.account_type == AccountType::Developer {
        accounts::upgrade(call, account)?;
    }
    judge(call, account, Occasion::Credit)
}

fn book_declined(
    call: &mut Call<'_>,
    account: AuthId,
    charge: Charge,
    reason: DeclineReason,
    code: &str,
) -> Result<(), Fault> {
    settle(call, account, &charge)?;
    count_in_caps(call, account, &charge, charge.amount.negated()?)?;
    let wallet = wallet::need(call, account)?;
    let receipt = receipt(call, account, &charge, Outcome::Failed, Vec::new())?;
    match charge.kind {
        ChargeKind::Automatic => recharge::declined(call, account, &wallet, &charge, reason.word(), &receipt)?,
        ChargeKind::Manual | ChargeKind::Settlement => {
            mail::send(
                call,
                account,
                "recharge-failed",
                vec![
                    Fact::new("amount", charge.amount),
                    Fact::new("reason", reason.word()),
                    Fact::new("card", &charge.card_label),
                    Fact::new("kind", charge.kind.word()),
                    Fact::new("next-step", "manual"),
                    Fact::new("receipt", &receipt),
                ],
            )?;
            let mut facts = charge.facts();
            facts.push(Fact::new("reason", reason.word()));
            facts.push(Fact::new("code", code.chars().take(100).collect::<String>()));
            facts.push(Fact::new("receipt", &receipt));
            emit(
                call,
                EventDraft {
                    account: Some(account),
                    kind: "recharge-failed",
                    rule: charge.kind.rule(),
                    facts,
                    transactions: Vec::new(),
                },
            );
        }
    }
    judge(call, account, Occasion::Debit)
}

/// The receipt of a charge that is final (INV-3, R27).
fn receipt(
    call: &mut Call<'_>,
    account: AuthId,
    charge: &Charge,
    outcome: Outcome,
    transactions: Vec<String>,
) -> Result<String, Fault> {
    let note = match charge.state {
        ChargeState::Declined(reason) => reason.word(),
        _ => "",
    };
    let receipt = Receipt {
        amount: charge.amount,
        outcome,
        method: "card",
        product: "recharge",
        description: &format!("Recharge, {}, {}", charge.kind.word(), charge.card_label),
        refers_to: Some(receipts::charge_name(charge.number)),
        note,
        transactions,
    };
    receipts::issue(call, account, receipt)
}

/// Keeps a charge open: asks again at the gateway's moment or by the policy's schedule (R11).
fn ask_again(
    call: &mut Call<'_>,
    account: AuthId,
    mut charge: Charge,
    asked_for: Option<Instant>,
    cause: &str,
) -> Result<(), Fault> {
    let policy = Policy::load(call)?;
    let step = usize::try_from(charge.asked).unwrap_or(usize::MAX);
    let wait = policy.ask_again_ms.get(step).or(policy.ask_again_ms.last()).copied().unwrap_or(DAY_MS);
    let sent = charge.sent.unwrap_or(charge.created);
    let mut due = match asked_for {
        Some(moment) => moment.clamp(call.now() + 1_000, call.now() + DAY_MS),
        None => call.now() + wait,
    };
    if !charge.overdue && call.now() < sent + OVERDUE_MS {
        // Asked once more at that moment, so that it is the operator's business from then on and not later.
        due = due.min(sent + OVERDUE_MS);
    }
    if charge.asked == 0 {
        let mut facts = charge.facts();
        facts.push(Fact::new("cause", cause.chars().take(200).collect::<String>()));
        facts.push(Fact::new("ask-again", due));
        emit(
            call,
            EventDraft {
                account: Some(account),
                kind: "recharge-open",
                rule: "CRD-7",
                facts,
                transactions: Vec::new(),
            },
        );
    }
    charge.asked = charge.asked.saturating_add(1);
    if !charge.overdue && call.now() - sent >= OVERDUE_MS {
        charge.overdue = true;
        let note = cause.chars().take(200).collect();
        let entry = QueueEntry::of_charge(account, "charge-open-too-long", sent, charge.number, note);
        call.put(&queue::charge_key(sent, account, charge.number), &entry);
        mail::send(
            call,
            account,
            "recharge-unknown",
            vec![Fact::new("amount", charge.amount), Fact::new("card", &charge.card_label)],
        )?;
    }
    save(call, account, &charge);
    call.timer(&charge.job(account).to_string(), Lane::Urgent, due);
    Ok(())
}
