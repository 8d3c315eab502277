//! Files and directories that nobody but their owner may look into, whatever the umask and whoever makes them.
//!
//! Everything that this host writes holds customers' data, money or secrets, or is run as a program. So all of it is made here, and
//! nowhere else: files with mode 0600, directories with 0700. What is there already keeps its mode unless it is Coinbox's own (see
//! [`close`]); a file that an operator has made for an export stays as open as they have made it.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Bits of a mode that let anybody but the owner in.
const OTHERS: u32 = 0o077;

/// Options that make a file with mode 0600 where they make one.
pub fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// A file to write from its beginning: a new one, or one that was there, emptied.
pub fn create(path: &Path) -> io::Result<File> {
    options().write(true).create(true).truncate(true).open(path)
}

/// A file that must not be there yet.
pub fn create_new(path: &Path) -> io::Result<File> {
    options().write(true).create_new(true).open(path)
}

/// Writes a whole file, as [`create`] makes it.
pub fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    io::Write::write_all(&mut create(path)?, bytes)
}

/// Copies a file's content to one that must not be there yet. Unlike [`fs::copy`] it does not copy who may read it.
pub fn copy(from: &Path, to: &Path) -> io::Result<u64> {
    let mut from = File::open(from)?;
    io::copy(&mut from, &mut create_new(to)?)
}

/// Makes an empty file where there is none, for a library that would make it by itself: SQLite gives its logs the mode of their file.
/// A file that is there is not even opened: closing it would end SQLite's locks on it.
pub fn provide(path: &Path) -> io::Result<()> {
    match create_new(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// Removes a file where there is one.
pub fn discard(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Makes a directory and those above it, each for its owner only. One that is there stays as it is.
pub fn directory(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The permission bits of what lets others in; `None` where only the owner may, or where there is nothing.
pub fn open_to_others(path: &Path) -> Option<u32> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(path).ok()?.permissions().mode() & 0o7777;
        (mode & OTHERS != 0).then_some(mode)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        None
    }
}

/// Takes a file of Coinbox's own away from everybody but its owner. Answers the mode that it had if it was open.
pub fn close(path: &Path) -> io::Result<Option<u32>> {
    let Some(mode) = open_to_others(path) else { return Ok(None) };
    // A log may be a device, which is everybody's.
    if !fs::metadata(path)?.is_file() {
        return Ok(None);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(mode & !OTHERS))?;
    }
    Ok(Some(mode))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;
    use std::path::PathBuf;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("there").permissions().mode() & 0o777
    }

    #[test]
    fn sec_06_what_is_made_is_for_its_owner_only_and_what_was_there_stays() {
        let folder = tempfile::tempdir().expect("folder");
        let place = |name: &str| folder.path().join(name);
        create(&place("created")).expect("made");
        write(&place("written"), b"x").expect("made");
        fs::set_permissions(place("written"), fs::Permissions::from_mode(0o644)).expect("opened");
        // The source of a copy may be open to all: the copy is not.
        assert_eq!(copy(&place("written"), &place("copied")).expect("copied"), 1);
        provide(&place("provided")).expect("made");
        directory(&place("a/b")).expect("made");
        for (name, expected) in
            [("created", 0o600), ("copied", 0o600), ("provided", 0o600), ("a", 0o700), ("a/b", 0o700)]
        {
            assert_eq!(mode(&place(name)), expected, "{name}");
            assert_eq!(open_to_others(&place(name)), None, "{name}");
        }
        write(&place("written"), b"yy").expect("written");
        assert_eq!((mode(&place("written")), fs::read(place("written")).expect("read")), (0o644, b"yy".to_vec()));
        assert_eq!(close(&place("written")).expect("closed"), Some(0o644));
        assert_eq!((mode(&place("written")), close(&place("written")).expect("closed")), (0o600, None));
        assert_eq!(open_to_others(&place("nothing")), None);
        assert_eq!(close(Path::new("/dev/null")).expect("left alone"), None);
        assert_eq!(mode(Path::new("/dev/null")), 0o666);
        assert!(copy(&place("written"), &place("copied")).is_err(), "a copy replaces nothing");
        provide(&place("written")).expect("there already");
        assert_eq!(fs::read(place("written")).expect("read"), b"yy");
    }

    /// Calls that make a file or a directory with whatever mode the umask leaves.
    const MAKERS: [&str; 10] = [
        "File::create",
        "OpenOptions::new",
        "fs::write(",
        "fs::copy(",
        "create_dir(",
        "create_dir_all(",
        "DirBuilder::new",
        "Connection::open(",
        "SQLITE_OPEN_CREATE",
        "NamedTempFile",
    ];

    /// The kind of case sec-06: no place in the host makes a file but this module. What tests do is theirs.
    #[test]
    fn sec_06_no_other_place_of_the_host_makes_files() {
        let host = Path::new(env!("CARGO_MANIFEST_DIR"));
        // Sample data is made up; it is nobody's. The shelf of documents makes its own files.
        let others = ["mail/src", "operations/src", "simulation/src", "server/src", "program/src"];
        let mut folders: Vec<PathBuf> = others.into_iter().chain(["src"]).map(|folder| host.join(folder)).collect();
        let (mut looked_at, mut found) = (0, Vec::new());
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("sources") {
                let path: PathBuf = entry.expect("sources").path();
                let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
                if path.is_dir() {
                    if name != "tests" {
                        folders.push(path);
                    }
                } else if name.ends_with(".rs") && !name.ends_with("tests.rs") && path != host.join("src/private.rs") {
                    looked_at += 1;
                    let text = fs::read_to_string(&path).expect("sources");
                    let text = text.split("\n#[cfg(test)]\nmod tests {").next().unwrap_or_default();
                    let text = text.split("\n#[cfg(all(test, unix))]\nmod tests {").next().unwrap_or_default();
                    for maker in MAKERS.iter().filter(|maker| text.contains(**maker)) {
                        found.push(format!("{}: {maker}", path.display()));
                    }
                }
            }
        }
        assert!(looked_at > 100, "{looked_at} files");
        assert!(found.is_empty(), "make these with `coinbox_host::private`: {found:#?}");
    }
}
