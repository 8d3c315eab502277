//! What a component exports: read from its type, and from what it says about itself.

use super::error::LoadError;
use crate::contract::exported::about::{self, Class};
use std::collections::BTreeMap;
use wasmtime::Engine;
use wasmtime::component::types::{ComponentItem, Type};
use wasmtime::component::{Component, ComponentExportIndex};

/// One exported function.
pub struct Function {
    /// `interface.function`.
    pub name: String,
    /// Query, command or effect.
    pub class: Class,
    /// Permission that a caller needs, where there is one.
    pub permission: Option<String>,
    /// Parameters in order.
    pub parameters: Vec<(String, Type)>,
    /// What it answers, if anything.
    pub answer: Option<Type>,
    pub(super) index: ComponentExportIndex,
}

/// All functions that can be called by name.
pub struct Functions {
    by_name: BTreeMap<String, Function>,
    facts: about::Facts,
    undescribed: Vec<String>,
}

/// An export before it is described.
pub(super) struct Exported {
    parameters: Vec<(String, Type)>,
    answer: Option<Type>,
    index: ComponentExportIndex,
}

/// `interface.function` of every export, by the component's own type.
pub(super) fn exported(engine: &Engine, component: &Component) -> BTreeMap<String, Exported> {
    let mut found = BTreeMap::new();
    for (path, item) in component.component_type().exports(engine) {
        let ComponentItem::ComponentInstance(interface) = item.ty else { continue };
        let Some(outer) = component.get_export_index(None, path) else { continue };
        for (name, item) in interface.exports(engine) {
            let ComponentItem::ComponentFunc(of) = item.ty else { continue };
            let Some(index) = component.get_export_index(Some(&outer), name) else { continue };
            let parameters = of.params().map(|(name, of)| (name.to_owned(), of)).collect();
            let answer = of.results().next();
            found.insert(format!("{}.{name}", interface_name(path)), Exported { parameters, answer, index });
        }
    }
    found
}

/// `coinbox:billing/usage@0.2.0` → `usage`.
fn interface_name(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('@').next().unwrap_or(name)
}

/// The version of the contract that a component was made for, by the names of its exports, then of its imports. None: it speaks of no
/// contract at all.
pub(super) fn contract_version(engine: &Engine, component: &Component) -> Option<String> {
    let world = component.component_type();
    let exports = world.exports(engine).map(|(path, _)| path.to_owned());
    let imports = world.imports(engine).map(|(path, _)| path.to_owned());
    exports.chain(imports).find_map(|path| version_of(&path).map(str::to_owned))
}

/// `coinbox:billing/usage@0.1.0` → `0.1.0`. None: it is no interface of the contract.
fn version_of(path: &str) -> Option<&str> {
    path.strip_prefix("coinbox:billing/")?.split_once('@').map(|(_, version)| version)
}

/// Whether two versions are of one line, inside which the contract only grows: `0.2` of `0.2.3`, `1` of `1.4.0`.
pub(super) fn same_line(one: &str, other: &str) -> bool {
    line(one) == line(other)
}

fn line(version: &str) -> (&str, Option<&str>) {
    let mut numbers = version.split('.');
    let major = numbers.next().unwrap_or(version);
    (major, if major == "0" { numbers.next() } else { None })
}

impl Functions {
    /// Joins exports and descriptions. An export that is not described has no class, so it cannot be called.
    pub(super) fn join(mut exported: BTreeMap<String, Exported>, facts: about::Facts) -> Result<Self, LoadError> {
        let mut by_name = BTreeMap::new();
        for fact in &facts.functions {
            let Some(Exported { parameters, answer, index }) = exported.remove(&fact.name) else {
                return Err(LoadError::Described(fact.name.clone()));
            };
            let function = Function {
                name: fact.name.clone(),
                class: fact.class,
                permission: fact.permission.clone(),
                parameters,
                answer,
                index,
            };
            by_name.insert(fact.name.clone(), function);
        }
        let undescribed: Vec<String> = exported.into_keys().collect();
        if !undescribed.is_empty() {
            tracing::warn!(functions = ?undescribed, "exported but not described: they cannot be called");
        }
        Ok(Functions { by_name, facts, undescribed })
    }

    /// One function.
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.by_name.get(name)
    }

    /// All functions by name.
    pub fn iter(&self) -> impl Iterator<Item = &Function> {
        self.by_name.values()
    }

    /// Exports that `about.describe` leaves out: they have no class, so nobody can call them.
    pub fn undescribed(&self) -> &[String] {
        &self.undescribed
    }

    /// What the component says about itself.
    pub fn facts(&self) -> &about::Facts {
        &self.facts
    }
}

#[cfg(test)]
mod tests {
    use super::{interface_name, same_line, version_of};

    #[test]
    fn the_interface_is_what_stands_between_slash_and_version() {
        assert_eq!(interface_name("coinbox:billing/usage@0.2.0"), "usage");
        assert_eq!(interface_name("plain"), "plain");
    }

    #[test]
    fn a_version_is_read_from_names_of_the_contract_only() {
        assert_eq!(version_of("coinbox:billing/usage@0.1.0"), Some("0.1.0"));
        assert_eq!(version_of("coinbox:billing/usage"), None);
        assert_eq!(version_of("wasi:random/random@0.2.0"), None);
    }

    #[test]
    fn a_line_is_what_grows_without_breaking() {
        for (one, other, same) in [
            ("0.2.0", "0.2.0", true),
            ("0.2.0", "0.2.7", true),
            ("0.1.0", "0.2.0", false),
            ("0.2.0", "1.2.0", false),
            ("1.0.0", "1.9.3", true),
            ("2.0.0", "20.0.0", false),
        ] {
            assert_eq!(same_line(one, other), same, "{one} and {other}");
        }
    }
}
