# Sourced by the end-to-end scripts: goes to the root of the tree and provides what they need below target/e2e.
#
# Nothing is downloaded twice: each environment is stamped with the checksum of the list that it was made from.

cd "$(dirname "${BASH_SOURCE[0]}")/../../.." || exit 1
export COINBOX="${COINBOX:-$PWD/target/release/coinbox}"
export COINBOX_COMPONENT="${COINBOX_COMPONENT:-$PWD/target/component/coinbox.wasm}"
export PYTHONPATH="$PWD/tests/e2e/support" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
environments="$PWD/target/e2e"
mkdir -p "$environments"
# Components that were compiled for earlier builds (coinbox.py); 17 MB each.
find "$environments" -path '*/compiled/*.cwasm' -mtime +7 -delete

say() { printf '== %s\n' "$*" >&2; }
fail() { printf 'FAIL %s\n' "$*" >&2; exit 1; }

[ -x "$COINBOX" ] || fail "no program at $COINBOX: run \`make host\`"
[ -f "$COINBOX_COMPONENT" ] || fail "no component at $COINBOX_COMPONENT: run \`make component\`"
# shellcheck source=scripts/install.sh
. scripts/install.sh

# need NAME: sees to it that a program or font of the list in install.sh is there.
need() {
    present "$1" || install_test_needs "$1" || true
    present "$1" || fail "$1 is missing: install $(missing_packages "$1" | paste -sd' ') and run this again"
}

# peer NAME WHAT: the same for what a test can do without; if it cannot be had, WHAT is told as not checked.
peer() {
    # Two scripts may come here at once, and one apt-get at a time is all that a machine allows.
    present "$1" || { flock 8 || true; install_test_needs "$1" || true; } 8>"$environments/installing"
    present "$1" || say "NOT CHECKED: $2. For this install $(missing_packages "$1" | paste -sd' ')"
}

need python3

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
    # Two scripts may come here at once, and one apt-get at a time is all that a machine allows.
    {
        flock 8 || true
        python3 -c 'import ensurepip' 2>/dev/null || apt_install "the end-to-end tests use it" python3-venv || true
    } 8>"$environments/installing"
    python3 -m venv "$environments/$name" ||
        fail "python3 cannot make a virtual environment (Debian: apt-get install python3-venv)"
    "$python" -m pip install --quiet --disable-pip-version-check --no-input --require-hashes --requirement "$list" ||
        fail "pip could not install $list"
    cat "$list" | cksum >"$environments/$name/stamp"
}

# node_environment: the packages of tests/e2e/node, in target/e2e/node.
node_environment() {
    need node
    need npm
    local lists=(tests/e2e/node/package.json tests/e2e/node/package-lock.json)
    stamped node "${lists[@]}" && return
    say "installing tests/e2e/node into target/e2e/node"
    rm -rf "$environments/node"
    mkdir -p "$environments/node"
    cp "${lists[@]}" "$environments/node/"
    (cd "$environments/node" && npm ci --omit=dev --no-audit --no-fund --loglevel=error) >&2 ||
        fail "npm could not install the packages of tests/e2e/node"
    cat "${lists[@]}" | cksum >"$environments/node/stamp"
}
