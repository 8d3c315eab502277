# Sourced after toolchain.sh, in the root of the tree: finds a standard library for the component's target.
#
# The ways to one, in order, the first that works is taken:
#   1. the toolchain in use has it: nothing is fetched;
#   2. rustup may download (RUSTUP_AUTO_INSTALL is not 0) and can;
#   3. it is built from source: the source of the toolchain in use, or else Debian's rustc-web, cargo-web and
#      rust-web-src, installed with apt-get where they are missing.
# What the second and third would install is said first, and can be declined: install.sh.
#
# Sets wasm_target, rustc, cargo, build_std (arguments for cargo), component_ld, wasm_ld and lld (linkers), and remap
# (arguments for rustc that keep absolute paths out of the binary; call it with the target directory).

# shellcheck source=scripts/install.sh
. scripts/install.sh

wasm_target=wasm32-unknown-unknown
debian_packages=(rustc-web cargo-web rust-web-src)
sysroot="$(rustc --print sysroot)"
rustc="$(command -v rustc)"
cargo="$(command -v cargo)"
build_std=()

std_present() {
    compgen -G "$sysroot/lib/rustlib/$wasm_target/lib/libstd-*.rlib" >/dev/null
}

rustup_may_download() {
    command -v rustup >/dev/null || return 1
    [ "${RUSTUP_AUTO_INSTALL:-1}" != 0 ] || return 1
    ! grep -qs 'auto_install_mode *= *"disable"' "${RUSTUP_HOME:-$HOME/.rustup}/settings.toml"
}

# The lowest version that the workspace takes, from the one place that states it.
lowest_version() {
    sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml
}

# Succeeds when /usr/bin holds a compiler, a cargo and the library source of one version that is new enough.
debian_toolchain_usable() {
    [ -x /usr/bin/rustc ] && [ -x /usr/bin/cargo ] || return 1
    local version
    version="$(/usr/bin/rustc --version | cut -d' ' -f2)"
    [ "$(/usr/bin/cargo --version | cut -d' ' -f2)" = "$version" ] || return 1
    [ "$(printf '%s\n' "$(lowest_version)" "$version" | sort -V | head -n 1)" = "$(lowest_version)" ] || return 1
    [ -f "$(/usr/bin/rustc --print sysroot)/lib/rustlib/src/rust/library/Cargo.lock" ]
}

install_debian_toolchain() {
    apt_install "a compiler whose library source builds the standard library for $wasm_target, which this Rust toolchain lacks" "${debian_packages[@]}"
}

use_source() {
    say "std for $wasm_target: from source. It and the component are built with $("$rustc" --version); the host is built with the toolchain of rust-toolchain.toml"
    export RUSTC_BOOTSTRAP=1
    # Sorting and printing numbers as small as they get: the rules sort what is hot themselves (guest/rules/ground/src/order.rs).
    build_std=(-Zbuild-std=std,panic_abort -Zbuild-std-features=optimize_for_size)
}

choose_toolchain() {
    if std_present; then
        say "std for $wasm_target: present in $sysroot"
        return
    fi
    if rustup_may_download; then
        if may_install "rustup target add $wasm_target" "the standard library of the component, for the Rust toolchain in use" "the same command by hand"; then
            if timeout 600 rustup target add "$wasm_target" </dev/null >&2 && std_present; then return; fi
            say "rustup could not fetch it; going on without"
        fi
    fi
    if [ -f "$sysroot/lib/rustlib/src/rust/library/Cargo.lock" ]; then
        use_source
        return
    fi
    if debian_toolchain_usable || { install_debian_toolchain && debian_toolchain_usable; }; then
        rustc=/usr/bin/rustc
        cargo=/usr/bin/cargo
        use_source
        return
    fi
    fail "no standard library for $wasm_target, and no way found to one. Do one of these and run make again:
  rustup target add $wasm_target                                    (needs the network)
  rustup component add rust-src                                         (std is then built from source)
  apt-get install --no-install-recommends ${debian_packages[*]}   (Debian, Rust $(lowest_version) or newer)"
}

# Prints the first of its arguments that is a program: a path or a name in PATH.
first_program() {
    local candidate
    for candidate in "$@"; do
        if command -v "$candidate"; then return; fi
    done
    return 1
}

find_linkers() {
    # They come with rustup's toolchain, whichever compiler is used.
    local tools
    tools="$sysroot/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin"
    component_ld="$(first_program "$tools/wasm-component-ld" wasm-component-ld)" ||
        fail "wasm-component-ld is neither in $tools nor in PATH. Use a rustup toolchain, or: cargo install wasm-component-ld"
    wasm_ld="$(first_program "$tools/gcc-ld/wasm-ld" wasm-ld)" ||
        fail "wasm-ld is neither in $tools/gcc-ld nor in PATH. Use a rustup toolchain, or install the package lld"
    # The same linker under the name that takes -flavor, as rustc calls it for a plain module; empty: none.
    lld="$(first_program "$tools/rust-lld" rust-lld lld || true)"
}

# Prints one argument a line. The order matters: rustc takes the last that fits.
remap() {
    printf -- '--remap-path-prefix=%s\n' \
        "$("$rustc" --print sysroot)/lib/rustlib/src/rust=/rust" \
        "${CARGO_HOME:-$HOME/.cargo}=/cargo" \
        "$PWD=/coinbox" \
        "$1=/target"
}

# Makes cargo use this compiler with these flags for the component only, whatever the caller's environment says.
# Usage: export_rustflags FLAG... (separated by 0x1f inside, so that paths may hold spaces)
export_rustflags() {
    CARGO_ENCODED_RUSTFLAGS="$(IFS=$'\x1f'; printf '%s' "$*")"
    export CARGO_ENCODED_RUSTFLAGS RUSTC="$rustc"
    unset RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_BUILD_TARGET RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER
}

report_component() {
    say "component: $1"
    say "size:      $(wc -c <"$1" | tr -d ' ') bytes"
    say "sha256:    $(sha256sum "$1" | cut -d' ' -f1)"
}

choose_toolchain
find_linkers
