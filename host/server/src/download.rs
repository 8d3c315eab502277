//! Files that people have handed in, on their way out: always a download, never a page of this service.

use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use coinbox_host::contract::types::Blob;
use std::fmt::Write;

/// A file for whoever may read it.
pub struct Download {
    /// What the record says of it.
    pub blob: Blob,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl IntoResponse for Download {
    fn into_response(self) -> Response {
        let headers = headers(&self.blob);
        (headers, self.bytes).into_response()
    }
}

/// What keeps a browser from opening a file, from guessing another type, and, should it be opened all the same, from running anything in it.
fn headers(blob: &Blob) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let media_type = HeaderValue::from_str(&blob.media_type);
    headers.insert(header::CONTENT_TYPE, media_type.unwrap_or(HeaderValue::from_static("application/octet-stream")));
    headers.insert(header::CONTENT_DISPOSITION, disposition(&blob.name));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let nothing = HeaderValue::from_static("sandbox; default-src 'none'; frame-ancestors 'none'");
    headers.insert(header::CONTENT_SECURITY_POLICY, nothing);
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers
}

/// `attachment` with the name, in ASCII for old programs and whole for others (RFC 6266).
fn disposition(name: &str) -> HeaderValue {
    let plain = |letter: char| if letter.is_ascii_alphanumeric() || "._- ".contains(letter) { letter } else { '_' };
    let ascii: String = name.chars().map(plain).collect();
    let mut whole = String::new();
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            whole.push(char::from(byte));
        } else {
            let _ = write!(whole, "%{byte:02X}");
        }
    }
    let text = format!("attachment; filename=\"{ascii}\"; filename*=UTF-8''{whole}");
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("attachment"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(media_type: &str, name: &str) -> HeaderMap {
        let blob = Blob { digest: String::new(), size: 1, media_type: media_type.to_owned(), name: name.to_owned() };
        Download { blob, bytes: vec![1] }.into_response().headers().clone()
    }

    /// Attack 88.
    #[test]
    fn a_file_is_a_download_and_nothing_else() {
        let headers = sent("image/png", "Über \"uns\".png");
        let of = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).expect("a header");
        assert_eq!(of("content-type"), "image/png");
        let expected = "attachment; filename=\"_ber _uns_.png\"; filename*=UTF-8''%C3%9Cber%20%22uns%22.png";
        assert_eq!(of("content-disposition"), expected);
        assert_eq!(of("x-content-type-options"), "nosniff");
        assert!(of("content-security-policy").starts_with("sandbox; default-src 'none'"));
        assert_eq!(of("cache-control"), "no-store");
        let odd = sent("image/png\r\nX: y", "a\r\nSet-Cookie: x=y.png");
        assert_eq!(odd["content-type"], "application/octet-stream");
        let disposition = odd["content-disposition"].to_str().expect("text");
        assert_eq!(
            disposition,
            "attachment; filename=\"a__Set-Cookie_ x_y.png\"; filename*=UTF-8''a%0D%0ASet-Cookie%3A%20x%3Dy.png"
        );
        assert!(odd.get("set-cookie").is_none() && odd.get("x").is_none());
    }
}
