//! The text of a wallet, read and written by hand: one is read and one is written for each event of a batch.
//!
//! What is written is what serialising gives, byte for byte. What is read is that form and no other one; any other form of the record (another order,
//! spaces, escapes, a field of a later version) is left to the general reader.

use super::record::{Wallet, is_nothing, is_zero};
use crate::lots::Place;
use coinbox_ground::currency::Currency;
use coinbox_ground::money::Money;
use coinbox_ground::text::{ascii, push_number};

/// Appends the text of a wallet.
pub(super) fn write(text: &mut String, wallet: &Wallet) {
    let Wallet { v, balance, reserved, limit, rest, place, behind, trip, flags, currency } = wallet;
    text.push_str(r#"{"v":"#);
    push_number(text, i64::from(*v));
    text.push_str(r#","b":"#);
    push_number(text, balance.micros());
    if !is_zero(reserved) {
        text.push_str(r#","r":"#);
        push_number(text, reserved.micros());
    }
    if let Some(limit) = limit {
        text.push_str(r#","c":"#);
        push_number(text, limit.micros());
    }
    if !is_zero(rest) {
        text.push_str(r#","l":"#);
        push_number(text, rest.micros());
    }
    if let Some(place) = place {
        text.push_str(r#","k":""#);
        text.push_str(place.as_str());
        text.push('"');
    }
    if let Some(behind) = behind {
        text.push_str(r#","e":"#);
        push_number(text, *behind);
    }
    text.push_str(r#","t":"#);
    push_number(text, trip.micros());
    if !is_nothing(flags) {
        text.push_str(r#","s":"#);
        push_number(text, i64::from(*flags));
    }
    if !currency.is_usd() {
        text.push_str(r#","m":""#);
        text.push_str(currency.code());
        text.push('"');
    }
    text.push('}');
}

/// Reads the text that [`write`] gives. None: it is of another form.
pub(super) fn read(text: &str) -> Option<Wallet> {
    let mut left = Left(text.as_bytes());
    let v = left.field(br#"{"v":"#)??;
    let balance = left.field(br#","b":"#)??;
    let reserved = left.field(br#","r":"#)?;
    let limit = left.field(br#","c":"#)?;
    let rest = left.field(br#","l":"#)?;
    let place = if left.skip(br#","k":""#) { Some(left.place()?) } else { None };
    let behind = left.field(br#","e":"#)?;
    let trip = left.field(br#","t":"#)??;
    let flags = left.field(br#","s":"#)?;
    let currency = if left.skip(br#","m":""#) { left.currency()? } else { Currency::USD };
    if left.0 != b"}" {
        return None;
    }
    let amount = |micros: Option<i64>| micros.map(Money::from_micros);
    Some(Wallet {
        v: u32::try_from(v).ok()?,
        balance: Money::from_micros(balance),
        reserved: amount(reserved).unwrap_or_default(),
        limit: amount(limit),
        rest: amount(rest).unwrap_or_default(),
        place,
        behind,
        trip: Money::from_micros(trip),
        flags: u8::try_from(flags.unwrap_or(0)).ok()?,
        currency,
    })
}

/// What is left to read.
struct Left<'a>(&'a [u8]);

impl Left<'_> {
    fn skip(&mut self, expected: &[u8]) -> bool {
        match self.0.strip_prefix(expected) {
            Some(rest) => {
                self.0 = rest;
                true
            }
            None => false,
        }
    }

    /// The number behind a name. Inside none: the name is not next. None: what is behind it is no whole number.
    fn field(&mut self, name: &[u8]) -> Option<Option<i64>> {
        if self.skip(name) { self.number().map(Some) } else { Some(None) }
    }

    /// A whole number as JSON has it: no zero in front, no sign before zero.
    fn number(&mut self) -> Option<i64> {
        let negative = self.skip(b"-");
        let (value, digits) = ascii::leading_number(self.0);
        if digits == 19 && self.0.get(digits).is_some_and(u8::is_ascii_digit) {
            return None;
        }
        let canonical = if self.0.first() == Some(&b'0') { digits == 1 && !negative } else { digits > 0 };
        self.0 = &self.0[digits..];
        let number = if negative { 0_i64.checked_sub_unsigned(value) } else { i64::try_from(value).ok() };
        number.filter(|_| canonical)
    }

    /// A text up to its quote.
    fn text(&mut self) -> Option<&str> {
        let end = ascii::find(self.0, b'"')?;
        let (text, rest) = self.0.split_at(end);
        self.0 = &rest[1..];
        std::str::from_utf8(text).ok()
    }

    fn place(&mut self) -> Option<Place> {
        Place::parse(self.text()?)
    }

    fn currency(&mut self) -> Option<Currency> {
        Currency::parse(self.text()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lots::LotKind;
    use coinbox_ground::testing::Dice;

    fn drawn(dice: &mut Dice) -> Wallet {
        let amount = |dice: &mut Dice| match dice.throw(8) {
            0 => 0,
            1 => i64::MIN,
            2 => i64::MAX,
            bits => ((dice.throw(u64::MAX) >> (bits * 8)) as i64) * if dice.throw(2) == 0 { 1 } else { -1 },
        };
        let money = |dice: &mut Dice| Money::from_micros(amount(dice));
        let kinds = [LotKind::Trial, LotKind::Promotional, LotKind::Cash];
        let place = (dice.throw(4) > 0).then(|| {
            let kind = kinds[dice.throw(3) as usize];
            let expires = (dice.throw(2) == 0).then(|| amount(dice));
            Place::of(kind, amount(dice), expires, dice.throw(1 << 32) as u32)
        });
        Wallet {
            balance: money(dice),
            reserved: if dice.throw(2) == 0 { Money::ZERO } else { money(dice) },
            limit: (dice.throw(3) == 0).then(|| money(dice)),
            rest: money(dice),
            place,
            behind: (dice.throw(3) == 0).then(|| amount(dice)),
            trip: money(dice),
            flags: if dice.throw(2) == 0 { 0 } else { dice.throw(256) as u8 },
            ..Wallet::new(Currency::parse(["USD", "EUR", "JPY", "KWD"][dice.throw(4) as usize]).expect("known"))
        }
    }

    #[test]
    fn what_is_written_by_hand_is_what_serialising_gives() {
        let mut dice = Dice(41);
        for _ in 0..5_000 {
            let wallet = drawn(&mut dice);
            let mut text = String::new();
            write(&mut text, &wallet);
            assert_eq!(text, serde_json::to_string(&wallet).expect("text"));
            assert_eq!(read(&text), Some(wallet));
        }
    }

    /// One byte taken away, put in or changed: what is still read by hand is read the same by the general reader.
    #[test]
    fn what_is_read_by_hand_is_what_the_general_reader_reads() {
        const BYTES: &[u8] = b"0123456789-+.eE \"\\,:{}vbrcklets/\n";
        let mut dice = Dice(42);
        let mut both = 0;
        for _ in 0..20_000 {
            let mut bytes = serde_json::to_string(&drawn(&mut dice)).expect("text").into_bytes();
            let at = dice.throw(bytes.len() as u64) as usize;
            let byte = BYTES[dice.throw(BYTES.len() as u64) as usize];
            match dice.throw(3) {
                0 => drop(bytes.remove(at)),
                1 => bytes.insert(at, byte),
                _ => bytes[at] = byte,
            }
            let text = String::from_utf8(bytes).expect("ASCII");
            if let Some(wallet) = read(&text) {
                both += 1;
                let general = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{text}: {error}"));
                assert_eq!(wallet, general, "{text}");
            }
        }
        assert!(both > 1_000, "changed digits are still numbers: {both}");
    }

    #[test]
    fn another_form_is_left_to_the_general_reader() {
        let plain = r#"{"v":1,"b":5,"t":-9}"#;
        assert!(read(plain).is_some());
        for other in [
            r#"{"v":1,"t":-9,"b":5}"#,
            r#"{"v":1, "b":5,"t":-9}"#,
            r#"{"v":1,"b":5,"t":-9,"z":1}"#,
            r#"{"v":1,"b":5,"k":"\u0032/1772323200000/000001","t":-9}"#,
        ] {
            assert_eq!(read(other), None, "{other}");
            assert!(serde_json::from_str::<Wallet>(other).is_ok(), "{other}");
        }
        for bad in ["", "{}", r#"{"v":1,"b":05,"t":-9}"#, r#"{"v":1,"b":-0,"t":-9}"#, r#"{"v":1,"b":5,"t":-9}}"#] {
            assert_eq!(read(bad), None, "{bad}");
        }
    }
}
