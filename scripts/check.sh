#!/usr/bin/env bash
# Formatting, lints, documentation, and licences, bans, sources and advisories of dependencies.
#
# `--built` is for scripts/test.sh: it lints with the libraries that the tests were built with (see lint-wrapper.sh), where without it cargo
# compiles the metadata of every dependency anew. With it, advisories that could not be fetched and tools that are not installed are told and
# are no failure; CHECK=1 installs cargo-deny where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh
need_c_compiler

built=
[ "${1:-}" != --built ] || built=1

failed=()
skipped=()
check() {
    local name="$1"
    shift
    say "check: $name"
    "$@" || failed+=("$name")
}

# What cannot be checked here, and why.
skip() {
    say "check: $1 NOT CHECKED, $2"
    skipped+=("$1")
    [ -n "$built" ] || failed+=("$1: not checked")
}

# Beside `native` (toolchain.sh), which the tests were built with: in one selection with the components, features of dependencies would differ.
components=(--release --locked --package coinbox-component --package coinbox-hostile)

lint() {
    cargo clippy "$@" --all-targets --keep-going -- -D warnings
}

document() {
    RUSTDOCFLAGS="-D warnings" cargo doc "$@" --no-deps --lib --bins
}

# Both at once, with `build` or `check`. Crates of the workspace have other file names under a wrapper, so that nothing here takes the place of
# what is tested.
lint_and_document() {
    RUSTC_WORKSPACE_WRAPPER="$PWD/scripts/lint-wrapper.sh" CLIPPY_ARGS="-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__" \
        LINT_DOC="$PWD/target/lint-doc" CARGO_INCREMENTAL=0 cargo "$@" --all-targets --keep-going
}

if cargo fmt --version >/dev/null 2>&1; then
    check format cargo fmt --all --check
else
    skip format "this toolchain has no rustfmt"
fi
if ! clippy-driver --version >/dev/null 2>&1; then
    skip "lints" "this toolchain has no clippy"
elif [ -n "$built" ]; then
    check "lints and documentation" lint_and_document build "${native[@]}"
    # They link for WebAssembly only, so nothing of them was built for this machine.
    check "lints and documentation of the components" lint_and_document check "${components[@]}"
else
    check lints lint "${native[@]}"
    check "lints of the components" lint "${components[@]}"
    check documentation document "${native[@]}"
    check "documentation of the components" document "${components[@]}"
fi

cargo_deny="$(command -v cargo-deny || true)"
[ -n "$cargo_deny" ] || cargo_deny="$PWD/target/tools/bin/cargo-deny"
# Without optimisation: it takes more than two minutes of processor time to build as it is, and answers within ten seconds.
if [ ! -x "$cargo_deny" ] && { [ -z "$built" ] || [ "${CHECK:-0}" != 0 ]; }; then
    say "installing cargo-deny into target/tools"
    CARGO_TARGET_DIR="$PWD/target/tools/build" cargo install --debug --locked --root target/tools cargo-deny --version 0.20.2 || true
    rm -rf target/tools/build
fi

# The advisory database is a git repository on the network. A check that could not be made is no success (sec-08): the last line repeats it, and
# whoever means to go on without says so.
look_at_advisories() {
    local log reason
    log="$(mktemp)"
    if timeout "$([ -n "$built" ] && echo 30 || echo 120)" "$cargo_deny" fetch db >"$log" 2>&1; then
        check advisories "$cargo_deny" --locked check --disable-fetch advisories
    else
        tail -n 3 "$log" >&2
        reason="the advisory database could not be fetched"
        if [ -n "$built" ]; then
            skip advisories "$reason"
        elif [ "${SKIP_ADVISORIES:-0}" != 0 ]; then
            say "check: advisories NOT CHECKED, $reason"
            skipped+=(advisories)
        else
            skip advisories "$reason (SKIP_ADVISORIES=1 goes on without)"
        fi
    fi
    rm -f "$log"
}

if [ -x "$cargo_deny" ]; then
    check "licences, bans and sources" "$cargo_deny" --locked check bans licenses sources
    look_at_advisories
else
    skip "licences, bans and sources" "cargo-deny is not installed"
    skip advisories "cargo-deny is not installed"
fi

IFS=,
[ "${#failed[@]}" = 0 ] || fail "failed: ${failed[*]}"
say "all checks passed${skipped[*]:+; not checked: ${skipped[*]}}"
