# Sourced by the other scripts, in the root of the tree: messages, what is built natively, and a Rust toolchain that answers here.

# What every script builds for this machine, and how: the same packages in the same profile, so that no dependency is compiled a second time with
# other features. Without the two components, which link for WebAssembly only. `--test one_build` compares what the scripts build.
# shellcheck disable=SC2034
native=(--profile release --locked --workspace --exclude coinbox-component --exclude coinbox-hostile)

# `make` hands on a pool of jobs that its recipes cannot join; cargo and rustc have pools of their own.
unset MAKEFLAGS MFLAGS

say() { printf '== %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

# rust-toolchain.toml pins a version that rustup may be unable to fetch. A default toolchain that is new enough does too:
# cargo itself refuses one that is older than the workspace's rust-version.
use_default_toolchain() {
    local default
    default="$(cd / && rustup default 2>/dev/null | cut -d' ' -f1)"
    [ -n "$default" ] && RUSTUP_TOOLCHAIN="$default" rustc --version >/dev/null 2>&1 || return 1
    export RUSTUP_TOOLCHAIN="$default"
    say "the toolchain of rust-toolchain.toml is not available, using $default"
}

# SQLite is compiled from C.
need_c_compiler() {
    [ -n "${CC:-}" ] || command -v cc >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null ||
        fail "no C compiler found. Install one (Debian: apt-get install gcc libc6-dev) or name it in CC, and run make again"
}

command -v rustc >/dev/null && command -v cargo >/dev/null ||
    fail "no Rust toolchain found. Install rustup from https://rustup.rs and run make again"

# sec-12: the first `rustc` here would have rustup fetch the pinned version. NO_INSTALL=1 is a no to that too. Only newer versions of rustup know
# the variable, so what is installed is looked up, and named for all that follows: then no file is read that asks for more.
if [ "${NO_INSTALL:-0}" != 0 ]; then
    export RUSTUP_AUTO_INSTALL=0
    if command -v rustup >/dev/null && [ -z "${RUSTUP_TOOLCHAIN:-}" ]; then
        pinned="$(sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)"
        installed="$(rustup toolchain list 2>/dev/null | cut -d' ' -f1 | grep -E "^${pinned//./\\.}(-|\$)" | head -n 1 || true)"
        if [ -n "$installed" ]; then
            export RUSTUP_TOOLCHAIN="$installed"
        else
            use_default_toolchain ||
                fail "the toolchain $pinned of rust-toolchain.toml is not installed, and nothing is fetched: NO_INSTALL is set. Run: rustup toolchain install $pinned"
        fi
    fi
fi
rustc --version >/dev/null 2>&1 || use_default_toolchain ||
    fail "the toolchain of rust-toolchain.toml is not installed and rustup did not fetch it. Run: rustup toolchain install $(
        sed -n 's/^channel = "\(.*\)"/\1/p' rust-toolchain.toml)"
