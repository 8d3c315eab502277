//! Names of the component's functions. A component is delivered without these names. They are in a text file beside the component, and this
//! file is read only when a trap has to be named.
//!
//! The form of the file is that of `scripts/symbols/src/symbols.rs`: a line with its version, the SHA-256 of the component, the name of its
//! module, then `number bytes name` of each function.

use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use wasmtime::{FrameInfo, WasmBacktrace};

/// The first line of the form that is known here.
const FORM: &str = "coinbox-symbols 1";

/// No file of names is larger; one that is belongs to something else.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// Where names would be, and of which component they must be.
pub(super) struct Symbols {
    path: PathBuf,
    component: String,
}

impl Symbols {
    pub(super) fn of(wasm: &[u8], path: &Path) -> Symbols {
        let component = Sha256::digest(wasm).iter().map(|byte| format!("{byte:02x}")).collect();
        Symbols { path: path.to_owned(), component }
    }

    /// The file, if it is there, readable and of this component.
    fn read(&self) -> Option<String> {
        let mut text = String::new();
        // A file that is too long is cut, and then only lacks its last names.
        File::open(&self.path).ok()?.take(MOST_BYTES).read_to_string(&mut text).ok()?;
        let mut lines = text.lines();
        let fits =
            lines.next() == Some(FORM) && lines.next()?.strip_prefix("component ") == Some(self.component.as_str());
        if !fits {
            tracing::warn!(file = %self.path.display(), "the names beside the component are of another one, and are not used");
        }
        fits.then_some(text)
    }
}

/// The name of a function in such a file.
fn named<'a>(text: &'a str, module: &str, index: u32) -> Option<&'a str> {
    if text.lines().nth(2)?.strip_prefix("module ") != Some(module) {
        return None;
    }
    let number = format!("{index} ");
    let line = text.lines().skip(3).find_map(|line| line.strip_prefix(&number))?;
    line.split_once(' ').map(|(_, name)| name)
}

/// Where a trap happened: the innermost function of the component's own crates, which is more than the function of the standard library
/// that carried the trap out. Without names it is the number by which the file would name it.
pub(super) fn place(trace: &WasmBacktrace, symbols: Option<&Symbols>) -> Option<String> {
    let text = symbols.and_then(Symbols::read);
    let name = |frame: &FrameInfo| {
        let listed = frame.module().name().and_then(|module| named(text.as_deref()?, module, frame.func_index()));
        listed.or_else(|| frame.func_name()).map(str::to_owned)
    };
    let names: Vec<String> = trace.frames().iter().filter_map(name).collect();
    let own = names.iter().find(|name| name.contains("coinbox")).or_else(|| names.first()).cloned();
    // Engines name an exported function by its export, but what trapped lies deeper.
    match (&text, trace.frames().first()) {
        (None, Some(frame)) if frame.func_name().is_none() => {
            Some(format!("function {} of {}", frame.func_index(), frame.module().name().unwrap_or("an unnamed module")))
        }
        _ => own,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: &str =
        "module rules.wasm\n5 10 a::b\n57 1032 <coinbox_rules::wallet::Wallet as core::fmt::Debug>::fmt\n";

    #[test]
    fn a_function_is_found_by_its_number_in_its_module() {
        let text = format!("{FORM}\ncomponent 00\n{NAMES}");
        assert_eq!(named(&text, "rules.wasm", 57), Some("<coinbox_rules::wallet::Wallet as core::fmt::Debug>::fmt"));
        assert_eq!(named(&text, "rules.wasm", 5), Some("a::b"));
        assert_eq!(named(&text, "rules.wasm", 7), None);
        assert_eq!(named(&text, "adapter.wasm", 5), None);
    }

    #[test]
    fn only_the_file_of_this_component_is_used() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("coinbox.symbols");
        let symbols = Symbols::of(b"abc", &path);
        assert_eq!(symbols.read(), None, "no file");
        let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let text = format!("{FORM}\ncomponent {digest}\n{NAMES}");
        std::fs::write(&path, &text).expect("written");
        assert_eq!(symbols.read(), Some(text.clone()));
        assert_eq!(Symbols::of(b"abd", &path).read(), None, "another component");
        for damaged in ["", "coinbox-symbols 1\n", &text.replace("symbols 1", "symbols 2")] {
            std::fs::write(&path, damaged).expect("written");
            assert_eq!(symbols.read(), None, "{damaged}");
        }
        std::fs::write(&path, [0xff, 0xfe]).expect("written");
        assert_eq!(symbols.read(), None, "no text");
    }
}
