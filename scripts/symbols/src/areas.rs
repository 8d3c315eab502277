//! What each area of the rules costs in code.

use crate::component::Function;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Crates whose modules are areas. The code of others counts for the crate.
const OURS: [&str; 3] = ["coinbox_rules", "coinbox_component", "coinbox_forms"];

/// Functions and bytes of one area.
#[derive(Default)]
struct Cost {
    functions: usize,
    bytes: usize,
    /// Of those: turning records and answers into text and back.
    forms: usize,
}

/// The table, largest first, and below it the `most` largest functions.
pub fn table(functions: &[Function], most: usize) -> String {
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

/// `rules::wallet` for a function of that module or code that was made for one of its types, `serde_json` for another crate's own,
/// `contract::credits` for what the component exports.
fn area(name: &str) -> String {
    let exported = name.strip_prefix("cabi_post_").unwrap_or(name);
    if let Some((interface, _)) =
        exported.split_once('@').and_then(|(interface, rest)| rest.contains('#').then_some((interface, rest)))
    {
        return format!("contract::{}", interface.rsplit('/').next().unwrap_or(interface));
    }
    let first = OURS.iter().filter_map(|of| name.find(&format!("{of}::")).map(|at| (at, *of))).min();
    match first {
        Some((at, of)) => {
            let module = word(&name[at + of.len() + 2..]);
            format!("{}::{module}", of.trim_start_matches("coinbox_"))
        }
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
            ("coinbox_rules::wallet::pay", "rules::wallet"),
            ("<coinbox_rules::totals::Folding>::fold", "rules::totals"),
            (
                "<serde_json::value::Value as serde_core::de::Deserializer>::deserialize_struct::<<coinbox_rules::policy::_::<impl X>>>",
                "rules::policy",
            ),
            (
                "coinbox_component::bindings::exports::coinbox::billing::jobs::_export_finish_cabi::<coinbox_rules::jobs::X>",
                "component::bindings",
            ),
            ("coinbox:billing/credits@0.1.0#adjust", "contract::credits"),
            ("cabi_post_coinbox:billing/credits@0.1.0#adjust", "contract::credits"),
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
            function(2, 10, "coinbox_rules::wallet::pay"),
            function(
                3,
                300,
                "coinbox_rules::policy::_::<impl serde_core::de::Deserialize for coinbox_rules::policy::Policy>::deserialize",
            ),
            function(4, 5, "coinbox_rules::wallet::open"),
        ];
        assert_eq!(
            table(&functions, 1),
            "    bytes     forms functions  area\n\
             \x20     300       300         1  rules::policy\n\
             \x20      15         0         2  rules::wallet\n\
             \x20     315       300         3  all code\n\
             \x20     300 coinbox_rules::policy::_::<impl serde_core::de::Deserialize for coinbox_rules::policy::Policy>::deserialize\n"
        );
    }
}
