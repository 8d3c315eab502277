//! The file beside a component: text, one line a function, in order of their numbers.
//!
//! ```text
//! coinbox-symbols 1
//! component SHA-256 of the component, in hexadecimal
//! module name that engines show in front of a function's number
//! 57 1032 coinbox_rules::wallet::pay
//! ```
//!
//! The number is the one that every engine prints with a trap (`wasm function 57`, `wasm-function[57]`), then come the bytes of code.

use crate::component::{Function, Taken};
use anyhow::{Context, Result, ensure};
use sha2::{Digest, Sha256};
use std::fmt::Write;

/// The first line, with the version of the form.
const FORM: &str = "coinbox-symbols 1";

pub(crate) fn write(taken: &Taken) -> String {
    let mut digest = String::new();
    for byte in Sha256::digest(&taken.component) {
        write!(digest, "{byte:02x}").expect("text takes everything");
    }
    let mut text = format!("{FORM}\ncomponent {digest}\nmodule {}\n", taken.module);
    for function in &taken.functions {
        writeln!(text, "{} {} {}", function.index, function.bytes, function.name).expect("text takes everything");
    }
    text
}

pub(crate) fn read(text: &str) -> Result<Vec<Function>> {
    let mut lines = text.lines();
    ensure!(lines.next() == Some(FORM), "the first line is not `{FORM}`");
    ensure!(lines.next().is_some_and(|line| line.starts_with("component ")), "the second line names no component");
    ensure!(lines.next().is_some_and(|line| line.starts_with("module ")), "the third line names no module");
    lines
        .map(|line| {
            let function = || {
                let (index, rest) = line.split_once(' ')?;
                let (bytes, name) = rest.split_once(' ')?;
                Some(Function { index: index.parse().ok()?, bytes: bytes.parse().ok()?, name: name.to_owned() })
            };
            function().with_context(|| format!("no function: {line}"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let functions = vec![
            Function {
                index: 57,
                bytes: 1032,
                name: "<coinbox_rules::wallet::Wallet as core::fmt::Debug>::fmt".to_owned(),
            },
            Function { index: 58, bytes: 1, name: "?".to_owned() },
        ];
        let taken = Taken { component: b"abc".to_vec(), module: "rules.wasm".to_owned(), functions: functions.clone() };
        let text = write(&taken);
        assert_eq!(
            text,
            "coinbox-symbols 1\ncomponent ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\nmodule rules.wasm\n\
             57 1032 <coinbox_rules::wallet::Wallet as core::fmt::Debug>::fmt\n58 1 ?\n"
        );
        assert_eq!(read(&text).expect("read"), functions);
        let refused = |text: &str| format!("{:#}", read(text).expect_err("refused"));
        assert_eq!(refused(&text.replace("symbols 1", "symbols 2")), "the first line is not `coinbox-symbols 1`");
        assert_eq!(
            refused(&text.replace("57 1032", "57 many")),
            "no function: 57 many <coinbox_rules::wallet::Wallet as core::fmt::Debug>::fmt"
        );
    }
}
