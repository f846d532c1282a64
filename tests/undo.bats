#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The way back: what apply changed is put back exactly, and only that.

load lab

setup_file() {
    lab_start 3
}

teardown_file() {
    lab_stop
}

# The target's whole registry, a line a value; see registry-lines for what is
# set aside.
registry_text() {
    local root
    for root in HKLM HKU; do
        "$LAB/target-$1/wine" reg export $root 'C:\all.reg' /y >/dev/null
        "$ROOT/tests/registry-lines" "$LAB/target-$1/prefix/drive_c/all.reg"
    done
}

setup() {
    for k in 1 2 3; do
        [ -e "$LAB/factory-$k" ] || registry_text $k >"$LAB/factory-$k"
    done
}

@test "undo with nothing applied says so and contacts nothing" {
    run wmifleet undo
    assert_equal "$status" 1
    assert_contains "$output" "nothing is to be put back"
    assert_contains "$output" "undo --from-target asks the machines"
}

@test "undo puts the registry back, value for value" {
    run wmifleet apply
    assert_equal "$status" 0
    run wmifleet undo
    assert_equal "$status" 0
    assert_contains "$output" "changed          3  target-[1-3]"
    for k in 1 2 3; do
        registry_text $k >"$LAB/now-$k"
        diff "$LAB/factory-$k" "$LAB/now-$k"
    done
    run wmifleet check
    assert_equal "$status" 3
}

@test "a second undo finds all as it was and changes nothing" {
    run wmifleet undo
    assert_equal "$status" 0
    assert_contains "$output" "changed          0"
    assert_contains "$output" "ok               3"
}

@test "an undo can be undone by its id" {
    id=$(wmifleet runs | awk '$2 == "undo" && /changed/ { print $1; exit }')
    run wmifleet undo "$id"
    assert_equal "$status" 0
    run wmifleet check
    assert_equal "$status" 0
}

@test "what somebody changed since is a conflict, the rest is put back" {
    "$LAB/target-2/wine" reg add "$POLICIES" \
        /v LocalAccountTokenFilterPolicy /t REG_DWORD /d 7 /f >/dev/null
    run wmifleet undo
    assert_equal "$status" 2
    assert_contains "$output" "target-2: conflict"
    assert_contains "$output" "somebody changed it since"
    assert_equal "$(registry 2 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x7
    assert_equal "$(registry 2 "$CIMOM" AllowAnonymousCallback)" ""
    registry_text 1 | diff "$LAB/factory-1" -
}

@test "--force puts it back all the same" {
    run wmifleet undo --force
    assert_equal "$status" 0
    registry_text 2 | diff "$LAB/factory-2" -
}

@test "--all goes back to before the first apply" {
    wmifleet apply --only uac >/dev/null
    jq '(.. | objects | select(has("uac")) | .uac.local_account_token_filter_policy) = 0' \
        "$LAB/asked.json" >"$LAB/zero.json"
    wmifleet apply -i "$LAB/zero.json" >/dev/null
    assert_equal "$(registry 3 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x0
    run wmifleet undo --all
    assert_equal "$status" 0
    for k in 1 2 3; do
        registry_text $k | diff "$LAB/factory-$k" -
    done
}

@test "a machine that was installed anew is left alone" {
    wmifleet apply -l target-3 >/dev/null
    "$LAB/target-3/wine" reg add 'HKLM\Software\Microsoft\Cryptography' \
        /v MachineGuid /d another-guid /f >/dev/null
    run wmifleet undo
    assert_equal "$status" 2
    assert_contains "$output" "installed anew"
    assert_equal "$(registry 3 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
}

@test "undo reaches the hosts without the inventory, and obeys --limit" {
    wmifleet apply -l 'target-[1:2]' >/dev/null
    WMIFLEET_STORE=$LAB/state.db run env -u WMIFLEET_INVENTORY "$WMIFLEET" \
        undo --known-hosts "$LAB/known_hosts" -l target-1
    assert_equal "$status" 0
    assert_contains "$output" "changed          1  target-1"
    registry_text 1 | diff "$LAB/factory-1" -
    assert_equal "$(registry 2 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
}
