#!/usr/bin/env bash
# Operators by name: their tokens, permissions and networks, and the end of the shared token.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
exec python3 tests/e2e/operators.py
