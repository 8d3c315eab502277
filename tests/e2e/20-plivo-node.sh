#!/usr/bin/env bash
# The published Node client of the platform against a running server (REST-1, rest-wire §8 D18).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
node_environment
NODE_PATH="$environments/node/node_modules" python3 tests/e2e/plivo_node.py
