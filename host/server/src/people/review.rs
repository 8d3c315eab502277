//! `/v1/Account/{auth_id}/Review/…`: what is between a sign-up and an account that may be used (ACC-4, ACC-5).
//!
//! The bytes of a document are the body of its request, and its name stands in the question. They are taken only of somebody who may hand one in.

use super::login::word;
use super::{flow, shown};
use crate::answer::Failure;
use crate::asked::Asked;
use crate::download::Download;
use crate::route::{Answers, Method, Route};
use crate::takes::{Takes, Who};
use axum::http::StatusCode;
use coinbox_host::blobs::Unkept;
use coinbox_host::contract::types::Blob;
use serde_json::{Value, json};

const fn reading(path: &'static str, function: &'static str, answers: Answers, what: &'static str) -> Route {
    Route {
        method: Method::Get,
        path,
        name: "review",
        who: Who::Known,
        function: Some(function),
        takes: Takes::Nothing,
        answers,
        what,
    }
}

/// The routes of this file.
pub(crate) const ROUTES: &[Route] = &[
    reading(
        "/v1/Account/{auth_id}/Review/",
        "review.outstanding",
        Answers::Object(|asked| Box::pin(outstanding(asked))),
        "What is left to do until the account may be used: `steps`",
    ),
    reading(
        "/v1/Account/{auth_id}/Review/Document/",
        "review.list-documents",
        Answers::Object(|asked| Box::pin(documents(asked))),
        "Documents that were handed in",
    ),
    Route {
        method: Method::Post,
        takes: Takes::File { keys: &["kind", "name"], first: "review.outstanding" },
        answers: Answers::Created(|asked| Box::pin(hand_in(asked))),
        what: "hand one in: `kind` and `name` in the question, its bytes as the body (png, jpg, gif, webp, pdf or txt, at most 10 MiB)",
        ..reading(
            "/v1/Account/{auth_id}/Review/Document/",
            "review.hand-in",
            Answers::Object(|asked| Box::pin(documents(asked))),
            "",
        )
    },
    Route {
        who: Who::Operator,
        answers: Answers::File(|asked| Box::pin(read(asked))),
        ..reading(
            "/v1/Account/{auth_id}/Review/Document/{number}/",
            "review.read-document",
            Answers::Object(|asked| Box::pin(documents(asked))),
            "One of them, as a download",
        )
    },
];

async fn outstanding(asked: Asked) -> Result<Value, Failure> {
    let steps = flow::call(&asked, "review.outstanding", json!({"auth-id": asked.account()})).await?;
    Ok(shown::list(&asked, "steps", steps))
}

async fn documents(asked: Asked) -> Result<Value, Failure> {
    let mut documents = flow::call(&asked, "review.list-documents", json!({"auth-id": asked.account()})).await?;
    for document in documents.as_array_mut().into_iter().flatten() {
        plain(document);
    }
    Ok(shown::list(&asked, "documents", documents))
}

/// A document without the digest that only the host needs, and with its size as a number.
fn plain(document: &mut Value) {
    let mut blob = document["document"].take();
    let size = blob["size"].as_str().and_then(|size| size.parse::<u64>().ok());
    let object = document.as_object_mut();
    if let Some(object) = object {
        object.remove("document");
        object.insert("name".to_owned(), blob["name"].take());
        object.insert("media-type".to_owned(), blob["media-type"].take());
        object.insert("size".to_owned(), size.into());
    }
}

async fn hand_in(mut asked: Asked) -> Result<Value, Failure> {
    let kind = word(&asked, "kind", "")?;
    let name = asked.only_text("name")?.unwrap_or_default();
    let claimed = asked.content_type().map(str::to_owned);
    let bytes = asked.take_bytes();
    let kept = move |rest: &crate::state::Rest| {
        let blobs = &rest.host.blobs;
        blobs.keep(&name, claimed.as_deref(), &bytes).map_err(|error| unkept(&error))
    };
    let blob = asked.rest.blocking(kept).await?;
    let blob = coinbox_host::json::to_value(&blob).map_err(|error| internal(&error))?;
    let arguments = json!({"auth-id": asked.account(), "kind": kind, "document": blob});
    let mut document = flow::call(&asked, "review.hand-in", arguments).await?;
    plain(&mut document);
    Ok(shown::object(&asked, document))
}

async fn read(asked: Asked) -> Result<Download, Failure> {
    let number = asked.segment(1).parse::<u32>().ok();
    let number = number.ok_or_else(|| Failure::field("number", "wrong-form", "must be a whole number"))?;
    let arguments = json!({"auth-id": asked.account(), "number": number});
    let found = flow::call(&asked, "review.read-document", arguments).await?;
    let blob: Blob = coinbox_host::json::from_value(&found["document"]).map_err(|error| internal(&error))?;
    let digest = blob.digest.clone();
    let read = move |rest: &crate::state::Rest| rest.host.blobs.read(&digest).map_err(|error| internal(&error));
    match asked.rest.blocking(read).await? {
        Some(bytes) => Ok(Download { blob, bytes }),
        None => Err(Failure::new(StatusCode::NOT_FOUND, "not_found", "the bytes of this document are not here")),
    }
}

/// Why a file is not kept.
fn unkept(error: &Unkept) -> Failure {
    let told = |status: StatusCode, code: &str| Failure::new(status, code, error.to_string());
    match error {
        Unkept::Empty => Failure::field("body", "missing", "is missing: the bytes of the document"),
        Unkept::TooLarge(_) => told(StatusCode::PAYLOAD_TOO_LARGE, "too_large"),
        Unkept::Type(why) => Failure::field("name", "wrong-form", why),
        Unkept::Disk(_) => {
            tracing::error!(%error, "a file cannot be kept");
            Failure::unavailable("the file cannot be kept just now", 5)
        }
    }
}

fn internal(error: &dyn std::fmt::Display) -> Failure {
    tracing::error!(%error, "a document cannot be handed on");
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "this request failed inside the server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_is_shown_without_its_digest() {
        let mut document = json!({"number": 1, "kind": "identity", "at": "0", "by": "MA1/1",
            "document": {"digest": "ab", "size": "17", "media-type": "image/png", "name": "p.png"}});
        plain(&mut document);
        let expected = json!({"number": 1, "kind": "identity", "at": "0", "by": "MA1/1", "name": "p.png", "media-type": "image/png", "size": 17});
        assert_eq!(document, expected);
    }

    #[test]
    fn files_that_are_not_kept_are_told_with_their_field() {
        assert_eq!(unkept(&Unkept::TooLarge(11 << 20)).status.as_u16(), 413);
        let wrong = unkept(&Unkept::Type("the file is not image/png".to_owned()));
        assert_eq!((wrong.status.as_u16(), wrong.message.as_str()), (400, "name: the file is not image/png"));
        assert_eq!(unkept(&Unkept::Empty).fields[0]["field"], "body");
    }
}
