//! Mails into a folder that every mail program can read (Maildir).

use super::compose::{Composer, sent};
use coinbox_host::capability::Mailer;
use coinbox_host::contract::email_types::{MailMessage, MailOutcome};
use coinbox_host::private;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The disk may be full: worth another look soon.
const ASK_AGAIN_MS: i64 = 60_000;

/// Puts mails into a Maildir. Each key's mail is there once, however often it is sent, until someone deletes it.
pub struct MaildirMailer {
    folder: PathBuf,
    composer: Composer,
}

impl MaildirMailer {
    /// A Maildir in this folder; `tmp`, `new` and `cur` are made where they are missing.
    pub fn open(folder: &Path, composer: Composer) -> io::Result<MaildirMailer> {
        for part in ["tmp", "new", "cur"] {
            private::directory(&folder.join(part))?;
        }
        Ok(MaildirMailer { folder: folder.to_owned(), composer })
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    fn deliver(&self, file_name: &str, bytes: &[u8]) -> io::Result<()> {
        let arrived = self.folder.join("new").join(file_name);
        if arrived.exists() || self.was_read(file_name)? {
            return Ok(());
        }
        // A file of the same name in `tmp` is a delivery that was cut off: begun anew.
        let under_way = self.folder.join("tmp").join(file_name);
        let mut file = private::create(&under_way)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&under_way, &arrived)?;
        File::open(self.folder.join("new"))?.sync_all()
    }

    /// A mail program moves what was looked at to `cur` and appends its marks after a colon.
    fn was_read(&self, file_name: &str) -> io::Result<bool> {
        for entry in fs::read_dir(self.folder.join("cur"))? {
            if entry?.file_name().to_string_lossy().split(':').next() == Some(file_name) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

impl Mailer for MaildirMailer {
    fn send(&self, message: &MailMessage) -> MailOutcome {
        let mail = match self.composer.compose(message) {
            Ok(mail) => mail,
            Err(uncomposed) => return self.composer.refuse(uncomposed),
        };
        if mail.to.is_empty() {
            return sent(mail.refused);
        }
        match self.deliver(&format!("{}.coinbox", mail.name), &mail.bytes) {
            Ok(()) => sent(mail.refused),
            Err(error) => self.composer.not_sent(ASK_AGAIN_MS, &format!("mail folder: {error}")),
        }
    }
}
