//! Codes are read again: from the modules that are drawn to the text, by the standard, for versions 1 to 10 at level M.

use super::*;

const URI: &str = "otpauth://totp/Coinbox:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Coinbox&algorithm=SHA1&digits=6&period=30";

/// Blocks of each version: how many, and data codewords of each; the second kind is longer by one.
const BLOCKS: [(usize, usize, usize); 10] = [
    (1, 16, 0),
    (1, 28, 0),
    (1, 44, 0),
    (2, 32, 0),
    (2, 43, 0),
    (4, 27, 0),
    (4, 31, 0),
    (2, 38, 2),
    (3, 36, 2),
    (4, 43, 1),
];
/// Where alignment patterns stand in the middle and at the end.
const ALIGNED: [&[usize]; 10] =
    [&[], &[6, 18], &[6, 22], &[6, 26], &[6, 30], &[6, 34], &[6, 22, 38], &[6, 24, 42], &[6, 26, 46], &[6, 28, 50]];

/// Dark modules, without the quiet zone.
struct Symbol(Vec<Vec<bool>>);

impl Symbol {
    fn of_blocks(blocks: &str) -> Symbol {
        let mut rows: Vec<Vec<bool>> = Vec::new();
        for line in blocks.lines() {
            let (upper, lower) = line
                .chars()
                .map(|letter| match letter {
                    '\u{2588}' => (false, false),
                    '\u{2580}' => (false, true),
                    '\u{2584}' => (true, false),
                    ' ' => (true, true),
                    other => panic!("{other:?}"),
                })
                .unzip();
            rows.extend([upper, lower]);
        }
        // An odd row at the end has half a block below it.
        rows.truncate(rows[0].len());
        Symbol::without_zone(rows)
    }

    /// One path of squares `M x y h w v h H x V y` of a picture.
    fn of_svg(svg: &str) -> Symbol {
        let after = |text: &str, mark: &str| text.split_once(mark).expect("a mark").1.to_owned();
        let size: usize = after(svg, " width=\"").split('"').next().expect("a size").parse().expect("a number");
        let path = after(svg, " d=\"");
        let squares: Vec<(usize, usize, usize)> = path
            .split('"')
            .next()
            .expect("a path")
            .split('M')
            .skip(1)
            .map(|square| {
                let numbers: Vec<usize> = square
                    .split(|letter: char| !letter.is_ascii_digit())
                    .filter_map(|number| number.parse().ok())
                    .collect();
                (numbers[0], numbers[1], numbers[2])
            })
            .collect();
        let unit = squares[0].2;
        let mut rows = vec![vec![false; size / unit]; size / unit];
        for (x, y, _) in squares {
            rows[y / unit][x / unit] = true;
        }
        Symbol::without_zone(rows)
    }

    fn without_zone(rows: Vec<Vec<bool>>) -> Symbol {
        let dark: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].iter().any(|dark| *dark)).collect();
        let (first, last) = (dark[0], dark[dark.len() - 1]);
        assert!(first >= 4, "a quiet zone of four modules");
        Symbol(rows[first..=last].iter().map(|row| row[first..=last].to_vec()).collect())
    }

    fn size(&self) -> usize {
        self.0.len()
    }

    fn version(&self) -> usize {
        (self.size() - 17) / 4
    }

    /// Whether a module belongs to a pattern and not to the text.
    fn is_pattern(&self, row: usize, column: usize) -> bool {
        let size = self.size();
        let corner = |row: usize, column: usize| row < 9 && column < 9;
        let finder = corner(row, column) || (row < 9 && column >= size - 8) || (row >= size - 8 && column < 9);
        let places = ALIGNED[self.version() - 1];
        let last = size - 7;
        let free = |row: usize, column: usize| ![(6, 6), (6, last), (last, 6)].contains(&(row, column));
        let aligned = places
            .iter()
            .any(|r| places.iter().any(|c| free(*r, *c) && row.abs_diff(*r) <= 2 && column.abs_diff(*c) <= 2));
        let says = self.version() >= 7;
        let version = says && ((row < 6 && column >= size - 11) || (row >= size - 11 && column < 6));
        finder || aligned || version || row == 6 || column == 6
    }

    /// Error correction level and mask.
    fn format(&self) -> (u16, u16) {
        let places = [
            (8, 0),
            (8, 1),
            (8, 2),
            (8, 3),
            (8, 4),
            (8, 5),
            (8, 7),
            (8, 8),
            (7, 8),
            (5, 8),
            (4, 8),
            (3, 8),
            (2, 8),
            (1, 8),
            (0, 8),
        ];
        let bits = places.iter().fold(0, |bits, (row, column)| bits << 1 | u16::from(self.0[*row][*column]));
        let format = bits ^ 0x5412;
        (format >> 13, format >> 10 & 7)
    }

    fn codewords(&self) -> Vec<u8> {
        let (_, mask) = self.format();
        let size = self.size();
        let mut bits = Vec::new();
        let mut right = size - 1;
        let mut upwards = true;
        loop {
            for step in 0..size {
                let row = if upwards { size - 1 - step } else { step };
                for column in [right, right - 1] {
                    if !self.is_pattern(row, column) {
                        bits.push(self.0[row][column] ^ masked(mask, row, column));
                    }
                }
            }
            upwards = !upwards;
            right = match right {
                1 => break,
                8 => 5,
                other => other - 2,
            };
        }
        bits.chunks_exact(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
    }

    fn text(&self) -> String {
        assert_eq!(self.format().0, 0, "level M");
        let (short, length, long) = BLOCKS[self.version() - 1];
        let codewords = self.codewords();
        let mut blocks = vec![Vec::new(); short + long];
        let mut next = codewords.into_iter();
        for place in 0..=length {
            for (number, block) in blocks.iter_mut().enumerate() {
                if place < length || number >= short {
                    block.push(next.next().expect("a codeword"));
                }
            }
        }
        // No block is longer where all are of one length.
        let data = blocks.concat();
        read(&data, self.version())
    }
}

fn masked(mask: u16, row: usize, column: usize) -> bool {
    let product = row * column;
    match mask {
        0 => (row + column).is_multiple_of(2),
        1 => row.is_multiple_of(2),
        2 => column.is_multiple_of(3),
        3 => (row + column).is_multiple_of(3),
        4 => (row / 2 + column / 3).is_multiple_of(2),
        5 => product % 2 + product % 3 == 0,
        6 => (product % 2 + product % 3).is_multiple_of(2),
        _ => ((row + column) % 2 + product % 3).is_multiple_of(2),
    }
}

/// The segments of a symbol: digits, capital letters and digits, bytes.
fn read(data: &[u8], version: usize) -> String {
    const LETTERS: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
    let mut bits = data.iter().flat_map(|byte| (0..8).rev().map(move |place| usize::from(byte >> place & 1)));
    let mut number = |count: usize| (0..count).fold(0, |number, _| number << 1 | bits.next().unwrap_or(0));
    let wide = version >= 10;
    let mut text = Vec::new();
    loop {
        match number(4) {
            0 => break,
            1 => {
                let mut left = number(if wide { 12 } else { 10 });
                while left > 0 {
                    let digits = left.min(3);
                    let value = number([0, 4, 7, 10][digits]);
                    text.extend(format!("{value:0digits$}").bytes());
                    left -= digits;
                }
            }
            2 => {
                let mut left = number(if wide { 11 } else { 9 });
                while left > 1 {
                    let pair = number(11);
                    text.extend([LETTERS[pair / 45], LETTERS[pair % 45]]);
                    left -= 2;
                }
                if left == 1 {
                    text.push(LETTERS[number(6)]);
                }
            }
            4 => {
                let count = number(if wide { 16 } else { 8 });
                text.extend((0..count).map(|_| u8::try_from(number(8)).expect("a byte")));
            }
            other => panic!("mode {other}"),
        }
    }
    String::from_utf8(text).expect("text")
}

#[test]
fn a_code_says_its_text_as_picture_and_as_blocks() {
    let mut versions = Vec::new();
    for text in [
        "1",
        "HELLO WORLD 12345",
        "otpauth://totp/a?secret=JBSWY3DPEHPK3PXP",
        URI,
        &URI[..60],
        &format!("{URI}&image=x"),
        &"Zo\u{eb} 0123456789 ABCDEF ".repeat(8),
    ] {
        let shown = Symbol::of_blocks(&blocks(text).expect("a code"));
        assert_eq!(shown.text(), *text);
        let drawn = Symbol::of_svg(&svg(text).expect("a code"));
        assert_eq!(drawn.0, shown.0, "{text}");
        versions.push(shown.version());
    }
    assert!(versions.contains(&1) && versions.iter().any(|version| *version >= 7), "{versions:?}");
}

#[test]
fn the_picture_holds_no_text_and_runs_nothing() {
    let picture = svg("<script>alert(1)</script>\"'&").expect("a code");
    assert!(picture.starts_with("<?xml") && picture.ends_with("</svg>"), "{picture}");
    for word in ["script", "alert", "href", "onload", "JBSW"] {
        assert!(!picture.contains(word), "{word}");
    }
}

#[test]
fn what_is_empty_or_too_long_has_no_code() {
    assert_eq!(svg(""), Err(NoCode(0)));
    assert_eq!(blocks(&"a".repeat(BYTES_MAX + 1)), Err(NoCode(BYTES_MAX + 1)));
    assert!(svg(&"a".repeat(BYTES_MAX)).is_ok());
}
