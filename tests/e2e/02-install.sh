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

# A stand-in for rustup and its proxies: notes what would be fetched. Here only another version than the pinned one is installed.
cat >"$there/rustup" <<'STUB'
#!/bin/sh
home="${0%/*}"
case "$*" in
    "toolchain list") cat "$home/toolchains" ;;
    default) head -n 1 "$home/toolchains" ;;
    *) echo "rustup $*" >>"$home/fetched"; exit 1 ;;
esac
STUB
cat >"$there/rustc" <<'STUB'
#!/bin/sh
home="${0%/*}"
grep -q "^${RUSTUP_TOOLCHAIN:-1.95.0-}" "$home/toolchains" || { echo "${RUSTUP_TOOLCHAIN:-pinned}" >>"$home/fetched"; exit 1; }
STUB
cp "$there/rustc" "$there/cargo"
chmod +x "$there/rustup" "$there/rustc" "$there/cargo"

# toolchain LIST VARIABLE=VALUE...: sources toolchain.sh where these versions are installed; what was fetched is in $fetched.
toolchain() {
    printf '%s\n' "$1" >"$there/toolchains"
    rm -f "$there/fetched"
    ended=0
    said="$(env -u INSTALL -u NO_INSTALL -u RUSTUP_TOOLCHAIN PATH="$there:$PATH" "${@:2}" bash -c '
        set -euo pipefail
        . scripts/toolchain.sh
        echo "uses ${RUSTUP_TOOLCHAIN:-the pinned one}"' 2>&1)" || ended=$?
    fetched="$(cat "$there/fetched" 2>/dev/null || true)"
}

toolchain "1.96.0-x86_64-unknown-linux-gnu (default)" NO_INSTALL=1
[ "$ended" = 0 ] && [ -z "$fetched" ] || fail "NO_INSTALL=1 fetched «$fetched»: $said"
holds "NO_INSTALL=1 with another version" "$said" "uses 1.96.0-x86_64-unknown-linux-gnu"
toolchain "1.95.0-x86_64-unknown-linux-gnu (default)" NO_INSTALL=1
[ "$ended" = 0 ] && [ -z "$fetched" ] || fail "NO_INSTALL=1 fetched «$fetched»: $said"
holds "NO_INSTALL=1 with the pinned version" "$said" "uses 1.95.0-x86_64-unknown-linux-gnu"
toolchain "" NO_INSTALL=1
[ "$ended" != 0 ] && [ -z "$fetched" ] || fail "NO_INSTALL=1 without any version fetched «$fetched»: $said"
holds "NO_INSTALL=1 without any version" "$said" "nothing is fetched: NO_INSTALL is set. Run: rustup toolchain install 1.95.0"
toolchain "" INSTALL=1
[ -n "$fetched" ] || fail "this test would not see what rustup fetches"

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
