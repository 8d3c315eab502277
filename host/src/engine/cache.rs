//! Compiled code on disk, so that a start does not compile again.
//!
//! The name of a file is a digest over the component, the version of wasmtime and the configuration. The file begins with a digest of its
//! rest. So a file that was cut short or altered by accident is never run; the component is compiled again.

use sha2::{Digest, Sha256};
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use wasmtime::Engine;
use wasmtime::component::Component;

/// Bytes of the digest in front.
const DIGEST_BYTES: usize = 32;

/// The component from the cache, or compiled and put there. A cache that cannot be used costs time, nothing else.
pub(super) fn load(engine: &Engine, wasm: &[u8], directory: Option<&Path>) -> wasmtime::Result<Component> {
    let Some(directory) = directory else { return Component::new(engine, wasm) };
    let file = file(engine, wasm, directory);
    if let Some(component) = read(engine, &file) {
        return Ok(component);
    }
    let component = Component::new(engine, wasm)?;
    if let Err(error) = write(&component, directory, &file) {
        tracing::warn!(directory = %directory.display(), %error, "compiled code was not kept, the next start compiles again");
    }
    Ok(component)
}

fn file(engine: &Engine, wasm: &[u8], directory: &Path) -> PathBuf {
    let mut digest = HashInto(Sha256::new());
    digest.0.update(wasm);
    // Version of wasmtime, target, compiler flags and tunables.
    engine.precompile_compatibility_hash().hash(&mut digest);
    directory.join(format!("{}.cwasm", hexadecimal(&digest.0.finalize())))
}

fn read(engine: &Engine, file: &Path) -> Option<Component> {
    let bytes = std::fs::read(file).ok()?;
    let (digest, code) = bytes.split_at_checked(DIGEST_BYTES)?;
    if *digest != *Sha256::digest(code) {
        tracing::warn!(file = %file.display(), "compiled code is damaged, compiling again");
        return None;
    }
    // SAFETY: this runs machine code from a file. It is sound when the file is what `serialize` wrote: the name binds it to this component,
    // version and configuration (wasmtime checks the latter two once more), the digest to its whole content. Whoever
    // can write to this directory on purpose can as well write to the program and its store beside it.
    #[allow(unsafe_code)]
    let component = unsafe { Component::deserialize(engine, code) };
    component
        .map_err(|error| tracing::warn!(file = %file.display(), %error, "compiled code does not fit, compiling again"))
        .ok()
}

fn write(component: &Component, directory: &Path, file: &Path) -> wasmtime::Result<()> {
    let code = component.serialize()?;
    crate::private::directory(directory)?;
    // Two processes may do this at once: each writes its own file, the last rename wins, all are equal.
    let new = file.with_extension(format!("new-{}", std::process::id()));
    let mut bytes = Sha256::digest(&code).to_vec();
    bytes.extend_from_slice(&code);
    crate::private::write(&new, &bytes)
        .and_then(|()| std::fs::rename(&new, file))
        .inspect_err(|_| drop(std::fs::remove_file(&new)))?;
    Ok(())
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `std::hash` into a digest that is the same in every process.
struct HashInto(Sha256);

impl Hasher for HashInto {
    fn finish(&self) -> u64 {
        unreachable!("only the digest is read")
    }

    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

    #[test]
    fn code_is_kept_and_found_again_and_damage_is_noticed() {
        let directory = tempfile::tempdir().unwrap();
        let engine = Engine::default();
        let kept = file(&engine, EMPTY, directory.path());
        load(&engine, EMPTY, Some(directory.path())).unwrap();
        let bytes = std::fs::read(&kept).unwrap();
        assert!(read(&engine, &kept).is_some());
        assert_eq!(std::fs::read_dir(directory.path()).unwrap().count(), 1);

        for damage in [0, DIGEST_BYTES, bytes.len() / 2, bytes.len() - 1] {
            let mut damaged = bytes.clone();
            damaged[damage] ^= 1;
            std::fs::write(&kept, damaged).unwrap();
            assert!(read(&engine, &kept).is_none(), "byte {damage}");
        }
        for length in [0, DIGEST_BYTES - 1, DIGEST_BYTES, bytes.len() - 1] {
            std::fs::write(&kept, &bytes[..length]).unwrap();
            assert!(read(&engine, &kept).is_none(), "cut at {length}");
        }
        load(&engine, EMPTY, Some(directory.path())).unwrap();
        assert_eq!(std::fs::read(&kept).unwrap(), bytes);
    }

    #[test]
    fn another_component_or_configuration_has_another_file() {
        let directory = Path::new("cache");
        let engine = Engine::default();
        let mut config = wasmtime::Config::new();
        config.epoch_interruption(true);
        let other = Engine::new(&config).unwrap();
        assert_eq!(file(&engine, EMPTY, directory), file(&Engine::default(), EMPTY, directory));
        assert_ne!(file(&engine, EMPTY, directory), file(&other, EMPTY, directory));
        assert_ne!(file(&engine, EMPTY, directory), file(&engine, b"", directory));
    }

    #[test]
    fn a_directory_that_cannot_be_made_costs_only_time() {
        let directory = tempfile::tempdir().unwrap();
        let occupied = directory.path().join("file");
        std::fs::write(&occupied, "").unwrap();
        assert!(load(&Engine::default(), EMPTY, Some(&occupied)).is_ok());
    }
}
