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
    # The tool that takes the names out may share what it is built from; of the component nothing is shared.
    env -u COINBOX_WASM_TARGET_DIR -u COINBOX_COMPONENT_OUT CARGO_TARGET_DIR="$work/native" "$work/$tree/scripts/build-component.sh"
done
for file in coinbox.wasm coinbox.symbols; do
    cmp "$work/one/target/component/$file" "$work/another/two/target/component/$file" || fail "two builds of $commit differ in $file"
done
say "two builds of $commit are byte-identical"
