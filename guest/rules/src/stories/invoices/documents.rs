//! What invoices, credit notes and receipts say, and that they agree with the ledger.

use crate::accounts::{self, postpaid, subaccounts};
use crate::credit::movements::adjustments::{self, Adjustment, Goodwill};
use crate::credit::movements::posting::{self, Debit};
use crate::credit::watch::judge::judge;
use crate::credit::watch::occasion::Occasion;
use crate::ground::calendar::Month;
use crate::ground::ids::AuthId;
use crate::ground::interfaces;
use crate::ground::money::Money;
use crate::ground::testing::{Dice, START};
use crate::ground::turn::Turn;
use crate::ground::vocabulary::{DAY_MS, Fault, Refusal};
use crate::invoices::{
    BillingChange, Document, DocumentFilter, DocumentKind, DocumentSummary, Error, TaxRate, get_billing,
    issue_credit_note, list_documents, read_document, set_billing, set_cycle, set_seats,
};
use crate::ledger::charge_code::ChargeCode;
use crate::ledger::{LedgerAccount, Line, Transaction};
use crate::stories::scenario::{Answer, Story, change_policy, operator};
use crate::{jobs, policy};
use std::collections::BTreeMap;

const NOTHING: DocumentFilter =
    DocumentFilter { status: None, number: None, issued_from: None, issued_before: None, oldest_first: false };

/// A story in which the first of each month is seen.
pub(crate) fn begun() -> Story {
    let mut story = Story::new();
    story.command(|turn, _| jobs::store_opened(turn, jobs::Beginning::Created));
    story
}

pub(crate) fn account(story: &Story) -> AuthId {
    AuthId::parse(&story.account).expect("an auth ID")
}

/// Charges one line of this code, now.
pub(crate) fn charge(story: &mut Story, source: AuthId, code: &str, amount: i64) {
    let owner = account(story);
    let (letters, detail) = code.split_once(' ').unwrap_or((code, ""));
    assert!(ChargeCode::parse(letters).is_some());
    let line = Line {
        a: source,
        i: "because".to_owned(),
        p: letters.to_owned(),
        n: String::new(),
        q: 3,
        b: None,
        t: story.now,
        x: detail.to_owned(),
        r: String::new(),
        m: Money::from_micros(amount),
    };
    story.command(|turn, _| -> Result<(), Fault> {
        let debit = Debit { kind: "test-charge", cause: "test", cycle: None, lines: vec![line], others: Vec::new() };
        posting::debit(turn, owner, debit)?;
        judge(turn, owner, Occasion::Debit)
    });
}

pub(crate) fn to_next_month(story: &mut Story) {
    let next = Month::of(story.now).end();
    story.advance(next - story.now);
}

pub(crate) fn list(story: &Story, kind: DocumentKind) -> Vec<DocumentSummary> {
    story
        .fake
        .query(story.now, |turn| list_documents(turn, &operator(), story.account.clone(), kind, NOTHING, None, 100))
        .expect("a list")
        .documents
}

pub(crate) fn read(story: &Story, number: &str) -> Document {
    let document =
        story.fake.query(story.now, |turn| read_document(turn, &operator(), story.account.clone(), number.to_owned()));
    document.expect("an issued document")
}

pub(crate) fn set_policy(story: &mut Story, change: impl FnOnce(&mut policy::Policy)) {
    story.command(|turn, _| change_policy(turn, change));
}

pub(crate) fn rate(percent: &str, reverse_charge: bool) -> TaxRate {
    TaxRate {
        country: "DE".to_owned(),
        state: String::new(),
        name: format!("VAT {percent}"),
        percent: percent.to_owned(),
        reverse_charge,
        legal_basis: "Article 196, Directive 2006/112/EC".to_owned(),
    }
}

pub(crate) fn in_germany(story: &mut Story) {
    story.command(|turn, auth| {
        let change = BillingChange {
            country: Some("DE".to_owned()),
            legal_name: Some("Acme Gesellschaft".to_owned()),
            ..BillingChange::default()
        };
        set_billing(turn, &operator(), auth, change)
    });
}

/// Case 06-the-customer-decides-about-his-tax: records of before have no state of their own. What the account was made with holds for them,
/// and no later change of what it shows.
#[test]
fn billing_of_an_older_version_keeps_the_state_that_it_went_by() {
    let mut story = begun();
    set_policy(&mut story, |policy| {
        policy.tax_rates = vec![TaxRate { country: "US".to_owned(), state: "CA".to_owned(), ..rate("10", false) }];
    });
    let main = account(&story);
    let stored = story.fake.dump()[&crate::profiles::profile::key(main)].replace(r#""state":"""#, r#""state":"CA""#);
    story.fake.plant(&crate::profiles::profile::key(main), &stored);
    let billing = r#"{"v":1,"legal_name":"","country":"US","tax_id":""}"#;
    story.fake.plant(&format!("bi/{main}"), billing);
    let state = |story: &Story| {
        let billing = story.fake.query(story.now, |turn| get_billing(turn, &operator(), story.account.clone()));
        billing.expect("an account").state
    };
    assert_eq!(state(&story), "CA");
    for shown in ["elsewhere", "NY"] {
        story.command(|turn, auth| {
            let change = accounts::Change { state: Some(shown.to_owned()), ..accounts::Change::default() };
            accounts::update(turn, &operator(), auth, change)
        });
        assert_eq!(state(&story), "CA");
    }
    charge(&mut story, main, "vo", 10_000_000);
    to_next_month(&mut story);
    let invoice = read(&story, "2026-000001");
    assert_eq!(invoice.taxes.iter().map(|tax| tax.amount).sum::<i64>(), 1_000_000);
    assert!(invoice.customer.address_lines.contains(&"CA".to_owned()), "{:?}", invoice.customer);
}

/// A credit note over the first invoice.
fn note(story: &mut Story, amount: Option<i64>) -> Result<Document, Error> {
    let account = story.account.clone();
    let answer = story.fake.command(story.now, |turn| {
        issue_credit_note(turn, &operator(), account, "2026-000001".to_owned(), amount, "wrong".to_owned())
    });
    story.drain();
    answer
}

/// Closes the account without waiting for usage of before.
pub(crate) fn close_at_once(story: &mut Story) {
    story.command(|turn, auth| {
        accounts::set_standing(turn, &operator(), auth, accounts::Standing::Closed, "wished".to_owned())
    });
}

pub(crate) fn check_sums(document: &Document) {
    let lines: i64 = document.lines.iter().map(|line| line.amount).sum();
    let taxes: i64 = document.taxes.iter().map(|tax| tax.amount).sum();
    let moved: i64 = document.movements.iter().map(|movement| movement.amount).sum();
    assert_eq!(document.net, lines - document.discount + document.rounding);
    assert!(document.rounding.abs() <= 5_000, "{}", document.rounding);
    for amount in document.taxes.iter().flat_map(|tax| [tax.base, tax.amount]).chain([document.net, document.total]) {
        assert_eq!(amount % 10_000, 0, "whole cents");
    }
    assert_eq!(document.total, document.net + taxes);
    assert_eq!(document.closing_balance, document.opening_balance + moved - document.total);
    assert_eq!(document.amount_due, (-document.closing_balance).max(0));
}

#[test]
fn r34_worked_numbers_usage_rent_and_what_was_bought_in_the_month() {
    let mut story = begun();
    let main = account(&story);
    charge(&mut story, main, "nr US local", 1_760_000);
    charge(&mut story, main, "vo", 470_000);
    charge(&mut story, main, "nr US toll-free", 400_000);
    to_next_month(&mut story);
    let invoice = read(&story, "2026-000001");
    check_sums(&invoice);
    let shown: Vec<(&str, &str, i64)> =
        invoice.lines.iter().map(|line| (line.product.as_str(), line.description.as_str(), line.amount)).collect();
    assert_eq!(
        shown,
        [
            ("number-rent", "Monthly rent of numbers, US local", 1_760_000),
            ("number-rent", "Monthly rent of numbers, US toll-free", 400_000),
            ("voice-outbound", "Voice calls, outbound", 470_000),
        ]
    );
    assert_eq!((invoice.total, invoice.opening_balance, invoice.closing_balance), (2_630_000, 0, -2_630_000));
    assert_eq!((invoice.amount_due, invoice.status.as_str()), (2_630_000, "open"));
    assert_eq!((invoice.period_start, invoice.period_end), (Some(START), Some(Month::of(START).end())));
    assert_eq!(invoice.issued, Month::of(START).end());
    assert_eq!(story.mails("invoice-issued"), 1);
    story.recharge(25);
    assert_eq!(list(&story, DocumentKind::Invoice)[0].status, "paid");
    assert_eq!(read(&story, "2026-000001"), invoice, "an issued document never changes");
}

#[test]
fn balances_chain_and_months_without_charges_have_no_invoice() {
    let mut story = begun();
    let main = account(&story);
    story.recharge(50);
    charge(&mut story, main, "so", 5_000_010);
    to_next_month(&mut story);
    // Only a payment: it is on the next invoice.
    story.recharge(30);
    to_next_month(&mut story);
    assert_eq!(list(&story, DocumentKind::Invoice).len(), 1);
    to_next_month(&mut story);
    charge(&mut story, main, "so", 1_000_000);
    to_next_month(&mut story);
    let (first, second) = (read(&story, "2026-000001"), read(&story, "2026-000002"));
    check_sums(&first);
    check_sums(&second);
    assert_eq!((first.opening_balance, first.rounding, first.closing_balance), (0, -10, 45_000_000));
    assert_eq!((second.opening_balance, second.closing_balance), (45_000_000, 74_000_000));
    assert_eq!(second.period_start, Some(Month::parse("2026-06").expect("a month").first()));
    let labels: Vec<(&str, i64)> =
        second.movements.iter().map(|movement| (movement.label.as_str(), movement.amount)).collect();
    assert_eq!(labels, [("Payment", 30_000_000)]);
    assert_eq!(story.balance().balance, second.closing_balance);
}

#[test]
fn promotional_credit_is_an_untaxed_discount_and_tax_is_posted_into_the_cycle() {
    let mut story = begun();
    let main = account(&story);
    set_policy(&mut story, |policy| policy.tax_rates = vec![rate("19", false), rate("0.333333", false)]);
    in_germany(&mut story);
    story.recharge(50);
    let gift = Adjustment::Goodwill(Goodwill { amount: 3_000_000, expires: None });
    story.command(|turn, auth| adjustments::adjust(turn, &operator(), auth, gift, "sorry".to_owned()));
    charge(&mut story, main, "vo", 10_000_000);
    to_next_month(&mut story);
    let invoice = read(&story, "2026-000001");
    check_sums(&invoice);
    assert_eq!((invoice.discount, invoice.net), (3_000_000, 7_000_000));
    // 19 % of 7.00 is 1.33; 0.333333 % is 0.02333331, in cents 0.02.
    let taxes: Vec<(i64, i64)> = invoice.taxes.iter().map(|tax| (tax.base, tax.amount)).collect();
    assert_eq!(taxes, [(7_000_000, 1_330_000), (7_000_000, 20_000)]);
    assert_eq!(invoice.closing_balance, 53_000_000 - 10_000_000 - 1_350_000);
    assert_eq!(story.balance().balance, invoice.closing_balance);
    assert_eq!(invoice.customer.legal_name, "Acme Gesellschaft");
    let labels: Vec<&str> = invoice.movements.iter().map(|movement| movement.label.as_str()).collect();
    assert_eq!(labels, ["Payment", "Goodwill: sorry", "Trial and promotional credits used"]);
    let taxed: Vec<Transaction> = ledger(&story).into_iter().filter(|one| one.kind == "tax").collect();
    assert_eq!(taxed.len(), 1);
    assert_eq!((taxed[0].cycle, taxed[0].at), (Some(Month::of(START)), Month::of(START).end()));
    // The next invoice does not count the tax again.
    charge(&mut story, main, "vo", 1_000_000);
    to_next_month(&mut story);
    let next = read(&story, "2026-000002");
    check_sums(&next);
    assert_eq!(next.opening_balance, invoice.closing_balance);
    assert_eq!(next.closing_balance, story.balance().balance);
}

#[test]
fn a_valid_tax_id_reverses_the_charge_where_the_table_says_so() {
    let mut story = begun();
    let main = account(&story);
    set_policy(&mut story, |policy| policy.tax_rates = vec![rate("19", true)]);
    in_germany(&mut story);
    story.command(|turn, auth| {
        let change = BillingChange { tax_id: Some("DE136695976".to_owned()), ..BillingChange::default() };
        set_billing(turn, &operator(), auth, change)
    });
    charge(&mut story, main, "vo", 10_000_000);
    to_next_month(&mut story);
    let invoice = read(&story, "2026-000001");
    assert_eq!((invoice.total, invoice.taxes[0].amount, invoice.taxes[0].reverse_charge), (10_000_000, 0, true));
    assert_eq!(invoice.taxes[0].legal_basis, "Article 196, Directive 2006/112/EC");
    assert!(ledger(&story).iter().all(|one| one.kind != "tax"));
}

#[test]
fn postpaid_totals_are_whole_cents_and_only_what_is_new_is_due() {
    let mut story = begun();
    let main = account(&story);
    story
        .command(|turn, auth| postpaid::set_billing(turn, &operator(), auth, postpaid::Billing::Postpaid(100_000_000)));
    story.script(&[Answer::Decline; 10]);
    charge(&mut story, main, "vo", 1_004_990);
    to_next_month(&mut story);
    charge(&mut story, main, "vo", 2_005_000);
    to_next_month(&mut story);
    let (first, second) = (read(&story, "2026-000001"), read(&story, "2026-000002"));
    check_sums(&first);
    check_sums(&second);
    assert_eq!((first.amount_due, second.amount_due), (1_000_000, 3_010_000));
    assert_eq!((first.rounding, second.rounding), (-4_990, 5_000));
    assert_eq!((first.net, second.net, first.movements.len()), (1_000_000, 2_010_000, 0));
    assert_eq!(story.balance().balance, -3_010_000);
    let due: Vec<String> = story
        .fake
        .lines()
        .into_iter()
        .filter(|line| line.body.contains(r#""kind":"invoice-due""#))
        .map(|line| line.body)
        .collect();
    assert_eq!(due.len(), 2);
    assert!(due[1].contains(r#"["amount-due","2.01"]"#), "{}", due[1]);
    let states = |story: &Story| {
        let list = list(story, DocumentKind::Invoice);
        list.into_iter().map(|one| (one.number, one.status)).collect::<Vec<_>>()
    };
    let state = |number: &str, status: &str| (number.to_owned(), status.to_owned());
    assert_eq!(states(&story), [state("2026-000002", "open"), state("2026-000001", "failed")]);
    // Credit pays the oldest first: one dollar pays the first invoice and nothing else.
    let gift = Adjustment::Goodwill(Goodwill { amount: 1_000_000, expires: None });
    story.command(|turn, auth| adjustments::adjust(turn, &operator(), auth, gift, "paid by bank".to_owned()));
    assert_eq!(states(&story), [state("2026-000002", "open"), state("2026-000001", "paid")]);
}

#[test]
fn a_quarter_is_one_invoice_even_if_its_last_months_are_empty() {
    let mut story = begun();
    let main = account(&story);
    story.command(|turn, auth| set_cycle(turn, &operator(), auth, 3));
    // START is in March: the quarter ends a month later.
    charge(&mut story, main, "vo", 1_000_000);
    to_next_month(&mut story);
    assert_eq!(read(&story, "2026-000001").total, 1_000_000);
    charge(&mut story, main, "vo", 2_000_000);
    for _ in 0..2 {
        to_next_month(&mut story);
        assert_eq!(list(&story, DocumentKind::Invoice).len(), 1);
    }
    to_next_month(&mut story);
    let second = read(&story, "2026-000002");
    check_sums(&second);
    let april = Month::of(START).next();
    assert_eq!((second.total, second.period_start), (2_000_000, Some(april.first())));
    assert_eq!(second.period_end, Some(april.next().next().end()));
    assert_eq!(second.opening_balance, -1_000_000);
}

#[test]
fn credit_notes_give_back_exact_shares_and_never_more_than_the_invoice() {
    let mut story = begun();
    let main = account(&story);
    set_policy(&mut story, |policy| policy.tax_rates = vec![rate("19", false)]);
    in_germany(&mut story);
    charge(&mut story, main, "vo", 1_000_000);
    to_next_month(&mut story);
    let first = note(&mut story, Some(400_000)).expect("a part");
    assert_eq!((first.number.as_str(), first.net, first.taxes[0].amount), ("CN-2026-000001", 340_000, 60_000));
    assert_eq!((first.total, first.refers_to.as_deref()), (400_000, Some("2026-000001")));
    assert_eq!(note(&mut story, Some(800_000)), Err(Error::MoreThanInvoice(790_000)));
    let second = note(&mut story, None).expect("the rest");
    assert_eq!((second.net, second.taxes[0].amount, second.total), (660_000, 130_000, 790_000));
    assert_eq!(second.number, "CN-2026-000002");
    assert_eq!(note(&mut story, None), Err(Error::MoreThanInvoice(0)));
    assert_eq!(
        note(&mut story, Some(396_670)),
        Err(Fault::invalid("amount", crate::ground::vocabulary::FieldRule::WrongForm, Some("whole cents")).into())
    );
    let shown = &list(&story, DocumentKind::Invoice)[0];
    assert_eq!((shown.credited, shown.status.as_str()), (1_190_000, "paid"));
    assert_eq!(story.balance().balance, 0);
    assert_eq!(folded(&story).get(&LedgerAccount::Tax), Some(&0));
    assert_eq!(story.mails("credit-note-issued"), 2);
    let other = story.command(|turn, _| another_account(turn));
    let answer = story.fake.command(story.now, |turn| {
        issue_credit_note(turn, &operator(), other, "2026-000001".to_owned(), None, "x".to_owned())
    });
    assert_eq!(answer, Err(Refusal::NotFound("invoice".to_owned()).into()), "an invoice of another account");
}

/// So many millionths of a percent of an amount, in whole cents, half away from zero: in whole numbers only.
fn tax_of(net: i64, percent: i64) -> i64 {
    let step: i128 = 10_000 * 100 * 1_000_000;
    let exact = i128::from(net) * i128::from(percent);
    i64::try_from((2 * exact + step) / (2 * step)).expect("a small tax") * 10_000
}

pub(crate) fn some(dice: &mut Dice, sides: u64) -> i64 {
    i64::try_from(dice.throw(sides)).expect("a small number")
}

/// From a step of the last posted place to some thousands.
fn some_amount(dice: &mut Dice) -> i64 {
    let digits = u32::try_from(dice.throw(9)).expect("a digit");
    10 * (1 + some(dice, 10_u64.pow(digits)))
}

/// Up to three rates of the customer's country and state among others that are not, and the percents (in millionths) of those that apply.
fn some_rates(dice: &mut Dice, has_tax_id: bool) -> (Vec<TaxRate>, Vec<(String, i64)>) {
    let elsewhere = |country: &str, state: &str| TaxRate {
        country: country.to_owned(),
        state: state.to_owned(),
        ..rate("9", false)
    };
    let mut table = vec![elsewhere("FR", ""), elsewhere("DE", "HE")];
    let mut applying = Vec::new();
    for _ in 0..dice.throw(4) {
        let percent = match dice.throw(3) {
            0 => some(dice, 31) * 1_000_000,
            1 => some(dice, 121) * 250_000,
            _ => some(dice, 30_000_001),
        };
        let text = format!("{}.{:06}", percent / 1_000_000, percent % 1_000_000);
        let reverse_charge = dice.throw(4) == 0;
        let state = ["", "BY", " by "][usize::try_from(dice.throw(3)).expect("small")].to_owned();
        table.push(TaxRate { state, name: format!("Tax {}", table.len()), ..rate(&text, reverse_charge) });
        applying.push((text, if reverse_charge && has_tax_id { 0 } else { percent }));
    }
    (table, applying)
}

#[test]
fn random_taxes_are_exact_and_random_credit_notes_give_back_all_of_each_part() {
    for seed in 0..150 {
        let mut dice = Dice(seed);
        let mut story = begun();
        let main = account(&story);
        let has_tax_id = dice.throw(3) == 0;
        let (table, applying) = some_rates(&mut dice, has_tax_id);
        set_policy(&mut story, |policy| policy.tax_rates = table);
        in_germany(&mut story);
        story.command(|turn, auth| {
            let tax_id = has_tax_id.then(|| "DE136695976".to_owned());
            let change = BillingChange { state: Some("BY".to_owned()), tax_id, ..BillingChange::default() };
            set_billing(turn, &operator(), auth, change)
        });
        if dice.throw(2) == 0 {
            story.recharge(100);
        }
        if dice.throw(2) == 0 {
            let gift = Adjustment::Goodwill(Goodwill { amount: some_amount(&mut dice), expires: None });
            story.command(|turn, auth| adjustments::adjust(turn, &operator(), auth, gift, "gift".to_owned()));
        }
        for _ in 0..=dice.throw(4) {
            let amount = some_amount(&mut dice);
            charge(&mut story, main, "vo", amount);
        }
        to_next_month(&mut story);
        let invoice = read(&story, "2026-000001");
        check_sums(&invoice);
        let taxes: Vec<(String, i64, i64)> =
            invoice.taxes.iter().map(|tax| (tax.percent.clone(), tax.base, tax.amount)).collect();
        let expected: Vec<(String, i64, i64)> =
            applying.into_iter().map(|(text, percent)| (text, invoice.net, tax_of(invoice.net, percent))).collect();
        assert_eq!(taxes, expected, "seed {seed}");

        // Net and each tax.
        let parts = |document: &Document| -> Vec<i64> {
            std::iter::once(document.net).chain(document.taxes.iter().map(|tax| tax.amount)).collect()
        };
        let mut left = parts(&invoice);
        for last in (0..=dice.throw(8)).rev() {
            let sum: i64 = left.iter().sum();
            assert_eq!(note(&mut story, Some(sum + 10_000)), Err(Error::MoreThanInvoice(sum)), "seed {seed}");
            if sum == 0 {
                break;
            }
            let amount = match dice.throw(3) {
                0 => 10_000,
                _ => 10_000 * (1 + some(&mut dice, sum.unsigned_abs() / 10_000)),
            };
            let amount = if last == 0 { sum } else { amount };
            let balance = story.balance().balance;
            let given = note(&mut story, (last > 0).then_some(amount)).expect("not more than is left");
            check_note(&given, amount, seed);
            assert_eq!(story.balance().balance, balance + amount, "seed {seed}");
            let given = parts(&given);
            assert_eq!(given.len(), left.len(), "seed {seed}");
            for (given, left) in given.iter().zip(&mut left) {
                assert!((0..=*left).contains(given), "seed {seed}: {given} of {left}");
                // In proportion, to less than a cent.
                let off = i128::from(*given) * i128::from(sum) - i128::from(amount) * i128::from(*left);
                assert!(off.abs() < 10_000 * i128::from(sum), "seed {seed}: {given} of {left}, {amount} of {sum}");
                *left -= given;
            }
        }
        assert!(left.iter().all(|part| *part == 0), "seed {seed}: {left:?}");
        assert_eq!(note(&mut story, None), Err(Error::MoreThanInvoice(0)), "seed {seed}");
        assert_eq!(list(&story, DocumentKind::Invoice)[0].credited, invoice.total, "seed {seed}");
    }
}

fn check_note(note: &Document, amount: i64, seed: u64) {
    let taxes: i64 = note.taxes.iter().map(|tax| tax.amount).sum();
    assert_eq!((note.total, note.net + taxes), (amount, amount), "seed {seed}");
    assert!(note.taxes.iter().all(|tax| tax.base == note.net), "seed {seed}");
}

fn another_account(turn: &mut Turn<'_>) -> Result<String, accounts::Error> {
    let account = accounts::NewAccount {
        currency: None,
        account_type: accounts::AccountType::Standard,
        name: "Other".to_owned(),
        email: "owner@other.example".to_owned(),
        address: String::new(),
        city: String::new(),
        state: String::new(),
        timezone: "UTC".to_owned(),
    };
    Ok(accounts::create(turn, &operator(), account)?.auth_id)
}

#[test]
fn numbers_are_gapless_whatever_is_repeated_and_follow_the_year_of_issue() {
    let mut story = begun();
    let mut accounts = vec![story.account.clone()];
    for _ in 0..120 {
        accounts.push(story.command(|turn, _| another_account(turn)));
    }
    let charge_all = |story: &mut Story| {
        for account in &accounts {
            story.account.clone_from(account);
            let main = AuthId::parse(account).expect("an auth ID");
            charge(story, main, "vo", 10_000);
        }
    };
    charge_all(&mut story);
    // Every call of the month's end is repeated from the state before it, as after a crash: only the last one counts.
    let month = Month::of(story.now);
    story.advance(month.end() - 1 - story.now);
    story.now = month.end();
    while story.fake.timers().get("store/month-end").is_some_and(|(_, due)| *due <= story.now) {
        let lost: Result<(), jobs::Error> = story.fake.command(story.now, |turn| {
            jobs::begin(turn, "store/month-end".to_owned())?;
            Err(jobs::Error::NoSuchJob)
        });
        assert!(lost.is_err());
        story.fake.command(story.now, |turn| jobs::begin(turn, "store/month-end".to_owned())).expect("a job");
    }
    story.drain();
    let numbers = |story: &Story, year: &str| {
        let keys = story.fake.dump();
        let prefix = format!("docno/i/{year}-");
        keys.keys().filter_map(|key| key.strip_prefix(&prefix)).map(str::to_owned).collect::<Vec<_>>()
    };
    let counted = |count: usize| (1..=count).map(|number| format!("{number:06}")).collect::<Vec<_>>();
    assert_eq!(numbers(&story, "2026"), counted(121));
    assert!(!story.fake.dump().keys().any(|key| key.starts_with("draft/")));
    while Month::of(story.now).to_string() != "2026-12" {
        to_next_month(&mut story);
    }
    charge_all(&mut story);
    to_next_month(&mut story);
    assert_eq!(numbers(&story, "2026"), counted(121));
    assert_eq!(numbers(&story, "2027"), counted(121), "issued on January the first");
}

#[test]
fn the_final_invoice_covers_everything_until_now() {
    let mut story = begun();
    let main = account(&story);
    story.recharge(50);
    charge(&mut story, main, "vo", 1_000_000);
    story.advance(DAY_MS);
    charge(&mut story, main, "vo", 2_000_000);
    close_at_once(&mut story);
    let last = read(&story, "2026-000001");
    check_sums(&last);
    assert_eq!((last.total, last.closing_balance, last.period_end), (3_000_000, 0, Some(story.now + 1)));
    to_next_month(&mut story);
    assert_eq!(list(&story, DocumentKind::Invoice).len(), 1);
}

#[test]
fn an_account_whose_last_lines_are_not_what_the_ledger_says_closes_when_they_are() {
    let mut story = begun();
    let main = account(&story);
    story.recharge(25);
    charge(&mut story, main, "vo", 10_000_000);
    story.advance(DAY_MS);
    let key = crate::ledger::totals::source_key(Month::of(START), main, main);
    let sound = story.fake.dump()[&key].clone();
    story.fake.plant(&key, &sound.replace("10000000", "9999990"));
    story.command(|turn, auth| crate::accounts::closing::close(turn, &operator(), auth, "wished".to_owned()));
    let standing = |story: &Story| {
        let status = story
            .fake
            .query(story.now, |turn| crate::accounts::closing::get_closing(turn, &operator(), story.account.clone()));
        status.map(|status| (status.step, status.refunded)).expect("an account that is being closed")
    };
    let in_queue = |story: &Story| {
        let page = story.fake.query(story.now, |turn| crate::payments::queue::list_queue(turn, &operator(), None, 10));
        page.expect("a page").items.into_iter().map(|item| item.kind).collect::<Vec<_>>()
    };
    for _ in 0..2 {
        story.advance(DAY_MS);
        assert_eq!(
            (standing(&story), story.units()),
            ((crate::accounts::closing::Step::Settling, 0), "15.00".to_owned())
        );
        assert_eq!(in_queue(&story), ["invoice-not-made"], "the operator is told, once");
    }
    story.fake.plant(&key, &sound);
    story.advance(DAY_MS);
    assert_eq!(standing(&story), (crate::accounts::closing::Step::Done, 15_000_000));
    assert_eq!((read(&story, "2026-000001").total, in_queue(&story)), (10_000_000, Vec::new()));
}

#[test]
fn a_quarter_that_ends_while_its_account_closes_is_on_the_final_invoice() {
    // Closed on June the 30th, the invoices of the quarter not made yet: closing is more urgent than the month's end.
    let mut story = begun();
    let main = account(&story);
    to_next_month(&mut story);
    story.command(|turn, auth| set_cycle(turn, &operator(), auth, 3));
    story.recharge(50);
    for amount in [1_000_000, 2_000_000, 4_000_000] {
        charge(&mut story, main, "vo", amount);
        if amount < 4_000_000 {
            to_next_month(&mut story);
        }
    }
    story.advance(DAY_MS);
    let july = Month::of(story.now).end();
    assert_eq!(Month::of(july).to_string(), "2026-07");
    story.now = july;
    close_at_once(&mut story);
    story.advance(DAY_MS);
    let invoice = read(&story, "2026-000001");
    check_sums(&invoice);
    let first = Month::of(START).next();
    assert_eq!((invoice.total, invoice.period_start), (7_000_000, Some(first.first())));
    assert_eq!(list(&story, DocumentKind::Invoice).len(), 1);
}

#[test]
fn every_charge_has_a_receipt_that_never_changes() {
    let mut story = begun();
    story.script(&[crate::stories::scenario::Answer::Decline]);
    story.recharge(30);
    story.recharge(40);
    let receipts = list(&story, DocumentKind::Receipt);
    let shown: Vec<(&str, &str, i64, Option<&str>)> = receipts
        .iter()
        .map(|one| (one.number.as_str(), one.status.as_str(), one.total, one.refers_to.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("R-2026-000002", "successful", 40_000_000, Some("charge-2")),
            ("R-2026-000001", "failed", 30_000_000, Some("charge-1")),
        ]
    );
    let failed = read(&story, "R-2026-000001");
    assert_eq!((failed.note.as_str(), failed.method.as_str()), ("insufficient-funds", "card"));
    let mails = story.gateway.mails.borrow();
    let named = |template: &str, receipt: &str| {
        mails.iter().any(|mail| {
            mail.template == template && mail.facts.iter().any(|fact| fact.name == "receipt" && fact.value == receipt)
        })
    };
    assert!(named("recharge-failed", "R-2026-000001"));
    assert!(named("recharge-paid", "R-2026-000002"));
}

#[test]
fn lists_filter_and_page_both_ways() {
    let mut story = begun();
    story.script(&[crate::stories::scenario::Answer::Decline; 2]);
    for _ in 0..5 {
        story.recharge(25);
        story.advance(DAY_MS);
    }
    let page = |filter: DocumentFilter, after: Option<&str>, limit| {
        let after = after.map(str::to_owned);
        let page = story.fake.query(story.now, |turn| {
            list_documents(turn, &operator(), story.account.clone(), DocumentKind::Receipt, filter, after, limit)
        });
        page.map(|page| (page.documents.into_iter().map(|one| one.number).collect::<Vec<_>>(), page.next))
    };
    let number = |n: u32| format!("R-2026-{n:06}");
    assert_eq!(page(NOTHING, None, 2), Ok((vec![number(5), number(4)], Some("4".to_owned()))));
    assert_eq!(page(NOTHING, Some("4"), 3), Ok((vec![number(3), number(2), number(1)], None)));
    let oldest = DocumentFilter { oldest_first: true, ..NOTHING };
    assert_eq!(page(oldest.clone(), Some("3"), 10), Ok((vec![number(4), number(5)], None)));
    let failed = DocumentFilter { status: Some("failed".to_owned()), ..oldest.clone() };
    assert_eq!(page(failed, None, 10), Ok((vec![number(1), number(2)], None)));
    let dated = DocumentFilter { issued_from: Some(START + DAY_MS), issued_before: Some(START + 3 * DAY_MS), ..oldest };
    assert_eq!(page(dated, None, 10), Ok((vec![number(2), number(3)], None)));
    let one = DocumentFilter { number: Some("R-2026-000004".to_owned()), ..NOTHING };
    assert_eq!(page(one, None, 10), Ok((vec![number(4)], None)));
    let unknown = DocumentFilter { status: Some("open".to_owned()), ..NOTHING };
    assert!(page(unknown, None, 10).is_err(), "receipts are never open");
    assert!(page(NOTHING, Some("x"), 10).is_err());
    assert!(page(NOTHING, None, 0).is_err());
    assert!(page(NOTHING, None, 101).is_err());
}

#[test]
fn no_charge_without_a_billing_address_where_the_policy_asks_for_one() {
    let mut story = begun();
    set_policy(&mut story, |policy| policy.require_billing_address = true);
    let recharge = |story: &Story| {
        story.fake.command(story.now, |turn| {
            crate::payments::charges::recharge(turn, &operator(), story.account.clone(), 25_000_000, None)
        })
    };
    let missing = ["legal-name", "address", "country"].map(str::to_owned).to_vec();
    assert_eq!(recharge(&story), Err(interfaces::credits::Error::BillingIncomplete(missing)));
    in_germany(&mut story);
    assert_eq!(recharge(&story), Err(interfaces::credits::Error::BillingIncomplete(vec!["address".to_owned()])));
    story.command(|turn, auth| {
        let change = BillingChange { address: Some("Hauptstr. 1".to_owned()), ..BillingChange::default() };
        set_billing(turn, &operator(), auth, change)
    });
    assert!(recharge(&story).is_ok());
}

/// Every transaction of the store.
pub(crate) fn ledger(story: &Story) -> Vec<Transaction> {
    let dump = story.fake.dump();
    let texts = dump.iter().filter(|(key, _)| key.starts_with("t/"));
    texts.map(|(_, text)| serde_json::from_str(text).expect("a transaction")).collect()
}

/// Sums of all postings by ledger account.
pub(crate) fn folded(story: &Story) -> BTreeMap<LedgerAccount, i64> {
    let mut sums = BTreeMap::new();
    for transaction in ledger(story) {
        for posting in transaction.postings {
            *sums.entry(posting.0).or_insert(0) += posting.2.micros();
        }
    }
    sums
}

/// What the ledger says of an account's month: charges by section and product, what credits paid of them, balance at its end. Folded from
/// transactions alone, with no totals.
#[derive(Default)]
struct Expected {
    lines: BTreeMap<(String, String), i64>,
    discount: i64,
    rounding: i64,
    tax: i64,
    balance: i64,
}

fn expected(story: &Story, month: Month) -> Expected {
    let main = account(story);
    let mut expected = Expected::default();
    // What is owed of months before and of what closed them: credit pays that first, then charges of this month (R2).
    let mut older = 0;
    for transaction in ledger(story) {
        let of = transaction.cycle.unwrap_or_else(|| Month::of(transaction.at));
        let owed = transaction.postings.iter().filter(|posting| posting.0 == LedgerAccount::Receivables);
        let owed: i64 = owed.map(|posting| posting.2.micros()).sum();
        if of < month {
            older += owed;
        } else if of == month && owed < 0 {
            let paid = (-owed).min(older);
            older -= paid;
            if ["goodwill", "coupon-redeemed"].contains(&transaction.kind.as_str()) {
                expected.discount += -owed - paid;
            }
        }
        let mine = transaction.postings.iter().filter(|posting| posting.1 == Some(main));
        if of <= month {
            expected.balance -= mine.clone().map(|posting| posting.2.micros()).sum::<i64>();
        }
        if of != month {
            continue;
        }
        if transaction.cycle.is_some() {
            let sum = if transaction.kind == "tax" { &mut expected.tax } else { &mut expected.rounding };
            *sum += mine.clone().map(|posting| posting.2.micros()).sum::<i64>();
        }
        if transaction.lines.is_empty() {
            continue;
        }
        let free = [LedgerAccount::CreditsTrial, LedgerAccount::CreditsPromotional];
        expected.discount +=
            mine.filter(|posting| free.contains(&posting.0)).map(|posting| posting.2.micros()).sum::<i64>();
        for line in transaction.lines {
            let code = ChargeCode::parse(&line.p).expect("a known code");
            let (product, heading) = code.words();
            let product = if heading.is_empty() { product.to_owned() } else { format!("{product}-{heading}") };
            *expected.lines.entry((line.a.to_string(), product)).or_default() += line.m.micros();
        }
    }
    expected
}

#[test]
fn random_months_equal_the_ledger_to_the_last_digit() {
    let (mut corrected, mut rounded) = (0, 0);
    for seed in 0..12 {
        let mut dice = Dice(seed);
        let mut story = begun();
        if dice.throw(2) == 0 {
            set_policy(&mut story, |policy| policy.tax_rates = vec![rate("7.77777", false), rate("19", false)]);
        }
        in_germany(&mut story);
        let sub = |story: &mut Story, name: &str| {
            let name = name.to_owned();
            let made = story.command(|turn, auth| subaccounts::create(turn, &operator(), auth, name, true));
            AuthId::parse(&made.auth_id).expect("an auth ID")
        };
        let sources = [account(&story), sub(&mut story, "one"), sub(&mut story, "two")];
        let codes = ["vo", "vi", "so", "mi", "nr US local", "nr DE mobile", "ns US local", "st"];
        let mut invoices = 0;
        let mut opening = 0;
        for _ in 0..4 {
            let month = Month::of(story.now);
            for _ in 0..dice.throw(25) {
                let amount = i64::try_from(dice.throw(900_000)).expect("small") * 10;
                match dice.throw(9) {
                    0 => story.recharge(25),
                    8 => correct(&mut story, 10 * (1 + some(&mut dice, 300_000))),
                    1 => {
                        let expires = (dice.throw(2) == 0).then_some(story.now + 3 * DAY_MS);
                        let gift = Adjustment::Goodwill(Goodwill { amount: amount + 10, expires });
                        story.command(|turn, auth| {
                            adjustments::adjust(turn, &operator(), auth, gift, "gift".to_owned())
                        });
                    }
                    2 => story.debit(1),
                    _ => {
                        let source = sources[usize::try_from(dice.throw(3)).expect("small")];
                        let code = codes[usize::try_from(dice.throw(8)).expect("small")];
                        charge(&mut story, source, code, amount);
                    }
                }
                story.advance(DAY_MS);
            }
            if Month::of(story.now) == month {
                to_next_month(&mut story);
            }
            let charged = expected(&story, month);
            if charged.lines.is_empty() {
                continue;
            }
            corrected += i32::from(charged.lines.values().any(|amount| *amount < 0));
            rounded += i32::from(charged.rounding != 0);
            invoices += 1;
            let invoice = read(&story, &format!("2026-{invoices:06}"));
            check_sums(&invoice);
            let mut lines: BTreeMap<(String, String), i64> = BTreeMap::new();
            for line in &invoice.lines {
                *lines.entry((line.section.clone(), line.product.clone())).or_default() += line.amount;
            }
            assert_eq!(lines, charged.lines, "seed {seed}, {month}");
            assert_eq!(invoice.discount, charged.discount, "seed {seed}, {month}");
            assert_eq!(invoice.taxes.iter().map(|tax| tax.amount).sum::<i64>(), charged.tax);
            assert_eq!(invoice.rounding, charged.rounding, "seed {seed}, {month}");
            assert_eq!(invoice.closing_balance, charged.balance, "seed {seed}, {month}");
            assert_eq!(invoice.opening_balance, opening, "seed {seed}, {month}");
            opening = invoice.closing_balance;
        }
    }
    assert!(corrected > 5 && rounded > 20, "{corrected} months with corrections, {rounded} that were rounded");
}

/// Gives back to the first charge, if so much of it is spent.
pub(crate) fn correct(story: &mut Story, amount: i64) {
    let account = story.account.clone();
    let correction = Adjustment::Correction(adjustments::Correction { amount, charge: Some(1), payment: None });
    let _ = story.fake.command(story.now, |turn| {
        adjustments::adjust(turn, &operator(), account, correction, "wrong rate".to_owned())
    });
    story.drain();
}

#[test]
fn seats_in_force_on_the_first_are_charged_once_also_by_a_late_run() {
    let mut story = begun();
    let price = |seat: &str| crate::pricing::NumberPrices { rows: Vec::new(), seat: Some(seat.to_owned()) };
    story.command(|turn, _| crate::pricing::create_version(turn, &operator(), None));
    story.command(|turn, _| crate::pricing::set_number_prices(turn, &operator(), 1, price("20.00001")));
    story.command(|turn, _| crate::pricing::publish_version(turn, &operator(), 1, 0));
    let set = |story: &mut Story, seats: u32| story.command(|turn, auth| set_seats(turn, &operator(), auth, seats));
    let shown = set(&mut story, 3);
    let april = Month::of(START).next();
    assert_eq!((shown.paid, shown.in_use, shown.next_charge), (3, 1, Some(april.first())));
    set(&mut story, 2);
    assert_eq!(story.balance().balance, 0, "nothing is charged before the first");
    // The host sleeps over the first; more seats are set before it wakes up.
    story.now = april.first() + DAY_MS;
    let account = story.account.clone();
    let set_now = |story: &Story, seats| {
        story.fake.command(story.now, |turn| set_seats(turn, &operator(), account.clone(), seats))
    };
    assert!(set_now(&story, 7).is_ok());
    assert!(set_now(&story, 9).is_ok());
    story.drain();
    assert_eq!(story.balance().balance, -40_000_020, "two seats, owed");
    to_next_month(&mut story);
    assert_eq!(story.balance().balance, -40_000_000 - 180_000_090, "the invoice is whole cents");
    let invoice = read(&story, "2026-000001");
    check_sums(&invoice);
    assert_eq!((invoice.period_start, invoice.total), (Some(april.first()), 40_000_000));
    let line = &invoice.lines[0];
    assert_eq!((line.product.as_str(), line.quantity, line.unit.as_str()), ("seats", 2, "seats"));
}

#[test]
fn an_account_whose_totals_disagree_waits_for_the_operator_and_holds_up_nobody() {
    let mut story = begun();
    let main = account(&story);
    let other = story.command(|turn, _| another_account(turn));
    charge(&mut story, main, "vo", 1_000_000);
    let first = std::mem::replace(&mut story.account, other);
    let second = account(&story);
    charge(&mut story, second, "vo", 2_000_000);
    story.advance(crate::ground::vocabulary::HOUR_MS);
    let key = crate::ledger::totals::source_key(Month::of(START), main, main);
    let sound = story.fake.dump()[&key].clone();
    story.fake.plant(&key, &sound.replace("1000000", "999990"));
    to_next_month(&mut story);
    assert_eq!(read(&story, "2026-000001").total, 2_000_000);
    let queue = story
        .fake
        .query(story.now, |turn| crate::payments::queue::list_queue(turn, &operator(), None, 10))
        .expect("a queue");
    let items: Vec<(&str, &str)> = queue.items.iter().map(|item| (item.kind.as_str(), item.auth_id.as_str())).collect();
    assert_eq!(items, [("invoice-not-made", first.as_str())]);
    assert!(queue.items[0].note.contains("lines 0.99999, ledger 1.00"), "{}", queue.items[0].note);
    // Five months later the cause is gone: the next invoice has what this one lacks, though nothing was charged since.
    let (second, first) = (story.account.clone(), first);
    story.account = first.clone();
    for _ in 0..4 {
        to_next_month(&mut story);
    }
    let waiting = story.fake.query(story.now, |turn| crate::payments::queue::list_queue(turn, &operator(), None, 10));
    assert_eq!(waiting.map(|page| page.items.len()), Ok(1), "tried again each month, told once");
    story.fake.plant(&key, &sound);
    to_next_month(&mut story);
    let invoice = read(&story, "2026-000002");
    check_sums(&invoice);
    assert_eq!((invoice.total, invoice.period_start), (1_000_000, Some(START)));
    let queue = story
        .fake
        .query(story.now, |turn| crate::payments::queue::list_queue(turn, &operator(), None, 10))
        .expect("a queue");
    assert_eq!(queue.items, [], "it waits for nobody any more");
    story.account = second;
    assert_eq!(list(&story, DocumentKind::Invoice).len(), 1);
}
