//! `coinbox invoices pdf`, `receipts pdf`, and `document …`: issued documents as PDF, and what templates make of others.

use super::arguments::{Document, Pdf, SampleKind};
use super::show::{Output, Text};
use super::work::Work;
use crate::config::Config;
use coinbox_host::json::strict::{self, StrictError};
use coinbox_operations::printing::{self, Preview};
use serde_json::{Value, json};
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

/// Longest JSON of a document.
const JSON_BYTES_MAX: u64 = 16 << 20;

/// Writes an issued document of one of these kinds.
pub(crate) fn issued(work: &Work, of: &Pdf, kinds: &[&str]) -> anyhow::Result<()> {
    let arguments = json!({"auth-id": of.account, "number": of.number});
    let document = work.link.call("invoices.read-document", arguments)?;
    let kind = document["kind"].as_str().unwrap_or_default();
    let article = if kind == "invoice" { "an" } else { "a" };
    let words = |kind: &str| kind.replace('-', " ");
    anyhow::ensure!(
        kinds.contains(&kind),
        "{} is {article} {}, no {}",
        of.number,
        words(kind),
        words(&kinds.join(" or "))
    );
    let pdf = work.link.print(&of.account, &document)?;
    write(&work.output, &pdf, of.output.as_deref())
}

/// Runs `document …`, which needs neither store nor server.
pub(crate) fn preview(config: &Config, output: &Output, command: &Document) -> anyhow::Result<()> {
    let settings = &config.documents;
    match command {
        Document::Sample { kind, output: file } => {
            let kind = match kind {
                SampleKind::Invoice => "invoice",
                SampleKind::CreditNote => "credit-note",
                SampleKind::Receipt => "receipt",
                SampleKind::ReverseCharge => "reverse-charge",
                SampleKind::Refund => "refund",
                SampleKind::FailedPayment => "failed-payment",
                SampleKind::Chargeback => "chargeback",
                SampleKind::ChargebackReversal => "chargeback-reversal",
            };
            write(output, &printing::preview(settings, Preview::Sample(kind))?, file.as_deref())
        }
        Document::Preview { file, output: to } => {
            let value = read(file)?;
            write(output, &printing::preview(settings, Preview::Document(&value))?, to.as_deref())
        }
    }
}

fn read(file: &Path) -> anyhow::Result<Value> {
    let wrong = |problem: String| anyhow::anyhow!("{}: {problem}", file.display());
    let size = std::fs::metadata(file).map_err(|error| wrong(error.to_string()))?.len();
    if size > JSON_BYTES_MAX {
        return Err(wrong(format!("{size} bytes are too many, at most {JSON_BYTES_MAX}")));
    }
    let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    strict::from_slice(&bytes).map_err(|error| match error {
        StrictError::Syntax(error) => wrong(format!("not JSON: {error}")),
        repeated => wrong(repeated.to_string()),
    })
}

fn write(output: &Output, pdf: &[u8], file: Option<&Path>) -> anyhow::Result<()> {
    let Some(path) = file else {
        let mut out = std::io::stdout().lock();
        anyhow::ensure!(!out.is_terminal(), "a PDF is no text for a terminal: name a file with --output");
        out.write_all(pdf)?;
        out.flush()?;
        return Ok(());
    };
    coinbox_host::private::write(path, pdf).map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
    let shown = PathBuf::from(path);
    output.answer(&json!({"file": shown, "bytes": pdf.len()}), |_| {
        Text::Line(format!("{}: {} bytes", path.display(), pdf.len()))
    })
}
