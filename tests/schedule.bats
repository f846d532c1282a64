#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Which hosts are begun, when a run ends early, and how it is continued.

bats_require_minimum_version 1.5.0
load lab

setup_file() {
    lab_start 2
    add_dead_hosts
}

teardown_file() {
    lab_stop
}

setup() {
    STORE=$BATS_TEST_TMPDIR/state.db
}

# Before target-1 and target-2 four hosts where nothing listens.
add_dead_hosts() {
    jq '.all.children.lab.hosts |= ([range(1; 5) | {
            key: "dead-\(.)",
            value: {ansible_host: "127.0.0.1", ansible_port: 1}
        }] | from_entries) + .' "$LAB/inventory.json" >"$LAB/with-dead.json"
}

run_verb() {
    local verb=$1
    shift
    run --separate-stderr "$WMIFLEET" "$verb" -i "$LAB/with-dead.json" \
        --known-hosts "$LAB/known_hosts" --store "$STORE" "$@"
}

# The hosts of the last run that have the status, in one line.
hosts_with() {
    jq -r --arg status "$1" 'select(.status == $status) | .host' \
        <<<"$output" | sort | tr '\n' ' '
}

@test "--max-fail stops a run, says why and what was not tried" {
    run_verb ping --max-fail 1 --serial 2 -l 'dead-*:target-*'
    assert_equal "$status" 4
    assert_contains "$output" '2 hosts went wrong and --max-fail allows 1'
    assert_contains "$output" 'not tried        4'
    assert_contains "$output" 'once mended:  wmifleet ping'
}

@test "a share of the hosts may go wrong, and the run goes on" {
    run_verb ping --max-fail 70% --serial 5 --json
    assert_equal "$status" 4
    assert_equal "$(hosts_with ok)" 'target-1 target-2 '
    assert_equal "$(hosts_with unreachable)" 'dead-1 dead-2 dead-3 dead-4 '
    assert_equal "$(tail -n 1 <<<"$output" | jq -r '.summary.stopped // "no"')" no
}

@test "a batch in which every host went wrong is the last" {
    run_verb ping --serial 1 -l 'dead-*' --json
    assert_equal "$status" 4
    assert_equal "$(hosts_with unreachable)" 'dead-1 '
    assert_equal "$(hosts_with not_tried)" 'dead-2 dead-3 dead-4 '
    assert_equal "$(tail -n 1 <<<"$output" | jq -r .summary.stopped)" \
        'every host of a batch went wrong (--max-fail 100% goes on)'
}

@test "--max-fail 100%: a batch that went wrong does not end the run" {
    run_verb ping --serial 2 --max-fail 100% --json
    assert_equal "$status" 4
    assert_equal "$(hosts_with ok)" 'target-1 target-2 '
    assert_equal "$(hosts_with not_tried)" ''
    assert_equal "$(tail -n 1 <<<"$output" | jq -r '.summary.stopped // "no"')" no
}

@test "--max-fail counts unreachable hosts over all batches" {
    run_verb ping --serial 1 --max-fail 2 -l 'dead-*:target-*' --json
    assert_equal "$status" 4
    assert_equal "$(hosts_with unreachable)" 'dead-1 dead-2 dead-3 '
    assert_equal "$(hosts_with not_tried)" 'dead-4 target-1 target-2 '
    assert_contains "$output" '3 hosts went wrong and --max-fail allows 2'
}

@test "without a terminal canaries need --yes to be followed" {
    run_verb ping --canary 1 -l 'target-*' --json
    assert_equal "$status" 4
    assert_equal "$(hosts_with ok)" 'target-1 '
    assert_contains "$output" '--yes goes on'
    run_verb ping --canary 1 --yes -l 'target-*' --json
    assert_equal "$status" 0
    assert_equal "$(hosts_with ok)" 'target-1 target-2 '
}

@test "a canary that goes wrong ends the run, --yes or not" {
    run_verb ping --canary 1 --yes -l 'dead-1:target-*' -x target-1 --json
    assert_equal "$status" 4
    assert_equal "$(hosts_with not_tried)" 'target-2 '
}

@test "--rerun takes what the last run of the verb left, and shrinks" {
    run_verb ping --rerun unreachable
    assert_equal "$status" 1
    assert_contains "$stderr" 'the store has no run of ping yet'
    run_verb ping
    assert_equal "$status" 4
    assert_contains "$output" 'once mended:  wmifleet ping --rerun unreachable '
    run_verb ping --rerun unreachable,failed -x dead-4 --json
    assert_equal "$status" 4
    assert_equal "$(hosts_with unreachable)" 'dead-1 dead-2 dead-3 '
    assert_equal "$(hosts_with ok)" ''
    run_verb ping --rerun failed
    assert_equal "$status" 1
    assert_contains "$stderr" 'left nothing of the selection to be done again'
    run_verb ping --rerun lost
    assert_equal "$status" 5
    assert_contains "$stderr" '--rerun lost: failed, unreachable, pending or all'
}

@test "after check --rerun the apply is of no other hosts" {
    run_verb check -l target-2
    assert_equal "$status" 3
    run_verb check --rerun all
    assert_equal "$status" 3
    assert_contains "$output" "apply -i $LAB/with-dead.json -l target-2 "
}

@test "--resume goes on with the hosts that a run did not come to" {
    run_verb ping --serial 1 -l 'dead-1:target-*:dead-2' --json
    local id
    id=$(tail -n 1 <<<"$output" | jq -r .summary.run)
    run_verb check --resume "$id"
    assert_equal "$status" 1
    assert_contains "$stderr" "--resume $id: that was ping, not check"
    run_verb ping --resume "$id" -x dead-2 --json
    assert_equal "$status" 0
    assert_equal "$(hosts_with ok)" 'target-1 target-2 '
}

@test "words that mean nothing are usage errors before anything is contacted" {
    local words
    for words in '--serial 0' '--serial x' '--max-fail 101%' '--for 8' \
        '--for 8x' '--canary 0'; do
        # shellcheck disable=SC2086
        run_verb ping $words
        assert_equal "$status" 5
        [ -n "$stderr" ]
    done
}

@test "--until-done waits for a host that is switched on later" {
    local port
    port=$("$BUILD/lab/free_port")
    jq --argjson port "$port" \
        '.all.children.lab.hosts["target-1"] =
            {ansible_host: "127.0.0.1", ansible_port: $port}' \
        "$LAB/with-dead.json" >"$BATS_TEST_TMPDIR/late.json"
    "$WMIFLEET" ping -i "$BATS_TEST_TMPDIR/late.json" --host-keys off \
        --store "$STORE" -l 'target-*' --until-done --for 2m -v \
        >"$BATS_TEST_TMPDIR/out" 2>"$BATS_TEST_TMPDIR/err" 3>&- &
    local id=$!
    until grep -q 'target-2: ok' "$BATS_TEST_TMPDIR/err"; do sleep 0.05; done
    python3 "$ROOT/tests/peers/forward.py" "$port" "$(cat "$LAB/target-1/port")" 3>&- &
    local relay=$!
    local ended=0
    wait "$id" || ended=$?
    kill "$relay"
    assert_equal "$ended" 0
    assert_contains "$(cat "$BATS_TEST_TMPDIR/out")" 'ok               2'
}
