//! A document as the text that templates place: amounts, dates and counts written out, lines gathered in sections.
//!
//! * Amounts of lines always have five decimals, because postings are exact to the fifth (R3). A sixth decimal would be shown too. A table of totals,
//!   taxes or balances has the decimals of the currency's smallest unit (two of USD, none of JPY, three of KWD) where all of its amounts are whole
//!   ones; so have the lines of receipts and credit notes. The highlighted amount (due, paid) has as many decimals as it needs, at least those.
//!   Nothing is rounded.
//! * Dates are UTC (R25), written `2026-01-31`, which is read the same everywhere. A period is written with its last day.
//! * Words of the contract (`paid`, `card`, a product's code) are written as the words file has them, or as they are.

use crate::document::{Document, Edition, Kind, LinePrice, Party, Reference};
use crate::marks::{Marks, amount, grouped};
use crate::templates::{Countries, Words};
use coinbox_forms::letters::{self, STAND_IN, Unprintable};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Decimal text of the contract, such as `1234.5`, with these marks.
fn decimal(text: &str, marks: &Marks) -> String {
    let text = plain(text);
    let (whole, fraction) = text.split_once('.').map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let Ok(number) = digits.parse::<u128>() else { return text };
    let fraction = fraction.map(|digits| format!("{}{digits}", marks.decimal)).unwrap_or_default();
    format!("{sign}{}{fraction}", grouped(number, marks))
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
pub(crate) fn plain(text: &str) -> String {
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

/// Decimals of a currency's smallest unit. Of a currency that nobody knows: two.
fn digits(currency: &str) -> usize {
    coinbox_forms::currency::digits(currency).map_or(2, usize::from)
}

/// Least decimals of a table: those of the smallest unit where all of its amounts are whole ones.
fn places(amounts: impl IntoIterator<Item = i128>, digits: usize) -> usize {
    let smallest = (digits..6).fold(1, |unit, _| unit * 10);
    if amounts.into_iter().all(|micros| micros % smallest == 0) { digits } else { 5 }
}

/// `Visa •••• 4242`, from the brand and last digits that the rules write.
fn masked(card: &str) -> String {
    let card = plain(card);
    let Some((brand, digits)) =
        card.rsplit_once(' ').filter(|(_, digits)| digits.bytes().all(|byte| byte.is_ascii_digit()))
    else {
        return card;
    };
    let mut letters = brand.chars();
    let brand: String = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    format!("{brand} •••• {digits}")
}

fn reference(about: &Reference) -> Value {
    json!({"kind": about.kind.name(), "number": plain(&about.number), "date": date(about.issued)})
}

/// What templates read as `document.json`. Fields are only ever added: templates of earlier editions and of operators read it too.
pub(crate) fn document(document: &Document, words: &Words, countries: &Countries) -> Value {
    let marks = words.marks();
    let wide = |micros: &i64| i128::from(*micros);
    let (gross, tax) = (document.gross(), document.taxes.iter().map(|tax| i128::from(tax.amount)).sum::<i128>());
    let present = document.edition >= Edition::PRESENT;
    let digits = digits(&document.currency);
    let in_totals = [gross, tax, wide(&document.discount), wide(&document.net), wide(&document.total)];
    let in_totals = if present { places(in_totals, digits) } else { 5 };
    let in_taxes = document.taxes.iter().flat_map(|tax| [wide(&tax.base), wide(&tax.amount)]);
    let in_taxes = if present { places(in_taxes, digits) } else { 5 };
    let balances = [document.opening_balance, document.closing_balance, document.total, document.amount_due];
    let moved = document.movements.iter().map(|movement| movement.amount);
    let in_balance = if present { places(balances.into_iter().chain(moved).map(i128::from), digits) } else { 5 };
    let exact = |micros: i64| amount(i128::from(micros), in_totals, &marks);
    let taxed = |micros: i64| amount(i128::from(micros), in_taxes, &marks);
    let balance = |micros: i64| amount(i128::from(micros), in_balance, &marks);
    let standing_out = match document.kind {
        Kind::Invoice => document.amount_due,
        Kind::CreditNote | Kind::Receipt => document.total,
    };
    let taxes: Vec<Value> = document
        .taxes
        .iter()
        .map(|tax| {
            json!({"name": plain(&tax.name), "percent": plain(&tax.percent).replace('.', &marks.decimal),
                "base": taxed(tax.base), "amount": taxed(tax.amount), "reverse-charge": tax.reverse_charge,
                "legal-basis": plain(&tax.legal_basis)})
        })
        .collect();
    let period = document
        .period_start
        .zip(document.period_end)
        .map(|(start, end)| json!({"from": date(start), "to": date(end.saturating_sub(1).max(start))}));
    let moved_at = document.payment_at.unwrap_or(document.issued);
    let note: Vec<String> = document.note.lines().map(plain).collect();
    json!({
        "kind": document.kind.name(),
        "number": plain(&document.number),
        "issued": {"date": date(document.issued), "time": utc(document.issued, "%H:%M:%S UTC")},
        "period": period,
        "seller": party(&document.seller, countries),
        "customer": party(&document.customer, countries),
        "currency": plain(&document.currency),
        "sections": sections(document, words, &marks),
        "gross": amount(gross, in_totals, &marks),
        "discount": (document.discount != 0).then(|| amount(-i128::from(document.discount), in_totals, &marks)),
        "rounding": (document.rounding != 0).then(|| exact(document.rounding)),
        "net": exact(document.net),
        "taxes": taxes,
        "tax": amount(tax, in_totals, &marks),
        "total": exact(document.total),
        "charged": amount(-i128::from(document.total), in_balance, &marks),
        "opening-balance": balance(document.opening_balance),
        "closing-balance": balance(document.closing_balance),
        "movements": movements(document, balance),
        "amount-due": balance(document.amount_due),
        "owes": document.amount_due > 0,
        "headline": amount(i128::from(standing_out), digits, &marks),
        "status": {"code": plain(&document.status), "shown": words.word("status", &plain(&document.status))},
        "method": words.word("method", &plain(&document.method)),
        "product": document.lines.first().map(|line| plain(&line.product)),
        "refers-to": document.refers_to.as_deref().map(plain),
        "note": note.join("\n").trim(),
        "reason": words.word("reason", note.join("\n").trim()),
        "about": document.about.as_ref().map(reference),
        "due": document.due.map(date),
        "payment-terms": plain(&document.payment_terms),
        "ways-to-pay": document.ways_to_pay.iter().map(|line| plain(line)).filter(|line| !line.is_empty()).collect::<Vec<_>>(),
        "card": masked(&document.card),
        "payment-reference": plain(&document.payment_reference),
        "moved": {"date": date(moved_at), "time": utc(moved_at, "%H:%M:%S UTC")},
    })
}

/// Movements of before the period have a heading, and so have those that follow them (R83).
fn movements(document: &Document, balance: impl Fn(i64) -> String) -> Vec<Value> {
    let mut before = false;
    let shown = document.movements.iter().map(|movement| {
        let heading = match (before, movement.earlier) {
            (false, true) => Some("earlier-movements"),
            (true, false) => Some("movements-of-period"),
            _ => None,
        };
        before = movement.earlier;
        json!({"label": plain(&movement.label), "date": date(movement.at), "amount": balance(movement.amount), "heading": heading})
    });
    shown.collect()
}

fn party(party: &Party, countries: &Countries) -> Value {
    let lines: Vec<String> =
        party.address_lines.iter().map(|line| plain(line)).filter(|line| !line.is_empty()).collect();
    json!({"legal-name": plain(&party.legal_name), "address-lines": lines, "country": plain(&party.country),
        "country-name": countries.name(&plain(&party.country)), "registration-number": plain(&party.registration_number),
        "phone": plain(&party.phone), "tax-id": plain(&party.tax_id), "email": plain(&party.email), "auth-id": plain(&party.auth_id)})
}

/// Lines of one section follow each other; a section that comes again is printed again.
fn sections(document: &Document, words: &Words, marks: &Marks) -> Vec<Value> {
    let present = document.edition >= Edition::PRESENT;
    let least = if present && document.kind != Kind::Invoice {
        places(document.lines.iter().map(|line| i128::from(line.amount)), digits(&document.currency))
    } else {
        5
    };
    let groups = document.lines.chunk_by(|left, right| left.section == right.section);
    groups
        .map(|group| {
            let subtotal: i128 = group.iter().map(|line| i128::from(line.amount)).sum();
            let lines: Vec<Value> = group
                .iter()
                .map(|line| {
                    let unit = |one: bool, unit: &str| {
                        if one && present {
                            words.word_of("unit-one", "unit", &plain(unit))
                        } else {
                            words.word("unit", &plain(unit))
                        }
                    };
                    let used = grouped(u128::from(line.quantity), marks);
                    let used = (used, unit(line.quantity == 1, &line.unit));
                    let (quantity, price) = match &line.price {
                        Some(LinePrice { billed, unit: of, unit_price }) => {
                            ((decimal(billed, marks), unit(billed == "1", of)), Some(decimal(unit_price, marks)))
                        }
                        None => (used.clone(), None),
                    };
                    // What was used, where other than that was billed: seconds of minutes, say.
                    let of_use = (used.0 != quantity.0).then(|| json!({"quantity": used.0, "unit": used.1}));
                    let used = line.used_from.zip(line.used_to).map(|(from, to)| json!({"from": date(from), "to": date(to)}));
                    json!({"product": words.word("product", &plain(&line.product)), "description": plain(&line.description),
                        "quantity": quantity.0, "unit": quantity.1, "of-use": of_use, "unit-price": price,
                        "count": (line.count > 0).then(|| grouped(u128::from(line.count), marks)), "used": used,
                        "amount": amount(i128::from(line.amount), least, marks)})
                })
                .collect();
            json!({"auth-id": plain(&group[0].section), "name": plain(&group[0].section_name), "lines": lines,
                "subtotal": amount(subtotal, least, marks)})
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
    fn decimal_text_gets_the_marks_of_the_language() {
        let german = Marks { decimal: ",".to_owned(), group: ".".to_owned() };
        for (text, english, in_german) in [
            ("0.0120", "0.0120", "0,0120"),
            ("1234567", "1,234,567", "1.234.567"),
            ("-1234.5", "-1,234.5", "-1.234,5"),
            ("many", "many", "many"),
        ] {
            assert_eq!((decimal(text, &marks()).as_str(), decimal(text, &german).as_str()), (english, in_german));
        }
    }

    /// money-13: brand and last digits, as cards are written on receipts.
    #[test]
    fn cards_are_masked() {
        for (card, expected) in [
            ("visa 4242", "Visa •••• 4242"),
            ("american express 0005", "American express •••• 0005"),
            ("", ""),
            ("bank debit", "bank debit"),
        ] {
            assert_eq!(masked(card), expected);
        }
    }

    /// CRD-17: a table shows whole smallest units of its currency, or every decimal that a posting has.
    #[test]
    fn tables_have_the_decimals_of_their_currency() {
        for (currency, whole, part) in [("USD", 10_000, 5_000), ("JPY", 1_000_000, 10_000), ("KWD", 1_000, 10)] {
            let digits = digits(currency);
            assert_eq!(places([0, whole, -3 * whole], digits), digits, "{currency}");
            assert_eq!(places([whole, part], digits), 5, "{currency}");
        }
        assert_eq!(["USD", "JPY", "KWD", "???"].map(digits), [2, 0, 3, 2]);
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
