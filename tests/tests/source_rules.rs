//! Rules that the source keeps: how long a function may be, that every dependency is used, and that the contract names no word that there is not.
//!
//! Files are read as the compiler reads them, with `syn`: it is the parser that procedural macros use, is kept up with the language, and stands in
//! the dependency tree anyway. A scanner of lines would take braces in texts and comments for code.

use anyhow::{Context, Result};
use proc_macro2::{TokenStream, TokenTree};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::Visit;

/// Most lines of a function, from `fn` to its last brace. What stands in the call of a macro (`proptest! { … }`) is not looked at.
const LINES_MAX: usize = 70;
/// The functions that were longer when the rule came: one a line, file, name and lines.
const LONG: &str = "tests/long_functions.txt";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root of the workspace").to_owned()
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| path.display().to_string())
}

/// All Rust files below a directory, in order, without those of packages inside it.
fn rust_files(directory: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut entries = fs::read_dir(directory)
        .with_context(|| directory.display().to_string())?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    entries.sort();
    for path in entries {
        if path.is_dir() && !path.join("Cargo.toml").exists() && !path.ends_with("target") {
            found.extend(rust_files(&path)?);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

/// The packages of the workspace: directory below the root, and manifest.
fn packages() -> Result<Vec<(String, toml::Table)>> {
    let workspace: toml::Table = read(&root().join("Cargo.toml"))?.parse()?;
    let members = workspace["workspace"]["members"].as_array().context("members")?;
    members
        .iter()
        .map(|member| {
            let member = member.as_str().context("a directory")?;
            Ok((member.to_owned(), read(&root().join(member).join("Cargo.toml"))?.parse()?))
        })
        .collect()
}

/// The lines of every function of a file, by name with the modules, types and functions around it.
#[derive(Default)]
struct Functions {
    around: Vec<String>,
    found: Vec<(String, usize)>,
}

impl Functions {
    fn inside(&mut self, name: String, visit: impl FnOnce(&mut Self)) {
        self.around.push(name);
        visit(self);
        self.around.pop();
    }

    fn function(&mut self, signature: &syn::Signature, block: &syn::Block, visit: impl FnOnce(&mut Self)) {
        let first = signature.fn_token.span.start().line;
        let last = block.brace_token.span.close().end().line;
        self.inside(signature.ident.to_string(), |functions| {
            functions.found.push((functions.around.join("::"), last + 1 - first));
            visit(functions);
        });
    }

    fn of(text: &str) -> Result<Vec<(String, usize)>> {
        let mut functions = Self::default();
        functions.visit_file(&syn::parse_file(text)?);
        Ok(functions.found)
    }
}

impl<'a> Visit<'a> for Functions {
    fn visit_item_fn(&mut self, item: &'a syn::ItemFn) {
        self.function(&item.sig, &item.block, |functions| syn::visit::visit_item_fn(functions, item));
    }

    fn visit_impl_item_fn(&mut self, item: &'a syn::ImplItemFn) {
        self.function(&item.sig, &item.block, |functions| syn::visit::visit_impl_item_fn(functions, item));
    }

    fn visit_trait_item_fn(&mut self, item: &'a syn::TraitItemFn) {
        if let Some(block) = &item.default {
            self.function(&item.sig, block, |functions| syn::visit::visit_trait_item_fn(functions, item));
        }
    }

    fn visit_item_mod(&mut self, item: &'a syn::ItemMod) {
        self.inside(item.ident.to_string(), |functions| syn::visit::visit_item_mod(functions, item));
    }

    fn visit_item_impl(&mut self, item: &'a syn::ItemImpl) {
        let name = match &*item.self_ty {
            syn::Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        self.inside(name.unwrap_or_else(|| "impl".to_owned()), |functions| {
            syn::visit::visit_item_impl(functions, item);
        });
    }

    fn visit_item_trait(&mut self, item: &'a syn::ItemTrait) {
        self.inside(item.ident.to_string(), |functions| syn::visit::visit_item_trait(functions, item));
    }
}

/// Long functions by package, file and name. Of two with one name in a file, the longer one.
fn long_functions() -> Result<BTreeMap<(String, String), usize>> {
    let mut long = BTreeMap::new();
    for (directory, _) in packages()? {
        let before = long.len();
        for path in rust_files(&root().join(&directory))? {
            let file = path.strip_prefix(root())?.display().to_string();
            for (name, lines) in Functions::of(&read(&path)?).with_context(|| file.clone())? {
                if lines > LINES_MAX {
                    let kept = long.entry((file.clone(), name)).or_insert(lines);
                    *kept = lines.max(*kept);
                }
            }
        }
        println!("{directory}: {} functions of more than {LINES_MAX} lines", long.len() - before);
    }
    Ok(long)
}

fn listed_functions(text: &str) -> Result<BTreeMap<(String, String), usize>> {
    let mut listed = BTreeMap::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        let [file, name, lines] = words[..] else { anyhow::bail!("{LONG}: not `file function lines`: {line}") };
        let before = listed.insert((file.to_owned(), name.to_owned()), lines.parse().with_context(|| line.to_owned())?);
        anyhow::ensure!(before.is_none(), "{LONG}: twice: {line}");
    }
    Ok(listed)
}

/// What is wrong, a sentence each: lengths fall and never rise.
fn ratchet(listed: &BTreeMap<(String, String), usize>, long: &BTreeMap<(String, String), usize>) -> Vec<String> {
    let mut wrong = Vec::new();
    for ((file, name), lines) in long {
        match listed.get(&(file.clone(), name.clone())) {
            None => wrong.push(format!("{file}: `{name}` has {lines} lines, more than {LINES_MAX}: split it")),
            Some(before) if lines > before => {
                wrong.push(format!("{file}: `{name}` has grown from {before} to {lines} lines: split it"));
            }
            Some(before) if lines < before => {
                wrong.push(format!("{LONG}: `{file} {name}` is shorter now, write {lines} for {before}"));
            }
            Some(_) => {}
        }
    }
    for (file, name) in listed.keys().filter(|function| !long.contains_key(function)) {
        wrong.push(format!("{LONG}: `{file} {name}` has at most {LINES_MAX} lines now or is gone, take its line out"));
    }
    wrong
}

#[test]
fn functions_grow_no_longer() {
    let listed = listed_functions(&read(&root().join(LONG)).expect("the list")).expect("a list of functions");
    let long = long_functions().expect("readable sources");
    let wrong = ratchet(&listed, &long);
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn the_ratchet_lets_lengths_fall_only() {
    let list = |text: &str| listed_functions(text).expect("a list");
    let listed = list("# a comment\n\na.rs same 80\na.rs Type::grown 80\na.rs shorter 80\nb.rs short 71\n");
    let long = list("a.rs same 80\na.rs Type::grown 81\na.rs shorter 79\na.rs new 71\n");
    assert_eq!(
        ratchet(&listed, &long),
        [
            "a.rs: `Type::grown` has grown from 80 to 81 lines: split it",
            "a.rs: `new` has 71 lines, more than 70: split it",
            "tests/long_functions.txt: `a.rs shorter` is shorter now, write 79 for 80",
            "tests/long_functions.txt: `b.rs short` has at most 70 lines now or is gone, take its line out",
        ]
    );
}

#[test]
fn lines_are_counted_from_fn_to_the_last_brace() {
    let text = "/// Text.\n#[test]\npub fn outer(\n) -> u8 {\n    fn inner() {}\n    // }\n    let _ = \"}\n\";\n    7\n}\n\
                mod m {\n    impl T<u8> {\n        const fn a() {\n        }\n    }\n    trait U {\n        fn b();\n        fn c() {}\n    }\n}\n";
    let found = Functions::of(text).expect("Rust");
    let found: Vec<(&str, usize)> = found.iter().map(|(name, lines)| (name.as_str(), *lines)).collect();
    assert_eq!(found, [("outer", 8), ("outer::inner", 1), ("m::T::a", 2), ("m::U::c", 1)]);
}

/// Adds the crates that a text names in paths (`name::…`), in `use name` and in `extern crate name`.
fn crates_named(tokens: TokenStream, named: &mut BTreeSet<String>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    let brings = |at: usize| matches!(tokens.get(at), Some(TokenTree::Ident(word)) if word == "use" || word == "crate");
    // `a::b` says nothing of a crate `b`.
    let inner = |at: usize| at >= 2 && colon(at - 1) && colon(at - 2);
    for (at, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => crates_named(group.stream(), named),
            TokenTree::Ident(word) if !inner(at) && (colon(at + 1) && colon(at + 2) || at > 0 && brings(at - 1)) => {
                named.insert(word.to_string().trim_start_matches("r#").to_owned());
            }
            _ => {}
        }
    }
}

/// The crates that the files below some directories of a package name.
fn named_below(package: &Path, directories: &[&str]) -> Result<BTreeSet<String>> {
    let mut named = BTreeSet::new();
    for directory in directories.iter().map(|directory| package.join(directory)).filter(|directory| directory.exists())
    {
        for path in rust_files(&directory)? {
            let tokens = read(&path)?.parse().map_err(|error| anyhow::anyhow!("{}: {error}", path.display()))?;
            crates_named(tokens, &mut named);
        }
    }
    Ok(named)
}

/// The dependencies of one kind that a manifest names, also those of one platform only.
fn dependencies(manifest: &toml::Table, kind: &str) -> BTreeSet<String> {
    let platforms = manifest.get("target").and_then(toml::Value::as_table);
    let platforms = platforms.into_iter().flat_map(toml::Table::values).filter_map(toml::Value::as_table);
    let tables = std::iter::once(manifest).chain(platforms).filter_map(|table| table.get(kind)?.as_table());
    tables.flat_map(toml::Table::keys).cloned().collect()
}

/// The dependencies of one kind that no file names.
fn unused(manifest: &toml::Table, kind: &str, named: &BTreeSet<String>) -> Vec<String> {
    dependencies(manifest, kind).into_iter().filter(|name| !named.contains(&name.replace('-', "_"))).collect()
}

#[test]
fn every_dependency_is_used() {
    let packages = packages().expect("manifests");
    let mut wrong = Vec::new();
    let mut wanted = BTreeSet::new();
    for (directory, manifest) in &packages {
        let package = root().join(directory);
        let source = named_below(&package, &["src"]).expect("readable sources");
        let all = named_below(&package, &["src", "tests", "benches", "examples"]).expect("readable sources");
        for (kind, named) in [("dependencies", &source), ("dev-dependencies", &all)] {
            wanted.extend(dependencies(manifest, kind));
            let unused = unused(manifest, kind, named);
            wrong.extend(unused.into_iter().map(|name| format!("{directory}/Cargo.toml: [{kind}] {name}")));
        }
    }
    let workspace: toml::Table = read(&root().join("Cargo.toml")).expect("a manifest").parse().expect("TOML");
    let listed = workspace["workspace"]["dependencies"].as_table().expect("a table");
    let unused = listed.keys().filter(|name| !wanted.contains(*name));
    wrong.extend(unused.map(|name| format!("Cargo.toml: [workspace.dependencies] {name}")));
    assert!(wrong.is_empty(), "dependencies that no file names, take them out:\n{}\n", wrong.join("\n"));
}

#[test]
fn a_dependency_that_only_a_comment_names_is_unused() {
    let manifest = "[dependencies]\na-path = \"1\"\nused = \"1\"\ncomment = \"1\"\ntext = \"1\"\ninner = \"1\"\nmacros = \"1\"\n\
                    [target.'cfg(unix)'.dependencies]\nplatform = \"1\"\n[dev-dependencies]\nother = \"1\"\n";
    let text =
        "//! comment::here\nuse used as us;\nuse std::inner;\nfn f() { a_path::g(\"text::of\"); m!(macros::h) }\n";
    let mut named = BTreeSet::new();
    crates_named(text.parse().expect("Rust"), &mut named);
    let manifest = manifest.parse().expect("TOML");
    assert_eq!(unused(&manifest, "dependencies", &named), ["comment", "inner", "platform", "text"]);
    assert_eq!(unused(&manifest, "dev-dependencies", &named), ["other"]);
}

/// Words of several parts between backticks.
fn words_in(text: &str) -> impl Iterator<Item = &str> {
    let is_word = |word: &&str| {
        word.contains('-')
            && word.split('-').all(|part| !part.is_empty() && part.chars().all(|c| c.is_ascii_lowercase()))
    };
    text.split('`').skip(1).step_by(2).filter(is_word)
}

/// Words of comments, each with its file and line, and identifiers.
type Words = (Vec<(String, String)>, BTreeSet<String>);

/// The words of the contract's comments, and all identifiers of the contract.
fn contract() -> Result<Words> {
    let (mut named, mut identifiers) = (Vec::new(), BTreeSet::new());
    for entry in fs::read_dir(root().join("wit"))? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "wit") {
            continue;
        }
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        for (place, line) in read(&path)?.lines().enumerate() {
            let (code, comment) = line.split_once("//").unwrap_or((line, ""));
            named.extend(words_in(comment).map(|word| (format!("wit/{file}:{}", place + 1), word.to_owned())));
            let is_apart = |letter: char| !letter.is_ascii_alphanumeric() && letter != '-';
            identifiers.extend(code.split(is_apart).map(str::to_owned));
        }
    }
    Ok((named, identifiers))
}

/// First cells of the tables of docs/events.md: kinds of events and templates of mails.
fn kinds_of_events() -> Result<BTreeSet<String>> {
    let page = read(&root().join("docs/events.md"))?;
    let rows = page.lines().filter_map(|line| line.strip_prefix("| ")?.split('|').next());
    Ok(rows.flat_map(|cell| cell.split('`').skip(1).step_by(2)).map(str::to_owned).collect())
}

/// The contract names no kind of event, no code and no word that there is not. In wit/events.wit a word is a kind of docs/events.md. Elsewhere it
/// may also be an identifier of the contract or a text of the rules.
#[test]
fn words_that_the_contract_names_are_there() -> Result<()> {
    // Two are examples of what a host chooses, two are put together of parts.
    const OTHERS: [&str; 4] =
        ["totp-secret", "login-link", "number-order-open-too-long", "number-release-open-too-long"];
    let (named, identifiers) = contract()?;
    let kinds = kinds_of_events()?;
    assert!(kinds.contains("recharge-failed") && kinds.contains("balance-low"), "{kinds:?}");
    let mut rules = String::new();
    for (directory, _) in packages()?.iter().filter(|(directory, _)| directory.starts_with("guest/rules")) {
        for path in rust_files(&root().join(directory).join("src"))? {
            rules += &read(&path)?;
        }
    }
    let is_there = |place: &str, word: &str| {
        kinds.contains(word)
            || (!place.starts_with("wit/events.wit")
                && (identifiers.contains(word) || OTHERS.contains(&word) || rules.contains(&format!("\"{word}\""))))
    };
    let gone: Vec<_> = named.iter().filter(|(place, word)| !is_there(place, word)).collect();
    assert!(gone.is_empty(), "words that are nowhere: {gone:?}");
    assert!(named.iter().any(|(place, _)| place.starts_with("wit/events.wit")), "no example of a kind");
    Ok(())
}
