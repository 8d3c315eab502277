//! Whether a value is the expected one.

use super::values::{Variables, whole};
use serde_json::{Map, Value};

/// Key of an object that allows further fields, and last item of an array that allows further items.
const MORE: &str = "...";

/// Matches, and keeps what `${name}` stands for. The pattern is filled already. The error says where and what.
pub(super) fn matches(pattern: &Value, found: &Value, variables: &mut Variables) -> Result<(), String> {
    at("", pattern, found, variables)
}

/// [`matches`] for an object of which only the named fields are looked at, at every depth of objects.
pub(super) fn matches_part(pattern: &Value, found: &Value, variables: &mut Variables) -> Result<(), String> {
    let (Value::Object(expected), Value::Object(fields)) = (pattern, found) else {
        return matches(pattern, found, variables);
    };
    for (name, pattern) in expected.iter().filter(|(name, _)| *name != MORE) {
        let found = fields.get(name).ok_or_else(|| format!("`{name}` is missing in {found}"))?;
        matches_part(pattern, found, variables).map_err(|problem| format!("`{name}`: {problem}"))?;
    }
    Ok(())
}

fn at(path: &str, pattern: &Value, found: &Value, variables: &mut Variables) -> Result<(), String> {
    let here = if path.is_empty() { "the value" } else { path };
    let differs = || Err(format!("{here}: expected {pattern}, found {found}"));
    match (pattern, found) {
        (Value::String(text), _) if text == "*" => Ok(()),
        (Value::String(text), _) if whole(text).is_some() => {
            let name = whole(text).expect("just seen");
            match variables.get(name) {
                Some(known) if known == found => Ok(()),
                Some(known) => Err(format!("{here}: expected {known} (`{name}`), found {found}")),
                None => {
                    variables.set(name, found.clone());
                    Ok(())
                }
            }
        }
        (Value::Object(expected), _) if is_form(expected) => {
            let form = expected["matches"].as_str().expect("just seen");
            if has_form(form, found.as_str().unwrap_or_default())? { Ok(()) } else { differs() }
        }
        (Value::Object(expected), _) if is_part(expected) => {
            let Some(items) = found.as_array() else { return differs() };
            let mut items = items.iter();
            for pattern in expected["has"].as_array().into_iter().flatten() {
                let fits = items.find_map(|item| {
                    let mut tried = variables.clone();
                    at(path, pattern, item, &mut tried).is_ok().then_some(tried)
                });
                *variables = fits.ok_or_else(|| format!("{here}: no further {pattern} in {found}"))?;
            }
            Ok(())
        }
        (Value::Object(expected), Value::Object(fields)) => {
            for (name, pattern) in expected.iter().filter(|(name, _)| *name != MORE) {
                let path = format!("{path}.{name}");
                let found = fields.get(name).ok_or_else(|| format!("{path} is missing in {found}"))?;
                at(&path, pattern, found, variables)?;
            }
            let unexpected = fields.keys().find(|name| !expected.contains_key(*name));
            match unexpected {
                Some(name) if !expected.contains_key(MORE) => Err(format!("{here}: unexpected `{name}` in {found}")),
                _ => Ok(()),
            }
        }
        (Value::Array(expected), Value::Array(items)) => {
            let more = expected.last().is_some_and(|last| last == MORE);
            let expected = if more { &expected[..expected.len() - 1] } else { &expected[..] };
            if items.len() < expected.len() || (!more && items.len() > expected.len()) {
                return Err(format!("{here}: expected {} items, found {}: {found}", expected.len(), items.len()));
            }
            for (place, (pattern, found)) in expected.iter().zip(items).enumerate() {
                at(&format!("{path}[{place}]"), pattern, found, variables)?;
            }
            Ok(())
        }
        _ if pattern == found => Ok(()),
        _ => differs(),
    }
}

fn is_part(object: &Map<String, Value>) -> bool {
    object.len() == 1 && object.get("has").is_some_and(Value::is_array)
}

fn is_form(object: &Map<String, Value>) -> bool {
    object.len() == 1 && object.get("matches").is_some_and(Value::is_string)
}

/// A form is letters and classes such as `[A-Z0-9]`, each optionally with a count such as `{18}`.
fn has_form(form: &str, text: &str) -> Result<bool, String> {
    let broken = || format!("`{form}` is no form");
    let mut letters = text.chars();
    let mut rest = form.chars().peekable();
    while let Some(first) = rest.next() {
        let mut class = Vec::new();
        if first == '[' {
            loop {
                let from = rest.next().filter(|letter| *letter != '[').ok_or_else(broken)?;
                if from == ']' {
                    break;
                }
                let to = if rest.next_if_eq(&'-').is_some() { rest.next().ok_or_else(broken)? } else { from };
                class.push(from..=to);
            }
        } else {
            class.push(first..=first);
        }
        let mut count = 1;
        if rest.next_if_eq(&'{').is_some() {
            let digits: String = std::iter::from_fn(|| rest.next_if(char::is_ascii_digit)).collect();
            count = digits.parse().map_err(|_| broken())?;
            rest.next_if_eq(&'}').ok_or_else(broken)?;
        }
        for _ in 0..count {
            let fits = letters.next().is_some_and(|letter| class.iter().any(|range| range.contains(&letter)));
            if !fits {
                return Ok(false);
            }
        }
    }
    Ok(letters.next().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn holds(pattern: Value, found: Value) -> bool {
        matches(&pattern, &found, &mut Variables::default()).is_ok()
    }

    #[test]
    fn values_are_exact_unless_the_pattern_says_otherwise() {
        assert!(holds(json!({"a": 1, "b": [null]}), json!({"b": [null], "a": 1})));
        assert!(!holds(json!({"a": 1}), json!({"a": 1, "b": 2})));
        assert!(!holds(json!({"a": 1, "b": "*"}), json!({"a": 1})));
        assert!(holds(json!({"a": 1, "...": true}), json!({"a": 1, "b": 2})));
        assert!(!holds(json!({"a": "1"}), json!({"a": 1})));
        assert!(!holds(json!([1]), json!([1, 2])));
        assert!(holds(json!([1, "..."]), json!([1, 2])) && holds(json!([1, "..."]), json!([1])));
        assert!(!holds(json!([1, "..."]), json!([])));
        assert!(holds(json!("*"), json!({"any": "thing"})) && holds(json!("*"), json!(null)));
        assert!(!holds(json!(null), json!(0)));
    }

    #[test]
    fn a_part_of_an_array_is_in_its_order() {
        assert!(holds(json!({"has": [1, 3]}), json!([1, 2, 3])) && holds(json!({"has": []}), json!([1])));
        for found in [json!([3, 1]), json!([1]), json!({"has": [1, 3]}), json!(null)] {
            assert!(!holds(json!({"has": [1, 3]}), found));
        }
        let mut variables = Variables::default();
        let pattern = json!({"has": [{"a": "${x}", "b": 2}]});
        assert_eq!(matches(&pattern, &json!([{"a": 1, "b": 1}, {"a": 5, "b": 2}]), &mut variables), Ok(()));
        assert_eq!(variables.get("x"), Some(&json!(5)));
    }

    #[test]
    fn a_name_stands_for_one_value() {
        let mut variables = Variables::default();
        assert_eq!(matches(&json!(["${x}", "${x}"]), &json!(["a", "a"]), &mut variables), Ok(()));
        assert_eq!(variables.get("x"), Some(&json!("a")));
        assert!(matches(&json!("${x}"), &json!("b"), &mut variables).is_err());
    }

    #[test]
    fn forms_are_letters_and_classes_with_counts() {
        for (form, text, fits) in [
            ("MA[A-Z0-9]{3}", "MAX0Z", true),
            ("MA[A-Z0-9]{3}", "MAX0z", false),
            ("MA[A-Z0-9]{3}", "MAX0", false),
            ("MA[A-Z0-9]{3}", "MAX0ZZ", false),
            ("a", "", false),
        ] {
            assert_eq!(has_form(form, text), Ok(fits), "{form} {text}");
        }
        assert!(has_form("[A", "A").is_err() && has_form("a{x}", "a").is_err());
    }

    #[test]
    fn parts_look_at_named_fields_only() {
        let part = |pattern, found| matches_part(&pattern, &found, &mut Variables::default()).is_ok();
        assert!(part(json!({"facts": {"a": "1"}}), json!({"facts": {"a": "1", "b": "2"}, "kind": "k"})));
        assert!(!part(json!({"facts": {"a": "1"}}), json!({"facts": {"b": "2"}})));
        assert!(!part(json!({"calls": ["a"]}), json!({"calls": ["a", "b"]})));
    }
}
