#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# 200 machines of which 60 are no good, each in its own way, and nobody waits
# for them one after the other.

load recorded

# 1-20 refuse, 21-40 never answer the banner, 41-60 drop after the start mark
# and stay away.
DEADLINE=30

setup_file() {
    local k
    recorded_start 200 $(seq 20) $(seq -f -%g 21 40)
    for k in $(seq 41 60); do
        machine "$k" drop
    done
    local before=$SECONDS
    export EXIT_STATUS=0
    wmifleet check --json --timeout $DEADLINE >"$LAB/out" 2>"$LAB/err" ||
        EXIT_STATUS=$?
    export TOOK=$((SECONDS - before))
}

teardown_file() {
    recorded_stop
}

host_results() {
    jq -c 'select(.host)' "$LAB/out"
}

# names FIRST LAST
names() {
    seq -f m%03g "$1" "$2"
}

# of_class CLASS: the hosts with that class of failure, in order.
of_class() {
    host_results | jq -r --arg class "$1" \
        'select(.error.class == $class) | .host' | sort
}

@test "the run takes the time of the slowest deadline, not their sum" {
    echo "took $TOOK s"
    # 20 banners of 20 s alone would be 400 s; the half is for a busy machine
    [ "$TOOK" -lt $((DEADLINE * 3 / 2)) ]
}

@test "every host has exactly one verdict, and a summary ends it" {
    assert_equal "$(wc -l <"$LAB/out")" 201
    assert_equal "$(host_results | jq -r .host | sort)" "$(names 1 200)"
    assert_equal "$(tail -n 1 "$LAB/out" | jq 'has("summary")')" true
}

@test "the other 140 are done" {
    assert_equal "$(host_results | jq -r 'select(.status == "ok") | .host' |
        sort)" "$(names 61 200)"
    for k in $(seq 61 200); do
        assert_equal "$(wc -l <"$LAB/machines/127.0.1.$k/runs")" 1
    done
}

@test "each of the 60 has the class of what happened to it" {
    assert_equal "$(of_class refused)" "$(names 1 20)"
    assert_equal "$(of_class banner-timeout)" "$(names 21 40)"
    assert_equal "$(of_class lost)" "$(names 41 60)"
    assert_equal "$(host_results | jq -r 'select(.error) |
        "\(.error.class) \(.status) \(.phase)"' | sort | uniq -c |
        sed 's/^ *//')" "20 banner-timeout unreachable banner
20 lost failed run
20 refused unreachable connect"
}

@test "the summary and the exit status count them all" {
    assert_equal "$EXIT_STATUS" 6
    assert_equal "$(jq -c 'select(.summary) | .summary |
        [.ok, .failed, .unreachable, .cancelled, .not_tried]' "$LAB/out")" \
        "[140,20,40,0,0]"
}

@test "the store has them all" {
    run wmifleet show --json
    assert_equal "$status" 0
    assert_equal "$(jq -r 'select(.host) | "\(.host) \(.status)"' \
        <<<"$output" | sort)" \
        "$(host_results | jq -r '"\(.host) \(.status)"' | sort)"
    run wmifleet runs --json
    assert_equal "$(jq -c '[.hosts, .ok, .failed, .unreachable, .exit_status]' \
        <<<"$output")" "[200,140,20,40,6]"
}

@test "the recap folds 200 hosts into a few lines" {
    run wmifleet show
    assert_contains "$output" "m[061-200]"
    assert_contains "$output" "m[001-040]"
    assert_contains "$output" "m[041-060]"
}

@test "a warm run of the good ones uploads nothing" {
    run find "$LAB"/machines/127.0.1.{61..200} -name 'wmifleet-*'
    assert_equal "$output" ""
    run wmifleet check --json -l 'm07*'
    assert_equal "$status" 0
    assert_equal "$(jq -c 'select(.host).timing | has("upload_payload_ms")' \
        <<<"$output" | sort -u)" false
}

# woke_up PID SINCE: it has waited and gone on four times since, or is gone.
woke_up() {
    local now
    now=$(waits_of "$1") || return 0
    [ "${now:-0}" -ge $(($2 + 4)) ] || ! kill -0 "$1" 2>/dev/null
}
waits_of() {
    awk '/^voluntary_ctxt_switches/ { print $2 }' "/proc/$1/status"
}

@test "a controller that was stopped in a silence blames no target" {
    machine 80 hold
    wmifleet check --json -vvv --timeout 4 -l m080 \
        >"$LAB/stopped.out" 2>"$LAB/stopped.err" 3>&- &
    local job=$! ended=0 controller before
    await "the payload's start" grep -q 'start -> run' "$LAB/stopped.err"
    controller=$(pgrep -P "$job" -x wmifleet || echo "$job")
    kill -STOP "$controller"
    sleep 5 # longer than the host has
    before=$(waits_of "$controller")
    kill -CONT "$controller"
    # nothing lies unread, so who takes that for the host's silence is done
    await "another look at the host" woke_up "$controller" "$before"
    rm "$LAB/machines/127.0.1.80/hold"
    wait "$job" || ended=$?
    assert_equal "$(jq -r 'select(.host).status' "$LAB/stopped.out")" ok
    assert_equal "$ended" 0
}
