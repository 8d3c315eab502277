//! `/v1/Account/{auth_id}/Invoice/{number}/pdf/`, the same for `CreditNote` and `Receipt`: issued documents as PDF (INV-2, INV-3).
//! Who may read a document is a rule; here it is only printed.

use super::answer::Failure;
use super::documents::Kind;
use super::resource::{self, Asked, Incoming};
use super::state::Rest;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinbox_operations::printing::{Unprinted, file_name};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// GET: one document by its number.
pub async fn show(State(rest): State<Arc<Rest>>, incoming: Incoming, kind: Kind) -> Response {
    resource::serve_operator_too(rest, incoming, move |asked: Asked| async move {
        let number = asked.segments.get(1).cloned().unwrap_or_default();
        let arguments = json!({"auth-id": asked.account(), "number": number});
        let document = asked.call("invoices.read-document", arguments, |field| field.replace('-', "_")).await?;
        if document["kind"] != kind.word() {
            return Err(Failure::new(StatusCode::NOT_FOUND, "not_found", "document not found"));
        }
        print(&asked.rest, document, asked.is_operator()).await
    })
    .await
}

async fn print(rest: &Arc<Rest>, document: Value, for_operator: bool) -> Result<Response, Failure> {
    let disposition = format!("inline; filename=\"{}\"", file_name(&document));
    let print =
        move |rest: &Rest| rest.host.documents.issued(&document).map_err(|error| unprinted(&error, for_operator));
    let pdf = rest.blocking(print).await?;
    let digest: String = Sha256::digest(&pdf).iter().map(|byte| format!("{byte:02x}")).collect();
    let tag = format!("\"{digest}\"");
    let mut response = pdf.into_response();
    let headers = [
        (header::CONTENT_TYPE, "application/pdf"),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::ETAG, tag.as_str()),
        (header::CACHE_CONTROL, "private, no-cache"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    for (name, value) in headers {
        let value = HeaderValue::from_str(value)
            .map_err(|error| Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string()))?;
        response.headers_mut().insert(name, value);
    }
    Ok(response)
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
