//! How far an import has come, in a small file beside the imported file. An interrupted import goes on from there.
//!
//! If this file is lost or is behind, that does no harm: events that were rated before are recognised as duplicates.

use crate::usage_words::Counts;
use coinbox_host::lines::Checked;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What is settled: everything up to a line.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Last line that is settled; 0: none.
    pub line: u64,
    /// What became of them.
    pub counts: Counts,
    /// Rejected and unreadable ones by reason.
    pub reasons: BTreeMap<String, u64>,
    /// Length of the file of rejected rows.
    pub rejected_bytes: u64,
}

/// `FILE.progress.json`.
pub fn path_of(file: &Path) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".progress.json");
    PathBuf::from(name)
}

/// What was kept about exactly this file, if anything.
pub fn load(file: &Path, checked: &Checked) -> Option<Progress> {
    let text = fs::read_to_string(path_of(file)).ok()?;
    let kept: Value = serde_json::from_str(&text).ok()?;
    if kept["digest"] != checked.digest.as_str() || kept["bytes"] != checked.bytes {
        return None;
    }
    let number = |name: &str| kept[name].as_u64();
    let mut reasons = BTreeMap::new();
    for (reason, count) in kept["reasons"].as_object()? {
        reasons.insert(reason.clone(), count.as_u64()?);
    }
    Some(Progress {
        line: number("line").filter(|line| *line <= checked.lines)?,
        counts: Counts {
            rated: number("rated")?,
            duplicate: number("duplicate")?,
            conflicting: number("conflicting")?,
            rejected: number("rejected")?,
            unreadable: number("unreadable")?,
            amount: kept["amount"].as_str()?.parse().ok()?,
        },
        reasons,
        rejected_bytes: number("rejected-bytes")?,
    })
}

/// Keeps it: whole or not at all.
pub fn save(file: &Path, checked: &Checked, progress: &Progress) -> std::io::Result<()> {
    let mut kept = json!({"digest": checked.digest, "bytes": checked.bytes, "line": progress.line,
        "amount": progress.counts.amount.to_string(), "reasons": progress.reasons, "rejected-bytes": progress.rejected_bytes});
    for (name, count) in progress.counts.by_name() {
        kept[name] = count.into();
    }
    let path = path_of(file);
    let new = path.with_extension("json.new");
    coinbox_host::private::write(&new, kept.to_string().as_bytes())?;
    fs::rename(&new, &path)
}

/// The import is done.
pub fn remove(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(path_of(file)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_belongs_to_one_content() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("usage.csv");
        let checked = Checked { digest: "d".to_owned(), bytes: 10, lines: 5 };
        assert_eq!(load(&file, &checked), None);
        let progress = Progress {
            line: 3,
            counts: Counts { rated: 1, duplicate: 2, conflicting: 3, rejected: 4, unreadable: 5, amount: -6 },
            reasons: BTreeMap::from([("no-price".to_owned(), 4)]),
            rejected_bytes: 7,
        };
        save(&file, &checked, &progress).expect("saved");
        assert_eq!(load(&file, &checked), Some(progress));
        assert_eq!(load(&file, &Checked { bytes: 11, ..checked.clone() }), None);
        assert_eq!(load(&file, &Checked { digest: "e".to_owned(), ..checked.clone() }), None);
        assert_eq!(load(&file, &Checked { lines: 2, ..checked.clone() }), None);
        fs::write(path_of(&file), "{").expect("file");
        assert_eq!(load(&file, &checked), None);
        remove(&file).expect("removed");
        remove(&file).expect("nothing left to remove");
    }
}
