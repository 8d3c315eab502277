//! Fonts: one family is built in, others are looked for in directories when a document needs them.
//!
//! The built-in family has Latin, Greek, Cyrillic and Hebrew. A document that this family can print is set with it alone, so its bytes are the same on
//! every machine. For any other document the directories are read, once, in order of path.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};
use typst::foundations::Bytes;
use typst::text::{Font, FontBook, FontInfo};
use typst::utils::LazyHash;

/// The built-in family.
const FAMILY: &str = "Libertinus Serif";
/// Deepest folder that is looked into.
const DEPTH_MAX: usize = 8;
/// Most font files.
const FILES_MAX: usize = 20_000;
/// Largest font file: collections for Chinese, Japanese and Korean are around 100 MiB.
const FILE_BYTES_MAX: u64 = 256 << 20;
/// Fonts are not looked for again sooner: reading them takes a second of disk and processor, and anybody may ask for a document that lacks letters.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// What a font file may be called.
const ENDINGS: [&str; 4] = ["ttf", "otf", "ttc", "otc"];

/// A set of fonts, each loaded when it is first used.
pub(crate) struct Fonts {
    book: LazyHash<FontBook>,
    slots: Vec<Slot>,
    covered: BTreeSet<char>,
}

struct Slot {
    source: Source,
    font: OnceLock<Option<Font>>,
}

enum Source {
    BuiltIn(Font),
    File(PathBuf, u32),
}

impl Fonts {
    /// The built-in family alone.
    pub(crate) fn built_in() -> Fonts {
        let mut fonts = Fonts { book: LazyHash::new(FontBook::new()), slots: Vec::new(), covered: BTreeSet::new() };
        for data in typst_assets::fonts() {
            for font in Font::iter(Bytes::new(data)).filter(|font| font.info().family == FAMILY) {
                let letters = font.info().coverage.iter().filter_map(char::from_u32);
                // A letter counts only if every style has it: a bold name must not fall back where a regular one does not.
                if fonts.slots.is_empty() {
                    fonts.covered = letters.collect();
                } else {
                    let here: BTreeSet<char> = letters.collect();
                    fonts.covered.retain(|letter| here.contains(letter));
                }
                fonts.push(font.info().clone(), Source::BuiltIn(font));
            }
        }
        fonts
    }

    /// The built-in family, and what lies in directories. What cannot be read is passed over: nobody may need it.
    pub(crate) fn with_directories(directories: &[PathBuf]) -> Fonts {
        let mut fonts = Fonts::built_in();
        let mut files = Vec::new();
        for directory in directories {
            find(directory, 0, &mut files);
        }
        // Not by directory: a machine that lists them in another order prints the same.
        files.sort_unstable();
        files.dedup();
        let mut read = 0_usize;
        for path in files {
            let Ok(data) = fs::read(&path) else { continue };
            read += 1;
            for (index, info) in FontInfo::iter(&data).enumerate() {
                if let Ok(index) = u32::try_from(index) {
                    fonts.push(info, Source::File(path.clone(), index));
                }
            }
        }
        tracing::info!(files = read, faces = fonts.slots.len(), "fonts were looked for");
        fonts
    }

    fn push(&mut self, info: FontInfo, source: Source) {
        self.book.push(info);
        self.slots.push(Slot { source, font: OnceLock::new() });
    }

    /// What is known about all of them.
    pub(crate) fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    /// One by its place in the book.
    pub(crate) fn font(&self, index: usize) -> Option<Font> {
        let slot = self.slots.get(index)?;
        let load = || match &slot.source {
            Source::BuiltIn(font) => Some(font.clone()),
            Source::File(path, index) => Font::new(Bytes::new(fs::read(path).ok()?), *index),
        };
        slot.font.get_or_init(load).clone()
    }

    /// Whether a family is here whose name begins so.
    pub(crate) fn has_family(&self, begins: &str) -> bool {
        self.book.families().any(|(family, _)| family.starts_with(begins))
    }

    /// Whether any of them has a letter.
    pub(crate) fn has(&self, letter: char) -> bool {
        let mut infos = (0..self.slots.len()).filter_map(|index| self.book.info(index));
        infos.any(|info| info.coverage.contains(u32::from(letter)))
    }

    /// Whether the built-in family has all letters of a text.
    pub(crate) fn covers(&self, text: &str) -> bool {
        text.chars().all(|letter| letter.is_whitespace() || letter.is_control() || self.covered.contains(&letter))
    }
}

/// Shared fonts of the machine: read when they are first needed, and again some seconds after something was missing.
pub(crate) struct Machine {
    directories: Vec<PathBuf>,
    found: Mutex<Option<(Arc<Fonts>, Instant)>>,
}

impl Machine {
    /// Of directories that are read later.
    pub(crate) fn new(directories: Vec<PathBuf>) -> Machine {
        Machine { directories, found: Mutex::default() }
    }

    /// All fonts.
    pub(crate) fn fonts(&self) -> Arc<Fonts> {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let look = || (Arc::new(Fonts::with_directories(&self.directories)), Instant::now());
        found.get_or_insert_with(look).0.clone()
    }

    /// A letter was missing: whoever asks later sees what was installed meanwhile.
    pub(crate) fn forget(&self) {
        self.forget_at(Instant::now());
    }

    fn forget_at(&self, now: Instant) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        found.take_if(|(_, since)| now.saturating_duration_since(*since) >= LOOK_AGAIN);
    }
}

fn find(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let Ok(facts) = fs::metadata(&path) else { continue };
        if facts.is_dir() {
            if depth < DEPTH_MAX {
                find(&path, depth + 1, files);
            }
        } else if facts.len() <= FILE_BYTES_MAX && files.len() < FILES_MAX && is_font(&path) {
            files.push(path);
        }
    }
}

fn is_font(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    ENDINGS.iter().any(|known| ending.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fonts_are_looked_for_again_but_not_for_each_document() {
        let machine = Machine::new(Vec::new());
        let first = machine.fonts();
        machine.forget();
        assert!(Arc::ptr_eq(&first, &machine.fonts()), "too soon");
        machine.forget_at(Instant::now() + LOOK_AGAIN);
        assert!(!Arc::ptr_eq(&first, &machine.fonts()));
    }
}
