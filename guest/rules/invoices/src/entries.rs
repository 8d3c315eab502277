//! The entries by which documents are found: written for stores of before, and held against the documents (INV-9).

use crate::by_issue::{self, Entry};
use crate::records::{DOCUMENTS, Place, Stored, count_of, document_key, documents_prefix};
use coinbox_ground::ids::AuthId;
use coinbox_ground::indexes::{Compared, unreadable};
use coinbox_ground::turn::{Turn, end_of_prefix, successor};
use coinbox_ground::vocabulary::Fault;
use coinbox_profiles::document_kind::DocumentKind;

/// Documents of an account that are compared at a time.
const COMPARED_AT_ONCE: u32 = 500;

/// Account, kind and place in the key of a document.
fn parse(key: &str) -> Option<(AuthId, DocumentKind, u32)> {
    let mut parts = key.strip_prefix(DOCUMENTS)?.split('/');
    let account = AuthId::parse(parts.next()?)?;
    let kind = DocumentKind::of_letter(parts.next()?)?;
    let n = parts.next()?.parse().ok()?;
    parts.next().is_none().then_some((account, kind, n))
}

/// Writes the entries of some documents from a key on. Answers where to go on.
pub fn put_entries(turn: &mut Turn<'_>, first: &str, limit: u32) -> Result<Option<String>, Fault> {
    let (page, more) = turn.span_page::<Stored>(first, &end_of_prefix(DOCUMENTS), limit)?;
    let last = page.last().map(|(key, _)| successor(key));
    for (key, stored) in page {
        let (account, _, n) = parse(&key).ok_or_else(|| unreadable(&key))?;
        by_issue::put(turn, account, n, &stored.document);
    }
    Ok(last.filter(|_| more))
}

fn place(account: AuthId, n: u32) -> String {
    format!("{account} {n}")
}

/// Holds entries by number against the documents that they name.
pub fn compare_by_number(turn: &Turn<'_>, first: &str, end: &str, limit: u32) -> Result<(Vec<Compared>, bool), Fault> {
    let (entries, more) = turn.span_page::<Place>(first, end, limit)?;
    let named =
        |key: &str| Some((DocumentKind::of_letter(key.split('/').nth(1)?)?, key.splitn(3, '/').nth(2)?.to_owned()));
    turn.prefetch(entries.iter().filter_map(|(key, entry)| Some(document_key(entry.account, named(key)?.0, entry.n))));
    let mut compared = Vec::with_capacity(entries.len());
    for (key, entry) in entries {
        let (kind, number) = named(&key).ok_or_else(|| unreadable(&key))?;
        let stored = turn.get::<Stored>(&document_key(entry.account, kind, entry.n))?;
        let rebuilt = stored.map_or_else(|| "no document".to_owned(), |stored| stored.document.number);
        compared.push(Compared { account: entry.account.to_string(), key, stored: number, rebuilt });
    }
    Ok((compared, more))
}

/// Holds entries by the moment of issue against the documents that they name.
pub fn compare_by_issue(turn: &Turn<'_>, first: &str, end: &str, limit: u32) -> Result<(Vec<Compared>, bool), Fault> {
    let (entries, more) = turn.span_page::<Entry>(first, end, limit)?;
    turn.prefetch(entries.iter().filter_map(|(key, entry)| {
        by_issue::parse(key).map(|(kind, _, _)| document_key(entry.account, kind, entry.n))
    }));
    let mut compared = Vec::with_capacity(entries.len());
    for (key, entry) in entries {
        let (kind, _, _) = by_issue::parse(&key).ok_or_else(|| unreadable(&key))?;
        let rebuilt = match turn.get::<Stored>(&document_key(entry.account, kind, entry.n))? {
            Some(stored) => by_issue::key(kind, stored.document.issued, &stored.document.number),
            None => "no document".to_owned(),
        };
        compared.push(Compared { account: entry.account.to_string(), stored: key.clone(), key, rebuilt });
    }
    Ok((compared, more))
}

/// Holds the documents of an account against their entries and their count: `differs` is told what, what is stored and what should be. Answers whether
/// all were compared, of at most so many of a kind.
pub fn compare_documents(
    turn: &Turn<'_>,
    account: AuthId,
    most: usize,
    mut differs: impl FnMut(&str, String, String),
) -> Result<bool, Fault> {
    for kind in DocumentKind::ALL {
        let prefix = documents_prefix(account, kind);
        let (mut first, end) = (prefix.clone(), end_of_prefix(&prefix));
        let mut count = 0;
        loop {
            let (page, more) = turn.span_page::<Stored>(&first, &end, COMPARED_AT_ONCE)?;
            turn.prefetch(page.iter().flat_map(|(_, stored)| {
                let document = &stored.document;
                [Place::key(kind, &document.number), by_issue::key(kind, document.issued, &document.number)]
            }));
            for (key, stored) in page {
                let number = &stored.document.number;
                let (_, _, n) = parse(&key).ok_or_else(|| unreadable(&key))?;
                let by_number = Place::of(turn, kind, number)?.map(|entry| place(entry.account, entry.n));
                let by_issue = turn
                    .get::<Entry>(&by_issue::key(kind, stored.document.issued, number))?
                    .map(|entry| place(entry.account, entry.n));
                for (what, found) in [("document-by-number", by_number), ("document-by-issue", by_issue)] {
                    let stored = found.unwrap_or_else(|| "no entry".to_owned());
                    differs(&format!("{what}:{number}"), stored, place(account, n));
                }
                count += 1;
                first = successor(&key);
            }
            if !more {
                break;
            }
            if count >= most {
                return Ok(false);
            }
        }
        let stored = count_of(turn, account, kind)?.to_string();
        differs(&format!("documents:{}", kind.letter()), stored, count.to_string());
    }
    Ok(true)
}
