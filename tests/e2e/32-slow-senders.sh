#!/usr/bin/env bash
# sec-01: whoever sends or reads slowly is slow at his own cost. Other accounts and operators are served meanwhile.
# Runs alone: it measures how long others wait.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/slow_senders.py
