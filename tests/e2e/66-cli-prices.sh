#!/usr/bin/env bash
# Prices that are refused, planned, taken back and late; files of the wrong form.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/cli_prices.py
