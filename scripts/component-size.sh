#!/usr/bin/env bash
# What the built component costs: the file, also compressed, and what code each area of the rules has in it.
# `forms` is the part that turns records and answers into text and back. An argument N adds the N largest functions.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh

component="${COINBOX_COMPONENT:-target/component/coinbox.wasm}"
[ -f "$component" ] && [ -f "${component%.wasm}.symbols" ] || fail "no component with its names: run \`make component\`"
cargo build --quiet "${native[@]}" --bin coinbox-symbols
"${CARGO_TARGET_DIR:-$PWD/target}/release/coinbox-symbols" areas "${component%.wasm}.symbols" "$@"
printf '%9d  %s\n' "$(wc -c <"$component")" "$component"
printf '%9d  compressed with gzip -9\n' "$(gzip -9n <"$component" | wc -c)"
if command -v zstd >/dev/null; then printf '%9d  compressed with zstd -19\n' "$(zstd -q -19 -c "$component" | wc -c)"; fi
if command -v xz >/dev/null; then printf '%9d  compressed with xz -9\n' "$(xz -9 -c "$component" | wc -c)"; fi
