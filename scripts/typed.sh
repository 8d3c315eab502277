#!/usr/bin/env bash
# Writes the typed door of the host (host/src/typed, tests/src/typed_door/table.rs) from wit/, after a change of the contract.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh

cargo build --quiet "${native[@]}" --bin coinbox-typed
"${CARGO_TARGET_DIR:-target}/release/coinbox-typed"
