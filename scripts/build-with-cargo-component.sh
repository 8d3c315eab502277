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
[ -n "$lld" ] || fail "no rust-lld or lld found. Use a rustup toolchain, or install the package lld"
target_dir="$PWD/target/wasm-cargo-component"
out="$PWD/target/component/coinbox-cargo-component.wasm"
mapfile -t remapped < <(remap "$target_dir")
export_rustflags "-Clinker=$lld" -Clinker-flavor=wasm-ld "${remapped[@]}"
# cargo-component insists on a wasm32-wasip1 in the toolchain's sysroot, whatever target it builds for. Where there is none,
# it is shown an empty one: the `rustc` that it asks is not the one that cargo runs.
if [ ! -e "$sysroot/lib/rustlib/wasm32-wasip1" ]; then
    shown="$PWD/target/tools/shown"
    mkdir -p "$shown/bin" "$shown/lib/rustlib/wasm32-wasip1"
    printf '#!/bin/sh\n[ "$*" = "--print sysroot" ] && echo "%s" && exit\nexec "%s" "$@"\n' "$shown" "$rustc" >"$shown/bin/rustc"
    chmod +x "$shown/bin/rustc"
    export PATH="$shown/bin:$PATH"
fi
# cargo-component takes -Zbuild-std=std,panic_abort for a -p: cargo hears of it through the environment.
if [ "${#build_std[@]}" != 0 ]; then
    export CARGO_UNSTABLE_BUILD_STD="${build_std[0]#*=}" CARGO_UNSTABLE_BUILD_STD_FEATURES="${build_std[1]#*=}"
fi
(
    cd guest/component
    CARGO="$cargo" CARGO_TARGET_DIR="$target_dir" "$tool" component build --locked \
        --profile component --target "$wasm_target"
)
mkdir -p "$(dirname "$out")"
cp "$target_dir/$wasm_target/component/coinbox_component.wasm" "$out"
report_component "$out"
