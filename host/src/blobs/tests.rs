//! Each kind as it is kept, and what pretends to be one (attacks 88, 89).

use super::*;
use std::fs;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

fn chunk(name: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let length = u32::try_from(data.len()).expect("short").to_be_bytes();
    [&length[..], name, data, &[0; 4]].concat()
}

fn png() -> Vec<u8> {
    let parts = [chunk(b"IHDR", &[0; 13]), chunk(b"IDAT", &[1, 2, 3]), chunk(b"IEND", &[])];
    [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat()
}

fn jpeg() -> Vec<u8> {
    [&[0xff, 0xd8, 0xff, 0xe0, 0, 16][..], b"JFIF\0", &[1; 60], &[0xff, 0xd9]].concat()
}

fn gif() -> Vec<u8> {
    [&b"GIF89a"[..], &[1, 0, 1, 0, 0, 0, 0], &[0x2c; 12], &[0x3b]].concat()
}

fn webp() -> Vec<u8> {
    [&b"RIFF"[..], &28_u32.to_le_bytes(), b"WEBPVP8 ", &16_u32.to_le_bytes(), &[7; 16]].concat()
}

fn pdf() -> Vec<u8> {
    b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n".to_vec()
}

/// One stored file in an archive, its head directly after `before`, offsets as if nothing stood there.
fn zip_of(name: &[u8], content: &[u8]) -> Vec<u8> {
    let length = |bytes: &[u8]| u16::try_from(bytes.len()).expect("short").to_le_bytes();
    let size = u32::try_from(content.len()).expect("short").to_le_bytes();
    let common = [&[20, 0, 0, 0, 0, 0, 0, 0, 0, 0][..], &[0; 4], &size, &size, &length(name), &[0, 0]].concat();
    let local = [&b"PK\x03\x04"[..], &common, name, content].concat();
    let central = [&b"PK\x01\x02"[..], &[20, 0], &common, &[0; 2], &[0; 2], &[0; 2], &[0; 4], &[0; 4], name].concat();
    let number = |value: usize| u32::try_from(value).expect("short").to_le_bytes();
    let end =
        [&b"PK\x05\x06"[..], &[0; 4], &[1, 0, 1, 0], &number(central.len()), &number(local.len()), &[0, 0]].concat();
    [local, central, end].concat()
}

fn zip() -> Vec<u8> {
    zip_of(b"readme", b"hello")
}

const MAIL: &[u8] = b"Received: from x\r\n by y\r\nFrom: a@example.com\r\nSubject: M\xfcnchen\r\n\r\nHello \xfc\r\n";

fn refused(name: &str, bytes: &[u8]) -> String {
    match Blobs::in_memory().keep(name, None, bytes) {
        Ok(blob) => panic!("{name} was kept: {blob:?}"),
        Err(why) => why.to_string(),
    }
}

#[test]
fn every_kind_is_kept_under_the_digest_of_its_bytes() {
    let blobs = Blobs::in_memory();
    let files: [(&str, &str, Vec<u8>); 13] = [
        ("a.png", "image/png", png()),
        ("a.jpg", "image/jpeg", jpeg()),
        ("a.JPEG", "image/jpeg", [jpeg(), vec![0; 9]].concat()),
        ("a.gif", "image/gif", gif()),
        ("a.webp", "image/webp", webp()),
        ("a.pdf", "application/pdf", pdf()),
        ("a.zip", "application/zip", zip()),
        ("a.txt", "text/plain", "BMW, 3 < 4 \u{fc}\n".as_bytes().to_vec()),
        ("b.txt", "text/plain", "\u{feff}with a mark".as_bytes().to_vec()),
        ("a.csv", "text/csv", b"a;b\n\"x;\ny\";2\n".to_vec()),
        ("b.csv", "text/csv", b"one column\nof, words\n".to_vec().into_iter().filter(|byte| *byte != b',').collect()),
        ("a.json", "application/json", b"{\"a\": [1, null]}".to_vec()),
        ("a.eml", "message/rfc822", MAIL.to_vec()),
    ];
    for (name, media_type, bytes) in files {
        let blob = blobs.keep(name, None, &bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!((blob.media_type.as_str(), blob.digest.as_str()), (media_type, digest(&bytes).as_str()), "{name}");
        assert_eq!(blob.size, u64::try_from(bytes.len()).expect("short"));
        assert_eq!(blobs.read(&blob.digest).expect("read"), Some(bytes));
    }
}

/// Attack 88: no page, no picture that runs scripts, no program.
#[test]
fn kinds_that_act_are_refused_by_name_and_by_content() {
    let names =
        "the name of the file must end with its kind: png, jpg, gif, webp, pdf, txt, csv, json, eml and zip are taken";
    for name in ["a.svg", "a.html", "a.htm", "a.xml", "a.pdf.exe", "a.js", "a.docx", "a", "../", "a.pdf\0.exe", ".pdf"]
    {
        assert_eq!(refused(name, &pdf()), names, "{name}");
    }
    let why = |name: &str, bytes: &[u8]| refused(name, bytes).rsplit(": ").next().unwrap_or_default().to_owned();
    for page in
        ["<svg xmlns='x'/>", "<html>", "<!DOCTYPE html>", "\u{feff} \n<script>1</script>", "<?xml version='1.0'?>"]
    {
        for name in ["a.txt", "a.csv", "a.png", "a.pdf", "a.json", "a.eml"] {
            let why = why(name, page.as_bytes());
            assert!(why.contains("begin"), "{name} {page}: {why}");
        }
    }
    assert_eq!(why("a.txt", b"#!/bin/sh\necho"), "it begins as another kind of file");
    assert_eq!(why("a.txt", b"MZ\x90\0\x03"), "it is not text in UTF-8");
    assert_eq!(why("a.txt", b"a\0b"), "it holds control characters, which text does not");
    assert_eq!(why("a.txt", b"{\\rtf1 x}"), "it begins as another kind of file");
    assert_eq!(why("a.txt", b"hello %PDF-1.7"), "it is a PDF document too");
}

/// Attack 88: each kind under the name of each other.
#[test]
fn a_name_that_says_another_kind_is_refused() {
    let files = [("png", png()), ("jpg", jpeg()), ("gif", gif()), ("webp", webp()), ("pdf", pdf()), ("zip", zip())];
    for (kind, bytes) in &files {
        for name in ["a.png", "a.jpg", "a.gif", "a.webp", "a.pdf", "a.zip", "a.txt", "a.csv", "a.json", "a.eml"] {
            let fits = name.ends_with(kind);
            assert_eq!(Blobs::in_memory().keep(name, None, bytes).is_ok(), fits, "{kind} as {name}");
        }
    }
    assert!(refused("a.csv", b"a,b\n1\n").ends_with("its rows are not of one length"));
    assert!(refused("a.json", b"{\"a\": }").ends_with("it is not JSON"));
    assert!(refused("a.json", b"[1] [2]").ends_with("it is not JSON"));
    assert!(refused("a.eml", b"Subject: x\r\n\r\nhello").ends_with("it does not begin with the head of a mail"));
    assert!(refused("a.eml", b"hello there\r\n\r\n").ends_with("it does not begin with the head of a mail"));
    assert!(
        refused("a.eml", b"From a@b Mon\r\nFrom: a\r\n\r\n").ends_with("it does not begin with the head of a mail")
    );
}

/// Attack 88: one file that is two.
#[test]
fn what_is_something_else_too_is_refused() {
    for (name, bytes) in
        [("a.png", png()), ("a.jpg", jpeg()), ("a.gif", gif()), ("a.webp", webp()), ("a.pdf", pdf()), ("a.zip", zip())]
    {
        for more in [&b"<script>alert(1)</script>"[..], &zip(), b"x"] {
            let both = [&bytes, more].concat();
            assert!(refused(name, &both).contains("it goes on after its end"), "{name}: {}", refused(name, &both));
        }
        let cut = &bytes[..bytes.len() - 3];
        assert!(refused(name, cut).contains("cut off"), "{name}: {}", refused(name, cut));
    }
    let inside = |name: &[u8; 4], data: &[u8]| {
        let parts = [chunk(b"IHDR", &[0; 13]), chunk(name, data), chunk(b"IDAT", &[1; 2000]), chunk(b"IEND", &[])];
        [b"\x89PNG\r\n\x1a\n".to_vec(), parts.concat()].concat()
    };
    assert!(refused("a.png", &inside(b"tEXt", b"<ScRipt>alert(1)")).ends_with("it is a page or a program too"));
    assert!(refused("a.png", &inside(b"tEXt", b"<?php system(1)")).ends_with("it is a page or a program too"));
    assert!(refused("a.png", &inside(b"tEXt", b"%PDF-1.7")).ends_with("it is a PDF document too"));
    let gif = [&b"GIF89a"[..], &[1; 20], &zip(), &[0x3b]].concat();
    assert!(Blobs::in_memory().keep("a.gif", None, &gif).is_ok(), "an archive that does not reach the end is none");
    let jpeg_with_archive = [&jpeg()[..], &zip_of(b"x", b"y")[..], &[0xff, 0xd9]].concat();
    assert!(Blobs::in_memory().keep("a.jpg", None, &jpeg_with_archive).is_ok(), "no program finds its end");
    // An archive whose comment takes in the end of the picture is one.
    let mut archive = zip();
    let place = archive.len() - 2;
    archive[place] = 2;
    let both = [&jpeg()[..], &archive, &[0xff, 0xd9]].concat();
    assert!(refused("a.jpg", &both).ends_with("it is an archive too"), "{}", refused("a.jpg", &both));
    // What stands before an archive is not of it.
    assert!(refused("a.zip", &[&b"PK\x03\x04"[..], &[0; 30], &zip()].concat()).contains("goes on"));
}

#[test]
fn a_media_type_beside_the_file_must_not_lie() {
    let keep = |name: &str, claimed: &str, bytes: &[u8]| Blobs::in_memory().keep(name, Some(claimed), bytes).map(drop);
    for (name, claimed, bytes) in [
        ("a.png", "image/png", png()),
        ("a.png", "", png()),
        ("a.png", "application/octet-stream", png()),
        ("a.csv", "text/plain; charset=utf-8", b"a,b".to_vec()),
        ("a.jpg", "IMAGE/JPG", jpeg()),
    ] {
        keep(name, claimed, &bytes).unwrap_or_else(|why| panic!("{name} as {claimed}: {why}"));
    }
    for (claimed, bytes) in [("image/svg+xml", png()), ("text/html", png()), ("image/jpeg", png())] {
        let why = keep("a.png", claimed, &bytes).expect_err("a lie").to_string();
        assert_eq!(why, "the media type beside the file is not image/png, as its name says");
    }
}

/// Attack 88: the limit and one byte more.
#[test]
fn sizes_end_at_ten_mebibytes() {
    let blobs = Blobs::in_memory();
    assert!(matches!(blobs.keep("a.txt", None, b""), Err(Unkept::Empty)));
    let most = vec![b'a'; BYTES_MAX];
    assert_eq!(blobs.keep("a.txt", None, &most).expect("kept").size, 10_485_760);
    let more = vec![b'a'; BYTES_MAX + 1];
    assert!(matches!(blobs.keep("a.txt", None, &more), Err(Unkept::TooLarge(10_485_761))));
}

/// Attack 89: a digest is the name of bytes and of nothing else.
#[test]
fn what_is_no_digest_reads_nothing() {
    let data = tempfile::tempdir().expect("folder");
    fs::write(data.path().join("secret"), "x").expect("written");
    let blobs = Blobs::beside_store(data.path());
    let kept = blobs.keep("a.txt", None, b"hello").expect("kept");
    let upper = kept.digest.to_uppercase();
    let long = format!("{}0", kept.digest);
    for name in ["", "../secret", "/etc/passwd", "ab", &upper, &long, &format!("../{}", &kept.digest[3..])] {
        assert_eq!(blobs.read(name).expect("nothing"), None, "{name}");
    }
    assert_eq!(blobs.read(&digest(b"never brought")).expect("nothing"), None);
}

#[cfg(unix)]
#[test]
fn a_directory_keeps_bytes_once_for_its_owner_and_notices_a_change() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().expect("folder");
    let blobs = Blobs::beside_store(data.path());
    let kept = blobs.keep("a.txt", None, b"hello").expect("kept");
    assert_eq!(blobs.keep("other.txt", None, b"hello").expect("kept").digest, kept.digest);
    let file = data.path().join(FOLDER).join(&kept.digest[..2]).join(&kept.digest);
    assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    drop(blobs);
    let again = Blobs::beside_store(data.path());
    assert_eq!(again.read(&kept.digest).expect("read"), Some(b"hello".to_vec()));
    fs::write(&file, "hellO").expect("changed");
    assert!(matches!(again.read(&kept.digest), Err(Unread::Changed(_))));
    again.keep("a.txt", None, b"hello").expect("brought again");
    assert_eq!(again.read(&kept.digest).expect("mended"), Some(b"hello".to_vec()));
    assert!(!data.path().join(FOLDER).join("unfinished").exists());
}

fn in_days(days: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs((20_000 + days) * 86_400)
}

#[test]
fn what_no_record_names_goes_after_a_day_and_only_then() {
    let data = tempfile::tempdir().expect("folder");
    for blobs in [Blobs::in_memory(), Blobs::beside_store(data.path())] {
        let keep = |text: &str, at| blobs.keep_at("a.txt", None, text.as_bytes(), at).expect("kept").digest;
        let (named, old, young) = (keep("named", in_days(1)), keep("old", in_days(1)), keep("young", in_days(2)));
        for number in 0..250 {
            keep(&format!("more {number}"), in_days(1));
        }
        assert_eq!(blobs.sweep_at(in_days(9)).expect("swept"), 0, "nobody is asked, so nothing goes");
        let (name, most) = (named.clone(), Arc::new(AtomicUsize::new(0)));
        let seen = most.clone();
        let ask = move |digests: &[String]| {
            seen.fetch_max(digests.len(), Ordering::Relaxed);
            Ok(digests.iter().map(|digest| *digest == name).collect())
        };
        blobs.ask_with(Box::new(ask)).expect("the first");
        assert!(blobs.ask_with(Box::new(|_| Ok(Vec::new()))).is_err(), "a second question");
        // A day to the moment is not more than a day.
        assert_eq!(blobs.sweep_at(in_days(2)).expect("swept"), 0);
        assert_eq!(blobs.sweep_at(in_days(3)).expect("swept"), 251);
        assert_eq!(most.load(Ordering::Relaxed), 100);
        let there = |digest: &str| blobs.read(digest).expect("read").is_some();
        assert_eq!((there(&named), there(&old), there(&young)), (true, false, true));
        // Brought again, it has another day.
        keep("young", in_days(4));
        assert_eq!(blobs.sweep_at(in_days(5)).expect("swept"), 0);
        assert_eq!(blobs.sweep_at(in_days(6)).expect("swept"), 1);
        assert_eq!((there(&named), there(&young)), (true, false));
    }
}

#[test]
fn a_question_without_a_right_answer_removes_nothing() {
    for ask in [Box::new(|_: &[String]| anyhow::bail!("busy")) as IsKept, Box::new(|_: &[String]| Ok(Vec::new()))] {
        let blobs = Blobs::in_memory();
        let kept = blobs.keep_at("a.txt", None, b"x", in_days(1)).expect("kept").digest;
        blobs.ask_with(ask).expect("the first");
        blobs.sweep_at(in_days(9)).expect_err("no answer");
        assert!(blobs.read(&kept).expect("read").is_some());
    }
}
