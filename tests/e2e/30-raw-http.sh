#!/usr/bin/env bash
# What the clients hide: the Account resource, the usage route and the operator's routes over plain HTTP (rest-wire §2 and §7, REST-1, REST-3, R38 to R40).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/raw_http.py
