#!/usr/bin/env bash
# Runs the page docs/month.md: one account's month on a simulated clock, in a store of its own that is thrown away.
#
#   scripts/month.sh           prints the page, each command's output replaced by what it answers now
#   scripts/month.sh --check   ends with 1 and shows the difference if that is not the page, word for word
#   scripts/month.sh --write   writes the page anew
#
# In the page, a block ```csv FILE is that file, and in a block ```console a line `$ …` is a command; all run in one shell. What is drawn at
# random has the same text in every run: the auth ID and the name of the store in keys of payments.
#
# Environment: COINBOX and COINBOX_COMPONENT, the program and the rules; otherwise those that `make host component` built.
set -euo pipefail
cd "$(dirname "$0")/.."
say() { printf '== %s\n' "$*" >&2; }
fail() { printf 'error: %s\n' "$*" >&2; exit 1; }

page="$PWD/docs/month.md"
program="$(realpath "${COINBOX:-target/release/coinbox}")"
component="$(realpath "${COINBOX_COMPONENT:-target/component/coinbox.wasm}")"
[ -x "$program" ] && [ -f "$component" ] || fail "no program or no component: run \`make host component\`"
mode="${1:-}"
# What would configure another Coinbox by chance.
for name in $(compgen -e COINBOX_ || true); do unset "$name"; done

work="$(mktemp -d)"
server=
touch "$work/server.log"
trap '[ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"' EXIT
made="$work/page.md"
mkdir "$work/month"
cd "$work/month"
cat >coinbox.toml <<TOML
component = "$component"
listen = "127.0.0.1:0"
clock.mode = "simulated"
clock.start = "2026-10-05T09:00:00Z"
TOML

# A store is made by the first start of a server; the commands of the page work on it without one.
"$program" serve >"$work/server.log" 2>&1 </dev/null &
server=$!
for ((tries = 0; tries < 1200; tries++)); do
    grep -q ' serving' "$work/server.log" && break
    kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; fail "no store could be made"; }
    sleep 0.1
done
kill -TERM "$server"
wait "$server" || { cat "$work/server.log" >&2; fail "the server did not stop in good order"; }
server=

coinbox() { "$program" --data data "$@"; }

# The same text in every run, with lines that end like those of the page.
export LC_ALL=C
steady() {
    tr -d '\r' | sed -E "s/${acme:-no account yet}/MAEXAMPLE00000000001/g; s/cb-[a-z0-9]{16}-MA/cb-examplestore0001-MA/g"
}

state=text
file=
while IFS= read -r line; do
    case "$state" in
    text)
        printf '%s\n' "$line" >>"$made"
        case "$line" in
        '```console') state=console ;;
        '```csv '*)
            state=file
            file="${line#* }"
            : >"$file"
            ;;
        esac
        ;;
    file)
        printf '%s\n' "$line" >>"$made"
        if [ "$line" = '```' ]; then state=text; else printf '%s\n' "${line//\$acme/${acme:-}}" >>"$file"; fi
        ;;
    console)
        case "$line" in
        '```')
            printf '%s\n' "$line" >>"$made"
            state=text
            ;;
        '$ '*)
            printf '%s\n' "$line" >>"$made"
            # In this shell, so that variables stay. A refusal is an answer like any other.
            eval "${line#\$ }" >"$work/output" 2>&1 </dev/null || true
            steady <"$work/output" >>"$made"
            ;;
        esac
        ;;
    esac
done <"$page"

case "$mode" in
'') cat "$made" ;;
--check)
    if ! diff -u --label docs/month.md --label 'what the commands answer' "$page" "$made"; then
        fail "docs/month.md shows other figures than its commands answer"
    fi
    say "docs/month.md is what its commands answer"
    ;;
--write) cat "$made" >"$page" ;;
*) fail "$mode: what? --check or --write" ;;
esac
