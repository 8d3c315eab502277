//! Files that go with mails (INV-2).

use coinbox_host::contract::email_types::AttachedDocument;
use coinbox_host::contract::types::Fact;

/// A file that goes with a mail.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttachedFile {
    /// Letters, digits, `-` and `.`.
    pub name: String,
    /// Such as `application/pdf`.
    pub media_type: &'static str,
    /// What is in it.
    pub bytes: Vec<u8>,
}

/// Where the files of issued documents come from.
pub trait Attachments: Send + Sync {
    /// The file of a document. `None`: there is none, and the mail goes without it. An error is for people: ask again.
    fn find(&self, document: &AttachedDocument) -> Result<Option<AttachedFile>, String>;
}

/// What a mail says of its file: known to the host only.
pub(super) fn fact(file: Option<&str>) -> Fact {
    Fact { name: "attachment".to_owned(), value: file.unwrap_or("none").to_owned() }
}
