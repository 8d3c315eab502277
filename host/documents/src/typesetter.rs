//! From a document to the bytes of a PDF.

use crate::document::{Document, DocumentError, Edition};
use crate::fonts::{Fonts, Machine};
use crate::glyphs;
use crate::printed;
use crate::sample;
use crate::templates::{TemplateError, Templates, Words};
use crate::world::{Files, Surroundings, file_id};
use coinbox_forms::letters::STAND_IN;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use typst::diag::SourceDiagnostic;
use typst::foundations::{Bytes, Datetime, Smart};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, Timestamp as PdfTimestamp};

/// Most pages of one document.
pub const PAGES_MAX: usize = 600;
/// Most bytes of one PDF.
pub const PDF_BYTES_MAX: usize = 32 << 20;

/// Size of the paper.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 in.
    UsLetter,
}

impl Paper {
    fn name(self) -> &'static str {
        match self {
            Paper::A4 => "a4",
            Paper::UsLetter => "us-letter",
        }
    }
}

/// What the operator chooses.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settings {
    /// Folder whose files replace built-in templates and words.
    pub templates: Option<PathBuf>,
    /// Language of labels: `words-LANGUAGE.json`.
    pub language: String,
    /// Paper.
    pub paper: Paper,
    /// Directories with fonts for what the built-in one lacks.
    pub fonts: Vec<PathBuf>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings { templates: None, language: "en".to_owned(), paper: Paper::A4, fonts: Vec::new() }
    }
}

/// Why there is no PDF.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum TypesetError {
    /// The document.
    #[error(transparent)]
    Document(#[from] DocumentError),
    /// The template folder.
    #[error("document templates: {0}")]
    Templates(#[from] TemplateError),
    /// No font has these letters.
    #[error(
        "document {number} cannot be printed: no font has {} (script: {}). Install fonts{} or name their directory in `documents.fonts`, then ask again; nothing is lost",
        glyphs::named(letters),
        glyphs::scripts(letters),
        glyphs::advice(letters)
    )]
    MissingGlyphs {
        /// Which document.
        number: String,
        /// Which letters.
        letters: Vec<char>,
    },
    /// A template is wrong.
    #[error("document {number}: template {place}: {problem}")]
    Template {
        /// Which document.
        number: String,
        /// File and line.
        place: String,
        /// What the engine says.
        problem: String,
    },
    /// Longer than is ever printed.
    #[error("document {number} has {pages} pages, at most {} are printed", PAGES_MAX)]
    TooManyPages {
        /// Which document.
        number: String,
        /// How many.
        pages: usize,
    },
    /// Larger than is ever kept.
    #[error("document {number} has {bytes} bytes as PDF, at most {} are made", PDF_BYTES_MAX)]
    TooLarge {
        /// Which document.
        number: String,
        /// How many.
        bytes: usize,
    },
}

/// Sets documents in type. Made once, used from any thread.
pub struct Typesetter {
    library: LazyHash<Library>,
    templates: Templates,
    files: Files,
    first_edition: Files,
    paper: Paper,
    built_in: Arc<Fonts>,
    machine: Machine,
}

impl Typesetter {
    /// With templates that were tried: one document of each kind is set, so that a mistake in them is found at start.
    pub fn open(settings: &Settings) -> Result<Typesetter, TypesetError> {
        let templates = Templates::open(settings.templates.as_deref(), &settings.language)?;
        let files = |edition| -> Files {
            let files = templates.of(edition).iter();
            files.map(|(name, bytes)| (name.clone(), Bytes::new(bytes.clone()))).collect()
        };
        let (files, first_edition) = (files(Edition::PRESENT), files(Edition::FIRST));
        let typesetter = Typesetter {
            library: LazyHash::new(Library::default()),
            templates,
            files,
            first_edition,
            paper: settings.paper,
            built_in: Arc::new(Fonts::built_in()),
            machine: Machine::new(settings.fonts.clone()),
        };
        for document in sample::of_each_kind() {
            typesetter.typeset(&document)?;
            if typesetter.templates.are_changed {
                typesetter.typeset(&Document { edition: Edition::FIRST, ..document })?;
            }
        }
        Ok(typesetter)
    }

    /// The PDF of a document: the same bytes for the same document, templates and fonts.
    pub fn typeset(&self, document: &Document) -> Result<Vec<u8>, TypesetError> {
        document.check()?;
        let result = self.in_fonts(document, &self.own(document));
        // The engine remembers what it has worked out; documents have little in common.
        typst::comemo::evict(0);
        result
    }

    /// What the template reads about a document.
    fn own(&self, document: &Document) -> Files {
        let printed = printed::document(document, &self.templates.words, &self.templates.countries).to_string();
        let words = self.templates.words.json().to_string();
        let settings = json!({"paper": self.paper.name()}).to_string();
        [("document.json", printed), ("words.json", words), ("settings.json", settings)]
            .into_iter()
            .map(|(name, text)| (name.to_owned(), Bytes::from_string(text)))
            .collect()
    }

    fn in_fonts(&self, document: &Document, own: &Files) -> Result<Vec<u8>, TypesetError> {
        let covered = own.values().all(|text| std::str::from_utf8(text).is_ok_and(|text| self.built_in.covers(text)));
        if covered {
            let (pages, missing) = self.lay_out(document, own, self.built_in.clone())?;
            if missing.is_empty() {
                return export(document, &pages);
            }
        }
        let fonts = self.machine.fonts();
        let (pages, letters) = self.lay_out(document, own, fonts.clone())?;
        if letters.is_empty() {
            return export(document, &pages);
        }
        self.machine.forget();
        let can_come: Vec<char> = letters.iter().copied().filter(|letter| glyphs::can_come(*letter, &fonts)).collect();
        if !can_come.is_empty() {
            return Err(TypesetError::MissingGlyphs { number: number(document), letters: can_come });
        }
        self.with_stand_ins(document, own, &fonts, letters)
    }

    /// The PDF with [`STAND_IN`] for letters that no font has and none will: a document that is frozen with them is printed all the same,
    /// one sees on it that something is missing, and its note says what.
    fn with_stand_ins(
        &self,
        document: &Document,
        own: &Files,
        fonts: &Arc<Fonts>,
        mut missing: Vec<char>,
    ) -> Result<Vec<u8>, TypesetError> {
        let mut replaced = BTreeSet::new();
        // At first what no font has. Then also what only no single font has together with its neighbours, such as a letter with its accents.
        for only_unknown in [true, false] {
            let more = missing.iter().filter(|letter| !letter.is_ascii() && (!only_unknown || !fonts.has(**letter)));
            replaced.extend(more.copied());
            let own = stood_in(own, &replaced, &self.templates.words);
            let (pages, left) = self.lay_out(document, &own, fonts.clone())?;
            if left.is_empty() {
                let letters: Vec<char> = replaced.into_iter().collect();
                tracing::warn!(
                    document = number(document),
                    letters = glyphs::code_points(&letters),
                    "a document is printed with a stand-in for letters that no font has"
                );
                return export(document, &pages);
            }
            missing = left;
        }
        Err(TypesetError::MissingGlyphs { number: number(document), letters: missing })
    }

    fn lay_out(
        &self,
        document: &Document,
        own: &Files,
        fonts: Arc<Fonts>,
    ) -> Result<(PagedDocument, Vec<char>), TypesetError> {
        let file = Templates::main(document.kind);
        let main = file_id(file).ok_or_else(|| TypesetError::Template {
            number: number(document),
            place: file.to_owned(),
            problem: "is no file name".to_owned(),
        })?;
        let files = if document.edition == Edition::FIRST { &self.first_edition } else { &self.files };
        let world = Surroundings { library: &self.library, fonts, files, own: own.clone(), main };
        let pages = typst::compile::<PagedDocument>(&world).output;
        let pages = pages.map_err(|errors| template_error(document, &world, errors.first()))?;
        if pages.pages().len() > PAGES_MAX {
            return Err(TypesetError::TooManyPages { number: number(document), pages: pages.pages().len() });
        }
        let missing = glyphs::missing(&pages);
        Ok((pages, missing))
    }
}

#[cfg(test)]
impl Typesetter {
    /// The text of each page in the engine's order. Nothing may reach beyond the paper.
    pub fn page_texts(&self, document: &Document) -> Result<Vec<String>, TypesetError> {
        use typst::layout::{Abs, Frame, FrameItem};
        fn gather(frame: &Frame, left: Abs, right: Abs, text: &mut String) {
            for (place, item) in frame.items() {
                match item {
                    FrameItem::Group(group) => gather(&group.frame, left + place.x, right, text),
                    FrameItem::Text(run) => {
                        let from = left + place.x;
                        assert!(from >= Abs::zero() && from + run.width() <= right, "{} leaves the paper", run.text);
                        text.push_str(&run.text.as_str().replace('\u{A0}', ""));
                        text.push('\n');
                    }
                    _ => {}
                }
            }
        }
        let (pages, missing) = self.lay_out(document, &self.own(document), self.built_in.clone())?;
        assert!(missing.is_empty(), "{missing:?}");
        let text = |page: &typst_layout::Page| {
            let mut text = String::new();
            gather(&page.frame, Abs::zero(), page.frame.width(), &mut text);
            text
        };
        Ok(pages.pages().iter().map(text).collect())
    }
}

/// What the template reads about a document, with [`STAND_IN`] for these letters, and a note that says so.
fn stood_in(own: &Files, letters: &BTreeSet<char>, words: &Words) -> Files {
    let mut own = own.clone();
    let Some(document) = own.get("document.json") else { return own };
    let text = String::from_utf8_lossy(document);
    let text: String = text.chars().map(|letter| if letters.contains(&letter) { STAND_IN } else { letter }).collect();
    let Ok(mut printed) = serde_json::from_str::<serde_json::Value>(&text) else { return own };
    let letters: Vec<char> = letters.iter().copied().collect();
    let said = format!(
        "{STAND_IN}: {} {}",
        words.text_or("not-printable", "letters that cannot be printed:"),
        glyphs::code_points(&letters)
    );
    let note = printed["note"].as_str().unwrap_or_default();
    printed["note"] = format!("{note}\n{said}").trim().into();
    own.insert("document.json".to_owned(), Bytes::from_string(printed.to_string()));
    own
}

/// For messages.
fn number(document: &Document) -> String {
    format!("{} {}", document.kind.name(), printed::plain(&document.number).chars().take(60).collect::<String>())
}

fn template_error(document: &Document, world: &dyn World, error: Option<&SourceDiagnostic>) -> TypesetError {
    let (place, problem) = match error {
        None => (Templates::main(document.kind).to_owned(), "the engine gives no reason".to_owned()),
        Some(error) => {
            let file = error.span.id();
            let name =
                file.map_or_else(|| "unknown".to_owned(), |file| file.get().vpath().get_without_slash().to_owned());
            let line = file.and_then(|file| world.source(file).ok()).and_then(|source| {
                let start = world.range(error.span)?.start;
                source.lines().byte_to_line(start)
            });
            let place = line.map_or_else(|| name.clone(), |line| format!("{name}, line {}", line + 1));
            let hints = error.hints.iter().map(|hint| format!("; {}", hint.v));
            (place, std::iter::once(error.message.to_string()).chain(hints).collect())
        }
    };
    TypesetError::Template { number: number(document), place, problem }
}

fn export(document: &Document, pages: &PagedDocument) -> Result<Vec<u8>, TypesetError> {
    let problem =
        |problem: String| TypesetError::Template { number: number(document), place: "PDF".to_owned(), problem };
    let options = PdfOptions {
        // Names the document in its metadata; the same for every printing of it.
        ident: Smart::Custom(format!("{}/{}/{}", document.kind.name(), document.seller.legal_name, document.number)),
        creator: Smart::Custom(Some("Coinbox".to_owned())),
        timestamp: issued(document.issued).map(PdfTimestamp::new_utc),
        page_ranges: None,
        // For archives: everything that is needed to show it is inside, every letter can be searched for.
        standards: PdfStandards::new(&[PdfStandard::A_2u]).map_err(|error| problem(error.message().to_string()))?,
        tagged: true,
        pretty: false,
    };
    let pdf = typst_pdf::pdf(pages, &options)
        .map_err(|errors| problem(errors.first().map_or_else(String::new, |error| error.message.to_string())))?;
    if pdf.len() > PDF_BYTES_MAX {
        return Err(TypesetError::TooLarge { number: number(document), bytes: pdf.len() });
    }
    Ok(pdf)
}

fn issued(at_ms: i64) -> Option<Datetime> {
    let moment = Timestamp::from_millisecond(at_ms).ok()?.to_zoned(TimeZone::UTC).datetime();
    let part = |number: i8| u8::try_from(number).ok();
    Datetime::from_ymd_hms(
        i32::from(moment.year()),
        part(moment.month())?,
        part(moment.day())?,
        part(moment.hour())?,
        part(moment.minute())?,
        part(moment.second())?,
    )
}
