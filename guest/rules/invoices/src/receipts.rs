//! Receipts: one for every charge that was paid or failed, for every refund, every coupon, every chargeback and every dispute that was won, frozen
//! at the moment it became final (INV-3, R84).
//!
//! A receipt has its own number, not the charge's: what failed, was refunded or came from a coupon is in the same gapless series.

use crate::billing;
use crate::document::{Document, DocumentLine, DocumentReference, EDITION};
use crate::records::{Place, Stored};
use crate::seller;
use crate::series::{issue_now, wait};
use crate::standing;
use coinbox_ground::ids::AuthId;
use coinbox_ground::money::Money;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::Fault;
use coinbox_ledger::charges::{self as charge_records, Charge, parse_gateway_key};
use coinbox_ledger::wallet;
use coinbox_profiles::document_kind::DocumentKind;
use coinbox_profiles::policy::Policy;
use coinbox_profiles::profile;

/// What became of the money.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// It was taken, or the coupon redeemed.
    Successful,
    /// Nothing was taken.
    Failed,
    /// It was given back.
    Refunded,
    /// The bank has taken it back (R84).
    ChargedBack,
}

impl Outcome {
    fn word(self) -> &'static str {
        match self {
            Outcome::Successful => "successful",
            Outcome::Failed => "failed",
            Outcome::Refunded => "refunded",
            Outcome::ChargedBack => "charged-back",
        }
    }
}

/// What a receipt says.
pub struct Receipt<'a> {
    /// Taken, not taken, or given back: zero or more.
    pub amount: Money,
    /// What came of the payment.
    pub outcome: Outcome,
    /// `card`, `coupon`, or `other` for a refund that the operator has paid in another way.
    pub method: &'a str,
    /// `recharge`, `refund`, `invoice-payment`, `coupon`, `chargeback`, `dispute-won`.
    pub product: &'a str,
    /// For people: what it was, the coupon's code.
    pub description: &'a str,
    /// Brand and last digits of the card, or empty.
    pub card: &'a str,
    /// The gateway's own name for it, what the operator noted of a refund, or empty.
    pub reference: &'a str,
    /// The charge that it is about: its own receipt, that of a refund of it, of a chargeback of it, of a dispute about it.
    pub charge: Option<u32>,
    /// The recharge (`charge-7`) or the number of the invoice that it is about.
    pub refers_to: Option<String>,
    /// Why it failed, or empty.
    pub note: &'a str,
    /// The ledger transactions behind it.
    pub transactions: Vec<String>,
}

/// How receipts name a charge.
pub fn charge_name(number: u32) -> String {
    format!("charge-{number}")
}

/// Number of a receipt that has none yet, for mails and events.
const NO_NUMBER: &str = "none";

/// Issues a receipt in the change that makes its payment final. Answers its number, for mails and events; `none`: it waits for the seller to be
/// complete (R89).
pub fn issue(turn: &mut Turn<'_>, account: AuthId, receipt: Receipt<'_>) -> Result<String, Fault> {
    let profile = profile::profile(turn, account)?;
    let policy = Policy::load(turn)?;
    let balance = wallet::need(turn, account)?.balance;
    let amount = receipt.amount.micros();
    let line = DocumentLine {
        section: account.to_string(),
        section_name: profile.name.clone(),
        product: receipt.product.to_owned(),
        description: receipt.description.to_owned(),
        quantity: 1,
        unit: String::new(),
        count: 1,
        price: None,
        used_from: None,
        used_to: None,
        amount,
    };
    let document = Document {
        kind: DocumentKind::Receipt,
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
        net: amount,
        taxes: Vec::new(),
        total: amount,
        opening_balance: balance.micros(),
        closing_balance: balance.micros(),
        movements: Vec::new(),
        amount_due: 0,
        status: receipt.outcome.word().to_owned(),
        method: receipt.method.to_owned(),
        note: receipt.note.to_owned(),
        about: None,
        refers_to: receipt.refers_to,
        due: None,
        payment_terms: String::new(),
        ways_to_pay: Vec::new(),
        card: receipt.card.to_owned(),
        payment_reference: receipt.reference.to_owned(),
        payment_at: Some(turn.now()),
        edition: EDITION,
    };
    let mut stored = Stored::whole(document, receipt.transactions);
    stored.charge = receipt.charge;
    if seller::is_ready(turn)? {
        return issue_draft(turn, account, stored);
    }
    wait(turn, account, &stored)?;
    Ok(NO_NUMBER.to_owned())
}

/// Gives a receipt its number, and tells the charge. Answers the number.
pub(crate) fn issue_draft(turn: &mut Turn<'_>, account: AuthId, mut stored: Stored) -> Result<String, Fault> {
    let charge = match stored.charge {
        Some(number) => charge_records::load(turn, account, number)?,
        None => None,
    };
    let product = stored.document.lines.first().map(|line| line.product.clone()).unwrap_or_default();
    if let Some(charge) = &charge {
        stored.document.about = about(turn, account, charge, &product, &stored.document.payment_reference)?;
    }
    let document = issue_now(turn, account, stored)?.document;
    if let Some(charge) = charge {
        let (number, reference) = (document.number.as_str(), document.payment_reference.as_str());
        match product.as_str() {
            product if is_own(product) => note_receipt(turn, account, charge, number)?,
            "chargeback" => note_chargeback_receipt(turn, account, charge, reference, number)?,
            _ => {}
        }
    }
    Ok(document.number)
}

/// The number of a receipt, if it does not wait.
pub fn numbered(receipt: &str) -> Option<&str> {
    Some(receipt).filter(|receipt| *receipt != NO_NUMBER)
}

/// Whether it is the receipt of a charge itself, not of what became of the money later.
fn is_own(product: &str) -> bool {
    matches!(product, "recharge" | "invoice-payment")
}

/// The document that a receipt is about: the invoice that was paid, the receipt of the payment that is given or taken back, that of the chargeback
/// which was won.
fn about(
    turn: &Turn<'_>,
    account: AuthId,
    charge: &Charge,
    product: &str,
    reference: &str,
) -> Result<Option<DocumentReference>, Fault> {
    let (kind, number) = match product {
        product if is_own(product) => (DocumentKind::Invoice, charge.invoice().map(str::to_owned)),
        "dispute-won" => (DocumentKind::Receipt, charge.chargeback_receipt(reference)),
        _ => (DocumentKind::Receipt, receipt_of(turn, account, charge)?),
    };
    // A chargeback that an older version recorded has none.
    let Some(number) = number.filter(|number| !number.is_empty()) else { return Ok(None) };
    Ok(Place::find(turn, account, &[kind], &number)?.map(|stored| stored.document.reference()))
}

/// Notes the number of a charge's receipt, and on the receipt what the bank has taken back while it waited for its number.
pub(crate) fn note_receipt(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut charge: Charge,
    receipt: &str,
) -> Result<(), Fault> {
    charge.note_receipt(receipt);
    charge_records::save(turn, account, &charge);
    if charge.charged_back() == Money::ZERO {
        return Ok(());
    }
    standing::note_charged_back(turn, account, receipt, charge.charged_back())
}

/// Notes the number of the receipt of a chargeback that waited for it, and on the receipt that the dispute was won meanwhile.
pub(crate) fn note_chargeback_receipt(
    turn: &mut Turn<'_>,
    account: AuthId,
    mut charge: Charge,
    reference: &str,
    receipt: &str,
) -> Result<(), Fault> {
    // One that is recorded by the call at hand has its number from it.
    let Some(won) = charge.note_chargeback_receipt(reference, receipt) else { return Ok(()) };
    charge_records::save(turn, account, &charge);
    if won { standing::note_reversed(turn, account, receipt) } else { Ok(()) }
}

/// What the documents of a charge refer to.
pub fn referred(charge: &Charge) -> String {
    charge.invoice().map_or_else(|| charge_name(charge.number()), str::to_owned)
}

/// The number of a charge's receipt. None: a person has credited the payment.
pub fn receipt_of(turn: &Turn<'_>, account: AuthId, charge: &Charge) -> Result<Option<String>, Fault> {
    if let Some(receipt) = charge.receipt() {
        return Ok(Some(receipt.to_owned()));
    }
    // A version that noted none has issued it, or it was issued before there was a charge, with the number of its key.
    let in_key = parse_gateway_key(charge.key()).map(|(_, number)| charge_name(number));
    let payment = standing::PaymentReceipt {
        at: charge.settled().unwrap_or(charge.created()),
        amount: charge.amount(),
        refers_to: in_key.into_iter().chain([referred(charge)]).collect(),
    };
    standing::receipt_of(turn, account, &payment)
}
