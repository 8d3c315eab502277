//! What seldom comes together by chance: a few operations about one account, drawn as a row.

use super::dice::Dice;
use super::operation::{Choice, DAY, MINUTE, NEWEST, Operation, Planned, USD, draw};
use coinbox_host::inventory::Fault as StockFault;

/// One of the rows.
pub(super) fn row(dice: &mut Dice) -> Vec<Operation> {
    let row = Row { account: usize::try_from(dice.below(3)).unwrap_or(0) };
    match dice.below(26) {
        0 => row.leaves_while_paying(dice),
        1 => row.declined_refund(dice),
        2 => row.leaves_with_old_payments(dice),
        3 => row.older_debt(dice),
        4 => row.leaves_while_buying(dice),
        5..8 => lost(dice),
        8..10 => row.given_back_in_parts(dice),
        10..12 => row.given_back_of_what_nobody_paid(dice),
        12..15 => row.quarter(dice),
        15..17 => row.failed_invoice(dice),
        17..20 => Row { account: row.account % 2 }.prices(dice),
        20 => row.deleted(dice),
        21 => deleted_of_a_trial(),
        22 => row.month_without_invoice(dice),
        _ => row.lost_at_the_end(dice),
    }
}

/// What has happened since a backup is lost.
fn lost(dice: &mut Dice) -> Vec<Operation> {
    let mut operations = vec![Operation::Backup];
    let row = Row { account: usize::try_from(dice.below(3)).unwrap_or(0) };
    if dice.chance(50) {
        operations.push(row.recharge(dice));
    }
    for _ in 0..2 + dice.below(5) {
        operations.push(until_short(dice));
    }
    operations.push(Operation::Restore { crash: dice.chance(40).then(|| 1 + dice.below(60)) });
    operations
}

/// Something that takes less than an hour and brings nobody new.
fn until_short(dice: &mut Dice) -> Operation {
    loop {
        let operation = draw(dice);
        let long = match &operation {
            Operation::Account { .. } | Operation::NextMonth { .. } => true,
            Operation::Wait { ms } => *ms > 10 * MINUTE,
            _ => false,
        };
        if !long {
            return operation;
        }
    }
}

/// A trial makes another sub-account in the place of one that it has deleted (ACC-6).
fn deleted_of_a_trial() -> Vec<Operation> {
    let (trial, make) = (Operation::Account { trial: true }, Operation::Subaccount { account: NEWEST });
    vec![trial, make.clone(), Operation::Delete { nth: NEWEST, numbers: "cascade" }, make.clone(), make]
}

fn month() -> Operation {
    Operation::NextMonth { offset: 0 }
}

fn dollars(dice: &mut Dice, from: i64, below: i64) -> i64 {
    from * USD + dice.amount((below - from) * 100_000) * 10
}

/// What rows about an account are made of.
#[derive(Clone, Copy)]
struct Row {
    account: usize,
}

impl Row {
    fn card(self, token: &'static str) -> Operation {
        Operation::AddCard { account: self.account, token, default: true }
    }

    fn recharge(self, dice: &mut Dice) -> Operation {
        Operation::Recharge { account: self.account, amount: (30 + dice.amount(60)) * USD, card: None }
    }

    fn debit(self, dice: &mut Dice, from: i64, below: i64) -> Operation {
        Operation::Debit { account: self.account, amount: dollars(dice, from, below) }
    }

    fn close(self, at_once: bool) -> Operation {
        Operation::Close { account: self.account, at_once }
    }

    fn by_invoice(self, dice: &mut Dice) -> Operation {
        Operation::Billing { account: self.account, limit: Some((100 + dice.amount(200)) * USD) }
    }

    fn cycle(self, quarterly: bool) -> Operation {
        Operation::Cycle { account: self.account, quarterly }
    }

    fn gift(self, dice: &mut Dice) -> Operation {
        Operation::Goodwill { account: self.account, amount: dollars(dice, 5, 40), lasts: None }
    }

    fn credit_note(self, amount: Option<i64>) -> Operation {
        Operation::CreditNote { account: self.account, nth: NEWEST, amount }
    }

    /// One event of the account, so old or so far ahead of the clock. Only of the first two accounts it is known which source they are.
    fn usage(self, dice: &mut Dice, age: i64) -> Operation {
        let quantity = u32::try_from(1 + dice.below(30)).unwrap_or(1);
        let (source, number) = (self.account, "1212555");
        Operation::Usage { events: vec![Planned::New { source, product: "sms", number, quantity, age }] }
    }

    fn own_prices(self, percent: Option<i64>, ahead: i64) -> Operation {
        Operation::OwnPrices { account: self.account, percent, ahead }
    }

    /// Somebody leaves while a payment is under way.
    fn leaves_while_paying(self, dice: &mut Dice) -> Vec<Operation> {
        let token = dice.of(&["tok_debit:172800000", "tok_late_finds:3", "tok_unknown_then_paid"]);
        let close = self.close(dice.chance(40));
        vec![self.card(token), self.recharge(dice), close, Operation::Wait { ms: DAY }]
    }

    /// A refund is declined until it is overdue.
    fn declined_refund(self, dice: &mut Dice) -> Vec<Operation> {
        let nth = usize::try_from(dice.below(1000)).unwrap_or(0);
        let decided = Operation::Refund { nth, otherwise: dice.chance(50) };
        let token = dice.of(&["tok_refund_declined", "tok_refund_declined:1"]);
        let close = self.close(dice.chance(40));
        vec![self.card(token), self.recharge(dice), close, month(), month(), decided]
    }

    /// Some of what is left is too old to be given back.
    fn leaves_with_old_payments(self, dice: &mut Dice) -> Vec<Operation> {
        let (old, new, close) = (self.recharge(dice), self.recharge(dice), self.close(dice.chance(40)));
        vec![self.card("tok_approve"), old, month(), month(), month(), month(), new, close]
    }

    /// An invoice is charged while an older debt is open.
    fn older_debt(self, dice: &mut Dice) -> Vec<Operation> {
        let (older, newer) = (self.debit(dice, 0, 60), self.debit(dice, 0, 60));
        vec![older, month(), self.by_invoice(dice), newer, self.card("tok_approve"), month()]
    }

    /// Somebody leaves while a number is on its way.
    fn leaves_while_buying(self, dice: &mut Dice) -> Vec<Operation> {
        let nth = usize::try_from(dice.below(1000)).unwrap_or(0);
        let buy = Operation::Buy { source: self.account, nth };
        vec![self.recharge(dice), Operation::Stock(StockFault::Late), buy, self.close(dice.chance(40))]
    }

    /// An invoice with taxes is given back in parts, until nothing is left of it, and once more (INV-5, R85).
    fn given_back_in_parts(self, dice: &mut Dice) -> Vec<Operation> {
        let rates = [vec![("US", 8_875_000, false)], vec![("US", 7_250_000, false), ("US", 333_333, false)]];
        let part = (1 + dice.amount(400)) * USD / 100;
        vec![
            Operation::Policy(Choice::Taxes(dice.of(&rates))),
            Operation::Address { account: self.account, country: "US", tax_id: false },
            self.card("tok_approve"),
            self.recharge(dice),
            self.debit(dice, 5, 30),
            month(),
            self.credit_note(Some(part)),
            self.credit_note(None),
            self.credit_note(Some(part)),
        ]
    }

    /// An invoice is given back of which a part was written off, or paid by a gift after its cycle (R24, R86).
    fn given_back_of_what_nobody_paid(self, dice: &mut Dice) -> Vec<Operation> {
        let ended = if dice.chance(50) { Operation::WriteOff { account: self.account } } else { self.gift(dice) };
        let part = dice.chance(40).then(|| (1 + dice.amount(5_000)) * USD / 100);
        let (recharge, debit) = (self.recharge(dice), self.debit(dice, 80, 200));
        vec![self.card("tok_approve"), recharge, debit, month(), ended, self.credit_note(part)]
    }

    /// A quarter: charges of its first month, of which gifts pay something later, perhaps nothing in its last month, perhaps it is broken (INV-1, R86).
    fn quarter(self, dice: &mut Dice) -> Vec<Operation> {
        let mut operations = vec![self.cycle(true), month(), self.debit(dice, 40, 160)];
        operations.push(month());
        if dice.chance(60) {
            operations.push(self.gift(dice));
        }
        if dice.chance(40) {
            operations.push(self.cycle(false));
        }
        operations.extend([month(), month()]);
        operations
    }

    /// An invoice that cannot be charged is paid in part, and that payment is taken back: attempts begin anew (CRD-15, R84).
    fn failed_invoice(self, dice: &mut Dice) -> Vec<Operation> {
        let days = dice.of(&[vec![2, 3], vec![4], vec![3, 5, 8, 9], vec![2, 4, 6]]);
        let token = dice.of(&["tok_decline_insufficient", "tok_late_decline:90000", "tok_decline_expired"]);
        let mut operations = vec![
            Operation::Policy(Choice::DunningDays(days)),
            self.card(token),
            self.by_invoice(dice),
            self.debit(dice, 60, 90),
            month(),
        ];
        if dice.chance(50) {
            operations.push(Operation::Wait { ms: 2 * DAY + MINUTE });
        }
        operations.extend([
            self.card("tok_approve"),
            self.recharge(dice),
            Operation::Chargeback { account: self.account, nth: NEWEST, amount: None },
            Operation::Wait { ms: 4 * DAY },
            Operation::PayOwed { account: self.account, card: None },
            month(),
        ]);
        operations
    }

    /// What a payment that was taken back leaves owed has no invoice until something is charged again, which covers that month as well (R84).
    fn month_without_invoice(self, dice: &mut Dice) -> Vec<Operation> {
        let back = |amount| Operation::Chargeback { account: self.account, nth: NEWEST, amount };
        let (recharge, before, after) = (self.recharge(dice), self.debit(dice, 20, 30), self.debit(dice, 5, 10));
        vec![
            self.card("tok_approve"),
            recharge,
            before,
            month(),
            back(Some(5 * USD)),
            back(None),
            month(),
            after,
            month(),
            Operation::PayOwed { account: self.account, card: None },
        ]
    }

    /// Prices that have not begun are taken back or replaced, or have priced something ahead of the clock already (USE-2).
    fn prices(self, dice: &mut Dice) -> Vec<Operation> {
        let (first, second) = dice.of(&[(50, 200), (200, 50), (150, 50), (50, 150)]);
        let (soon, early) = (5 * MINUTE, self.usage(dice, -8 * MINUTE));
        let publish = |percent, ahead| Operation::Publish { percent, ahead };
        let later = [Operation::Wait { ms: DAY }, self.usage(dice, 0)];
        let own = |percent, ahead| self.own_prices(Some(percent), ahead);
        let mut operations = match dice.below(3) {
            0 => vec![publish(first, soon), own(first, soon), early, Operation::TakeBack, self.own_prices(None, 0)],
            1 => vec![publish(first, soon), own(first, soon), early, publish(second, soon), own(second, 0)],
            // The versions price what the other account uses.
            _ => vec![
                publish(first, DAY),
                publish(second, DAY),
                Operation::TakeBack,
                own(first, DAY),
                own(second, 0),
                Operation::Wait { ms: DAY },
                Row { account: 1 - self.account }.usage(dice, 0),
            ],
        };
        operations.extend(later);
        operations
    }

    /// A sub-account is deleted that has a number, or has ordered one, and is used afterwards (SUB-4, R14, R37).
    fn deleted(self, dice: &mut Dice) -> Vec<Operation> {
        let mut operations = vec![self.card("tok_approve"), self.recharge(dice)];
        operations.push(Operation::Subaccount { account: self.account });
        if dice.chance(30) {
            operations.push(Operation::Stock(StockFault::Late));
        }
        let delete = |numbers| Operation::Delete { nth: NEWEST, numbers };
        operations.push(Operation::Buy { source: NEWEST, nth: usize::try_from(dice.below(7)).unwrap_or(0) });
        operations.extend([delete("refuse"), delete(dice.of(&["move", "cascade"]))]);
        let (call, rated, again) = (true, None, None);
        operations.push(Operation::Reserve { source: NEWEST, call, amount: USD, rated, lasts: MINUTE, again });
        operations.push(Operation::Wait { ms: DAY });
        operations
    }

    /// The end of an account is lost, an automatic recharge, or that a debt was paid: the refund and the payments come back (CRD-7, CRD-12, R22).
    fn lost_at_the_end(self, dice: &mut Dice) -> Vec<Operation> {
        let Row { account } = self;
        let restore = Operation::Restore { crash: None };
        let automatic = |below, cap| {
            let (below, amount, caps) = (below * USD, 25 * USD, [cap, None, None]);
            Operation::AutoRecharge { account, enabled: true, below, amount, caps }
        };
        match dice.below(3) {
            0 => {
                let (card, recharge, settings) = (self.card("tok_approve"), self.recharge(dice), automatic(10, None));
                vec![card, recharge, settings, Operation::Backup, self.close(true), restore]
            }
            // What comes back counts in the cap: the second charge is one too many.
            1 => {
                let by_hand = Operation::Recharge { account, amount: 40 * USD, card: None };
                let (card, settings) = (self.card("tok_approve"), automatic(20, Some(75 * USD)));
                let (one, other) = (self.debit(dice, 25, 35), self.debit(dice, 46, 60));
                vec![card, by_hand, settings, Operation::Backup, one, restore, other]
            }
            _ => {
                let token = dice.of(&["tok_approve", "tok_debit:172800000"]);
                let pay = Operation::PayOwed { account, card: None };
                vec![self.card(token), self.debit(dice, 80, 200), Operation::Backup, pay.clone(), restore, pay]
            }
        }
    }
}
