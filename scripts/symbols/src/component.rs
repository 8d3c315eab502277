//! A component taken apart: everything but the names of its functions, and those names.

use anyhow::{Context, Result, bail, ensure};
use std::collections::BTreeMap;
use std::ops::Range;
use wasm_encoder::{Component, ComponentSectionId, Module, NameSection, RawSection};
use wasmparser::{KnownCustom, Name, NameSectionReader, Parser, Payload, TypeRef};

/// What came of a component.
pub(crate) struct Taken {
    /// The component without names of functions. The module that had them keeps its own name.
    pub(crate) component: Vec<u8>,
    /// That name, which engines show in front of the number of a function.
    pub(crate) module: String,
    /// The functions that the module defines itself.
    pub(crate) functions: Vec<Function>,
}

/// One function of the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Function {
    /// The number by which engines name it: imports come first.
    pub(crate) index: u32,
    /// Its size in the code section.
    pub(crate) bytes: usize,
    /// Its name as it is written in the source, without the digest that tells crates apart.
    pub(crate) name: String,
}

/// A core module without the names of its functions, its own name, and the functions.
struct Stripped {
    bytes: Vec<u8>,
    module: String,
    functions: Vec<Function>,
}

/// The names that a core module brings.
struct Names {
    module: String,
    functions: BTreeMap<u32, String>,
}

/// Takes the names out. One module of the component has them; the small ones around it, which adapt its imports, have none.
pub(crate) fn take(bytes: &[u8]) -> Result<Taken> {
    let mut component = Component::new();
    let mut found = None;
    let mut depth = 0usize;
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        match &payload {
            Payload::Version { encoding, .. } if depth == 0 => {
                ensure!(*encoding == wasmparser::Encoding::Component, "a module and no component");
            }
            Payload::End(_) => depth = depth.saturating_sub(1),
            Payload::ModuleSection { unchecked_range, .. } if depth == 0 => {
                let module = bytes.get(unchecked_range.clone()).context("a module that was cut short")?;
                match taken_apart(module)? {
                    None => {
                        component.section(&RawSection { id: ComponentSectionId::CoreModule.into(), data: module });
                    }
                    Some(stripped) => {
                        component
                            .section(&RawSection { id: ComponentSectionId::CoreModule.into(), data: &stripped.bytes });
                        ensure!(
                            found.replace(stripped).is_none(),
                            "two modules with names: their numbers would be mixed up"
                        );
                    }
                }
            }
            other => {
                if depth == 0
                    && let Some((id, range)) = other.as_section()
                {
                    component.section(&RawSection { id, data: &bytes[range] });
                }
            }
        }
        if matches!(payload, Payload::ModuleSection { .. } | Payload::ComponentSection { .. }) {
            depth += 1;
        }
    }
    let Stripped { module, functions, .. } = found.context("no module in it has names")?;
    Ok(Taken { component: component.finish(), module, functions })
}

/// `None`: the module has no names.
fn taken_apart(bytes: &[u8]) -> Result<Option<Stripped>> {
    let mut module = Module::new();
    let mut names = None;
    let mut imported = 0;
    let mut bodies: Vec<Range<usize>> = Vec::new();
    for payload in Parser::new(0).parse_all(bytes) {
        let payload = payload?;
        match &payload {
            Payload::ImportSection(imports) => {
                for import in imports.clone().into_imports() {
                    imported += u32::from(matches!(import?.ty, TypeRef::Func(_) | TypeRef::FuncExact(_)));
                }
            }
            Payload::CodeSectionEntry(body) => bodies.push(body.range()),
            Payload::CustomSection(section) => {
                if let KnownCustom::Name(reader) = section.as_known() {
                    let read = read_names(reader)?;
                    let mut kept = NameSection::new();
                    kept.module(&read.module);
                    module.section(&kept);
                    names = Some(read);
                    continue;
                }
            }
            _ => {}
        }
        if let Some((id, range)) = payload.as_section() {
            module.section(&RawSection { id, data: &bytes[range] });
        }
    }
    let Some(mut names) = names else { return Ok(None) };
    let functions = bodies.into_iter().zip(imported..).map(|(body, index)| Function {
        index,
        bytes: body.len(),
        name: names.functions.remove(&index).unwrap_or_else(|| "?".to_owned()),
    });
    let functions = functions.collect();
    Ok(Some(Stripped { bytes: module.finish(), module: names.module, functions }))
}

fn read_names(reader: NameSectionReader<'_>) -> Result<Names> {
    let mut names = Names { module: String::new(), functions: BTreeMap::new() };
    for part in reader {
        match part? {
            Name::Module { name, .. } => names.module = name.to_owned(),
            Name::Function(functions) => {
                for naming in functions {
                    let naming = naming?;
                    // One line a function: a name with a line end in it could pretend to be another one.
                    if naming.name.contains(char::is_control) {
                        bail!("function {} has a name with control characters", naming.index);
                    }
                    names.functions.insert(naming.index, format!("{:#}", rustc_demangle::demangle(naming.name)));
                }
            }
            _ => {}
        }
    }
    ensure!(!names.module.is_empty(), "a module with names of functions and none of its own");
    ensure!(!names.module.contains(char::is_whitespace), "a module whose name has spaces: {:?}", names.module);
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use wasm_encoder::{CodeSection, CustomSection, EntityType, FunctionSection, ImportSection, NameMap, TypeSection};

    const MANGLED: &str = "_RNvNtCshFEk5AB4cgt_13coinbox_rules6wallet3pay";

    /// A module with two imported functions and two of its own, of 2 and 3 bytes.
    fn module(names: Option<&NameSection>) -> Vec<u8> {
        let mut module = Module::new();
        let mut types = TypeSection::new();
        types.ty().function([], []);
        module.section(&types);
        let mut imports = ImportSection::new();
        imports.import("outside", "one", EntityType::Function(0));
        imports.import("outside", "two", EntityType::Function(0));
        module.section(&imports);
        let mut functions = FunctionSection::new();
        functions.function(0);
        functions.function(0);
        module.section(&functions);
        let mut code = CodeSection::new();
        code.raw(&[0, 0x0b]);
        code.raw(&[0, 0, 0x0b]);
        module.section(&code);
        if let Some(names) = names {
            module.section(names);
        }
        module.section(&CustomSection { name: "producers".into(), data: vec![0].into() });
        module.finish()
    }

    fn component(modules: &[Vec<u8>]) -> Vec<u8> {
        let mut component = Component::new();
        for module in modules {
            component.section(&RawSection { id: ComponentSectionId::CoreModule.into(), data: module });
        }
        component.section(&CustomSection { name: "component-name".into(), data: vec![0].into() });
        component.finish()
    }

    fn names() -> NameSection {
        let mut names = NameSection::new();
        names.module("rules.wasm");
        let mut functions = NameMap::new();
        functions.append(0, "one");
        functions.append(2, MANGLED);
        functions.append(3, "coinbox:billing/credits@0.2.0#adjust");
        names.functions(&functions);
        names
    }

    #[test]
    fn names_are_taken_and_nothing_else() {
        let taken = take(&component(&[module(Some(&names())), module(None)])).expect("taken");
        assert_eq!(taken.module, "rules.wasm");
        let function = |index, bytes, name: &str| Function { index, bytes, name: name.to_owned() };
        assert_eq!(
            taken.functions,
            [function(2, 2, "coinbox_rules::wallet::pay"), function(3, 3, "coinbox:billing/credits@0.2.0#adjust")]
        );
        let mut own = NameSection::new();
        own.module("rules.wasm");
        assert_eq!(taken.component, component(&[module(Some(&own)), module(None)]));
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        let refused = |bytes: &[u8]| format!("{:#}", take(bytes).err().expect("refused"));
        assert_eq!(refused(&component(&[module(None)])), "no module in it has names");
        assert_eq!(refused(&module(Some(&names()))), "a module and no component");
        let two = component(&[module(Some(&names())), module(Some(&names()))]);
        assert_eq!(refused(&two), "two modules with names: their numbers would be mixed up");
        assert!(take(&component(&[module(Some(&names()))])[..40]).is_err());
    }
}
