//! QR codes of the secret that an authenticator app takes: as a picture for pages, and as blocks for a terminal.
//!
//! The crate `qrcode` draws them: of those there are it is used most, and in this form it has no dependencies. Tests read its symbols
//! again by the standard (ISO/IEC 18004).

use qrcode::render::svg;
use qrcode::render::unicode::Dense1x2;
use qrcode::{EcLevel, QrCode};

/// Longest text: more than any `otpauth://` has, and still a code that a phone reads from a screen.
pub const BYTES_MAX: usize = 600;
/// Smallest edge of the picture.
const EDGE: u32 = 240;

/// Why there is no code.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a QR code holds 1 to {BYTES_MAX} bytes, not {0}")]
pub struct NoCode(usize);

fn code(text: &str) -> Result<QrCode, NoCode> {
    let fits = (1..=BYTES_MAX).contains(&text.len());
    let code = QrCode::with_error_correction_level(text, EcLevel::M).ok();
    code.filter(|_| fits).ok_or(NoCode(text.len()))
}

/// The code as SVG: dark on white, with the quiet zone around it. The text is only in the pattern.
pub fn svg(text: &str) -> Result<String, NoCode> {
    Ok(code(text)?
        .render::<svg::Color<'_>>()
        .min_dimensions(EDGE, EDGE)
        .dark_color(svg::Color("#000000"))
        .light_color(svg::Color("#ffffff"))
        .build())
}

/// The code as lines of half blocks, each two modules high, for a terminal with a dark ground.
pub fn blocks(text: &str) -> Result<String, NoCode> {
    // A full block shines, so a light module is one.
    Ok(code(text)?.render::<Dense1x2>().dark_color(Dense1x2::Light).light_color(Dense1x2::Dark).build())
}

#[cfg(test)]
#[path = "qr_tests.rs"]
mod tests;
