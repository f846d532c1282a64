#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# One password for many hosts: while none has taken it, it is with five at
# most, since Windows locks accounts. The farm counts what it was sent.

bats_require_minimum_version 1.5.0
load farm

setup_file() {
    # fewer than five, or they might be asked first
    farm_start 60 --latency 5-40 --fault auth-refused:5
    jq 'del(.all.vars.ansible_ssh_private_key_file)' "$LAB/inventory.json" \
        >"$LAB/no-key.json"
    echo farm >"$LAB/right"
    echo wrong >"$LAB/wrong"
}

teardown_file() {
    farm_stop
}

setup() {
    unset SSH_AUTH_SOCK
    export HOME=$LAB
    rm -f "$LAB"/state.db*
    sent >"$BATS_TEST_TMPDIR/before"
}

# All passwords that were sent so far, by host.
sent() {
    farm_counts | cut -f1,8
}

sent_since() {
    sent | paste "$BATS_TEST_TMPDIR/before" - | awk '{ sum += $4 - $2 }
        END { print sum }'
}

with_passwords() {
    run --separate-stderr "$WMIFLEET" ping -i "$LAB/no-key.json" --json \
        --known-hosts "$LAB/known_hosts" --store "$LAB/state.db" "$@"
}

@test "a wrong password is sent five times, whatever the fleet's size" {
    with_passwords --password-file "$LAB/wrong"
    assert_equal "$status" 4
    assert_equal "$(sent_since)" 5
    assert_equal "$(jq -r 'select(.host) | .error.class' <<<"$output" |
        sort -u)" auth
    assert_contains "$output" \
        'the first 5 hosts refused it, and Windows locks accounts'
}

@test "then no further host is begun" {
    with_passwords --password-file "$LAB/wrong" --forks 5
    assert_equal "$status" 4
    assert_equal "$(sent_since)" 5
    assert_contains "$(tail -n 1 <<<"$output" | jq -r .summary.stopped)" \
        'the first hosts all refused the password'
    [ "$(jq -r 'select(.status == "not_tried") | .host' <<<"$output" |
        wc -l)" -gt 40 ]
}

@test "one host that takes it lets it go to all" {
    with_passwords --password-file "$LAB/right"
    assert_equal "$(sent_since)" 60
    assert_equal "$(jq -r 'select(.host) | .status' <<<"$output" | sort |
        uniq -c | awk '{ print $1, $2 }')" '57 ok
3 unreachable'
    assert_equal "$(tail -n 1 <<<"$output" |
        jq -r '.summary.stopped // "no"')" no
}

@test "passwords that each host has for itself stop nobody" {
    jq '.all.hosts |= with_entries(.value.ansible_password = .key)' \
        "$LAB/no-key.json" >"$LAB/own.json"
    with_passwords -i "$LAB/own.json" -l 'all:!auth_refused'
    assert_equal "$(sent_since)" 57
    assert_equal "$(tail -n 1 <<<"$output" |
        jq -r '.summary.stopped // "no"')" no
}
