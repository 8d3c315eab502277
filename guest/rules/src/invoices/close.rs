//! Close: drafts the invoices of a cycle that is over, and posts its tax and rounding (R26, R28).

use super::gather::{self, Gathered};
use super::number::Issued;
use super::records::{Bill, Stored, Unmade, draft_key};
use super::tax::{Taxed, taxes};
use super::{CURRENCY, Document, DocumentKind, DocumentMovement, EDITION, billing};
use crate::accounts::{self, BillingMode, Profile};
use crate::calendar::Month;
use crate::call::{Call, end_of_prefix};
use crate::events::{EventDraft, emit};
use crate::ids::AuthId;
use crate::jobs::JobKey;
use crate::judge::{Occasion, judge};
use crate::ledger::{self, LedgerAccount, Posting};
use crate::money::Money;
use crate::month_end::Progress;
use crate::policy::Policy;
use crate::port::Lane;
use crate::posting::{self, Debit};
use crate::queue::{self, QueueEntry};
use crate::totals;
use crate::vocabulary::{Fact, Fault, Instant, Problem};
use crate::wallet;

/// Accounts of one call.
const ACCOUNTS_PER_CALL: usize = 50;
/// Records read after which no further account is looked at in the same call.
const READ_PER_CALL: usize = 2_000;

/// Drafts the invoices of some accounts that have totals in the month before `month`, which begins. `after` is where to go on.
pub(crate) fn close_page(call: &mut Call<'_>, month: Month, after: Option<&str>) -> Result<Progress, Fault> {
    let prefix = totals::cycle_prefix(month.previous());
    let end = end_of_prefix(&prefix);
    let mut from = after.unwrap_or(&prefix).to_owned();
    let mut read = 0;
    for _ in 0..ACCOUNTS_PER_CALL {
        let (found, _) = call.span_text(&from, &end, 1);
        let Some((key, _)) = found.first() else { return Ok(Progress::Done) };
        let account = key
            .get(prefix.len()..prefix.len() + 20)
            .and_then(AuthId::parse)
            .ok_or_else(|| Fault::problem("stored-record-unreadable", vec![Fact::new("key", key)]))?;
        read += close_one(call, account, month)?;
        from = end_of_prefix(&format!("{prefix}{account}/"));
        if read >= READ_PER_CALL {
            break;
        }
    }
    Ok(Progress::After(from))
}

/// Drafts the invoice of one account, if its cycle ends where `month` begins. Answers how many records were read.
fn close_one(call: &mut Call<'_>, account: AuthId, month: Month) -> Result<usize, Fault> {
    let bill = Bill::load(call, account)?;
    if bill.closed || bill.until.is_some_and(|until| until >= month) {
        return Ok(1);
    }
    if bill.months > 1 && month.first_day().month() % 3 != 1 {
        // Seen again a month later, whether or not anything happens until then.
        totals::keep_open(call, month, account)?;
        return Ok(1);
    }
    let (drafted, read) = draft(call, account, bill, month, None)?;
    if drafted == Drafted::Differs {
        // The others' invoices do not wait for it. It is tried again a month later; its charges stay uncovered until then.
        totals::keep_open(call, month, account)?;
    }
    Ok(read)
}

/// Tells the operator, once until it is mended, that an account has no invoice because its lines are not what the ledger says.
fn report(call: &mut Call<'_>, account: AuthId, mut bill: Bill, first: Month, problem: Problem) -> Result<(), Fault> {
    if bill.unmade.is_some() {
        return Ok(());
    }
    let since = call.now();
    bill.unmade = Some(Unmade { first, since });
    bill.save(call, account);
    let facts: Vec<String> = problem.facts.iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect();
    let entry = QueueEntry::new(Some(account), "invoice-not-made", since, facts.join(", "));
    call.put(&unmade_key(account, since), &entry);
    let (account, kind, facts) = (Some(account), "invoice-not-made", problem.facts);
    emit(call, EventDraft { account, kind, rule: "INV-1", facts, transactions: Vec::new() });
    Ok(())
}

fn unmade_key(account: AuthId, since: Instant) -> String {
    queue::single_key(since, &format!("{account}/invoice"))
}

/// What a closing account is told about its final invoice.
#[derive(Clone, PartialEq, Debug)]
pub enum ClosedAccount {
    /// The totals have not caught up with the ledger: call again, a page further.
    NotYet,
    /// The lines are not what the ledger says: nothing was written but that the operator's queue says so. Ask again later.
    Differs,
    /// Nothing was charged since the last invoice.
    Nothing,
    /// Drafted, its tax posted; its number comes at once, from the job that gives all numbers.
    Drafted,
}

/// Makes the final invoice of an account that closes: everything posted until now (R23). After it no invoice is made any more. Each call
/// that answers [`ClosedAccount::NotYet`] has made some progress: end the transaction and call again.
///
/// What the same call has posted before is not in the totals yet and would answer `NotYet` for ever: nothing may be posted in front of it.
pub fn close_account(call: &mut Call<'_>, account: AuthId) -> Result<ClosedAccount, Fault> {
    if Bill::load(call, account)?.closed {
        return Ok(ClosedAccount::Nothing);
    }
    if !totals::are_complete_before(call, Instant::MAX)? {
        totals::fold_next(call)?;
        if !totals::are_complete_before(call, Instant::MAX)? {
            return Ok(ClosedAccount::NotYet);
        }
    }
    let bill = Bill::load(call, account)?;
    let month = Month::of(call.now());
    let (drafted, _) = draft(call, account, bill, month.next(), Some(call.now() + 1))?;
    if drafted == Drafted::Differs {
        return Ok(ClosedAccount::Differs);
    }
    let mut bill = Bill::load(call, account)?;
    bill.closed = true;
    bill.save(call, account);
    if drafted == Drafted::Nothing {
        return Ok(ClosedAccount::Nothing);
    }
    call.timer(&JobKey::Number.to_string(), Lane::Normal, call.now());
    Ok(ClosedAccount::Drafted)
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

/// Drafts an invoice over everything that no invoice covers yet, up to `until`. Answers how many records were read, too.
fn draft(
    call: &mut Call<'_>,
    account: AuthId,
    mut bill: Bill,
    until: Month,
    end: Option<Instant>,
) -> Result<(Drafted, usize), Fault> {
    let profile = accounts::profile(call, account)?;
    let last = until.previous();
    let (first, since, opening) = span(call, account, &bill, &profile, until)?;
    let end = end.unwrap_or(until.first());
    let gathered = match gather::gather(call, account, (first, last), since, end) {
        Err(Fault::Other(problem)) if problem.code == gather::DIFFERS => {
            report(call, account, bill, first, problem)?;
            return Ok((Drafted::Differs, 1));
        }
        gathered => gathered?,
    };
    let read = gathered.read;
    if gathered.lines.is_empty() {
        return Ok((Drafted::Nothing, read));
    }
    if let Some(unmade) = bill.unmade.take() {
        call.remove(&unmade_key(account, unmade.since));
    }
    let cycle = Cycle { account, first, last, end, opening };
    let (document, owed, transactions) = document(call, &cycle, &profile, gathered)?;
    let closing = Money::from_micros(document.closing_balance);
    let name = format!("{last}-{end}");
    let stored = Stored::split(call, account, &name, document, owed, transactions);
    call.put(&draft_key(call.now(), account, &name), &stored);
    bill.until = Some(until);
    bill.closing = closing;
    bill.save(call, account);
    Ok((Drafted::Made, read))
}

/// The first month that is covered, the month from which movements are listed, and the balance before.
fn span(
    call: &Call<'_>,
    account: AuthId,
    bill: &Bill,
    profile: &Profile,
    until: Month,
) -> Result<(Month, Month, Money), Fault> {
    let created = Month::of(profile.created);
    let earliest = bill.until.unwrap_or(created);
    let mut first = until.previous();
    while bill.months > 1 && first.first_day().month() % 3 != 1 {
        first = first.previous();
    }
    first = first.max(earliest).min(until.previous());
    // Before its own first month there can be charges of a cycle whose invoice is not made yet, or could not be made.
    let before = first.previous().previous().previous();
    let before = bill.unmade.as_ref().map_or(before, |unmade| unmade.first.min(before));
    let first = first_with_charges(call, account, before.max(earliest), first);
    match bill.until {
        Some(since) => Ok((first, since.min(first), bill.closing)),
        // The first invoice: what came before is its opening balance.
        None => Ok((first, first, gather::taken_before(call, account, created, first)?.negated()?)),
    }
}

/// The first month with charges before `until`; `until`, if there is none.
fn first_with_charges(call: &Call<'_>, account: AuthId, first: Month, until: Month) -> Month {
    let mut month = first;
    while month < until {
        let prefix = format!("{}/", totals::cycle_key(month, account));
        if !call.span_text(&prefix, &end_of_prefix(&prefix), 1).0.is_empty() {
            return month;
        }
        month = month.next();
    }
    until
}

struct Cycle {
    account: AuthId,
    first: Month,
    last: Month,
    end: Instant,
    opening: Money,
}

/// The document without number, what of it is owed, and the closing postings.
fn document(
    call: &mut Call<'_>,
    cycle: &Cycle,
    profile: &Profile,
    gathered: Gathered,
) -> Result<(Document, Money, Vec<String>), Fault> {
    let account = cycle.account;
    let policy = Policy::load(call)?;
    let customer = billing::customer(call, account, profile)?;
    let net = gathered.charged.minus(gathered.discount)?;
    let taxed = Taxed { country: &customer.country, state: &profile.state, tax_id: &customer.tax_id };
    let taxes = taxes(&policy.tax_rates, &taxed, net)?;
    let mut tax = Money::ZERO;
    for line in &taxes {
        tax = tax.plus(Money::from_micros(line.amount))?;
    }
    let mut transactions = Vec::new();
    if tax > Money::ZERO {
        transactions.push(closing_debit(call, cycle, "tax", LedgerAccount::Tax, tax)?);
    }
    let mut movements = gathered.movements;
    if gathered.discount > Money::ZERO {
        movements.push(DocumentMovement {
            label: "Trial and promotional credits used".to_owned(),
            at: cycle.end - 1,
            amount: gathered.discount.negated()?.micros(),
        });
    }
    let mut closing = cycle.opening.minus(gathered.taken)?.minus(tax)?;
    let days = (cycle.first.first(), cycle.end - 1);
    let postpaid = profile.billing_mode == BillingMode::Postpaid;
    if postpaid {
        let owed = wallet::owed_between(call, account, days.0, days.1)?;
        let rounded = owed.to_cents_half_up()?;
        let difference = rounded.minus(owed)?;
        if difference != Money::ZERO {
            transactions.push(round(call, cycle, difference)?);
            closing = closing.minus(difference)?;
            movements.push(DocumentMovement {
                label: "Rounding to whole cents".to_owned(),
                at: cycle.end - 1,
                amount: difference.negated()?.micros(),
            });
        }
    }
    if !transactions.is_empty() {
        judge(call, account, Occasion::Debit)?;
    }
    let owed = wallet::owed_between(call, account, days.0, days.1)?;
    let document = Document {
        kind: DocumentKind::Invoice,
        number: String::new(),
        issued: call.now(),
        period_start: Some(cycle.first.first()),
        period_end: Some(cycle.end),
        seller: billing::seller(&policy),
        customer,
        currency: CURRENCY.to_owned(),
        lines: gathered.lines,
        discount: gathered.discount.micros(),
        net: net.micros(),
        taxes,
        total: net.plus(tax)?.micros(),
        opening_balance: cycle.opening.micros(),
        closing_balance: closing.micros(),
        movements,
        amount_due: closing.min(Money::ZERO).negated()?.micros(),
        status: if owed > Money::ZERO { "open" } else { "paid" }.to_owned(),
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
    Ok((document, owed, transactions))
}

/// Posts tax or rounding as a closing posting of the cycle; what the lots cannot cover is owed since its last day, so that it belongs to this
/// invoice and to no later one.
fn closing_debit(
    call: &mut Call<'_>,
    cycle: &Cycle,
    kind: &str,
    to: LedgerAccount,
    amount: Money,
) -> Result<String, Fault> {
    let cause = cycle.last.to_string();
    let debit = Debit { kind, cause: &cause, cycle: Some(cycle.last), lines: Vec::new(), others: vec![(to, amount)] };
    let posted = posting::debit(call, cycle.account, debit)?;
    wallet::owe_since(call, cycle.account, posted.split.owed, cycle.end - 1)?;
    Ok(posted.transaction)
}

/// Makes what is owed of a cycle whole cents (R4): positive adds to it, negative takes off.
fn round(call: &mut Call<'_>, cycle: &Cycle, difference: Money) -> Result<String, Fault> {
    if difference > Money::ZERO {
        return closing_debit(call, cycle, "rounding", LedgerAccount::Rounding, difference);
    }
    let less = difference.negated()?;
    wallet::forgive_between(call, cycle.account, cycle.first.first(), cycle.end - 1, less)?;
    let id = ledger::next_id(call)?;
    let postings = vec![
        Posting(LedgerAccount::Rounding, None, less),
        Posting(LedgerAccount::Receivables, Some(cycle.account), difference),
    ];
    let cause = cycle.last.to_string();
    ledger::post_in_cycle(call, &id, "rounding", &cause, Some(cycle.last), postings, Vec::new())?;
    Ok(id)
}

/// What the numbering tells others about an issued invoice.
pub(super) fn issued(account: AuthId, stored: &Stored) -> Issued {
    let document = &stored.document;
    let days = (document.period_start.unwrap_or(0), document.period_end.map_or(0, |end| end - 1));
    Issued { account, number: document.number.clone(), amount_due: stored.owed, days }
}
