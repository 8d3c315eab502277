#!/usr/bin/env bash
# Documentation of the crates (target/doc) and of the contract (target/docs/contract.md).
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh
need_c_compiler

cargo doc --workspace --no-deps --locked --lib --bins
mkdir -p target/docs
cargo build "${native[@]}" --example contract_document
target/release/examples/contract_document wit >target/docs/contract.md.new
mv target/docs/contract.md.new target/docs/contract.md
say "contract: target/docs/contract.md"
say "crates:   target/doc/coinbox_host/index.html, target/doc/coinbox_server/index.html, target/doc/coinbox_rules/index.html"
