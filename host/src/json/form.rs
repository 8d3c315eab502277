//! Values of the contract from and to JSON, see [the form](super).

use serde_json::{Map, Value};
use wasmtime::component::Val;
use wasmtime::component::types::{Case, Type};

/// Deepest nesting that is read or written. The contract needs nine.
const DEPTH_MAX: usize = 32;

/// A JSON value that is not of the expected form, or a WIT value that has none.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{}{problem}", if path.is_empty() { String::new() } else { format!("`{path}`: ") })]
pub struct JsonError {
    /// Where, such as `events[3].quantity`; empty: the whole value.
    pub path: String,
    /// What is wrong and what was expected.
    pub problem: String,
}

/// Where in a value the reader stands; made into text only for an error.
#[derive(Clone, Copy)]
pub(super) enum Path<'a> {
    Root,
    Field(&'a Path<'a>, &'a str),
    Item(&'a Path<'a>, usize),
}

impl Path<'_> {
    pub(super) fn text(&self) -> String {
        match self {
            Path::Root => String::new(),
            Path::Field(Path::Root, name) => (*name).to_owned(),
            Path::Field(parent, name) => format!("{}.{name}", parent.text()),
            Path::Item(parent, index) => format!("{}[{index}]", parent.text()),
        }
    }

    fn wrong(&self, problem: impl Into<String>) -> JsonError {
        JsonError { path: self.text(), problem: problem.into() }
    }

    pub(super) fn expected(&self, what: &str, found: &Value) -> JsonError {
        self.wrong(format!("expected {what}, found {}", kind(found)))
    }
}

/// The arguments of a function from an object keyed by parameter name.
///
/// ```
/// # use coinbox_host::json;
/// let answer = json::read_arguments(&[], &serde_json::json!({"when": 1}));
/// assert_eq!(answer.unwrap_err().to_string(), "`when`: no such name; nothing is expected here");
/// ```
pub fn read_arguments(parameters: &[(String, Type)], arguments: &Value) -> Result<Vec<Val>, JsonError> {
    let object =
        arguments.as_object().ok_or_else(|| Path::Root.expected("an object with the arguments by name", arguments))?;
    let fields = parameters.iter().map(|(name, of)| (name.as_str(), of.clone()));
    Ok(read_fields(fields, object, &Path::Root, 0)?.into_iter().map(|(_, value)| value).collect())
}

/// One value of a type that is known at run time.
pub fn read(of: &Type, value: &Value) -> Result<Val, JsonError> {
    read_at(of, value, &Path::Root, 0)
}

/// The JSON form of a value.
pub fn write(value: &Val) -> Result<Value, JsonError> {
    write_at(value, 0)
}

fn read_at(of: &Type, value: &Value, path: &Path, depth: usize) -> Result<Val, JsonError> {
    if depth > DEPTH_MAX {
        return Err(path.wrong(format!("nested deeper than {DEPTH_MAX}")));
    }
    Ok(match of {
        Type::Bool => Val::Bool(value.as_bool().ok_or_else(|| path.expected("true or false", value))?),
        Type::S8 => Val::S8(read_small(value, path, i8::MIN.into(), i8::MAX.into())?),
        Type::U8 => Val::U8(read_small(value, path, 0, u8::MAX.into())?),
        Type::S16 => Val::S16(read_small(value, path, i16::MIN.into(), i16::MAX.into())?),
        Type::U16 => Val::U16(read_small(value, path, 0, u16::MAX.into())?),
        Type::S32 => Val::S32(read_small(value, path, i32::MIN.into(), i32::MAX.into())?),
        Type::U32 => Val::U32(read_small(value, path, 0, u32::MAX.into())?),
        Type::S64 => Val::S64(read_wide(value, path)?),
        Type::U64 => Val::U64(read_wide(value, path)?),
        Type::String => Val::String(read_text(value, path)?.to_owned()),
        Type::Char => {
            let mut characters = read_text(value, path)?.chars();
            match (characters.next(), characters.next()) {
                (Some(character), None) => Val::Char(character),
                _ => return Err(path.expected("text of one character", value)),
            }
        }
        Type::List(list) => {
            let items = value.as_array().ok_or_else(|| path.expected("an array", value))?;
            let of = list.ty();
            let read = |(index, item)| read_at(&of, item, &Path::Item(path, index), depth + 1);
            Val::List(items.iter().enumerate().map(read).collect::<Result<_, _>>()?)
        }
        Type::Tuple(tuple) => {
            let what = || format!("an array of {}", tuple.types().len());
            let items = value.as_array().filter(|items| items.len() == tuple.types().len());
            let items = items.ok_or_else(|| path.expected(&what(), value))?;
            let read =
                |(index, (of, item)): (usize, (Type, &Value))| read_at(&of, item, &Path::Item(path, index), depth + 1);
            Val::Tuple(tuple.types().zip(items).enumerate().map(read).collect::<Result<_, _>>()?)
        }
        Type::Record(record) => {
            let object = value.as_object().ok_or_else(|| path.expected("an object", value))?;
            Val::Record(read_fields(record.fields().map(|field| (field.name, field.ty)), object, path, depth)?)
        }
        Type::Option(option) => {
            let of = option.ty();
            if matches!(of, Type::Option(_)) {
                return Err(path.wrong("an option of an option has no JSON form"));
            }
            match value {
                Value::Null => Val::Option(None),
                some => Val::Option(Some(Box::new(read_at(&of, some, path, depth + 1)?))),
            }
        }
        Type::Enum(names) => {
            let (name, payload) = read_case(value, path)?;
            if !names.names().any(|known| known == name) {
                return Err(unknown_case(path, name, names.names()));
            }
            if payload.is_some() {
                return Err(without_payload(path, name));
            }
            Val::Enum(name.to_owned())
        }
        Type::Flags(flags) => {
            let items = value.as_array().ok_or_else(|| path.expected("an array of text", value))?;
            let mut set = Vec::with_capacity(items.len());
            for (index, item) in items.iter().enumerate() {
                let path = Path::Item(path, index);
                let text = read_text(item, &path)?;
                if !flags.names().any(|name| name == text) {
                    return Err(unknown_case(&path, text, flags.names()));
                }
                set.push(text.to_owned());
            }
            Val::Flags(set)
        }
        Type::Variant(variant) => {
            let (name, payload) = read_case(value, path)?;
            let Some(case) = variant.cases().find(|case| case.name == name) else {
                return Err(unknown_case(path, name, variant.cases().map(|case| case.name)));
            };
            Val::Variant(name.to_owned(), read_payload(&case, payload, path, depth)?)
        }
        Type::Result(result) => {
            let (name, payload) = read_case(value, path)?;
            let case = |of| read_result_payload(of, name, payload, path, depth);
            match name {
                "ok" => Val::Result(Ok(case(result.ok())?)),
                "err" => Val::Result(Err(case(result.err())?)),
                other => return Err(unknown_case(path, other, ["ok", "err"].into_iter())),
            }
        }
        _ => return Err(path.wrong("a value of this type has no JSON form")),
    })
}

fn read_fields<'a>(
    fields: impl Iterator<Item = (&'a str, Type)>,
    object: &Map<String, Value>,
    path: &Path,
    depth: usize,
) -> Result<Vec<(String, Val)>, JsonError> {
    let mut known = 0;
    let mut read: Vec<(String, Val)> = Vec::with_capacity(fields.size_hint().0);
    for (name, of) in fields {
        let path = Path::Field(path, name);
        let value = match object.get(name) {
            Some(value) => {
                known += 1;
                read_at(&of, value, &path, depth + 1)?
            }
            None if matches!(of, Type::Option(_)) => Val::Option(None),
            None => return Err(path.wrong("missing")),
        };
        read.push((name.to_owned(), value));
    }
    if known < object.len() {
        let names: Vec<_> = read.iter().map(|(name, _)| name.as_str()).collect();
        let unknown = object.keys().find(|key| !names.contains(&key.as_str()));
        let unknown = unknown.expect("fewer known keys than keys");
        return Err(unknown_name(&Path::Field(path, unknown), &names));
    }
    Ok(read)
}

fn read_payload(
    case: &Case,
    payload: Option<&Value>,
    path: &Path,
    depth: usize,
) -> Result<Option<Box<Val>>, JsonError> {
    match (&case.ty, payload) {
        (None, None) => Ok(None),
        (Some(of), Some(value)) => Ok(Some(Box::new(read_at(of, value, &Path::Field(path, case.name), depth + 1)?))),
        (None, Some(_)) => Err(without_payload(path, case.name)),
        (Some(_), None) => Err(without_case(path, case.name)),
    }
}

fn read_result_payload(
    of: Option<Type>,
    name: &str,
    payload: Option<&Value>,
    path: &Path,
    depth: usize,
) -> Result<Option<Box<Val>>, JsonError> {
    let path = Path::Field(path, name);
    match (of, payload) {
        (Some(of), Some(value)) => Ok(Some(Box::new(read_at(&of, value, &path, depth + 1)?))),
        (None, Some(Value::Null)) => Ok(None),
        (None, Some(value)) => Err(path.expected("null", value)),
        (_, None) => Err(path.wrong("a result is an object with the key `ok` or `err`")),
    }
}

/// Name of a case and its payload: text, or an object with one key.
pub(super) fn read_case<'a>(value: &'a Value, path: &Path) -> Result<(&'a str, Option<&'a Value>), JsonError> {
    match value {
        Value::String(name) => Ok((name, None)),
        Value::Object(object) if object.len() == 1 => {
            let (name, payload) = object.iter().next().expect("one key");
            Ok((name, Some(payload)))
        }
        Value::Object(object) => {
            Err(path.wrong(format!("expected one case as the only key, found {} keys", object.len())))
        }
        other => Err(path.expected("the name of a case, or an object with it as the only key", other)),
    }
}

pub(super) fn read_text<'a>(value: &'a Value, path: &Path) -> Result<&'a str, JsonError> {
    value.as_str().ok_or_else(|| path.expected("text", value))
}

pub(super) fn read_small<T: TryFrom<i64>>(value: &Value, path: &Path, least: i64, most: i64) -> Result<T, JsonError> {
    value
        .as_i64()
        .filter(|number| (least..=most).contains(number))
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| match value {
            Value::Number(number) => {
                path.wrong(format!("expected a whole number from {least} to {most}, found {number}"))
            }
            other => path.expected(&format!("a whole number from {least} to {most}"), other),
        })
}

/// 64-bit numbers are text, and only their own plain form: `007` and `+7` are refused, so that equal numbers are equal JSON.
pub(super) fn read_wide<T: std::str::FromStr + ToString>(value: &Value, path: &Path) -> Result<T, JsonError> {
    let what = "a 64-bit whole number as decimal text";
    let text = value.as_str().ok_or_else(|| path.expected(what, value))?;
    let number: Option<T> = text.parse().ok();
    number
        .filter(|number| number.to_string() == text)
        .ok_or_else(|| path.wrong(format!("expected {what}, found `{}`", shortened(text))))
}

fn write_at(value: &Val, depth: usize) -> Result<Value, JsonError> {
    let wrong = |problem: &str| JsonError { path: String::new(), problem: problem.to_owned() };
    if depth > DEPTH_MAX {
        return Err(wrong("nested too deep"));
    }
    let payload = |payload: &Option<Box<Val>>| match payload {
        Some(value) => write_at(value, depth + 1),
        None => Ok(Value::Null),
    };
    Ok(match value {
        Val::Bool(value) => Value::Bool(*value),
        Val::S8(value) => (*value).into(),
        Val::U8(value) => (*value).into(),
        Val::S16(value) => (*value).into(),
        Val::U16(value) => (*value).into(),
        Val::S32(value) => (*value).into(),
        Val::U32(value) => (*value).into(),
        Val::S64(value) => Value::String(value.to_string()),
        Val::U64(value) => Value::String(value.to_string()),
        Val::Char(value) => Value::String(value.to_string()),
        Val::String(value) | Val::Enum(value) => Value::String(value.clone()),
        Val::List(items) | Val::Tuple(items) => {
            Value::Array(items.iter().map(|item| write_at(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        Val::Record(fields) => {
            let write = |(name, value): &(String, Val)| Ok((name.clone(), write_at(value, depth + 1)?));
            Value::Object(fields.iter().map(write).collect::<Result<_, _>>()?)
        }
        Val::Option(Some(value)) if matches!(**value, Val::Option(_)) => {
            return Err(wrong("an option of an option has no JSON form"));
        }
        Val::Option(value) => payload(value)?,
        Val::Variant(name, None) => Value::String(name.clone()),
        Val::Variant(name, value) => single(name, payload(value)?),
        Val::Result(Ok(value)) => single("ok", payload(value)?),
        Val::Result(Err(value)) => single("err", payload(value)?),
        Val::Flags(names) => Value::Array(names.iter().cloned().map(Value::String).collect()),
        _ => return Err(wrong("a value of this type has no JSON form")),
    })
}

pub(super) fn single(name: &str, value: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), value)]))
}

pub(super) fn without_payload(path: &Path, case: &str) -> JsonError {
    path.wrong(format!("case `{case}` has no payload: write it as text"))
}

pub(super) fn without_case(path: &Path, case: &str) -> JsonError {
    path.wrong(format!("case `{case}` has a payload: write {{\"{case}\": …}}"))
}

pub(super) fn unknown_case<'a>(path: &Path, found: &str, names: impl Iterator<Item = &'a str>) -> JsonError {
    path.wrong(format!("no case `{}`; the cases are {}", shortened(found), names.collect::<Vec<_>>().join(", ")))
}

pub(super) fn unknown_name(path: &Path, names: &[&str]) -> JsonError {
    if names.is_empty() {
        return path.wrong("no such name; nothing is expected here");
    }
    path.wrong(format!("no such name; the names are {}", names.join(", ")))
}

/// What a value is, for a message. Never its content, which may be a secret.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

/// At most 40 characters of a text, for a message.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
