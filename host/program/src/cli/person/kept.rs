//! What a person's own commands keep between each other: a session, the device's token, the secret of a sign-up. In a file for its owner only.

use coinbox_host::private;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// A session.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug)]
pub(super) struct Session {
    /// Its token.
    pub(super) token: String,
    /// Whether it opens only what its next step needs.
    pub(super) half: bool,
    /// The main account, once it is known.
    pub(super) account: Option<String>,
}

/// What is kept.
#[derive(Serialize, Deserialize, Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Kept {
    /// The server that all of it belongs to.
    pub(super) server: String,
    /// The address of the last login or sign-up.
    pub(super) email: Option<String>,
    /// The session.
    pub(super) session: Option<Session>,
    /// What this device brings along at the next login.
    pub(super) device: Option<String>,
    /// The secret of a sign-up that waits for its link.
    pub(super) sign_up: Option<String>,
}

/// Where it is kept unless a file is named.
fn usual(variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<PathBuf> {
    let given = |name: &str| variable(name).filter(|text| !text.is_empty()).map(PathBuf::from);
    let state = given("XDG_STATE_HOME").filter(|path| path.is_absolute());
    let state = state.or_else(|| Some(given("HOME")?.join(".local/state")));
    let state = state.ok_or_else(|| anyhow::anyhow!("no place to keep a session: name a file with --session"))?;
    Ok(state.join("coinbox/session.json"))
}

/// The file that was named, or the usual one.
pub(super) fn file(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    match named {
        Some(path) => Ok(path.to_owned()),
        None => usual(|name| std::env::var(name).ok()),
    }
}

impl Kept {
    /// What is kept for a server; nothing of another one. A file that others may read is no secret any more, and is refused.
    pub(super) fn load(path: &Path, server: &str) -> anyhow::Result<Kept> {
        let shown = path.display();
        let empty = Kept { server: server.to_owned(), ..Kept::default() };
        let text = match std::fs::read_to_string(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(empty),
            read => read.map_err(|error| anyhow::anyhow!("{shown}: {error}"))?,
        };
        if let Some(mode) = private::open_to_others(path) {
            anyhow::bail!("{shown} is open to others (mode {mode:o}): end its sessions, remove it, and log in again");
        }
        let kept: Kept = serde_json::from_str(&text)
            .map_err(|error| anyhow::anyhow!("{shown} is not a file that `coinbox login` has made: {error}"))?;
        Ok(if kept.server == server { kept } else { empty })
    }

    /// Puts it in place as a whole: whoever reads meanwhile sees the one before.
    pub(super) fn save(&self, path: &Path) -> anyhow::Result<()> {
        let failed = |error: std::io::Error| anyhow::anyhow!("{}: {error}", path.display());
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            private::directory(folder).map_err(failed)?;
        }
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}", std::process::id()));
        let beside = path.with_file_name(name);
        private::write(&beside, serde_json::to_string_pretty(self)?.as_bytes()).map_err(failed)?;
        std::fs::rename(&beside, path).map_err(failed)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt;

    fn kept() -> Kept {
        let session = Session { token: "cbs_x".to_owned(), half: false, account: Some("MA1".to_owned()) };
        Kept { server: "https://one.example".to_owned(), session: Some(session), ..Kept::default() }
    }

    #[test]
    fn a_session_is_for_its_owner_and_its_server_only() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("a/session.json");
        assert_eq!(Kept::load(&path, "https://one.example").expect("nothing").session, None);
        kept().save(&path).expect("saved");
        kept().save(&path).expect("saved again");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(folder.path().join("a")).expect("there").permissions().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(folder.path().join("a")).expect("folder").count(), 1);
        assert_eq!(Kept::load(&path, "https://one.example").expect("kept"), kept());
        assert_eq!(Kept::load(&path, "https://other.example").expect("kept").session, None);
    }

    #[test]
    fn a_file_that_is_open_or_something_else_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("session.json");
        kept().save(&path).expect("saved");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("opened");
        let told = Kept::load(&path, "https://one.example").expect_err("open").to_string();
        assert!(told.contains("is open to others (mode 640)"), "{told}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("closed");
        fs::write(&path, "[]").expect("written");
        let told = Kept::load(&path, "https://one.example").expect_err("no session").to_string();
        assert!(told.contains("is not a file that `coinbox login` has made"), "{told}");
    }

    #[test]
    fn the_usual_place_is_the_state_of_the_person() {
        let of = |xdg: &'static str, home: &'static str| {
            usual(move |name| Some(if name == "HOME" { home } else { xdg }.to_owned()))
                .map(|path| path.display().to_string())
        };
        assert_eq!(of("/state", "/home/a").expect("a place"), "/state/coinbox/session.json");
        assert_eq!(of("", "/home/a").expect("a place"), "/home/a/.local/state/coinbox/session.json");
        assert_eq!(of("relative", "/home/a").expect("a place"), "/home/a/.local/state/coinbox/session.json");
        assert!(of("", "").is_err());
    }
}
