#!/usr/bin/env bash
# Kills the server with signal 9 at random moments under load, 60 rounds over one store, and checks everything after each. Before that, the server is
# killed within requests of people, 60 of each kind.
# The server and its rules must be built. Arguments are handed on: --rounds N, --seed N, --keep DIR.
set -euo pipefail
. "$(dirname "$0")/../tests/e2e/support/setup.sh"
python3 tests/e2e/people_killed.py --rounds 60
exec python3 tests/e2e/kill.py --rounds 60 "$@"
