//! Issued documents of Coinbox as PDF (INV-2, INV-3, INV-5).
//!
//! A document leaves the rules as frozen figures and text. This crate sets the document in type, with templates that the operator can replace. It
//! keeps the result, so a second request gets the same bytes. The crate knows no billing rule: it prints what it is given, adds up sections for
//! their subtotals, and refuses a document whose lines do not add up to its own totals.
//!
//! ```
//! # use coinbox_documents::{Settings, Typesetter, sample};
//! let typesetter = Typesetter::open(&Settings::default())?;
//! let pdf = typesetter.typeset(&sample::invoice())?;
//! assert!(pdf.starts_with(b"%PDF-"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! | module | what |
//! |---|---|
//! | [`document`] | the frozen document, read from the contract's JSON form, and its limits |
//! | `printed` | the same as the text that templates place |
//! | `marks` | how numbers are written |
//! | `templates` | built-in templates and words, the operator's folder |
//! | `fonts`, `glyphs` | which letters can be printed; what is missing and where to get it |
//! | [`typesetter`] | from a document to PDF bytes |
//! | [`shelf`] | PDFs kept under their digest |
//! | [`printer`] | all of it with bounds on time, memory and how many at once |
//!
//! **Same bytes.** The PDF depends on the document, the templates and the fonts, on no clock: the date inside is the date of issue. A document
//! that the embedded font can print does not depend on the fonts of the machine.
//!
//! **Text is only text.** Templates get the document as a JSON file, never as source, so markup in a name is printed as it stands. Control
//! characters and overrides of the writing direction are taken out: they could make a document read otherwise than it is stored.

pub mod document;
mod fonts;
mod glyphs;
mod marks;
mod printed;
pub mod printer;
pub mod sample;
pub mod shelf;
mod templates;
#[cfg(test)]
mod tests;
pub mod typesetter;
mod world;

pub use document::{Document, DocumentError, Edition, Kind};
pub use printer::{PrintError, Printer, PrinterLimits};
pub use shelf::{Shelf, ShelfError};
pub use typesetter::{Paper, Settings, TypesetError, Typesetter};
