//! The built components, compiled once per test process and kept between processes.

use coinbox_host::engine::{Engine, InstancePolicy, Limits, Options};
use std::path::PathBuf;
use std::sync::OnceLock;

/// A file of the repository.
pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").join(path)
}

fn read(variable: &str, path: &str, target: &str) -> Vec<u8> {
    let path = std::env::var_os(variable).map_or_else(|| repository(path), PathBuf::from);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}. Build it with `make {target}`", path.display()))
}

/// Bytes of the rules component.
pub fn rules() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| read("COINBOX_COMPONENT", "target/component/coinbox.wasm", "component"))
}

/// Bytes of the component that breaks the contract.
pub fn hostile() -> &'static [u8] {
    static BYTES: OnceLock<Vec<u8>> = OnceLock::new();
    BYTES.get_or_init(|| read("COINBOX_HOSTILE", "target/component/hostile.wasm", "hostile"))
}

/// The names of the functions of the component that breaks the contract.
pub fn hostile_symbols() -> PathBuf {
    std::env::var_os("COINBOX_HOSTILE")
        .map_or_else(|| repository("target/component/hostile.wasm"), PathBuf::from)
        .with_extension("symbols")
}

/// An engine for a component, with its compiled code kept beside the component.
pub fn engine(wasm: &[u8], limits: Limits, instances: InstancePolicy) -> Engine {
    let options = Options { limits, instances, cache: Some(repository("target/component/cache")), symbols: None };
    Engine::load(wasm, &options).unwrap_or_else(|error| panic!("{error}"))
}

/// The rules in warm instances, with the limits of the program.
pub fn warm_rules() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine(rules(), Limits::default(), InstancePolicy::default()))
}

/// The rules in a new instance for each call.
pub fn fresh_rules() -> &'static Engine {
    static ENGINE: OnceLock<Engine> = OnceLock::new();
    ENGINE.get_or_init(|| engine(rules(), Limits::default(), InstancePolicy::Fresh))
}
