//! What `docs/contract.md` promises: released versions of the contract are frozen, and types keep their tag and their name in every language.

use anyhow::{Context, Result};
use coinbox_host::contract::exported::about::Class as HostClass;
use coinbox_rules::access::functions::{Class, Route, Way, functions};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use wit_parser::{PackageId, Resolve, Type, TypeDefKind, TypeId, TypeOwner};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the root of the workspace").to_owned()
}

fn text(path: &str) -> Result<String> {
    fs::read_to_string(root().join(path)).with_context(|| path.to_owned())
}

/// All files below a directory, by their path from `base`.
fn files(directory: &Path, base: &Path, found: &mut BTreeSet<String>) -> Result<()> {
    for entry in fs::read_dir(directory).with_context(|| directory.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            files(&path, base, found)?;
        } else {
            found.insert(path.strip_prefix(base)?.to_string_lossy().into_owned());
        }
    }
    Ok(())
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn released_versions_are_frozen() -> Result<()> {
    let released = root().join("wit/released");
    let listed = text("wit/released/SHA256SUMS")?;
    let listed: BTreeMap<&str, &str> =
        listed.lines().filter_map(|line| line.split_once("  ")).map(|(digest, path)| (path, digest)).collect();
    let mut there = BTreeSet::new();
    files(&released, &released, &mut there)?;
    there.remove("SHA256SUMS");
    let names: BTreeSet<String> = listed.keys().map(|path| (*path).to_owned()).collect();
    assert_eq!(there, names, "the files of wit/released and those of its SHA256SUMS");
    for (path, digest) in &listed {
        let found = hex(&Sha256::digest(fs::read(released.join(path))?));
        assert_eq!(&found, digest, "wit/released/{path} was changed: a released contract is frozen");
    }
    // The list itself: that of 0.1.0 never changes, later versions are added behind it.
    let first: String = text("wit/released/SHA256SUMS")?
        .lines()
        .filter(|line| line.contains("  0.1.0/"))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(
        hex(&Sha256::digest(first)),
        "6b64a0c691ad13bb3d8da3237a694db70145fff0d730dd26546fdce48391e776",
        "the digests of 0.1.0"
    );
    Ok(())
}

#[test]
fn every_file_names_one_version_of_the_contract() -> Result<()> {
    let mut versions = BTreeSet::new();
    for entry in fs::read_dir(root().join("wit"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "wit") {
            let text = fs::read_to_string(&path)?;
            let line = text.lines().find(|line| line.starts_with("package "));
            versions.insert(line.with_context(|| path.display().to_string())?.to_owned());
        }
    }
    let version = coinbox_host::contract::VERSION;
    assert_eq!(versions, BTreeSet::from([format!("package coinbox:billing@{version};")]));
    assert_eq!(coinbox_rules::about::CONTRACT, version, "what the rules say of themselves");
    assert!(!root().join("wit/released").join(version).exists(), "{version} is frozen: wit/ must be a later version");
    Ok(())
}

fn contract() -> Result<(Resolve, PackageId)> {
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(root().join("wit"))?;
    Ok((resolve, package))
}

/// The type behind names that other interfaces have given it.
fn behind(resolve: &Resolve, mut of: Type) -> Type {
    while let Type::Id(id) = of {
        match resolve.types[id].kind {
            TypeDefKind::Type(inner) => of = inner,
            _ => break,
        }
    }
    of
}

fn is_record(resolve: &Resolve, of: Type) -> bool {
    matches!(behind(resolve, of), Type::Id(id) if matches!(resolve.types[id].kind, TypeDefKind::Record(_)))
}

/// A number, text or truth value.
fn is_bare(resolve: &Resolve, of: Type) -> bool {
    !matches!(behind(resolve, of), Type::Id(_))
}

/// `untagged interface.variant`: a case with a bare value stands beside a case with a record.
fn untagged(resolve: &Resolve, package: PackageId) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (interface, id) in &resolve.packages[package].interfaces {
        for (name, of) in &resolve.interfaces[*id].types {
            let TypeDefKind::Variant(variant) = &resolve.types[*of].kind else { continue };
            let payloads = || variant.cases.iter().filter_map(|case| case.ty);
            if payloads().any(|of| is_bare(resolve, of)) && payloads().any(|of| is_record(resolve, of)) {
                found.insert(format!("untagged {interface}.{name}"));
            }
        }
    }
    found
}

/// `same-name interface.type`: another interface has another type of this name.
fn same_names(resolve: &Resolve, package: PackageId) -> BTreeSet<String> {
    let mut named: BTreeMap<&str, BTreeSet<(&str, TypeId)>> = BTreeMap::new();
    for (interface, id) in &resolve.packages[package].interfaces {
        for (name, of) in &resolve.interfaces[*id].types {
            // `use other.{name}` is the other's type.
            let used = matches!(resolve.types[*of].kind, TypeDefKind::Type(Type::Id(_)));
            if !used {
                named.entry(name).or_default().insert((interface, *of));
            }
        }
    }
    let several = named.into_iter().filter(|(_, types)| types.len() > 1);
    several
        .flat_map(|(name, types)| types.into_iter().map(move |(interface, _)| format!("same-name {interface}.{name}")))
        .collect()
}

/// `borrowed interface.type`: the type is one of another interface that has functions. Whoever has the one interface must then have the other.
fn borrowed(resolve: &Resolve, package: PackageId) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (interface, id) in &resolve.packages[package].interfaces {
        for (name, of) in &resolve.interfaces[*id].types {
            let TypeDefKind::Type(Type::Id(original)) = resolve.types[*of].kind else { continue };
            let TypeOwner::Interface(owner) = resolve.types[original].owner else { continue };
            if owner != *id && !resolve.interfaces[owner].functions.is_empty() {
                found.insert(format!("borrowed {interface}.{name}"));
            }
        }
    }
    found
}

/// W3: types that interfaces share are types of an interface without functions.
#[test]
fn interfaces_with_functions_lend_no_types() -> Result<()> {
    let (resolve, package) = contract()?;
    let found: Vec<String> = borrowed(&resolve, package).into_iter().collect();
    let found: Vec<&String> = found.iter().collect();
    assert!(found.is_empty(), "docs/contract.md, \"Shape of types\", forbids:\n{}", lines(&found));
    Ok(())
}

/// W8: bindings of some languages lose the tag of such a variant, or give two such types one class.
#[test]
fn types_keep_their_tag_and_their_name_in_every_language() -> Result<()> {
    let (resolve, package) = contract()?;
    let mut found = untagged(&resolve, package);
    found.extend(same_names(&resolve, package));
    let found: Vec<&String> = found.iter().collect();
    assert!(found.is_empty(), "docs/contract.md, \"Shape of types\", forbids:\n{}", lines(&found));
    Ok(())
}

fn lines(of: &[&String]) -> String {
    of.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_checks_of_shape_find_what_they_are_for() -> Result<()> {
    let mut resolve = Resolve::default();
    let package = resolve.push_source(
        "shape.wit",
        "package shape:shape@1.0.0;
        interface one {
            record pair { a: u32, b: u32 }
            type amount = s64;
            enum word { yes, no }
            variant mixed { bare(amount), tagged(pair), none }
            variant words { bare(string), plain(word) }
            variant records { first(pair), second(pair) }
            type ours = u32;
        }
        interface two {
            use one.{pair, amount};
            record word { text: string }
            variant lists { many(list<pair>), bare(u32) }
            record other { a: pair, b: amount }
        }
        interface three {
            use two.{lists};
            ask: func(lists: lists);
        }
        interface four {
            use three.{lists as many};
            answer: func() -> many;
        }",
    )?;
    assert_eq!(untagged(&resolve, package), BTreeSet::from(["untagged one.mixed".to_owned()]));
    let twice = ["same-name one.word", "same-name two.word"].map(str::to_owned);
    assert_eq!(same_names(&resolve, package), BTreeSet::from(twice));
    assert_eq!(borrowed(&resolve, package), BTreeSet::from(["borrowed four.many".to_owned()]));
    Ok(())
}

/// The type at a path of field and case names, through options.
fn walk(resolve: &Resolve, mut of: Type, path: &str) -> Option<Type> {
    let inner = |of: Type| match behind(resolve, of) {
        Type::Id(id) => match resolve.types[id].kind {
            TypeDefKind::Option(inner) => behind(resolve, inner),
            _ => Type::Id(id),
        },
        plain => plain,
    };
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let Type::Id(id) = inner(of) else { return None };
        of = match &resolve.types[id].kind {
            TypeDefKind::Record(record) => record.fields.iter().find(|field| field.name == name)?.ty,
            TypeDefKind::Variant(variant) => variant.cases.iter().find(|case| case.name == name)?.ty?,
            _ => return None,
        };
    }
    Some(inner(of))
}

fn item(resolve: &Resolve, of: Type) -> Option<Type> {
    match behind(resolve, of) {
        Type::Id(id) => match resolve.types[id].kind {
            TypeDefKind::List(item) => Some(item),
            _ => None,
        },
        _ => None,
    }
}

/// What is wrong with the route of a function with these parameters.
fn misrouted(resolve: &Resolve, parameters: &[(&str, Type)], route: &Route) -> Option<String> {
    let at = |path: &str| {
        let (name, rest) = path.split_once('.').unwrap_or((path, ""));
        let (_, of) = parameters.iter().find(|(parameter, _)| *parameter == name)?;
        walk(resolve, *of, rest)
    };
    if route.way == Way::Columns {
        let text = route.id.and_then(|id| walk(resolve, at(id)?, "text"));
        return (text != Some(Type::String)).then(|| format!("{:?} leads to no texts", route.id));
    }
    let id = match (route.items, route.id) {
        (None, None) => None,
        (None, Some(id)) => Some(at(id)),
        (Some(items), id) => Some(at(items).and_then(|of| item(resolve, of)).and_then(|of| walk(resolve, of, id?))),
    };
    if id.is_some_and(|of| of != Some(Type::String)) {
        return Some(format!("{:?} {:?} leads to no text", route.items, route.id));
    }
    let needs_id = matches!(route.way, Way::Account | Way::Each | Way::Named);
    if (needs_id && route.id.is_none())
        || (route.way == Way::Each) != (route.items.is_some() && route.way != Way::Named)
    {
        return Some("it says not by what".to_owned());
    }
    // What names an account belongs to it.
    for (name, of) in parameters {
        if matches!(*name, "auth-id" | "parent" | "account") && walk(resolve, *of, "") == Some(Type::String) {
            let by_it = matches!(route.way, Way::Account | Way::InTurn | Way::Merged) && route.id == Some(*name);
            return (!by_it).then(|| format!("it names an account by `{name}`"));
        }
        let named = item(resolve, *of).filter(|of| walk(resolve, *of, "auth-id").is_some());
        if named.is_some()
            && (route.way != Way::Each || route.items != Some(*name))
            && !parameters.iter().any(|(other, _)| *other == "auth-id")
        {
            return Some(format!("each item of `{name}` names an account"));
        }
    }
    None
}

/// Every function says where a call belongs when accounts are spread over several stores, by arguments that it has.
#[test]
fn every_function_has_a_route_that_its_arguments_can_show() -> Result<()> {
    let (resolve, package) = contract()?;
    for function in functions() {
        let (interface, name) = function.name.split_once('.').context("an interface and a name")?;
        let interface = resolve.packages[package].interfaces[interface];
        let declared = &resolve.interfaces[interface].functions[name];
        let parameters: Vec<(&str, Type)> =
            declared.params.iter().map(|parameter| (parameter.name.as_str(), parameter.ty)).collect();
        if let Some(problem) = misrouted(&resolve, &parameters, &function.route) {
            panic!("{}: {problem}", function.name);
        }
        // The host calls it of its own accord, or somebody may ask for it.
        let has_caller = parameters.iter().any(|(name, _)| *name == "caller");
        assert_eq!(
            function.route.way == Way::Job,
            function.name.starts_with("jobs.") && function.route.way != Way::Named,
            "{}",
            function.name
        );
        let at_home_for_the_host = function.name == "coupons.claim";
        let needs_caller = matches!(function.route.way, Way::Home | Way::Placed) && !at_home_for_the_host;
        assert!(has_caller || !needs_caller, "{}", function.name);
    }
    Ok(())
}

#[test]
fn the_check_of_routes_finds_what_it_is_for() -> Result<()> {
    let (resolve, package) = contract()?;
    let interface = resolve.packages[package].interfaces["reservations"];
    let declared = &resolve.interfaces[interface].functions["reserve"];
    let parameters: Vec<(&str, Type)> =
        declared.params.iter().map(|parameter| (parameter.name.as_str(), parameter.ty)).collect();
    let problem = |way, items, id| misrouted(&resolve, &parameters, &Route { way, items, id });
    assert_eq!(problem(Way::Each, Some("holds"), Some("auth-id")), None);
    for wrong in [
        problem(Way::Home, None, None),
        problem(Way::Each, None, Some("auth-id")),
        problem(Way::Each, Some("holds"), None),
        problem(Way::Each, Some("holds"), Some("kind")),
        problem(Way::Each, Some("hold"), Some("auth-id")),
        problem(Way::Account, None, Some("caller.request-id")),
    ] {
        assert!(wrong.is_some());
    }
    Ok(())
}

/// `place: list` of every list that can stand in an argument: `interface.function.argument`, or `record.field` inside a record.
fn lists(resolve: &Resolve, of: Type, place: &str, found: &mut BTreeSet<String>, seen: &mut BTreeSet<TypeId>) {
    let Type::Id(id) = behind(resolve, of) else { return };
    let kind = &resolve.types[id].kind;
    if let TypeDefKind::Option(inner) = kind {
        return lists(resolve, *inner, place, found, seen);
    }
    if let TypeDefKind::List(item) = kind {
        found.insert(place.to_owned());
        return lists(resolve, *item, place, found, seen);
    }
    if !seen.insert(id) {
        return;
    }
    let name = resolve.types[id].name.clone().unwrap_or_default();
    let inner: Vec<(&str, Type)> = match kind {
        TypeDefKind::Record(record) => record.fields.iter().map(|field| (field.name.as_str(), field.ty)).collect(),
        TypeDefKind::Variant(variant) => {
            variant.cases.iter().filter_map(|case| Some((case.name.as_str(), case.ty?))).collect()
        }
        TypeDefKind::Tuple(tuple) => tuple.types.iter().map(|of| ("", *of)).collect(),
        _ => Vec::new(),
    };
    for (field, of) in inner {
        lists(resolve, of, &format!("{name}.{field}"), found, seen);
    }
}

/// Lists of arguments that no limit names, and why not.
const UNNAMED: [(&str, &str); 6] = [
    ("operator.permissions", "the host fills it in, with names of `about.describe`"),
    ("event-columns.used", "one an event: `usage.record-columns.columns`"),
    ("event-columns.quantities", "one an event: `usage.record-columns.columns`"),
    ("event-columns.moments", "one an event: `usage.record-columns.columns`"),
    ("texts.lengths", "three an event: `usage.record-columns.columns`"),
    ("folded-month.flows", "one a kind of transaction, and a kind that is not known is a difference"),
];

/// W12: whoever writes a host finds in `about.limits` how long a list may be, and refuses a longer one before it runs.
#[test]
fn every_list_of_an_argument_has_a_limit_by_name() -> Result<()> {
    let (resolve, package) = contract()?;
    let mut found = BTreeSet::new();
    for function in functions() {
        let (interface, name) = function.name.split_once('.').context("an interface and a name")?;
        // What the host hands to jobs is what the rules have given out, or what the outside has answered within bounds of its own.
        if interface == "jobs" {
            continue;
        }
        let interface = resolve.packages[package].interfaces[interface];
        for parameter in &resolve.interfaces[interface].functions[name].params {
            let place = format!("{}.{}", function.name, parameter.name);
            lists(&resolve, parameter.ty, &place, &mut found, &mut BTreeSet::new());
        }
    }
    let limits: BTreeSet<String> =
        coinbox_rules::about::describe().limits.into_iter().map(|limit| limit.name).collect();
    let unnamed: BTreeSet<&str> = UNNAMED.iter().map(|(place, _)| *place).collect();
    let missing: Vec<&String> =
        found.iter().filter(|place| !limits.contains(*place) && !unnamed.contains(place.as_str())).collect();
    assert!(missing.is_empty(), "`about.limits` lacks:\n{}", lines(&missing));
    for place in unnamed {
        assert!(found.contains(place) && !limits.contains(place), "{place} needs no excuse");
    }
    Ok(())
}

/// What takes no caller asks for no permission. So nobody may be offered it, but for what asks nothing of any account.
#[test]
fn what_changes_anything_without_a_caller_is_the_hosts() -> Result<()> {
    use coinbox_host::callable::{is_for_callers, takes_caller};
    let (resolve, package) = contract()?;
    let host_class = |class| match class {
        Class::Query => HostClass::Query,
        Class::Command => HostClass::Command,
        Class::Effect => HostClass::Effect,
    };
    for function in functions() {
        let (interface, name) = function.name.split_once('.').context("an interface and a name")?;
        let interface = resolve.packages[package].interfaces[interface];
        let declared = &resolve.interfaces[interface].functions[name];
        let has_caller = declared.params.iter().any(|parameter| parameter.name == "caller");
        assert_eq!(takes_caller(function.name), has_caller, "{}", function.name);
        // An effect that only looks at the stock, and the notice of a gateway, which is believed only as far as its key is known.
        let is_open = ["numbers.offers", "jobs.payment-notice"].contains(&function.name);
        if !has_caller && function.class != Class::Query && !is_open {
            assert!(!is_for_callers(function.name, host_class(function.class)), "{}", function.name);
        }
    }
    Ok(())
}
