//! What a person types: passwords and codes, which no screen shows and no list of processes.

use std::io::{BufRead, IsTerminal, Read, Write};

/// Longest line that is read: longer than any password may be.
const LINE_BYTES_MAX: u64 = 8192;

/// A line from a program that stands in for the person.
fn line(from: impl BufRead, what: &str) -> anyhow::Result<String> {
    let mut line = String::new();
    from.take(LINE_BYTES_MAX).read_line(&mut line).map_err(|error| anyhow::anyhow!("{what}: {error}"))?;
    anyhow::ensure!(!line.is_empty(), "{what}: nothing was typed");
    anyhow::ensure!(
        line.ends_with('\n') || (line.len() as u64) < LINE_BYTES_MAX,
        "{what}: too long (limit: {LINE_BYTES_MAX} bytes)"
    );
    // A password may begin and end with blanks (R56): only the end of the line is none of it.
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

/// Something secret. Without a terminal it is the next line of the input.
pub(super) fn secret(what: &str) -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        return rpassword::prompt_password(format!("{what}: ")).map_err(|error| anyhow::anyhow!("{what}: {error}"));
    }
    line(std::io::stdin().lock(), what)
}

/// A password that is to be: a person types it twice.
pub(super) fn new_secret(what: &str) -> anyhow::Result<String> {
    let first = secret(what)?;
    if std::io::stdin().is_terminal() {
        anyhow::ensure!(first == secret(&format!("{what}, once more"))?, "{what}: these were two different ones");
    }
    Ok(first)
}

/// A code, which is good once and may be seen.
pub(super) fn code(what: &str) -> anyhow::Result<String> {
    if std::io::stdin().is_terminal() {
        let mut out = std::io::stderr().lock();
        write!(out, "{what}: ")?;
        out.flush()?;
    }
    Ok(line(std::io::stdin().lock(), what)?.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_taken_as_it_was_typed() {
        let of = |text: &str| line(text.as_bytes(), "password").map_err(|error| error.to_string());
        assert_eq!(of(" two  words \nmore"), Ok(" two  words ".to_owned()));
        assert_eq!(of("x\r\n"), Ok("x".to_owned()));
        assert_eq!(of("no end of line"), Ok("no end of line".to_owned()));
        assert_eq!(of("\n"), Ok(String::new()));
        assert_eq!(of(""), Err("password: nothing was typed".to_owned()));
        assert_eq!(of(&"x".repeat(9000)), Err("password: too long (limit: 8192 bytes)".to_owned()));
    }
}
