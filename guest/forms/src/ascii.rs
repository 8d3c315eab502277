//! Texts of ASCII, judged, compared and read eight bytes at a time.
//!
//! Every text of a usage event is looked at several times. Byte by byte that costs a compiled component several times what it costs native code, which
//! has vector instructions, and whose loops nobody has to be able to stop.

use std::cmp::Ordering;

/// Each byte of a word is 1.
const ONES: u64 = each(1);
/// The highest bit of each byte.
const HIGHEST: u64 = each(0x80);

/// A word of one byte.
const fn each(byte: u8) -> u64 {
    u64::from_ne_bytes([byte; 8])
}

/// The highest bit of each byte that is not below this one, of a word of ASCII. No sum reaches the next byte.
const fn from(word: u64, least: u8) -> u64 {
    word.wrapping_add(each(0x80 - least))
}

/// Whether each byte lies between two, both included.
const fn between(word: u64, least: u8, most: u8) -> bool {
    (word | from(word, most + 1) | !from(word, least)) & HIGHEST == 0
}

/// Whether any byte is this one.
const fn holds(word: u64, byte: u8) -> bool {
    let differs = word ^ each(byte);
    differs.wrapping_sub(ONES) & !differs & HIGHEST != 0
}

/// Whether all bytes are such ones, when words are judged byte by byte. The last word overlaps the one before.
fn all(text: &[u8], judge: impl Fn(u64) -> bool) -> bool {
    match text.last_chunk::<8>() {
        Some(last) => {
            judge(u64::from_le_bytes(*last))
                && text.as_chunks::<8>().0.iter().all(|word| judge(u64::from_le_bytes(*word)))
        }
        None => text.is_empty() || judge(short(text)),
    }
}

/// A word with every byte of a text of 1 to 7 bytes, and no other byte.
fn short(text: &[u8]) -> u64 {
    match (text.first_chunk::<4>(), text.last_chunk::<4>()) {
        (Some(first), Some(last)) => u64::from(u32::from_le_bytes(*first)) << 32 | u64::from(u32::from_le_bytes(*last)),
        _ => {
            let [first, middle, last] = [text[0], text[text.len() / 2], text[text.len() - 1]];
            u64::from_le_bytes([first, middle, last, last, last, last, last, last])
        }
    }
}

/// Whether there are only digits.
pub fn are_digits(text: &str) -> bool {
    all(text.as_bytes(), |word| between(word, b'0', b'9'))
}

/// Whether there is only printable ASCII without space.
pub fn are_graphic(text: &str) -> bool {
    all(text.as_bytes(), |word| between(word, b'!', b'~'))
}

/// Whether there is only printable ASCII, and nothing that JSON text escapes.
pub fn are_plain(text: &str) -> bool {
    all(text.as_bytes(), |word| between(word, b' ', b'~') && !holds(word, b'"') && !holds(word, b'\\'))
}

/// Whether there are only upper-case letters and digits.
pub fn are_capitals_or_digits(text: &[u8]) -> bool {
    all(text, |word| {
        let digits = from(word, b'0') & !from(word, b'9' + 1);
        let capitals = from(word, b'A') & !from(word, b'Z' + 1);
        word & HIGHEST == 0 && !(digits | capitals) & HIGHEST == 0
    })
}

/// Whether two texts are the same: for long ones that mostly are. Four words at a time.
pub fn are_same(one: &str, other: &str) -> bool {
    let ((blocks, rest), (other_blocks, other_rest)) = (one.as_bytes().as_chunks::<32>(), other.as_bytes().as_chunks());
    let differs = |one: &[u8; 32], other: &[u8; 32]| {
        let (one, other) = (one.as_chunks::<8>().0, other.as_chunks::<8>().0);
        let words = one.iter().zip(other);
        words.fold(0, |all, (one, other)| all | (u64::from_le_bytes(*one) ^ u64::from_le_bytes(*other))) != 0
    };
    let ((words, end), (other_words, other_end)) = (rest.as_chunks::<8>(), other_rest.as_chunks::<8>());
    one.len() == other.len()
        && !blocks.iter().zip(other_blocks).any(|(one, other)| differs(one, other))
        && words.iter().zip(other_words).all(|(one, other)| u64::from_le_bytes(*one) == u64::from_le_bytes(*other))
        && end.iter().eq(other_end)
}

/// Which of two texts comes first by their bytes: for those that begin alike.
pub fn order(one: &str, other: &str) -> Ordering {
    let ((words, rest), (other_words, other_rest)) =
        (one.as_bytes().as_chunks::<8>(), other.as_bytes().as_chunks::<8>());
    for (word, other_word) in words.iter().zip(other_words) {
        if word != other_word {
            return u64::from_be_bytes(*word).cmp(&u64::from_be_bytes(*other_word));
        }
    }
    match words.len().cmp(&other_words.len()) {
        Ordering::Equal => rest.cmp(other_rest),
        Ordering::Less => rest.cmp(&other.as_bytes()[one.len() - rest.len()..]),
        Ordering::Greater => one.as_bytes()[other.len() - other_rest.len()..].cmp(other_rest),
    }
}

/// Where the first byte is that is this one.
pub fn find(text: &[u8], byte: u8) -> Option<usize> {
    let (words, rest) = text.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let differs = u64::from_le_bytes(*word) ^ each(byte);
        // Bytes behind the first one may be told wrongly.
        let found = differs.wrapping_sub(ONES) & !differs & HIGHEST;
        if found != 0 {
            return Some(8 * place + found.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|other| *other == byte).map(|place| 8 * words.len() + place)
}

/// The number that 1 to 19 digits are. None: they are no such digits.
pub fn number(text: &str) -> Option<u64> {
    if text.is_empty() || text.len() > 19 || !are_digits(text) {
        return None;
    }
    let (words, rest) = text.as_bytes().as_chunks::<8>();
    // 19 digits fit.
    let number = words.iter().fold(0_u64, |number, word| number.wrapping_mul(100_000_000).wrapping_add(eight(*word)));
    Some(rest.iter().fold(number, |number, digit| number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'))))
}

/// The number that a text begins with, and how many digits that are: at most 19, all of those that there are up to that.
pub fn leading_number(text: &[u8]) -> (u64, usize) {
    let (mut number, mut count) = (0_u64, 0);
    while count < 16
        && let Some(word) = text[count..].first_chunk::<8>()
    {
        let word = u64::from_le_bytes(*word);
        // A byte above ASCII may spoil those behind it, and nobody asks for them.
        let other = (word | from(word, b'9' + 1) | !from(word, b'0')) & HIGHEST;
        let digits = other.trailing_zeros() / 8;
        if digits == 0 {
            return (number, count);
        }
        // Zeros in front stand for what is no digit.
        let read = eight((word << (64 - 8 * digits)).to_le_bytes());
        number = number.wrapping_mul(POWERS[digits as usize]).wrapping_add(read);
        count += digits as usize;
        if digits < 8 {
            return (number, count);
        }
    }
    // 19 digits fit.
    for byte in text[count..].iter().take(19 - count).take_while(|byte| byte.is_ascii_digit()) {
        number = number.wrapping_mul(10).wrapping_add(u64::from(byte - b'0'));
        count += 1;
    }
    (number, count)
}

/// Powers of ten up to that of eight zeros.
const POWERS: [u64; 9] = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

/// The number that eight digits are: pairs, then pairs of pairs, then both halves.
const fn eight(digits: [u8; 8]) -> u64 {
    let ones = u64::from_le_bytes(digits) & each(0x0f);
    let pairs = (ones.wrapping_mul(10 << 8 | 1) >> 8) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs.wrapping_mul(100 << 16 | 1) >> 16) & 0x0000_ffff_0000_ffff;
    fours.wrapping_mul(10_000 << 32 | 1) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every text of up to 20 bytes that is good everywhere or has one other character.
    fn each_place(good: char, mut judged: impl FnMut(&str, bool)) {
        for length in 0..=20 {
            let text: String = std::iter::repeat_n(good, length).collect();
            judged(&text, true);
            for place in 0..length {
                for other in ('\0'..='\u{7f}').chain(['\u{80}', '\u{e9}', '\u{7ff}']) {
                    let mut changed: Vec<char> = text.chars().collect();
                    changed[place] = other;
                    judged(&changed.into_iter().collect::<String>(), false);
                }
            }
        }
    }

    #[test]
    fn words_are_judged_as_their_bytes_are() {
        for good in ['0', '9', '5'] {
            each_place(good, |text, _| {
                assert_eq!(are_digits(text), text.bytes().all(|byte| byte.is_ascii_digit()), "{text:?}")
            });
        }
        for good in ['!', '~', 'a'] {
            each_place(good, |text, _| {
                assert_eq!(are_graphic(text), text.bytes().all(|byte| byte.is_ascii_graphic()), "{text:?}");
            });
        }
        for good in [' ', '~', 'a'] {
            each_place(good, |text, _| {
                let plain = |byte| (b' '..=b'~').contains(&byte) && byte != b'"' && byte != b'\\';
                assert_eq!(are_plain(text), text.bytes().all(plain), "{text:?}");
            });
        }
        for good in ['A', 'Z', '0', '9'] {
            each_place(good, |text, _| {
                let wanted = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
                assert_eq!(are_capitals_or_digits(text.as_bytes()), wanted, "{text:?}");
            });
        }
    }

    #[test]
    fn the_first_byte_is_found() {
        each_place('#', |text, _| {
            for byte in [b'"', b'#', b'\0', 0xa9] {
                assert_eq!(find(text.as_bytes(), byte), text.bytes().position(|other| other == byte), "{text:?}");
            }
        });
        assert_eq!(find(b"0123456\"89\"\"\"", b'"'), Some(7));
    }

    #[test]
    fn texts_are_the_same_only_if_every_byte_is() {
        each_place('a', |text, unchanged| {
            let plain: String = std::iter::repeat_n('a', text.len()).collect();
            assert_eq!(are_same(text, &plain), *text == plain);
            assert!(!unchanged || are_same(text, &plain));
            assert!(!are_same(text, &format!("{text}a")) && !are_same(&format!("a{text}"), text));
            for other in
                [plain.clone(), format!("{plain}b"), format!("{plain}aaaaaaaaaaaab"), String::new(), "a".repeat(9)]
            {
                assert_eq!(order(text, &other), text.cmp(&other), "{text:?} {other:?}");
                assert_eq!(order(&other, text), other.as_str().cmp(text), "{text:?} {other:?}");
            }
        });
    }

    #[test]
    fn long_texts_are_compared_to_their_end() {
        for length in [31, 32, 33, 63, 64, 71, 100] {
            let text = "a".repeat(length);
            assert!(are_same(&text, &text.clone()));
            for place in 0..length {
                let mut other = text.clone();
                other.replace_range(place..=place, "b");
                assert!(!are_same(&text, &other) && !are_same(&other, &text), "{length} {place}");
            }
        }
    }

    #[test]
    fn the_number_in_front_ends_at_the_first_other_byte() {
        let digits = "9876543210123456789";
        for length in 0..=digits.len() {
            for behind in ["", ",", "}", "/", ":", "x1234567890", ",\"t\":-12345678", "\u{e9}12345678"] {
                let text = format!("{}{behind}", &digits[..length]);
                let number = digits[..length].parse().unwrap_or(0);
                assert_eq!(leading_number(text.as_bytes()), (number, length), "{text}");
            }
        }
        assert_eq!(leading_number("98765432101234567895".as_bytes()), (9_876_543_210_123_456_789, 19));
        assert_eq!(leading_number(b"00000000000000000000001"), (0, 19));
    }

    #[test]
    fn numbers_are_read_as_the_standard_library_reads_them() {
        let digits = "9876543210123456789";
        for length in 1..=digits.len() {
            for text in [&digits[..length], &digits[digits.len() - length..], &"9".repeat(length), &"0".repeat(length)]
            {
                assert_eq!(number(text), text.parse().ok(), "{text}");
            }
        }
        for bad in ["", "98765432101234567890", "12a", "1234567a", "12345678a", "+1", "-1", " 1", "1234567\u{661}"] {
            assert_eq!(number(bad), None, "{bad:?}");
        }
    }
}
