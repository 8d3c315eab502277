//! Names and types of the contract in Rust: the same that `wasmtime::component::bindgen!` gives them.

use std::collections::{BTreeMap, BTreeSet};
use wit_parser::{Interface, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

/// Keywords that the contract could use as names; the bindings put an underscore behind them.
const KEYWORDS: [&str; 21] = [
    "abstract", "as", "async", "await", "become", "box", "do", "dyn", "final", "gen", "macro", "match", "move",
    "override", "priv", "ref", "try", "type", "unsafe", "use", "yield",
];

/// `auth-id` → `auth_id`.
pub(crate) fn snake(name: &str) -> String {
    if KEYWORDS.contains(&name) { format!("{name}_") } else { name.replace('-', "_") }
}

/// `auth-id` → `AuthId`.
pub(crate) fn camel(name: &str) -> String {
    let capital = |word: &str| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    };
    name.split('-').map(capital).collect()
}

/// How a value of a type is passed on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Form {
    /// Text.
    Text,
    /// Text that may be left out.
    OptionalText,
    /// A list without a name of its own that may be left out.
    OptionalList,
    /// Something that owns memory, and may be left out.
    Optional,
    /// Something that owns memory.
    Owner,
    /// Copied as it is.
    Copy,
}

/// The types of a contract, by their names in Rust.
pub(crate) struct Types<'a>(pub(crate) &'a Resolve);

impl Types<'_> {
    /// The type as a function owns it, where every named type stands under its own name.
    pub(crate) fn owned(&self, of: &Type) -> String {
        match of {
            Type::Bool => "bool".to_owned(),
            Type::String => "String".to_owned(),
            Type::Char => "char".to_owned(),
            Type::S8 => "i8".to_owned(),
            Type::U8 => "u8".to_owned(),
            Type::S16 => "i16".to_owned(),
            Type::U16 => "u16".to_owned(),
            Type::S32 => "i32".to_owned(),
            Type::U32 => "u32".to_owned(),
            Type::S64 => "i64".to_owned(),
            Type::U64 => "u64".to_owned(),
            Type::F32 | Type::F64 | Type::ErrorContext => panic!("no form for {of:?}"),
            Type::Id(id) => self.owned_id(*id),
        }
    }

    fn owned_id(&self, id: TypeId) -> String {
        let definition = &self.0.types[id];
        if let Some(name) = &definition.name {
            return camel(name);
        }
        let optional = |of: &Option<Type>| of.as_ref().map_or("()".to_owned(), |of| self.owned(of));
        match &definition.kind {
            TypeDefKind::List(of) => format!("Vec<{}>", self.owned(of)),
            TypeDefKind::Option(of) => format!("Option<{}>", self.owned(of)),
            TypeDefKind::Result(result) => format!("Result<{}, {}>", optional(&result.ok), optional(&result.err)),
            other => panic!("no form for a {} without a name", other.as_str()),
        }
    }

    /// `result<A, E>` as the types of both; `None` for whatever is no result.
    pub(crate) fn result(&self, of: &Type) -> Option<(String, String)> {
        let Type::Id(id) = of else { return None };
        let TypeDefKind::Result(result) = &self.0.types[*id].kind else { return None };
        let side = |of: &Option<Type>| of.as_ref().map_or("()".to_owned(), |of| self.owned(of));
        Some((side(&result.ok), side(&result.err)))
    }

    /// How a value of this type is passed on.
    pub(crate) fn form(&self, of: &Type) -> Form {
        if self.is_text(of) {
            return Form::Text;
        }
        if !self.owns(of) {
            return Form::Copy;
        }
        let Type::Id(id) = of else { return Form::Owner };
        match &self.0.types[*id].kind {
            TypeDefKind::Option(inner) if self.is_text(inner) => Form::OptionalText,
            TypeDefKind::Option(Type::Id(inner)) => match &self.0.types[*inner] {
                list if list.name.is_none() && matches!(list.kind, TypeDefKind::List(_)) => Form::OptionalList,
                _ => Form::Optional,
            },
            _ => Form::Owner,
        }
    }

    /// Text, or another name of it.
    fn is_text(&self, of: &Type) -> bool {
        match of {
            Type::String => true,
            Type::Id(id) => matches!(&self.0.types[*id].kind, TypeDefKind::Type(of) if self.is_text(of)),
            _ => false,
        }
    }

    /// Whether values of this type own memory, somewhere inside.
    fn owns(&self, of: &Type) -> bool {
        let Type::Id(id) = of else { return *of == Type::String };
        let some = |of: &Option<Type>| of.as_ref().is_some_and(|of| self.owns(of));
        match &self.0.types[*id].kind {
            TypeDefKind::Record(record) => record.fields.iter().any(|field| self.owns(&field.ty)),
            TypeDefKind::Variant(variant) => variant.cases.iter().any(|case| some(&case.ty)),
            TypeDefKind::Enum(_) | TypeDefKind::Flags(_) => false,
            TypeDefKind::Option(of) | TypeDefKind::Type(of) => self.owns(of),
            TypeDefKind::Result(result) => some(&result.ok) || some(&result.err),
            TypeDefKind::List(_) => true,
            other => panic!("no form for a {}", other.as_str()),
        }
    }

    /// Every type with a name that a value of the interface can hold, by that name.
    pub(crate) fn reached(&self, interface: &Interface) -> BTreeMap<&str, TypeId> {
        let mut found = BTreeMap::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<TypeId> = interface.types.values().copied().collect();
        while let Some(id) = open.pop() {
            if !seen.insert(id) {
                continue;
            }
            if let Some(name) = &self.0.types[id].name {
                found.entry(name.as_str()).or_insert(id);
            }
            open.extend(self.inside(id));
        }
        found
    }

    /// The types that a type is made of.
    fn inside(&self, id: TypeId) -> Vec<TypeId> {
        let all: Vec<Type> = match &self.0.types[id].kind {
            TypeDefKind::Record(record) => record.fields.iter().map(|field| field.ty).collect(),
            TypeDefKind::Variant(variant) => variant.cases.iter().filter_map(|case| case.ty).collect(),
            TypeDefKind::List(of) | TypeDefKind::Option(of) | TypeDefKind::Type(of) => vec![*of],
            TypeDefKind::Result(result) => result.ok.into_iter().chain(result.err).collect(),
            _ => Vec::new(),
        };
        let id = |of: Type| if let Type::Id(id) = of { Some(id) } else { None };
        all.into_iter().filter_map(id).collect()
    }

    /// Where the bindings have a type: the module and the name there, which a `use … as …` of the contract changes.
    pub(crate) fn origin(&self, id: TypeId, exported: &[String]) -> (String, String) {
        let mut definition = &self.0.types[id];
        // `use`: another name for a type of another interface.
        while let TypeDefKind::Type(Type::Id(original)) = &definition.kind
            && self.0.types[*original].owner != definition.owner
        {
            definition = &self.0.types[*original];
        }
        let TypeOwner::Interface(owner) = definition.owner else { panic!("every type is of an interface") };
        let interface = self.0.interfaces[owner].name.as_deref().expect("interfaces have names");
        let module = match exported.iter().any(|one| one == interface) {
            true => format!("crate::contract::exported::{}", snake(interface)),
            false => format!("crate::contract::{}", snake(interface)),
        };
        (module, camel(definition.name.as_deref().expect("used types have names")))
    }
}
