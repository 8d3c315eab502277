#!/usr/bin/env bash
# `make run` from an empty data directory: what comes of the sample usage is what must come of it, and `verify` passes; then again
# on the same data, which counts nothing twice.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"

data="$(mktemp -d)"
trap 'rm -rf "$data"' EXIT
run() {
    COINBOX_DATA="$data" COINBOX_LISTEN="127.0.0.1:$((20000 + RANDOM % 12000))" COINBOX_SAMPLE_ROWS=20000 COINBOX_RUN_ONCE=1 scripts/run.sh
}
verified() { grep '^verified: ' <<<"$1" || fail "no word of verify in: $1"; }

first="$(verified "$(run)")"
second="$(verified "$(run)")"
# 98.1 % of the rows are rated: see the generator.
grep -q ' with 19620 charges' <<<"$first" || fail "not 19620 charges: $first"
grep -q ' with 19620 charges' <<<"$second" || fail "the second run counted anew: $second"
say "$second"
