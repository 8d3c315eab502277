//! What the typesetting engine may see: the template files, the document, the fonts. No clock, no network, no other file.

use crate::fonts::Fonts;
use std::collections::BTreeMap;
use std::sync::Arc;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, World};

/// Files by name, as the engine knows them.
pub(crate) type Files = BTreeMap<String, Bytes>;

/// The surroundings of one document.
pub(crate) struct Surroundings<'a> {
    /// The engine's own library.
    pub library: &'a LazyHash<Library>,
    /// Fonts to choose from.
    pub fonts: Arc<Fonts>,
    /// Templates.
    pub files: &'a Files,
    /// What the template reads about this document.
    pub own: Files,
    /// The template.
    pub main: FileId,
}

/// The engine's name of a file; `None` for what is no file name.
pub(crate) fn file_id(name: &str) -> Option<FileId> {
    let path = VirtualPath::new(name).ok()?;
    Some(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl Surroundings<'_> {
    fn bytes(&self, id: FileId) -> FileResult<Bytes> {
        let rooted = id.get();
        let name = rooted.vpath().get_without_slash();
        if matches!(rooted.root(), VirtualRoot::Package(_)) {
            return Err(FileError::Other(Some("packages are not available to templates of documents".into())));
        }
        let found = self.own.get(name).or_else(|| self.files.get(name));
        found.cloned().ok_or_else(|| FileError::NotFound(name.into()))
    }
}

impl World for Surroundings<'_> {
    fn library(&self) -> &LazyHash<Library> {
        self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let bytes = self.bytes(id)?;
        let text = std::str::from_utf8(&bytes).map_err(|_| FileError::InvalidUtf8)?;
        Ok(Source::new(id, text.to_owned()))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.bytes(id)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    // A document says itself when it was issued.
    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
