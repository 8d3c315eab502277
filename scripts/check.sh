#!/usr/bin/env bash
# Formatting, lints, documentation, and licences, bans, sources and advisories of dependencies.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh
need_c_compiler

failed=()
skipped=
check() {
    local name="$1"
    shift
    say "check: $name"
    "$@" || failed+=("$name")
}

check format cargo fmt --all --check
check lints cargo clippy --workspace --all-targets --locked -- -D warnings
check documentation env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --lib --bins

cargo_deny="$(command -v cargo-deny || true)"
if [ -z "$cargo_deny" ]; then
    cargo_deny="$PWD/target/tools/bin/cargo-deny"
    if [ ! -x "$cargo_deny" ]; then
        say "installing cargo-deny into target/tools"
        CARGO_TARGET_DIR="$PWD/target/tools/build" cargo install --locked --root target/tools cargo-deny --version 0.20.2
        rm -rf target/tools/build
    fi
fi
check "licences, bans and sources" "$cargo_deny" --locked check bans licenses sources

# The advisory database is a git repository on the network. A check that could not be made is no success (sec-08): whoever means to go on
# without says so, and the last line repeats it.
advisories="$(mktemp)"
trap 'rm -f "$advisories"' EXIT
if timeout 120 "$cargo_deny" fetch db >"$advisories" 2>&1; then
    check advisories "$cargo_deny" --locked check --disable-fetch advisories
else
    tail -n 3 "$advisories" >&2
    say "check: advisories NOT CHECKED, the advisory database could not be fetched (SKIP_ADVISORIES=1 goes on without)"
    skipped=" but the advisories of dependencies, which were not looked at"
    [ "${SKIP_ADVISORIES:-0}" != 0 ] || failed+=("advisories: not checked")
fi

[ "${#failed[@]}" = 0 ] || fail "failed: ${failed[*]}"
say "all checks passed$skipped"
