#!/usr/bin/env bash
# Stands before the compiler for the crates of this workspace while scripts/check.sh --built builds: it lints and documents, and makes no code.
#
# cargo calls it as `lint-wrapper.sh rustc ARGUMENT...` (RUSTC_WORKSPACE_WRAPPER). `cargo clippy` and `cargo doc` would compile the metadata of
# every dependency a second time, beside the libraries that the tests were built with. A build with this wrapper reads those libraries.
# clippy-driver is the compiler with lints. Without `link` among its outputs it stops before code is made, and what depends on a crate of this
# workspace reads that crate's metadata in place of a library that does not exist.
#
# Environment: LINT_DOC is the directory for the documentation.
set -euo pipefail

compiler="$1"
shift

arguments=()
documenting=()
source=
previous=
for argument in "$@"; do
    case "$previous $argument" in
        *" --emit="*link*) argument=--emit=dep-info,metadata ;;
        "--extern "*=*.rlib) [ -e "${argument#*=}" ] || argument="${argument%.rlib}.rmeta" ;;
        "--extern "*) ;;
        *" "[!-]*.rs) source="$argument" ;;
    esac
    arguments+=("$argument")
    # What rustdoc takes too: all but the outputs and how code is made.
    case "$previous $argument" in
        *" -C" | "-C "* | *" --emit="* | *" --out-dir" | "--out-dir "*) ;;
        *) documenting+=("$argument") ;;
    esac
    previous="$argument"
done

# Only needed by what is checked: that was looked at before.
[ -n "${CARGO_PRIMARY_PACKAGE:-}" ] || exec "$compiler" "${arguments[@]}"

clippy-driver "$compiler" "${arguments[@]}"

# Libraries and programs, not tests, examples or benchmarks.
case "/$source" in
    */src/lib.rs | */src/main.rs | */src/bin/*.rs) ;;
    *) exit 0 ;;
esac
for argument in "$@"; do
    [ "$argument" != --test ] || exit 0
done
exec rustdoc "${documenting[@]}" -D warnings --out-dir "$LINT_DOC/${CARGO_CRATE_NAME:-crate}-${CARGO_BIN_NAME:-lib}"
