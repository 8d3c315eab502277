//! Names of a component, for `scripts/build-component.sh` and `scripts/component-size.sh`.
//!
//! * `coinbox-symbols take LINKED COMPONENT SYMBOLS` writes a component without names, and its names into a text file.
//! * `coinbox-symbols areas SYMBOLS [MOST]` prints what each area costs, and the MOST largest functions.

mod areas;
mod component;
mod symbols;

use anyhow::{Context, Result, bail};
use std::path::Path;

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        ["take", linked, component, symbols] => take(Path::new(linked), Path::new(component), Path::new(symbols)),
        ["areas", symbols] => areas(Path::new(symbols), 0),
        ["areas", symbols, most] => {
            areas(Path::new(symbols), most.parse().with_context(|| format!("how many functions: {most}"))?)
        }
        _ => bail!("usage: coinbox-symbols take LINKED COMPONENT SYMBOLS | coinbox-symbols areas SYMBOLS [MOST]"),
    }
}

fn take(linked: &Path, component: &Path, symbols: &Path) -> Result<()> {
    let bytes = std::fs::read(linked).with_context(|| linked.display().to_string())?;
    let taken = component::take(&bytes).with_context(|| linked.display().to_string())?;
    std::fs::write(component, &taken.component).with_context(|| component.display().to_string())?;
    std::fs::write(symbols, symbols::write(&taken)).with_context(|| symbols.display().to_string())
}

fn areas(symbols: &Path, most: usize) -> Result<()> {
    let text = std::fs::read_to_string(symbols).with_context(|| symbols.display().to_string())?;
    let functions = symbols::read(&text).with_context(|| symbols.display().to_string())?;
    print!("{}", areas::table(&functions, most));
    Ok(())
}
