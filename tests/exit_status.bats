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
    local end=$((SECONDS + 60))
    until "$@" 2>/dev/null; do
        [ $SECONDS -lt $end ] || return 1
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
    rm -f "$LAB"/early.db* "$LAB"/{out,err}
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

# interrupt_held SIGNAL OPTIONS: while m006, not the first of them, is at work.
interrupt_held() {
    local signal=$1
    shift
    machine 6 hold
    begin -f 1 -vv "$@"
    until_true grep -q "m006: start -> run" "$LAB/err"
    kill "-$signal" "$CONTROLLER"
    until_true grep -q interrupted "$LAB/err"
}

let_go() {
    rm "$LAB/machines/$(machine_address 6)/hold"
}

verdicts() {
    jq -r 'select(.host) | "\(.host) \(.status)"' "$@"
}

@test "interrupted is 130, whatever the others are" {
    local signal hosts
    while read -r signal hosts; do
        interrupt_held "$signal" -l "$hosts"
        let_go
        ended
        echo "$signal $hosts: $EXIT_STATUS"
        assert_equal "$EXIT_STATUS" 130
        assert_equal "$(jq -c 'select(.summary).summary.interrupted' \
            "$LAB/out")" true
        # one verdict for each, and the store has the same
        assert_equal "$(verdicts "$LAB/out" | cut -d' ' -f1 | sort)" \
            "$(tr , '\n' <<<"$hosts")"
        assert_equal "$(wmifleet show --json --store "$LAB/early.db" |
            verdicts | grep -v not_tried)" \
            "$(verdicts "$LAB/out" | grep -v not_tried | sort)"
    done <<'END'
INT m001,m006,m007
TERM m001,m006,m007
INT m002,m006,m007
INT m003,m006,m007
TERM m004,m006,m007
INT m002,m003,m004,m006,m007
TERM m001,m002,m003,m004,m006
END
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

@test "interrupted twice: those at work are stopped, and say what they did" {
    local signal
    for signal in INT TERM; do
        interrupt_held "$signal" -l 'm00[5-8]'
        assert_contains "$(cat "$LAB/err")" "1 at work are waited for"
        kill "-$signal" "$CONTROLLER"
        ended
        assert_equal "$EXIT_STATUS" 130
        assert_equal "$(verdicts "$LAB/out")" "m005 ok
m006 cancelled
m007 not_tried
m008 not_tried"
        assert_equal "$(jq -r 'select(.host == "m006") |
            .error.class + ": " + .error.text' "$LAB/out")" \
            "cancelled: told to stop"
        assert_contains "$(cat "$LAB/err")" "told to stop before their next"
    done
}

@test "interrupted three times: those at work are left at once" {
    # told to stop it does not hear
    machine 6 deaf
    interrupt_held INT -l 'm00[5-8]'
    kill -INT "$CONTROLLER"
    until_true grep -q 'once more leaves' "$LAB/err"
    kill -INT "$CONTROLLER"
    ended
    rm "$LAB/machines/$(machine_address 6)/deaf"
    assert_equal "$EXIT_STATUS" 130
    assert_equal "$(verdicts "$LAB/out" | grep m006)" "m006 cancelled"
    assert_contains "$(jq -r 'select(.host == "m006").error.text' "$LAB/out")" \
        "may still be at work"
}

@test "what an interrupted run left is gone on with by the command it prints" {
    local words
    machine 6 hold
    rm -f "$LAB"/early.db* "$LAB"/{out,err}
    WMIFLEET_STORE=$LAB/early.db "$WMIFLEET" check -l 'm00[5-8]' -f 1 \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" -v \
        >"$LAB/out" 2>"$LAB/err" 3>&- &
    CONTROLLER=$!
    until_true grep -q 'm005: ok' "$LAB/err"
    kill -INT "$CONTROLLER"
    until_true grep -q interrupted "$LAB/err"
    let_go
    ended
    assert_equal "$EXIT_STATUS" 130
    words=$(sed -n 's/^to go on:  *wmifleet //p' "$LAB/out")
    assert_contains "$words" "check --resume "
    run bash -c "'$WMIFLEET' $words --store '$LAB/early.db' --json"
    assert_equal "$status" 0
    assert_equal "$(verdicts <<<"$output" | sort)" "m007 ok
m008 ok"
    assert_equal "$(wmifleet runs --json --store "$LAB/early.db" | jq -c '[.ok,
        .exit_status]')" '[4,0]'
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

# What was shown is in the store, and going on brings all of them there.
assert_nothing_lost() {
    local id
    id=$(wmifleet runs --json --store "$LAB/early.db" | jq -r .run)
    assert_equal "$(comm -23 <(verdicts "$LAB/out" | grep -v not_tried | sort) \
        <(wmifleet show --json --store "$LAB/early.db" | verdicts | sort))" ""
    wmifleet check -l 'm0[01][05-9]' --store "$LAB/early.db" --resume "$id"
    assert_equal "$(wmifleet show --json --store "$LAB/early.db" | verdicts |
        grep -c ' ok')" 6
}

@test "a reader that goes away in the middle: nothing is lost" {
    rm -f "$LAB"/early.db*
    run bash -c '"$@" 2>"$LAB/err" | head -n 1 >"$LAB/out"
        exit "${PIPESTATUS[0]}"' - \
        "$WMIFLEET" check --json -f 1 --store "$LAB/early.db" \
        -l 'm0[01][05-9]' -i "$LAB/inventory.json" \
        --known-hosts "$LAB/known_hosts"
    assert_equal "$status" 1
    assert_contains "$(cat "$LAB/err")" "standard output"
    assert_nothing_lost
}

# The hosts of those that worked and are not shown.
worked_unseen() {
    local k
    for k in {5..10}; do
        [ ! -e "$LAB/machines/$(machine_address "$k")/runs" ] ||
            printf 'm%03d\n' "$k"
    done | grep -vxFf <(verdicts "$LAB/out" | cut -d' ' -f1)
}

@test "a store on a full disk: told for which host, and what was shown is kept" {
    local limit done unseen
    # more and more room, until one host is done before it is used up
    for limit in 56 64 80 96 112; do
        rm -f "$LAB"/early.db* "$LAB"/machines/*/runs
        # a limit of files' sizes is a full disk to anybody, root or not
        run bash -c 'ulimit -f "$1"; shift; exec "$@" >"$LAB/out" 2>"$LAB/err"' - \
            "$limit" "$WMIFLEET" check --json -f 1 --store "$LAB/early.db" \
            -l 'm0[01][05-9]' -i "$LAB/inventory.json" \
            --known-hosts "$LAB/known_hosts"
        done=$(verdicts "$LAB/out" | grep -c ' ok' || :)
        echo "$limit KiB: $status, $done done, $(cat "$LAB/err")"
        [ "$done" = 0 ] || break
    done
    assert_equal "$status" 1
    assert_contains "$(cat "$LAB/err")" "early.db"
    unseen=$(worked_unseen)
    [ "$(wc -l <<<"$unseen")" -eq 1 ]
    assert_contains "$(cat "$LAB/err")" "$unseen: its result could not be kept"
    assert_contains "$(cat "$LAB/err")" "--resume $(wmifleet runs --json \
        --store "$LAB/early.db" | jq -r .run)"
    assert_nothing_lost
}

@test "standard output that is closed from the start is told, before any work" {
    run bash -c 'exec "$@" >&-' - "$WMIFLEET" check \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" \
        --store "$LAB/closed.db"
    assert_equal "$status" 1
    assert_contains "$output" "standard output is closed"
    assert_equal "$(contacted)" 0
    [ ! -e "$LAB/closed.db" ]
}

@test "standard error that is closed stays out of the store" {
    rm -f "$LAB"/early.db*
    run bash -c 'exec "$@" 2>&- <&-' - "$WMIFLEET" check -vvv -l m005 \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" \
        --store "$LAB/early.db"
    assert_equal "$status" 0
    assert_equal "$(wmifleet show --json --store "$LAB/early.db" | verdicts)" \
        "m005 ok"
}
