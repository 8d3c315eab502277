//! Documents that customers hand in. The host keeps their bytes; here is what they are found by (ACC-5).

use super::flags::DOCUMENTS_MAX;
use super::records::{Document, Phase, Review, document_key, documents_prefix};
use super::shown::{Act, Blob, Error, Evidence, HandedIn};
use coinbox_access::{self as access, functions};
use coinbox_ground::feed;
use coinbox_ground::turn::Turn;
use coinbox_ground::vocabulary::{Caller, Checks, Fault, FieldRule};

/// Most bytes of a document.
const BYTES_MAX: u64 = 10 * 1024 * 1024;
/// What is taken, as the host has found it.
const MEDIA_TYPES: [&str; 6] = ["image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain"];

/// Takes a document whose bytes the host has.
pub fn hand_in(
    turn: &mut Turn<'_>,
    caller: &Caller,
    auth_id: String,
    kind: Evidence,
    document: Blob,
) -> Result<HandedIn, Error> {
    let command = access::command_on(turn, caller, functions::REVIEW_HAND_IN, &auth_id)?;
    command.once(turn, &(&auth_id, kind, &document), |turn, who, account| {
        check(&document)?;
        let mut review = Review::load(turn, account)?;
        if review.documents >= DOCUMENTS_MAX {
            return Err(Error::TooManyDocuments);
        }
        review.documents += 1;
        let number = review.documents;
        let by = who.name().to_owned();
        let shown = HandedIn { number, kind, document: document.clone(), at: turn.now(), by };
        turn.put(&document_key(account, number), &Document { v: 1, shown: shown.clone() });
        if review.phase == Phase::Open {
            review.asked.retain(|asked| *asked != kind);
        }
        review.note(turn.now(), Act::HandedIn, who.name(), kind.word(), vec![number.to_string()]);
        review.save(turn, account);
        feed::event(account, "document-handed-in", "ACC-5")
            .fact("number", number)
            .fact("kind", kind.word())
            .fact("by", who.name())
            .tell(turn);
        Ok(shown)
    })
}

fn check(document: &Blob) -> Result<(), Fault> {
    let mut checks = Checks::new();
    let hex = document.digest.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte));
    let digest = document.digest.len() == 64 && hex;
    checks.require(digest, "document.digest", FieldRule::WrongForm, "SHA-256, lower-case hexadecimal");
    checks.require(document.size >= 1, "document.size", FieldRule::TooSmall, 1);
    checks.require(document.size <= BYTES_MAX, "document.size", FieldRule::TooLarge, BYTES_MAX);
    let known = MEDIA_TYPES.contains(&document.media_type.as_str());
    checks.require(known, "document.media-type", FieldRule::UnknownValue, MEDIA_TYPES.join(", "));
    checks.text(&document.name, "document.name", 1, 100);
    let plain = !document.name.contains(['/', '\\']);
    checks.require(plain, "document.name", FieldRule::WrongForm, "without / and \\");
    checks.done()
}

/// All documents of an account.
pub fn list_documents(turn: &Turn<'_>, caller: &Caller, auth_id: String) -> Result<Vec<HandedIn>, Error> {
    let (_, account) = access::query_on(turn, caller, functions::REVIEW_LIST_DOCUMENTS, &auth_id)?;
    let (found, _) = turn.list::<Document>(&documents_prefix(account), DOCUMENTS_MAX as usize)?;
    Ok(found.into_iter().map(|(_, document)| document.shown).collect())
}

/// One document of an account.
pub fn read_document(turn: &Turn<'_>, caller: &Caller, auth_id: String, number: u32) -> Result<HandedIn, Error> {
    let (_, account) = access::query_on(turn, caller, functions::REVIEW_READ_DOCUMENT, &auth_id)?;
    let document = turn.get::<Document>(&document_key(account, number))?;
    Ok(document.ok_or_else(|| Fault::not_found("document"))?.shown)
}
