#!/usr/bin/env bash
# docs/month.md shows what its commands answer, word for word; another figure on the page is found.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"
scripts/month.sh --check
