#!/usr/bin/env bash
# Issued documents as PDF (INV-2, INV-3, INV-5): another program reads every amount and name out of them again, in Latin and other scripts.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"

# font FILE PACKAGE: sees to it that the font is there. If it cannot be had, another may do as well: the program names letters that no font has.
font() {
    found() { find /usr/share/fonts /usr/local/share/fonts -name "$1" 2>/dev/null | grep -q .; }
    found "$1" && return
    install_packages "$2"
    found "$1" || say "there is no $1 and apt-get could not install $2; going on with the fonts that are there"
}

debian_package pdftotext poppler-utils
# Telugu and Arabic; for Chinese a small font is enough here (fonts-noto-cjk has 55 MB). Latin and Cyrillic are built in.
font NotoSansTelugu-Regular.ttf fonts-noto-core
font NotoSansArabic-Regular.ttf fonts-noto-core
font DroidSansFallbackFull.ttf fonts-droid-fallback
python3 tests/e2e/documents.py
