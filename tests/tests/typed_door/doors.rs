//! Every type of the contract goes there and back through both doors, and what is wrong is refused by both in the same words.

use super::samples::{MISSPELT, samples, wrong};
use coinbox_host::engine::{Function, Functions};
use coinbox_host::json;
use coinbox_tests::components;
use coinbox_tests::typed_door::{Row, Through, rows};
use coinbox_typed::{Contract, NOT_CALLABLE};
use serde_json::Value;
use std::collections::BTreeSet;
use wit_parser::Type;

/// What the JSON door makes of a value of a type that it knows from the component.
type Untyped<'a> = &'a dyn Fn(&Value) -> Result<Value, json::JsonError>;

fn contract() -> Contract {
    Contract::read(&components::repository("wit")).unwrap_or_else(|error| panic!("wit/: {error:#}"))
}

fn functions() -> &'static Functions {
    components::warm_rules().functions()
}

/// Calls for every parameter and every answer: what it is called, its type in `wit/`, and both ways through.
fn each(contract: &Contract, mut with: impl FnMut(&str, &Type, Through, Untyped)) {
    for row in rows() {
        let (interface, name) = row.function.split_once('.').expect("an interface and a name");
        let interface = contract.interfaces().find(|one| one.name.as_deref() == Some(interface)).expect("exported");
        let (written, described) = (&interface.functions[name], functions().get(row.function).expect("described"));
        check_names(row, written, described);
        for (place, (name, through)) in row.arguments.iter().enumerate() {
            let of = &described.parameters[place].1;
            let untyped = |value: &Value| json::read(of, value).and_then(|value| json::write(&value));
            with(&format!("{}({name})", row.function), &written.params[place].ty, *through, &untyped);
        }
        let of = described.answer.as_ref().expect("it answers");
        let untyped = |value: &Value| json::read(of, value).and_then(|value| json::write(&value));
        with(row.function, &written.result.expect("it answers"), row.answer, &untyped);
    }
}

/// Typed door, contract and component name the same parameters in the same order.
fn check_names(row: &Row, written: &wit_parser::Function, described: &Function) {
    let typed: Vec<&str> = row.arguments.iter().map(|(name, _)| *name).collect();
    let written: Vec<&str> = written.params.iter().map(|param| param.name.as_str()).collect();
    let described: Vec<&str> = described.parameters.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((&typed, &typed), (&written, &described), "parameters of `{}`", row.function);
}

#[test]
fn every_function_of_the_component_has_a_method() {
    let typed: BTreeSet<&str> = rows().map(|row| row.function).collect();
    let left_out = NOT_CALLABLE.into_iter();
    let known: BTreeSet<&str> = typed.iter().copied().chain(left_out).collect();
    assert_eq!(known, functions().iter().map(|function| function.name.as_str()).collect::<BTreeSet<_>>());
    assert_eq!(typed.len(), rows().count(), "each once");
}

#[test]
fn every_type_goes_there_and_back_through_both_doors() {
    let (contract, mut count) = (contract(), 0);
    each(&contract, |what, of, typed, untyped| {
        for sample in samples(contract.resolve(), of) {
            assert_eq!(typed(&sample), Ok(sample.clone()), "{what} with Rust types: {sample}");
            assert_eq!(untyped(&sample), Ok(sample.clone()), "{what} with types of the component: {sample}");
            count += 1;
        }
    });
    assert!(count > 5_000, "only {count} samples");
}

#[test]
fn a_field_that_is_misspelt_or_missing_passes_neither_door() {
    let (contract, mut misspelt, mut missing) = (contract(), 0, 0);
    each(&contract, |what, of, typed, untyped| {
        for sample in samples(contract.resolve(), of) {
            for wrong in wrong(contract.resolve(), of, &sample) {
                let (typed, untyped) = (typed(&wrong), untyped(&wrong));
                assert_eq!(typed, untyped, "{what}: {wrong}");
                match typed {
                    Err(error) if error.path.ends_with(MISSPELT) => misspelt += 1,
                    Err(error) => {
                        assert_eq!(error.problem, "missing", "{what}: {wrong}");
                        missing += 1;
                    }
                    // An option may be left out, and is nothing then.
                    Ok(_) => assert!(!wrong.to_string().contains(MISSPELT), "{what}: {wrong} passes both doors"),
                }
            }
        }
    });
    assert!(misspelt > 5_000 && missing > 5_000, "only {misspelt} misspelt and {missing} missing fields");
}
