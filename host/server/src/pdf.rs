//! `/v1/Account/{auth_id}/Invoice/{number}/pdf/`, the same for `CreditNote` and `Receipt`: issued documents as PDF (INV-2, INV-3).
//! Who may read a document is a rule; here it is only printed.

use super::answer::Failure;
use super::asked::Asked;
use super::documents::{Kind, one};
use super::forms::Pdf;
use super::route::{Answers, Handler, Route};
use super::state::Rest;
use axum::http::{HeaderValue, StatusCode};
use coinbox_operations::printing::{Unprinted, file_name};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

const fn printed(path: &'static str, name: &'static str, handler: Handler<Pdf>) -> Route {
    one(path, name, Answers::Pdf(handler), "As PDF")
}

pub(crate) const ROUTES: &[Route] = &[
    printed("/v1/Account/{auth_id}/Invoice/{number}/pdf/", "invoice-pdf", |asked| Box::pin(show(asked, Kind::Invoice))),
    printed("/v1/Account/{auth_id}/CreditNote/{number}/pdf/", "credit-note-pdf", |asked| {
        Box::pin(show(asked, Kind::CreditNote))
    }),
    printed("/v1/Account/{auth_id}/Receipt/{number}/pdf/", "receipt-pdf", |asked| Box::pin(show(asked, Kind::Receipt))),
];

/// One document by its number.
async fn show(asked: Asked, kind: Kind) -> Result<Pdf, Failure> {
    let arguments = json!({"auth-id": asked.account(), "number": asked.segment(1)});
    let document = asked.call(arguments, |field| field.replace('-', "_")).await?;
    if document["kind"] != kind.word() {
        return Err(Failure::new(StatusCode::NOT_FOUND, "not_found", "document not found"));
    }
    print(&asked.rest, document, asked.is_operator()).await
}

async fn print(rest: &Arc<Rest>, document: Value, for_operator: bool) -> Result<Pdf, Failure> {
    let disposition = header(&format!("inline; filename=\"{}\"", file_name(&document)))?;
    let print =
        move |rest: &Rest| rest.host.documents.issued(&document).map_err(|error| unprinted(&error, for_operator));
    let bytes = rest.blocking(print).await?;
    let digest: String = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Pdf { bytes, disposition, tag: header(&format!("\"{digest}\""))? })
}

fn header(text: &str) -> Result<HeaderValue, Failure> {
    HeaderValue::from_str(text)
        .map_err(|error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))
}

/// The document is there; that it cannot be printed is the host's trouble. The log and the operator's answer say what to do.
fn unprinted(error: &Unprinted, for_operator: bool) -> Failure {
    let told = "the document is issued but cannot be printed at the moment; the operator has been told";
    let words = |text: &str| if for_operator { text.to_owned() } else { told.to_owned() };
    match error {
        Unprinted::NotBuiltIn => Failure::new(StatusCode::NOT_IMPLEMENTED, "no_documents", error.to_string()),
        Unprinted::Later(text) => Failure::unavailable(text, 5),
        Unprinted::MissingGlyphs(text) => {
            tracing::error!(%error, "a document cannot be printed");
            Failure { code: "missing_glyphs".to_owned(), ..Failure::unavailable(words(text), 3600) }
        }
        Unprinted::Failed(text) => {
            tracing::error!(%error, "a document cannot be printed");
            Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "not_printed", words(text))
        }
    }
}
