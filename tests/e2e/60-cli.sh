#!/usr/bin/env bash
# Every command on a running server and on the store of a stopped one; then everything that may be wrong with input, files, disks and stores.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/cli_commands.py
python3 tests/e2e/cli_bad_input.py
python3 tests/e2e/broken_stores.py
