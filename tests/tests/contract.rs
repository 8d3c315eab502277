//! What `docs/contract.md` promises: released versions of the contract are frozen.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root of the workspace").to_owned()
}

fn text(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| path.to_owned())
}

/// All files below a directory, by their path from `base`.
fn files(directory: &Path, base: &Path, found: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, base, found)?;
        } else {
            found.insert(path.strip_prefix(base)?.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn released_versions_are_frozen() -> Result<()> {
    let released = root().join("wit/released");
    let listed = text("wit/released/SHA256SUMS")?;
    let listed: BTreeMap<&str, &str> =
        listed.lines().filter_map(|line| line.split_once("  ")).map(|(digest, path)| (path, digest)).collect();
    let mut there = BTreeSet::new();
    files(&released, &released, &mut there)?;
    there.remove("SHA256SUMS");
    let names: BTreeSet<String> = listed.keys().map(|path| (*path).to_owned()).collect();
    assert_eq!(there, names, "the files of wit/released and those of its SHA256SUMS");
    for (path, digest) in &listed {
        let found = hex(&Sha256::digest(fs::read(released.join(path))?));
        assert_eq!(&found, digest, "wit/released/{path} was changed: a released contract is frozen");
    }
    // The list itself: that of 0.1.0 never changes, later versions are added behind it.
    let first: String = text("wit/released/SHA256SUMS")?
        .lines()
        .filter(|line| line.contains("  0.1.0/"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(hex(&Sha256::digest(first)), "6b64a0c691ad13bb3d8da3237a694db70145fff0d730dd26546fdce48391e776", "the digests of 0.1.0");
    Ok(())
}

#[test]
fn every_file_names_one_version_of_the_contract() -> Result<()> {
    let mut versions = BTreeSet::new();
    for entry in fs::read_dir(root().join("wit"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wit") {
            let text = fs::read_to_string(&path)?;
            let line = text.lines().find(|line| line.starts_with("package "));
            versions.insert(line.with_context(|| path.display().to_string())?.to_owned());
        }
    }
    let version = coinbox_host::contract::VERSION;
    assert_eq!(versions, BTreeSet::from([format!("package coinbox:billing@{version};")]));
    assert_eq!(coinbox_rules::about::CONTRACT, version, "what the rules say of themselves");
    assert!(!root().join("wit/released").join(version).exists(), "{version} is frozen: wit/ must be a later version");
    Ok(())
}
