#!/usr/bin/env bash
# Builds a component. Without argument the rules: guest/component -> target/component/coinbox.wasm. With `hostile` the one that
# the host's tests need: tests/hostile -> target/component/hostile.wasm.
#
# A plain cargo build whose linker is wasm-component-ld, without any WASI adapter: the component imports what its WIT
# names and nothing else. wasm-toolchain.sh says where the standard library comes from.
#
# Environment: COINBOX_WASM_TARGET_DIR (default target/wasm, apart from the host's so that neither waits for the other's
# lock) and COINBOX_COMPONENT_OUT (default as above).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh
# shellcheck source=scripts/wasm-toolchain.sh
. scripts/wasm-toolchain.sh

case "${1:-rules}" in
    rules) package=coinbox-component name=coinbox ;;
    hostile) package=coinbox-hostile name=hostile ;;
    *) fail "usage: build-component.sh [rules | hostile]" ;;
esac
target_dir="${COINBOX_WASM_TARGET_DIR:-$PWD/target/wasm}"
out="${COINBOX_COMPONENT_OUT:-$PWD/target/component/$name.wasm}"

mapfile -t remapped < <(remap "$target_dir")
export_rustflags "-Clinker=$component_ld" -Clink-arg=--wasi-adapter=none "-Clink-arg=--wasm-ld-path=$wasm_ld" "${remapped[@]}"
CARGO_TARGET_DIR="$target_dir" "$cargo" build --locked \
    --package "$package" --profile component --target "$wasm_target" "${build_std[@]}"

built="$target_dir/$wasm_target/component/${package//-/_}.wasm"
mkdir -p "$(dirname "$out")"
# The file keeps its time when nothing changed, and nobody ever sees half of it.
if ! cmp -s "$built" "$out"; then
    cp "$built" "$out.new"
    mv "$out.new" "$out"
fi
report_component "$out"
