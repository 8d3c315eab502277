//! Where the vault's keys come from: a file of the operator's, or an environment variable.

use crate::capability::Random;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

const FORMAT: &str = "coinbox-keys-1";
const DESTROYED: &str = "destroyed";
const KEYS_MAX: usize = 64;
const FILE_BYTES_MAX: u64 = 64 * 1024;

/// Why there are no keys.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// The file cannot be read or written.
    #[error("key file {path}: {cause}")]
    File {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        cause: std::io::Error,
    },
    /// Others may read the keys.
    #[error(
        "key file {path} can be read by others (mode {mode:04o}): set it to 0600, and if someone else had access, rotate the keys"
    )]
    OpenToOthers {
        /// The file.
        path: PathBuf,
        /// Its permission bits.
        mode: u32,
    },
    /// Not a list of keys. Never replaced by itself: what was sealed with the lost keys could not be opened any more.
    #[error("{source_name} holds no usable keys: {problem}. Put the right keys back, from your backup")]
    Damaged {
        /// The file or `the keys given`.
        source_name: String,
        /// What is wrong, without any part of a key.
        problem: String,
    },
}

enum Slot {
    Key([u8; 32]),
    Destroyed,
}

/// What the ring holds under an id.
pub(super) enum Held<'a> {
    Key(&'a [u8; 32]),
    Destroyed,
}

/// Keys, oldest first. At least one, the oldest and newest of them not destroyed.
pub struct KeyRing {
    slots: Vec<(String, Slot)>,
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.slots.iter().map(|(id, _)| id)).finish()
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    format: String,
    /// Oldest first.
    keys: Vec<KeyLine>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyLine {
    id: String,
    /// 32 bytes in base64url without padding, or `destroyed`.
    secret: String,
}

impl KeyRing {
    /// Keys in text, oldest first, separated by white space or commas: `id:secret`, the secret being 32 bytes in base64url
    /// without padding, or the word `destroyed`. For keys that come from an environment variable.
    pub fn from_text(text: &str) -> Result<KeyRing, KeyError> {
        let mut lines = Vec::new();
        let parts = text.split(|letter: char| letter.is_whitespace() || letter == ',').filter(|part| !part.is_empty());
        for (position, part) in parts.enumerate() {
            let (id, secret) = part.split_once(':').ok_or_else(|| KeyError::Damaged {
                source_name: "the text with the vault keys".to_owned(),
                problem: format!("key {} is not of the form id:secret", position + 1),
            })?;
            lines.push(KeyLine { id: id.to_owned(), secret: secret.to_owned() });
        }
        KeyRing::from_lines(&lines, "the text with the vault keys")
    }

    /// One new key that is kept nowhere: what it seals is lost with the program.
    pub fn draw(random: &dyn Random) -> Result<KeyRing, KeyError> {
        KeyRing::from_lines(&[fresh_key(random, &[])], "a new key")
    }

    /// The keys of a file. Where there is no file, one is made with one new key, readable by its owner only.
    pub fn open_or_create(path: &Path, random: &dyn Random) -> Result<KeyRing, KeyError> {
        match KeyRing::open(path) {
            Err(KeyError::File { cause, .. }) if cause.kind() == ErrorKind::NotFound => {}
            answer => return answer,
        }
        let file = KeyFile { format: FORMAT.to_owned(), keys: vec![fresh_key(random, &[])] };
        write_whole(path, &file, random, Whole::New)?;
        // Read back rather than trusted: a program that started at the same time may have been first.
        KeyRing::open(path)
    }

    /// The keys of a file that exists.
    pub fn open(path: &Path) -> Result<KeyRing, KeyError> {
        KeyRing::from_lines(&read_file(path)?.keys, &format!("key file {}", path.display()))
    }

    /// Adds a new key to a file: it seals from the next start on, the older ones go on opening. Answers its id.
    pub fn rotate(path: &Path, random: &dyn Random) -> Result<String, KeyError> {
        let mut file = read_file(path)?;
        KeyRing::from_lines(&file.keys, &format!("key file {}", path.display()))?;
        let key = fresh_key(random, &file.keys);
        let id = key.id.clone();
        file.keys.push(key);
        KeyRing::from_lines(&file.keys, &format!("key file {}", path.display()))?;
        write_whole(path, &file, random, Whole::Replace)?;
        Ok(id)
    }

    fn from_lines(lines: &[KeyLine], source_name: &str) -> Result<KeyRing, KeyError> {
        let damaged = |problem: String| KeyError::Damaged { source_name: source_name.to_owned(), problem };
        if lines.is_empty() || lines.len() > KEYS_MAX {
            return Err(damaged(format!("it lists {} keys, 1 to {KEYS_MAX} are possible", lines.len())));
        }
        let mut slots: Vec<(String, Slot)> = Vec::new();
        for (position, line) in lines.iter().enumerate() {
            let place = position + 1;
            let letters = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
            if line.id.is_empty() || line.id.len() > 32 || !line.id.bytes().all(letters) {
                return Err(damaged(format!("the id of key {place} is not 1 to 32 of a-z, 0-9 and -")));
            }
            if slots.iter().any(|(id, _)| *id == line.id) {
                return Err(damaged(format!("the id of key {place} appears twice")));
            }
            let slot = if line.secret == DESTROYED {
                Slot::Destroyed
            } else {
                let bytes =
                    URL_SAFE_NO_PAD.decode(&line.secret).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
                Slot::Key(
                    bytes
                        .ok_or_else(|| damaged(format!("key {place} is not 32 bytes in base64url without padding")))?,
                )
            };
            slots.push((line.id.clone(), slot));
        }
        let ends = [slots.first(), slots.last()];
        if ends.into_iter().flatten().any(|(_, slot)| matches!(slot, Slot::Destroyed)) {
            return Err(damaged(
                "the first key makes digests and the last one seals: neither can be destroyed".to_owned(),
            ));
        }
        Ok(KeyRing { slots })
    }

    /// Whether the ring has a key of this name, if only as a destroyed one.
    pub fn knows(&self, id: &str) -> bool {
        self.find(id).is_some()
    }

    /// Name of the key that seals.
    pub fn newest_id(&self) -> &str {
        self.newest().0
    }

    pub(super) fn newest(&self) -> (&str, &[u8; 32]) {
        match self.slots.last() {
            Some((id, Slot::Key(key))) => (id, key),
            _ => unreachable!("a ring without a last key is not made"),
        }
    }

    pub(super) fn oldest(&self) -> &[u8; 32] {
        match self.slots.first() {
            Some((_, Slot::Key(key))) => key,
            _ => unreachable!("a ring without a first key is not made"),
        }
    }

    pub(super) fn find(&self, id: &str) -> Option<Held<'_>> {
        self.slots.iter().find(|(held, _)| held == id).map(|(_, slot)| match slot {
            Slot::Key(key) => Held::Key(key),
            Slot::Destroyed => Held::Destroyed,
        })
    }
}

fn fresh_key(random: &dyn Random, besides: &[KeyLine]) -> KeyLine {
    loop {
        let (mut secret, mut name) = ([0; 32], [0; 4]);
        random.fill(&mut secret);
        random.fill(&mut name);
        let id = format!("k{:08x}", u32::from_be_bytes(name));
        if besides.iter().all(|line| line.id != id) {
            return KeyLine { id, secret: URL_SAFE_NO_PAD.encode(secret) };
        }
    }
}

fn read_file(path: &Path) -> Result<KeyFile, KeyError> {
    let failed = |cause| KeyError::File { path: path.to_owned(), cause };
    let file = File::open(path).map_err(failed)?;
    let facts = file.metadata().map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = facts.permissions().mode() & 0o7777;
        if facts.is_file() && mode & 0o077 != 0 {
            return Err(KeyError::OpenToOthers { path: path.to_owned(), mode });
        }
    }
    let damaged = |problem: String| KeyError::Damaged { source_name: format!("key file {}", path.display()), problem };
    if !facts.is_file() {
        return Err(damaged("it is not a file".to_owned()));
    }
    let mut text = String::new();
    match file.take(FILE_BYTES_MAX + 1).read_to_string(&mut text) {
        Ok(length) if length as u64 > FILE_BYTES_MAX => {
            return Err(damaged(format!("it is longer than {FILE_BYTES_MAX} bytes")));
        }
        Ok(_) => {}
        Err(cause) if cause.kind() == ErrorKind::InvalidData => return Err(damaged("it is not UTF-8 text".to_owned())),
        Err(cause) => return Err(failed(cause)),
    }
    // The message of the JSON reader may quote what it read, so only the place is told.
    let file: KeyFile = serde_json::from_str(&text).map_err(|error| {
        damaged(format!("it is not the JSON of a key file (line {}, column {})", error.line(), error.column()))
    })?;
    if file.format != FORMAT {
        return Err(damaged(format!("its format is not {FORMAT}")));
    }
    Ok(file)
}

enum Whole {
    New,
    Replace,
}

/// Writes beside the file, then puts it in place at once: whoever reads sees a whole file or none, also after a power cut.
fn write_whole(path: &Path, content: &KeyFile, random: &dyn Random, whole: Whole) -> Result<(), KeyError> {
    let failed = |cause| KeyError::File { path: path.to_owned(), cause };
    let mut name = [0; 4];
    random.fill(&mut name);
    let aside = path.with_extension(format!("{:08x}.{}.new", u32::from_be_bytes(name), std::process::id()));
    let mut text = serde_json::to_string_pretty(content).expect("a key file is plain text");
    text.push('\n');
    let written = (|| {
        let mut file = crate::private::create_new(&aside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        match whole {
            Whole::Replace => fs::rename(&aside, path)?,
            // Unlike a rename, a link never replaces the file of a program that was quicker.
            Whole::New => match fs::hard_link(&aside, path) {
                Err(cause) if cause.kind() == ErrorKind::AlreadyExists => {}
                answer => answer?,
            },
        }
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()
    })();
    let _ = fs::remove_file(&aside);
    written.map_err(failed)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::capability::Vault;
    use crate::random::SystemRandom;
    use crate::vault::KeyVault;
    use std::os::unix::fs::PermissionsExt;
    use std::sync::Arc;

    fn open(path: &Path) -> KeyVault {
        KeyVault::new(KeyRing::open_or_create(path, &SystemRandom).expect("keys"), Arc::new(SystemRandom))
    }

    #[test]
    fn first_start_makes_a_private_file_and_the_next_one_reads_it() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("vault.json");
        let sealed = open(&path).seal("p", "kept");
        assert_eq!(fs::metadata(&path).expect("file").permissions().mode() & 0o7777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("folder").count(), 1, "nothing is left beside it");
        let text = fs::read_to_string(&path).expect("text");
        assert_eq!(open(&path).unseal("p", &sealed), Ok("kept".to_owned()));
        assert_eq!(fs::read_to_string(&path).expect("text"), text);
    }

    #[test]
    fn rotation_keeps_what_was_sealed_readable() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("vault.json");
        let (sealed, digest) = {
            let first = open(&path);
            (first.seal("p", "kept"), first.digest("p", "x"))
        };
        let id = KeyRing::rotate(&path, &SystemRandom).expect("rotated");
        let second = open(&path);
        assert_eq!(second.unseal("p", &sealed), Ok("kept".to_owned()));
        assert!(second.seal("p", "new").starts_with(&format!("v1.{id}.")));
        assert_eq!(second.digest("p", "x"), digest);
        assert_eq!(fs::metadata(&path).expect("file").permissions().mode() & 0o7777, 0o600);
    }

    #[test]
    fn a_file_that_others_can_read_is_refused() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("vault.json");
        open(&path);
        for mode in [0o640, 0o604, 0o660] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("mode");
            let error = KeyRing::open_or_create(&path, &SystemRandom).expect_err("too wide").to_string();
            assert!(error.contains(&format!("mode {mode:04o}")) && error.contains("0600"), "{error}");
        }
    }

    #[test]
    fn a_damaged_file_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("vault.json");
        let key = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
        let line = |id: &str, secret: &str| format!(r#"{{"id":"{id}","secret":"{secret}"}}"#);
        let file = |keys: &[String]| format!(r#"{{"format":"coinbox-keys-1","keys":[{}]}}"#, keys.join(","));
        let cases = [
            (String::new(), "not the JSON"),
            (file(&[line("k1", key)])[..60].to_owned(), "not the JSON"),
            (file(&[]), "0 keys"),
            (file(&[line("k1", &key[..42])]), "key 1 is not 32 bytes"),
            (file(&[line("k1", key), line("k1", key)]), "twice"),
            (file(&[line("k 1", key)]), "id of key 1"),
            (file(&[line("k1", key), line("k2", "destroyed")]), "neither can be destroyed"),
            (file(&[line("k1", key)]).replace("keys-1", "keys-9"), "its format is not"),
        ];
        for (text, expected) in cases {
            fs::write(&path, &text).expect("write");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("mode");
            let error = KeyRing::open_or_create(&path, &SystemRandom).expect_err("damaged").to_string();
            assert!(error.contains(expected) && error.contains("backup"), "{expected}: {error}");
            assert!(!error.contains("AAECAwQF"), "no part of a key is shown: {error}");
            assert_eq!(fs::read_to_string(&path).expect("text"), text);
        }
        fs::write(&path, [0xff, 0xfe]).expect("write");
        assert!(KeyRing::open(&path).expect_err("not text").to_string().contains("UTF-8"));
        fs::write(&path, vec![b' '; 70_000]).expect("write");
        assert!(KeyRing::open(&path).expect_err("long").to_string().contains("65536"));
        assert!(KeyRing::open(folder.path()).is_err());
    }

    #[test]
    fn keys_from_text_name_the_place_of_a_mistake_but_not_the_key() {
        for (text, expected) in [("", "0 keys"), ("k1", "key 1"), ("k1:abc", "key 1"), ("K1:abc", "id of key 1")] {
            let error = KeyRing::from_text(text).expect_err("bad").to_string();
            assert!(error.contains(expected), "{error}");
            assert!(!error.contains("abc"), "{error}");
        }
    }
}
