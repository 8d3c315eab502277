#!/usr/bin/env bash
# Two accounting programs that know nothing of Coinbox read the exported ledger, check it, and find our balances to the last digit (CRD-1).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
need hledger
need bean-check
python3 tests/e2e/ledger_oracles.py
