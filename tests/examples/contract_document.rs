//! Writes the contract in `wit/` as one Markdown document: `cargo run --example contract_document -- wit > contract.md`.

use anyhow::{Context, Result};
use std::fmt::Write;
use wit_parser::{
    Docs, Handle, IndexMap, Interface, InterfaceId, Resolve, Type, TypeDefKind, TypeId, World, WorldItem, WorldKey,
};

fn main() -> Result<()> {
    let folder = std::env::args().nth(1).context("usage: contract_document FOLDER")?;
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(&folder).with_context(|| folder.clone())?;
    let world = &resolve.worlds[resolve.select_world(&[package], None)?];

    let mut page = Page { resolve: &resolve, text: String::new() };
    page.line(&format!("# {}", resolve.packages[package].name));
    page.docs(&resolve.packages[package].docs);
    page.world(world);
    print!("{}", page.text);
    Ok(())
}

struct Page<'a> {
    resolve: &'a Resolve,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push_str("\n\n");
    }

    fn docs(&mut self, docs: &Docs) {
        if let Some(contents) = &docs.contents {
            self.line(contents.trim());
        }
    }

    fn world(&mut self, world: &World) {
        self.line(&format!("## World {}", world.name));
        self.docs(&world.docs);
        self.contents("Imports", &world.imports);
        self.contents("Exports", &world.exports);
        for (key, item) in world.imports.iter().chain(&world.exports) {
            if let WorldItem::Interface { id, .. } = item {
                self.interface(&self.resolve.name_world_key(key), *id);
            }
        }
    }

    fn contents(&mut self, title: &str, items: &IndexMap<WorldKey, WorldItem>) {
        self.line(&format!("### {title}"));
        for key in items.keys() {
            let name = self.resolve.name_world_key(key);
            let anchor: String = name.chars().filter(|letter| letter.is_alphanumeric() || *letter == '-').collect();
            self.text.push_str(&format!("- [{name}](#{anchor})\n"));
        }
        self.text.push('\n');
    }

    fn interface(&mut self, name: &str, id: InterfaceId) {
        let interface: &Interface = &self.resolve.interfaces[id];
        self.line(&format!("## {name}"));
        self.docs(&interface.docs);
        if !interface.types.is_empty() {
            self.line("### Types");
        }
        for id in interface.types.values() {
            self.type_definition(*id);
        }
        if !interface.functions.is_empty() {
            self.line("### Functions");
        }
        for (name, function) in &interface.functions {
            let parameters: Vec<_> =
                function.params.iter().map(|each| format!("{}: {}", each.name, self.type_name(&each.ty))).collect();
            let result = function.result.map(|ty| format!(" -> {}", self.type_name(&ty))).unwrap_or_default();
            self.line(&format!("#### `{name}`"));
            self.line(&format!("```wit\n{name}: func({}){result}\n```", parameters.join(", ")));
            self.docs(&function.docs);
        }
    }

    fn type_definition(&mut self, id: TypeId) {
        let definition = &self.resolve.types[id];
        let name = definition.name.as_deref().unwrap_or("unnamed");
        // A name that another interface defines needs no second explanation.
        if let TypeDefKind::Type(Type::Id(original)) = definition.kind
            && self.resolve.types[original].name.as_deref() == Some(name)
        {
            return;
        }
        self.line(&format!("#### `{name}`"));
        let mut members: Vec<(String, &Docs)> = Vec::new();
        match &definition.kind {
            TypeDefKind::Record(record) => {
                self.line("Record");
                members.extend(
                    record
                        .fields
                        .iter()
                        .map(|field| (format!("`{}`: `{}`", field.name, self.type_name(&field.ty)), &field.docs)),
                );
            }
            TypeDefKind::Variant(variant) => {
                self.line("Variant");
                members.extend(variant.cases.iter().map(|case| match &case.ty {
                    Some(ty) => (format!("`{}` (`{}`)", case.name, self.type_name(ty)), &case.docs),
                    None => (format!("`{}`", case.name), &case.docs),
                }));
            }
            TypeDefKind::Enum(cases) => {
                self.line("Enum");
                members.extend(cases.cases.iter().map(|case| (format!("`{}`", case.name), &case.docs)));
            }
            TypeDefKind::Flags(flags) => {
                self.line("Flags");
                members.extend(flags.flags.iter().map(|flag| (format!("`{}`", flag.name), &flag.docs)));
            }
            kind => self.line(&format!("`{}`", self.kind_name(kind))),
        }
        self.docs(&definition.docs);
        for (name, docs) in members {
            self.text.push_str(&format!("- {name}"));
            if let Some(contents) = &docs.contents {
                self.text.push_str(&format!(". {}", contents.trim().replace('\n', "\n  ")));
            }
            self.text.push('\n');
        }
        self.text.push('\n');
    }

    fn type_name(&self, ty: &Type) -> String {
        match ty {
            Type::Id(id) => match &self.resolve.types[*id] {
                definition if definition.name.is_some() => definition.name.clone().unwrap_or_default(),
                definition => self.kind_name(&definition.kind),
            },
            Type::ErrorContext => "error-context".to_owned(),
            plain => format!("{plain:?}").to_lowercase(),
        }
    }

    fn kind_name(&self, kind: &TypeDefKind) -> String {
        let optional = |ty: &Option<Type>| ty.as_ref().map_or("_".to_owned(), |ty| self.type_name(ty));
        match kind {
            TypeDefKind::Option(ty) => format!("option<{}>", self.type_name(ty)),
            TypeDefKind::List(ty) => format!("list<{}>", self.type_name(ty)),
            TypeDefKind::Type(ty) => self.type_name(ty),
            TypeDefKind::Handle(Handle::Own(id)) => self.type_name(&Type::Id(*id)),
            TypeDefKind::Handle(Handle::Borrow(id)) => format!("borrow<{}>", self.type_name(&Type::Id(*id))),
            TypeDefKind::Tuple(tuple) => {
                let parts: Vec<_> = tuple.types.iter().map(|ty| self.type_name(ty)).collect();
                format!("tuple<{}>", parts.join(", "))
            }
            TypeDefKind::Result(result) => {
                let mut text = format!("result<{}", optional(&result.ok));
                if result.err.is_some() {
                    let _ = write!(text, ", {}", optional(&result.err));
                }
                text + ">"
            }
            other => other.as_str().to_owned(),
        }
    }
}
