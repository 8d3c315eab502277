//! Writes the typed door of `wit/`: one module of `host/src/typed/` an interface, and for the tests a table of all functions.

use super::names::{Form, Types, camel, snake};
use std::collections::BTreeMap;
use wit_parser::{Docs, Function, Interface, Resolve, Type, WorldItem};

/// Longest line, as in `rustfmt.toml`.
const WIDTH: usize = 120;

/// Carried out by the workers of the host and by nobody else.
pub const NOT_CALLABLE: [&str; 2] = ["jobs.next-request", "jobs.perform"];

/// Functions with a method of their own on the host, which does more than ask.
const OWN_METHOD: [(&str, &str); 2] =
    [("usage.record-events", "record_events"), ("usage.record-columns", "record_columns")];

/// The parsed contract.
pub struct Contract {
    resolve: Resolve,
    /// Interfaces that the rules export, in the order of the world.
    pub exported: Vec<String>,
}

impl Contract {
    /// Reads `wit/`.
    pub fn read(folder: &std::path::Path) -> anyhow::Result<Contract> {
        let mut resolve = Resolve::default();
        let (package, _) = resolve.push_dir(folder)?;
        let world = &resolve.worlds[resolve.select_world(&[package], Some("rules"))?];
        let name = |item: &WorldItem| match item {
            WorldItem::Interface { id, .. } => resolve.interfaces[*id].name.clone().expect("interfaces have names"),
            _ => panic!("the world exports interfaces only"),
        };
        let exported = world.exports.values().map(name).collect();
        Ok(Contract { resolve, exported })
    }

    /// Types by their names in Rust.
    fn types(&self) -> Types<'_> {
        Types(&self.resolve)
    }

    /// The parsed package.
    pub fn resolve(&self) -> &Resolve {
        &self.resolve
    }

    /// Every exported interface, in the order of the world.
    pub fn interfaces(&self) -> impl Iterator<Item = &Interface> {
        let find = |name: &String| {
            let named = |interface: &&Interface| interface.name.as_ref() == Some(name);
            self.resolve.interfaces.iter().map(|(_, interface)| interface).find(named).expect("it is exported")
        };
        self.exported.iter().map(find)
    }
}

/// A file of the typed door, by its path in the repository.
pub fn files(contract: &Contract) -> Vec<(String, String)> {
    let module = |interface: &Interface| {
        let name = snake(interface.name.as_deref().expect("interfaces have names"));
        (format!("host/src/typed/{name}.rs"), Module::new(contract, interface).text())
    };
    let mut files: Vec<_> = contract.interfaces().map(module).collect();
    files.push(("tests/src/typed_door/table.rs".to_owned(), table(contract)));
    files
}

/// What has to be said of everything that is exported.
fn docs<'a>(docs: &'a Docs, of: &str) -> &'a str {
    docs.contents.as_deref().map(str::trim).unwrap_or_else(|| panic!("wit/: `{of}` has no documentation"))
}

/// One parameter of a function.
struct Parameter {
    /// As the contract writes it.
    wit: String,
    name: String,
    owned: String,
    form: Form,
}

impl Parameter {
    fn is_caller(&self) -> bool {
        self.owned == "Caller"
    }

    /// As a method takes it: what is read only, or short, is lent; what can be large is handed over.
    fn taken(&self) -> String {
        let Parameter { name, owned, .. } = self;
        match self.form {
            _ if self.is_caller() => format!("{name}: &Caller"),
            Form::Text => format!("{name}: &str"),
            Form::OptionalText => format!("{name}: Option<&str>"),
            _ => format!("{name}: {owned}"),
        }
    }

    /// As a method puts it into a request of this name.
    fn kept(&self, request: &str) -> String {
        let name = &self.name;
        match self.form {
            _ if self.is_caller() => format!("{name}: self.host.caller_for({request}::FUNCTION, {name})"),
            Form::Text => format!("{name}: {name}.to_owned()"),
            Form::OptionalText => format!("{name}: {name}.map(str::to_owned)"),
            _ => name.clone(),
        }
    }

    /// As a request lends it to the component.
    fn lent(&self) -> String {
        let name = &self.name;
        match self.form {
            Form::Text | Form::Owner => format!("&self.{name}"),
            Form::OptionalText | Form::OptionalList => format!("self.{name}.as_deref()"),
            Form::Optional => format!("self.{name}.as_ref()"),
            Form::Copy => format!("self.{name}"),
        }
    }

    /// As the table of the tests hands it to a method.
    fn given(&self) -> String {
        let wit = &self.wit;
        match self.form {
            _ if self.is_caller() => format!("&given.take::<Caller>({wit:?})?"),
            Form::Text => format!("&given.take::<String>({wit:?})?"),
            Form::OptionalText => format!("given.take::<Option<String>>({wit:?})?.as_deref()"),
            _ => format!("given.take({wit:?})?"),
        }
    }
}

fn parameters(types: &Types, function: &Function) -> Vec<Parameter> {
    let parameter = |param: &wit_parser::Param| Parameter {
        wit: param.name.clone(),
        name: snake(&param.name),
        owned: types.owned(&param.ty),
        form: types.form(&param.ty),
    };
    function.params.iter().map(parameter).collect()
}

/// Whether it gets a method.
fn callable(interface: &str, function: &Function) -> bool {
    !NOT_CALLABLE.contains(&format!("{interface}.{}", function.name).as_str())
}

/// Lines of code: on one line where that fits, otherwise an item a line.
fn wrapped(indent: usize, head: &str, items: &[String], tail: &str, braces: (&str, &str)) -> String {
    let space = " ".repeat(indent);
    let (open, close) = braces;
    let pad = if open.ends_with('{') && !items.is_empty() { " " } else { "" };
    let line = format!("{space}{head}{open}{pad}{}{pad}{close}{tail}", items.join(", "));
    if line.chars().count() <= WIDTH {
        return format!("{line}\n");
    }
    let items: String = items.iter().map(|item| format!("{space}    {item},\n")).collect();
    format!("{space}{head}{open}\n{items}{space}{close}{tail}\n")
}

/// A record that is given a name: on that name's line, on the next one, or a field a line.
fn assigned(to: &str, record: &str, fields: &[String]) -> String {
    let next = wrapped(12, record, fields, ";", (" {", "}"));
    let same = wrapped(8, &format!("{to} {record}"), fields, ";", (" {", "}"));
    let lines = |text: &str| text.lines().count();
    if lines(&same) > 1 && lines(&next) == 1 { format!("        {to}\n{next}") } else { same }
}

/// Names inside braces as many a line as fit, as rustfmt writes them.
fn names(head: &str, names: &[String]) -> String {
    if let [name] = names {
        return format!("{head}::{name};\n");
    }
    let line = format!("{head}::{{{}}};", names.join(", "));
    if line.chars().count() <= WIDTH {
        return format!("{line}\n");
    }
    let mut lines = vec!["   ".to_owned()];
    for (place, name) in names.iter().enumerate() {
        let last = lines.last_mut().expect("one line");
        // Only the last name may fill its line.
        let room = WIDTH + usize::from(place + 1 == names.len());
        if last.chars().count() + name.chars().count() + 2 >= room {
            lines.push("   ".to_owned());
        }
        let last = lines.last_mut().expect("one line");
        last.push_str(&format!(" {name},"));
    }
    format!("{head}::{{\n{}\n}};\n", lines.join("\n"))
}

fn comment(indent: usize, mark: &str, text: &str) -> String {
    let space = " ".repeat(indent);
    let line = |line: &str| format!("{}\n", format!("{space}{mark} {line}").trim_end());
    text.lines().map(line).collect()
}

/// The module of one interface.
struct Module<'a> {
    contract: &'a Contract,
    types: Types<'a>,
    interface: &'a Interface,
    /// As the contract writes it.
    name: &'a str,
}

impl<'a> Module<'a> {
    fn new(contract: &'a Contract, interface: &'a Interface) -> Module<'a> {
        let name = interface.name.as_deref().expect("interfaces have names");
        Module { contract, types: contract.types(), interface, name }
    }

    fn functions(&self) -> impl Iterator<Item = &Function> {
        self.interface.functions.values().filter(|function| callable(self.name, function))
    }

    fn text(&self) -> String {
        let mut text = comment(0, "//!", docs(&self.interface.docs, self.name));
        text += &format!("//!\n//! Generated from `wit/{}.wit`: see [`crate::typed`].\n\n", self.name);
        text += &self.imports();
        text += "\n";
        text += &self.own_types();
        text += &self.methods();
        for function in self.functions().filter(|function| self.own_method(function).is_none()) {
            text += &self.request(function);
        }
        text
    }

    fn imports(&self) -> String {
        let is_result = |function: &Function| function.result.is_some_and(|of| self.types.result(&of).is_some());
        let mut text = String::new();
        if self.functions().any(is_result) {
            text += "use super::Reply;\n";
        }
        let other = self.functions().any(|function| !is_result(function));
        text += if other { "use crate::coinbox::{Coinbox, HostError};\n" } else { "use crate::coinbox::Coinbox;\n" };
        text += "use crate::contract::Rules;\nuse crate::engine::TypedRequest;\n";
        text + "use serde::Serialize;\nuse wasmtime::AsContextMut;\n"
    }

    /// The types of the interface: its own, those that it uses, and those inside of these. Each from where the bindings have it.
    fn own_types(&self) -> String {
        let mut by_module: BTreeMap<String, Vec<String>> = BTreeMap::new();
        let here = format!("crate::contract::exported::{}", snake(self.name));
        for (name, id) in self.types.reached(self.interface) {
            let (module, original) = self.types.origin(id, &self.contract.exported);
            let name = camel(name);
            assert!(name != "Functions", "`{}.{name}` is the name of a type and of its functions", self.name);
            if module == here {
                docs(&self.contract.resolve().types[id].docs, &format!("{}.{name}", self.name));
            }
            by_module.entry(module).or_default().push(if name == original {
                name
            } else {
                format!("{original} as {name}")
            });
        }
        let mut text = String::new();
        for (module, mut types) in by_module {
            types.sort();
            text += if module == here { "#[doc(inline)]\n" } else { "#[doc(no_inline)]\n" };
            text += &names(&format!("pub use {module}"), &types);
            text += "\n";
        }
        text
    }

    fn methods(&self) -> String {
        let name = snake(self.name);
        let about = docs(&self.interface.docs, self.name).split("\n\n").next().unwrap_or_default();
        let methods: Vec<String> = self.functions().map(|function| self.method(function)).collect();
        format!(
            "/// The functions of this interface with Rust types. [`Coinbox::{name}`] lends them.\n#[derive(Clone, Copy)]\npub struct Functions<'a> {{\n    host: &'a Coinbox,\n}}\n\nimpl Coinbox {{\n{}    pub fn {name}(&self) -> Functions<'_> {{\n        Functions {{ host: self }}\n    }}\n}}\n\nimpl Functions<'_> {{\n{}}}\n",
            comment(4, "///", about),
            methods.join("\n"),
        )
    }

    fn method(&self, function: &Function) -> String {
        let name = snake(&function.name);
        let parameters = parameters(&self.types, function);
        let mut taken = vec!["&self".to_owned()];
        taken.extend(parameters.iter().map(Parameter::taken));
        let answer = match self.answer(function) {
            (_, Some((ok, error))) => format!("Reply<{ok}, {error}>"),
            (whole, None) => format!("Result<{whole}, HostError>"),
        };
        let request = format!("{}Request", camel(&function.name));
        let kept: Vec<String> = parameters.iter().map(|parameter| parameter.kept(&request)).collect();
        let mut text = comment(4, "///", docs(&function.docs, &format!("{}.{}", self.name, function.name)));
        for (suffix, asynchronous, awaited) in [("", "", ""), ("_async", "async ", ".await")] {
            if !suffix.is_empty() {
                text += &format!("\n    /// [`Functions::{name}`] for asynchronous programs.\n");
            }
            let head = format!("pub {asynchronous}fn {name}{suffix}");
            text += &wrapped(4, &head, &taken, &format!(" -> {answer} {{"), ("(", ")"));
            text += &match self.own_method(function) {
                Some(own) => {
                    let arguments: Vec<String> = parameters.iter().map(own_argument).collect();
                    format!("        self.host.{own}{suffix}({}){awaited}\n", arguments.join(", "))
                }
                None => {
                    let assigned = assigned("let request =", &request, &kept);
                    format!("{assigned}        self.host.ask{suffix}(request){awaited}\n")
                }
            };
            text += "    }\n";
        }
        text
    }

    fn request(&self, function: &Function) -> String {
        let parameters = parameters(&self.types, function);
        let request = format!("{}Request", camel(&function.name));
        let taken = self.interface.types.keys().any(|name| camel(name) == request);
        assert!(!taken, "`{}.{request}` is the name of a type and of a request", self.name);
        let fields: String = parameters.iter().map(|one| format!("    {}: {},\n", one.name, one.owned)).collect();
        let fields = if fields.is_empty() { "{}".to_owned() } else { format!("{{\n{fields}}}") };
        let (answer, _) = self.answer(function);
        let mut lent = vec!["store".to_owned()];
        lent.extend(parameters.iter().map(Parameter::lent));
        let call = wrapped(8, &format!("rules.call_{}", snake(&function.name)), &lent, "", ("(", ")"));
        format!(
            "\n#[derive(Serialize)]\nstruct {request} {fields}\n\nimpl TypedRequest for {request} {{\n    const FUNCTION: &'static str = \"{interface}.{name}\";\n    type Answer = {answer};\n\n    fn send(&self, rules: &Rules, store: impl AsContextMut) -> wasmtime::Result<Self::Answer> {{\n        let rules = rules.coinbox_billing_{module}();\n{call}    }}\n}}\n",
            interface = self.name,
            name = function.name,
            module = snake(self.name),
        )
    }

    /// The answer's type, and of a result both sides.
    fn answer(&self, function: &Function) -> (String, Option<(String, String)>) {
        let of: Type = function.result.unwrap_or_else(|| panic!("`{}.{}` answers nothing", self.name, function.name));
        (self.types.owned(&of), self.types.result(&of))
    }

    fn own_method(&self, function: &Function) -> Option<&'static str> {
        let name = format!("{}.{}", self.name, function.name);
        OWN_METHOD.into_iter().find(|(function, _)| *function == name).map(|(_, method)| method)
    }
}

/// Methods of the host own what they are given.
fn own_argument(parameter: &Parameter) -> String {
    if parameter.is_caller() { format!("{}.clone()", parameter.name) } else { parameter.name.clone() }
}

/// The table of the tests: every function with the types of its arguments and answer, and a call through the typed door.
fn table(contract: &Contract) -> String {
    let types = contract.types();
    let mut text = String::from(
        "//! Every function of the typed door, for the tests. Generated from `wit/`, as `host/src/typed/` is.\n\nuse super::Row;\n",
    );
    let mut all = Vec::new();
    for interface in contract.interfaces() {
        let name = interface.name.as_deref().expect("interfaces have names");
        let module = snake(name);
        let row = |function: &Function| row(&types, name, function);
        let rows: String = interface.functions.values().filter(|function| callable(name, function)).map(row).collect();
        text += &format!(
            "\nmod {module} {{\n    use crate::typed_door as door;\n    use coinbox_host::typed::{module}::*;\n\n    pub(super) const ROWS: &[door::Row] = &[\n{rows}    ];\n}}\n"
        );
        all.push(format!("{module}::ROWS"));
    }
    text + &format!(
        "\n/// Every interface, in the order of the world.\npub const ROWS: &[&[Row]] = &[{}];\n",
        all.join(", ")
    )
}

fn row(types: &Types, interface: &str, function: &Function) -> String {
    let parameters = parameters(types, function);
    let forms: Vec<String> =
        parameters.iter().map(|one| format!("({:?}, door::through::<{}>)", one.wit, one.owned)).collect();
    let given: Vec<String> = parameters.iter().map(Parameter::given).collect();
    let answer = types.owned(&function.result.expect("it answers"));
    let arguments = if given.is_empty() { "_" } else { "given" };
    format!(
        "        door::Row {{\n            function: \"{interface}.{}\",\n            arguments: &[{}],\n            answer: door::through::<{answer}>,\n            call: |host, {arguments}| door::answer(host.{}().{}({})),\n        }},\n",
        function.name,
        forms.join(", "),
        snake(interface),
        snake(&function.name),
        given.join(", ")
    )
}
