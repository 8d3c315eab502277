#!/usr/bin/env bash
# Every test: the component, the host, formatting and lints (check.sh), `cargo test`, then each executable tests/e2e/*.sh in order of name.
#
# An end-to-end script finds COINBOX (the program) and COINBOX_COMPONENT (the component) in its environment, runs in the
# root of the tree without input, and passes when it exits with 0. Logs lie in target/test-logs.
# The last line says how many tests passed and failed; each end-to-end script counts as one.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/toolchain.sh
. scripts/toolchain.sh
# shellcheck source=scripts/install.sh
. scripts/install.sh
need_c_compiler
# Asked once, before anything is built, and not after half an hour.
install_test_needs || fail "the end-to-end tests cannot run without what is listed above"
install_test_peers || say "going on without them: the tests say what they have not checked"

logs=target/test-logs
mkdir -p "$logs"
passed=0
failed=0
names=()

# Counts one step as a test of its own.
count() {
    if [ "$2" = 0 ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        names+=("$1")
    fi
}

# Lines of the table of times: seconds, then what took them.
took=()
step_started=$SECONDS

# Ends a step that began where the one before it ended.
timed() {
    took+=("$(printf '%6d s  %s' "$((SECONDS - step_started))" "$1")")
    step_started=$SECONDS
}

finish() {
    printf '\nWhat took how long (%d s in all, on %s processors):\n' "$SECONDS" "$(nproc)"
    printf '%s\n' "${took[@]}"
    for name in "${names[@]}"; do say "failed: $name"; done
    printf '%s passed, %s failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
    exit
}

# Nothing after a failed build could say anything true.
build() {
    say "$1"
    shift
    "$@" </dev/null && { timed "$*"; return; }
    count "$*" 1
    finish
}

# Side by side: each component is linked for minutes on one processor, and so are parts of the host.
say "1/5 the component, and the one that breaks the contract, in the background"
{ scripts/build-component.sh && scripts/build-component.sh hostile; } </dev/null >"$logs/component.log" 2>&1 &
component=$!
build "2/5 the host and its tests" cargo build "${native[@]}" --lib --bins --examples --tests
wait "$component"
status=$?
cat "$logs/component.log" >&2
timed "scripts/build-component.sh, then with hostile, after the host was built"
if [ "$status" != 0 ]; then
    count "scripts/build-component.sh, see $logs/component.log" 1
    finish
fi

say "3/5 formatting, lints, documentation, dependencies"
scripts/check.sh --built </dev/null 2>&1 | tee "$logs/check.log"
status=${PIPESTATUS[0]}
# What could not be checked is told in the table too.
timed "scripts/check.sh$(sed -n '$s/.*\(; not checked: .*\)/\1/p' "$logs/check.log")"
count "scripts/check.sh, see $logs/check.log" "$status"

say "4/5 cargo test"
export COINBOX_COMPONENT="$PWD/target/component/coinbox.wasm"
export COINBOX_HOSTILE="$PWD/target/component/hostile.wasm"
cargo test "${native[@]}" --no-fail-fast </dev/null 2>&1 | tee "$logs/cargo-test.log"
status=${PIPESTATUS[0]}
read -r cargo_passed cargo_failed < <(awk '/^test result: / {
    for (word = 1; word < NF; word++) { if ($(word + 1) ~ /^passed/) p += $word; if ($(word + 1) ~ /^failed/) f += $word }
} END { print p + 0, f + 0 }' "$logs/cargo-test.log")
passed=$((passed + cargo_passed))
failed=$((failed + cargo_failed))
if [ "$cargo_failed" != 0 ]; then
    names+=("$cargo_failed tests of cargo test, see $logs/cargo-test.log")
    # By name: whoever sees only the end of what was printed knows what to look for.
    while IFS= read -r name; do names+=("    $name"); done < <(sed -nE 's/^test (.*[^ ]) +\.\.\. FAILED.*/\1/p' "$logs/cargo-test.log")
elif [ "$status" != 0 ]; then
    # A test program that did not compile, or died before it could count.
    count "cargo test, see $logs/cargo-test.log" 1
fi

# Each program of tests that took a second or more, by its own word.
while IFS= read -r line; do took+=("$line"); done < <(awk '
    $1 == "Running" { name = $2 == "unittests" ? $NF : $2; sub(/.*\/deps\//, "", name); sub(/-[0-9a-f]+\)$/, "", name) }
    $1 == "Doc-tests" { name = "documentation of " $2 }
    /^test result: / && match($0, /finished in [0-9.]+s/) {
        seconds = substr($0, RSTART + 12, RLENGTH - 13)
        if (seconds >= 1) printf "%6d s  cargo test: %s\n", seconds, name
    }' "$logs/cargo-test.log")
step_started=$SECONDS

say "5/5 end to end, two scripts at a time"
export COINBOX="$PWD/target/release/coinbox"

# Runs one script; what it wrote is printed as a whole when it ends, and how it ended stands in target/test-logs/NAME.ended.
end_to_end() {
    local script="$1" name started=$SECONDS status=0 how
    name="$(basename "$script" .sh)"
    timeout --kill-after=30 "${COINBOX_E2E_TIMEOUT_S:-1800}" "$script" </dev/null >"$logs/$name.log" 2>&1 || status=$?
    case "$status" in
        0) how="PASS $script" ;;
        124 | 137) how="FAIL $script: stopped" ;;
        *) how="FAIL $script: exit code $status" ;;
    esac
    echo "$status $((SECONDS - started))" >"$logs/$name.ended"
    { flock 9 || true; cat "$logs/$name.log"; say "$how ($((SECONDS - started)) s)"; } 9>"$logs/printing"
}

# What a script measures must not depend on what runs beside it: such a script says `# Runs alone` and has the machine for itself.
together=() alone=()
for script in tests/e2e/*.sh; do
    [ -x "$script" ] || continue
    rm -f "$logs/$(basename "$script" .sh).ended"
    if grep -q '^# Runs alone' "$script"; then alone+=("$script"); else together+=("$script"); fi
done
for script in "${together[@]}"; do
    while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || true; done
    say "$script"
    end_to_end "$script" &
done
wait
for script in "${alone[@]}"; do
    say "$script, alone"
    end_to_end "$script"
done
timed "end to end, by the clock; each script by itself:"
for script in "${together[@]}" "${alone[@]}"; do
    name="$(basename "$script" .sh)"
    read -r status seconds <"$logs/$name.ended" || { status=1 seconds=0; }
    took+=("$(printf '%6s    %6d s  %s' '' "$seconds" "$script")")
    count "$script, see $logs/$name.log" "$status"
done

finish
