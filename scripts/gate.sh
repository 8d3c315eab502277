#!/usr/bin/env bash
# Whether the rules still do the same, to be asked before and after a change that is to change nothing.
#
#   scripts/gate.sh FILE                     writes into FILE, a line each, digests of what every conformance case and the seeds of the simulation leave
#   scripts/gate.sh FILE EARLIER             writes them and compares them with those in EARLIER
#   scripts/gate.sh --compare FILE EARLIER   compares two files
#
# A comparison says `equal`, or names each case and seed that differs and in what: the store (entries and timers), the feed, what the run
# did (answers of a case, what was asked of gateway, mail, telephony and stock). Then it exits with 1, and so it does when a case fails.
#
# It runs the rules as native code, which takes a few minutes; that the component leaves the same bytes is what `make test` holds.
# SEEDS=1..300 are the seeds. `coinbox simulate --seed 1 --seeds 300 --operations 60 --digests FILE` writes the same lines from the component.
set -euo pipefail

usage() { sed -n 's/^#   //p' "$0" >&2; exit 2; }

compare() {
    awk -v now="$1" -v before="$2" '
        FNR == 1 { file++ }
        file == 1 { earlier[$1] = $0; next }
        !($1 in earlier) { print $1 ": only in " now; differing++; next }
        {
            words = split(earlier[$1], old)
            where = ""
            for (word = 2; word <= words || word <= NF; word++)
                if (old[word] != $word) { part = word <= NF ? $word : old[word]; sub(/:.*/, "", part); where = where " " part }
            if (where != "") { print $1 ":" where; differing++ } else equal++
            delete earlier[$1]
        }
        END {
            for (name in earlier) { print name ": only in " before; differing++ }
            if (!differing && equal) { print "equal: " equal " cases and seeds"; exit 0 }
            print differing + 0 " of " differing + equal " differ"
            exit 1
        }' "$2" "$1"
}

[ $# -ge 1 ] || usage
if [ "$1" = --compare ]; then
    [ $# = 3 ] || usage
    for file in "$2" "$3"; do [ -s "$file" ] || { echo "error: $file: no digests in it" >&2; exit 2; }; done
    compare "$2" "$3"
    exit
fi
[ $# -le 2 ] && case "$1" in -*) false ;; esac || usage
[ $# = 1 ] || [ -s "$2" ] || { echo "error: $2: no digests in it" >&2; exit 2; }
[ "${2:-}" != "$1" ] || { echo "error: $1 would be written over before it is compared" >&2; exit 2; }
file="$(realpath -m -- "$1")"
earlier="${2:+$(realpath -- "$2")}"

cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh
need_c_compiler
mkdir -p target/gate "$(dirname "$file")"
rm -f target/gate/cases target/gate/seeds
status=0
# The selection of packages of scripts/test.sh, so that no dependency is compiled a second time.
run() {
    cargo test --release --locked --workspace --exclude coinbox-component --exclude coinbox-hostile "$@" </dev/null
}
say "conformance cases"
COINBOX_CONFORMANCE=native COINBOX_DIGESTS="$PWD/target/gate/cases" run --test conformance -- --quiet || status=1
say "seeds ${SEEDS:=1..300} of the simulation"
COINBOX_SEED="$SEEDS" COINBOX_DIGESTS="$PWD/target/gate/seeds" run --test simulation short_seeds || status=1
[ -s target/gate/cases ] && [ -s target/gate/seeds ] || fail "cases or seeds could not be run: see above"
cat target/gate/cases target/gate/seeds >"$file"
say "$(wc -l <"$file") digests in $file"
if [ -n "$earlier" ]; then compare "$file" "$earlier" || status=1; fi
exit "$status"
