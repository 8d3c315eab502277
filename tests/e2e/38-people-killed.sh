#!/usr/bin/env bash
# The server killed after every call of what people do, and started again: each flow ends as without, what was used stays used, counts and sessions stay,
# each mail is there once (SEC-3, SEC-4, SEC-8, SEC-9, ACC-3, ACC-10, ACC-11).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/people_killed.py
