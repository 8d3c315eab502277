//! A document as the text that templates place: amounts, dates and counts written out, lines gathered in sections.
//!
//! * Amounts in tables always have five decimals (postings are exact to the fifth, R3); should one ever have a sixth, it is shown. The amount that
//!   stands out (due, paid) has as many as it needs, at least two. Nothing is rounded.
//! * Dates are UTC (R25), written `2026-01-31`: read the same everywhere. The period ends with its last day.
//! * Words of the contract (`paid`, `card`, a product's code) are written as the words file has them, or as they are.

use crate::document::{Document, Kind, Party};
use crate::templates::Words;
use coinbox_forms::letters::{self, STAND_IN, Unprintable};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

const MICROS: u64 = 1_000_000;

/// How numbers are written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Marks {
    /// Between whole and fraction.
    pub decimal: String,
    /// Between groups of three digits.
    pub group: String,
}

/// Exact decimal text.
pub fn amount(micros: i128, least_decimals: usize, marks: &Marks) -> String {
    let sign = if micros < 0 { "-" } else { "" };
    let magnitude = micros.unsigned_abs();
    let fraction = format!("{:06}", magnitude % u128::from(MICROS));
    let kept = fraction.trim_end_matches('0').len().max(least_decimals);
    let whole = grouped(magnitude / u128::from(MICROS), marks);
    format!("{sign}{whole}{}{}", marks.decimal, &fraction[..kept])
}

/// A whole number in groups of three.
pub fn grouped(number: u128, marks: &Marks) -> String {
    let digits = number.to_string();
    let mut written = String::with_capacity(digits.len() * 2);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push_str(&marks.group);
        }
        written.push(digit);
    }
    written
}

/// Decimal text of the contract with the marks of the language.
fn number(text: &str, marks: &Marks) -> String {
    let text = plain(text);
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let whole = whole.parse().map_or_else(|_| whole.to_owned(), |whole| grouped(whole, marks));
    if fraction.is_empty() { whole } else { format!("{whole}{}{fraction}", marks.decimal) }
}

fn utc(at_ms: i64, format: &str) -> String {
    let moment = Timestamp::from_millisecond(at_ms).unwrap_or_default().to_zoned(TimeZone::UTC);
    moment.strftime(format).to_string()
}

fn date(at_ms: i64) -> String {
    utc(at_ms, "%Y-%m-%d")
}

/// Text as it may be printed: no control characters, no overrides of the writing direction, no invisible padding at the ends, and a visible
/// stand-in for every letter that no font will ever have. The rules refuse such letters; documents that hold one already are frozen.
pub fn plain(text: &str) -> String {
    let kept = text.chars().filter_map(|letter| match letter {
        '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{200E}' | '\u{200F}' | '\u{061C}' => None,
        // Tags, interlinear annotations and the like: never seen, only searched for.
        '\u{FEFF}' | '\u{206A}'..='\u{206F}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}' => None,
        '\u{2028}' | '\u{2029}' => Some(' '),
        letter if letter.is_control() => Some(' '),
        letter if letters::unprintable(letter).is_some_and(Unprintable::has_no_picture) => Some(STAND_IN),
        letter => Some(letter),
    });
    kept.collect::<String>().trim().to_owned()
}

/// What templates read as `document.json`.
pub fn document(document: &Document, words: &Words) -> Value {
    let marks = words.marks();
    let exact = |micros: i64| amount(i128::from(micros), 5, &marks);
    let standing_out = match document.kind {
        Kind::Invoice => document.amount_due,
        Kind::CreditNote | Kind::Receipt => document.total,
    };
    let taxes: Vec<Value> = document
        .taxes
        .iter()
        .map(|tax| {
            json!({"name": plain(&tax.name), "percent": plain(&tax.percent).replace('.', &marks.decimal),
                "base": exact(tax.base), "amount": exact(tax.amount), "reverse-charge": tax.reverse_charge})
        })
        .collect();
    let movements: Vec<Value> = document
        .movements
        .iter()
        .map(|movement| {
            json!({"label": plain(&movement.label), "date": date(movement.at), "amount": exact(movement.amount),
                "earlier": movement.earlier})
        })
        .collect();
    let period = document
        .period_start
        .zip(document.period_end)
        .map(|(start, end)| json!({"from": date(start), "to": date(end.saturating_sub(1).max(start))}));
    let note: Vec<String> = document.note.lines().map(plain).collect();
    json!({
        "kind": document.kind.name(),
        "number": plain(&document.number),
        "issued": {"date": date(document.issued), "time": utc(document.issued, "%H:%M:%S UTC")},
        "period": period,
        "seller": party(&document.seller),
        "customer": party(&document.customer),
        "currency": plain(&document.currency),
        "sections": sections(document, words, &marks),
        "gross": amount(document.gross(), 5, &marks),
        "discount": (document.discount != 0).then(|| amount(-i128::from(document.discount), 5, &marks)),
        "rounding": (document.rounding != 0).then(|| exact(document.rounding)),
        "net": exact(document.net),
        "taxes": taxes,
        "tax": amount(document.taxes.iter().map(|tax| i128::from(tax.amount)).sum(), 5, &marks),
        "total": exact(document.total),
        "charged": amount(-i128::from(document.total), 5, &marks),
        "opening-balance": exact(document.opening_balance),
        "closing-balance": exact(document.closing_balance),
        "movements": movements,
        "amount-due": exact(document.amount_due),
        "headline": amount(i128::from(standing_out), 2, &marks),
        "status": {"code": plain(&document.status), "shown": words.word("status", &plain(&document.status))},
        "method": words.word("method", &plain(&document.method)),
        "refers-to": document.refers_to.as_deref().map(plain),
        "note": note.join("\n").trim(),
    })
}

fn party(party: &Party) -> Value {
    let lines: Vec<String> =
        party.address_lines.iter().map(|line| plain(line)).filter(|line| !line.is_empty()).collect();
    json!({"legal-name": plain(&party.legal_name), "address-lines": lines, "country": plain(&party.country),
        "tax-id": plain(&party.tax_id), "email": plain(&party.email), "auth-id": plain(&party.auth_id)})
}

/// Lines of one section follow each other; a section that comes again is printed again.
fn sections(document: &Document, words: &Words, marks: &Marks) -> Vec<Value> {
    let groups = document.lines.chunk_by(|left, right| left.section == right.section);
    groups
        .map(|group| {
            let subtotal: i128 = group.iter().map(|line| i128::from(line.amount)).sum();
            let lines: Vec<Value> = group
                .iter()
                .map(|line| {
                    let unit = words.word("unit", &plain(&line.unit));
                    let price = line.price.as_ref().map(|price| {
                        json!({"billed": number(&price.billed, marks), "unit": words.word("unit", &plain(&price.unit)),
                            "unit-price": number(&price.unit_price, marks)})
                    });
                    let used = line.used_from.zip(line.used_to).map(|(from, to)| json!({"from": date(from), "to": date(to)}));
                    json!({"product": words.word("product", &plain(&line.product)), "description": plain(&line.description),
                        "quantity": grouped(u128::from(line.quantity), marks), "unit": unit,
                        "count": grouped(u128::from(line.count), marks), "price": price, "used": used,
                        "amount": amount(i128::from(line.amount), 5, marks)})
                })
                .collect();
            json!({"auth-id": plain(&group[0].section), "name": plain(&group[0].section_name), "lines": lines,
                "subtotal": amount(subtotal, 5, marks)})
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marks() -> Marks {
        Marks { decimal: ".".to_owned(), group: ",".to_owned() }
    }

    #[test]
    fn amounts_are_exact_and_grouped() {
        for (micros, least, expected) in [
            (0, 5, "0.00000"),
            (10, 5, "0.00001"),
            (-10, 5, "-0.00001"),
            (1, 5, "0.000001"),
            (999_999_990, 5, "999.99999"),
            (1_000_000_000, 5, "1,000.00000"),
            (-1_234_567_891_230, 5, "-1,234,567.89123"),
            (25_000_000, 2, "25.00"),
            (25_500_000, 2, "25.50"),
            (25_123_450, 2, "25.12345"),
            (i128::from(i64::MAX), 2, "9,223,372,036,854.775807"),
            (i128::from(i64::MIN), 2, "-9,223,372,036,854.775808"),
        ] {
            assert_eq!(amount(micros, least, &marks()), expected, "{micros}");
        }
        let german = Marks { decimal: ",".to_owned(), group: ".".to_owned() };
        assert_eq!(amount(1_234_500_000, 5, &german), "1.234,50000");
        assert_eq!(grouped(u128::from(u64::MAX), &marks()), "18,446,744,073,709,551,615");
    }

    #[test]
    fn dates_are_utc() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(1_796_083_199_999), "2026-11-30");
        assert_eq!(date(1_796_083_200_000), "2026-12-01");
        assert_eq!(utc(253_370_764_799_999, "%Y-%m-%d %H:%M:%S UTC"), "9998-12-31 23:59:59 UTC");
    }

    #[test]
    fn nothing_invisible_reaches_the_page() {
        assert_eq!(plain("  Acme\u{202E}gpj.exe\u{202C}\u{0007}\tLtd\u{FEFF} \r\n"), "Acmegpj.exe  Ltd");
        // Joiners shape words in Persian and Indic scripts: they stay.
        assert_eq!(plain("می\u{200C}خواهم"), "می\u{200C}خواهم");
        assert_eq!(plain("#import \"x\" $a$ *b* \\c"), "#import \"x\" $a$ *b* \\c");
    }
}
