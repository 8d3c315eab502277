#!/usr/bin/env bash
# Other programs agree: oathtool and pyotp show the codes that are taken, and zbarimg reads the address of an authenticator out of its QR code,
# drawn as SVG and on a terminal (SEC-4). What of them cannot be had is told, and the rest is checked.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"

peer oathtool "codes of authenticators against oathtool"
peer zbarimg "what a reader of QR codes finds in ours"
peer rsvg-convert "the QR code as SVG"
if (python_environment authenticators); then
    python_environment authenticators
else
    say "NOT CHECKED: codes of authenticators against pyotp"
    python=python3
fi
"$python" tests/e2e/authenticators.py
