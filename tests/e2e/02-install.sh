#!/usr/bin/env bash
# sec-12: nothing is installed on this machine without a word and a yes, and nothing is fetched without a checksum.
# A stand-in for apt-get notes what it is asked and installs nothing.
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"

there="$(mktemp -d)"
trap 'rm -rf "$there"' EXIT
cat >"$there/apt-get" <<'STUB'
#!/bin/sh
echo "$*" >>"${0%/*}/asked"
[ "$1" != update ] || exit "$(cat "${0%/*}/update-fails" 2>/dev/null || echo 0)"
STUB
# Whoever is not root installs through sudo.
printf '#!/bin/sh\n[ "$1" = -n ] && shift\nexec "$@"\n' >"$there/sudo"
chmod +x "$there/apt-get" "$there/sudo"

# asks VARIABLE=VALUE...: calls apt_install for two packages without a terminal; what it says is in $said, what apt-get was asked in $asked.
asks() {
    rm -f "$there/asked"
    : >"$there/asked"
    ended=0
    said="$(env -u INSTALL -u NO_INSTALL PATH="$there:$PATH" "$@" setsid bash -c '
        . tests/e2e/support/setup.sh
        apt_install "a test asks for them" first-package second-package' 2>&1 </dev/null)" || ended=$?
    asked="$(grep -v '^update' "$there/asked" || true)"
}

holds() { [[ "$2" == *"$3"* ]] || fail "$1: «$3» is not in: $2"; }

for variables in "NO_INSTALL=1" "NO_INSTALL=1 INSTALL=1" "INSTALL=0"; do
    # shellcheck disable=SC2086
    asks $variables
    [ "$ended" != 0 ] || fail "$variables: it went on"
    [ -z "$asked" ] || fail "$variables: apt-get was asked: $asked"
    holds "$variables" "$said" "first-package second-package"
    holds "$variables" "$said" "a test asks for them"
    holds "$variables" "$said" "apt-get install --no-install-recommends first-package second-package"
done
holds "without a terminal" "$said" "INSTALL=1 says yes"

asks INSTALL=1
[ "$ended" = 0 ] || fail "INSTALL=1 ended with $ended: $said"
holds "INSTALL=1" "$asked" "install -q -y --no-install-recommends first-package second-package"
echo 100 >"$there/update-fails"
asks INSTALL=1
holds "a list that cannot be renewed" "$said" "could not be renewed"

# Every package of Python has the checksums of its files, and those of Node come from the lock file and nowhere else.
for list in tests/e2e/requirements/*.txt; do
    awk '/^[a-zA-Z]/ { if (name && !hashes) { print name; bad = 1 } name = $1; hashes = 0 } /--hash=sha256:/ { hashes++ }
        END { if (!hashes) { print name; bad = 1 } exit bad }' "$list" || fail "$list: no checksum for the line above"
done
if grep -rnE 'npm install|pip install' scripts tests/e2e/support | grep -v -- '--require-hashes'; then fail "fetched without checksums"; fi
if grep -rn 'apt-get install' scripts tests/e2e/support | grep -vE 'by_hand=|scripts/install\.sh|fail "|apt-get install --no-install-recommends \$\{debian'; then
    fail "installed past scripts/install.sh"
fi
say "ok: what is installed is said first and can be declined"
