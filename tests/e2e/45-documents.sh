#!/usr/bin/env bash
# Issued documents as PDF (INV-2, INV-3, INV-5): another program reads every amount and name out of them again, in Latin and other scripts.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"

# If a font cannot be had, another may do as well: the program names letters that no font has.
font() { present "$1" || install_test_needs "$1" || say "going on with the fonts that are there"; }

need pdftotext
font NotoSansTelugu-Regular.ttf
font NotoSansArabic-Regular.ttf
font DroidSansFallbackFull.ttf
python3 tests/e2e/documents.py
