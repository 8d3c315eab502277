//! Secrets that are handed out once and only compared afterwards. What is kept is a mark, which nobody can turn back or make without the host's key.

use coinbox_ground::ids;
use coinbox_ground::port::Marked;
use coinbox_ground::turn::Turn;

/// Letters of a secret that a link or a session carries: more than 250 bits.
pub const LETTERS: usize = 43;

/// A fresh secret of letters and digits.
pub fn draw(turn: &Turn<'_>, letters: usize) -> String {
    ids::draw_letters_and_digits(turn, letters)
}

/// A fresh code of digits.
pub fn draw_digits(turn: &Turn<'_>, digits: usize) -> String {
    ids::draw_digits(turn, digits)
}

/// The mark of what stands in `parts`: what it is bound to, and at the end the secret. Only the last part may hold a line break.
pub fn mark(turn: &Turn<'_>, purpose: &str, parts: &[&str]) -> String {
    turn.vault().mark(purpose, &parts.join("\n"))
}

/// Whether a mark is of these parts. Without a mark the comparison is made all the same, and fits nothing.
pub fn fits(turn: &Turn<'_>, purpose: &str, parts: &[&str], mark: Option<&str>) -> bool {
    let found = turn.vault().check(purpose, &parts.join("\n"), mark.unwrap_or_default());
    mark.is_some() && found != Marked::Differs
}
