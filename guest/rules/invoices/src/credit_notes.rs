//! Credit notes: the only correction of an issued invoice (INV-5, R27).
//!
//! What is given back is split over net amount and taxes in proportion to what is left of each, by largest remainder and in whole cents (R85); the last credit note of an
//! invoice therefore gives back exactly what the ones before left. First it pays rent that is unpaid (R81), then what is owed of the invoice. What was written off of it nobody has paid, so it is not
//! given back (R24). The rest goes back as what it was: what payments have paid to the recharges that have paid this invoice, or came before its end and were spent last (R18), as
//! cash that is taxed when it is spent again and refunded at a closing; what gifts have paid after its cycle, which is no discount of it (R86), to these gifts. Both pay first what else
//! is owed. Only what no recharge of the account lacks becomes promotional credit.

use crate::billing;
use crate::document::{Document, DocumentLine, EDITION, TaxLine};
use crate::error::Error;
use crate::records::{Place, State, Stored};
use crate::series::issue_now;
use crate::standing;
use crate::tax::shares;
use coinbox_access::{self as access, functions};
use coinbox_credit::movements::correcting::{self, Corrected};
use coinbox_credit::watch::judge::judge;
use coinbox_credit::watch::occasion::Occasion;
use coinbox_ground::currency::Currency;
use coinbox_ground::feed;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fact, Fault, FieldRule, Instant, Micros, Refusal};
use coinbox_ledger::wallet::{self, Payer};
use coinbox_ledger::{self as ledger, LedgerAccount, Posting};
use coinbox_profiles::document_kind::DocumentKind;
use coinbox_profiles::mail;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;

/// Gives back all that is left of an invoice, or a part of it.
pub fn issue_credit_note(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    invoice: String,
    amount: Option<Micros>,
    reason: String,
) -> Result<Document, Error> {
    let command = access::command_on(turn, caller, functions::INVOICES_ISSUE_CREDIT_NOTE, &auth_id)?;
    let args = (&auth_id, &invoice, amount, &reason);
    command.once(turn, &args, |turn, who, account| {
        let wallet = wallet::need(turn, account)?;
        if wallet.is_closed() {
            return Err(Refusal::Closed.into());
        }
        let currency = wallet.currency();
        let mut checks = Checks::new();
        if let Some(amount) = amount {
            checks.require(amount > 0, "amount", FieldRule::TooSmall, currency.smallest());
            let whole = Money::from_micros(amount).is_whole(currency);
            checks.require(whole, "amount", FieldRule::WrongForm, currency.whole());
        }
        checks.text(&reason, "reason", 1, 200);
        checks.done()?;
        let missing = Policy::load(turn)?.seller.missing();
        if !missing.is_empty() {
            return Err(Error::SellerIncomplete(missing.into_iter().map(str::to_owned).collect()));
        }
        let (n, stored) = Place::find_place(turn, account, &[DocumentKind::Invoice], &invoice)?
            .ok_or_else(|| Fault::not_found("invoice"))?;
        let days = standing::days(turn, account, n, &stored)?;
        let mut state = State::load(turn, account, &invoice)?;
        let left = standing::not_given_back(turn, account, days, &stored.document, &state)?;
        let amount = amount.map_or(left, Money::from_micros);
        if amount > left || left <= Money::ZERO {
            // An invoice of corrections alone has nothing to give back.
            return Err(Error::MoreThanInvoice(left.max(Money::ZERO).micros()));
        }
        let cash = standing::paid_in_cash(turn, account, days, &stored.document, &state)?;
        let given = Given { days, cash, ..split(&stored.document, &mut state, amount, currency)? };
        state.save(turn, account, &invoice);
        let document = give(turn, account, &stored.document, &given, &reason, who.name())?;
        Ok(document)
    })
}

/// What is given back of the net amount and of each tax.
struct Given {
    /// The days that the invoice covers.
    days: (Instant, Instant),
    /// What payments have paid of it at most.
    cash: Money,
    amount: Money,
    net: Money,
    taxes: Vec<Money>,
}

/// Splits an amount over what is left of the invoice's parts, and notes it as given back.
fn split(invoice: &Document, state: &mut State, amount: Money, currency: Currency) -> Result<Given, Fault> {
    state.taxes.resize(invoice.taxes.len(), Money::ZERO);
    let mut left = vec![Money::from_micros(invoice.net).minus(state.net)?];
    for (tax, given) in invoice.taxes.iter().zip(&state.taxes) {
        left.push(Money::from_micros(tax.amount).minus(*given)?);
    }
    let mut parts = shares(amount, &left, currency)?.into_iter();
    let net = parts.next().unwrap_or_default();
    let taxes: Vec<Money> = parts.collect();
    state.net = state.net.plus(net)?;
    for (given, tax) in state.taxes.iter_mut().zip(&taxes) {
        *given = given.plus(*tax)?;
    }
    Ok(Given { days: (0, 0), cash: Money::ZERO, amount, net, taxes })
}

/// Posts the credit and issues the note.
fn give(
    turn: &mut Turn<'_>,
    account: AuthId,
    invoice: &Document,
    given: &Given,
    reason: &str,
    by: &str,
) -> Result<Document, Fault> {
    let mut wallet = wallet::need(turn, account)?;
    let opening = wallet.balance;
    let id = ledger::next_id(turn)?;
    // Rent that is unpaid goes first, as with any credit, or a number could be lost (R81). It corrects this invoice: what is owed of it comes next, whatever
    // else is owed (R84).
    let (of_rent, _) = wallet::pay_unpaid_rent(turn, account, &mut wallet, given.amount)?;
    let rest = given.amount.minus(of_rent)?;
    let of_it = wallet::pay_between(turn, account, &mut wallet, given.days, rest, &Payer::Corrected)?;
    let end = invoice.period_end.unwrap_or(invoice.issued);
    let corrected = Corrected { days: given.days, end, number: &invoice.number, cash: given.cash };
    let mut back = correcting::give_back_of(turn, account, &mut wallet, &corrected, rest.minus(of_it)?, &id)?;
    back.owed = back.owed.plus(of_rent)?.plus(of_it)?;
    wallet::save(turn, account, &wallet);
    let mut tax = Money::ZERO;
    for part in &given.taxes {
        tax = tax.plus(*part)?;
    }
    let mut postings =
        vec![Posting(LedgerAccount::Adjustments, None, given.net), Posting(LedgerAccount::Tax, None, tax)];
    postings.extend(back.postings(account)?);
    back.tell_expired(turn, account, wallet.balance, &id);
    let cause = format!("{}, {reason}", invoice.number);
    ledger::post_gift(turn, (&id, account), ("credit-note", &cause), postings, back.pays)?;
    let document = document(turn, account, invoice, given, reason, (opening, wallet.balance))?;
    let stored = issue_now(turn, account, Stored::whole(document, vec![id.clone()]))?;
    let facts = vec![
        Fact::new("number", &stored.document.number),
        Fact::new("invoice", &invoice.number),
        Fact::new("amount", given.amount),
        Fact::new("tax", tax),
        Fact::new("balance", wallet.balance),
        Fact::new("reason", reason),
    ];
    let attached = (DocumentKind::CreditNote, stored.document.number.as_str());
    mail::send_with(turn, account, "credit-note-issued", facts.clone(), attached)?;
    feed::event(account, "credit-note-issued", "INV-5").facts(facts).fact("by", by).transaction(id).tell(turn);
    judge(turn, account, Occasion::Credit)?;
    Ok(stored.document)
}

fn document(
    turn: &Turn<'_>,
    account: AuthId,
    invoice: &Document,
    given: &Given,
    reason: &str,
    (opening, closing): (Money, Money),
) -> Result<Document, Fault> {
    let profile = profile::profile(turn, account)?;
    let policy = Policy::load(turn)?;
    let taxes = invoice
        .taxes
        .iter()
        .zip(&given.taxes)
        .map(|(tax, amount)| TaxLine { base: given.net.micros(), amount: amount.micros(), ..tax.clone() })
        .collect();
    let line = DocumentLine {
        section: account.to_string(),
        section_name: profile.name.clone(),
        product: "credit-note".to_owned(),
        description: format!("Credit for invoice {}", invoice.number),
        quantity: 1,
        unit: String::new(),
        count: 1,
        price: None,
        used_from: None,
        used_to: None,
        amount: given.net.micros(),
    };
    Ok(Document {
        kind: DocumentKind::CreditNote,
        number: String::new(),
        issued: turn.now(),
        period_start: None,
        period_end: None,
        seller: billing::seller(&policy),
        customer: billing::customer(turn, account, &profile)?,
        currency: wallet::currency(turn, account)?.to_string(),
        lines: vec![line],
        discount: 0,
        rounding: 0,
        net: given.net.micros(),
        taxes,
        total: given.amount.micros(),
        opening_balance: opening.micros(),
        closing_balance: closing.micros(),
        movements: Vec::new(),
        amount_due: 0,
        status: "credited".to_owned(),
        method: "credits".to_owned(),
        refers_to: Some(invoice.number.clone()),
        note: reason.to_owned(),
        about: Some(invoice.reference()),
        due: None,
        payment_terms: String::new(),
        ways_to_pay: Vec::new(),
        card: String::new(),
        payment_reference: String::new(),
        payment_at: None,
        edition: EDITION,
    })
}
