#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The lab's local users and groups behave as Microsoft documents the real
# ones: tests/lab/windows/netapi32/netprobe.c, in several states.

load lab

ACCOUNTS='HKLM\SOFTWARE\wmifleet-lab\Accounts'

setup_file() {
    LAB=$(mktemp -d "$BUILD/lab-test.XXXXXX")
    export LAB
    "$ROOT/tests/lab/lab" up 2 "$LAB" --target 2:de
}

teardown_file() {
    lab_stop
}

teardown() {
    "$LAB/target-1/mode" none
}

# probe K WHAT
probe() {
    lab_probe "$1" 4 netprobe "$2"
}

@test "account stand-in: users, groups, policy, names" {
    probe 1 en
}

@test "account stand-in: the names of a German machine" {
    probe 2 de
}

@test "account stand-in: the modes" {
    for mode in groups-denied groups-ignored password-policy not-elevated; do
        echo "# $mode" >&2
        "$LAB/target-1/mode" "$mode"
        probe 1 "$mode"
    done
}

@test "account stand-in: no password is kept" {
    run grep -rlE 'Secret-1|Another-secret' "$LAB/target-2/prefix" \
        --include='*.reg'
    assert_equal "$output" ""
    run "$LAB/target-2/wine" reg query "$ACCOUNTS" /s
    [[ $output != *ecret* ]]
}
