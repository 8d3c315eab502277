#!/usr/bin/env bash
# A real mail server receives the mails of a recharge and of an alert, and those that it could not take at first (CRD-6, CRD-8, EVT-2, R46).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python_environment mail
"$python" tests/e2e/smtp.py
