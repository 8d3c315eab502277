#!/usr/bin/env bash
# Every secret of a person, used twice at the same moment: exactly one use succeeds, and what is there afterwards is that of one use (SEC-3, SEC-8, ACC-3, ACC-10, ACC-11, SEC-11).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/people_twice.py --rounds "${COINBOX_TWICE_ROUNDS:-3}"
