//! Buying a number (NUM-2, R12, R20): the price is held, the stock is asked, and only what was delivered is charged.
//!
//! An order is written down with its key before it is sent, and the key is never used for anything else. Set-up fee and first
//! rent are held like a reservation until the stock's final answer: then they are posted as one transaction, or let go. The first
//! rent is that of the day of the order; an order that is fulfilled in a later month pays for that month from the day on which it was fulfilled.

use super::records::{self, Rented};
use super::stock::{Progress, Subject};
use super::{releasing, rent};
use crate::forms::{Error, Purchase};
use crate::offers::check_offer;
use crate::owing;
use crate::stock::Recovered;
use coinbox_access::once;
use coinbox_access::{self as access, credentials, functions};
use coinbox_credit::movements::expiry;
use coinbox_credit::movements::posting::{self, Debit};
use coinbox_credit::records::reconciliation::{self, Outside};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::Month;
use coinbox_ground::counters::Numbers;
use coinbox_ground::feed;
use coinbox_ground::idempotency::Asked;
use coinbox_ground::ids::{AuthId, outside_key, parse_outside_key};
use coinbox_ground::interfaces::credits::Started;
use coinbox_ground::job::{Attempt, JobKind, JobState, Next, Numbered, Task, Work};
use coinbox_ground::metadata;
use coinbox_ground::metadata::Metadata;
use coinbox_ground::money::Money;
use coinbox_ground::outside::{LEASE_MS, OfferedNumber, OrderRequest, StockMovement, StockOutcome};
use coinbox_ground::port::Lane;
use coinbox_ground::product::NumberKind;
use coinbox_ground::turn::{Record, Turn};
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Instant, Refusal};
use coinbox_ledger::charge_code::ChargeCode;
use coinbox_ledger::wallet;
use coinbox_pricing as pricing;
use coinbox_profiles::policy::{NUMBERS_MAX, Policy};
use coinbox_profiles::profile::{self, AccountType, Standing as AccountStanding};
use coinbox_profiles::subaccount;
use serde::{Deserialize, Serialize};

/// Jobs that order a number. Orders are counted per account.
pub(crate) const JOB: JobKind<Numbered> = JobKind::new("order");

/// What its metadata says that it is.
const PURPOSE: &str = "order";

/// How an order stands.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum State {
    /// Written down, not sent.
    Due,
    /// With the stock.
    Open,
    /// Final: rented.
    Done,
    /// Final: not rented, and why.
    Failed(String),
}

/// An order, at `ord/<account>/<count>`.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
struct Order {
    v: u32,
    key: String,
    offer: OfferedNumber,
    holder: AuthId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    alias: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    app: Option<String>,
    setup: Money,
    monthly: Money,
    first_rent: Money,
    state: State,
    created: Instant,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    settled: Option<Instant>,
    progress: Progress,
    /// For which client's key, in digests: the stock keeps it too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    asked_for: Option<Asked>,
}

impl Record for Order {
    const KIND: &'static str = "order of a number";
}

impl Order {
    fn held(&self) -> Result<Money, Fault> {
        Ok(self.setup.plus(self.first_rent)?)
    }

    /// What the stock keeps with it: all that it takes to rent the number again. Alias and application are the customer's own words, and
    /// stay here.
    fn metadata(&self) -> Vec<Fact> {
        let offer = &self.offer;
        let services = [(offer.voice, "voice"), (offer.sms, "sms"), (offer.mms, "mms")];
        let services: Vec<&str> = services.into_iter().filter(|(has, _)| *has).map(|(_, word)| word).collect();
        let mut facts = metadata::of(PURPOSE, self.asked_for.as_ref());
        facts.extend([
            Fact::new("holder", self.holder),
            Fact::new("country", &offer.country),
            Fact::new("type", offer.kind.name()),
            Fact::new("calling-code", &offer.calling_code),
            Fact::new("region", &offer.region),
            Fact::new("city", &offer.city),
            Fact::new("services", services.join(" ")),
            Fact::new("setup", self.setup.micros()),
            Fact::new("monthly", self.monthly.micros()),
            Fact::new("first-rent", self.first_rent.micros()),
        ]);
        facts
    }

    fn is_final(&self) -> bool {
        !matches!(self.state, State::Due | State::Open)
    }
}

fn place(account: AuthId, count: u32) -> String {
    format!("ord/{account}/{count:08}")
}

fn stock_key(store: &str, account: AuthId, count: u32) -> String {
    outside_key(store, account, PURPOSE, count)
}

fn load(turn: &Turn<'_>, account: AuthId, count: u32) -> Result<Option<Order>, Fault> {
    turn.get(&place(account, count))
}

/// Buys a number.
pub fn buy(turn: &mut Turn<'_>, caller: &Caller, auth_id: String, purchase: Purchase) -> Result<Started, Error> {
    let command = access::command_on(turn, caller, functions::NUMBERS_BUY, &auth_id)?;
    reconciliation::once_outside(command, turn, Outside::Stock, &purchase, |turn, _, holder, asked| {
        let account = credentials::main_of(turn, holder)?.ok_or_else(|| Fault::not_found("account"))?;
        check(&purchase)?;
        let offer = purchase.offer.clone();
        let policy = Policy::load(turn)?;
        let limit = match profile::profile(turn, account)?.account_type {
            AccountType::Developer => policy.trial_numbers,
            AccountType::Standard => policy.standard_numbers,
        }
        .min(NUMBERS_MAX);
        let count = records::count(turn, account)?;
        if count.held.saturating_add(count.ordered) >= limit {
            return Err(Error::TooManyNumbers(limit));
        }
        if records::is_rented(turn, &offer.number) {
            return Err(Error::NotAvailable);
        }
        let price = pricing::number_price(turn, account, &offer.country, offer.kind, turn.now())?;
        let price = price.ok_or(Error::NoPrice)?;
        if !rent::catch_up_all(turn, account)? {
            return Err(Error::RentIsBeingPosted);
        }
        let order = Order {
            v: 1,
            key: String::new(),
            offer,
            holder,
            alias: purchase.alias.clone(),
            app: purchase.app_id.clone(),
            setup: price.setup,
            monthly: price.monthly,
            first_rent: rent::first_rent(policy.first_month, price.monthly, turn.now())?,
            state: State::Due,
            created: turn.now(),
            settled: None,
            progress: Progress::default(),
            asked_for: asked,
        };
        Ok(place_order(turn, account, order)?)
    })
}

fn check(purchase: &Purchase) -> Result<(), Fault> {
    let mut checks = Checks::new();
    check_offer(&mut checks, "purchase.offer", &purchase.offer);
    if let Some(alias) = &purchase.alias {
        checks.text(alias, "purchase.alias", 1, 100);
    }
    if let Some(app) = &purchase.app_id {
        let good = coinbox_ground::text::is_name(app, 100);
        checks.require(good, "purchase.app-id", FieldRule::WrongForm, "1 to 100 printable ASCII characters");
    }
    checks.done()
}

fn place_order(turn: &mut Turn<'_>, account: AuthId, mut order: Order) -> Result<Started, Fault> {
    let held = order.held()?;
    // What has expired must not pay: its job may be late (R17).
    expiry::expire_due(turn, account)?;
    let mut wallet = wallet::need(turn, account)?;
    let available = wallet.available()?;
    if available <= Money::ZERO || available < held {
        // At price zero too, available must be above zero: then the smallest amount is what is missing.
        let missing = held.max(Money::from_micros(1)).minus(available)?;
        return Err(Refusal::OutOfCredit(missing.micros()).into());
    }
    wallet.reserved = wallet.reserved.plus(held)?;
    wallet::save(turn, account, &wallet);
    let reserved = records::reserved(turn, account)?.plus(held)?;
    let count = Numbers::next_order(turn, account)?;
    order.key = stock_key(&turn.store_name(), account, count);
    records::recount(turn, account, |count| {
        count.ordered = count.ordered.saturating_add(1);
        count.reserved = reserved;
    })?;
    turn.put(&place(account, count), &order);
    let job = JOB.of((account, count));
    turn.timer(&job, Lane::Urgent, turn.now());
    feed::event(account, "number-ordered", "NUM-2")
        .facts(facts(account, &order))
        .fact("held", held)
        .fact("key", &order.key)
        .tell(turn);
    judge(turn, account, Occasion::Debit)?;
    Ok(Started { job, name: order.offer.number })
}

fn facts(account: AuthId, order: &Order) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new("number", &order.offer.number),
        Fact::new("country", &order.offer.country),
        Fact::new("type", order.offer.kind.name()),
    ];
    facts.extend(records::held_by(account, order.holder));
    facts
}

/// Starts the next attempt, or drops an order that may not be sent any more.
pub(crate) fn begin(turn: &mut Turn<'_>, (account, count): Numbered) -> Result<Option<Next>, Fault> {
    let Some(mut order) = load(turn, account, count)?.filter(|order| !order.is_final()) else { return Ok(None) };
    let job = JOB.of((account, count));
    // An order from before a restore may have been sent in the history that was lost: it is asked about.
    let elsewhere = order.key != stock_key(&turn.store_name(), account, count);
    if order.state == State::Due {
        if reconciliation::is_open(turn)? || reconciliation::is_stock_open(turn)? {
            turn.timer(&job, Lane::Urgent, turn.now() + reconciliation::LOOK_SOON_MS);
            return Ok(Some(Next::Rest));
        }
        let hindrance = match profile::profile(turn, account)?.standing() {
            AccountStanding::Active => None,
            AccountStanding::Suspended(_) => Some("suspended"),
            AccountStanding::Locked => Some("locked"),
            AccountStanding::Unverified | AccountStanding::Held => Some("not-yet-active"),
            AccountStanding::Closing | AccountStanding::Closed => Some("account-closed"),
        };
        if let Some(cause) = hindrance.filter(|_| !elsewhere) {
            fail(turn, account, count, order, cause)?;
            return Ok(Some(Next::Rest));
        }
        order.state = State::Open;
    }
    let attempt = order.progress.start(turn.now(), elsewhere);
    turn.put(&place(account, count), &order);
    turn.timer(&job, Lane::Urgent, turn.now() + LEASE_MS);
    let request = OrderRequest {
        metadata: order.metadata(),
        key: order.key,
        number: order.offer.number,
        country: order.offer.country,
        kind: order.offer.kind,
        auth_id: account.to_string(),
    };
    Ok(Some(Next::Perform(Task { job, attempt, work: Work::OrderNumber(request) })))
}

/// The current attempt.
pub(crate) fn attempt(turn: &Turn<'_>, (account, count): Numbered) -> Result<Option<Attempt>, Fault> {
    let order = load(turn, account, count)?;
    Ok(order.map(|order| Attempt {
        number: order.progress.attempt,
        is_booked: order.is_final() || order.progress.is_answered(),
    }))
}

/// How it stands, for someone who waits.
pub(crate) fn look(turn: &Turn<'_>, (account, count): Numbered) -> Result<Option<JobState>, Fault> {
    Ok(load(turn, account, count)?.map(|order| match order.state {
        State::Due | State::Open => JobState::Working,
        State::Done => JobState::Succeeded,
        State::Failed(cause) => JobState::Failed(cause),
    }))
}

/// Books what the stock answered. An outcome that is already booked changes nothing.
pub(crate) fn book(turn: &mut Turn<'_>, (account, count): Numbered, outcome: StockOutcome) -> Result<Next, Fault> {
    let Some(mut order) = load(turn, account, count)?.filter(|order| !order.is_final()) else {
        return Ok(Next::Rest);
    };
    order.progress.answered();
    let (asked_for, cause) = match outcome {
        StockOutcome::Done => {
            let now = turn.now();
            deliver(turn, account, count, order, now)?;
            return Ok(Next::Rest);
        }
        StockOutcome::NotAvailable => {
            fail(turn, account, count, order, "not-available")?;
            return Ok(Next::Rest);
        }
        StockOutcome::Pending(pending) => (Some(pending.ask_again), "pending".to_owned()),
        StockOutcome::Unknown(cause) => (None, cause),
        StockOutcome::NotSent(not_sent) => (Some(not_sent.ask_again), not_sent.cause),
    };
    let number = order.offer.number.clone();
    let subject = Subject { account, what: "order", count, number: &number };
    order.progress.ask_again(turn, &JOB.of((account, count)), &subject, asked_for, &cause)?;
    turn.put(&place(account, count), &order);
    Ok(Next::Rest)
}

/// Makes the order final: lets go what is held, takes it out of the count and the queue.
fn settle(turn: &mut Turn<'_>, account: AuthId, count: u32, order: &mut Order, state: State) -> Result<(), Fault> {
    let mut wallet = wallet::need(turn, account)?;
    wallet.reserved = wallet.reserved.minus(order.held()?)?;
    wallet::save(turn, account, &wallet);
    let reserved = records::reserved(turn, account)?.minus(order.held()?)?;
    records::recount(turn, account, |count| {
        count.ordered = count.ordered.saturating_sub(1);
        count.reserved = reserved;
    })?;
    order.state = state;
    order.settled = Some(turn.now());
    let number = order.offer.number.clone();
    let subject = Subject { account, what: "order", count, number: &number };
    order.progress.settle(turn, &JOB.of((account, count)), &subject);
    turn.put(&place(account, count), order);
    Ok(())
}

fn fail(turn: &mut Turn<'_>, account: AuthId, count: u32, mut order: Order, cause: &str) -> Result<(), Fault> {
    settle(turn, account, count, &mut order, State::Failed(cause.to_owned()))?;
    feed::event(account, "number-order-failed", "NUM-2").facts(facts(account, &order)).fact("cause", cause).tell(turn);
    judge(turn, account, Occasion::Settings)
}

/// The number is the account's since that moment: what was held is posted, and it is listed from now on.
fn deliver(turn: &mut Turn<'_>, account: AuthId, count: u32, mut order: Order, at: Instant) -> Result<(), Fault> {
    if matches!(profile::profile(turn, account)?.standing(), AccountStanding::Closing | AccountStanding::Closed) {
        // Nobody can use it any more, and nobody pays for it.
        releasing::give_back(turn, account, &order.offer.number, None)?;
        return fail(turn, account, count, order, "account-closed");
    }
    if records::is_rented(turn, &order.offer.number) {
        // The stock has given away what it has given away before: that is for the operator to find out, not for the customer to pay.
        feed::operator_event("number-given-twice", "NUM-5")
            .fact("account", account)
            .fact("number", &order.offer.number)
            .tell(turn);
        return fail(turn, account, count, order, "not-available");
    }
    settle(turn, account, count, &mut order, State::Done)?;
    let now = turn.now();
    let month = Month::of(at);
    if month != Month::of(order.created) {
        order.first_rent = rent::first_rent(Policy::load(turn)?.first_month, order.monthly, at)?;
    }
    // A sub-account that was deleted meanwhile has left its numbers to the main account.
    let holder = match subaccount::load(turn, order.holder)? {
        None if !order.holder.is_main() => account,
        _ => order.holder,
    };
    order.holder = holder;
    let offer = &order.offer;
    let charges = [(ChargeCode::Setup, order.setup, order.setup), (ChargeCode::Rent, order.monthly, order.first_rent)];
    let lines: Vec<_> = charges
        .into_iter()
        .filter(|(_, _, amount)| *amount > Money::ZERO)
        .map(|(code, price, amount)| rent::line(code, holder, offer, month, now, price, amount))
        .collect::<Result<_, Fault>>()?;
    let mut transactions = Vec::new();
    let mut rents = Vec::new();
    if !lines.is_empty() {
        let amounts: Vec<Money> = lines.iter().map(|line| line.m).collect();
        let is_rent: Vec<bool> = lines.iter().map(|line| line.p == ChargeCode::Rent.code()).collect();
        let debit = Debit { kind: "number-purchase", cause: &order.key, cycle: None, lines, others: Vec::new() };
        let posted = posting::debit(turn, account, debit)?;
        let owed = owing::tail(&amounts, posted.split.owed)?.into_iter().zip(is_rent);
        let owed: Vec<Money> = owed.filter(|(_, is_rent)| *is_rent).map(|(owed, _)| owed).collect();
        rents = owing::owe(turn, account, &owed)?.into_iter().flatten().collect();
        transactions.push(posted.transaction);
    }
    let rented = Rented {
        v: 1,
        offer: order.offer.clone(),
        holder,
        alias: order.alias.clone(),
        app: order.app.clone(),
        since: at,
        monthly: order.monthly,
        through: month,
        debts: rents,
    };
    records::insert(turn, account, &rented)?;
    feed::event(account, "number-rented", "NUM-2")
        .facts(facts(account, &order))
        .fact("setup", order.setup)
        .fact("monthly", order.monthly)
        .fact("first-rent", order.first_rent)
        .fact("balance", wallet::need(turn, account)?.balance)
        .transactions(transactions)
        .tell(turn);
    judge(turn, account, Occasion::Debit)
}

/// Account and count in a key of an order, whichever store made it.
pub(super) fn parse_stock_key(key: &str) -> Option<(AuthId, u32)> {
    parse_outside_key(key, PURPOSE)
}

/// What was ordered, as its metadata says.
fn read_offer(number: &str, metadata: &Metadata) -> Option<OfferedNumber> {
    let text = |name: &str| metadata.get(name).unwrap_or_default().to_owned();
    let services = text("services");
    let has = |service: &str| services.split(' ').any(|word| word == service);
    let offer = OfferedNumber {
        number: number.to_owned(),
        country: text("country"),
        calling_code: text("calling-code"),
        kind: NumberKind::of_name(metadata.get("type")?)?,
        region: text("region"),
        city: text("city"),
        voice: has("voice"),
        sms: has("sms"),
        mms: has("mms"),
    };
    let mut checks = Checks::new();
    check_offer(&mut checks, "offer", &offer);
    (metadata.purpose() == PURPOSE && checks.done().is_ok()).then_some(offer)
}

/// Writes an order down that the stock lists and no record explains. What was delivered is rented since then, and paid as it was ordered, also below
/// zero; what is under way is asked about.
pub(super) fn recover(
    turn: &mut Turn<'_>,
    account: AuthId,
    count: u32,
    movement: &StockMovement,
    metadata: Option<&Metadata>,
) -> Result<Recovered, Fault> {
    if load(turn, account, count)?.is_some_and(|order| order.key == movement.key) {
        return Ok(Recovered::Known);
    }
    let Some(metadata) = metadata else {
        return Ok(Recovered::Unplaced(account, "ordered, and the stock has kept no metadata with it"));
    };
    let read = || {
        let offer = read_offer(&movement.number, metadata)?;
        Some((offer, metadata.amount("setup")?, metadata.amount("monthly")?, metadata.amount("first-rent")?))
    };
    let Some((offer, setup, monthly, first_rent)) = read() else {
        return Ok(Recovered::Unplaced(account, "ordered, and its metadata cannot be read"));
    };
    if records::is_rented(turn, &movement.number) {
        return Ok(Recovered::Unplaced(account, "ordered, and rented by somebody already"));
    }
    let at = movement.at.clamp(0, turn.now());
    let free = load(turn, account, count)?.is_none() && Numbers::reach_order(turn, account, count)?;
    let count = if free { count } else { Numbers::next_order(turn, account)? };
    let holder = match metadata.get("holder").and_then(AuthId::parse) {
        Some(holder) if subaccount::load(turn, holder)?.is_some_and(|sub| sub.parent == account) => holder,
        _ => account,
    };
    let asked_for = metadata.asked();
    let job = JOB.of((account, count));
    if let Some(asked) = &asked_for {
        once::remember(turn, asked, &Started { job: job.clone(), name: movement.number.clone() });
    }
    let mut progress = Progress::default();
    progress.start(at, true);
    progress.answered();
    let order = Order {
        v: 1,
        key: movement.key.clone(),
        offer,
        holder,
        alias: None,
        app: None,
        setup,
        monthly,
        first_rent,
        state: State::Open,
        created: at,
        settled: None,
        progress,
        asked_for,
    };
    let mut wallet = wallet::need(turn, account)?;
    wallet.reserved = wallet.reserved.plus(order.held()?)?;
    wallet::save(turn, account, &wallet);
    let reserved = records::reserved(turn, account)?.plus(order.held()?)?;
    records::recount(turn, account, |count| {
        count.ordered = count.ordered.saturating_add(1);
        count.reserved = reserved;
    })?;
    turn.put(&place(account, count), &order);
    feed::event(account, "number-recovered", "CRD-7").facts(facts(account, &order)).fact("key", &order.key).tell(turn);
    if !movement.done {
        turn.timer(&job, Lane::Urgent, turn.now());
        judge(turn, account, Occasion::Debit)?;
        return Ok(Recovered::Booked(account));
    }
    deliver(turn, account, count, order, at)?;
    // Months that have begun since then.
    if let Some((owner, key, rented)) = records::find(turn, &movement.number)?
        && owner == account
    {
        rent::catch_up(turn, account, key, rented)?;
    }
    Ok(Recovered::Booked(account))
}
