# Sourced after `say` and `fail` are there: whatever changes this machine outside the tree goes through here, and says first what and why.
#
# Who decides:
#   INSTALL=1      yes to everything; what .ci/run says, and whoever knows the list
#   NO_INSTALL=1   no: the list is printed and the command stops
#   neither        a person at a terminal is asked; without a terminal it is a no
#
# What is put below target/ (Python's and Node's packages of the tests, tools of cargo) changes no machine and is not asked about: their lists
# are in the tree, with a checksum for each file.

# may_install WHAT WHY WITHOUT: succeeds when WHAT may be done to this machine.
may_install() {
    say "needed: $1"
    say "   why: $2"
    say "   or:  $3"
    if [ "${NO_INSTALL:-0}" != 0 ]; then
        say "nothing is installed: NO_INSTALL is set"
        return 1
    fi
    if [ "${INSTALL:-0}" != 0 ]; then return 0; fi
    # Input of a script may come from /dev/null, so the terminal itself is asked.
    if [ -t 2 ] && { : </dev/tty; } 2>/dev/null; then
        local answer
        read -r -p "Do it now? [y/N] " answer </dev/tty
        case "$answer" in y | Y | yes) return 0 ;; esac
        say "nothing is installed"
        return 1
    fi
    say "nothing is installed: there is no terminal to ask at. INSTALL=1 says yes to all of it"
    return 1
}

# apt_install WHY PACKAGE...: Debian packages that are missing, after asking.
apt_install() {
    local why="$1"
    shift
    local by_hand="apt-get install --no-install-recommends $*"
    command -v apt-get >/dev/null || { say "missing: $*, and there is no apt-get. Install them and run this again ($why)"; return 1; }
    local as_root=()
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || { say "missing: $* ($why). As root: $by_hand"; return 1; }
        # Without a terminal nobody can type a password.
        if [ -t 0 ]; then as_root=(sudo); else as_root=(sudo -n); fi
    fi
    may_install "the Debian packages $*, with ${as_root[*]:+${as_root[*]} }apt-get" "$why" "install them by hand: $by_hand" || return 1
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive timeout 300 apt-get update -q </dev/null >&2 ||
        say "the lists of packages could not be renewed; the old ones may still do"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive timeout 1200 \
        apt-get install -q -y --no-install-recommends "$@" </dev/null >&2
}

# What the end-to-end tests need beside Rust and a C compiler: a program or a font, and the Debian packages that bring it.
test_needs=(
    "python3 python3 python3-venv"
    "node nodejs npm"
    "npm npm"
    "pdftotext poppler-utils"
    "hledger hledger"
    "bean-check beancount"
    # Telugu and Arabic; for Chinese a small font is enough here (fonts-noto-cjk has 55 MB). Latin and Cyrillic are built in.
    "NotoSansTelugu-Regular.ttf fonts-noto-core"
    "NotoSansArabic-Regular.ttf fonts-noto-core"
    "DroidSansFallbackFull.ttf fonts-droid-fallback"
)

# What the tests compare the product with where it can be had, in the same form. Without one of them a test says what it has not checked, and goes on.
test_peers=(
    "oathtool oathtool"
    "zbarimg zbar-tools"
    "rsvg-convert librsvg2-bin"
)

# present NAME: whether a program, or a font of this file name, is there.
present() {
    case "$1" in
        *.ttf) find /usr/share/fonts /usr/local/share/fonts -name "$1" 2>/dev/null | grep -q . ;;
        *) command -v "$1" >/dev/null ;;
    esac
}

# missing_packages [NAME...]: the packages of what is not there, of all that is needed or of these names, each once.
missing_packages() {
    local need name packages names=" ${*:-${test_needs[*]%% *}} "
    for need in "${test_needs[@]}" "${test_peers[@]}"; do
        name="${need%% *}" packages="${need#* }"
        case "$names" in *" $name "*) ;; *) continue ;; esac
        present "$name" || printf '%s\n' $packages
    done | sort -u
}

# install_test_needs [NAME...]: sees to it that all that is needed is there, or what has these names.
install_test_needs() {
    local packages
    mapfile -t packages < <(missing_packages "$@")
    [ "${#packages[@]}" = 0 ] || apt_install "the end-to-end tests use them" "${packages[@]}"
}

# install_test_peers: the same for what the tests can do without.
install_test_peers() { install_test_needs "${test_peers[@]%% *}"; }
