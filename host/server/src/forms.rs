//! The forms of answers beside a JSON object: lists, results of the contract, printed documents, text.

use super::answer::Failure;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use coinbox_operations::export::table::{Cell, Table};
use serde_json::{Value, json};

/// How a list is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// With `meta` and `objects`.
    Json,
    /// For spreadsheets.
    Csv,
}

/// A page of a list.
pub enum Listed {
    /// `{"api_id", "meta", "objects"}`.
    Json(Value),
    /// Comma-separated text. Where it has a next page, the header `Link` says so: no page looks like the whole.
    Csv {
        /// The table.
        written: Vec<u8>,
        /// Where the next page is.
        next: Option<String>,
    },
}

impl Listed {
    /// Rows of cells below the names of their columns, as comma-separated text.
    pub fn table<'a, Cells: IntoIterator<Item = Cell<'a>>>(
        columns: &[&str],
        rows: impl IntoIterator<Item = Cells>,
        next: Option<String>,
    ) -> Result<Listed, Failure> {
        let mut table = Table::begin(Vec::new(), columns).map_err(unwritten)?;
        rows.into_iter().try_for_each(|cells| table.row(cells)).map_err(unwritten)?;
        Ok(Listed::Csv { written: table.bytes().map_err(unwritten)?, next })
    }
}

/// A page that could not be written.
pub(crate) fn unwritten(error: impl std::fmt::Display) -> Failure {
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", error.to_string())
}

impl IntoResponse for Listed {
    fn into_response(self) -> Response {
        match self {
            Listed::Json(page) => axum::Json(page).into_response(),
            Listed::Csv { written, next } => {
                let mut response = ([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], written).into_response();
                let link = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok());
                if let Some(link) = link {
                    response.headers_mut().insert(header::LINK, link);
                }
                response
            }
        }
    }
}

/// A result in the JSON form of the contract: `{"ok": …}` or `{"err": …}`.
pub(crate) struct Outcome {
    /// Status.
    pub status: StatusCode,
    /// Seconds.
    pub retry_after: Option<u64>,
    /// The result.
    pub result: Value,
}

impl Outcome {
    /// 200 `{"ok": …}`.
    pub(crate) fn ok(answer: Value) -> Outcome {
        Outcome { status: StatusCode::OK, retry_after: None, result: json!({"ok": answer}) }
    }
}

impl IntoResponse for Outcome {
    fn into_response(self) -> Response {
        let mut response = (self.status, axum::Json(self.result)).into_response();
        if let Some(seconds) = self.retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// An object that may come with a session.
pub(crate) struct Entry {
    /// The object.
    pub body: Value,
    /// `Set-Cookie`.
    pub cookie: Option<HeaderValue>,
}

impl IntoResponse for Entry {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.body).into_response();
        if let Some(cookie) = self.cookie {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
        response
    }
}

/// An issued document, printed.
pub(crate) struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// For `Content-Disposition`.
    pub disposition: HeaderValue,
    /// For `ETag`.
    pub tag: HeaderValue,
}

impl IntoResponse for Pdf {
    fn into_response(self) -> Response {
        let mut response = self.bytes.into_response();
        let headers = [
            (header::CONTENT_TYPE, HeaderValue::from_static("application/pdf")),
            (header::CONTENT_DISPOSITION, self.disposition),
            (header::ETAG, self.tag),
            (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
            (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        ];
        for (name, value) in headers {
            response.headers_mut().insert(name, value);
        }
        response
    }
}

/// Text for whoever watches the server.
pub(crate) struct Text {
    /// Status.
    pub status: StatusCode,
    /// For `Content-Type`.
    pub kind: &'static str,
    /// The text.
    pub text: String,
}

impl Text {
    /// 200, plain.
    pub(crate) fn plain(text: impl Into<String>) -> Text {
        Text { status: StatusCode::OK, kind: "text/plain; charset=utf-8", text: text.into() }
    }
}

impl IntoResponse for Text {
    fn into_response(self) -> Response {
        (self.status, [(header::CONTENT_TYPE, self.kind)], self.text).into_response()
    }
}
