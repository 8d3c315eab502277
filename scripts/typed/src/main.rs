//! Writes the typed door anew: `scripts/typed.sh`, in the root of the tree.

use anyhow::{Context, Result};
use coinbox_typed::{Contract, files};
use std::fs;
use std::path::Path;

fn main() -> Result<()> {
    for (path, text) in files(&Contract::read(Path::new("wit"))?) {
        if fs::read_to_string(&path).is_ok_and(|there| there == text) {
            continue;
        }
        fs::write(&path, text).with_context(|| path.clone())?;
        println!("{path}");
    }
    Ok(())
}
