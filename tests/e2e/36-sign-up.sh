#!/usr/bin/env bash
# A person signs up over HTTP and with the program: mails from the Maildir, codes of the phone from the telephony log, codes of the app by a second
# implementation of RFC 6238 (and by oathtool, where it is installed).
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
python3 tests/e2e/sign_up.py
