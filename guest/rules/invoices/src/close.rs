//! Close: drafts the invoices of a cycle that is over, and posts its tax and rounding (R26, R28).

use crate::billing;
use crate::document::{Document, DocumentMovement, EDITION};
use crate::gather::{self, Gathered, Span};
use crate::records::{Bill, Stored, Unmade, draft_key};
use crate::tax::{Taxed, taxes};
use coinbox_credit::movements::posting::{self, Debit};
use coinbox_credit::movements::refilling;
use coinbox_credit::records::dunning;
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::calendar::Month;
use coinbox_ground::feed;
use coinbox_ground::ids::{AuthId, time_key};
use coinbox_ground::job::Progress;
use coinbox_ground::money::Money;
use coinbox_ground::queue::{self, QueueEntry};
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::{Fact, Fault, Instant, Problem};
use coinbox_ledger::totals;
use coinbox_ledger::wallet;
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::billing as stored_billing;
use coinbox_profiles::document_kind::DocumentKind;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile::{self, BillingMode, Profile};

/// Accounts of one call.
const ACCOUNTS_PER_CALL: usize = 50;
/// Records read after which no further account is looked at in the same call.
const READ_PER_CALL: usize = 2_000;

/// Drafts the invoices of some accounts that have totals in the month before `month`, which begins. `after` is where to go on.
pub fn close_page(turn: &mut Turn<'_>, month: Month, after: Option<&str>) -> Result<Progress, Fault> {
    let prefix = totals::cycle_prefix(month.previous());
    let end = end_of_prefix(&prefix);
    let mut from = after.unwrap_or(&prefix).to_owned();
    let mut read = 0;
    for _ in 0..ACCOUNTS_PER_CALL {
        let (found, _) = turn.span_text(&from, &end, 1);
        let Some((key, _)) = found.first() else { return Ok(Progress::Done) };
        let account = AuthId::after(&prefix, key).ok_or_else(|| Fault::unreadable(vec![Fact::new("key", key)]))?;
        read += close_one(turn, account, month)?;
        from = end_of_prefix(&format!("{prefix}{account}/"));
        if read >= READ_PER_CALL {
            break;
        }
    }
    Ok(Progress::After(from))
}

/// Drafts the invoice of one account, if its cycle ends where `month` begins. Answers how many records were read.
fn close_one(turn: &mut Turn<'_>, account: AuthId, month: Month) -> Result<usize, Fault> {
    let bill = Bill::load(turn, account)?;
    if bill.closed || bill.until.is_some_and(|until| until >= month) {
        return Ok(1);
    }
    if bill.months > 1 && month.first_day().month() % 3 != 1 {
        // Seen again a month later, whether or not anything happens until then.
        totals::keep_open(turn, month, account)?;
        return Ok(1);
    }
    let (drafted, read) = draft(turn, account, bill, month)?;
    if drafted == Drafted::Differs {
        // The others' invoices do not wait for it. It is tried again a month later; its charges stay uncovered until then.
        totals::keep_open(turn, month, account)?;
    }
    Ok(read)
}

/// Tells the operator, once until it is mended, that an account has no invoice because its lines are not what the ledger says.
pub(crate) fn report(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut bill: Bill,
    first: Month,
    problem: Problem,
) -> Result<(), Fault> {
    if bill.unmade.is_some() {
        return Ok(());
    }
    let since = turn.now();
    bill.unmade = Some(Unmade { first, since });
    bill.save(turn, account);
    let facts: Vec<String> = problem.facts.iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect();
    let entry = QueueEntry::new(Some(account), "invoice-not-made", since, facts.join(", "));
    turn.put(&unmade_key(account, since), &entry);
    feed::event(account, "invoice-not-made", "INV-1").facts(problem.facts).tell(turn);
    Ok(())
}

fn unmade_key(account: AuthId, since: Instant) -> String {
    queue::single_key(since, &format!("{account}/invoice"))
}

/// What became of a draft.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Drafted {
    Made,
    /// There is nothing to charge.
    Nothing,
    /// Its lines are not what the ledger says: the operator is told.
    Differs,
}

/// Drafts an invoice over everything that no invoice covers yet, up to `until`, which begins. Answers how many records were read, too.
fn draft(turn: &mut Turn<'_>, account: AuthId, bill: Bill, until: Month) -> Result<(Drafted, usize), Fault> {
    let profile = profile::profile(turn, account)?;
    let span = span_of(turn, account, &bill, profile.created, until, until.first());
    let gathered = match gather::gather(turn, account, &span) {
        Err(Fault::Other(problem)) if problem.code == gather::DIFFERS => {
            report(turn, account, bill, span.first, problem)?;
            return Ok((Drafted::Differs, 1));
        }
        gathered => gathered?,
    };
    let read = gathered.read;
    if gathered.lines.is_empty() {
        // Whatever nothing was charged for, such as what a chargeback has left owed that reopened no invoice, in this cycle or before (R84).
        let owed = wallet::owed_whole_between(turn, account, bill.uncovered_from(), span.end - 1)?;
        if owed == Money::ZERO {
            return Ok((Drafted::Nothing, read));
        }
        if profile.billing_mode == BillingMode::Prepaid {
            dunning::wait(turn, account, span.end - 1)?;
            return Ok((Drafted::Nothing, read));
        }
    }
    let draft = Draft::make(turn, account, &bill, &profile, span, gathered)?;
    draft.keep(turn, bill, until, None)?;
    Ok((Drafted::Made, read))
}

/// What a document over everything up to `end` is to hold, which is in the month before `until`. Its charges begin in the first month with any that no
/// invoice covers, at most a cycle and three months before where there was an invoice; its movements where the last document ended (R83).
pub(crate) fn span_of(
    turn: &Turn<'_>,
    account: AuthId,
    bill: &Bill,
    created: Instant,
    until: Month,
    end: Instant,
) -> Span {
    let last = until.previous();
    let mut first = last;
    while bill.months > 1 && first.first_day().month() % 3 != 1 {
        first = first.previous();
    }
    // Before its own first month there can be charges of a cycle whose invoice is not made yet, or could not be made. An account without an invoice
    // may have been charged by a version that made none.
    let earliest = bill.until.unwrap_or(Month::of(created));
    let before = match (bill.until, &bill.unmade) {
        (None, _) => earliest,
        (Some(_), Some(unmade)) => unmade.first.min(first.previous().previous().previous()),
        (Some(_), None) => first.previous().previous().previous(),
    };
    first = first_with_charges(turn, account, before.max(earliest), first.max(earliest));
    let since = match &bill.after {
        Some(after) => successor(after),
        None => time_key(bill.covered_until()),
    };
    // After a document of this month, which has all its charges, begins what is left.
    let start = if first > last { last.first().max(bill.end.unwrap_or(0).min(end - 1)) } else { first.first() };
    Span { first, last, since, start, end }
}

/// The first month with charges before `until`; `until`, if there is none.
fn first_with_charges(turn: &Turn<'_>, account: AuthId, first: Month, until: Month) -> Month {
    let mut month = first;
    while month < until {
        let prefix = format!("{}/", totals::cycle_key(month, account));
        if !turn.span_text(&prefix, &end_of_prefix(&prefix), 1).0.is_empty() {
            return month;
        }
        month = month.next();
    }
    until
}

/// A document without number whose closing postings are posted.
pub struct Draft {
    account: AuthId,
    span: Span,
    pub document: Document,
    owed: Money,
    postpaid: bool,
    transactions: Vec<String>,
}

impl Draft {
    /// Makes the document of a cycle, and posts its rounding and tax (R26, R28, R85).
    pub(crate) fn make(
        turn: &mut Turn<'_>,
        account: AuthId,
        bill: &Bill,
        profile: &Profile,
        span: Span,
        gathered: Gathered,
    ) -> Result<Draft, Fault> {
        let (policy, currency) = (Policy::load(turn)?, wallet::currency(turn, account)?);
        let customer = billing::customer(turn, account, profile)?;
        let exact = gathered.charged.minus(gathered.discount)?;
        let net = exact.to_whole(currency)?;
        let rounding = net.minus(exact)?;
        let state = stored_billing::state(turn, account, profile)?;
        billing::judge_place(turn, account, &customer.country, &state)?;
        let taxed = Taxed { country: &customer.country, state: &state, tax_id: &customer.tax_id };
        let taxes = taxes(&policy.tax_rates, &taxed, net, currency)?;
        let mut tax = Money::ZERO;
        for line in &taxes {
            tax = tax.plus(Money::from_micros(line.amount))?;
        }
        // From the end of the document before, so that every day belongs to one: what is owed of it is how it stands (R84).
        let cycle = Cycle { account, first: bill.uncovered_from(), last: span.last, end: span.end };
        let mut transactions = Vec::new();
        for (kind, to, amount) in
            [("rounding", LedgerAccount::Rounding, rounding.plus(gathered.rounded)?), ("tax", LedgerAccount::Tax, tax)]
        {
            if amount != Money::ZERO {
                transactions.push(cycle.post(turn, kind, to, amount)?);
            }
        }
        let total = net.plus(tax)?;
        let mut movements = gathered.movements;
        let mut closing = bill.closing.plus(gathered.moved)?.minus(gathered.discount)?.minus(total)?;
        if gathered.discount != Money::ZERO {
            movements.push(movement("Trial and promotional credits used", span.end - 1, gathered.discount.negated()?));
        }
        let days = cycle.days();
        let postpaid = profile.billing_mode == BillingMode::Postpaid;
        if postpaid && span.first <= span.last {
            // Its total is whole cents; credit that was none may have paid a part of it (R4). What the first of two final invoices asks for is so already: a gift
            // that pays a part of it takes nothing else off the account.
            let owed = wallet::owed_between(turn, account, days.0, days.1)?;
            let difference = owed.to_whole_half_up(currency)?.minus(owed)?;
            if difference != Money::ZERO {
                transactions.push(cycle.post(turn, "rounding", LedgerAccount::Rounding, difference)?);
                closing = closing.minus(difference)?;
                movements.push(movement(gather::rounding_words(currency), span.end - 1, difference.negated()?));
            }
        }
        if !transactions.is_empty() {
            judge(turn, account, Occasion::Debit)?;
        }
        let owed = wallet::owed_between(turn, account, days.0, days.1)?;
        let amount_due = closing.min(Money::ZERO).negated()?;
        let document = Document {
            kind: DocumentKind::Invoice,
            number: String::new(),
            issued: turn.now(),
            period_start: Some(span.start),
            period_end: Some(span.end),
            seller: billing::seller(&policy),
            customer,
            currency: currency.to_string(),
            lines: gathered.lines,
            discount: gathered.discount.micros(),
            rounding: rounding.micros(),
            net: net.micros(),
            taxes,
            total: total.micros(),
            opening_balance: bill.closing.micros(),
            closing_balance: closing.micros(),
            movements,
            amount_due: amount_due.micros(),
            // It asks for what the whole account owes, so it is not paid before all of that is, whatever its own days have left owed.
            status: if amount_due.to_whole_half_up(currency)? > Money::ZERO { "open" } else { "paid" }.to_owned(),
            method: if postpaid { "invoice" } else { "credits" }.to_owned(),
            refers_to: None,
            // Reverse charge is said beside the taxes, with its legal basis.
            note: String::new(),
            about: None,
            due: None,
            payment_terms: policy.payment_terms.clone(),
            ways_to_pay: policy.ways_to_pay.clone(),
            card: String::new(),
            payment_reference: String::new(),
            payment_at: None,
            edition: EDITION,
        };
        Ok(Draft { account, span, document, owed, postpaid, transactions })
    }

    /// Whether something is owed of its days that only an invoice asks for (R84). A document of the same month has asked already.
    pub(crate) fn asks_for_more(&self) -> bool {
        self.postpaid && self.span.first <= self.span.last && self.owed > Money::ZERO
    }

    /// Keeps it until it gets its number. What comes next begins where it ends, behind the transaction `after` if it ends within a month, with its closing
    /// balance; its charges in `until`.
    pub(crate) fn keep(
        self,
        turn: &mut Turn<'_>,
        mut bill: Bill,
        until: Month,
        after: Option<String>,
    ) -> Result<(), Fault> {
        let Draft { account, span, document, owed, transactions, .. } = self;
        if let Some(unmade) = bill.unmade.take() {
            turn.remove(&unmade_key(account, unmade.since));
        }
        bill.closing = Money::from_micros(document.closing_balance);
        bill.until = Some(until);
        bill.end = Some(span.end);
        bill.after = after;
        bill.save(turn, account);
        // The last document can be made in the same moment as the one before it.
        let last = if bill.closed { "-last" } else { "" };
        let name = format!("{}-{}{last}", span.last, span.end);
        let stored = Stored::split(turn, account, &name, document, owed, transactions);
        turn.put(&draft_key(turn.now(), account, &name), &stored);
        Ok(())
    }
}

/// A movement as documents show it.
pub(crate) fn movement(label: &str, at: Instant, amount: Money) -> DocumentMovement {
    DocumentMovement { label: label.to_owned(), at, amount: amount.micros(), earlier: false }
}

/// A cycle that is being closed.
struct Cycle {
    account: AuthId,
    /// First moment of the days that it covers.
    first: Instant,
    last: Month,
    end: Instant,
}

impl Cycle {
    /// First and last day.
    fn days(&self) -> (Instant, Instant) {
        (self.first, self.end - 1)
    }

    /// Posts tax or rounding as a closing posting of the cycle (R26). What lots cannot cover is owed since its last day, so that it belongs to this
    /// invoice and to no later one; what is below zero goes back.
    fn post(&self, turn: &mut Turn<'_>, kind: &str, to: LedgerAccount, amount: Money) -> Result<String, Fault> {
        let cause = self.last.to_string();
        let cycle = Some(self.last);
        if amount > Money::ZERO {
            let debit = Debit { kind, cause: &cause, cycle, lines: Vec::new(), others: vec![(to, amount)] };
            let posted = posting::debit(turn, self.account, debit)?;
            wallet::owe_since(turn, self.account, posted.split.owed, self.end - 1)?;
            wallet::note_gifts(turn, self.account, self.end - 1, &posted.gifts)?;
            return Ok(posted.transaction);
        }
        let amount = amount.negated()?;
        let id = ledger::next_id(turn)?;
        let mut postings = vec![Posting(to, None, amount)];
        postings.extend(self.give_back(turn, amount, &id)?);
        ledger::post_in_cycle(turn, (&id, self.account), kind, &cause, cycle, postings, Vec::new())?;
        Ok(id)
    }

    /// Gives back an amount: first what is owed of the cycle is less, then other debts are paid and the recharges refilled that were spent last, as by a
    /// credit note (R18). Answers the customer's side.
    fn give_back(&self, turn: &mut Turn<'_>, amount: Money, origin: &str) -> Result<Vec<Posting>, Fault> {
        let account = self.account;
        let days = self.days();
        let less = amount.min(wallet::owed_between(turn, account, days.0, days.1)?);
        wallet::forgive_between(turn, account, days.0, days.1, less)?;
        let mut wallet = wallet::need(turn, account)?;
        let (back, promotional) = refilling::give_back(turn, account, &mut wallet, amount.minus(less)?, origin)?;
        wallet::save(turn, account, &wallet);
        Ok(vec![
            Posting(LedgerAccount::CreditsCash, Some(account), back.cash.negated()?),
            Posting(LedgerAccount::CreditsPromotional, Some(account), promotional.negated()?),
            Posting(LedgerAccount::Receivables, Some(account), back.paid.plus(less)?.negated()?),
        ])
    }
}
