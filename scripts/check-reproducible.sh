#!/usr/bin/env bash
# Builds the component of one commit (default HEAD) twice, in two clean directories of different names, and compares the bytes.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh

commit="$(git rev-parse --short "${1:-HEAD}")"
work="$PWD/target/reproducible"
rm -rf "$work"
mkdir -p "$work"
trap 'rm -rf "$work"' EXIT
[ -z "$(git status --porcelain)" ] || say "the tree differs from $commit: what is checked is the commit"
for tree in one another/two; do
    mkdir -p "$work/$tree"
    git archive "$commit" | tar -x -C "$work/$tree"
    say "building $commit in $tree"
    env -u COINBOX_WASM_TARGET_DIR -u COINBOX_COMPONENT_OUT "$work/$tree/scripts/build-component.sh"
done
cmp "$work/one/target/component/coinbox.wasm" "$work/another/two/target/component/coinbox.wasm" ||
    fail "two builds of $commit differ"
say "two builds of $commit are byte-identical"
