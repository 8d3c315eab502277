//! The JSON form for the Rust types of the contract, by their serde derives: the same form as for values of unknown type.

use super::form::{
    JsonError, Path, read_case, read_small, read_text, read_wide, single, unknown_case, unknown_name, without_case,
    without_payload,
};
use serde::de::value::StrDeserializer;
use serde::de::{
    DeserializeOwned, DeserializeSeed, EnumAccess, IntoDeserializer, MapAccess, SeqAccess, VariantAccess, Visitor,
};
use serde::ser::{Impossible, Serialize, SerializeSeq, SerializeStruct, SerializeTuple};
use serde_json::{Map, Value};
use std::fmt::Display;

/// The JSON form of a value of the contract.
pub fn to_value<T: Serialize>(value: &T) -> Result<Value, JsonError> {
    value.serialize(Writer)
}

/// A value of the contract from its JSON form.
pub fn from_value<T: DeserializeOwned>(value: &Value) -> Result<T, JsonError> {
    T::deserialize(Reader { value, path: &Path::Root })
}

/// `auth_id` → `auth-id`. A trailing underscore keeps Rust keywords apart from names.
fn field_name(rust: &str) -> String {
    rust.trim_end_matches('_').replace('_', "-")
}

/// `NoSuchJob` → `no-such-job`.
fn case_name(rust: &str) -> String {
    let mut name = String::with_capacity(rust.len() + 4);
    for character in rust.chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('-');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}

impl serde::ser::Error for JsonError {
    fn custom<T: Display>(message: T) -> Self {
        JsonError { path: String::new(), problem: message.to_string() }
    }
}

impl serde::de::Error for JsonError {
    fn custom<T: Display>(message: T) -> Self {
        JsonError { path: String::new(), problem: message.to_string() }
    }

    fn missing_field(field: &'static str) -> Self {
        // The dot says that the path is below wherever the reader stands; `Reader::placed` completes it.
        JsonError { path: format!(".{}", field_name(field)), problem: "missing".to_owned() }
    }
}

fn no_form<T>() -> Result<T, JsonError> {
    Err(JsonError { path: String::new(), problem: "a value of this type has no JSON form".to_owned() })
}

struct Writer;

macro_rules! numbers {
    ($($method:ident $type:ty),*) => { $(
        fn $method(self, value: $type) -> Result<Value, JsonError> { Ok(value.into()) }
    )* };
}

impl serde::Serializer for Writer {
    type Ok = Value;
    type Error = JsonError;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Impossible<Value, JsonError>;
    type SerializeTupleVariant = Impossible<Value, JsonError>;
    type SerializeMap = Impossible<Value, JsonError>;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Impossible<Value, JsonError>;

    numbers!(serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_u8 u8, serialize_u16 u16, serialize_u32 u32);

    fn serialize_bool(self, value: bool) -> Result<Value, JsonError> {
        Ok(Value::Bool(value))
    }
    fn serialize_i64(self, value: i64) -> Result<Value, JsonError> {
        Ok(Value::String(value.to_string()))
    }
    fn serialize_u64(self, value: u64) -> Result<Value, JsonError> {
        Ok(Value::String(value.to_string()))
    }
    fn serialize_f32(self, _: f32) -> Result<Value, JsonError> {
        no_form()
    }
    fn serialize_f64(self, _: f64) -> Result<Value, JsonError> {
        no_form()
    }
    fn serialize_char(self, value: char) -> Result<Value, JsonError> {
        Ok(Value::String(value.to_string()))
    }
    fn serialize_str(self, value: &str) -> Result<Value, JsonError> {
        Ok(Value::String(value.to_owned()))
    }
    fn serialize_bytes(self, _: &[u8]) -> Result<Value, JsonError> {
        no_form()
    }
    fn serialize_none(self) -> Result<Value, JsonError> {
        Ok(Value::Null)
    }
    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, JsonError> {
        value.serialize(Writer)
    }
    fn serialize_unit(self) -> Result<Value, JsonError> {
        Ok(Value::Null)
    }
    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, JsonError> {
        no_form()
    }
    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, JsonError> {
        Ok(Value::String(case_name(variant)))
    }
    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Value, JsonError> {
        value.serialize(Writer)
    }
    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, JsonError> {
        Ok(single(&case_name(variant), value.serialize(Writer)?))
    }
    fn serialize_seq(self, length: Option<usize>) -> Result<Items, JsonError> {
        Ok(Items(Vec::with_capacity(length.unwrap_or(0))))
    }
    fn serialize_tuple(self, length: usize) -> Result<Items, JsonError> {
        Ok(Items(Vec::with_capacity(length)))
    }
    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Self::SerializeTupleStruct, JsonError> {
        no_form()
    }
    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, JsonError> {
        no_form()
    }
    fn serialize_map(self, _: Option<usize>) -> Result<Self::SerializeMap, JsonError> {
        no_form()
    }
    fn serialize_struct(self, _: &'static str, length: usize) -> Result<Fields, JsonError> {
        Ok(Fields(Map::with_capacity(length)))
    }
    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, JsonError> {
        no_form()
    }
}

struct Items(Vec<Value>);

impl SerializeSeq for Items {
    type Ok = Value;
    type Error = JsonError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
        self.0.push(value.serialize(Writer)?);
        Ok(())
    }
    fn end(self) -> Result<Value, JsonError> {
        Ok(Value::Array(self.0))
    }
}

impl SerializeTuple for Items {
    type Ok = Value;
    type Error = JsonError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), JsonError> {
        SerializeSeq::serialize_element(self, value)
    }
    fn end(self) -> Result<Value, JsonError> {
        SerializeSeq::end(self)
    }
}

struct Fields(Map<String, Value>);

impl SerializeStruct for Fields {
    type Ok = Value;
    type Error = JsonError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), JsonError> {
        self.0.insert(field_name(name), value.serialize(Writer)?);
        Ok(())
    }
    fn end(self) -> Result<Value, JsonError> {
        Ok(Value::Object(self.0))
    }
}

#[derive(Clone, Copy)]
struct Reader<'de, 'p> {
    value: &'de Value,
    path: &'p Path<'p>,
}

macro_rules! small {
    ($($method:ident $visit:ident $type:ty),*) => { $(
        fn $method<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
            visitor.$visit(read_small::<$type>(self.value, self.path, <$type>::MIN.into(), <$type>::MAX.into())?)
        }
    )* };
}

macro_rules! without_form {
    ($($method:ident($($argument:ty),*)),*) => { $(
        fn $method<V: Visitor<'de>>(self, $(_: $argument,)* _: V) -> Result<V::Value, JsonError> { no_form() }
    )* };
}

impl<'de> serde::Deserializer<'de> for Reader<'de, '_> {
    type Error = JsonError;

    small!(
        deserialize_i8 visit_i8 i8, deserialize_i16 visit_i16 i16, deserialize_i32 visit_i32 i32,
        deserialize_u8 visit_u8 u8, deserialize_u16 visit_u16 u16, deserialize_u32 visit_u32 u32
    );
    without_form!(
        deserialize_any(),
        deserialize_f32(),
        deserialize_f64(),
        deserialize_bytes(),
        deserialize_byte_buf(),
        deserialize_map(),
        deserialize_identifier(),
        deserialize_ignored_any(),
        deserialize_unit_struct(&'static str),
        deserialize_tuple_struct(&'static str, usize)
    );

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_bool(self.value.as_bool().ok_or_else(|| self.path.expected("true or false", self.value))?)
    }
    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_i64(read_wide(self.value, self.path)?)
    }
    fn deserialize_u64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_u64(read_wide(self.value, self.path)?)
    }
    fn deserialize_char<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_str(visitor).map_err(|error| self.placed(error))
    }
    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_str(read_text(self.value, self.path)?)
    }
    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        self.deserialize_str(visitor)
    }
    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.value.is_null() { visitor.visit_none() } else { visitor.visit_some(self) }
    }
    fn deserialize_unit<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        if self.value.is_null() { visitor.visit_unit() } else { Err(self.path.expected("null", self.value)) }
    }
    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, JsonError> {
        visitor.visit_newtype_struct(self)
    }
    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, JsonError> {
        let items = self.value.as_array().ok_or_else(|| self.path.expected("an array", self.value))?;
        visitor.visit_seq(ItemsOf { items: items.iter().enumerate(), path: self.path })
    }
    fn deserialize_tuple<V: Visitor<'de>>(self, length: usize, visitor: V) -> Result<V::Value, JsonError> {
        match self.value.as_array() {
            Some(items) if items.len() == length => self.deserialize_seq(visitor),
            _ => Err(self.path.expected(&format!("an array of {length}"), self.value)),
        }
    }
    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        let object = self.value.as_object().ok_or_else(|| self.path.expected("an object", self.value))?;
        let fields = FieldsOf { fields: object.iter(), names, path: self.path, next: None };
        visitor.visit_map(fields).map_err(|error| self.placed(error))
    }
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        names: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, JsonError> {
        let (found, payload) = read_case(self.value, self.path)?;
        let Some(rust) = names.iter().find(|rust| case_name(rust) == found) else {
            let cases: Vec<_> = names.iter().map(|rust| case_name(rust)).collect();
            return Err(unknown_case(self.path, found, cases.iter().map(String::as_str)));
        };
        // A result without payload is still an object with a key: `{"ok": null}`.
        debug_assert!(name != "Result" || *names == ["Ok", "Err"]);
        visitor.visit_enum(CaseOf { rust, found, payload, path: self.path })
    }
}

impl Reader<'_, '_> {
    /// Completes the path of an error that serde's own code made.
    fn placed(&self, mut error: JsonError) -> JsonError {
        if error.path.is_empty() {
            error.path = self.path.text();
        } else if error.path.starts_with('.') {
            error.path = format!("{}{}", self.path.text(), error.path).trim_start_matches('.').to_owned();
        }
        error
    }
}

struct ItemsOf<'de, 'p> {
    items: std::iter::Enumerate<std::slice::Iter<'de, Value>>,
    path: &'p Path<'p>,
}

impl<'de> SeqAccess<'de> for ItemsOf<'de, '_> {
    type Error = JsonError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, JsonError> {
        let Some((index, value)) = self.items.next() else { return Ok(None) };
        seed.deserialize(Reader { value, path: &Path::Item(self.path, index) }).map(Some)
    }
    fn size_hint(&self) -> Option<usize> {
        Some(self.items.len())
    }
}

struct FieldsOf<'de, 'p> {
    fields: serde_json::map::Iter<'de>,
    names: &'static [&'static str],
    path: &'p Path<'p>,
    next: Option<(&'de str, &'de Value)>,
}

impl<'de> MapAccess<'de> for FieldsOf<'de, '_> {
    type Error = JsonError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, JsonError> {
        let Some((name, value)) = self.fields.next() else { return Ok(None) };
        let Some(rust) = self.names.iter().find(|rust| field_name(rust) == *name) else {
            let names: Vec<_> = self.names.iter().map(|rust| field_name(rust)).collect();
            let names: Vec<_> = names.iter().map(String::as_str).collect();
            return Err(unknown_name(&Path::Field(self.path, name), &names));
        };
        self.next = Some((name, value));
        let name: StrDeserializer<JsonError> = (*rust).into_deserializer();
        seed.deserialize(name).map(Some)
    }
    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, JsonError> {
        let (name, value) = self.next.take().expect("a value follows its key");
        seed.deserialize(Reader { value, path: &Path::Field(self.path, name) })
    }
}

struct CaseOf<'de, 'p> {
    rust: &'static str,
    found: &'de str,
    payload: Option<&'de Value>,
    path: &'p Path<'p>,
}

impl<'de> EnumAccess<'de> for CaseOf<'de, '_> {
    type Error = JsonError;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), JsonError> {
        let name: StrDeserializer<JsonError> = self.rust.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'de> VariantAccess<'de> for CaseOf<'de, '_> {
    type Error = JsonError;

    fn unit_variant(self) -> Result<(), JsonError> {
        match self.payload {
            None => Ok(()),
            Some(_) => Err(without_payload(self.path, self.found)),
        }
    }
    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, JsonError> {
        match self.payload {
            Some(value) => seed.deserialize(Reader { value, path: &Path::Field(self.path, self.found) }),
            None => Err(without_case(self.path, self.found)),
        }
    }
    fn tuple_variant<V: Visitor<'de>>(self, _: usize, _: V) -> Result<V::Value, JsonError> {
        no_form()
    }
    fn struct_variant<V: Visitor<'de>>(self, _: &'static [&'static str], _: V) -> Result<V::Value, JsonError> {
        no_form()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::exported::usage::{EventAnswer, Rejection, UsageError, UsageEvent};
    use crate::contract::types::{Caller, Credential, Principal, Refusal};
    use serde_json::json;

    fn event() -> UsageEvent {
        UsageEvent {
            id: "e-1".into(),
            auth_id: "MA123456789012345678".into(),
            product: "voice".to_owned(),
            heading: "outbound".to_owned(),
            number: "4930123".into(),
            quantity: 61,
            at: 1_700_000_000_000,
        }
    }

    #[test]
    fn records_options_and_variants_have_the_published_form() {
        let written = json!({
            "id": "e-1", "auth-id": "MA123456789012345678", "product": "voice", "heading": "outbound",
            "number": "4930123", "quantity": 61, "at": "1700000000000",
        });
        assert_eq!(to_value(&event()).unwrap(), written);
        assert_eq!(from_value::<UsageEvent>(&written).unwrap(), event());

        let caller = Caller {
            who: Principal::Token(Credential { auth_id: "MA1".into(), token: "t".into() }),
            address: None,
            device: Some("sdk".into()),
            request: "r-1".into(),
            idempotency_key: None,
            part: None,
        };
        let written = to_value(&caller).unwrap();
        assert_eq!(
            written,
            json!({"who": {"token": {"auth-id": "MA1", "token": "t"}}, "address": null, "device": "sdk", "request": "r-1", "idempotency-key": null, "part": null})
        );
        assert_eq!(from_value::<Caller>(&written).unwrap(), caller);
        // An option may be left out.
        assert_eq!(from_value::<Caller>(&json!({"who": "host", "request": "r"})).unwrap().who, Principal::Host);
    }

    #[test]
    fn results_keep_their_key_without_payload() {
        assert_eq!(to_value(&Ok::<(), UsageError>(())).unwrap(), json!({"ok": null}));
        let refused: Result<(), UsageError> = Err(UsageError::Refused(Refusal::OutOfCredit(i64::MAX)));
        let written = json!({"err": {"refused": {"out-of-credit": "9223372036854775807"}}});
        assert_eq!(to_value(&refused).unwrap(), written);
        assert_eq!(from_value::<Result<(), UsageError>>(&written).unwrap(), refused);
        assert_eq!(from_value::<Result<(), UsageError>>(&json!({"ok": null})).unwrap(), Ok(()));
        assert_eq!(
            to_value(&EventAnswer::Rejected(Rejection::UnknownAccount)).unwrap(),
            json!({"rejected": "unknown-account"})
        );
    }

    fn problem(change: impl FnOnce(&mut Value)) -> String {
        let mut written = json!([to_value(&event()).unwrap()]);
        change(&mut written[0]);
        from_value::<Vec<UsageEvent>>(&written).unwrap_err().to_string()
    }

    #[test]
    fn every_error_names_the_path_and_the_expectation() {
        assert_eq!(
            problem(|event| event["quantity"] = json!(-1)),
            "`[0].quantity`: expected a whole number from 0 to 4294967295, found -1"
        );
        assert_eq!(
            problem(|event| event["quantity"] = json!(1.0)),
            "`[0].quantity`: expected a whole number from 0 to 4294967295, found 1.0"
        );
        assert_eq!(
            problem(|event| event["at"] = json!(5)),
            "`[0].at`: expected a 64-bit whole number as decimal text, found a number"
        );
        assert_eq!(
            problem(|event| event["at"] = json!("05")),
            "`[0].at`: expected a 64-bit whole number as decimal text, found `05`"
        );
        assert_eq!(
            from_value::<Rejection>(&json!("lost")).unwrap_err().to_string(),
            "no case `lost`; the cases are malformed, unknown-account, account-closed, too-old, in-future, unknown-product, no-price, conflict"
        );
        assert_eq!(problem(|event| drop(event.as_object_mut().unwrap().remove("auth-id"))), "`[0].auth-id`: missing");
        assert_eq!(
            problem(|event| event["auth_id"] = json!("x")),
            "`[0].auth_id`: no such name; the names are id, auth-id, product, heading, number, quantity, at"
        );
        assert_eq!(problem(|event| *event = json!(null)), "`[0]`: expected an object, found null");
        assert_eq!(
            from_value::<EventAnswer>(&json!({"rated": "1", "x": 1})).unwrap_err().to_string(),
            "expected one case as the only key, found 2 keys"
        );
        assert_eq!(
            from_value::<EventAnswer>(&json!("rated")).unwrap_err().to_string(),
            "case `rated` has a payload: write {\"rated\": …}"
        );
        assert_eq!(
            from_value::<EventAnswer>(&json!({"duplicate": null})).unwrap_err().to_string(),
            "case `duplicate` has no payload: write it as text"
        );
    }

    #[test]
    fn the_message_never_quotes_what_may_be_a_secret() {
        let error = from_value::<Credential>(&json!("hunter2")).unwrap_err().to_string();
        assert_eq!(error, "expected an object, found text");
    }
}
