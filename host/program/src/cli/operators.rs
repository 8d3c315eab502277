//! `coinbox operator …`: the file of operators, where the server keeps it. A running server notices a change within a second.

use super::arguments::{NewOperator, Operators, PermissionSet};
use super::show::{Output, Rows, Text};
use crate::config::Config;
use crate::open;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use coinbox_host::capability::{Clock, Random};
use coinbox_host::clock::RealClock;
use coinbox_host::contract::exported::about::{Class, FunctionFacts};
use coinbox_host::engine::RulesRuntime;
use coinbox_host::private;
use coinbox_host::random::SystemRandom;
use coinbox_host::text;
use coinbox_server::operators::{Entry, HOST_PERMISSIONS, TOKEN_PREFIX, digest_of, read_lines};
use serde_json::json;
use std::collections::BTreeSet;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// Runs `operator …`.
pub(crate) fn operators(config: &Config, output: &Output, command: Operators) -> anyhow::Result<()> {
    let engine = open::load_engine_only(config)?;
    let functions = &engine.facts().functions;
    let file = File { path: config.operators.clone(), permissions: permissions(functions) };
    match command {
        Operators::Add(new) => {
            let token = draw_token();
            let entry = entry(&new, functions, &token, RealClock::new().now());
            let name = entry.name.clone();
            file.change(|entries| {
                anyhow::ensure!(
                    entries.iter().all(|other| other.name != name),
                    "there is an operator `{}` already; `coinbox operator rotate` makes a new token",
                    text::shortened(&name)
                );
                entries.push(entry);
                Ok(())
            })?;
            show_token(output, &new.name, &token)
        }
        Operators::List => list(output, &file.read()?),
        Operators::Rotate { name } => {
            let token = draw_token();
            file.change(|entries| {
                let entry = entries.iter_mut().find(|entry| entry.name == name).ok_or_else(|| nobody(&name))?;
                entry.digest = digest_text(&token);
                entry.since = text::moment(RealClock::new().now());
                Ok(())
            })?;
            show_token(output, &name, &token)
        }
        Operators::Remove { name } => {
            file.change(|entries| {
                let place = entries.iter().position(|entry| entry.name == name).ok_or_else(|| nobody(&name))?;
                entries.remove(place);
                Ok(())
            })?;
            output.answer(&json!({"name": name}), |_| Text::Line(format!("{name} is no operator any more")))
        }
    }
}

fn nobody(name: &str) -> anyhow::Error {
    anyhow::anyhow!("there is no operator `{}`; `coinbox operator list` shows all", text::shortened(name))
}

fn show_token(output: &Output, name: &str, token: &str) -> anyhow::Result<()> {
    output.answer(&json!({"name": name, "token": token}), |_| Text::Line(token.to_owned()))?;
    output.note(&format!("This is the token of {name}. It is shown this once: nobody can read it again."));
    Ok(())
}

fn list(output: &Output, entries: &[Entry]) -> anyhow::Result<()> {
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| json!({"name": entry.name, "permissions": entry.permissions, "networks": entry.networks, "since": entry.since}))
        .collect();
    output.answer(&json!(shown), |_| {
        let mut rows = Rows::new(&["name", ">permissions", "networks", "since"]);
        for entry in entries {
            let networks = if entry.networks.is_empty() { "all".to_owned() } else { entry.networks.join(" ") };
            rows.add(vec![entry.name.clone(), entry.permissions.len().to_string(), networks, entry.since.clone()]);
        }
        Text::Table(rows)
    })
}

/// All that there are.
fn permissions(functions: &[FunctionFacts]) -> BTreeSet<String> {
    let of_functions = functions.iter().filter_map(|function| function.permission.clone());
    of_functions.chain(HOST_PERMISSIONS.map(str::to_owned)).collect()
}

/// A line for a new operator. What is wrong in it is told when the file is written.
fn entry(new: &NewOperator, functions: &[FunctionFacts], token: &str, now: i64) -> Entry {
    let mut held: BTreeSet<String> = new.permission.iter().cloned().collect();
    match new.may {
        None => {}
        Some(PermissionSet::All) => held.extend(permissions(functions)),
        Some(PermissionSet::Read) => {
            let reading = functions.iter().filter(|function| function.class == Class::Query);
            held.extend(reading.filter_map(|function| function.permission.clone()));
        }
    }
    Entry {
        name: new.name.clone(),
        digest: digest_text(token),
        permissions: held.into_iter().collect(),
        networks: new.network.clone(),
        since: text::moment(now),
    }
}

fn draw_token() -> String {
    let mut bytes = [0; 32];
    SystemRandom.fill(&mut bytes);
    format!("{TOKEN_PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes))
}

fn digest_text(token: &str) -> String {
    digest_of(token).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The file of operators.
struct File {
    path: PathBuf,
    permissions: BTreeSet<String>,
}

impl File {
    fn text(&self) -> anyhow::Result<String> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(text),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(String::new()),
            Err(error) => anyhow::bail!("operators {}: {error}", self.path.display()),
        }
    }

    fn check(&self, text: &str) -> anyhow::Result<Vec<Entry>> {
        let read = read_lines(text, &self.permissions);
        let lines = read.map_err(|problem| anyhow::anyhow!("operators {}: {problem}", self.path.display()))?;
        Ok(lines.into_iter().map(|(_, entry)| entry).collect())
    }

    fn read(&self) -> anyhow::Result<Vec<Entry>> {
        self.check(&self.text()?)
    }

    /// Changes the entries and writes the file anew. One that cannot be read, before or after, stays as it is.
    fn change(&self, change: impl FnOnce(&mut Vec<Entry>) -> anyhow::Result<()>) -> anyhow::Result<()> {
        let new = self.path.with_extension("new");
        let begun = private::create_new(&new).map_err(|error| {
            anyhow::anyhow!("{}: {error}. If no other `coinbox operator` is running, remove this file", new.display())
        })?;
        let done = self.write(begun, &new, change);
        if done.is_err() {
            let _ = fs::remove_file(&new);
        }
        done
    }

    fn write(
        &self,
        mut begun: fs::File,
        new: &Path,
        change: impl FnOnce(&mut Vec<Entry>) -> anyhow::Result<()>,
    ) -> anyhow::Result<()> {
        let before = self.text()?;
        let mut entries = self.check(&before)?;
        change(&mut entries)?;
        let comments = before.lines().filter(|line| line.trim_start().starts_with('#'));
        let mut text: String = comments.map(|line| format!("{line}\n")).collect();
        for entry in &entries {
            text.push_str(&serde_json::to_string(entry)?);
            text.push('\n');
        }
        // What is written is what a server accepts.
        self.check(&text)?;
        begun.write_all(text.as_bytes())?;
        begun.sync_all()?;
        fs::rename(new, &self.path)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(folder: &Path) -> File {
        File { path: folder.join("operators"), permissions: ["accounts.get", "host.backup"].map(str::to_owned).into() }
    }

    fn olga(permissions: &[&str], networks: &[&str]) -> Entry {
        let texts = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect();
        let new = NewOperator {
            name: "olga".to_owned(),
            permission: texts(permissions),
            may: None,
            network: texts(networks),
        };
        entry(&new, &[], "cbo_olga", 0)
    }

    #[test]
    fn what_is_written_is_read_again_and_holds_no_token() {
        let folder = tempfile::tempdir().expect("folder");
        let file = file(folder.path());
        assert_eq!(file.read().expect("nobody"), [] as [Entry; 0]);
        fs::write(&file.path, "# people\n\n").expect("written");
        let olga = olga(&["accounts.get"], &["10.0.0.0/8"]);
        file.change(|entries| {
            entries.push(olga.clone());
            Ok(())
        })
        .expect("written");
        assert_eq!(file.read().expect("one"), [olga]);
        let text = fs::read_to_string(&file.path).expect("file");
        assert!(text.starts_with("# people\n{\"name\":\"olga\"") && !text.contains("cbo_"), "{text}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(&file.path).expect("file").permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_a_server_would_not_accept_is_not_written() {
        let folder = tempfile::tempdir().expect("folder");
        let file = file(folder.path());
        for wrong in [olga(&["accounts.gett"], &[]), olga(&["*"], &[]), olga(&[], &["10.0.0.1/8"])] {
            assert!(
                file.change(|entries| {
                    entries.push(wrong);
                    Ok(())
                })
                .is_err()
            );
            assert!(!file.path.exists() && !file.path.with_extension("new").exists());
        }
        fs::write(&file.path, "rubbish").expect("written");
        let told = file.change(|_| Ok(())).expect_err("a file that nobody can read").to_string();
        assert!(told.contains("operators: line 1: is no operator"), "{told}");
        assert_eq!(fs::read_to_string(&file.path).expect("file"), "rubbish");
        fs::write(file.path.with_extension("new"), "").expect("written");
        assert!(
            file.change(|_| Ok(()))
                .expect_err("under way")
                .to_string()
                .contains("If no other `coinbox operator` is running")
        );
    }

    #[test]
    fn tokens_say_what_they_are() {
        let token = draw_token();
        assert_eq!((token.len(), &token[..4]), (47, "cbo_"));
        assert_ne!(token, draw_token());
    }
}
