//! Whole documents, with the built-in fonts: what stands on the pages, bounds, hostile text, the same bytes.

use crate::document::{Document, DocumentError, Edition, Kind, Line, Movement, Party};
use crate::sample;
use crate::templates::RESERVED;
use crate::typesetter::{Settings, TypesetError, Typesetter};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own, gone at the end. (A library for it would change the features of what the typesetting engine is built with, and so build all
/// of it a second time.)
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("coinbox-documents-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).expect("a new folder");
        Folder(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Opening tries all templates, so it is done once.
static TYPESETTER: LazyLock<Typesetter> =
    LazyLock::new(|| Typesetter::open(&Settings::default()).expect("built-in templates"));

/// An invoice of so many lines of 0.10000, in sections of a hundred.
fn long_invoice(lines: usize) -> Document {
    let mut document = sample::invoice();
    let line = |number: usize| Line {
        section: format!("SALONG{:014}", number / 100),
        section_name: format!("Section {}", number / 100),
        product: "voice-outbound".to_owned(),
        description: format!("Line number {number:05}"),
        quantity: 60,
        unit: "seconds".to_owned(),
        count: 1,
        price: None,
        used_from: None,
        used_to: None,
        amount: 100_000,
    };
    document.lines = (0..lines).map(line).collect();
    document.discount = 0;
    document.rounding = 0;
    document.taxes = Vec::new();
    document.movements = Vec::new();
    document.net = 100_000 * i64::try_from(lines).expect("a few");
    document.total = document.net;
    document.opening_balance = 0;
    document.closing_balance = -document.total;
    document.amount_due = document.total;
    document
}

/// Whether parts come in this order.
fn in_order(text: &str, parts: &[&str]) {
    let mut rest = text;
    for part in parts {
        match rest.find(part) {
            Some(place) => rest = &rest[place + part.len()..],
            None => panic!("{part:?} is not, or not here, in\n{text}"),
        }
    }
}

#[test]
fn an_invoice_shows_all_that_it_holds_in_order() {
    let pages = TYPESETTER.page_texts(&sample::invoice()).expect("set");
    // Where lines of a cell break is the typesetter's business.
    let text = pages.concat().split_whitespace().collect::<Vec<_>>().join(" ");
    in_order(
        &text,
        &[
            "Example Communications Inc.",
            "201 Example Street, Suite 400",
            "United States",
            "Tax ID 12-3456789",
            "Registration number Delaware file 7654321",
            "Phone +1 415 555 0100",
            "Invoice",
            "Müller & Søn Telecom GmbH",
            "Königstraße 12",
            "70173 Stuttgart",
            "Germany",
            "Tax ID DE136695976",
            "2026-000123",
            "2026-12-01",
            "2026-11-01 – 2026-11-30",
            "MASAMPLE000000000001",
            "USD0.00",
            "Paid",
            "Main account MASAMPLE000000000001",
            "20,076 minutes",
            "1,204,560 seconds used",
            "0.012",
            "5,120",
            "240.91200",
            "Used 2026-10-30 – 2026-10-31",
            "60 minutes",
            "3,411 seconds used",
            "12",
            "0.72000",
            "1,440 minutes",
            "0.0055",
            "7.92000",
            "12,045 parts",
            "66.24750",
            "14 months",
            "0.80",
            "11.20000",
            "2026-11-17: Debit for a lost handset",
            "25.00000",
            "2026-11-20: Wrong rate",
            "-0.72000",
            "Subtotal",
            "351.27950",
            "Support desk",
            "Sub-account SASAMPLE000000000002",
            "120.10250 minutes",
            "7,205 seconds used",
            "0.012",
            "44",
            "1.44123",
            "310 parts",
            "0.02",
            "6.20000",
            "1.00000",
            "75.00000",
            "Subtotal",
            "83.64123",
            "Sum of all lines",
            "434.92073",
            "-10.00000",
            "Rounding to whole cents",
            "-0.00073",
            "424.92000",
            "81.79000",
            "USD506.71000",
            "VAT",
            "19%",
            "424.92",
            "80.73",
            "Communications levy",
            "0.25%",
            "1.06",
            "Opening balance",
            "98.40001",
            "Earlier movements",
            "2026-10-12",
            "Payment",
            "20.00000",
            "Movements of the period",
            "2026-11-03",
            "Payment",
            "200.00000",
            "Goodwill: outage of 9 November",
            "50.00000",
            "2026-11-21",
            "2026-11-30",
            "This invoice",
            "-506.71000",
            "Closing balance",
            "51.69001",
            "Amount due",
            "USD0.00000",
            "Terms of payment",
            "Charges are taken from the prepaid balance",
        ],
    );
    assert!(!text.contains("Ways to pay"), "nothing is owed: {text}");
    // One number is not "1 numbers" (money-13).
    in_order(&text, &["14 months", "Set-up of numbers", "1 number", "1.00"]);
    assert!(!text.contains("1 numbers"), "{text}");
}

/// money-13: what a finance department looks for on a credit note.
#[test]
fn a_credit_note_names_its_invoice_with_its_date_and_the_reason() {
    let note = TYPESETTER.page_texts(&sample::credit_note()).expect("set").concat();
    let parts = [
        "Credit note",
        "CN-2026-000004",
        "2026-12-04",
        "For",
        "invoice 2026-000123 of 2026-12-01",
        "USD23.80",
        "Credited",
        "Reason: Calls of 17 November were billed twice",
        "20.00",
        "3.80",
    ];
    in_order(&note, &parts);
    assert_eq!(note.matches("billed twice").count(), 1, "{note}");
    for absent in ["Amount due", "Opening balance", "Terms of payment"] {
        assert!(!note.contains(absent), "{absent}: {note}");
    }
}

/// money-13: receipts of payments, of refunds, and of payments that failed.
#[test]
fn a_receipt_says_what_became_of_the_money_and_by_which_card() {
    let text = |document: &Document| TYPESETTER.page_texts(document).expect("set").concat();
    let paid = text(&sample::receipt());
    let parts = [
        "Receipt",
        "Received from",
        "R-2026-000981",
        "2026-12-02 09:12:34 UTC",
        "Visa •••• 4242",
        "ch_3PqX2eKfT81",
        "Amount received",
        "USD200.00",
        "Successful",
        "Card",
        "Recharge, manual",
    ];
    in_order(&paid, &parts);
    let refund = text(&sample::refund());
    let parts = [
        "Refund receipt",
        "Refunded to",
        "R-2026-000997",
        "Refund of",
        "receipt R-2026-000981 of 2026-12-02",
        "Visa •••• 4242",
        "re_3PqX2eKfT81",
        "Amount refunded",
        "USD51.68",
        "Refunded",
    ];
    in_order(&refund, &parts);
    let failed = text(&sample::failed_payment());
    in_order(&failed, &["Failed payment", "Amount that was not paid", "Failed", "Reason: Insufficient funds"]);
    // What the bank took back, of which receipt, with the gateway's reference; and that it came again.
    let parts = [
        "Chargeback receipt",
        "Paid back by the bank to",
        "R-2026-001004",
        "Chargeback of",
        "receipt R-2026-000981 of 2026-12-02",
        "Visa •••• 4242",
        "dp_1PqX9eKfT02",
        "Amount that the bank took back",
        "USD200.00",
        "Charged back",
        "Card",
    ];
    let chargeback = text(&sample::chargeback());
    in_order(&chargeback, &parts);
    let parts = [
        "Chargeback reversal",
        "Received from",
        "Reversal of",
        "receipt R-2026-001004 of 2026-12-30",
        "dp_1PqX9eKfT02",
        "Amount credited again",
        "Successful",
    ];
    let restored = text(&sample::chargeback_reversal());
    in_order(&restored, &parts);
    for absent in ["Billed to", "Amount received", "Received from"] {
        assert!(!chargeback.contains(absent), "{absent}: {chargeback}");
    }
    for (text, absent) in [(&refund, "Billed to"), (&paid, "Billed to"), (&failed, "Received")] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
    // One that had to wait for the seller says when the money moved, and when it was issued.
    let waited = Document { payment_at: Some(sample::receipt().issued - 864_000_000), ..sample::receipt() };
    in_order(&text(&waited), &["2026-11-22 09:12:34 UTC", "Issued", "2026-12-02"]);
    // Names of the system's own are not for customers.
    assert!(![&paid, &refund, &failed, &chargeback, &restored].into_iter().any(|text| text.contains("charge-")));
}

/// money-13: the customer owes the tax, so there is neither a rate nor an amount, but the law that says so.
#[test]
fn reverse_charge_names_its_legal_basis_and_no_rate() {
    let document = sample::reverse_charge();
    let text = TYPESETTER.page_texts(&document).expect("set").concat();
    in_order(
        &text,
        &[
            "Due by",
            "2026-12-15",
            "Total",
            "USD424.92000",
            "Reverse charge: the customer owes the tax.",
            "Article 196 of Directive 2006/112/EC",
            "Account balance",
            "Amount due",
            "USD34.92",
            "Terms of payment",
            "14 days net.",
            "Ways to pay",
            "Bank transfer: Example Bank, account 000123456789",
        ],
    );
    for absent in ["VAT", "19%", "Rate"] {
        assert!(!text.contains(absent), "{absent}: {text}");
    }
    assert!(!text.lines().any(|line| ["0.00", "0.00000"].contains(&line.trim())), "no amount of tax: {text}");
    // Beside a tax that is charged, only that one has a row.
    let mut both = sample::invoice();
    both.taxes[0] = document.taxes[0].clone();
    both.total = both.net + both.taxes[1].amount;
    both.closing_balance += 80_730_000;
    let text = TYPESETTER.page_texts(&both).expect("set").concat();
    in_order(&text, &["Communications levy", "0.25%", "1.06", "Reverse charge"]);
    assert!(!text.contains("VAT"), "{text}");
    // A rate of zero is charged, and says why.
    let mut zero = sample::invoice();
    zero.taxes.truncate(1);
    zero.taxes[0].percent = "0".to_owned();
    zero.taxes[0].amount = 0;
    zero.taxes[0].legal_basis = "Exempt under section 4".to_owned();
    (zero.total, zero.closing_balance) = (zero.net, zero.closing_balance + 81_790_000);
    in_order(&TYPESETTER.page_texts(&zero).expect("set").concat(), &["VAT", "Exempt under section 4", "0%"]);
}

/// money-13: the balance never stands alone below its heading, wherever the lines end.
#[test]
fn totals_and_balance_stay_together() {
    for lines in 20..60 {
        for movements in [0, 3, 4, 15, 16, 40] {
            let mut document = long_invoice(lines);
            document.movements =
                vec![
                    Movement { label: "Payment".to_owned(), at: document.issued, amount: 0, earlier: false };
                    movements
                ];
            let pages = TYPESETTER.page_texts(&document).expect("set");
            let page_of = |what: &str| pages.iter().rposition(|page| page.contains(what)).expect("printed");
            let end = page_of("Amount due\n");
            assert_eq!(page_of("Closing balance"), end);
            assert_eq!(page_of("This invoice"), end);
            let last = pages[end].matches("Payment\n").count();
            assert!(last >= movements.min(3), "{lines} lines, {movements} movements: {last} beside the end");
            if movements <= 15 {
                assert_eq!((page_of("Total\n"), page_of("Account balance")), (end, end), "{lines}, {movements}");
            }
        }
    }
}

#[test]
fn words_of_no_list_are_printed() {
    let mut document = sample::invoice();
    document.method = "wire-transfer".to_owned();
    document.lines[0].unit = String::new();
    document.customer.country = "Freedonia".to_owned();
    document.note = "A note.".to_owned();
    in_order(&TYPESETTER.page_texts(&document).expect("set").concat(), &["Freedonia", "wire-transfer", "A note."]);
}

/// Documents of version 0.1: the same fingerprint, so that what is kept is found, and the same bytes where nothing is kept (money-13).
///
/// The digests are those of the program of version 0.1. They change with the typesetting library, and with nothing else.
#[test]
fn what_an_earlier_version_issued_keeps_its_bytes() {
    let documents: Vec<serde_json::Value> =
        serde_json::from_str(include_str!("../fixtures/edition-1.json")).expect("JSON");
    let expected = [
        "73f16e833b94ab837fa8dd8ac932a55a17b3446e03a881d0b4eb30b48314558a",
        "22bbe190d0e253a8f1653761879c8ad86543093d8eb30c662408d97e8dd7f368",
        "73592ae2fbb7c9ac858ed269ba3ff0510cab9eb9fcaacb798579052211b8f3cd",
    ];
    for (value, digest) in documents.into_iter().zip(expected) {
        let document = Document::read(&value).expect("of the first edition");
        assert_eq!(document.edition, Edition::FIRST);
        // Written as it was read: what is new is left out, and so the fingerprint is the same.
        assert_eq!(serde_json::to_value(&document).expect("JSON"), value);
        let pdf = TYPESETTER.typeset(&document).expect("set");
        assert_eq!(crate::shelf::Fingerprint::of(&pdf).hex(), digest, "{}", document.number);
        // As the contract shows it now, with the new fields empty.
        let mut shown = value.clone();
        for (field, empty) in [
            ("about", serde_json::Value::Null),
            ("due", serde_json::Value::Null),
            ("payment-terms", "".into()),
            ("ways-to-pay", serde_json::json!([])),
            ("card", "".into()),
            ("payment-reference", "".into()),
            ("payment-at", serde_json::Value::Null),
            ("edition", 1.into()),
        ] {
            shown[field] = empty;
        }
        assert_eq!(Document::read(&shown).expect("read"), document);
    }
    let later = serde_json::json!({"edition": 3});
    let mut value = serde_json::to_value(sample::receipt()).expect("JSON");
    value["edition"] = later["edition"].clone();
    let error = Document::read(&value).expect_err("of a later version").to_string();
    assert_eq!(error, "document R-2026-000981 has edition 3: this program prints editions 1 to 2");
}

#[test]
fn long_invoices_repeat_their_headings_and_number_their_pages() {
    let document = long_invoice(400);
    let pages = TYPESETTER.page_texts(&document).expect("set");
    assert!((8..=20).contains(&pages.len()), "{} pages", pages.len());
    let mut seen = 0;
    for (place, page) in pages.iter().enumerate() {
        assert!(page.contains(&format!("Page {} of {}", place + 1, pages.len())), "{page}");
        assert!(page.contains("Invoice 2026-000123"), "the foot of page {place}: {page}");
        if let Some(first) = page.find("Line number ") {
            in_order(&page[..first], &["Product", "Description", "Quantity", "Amount USD", "Section "]);
        }
        seen += page.matches("Line number ").count();
    }
    assert_eq!(seen, 400);
    let text = pages.concat();
    let numbers: Vec<String> = (0..400).map(|number| format!("Line number {number:05}")).collect();
    in_order(&text, &numbers.iter().map(String::as_str).collect::<Vec<_>>());
    in_order(&text, &["10.00000", "10.00000", "10.00000", "10.00000", "Total", "USD40.00", "-40.00", "USD40.00"]);
}

#[test]
fn the_longest_invoice_of_the_contract_is_printed() {
    let mut document = long_invoice(5_100);
    document.movements =
        vec![Movement { label: "Payment".to_owned(), at: document.issued, amount: 0, earlier: false }; 1_100];
    let pages = TYPESETTER.page_texts(&document).expect("set");
    assert_eq!(pages.iter().map(|page| page.matches("Line number ").count()).sum::<usize>(), 5_100);
}

#[test]
fn an_invoice_without_lines_and_one_without_addresses_are_printed() {
    let mut document = long_invoice(0);
    document.seller = Party::default();
    document.customer = Party::default();
    document.period_end = None;
    let text = TYPESETTER.page_texts(&document).expect("set").concat();
    in_order(&text, &["Invoice", "2026-000123", "Total", "USD0.00", "Page 1 of 1"]);
}

/// Texts that mean something to the engine when they are source.
const HOSTILE: [&str; 8] = [
    "#import \"@preview/x:0.1.0\": *",
    "#panic(\"out\")",
    "*bold* _slanted_ `raw` $x^2$",
    "\\ \\u{41} // no comment /* none */",
    "= Heading <label> @reference",
    "- item + item / term: x",
    "#read(\"/etc/passwd\") ~ -- --- ...",
    "'quoted' \"quoted\" [content] {code}",
];

#[test]
fn text_is_only_text() {
    for hostile in HOSTILE {
        let mut document = sample::invoice();
        document.customer.legal_name = hostile.to_owned();
        document.customer.address_lines = vec![hostile.to_owned()];
        document.lines[0].description = hostile.to_owned();
        document.lines[0].section_name = hostile.to_owned();
        document.movements[0].label = hostile.to_owned();
        document.note = hostile.to_owned();
        document.number = hostile.to_owned();
        let pages = TYPESETTER.page_texts(&document).expect("set");
        // Lines break somewhere: compared without white space.
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let found = bare(&pages.concat()).matches(&bare(hostile)).count();
        assert!(found >= 7, "{hostile} stands {found} times in {pages:?}");
        assert!(TYPESETTER.typeset(&document).expect("set").starts_with(b"%PDF-"));
    }
}

#[test]
fn control_and_direction_characters_do_not_reach_the_page() {
    let mut document = sample::invoice();
    document.customer.legal_name = "Evil\u{202E}gnihtyna\u{202C}\u{0000}\u{0007}\u{2067} Ltd".to_owned();
    let text = TYPESETTER.page_texts(&document).expect("set").concat();
    assert!(text.contains("Evilgnihtyna   Ltd") || text.contains("Evilgnihtyna"), "{text}");
    assert!(!text.contains(['\u{202E}', '\u{0000}', '\u{0007}', '\u{2067}']));
}

/// Case 10-names-that-can-never-be-printed: a document that holds such a letter already is printed, and one sees that something is missing.
#[test]
fn letters_that_no_font_will_ever_have_are_printed_as_a_stand_in() {
    let mut document = sample::receipt();
    document.customer.legal_name = "Acme \u{e000} One \u{378} Two \u{ffff} Three \u{10fffd}".to_owned();
    document.note = "Four \u{fdd0}".to_owned();
    let text = TYPESETTER.page_texts(&document).expect("printed").concat();
    in_order(&text, &["Acme", "\u{fffd}", "One", "\u{fffd}", "Two", "\u{fffd}", "Three", "\u{fffd}"]);
    in_order(&text, &["Four", "\u{fffd}"]);
    assert!(TYPESETTER.typeset(&document).is_ok());
}

/// Case 10-names-that-can-never-be-printed: also of letters that are assigned, none may ever come. One sees which.
#[test]
fn letters_that_no_package_has_are_printed_as_a_stand_in_and_told() {
    for letter in ['\u{10D4A}', '\u{11BC0}', '\u{1FAE9}', '\u{13430}', '\u{2EBF0}'] {
        let mut document = sample::invoice();
        document.customer.legal_name = format!("Acme {letter} Ltd");
        assert!(TYPESETTER.typeset(&document).is_ok(), "U+{:04X}", u32::from(letter));
        // What comes beside it can be installed: that is waited for.
        document.customer.legal_name = format!("తెలుగు {letter}");
        let error = TYPESETTER.typeset(&document).expect_err("no font has Telugu here").to_string();
        assert!(error.contains("U+0C24") && !error.contains(&format!("U+{:04X}", u32::from(letter))), "{error}");
    }
    let mut document = sample::invoice();
    document.customer.legal_name = "Acme \u{10D4A} Ltd".to_owned();
    document.note = "Thank you".to_owned();
    let once = TYPESETTER.typeset(&document).expect("printed");
    assert_eq!(TYPESETTER.typeset(&document).expect("printed"), once, "the same bytes each time");
    document.customer.legal_name = "Acme \u{fffd} Ltd".to_owned();
    document.note = "Thank you\n\u{fffd}: letters that cannot be printed: U+10D4A".to_owned();
    assert_eq!(TYPESETTER.typeset(&document).expect("printed"), once, "as the document that says so itself");
    // A letter and an accent that no font has together.
    document.customer.legal_name = "Acme e\u{1ac5}".to_owned();
    assert!(TYPESETTER.typeset(&document).is_ok());
}

#[test]
fn words_that_fit_no_column_break() {
    let mut document = sample::invoice();
    let word = "x".repeat(400);
    document.customer.legal_name = word.clone();
    document.lines[0].description = format!("https://example.com/{word}");
    document.lines[0].unit = "u".repeat(300);
    document.movements[0].label = word.clone();
    let pages = TYPESETTER.page_texts(&document).expect("set");
    assert!(pages.concat().matches('x').count() >= 1_200);
    // That no line is wider than the paper is held by `page_texts` for every document.
    let lines = pages.concat().lines().filter(|line| line.starts_with('x')).count();
    assert!(lines > 20, "{lines}");
}

#[test]
fn the_same_document_is_the_same_bytes() {
    let again = Typesetter::open(&Settings::default()).expect("built-in templates");
    for document in sample::of_each_kind() {
        let first = TYPESETTER.typeset(&document).expect("set");
        assert_eq!(TYPESETTER.typeset(&document).expect("set"), first);
        assert_eq!(again.typeset(&document).expect("set"), first);
    }
    // The date inside is that of issue.
    let pdf = TYPESETTER.typeset(&sample::invoice()).expect("set");
    let text = String::from_utf8_lossy(&pdf);
    assert!(text.contains("D:20261201000000"), "no date of issue in the PDF");
    let threads: Vec<_> =
        (0..4).map(|_| std::thread::spawn(|| TYPESETTER.typeset(&long_invoice(60)).expect("set"))).collect();
    let all: Vec<Vec<u8>> = threads.into_iter().map(|thread| thread.join().expect("no panic")).collect();
    assert!(all.windows(2).all(|pair| pair[0] == pair[1]));
}

#[test]
fn letters_that_no_font_has_are_named_and_never_printed_as_boxes() {
    let mut document = sample::invoice();
    document.customer.legal_name = "తెలుగు Ltd".to_owned();
    let error = TYPESETTER.typeset(&document).expect_err("no font has Telugu here");
    let TypesetError::MissingGlyphs { number, letters } = &error else { panic!("{error}") };
    assert_eq!(number, "invoice 2026-000123");
    assert!(letters.contains(&'త') && !letters.contains(&'L'), "{letters:?}");
    let text = error.to_string();
    assert!(
        text.contains("త (U+0C24)")
            && text.contains("(script: Telugu)")
            && text.contains("apt-get install fonts-noto-core"),
        "{text}"
    );
    document.customer.legal_name = "Ελληνικά Кириллица".to_owned();
    assert!(TYPESETTER.typeset(&document).is_ok(), "Greek and Cyrillic are built in");
}

#[test]
fn documents_that_contradict_themselves_or_are_too_long_are_refused() {
    let refused = |change: fn(&mut Document)| {
        let mut document = sample::invoice();
        change(&mut document);
        match TYPESETTER.typeset(&document).expect_err("refused") {
            TypesetError::Document(error) => error,
            other => panic!("{other}"),
        }
    };
    let text = refused(|document| document.total += 10).to_string();
    assert_eq!(
        text,
        "document 2026-000123 does not add up: net and taxes give 506710000 micro-units, the document says 506710010"
    );
    assert!(matches!(refused(|document| document.lines[0].amount -= 1), DocumentError::NotInBalance { .. }));
    assert!(matches!(refused(|document| document.closing_balance += 1), DocumentError::NotInBalance { .. }));
    assert!(matches!(refused(|document| document.issued = -1), DocumentError::Moment { field: "issued", .. }));
    let long = refused(|document| document.note = "n".repeat(8_001));
    assert_eq!(long.to_string(), "document 2026-000123: note has 8001, at most 8000 can be printed");
    assert!(matches!(
        refused(|document| document.lines = vec![document.lines[0].clone(); 10_001]),
        DocumentError::TooLong { limit: 10_000, .. }
    ));
}

#[test]
fn the_contracts_json_is_read_strictly() {
    let good = serde_json::to_value(sample::invoice()).expect("JSON");
    assert_eq!(good["lines"][0]["amount"], "240912000");
    assert_eq!(good["issued"], "1796083200000");
    assert_eq!(Document::read(&good).expect("read"), sample::invoice());
    for (path, value) in [("total", serde_json::json!(506_710_000)), ("kind", "bill".into()), ("colour", "red".into())]
    {
        let mut bad = good.clone();
        bad[path] = value;
        assert!(matches!(Document::read(&bad), Err(DocumentError::Form(_))), "{path}");
    }
}

#[test]
fn operators_replace_templates_and_words_and_hear_of_mistakes_at_start() {
    let folder = crate::tests::Folder::new();
    let settings = Settings { templates: Some(folder.path().to_owned()), ..Settings::default() };
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).expect("written");
    write("receipt.typ", "#import \"document.typ\": *\nOur own receipt #doc.number");
    let typesetter = Typesetter::open(&settings).expect("opens");
    let text = typesetter.page_texts(&sample::receipt()).expect("set").concat();
    in_order(&text, &["Our own receipt", "R-2026-000981"]);
    assert_ne!(typesetter.typeset(&sample::receipt()).ok(), TYPESETTER.typeset(&sample::receipt()).ok());

    let broken = |text: &str| {
        write("receipt.typ", text);
        Typesetter::open(&settings).err().map(|error| error.to_string()).expect("refused")
    };
    let error = broken("fine\n#nowhere");
    assert!(error.contains("receipt.typ, line 2") && error.contains("nowhere"), "{error}");
    // Nothing outside the folder is there: no files, no packages, no network, no clock.
    for outside in [
        "#read(\"/etc/passwd\")",
        "#read(\"../../../etc/passwd\")",
        "#import \"@preview/cetz:0.4.0\"",
        "#datetime.today()",
        "#while true {}",
    ] {
        assert!(broken(outside).contains("receipt.typ"), "{outside}");
    }
    assert!(RESERVED.contains(&"document.json"));
    std::fs::remove_file(folder.path().join("receipt.typ")).expect("removed");
    let german = Settings { language: "de".to_owned(), ..settings };
    let text = Typesetter::open(&german).expect("opens").page_texts(&sample::invoice()).expect("set").concat();
    // A word of a narrow column may stand on the next line.
    in_order(
        &text.split_whitespace().collect::<Vec<_>>().join(" "),
        &["Rechnung", "Bezahlt", "Telefonie, abgehend", "20.076 Minuten", "0,012", "240,91200", "Seite 1 von"],
    );
    assert_eq!(Kind::CreditNote.name(), "credit-note");
}
