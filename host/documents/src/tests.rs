//! Whole documents, with the built-in fonts: what stands on the pages, bounds, hostile text, the same bytes.

use crate::document::{Document, DocumentError, Kind, Line, Movement};
use crate::sample;
use crate::templates::RESERVED;
use crate::typesetter::{Settings, TypesetError, Typesetter};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own, gone at the end. (A library for it would change the features of what the typesetting engine is built with, and so build all
/// of it a second time.)
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("coinbox-documents-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).expect("a new folder");
        Folder(path)
    }

    pub fn path(&self) -> &Path {
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
            "Tax ID 12-3456789",
            "Invoice",
            "Müller & Søn Telecom GmbH",
            "Königstraße 12",
            "70173 Stuttgart",
            "Tax ID DE136695976",
            "2026-000123",
            "2026-12-01",
            "2026-11-01 – 2026-11-30",
            "MASAMPLE000000000001",
            "USD0.00",
            "Paid",
            "Main account MASAMPLE000000000001",
            "20,076 min × 0.012",
            "5,120 in all",
            "1,204,560 seconds",
            "240.91200",
            "Used 2026-10-30 – 2026-10-31",
            "60 min × 0.012",
            "12 in all",
            "0.72000",
            "1,440 min × 0.0055",
            "7.92000",
            "12,045 parts × 0.0055",
            "66.24750",
            "14 months × 0.80",
            "11.20000",
            "2026-11-17: Debit for a lost handset",
            "25.00000",
            "2026-11-20: Wrong rate",
            "-0.72000",
            "Subtotal",
            "351.27950",
            "Support desk",
            "Sub-account SASAMPLE000000000002",
            "120.10250 min × 0.012",
            "7,205 seconds",
            "1.44123",
            "310 parts × 0.02",
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
            "424.92000",
            "80.73000",
            "Communications levy",
            "0.25%",
            "1.06000",
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
        ],
    );
}

#[test]
fn a_credit_note_names_its_invoice_and_a_receipt_its_time() {
    let note = TYPESETTER.page_texts(&sample::credit_note()).expect("set").concat();
    let parts =
        ["Credit note", "CN-2026-000004", "2026-12-04", "2026-000123", "USD23.80", "Credited", "20.00000", "3.80000"];
    in_order(&note, &parts);
    assert!(!note.contains("Amount due") && !note.contains("Opening balance"), "{note}");
    let receipt = TYPESETTER.page_texts(&sample::receipt()).expect("set").concat();
    let parts = [
        "Receipt",
        "R-2026-000981",
        "2026-12-02 09:12:34 UTC",
        "charge-7",
        "USD200.00",
        "Successful",
        "Card",
        "Visa ending 4242",
    ];
    in_order(&receipt, &parts);
    let failed =
        Document { status: "failed".to_owned(), note: "Declined: insufficient funds".to_owned(), ..sample::receipt() };
    let failed = TYPESETTER.page_texts(&failed).expect("set").concat();
    in_order(&failed, &["Failed", "Declined: insufficient funds"]);
}

#[test]
fn reverse_charge_and_words_of_no_list_are_printed() {
    let mut document = sample::invoice();
    document.taxes.truncate(1);
    document.taxes[0].amount = 0;
    document.taxes[0].reverse_charge = true;
    document.total = document.net;
    document.closing_balance += 81_790_000;
    document.note = "Reverse charge: the tax is owed by the customer.".to_owned();
    document.method = "wire-transfer".to_owned();
    document.lines[0].unit = String::new();
    let text = TYPESETTER.page_texts(&document).expect("set").concat();
    in_order(
        &text,
        &["wire-transfer", "VAT", "Reverse charge", "19%", "424.92000", "0.00000", "Reverse charge: the tax is owed"],
    );
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
    in_order(
        &text,
        &["10.00000", "10.00000", "10.00000", "10.00000", "Total", "USD40.00000", "-40.00000", "USD40.00000"],
    );
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
    document.seller = Default::default();
    document.customer = Default::default();
    document.period_end = None;
    let text = TYPESETTER.page_texts(&document).expect("set").concat();
    in_order(&text, &["Invoice", "2026-000123", "Total", "USD0.00000", "Page 1 of 1"]);
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
    document.customer.legal_name = "Acme \u{5d0}\u{1ac5}".to_owned();
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
    in_order(&text, &["Rechnung", "Bezahlt", "Telefonie, abgehend", "1.204.560", "240,91200", "Seite 1 von"]);
    assert_eq!(Kind::CreditNote.name(), "credit-note");
}
