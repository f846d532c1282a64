#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The whole run against three targets under the sanitizers and under valgrind:
# neither finds anything.

load lab

setup_file() {
    env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" "BUILD=$BUILD" SAN=1 all
    lab_start 3
    cat >"$LAB/under-valgrind" <<END
#!/bin/sh
exec valgrind -q --leak-check=full \\
    --errors-for-leak-kinds=definite,possible --error-exitcode=99 \\
    --log-file="$LAB/valgrind.%p" "$BUILD/wmifleet" "\$@"
END
    chmod +x "$LAB/under-valgrind"
}

teardown_file() {
    lab_stop
}

# step EXPECTED VERB...
step() {
    local expected=$1
    shift
    run wmifleet "$@"
    if [ "$status" -ne "$expected" ]; then
        echo "$*: exit $status, not $expected"
        echo "$output"
        return 1
    fi
}

# From closed to open, and asked about: the targets have no such rules and a
# get a filter policy of $1; $2 is the program.
whole_run() {
    local WMIFLEET=$2 # read by wmifleet_in
    : "$WMIFLEET"
    rm -rf "$LAB/state.db"* "$LAB/known_hosts"
    rm -rf "$LAB"/target-*/prefix/drive_c/ProgramData/wmifleet
    jq --argjson policy "$1" '(.. | objects | select(has("uac")) | .uac) =
        {local_account_token_filter_policy: $policy}' "$LAB/asked.json" \
        >"$LAB/inventory.json"
    step 0 trust --yes
    step 3 check
    step 3 check
    step 0 apply
    step 0 check --json
    step 0 show
    step 0 status
    step 0 runs
    step 0 inventory --list
    step 4 check --known-hosts "$LAB/nobody"
}

@test "address and undefined-behaviour sanitizers find nothing" {
    export ASAN_OPTIONS=detect_leaks=1:exitcode=99 UBSAN_OPTIONS=halt_on_error=1
    whole_run 1 "$BUILD/san/wmifleet"
}

@test "valgrind finds nothing" {
    whole_run 0 "$LAB/under-valgrind"
    run cat "$LAB"/valgrind.*
    assert_equal "$output" ""
}
