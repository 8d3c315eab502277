//! Issued documents as PDF (INV-2, INV-3): the rules freeze a document, and this module prints it. The printing is in the crate
//! `coinbox-documents`. Without the feature `documents` nothing is printed, and a request for a PDF gets an error that says so.
//!
//! Printing runs beside the lane: it reads one document through a query and touches no storage of the rules.

use serde_json::Value;
use std::path::PathBuf;

/// Size of the paper of documents.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Paper {
    /// 210 × 297 mm.
    A4,
    /// 8.5 × 11 in.
    UsLetter,
}

/// How issued documents are printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DocumentSettings {
    /// Folder of printed documents.
    pub directory: PathBuf,
    /// Folder whose files replace built-in ones.
    pub templates: Option<PathBuf>,
    /// Language of labels.
    pub language: String,
    /// Paper.
    pub paper: Paper,
    /// Folders with fonts.
    pub fonts: Vec<PathBuf>,
    /// Most bytes of printed documents.
    pub keep_bytes: u64,
    /// Documents that are set at once.
    pub at_once: usize,
    /// Longest wait for one.
    pub seconds: u64,
}

/// Why there is no PDF.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unprinted {
    /// The program was built without.
    #[error("this program was built without documents (cargo feature `documents`)")]
    NotBuiltIn,
    /// Ask again.
    #[error("{0}")]
    Later(String),
    /// Letters that no font has; the text says which, and what to install.
    #[error("{0}")]
    MissingGlyphs(String),
    /// Templates, fonts, the folder, or the document itself.
    #[error("{0}")]
    Failed(String),
}

/// Prints documents. Clones are the same.
#[derive(Clone)]
pub struct Documents(imp::Documents);

impl Documents {
    /// Prints nothing.
    pub fn none() -> Documents {
        Documents(imp::Documents::none())
    }

    /// As configured. Templates and folders are looked at when the first document is asked for.
    pub fn of(settings: &DocumentSettings) -> Documents {
        Documents(imp::Documents::of(settings))
    }

    /// The PDF of an issued document in the contract's JSON form: the kept one, or a new one, which is kept.
    pub fn issued(&self, document: &Value) -> Result<Vec<u8>, Unprinted> {
        self.0.issued(document)
    }
}

/// Tries templates, fonts and words: what is wrong with them is an error at start.
pub fn check(settings: &DocumentSettings) -> anyhow::Result<()> {
    imp::check(settings)
}

/// The PDF of a document that nobody issued, in the contract's JSON form, or of a made-up one (`invoice`, `reverse-charge`, `credit-note`, `receipt`,
/// `refund`, `failed-payment`, `chargeback`, `chargeback-reversal`).
pub fn preview(settings: &DocumentSettings, document: Preview<'_>) -> Result<Vec<u8>, Unprinted> {
    imp::preview(settings, document)
}

/// What [`preview`] prints.
#[derive(Clone, Copy, Debug)]
pub enum Preview<'a> {
    /// The contract's JSON form.
    Document(&'a Value),
    /// A name.
    Sample(&'a str),
}

/// `invoice-2026-000123.pdf`: of kind and number only what is safe in a header and a file system.
pub fn file_name(document: &Value) -> String {
    let safe = |field: &str| -> String {
        let text = document[field].as_str().unwrap_or_default();
        text.chars().filter(|letter| letter.is_ascii_alphanumeric() || *letter == '-').collect()
    };
    format!("{}-{}.pdf", safe("kind"), safe("number"))
}

#[cfg(feature = "documents")]
mod imp {
    use super::{DocumentSettings, Paper, Preview, Unprinted};
    use coinbox_documents::typesetter::TypesetError;
    use coinbox_documents::{Document, PrintError, Printer, PrinterLimits, Settings, Typesetter, sample};
    use serde_json::Value;
    use std::sync::{Arc, Mutex, PoisonError};
    use std::time::Duration;

    impl From<PrintError> for Unprinted {
        fn from(error: PrintError) -> Unprinted {
            let text = error.to_string();
            match error {
                PrintError::Busy | PrintError::TooSlow(_) => Unprinted::Later(text),
                PrintError::Typeset(TypesetError::MissingGlyphs { .. }) => Unprinted::MissingGlyphs(text),
                PrintError::Typeset(_) | PrintError::Shelf(_) | PrintError::Broken(_) => Unprinted::Failed(text),
            }
        }
    }

    /// Opened by whoever asks first; a failure is tried again by whoever asks next.
    #[derive(Clone)]
    pub(super) struct Documents(Option<Arc<Opened>>);

    struct Opened {
        settings: DocumentSettings,
        printer: Mutex<Option<Printer>>,
    }

    impl Documents {
        pub(super) fn none() -> Documents {
            Documents(None)
        }

        pub(super) fn of(settings: &DocumentSettings) -> Documents {
            Documents(Some(Arc::new(Opened { settings: settings.clone(), printer: Mutex::default() })))
        }

        fn printer(&self) -> Result<Printer, Unprinted> {
            let opened =
                self.0.as_ref().ok_or_else(|| Unprinted::Failed("this host prints no documents".to_owned()))?;
            let mut printer = opened.printer.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(printer) = &*printer {
                return Ok(printer.clone());
            }
            let settings = &opened.settings;
            let limits = PrinterLimits {
                at_once: settings.at_once,
                wait: Duration::from_secs(settings.seconds),
                keep_bytes: settings.keep_bytes,
            };
            Ok(printer.insert(Printer::open(&chosen(settings), &settings.directory, limits)?).clone())
        }

        pub(super) fn issued(&self, document: &Value) -> Result<Vec<u8>, Unprinted> {
            Ok(self.printer()?.issued(document)?)
        }
    }

    fn chosen(settings: &DocumentSettings) -> Settings {
        Settings {
            templates: settings.templates.clone(),
            language: settings.language.clone(),
            paper: match settings.paper {
                Paper::A4 => coinbox_documents::Paper::A4,
                Paper::UsLetter => coinbox_documents::Paper::UsLetter,
            },
            fonts: settings.fonts.clone(),
        }
    }

    pub(super) fn check(settings: &DocumentSettings) -> anyhow::Result<()> {
        Typesetter::open(&chosen(settings))?;
        Ok(())
    }

    pub(super) fn preview(settings: &DocumentSettings, document: Preview<'_>) -> Result<Vec<u8>, Unprinted> {
        let document = match document {
            Preview::Document(value) => Document::read(value).map_err(PrintError::from)?,
            Preview::Sample(name) => {
                sample::named(name).ok_or_else(|| Unprinted::Failed(format!("no made-up document is called {name}")))?
            }
        };
        let typesetter = Typesetter::open(&chosen(settings)).map_err(PrintError::from)?;
        Ok(typesetter.typeset(&document).map_err(PrintError::from)?)
    }
}

#[cfg(not(feature = "documents"))]
mod imp {
    use super::{DocumentSettings, Preview, Unprinted};
    use serde_json::Value;

    #[derive(Clone)]
    pub(super) struct Documents;

    impl Documents {
        pub(super) fn none() -> Documents {
            Documents
        }

        pub(super) fn of(_: &DocumentSettings) -> Documents {
            Documents
        }

        pub(super) fn issued(&self, _: &Value) -> Result<Vec<u8>, Unprinted> {
            Err(Unprinted::NotBuiltIn)
        }
    }

    pub(super) fn check(_: &DocumentSettings) -> anyhow::Result<()> {
        Ok(())
    }

    pub(super) fn preview(_: &DocumentSettings, _: Preview<'_>) -> Result<Vec<u8>, Unprinted> {
        Err(Unprinted::NotBuiltIn)
    }
}
