//! SHA-1, by which lists of stolen passwords are published. Nothing is proved by it.

use ::sha1::{Digest, Sha1};
use coinbox_ground::text::hex;

/// The digest in lower-case hexadecimal.
pub(crate) fn digest(text: &str) -> String {
    hex(&Sha1::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The form that those lists have: vectors of RFC 3174.
    #[test]
    fn digests_are_those_of_the_standard() {
        assert_eq!(digest("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
        assert_eq!(digest(""), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
    }
}
