//! What each area of the rules costs in code.

use crate::component::Function;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Begins the names of our own crates: the table names their modules. The code of others counts for the crate.
const OURS: &str = "coinbox_";

/// Functions and bytes of one area.
#[derive(Default)]
struct Cost {
    functions: usize,
    bytes: usize,
    /// Of those: turning records and answers into text and back.
    forms: usize,
}

/// The table, largest first, and below it the `most` largest functions.
pub(crate) fn table(functions: &[Function], most: usize) -> String {
    let mut costs: BTreeMap<String, Cost> = BTreeMap::new();
    for function in functions {
        let cost = costs.entry(area(&function.name)).or_default();
        cost.functions += 1;
        cost.bytes += function.bytes;
        if function.name.contains("serde") {
            cost.forms += function.bytes;
        }
    }
    let all = functions.iter().map(|function| function.bytes).sum::<usize>();
    let mut rows: Vec<(&String, &Cost)> = costs.iter().collect();
    rows.sort_by_key(|(name, cost)| (std::cmp::Reverse(cost.bytes), *name));

    let mut text = format!("{:>9} {:>9} {:>9}  area\n", "bytes", "forms", "functions");
    let mut row = |bytes: usize, forms: usize, functions: usize, name: &str| {
        writeln!(text, "{bytes:>9} {forms:>9} {functions:>9}  {name}").expect("text takes everything");
    };
    for (name, cost) in &rows {
        row(cost.bytes, cost.forms, cost.functions, name);
    }
    row(all, costs.values().map(|cost| cost.forms).sum(), functions.len(), "all code");

    let mut largest: Vec<&Function> = functions.iter().collect();
    largest.sort_by_key(|function| (std::cmp::Reverse(function.bytes), function.index));
    for function in largest.iter().take(most) {
        writeln!(text, "{:>9} {}", function.bytes, function.name).expect("text takes everything");
    }
    text
}

/// `ledger::wallet` for a function of that module or code that was made for one of its types, `serde_json` for another crate's own,
/// `contract::credits` for what the component exports.
fn area(name: &str) -> String {
    let exported = name.strip_prefix("cabi_post_").unwrap_or(name);
    if let Some((interface, _)) =
        exported.split_once('@').and_then(|(interface, rest)| rest.contains('#').then_some((interface, rest)))
    {
        return format!("contract::{}", interface.rsplit('/').next().unwrap_or(interface));
    }
    match ours(name) {
        Some(module) => module,
        // The first crate that is named: `<alloc::string::String as core::fmt::Write>::write_str`.
        None => match name.find("::") {
            Some(end) => {
                let start = name[..end].rfind(|letter: char| !is_word(letter)).map_or(0, |at| at + 1);
                // Of a type without a crate: `<str>::trim`.
                if start == end { "core".to_owned() } else { name[start..end].to_owned() }
            }
            None => "others".to_owned(),
        },
    }
}

/// The first module of ours that is named, as `crate::module` without what begins our names.
fn ours(name: &str) -> Option<String> {
    name.match_indices(OURS).find_map(|(at, _)| {
        let ours = word(&name[at..]);
        let behind = name[at + ours.len()..].strip_prefix("::")?;
        let begins = name[..at].chars().next_back().is_none_or(|before| !is_word(before));
        begins.then(|| format!("{}::{}", &ours[OURS.len()..], word(behind)))
    })
}

fn word(text: &str) -> &str {
    &text[..text.find(|letter: char| !is_word(letter)).unwrap_or(text.len())]
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric() || letter == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_belongs_to_the_area_that_it_was_made_for() {
        let cases = [
            ("coinbox_ledger::wallet::pay", "ledger::wallet"),
            ("<coinbox_ledger::totals::Folding>::fold", "ledger::totals"),
            ("<alloc::vec::Vec<coinbox_rules::jobs::Error>>::push", "rules::jobs"),
            ("<my_coinbox_x::Y as coinbox_forms::mail::Form>::of", "forms::mail"),
            (
                "<serde_json::value::Value as serde_core::de::Deserializer>::deserialize_struct::<<coinbox_profiles::policy::_::<impl X>>>",
                "profiles::policy",
            ),
            (
                "coinbox_component::bindings::exports::coinbox::billing::jobs::_export_finish_cabi::<coinbox_rules::jobs::X>",
                "component::bindings",
            ),
            ("coinbox:billing/credits@0.2.0#adjust", "contract::credits"),
            ("cabi_post_coinbox:billing/credits@0.2.0#adjust", "contract::credits"),
            ("<alloc::string::String as core::fmt::Write>::write_str", "alloc"),
            ("<&mut dlmalloc::Dlmalloc<A>>::malloc", "dlmalloc"),
            ("__rustc::rust_begin_unwind", "__rustc"),
            ("<str>::trim_matches::<<char>::is_whitespace>", "core"),
            ("memcmp", "others"),
        ];
        for (name, expected) in cases {
            assert_eq!(area(name), expected, "{name}");
        }
    }

    #[test]
    fn the_table_adds_up() {
        let function = |index, bytes, name: &str| Function { index, bytes, name: name.to_owned() };
        let functions = [
            function(2, 10, "coinbox_ledger::wallet::pay"),
            function(
                3,
                300,
                "coinbox_profiles::policy::_::<impl serde_core::de::Deserialize for coinbox_profiles::policy::Policy>::deserialize",
            ),
            function(4, 5, "coinbox_ledger::wallet::open"),
        ];
        assert_eq!(
            table(&functions, 1),
            "    bytes     forms functions  area\n\
             \x20     300       300         1  profiles::policy\n\
             \x20      15         0         2  ledger::wallet\n\
             \x20     315       300         3  all code\n\
             \x20     300 coinbox_profiles::policy::_::<impl serde_core::de::Deserialize for coinbox_profiles::policy::Policy>::deserialize\n"
        );
    }
}
