#!/usr/bin/env bash
# The whole of Coinbox on this machine: starts a server on an embedded store, gives it prices, customers and a usage file, shows
# what came of them, and stays up. Run again, it goes on with the same data; each step is done once.
#
# Environment: COINBOX_DATA (default ./data), COINBOX_LISTEN (127.0.0.1:8844), COINBOX_SAMPLE_ACCOUNTS (200),
# COINBOX_SAMPLE_ROWS (100000), and COINBOX_RUN_ONCE=1 to stop the server again after showing the results.
set -euo pipefail
# Customers, keys and payments are nobody else's to read.
umask 077
cd "$(dirname "$0")/.."
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh

bin="$PWD/target/release"
data="${COINBOX_DATA:-data}"
listen="${COINBOX_LISTEN:-127.0.0.1:8844}"
accounts="${COINBOX_SAMPLE_ACCOUNTS:-200}"
rows="${COINBOX_SAMPLE_ROWS:-100000}"
once="${COINBOX_RUN_ONCE:-}"
sample="$data/sample"
log="$data/server.log"
# Who signs up, and whose session that is.
person="ada@analytical-engines.example"
phone="+14155550123"
export COINBOX_SESSION="$sample/session.json"
# The server warns about names that it does not know, and a flag may not contradict the environment.
unset COINBOX_DATA COINBOX_LISTEN COINBOX_SAMPLE_ACCOUNTS COINBOX_SAMPLE_ROWS COINBOX_RUN_ONCE COINBOX_SERVER

[ -x "$bin/coinbox" ] && [ -x "$bin/coinbox-sample" ] || fail "no program in $bin: use \`make run\`"
mkdir -p "$sample"

server=
stop_server() {
    trap - EXIT
    if [ -n "$server" ]; then
        # A terminal has interrupted the server too: it may be gone already.
        kill -TERM "$server" 2>/dev/null || true
        wait "$server" 2>/dev/null || true
        say "server stopped; \`make run\` goes on with the data in $data"
    fi
}
trap stop_server EXIT
trap 'exit 0' INT TERM

start_server() {
    "$bin/coinbox" serve --data "$data" --listen "$listen" --component target/component/coinbox.wasm >>"$log" 2>&1 </dev/null &
    server=$!
    export COINBOX_SERVER="http://$listen"
    local tries
    for ((tries = 0; tries < 600; tries++)); do
        if ! kill -0 "$server" 2>/dev/null; then
            server=
            tail -n 5 "$log" >&2
            fail "the server did not start, see $log"
        fi
        if [ -s "$data/operator-token" ]; then
            COINBOX_TOKEN="$(cat "$data/operator-token")"
            export COINBOX_TOKEN
            # An answer may come from another server at this address, whose token is another.
            if "$bin/coinbox" clock show >/dev/null 2>&1; then return; fi
        fi
        sleep 0.1
    done
    tail -n 5 "$log" >&2
    fail "the server at $listen did not answer within a minute, see $log"
}

# Counts of a JSON answer: count NAME FILE. What is not named is 0.
count() {
    local found
    found="$(grep -o "\"$1\": *[0-9]*" "$2" | head -n 1 | grep -o '[0-9]*$' || true)"
    printf '%s' "${found:-0}"
}

days_ago() {
    date -u -d "$1 days ago" +%Y-%m-%dT00:00:00Z 2>/dev/null || date -u "-v-$1d" +%Y-%m-%dT00:00:00Z
}

import_prices() {
    [ -e "$sample/prices.done" ] && return
    say "prices"
    "$bin/coinbox-sample" prices "$sample/prices.csv"
    # Late usage is up to 34 days old: it has its price too.
    "$bin/coinbox" pricebook versions --json >"$sample/versions.json"
    if ! grep -q '"published"' "$sample/versions.json"; then
        "$bin/coinbox" pricebook import "$sample/prices.csv" --starts-at "$(days_ago 60)"
    fi
    touch "$sample/prices.done"
}

# The stock of phone numbers, where the server looks for it.
make_stock() {
    [ -e "$data/numbers.csv" ] && return
    say "phone numbers"
    "$bin/coinbox-sample" numbers "$data/numbers.csv"
}

# Nothing is charged and no document issued before the policy says who sells.
name_seller() {
    [ -e "$sample/seller.done" ] && return
    say "seller"
    "$bin/coinbox" seller set --legal-name "Example Telecom Inc." --address "201 Example Street" --address "San Francisco, CA 94105" \
        --country US --email billing@example.com >/dev/null
    touch "$sample/seller.done"
}

make_accounts() {
    [ -e "$sample/sources.csv" ] && return
    say "customers"
    "$bin/coinbox-sample" accounts --count "$accounts" "$sample/sources.csv"
}

import_usage() {
    [ -e "$sample/import.json" ] && return
    say "usage: $rows rows"
    if [ ! -e "$sample/usage.csv" ]; then
        "$bin/coinbox-sample" usage --rows "$rows" "$sample/sources.csv" "$sample/usage.csv" >"$sample/expected.json.new"
        mv "$sample/expected.json.new" "$sample/expected.json"
    fi
    # Exit code 3: some rows were not counted, which is what the sample is meant to show.
    "$bin/coinbox" usage import "$sample/usage.csv" --json >"$sample/import.json.new" || [ $? = 3 ]
    mv "$sample/import.json.new" "$sample/import.json"
    # Charges that the import set off are answered within moments.
    sleep 2
}

# What the generator says must come of its rows, beside what came of them.
compare_usage() {
    local name differs=
    printf '\n  %-18s %10s %10s\n' "usage events" expected found
    for name in rated duplicate malformed too-old no-price unknown-account unreadable; do
        printf '  %-18s %10s %10s\n' "$name" "$(count "$name" "$sample/expected.json")" "$(count "$name" "$sample/import.json")"
        [ "$(count "$name" "$sample/expected.json")" = "$(count "$name" "$sample/import.json")" ] || differs="$differs $name"
    done
    printf '  %s events a second; rejected rows with reasons: %s\n\n' "$(count per-second "$sample/import.json")" \
        "$sample/usage.csv.rejected.csv"
    [ -z "$differs" ] && return
    if [ "$(count resumed-after-line "$sample/import.json")" != 0 ]; then
        say "the import was interrupted and went on: rows that were sent twice count as duplicates ($differs )"
    else
        fail "what came of the usage file is not what must come of it:$differs"
    fi
}

# The last sentences about the account whose card failed most often in a row.
show_ladder() {
    local account
    account="$(grep '"kind":"recharge-failed"' "$sample/feed.jsonl" |
        sed 's/.*"account":"\([A-Z0-9]*\)".*"failures","value":"\([0-9]*\)".*/\2 \1/' | sort -k1,1nr -s | head -n 1 | cut -d' ' -f2)"
    [ -n "$account" ] || return 0
    say "the recharge ladder of one account: coinbox explain $account"
    "$bin/coinbox" explain "$account" --json | grep -o '"sentence": *"[^"]*"\|"text": *"[^"]*"' |
        sed 's/^"[a-z]*": *"/  · /; s/"$//' | tail -n 16
}

show() {
    say "what happened"
    compare_usage
    "$bin/coinbox" events --json >"$sample/feed.jsonl"
    printf '  events of the feed:\n'
    grep -o '"kind":"[a-z-]*"' "$sample/feed.jsonl" | cut -d'"' -f4 | sort | uniq -c |
        grep -E ' (recharge-.*|balance-low|out-of-credit|credit-available)$'
    printf '\n  mails in %s:\n' "$data/mail/new"
    find "$data/mail/new" -type f -exec grep -h -m 1 '^Subject:' {} + | sed 's/^Subject: //; s/[0-9][0-9.,]*/…/g' | sort | uniq -c | sort -rn
    printf '\n'
    show_ladder
    say "balances, the first ten accounts by auth ID"
    "$bin/coinbox" account list --limit 10
    say "verify"
    "$bin/coinbox" verify
}

# Prints what a command prints once it prints something, within a moment.
soon() {
    local tries found
    for ((tries = 0; tries < 100; tries++)); do
        found="$("$@" || true)"
        if [ -n "$found" ]; then
            printf '%s\n' "$found"
            return
        fi
        sleep 0.1
    done
    return 1
}

# The link in the mails to a person. Long lines of mails are cut with `=` at the end.
link_to() {
    grep -rl "^To:.*$1" "$data/mail/new" | xargs -r sed -e ':again' -e '/=$/{N;s/=\n//;b again' -e '}' |
        grep -oE 'lk_[0-9A-Za-z]+_[0-9A-Za-z]+' | tail -n 1
}

code_to() {
    grep -F "\"to\":\"$1\"" "$data/telephony.jsonl" 2>/dev/null | tail -n 1 | grep -oE '"code":"[0-9]+"' | grep -oE '[0-9]+'
}

# A customer signs up as customers do: the link of the mail, the code of the phone, to an active trial. Once; the password and the recovery codes
# are written down for who looks on.
sign_up() {
    [ ! -e "$sample/sign-up-begun" ] || return 0
    touch "$sample/sign-up-begun"
    local link code
    say "a customer signs up: mail in $data/mail, code of the phone in $data/telephony.jsonl"
    if [ ! -s "$sample/owner-password" ]; then
        printf 'Ada-%s\n' "$(od -An -N12 -tx1 /dev/urandom | tr -d ' \n')" >"$sample/owner-password"
    fi
    "$bin/coinbox" signup start --email "$person" --name "Ada Lovelace" --company "Analytical Engines" <"$sample/owner-password"
    link="$(soon link_to "$person")" || fail "no mail with a link to $person in $data/mail"
    "$bin/coinbox" signup confirm "$link"
    "$bin/coinbox" signup phone "$phone"
    code="$(soon code_to "$phone")" || fail "no code to $phone in $data/telephony.jsonl"
    "$bin/coinbox" signup code "$code" >"$sample/recovery-codes.txt"
    "$bin/coinbox" signup status
    "$bin/coinbox" me
    "$bin/coinbox" me logout
}

invite() {
    local account token
    account="$(sed -n 2p "$sample/sources.csv" | cut -d, -f1)"
    token="$("$bin/coinbox" account token "$account")"
    cat <<TEXT

Coinbox is up at http://$listen (log: $log). Operator token: $data/operator-token

  curl -u $account:$token http://$listen/v1/Account/$account/

  curl -H "Authorization: Bearer \$(cat $data/operator-token)" -H 'Content-Type: application/json' \\
    -d '{"events": [{"id": "call-$(date +%s)", "auth_id": "$account", "product": "voice", "heading": "outbound", "number": "442071838750", "quantity": 61, "at": "$(date -u +%Y-%m-%dT%H:%M:%SZ)"}]}' http://$listen/v1/Usage/

  curl http://$listen/metrics

Log in as the owner of a trial. The password is in $sample/owner-password, the code of the phone will be the last line of $data/telephony.jsonl:

  target/release/coinbox login $person

The program: target/release/coinbox help. In this folder it finds the server at 127.0.0.1:8844 and the token in ./data by itself. For another address, data directory or folder:

  export COINBOX_SERVER=http://$listen COINBOX_TOKEN=\$(cat $(realpath "$data")/operator-token)
TEXT
    if [ -z "$once" ]; then echo "Stop the server with Ctrl-C."; else echo "COINBOX_RUN_ONCE: the server stops now."; fi
}

make_stock
start_server
import_prices
name_seller
make_accounts
import_usage
show
sign_up
invite
[ -z "$once" ] || exit 0
# A signal ends the wait and then the server.
wait "$server" || fail "the server ended by itself, see $log"
