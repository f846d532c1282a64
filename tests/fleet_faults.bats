#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A large fleet of which nine in ten are broken, each in one of the ways that
# fleets break: one run ends by itself and in time, tells the truth about each
# host, and stays small. FLEET=10000 plays so many, MANY=10000 has what so many
# need compared with 1,000.

bats_require_minimum_version 1.5.0
load farm
load farm_verdicts

FLEET=${FLEET:-1000}
FORKS=256
FEW=${FEW:-1000}
MANY=${MANY:-3000}
# 18 kinds, 5 % of the hosts each. What has several forms shares its 5 %.
KINDS='
refuse never-answer trickle garbage-banner wrong-host-key auth-refused
sftp-full sftp-denied sftp-wrong-size no-result truncated-result other-run
huge-result deep-result escape-texts clock-skew
'
DROPS='banner kex auth upload exec start result'
FLOODS='stdout stderr'
# Kinds that a host keeps until its time is over.
WAITING='never-answer trickle flood-stdout flood-stderr drop-result'
DEADLINE=30

# broken_farm COUNT: with all of these.
broken_farm() {
    local word faults=()
    for word in $KINDS; do faults+=(--fault "$word:5"); done
    for word in $DROPS; do faults+=(--fault "drop-$word:0.71"); done
    for word in $FLOODS; do faults+=(--fault "flood-$word:2.5"); done
    farm_start "$1" "${faults[@]}"
}

setup_file() {
    broken_farm "$FLEET"
    local before=$SECONDS
    CHECK_STATUS=$(run_to broken check --json --forks $FORKS \
        --timeout $DEADLINE --connect-timeout 5)
    export CHECK_STATUS CHECK_TOOK=$((SECONDS - before))
    verdicts <"$LAB/broken.out" >"$LAB/verdicts"
    sort "$LAB/verdicts" | uniq -c
}

teardown_file() {
    farm_stop
}

# Of the test that has a farm of its own; the file's stays.
teardown() {
    [ -z "${OWN:-}" ] || farm_stop
}

# In a session of its own, and with what it took at most, in KiB.
wmifleet() {
    local verb=$1
    shift
    WMIFLEET_STORE=$LAB/state.db setsid --wait python3 - "$LAB/$verb" \
        "$WMIFLEET" "$verb" -i "$LAB/inventory.json" \
        --known-hosts "$LAB/known_hosts" "$@" <<'PROGRAM'
import os, resource, subprocess, sys
status = subprocess.call(sys.argv[2:], stdin=subprocess.DEVNULL)
with open(sys.argv[1] + '.kib', 'w') as kib:
    print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=kib)
with open(sys.argv[1] + '.session', 'w') as session:
    print(os.getsid(0), file=session)
sys.exit(status)
PROGRAM
}

@test "one run ends by itself, with the status for both kinds" {
    assert_equal "$CHECK_STATUS" 6
    cat "$LAB/broken.err"
    [ ! -s "$LAB/broken.err" ]
}

@test "every host has exactly one verdict" {
    assert_equal "$(wc -l <"$LAB/broken.out")" $((FLEET + 1))
    assert_equal "$(jq -r 'select(.host) | .host' "$LAB/broken.out" |
        sort -u | wc -l)" "$FLEET"
    assert_equal "$(tail -n 1 "$LAB/broken.out" | jq '.summary |
        .ok + .changed + .drift + .blocked + .failed + .unreachable')" "$FLEET"
}

# What the farm plays where the machine is too busy: the key exchange was over
# before it hung up, or 4 MiB did not come in the host's time.
TOO_BUSY='drop-kex unreachable kex login
huge-result failed run-timeout run'

@test "each verdict is that of the host's fault" {
    local word words=healthy
    for word in $KINDS; do words+=" $word"; done
    for word in $DROPS; do words+=" drop-$word"; done
    for word in $FLOODS; do words+=" flood-$word"; done
    assert_equal "$(grep -vxF "$TOO_BUSY" "$LAB/verdicts" | sort -u)" \
        "$(expected check | grep -E "^(${words// /|}) ")"
}

@test "deadlines run side by side" {
    local waiting longest
    waiting=$(grep -cE "^(${WAITING// /|}) " "$LAB/verdicts")
    # where all others took no time, twice: the machine may be busy
    longest=$(((waiting / FORKS + 1) * DEADLINE * 2 + FLEET / 20))
    echo "took $CHECK_TOOK s, $waiting hosts waited $DEADLINE s each"
    [ "$CHECK_TOOK" -lt "$longest" ]
}

@test "memory goes with the hosts at a time" {
    local kib
    kib=$(cat "$LAB/check.kib")
    echo "$kib KiB"
    # 16 MiB, 96 KiB a host at work, 2 KiB a host, whole results of 4 MiB from
    # four, and half a MiB from one in ten that waits for its turn
    [ "$kib" -lt $((16384 + FORKS * 96 + FLEET * 2 + 4 * 4096 +
        FORKS * 512 / 10)) ]
}

# need COUNT: what a check of so many takes beyond their inventory, in KiB. Those
# that wait for their deadline fill the sessions of the few, too.
need() {
    local listed checked
    broken_farm "$1"
    listed=$(peak "$WMIFLEET" inventory --list -i "$LAB/inventory.json")
    checked=$(peak "$WMIFLEET" check --json -i "$LAB/inventory.json" \
        --known-hosts "$LAB/known_hosts" --store "$LAB/state.db" --forks 64 \
        --timeout 5 2>"$LAB/peak.err")
    assert_equal "$(jq -r 'select(.host) | .host' "$LAB/peak.out" |
        sort -u | wc -l)" "$1"
    echo "$1 hosts: $listed KiB listed, $checked checked" >&2
    echo $((checked - listed))
    farm_stop
}

@test "a larger fleet of broken hosts needs no more memory" {
    local few many
    few=$(need "$FEW")
    many=$(need "$MANY")
    [ $((many * 10)) -le $((few * 12)) ]
}

@test "nothing is left running" {
    run pgrep --session "$(cat "$LAB/check.session")"
    assert_equal "$output" ''
}

@test "hosts that are well worked once, and were called once" {
    farm_counts >"$LAB/seen"
    assert_equal "$(awk '$2 == "healthy" { print $3, $4, $7 }' "$LAB/seen" |
        sort -u)" "1 1 1"
}

@test "who fails at once is called three times, who is silent once" {
    assert_equal "$(jq -r 'select(.error.class == "refused" or
        .error.class == "kex") | .attempts' "$LAB/broken.out" | sort -u)" 3
    assert_equal "$(awk '$2 == "never-answer" { print $3 }' "$LAB/seen" |
        sort -u)" 1
    assert_equal "$(awk '$2 == "auth-refused" { print $3 }' "$LAB/seen" |
        sort -u)" 1
}

@test "--max-fail counts unreachable hosts over the whole run" {
    local status
    # without those that hold each batch up
    status=$(run_to limited ping --json --serial 50 --max-fail 40 \
        -x 'never_answer:trickle')
    assert_equal "$status" 4
    assert_contains "$(tail -n 1 "$LAB/limited.out" | jq -r .summary.stopped)" \
        'hosts went wrong and --max-fail allows 40'
    # what was begun before that ended too, and no further batch
    [ "$(jq -r 'select(.status == "unreachable") | .host' "$LAB/limited.out" |
        wc -l)" -le 90 ]
}

# A dozen names that no server answers, before a thousand that one does.
ask_names() {
    jq '.all.vars.ansible_port as $port | {all: {vars: .all.vars, hosts: (
        ([range(1; 13) | {key: "a-silent-\(.)",
            value: {ansible_host: "silent-\(.)"}}] | from_entries) +
        (.all.hosts | with_entries(.value.ansible_host = .key + ".name")))}}' \
        "$LAB/inventory.json" >"$LAB/names.json"
    jq -r '.all.hosts | to_entries[] | "\(.key).name \(.value.ansible_host)"' \
        "$LAB/inventory.json" >"$LAB/names"
}

@test "names that no server answers hold up no other, nor the end" {
    OWN=yes
    farm_start 1000
    ask_names
    local status=0
    PEER_NAMES=$LAB/names LD_PRELOAD=$BUILD/farm/names.so timeout 120 \
        "$WMIFLEET" ping --json -i "$LAB/names.json" --store "$LAB/names.db" \
        --known-hosts "$LAB/known_hosts" >"$LAB/names.out" || status=$?
    jq -c 'select(.error) | [.host, .error.text]' "$LAB/names.out"
    assert_equal "$status" 4
    assert_equal "$(jq -r 'select(.status == "ok") | .host' "$LAB/names.out" |
        wc -l)" 1000
    assert_equal "$(jq -r 'select(.error) | "\(.error.class) \(.phase)"' \
        "$LAB/names.out" | sort | uniq -c | awk '{ print $1, $2, $3 }')" \
        '12 resolve resolve'
    # and those that were begun with them did not wait for them
    [ "$(jq -r .status "$LAB/names.out" | grep -n -m 1 unreachable |
        cut -d: -f1)" -gt 100 ]
}
