#!/usr/bin/env bash
# Builds the same component with cargo-component, for those who have it in their own tool chain. `make component` is the
# way that the project itself takes.
#
# cargo-component is installed into target/tools, which takes 7 to 13 minutes, unless PATH holds it.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh

version=0.21.1
tool="$(command -v cargo-component || true)"
if [ -z "$tool" ]; then
    tool="$PWD/target/tools/bin/cargo-component"
    if [ ! -x "$tool" ]; then
        say "installing cargo-component $version into target/tools"
        CARGO_TARGET_DIR="$PWD/target/tools/build" cargo install --locked --root target/tools cargo-component --version "$version"
        rm -rf target/tools/build
    fi
fi

# shellcheck source=scripts/wasm-toolchain.sh
. scripts/wasm-toolchain.sh
target_dir="$PWD/target/wasm-cargo-component"
out="$PWD/target/component/coinbox-cargo-component.wasm"
mapfile -t remapped < <(remap "$target_dir")
export_rustflags "-Clinker=$wasm_ld" -Clinker-flavor=wasm-ld "${remapped[@]}"
(
    cd guest/component
    CARGO="$cargo" CARGO_TARGET_DIR="$target_dir" "$tool" component build --locked \
        --profile component --target "$wasm_target" "${build_std[@]}"
)
mkdir -p "$(dirname "$out")"
cp "$target_dir/$wasm_target/component/coinbox_component.wasm" "$out"
report_component "$out"
