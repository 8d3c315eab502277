//! Variables and repetition in the values of a case.

use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// Values by the names that a case has given them.
#[derive(Clone, Debug, Default)]
pub(super) struct Variables(BTreeMap<String, Value>);

/// The name in text that is one variable and nothing else.
pub(super) fn whole(text: &str) -> Option<&str> {
    let name = text.strip_prefix("${")?.strip_suffix('}')?;
    (!name.contains(['{', '}', '$'])).then_some(name)
}

impl Variables {
    pub(super) fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    pub(super) fn set(&mut self, name: &str, value: Value) {
        self.0.insert(name.to_owned(), value);
    }

    /// The value with repetitions written out and every variable filled in. In a pattern, text that is one unknown variable stays.
    pub(super) fn fill(&self, value: &Value, is_pattern: bool) -> Result<Value, String> {
        Ok(match value {
            Value::String(text) => match whole(text) {
                Some(name) => match self.get(name) {
                    Some(known) => known.clone(),
                    None if is_pattern => value.clone(),
                    None => return Err(format!("nothing is named `{name}`")),
                },
                None => Value::String(self.fill_text(text)?),
            },
            Value::Array(items) => {
                let mut filled = Vec::with_capacity(items.len());
                for item in items {
                    match each(item)? {
                        Some((from, to, item)) => {
                            let numbers: Box<dyn Iterator<Item = i64>> =
                                if from <= to { Box::new(from..=to) } else { Box::new((to..=from).rev()) };
                            for number in numbers {
                                let mut inner = self.clone();
                                inner.set("i", Value::String(number.to_string()));
                                filled.push(inner.fill(item, is_pattern)?);
                            }
                        }
                        None => filled.push(self.fill(item, is_pattern)?),
                    }
                }
                Value::Array(filled)
            }
            Value::Object(fields) => Value::Object(self.fill_fields(fields, is_pattern)?),
            other => other.clone(),
        })
    }

    /// [`Variables::fill`] for the fields of an object.
    pub(super) fn fill_fields(
        &self,
        fields: &Map<String, Value>,
        is_pattern: bool,
    ) -> Result<Map<String, Value>, String> {
        fields.iter().map(|(name, value)| Ok((name.clone(), self.fill(value, is_pattern)?))).collect()
    }

    /// Text with the text of variables in it.
    pub(super) fn fill_text(&self, text: &str) -> Result<String, String> {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, behind) = after.split_once('}').ok_or_else(|| format!("`${{` without `}}` in `{text}`"))?;
            let value = self.get(name).ok_or_else(|| format!("nothing is named `{name}`"))?;
            filled.push_str(before);
            match value {
                Value::String(text) => filled.push_str(text),
                Value::Number(number) => filled.push_str(&number.to_string()),
                other => return Err(format!("`{name}` is no text: {other}")),
            }
            rest = behind;
        }
        filled.push_str(rest);
        Ok(filled)
    }
}

/// `{"each": {"from": 1, "to": 3, "item": …}}`: the item for every number, counting down where `from` is larger.
fn each(value: &Value) -> Result<Option<(i64, i64, &Value)>, String> {
    let Some(each) = value.as_object().filter(|object| object.len() == 1).and_then(|object| object.get("each")) else {
        return Ok(None);
    };
    let number = |name: &str| each.get(name).and_then(Value::as_i64);
    match (number("from"), number("to"), each.get("item"), each.as_object().map(Map::len)) {
        (Some(from), Some(to), Some(item), Some(3)) => Ok(Some((from, to, item))),
        _ => Err(format!("`each` has from, to and item: {each}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn variables() -> Variables {
        let mut variables = Variables::default();
        variables.set("acme", json!("MA1"));
        variables.set("version", json!(7));
        variables
    }

    #[test]
    fn variables_are_filled_in_with_their_type_or_as_text() {
        let filled =
            variables().fill(&json!({"a": "${acme}", "v": "${version}", "t": "x-${acme}-${version}", "n": 1}), false);
        assert_eq!(filled, Ok(json!({"a": "MA1", "v": 7, "t": "x-MA1-7", "n": 1})));
        assert_eq!(variables().fill(&json!("${new}"), false), Err("nothing is named `new`".to_owned()));
        assert_eq!(variables().fill(&json!("${new}"), true), Ok(json!("${new}")));
        assert!(variables().fill(&json!("x${new}"), true).is_err());
    }

    #[test]
    fn each_counts_both_ways() {
        let each = json!(["a", {"each": {"from": 9, "to": 11, "item": {"c": "c-${i}"}}}, {"each": {"from": 2, "to": 1, "item": "${i}"}}]);
        assert_eq!(
            variables().fill(&each, false),
            Ok(json!(["a", {"c": "c-9"}, {"c": "c-10"}, {"c": "c-11"}, "2", "1"]))
        );
        assert!(variables().fill(&json!([{"each": {"from": 1, "to": 2}}]), false).is_err());
    }
}
