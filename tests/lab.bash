# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What the bats files that need targets have in common: `load lab`.

ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
BUILD=$(realpath -m "${BUILD:-$ROOT/build}")
WMIFLEET=${WMIFLEET_BINARY:-$BUILD/wmifleet}
export BUILD

# lab_start N [OPTIONS]: a lab of this file's own, its keys trusted.
lab_start() {
    local count=$1
    shift
    mkdir -p "$BUILD"
    LAB=$(mktemp -d "$BUILD/lab-test.XXXXXX")
    export LAB
    "$ROOT/tests/lab/lab" up "$count" "$LAB" "$@"
    cp "$LAB/inventory.json" "$LAB/asked.json"
    wmifleet_in "$LAB" trust --yes >/dev/null
}

lab_stop() {
    [ -n "${LAB:-}" ] || return 0
    "$ROOT/tests/lab/lab" down "$LAB"
    rm -rf "$LAB"
}

# wmifleet_in DIR VERB ...: with a known_hosts and a store of that folder.
wmifleet_in() {
    local dir=$1 verb=$2
    shift 2
    local options=()
    case $verb in
    trust | check | apply | undo | ping | verify | clean) options=(--known-hosts "$dir/known_hosts") ;;
    esac
    WMIFLEET_STORE=$dir/state.db WMIFLEET_INVENTORY=$LAB/inventory.json \
        "$WMIFLEET" "$verb" "${options[@]}" "$@"
}

# The same with the lab's own folder.
wmifleet() {
    wmifleet_in "$LAB" "$@"
}

# The result object of one host out of --json output on standard input.
result_of() {
    jq -c --arg host "$1" 'select(.host == $host)'
}

# registry K KEY VALUE: the data as target K's own reg shows it.
registry() {
    "$LAB/target-$1/wine" reg query "$2" /v "$3" 2>/dev/null |
        tr -d '\r' | awk -v name="$3" '$1 == name { print $3 }'
}

# lab_probe K LEAST PROGRAM [SECTION...]: a client of a stand-in that prints
# TAP, on target K. All that it tried is as it should be, LEAST things or more.
lab_probe() {
    local target=$1 least=$2 program=$3 output status=0
    shift 3
    output=$("$LAB/target-$target/wine" "$BUILD/lab/$program.exe" "$@" \
        </dev/null | tr -d '\r'; exit "${PIPESTATUS[0]}") || status=$?
    grep -A 2 '^not ok' <<<"$output" >&2 || :
    [ "$(tail -n 1 <<<"$output")" = "1..$(grep -c ' - ' <<<"$output")" ] ||
        return 1
    [ "$(grep -c '^ok' <<<"$output")" -ge "$least" ] || return 1
    return "$status"
}

# shellcheck disable=SC2034 # used by the tests
POLICIES='HKLM\Software\Microsoft\Windows\CurrentVersion\Policies\System'
# shellcheck disable=SC2034
CIMOM='HKLM\Software\Microsoft\WBEM\CIMOM'
# shellcheck disable=SC2034
OLE='HKLM\Software\Microsoft\Ole'

# Lines that sshd wrote since log_mark K.
log_mark() {
    wc -l <"$LAB/target-$1/sshd.log" >"$LAB/mark-$1"
}
log_since() {
    tail -n +"$(($(cat "$LAB/mark-$1") + 1))" "$LAB/target-$1/sshd.log"
}

assert_contains() {
    case $1 in
    *"$2"*) ;;
    *)
        printf 'missing: %s\nin:\n%s\n' "$2" "$1" >&2
        return 1
        ;;
    esac
}
assert_equal() {
    if [ "$1" != "$2" ]; then
        printf 'found: %s\nwanted: %s\n' "$1" "$2" >&2
        return 1
    fi
}
