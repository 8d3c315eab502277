//! Events as plain sentences (EVT-2): one table, a line a kind.
//!
//! `{name}` is a fact. A part in `[…]` is left out when one of its facts is missing. If a kind has several lines, the first line
//! whose condition holds is printed. `{*}` stands for all facts that the sentence does not name.

use super::show::printable;
use coinbox_host::text;
use coinbox_operations::words::field;
use serde_json::Value;
use std::collections::BTreeMap;

/// Kind, condition (fact and value; empty name: always), sentence.
type Line = (&'static str, (&'static str, &'static str), &'static str);

const ALWAYS: (&str, &str) = ("", "");

const SENTENCES: &[Line] = &[
    ("account-created", ALWAYS, "The account was made[ by {by}][ as {account-type}]."),
    ("account-changed", ALWAYS, "Changed: {fields}[; mails go to {email} and no longer to {email-before}][, by {by}]."),
    ("account-upgraded", ALWAYS, "The first paid recharge made the trial a standard account."),
    (
        "account-suspended",
        ("reason", "payment failure"),
        "Suspended for {reason}[, by {by}][: {details}]. Use, purchases and automatic recharges are refused; paying stays open. What a chargeback has left owed of invoices is still charged to the card of a postpaid account.",
    ),
    (
        "account-suspended",
        ALWAYS,
        "Suspended for {reason}[, by {by}][: {details}]. Use, purchases and automatic charges are refused; paying stays open.",
    ),
    (
        "account-reinstated",
        ALWAYS,
        "The suspension was lifted[ by {by}][: {details}]. Alerts and automatic recharge were judged at once.",
    ),
    (
        "account-closing",
        ALWAYS,
        "The account is being closed[ by {by}][: {reason}]. Nothing new may be used, running calls end; at {closes-at} what was used before is settled and the refund is fixed.",
    ),
    (
        "account-closing-owes",
        ALWAYS,
        "The account cannot be closed yet: {owed} is owed. It is to be paid or written off; usage is rejected from here on.",
    ),
    (
        "account-closed",
        ("due", "none"),
        "The account was closed for good[ by {by}][: {details}]. Nothing is given back[; {forfeited} was forfeited]: only what is left of recent recharges is.",
    ),
    (
        "account-closed",
        ALWAYS,
        "The account was closed for good[ by {by}][: {details}].[ {refunded} goes back to cards in {refunds} refunds, due on {due}; {forfeited} of trial, promotional and old credit was forfeited; whole cents leave {rounding} over.]",
    ),
    ("written-off", ALWAYS, "What was owed, {amount}, was given up[; the balance is {balance}][ ({reason})]."),
    (
        "paid-after-closing",
        ALWAYS,
        "A payment of {amount} came after the account was closed (key {key}, reference {reference}): it is given back in full.",
    ),
    (
        "refund-due",
        ALWAYS,
        "Refund {refund} of {amount} ({cause}) is due on {due}, for the payment {payment}[ of charge {charge}].",
    ),
    ("refund-paid", ALWAYS, "Refund {refund} of {amount} was paid[, noted by {by}][; reference {reference}]."),
    (
        "refund-failed",
        ALWAYS,
        "Refund {refund} of {amount} was declined: {reason}[ (gateway code {code})]. It stays due on {due} and waits in the operator's queue.",
    ),
    (
        "refund-open",
        ALWAYS,
        "Refund {refund} of {amount} has no final answer yet ({reason}); the gateway is asked again at {ask-again}.",
    ),
    ("refund-overdue", ALWAYS, "Refund {refund} of {amount} was due on {due} and is overdue ({reason})."),
    ("refund-retried", ALWAYS, "Refund {refund} of {amount} is sent again[ by {by}]: try {try}."),
    (
        "refund-unexplained",
        ALWAYS,
        "The gateway gave back {amount} that no refund explains ({cause}; key {key}, reference {reference}). It waits in the operator's queue.",
    ),
    (
        "payment-resolved",
        ALWAYS,
        "An item of the queue was {resolution}[ by {by}] ({reason})[: payment {payment}][: {note}][; refund {refund}].",
    ),
    (
        "refund-recovered",
        ALWAYS,
        "A refund of {amount} that the gateway made before the store was restored was found: {taken-off} was taken off the payment that it came from; the balance is {balance} (key {key}).",
    ),
    (
        "recharge-found-open",
        ALWAYS,
        "Charge {charge} of {amount} was sent before the store was restored and has no final answer yet; the gateway is asked about it (key {key}).",
    ),
    (
        "number-recovered",
        ALWAYS,
        "Number {number} ({type}, {country}) was ordered before the store was restored[ for {sub-account}] (key {key}).",
    ),
    ("restore-unclear", ALWAYS, "After a restore something waits in the operator's queue, {what}: {note}."),
    (
        "orders-stuck",
        ALWAYS,
        "Since {since} the stock has not listed its orders: no number is ordered or released before it does ({attempts} attempts so far).",
    ),
    (
        "movements-not-listed",
        ALWAYS,
        "The gateway does not list what it did from {from} to {to}, since the backup: a person has to look before keys of clients are free.",
    ),
    (
        "orders-not-listed",
        ALWAYS,
        "The stock does not list what it did from {from} to {to}, since the backup: a person has to look before keys of clients are free.",
    ),
    (
        "stock-reconciled",
        ALWAYS,
        "Reconciliation with the stock of numbers is done: {booked} orders and releases were booked.",
    ),
    (
        "reconciliation-stuck",
        ALWAYS,
        "Since {since} the gateway has not listed its movements: no charge starts before it does ({attempts} attempts so far).",
    ),
    ("subaccount-created", ALWAYS, "Sub-account {sub-account} was made[ by {by}]."),
    ("subaccount-changed", ("enabled", "true"), "Sub-account {sub-account} was changed[ by {by}]; it is enabled."),
    (
        "subaccount-changed",
        ALWAYS,
        "Sub-account {sub-account} was changed[ by {by}]; it is disabled and cannot be used.",
    ),
    (
        "subaccount-deleted",
        ALWAYS,
        "Sub-account {sub-account} was deleted[ by {by}]; of its {numbers} numbers: {disposal}. Its history stays here.",
    ),
    (
        "number-ordered",
        ALWAYS,
        "Number {number} ({country} {type}) was ordered[ for {sub-account}]; {held} is held until the stock answers, under the key {key}.",
    ),
    (
        "number-rented",
        ALWAYS,
        "Number {number} ({country} {type}) is rented[ for {sub-account}]: set-up fee {setup} and first rent {first-rent} were charged (a full month is {monthly}); the balance is {balance}.",
    ),
    (
        "number-order-failed",
        ALWAYS,
        "The order of number {number} failed ({cause}). What was held is free again, nothing was charged.",
    ),
    (
        "number-open",
        ALWAYS,
        "The {what} of number {number} has no final answer yet ({cause}). The stock is asked again at {ask-again}.",
    ),
    (
        "number-given-twice",
        ALWAYS,
        "The stock delivered number {number} to {account} although it is rented. Nothing was charged; the stock must be put right.",
    ),
    (
        "number-changed",
        ALWAYS,
        "Number {number} was changed[ by {by}][: it went from {from} to {to}][; alias {alias}][; application {app-id}].",
    ),
    (
        "number-released",
        ("cause", "rent-unpaid"),
        "Number {number}, rented since {since}, was released: its rent was not paid in time. The debt stays.",
    ),
    (
        "number-released",
        ALWAYS,
        "Number {number}, rented since {since}, was released ({cause}). Nothing is given back.",
    ),
    (
        "rent-posted",
        ("owed", "0.00"),
        "Rent of {amount} for the month {month} was charged (numbers: {numbers}); the balance is {balance}.",
    ),
    (
        "rent-posted",
        ("paid-by", "invoice"),
        "Rent of {amount} for the month {month} was charged (numbers: {numbers}); {owed} of it is for the next invoice and counts as unpaid from {unpaid-from}. The balance is {balance}.",
    ),
    (
        "rent-posted",
        ("paid-by", "credit"),
        "Rent of {amount} for the month {month} was charged (numbers: {numbers}); credit did not cover {owed} of it, which is collected first at the next recharge. The balance is {balance}.",
    ),
    (
        "rent-posted",
        ALWAYS,
        "Rent of {amount} for the month {month} was charged (numbers: {numbers}); credit did not cover {owed} of it. The balance is {balance}.",
    ),
    (
        "rent-owed",
        ALWAYS,
        "Rent of {amount} is unpaid: {numbers} numbers are released at {release-at}, in {days} days. One mail was sent.",
    ),
    (
        "rent-unpriced",
        ALWAYS,
        "The price book has no price for {price} in {month}: {account} was charged what it paid last.",
    ),
    ("trial-credits", ALWAYS, "Trial credit of {amount} was given[; the balance is {balance}][ ({reason})]."),
    ("goodwill", ALWAYS, "Goodwill credit of {amount} was given[; the balance is {balance}][ ({reason})]."),
    ("correction", ALWAYS, "A correction gave back {amount}[; the balance is {balance}][ ({reason})]."),
    ("debit", ALWAYS, "The operator took {amount}[; the balance is {balance}][ ({reason})]."),
    (
        "coupon-created",
        ALWAYS,
        "Coupon {coupon} ({label}) of {amount} was made[ by {by}]: {uses} uses, to be redeemed before {redeem-by}.",
    ),
    ("coupon-withdrawn", ALWAYS, "Coupon {coupon} ({label}) was withdrawn[ by {by}] after {redeemed} redemptions."),
    (
        "coupon-claimed",
        ALWAYS,
        "Coupon {coupon} ({label}): one use of {amount} was taken by the account {account} of another cell.",
    ),
    (
        "coupon-claim-started",
        ALWAYS,
        "A coupon code is claimed in the cell that keeps the coupons (claim {claim})[, asked by {by}].",
    ),
    (
        "coupon-claim-waits",
        ALWAYS,
        "Claim {claim} on a coupon has no answer yet ({cause}). It is asked again until there is one; no use is taken twice.",
    ),
    (
        "coupon-claim-failed",
        ("reason", "account-closed"),
        "Claim {claim} on a coupon gave nothing: the account is closed or being closed.",
    ),
    ("coupon-claim-failed", ALWAYS, "Claim {claim} on a coupon was refused and gave nothing[: {cause}]."),
    (
        "coupon-redeemed",
        ALWAYS,
        "A coupon gave {amount} of promotional credit[ ({reason})][; the balance is {balance}]. It is no recharge and counts in no cap.",
    ),
    (
        "coupon-declined",
        ALWAYS,
        "A coupon code was declined: {cause}. That is failed try {failed-tries} within an hour.",
    ),
    ("credit-expired", ALWAYS, "Credit of {amount} expired unused[ ({reason})][; the balance is {balance}]."),
    (
        "balance-low",
        ALWAYS,
        "The balance fell to {balance}, below the threshold {threshold}: one mail was sent[ (thresholds passed: {passed})]. It is armed again once the balance is back at or above it.",
    ),
    (
        "out-of-credit",
        ALWAYS,
        "The balance is {balance}: out of credit. New requests are refused (402), running calls end, one mail was sent.",
    ),
    (
        "limit-low",
        ALWAYS,
        "Of the credit limit of {credit-limit} only {left} was left, less than the threshold {threshold}: one mail was sent[ (thresholds passed: {passed})]. It is armed again once as much is left again.",
    ),
    (
        "limit-reached",
        ALWAYS,
        "The credit limit of {credit-limit} is used up, {left} is left. New requests are refused (402), running calls end, one mail was sent.",
    ),
    ("limit-available", ALWAYS, "{left} of the credit limit of {credit-limit} is left again: requests are admitted."),
    (
        "billing-changed",
        ("billing-mode", "postpaid"),
        "The account pays by invoice now, within a credit limit of {credit-limit}[; set by {by}]. Automatic recharge is off.",
    ),
    ("billing-changed", ("billing-mode", "prepaid"), "The account pays from credit that it has now[; set by {by}]."),
    ("credit-available", ALWAYS, "The balance is {balance}, above zero again: requests are admitted."),
    (
        "calls-ended",
        ("cause", "extension-refused"),
        "{ended} running calls were ended because their reservation could not be extended and its reserved time was used[; {going-on} could not be ended yet and are tried again].",
    ),
    (
        "extension-refused",
        ALWAYS,
        "Call {call} could not be extended: {reason}[, {missing} is missing]; available credit is {available}. It is ended at {ends} unless an extension is granted before.",
    ),
    (
        "reservations-expired",
        ALWAYS,
        "{count} reservations that nobody settled in time were released: {amount} is available again, {available} in all.",
    ),
    ("calls-ended", ("going-on", "0"), "{ended} running calls were ended because the credit was gone."),
    (
        "calls-ended",
        ALWAYS,
        "{ended} running calls were ended because the credit was gone; {going-on} could not be ended yet and are tried again.",
    ),
    (
        "auto-recharge-set",
        ("enabled", "true"),
        "Automatic recharge is on: below {balance-amount} it charges {recharge-amount}[, at most {day-cap} a day][, at most {week-cap} a week][, at most {month-cap} a month]. The ladder starts anew.",
    ),
    ("auto-recharge-set", ALWAYS, "Automatic recharge is off[ (kept: {recharge-amount} below {balance-amount})]."),
    (
        "recharge-started",
        ("kind", "invoice"),
        "Charge {charge}: {amount} for invoice {invoice} from {card} (attempt {attempt}), under the key {key}.",
    ),
    (
        "recharge-started",
        ("kind", "settlement"),
        "Charge {charge}: {amount} that was owed from {card}, under the key {key}.",
    ),
    ("recharge-started", ("kind", "manual"), "Charge {charge}: {amount} by hand from {card}, under the key {key}."),
    (
        "recharge-started",
        ALWAYS,
        "Charge {charge}: available credit {available} was below {balance-amount}, so {amount} is charged automatically (payment {step} of this series), under the key {key}.",
    ),
    (
        "recharge-paid",
        ("kind", "invoice"),
        "Charge {charge} of {amount} for invoice {invoice} was paid from {card}[; the balance is {balance}][; reference {reference}].",
    ),
    (
        "recharge-paid",
        ALWAYS,
        "Charge {charge} ({kind}) of {amount} was paid from {card}[; the balance is {balance}][, {paid-owed} of it went to what was owed][; reference {reference}]. The ladder is reset.",
    ),
    (
        "recharge-failed",
        ("next-attempt", "none"),
        "[Charge {charge}: ]{amount} for invoice {invoice} failed: {reason} (attempt {attempt}). It is not tried again.",
    ),
    (
        "recharge-failed",
        ("next-attempt", "reinstated"),
        "[Charge {charge}: ]{amount} for invoice {invoice} failed: {reason} (attempt {attempt}); it is tried again once the account is reinstated.",
    ),
    (
        "recharge-failed",
        ("next-attempt", "closing"),
        "[Charge {charge}: ]{amount} for invoice {invoice} failed: {reason} (attempt {attempt}). It is not tried again: the account is being closed.",
    ),
    (
        "recharge-failed",
        ("kind", "invoice"),
        "[Charge {charge}: ]{amount} for invoice {invoice} failed: {reason} (attempt {attempt}); it is tried again on {next-attempt}.",
    ),
    (
        "recharge-failed",
        ("kind", "settlement"),
        "[Charge {charge}: ]{amount} that was owed was not paid: {reason}[ (gateway code {code})]. Nothing was taken.",
    ),
    (
        "recharge-failed",
        ("kind", "manual"),
        "[Charge {charge}: ]{amount} by hand failed: {reason}[ (gateway code {code})]. Nothing was taken.",
    ),
    (
        "recharge-failed",
        ("next-level", "none"),
        "[Charge {charge}: ]the automatic charge of {amount} failed: {reason}. That is failure {failures} of this episode at available credit {available}; no try is left. A new default card, a recharge by hand or new settings go on.",
    ),
    (
        "recharge-failed",
        ALWAYS,
        "[Charge {charge}: ]the automatic charge of {amount} failed: {reason}. That is failure {failures} of this episode at available credit {available}; the next try is when it has fallen to {next-level}.",
    ),
    (
        "recharge-capped",
        ALWAYS,
        "No automatic charge of {amount}: with {charged} already charged it would pass the cap of {cap} a {period}. Available credit is {available}. This is no failure; it goes on on {resumes} or when the cap is raised.",
    ),
    (
        "recharge-open",
        ALWAYS,
        "Charge {charge} of {amount} has no final answer yet ({cause}). It counts as neither paid nor failed; the gateway is asked again at {ask-again}.",
    ),
    ("recharge-dropped", ALWAYS, "Charge {charge} of {amount} was dropped ({cause}): nothing was taken."),
    (
        "recharge-recovered",
        ALWAYS,
        "A payment of {amount} that the gateway took before the store was restored was booked[; the balance is {balance}] (key {key}, reference {reference}).",
    ),
    (
        "payment-unexplained",
        ALWAYS,
        "The gateway took {amount} that no charge explains ({cause}; key {key}, reference {reference}). It waits in the operator's queue.",
    ),
    (
        "payment-notice-unknown",
        ALWAYS,
        "The gateway reported {outcome} for the key {key}, which no charge has. It was kept for reconciliation.",
    ),
    (
        "reconciliation-started",
        ALWAYS,
        "The store was restored from a backup of {backup-moment}: nothing new is charged until all payments since are booked. Documents are numbered in the range {numbers} from now on.",
    ),
    (
        "reconciliation-finished",
        ALWAYS,
        "Reconciliation with the gateway is done: {booked} payments and refunds were booked.",
    ),
    (
        "chargeback",
        ALWAYS,
        "{amount} of charge {charge} ({card}) was taken back by the card holder[; the balance is {balance}] (reference {reference})[, booked by {by}].",
    ),
    (
        "dispute-won",
        ALWAYS,
        "The dispute about {amount} of charge {charge} ({card}) was won[; the balance is {balance}] (reference {reference})[, booked by {by}]. What it had reopened is paid again.",
    ),
    (
        "unusual-spend",
        ALWAYS,
        "{spent} was spent on {day}, which is more than {factor} times the daily average of the 7 days before, {average}[ (and more than {floor})]. It waits in the operator's queue.",
    ),
    ("card-added", ALWAYS, "{card} ({label}) was added."),
    ("card-unknown", ALWAYS, "{card} cannot be used: the gateway does not know it."),
    ("card-removed", ALWAYS, "{card} ({label}) was removed, and the gateway is asked to forget it."),
    ("card-expiring", ALWAYS, "{card} expires in {expires}: one mail was sent."),
    ("default-card-changed", ALWAYS, "{card} ({label}) is the default card now. The ladder starts anew."),
    ("daily-summary-set", ("enabled", "true"), "Daily summary mails were switched on[ by {by}]."),
    ("daily-summary-set", ("enabled", "false"), "Daily summary mails were switched off[ by {by}]."),
    ("daily-summary-set", ALWAYS, "Daily summary mails are as the policy says again[, by {by}]."),
    ("usage-rejected", ALWAYS, "{rejected} of {events} events of a batch were rejected and kept to be mended."),
    (
        "invoice-issued",
        ("status", "paid"),
        "Invoice {number} for {period-start} to {period-end} was issued over {total}; nothing is owed.",
    ),
    (
        "invoice-issued",
        ALWAYS,
        "Invoice {number} for {period-start} to {period-end} was issued over {total}; the account owes {amount-due} in all[, {owed} of it for this invoice].",
    ),
    (
        "invoice-not-made",
        ALWAYS,
        "No invoice for {month}: its lines sum to {lines} and the ledger says {ledger}. It waits in the operator's queue.",
    ),
    ("invoice-due", ALWAYS, "{amount-due} of invoice {number} is due now."),
    (
        "invoice-reopened",
        ("next-attempt", "none"),
        "Invoice {number} is open again: {amount} of its payment (charge {charge}) was taken back. {due} of it is owed now.",
    ),
    (
        "invoice-reopened",
        ("next-attempt", "reinstated"),
        "Invoice {number} is open again: {amount} of its payment (charge {charge}) was taken back. {due} of it is owed now; the account is suspended, and the card is charged once it is reinstated.",
    ),
    (
        "invoice-reopened",
        ("next-attempt", "under-way"),
        "Invoice {number} is open again: {amount} of its payment (charge {charge}) was taken back. {due} of it is owed now; a charge for it is under way.",
    ),
    (
        "invoice-reopened",
        ALWAYS,
        "Invoice {number} is open again: {amount} of its payment (charge {charge}) was taken back. {due} of it is owed now; the card is charged on {next-attempt}.",
    ),
    (
        "credit-note-issued",
        ALWAYS,
        "Credit note {number} gave back {amount} of invoice {invoice}[, {tax} of it tax][, by {by}][ ({reason})][; the balance is {balance}].",
    ),
    ("billing-changed", ALWAYS, "Billing information was changed: {fields}[, by {by}]."),
    (
        "seats-set",
        ALWAYS,
        "Paid seats were set from {before} to {seats}[ by {by}]; they are charged from the next first of a month.",
    ),
    (
        "volume-tiers-settled",
        ALWAYS,
        "The volume of {month} for {product} {heading}[ {prefix}] has reached another step, at {units} units: all of them have its rate[; {given-back} was given back][; {charged} more was charged][; the balance is {balance}].",
    ),
    ("seats-charged", ALWAYS, "{seats} seats for {month} were charged with {amount}[; the balance is {balance}]."),
    (
        "recurring-started",
        ALWAYS,
        "The recurring charge {reference} began[ for {sub-account}]: {quantity} × {product} {heading} at {rate}, {monthly} a month[, by {by}].",
    ),
    (
        "recurring-changed",
        ALWAYS,
        "The recurring charge {reference} was changed[: from {before} to {quantity}, counted from the next first of a month on][: its last month is {last-month}][, by {by}].",
    ),
    (
        "recurring-charged",
        ALWAYS,
        "Recurring charges of {month} ({charges}[: {reference}]) came to {amount}[; the balance is {balance}].",
    ),
    (
        "recurring-unpriced",
        ALWAYS,
        "{product} {heading} has no price for {month} any more: the recurring charges of {account} are charged at the price that they paid last.",
    ),
    (
        "recurring-ended",
        ALWAYS,
        "The recurring charge {reference} ended ({cause}); it is charged up to {charged-through}.",
    ),
    ("tax-id-not-valid", ALWAYS, "The tax ID made no reverse charge. {why}."),
    ("tax-state-unknown", ALWAYS, "The tax went by a state that the tax table does not know. {why}."),
    ("mail-address-refused", ALWAYS, "The mail {template} could not go to {address}: {cause}."),
    (
        "mail-failed",
        ALWAYS,
        "The mail {template} could not be sent[ to {addresses}] after {attempts} attempts: {cause}.",
    ),
    (
        "limits-changed",
        ALWAYS,
        "Limits were changed[ by {by}][: largest recharge {maximum-recharge}][, {standard-rate} requests a second][, {lookup-rate} lookups a second][, {message-rate} messages a second][; as the policy says again: {as-policy}].",
    ),
    ("policy-changed", ALWAYS, "The policy was changed[ by {by}] to version {version}[: {*}]."),
    (
        "prices-published",
        ALWAYS,
        "Version {version} of the price book with {rows} prices was published[ by {by}]; it is in force from {starts-at}.",
    ),
    (
        "prices-replaced",
        ALWAYS,
        "Version {version} of the price book, which was to be in force from {starts-at}, was replaced by version {by-version}[ by {by}].",
    ),
    (
        "prices-withdrawn",
        ALWAYS,
        "Version {version} of the price book, which was to be in force from {starts-at}, was withdrawn[ by {by}].",
    ),
    ("prices-removed", ALWAYS, "Version {version} of the price book ({was}, {rows} prices) was removed[ by {by}]."),
    (
        "prices-retired",
        ALWAYS,
        "Version {version} of the price book, which was in force from {starts-at} to {until}, can price nothing any more.",
    ),
    (
        "overrides-replaced",
        ALWAYS,
        "Price overrides that were to be in force from {starts-at} were replaced by those from {by-set}[ by {by}].",
    ),
    (
        "overrides-withdrawn",
        ALWAYS,
        "Price overrides that were to be in force from {starts-at} were withdrawn[ by {by}].",
    ),
    ("overrides-set", ALWAYS, "Price overrides were set[ by {by}]: {rows} prices, in force from {starts-at}."),
    ("usage-posted", ALWAYS, "{events} usage events of {accounts} accounts were rated and debited for {amount}."),
];

/// Facts that are moments in milliseconds.
const MOMENTS: [&str; 9] =
    ["ask-again", "backup-moment", "closes-at", "ends", "redeem-by", "release-at", "since", "starts-at", "until"];
/// Facts that are words of the contract, told with spaces.
const WORDS: [&str; 3] = ["reason", "cause", "outcome"];

/// What an event says.
pub(crate) fn sentence(event: &Value) -> String {
    let kind = field(event, "kind");
    let facts = facts(event);
    let holds = |(name, value): (&str, &str)| {
        name.is_empty() || facts.get(name).is_some_and(|values| values.len() == 1 && values[0] == value)
    };
    let line = SENTENCES.iter().find(|(of, condition, _)| *of == kind && holds(*condition));
    let filled = line.and_then(|(_, _, template)| {
        let unnamed = facts.iter().filter(|(name, _)| !template.contains(&format!("{{{name}}}")));
        let rest = unnamed.map(|(name, values)| format!("{name} {}", values.join(", "))).collect::<Vec<_>>().join("; ");
        let mut facts = facts.clone();
        facts.insert("*".to_owned(), vec![rest]);
        fill(template, &facts)
    });
    match filled {
        Some(sentence) => printable(&sentence),
        // A kind of a later version, or one that lacks a fact: nothing is kept back.
        None => {
            let all: Vec<String> = facts.iter().map(|(name, values)| format!("{name} {}", values.join(", "))).collect();
            printable(format!("{kind}: {}", all.join("; ")).trim_end_matches(": "))
        }
    }
}

fn facts(event: &Value) -> BTreeMap<String, Vec<String>> {
    let mut facts: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for fact in event["facts"].as_array().into_iter().flatten() {
        let (name, value) = (field(fact, "name"), field(fact, "value"));
        let shown = match value.parse::<i64>() {
            Ok(moment) if MOMENTS.contains(&name.as_str()) => text::moment(moment),
            _ if WORDS.contains(&name.as_str()) => value.replace('-', " "),
            _ => value,
        };
        facts.entry(name).or_default().push(shown);
    }
    facts
}

/// The template with its facts; none if one outside of brackets is missing or empty.
fn fill(template: &str, facts: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(start) = rest.find('[') {
        let end = start + rest[start..].find(']')?;
        filled.push_str(&fill_part(&rest[..start], facts)?);
        filled.push_str(&fill_part(&rest[start + 1..end], facts).unwrap_or_default());
        rest = &rest[end + 1..];
    }
    filled.push_str(&fill_part(rest, facts)?);
    let mut letters = filled.chars();
    let first = letters.next()?;
    Some(first.to_uppercase().collect::<String>() + letters.as_str())
}

fn fill_part(part: &str, facts: &BTreeMap<String, Vec<String>>) -> Option<String> {
    let mut filled = String::new();
    let mut rest = part;
    while let Some(start) = rest.find('{') {
        let end = start + rest[start..].find('}')?;
        let value = facts.get(&rest[start + 1..end])?.join(", ");
        if value.is_empty() {
            return None;
        }
        filled.push_str(&rest[..start]);
        filled.push_str(&value);
        rest = &rest[end + 1..];
    }
    filled.push_str(rest);
    Some(filled)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn told(kind: &str, facts: &[(&str, &str)]) -> String {
        let facts: Vec<Value> = facts.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        sentence(&json!({"kind": kind, "rule": "CRD-6", "facts": facts}))
    }

    #[test]
    fn alerts_name_threshold_and_all_that_were_passed() {
        assert_eq!(
            told(
                "balance-low",
                &[("balance", "90.00"), ("threshold", "100.00"), ("passed", "250.00"), ("passed", "100.00")]
            ),
            "The balance fell to 90.00, below the threshold 100.00: one mail was sent (thresholds passed: 250.00, 100.00). \
             It is armed again once the balance is back at or above it."
        );
    }

    /// money-01: what is promised of rent is what the order of debts does.
    #[test]
    fn money_01_rent_that_the_next_invoice_asks_for_is_not_said_to_be_first() {
        let mut facts = vec![
            ("month", "2026-11"),
            ("numbers", "1"),
            ("amount", "1.00"),
            ("owed", "1.00"),
            ("balance", "-32.37"),
            ("paid-by", "invoice"),
            ("unpaid-from", "2026-12-02"),
        ];
        assert_eq!(
            told("rent-posted", &facts),
            "Rent of 1.00 for the month 2026-11 was charged (numbers: 1); 1.00 of it is for the next invoice and counts as unpaid from \
             2026-12-02. The balance is -32.37."
        );
        facts[5] = ("paid-by", "credit");
        assert!(told("rent-posted", &facts).contains("which is collected first at the next recharge"));
        // Of an older version: which it was is not known.
        facts.truncate(5);
        assert!(told("rent-posted", &facts).ends_with("credit did not cover 1.00 of it. The balance is -32.37."));
    }

    /// 11-paid-stays-paid-after-a-chargeback: a day is promised only where something will be tried.
    #[test]
    fn case_11_no_attempt_is_promised_that_is_not_made() {
        let reopened = |next: &str| {
            let facts = [
                ("number", "2026-000001"),
                ("amount", "30.00"),
                ("charge", "1"),
                ("due", "50.00"),
                ("next-attempt", next),
            ];
            told("invoice-reopened", &facts)
        };
        assert!(reopened("2026-11-02").ends_with("50.00 of it is owed now; the card is charged on 2026-11-02."));
        assert!(reopened("none").ends_with("50.00 of it is owed now."));
        assert!(
            reopened("reinstated")
                .ends_with("the account is suspended, and the card is charged once it is reinstated.")
        );
        assert!(reopened("under-way").ends_with("50.00 of it is owed now; a charge for it is under way."));
        let suspended = |reason: &str| told("account-suspended", &[("reason", reason)]);
        assert!(suspended("payment-failure").contains("is still charged to the card of a postpaid account"));
        assert!(suspended("content-violation").contains("automatic charges are refused"));
    }

    #[test]
    fn the_steps_of_the_ladder_are_told_apart() {
        let mut facts = vec![
            ("kind", "automatic"),
            ("amount", "20.00"),
            ("reason", "insufficient-funds"),
            ("available", "80.00"),
            ("failures", "1"),
            ("next-level", "75.00"),
            ("charge", "3"),
            ("key", "k"),
        ];
        assert_eq!(
            told("recharge-failed", &facts),
            "Charge 3: the automatic charge of 20.00 failed: insufficient funds. That is failure 1 of this episode at available \
             credit 80.00; the next try is when it has fallen to 75.00."
        );
        facts[5] = ("next-level", "none");
        facts.truncate(6);
        assert!(told("recharge-failed", &facts).starts_with("The automatic charge of 20.00 failed"));
        assert!(told("recharge-failed", &facts).contains("no try is left"));
        facts[0] = ("kind", "manual");
        assert_eq!(told("recharge-failed", &facts), "20.00 by hand failed: insufficient funds. Nothing was taken.");
    }

    #[test]
    fn both_ways_of_starting_a_charge() {
        let automatic = [
            ("charge", "1"),
            ("amount", "20.00"),
            ("available", "10.00"),
            ("balance-amount", "100.00"),
            ("step", "1"),
            ("key", "k"),
        ];
        assert!(told("recharge-started", &automatic).starts_with("Charge 1: available credit 10.00 was below 100.00"));
        let manual = [("charge", "2"), ("kind", "manual"), ("amount", "25.00"), ("card", "visa 4242"), ("key", "k")];
        assert_eq!(told("recharge-started", &manual), "Charge 2: 25.00 by hand from visa 4242, under the key k.");
    }

    #[test]
    fn moments_are_told_as_such_and_unknown_kinds_with_all_facts() {
        let open = [("charge", "1"), ("amount", "20.00"), ("cause", "time-out"), ("ask-again", "60000")];
        assert!(told("recharge-open", &open).contains("(time out)"));
        assert!(told("recharge-open", &open).contains("1970-01-01T00:01:00Z"));
        assert_eq!(told("of-a-later-version", &[("a", "1"), ("b", "2")]), "of-a-later-version: a 1; b 2");
        assert_eq!(told("out-of-credit", &[]), "out-of-credit");
        assert_eq!(
            told(
                "policy-changed",
                &[("version", "2"), ("by", "alice"), ("minimum-recharge", "20.00"), ("brand", "Acme")]
            ),
            "The policy was changed by alice to version 2: brand Acme; minimum-recharge 20.00."
        );
        assert_eq!(told("policy-changed", &[("version", "2")]), "The policy was changed to version 2.");
    }

    #[test]
    fn every_template_can_be_filled() {
        for (kind, _, template) in SENTENCES {
            let names: Vec<&str> = template.split('{').skip(1).filter_map(|part| part.split('}').next()).collect();
            let facts = names.iter().map(|name| ((*name).to_owned(), vec!["x".to_owned()])).collect();
            let filled = fill(template, &facts).expect(kind);
            assert!(!filled.contains(['{', '}', '[', ']']), "{kind}: {filled}");
        }
    }
}
