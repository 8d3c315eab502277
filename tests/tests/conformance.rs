//! Every conformance case as a test of its own: `cargo test --test conformance auto-recharge/`.
//!
//! `COINBOX_CONFORMANCE=native` runs them on native rules over memory only, through both doors of effects, which takes seconds: for work on the rules.
//! `COINBOX_DIGESTS=FILE` writes a line a case: digests of what it has left, for `scripts/gate.sh`.

use coinbox_simulation::DigestBook;
use coinbox_tests::conformance::{Case, SEED, Setup, files, run};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn main() {
    let mut arguments = Arguments::from_args();
    // SQLite runs flush to disk: a few at once are as fast as many.
    arguments
        .test_threads
        .get_or_insert_with(|| std::thread::available_parallelism().map_or(2, |count| count.get().min(8)));
    let only_native = std::env::var("COINBOX_CONFORMANCE").is_ok_and(|wanted| wanted == "native");
    let book = Arc::new(DigestBook::default());
    let trial = |(name, path): (String, PathBuf)| {
        let book = book.clone();
        Trial::test(name.clone(), move || check(&name, &path, only_native, &book))
    };
    let trials = files().into_iter().map(trial).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(wanted) = std::env::var_os("COINBOX_DIGESTS") {
        book.write(Path::new(&wanted)).unwrap_or_else(|error| panic!("{}: {error}", wanted.display()));
    }
    conclusion.exit();
}

fn check(name: &str, path: &Path, only_native: bool, book: &DigestBook) -> Result<(), Failed> {
    let case = Case::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let failed = |setup: Setup, problem: String| {
        Failed::from(format!("{} [{}] (seed {SEED} unless given): {problem}", case.title, setup.name))
    };
    let reference = run(&case, Setup::REFERENCE).map_err(|error| failed(Setup::REFERENCE, format!("{error:#}")))?;
    let others: &[Setup] = if only_native { &Setup::NATIVE } else { &Setup::OTHERS };
    for setup in others.iter().copied() {
        let other = run(&case, setup).map_err(|error| failed(setup, format!("{error:#}")))?;
        if let Some(difference) = reference.difference(&other) {
            return Err(failed(setup, format!("differs from {} in {difference}", Setup::REFERENCE.name)));
        }
    }
    book.note(name.to_owned(), reference.digests());
    Ok(())
}
