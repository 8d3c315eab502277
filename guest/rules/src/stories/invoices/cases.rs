//! What practice found about documents: each test names its case.

use crate::credit::movements::adjustments::{Adjustment, Goodwill};
use crate::credits;
use crate::ground::calendar::Month;
use crate::ground::testing::{Dice, START};
use crate::ground::vocabulary::{DAY_MS, Refusal};
use crate::invoices::{Document, DocumentKind, Error, issue_credit_note, set_cycle};
use crate::ledger::{LedgerAccount, Transaction};
use crate::payments::charges;
use crate::stories::invoices::documents::{
    account, begun, charge, check_sums, close_at_once, correct, folded, in_germany, ledger, list, rate, read,
    set_policy, some, to_next_month,
};
use crate::stories::scenario::{Story, operator};

fn goodwill(story: &mut Story, amount: i64, expires: Option<i64>) {
    let gift = Adjustment::Goodwill(Goodwill { amount, expires });
    story.command(|turn, auth| credits::adjust(turn, &operator(), auth, gift, "sorry".to_owned()));
}

fn charge_back(story: &mut Story, number: u32, amount: i64) {
    story.command(|turn, auth| {
        charges::record_chargeback(turn, &operator(), auth, number, Some(amount), "case 1".to_owned())
    });
}

/// Label, whether it is an earlier one, and amount.
fn moved(document: &Document) -> Vec<(&str, bool, i64)> {
    document.movements.iter().map(|one| (one.label.as_str(), one.earlier, one.amount)).collect()
}

fn invoices(story: &Story) -> Vec<Document> {
    let mut numbers: Vec<String> = list(story, DocumentKind::Invoice).into_iter().map(|one| one.number).collect();
    numbers.reverse();
    let documents: Vec<Document> = numbers.iter().map(|number| read(story, number)).collect();
    let mut opening = 0;
    for document in &documents {
        check_sums(document);
        assert_eq!(document.opening_balance, opening, "R83: the closing balance of the one before");
        opening = document.closing_balance;
        for movement in &document.movements {
            let start = document.period_start.expect("an invoice has a period");
            assert_eq!(movement.at < start, movement.earlier, "{movement:?}");
        }
    }
    documents
}

fn with_vat(story: &mut Story) {
    set_policy(story, |policy| policy.tax_rates = vec![rate("19", false)]);
    in_germany(story);
}

#[test]
fn money_03_a_payments_before_the_first_charge_are_earlier_movements_of_the_first_invoice() {
    let mut story = begun();
    let main = account(&story);
    story.recharge(40);
    to_next_month(&mut story);
    story.recharge(25);
    let paid_last = story.now;
    to_next_month(&mut story);
    let start = story.now;
    charge(&mut story, main, "so", 1_000_000);
    to_next_month(&mut story);
    let [first] = &invoices(&story)[..] else { panic!("one invoice") };
    assert_eq!((first.opening_balance, first.closing_balance, first.total), (0, 64_000_000, 1_000_000));
    assert_eq!((first.period_start, first.movements[1].at), (Some(start), paid_last));
    assert_eq!(moved(first), [("Payment", true, 40_000_000), ("Payment", true, 25_000_000)]);
}

#[test]
fn money_03_b_a_month_without_charges_is_a_part_of_the_next_invoice() {
    let mut story = begun();
    let main = account(&story);
    story.recharge(100);
    charge(&mut story, main, "so", 11_250_000);
    goodwill(&mut story, 15_000_000, Some(START + 41 * DAY_MS));
    to_next_month(&mut story);
    story.advance(12 * DAY_MS);
    story.recharge(50);
    to_next_month(&mut story);
    story.recharge(40);
    story.recharge(60);
    charge(&mut story, main, "vo", 152_003_330);
    charge_back(&mut story, 1, 15_000_000);
    to_next_month(&mut story);
    let [march, may] = &invoices(&story)[..] else { panic!("none for April") };
    assert_eq!(march.closing_balance, 103_750_000);
    assert_eq!(
        moved(may),
        [
            ("Credit that has expired", true, -15_000_000),
            ("Payment", true, 50_000_000),
            ("Payment", false, 40_000_000),
            ("Payment", false, 60_000_000),
            ("Chargeback", false, -15_000_000),
        ]
    );
    assert_eq!((may.net, may.rounding), (152_000_000, -3_330));
    assert_eq!(may.closing_balance, story.balance().balance);
}

#[test]
fn money_03_every_payment_is_on_exactly_one_document_whatever_the_cycle() {
    for seed in 0..40 {
        let mut dice = Dice(seed);
        let mut story = begun();
        let main = account(&story);
        let mut paid = Vec::new();
        for _ in 0..10 {
            if dice.throw(4) == 0 {
                let months = if dice.throw(2) == 0 { 1 } else { 3 };
                story.command(|turn, auth| set_cycle(turn, &operator(), auth, months));
            }
            for _ in 0..dice.throw(3) {
                let units = 25 + some(&mut dice, 50);
                story.recharge(units);
                paid.push(units * 1_000_000);
                story.advance(some(&mut dice, 9) * DAY_MS);
            }
            if dice.throw(3) == 0 {
                charge(&mut story, main, "vo", 10 + 10 * some(&mut dice, 4_000_000));
            }
            to_next_month(&mut story);
        }
        while story.balance().balance < 0 {
            story.recharge(75);
            paid.push(75_000_000);
        }
        close_at_once(&mut story);
        story.advance(DAY_MS);
        let documents = invoices(&story);
        let mut shown = Vec::new();
        for document in &documents {
            shown.extend(document.movements.iter().filter(|one| one.label == "Payment").map(|one| one.amount));
        }
        assert_eq!(shown, paid, "seed {seed}");
        assert_eq!(documents.last().map_or(0, |last| last.closing_balance), 0, "seed {seed}: R83");
    }
}

#[test]
fn money_06_a_correction_is_a_line_and_lowers_the_tax() {
    let mut story = begun();
    let main = account(&story);
    with_vat(&mut story);
    story.recharge(100);
    charge(&mut story, main, "vo", 20_000_000);
    correct(&mut story, 5_000_000);
    let fee = Adjustment::Debit(10_000_000);
    story.command(|turn, auth| credits::adjust(turn, &operator(), auth, fee, "chargeback fee".to_owned()));
    to_next_month(&mut story);
    let [invoice] = &invoices(&story)[..] else { panic!("one invoice") };
    let lines: Vec<(&str, &str, i64)> =
        invoice.lines.iter().map(|line| (line.product.as_str(), line.description.as_str(), line.amount)).collect();
    assert_eq!(
        lines,
        [
            ("correction", "2026-03-01: wrong rate", -5_000_000),
            ("adjustment", "2026-03-01: chargeback fee", 10_000_000),
            ("voice-outbound", "Voice calls, outbound", 20_000_000),
        ]
    );
    assert_eq!((invoice.net, invoice.taxes[0].amount, invoice.total), (25_000_000, 4_750_000, 29_750_000));
    assert_eq!((invoice.closing_balance, story.balance().balance), (70_250_000, 70_250_000));
    assert_eq!(moved(invoice), [("Payment", false, 100_000_000)]);
}

#[test]
fn money_06_corrections_beyond_the_charges_of_a_cycle_take_tax_back() {
    let mut story = begun();
    let main = account(&story);
    with_vat(&mut story);
    story.recharge(100);
    charge(&mut story, main, "vo", 20_000_000);
    to_next_month(&mut story);
    assert_eq!(story.balance().balance, 76_200_000);
    correct(&mut story, 5_003_330);
    to_next_month(&mut story);
    let [_, second] = &invoices(&story)[..] else { panic!("two invoices") };
    assert_eq!((second.net, second.rounding, second.total), (-5_000_000, 3_330, -5_950_000));
    assert_eq!((second.taxes[0].base, second.taxes[0].amount), (-5_000_000, -950_000));
    assert_eq!((second.closing_balance, second.amount_due, second.status.as_str()), (82_150_000, 0, "paid"));
    assert_eq!(story.balance().cash, 82_150_000, "it goes back to the recharge and is no gift");
    assert_eq!(folded(&story).get(&LedgerAccount::Tax), Some(&-2_850_000));
    let auth = story.account.clone();
    let note = story.fake.command(story.now, |turn| {
        issue_credit_note(turn, &operator(), auth, second.number.clone(), None, "wrong".to_owned())
    });
    assert_eq!(note, Err(Error::MoreThanInvoice(0)));
}

#[test]
fn money_06_after_its_last_charges_are_invoiced_no_account_is_corrected() {
    let mut story = begun();
    let main = account(&story);
    with_vat(&mut story);
    story.recharge(25);
    charge(&mut story, main, "vo", 25_000_000);
    story.advance(DAY_MS);
    story.command(|turn, auth| crate::accounts::closing::close(turn, &operator(), auth, "wished".to_owned()));
    story.advance(DAY_MS);
    let correction = Adjustment::Correction(credits::Correction { amount: 10_000, charge: Some(1), payment: None });
    let auth = story.account.clone();
    let refused = story
        .fake
        .command(story.now, |turn| credits::adjust(turn, &operator(), auth, correction, "wrong rate".to_owned()));
    assert_eq!(refused, Err(Refusal::Closed.into()));
}

#[test]
fn money_09_a_what_is_given_back_and_what_is_lost_is_on_the_final_invoice_which_ends_at_zero() {
    let mut story = begun();
    let main = account(&story);
    story.gateway.paid_at.set(Some(story.now));
    story.recharge(40);
    story.advance(60 * DAY_MS);
    story.gateway.paid_at.set(Some(story.now));
    story.recharge(30);
    goodwill(&mut story, 5_000_000, None);
    story.advance(90 * DAY_MS - 3_600_000);
    charge(&mut story, main, "vo", 1_831_460);
    story.advance(3_600_000);
    close_at_once(&mut story);
    let documents = invoices(&story);
    let last = documents.last().expect("a final invoice");
    assert_eq!((last.total, last.discount, last.closing_balance, last.amount_due), (0, 1_831_460, 0, 0));
    assert_eq!(last.note, "Final invoice: the account is closed.");
    assert_eq!(
        moved(last),
        [
            ("Payment", true, 40_000_000),
            ("Payment", true, 30_000_000),
            ("Goodwill: sorry", true, 5_000_000),
            ("Trial and promotional credits used", false, -1_831_460),
            ("Refund of what is left", false, -30_000_000),
            ("Credit that is forfeited at closing", false, -43_168_540),
        ]
    );
}

#[test]
fn money_09_b_a_final_document_is_made_without_charges_and_has_the_rounding() {
    let mut story = begun();
    let main = account(&story);
    with_vat(&mut story);
    story.recharge(50);
    charge(&mut story, main, "vo", 10_000_000);
    // A gift that is no whole cents pays a part of the tax.
    goodwill(&mut story, 103_330, None);
    to_next_month(&mut story);
    story.advance(DAY_MS);
    close_at_once(&mut story);
    let [first, last] = &invoices(&story)[..] else { panic!("two documents") };
    assert_eq!((first.closing_balance, first.total), (38_203_330, 11_900_000));
    assert_eq!((last.lines.len(), last.total, last.closing_balance), (0, 0, 0));
    assert_eq!(
        moved(last),
        [("Refund of what is left", false, -38_200_000), ("Rounding to whole cents", false, -3_330)]
    );
    let april = Month::of(START).next();
    assert_eq!((last.period_start, last.period_end), (Some(april.first()), Some(story.now + 1)));
    to_next_month(&mut story);
    assert_eq!(list(&story, DocumentKind::Invoice).len(), 2);
}

#[test]
fn money_09_where_something_is_owed_the_last_document_follows_its_payment() {
    for (written_off, label) in [(false, "Payment"), (true, "Write-off: lost")] {
        let mut story = begun();
        let main = account(&story);
        with_vat(&mut story);
        story.recharge(25);
        charge(&mut story, main, "vo", 25_000_000);
        story.advance(DAY_MS);
        story.command(|turn, auth| crate::accounts::closing::close(turn, &operator(), auth, "wished".to_owned()));
        story.advance(DAY_MS);
        let documents = invoices(&story);
        let [invoice] = &documents[..] else { panic!("the invoice of what was charged") };
        assert_eq!((invoice.total, invoice.closing_balance, invoice.amount_due), (29_750_000, -4_750_000, 4_750_000));
        assert_eq!((invoice.status.as_str(), invoice.note.as_str()), ("open", ""));
        // It is paid months later.
        for _ in 0..2 {
            to_next_month(&mut story);
        }
        if written_off {
            story.command(|turn, auth| credits::write_off(turn, &operator(), auth, "lost".to_owned()));
        } else {
            story.command(|turn, auth| charges::settle_debt(turn, &operator(), auth, None));
        }
        story.advance(DAY_MS);
        let documents = invoices(&story);
        let [_, last] = &documents[..] else { panic!("and the last one: {}", documents.len()) };
        assert_eq!((last.lines.len(), last.opening_balance, last.closing_balance), (0, -4_750_000, 0));
        assert_eq!(moved(last), [(label, false, 4_750_000)]);
        assert_eq!(last.status, "paid");
    }
}

#[test]
fn money_09_a_payment_in_the_moment_of_the_invoice_is_on_the_last_document() {
    let mut story = begun();
    let main = account(&story);
    with_vat(&mut story);
    story.recharge(25);
    charge(&mut story, main, "vo", 25_000_000);
    story.advance(DAY_MS);
    story.command(|turn, auth| crate::accounts::closing::close(turn, &operator(), auth, "wished".to_owned()));
    story.advance(crate::ground::vocabulary::HOUR_MS);
    story.command(|turn, auth| charges::settle_debt(turn, &operator(), auth, None));
    let [invoice, last] = &invoices(&story)[..] else { panic!("two documents") };
    assert_eq!((invoice.lines.len(), invoice.closing_balance), (1, -4_750_000));
    assert_eq!((last.lines.len(), last.closing_balance, moved(last)), (0, 0, vec![("Payment", false, 4_750_000)]));
    assert_eq!((last.period_start, last.period_end), (Some(story.now), Some(story.now + 1)));
}

#[test]
fn money_09_an_account_that_nothing_was_posted_of_has_no_final_document() {
    let mut story = begun();
    story.advance(DAY_MS);
    close_at_once(&mut story);
    story.advance(DAY_MS);
    assert_eq!(list(&story, DocumentKind::Invoice), []);
}

#[test]
fn money_09_closing_at_the_first_moment_of_a_month_has_all_of_the_month_before() {
    let mut story = begun();
    let main = account(&story);
    story.recharge(50);
    charge(&mut story, main, "vo", 3_000_000);
    story.advance(DAY_MS);
    story.now = Month::of(START).end();
    close_at_once(&mut story);
    story.advance(DAY_MS);
    let [last] = &invoices(&story)[..] else { panic!("one document") };
    assert_eq!((last.total, last.closing_balance, last.period_start), (3_000_000, 0, Some(START)));
}

#[test]
fn r85_prepaid_documents_are_whole_cents_and_the_difference_is_posted_into_the_cycle() {
    // Half a cent goes up; what goes back goes to the recharge that was spent last.
    for (charged, rounding, left) in
        [(1_234_990, -4_990, 48_770_000), (1_235_000, 5_000, 48_760_000), (1_234_000, -4_000, 48_770_000)]
    {
        let mut story = begun();
        let main = account(&story);
        story.recharge(50);
        charge(&mut story, main, "vo", charged);
        to_next_month(&mut story);
        let [invoice] = &invoices(&story)[..] else { panic!("one invoice") };
        assert_eq!((invoice.rounding, invoice.closing_balance), (rounding, left), "{charged}");
        assert_eq!((story.balance().cash, story.balance().promotional), (left, 0), "{charged}");
        let posted: Vec<Transaction> = ledger(&story).into_iter().filter(|one| one.kind == "rounding").collect();
        assert_eq!((posted.len(), posted[0].cycle), (1, Some(Month::of(START))));
    }
}

#[test]
fn r86_a_gift_that_pays_what_is_owed_of_the_cycle_is_a_discount_and_of_an_earlier_one_is_not() {
    let mut story = begun();
    let main = account(&story);
    with_vat(&mut story);
    charge(&mut story, main, "vo", 10_000_000);
    goodwill(&mut story, 4_000_000, None);
    to_next_month(&mut story);
    // 7.14 of March are owed; a gift of 10.00 pays them, and 2.86 of what is owed of April.
    charge(&mut story, main, "vo", 5_000_000);
    goodwill(&mut story, 10_000_000, None);
    to_next_month(&mut story);
    let [march, april] = &invoices(&story)[..] else { panic!("two invoices") };
    assert_eq!(
        (march.discount, march.net, march.total, march.amount_due),
        (4_000_000, 6_000_000, 7_140_000, 7_140_000)
    );
    assert_eq!((april.discount, april.net, april.total), (2_860_000, 2_140_000, 2_550_000));
    assert_eq!(april.closing_balance, story.balance().balance);
}

#[test]
fn r86_a_gift_that_pays_back_a_chargeback_is_no_discount() {
    let mut story = begun();
    let main = account(&story);
    story.recharge(25);
    charge(&mut story, main, "vo", 20_000_000);
    charge_back(&mut story, 1, 25_000_000);
    goodwill(&mut story, 20_000_000, None);
    to_next_month(&mut story);
    let [invoice] = &invoices(&story)[..] else { panic!("one invoice") };
    assert_eq!((invoice.discount, invoice.net, invoice.closing_balance), (0, 20_000_000, 0));
}

#[test]
fn r84_a_dispute_that_an_older_version_has_booked_is_won_as_far_as_it_is_recorded() {
    let mut story = begun();
    story.recharge(50);
    story.debit(50);
    goodwill(&mut story, 30_000_000, None);
    charge_back(&mut story, 1, 50_000_000);
    let mut stored = story.fake.dump();
    for (_, value) in stored.iter_mut().filter(|(key, _)| key.starts_with("ch/") || key.starts_with("owe/")) {
        let mut record: serde_json::Value = serde_json::from_str(value).expect("JSON");
        let fields = record.as_object_mut().expect("a record");
        fields.remove("claims");
        for dispute in fields.get_mut("disputes").and_then(serde_json::Value::as_array_mut).into_iter().flatten() {
            let dispute = dispute.as_object_mut().expect("a record");
            assert!(dispute.remove("taken").is_some(), "today it is written down");
        }
        *value = record.to_string();
    }
    story.fake.replace(&stored);
    story.command(|turn, auth| charges::record_dispute_won(turn, &operator(), auth, 1, "case 1".to_owned()));
    // What it was taken from is not known: it pays the 20.00 that are owed, the rest is credit of the payment.
    let balance = story.balance();
    assert_eq!((balance.cash, balance.promotional, balance.owed), (30_000_000, 0, 0));
}
