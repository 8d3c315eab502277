//! Values of a type of the contract in the published JSON form: together they hold every case, every option with and without a value,
//! lists of none and of several, and the ends of every number.
//!
//! Written from the table in the documentation of `coinbox_host::json` and from `wit/` alone.

use serde_json::{Map, Value, json};
use wit_parser::{Resolve, Type, TypeDefKind};

/// Samples of a type.
pub(crate) fn samples(resolve: &Resolve, of: &Type) -> Vec<Value> {
    let id = match of {
        Type::Bool => return vec![json!(false), json!(true)],
        Type::String => return vec![json!(""), json!("Ünïcode \u{1F600}, \"quoted\" and\na line")],
        Type::U8 => return vec![json!(u8::MIN), json!(u8::MAX)],
        Type::U16 => return vec![json!(u16::MIN), json!(u16::MAX)],
        Type::U32 => return vec![json!(u32::MIN), json!(u32::MAX)],
        Type::S32 => return vec![json!(i32::MIN), json!(i32::MAX)],
        Type::U64 => return vec![json!("0"), json!("18446744073709551615")],
        Type::S64 => return vec![json!("-9223372036854775808"), json!("0"), json!("9223372036854775807")],
        Type::Id(id) => *id,
        other => panic!("no samples of {other:?}"),
    };
    match &resolve.types[id].kind {
        TypeDefKind::Type(of) => samples(resolve, of),
        TypeDefKind::Enum(cases) => cases.cases.iter().map(|case| json!(case.name)).collect(),
        TypeDefKind::Variant(variant) => {
            let case = |case: &wit_parser::Case| match &case.ty {
                None => vec![json!(case.name)],
                Some(of) => samples(resolve, of).into_iter().map(|payload| json!({ &case.name: payload })).collect(),
            };
            variant.cases.iter().flat_map(case).collect()
        }
        TypeDefKind::Option(of) => [Value::Null].into_iter().chain(samples(resolve, of)).collect(),
        TypeDefKind::List(of) => vec![json!([]), Value::Array(samples(resolve, of))],
        TypeDefKind::Result(result) => {
            let side = |name: &str, of: &Option<Type>| -> Vec<Value> {
                let payloads = of.as_ref().map_or(vec![Value::Null], |of| samples(resolve, of));
                payloads.into_iter().map(|payload| json!({ name: payload })).collect()
            };
            side("ok", &result.ok).into_iter().chain(side("err", &result.err)).collect()
        }
        TypeDefKind::Record(record) => {
            let fields: Vec<(&str, Vec<Value>)> =
                record.fields.iter().map(|field| (field.name.as_str(), samples(resolve, &field.ty))).collect();
            // As many records as the field with the most samples has.
            let count = fields.iter().map(|(_, values)| values.len()).max().unwrap_or(1);
            let record = |place: usize| {
                let field =
                    |(name, values): &(&str, Vec<Value>)| ((*name).to_owned(), values[place % values.len()].clone());
                Value::Object(fields.iter().map(field).collect::<Map<_, _>>())
            };
            (0..count).map(record).collect()
        }
        other => panic!("no samples of a {}", other.as_str()),
    }
}

/// A name that no record of the contract has.
pub(crate) const MISSPELT: &str = "misspelt";

/// Every value in which one record, somewhere inside, has a field too many or lacks one.
///
/// Objects are records, or cases of a variant or a result: the type tells them apart.
pub(crate) fn wrong(resolve: &Resolve, of: &Type, value: &Value) -> Vec<Value> {
    let Type::Id(id) = of else { return Vec::new() };
    let inside = |of: &Type, part: &Value, put: &dyn Fn(Value) -> Value| -> Vec<Value> {
        wrong(resolve, of, part).into_iter().map(put).collect()
    };
    let case = |payload: Option<&Type>, name: &str| match (payload, value.get(name)) {
        (Some(of), Some(part)) => inside(of, part, &|part| json!({ name: part })),
        _ => Vec::new(),
    };
    match &resolve.types[*id].kind {
        TypeDefKind::Type(of) => wrong(resolve, of, value),
        TypeDefKind::Option(of) if !value.is_null() => wrong(resolve, of, value),
        // One of a list is enough: all are of one type, and each is a sample of its own elsewhere.
        TypeDefKind::List(of) => match value.as_array().and_then(|items| items.first()) {
            Some(first) => inside(of, first, &|part| json!([part])),
            None => Vec::new(),
        },
        TypeDefKind::Variant(variant) => {
            variant.cases.iter().flat_map(|one| case(one.ty.as_ref(), &one.name)).collect()
        }
        TypeDefKind::Result(result) => {
            [case(result.ok.as_ref(), "ok"), case(result.err.as_ref(), "err")].into_iter().flatten().collect()
        }
        TypeDefKind::Record(record) => {
            let with = |name: &str, part: Value| {
                let mut changed = value.clone();
                changed[name] = part;
                changed
            };
            let without = |name: &str| {
                let fields = value.as_object().into_iter().flatten().filter(|(field, _)| *field != name);
                Value::Object(fields.map(|(field, part)| (field.clone(), part.clone())).collect())
            };
            let mut found = vec![with(MISSPELT, Value::Null), with(MISSPELT, json!(1))];
            for field in &record.fields {
                found.push(without(&field.name));
                found.extend(inside(&field.ty, &value[&field.name], &|part| with(&field.name, part)));
            }
            found
        }
        _ => Vec::new(),
    }
}
