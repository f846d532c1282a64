#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What the exit status says, for every mixture of outcomes and every way in
# which a run can end early.

load recorded

# m001 ok, m002 drift, m003 failed, m004 unreachable, m005 and up ok
setup_file() {
    recorded_start 12 4
    machine 1 settings "$(setting ok)"
    machine 2 settings "$(setting drift)"
    machine 3 settings "$(setting failed)"
}

teardown_file() {
    recorded_stop
}

setup() {
    rm -f "$LAB"/machines/*/{hold,runs}
}

until_true() {
    local end=$((SECONDS + 20))
    until "$@"; do
        [ $SECONDS -lt $end ]
        sleep 0.02
    done
}

has_lines() {
    [ "$(wc -l <"$2")" -ge "$1" ]
}

contacted() {
    cat "$LAB"/machines/*/runs 2>/dev/null | wc -l
}

# begin OPTIONS...: check in the background, on a store of its own.
begin() {
    rm -f "$LAB"/early.db*
    WMIFLEET_STORE=$LAB/early.db "$WMIFLEET" check -i "$LAB/inventory.json" \
        --known-hosts "$LAB/known_hosts" --json "$@" \
        >"$LAB/out" 2>"$LAB/err" 3>&- &
    CONTROLLER=$!
}

ended() {
    EXIT_STATUS=0
    wait "$CONTROLLER" || EXIT_STATUS=$?
}

@test "every mixture of ok, drift, failed and unreachable" {
    local expected hosts
    while read -r expected hosts; do
        run wmifleet check -l "$hosts"
        echo "$hosts: $status"
        assert_equal "$status" "$expected"
    done <<'END'
0 m001
3 m002
2 m003
4 m004
3 m001,m002
2 m001,m003
4 m001,m004
2 m002,m003
4 m002,m004
6 m003,m004
2 m001,m002,m003
4 m001,m002,m004
6 m001,m003,m004
6 m002,m003,m004
6 m001,m002,m003,m004
END
}

@test "an empty selection is 1" {
    run wmifleet check -l 'nobody*'
    assert_equal "$status" 1
    assert_equal "$(contacted)" 0
}

@test "a broken inventory is 1, and nothing is contacted" {
    echo '{"all": {"hosts": {' >"$LAB/broken.json"
    run wmifleet check -i "$LAB/broken.json"
    assert_equal "$status" 1
    assert_contains "$output" broken.json
    jq '.all.vars.wmi.uac = {local_account_token_filter_polic: 1}' \
        "$LAB/inventory.json" >"$LAB/broken.json"
    run wmifleet check -i "$LAB/broken.json"
    assert_equal "$status" 1
    assert_contains "$output" local_account_token_filter_policy
    assert_equal "$(contacted)" 0
}

@test "a store that cannot be used is 1, and nothing is contacted" {
    mkdir -p "$LAB/no-store.db"
    run wmifleet check --store "$LAB/no-store.db"
    assert_equal "$status" 1
    echo "no database at all, but long enough to be one" >"$LAB/text.db"
    run wmifleet check --store "$LAB/text.db"
    assert_equal "$status" 1
    assert_contains "$output" text.db
    assert_equal "$(contacted)" 0
}

@test "a usage error is 5" {
    for words in '' nonsense 'check --nonsense' 'check -f' 'check -f none' \
        'check --timeout -1' 'inventory' 'check --host-keys maybe'; do
        # shellcheck disable=SC2086 # words
        run "$WMIFLEET" $words
        echo "$words: $status"
        assert_equal "$status" 5
    done
}

@test "interrupted: 130, what was done is recorded, the rest not tried" {
    machine 6 hold
    begin -l 'm00[5-8]' -f 1
    until_true has_lines 1 "$LAB/out"
    kill -INT "$CONTROLLER"
    until_true grep -q interrupted "$LAB/err"
    rm "$LAB/machines/$(machine_address 6)/hold"
    ended
    assert_equal "$EXIT_STATUS" 130
    run wmifleet show --json --store "$LAB/early.db"
    assert_equal "$(jq -r 'select(.host and .status == "ok").host' \
        <<<"$output")" "m005
m006"
    assert_equal "$(jq -c 'select(.summary).summary.not_tried' "$LAB/out")" 2
}

@test "interrupted twice: those at work are left" {
    machine 6 hold
    begin -l 'm00[5-8]' -f 1
    until_true has_lines 1 "$LAB/out"
    kill -INT "$CONTROLLER"
    until_true grep -q interrupted "$LAB/err"
    kill -INT "$CONTROLLER"
    ended
    assert_equal "$EXIT_STATUS" 130
    assert_equal "$(jq -r 'select(.host) | "\(.host) \(.status)"' \
        "$LAB/out")" "m005 ok
m006 cancelled
m007 not_tried
m008 not_tried"
}

@test "killed in the middle: finished hosts are kept, the others pending" {
    machine 9 hold
    machine 10 hold
    begin -l 'm0[01][5-90-2]'
    until_true has_lines 8 "$LAB/out"
    kill -KILL "$CONTROLLER"
    ended
    run wmifleet show --json --store "$LAB/early.db"
    assert_equal "$status" 0
    assert_equal "$(jq -r 'select(.host and .status != "not_tried").host' \
        <<<"$output" | sort)" "$(jq -r 'select(.host).host' "$LAB/out" | sort)"
    run wmifleet show --store "$LAB/early.db"
    assert_contains "$output" "2 pending"
    assert_contains "$output" "m[009-010]"
}

@test "a full disk behind standard output is told" {
    for verb in check show runs status 'inventory --list'; do
        # shellcheck disable=SC2086 # words
        run bash -c '"$@" 2>&1 >/dev/full' - \
            env "WMIFLEET_STORE=$LAB/state.db" \
            "WMIFLEET_INVENTORY=$LAB/inventory.json" \
            "$WMIFLEET" $verb
        echo "$verb: $status $output"
        assert_equal "$status" 1
        assert_contains "$output" "standard output"
    done
}

@test "a reader that goes away ends a run clearly" {
    run bash -c 'exec 5> >(:) && wait $! && "$@" 2>&1 >&5' - \
        env "WMIFLEET_STORE=$LAB/state.db" "$WMIFLEET" check --json \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts"
    echo "$output"
    assert_equal "$status" 1
    assert_contains "$output" "standard output"
}

@test "what a stored reason holds is no command to the terminal" {
    wmifleet check -q -l m001 --reason $'moved \e[2J\u009b' || :
    run wmifleet runs
    assert_contains "$output" 'moved \x1b[2J\u{9b}'
    [[ $output != *$'\e'* ]]
}
