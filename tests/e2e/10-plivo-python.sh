#!/usr/bin/env bash
# The published Python clients of the platform, the present one and the legacy one, against a running server (REST-1, rest-wire §8 D1, D2).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python_environment plivo-4.63
"$python" tests/e2e/plivo_python.py
python_environment plivo-0.11
"$python" tests/e2e/plivo_legacy.py
