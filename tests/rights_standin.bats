#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The lab's account rights behave as Microsoft documents the real ones:
# tests/lab/windows/rightsprobe.c, in several states.

load lab

RIGHTS='HKLM\SOFTWARE\wmifleet-lab\AccountRights'

setup_file() {
    LAB=$(mktemp -d "$BUILD/lab-test.XXXXXX")
    export LAB
    "$ROOT/tests/lab/lab" up 2 "$LAB" --target 2:server
}

teardown_file() {
    lab_stop
}

teardown() {
    "$LAB/target-1/mode" none
}

# probe K WHAT
probe() {
    lab_probe "$1" 4 rightsprobe "$2"
}

# The store as the target's own reg shows it.
store() {
    "$LAB/target-1/wine" reg query "$RIGHTS" /s | tr -d '\r'
}

@test "rights stand-in: what Windows starts with, client and server" {
    probe 1 factory-client
    probe 2 factory-server
}

@test "rights stand-in: given, taken, refused, and nothing left behind" {
    before=$(store)
    probe 1 walk
    assert_equal "$(store)" "$before"
}

@test "rights stand-in: the modes change nothing" {
    before=$(store)
    for mode in rights-denied rights-ignored not-elevated; do
        echo "# $mode" >&2
        "$LAB/target-1/mode" "$mode"
        probe 1 "$mode"
        assert_equal "$(store)" "$before"
    done
}

@test "rights stand-in: the store is all there is" {
    key="$RIGHTS\\S-1-5-21-1-2-3-1001"
    "$LAB/target-1/wine" reg add "$key" /v SeBatchLogonRight /t REG_DWORD \
        /d 1 /f >/dev/null
    run probe 1 walk
    [ "$status" -ne 0 ]
    assert_contains "$output" "an account without rights"
    run "$LAB/target-1/wine" reg query "$key"
    [ "$status" -ne 0 ]
}
