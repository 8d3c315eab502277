//! The modules of a crate and the paths in its sources, read as tokens: what comments, text and tests say is no import.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// One crate, from its `lib.rs`. Modules that only tests have are left out.
pub(super) struct Crate {
    /// Source files by their paths below the folder of `lib.rs`, which is the first.
    pub(super) files: Vec<String>,
    /// The first is the root.
    pub(super) modules: Vec<Module>,
}

/// A module: a file, or a block in one.
pub(super) struct Module {
    pub(super) parent: Option<usize>,
    pub(super) file: usize,
    pub(super) children: BTreeMap<String, usize>,
    /// What is defined in it.
    pub(super) items: Vec<String>,
    /// What `use` brings in, by the name that it has here.
    pub(super) imports: BTreeMap<String, Vec<String>>,
    /// Modules of which everything is brought in.
    pub(super) globs: Vec<Vec<String>>,
    /// Every path of two names or more, and all that stands in a `use`, with its line.
    pub(super) paths: Vec<(Vec<String>, usize)>,
    folder: PathBuf,
}

/// Words before a name that is defined.
const DEFINES: [&str; 9] = ["fn", "struct", "enum", "union", "trait", "type", "const", "static", "macro_rules"];

impl Crate {
    /// Reads all files that belong to the crate of a `lib.rs`, or `main.rs` where there is none.
    pub(super) fn read(root: &Path) -> Result<Crate, String> {
        let mut read = Crate { files: Vec::new(), modules: Vec::new() };
        let first = if root.join("lib.rs").is_file() { "lib.rs" } else { "main.rs" };
        read.file(root, first.to_owned(), None, PathBuf::new())?;
        Ok(read)
    }

    fn file(&mut self, root: &Path, name: String, parent: Option<usize>, folder: PathBuf) -> Result<usize, String> {
        let path = root.join(&name);
        let text = std::fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        let tokens = TokenStream::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        self.files.push(name);
        let module = self.module(parent, self.files.len() - 1, folder);
        self.block(root, tokens, module, true)?;
        Ok(module)
    }

    fn module(&mut self, parent: Option<usize>, file: usize, folder: PathBuf) -> usize {
        self.modules.push(Module {
            parent,
            file,
            children: BTreeMap::new(),
            items: Vec::new(),
            imports: BTreeMap::new(),
            globs: Vec::new(),
            paths: Vec::new(),
            folder,
        });
        self.modules.len() - 1
    }

    /// Reads what stands between two braces, or a whole file. `outer`: definitions here are the module's.
    fn block(&mut self, root: &Path, tokens: TokenStream, module: usize, outer: bool) -> Result<(), String> {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while at < tokens.len() {
            if let Some((attribute, after)) = attribute(&tokens, at) {
                at = if is_of_tests(attribute) {
                    behind_item(&tokens, after, outer)
                } else {
                    self.words_of_attribute(attribute, module);
                    after
                };
                continue;
            }
            if let TokenTree::Group(group) = &tokens[at] {
                self.block(root, group.stream(), module, false)?;
                at += 1;
                continue;
            }
            let Some(word) = ident(tokens.get(at)) else {
                at += 1;
                continue;
            };
            let follows = ident(tokens.get(at + 1));
            at = match (word.as_str(), follows) {
                ("use", _) if !is_punct(tokens.get(at + 1), '<') => self.import(&tokens, at + 1, module),
                ("mod", Some(name)) => {
                    self.child(root, module, &name, tokens.get(at + 2))?;
                    at + 3
                }
                (word, follows) if outer && DEFINES.contains(&word) => {
                    let name = if word == "macro_rules" { ident(tokens.get(at + 2)) } else { follows };
                    self.modules[module].items.extend(name);
                    at + 1
                }
                _ => self.path(&tokens, at, module),
            };
        }
        Ok(())
    }

    fn child(&mut self, root: &Path, parent: usize, name: &str, body: Option<&TokenTree>) -> Result<(), String> {
        let (file, folder) = (self.modules[parent].file, self.modules[parent].folder.join(name));
        let child = match body {
            Some(TokenTree::Group(group)) => {
                let child = self.module(Some(parent), file, folder);
                self.block(root, group.stream(), child, true)?;
                child
            }
            _ => {
                let alone = folder.with_extension("rs");
                let path = if root.join(&alone).is_file() { alone } else { folder.join("mod.rs") };
                self.file(root, path.to_string_lossy().into_owned(), Some(parent), folder)?
            }
        };
        self.modules[parent].children.insert(name.to_owned(), child);
        Ok(())
    }

    /// `use` up to its semicolon. The place behind it.
    fn import(&mut self, tokens: &[TokenTree], from: usize, module: usize) -> usize {
        let end = (from..tokens.len()).find(|at| is_punct(tokens.get(*at), ';')).unwrap_or(tokens.len());
        self.tree(&tokens[from..end], Vec::new(), module);
        end + 1
    }

    fn tree(&mut self, tokens: &[TokenTree], mut path: Vec<String>, module: usize) {
        let mut at = 0;
        let mut line = 0;
        let mut alias = None;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => {
                    let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                    for part in inner.split(|token| is_punct(Some(token), ',')).filter(|part| !part.is_empty()) {
                        self.tree(part, path.clone(), module);
                    }
                    return;
                }
                TokenTree::Ident(word) if word == "as" => {
                    alias = ident(tokens.get(at + 1));
                    at += 1;
                }
                TokenTree::Ident(word) => {
                    path.push(word.to_string());
                    line = word.span().start().line;
                }
                TokenTree::Punct(punct) if punct.as_char() == '*' => {
                    self.modules[module].globs.push(path);
                    return;
                }
                _ => {}
            }
            at += 1;
        }
        if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
            path.pop();
        }
        let Some(name) = alias.or_else(|| path.last().cloned()) else { return };
        self.modules[module].paths.push((path.clone(), line));
        self.modules[module].imports.insert(name, path);
    }

    /// A path from its first name on. The place behind it.
    fn path(&mut self, tokens: &[TokenTree], from: usize, module: usize) -> usize {
        let mut path = Vec::new();
        let mut at = from;
        let line = tokens[from].span().start().line;
        while let Some(word) = ident(tokens.get(at)) {
            path.push(word);
            at += 1;
            if !is_colons(tokens, at) || ident(tokens.get(at + 2)).is_none() {
                break;
            }
            at += 2;
        }
        let before = from.checked_sub(1).and_then(|before| tokens.get(before));
        let is_member = is_punct(before, '.') || is_punct(before, ':') && from > 1 && is_colons(tokens, from - 2);
        if path.len() > 1 && !is_member {
            self.modules[module].paths.push((path, line));
        }
        at
    }

    /// Paths that an attribute holds, also as text: `#[serde(with = "crate::text")]`.
    fn words_of_attribute(&mut self, attribute: &Group, module: usize) {
        for token in attribute.stream() {
            match &token {
                TokenTree::Group(group) => self.words_of_attribute(group, module),
                TokenTree::Literal(literal) => {
                    let text = literal.to_string();
                    let text = text.trim_matches('"');
                    if text.contains("::") && !text.contains(char::is_whitespace) {
                        let path = text.split("::").map(str::to_owned).collect();
                        self.modules[module].paths.push((path, literal.span().start().line));
                    }
                }
                _ => {}
            }
        }
    }
}

fn ident(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(word)) => Some(word.to_string()),
        _ => None,
    }
}

fn is_punct(token: Option<&TokenTree>, wanted: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == wanted)
}

fn is_colons(tokens: &[TokenTree], at: usize) -> bool {
    is_punct(tokens.get(at), ':') && is_punct(tokens.get(at + 1), ':')
}

/// The attribute that begins here, and the place behind it.
fn attribute(tokens: &[TokenTree], at: usize) -> Option<(&Group, usize)> {
    if !is_punct(tokens.get(at), '#') {
        return None;
    }
    let inner = usize::from(is_punct(tokens.get(at + 1), '!'));
    match tokens.get(at + 1 + inner) {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Bracket => Some((group, at + 2 + inner)),
        _ => None,
    }
}

/// `#[cfg(test)]`, `#[cfg(all(test, …))]`, `#[test]`.
fn is_of_tests(attribute: &Group) -> bool {
    let text: String = attribute.stream().to_string().split_whitespace().collect();
    text == "test" || text.starts_with("cfg(test") || text.starts_with("cfg(all(test")
}

/// The place behind the item that an attribute is of.
fn behind_item(tokens: &[TokenTree], mut at: usize, outer: bool) -> usize {
    while let Some((_, after)) = attribute(tokens, at) {
        at = after;
    }
    while at < tokens.len() {
        let ends = match &tokens[at] {
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            TokenTree::Punct(punct) => punct.as_char() == ';' || !outer && punct.as_char() == ',',
            _ => false,
        };
        at += 1;
        if ends {
            break;
        }
    }
    at
}
