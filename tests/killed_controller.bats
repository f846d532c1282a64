#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A controller that is killed or interrupted at any moment loses no host that it showed as
# finished, and what it began is gone on with: each machine is worked on once,
# and undo brings all of them back.

load farm

COUNT=32
KILLS=${KILLS:-50}

teardown() {
    farm_stop
}

# new_farm [OPTIONS]: a farm's machines keep 16 files, and a killed controller leaves some
# of its own there.
new_farm() {
    farm_stop
    farm_start $COUNT --latency 0-6 "$@"
    WORKS=
}

# works: how often each target has worked so far.
works() {
    farm_counts | cut -f 1,7
}

hosts_of() {
    jq -r 'select(.host and .status != "not_tried").host' "$@" | sort
}

# assert_worked TIMES: so often each target worked since the last time.
assert_worked() {
    local now
    now=$(works)
    [ -z "$WORKS" ] || assert_equal "$now" \
        "$(awk -v OFS='\t' -v n="$1" '{ print $1, $2 + n }' <<<"$WORKS")"
    WORKS=$now
}

# The settings that a result in --json output changed, by host, one way round.
changes() {
    jq -cS 'select(.host) | [.host, (.settings[] | [.id, .before, .after])]' \
        "$1" | sort
}

reversed() {
    jq -cS '[.[0], (.[1:][] | [.[0], .[2], .[1]])]' <<<"$1" | sort
}

# assert_all_well NAME VERB [OPTIONS]: as run_to; who is not changed is shown.
assert_all_well() {
    local status
    status=$(run_to "$@")
    jq -c 'select(.host and .status != "changed") |
        [.host, .status, .phase, .error.text]' "$LAB/$1.out"
    assert_equal "$status" 0
}

# apply_and_kill LINES MICROSECONDS: 0 when it was killed before its end.
apply_and_kill() {
    WMIFLEET_STORE=$LAB/state.db python3 -B "$ROOT/tests/farm/killer.py" \
        "$1" "$2" "$LAB/first" "$LAB/first.err" \
        "$WMIFLEET" apply --json -vv -f 12 -i "$LAB/inventory.json" \
        --known-hosts "$LAB/known_hosts"
}

newest_apply() {
    wmifleet runs --json | jq -r 'select(.verb == "apply").run' | head -n 1
}

# What was shown is kept; the rest is gone on with, each host once.
assert_goes_on() {
    wmifleet show "$1" --json >"$LAB/kept"
    hosts_of "$LAB/kept" >"$LAB/kept.hosts"
    assert_equal "$(comm -23 <(hosts_of "$LAB/first") "$LAB/kept.hosts")" ""
    [ "$(wc -l <"$LAB/kept.hosts")" -lt $COUNT ] || return 0
    assert_all_well again apply --json --resume "$1"
    assert_equal "$(hosts_of "$LAB/again.out" | sort - "$LAB/kept.hosts" |
        uniq -c | grep -c ' 1 f')" $COUNT
}

# kill_one LINES MICROSECONDS: an apply is killed and gone on with; it is a
# whole one then, and undo makes all as before.
kill_one() {
    local run last killed=1
    last=$(newest_apply)
    apply_and_kill "$1" "$2" || killed=0
    run=$(newest_apply)
    if [ "$run" = "$last" ]; then # before its first commit nothing is contacted
        assert_worked 0
        return
    fi
    [ "$killed" = 0 ] || assert_goes_on "$run"
    wmifleet show "$run" --json >"$LAB/whole"
    assert_equal "$(hosts_of "$LAB/whole" | wc -l)" $COUNT
    assert_equal "$(jq -r 'select(.host).status' "$LAB/whole" | sort -u)" changed
    assert_worked 1
    assert_all_well undone undo --all --json
    assert_equal "$(changes "$LAB/undone.out")" \
        "$(reversed "$(changes "$LAB/whole")")"
    assert_worked 1
}

# How many lines an apply says at -vv, with the store that is there.
lines_of_apply() {
    wmifleet apply --json -vv -f 12 >/dev/null 2>"$LAB/lines"
    wmifleet undo --all >/dev/null
    wc -l <"$LAB/lines"
}

@test "killed at random moments: nothing lost, each worked once, undone whole" {
    local lines round at more
    RANDOM=${SEED:-$$}
    echo "again with SEED=${SEED:-$$} KILLS=$KILLS"
    new_farm
    lines[0]=$(lines_of_apply)
    lines[1]=$(lines_of_apply)
    for ((round = 0; round < KILLS; round++)); do
        [ $((round % 8)) != 0 ] || new_farm
        # with every other store the machines are known
        [ $((round % 2)) != 0 ] || rm -f "$LAB"/state.db*
        # one moment out of each of KILLS equal parts of the run
        at=$(((round * lines[round % 2] + RANDOM % lines[round % 2]) / KILLS))
        more=$((RANDOM % 3000))
        echo "round $round: line $at of ${lines[round % 2]}, $more us"
        kill_one "$at" "$more"
    done
    run wmifleet check --json
    assert_equal "$(jq -r '.status // empty' <<<"$output" | sort | uniq -c |
        sed 's/^ *//')" "$COUNT drift"
}

has_lines() {
    [ "$(wc -l <"$2")" -ge "$1" ]
}

@test "interrupted twice: each says what it did, is gone on with, undone whole" {
    local controller ended=0 run
    new_farm --fault works-on:25
    WMIFLEET_STORE=$LAB/state.db "$WMIFLEET" apply --json -f $COUNT \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" -vv \
        >"$LAB/first" 2>"$LAB/first.err" 3>&- &
    controller=$!
    until_true has_lines 24 "$LAB/first"
    until_true eval '[ "$(grep -c "start -> run" "$LAB/first.err")" = $COUNT ]'
    kill -TERM "$controller"
    until_true grep -q '8 at work are waited for' "$LAB/first.err"
    kill -TERM "$controller"
    wait "$controller" || ended=$?
    assert_equal "$ended" 130
    assert_equal "$(jq -c 'select(.status == "cancelled") |
        [.error.class, (.settings | map(.state) | sort)]' "$LAB/first" |
        sort | uniq -c | sed 's/^ *//')" \
        '8 ["cancelled",["changed","skipped","skipped"]]'
    run=$(newest_apply)
    assert_all_well again apply --json --resume "$run"
    assert_equal "$(hosts_of "$LAB/again.out" | wc -l)" 8
    wmifleet show "$run" --json >"$LAB/whole"
    assert_equal "$(jq -r 'select(.host).status' "$LAB/whole" | sort |
        uniq -c | sed 's/^ *//')" "$COUNT changed"
    assert_all_well undone undo --all --json
    assert_equal "$(changes "$LAB/undone.out")" \
        "$(reversed "$(changes "$LAB/whole")")"
}

@test "what was begun is not gone on with under other settings" {
    local run
    new_farm
    apply_and_kill 40 0
    run=$(newest_apply)
    WORKS=$(works)
    jq '.all.vars.wmi.uac.local_account_token_filter_policy = 0' \
        "$LAB/inventory.json" >"$LAB/other.json"
    assert_equal "$(run_to other apply --resume "$run" -i "$LAB/other.json")" 1
    assert_contains "$(cat "$LAB/other.err")" "no longer those that run $run"
    assert_worked 0
}
