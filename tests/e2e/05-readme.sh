#!/usr/bin/env bash
# The README's program is the example that `cargo test` has built, it runs, and every file that a document points to is there. So is every file that
# docs/architecture.md names under "Where is …?".
set -euo pipefail
. "$(dirname "$0")/support/setup.sh"

shown="$(awk '/^```rust$/ { on = 1; next } /^```$/ { on = 0 } on' README.md)"
example="$(awk 'on; /^$/ { on = 1 }' host/examples/embed.rs)"
[ "$shown" = "$example" ] || fail "README.md shows another program than host/examples/embed.rs: $(diff <(echo "$shown") <(echo "$example"))"

embed=target/release/examples/embed
[ -x "$embed" ] || fail "no program at $embed: run \`cargo build --release --example embed\`"
answer="$("$embed")"
for line in 'message-1: sent, 7500 micro-dollars charged' 'message-2: not sent, 5000 micro-dollars are missing' 'MA[A-Z0-9]{18} has 2500 micro-dollars left'; do
    grep -qE "^$line\$" <<<"$answer" || fail "the example answers: $answer"
done

missing=
for document in README.md docs/*.md docs/decisions/*.md tests/conformance/README.md tests/e2e/README.md; do
    while read -r target; do
        [ -e "$(dirname "$document")/$target" ] || missing="$missing $document:$target"
    done < <(grep -oE '\]\([^)#:]+\)' "$document" | sed 's/^](//; s/)$//')
done
[ -z "$missing" ] || fail "links to files that are not there:$missing"

# Files in backticks: those of a folder at the top as they are, others below the rules.
gone=
while read -r named; do
    [ -e "$named" ] || [ -e "guest/rules/$named" ] || gone="$gone $named"
done < <(sed -n '/^## Where is/,/^## Where this/p' docs/architecture.md | grep -oE '`[^` ]+/[^` ]*`' | tr -d '`')
[ -z "$gone" ] || fail "docs/architecture.md says \"Where is …?\" and names files that are not there:$gone"
say "ok"
