//! JSON in which every key of an object stands once.
//!
//! RFC 8259 does not say which of two equal keys counts, and readers differ. JSON that comes from outside is read here: a key that stands
//! twice is reported, and neither of its values counts.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use std::fmt;

/// Repeated keys of one text that are told; a text with more is refused.
const TOLD_MAX: usize = 10_000;

/// A step on the way to a value.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// A key of an object.
    Key(String),
    /// A place in a list.
    Item(usize),
}

/// A key that stands twice in one object.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Repeated {
    /// Where the object is, from the outermost value on.
    pub at: Vec<Step>,
    /// The key.
    pub key: String,
}

impl Repeated {
    /// Path of the key, such as `events[3].quantity`.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for step in self.at.iter().chain([&Step::Key(self.key.clone())]) {
            match step {
                Step::Item(place) => path.push_str(&format!("[{place}]")),
                Step::Key(key) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(&crate::text::shortened(key));
                }
            }
        }
        path
    }
}

/// Why a text is not taken.
#[derive(Debug, thiserror::Error)]
pub enum StrictError {
    /// It is no JSON.
    #[error("{0}")]
    Syntax(#[from] serde_json::Error),
    /// A key stands twice.
    #[error("`{}` stands there twice", .0.path())]
    Repeated(Repeated),
}

/// A value and the first repeated key of each of its objects. Of equal keys the first one is in the value.
pub fn read(bytes: &[u8]) -> Result<(Value, Vec<Repeated>), serde_json::Error> {
    let mut repeated = Vec::new();
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = Reader(&mut repeated).deserialize(&mut reader)?;
    reader.end()?;
    for one in &mut repeated {
        one.at.reverse();
    }
    Ok((value, repeated))
}

/// A value without repeated keys.
///
/// ```
/// # use coinbox_host::json::strict;
/// assert_eq!(strict::from_slice(br#"{"rate": "1"}"#).unwrap()["rate"], "1");
/// let error = strict::from_slice(br#"{"rows": [{"rate": "1", "rate": "2"}]}"#).unwrap_err();
/// assert_eq!(error.to_string(), "`rows[0].rate` stands there twice");
/// ```
pub fn from_slice(bytes: &[u8]) -> Result<Value, StrictError> {
    let (value, repeated) = read(bytes)?;
    match repeated.into_iter().next() {
        Some(first) => Err(StrictError::Repeated(first)),
        None => Ok(value),
    }
}

/// Reads one value; steps of repeated keys are noted from the inside out.
struct Reader<'a>(&'a mut Vec<Repeated>);

impl Reader<'_> {
    /// Adds the step to what was found since.
    fn step(&mut self, since: usize, step: impl Fn() -> Step) {
        for one in &mut self.0[since..] {
            one.at.push(step());
        }
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let since = self.0.len();
            let Some(item) = items.next_element_seed(Reader(self.0))? else { return Ok(Value::Array(list)) };
            self.step(since, || Step::Item(list.len()));
            list.push(item);
        }
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        let mut told = false;
        while let Some(key) = entries.next_key::<String>()? {
            let since = self.0.len();
            let value = entries.next_value_seed(Reader(self.0))?;
            self.step(since, || Step::Key(key.clone()));
            if !object.contains_key(&key) {
                object.insert(key, value);
            } else if !told {
                told = true;
                if self.0.len() == TOLD_MAX {
                    return Err(A::Error::custom(format!("more than {TOLD_MAX} objects in which a key stands twice")));
                }
                self.0.push(Repeated { at: Vec::new(), key });
            }
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(text: &str) -> Vec<String> {
        read(text.as_bytes()).expect("JSON").1.iter().map(Repeated::path).collect()
    }

    #[test]
    fn keys_that_stand_twice_are_found_at_every_depth_08_the_same_column_twice() {
        for (text, found) in [
            (r#"{"a":1,"b":{"a":2}}"#, vec![]),
            (r#"[{"a":1},{"a":1}]"#, vec![]),
            (r#"{"a":1,"a":1}"#, vec!["a"]),
            (r#"{"a":1,"\u0061":2,"a":3}"#, vec!["a"]),
            (
                r#"{"events":[{"q":1},{"q":1,"q":2},{"at":{"x":[{"y":1,"y":2}]}}]}"#,
                vec!["events[1].q", "events[2].at.x[0].y"],
            ),
            (r#"[[{"b":{"c":1,"c":1},"b":2}]]"#, vec!["[0][0].b.c", "[0][0].b"]),
        ] {
            assert_eq!(paths(text), found, "{text}");
        }
        assert_eq!(read(br#"{"a":1,"a":2}"#).expect("JSON").0, json!({"a": 1}), "the first one");
    }

    #[test]
    fn everything_else_is_read_as_ever() {
        let text = r#"{"a":[1,-2,1.5,1e3,18446744073709551615,true,null,"ü\n"],"b":{},"c":[]}"#;
        let expected: Value = serde_json::from_str(text).expect("JSON");
        assert_eq!(from_slice(text.as_bytes()).expect("JSON"), expected);
        for bad in ["", "{", "{}x", "[1,]", "{\"a\"}", "\"\u{1}\"", "nul"] {
            assert!(matches!(from_slice(bad.as_bytes()), Err(StrictError::Syntax(_))), "{bad}");
        }
        let deep = "[".repeat(200) + &"]".repeat(200);
        assert!(matches!(from_slice(deep.as_bytes()), Err(StrictError::Syntax(_))), "no deeper than any other reader");
    }

    #[test]
    fn what_is_told_is_bounded() {
        let text = format!("[{}]", vec![r#"{"a":1,"a":1}"#; TOLD_MAX + 1].join(","));
        assert!(matches!(from_slice(text.as_bytes()), Err(StrictError::Syntax(_))));
    }
}
