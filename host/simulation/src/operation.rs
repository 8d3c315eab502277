//! What can happen in a simulation: what customers, operators, gateways and machines do, as data.
//!
//! The whole list follows from the seed alone. Accounts, cards, charges and events are named by a number that is
//! taken modulo what there is when the operation's turn comes, so that every part of the list is a simulation too: that is
//! what makes a failing list short.

use super::dice::Dice;
use coinbox_host::inventory::Fault as StockFault;
use coinbox_host::payment::sandbox::Fault;

/// Operations of a simulation where nothing else is asked for.
pub const OPERATIONS: usize = 80;

/// One minute in milliseconds.
pub const MINUTE: i64 = 60_000;
/// One day in milliseconds.
pub const DAY: i64 = 86_400_000;
/// One dollar in micro-units.
pub const USD: i64 = 1_000_000;

/// Counted so, it is the newest one.
pub const NEWEST: usize = usize::MAX;

/// Every way in which a card can behave, but those that only take real time.
pub const TOKENS: [&str; 23] = [
    "tok_approve",
    "tok_decline_insufficient",
    "tok_decline_limit",
    "tok_decline_expired",
    "tok_decline_lost",
    "tok_decline_fraud",
    "tok_decline_unspecified",
    "tok_decline_confirm",
    "tok_timeout_before",
    "tok_timeout_after",
    "tok_late:90000",
    "tok_late_decline:90000",
    "tok_late_finds:3",
    "tok_debit:172800000",
    "tok_unknown_then_paid",
    "tok_unknown_then_never",
    "tok_not_sent:2",
    "tok_decline_after:2",
    "tok_limit:200.00",
    "tok_script:approve,decline_limit,late:5000,timeout_after",
    "tok_nobody_knows",
    "tok_refund_declined",
    "tok_refund_declined:1",
];

/// One event of a batch.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq)]
pub enum Planned {
    /// A new one: source, product, number called, quantity, age in milliseconds (negative: ahead of the clock).
    New { source: usize, product: &'static str, number: &'static str, quantity: u32, age: i64 },
    /// One that was sent before, as it was.
    Again { nth: usize },
    /// One that was sent before, with another quantity.
    Changed { nth: usize },
    /// Of an account that there is not.
    Stranger,
    /// The one before it in the batch, once more.
    Twin,
}

/// A change of the policy.
#[derive(Clone, Debug, PartialEq)]
pub enum Choice {
    /// CRD-8.
    Thresholds(Vec<i64>),
    /// CRD-6.
    Levels(Vec<u32>),
    /// CRD-3.
    Minimum(i64),
    /// R7.
    SeriesLimit(u32),
    /// R8.
    FailureLimit(u32),
    /// CRD-15: days after issue.
    DunningDays(Vec<u32>),
    /// INV-7: country, percent in millionths, whether whoever has a tax ID owes it himself.
    Taxes(Vec<(&'static str, i64, bool)>),
}

/// One thing that happens. Amounts are micro-units; `account`, `nth` and `source` are counted round and round.
#[allow(missing_docs)]
#[derive(Clone, Debug, PartialEq)]
pub enum Operation {
    /// A customer comes.
    Account { trial: bool },
    /// A sub-account is made.
    Subaccount { account: usize },
    /// A sub-account is deleted; its numbers: `refuse`, `move`, `cascade`.
    Delete { nth: usize, numbers: &'static str },
    /// The platform reports usage.
    Usage { events: Vec<Planned> },
    /// Rejected events are sent again as they are.
    Resubmit { count: usize },
    /// A call or message is authorised: an amount, or voice seconds to a number, is held. `again`: under a name that was used before.
    Reserve {
        source: usize,
        call: bool,
        amount: i64,
        rated: Option<(&'static str, u32)>,
        lasts: i64,
        again: Option<usize>,
    },
    /// More is held, for longer, in all since its beginning.
    Extend { nth: usize, amount: i64, rated: Option<(&'static str, u32)>, lasts: i64 },
    /// A reservation is settled by an event so old. `again`: by the one that settled it before.
    Settle { nth: usize, quantity: u32, age: i64, again: bool },
    /// A reservation was not used.
    Release { nth: usize },
    /// A customer orders a number for the account or one of its sub-accounts.
    Buy { source: usize, nth: usize },
    /// A customer gives a number back.
    GiveBack { nth: usize },
    /// A customer pays for so many seats.
    Seats { account: usize, paid: u32 },
    /// What happens to the next order or release of a number.
    Stock(StockFault),
    /// The operator gives, for good or for so many milliseconds.
    Goodwill { account: usize, amount: i64, lasts: Option<i64> },
    /// The operator takes.
    Debit { account: usize, amount: i64 },
    /// The operator gives back of a paid charge.
    Correction { account: usize, nth: usize, amount: i64 },
    /// The operator makes a coupon.
    Coupon { amount: i64, uses: u32, uses_of_one: u32, good_for: i64, lasts: Option<i64> },
    /// The customer redeems a coupon, or tries a code that there is not.
    Redeem { account: usize, nth: usize, wrong: bool },
    /// The customer adds a card.
    AddCard { account: usize, token: &'static str, default: bool },
    /// The customer prefers another card.
    DefaultCard { account: usize, card: u32 },
    /// The customer removes a card.
    RemoveCard { account: usize, card: u32 },
    /// The customer pays by hand.
    Recharge { account: usize, amount: i64, card: Option<u32> },
    /// The operator gives up an open charge.
    GiveUp { account: usize, nth: usize },
    /// The customer pays exactly what is owed.
    PayOwed { account: usize, card: Option<u32> },
    /// The operator gives up what is owed.
    WriteOff { account: usize },
    /// The operator gives back so much of an invoice, or all that is left of it.
    CreditNote { account: usize, nth: usize, amount: Option<i64> },
    /// The customer saves settings of the automatic recharge.
    AutoRecharge { account: usize, enabled: bool, below: i64, amount: i64, caps: [Option<i64>; 3] },
    /// The customer sets alerts of his own.
    Alerts { account: usize, thresholds: Vec<i64> },
    /// A card holder takes so much of a charge back, or all that is left of it.
    Chargeback { account: usize, nth: usize, amount: Option<i64> },
    /// The operator suspends for a reason, or reinstates.
    Suspend { account: usize, reason: Option<&'static str> },
    /// The operator gives a credit limit, or has the account pay from credit again.
    Billing { account: usize, limit: Option<i64> },
    /// The customer closes the account, or the operator does without the time to settle.
    Close { account: usize, at_once: bool },
    /// The operator sends a refund again, or has paid it in another way.
    Refund { nth: usize, otherwise: bool },
    /// The operator has invoices made each quarter, or each month.
    Cycle { account: usize, quarterly: bool },
    /// The customer says in which country he is billed, perhaps with a tax ID.
    Address { account: usize, country: &'static str, tax_id: bool },
    /// The operator changes the largest recharge of an account.
    Limit { account: usize, maximum: Option<i64> },
    /// A backup is taken.
    Backup,
    /// The store is lost, and the backup is put back; perhaps the host dies while it finds out what has happened since.
    Restore { crash: Option<u64> },
    /// The operator changes the policy.
    Policy(Choice),
    /// The operator publishes all prices at so many percent, so many milliseconds from now.
    Publish { percent: i64, ahead: i64 },
    /// The operator takes the version back that begins last.
    TakeBack,
    /// The operator gives an account prices of its own, or takes the last ones back.
    OwnPrices { account: usize, percent: Option<i64>, ahead: i64 },
    /// A call of the past is made again under its key.
    Repeat { nth: usize },
    /// The gateway reports a payment by itself, perhaps not for the first time.
    Notice { nth: usize },
    /// What happens to the next charge.
    Money(Fault),
    /// What happens to the next look-up.
    LookUp(Fault),
    /// The whole gateway goes down or comes up. It is down for an hour at most.
    Gateway { down: bool },
    /// The mail system takes nothing on for a while.
    Mail { failures: u64 },
    /// The next commands meet a conflict.
    Conflicts { commands: u64 },
    /// The host dies so many askings from now, in the middle of whatever it does then.
    Crash { moments: u64 },
    /// The machine's clock is so far ahead for a moment, and is then set right.
    WrongClock { by: i64 },
    /// Time passes.
    Wait { ms: i64 },
    /// Time passes until so many milliseconds around the start of the next month.
    NextMonth { offset: i64 },
}

impl Operation {
    /// The number of the account that it is about, of those that are about one.
    pub fn account(&self) -> Option<usize> {
        Some(match self {
            Operation::Subaccount { account }
            | Operation::Goodwill { account, .. }
            | Operation::Debit { account, .. }
            | Operation::Correction { account, .. }
            | Operation::Redeem { account, .. }
            | Operation::AddCard { account, .. }
            | Operation::DefaultCard { account, .. }
            | Operation::RemoveCard { account, .. }
            | Operation::Recharge { account, .. }
            | Operation::GiveUp { account, .. }
            | Operation::PayOwed { account, .. }
            | Operation::WriteOff { account }
            | Operation::CreditNote { account, .. }
            | Operation::Chargeback { account, .. }
            | Operation::Billing { account, .. }
            | Operation::AutoRecharge { account, .. }
            | Operation::Alerts { account, .. }
            | Operation::Suspend { account, .. }
            | Operation::Seats { account, .. }
            | Operation::Address { account, .. }
            | Operation::Cycle { account, .. }
            | Operation::Limit { account, .. } => *account,
            _ => return None,
        })
    }
}

/// How dear a sheet is.
fn percent(dice: &mut Dice) -> i64 {
    dice.of(&[50, 100, 150, 200])
}

/// How long before it begins a sheet is published: some begin at once, some while events that are ahead of the clock come in.
fn ahead(dice: &mut Dice) -> i64 {
    dice.of(&[0, 0, 1, MINUTE, 5 * MINUTE, 60 * MINUTE, DAY, 3 * DAY])
}

pub(super) fn draw(dice: &mut Dice) -> Operation {
    let account = usize::try_from(dice.below(8)).unwrap_or(0);
    let nth = usize::try_from(dice.below(1000)).unwrap_or(0);
    let card = u32::try_from(1 + dice.below(5)).unwrap_or(1);
    match dice.below(309) {
        0..3 => Operation::Account { trial: dice.chance(40) },
        3..6 => Operation::Subaccount { account },
        6..60 => Operation::Usage { events: batch(dice) },
        60..63 => Operation::Resubmit { count: nth % 5 + 1 },
        63..66 => Operation::Coupon {
            amount: (1 + dice.amount(80)) * USD / 2,
            uses: u32::try_from(1 + dice.below(5)).unwrap_or(1),
            uses_of_one: u32::try_from(1 + dice.below(2)).unwrap_or(1),
            good_for: 1 + dice.amount(20 * DAY),
            lasts: dice.chance(60).then(|| (1 + dice.amount(20)) * DAY),
        },
        66..72 => Operation::Redeem { account: account % 3, nth: nth % 3, wrong: dice.chance(20) },
        72..75 => {
            let lasts = dice.chance(50).then(|| 1 + dice.amount(9 * DAY));
            Operation::Goodwill { account, amount: (1 + dice.amount(3_000_000)) * 100, lasts }
        }
        75..80 => Operation::Debit { account, amount: (1 + dice.amount(8_000_000)) * 10 },
        80..85 => Operation::Correction { account, nth, amount: (1 + dice.amount(400)) * 100_000 },
        85..97 => {
            // Half of them good, or accounts would seldom get far.
            let token = if dice.chance(50) { "tok_approve" } else { dice.of(&TOKENS) };
            Operation::AddCard { account, token, default: dice.chance(70) }
        }
        97..101 => Operation::DefaultCard { account, card },
        101..104 => Operation::RemoveCard { account, card },
        104..116 => {
            let amount = (20 + dice.amount(100)) * USD;
            Operation::Recharge { account, amount, card: dice.chance(30).then_some(card) }
        }
        116..119 => Operation::GiveUp { account, nth },
        119..132 => settings(dice, account),
        132..136 => {
            let thresholds = (0..dice.below(4)).map(|_| dice.amount(300) * USD / 2).collect();
            Operation::Alerts { account, thresholds }
        }
        136..142 => {
            let reason = dice.of(&["suspicious-activity", "payment-failure"]);
            Operation::Suspend { account, reason: dice.chance(40).then_some(reason) }
        }
        142..144 => {
            let maximum = dice.chance(70).then(|| (25 + dice.amount(60)) * USD);
            Operation::Limit { account, maximum }
        }
        144..147 => Operation::Policy(choice(dice)),
        147..152 => Operation::Repeat { nth },
        152..155 => Operation::Notice { nth },
        155..160 => Operation::Money(dice.of(&[Fault::LostBefore, Fault::LostAfter, Fault::NotSent])),
        160..162 => Operation::LookUp(dice.of(&[Fault::LostBefore, Fault::LostAfter, Fault::NotSent])),
        162..166 => Operation::Gateway { down: dice.chance(35) },
        166..168 => Operation::Mail { failures: 1 + dice.below(12) },
        168..171 => Operation::Conflicts { commands: 1 + dice.below(9) },
        171..176 => Operation::Crash { moments: 1 + dice.below(120) },
        176..184 => Operation::NextMonth { offset: dice.amount(4) - 2 },
        184..188 => Operation::WrongClock { by: dice.of(&[20 * MINUTE, 300 * MINUTE, 40 * DAY, 100_000 * DAY]) },
        200..212 => Operation::Reserve {
            source: nth,
            call: dice.chance(70),
            amount: dice.amount(120) * USD / 4,
            rated: rated(dice),
            lasts: dice.of(&[0, MINUTE, 5 * MINUTE, 60 * MINUTE, DAY]),
            again: dice.chance(15).then_some(nth / 7),
        },
        212..217 => Operation::Extend {
            nth,
            amount: dice.amount(200) * USD / 4,
            rated: rated(dice),
            lasts: dice.of(&[MINUTE, 10 * MINUTE, 2 * DAY]),
        },
        217..224 => Operation::Settle {
            nth,
            quantity: u32::try_from(dice.below(3_000)).unwrap_or(0),
            age: if dice.chance(90) { dice.amount(10 * MINUTE) } else { dice.amount(40) * DAY },
            again: dice.chance(20),
        },
        224..226 => Operation::Release { nth },
        226..233 => Operation::Buy { source: nth, nth: nth / 7 },
        233..235 => Operation::GiveBack { nth },
        235..237 => Operation::Seats { account, paid: u32::try_from(dice.below(4)).unwrap_or(0) },
        237..240 => Operation::Stock(dice.of(&[
            StockFault::LostBefore,
            StockFault::LostAfter,
            StockFault::NotSent,
            StockFault::Late,
        ])),
        240..248 => Operation::PayOwed { account, card: dice.chance(30).then_some(card) },
        248..252 => Operation::WriteOff { account },
        252..256 => Operation::Close { account, at_once: dice.chance(25) },
        256..266 => Operation::Refund { nth, otherwise: dice.chance(40) },
        266..274 => {
            let amount = dice.chance(50).then(|| (1 + dice.amount(6_000)) * USD / 100);
            Operation::Chargeback { account, nth, amount }
        }
        274..280 => {
            let limit = (1 + dice.amount(300)) * USD;
            Operation::Billing { account, limit: dice.chance(75).then_some(limit) }
        }
        280..286 => Operation::Publish { percent: percent(dice), ahead: ahead(dice) },
        286..288 => Operation::TakeBack,
        292..295 => address(dice, account),
        298..306 => {
            let amount = dice.chance(60).then(|| (1 + dice.amount(500)) * USD / 100);
            Operation::CreditNote { account, nth, amount }
        }
        306..309 => Operation::Cycle { account, quarterly: dice.chance(60) },
        295..298 => Operation::Delete { nth, numbers: dice.of(&["refuse", "move", "cascade"]) },
        288..292 => {
            let percent = dice.chance(75).then(|| percent(dice));
            Operation::OwnPrices { account, percent, ahead: ahead(dice) }
        }
        _ => Operation::Wait {
            ms: dice.of(&[1, 1_000, MINUTE, 10 * MINUTE, 60 * MINUTE, 7 * 60 * MINUTE, DAY, 4 * DAY]),
        },
    }
}

/// Of every second reservation a number and seconds.
fn rated(dice: &mut Dice) -> Option<(&'static str, u32)> {
    let number = dice.of(&["1212555", "1900555", "14155550123", "4477123"]);
    let seconds = u32::try_from(dice.below(2_000)).unwrap_or(0);
    dice.chance(50).then_some((number, seconds))
}

pub(super) fn settings(dice: &mut Dice, account: usize) -> Operation {
    let mut cap = || dice.chance(20).then(|| dice.amount(400) * USD);
    let caps = [cap(), cap(), cap()];
    Operation::AutoRecharge {
        account,
        enabled: dice.chance(85),
        below: (1 + dice.amount(200)) * USD,
        amount: (22 + dice.amount(50)) * USD,
        caps,
    }
}

/// Rates that make parts of a cent, one and two on the same net amount.
pub(super) fn taxes(dice: &mut Dice) -> Vec<(&'static str, i64, bool)> {
    dice.of(&[
        vec![],
        vec![("US", 8_875_000, false)],
        vec![("US", 7_250_000, false), ("US", 333_333, false), ("DE", 19_000_000, true)],
        vec![("US", 19_600_000, true), ("DE", 19_000_000, false)],
    ])
}

pub(super) fn address(dice: &mut Dice, account: usize) -> Operation {
    Operation::Address { account, country: dice.of(&["US", "US", "DE", "JP"]), tax_id: dice.chance(30) }
}

fn choice(dice: &mut Dice) -> Choice {
    match dice.below(7) {
        0 => Choice::Thresholds((0..dice.below(5)).map(|_| dice.amount(400) * USD).collect()),
        1 => Choice::Levels(dice.of(&[
            vec![75, 50, 25, 0],
            vec![60],
            vec![100, 10],
            vec![90, 80, 70, 60, 50, 40, 30, 20],
        ])),
        2 => Choice::Minimum(dice.of(&[20, 25, 30]) * USD),
        3 => Choice::SeriesLimit(dice.of(&[40, 3, 8])),
        4 => Choice::Taxes(taxes(dice)),
        5 => Choice::DunningDays(dice.of(&[vec![1, 3, 5, 7], vec![2, 3], vec![4], vec![], vec![1, 2, 9, 10, 30]])),
        _ => Choice::FailureLimit(dice.of(&[5, 1, 3])),
    }
}

fn batch(dice: &mut Dice) -> Vec<Planned> {
    (0..=dice.below(10))
        .map(|_| {
            let nth = usize::try_from(dice.below(1000)).unwrap_or(0);
            match dice.below(100) {
                0..15 => Planned::Again { nth },
                15..22 => Planned::Changed { nth },
                22..24 => Planned::Stranger,
                24..27 => Planned::Twin,
                _ => {
                    let product = dice.of(&["voice", "sms", "sms", "voice", "mms"]);
                    let most = if product == "voice" { 1_800 } else { 40 };
                    let quantity = u32::try_from(dice.below(most)).unwrap_or(0) + 1;
                    // Most of it is new, some is late, a little too late or ahead of the clock.
                    let age = match dice.below(20) {
                        0..14 => dice.amount(10 * MINUTE),
                        14..17 => dice.amount(40) * DAY,
                        17..19 => dice.amount(2 * DAY),
                        _ => -dice.amount(20 * MINUTE),
                    };
                    let number = dice.of(&["1212555", "1900555", "1415", "14155550123", "4477", "12", "12a4"]);
                    Planned::New { source: nth, product, number, quantity, age }
                }
            }
        })
        .collect()
}
