# Sourced by the end-to-end scripts: goes to the root of the tree and provides what they need below target/e2e.
#
# Nothing is downloaded twice: each environment is stamped with the checksum of the list that it was made from.

cd "$(dirname "${BASH_SOURCE[0]}")/../../.." || exit 1
export COINBOX="${COINBOX:-$PWD/target/release/coinbox}"
export COINBOX_COMPONENT="${COINBOX_COMPONENT:-$PWD/target/component/coinbox.wasm}"
export PYTHONPATH="$PWD/tests/e2e/support" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
environments="$PWD/target/e2e"
mkdir -p "$environments"

say() { printf '== %s\n' "$*" >&2; }
fail() { printf 'FAIL %s\n' "$*" >&2; exit 1; }

[ -x "$COINBOX" ] || fail "no program at $COINBOX: run \`make host\`"
[ -f "$COINBOX_COMPONENT" ] || fail "no component at $COINBOX_COMPONENT: run \`make component\`"
# debian_package COMMAND PACKAGE...: sees to it that the command is there.
debian_package() {
    local command="$1"
    shift
    command -v "$command" >/dev/null && return
    install_packages "$@"
    command -v "$command" >/dev/null || fail "$command is missing and apt-get could not install $*: install it and run this again"
}

install_packages() {
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "something is missing: install it (Debian: apt-get install $*) and run this again"
        if [ -t 0 ]; then as_root=(sudo); else as_root=(sudo -n); fi
    fi
    command -v apt-get >/dev/null || fail "$* is missing and there is no apt-get: install it and run this again"
    say "installing $* with apt-get"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive timeout 300 apt-get update -q </dev/null >&2 || true
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive timeout 600 \
        apt-get install -q -y --no-install-recommends "$@" </dev/null >&2 || true
}

debian_package python3 python3 python3-venv

# Succeeds when environment $1 was made from exactly the files behind it.
stamped() {
    local name="$1"
    shift
    [ "$(cat "$environments/$name/stamp" 2>/dev/null)" = "$(cat "$@" | cksum)" ]
}

# python_environment NAME: a virtual environment with requirements/NAME.txt; its interpreter is in $python afterwards.
python_environment() {
    local name="$1" list="tests/e2e/requirements/$1.txt"
    python="$environments/$name/bin/python"
    stamped "$name" "$list" && [ -x "$python" ] && return
    say "installing $list into target/e2e/$name"
    rm -rf "${environments:?}/$name"
    # Debian keeps what venv needs in a package of its own.
    python3 -c 'import ensurepip' 2>/dev/null || install_packages python3-venv
    python3 -m venv "$environments/$name" ||
        fail "python3 cannot make a virtual environment (Debian: apt-get install python3-venv)"
    "$python" -m pip install --quiet --disable-pip-version-check --no-input --requirement "$list" ||
        fail "pip could not install $list"
    cat "$list" | cksum >"$environments/$name/stamp"
}

# node_environment: the packages of tests/e2e/node, in target/e2e/node.
node_environment() {
    debian_package node nodejs npm
    debian_package npm npm
    local lists=(tests/e2e/node/package.json tests/e2e/node/package-lock.json)
    stamped node "${lists[@]}" && return
    say "installing tests/e2e/node into target/e2e/node"
    rm -rf "$environments/node"
    mkdir -p "$environments/node"
    cp "${lists[@]}" "$environments/node/"
    (cd "$environments/node" && npm install --omit=dev --no-audit --no-fund --omit-lockfile-registry-resolved --loglevel=error) >&2 ||
        fail "npm could not install the packages of tests/e2e/node"
    cat "${lists[@]}" | cksum >"$environments/node/stamp"
}
