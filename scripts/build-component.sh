#!/usr/bin/env bash
# Builds a component. Without argument the rules: guest/component -> target/component/coinbox.wasm. With `hostile` the one that
# the host's tests need: tests/hostile -> target/component/hostile.wasm. The names of its functions are put into a file beside it
# (coinbox.symbols), which a host may read to say where a trap happened.
#
# A plain cargo build whose linker is wasm-component-ld, without any WASI adapter: the component imports what its WIT
# names and nothing else. wasm-toolchain.sh says where the standard library comes from.
#
# Environment: COINBOX_WASM_TARGET_DIR (default target/wasm, apart from the host's so that neither waits for the other's
# lock) and COINBOX_COMPONENT_OUT (default as above; the names go beside it).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh
# Beside the component, with the toolchain of the host: another one may be chosen for the component. Where the host is being built, it waits for that.
cargo build --quiet "${native[@]}" --bin coinbox-symbols &
symbols_tool=$!
take_symbols="${CARGO_TARGET_DIR:-$PWD/target}/release/coinbox-symbols"
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
export_rustflags "-Clinker=$component_ld" -Clink-arg=--wasi-adapter=none "-Clink-arg=--wasm-ld-path=$wasm_ld" \
    -Clink-arg=--compress-relocations "${remapped[@]}"
CARGO_TARGET_DIR="$target_dir" "$cargo" build --locked \
    --package "$package" --profile component --target "$wasm_target" "${build_std[@]}"

wait "$symbols_tool" || fail "coinbox-symbols was not built"
mkdir -p "$(dirname "$out")"
symbols="${out%.wasm}.symbols"
"$take_symbols" take "$target_dir/$wasm_target/component/${package//-/_}.wasm" "$out.new" "$symbols.new"
# A file keeps its time when nothing changed, and nobody ever sees half of it.
for file in "$symbols" "$out"; do
    if cmp -s "$file.new" "$file"; then rm "$file.new"; else mv "$file.new" "$file"; fi
done
report_component "$out"
