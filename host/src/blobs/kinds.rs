//! What kind a file is: by its bytes, which must be those of the kind that its name says, from the first to the last.
//!
//! Signatures are those of the crate `infer`. They say how a file begins; a file that is something else too begins rightly and goes on
//! wrongly. So each kind is also looked at where it ends, and text is read to its end.

use std::str;

/// A kind that is kept.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// PNG picture.
    Png,
    /// JPEG picture.
    Jpeg,
    /// GIF picture.
    Gif,
    /// WebP picture.
    Webp,
    /// PDF document.
    Pdf,
    /// Plain text in UTF-8.
    Text,
    /// A table: UTF-8, every row as long as the first.
    Csv,
    /// JSON.
    Json,
    /// A mail as it was sent.
    Mail,
    /// ZIP archive.
    Zip,
}

use Kind::{Csv, Gif, Jpeg, Json, Mail, Pdf, Png, Text, Webp, Zip};

struct Row {
    kind: Kind,
    media_type: &'static str,
    /// The first is the usual one.
    extensions: &'static [&'static str],
    /// What programs also call it.
    also: &'static [&'static str],
}

const ROWS: [Row; 10] = [
    Row { kind: Png, media_type: "image/png", extensions: &["png"], also: &[] },
    Row { kind: Jpeg, media_type: "image/jpeg", extensions: &["jpg", "jpeg"], also: &["image/jpg", "image/pjpeg"] },
    Row { kind: Gif, media_type: "image/gif", extensions: &["gif"], also: &[] },
    Row { kind: Webp, media_type: "image/webp", extensions: &["webp"], also: &[] },
    Row { kind: Pdf, media_type: "application/pdf", extensions: &["pdf"], also: &["application/x-pdf"] },
    Row { kind: Text, media_type: "text/plain", extensions: &["txt"], also: &[] },
    Row { kind: Csv, media_type: "text/csv", extensions: &["csv"], also: &["text/plain", "application/vnd.ms-excel"] },
    Row { kind: Json, media_type: "application/json", extensions: &["json"], also: &["text/plain", "text/json"] },
    Row { kind: Mail, media_type: "message/rfc822", extensions: &["eml"], also: &["text/plain"] },
    Row {
        kind: Zip,
        media_type: "application/zip",
        extensions: &["zip"],
        also: &["application/x-zip", "application/x-zip-compressed"],
    },
];

/// What is kept, for messages.
pub(super) const NAMES: &str = "png, jpg, gif, webp, pdf, txt, csv, json, eml and zip";

impl Kind {
    fn row(self) -> &'static Row {
        ROWS.iter().find(|row| row.kind == self).expect("every kind has a row")
    }

    /// Its media type.
    pub fn media_type(self) -> &'static str {
        self.row().media_type
    }

    /// The kind that a file name says.
    pub(super) fn of_extension(extension: &str) -> Option<Kind> {
        ROWS.iter().find(|row| row.extensions.contains(&extension)).map(|row| row.kind)
    }

    /// Whether a `Content-Type` may stand beside a file of this kind. One that says nothing may.
    pub(super) fn may_be_called(self, media_type: &str) -> bool {
        let bare = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        let row = self.row();
        matches!(bare.as_str(), "" | "application/octet-stream")
            || bare == row.media_type
            || row.also.contains(&bare.as_str())
    }

    /// Why these bytes are not a file of this kind, or not only one.
    pub(super) fn check(self, bytes: &[u8]) -> Result<(), &'static str> {
        let signature = infer::get(bytes).map(|found| found.mime_type());
        let is_text = matches!(self, Text | Csv | Json | Mail);
        // Words may begin like a picture ("BM…"), so text goes by what it holds to its end. What programs run or draw is refused.
        match signature {
            None if is_text => {}
            Some(found) if is_text && !RUN.contains(&found) => {}
            Some(found) if found == self.media_type() => {}
            Some(_) => return Err("it begins as another kind of file"),
            None => return Err("it does not begin as its kind does"),
        }
        match self {
            Png => png(bytes),
            Jpeg => jpeg(bytes),
            Gif => ends_with(bytes, &[0x3b]),
            Webp => webp(bytes),
            Pdf => pdf(bytes),
            Zip => zip(bytes),
            Text => text(bytes).map(drop),
            Csv => csv(bytes),
            Json => json(bytes),
            Mail => mail(bytes),
        }?;
        if self != Zip && archive_end(bytes).is_some() {
            return Err("it is an archive too");
        }
        if self != Pdf && find(head(bytes), b"%PDF-").is_some() {
            return Err("it is a PDF document too");
        }
        if !is_text && self != Zip && MARKUP.iter().any(|mark| holds(head(bytes), mark) || holds(tail(bytes), mark)) {
            return Err("it is a page or a program too");
        }
        Ok(())
    }
}

/// Signatures of what begins with letters and is no text for people.
const RUN: [&str; 6] =
    ["text/html", "text/xml", "text/x-shellscript", "application/pdf", "application/rtf", "application/postscript"];
/// What browsers and servers run where they find it near the beginning of a file.
const MARKUP: [&[u8]; 6] = [b"<html", b"<script", b"<svg", b"<!doctype", b"<?php", b"<body"];
/// So far do programs look for what a file might be.
const LOOKED_AT: usize = 1024;

fn head(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.len().min(LOOKED_AT)]
}

fn tail(bytes: &[u8]) -> &[u8] {
    &bytes[bytes.len().saturating_sub(LOOKED_AT)..]
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

fn holds(within: &[u8], what: &[u8]) -> bool {
    within.windows(what.len()).any(|window| window.eq_ignore_ascii_case(what))
}

const GOES_ON: &str = "it goes on after its end, or is cut off";

fn ends_with(bytes: &[u8], end: &[u8]) -> Result<(), &'static str> {
    if bytes.ends_with(end) { Ok(()) } else { Err(GOES_ON) }
}

fn number(bytes: &[u8], at: usize) -> Option<[u8; 4]> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok()
}

/// Chunk after chunk up to `IEND`, which is the end.
fn png(bytes: &[u8]) -> Result<(), &'static str> {
    let mut at = 8_usize;
    loop {
        let length = number(bytes, at).map(u32::from_be_bytes).and_then(|length| usize::try_from(length).ok());
        let (Some(length), Some(name)) = (length, number(bytes, at + 4)) else { return Err(GOES_ON) };
        // Length, name and checksum.
        at = at.checked_add(length).and_then(|at| at.checked_add(12)).filter(|at| *at <= bytes.len()).ok_or(GOES_ON)?;
        if &name == b"IEND" {
            return if at == bytes.len() { Ok(()) } else { Err(GOES_ON) };
        }
    }
}

/// Cameras fill up with zeros.
fn jpeg(bytes: &[u8]) -> Result<(), &'static str> {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    ends_with(&bytes[..end], &[0xff, 0xd9])
}

/// The length is in the head.
fn webp(bytes: &[u8]) -> Result<(), &'static str> {
    let length = number(bytes, 4).map(u32::from_le_bytes).and_then(|length| usize::try_from(length).ok());
    let whole = length.and_then(|length| length.checked_add(8)).ok_or(GOES_ON)?;
    if whole == bytes.len() { Ok(()) } else { Err(GOES_ON) }
}

/// Nothing but white space follows the last `%%EOF`.
fn pdf(bytes: &[u8]) -> Result<(), &'static str> {
    let end =
        bytes.iter().rposition(|byte| !matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | 0)).map_or(0, |last| last + 1);
    ends_with(&bytes[..end], b"%%EOF")
}

/// Where the end record of an archive is that reaches to the end of the file.
fn archive_end(bytes: &[u8]) -> Option<usize> {
    const RECORD: usize = 22;
    const COMMENT_MAX: usize = 0xffff;
    let from = bytes.len().saturating_sub(RECORD + COMMENT_MAX);
    let last = bytes.len().checked_sub(RECORD)?;
    (from..=last).rev().find(|at| {
        let record = &bytes[*at..];
        let comment = usize::from(u16::from_le_bytes([record[20], record[21]]));
        record.starts_with(b"PK\x05\x06") && record.len() == RECORD + comment
    })
}

/// Its directory lies directly before its end and begins where it says, so that nothing stands before the archive or inside it.
fn zip(bytes: &[u8]) -> Result<(), &'static str> {
    let end = archive_end(bytes).ok_or(GOES_ON)?;
    let field =
        |at: usize| number(bytes, end + at).map(u32::from_le_bytes).and_then(|value| usize::try_from(value).ok());
    let (Some(size), Some(offset)) = (field(12), field(16)) else { return Err(GOES_ON) };
    let begins = bytes.starts_with(b"PK\x03\x04") || (size == 0 && end == 0);
    if begins && offset.checked_add(size) == Some(end) { Ok(()) } else { Err(GOES_ON) }
}

/// UTF-8 without control characters but tabs and line ends, that does not begin as markup.
fn text(bytes: &[u8]) -> Result<&str, &'static str> {
    let text = str::from_utf8(bytes).map_err(|_| "it is not text in UTF-8")?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.chars().any(|letter| letter.is_control() && !matches!(letter, '\t' | '\n' | '\r' | '\u{c}')) {
        return Err("it holds control characters, which text does not");
    }
    let mut first = text.trim_start().chars();
    if first.next() == Some('<') && first.next().is_some_and(|next| next.is_ascii_alphabetic() || "!?/%".contains(next))
    {
        return Err("it begins as markup");
    }
    if text.starts_with("#!") {
        return Err("it begins as a program");
    }
    Ok(text)
}

/// Rows of one length, with commas, semicolons or tabs.
fn csv(bytes: &[u8]) -> Result<(), &'static str> {
    let text = text(bytes)?;
    let first = text.lines().next().unwrap_or_default();
    let count = |separator: u8| first.bytes().filter(|byte| *byte == separator).count();
    let separator = [b',', b';', b'\t'].into_iter().rev().max_by_key(|separator| count(*separator)).unwrap_or(b',');
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).delimiter(separator).from_reader(text.as_bytes());
    let mut row = ::csv::ByteRecord::new();
    loop {
        match reader.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return Ok(()),
            Err(_) => return Err("its rows are not of one length"),
        }
    }
}

fn json(bytes: &[u8]) -> Result<(), &'static str> {
    let text = text(bytes)?;
    serde_json::from_str::<serde::de::IgnoredAny>(text).map(drop).map_err(|_| "it is not JSON")
}

/// A head of `Name: value` lines with a sender, then a body of any letters.
fn mail(bytes: &[u8]) -> Result<(), &'static str> {
    const NOT_MAIL: &str = "it does not begin with the head of a mail";
    const HEAD_BYTES_MAX: usize = 256 << 10;
    if bytes.contains(&0) {
        return Err("it holds control characters, which a mail does not");
    }
    let mut has_sender = false;
    let mut seen = 0_usize;
    for line in bytes.split(|byte| *byte == b'\n') {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.is_empty() || seen > HEAD_BYTES_MAX {
            break;
        }
        let goes_on = seen > 0 && matches!(line[0], b' ' | b'\t');
        seen += line.len() + 1;
        if goes_on {
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':').filter(|colon| *colon > 0).ok_or(NOT_MAIL)?;
        let name = &line[..colon];
        if !name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
            return Err(NOT_MAIL);
        }
        has_sender |= name.eq_ignore_ascii_case(b"from");
    }
    if has_sender { Ok(()) } else { Err(NOT_MAIL) }
}
