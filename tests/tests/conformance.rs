//! Every conformance case as a test of its own: `cargo test --test conformance auto-recharge/`.
//!
//! A case runs with five seeds on native rules over memory. Each other setup takes one of the five, another one from case to
//! case, and must leave what the native rules leave with that seed: it costs as much as one seed for all. `COINBOX_SEEDS=all`
//! runs every setup with every seed.
//!
//! `COINBOX_CONFORMANCE=native` runs cases on native rules over memory only, through both doors of effects, which takes seconds: for work on the
//! rules.
//! `COINBOX_DIGESTS=FILE` writes a line a case: digests of what it has left with the first seed, for `scripts/gate.sh`.

use coinbox_simulation::DigestBook;
use coinbox_tests::conformance::{Case, SEEDS, Setup, files, run};
use libtest_mimic::{Arguments, Failed, Trial};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Which setups run with which seeds, besides the native rules over memory with all.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Others {
    Native,
    OneSeedEach,
    AllSeeds,
}

impl Others {
    fn wanted() -> Others {
        let named = |name: &str, value: &str| match std::env::var_os(name) {
            None => false,
            Some(given) if given == value => true,
            Some(given) => panic!("{name} is `{value}` or not set at all, not `{}`", given.to_string_lossy()),
        };
        match (named("COINBOX_CONFORMANCE", "native"), named("COINBOX_SEEDS", "all")) {
            (true, _) => Others::Native,
            (false, false) => Others::OneSeedEach,
            (false, true) => Others::AllSeeds,
        }
    }

    /// Those that a case runs in with this seed.
    fn with_seed(self, case: &str, seed: u64) -> impl Iterator<Item = Setup> {
        let turn = case.bytes().map(u64::from).sum::<u64>() + seed;
        let count = SEEDS.count();
        let setups: &'static [Setup] = if self == Others::Native { &Setup::NATIVE } else { &Setup::OTHERS };
        setups.iter().copied().enumerate().filter_map(move |(place, setup)| {
            let takes_it = match self {
                Others::Native | Others::OneSeedEach => {
                    usize::try_from(turn).is_ok_and(|turn| turn % count == place % count)
                }
                Others::AllSeeds => true,
            };
            takes_it.then_some(setup)
        })
    }
}

fn main() {
    let mut arguments = Arguments::from_args();
    // SQLite runs flush to disk: a few at once are as fast as many.
    arguments
        .test_threads
        .get_or_insert_with(|| std::thread::available_parallelism().map_or(2, |count| count.get().min(8)));
    let others = Others::wanted();
    let book = Arc::new(DigestBook::default());
    let trial = |(name, path): (String, PathBuf)| {
        let book = book.clone();
        Trial::test(name.clone(), move || check(&name, &path, others, &book))
    };
    let trials = files().into_iter().map(trial).collect();
    let conclusion = libtest_mimic::run(&arguments, trials);
    if let Some(wanted) = std::env::var_os("COINBOX_DIGESTS") {
        book.write(Path::new(&wanted)).unwrap_or_else(|error| panic!("{}: {error}", wanted.display()));
    }
    conclusion.exit();
}

fn check(name: &str, path: &Path, others: Others, book: &DigestBook) -> Result<(), Failed> {
    let case = Case::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
    for seed in SEEDS {
        let failed =
            |setup: Setup, problem: String| format!("{} [{}] (seed {seed}): {problem}", case.title, setup.name);
        let reference =
            run(&case, Setup::REFERENCE, seed).map_err(|error| failed(Setup::REFERENCE, format!("{error:#}")))?;
        for setup in others.with_seed(name, seed) {
            let other = run(&case, setup, seed).map_err(|error| failed(setup, format!("{error:#}")))?;
            if let Some(difference) = reference.difference(&other) {
                return Err(failed(setup, format!("differs from {} in {difference}", Setup::REFERENCE.name)).into());
            }
        }
        if seed == *SEEDS.start() {
            book.note(name.to_owned(), reference.digests());
        }
    }
    Ok(())
}
