#!/usr/bin/env bash
# The server killed at random moments under load, a few rounds; `make test-crash` runs many (CRD-7, USE-1).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/kill.py --rounds "${COINBOX_KILL_ROUNDS:-5}"
