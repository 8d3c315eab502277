#!/usr/bin/env bash
# sec-10: `verify` finds what was changed in a store, whatever it is: counted events, totals of days, charges, movements, pages, single bits.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/verify_proof.py "$@"
