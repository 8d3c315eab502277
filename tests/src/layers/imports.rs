//! Which file of a crate imports which: paths are followed through re-exports to the file that defines what they name.

use super::source::Crate;
use std::collections::{BTreeMap, BTreeSet};

/// An import of one file by another, by its first place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Import {
    /// The line in the importing file.
    pub line: usize,
    /// The path, as it is written there.
    pub path: String,
}

/// Who imports whom.
#[derive(Clone, Default, Debug)]
pub(super) struct Imports {
    /// Every file.
    pub files: BTreeSet<String>,
    /// Importing file, imported file, and where.
    pub arrows: BTreeMap<(String, String), Import>,
}

/// What a path names.
enum Named {
    Module(usize),
    /// Something that a module defines.
    In(usize),
}

/// Re-exports of re-exports that are followed.
const DEPTH_MAX: u32 = 16;

impl Imports {
    pub(super) fn of(read: &Crate) -> Imports {
        let mut imports = Imports { files: read.files.iter().cloned().collect(), arrows: BTreeMap::new() };
        for (place, module) in read.modules.iter().enumerate() {
            let from = &read.files[module.file];
            let mut arrow = |named: Option<Named>, path: &[String], line: usize| {
                // The name of a module is no import of what is in it: its uses are paths of their own.
                let Some(Named::In(target)) = named else { return };
                let to = &read.files[read.modules[target].file];
                if from != to {
                    let arrow = imports.arrows.entry((from.clone(), to.clone()));
                    arrow.or_insert_with(|| Import { line, path: path.join("::") });
                }
            };
            for (path, line) in &module.paths {
                arrow(resolve(read, place, path, DEPTH_MAX), path, *line);
            }
            for glob in &module.globs {
                let all = resolve(read, place, glob, DEPTH_MAX).map(|named| match named {
                    Named::Module(module) | Named::In(module) => Named::In(module),
                });
                arrow(all, &[glob.as_slice(), &["*".to_owned()]].concat(), 1);
            }
        }
        imports
    }
}

/// What a path means in a module. `None`: something of another crate, or a name of the language.
fn resolve(read: &Crate, module: usize, path: &[String], depth: u32) -> Option<Named> {
    let (first, mut rest) = path.split_first()?;
    let depth = depth.checked_sub(1)?;
    let mut named = match first.as_str() {
        "crate" => Named::Module(0),
        "self" => Named::Module(module),
        "super" => Named::Module(read.modules[module].parent?),
        name => look_up(read, module, name, rest.is_empty(), path, depth)?,
    };
    while let (Named::Module(module), Some((name, behind))) = (&named, rest.split_first()) {
        let module = *module;
        named = match name.as_str() {
            "super" => Named::Module(read.modules[module].parent?),
            name => look_up(read, module, name, behind.is_empty(), &[], depth).unwrap_or(Named::In(module)),
        };
        rest = behind;
    }
    Some(named)
}

/// A name in a module. `asked`: the import that is looked up by its own first name is not its own answer.
fn look_up(read: &Crate, module: usize, name: &str, last: bool, asked: &[String], depth: u32) -> Option<Named> {
    let here = &read.modules[module];
    let child = here.children.get(name).map(|child| Named::Module(*child));
    let item = here.items.iter().any(|item| item == name).then_some(Named::In(module));
    let import = || {
        let path = here.imports.get(name).filter(|path| path.as_slice() != asked)?;
        resolve(read, module, path, depth)
    };
    let glob = || {
        here.globs.iter().find_map(|glob| match resolve(read, module, glob, depth)? {
            Named::Module(from) if from != module => look_up(read, from, name, last, &[], depth.checked_sub(1)?),
            _ => None,
        })
    };
    // A module and a function may share a name: the end of a path is the function.
    let (one, other) = if last { (item, child) } else { (child, item) };
    one.or(other).or_else(import).or_else(glob)
}
