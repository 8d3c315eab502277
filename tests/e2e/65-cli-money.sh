#!/usr/bin/env bash
# Commands about money, with their amounts: coupons, refunds, the queue, debts, documents, seats, usage, reservations; tables on terminals of any width.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/cli_money.py
