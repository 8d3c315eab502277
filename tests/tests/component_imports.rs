//! What the built component asks of a host is the agreed list and nothing else, and what it offers is the world of `wit/`.
//!
//! Reads the binary that `make component` wrote, or the one that `COINBOX_COMPONENT` names.

use anyhow::{Context, Result, bail};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use wit_parser::decoding::{DecodedWasm, decode};
use wit_parser::{Resolve, WorldId, WorldItem};

/// Everything that the component may import. Interfaces that hold only types may vanish; the others must be there.
const AGREED: [&str; 21] = [
    "coinbox:billing/admission-types@0.2.0",
    "coinbox:billing/admission@0.2.0",
    "coinbox:billing/coupon-types@0.2.0",
    "coinbox:billing/credit-types@0.2.0",
    "coinbox:billing/diagnostics@0.2.0",
    "coinbox:billing/email-types@0.2.0",
    "coinbox:billing/email@0.2.0",
    "coinbox:billing/inventory-types@0.2.0",
    "coinbox:billing/inventory@0.2.0",
    "coinbox:billing/outside-types@0.2.0",
    "coinbox:billing/payment-types@0.2.0",
    "coinbox:billing/payment@0.2.0",
    "coinbox:billing/people-types@0.2.0",
    "coinbox:billing/storage@0.2.0",
    "coinbox:billing/telephony-types@0.2.0",
    "coinbox:billing/telephony@0.2.0",
    "coinbox:billing/types@0.2.0",
    "coinbox:billing/usage-types@0.2.0",
    "coinbox:billing/vault@0.2.0",
    "wasi:clocks/wall-clock@0.2.0",
    "wasi:random/random@0.2.0",
];

/// Whether an interface of the contract holds types and no function.
fn is_types_only(name: &str) -> bool {
    name.split_once('@').is_some_and(|(name, _)| name.ends_with("/types") || name.ends_with("-types"))
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The world of the built component, read from its type section.
fn built() -> Result<(Resolve, WorldId)> {
    let path = std::env::var_os("COINBOX_COMPONENT")
        .map_or_else(|| repository().join("target/component/coinbox.wasm"), PathBuf::from);
    let bytes = std::fs::read(&path).with_context(|| format!("{}: build it with `make component`", path.display()))?;
    match decode(&bytes).with_context(|| path.display().to_string())? {
        DecodedWasm::Component(resolve, world) => Ok((resolve, world)),
        DecodedWasm::WitPackage(..) => bail!("{} holds a WIT package, not a component", path.display()),
    }
}

/// The world that `wit/` promises.
fn promised() -> Result<(Resolve, WorldId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(repository().join("wit"))?;
    let world = resolve.select_world(&[package], Some("rules"))?;
    Ok((resolve, world))
}

fn imports((resolve, world): &(Resolve, WorldId)) -> BTreeSet<String> {
    resolve.worlds[*world].imports.keys().map(|key| resolve.name_world_key(key)).collect()
}

/// Exports with the names of their functions: `interface.function`.
fn exports((resolve, world): &(Resolve, WorldId)) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (key, item) in &resolve.worlds[*world].exports {
        let name = resolve.name_world_key(key);
        if let WorldItem::Interface { id, .. } = item {
            for function in resolve.interfaces[*id].functions.keys() {
                found.insert(format!("{name}.{function}"));
            }
        }
        found.insert(name);
    }
    found
}

#[test]
fn imports_are_the_agreed_list() -> Result<()> {
    let found = imports(&built()?);
    let agreed: BTreeSet<String> = AGREED.map(str::to_owned).into();
    let strangers: Vec<_> = found.difference(&agreed).collect();
    assert!(strangers.is_empty(), "imports that no host has agreed to give: {strangers:?}");
    let missing: Vec<_> = agreed.difference(&found).filter(|name| !is_types_only(name)).collect();
    assert!(missing.is_empty(), "capabilities that the component no longer uses: {missing:?}");
    Ok(())
}

#[test]
fn exports_are_the_world_of_the_contract() -> Result<()> {
    assert_eq!(exports(&built()?), exports(&promised()?));
    Ok(())
}

#[test]
fn the_contract_itself_imports_the_agreed_list() -> Result<()> {
    assert_eq!(imports(&promised()?), AGREED.map(str::to_owned).into());
    Ok(())
}
