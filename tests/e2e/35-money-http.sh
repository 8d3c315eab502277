#!/usr/bin/env bash
# Money over plain HTTP: usage summaries and lines, reservations, rejected events, invoices, credit notes, receipts, billing information, seats, lists over all accounts (USE-3, USE-4, USE-6, INV-3 to INV-9, R39, R40).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/money_http.py
