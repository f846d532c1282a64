#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# explain: what a code means, in general and on a host that was checked.

load lab

setup_file() {
    lab_start 1
}

teardown_file() {
    lab_stop
}

@test "a code is known however programs print it" {
    local word
    for word in 0x800706BA 0x800706ba 800706BA 2147944122 -2147023174 1722 \
        RPC_S_SERVER_UNAVAILABLE rpc_s_server_unavailable; do
        run wmifleet explain "$word"
        assert_equal "$status" 0
        assert_contains "$output" '0x800706BA  RPC_S_SERVER_UNAVAILABLE  (1722)'
        assert_contains "$output" 'does not let TCP 135 in'
    done
}

@test "a class of wmifleet's is explained by its causes and their remedies" {
    run wmifleet explain hostkey-changed
    assert_equal "$status" 0
    assert_contains "$output" 're-installed'
    run wmifleet explain cancelled
    assert_equal "$status" 0
    assert_contains "$output" 'usual causes, the most frequent first'
    assert_contains "$output" '-> --resume RUN'
}

@test "what is no code is a usage error, an unknown code is said to be one" {
    run wmifleet explain nonsense
    assert_equal "$status" 5
    assert_contains "$output" 'nonsense: not a code; say 0x800706BA'
    run wmifleet explain
    assert_equal "$status" 5
    assert_contains "$output" 'a code is missing'
    run wmifleet explain 5 target-1 more
    assert_equal "$status" 5
    run wmifleet explain 0xDEADBEEF
    assert_equal "$status" 0
    assert_contains "$output" 'not one that wmifleet knows'
}

@test "a host of which nothing is known is an error that says what to do" {
    run wmifleet explain 0x800706BA no-such-host
    assert_equal "$status" 1
    assert_contains "$output" 'no-such-host: nothing is known of it'
    assert_contains "$output" 'wmifleet check'
}

# explained_on ADDRESS: where that is the machine's, of a subnet of 24 bits.
explained_on() {
    local key='HKLM\Software\wmifleet-lab\Addresses'
    "$LAB/target-1/wine" reg delete "$key" /f >/dev/null 2>&1 || true
    "$LAB/target-1/wine" reg add "$key" /v "$1" /t REG_DWORD /d 24 /f >/dev/null
    wmifleet check -l target-1 --json >"$LAB/out" || [ $? -eq 3 ]
    assert_equal "$(result_of target-1 <"$LAB/out" |
        jq -c .facts.subnets)" "[\"$1/24\"]"
    run wmifleet explain 0x800706BA target-1
    echo "$output"
    assert_equal "$status" 0
}

@test "causes are held against what the last check found on the host" {
    jq 'del(.all.children.lab.vars.wmi.firewall.rules)' "$LAB/asked.json" \
        >"$LAB/inventory.json"
    wmifleet check -l target-1 || [ $? -eq 3 ]
    run wmifleet explain 0x800706BA target-1
    assert_equal "$status" 0
    assert_contains "$output" 'no enabled rule there admits TCP 135 (public)'
    wmifleet apply -l target-1
    run wmifleet explain 0x800706BA target-1
    assert_contains "$output" 'not that: it runs there'
    # Whether 127.0.0.1 is of the local subnet is not known: no blame.
    case $output in *', as of run '*) false ;; esac
    explained_on 10.9.0.7
    assert_contains "$(jq -r '.settings[]? | select(.id == "firewall.wmi_group").hints[]' \
        "$LAB/out")" 'the SSH client 127.0.0.1 is in another one'
    assert_contains "$output" 'target-1, as of run '
    assert_contains "$output" 'admit LocalSubnet only, and this comes from 127.0.0.1'
    explained_on 127.0.0.9
    assert_contains "$output" 'not that: the rules there admit LocalSubnet, and this comes from there'
    cp "$LAB/asked.json" "$LAB/inventory.json"
}
