//! One account of the model: lots in spending order, what is owed, alerts, cards (CRD-2, CRD-8, R2, R17, R18, R21).

use super::closing::{Closing, Refund};
use super::cycles::Cycles;
use super::dunning::Dunning;
use super::ended::{By, Claim, Dispute, Ended};
use super::holds::Holds;
use super::numbers::Rents;
use super::recharge::Recharge;
use super::{Occasion, Policy, Told};
use coinbox_host::months::{month_of, next_month};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Kinds of credit in spending order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LotKind {
    /// Given with a trial.
    Trial,
    /// Given.
    Promotional,
    /// Paid for.
    Cash,
}

impl LotKind {
    /// Its name in the contract.
    pub fn name(self) -> &'static str {
        match self {
            LotKind::Trial => "trial",
            LotKind::Promotional => "promotional",
            LotKind::Cash => "cash",
        }
    }
}

/// Credit of one origin, used up or not.
#[derive(Clone, Debug)]
pub struct Lot {
    pub(super) kind: LotKind,
    /// Expiry of what was given, moment of everything else.
    pub(super) moment: i64,
    pub(super) number: u32,
    pub(super) rest: i64,
    /// Of a payment: what of it has paid debts at once, by the beginnings of their months.
    pub(super) debts: BTreeMap<i64, i64>,
}

/// A day.
const DAY: i64 = 86_400_000;

/// Something that no lot covered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Debt {
    pub(super) at: i64,
    /// Since when it counts as unpaid, if it is rent: of a postpaid account a day after its invoice.
    pub(super) unpaid: i64,
    /// The number whose rent it is.
    pub(super) rent_of: Option<String>,
    /// It is for something that was charged: not for what the end of a month has posted, nor for a payment that was taken back.
    pub(super) charge: bool,
    /// The chargeback that has left it: number of the charge, and which of its chargebacks.
    pub(super) claim: Option<Claim>,
    /// Of what a chargeback has left: it is a debt of an invoice that the payment had paid.
    pub(super) of_invoice: bool,
    pub(super) amount: i64,
}

/// What a credit has paid of debts, by the beginnings of their months.
#[derive(Default)]
pub(super) struct Paid {
    pub(super) months: BTreeMap<i64, i64>,
    /// What of it was charged.
    pub(super) charges: BTreeMap<i64, i64>,
}

impl Paid {
    pub(super) fn amount(&self) -> i64 {
        self.months.values().sum()
    }
}

/// Whether a card can be charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CardState {
    /// Not described yet.
    Checking,
    /// Usable.
    Ready,
    /// The gateway does not know it.
    Unknown,
}

/// One card.
#[derive(Clone, Debug)]
pub struct Card {
    /// From 1.
    pub number: u32,
    /// Its token.
    pub token: String,
    /// Usable or not.
    pub state: CardState,
    /// It is to become the default.
    pub wanted: bool,
    /// When it was added.
    pub added: i64,
    /// The gateway has forgotten it: it was removed in a history that was lost.
    pub forgotten: bool,
}

/// Whether an account may be used (ACC-8, ACC-12).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Standing {
    /// It may.
    #[default]
    Active,
    /// It may not, for this reason.
    Suspended(&'static str),
    /// It is being closed.
    Closing,
    /// It is closed for good.
    Closed,
}

/// One account.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// Auth ID.
    pub id: String,
    /// How many sub-accounts.
    pub subaccounts: usize,
    /// Auth IDs of those that were deleted.
    pub deleted: BTreeSet<String>,
    /// Still a trial.
    pub trial: bool,
    /// Whether it may be used.
    pub standing: Standing,
    /// Largest recharge of its own.
    pub maximum: Option<i64>,
    /// Cards that are stored.
    pub cards: Vec<Card>,
    /// Number of the newest card.
    pub last_card: u32,
    /// The default card.
    pub default: Option<u32>,
    /// Automatic recharge and all charges.
    pub recharge: Recharge,
    /// What is held of the credit.
    pub holds: Holds,
    /// Rented numbers and seats.
    pub rents: Rents,
    /// The credit limit of a postpaid account.
    pub limit: Option<i64>,
    /// What is collected of its invoices.
    pub dunning: Dunning,
    /// What goes back to cards, by number from 1.
    pub refunds: Vec<Refund>,
    pub(super) closing: Option<Closing>,
    /// What was lost and may come back.
    pub(super) gone: super::restores::Gone,
    pub(super) lots: Vec<Lot>,
    /// The suspension ends once nothing is owed.
    pub(super) lifts: bool,
    /// How often one has.
    pub lifted: u64,
    /// How often what was owed was given up.
    pub(super) written_off: u64,
    /// What gifts and write-offs have ended of what was owed.
    pub(super) ended: Vec<Ended>,
    /// Chargebacks of an account that was open.
    pub(super) disputes: Vec<Dispute>,
    /// What is owed, in the order in which it is paid.
    pub(super) debts: Vec<Debt>,
    custom: BTreeSet<i64>,
    armed: BTreeSet<i64>,
    armed_for_zero: bool,
    /// What the feed must tell next: of alerts, of recharges, of everything else.
    pub(super) expected: [VecDeque<Told>; 3],
    /// Up to when time has passed.
    pub(super) seen: i64,
    /// What has just gone back to gifts whose time is over, by the numbers of their lots.
    pub(super) too_late: Vec<(u32, i64)>,
    /// The end of a month that is not closed yet: what else happens at this very moment may come before (R26).
    closes: Option<i64>,
    /// Balance at the ends of months, by the moment after them.
    pub month_ends: BTreeMap<i64, i64>,
    /// What was charged, and what its invoices must come to.
    pub cycles: Cycles,
    /// Ends of the cycles that have an invoice.
    pub(super) issued: BTreeSet<i64>,
    /// Amounts of coupons that were redeemed.
    pub coupons: Vec<i64>,
    /// Invoices in their order.
    pub(super) made: Vec<super::credit_notes::Made>,
    /// Credit notes in their order.
    pub credit_notes: Vec<super::CreditNote>,
    /// Where it is billed, and whether it has a tax ID.
    pub(super) address: (&'static str, bool),
    /// The taxes of its invoices that are something, by their ends (INV-7, R28).
    pub taxes: BTreeMap<i64, Vec<i64>>,
    /// Mails by template that must have gone out.
    pub mails: BTreeMap<String, u64>,
    /// Up to where the feed has been followed.
    pub position: u64,
}

impl Account {
    /// A new account.
    pub fn open(id: String, trial: bool, now: i64, policy: &Policy) -> Account {
        let mut account = Account { id, trial, seen: now, ..Account::default() };
        account.mail("account-welcome");
        if trial && policy.trial_credits > 0 {
            account.give(LotKind::Trial, policy.trial_credits, now, "trial-credits", now, policy);
        }
        // Set at once: nothing is charged before (R89).
        let fields = "address legal-name country".to_owned();
        account.expect(Told { kind: "billing-changed", amounts: Vec::new(), words: vec![("fields", fields)] });
        account
    }

    /// R1: what is left of all lots, less what is owed.
    pub fn balance(&self) -> i64 {
        self.lots.iter().map(|lot| lot.rest).sum::<i64>() - self.owed()
    }

    /// R1, R29: balance, or what is left of the limit, less open reservations, those of ordered numbers included.
    pub fn available(&self) -> i64 {
        self.left() - self.holds.held() - self.rents.held()
    }

    fn owed(&self) -> i64 {
        self.debts.iter().map(|debt| debt.amount).sum()
    }

    /// Whether nothing that is for sale may be used or bought (R32).
    pub fn is_barred(&self) -> bool {
        self.standing != Standing::Active
    }

    /// What stands in the way of use by the account or a sub-account of it, as the contract refuses it.
    pub(super) fn hindrance(&self, source: &str) -> Option<Value> {
        match self.standing {
            Standing::Active => self.deleted.contains(source).then(|| json!("disabled")),
            Standing::Suspended(reason) => Some(json!({"suspended": reason})),
            Standing::Closing | Standing::Closed => Some(json!("closed")),
        }
    }

    pub(super) fn mail(&mut self, template: &str) {
        *self.mails.entry(template.to_owned()).or_default() += 1;
    }

    pub(super) fn expect(&mut self, told: Told) {
        let place = match told.kind {
            "balance-low" | "out-of-credit" | "credit-available" => 0,
            "limit-low" | "limit-reached" | "limit-available" => 0,
            "recharge-started" | "recharge-failed" | "recharge-capped" => 1,
            _ => 2,
        };
        self.expected[place].push_back(told);
    }

    /// Notes the balance at every end of a month on the way to a moment: what is posted at that very moment comes after it (R26).
    pub(super) fn pass_month_ends(&mut self, to: i64, policy: &Policy) {
        self.round_off_rent(to);
        self.pass_final_invoice(to, policy);
        self.pass_months(to, policy);
    }

    pub(super) fn pass_months(&mut self, to: i64, policy: &Policy) {
        let mut end = next_month(self.seen);
        while end <= to {
            self.close_month(policy);
            self.month_ends.insert(end, self.balance());
            if !self.is_over(end) {
                self.closes = Some(end);
            }
            self.rents.fall_due(end, self.is_over(end));
            end = next_month(end);
        }
        if self.closes.is_some_and(|end| end < to) {
            self.close_month(policy);
        }
        self.seen = self.seen.max(to);
    }

    /// Whether the month that ends at this moment is still to be closed.
    pub(super) fn closes_at(&self, at: i64) -> bool {
        self.closes == Some(at)
    }

    /// Closes the month that is over, if that is still to be done.
    pub(super) fn close_month(&mut self, policy: &Policy) {
        if let Some(end) = self.closes.take().filter(|end| self.cycles.ends_at(*end)) {
            self.invoice_until(end, policy);
        }
    }

    /// Whether a cycle that ends now has an invoice: something was charged, or is owed that only an invoice asks for.
    pub(super) fn has_invoice(&self, (first, end): (i64, i64)) -> bool {
        let owed = || super::debts::in_cents(self.owed_between(self.covered(end).0, end - 1));
        self.cycles.has_charges((first, end)) || (self.limit.is_some() && owed() > 0)
    }

    /// Adds credit: what is owed is paid first. Answers how much that was.
    pub(super) fn credit(&mut self, kind: LotKind, amount: i64, moment: i64) -> i64 {
        let by = self.next_lot(kind);
        let paid = self.pay_debts_of(amount, by);
        self.add_lot(kind, amount, &paid, moment);
        paid.amount()
    }

    /// What the next lot pays with, if it is a gift.
    pub(super) fn next_lot(&self, kind: LotKind) -> Option<By> {
        let number = u32::try_from(self.lots.len()).unwrap_or(u32::MAX) + 1;
        (kind != LotKind::Cash).then_some(By::Gift(number))
    }

    pub(super) fn add_lot(&mut self, kind: LotKind, amount: i64, paid: &Paid, moment: i64) {
        let number = u32::try_from(self.lots.len()).unwrap_or(u32::MAX) + 1;
        let debts = if kind == LotKind::Cash { paid.months.clone() } else { BTreeMap::new() };
        self.lots.push(Lot { kind, moment, number, rest: amount - paid.amount(), debts });
    }

    /// Whether it is rent that counts as unpaid by now.
    pub(super) fn is_unpaid_rent(&self, debt: &Debt) -> bool {
        debt.rent_of.is_some() && (self.limit.is_none() || debt.unpaid <= self.seen)
    }

    /// Pays what is owed: unpaid rent first, then the oldest day, of a day its rent first and what is no charge last (CRD-10, R2, R81). Answers how much that
    /// was.
    pub(super) fn pay_debts(&mut self, amount: i64) -> i64 {
        self.pay_debts_of(amount, None).amount()
    }

    /// [`Account::pay_debts`], by the beginnings of the months of the debts.
    pub(super) fn pay_debts_of(&mut self, amount: i64, by: Option<By>) -> Paid {
        let mut of = Paid::default();
        let mut debts = std::mem::take(&mut self.debts);
        debts.sort_by_key(|debt| {
            let day = debt.at.div_euclid(DAY);
            (!self.is_unpaid_rent(debt), day, debt.rent_of.is_none(), !debt.charge, debt.claim.is_some())
        });
        self.debts = debts;
        let mut ended = Vec::new();
        let mut left = amount;
        for debt in &mut self.debts {
            let paid = left.min(debt.amount);
            debt.amount -= paid;
            left -= paid;
            if paid > 0 {
                *of.months.entry(month_of(debt.at)).or_default() += paid;
            }
            if paid > 0 {
                ended.push(Debt { amount: paid, ..debt.clone() });
            }
            if paid > 0 && debt.charge {
                *of.charges.entry(month_of(debt.at)).or_default() += paid;
            }
        }
        self.debts.retain(|debt| debt.amount > 0);
        self.note_ended(by, ended);
        of
    }

    /// Credit that is not paid for.
    pub fn give(&mut self, kind: LotKind, amount: i64, moment: i64, told: &'static str, now: i64, policy: &Policy) {
        let by = self.next_lot(kind);
        let paid = self.pay_debts_of(amount, by);
        self.add_lot(kind, amount, &paid, moment);
        self.cycles.gift(now, paid.charges);
        self.moved(told, amount);
        self.judge(now, policy, Occasion::Credit);
    }

    /// A redeemed coupon (CRD-13).
    pub fn redeem(&mut self, amount: i64, expires: Option<i64>, now: i64, policy: &Policy) {
        self.coupons.push(amount);
        self.mail("coupon-redeemed");
        self.give(LotKind::Promotional, amount, expires.unwrap_or(i64::MAX), "coupon-redeemed", now, policy);
    }

    pub(super) fn moved(&mut self, kind: &'static str, amount: i64) {
        let amounts = vec![("amount", amount), ("balance", self.balance())];
        self.expect(Told { kind, amounts, words: Vec::new() });
    }

    /// Takes an amount in spending order; what no lot covers is owed. Judges nothing.
    pub fn spend(&mut self, amount: i64, now: i64) {
        self.charge(amount, now, None);
    }

    /// [`Account::spend`], perhaps for the rent of a number. Answers what is owed of it.
    pub(super) fn charge(&mut self, amount: i64, now: i64, rent_of: Option<&str>) -> i64 {
        let (left, gifts) = self.take_from_lots(amount);
        let free = gifts.iter().map(|(_, taken)| taken).sum();
        self.cycles.charge(amount, free, now);
        if left > 0 {
            let unpaid = if self.limit.is_some() { self.cycles.end(now) + DAY } else { now };
            let rent_of = rent_of.map(str::to_owned);
            self.debts.push(Debt {
                at: now,
                unpaid,
                rent_of,
                charge: true,
                claim: None,
                of_invoice: false,
                amount: left,
            });
        }
        left
    }

    /// Takes something that is no charge, perhaps for a chargeback, in spending order; what no lot covers is owed since a moment. Answers how much that is, and
    /// which gifts have given how much.
    pub(super) fn take_for(&mut self, amount: i64, since: i64, claim: Option<Claim>) -> (i64, Vec<(u32, i64)>) {
        let (left, gifts) = self.take_from_lots(amount);
        if left > 0 {
            let (rent_of, charge, of_invoice) = (None, false, false);
            self.debts.push(Debt { at: since, unpaid: since, rent_of, charge, claim, of_invoice, amount: left });
        }
        (left, gifts)
    }

    /// Answers what no lot covers, and which trial and promotional lots have paid how much.
    fn take_from_lots(&mut self, amount: i64) -> (i64, Vec<(u32, i64)>) {
        let mut order: Vec<&mut Lot> = self.lots.iter_mut().filter(|lot| lot.rest > 0).collect();
        order.sort_by_key(|lot| (lot.kind, lot.moment, lot.number));
        let (mut left, mut gifts) = (amount, Vec::new());
        for lot in order {
            let taken = left.min(lot.rest);
            lot.rest -= taken;
            left -= taken;
            if lot.kind != LotKind::Cash && taken > 0 {
                gifts.push((lot.number, taken));
            }
        }
        (left, gifts)
    }

    /// The operator takes.
    pub fn debit(&mut self, amount: i64, now: i64, policy: &Policy) {
        self.spend(amount, now);
        self.moved("debit", amount);
        self.judge(now, policy, Occasion::Other);
    }

    /// Whether so much has been spent of the lot of a paid charge. What was taken back through the bank, or refunded in a history that was lost, is not there to be
    /// given back.
    pub fn can_correct(&self, charge: u32, amount: i64) -> bool {
        amount <= self.spent_of(charge)
    }

    /// Gives back to the lot of a paid charge (R18): a charge below zero (R27).
    pub fn correct(&mut self, charge: u32, amount: i64, now: i64, policy: &Policy) {
        self.cycles.charge(-amount, 0, now);
        let number = self.recharge.charges.get(&charge).and_then(|charge| charge.lot);
        let paid = self.pay_debts(amount);
        if let Some(lot) = self.lots.iter_mut().find(|lot| Some(lot.number) == number) {
            lot.rest += amount - paid;
        }
        self.moved("correction", amount);
        self.judge(now, policy, Occasion::Credit);
    }

    /// Replaces the customer's thresholds.
    pub fn set_alerts(&mut self, thresholds: &[i64], now: i64, policy: &Policy) {
        self.custom = thresholds.iter().copied().collect();
        self.judge(now, policy, Occasion::Other);
    }

    /// What the balance and available of now set off.
    pub fn judge(&mut self, now: i64, policy: &Policy, occasion: Occasion) {
        if occasion == Occasion::Credit {
            self.lift_if_paid();
        }
        if self.is_over(now) {
            return;
        }
        self.look(policy);
        self.judge_recharge(now, policy, occasion);
    }

    /// [`Account::judge`] after usage or a change of choices.
    pub fn judge_anew(&mut self, now: i64, policy: &Policy) {
        self.judge(now, policy, Occasion::Other);
    }

    /// Fires and arms alerts (CRD-8, R13, R21).
    fn look(&mut self, policy: &Policy) {
        let balance = self.left();
        let ([low, none, again], standing) = match self.limit {
            None => (["balance-low", "out-of-credit", "credit-available"], vec![("balance", balance)]),
            Some(limit) => {
                (["limit-low", "limit-reached", "limit-available"], vec![("left", balance), ("credit-limit", limit)])
            }
        };
        let mut all: BTreeSet<i64> = policy.thresholds.iter().chain(&self.custom).copied().collect();
        // Of a credit limit only what is below it says that little is left.
        all.retain(|threshold| self.limit.is_none_or(|limit| *threshold < limit));
        let fired: Vec<i64> =
            all.iter().copied().filter(|threshold| self.armed.contains(threshold) && balance < *threshold).collect();
        if let Some(lowest) = fired.first() {
            let mut amounts = standing.clone();
            amounts.push(("threshold", *lowest));
            amounts.extend(fired.iter().rev().map(|threshold| ("passed", *threshold)));
            self.expect(Told { kind: low, amounts, words: Vec::new() });
            self.mail(low);
        }
        self.armed = all.into_iter().filter(|threshold| balance >= *threshold).collect();
        let dry = balance <= 0;
        if dry == self.armed_for_zero {
            self.expect(Told { kind: if dry { none } else { again }, amounts: standing, words: Vec::new() });
            if dry {
                self.mail(none);
            }
        }
        self.armed_for_zero = !dry;
    }

    /// Why the default or a named card cannot be charged, if it cannot.
    pub fn unusable(&self, card: Option<u32>) -> Option<&'static str> {
        let card = card.or(self.default).and_then(|number| self.cards.iter().find(|card| card.number == number));
        match card.map(|card| card.state) {
            None => Some("none"),
            Some(CardState::Checking) => Some("checking"),
            Some(CardState::Unknown) => Some("unknown-to-gateway"),
            Some(CardState::Ready) => None,
        }
    }

    /// The token of a card that is stored.
    pub(super) fn token(&self, number: u32) -> String {
        let card = self.cards.iter().find(|card| card.number == number);
        card.map(|card| card.token.clone()).unwrap_or_default()
    }

    /// Makes a card the default (CRD-6, R10).
    pub fn make_default(&mut self, number: u32, now: i64, policy: &Policy) {
        self.default = Some(number);
        let words = vec![("card", format!("card-{number}"))];
        self.expect(Told { kind: "default-card-changed", amounts: Vec::new(), words });
        self.recharge.reset();
        self.judge(now, policy, Occasion::Other);
    }

    /// Takes a card away; no other becomes the default.
    pub fn remove_card(&mut self, number: u32) {
        self.cards.retain(|card| card.number != number);
        if self.default == Some(number) {
            self.default = None;
        }
        let words = vec![("card", format!("card-{number}"))];
        self.expect(Told { kind: "card-removed", amounts: Vec::new(), words });
    }

    /// Suspends or reinstates (R32).
    pub fn stand(&mut self, standing: Standing, now: i64, policy: &Policy) {
        if self.standing == standing {
            return;
        }
        self.enter(standing);
        self.judge(now, policy, Occasion::Other);
    }

    /// Open lots in spending order: number, kind, rest.
    pub fn open_lots(&self) -> Vec<(u32, &'static str, i64)> {
        let mut open: Vec<&Lot> = self.lots.iter().filter(|lot| lot.rest > 0).collect();
        open.sort_by_key(|lot| (lot.kind, lot.moment, lot.number));
        open.into_iter().map(|lot| (lot.number, lot.kind.name(), lot.rest)).collect()
    }

    /// What is left of a lot.
    pub(super) fn rest_of(&self, number: u32) -> i64 {
        self.lots.iter().find(|lot| lot.number == number).map_or(0, |lot| lot.rest)
    }

    /// A lot whose time is over and that still holds something.
    pub fn overdue_lot(&self, now: i64) -> Option<u32> {
        let over = |lot: &&Lot| lot.kind == LotKind::Promotional && lot.moment <= now && lot.rest > 0;
        self.lots.iter().find(over).map(|lot| lot.number)
    }
}
