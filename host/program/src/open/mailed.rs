//! Issued documents for mails: read as the rules froze them, and printed.

use coinbox_host::coinbox::{Coinbox, Reader};
use coinbox_host::contract::email_types::AttachedDocument;
use coinbox_host::contract::types::{Caller, Operator, Principal};
use coinbox_host::json as wit;
use coinbox_mail::{AttachedFile, Attachments};
use coinbox_operations::printing::{Documents, Unprinted, file_name};
use serde_json::json;
use std::sync::OnceLock;

/// Reads one document, for mails.
const READ: &str = "invoices.read-document";

/// Issued documents for mails: read as the rules froze them, and printed.
pub(super) struct Mailed {
    documents: Documents,
    reader: OnceLock<Reader>,
}

impl Mailed {
    /// Of a host that is about to be opened.
    pub(super) fn new(documents: Documents) -> Mailed {
        Mailed { documents, reader: OnceLock::new() }
    }

    /// From here on documents are found: mails of before are asked for again.
    pub(super) fn connect(&self, coinbox: &Coinbox) {
        // Only the first host counts; there is no second.
        let _ = self.reader.set(coinbox.reader());
    }
}

impl Attachments for Mailed {
    fn find(&self, document: &AttachedDocument) -> Result<Option<AttachedFile>, String> {
        let reader = self.reader.get().ok_or("the host is starting")?;
        let caller = Caller {
            who: Principal::Operator(Operator { name: "mail".to_owned(), permissions: vec![READ.to_owned()] }),
            address: None,
            device: None,
            request: format!("mail-{}-{}", document.kind, document.number),
            idempotency_key: None,
            part: None,
        };
        let caller = wit::to_value(&caller).map_err(|error| error.to_string())?;
        let arguments = json!({"caller": caller, "auth-id": document.auth_id, "number": document.number});
        let mut answer = reader.query(READ, &arguments)?;
        let frozen = answer["ok"].take();
        if frozen["kind"] != document.kind.as_str() {
            tracing::error!(
                kind = document.kind,
                number = document.number,
                "a mail goes without its document: it cannot be read"
            );
            return Ok(None);
        }
        match self.documents.issued(&frozen) {
            Ok(bytes) => Ok(Some(AttachedFile { name: file_name(&frozen), media_type: "application/pdf", bytes })),
            Err(Unprinted::Later(cause)) => Err(cause),
            Err(Unprinted::NotBuiltIn) => Ok(None),
            Err(error @ (Unprinted::MissingGlyphs(_) | Unprinted::Failed(_))) => {
                tracing::error!(%error, kind = document.kind, number = document.number, "a mail goes without its document");
                Ok(None)
            }
        }
    }
}
