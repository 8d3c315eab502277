#!/usr/bin/env bash
# The data directory: private files, one writer, parts that belong together, a clock that is not believed at once.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
exec python3 tests/e2e/directory.py
