//! Lists of documents over all accounts against the whole list filtered.

use crate::accounts;
use crate::ground::calendar::Month;
use crate::ground::testing::Dice;
use crate::ground::vocabulary::Checks;
use crate::invoices::issued::filter::Wanted;
use crate::invoices::issued::list::page;
use crate::invoices::issued::rows::Bounds;
use crate::invoices::issued::ways;
use crate::invoices::{
    DocumentFilter, IssuedDocument, IssuedFilter, ReceiptKind, list_documents, list_issued, read_document,
};
use crate::profiles::document_kind::DocumentKind;
use crate::stories::invoices::world::WorldOfDocuments;
use crate::stories::scenario::operator;
use std::collections::{BTreeMap, BTreeSet};

/// All documents, account by account, as the lists of one account show them.
fn everything(world: &WorldOfDocuments) -> Vec<IssuedDocument> {
    let mut all = Vec::new();
    for auth in &world.accounts {
        let name = world.query(|turn| accounts::get(turn, &operator(), auth.clone())).expect("an account").name;
        for kind in [DocumentKind::Invoice, DocumentKind::CreditNote, DocumentKind::Receipt] {
            let page = world
                .query(|turn| {
                    list_documents(turn, &operator(), auth.clone(), kind, DocumentFilter::default(), None, 100)
                })
                .expect("a list");
            assert_eq!(page.next, None);
            for document in page.documents {
                let number = document.number.clone();
                let read = world.query(|turn| read_document(turn, &operator(), auth.clone(), number)).expect("one");
                let receipt = (kind == DocumentKind::Receipt).then(|| match read.lines[0].product.as_str() {
                    "recharge" | "invoice-payment" => ReceiptKind::Payment,
                    "coupon" => ReceiptKind::Coupon,
                    "refund" => ReceiptKind::Refund,
                    "chargeback" => ReceiptKind::Chargeback,
                    "dispute-won" => ReceiptKind::DisputeWon,
                    other => panic!("{other}"),
                });
                all.push(IssuedDocument { auth_id: auth.clone(), name: name.clone(), receipt, document });
            }
        }
    }
    all
}

/// What the contract says of a filter, in the test's own words.
fn fits(one: &IssuedDocument, filter: &IssuedFilter) -> bool {
    let document = &one.document;
    let holds = [
        filter.kind.is_none() || filter.kind == Some(document.kind),
        filter.receipt.is_none() || filter.receipt == one.receipt,
        filter.status.as_ref().is_none_or(|status| *status == document.status),
        filter.number.as_ref().is_none_or(|number| *number == document.number),
        filter.month.as_ref().is_none_or(|month| Month::of(document.issued).to_string() == *month),
        filter.issued_from.is_none_or(|from| document.issued >= from),
        filter.issued_before.is_none_or(|before| document.issued < before),
        filter.open_from.is_none_or(|open| document.kind == DocumentKind::Invoice && document.open_amount >= open),
        filter.account.as_ref().is_none_or(|account| *account == one.auth_id),
    ];
    holds.into_iter().all(|holds| holds)
}

/// Sorts as the contract says.
fn sort(documents: &mut [IssuedDocument], filter: &IssuedFilter) {
    let rank = |one: &IssuedDocument| match one.document.kind {
        DocumentKind::Invoice => 0,
        DocumentKind::CreditNote => 1,
        DocumentKind::Receipt => 2,
    };
    documents.sort_by(|one, other| {
        let key = |one: &IssuedDocument| (one.document.issued, rank(one), one.document.number.clone());
        if filter.oldest_first { key(one).cmp(&key(other)) } else { key(other).cmp(&key(one)) }
    });
    let status = filter.status.as_deref();
    let owed = filter.open_from.is_some()
        || status == Some("open")
        || (status == Some("failed") && filter.kind == Some(DocumentKind::Invoice));
    if owed && filter.account.is_none() && filter.number.is_none() {
        documents.sort_by(|one, other| one.auth_id.cmp(&other.auth_id));
    }
}

fn draw(dice: &mut Dice, world: &WorldOfDocuments, all: &[IssuedDocument]) -> IssuedFilter {
    let some = |dice: &mut Dice, sides: u64| dice.throw(sides) == 0;
    let any = |dice: &mut Dice| &all[dice.throw(all.len() as u64) as usize];
    let mut filter = IssuedFilter { oldest_first: dice.throw(2) == 0, ..IssuedFilter::default() };
    if some(dice, 2) {
        filter.kind = Some(any(dice).document.kind);
    }
    if some(dice, 4) && filter.kind.is_none_or(|kind| kind == DocumentKind::Receipt) {
        filter.receipt = any(dice).receipt;
    }
    if some(dice, 2) {
        let like = any(dice);
        let of_kind = filter.kind.or(filter.receipt.map(|_| DocumentKind::Receipt));
        if of_kind.is_none_or(|kind| kind == like.document.kind) {
            filter.status = Some(like.document.status.clone());
        }
    }
    if some(dice, 10) {
        filter.number = Some(any(dice).document.number.clone());
    }
    if some(dice, 3) {
        filter.month = Some(Month::of(any(dice).document.issued).to_string());
    }
    if some(dice, 6) {
        filter.issued_from = Some(any(dice).document.issued);
    }
    if some(dice, 6) {
        filter.issued_before = Some(any(dice).document.issued);
    }
    let can_owe = filter.kind.is_none_or(|kind| kind == DocumentKind::Invoice) && filter.receipt.is_none();
    if some(dice, 4) && can_owe {
        filter.open_from = Some([1, 5_000_000, 30_000_000][dice.throw(3) as usize]);
    }
    if some(dice, 5) {
        filter.account = Some(world.accounts[dice.throw(world.accounts.len() as u64) as usize].clone());
    }
    filter
}

/// A list is what filtering all documents leaves, in the order of the contract, whatever pages it comes in and however little a call looks at.
#[test]
fn inv_9_a_filtered_list_of_documents_is_the_whole_list_filtered() {
    for seed in 0..3 {
        println!("seed {seed}");
        let (world, mut dice) = (WorldOfDocuments::new(seed), Dice(seed));
        let all = everything(&world);
        let statuses: BTreeSet<&str> = all.iter().map(|one| one.document.status.as_str()).collect();
        assert!(
            statuses.len() >= 5 && statuses.contains("open"),
            "the world has documents of many kinds: {statuses:?}"
        );
        let mut found = BTreeMap::new();
        for round in 0..400 {
            let filter = if round == 0 { IssuedFilter::default() } else { draw(&mut dice, &world, &all) };
            let mut wanted: Vec<IssuedDocument> = all.iter().filter(|one| fits(one, &filter)).cloned().collect();
            sort(&mut wanted, &filter);
            let limit = 1 + dice.throw(6) as usize;
            let bounds = Bounds {
                documents: 1 + dice.throw(9) as usize,
                debtors: 1 + dice.throw(3) as usize,
                days: 1 + dice.throw(4) as u32,
            };
            let mut checks = Checks::new();
            let read = Wanted::read(Some(filter.clone()), &mut checks);
            checks.done().expect("a good filter");
            let (mut listed, mut after, mut calls) = (Vec::new(), None::<String>, 0);
            loop {
                let cursor = after.as_deref().map(|text| ways::parse(&read, text).expect("a cursor of this way"));
                let part = world.query(|turn| page(turn, &read, cursor, limit, bounds)).expect("a page");
                assert!(part.documents.len() <= limit);
                listed.extend(part.documents);
                calls += 1;
                assert!(calls < 1_000, "{filter:?} goes on for ever");
                after = part.next;
                if after.is_none() {
                    break;
                }
            }
            assert_eq!(listed, wanted, "{filter:?}, {limit} a page");
            *found.entry(filter.open_from.is_some()).or_insert(0) += wanted.len();
        }
        assert!(found[&true] > 20 && found[&false] > 500, "the filters leave something: {found:?}");
    }
}

#[test]
fn a_cursor_of_another_list_is_refused() {
    let world = WorldOfDocuments::new(1);
    let ask = |filter: IssuedFilter, after: &str| {
        world.query(|turn| list_issued(turn, &operator(), Some(filter), Some(after.to_owned()), 10))
    };
    let of = |account: bool, open: bool| IssuedFilter {
        account: account.then(|| world.accounts[0].clone()),
        open_from: open.then_some(1),
        ..IssuedFilter::default()
    };
    let owed = format!("o{}", world.accounts[0]);
    for (filter, after, good) in [
        (of(false, false), "ti17723232000002026-000001", true),
        (of(false, false), "a1.0.0", false),
        (of(false, false), "tx17723232000002026-000001", false),
        (of(false, false), "ti1772323200000", false),
        (of(false, false), "ti-772323200000x", false),
        (of(true, false), "a1.0.0", true),
        (of(true, false), "a01.0.0", false),
        (of(true, false), "a1.0", false),
        (of(true, false), "a4294967296.0.0", false),
        (of(false, true), &*owed, true),
        (of(false, true), "oSA0000000000000000AA", false),
        (of(false, true), "ti17723232000002026-000001", false),
        (of(false, false), "", false),
        (of(false, false), "ü", false),
    ] {
        let answer = ask(filter, after);
        let refused = format!("{answer:?}").contains("field: \"after\"");
        assert_eq!((answer.is_ok(), refused), (good, !good), "{after}: {answer:?}");
    }
}
