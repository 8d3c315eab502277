//! Who acts for the operating company: named operators with tokens and permissions of their own, and the shared token of the first set-up (R77).
//!
//! The file has a line for each operator, a JSON object: `name`, `digest` of the token (SHA-256, hexadecimal), `permissions`, `networks`, `since`. Empty
//! lines and lines that begin with `#` mean nothing. Nobody can read a token from it.

use coinbox_forms::network::Network;
use coinbox_host::text;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant, SystemTime};

/// Beginning of an operator's token.
pub const TOKEN_PREFIX: &str = "cbo_";
/// Most operators.
pub const OPERATORS_MAX: usize = 1000;
/// Most networks of one of them.
pub const NETWORKS_MAX: usize = 100;
/// Longest file.
const FILE_BYTES_MAX: u64 = 8 << 20;
/// How long a change of the file may go unnoticed.
const LOOKS_EVERY: Duration = Duration::from_secs(1);
/// Who comes with the shared token.
const SET_UP: &str = "operator";

/// Permissions for what only the host does.
pub const HOST_PERMISSIONS: [&str; 5] = ["host.backup", "host.check", "host.clock", "host.drive", "host.forecast"];

/// A line of the file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// 1 to 64 printable ASCII characters without space: as the audit log names the operator.
    pub name: String,
    /// SHA-256 of the token in lower-case hexadecimal.
    pub digest: String,
    /// Names of permissions, without wildcard.
    pub permissions: Vec<String>,
    /// From where alone the token is good; empty: from everywhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub networks: Vec<String>,
    /// When the token was made, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub since: String,
}

/// What is wrong with the file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FileProblem {
    /// From 1; 0: the file as a whole.
    pub line: usize,
    /// What is wrong.
    pub problem: String,
}

impl fmt::Display for FileProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => formatter.write_str(&self.problem),
            line => write!(formatter, "line {line}: {}", self.problem),
        }
    }
}

impl std::error::Error for FileProblem {}

/// An operator who has proved who it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Known {
    /// As the audit log names it.
    pub name: String,
    /// What it may do.
    pub permissions: Arc<Vec<String>>,
    networks: Vec<Network>,
}

impl Known {
    /// Whether its token is good from this address. Where the address is not known, it is in no network.
    pub fn may_come_from(&self, address: Option<IpAddr>) -> bool {
        self.networks.is_empty()
            || address.is_some_and(|from| self.networks.iter().any(|network| network.contains(from)))
    }

    /// Whether it holds a permission.
    pub fn holds(&self, permission: &str) -> bool {
        self.permissions.iter().any(|held| held == permission)
    }
}

/// What is kept of a token.
pub fn digest_of(token: &str) -> [u8; 32] {
    Sha256::digest(token.as_bytes()).into()
}

/// Whether this is a name that an operator can have.
pub fn is_operator_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|byte| byte.is_ascii_graphic())
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return None;
    }
    for (place, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * place..2 * place + 2], 16).ok()?;
    }
    Some(digest)
}

/// The lines of a file, with their numbers. Each is checked; the first that is wrong is named. `permissions` are those that there are.
pub fn read_lines(file: &str, permissions: &BTreeSet<String>) -> Result<Vec<(usize, Entry)>, FileProblem> {
    let mut found: Vec<(usize, Entry)> = Vec::new();
    for (place, line) in file.lines().enumerate() {
        let line_number = place + 1;
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        let wrong = |problem: String| FileProblem { line: line_number, problem };
        let entry: Entry = serde_json::from_str(line).map_err(|error| {
            // Never the line itself: somebody may have written a token there.
            wrong(format!("is no operator: {}", text::shortened(&error.to_string())))
        })?;
        check(&entry, permissions).map_err(wrong)?;
        if let Some((first, _)) =
            found.iter().find(|(_, other)| other.name == entry.name || other.digest == entry.digest)
        {
            return Err(wrong(format!("has the name or the token of line {first}")));
        }
        found.push((line_number, entry));
        if found.len() > OPERATORS_MAX {
            return Err(wrong(format!("more than {OPERATORS_MAX} operators")));
        }
    }
    Ok(found)
}

fn check(entry: &Entry, permissions: &BTreeSet<String>) -> Result<(), String> {
    if !is_operator_name(&entry.name) {
        return Err("`name` must be 1 to 64 printable ASCII characters without space".to_owned());
    }
    if [SET_UP, "host", "nobody"].contains(&entry.name.as_str()) {
        return Err(format!("`name` cannot be `{}`: Coinbox itself is called so", entry.name));
    }
    if from_hex(&entry.digest).is_none() {
        return Err("`digest` must be 64 hexadecimal digits in lower case: the SHA-256 of the token".to_owned());
    }
    if let Some(unknown) = entry.permissions.iter().find(|permission| !permissions.contains(*permission)) {
        let shown = text::shortened(unknown);
        return Err(if unknown.contains('*') {
            format!("`{shown}`: permissions have no wildcard; name each of them")
        } else {
            format!("there is no permission `{shown}`")
        });
    }
    if entry.networks.len() > NETWORKS_MAX {
        return Err(format!("{} networks are too many, at most {NETWORKS_MAX}", entry.networks.len()));
    }
    for network in &entry.networks {
        Network::parse(network)
            .map_err(|problem| format!("network `{}` must be {problem}", text::shortened(network)))?;
    }
    Ok(())
}

type Named = HashMap<[u8; 32], Known>;

fn named(entries: Vec<(usize, Entry)>) -> Named {
    let known = |entry: Entry| {
        let networks = entry.networks.iter().filter_map(|network| Network::parse(network).ok()).collect();
        let digest = from_hex(&entry.digest)?;
        Some((digest, Known { name: entry.name, permissions: Arc::new(entry.permissions), networks }))
    };
    entries.into_iter().filter_map(|(_, entry)| known(entry)).collect()
}

/// The state of a file, by which a change is seen.
type Stamp = Option<(SystemTime, u64)>;

/// The file, and what it said when it was last read.
struct Watched {
    path: PathBuf,
    looked: Mutex<(Instant, Stamp)>,
}

/// All operators.
pub struct Operators {
    /// The shared token, for as long as nobody has a name.
    set_up: ([u8; 32], Known),
    permissions: BTreeSet<String>,
    named: RwLock<Named>,
    file: Option<Watched>,
}

impl Operators {
    /// Whoever has this token is the operator. `permissions`: all that the rules know.
    pub fn shared(token: &str, permissions: impl IntoIterator<Item = String>) -> Operators {
        let host = HOST_PERMISSIONS.map(str::to_owned);
        let permissions: BTreeSet<String> = permissions.into_iter().chain(host).collect();
        let all = Arc::new(permissions.iter().cloned().collect());
        let set_up = Known { name: SET_UP.to_owned(), permissions: all, networks: Vec::new() };
        Operators { set_up: (digest_of(token), set_up), permissions, named: RwLock::default(), file: None }
    }

    /// Operators of a file besides. As soon as it names one, the shared token is good for nothing. A change of the file holds within a second; a file
    /// that cannot be read then changes nothing, and the log says why. The file need not be there.
    pub fn with_file(mut self, path: &Path) -> Result<Operators, FileProblem> {
        let stamp = stamp(path);
        *self.named.get_mut().unwrap_or_else(PoisonError::into_inner) = read(path, &self.permissions)?;
        self.file = Some(Watched { path: path.to_owned(), looked: Mutex::new((Instant::now(), stamp)) });
        Ok(self)
    }

    /// Who has this token.
    pub fn find(&self, token: &str) -> Option<Known> {
        self.look();
        let given = digest_of(token);
        let named = self.named.read().unwrap_or_else(PoisonError::into_inner);
        if named.is_empty() {
            // What is compared are digests of secrets that nobody can guess: how far they agree says nothing about the secrets.
            return (given == self.set_up.0).then(|| self.set_up.1.clone());
        }
        named.get(&given).cloned()
    }

    /// Reads the file again if it is another one than before.
    fn look(&self) {
        let Some(file) = &self.file else { return };
        let mut looked = file.looked.lock().unwrap_or_else(PoisonError::into_inner);
        if looked.0.elapsed() < LOOKS_EVERY {
            return;
        }
        let now = stamp(&file.path);
        let changed = now != looked.1;
        *looked = (Instant::now(), now);
        if !changed {
            return;
        }
        match read(&file.path, &self.permissions) {
            Ok(read) => {
                tracing::info!(operators = read.len(), file = %file.path.display(), "operators were read anew");
                *self.named.write().unwrap_or_else(PoisonError::into_inner) = read;
            }
            Err(problem) => {
                tracing::error!(%problem, file = %file.path.display(), "operators could not be read: those of before stay");
            }
        }
    }
}

fn stamp(path: &Path) -> Stamp {
    let found = std::fs::metadata(path).ok()?;
    Some((found.modified().ok()?, found.len()))
}

fn read(path: &Path, permissions: &BTreeSet<String>) -> Result<Named, FileProblem> {
    let whole = |problem: String| FileProblem { line: 0, problem };
    match std::fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Named::new()),
        Ok(found) if found.len() > FILE_BYTES_MAX => {
            return Err(whole(format!("the file is longer than {FILE_BYTES_MAX} bytes")));
        }
        _ => {}
    }
    let file = std::fs::read_to_string(path).map_err(|error| whole(format!("the file cannot be read: {error}")))?;
    Ok(named(read_lines(&file, permissions)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permissions() -> BTreeSet<String> {
        ["accounts.get", "credits.adjust"].map(str::to_owned).into()
    }

    fn line(name: &str, token: &str, permissions: &str, networks: &str) -> String {
        let digest: String = digest_of(token).iter().map(|byte| format!("{byte:02x}")).collect();
        format!(r#"{{"name":"{name}","digest":"{digest}","permissions":[{permissions}],"networks":[{networks}]}}"#)
    }

    fn operators(file: Option<&Path>) -> Result<Operators, FileProblem> {
        let operators = Operators::shared("shared-token-of-the-test", permissions());
        match file {
            None => Ok(operators),
            Some(file) => operators.with_file(file),
        }
    }

    #[test]
    fn r77_the_shared_token_is_good_until_somebody_has_a_name() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("operators");
        let before = operators(Some(&file)).expect("no file yet");
        let all = before.find("shared-token-of-the-test").expect("the first set-up");
        assert_eq!(all.name, "operator");
        assert!(all.holds("accounts.get") && all.holds("host.backup") && !all.holds("*"));
        assert_eq!(before.find("shared-token-of-the-tesT"), None);
        std::fs::write(&file, line("olga", "cbo_olga", r#""accounts.get""#, "")).expect("written");
        let named = operators(Some(&file)).expect("one operator");
        assert_eq!(named.find("shared-token-of-the-test"), None);
        let olga = named.find("cbo_olga").expect("known");
        assert_eq!(
            (olga.name.as_str(), olga.holds("accounts.get"), olga.holds("credits.adjust")),
            ("olga", true, false)
        );
        assert!(!olga.holds("host.backup"));
        assert_eq!(named.find("cbo_olgA"), None);
        assert_eq!(named.find(""), None);
    }

    #[test]
    fn a_change_of_the_file_holds_and_a_broken_one_changes_nothing() {
        let folder = tempfile::tempdir().expect("folder");
        let file = folder.path().join("operators");
        std::fs::write(&file, line("olga", "cbo_olga", "", "")).expect("written");
        let operators = operators(Some(&file)).expect("one operator");
        let again = || {
            *operators.file.as_ref().expect("a file").looked.lock().expect("lock") =
                (past(), Some((SystemTime::UNIX_EPOCH, 0)))
        };
        std::fs::write(&file, line("otto", "cbo_otto", "", "")).expect("written");
        again();
        assert_eq!(
            (operators.find("cbo_olga"), operators.find("cbo_otto").map(|known| known.name)),
            (None, Some("otto".to_owned()))
        );
        std::fs::write(&file, "rubbish").expect("written");
        again();
        assert!(operators.find("cbo_otto").is_some(), "those of before stay");
        std::fs::remove_file(&file).expect("removed");
        again();
        assert_eq!(operators.find("cbo_otto"), None);
        assert!(operators.find("shared-token-of-the-test").is_some(), "nobody has a name any more");
    }

    fn past() -> Instant {
        Instant::now().checked_sub(2 * LOOKS_EVERY).expect("the machine runs longer than that")
    }

    #[test]
    fn a_token_is_good_from_its_networks_only() {
        let read = |networks: &str| {
            let lines = read_lines(&line("olga", "cbo_olga", "", networks), &permissions()).expect("good");
            named(lines).remove(&digest_of("cbo_olga")).expect("known")
        };
        let from = |text: &str| Some(text.parse().expect("an address"));
        let everywhere = read("");
        assert!(everywhere.may_come_from(None) && everywhere.may_come_from(from("192.0.2.1")));
        let some = read(r#""192.0.2.0/24","2001:db8::/32""#);
        assert!(some.may_come_from(from("192.0.2.1")) && some.may_come_from(from("::ffff:192.0.2.1")));
        assert!(some.may_come_from(from("2001:db8::7")));
        assert!(!some.may_come_from(from("192.0.3.1")) && !some.may_come_from(None));
    }

    /// Attack 74: what is wrong in the file is told with its line, and nothing of it holds.
    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        let good = line("olga", "cbo_olga", r#""accounts.get""#, "");
        let problem = |second: &str| {
            let file = format!("# operators\n{good}\n\n{second}\n");
            read_lines(&file, &permissions()).expect_err(second).to_string()
        };
        for (second, told) in [
            (line("otto", "o", r#""accounts.gett""#, ""), "line 4: there is no permission `accounts.gett`"),
            (line("otto", "o", r#""*""#, ""), "line 4: `*`: permissions have no wildcard; name each of them"),
            (
                line("otto", "o", r#""accounts.*""#, ""),
                "line 4: `accounts.*`: permissions have no wildcard; name each of them",
            ),
            (line("otto", "o", r#""""#, ""), "line 4: there is no permission ``"),
            (line("olga", "o", "", ""), "line 4: has the name or the token of line 2"),
            (line("otto", "cbo_olga", "", ""), "line 4: has the name or the token of line 2"),
            (line("o o", "o", "", ""), "line 4: `name` must be 1 to 64 printable ASCII characters without space"),
            (line("", "o", "", ""), "line 4: `name` must be 1 to 64 printable ASCII characters without space"),
            (line("host", "o", "", ""), "line 4: `name` cannot be `host`: Coinbox itself is called so"),
            (
                line("otto", "o", "", r#""10.0.0.1/8""#),
                "line 4: network `10.0.0.1/8` must be 10.0.0.0/8 if the network is meant, or the address alone",
            ),
            (
                r#"{"name":"otto","digest":"cbo_secret","permissions":[]}"#.to_owned(),
                "line 4: `digest` must be 64 hexadecimal digits in lower case: the SHA-256 of the token",
            ),
        ] {
            assert_eq!(problem(&second), told);
        }
        for second in ["rubbish", "{}", r#"{"name":"otto","token":"cbo_secret","digest":"","permissions":[]}"#, "[]"] {
            let told = problem(second);
            assert!(told.starts_with("line 4: is no operator: ") && !told.contains("cbo_secret"), "{told}");
        }
        assert_eq!(read_lines("\n# nobody\n", &permissions()), Ok(Vec::new()));
    }
}
